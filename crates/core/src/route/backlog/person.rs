//! What the index remembers of a person.

use std::{cmp::Reverse, sync::Arc};

use baton_model::{HumanAgent, HumanAgentId, HumanProfile, Millis, Requirements, Strategy, Timestamp, Willing};

use crate::{calendar, route::fit};

/// Leases end at most this long after the moment they are renewed at; a longer one only costs a slower look-up.
const LEASE_AHEAD: Millis = Millis::hours(1);

/// Whether the person works, from one change of their shift to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shift {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    working: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Person {
    pub(super) profile: Arc<HumanProfile>,
    pub(super) lease_until: Option<Timestamp>,
    pub(super) willing: Willing,
    pub(super) load: u32,
    idle_since: Timestamp,
    /// Around the lease's end, so that heartbeats keep it fresh; absent without shifts.
    shift: Option<Shift>,
}

/// Lower is better. One shape for all strategies, so that ties fall through to idleness and id.
pub(super) type Rank = (Reverse<u32>, u64, Timestamp, u64, HumanAgentId);

impl Person {
    pub(super) fn of(human: &HumanAgent, old: Option<&Self>) -> Self {
        let profile = match old {
            Some(old) if *old.profile == human.profile => old.profile.clone(),
            _ => Arc::new(human.profile.clone()),
        };
        let mut person = Self {
            profile,
            lease_until: human.presence.lease_until,
            willing: human.presence.willing,
            load: human.load(),
            idle_since: human.idle_since,
            shift: None,
        };
        person.shift = person.shift_around_lease();
        person
    }

    /// Connected as far as the last put says, and available.
    pub(super) fn here(&self) -> bool {
        self.lease_until.is_some() && self.willing == Willing::Available
    }

    /// Connected, willing and working.
    pub(super) fn present(&self, now: Timestamp) -> bool {
        self.here() && self.connected(now) && self.working(now)
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

    pub(super) fn known_shift(&self) -> Option<Shift> {
        if self.here() { self.shift } else { None }
    }

    fn shift_around_lease(&self) -> Option<Shift> {
        let until = self.lease_until.filter(|_| self.here())?;
        let from = until - LEASE_AHEAD;
        let to = calendar::next_change(&self.profile.hours, from)?;
        Some(Shift { from, to, working: calendar::is_open(&self.profile.hours, from) })
    }

    pub(super) fn rank(&self, strategy: Strategy, needs: &Requirements, id: HumanAgentId) -> Rank {
        // Parts of the capacity in use, in units of 1/2^32: exact enough to compare any two real capacities.
        let occupied = (u64::from(self.load) << 32) / u64::from(self.profile.capacity.max(1));
        match strategy {
            Strategy::MostProficient => (Reverse(fit::proficiency(&self.profile, needs)), occupied, self.idle_since, 0, id),
            Strategy::LeastOccupied => (Reverse(0), occupied, self.idle_since, 0, id),
            // Somebody who holds nothing before anybody who holds something.
            Strategy::LongestIdle => (Reverse(0), u64::from(self.load > 0), self.idle_since, occupied, id),
        }
    }
}
