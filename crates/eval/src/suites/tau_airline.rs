//! Watching a tool agent at work: 200 runs of GPT-4o as an airline's assistant (tau-bench). Which of them fail?
//!
//! Baton sees what a log shows: what is said, which tools are called and what they give, turn by turn, and never the
//! result of the run. *Shipped* is the sequence model of the core. *Fitted* is a logistic head over counts of what
//! happened so far and over the words of both sides, fitted on runs of other tasks. Flags count from the first turn over
//! the threshold; the last turn does not count, since then nothing can be saved.

use baton_core::assess::sequence::{self, Levels, Window};
use baton_model::{Author, Turn};
use baton_sense::logistic::{self, Logistic, Options, Row as Example};

use super::tau::{self, Run};
use crate::bench::{
    Bench, BenchError, Results, Row, Split, Suite,
    columns::{Columns, fold},
    metrics::{auroc, bootstrap, mean},
    talk::Talk,
};

pub(crate) const SUITE: Suite =
    Suite { name: "tau_airline", about: "which runs of a tool agent fail, told while they are under way", run };

/// TF-IDF and counts with a linear model, cross-validated by task over all runs (research survey).
const BASELINE_AUROC: f64 = 0.769;
const FOLDS: usize = 10;
/// What a failure costs that nobody was called for, against a needless call.
const LATE: f64 = 5.0;
const NEEDLESS: f64 = 1.0;
/// Share of good runs that may be flagged.
const FALSE_FLAGS: f64 = 0.2;
const LOOKBACK: usize = 40;

/// A run's scores, one after each turn that is said.
#[derive(Debug, Clone)]
struct Watched {
    failed: bool,
    transferred: bool,
    scores: Vec<f64>,
}

impl Watched {
    fn last(&self) -> f64 {
        self.scores.last().copied().unwrap_or(0.0)
    }

    /// The highest before the last turn.
    fn before_the_end(&self) -> f64 {
        self.scores.split_last().map_or(0.0, |(_, before)| before.iter().copied().fold(0.0, f64::max))
    }
}

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let train = tau::airline(bench, Split::Dev)?;
    let (shipped, fitted, note): (Vec<Watched>, Vec<Watched>, &str) = match bench.split {
        Split::Dev => {
            let others = |k| train.iter().filter(move |r| fold(r.task_id, FOLDS) != k);
            let models: Vec<Logistic> = (0..FOLDS).map(|k| fit(others(k))).collect();
            let fitted = train.iter().map(|r| watched(r, |i| p(&models[fold(r.task_id, FOLDS)], r, i))).collect();
            (train.iter().map(live).collect(), fitted, "ten-fold by task on the train runs")
        }
        Split::Test => {
            let test = tau::airline(bench, Split::Test)?;
            let model = fit(train.iter());
            let fitted = test.iter().map(|r| watched(r, |i| p(&model, r, i))).collect();
            (test.iter().map(live).collect(), fitted, "fitted on the train runs")
        }
    };
    report(&shipped, Row::shipped, "the model in the binary; its weights saw the train runs among others", results);
    report(&fitted, Row::fitted, note, results);
    own_transfers(&shipped, results);
    Ok(())
}

fn watched(run: &Run, score: impl Fn(usize) -> f64) -> Watched {
    let spoken = (0..run.turns.len()).filter(|&i| run.turns[i].is_said());
    Watched { failed: !run.success, transferred: run.transfer_turn.is_some(), scores: spoken.map(score).collect() }
}

/// As the core sees it, live.
fn live(run: &Run) -> Watched {
    let mut talk = Talk::default();
    let mut upto = Vec::new();
    let mut called = "";
    for said in &run.turns {
        called = said.calls.last().map_or(called, |call| call.name.as_str());
        match said.role.as_str() {
            "customer" => talk.add(Author::Customer, said.text()),
            "tool" => talk.add(Author::Tool { name: called.into(), ok: said.worked() }, ""),
            _ if !said.text().is_empty() => talk.add(Author::AiAgent, said.text()),
            _ => {}
        }
        upto.push(talk.turns.len());
    }
    watched(run, |i| {
        let window: Vec<&Turn> = talk.turns[..upto[i]].iter().rev().take(LOOKBACK).rev().collect();
        f64::from(sequence::shipped().read(&Levels::of(&Window::of(window))).failing)
    })
}

