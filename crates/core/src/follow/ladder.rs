//! What happens when an obligation is missed, and what is owed afterwards.

use baton_model::{ClockKind, EscalationState, Late, Millis, NextAction, Obligation, Queue, Remedy, Tier, Timestamp};

use super::{Duty, clocks::targets};
use crate::calendar;

/// A first wait between two rungs is at least this.
const SHORTEST: Millis = Millis::secs(60);
/// A further reminder of a first reply comes within this.
const REPLY_LONGEST: Millis = Millis::mins(10);
/// Reminders double their distance up to this many times.
const DOUBLINGS: u8 = 6;
const DAY: Millis = Millis::hours(24);
/// From this rung on a first reply is somebody else's, whatever the queue says.
const LATEST: u8 = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    RaisePriority,
    AlertSupervisors,
    /// Tell the customer that it takes longer.
    TellDelay,
    /// Take the next relaxation step.
    Widen,
    /// Tell the customer that they may choose a callback; the wait goes on.
    OfferCallback,
    /// Ends: the item returns to the line at its real age.
    ExpireOffer,
    /// Ends: somebody else is found.
    Requeue,
    /// Ends: a callback in opening hours and the customer's waking hours.
    BookCallback,
    /// Ends: the customer is gone.
    CustomerLeft,
    /// Ends: the slot has come.
    StartCallback,
    /// Ends: closed without a verdict.
    CloseUnreviewed,
}

impl Rung {
    /// It moves the escalation to another state, whose own obligation holds then.
    pub fn ends(self) -> bool {
        !matches!(self, Self::RaisePriority | Self::AlertSupervisors | Self::TellDelay | Self::Widen | Self::OfferCallback)
    }
}

/// The rungs of a missed obligation: at least one. `staffed`: somebody is there who could take it.
///
/// | action | rung 0 | later |
/// |---|---|---|
/// | find a human | raise, alert, tell the delay | the same; at the longest wait, at closing time, or with nobody there: a callback |
/// | answer an offer | it expires | |
/// | first reply | alert | somebody else is found |
/// | next reply | alert | alert; from the third time the delay is told |
/// | await the customer | they left | |
/// | call back | it starts | |
/// | follow up | alert | alert, daily |
/// | review | closed without | |
///
/// The queue's own steps replace what is done about waiting and replies, never the callback at the end of the longest wait.
pub fn ladder(d: &Duty<'_>, missed: &Obligation, staffed: bool) -> Vec<Rung> {
    let own = |late| remedies(d.queue, late, u32::from(missed.rung) + 1);
    match missed.action {
        NextAction::FindHuman => {
            let waited_out = d.now >= waiting_since(d) + Millis::secs(i64::from(d.queue.max_wait_seconds));
            if waited_out || !staffed || !calendar::is_open(&d.queue.hours, d.now) {
                vec![Rung::BookCallback]
            } else {
                own(Late::Waiting).unwrap_or_else(|| vec![Rung::RaisePriority, Rung::AlertSupervisors, Rung::TellDelay])
            }
        }
        NextAction::AnswerOffer => vec![Rung::ExpireOffer],
        NextAction::FirstReply => match own(Late::FirstReply) {
            // Nobody keeps a customer to themselves for ever.
            Some(own) if missed.rung < LATEST => own,
            None if missed.rung == 0 => vec![Rung::AlertSupervisors],
            Some(_) | None => vec![Rung::Requeue],
        },
        NextAction::NextReply => own(Late::NextReply).unwrap_or_else(|| match missed.rung {
            0 | 1 => vec![Rung::AlertSupervisors],
            _ => vec![Rung::AlertSupervisors, Rung::TellDelay],
        }),
        NextAction::AwaitCustomer => vec![Rung::CustomerLeft],
        NextAction::CallBack => vec![Rung::StartCallback],
        NextAction::FollowUp => vec![Rung::AlertSupervisors],
        NextAction::Review => vec![Rung::CloseUnreviewed],
    }
}

/// The rungs of a clock that warns or is broken. Broken ones raise the item, unless the queue says otherwise.
pub fn on_clock(queue: &Queue, kind: ClockKind, broken: bool) -> Vec<Rung> {
    let late = match (kind, broken) {
        // These are obligations too, and have the ladder of those.
        (ClockKind::FirstReply | ClockKind::NextReply, true) => return vec![Rung::RaisePriority],
        (ClockKind::Resolution, true) => Late::Resolution,
        (ClockKind::RequesterWait, true) => Late::RequesterWait,
        (ClockKind::FirstReply, false) => Late::FirstReplyWarning,
        (ClockKind::NextReply, false) => Late::NextReplyWarning,
        (ClockKind::Resolution, false) => Late::ResolutionWarning,
        (ClockKind::RequesterWait, false) => Late::RequesterWaitWarning,
    };
    let usual = if broken { vec![Rung::RaisePriority] } else { Vec::new() };
    remedies(queue, late, 1).unwrap_or(usual)
}

