//! Intervals and tests by resampling, with fixed seeds: running again gives the same numbers.

use baton_model::{Estimate, IdSource, Timestamp};

const REPLICATES: usize = 400;
/// Draws of one replicate at most; beyond, the spread is scaled (m out of n; Bickel, Götze, van Zwet 1997).
const DRAWS: u64 = 4_000;

/// SplitMix64, as elsewhere.
#[derive(Debug)]
pub(super) struct Dice(IdSource);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(IdSource::new(Timestamp::default(), seed))
    }

    /// 0..n, for n > 0.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.0.next_u64() % n.max(1)
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }
}

/// A value that occurs `count` times, each time with this weight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weighted {
    pub(super) value: f64,
    pub(super) weight: f64,
    pub(super) count: u64,
}

/// The weighted mean, with a 95% percentile bootstrap interval; `None` for fewer than two values.
pub(super) fn mean(values: &[Weighted]) -> Option<Estimate> {
    let n: u64 = values.iter().map(|v| v.count).sum();
    if n < 2 {
        return None;
    }
    let ratio = |(sum, weight): (f64, f64)| if weight > 0.0 { sum / weight } else { 0.0 };
    let add =
        |(sum, weight): (f64, f64), v: &Weighted, times: f64| (sum + times * v.weight * v.value, weight + times * v.weight);
    let value = ratio(values.iter().fold((0.0, 0.0), |sums, v| add(sums, v, v.count as f64)));
    let ends: Vec<u64> = values
        .iter()
        .scan(0, |sum, v| {
            *sum += v.count;
            Some(*sum)
        })
        .collect();
    let draws = n.min(DRAWS);
    let scale = (draws as f64 / n as f64).sqrt();
    let mut dice = Dice::new(n);
    let mut means: Vec<f64> = (0..REPLICATES)
        .map(|_| {
            let drawn = (0..draws).fold((0.0, 0.0), |sums, _| {
                let die = dice.below(n);
                add(sums, &values[ends.partition_point(|end| *end <= die)], 1.0)
            });
            value + (ratio(drawn) - value) * scale
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let at = |share: f64| means[((REPLICATES - 1) as f64 * share).round() as usize];
    Some(Estimate { value, low: at(0.025), high: at(0.975) })
}

/// Wilson's score interval (95%) of a share; `None` of nothing. Wilson 1927.
pub(super) fn share(yes: u64, of: u64) -> Option<Estimate> {
    if of == 0 {
        return None;
    }
    let (z, n, p) = (1.96_f64, of as f64, yes as f64 / of as f64);
    let middle = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    Some(Estimate { value: p, low: (middle - half).max(0.0), high: (middle + half).min(1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(value: f64, count: u64) -> Weighted {
        Weighted { value, weight: 1.0, count }
    }

    #[test]
    fn weights_count() {
        let e = mean(&[Weighted { weight: 3.0, ..one(1.0, 40) }, one(0.0, 40)]).unwrap();
        assert!((e.value - 0.75).abs() < 1e-9 && e.low < 0.75 && e.high > 0.75, "{e:?}");
    }

    #[test]
    fn the_interval_is_that_of_the_mean() {
        // Half zeros, half ones: the standard error is 0.5 / sqrt(n).
        for n in [100, 10_000, 1_000_000] {
            let e = mean(&[one(0.0, n / 2), one(1.0, n / 2)]).unwrap();
            let half = 1.96 * 0.5 / (n as f64).sqrt();
            assert!((e.value - 0.5).abs() < 1e-9);
            assert!(((e.high - e.low) / 2.0 - half).abs() < 0.25 * half, "{n}: {e:?}");
        }
        assert_eq!(mean(&[one(1.0, 1)]), None);
        assert_eq!(mean(&[]), None);
        assert_eq!(mean(&[one(2.0, 9)]).map(|e| (e.low, e.value, e.high)), Some((2.0, 2.0, 2.0)));
    }

    #[test]
    fn wilson_stays_within_bounds() {
        let none = share(0, 10).unwrap();
        assert!(none.low == 0.0 && (0.2..0.35).contains(&none.high), "{none:?}");
        assert_eq!(share(0, 0), None);
    }
}
