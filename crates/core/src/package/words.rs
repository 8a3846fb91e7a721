//! Small language helpers: sentences, content words, phrases, counts in words.

use std::ops::Range;

use aho_corasick::AhoCorasick;

/// Splits into trimmed sentences. A full stop inside a number or an address does not end one.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    for (at, mark) in text.match_indices(['\n', '.', '!', '?', '…', '。', '！', '？']) {
        let end = at + mark.len();
        let ends = match mark {
            "." | "!" | "?" | "…" => text[end..].chars().next().is_none_or(char::is_whitespace),
            _ => true,
        };
        if ends {
            push_trimmed(&mut out, &text[start..end]);
            start = end;
        }
    }
    push_trimmed(&mut out, &text[start..]);
    out
}

fn push_trimmed<'a>(out: &mut Vec<&'a str>, piece: &'a str) {
    let piece = piece.trim();
    if piece.chars().any(char::is_alphanumeric) {
        out.push(piece);
    }
}

/// Lower case, character by character, so that a part of a text folds to a part of the folded text.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() { out.push(c.to_ascii_lowercase()) } else { out.extend(c.to_lowercase()) }
    }
    out
}

/// `fold`, with the apostrophes that phrases are written with.
pub(super) fn fold_plain(text: &str) -> String {
    let mut out = fold(text);
    if out.contains('’') {
        out = out.replace('’', "'");
    }
    out
}

/// Calls `each` with every content word of `text`: folded, without stop words, plural and common endings removed.
pub(super) fn for_each_word(text: &str, mut each: impl FnMut(&str)) {
    walk(text, |word, stem| {
        if word.len() > LONGEST_STOP || STOP.binary_search(&word).is_err() {
            each(stem);
        }
    });
}

/// As `for_each_word`, stop words included: for comparing with words that have none.
pub(super) fn for_each_stem(text: &str, mut each: impl FnMut(&str)) {
    walk(text, |_, stem| each(stem));
}

fn walk(text: &str, mut each: impl FnMut(&str, &str)) {
    let mut word = String::with_capacity(16);
    for c in text.chars().chain(std::iter::once(' ')) {
        if c.is_ascii_alphanumeric() {
            word.push(c.to_ascii_lowercase());
        } else if !c.is_ascii() && c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        } else if c == '\'' || c == '’' {
            // "don't" and "customer's" stay one word.
        } else if !word.is_empty() {
            let stem = stem(&word);
            if stem.chars().count() > 2 {
                each(&word, stem);
            }
            word.clear();
        }
    }
}

/// Content words, sorted, each once.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// One after the other: a text of its own for each would cost more than finding them.
    text: String,
    at: Vec<Range<usize>>,
}

impl Words {
    pub(super) fn of(text: &str) -> Self {
        let mut words = Self::default();
        for_each_word(text, |word| {
            let start = words.text.len();
            words.text.push_str(word);
            words.at.push(start..words.text.len());
        });
        let Self { text, at } = &mut words;
        at.sort_unstable_by_key(|at| &text[at.clone()]);
        at.dedup_by_key(|at| &text[at.clone()]);
        words
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.at.iter().map(|at| &self.text[at.clone()])
    }

    pub(super) fn len(&self) -> usize {
        self.at.len()
    }

    /// How many of them the others hold too.
    pub(super) fn shared_with(&self, others: &Self) -> usize {
        let mut others = others.iter().peekable();
        self.iter()
            .filter(|word| {
                while others.next_if(|other| other < word).is_some() {}
                others.next_if_eq(word).is_some()
            })
            .count()
    }
}

fn stem(word: &str) -> &str {
    for ending in ["ing", "ed", "es", "s"] {
        if let Some(root) = word.strip_suffix(ending)
            && root.len() > 3
        {
            return root;
        }
    }
    word
}

/// Whether `phrase` occurs in `text` at the beginning of a word (both folded). Gives its byte offset.
pub(super) fn find_phrase(text: &str, phrase: &str) -> Option<usize> {
    text.match_indices(phrase)
        .map(|(at, _)| at)
        .find(|&at| text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric()))
}