/// What the queue says to do the `times`-th time.
fn remedies(queue: &Queue, late: Late, times: u32) -> Option<Vec<Rung>> {
    let steps = queue.ladder.iter().filter(|s| s.when == late && s.times <= times);
    let step = steps.max_by_key(|s| s.times).filter(|s| !s.remedies.is_empty())?;
    Some(step.remedies.iter().copied().map(rung).collect())
}

fn rung(remedy: Remedy) -> Rung {
    match remedy {
        Remedy::RaisePriority => Rung::RaisePriority,
        Remedy::Widen => Rung::Widen,
        Remedy::Alert => Rung::AlertSupervisors,
        Remedy::TellDelay => Rung::TellDelay,
        Remedy::FindAnother => Rung::Requeue,
        Remedy::Callback => Rung::BookCallback,
    }
}

/// What is owed after a rung that did not end it: the same, one rung up, due after `now`.
///
/// Waiting is looked at again after the acceptance target (at least a minute), doubling each time, and always at the
/// longest wait and at closing time. A first reply is asked for again after half the reply target (1 to 10 minutes). A next
/// reply doubles its target each time, in business time, up to a day. A follow-up is due again on the next day, when the
/// queue is open.
pub fn next_obligation(d: &Duty<'_>, missed: &Obligation) -> Obligation {
    let t = targets(d.queue, d.escalation.tier);
    let doubled = |ms: Millis| Millis(ms.0 << missed.rung.min(DOUBLINGS));
    let due = match missed.action {
        NextAction::FindHuman => {
            let apart = doubled(Millis::secs(i64::from(t.accept_seconds)).max(SHORTEST));
            d.waiting_due(waiting_since(d), d.now + apart)
        }
        NextAction::FirstReply => {
            let half = Millis(i64::from(t.next_reply_seconds) * 500);
            d.now + half.clamp(SHORTEST, REPLY_LONGEST)
        }
        NextAction::NextReply => {
            let apart = doubled(Millis::secs(i64::from(t.next_reply_seconds)).max(SHORTEST)).min(DAY);
            calendar::add_open(&d.queue.hours, d.now, apart)
        }
        NextAction::FollowUp => calendar::next_open(&d.queue.hours, d.now + DAY).unwrap_or(d.now + DAY),
        // These end at their first rung; should the engine ask, they are due again soon.
        NextAction::AnswerOffer | NextAction::AwaitCustomer | NextAction::CallBack | NextAction::Review => d.now + SHORTEST,
    };
    Obligation { due: due.max(d.now + Millis(1)), rung: missed.rung.saturating_add(1), ..*missed }
}

fn waiting_since(d: &Duty<'_>) -> Timestamp {
    match d.escalation.state {
        EscalationState::Queued { since } => since,
        _ => d.escalation.item.routing_since,
    }
}

/// A callback is better than waiting: the queue is closed, or nobody is there and it closes before the acceptance target
/// would pass. Open with nobody there yet is not hopeless: [`ladder`] books the callback when the target passes.
pub fn nobody_will_come(queue: &Queue, staffed: u32, now: Timestamp) -> bool {
    if !calendar::is_open(&queue.hours, now) {
        return true;
    }
    let patience = Millis::secs(i64::from(targets(queue, Tier::Standard).accept_seconds));
    staffed == 0 && calendar::next_change(&queue.hours, now).is_some_and(|closing| closing <= now + patience)
}

#[cfg(test)]
mod tests {
    use baton_model::{Day, Hours, LadderStep, Owner, Settings, Window};
    use proptest::prelude::*;

    use super::*;
    use crate::follow::{
        obligation,
        obligation::tests::{NOW, duty, escalation, queue, states},
    };

    fn missed(action: NextAction, rung: u8) -> Obligation {
        Obligation { owner: Owner::Router, due: NOW, action, rung }
    }

