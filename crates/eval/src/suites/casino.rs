//! CaSiNo (Chawla et al., 2021): strategies in negotiations about camping supplies, any number of them an utterance.

use baton_sense::fit::{Options, Task};
use serde::Deserialize;

use super::labelled::{Fitted, Labelled, hold_out};
use crate::bench::{Bench, BenchError, Results, Row, Split, Suite, metrics::bootstrap};

pub(crate) const SUITE: Suite = Suite { name: "casino_strategies", about: "strategies of negotiation", run };

/// Linear model over tf-idf n-grams: macro-F1; all labels of an utterance right.
const BASELINE: [f64; 2] = [58.9, 48.8];

#[derive(Deserialize)]
struct Dialogue {
    #[serde(default)]
    strategy_annotations: Option<Vec<Annotation>>,
}

#[derive(Deserialize)]
struct Annotation {
    text: String,
    labels: Vec<String>,
}

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let mut train = read(bench, "casino/train.jsonl")?;
    let valid = read(bench, "casino/valid.jsonl")?;
    let (held, note) = match bench.split {
        Split::Test => {
            train.extend(valid);
            (read(bench, "casino/test.jsonl")?, "fitted on train and valid")
        }
        Split::Dev => {
            let (fitted, held) = hold_out(train, 5);
            train = fitted;
            (held, "every fifth dialogue of train, by hash, held out: valid has 7 annotated ones")
        }
    };
    let (train, held): (Vec<Labelled>, Vec<Labelled>) = (train.concat(), held.concat());
    let options = Options { bits: 15, cost: 0.3, balance: 0.3, ..Options::new(Task::AnyOf) };
    let fitted = Fitted::new("casino", &train, &held, &options)?;
    let row = fitted.macro_f1_any("macro-F1, 10 labels", |_| true);
    results.add(row.baseline(BASELINE[0]).target(63.0).note(note));
    results.add(fitted.macro_f1_any("macro-F1, without non-strategic", |label| label != "non-strategic"));
    let whole: Vec<bool> =
        (0..held.len()).map(|i| (0..fitted.names.len()).all(|l| fitted.says(i, l) == fitted.gold[i].contains(&l))).collect();
    let share = |drawn: &[usize]| drawn.iter().filter(|&&i| whole[i]).count() as f64 / drawn.len().max(1) as f64;
    let all: Vec<usize> = (0..whole.len()).collect();
    let row = Row::percent("joint accuracy", share(&all)).interval(bootstrap(all.len(), share));
    results.add(row.n(all.len()).fitted().baseline(BASELINE[1]));
    Ok(())
}

/// The annotated utterances, by dialogue.
fn read(bench: &Bench<'_>, part: &str) -> Result<Vec<Vec<Labelled>>, BenchError> {
    let dialogues: Vec<Dialogue> = bench.jsonl(part)?;
    let utterances = |annotations: Vec<Annotation>| {
        let mut before = String::new();
        let labelled = annotations.into_iter().map(|a| {
            let context = vec![std::mem::replace(&mut before, a.text.clone())];
            Labelled { text: a.text, labels: a.labels, context }
        });
        labelled.collect()
    };
    Ok(dialogues.into_iter().filter_map(|d| d.strategy_annotations).map(utterances).collect())
}
