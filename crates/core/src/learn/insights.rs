//! The metrics catalogue: every rate and mean with its formula, numerator and denominator.

use baton_model::{Balance, InsightsView, Metric, Timestamp};

use super::ledger::{DAYS, Ledger};

#[derive(Debug)]
struct Formula {
    name: &'static str,
    words: &'static str,
    /// `share` or `ms`.
    unit: &'static str,
    parts: fn(&Balance) -> (f64, f64),
}

fn share(numerator: u32, denominator: u32) -> (f64, f64) {
    (f64::from(numerator), f64::from(denominator))
}

fn mean(total: baton_model::Millis, count: u32) -> (f64, f64) {
    (total.0 as f64, f64::from(count))
}

const CATALOGUE: [Formula; 9] = [
    Formula {
        name: "containment_rate",
        words: "conversations closed without any escalation / conversations closed without one or escalated",
        unit: "share",
        parts: |b| share(b.contained, b.conversations),
    },
    Formula {
        name: "escalation_rate",
        words: "escalations opened / conversations closed without one or escalated",
        unit: "share",
        parts: |b| share(b.escalated, b.conversations),
    },
    Formula {
        name: "needless_escalation_rate",
        words: "verdicts that the AI could have done it with nothing missing / verdicts given",
        unit: "share",
        parts: |b| share(b.needless, b.verdicts),
    },
    Formula {
        name: "missed_escalation_rate",
        words: "escalations that came two or more customer turns after their first sign / escalations ended",
        unit: "share",
        parts: |b| share(b.missed, b.ended),
    },
    Formula {
        name: "time_to_first_reply",
        words: "sum of the times from escalation to the human's first reply / escalations ended that had one",
        unit: "ms",
        parts: |b| mean(b.first_reply_total, b.first_replies),
    },
    Formula {
        name: "aht",
        words: "sum of the times from acceptance to end / escalations ended that a human accepted",
        unit: "ms",
        parts: |b| mean(b.handle_total, b.handled),
    },
    Formula {
        name: "promise_kept_rate",
        words: "first wait promises whose later bound held / first wait promises that could be judged",
        unit: "share",
        parts: |b| share(b.promises_kept, b.promises),
    },
    Formula {
        name: "abandonment_rate",
        words: "escalations that the customer left for good or cancelled / escalations ended",
        unit: "share",
        parts: |b| share(b.abandoned, b.ended),
    },
    Formula {
        name: "smooth_rate",
        words: "verdicts that the handoff was smooth / verdicts given",
        unit: "share",
        parts: |b| share(b.smooth, b.verdicts),
    },
];

fn metrics(total: &Balance) -> Vec<Metric> {
    CATALOGUE
        .iter()
        .map(|f| {
            let (numerator, denominator) = (f.parts)(total);
            Metric {
                name: f.name.into(),
                formula: f.words.into(),
                value: (denominator > 0.0).then(|| numerator / denominator),
                numerator,
                denominator,
                unit: f.unit.into(),
            }
        })
        .collect()
}

impl Ledger {
    /// The last `days` days (1 to 400), today included.
    pub fn insights(&self, now: Timestamp, days: u32) -> InsightsView {
        let days = days.clamp(1, DAYS);
        let window = self.window(now, days);
        InsightsView {
            now,
            days,
            metrics: metrics(&window.total),
            total: window.total,
            by_day: window.by_day,
            by_trigger: window.by_trigger,
            by_class: window.by_class,
            missing: window.missing,
            recent: window.recent,
        }
    }
}

#[cfg(test)]
mod tests {
    use baton_model::*;

    use super::*;
    use crate::learn::ledger::tests::{a_review, an_escalation, ts};

    /// Worked out by hand: ten contained conversations, four escalations; of these one needless (smooth), one late without
    /// verdict whose promise broke, one cancelled by the customer, and one that lacked knowledge, not smooth.
    #[test]
    fn the_formulas_by_hand() {
        let mut l = Ledger::default();
        (0..10).for_each(|n| l.conversation_closed(ts(n), false));
        let es: Vec<_> = [Trigger::Complaint, Trigger::AiLimit, Trigger::AiLimit, Trigger::AiLimit]
            .into_iter()
            .zip(0..)
            .map(|(trigger, n)| an_escalation(n, trigger, if n < 2 { "billing" } else { "delivery" }))
            .collect();
        es.iter().for_each(|e| l.escalation_opened(ts(0), e.trigger, &e.issue_class));

        let mut needless = a_review(ts(60), Some(CouldAi::Yes));
        needless.verdict.as_mut().unwrap().missing = Missing::Nothing;
        let mut late = a_review(ts(61), None);
        late.facts.timing = Timing::Late;
        late.facts.promise_kept = Some(false);
        late.facts.time_to_first_reply = Some(Millis::secs(90));
        late.facts.handle_time = Some(Millis::secs(500));
        let mut cancelled = a_review(ts(62), None);
        cancelled.facts.outcome = Outcome::CancelledByCustomer;
        cancelled.facts.promise_kept = None;
        cancelled.facts.time_to_first_reply = None;
        cancelled.facts.handle_time = None;
        let mut lacking = a_review(ts(63), Some(CouldAi::WithMissing));
        lacking.verdict.as_mut().unwrap().smooth = Smooth::No;
        for (e, review) in es.iter().zip([needless, late, cancelled, lacking]) {
            l.reviewed(review.at, e, &review, "headline");
        }

        let view = l.insights(ts(100), 7);
        let got: Vec<_> = view.metrics.iter().map(|m| (m.name.as_str(), m.numerator, m.denominator, m.value)).collect();
        assert_eq!(
            got,
            [
                ("containment_rate", 10.0, 14.0, Some(10.0 / 14.0)),
                ("escalation_rate", 4.0, 14.0, Some(4.0 / 14.0)),
                ("needless_escalation_rate", 1.0, 2.0, Some(0.5)),
                ("missed_escalation_rate", 1.0, 4.0, Some(0.25)),
                ("time_to_first_reply", 150_000.0, 3.0, Some(50_000.0)),
                ("aht", 700_000.0, 3.0, Some(700_000.0 / 3.0)),
                ("promise_kept_rate", 2.0, 3.0, Some(2.0 / 3.0)),
                ("abandonment_rate", 1.0, 4.0, Some(0.25)),
                ("smooth_rate", 1.0, 2.0, Some(0.5)),
            ]
        );
        assert_eq!(
            view.by_trigger,
            [
                ReasonCount { trigger: Trigger::AiLimit, escalations: 3, needless: 0, missed: 1, verdicts: 1 },
                ReasonCount { trigger: Trigger::Complaint, escalations: 1, needless: 1, missed: 0, verdicts: 1 },
            ]
        );
        assert_eq!(
            view.by_class,
            [
                ClassCount { class: "billing".into(), escalations: 2, needless: 1, verdicts: 1 },
                ClassCount { class: "delivery".into(), escalations: 2, needless: 0, verdicts: 1 },
            ]
        );
        assert_eq!(view.missing, [MissingCount { missing: Missing::Knowledge, count: 1 }]);
        assert_eq!((view.days, view.by_day.len(), view.recent.len()), (7, 7, 4));
        assert_eq!(view.recent[0].at, ts(63));
    }

    #[test]
    fn nothing_counted_gives_no_value() {
        let view = Ledger::default().insights(ts(0), 0);
        assert!(view.metrics.iter().all(|m| m.value.is_none() && m.denominator == 0.0));
        assert_eq!(view.by_day.len(), 1);
    }
}