    #[test]
    fn rungs_by_action() {
        use NextAction as A;
        use Rung as R;
        let (q, settings) = (queue(), Settings::default());
        let e = escalation(EscalationState::Queued { since: NOW - Millis::secs(60) });
        let wait = vec![R::RaisePriority, R::AlertSupervisors, R::TellDelay];
        for (action, rung, want) in [
            (A::FindHuman, 0, wait.clone()),
            (A::FindHuman, 3, wait),
            (A::AnswerOffer, 0, vec![R::ExpireOffer]),
            (A::FirstReply, 0, vec![R::AlertSupervisors]),
            (A::FirstReply, 1, vec![R::Requeue]),
            (A::NextReply, 1, vec![R::AlertSupervisors]),
            (A::NextReply, 2, vec![R::AlertSupervisors, R::TellDelay]),
            (A::AwaitCustomer, 0, vec![R::CustomerLeft]),
            (A::CallBack, 0, vec![R::StartCallback]),
            (A::FollowUp, 9, vec![R::AlertSupervisors]),
            (A::Review, 0, vec![R::CloseUnreviewed]),
        ] {
            assert_eq!(ladder(&duty(&e, &q, &settings), &missed(action, rung), true), want, "{action:?} {rung}");
        }
    }

    #[test]
    fn waiting_ends_in_a_callback() {
        let (mut q, settings) = (queue(), Settings::default());
        let find = missed(NextAction::FindHuman, 0);
        let rungs = |q: &Queue, since: i64, staffed: u32| {
            let e = escalation(EscalationState::Queued { since: NOW - Millis::secs(since) });
            ladder(&duty(&e, q, &settings), &find, staffed > 0)
        };
        assert_eq!(rungs(&q, 60, 0), [Rung::BookCallback], "nobody there");
        assert_eq!(rungs(&q, 600, 5), [Rung::BookCallback], "the longest wait");
        assert!(!rungs(&q, 599, 5).contains(&Rung::BookCallback));
        q.hours.windows = vec![Window { days: vec![Day::Mon], from: "12:00".into(), to: "18:00".into() }];
        assert_eq!(rungs(&q, 60, 5), [Rung::BookCallback], "closed");
    }

    #[test]
    fn a_queue_has_its_own_steps_up_to_the_longest_wait() {
        let (mut q, settings) = (queue(), Settings::default());
        let step = |when, times, remedies: &[Remedy]| LadderStep { when, times, remedies: remedies.to_vec() };
        q.ladder = vec![
            step(Late::Waiting, 1, &[Remedy::Alert]),
            step(Late::Waiting, 3, &[Remedy::Widen, Remedy::RaisePriority]),
            step(Late::NextReply, 2, &[Remedy::FindAnother]),
            step(Late::FirstReply, 1, &[Remedy::Alert]),
            step(Late::ResolutionWarning, 1, &[Remedy::Alert]),
        ];
        let e = escalation(EscalationState::Queued { since: NOW - Millis::secs(60) });
        let rungs = |action, rung| ladder(&duty(&e, &q, &settings), &missed(action, rung), true);
        assert_eq!([0, 1, 2, 9].map(|r| rungs(NextAction::FindHuman, r).len()), [1, 1, 2, 2]);
        assert_eq!(rungs(NextAction::FindHuman, 2), [Rung::Widen, Rung::RaisePriority]);
        assert_eq!(rungs(NextAction::NextReply, 0), [Rung::AlertSupervisors], "the usual before the own");
        assert_eq!(rungs(NextAction::NextReply, 1), [Rung::Requeue]);
        assert_eq!(rungs(NextAction::FirstReply, 3), [Rung::AlertSupervisors]);
        assert_eq!(rungs(NextAction::FirstReply, LATEST), [Rung::Requeue], "not for ever");
        let old = escalation(EscalationState::Queued { since: NOW - Millis::secs(600) });
        let late = ladder(&duty(&old, &q, &settings), &missed(NextAction::FindHuman, 0), true);
        assert_eq!(late, [Rung::BookCallback], "the longest wait is the end of every ladder");
        assert_eq!(on_clock(&q, ClockKind::Resolution, false), [Rung::AlertSupervisors]);
        assert_eq!(on_clock(&q, ClockKind::Resolution, true), [Rung::RaisePriority]);
        assert_eq!(on_clock(&q, ClockKind::FirstReply, false), []);
    }

    #[test]
    fn nobody_comes_to_a_closed_queue() {
        let mut q = queue();
        assert!(!nobody_will_come(&q, 0, NOW), "open: somebody may come");
        q.hours.windows = vec![Window { days: vec![Day::Mon], from: "09:00".into(), to: "10:01".into() }];
        assert!(nobody_will_come(&q, 0, NOW), "closes within the target");
        assert!(!nobody_will_come(&q, 1, NOW));
        assert!(nobody_will_come(&q, 1, NOW + Millis::mins(1)));
    }

