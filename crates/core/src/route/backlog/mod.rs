//! The index of what waits and who is free.
//!
//! Items with the same needs form a [`Class`](class::Class): everybody who may take one may take each, so only its first
//! item is ever looked at, and an item that nobody can take blocks neither its own class nor others. What is known of one
//! item alone (who said no, who is asked first) is an exception, in a line of its own beside the class; a line that is kept
//! for somebody who is there is seen by them only.
//!
//! Nothing scans the backlog or the staff. A freed person looks at the heads of the classes they serve ([`person::Serve`]),
//! a new item at the people of its class who are free (bitmaps over people, one per class and per kind of demand). And only
//! what changed is looked at: each put marks what it may have made possible as *fresh*, and [`Backlog::next_match`] works
//! that list off. [`Backlog::sweep`] marks everything, which is the safety net and what a rebuilt index starts with.
//!
//! Leases are judged at the call; shifts are as of the last [`Backlog::put_human`] or [`Backlog::turn`], which the owner
//! calls at [`Backlog::next_shift_change`]. Structures are persistent: a clone is a few pointers.
//!
//! To add something that decides who may take an item: into `Class` when many items share it, into `Exception` when not.

mod assign;
mod bits;
mod class;
mod finder;
mod line;
mod matching;
mod outlook;
mod person;
mod read;
mod table;
mod tree;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use baton_model::{EscalationId, HumanAgent, HumanAgentId, Millis, Queue, QueueId, Strategy, Timestamp, WorkItem};
use imbl::{OrdMap, OrdSet, Vector};

use bits::Bits;
use class::{Class, Crowd, Entry, Exception, Head};
use finder::Finder;
use line::{Line, Place};
pub use outlook::Asked;
use person::{Demand, Person, Seat};
use table::Table;
use tree::{Keyed, Tree};

pub use matching::Match;

/// Classes kept for their next item; beyond, an empty one makes room.
const CLASSES: u32 = 4_096;

#[derive(Debug, Clone, PartialEq)]
struct QueueRules {
    strategy: Strategy,
    offer: Millis,
    weight: u8,
    /// Its people help others only while nobody here has waited longer.
    lend_below: Option<Millis>,
}

impl Default for QueueRules {
    /// For items whose queue is gone.
    fn default() -> Self {
        let weight = baton_model::PROFICIENCY_WEIGHT;
        Self { strategy: Strategy::default(), offer: Millis::secs(30), weight, lend_below: None }
    }
}

/// Where a fresh item stands: its class, and what is special about it.
type LineOf = (u32, Option<Arc<Exception>>);

/// A line beside its class.
type Aside = (u32, Arc<Exception>);

/// Occupied, idle since, who, their number.
type Idle = (u64, Timestamp, HumanAgentId, u32);

impl Keyed for Idle {
    type Key = Self;

    fn key(&self) -> Self {
        *self
    }
}

/// Derived, persistent index of what waits and who is free; `Clone` is O(1). Rebuilt from state on load.
#[derive(Clone, Debug, Default)]
pub struct Backlog {
    queues: Arc<BTreeMap<QueueId, QueueRules>>,
    /// Some queue asks in turn, pairs in batches, lends its people under a condition.
    takes_turns: bool,
    in_batches: bool,
    lends: bool,
    /// By the number of their id, which grows with time.
    items: Tree<Entry>,

    classes: Table<Arc<Class>>,
    heads: Table<Head>,
    lines: Table<Line>,
    by_digest: Finder,
    demands: Table<Demand>,
    /// Classes that have items.
    open: Bits,
    /// Items with exceptions that anybody may take who did not decline them.
    aside: OrdMap<Aside, Line>,
    /// Those of `aside` that will be kept for somebody when they are back.
    named: OrdSet<(HumanAgentId, Aside)>,
    /// Kept for somebody who is there and may take them.
    kept: OrdMap<(HumanAgentId, Aside), Line>,

    people: Table<Arc<Person>>,
    seats: Table<Seat>,
    /// Of their seats, what most searches compare: occupied, idle since.
    standing: Table<(u64, Timestamp)>,
    /// Who has a skill, at any level: a new class asks only those.
    skilled: OrdMap<String, Bits>,
    /// By id.
    slots: Finder,
    there: Bits,
    /// By demand: who is there and has room for one more.
    free: Table<Bits>,
    /// There, with room for something: least occupied first, then longest idle.
    idle: Tree<Idle>,
    /// The same, asked longest ago first.
    turns: OrdSet<(Timestamp, HumanAgentId, u32)>,
    shift_ends: OrdSet<(Timestamp, u32)>,

