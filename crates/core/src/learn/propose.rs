//! Thresholds recalibrated from outcomes, with guardrails.
//!
//! A proposal needs evidence of both kinds, a gain that shuffled outcomes would hardly give, and stays within one step.
//! Floors are never touched: they are not among the detectors read here.

use std::sync::Arc;

use baton_model::{Case, Policy, Proposal, Timestamp, Trigger, Truth, Withheld};

use super::{chance::Dice, weigh::truth};

/// Detectors that may be moved. Safety and the right to a human are not among them.
const MOVABLE: [Trigger; 4] = [Trigger::Abuse, Trigger::Distress, Trigger::Complaint, Trigger::Negotiation];
/// Known outcomes before anything is proposed, of each kind, and between the old and the new threshold.
const ENOUGH: usize = 40;
const ENOUGH_OF_EACH: usize = 8;
const ENOUGH_MOVED: usize = 5;
/// A proposal moves a threshold by at most this much, and never out of these bounds.
const STEP: f32 = 0.1;
const BOUNDS: (f32, f32) = (0.3, 0.98);
const GRID: i32 = 5;
const PERMUTATIONS: usize = 399;
const HOPELESS: usize = 10;
/// In all, over the detectors (Bonferroni).
const ALPHA: f64 = 0.05;

/// A detector's score in a conversation, and whether a person was needed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Known {
    pub(super) score: f32,
    pub(super) needed: bool,
}

/// What the outcomes say about each movable detector's threshold.
pub(super) fn propose<'a>(
    cases: impl Iterator<Item = &'a Arc<Case>> + Clone,
    policy: &Policy,
    now: Timestamp,
) -> (Vec<Proposal>, Vec<Withheld>) {
    let mut proposals = Vec::new();
    let mut withheld = Vec::new();
    for detector in MOVABLE {
        let outcomes: Vec<Known> = cases.clone().filter_map(|c| outcome(c, detector, now)).collect();
        match one(policy, detector, &outcomes) {
            Ok(proposal) => proposals.push(proposal),
            Err(why) => withheld.push(why),
        }
    }
    (proposals, withheld)
}

/// A case says something about a detector when this one opened it, or when the AI went on alone.
fn outcome(case: &Case, detector: Trigger, now: Timestamp) -> Option<Known> {
    let score = *case.peaks.get(&detector)?;
    if case.trigger.is_some_and(|t| t != detector) {
        return None;
    }
    match truth(case, now).0 {
        Truth::Needed => Some(Known { score, needed: true }),
        Truth::NotNeeded => Some(Known { score, needed: false }),
        Truth::Unknown => None,
    }
}

pub(super) fn one(policy: &Policy, detector: Trigger, outcomes: &[Known]) -> Result<Proposal, Withheld> {
    let stays =
        |because: String, more: usize| Err(Withheld { detector, because, more: more.try_into().unwrap_or(u32::MAX) });
    let Some(d) = policy.detectors.get(&detector).filter(|d| d.enabled) else {
        return stays("The policy sets no threshold for it.".into(), 0);
    };
    if d.escalate > 1.0 {
        return stays("The policy lets it offer at most; that is a choice, not a threshold.".into(), 0);
    }
    let needed = outcomes.iter().filter(|o| o.needed).count();
    let (known, not) = (outcomes.len(), outcomes.len() - needed);
    if known < ENOUGH {
        let because = format!("{known} known outcomes are too few: {} more are needed.", ENOUGH - known);
        return stays(because, ENOUGH - known);
    }
    if needed.min(not) < ENOUGH_OF_EACH {
        let (kind, have) =
            if needed < not { ("in which a person was needed", needed) } else { ("that the AI could have done", not) };
        let because = format!("Only {have} known outcomes {kind}: {} more are needed.", ENOUGH_OF_EACH - have);
        return stays(because, ENOUGH_OF_EACH - have);
    }
    let search = Search::new(outcomes, d.escalate, d.offer, f64::from(policy.costs.late), f64::from(policy.costs.needless));
    let labels: Vec<bool> = search.sorted.iter().map(|o| o.needed).collect();
    let Some((to, gain)) = search.best(&labels).filter(|(_, gain)| *gain > 0.0) else {
        return stays(format!("{known} known outcomes speak for today's threshold."), 0);
    };
    let (low, high) = if to < d.escalate { (to, d.escalate) } else { (d.escalate, to) };
    let moved = outcomes.iter().filter(|o| o.score >= low && o.score < high).count();
    if moved < ENOUGH_MOVED {
        let because = format!(
            "Only {moved} known outcomes lie where the threshold would move: {} more are needed.",
            ENOUGH_MOVED - moved
        );
        return stays(because, ENOUGH_MOVED - moved);
    }
    let chance = search.chance(labels, gain);
    if chance > ALPHA / MOVABLE.len() as f64 {
        return stays(format!("The gain of moving to {to:.2} could be chance ({chance:.2})."), 0);
    }
    let direction = if to > d.escalate { "Fewer needless escalations" } else { "Fewer missed ones" };
    Ok(Proposal {
        detector,
        from: d.escalate,
        to,
        known: known.try_into().unwrap_or(u32::MAX),
        needed: needed.try_into().unwrap_or(u32::MAX),
        moved: moved.try_into().unwrap_or(u32::MAX),
        saved: 100.0 * gain / known as f64,
        chance,
        because: format!(
            "{direction}: of {moved} known outcomes between {low:.2} and {high:.2}, most cost more as they are treated now."
        ),
    })
}

