//! How long somebody at a position will wait, as an interval, and in words.
//!
//! Queue length with a service rate: a person at position `k` waits for `k - f` departures, where `f` places are free now.
//! While all `s` places are taken, departures come at rate `s / m` (`m` the mean handling time), so that the wait is the
//! sum of that many exponential times: Erlang with shape `k - f` and mean `(k - f) m / s` (W. Whitt, "Predicting queueing
//! delays", Management Science 45, 1999). Quantiles by Wilson and Hilferty's cube-root approximation of the gamma
//! distribution (PNAS 17, 1931), within 2% for every shape from 1. Then comes the time to answer the offer.
//! People who give up are not counted, so under heavy abandonment the forecast is on the long side.

use baton_model::Millis;

/// The time to answer an offer: half do within the first, nine of ten within the second.
const ANSWER_P50: Millis = Millis::secs(10);
const ANSWER_P90: Millis = Millis::secs(25);
/// Standard normal quantile at 90%.
const Z90: f64 = 1.281_551_6;
/// A handling time below this is not believed.
const MIN_HANDLE: Millis = Millis::secs(1);
/// Longer than this is not told as a number.
const MAX: Millis = Millis::hours(24);

/// Half of those in this place wait at most `p50`, nine of ten at most `p90`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecast {
    pub p50: Millis,
    pub p90: Millis,
}

/// `departures` before one is served, `places` of work in parallel (at least one).
pub(super) fn after(departures: u32, places: u32, handle_mean: Millis) -> Forecast {
    let scale = handle_mean.max(MIN_HANDLE).0 as f64 / f64::from(places.max(1));
    let shape = f64::from(departures);
    Forecast {
        p50: whole_seconds(gamma_quantile(shape, scale, 0.0), ANSWER_P50),
        p90: whole_seconds(gamma_quantile(shape, scale, Z90), ANSWER_P90),
    }
}

fn gamma_quantile(shape: f64, scale: f64, z: f64) -> f64 {
    if shape <= 0.0 {
        return 0.0;
    }
    let ninth = 1.0 / (9.0 * shape);
    shape * scale * (1.0 - ninth + z * ninth.sqrt()).powi(3).max(0.0)
}

fn whole_seconds(wait_ms: f64, answer: Millis) -> Millis {
    let ms = wait_ms.clamp(0.0, MAX.0 as f64) as i64 + answer.0;
    Millis(((ms + 500) / 1000 * 1000).min(MAX.0))
}

/// "less than a minute", "about 2 to 5 minutes", "about 1 to 2 hours".
pub fn wait_words(f: &Forecast) -> String {
    let minute = 60_000;
    let (low, high) = (f.p50.0 / minute, (f.p90.0 + minute - 1) / minute);
    if high <= 90 {
        return match (low, high) {
            (0, 0 | 1) => "less than a minute".into(),
            (0, high) => format!("less than {high} minutes"),
            (low, high) if low == high => format!("about {}", count(low, "minute")),
            (low, high) => format!("about {low} to {high} minutes"),
        };
    }
    let (low, high) = (low / 60, (high + 59) / 60);
    match (low, high) {
        (_, high) if high >= 8 => "several hours".into(),
        (0, high) => format!("less than {high} hours"),
        (low, high) if low == high => format!("about {}", count(low, "hour")),
        (low, high) => format!("about {low} to {high} hours"),
    }
}

fn count(n: i64, unit: &str) -> String {
    if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quantiles_are_close_to_the_exact_ones() {
        // Shape, exact median and 90% of the gamma distribution with scale 1.
        let ln = |x: f64| x.ln();
        let table = [(1.0, ln(2.0), ln(10.0)), (2.0, 1.678_3, 3.889_7), (5.0, 4.670_9, 7.993_6), (20.0, 19.668, 25.903)];
        for (shape, p50, p90) in table {
            assert!((gamma_quantile(shape, 1.0, 0.0) / p50 - 1.0_f64).abs() < 0.02, "median at {shape}");
            assert!((gamma_quantile(shape, 1.0, Z90) / p90 - 1.0_f64).abs() < 0.02, "90% at {shape}");
        }
    }

    #[test]
    fn words_are_honest_and_short() {
        for (p50, p90, words) in [
            (10, 25, "less than a minute"),
            (30, 60, "less than a minute"),
            (50, 170, "less than 3 minutes"),
            (60, 60, "about 1 minute"),
            (130, 290, "about 2 to 5 minutes"),
            (3_600, 6_000, "about 1 to 2 hours"),
            (20_000, 40_000, "several hours"),
        ] {
            assert_eq!(wait_words(&Forecast { p50: Millis::secs(p50), p90: Millis::secs(p90) }), words, "{p50} {p90}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn finite_ordered_and_longer_further_back(k in 0..5_000u32, places in 0..500u32, mean in -5..100_000_000i64) {
            let f = after(k, places, Millis(mean));
            prop_assert!(f.p50.0 > 0 && f.p50 <= f.p90 && f.p90 <= MAX);
            prop_assert!(after(k + 1, places, Millis(mean)).p90 >= f.p90);
            prop_assert!(after(k, places + 1, Millis(mean)).p90 <= f.p90);
        }
    }
}
