//! TweetSumm (Feigenblat et al., 2021): customer care on Twitter, with human summaries. Evaluation only: nothing in the
//! binary is fitted to it.
//!
//! The summary is what the package says happened and what the customer was last answered. ROUGE best of the references
//! (variant: `bench::rouge`). Baseline: the first customer turn and the last agent turn as they are, handles, links and
//! signatures removed; measured beside it: as written. Published numbers use other scorers and are not comparable. The
//! turns that the package cites are scored against each annotator's picked turns.

use baton_model::{Author, ClaimPart, IdSource, Timestamp};
use serde::Deserialize;

use crate::{
    bench::{Bench, BenchError, Results, Row, Split, Suite, metrics, rouge::Rouge},
    told,
};

pub(crate) const SUITE: Suite = Suite {
    name: "tweetsumm",
    about: "Summaries of customer care dialogues against three human ones: ROUGE best of 3, and the turns they rest on",
    run,
};

type Measure = fn(&Rouge) -> f64;
/// Name, measure, baseline, target.
const MEASURES: [(&str, Measure, f64, f64); 3] =
    [("ROUGE-1", |r| r.one, 43.2, 46.0), ("ROUGE-2", |r| r.two, 26.5, 28.0), ("ROUGE-L", |r| r.l, 38.8, 41.0)];

#[derive(Debug, Deserialize)]
struct Dialogue {
    turns: Vec<Said>,
    abstractive: Vec<String>,
    #[serde(default)]
    extractive_turns: Vec<Vec<usize>>,
}

#[derive(Debug, Deserialize)]
struct Said {
    role: String,
    text: String,
}

struct Scored {
    ours: Rouge,
    first_and_last: Rouge,
    turns_f1: Option<f64>,
}

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let part = match bench.split {
        Split::Dev => "tweetsumm/valid.jsonl",
        Split::Test => "tweetsumm/test.jsonl",
    };
    let dialogues: Vec<Dialogue> = bench.jsonl(part)?;
    let scored: Vec<Scored> = dialogues.iter().enumerate().map(|(i, d)| score(i as u64, d)).collect();
    for (name, measure, baseline, target) in MEASURES {
        let mean = |of: fn(&Scored) -> &Rouge, units: &[usize]| {
            metrics::mean(&units.iter().map(|&i| measure(of(&scored[i]))).collect::<Vec<_>>())
        };
        let all: Vec<usize> = (0..scored.len()).collect();
        results.add(
            Row::percent(format!("{name} best of 3"), mean(|s| &s.ours, &all))
                .interval(metrics::bootstrap(scored.len(), |units| mean(|s| &s.ours, units)))
                .baseline(baseline)
                .target(target)
                .n(scored.len())
                .shipped()
                .note("lower case, letters and digits, no stemming"),
        );
        results.add(
            Row::percent(format!("{name} first and last turn"), mean(|s| &s.first_and_last, &all))
                .n(scored.len())
                .note("the turns as written: the baseline, measured here"),
        );
    }
    let turns: Vec<f64> = scored.iter().filter_map(|s| s.turns_f1).collect();
    results.add(
        Row::percent("cited turns F1", metrics::mean(&turns))
            .interval(metrics::bootstrap(turns.len(), |units| {
                metrics::mean(&units.iter().map(|&i| turns[i]).collect::<Vec<_>>())
            }))
            .n(turns.len())
            .shipped()
            .note("mean over the annotators of the F1 of two cited turns against the turns they picked"),
    );
    Ok(())
}

fn score(seed: u64, d: &Dialogue) -> Scored {
    // In these dialogues people answer.
    let agent = Author::HumanAgent { human_agent: IdSource::new(Timestamp::default(), 1).draw(), name: "The agent".into() };
    let author = |role: &str| if role == "customer" { Author::Customer } else { agent.clone() };
    let c = told::conversation(seed, d.turns.iter().map(|t| (author(&t.role), t.text.clone())));
    let package = told::package(&c, &told::escalation(&c));
    let gist = package
        .summary
        .iter()
        .filter(|claim| matches!(claim.part, Some(ClaimPart::Happened | ClaimPart::Answered)))
        .collect::<Vec<_>>();
    let text = gist.iter().map(|claim| claim.text.as_str()).collect::<Vec<_>>().join(" ");
    let references = || d.abstractive.iter().map(String::as_str);
    let said_by = |role: &'static str| d.turns.iter().filter(move |t| t.role == role).map(|t| t.text.as_str());
    let first = said_by("customer").next().unwrap_or_default();
    let last = said_by("agent").next_back().unwrap_or_default();
    let cited: Vec<usize> = (0..c.turns.len()).filter(|&i| gist.iter().any(|g| g.turns.contains(&c.turns[i].id))).collect();
    let against = |picked: &Vec<usize>| {
        metrics::Confusion::of((0..c.turns.len()).map(|i| (picked.contains(&i), cited.contains(&i)))).f1()
    };
    let each: Vec<f64> = d.extractive_turns.iter().filter(|p| !p.is_empty()).map(against).collect();
    Scored {
        ours: Rouge::best(&text, references()),
        first_and_last: Rouge::best(&format!("{first} {last}"), references()),
        turns_f1: (!each.is_empty()).then(|| metrics::mean(&each)),
    }
}
