//! Finds records by what they say of themselves: a hash table of record numbers, cheap to clone.
//!
//! Open addressing with linear probing (D. Knuth, "The Art of Computer Programming" 3, 6.4). It holds the numbers alone; the
//! owner says whether the record of a number is the one that is looked for. Nothing is ever taken out: the owner builds a
//! new one.

use std::hash::{Hash, Hasher};

use super::table::Table;

const EMPTY: u32 = u32::MAX;
/// Places of the smallest table; always a power of two.
const LEAST: u32 = 64;

#[derive(Debug, Clone, Default)]
pub(super) struct Finder {
    places: Table<u32>,
    taken: u32,
}

impl Finder {
    /// The first number with this hash of which `is_it` holds.
    pub(super) fn find(&self, hash: u64, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let mut at = hash;
        loop {
            let number = *self.places.get(self.place(at)?)?;
            if number == EMPTY || is_it(number) {
                return (number != EMPTY).then_some(number);
            }
            at = at.wrapping_add(1);
        }
    }

    /// One that was not there; `hash_of` says the hashes of those who were, for a table that has become too small.
    pub(super) fn add(&mut self, hash: u64, number: u32, hash_of: impl Fn(u32) -> u64) {
        if self.taken * 2 >= self.places.len() {
            let before = std::mem::take(&mut self.places);
            for at in 0..(before.len() * 2).max(LEAST) {
                self.places.put(at, EMPTY);
            }
            before.iter().filter(|n| **n != EMPTY).for_each(|n| self.put(hash_of(*n), *n));
        }
        self.put(hash, number);
        self.taken += 1;
    }

    fn put(&mut self, hash: u64, number: u32) {
        let mut at = hash;
        while let Some(place) = self.place(at) {
            if self.places.get(place) == Some(&EMPTY) {
                self.places.put(place, number);
                return;
            }
            at = at.wrapping_add(1);
        }
    }

    fn place(&self, at: u64) -> Option<u32> {
        let last = self.places.len().checked_sub(1)?;
        u32::try_from(at & u64::from(last)).ok()
    }
}

/// The same on every machine and in every run. Not for keys that strangers choose.
pub(super) fn digest(what: impl Hash) -> u64 {
    let mut mix = Mix(0x2545_f491_4f6c_dd1d);
    what.hash(&mut mix);
    mix.finish()
}

struct Mix(u64);

impl Mix {
    /// Both halves of a product: every bit of it depends on many.
    fn add(&mut self, word: u64) {
        let product = u128::from(self.0.rotate_left(23) ^ word) * 0x9e37_79b9_7f4a_7c15_u128;
        self.0 = product as u64 ^ (product >> 64) as u64;
    }
}

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.add(u64::from_le_bytes(*word)));
        if !rest.is_empty() {
            let last = rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
            self.add(last);
        }
    }

    fn write_u8(&mut self, n: u8) {
        self.add(u64::from(n));
    }

    fn write_u32(&mut self, n: u32) {
        self.add(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        self.add(n);
    }

    fn write_usize(&mut self, n: usize) {
        self.add(n as u64);
    }

    fn write_isize(&mut self, n: isize) {
        self.add(n as u64);
    }

    /// Spreads every bit over all (the finaliser of SplitMix64).
    fn finish(&self) -> u64 {
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_added_and_a_clone_keeps_what_it_had() {
        // Few hashes for many numbers: most share theirs.
        let hash = |n: u32| digest(n % 300);
        let mut finder = Finder::default();
        assert_eq!(finder.find(1, |_| true), None);
        (0..1_000).for_each(|n| finder.add(hash(n), n, hash));
        let before = finder.clone();
        finder.add(hash(1_000), 1_000, hash);
        for n in 0..=1_000 {
            assert_eq!(finder.find(hash(n), |found| found == n), Some(n));
            assert_eq!(before.find(hash(n), |found| found == n), (n < 1_000).then_some(n));
        }
        assert_eq!(finder.find(digest("nobody"), |_| false), None);
    }

    #[test]
    fn digests_differ() {
        let spread = |digests: &mut dyn Iterator<Item = u64>| {
            let all: std::collections::BTreeSet<u64> = digests.map(|d| d % 65_536).collect();
            assert!(all.len() > 970, "as many as by chance: {}", all.len());
        };
        spread(&mut (0..1_000).map(|n| digest(format!("skill-{n}"))));
        spread(&mut (0..1_000u128).map(|n| digest(n.to_be_bytes().as_slice())));
        spread(&mut (0..1_000u128).map(|n| digest((n << 64).to_be_bytes().as_slice())));
        assert_ne!(digest(("ab", "c")), digest(("a", "bc")));
        assert_ne!(digest([0u8; 3].as_slice()), digest([0u8; 4].as_slice()));
    }
}
