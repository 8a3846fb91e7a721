//! Secrets leave a text before anything else sees it: card and bank numbers are masked where a turn enters the
//! conversation, so that no view, package, decision, notice or model ever holds them. What was masked is kept apart, under
//! the turn's id, for who may ask for it and for whoever must erase it.
//!
//! Masks keep the length, so spans stay valid. To hide another kind of entity: `EntityKind::is_secret`.

use std::borrow::Cow;

use baton_model::{EntityKind, Secret, Signals, Span, Turn};

/// Numbers to hide. At least eight letters and digits each: shorter ones would hide half of what is said.
#[derive(Debug, Default)]
pub(crate) struct Veil {
    /// Letters and digits of each number, folded: separators do not hide a card.
    secrets: Vec<Vec<char>>,
    /// Digits of the number that has fewest: a text with fewer holds none of them.
    fewest_digits: usize,
}

impl Veil {
    /// Everything that is marked as secret in these turns.
    pub(crate) fn over<'a>(turns: impl Iterator<Item = &'a Turn>) -> Self {
        let mut veil = Self::default();
        for turn in turns {
            for entity in turn.signals.entities.iter().filter(|e| e.kind.is_secret()) {
                veil.add(slice(&turn.text, entity.span));
                veil.add(&entity.value);
            }
        }
        veil
    }

    pub(crate) fn add(&mut self, secret: &str) {
        let letters: Vec<char> = marks(secret).map(|(_, c)| c).collect();
        if letters.len() >= 8 && !letters.contains(&HIDDEN) && !self.secrets.contains(&letters) {
            let digits = letters.iter().filter(|c| c.is_ascii_digit()).count();
            self.fewest_digits = if self.secrets.is_empty() { digits } else { self.fewest_digits.min(digits) };
            self.secrets.push(letters);
        }
    }

    /// Hides all but the last four of every number, however it is spaced. Nothing new can match afterwards, because a
    /// hidden character still separates its neighbours.
    pub(crate) fn cover<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.secrets.is_empty() || text.bytes().filter(u8::is_ascii_digit).count() < self.fewest_digits {
            return Cow::Borrowed(text);
        }
        let (at, letters): (Vec<usize>, Vec<char>) = marks(text).unzip();
        let mut hide = vec![false; letters.len()];
        for secret in &self.secrets {
            for (start, _) in letters.windows(secret.len()).enumerate().filter(|(_, w)| w == secret) {
                hide[start..start + secret.len() - 4].fill(true);
            }
        }
        if !hide.contains(&true) {
            return Cow::Borrowed(text);
        }
        let mut hidden = at.into_iter().zip(hide).filter(|(_, h)| *h).map(|(at, _)| at).peekable();
        Cow::Owned(text.char_indices().map(|(at, c)| if hidden.next_if_eq(&at).is_some() { HIDDEN } else { c }).collect())
    }

    pub(crate) fn leaks(&self, text: &str) -> bool {
        matches!(self.cover(text), Cow::Owned(_))
    }
}

/// Takes the secrets out of a text and its signals; `known` were said in the same conversation before. Gives what was
/// taken out, by place.
pub(crate) fn take(text: &mut String, signals: &mut Signals, known: &[Secret]) -> Vec<Secret> {
    let found = signals.entities.iter().any(|e| e.kind.is_secret());
    if !found && known.is_empty() {
        return Vec::new();
    }
    let mut secrets = take_codes(text, signals);
    let mut veil = Veil::default();
    known.iter().for_each(|secret| veil.add(&secret.text));
    for entity in signals.entities.iter_mut().filter(|e| e.kind.is_secret() && e.kind != EntityKind::Code) {
        veil.add(slice(text, entity.span));
        veil.add(&entity.value);
        entity.value = last_four(&entity.value);
    }
    if let Cow::Owned(covered) = veil.cover(text) {
        secrets.extend(differences(text, &covered));
        *text = covered;
    }
    secrets
}

/// Short secrets are hidden whole, and only where the text calls them one: elsewhere "4711" may be anything.
fn take_codes(text: &mut String, signals: &mut Signals) -> Vec<Secret> {
    let mut secrets = Vec::new();
    for entity in signals.entities.iter_mut().filter(|e| e.kind == EntityKind::Code) {
        let plain = slice(text, entity.span).to_owned();
        if plain.is_empty() || plain.contains(HIDDEN) {
            continue;
        }
        let (start, end) = (entity.span.start as usize, entity.span.end as usize);
        let hide = |(i, c): (usize, char)| if (start..end).contains(&i) && !c.is_whitespace() { HIDDEN } else { c };
        *text = text.chars().enumerate().map(hide).collect();
        entity.value = HIDDEN.to_string().repeat(4);
        secrets.push(Secret { span: entity.span, text: plain });
    }
    secrets
}

/// The stretches in which a text and its masked form differ, each to its last hidden or visible digit.
fn differences(text: &str, covered: &str) -> Vec<Secret> {
    let pairs: Vec<(char, char)> = text.chars().zip(covered.chars()).collect();
    let mut out: Vec<Secret> = Vec::new();
    let mut at = 0;
    while at < pairs.len() {
        if pairs[at].0 == pairs[at].1 {
            at += 1;
            continue;
        }
        let start = at;
        let last = |from: usize| {
            // Up to the four that stay readable: masked characters and the separators between them belong together.
            let mut end = from;
            let mut readable = 0;
            for (i, (plain, shown)) in pairs.iter().enumerate().skip(from) {
                match (plain == shown, plain.is_alphanumeric()) {
                    (false, _) => (readable, end) = (0, i + 1),
                    (true, true) if readable < 4 => (readable, end) = (readable + 1, i + 1),
                    (true, true) => break,
                    (true, false) if readable == 4 => break,
                    (true, false) => {}
                }
            }
            end
        };
        let end = last(start);
        out.push(Secret {
            span: Span { start: start as u32, end: end as u32 },
            text: pairs[start..end].iter().map(|(plain, _)| *plain).collect(),
        });
        at = end;
    }
    out
}

