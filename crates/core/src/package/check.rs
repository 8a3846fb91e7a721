//! Whether a package may be believed. Reads only the package and the conversation, never how the package was built.

use std::borrow::Cow;

use baton_model::{
    AttemptResult, Author, Claim, Conversation, CustomerCard, EntityKind, Evidence, Order, PACKAGE_SCHEMA, Package, Sourced,
    StepSource,
};

use super::{
    brief::{SPOKEN_WORDS, words},
    next_steps::day_words,
    quote::{one_line, slice},
    reading::{Heard, Reading},
    words::fold,
};

/// Everything that is wrong with a package: unknown schema, claims, quotes, spans or values without a source, numbers
/// that should be hidden, a transcript that is not whole. Empty means valid.
pub fn faults(package: &Package, conversation: &Conversation) -> Vec<String> {
    let reading = Reading::of(conversation, package.transcript.len());
    let records = records(&package.customer, &package.orders);
    let mut faults = Vec::new();
    let mut fault = |text: String| faults.push(text);

    if package.schema != PACKAGE_SCHEMA {
        fault(format!("schema is `{}`, expected `{PACKAGE_SCHEMA}`", package.schema));
    }
    if package.conversation != conversation.id {
        fault(format!("it belongs to {}, not {}", package.conversation, conversation.id));
    }
    claims(package, &reading, &records, &mut fault);
    package.reason.evidence.iter().for_each(|e| evidence(e, &reading, &mut fault));
    details(package, &reading, &mut fault);
    card(&package.customer, conversation, &reading, &mut fault);
    drafts(package, &reading, &records, &mut fault);
    transcript(package, conversation, &reading, &mut fault);
    hidden(package, &reading, &mut fault);
    if words(&package.spoken_brief) > SPOKEN_WORDS {
        fault(format!("the spoken brief has more than {SPOKEN_WORDS} words"));
    }
    if !(0.0..=1.0).contains(&package.completeness.score) {
        fault("the completeness score is outside 0..=1".into());
    }
    faults
}

fn claims(package: &Package, reading: &Reading<'_>, records: &str, fault: &mut impl FnMut(String)) {
    // A conversation without turns has only a headline, and nothing to point at.
    if !(reading.turns.is_empty() && package.headline.turns.is_empty()) && package.headline.turns.is_empty() {
        fault("the headline has no turn".into());
    }
    if package.headline.text.contains('\n') {
        fault("the headline is not one line".into());
    }
    if let Some(why) = unsupported(&package.headline, reading, records) {
        fault(format!("headline: {why}"));
    }
    for claim in package.summary.iter().chain(&package.wants) {
        if claim.turns.is_empty() {
            fault(format!("claim without a turn: {}", claim.text));
        }
        if let Some(why) = unsupported(claim, reading, records) {
            fault(format!("claim `{}`: {why}", claim.text));
        }
    }
}

/// Why the cited turns and the records do not support a claim.
pub(super) fn unsupported(claim: &Claim, reading: &Reading<'_>, records: &str) -> Option<String> {
    let mut cited = Vec::with_capacity(claim.turns.len());
    for id in &claim.turns {
        match reading.get(*id) {
            Some(heard) => cited.push(heard),
            None => return Some(format!("{id} is not a turn of this conversation")),
        }
    }
    if reading.veil.leaks(&claim.text) {
        return Some("it shows a number that must be hidden".into());
    }
    let quotes: Vec<&str> = claim.text.split('“').skip(1).filter_map(|q| q.split('”').next()).collect();
    let facts: Vec<Fact> = facts(&claim.text).collect();
    if quotes.is_empty() && facts.is_empty() {
        return None;
    }
    let sources: Vec<String> = cited.iter().map(|h| one_line(&said(h))).collect();
    if let Some(quote) = quotes.iter().find(|q| !sources.iter().any(|s| s.contains(q.trim_end_matches('…').trim_end()))) {
        return Some(format!("nobody said `{quote}` in its turns"));
    }
    let folded: Vec<String> = sources.iter().map(|s| fold(s)).collect();
    facts
        .into_iter()
        .find(|f| !folded.iter().any(|s| f.occurs(s)) && !f.occurs(records))
        .map(|f| format!("`{}` has no source", f.word))
}

