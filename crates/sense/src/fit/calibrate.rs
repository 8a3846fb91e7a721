//! From margins to probabilities, and from probabilities to decisions.

use super::Task;

/// By label: `probability = squash(slope * margin + offset)`, and where to say yes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Calibration {
    pub(super) slope: f32,
    pub(super) offset: f32,
    /// The probability from which on saying yes gave the best F1 on what was held out.
    pub(super) threshold: f32,
}

/// Where saying yes costs less than saying no: `false_alarm / (false_alarm + miss)`. Both are costs, above 0.
pub fn cost_threshold(false_alarm: f32, miss: f32) -> f32 {
    false_alarm / (false_alarm + miss)
}

pub(super) fn calibrate(task: Task, labels: usize, held_out: &[(Vec<f32>, &[usize])]) -> Vec<Calibration> {
    match task {
        Task::OneOf => {
            let slope = temperature(held_out);
            vec![Calibration { slope, offset: 0.0, threshold: 0.5 }; labels]
        }
        Task::AnyOf => (0..labels)
            .map(|l| {
                let scored: Vec<(bool, f32)> = held_out.iter().map(|(m, gold)| (gold.contains(&l), m[l])).collect();
                let (slope, offset) = platt(&scored);
                let probable: Vec<(bool, f32)> =
                    scored.iter().map(|&(gold, m)| (gold, squash(slope * m + offset))).collect();
                Calibration { slope, offset, threshold: best_f1_threshold(&probable) }
            })
            .collect(),
    }
}

