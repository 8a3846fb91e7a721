//! Numbers that a state gives: to a person, believed where the text names them, and to a place.

use std::sync::LazyLock;

use baton_model::EntityKind;
use regex::Regex;

use super::Found;
use crate::cue::compile;

/// `078-05-1120`: the written form of a United States social security number, named or not.
static SOCIAL: LazyLock<Regex> = LazyLock::new(|| compile(r"(?-u:\b)[0-9]{3}-[0-9]{2}-[0-9]{4}(?-u:\b)"));
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)(?-u:\b)(?:ssn|social security|social insurance|national insurance|national id|identity card|id card|passport|driv(?:er|ing)(?:'?s|’s)? licen[cs]e|personalausweis|steuer-?id|dni|nie|bsn|aadhaar|cpf)(?: (?:number|no|num|nr|id|code|is|was))*[ :.#]+(?:is )?([A-Za-z]{0,3}[0-9][A-Za-z0-9]{0,14}(?:[ .-][A-Za-z]{0,2}[0-9][A-Za-z0-9]{0,7}){0,4})(?-u:\b)",
    )
});
static POSTAL: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)(?-u:\b)(?:zip(?: ?code)?|postal code|post ?code|plz|postleitzahl|code postal|c[oó]digo postal)(?: (?:is|was))?[ :]+([A-Za-z]{0,2}[0-9][A-Za-z0-9]{1,5}(?:[ -][0-9]{2,4}[A-Z]{0,2}(?-u:\b)|[ -][0-9]?[A-Z]{2}(?-u:\b))?)(?-u:\b)",
    )
});

pub(super) fn ids(text: &str, found: &mut Found) {
    for m in SOCIAL.find_iter(text) {
        let glued = text[..m.start()].ends_with(['-', '+', '.']) || text[m.end()..].starts_with('-');
        // No number begins with 000, 666 has none, and no group is all noughts.
        let (area, group, serial) = (&m.as_str()[..3], &m.as_str()[4..6], &m.as_str()[7..]);
        if !glued && area != "000" && area != "666" && group != "00" && serial != "0000" {
            found.take(m.start(), m.end(), EntityKind::NationalId, compact(m.as_str()));
        }
    }
    for id in NAMED.captures_iter(text).filter_map(|c| c.get(1)) {
        if id.as_str().bytes().filter(u8::is_ascii_digit).count() >= 5 {
            found.take(id.start(), id.end(), EntityKind::NationalId, compact(id.as_str()));
        }
    }
}

pub(super) fn postal_codes(text: &str, found: &mut Found) {
    for code in POSTAL.captures_iter(text).filter_map(|c| c.get(1)) {
        if code.as_str().bytes().filter(u8::is_ascii_digit).count() >= 2 {
            found.take(code.start(), code.end(), EntityKind::PostalCode, code.as_str().to_uppercase());
        }
    }
}

fn compact(id: &str) -> String {
    id.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::values;

    #[test]
    fn numbers_of_states() {
        let table = [
            ("mine is 078-05-1120 ok", EntityKind::NationalId, vec!["078051120"]),
            ("SSN: 219 09 9999", EntityKind::NationalId, vec!["219099999"]),
            ("my passport number is C01X00T47", EntityKind::NationalId, vec!["C01X00T47"]),
            ("driver's license number is D123-4567-8901", EntityKind::NationalId, vec!["D12345678901"]),
            ("000-12-3456", EntityKind::NationalId, vec![]),
            ("my passport is lost", EntityKind::NationalId, vec![]),
            ("call 555-010-9999", EntityKind::NationalId, vec![]),
            ("my zip code is 02139", EntityKind::PostalCode, vec!["02139"]),
            ("ZIP: 123 45", EntityKind::PostalCode, vec!["123 45"]),
            ("postcode SW1A 1AA please", EntityKind::PostalCode, vec!["SW1A 1AA"]),
            ("zip it", EntityKind::PostalCode, vec![]),
        ];
        for (text, kind, expected) in table {
            assert_eq!(values(text, kind), expected, "{text}");
        }
    }
}
