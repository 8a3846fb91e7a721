//! The index of what waits and who is free.
//!
//! Items with the same needs form a *class* (requirements, units, strategy's queue, preferred person, decliners): within a
//! class everybody who may take one may take each, so only its head is ever looked at, and an item that nobody can take
//! blocks neither its own class nor others. A class keeps its line in the order of a key that does not change with time
//! (see the room's doc), the people who qualify, and those of them with room for one more. Only classes with somebody in
//! the latter set are *ready*; [`Backlog::next_match`] walks these in the order of their heads, and returns at once when
//! there are none.
//!
//! Everything is a function of the last `put` of each item, person and queue, in any order, so an index rebuilt from state
//! equals the live one. What time alone changes (a lease, a shift) is judged at the call. Structures are persistent: a
//! clone is a few pointers.

mod outlook;
mod person;
mod read;

use std::{collections::BTreeMap, sync::Arc};

use baton_model::{
    EscalationId, HumanAgent, HumanAgentId, HumanProfile, Millis, Queue, QueueId, Requirements, Strategy, Timestamp,
    WorkItem,
};
use imbl::{OrdMap, OrdSet};

use super::fit;
pub use outlook::Asked;
use person::Person;

/// For items whose queue is gone.
const FALLBACK_OFFER: Millis = Millis::secs(30);

/// A pair to offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    pub escalation: EscalationId,
    pub human_agent: HumanAgentId,
    /// Why this person, in words.
    pub fit: String,
    /// Until when the offer stands.
    pub due: Timestamp,
}

/// Everything that decides who may take an item, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Class {
    queue: QueueId,
    requirements: Requirements,
    units: u32,
    preferred: Option<HumanAgentId>,
    decliners: Vec<HumanAgentId>,
}

impl Class {
    fn of(item: &WorkItem) -> Self {
        let mut decliners = item.decliners.clone();
        decliners.sort_unstable();
        decliners.dedup();
        Self {
            queue: item.queue.clone(),
            requirements: item.requirements.clone(),
            units: item.units,
            preferred: item.preferred,
            decliners,
        }
    }

    fn accepts(&self, id: HumanAgentId, profile: &HumanProfile) -> bool {
        self.decliners.binary_search(&id).is_err() && fit::qualifies(profile, &self.requirements)
    }
}

/// A place in the line, best first: aged score, then real age, then id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    /// `routing_since - priority` in milliseconds: lower is a higher score at every moment.
    key: i64,
    real_since: Timestamp,
    id: EscalationId,
}

fn key(routing_since: Timestamp, priority: i32) -> i64 {
    routing_since.millis().saturating_sub(i64::from(priority) * 1_000)
}

/// A class that has at least one item.
#[derive(Debug, Clone, Default, PartialEq)]
struct Waiting {
    line: OrdSet<Place>,
    /// Connected and available people who qualify.
    qualified: OrdSet<HumanAgentId>,
    /// Those with room for one more.
    able: OrdSet<HumanAgentId>,
}

impl Waiting {
    fn ready(&self) -> Option<Place> {
        if self.able.is_empty() { None } else { self.line.get_min().copied() }
    }
}

#[derive(Debug, Clone, PartialEq)]
struct QueueRules {
    strategy: Strategy,
    offer: Millis,
}

/// Derived, persistent index of what waits and who is free; `Clone` is O(1). Rebuilt from state on load.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Backlog {
    queues: Arc<BTreeMap<QueueId, QueueRules>>,
    items: OrdMap<EscalationId, (Arc<Class>, Place)>,
    classes: OrdMap<Arc<Class>, Waiting>,
    people: OrdMap<HumanAgentId, Person>,
    /// Connected (by their last put) and available.
    here: OrdSet<HumanAgentId>,
    /// Heads of the classes that somebody could take.
    ready: OrdSet<Place>,
    /// Where the remembered shift of each person here starts and ends.
    shift_starts: OrdSet<(Timestamp, HumanAgentId)>,
    shift_ends: OrdSet<(Timestamp, HumanAgentId)>,
}

impl Backlog {
    /// An item that waits and is not offered; replaces what was known of it.
    pub fn put_item(&mut self, id: EscalationId, item: &WorkItem) {
        let class = Class::of(item);
        let place = Place { key: key(item.routing_since, item.priority), real_since: item.real_since, id };
        if let Some((old, at)) = self.items.get(&id) {
            if **old == class && *at == place {
                return;
            }
            self.remove_item(id);
        }
        let (class, mut waiting) = match self.classes.get_key_value(&class) {
            Some((class, waiting)) => (class.clone(), waiting.clone()),
            None => (Arc::new(class.clone()), self.new_class(&class)),
        };
        let before = waiting.ready();
        waiting.line.insert(place);
        self.move_head(before, waiting.ready());
        self.items.insert(id, (class.clone(), place));
        self.classes.insert(class, waiting);
    }

    pub fn remove_item(&mut self, id: EscalationId) {
        let Some((class, place)) = self.items.remove(&id) else { return };
        let Some(mut waiting) = self.classes.remove(&class) else { return };
        let before = waiting.ready();
        waiting.line.remove(&place);
        self.move_head(before, waiting.ready());
        if !waiting.line.is_empty() {
            self.classes.insert(class, waiting);
        }
    }

