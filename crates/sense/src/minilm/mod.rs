//! A sentence encoder of the MiniLM kind (Wang et al., 2020): the teacher of the static table, and an optional second
//! opinion on the turns about which the fast heads are least sure.
//!
//! Its weights are never part of the binary; they come from a file that somebody imported. Milliseconds a text: callers ask
//! it seldom. The answer is the same, bit for bit, on every CPU (see `math` and `matrix`).
//!
//! To run another model of the kind: another [`Shape`].

mod file;
mod math;
mod matrix;

use std::thread;

use matrix::Matrix;
pub use matrix::{Plain, Quantised};
use pulp::{Arch, NullaryFnOnce};

use crate::{
    embedding::{VOCABULARY, Vocabulary},
    minilm::file::{Reader, Writer},
};

const MARK: &[u8; 8] = b"BATONM\x01\0";

/// Where an installation keeps the imported encoder, relative to its data directory.
pub const FILE: &str = "models/minilm.bin";

/// What is read of one text, the two brackets included.
pub const MAX_PIECES: usize = 128;

/// Sizes of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    pub pieces: usize,
    pub positions: usize,
    pub width: usize,
    pub heads: usize,
    pub inner: usize,
    pub layers: usize,
}

/// all-MiniLM-L6-v2.
pub const L6: Shape = Shape { pieces: 30_522, positions: 512, width: 384, heads: 12, inner: 1536, layers: 6 };

/// Text to a direction of `width` numbers.
#[derive(Debug)]
pub struct Encoder<M = Quantised> {
    shape: Shape,
    words: M,
    /// Positions, with the one sentence type that is used added.
    places: M,
    first: Norm,
    layers: Vec<Layer<M>>,
}

#[derive(Debug)]
struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

#[derive(Debug)]
struct Layer<M> {
    /// Queries, keys and values in one.
    attend: M,
    merge: M,
    after_attention: Norm,
    widen: M,
    narrow: M,
    after: Norm,
}

impl<M: Matrix> Encoder<M> {
    /// From the published parameters, by their names; the name of what is missing or of another size otherwise.
    pub fn from_parameters(shape: Shape, get: impl Fn(&str) -> Option<Vec<f32>>) -> Result<Self, String> {
        let take = |name: &str, size: usize| {
            get(name).filter(|values| values.len() == size).ok_or_else(|| format!("no {name} of {size} numbers"))
        };
        let Shape { width, inner, .. } = shape;
        let norm = |name: &str| {
            Ok::<_, String>(Norm {
                weight: take(&format!("{name}.weight"), width)?,
                bias: take(&format!("{name}.bias"), width)?,
            })
        };
        let matrix = |names: &[String], wide: usize, high: usize| {
            let (mut weights, mut bias) = (Vec::new(), Vec::new());
            for name in names {
                weights.extend(take(&format!("{name}.weight"), wide * high)?);
                bias.extend(take(&format!("{name}.bias"), high)?);
            }
            Ok::<_, String>(M::new(wide, weights, bias))
        };
        let kind = take("embeddings.token_type_embeddings.weight", 2 * width)?;
        let mut places = take("embeddings.position_embeddings.weight", shape.positions * width)?;
        for row in places.chunks_exact_mut(width) {
            row.iter_mut().zip(&kind).for_each(|(place, kind)| *place += kind);
        }
        let words = take("embeddings.word_embeddings.weight", shape.pieces * width)?;
        let layer = |n: usize| {
            let name = |part: &str| format!("encoder.layer.{n}.{part}");
            Ok::<_, String>(Layer {
                attend: matrix(&["query", "key", "value"].map(|p| name(&format!("attention.self.{p}"))), width, width)?,
                merge: matrix(&[name("attention.output.dense")], width, width)?,
                after_attention: norm(&name("attention.output.LayerNorm"))?,
                widen: matrix(&[name("intermediate.dense")], width, inner)?,
                narrow: matrix(&[name("output.dense")], inner, width)?,
                after: norm(&name("output.LayerNorm"))?,
            })
        };
        Ok(Self {
            shape,
            words: M::new(width, words, Vec::new()),
            places: M::new(width, places, Vec::new()),
            first: norm("embeddings.LayerNorm")?,
            layers: (0..shape.layers).map(layer).collect::<Result<_, _>>()?,
        })
    }

    /// Of the directions it gives.
    pub fn width(&self) -> usize {
        self.shape.width
    }

    /// Of length 1. A text without words has a direction too: that of the two brackets.
    pub fn encode(&self, text: &str) -> Vec<f32> {
        self.encode_with(&VOCABULARY, text)
    }

