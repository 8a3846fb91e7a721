//! Slots in customers' turns: MultiDoGO (Peskov et al., 2019), airline, finance and software, and NLU++ (Casanueva et al.,
//! 2022), banking and hotels. Span F1: type and both ends must be right.
//!
//! Fitted: a tagger over the tokens' words, shapes and parts, their neighbours, and what the customer has said before. The
//! agents' turns of MultiDoGO are not published: which slot a bare name or number fills is told by how far the
//! conversation is and by what was given so far (as the tagger itself found it).

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::multidogo;
use crate::bench::{
    Bench, BenchError, Results, Row, Split, Suite, Table,
    columns::place,
    metrics::{Confusion, bootstrap},
    tagger::{Sentence, Tagger, spans},
};

pub(crate) const SUITE: Suite = Suite { name: "slots", about: "slots in customers' turns, fitted taggers, span F1", run };

/// Domain, the baseline (a linear tagger, measured by us on the test parts), and the target.
const MULTIDOGO: [(&str, f64, f64); 3] = [("airline", 80.0, 84.0), ("finance", 69.7, 75.0), ("software", 68.7, 74.0)];
const ROUNDS: usize = 8;
/// Neighbouring tokens on each side that are looked at.
const AROUND: i32 = 2;

/// One turn: its tokens, the tag of each, and where it stands.
#[derive(Debug, Clone)]
struct Turn {
    conversation: String,
    number: usize,
    tokens: Vec<String>,
    tags: Vec<String>,
}

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    for (domain, baseline, target) in MULTIDOGO {
        let read = |part: &str| labelled(&multidogo::turns(bench, domain, part)?);
        if let Some(held) = results.there(read(multidogo::scored(bench)))? {
            let row = score(&format!("multidogo {domain}, span F1"), &read(multidogo::TRAIN)?, &held);
            results.add(row.baseline(baseline).target(target));
        }
    }
    for domain in ["banking", "hotels"] {
        let read = |folds: std::ops::Range<usize>| -> Result<Vec<Turn>, BenchError> {
            let parts = folds.map(|fold| nlupp(bench, &format!("nlupp/{domain}/fold{fold}.json")));
            Ok(parts.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
        };
        let (train, held) = if bench.split == Split::Dev { (0..15, 15..18) } else { (0..18, 18..20) };
        if let Some(held) = results.there(read(held))? {
            results.add(score(&format!("nlupp {domain}, span F1"), &read(train)?, &held));
        }
    }
    Ok(())
}

fn score(metric: &str, train: &[Turn], held: &[Turn]) -> Row {
    let names: BTreeSet<&str> = train.iter().flat_map(|t| &t.tags).map(String::as_str).filter(|t| *t != NONE).collect();
    let names: Vec<&str> = std::iter::once(NONE).chain(names).collect();
    let tag = |name: &String| names.iter().position(|n| n == name);
    let gold: Vec<Vec<usize>> = train.iter().map(|t| t.tags.iter().map(|name| tag(name).unwrap_or(0)).collect()).collect();
    let mut past = Past::default();
    let sentences: Vec<Sentence> = train
        .iter()
        .zip(&gold)
        .map(|(turn, gold)| {
            let sentence = features(turn, past.of(turn));
            past.add(turn, gold);
            sentence
        })
        .collect();
    let tagger = Tagger::fit(&sentences, &gold, names.len(), ROUNDS);
    let mut past = Past::default();
    let counts: Vec<Confusion> = held
        .iter()
        .map(|turn| {
            let said = tagger.tag(&features(turn, past.of(turn)));
            past.add(turn, &said);
            // A slot that the training part does not have cannot be found, and counts.
            let mut c = compare(&spans(&turn.tags.iter().map(|n| tag(n).unwrap_or(0)).collect::<Vec<_>>()), &spans(&said));
            c.fn_ += turn.tags.iter().filter(|n| tag(n).is_none()).count();
            c
        })
        .collect();
    let f1 = |drawn: &[usize]| {
        let sum = drawn.iter().map(|&i| counts[i]).fold(Confusion::default(), |a, b| Confusion {
            tp: a.tp + b.tp,
            fp: a.fp + b.fp,
            tn: 0,
            fn_: a.fn_ + b.fn_,
        });
        sum.f1()
    };
    let all: Vec<usize> = (0..counts.len()).collect();
    Row::percent(metric, f1(&all))
        .interval(bootstrap(counts.len(), f1))
        .fitted()
        .n(counts.iter().map(|c| c.tp + c.fn_).sum())
}

