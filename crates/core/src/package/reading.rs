//! The conversation as the package reads it: veiled texts, found by id.

use std::{borrow::Cow, cell::OnceCell, collections::BTreeMap};

use baton_model::{Conversation, Evidence, Facts, FactsState, SignalKind, Turn, TurnId};

use super::{
    quote::{Veil, one_line, short_line, shorten, slice},
    words::{Words, fold},
};

/// A detector above this has spoken.
const HEARD: f32 = 0.5;

#[derive(Debug)]
pub(super) struct Heard<'a> {
    pub(super) turn: &'a Turn,
    /// Card and bank numbers are hidden; as long as the original.
    pub(super) text: Cow<'a, str>,
    words: OnceCell<Words>,
    folded: OnceCell<String>,
}

impl Heard<'_> {
    pub(super) fn id(&self) -> TurnId {
        self.turn.id
    }

    pub(super) fn words(&self) -> &Words {
        self.words.get_or_init(|| Words::of(&self.text))
    }

    /// On one line, in lower case.
    pub(super) fn folded(&self) -> &str {
        self.folded.get_or_init(|| fold(&one_line(&self.text)))
    }

    pub(super) fn says(&self, kind: SignalKind) -> bool {
        self.turn.signals.score(kind) >= HEARD
    }
}

#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub(super) turns: Vec<Heard<'a>>,
    pub(super) veil: Veil,
    by_id: BTreeMap<TurnId, usize>,
}

impl<'a> Reading<'a> {
    /// Reads the first `count` turns.
    pub(super) fn of(conversation: &'a Conversation, count: usize) -> Self {
        let turns = conversation.turns.iter().take(count);
        let veil = Veil::over(turns.clone().map(AsRef::as_ref));
        let turns: Vec<_> = turns
            .map(|turn| Heard { turn, text: veil.cover(&turn.text), words: OnceCell::new(), folded: OnceCell::new() })
            .collect();
        let by_id = turns.iter().enumerate().map(|(i, h)| (h.id(), i)).collect();
        Self { turns, veil, by_id }
    }

    pub(super) fn get(&self, id: TurnId) -> Option<&Heard<'a>> {
        self.by_id.get(&id).map(|&i| &self.turns[i])
    }

    pub(super) fn customer(&self) -> impl DoubleEndedIterator<Item = &Heard<'a>> {
        self.turns.iter().filter(|h| h.turn.is_customer())
    }

    /// Evidence as the package shows it: its turn is here, its span lies inside, its quote is what the turn says.
    pub(super) fn evidence(&self, found: &Evidence) -> Option<Evidence> {
        let heard = self.get(found.turn)?;
        let length = heard.text.chars().count();
        let span = found.span.filter(|s| s.start < s.end && s.end as usize <= length);
        let quote = match span {
            Some(span) => short_line(slice(&heard.text, span), 240),
            None => {
                let given = one_line(&self.veil.cover(&found.quote));
                if !given.is_empty() && one_line(&heard.text).contains(&given) {
                    shorten(&given, 240)
                } else {
                    short_line(&heard.text, 240)
                }
            }
        };
        Some(Evidence { turn: found.turn, span, quote })
    }
}

pub(super) fn known_facts(conversation: &Conversation) -> Option<&Facts> {
    match &conversation.facts {
        FactsState::Known { facts } => Some(facts),
        FactsState::Unknown | FactsState::Pending { .. } | FactsState::Failed { .. } => None,
    }
}
