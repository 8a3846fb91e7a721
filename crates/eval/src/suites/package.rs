//! Whether the package holds what the customer has already given, on dialogues cut where a person takes over.
//!
//! `tau_bench` (Yao et al., 2024): 120 runs of an airline AI and its few-shot dialogues, all with a simulated customer. The
//! cut is the turn of the transfer, or the middle where there was none. `multidogo` (Peskov et al., 2019): customers' turns
//! with gold slots and intents (the other side is not published), cut at the last customer turn but one third. Method and
//! limits: docs/reference/package.md.

use std::collections::BTreeSet;

use baton_model::{Author, Package};

use super::{
    multidogo,
    tau::{self, Run},
};
use crate::{
    bench::{Bench, BenchError, Results, Row, Suite, metrics},
    told,
};

pub(crate) const SUITE: Suite = Suite {
    name: "package",
    about: "Facts that the customer gave and the package holds, and questions that need not be asked again",
    run,
};

/// Seconds of handling that a question and its answer take: two turns of a chat at an assumed half minute each.
const SECONDS_PER_EXCHANGE: f64 = 60.0;

/// Of one dialogue.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    facts: usize,
    held: usize,
    /// Held in the parts above the transcript.
    at_hand: usize,
    questions: usize,
    avoidable: usize,
}

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    if let Some(runs) = results.there(tau::dialogues(bench))? {
        let counts: Vec<Counts> = runs.iter().enumerate().map(|(i, run)| tau(i as u64, run)).collect();
        facts("tau_bench", &counts, results);
        questions(&counts, results);
    }
    slots(bench, results)
}

fn facts(set: &str, counts: &[Counts], results: &mut Results) {
    let share = |part: fn(&Counts) -> usize, units: &[usize]| {
        let sum = |of: fn(&Counts) -> usize| units.iter().map(|&i| of(&counts[i])).sum::<usize>();
        sum(part) as f64 / sum(|c| c.facts).max(1) as f64
    };
    let all: Vec<usize> = (0..counts.len()).collect();
    let total = counts.iter().map(|c| c.facts).sum();
    let whole: fn(&Counts) -> usize = |c| c.held;
    let above: fn(&Counts) -> usize = |c| c.at_hand;
    for (name, part, note) in [
        ("facts in the package", whole, "words of the customer with a digit or an @, anywhere in the package"),
        ("facts above the transcript", above, "the same, the transcript left out: what is found without scrolling it"),
    ] {
        results.add(
            Row::percent(format!("{set}: {name}"), share(part, &all))
                .interval(metrics::bootstrap(counts.len(), |units| share(part, units)))
                .target(99.0)
                .n(total)
                .shipped()
                .note(note),
        );
    }
}

fn questions(counts: &[Counts], results: &mut Results) {
    let asked: usize = counts.iter().map(|c| c.questions).sum();
    let avoidable: usize = counts.iter().map(|c| c.avoidable).sum();
    let share = |units: &[usize]| {
        let sum = |of: fn(&Counts) -> usize| units.iter().map(|&i| of(&counts[i])).sum::<usize>();
        sum(|c| c.avoidable) as f64 / sum(|c| c.questions).max(1) as f64
    };
    results.add(
        Row::percent("tau_bench: avoidable re-asks", avoidable as f64 / asked.max(1) as f64)
            .interval(metrics::bootstrap(counts.len(), share))
            .n(asked)
            .note("questions after the cut whose answer held only facts that the package had"),
    );
    results.add(
        Row::new(
            "tau_bench: handling saved per dialogue",
            SECONDS_PER_EXCHANGE * avoidable as f64 / counts.len().max(1) as f64,
            "s",
        )
        .n(counts.len())
        .note("avoidable re-asks times an assumed minute for question and answer"),
    );
}

/// Words that can be asked for again: with a digit or an @, without the marks around them.
fn telling(text: &str) -> BTreeSet<String> {
    text.split_whitespace()
        .map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
        .filter(|w| w.contains(|c: char| c.is_ascii_digit() || c == '@'))
        // "1." of a list is no fact.
        .filter(|w| w.len() > 1)
        .collect()
}

/// The package as text: all of it, and without its transcript. Lower case, on one line each.
fn texts(package: &Package) -> (String, String) {
    let mut value = serde_json::to_value(package).unwrap_or_default();
    let whole = value.to_string().to_lowercase();
    if let Some(fields) = value.as_object_mut() {
        fields.remove("transcript");
    }
    (whole, value.to_string().to_lowercase())
}

/// A card number is there if its last four digits are: the rest is hidden on purpose.
fn holds(text: &str, fact: &str) -> bool {
    let digits = fact.chars().filter(char::is_ascii_digit).count();
    stands_alone(text, fact) || (digits >= 12 && fact.len() == digits && stands_alone(text, &fact[fact.len() - 4..]))
}

/// A short number is in every id and time: only whole words count.
fn stands_alone(text: &str, fact: &str) -> bool {
    text.match_indices(fact).any(|(at, _)| {
        let open = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, ':' | '-'));
        open(text[..at].chars().next_back()) && open(text[at + fact.len()..].chars().next())
    })
}

