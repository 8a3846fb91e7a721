//! What composed dialogues are made of. Each kind draws on the scored part of one or two data sets:
//!
//! - request: NLU++ `handoff` (folds 12 to 17, or 18 and 19);
//! - distress: GoEmotions comments with the one label anger, fear, grief or sadness in which somebody speaks of themselves
//!   (I, my, me), since a customer does; single labels only, the data has no measure of agreement;
//! - complaint: Bitext `complaint` without indirect speech, DSTC11 `DisputeCharge`;
//! - abuse: ConvAbuse turns whose mean mark is -2 or worse (strong abuse);
//! - negotiation: CaSiNo turns that bargain over goods: a good, a number, a word of giving or taking,
//!   and both sides named (a proposal concerns two);
//! - no answer: CLINC150 out-of-scope questions, each answered by one of our own ways to say that one does not know.
//!
//! Backgrounds that have a trigger by the sets' own labels are left out: MultiDoGO conversations with `disputecharge`, STAR
//! dialogues with `out_of_scope`.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::{Kind, turn};
use crate::{
    bench::{Bench, BenchError, Results, Split, metrics::Draw},
    replay::{RecordedTurn, Recording, Role},
    suites::multidogo,
};

const NO_ANSWERS: [&str; 5] = [
    "I'm sorry, I don't know the answer to that.",
    "Sorry, I can't help with that.",
    "I'm afraid I don't have any information about this.",
    "I am not able to answer this question.",
    "Unfortunately I don't understand what you mean.",
];
/// Backgrounds of each source.
const MOST: usize = 600;
/// By the sets' own labels, what has a trigger in it already: a disputed charge, an AI that does not understand.
const DISPUTE: &str = "disputecharge";
const NO_ANSWER: &str = "out_of_scope";

/// A dialogue with its trigger, and the index of the turn that is gold.
#[derive(Debug)]
pub(super) struct Inserted {
    pub(super) recording: Recording,
    pub(super) gold: usize,
}

/// Puts an utterance before a random turn of the customer that follows one of the AI, or at the end.
pub(super) fn insert(background: &[RecordedTurn], kind: Kind, utterance: &str, draw: &mut Draw) -> Option<Inserted> {
    let places: Vec<usize> = (1..=background.len())
        .filter(|&i| background.get(i).is_none_or(|t| t.role == Role::Customer))
        .filter(|&i| kind != Kind::Looping || (i >= 2 && background[i - 1].role == Role::Ai))
        .collect();
    let at = *places.get(draw.below(places.len()))?;
    let customer = |text: &str| turn(Role::Customer, text);
    let (new, gold) = match kind {
        Kind::NoAnswer => {
            let answer = turn(Role::Ai, NO_ANSWERS[draw.below(NO_ANSWERS.len())]);
            (vec![customer(utterance), answer], at + 1)
        }
        Kind::Looping => {
            let said = background[at - 1].clone();
            let asked = background[..at].iter().rev().find(|t| t.role == Role::Customer)?;
            // The customer has to say it again, and gets the same answer.
            (vec![asked.clone(), said.clone(), asked.clone(), said], at)
        }
        _ => (vec![customer(utterance)], at),
    };
    let turns = background[..at].iter().cloned().chain(new).chain(background[at..].iter().cloned()).collect();
    Some(Inserted { recording: Recording { id: None, turns, metadata: Default::default() }, gold })
}

pub(super) fn backgrounds(bench: &Bench<'_>, results: &mut Results) -> Result<Vec<Vec<RecordedTurn>>, BenchError> {
    let mut all = results.there(star(bench))?.unwrap_or_default();
    for domain in multidogo::DOMAINS {
        let Some(table) = results.there(multidogo::turns(bench, domain, multidogo::scored(bench)))? else { continue };
        let chats = multidogo::by_conversation(table.columns(["conversationId", "utterance", "intent"])?);
        let plain = chats.filter(|rows| rows.len() >= 3 && !rows.iter().any(|[_, _, intent]| intent.contains(DISPUTE)));
        let turns = plain.map(|rows| rows.iter().map(|[_, text, _]| turn(Role::Customer, *text)).collect());
        all.extend(turns.take(MOST / multidogo::DOMAINS.len()));
    }
    Ok(all)
}

#[derive(Debug, Deserialize)]
struct Star {
    happy: bool,
    multitask: bool,
    events: Vec<Value>,
}

fn star(bench: &Bench<'_>) -> Result<Vec<Vec<RecordedTurn>>, BenchError> {
    let part = if bench.split == Split::Dev { "star/train.jsonl" } else { "star/test.jsonl" };
    let dialogues: Vec<Star> = bench.jsonl(part)?;
    let gives_up = |d: &Star| d.events.iter().any(|e| e["action"].as_str().is_some_and(|l| l.contains(NO_ANSWER)));
    let plain = dialogues.into_iter().filter(|d| d.happy && !d.multitask && !gives_up(d));
    let turns = plain.map(|d| d.events.iter().filter_map(said).collect::<Vec<_>>());
    Ok(turns.filter(|turns| turns.len() >= 4).take(MOST).collect())
}

fn said(event: &Value) -> Option<RecordedTurn> {
    let role = match event["agent"].as_str()? {
        "user" => Role::Customer,
        "wizard" => Role::Ai,
        _ => return None,
    };
    Some(turn(role, event["text"].as_str()?))
}

