//! MultiDoGO (Peskov et al., 2019): intents of customers' turns in six domains.

use baton_sense::fit::{Options, Task};

use super::labelled::{Fitted, Labelled, calibration};
use crate::bench::{
    Bench, BenchError, Results, Row, Split, Suite,
    metrics::{Confusion, mean},
};

pub(crate) const SUITE: Suite =
    Suite { name: "multidogo_intents", about: "intents of customers' turns in six domains", run };

/// Domain, and the accuracy of a linear support vector machine over tf-idf n-grams. Nothing published was found.
const DOMAINS: [(&str, f64); 6] =
    [("airline", 89.9), ("fastfood", 88.6), ("finance", 93.4), ("insurance", 95.3), ("media", 94.2), ("software", 90.6)];
const BASELINE_MEAN: f64 = 92.0;

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let part = match bench.split {
        Split::Dev => "dev",
        Split::Test => "test",
    };
    let mut rows = Vec::new();
    for (domain, baseline) in DOMAINS {
        let train = read(bench, &format!("multidogo/turn_level/{domain}/train.tsv"))?;
        let held = read(bench, &format!("multidogo/turn_level/{domain}/{part}.tsv"))?;
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

fn read(bench: &Bench<'_>, part: &str) -> Result<Vec<Labelled>, BenchError> {
    let table = bench.tsv(part)?;
    Ok(table.columns(["utterance", "intent"])?.into_iter().map(|[text, label]| Labelled::new(text, label)).collect())
}