/// A turn's words, with what its AI cited and its tool's name.
fn said<'a>(heard: &'a Heard<'_>) -> Cow<'a, str> {
    let mut out = Cow::Borrowed(heard.text.as_ref());
    for citation in heard.turn.ai.iter().flat_map(|m| &m.citations) {
        out.to_mut().push_str(&format!("\n{}\n{}", citation.title, citation.quote));
    }
    if let Author::Tool { name, .. } = &heard.turn.author {
        out.to_mut().push_str(&format!("\n{name}"));
    }
    out
}

/// A word that can be wrong: a number, a reference, an e-mail address.
struct Fact {
    word: String,
    /// Shortened: only its beginning is there.
    cut: bool,
}

impl Fact {
    fn occurs(&self, folded: &str) -> bool {
        folded.match_indices(&self.word).any(|(at, _)| {
            let before = folded[..at].chars().next_back().is_some_and(char::is_alphanumeric);
            let after = folded[at + self.word.len()..].chars().next().is_some_and(char::is_alphanumeric);
            !before && (self.cut || !after)
        })
    }
}

fn facts(text: &str) -> impl Iterator<Item = Fact> {
    const BREAKS: &[char] = &[
        '“', '”', '‘', '’', '„', '«', '»', '"', '\'', '(', ')', '[', ']', '{', '}', ',', ';', ':', '!', '?', '<', '>', '=',
        '|', '/', '\\',
    ];
    text.split(|c: char| c.is_whitespace() || BREAKS.contains(&c)).filter_map(|piece| {
        let word = piece.trim_matches(|c: char| !c.is_alphanumeric());
        let telling = word.contains(|c: char| c.is_numeric() || c == '@');
        telling.then(|| Fact { word: fold(word), cut: piece.ends_with('…') })
    })
}

/// Everything that the listed records and the customer's card say, folded, with amounts and days as they are written.
pub(super) fn records(card: &CustomerCard, orders: &[Sourced<Order>]) -> String {
    let mut out = String::new();
    let mut add = |text: &str| {
        out.push('\n');
        out.push_str(&one_line(text));
    };
    for text in
        [&card.name, &card.external_id, &card.email, &card.phone, &card.locale, &card.time_zone].into_iter().flatten()
    {
        add(text);
    }
    if let Some(Sourced { value, .. }) = &card.record {
        add(&value.name);
        value.email.iter().chain(&value.phone).chain(&value.customer_since).for_each(|t| add(t));
        value.lifetime_value.iter().for_each(|m| add(&m.to_string()));
        value.attributes.iter().for_each(|(k, v)| add(&format!("{k} {v}")));
    }
    for Sourced { value, .. } in orders {
        add(&value.reference);
        add(&value.status);
        value.carrier.iter().for_each(|c| add(c));
        value.items.iter().for_each(|i| add(i));
        value.total.iter().for_each(|m| add(&m.to_string()));
        value.attributes.iter().for_each(|(k, v)| add(&format!("{k} {v}")));
        for day in std::iter::once(value.placed_at).chain(value.expected_at) {
            add(&day_words(day, card.time_zone.as_deref()));
        }
    }
    fold(&out)
}

fn evidence(found: &Evidence, reading: &Reading<'_>, fault: &mut impl FnMut(String)) {
    let Some(heard) = reading.get(found.turn) else {
        return fault(format!("evidence from {}, which is not a turn of this conversation", found.turn));
    };
    let length = heard.text.chars().count();
    if found.span.is_some_and(|s| s.start >= s.end || s.end as usize > length) {
        fault(format!("evidence outside the text of {}", found.turn));
    }
    let place = found.span.map_or(heard.text.as_ref(), |s| slice(&heard.text, s));
    if !one_line(place).contains(found.quote.trim_end_matches('…').trim_end()) {
        fault(format!("evidence that {} does not say: {}", found.turn, found.quote));
    }
}

