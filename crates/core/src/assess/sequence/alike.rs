//! How alike two turns are: by their words, and by their meaning where both have one.

use baton_model::{Embedding, Turn};

/// Two turns say the same when they are this much alike.
pub(crate) const SAME: f32 = 0.65;
const MAX_WORDS: usize = 64;

/// What a turn says, for comparing.
#[derive(Debug)]
pub(crate) struct Said<'a> {
    /// Content words as sorted hashes.
    words: Vec<u64>,
    meaning: Option<&'a Embedding>,
}

impl<'a> Said<'a> {
    pub(crate) fn by(turn: &'a Turn) -> Self {
        Self { words: words(&turn.text), meaning: turn.signals.embedding.as_ref() }
    }

    /// 0..=1: the shared words or the nearness of meaning, whichever is larger.
    pub(crate) fn alike(&self, other: &Self) -> f32 {
        self.overlap(other).max(self.near(other))
    }

    /// Shared words by all words.
    pub(crate) fn overlap(&self, other: &Self) -> f32 {
        overlap(&self.words, &other.words)
    }

    /// Content words that are told apart.
    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }

    /// Cosines up to [`FAR`] say nothing. Very short turns are near to each other whatever they are about.
    fn near(&self, other: &Self) -> f32 {
        const FAR: f32 = 0.6;
        const LEAST_WORDS: usize = 3;
        match (self.meaning, other.meaning) {
            (Some(a), Some(b)) if self.len().min(other.len()) >= LEAST_WORDS => {
                ((a.cosine(b) - FAR) / (1.0 - FAR)).clamp(0.0, 1.0)
            }
            _ => 0.0,
        }
    }
}

/// Both name a number or a day that the other does not: "on Friday?" asks something else than "on Sunday?".
pub(crate) fn of_another(a: &Turn, b: &Turn) -> bool {
    let points = |turn: &Turn| hashes(&turn.text, |w| w.contains(|c: char| c.is_ascii_digit()) || day(w));
    let (a, b) = (points(a), points(b));
    let more = |a: &[u64], b: &[u64]| a.iter().any(|w| b.binary_search(w).is_err());
    more(&a, &b) && more(&b, &a)
}

/// Content words as sorted hashes (FNV-1a), at most [`MAX_WORDS`] of them.
fn words(text: &str) -> Vec<u64> {
    hashes(text, |w| !stop_word(w))
}

fn day(word: &str) -> bool {
    const DAYS: [&str; 10] =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "today", "tomorrow", "tonight"];
    DAYS.iter().any(|day| word.eq_ignore_ascii_case(day))
}

fn hashes(text: &str, which: impl Fn(&str) -> bool) -> Vec<u64> {
    let mut words: Vec<u64> = text
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|w| !w.is_empty() && which(w))
        .take(MAX_WORDS)
        .map(hash)
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// FNV-1a over the characters in lower case.
fn hash(word: &str) -> u64 {
    let add = |h: u64, c: char| (h ^ u64::from(u32::from(c))).wrapping_mul(0x0100_0000_01b3);
    let lower = |h, c: char| if c.is_ascii() { add(h, c.to_ascii_lowercase()) } else { c.to_lowercase().fold(h, add) };
    word.chars().fold(0xcbf2_9ce4_8422_2325, lower)
}

fn stop_word(word: &str) -> bool {
    let mut lower = [0; 6];
    let Some(lower) = lower.get_mut(..word.len()) else { return false };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    matches!(
        &*lower,
        b"a" | b"i"
            | b"an"
            | b"at"
            | b"be"
            | b"do"
            | b"hi"
            | b"in"
            | b"is"
            | b"it"
            | b"me"
            | b"my"
            | b"no"
            | b"of"
            | b"ok"
            | b"on"
            | b"or"
            | b"so"
            | b"to"
            | b"we"
            | b"and"
            | b"are"
            | b"but"
            | b"can"
            | b"for"
            | b"i'm"
            | b"the"
            | b"was"
            | b"yes"
            | b"you"
            | b"does"
            | b"have"
            | b"just"
            | b"need"
            | b"tell"
            | b"that"
            | b"this"
            | b"want"
            | b"what"
            | b"will"
            | b"with"
            | b"your"
            | b"again"
            | b"could"
            | b"hello"
            | b"still"
            | b"there"
            | b"would"
            | b"please"
    )
}

/// Shared words by all words (Jaccard). Fewer than two words say nothing, two or three must all be the same.
fn overlap(a: &[u64], b: &[u64]) -> f32 {
    let shared = a.iter().filter(|w| b.binary_search(w).is_ok()).count();
    let all = a.len() + b.len() - shared;
    match a.len().min(b.len()) {
        0 | 1 => 0.0,
        2 | 3 if shared < all.min(3) && shared * 4 < all * 3 => 0.0,
        _ => shared as f32 / all as f32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_question_in_other_words() {
        let s = |a: &str, b: &str| overlap(&words(a), &words(b));
        assert!(s("Where is my order A-1234?", "where is my order A-1234") >= SAME);
        assert!(s("How do I reset my router password?", "I asked how to reset the router password") >= SAME);
        assert!(s("Where is my order?", "Where is my order??") >= SAME);
        assert!(s("Where is my order?", "How do I return shoes?") < SAME);
        assert!(s("yes", "yes") < SAME);
        assert!(s("How do I return the blue lamp?", "How do I clean the blue lamp?") < SAME);
        assert!(s("", "") < SAME);
    }
}
