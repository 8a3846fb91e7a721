//! Quotes cut from real turns. A quote is always a part of its turn's text, character for character.

use baton_model::{Evidence, SignalKind, Span, Turn};

/// Longest quote, in characters.
pub(super) const MAX_QUOTE: u32 = 200;
const MAX_QUOTES: usize = 3;

/// The whole turn, or its beginning.
pub(super) fn whole(turn: &Turn) -> Evidence {
    let cut = turn.text.char_indices().nth(MAX_QUOTE as usize);
    match cut {
        None => Evidence { turn: turn.id, span: None, quote: turn.text.clone() },
        Some((end, _)) => {
            Evidence { turn: turn.id, span: Some(Span { start: 0, end: MAX_QUOTE }), quote: turn.text[..end].to_owned() }
        }
    }
}

pub(super) fn at(turn: &Turn, span: Span) -> Evidence {
    let wanted = span.end.saturating_sub(span.start).min(MAX_QUOTE);
    let quote: String = turn.text.chars().skip(span.start as usize).take(wanted as usize).collect();
    let got = quote.chars().count() as u32;
    if got == 0 {
        return whole(turn);
    }
    Evidence { turn: turn.id, span: Some(Span { start: span.start, end: span.start + got }), quote }
}

/// The words behind some signals of a turn; the whole turn when none of them points at words.
pub(super) fn of_signals(turn: &Turn, kinds: &[SignalKind], at_least: f32) -> Vec<Evidence> {
    let mut spans: Vec<Span> = kinds
        .iter()
        .filter_map(|k| turn.signals.get(*k))
        .filter(|s| s.score >= at_least)
        .flat_map(|s| s.spans.iter().copied())
        .collect();
    spans.sort_unstable();
    spans.dedup();
    spans.truncate(MAX_QUOTES);
    if spans.is_empty() { vec![whole(turn)] } else { spans.into_iter().map(|s| at(turn, s)).collect() }
}