fn details(package: &Package, reading: &Reading<'_>, fault: &mut impl FnMut(String)) {
    let moods = package.mood.points.iter().map(|p| p.turn).chain(package.mood.turning_point);
    let attempts = package.tried.iter().flat_map(|a| std::iter::once(a.turn).chain(a.reaction));
    for turn in moods.chain(attempts).chain(package.promises.iter().map(|p| p.turn)) {
        if reading.get(turn).is_none() {
            fault(format!("{turn} is not a turn of this conversation"));
        }
    }
    for promise in &package.promises {
        let kept = reading
            .get(promise.turn)
            .is_some_and(|h| one_line(&h.text).contains(promise.text.trim_end_matches('…').trim_end()));
        if !kept {
            fault(format!("a promise that nobody made: {}", promise.text));
        }
    }
    for attempt in &package.tried {
        let helped = matches!(attempt.result, AttemptResult::Helped | AttemptResult::DidNotHelp);
        if helped && attempt.reaction.is_none() {
            fault(format!("a result without a reaction: {}", attempt.turn));
        }
    }
    for entity in &package.entities {
        let Some(heard) = reading.get(entity.turn) else {
            fault(format!("an entity of {}, which is not a turn of this conversation", entity.turn));
            continue;
        };
        if entity.span.start >= entity.span.end || entity.span.end as usize > heard.text.chars().count() {
            fault(format!("an entity outside the text of {}", entity.turn));
        }
        if !heard.turn.signals.entities.iter().any(|e| e.kind == entity.kind && e.span == entity.span) {
            fault(format!("an entity that was not found in {}: {}", entity.turn, entity.value));
        }
    }
}

fn card(card: &CustomerCard, conversation: &Conversation, reading: &Reading<'_>, fault: &mut impl FnMut(String)) {
    let told = &conversation.customer;
    let record = card.record.as_ref().map(|r| &r.value);
    let found = |kind: EntityKind, value: &str| {
        reading
            .customer()
            .flat_map(|h| &h.turn.signals.entities)
            .any(|e| e.kind == kind && reading.veil.cover(&e.value) == value)
    };
    for (what, kind, value, told, recorded) in [
        ("name", EntityKind::Person, &card.name, &told.name, record.map(|r| &r.name)),
        ("e-mail address", EntityKind::Email, &card.email, &told.email, record.and_then(|r| r.email.as_ref())),
        ("phone number", EntityKind::Phone, &card.phone, &told.phone, record.and_then(|r| r.phone.as_ref())),
    ] {
        if let Some(value) = value
            && told.as_ref() != Some(value)
            && recorded != Some(value)
            && !found(kind, value)
        {
            fault(format!("the customer's {what} has no source: {value}"));
        }
    }
}

fn drafts(package: &Package, reading: &Reading<'_>, records: &str, fault: &mut impl FnMut(String)) {
    for (expected, step) in (1u32..).zip(&package.next_steps) {
        if step.rank != expected {
            fault(format!("step {expected} has rank {}", step.rank));
        }
        // An article's passage is its own source.
        if matches!(step.source, StepSource::Policy { .. } | StepSource::Playbook { .. })
            && let Some(word) = step.draft.as_deref().and_then(|d| invented(d, reading, records))
        {
            fault(format!("the draft of step {expected} invents `{word}`"));
        }
    }
}

/// The first fact of a draft that neither the conversation nor a record knows.
pub(super) fn invented(draft: &str, reading: &Reading<'_>, records: &str) -> Option<String> {
    facts(draft)
        .find(|f| !f.occurs(records) && !reading.turns.iter().any(|h| f.occurs(&fold(&one_line(&h.text)))))
        .map(|f| f.word)
}

fn transcript(package: &Package, conversation: &Conversation, reading: &Reading<'_>, fault: &mut impl FnMut(String)) {
    if package.transcript.len() > conversation.turns.len() {
        fault("the transcript has turns that the conversation has not".into());
    }
    if conversation.turns.iter().skip(package.transcript.len()).any(|t| t.at < package.built_at) {
        fault("the transcript is not whole".into());
    }
    for (line, heard) in package.transcript.iter().zip(&reading.turns) {
        if line.turn != heard.id() || line.text != heard.text {
            fault(format!("the transcript differs at {}", heard.id()));
        }
    }
}

