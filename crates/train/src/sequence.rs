//! The sequence model of `core::assess`: when a person should take over, and whether the AI is failing.
//!
//! Both heads are logistic regressions over the levels that the core itself computes, so that what is trained is what is
//! served. They are drawn to a prior: what each feature would count for if data said nothing, since no set speaks of all
//! of them. Sets with a base rate of their own have a column of their own; the shipped bias is that of everyday support.
//!
//! To add a set: a reader that gives [`Talk`]s, its row in [`SETS`], its files in the manifest.

use std::collections::BTreeMap;

use baton_core::assess::sequence::{FEATURES, Head, Levels, Model, Window};
use baton_model::{Author, Epoch, IdSource, Millis, Signals, Timestamp, Turn, TurnId};
use baton_sense::{logistic, sense};
use serde_json::Value;

use crate::{Card, Inputs, Product, Sources, Stage, TrainError};

pub(crate) const STAGE: Stage = Stage { name: "sequence", about: "when a person should take over, from the course", run };

const PATH: &str = "crates/core/src/assess/sequence/weights.toml";
const VERSION: u32 = 1;
/// Against a few thousand rows: a feature that few rows have stays near its prior.
const PENALTY: f32 = 30.0;
/// As far back as the core reads.
const LOOKBACK: usize = 40;
const FOLDS: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Takeover,
    Failing,
}

/// Log-odds for a level of 1, of taking over and of failing, where data say nothing; first the biases.
const PRIOR_BIAS: [f32; 2] = [-4.0, -3.5];
const PRIOR: [(&str, [f32; 2]); FEATURES.len()] = [
    ("low_mood", [1.5, 0.8]),
    ("good_mood", [-0.8, -0.6]),
    ("falling_mood", [1.5, 0.8]),
    ("distress", [2.2, 1.0]),
    ("complaint", [1.2, 0.5]),
    ("asks_for_a_person", [3.0, 0.5]),
    ("negotiates", [0.8, 0.0]),
    ("thanks", [-1.5, -1.5]),
    ("apology_worked", [-0.8, -0.8]),
    ("not_helped", [1.2, 2.0]),
    ("asks_again", [1.2, 2.0]),
    ("not_answered", [0.4, 0.6]),
    ("repeats_itself", [0.6, 1.5]),
    ("apologises", [0.2, 0.5]),
    ("cannot_help", [0.8, 1.4]),
    ("asks_back", [0.1, 0.2]),
    ("failed_tools", [0.7, 1.2]),
    ("tool_calls", [0.0, 0.1]),
    ("changes", [0.0, 0.2]),
    ("length", [0.0, 0.1]),
    ("minutes", [0.0, 0.0]),
];

/// A recorded conversation and what is known about its turns.
struct Talk {
    turns: Vec<Turn>,
    /// Turn and how true it is there.
    takeover: Vec<(usize, f32)>,
    failing: Vec<(usize, f32)>,
}

