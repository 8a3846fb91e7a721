//! Does the text ask something?

use std::sync::LazyLock;

use regex::Regex;

use crate::{cue::compile, reading::Reading};

static OPENING: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?:^|[.!,;\n] *)(?:hi |hello |hey |and |but |so |also |ok |please |sorry |excuse me )*(?:how|what|what's|whats|when|where|where's|wheres|why|who|whose|which|is (?:it|there|this|that|my|the)|are (?:you|there|these|my|the)|can (?:i|you|we|someone)|could (?:i|you|we|someone)|do (?:you|i|we|they)|does|did (?:you|i|my|the)|will (?:you|it|my|i|the)|would (?:you|it)|may i|am i|have you|has my|should i)(?-u:\b)",
    )
});

pub(crate) fn asks(reading: &Reading<'_>) -> bool {
    // A mark inside a word belongs to an address, not to a sentence.
    let mark = reading.norm.char_indices().any(|(i, c)| match c {
        '？' | '؟' => true,
        '?' => reading.norm[i + 1..].chars().next().is_none_or(|next| !next.is_ascii_alphanumeric()),
        _ => false,
    });
    mark || OPENING.is_match(&reading.norm)
}

#[cfg(test)]
mod tests {
    use crate::sense;

    #[test]
    fn questions_with_and_without_a_mark() {
        for text in
            ["Where is it?", "where is my order", "Hi, can you help me", "my lamp broke. what can i do", "هل يمكنك مساعدتي؟"]
        {
            assert!(sense(text).question, "{text}");
        }
        for text in ["My lamp broke.", "see https://x.test/a?b=1", "I know what I want", ""] {
            assert!(!sense(text).question, "{text}");
        }
    }
}
