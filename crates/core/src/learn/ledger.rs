//! Counts per UTC day. Every window is a sum of days, so nothing is counted twice and old days can be dropped.

use baton_model::{
    Balance, ClassCount, CouldAi, Escalation, Missing, MissingCount, Outcome, ReasonCount, Review, ReviewRow, Smooth,
    Timestamp, Timing, Trigger,
};
use imbl::{OrdMap, Vector};
use serde::{Deserialize, Serialize};

/// Days kept.
pub(super) const DAYS: u32 = 400;
/// Reviews listed.
const RECENT: usize = 200;

/// Everything that reviews and closings add up to. Clone is cheap; bounded in days, reviews and classes.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
pub struct Ledger {
    /// By day since 1970-01-01, UTC.
    days: OrdMap<i64, DayCounts>,
    /// Newest first.
    recent: Vector<ReviewRow>,
    #[serde(default)]
    pub cases: super::Cases,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
struct DayCounts {
    balance: Balance,
    #[serde(default)]
    reasons: OrdMap<Trigger, Shares>,
    #[serde(default)]
    classes: OrdMap<String, Shares>,
    #[serde(default)]
    missing: OrdMap<Missing, u32>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq)]
pub(super) struct Shares {
    pub(super) escalations: u32,
    pub(super) needless: u32,
    pub(super) missed: u32,
    pub(super) verdicts: u32,
}

/// A window's sums.
#[derive(Debug, Default)]
pub(super) struct Window {
    pub(super) total: Balance,
    pub(super) by_day: Vec<Balance>,
    pub(super) by_trigger: Vec<ReasonCount>,
    pub(super) by_class: Vec<ClassCount>,
    pub(super) missing: Vec<MissingCount>,
    pub(super) recent: Vec<ReviewRow>,
}

impl Ledger {
    /// A conversation ended. An escalated one was counted when it escalated.
    pub fn conversation_closed(&mut self, at: Timestamp, escalated: bool) {
        if !escalated {
            let day = self.day(at);
            bump(&mut day.balance.conversations, true);
            bump(&mut day.balance.contained, true);
        }
    }

    pub fn escalation_opened(&mut self, at: Timestamp, trigger: Trigger, class: &str) {
        let day = self.day(at);
        bump(&mut day.balance.conversations, true);
        bump(&mut day.balance.escalated, true);
        bump(&mut day.reasons.entry(trigger).or_default().escalations, true);
        bump(&mut day.classes.entry(class.to_owned()).or_default().escalations, true);
    }

    pub fn callback_booked(&mut self, at: Timestamp) {
        bump(&mut self.day(at).balance.callbacks, true);
    }

    /// An escalation ended and has its review, which counts on the day of `review.at`.
    pub fn reviewed(&mut self, at: Timestamp, e: &Escalation, review: &Review, headline: &str) {
        self.count(e, review, true);
        self.cases.reviewed(e.id, review, headline, e.ended_at);
        self.recent.push_front(row(e, review, headline));
        self.recent.truncate(RECENT);
        self.forget(at);
    }

    /// A verdict came late: its review replaces the old one, in the counts and in the list.
    pub fn revised(&mut self, at: Timestamp, e: &Escalation, old: &Review, new: &Review, headline: &str) {
        self.count(e, old, false);
        self.count(e, new, true);
        self.cases.reviewed(e.id, new, headline, e.ended_at);
        match self.recent.iter().position(|r| r.escalation == e.id) {
            Some(place) => {
                self.recent.set(place, row(e, new, headline));
            }
            None => {
                self.recent.push_front(row(e, new, headline));
                self.recent.truncate(RECENT);
            }
        }
        self.forget(at);
    }

    pub fn today(&self, now: Timestamp) -> Balance {
        self.balance(day_number(now))
    }

    /// The last `n` days, oldest first, today last.
    pub fn days(&self, now: Timestamp, n: u32) -> Vec<Balance> {
        window(now, n).map(|day| self.balance(day)).collect()
    }

    /// Escalations by trigger over the last `days` days, most first.
    pub fn reasons(&self, now: Timestamp, days: u32) -> Vec<ReasonCount> {
        self.window(now, days).by_trigger
    }

