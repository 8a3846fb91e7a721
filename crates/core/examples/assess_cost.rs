//! What assessing a turn costs: `cargo run --release -p baton-core --example assess_cost`.
//!
//! One thread, many short rounds, and the median: a busy machine shows in the slow rounds only.

#[path = "../tests/dialogue/mod.rs"]
mod dialogue;

use std::{hint::black_box, time::Instant};

const ROUNDS: usize = 2_000;

#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn main() {
    let (policy, facts) = (dialogue::policy(), dialogue::facts());
    for (conversation, _) in dialogue::told(&policy, &facts) {
        let mut times: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let began = Instant::now();
                black_box(dialogue::see(&policy, black_box(&conversation), &facts));
                began.elapsed().as_secs_f64() * 1e6
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!("{:6.1} µs for turn {}", times[ROUNDS / 2], conversation.turns.len());
    }
}
