//! Negotiation against support, by prefix: CaSiNo (campsite bargaining) against MultiDoGO and STAR (support) customers.
//!
//! The first speaker of a bargaining dialogue, or the customer of a support dialogue, is read up to their first, second,
//! third turn. Shipped: the signals for price and terms, each turn's strongest, joined as independent evidence. Fitted: a
//! head over the joined text of the prefix, which can also tell the subjects apart: an upper bound, not a detector of
//! bargaining. Dev: CaSiNo valid, MultiDoGO dev, a fixed share of STAR; fitted on CaSiNo train and MultiDoGO train.

use baton_model::SignalKind;
use baton_sense::fit::{Options, Sample, Task, fit};
use serde::Deserialize;
use serde_json::Value;

use super::multidogo;
use crate::bench::{
    Bench, BenchError, Results, Row, Split, Suite,
    metrics::{auroc, bootstrap},
};

pub(crate) const SUITE: Suite = Suite { name: "negotiation", about: "negotiation against support, after n turns", run };

const PREFIX: usize = 3;
/// Dialogues of STAR, and conversations of each MultiDoGO domain.
const MOST: usize = 300;

/// First customer turns of one dialogue; whether it is a negotiation.
type Prefix = (bool, Vec<String>);

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let (casino, star) = match bench.split {
        Split::Dev => ("valid", "train"),
        Split::Test => ("test", "test"),
    };
    let mut scored = bargains(bench, casino)?;
    scored.extend(support(bench, multidogo::scored(bench))?);
    scored.extend(services(bench, star)?);
    for n in 1..=PREFIX {
        let shipped: Vec<(bool, f64)> = scored.iter().map(|(gold, turns)| (*gold, joined(turns, n))).collect();
        results.add(row(format!("AUROC after {n}"), &shipped, n).shipped());
    }
    let mut training = bargains(bench, "train")?;
    training.extend(support(bench, multidogo::TRAIN)?);
    let sample = |turns: &[String]| Sample::of(&turns[..turns.len().min(PREFIX)].join(" \n "));
    let examples: Vec<(Sample, Vec<usize>)> =
        training.iter().map(|(gold, turns)| (sample(turns), vec![usize::from(*gold)])).collect();
    let head = fit(&["support", "negotiation"], &examples, &Options::new(Task::OneOf))
        .map_err(|e| BenchError::Malformed { file: "casino/train.jsonl".into(), line: 0, problem: e.to_string() })?;
    let fitted: Vec<(bool, f64)> =
        scored.iter().map(|(gold, turns)| (*gold, f64::from(head.score(&sample(turns)).probabilities[1]))).collect();
    results.add(row(format!("AUROC after {PREFIX}"), &fitted, PREFIX).fitted());
    Ok(())
}

fn row(name: String, scored: &[(bool, f64)], n: usize) -> Row {
    let interval = bootstrap(scored.len(), |drawn| auroc(&drawn.iter().map(|&i| scored[i]).collect::<Vec<_>>()));
    let row = Row::percent(name, auroc(scored)).interval(interval).n(scored.len());
    if n == PREFIX { row.target(99.0) } else { row }
}

/// One minus the product of what each turn leaves open.
fn joined(turns: &[String], n: usize) -> f64 {
    let open = turns.iter().take(n).map(|text| {
        let signals = baton_sense::sense(text);
        1.0 - f64::from(signals.score(SignalKind::NegotiatePrice).max(signals.score(SignalKind::NegotiateTerms)))
    });
    1.0 - open.product::<f64>()
}

#[derive(Debug, Deserialize)]
struct Bargain {
    turns: Vec<Said>,
}

#[derive(Debug, Deserialize)]
struct Said {
    speaker: u8,
    #[serde(default)]
    text: String,
}

fn bargains(bench: &Bench<'_>, part: &str) -> Result<Vec<Prefix>, BenchError> {
    let dialogues: Vec<Bargain> = bench.jsonl(&format!("casino/{part}.jsonl"))?;
    let first = |d: Bargain| d.turns.into_iter().filter(|t| t.speaker == 0 && !t.text.is_empty()).map(|t| t.text);
    Ok(dialogues.into_iter().map(|d| (true, first(d).take(PREFIX).collect())).collect())
}

fn support(bench: &Bench<'_>, part: &str) -> Result<Vec<Prefix>, BenchError> {
    let mut all = Vec::new();
    for domain in multidogo::DOMAINS {
        let table = multidogo::turns(bench, domain, part)?;
        let chats = multidogo::by_conversation(table.columns(["conversationId", "utterance"])?).take(MOST);
        all.extend(chats.map(|rows| (false, rows.iter().take(PREFIX).map(|[_, text]| (*text).to_owned()).collect())));
    }
    Ok(all)
}

#[derive(Debug, Deserialize)]
struct Service {
    happy: bool,
    events: Vec<Value>,
}

fn services(bench: &Bench<'_>, part: &str) -> Result<Vec<Prefix>, BenchError> {
    let dialogues: Vec<Service> = bench.jsonl(&format!("star/{part}.jsonl"))?;
    let of_user = |e: &Value| (e["agent"] == "user").then(|| e["text"].as_str().map(str::to_owned)).flatten();
    let happy = dialogues.iter().filter(|d| d.happy).take(MOST);
    Ok(happy.map(|d| (false, d.events.iter().filter_map(of_user).take(PREFIX).collect())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_of_several_turns_is_joined() {
        let turns = ["hello".to_owned(), "can you give me a better price?".into(), "a discount, please".into()];
        assert_eq!(joined(&turns, 1), 0.0);
        assert!(joined(&turns, 2) > 0.5 && joined(&turns, 3) > joined(&turns, 2));
    }
}
