//! Urgency, by proxy: no public set has human marks of it. Intents that cannot wait against routine ones.
//!
//! Urgent: NLU++ `lost_stolen` and `wrong_notworking_notshowing`, DSTC11 intents about lost or stolen cards, accidents,
//! claims, disputes and fraud. Routine: every other utterance. Fitted: a head on NLU++ folds 0 to 14 (0 to 17 for test) and
//! four fifths of DSTC11 train by position (all of it for test). Target: the project's.

use baton_sense::fit::{Options, Sample, Task, fit};
use serde::Deserialize;

use crate::bench::{
    Bench, BenchError, Results, Row, Split, Suite,
    metrics::{auroc, bootstrap},
};

pub(crate) const SUITE: Suite = Suite { name: "urgency", about: "urgent intents against routine ones (a proxy)", run };

const URGENT: [&str; 2] = ["lost_stolen", "wrong_notworking_notshowing"];
const URGENT_WORDS: [&str; 9] =
    ["lost", "stolen", "accident", "fileclaim", "dispute", "fraud", "emergency", "block", "locked"];

#[derive(Debug, Deserialize)]
struct Banking {
    text: String,
    #[serde(default)]
    intents: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Service {
    utterance: String,
    intent: String,
}

type Texts = Vec<(bool, String)>;

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let (training, scored) = parts(bench)?;
    let examples: Vec<(Sample, Vec<usize>)> =
        training.iter().map(|(urgent, text)| (Sample::of(text), vec![usize::from(*urgent)])).collect();
    let options = Options { balance: 0.5, ..Options::new(Task::OneOf) };
    let head = fit(&["routine", "urgent"], &examples, &options).map_err(|e| BenchError::Malformed {
        file: "nlupp".into(),
        line: 0,
        problem: e.to_string(),
    })?;
    let ranked: Vec<(bool, f64)> =
        scored.iter().map(|(urgent, text)| (*urgent, f64::from(head.score(&Sample::of(text)).probabilities[1]))).collect();
    let interval = bootstrap(ranked.len(), |drawn| auroc(&drawn.iter().map(|&i| ranked[i]).collect::<Vec<_>>()));
    let share = ranked.iter().filter(|r| r.0).count();
    results.add(
        Row::percent("urgent against routine AUROC", auroc(&ranked))
            .fitted()
            .interval(interval)
            .target(95.0)
            .n(ranked.len())
            .note(format!("a proxy; {share} urgent")),
    );
    Ok(())
}

fn parts(bench: &Bench<'_>) -> Result<(Texts, Texts), BenchError> {
    let (known, new) = match bench.split {
        Split::Dev => (0..15, 15..18),
        Split::Test => (0..18, 18..20),
    };
    let (mut training, mut scored) = (Texts::new(), Texts::new());
    for domain in ["banking", "hotels"] {
        for (folds, into) in [(known.clone(), &mut training), (new.clone(), &mut scored)] {
            for fold in folds {
                let part: Vec<Banking> = bench.json(&format!("nlupp/{domain}/fold{fold}.json"))?;
                into.extend(part.into_iter().map(|u| (u.intents.iter().any(|i| URGENT.contains(&i.as_str())), u.text)));
            }
        }
    }
    let services: Vec<Service> = bench.jsonl("dstc11_intents/train.jsonl")?;
    for (i, service) in services.into_iter().enumerate() {
        let held_out = bench.split == Split::Dev && i % 5 == 4;
        if held_out { &mut scored } else { &mut training }.push(marked(service));
    }
    if bench.split == Split::Test {
        let services: Vec<Service> = bench.jsonl("dstc11_intents/test.jsonl")?;
        scored.extend(services.into_iter().map(marked));
    }
    Ok((training, scored))
}

fn marked(service: Service) -> (bool, String) {
    let intent = service.intent.to_lowercase();
    (URGENT_WORDS.iter().any(|w| intent.contains(w)), service.utterance)
}
