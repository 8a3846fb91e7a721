//! A linear classifier over binary features: softmax, stochastic gradient descent with a falling rate, and the average of
//! all weights on the way (Polyak and Juditsky, 1992). Deterministic. `sense::logistic` fits one probability at a time, with
//! a pass over all rows for each step: for 165 actions this is two orders of magnitude faster.

use std::collections::BTreeMap;

const EPOCHS: usize = 6;
/// First and last step.
const RATE: (f32, f32) = (2.0, 0.05);
/// What occurs less often is left out.
const LEAST: u32 = 2;
/// The newest example weighs so much more than the oldest: habits change.
const RECENCY: f32 = 1.0;

#[derive(Debug)]
pub(super) struct Softmax {
    classes: usize,
    /// The features that count, sorted; each has a row of weights.
    known: Vec<u32>,
    weights: Vec<f32>,
}

impl Softmax {
    /// `examples` oldest first.
    pub(super) fn fit(examples: &[(&[u32], usize)], classes: usize) -> Self {
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        for feature in examples.iter().flat_map(|(features, _)| *features) {
            *counts.entry(*feature).or_default() += 1;
        }
        let known: Vec<u32> = counts.into_iter().filter(|(_, n)| *n >= LEAST).map(|(feature, _)| feature).collect();
        let rows: Vec<Vec<u32>> = examples.iter().map(|(features, _)| rows(&known, features)).collect();
        let mut now = vec![0.0_f32; known.len() * classes];
        let mut mean = vec![0.0_f32; known.len() * classes];
        let steps = (EPOCHS * examples.len()).max(1);
        let mut order: Vec<usize> = (0..examples.len()).collect();
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for step in 0..steps {
            let place = step % examples.len().max(1);
            if place == 0 {
                shuffle(&mut order, &mut state);
            }
            let Some(&which) = order.get(place) else { break };
            let (features, gold) = (&rows[which], examples[which].1);
            let scale = 1.0 / (features.len().max(1) as f32).sqrt();
            let mut scores = score(&now, features, classes);
            softmax(&mut scores, scale);
            scores[gold] -= 1.0;
            let done = step as f32 / steps as f32;
            let weight = 1.0 + RECENCY * (which as f32 / examples.len() as f32 - 0.5);
            let rate = (RATE.0 * (1.0 - done) + RATE.1) * scale * weight;
            for &row in features {
                let at = row as usize * classes;
                let rows = now[at..at + classes].iter_mut().zip(&mut mean[at..at + classes]);
                for ((weight, mean), gradient) in rows.zip(&scores) {
                    *weight -= rate * gradient;
                    // Summed over what is left of the way: the average without a pass over all weights.
                    *mean -= rate * gradient * (1.0 - done);
                }
            }
        }
        Self { classes, known, weights: mean }
    }

    /// The likeliest classes, best first.
    pub(super) fn ranked(&self, features: &[u32], most: usize) -> Vec<usize> {
        let scores = score(&self.weights, &rows(&self.known, features), self.classes);
        let mut order: Vec<usize> = (0..self.classes).collect();
        order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
        order.truncate(most);
        order
    }
}

fn rows(known: &[u32], features: &[u32]) -> Vec<u32> {
    features.iter().filter_map(|feature| known.binary_search(feature).ok()).map(|row| row as u32).collect()
}

fn score(weights: &[f32], rows: &[u32], classes: usize) -> Vec<f32> {
    let mut scores = vec![0.0; classes];
    for &row in rows {
        let at = row as usize * classes;
        scores.iter_mut().zip(&weights[at..at + classes]).for_each(|(sum, weight)| *sum += weight);
    }
    scores
}

fn softmax(scores: &mut [f32], scale: f32) {
    let top = scores.iter().fold(f32::MIN, |a, b| a.max(*b));
    scores.iter_mut().for_each(|s| *s = ((*s - top) * scale).exp());
    let sum: f32 = scores.iter().sum();
    scores.iter_mut().for_each(|s| *s /= sum);
}

/// Fisher and Yates, with an xorshift generator (Marsaglia, 2003).
fn shuffle(order: &mut [usize], state: &mut u64) {
    for i in (1..order.len()).rev() {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        order.swap(i, (*state % (i as u64 + 1)) as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_learns_what_tells_the_classes_apart() {
        let (a, b): (&[u32], &[u32]) = (&[1, 7], &[1, 9]);
        let examples: Vec<(&[u32], usize)> = (0..50).map(|i| if i % 2 == 0 { (a, 0) } else { (b, 1) }).collect();
        let model = Softmax::fit(&examples, 2);
        assert_eq!((model.ranked(a, 1), model.ranked(b, 2)), (vec![0], vec![1, 0]));
    }
}
