//! Order, booking, ticket and user ids, by shape or because the text calls them so.

use std::sync::LazyLock;

use baton_model::EntityKind;
use regex::Regex;

use super::Found;
use crate::{cue::compile, embedding::VOCABULARY};

/// `#A-1234`, `#W2378156`, `#12345`.
static HASH: LazyLock<Regex> = LazyLock::new(|| compile(r"#[A-Za-z0-9](?:[A-Za-z0-9_-]{0,30}[A-Za-z0-9])?"));
/// `ORD-20391`, `INV_2024_001`, `AB123456`.
static PREFIXED: LazyLock<Regex> =
    LazyLock::new(|| compile(r"(?-u:\b)[A-Z]{1,6}[-_]?[0-9]{3,14}(?:[-_][A-Z0-9]{1,12})*(?-u:\b)"));
/// `NO6JO3`: six to ten capitals and digits, mixed.
static MIXED: LazyLock<Regex> = LazyLock::new(|| compile(r"(?-u:\b)[A-Z0-9]{6,12}(?-u:\b)"));
/// `mia_li_3668`, `certificate_7504069`.
static USER: LazyLock<Regex> =
    LazyLock::new(|| compile(r"(?-u:\b)[A-Za-z]{1,20}(?:(?:_[A-Za-z]{1,20}){1,3}_[0-9]{2,10}|_[0-9]{3,10})(?-u:\b)"));
/// Too long for a count, too short for a card: `6086499569`.
static LONG: LazyLock<Regex> = LazyLock::new(|| compile(r"(?-u:\b)[0-9]{8,14}(?-u:\b)"));
/// "order number 20391", "booking code xk3pq9".
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)(?-u:\b)(?:order|booking|reservation|confirmation|reference|ref|ticket|case|invoice|account|tracking|customer|user|claim|policy|contract|serial|bestellung|bestellnummer|commande|pedido)(?:[ :.#]*(?:number|num|nr|no|id|code|is|reference|ref|nummer|numéro))*[ :.#]+([A-Za-z0-9][A-Za-z0-9_-]{2,24}[A-Za-z0-9])(?-u:\b)",
    )
});

/// `IFOYYZ`: a booking code may be six capitals, as a word in capitals may be.
static CAPITALS: LazyLock<Regex> = LazyLock::new(|| compile(r"(?-u:\b)[A-Z]{6}(?-u:\b)"));
/// What such a code is named by, somewhere before it.
static BOOKED: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)(?-u:\b)(?:reservations?|bookings?|confirmations?|itinerar(?:y|ies)|record locators?|locators?|pnrs?|references?|codes?|tickets?)(?-u:\b)",
    )
});
/// Characters before a code in which its name is looked for: "the reservations that I would like to cancel are".
const NAMED_WITHIN: usize = 80;

pub(super) fn find(text: &str, found: &mut Found) {
    for m in USER.find_iter(text) {
        take(found, m.start(), m.end(), m.as_str());
    }
    for m in HASH.find_iter(text) {
        // Without a digit it is a hashtag.
        let digits = m.as_str().bytes().filter(u8::is_ascii_digit).count();
        if digits >= 2 && !text[..m.start()].ends_with(|c: char| c.is_alphanumeric() || c == '&') {
            take(found, m.start(), m.end(), &m.as_str()[1..]);
        }
    }
    for id in NAMED.captures_iter(text).filter_map(|c| c.get(1)) {
        if id.as_str().bytes().filter(u8::is_ascii_digit).count() >= 2 || capital_code(id.as_str()) {
            take(found, id.start(), id.end(), id.as_str());
        }
    }
    for m in PREFIXED.find_iter(text) {
        if !name_of_a_thing(m.as_str()) {
            take(found, m.start(), m.end(), m.as_str());
        }
    }
    for m in MIXED.find_iter(text) {
        let digits = m.as_str().bytes().filter(u8::is_ascii_digit).count();
        if digits >= 1 && digits < m.len() && !name_of_a_thing(m.as_str()) {
            take(found, m.start(), m.end(), m.as_str());
        }
    }
}

/// Booking codes of capitals only: named before, and no word that a vocabulary knows, whole or in two parts.
pub(super) fn capitals(text: &str, found: &mut Found) {
    for m in CAPITALS.find_iter(text) {
        let from = text[..m.start()].char_indices().rev().take(NAMED_WITHIN).last().map_or(m.start(), |(i, _)| i);
        if VOCABULARY.pieces(m.as_str(), 3).len() >= 3 && BOOKED.is_match(&text[from..m.start()]) {
            take(found, m.start(), m.end(), m.as_str());
        }
    }
}

/// Digits alone, after everything else has taken its own.
pub(super) fn long_numbers(text: &str, found: &mut Found) {
    for m in LONG.find_iter(text) {
        let part = text[..m.start()].ends_with(['.', ',', '-', '/', '+', '$', '€', '£', '_']);
        if !part && !text[m.end()..].starts_with(['-', '/', '_', '%']) {
            take(found, m.start(), m.end(), m.as_str());
        }
    }
}

/// A booking code of capitals only, as airlines use: believed only where it is named.
fn capital_code(id: &str) -> bool {
    (5..=8).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// Standards and models that look like ids.
fn name_of_a_thing(id: &str) -> bool {
    ["COVID", "USB", "MP3", "ISO", "RFC", "HTTP", "SHA256", "UTF", "HTTP"].iter().any(|p| id.starts_with(p))
}

fn take(found: &mut Found, start: usize, end: usize, id: &str) {
    found.take(start, end, EntityKind::Reference, id.to_uppercase());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::values;

    #[test]
    fn references_by_shape_and_by_name() {
        for (text, expected) in [
            ("Where is my order #A-1234?", vec!["A-1234"]),
            ("ORD-20391 has not arrived", vec!["ORD-20391"]),
            ("my reservation is NO6JO3.", vec!["NO6JO3"]),
            ("user mia_li_3668 here", vec!["MIA_LI_3668"]),
            ("order number 20391", vec!["20391"]),
            ("with certificate_7504069 please", vec!["CERTIFICATE_7504069"]),
            ("items 1234509876 and 1234509877", vec!["1234509876", "1234509877"]),
            ("Booking code XKPQRZ", vec!["XKPQRZ"]),
            ("orders #W2378156 and #W2378157", vec!["W2378156", "W2378157"]),
            ("my reservations, which are IFOYYZ and QKXDLP, please", vec!["IFOYYZ", "QKXDLP"]),
            ("Reservation, HXDUBJ", vec!["HXDUBJ"]),
            ("change my booking to LONDON, it was URGENT", vec![]),
            ("IFOYYZ without a name", vec![]),
            ("#love this", vec![]),
            ("order status please", vec![]),
            ("my order is late", vec![]),
            ("COVID19 rules", vec![]),
            ("SHOUTING LOUDLY", vec![]),
            ("I have 2 phones", vec![]),
        ] {
            assert_eq!(values(text, EntityKind::Reference), expected, "{text}");
        }
    }
}
