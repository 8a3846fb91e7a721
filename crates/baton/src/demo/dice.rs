//! Randomness of the traffic: the same seed gives the same arrivals and choices.

use std::time::Duration;

use baton_model::{IdSource, Timestamp};

#[derive(Debug, Clone)]
pub(crate) struct Dice(IdSource);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(IdSource::new(Timestamp::from_millis(0), seed))
    }

    /// Independent dice, for a task of its own.
    pub(crate) fn fork(&mut self) -> Self {
        Self::new(self.0.next_u64())
    }

    /// 0 to `n - 1`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.0.next_u64() % (n.max(1) as u64)).unwrap_or(0)
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// Between two lengths, in seconds.
    pub(crate) fn seconds(&mut self, from: f64, to: f64) -> Duration {
        let share = self.below(10_000) as f64 / 10_000.0;
        Duration::from_secs_f64(from + (to - from) * share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_throws_in_range() {
        let (mut a, mut b) = (Dice::new(3), Dice::new(3));
        for _ in 0..200 {
            let n = a.below(7);
            assert_eq!(n, b.below(7));
            assert!(n < 7);
            let wait = a.seconds(1.0, 2.0);
            assert!(wait == b.seconds(1.0, 2.0) && (1.0..2.0).contains(&wait.as_secs_f64()));
        }
        assert_ne!(a.fork().below(1_000_000), Dice::new(4).below(1_000_000));
        assert!(Dice::new(1).pick::<u8>(&[]).is_none());
    }
}
