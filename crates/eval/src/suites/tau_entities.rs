//! Ids and amounts in the customers' own words, on the simulated conversations of tau-bench.
//!
//! Gold for ids: every string that a tool was called with under a key that ends in `_id`, `_ids` or is `flight_number`
//! (from the observed calls and the task's gold calls) and every value under such a key in a tool's result, where it has a
//! digit or is all capitals and stands, as a word of its own and not inside an e-mail address, in a turn of the customer. An id counts as found when an entity has exactly its
//! characters and its value. Gold for amounts: `$` with a number, and a number before "dollars" or "USD", read by the plain
//! reader below; an amount counts when value and place are right. What is found beyond gold counts against precision: a
//! reference that is no known id of its conversation.

use std::collections::BTreeSet;

use baton_model::{Entity, EntityKind};
use serde_json::Value;

use super::tau;
use crate::bench::{
    Bench, BenchError, Results, Row, Suite,
    metrics::{Confusion, bootstrap},
};

pub(crate) const SUITE: Suite =
    Suite { name: "tau_entities", about: "ids and amounts in the customers' turns, exact match", run };

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let scored: Vec<(Confusion, Confusion)> = tau::dialogues(bench)?.iter().map(score).collect();
    let all: Vec<usize> = (0..scored.len()).collect();
    let sum = |drawn: &[usize], pick: fn(&(Confusion, Confusion)) -> Confusion| {
        drawn.iter().map(|&i| pick(&scored[i])).fold(Confusion::default(), |a, b| Confusion {
            tp: a.tp + b.tp,
            fp: a.fp + b.fp,
            tn: a.tn + b.tn,
            fn_: a.fn_ + b.fn_,
        })
    };
    for (name, pick) in [("ids", (|s| s.0) as fn(&(Confusion, Confusion)) -> Confusion), ("amounts", |s| s.1)] {
        let c = sum(&all, pick);
        let recall = |drawn: &[usize]| sum(drawn, pick).recall();
        let row = Row::percent(format!("{name} exact match"), c.recall()).shipped().target(99.0).n(c.tp + c.fn_);
        results.add(row.interval(bootstrap(scored.len(), recall)));
        let note = "ids that no tool of the recording has seen count as false";
        results.add(Row::percent(format!("{name} precision"), c.precision()).shipped().n(c.tp + c.fp).note(note));
    }
    Ok(())
}

fn score(dialogue: &tau::Run) -> (Confusion, Confusion) {
    let mut known = BTreeSet::new();
    gather(&dialogue.gold_actions, "", &mut known);
    for turn in &dialogue.turns {
        for call in &turn.calls {
            if let Ok(arguments) = serde_json::from_str::<Value>(&call.arguments) {
                gather(&arguments, "", &mut known);
            }
        }
        if let ("tool", Some(Ok(result))) = (turn.role.as_str(), turn.text.as_deref().map(serde_json::from_str::<Value>)) {
            gather(&result, "", &mut known);
        }
    }
    let (mut ids, mut amounts) = (Confusion::default(), Confusion::default());
    for text in dialogue.turns.iter().filter(|t| t.role == "customer").filter_map(|t| t.text.as_deref()) {
        let entities = baton_sense::sense(text).entities;
        let of = |kind: EntityKind| entities.iter().filter(move |e| e.kind == kind);
        compare(&mut ids, &places(text, &known), of(EntityKind::Reference), |id| id.trim_start_matches('#').to_uppercase());
        compare(&mut amounts, &dollars(text), of(EntityKind::Amount), str::to_owned);
    }
    (ids, amounts)
}

/// Gold: the last character's place, and the text that becomes the value.
fn compare<'e>(
    c: &mut Confusion,
    gold: &[(u32, String)],
    said: impl Iterator<Item = &'e Entity>,
    value: impl Fn(&str) -> String,
) {
    let mut left: BTreeSet<(u32, String)> = gold.iter().map(|(end, text)| (*end, value(text))).collect();
    for entity in said {
        match left.remove(&(entity.span.end, entity.value.clone())) {
            true => c.tp += 1,
            false => c.fp += 1,
        }
    }
    c.fn_ += left.len();
}

/// Ids in an object, however deep.
fn gather(value: &Value, key: &str, known: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| gather(value, key, known)),
        Value::Array(all) => all.iter().for_each(|value| gather(value, key, known)),
        Value::String(id)
            if (key.ends_with("_id") || key.ends_with("_ids") || key == "flight_number")
                && id.len() >= 4
                && !id.contains(' ')
                && (id.contains(|c: char| c.is_ascii_digit()) || id.chars().all(|c| c.is_ascii_uppercase())) =>
        {
            known.insert(id.clone());
        }
        _ => {}
    }
}

/// Where known ids stand as words of their own: the place after them, in characters, and the id.
fn places(text: &str, known: &BTreeSet<String>) -> Vec<(u32, String)> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    for id in known {
        for (at, _) in text.match_indices(id.as_str()) {
            let end = at + id.len();
            if !text[..at].ends_with(word) && !text[end..].starts_with(|c| word(c) || c == '@') {
                found.push((text[..end].chars().count() as u32, id.clone()));
            }
        }
    }
    found
}

/// The plain reader: `$1,234.56`, `1,234.56 dollars`, `1,234.56 USD`.
fn dollars(text: &str) -> Vec<(u32, String)> {
    let digit = |c: char| c.is_ascii_digit() || c == ',' || c == '.';
    let mut found = Vec::new();
    let mut rest = 0;
    while let Some(at) = text[rest..].find(|c: char| c.is_ascii_digit()).map(|i| rest + i) {
        let end = text[at..].find(|c| !digit(c)).map_or(text.len(), |i| at + i);
        let number = text[at..end].trim_end_matches([',', '.']);
        let end = at + number.len();
        let unit = text[end..].trim_start();
        let unit = ["dollars", "USD"].iter().find(|u| unit.starts_with(**u));
        let end_of_all = match (text[..at].ends_with('$'), unit) {
            (true, _) => Some(end),
            (false, Some(unit)) => Some(end + (text[end..].len() - text[end..].trim_start().len()) + unit.len()),
            (false, None) => None,
        };
        if let (Some(stop), Some(minor)) = (end_of_all, cents(number)) {
            found.push((text[..stop].chars().count() as u32, format!("{minor} USD")));
        }
        rest = end.max(at + 1);
    }
    found
}

fn cents(number: &str) -> Option<u64> {
    let plain = number.replace(',', "");
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let fraction = match fraction.len() {
        0 => 0,
        1 => fraction.parse::<u64>().ok()? * 10,
        2 => fraction.parse().ok()?,
        _ => return None,
    };
    Some(whole.parse::<u64>().ok()? * 100 + fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_reader_reads() {
        assert_eq!(
            dollars("from $1,234.50 to 80 dollars, not 7. And $5."),
            [(14, "123450 USD".to_owned()), (28, "8000 USD".to_owned()), (43, "500 USD".to_owned())]
        );
    }

    #[test]
    fn known_ids_count_where_they_stand_alone() {
        let mut known = BTreeSet::new();
        gather(
            &serde_json::json!({"user_id": "ann_lee_1234", "n": {"flight_number": "HAT001"}, "name": "x1234"}),
            "",
            &mut known,
        );
        assert_eq!(
            places("I am ann_lee_1234, on HAT001B or HAT001", &known),
            [(39, "HAT001".to_owned()), (17, "ann_lee_1234".into())]
        );
    }
}
