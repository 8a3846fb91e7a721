//! Emotion in real support: MAIA-DQE, German and Portuguese customers read through machine translation (`text_mt`).
//!
//! Gold: a customer's sentence is marked disappointment (3), frustration (5) or anger (6). The score is the highest of the
//! distress, complaint and unresolved signals, then the mood. Evaluation only: its licence allows no derivatives. Target
//! and baseline (hashed linear model from GoEmotions) are the project's.

use baton_model::SignalKind;
use serde::Deserialize;

use crate::bench::{
    Bench, BenchError, Results, Row, Split, Suite,
    metrics::{auroc, best_f1, bootstrap},
};

pub(crate) const SUITE: Suite = Suite { name: "maia_dqe", about: "frustration in real support chats", run };

const SHARED: &str = "pt_br_client_02.json";
const UPSET: [i64; 3] = [3, 5, 6];

#[derive(Debug, Deserialize)]
struct Dialogue {
    turns: Vec<Turn>,
}

#[derive(Debug, Deserialize)]
struct Turn {
    floor: String,
    #[serde(default)]
    text_mt: Vec<String>,
    #[serde(default, rename = "Emotion")]
    emotion: Vec<Option<i64>>,
}

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    // By dialogue.
    let mut scored: Vec<Vec<(bool, f64)>> = Vec::new();
    for part in parts(bench)? {
        let dialogues: Vec<Dialogue> = bench.json(&part)?;
        scored
            .extend(dialogues.iter().map(|d| d.turns.iter().filter(|t| t.floor == "inbound").flat_map(sentences).collect()));
    }
    let flat = |drawn: &[usize]| drawn.iter().flat_map(|&i| &scored[i]).copied().collect::<Vec<_>>();
    let all = flat(&(0..scored.len()).collect::<Vec<_>>());
    let row = Row::percent("frustration, anger or disappointment AUROC", auroc(&all)).shipped().target(83.0).baseline(76.8);
    results.add(row.interval(bootstrap(scored.len(), |drawn| auroc(&flat(drawn)))).n(all.len()));
    results.add(Row::percent("same, best F1", best_f1(&all).0).shipped().baseline(35.8).n(all.len()));
    Ok(())
}

/// Test parts are the other files of the folder.
fn parts(bench: &Bench<'_>) -> Result<Vec<String>, BenchError> {
    if bench.split == Split::Dev {
        return Ok(vec![format!("maia_dqe/{SHARED}")]);
    }
    let missing = || BenchError::Missing { part: "another json in maia_dqe".into() };
    let folder = std::fs::read_dir(bench.data.join("maia_dqe")).map_err(|_| missing())?;
    let names = folder.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut parts: Vec<String> =
        names.filter(|n| n.ends_with(".json") && n != SHARED).map(|n| format!("maia_dqe/{n}")).collect();
    parts.sort();
    if parts.is_empty() { Err(missing()) } else { Ok(parts) }
}

fn sentences(turn: &Turn) -> Vec<(bool, f64)> {
    let marked = turn.text_mt.iter().zip(&turn.emotion);
    marked.filter_map(|(text, code)| Some((UPSET.contains(&(*code)?), upset(text)))).collect()
}

fn upset(text: &str) -> f64 {
    let signals = baton_sense::sense(text);
    let kinds = [
        SignalKind::Anger,
        SignalKind::Anxiety,
        SignalKind::Sadness,
        SignalKind::Complaint,
        SignalKind::Dispute,
        SignalKind::ChurnThreat,
        SignalKind::Unresolved,
        SignalKind::Abuse,
    ];
    let found = kinds.iter().map(|k| signals.score(*k)).fold(0.0, f32::max);
    f64::from(found - 0.5 * signals.sentiment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upset_score_higher() {
        assert!(upset("This is unacceptable, I am furious") > upset("Could you send me the invoice?"));
        assert!(upset("Could you send me the invoice?") > upset("Thank you, that was great"));
    }
}
