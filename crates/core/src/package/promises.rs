//! Commitments already made to the customer, by the AI or by a person, and when they fall due.

use std::sync::LazyLock;

use baton_model::{Author, Promise, Timestamp, Turn};
use jiff::{ToSpan, civil::Weekday, tz::TimeZone};

use super::{
    quote::short_line,
    reading::Reading,
    words::{PhraseBook, find_phrase, fold_plain, sentences},
};

static COMMITS: LazyLock<PhraseBook> = LazyLock::new(|| {
    PhraseBook::of([
        "i'll",
        "i will",
        "we'll",
        "we will",
        "you'll",
        "you will",
        "i'm going to",
        "we're going to",
        "we are going to",
        "i promise",
        "we promise",
        "will be",
        "someone will",
        "a colleague will",
        "ich werde",
        "wir werden",
        "sie erhalten",
    ])
});
static DENIES: LazyLock<PhraseBook> = LazyLock::new(|| {
    PhraseBook::of(["won't", "will not", "cannot", "can't", "unable to", "not be able", "werde nicht", "werden nicht"])
});
/// What is promised to be done.
static DEEDS: LazyLock<PhraseBook> = LazyLock::new(|| {
    PhraseBook::of([
        "refund",
        "money back",
        "reimburse",
        "credit",
        "voucher",
        "replace",
        "send you",
        "ship",
        "deliver",
        "cancel",
        "waive",
        "erstatt",
        "ersatz",
    ])
});
/// That somebody will be heard from.
static CONTACT: LazyLock<PhraseBook> = LazyLock::new(|| {
    PhraseBook::of([
        "call you",
        "call back",
        "callback",
        "get back to you",
        "contact you",
        "reach out",
        "write to you",
        "write back",
        "email you",
        "e-mail you",
        "follow up",
        "hear from",
        "be in touch",
        "let you know",
        "update you",
        "zurückrufen",
        "melden",
    ])
});

/// A promise as it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Promised {
    pub promise: Promise,
    /// To get in touch, and nothing else.
    pub contact: bool,
}

/// Sentences in which somebody commits to a refund, a call back, another act, or a deadline. `zone` is the customer's.
pub(super) fn promises(reading: &Reading<'_>, zone: Option<&str>) -> Vec<Promise> {
    let zone = time_zone(zone);
    reading.turns.iter().flat_map(|heard| found(heard.turn, &heard.text, &zone)).map(|found| found.promise).collect()
}

/// What one turn promises, as the package of its conversation will tell it.
pub fn promised(turn: &Turn, zone: Option<&str>) -> Vec<Promised> {
    found(turn, &turn.text, &time_zone(zone))
}

fn time_zone(name: Option<&str>) -> TimeZone {
    name.and_then(|z| TimeZone::get(z).ok()).unwrap_or(TimeZone::UTC)
}

fn found(turn: &Turn, text: &str, zone: &TimeZone) -> Vec<Promised> {
    if !matches!(turn.author, Author::AiAgent | Author::HumanAgent { .. }) {
        return Vec::new();
    }
    let commitment = |sentence: &str| {
        let folded = fold_plain(sentence);
        if sentence.ends_with('?') || !COMMITS.is_in(&folded) || DENIES.is_in(&folded) {
            return None;
        }
        let (deed, contact) = (DEEDS.is_in(&folded), CONTACT.is_in(&folded));
        let due = due(&folded, turn.at, zone);
        let promise = Promise { text: short_line(sentence, 300), turn: turn.id, due };
        (due.is_some() || deed || contact).then_some(Promised { promise, contact: contact && !deed })
    };
    sentences(text).into_iter().filter_map(commitment).collect()
}

/// The moment that a simply stated deadline means: "within 24 hours", "by tomorrow", "by Friday".
fn due(folded: &str, said: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    ["within", "in the next", "in", "innerhalb von", "in less than"]
        .iter()
        .filter_map(|lead| folded[find_phrase(folded, lead)? + lead.len()..].strip_prefix(' '))
        .find_map(|rest| after(rest, said, zone))
        .or_else(|| by_day(folded, said, zone))
}

fn after(rest: &str, said: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let words: Vec<&str> = rest.split([' ', '-', '–']).filter(|w| !w.is_empty()).take(8).collect();
    let mut count = None;
    for (i, word) in words.iter().enumerate() {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        let (number, unit) = split_number(word);
        if let Some(n) = number {
            // "3 to 5 days": the later one counts.
            count = Some(n);
        }
        if !unit.is_empty() {
            let business = matches!(unit, "business" | "working");
            let unit = if business { words.get(i + 1)?.trim_matches(|c: char| !c.is_alphanumeric()) } else { unit };
            if let Some(length) = unit_millis(unit) {
                return moment(count?, length, business, said, zone);
            }
            if business || (number.is_none() && !matches!(unit, "to" | "or" | "bis" | "the" | "next" | "about" | "maximum"))
            {
                return None;
            }
        }
    }
    None
}

/// "24h" is 24 and "h"; "two" is 2.
fn split_number(word: &str) -> (Option<i64>, &str) {
    let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits > 0 {
        return (word[..digits].parse().ok(), &word[digits..]);
    }
    let spelled = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    match word {
        "a" | "an" | "einer" | "einem" => (Some(1), ""),
        _ => match spelled.iter().position(|w| *w == word) {
            Some(i) => (i64::try_from(i + 1).ok(), ""),
            None => (None, word),
        },
    }
}

