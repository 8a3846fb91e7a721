//! Small language helpers: sentences, content words, counts in words.

/// Splits into trimmed sentences. A full stop inside a number or an address does not end one.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let ends = match c {
            '\n' | '。' | '！' | '？' => true,
            '.' | '!' | '?' | '…' => chars.peek().is_none_or(|&(_, next)| next.is_whitespace()),
            _ => false,
        };
        if ends {
            push_trimmed(&mut out, &text[start..at + c.len_utf8()]);
            start = at + c.len_utf8();
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

pub(super) fn content_words(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for_each_word(text, |w| out.push(w.to_owned()));
    out.sort_unstable();
    out.dedup();
    out
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

/// Share of the words of `a` that occur in `b` (both sorted and without repeats), and how many.
pub(super) fn overlap(a: &[String], b: &[String]) -> (f32, usize) {
    let shared = a.iter().filter(|w| b.binary_search(w).is_ok()).count();
    let share = if a.is_empty() { 0.0 } else { shared as f32 / a.len() as f32 };
    (share, shared)
}

/// Whether `phrase` occurs in `text` at the beginning of a word (both folded). Gives its byte offset.
pub(super) fn find_phrase(text: &str, phrase: &str) -> Option<usize> {
    text.match_indices(phrase)
        .map(|(at, _)| at)
        .find(|&at| text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric()))
}

/// Whether one of these phrases occurs in `text` at the beginning of a word (all folded). One walk over the text, however
/// many phrases there are.
pub(super) fn has_any(text: &str, phrases: &[&str]) -> bool {
    word_starts(text).any(|at| begins_with_any(&text[at..], phrases))
}

fn word_starts(text: &str) -> impl Iterator<Item = usize> {
    let mut inside = false;
    text.char_indices().filter_map(move |(at, c)| {
        let starts = c.is_alphanumeric() && !inside;
        inside = c.is_alphanumeric();
        starts.then_some(at)
    })
}

fn begins_with_any(rest: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|p| p.as_bytes().first() == rest.as_bytes().first() && rest.starts_with(p))
}

/// Many phrases, looked up by their first byte.
#[derive(Debug)]
pub(super) struct PhraseBook {
    by_first: [Vec<(&'static str, usize)>; 256],
}

impl PhraseBook {
    /// Each phrase with what it stands for; of several that match at one place, the smallest counts.
    pub(super) fn of(phrases: impl IntoIterator<Item = (&'static str, usize)>) -> Self {
        let mut by_first = [const { Vec::new() }; 256];
        for (phrase, meaning) in phrases {
            if let Some(first) = phrase.bytes().next() {
                by_first[usize::from(first)].push((phrase, meaning));
            }
        }
        Self { by_first }
    }

    /// What the phrases that begin words of a folded text stand for, with their offsets.
    pub(super) fn find_in<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
        word_starts(text).filter_map(move |at| {
            let rest = &text[at..];
            let known = &self.by_first[usize::from(*rest.as_bytes().first()?)];
            known
                .iter()
                .filter(|(phrase, _)| rest.starts_with(phrase))
                .map(|(_, meaning)| *meaning)
                .min()
                .map(|meaning| (at, meaning))
        })
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
        assert_eq!(content_words("My orders were delayed, still waiting"), ["delay", "order", "wait"]);
        assert_eq!(overlap(&content_words("order delay"), &content_words("delayed orders")), (1.0, 2));
        assert_eq!(find_phrase("prerefund no", "refund"), None);
        assert_eq!(find_phrase("my refunds", "refund"), Some(3));
    }
}
