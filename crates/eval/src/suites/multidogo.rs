//! MultiDoGO (Peskov et al., 2019): intents of customers' turns in six domains.

use std::collections::BTreeMap;

use baton_sense::fit::{Options, Task};

use super::labelled::{Fitted, Labelled, calibration};
use crate::bench::{
    Bench, BenchError, Results, Row, Split, Suite, Table,
    metrics::{Confusion, mean},
};

pub(crate) const SUITE: Suite =
    Suite { name: "multidogo_intents", about: "intents of customers' turns in six domains", run };

pub(super) const DOMAINS: [&str; 6] = ["airline", "fastfood", "finance", "insurance", "media", "software"];
/// The accuracy of a linear support vector machine over tf-idf n-grams. Nothing published was found.
const BASELINES: [f64; 6] = [89.9, 88.6, 93.4, 95.3, 94.2, 90.6];
/// The part that is fitted on.
pub(super) const TRAIN: &str = "train";
const BASELINE_MEAN: f64 = 92.0;

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let mut rows = Vec::new();
    for (domain, baseline) in DOMAINS.into_iter().zip(BASELINES) {
        let train = labelled(&turns(bench, domain, TRAIN)?)?;
        let held = labelled(&turns(bench, domain, scored(bench))?)?;
        let options = Options { bits: 15, cost: 0.3, dense: 1.0, ..Options::new(Task::OneOf) };
        let fitted = Fitted::new("multidogo", &train, &held, &options)?;
        rows.push(fitted.accuracy(&format!("accuracy, {domain}")).baseline(baseline));
        if domain == "finance" {
            let (gold, said) = fitted.decisions();
            let l = fitted.names.iter().position(|n| n == "disputecharge");
            let f1 = Confusion::of(gold.iter().zip(&said).map(|(g, s)| (Some(*g) == l, Some(*s) == l))).f1();
            results.add(Row::percent("F1 of disputecharge", f1).fitted().target(93.0));
            calibration(results, "best intent, finance", &fitted.confidence(), Row::fitted);
        }
    }
    let average = mean(&rows.iter().map(|r| r.value / 100.0).collect::<Vec<_>>());
    let note = "each turn alone: what was said before added a point in one domain and nothing in another";
    results.add(Row::percent("accuracy, mean", average).fitted().baseline(BASELINE_MEAN).target(93.5).note(note));
    rows.into_iter().for_each(|row| results.add(row));
    Ok(())
}

fn labelled(table: &Table) -> Result<Vec<Labelled>, BenchError> {
    Ok(table.columns(["utterance", "intent"])?.into_iter().map(|[text, label]| Labelled::new(text, label)).collect())
}

/// The part that is scored.
pub(super) fn scored(bench: &Bench<'_>) -> &'static str {
    match bench.split {
        Split::Dev => "dev",
        Split::Test => "test",
    }
}

/// Customers' turns of a domain.
pub(super) fn turns(bench: &Bench<'_>, domain: &str, part: &str) -> Result<Table, BenchError> {
    bench.tsv(&format!("multidogo/turn_level/{domain}/{part}.tsv"))
}

/// Rows by their first cell, the `conversationId`, in the order of the ids.
pub(super) fn by_conversation<const N: usize>(rows: Vec<[&str; N]>) -> impl Iterator<Item = Vec<[&str; N]>> {
    let mut all: BTreeMap<&str, Vec<[&str; N]>> = BTreeMap::new();
    for row in rows {
        all.entry(row[0]).or_default().push(row);
    }
    all.into_values()
}
