//! Customers who had to say it again.

use std::collections::BTreeSet;

use baton_model::{Conversation, EntityKind, Escalation, SignalKind, Timestamp, Turn, TurnId};

/// Shared content words, as a share of the turn's own, above which it says the same again.
const SAME: f32 = 0.6;
/// Fewer shared words are small talk.
const LEAST: usize = 3;
/// A turn this short that only gives a number again is a repeat.
const SHORT: usize = 5;

/// Customer turns after `accepted` that say again what the package held or what the customer had written before.
pub(super) fn repeats(escalation: &Escalation, conversation: &Conversation, accepted: Timestamp) -> Vec<TurnId> {
    let mut told: Vec<BTreeSet<String>> = Vec::new();
    let mut given: BTreeSet<(EntityKind, String)> = BTreeSet::new();
    if let Some(package) = &escalation.package {
        let claims = package.summary.iter().chain(&package.wants).chain(std::iter::once(&package.headline));
        told.extend(claims.map(|c| words(&c.text)));
        given.extend(package.entities.iter().map(|e| (e.kind, e.value.to_lowercase())));
    }
    let mut out = Vec::new();
    for turn in conversation.turns.iter().filter(|t| t.is_customer()) {
        let said = words(&turn.text);
        let values = values(turn);
        if turn.at >= accepted && turn.signals.score(SignalKind::Thanks) < 0.5 {
            let again = told.iter().any(|earlier| same(&said, earlier));
            let number_again = said.len() <= SHORT && values.iter().any(|v| given.contains(v));
            if again || number_again {
                out.push(turn.id);
            }
        }
        told.push(said);
        given.extend(values);
    }
    out
}

/// Customer turns that say to the AI what they had told it before.
pub(super) fn repeats_to_the_ai(conversation: &Conversation) -> Vec<TurnId> {
    let mut told: Vec<BTreeSet<String>> = Vec::new();
    let mut out = Vec::new();
    for turn in conversation.turns.iter().filter(|t| t.is_customer()) {
        let said = words(&turn.text);
        if told.iter().any(|earlier| same(&said, earlier)) {
            out.push(turn.id);
        }
        told.push(said);
    }
    out
}

fn same(said: &BTreeSet<String>, earlier: &BTreeSet<String>) -> bool {
    let shared = said.intersection(earlier).count();
    shared >= LEAST && shared as f32 >= SAME * said.len() as f32
}

fn values(turn: &Turn) -> Vec<(EntityKind, String)> {
    let identifying =
        |k| matches!(k, EntityKind::Reference | EntityKind::Email | EntityKind::Phone | EntityKind::Iban | EntityKind::Card);
    turn.signals.entities.iter().filter(|e| identifying(e.kind)).map(|e| (e.kind, e.value.to_lowercase())).collect()
}

/// Content words: four letters or more, or with a digit, without plural.
pub(super) fn words(text: &str) -> BTreeSet<String> {
    const EMPTY: &[&str] = &[
        "about", "again", "already", "also", "been", "could", "does", "from", "have", "hello", "help", "here", "into",
        "just", "know", "like", "please", "really", "said", "still", "thank", "thanks", "that", "them", "then", "there",
        "they", "this", "told", "very", "want", "wants", "was", "what", "when", "where", "which", "will", "with", "would",
        "writes", "your",
    ];
    text.split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|w| (w.chars().count() >= 4 || w.contains(|c: char| c.is_numeric())) && !EMPTY.contains(&w.as_str()))
        .map(|w| if w.len() > 4 { w.trim_end_matches('s').to_owned() } else { w })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_again_is_told_from_something_new() {
        let first = words("My kettle from order A-1042 arrived broken and leaks");
        assert!(same(&words("As I said, the kettle arrived broken and it leaks"), &first));
        assert!(!same(&words("The kettle has a nice colour though, and the box was fine"), &first));
        assert!(!same(&words("ok, kettle"), &first));
        assert!(!same(&words(""), &first));
    }
}
