//! Customer-service intents of insurance, banking and finance (DSTC11, track 2). The task was to find the intents; here
//! they are given.

use baton_sense::fit::{Options, Task};
use serde::Deserialize;

use super::labelled::{Fitted, Labelled, calibration, hold_out};
use crate::bench::{Bench, BenchError, Results, Row, Split, Suite, metrics::Confusion};

pub(crate) const SUITE: Suite = Suite { name: "dstc11_intents", about: "customer-service intents", run };

/// Linear support vector machine over tf-idf n-grams. No supervised result is published.
const BASELINE: f64 = 91.7;

#[derive(Deserialize)]
struct Line {
    utterance: String,
    intent: String,
}

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let train = read(bench, "dstc11_intents/train.jsonl")?;
    let (train, held, note) = match bench.split {
        Split::Test => (train, read(bench, "dstc11_intents/test.jsonl")?, "fitted on train; 70/30 by hash of the text"),
        Split::Dev => {
            let (train, held) = hold_out(train, 4);
            (train, held, "every fourth row of train, by hash, held out")
        }
    };
    let options = Options { bits: 15, cost: 1.0, balance: 0.5, dense: 1.0, ..Options::new(Task::OneOf) };
    let fitted = Fitted::new("dstc11_intents", &train, &held, &options)?;
    results.add(fitted.accuracy("accuracy").baseline(BASELINE).target(94.0).note(note));
    results.add(fitted.macro_f1("macro-F1"));
    let (gold, said) = fitted.decisions();
    for intent in ["DisputeCharge", "FileClaim"] {
        if let Some(l) = fitted.names.iter().position(|n| n == intent) {
            let f1 = Confusion::of(gold.iter().zip(&said).map(|(g, s)| (*g == l, *s == l))).f1();
            results.add(Row::percent(format!("F1 of {intent}"), f1).fitted());
        }
    }
    calibration(results, "best intent", &fitted.confidence(), |row| row.fitted());
    Ok(())
}

fn read(bench: &Bench<'_>, part: &str) -> Result<Vec<Labelled>, BenchError> {
    let lines: Vec<Line> = bench.jsonl(part)?;
    Ok(lines.into_iter().map(|l| Labelled::new(l.utterance, l.intent)).collect())
}