/// Milliseconds in one unit.
fn unit_millis(unit: &str) -> Option<i64> {
    Some(match unit {
        "minute" | "minutes" | "min" | "mins" | "minuten" => 60_000,
        "hour" | "hours" | "h" | "hrs" | "stunde" | "stunden" => 3_600_000,
        "day" | "days" | "tag" | "tagen" | "tage" => DAY,
        "week" | "weeks" | "woche" | "wochen" => 7 * DAY,
        _ => return None,
    })
}

const DAY: i64 = 86_400_000;

fn moment(count: i64, unit: i64, business: bool, said: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let length = count.checked_mul(unit).filter(|l| (0..=400 * DAY).contains(l))?;
    if !business || unit != DAY {
        return Some(Timestamp::from_millis(said.millis().checked_add(length)?));
    }
    let mut day = said.to_jiff().to_zoned(zone.clone());
    let mut left = count;
    while left > 0 {
        day = day.checked_add(1.day()).ok()?;
        if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            left -= 1;
        }
    }
    Some(Timestamp::from_jiff(day.timestamp()))
}

static TOMORROW: LazyLock<PhraseBook> = LazyLock::new(|| PhraseBook::of(["tomorrow", "bis morgen"]));
static TODAY: LazyLock<PhraseBook> =
    LazyLock::new(|| PhraseBook::of(["today", "end of the day", "end of day", "tonight", "noch heute"]));
/// Each lead with the seven days: `by` says more than `before`.
static BY_DAY: LazyLock<PhraseBook> = LazyLock::new(|| {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let leads = ["by", "on", "until", "before"];
    let phrases: Vec<String> = leads.iter().flat_map(|lead| DAYS.map(|day| format!("{lead} {day}"))).collect();
    PhraseBook::of(phrases.iter().map(String::as_str))
});

/// The end (23:59) of a named day, in the customer's zone.
fn by_day(folded: &str, said: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let local = said.to_jiff().to_zoned(zone.clone());
    let days = if TOMORROW.is_in(folded) {
        1
    } else if TODAY.is_in(folded) {
        0
    } else {
        let (_, named) = BY_DAY.find_in(folded).min_by_key(|(_, phrase)| *phrase)?;
        // Said on a Friday, "by Friday" is today.
        i64::from(local.weekday().until(Weekday::from_monday_zero_offset(i8::try_from(named % 7).ok()?).ok()?))
    };
    let day = local.checked_add(days.days()).ok()?;
    let end = day.date().at(23, 59, 0, 0).to_zoned(zone.clone()).ok()?;
    Some(Timestamp::from_jiff(end.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::samples::{Talk, at};

    fn found(text: &str) -> Vec<(String, Option<String>)> {
        let talk = Talk::new().customer("hello").ai(text);
        promises(&Reading::of(&talk.conversation, usize::MAX), Some("Europe/Berlin"))
            .into_iter()
            .map(|p| (p.text, p.due.map(|d| d.to_string())))
            .collect()
    }

    fn due_of(text: &str) -> Option<String> {
        // Said on Monday 2 March 2026 at 12:00 in Berlin.
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        due(&fold_plain(text), at("2026-03-02T11:00:00Z"), &zone).map(|d| d.to_string())
    }

    #[test]
    fn simple_deadlines_become_moments() {
        for (text, due) in [
            ("within 24 hours", Some("2026-03-03T11:00:00.000Z")),
            ("within 24h", Some("2026-03-03T11:00:00.000Z")),
            ("in 30 minutes", Some("2026-03-02T11:30:00.000Z")),
            ("within an hour", Some("2026-03-02T12:00:00.000Z")),
            ("within 3 to 5 days", Some("2026-03-07T11:00:00.000Z")),
            ("in 3-5 business days", Some("2026-03-09T11:00:00.000Z")),
            ("within the next two weeks", Some("2026-03-16T11:00:00.000Z")),
            ("by tomorrow", Some("2026-03-03T22:59:00.000Z")),
            ("by the end of the day", Some("2026-03-02T22:59:00.000Z")),
            ("by friday", Some("2026-03-06T22:59:00.000Z")),
            ("innerhalb von 24 stunden", Some("2026-03-03T11:00:00.000Z")),
            ("in 99999999999999999999 days", None),
            ("within 900000 weeks", None),
            ("in the box with 3 days", None),
            ("soon", None),
        ] {
            assert_eq!(due_of(text).as_deref(), due, "{text}");
        }
    }

    #[test]
    fn commitments_are_found_and_others_are_not() {
        assert_eq!(found("Sorry. We will refund you within 24 hours.")[0].0, "We will refund you within 24 hours.");
        assert_eq!(found("I’ll call you back.").len(), 1);
        for text in ["We will not refund this.", "Shall we will refund you?", "A refund takes long.", "I will look."] {
            assert!(found(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn customers_promise_nothing() {
        let talk = Talk::new().customer("I will call you back within 24 hours");
        assert!(promises(&Reading::of(&talk.conversation, usize::MAX), None).is_empty());
    }
}