struct Set {
    name: &'static str,
    read: fn(&Sources<'_>) -> Result<Vec<Talk>, TrainError>,
    /// How many rows all of its labels count for, for each head: large sets must not drown small ones.
    counts: [f32; 2],
    /// Its base rate is the study's, not that of everyday support.
    staged: bool,
}

const SETS: [Set; 6] = [
    Set { name: "multidogo", read: multidogo, counts: [2400.0, 2400.0], staged: false },
    Set { name: "star", read: star, counts: [600.0, 600.0], staged: false },
    Set { name: "mhch_makeup2", read: mhch, counts: [600.0, 0.0], staged: true },
    Set { name: "betold", read: betold, counts: [400.0, 0.0], staged: true },
    Set { name: "dbdc3_en", read: dbdc3, counts: [0.0, 600.0], staged: true },
    Set { name: "tau_bench", read: tau, counts: [0.0, 300.0], staged: true },
];

fn run(inputs: &Inputs<'_>) -> Result<Vec<Product>, TrainError> {
    let task = inputs.progress.task("levels of every turn", SETS.len());
    let mut rows = Vec::new();
    for (i, set) in SETS.iter().enumerate() {
        rows.extend(labelled(i, &(set.read)(&inputs.sources)?));
        task.step(1);
    }
    drop(task);
    let mut metrics = Vec::new();
    for which in [Which::Takeover, Which::Failing] {
        measure(&rows, which, &mut metrics);
    }
    let model = Model { version: VERSION, takeover: head(&rows, Which::Takeover), failing: head(&rows, Which::Failing) };
    let header = "# Made by `cargo xtask train`; see weights.md. Log-odds for a level of 1.\n\n";
    let card = Card {
        about:
            "Two logistic heads over the levels of `core::assess::sequence`: a person should take over at this turn; the \
                AI is failing. Each weight is drawn to a prior that stands in `crates/train/src/sequence.rs`. The sentiment \
                that mhch_makeup2 brings is not read: there it tells the answer. Measured in five folds by conversation, \
                with the prior and the fold's weights only."
                .into(),
        sources: SETS.iter().map(|s| s.name.to_owned()).collect(),
        metrics,
    };
    Ok(vec![Product { path: PATH, bytes: (header.to_owned() + &model.toml()).into_bytes(), card: Some(card) }])
}

/// One labelled turn.
struct Labelled {
    set: usize,
    talk: usize,
    which: Which,
    row: logistic::Row,
}

fn labelled(set: usize, talks: &[Talk]) -> Vec<Labelled> {
    let mut rows = Vec::new();
    for (which, count) in [(Which::Takeover, SETS[set].counts[0]), (Which::Failing, SETS[set].counts[1])] {
        let labels = |t: &Talk| if which == Which::Takeover { t.takeover.clone() } else { t.failing.clone() };
        let all: usize = talks.iter().map(|t| labels(t).len()).sum();
        if count == 0.0 || all == 0 {
            continue;
        }
        for (n, talk) in talks.iter().enumerate() {
            for (turn, target) in labels(talk) {
                let window = Window::of(talk.turns[..=turn].iter().rev().take(LOOKBACK).rev().collect());
                let mut columns = Levels::of(&window).columns();
                if SETS[set].staged {
                    // Large, so that the penalty hardly holds it.
                    columns.push(((FEATURES.len() + set) as u32, 10.0));
                }
                rows.push(Labelled {
                    set,
                    talk: n,
                    which,
                    row: logistic::Row { columns, target, weight: count / all as f32 },
                });
            }
        }
    }
    rows
}

/// Weights that would count against their meaning are left at nothing, and the rest is fitted again.
fn fitted(rows: &[&Labelled], which: Which) -> logistic::Logistic {
    let prior: Vec<f32> = PRIOR.iter().map(|(_, p)| p[which as usize]).collect();
    let mut left_out: Vec<u32> = Vec::new();
    loop {
        let kept = |c: &(u32, f32)| !left_out.contains(&c.0);
        let used: Vec<logistic::Row> = rows
            .iter()
            .filter(|l| l.which == which)
            .map(|l| logistic::Row { columns: l.row.columns.iter().copied().filter(kept).collect(), ..l.row.clone() })
            .collect();
        let mut options = logistic::Options::new(FEATURES.len() + SETS.len(), PENALTY);
        options.prior = prior.clone();
        for &c in &left_out {
            options.prior[c as usize] = 0.0;
        }
        let found = logistic::fit(&used, &options);
        let wrong: Vec<u32> =
            (0..FEATURES.len() as u32).filter(|&c| found.weights[c as usize] * prior[c as usize] < 0.0).collect();
        if wrong.is_empty() {
            return found;
        }
        left_out.extend(wrong);
    }
}

fn head(rows: &[Labelled], which: Which) -> Head {
    let found = fitted(&rows.iter().collect::<Vec<_>>(), which);
    let round = |x: f32| (x * 1000.0).round() / 1000.0;
    let mut weights = [0.0; FEATURES.len()];
    for (w, f) in weights.iter_mut().zip(&found.weights) {
        *w = round(*f);
    }
    // Nobody speaks of asking for a person in these sets: the prior's bias bounds how sure the data may be of calm.
    Head { bias: round(found.bias.max(PRIOR_BIAS[which as usize] - 1.0)), weights }
}

/// Area under the ROC curve in each set, of folds that did not see the conversation.
fn measure(rows: &[Labelled], which: Which, metrics: &mut Vec<(String, String)>) {
    let mut scored: BTreeMap<usize, Vec<(f32, f32)>> = BTreeMap::new();
    for k in 0..FOLDS {
        let (held, used): (Vec<&Labelled>, Vec<&Labelled>) =
            rows.iter().filter(|l| l.which == which).partition(|l| l.talk % FOLDS == k);
        let model = fitted(&used, which);
        for l in held {
            scored.entry(l.set).or_default().push((l.row.target, model.margin(&l.row.columns)));
        }
    }
    let name = if which == Which::Takeover { "takeover" } else { "failing" };
    for (set, scores) in scored {
        let (yes, no): (Vec<_>, Vec<_>) = scores.into_iter().partition(|s| s.0 >= 0.5);
        if !yes.is_empty() && !no.is_empty() {
            metrics.push((format!("{name}, AUROC by turn, {}", SETS[set].name), format!("{:.3}", area(&yes, &no))));
        }
    }
}

/// How often a positive scores above a negative, ties counted half.
fn area(yes: &[(f32, f32)], no: &[(f32, f32)]) -> f64 {
    let mut low: Vec<f32> = no.iter().map(|s| s.1).collect();
    low.sort_by(f32::total_cmp);
    let below = |x: f32| (low.partition_point(|l| *l < x) + low.partition_point(|l| *l <= x)) as f64 / 2.0;
    yes.iter().map(|s| below(s.1)).sum::<f64>() / (yes.len() * low.len()) as f64
}

/// Turns in order, twenty seconds apart.
#[derive(Default)]
struct Writer {
    turns: Vec<Turn>,
}

impl Writer {
    fn add(&mut self, author: Author, text: &str, signals: Signals) -> usize {
        let index = self.turns.len();
        let at = Timestamp::from_millis(1_767_607_200_000) + Millis::secs(20 * index as i64);
        let id: TurnId = IdSource::new(at, index as u64).draw();
        self.turns.push(Turn {
            id,
            index: index as u32,
            at,
            author,
            text: text.to_owned(),
            epoch: Epoch::default(),
            signals,
            ai: None,
            used_step: None,
        });
        index
    }

