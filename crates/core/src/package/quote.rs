//! Quoting customers safely: card and bank numbers are veiled, and what is shortened ends with "…".

use std::borrow::Cow;

use baton_model::{Entity, EntityKind, Span, Turn};

/// What must never leave a conversation in full. Masks keep the length, so spans stay valid.
#[derive(Debug, Default)]
pub(super) struct Veil {
    /// Letters and digits of each number, folded: separators do not hide a card.
    secrets: Vec<Vec<char>>,
}

impl Veil {
    pub(super) fn over<'a>(turns: impl Iterator<Item = &'a Turn>) -> Self {
        let mut secrets = Vec::new();
        for turn in turns {
            for entity in turn.signals.entities.iter().filter(|e| secret(e)) {
                for raw in [slice(&turn.text, entity.span), &entity.value] {
                    let letters: Vec<char> = marks(raw).map(|(_, c)| c).collect();
                    if letters.len() >= 8 && !letters.contains(&HIDDEN) && !secrets.contains(&letters) {
                        secrets.push(letters);
                    }
                }
            }
        }
        Self { secrets }
    }

    /// Hides all but the last four of every number, however it is spaced. Nothing new can match afterwards, because a
    /// hidden character still separates its neighbours.
    pub(super) fn cover<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.secrets.is_empty() {
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

    pub(super) fn leaks(&self, text: &str) -> bool {
        matches!(self.cover(text), Cow::Owned(_))
    }
}

const HIDDEN: char = '•';

/// Letters and digits with their offsets, folded one to one.
fn marks(text: &str) -> impl Iterator<Item = (usize, char)> {
    text.char_indices().filter(|(_, c)| c.is_alphanumeric() || *c == HIDDEN).map(|(at, c)| (at, c.to_ascii_lowercase()))
}

pub(super) fn secret(entity: &Entity) -> bool {
    matches!(entity.kind, EntityKind::Card | EntityKind::Iban | EntityKind::NationalId)
}

/// A card, bank or national number as the package shows it: "•••• 4242".
pub(super) fn last_four(value: &str) -> String {
    let all: Vec<char> = value.chars().filter(|c| c.is_alphanumeric()).collect();
    if all.len() <= 4 {
        return all.into_iter().collect();
    }
    let tail: String = all[all.len() - 4..].iter().collect();
    format!("•••• {tail}")
}

/// The characters of a span, clipped to the text.
pub(super) fn slice(text: &str, span: Span) -> &str {
    let offset = |n: u32| text.char_indices().nth(n as usize).map_or(text.len(), |(at, _)| at);
    let (start, end) = (offset(span.start), offset(span.end));
    text.get(start..end).unwrap_or("")
}

/// At most `max` characters; a shortened text ends with "…", between words where there is a gap to cut at.
pub(super) fn shorten(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let end = text.char_indices().nth(max.saturating_sub(1)).map_or(text.len(), |(at, _)| at);
    let head = &text[..end];
    let cut = match head.rfind(' ') {
        Some(gap) if gap * 2 > head.len() => &head[..gap],
        _ => head,
    };
    format!("{}…", cut.trim_end())
}

/// One line, with inner double quotes made single, so that “…” always encloses a whole quotation.
pub(super) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            out.push(if matches!(c, '“' | '”' | '„' | '«' | '»' | '"') { '\'' } else { c });
        }
    }
    out.truncate(out.trim_end().len());
    out
}

pub(super) fn short_line(text: &str, max: usize) -> String {
    shorten(&one_line(text), max)
}

/// “quoted”
pub(super) fn quoted(text: &str, max: usize) -> String {
    format!("“{}”", short_line(text, max))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::samples::{entity_at, turn};

    #[test]
    fn a_card_is_hidden_wherever_it_is_said_and_lengths_stay() {
        let mut said = turn(0, "customer", "card 4242 4242 4242 4242 please");
        said.signals.entities.push(entity_at(&said.text, "4242 4242 4242 4242", EntityKind::Card, "4242424242424242"));
        let veil = Veil::over([&said].into_iter());
        let covered = veil.cover(&said.text);
        assert_eq!(covered, "card •••• •••• •••• 4242 please");
        assert_eq!(covered.chars().count(), said.text.chars().count());
        assert_eq!(veil.cover("again 4242424242424242"), "again ••••••••••••4242");
        assert!(veil.leaks(&said.text) && !veil.leaks(&covered));
        assert_eq!(last_four("DE89370400440532013000"), "•••• 3000");
    }

    #[test]
    fn a_secret_that_overlaps_itself_is_hidden_too() {
        let mut said = turn(0, "customer", "11111111");
        said.signals.entities.push(entity_at("11111111", "11111111", EntityKind::Card, "11111111"));
        let veil = Veil::over([&said].into_iter());
        assert!(!veil.leaks(&veil.cover(&"1".repeat(500))));
    }

    #[test]
    fn shortening_shows() {
        assert_eq!(shorten("one two three four", 12), "one two…");
        assert_eq!(shorten("🙂🙂🙂🙂", 3), "🙂🙂…");
        assert_eq!(shorten("short", 5), "short");
        assert_eq!(quoted("he said \"no\"\n twice", 40), "“he said 'no' twice”");
    }

    #[test]
    fn a_span_is_clipped_to_its_text() {
        assert_eq!(slice("añb", Span { start: 1, end: 2 }), "ñ");
        assert_eq!(slice("añb", Span { start: 2, end: 90 }), "b");
        assert_eq!(slice("añb", Span { start: 3, end: 1 }), "");
    }
}
