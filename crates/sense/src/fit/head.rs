//! A fitted head: a table of small integers, and what makes probabilities of their sums.

use super::{
    Options, Sample, Task,
    calibrate::{Calibration, softmax, squash},
    solve::{Scaled, Weights, gather, scale},
};
use crate::features::Features;

/// Linear over hashed n-grams and an embedding, eight bits a weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    pub(super) task: Task,
    pub(super) labels: Vec<String>,
    pub(super) bits: u8,
    pub(super) words: f32,
    pub(super) dense: f32,
    pub(super) idf: Vec<u8>,
    /// Row by row, `labels` in each.
    pub(super) weights: Vec<i8>,
    /// By label: what one step of a weight is worth.
    pub(super) steps: Vec<f32>,
    pub(super) calibration: Vec<Calibration>,
}

/// What a head says of one text, by label.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Calibrated.
    pub probabilities: Vec<f32>,
    /// Signed distances from the separating planes.
    pub margins: Vec<f32>,
}

impl Scores {
    /// The label with the highest probability.
    pub fn best(&self) -> usize {
        let most = (0..self.margins.len()).max_by(|&a, &b| self.probabilities[a].total_cmp(&self.probabilities[b]));
        most.unwrap_or(0)
    }

    /// How far the best probability is above the second: low means not sure.
    pub fn lead(&self) -> f32 {
        let (mut first, mut second) = (0.0f32, 0.0f32);
        for &p in &self.probabilities {
            if p > first {
                (first, second) = (p, first);
            } else {
                second = second.max(p);
            }
        }
        first - second
    }
}

impl Head {
    pub(super) fn raw(labels: &[&str], weights: Weights, options: &Options) -> Self {
        let n = labels.len();
        let mut most = vec![0.0f32; n];
        for row in weights.rows.chunks_exact(n) {
            for (most, w) in most.iter_mut().zip(row) {
                *most = most.max(w.abs());
            }
        }
        let steps: Vec<f32> = most.iter().map(|m| m.max(1e-6) / 127.0).collect();
        let quantised =
            weights.rows.chunks_exact(n).flat_map(|row| row.iter().zip(&steps).map(|(w, s)| (w / s).round() as i8));
        Self {
            task: options.task,
            labels: labels.iter().map(|l| (*l).to_owned()).collect(),
            bits: options.bits,
            words: options.words,
            dense: options.dense,
            weights: quantised.collect(),
            idf: weights.idf,
            steps,
            calibration: vec![Calibration { slope: 1.0, offset: 0.0, threshold: 0.5 }; n],
        }
    }

    pub(super) fn calibrated(mut self, calibration: Vec<Calibration>) -> Self {
        self.calibration = calibration;
        self
    }

    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    pub fn task(&self) -> Task {
        self.task
    }

    /// The probability from which on saying yes gave the best F1 on held-out examples.
    pub fn threshold(&self, label: usize) -> f32 {
        self.calibration[label].threshold
    }

    /// How far these n-grams pull towards a label by themselves, whatever else the text says.
    pub fn pull(&self, features: &Features, label: usize) -> f32 {
        let weight = |row: usize| f32::from(self.idf[row]) * f32::from(self.weights[row * self.labels.len() + label]);
        features.buckets(self.bits).map(|(row, ..)| weight(row)).sum::<f32>() * self.steps[label]
    }

    pub fn score(&self, sample: &Sample) -> Scores {
        let margins = self.margins(sample);
        let mut probabilities = margins.clone();
        match self.task {
            Task::OneOf => softmax(&mut probabilities, self.calibration[0].slope),
            Task::AnyOf => {
                for (p, c) in probabilities.iter_mut().zip(&self.calibration) {
                    *p = squash(c.slope * *p + c.offset);
                }
            }
        }
        Scores { probabilities, margins }
    }

    pub(super) fn margins(&self, sample: &Sample) -> Vec<f32> {
        let mut scaled = Scaled::default();
        scale(sample, &self.idf, self.bits, self.words, self.dense, &mut scaled);
        let mut margins = vec![0.0f32; self.labels.len()];
        gather(&self.weights, &scaled, &mut margins);
        for (m, step) in margins.iter_mut().zip(&self.steps) {
            *m *= step;
        }
        margins
    }
}
