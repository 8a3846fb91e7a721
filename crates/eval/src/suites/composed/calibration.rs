//! How far the detectors' probabilities hold on composed dialogues, and from which score on an offer costs least.
//!
//! Curves are over the customers' turns: does a turn that scores 0.7 have the trigger in seven cases of ten? The sequence
//! model's strain is read at each decision: is this the turn at which something was put in? Costs are over dialogues, since
//! one offer is enough: a dialogue whose trigger nobody acted on costs five, one that was disturbed costs one. Both depend
//! on how often a trigger occurs; here one dialogue in fourteen has one of each kind.

use std::collections::BTreeMap;

use baton_core::assess;
use baton_model::Trigger;

use super::Kind;
use crate::{
    bench::{
        Results, Row,
        metrics::{calibration_error, reliability},
    },
    replay::{Driven, Recording, Role},
};

const LATE: f64 = 5.0;
const NEEDLESS: f64 = 1.0;

type Scored = Vec<(bool, f64)>;

#[derive(Debug, Default)]
pub(super) struct Calibration {
    turns: BTreeMap<Trigger, Scored>,
    strain: Scored,
    /// By dialogue: the gold turn's score, or the highest of a dialogue without the trigger.
    dialogues: BTreeMap<Trigger, Scored>,
}

impl Calibration {
    pub(super) fn add(&mut self, recording: &Recording, gold: Option<(Kind, usize)>, driven: &Driven) {
        let customers = recording.turns.iter().enumerate().filter(|(_, t)| t.role == Role::Customer);
        let mut highest: BTreeMap<Trigger, f64> = BTreeMap::new();
        for (i, turn) in customers {
            for (trigger, score) in assess::scores(&baton_sense::sense(&turn.text)) {
                let score = f64::from(score);
                let is_gold = gold.is_some_and(|(kind, at)| at == i && kind.trigger() == trigger);
                self.turns.entry(trigger).or_default().push((is_gold, score));
                if is_gold {
                    self.dialogues.entry(trigger).or_default().push((true, score));
                }
                let highest = highest.entry(trigger).or_default();
                *highest = highest.max(score);
            }
        }
        let others = highest.into_iter().filter(|(trigger, _)| gold.is_none_or(|(kind, _)| kind.trigger() != *trigger));
        others.for_each(|(trigger, score)| self.dialogues.entry(trigger).or_default().push((false, score)));
        for (turn, decision) in &driven.decisions {
            let at = gold.map(|(_, at)| at);
            if at.is_none_or(|at| *turn <= at) {
                self.strain.push((at == Some(*turn), f64::from(decision.strain)));
            }
        }
    }

    pub(super) fn report(&self, results: &mut Results) {
        let curves = self.turns.iter().map(|(trigger, scored)| (trigger.name(), scored));
        for (name, scored) in curves.chain([("strain (the sequence model)", &self.strain)]) {
            // What nothing was put in for cannot be judged.
            if !scored.iter().any(|s| s.0) {
                continue;
            }
            let points = reliability(scored).iter().map(|b| (b.said, b.was)).collect();
            results.curve(format!("Reliability: {name}"), "said", "was", points, true);
            let row = Row::percent(format!("{name}: calibration error"), calibration_error(scored));
            results.add(row.shipped().n(scored.len()));
        }
        for (trigger, scored) in self.dialogues.iter().filter(|(_, scored)| scored.iter().any(|s| s.0)) {
            let (threshold, cost) = cheapest(scored);
            let row = Row::new(format!("{}: offer threshold of least cost", trigger.name()), threshold, "");
            let note = format!("{cost:.2} a dialogue, where a missed trigger costs {LATE} and a needless offer {NEEDLESS}");
            results.add(row.shipped().n(scored.len()).note(note));
        }
    }
}

/// The score from which on acting costs least, and the mean cost; midway to the next score below.
fn cheapest(scored: &[(bool, f64)]) -> (f64, f64) {
    let mut order = scored.to_vec();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let missed = order.iter().filter(|s| s.0).count() as f64 * LATE;
    let (mut best, mut cost) = ((1.0, missed), missed);
    for (i, &(gold, score)) in order.iter().enumerate() {
        cost += if gold { -LATE } else { NEEDLESS };
        let next = order.get(i + 1).map_or(0.0, |n| n.1);
        if next < score && cost < best.1 {
            best = (0.5 * (score + next), cost);
        }
    }
    (best.0, best.1 / order.len().max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_miss_is_worth_five_needless_offers() {
        let four = [(true, 0.9), (false, 0.8), (false, 0.7), (false, 0.6), (false, 0.5), (true, 0.4), (false, 0.1)];
        assert_eq!(cheapest(&four), (0.25, 4.0 / 7.0));
        let six = [(true, 0.9), (false, 0.8), (false, 0.7), (false, 0.6), (false, 0.5), (false, 0.45), (true, 0.4)];
        assert!((cheapest(&six).0 - 0.85).abs() < 1e-9);
    }
}
