//! The window that the desk shows: sums per day, and the catalogue over the window's cases.

use baton_model::{CaseFilter, InsightsView, Timestamp};

use super::ledger::{DAYS, Ledger, first_instant};

impl Ledger {
    /// The last `days` days (1 to 400), today included.
    pub fn insights(&self, now: Timestamp, days: u32) -> InsightsView {
        let days = days.clamp(1, DAYS);
        let window = self.window(now, days);
        let filter = CaseFilter { from: Some(first_instant(now, days)), ..CaseFilter::default() };
        let mut groups = self.cases.metrics(now, &filter, None).groups;
        InsightsView {
            now,
            days,
            metrics: groups.pop().map(|g| g.metrics).unwrap_or_default(),
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

    /// Worked out by hand: ten contained conversations, four escalations; of these one needless, one late without verdict,
    /// one cancelled by the customer, and one that lacked knowledge.
    #[test]
    fn a_window_counts_by_reason_topic_and_cause() {
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
        let mut cancelled = a_review(ts(62), None);
        cancelled.facts.outcome = Outcome::CancelledByCustomer;
        let lacking = a_review(ts(63), Some(CouldAi::WithMissing));
        for (e, review) in es.iter().zip([needless, late, cancelled, lacking]) {
            l.reviewed(review.at, e, &review, "headline");
        }

        let view = l.insights(ts(100), 7);
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
        assert_eq!((view.total.contained, view.total.ended, view.total.abandoned), (10, 4, 1));
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