    pub fn encode_with(&self, vocabulary: &Vocabulary, text: &str) -> Vec<f32> {
        self.encode_pieces(vocabulary, &vocabulary.pieces(text, MAX_PIECES - 2))
    }

    /// The mean over all pieces and both brackets (mean pooling), of length 1.
    pub fn encode_pieces(&self, vocabulary: &Vocabulary, pieces: &[u16]) -> Vec<f32> {
        let width = self.shape.width;
        let (first, last) = vocabulary.brackets();
        let mut state = Vec::new();
        for (place, piece) in [first].iter().chain(pieces).chain([&last]).take(self.shape.positions).enumerate() {
            let mut row = vec![0.0; width];
            self.words.add_row(usize::from(*piece), &mut row);
            self.places.add_row(place, &mut row);
            state.extend(row);
        }
        math::normalise(&mut state, &self.first.weight, &self.first.bias);
        for layer in &self.layers {
            layer.apply(self.shape, &mut state);
        }
        let mut mean = vec![0.0; width];
        for row in state.chunks_exact(width) {
            mean.iter_mut().zip(row).for_each(|(m, v)| *m += v);
        }
        let scale = 1.0 / math::dot(&mean, &mean).sqrt();
        mean.iter_mut().for_each(|m| *m *= scale);
        mean
    }
}

impl<M: Matrix + Sync> Encoder<M> {
    /// Each text's direction, on all cores; `done` is called after each. Milliseconds a text.
    pub fn encode_all(&self, texts: &[&str], done: impl Fn() + Sync) -> Vec<Vec<f32>> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let one = |text: &&str| {
            let direction = self.encode(text);
            done();
            direction
        };
        thread::scope(|scope| {
            let parts = texts.chunks(texts.len().div_ceil(cores).max(1));
            let parts: Vec<_> = parts.map(|texts| scope.spawn(|| texts.iter().map(&one).collect::<Vec<_>>())).collect();
            parts.into_iter().flat_map(|part| part.join().unwrap_or_default()).collect()
        })
    }
}

impl<M: Matrix> Layer<M> {
    fn apply(&self, shape: Shape, state: &mut [f32]) {
        let (mut wide, mut out) = (Vec::new(), Vec::new());
        self.attend.apply(state, &mut wide);
        let mut mixed = vec![0.0; state.len()];
        Arch::new().dispatch(Attention { shape, all: &wide, mixed: &mut mixed });
        self.merge.apply(&mixed, &mut out);
        add(state, &out);
        math::normalise(state, &self.after_attention.weight, &self.after_attention.bias);
        self.widen.apply(state, &mut wide);
        Arch::new().dispatch(Bend(&mut wide));
        self.narrow.apply(&wide, &mut out);
        add(state, &out);
        math::normalise(state, &self.after.weight, &self.after.bias);
    }
}

fn add(to: &mut [f32], what: &[f32]) {
    to.iter_mut().zip(what).for_each(|(t, w)| *t += w);
}

/// Every place looks at every place, head by head (Vaswani et al., 2017).
struct Attention<'a> {
    shape: Shape,
    /// Rows of queries, keys and values.
    all: &'a [f32],
    mixed: &'a mut [f32],
}

impl NullaryFnOnce for Attention<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Shape { width, heads, .. } = self.shape;
        let size = width / heads;
        let scale = 1.0 / (size as f32).sqrt();
        let places = self.all.len() / (3 * width);
        let part = |place: usize, which: usize, head: usize| {
            let start = (3 * place + which) * width + head * size;
            &self.all[start..start + size]
        };
        let mut scores = vec![0.0; places];
        for head in 0..heads {
            for (place, row) in self.mixed.chunks_exact_mut(width).enumerate() {
                let query = part(place, 0, head);
                for (other, score) in scores.iter_mut().enumerate() {
                    *score = math::dot(query, part(other, 1, head)) * scale;
                }
                math::softmax(&mut scores);
                let out = &mut row[head * size..(head + 1) * size];
                for (other, share) in scores.iter().enumerate() {
                    out.iter_mut().zip(part(other, 2, head)).for_each(|(o, v)| *o += share * v);
                }
            }
        }
    }
}

struct Bend<'a>(&'a mut [f32]);

impl NullaryFnOnce for Bend<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for v in self.0 {
            *v = math::gelu(*v);
        }
    }
}