fn hidden(package: &Package, reading: &Reading<'_>, fault: &mut impl FnMut(String)) {
    for entity in
        package.entities.iter().filter(|e| matches!(e.kind, EntityKind::Card | EntityKind::Iban | EntityKind::NationalId))
    {
        if entity.value.chars().filter(|c| c.is_alphanumeric()).count() > 4 {
            fault(format!("a card, bank or national number is not hidden in {}", entity.turn));
        }
    }
    let texts = std::iter::once(&package.spoken_brief)
        .chain(std::iter::once(&package.reason.because))
        .chain(package.reason.evidence.iter().map(|e| &e.quote))
        .chain(package.entities.iter().map(|e| &e.value))
        .chain(package.tried.iter().map(|a| &a.what))
        .chain(package.promises.iter().map(|p| &p.text))
        .chain(package.next_steps.iter().filter_map(|s| s.draft.as_ref()))
        .chain(package.transcript.iter().map(|t| &t.text));
    if texts.into_iter().any(|t| reading.veil.leaks(t)) {
        fault("a card or bank number is shown in full".into());
    }
}

#[cfg(test)]
mod tests {
    use baton_model::{Span, TurnId};

    use super::*;
    use crate::package::samples::{Talk, turn_id};

    fn talk() -> Talk {
        Talk::new()
            .customer("Refund order A-1042, paid with 4242 4242 4242 4242")
            .entity("A-1042", EntityKind::Reference, "A-1042")
            .entity("4242 4242 4242 4242", EntityKind::Card, "4242424242424242")
            .ai("We will refund you within 24 hours.")
    }

    /// Each change breaks one rule and is caught.
    #[test]
    fn every_rule_is_checked() {
        type Change = fn(&mut Package);
        let stranger: TurnId = turn_id(999);
        assert_ne!(talk().conversation.turns[0].id, stranger);
        let changes: [(&str, Change); 21] = [
            ("schema", |p| p.schema = "v2".into()),
            ("belongs", |p| p.conversation = crate::package::samples::conversation_id(9)),
            ("no turn", |p| p.headline.turns.clear()),
            ("without a turn", |p| p.summary[0].turns.clear()),
            ("not a turn", |p| p.summary[0].turns[0] = turn_id(999)),
            ("has no source", |p| p.summary[0].text = "Wants a refund for order A-1043".into()),
            ("has no source", |p| p.summary[0].text = "Wants 24 refunds".into()),
            ("has no source", |p| p.headline.text.push_str(" jane@example.org")),
            ("nobody said", |p| p.summary[0].text = "Writes: “give me everything”".into()),
            ("must be hidden", |p| p.summary[0].text = "paid with 4242424242424242".into()),
            ("outside the text", |p| p.reason.evidence[0].span = Some(Span { start: 3, end: 900 })),
            ("does not say", |p| p.reason.evidence[0].quote = "nonsense".into()),
            ("nobody made", |p| p.promises[0].text = "We will pay double.".into()),
            ("outside the text", |p| p.entities[0].span = Span { start: 5, end: 5 }),
            ("is not hidden", |p| p.entities[1].value = "4242424242424242".into()),
            ("in full", |p| p.spoken_brief = "Card 4242 4242 4242 4242".into()),
            ("invents", |p| p.next_steps[0].draft = Some("You get 500 EUR".into())),
            ("has rank", |p| p.next_steps[0].rank = 3),
            ("more than 45", |p| p.spoken_brief = "word ".repeat(46)),
            ("not whole", |p| drop(p.transcript.pop())),
            ("has no source", |p| p.customer.email = Some("x@y.z".into())),
        ];
        assert_eq!(faults(&talk().build(), &talk().conversation), Vec::<String>::new());
        for (expected, change) in changes {
            let mut package = talk().build();
            change(&mut package);
            let found = faults(&package, &talk().conversation);
            assert!(found.iter().any(|f| f.contains(expected)), "expected `{expected}`, found {found:?}");
        }
    }

    #[test]
    fn a_transcript_may_lack_only_what_came_later() {
        let mut short = talk().build();
        short.built_at = talk().conversation.turns[1].at;
        let longer = talk().customer("and now?");
        assert_eq!(faults(&short, &longer.conversation), Vec::<String>::new());
    }
}
