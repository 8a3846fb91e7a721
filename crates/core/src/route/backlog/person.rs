//! What the index remembers of a person.

use std::sync::Arc;

use baton_model::{Channel, Hours, HumanAgent, HumanAgentId, HumanProfile, Timestamp, Willing};

use crate::calendar;

/// Whether the person works, from one change of their shift to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shift {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    working: bool,
}

/// A class of items that a person may take, and how well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Serve {
    pub(super) class: u32,
    /// In percent.
    pub(super) speed: u8,
    /// Only when nothing of their own queues waits.
    pub(super) helps: bool,
}

/// What stays while the profile stays.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) id: HumanAgentId,
    pub(super) profile: Arc<HumanProfile>,
    /// By class.
    pub(super) serves: Vec<Serve>,
}

impl Person {
    pub(super) fn serve(&self, class: u32) -> Option<Serve> {
        let at = self.serves.binary_search_by_key(&class, |s| s.class).ok()?;
        self.serves.get(at).copied()
    }

    pub(super) fn set_serve(&mut self, class: u32, serve: Option<Serve>) {
        match (self.serves.binary_search_by_key(&class, |s| s.class), serve) {
            (Ok(at), Some(serve)) => self.serves[at] = serve,
            (Ok(at), None) => {
                self.serves.remove(at);
            }
            (Err(at), Some(serve)) => self.serves.insert(at, serve),
            (Err(_), None) => {}
        }
    }

    /// Held now and at most, where the profile limits the channel.
    pub(super) fn limit_of(&self, channel: Channel, seat: &Seat) -> Option<(u32, u32)> {
        let most = *self.profile.limits.get(&channel)?;
        Some((seat.held[slot(channel)], most))
    }
}

/// What changes all the time. A search among many reads the first 64 bytes only: one cache line a person.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Seat {
    /// Parts of the capacity in use, in units of 1/2^32: exact enough to compare any two real capacities.
    pub(super) occupied: u64,
    pub(super) idle_since: Timestamp,
    pub(super) lease_until: Option<Timestamp>,
    pub(super) id: HumanAgentId,
    pub(super) offered_at: Timestamp,
    pub(super) load: u32,
    pub(super) capacity: u32,

    /// Connected (as far as the last put says), available, not soft-away, and inside their shift (as of the last look).
    pub(super) there: bool,
    /// There, with room for something.
    pub(super) asks: bool,
    pub(super) willing: Willing,
    /// An offer passed unseen, and no sign of them since.
    pub(super) soft_away: bool,
    working: bool,
    /// No more of that channel.
    full: [bool; 3],
    /// Items held of each channel, where the profile limits them.
    held: [u32; 3],
    /// Absent without shifts.
    shift: Option<Shift>,
}

impl Seat {
    /// `old`: what was known of the same person with the same profile.
    pub(super) fn of(human: &HumanAgent, old: Option<&Self>, now: Timestamp) -> Self {
        let (profile, load) = (&human.profile, human.load());
        let (mut held, mut full) = ([0; 3], [false; 3]);
        if !profile.limits.is_empty() {
            // What only wraps up is no conversation any more.
            human.held.iter().filter(|h| h.until.is_none()).for_each(|h| held[slot(h.channel)] += 1);
            profile.limits.iter().for_each(|(channel, most)| full[slot(*channel)] = held[slot(*channel)] >= *most);
        }
        let mut seat = Self {
            id: human.id,
            lease_until: human.presence.lease_until,
            willing: human.presence.willing,
            soft_away: human.presence.soft_away_since.is_some(),
            shift: old.and_then(|o| o.shift),
            working: true,
            capacity: profile.capacity,
            load,
            held,
            full,
            occupied: (u64::from(load) << 32) / u64::from(profile.capacity.max(1)),
            idle_since: human.idle_since,
            offered_at: human.offered_at,
            there: false,
            asks: false,
        };
        seat.look_at_shift(&profile.hours, now);
        seat
    }

    /// Refreshes what is known of the shift, if the person is there to work it. True: it is another one.
    pub(super) fn look_at_shift(&mut self, hours: &Hours, now: Timestamp) -> bool {
        let known = self.shift.filter(|s| s.from <= now && now < s.to);
        let before = self.shift;
        if let Some(shift) = known {
            self.working = shift.working;
        } else if self.willing_here() {
            let to = calendar::next_change(hours, now);
            self.working = calendar::is_open(hours, now);
            self.shift = to.map(|to| Shift { from: now, to, working: self.working });
        }
        self.there = self.willing_here() && self.working;
        self.asks = self.there && self.free_units() > 0;
        self.shift != before
    }

    pub(super) fn willing_here(&self) -> bool {
        self.lease_until.is_some() && self.willing == Willing::Available && !self.soft_away
    }

    pub(super) fn connected(&self, now: Timestamp) -> bool {
        self.lease_until.is_some_and(|until| until > now)
    }

    pub(super) fn working(&self, hours: &Hours, now: Timestamp) -> bool {
        match self.shift {
            Some(s) if s.from <= now && now < s.to => s.working,
            _ => calendar::is_open(hours, now),
        }
    }

    pub(super) fn free_units(&self) -> u32 {
        self.capacity.saturating_sub(self.load)
    }

    /// When their shift next starts or ends, while that matters.
    pub(super) fn turns_at(&self) -> Option<Timestamp> {
        self.shift.filter(|_| self.willing_here()).map(|s| s.to)
    }

    pub(super) fn takes(&self, demand: Demand) -> bool {
        self.free_units() >= demand.units && !self.full[slot(demand.channel)]
    }
}

fn slot(channel: Channel) -> usize {
    match channel {
        Channel::Chat => 0,
        Channel::Email => 1,
        Channel::Voice => 2,
    }
}

/// What an item takes of whoever holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Demand {
    pub(super) units: u32,
    pub(super) channel: Channel,
}
