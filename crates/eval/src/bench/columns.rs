//! Anything countable as sparse columns: what the fitted models of conversations read.

use std::hash::{Hash, Hasher};

/// Hashed columns of one example. A column that is added twice keeps the larger value.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Columns(Vec<(u32, f32)>);

impl Columns {
    /// How many columns there are: a power of two.
    pub const COUNT: usize = 1 << 18;

    /// `name` is whatever tells this column from others: a word with its role, an intent with its place.
    pub fn add(&mut self, name: impl Hash, value: f32) {
        self.0.push((place(name), value));
    }

    pub fn flag(&mut self, name: impl Hash, set: bool) {
        if set {
            self.add(name, 1.0);
        }
    }

    pub fn done(mut self) -> Vec<(u32, f32)> {
        self.0.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        self.0.dedup_by_key(|c| c.0);
        self.0
    }
}

/// Below [`Columns::COUNT`].
pub fn place(name: impl Hash) -> u32 {
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    name.hash(&mut hasher);
    let hash = hasher.finish();
    ((hash ^ (hash >> 32)) as usize % Columns::COUNT) as u32
}

/// FNV-1a: the same on every machine and in every version.
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Part of `parts` that a unit belongs to, spread evenly and without order: for k-fold fitting.
pub fn fold(unit: usize, parts: usize) -> usize {
    // Multiplication by an odd constant is a permutation of the 64-bit numbers; its high half is well mixed.
    (((unit as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) % parts as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_larger_value_stays_and_names_are_told_apart() {
        let mut columns = Columns::default();
        columns.add(("word", 7), 0.5);
        columns.add(("word", 7), 1.0);
        columns.add(("word", 8), 0.25);
        columns.flag("never", false);
        let mut values: Vec<f32> = columns.done().into_iter().map(|c| c.1).collect();
        values.sort_by(f32::total_cmp);
        assert_eq!(values, [0.25, 1.0]);
    }

    #[test]
    fn folds_are_of_like_size() {
        let mut sizes = [0; 5];
        (0..1000).for_each(|i| sizes[fold(i, 5)] += 1);
        assert!(sizes.iter().all(|s| (170..230).contains(s)), "{sizes:?}");
    }
}