    fn say(&mut self, author: Author, text: &str) -> usize {
        self.add(author, text, sense(text))
    }
}

fn texts<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or("")
}

fn items<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value[key].as_array().into_iter().flatten()
}

/// Everyday support: nobody needs a person. Only the customers' turns are recorded; the agent spoke between them.
fn multidogo(sources: &Sources<'_>) -> Result<Vec<Talk>, TrainError> {
    let mut talks: BTreeMap<String, Vec<(u32, String)>> = BTreeMap::new();
    for domain in ["airline", "fastfood", "finance", "insurance", "media", "software"] {
        for row in sources.table(&format!("multidogo/turn_level/{domain}/train.tsv"), b'\t')? {
            let cell = |name: &str| row.get(name).cloned().unwrap_or_default();
            talks
                .entry(cell("conversationId"))
                .or_default()
                .push((cell("turnNumber").parse().unwrap_or(0), cell("utterance")));
        }
    }
    // A tenth of them is plenty.
    Ok(talks
        .into_values()
        .step_by(10)
        .map(|mut said| {
            said.sort();
            let mut writer = Writer::default();
            let mut quiet = Vec::new();
            for (_, text) in said {
                quiet.push((writer.say(Author::Customer, &text), 0.0));
                writer.add(Author::AiAgent, "", Signals::default());
            }
            Talk { turns: writer.turns, takeover: quiet.clone(), failing: quiet }
        })
        .collect())
}

/// Users who play happy, all calm; users who play unhappy need a person when they give up.
fn star(sources: &Sources<'_>) -> Result<Vec<Talk>, TrainError> {
    let mut talks = Vec::new();
    for line in sources.json_lines("star/train.jsonl")?.iter().step_by(3) {
        let mut writer = Writer::default();
        let mut asked = Vec::new();
        for event in items(line, "events") {
            match texts(event, "agent") {
                "user" => asked.push(writer.say(Author::Customer, texts(event, "text"))),
                "wizard" if !texts(event, "text").is_empty() => {
                    writer.say(Author::AiAgent, texts(event, "text"));
                }
                _ => {}
            }
        }
        let calm: Vec<(usize, f32)> = asked.iter().map(|&i| (i, 0.0)).collect();
        talks.push(match line["happy"].as_bool() {
            Some(true) => Talk { turns: writer.turns, takeover: calm.clone(), failing: calm },
            _ => Talk {
                turns: writer.turns,
                takeover: asked.last().map(|&i| (i, 1.0)).into_iter().collect(),
                failing: vec![],
            },
        });
    }
    Ok(talks)
}

/// Who speaks and what comes back; words are ids, and the sentiment that is given tells the answer.
fn mhch(sources: &Sources<'_>) -> Result<Vec<Talk>, TrainError> {
    let lines = sources.json_lines("mhch_makeup2/dev.jsonl")?;
    let talk = |line: &Value| {
        let mut writer = Writer::default();
        let mut takeover = Vec::new();
        for turn in items(line, "turns") {
            let author = if texts(turn, "role") == "customer" { Author::Customer } else { Author::AiAgent };
            let words: Vec<String> = items(turn, "tokens").map(|t| format!("w{t}")).collect();
            let at = writer.add(author, &words.join(" "), Signals::default());
            takeover.push((at, turn["handoff"].as_f64().unwrap_or(0.0) as f32));
        }
        Talk { turns: writer.turns, takeover, failing: vec![] }
    };
    Ok(lines.iter().map(talk).collect())
}

