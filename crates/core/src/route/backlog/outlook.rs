//! What the forecast needs to know about the line, summed up from who is there and what waits.

use std::collections::BTreeSet;

use baton_model::{EscalationId, HumanAgentId, QueueId, Requirements, Tier, Timestamp};
use imbl::OrdSet;

use super::{Backlog, Person, Place, Waiting, key};
use crate::route::{
    fit,
    forecast::{Forecast, Line, Pace, Pool, Roster},
};

/// Whose wait is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// In the line already; otherwise somebody with these needs who joins now.
    pub escalation: Option<EscalationId>,
    pub queue: &'a QueueId,
    pub tier: Tier,
    pub issue_class: &'a str,
    pub requirements: &'a Requirements,
    pub priority: i32,
    pub units: u32,
}

impl Backlog {
    /// The wait of an item. `None`: nobody is there who qualifies, and nobody will be soon.
    pub fn forecast(&self, asked: &Asked<'_>, pace: &Pace, now: Timestamp) -> Option<Forecast> {
        let able = self.pool(|person| fit::qualifies(&person.profile, asked.requirements));
        let here: BTreeSet<HumanAgentId> = able.iter().filter(|(_, p)| p.present(now)).map(|(id, _)| *id).collect();
        if here.is_empty() {
            return None;
        }
        let place = asked.escalation.and_then(|id| self.items.get(&id)).map(|(_, place)| *place);
        let joins = key(now, asked.priority);
        let ahead = |waiting: &Waiting| -> usize {
            match &place {
                Some(place) => waiting.line.range(..*place).count(),
                None => waiting.line.iter().take_while(|p: &&Place| p.key <= joins).count(),
            }
        };
        // What only these people can do, and what they share with others.
        let (mut own, mut all, mut sharing) = (0, 0, here.clone());
        for waiting in self.classes.values().filter(|w| meets(&w.qualified, &here)) {
            let n = ahead(waiting);
            if n == 0 {
                continue;
            }
            all += n;
            if waiting.qualified.iter().all(|id| here.contains(id)) {
                own += n;
            } else {
                sharing.extend(waiting.qualified.iter().copied());
            }
        }
        let mut pools = vec![self.summed(&able, own, asked.units, now)];
        if all > own {
            let others = sharing.iter().filter_map(|id| Some((*id, self.people.get(id)?))).collect::<Vec<_>>();
            pools.push(self.summed(&others, all, asked.units, now));
        }
        let line = Line {
            pools,
            handling: pace.handling(asked.issue_class),
            gives_up: pace.gives_up(asked.queue),
            head_of_line: self.head_of_line(asked, now),
        };
        pace.forecast(&line, asked.queue, asked.tier)
    }

    fn pool(&self, wanted: impl Fn(&Person) -> bool) -> Vec<(HumanAgentId, &Person)> {
        self.people.iter().filter(|(_, p)| wanted(p)).map(|(id, p)| (*id, p)).collect()
    }

    fn summed(&self, people: &[(HumanAgentId, &Person)], ahead: usize, units: u32, now: Timestamp) -> Pool {
        let units = units.max(1);
        let mut roster = Roster::default();
        let mut free = 0u32;
        for (_, person) in people {
            let here = person.here() && person.connected(now);
            roster.add(&person.profile.hours, f64::from(person.profile.capacity) / f64::from(units), here);
            if here && person.working(now) {
                free = free.saturating_add(person.free_units() / units);
            }
        }
        Pool { ahead: u32::try_from(ahead).unwrap_or(u32::MAX - 1), free, staffing: roster.staffing(now) }
    }

    /// How long the head of the line has waited that somebody with these needs joins at the end of.
    fn head_of_line(&self, asked: &Asked<'_>, now: Timestamp) -> Option<baton_model::Millis> {
        let mut same = self.classes.iter().filter(|(c, _)| c.requirements == *asked.requirements);
        let (_, waiting) = same.find(|(_, w)| w.line.len() > 1)?;
        let last = asked.escalation.is_none_or(|id| waiting.line.get_max().is_some_and(|p| p.id == id));
        last.then(|| waiting.line.get_min().map(|head| now.since(head.real_since))).flatten()
    }
}

fn meets(a: &OrdSet<HumanAgentId>, b: &BTreeSet<HumanAgentId>) -> bool {
    if a.len() <= b.len() { a.iter().any(|id| b.contains(id)) } else { b.iter().any(|id| a.contains(id)) }
}
