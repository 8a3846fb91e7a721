//! Answers about the line: position, why, who is there, when that changes.

use baton_model::{Candidate, EscalationId, HumanAgentId, QueueId, Requirements, Timestamp, Willing};
use imbl::OrdSet;

use super::{Backlog, Class, Person, Waiting};
use crate::{calendar, route::fit};

impl Backlog {
    /// 1 is next among the items that compete for the same people: those that some connected, available person may take
    /// as well as this one; where nobody is there for one of them, those that share a queue.
    pub fn position(&self, id: EscalationId) -> Option<u32> {
        let (class, place) = self.items.get(&id)?;
        let own = self.classes.get(class)?;
        let rivals = self.classes.iter().filter(|(c, w)| *c == class || competes(class, own, c, w));
        let ahead: usize = rivals.map(|(_, w)| w.line.range(..*place).count()).sum();
        Some(u32::try_from(ahead).unwrap_or(u32::MAX).saturating_add(1))
    }

    /// Everybody, with why or why not: who could take it now first, then who qualifies, then by name.
    pub fn explain(&self, id: EscalationId, now: Timestamp) -> Vec<Candidate> {
        let Some((class, _)) = self.items.get(&id) else { return Vec::new() };
        let Some(waiting) = self.classes.get(class) else { return Vec::new() };
        let reserved = self.reserved_for(class, waiting, now);
        let mut rows: Vec<(bool, Candidate)> = Vec::with_capacity(self.people.len());
        for (human, person) in &self.people {
            let (qualified, obstacles) = self.obstacles(*human, person, class, reserved, now);
            let takes = obstacles.is_empty();
            let mut why = Vec::new();
            if qualified {
                why.push(fit::fit_words(&person.profile, &class.requirements));
                why.retain(|words| !words.is_empty());
            }
            why.extend(obstacles);
            let name = person.profile.name.clone();
            rows.push((takes, Candidate { human_agent: *human, name, qualified, why }));
        }
        rows.sort_by(|(a_takes, a), (b_takes, b)| {
            (!a_takes, !a.qualified, &a.name, a.human_agent).cmp(&(!b_takes, !b.qualified, &b.name, b.human_agent))
        });
        rows.into_iter().map(|(_, candidate)| candidate).collect()
    }

    fn obstacles(
        &self,
        id: HumanAgentId,
        person: &Person,
        class: &Class,
        reserved: Option<HumanAgentId>,
        now: Timestamp,
    ) -> (bool, Vec<String>) {
        let mut words = fit::lacks(&person.profile, &class.requirements);
        if class.decliners.binary_search(&id).is_ok() {
            words.push("declined it, or let the offer pass".into());
        }
        let qualified = words.is_empty();
        if !person.connected(now) {
            words.push("not connected".into());
        } else if person.willing != Willing::Available {
            words.push(if person.willing == Willing::Busy { "busy" } else { "away" }.into());
        }
        if !person.working(now) {
            words.push("outside their shift".into());
        }
        if person.free_units() < class.units {
            let (load, capacity) = (person.load, person.profile.capacity);
            words.push(if class.units > capacity {
                format!("takes {capacity} at most, this needs {}", class.units)
            } else {
                format!("full, {load} of {capacity}")
            });
        }
        if let Some(other) = reserved.filter(|r| *r != id) {
            let name = self.people.get(&other).map_or("somebody", |p| p.profile.name.as_str());
            words.push(format!("reserved for {name}"));
        }
        (qualified, words)
    }

    /// People who serve the queue and are connected, willing and working.
    pub fn staffed(&self, queue: &QueueId, now: Timestamp) -> u32 {
        let count = self.there(now).filter(|(_, p)| fit::serves(&p.profile, queue)).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Somebody is there who qualifies, busy or not.
    pub fn anyone_for(&self, requirements: &Requirements, now: Timestamp) -> bool {
        self.there(now).any(|(_, p)| fit::qualifies(&p.profile, requirements))
    }

    /// When a shift of somebody who is connected and available next starts or ends, so that the engine can wake. `None`:
    /// none of them has shifts.
    pub fn next_shift_change(&self, now: Timestamp) -> Option<Timestamp> {
        let earliest = self.shift_ends.iter().map(|(to, _)| *to).find(|to| *to > now);
        // Remembered shifts that are over, or that lie ahead of now, say nothing about now.
        let over = self.shift_ends.iter().take_while(|(to, _)| *to <= now).map(|(_, id)| id);
        let ahead = self.shift_starts.iter().rev().take_while(|(from, _)| *from > now).map(|(_, id)| id);
        let looked_up = over.chain(ahead).filter_map(|id| calendar::next_change(&self.people.get(id)?.profile.hours, now));
        looked_up.chain(earliest).min()
    }

    fn there(&self, now: Timestamp) -> impl Iterator<Item = (HumanAgentId, &Person)> {
        self.here.iter().filter_map(move |id| Some((*id, self.people.get(id).filter(|p| p.present(now))?)))
    }
}

fn competes(a: &Class, a_waiting: &Waiting, b: &Class, b_waiting: &Waiting) -> bool {
    if a_waiting.qualified.is_empty() || b_waiting.qualified.is_empty() {
        return a.requirements.queues.iter().any(|q| b.requirements.queues.contains(q));
    }
    overlap(&a_waiting.qualified, &b_waiting.qualified)
}

fn overlap(a: &OrdSet<HumanAgentId>, b: &OrdSet<HumanAgentId>) -> bool {
    let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    few.iter().any(|id| many.contains(id))
}
