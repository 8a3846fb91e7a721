//! What the imported sentence encoder adds where the fast head is least sure: BANKING77 and CLINC150.
//!
//! The fast head (n-grams and the shipped embedding) answers every text. The tenth of the scored texts with the smallest
//! lead also goes to the encoder, whose neighbours among the training texts vote; both opinions count the same. The cut is
//! a quantile of the leads, no label is used for it. Needs `models/minilm.bin` beside the data sets: the encoder's
//! 8-bit form, which the trainer's `import` makes from its wheel.
//!
//! Published numbers: the encoder alone with a linear head, measured by us on the test parts.

use std::{fs, thread};

use baton_sense::{
    embed,
    features::Features,
    fit::{Options, Sample, Task, fit},
    minilm::{self, Encoder},
};

use super::embedding::{Labelled, banking77, clinc150};
use crate::bench::{Bench, BenchError, Results, Row, Suite, metrics::bootstrap};

pub(crate) const SUITE: Suite =
    Suite { name: "second_stage", about: "what the imported encoder adds on the least sure tenth of texts", run };

/// Share of the texts that is asked twice.
const ASKED: f64 = 0.1;
/// Neighbours that vote, and how fast a vote fades with the distance.
const VOTERS: usize = 20;
const FADE: f32 = 0.05;

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let path = bench.find(&[minilm::FILE])?;
    let file = path.display().to_string();
    let bytes = fs::read(&path).map_err(|source| BenchError::Unreadable { file: file.clone(), source })?;
    let encoder = Encoder::from_bytes(minilm::L6, &bytes).ok_or_else(|| BenchError::Malformed {
        file,
        line: 0,
        problem: "is not an imported encoder".to_owned(),
    })?;
    let sets = [("banking77", banking77(bench), [92.5, 93.9, 92.7]), ("clinc150", clinc150(bench), [94.5, 95.7, 95.2])];
    for (name, parts, numbers) in sets {
        match parts {
            Ok((train, scored)) => both(name, &train, &scored, &encoder, numbers, results),
            Err(BenchError::Missing { part }) => results.missing(&part),
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

fn both(
    name: &str,
    train: &Labelled,
    scored: &Labelled,
    encoder: &Encoder,
    [fast_target, target, published]: [f64; 3],
    results: &mut Results,
) {
    let mut labels: Vec<&str> = train.iter().map(|(_, label)| label.as_str()).collect();
    labels.sort_unstable();
    labels.dedup();
    let place = |label: &str| labels.binary_search(&label).unwrap_or(usize::MAX);
    let gold: Vec<usize> = scored.iter().map(|(_, label)| place(label)).collect();
    let examples: Vec<_> = train.iter().map(|(text, label)| (sample(text), vec![place(label)])).collect();
    let Ok(head) = fit(&labels, &examples, &Options { dense: 1.0, ..Options::new(Task::OneOf) }) else {
        return results.missing(&format!("{name}: nothing to fit on"));
    };
    drop(examples);
    let fast: Vec<_> = scored.iter().map(|(text, _)| head.score(&sample(text))).collect();
    let mut order: Vec<usize> = (0..scored.len()).collect();
    order.sort_by(|a, b| fast[*a].lead().total_cmp(&fast[*b].lead()));
    order.truncate((scored.len() as f64 * ASKED).round() as usize);

    let first: Vec<bool> = fast.iter().zip(&gold).map(|(s, gold)| s.best() == *gold).collect();
    let mut second = first.clone();
    let known = vectors(encoder, &train.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>());
    let asked = vectors(encoder, &order.iter().map(|i| scored[*i].0.as_str()).collect::<Vec<_>>());
    for (&i, vector) in order.iter().zip(&asked) {
        let mut opinion = vote(vector, &known, train, &place, labels.len());
        opinion.iter_mut().zip(&fast[i].probabilities).for_each(|(o, p)| *o += p);
        let best = (0..labels.len()).max_by(|a, b| opinion[*a].total_cmp(&opinion[*b]));
        second[i] = best == Some(gold[i]);
    }
    let row = |what: &str, right: &[bool]| {
        let share = |units: &[usize]| units.iter().filter(|&&i| right[i]).count() as f64 / units.len().max(1) as f64;
        let all: Vec<usize> = (0..right.len()).collect();
        Row::percent(format!("{name} {what}, accuracy"), share(&all))
            .interval(bootstrap(right.len(), share))
            .fitted()
            .n(right.len())
    };
    results.add(row("fast head alone", &first).target(fast_target));
    let note = format!("{} texts were asked twice", order.len());
    results.add(row("with the encoder on the least sure tenth", &second).target(target).published(published).note(note));
}

fn sample(text: &str) -> Sample {
    Sample { features: Features::of(text), embedding: embed(text) }
}

/// On all cores.
fn vectors(encoder: &Encoder, texts: &[&str]) -> Vec<Vec<f32>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let parts: Vec<_> = texts
            .chunks(texts.len().div_ceil(cores).max(1))
            .map(|texts| scope.spawn(move || texts.iter().map(|text| encoder.encode(text)).collect::<Vec<_>>()))
            .collect();
        parts.into_iter().flat_map(|part| part.join().unwrap_or_default()).collect()
    })
}

/// Shares of the nearest training texts' labels.
fn vote(vector: &[f32], known: &[Vec<f32>], train: &Labelled, place: &impl Fn(&str) -> usize, labels: usize) -> Vec<f32> {
    let cosine = |other: &Vec<f32>| vector.iter().zip(other).map(|(a, b)| a * b).sum::<f32>();
    let mut near: Vec<(f32, usize)> = known.iter().enumerate().map(|(i, other)| (cosine(other), i)).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut shares = vec![0.0; labels];
    let mut total = 0.0;
    for (cosine, i) in near.into_iter().take(VOTERS) {
        let weight = ((cosine - 1.0) / FADE).exp();
        shares[place(&train[i].1)] += weight;
        total += weight;
    }
    shares.iter_mut().for_each(|share| *share /= f32::max(total, f32::MIN_POSITIVE));
    shares
}