    pub(super) fn window(&self, now: Timestamp, days: u32) -> Window {
        let range = window(now, days);
        let mut out = Window::default();
        let mut triggers: OrdMap<Trigger, Shares> = OrdMap::new();
        let mut classes: OrdMap<String, Shares> = OrdMap::new();
        let mut missing: OrdMap<Missing, u32> = OrdMap::new();
        for (_, day) in self.days.range(range.clone()) {
            add(&mut out.total, &day.balance);
            day.reasons.iter().for_each(|(k, s)| triggers.entry(*k).or_default().add(s));
            day.classes.iter().for_each(|(k, s)| classes.entry(k.clone()).or_default().add(s));
            for (kind, count) in &day.missing {
                let sum = missing.entry(*kind).or_default();
                *sum = sum.saturating_add(*count);
            }
        }
        out.by_day = range.clone().map(|day| self.balance(day)).collect();
        out.by_trigger = triggers
            .into_iter()
            .map(|(trigger, s)| ReasonCount {
                trigger,
                escalations: s.escalations,
                needless: s.needless,
                missed: s.missed,
                verdicts: s.verdicts,
            })
            .collect();
        out.by_trigger.sort_by_key(|r| (std::cmp::Reverse(r.escalations), r.trigger));
        out.by_class = classes
            .into_iter()
            .map(|(class, s)| ClassCount { class, escalations: s.escalations, needless: s.needless, verdicts: s.verdicts })
            .collect();
        out.by_class.sort_by(|a, b| b.escalations.cmp(&a.escalations).then_with(|| a.class.cmp(&b.class)));
        out.missing = missing
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(missing, count)| MissingCount { missing, count })
            .collect();
        out.missing.sort_by_key(|m| (std::cmp::Reverse(m.count), m.missing));
        out.recent = self.recent.iter().filter(|r| range.contains(&day_number(r.at))).cloned().collect();
        out
    }

    fn day(&mut self, at: Timestamp) -> &mut DayCounts {
        self.days.entry(day_number(at)).or_default()
    }

    fn balance(&self, day: i64) -> Balance {
        let mut balance = self.days.get(&day).map(|d| d.balance.clone()).unwrap_or_default();
        balance.day = day_name(day);
        balance
    }

    /// Adds a review to its day, or takes it back.
    fn count(&mut self, e: &Escalation, review: &Review, plus: bool) {
        let day = self.day(review.at);
        let facts = &review.facts;
        let verdict = review.verdict.as_ref();
        let needless = verdict.is_some_and(|v| v.could_ai == CouldAi::Yes);
        let missed = facts.timing == Timing::Late;
        let b = &mut day.balance;
        bump(&mut b.ended, plus);
        for (counts, count) in [
            (verdict.is_some(), &mut b.verdicts),
            (needless, &mut b.needless),
            (missed, &mut b.missed),
            (verdict.is_some_and(|v| v.smooth == Smooth::Yes), &mut b.smooth),
            (facts.promise_kept.is_some(), &mut b.promises),
            (facts.promise_kept == Some(true), &mut b.promises_kept),
            (matches!(facts.outcome, Outcome::Abandoned | Outcome::CancelledByCustomer), &mut b.abandoned),
            (facts.time_to_first_reply.is_some(), &mut b.first_replies),
            (facts.handle_time.is_some(), &mut b.handled),
        ] {
            if counts {
                bump(count, plus);
            }
        }
        let sign = if plus { 1 } else { -1 };
        for (length, total) in
            [(facts.time_to_first_reply, &mut b.first_reply_total), (facts.handle_time, &mut b.handle_total)]
        {
            total.0 = total.0.saturating_add(length.map_or(0, |l| l.0) * sign).max(0);
        }
        for shares in [day.reasons.entry(e.trigger).or_default(), day.classes.entry(e.issue_class.clone()).or_default()] {
            for (counts, count) in
                [(needless, &mut shares.needless), (missed, &mut shares.missed), (verdict.is_some(), &mut shares.verdicts)]
            {
                if counts {
                    bump(count, plus);
                }
            }
        }
        if let Some(missing) = verdict.map(|v| v.missing).filter(|m| *m != Missing::Nothing) {
            bump(day.missing.entry(missing).or_default(), plus);
        }
    }

    /// Drops the days that are too old.
    fn forget(&mut self, at: Timestamp) {
        let oldest = day_number(at) - i64::from(DAYS) + 1;
        while let Some(first) = self.days.get_min().map(|(day, _)| *day).filter(|day| *day < oldest) {
            self.days.remove(&first);
        }
    }
}

