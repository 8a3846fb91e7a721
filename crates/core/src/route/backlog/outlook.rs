//! What the forecast needs to know about the line, summed up from who is there and what waits.

use baton_model::{EscalationId, Millis, QueueId, Requirements, Tier, Timestamp};

use super::{
    Backlog,
    bits::Bits,
    class::{Entry, Head},
    key,
    line::{Line, Place},
};
use crate::route::{
    fit,
    forecast::{self, Forecast, Pace, Pool, Roster},
    score,
};

/// Of the longest lines ahead, so many are asked whether their people are better left out.
const LEFT_OUT: usize = 4;

/// Whose wait is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// In the line already; otherwise somebody with these needs who joins now.
    pub escalation: Option<EscalationId>,
    pub queue: &'a QueueId,
    pub tier: Tier,
    pub issue_class: &'a str,
    pub requirements: &'a Requirements,
    pub target_seconds: u32,
    pub priority: i32,
    pub units: u32,
}

/// A class of items that some of the same people may take.
struct Rival<'a> {
    everyone: &'a Bits,
    number: u32,
    head: &'a Head,
    /// Some who are there may take these and not the item that is asked about.
    shared: bool,
    /// Items that go first by the score of this moment.
    ahead: u32,
}

/// The item that is asked about, as its rivals see it.
#[derive(Clone, Copy)]
struct Own {
    key: i64,
    /// Of whoever waits already.
    place: Option<Place>,
    pace: score::Pace,
}

impl Backlog {
    /// The wait of an item. `None`: nobody is there who qualifies.
    pub fn forecast(&self, asked: &Asked<'_>, pace: &Pace, now: Timestamp) -> Option<Forecast> {
        let judge = fit::Judge::new(asked.requirements.clone());
        let (mut able, mut here) = (Bits::default(), Bits::default());
        for (slot, (person, seat)) in (0u32..).zip(self.people.iter().zip(self.seats.iter())) {
            if judge.fit(&person.profile).is_some() {
                able.set(slot, true);
                here.set(slot, seat.there && seat.connected(now));
            }
        }
        if here.is_empty() {
            return None;
        }
        let own = self.own(asked, now);
        let (mut rivals, mut sharing) = (Vec::new(), here.clone());
        for number in self.open.iter() {
            let (Some(class), Some(head)) = (self.classes.get(number), self.heads.get(number)) else { continue };
            let everyone = &class.crowd.everyone;
            if !everyone.meets(&here, &self.there) {
                continue;
            }
            let shared = everyone.count_and(&self.there) > everyone.count_and(&here);
            if shared && sharing.len() < self.there.len() {
                everyone.and(&self.there).for_each(|slot| sharing.set(slot, true));
            }
            let ahead = self.ahead(own, number, head, now);
            rivals.push(Rival { everyone, number, head, shared, ahead });
        }
        // What only these people can do, and what they share with others.
        let only = rivals.iter().filter(|r| !r.shared).collect();
        let mut pools = vec![self.pool(&able, only, own, asked.units, now)];
        if rivals.iter().any(|r| r.shared) {
            pools.push(self.pool(&sharing, rivals.iter().collect(), own, asked.units, now));
        }
        let line = forecast::Line {
            pools,
            alone: self.alone(&here, &rivals, own, asked.units, now),
            handling: pace.handling(asked.issue_class),
            gives_up: pace.gives_up(asked.queue),
            head_of_line: self.head_of_line(asked, now),
        };
        pace.forecast(&line, asked.queue, asked.tier)
    }

    fn own(&self, asked: &Asked<'_>, now: Timestamp) -> Own {
        let entry = asked.escalation.and_then(|id| self.items.get(&id.uuid().as_u128()));
        let place = entry.map(Entry::place);
        let key = place.map_or_else(|| key(now, asked.priority), |p| p.key);
        Own { key, place, pace: score::Pace::of(asked.target_seconds) }
    }

