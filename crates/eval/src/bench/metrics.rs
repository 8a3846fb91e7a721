//! Metrics, each with its definition. Scores are in 0..=1.

use baton_model::{IdSource, Timestamp};

/// Counts of a yes/no decision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Confusion {
    pub tp: usize,
    pub fp: usize,
    pub tn: usize,
    pub fn_: usize,
}

impl Confusion {
    pub fn of(pairs: impl IntoIterator<Item = (bool, bool)>) -> Self {
        let mut c = Self::default();
        for (gold, said) in pairs {
            match (gold, said) {
                (true, true) => c.tp += 1,
                (false, true) => c.fp += 1,
                (false, false) => c.tn += 1,
                (true, false) => c.fn_ += 1,
            }
        }
        c
    }

    /// 0 where nothing was said.
    pub fn precision(self) -> f64 {
        ratio(self.tp, self.tp + self.fp)
    }

    pub fn recall(self) -> f64 {
        ratio(self.tp, self.tp + self.fn_)
    }

    /// Harmonic mean of precision and recall.
    pub fn f1(self) -> f64 {
        ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn_)
    }
}

fn ratio(a: usize, b: usize) -> f64 {
    if b == 0 { 0.0 } else { a as f64 / b as f64 }
}

/// Share of equal pairs.
pub fn accuracy<T: PartialEq>(gold: &[T], said: &[T]) -> f64 {
    ratio(gold.iter().zip(said).filter(|(g, s)| g == s).count(), gold.len())
}

/// Mean of the classes' F1, over the classes that occur in gold.
pub fn macro_f1(gold: &[usize], said: &[usize], classes: usize) -> f64 {
    let occurring: Vec<usize> = (0..classes).filter(|c| gold.contains(c)).collect();
    let f1 = |&c: &usize| Confusion::of(gold.iter().zip(said).map(|(g, s)| (*g == c, *s == c))).f1();
    mean(&occurring.iter().map(f1).collect::<Vec<_>>())
}

pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// Area under the ROC curve: how often a positive scores above a negative, ties counted half (Mann-Whitney). 0.5 where
/// one class is absent.
pub fn auroc(scored: &[(bool, f64)]) -> f64 {
    let mut order: Vec<usize> = (0..scored.len()).collect();
    order.sort_by(|&a, &b| scored[a].1.total_cmp(&scored[b].1));
    let positives = scored.iter().filter(|s| s.0).count();
    let negatives = scored.len() - positives;
    if positives == 0 || negatives == 0 {
        return 0.5;
    }
    let (mut rank_sum, mut i) = (0.0, 0);
    while i < order.len() {
        let mut j = i;
        while j < order.len() && scored[order[j]].1 == scored[order[i]].1 {
            j += 1;
        }
        let rank = (i + j + 1) as f64 / 2.0;
        rank_sum += rank * order[i..j].iter().filter(|&&k| scored[k].0).count() as f64;
        i = j;
    }
    (rank_sum - (positives * (positives + 1)) as f64 / 2.0) / (positives as f64 * negatives as f64)
}

/// Mean of the precision at each positive, by falling score.
pub fn average_precision(scored: &[(bool, f64)]) -> f64 {
    let mut order: Vec<&(bool, f64)> = scored.iter().collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let (mut hits, mut sum) = (0, 0.0);
    for (i, (gold, _)) in order.iter().enumerate() {
        if *gold {
            hits += 1;
            sum += ratio(hits, i + 1);
        }
    }
    if hits == 0 { 0.0 } else { sum / hits as f64 }
}

/// The highest F1 over all thresholds, and that threshold (say yes from it on).
pub fn best_f1(scored: &[(bool, f64)]) -> (f64, f64) {
    let mut order: Vec<(bool, f64)> = scored.to_vec();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let positives = order.iter().filter(|s| s.0).count();
    let (mut best, mut hits) = ((0.0, f64::INFINITY), 0);
    for (i, &(gold, score)) in order.iter().enumerate() {
        hits += usize::from(gold);
        let last_of_ties = order.get(i + 1).is_none_or(|next| next.1 < score);
        let f1 = ratio(2 * hits, i + 1 + positives);
        if last_of_ties && f1 > best.0 {
            best = (f1, score);
        }
    }
    best
}

/// One bin of a reliability curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Mean predicted probability.
    pub said: f64,
    /// Share that was true.
    pub was: f64,
    pub n: usize,
}

/// Reliability in ten bins of equal width, empty ones left out.
pub fn reliability(scored: &[(bool, f64)]) -> Vec<Bin> {
    let mut bins = [(0.0, 0usize, 0usize); 10];
    for &(gold, p) in scored {
        let bin = &mut bins[((p * 10.0) as usize).min(9)];
        bin.0 += p;
        bin.1 += usize::from(gold);
        bin.2 += 1;
    }
    bins.iter().filter(|b| b.2 > 0).map(|&(sum, hits, n)| Bin { said: sum / n as f64, was: ratio(hits, n), n }).collect()
}

