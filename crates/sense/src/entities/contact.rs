//! Addresses of every sort: web, mail, phone, street; and who is writing.

use std::sync::LazyLock;

use baton_model::EntityKind;
use regex::Regex;

use super::Found;
use crate::cue::compile;

static URL: LazyLock<Regex> = LazyLock::new(|| compile(r#"(?i-u:\bhttps?://|\bwww\.)[^\s<>"']+"#));
static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?-u:\b)[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9-]{1,62}){0,5}\.[A-Za-z]{2,24}(?-u:\b)",
    )
});
static PHONE: LazyLock<Regex> = LazyLock::new(|| compile(r"\+?\(?[0-9][0-9().\-/\x20]{5,20}[0-9]"));
static STREET: LazyLock<Regex> = LazyLock::new(|| {
    compile(concat!(
        r"(?-u:\b)(?:[0-9]{1,5}[a-z]? (?:[A-Z][a-zA-Z]+ ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Drive|Dr|Lane|Ln|Boulevard|Blvd|Way|Court|Ct|Place|Pl|Square|Terrace)",
        r"|[A-Z][a-zA-Zäöüß-]{2,30}(?:straße|strasse|str\.|weg|platz|allee|gasse) [0-9]{1,4}[a-z]?)(?-u:\b)"
    ))
});
static PERSON: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?-u:\b)(?:[Mm]y (?:full )?name(?:'s|’s| is)|MY NAME IS|[Nn]ame: ?|[Ii]ch hei(?:ß|ss)e|[Jj]e m'appelle|[Mm]e llamo)[ :]*((?:\p{Lu}[\p{L}'’.-]{0,30})(?: \p{Lu}[\p{L}'’.-]{0,30}){0,3}|[a-z]{2,20}(?: [a-z]{2,20})?)",
    )
});

static IP: LazyLock<Regex> = LazyLock::new(|| {
    compile(r"(?-u:\b)[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?-u:\b)|(?-u:\b)[0-9A-Fa-f]{1,4}(?::{1,2}[0-9A-Fa-f]{1,4}){3,7}(?-u:\b)")
});

/// What the standard library can read as one.
pub(super) fn ip_addresses(text: &str, found: &mut Found) {
    for m in IP.find_iter(text) {
        let longer = text[..m.start()].ends_with(['.', ':', '-']) || text[m.end()..].starts_with(['-', ':']);
        if let (false, Ok(address)) = (longer, m.as_str().parse::<std::net::IpAddr>()) {
            found.take(m.start(), m.end(), EntityKind::IpAddress, address.to_string());
        }
    }
}

pub(super) fn urls(text: &str, found: &mut Found) {
    for m in URL.find_iter(text) {
        let trimmed = m.as_str().trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']']);
        found.take(m.start(), m.start() + trimmed.len(), EntityKind::Url, trimmed.to_owned());
    }
}

pub(super) fn emails(text: &str, found: &mut Found) {
    for m in EMAIL.find_iter(text) {
        found.take(m.start(), m.end(), EntityKind::Email, m.as_str().to_lowercase());
    }
}

