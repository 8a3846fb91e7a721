//! Customers who say it again: MultiDoGO chats in which an early turn comes back later, in other words.
//!
//! In each chat, the first turn of the customer that says something (six words or more) is said again after the others, by
//! one of four rules: a lead ("as I said"), the halves turned round, words for words, the opening left out. Real turns of the
//! same customer are what must not be called a repeat; the few in which they really repeat themselves count against
//! precision. Restatements by hand are in the tests of `core::learn`, where the thresholds were chosen; of these chats, half
//! may be looked at and half never was.

use baton_core::learn;
use baton_model::Author;

use super::multidogo;
use crate::{
    bench::{
        Bench, BenchError, Results, Row, Suite,
        columns::fold,
        metrics::{Confusion, bootstrap},
    },
    told,
};

pub(crate) const SUITE: Suite =
    Suite { name: "repeats", about: "customers who say again what they had said, in other words, in real chats", run };

const RULES: usize = 4;
/// A shorter turn is a greeting or an answer.
const WORDS: usize = 6;
/// Real turns that are read after the first.
const MOST: usize = 12;

/// Whether a turn was said again, and whether it was called that.
type Judged = Vec<(bool, bool)>;

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let mut halves: [Vec<Judged>; 2] = Default::default();
    for (d, domain) in multidogo::DOMAINS.into_iter().enumerate() {
        let table = multidogo::turns(bench, domain, multidogo::scored(bench))?;
        let chats = multidogo::by_conversation(table.columns(["conversationId", "utterance"])?);
        for (n, rows) in chats.enumerate() {
            let said: Vec<&str> = rows.iter().map(|[_, text]| *text).collect();
            let unit = n * multidogo::DOMAINS.len() + d;
            if let Some(judged) = judge(&said, n % RULES) {
                halves[fold(unit, 2)].push(judged);
            }
        }
    }
    for (name, chats) in ["half that may be looked at", "untouched half"].into_iter().zip(&halves) {
        let of = |units: &[usize], score: fn(Confusion) -> f64| {
            score(Confusion::of(units.iter().flat_map(|&i| chats[i].iter().copied())))
        };
        let all: Vec<usize> = (0..chats.len()).collect();
        for (what, score) in [("precision", Confusion::precision as fn(Confusion) -> f64), ("recall", Confusion::recall)] {
            results.add(
                Row::percent(format!("{what}, {name}"), of(&all, score))
                    .interval(bootstrap(chats.len(), |units| of(units, score)))
                    .n(chats.len())
                    .target(85.0),
            );
        }
    }
    Ok(())
}

/// `None` where the customer says nothing that could be said again.
fn judge(said: &[&str], rule: usize) -> Option<Judged> {
    let at = said.iter().position(|text| text.split_whitespace().count() >= WORDS)?;
    let real: Vec<&str> = said[at..].iter().take(MOST).copied().collect();
    let lines: Vec<(Author, String)> =
        real.iter().map(|text| (*text).to_owned()).chain([again(real[0], rule)]).map(|t| (Author::Customer, t)).collect();
    let conversation = told::conversation(rule as u64, lines);
    let called = learn::repeats_to_the_ai(&conversation);
    let judged = |(i, turn): (usize, &std::sync::Arc<baton_model::Turn>)| (i == real.len(), called.contains(&turn.id));
    Some(conversation.turns.iter().enumerate().skip(1).map(judged).collect())
}

/// Another wording of the same.
fn again(text: &str, rule: usize) -> String {
    const FOR: &[(&str, &str)] = &[
        ("want", "wish"),
        ("need", "require"),
        ("book", "reserve"),
        ("order", "purchase"),
        ("change", "switch"),
        ("cancel", "call off"),
        ("check", "look up"),
        ("help", "assist"),
        ("my", "this"),
    ];
    let words: Vec<&str> = text.split_whitespace().collect();
    match rule {
        0 => format!("As I said, {text}"),
        1 => {
            let (first, second) = words.split_at(words.len() / 2);
            format!("{}, {}", second.join(" "), first.join(" "))
        }
        2 => words
            .iter()
            .map(|w| FOR.iter().find(|(from, _)| from.eq_ignore_ascii_case(w)).map_or(*w, |(_, to)| *to))
            .collect::<Vec<_>>()
            .join(" "),
        _ => words[words.len() / 3..].join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_back_is_a_repeat_and_the_rest_is_not() {
        let said = ["hello", "my lamp came with a broken glass shade and no cable", "it is 12 Long Road", "thanks a lot"];
        for rule in 0..RULES {
            assert_eq!(judge(&said, rule), Some(vec![(false, false), (false, false), (true, true)]), "rule {rule}");
        }
        assert_eq!(judge(&["hi"], 0), None);
    }
}
