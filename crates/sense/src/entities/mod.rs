//! Entities: order and user ids, amounts, dates, contact data, cards and accounts.
//!
//! Finders run in a fixed order, the most certain first; what one has taken the next ones leave alone. Values are
//! normalised as `EntityKind` says.
//!
//! To add a kind: write a finder in its file and give it a place in [`find`].

mod amount;
mod contact;
mod date;
mod number;
mod reference;

use baton_model::{Entity, EntityKind};

use crate::reading::Reading;

/// More than this in one turn is a listing, not a message.
const MAX_ENTITIES: usize = 64;

/// What is found so far, in bytes of the raw text.
#[derive(Debug, Default)]
pub(crate) struct Found {
    taken: Vec<(usize, usize, EntityKind, String)>,
}

impl Found {
    pub(crate) fn free(&self, start: usize, end: usize) -> bool {
        self.taken.iter().all(|&(s, e, ..)| end <= s || e <= start)
    }

    pub(crate) fn take(&mut self, start: usize, end: usize, kind: EntityKind, value: String) {
        if self.taken.len() < MAX_ENTITIES && start < end && self.free(start, end) {
            self.taken.push((start, end, kind, value));
        }
    }
}

pub(crate) fn find(reading: &Reading<'_>) -> Vec<Entity> {
    let text = reading.raw;
    let mut found = Found::default();
    contact::urls(text, &mut found);
    contact::emails(text, &mut found);
    number::ibans(text, &mut found);
    number::cards(text, &mut found);
    amount::find(text, &mut found);
    date::find(text, &mut found);
    contact::addresses(text, &mut found);
    contact::phones(text, &mut found);
    reference::find(text, &mut found);
    contact::persons(text, &mut found);
    found.taken.sort_by_key(|&(start, ..)| start);
    found.taken.into_iter().map(|(s, e, kind, value)| Entity { kind, span: reading.raw_span(s, e), value }).collect()
}

#[cfg(test)]
pub(crate) fn values(text: &str, kind: EntityKind) -> Vec<String> {
    crate::sense(text).entities.into_iter().filter(|e| e.kind == kind).map(|e| e.value).collect()
}
