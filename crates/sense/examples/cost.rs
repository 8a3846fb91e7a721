//! What reading one turn costs: `cargo run --release -p baton-sense --example cost`.
//!
//! One thread, many short rounds, and the median of each turn's times: a busy machine shows in the slow rounds only.

use std::{hint::black_box, time::Instant};

const TURNS: &str = include_str!("../tests/turns.txt");
const ROUNDS: usize = 400;

#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn micros(text: &str) -> f64 {
    let began = Instant::now();
    black_box(baton_sense::sense(black_box(text)));
    began.elapsed().as_secs_f64() * 1e6
}

fn main() {
    let turns: Vec<String> = TURNS.lines().map(|line| line.replace("\\n", "\n")).collect();
    let mut times = vec![Vec::with_capacity(ROUNDS); turns.len()];
    // Turn after turn, not one turn many times: nothing may profit from having just seen the same text.
    for _ in 0..ROUNDS {
        for (turn, times) in turns.iter().zip(&mut times) {
            times.push(micros(turn));
        }
    }
    let mut medians: Vec<f64> = times.into_iter().map(median).collect();
    for (turn, median) in turns.iter().zip(&medians) {
        println!(
            "{median:8.1} µs  {:4} chars  {}",
            turn.chars().count(),
            turn.chars().take(60).collect::<String>().replace('\n', " ")
        );
    }
    medians.sort_by(f64::total_cmp);
    let at = |share: usize| medians[(medians.len() - 1) * share / 100];
    println!("p50 {:.1} µs, p90 {:.1} µs, worst {:.1} µs over {} turns", at(50), at(90), at(100), medians.len());
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
