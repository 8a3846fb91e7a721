//! How long somebody in the line will wait: a distribution, of which the customer is told the middle and the upper end.
//!
//! - `line` is the theory: so many must leave the line first, so much work is done per second, some give up.
//! - `staffing` is how many places of work there will be, from now on: shifts that end and begin count from that moment.
//! - [`Pace`] is what was observed: handling times, patience, and how well earlier promises held. It corrects the theory,
//!   so that the told quantiles become true ones whatever the theory does not know.
//! - [`wait_words`] tells it with the precision that it has.
//!
//! Never here: time of its own, and anything about single people (the backlog sums them up).
//! To add something that the forecast should know: change the `Line` that it is made from.

mod line;
mod pace;
mod staffing;
mod words;

use baton_model::Millis;

pub(in crate::route) use line::{Line, Pool};
pub use pace::{Pace, Score};
pub(in crate::route) use staffing::{Roster, Staffing};
pub use words::wait_words;

/// Longer than this is not told as a number.
const MAX: Millis = Millis::hours(24);

/// One in ten of those in this place waits at most `p10`, half at most `p50`, nine of ten at most `p90`. So four of five
/// wait between the outer two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecast {
    pub p10: Millis,
    pub p50: Millis,
    pub p90: Millis,
}

impl Forecast {
    /// From waits in milliseconds until somebody is free, and the time they then take to answer.
    ///
    /// Quantiles do not add up: it is rare that both are long. Above the middle the two distances join like independent
    /// errors; below it skewed times crowd, and the sum is close (for two exponential times it covers 82% of the claimed
    /// 80%, plain sums 92%). The middle is where the mean of the sum, by Swanson's rule `0.3 p10 + 0.4 p50 + 0.3 p90`, is
    /// the sum of the means.
    ///
    /// In tenths of a second, rounded outwards: who is taken at the moment at which a shift begins was told so. Whole seconds
    /// would widen what is told of a few seconds.
    fn of(waits: [f64; 3], answer: [f64; 3]) -> Self {
        let (above_wait, above_answer) = (waits[2] - waits[1], answer[2] - answer[1]);
        let above = (above_wait * above_wait + above_answer * above_answer).sqrt();
        let below = (waits[1] - waits[0]) + (answer[1] - answer[0]);
        let middle = waits[1] + answer[1] + 0.3 * (above_wait + above_answer - above);
        let tenths = |ms: f64, up: i64| (ms.clamp(0.0, MAX.0 as f64) as i64 + up) / 100 * 100;
        let p10 = tenths(middle - below, 0);
        let p50 = tenths(middle, 50).max(p10);
        Self { p10: Millis(p10), p50: Millis(p50), p90: Millis(tenths(middle + above, 99).max(p50)) }
    }

    /// After `slips` promises in a row that did not hold, the next is believed less: its upper end is half as long again.
    #[must_use]
    pub fn after_slips(self, slips: usize) -> Self {
        let wider = (0..slips.min(6)).fold(self.p90.0, |ms, _| ms.saturating_mul(3) / 2);
        Self { p90: Millis(wider.min(MAX.0).max(self.p50.0)), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_exponential_times_join_to_what_four_of_five_wait() {
        // 10%, 50% and 90% of an exponential time of mean 60 s, and of the sum of two.
        let (one, two) = ([6_322.0, 41_589.0, 138_155.0], [31_909.0, 100_701.0, 233_383.0]);
        let f = Forecast::of(one, one);
        for (told, exact) in [f.p10, f.p50, f.p90].into_iter().zip(two) {
            assert!((told.0 as f64 - exact).abs() < 4_000.0, "{f:?}");
        }
        // Either alone stays as it is, to a tenth of a second outwards.
        let alone = Forecast { p10: Millis(6_300), p50: Millis(41_600), p90: Millis(138_200) };
        assert_eq!(Forecast::of(one, [0.0; 3]), alone);
        assert_eq!(Forecast::of([0.0; 3], one), alone);
    }
}
