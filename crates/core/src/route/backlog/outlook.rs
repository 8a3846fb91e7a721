//! What the forecast needs to know about the line, summed up from who is there and what waits.

use baton_model::{EscalationId, Millis, QueueId, Requirements, Tier, Timestamp};

use super::{Backlog, Person, Seat, bits::Bits, key, line::Line};
use crate::route::{
    fit,
    forecast::{self, Forecast, Pace, Pool, Roster},
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
    /// The wait of an item. `None`: nobody is there who qualifies.
    pub fn forecast(&self, asked: &Asked<'_>, pace: &Pace, now: Timestamp) -> Option<Forecast> {
        let judge = fit::Judge::new(asked.requirements.clone());
        let mut able: Vec<(&Person, &Seat)> = Vec::new();
        let mut here = Bits::default();
        for (slot, (person, seat)) in (0u32..).zip(self.people.iter().zip(self.seats.iter())) {
            if judge.fit(&person.profile).is_some() {
                able.push((person, seat));
                here.set(slot, seat.there && seat.connected(now));
            }
        }
        if here.is_empty() {
            return None;
        }
        // What only these people can do, and what they share with others.
        let (mut own, mut all, mut sharing) = (0, 0, here.clone());
        for number in self.open.iter() {
            let Some(class) = self.classes.get(number) else { continue };
            if !class.crowd.everyone.meets(&here, &self.there) {
                continue;
            }
            let ahead = self.ahead(asked, number, now);
            if ahead == 0 {
                continue;
            }
            all += ahead;
            let (mut others, everyone) = (false, &class.crowd.everyone);
            for slot in everyone.iter().filter(|slot| self.there.contains(*slot) && !here.contains(*slot)) {
                sharing.set(slot, true);
                others = true;
            }
            own += if others { 0 } else { ahead };
        }
        let mut pools = vec![summed(&able, own, asked.units, now)];
        if all > own {
            let shared = sharing.iter().filter_map(|s| Some((&**self.people.get(s)?, self.seats.get(s)?)));
            let shared: Vec<_> = shared.collect();
            pools.push(summed(&shared, all, asked.units, now));
        }
        let line = forecast::Line {
            pools,
            handling: pace.handling(asked.issue_class),
            gives_up: pace.gives_up(asked.queue),
            head_of_line: self.head_of_line(asked, now),
        };
        pace.forecast(&line, asked.queue, asked.tier)
    }

    /// Items of a class that go before the one that is asked about.
    fn ahead(&self, asked: &Asked<'_>, number: u32, now: Timestamp) -> u32 {
        let Some(rival) = self.heads.get(number) else { return 0 };
        let own = asked.escalation.and_then(|id| self.items.get(&id.uuid().as_u128()));
        let count = |line: &Line| match own {
            None => line.count_while(|p| p.key <= key(now, asked.priority)),
            Some(entry) => {
                let place = entry.place();
                match self.heads.get(entry.class) {
                    Some(head) if head.pace != rival.pace => {
                        let before = rival.pace.key_ahead_of(head.pace, place.key, now);
                        line.count_while(|p| p.key < before)
                    }
                    _ => line.count_while(|p| *p < place),
                }
            }
        };
        self.lines_of(number, rival).map(count).sum()
    }

    /// How long the head of the line has waited that somebody stands at the end of.
    fn head_of_line(&self, asked: &Asked<'_>, now: Timestamp) -> Option<Millis> {
        let id = asked.escalation?;
        let line = self.lines.get(self.items.get(&id.uuid().as_u128())?.class)?;
        let first = line.first().filter(|first| first.id != id)?;
        Some(now.since(first.real_since))
    }
}

fn summed(people: &[(&Person, &Seat)], ahead: u32, units: u32, now: Timestamp) -> Pool {
    let units = units.max(1);
    let mut roster = Roster::default();
    let mut free = 0u32;
    for (person, seat) in people {
        let here = seat.willing_here() && seat.connected(now);
        roster.add(&person.profile.hours, f64::from(seat.capacity) / f64::from(units), here);
        if here && seat.there {
            free = free.saturating_add(seat.free_units() / units);
        }
    }
    Pool { ahead: ahead.min(u32::MAX - 1), free, staffing: roster.staffing(now) }
}
