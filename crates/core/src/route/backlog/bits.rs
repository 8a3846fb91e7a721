//! A set of small numbers, as a bitmap with a summary. A clone shares the words until one of the two changes.

use std::sync::Arc;

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Bits {
    words: Arc<Words>,
    len: u32,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Words {
    /// Which of 64 words have members, so that sparse sets are walked fast.
    summary: Vec<u64>,
    words: Vec<u64>,
}

impl Bits {
    pub(super) fn contains(&self, n: u32) -> bool {
        self.words.words.get(n as usize / 64).is_some_and(|w| w & (1 << (n % 64)) != 0)
    }

    pub(super) fn set(&mut self, n: u32, member: bool) {
        if self.contains(n) == member {
            return;
        }
        let at = n as usize / 64;
        let Words { summary, words } = Arc::make_mut(&mut self.words);
        if words.len() <= at {
            words.resize(at + 1, 0);
            summary.resize(at / 64 + 1, 0);
        }
        words[at] ^= 1 << (n % 64);
        let some = u64::from(words[at] != 0) << (at % 64);
        summary[at / 64] = summary[at / 64] & !(1 << (at % 64)) | some;
        self.len = if member { self.len + 1 } else { self.len - 1 };
    }

    pub(super) fn len(&self) -> u32 {
        self.len
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.and(self)
    }

    /// Members of both, in order.
    pub(super) fn and<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = u32> + 'a {
        self.words_and(other).flat_map(|(at, word)| members(word).map(move |bit| at * 64 + bit))
    }

    pub(super) fn count_and(&self, other: &Self) -> u32 {
        self.words_and(other).map(|(_, word)| word.count_ones()).sum()
    }

    /// Some member of all three.
    pub(super) fn meets(&self, other: &Self, third: &Self) -> bool {
        self.words_and(other).any(|(at, word)| third.words.words.get(at as usize).is_some_and(|t| word & t != 0))
    }

    /// The words of both where both may have members.
    fn words_and<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (u32, u64)> + 'a {
        let (a, b) = (&*self.words, &*other.words);
        let full = (0u32..).zip(a.summary.iter().zip(&b.summary));
        let at = full.flat_map(|(at, (x, y))| members(x & y).map(move |bit| at * 64 + bit));
        at.map(|at| (at, a.words[at as usize] & b.words[at as usize]))
    }
}

fn members(mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros())?;
        word &= word - 1;
        Some(bit)
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

    #[test]
    fn far_apart_members_are_found_by_the_summary() {
        let of = |members: &[u32]| {
            let mut bits = Bits::default();
            members.iter().for_each(|n| bits.set(*n, true));
            bits
        };
        let (mut a, b) = (of(&[3, 4_095, 4_096, 9_000, 70_000]), of(&[4_095, 4_097, 9_000]));
        assert_eq!(a.iter().collect::<Vec<_>>(), [3, 4_095, 4_096, 9_000, 70_000]);
        assert_eq!((a.and(&b).collect::<Vec<_>>(), b.count_and(&a)), (vec![4_095, 9_000], 2));
        a.set(9_000, false);
        assert!(a.meets(&b, &of(&[4_095])) && !a.meets(&b, &of(&[9_000])));
    }
}
