//! Tweets in pairs of files, texts and labels: TweetEval (Barbieri et al., 2020) and the sentiment sets of XLM-T (Barbieri
//! et al., 2022).

use std::collections::HashSet;

use baton_model::SignalKind;
use baton_sense::{
    fit::{Options, Task},
    sense,
};

use super::labelled::{Fitted, Labelled, binary, calibration, f1_at, macro_f1_row};
use crate::bench::{
    Bench, BenchError, Results, Row, Split, Suite,
    metrics::{bootstrap, mean},
};

pub(crate) const TWEETEVAL: Suite =
    Suite { name: "tweeteval", about: "emotion, offence, irony, hate and sentiment of tweets", run: tweeteval };
pub(crate) const UMSAB: Suite =
    Suite { name: "umsab_sentiment", about: "sentiment of tweets in eight languages", run: umsab };

/// Task, metric, baseline (a linear model over tf-idf n-grams, without tuning), best published, target. The published
/// numbers are those of the benchmark's table.
const TASKS: [(&str, Metric, f64, f64, Option<f64>); 4] = [
    ("emotion", Metric::MacroF1, 66.3, 80.2, Some(72.0)),
    ("offensive", Metric::MacroF1, 73.9, 82.2, Some(77.0)),
    ("irony", Metric::F1OfYes, 61.9, 82.1, None),
    ("hate", Metric::MacroF1, 41.5, 56.4, None),
];
/// The benchmark's fastText and its best system, macro recall.
const SENTIMENT: [f64; 2] = [62.9, 73.7];

#[derive(Clone, Copy, PartialEq)]
enum Metric {
    MacroF1,
    F1OfYes,
}

fn tweeteval(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let part = part(bench.split);
    for (task, metric, baseline, published, target) in TASKS {
        let train = read(bench, &format!("tweeteval/{task}/train"))?;
        let held = read(bench, &format!("tweeteval/{task}/{part}"))?;
        let options = Options { bits: 15, cost: 0.2, balance: 0.5, dense: 1.0, ..Options::new(Task::OneOf) };
        let fitted = Fitted::new("tweeteval", &train, &held, &options)?;
        let row = match metric {
            Metric::MacroF1 => fitted.macro_f1(&format!("{task}, macro-F1")),
            Metric::F1OfYes => binary(&format!("{task}, F1"), &fitted.of_label("1"), f1_at(0.5)).fitted(),
        };
        let row = row.baseline(baseline).published(published);
        results.add(target.map_or(row.clone(), |t| row.target(t)));
        if task == "offensive" {
            calibration(results, "offensive", &fitted.of_label("1"), Row::fitted);
            let said: Vec<usize> = held
                .iter()
                .map(|r| {
                    let s = sense(&r.text);
                    usize::from(s.score(SignalKind::Abuse).max(s.score(SignalKind::Anger)) >= 0.5)
                })
                .collect();
            let (gold, _) = fitted.decisions();
            let note = "abuse or anger from 0.5 on; tweets offend in more ways than customers";
            results.add(macro_f1_row("offensive, macro-F1", &gold, &said, 2).shipped().note(note));
        }
    }
    let mut held = read(bench, &format!("tweeteval/sentiment/{part}"))?;
    let train = read(bench, "umsab_sentiment/english/train")?;
    // Both sets were drawn from the same tweets.
    let known: HashSet<&str> = train.iter().map(|row| row.text.as_str()).collect();
    held.retain(|row| !known.contains(row.text.as_str()));
    let fitted = Fitted::new("tweeteval", &train, &held, &sentiment_options())?;
    let (gold, said) = fitted.decisions();
    let recall = macro_recall("sentiment, macro recall", &gold, &said).fitted();
    let note = format!(
        "fitted on {} English tweets of umsab_sentiment, scored on those that are not among them: the set's own training \
         part is not at hand",
        train.len()
    );
    results.add(recall.baseline(SENTIMENT[0]).published(SENTIMENT[1]).note(note));
    let said = shipped_sentiment(&held);
    results.add(macro_recall("sentiment, macro recall", &gold, &said).shipped().published(SENTIMENT[1]));
    Ok(())
}

