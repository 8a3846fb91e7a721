//! The promise of the knowledge assistant: when it answers, it answers from the right article at least nine times in ten.
//!
//! `questions.tsv` holds our own sentences: the article that answers, or `-` when none does. Lines are split in two: the
//! coefficients are fitted on the even ones, the promise is checked on the odd ones and on all.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::{fs, path::Path, sync::Arc};

use baton_assistant::knowledge::{ANSWER_FROM, Coefficients, FITTED, Knowledge, Measures};
use baton_model::{Article, IdSource, Timestamp, WorkspaceId};
use baton_ports::Assistant;

struct Question {
    text: &'static str,
    /// The top article is the right one.
    right: bool,
    answerable: bool,
    measures: Measures,
}

/// Strength and coverage go together: without a ridge, one would be fitted against the other.
const RIDGE: f64 = 0.5;

fn questions() -> Vec<Question> {
    let knowledge = Knowledge::new();
    let workspace: WorkspaceId = IdSource::new(Timestamp::from_millis(0), 1).draw();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../baton/demo/knowledge");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let body = fs::read_to_string(&path).unwrap();
        let (title, body) = body.split_once("# ").and_then(|(_, rest)| rest.split_once('\n')).unwrap();
        let id = path.file_stem().unwrap().to_string_lossy().into_owned();
        let article =
            Article { id, title: title.into(), body: body.into(), topics: vec![], updated_at: Timestamp::from_millis(0) };
        knowledge.index(workspace, Arc::new(article));
    }
    include_str!("questions.tsv")
        .lines()
        .map(|line| {
            let (article, text) = line.split_once('\t').unwrap();
            let (measures, top) = knowledge.measure(workspace, text);
            Question { text, right: top.as_deref() == Some(article), answerable: article != "-", measures }
        })
        .collect()
}

fn loss(c: &Coefficients, set: &[&Question]) -> f64 {
    let each = |q: &&Question| {
        let p = f64::from(c.confidence(q.measures)).clamp(1e-6, 1.0 - 1e-6);
        if q.right { -p.ln() } else { -(1.0 - p).ln() }
    };
    set.iter().map(each).sum::<f64>() / set.len() as f64 + RIDGE / 2.0 * ridge(c) / set.len() as f64
}

fn ridge(c: &Coefficients) -> f64 {
    [c.strength, c.margin, c.coverage, c.named].iter().map(|w| f64::from(w * w)).sum()
}

/// Plain gradient descent: five numbers need nothing better.
fn fit(set: &[&Question]) -> Coefficients {
    let mut w = [0f64; 5];
    for _ in 0..60_000 {
        let mut g = [0f64; 5];
        for q in set {
            let m = q.measures;
            let x = [1.0, f64::from(m.strength), f64::from(m.margin), f64::from(m.coverage), f64::from(m.named)];
            let z: f64 = w.iter().zip(x).map(|(w, x)| w * x).sum();
            let error = 1.0 / (1.0 + (-z).exp()) - f64::from(u8::from(q.right));
            for (g, x) in g.iter_mut().zip(x) {
                *g += error * x;
            }
        }
        for (i, (w, g)) in w.iter_mut().zip(g).enumerate() {
            *w -= 0.5 * (g + if i == 0 { 0.0 } else { RIDGE * *w }) / set.len() as f64;
        }
    }
    let [bias, strength, margin, coverage, named] = w.map(|w| w as f32);
    Coefficients { bias, strength, margin, coverage, named }
}

struct Scores {
    precision: f64,
    recall: f64,
}

fn scores(set: &[&Question]) -> Scores {
    let answered: Vec<_> = set.iter().filter(|q| FITTED.confidence(q.measures) >= ANSWER_FROM).collect();
    let right = answered.iter().filter(|q| q.right).count() as f64;
    Scores { precision: right / answered.len() as f64, recall: right / set.iter().filter(|q| q.answerable).count() as f64 }
}

#[test]
fn stated_coefficients_are_the_fitted_ones_and_keep_the_promise() {
    let all = questions();
    let answerable = all.iter().filter(|q| q.answerable).count();
    assert!(answerable >= 40 && all.len() - answerable >= 40);

    let fit_on: Vec<&Question> = all.iter().step_by(2).collect();
    let held_out: Vec<&Question> = all.iter().skip(1).step_by(2).collect();
    let best = fit(&fit_on);
    for q in &all {
        let p = FITTED.confidence(q.measures);
        if (p >= ANSWER_FROM) != q.right {
            println!("{p:.2} right={} {:?} {}", q.right, q.measures, q.text);
        }
    }
    println!("fitted: {best:?}");
    let (test, whole) = (scores(&held_out), scores(&all.iter().collect::<Vec<_>>()));
    println!(
        "held out: precision {:.3} recall {:.3}; all: precision {:.3} recall {:.3}",
        test.precision, test.recall, whole.precision, whole.recall
    );

    assert!(loss(&FITTED, &fit_on) <= loss(&best, &fit_on) + 0.01, "refit: {best:?}");
    assert!(test.precision >= 0.9 && whole.precision >= 0.9, "an answer must be right nine times in ten");
    assert!(test.recall >= 0.75 && whole.recall >= 0.75, "knowing nothing is no way to be precise");
}
