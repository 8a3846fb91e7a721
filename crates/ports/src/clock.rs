//! The time and the randomness of inputs. Nothing else in the product may ask for either.

use std::sync::Mutex;

use baton_model::{IdSource, Millis, Timestamp};

/// Stamps inputs. `seed` is fresh for each call; ids are drawn from it, secrets never.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
    fn seed(&self) -> u64;
}

/// A clock that moves only when it is told to, with seeds in a fixed order.
#[derive(Debug)]
pub struct ManualClock {
    inner: Mutex<(Timestamp, IdSource)>,
}

impl ManualClock {
    pub fn new(at: Timestamp) -> Self {
        Self::with_seed(at, 0)
    }

    /// A clock whose seeds start elsewhere: two clocks with the same arguments give the same seeds.
    pub fn with_seed(at: Timestamp, seed: u64) -> Self {
        Self { inner: Mutex::new((at, IdSource::new(at, seed))) }
    }

    pub fn set(&self, at: Timestamp) {
        self.lock().0 = at;
    }

    pub fn advance(&self, by: Millis) -> Timestamp {
        let mut inner = self.lock();
        inner.0 = inner.0 + by;
        inner.0
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (Timestamp, IdSource)> {
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.lock().0
    }

    fn seed(&self) -> u64 {
        self.lock().1.next_u64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_moves_when_told_and_gives_fresh_seeds_in_a_fixed_order() {
        let (a, b) = (ManualClock::new(Timestamp::from_millis(5)), ManualClock::new(Timestamp::from_millis(5)));
        assert_eq!(a.now(), a.now());
        assert_eq!(a.advance(Millis(7)), Timestamp::from_millis(12));
        assert_eq!(a.now(), Timestamp::from_millis(12));
        let (first, second) = (a.seed(), a.seed());
        assert_ne!(first, second);
        assert_eq!((first, second), (b.seed(), b.seed()));
    }
}
