//! What the human wrote: did they ask for what they had, and when did they first say something useful?

use baton_model::{Author, Conversation, EntityKind, Escalation, Millis, Package, Timestamp, Turn, TurnId};

/// A reply with fewer content words is a greeting or a placeholder.
const USEFUL_WORDS: usize = 4;

/// What a question asks for, by the words that ask for it (folded to lower case).
const ASKS: &[(Wanted, &[&str])] = &[
    (
        Wanted::Entity(EntityKind::Reference),
        &[
            "order number",
            "order id",
            "booking number",
            "booking reference",
            "ticket number",
            "account number",
            "reference number",
            "customer number",
            "reservation number",
            "case number",
            "which order",
            "bestellnummer",
            "kundennummer",
            "buchungsnummer",
            "numéro de commande",
            "número de pedido",
            "número do pedido",
        ],
    ),
    (
        Wanted::Entity(EntityKind::Email),
        &[
            "your email",
            "your e-mail",
            "email address",
            "e-mail address",
            "ihre e-mail",
            "ihre mailadresse",
            "adresse e-mail",
            "correo electrónico",
        ],
    ),
    (
        Wanted::Entity(EntityKind::Phone),
        &[
            "phone number",
            "your number to call",
            "number can we reach",
            "telefonnummer",
            "numéro de téléphone",
            "número de teléfono",
        ],
    ),
    (
        Wanted::Entity(EntityKind::Date),
        &["what date", "which date", "which day", "what day", "when did you order", "wann haben sie"],
    ),
    (
        Wanted::Entity(EntityKind::Amount),
        &["what amount", "which amount", "how much were you charged", "how much did you pay", "welcher betrag"],
    ),
    (Wanted::Name, &["your name", "who am i speaking", "ihr name", "wie heißen sie", "votre nom", "su nombre", "seu nome"]),
    (
        Wanted::Problem,
        &[
            "how can i help",
            "how may i help",
            "what can i do for you",
            "what is the problem",
            "what's the problem",
            "what is the issue",
            "what's the issue",
            "what seems to be",
            "what happened",
            "what is this about",
            "what's this about",
            "describe the problem",
            "describe the issue",
            "describe your",
            "explain the problem",
            "explain the issue",
            "tell me what",
            "wie kann ich ihnen helfen",
            "worum geht es",
            "was ist das problem",
            "was ist passiert",
            "comment puis-je vous aider",
            "en qué puedo ayudar",
            "como posso ajudar",
        ],
    ),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Entity(EntityKind),
    Name,
    /// What they came with.
    Problem,
}

fn held(package: &Package, wanted: Wanted) -> bool {
    let record = package.customer.record.as_ref().map(|r| &r.value);
    match wanted {
        Wanted::Problem => package.wants.is_some() || !package.summary.is_empty(),
        Wanted::Name => package.customer.name.is_some() || record.is_some(),
        Wanted::Entity(kind) => {
            package.entities.iter().any(|e| e.kind == kind)
                || match kind {
                    EntityKind::Email => package.customer.email.is_some(),
                    EntityKind::Phone => package.customer.phone.is_some(),
                    EntityKind::Reference => package.orders.len() == 1,
                    _ => false,
                }
        }
    }
}

fn asks_for_what_is_held(turn: &Turn, package: &Package) -> bool {
    let text = turn.text.to_lowercase().replace('’', "'");
    let asks = turn.signals.question
        || text.contains('?')
        || ["please", "could you", "can you", "bitte", "tell me"].iter().any(|w| text.contains(w));
    asks && ASKS.iter().any(|(wanted, phrases)| phrases.iter().any(|p| text.contains(p)) && held(package, *wanted))
}

fn human_turns(c: &Conversation, from: Timestamp, to: Option<Timestamp>) -> impl Iterator<Item = &Turn> {
    c.turns
        .iter()
        .map(|t| &**t)
        .filter(move |t| matches!(t.author, Author::HumanAgent { .. }) && t.at >= from && to.is_none_or(|to| t.at <= to))
}

/// Human turns of this escalation that ask for what the package held.
pub(super) fn asked_again(e: &Escalation, c: &Conversation) -> Vec<TurnId> {
    let (Some(package), Some(from)) = (&e.package, e.accepted_at) else { return Vec::new() };
    human_turns(c, from, e.ended_at).filter(|t| asks_for_what_is_held(t, package)).map(|t| t.id).collect()
}

/// From the escalation to the first human turn that says something.
pub(super) fn time_to_useful_reply(e: &Escalation, c: &Conversation) -> Option<Millis> {
    let useful = |t: &&Turn| says_something(t) && !e.package.as_ref().is_some_and(|p| asks_for_what_is_held(t, p));
    human_turns(c, e.accepted_at?, e.ended_at).find(useful).map(|t| t.at.since(e.opened_at))
}

/// More than a greeting or a placeholder.
pub(super) fn says_something(turn: &Turn) -> bool {
    super::repeats::words(&turn.text).len() >= USEFUL_WORDS && !holds_the_line(&turn.text)
}

fn holds_the_line(text: &str) -> bool {
    const HOLDS: &[&str] = &[
        "one moment",
        "a moment",
        "bear with me",
        "let me check",
        "let me look",
        "i'll take a look",
        "i'm looking into",
        "looking into it",
        "give me a minute",
        "a minute please",
        "einen moment",
        "moment bitte",
        "ich schaue",
        "un instant",
        "un momento",
        "um momento",
    ];
    let text = text.to_lowercase().replace('’', "'");
    text.chars().count() < 160 && HOLDS.iter().any(|h| text.contains(h))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_not_useful() {
        assert!(holds_the_line("Thanks Ana, let me check that for you."));
        assert!(holds_the_line("Einen Moment bitte"));
        assert!(!holds_the_line("The parcel went to the wrong depot; a new one leaves today and reaches you on Friday."));
    }
}
