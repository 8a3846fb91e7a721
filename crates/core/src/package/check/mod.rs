//! Whether a package may be believed. Reads only the package and the conversation, never how the package was built.

mod alone;
mod shape;

use std::{borrow::Cow, fmt};

use baton_model::{
    AttemptResult, Author, Claim, Conversation, CustomerCard, EntityKind, Evidence, Order, PACKAGE_SCHEMA, Package, Sourced,
    StepSource,
};

pub use alone::faults_alone;
pub use shape::misshapen;

use super::{
    brief::{SPOKEN_WORDS, words},
    next_steps::day_words,
    quote::{one_line, slice},
    reading::{Heard, Reading},
    words::fold,
};

/// Something that is wrong with a package, and where: `at` is a JSON pointer into it, empty for the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub at: String,
    pub problem: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", if self.at.is_empty() { "/" } else { &self.at }, self.problem)
    }
}

/// Faults found so far.
#[derive(Debug, Default)]
struct Found(Vec<Fault>);

impl Found {
    fn add(&mut self, at: impl Into<String>, problem: impl Into<String>) {
        self.0.push(Fault { at: at.into(), problem: problem.into() });
    }
}

/// Everything that is wrong with a package: unknown schema, claims, quotes, spans or values without a source, numbers
/// that should be hidden, a transcript that is not whole. Empty means valid.
pub fn faults(package: &Package, conversation: &Conversation) -> Vec<Fault> {
    let reading = Reading::of(conversation, package.transcript.len());
    let records = records(&package.customer, &package.orders);
    let mut found = Found::default();
    if package.schema != PACKAGE_SCHEMA {
        found.add("/schema", format!("schema is `{}`, expected `{PACKAGE_SCHEMA}`", package.schema));
    }
    if package.conversation != conversation.id {
        found.add("/conversation", format!("it belongs to {}, not {}", package.conversation, conversation.id));
    }
    claims(package, &reading, &records, &mut found);
    for (i, quoted) in package.reason.evidence.iter().enumerate() {
        evidence(quoted, &reading, &format!("/reason/evidence/{i}"), &mut found);
    }
    details(package, &reading, &mut found);
    entities(package, &reading, &mut found);
    card(&package.customer, conversation, &reading, &mut found);
    drafts(package, &reading, &records, &mut found);
    transcript(package, conversation, &reading, &mut found);
    hidden(package, &reading, &mut found);
    if words(&package.spoken_brief) > SPOKEN_WORDS {
        found.add("/spoken_brief", format!("the spoken brief has more than {SPOKEN_WORDS} words"));
    }
    if !(0.0..=1.0).contains(&package.completeness.score) {
        found.add("/completeness/score", "the completeness score is outside 0..=1");
    }
    found.0
}

