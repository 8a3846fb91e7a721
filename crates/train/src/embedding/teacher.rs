//! The sentence encoder as teacher: the vectors of many texts, on all cores.

use std::thread;

use baton_sense::{
    embedding::Vocabulary,
    minilm::{Encoder, L6, Plain, Quantised},
};
use safetensors::{Dtype, SafeTensors};

use crate::{Task, TrainError};

/// In 8 bits, from the published parameters.
pub(crate) fn encoder(parameters: &[u8]) -> Result<Encoder<Quantised>, TrainError> {
    let tensors = open(parameters)?;
    Encoder::from_parameters(L6, |name| values(&tensors, name)).map_err(malformed)
}

/// As published, slow: what the 8-bit form is checked against.
pub(super) fn plain(parameters: &[u8]) -> Result<Encoder<Plain>, TrainError> {
    let tensors = open(parameters)?;
    Encoder::from_parameters(L6, |name| values(&tensors, name)).map_err(malformed)
}

fn open(parameters: &[u8]) -> Result<SafeTensors<'_>, TrainError> {
    SafeTensors::deserialize(parameters).map_err(|e| malformed(e.to_string()))
}

fn malformed(problem: String) -> TrainError {
    TrainError::Malformed { file: "the encoder's parameters".to_owned(), problem }
}

fn values(tensors: &SafeTensors<'_>, name: &str) -> Option<Vec<f32>> {
    let tensor = tensors.tensor(name).ok().filter(|t| t.dtype() == Dtype::F32)?;
    Some(tensor.data().as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect())
}

/// The vectors one after the other, in the order of the texts.
pub(super) fn vectors(encoder: &Encoder, vocabulary: &Vocabulary, texts: &[Vec<u16>], task: &Task) -> Vec<f32> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let parts: Vec<_> = texts
            .chunks(texts.len().div_ceil(threads).max(1))
            .map(|part| {
                scope.spawn(move || {
                    let one = |pieces: &Vec<u16>| {
                        task.step(1);
                        encoder.encode_pieces(vocabulary, pieces)
                    };
                    part.iter().flat_map(one).collect::<Vec<f32>>()
                })
            })
            .collect();
        parts.into_iter().flat_map(|part| part.join().expect("arithmetic does not panic")).collect()
    })
}
