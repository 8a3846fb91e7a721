//! When a person should take over: policies that turn scores into handoffs, and what they are measured by.

use super::metrics::{golden_transfer, mean};

/// The turns of one dialogue.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dialogue {
    pub gold: Vec<bool>,
    pub score: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Every turn over the threshold.
    EveryTurn,
    /// At most one: the most likely turn of the whole dialogue, if it is over the threshold.
    MostLikely,
    /// At most one, as it happens: the first turn over the threshold.
    First,
}

impl Policy {
    pub fn said(self, dialogue: &Dialogue, threshold: f64) -> Vec<usize> {
        let over = (0..dialogue.score.len()).filter(|&i| dialogue.score[i] >= threshold);
        match self {
            Self::EveryTurn => over.collect(),
            Self::First => over.take(1).collect(),
            // The first of equals.
            Self::MostLikely => {
                over.rev().max_by(|&a, &b| dialogue.score[a].total_cmp(&dialogue.score[b])).into_iter().collect()
            }
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::EveryTurn => "every turn over the threshold",
            Self::MostLikely => "at most one handoff, the most likely turn",
            Self::First => "at most one handoff, the first turn over the threshold",
        }
    }
}

impl Dialogue {
    pub fn gold_turns(&self) -> Vec<usize> {
        (0..self.gold.len()).filter(|&i| self.gold[i]).collect()
    }

    /// All turns of these dialogues.
    pub fn pooled<'a>(dialogues: impl IntoIterator<Item = &'a Self>) -> Vec<(bool, f64)> {
        dialogues.into_iter().flat_map(|d| d.gold.iter().copied().zip(d.score.iter().copied())).collect()
    }
}

/// Golden Transfer within Tolerance (lambda = 0), mean over dialogues.
pub fn golden(dialogues: &[&Dialogue], policy: Policy, threshold: f64, tolerance: f64) -> f64 {
    let one = |d: &&Dialogue| golden_transfer(&d.gold_turns(), &policy.said(d, threshold), tolerance);
    mean(&dialogues.iter().map(one).collect::<Vec<_>>())
}

/// The threshold among the scores' quantiles that makes `quality` best.
pub fn best_threshold(dialogues: &[&Dialogue], quality: impl Fn(f64) -> f64) -> f64 {
    const STEPS: usize = 60;
    let mut scores: Vec<f64> = dialogues.iter().flat_map(|d| d.score.iter().copied()).collect();
    scores.sort_by(f64::total_cmp);
    let candidates = (0..STEPS).filter_map(|k| scores.get(scores.len() * (30 * STEPS + 70 * k) / (100 * STEPS)).copied());
    let mut best = (f64::NEG_INFINITY, f64::INFINITY);
    for threshold in candidates {
        let q = quality(threshold);
        if q > best.0 {
            best = (q, threshold);
        }
    }
    best.1
}

/// What a product feels, which hands over once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FirstHandoff {
    /// Share of dialogues with gold turns whose handoff lies within 1 and within 2 turns of the first of them.
    pub within: [f64; 2],
    /// Handoffs per dialogue without a gold turn.
    pub needless: f64,
}

impl FirstHandoff {
    pub fn of(dialogues: &[&Dialogue], threshold: f64) -> Self {
        let pairs: Vec<(Option<usize>, Option<usize>)> = dialogues
            .iter()
            .map(|d| (d.gold.iter().position(|g| *g), Policy::First.said(d, threshold).first().copied()))
            .collect();
        let near = |tolerance: usize| {
            let hit = |said: &Option<usize>, gold: usize| said.is_some_and(|s| s.abs_diff(gold) <= tolerance);
            mean(&pairs.iter().filter_map(|(gold, said)| Some(f64::from(u8::from(hit(said, (*gold)?))))).collect::<Vec<_>>())
        };
        let quiet = pairs.iter().filter(|p| p.0.is_none());
        let needless = mean(&quiet.map(|p| f64::from(u8::from(p.1.is_some()))).collect::<Vec<_>>());
        Self { within: [near(1), near(2)], needless }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialogue(turns: &[(bool, f64)]) -> Dialogue {
        Dialogue { gold: turns.iter().map(|t| t.0).collect(), score: turns.iter().map(|t| t.1).collect() }
    }

    #[test]
    fn policies_choose_their_turns() {
        let d = dialogue(&[(false, 0.1), (false, 0.6), (true, 0.9), (false, 0.9)]);
        assert_eq!(Policy::EveryTurn.said(&d, 0.5), [1, 2, 3]);
        assert_eq!(Policy::First.said(&d, 0.5), [1]);
        assert_eq!(Policy::MostLikely.said(&d, 0.5), [2]);
        assert!(Policy::MostLikely.said(&d, 0.95).is_empty());
    }

    #[test]
    fn the_best_threshold_parts_the_turns() {
        let d = dialogue(&[(false, 0.1), (false, 0.2), (false, 0.3), (true, 0.8), (true, 0.9)]);
        let t = best_threshold(&[&d], |t| golden(&[&d], Policy::EveryTurn, t, 1.0));
        assert!((0.3..=0.9).contains(&t) && t > 0.3, "{t}");
    }

    #[test]
    fn a_first_handoff_is_near_or_needless() {
        let near = dialogue(&[(false, 0.0), (false, 0.9), (true, 0.0)]);
        let far = dialogue(&[(true, 0.0), (false, 0.0), (false, 0.9)]);
        let quiet = dialogue(&[(false, 0.9)]);
        let f = FirstHandoff::of(&[&near, &far, &quiet], 0.5);
        assert_eq!((f.within, f.needless), ([0.5, 1.0], 1.0));
    }
}