const NONE: &str = "O";

fn compare(gold: &[(usize, usize, usize)], said: &[(usize, usize, usize)]) -> Confusion {
    let tp = said.iter().filter(|s| gold.contains(s)).count();
    Confusion { tp, fp: said.len() - tp, tn: 0, fn_: gold.len() - tp }
}

/// What one conversation's earlier turns gave.
#[derive(Debug, Clone, Default)]
struct Past {
    conversation: String,
    given: BTreeSet<usize>,
    last: Vec<usize>,
}

impl Past {
    fn of(&mut self, turn: &Turn) -> &Self {
        if self.conversation != turn.conversation || turn.conversation.is_empty() {
            *self = Self { conversation: turn.conversation.clone(), ..Self::default() };
        }
        self
    }

    fn add(&mut self, turn: &Turn, tags: &[usize]) {
        if turn.conversation == self.conversation {
            self.last = tags.iter().copied().filter(|t| *t > 0).collect();
            self.given.extend(&self.last);
        }
    }
}

fn features(turn: &Turn, past: &Past) -> Sentence {
    let lower: Vec<String> = turn.tokens.iter().map(|t| t.to_lowercase()).collect();
    let shapes: Vec<String> = turn.tokens.iter().map(|t| shape(t)).collect();
    let n = lower.len();
    let word = |i: i32| usize::try_from(i).ok().and_then(|i| lower.get(i)).map_or("", String::as_str);
    let form = |i: i32| usize::try_from(i).ok().and_then(|i| shapes.get(i)).map_or("", String::as_str);
    let tokens = (0..n as i32).map(|i| {
        let (own, own_form) = (word(i), form(i));
        let mut at = vec![place("bias"), place(("ends", i == 0, i as usize + 1 == n))];
        for d in -AROUND..=AROUND {
            at.push(place(("word", d, word(i + d))));
            at.push(place(("form", d, form(i + d))));
        }
        for d in [-1, 0] {
            at.push(place(("words", d, word(i + d), word(i + d + 1))));
            at.push(place(("forms", d, form(i + d), form(i + d + 1))));
        }
        at.push(place(("words before", word(i - 2), word(i - 1))));
        at.push(place(("words after", word(i + 1), word(i + 2))));
        let letters: Vec<char> = own.chars().collect();
        for length in 1..=4.min(letters.len()) {
            at.push(place(("start", &letters[..length])));
            at.push(place(("end", &letters[letters.len() - length..])));
        }
        // How long the turn is and how far the conversation: a bare answer is known by its question's place.
        let (length, number) = (n.min(4), turn.number.min(24));
        at.push(place(("place", number, length)));
        at.push(place(("place and form", number, own_form)));
        at.push(place(("length and form", length, own_form)));
        for given in &past.given {
            at.push(place(("given", given, own_form, length)));
        }
        at.push(place(("given last", &past.last, own_form, length)));
        at.push(place(("given last", &past.last, own)));
        at.push(place(("given so far", &past.given, own_form, length)));
        at
    });
    Sentence { tokens: tokens.collect() }
}

/// `Xx`, `0-0`, `x@x.x`: runs of letters and digits shortened, signs kept, and how many digits there are.
fn shape(token: &str) -> String {
    let mut out = String::new();
    for c in token.chars() {
        let kind = match c {
            _ if c.is_ascii_digit() => '0',
            _ if c.is_uppercase() => 'X',
            _ if c.is_alphabetic() => 'x',
            _ => c,
        };
        if !out.ends_with(kind) {
            out.push(kind);
        }
    }
    let digits = token.chars().filter(char::is_ascii_digit).count();
    format!("{out}{}", digits.min(12))
}

