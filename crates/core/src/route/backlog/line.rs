//! A waiting line: places in order, with their ranks, and cheap to clone.
//!
//! A B+ tree that knows how many places are under each branch (R. Bayer and E. McCreight, "Organization and maintenance of
//! large ordered indexes", 1972). Nodes are shared between clones and changed in place when nobody else has them. Most
//! places come at the end and leave at the front, so a full node is split there, and a thin one joins its neighbour only
//! where both fit well. Insertion, removal, the rank of a place and the count before a moment take O(log n).

use std::{slice, sync::Arc};

use baton_model::{EscalationId, Timestamp};

/// Most places of a leaf, and most children of a branch.
const LEAF: usize = 64;
const FAN: usize = 32;

/// A place in the line, best first: aged score, then real age, then id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// `routing_since - priority` in milliseconds: lower is a higher score at every moment.
    pub(super) key: i64,
    pub(super) real_since: Timestamp,
    pub(super) id: EscalationId,
}

#[derive(Debug, Clone)]
enum Node {
    Leaf(Vec<Place>),
    Branch(Vec<Child>),
}

#[derive(Debug, Clone)]
struct Child {
    first: Place,
    size: u32,
    node: Arc<Node>,
}

/// Absent: empty. No node is empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Line(Option<Arc<Node>>);

impl Line {
    pub(super) fn first(&self) -> Option<Place> {
        first(self.0.as_ref()?)
    }

    /// From the front.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Place> {
        let (mut branches, mut leaf) = (Vec::new(), [].iter());
        let mut enter = self.0.as_ref();
        std::iter::from_fn(move || {
            loop {
                match enter.take().map(|node| &**node) {
                    Some(Node::Leaf(places)) => leaf = places.iter(),
                    Some(Node::Branch(children)) => branches.push(children.iter()),
                    None => {}
                }
                if let Some(place) = leaf.next() {
                    return Some(place);
                }
                let deepest: &mut slice::Iter<'_, Child> = branches.last_mut()?;
                enter = deepest.next().map(|child| &child.node);
                if enter.is_none() {
                    branches.pop();
                }
            }
        })
    }

    pub(super) fn insert(&mut self, place: Place) {
        let Some(root) = &mut self.0 else {
            self.0 = Some(Arc::new(Node::Leaf(vec![place])));
            return;
        };
        if let Inserted::Split(right) = insert(root, place) {
            let left = Child::of(Arc::clone(root));
            self.0 = Some(Arc::new(Node::Branch(left.into_iter().chain([right]).collect())));
        }
    }

    pub(super) fn remove(&mut self, place: &Place) {
        let Some(root) = &mut self.0 else { return };
        remove(root, place);
        match &**root {
            Node::Leaf(places) if places.is_empty() => self.0 = None,
            Node::Branch(children) if children.len() < 2 => self.0 = children.first().map(|c| Arc::clone(&c.node)),
            Node::Leaf(_) | Node::Branch(_) => {}
        }
    }

    /// How many there are before the first that is not `ahead`; whoever is ahead must come before whoever is not.
    pub(super) fn count_while(&self, ahead: impl Fn(&Place) -> bool) -> u32 {
        let (mut next, mut count) = (self.0.as_ref(), 0);
        while let Some(node) = next.take() {
            match &**node {
                Node::Leaf(places) => count += length(places.partition_point(&ahead)),
                Node::Branch(children) => {
                    let reached = children.partition_point(|c| ahead(&c.first));
                    if let Some((last, before)) = children.get(..reached).and_then(<[Child]>::split_last) {
                        count += before.iter().map(|c| c.size).sum::<u32>();
                        next = Some(&last.node);
                    }
                }
            }
        }
        count
    }
}

enum Inserted {
    /// It was there.
    Nothing,
    Inside,
    /// What no longer fits, to the right.
    Split(Child),
}

impl Child {
    fn of(node: Arc<Node>) -> Option<Self> {
        Some(Self { first: first(&node)?, size: size(&node), node })
    }
}

