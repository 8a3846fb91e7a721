//! The real clock: the only place in the product that asks the machine for the time or for randomness of inputs.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering},
};

use baton_model::Timestamp;
use baton_ports::Clock;

/// Seeds are a counter from a random start: fresh in this process, unrelated between processes. Never used for secrets.
#[derive(Debug)]
pub struct SystemClock {
    next_seed: AtomicU64,
}

impl SystemClock {
    pub fn new() -> io::Result<Self> {
        let mut start = [0; 8];
        getrandom::fill(&mut start).map_err(|e| io::Error::other(format!("no randomness from the system: {e}")))?;
        Ok(Self { next_seed: AtomicU64::new(u64::from_le_bytes(start)) })
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the port that everybody else must use")]
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(
            std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX)),
        )
    }

    fn seed(&self) -> u64 {
        // Ids are drawn by adding the golden ratio and mixing, so neighbouring seeds must not differ by it.
        self.next_seed.fetch_add(0xd1b5_4a32_d192_ed03, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_differ_and_the_time_is_of_this_century() {
        let clock = SystemClock::new().unwrap();
        assert_ne!(clock.seed(), clock.seed());
        assert_ne!(clock.seed(), SystemClock::new().unwrap().seed());
        assert!(clock.now() > Timestamp::from_millis(1_600_000_000_000));
    }
}
