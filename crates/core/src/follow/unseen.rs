//! An offer that nobody saw climbs: next person, next step, supervisors, a callback for the customer to choose.

use std::ops::Range;

use baton_model::{Escalation, OfferState, Queue};

use super::Rung;

/// What follows when more offers of an item passed unseen: `passed` counts them under this step, before and after.
///
/// The next person needs no rung: the matcher asks them. After `limit` the next step is taken (`step_left`); where there is
/// none, supervisors are alerted, and after as many again the customer is offered a callback. With nobody left to ask there
/// is nothing to count: all of it at once.
pub fn on_unseen(limit: u32, passed: Range<u32>, nobody_left: bool, step_left: bool) -> Vec<Rung> {
    let reached = |n: u32| nobody_left || (passed.start < n && n <= passed.end);
    if step_left {
        return if reached(limit) { vec![Rung::Widen] } else { Vec::new() };
    }
    let mut rungs = Vec::new();
    if reached(limit) {
        rungs.extend([Rung::RaisePriority, Rung::AlertSupervisors]);
    }
    if reached(limit.saturating_mul(2)) {
        rungs.push(Rung::OfferCallback);
    }
    rungs
}

/// How far an item has climbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unseen {
    /// Offers that passed unseen since it is in this line.
    total: usize,
    /// Of these, under this step.
    here: u32,
    limit: u32,
    step_left: bool,
}

impl Unseen {
    pub fn of(e: &Escalation, queue: &Queue) -> Self {
        let unseen = |o: &&baton_model::Offer| matches!(o.state, OfferState::Expired { unseen: true, .. });
        Self {
            total: e.offers.iter().filter(|o| o.made_at >= e.item.routing_since).filter(unseen).count(),
            here: e.item.unseen,
            limit: queue.unseen_offers,
            step_left: e.item.next_step_at.is_some(),
        }
    }

    /// "1 offer passed unseen; after 1 more the next step is taken at once".
    pub fn words(self) -> Option<String> {
        if self.total == 0 {
            return None;
        }
        let passed = format!("{} offer{} passed unseen", self.total, if self.total == 1 { "" } else { "s" });
        let (at, then) = match () {
            () if self.step_left => (self.limit, "the next step is taken at once"),
            () if self.here < self.limit => (self.limit, "supervisors are alerted"),
            () => (self.limit.saturating_mul(2), "the customer is offered a callback"),
        };
        Some(match at.saturating_sub(self.here) {
            0 => passed,
            more => format!("{passed}; after {more} more {then}"),
        })
    }

    /// What supervisors are told, once it has come so far. `nobody`: nobody is there who could take it.
    pub fn alert(self, nobody: bool) -> Option<String> {
        let times = if self.total == 1 { "once".to_owned() } else { format!("{} times", self.total) };
        match self.total {
            0 => None,
            _ if nobody => Some(format!("Offered {times}, seen by nobody, and nobody else is there")),
            _ if !self.step_left && self.here >= self.limit => Some(format!("Offered {times}, seen by nobody")),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use baton_model::{EscalationState, Millis, Offer, Timestamp};

    use super::*;
    use crate::follow::obligation::tests::{NOW, escalation, queue};

    #[test]
    fn rungs_by_count_and_by_who_is_left() {
        use Rung::{AlertSupervisors as Alert, OfferCallback as Callback, RaisePriority as Raise, Widen};
        for (passed, nobody, step, want) in [
            (0..1, false, true, vec![]),
            (1..2, false, true, vec![Widen]),
            (0..3, false, true, vec![Widen]),
            (2..3, false, true, vec![]),
            (0..1, true, true, vec![Widen]),
            (0..1, false, false, vec![]),
            (1..2, false, false, vec![Raise, Alert]),
            (2..3, false, false, vec![]),
            (3..4, false, false, vec![Callback]),
            (0..4, false, false, vec![Raise, Alert, Callback]),
            (0..1, true, false, vec![Raise, Alert, Callback]),
        ] {
            assert_eq!(on_unseen(2, passed.clone(), nobody, step), want, "{passed:?} {nobody} {step}");
        }
    }

    #[test]
    fn only_what_passed_unseen_in_this_line_counts() {
        let mut e = escalation(EscalationState::Queued { since: NOW });
        let offer = |made_at: Timestamp, state| Offer {
            id: "off_00000000000000000000000000000001".parse().expect("an id"),
            escalation: e.id,
            human_agent: "hum_00000000000000000000000000000001".parse().expect("an id"),
            made_at,
            due: made_at + Millis::secs(30),
            seen_at: None,
            state,
            fit: String::new(),
        };
        let expired = |unseen| OfferState::Expired { at: NOW, unseen };
        let offers =
            vec![offer(NOW - Millis::secs(9), expired(true)), offer(NOW, expired(false)), offer(NOW, expired(true))];
        let q = Queue { unseen_offers: 1, ..queue() };
        assert_eq!((Unseen::of(&e, &q).words(), Unseen::of(&e, &q).alert(true)), (None, None));
        (e.offers, e.item.unseen) = (offers, 1);
        let unseen = Unseen::of(&e, &q);
        assert_eq!(
            unseen.words().as_deref(),
            Some("1 offer passed unseen; after 1 more the customer is offered a callback")
        );
        assert_eq!(unseen.alert(false).as_deref(), Some("Offered once, seen by nobody"));
        assert_eq!(Unseen { step_left: true, ..unseen }.alert(false), None);
    }
}
