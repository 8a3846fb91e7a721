//! How sure an answer is: four measures of a search through a logistic function, fitted on labelled questions.
//!
//! The coefficients below come from `tests/calibration.rs`, which refits them and fails when they are no longer near the
//! best fit. To change a measure: change it here, run that test, copy what it prints.

use super::index::Found;

/// What is known about the best hit, each 0..=1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Measures {
    /// BM25 against the score that this question could have reached.
    pub strength: f32,
    /// How far the best passage of any other article is behind.
    pub margin: f32,
    /// Share of the question's words, weighted by rarity, that the best passage or its title has.
    pub coverage: f32,
    /// Share of the words of its title or heading that the question has.
    pub named: f32,
}

/// Weights of the logistic function. Log-odds per unit of each measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficients {
    pub bias: f32,
    pub strength: f32,
    pub margin: f32,
    pub coverage: f32,
    pub named: f32,
}

/// Fitted on `tests/questions.tsv` with a ridge of 0.5; held-out precision and recall are asserted there.
pub const FITTED: Coefficients = Coefficients { bias: -4.28, strength: 2.55, margin: 0.18, coverage: 2.58, named: 2.87 };

/// At or above, the assistant answers; below, it says that it does not know.
pub const ANSWER_FROM: f32 = 0.5;

impl Coefficients {
    pub fn confidence(&self, m: Measures) -> f32 {
        let z = self.bias
            + self.strength * m.strength
            + self.margin * m.margin
            + self.coverage * m.coverage
            + self.named * m.named;
        1.0 / (1.0 + (-z).exp())
    }
}

impl Measures {
    pub(crate) fn of(found: &Found) -> Self {
        let Some(best) = found.hits.first() else { return Self::default() };
        let second = found.hits.iter().find(|h| h.article != best.article).map_or(0.0, |h| h.score);
        Self {
            strength: (best.score / found.ideal.max(f32::EPSILON)).clamp(0.0, 1.0),
            margin: (1.0 - second / best.score.max(f32::EPSILON)).clamp(0.0, 1.0),
            coverage: best.coverage.clamp(0.0, 1.0),
            named: best.named.clamp(0.0, 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_of_any_measure_is_more_confidence_and_nothing_is_certain() {
        let at = |strength, margin, coverage, named| FITTED.confidence(Measures { strength, margin, coverage, named });
        assert!(at(0.0, 0.0, 0.0, 0.0) < 0.1);
        assert!(at(1.0, 1.0, 1.0, 1.0) > 0.9 && at(1.0, 1.0, 1.0, 1.0) < 1.0);
        assert!(at(0.5, 0.5, 0.9, 0.5) > at(0.5, 0.5, 0.5, 0.5));
        assert!(at(0.9, 0.5, 0.5, 0.5) > at(0.5, 0.5, 0.5, 0.5));
        assert!(at(0.5, 0.9, 0.5, 0.5) >= at(0.5, 0.5, 0.5, 0.5));
        assert!(at(0.5, 0.5, 0.5, 0.9) > at(0.5, 0.5, 0.5, 0.5));
    }
}