fn fit<'r>(runs: impl Iterator<Item = &'r Run>) -> Logistic {
    let mut rows = Vec::new();
    for run in runs {
        let spoken: Vec<usize> = (0..run.turns.len()).filter(|&i| run.turns[i].is_said()).collect();
        // Every run counts as one, its later turns as much as its end.
        let late = &spoken[spoken.len() / 2..];
        for &i in late {
            let target = f32::from(u8::from(!run.success));
            rows.push(Example { columns: columns(&run.turns[..=i]), target, weight: 1.0 / late.len() as f32 });
        }
    }
    logistic::fit(&rows, &Options { rounds: 60, ..Options::new(Columns::COUNT, 3.0) })
}

fn p(model: &Logistic, run: &Run, turn: usize) -> f64 {
    f64::from(model.probability(&columns(&run.turns[..=turn])))
}

const WRITES: [&str; 6] = ["book_", "cancel_", "update_", "send_", "modify_", "exchange_"];

fn columns(turns: &[tau::Turn]) -> Vec<(u32, f32)> {
    let mut c = Columns::default();
    let calls: Vec<&tau::Call> = turns.iter().flat_map(|t| &t.calls).collect();
    let by = |role: &str| turns.iter().filter(|t| t.role == role).filter_map(|t| t.text.as_deref()).collect::<Vec<_>>();
    let customer = by("customer");
    let agent: Vec<&str> =
        turns.iter().filter(|t| t.role != "customer" && t.is_said()).filter_map(|t| t.text.as_deref()).collect();
    let writes = calls.iter().filter(|c| WRITES.iter().any(|w| c.name.starts_with(w))).count();
    let amount = |n: usize| (1.0 + n as f32).ln();
    c.add("length", amount(turns.len()) / 3.0);
    c.add("turns of the customer", amount(customer.len()) / 2.0);
    c.add("calls", amount(calls.len()) / 2.0);
    c.add("writes", amount(writes));
    c.flag("no write", writes == 0);
    c.flag("several writes", writes > 1);
    let errors = turns.iter().filter(|t| t.role == "tool" && !t.worked()).count();
    c.add("errors", amount(errors) * 1.5);
    let mut seen: Vec<(&str, &str)> = calls.iter().map(|c| (c.name.as_str(), c.arguments.as_str())).collect();
    seen.sort_unstable();
    let all = seen.len();
    seen.dedup();
    c.add("calls again", amount(all - seen.len()));
    for call in &calls {
        c.add(("calls", &call.name), 0.7);
    }
    for text in &customer {
        words(text, "customer", &mut c);
    }
    for text in &agent {
        words(text, "agent", &mut c);
    }
    let length = |texts: &[&str]| texts.iter().map(|t| t.len()).sum::<usize>() as f32 / texts.len().max(1) as f32;
    c.add("long turns of the customer", length(&customer) / 400.0);
    c.add("long turns of the agent", length(&agent) / 800.0);
    c.done()
}

/// Words and pairs, small against the counts.
fn words(text: &str, role: &str, c: &mut Columns) {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|ch: char| !ch.is_alphabetic() && ch != '\'').filter(|w| !w.is_empty()).collect();
    for w in &words {
        c.add((role, w), 0.1);
    }
    for pair in words.windows(2) {
        c.add((role, pair), 0.1);
    }
}

