//! BETOLD: real calls to a phone assistant that books appointments. Will the caller soon demand a person, or hang up?
//!
//! Text was removed: a turn is an intent with its entities. Fitted: a logistic head and boosted trees, in equal parts, over
//! which intents and entities occurred how often, which followed which, how the call stands at its end, and what repeats. The official training part
//! is not obtainable: one eighth of it (the validation part) is all that is fitted on. After half of the turns means that
//! both fitting and scoring see the first half of each call only.

use std::collections::BTreeMap;

use baton_sense::logistic::{self, Logistic, Options, Row as Example};
use serde::Deserialize;

use crate::bench::{
    Bench, BenchError, Results, Row, Split, Suite,
    columns::{Columns, fold},
    metrics::{Confusion, auroc, best_f1, bootstrap, calibration_error, reliability},
    trees::{self, Trees},
};

pub(crate) const SUITE: Suite =
    Suite { name: "betold", about: "real callers who will demand a person or hang up, from the course of the call", run };

/// TF-IDF of intents and a linear model, fitted on the validation part, on the test part (research survey).
const BASELINE_F1: f64 = 78.1;
const BASELINE_AUROC: f64 = 0.926;
const FOLDS: usize = 10;
/// Of what is fitted: each says for itself where the line lies for the others.
const PARTS: usize = 3;

#[derive(Debug, Deserialize)]
pub(super) struct Call {
    #[serde(rename = "LUHF")]
    label: String,
    pub(super) utterances_annotations: Vec<Turn>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Turn {
    /// `nlg`: the assistant; `nlu`: the caller.
    pub(super) caller_name: String,
    pub(super) intent: String,
    #[serde(default)]
    entities: Vec<Entity>,
}

#[derive(Debug, Deserialize)]
struct Entity {
    entity: String,
}

impl Call {
    pub(super) fn leaves(&self) -> bool {
        self.label == "luhf"
    }

    fn first_half(&self) -> &[Turn] {
        &self.utterances_annotations[..self.utterances_annotations.len().div_ceil(2)]
    }
}

/// A call's label, its score, and whether that is over the line.
type Scored = (bool, f64, bool);

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let valid: Vec<Call> = bench.json("betold/BETOLD_valid.json")?;
    let test: Option<Vec<Call>> = match bench.split {
        Split::Dev => None,
        Split::Test => Some(bench.json("betold/BETOLD_test.json")?),
    };
    let scores = |part: fn(&Call) -> &[Turn]| match &test {
        Some(test) => {
            let model = Model::fit(&valid.iter().collect::<Vec<_>>(), part);
            test.iter().map(|c| model.score(c, part)).collect::<Vec<Scored>>()
        }
        None => {
            let others = |k| valid.iter().enumerate().filter(move |(i, _)| fold(*i, FOLDS) != k).map(|(_, c)| c);
            let models: Vec<Model> = (0..FOLDS).map(|k| Model::fit(&others(k).collect::<Vec<_>>(), part)).collect();
            valid.iter().enumerate().map(|(i, c)| models[fold(i, FOLDS)].score(c, part)).collect()
        }
    };
    let note = match bench.split {
        Split::Dev => "ten-fold on the validation part",
        Split::Test => "fitted on the validation part, one eighth of the official training data",
    };
    let whole = scores(|c| &c.utterances_annotations);
    let units = whole.len();
    let all: Vec<usize> = (0..units).collect();
    let f1 = |s: &[usize]| Confusion::of(s.iter().map(|&i| (whole[i].0, whole[i].2))).f1();
    let area = |of: &[Scored], s: &[usize]| auroc(&s.iter().map(|&i| (of[i].0, of[i].1)).collect::<Vec<_>>());
    let row = Row::percent("F1", f1(&all)).interval(bootstrap(units, f1)).fitted().n(units);
    results.add(row.target(82.0).baseline(BASELINE_F1).note(format!("{note}; threshold from what was fitted")));
    let auroc_row = |name: &str, of: &[Scored]| {
        Row::new(name, area(of, &all), "").interval(bootstrap(units, |s| area(of, s))).fitted().n(units)
    };
    results.add(auroc_row("AUROC", &whole).target(0.94).baseline(BASELINE_AUROC).note(note));
    results.add(auroc_row("AUROC after half of the turns", &scores(Call::first_half)).note(note));
    let pairs: Vec<(bool, f64)> = whole.iter().map(|s| (s.0, s.1)).collect();
    results.add(Row::percent("calibration error", calibration_error(&pairs)).fitted().n(units));
    let points = reliability(&pairs).iter().map(|b| (b.said, b.was)).collect();
    results.curve("How sure against how often true", "probability", "share of calls that fail", points, true);
    Ok(())
}

struct Pair {
    head: Logistic,
    trees: Trees,
}

impl Pair {
    fn fit(rows: &[Example]) -> Self {
        let options = Options { rounds: 80, ..Options::new(Columns::COUNT, 10.0) };
        let shape = trees::Options { trees: 150, depth: 3, rate: 0.1, least: 8 };
        Self { head: logistic::fit(rows, &options), trees: Trees::fit(rows, Columns::COUNT, &shape) }
    }

    fn probability(&self, columns: &[(u32, f32)]) -> f64 {
        let margin = (f64::from(self.head.margin(columns)) + self.trees.margin(columns)) / 2.0;
        1.0 / (1.0 + (-margin).exp())
    }
}

struct Model {
    pair: Pair,
    threshold: f64,
}

