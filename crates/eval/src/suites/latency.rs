//! What reading one turn costs: every detector of `sense`, one thread, the turns of TweetSumm.
//!
//! Warm: every turn is read several times in the order of the dialogues, and its median time counts, so that a busy
//! machine shows little; p50 and p99 are over turns. Cold: the very first call, which builds every table and automaton. The
//! only suite whose numbers change from run to run.

use std::{hint::black_box, time::Instant};

use serde::Deserialize;

use crate::bench::{Bench, BenchError, Results, Row, Split, Suite};

pub(crate) const SUITE: Suite = Suite { name: "latency", about: "time per turn of all detectors on one core", run };

const ROUNDS: usize = 9;
const TURNS: usize = 4_000;

#[derive(Debug, Deserialize)]
struct Dialogue {
    turns: Vec<Turn>,
}

#[derive(Debug, Deserialize)]
struct Turn {
    text: String,
}

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let part = if bench.split == Split::Dev { "tweetsumm/valid.jsonl" } else { "tweetsumm/test.jsonl" };
    let dialogues: Vec<Dialogue> = bench.jsonl(part)?;
    let texts: Vec<&str> = dialogues.iter().flat_map(|d| &d.turns).map(|t| t.text.as_str()).take(TURNS).collect();
    let Some(first) = texts.first() else { return Ok(()) };
    let cold = micros(first);
    let mut times = vec![Vec::with_capacity(ROUNDS); texts.len()];
    for _ in 0..ROUNDS {
        for (text, times) in texts.iter().zip(&mut times) {
            times.push(micros(text));
        }
    }
    let mut medians: Vec<f64> = times.iter_mut().map(|all| quantile(all, 50)).collect();
    results.add(Row::new("p50 warm", quantile(&mut medians, 50), "us").shipped().at_most(50.0).n(texts.len()));
    results.add(Row::new("p99 warm", quantile(&mut medians, 99), "us").shipped().at_most(500.0).n(texts.len()));
    let mut single: Vec<f64> = times.iter().flatten().copied().collect();
    results.add(Row::new("p99 of single calls", quantile(&mut single, 99), "us").shipped().n(single.len()));
    let note = "tables and automata are built; once per process, and only if no suite ran before";
    results.add(Row::new("first call", cold, "us").shipped().n(1).note(note));
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a measurement of time")]
fn micros(text: &str) -> f64 {
    let began = Instant::now();
    black_box(baton_sense::sense(black_box(text)));
    began.elapsed().as_secs_f64() * 1e6
}

/// Nearest rank; sorts.
fn quantile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get((values.len().saturating_sub(1)) * percent / 100).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_the_sorted() {
        assert_eq!(quantile(&mut [3.0, 1.0, 2.0], 50), 2.0);
        assert_eq!(quantile(&mut [], 99), 0.0);
    }
}
