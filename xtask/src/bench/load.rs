//! The load generator: threads with one kept connection each.
//!
//! *Closed loop*: each connection sends its next turn when the last was answered; this finds the throughput. *Open loop*:
//! turns are due at fixed times whatever the server does, and a latency counts from the due time; a stall is thereby felt
//! by every turn that should have been sent meanwhile.

use std::{
    net::SocketAddr,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::client::Client;

/// Latencies in microseconds.
#[derive(Debug, Default, Clone)]
pub(crate) struct Latencies(Vec<u32>);

impl Latencies {
    pub(crate) fn push(&mut self, latency: Duration) {
        self.0.push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn extend(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    /// A quantile in milliseconds (nearest rank).
    pub(crate) fn quantile(&self, q: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = ((q * sorted.len() as f64).ceil() as usize).clamp(1, sorted.len().max(1));
        sorted.get(rank - 1).map_or(f64::NAN, |us| f64::from(*us) / 1000.0)
    }
}

/// Conversations that turns are spread over, so that none grows longer than conversations do.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) key: String,
    pub(crate) conversations: Vec<String>,
    next: AtomicU64,
}

const TEXTS: [&str; 8] = [
    "Hello, I have a question about my order 4711.",
    "When will the blue jacket be in stock again?",
    "Could you tell me how the delivery to Graz works?",
    "I would like to change the address of my account.",
    "Which sizes do you have for the running shoes?",
    "Is there a receipt for the purchase of last week?",
    "What is the weight of the large tent?",
    "Can I add a second lamp to the order?",
];

impl Target {
    /// Opens conversations over several connections.
    pub(crate) fn open(address: SocketAddr, key: &str, count: usize) -> Result<Self> {
        let opened = Mutex::new(Vec::with_capacity(count));
        let turn = AtomicU64::new(0);
        thread::scope(|scope| -> Result<()> {
            let threads: Vec<_> = (0..16)
                .map(|_| {
                    scope.spawn(|| -> Result<()> {
                        let mut client = Client::new(address, key);
                        loop {
                            let n = turn.fetch_add(1, Ordering::Relaxed);
                            if n >= count as u64 {
                                return Ok(());
                            }
                            let body = json!({ "channel": "chat", "ai_mode": "external", "customer": { "name": format!("Customer {n}") } });
                            let answer = client.post("/v1/conversations", &format!("open-{n}"), &body.to_string())?.ok()?.json()?;
                            let id = answer["conversation"]["id"].as_str().context("no conversation id in the answer")?;
                            opened.lock().map_err(|_| anyhow::anyhow!("poisoned"))?.push(id.to_owned());
                        }
                    })
                })
                .collect();
            for thread in threads {
                thread.join().map_err(|_| anyhow::anyhow!("a thread panicked"))??;
            }
            Ok(())
        })?;
        let conversations = opened.into_inner().map_err(|_| anyhow::anyhow!("poisoned"))?;
        Ok(Self { address, key: key.to_owned(), conversations, next: AtomicU64::new(0) })
    }

    fn send(&self, client: &mut Client) -> Result<()> {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        let conversation = &self.conversations[n as usize % self.conversations.len()];
        let text = TEXTS[(n as usize / self.conversations.len() + n as usize) % TEXTS.len()];
        let body = format!(r#"{{"role":"customer","text":"{text}"}}"#);
        client.post(&format!("/v1/conversations/{conversation}/turns"), &format!("turn-{n}"), &body)?.ok()?;
        Ok(())
    }
}

/// What a run of either kind saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) latencies: Latencies,
    /// Turns answered in each whole second.
    pub(crate) per_second: Vec<u64>,
    pub(crate) errors: u64,
    pub(crate) first_error: Option<String>,
    pub(crate) took: Duration,
}

impl Seen {
    pub(crate) fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.took.as_secs_f64().max(1e-9)
    }

    /// An error would be a turn that cost nothing.
    pub(crate) fn without_errors(self) -> Result<Self> {
        match &self.first_error {
            Some(error) => bail!("{} turns failed; the first: {error}", self.errors),
            None => Ok(self),
        }
    }
}

pub(crate) fn closed(target: &Target, connections: usize, lasts: Duration) -> Result<Seen> {
    let began = Instant::now();
    drive(target, connections, began, |_| (began.elapsed() < lasts).then(Instant::now))
}

pub(crate) fn open(target: &Target, connections: usize, rate: u32, lasts: Duration) -> Result<Seen> {
    let began = Instant::now();
    let total = u64::from(rate) * lasts.as_secs();
    let arrivals = AtomicU64::new(0);
    drive(target, connections, began, |_| {
        let n = arrivals.fetch_add(1, Ordering::Relaxed);
        if n >= total {
            return None;
        }
        let due = began + Duration::from_nanos(n * 1_000_000_000 / u64::from(rate));
        thread::sleep(due.saturating_duration_since(Instant::now()));
        Some(due)
    })
}

/// Runs threads until `due` has no more turns; it gives the time that the next turn's latency counts from.
fn drive(
    target: &Target,
    connections: usize,
    began: Instant,
    due: impl Fn(usize) -> Option<Instant> + Sync,
) -> Result<Seen> {
    let mut all = Seen::default();
    let results: Vec<thread::Result<Seen>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..connections)
            .map(|index| {
                let due = &due;
                scope.spawn(move || {
                    sleep_exactly();
                    let mut client = Client::new(target.address, &target.key);
                    let mut seen = Seen::default();
                    while let Some(from) = due(index) {
                        match target.send(&mut client) {
                            Ok(()) => {
                                let now = Instant::now();
                                seen.latencies.push(now - from);
                                let second = (now - began).as_secs() as usize;
                                if seen.per_second.len() <= second {
                                    seen.per_second.resize(second + 1, 0);
                                }
                                seen.per_second[second] += 1;
                            }
                            Err(error) => {
                                seen.errors += 1;
                                seen.first_error.get_or_insert(format!("{error:#}"));
                                if seen.errors > 100 {
                                    break;
                                }
                            }
                        }
                    }
                    seen
                })
            })
            .collect();
        threads.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    all.took = began.elapsed();
    for result in results {
        let seen = result.map_err(|_| anyhow::anyhow!("a load thread panicked"))?;
        all.latencies.extend(&seen.latencies);
        all.errors += seen.errors;
        all.first_error = all.first_error.or(seen.first_error);
        if all.per_second.len() < seen.per_second.len() {
            all.per_second.resize(seen.per_second.len(), 0);
        }
        for (sum, n) in all.per_second.iter_mut().zip(&seen.per_second) {
            *sum += n;
        }
    }
    // The last second is a part of one.
    if all.per_second.len() > 1 {
        all.per_second.pop();
    }
    all.without_errors()
}

/// Asks the kernel for wake-ups on time: by default a sleeper wakes 50 us late, which would be counted as the server's.
fn sleep_exactly() {
    if let Ok(me) = std::fs::read_link("/proc/thread-self")
        && let Some(id) = me.file_name()
    {
        // Where it is not allowed, the figures are 50 us worse and still true.
        let _ = std::fs::write(std::path::Path::new("/proc").join(id).join("timerslack_ns"), "1");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_nearest_rank_in_milliseconds() {
        let mut seen = Latencies::default();
        for ms in 1..=100 {
            seen.push(Duration::from_millis(ms));
        }
        assert_eq!((seen.quantile(0.5), seen.quantile(0.99), seen.quantile(1.0)), (50.0, 99.0, 100.0));
        assert!(Latencies::default().quantile(0.5).is_nan());
    }
}