/// Language and baseline. Published, mean macro-F1: 69.4 one multilingual model, 51.0 fastText.
const LANGUAGES: [(&str, f64); 8] = [
    ("arabic", 47.0),
    ("english", 52.0),
    ("french", 60.0),
    ("german", 66.0),
    ("hindi", 43.0),
    ("italian", 55.0),
    ("portuguese", 60.0),
    ("spanish", 57.0),
];

fn umsab(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let mut train = Vec::new();
    for (language, _) in LANGUAGES {
        train.extend(read(bench, &format!("umsab_sentiment/{language}/train"))?);
    }
    let mut held = Vec::new();
    let mut ends = Vec::new();
    for (language, _) in LANGUAGES {
        held.extend(read(bench, &format!("umsab_sentiment/{language}/{}", part(bench.split)))?);
        ends.push(held.len());
    }
    let fitted = Fitted::new("umsab_sentiment", &train, &held, &sentiment_options())?;
    let (gold, said) = fitted.decisions();
    let note = "one head for all languages";
    by_language(results, &gold, &said, &ends, |row| row.fitted().note(note));
    calibration(results, "sentiment", &fitted.confidence(), Row::fitted);
    by_language(results, &gold, &shipped_sentiment(&held), &ends, Row::shipped);
    Ok(())
}

fn by_language(results: &mut Results, gold: &[usize], said: &[usize], ends: &[usize], shape: impl Fn(Row) -> Row) {
    let starts = [0].into_iter().chain(ends.iter().copied());
    let mut rows = Vec::new();
    for (((language, baseline), start), &end) in LANGUAGES.into_iter().zip(starts).zip(ends) {
        let row = macro_f1_row(&format!("macro-F1, {language}"), &gold[start..end], &said[start..end], 3);
        rows.push(shape(row.baseline(baseline)));
    }
    let average = mean(&rows.iter().map(|r| r.value / 100.0).collect::<Vec<_>>());
    results.add(shape(Row::percent("macro-F1, mean", average).baseline(55.0).published(69.4).target(59.0)));
    rows.into_iter().for_each(|row| results.add(row));
}

fn sentiment_options() -> Options {
    Options { bits: 16, cost: 0.1, ..Options::new(Task::OneOf) }
}

/// 0 negative, 1 neutral, 2 positive.
fn shipped_sentiment(texts: &[Labelled]) -> Vec<usize> {
    let class = |s: f32| if s < -0.25 { 0 } else { 1 + usize::from(s > 0.25) };
    texts.iter().map(|r| class(sense(&r.text).sentiment)).collect()
}

fn macro_recall(metric: &str, gold: &[usize], said: &[usize]) -> Row {
    let score = |drawn: &[usize]| {
        let recall = |class: usize| {
            let of = drawn.iter().filter(|&&i| gold[i] == class);
            let hits = of.clone().filter(|&&i| said[i] == class).count();
            hits as f64 / of.count().max(1) as f64
        };
        mean(&[recall(0), recall(1), recall(2)])
    };
    let all: Vec<usize> = (0..gold.len()).collect();
    Row::percent(metric, score(&all)).interval(bootstrap(all.len(), score)).n(all.len())
}

fn part(split: Split) -> &'static str {
    match split {
        Split::Dev => "val",
        Split::Test => "test",
    }
}

fn read(bench: &Bench<'_>, part: &str) -> Result<Vec<Labelled>, BenchError> {
    let (texts, labels) = (bench.lines(&format!("{part}_text.txt"))?, bench.lines(&format!("{part}_labels.txt"))?);
    if texts.len() != labels.len() {
        let problem = format!("{} texts but {} labels", texts.len(), labels.len());
        return Err(BenchError::Malformed { file: format!("{part}_labels.txt"), line: labels.len(), problem });
    }
    Ok(texts.into_iter().zip(labels).map(|(text, label)| Labelled::new(text, label)).collect())
}
