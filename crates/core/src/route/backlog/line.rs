//! A waiting line: places in order, with their ranks, and cheap to clone.
//!
//! Most places come at the end and leave at the front. Both ends are therefore kept beside each other in one small record,
//! and only what lies between them in a [`Tree`]: it is reached once for several places that come or leave.

use std::sync::Arc;

use baton_model::{EscalationId, Timestamp};

use super::tree::{Keyed, Tree, length};

/// Places kept at each end.
const END: usize = 8;
/// Of a full back, so many stay: who comes a little too early is still put right there.
const STAY: usize = 2;

/// A place in the line, best first: aged score, then real age, then id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// `routing_since - priority` in milliseconds: lower is a higher score at every moment.
    pub(super) key: i64,
    pub(super) real_since: Timestamp,
    pub(super) id: EscalationId,
}

impl Keyed for Place {
    type Key = Self;

    fn key(&self) -> Self {
        *self
    }
}

/// Absent: empty. No record is empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Line(Option<Arc<Ends>>);

/// All of the front comes before all of the middle, and that before all of the back. The front is empty only while all are.
#[derive(Debug, Clone)]
struct Ends {
    front: Few,
    back: Few,
    /// Of the middle, as long as there is one.
    bounds: Option<(Place, Place)>,
    between: u32,
    middle: Tree<Place>,
}

/// A few places in order.
#[derive(Debug, Clone)]
struct Few {
    from: usize,
    to: usize,
    /// Beyond the bounds: whatever was there.
    places: [Place; END],
}

impl Few {
    fn new(filler: Place) -> Self {
        Self { from: 0, to: 0, places: [filler; END] }
    }

    fn all(&self) -> &[Place] {
        self.places.get(self.from..self.to).unwrap_or_default()
    }

    fn is_full(&self) -> bool {
        self.all().len() == END
    }

    /// One that is not there yet, while there is room.
    fn insert(&mut self, place: Place) {
        if self.to == END {
            let (from, len) = (self.from, self.all().len());
            self.places.copy_within(from.., 0);
            (self.from, self.to) = (0, len);
        }
        let at = self.all().partition_point(|p| *p < place) + self.from;
        self.places.copy_within(at..self.to, at + 1);
        self.places[at] = place;
        self.to += 1;
    }

    fn remove(&mut self, place: &Place) -> bool {
        let Ok(at) = self.all().binary_search(place) else { return false };
        if at == 0 {
            self.from += 1;
        } else {
            let at = at + self.from;
            self.places.copy_within(at + 1..self.to, at);
            self.to -= 1;
        }
        true
    }

    fn pop_first(&mut self) -> Option<Place> {
        let first = *self.all().first()?;
        self.from += 1;
        Some(first)
    }

    fn pop_last(&mut self) -> Option<Place> {
        let last = *self.all().last()?;
        self.to -= 1;
        Some(last)
    }
}

impl Line {
    pub(super) fn first(&self) -> Option<Place> {
        self.0.as_ref()?.front.all().first().copied()
    }

    /// From the front.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Place> {
        let ends = self.0.iter();
        ends.flat_map(|e| e.front.all().iter().chain(e.middle.iter()).chain(e.back.all()))
    }

    pub(super) fn insert(&mut self, place: Place) {
        match &mut self.0 {
            Some(ends) => Arc::make_mut(ends).insert(place),
            None => {
                let mut front = Few::new(place);
                front.insert(place);
                let back = Few::new(place);
                self.0 = Some(Arc::new(Ends { front, back, bounds: None, between: 0, middle: Tree::default() }));
            }
        }
    }

    pub(super) fn remove(&mut self, place: &Place) {
        let Some(ends) = &mut self.0 else { return };
        let ends = Arc::make_mut(ends);
        ends.remove(place);
        if ends.front.all().is_empty() {
            self.0 = None;
        }
    }

    /// How many there are before the first that is not `ahead`; whoever is ahead must come before whoever is not.
    pub(super) fn count_while(&self, ahead: impl Fn(&Place) -> bool) -> u32 {
        let Some(ends) = &self.0 else { return 0 };
        let of = |few: &Few| length(few.all().partition_point(&ahead));
        let between = match &ends.bounds {
            Some((_, last)) if ahead(last) => ends.between,
            Some((first, _)) if ahead(first) => ends.middle.count_while(&ahead),
            Some(_) | None => 0,
        };
        of(&ends.front) + between + of(&ends.back)
    }
}

