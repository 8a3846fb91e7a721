//! The theory: a line that drains at a rate, and people who give up.
//!
//! Somebody with `n` departures to go waits for that many. While all places are taken, `s(t)` of them with a mean handling
//! time `m`, departures come at rate `s(t) / m`, so in *operational time* (work done, counted in handling times) they are a
//! Poisson process of rate 1, whatever the shifts do: the wait is a gamma quantile in operational time, brought back to
//! clock time through the staffing (W. Whitt, "Predicting queueing delays", Management Science 45, 1999, for the constant
//! case). Those ahead give up at rate `θ` each; the remaining `i` then leave at `1 + i φ` with `φ = θ m / s`, so that the
//! mean is `Σ 1 / (1 + i φ)` and the variance `Σ 1 / (1 + i φ)²` (the queue-length estimator with abandonment of R. Ibrahim
//! and W. Whitt, M&SOM 11, 2009). Handling times that vary less or more than exponential ones show in the variance once
//! places turn over (renewal theory): it is multiplied by `1 + (c² - 1) min(1, n / s)`.
//!
//! Who is ahead changes with time: an urgent item that has just come overtakes the older ones as it ages. The item is taken
//! at the moment `t` at which as many have left as are ahead of it by the scores of `t`: so each quantile of the wait is
//! the `t` that is that quantile for those ahead at `t`.
//!
//! People of several skills serve several lines. For every set of people, the work ahead that only they can do bounds the
//! wait from below; of two such sets the slower one is told: those who can take this item, and those together with all who
//! share work with them. Some of those who can take it bound it from above, with all work ahead that they can do at all: a
//! long line of another language keeps those busy who speak it, and the item goes to the others.
//!
//! A correction multiplies the operational time, not the wait: what shortens or lengthens the line does not move the hour
//! at which a shift begins.
//!
//! Quantiles by Wilson and Hilferty's cube-root approximation of the gamma distribution (PNAS 17, 1931).

use baton_model::Millis;

use super::Staffing;

/// Standard normal quantiles at 10%, 50% and 90%.
const Z: [f64; 3] = [-1.281_551_6, 0.0, 1.281_551_6];
/// Who is ahead is looked at now, after this long, and then each time after twice as long.
const FIRST_LOOK: Millis = Millis::secs(10);
const LAST_LOOK: Millis = Millis::hours(2);
/// Later than anybody looks, in milliseconds.
const NEVER: [f64; 3] = [86_400_000.0; 3];
/// Beyond so many departures the sums are continued by their integral.
const SUMMED: u32 = 2_000;

/// A set of people, and what must leave before the item is taken, as far as they do it.
pub(in crate::route) struct Pool<'a> {
    /// Items that go first, by the scores that hold after so long.
    pub(in crate::route) ahead: Box<dyn Fn(Millis) -> u32 + 'a>,
    /// That number changes with time.
    pub(in crate::route) changes: bool,
    /// Places that are free this moment.
    pub(in crate::route) free: u32,
    pub(in crate::route) staffing: Staffing,
}

/// What is known about a place in the line.
pub(in crate::route) struct Line<'a> {
    /// Each bounds the wait from below.
    pub(in crate::route) pools: Vec<Pool<'a>>,
    /// Bounds it from above.
    pub(in crate::route) alone: Option<Pool<'a>>,
    pub(in crate::route) handling: Handling,
    /// Of each waiting person: share that gives up, per millisecond; absent while it is not well known.
    pub(in crate::route) gives_up: Option<f64>,
    /// Joins at the end of a line whose head has waited this long: what counts where handling times are not known yet.
    pub(in crate::route) head_of_line: Option<Millis>,
}

/// How long a place stays taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::route) struct Handling {
    pub(in crate::route) mean: Millis,
    /// Squared coefficient of variation: 1 for exponential times.
    pub(in crate::route) cv2: f64,
    /// Enough were observed.
    pub(in crate::route) known: bool,
}

