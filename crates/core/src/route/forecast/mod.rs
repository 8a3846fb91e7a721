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
    fn of(waits: [f64; 3], answer: [f64; 3]) -> Self {
        let whole = |n: usize| {
            let ms = (waits[n] + answer[n]).clamp(0.0, MAX.0 as f64) as i64;
            (ms + 500) / 1000 * 1000
        };
        let p10 = whole(0);
        let p50 = whole(1).max(p10);
        Self { p10: Millis(p10), p50: Millis(p50), p90: Millis(whole(2).max(p50)) }
    }

    /// After `slips` promises in a row that did not hold, the next is believed less: its upper end is half as long again.
    #[must_use]
    pub fn after_slips(self, slips: usize) -> Self {
        let wider = (0..slips.min(6)).fold(self.p90.0, |ms, _| ms.saturating_mul(3) / 2);
        Self { p90: Millis(wider.min(MAX.0).max(self.p50.0)), ..self }
    }
}