impl Ends {
    fn insert(&mut self, place: Place) {
        let front_last = self.front.all().last();
        let after_front = front_last.is_some_and(|last| *last < place);
        match &self.bounds {
            Some((_, last)) if *last < place => self.insert_back(place),
            Some((first, _)) if *first <= place => self.insert_between(place),
            None if after_front && (self.front.is_full() || !self.back.all().is_empty()) => self.insert_back(place),
            Some(_) | None => self.insert_front(place),
        }
    }

    fn insert_front(&mut self, place: Place) {
        if self.front.all().contains(&place) {
            return;
        }
        if self.front.is_full() {
            while self.front.all().len() > END / 2 {
                let Some(last) = self.front.pop_last() else { break };
                self.insert_between(last);
            }
            if self.front.all().last().is_some_and(|last| *last < place) {
                return self.insert_between(place);
            }
        }
        self.front.insert(place);
    }

    fn insert_back(&mut self, place: Place) {
        if self.back.all().contains(&place) {
            return;
        }
        if self.back.is_full() {
            while self.back.all().len() > STAY {
                let Some(first) = self.back.pop_first() else { break };
                self.insert_between(first);
            }
            if self.back.all().first().is_some_and(|first| place < *first) {
                return self.insert_between(place);
            }
        }
        self.back.insert(place);
    }

    fn insert_between(&mut self, place: Place) {
        self.middle.insert(place);
        self.between = self.middle.len();
        let (first, last) = self.bounds.unwrap_or((place, place));
        self.bounds = Some((first.min(place), last.max(place)));
    }

    fn remove(&mut self, place: &Place) {
        if !self.front.remove(place) && !self.back.remove(place) {
            self.middle.remove(place);
            self.look_between();
        }
        if self.front.all().is_empty() {
            self.move_up();
        }
    }

    /// The front is empty.
    fn move_up(&mut self) {
        let mut next = Vec::with_capacity(END);
        self.middle.take_front(END, &mut next);
        if next.is_empty() {
            std::mem::swap(&mut self.front, &mut self.back);
            return;
        }
        (self.front.from, self.front.to) = (0, 0);
        next.into_iter().for_each(|place| self.front.insert(place));
        self.look_between();
    }

    fn look_between(&mut self) {
        self.between = self.middle.len();
        self.bounds = self.middle.first().copied().zip(self.middle.last().copied());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use baton_model::IdSource;
    use proptest::prelude::*;

    use super::*;

    fn place(key: i64) -> Place {
        let id = IdSource::new(Timestamp::default(), key.unsigned_abs() % 7).draw();
        Place { key: key / 3, real_since: Timestamp::from_millis(key % 5), id }
    }

    /// As the fields say.
    fn is_sound(line: &Line) -> bool {
        let Some(e) = &line.0 else { return true };
        let known = e.bounds == e.middle.first().copied().zip(e.middle.last().copied()) && e.between == e.middle.len();
        known && !e.front.all().is_empty() && line.iter().is_sorted_by(|a, b| a < b)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn a_sorted_set_that_knows_ranks(
            filled in 0..300i64, ops in prop::collection::vec((0..4u8, 0..900i64), 1..300),
        ) {
            let (mut line, mut set) = (Line::default(), BTreeSet::new());
            for key in 0..filled {
                line.insert(place(key * 3));
                set.insert(place(key * 3));
            }
            for (what, key) in ops {
                let (old, before) = (line.clone(), set.len());
                let p = place(key);
                match what {
                    0 => {
                        line.insert(p);
                        set.insert(p);
                    }
                    // Near the end, as most come.
                    1 => {
                        let p = place(900 + key % 20);
                        line.insert(p);
                        set.insert(p);
                    }
                    2 => {
                        line.remove(&p);
                        set.remove(&p);
                    }
                    _ => {
                        if let Some(first) = set.pop_first() {
                            line.remove(&first);
                        }
                    }
                }
                prop_assert!(is_sound(&line));
                prop_assert_eq!(old.count_while(|_| true) as usize, before, "a clone does not change");
                prop_assert_eq!(line.first(), set.first().copied());
                prop_assert_eq!(line.count_while(|x| *x < p) as usize, set.range(..p).count());
                prop_assert_eq!(line.count_while(|_| true) as usize, set.len());
            }
            prop_assert!(line.iter().eq(set.iter()));
        }
    }
}
