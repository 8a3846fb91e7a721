//! STAR (Mosig et al., 2020): the next action of the person who plays the assistant, given the dialogue so far.
//!
//! Happy single-task dialogues, sorted by id: the last 15% of the training part for development (the published split of
//! test dialogues is by id as well). Every labelled action of the assistant is one example; stage directions to the
//! simulated user are never read. Training also reads the unhappy and multi-task dialogues of the training part with lower
//! ids. Baseline: a linear model over the last turns, measured on the same split. A published number for this set-up is not
//! known to us.

mod features;
mod softmax;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::bench::{Bench, BenchError, Results, Row, Split, Suite, metrics};
use features::Features;
use softmax::Softmax;

pub(crate) const SUITE: Suite =
    Suite { name: "star", about: "The next action of an assistant in happy single-task dialogues, among 165", run };

#[derive(Debug, Deserialize)]
struct Dialogue {
    id: u64,
    happy: bool,
    multitask: bool,
    tasks: Vec<String>,
    events: Vec<Event>,
}

impl Dialogue {
    fn counts(&self) -> bool {
        self.happy && !self.multitask
    }
}

#[derive(Debug, Deserialize)]
struct Event {
    agent: String,
    #[serde(default)]
    action: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    item: Option<Map<String, Value>>,
    #[serde(default)]
    constraints: Option<Vec<Value>>,
}

/// Hashed features, and the action that followed.
struct Example {
    features: Vec<u32>,
    action: String,
}

fn examples<'a>(dialogues: impl IntoIterator<Item = &'a Dialogue>) -> Vec<Example> {
    let mut out = Vec::new();
    for d in dialogues {
        let mut seen = Features::of_task(&d.tasks);
        for event in &d.events {
            match (event.agent.as_str(), &event.action) {
                ("user", _) => seen.user(event.text.as_deref().unwrap_or_default()),
                ("kb", _) => seen.knowledge(event.item.as_ref()),
                ("wizard", action) => {
                    if let Some(action) = action {
                        out.push(Example { features: seen.hashed(), action: action.clone() });
                    }
                    seen.wizard(action.as_deref(), event.text.as_deref().unwrap_or_default(), event.constraints.as_deref());
                }
                _ => {}
            }
        }
    }
    out
}

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let mut train: Vec<Dialogue> = bench.jsonl("star/train.jsonl")?;
    train.sort_by_key(|d| d.id);
    let scored: Vec<Dialogue> = match bench.split {
        Split::Dev => {
            let happy: Vec<u64> = train.iter().filter(|d| d.counts()).map(|d| d.id).collect();
            let from = happy.get(happy.len() * 85 / 100).copied().unwrap_or(u64::MAX);
            let at = train.partition_point(|d| d.id < from);
            train.split_off(at)
        }
        Split::Test => bench.jsonl("star/test.jsonl")?,
    };
    let fitted_on = examples(&train);
    let test = examples(scored.iter().filter(|d| d.counts()));
    let mut actions: Vec<&str> = fitted_on.iter().map(|e| e.action.as_str()).collect();
    actions.sort_unstable();
    actions.dedup();
    let class = |action: &str| actions.binary_search(&action).unwrap_or(actions.len());
    let pairs: Vec<(&[u32], usize)> = fitted_on.iter().map(|e| (&*e.features, class(&e.action))).collect();
    let model = Softmax::fit(&pairs, actions.len());

    let gold: Vec<usize> = test.iter().map(|e| class(&e.action)).collect();
    let ranked: Vec<Vec<usize>> = test.iter().map(|e| model.ranked(&e.features, 3)).collect();
    let said: Vec<usize> = ranked.iter().map(|r| r[0]).collect();
    let all: Vec<usize> = (0..test.len()).collect();
    let note = "fitted at evaluation time; intervals by example";
    let first: Vec<bool> = (0..test.len()).map(|i| said[i] == gold[i]).collect();
    let among_three: Vec<bool> = (0..test.len()).map(|i| ranked[i].contains(&gold[i])).collect();
    for (name, hits, baseline, target) in [("accuracy", &first, 72.9, 77.0), ("top-3 accuracy", &among_three, 90.1, 94.0)] {
        let share = |units: &[usize]| units.iter().filter(|&&i| hits[i]).count() as f64 / units.len().max(1) as f64;
        let row = Row::percent(name, share(&all)).interval(metrics::bootstrap(test.len(), share));
        results.add(row.baseline(baseline).target(target).n(test.len()).fitted().note(note));
    }
    let weighted = |units: &[usize]| weighted_f1(&gold, &said, units, actions.len() + 1);
    results.add(
        Row::percent("weighted F1", weighted(&all))
            .interval(metrics::bootstrap(test.len(), weighted))
            .baseline(69.8)
            .target(75.0)
            .n(test.len())
            .fitted()
            .note(note),
    );
    Ok(())
}

/// F1 of each class, weighted by how often it is gold.
fn weighted_f1(gold: &[usize], said: &[usize], units: &[usize], classes: usize) -> f64 {
    let mut counts = vec![metrics::Confusion::default(); classes];
    for &i in units {
        if gold[i] == said[i] {
            counts[gold[i]].tp += 1;
        } else {
            counts[gold[i]].fn_ += 1;
            counts[said[i]].fp += 1;
        }
    }
    counts.iter().map(|c| c.f1() * (c.tp + c.fn_) as f64).sum::<f64>() / units.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stage_directions_are_no_input() {
        let line = r#"{"id":1,"happy":true,"multitask":false,"tasks":["bank"],"events":[
            {"agent":"user","text":"hi"},DIRECTION{"agent":"wizard","action":"hello","text":"Hello"},
            {"agent":"kb","item":null},{"agent":"wizard","text":"hm"},{"agent":"wizard","action":"query","constraints":[{"Name":"x"}]}]}"#;
        let of = |direction: &str| {
            let d: Dialogue = serde_json::from_str(&line.replace("DIRECTION", direction)).expect("a dialogue");
            examples([&d]).into_iter().map(|e| (e.features, e.action)).collect::<Vec<_>>()
        };
        let plain = of("");
        assert_eq!(plain.iter().map(|(_, a)| a.as_str()).collect::<Vec<_>>(), ["hello", "query"]);
        assert_eq!(plain, of(r#"{"agent":"user_guide","text":"Be rude."},"#));
    }

    #[test]
    fn f1_is_weighted_by_gold() {
        let f1 = weighted_f1(&[0, 0, 1], &[0, 1, 1], &[0, 1, 2], 2);
        assert!((f1 - 2.0 / 3.0).abs() < 1e-12, "{f1}");
    }
}
