//! What the learner reads: one conversation, one outcome.

use std::collections::BTreeMap;

use crate::{
    bench::{Bench, BenchError, Split, columns::Columns},
    suites::{
        betold, dbdc3_en, mhch_makeup2,
        tau::{self, Run},
    },
};

pub(super) struct Outcome {
    /// Which words and pairs of words each side said, and how often.
    pub(super) columns: Vec<(u32, f32)>,
    pub(super) needed: bool,
    /// Outcomes of one group are never on both sides of a split.
    pub(super) group: usize,
}

type Read = fn(&Bench<'_>, Split) -> Result<Vec<Outcome>, BenchError>;

pub(super) const STREAMS: [(&str, Read); 4] =
    [("tau_bench airline", airline), ("dbdc3_en", breakdowns), ("betold", calls), ("mhch_makeup2", handoffs)];

/// Of texts by side: the logarithm of how often each word and pair occurs, as a vector of length 1.
pub(super) fn words<'a>(texts: impl IntoIterator<Item = (u8, &'a str)>) -> Vec<(u32, f32)> {
    let mut counts: BTreeMap<(u8, String), f32> = BTreeMap::new();
    for (side, text) in texts {
        let text = text.to_lowercase();
        let mut before = "";
        for word in text.split_whitespace() {
            *counts.entry((side, word.to_owned())).or_default() += 1.0;
            *counts.entry((side, format!("{before} {word}"))).or_default() += 1.0;
            before = word;
        }
    }
    let length = counts.values().map(|n| n.ln_1p().powi(2)).sum::<f32>().sqrt().max(1e-6);
    let mut columns = Columns::default();
    counts.iter().for_each(|(name, n)| columns.add(name, n.ln_1p() / length));
    columns.done()
}

pub(super) fn needed(run: &Run) -> bool {
    !run.success || run.gold_transfer
}

/// What was said and done before the end, and before a transfer of its own: neither the last two turns nor the call.
pub(super) fn outcome(run: &Run) -> Outcome {
    let end = run.transfer_turn.unwrap_or(run.turns.len().saturating_sub(2));
    let mut said = Vec::new();
    for turn in &run.turns[..end.min(run.turns.len())] {
        match turn.role.as_str() {
            "customer" => said.push((0, turn.text())),
            "tool" => said.push((2, if turn.worked() { "worked" } else { "failed" })),
            _ => said.push((1, turn.text())),
        }
        said.extend(turn.calls.iter().map(|call| (2, call.name.as_str())));
    }
    Outcome { columns: words(said), needed: needed(run), group: run.task_id }
}

fn airline(bench: &Bench<'_>, split: Split) -> Result<Vec<Outcome>, BenchError> {
    Ok(tau::airline(bench, split)?.iter().map(outcome).collect())
}

/// A chat has broken down when most annotators say of at least three of its turns that the user cannot go on.
fn breakdowns(bench: &Bench<'_>, split: Split) -> Result<Vec<Outcome>, BenchError> {
    let chats: Vec<dbdc3_en::Chat> = bench.jsonl(match split {
        Split::Dev => "dbdc3_en/dev.jsonl",
        Split::Test => "dbdc3_en/eval.jsonl",
    })?;
    let outcome = |(group, chat): (usize, dbdc3_en::Chat)| {
        let said = chat.turns.iter().map(|t| (u8::from(t.speaker == "S"), t.text.as_str()));
        let broken = chat.turns.iter().filter(|t| t.broken()).count();
        Outcome { columns: words(said), needed: broken >= 3, group }
    };
    Ok(chats.into_iter().enumerate().map(outcome).collect())
}

fn calls(bench: &Bench<'_>, split: Split) -> Result<Vec<Outcome>, BenchError> {
    let calls: Vec<betold::Call> = bench.json(match split {
        Split::Dev => "betold/BETOLD_valid.json",
        Split::Test => "betold/BETOLD_test.json",
    })?;
    let outcome = |(group, call): (usize, betold::Call)| {
        let said = call.utterances_annotations.iter().map(|u| (u8::from(u.caller_name == "nlg"), u.intent.as_str()));
        Outcome { columns: words(said), needed: call.leaves(), group }
    };
    Ok(calls.into_iter().enumerate().map(outcome).collect())
}

fn handoffs(bench: &Bench<'_>, split: Split) -> Result<Vec<Outcome>, BenchError> {
    let chats: Vec<mhch_makeup2::Chat> = bench.jsonl(match split {
        Split::Dev => "mhch_makeup2/dev.jsonl",
        Split::Test => "mhch_makeup2/test.jsonl",
    })?;
    let outcome = |(group, chat): (usize, mhch_makeup2::Chat)| {
        // Words are numbers here.
        let text = |t: &mhch_makeup2::Turn| t.tokens.iter().map(|n| format!("{n} ")).collect::<String>();
        let said: Vec<(u8, String)> =
            chat.turns.iter().map(|t| (u8::from(t.role == mhch_makeup2::Role::Agent), text(t))).collect();
        let needed = chat.turns.iter().any(|t| t.handoff == 1);
        Outcome { columns: words(said.iter().map(|(side, text)| (*side, text.as_str()))), needed, group }
    };
    Ok(chats.into_iter().enumerate().map(outcome).collect())
}