fn tau(seed: u64, d: &Run) -> Counts {
    let cut = d.transfer_turn.unwrap_or(d.turns.len() / 2);
    let before: Vec<&tau::Turn> = d.turns.iter().take(cut).collect();
    let lines = before.iter().filter_map(|t| {
        let text = t.text.clone().filter(|t| !t.trim().is_empty())?;
        let author = match t.role.as_str() {
            "customer" => Author::Customer,
            "tool" => Author::Tool { name: "tool".into(), ok: t.worked() },
            _ => Author::AiAgent,
        };
        Some((author, text))
    });
    let c = told::conversation(seed, lines);
    let package = told::package(&c, &told::escalation(&c));
    let (whole, above) = texts(&package);
    let given: BTreeSet<String> = before.iter().filter(|t| t.role == "customer").flat_map(|t| telling(t.text())).collect();
    let mut counts = Counts {
        facts: given.len(),
        held: given.iter().filter(|f| holds(&whole, f)).count(),
        at_hand: given.iter().filter(|f| holds(&above, f)).count(),
        ..Counts::default()
    };
    // A question is an AI's turn with a question mark that the customer answers with facts.
    for pair in d.turns[cut.min(d.turns.len())..].windows(2) {
        let (asked, answered) = (&pair[0], &pair[1]);
        let question = asked.role == "agent" && asked.text().contains('?');
        let answer = telling(answered.text());
        if question && answered.role == "customer" && !answer.is_empty() {
            counts.questions += 1;
            counts.avoidable += usize::from(answer.iter().all(|f| holds(&whole, f)));
        }
    }
    counts
}

fn slots(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let (mut counts, mut intents) = (Vec::new(), Vec::new());
    for domain in multidogo::DOMAINS {
        let Some(table) = results.there(multidogo::turns(bench, domain, multidogo::scored(bench)))? else { continue };
        let rows = table.columns(["conversationId", "utterance", "slot-labels", "intent"])?;
        for talk in rows.chunk_by(|a, b| a[0] == b[0]) {
            let (count, cited) = dogo(talk);
            counts.push(count);
            intents.extend(cited.map(|yes| f64::from(u8::from(yes))));
        }
    }
    if counts.is_empty() {
        return Ok(());
    }
    facts("multidogo", &counts, results);
    results.add(
        Row::percent("multidogo: intent cited", metrics::mean(&intents))
            .interval(metrics::bootstrap(intents.len(), |units| {
                metrics::mean(&units.iter().map(|&i| intents[i]).collect::<Vec<_>>())
            }))
            .n(intents.len())
            .shipped()
            .note("dialogues in which the headline, the wish or the summary rests on a turn with a gold request"),
    );
    Ok(())
}

/// Intents that ask for nothing.
const MANNERS: [&str; 8] = [
    "openinggreeting",
    "closinggreeting",
    "contentonly",
    "confirmation",
    "rejection",
    "thankyou",
    "outofdomain",
    "ambiguous",
];

fn dogo(talk: &[[&str; 4]]) -> (Counts, Option<bool>) {
    let cut = (talk.len() * 2).div_ceil(3);
    let before = &talk[..cut];
    let c = told::conversation(1, before.iter().map(|row| (Author::Customer, row[1].to_owned())));
    let package = told::package(&c, &told::escalation(&c));
    let (whole, above) = texts(&package);
    let mut given = BTreeSet::new();
    for [_, text, slots, _] in before {
        let labelled = text.split_whitespace().zip(slots.split_whitespace()).filter(|(_, slot)| *slot != "O");
        given.extend(labelled.map(|(word, _)| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()));
    }
    given.remove("");
    let counts = Counts {
        facts: given.len(),
        held: given.iter().filter(|f| holds(&whole, f)).count(),
        at_hand: given.iter().filter(|f| holds(&above, f)).count(),
        ..Counts::default()
    };
    let claims = std::iter::once(&package.headline).chain(&package.wants).chain(&package.summary);
    let cited: BTreeSet<_> = claims.flat_map(|claim| &claim.turns).collect();
    let asks = |row: &[&str; 4]| row[3].split("<div>").any(|i| !i.is_empty() && !MANNERS.contains(&i));
    let requests: Vec<_> = before.iter().zip(&c.turns).filter(|(row, _)| asks(row)).map(|(_, turn)| turn.id).collect();
    (counts, (!requests.is_empty()).then(|| requests.iter().any(|turn| cited.contains(turn))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_words_with_digits_and_hidden_cards_count_by_their_end() {
        assert_eq!(telling("1. id mia_3 at a@b.c, $120."), ["120", "a@b.c", "mia_3"].map(str::to_owned).into());
        assert!(holds("ends in •••• 4242", "4242424242424242") && !holds("ends in •••• 4242", "4111111111111111"));
    }

    #[test]
    fn an_answer_that_was_given_before_makes_a_question_avoidable() {
        let said = |role: &str, text: &str| tau::Turn { role: role.into(), text: Some(text.into()), calls: vec![] };
        let d = Run {
            transfer_turn: Some(2),
            turns: vec![
                said("customer", "Cancel booking QX7, user ann_9"),
                said("agent", "One moment."),
                said("agent", "Which booking?"),
                said("customer", "QX7"),
                said("agent", "Which day?"),
                said("customer", "May 20"),
            ],
            ..Run::default()
        };
        let counts = tau(1, &d);
        assert_eq!((counts.facts, counts.held, counts.questions, counts.avoidable), (2, 2, 2, 1));
    }
}
