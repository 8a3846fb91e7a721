//! The one score of routing. See `docs/reference/routing.md` for the reasons and the bound.
//!
//! An item has an age (since `routing_since`, plus its priority: one point is one second) and a target `T` (the acceptance
//! target of its tier in its queue). For a freed person with speed `s`:
//!
//! ```text
//! index = age / T² × s^k
//! ```
//!
//! the generalised c-mu index with quadratic delay cost (A. Mandelbaum and A. Stolyar, "Scheduling flexible servers with
//! convex delay costs", Operations Research 52, 2004) times the measured gain of doing what one does best. Speed is 70, 85,
//! 100, 115, 130% for proficiency 1 to 5 (the spread of the measurement), the mean over the skills that are asked for, and
//! 100% where none is.
//!
//! An index alone would let a stream of urgent work starve the rest. So an item that has waited [`GUARD_TARGETS`] targets
//! is *overdue*: overdue items come before all others, those that became overdue first before the rest.

use baton_model::{Millis, Timestamp, WorkItem};

use super::MAX_PRIORITY;

/// After so many targets of (aged) waiting an item is overdue. Measured where a shift ends uncovered: at four the first tiers
/// waited a tenth longer than under strict priority, at six no longer, and the last tier not longer either.
pub const GUARD_TARGETS: i64 = 6;
/// For items and queues without a target.
pub(super) const DEFAULT_TARGET_SECONDS: u32 = 120;
/// The power of speed is at most this.
pub(super) const MAX_WEIGHT: u8 = 8;
/// Speed where no skill is asked for, in percent.
pub(super) const PLAIN_SPEED: u8 = 100;

/// Speed at a level, in percent of the mean. Level 0 is a wished skill that is missing.
pub(super) fn speed(level: u8) -> u32 {
    55 + 15 * u32::from(level.min(5))
}

/// How one class of items ages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pace {
    /// `2^52 / T²`, with `T` in seconds.
    slope: u64,
    /// Overdue after so many milliseconds of age.
    guard: i64,
}

impl Pace {
    pub(super) fn of(target_seconds: u32) -> Self {
        let target = u64::from(if target_seconds == 0 { DEFAULT_TARGET_SECONDS } else { target_seconds });
        let seconds = i64::try_from(target).unwrap_or(i64::MAX);
        Self { slope: (1 << 52) / (target * target).min(1 << 50), guard: seconds.saturating_mul(GUARD_TARGETS * 1_000) }
    }

    pub(super) fn overdue_at(self, key: i64) -> i64 {
        key.saturating_add(self.guard)
    }

    /// What must come before what, greater first. `key` is `routing_since - priority` in milliseconds; `pull` from [`pull`].
    pub(super) fn score(self, key: i64, pull: u32, now: Timestamp) -> Score {
        let overdue_at = self.overdue_at(key);
        if overdue_at <= now.millis() {
            return Score { overdue: true, value: u128::from(i64::MAX.abs_diff(overdue_at)) };
        }
        // Bounded (to 278 years), so that the product of 43, 52 and 32 bits fits.
        let age = u64::try_from(now.millis().saturating_sub(key)).unwrap_or(0).min((1 << 43) - 1);
        Score { overdue: false, value: u128::from(age) * u128::from(self.slope) * u128::from(pull) }
    }