impl Shares {
    fn add(&mut self, other: &Self) {
        self.escalations = self.escalations.saturating_add(other.escalations);
        self.needless = self.needless.saturating_add(other.needless);
        self.missed = self.missed.saturating_add(other.missed);
        self.verdicts = self.verdicts.saturating_add(other.verdicts);
    }
}

fn bump(count: &mut u32, plus: bool) {
    *count = if plus { count.saturating_add(1) } else { count.saturating_sub(1) };
}

fn add(sum: &mut Balance, day: &Balance) {
    for (to, from) in [
        (&mut sum.conversations, day.conversations),
        (&mut sum.contained, day.contained),
        (&mut sum.escalated, day.escalated),
        (&mut sum.ended, day.ended),
        (&mut sum.verdicts, day.verdicts),
        (&mut sum.needless, day.needless),
        (&mut sum.missed, day.missed),
        (&mut sum.promises, day.promises),
        (&mut sum.promises_kept, day.promises_kept),
        (&mut sum.smooth, day.smooth),
        (&mut sum.abandoned, day.abandoned),
        (&mut sum.callbacks, day.callbacks),
        (&mut sum.first_replies, day.first_replies),
        (&mut sum.handled, day.handled),
    ] {
        *to = to.saturating_add(from);
    }
    sum.first_reply_total.0 = sum.first_reply_total.0.saturating_add(day.first_reply_total.0);
    sum.handle_total.0 = sum.handle_total.0.saturating_add(day.handle_total.0);
}

fn row(e: &Escalation, review: &Review, headline: &str) -> ReviewRow {
    ReviewRow {
        escalation: e.id,
        at: review.at,
        headline: headline.to_owned(),
        trigger: e.trigger,
        could_ai: review.verdict.as_ref().map(|v| v.could_ai),
        missing: review.verdict.as_ref().map(|v| v.missing),
        timing: review.facts.timing,
        repeats: review.facts.repeats.len().try_into().unwrap_or(u32::MAX),
    }
}

fn day_number(at: Timestamp) -> i64 {
    at.millis().div_euclid(86_400_000)
}

/// Midnight, UTC, at which a window of `days` days begins.
pub(super) fn first_instant(now: Timestamp, days: u32) -> Timestamp {
    Timestamp::from_millis(window(now, days).start().saturating_mul(86_400_000))
}

fn day_name(day: i64) -> String {
    let midnight = Timestamp::from_millis(day.saturating_mul(86_400_000));
    midnight.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%d").to_string()
}

