//! A circuit breaker: after enough failures in a row, nobody waits for a model that is down.
//!
//! `closed` lets all calls through. `open` lets none through until `pause` has passed; then `half_open` lets one trial
//! through: its success closes, its failure opens again. The caller brings the time.

use std::sync::{Mutex, PoisonError};

use baton_model::{Millis, Timestamp};
use serde::Deserialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BreakerConfig {
    /// Failures in a row that open it. At least 1.
    pub failures: u32,
    /// How long it stays open, in milliseconds.
    pub pause_ms: i64,
}

impl Default for BreakerConfig {
    fn default() -> Self {
        Self { failures: 4, pause_ms: 20_000 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    Closed {
        failures: u32,
    },
    Open {
        until: Timestamp,
    },
    /// A trial is under way; after `until` it counts as lost and another may start.
    HalfOpen {
        until: Timestamp,
    },
}

/// Since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BreakerCounts {
    pub succeeded: u64,
    pub failed: u64,
    /// Calls not made because it was open.
    pub spared: u64,
    pub opened: u64,
}

#[derive(Debug)]
pub struct Breaker {
    config: BreakerConfig,
    inner: Mutex<(BreakerState, BreakerCounts)>,
}

impl Breaker {
    pub fn new(config: BreakerConfig) -> Self {
        Self { config, inner: Mutex::new((BreakerState::Closed { failures: 0 }, BreakerCounts::default())) }
    }

    /// Whether a call may be made now. A caller who gets `true` must report with `succeeded` or `failed`.
    pub fn admit(&self, now: Timestamp) -> bool {
        let mut inner = self.lock();
        let (state, counts) = &mut *inner;
        match *state {
            BreakerState::Closed { .. } => true,
            BreakerState::Open { until } | BreakerState::HalfOpen { until } if now >= until => {
                *state = BreakerState::HalfOpen { until: now + self.pause() };
                true
            }
            BreakerState::Open { .. } | BreakerState::HalfOpen { .. } => {
                counts.spared += 1;
                false
            }
        }
    }

    pub fn succeeded(&self) {
        let mut inner = self.lock();
        inner.0 = BreakerState::Closed { failures: 0 };
        inner.1.succeeded += 1;
    }

    pub fn failed(&self, now: Timestamp) {
        let mut inner = self.lock();
        let (state, counts) = &mut *inner;
        counts.failed += 1;
        let failures = match *state {
            BreakerState::Closed { failures } => failures + 1,
            // A straggler of before it opened changes nothing.
            BreakerState::Open { .. } => return,
            BreakerState::HalfOpen { .. } => self.config.failures,
        };
        *state = if failures >= self.config.failures.max(1) {
            counts.opened += 1;
            BreakerState::Open { until: now + self.pause() }
        } else {
            BreakerState::Closed { failures }
        };
    }

    pub fn state(&self) -> BreakerState {
        self.lock().0
    }

    pub fn counts(&self) -> BreakerCounts {
        self.lock().1
    }

    fn pause(&self) -> Millis {
        Millis(self.config.pause_ms.max(1))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (BreakerState, BreakerCounts)> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    #[test]
    fn opens_after_failures_in_a_row_and_closes_after_one_good_trial() {
        let b = Breaker::new(BreakerConfig { failures: 2, pause_ms: 100 });
        b.failed(at(0));
        b.succeeded();
        b.failed(at(1));
        assert!(b.admit(at(1)), "only failures in a row count");
        b.failed(at(2));
        assert_eq!(b.state(), BreakerState::Open { until: at(102) });
        assert!(!b.admit(at(101)));
        assert!(b.admit(at(102)), "one trial");
        assert!(!b.admit(at(102)), "and only one");
        b.failed(at(103));
        assert!(!b.admit(at(104)));
        assert!(b.admit(at(203)));
        b.succeeded();
        assert!(b.admit(at(204)));
        assert_eq!(b.counts(), BreakerCounts { succeeded: 2, failed: 4, spared: 3, opened: 2 });
    }

    #[test]
    fn a_trial_that_never_reports_does_not_block_for_ever() {
        let b = Breaker::new(BreakerConfig { failures: 1, pause_ms: 100 });
        b.failed(at(0));
        assert!(b.admit(at(100)));
        assert!(!b.admit(at(150)));
        assert!(b.admit(at(200)));
    }
}
