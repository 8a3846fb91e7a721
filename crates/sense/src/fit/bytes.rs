//! A head as bytes: a header with the versions, labels and calibration, then one byte a weight. Little-endian. Rows of
//! n-grams that were never seen are left out.

use super::{Head, Task, calibrate::Calibration, solve::DENSE};
use crate::features;

const MAGIC: &[u8; 4] = b"BTNH";
/// Of the layout of the bytes.
const FORMAT: u8 = 1;
const MOST_BITS: u8 = 20;

/// Why bytes are not a head.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadHead {
    #[error("these are not the bytes of a trained head")]
    NotAHead,
    #[error("the head has format {0}, this version reads {FORMAT}: train it again")]
    Format(u8),
    #[error("the head was trained on version {0} of the features, this version has {ours}: train it again", ours = features::VERSION)]
    Features(u8),
    #[error("the bytes of the head end too early or hold what cannot be")]
    Damaged,
    #[error("the labels of this head may hold together: it does not classify")]
    NotAClassifier,
}

impl Head {
    pub fn to_bytes(&self) -> Vec<u8> {
        let n = self.labels.len();
        let mut out = Vec::with_capacity(64 + self.idf.len() + self.weights.len());
        out.extend_from_slice(MAGIC);
        out.extend([FORMAT, features::VERSION, u8::from(self.task == Task::AnyOf), self.bits]);
        out.extend(self.words.to_le_bytes());
        out.extend(self.dense.to_le_bytes());
        out.extend((n as u32).to_le_bytes());
        for label in &self.labels {
            out.extend((label.len() as u32).to_le_bytes());
            out.extend(label.as_bytes());
        }
        for (step, c) in self.steps.iter().zip(&self.calibration) {
            for number in [*step, c.slope, c.offset, c.threshold] {
                out.extend(number.to_le_bytes());
            }
        }
        out.extend(&self.idf);
        let (table, rest) = self.weights.split_at(self.idf.len() * n);
        for (row, _) in table.chunks_exact(n).zip(&self.idf).filter(|(_, idf)| **idf > 0) {
            out.extend(row.iter().map(|w| *w as u8));
        }
        out.extend(rest.iter().map(|w| *w as u8));
        out
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadHead> {
        let mut rest = bytes.strip_prefix(MAGIC).ok_or(BadHead::NotAHead)?;
        let [format, version, task, bits] = *array(&mut rest)?;
        if format != FORMAT {
            return Err(BadHead::Format(format));
        }
        if version != features::VERSION {
            return Err(BadHead::Features(version));
        }
        let task = match task {
            0 => Task::OneOf,
            1 => Task::AnyOf,
            _ => return Err(BadHead::Damaged),
        };
        let (words, dense) = (float(&mut rest)?, float(&mut rest)?);
        let n = size(&mut rest)?;
        // Every label has more bytes than this; so that a damaged count allocates nothing.
        if bits > MOST_BITS || n == 0 || n > rest.len() / 20 {
            return Err(BadHead::Damaged);
        }
        let mut labels = Vec::with_capacity(n);
        for _ in 0..n {
            let length = size(&mut rest)?;
            let label = std::str::from_utf8(take(&mut rest, length)?).map_err(|_| BadHead::Damaged)?;
            labels.push(label.to_owned());
        }
        let (mut steps, mut calibration) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for _ in 0..n {
            steps.push(float(&mut rest)?);
            let (slope, offset, threshold) = (float(&mut rest)?, float(&mut rest)?, float(&mut rest)?);
            calibration.push(Calibration { slope, offset, threshold });
        }
        let idf = take(&mut rest, 1 << bits)?.to_vec();
        let seen = idf.iter().filter(|idf| **idf > 0).count();
        if rest.len() != (seen + DENSE + 1) * n {
            return Err(BadHead::Damaged);
        }
        let mut weights = vec![0i8; (idf.len() + DENSE + 1) * n];
        let (table, others) = weights.split_at_mut(idf.len() * n);
        let mut copy = |row: &mut [i8]| -> Result<(), BadHead> {
            let bytes = take(&mut rest, row.len())?;
            row.iter_mut().zip(bytes).for_each(|(w, b)| *w = *b as i8);
            Ok(())
        };
        for (row, _) in table.chunks_exact_mut(n).zip(&idf).filter(|(_, idf)| **idf > 0) {
            copy(row)?;
        }
        copy(others)?;
        Ok(Self { task, labels, bits, words, dense, idf, weights, steps, calibration })
    }
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], BadHead> {
    let (taken, after) = rest.split_at_checked(length).ok_or(BadHead::Damaged)?;
    *rest = after;
    Ok(taken)
}

fn array<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8; 4], BadHead> {
    take(rest, 4)?.try_into().map_err(|_| BadHead::Damaged)
}

pub(super) fn size(rest: &mut &[u8]) -> Result<usize, BadHead> {
    Ok(u32::from_le_bytes(*array(rest)?) as usize)
}

pub(super) fn float(rest: &mut &[u8]) -> Result<f32, BadHead> {
    let number = f32::from_le_bytes(*array(rest)?);
    if number.is_finite() { Ok(number) } else { Err(BadHead::Damaged) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fit::{Options, Sample, fit};

    fn head(task: Task) -> Head {
        let texts = ["where is my parcel", "the parcel is late", "refund my money", "i want a refund now", "late again"];
        let gold = [0, 0, 1, 1, 0];
        let examples: Vec<_> = texts.iter().zip(gold).map(|(t, l)| (Sample::of(t), vec![l])).collect();
        fit(&["delivery", "refund"], &examples, &Options { bits: 10, ..Options::new(task) }).expect("fits")
    }

    #[test]
    fn bytes_keep_a_head() {
        for task in [Task::OneOf, Task::AnyOf] {
            let head = head(task);
            assert_eq!(Head::from_bytes(&head.to_bytes()).expect("reads"), head);
        }
    }

    #[test]
    fn other_versions_are_named() {
        let mut bytes = head(Task::OneOf).to_bytes();
        assert_eq!(Head::from_bytes(b"PK\x03\x04"), Err(BadHead::NotAHead));
        bytes[4] = 9;
        assert_eq!(Head::from_bytes(&bytes), Err(BadHead::Format(9)));
        (bytes[4], bytes[5]) = (FORMAT, 0);
        assert_eq!(Head::from_bytes(&bytes), Err(BadHead::Features(0)));
    }

    proptest! {
        #[test]
        fn damage_is_found_or_harmless(at in any::<proptest::sample::Index>(), value in any::<u8>(), cut in any::<bool>()) {
            let mut bytes = head(Task::OneOf).to_bytes();
            let at = at.index(bytes.len());
            if cut {
                bytes.truncate(at);
                prop_assert!(Head::from_bytes(&bytes).is_err());
            } else {
                bytes[at] = value;
                if let Ok(head) = Head::from_bytes(&bytes) {
                    head.score(&Sample::of("where is my refund"));
                }
            }
        }
    }
}
