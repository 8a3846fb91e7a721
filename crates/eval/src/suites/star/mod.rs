//! STAR (Mosig et al., 2020): the next action of the person who plays the assistant, given the dialogue so far.
//!
//! Happy single-task dialogues, sorted by id, as in the published split of test dialogues. For development three windows of
//! the training part, of 15% each, are scored, every one by a model that is fitted on what is before it: a single window
//! differs from the next by up to two points, whatever the model. Every labelled action of the assistant is one example;
//! stage directions to the simulated user are never read. Fitting also reads the unhappy and multi-task dialogues with lower
//! ids. The baseline is a linear model over the last turns on the test part; on these windows a linear support vector machine
//! over the words of the last four events reaches 72.5 (71.3 on the last window), top-3 90.2, weighted F1 69.9. A published
//! number for this set-up is not known to us.

mod features;
mod slots;
mod softmax;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::bench::{Bench, BenchError, Results, Row, Split, Suite, metrics};
use features::Features;
use slots::{Lesson, Slots};
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

    fn task(&self) -> String {
        let mut tasks = self.tasks.clone();
        tasks.sort();
        tasks.join("+")
    }

    fn lesson(&self) -> Lesson<'_> {
        let users = self.events.iter().filter(|e| e.agent == "user").filter_map(|e| e.text.as_deref());
        let constraints = self.events.iter().filter_map(|e| e.constraints.as_ref()).flatten();
        Lesson { task: self.task(), users: users.collect(), constraints: constraints.collect() }
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

fn examples<'a>(dialogues: impl IntoIterator<Item = &'a Dialogue>, slots: &Slots) -> Vec<Example> {
    let mut out = Vec::new();
    for d in dialogues {
        let mut seen = Features::of_task(d.task(), slots);
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

/// Where the windows for development begin and end, in percent of the happy single-task dialogues.
const WINDOWS: [(usize, usize); 3] = [(55, 70), (70, 85), (85, 100)];

/// What followed and what was expected, by the index of the action; beyond the last: an action that fitting never saw.
#[derive(Default)]
struct Scored {
    gold: Vec<usize>,
    ranked: Vec<Vec<usize>>,
}

impl Scored {
    /// Fits a model on dialogues that are `before`, and has it rank the actions of the happy single-task ones of `scored`.
    fn add(&mut self, before: &[Dialogue], scored: &[Dialogue], actions: &[String]) {
        let slots = Slots::learn(before.iter().map(Dialogue::lesson));
        let (fitted_on, asked) = (examples(before, &slots), examples(scored.iter().filter(|d| d.counts()), &slots));
        let class = |e: &Example| actions.binary_search(&e.action).unwrap_or(actions.len());
        let pairs: Vec<(&[u32], usize)> = fitted_on.iter().map(|e| (&*e.features, class(e))).collect();
        let model = Softmax::fit(&pairs, actions.len());
        self.gold.extend(asked.iter().map(class));
        self.ranked.extend(asked.iter().map(|e| model.ranked(&e.features, 3)));
    }
}

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let mut train: Vec<Dialogue> = bench.jsonl("star/train.jsonl")?;
    train.sort_by_key(|d| d.id);
    let mut actions: Vec<String> = train.iter().flat_map(|d| &d.events).filter_map(|e| e.action.clone()).collect();
    actions.sort_unstable();
    actions.dedup();
    let mut scored = Scored::default();
    match bench.split {
        Split::Dev => {
            let happy: Vec<u64> = train.iter().filter(|d| d.counts()).map(|d| d.id).collect();
            let place = |percent: usize| {
                let from = happy.get(happy.len() * percent / 100).copied().unwrap_or(u64::MAX);
                train.partition_point(|d| d.id < from)
            };
            for (from, to) in WINDOWS.map(|(from, to)| (place(from), place(to))) {
                scored.add(&train[..from], &train[from..to], &actions);
            }
        }
        Split::Test => scored.add(&train, &bench.jsonl::<Dialogue>("star/test.jsonl")?, &actions),
    }
    let Scored { gold, ranked } = scored;
    let said: Vec<usize> = ranked.iter().map(|r| r.first().copied().unwrap_or(actions.len())).collect();
    let all: Vec<usize> = (0..gold.len()).collect();
    let note = "fitted at evaluation time; intervals by example";
    let first: Vec<bool> = all.iter().map(|&i| said[i] == gold[i]).collect();
    let among_three: Vec<bool> = all.iter().map(|&i| ranked[i].contains(&gold[i])).collect();
    for (name, hits, baseline, target) in [("accuracy", &first, 72.9, 77.0), ("top-3 accuracy", &among_three, 90.1, 94.0)] {
        let share = |units: &[usize]| units.iter().filter(|&&i| hits[i]).count() as f64 / units.len().max(1) as f64;
        let row = Row::percent(name, share(&all)).interval(metrics::bootstrap(gold.len(), share));
        results.add(row.baseline(baseline).target(target).n(gold.len()).fitted().note(note));
    }
    let weighted = |units: &[usize]| weighted_f1(&gold, &said, units, actions.len() + 1);
    results.add(
        Row::percent("weighted F1", weighted(&all))
            .interval(metrics::bootstrap(gold.len(), weighted))
            .baseline(69.8)
            .target(75.0)
            .n(gold.len())
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
            examples([&d], &Slots::default()).into_iter().map(|e| (e.features, e.action)).collect::<Vec<_>>()
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
