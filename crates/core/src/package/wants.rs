//! What the customer wants, in their own words: the sentence that says it, and a short phrase for it where one is known.

use std::sync::LazyLock;

use baton_model::{Claim, EntityKind, Order, SignalKind, Sourced, TurnId};

use super::{
    customer::mentions,
    quote::{quoted, short_line, slice},
    reading::{Heard, Reading},
    words::{PhraseBook, fold, fold_plain, sentences},
};

/// A kind of wish: how customers say it, and how Baton says it back. `{}` stands for the order or reference.
#[derive(Debug)]
struct Intent {
    class: &'static str,
    said: &'static [&'static str],
    phrase: &'static str,
    with_reference: &'static str,
    /// What is wrong rather than what would put it right: a remedy in the same sentence says more.
    symptom: bool,
}

/// To add a wish: one row. Earlier rows win where a sentence says several at the same place.
static INTENTS: [Intent; 14] = [
    Intent {
        class: "refund",
        said: &["refund", "money back", "reimburse", "geld zurück", "rückerstattung", "erstattung"],
        phrase: "a refund",
        with_reference: "a refund for {}",
        symptom: false,
    },
    Intent {
        class: "refund",
        said: &["replacement", "replace", "ersatz"],
        phrase: "a replacement",
        with_reference: "a replacement for {}",
        symptom: false,
    },
    Intent {
        class: "refund",
        said: &["exchange", "umtausch"],
        phrase: "an exchange",
        with_reference: "an exchange for {}",
        symptom: false,
    },
    Intent {
        class: "refund",
        said: &["return it", "return this", "return the", "return my", "send it back", "zurücksenden"],
        phrase: "to return an item",
        with_reference: "to return an item of {}",
        symptom: false,
    },
    Intent {
        class: "account",
        said: &["delete my account", "delete my data", "close my account"],
        phrase: "their account deleted",
        with_reference: "their account deleted ({})",
        symptom: false,
    },
    Intent {
        class: "cancellation",
        said: &["cancel", "kündig", "stornier"],
        phrase: "to cancel",
        with_reference: "to cancel {}",
        symptom: false,
    },
    Intent {
        class: "sales",
        said: &["discount", "better price", "lower price", "price match", "match the price", "cheaper", "rabatt"],
        phrase: "a better price",
        with_reference: "a better price for {}",
        symptom: false,
    },
    Intent {
        class: "delivery",
        said: &[
            "where is",
            "where's",
            "when will",
            "status of",
            "has not arrived",
            "hasn't arrived",
            "not arrived",
            "never arrived",
            "still waiting for",
            "not received",
            "haven't received",
            "track my",
            "wo ist",
            "wo bleibt",
        ],
        phrase: "news of a delivery",
        with_reference: "news of {}",
        symptom: true,
    },
    Intent {
        class: "delivery",
        said: &["change my address", "change the address", "different address", "wrong address"],
        phrase: "to change an address",
        with_reference: "to change the address of {}",
        symptom: false,
    },
    Intent {
        class: "billing",
        said: &[
            "charged twice",
            "double charge",
            "overcharged",
            "unknown charge",
            "wrong amount",
            "charged me",
            "been charged",
        ],
        phrase: "a charge looked into",
        with_reference: "a charge for {} looked into",
        symptom: true,
    },
    Intent {
        class: "billing",
        said: &["invoice", "receipt", "rechnung"],
        phrase: "an invoice",
        with_reference: "an invoice for {}",
        symptom: false,
    },
    Intent {
        class: "account",
        said: &["log in", "login", "password", "locked out", "sign in", "passwort"],
        phrase: "access to their account",
        with_reference: "access to their account ({})",
        symptom: true,
    },
    Intent {
        class: "technical",
        said: &[
            "broken",
            "damaged",
            "defective",
            "doesn't work",
            "does not work",
            "not working",
            "stopped working",
            "kaputt",
        ],
        phrase: "help with a faulty item",
        with_reference: "help with a faulty item of {}",
        symptom: true,
    },
    Intent {
        class: "sales",
        said: &["an exception", "extend", "extension"],
        phrase: "an exception",
        with_reference: "an exception for {}",
        symptom: false,
    },
];

