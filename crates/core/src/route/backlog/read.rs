//! Answers about the line: position, forecast, why, who is there, when that changes.

use baton_model::{Candidate, EscalationId, HumanAgentId, QueueId, Requirements, Timestamp, Willing};

use super::{Backlog, Class, Exception, Person, Seat, bits::Bits, class::Head, line::Line};
use crate::{calendar, route::fit};

/// Of so many people at most it is looked up what else they may take; beyond, classes are compared one by one.
const LOOKED_UP: u32 = 512;

/// Most people that an explanation names.
const CANDIDATES: usize = 200;

impl Backlog {
    /// 1 is next among the items that compete for the same people: those that some connected, available person may take
    /// as well as this one; where nobody is there for one of them, those that share a queue. Who is ahead is decided by the
    /// score of `core::route`, for a person of plain speed. Costs the number of classes and the logarithm of their lines.
    pub fn position(&self, id: EscalationId, now: Timestamp) -> Option<u32> {
        let entry = self.items.get(&id.uuid().as_u128())?;
        let (class, head) = (self.classes.get(entry.class)?, self.heads.get(entry.class)?);
        let place = entry.place();
        let mut ahead = 0u32;
        let (served, all) = self.served_too(class);
        let competes = |n: u32| n == entry.class || served.contains(n) || self.competes(class, n, all);
        for number in self.open.iter().filter(|n| competes(*n)) {
            let Some(rival) = self.heads.get(number) else { continue };
            let count = |line: &Line| {
                if rival.pace == head.pace {
                    line.count_while(|p| *p < place)
                } else {
                    let before = rival.pace.key_ahead_of(head.pace, place.key, now);
                    line.count_while(|p| p.key < before)
                }
            };
            ahead += self.lines_of(number, rival).map(count).sum::<u32>();
        }
        Some(ahead.saturating_add(1))
    }

    /// All lines of a class, except those that are kept for somebody.
    pub(super) fn lines_of(&self, class: u32, head: &Head) -> impl Iterator<Item = &Line> {
        let beside = head.exceptions.then(|| self.beside(class).map(|(_, line)| line));
        self.lines.get(class).into_iter().chain(beside.into_iter().flatten())
    }

    /// What the people of a class who are there may take, as a set of classes, and whether that is all of it.
    fn served_too(&self, class: &Class) -> (Bits, bool) {
        let mut classes = Bits::default();
        let mut there = class.crowd.everyone.and(&self.there);
        let few = there.by_ref().take(LOOKED_UP as usize).filter_map(|slot| self.people.get(slot));
        for serve in few.flat_map(|person| &person.serves) {
            classes.set(serve.class, true);
        }
        (classes, there.next().is_none())
    }

    /// `apart`: it is known that nobody who is there may take both.
    fn competes(&self, class: &Class, with: u32, apart: bool) -> bool {
        let Some(other) = self.classes.get(with) else { return false };
        let nobody = |c: &Class| !c.crowd.everyone.meets(&self.there, &self.there);
        if nobody(other) || nobody(class) {
            return class.needs().queues.iter().any(|q| other.needs().queues.contains(q));
        }
        !apart && class.crowd.everyone.meets(&other.crowd.everyone, &self.there)
    }

    /// Everybody, with why or why not: who could take it now first, then who qualifies, then by name.
    pub fn explain(&self, id: EscalationId, now: Timestamp) -> Vec<Candidate> {
        let Some(entry) = self.items.get(&id.uuid().as_u128()) else { return Vec::new() };
        let Some(class) = self.classes.get(entry.class) else { return Vec::new() };
        let exception = entry.exception.as_deref();
        let reserved = self.keeper(entry.class, exception).and_then(|s| self.people.get(s)).map(|p| p.id);
        let mut rows: Vec<(bool, Candidate)> = Vec::new();
        for (person, seat) in self.people.iter().zip(self.seats.iter()) {
            let (qualified, obstacles) = self.obstacles((person, seat), class, exception, reserved, now);
            let takes = obstacles.is_empty();
            let mut why = Vec::new();
            if qualified {
                why.push(fit::fit_words(&person.profile, class.needs()));
                why.retain(|words| !words.is_empty());
            }
            why.extend(obstacles);
            let name = person.profile.name.clone();
            rows.push((takes, Candidate { human_agent: person.id, name, qualified, why }));
        }
        rows.sort_by(|(a_takes, a), (b_takes, b)| {
            (!a_takes, !a.qualified, &a.name, a.human_agent).cmp(&(!b_takes, !b.qualified, &b.name, b.human_agent))
        });
        rows.into_iter().map(|(_, candidate)| candidate).take(CANDIDATES).collect()
    }

    fn obstacles(
        &self,
        (person, seat): (&Person, &Seat),
        class: &Class,
        exception: Option<&Exception>,
        reserved: Option<HumanAgentId>,
        now: Timestamp,
    ) -> (bool, Vec<String>) {
        let mut words = class.judge.lacks(&person.profile);
        if exception.is_some_and(|e| e.declined(person.id)) {
            words.push("declined it, or saw the offer and let it pass".into());
        }
        let qualified = words.is_empty();
        if !seat.connected(now) {
            words.push("not connected".into());
        } else if seat.willing != Willing::Available {
            words.push(if seat.willing == Willing::Busy { "busy" } else { "away" }.into());
        } else if seat.soft_away {
            words.push("let an offer pass unseen: asked again at the next sign of them".into());
        }
        if !seat.working(&person.profile.hours, now) {
            words.push("outside their shift".into());
        }
        if seat.free_units() < class.demand.units {
            let (load, capacity) = (seat.load, seat.capacity);
            words.push(if class.demand.units > capacity {
                format!("takes {capacity} at most, this needs {}", class.demand.units)
            } else if load > capacity {
                format!("full, {load} of {capacity}: quiet customers wrote again")
            } else {
                format!("full, {load} of {capacity}")
            });
        }
        if let Some((held, most)) = person.limit_of(class.demand.channel, seat).filter(|(held, most)| held >= most) {
            words.push(format!("{held} of {most} of this channel"));
        }
        if let Some(other) = reserved.filter(|r| *r != person.id) {
            let known = self.slot(other).and_then(|slot| self.people.get(slot));
            let name = known.map_or("somebody", |p| p.profile.name.as_str());
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
        let judge = fit::Judge::new(requirements.clone());
        self.there(now).any(|(_, p)| judge.fit(&p.profile).is_some())
    }

    /// When a shift of somebody who is connected and available next starts or ends: then [`Backlog::turn`] is due. `None`:
    /// none of them has shifts.
    pub fn next_shift_change(&self, now: Timestamp) -> Option<Timestamp> {
        let earliest = self.shift_ends.iter().map(|(to, _)| *to).find(|to| *to > now);
        // Remembered shifts that are over say nothing about now.
        let over = self.shift_ends.iter().take_while(|(to, _)| *to <= now);
        let looked_up = over.filter_map(|(_, slot)| calendar::next_change(&self.people.get(*slot)?.profile.hours, now));
        looked_up.chain(earliest).min()
    }

    /// People who are connected, willing and working.
    fn there(&self, now: Timestamp) -> impl Iterator<Item = (u32, &Person)> {
        let connected = move |slot: &u32| self.seats.get(*slot).is_some_and(|s| s.connected(now));
        self.there.iter().filter(connected).filter_map(|slot| Some((slot, &**self.people.get(slot)?)))
    }
}
