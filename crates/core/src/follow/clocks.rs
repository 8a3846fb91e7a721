//! Service-level clocks, and when an escalation next needs attention.

use baton_model::{ClockKind, Escalation, EscalationState, Millis, Queue, SlaClock, Targets, Tier, Timestamp, WaitPromise};

use crate::calendar;

/// A warning comes after this share of the target.
pub(super) const WARN_PERCENT: i64 = 75;
/// For a queue without targets (refused when queues are stored, but data is data).
const FALLBACK: Targets = Targets {
    accept_seconds: 120,
    first_reply_seconds: 300,
    next_reply_seconds: 300,
    resolution_seconds: 8 * 3_600,
    requester_wait_seconds: None,
};

/// The targets of a tier; `standard` stands in for the others.
pub fn targets(queue: &Queue, tier: Tier) -> &Targets {
    queue.targets.get(&tier).or_else(|| queue.targets.get(&Tier::Standard)).unwrap_or(&FALLBACK)
}

/// First reply, resolution, and the customer's waiting where it has a target, from the opening of the escalation.
pub fn clocks(queue: &Queue, tier: Tier, opened_at: Timestamp) -> Vec<SlaClock> {
    let t = targets(queue, tier);
    let waiting = t.requester_wait_seconds.map(|seconds| clock(queue, ClockKind::RequesterWait, opened_at, seconds));
    let two = [
        clock(queue, ClockKind::FirstReply, opened_at, t.first_reply_seconds),
        clock(queue, ClockKind::Resolution, opened_at, t.resolution_seconds),
    ];
    two.into_iter().chain(waiting).collect()
}

/// Clocks of this escalation that stand still while the customer is to answer.
pub fn to_pause<'a>(queue: &'a Queue, e: &'a Escalation) -> impl Iterator<Item = ClockKind> + 'a {
    let pauses = |kind| kind == ClockKind::RequesterWait || kind == ClockKind::Resolution && queue.pause_awaiting_customer;
    e.clocks.iter().filter(move |c| c.unbroken() && pauses(c.kind)).map(|c| c.kind)
}

/// A clock that stood still since `since`, going on: what was left of it, in open time, is left from now.
pub fn resumed(queue: &Queue, clock: &SlaClock, since: Timestamp, now: Timestamp) -> SlaClock {
    let left = |at| calendar::add_open(&queue.hours, now, calendar::open_between(&queue.hours, since, at));
    SlaClock { warn_at: left(clock.warn_at), due: left(clock.due), paused_at: None, stopped_at: None, ..clock.clone() }
}

/// The clocks of an escalation that opens because an earlier one was not solved after all: time to solve it, and time that
/// the customer has waited, go on from where they stopped; a target that was broken stays so.
pub fn reopened(queue: &Queue, tier: Tier, earlier: &Escalation, now: Timestamp) -> Vec<SlaClock> {
    let mut all = clocks(queue, tier, now);
    for clock in all.iter_mut().filter(|c| c.kind != ClockKind::FirstReply) {
        let before = earlier.clocks.iter().rev().find(|old| old.kind == clock.kind);
        // It may have stood still before it stopped.
        if let Some((old, stood)) = before.and_then(|old| Some((old, old.paused_at.or(old.stopped_at)?))) {
            *clock = resumed(queue, old, stood, now);
        }
    }
    all
}

/// From a customer's turn to the human's answer.
pub fn next_reply_clock(queue: &Queue, tier: Tier, at: Timestamp) -> SlaClock {
    clock(queue, ClockKind::NextReply, at, targets(queue, tier).next_reply_seconds)
}

fn clock(queue: &Queue, kind: ClockKind, started_at: Timestamp, seconds: u32) -> SlaClock {
    let target = Millis::secs(i64::from(seconds).max(1));
    SlaClock {
        kind,
        started_at,
        warn_at: calendar::add_open(&queue.hours, started_at, Millis(target.0 * WARN_PERCENT / 100)),
        due: calendar::add_open(&queue.hours, started_at, target),
        warned_at: None,
        breached_at: None,
        stopped_at: None,
        paused_at: None,
    }
}

/// The promise that holds now: told during this wait, and not broken yet.
pub fn standing_promise(e: &Escalation) -> Option<&WaitPromise> {
    let (EscalationState::Queued { since } | EscalationState::Offered { since, .. }) = e.state else { return None };
    e.promises.last().filter(|p| p.slipped_at.is_none() && p.made_at >= since)
}

/// Promises in a row that did not hold, up to now.
pub fn slips(e: &Escalation) -> usize {
    let broken = |p: &&WaitPromise| p.slipped_at.is_some();
    e.promises.iter().rev().skip_while(|p| !broken(p)).take_while(broken).count()
}

/// A callback is better than this wait: it is longer than the queue's longest, or the queue closes first.
pub fn callback_is_better(queue: &Queue, now: Timestamp, wait: Millis) -> bool {
    let closing = || calendar::next_change(&queue.hours, now).filter(|_| calendar::is_open(&queue.hours, now));
    wait > Millis::secs(i64::from(queue.max_wait_seconds)) || closing().is_some_and(|at| at < now + wait)
}

/// When the escalation next needs attention: its obligation, a warning or breach of a running clock, the end of a told wait,
/// a relaxation while it waits, the end of a pending offer. `None` only for terminal states.
pub fn next_event(e: &Escalation) -> Option<Timestamp> {
    if e.state.terminal() {
        return None;
    }
    let next = |c: &SlaClock| if c.warned_at.is_none() { c.warn_at.min(c.due) } else { c.due };
    let clocks = e.clocks.iter().filter(|c| c.unbroken()).map(next);
    let queued = matches!(e.state, EscalationState::Queued { .. });
    let widening = [e.item.next_step_at, e.item.preferred_until].into_iter().flatten().filter(|_| queued);
    let offer = matches!(e.state, EscalationState::Offered { .. }).then(|| e.pending_offer().map(|o| o.due)).flatten();
    let promise = standing_promise(e).map(WaitPromise::due);
    clocks.chain(promise).chain(e.obligation.map(|o| o.due)).chain(widening).chain(offer).min()
}