/// The last `days` days, at least today, at most what is kept.
fn window(now: Timestamp, days: u32) -> std::ops::RangeInclusive<i64> {
    let today = day_number(now);
    (today - i64::from(days.clamp(1, DAYS)) + 1)..=today
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use baton_model::*;
    use proptest::prelude::*;

    use super::*;

    /// Seconds after midnight of 2026-03-02, UTC.
    pub(in crate::learn) fn ts(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_772_409_600_000 + seconds * 1000)
    }

    pub(in crate::learn) fn an_escalation(n: u64, trigger: Trigger, class: &str) -> Escalation {
        let mut ids = IdSource::new(ts(0), n);
        let opened = ts(0);
        Escalation {
            id: ids.draw(),
            conversation: ids.draw(),
            channel: Channel::Chat,
            opened_at: opened,
            trigger,
            decision: Arc::new(Decision {
                turn: ids.draw(),
                at: opened,
                action: Action::Escalate,
                urgency: Urgency::Normal,
                reasons: vec![],
                policy_version: 1,
                strain: 0.0,
            }),
            issue_class: class.into(),
            tier: Tier::Standard,
            urgency: Urgency::Normal,
            item: WorkItem {
                queue: QueueId("general".into()),
                requirements: Requirements::default(),
                strict: Requirements::default(),
                priority: 0,
                routing_since: opened,
                real_since: opened,
                step: 0,
                next_step_at: None,
                decliners: vec![],
                units: 1,
                ..WorkItem::default()
            },
            state: EscalationState::Closed { at: opened },
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

    pub(in crate::learn) fn a_review(at: Timestamp, could_ai: Option<CouldAi>) -> Review {
        Review {
            verdict: could_ai.map(|could_ai| Verdict {
                could_ai,
                missing: Missing::Knowledge,
                smooth: Smooth::Yes,
                note: None,
            }),
            by: None,
            at,
            facts: MeasuredFacts {
                wait: None,
                time_to_first_reply: Some(Millis::secs(30)),
                handle_time: Some(Millis::secs(100)),
                promise_kept: Some(true),
                promises: vec![],
                first_reply_in_target: None,
                time_to_useful_reply: None,
                transfers: 0,
                repeats: vec![],
                asked_again: vec![],
                mood_before: None,
                mood_at: None,
                mood_after: None,
                breaches: 0,
                outcome: Outcome::Resolved,
                rating: None,
                timing: Timing::OnTime,
            },
        }
    }

    const DAY_SECONDS: i64 = 86_400;

    #[test]
    fn days_are_utc_and_windows_are_sums() {
        let mut l = Ledger::default();
        l.conversation_closed(ts(-1), false);
        l.conversation_closed(ts(0), false);
        l.conversation_closed(ts(1), true);
        l.escalation_opened(ts(2), Trigger::Complaint, "billing");
        l.callback_booked(ts(3));
        let days = l.days(ts(10), 3);
        let seen: Vec<_> =
            days.iter().map(|b| (b.day.as_str(), b.conversations, b.contained, b.escalated, b.callbacks)).collect();
        assert_eq!(seen, [("2026-02-28", 0, 0, 0, 0), ("2026-03-01", 1, 1, 0, 0), ("2026-03-02", 2, 1, 1, 1)]);
        assert_eq!(l.today(ts(10)), days[2]);
        assert_eq!(
            l.reasons(ts(10), 1),
            [ReasonCount { trigger: Trigger::Complaint, escalations: 1, needless: 0, missed: 0, verdicts: 0 }]
        );
        assert!(l.reasons(ts(DAY_SECONDS), 1).is_empty());
    }

    #[test]
    fn a_late_verdict_replaces_the_review() {
        let e = an_escalation(1, Trigger::AiLimit, "billing");
        let (none, yes) = (a_review(ts(0), None), a_review(ts(DAY_SECONDS), Some(CouldAi::Yes)));
        let mut late = Ledger::default();
        late.reviewed(ts(0), &e, &none, "h");
        late.revised(ts(DAY_SECONDS), &e, &none, &yes, "h");
        let b = late.today(ts(DAY_SECONDS));
        assert_eq!((b.ended, b.verdicts, b.needless, b.first_reply_total), (1, 1, 1, Millis::secs(30)));
        assert_eq!(Balance { day: String::new(), ..late.today(ts(0)) }, Balance::default());
        assert_eq!(late.recent.len(), 1);
        assert_eq!(late.recent[0].could_ai, Some(CouldAi::Yes));
    }

    #[test]
    fn it_stays_bounded() {
        let mut l = Ledger::default();
        for n in 0..450 {
            let at = ts(n * DAY_SECONDS);
            l.reviewed(at, &an_escalation(n as u64, Trigger::AiLimit, "billing"), &a_review(at, None), "h");
        }
        assert_eq!((l.days.len(), l.recent.len()), (DAYS as usize, RECENT));
        assert_eq!(l.days(ts(449 * DAY_SECONDS), u32::MAX).len(), DAYS as usize);
    }

    proptest! {
        /// Taking a review back leaves no trace in any count, and a snapshot loses nothing.
        #[test]
        fn what_is_added_can_be_taken_back(
            reviews in prop::collection::vec((0i64..20, 0u64..9, prop::option::of(prop::sample::select(vec![CouldAi::Yes, CouldAi::No]))), 1..20)
        ) {
            let mut l = Ledger::default();
            for (day, n, could) in &reviews {
                let e = an_escalation(*n, Trigger::ALL[*n as usize], "billing");
                l.reviewed(ts(20 * DAY_SECONDS), &e, &a_review(ts(day * DAY_SECONDS), *could), "h");
            }
            let wire = serde_json::to_string(&l).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Ledger>(&wire).unwrap(), &l);
            let sum = |l: &Ledger| l.window(ts(20 * DAY_SECONDS), 40).total;
            prop_assert_eq!(sum(&l).ended as usize, reviews.len());
            for (day, n, could) in &reviews {
                let e = an_escalation(*n, Trigger::ALL[*n as usize], "billing");
                l.count(&e, &a_review(ts(day * DAY_SECONDS), *could), false);
            }
            prop_assert_eq!(sum(&l), Balance::default());
        }
    }
}