pub(super) fn squash(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// In place: margins times `slope` to probabilities that sum to 1.
pub(super) fn softmax(margins: &mut [f32], slope: f32) {
    let most = margins.iter().fold(f32::MIN, |m, &v| m.max(v));
    let mut sum = 0.0;
    for m in margins.iter_mut() {
        *m = ((*m - most) * slope).exp();
        sum += *m;
    }
    for m in margins {
        *m /= sum;
    }
}

/// The slope of the softmax with the least log loss (Guo et al., 2017), by golden section in its logarithm. Targets are
/// smoothed by two examples that could be anything, so that a few right answers don't make it certain.
fn temperature(held_out: &[(Vec<f32>, &[usize])]) -> f32 {
    let doubt = 2.0 / (held_out.len() as f64 + 2.0);
    let loss = |log_slope: f32| -> f64 {
        let each = held_out.iter().map(|(margins, gold)| {
            let mut p = margins.clone();
            softmax(&mut p, log_slope.exp());
            let surprise = |p: f32| -f64::from(p.max(1e-30)).ln();
            let any = p.iter().map(|&p| surprise(p)).sum::<f64>() / p.len() as f64;
            (1.0 - doubt) * surprise(p[gold[0]]) + doubt * any
        });
        each.sum()
    };
    const GOLDEN: f32 = 0.618_034;
    let (mut lo, mut hi) = (-1.0f32, 4.0f32);
    for _ in 0..18 {
        let (a, b) = (hi - GOLDEN * (hi - lo), lo + GOLDEN * (hi - lo));
        if loss(a) < loss(b) { hi = b } else { lo = a }
    }
    (0.5 * (lo + hi)).exp()
}

/// Logistic regression on one margin, with the targets smoothed by one example of each kind (Platt, 1999), by Newton's
/// method with shortened steps (Lin et al., 2007).
fn platt(scored: &[(bool, f32)]) -> (f32, f32) {
    let positives = scored.iter().filter(|s| s.0).count() as f64;
    let negatives = scored.len() as f64 - positives;
    let prior = ((positives + 1.0) / (negatives + 1.0)).ln();
    let (yes, no) = ((positives + 1.0) / (positives + 2.0), 1.0 / (negatives + 2.0));
    let target = |gold: bool| if gold { yes } else { no };
    let loss = |slope: f64, offset: f64| -> f64 {
        let each = scored.iter().map(|&(gold, m)| {
            let x = slope * f64::from(m) + offset;
            // ln(1 + e^x), without overflow.
            x.max(0.0) + (-x.abs()).exp().ln_1p() - target(gold) * x
        });
        each.sum()
    };
    let (mut slope, mut offset) = (0.0f64, prior);
    let mut least = loss(slope, offset);
    for _ in 0..50 {
        let (mut g0, mut g1, mut h00, mut h01, mut h11) = (0.0, 0.0, 1e-9, 0.0, 1e-9);
        for &(gold, m) in scored {
            let m = f64::from(m);
            let p = 1.0 / (1.0 + (-(slope * m + offset)).exp());
            let (d, w) = (p - target(gold), p * (1.0 - p));
            g0 += d * m;
            g1 += d;
            h00 += w * m * m;
            h01 += w * m;
            h11 += w;
        }
        let det = h00 * h11 - h01 * h01;
        let (d0, d1) = ((h11 * g0 - h01 * g1) / det, (h00 * g1 - h01 * g0) / det);
        let mut length = 1.0;
        let shorter = std::iter::repeat_with(|| {
            let step = (slope - length * d0, offset - length * d1);
            length *= 0.5;
            (loss(step.0, step.1), step)
        });
        match shorter.take(12).find(|(loss, _)| *loss < least - 1e-9) {
            Some((loss, step)) => ((slope, offset), least) = (step, loss),
            None => break,
        }
    }
    // A head that ranks worse than chance on what was held out says nothing.
    if slope > 0.0 { (slope as f32, offset as f32) } else { (0.0, prior as f32) }
}

/// The threshold with the highest F1, midway to the next score below; 0.5 where nothing is positive.
pub fn best_f1_threshold(scored: &[(bool, f32)]) -> f32 {
    let mut order = scored.to_vec();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let positives = order.iter().filter(|s| s.0).count();
    let (mut best, mut threshold, mut hits) = (0.0, 0.5, 0);
    for (i, &(gold, score)) in order.iter().enumerate() {
        hits += usize::from(gold);
        let next = order.get(i + 1).map_or(0.0, |n| n.1);
        let f1 = 2.0 * hits as f32 / (i + 1 + positives) as f32;
        if next < score && f1 > best {
            (best, threshold) = (f1, 0.5 * (score + next));
        }
    }
    threshold
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_miss_that_costs_more_lowers_the_threshold() {
        assert_eq!(cost_threshold(1.0, 1.0), 0.5);
        assert_eq!(cost_threshold(1.0, 4.0), 0.2);
    }

    #[test]
    fn platt_finds_the_share_at_each_margin() {
        // One in five is positive at -1, four in five at 1.
        let scored: Vec<(bool, f32)> = (0..2000)
            .map(|i| (if i % 2 == 0 { i % 10 == 0 } else { i % 10 != 1 }, if i % 2 == 0 { -1.0 } else { 1.0 }))
            .collect();
        let (slope, offset) = platt(&scored);
        assert!((squash(-slope + offset) - 0.2).abs() < 0.01, "{slope} {offset}");
        assert!((squash(slope + offset) - 0.8).abs() < 0.01, "{slope} {offset}");
    }

    #[test]
    fn a_head_that_ranks_backwards_says_nothing() {
        let scored: Vec<(bool, f32)> = (0..100).map(|i| (i < 50, i as f32)).collect();
        assert_eq!(platt(&scored).0, 0.0);
    }

    #[test]
    fn temperature_softens_what_is_too_sure() {
        // Right in three of four cases, whatever the margin says.
        let gold = [vec![0usize], vec![0], vec![0], vec![1]];
        let held_out: Vec<(Vec<f32>, &[usize])> = gold.iter().map(|g| (vec![3.0, 0.0], g.as_slice())).collect();
        let mut p = vec![3.0, 0.0];
        softmax(&mut p, temperature(&held_out));
        assert!((p[0] - 0.75).abs() < 0.02, "{p:?}");
    }

    #[test]
    fn the_best_threshold_lies_between_scores() {
        assert_eq!(best_f1_threshold(&[(true, 0.8), (true, 0.6), (false, 0.2)]), 0.4);
        assert_eq!(best_f1_threshold(&[(false, 0.2)]), 0.5);
    }
}