#[cfg(test)]
mod tests {
    use baton_model::{Day, NextAction, Obligation, Owner, Window};

    use super::*;
    use crate::follow::obligation::tests::{NOW, escalation, queue};

    #[test]
    fn clocks_run_in_business_time_and_warn_first() {
        let mut q = queue();
        q.hours.time_zone = "Europe/Berlin".into();
        q.hours.windows = vec![Window { days: vec![Day::Fri, Day::Mon], from: "09:00".into(), to: "17:00".into() }];
        // Friday 2026-03-27, 16:50 in Berlin: ten minutes, a weekend and a jump of the clock later.
        let at = Timestamp::from_jiff("2026-03-27T15:50:00Z".parse().expect("a time"));
        let all = clocks(&q, Tier::Vip, at);
        let words: Vec<_> = all.iter().map(|c| (c.kind, c.warn_at.to_string(), c.due.to_string())).collect();
        assert_eq!(
            words,
            [
                (ClockKind::FirstReply, "2026-03-27T15:51:30.000Z".into(), "2026-03-27T15:52:00.000Z".into()),
                (ClockKind::Resolution, "2026-03-30T07:35:00.000Z".into(), "2026-03-30T07:50:00.000Z".into()),
            ]
        );
        assert_eq!(next_reply_clock(&q, Tier::Vip, at).due, at + Millis::secs(180));
        q.targets.clear();
        assert_eq!(clocks(&q, Tier::Vip, at).len(), 2, "never nothing");
    }

    #[test]
    fn a_clock_goes_on_in_business_time_where_it_stood() {
        let mut q = queue();
        q.hours.windows = vec![Window { days: vec![Day::Mon, Day::Tue], from: "09:00".into(), to: "17:00".into() }];
        q.targets.values_mut().for_each(|t| t.requester_wait_seconds = Some(1_800));
        // Monday, 16:50: an hour to solve it, ten minutes of it today.
        let opened = Timestamp::from_jiff("2026-03-02T16:50:00Z".parse().expect("a time"));
        let mut e = escalation(EscalationState::Queued { since: opened });
        e.clocks = clocks(&q, Tier::Standard, opened);
        assert_eq!(to_pause(&q, &e).collect::<Vec<_>>(), [ClockKind::RequesterWait]);
        q.pause_awaiting_customer = true;
        assert_eq!(to_pause(&q, &e).collect::<Vec<_>>(), [ClockKind::Resolution, ClockKind::RequesterWait]);
        let resolution = e.clocks[1].clone();
        assert_eq!(resolution.due.to_string(), "2026-03-03T09:50:00.000Z");
        // Paused at 16:55, resumed on Tuesday at 11:00: 55 minutes are left, not the eighteen hours by the wall.
        let at = |text: &str| Timestamp::from_jiff(text.parse().expect("a time"));
        let on = resumed(&q, &resolution, at("2026-03-02T16:55:00Z"), at("2026-03-03T11:00:00Z"));
        assert_eq!((on.due.to_string().as_str(), on.paused_at), ("2026-03-03T11:55:00.000Z", None));
        // Solved at 16:55, and not after all.
        e.clocks.iter_mut().for_each(|c| c.stopped_at = Some(at("2026-03-02T16:55:00Z")));
        let again = reopened(&q, Tier::Standard, &e, at("2026-03-03T11:00:00Z"));
        let dues: Vec<_> = again.iter().map(|c| (c.kind, c.started_at == opened, c.due.to_string())).collect();
        assert_eq!(
            dues,
            [
                (ClockKind::FirstReply, false, "2026-03-03T11:02:00.000Z".into()),
                (ClockKind::Resolution, true, "2026-03-03T11:55:00.000Z".into()),
                (ClockKind::RequesterWait, true, "2026-03-03T11:25:00.000Z".into()),
            ]
        );
    }

    #[test]
    fn the_next_event_is_the_earliest_that_still_counts() {
        let mut e = escalation(EscalationState::Queued { since: NOW });
        e.obligation =
            Some(Obligation { owner: Owner::Router, due: NOW + Millis::secs(500), action: NextAction::FindHuman, rung: 0 });
        e.clocks = vec![next_reply_clock(&queue(), Tier::Standard, NOW)];
        assert_eq!(next_event(&e), Some(NOW + Millis::secs(135)), "warning");
        e.clocks[0].warned_at = Some(NOW);
        assert_eq!(next_event(&e), Some(NOW + Millis::secs(180)), "breach");
        e.item.next_step_at = Some(NOW + Millis::secs(60));
        assert_eq!(next_event(&e), Some(NOW + Millis::secs(60)), "relaxation");
        e.state = EscalationState::Closed { at: NOW };
        assert_eq!(next_event(&e), None);
        let human_agent = "hum_00000000000000000000000000000001".parse().expect("an id");
        e.state = EscalationState::Resolved { human_agent, at: NOW };
        assert_eq!(next_event(&e), Some(NOW + Millis::secs(180)), "nothing relaxes when nothing waits");
        let stops: [fn(&mut SlaClock); 3] =
            [|c| c.stopped_at = Some(NOW), |c| c.paused_at = Some(NOW), |c| c.breached_at = Some(NOW)];
        for stop in stops {
            let mut e = e.clone();
            stop(&mut e.clocks[0]);
            assert_eq!(next_event(&e), Some(NOW + Millis::secs(500)));
        }
    }
}