/// Expected calibration error: the mean distance between said and true, weighted by bin (Naeini et al., 2015).
pub fn calibration_error(scored: &[(bool, f64)]) -> f64 {
    let total = scored.len().max(1) as f64;
    reliability(scored).iter().map(|b| (b.said - b.was).abs() * b.n as f64 / total).sum()
}

/// Golden Transfer within Tolerance of one dialogue (lambda = 0): 1 when nothing was gold and nothing said, 0 when
/// exactly one of both, otherwise the mean over what was said of exp(-d² / 2(T+1e-7)²), d the distance to the nearest
/// gold turn.
pub fn golden_transfer(gold: &[usize], said: &[usize], tolerance: f64) -> f64 {
    match (gold.is_empty(), said.is_empty()) {
        (true, true) => 1.0,
        (true, false) | (false, true) => 0.0,
        (false, false) => {
            let near = |&p: &usize| {
                let d = gold.iter().map(|&q| p.abs_diff(q)).min().unwrap_or(usize::MAX) as f64;
                (-d * d / (2.0 * (tolerance + 1e-7).powi(2))).exp()
            };
            mean(&said.iter().map(near).collect::<Vec<_>>())
        }
    }
}

/// The same choices each time.
#[derive(Debug)]
pub struct Draw(IdSource);

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self(IdSource::new(Timestamp::from_millis(0), seed))
    }

    /// Of `0..n`; 0 where there is nothing to choose from.
    pub fn below(&mut self, n: usize) -> usize {
        (self.0.next_u64() % n.max(1) as u64) as usize
    }
}

/// How often units are resampled.
const RESAMPLES: usize = 500;

/// 95% percentile bootstrap: `metric` gets the indices of the units drawn. Fixed seed.
pub fn bootstrap(units: usize, metric: impl Fn(&[usize]) -> f64) -> (f64, f64) {
    let mut draw = Draw::new(0x9e37_79b9_7f4a_7c15);
    let mut sample = vec![0; units];
    let mut values: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            sample.fill_with(|| draw.below(units));
            metric(&sample)
        })
        .collect();
    values.sort_by(f64::total_cmp);
    (values[RESAMPLES / 40], values[RESAMPLES - 1 - RESAMPLES / 40])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f1_counts_both_errors() {
        let c = Confusion::of([(true, true), (true, false), (false, true), (false, false)]);
        assert_eq!((c.precision(), c.recall(), c.f1()), (0.5, 0.5, 0.5));
        assert_eq!(Confusion::default().f1(), 0.0);
    }

    #[test]
    fn macro_f1_is_over_the_classes_of_gold() {
        assert!((macro_f1(&[0, 0, 1], &[0, 1, 1], 3) - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn area_counts_ties_half() {
        assert_eq!(auroc(&[(true, 0.9), (false, 0.1)]), 1.0);
        assert_eq!(auroc(&[(true, 0.5), (false, 0.5)]), 0.5);
        assert_eq!(auroc(&[(true, 0.2), (false, 0.1), (true, 0.05), (false, 0.01)]), 0.75);
        assert_eq!(auroc(&[(true, 0.2)]), 0.5);
    }

    #[test]
    fn average_precision_of_a_known_ranking() {
        assert!((average_precision(&[(true, 3.0), (false, 2.0), (true, 1.0)]) - (1.0 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
    }

    #[test]
    fn the_best_threshold_keeps_ties_together() {
        let (f1, at) = best_f1(&[(true, 0.9), (true, 0.5), (false, 0.5), (false, 0.1)]);
        assert!((f1 - 0.8).abs() < 1e-12);
        assert_eq!(at, 0.5);
    }

    #[test]
    fn perfect_calibration_has_no_error() {
        assert_eq!(calibration_error(&[(true, 1.0), (false, 0.0)]), 0.0);
        assert!((calibration_error(&[(true, 0.5), (true, 0.5)]) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn golden_transfer_follows_its_definition() {
        assert_eq!(golden_transfer(&[], &[], 1.0), 1.0);
        assert_eq!(golden_transfer(&[1], &[], 1.0), 0.0);
        assert_eq!(golden_transfer(&[], &[1], 1.0), 0.0);
        assert_eq!(golden_transfer(&[3, 9], &[3], 1.0), 1.0);
        assert!((golden_transfer(&[3], &[4], 1.0) - (-0.5f64).exp()).abs() < 1e-6);
    }

    #[test]
    fn a_bootstrap_holds_the_value() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let (lo, hi) = bootstrap(100, |s| mean(&s.iter().map(|&i| values[i]).collect::<Vec<_>>()));
        assert!(lo < 49.5 && 49.5 < hi && lo > 40.0 && hi < 60.0, "{lo} {hi}");
        assert_eq!((lo, hi), bootstrap(100, |s| mean(&s.iter().map(|&i| values[i]).collect::<Vec<_>>())));
    }
}