/// The best threshold within one step of today's, for outcomes in the order of their scores.
struct Search {
    sorted: Vec<Known>,
    /// Candidate thresholds with the number of outcomes below each; the first is today's.
    grid: Vec<(f32, usize)>,
    late: f64,
    needless: f64,
}

impl Search {
    fn new(outcomes: &[Known], today: f32, offer: f32, late: f64, needless: f64) -> Self {
        let mut sorted = outcomes.to_vec();
        sorted.sort_by(|a, b| a.score.total_cmp(&b.score));
        // A threshold for escalation below that of the offer would make the offer unreachable.
        let (low, high) = (BOUNDS.0.max(offer), BOUNDS.1);
        let steps = (-GRID..=GRID).filter(|i| *i != 0).map(|i| today + STEP * i as f32 / GRID as f32);
        let below = |t: f32| sorted.partition_point(|o| o.score < t);
        let grid = std::iter::once(today)
            .chain(steps.map(|t| (t * 100.0).round() / 100.0).filter(|t| (low..=high).contains(t)))
            .map(|t| (t, below(t)))
            .collect();
        Self { sorted, grid, late, needless }
    }

    /// The candidate with the largest gain over today's.
    fn best(&self, labels: &[bool]) -> Option<(f32, f64)> {
        let mut needed_below = Vec::with_capacity(labels.len() + 1);
        needed_below.push(0usize);
        for needed in labels {
            needed_below.push(needed_below[needed_below.len() - 1] + usize::from(*needed));
        }
        let all = labels.len() - needed_below[labels.len()];
        let cost = |below: usize| {
            let missed = needed_below[below];
            let needless = all - (below - missed);
            self.late * missed as f64 + self.needless * needless as f64
        };
        let (first, rest) = self.grid.split_first()?;
        let today = cost(first.1);
        rest.iter().map(|(t, below)| (*t, today - cost(*below))).max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// How often shuffled outcomes gain as much. Fisher's permutation test, seeded.
    fn chance(&self, mut labels: Vec<bool>, gain: f64) -> f64 {
        let mut dice = Dice::new(labels.len() as u64);
        let mut as_good = 0;
        for done in 1..=PERMUTATIONS {
            dice.shuffle(&mut labels);
            as_good += usize::from(self.best(&labels).is_some_and(|(_, g)| g >= gain));
            // Too many already: the rest cannot change the answer (Besag and Clifford 1991).
            if as_good >= HOPELESS {
                return as_good as f64 / done as f64;
            }
        }
        (as_good + 1) as f64 / (PERMUTATIONS + 1) as f64
    }
}

/// The file with one detector's `escalate` set; comments and everything else stay as they are.
pub(super) fn in_toml(toml: &str, detector: Trigger, escalate: f32) -> String {
    let header = format!("[detectors.{}]", detector.name());
    let mut out = Vec::new();
    let (mut inside, mut done) = (false, false);
    for line in toml.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with('[') {
            inside = trimmed.split('#').next().unwrap_or_default().trim() == header;
        }
        let key = trimmed.split('=').next().unwrap_or_default().trim();
        if inside && !done && key == "escalate" {
            let comment = trimmed.split_once('#').map_or(String::new(), |(_, c)| format!(" #{c}"));
            out.push(format!("escalate = {escalate:.2}{comment}"));
            done = true;
        } else {
            out.push(line.to_owned());
        }
    }
    out.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use baton_model::*;

    use super::*;
    use crate::assess;

    fn policy() -> Policy {
        assess::parse(assess::default_toml()).unwrap()
    }