impl Line<'_> {
    /// Waits in milliseconds at 10%, 50% and 90%, with the corrections of [`super::Pace`]. `None`: nobody will be there.
    pub(in crate::route) fn quantiles(&self, factors: [f64; 3]) -> Option<[f64; 3]> {
        if let (false, Some(age)) = (self.handling.known, self.head_of_line.filter(|age| age.0 > 0)) {
            // The delay of the head of the line needs no rates (Ibrahim and Whitt, the same); a wide guess around it.
            let age = age.0 as f64;
            return Some([0.5 * age * factors[0], age * factors[1], 2.0 * age * factors[2]]);
        }
        let of_pools = self.pools.iter().map(|pool| self.pool_quantiles(pool, factors));
        // Nobody in the smaller pool will come: then nobody comes, whatever the larger one does.
        let all: Option<Vec<[f64; 3]>> = of_pools.collect();
        let slower = all?.into_iter().max_by(|a, b| a[1].total_cmp(&b[1]))?;
        let alone = self.alone.as_ref().and_then(|pool| self.pool_quantiles(pool, factors));
        Some(alone.filter(|alone| alone[1] < slower[1]).unwrap_or(slower))
    }

    /// The moments that are the quantiles for those who are ahead then. Between two moments that are looked at, on a line.
    fn pool_quantiles(&self, pool: &Pool<'_>, factors: [f64; 3]) -> Option<[f64; 3]> {
        let (mut before, mut behind) = (0.0, self.waits_behind(pool, Millis(0), factors));
        if !pool.changes {
            return behind;
        }
        let mut found = behind.map_or([None; 3], |waits| waits.map(|wait| (wait <= 0.0).then_some(wait)));
        let mut moment = FIRST_LOOK;
        while moment < LAST_LOOK && found.contains(&None) {
            let (at, waits) = (moment.0 as f64, self.waits_behind(pool, moment, factors));
            let (earlier, later) = (behind.unwrap_or(NEVER), waits.unwrap_or(NEVER));
            for (found, (earlier, later)) in found.iter_mut().zip(earlier.into_iter().zip(later)) {
                if found.is_none() && later <= at {
                    let (short, over) = (earlier - before, at - later);
                    *found = Some(before + (at - before) * short / (short + over).max(1.0));
                }
            }
            (before, behind) = (at, waits);
            moment = Millis(moment.0 * 2);
        }
        let last = behind.map_or([None; 3], |waits| waits.map(Some));
        Some([found[0].or(last[0])?, found[1].or(last[1])?, found[2].or(last[2])?])
    }

    /// The waits of somebody behind those who are ahead after so long.
    fn waits_behind(&self, pool: &Pool<'_>, after: Millis, factors: [f64; 3]) -> Option<[f64; 3]> {
        let departures = (pool.ahead)(after).saturating_add(1).saturating_sub(pool.free);
        if departures == 0 {
            return Some([0.0; 3]);
        }
        let mean = self.handling.mean.0.max(1_000) as f64;
        let places = pool.staffing.soon()?;
        let phi = self.gives_up.map_or(0.0, |theta| theta * mean / places);
        let (sum, mut variance) = departures_sum(departures, phi);
        variance *= 1.0 + (self.handling.cv2 - 1.0) * (f64::from(departures) / places).min(1.0);
        let shape = sum * sum / variance.max(sum * 1e-3);
        let scale = sum / shape;
        let mut waits = [0.0; 3];
        for ((wait, z), factor) in waits.iter_mut().zip(Z).zip(factors) {
            *wait = pool.staffing.time_for(factor * gamma_quantile(shape, scale, z) * mean, mean)?;
        }
        Some(waits)
    }
}

/// Mean and variance of the operational time of `n` departures when each waiting one gives up at `phi` besides.
fn departures_sum(n: u32, phi: f64) -> (f64, f64) {
    if phi <= 0.0 {
        return (f64::from(n), f64::from(n));
    }
    let (mut mean, mut variance) = (0.0, 0.0);
    for i in 0..n.min(SUMMED) {
        let step = 1.0 / (1.0 + f64::from(i) * phi);
        mean += step;
        variance += step * step;
    }
    if n > SUMMED {
        let (from, to) = (1.0 + f64::from(SUMMED) * phi, 1.0 + f64::from(n) * phi);
        mean += (to / from).ln() / phi;
        variance += (1.0 / from - 1.0 / to) / phi;
    }
    (mean, variance)
}