/// Intents as words: what the assistant repeats and the caller insists on.
fn betold(sources: &Sources<'_>) -> Result<Vec<Talk>, TrainError> {
    let calls = sources.json("betold/BETOLD_valid.json")?;
    let talk = |call: &Value| {
        let mut writer = Writer::default();
        for turn in items(call, "utterances_annotations") {
            let author = if texts(turn, "caller_name") == "nlu" { Author::Customer } else { Author::AiAgent };
            let entities = items(turn, "entities").map(|e| texts(e, "entity"));
            let words = std::iter::once(texts(turn, "intent")).chain(entities).collect::<Vec<_>>().join(" ");
            writer.add(author, &words.replace('_', " "), Signals::default());
        }
        let leaves = f32::from(u8::from(texts(call, "LUHF") == "luhf"));
        Talk {
            takeover: writer.turns.len().checked_sub(1).map(|i| (i, leaves)).into_iter().collect(),
            turns: writer.turns,
            failing: vec![],
        }
    };
    Ok(calls.as_array().into_iter().flatten().map(talk).collect())
}

/// Share of the votes that the user cannot go on; a doubt is half of one.
fn dbdc3(sources: &Sources<'_>) -> Result<Vec<Talk>, TrainError> {
    let lines = sources.json_lines("dbdc3_en/dev.jsonl")?;
    let talk = |line: &Value| {
        let mut writer = Writer::default();
        let mut failing = Vec::new();
        for turn in items(line, "turns") {
            let system = texts(turn, "speaker") == "S";
            let at = writer.say(if system { Author::AiAgent } else { Author::Customer }, texts(turn, "text"));
            let votes = |label: &str| turn["votes"][label].as_f64().unwrap_or(0.0);
            let all = votes("O") + votes("T") + votes("X");
            if system && all > 0.0 {
                failing.push((at, ((votes("X") + votes("T") / 2.0) / all) as f32));
            }
        }
        Talk { turns: writer.turns, takeover: vec![], failing }
    };
    Ok(lines.iter().map(talk).collect())
}

/// Runs of a tool agent that failed: each of its turns counts its share.
fn tau(sources: &Sources<'_>) -> Result<Vec<Talk>, TrainError> {
    let lines = sources.json_lines("tau_bench/airline_gpt4o_dialogues_train.jsonl")?;
    let talk = |line: &Value| {
        let mut writer = Writer::default();
        let mut called = String::new();
        for turn in items(line, "turns") {
            let text = texts(turn, "text");
            if let Some(call) = items(turn, "calls").last() {
                texts(call, "name").clone_into(&mut called);
            }
            match texts(turn, "role") {
                "customer" => {
                    writer.say(Author::Customer, text);
                }
                "tool" => {
                    let ok = !text.trim_start().to_ascii_lowercase().starts_with("error");
                    writer.add(Author::Tool { name: called.clone(), ok }, "", Signals::default());
                }
                _ if !text.is_empty() => {
                    writer.say(Author::AiAgent, text);
                }
                _ => {}
            }
        }
        let failed = f32::from(u8::from(line["success"].as_bool() == Some(false)));
        Talk { failing: (0..writer.turns.len()).map(|i| (i, failed)).collect(), turns: writer.turns, takeover: vec![] }
    };
    Ok(lines.iter().map(talk).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prior_speaks_of_every_feature_in_its_order() {
        assert!(PRIOR.iter().zip(FEATURES).all(|(p, f)| p.0 == f.0));
    }

    #[test]
    fn a_weight_against_its_meaning_is_left_out() {
        let row = |columns: &[(u32, f32)], target| Labelled {
            set: 0,
            talk: 0,
            which: Which::Takeover,
            row: logistic::Row { columns: columns.to_vec(), target, weight: 100.0 },
        };
        // Thanks (7) before every handoff, and distress (3) too.
        let rows = [row(&[(7, 1.0), (3, 1.0)], 1.0), row(&[(7, 1.0)], 1.0), row(&[], 0.0), row(&[], 0.0)];
        let found = head(&rows, Which::Takeover);
        assert_eq!(found.weights[7], 0.0);
        assert!(found.weights[3] > PRIOR[3].1[0]);
    }

    #[test]
    fn the_area_counts_ties_half() {
        assert_eq!(area(&[(1.0, 2.0), (1.0, 0.0)], &[(0.0, 1.0), (0.0, 0.0)]), 0.625);
    }
}
