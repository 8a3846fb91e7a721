//! Customers who had to say it again.
//!
//! A turn repeats an earlier one when most of what it says was in there: content words by their stem, numbers and
//! identifiers, and nearness of meaning where texts have an embedding. Words that say so themselves ("as I said") lower the
//! bar. New words raise the doubt: a turn that mostly adds something is no repeat.

use std::collections::BTreeSet;

use baton_model::{Conversation, Embedding, EntityKind, Escalation, SignalKind, Timestamp, Turn, TurnId};

/// Share of the turn's own content words that were said before, from which it says the same again; tuned on the first half
/// of `repeats.tsv`.
const SAME: f32 = 0.6;
/// With words that say so themselves.
const SAID_SO: f32 = 0.4;
/// With a meaning this near, this share is enough. Cosine of embeddings.
const NEAR: f32 = 0.8;
const NEAR_SHARE: f32 = 0.4;
/// Fewer shared words are small talk.
const LEAST: usize = 2;
/// A turn this short that only gives a number again is a repeat.
const SHORT: usize = 5;

/// What was said, as it is compared.
struct Said {
    words: BTreeSet<String>,
    embedding: Option<Embedding>,
}

impl Said {
    fn of(turn: &Turn) -> Self {
        Self { words: words(&turn.text), embedding: turn.signals.embedding.clone() }
    }
}

/// Customer turns after `accepted` that say again what the package held or what the customer had written before.
pub(super) fn repeats(escalation: &Escalation, conversation: &Conversation, accepted: Timestamp) -> Vec<TurnId> {
    let mut told: Vec<Said> = Vec::new();
    let mut given: BTreeSet<(EntityKind, String)> = BTreeSet::new();
    if let Some(package) = &escalation.package {
        let claims = package.summary.iter().chain(&package.wants).chain(std::iter::once(&package.headline));
        told.extend(claims.map(|c| Said { words: words(&c.text), embedding: None }));
        given.extend(package.entities.iter().map(|e| (e.kind, e.value.to_lowercase())));
    }
    let mut out = Vec::new();
    for turn in conversation.turns.iter().filter(|t| t.is_customer()) {
        let said = Said::of(turn);
        let values = values(turn);
        if turn.at >= accepted && turn.signals.score(SignalKind::Thanks) < 0.5 {
            let number_again = said.words.len() <= SHORT && values.iter().any(|v| given.contains(v));
            if number_again || told.iter().any(|earlier| same(&turn.text, &said, earlier)) {
                out.push(turn.id);
            }
        }
        told.push(said);
        given.extend(values);
    }
    out
}

/// Customer turns that say to the AI what they had told it before.
pub fn repeats_to_the_ai(conversation: &Conversation) -> Vec<TurnId> {
    let mut told: Vec<Said> = Vec::new();
    let mut out = Vec::new();
    for turn in conversation.turns.iter().filter(|t| t.is_customer()) {
        let said = Said::of(turn);
        if told.iter().any(|earlier| same(&turn.text, &said, earlier)) {
            out.push(turn.id);
        }
        told.push(said);
    }
    out
}

fn same(text: &str, said: &Said, earlier: &Said) -> bool {
    let shared = said.words.intersection(&earlier.words).count();
    if shared < LEAST {
        return false;
    }
    let share = shared as f32 / said.words.len() as f32;
    let near = said.embedding.as_ref().zip(earlier.embedding.as_ref()).is_some_and(|(a, b)| a.cosine(b) >= NEAR);
    share >= SAME || (near && share >= NEAR_SHARE) || (share >= SAID_SO && says_so(text))
}

/// "As I said", in its forms.
fn says_so(text: &str) -> bool {
    const FORMS: &[&str] = &[
        "as i said",
        "like i said",
        "as i told",
        "as i wrote",
        "as i mentioned",
        "as mentioned",
        "i already",
        "already said",
        "already told",
        "already wrote",
        "i told you",
        "i told the",
        "told the bot",
        "said before",
        "once more",
        "again:",
        "i repeat",
        "wie gesagt",
        "wie ich schon",
        "ich habe doch schon",
        "comme je l'ai dit",
        "como ya dije",
        "como já disse",
    ];
    let text = text.to_lowercase().replace('’', "'");
    FORMS.iter().any(|form| text.contains(form))
}

fn values(turn: &Turn) -> Vec<(EntityKind, String)> {
    let identifying =
        |k| matches!(k, EntityKind::Reference | EntityKind::Email | EntityKind::Phone | EntityKind::Iban | EntityKind::Card);
    turn.signals.entities.iter().filter(|e| identifying(e.kind)).map(|e| (e.kind, e.value.to_lowercase())).collect()
}