/// A number that is written like a phone number, or called one. Plain digits alone are rather an order number.
pub(super) fn phones(text: &str, found: &mut Found) {
    for m in PHONE.find_iter(text) {
        let written = m.as_str().trim_end_matches(['.', '-', '/', ' ', '(', ')']);
        let digits: String = written.chars().filter(char::is_ascii_digit).collect();
        let groups = written.split(|c: char| !c.is_ascii_digit()).filter(|g| !g.is_empty()).count();
        let before = &text[..m.start()];
        let glued = before.ends_with(|c: char| c.is_alphanumeric() || "#-_/.".contains(c))
            || text[m.start() + written.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
        // Letters of any script count as one byte or more: what matters is that the words are near.
        let near = before.char_indices().rev().nth(30).map_or(before, |(i, _)| &before[i..]).to_lowercase();
        let after = &text[m.start() + written.len()..];
        let after = after.trim_start_matches([' ', '-', '(', ',']);
        let after = after.get(..6).unwrap_or(after).to_lowercase();
        let named = [
            "phone",
            "call",
            "mobile",
            "tel",
            "cell",
            "whatsapp",
            "fax",
            "answer",
            "reach",
            "registered",
            "contact",
            "dial",
        ]
        .iter()
        .any(|w| near.contains(w))
            || ["fax", "office", "mobile", "home", "cell", "phone"].iter().any(|w| after.starts_with(w));
        let shaped = written.starts_with('+')
            || written.starts_with("00")
            || written.contains('(')
            || (groups >= 3 && digits.len() >= 9)
            || (digits.starts_with('0') && groups >= 2);
        if !glued && (7..=15).contains(&digits.len()) && (shaped || named) {
            let value = if written.starts_with('+') { format!("+{digits}") } else { digits };
            found.take(m.start(), m.start() + written.len(), EntityKind::Phone, value);
        }
    }
}

pub(super) fn addresses(text: &str, found: &mut Found) {
    for m in STREET.find_iter(text) {
        found.take(m.start(), m.end(), EntityKind::Address, m.as_str().to_owned());
    }
}

pub(super) fn persons(text: &str, found: &mut Found) {
    for name in PERSON.captures_iter(text).filter_map(|c| c.get(1)) {
        let value = name.as_str().trim_end_matches(['.', '\'', '’', '-']);
        let lower = value.starts_with(|c: char| c.is_lowercase());
        // Lower case: only the first word is surely a name, and only if it is not grammar.
        let kept = if lower { value.split(' ').next().unwrap_or("") } else { value };
        if lower
            && matches!(
                kept,
                "not"
                    | "on"
                    | "in"
                    | "the"
                    | "wrong"
                    | "misspelled"
                    | "spelled"
                    | "spelt"
                    | "is"
                    | "under"
                    | "my"
                    | "still"
                    | "missing"
                    | "listed"
                    | "being"
            )
        {
            continue;
        }
        found.take(name.start(), name.start() + kept.len(), EntityKind::Person, kept.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::values;

    #[test]
    fn contact_table() {
        let table = [
            ("see https://shop.test/a?b=1, ok", EntityKind::Url, vec!["https://shop.test/a?b=1"]),
            ("mail Mia.Li+x@Example.co.uk please", EntityKind::Email, vec!["mia.li+x@example.co.uk"]),
            ("call me at +49 (0)30 1234567", EntityKind::Phone, vec!["+490301234567"]),
            ("my number is 555-010-9999", EntityKind::Phone, vec!["5550109999"]),
            ("my phone: 5550109999", EntityKind::Phone, vec!["5550109999"]),
            ("order 5550109999", EntityKind::Phone, vec![]),
            ("nobody answers at 78 000 450", EntityKind::Phone, vec!["78000450"]),
            ("0000555 77-Fax", EntityKind::Phone, vec!["000055577"]),
            ("blocked at 192.0.2.17", EntityKind::Phone, vec![]),
            ("blocked at 192.0.2.17", EntityKind::IpAddress, vec!["192.0.2.17"]),
            ("2001:db8:0:0:1:0:0:1 is mine", EntityKind::IpAddress, vec!["2001:db8::1:0:0:1"]),
            ("version 1.2.3.400, at 12:30:45", EntityKind::IpAddress, vec![]),
            ("I live at 975 Sunset Drive, Austin", EntityKind::Address, vec!["975 Sunset Drive"]),
            ("Hauptstraße 12 in Bern", EntityKind::Address, vec!["Hauptstraße 12"]),
            ("Hi, my name is Mia Li and I need help", EntityKind::Person, vec!["Mia Li"]),
            ("my name is john and i", EntityKind::Person, vec!["john"]),
            ("my name is not on the list", EntityKind::Person, vec![]),
        ];
        for (text, kind, expected) in table {
            assert_eq!(values(text, kind), expected, "{text}");
        }
    }
}
