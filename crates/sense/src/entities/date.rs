//! Dates: ISO where the text is certain, as written (lower case) where it is not.

use std::sync::LazyLock;

use baton_model::EntityKind;
use regex::Regex;

use super::Found;
use crate::cue::compile;

static ISO: LazyLock<Regex> = LazyLock::new(|| {
    compile(r"(?-u:\b)((?:19|20)[0-9]{2})-([0-9]{2})-([0-9]{2})(?:[T\x20]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?))?(?-u:\b)")
});
static NUMERIC: LazyLock<Regex> =
    LazyLock::new(|| compile(r"(?-u:\b)([0-9]{1,2})([./])([0-9]{1,2})[./]((?:19|20)?[0-9]{2})(?-u:\b)"));
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    let month = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
    compile(&format!(
        r"(?i)(?-u:\b)(?:(?P<m1>{month})\.? (?P<d1>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y1>(?:19|20)[0-9]{{2}}))?|(?P<d2>[0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m2>{month})\.?(?:,? (?P<y2>(?:19|20)[0-9]{{2}}))?)(?-u:\b)"
    ))
});
/// "March 2024".
static MONTH: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)(?-u:\b)(january|february|march|april|may|june|july|august|september|october|november|december),? ((?:19|20)[0-9]{2})(?-u:\b)",
    )
});
static RELATIVE: LazyLock<Regex> = LazyLock::new(|| {
    compile(
        r"(?i)(?-u:\b)(?:(?:last|next|this|on) )?(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)(?-u:\b)|(?-u:\b)(?:today|tomorrow|yesterday|(?:last|next|this) (?:week|month|year))(?-u:\b)|(?-u:\b)[0-9]{1,3} (?:days|weeks|months) ago(?-u:\b)",
    )
});

/// Days of a calendar, with digits.
pub(super) fn calendar(text: &str, found: &mut Found) {
    for c in ISO.captures_iter(text) {
        if let Some(iso) = iso(&c[1], number(&c[2]), number(&c[3])) {
            take(found, c.get(0), c.get(4).map_or(iso.clone(), |time| format!("{iso}T{}", time.as_str())));
        }
    }
    for c in NUMERIC.captures_iter(text) {
        let (first, second) = (number(&c[1]), number(&c[3]));
        let year = if c[4].len() == 2 { format!("20{}", &c[4]) } else { c[4].to_owned() };
        // With points the day comes first; with strokes only a number above 12 tells.
        let iso = match (&c[2], first, second) {
            (".", d, m) => iso(&year, m, d),
            (_, d @ 13..=31, m) => iso(&year, m, d),
            (_, m, d @ 13..=31) => iso(&year, m, d),
            (_, 1..=12, 1..=12) => Some(c[0].to_owned()),
            _ => None,
        };
        if let Some(value) = iso {
            take(found, c.get(0), value);
        }
    }
    for c in NAMED.captures_iter(text) {
        let group = |a: &str, b: &str| c.name(a).or(c.name(b)).map(|m| m.as_str());
        let (Some(month), Some(day)) = (group("m1", "m2"), group("d1", "d2")) else { continue };
        let (month, day) = (month_number(month), number(day));
        if !(1..=31).contains(&day) {
            continue;
        }
        let value = match group("y1", "y2") {
            Some(year) => iso(year, month, day),
            None => Some(c[0].to_lowercase()),
        };
        if let Some(value) = value {
            take(found, c.get(0), value);
        }
    }
    for c in MONTH.captures_iter(text) {
        let value = format!("{}-{:02}", &c[2], month_number(&c[1]));
        take(found, c.get(0), value);
    }
}

/// Days as seen from today.
pub(super) fn relative(text: &str, found: &mut Found) {
    for m in RELATIVE.find_iter(text) {
        found.take(m.start(), m.end(), EntityKind::Date, m.as_str().to_lowercase());
    }
}

fn take(found: &mut Found, m: Option<regex::Match<'_>>, value: String) {
    if let Some(m) = m {
        found.take(m.start(), m.end(), EntityKind::Date, value);
    }
}

fn number(text: &str) -> u32 {
    text.parse().unwrap_or(0)
}

fn iso(year: &str, month: u32, day: u32) -> Option<String> {
    let y: u32 = year.parse().ok()?;
    let leap = y.is_multiple_of(4) && (!y.is_multiple_of(100) || y.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => return None,
    };
    (1..=days).contains(&day).then(|| format!("{year}-{month:02}-{day:02}"))
}

fn month_number(name: &str) -> u32 {
    let head: String = name.chars().take(3).collect::<String>().to_lowercase();
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        .iter()
        .position(|m| *m == head)
        .map_or(0, |i| i as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::values;

    #[test]
    fn dates_are_iso_when_certain() {
        for (text, expected) in [
            ("since 2024-05-20", vec!["2024-05-20"]),
            ("2023-02-29 does not exist", vec![]),
            ("am 3.12.2024", vec!["2024-12-03"]),
            ("on 25/12/2024", vec!["2024-12-25"]),
            ("on 12/25/24", vec!["2024-12-25"]),
            ("on 03/04/2024", vec!["03/04/2024"]),
            ("May 20th, 2024 or 21 May 2024", vec!["2024-05-20", "2024-05-21"]),
            ("on May 20th", vec!["may 20th"]),
            ("at 2024-05-20 07:30:05", vec!["2024-05-20T07:30:05"]),
            ("since March 2023", vec!["2023-03"]),
            ("it arrived yesterday", vec!["yesterday"]),
            ("next Tuesday", vec!["next tuesday"]),
            ("you may 99", vec![]),
        ] {
            assert_eq!(values(text, EntityKind::Date), expected, "{text}");
        }
    }
}