    /// Below this key an item of this pace comes before one of `other` pace at `key`, for a person of plain speed.
    pub(super) fn key_ahead_of(self, other: Self, key: i64, now: Timestamp) -> i64 {
        let now = now.millis();
        let due = other.overdue_at(key);
        if due <= now {
            return due.saturating_sub(self.guard);
        }
        let age = i128::from(now.saturating_sub(key).max(0));
        let equal = age * i128::from(other.slope) / i128::from(self.slope.max(1));
        let equal = now.saturating_sub(i64::try_from(equal).unwrap_or(i64::MAX));
        equal.max(now.saturating_sub(self.guard).saturating_add(1))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Score {
    pub(super) overdue: bool,
    value: u128,
}

/// `s^k`, in units of 1/65,536.
pub(super) fn pull(speed_percent: u8, k: u8) -> u32 {
    PULLS[usize::from(k.min(MAX_WEIGHT))][usize::from(speed_percent)]
}

/// By power and speed: asked for every class that a freed person serves.
static PULLS: [[u32; 256]; MAX_WEIGHT as usize + 1] = {
    let mut pulls = [[0; 256]; MAX_WEIGHT as usize + 1];
    let mut k = 0;
    while k < pulls.len() {
        let mut speed = 0;
        while speed < 256 {
            let power = ((speed as u128).pow(k as u32) << 16) / 100u128.pow(k as u32);
            pulls[k][speed] = if power < u32::MAX as u128 { power as u32 } else { u32::MAX };
            speed += 1;
        }
        k += 1;
    }
    pulls
};

/// When the item comes before all that is not overdue.
pub fn overdue_at(item: &WorkItem) -> Timestamp {
    let key = item.routing_since.millis().saturating_sub(i64::from(item.priority) * 1_000);
    Timestamp::from_millis(Pace::of(item.target_seconds).overdue_at(key))
}

/// The starvation bound: nobody who could take this item takes one instead that arrived (was placed) longer than this after
/// it. So what is served before it is what waits already, and the arrivals of this window; its wait is at most the time
/// that these keep the people who may take it busy.
///
/// From the moment `guard - priority` after its arrival the item is overdue; a later item is overdue earlier only with a
/// higher priority or a shorter target, by less than the highest priority there is ([`MAX_PRIORITY`]).
pub fn overtaking_window(item: &WorkItem) -> Millis {
    let guard = Pace::of(item.target_seconds).guard;
    Millis((guard - i64::from(item.priority) * 1_000).max(0).saturating_add(i64::from(MAX_PRIORITY) * 1_000))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_000_000_000;

    fn score(target: u32, age_seconds: i64, speed: u8) -> Score {
        Pace::of(target).score(NOW - age_seconds * 1_000, pull(speed, 3), Timestamp::from_millis(NOW))
    }

    #[test]
    fn half_the_target_counts_four_times_and_speed_cubed() {
        assert!(score(60, 10, 100) > score(120, 39, 100));
        assert!(score(60, 10, 100) < score(120, 41, 100));
        // 1.3³ = 2.197.
        assert!(score(120, 100, 130) > score(120, 219, 100));
        assert!(score(120, 100, 130) < score(120, 220, 100));
        assert_eq!(pull(100, 3), pull(70, 0));
    }

    #[test]
    fn overdue_items_come_first_and_in_the_order_of_becoming_so() {
        assert!(score(900, 5_400, 70) > score(30, 179, 130));
        assert!(score(30, 181, 70) > score(900, 5_400, 130), "overdue one second earlier");
        assert!(score(30, 180, 70) < score(900, 5_401, 70));
    }

    proptest! {
        /// Older, more urgent, shorter target, better at it: never a lower score, as long as neither is overdue or both are.
        #[test]
        fn monotone(target in 1..5_000u32, age in 0..20_000i64, more in 0..5_000i64, speed in 70..=130u8, k in 0..=8u8) {
            let now = Timestamp::from_millis(NOW);
            let at = |target: u32, age: i64, speed: u8| Pace::of(target).score(NOW - age * 1_000, pull(speed, k), now);
            prop_assert!(at(target, age + more, speed) >= at(target, age, speed));
            prop_assert!(at(target, age, 130) >= at(target, age, speed));
            if target > 1 {
                prop_assert!(at(target - 1, age, speed) >= at(target, age, speed));
            }
        }

        /// An item that is placed later than the bound allows never comes first, whoever is free, whenever that is.
        #[test]
        fn nothing_that_arrives_after_the_window_overtakes(
            targets in (1..5_000u32, 1..5_000u32), priorities in (-100..=MAX_PRIORITY, -100..=MAX_PRIORITY),
            later in 0..1_000_000i64, wait in 0..10_000_000i64, speeds in (70..=130u8, 70..=130u8), k in 0..=8u8,
        ) {
            let item = WorkItem { target_seconds: targets.0, priority: priorities.0, ..WorkItem::default() };
            let arrived = overtaking_window(&item).0 + later;
            let now = Timestamp::from_millis(arrived + wait);
            let own = Pace::of(targets.0).score(-i64::from(priorities.0) * 1_000, pull(speeds.0, k), now);
            let other = Pace::of(targets.1).score(arrived - i64::from(priorities.1) * 1_000, pull(speeds.1, k), now);
            prop_assert!(own >= other);
        }

        /// The count of those ahead uses the same order as the pick.
        #[test]
        fn ahead_is_what_scores_higher(targets in (1..3_000u32, 1..3_000u32), keys in (0..2_000_000i64, 0..2_000_000i64)) {
            let now = Timestamp::from_millis(2_000_000);
            let (a, b) = (Pace::of(targets.0), Pace::of(targets.1));
            let plain = pull(PLAIN_SPEED, 3);
            let (mine, theirs) = (a.score(keys.0, plain, now), b.score(keys.1, plain, now));
            let limit = b.key_ahead_of(a, keys.0, now);
            // Rounding moves the limit by a millisecond at most.
            if keys.1 < limit - 1 { prop_assert!(theirs >= mine); }
            if keys.1 > limit + 1 { prop_assert!(theirs <= mine); }
        }
    }
}
