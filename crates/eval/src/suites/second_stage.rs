//! What the imported sentence encoder adds where a workspace's own classes are least sure: BANKING77 and CLINC150.
//!
//! The same face as a server's: a [`Classifier`] is fitted on the training part, with its threshold for asking from a
//! held-out fifth, and the encoder reads only the scored texts below it. Needs the file that `baton models import` makes.
//!
//! Published numbers: the encoder alone with a linear head, measured by us on the test parts.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::{fs, path::PathBuf, time::Instant};

use baton_sense::{
    Classifier, First,
    fit::{Options, Sample, Task, fit, fit_second},
    minilm::{self, Encoder},
};

use super::embedding::{Labelled, banking77, clinc150};
use crate::bench::{Bench, BenchError, Results, Row, Suite, metrics::bootstrap};

pub(crate) const SUITE: Suite =
    Suite { name: "second_stage", about: "what the imported encoder adds on the least sure tenth of texts", run };

/// Name, targets alone and with the encoder, published, and how the classes are fitted (as in the suites of these sets).
type Set = (&'static str, fn(&Bench<'_>) -> Result<(Labelled, Labelled), BenchError>, [f64; 3], Options);

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let encoder = encoder(bench)?;
    let options = Options { dense: 1.0, ..Options::new(Task::OneOf) };
    let sets: [Set; 2] = [
        ("banking77", banking77, [92.5, 93.9, 92.7], Options { bits: 16, cost: 0.7, balance: 0.3, ..options }),
        ("clinc150", clinc150, [94.5, 95.7, 95.2], Options { bits: 15, cost: 1.0, ..options }),
    ];
    for (name, parts, numbers, options) in sets {
        if let Some((train, scored)) = results.there(parts(bench))? {
            both(name, &train, &scored, &encoder, numbers, &options, results)?;
        }
    }
    Ok(())
}

fn encoder(bench: &Bench<'_>) -> Result<Encoder, BenchError> {
    let path = bench.models.map_or_else(|| bench.find(&[minilm::FILE]), |file| Ok(PathBuf::from(file)))?;
    let file = path.display().to_string();
    let bytes = fs::read(&path).map_err(|source| BenchError::Unreadable { file: file.clone(), source })?;
    let problem = || "is not an imported encoder; `baton models import` makes one".to_owned();
    Encoder::from_bytes(minilm::L6, &bytes).ok_or_else(|| BenchError::Malformed { file, line: 0, problem: problem() })
}

fn both(
    name: &str,
    train: &Labelled,
    scored: &Labelled,
    encoder: &Encoder,
    [fast_target, target, published]: [f64; 3],
    options: &Options,
    results: &mut Results,
) -> Result<(), BenchError> {
    let unfit = |problem: String| BenchError::Malformed { file: name.to_owned(), line: 0, problem };
    let mut labels: Vec<&str> = train.iter().map(|(_, label)| label.as_str()).collect();
    labels.sort_unstable();
    labels.dedup();
    let place = |label: &str| labels.binary_search(&label).unwrap_or(usize::MAX);
    let examples: Vec<_> = train.iter().map(|(text, label)| (Sample::of(text), vec![place(label)])).collect();
    let texts: Vec<&str> = train.iter().map(|(text, _)| text.as_str()).collect();
    let directions = encoder.encode_all(&texts, || {});
    let (second, _) = fit_second(&labels, &examples, &directions, options).map_err(|e| unfit(e.to_string()))?;
    let head = fit(&labels, &examples, options).map_err(|e| unfit(e.to_string()))?;
    let classifier = Classifier::new(head).and_then(|c| c.with_second(second)).map_err(|e| unfit(e.to_string()))?;

    let (mut alone, mut with, mut times) = (Vec::new(), Vec::new(), Vec::new());
    for (text, label) in scored {
        let Some(first) = classifier.first(text) else {
            alone.push(false);
            with.push(false);
            continue;
        };
        let right = |first: First, direction: Option<&[f32]>| classifier.conclude(first, direction).label == *label;
        alone.push(right(first.clone(), None));
        if classifier.is_unsure(&first) {
            let start = Instant::now();
            let direction = encoder.encode(text);
            with.push(right(first, Some(&direction)));
            times.push(start.elapsed().as_secs_f64() * 1e3);
        } else {
            with.push(right(first, None));
        }
    }
    let row = |what: &str, right: &[bool]| {
        let share = |units: &[usize]| units.iter().filter(|&&i| right[i]).count() as f64 / units.len().max(1) as f64;
        let all: Vec<usize> = (0..right.len()).collect();
        Row::percent(format!("{name} {what}, accuracy"), share(&all))
            .interval(bootstrap(right.len(), share))
            .fitted()
            .n(right.len())
    };
    results.add(row("fast head alone", &alone).target(fast_target));
    let asked = 100.0 * times.len() as f64 / scored.len().max(1) as f64;
    let note = format!("{asked:.1}% of the texts were asked about twice");
    results.add(row("with the encoder where unsure", &with).target(target).published(published).note(note));
    times.sort_by(f64::total_cmp);
    for (what, percent) in [("p50", 50), ("p99", 99)] {
        let time = times.get(times.len().saturating_sub(1) * percent / 100).copied().unwrap_or(0.0);
        results.add(Row::new(format!("{name} one second opinion, {what}"), time, "ms").n(times.len()));
    }
    Ok(())
}
