//! Makes every weight file that the binary ships, from public data and one public model.
//!
//! The same inputs give the same bytes, on every machine: seeds and orders of summation are fixed, integers are summed
//! exactly, no clock is read (the date on a card is the manifest's). What a stage reads is listed in `manifest.toml` with
//! its hash and licence; nothing else can be read, and nothing whose licence forbids shipping belongs there.
//!
//! To add a stage: a file with `pub(crate) fn run(&Inputs) -> Result<Vec<Product>, TrainError>`, its row in [`STAGES`], and
//! the files it reads in the manifest. Each [`Product`] has a card, which is written beside the weights.

mod card;
mod embedding;
mod heads;
mod manifest;
mod progress;
mod sequence;
pub mod wheel;

use std::path::Path;

pub use card::Card;
pub use manifest::{Manifest, Source, Sources};
pub use progress::{Progress, Task};
use wheel::Wheel;

/// One kind of weights.
#[derive(Debug, Clone, Copy)]
pub struct Stage {
    pub name: &'static str,
    pub about: &'static str,
    pub run: fn(&Inputs<'_>) -> Result<Vec<Product>, TrainError>,
}

/// In the order in which they run: a later stage may build on what an earlier one wrote.
pub const STAGES: &[Stage] = &[embedding::STAGE, heads::STAGE, sequence::STAGE];

/// All that a stage may look at.
#[derive(Debug)]
pub struct Inputs<'a> {
    pub sources: Sources<'a>,
    /// Opened only by the stage that asks.
    pub wheel: &'a Wheel,
    pub progress: Progress,
}

/// The encoder in its 8-bit form, from its wheel: what an installation may import as a second opinion.
pub fn import(wheel: &Path) -> Result<Vec<u8>, TrainError> {
    let content = Wheel::at(wheel, &Manifest::shipped()?.model).open()?;
    Ok(embedding::encoder(&content.parameters)?.to_bytes())
}

/// A file of weights and what is to be known about it.
#[derive(Debug)]
pub struct Product {
    /// Relative to the repository, with `/`.
    pub path: &'static str,
    pub bytes: Vec<u8>,
    /// Written beside the weights with the ending `.md`; absent for a part of another product.
    pub card: Option<Card>,
}

#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error("manifest: {0}")]
    Manifest(String),
    #[error("{0} is not in the manifest: what weights are made from is listed there with its licence")]
    Unlisted(String),
    #[error("cannot read {file}: {source}")]
    Unreadable { file: String, source: std::io::Error },
    #[error("{file} is not the file that the manifest lists: its SHA-256 is {found}, {listed} expected")]
    Changed { file: String, found: String, listed: String },
    #[error("{file}: {problem}")]
    Malformed { file: String, problem: String },
    /// A metric fell below what the stage demands of itself: nothing is written.
    #[error("{metric} is {value}, at least {bound} expected")]
    Poor { metric: &'static str, value: f64, bound: f64 },
}