impl Model {
    fn fit(calls: &[&Call], part: fn(&Call) -> &[Turn]) -> Self {
        let rows: Vec<Example> = calls
            .iter()
            .map(|c| Example { columns: columns(part(c)), target: f32::from(u8::from(c.leaves())), weight: 1.0 })
            .collect();
        let held: Vec<(bool, f64)> = (0..PARTS)
            .flat_map(|k| {
                let (out, used): (Vec<_>, Vec<_>) = rows.iter().enumerate().partition(|(i, _)| fold(*i, PARTS) == k);
                let pair = Pair::fit(&used.into_iter().map(|(_, r)| r.clone()).collect::<Vec<_>>());
                let score = |(_, r): (usize, &Example)| (r.target > 0.5, pair.probability(&r.columns));
                out.into_iter().map(score).collect::<Vec<_>>()
            })
            .collect();
        Self { threshold: best_f1(&held).1, pair: Pair::fit(&rows) }
    }

    fn score(&self, call: &Call, part: fn(&Call) -> &[Turn]) -> Scored {
        let p = self.pair.probability(&columns(part(call)));
        (call.leaves(), p, p >= self.threshold)
    }
}

fn columns(turns: &[Turn]) -> Vec<(u32, f32)> {
    let mut c = Columns::default();
    let back = |k: usize| turns.len().checked_sub(k).map_or("^", |i| turns[i].intent.as_str());
    let by = |who: &str| turns.iter().filter(|t| t.caller_name == who).map(|t| t.intent.as_str()).collect::<Vec<_>>();
    let (assistant, caller) = (by("nlg"), by("nlu"));
    let last = turns.last();
    let speaker = last.map_or("^", |t| t.caller_name.as_str());

    let intents = count(turns.iter().map(|t| t.intent.as_str()));
    for (intent, n) in &intents {
        for least in [1, 2, 3, 5].into_iter().filter(|k| n >= k) {
            c.add(("intent", least, intent), 1.0);
        }
        c.add(("intent when last speaks", speaker, intent, n.min(&3)), 0.4);
    }
    for ((who, entity), n) in
        count(turns.iter().flat_map(|t| t.entities.iter().map(|e| (t.caller_name.as_str(), e.entity.as_str()))))
    {
        for least in [1, 2, 4].into_iter().filter(|&k| n >= k) {
            c.add(("entity", least, who, entity), 0.7);
        }
    }
    for (pair, n) in count(turns.windows(2).map(|w| (w[0].intent.as_str(), w[1].intent.as_str()))) {
        c.add(("follows", pair), 0.5 * n as f32);
    }

    // How it stands.
    c.add(("speaker", speaker), 1.0);
    for k in 1..=3 {
        c.add(("back", k, back(k)), 1.0);
    }
    c.add(("end", back(1), back(2)), 1.0);
    c.add(("end", back(1), back(2), back(3)), 1.0);
    c.add(("around", back(1), back(3)), 1.0);
    c.add(("end", back(1), back(2), back(3), back(4)), 0.7);
    let entities: Vec<&str> = last.into_iter().flat_map(|t| t.entities.iter().map(|e| e.entity.as_str())).collect();
    c.add(("end with", back(1), entities), 0.7);
    let (said, heard) = (assistant.last(), caller.last());
    c.add(("assistant last", said), 1.0);
    c.add(("caller last", heard), 1.0);
    c.add(("both last", said, heard, speaker), 1.0);
    for (k, t) in turns.iter().rev().enumerate().take(8) {
        c.add(("late", &t.intent), 0.6);
        c.add(("how late", &t.intent), 0.8 * 0.85f32.powi(k as i32));
    }

    // How long, and what repeats.
    c.add(("length", (turns.len() / 4).min(10)), 1.0);
    c.add(("length", (turns.len() / 4).min(10), speaker), 1.0);
    for least in [8, 10, 12, 16, 20, 24, 28, 32, 40, 50].into_iter().filter(|&k| turns.len() >= k) {
        c.add(("at least", least), 0.7);
        c.add(("at least", least, speaker), 0.7);
    }
    c.add("long", (1.0 + turns.len() as f32).ln() / 3.0);
    c.add(("again", assistant.windows(2).filter(|w| w[0] == w[1]).count().min(4)), 1.0);
    c.add(("most often", count(assistant.iter().copied()).values().max().copied().unwrap_or(0).min(6)), 1.0);
    c.add(("negated", intents.get("negate").copied().unwrap_or(0).min(4)), 1.0);
    c.done()
}

fn count<T: Ord>(items: impl Iterator<Item = T>) -> BTreeMap<T, usize> {
    let mut counts = BTreeMap::new();
    for item in items {
        *counts.entry(item).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(label: &str, turns: &[(&str, &str)]) -> Call {
        let turn = |&(who, intent): &(&str, &str)| Turn { caller_name: who.into(), intent: intent.into(), entities: vec![] };
        Call { label: label.into(), utterances_annotations: turns.iter().map(turn).collect() }
    }

    #[test]
    fn half_of_a_call_is_its_beginning() {
        let c = call("luhf", &[("nlg", "a"), ("nlu", "b"), ("nlg", "c")]);
        assert_eq!(c.first_half().iter().map(|t| t.intent.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn a_loop_that_ends_badly_is_learnt() {
        let bad = |_| {
            call("luhf", &[("nlg", "propose"), ("nlu", "negate"), ("nlg", "propose"), ("nlu", "negate"), ("nlg", "propose")])
        };
        let good = |_| call("not_luhf", &[("nlg", "propose"), ("nlu", "confirm"), ("nlg", "goodbye")]);
        let calls: Vec<Call> = (0..30).map(bad).chain((0..30).map(good)).collect();
        let whole: fn(&Call) -> &[Turn] = |c| &c.utterances_annotations;
        let model = Model::fit(&calls.iter().collect::<Vec<_>>(), whole);
        assert!(model.score(&bad(0), whole).2 && !model.score(&good(0), whole).2);
    }
}