    /// In one piece each: small, or left alone until replaced.
    fresh_items: Arc<BTreeMap<Place, LineOf>>,
    fresh_people: Arc<BTreeSet<HumanAgentId>>,
    /// Chosen together, offered one by one.
    planned: Vector<(EscalationId, HumanAgentId)>,
}

impl Backlog {
    /// An item that waits and is not offered; replaces what was known of it.
    pub fn put_item(&mut self, id: EscalationId, item: &WorkItem) {
        let class = self.class_for(item);
        let place = Place { key: key(item.routing_since, item.priority), real_since: item.real_since, id };
        let exception = Exception::of(item).map(Arc::new);
        let entry = Entry { id, class, key: place.key, real_since: place.real_since, exception: exception.clone() };
        if let Some(old) = self.items.insert(entry) {
            if old.class == class && old.place() == place && old.exception == exception {
                return;
            }
            self.take_out(old);
        }
        self.add(class, place, exception.as_ref());
    }

    pub fn remove_item(&mut self, id: EscalationId) {
        if let Some(entry) = self.items.remove(&id.uuid().as_u128()) {
            self.take_out(entry);
        }
    }

    fn take_out(&mut self, entry: Entry) {
        let place = entry.place();
        let Entry { class, exception, .. } = entry;
        self.unmark_item(&place);
        let Some(head) = self.heads.get_mut(class) else { return };
        head.count -= 1;
        if head.count == 0 {
            self.open.set(class, false);
        }
        let Some(exception) = exception else {
            let Some(line) = self.lines.get_mut(class) else { return };
            line.remove(&place);
            let first = line.first();
            if head.first != first {
                head.first = first;
                self.led(class, first);
            }
            return;
        };
        let aside = (class, exception);
        let Some(person) = aside.1.preferred.map(|p| (p, aside.clone())).filter(|k| self.kept.contains_key(k)) else {
            if let Some(left) = shorten(&mut self.aside, &aside, &place) {
                self.mark_aside(left, &aside);
                if let (None, Some(person)) = (left, aside.1.preferred) {
                    self.named.remove(&(person, aside.clone()));
                }
            }
            let more = self.aside.range((class, Arc::clone(&NOBODY))..).next().is_some_and(|((c, _), _)| *c == class);
            if let Some(head) = self.heads.get_mut(class) {
                head.exceptions = more;
            }
            return;
        };
        if let Some(first) = shorten(&mut self.kept, &person, &place) {
            self.mark_aside(first, &person.1);
        }
    }

    fn add(&mut self, class: u32, place: Place, exception: Option<&Arc<Exception>>) {
        let Some(head) = self.heads.get_mut(class) else { return };
        head.count += 1;
        self.open.set(class, true);
        let Some(exception) = exception else {
            let Some(line) = self.lines.get_mut(class) else { return };
            line.insert(place);
            if head.first.is_none_or(|first| place < first) {
                head.first = Some(place);
                self.led(class, Some(place));
            }
            return;
        };
        let aside = (class, Arc::clone(exception));
        self.mark_aside(Some(place), &aside);
        if let Some(person) = exception.preferred {
            if self.keeps(person, &aside) {
                self.kept.entry((person, aside)).or_default().insert(place);
                return;
            }
            self.named.insert((person, aside.clone()));
        }
        self.aside.entry(aside).or_default().insert(place);
        if let Some(head) = self.heads.get_mut(class) {
            head.exceptions = true;
        }
    }

    /// The class has another first item: whoever is free has not been asked about it.
    fn led(&mut self, class: u32, first: Option<Place>) {
        if let Some(first) = first {
            Arc::make_mut(&mut self.fresh_items).insert(first, (class, None));
        }
        // A shorter wait may allow the people of this queue to help others.
        let lender = |c: &Arc<Class>| self.queues.get(&c.queue).is_some_and(|q| q.lend_below.is_some());
        if self.lends && self.classes.get(class).is_some_and(lender) {
            self.fresh_people = Arc::new(self.idle.iter().map(|(_, _, id, _)| *id).collect());
        }
    }

    /// The line waits for this person, because they are there and may take it.
    fn keeps(&self, person: HumanAgentId, (class, exception): &Aside) -> bool {
        let Some(slot) = self.slot(person) else { return false };
        let crowd = self.classes.get(*class).map(|c| &c.crowd);
        self.there.contains(slot) && crowd.is_some_and(|c| c.everyone.contains(slot)) && !exception.declined(person)
    }