    /// Needless below 0.87, needed above: today's threshold of 0.8 is too low.
    fn informative(n: usize, wrong: impl Fn(usize) -> bool) -> Vec<Known> {
        let one = |i: usize| {
            let score = 0.6 + 0.4 * (i as f32 / n as f32);
            Known { score, needed: (score >= 0.87) != wrong(i) }
        };
        (0..n).map(one).collect()
    }

    #[test]
    fn outcomes_move_a_threshold_by_one_bounded_step() {
        let p = one(&policy(), Trigger::Complaint, &informative(240, |_| false)).unwrap();
        assert_eq!(p.from, 0.8);
        assert!((0.84..=0.88).contains(&p.to) && p.saved > 0.0 && p.chance < 0.0125, "{p:?}");
        let far =
            informative(120, |_| false).iter().map(|o| Known { score: (o.score + 0.09).min(1.0), ..*o }).collect::<Vec<_>>();
        assert!(one(&policy(), Trigger::Complaint, &far).unwrap().to <= 0.9 + f32::EPSILON);
    }

    #[test]
    fn wrong_taps_never_turn_it_around() {
        for seed in 0..12u64 {
            let mut dice = Dice::new(seed);
            let wrong: Vec<bool> = (0..160).map(|_| dice.below(5) == 0).collect();
            match one(&policy(), Trigger::Complaint, &informative(160, |i| wrong[i])) {
                Ok(p) => assert!(p.to > p.from, "{p:?}"),
                Err(why) => assert_eq!(why.more, 0),
            }
        }
    }

    #[test]
    fn too_little_evidence_says_how_much_more() {
        let of = |outcomes: &[Known]| one(&policy(), Trigger::Distress, outcomes).unwrap_err();
        assert_eq!(of(&informative(10, |_| false)).more, 30);
        let one_kind: Vec<_> = informative(100, |_| false).into_iter().map(|o| Known { needed: false, ..o }).collect();
        assert_eq!(of(&one_kind).more, 8);
        assert_eq!(of(&[]).more, 40);
    }

    #[test]
    fn verdicts_that_contradict_each_other_propose_nothing() {
        let both = |o: &Known| [Known { needed: true, ..*o }, Known { needed: false, ..*o }];
        let outcomes: Vec<Known> = informative(120, |_| false).iter().flat_map(both).collect();
        // Equally often both: at these costs only the wish to miss less is left, and never the other way.
        match one(&policy(), Trigger::Complaint, &outcomes) {
            Ok(p) => assert!(p.to < p.from, "{p:?}"),
            Err(why) => assert_eq!(why.more, 0),
        }
    }

    #[test]
    fn floors_and_switched_off_detectors_are_left_alone() {
        assert!(MOVABLE.iter().all(|t| !matches!(t, Trigger::Safety | Trigger::ExplicitRequest)));
        let mut p = policy();
        p.detectors.get_mut(&Trigger::Abuse).unwrap().escalate = 1.1;
        assert_eq!(one(&p, Trigger::Abuse, &informative(200, |_| false)).unwrap_err().more, 0);
    }

    /// Whatever the share of needed ones, outcomes that have nothing to do with the score give a proposal in at most 5% of
    /// runs.
    #[test]
    fn shuffled_outcomes_give_no_proposal() {
        let (mut runs, mut proposals) = (0, 0);
        for seed in 0..100u64 {
            let mut dice = Dice::new(seed);
            let needed = 1 + seed % 9;
            let mut labels: Vec<bool> = (0..120u64).map(|i| i % 10 < needed).collect();
            dice.shuffle(&mut labels);
            let outcomes: Vec<Known> =
                informative(120, |_| false).iter().zip(labels).map(|(o, needed)| Known { needed, ..*o }).collect();
            // A workspace has four such detectors: one run looks at all of them.
            runs += 1;
            proposals += usize::from(MOVABLE.iter().any(|t| one(&policy(), *t, &outcomes).is_ok()));
        }
        assert!(proposals * 20 <= runs, "{proposals} proposals in {runs} runs");
    }

    #[test]
    fn the_file_keeps_its_comments() {
        let toml = in_toml(assess::default_toml(), Trigger::Distress, 0.74);
        let changed = assess::parse(&toml).unwrap();
        assert_eq!(changed.detectors[&Trigger::Distress].escalate, 0.74);
        let mut before = policy();
        before.detectors.get_mut(&Trigger::Distress).unwrap().escalate = 0.74;
        assert_eq!(changed, before);
        assert_eq!(toml.matches('#').count(), assess::default_toml().matches('#').count());
    }
}
