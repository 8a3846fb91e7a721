//! The newest cases, one by one: what metrics count and what can be opened behind a number.

use std::{collections::BTreeMap, sync::Arc};

use baton_model::{
    Case, CaseFilter, CaseGroup, Cluster, ConversationId, CountedCase, EscalationId, Guardrail, Judgement, MetricGroup,
    MetricsView, Millis, Policy, Proposal, ProposalsView, Review, SampleView, Timestamp, Timing, Trial,
};

use super::{catalogue, clusters, guard, propose, sample};

/// Cases kept; about 600 bytes each.
const KEPT: usize = 20_000;
/// A customer who is back within this time has not been helped for good: their matter was not solved.
pub const RECONTACT_WITHIN: Millis = Millis::hours(7 * 24);
/// A rating of this or less is a sign that a person was needed.
pub(super) const POOR: u8 = 2;

/// Bounded, oldest first; clone is cheap.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Cases {
    kept: imbl::Vector<Arc<Case>>,
    /// Where the oldest that was dropped counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dropped_at: Option<Timestamp>,
}

impl Cases {
    pub fn add(&mut self, case: Case) {
        self.kept.push_back(Arc::new(case));
        if self.kept.len() > KEPT {
            self.dropped_at = self.kept.pop_front().map(|c| c.at);
        }
    }

    /// Oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Case>> + Clone {
        self.kept.iter()
    }

    pub fn reviewed(&mut self, escalation: EscalationId, review: &Review, headline: &str, ended_at: Option<Timestamp>) {
        self.change(
            |c| c.escalation == Some(escalation),
            |c| {
                headline.clone_into(&mut c.headline);
                c.facts = Some(review.facts.clone());
                c.verdict.clone_from(&review.verdict);
                c.ended_at = ended_at.or(Some(review.at));
            },
        );
    }

    pub fn judged(&mut self, conversation: ConversationId, judgement: &Judgement) {
        self.change(|c| c.conversation == conversation && c.contained(), |c| c.judgement = Some(judgement.clone()));
    }

    /// A rating after the end.
    pub fn rated(&mut self, conversation: ConversationId, stars: u8) {
        self.change(
            |c| c.conversation == conversation && c.contained(),
            |c| {
                if let Some(facts) = &mut c.facts {
                    facts.rating = Some(stars);
                    if stars <= POOR {
                        facts.timing = Timing::Late;
                    }
                }
            },
        );
    }

    /// The customer of this conversation is back: its newest case learns it, once.
    pub fn came_back(&mut self, conversation: ConversationId, at: Timestamp) {
        self.change(
            |c| c.conversation == conversation,
            |c| {
                let gap = c.ended_at.map(|ended| at.since(ended)).filter(|gap| *gap <= RECONTACT_WITHIN);
                c.recontact = c.recontact.or(gap);
            },
        );
    }

    /// The newest case that `is`. Those that still change are near the end.
    fn change(&mut self, is: impl Fn(&Case) -> bool, f: impl FnOnce(&mut Case)) {
        let Some(place) = self.kept.iter().rposition(|c| is(c)) else { return };
        if let Some(case) = self.kept.get_mut(place) {
            f(Arc::make_mut(case));
        }
    }

    /// Thresholds recalibrated from outcomes; `toml` is the policy file that they would change.
    pub fn proposals(&self, policy: &Policy, toml: &str, now: Timestamp) -> ProposalsView {
        let (proposals, withheld) = propose::propose(self.kept.iter(), policy, now);
        let change = |toml: String, p: &Proposal| propose::in_toml(&toml, p.detector, p.to);
        let toml = (!proposals.is_empty()).then(|| proposals.iter().fold(toml.to_owned(), change));
        ProposalsView { now, policy_version: policy.version, proposals, withheld, toml }
    }

    /// A trial against the conversations that it does not decide.
    pub fn guardrails(&self, trial: &Trial) -> Vec<Guardrail> {
        guard::guardrails(self.kept.iter(), trial)
    }

    /// Why a trial must end, if it must.
    pub fn broken_guardrail(&self, trial: &Trial) -> Option<String> {
        let guardrails = self.guardrails(trial);
        let g = guard::broken(&guardrails)?;
        Some(format!(
            "{} got worse: {} of {} with version {}, {} of {} without",
            g.metric, g.trial_bad, g.trial_of, trial.version, g.control_bad, g.control_of
        ))
    }

    /// Escalations that the AI could have done, by topic and cause, the costliest first.
    pub fn clusters(&self, filter: &CaseFilter) -> Vec<Cluster> {
        clusters::clusters(self.kept.iter().filter(|c| filter.admits(c)))
    }

    /// What a person should read today.
    pub fn sample(&self, policy: &Policy, now: Timestamp) -> SampleView {
        sample::sample(self.kept.iter(), policy, now)
    }

    pub fn metrics(&self, now: Timestamp, filter: &CaseFilter, by: Option<CaseGroup>) -> MetricsView {
        let mut groups: BTreeMap<String, Vec<&Case>> = BTreeMap::new();
        for case in self.kept.iter().filter(|c| filter.admits(c)) {
            groups.entry(by.map_or_else(|| "all".to_owned(), |by| key(by, case))).or_default().push(case);
        }
        if by.is_none() && groups.is_empty() {
            groups.insert("all".into(), Vec::new());
        }
        let group = |(key, cases): (String, Vec<&Case>)| MetricGroup {
            key,
            cases: cases.len().try_into().unwrap_or(u32::MAX),
            metrics: catalogue::metrics(cases.into_iter(), now),
        };
        MetricsView {
            now,
            from: filter.from,
            to: filter.to,
            by,
            complete_since: self.dropped_at.filter(|at| filter.from.is_none_or(|from| from <= *at)),
            groups: groups.into_iter().map(group).collect(),
        }
    }

    /// The cases behind one number, newest first; `None` for a metric that is not in the catalogue.
    pub fn behind(&self, metric: &str, now: Timestamp, filter: &CaseFilter, limit: usize) -> Option<Vec<CountedCase>> {
        let formula = catalogue::find(metric)?;
        let counted = |c: &Arc<Case>| {
            let (numerator, denominator) = formula.of(c, now);
            (denominator != 0.0).then(|| CountedCase {
                conversation: c.conversation,
                escalation: c.escalation,
                at: c.at,
                headline: c.headline.clone(),
                topic: c.topic.clone(),
                trigger: c.trigger,
                numerator,
                denominator,
            })
        };
        Some(self.kept.iter().rev().filter(|c| filter.admits(c)).filter_map(counted).take(limit).collect())
    }
}