/// Content words by their stem: four letters or more, or with a digit.
pub(super) fn words(text: &str) -> BTreeSet<String> {
    content(text).map(|w| stem(&w).to_owned()).collect()
}

/// The content words as they were written, in lower case.
pub(super) fn content(text: &str) -> impl Iterator<Item = String> + '_ {
    const EMPTY: &[&str] = &[
        "about",
        "again",
        "already",
        "also",
        "although",
        "been",
        "because",
        "could",
        "does",
        "from",
        "have",
        "hello",
        "help",
        "here",
        "into",
        "just",
        "know",
        "like",
        "mention",
        "mentioned",
        "please",
        "really",
        "said",
        "since",
        "still",
        "thank",
        "thanks",
        "that",
        "them",
        "then",
        "there",
        "they",
        "this",
        "though",
        "told",
        "very",
        "want",
        "wants",
        "was",
        "what",
        "when",
        "where",
        "which",
        "will",
        "with",
        "would",
        "writes",
        "wrote",
        "your",
    ];
    text.split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|w| (w.chars().count() >= 4 || w.contains(|c: char| c.is_numeric())) && !EMPTY.contains(&w.as_str()))
}

/// Without the common endings, as long as something is left to know the word by.
pub(super) fn stem(word: &str) -> &str {
    const LEFT: usize = 4;
    if word.contains(|c: char| c.is_numeric()) {
        return word;
    }
    for ending in ["ations", "ation", "ments", "ment", "ings", "ing", "ied", "ies", "ed", "es", "s", "e"] {
        if let Some(rest) = word.strip_suffix(ending)
            && rest.chars().count() >= LEFT
        {
            return rest;
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_repeat(later: &str, earlier: &str) -> bool {
        let said = |text| Said { words: words(text), embedding: None };
        same(later, &said(later), &said(earlier))
    }

    #[test]
    fn the_same_again_is_told_from_something_new() {
        let first = "My kettle from order A-1042 arrived broken and leaks";
        assert!(is_repeat("As I said, the kettle arrived broken and it leaks", first));
        assert!(!is_repeat("The kettle has a nice colour though, and the box was fine", first));
        assert!(!is_repeat("ok, kettle", first));
        assert!(!is_repeat("", first));
    }

    #[test]
    fn meaning_helps_where_words_are_few() {
        let near = Embedding::of(&[0.5; Embedding::DIMENSIONS]);
        let said = |text, embedding: &Option<Embedding>| Said { words: words(text), embedding: embedding.clone() };
        let (later, earlier) = ("The kettle spills water on my table", "My kettle leaks water");
        assert!(!same(later, &said(later, &None), &said(earlier, &near)));
        assert!(same(later, &said(later, &near), &said(earlier, &near)));
    }

    /// Precision and recall on one half of the set.
    fn measured(half: usize) -> (f64, f64) {
        const TALK: [&str; 4] = ["Thanks, that is kind of you.", "Yes, please do that.", "How long will it take?", "ok"];
        let lines: Vec<Vec<&str>> =
            include_str!("repeats.tsv").lines().filter(|l| !l.starts_with('#')).map(|l| l.split('\t').collect()).collect();
        assert!(lines.iter().all(|l| l.len() == 4) && lines.len() == 40);
        let (mut found, mut wrong, mut missed) = (0.0, 0.0, 0.0);
        for (i, line) in lines.iter().enumerate().filter(|(i, _)| i % 2 == half) {
            let original = line[0];
            for again in &line[1..3] {
                if is_repeat(again, original) { found += 1.0 } else { missed += 1.0 }
            }
            // Something new on the same matter, somebody else's words, small talk.
            let others = [lines[(i + 2) % 40][1], lines[(i + 7) % 40][2]];
            for new in std::iter::once(line[3]).chain(others).chain(TALK) {
                wrong += f64::from(u8::from(is_repeat(new, original)));
            }
        }
        (found / (found + wrong), found / (found + missed))
    }

    /// Forty originals of our own, each said again twice by hand, and seven turns that are no repeat. The first half served
    /// to choose the thresholds, the second never did. The suite `repeats` of `baton eval` says real turns again by rule.
    #[test]
    fn repeats_are_found() {
        for half in [0, 1] {
            let (precision, recall) = measured(half);
            assert!(precision >= 0.85 && recall >= 0.85, "half {half}: precision {precision:.3}, recall {recall:.3}");
        }
    }
}
