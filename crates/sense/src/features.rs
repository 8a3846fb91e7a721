//! A text as hashed n-grams: what every trained head reads, in training and in serving.
//!
//! Words alone and in pairs, and characters in runs of 2 to 5 within a word and its borders, each hashed to 32 bits; a head
//! keeps the low bits. Words and characters are marked apart, because a head gives each of both groups a length of its own.
//!
//! A change here makes every trained head useless: [`VERSION`] goes up with it, and a test holds some hashes fast.

use crate::reading::first_chars;

/// Of the hashes; heads fitted on another version are refused.
pub const VERSION: u8 = 1;

/// What is read of one text; the rest is ignored.
const MAX_CHARS: usize = 2_000;
const LONGEST: usize = 5;
/// Set in the hashes of words and word pairs, clear in those of characters.
const WORD: u32 = 1 << 31;

/// The distinct n-grams of one text, as hashes in rising order, and how often each occurs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Features {
    hashes: Vec<u32>,
    counts: Vec<u8>,
}

impl Features {
    pub fn of(text: &str) -> Self {
        Self::default().with(text, 0)
    }

    /// Adds what was said elsewhere, such as in the turn before: the same words in another field are other n-grams.
    pub fn with(mut self, text: &str, field: u8) -> Self {
        // All that was there, as often as it was there, and then once more in order.
        let mut all: Vec<u32> = Vec::with_capacity(self.hashes.len() + 5 * text.len().min(MAX_CHARS));
        for (&hash, &count) in self.hashes.iter().zip(&self.counts) {
            all.extend(std::iter::repeat_n(hash, usize::from(count)));
        }
        grams(text, field, &mut all);
        all.sort_unstable();
        self.hashes.clear();
        self.counts.clear();
        for hash in all {
            match (self.hashes.last(), self.counts.last_mut()) {
                (Some(&last), Some(count)) if last == hash => *count = count.saturating_add(1),
                _ => {
                    self.hashes.push(hash);
                    self.counts.push(1);
                }
            }
        }
        self
    }

    /// Where they fall in a table of `1 << bits` rows, whether they are words, and how often they occur. Two may fall together.
    pub(crate) fn buckets(&self, bits: u8) -> impl Iterator<Item = (usize, bool, u8)> {
        let mask = (1u32 << bits) - 1;
        self.hashes.iter().zip(&self.counts).map(move |(h, &n)| ((h & mask) as usize, h & WORD != 0, n))
    }

    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }
}

fn grams(text: &str, field: u8, hashes: &mut Vec<u32>) {
    let seed = 0x811c_9dc5 ^ u32::from(field).wrapping_mul(0x9e37_79b9);
    let mut word: Vec<u32> = Vec::with_capacity(32);
    let mut previous = START;
    let mut end = |word: &mut Vec<u32>, hashes: &mut Vec<u32>| {
        if word.is_empty() {
            return;
        }
        let whole = word.iter().fold(seed, |h, &c| step(h, c));
        hashes.push(finish(whole) | WORD);
        hashes.push(finish(step(step(previous, whole), BORDER)) | WORD);
        previous = whole;
        word.push(BORDER);
        word.insert(0, BORDER);
        for start in 0..word.len() {
            let mut hash = seed ^ CHARACTERS;
            for (n, &c) in word[start..].iter().take(LONGEST).enumerate() {
                hash = step(hash, c);
                if n > 0 {
                    hashes.push(finish(hash) & !WORD);
                }
            }
        }
        word.clear();
    };
    for c in first_chars(text, MAX_CHARS).chars() {
        match kind(c) {
            Kind::Letter(c) => word.push(c),
            Kind::Blank => end(&mut word, hashes),
            Kind::Sign(c) => {
                end(&mut word, hashes);
                word.push(c);
                end(&mut word, hashes);
            }
        }
    }
    end(&mut word, hashes);
}

const BORDER: u32 = 0x20;
const START: u32 = 0x5bd1_e995;
const CHARACTERS: u32 = 0x2545_f491;

enum Kind {
    Letter(u32),
    /// A word of its own.
    Sign(u32),
    Blank,
}

fn kind(c: char) -> Kind {
    match c {
        'a'..='z' => Kind::Letter(c as u32),
        'A'..='Z' => Kind::Letter(c.to_ascii_lowercase() as u32),
        // Which number it is says little, that there is one says much.
        '0'..='9' => Kind::Letter('0' as u32),
        '\'' | '’' | '‘' | '`' => Kind::Letter('\'' as u32),
        '!' | '?' | '$' | '€' | '£' | '%' | '#' | '@' => Kind::Sign(c as u32),
        ' '..='~' => Kind::Blank,
        _ if c.is_alphabetic() => Kind::Letter(c.to_lowercase().next().unwrap_or(c) as u32),
        _ if c.is_numeric() => Kind::Letter('0' as u32),
        // Marks belong to the letter before them; without them Hindi would fall apart.
        '\u{300}'..='\u{36f}' | '\u{610}'..='\u{6ed}' | '\u{900}'..='\u{d7f}' | '\u{e00}'..='\u{eff}' => {
            Kind::Letter(c as u32)
        }
        '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' => Kind::Sign(c as u32),
        _ => Kind::Blank,
    }
}

/// FNV-1a by code points (Fowler, Noll and Vo).
fn step(hash: u32, c: u32) -> u32 {
    (hash ^ c).wrapping_mul(0x0100_0193)
}

/// FNV leaves its low bits poor: the finish of MurmurHash3 (Appleby) spreads them.
fn finish(mut h: u32) -> u32 {
    h ^= h >> 16;
    h = h.wrapping_mul(0x85eb_ca6b);
    h ^= h >> 13;
    h = h.wrapping_mul(0xc2b2_ae35);
    h ^ (h >> 16)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// If this fails, raise [`VERSION`] and train everything again.
    #[test]
    fn hashes_hold_fast() {
        let sum = |text: &str| {
            let f = Features::of(text);
            (f.hashes.len(), f.hashes.iter().zip(&f.counts).fold(0u32, |s, (h, n)| s.rotate_left(5) ^ h ^ u32::from(*n)))
        };
        let texts = ["Refund!", "Where is order 4711?", "Où est ma commande ?", "नमस्ते दुनिया", "😡 no no no"];
        assert_eq!(
            texts.map(sum),
            [(29, 1_500_621_139), (65, 3_392_095_485), (64, 4_168_562_421), (48, 3_073_418_262), (14, 3_004_908_631)]
        );
    }

    #[test]
    fn case_and_numbers_do_not_matter() {
        assert_eq!(Features::of("Order 4711"), Features::of("order 9005"));
        assert_eq!(Features::of("I’m"), Features::of("i'm"));
        assert_ne!(Features::of("no"), Features::of("no no"));
    }

    #[test]
    fn a_field_has_its_own_words() {
        let here = Features::of("yes");
        let both = Features::of("yes").with("yes", 1);
        assert_eq!(both.hashes.len(), 2 * here.hashes.len());
        assert_eq!(here.clone().with("", 1), here);
        assert!(Features::of(" ...").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_has_features(text in any::<String>()) {
            let f = Features::of(&text);
            prop_assert!(f.hashes.is_sorted() && f.hashes.len() == f.counts.len());
        }
    }
}