/// The text with its secrets in place again.
pub(crate) fn restore(text: &str, secrets: &[Secret]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for secret in secrets {
        let start = secret.span.start as usize;
        for (slot, c) in chars.iter_mut().skip(start).zip(secret.text.chars()) {
            *slot = c;
        }
    }
    chars.into_iter().collect()
}

const HIDDEN: char = '•';

/// Letters and digits with their offsets, folded one to one.
fn marks(text: &str) -> impl Iterator<Item = (usize, char)> {
    text.char_indices().filter(|(_, c)| c.is_alphanumeric() || *c == HIDDEN).map(|(at, c)| (at, c.to_ascii_lowercase()))
}

/// A card or bank number as it is shown: "•••• 4242".
pub(crate) fn last_four(value: &str) -> String {
    if value.contains(HIDDEN) {
        return value.to_owned();
    }
    let all: Vec<char> = value.chars().filter(|c| c.is_alphanumeric()).collect();
    if all.len() <= 4 {
        return all.into_iter().collect();
    }
    let tail: String = all[all.len() - 4..].iter().collect();
    format!("•••• {tail}")
}

/// The characters of a span, clipped to the text.
pub(crate) fn slice(text: &str, span: Span) -> &str {
    let offset = |n: u32| text.char_indices().nth(n as usize).map_or(text.len(), |(at, _)| at);
    let (start, end) = (offset(span.start), offset(span.end));
    text.get(start..end).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use baton_model::Entity;
    use proptest::prelude::*;

    use super::*;

    fn card(text: &str, part: &str) -> Signals {
        let start = text[..text.find(part).unwrap()].chars().count() as u32;
        let span = Span { start, end: start + part.chars().count() as u32 };
        let value = part.chars().filter(char::is_ascii_digit).collect();
        Signals { entities: vec![Entity { kind: EntityKind::Card, span, value }], ..Signals::default() }
    }

    fn taken(text: &str, part: &str) -> (String, Vec<Secret>) {
        let (mut said, mut signals) = (text.to_owned(), card(text, part));
        let secrets = take(&mut said, &mut signals, &[]);
        assert!(signals.entities[0].value.starts_with("•••• "));
        (said, secrets)
    }

    #[test]
    fn a_secret_is_taken_out_wherever_it_stands_and_can_be_put_back() {
        let text = "card 4242 4242 4242 4242, again 4242424242424242 please";
        let (said, secrets) = taken(text, "4242 4242 4242 4242");
        assert_eq!(said, "card •••• •••• •••• 4242, again ••••••••••••4242 please");
        let texts: Vec<_> = secrets.iter().map(|s| s.text.as_str()).collect();
        assert_eq!(texts, ["4242 4242 4242 4242", "4242424242424242"]);
        assert_eq!(restore(&said, &secrets), text);
        assert_eq!(slice(&said, secrets[0].span), "•••• •••• •••• 4242");
    }

    #[test]
    fn what_was_said_before_is_hidden_when_others_repeat_it() {
        let known = [Secret { span: Span { start: 0, end: 16 }, text: "4242424242424242".into() }];
        let mut text = "You paid with 4242-4242-4242-4242.".to_owned();
        assert_eq!(take(&mut text, &mut Signals::default(), &known).len(), 1);
        assert_eq!(text, "You paid with ••••-••••-••••-4242.");
        let mut other = "Order A-1042".to_owned();
        assert!(take(&mut other, &mut Signals::default(), &known).is_empty());
    }

    #[test]
    fn a_secret_that_overlaps_itself_is_hidden_too() {
        let mut veil = Veil::default();
        veil.add("11111111");
        assert!(!veil.leaks(&veil.cover(&"1".repeat(500))));
        assert_eq!(last_four("DE89370400440532013000"), "•••• 3000");
    }

    #[test]
    fn a_span_is_clipped_to_its_text() {
        assert_eq!(slice("añb", Span { start: 1, end: 2 }), "ñ");
        assert_eq!(slice("añb", Span { start: 2, end: 90 }), "b");
        assert_eq!(slice("añb", Span { start: 3, end: 1 }), "");
    }

    #[test]
    fn a_short_secret_is_hidden_whole_where_it_is_called_one() {
        let text = "PIN 4711 for card 4242 4242 4242 4242, order 4711";
        let mut signals = card(text, "4242 4242 4242 4242");
        let code = Entity { kind: EntityKind::Code, span: Span { start: 4, end: 8 }, value: "4711".into() };
        signals.entities.push(code);
        let mut said = text.to_owned();
        let secrets = take(&mut said, &mut signals, &[]);
        assert_eq!(said, "PIN •••• for card •••• •••• •••• 4242, order 4711");
        assert_eq!(signals.entities[1].value, "••••");
        assert_eq!(restore(&said, &secrets), text);
    }

    proptest! {
        #[test]
        fn whatever_is_taken_out_goes_back(before in "\\PC{0,20}", gaps in "[ -]{0,3}", after in "[0-9 a-z•]{0,30}") {
            let number = format!("4242{gaps}4242{gaps}42424242");
            let text = format!("{before}{number}{after}{number}");
            let (said, secrets) = taken(&text, &number);
            prop_assert_eq!(said.chars().count(), text.chars().count());
            prop_assert_eq!(restore(&said, &secrets), text);
        }
    }
}
