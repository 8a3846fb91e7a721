//! Which of the AI's own conversations a person should read, so that missed escalations are estimated and not guessed.

use std::{collections::BTreeMap, sync::Arc};

use baton_model::{Case, Millis, Policy, SampleReason, SampleView, SampledCase, Timestamp};

use super::chance;

/// Of this many conversations one is a control, by its id: nobody can choose which.
const CONTROL_ONE_IN: u128 = 20;
const WITHIN: Millis = Millis::hours(48);
/// At most, of each reason.
const OF_EACH: usize = 5;
/// A topic with a smaller share of the cases is hardly known.
const RARE: f64 = 0.01;
/// A score this near below its threshold is uncertain.
const NEAR: f32 = 0.08;
/// So is strain above this share of its own, which lies low.
const NEAR_STRAIN: f32 = 0.75;

/// FNV-1a over the id: ids begin with their time, so neighbours must not stay neighbours.
fn drawn(case: &Case) -> bool {
    let hash = case
        .conversation
        .uuid()
        .as_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3));
    u128::from(hash >> 16) % CONTROL_ONE_IN == 0
}

pub(super) fn sample<'a>(
    cases: impl DoubleEndedIterator<Item = &'a Arc<Case>> + Clone,
    policy: &Policy,
    now: Timestamp,
) -> SampleView {
    let mut topics: BTreeMap<&str, usize> = BTreeMap::new();
    let mut all = 0;
    let (mut judged, mut missed) = (0, 0);
    for case in cases.clone() {
        *topics.entry(case.topic.as_str()).or_default() += 1;
        all += 1;
        if let Some(j) = case.judgement.as_ref().filter(|_| case.contained() && drawn(case)) {
            judged += 1;
            missed += u64::from(j.needed_human);
        }
    }
    let mut out: BTreeMap<SampleReason, Vec<SampledCase>> = BTreeMap::new();
    let fresh = cases.rev().take_while(|c| now.since(c.at) <= WITHIN).filter(|c| c.contained() && c.judgement.is_none());
    for case in fresh {
        let rare = all >= 100 && (topics[case.topic.as_str()] as f64) < RARE * all as f64;
        let Some((reason, because)) = reason(case, policy, rare) else { continue };
        let of_reason = out.entry(reason).or_default();
        if of_reason.len() < OF_EACH {
            of_reason.push(SampledCase {
                conversation: case.conversation,
                at: case.at,
                headline: case.headline.clone(),
                topic: case.topic.clone(),
                reason,
                because,
            });
        }
    }
    SampleView {
        now,
        cases: out.into_values().flatten().collect(),
        missed: chance::share(missed, judged),
        judged: judged.try_into().unwrap_or(u32::MAX),
    }
}

fn reason(case: &Case, policy: &Policy, rare: bool) -> Option<(SampleReason, String)> {
    if drawn(case) {
        return Some((SampleReason::Control, "Drawn by chance, one in twenty.".into()));
    }
    let facts = case.facts.as_ref();
    let near = case.peaks.iter().find_map(|(trigger, score)| {
        let offer = policy.detectors.get(trigger)?.offer;
        (*score < offer && *score >= offer - NEAR)
            .then(|| format!("{} stood at {score:.2}, just below {offer:.2}.", trigger.name()))
    });
    let strain = policy.trajectory.offer;
    let near = near.or_else(|| {
        (case.strain < strain && case.strain >= strain * NEAR_STRAIN)
            .then(|| format!("Strain stood at {:.2}, just below {strain:.2}.", case.strain))
    });
    if let Some(because) = near {
        return Some((SampleReason::Uncertain, because));
    }
    let mood = facts.and_then(|f| f.mood_at);
    let quiet = case.peaks.values().all(|s| *s < 0.3) && case.strain < strain;
    if mood.is_some_and(|m| m <= -0.5) && quiet {
        return Some((SampleReason::Disagreeing, "The last words sound unhappy, and no detector spoke.".into()));
    }
    if facts.and_then(|f| f.rating).is_some_and(|r| r >= 4) && !quiet && case.strain > strain {
        return Some((SampleReason::Disagreeing, "A good rating after a conversation that went badly.".into()));
    }
    rare.then(|| (SampleReason::Novel, format!("Hardly anybody has written about {} yet.", case.topic)))
}

#[cfg(test)]
mod tests {
    use baton_model::*;

    use super::*;
    use crate::{
        assess,
        learn::{
            cases::Cases,
            catalogue::tests::{contained, escalated},
            ledger::tests::ts,
        },
    };

    fn history(n: u64) -> Cases {
        let mut cases = Cases::default();
        (0..n).for_each(|i| cases.add(contained(i, ts(i as i64))));
        cases
    }

    fn policy() -> Policy {
        assess::parse(assess::default_toml()).unwrap()
    }

    #[test]
    fn controls_are_a_twentieth_and_they_alone_estimate() {
        let mut cases = history(4000);
        let controls: Vec<_> = cases.iter().filter(|c| drawn(c)).map(|c| c.conversation).collect();
        assert!((150..250).contains(&controls.len()), "{}", controls.len());
        let judge = |needed_human| Judgement { needed_human, note: None, by: None, at: ts(0) };
        for (n, id) in controls.iter().take(40).enumerate() {
            cases.judged(*id, &judge(n < 4));
        }
        let other = cases.iter().find(|c| !drawn(c)).unwrap().conversation;
        cases.judged(other, &judge(true));
        let view = sample(cases.iter(), &policy(), ts(4000));
        let missed = view.missed.unwrap();
        assert_eq!((view.judged, missed.value), (40, 0.1));
        assert!(missed.low < 0.05 && missed.high > 0.2, "{missed:?}");
        assert!(view.cases.iter().all(|c| c.reason == SampleReason::Control) && view.cases.len() == OF_EACH);
    }

    #[test]
    fn each_reason_is_found_and_said() {
        let mut cases = history(300);
        let plain = |n: u64| (n..).map(|n| contained(n, ts(400))).find(|c| !drawn(c)).unwrap();
        let mut uncertain = plain(1000);
        uncertain.peaks.insert(Trigger::Complaint, 0.47);
        let mut disagreeing = plain(2000);
        disagreeing.facts.as_mut().unwrap().mood_at = Some(-0.8);
        let novel = Case { topic: "warranty".into(), ..plain(3000) };
        for c in [uncertain, disagreeing, novel] {
            cases.add(c);
        }
        cases.add(escalated(9, ts(400), Trigger::AiLimit));
        let view = sample(cases.iter(), &policy(), ts(500));
        let reasons: Vec<_> = view.cases.iter().map(|c| c.reason).filter(|r| *r != SampleReason::Control).collect();
        assert_eq!(reasons, [SampleReason::Uncertain, SampleReason::Disagreeing, SampleReason::Novel]);
        assert!(view.cases.iter().any(|c| c.because.contains("0.47")));
        assert!(view.missed.is_none());
    }
}