/// Phrases that begin words of a folded text, all of them found in one pass.
#[derive(Debug)]
pub(super) struct PhraseBook {
    phrases: AhoCorasick,
}

impl PhraseBook {
    /// Phrases are folded.
    #[expect(clippy::expect_used, reason = "phrases are written in the source: a few dozen short ones always fit")]
    pub(super) fn of<'p>(phrases: impl IntoIterator<Item = &'p str>) -> Self {
        Self { phrases: AhoCorasick::new(phrases).expect("few and short") }
    }

    /// Where a phrase begins a word, and its number; several may begin at one place.
    pub(super) fn find_in<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
        let begins = |at: usize| text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        let found = self.phrases.find_overlapping_iter(text);
        found.filter(move |m| begins(m.start())).map(|m| (m.start(), m.pattern().as_usize()))
    }

    pub(super) fn is_in(&self, text: &str) -> bool {
        self.find_in(text).next().is_some()
    }
}

/// "once", "twice", "three times": counts in claims are words, because a digit there would need a source.
pub(super) fn times(n: usize) -> String {
    match n {
        1 => "once".into(),
        2 => "twice".into(),
        _ => format!("{} times", cardinal(n)),
    }
}

pub(super) fn cardinal(n: usize) -> &'static str {
    const WORDS: [&str; 11] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    WORDS.get(n).copied().unwrap_or("many")
}

/// Bytes of the longest stop word.
const LONGEST_STOP: usize = 7;

/// Sorted: words that say nothing about the subject.
const STOP: &[&str] = &[
    "a", "about", "after", "again", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "because", "been",
    "before", "but", "by", "can", "cant", "could", "das", "der", "did", "didnt", "die", "do", "does", "doesnt", "dont",
    "ein", "eine", "for", "from", "get", "got", "had", "has", "have", "havent", "hello", "help", "her", "here", "hey", "hi",
    "his", "how", "i", "ich", "id", "if", "ill", "im", "in", "into", "is", "isnt", "ist", "it", "its", "ive", "just",
    "know", "let", "like", "me", "mein", "more", "much", "my", "need", "new", "nicht", "no", "not", "now", "of", "off",
    "ok", "okay", "on", "one", "only", "or", "our", "out", "please", "really", "said", "say", "she", "should", "sie", "so",
    "some", "still", "tell", "than", "thank", "thanks", "that", "thats", "the", "their", "them", "then", "there", "they",
    "this", "to", "too", "und", "up", "us", "very", "want", "was", "we", "well", "were", "what", "when", "which", "who",
    "why", "will", "with", "you", "your",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stop_words_can_be_searched() {
        assert!(STOP.is_sorted());
        assert_eq!(STOP.iter().map(|w| w.len()).max(), Some(LONGEST_STOP));
    }

    #[test]
    fn a_decimal_point_ends_no_sentence() {
        assert_eq!(
            sentences("It cost 129.95 EUR. Why? \n See shop.example.com"),
            ["It cost 129.95 EUR.", "Why?", "See shop.example.com"]
        );
        assert!(sentences(" … !? 🙂 ").is_empty());
    }

    #[test]
    fn words_are_compared_by_their_stem() {
        let words = Words::of("My orders were delayed, still waiting for the order");
        assert_eq!(words.iter().collect::<Vec<_>>(), ["delay", "order", "wait"]);
        assert_eq!(words.shared_with(&Words::of("wait: another delayed order")), 3);
        assert_eq!(words.shared_with(&Words::of("zebras ordered apples")), 1);
        assert_eq!(Words::of("").shared_with(&words), 0);
        assert_eq!(find_phrase("prerefund no", "refund"), None);
        assert_eq!(find_phrase("my refunds", "refund"), Some(3));
        let book = PhraseBook::of(["refund", "my ref"]);
        assert_eq!(book.find_in("prerefund, my refunds").collect::<Vec<_>>(), [(11, 1), (14, 0)]);
        assert!(!book.is_in("prerefund no"));
    }
}