pub(super) fn utterances(bench: &Bench<'_>, kind: Kind) -> Result<Vec<String>, BenchError> {
    let texts = match kind {
        Kind::Request => requests(bench),
        Kind::Distress => distress(bench),
        Kind::Complaint => complaints(bench),
        Kind::Abuse => abuse(bench),
        Kind::Negotiation => bargaining(bench),
        Kind::NoAnswer => {
            let part = if bench.split == Split::Dev { "clinc150/oos_val.tsv" } else { "clinc150/oos_test.tsv" };
            Ok(bench.tsv_lines::<2>(part)?.into_iter().map(|[text, _]| text).collect())
        }
        Kind::Looping => Ok(Vec::new()),
    };
    // The order of a file says nothing; each utterance once.
    Ok(texts?.into_iter().collect::<BTreeSet<_>>().into_iter().collect())
}

fn requests(bench: &Bench<'_>) -> Result<Vec<String>, BenchError> {
    #[derive(Deserialize)]
    struct Utterance {
        text: String,
        #[serde(default)]
        intents: Vec<String>,
    }
    let folds = if bench.split == Split::Dev { 12..18 } else { 18..20 };
    let mut all = Vec::new();
    for domain in ["banking", "hotels"] {
        for fold in folds.clone() {
            let part: Vec<Utterance> = bench.json(&format!("nlupp/{domain}/fold{fold}.json"))?;
            all.extend(part.into_iter().filter(|u| u.intents.iter().any(|i| i == "handoff")).map(|u| u.text));
        }
    }
    Ok(all)
}

fn distress(bench: &Bench<'_>) -> Result<Vec<String>, BenchError> {
    // Places of anger, fear, grief and sadness in labels.txt.
    const LABELS: [&str; 4] = ["2", "14", "16", "25"];
    let part = if bench.split == Split::Dev { "goemotions/dev.tsv" } else { "goemotions/test.tsv" };
    let of_oneself = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'');
        words.map(str::to_lowercase).any(|w| matches!(w.as_str(), "i" | "i'm" | "my" | "me" | "i've"))
    };
    let rows = bench.tsv_lines::<3>(part)?.into_iter();
    Ok(rows.filter(|[text, label, _]| LABELS.contains(&label.as_str()) && of_oneself(text)).map(|[text, ..]| text).collect())
}

fn complaints(bench: &Bench<'_>) -> Result<Vec<String>, BenchError> {
    #[derive(Deserialize)]
    struct Utterance {
        utterance: String,
        intent: String,
    }
    let part = if bench.split == Split::Dev { "train" } else { "test" };
    let table = bench.csv(&format!("bitext_intents/{part}.csv"))?;
    let rows = table.columns(["flags", "utterance", "intent"])?;
    let complaints = rows.iter().filter(|[flags, _, intent]| *intent == "complaint" && !flags.contains('D'));
    let mut all: Vec<String> = complaints.map(|[_, text, _]| (*text).to_owned()).collect();
    let disputes: Vec<Utterance> = bench.jsonl(&format!("dstc11_intents/{part}.jsonl"))?;
    let disputes = disputes.into_iter().filter(|u| u.intent == "DisputeCharge").map(|u| u.utterance);
    // As many of the one as of the other.
    let disputes: Vec<String> = disputes.collect();
    all.truncate(disputes.len().max(40));
    all.extend(disputes);
    Ok(all)
}

fn abuse(bench: &Bench<'_>) -> Result<Vec<String>, BenchError> {
    let table = bench.csv(if bench.split == Split::Dev { "convabuse/valid.csv" } else { "convabuse/test.csv" })?;
    // Each annotator ticks one of five columns.
    let mut marks: Vec<(f64, f64)> = Vec::new();
    for annotator in 1..=8 {
        for mark in [1, 0, -1, -2, -3] {
            let column = format!("Annotator{annotator}_is_abuse.{mark}");
            for (i, [cell]) in table.columns([column.as_str()])?.into_iter().enumerate() {
                if marks.len() <= i {
                    marks.push((0.0, 0.0));
                }
                if cell.trim().parse::<f64>() == Ok(1.0) {
                    marks[i] = (marks[i].0 + f64::from(mark), marks[i].1 + 1.0);
                }
            }
        }
    }
    let strong = |&(sum, n): &(f64, f64)| n > 0.0 && sum / n <= -2.0;
    let texts = table.columns(["user"])?;
    Ok(texts.iter().zip(&marks).filter(|(_, marks)| strong(marks)).map(|([text], _)| (*text).to_owned()).collect())
}

fn bargaining(bench: &Bench<'_>) -> Result<Vec<String>, BenchError> {
    #[derive(Deserialize)]
    struct Dialogue {
        turns: Vec<Said>,
    }
    #[derive(Deserialize)]
    struct Said {
        #[serde(default)]
        text: String,
    }
    const GOODS: [&str; 6] = ["food", "water", "waters", "firewood", "wood", "packages"];
    const NUMBERS: [&str; 8] = ["1", "2", "3", "one", "two", "three", "all", "extra"];
    const GIVING: [&str; 12] =
        ["take", "give", "have", "get", "trade", "keep", "offer", "deal", "split", "exchange", "need", "let"];
    let bargains = |text: &str| {
        let words: Vec<String> = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect();
        let lists = [&GOODS[..], &NUMBERS, &GIVING, &["i", "me", "my", "we", "us"], &["you", "your", "u"]];
        lists.iter().all(|list| words.iter().any(|w| list.contains(&w.as_str())))
    };
    let part = if bench.split == Split::Dev { "casino/valid.jsonl" } else { "casino/test.jsonl" };
    let dialogues: Vec<Dialogue> = bench.jsonl(part)?;
    Ok(dialogues.into_iter().flat_map(|d| d.turns).map(|t| t.text).filter(|t| bargains(t)).collect())
}