fn key(by: CaseGroup, case: &Case) -> String {
    match by {
        CaseGroup::Day => case.at.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%d").to_string(),
        CaseGroup::Queue => case.queue.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string),
        CaseGroup::Topic => case.topic.clone(),
        CaseGroup::Trigger => case.trigger.map_or("none", baton_model::Trigger::name).to_owned(),
        CaseGroup::PolicyVersion => case.policy_version.to_string(),
        CaseGroup::AiVersion if case.ai_version.is_empty() => "unknown".into(),
        CaseGroup::AiVersion => case.ai_version.clone(),
    }
}

#[cfg(test)]
mod tests {
    use baton_model::*;

    use super::*;
    use crate::learn::{
        catalogue::tests::{contained, escalated},
        ledger::tests::ts,
    };

    #[test]
    fn a_number_opens_to_its_cases_and_only_those() {
        let mut cases = Cases::default();
        cases.add(contained(1, ts(10)));
        cases.add(escalated(2, ts(20), Trigger::Complaint));
        cases.add(escalated(3, ts(30), Trigger::AiLimit));
        let all = CaseFilter::default();
        let rate = cases.behind("escalation_rate", ts(100), &all, 10).unwrap();
        assert_eq!(rate.iter().map(|c| c.numerator).collect::<Vec<_>>(), [1.0, 1.0, 0.0]);
        let complaints = CaseFilter { trigger: Some(Trigger::Complaint), ..all.clone() };
        assert_eq!(cases.behind("escalation_rate", ts(100), &complaints, 10).unwrap().len(), 1);
        assert!(cases.behind("happiness", ts(100), &all, 10).is_none());
        // What is shown and what is behind it are the same sums.
        for metric in &cases.metrics(ts(100), &all, None).groups[0].metrics {
            let behind = cases.behind(&metric.name, ts(100), &all, 10).unwrap();
            assert_eq!(behind.iter().map(|c| c.numerator).sum::<f64>(), metric.numerator, "{}", metric.name);
            assert_eq!(behind.iter().map(|c| c.denominator).sum::<f64>(), metric.denominator, "{}", metric.name);
        }
    }

    #[test]
    fn groups_add_up_and_an_empty_history_has_no_values() {
        let mut cases = Cases::default();
        let empty = cases.metrics(ts(0), &CaseFilter::default(), None);
        assert!(empty.groups[0].metrics.iter().all(|m| m.value.is_none()));
        (0..5).for_each(|n| cases.add(contained(n, ts(n as i64))));
        (5..8).for_each(|n| cases.add(escalated(n, ts(n as i64), Trigger::AiLimit)));
        let by = cases.metrics(ts(100), &CaseFilter::default(), Some(CaseGroup::Trigger));
        let keys: Vec<_> = by.groups.iter().map(|g| (g.key.as_str(), g.cases)).collect();
        assert_eq!(keys, [("ai_limit", 3), ("none", 5)]);
    }

    #[test]
    fn late_facts_reach_their_case() {
        let mut cases = Cases::default();
        let case = contained(1, ts(0));
        let id = case.conversation;
        cases.add(case);
        cases.rated(id, 1);
        cases.came_back(id, ts(3600));
        cases.came_back(id, ts(7200));
        let case = cases.iter().next().unwrap();
        assert_eq!(case.facts.as_ref().unwrap().timing, Timing::Late);
        assert_eq!(case.recontact, Some(Millis::secs(3600)));
        let mut late = Cases::default();
        late.add(contained(1, ts(0)));
        late.came_back(id, ts(8 * 86_400));
        assert_eq!(late.iter().next().unwrap().recontact, None);
    }
}