    #[test]
    fn spacing_grows_and_stops_at_the_longest_wait() {
        let (q, settings) = (queue(), Settings::default());
        let e = escalation(EscalationState::Queued { since: NOW - Millis::secs(60) });
        let d = duty(&e, &q, &settings);
        let after = |action, rung| next_obligation(&d, &missed(action, rung)).due.since(NOW).0 / 1000;
        assert_eq!([0, 1, 2, 3, 200].map(|r| after(NextAction::FindHuman, r)), [60, 120, 240, 480, 540]);
        assert_eq!([0, 1, 2].map(|r| after(NextAction::NextReply, r)), [180, 360, 720]);
        assert_eq!(after(NextAction::FirstReply, 0), 90);
        assert_eq!([0, 7].map(|r| after(NextAction::FollowUp, r)), [86_400, 86_400]);
        assert_eq!(next_obligation(&d, &missed(NextAction::FollowUp, 255)).rung, 255);
    }

    const ACTIONS: [NextAction; 8] = [
        NextAction::FindHuman,
        NextAction::AnswerOffer,
        NextAction::FirstReply,
        NextAction::NextReply,
        NextAction::AwaitCustomer,
        NextAction::CallBack,
        NextAction::FollowUp,
        NextAction::Review,
    ];

    /// Also such as would be refused.
    fn any_ladder() -> impl Strategy<Value = Vec<LadderStep>> {
        let when = prop::sample::select(vec![Late::Waiting, Late::FirstReply, Late::NextReply, Late::Resolution]);
        let remedies = prop::sample::select(vec![
            Remedy::RaisePriority,
            Remedy::Widen,
            Remedy::Alert,
            Remedy::TellDelay,
            Remedy::FindAnother,
            Remedy::Callback,
        ]);
        let step = (when, 0..5u32, prop::collection::vec(remedies, 0..3));
        let step = step.prop_map(|(when, times, remedies)| LadderStep { when, times, remedies });
        prop::collection::vec(step, 0..4)
    }

    fn any_queue() -> impl Strategy<Value = Queue> {
        let days = vec![Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];
        let windows = prop::collection::vec((prop::sample::subsequence(days, 1..=7), 0..24u8), 0..3);
        let zone = prop::sample::select(vec!["UTC", "Australia/Lord_Howe", "America/New_York", "not a zone"]);
        (windows, zone, 0..5_000u32, 0..5_000u32, any_ladder()).prop_map(|(windows, zone, max_wait, target, ladder)| {
            let mut q = queue();
            q.ladder = ladder;
            let windows =
                windows.into_iter().map(|(days, h)| Window { days, from: format!("{h:02}:00"), to: format!("{:02}:30", h) });
            q.hours = Hours { time_zone: zone.into(), windows: windows.collect(), holidays: vec![] };
            q.max_wait_seconds = max_wait;
            q.targets.values_mut().for_each(|t| {
                (t.accept_seconds, t.first_reply_seconds, t.next_reply_seconds) = (target, target, target);
            });
            q
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        /// Every open state owes something, due ahead; missing it always does something; and whatever does not end it is
        /// followed by something due ahead.
        #[test]
        fn nothing_ends_in_nothing(
            q in any_queue(), ago in 0..2_000_000i64, waiting: bool, rung: u8, staffed: bool,
        ) {
            let settings = Settings::default();
            for state in states(NOW - Millis::secs(ago)) {
                let e = escalation(state);
                let d = Duty { customer_waiting: waiting, last_turn_at: NOW - Millis::secs(ago), ..duty(&e, &q, &settings) };
                let owed = obligation(&d);
                prop_assert_eq!(owed.is_none(), e.state.terminal());
                if let Some(o) = owed {
                    prop_assert!(o.due > NOW, "{:?} {}", o, e.state.name());
                    // A long chain of misses: the ladder ends, or goes on with growing rungs; waiting always ends.
                    let (mut o, mut now, mut ended) = (o, NOW, false);
                    for _ in 0..40 {
                        now = o.due;
                        let late = Duty { now, ..d };
                        let rungs = ladder(&late, &o, staffed);
                        prop_assert!(!rungs.is_empty());
                        if rungs.iter().any(|r| r.ends()) {
                            ended = true;
                            break;
                        }
                        o = next_obligation(&late, &o);
                        prop_assert!(o.due > now);
                    }
                    let waits_for_people = matches!(o.action, NextAction::NextReply | NextAction::FollowUp);
                    prop_assert!(ended || waits_for_people, "{:?} at {:?}", o, now);
                }
                for action in ACTIONS {
                    let m = missed(action, rung);
                    prop_assert!(!ladder(&d, &m, staffed).is_empty());
                    prop_assert!(next_obligation(&d, &m).due > NOW);
                }
            }
        }
    }
}
