//! The textbook's recursion for one line of equal places: whoever came first goes to the place that is free first, unless
//! they give up before (J. Kiefer and J. Wolfowitz, "On the theory of queues with many servers", 1955).
//!
//! It is given the very customers of a simulated day. What chance does to that day it does to both, so the difference of the
//! two is what the simulator does; and the recursion itself can run long enough to be held to the closed forms.

use std::{cmp::Reverse, collections::BinaryHeap};

/// One customer; all in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Customer {
    pub(super) arrives: i64,
    pub(super) work: i64,
    pub(super) patience: Option<i64>,
}

/// Of all customers who came at `from` or later.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Course {
    /// Seconds, those who gave up included.
    pub(super) mean_wait: f64,
    /// Share.
    pub(super) abandoned: f64,
}

/// In the order of arrival.
pub(super) fn first_come(places: u32, from: i64, customers: impl Iterator<Item = Customer>) -> Course {
    let mut free_at: BinaryHeap<Reverse<i64>> = (0..places).map(|_| Reverse(i64::MIN)).collect();
    let (mut count, mut waited, mut left) = (0_u64, 0.0, 0_u64);
    for c in customers {
        let Some(mut first) = free_at.peek_mut() else { break };
        let wait = first.0.saturating_sub(c.arrives).max(0);
        let gives_up = c.patience.filter(|patience| *patience < wait);
        if gives_up.is_none() {
            first.0 = c.arrives + wait + c.work;
        }
        if c.arrives >= from {
            count += 1;
            waited += gives_up.unwrap_or(wait) as f64 / 1_000.0;
            left += u64::from(gives_up.is_some());
        }
    }
    let of = |sum: f64| sum / count.max(1) as f64;
    Course { mean_wait: of(waited), abandoned: of(left as f64) }
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng, rngs::SmallRng};

    use super::super::erlang;
    use super::*;

    const SECONDS: f64 = 300.0;

    fn long(places: u32, load: f64, patience: Option<f64>) -> Course {
        let mut dice = SmallRng::seed_from_u64(1);
        let mut exponential = move |mean: f64| (-(1.0 - dice.random::<f64>()).ln() * mean * 1_000.0) as i64;
        let mut now = 0;
        let customers = (0..2_000_000).map(|_| {
            now += exponential(SECONDS / load);
            Customer { arrives: now, work: exponential(SECONDS), patience: patience.map(&mut exponential) }
        });
        first_come(places, 0, customers)
    }

    #[test]
    fn it_gives_the_closed_forms() {
        for (places, load) in [(1, 0.5), (5, 3.5), (20, 16.0)] {
            let exact = SECONDS * erlang::c_wait(places, load).expect("a load below the places");
            let off = long(places, load, None).mean_wait / exact - 1.0;
            assert!(off.abs() < 0.02, "{places} places, load {load}: {off:+.4}");
        }
        let (exact, course) = (erlang::a(10, 11.0, 2.0), long(10, 11.0, Some(2.0 * SECONDS)));
        assert!((course.abandoned / exact.abandoned - 1.0).abs() < 0.01, "{course:?}, {exact:?}");
        assert!((course.mean_wait / (SECONDS * exact.wait) - 1.0).abs() < 0.01, "{course:?}, {exact:?}");
    }

    #[test]
    fn a_few_customers_by_hand() {
        let at = |arrives, work, patience| Customer { arrives, work, patience };
        // One place: the second waits 5 s; the third would wait 12 s and leaves after 3; the fourth waits 4 s.
        let customers =
            [at(0, 10_000, None), at(5_000, 8_000, None), at(6_000, 9_000, Some(3_000)), at(14_000, 1_000, None)];
        let course = first_come(1, 0, customers.into_iter());
        assert_eq!(course, Course { mean_wait: (0.0 + 5.0 + 3.0 + 4.0) / 4.0, abandoned: 0.25 });
        assert_eq!(first_come(3, 0, customers.into_iter()), Course { mean_wait: 0.0, abandoned: 0.0 }, "a place for each");
    }
}