impl Encoder<Quantised> {
    /// The bytes of a file of ours.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut to = Writer(MARK.to_vec());
        self.words.write(&mut to);
        self.places.write(&mut to);
        self.first.write(&mut to);
        for layer in &self.layers {
            layer.attend.write(&mut to);
            layer.merge.write(&mut to);
            layer.after_attention.write(&mut to);
            layer.widen.write(&mut to);
            layer.narrow.write(&mut to);
            layer.after.write(&mut to);
        }
        to.0
    }

    /// `None` where the bytes are not a file of this shape.
    pub fn from_bytes(shape: Shape, bytes: &[u8]) -> Option<Self> {
        let mut from = Reader(bytes.strip_prefix(MARK)?);
        let Shape { pieces, positions, width, inner, .. } = shape;
        let words = Quantised::read(width, pieces, false, &mut from)?;
        let places = Quantised::read(width, positions, false, &mut from)?;
        let first = Norm::read(width, &mut from)?;
        let mut layers = Vec::new();
        for _ in 0..shape.layers {
            layers.push(Layer {
                attend: Quantised::read(width, 3 * width, true, &mut from)?,
                merge: Quantised::read(width, width, true, &mut from)?,
                after_attention: Norm::read(width, &mut from)?,
                widen: Quantised::read(width, inner, true, &mut from)?,
                narrow: Quantised::read(inner, width, true, &mut from)?,
                after: Norm::read(width, &mut from)?,
            });
        }
        from.0.is_empty().then_some(Self { shape, words, places, first, layers })
    }
}

impl Norm {
    fn write(&self, to: &mut Writer) {
        to.numbers(&self.weight);
        to.numbers(&self.bias);
    }

    fn read(width: usize, from: &mut Reader<'_>) -> Option<Self> {
        Some(Self { weight: from.numbers(width)?, bias: from.numbers(width)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Shape = Shape { pieces: 8, positions: 16, width: 32, heads: 4, inner: 64, layers: 2 };

    /// Made-up parameters: every name has its own numbers.
    fn parameters(name: &str) -> Option<Vec<f32>> {
        let size = match name {
            _ if name.contains("word_embeddings") => 8 * 32,
            _ if name.contains("position") => 16 * 32,
            _ if name.contains("token_type") => 2 * 32,
            _ if name.contains("attention.output.dense.weight") => 32 * 32,
            _ if name.contains("attention.self") && name.ends_with("weight") => 32 * 32,
            _ if name.contains("intermediate") && name.ends_with("bias") => 64,
            _ if name.contains("LayerNorm") || name.ends_with("bias") => 32,
            _ => 32 * 64,
        };
        let mut state = name.bytes().fold(7_u32, |h, b| h.wrapping_mul(31).wrapping_add(u32::from(b)));
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            0.3 * ((state >> 8) as f32 / (1 << 23) as f32 - 1.0)
        };
        let base = if name.ends_with("LayerNorm.weight") { 1.0 } else { 0.0 };
        Some((0..size).map(|_| base + next()).collect())
    }

    fn vocabulary() -> Vocabulary {
        Vocabulary::new("[PAD]\n[UNK]\n[CLS]\n[SEP]\nwhere\nis\nmy\norder\n").expect("has the special pieces")
    }

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        math::dot(a, b)
    }

    #[test]
    fn eight_bits_lose_little() {
        let plain: Encoder<Plain> = Encoder::from_parameters(SMALL, parameters).expect("whole");
        let eight: Encoder<Quantised> = Encoder::from_parameters(SMALL, parameters).expect("whole");
        for text in ["", "where", "where is my order", "order my where is", "is is is is is is is is is is is is"] {
            let (a, b) = (plain.encode_with(&vocabulary(), text), eight.encode_with(&vocabulary(), text));
            assert!((cosine(&a, &a) - 1.0).abs() < 1e-5);
            assert!(cosine(&a, &b) > 0.999, "{text}: {}", cosine(&a, &b));
        }
        let (a, b) = (eight.encode_with(&vocabulary(), "where is"), eight.encode_with(&vocabulary(), "is where"));
        assert_ne!(a, b, "places count");
    }

    #[test]
    fn the_file_keeps_every_bit() {
        let encoder: Encoder = Encoder::from_parameters(SMALL, parameters).expect("whole");
        let bytes = encoder.to_bytes();
        let again = Encoder::from_bytes(SMALL, &bytes).expect("whole");
        let text = "where is my order";
        assert_eq!(encoder.encode_with(&vocabulary(), text), again.encode_with(&vocabulary(), text));
        assert!(Encoder::from_bytes(SMALL, &bytes[..bytes.len() - 1]).is_none());
        assert!(Encoder::from_bytes(L6, &bytes).is_none());
    }

    #[test]
    fn a_missing_parameter_is_named() {
        let broken = |name: &str| parameters(name).filter(|_| !name.contains("layer.1.output.dense.bias"));
        let error = Encoder::<Quantised>::from_parameters(SMALL, broken).expect_err("incomplete");
        assert!(error.contains("encoder.layer.1.output.dense.bias"), "{error}");
    }
}
