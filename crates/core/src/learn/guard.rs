//! Does a trial make things worse than the policy in force, at the same time, on the other conversations?

use std::sync::Arc;

use baton_model::{Case, Guardrail, Outcome, Timestamp, Timing, Trial};

use super::cases::POOR;

/// Before this many judged cases on either side nothing is said.
const ENOUGH: u32 = 20;
/// Standard errors. Looked at after every case, so the bound is far out (about 1 in 1,000 for a single look).
const LIMIT: f64 = 3.0;

/// What a bad case is; `None` where the metric says nothing about a case.
type Bad = fn(&Case) -> Option<bool>;

const GUARDED: [(&str, Bad); 4] = [
    ("missed_escalation_rate", |c| match (&c.judgement, &c.facts) {
        (Some(j), _) => Some(j.needed_human),
        (None, facts) => facts.as_ref().map(|f| f.timing == Timing::Late),
    }),
    ("abandonment_rate", |c| {
        let facts = c.facts.as_ref().filter(|_| !c.contained())?;
        Some(matches!(facts.outcome, Outcome::Abandoned | Outcome::CancelledByCustomer))
    }),
    ("poor_rating_rate", |c| c.facts.as_ref()?.rating.map(|stars| stars <= POOR)),
    ("recontact_rate", |c| (c.known_customer && c.facts.is_some()).then_some(c.recontact.is_some())),
];

/// Each guardrail on both sides since the trial began.
pub(super) fn guardrails<'a>(cases: impl Iterator<Item = &'a Arc<Case>> + Clone, trial: &Trial) -> Vec<Guardrail> {
    let since = |at: Timestamp| at >= trial.since;
    let one = |(metric, bad): &(&str, Bad)| {
        let mut sides = [(0u32, 0u32); 2];
        for case in cases.clone().filter(|c| since(c.at)) {
            if let Some(is_bad) = bad(case) {
                let side = &mut sides[usize::from(case.policy_version == trial.version)];
                side.0 += u32::from(is_bad);
                side.1 += 1;
            }
        }
        let [control, tried] = sides;
        Guardrail {
            metric: (*metric).to_owned(),
            trial_bad: tried.0,
            trial_of: tried.1,
            control_bad: control.0,
            control_of: control.1,
            worse_by: worse_by(tried, control),
            limit: LIMIT,
        }
    };
    GUARDED.iter().map(one).collect()
}

/// Difference of two shares in pooled standard errors. One more good case on each side keeps it defined at 0 and 1.
fn worse_by(tried: (u32, u32), control: (u32, u32)) -> Option<f64> {
    if tried.1 < ENOUGH || control.1 < ENOUGH {
        return None;
    }
    let [(a, n), (b, m)] = [tried, control].map(|(bad, of)| (f64::from(bad), f64::from(of) + 1.0));
    let pooled = (a + b) / (n + m);
    let error = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
    Some(if error > 0.0 { (a / n - b / m) / error } else { 0.0 })
}

/// The guardrail that is broken, if one is.
pub(super) fn broken(guardrails: &[Guardrail]) -> Option<&Guardrail> {
    guardrails.iter().find(|g| g.worse_by.is_some_and(|z| z > g.limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clear_harm_is_seen_and_luck_is_not() {
        assert_eq!(worse_by((19, 19), (0, 100)), None);
        assert!(worse_by((10, 20), (5, 100)).unwrap() > LIMIT);
        assert!(worse_by((2, 20), (5, 100)).unwrap() < LIMIT);
        assert_eq!(worse_by((0, 20), (0, 20)), Some(0.0));
        assert!(worse_by((20, 20), (20, 20)).unwrap().abs() < LIMIT);
        assert!(worse_by((0, 50), (30, 50)).unwrap() < 0.0);
    }
}
