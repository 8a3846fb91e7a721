//! GoEmotions (Demszky et al., 2020): 27 emotions and neutral, any number of them a comment.

use baton_model::SignalKind;
use baton_sense::{
    fit::{Options, Task},
    sense,
};

use super::labelled::{Fitted, Labelled, binary, calibration};
use crate::bench::{Bench, BenchError, Results, Row, Split, Suite, metrics::auroc};

pub(crate) const SUITE: Suite = Suite { name: "goemotions", about: "28 emotions of comments", run };

/// BERT: 46 in the paper, 50.3 in a later rerun.
const PUBLISHED: f64 = 50.3;
/// Logistic regression over tf-idf n-grams: macro-F1, then AUROC of the two groups.
const BASELINE: f64 = 46.2;

/// A group of emotions, what `sense` calls it, and the baseline's AUROC.
const GROUPS: [(&str, &[&str], &[SignalKind], f64); 2] = [
    (
        "distress (fear, nervousness, sadness, grief)",
        &["fear", "nervousness", "sadness", "grief"],
        &[SignalKind::Anxiety, SignalKind::Sadness],
        93.4,
    ),
    ("anger (anger, annoyance)", &["anger", "annoyance"], &[SignalKind::Anger], 86.3),
];

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let names = bench.lines("goemotions/labels.txt")?;
    let train = read(bench, "goemotions/train.tsv", &names)?;
    let held = match bench.split {
        Split::Dev => read(bench, "goemotions/dev.tsv", &names)?,
        Split::Test => read(bench, "goemotions/test.tsv", &names)?,
    };
    // The groups are labels of their own: their probabilities are not those of their parts.
    let options = Options { bits: 16, cost: 0.1, balance: 0.35, rounds: 8, ..Options::new(Task::AnyOf) };
    let fitted = Fitted::new("goemotions", &with_groups(&train), &with_groups(&held), &options)?;
    let row = fitted.macro_f1_any("macro-F1, 28 labels", |label| names.iter().any(|n| n == label));
    let note = "a threshold a label, from a held-out fifth of train";
    results.add(row.baseline(BASELINE).published(PUBLISHED).target(50.0).note(note));
    let sensed: Vec<_> = held.iter().map(|row| sense(&row.text)).collect();
    for (group, _, kinds, baseline) in GROUPS {
        let scored = fitted.of_label(group);
        let row = binary(&format!("AUROC of {group}"), &scored, auroc).baseline(baseline).fitted();
        results.add(if group.starts_with("distress") { row.target(95.0) } else { row });
        calibration(results, group, &scored, Row::fitted);
        let shipped: Vec<(bool, f64)> = scored
            .iter()
            .zip(&sensed)
            .map(|((gold, _), s)| (*gold, kinds.iter().map(|k| f64::from(s.score(*k))).fold(0.0, f64::max)))
            .collect();
        results.add(binary(&format!("AUROC of {group}"), &shipped, auroc).baseline(baseline).shipped());
        calibration(results, &format!("{kinds:?} as {group}"), &shipped, Row::shipped);
    }
    Ok(())
}

fn with_groups(rows: &[Labelled]) -> Vec<Labelled> {
    let group = |row: &Labelled| {
        let mut row = row.clone();
        for (group, parts, ..) in GROUPS {
            if row.labels.iter().any(|l| parts.contains(&l.as_str())) {
                row.labels.push(group.to_owned());
            }
        }
        row
    };
    rows.iter().map(group).collect()
}

fn read(bench: &Bench<'_>, part: &str, names: &[String]) -> Result<Vec<Labelled>, BenchError> {
    let rows = bench.tsv_lines::<3>(part)?;
    let label = |(line, place): (usize, &str)| {
        place.parse::<usize>().ok().and_then(|i| names.get(i)).cloned().ok_or_else(|| BenchError::Malformed {
            file: part.to_owned(),
            line,
            problem: format!("{place} is no label"),
        })
    };
    rows.into_iter()
        .enumerate()
        .map(|(i, [text, places, _])| {
            let labels = places.split(',').map(|p| label((i + 1, p))).collect::<Result<_, _>>()?;
            Ok(Labelled { text, labels, context: Vec::new() })
        })
        .collect()
}