    /// Any change of profile, presence or load; replaces what was known of the person.
    pub fn put_human(&mut self, human: &HumanAgent, now: Timestamp) {
        let id = human.id;
        let Some(slot) = self.slot(id) else {
            let slot = self.people.len();
            self.slots.add(finder::digest(id), slot, |n| self.seats.get(n).map_or(0, |s| finder::digest(s.id)));
            let profile = Arc::clone(&human.profile);
            self.people.put(slot, Arc::new(Person { id, profile, serves: Vec::new() }));
            self.learn(slot, None);
            self.judge(slot);
            self.seat(slot, Seat::of(human, None, now), true);
            return;
        };
        let Some(person) = self.people.get(slot) else { return };
        let old = (person.profile != human.profile).then(|| Arc::clone(person));
        if let Some(old) = &old {
            let person = Person { profile: Arc::clone(&human.profile), ..(**old).clone() };
            self.people.put(slot, Arc::new(person));
            self.learn(slot, Some(old));
            self.judge(slot);
        }
        let known = self.seats.get(slot).filter(|_| old.is_none());
        self.seat(slot, Seat::of(human, known, now), old.is_some());
    }

    pub(super) fn slot(&self, id: HumanAgentId) -> Option<u32> {
        self.slots.find(finder::digest(id), |n| self.seats.get(n).is_some_and(|s| s.id == id))
    }

    /// Keeps who has which skill.
    fn learn(&mut self, slot: u32, old: Option<&Person>) {
        for skill in old.iter().flat_map(|o| o.profile.skills.keys()) {
            if let Some(bits) = self.skilled.get_mut(skill) {
                bits.set(slot, false);
            }
        }
        let Some(person) = self.people.get(slot).map(Arc::clone) else { return };
        for skill in person.profile.skills.keys() {
            match self.skilled.get_mut(skill) {
                Some(bits) => bits.set(slot, true),
                None => {
                    let mut bits = Bits::default();
                    bits.set(slot, true);
                    self.skilled.insert(skill.clone(), bits);
                }
            }
        }
    }

    /// Asks of every class whether this person qualifies.
    fn judge(&mut self, slot: u32) {
        let Some(mut person) = self.people.get(slot).map(|p| (**p).clone()) else { return };
        let mut serves = Vec::new();
        for (number, class) in (0u32..).zip(self.classes.iter_mut()) {
            let serve = class.serve(number, &person);
            serves.extend(serve);
            if serve.is_some() || class.crowd.everyone.contains(slot) {
                Arc::make_mut(class).crowd.set(slot, serve);
            }
        }
        person.serves = serves;
        self.people.put(slot, Arc::new(person));
    }

    /// Puts the person where the index looks for them; `changed`: with another profile than before.
    fn seat(&mut self, slot: u32, seat: Seat, changed: bool) {
        let old = self.seats.get(slot).copied();
        for (number, demand) in (0u32..).zip(self.demands.iter()) {
            let takes = seat.there && seat.takes(*demand);
            if self.free.get(number).is_some_and(|free| free.contains(slot) != takes)
                && let Some(free) = self.free.get_mut(number)
            {
                free.set(slot, takes);
            }
        }
        let moves = changed || old.is_none_or(|o| o.there != seat.there);
        self.seats.put(slot, seat);
        self.standing.put(slot, (seat.occupied, seat.idle_since));
        self.there.set(slot, seat.there);
        let ends = |s: &Seat| s.turns_at().map(|at| (at, slot));
        swap(&mut self.shift_ends, old.as_ref().and_then(ends), ends(&seat));
        let idle = |s: &Seat| s.asks.then_some((s.occupied, s.idle_since, s.id, slot));
        let (before, after) = (old.as_ref().and_then(idle), idle(&seat));
        if before != after {
            before.and_then(|before| self.idle.remove(&before));
            after.and_then(|after| self.idle.insert(after));
        }
        if self.takes_turns {
            let turn = |s: &Seat| s.asks.then_some((s.offered_at, s.id, slot));
            swap(&mut self.turns, old.as_ref().and_then(turn), turn(&seat));
        }
        if moves {
            self.keep_for(seat.id);
        }
        if !seat.asks {
            self.unmark_person(seat.id);
        } else if moves || old.is_none_or(|o| o.load > seat.load) {
            Arc::make_mut(&mut self.fresh_people).insert(seat.id);
        }
    }