fn report(runs: &[Watched], mode: fn(Row) -> Row, note: &str, results: &mut Results) {
    let units = runs.len();
    let all: Vec<usize> = (0..units).collect();
    let area = |s: &[usize]| auroc(&s.iter().map(|&i| (runs[i].failed, runs[i].last())).collect::<Vec<_>>());
    let row = Row::new("AUROC of a failed run", area(&all), "").interval(bootstrap(units, area)).n(units);
    results.add(mode(row.target(0.85).baseline(BASELINE_AUROC).note(note)));

    let flagged = |s: &[usize]| {
        let threshold = false_flag_threshold(&s.iter().map(|&i| &runs[i]).collect::<Vec<_>>());
        let failed = s.iter().filter(|&&i| runs[i].failed);
        mean(&failed.map(|&i| f64::from(u8::from(runs[i].before_the_end() > threshold))).collect::<Vec<_>>())
    };
    let row = Row::percent("failed runs flagged before the last turn", flagged(&all)).interval(bootstrap(units, flagged));
    let failures = runs.iter().filter(|r| r.failed).count();
    results.add(mode(
        row.target(60.0).n(failures).note("at the threshold that flags 20% of the good runs before their last turn"),
    ));

    let threshold = NEEDLESS / (NEEDLESS + LATE);
    let cost = |s: &[usize]| cost(s.iter().map(|&i| (runs[i].failed, runs[i].before_the_end() >= threshold)));
    let row = Row::new("cost per run", cost(&all), "").interval(bootstrap(units, cost)).n(units);
    results.add(mode(
        Row { lower_is_better: true, ..row }.note("a late call 5, a needless one 1; flagged from probability 1/6 on"),
    ));
    let mut order: Vec<&Watched> = runs.iter().collect();
    order.sort_by(|a, b| a.last().total_cmp(&b.last()));
    let coverage = (1..=order.len()).map(|n| {
        let wrong = order[..n].iter().filter(|r| r.failed).count();
        (n as f64 / order.len() as f64, wrong as f64 / n as f64)
    });
    let title = if note.contains("binary") { "Risk against coverage, shipped" } else { "Risk against coverage, fitted" };
    results.curve(title, "share of runs left to the AI", "share of them that fail", coverage.collect(), false);
}

/// Above it lies a fifth of the good runs.
fn false_flag_threshold(runs: &[&Watched]) -> f64 {
    let mut good: Vec<f64> = runs.iter().filter(|r| !r.failed).map(|r| r.before_the_end()).collect();
    good.sort_by(|a, b| b.total_cmp(a));
    good.get((good.len() as f64 * FALSE_FLAGS) as usize).copied().unwrap_or(0.0)
}

fn cost(runs: impl Iterator<Item = (bool, bool)>) -> f64 {
    let each = runs.map(|(failed, called)| match (failed, called) {
        (true, false) => LATE,
        (false, true) => NEEDLESS,
        _ => 0.0,
    });
    mean(&each.collect::<Vec<_>>())
}

/// What the agent itself did, and the two policies that look at nothing.
fn own_transfers(runs: &[Watched], results: &mut Results) {
    let failed: Vec<&Watched> = runs.iter().filter(|r| r.failed).collect();
    let caught = failed.iter().filter(|r| r.transferred).count();
    let share = caught as f64 / failed.len().max(1) as f64;
    results
        .add(Row::percent("failed runs that the agent itself handed over", share).n(failed.len()).note("at its last turn"));
    for (name, called) in
        [("the agent's own transfers", None), ("never calling", Some(false)), ("always calling", Some(true))]
    {
        let value = cost(runs.iter().map(|r| (r.failed, called.unwrap_or(r.transferred))));
        results.add(Row { lower_is_better: true, ..Row::new(format!("cost per run, {name}"), value, "") }.n(runs.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(failed: bool, scores: &[f64]) -> Watched {
        Watched { failed, transferred: false, scores: scores.to_vec() }
    }

    #[test]
    fn the_last_turn_is_too_late_for_a_flag() {
        let r = watched(true, &[0.1, 0.4, 0.9]);
        assert_eq!((r.before_the_end(), r.last()), (0.4, 0.9));
    }

    #[test]
    fn a_fifth_of_the_good_runs_lies_above_the_threshold() {
        let runs: Vec<Watched> = (0..10).map(|i| watched(false, &[f64::from(i) / 10.0, 1.0])).collect();
        let threshold = false_flag_threshold(&runs.iter().collect::<Vec<_>>());
        assert_eq!(runs.iter().filter(|r| r.before_the_end() > threshold).count(), 2);
    }

    #[test]
    fn a_late_call_costs_more_than_a_needless_one() {
        assert_eq!(cost([(true, false), (false, true), (true, true), (false, false)].into_iter()), 1.5);
    }
}
