//! What the index remembers of a person.

use std::sync::Arc;

use baton_model::{Channel, HumanAgent, HumanAgentId, HumanProfile, Timestamp, Willing};

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

#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) id: HumanAgentId,
    pub(super) profile: Arc<HumanProfile>,
    pub(super) lease_until: Option<Timestamp>,
    pub(super) willing: Willing,
    pub(super) load: u32,
    /// Items held of each channel, where the profile limits them.
    held: [u32; 3],
    pub(super) idle_since: Timestamp,
    pub(super) offered_at: Timestamp,
    /// Absent without shifts.
    pub(super) shift: Option<Shift>,
    working: bool,
    /// By class.
    pub(super) serves: Arc<Vec<Serve>>,
}

/// What a search among many reads of a person.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat {
    pub(super) id: HumanAgentId,
    pub(super) occupied: u64,
    pub(super) idle_since: Timestamp,
    pub(super) offered_at: Timestamp,
    pub(super) lease_until: Option<Timestamp>,
    /// When their shift next starts or ends, while that matters.
    pub(super) turns_at: Option<Timestamp>,
    pub(super) load: u32,
    pub(super) there: bool,
    /// There, with room for something.
    pub(super) asks: bool,
}

impl Seat {
    pub(super) fn connected(&self, now: Timestamp) -> bool {
        self.lease_until.is_some_and(|until| until > now)
    }
}

impl Person {
    pub(super) fn seat(&self) -> Seat {
        Seat {
            id: self.id,
            occupied: self.occupied(),
            idle_since: self.idle_since,
            offered_at: self.offered_at,
            lease_until: self.lease_until,
            turns_at: self.turns_at(),
            load: self.load,
            there: self.there(),
            asks: self.there() && self.free_units() > 0,
        }
    }

    pub(super) fn of(human: &HumanAgent, old: Option<&Self>, now: Timestamp) -> Self {
        let same = old.filter(|o| *o.profile == human.profile);
        let profile = same.map_or_else(|| Arc::new(human.profile.clone()), |o| Arc::clone(&o.profile));
        let mut held = [0; 3];
        if !profile.limits.is_empty() {
            // What only wraps up is no conversation any more.
            human.held.iter().filter(|h| h.until.is_none()).for_each(|h| held[slot(h.channel)] += 1);
        }
        let mut person = Self {
            id: human.id,
            profile,
            lease_until: human.presence.lease_until,
            willing: human.presence.willing,
            load: human.load(),
            held,
            idle_since: human.idle_since,
            offered_at: human.offered_at,
            shift: same.and_then(|o| o.shift),
            working: true,
            serves: same.map(|o| Arc::clone(&o.serves)).unwrap_or_default(),
        };
        person.look_at_shift(now);
        person
    }

    /// Refreshes what is known of the shift, if the person is there to work it. True: it is another one.
    pub(super) fn look_at_shift(&mut self, now: Timestamp) -> bool {
        let known = self.shift.filter(|s| s.from <= now && now < s.to);
        let before = self.shift;
        if known.is_none() && self.willing_here() {
            let to = calendar::next_change(&self.profile.hours, now);
            self.working = calendar::is_open(&self.profile.hours, now);
            self.shift = to.map(|to| Shift { from: now, to, working: self.working });
        } else if let Some(shift) = known {
            self.working = shift.working;
        }
        self.shift != before
    }

    pub(super) fn willing_here(&self) -> bool {
        self.lease_until.is_some() && self.willing == Willing::Available
    }

    /// Connected (as far as the last put says), available, and inside their shift (as of the last look).
    pub(super) fn there(&self) -> bool {
        self.willing_here() && self.working
    }

    pub(super) fn connected(&self, now: Timestamp) -> bool {
        self.lease_until.is_some_and(|until| until > now)
    }

    pub(super) fn working(&self, now: Timestamp) -> bool {
        match self.shift {
            Some(s) if s.from <= now && now < s.to => s.working,
            _ => calendar::is_open(&self.profile.hours, now),
        }
    }

    pub(super) fn free_units(&self) -> u32 {
        self.profile.capacity.saturating_sub(self.load)
    }

    /// When their shift next starts or ends, while that matters.
    pub(super) fn turns_at(&self) -> Option<Timestamp> {
        self.shift.filter(|_| self.willing_here()).map(|s| s.to)
    }

    pub(super) fn takes(&self, demand: Demand) -> bool {
        self.free_units() >= demand.units && self.limit_of(demand.channel).is_none_or(|(held, most)| held < most)
    }

    /// Held now and at most, where the profile limits the channel.
    pub(super) fn limit_of(&self, channel: Channel) -> Option<(u32, u32)> {
        let most = *self.profile.limits.get(&channel)?;
        Some((self.held[slot(channel)], most))
    }

    /// Parts of the capacity in use, in units of 1/2^32: exact enough to compare any two real capacities.
    pub(super) fn occupied(&self) -> u64 {
        (u64::from(self.load) << 32) / u64::from(self.profile.capacity.max(1))
    }

    pub(super) fn serve(&self, class: u32) -> Option<Serve> {
        let at = self.serves.binary_search_by_key(&class, |s| s.class).ok()?;
        self.serves.get(at).copied()
    }

    pub(super) fn set_serve(&mut self, class: u32, serve: Option<Serve>) {
        let serves = Arc::make_mut(&mut self.serves);
        match (serves.binary_search_by_key(&class, |s| s.class), serve) {
            (Ok(at), Some(serve)) => serves[at] = serve,
            (Ok(at), None) => {
                serves.remove(at);
            }
            (Err(at), Some(serve)) => serves.insert(at, serve),
            (Err(_), None) => {}
        }
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