fn length(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn size(node: &Node) -> u32 {
    match node {
        Node::Leaf(places) => length(places.len()),
        Node::Branch(children) => children.iter().map(|c| c.size).sum(),
    }
}

fn first(node: &Node) -> Option<Place> {
    match node {
        Node::Leaf(places) => places.first().copied(),
        Node::Branch(children) => children.first().map(|c| c.first),
    }
}

/// Puts it at `at`; what is beyond `most` goes to the right: the new one alone at the end, half of all elsewhere.
fn put<T>(all: &mut Vec<T>, at: usize, new: T, most: usize) -> Option<Vec<T>> {
    if all.len() < most {
        all.insert(at, new);
        return None;
    }
    if at == all.len() {
        return Some(vec![new]);
    }
    let mut right = all.split_off(most / 2);
    match at.checked_sub(all.len()) {
        Some(at) => right.insert(at, new),
        None => all.insert(at, new),
    }
    Some(right)
}

/// Most come at the end and leave at the front.
fn find(places: &[Place], place: &Place) -> Result<usize, usize> {
    match (places.first(), places.last()) {
        (_, Some(last)) if last < place => Err(places.len()),
        (Some(first), _) if first == place => Ok(0),
        _ => places.binary_search(place),
    }
}

/// Below which child it is, or would be.
fn below(children: &[Child], place: &Place) -> usize {
    match (children.get(1), children.last()) {
        (_, Some(last)) if last.first <= *place => children.len() - 1,
        (Some(second), _) if *place < second.first => 0,
        _ => children.partition_point(|c| c.first <= *place).saturating_sub(1),
    }
}

fn insert(node: &mut Arc<Node>, place: Place) -> Inserted {
    let right = match Arc::make_mut(node) {
        Node::Leaf(places) => match find(places, &place) {
            Ok(_) => return Inserted::Nothing,
            Err(at) => put(places, at, place, LEAF).map(Node::Leaf),
        },
        Node::Branch(children) => {
            let at = below(children, &place);
            let Some(child) = children.get_mut(at) else { return Inserted::Nothing };
            let right = match insert(&mut child.node, place) {
                Inserted::Nothing => return Inserted::Nothing,
                Inserted::Inside => None,
                Inserted::Split(right) => Some(right),
            };
            child.first = child.first.min(place);
            child.size += 1;
            match right {
                Some(right) => {
                    child.size -= right.size;
                    put(children, at + 1, right, FAN).map(Node::Branch)
                }
                None => None,
            }
        }
    };
    right.and_then(|right| Child::of(Arc::new(right))).map_or(Inserted::Inside, Inserted::Split)
}

/// Whether it was there.
fn remove(node: &mut Arc<Node>, place: &Place) -> bool {
    match Arc::make_mut(node) {
        Node::Leaf(places) => find(places, place).map(|at| places.remove(at)).is_ok(),
        Node::Branch(children) => {
            let at = below(children, place);
            let Some(child) = children.get_mut(at) else { return false };
            if !remove(&mut child.node, place) {
                return false;
            }
            child.size -= 1;
            match first(&child.node) {
                Some(first) => {
                    child.first = first;
                    join(children, at);
                }
                None => _ = children.remove(at),
            }
            true
        }
    }
}

/// Where the child has become thin, and fits well into one node with the next or the one before.
fn join(children: &mut Vec<Child>, at: usize) {
    let full = |c: &Child| match &*c.node {
        Node::Leaf(places) => (places.len(), LEAF),
        Node::Branch(below) => (below.len(), FAN),
    };
    if children.get(at).map(full).is_none_or(|(len, most)| len >= most / 4) {
        return;
    }
    for at in [Some(at), at.checked_sub(1)].into_iter().flatten() {
        let Some([left, right]) = children.get_mut(at..at + 2) else { continue };
        let ((a, most), (b, _)) = (full(left), full(right));
        if a + b > most / 2 {
            continue;
        }
        match (Arc::make_mut(&mut left.node), &*right.node) {
            (Node::Leaf(places), Node::Leaf(more)) => places.extend_from_slice(more),
            (Node::Branch(below), Node::Branch(more)) => below.extend_from_slice(more),
            _ => continue,
        }
        left.size += right.size;
        children.remove(at + 1);
        return;
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

    /// Depth, if every node is in order: sizes, firsts, bounds, all leaves equally deep.
    fn sound(node: &Node, root: bool) -> Option<u32> {
        match node {
            Node::Leaf(places) => {
                let fits = !places.is_empty() && places.len() <= LEAF && places.is_sorted_by(|a, b| a < b);
                fits.then_some(1)
            }
            Node::Branch(children) => {
                let known = |c: &Child| c.size == size(&c.node) && Some(c.first) == first(&c.node);
                let depths: BTreeSet<_> = children.iter().map(|c| sound(&c.node, false)).collect();
                let fits = (if root { 2 } else { 1 }..=FAN).contains(&children.len()) && children.iter().all(known);
                let depth = depths.first().copied().flatten().filter(|_| depths.len() == 1)?;
                fits.then_some(depth + 1)
            }
        }
    }

    fn depth(line: &Line) -> u32 {
        line.0.as_ref().map_or(0, |root| sound(root, true).expect("in order"))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]
        #[test]
        fn a_sorted_set_that_knows_ranks(
            filled in 0..1_500i64, ops in prop::collection::vec((any::<bool>(), 0..4_500i64), 1..200), drained in 0..1_500usize,
        ) {
            let (mut line, mut set) = (Line::default(), BTreeSet::new());
            for key in 0..filled {
                line.insert(place(key * 3));
                set.insert(place(key * 3));
            }
            for (add, key) in ops {
                let (old, before) = (line.clone(), set.len());
                let p = place(key);
                if add {
                    line.insert(p);
                    set.insert(p);
                } else {
                    line.remove(&p);
                    set.remove(&p);
                }
                depth(&line);
                prop_assert_eq!(old.count_while(|_| true) as usize, before, "a clone does not change");
                prop_assert_eq!(line.first(), set.first().copied());
                prop_assert_eq!(line.count_while(|x| *x < p) as usize, set.range(..p).count());
                prop_assert_eq!(line.count_while(|_| true) as usize, set.len());
            }
            prop_assert!(line.iter().eq(set.iter()));
            for _ in 0..drained {
                let Some(first) = set.pop_first() else { break };
                line.remove(&first);
            }
            depth(&line);
            prop_assert!(line.iter().eq(set.iter()));
        }
    }

    #[test]
    fn stays_shallow_and_full_when_filled_at_the_end_and_served_from_the_front() {
        let mut line = Line::default();
        for n in 0..100_000 {
            line.insert(Place { key: n, ..place(1) });
        }
        assert_eq!(depth(&line), 4);
        for n in 0..99_000 {
            line.remove(&Place { key: n, ..place(1) });
        }
        assert_eq!((depth(&line), line.count_while(|_| true)), (2, 1_000));
        // Most of a line may leave it from anywhere.
        for n in (99_000..100_000).filter(|n| n % 50 != 0) {
            line.remove(&Place { key: n, ..place(1) });
        }
        assert_eq!((depth(&line), line.iter().count()), (1, 20));
    }
}
