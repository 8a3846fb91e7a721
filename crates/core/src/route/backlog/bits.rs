//! A set of small numbers, as a bitmap. A clone shares the words until one of the two changes.

use std::sync::Arc;

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Bits {
    words: Arc<Vec<u64>>,
    len: u32,
}

impl Bits {
    pub(super) fn contains(&self, n: u32) -> bool {
        self.words.get(n as usize / 64).is_some_and(|w| w & (1 << (n % 64)) != 0)
    }

    pub(super) fn set(&mut self, n: u32, member: bool) {
        if self.contains(n) == member {
            return;
        }
        let at = n as usize / 64;
        let words = Arc::make_mut(&mut self.words);
        if words.len() <= at {
            words.resize(at + 1, 0);
        }
        words[at] ^= 1 << (n % 64);
        self.len = if member { self.len + 1 } else { self.len - 1 };
    }

    pub(super) fn len(&self) -> u32 {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        members(self.words.iter().copied())
    }

    /// Members of both, in order.
    pub(super) fn and<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = u32> + 'a {
        members(self.words.iter().zip(other.words.iter()).map(|(a, b)| a & b))
    }

    pub(super) fn count_and(&self, other: &Self) -> u32 {
        self.words.iter().zip(other.words.iter()).map(|(a, b)| (a & b).count_ones()).sum()
    }

    /// Some member of all three.
    pub(super) fn meets(&self, other: &Self, third: &Self) -> bool {
        self.words.iter().zip(other.words.iter()).zip(third.words.iter()).any(|((a, b), c)| a & b & c != 0)
    }
}

fn members(words: impl Iterator<Item = u64>) -> impl Iterator<Item = u32> {
    (0u32..).zip(words).flat_map(|(at, mut word)| {
        std::iter::from_fn(move || {
            let bit = (word != 0).then(|| word.trailing_zeros())?;
            word &= word - 1;
            Some(at * 64 + bit)
        })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_set_like_any_other(a in prop::collection::vec((0..300u32, any::<bool>()), 0..80),
                                b in prop::collection::btree_set(0..300u32, 0..40)) {
            let (mut bits, mut set) = (Bits::default(), BTreeSet::new());
            for (n, member) in a {
                let shared = bits.clone();
                let before = set.clone();
                bits.set(n, member);
                if member { set.insert(n); } else { set.remove(&n); }
                prop_assert_eq!(shared.iter().collect::<BTreeSet<_>>(), before);
            }
            prop_assert_eq!(bits.iter().collect::<Vec<_>>(), set.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!((bits.len() as usize, bits.is_empty()), (set.len(), set.is_empty()));
            let mut other = Bits::default();
            b.iter().for_each(|n| other.set(*n, true));
            let both: Vec<u32> = set.intersection(&b).copied().collect();
            prop_assert_eq!(bits.and(&other).collect::<Vec<_>>(), both.clone());
            prop_assert_eq!(bits.count_and(&other) as usize, both.len());
            prop_assert_eq!(bits.meets(&other, &other), !both.is_empty());
        }
    }
}