    /// Items of a class that go before the item, by the scores of some moment.
    fn ahead(&self, own: Own, number: u32, rival: &Head, at: Timestamp) -> u32 {
        let count = |line: &Line| match own.place {
            _ if rival.pace != own.pace => {
                let before = rival.pace.key_ahead_of(own.pace, own.key, at);
                line.count_while(|p| p.key < before)
            }
            Some(place) => line.count_while(|p| *p < place),
            // Who joins now stands behind all with the same score.
            None => line.count_while(|p| p.key <= own.key),
        };
        self.lines_of(number, rival).map(count).sum()
    }

    /// These people, and what of these classes goes first. Of another pace, that changes while the item waits: who ages
    /// faster overtakes.
    fn pool<'a>(&'a self, people: &Bits, rivals: Vec<&'a Rival<'a>>, own: Own, units: u32, now: Timestamp) -> Pool<'a> {
        let units = units.max(1);
        let mut roster = Roster::default();
        let mut free = 0u32;
        for (person, seat) in people.iter().filter_map(|s| Some((self.people.get(s)?, self.seats.get(s)?))) {
            let here = seat.willing_here() && seat.connected(now);
            roster.add(&person.profile.hours, f64::from(seat.capacity) / f64::from(units), here);
            if here && seat.there {
                free = free.saturating_add(seat.free_units() / units);
            }
        }
        let (same, other): (Vec<_>, Vec<_>) = rivals.into_iter().partition(|r| r.head.pace == own.pace);
        let still: u32 = same.iter().map(|r| r.ahead).sum();
        let changes = !other.is_empty();
        let ahead = move |after: Millis| {
            let of = |r: &&Rival<'_>| self.ahead(own, r.number, r.head, now + after);
            still + other.iter().map(of).sum::<u32>()
        };
        Pool { ahead: Box::new(ahead), changes, free, staffing: roster.staffing(now) }
    }

    /// Those who are not kept busy by a long line that only others of these people could shorten: were they alone, with all
    /// that they may take, the item would be taken sooner. Greedy over the longest lines ahead.
    fn alone<'a>(&'a self, here: &Bits, rivals: &'a [Rival<'a>], own: Own, units: u32, now: Timestamp) -> Option<Pool<'a>> {
        let capacity = |people: &Bits| {
            let seats = people.iter().filter_map(|s| self.seats.get(s)).filter(|s| s.willing_here());
            seats.map(|s| u64::from(s.capacity)).sum::<u64>()
        };
        let work = |people: &Bits| {
            let met = rivals.iter().filter(|r| r.ahead > 0 && r.everyone.meets(people, people));
            1 + met.map(|r| u64::from(r.ahead)).sum::<u64>()
        };
        let mut longest: Vec<&Rival<'_>> = rivals.iter().filter(|r| r.ahead > 0).collect();
        longest.sort_by_key(|r| std::cmp::Reverse((r.ahead, r.number)));
        let (mut people, mut best) = (here.clone(), (work(here), capacity(here)));
        let mut fewer = false;
        for rival in longest.into_iter().take(LEFT_OUT) {
            let mut left = Bits::default();
            people.iter().filter(|s| !rival.everyone.contains(*s)).for_each(|s| left.set(s, true));
            let (work, places) = (work(&left), capacity(&left));
            // Less work a place, without a division.
            if places > 0 && u128::from(work) * u128::from(best.1) < u128::from(best.0) * u128::from(places) {
                (people, best, fewer) = (left, (work, places), true);
            }
        }
        let met = rivals.iter().filter(|r| r.everyone.meets(&people, &people)).collect();
        fewer.then(|| self.pool(&people, met, own, units, now))
    }

    /// How long the head of the line has waited that somebody stands at the end of.
    fn head_of_line(&self, asked: &Asked<'_>, now: Timestamp) -> Option<Millis> {
        let id = asked.escalation?;
        let line = self.lines.get(self.items.get(&id.uuid().as_u128())?.class)?;
        let first = line.first().filter(|first| first.id != id)?;
        Some(now.since(first.real_since))
    }
}
