//! What each state owes.

use baton_model::{
    Channel, ClockKind, Escalation, EscalationState, Millis, NextAction, Obligation, Owner, Queue, Settings, Timestamp,
};

use super::clocks::targets;
use crate::calendar;

/// What would have been due already is due after this instead: the ladder is for what is missed from now on.
const OVERDUE_GRACE: Millis = Millis::secs(60);

/// A silent e-mail correspondent has not left before this.
const EMAIL_SILENCE: Millis = Millis::hours(72);

/// An escalation and its surroundings.
#[derive(Debug, Clone, Copy)]
pub struct Duty<'a> {
    pub escalation: &'a Escalation,
    /// The home queue.
    pub queue: &'a Queue,
    pub settings: &'a Settings,
    /// The customer wrote last.
    pub customer_waiting: bool,
    pub last_turn_at: Timestamp,
    pub now: Timestamp,
}

impl Duty<'_> {
    /// The earliest moment at which waiting must be answered: the given one, the end of the longest wait, or closing time.
    pub(super) fn waiting_due(&self, since: Timestamp, wish: Timestamp) -> Timestamp {
        let longest = since + Millis::secs(i64::from(self.queue.max_wait_seconds));
        let closing = if calendar::is_open(&self.queue.hours, self.now) {
            calendar::next_change(&self.queue.hours, self.now)
        } else {
            // Nobody comes before the opening: a callback is due at once.
            Some(self.now + Millis(1))
        };
        let moments = [Some(wish), Some(longest), closing];
        let coming = moments.into_iter().flatten().filter(|at| *at > self.now).min();
        if longest <= self.now { self.now + Millis(1) } else { coming.unwrap_or(self.now + OVERDUE_GRACE) }
    }

    /// In the queue's business time.
    pub(super) fn open_time(&self, from: Timestamp, seconds: u32) -> Timestamp {
        calendar::add_open(&self.queue.hours, from, Millis::secs(i64::from(seconds).max(1)))
    }

    fn clock_due(&self, kind: ClockKind) -> Option<Timestamp> {
        let mut of_kind = self.escalation.clocks.iter().rev().filter(|c| c.kind == kind);
        of_kind.find(|c| c.unbroken()).map(|c| c.due).filter(|due| *due > self.now)
    }

    fn ahead(&self, due: Timestamp) -> Timestamp {
        if due > self.now { due } else { self.now + OVERDUE_GRACE }
    }
}

/// Owner, due time and next action; `None` exactly for terminal states. `due` is after `now`: what was due already (an item
/// that returns at its real age) gets a minute.
pub fn obligation(d: &Duty<'_>) -> Option<Obligation> {
    let t = targets(d.queue, d.escalation.tier);
    let (owner, action, due) = match &d.escalation.state {
        EscalationState::Queued { since } => {
            let accept = d.ahead(d.open_time(*since, t.accept_seconds));
            (Owner::Router, NextAction::FindHuman, d.waiting_due(*since, accept))
        }
        EscalationState::Offered { human_agent, .. } => {
            let due = d.escalation.pending_offer().map_or(d.now + d.queue.offer_timeout(), |o| o.due);
            (Owner::Human { human_agent: *human_agent }, NextAction::AnswerOffer, due)
        }
        EscalationState::Accepted { human_agent, at } => {
            let due = d.clock_due(ClockKind::FirstReply).unwrap_or_else(|| d.open_time(*at, t.next_reply_seconds));
            (Owner::Human { human_agent: *human_agent }, NextAction::FirstReply, due)
        }
        EscalationState::Active { human_agent, .. } if d.customer_waiting => {
            let due = d.clock_due(ClockKind::NextReply).unwrap_or_else(|| d.open_time(d.last_turn_at, t.next_reply_seconds));
            (Owner::Human { human_agent: *human_agent }, NextAction::NextReply, due)
        }
        EscalationState::Active { human_agent, since } => {
            let silence = Millis::secs(i64::from(d.settings.customer_silence_seconds));
            // Nobody answers an e-mail within minutes.
            let silence = if d.escalation.channel == Channel::Email { silence.max(EMAIL_SILENCE) } else { silence };
            (Owner::Human { human_agent: *human_agent }, NextAction::AwaitCustomer, d.last_turn_at.max(*since) + silence)
        }
        EscalationState::CallbackScheduled { callback } => (Owner::Router, NextAction::CallBack, callback.at),
        EscalationState::CustomerLeft { follow_up_due, human_agent, .. } => {
            let owner = human_agent.map_or(Owner::Supervisors, |human_agent| Owner::Human { human_agent });
            (owner, NextAction::FollowUp, *follow_up_due)
        }
        EscalationState::Resolved { human_agent, at } => {
            let due = *at + Millis::secs(i64::from(d.settings.review_seconds));
            (Owner::Human { human_agent: *human_agent }, NextAction::Review, due)
        }
        EscalationState::ReturnedToAi { .. } | EscalationState::Closed { .. } => return None,
    };
    Some(Obligation { owner, due: d.ahead(due), action, rung: 0 })
}