    /// Any change of profile, presence or load; replaces what was known of the person.
    pub fn put_human(&mut self, human: &HumanAgent) {
        let id = human.id;
        let old = self.people.get(&id);
        let person = Person::of(human, old);
        let same_profile = old.is_some_and(|o| Arc::ptr_eq(&o.profile, &person.profile));
        let (was_here, was_free) = old.map_or((false, 0), |o| (o.here(), o.free_units()));
        let (is_here, is_free) = (person.here(), person.free_units());

        if let Some(shift) = old.and_then(Person::known_shift) {
            self.shift_starts.remove(&(shift.from, id));
            self.shift_ends.remove(&(shift.to, id));
        }
        if let Some(shift) = person.known_shift() {
            self.shift_starts.insert((shift.from, id));
            self.shift_ends.insert((shift.to, id));
        }
        let profile = person.profile.clone();
        self.people.insert(id, person);
        if is_here {
            self.here.insert(id);
        } else {
            self.here.remove(&id);
        }

        // A heartbeat, or a change while away, ends here.
        if was_here == is_here && (!is_here || same_profile && was_free == is_free) {
            return;
        }
        let judge_again = was_here != is_here || !same_profile;
        let classes: Vec<Arc<Class>> = self.classes.keys().cloned().collect();
        for class in classes {
            let Some(waiting) = self.classes.get(&class) else { continue };
            let (was_qualified, was_able) = (waiting.qualified.contains(&id), waiting.able.contains(&id));
            let qualified = if judge_again { is_here && class.accepts(id, &profile) } else { was_qualified };
            let able = qualified && is_free >= class.units;
            if (qualified, able) == (was_qualified, was_able) {
                continue;
            }
            let mut waiting = waiting.clone();
            let before = waiting.ready();
            set(&mut waiting.qualified, id, qualified);
            set(&mut waiting.able, id, able);
            self.move_head(before, waiting.ready());
            self.classes.insert(class, waiting);
        }
    }

    pub fn set_queues(&mut self, queues: &[Queue]) {
        let rules = |q: &Queue| QueueRules { strategy: q.strategy, offer: q.offer_timeout().max(Millis::secs(1)) };
        self.queues = Arc::new(queues.iter().map(|q| (q.id.clone(), rules(q))).collect());
    }

    /// The next pair to offer, or `None` when no free, able person and waiting item coexist. Deterministic.
    pub fn next_match(&self, now: Timestamp) -> Option<Match> {
        self.ready.iter().find_map(|head| {
            let (class, _) = self.items.get(&head.id)?;
            let waiting = self.classes.get(class)?;
            let (id, person) = self.choose(class, waiting, now)?;
            let words = fit::fit_words(&person.profile, &class.requirements);
            let fit = if class.preferred == Some(id) { format!("asked for by name, {words}") } else { words };
            let offer = self.queues.get(&class.queue).map_or(FALLBACK_OFFER, |q| q.offer);
            Some(Match { escalation: head.id, human_agent: id, fit, due: now + offer })
        })
    }

    fn choose(&self, class: &Class, waiting: &Waiting, now: Timestamp) -> Option<(HumanAgentId, &Person)> {
        let candidate = |id: &HumanAgentId| {
            let person = self.people.get(id)?;
            person.present(now).then_some((*id, person))
        };
        if let Some(id) = self.reserved_for(class, waiting, now) {
            return waiting.able.contains(&id).then(|| candidate(&id)).flatten();
        }
        let strategy = self.queues.get(&class.queue).map(|q| q.strategy).unwrap_or_default();
        let candidates = waiting.able.iter().filter_map(candidate);
        candidates.min_by_key(|(id, person)| person.rank(strategy, &class.requirements, *id))
    }

    /// The preferred person, while they are there and qualify. Otherwise anybody may have the item.
    fn reserved_for(&self, class: &Class, waiting: &Waiting, now: Timestamp) -> Option<HumanAgentId> {
        let id = class.preferred?;
        let there = waiting.qualified.contains(&id) && self.people.get(&id).is_some_and(|p| p.present(now));
        there.then_some(id)
    }

    fn new_class(&self, class: &Class) -> Waiting {
        let mut waiting = Waiting::default();
        for id in &self.here {
            let Some(person) = self.people.get(id) else { continue };
            if class.accepts(*id, &person.profile) {
                waiting.qualified.insert(*id);
                if person.free_units() >= class.units {
                    waiting.able.insert(*id);
                }
            }
        }
        waiting
    }

    fn move_head(&mut self, before: Option<Place>, after: Option<Place>) {
        if before == after {
            return;
        }
        if let Some(head) = before {
            self.ready.remove(&head);
        }
        if let Some(head) = after {
            self.ready.insert(head);
        }
    }
}

fn set(people: &mut OrdSet<HumanAgentId>, id: HumanAgentId, member: bool) {
    if member {
        people.insert(id);
    } else {
        people.remove(&id);
    }
}

#[cfg(test)]
mod tests;