/// Turns of MultiDoGO.
fn labelled(table: &Table) -> Result<Vec<Turn>, BenchError> {
    let rows = table.columns(["conversationId", "turnNumber", "utterance", "slot-labels"])?;
    let turns = rows.into_iter().map(|[conversation, number, text, tags]| {
        let tokens: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let mut tags: Vec<String> = tags.split_whitespace().map(str::to_owned).collect();
        // A few rows of the set have a tag more or less than words.
        tags.resize(tokens.len(), NONE.to_owned());
        Turn { conversation: conversation.to_owned(), number: number.parse().unwrap_or(0), tokens, tags }
    });
    Ok(turns.collect())
}

fn nlupp(bench: &Bench<'_>, part: &str) -> Result<Vec<Turn>, BenchError> {
    #[derive(Deserialize)]
    struct Utterance {
        text: String,
        #[serde(default)]
        slots: Map<String, Value>,
    }
    let utterances: Vec<Utterance> = bench.json(part)?;
    let turn = |u: Utterance| {
        let slots: Vec<(&str, u64, u64)> = u
            .slots
            .iter()
            .filter_map(|(name, slot)| Some((name.as_str(), slot["span"][0].as_u64()?, slot["span"][1].as_u64()?)))
            .collect();
        let (tokens, tags) = tokens(&u.text)
            .map(|(at, token)| {
                let holds = |(_, start, end): &&(&str, u64, u64)| (*start..*end).contains(&(at as u64));
                (token, slots.iter().find(holds).map_or(NONE, |s| s.0).to_owned())
            })
            .unzip();
        Turn { conversation: String::new(), number: 0, tokens, tags }
    };
    Ok(utterances.into_iter().map(turn).collect())
}

/// Words, numbers and signs, each with its place in characters.
fn tokens(text: &str) -> impl Iterator<Item = (usize, String)> {
    let mut all: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (i, c) in text.chars().enumerate() {
        match all.last_mut() {
            Some((_, last)) if open && (c.is_alphanumeric() || c == '\'') => last.push(c),
            _ if c.is_whitespace() => {}
            _ => all.push((i, c.to_string())),
        }
        open = c.is_alphanumeric() || c == '\'';
    }
    all.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_and_the_type_must_be_right() {
        let c = compare(&[(0, 2, 1), (3, 4, 2)], &[(0, 2, 1), (3, 5, 2), (6, 7, 1)]);
        assert_eq!((c.tp, c.fp, c.fn_), (1, 2, 1));
    }

    #[test]
    fn tokens_know_their_places() {
        let found: Vec<(usize, String)> = tokens("at 9:05, it's").collect();
        let said: Vec<(usize, &str)> = found.iter().map(|(i, t)| (*i, t.as_str())).collect();
        assert_eq!(said, [(0, "at"), (3, "9"), (4, ":"), (5, "05"), (7, ","), (9, "it's")]);
    }

    #[test]
    fn what_was_given_tells_what_comes() {
        let turn = |conversation: &str, number, text: &str, tag: &str| Turn {
            conversation: conversation.into(),
            number,
            tokens: vec![text.into()],
            tags: vec![tag.into()],
        };
        let names = ["ann", "bob", "cat", "dan", "eve", "fay"];
        let train: Vec<Turn> = (0..30)
            .flat_map(|i| {
                let id = format!("c{i}");
                [turn(&id, 1, names[i % 6], "name"), turn(&id, 2, names[(i + 1) % 6], "city")]
            })
            .collect();
        let held = [turn("x", 1, "gus", "name"), turn("x", 2, "hal", "city")];
        assert_eq!(score("f1", &train, &held).value, 100.0);
    }
}