    /// Lines that name this person are kept for them while they are there, and anybody's otherwise.
    fn keep_for(&mut self, id: HumanAgentId) {
        let first = (0, Arc::clone(&NOBODY));
        let kept: Vec<_> =
            self.kept.range((id, first.clone())..).take_while(|((p, _), _)| *p == id).map(|((_, a), _)| a.clone()).collect();
        for aside in kept {
            if self.keeps(id, &aside) {
                continue;
            }
            if let Some(line) = self.kept.remove(&(id, aside.clone())) {
                self.mark_aside(line.first(), &aside);
                if let Some(head) = self.heads.get_mut(aside.0) {
                    head.exceptions = true;
                }
                self.named.insert((id, aside.clone()));
                self.aside.insert(aside, line);
            }
        }
        let named: Vec<_> = self.named.range((id, first)..).take_while(|(p, _)| *p == id).map(|(_, a)| a.clone()).collect();
        for aside in named {
            if !self.keeps(id, &aside) {
                continue;
            }
            self.named.remove(&(id, aside.clone()));
            if let Some(line) = self.aside.remove(&aside) {
                self.mark_aside(line.first(), &aside);
                self.kept.insert((id, aside), line);
            }
        }
    }

    pub fn set_queues(&mut self, queues: &[Queue]) {
        let rules = |q: &Queue| QueueRules {
            strategy: q.strategy,
            offer: q.offer_timeout().max(Millis::secs(1)),
            weight: q.proficiency_weight,
            lend_below: q.lending.map(|l| Millis::secs(i64::from(l.while_wait_below_seconds))),
        };
        self.queues = Arc::new(queues.iter().map(|q| (q.id.clone(), rules(q))).collect());
        for (head, class) in self.heads.iter_mut().zip(self.classes.iter()) {
            (head.weight, head.lent) = (weight(&self.queues, class), lent(&self.queues, class));
        }
        self.turns = OrdSet::new();
        let any = |f: fn(&QueueRules) -> bool| self.queues.values().any(f);
        self.takes_turns = any(|q| q.strategy == Strategy::RoundRobin);
        self.in_batches = any(|q| q.strategy == Strategy::MinCost);
        self.lends = any(|q| q.lend_below.is_some());
        if self.takes_turns {
            let asks = self.idle.iter().filter_map(|(.., id, slot)| Some((self.seats.get(*slot)?.offered_at, *id, *slot)));
            self.turns = asks.collect();
        }
        self.sweep();
    }

    /// Shifts have turned: who is working now?
    pub fn turn(&mut self, now: Timestamp) {
        for slot in 0..self.people.len() {
            let (Some(mut seat), Some(person)) = (self.seats.get(slot).copied(), self.people.get(slot)) else {
                continue;
            };
            if seat.look_at_shift(&person.profile.hours, now) {
                self.seat(slot, seat, false);
            }
        }
    }

    /// Looks at everything again: what a rebuilt index needs, and a check that nothing was overlooked.
    pub fn sweep(&mut self) {
        self.fresh_people = Arc::new(self.idle.iter().map(|(_, _, id, _)| *id).collect());
        let heads = (0u32..).zip(self.heads.iter()).filter_map(|(class, h)| Some((h.first?, (class, None))));
        let kept = self.kept.iter().map(|((_, aside), line)| (aside, line));
        let aside = self.aside.iter().chain(kept);
        let others = aside.filter_map(|((class, e), line)| Some((line.first()?, (*class, Some(Arc::clone(e))))));
        self.fresh_items = Arc::new(heads.chain(others).collect());
    }

    /// Nothing is fresh: the owner knows that everything was looked at.
    pub fn settled(&mut self) {
        if !self.fresh_people.is_empty() {
            self.fresh_people = Arc::default();
        }
        if !self.fresh_items.is_empty() {
            self.fresh_items = Arc::default();
        }
    }

    /// The first of a line beside its class.
    fn mark_aside(&mut self, first: Option<Place>, (class, exception): &Aside) {
        if let Some(first) = first {
            Arc::make_mut(&mut self.fresh_items).insert(first, (*class, Some(Arc::clone(exception))));
        }
    }

    fn unmark_item(&mut self, place: &Place) {
        if self.fresh_items.contains_key(place) {
            Arc::make_mut(&mut self.fresh_items).remove(place);
        }
    }

    fn unmark_person(&mut self, id: HumanAgentId) {
        if self.fresh_people.contains(&id) {
            Arc::make_mut(&mut self.fresh_people).remove(&id);
        }
    }

    fn class_for(&mut self, item: &WorkItem) -> u32 {
        let digest = class::digest(item);
        let same = |n: u32| self.classes.get(n).is_some_and(|c| c.digest == digest && c.holds(item));
        let known = self.by_digest.find(digest, same);
        known.unwrap_or_else(|| self.new_class(item, digest))
    }