static ASKS: LazyLock<PhraseBook> = LazyLock::new(|| {
    PhraseBook::of([
        "i want",
        "i need",
        "i'd like",
        "i would like",
        "can you",
        "could you",
        "can i",
        "could i",
        "please",
        "how do i",
        "where is",
        "when will",
        "give me",
        "i demand",
        "help me",
        "ich möchte",
        "ich brauche",
        "können sie",
    ])
});
const GREETS: &[&str] = &["hi", "hello", "hey", "good morning", "good afternoon", "good evening", "hallo", "guten tag"];
static REFUSES: LazyLock<PhraseBook> = LazyLock::new(|| {
    PhraseBook::of([
        "don't want",
        "do not want",
        "not want",
        "instead of",
        "rather than",
        "no need for",
        "don't need",
        "kein",
    ])
});

static A_HUMAN: LazyLock<PhraseBook> = LazyLock::new(|| PhraseBook::of(["real person", "human"]));

#[derive(Debug)]
pub(super) struct Want {
    /// "a refund for order A-1042", where the wish is a known one.
    pub(super) phrase: Option<String>,
    /// The playbook that the wish belongs to.
    pub(super) class: Option<&'static str>,
    /// The sentence that says it, veiled.
    pub(super) sentence: String,
    /// "order A-1042"
    pub(super) reference: Option<String>,
    /// Where it is said, and where the reference is.
    pub(super) turns: Vec<TurnId>,
}

impl Want {
    /// "Wants a refund for order A-1042: “…”", or the sentence alone. `introduction` reads these beginnings.
    pub(super) fn claim(&self) -> Claim {
        let quote = quoted(&self.sentence, 200);
        let text = match &self.phrase {
            Some(phrase) => format!("{WANTS}{phrase}: {quote}"),
            None => format!("{WRITES}{quote}"),
        };
        Claim::new(text, self.turns.clone())
    }
}

pub(super) const WANTS: &str = "Wants ";
pub(super) const WRITES: &str = "Writes: ";

pub(super) fn want(reading: &Reading<'_>, orders: &[Sourced<Order>]) -> Option<Want> {
    let count = reading.customer().count().max(1);
    let mut best: Option<(f32, &Heard<'_>, &str, Option<&Intent>)> = None;
    for (nth, heard) in reading.customer().enumerate() {
        for sentence in sentences(&heard.text) {
            let folded = fold_plain(sentence);
            let intent = intent_of(&folded);
            // A wish that is said again later is at least as true then.
            let score = weight(heard, &folded, intent) + nth as f32 / count as f32;
            if best.as_ref().is_none_or(|(top, ..)| score > *top) {
                best = Some((score, heard, sentence, intent));
            }
        }
    }
    let (_, heard, sentence, intent) = best?;
    let mut turns = vec![heard.id()];
    let named = reference(reading, heard, orders);
    if let (Some((_, at)), Some(_)) = (&named, intent)
        && !turns.contains(at)
    {
        turns.push(*at);
    }
    let reference = named.map(|(words, _)| words);
    let phrase = intent.map(|i| match &reference {
        Some(words) => i.with_reference.replace("{}", words),
        None => i.phrase.to_owned(),
    });
    Some(Want { phrase, class: intent.map(|i| i.class), sentence: sentence.to_owned(), reference, turns })
}

fn weight(heard: &Heard<'_>, folded: &str, intent: Option<&Intent>) -> f32 {
    let words = folded.split_whitespace().count();
    let mut score = words.min(12) as f32 / 6.0;
    score += intent.map_or(0.0, |i| if i.symptom { 2.0 } else { 3.0 });
    score += if ASKS.is_in(folded) { 2.0 } else { 0.0 };
    score += if folded.ends_with('?') { 0.5 } else { 0.0 };
    score += if heard.turn.signals.entities.iter().any(|e| e.kind == EntityKind::Reference) { 0.5 } else { 0.0 };
    if intent.is_none() && (heard.says(SignalKind::WantsHuman) || heard.says(SignalKind::Thanks) || A_HUMAN.is_in(folded)) {
        score -= 4.0;
    }
    if words < 3 || GREETS.contains(&folded.trim_end_matches(|c: char| !c.is_alphanumeric())) {
        score -= 2.0;
    }
    score
}

/// The first remedy in a sentence that is not refused ("I don't want a refund"), else the first symptom.
fn intent_of(folded: &str) -> Option<&'static Intent> {
    static SAID: LazyLock<(PhraseBook, Vec<&Intent>)> = LazyLock::new(|| {
        let said = || INTENTS.iter().flat_map(|intent| intent.said.iter().map(move |phrase| (*phrase, intent)));
        (PhraseBook::of(said().map(|(phrase, _)| phrase)), said().map(|(_, intent)| intent).collect())
    });
    let (book, intents) = &*SAID;
    book.find_in(folded)
        .filter(|(at, _)| !refused(&folded[..*at]))
        .min_by_key(|(at, phrase)| (intents[*phrase].symptom, *at, *phrase))
        .map(|(_, phrase)| intents[phrase])
}

