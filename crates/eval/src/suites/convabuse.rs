//! ConvAbuse (Cercas Curry et al., 2021): abuse aimed at conversational agents. Abusive is what most of its annotators gave
//! a negative score.

use baton_model::SignalKind;
use baton_sense::{
    fit::{Options, Task},
    sense,
};

use super::labelled::{Fitted, Labelled, binary, calibration, f1_at, macro_f1_row};
use crate::bench::{Bench, BenchError, Results, Row, Split, Suite, metrics::auroc};

pub(crate) const SUITE: Suite = Suite { name: "convabuse", about: "abuse aimed at a bot", run };

/// Linear baseline over the customer's turn: F1 of abuse, macro-F1. The best published F1 is below 90.
const BASELINE: [f64; 2] = [75.8, 85.3];

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let train = read(bench, "convabuse/train.csv")?;
    let held = match bench.split {
        Split::Dev => read(bench, "convabuse/valid.csv")?,
        Split::Test => read(bench, "convabuse/test.csv")?,
    };
    let options = Options { bits: 15, cost: 1.0, words: 1.5, balance: 0.5, dense: 0.7, ..Options::new(Task::AnyOf) };
    let fitted = Fitted::new("convabuse", &train, &held, &options)?;
    let scored = fitted.of_label(ABUSE);
    let threshold = fitted.head.labels().iter().position(|l| l == ABUSE).map_or(0.5, |l| fitted.head.threshold(l));
    let note = "threshold from a held-out fifth of train";
    let row = binary("F1 of abuse", &scored, f1_at(f64::from(threshold)));
    results.add(row.fitted().baseline(BASELINE[0]).target(83.0).note(note));
    let decided = |scored: &[(bool, f64)], threshold: f64| -> (Vec<usize>, Vec<usize>) {
        scored.iter().map(|&(gold, p)| (usize::from(gold), usize::from(p >= threshold))).unzip()
    };
    let (gold, said) = decided(&scored, f64::from(threshold));
    results.add(macro_f1_row("macro-F1", &gold, &said, 2).fitted().baseline(BASELINE[1]));
    results.add(binary("AUROC", &scored, auroc).fitted());
    calibration(results, "fitted abuse", &scored, Row::fitted);

    let shipped: Vec<(bool, f64)> =
        held.iter().map(|r| (!r.labels.is_empty(), f64::from(sense(&r.text).score(SignalKind::Abuse)))).collect();
    results.add(binary("F1 of abuse", &shipped, f1_at(0.5)).shipped().baseline(BASELINE[0]).note("said from 0.5 on"));
    results.add(binary("AUROC", &shipped, auroc).shipped());
    calibration(results, "abuse", &shipped, Row::shipped);
    Ok(())
}

const ABUSE: &str = "abuse";

/// The label of abusive texts; others have none.
fn read(bench: &Bench<'_>, part: &str) -> Result<Vec<Labelled>, BenchError> {
    let table = bench.csv(part)?;
    let mut rows: Vec<(Labelled, i32)> = table
        .columns(["user"])?
        .into_iter()
        .map(|[text]| (Labelled { text: text.to_owned(), ..Labelled::default() }, 0))
        .collect();
    for name in table.header().iter().filter(|name| name.contains("_is_abuse.")) {
        let negative = name.ends_with("-1") || name.ends_with("-2") || name.ends_with("-3");
        for (row, [cell]) in rows.iter_mut().zip(table.columns([name])?) {
            if matches!(cell, "1" | "1.0") {
                row.1 += if negative { 1 } else { -1 };
            }
        }
    }
    Ok(rows
        .into_iter()
        .map(|(row, votes)| if votes > 0 { Labelled { labels: vec![ABUSE.to_owned()], ..row } } else { row })
        .collect())
}