#[cfg(test)]
pub(crate) mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use baton_model::{
        Action, Callback, Decision, HumanAgentId, Offer, OfferState, QueueId, Requirements, Targets, Tier, Trigger, TurnId,
        Urgency, WorkItem,
    };

    use super::*;

    /// Monday 2026-03-02, 10:00 UTC.
    pub(in crate::follow) const NOW: Timestamp = Timestamp::from_millis(1_772_445_600_000);

    pub(in crate::follow) fn queue() -> Queue {
        let targets = Targets {
            accept_seconds: 60,
            first_reply_seconds: 120,
            next_reply_seconds: 180,
            resolution_seconds: 3_600,
            requester_wait_seconds: None,
        };
        Queue {
            id: QueueId("billing".into()),
            name: "Billing".into(),
            default: true,
            max_wait_seconds: 600,
            targets: BTreeMap::from([(Tier::Standard, targets)]),
            ..Queue::default()
        }
    }

    fn person() -> HumanAgentId {
        "hum_00000000000000000000000000000001".parse().expect("an id")
    }

    pub(crate) fn escalation(state: EscalationState) -> Escalation {
        let turn: TurnId = "turn_00000000000000000000000000000001".parse().expect("an id");
        Escalation {
            id: "esc_00000000000000000000000000000001".parse().expect("an id"),
            conversation: "conv_00000000000000000000000000000001".parse().expect("an id"),
            channel: Channel::Chat,
            opened_at: NOW,
            trigger: Trigger::ExplicitRequest,
            decision: Arc::new(Decision {
                turn,
                at: NOW,
                action: Action::Escalate,
                urgency: Urgency::Normal,
                reasons: vec![],
                policy_version: 1,
                strain: 0.0,
            }),
            issue_class: "billing".into(),
            tier: Tier::Standard,
            urgency: Urgency::Normal,
            item: WorkItem {
                queue: QueueId("billing".into()),
                requirements: Requirements::default(),
                strict: Requirements::default(),
                priority: 0,
                routing_since: NOW,
                real_since: NOW,
                step: 0,
                next_step_at: None,
                decliners: vec![],
                units: 1,
                ..WorkItem::default()
            },
            state,
            obligation: None,
            clocks: vec![],
            offers: vec![],
            promises: vec![],
            callbacks: vec![],
            transfers: 0,
            reopens: None,
            handled_by: vec![],
            accepted_at: None,
            first_reply_at: None,
            ended_at: None,
            outcome: None,
            package: None,
            polishing: None,
            review: None,
        }
    }

    pub(in crate::follow) fn states(at: Timestamp) -> Vec<EscalationState> {
        let human_agent = person();
        let offer = "off_00000000000000000000000000000001".parse().expect("an id");
        let callback =
            Callback { at: at + Millis::hours(2), time_zone: "UTC".into(), contact: None, booked_at: at, chosen: true };
        vec![
            EscalationState::Queued { since: at },
            EscalationState::Offered { offer, human_agent, since: NOW },
            EscalationState::Accepted { human_agent, at },
            EscalationState::Active { human_agent, since: at },
            EscalationState::CallbackScheduled { callback },
            EscalationState::CustomerLeft { at, follow_up_due: at + Millis::hours(4), human_agent: Some(human_agent) },
            EscalationState::CustomerLeft { at, follow_up_due: at + Millis::hours(4), human_agent: None },
            EscalationState::Resolved { human_agent, at },
            EscalationState::ReturnedToAi { at, human_agent: None },
            EscalationState::Closed { at },
        ]
    }

    pub(in crate::follow) fn duty<'a>(e: &'a Escalation, queue: &'a Queue, settings: &'a Settings) -> Duty<'a> {
        Duty { escalation: e, queue, settings, customer_waiting: false, last_turn_at: NOW, now: NOW }
    }

    #[test]
    fn each_state_owes_what_it_should_to_whom_it_should() {
        let (q, settings) = (queue(), Settings::default());
        let human = Owner::Human { human_agent: person() };
        let want = [
            Some((Owner::Router, NextAction::FindHuman, Millis::secs(60))),
            Some((human, NextAction::AnswerOffer, Millis::secs(20))),
            Some((human, NextAction::FirstReply, Millis::secs(120))),
            Some((human, NextAction::AwaitCustomer, Millis::mins(15))),
            Some((Owner::Router, NextAction::CallBack, Millis::hours(2))),
            Some((human, NextAction::FollowUp, Millis::hours(4))),
            Some((Owner::Supervisors, NextAction::FollowUp, Millis::hours(4))),
            Some((human, NextAction::Review, Millis::hours(24))),
            None,
            None,
        ];
        for (state, want) in states(NOW).into_iter().zip(want) {
            let mut e = escalation(state);
            e.clocks = super::super::clocks(&q, Tier::Standard, NOW);
            e.offers = vec![Offer {
                id: "off_00000000000000000000000000000001".parse().expect("an id"),
                escalation: e.id,
                human_agent: person(),
                made_at: NOW,
                due: NOW + Millis::secs(20),
                seen_at: None,
                state: OfferState::Pending,
                fit: String::new(),
            }];
            let got = obligation(&duty(&e, &q, &settings));
            assert_eq!(got.map(|o| (o.owner, o.action, o.due.since(NOW))), want, "{}", e.state.name());
            assert!(got.is_none_or(|o| o.rung == 0));
        }
    }

    #[test]
    fn an_answer_is_owed_when_the_customer_wrote_last() {
        let (q, settings) = (queue(), Settings::default());
        let mut e = escalation(EscalationState::Active { human_agent: person(), since: NOW });
        let asked = |e: &Escalation| {
            let o = obligation(&Duty { customer_waiting: true, ..duty(e, &q, &settings) }).expect("owed");
            (o.action, o.due.since(NOW))
        };
        assert_eq!(asked(&e), (NextAction::NextReply, Millis::secs(180)));
        e.clocks = vec![super::super::next_reply_clock(&q, Tier::Standard, NOW - Millis::secs(100))];
        assert_eq!(asked(&e), (NextAction::NextReply, Millis::secs(80)), "the clock that runs");
        e.clocks[0].stopped_at = Some(NOW);
        assert_eq!(asked(&e), (NextAction::NextReply, Millis::secs(180)));
    }

    #[test]
    fn waiting_is_answered_by_closing_time_and_by_the_longest_wait() {
        let (mut q, settings) = (queue(), Settings::default());
        let due = |q: &Queue, since: Timestamp| {
            let e = escalation(EscalationState::Queued { since });
            obligation(&duty(&e, q, &settings)).map(|o| o.due)
        };
        assert_eq!(due(&q, NOW - Millis::secs(590)), Some(NOW + Millis::secs(10)), "longest wait");
        assert_eq!(due(&q, NOW - Millis::secs(100)), Some(NOW + Millis::secs(60)), "the target has passed: a minute");
        assert_eq!(due(&q, NOW - Millis::hours(5)), Some(NOW + Millis(1)), "waited too long");
        let window = |from: &str, to: &str| {
            vec![baton_model::Window { days: vec![baton_model::Day::Mon], from: from.into(), to: to.into() }]
        };
        q.max_wait_seconds = 10_000;
        q.targets.values_mut().for_each(|t| t.accept_seconds = 7_200);
        q.hours.windows = window("09:00", "11:00");
        assert_eq!(due(&q, NOW), Some(NOW + Millis::hours(1)), "closing time");
        q.hours.windows = window("12:00", "18:00");
        assert_eq!(due(&q, NOW), Some(NOW + Millis(1)), "closed: at once");
    }
}