fn refused(before: &str) -> bool {
    let start = before.char_indices().rev().nth(24).map_or(0, |(at, _)| at);
    REFUSES.is_in(&before[start..])
}

/// The order or other number in question: said in the same turn, else said last. Customers' own words only.
fn reference(reading: &Reading<'_>, at: &Heard<'_>, orders: &[Sourced<Order>]) -> Option<(String, TurnId)> {
    let other = reading.customer().rev().filter(|h| h.id() != at.id());
    std::iter::once(at).chain(other).find_map(|heard| {
        let said = heard.turn.signals.entities.iter().find_map(|e| {
            let written = slice(&heard.text, e.span).trim().trim_start_matches('#');
            let plain = (2..=40).contains(&written.chars().count()) && written.chars().any(char::is_alphanumeric);
            (e.kind == EntityKind::Reference && plain && !written.contains('•'))
                .then(|| (short_line(written, 40), e.span.start))
        });
        let folded = fold(&heard.text);
        let known = || {
            orders
                .iter()
                .find(|o| mentions(&folded, &o.value.reference))
                .map(|o| (short_line(&o.value.reference, 40), u32::MAX))
        };
        let (written, start) = said.or_else(known)?;
        let before: String = heard.text.chars().take(start as usize).collect();
        let is_order = orders.iter().any(|o| fold(&o.value.reference) == fold(&written)) || says_order(&before);
        Some((format!("{} {written}", if is_order { "order" } else { "reference" }), heard.id()))
    })
}

fn says_order(before: &str) -> bool {
    let tail: String = fold(before).chars().rev().take(16).collect::<Vec<_>>().into_iter().rev().collect();
    ["order", "bestell", "auftrag"].iter().any(|w| tail.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::samples::{Talk, an_order};

    fn phrase(talk: &Talk) -> Option<String> {
        want(&Reading::of(&talk.conversation, usize::MAX), &[]).and_then(|w| w.phrase)
    }

    #[test]
    fn a_wish_is_found_among_small_talk() {
        let talk = Talk::new()
            .customer("Hello there! Nice day. I'd like my money back for order A-1042.")
            .entity("A-1042", EntityKind::Reference, "A-1042")
            .ai("No.")
            .customer("Thanks for nothing");
        let want = want(&Reading::of(&talk.conversation, usize::MAX), &[]).unwrap();
        assert_eq!(want.claim().text, "Wants a refund for order A-1042: “I'd like my money back for order A-1042.”");
        assert_eq!(want.claim().turns, [talk.conversation.turns[0].id]);
    }

    #[test]
    fn a_reference_said_elsewhere_is_cited_too() {
        let talk = Talk::new().customer("Please refund me").ai("Which order?").customer("It is X-77").entity(
            "X-77",
            EntityKind::Reference,
            "X-77",
        );
        let on_record =
            Sourced { value: an_order("X-77", 1), source: "shop".into(), fetched_at: baton_model::Timestamp::default() };
        let want = want(&Reading::of(&talk.conversation, usize::MAX), &[on_record]).unwrap();
        assert_eq!(want.phrase.as_deref(), Some("a refund for order X-77"));
        assert_eq!(want.turns, [talk.conversation.turns[0].id, talk.conversation.turns[2].id]);
    }

    #[test]
    fn what_is_refused_is_not_wanted() {
        assert_eq!(
            phrase(&Talk::new().customer("I don't want a refund, I want a replacement")).as_deref(),
            Some("a replacement")
        );
        assert_eq!(
            phrase(&Talk::new().customer("It arrived broken and I would like a refund")).as_deref(),
            Some("a refund")
        );
        assert_eq!(phrase(&Talk::new().customer("It arrived broken")).as_deref(), Some("help with a faulty item"));
    }

    #[test]
    fn unknown_wishes_are_quoted() {
        let talk = Talk::new().customer("Does the lamp fit a narrow shelf?");
        let want = want(&Reading::of(&talk.conversation, usize::MAX), &[]).unwrap();
        assert_eq!(want.claim().text, "Writes: “Does the lamp fit a narrow shelf?”");
    }
}
