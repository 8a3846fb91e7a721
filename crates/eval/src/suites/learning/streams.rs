//! What the learner reads: one conversation, one outcome.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::bench::{Bench, BenchError, Split, columns::Columns};

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

#[derive(Debug, Deserialize)]
pub(super) struct Run {
    task_id: usize,
    success: bool,
    gold_transfer: bool,
    pub(super) transfer_turn: Option<usize>,
    turns: Vec<RunTurn>,
}

#[derive(Debug, Deserialize)]
struct RunTurn {
    role: String,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    calls: Vec<RunCall>,
}

#[derive(Debug, Deserialize)]
struct RunCall {
    name: String,
}

impl Run {
    pub(super) fn needed(&self) -> bool {
        !self.success || self.gold_transfer
    }

    /// What was said and done before the end, and before a transfer of its own: neither the last two turns nor the call.
    pub(super) fn outcome(&self) -> Outcome {
        let end = self.transfer_turn.unwrap_or(self.turns.len().saturating_sub(2));
        let mut said = Vec::new();
        for turn in &self.turns[..end.min(self.turns.len())] {
            let text = turn.text.as_deref().unwrap_or_default();
            match turn.role.as_str() {
                "customer" => said.push((0, text)),
                "tool" => {
                    let failed = text.trim_start().to_ascii_lowercase().starts_with("error");
                    said.push((2, if failed { "failed" } else { "worked" }));
                }
                _ => said.push((1, text)),
            }
            said.extend(turn.calls.iter().map(|call| (2, call.name.as_str())));
        }
        Outcome { columns: words(said), needed: self.needed(), group: self.task_id }
    }
}

pub(super) fn runs(bench: &Bench<'_>, split: Split) -> Result<Vec<Run>, BenchError> {
    bench.jsonl(match split {
        Split::Dev => "tau_bench/airline_gpt4o_dialogues_train.jsonl",
        Split::Test => "tau_bench/airline_gpt4o_dialogues_test.jsonl",
    })
}

fn airline(bench: &Bench<'_>, split: Split) -> Result<Vec<Outcome>, BenchError> {
    Ok(runs(bench, split)?.iter().map(Run::outcome).collect())
}

#[derive(Debug, Deserialize)]
struct Chat {
    turns: Vec<ChatTurn>,
}

#[derive(Debug, Deserialize)]
struct ChatTurn {
    speaker: String,
    text: String,
    #[serde(default)]
    votes: Votes,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE", default)]
struct Votes {
    o: u32,
    t: u32,
    x: u32,
}

/// A chat has broken down when most annotators say of at least three of its turns that the user cannot go on.
fn breakdowns(bench: &Bench<'_>, split: Split) -> Result<Vec<Outcome>, BenchError> {
    let chats: Vec<Chat> = bench.jsonl(match split {
        Split::Dev => "dbdc3_en/dev.jsonl",
        Split::Test => "dbdc3_en/eval.jsonl",
    })?;
    let outcome = |(group, chat): (usize, Chat)| {
        let said = chat.turns.iter().map(|t| (u8::from(t.speaker == "S"), t.text.as_str()));
        let broken = chat.turns.iter().filter(|t| t.votes.x > t.votes.o && t.votes.x > t.votes.t).count();
        Outcome { columns: words(said), needed: broken >= 3, group }
    };
    Ok(chats.into_iter().enumerate().map(outcome).collect())
}

#[derive(Debug, Deserialize)]
struct Call {
    #[serde(rename = "LUHF")]
    luhf: String,
    utterances_annotations: Vec<Utterance>,
}

#[derive(Debug, Deserialize)]
struct Utterance {
    caller_name: String,
    intent: String,
}

fn calls(bench: &Bench<'_>, split: Split) -> Result<Vec<Outcome>, BenchError> {
    let calls: Vec<Call> = bench.json(match split {
        Split::Dev => "betold/BETOLD_valid.json",
        Split::Test => "betold/BETOLD_test.json",
    })?;
    let outcome = |(group, call): (usize, Call)| {
        let said = call.utterances_annotations.iter().map(|u| (u8::from(u.caller_name == "nlg"), u.intent.as_str()));
        Outcome { columns: words(said), needed: call.luhf == "luhf", group }
    };
    Ok(calls.into_iter().enumerate().map(outcome).collect())
}

#[derive(Debug, Deserialize)]
struct Makeup {
    turns: Vec<MakeupTurn>,
}

#[derive(Debug, Deserialize)]
struct MakeupTurn {
    role: String,
    tokens: Vec<u32>,
    handoff: u8,
}

fn handoffs(bench: &Bench<'_>, split: Split) -> Result<Vec<Outcome>, BenchError> {
    let chats: Vec<Makeup> = bench.jsonl(match split {
        Split::Dev => "mhch_makeup2/dev.jsonl",
        Split::Test => "mhch_makeup2/test.jsonl",
    })?;
    let outcome = |(group, chat): (usize, Makeup)| {
        // Words are numbers here.
        let text = |t: &MakeupTurn| t.tokens.iter().map(|n| format!("{n} ")).collect::<String>();
        let said: Vec<(u8, String)> = chat.turns.iter().map(|t| (u8::from(t.role != "customer"), text(t))).collect();
        let needed = chat.turns.iter().any(|t| t.handoff == 1);
        Outcome { columns: words(said.iter().map(|(side, text)| (*side, text.as_str()))), needed, group }
    };
    Ok(chats.into_iter().enumerate().map(outcome).collect())
}