    fn new_class(&mut self, item: &WorkItem, digest: u64) -> u32 {
        let demand = class::demand(item);
        let known = (0u32..).zip(self.demands.iter()).find(|(_, d)| **d == demand).map(|(n, _)| n);
        let demand_no = known.unwrap_or_else(|| {
            let mut free = Bits::default();
            for (_, _, _, slot) in self.idle.iter() {
                free.set(*slot, self.seats.get(*slot).is_some_and(|s| s.takes(demand)));
            }
            let further = self.demands.len();
            self.demands.put(further, demand);
            self.free.put(further, free);
            further
        });
        let mut class = Class::of(item, digest, demand_no);
        let number = self.vacate();
        let mut crowd = Crowd::default();
        for slot in self.may_serve(&class) {
            let Some(person) = self.people.get_mut(slot) else { continue };
            if let Some(serve) = class.serve(number, person) {
                crowd.set(slot, Some(serve));
                Arc::make_mut(person).set_serve(number, Some(serve));
            }
        }
        class.crowd = crowd;
        let head = Head {
            first: None,
            pace: class.pace(),
            weight: weight(&self.queues, &class),
            demand_no: class.demand_no,
            count: 0,
            exceptions: false,
            lent: lent(&self.queues, &class),
        };
        self.by_digest.add(digest, number, |n| self.classes.get(n).map_or(0, |c| c.digest));
        self.heads.put(number, head);
        self.classes.put(number, Arc::new(class));
        self.lines.put(number, Line::default());
        number
    }

    /// Everybody who qualifies, and others: those with the rarest of the required skills.
    fn may_serve(&self, class: &Class) -> Vec<u32> {
        let skills = class.needs().skills.keys();
        let rarest = skills.map(|s| self.skilled.get(s)).min_by_key(|bits| bits.map_or(0, Bits::len));
        match rarest {
            Some(bits) => bits.into_iter().flat_map(Bits::iter).collect(),
            None => (0..self.people.len()).collect(),
        }
    }

    /// A number for a new class: a further one, or beyond the bound that of an empty class.
    fn vacate(&mut self) -> u32 {
        let further = self.classes.len();
        if further < CLASSES {
            return further;
        }
        let Some(number) = (0u32..).zip(self.heads.iter()).find(|(_, h)| h.count == 0).map(|(n, _)| n) else {
            return further;
        };
        // All but this one.
        self.by_digest = Finder::default();
        for (n, class) in (0u32..).zip(self.classes.iter()).filter(|(n, _)| *n != number) {
            self.by_digest.add(class.digest, n, |n| self.classes.get(n).map_or(0, |c| c.digest));
        }
        let crowd = self.classes.get(number).map(|c| c.crowd.everyone.clone()).unwrap_or_default();
        for slot in crowd.iter() {
            if let Some(person) = self.people.get_mut(slot) {
                Arc::make_mut(person).set_serve(number, None);
            }
        }
        number
    }
}

/// Sorts before every exception.
static NOBODY: std::sync::LazyLock<Arc<Exception>> =
    std::sync::LazyLock::new(|| Arc::new(Exception { preferred: None, decliners: Vec::new() }));

fn key(routing_since: Timestamp, priority: i32) -> i64 {
    routing_since.millis().saturating_sub(i64::from(priority) * 1_000)
}

fn weight(queues: &BTreeMap<QueueId, QueueRules>, class: &Class) -> u8 {
    queues.get(&class.queue).map_or(baton_model::PROFICIENCY_WEIGHT, |q| q.weight)
}

fn lent(queues: &BTreeMap<QueueId, QueueRules>, class: &Class) -> bool {
    let conditional = |q: &QueueId| queues.get(q).is_some_and(|q| q.lend_below.is_some());
    class.needs().queues.iter().any(|q| *q != class.queue && conditional(q))
}

fn swap<T: Ord + Clone>(set: &mut OrdSet<T>, before: Option<T>, after: Option<T>) {
    if before != after {
        if let Some(before) = before {
            set.remove(&before);
        }
        set.extend(after);
    }
}

/// Takes a place out of a line; `Some` with what is first then, when there was such a line.
fn shorten<K: Ord + Clone>(lines: &mut OrdMap<K, Line>, key: &K, place: &Place) -> Option<Option<Place>> {
    let line = lines.get_mut(key)?;
    line.remove(place);
    let first = line.first();
    if first.is_none() {
        lines.remove(key);
    }
    Some(first)
}

#[cfg(test)]
mod tests;
