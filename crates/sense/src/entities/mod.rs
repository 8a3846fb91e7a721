//! Entities: order and user ids, amounts, dates, contact data, cards and accounts.
//!
//! Finders run in a fixed order, the most certain first; what one has taken the next ones leave alone. Values are
//! normalised as `EntityKind` says.
//!
//! To add a kind: write a finder in its file and give it a place in [`find`], with what a text must have for it.

mod amount;
mod code;
mod contact;
mod date;
mod number;
mod official;
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

/// What a first look at a text tells: most finders cannot find anything in most texts, and need not run.
struct Look<'a> {
    reading: &'a Reading<'a>,
    digits: usize,
}

impl Look<'_> {
    fn has(&self, byte: u8) -> bool {
        self.reading.raw.as_bytes().contains(&byte)
    }

    fn says(&self, any_of: &[&str]) -> bool {
        any_of.iter().any(|word| self.reading.norm.contains(word))
    }

    /// Five capitals or digits in a row: the least of a booking code.
    fn has_code(&self) -> bool {
        self.reading.raw.as_bytes().split(|b| !(b.is_ascii_uppercase() || b.is_ascii_digit())).any(|run| run.len() >= 5)
    }
}

pub(crate) fn find(reading: &Reading<'_>) -> Vec<Entity> {
    let text = reading.raw;
    let look = Look { reading, digits: text.bytes().filter(u8::is_ascii_digit).count() };
    let mut found = Found::default();
    let mut run = |worth_while: bool, finder: fn(&str, &mut Found)| {
        if worth_while {
            finder(text, &mut found);
        }
    };
    run(look.says(&["http", "www."]), contact::urls);
    run(look.has(b'@'), contact::emails);
    run(look.digits >= 2, number::ibans);
    run(look.digits >= 12, number::cards);
    run(look.digits >= 3, contact::ip_addresses);
    run(look.says(code::CUES), code::find);
    run(look.digits >= 5, official::ids);
    run(look.digits >= 2, official::postal_codes);
    run(look.digits >= 1, amount::find);
    run(look.digits >= 1, date::calendar);
    run(look.says(&["day", "tomorrow", "week", "month", "year"]), date::relative);
    run(look.digits >= 1, contact::addresses);
    run(look.digits >= 7, contact::phones);
    run(look.digits >= 1 || look.has_code(), reference::find);
    run(look.says(&["name", "hei", "appelle", "llamo"]), contact::persons);
    if look.digits >= 8 {
        reference::long_numbers(text, &mut found);
    }
    found.taken.sort_by_key(|&(start, ..)| start);
    found.taken.into_iter().map(|(s, e, kind, value)| Entity { kind, span: reading.raw_span(s, e), value }).collect()
}

#[cfg(test)]
pub(crate) fn values(text: &str, kind: EntityKind) -> Vec<String> {
    crate::sense(text).entities.into_iter().filter(|e| e.kind == kind).map(|e| e.value).collect()
}