fn claims(package: &Package, reading: &Reading<'_>, records: &str, found: &mut Found) {
    // A conversation without turns has only a headline, and nothing to point at.
    if package.headline.turns.is_empty() && !reading.turns.is_empty() {
        found.add("/headline/turns", "the headline has no turn");
    }
    if package.headline.text.contains('\n') {
        found.add("/headline/text", "the headline is not one line");
    }
    if let Some(why) = unsupported(&package.headline, reading, records) {
        found.add("/headline", why);
    }
    let summary = package.summary.iter().enumerate().map(|(i, claim)| (format!("/summary/{i}"), claim));
    for (at, claim) in summary.chain(package.wants.iter().map(|w| ("/wants".to_owned(), w))) {
        if claim.turns.is_empty() {
            found.add(format!("{at}/turns"), format!("claim without a turn: {}", claim.text));
        }
        if let Some(why) = unsupported(claim, reading, records) {
            found.add(&at, format!("claim `{}`: {why}", claim.text));
        }
        let plain = claim.plain.iter().map(|text| Claim::new(text, claim.turns.clone()));
        if let Some(why) = plain.filter_map(|plain| unsupported(&plain, reading, records)).next() {
            found.add(format!("{at}/plain"), why);
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

/// The words of a text that can be wrong, folded; those that are cut are left out.
pub(super) fn facts_of(text: &str) -> Vec<String> {
    facts(text).filter(|fact| !fact.cut).map(|fact| fact.word).collect()
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

fn evidence(quoted: &Evidence, reading: &Reading<'_>, at: &str, found: &mut Found) {
    let Some(heard) = reading.get(quoted.turn) else {
        return found.add(at, format!("evidence from {}, which is not a turn of this conversation", quoted.turn));
    };
    let length = heard.text.chars().count();
    if quoted.span.is_some_and(|s| s.start >= s.end || s.end as usize > length) {
        found.add(format!("{at}/span"), format!("evidence outside the text of {}", quoted.turn));
    }
    let place = quoted.span.map_or(heard.text.as_ref(), |s| slice(&heard.text, s));
    if !one_line(place).contains(quoted.quote.trim_end_matches('…').trim_end()) {
        found.add(format!("{at}/quote"), format!("evidence that {} does not say: {}", quoted.turn, quoted.quote));
    }
}

fn details(package: &Package, reading: &Reading<'_>, found: &mut Found) {
    let points = package.mood.points.iter().enumerate().map(|(i, p)| (format!("/mood/points/{i}/turn"), p.turn));
    let turning = package.mood.turning_point.map(|t| ("/mood/turning_point".to_owned(), t));
    let attempts = package.tried.iter().enumerate().flat_map(|(i, a)| {
        let reaction = a.reaction.map(|r| (format!("/tried/{i}/reaction"), r));
        std::iter::once((format!("/tried/{i}/turn"), a.turn)).chain(reaction)
    });
    let promises = package.promises.iter().enumerate().map(|(i, p)| (format!("/promises/{i}/turn"), p.turn));
    for (at, turn) in points.chain(turning).chain(attempts).chain(promises) {
        if reading.get(turn).is_none() {
            found.add(at, format!("{turn} is not a turn of this conversation"));
        }
    }
    for (i, promise) in package.promises.iter().enumerate() {
        let made = reading
            .get(promise.turn)
            .is_some_and(|h| one_line(&h.text).contains(promise.text.trim_end_matches('…').trim_end()));
        if !made {
            found.add(format!("/promises/{i}/text"), format!("a promise that nobody made: {}", promise.text));
        }
    }
    for (i, given) in package.given.iter().enumerate() {
        let said = |turn, text: &str| {
            reading.get(turn).is_some_and(|h| one_line(&h.text).contains(text.trim_end_matches('…').trim_end()))
        };
        if !said(given.turn, &given.answer) {
            found.add(format!("/given/{i}/answer"), format!("an answer that {} does not give", given.turn));
        }
        if let (Some(asked), Some(question)) = (given.asked, &given.question)
            && !said(asked, question)
        {
            found.add(format!("/given/{i}/question"), format!("a question that {asked} does not ask"));
        }
    }
    for (i, attempt) in package.tried.iter().enumerate() {
        let judged = matches!(attempt.result, AttemptResult::Helped | AttemptResult::DidNotHelp);
        if judged && attempt.reaction.is_none() {
            found.add(format!("/tried/{i}/result"), format!("a result without a reaction: {}", attempt.turn));
        }
    }
}

fn entities(package: &Package, reading: &Reading<'_>, found: &mut Found) {
    for (i, entity) in package.entities.iter().enumerate() {
        let at = format!("/entities/{i}");
        let Some(heard) = reading.get(entity.turn) else {
            found.add(at, format!("an entity of {}, which is not a turn of this conversation", entity.turn));
            continue;
        };
        if entity.span.start >= entity.span.end || entity.span.end as usize > heard.text.chars().count() {
            found.add(format!("{at}/span"), format!("an entity outside the text of {}", entity.turn));
        }
        if !heard.turn.signals.entities.iter().any(|e| e.kind == entity.kind && e.span == entity.span) {
            found.add(&at, format!("an entity that was not found in {}: {}", entity.turn, entity.value));
        }
    }
}

fn card(card: &CustomerCard, conversation: &Conversation, reading: &Reading<'_>, found: &mut Found) {
    let told = &conversation.customer;
    let record = card.record.as_ref().map(|r| &r.value);
    let said = |kind: EntityKind, value: &str| {
        reading
            .customer()
            .flat_map(|h| &h.turn.signals.entities)
            .any(|e| e.kind == kind && reading.veil.cover(&e.value) == value)
    };
    for (field, what, kind, value, told, recorded) in [
        ("name", "name", EntityKind::Person, &card.name, &told.name, record.map(|r| &r.name)),
        ("email", "e-mail address", EntityKind::Email, &card.email, &told.email, record.and_then(|r| r.email.as_ref())),
        ("phone", "phone number", EntityKind::Phone, &card.phone, &told.phone, record.and_then(|r| r.phone.as_ref())),
    ] {
        if let Some(value) = value
            && told.as_ref() != Some(value)
            && recorded != Some(value)
            && !said(kind, value)
        {
            found.add(format!("/customer/{field}"), format!("the customer's {what} has no source: {value}"));
        }
    }
}

fn drafts(package: &Package, reading: &Reading<'_>, records: &str, found: &mut Found) {
    for (i, step) in package.next_steps.iter().enumerate() {
        if step.rank as usize != i + 1 {
            found.add(format!("/next_steps/{i}/rank"), format!("step {} has rank {}", i + 1, step.rank));
        }
        // What the owner wrote, an article or a playbook, is its own source.
        if !matches!(step.source, StepSource::Article { .. } | StepSource::Playbook { .. })
            && let Some(word) = step.draft.as_deref().and_then(|d| invented(d, reading, records))
        {
            found.add(format!("/next_steps/{i}/draft"), format!("the draft invents `{word}`"));
        }
    }
}

/// The first fact of a draft that neither the conversation nor a record knows.
pub(super) fn invented(draft: &str, reading: &Reading<'_>, records: &str) -> Option<String> {
    facts(draft).find(|f| !f.occurs(records) && !reading.turns.iter().any(|h| f.occurs(h.folded()))).map(|f| f.word)
}

fn transcript(package: &Package, conversation: &Conversation, reading: &Reading<'_>, found: &mut Found) {
    if package.transcript.len() > conversation.turns.len() {
        found.add("/transcript", "the transcript has turns that the conversation has not");
    }
    if conversation.turns.iter().skip(package.transcript.len()).any(|t| t.at < package.built_at) {
        found.add("/transcript", "the transcript is not whole");
    }
    for (i, (line, heard)) in package.transcript.iter().zip(&reading.turns).enumerate() {
        if line.turn != heard.id() || line.text != heard.text {
            found.add(format!("/transcript/{i}"), format!("the transcript differs at {}", heard.id()));
        }
    }
}

fn hidden(package: &Package, reading: &Reading<'_>, found: &mut Found) {
    for (i, entity) in package.entities.iter().enumerate().filter(|(_, e)| e.kind.is_secret()) {
        if entity.value.chars().filter(|c| c.is_alphanumeric()).count() > 4 {
            let problem = format!("a card, bank or national number is not hidden in {}", entity.turn);
            found.add(format!("/entities/{i}/value"), problem);
        }
    }
    let each = |list: &'static str, field: &'static str| move |i: usize| format!("/{list}/{i}/{field}");
    fn listed<'a, T>(
        all: &'a [T],
        at: impl Fn(usize) -> String + 'a,
        text: impl Fn(&'a T) -> Option<&'a str> + 'a,
    ) -> impl Iterator<Item = (String, &'a str)> + 'a {
        all.iter().enumerate().filter_map(move |(i, item)| text(item).map(|t| (at(i), t)))
    }
    let texts = [("/spoken_brief", &package.spoken_brief), ("/reason/because", &package.reason.because)]
        .into_iter()
        .map(|(at, text)| (at.to_owned(), text.as_str()))
        .chain(listed(&package.reason.evidence, |i| format!("/reason/evidence/{i}/quote"), |e| Some(&e.quote)))
        .chain(listed(&package.entities, each("entities", "value"), |e| Some(&e.value)))
        .chain(listed(&package.given, each("given", "answer"), |g| Some(&g.answer)))
        .chain(listed(&package.tried, each("tried", "what"), |a| Some(&a.what)))
        .chain(listed(&package.promises, each("promises", "text"), |p| Some(&p.text)))
        .chain(listed(&package.next_steps, each("next_steps", "draft"), |s| s.draft.as_deref()))
        .chain(listed(&package.transcript, each("transcript", "text"), |t| Some(&t.text)));
    for (at, text) in texts {
        if reading.veil.leaks(text) {
            found.add(at, "a card or bank number is shown in full");
        }
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
        let changes: [(&str, Change); 22] = [
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
            ("does not give", |p| p.given[0].answer = "Order A-7".into()),
            ("outside the text", |p| p.entities[0].span = Span { start: 5, end: 5 }),
            ("is not hidden", |p| p.entities[1].value = "4242424242424242".into()),
            ("in full", |p| p.spoken_brief = "Card 4242 4242 4242 4242".into()),
            ("invents", |p| p.next_steps[0].draft = Some("You get 500 EUR".into())),
            ("has rank", |p| p.next_steps[0].rank = 3),
            ("more than 45", |p| p.spoken_brief = "word ".repeat(46)),
            ("not whole", |p| drop(p.transcript.pop())),
            ("has no source", |p| p.customer.email = Some("x@y.z".into())),
        ];
        assert_eq!(faults(&talk().build(), &talk().conversation), Vec::<Fault>::new());
        for (expected, change) in changes {
            let mut package = talk().build();
            change(&mut package);
            let found = faults(&package, &talk().conversation);
            assert!(found.iter().any(|f| f.problem.contains(expected)), "expected `{expected}`, found {found:?}");
        }
    }

    #[test]
    fn a_transcript_may_lack_only_what_came_later() {
        let mut short = talk().build();
        short.built_at = talk().conversation.turns[1].at;
        let longer = talk().customer("and now?");
        assert_eq!(faults(&short, &longer.conversation), Vec::<Fault>::new());
    }
}
