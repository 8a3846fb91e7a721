//! The shipped sentence embedding: the label of the nearest training text (BANKING77, CLINC150), and what a search costs.
//!
//! Published numbers are the same measurement with the full encoder, all-MiniLM-L6-v2 with 384 dimensions; baselines are
//! the same with tf-idf of words. Both were measured by us on the test parts, since nobody prints them. BANKING77 has no
//! development part: one text in eight of its training part, by hash, takes its place.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::time::Instant;

use baton_model::{Embedding, Neighbours};
use baton_sense::embed;

use crate::bench::{Bench, BenchError, Results, Row, Split, Suite, metrics::bootstrap};

pub(crate) const SUITE: Suite =
    Suite { name: "embedding", about: "nearest-text accuracy of the shipped embedding, and the time of a search", run };

/// (text, label)
pub(super) type Labelled = Vec<(String, String)>;

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    if let Some((train, scored)) = results.there(clinc150(bench))? {
        let row = |row: Row| row.target(88.6).published(88.2).baseline(79.5);
        nearest("clinc150 nearest text, accuracy", &train, &scored, row, results);
    }
    let (train, scored) = banking77(bench)?;
    let row = |row: Row| row.target(88.9).published(92.1).baseline(79.1);
    nearest("banking77 nearest text, accuracy", &train, &scored, row, results);
    speed(&train, &scored, results);
    Ok(())
}

pub(super) fn banking77(bench: &Bench<'_>) -> Result<(Labelled, Labelled), BenchError> {
    let read = |part: &str| -> Result<Labelled, BenchError> {
        let table = bench.csv(part)?;
        Ok(table.columns(["text", "category"])?.iter().map(|[t, l]| ((*t).to_owned(), (*l).to_owned())).collect())
    };
    let train = read("banking77/train.csv")?;
    Ok(match bench.split {
        Split::Test => (train, read("banking77/test.csv")?),
        Split::Dev => train.into_iter().partition(|(text, _)| !is_kept_out(text)),
    })
}

/// One text in eight, whatever its place in the file.
fn is_kept_out(text: &str) -> bool {
    let hash = text.bytes().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
    (hash >> 16).is_multiple_of(8)
}

pub(super) fn clinc150(bench: &Bench<'_>) -> Result<(Labelled, Labelled), BenchError> {
    let read = |part: &str| -> Result<Labelled, BenchError> {
        Ok(bench.tsv_lines::<2>(part)?.into_iter().map(|[text, label]| (text, label)).collect())
    };
    let scored = if bench.split == Split::Test { "clinc150/test.tsv" } else { "clinc150/val.tsv" };
    Ok((read("clinc150/train.tsv")?, read(scored)?))
}

fn nearest(name: &str, train: &Labelled, scored: &Labelled, with: impl Fn(Row) -> Row, results: &mut Results) {
    let (mut known, mut labels) = (Neighbours::default(), Vec::new());
    for (text, label) in train {
        if let Some(embedding) = embed(text) {
            known.push(&embedding);
            labels.push(label.as_str());
        }
    }
    let right: Vec<bool> = scored
        .iter()
        .map(|(text, label)| {
            let found = embed(text).and_then(|e| known.nearest(&e, 1).first().copied());
            found.is_some_and(|(place, _)| labels[place] == label.as_str())
        })
        .collect();
    let share = |units: &[usize]| units.iter().filter(|&&i| right[i]).count() as f64 / units.len().max(1) as f64;
    let all: Vec<usize> = (0..right.len()).collect();
    let row = Row::percent(name, share(&all)).interval(bootstrap(right.len(), share)).fitted().n(right.len());
    results.add(with(row));
}

/// Vectors to search among; the training part is repeated where it has fewer.
const SEARCHED: usize = 10_000;

fn speed(train: &Labelled, scored: &Labelled, results: &mut Results) {
    let known: Vec<Embedding> = train.iter().filter_map(|(text, _)| embed(text)).collect();
    let known: Neighbours = known.iter().cycle().take(SEARCHED).cloned().collect();
    let (mut embedding, mut searching) = (Vec::new(), Vec::new());
    for (text, _) in scored.iter().cycle().take(2_000) {
        let start = Instant::now();
        let embedded = embed(text);
        embedding.push(start.elapsed());
        if let Some(embedded) = embedded {
            let start = Instant::now();
            std::hint::black_box(known.nearest(&embedded, 10));
            searching.push(start.elapsed());
        }
    }
    let mut row = |name: &str, mut times: Vec<std::time::Duration>, target: f64| {
        times.sort();
        let p50 = times.get(times.len() / 2).map_or(0.0, |t| t.as_secs_f64() * 1e6);
        results.add(Row::new(name, p50, "us").at_most(target).shipped().n(times.len()));
    };
    row("one text to its embedding, p50", embedding, 10.0);
    row("10 nearest of 10,000, p50", searching, 300.0);
}