fn gamma_quantile(shape: f64, scale: f64, z: f64) -> f64 {
    let ninth = 1.0 / (9.0 * shape);
    let root = 1.0 - ninth + z * ninth.sqrt();
    shape * scale * (root * root * root).max(0.0)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLAIN: [f64; 3] = [1.0; 3];

    fn pool(ahead: u32, free: u32, places: f64) -> Pool<'static> {
        Pool { ahead: Box::new(move |_| ahead), changes: false, free, staffing: Staffing::constant(places) }
    }

    pub(in crate::route) fn line(ahead: u32, free: u32, places: f64, mean: Millis) -> Line<'static> {
        Line {
            pools: vec![pool(ahead, free, places)],
            alone: None,
            handling: Handling { mean, cv2: 1.0, known: true },
            gives_up: None,
            head_of_line: None,
        }
    }

    #[test]
    fn quantiles_are_close_to_the_exact_ones() {
        // Shape, exact median and 90% of the gamma distribution with scale 1.
        let ln = |x: f64| x.ln();
        let table = [(1.0, ln(2.0), ln(10.0)), (2.0, 1.678_3, 3.889_7), (5.0, 4.670_9, 7.993_6), (20.0, 19.668, 25.903)];
        for (shape, p50, p90) in table {
            assert!((gamma_quantile(shape, 1.0, 0.0) / p50 - 1.0_f64).abs() < 0.02, "median at {shape}");
            assert!((gamma_quantile(shape, 1.0, Z[2]) / p90 - 1.0_f64).abs() < 0.02, "90% at {shape}");
        }
    }

    #[test]
    fn people_who_give_up_shorten_the_wait() {
        let mut l = line(99, 0, 10.0, Millis::secs(300));
        let [_, patient, _] = l.quantiles(PLAIN).expect("somebody is there");
        l.gives_up = Some(1.0 / 600_000.0);
        let [_, impatient, _] = l.quantiles(PLAIN).expect("somebody is there");
        // 100 departures at a place each 30 s; with patience 600 s: 600 s * ln(1 + 100 * 30 / 600), plus discretisation.
        assert!((patient / 1_000.0 - 3_000.0).abs() < 20.0, "{patient}");
        assert!((impatient / 1_000.0 - 600.0 * 6.0_f64.ln()).abs() < 40.0, "{impatient}");
        let (exact, _) = departures_sum(5_000, 0.01);
        let summed: f64 = (0..5_000).map(|i| 1.0 / (1.0 + 0.01 * f64::from(i))).sum();
        assert!((exact / summed - 1.0).abs() < 1e-3);
    }

    #[test]
    fn the_slower_of_two_pools_counts() {
        let mut l = line(3, 0, 2.0, Millis::secs(60));
        let alone = l.quantiles(PLAIN);
        l.pools.push(pool(10, 0, 20.0));
        assert_eq!(l.quantiles(PLAIN), alone, "the wide pool is quicker");
        l.pools[1] = pool(1_000, 0, 20.0);
        assert!(l.quantiles(PLAIN) > alone);
        l.alone = Some(pool(1, 0, 1.0));
        assert!(l.quantiles(PLAIN) < alone, "one who is not kept busy by the rest");
        l.pools[0].staffing = Staffing::constant(0.0);
        assert_eq!(l.quantiles(PLAIN), None, "nobody of its own people comes");
    }

    #[test]
    fn who_is_overtaken_in_time_is_not_waited_for() {
        // A place each 30 s. Of 40 who are ahead now, one is overtaken every 10 s: after 300 s ten have left and are ahead.
        let mut l = line(0, 0, 10.0, Millis::secs(300));
        l.pools[0].ahead = Box::new(|after| u32::try_from(39 - after.0.min(390_000) / 10_000).unwrap_or(0));
        l.pools[0].changes = true;
        let waits = l.quantiles(PLAIN).expect("somebody is there");
        assert!((waits[1] - 300_000.0).abs() < 15_000.0, "{waits:?}");
        assert!(waits[0] > 200_000.0 && waits[2] < 360_000.0, "whoever waits longer overtakes more: {waits:?}");
        // And the other way round: one more comes ahead each minute.
        l.pools[0].ahead = Box::new(|after| 9 + u32::try_from(after.0 / 60_000).unwrap_or(0));
        let waits = l.quantiles(PLAIN).expect("somebody is there");
        assert!((waits[1] - 570_000.0).abs() < 40_000.0, "{waits:?}");
    }

    #[test]
    fn a_correction_does_not_move_the_hour_at_which_a_shift_begins() {
        let mut l = line(19, 0, 1.0, Millis::secs(300));
        l.pools[0].staffing = Staffing::then(1.0, Millis::secs(200), 100.0);
        for factor in [0.3, 1.0, 3.0] {
            assert_eq!(l.quantiles([factor; 3]).map(|waits| waits[1]), Some(200_000.0), "{factor}");
        }
    }

    #[test]
    fn without_rates_the_head_of_the_line_tells() {
        let mut l = line(3, 0, 2.0, Millis::secs(60));
        l.handling.known = false;
        l.head_of_line = Some(Millis::secs(100));
        assert_eq!(l.quantiles(PLAIN), Some([50_000.0, 100_000.0, 200_000.0]));
        l.handling.known = true;
        assert!(l.quantiles(PLAIN).is_some_and(|q| (q[1] - 110_000.0).abs() < 5_000.0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn finite_ordered_and_longer_further_back(
            ahead in 0..5_000u32, free in 0..4u32, places in 1..500u32, mean in -5..100_000_000i64, patience in 0..3_600u32,
        ) {
            let waits = |ahead, places| {
                let mut l = line(ahead, free, f64::from(places), Millis(mean));
                l.gives_up = (patience > 0).then(|| 0.001 / f64::from(patience));
                l.quantiles(PLAIN)
            };
            // What nobody will reach within a day has no number.
            if let Some(w) = waits(ahead, places) {
                prop_assert!(w[0] >= 0.0 && w[0] <= w[1] && w[1] <= w[2] && w[2] <= 86_400_000.0);
                prop_assert!(waits(ahead, places + 1).is_some_and(|more| more[2] <= w[2] + 1e-6));
                if let Some(further) = waits(ahead + 1, places) {
                    prop_assert!(further[2] >= w[2]);
                }
            }
        }
    }
}
