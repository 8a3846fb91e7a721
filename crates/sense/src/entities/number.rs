//! Card numbers (Luhn) and IBANs (mod 97): only with a right checksum. Short and rare kinds of cards must be called one.

use std::sync::LazyLock;

use baton_model::EntityKind;
use regex::Regex;

use super::Found;
use crate::cue::compile;

static CARD: LazyLock<Regex> = LazyLock::new(|| compile(r"[0-9](?:[\x20-]?[0-9]){11,18}"));
static IBAN: LazyLock<Regex> = LazyLock::new(|| compile(r"(?-u:\b)[A-Za-z]{2}[0-9]{2}(?:\x20?[A-Za-z0-9]){11,32}"));

pub(super) fn cards(text: &str, found: &mut Found) {
    for m in CARD.find_iter(text) {
        let glued = text[..m.start()].ends_with(|c: char| c.is_alphanumeric())
            || text[m.end()..].starts_with(|c: char| c.is_ascii_digit());
        let digits: String = m.as_str().chars().filter(char::is_ascii_digit).collect();
        let usual = digits.len() >= 13 && matches!(digits.as_bytes()[0], b'2'..=b'6');
        let named = || {
            let before = &text[..m.start()];
            let near = before.char_indices().rev().nth(30).map_or(before, |(i, _)| &before[i..]);
            near.to_ascii_lowercase().contains("card")
        };
        if !glued && luhn(&digits) && (usual || named()) {
            found.take(m.start(), m.end(), EntityKind::Card, digits);
        }
    }
}

fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let d = u32::from(b - b'0');
            match (i % 2, d) {
                (0, _) => d,
                (_, 0..=4) => 2 * d,
                _ => 2 * d - 9,
            }
        })
        .sum();
    sum.is_multiple_of(10) && digits.bytes().any(|b| b != digits.as_bytes()[0])
}

/// The registered length per country, where cards and shops meet it often; others by checksum alone.
fn iban_length(country: &str) -> Option<usize> {
    Some(match country {
        "NO" => 15,
        "BE" => 16,
        "DK" | "FI" | "NL" => 18,
        "SI" => 19,
        "AT" | "EE" | "LT" | "LU" => 20,
        "CH" | "HR" | "LV" | "LI" => 21,
        "DE" | "GB" | "IE" | "BG" => 22,
        "AE" | "IL" => 23,
        "CZ" | "ES" | "SE" | "SK" | "RO" | "SA" => 24,
        "PT" => 25,
        "TR" | "IS" => 26,
        "FR" | "GR" | "IT" => 27,
        "HU" | "PL" | "CY" => 28,
        _ => return None,
    })
}

pub(super) fn ibans(text: &str, found: &mut Found) {
    for m in IBAN.find_iter(text) {
        let compact: String = m.as_str().chars().filter(|c| *c != ' ').map(|c| c.to_ascii_uppercase()).collect();
        // A blank-separated word after the number may have been swallowed: the country says where it ends.
        let Some(length) = iban_length(&compact[..2]).filter(|n| *n <= compact.len()) else { continue };
        if mod97(&compact[..length]) {
            let mut left = length;
            let end = m.as_str().char_indices().find_map(|(i, c)| {
                left -= usize::from(c != ' ');
                (left == 0).then_some(i + 1)
            });
            let end = m.start() + end.unwrap_or(m.len());
            if !text[end..].starts_with(|c: char| c.is_alphanumeric()) {
                found.take(m.start(), end, EntityKind::Iban, compact[..length].to_owned());
            }
        }
    }
}

fn mod97(iban: &str) -> bool {
    let rest = iban[4..].bytes().chain(iban[..4].bytes()).fold(0u32, |r, b| match b {
        b'0'..=b'9' => (r * 10 + u32::from(b - b'0')) % 97,
        _ => (r * 100 + u32::from(b - b'A') + 10) % 97,
    });
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::values;

    #[test]
    fn only_right_checksums_count() {
        assert_eq!(values("card 4242 4242 4242 4242 please", EntityKind::Card), ["4242424242424242"]);
        assert_eq!(values("my card 501800000009", EntityKind::Card), ["501800000009"]);
        assert!(values("parcel 501800000009", EntityKind::Card).is_empty());
        assert!(values("card 4242 4242 4242 4243", EntityKind::Card).is_empty());
        assert!(values("0000 0000 0000 0000", EntityKind::Card).is_empty());
        assert_eq!(values("IBAN DE89 3704 0044 0532 0130 00 bitte", EntityKind::Iban), ["DE89370400440532013000"]);
        assert_eq!(values("GB82WEST12345698765432.", EntityKind::Iban), ["GB82WEST12345698765432"]);
        assert!(values("DE89 3704 0044 0532 0130 01", EntityKind::Iban).is_empty());
    }
}
