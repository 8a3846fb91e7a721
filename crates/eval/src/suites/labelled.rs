//! What the suites of labelled texts have in common: heads fitted on one part and scored on another.

use std::collections::BTreeSet;

use baton_sense::{
    features::Features,
    fit::{Head, Options, Sample, Scores, fit},
};

use crate::bench::{
    BenchError, Results, Row,
    metrics::{Confusion, accuracy, bootstrap, calibration_error, macro_f1, reliability},
};

/// One text with its gold labels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Labelled {
    pub(super) text: String,
    pub(super) labels: Vec<String>,
    /// What was said before, each in a field of its own.
    pub(super) context: Vec<String>,
}

impl Labelled {
    pub(super) fn new(text: impl Into<String>, label: impl Into<String>) -> Self {
        Self { text: text.into(), labels: vec![label.into()], context: Vec::new() }
    }

    fn sample(&self) -> Sample {
        let sample = Sample::of(&self.text);
        let features = |f: Features, (i, text): (usize, &String)| f.with(text, i as u8 + 1);
        Sample { features: self.context.iter().enumerate().fold(sample.features, features), ..sample }
    }
}

/// Every `one_in`th row by a hash of its place is held out; the rest is fitted on. For sets without a development part.
pub(super) fn hold_out<T>(rows: Vec<T>, one_in: u64) -> (Vec<T>, Vec<T>) {
    let (mut fitted, mut held) = (Vec::new(), Vec::new());
    for (i, row) in (0u64..).zip(rows) {
        let hash = (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
        if hash.is_multiple_of(one_in) { held.push(row) } else { fitted.push(row) }
    }
    (fitted, held)
}

/// A head fitted on one part, and what it says of another.
#[derive(Debug)]
pub(super) struct Fitted {
    pub(super) head: Head,
    /// By text, places in `names`.
    pub(super) gold: Vec<Vec<usize>>,
    pub(super) scores: Vec<Scores>,
    /// The labels of the head, then those that occur only in the scored part: no head can say them.
    pub(super) names: Vec<String>,
}

impl Fitted {
    pub(super) fn new(set: &str, train: &[Labelled], held: &[Labelled], options: &Options) -> Result<Self, BenchError> {
        let head = head(set, train, options)?;
        let mut names = head.labels().to_vec();
        let extra: BTreeSet<&String> = held.iter().flat_map(|r| &r.labels).filter(|l| !names.contains(l)).collect();
        names.extend(extra.into_iter().cloned().collect::<Vec<_>>());
        let gold = held.iter().map(|r| places(&names, &r.labels)).collect();
        let scores = held.iter().map(|r| head.score(&r.sample())).collect();
        Ok(Self { head, gold, scores, names })
    }

    /// Best label right. One label a text.
    pub(super) fn accuracy(&self, metric: &str) -> Row {
        let (gold, said) = self.decisions();
        let hits: Vec<bool> = gold.iter().zip(&said).map(|(g, s)| g == s).collect();
        let share = |drawn: &[usize]| drawn.iter().filter(|&&i| hits[i]).count() as f64 / drawn.len().max(1) as f64;
        Row::percent(metric, accuracy(&gold, &said)).interval(bootstrap(hits.len(), share)).n(hits.len()).fitted()
    }

    /// Mean F1 of the classes of gold. One label a text.
    pub(super) fn macro_f1(&self, metric: &str) -> Row {
        let (gold, said) = self.decisions();
        macro_f1_row(metric, &gold, &said, self.names.len()).fitted()
    }

    /// Gold and said labels. One label a text.
    pub(super) fn decisions(&self) -> (Vec<usize>, Vec<usize>) {
        (self.gold.iter().map(|g| g[0]).collect(), self.scores.iter().map(Scores::best).collect())
    }

    /// Mean F1 of the labels of gold, each said from its own threshold on. Any number of labels a text.
    pub(super) fn macro_f1_any(&self, metric: &str, counted: impl Fn(&str) -> bool) -> Row {
        let labels: Vec<usize> = (0..self.names.len()).filter(|&l| counted(&self.names[l])).collect();
        let pairs: Vec<Vec<(bool, bool)>> = labels
            .iter()
            .map(|&l| (0..self.gold.len()).map(|i| (self.gold[i].contains(&l), self.says(i, l))).collect())
            .collect();
        let score = |drawn: &[usize]| {
            let f1 = |p: &Vec<(bool, bool)>| Confusion::of(drawn.iter().map(|&i| p[i])).f1();
            pairs.iter().map(f1).sum::<f64>() / pairs.len().max(1) as f64
        };
        let all: Vec<usize> = (0..self.gold.len()).collect();
        Row::percent(metric, score(&all)).interval(bootstrap(all.len(), score)).n(all.len()).fitted()
    }

    pub(super) fn says(&self, text: usize, label: usize) -> bool {
        self.scores[text].probabilities.get(label).is_some_and(|p| *p >= self.head.threshold(label))
    }

    /// Gold and probability of one label.
    pub(super) fn of_label(&self, label: &str) -> Vec<(bool, f64)> {
        let l = self.names.iter().position(|n| n == label).unwrap_or(usize::MAX);
        let p = |s: &Scores| s.probabilities.get(l).map_or(0.0, |p| f64::from(*p));
        self.gold.iter().zip(&self.scores).map(|(g, s)| (g.contains(&l), p(s))).collect()
    }

    /// Whether the best label is right, and how probable it is said to be.
    pub(super) fn confidence(&self) -> Vec<(bool, f64)> {
        let sure = |s: &Scores| f64::from(s.probabilities[s.best()]);
        self.gold.iter().zip(&self.scores).map(|(g, s)| (g.contains(&s.best()), sure(s))).collect()
    }
}

pub(super) fn head(set: &str, train: &[Labelled], options: &Options) -> Result<Head, BenchError> {
    let labels: BTreeSet<&str> = train.iter().flat_map(|r| &r.labels).map(String::as_str).collect();
    let labels: Vec<&str> = labels.into_iter().collect();
    let examples: Vec<(Sample, Vec<usize>)> = train.iter().map(|r| (r.sample(), places(&labels, &r.labels))).collect();
    fit(&labels, &examples, options).map_err(|e| BenchError::Malformed {
        file: set.to_owned(),
        line: 0,
        problem: e.to_string(),
    })
}

fn places(names: &[impl AsRef<str>], labels: &[String]) -> Vec<usize> {
    labels.iter().filter_map(|l| names.iter().position(|n| n.as_ref() == l)).collect()
}

pub(super) fn macro_f1_row(metric: &str, gold: &[usize], said: &[usize], classes: usize) -> Row {
    let drawn = |sample: &[usize]| {
        let pick = |v: &[usize]| -> Vec<usize> { sample.iter().map(|&i| v[i]).collect() };
        macro_f1(&pick(gold), &pick(said), classes)
    };
    Row::percent(metric, macro_f1(gold, said, classes)).interval(bootstrap(gold.len(), drawn)).n(gold.len())
}

/// A metric of yes/no scores, with its interval.
pub(super) fn binary(metric: &str, scored: &[(bool, f64)], score: impl Fn(&[(bool, f64)]) -> f64) -> Row {
    let drawn = |sample: &[usize]| score(&sample.iter().map(|&i| scored[i]).collect::<Vec<_>>());
    Row::percent(metric, score(scored)).interval(bootstrap(scored.len(), drawn)).n(scored.len())
}

/// F1 of saying yes from a threshold on.
pub(super) fn f1_at(threshold: f64) -> impl Fn(&[(bool, f64)]) -> f64 {
    move |scored| Confusion::of(scored.iter().map(|&(gold, p)| (gold, p >= threshold))).f1()
}

/// The reliability curve of a detector or head, and its expected calibration error as a row.
pub(super) fn calibration(results: &mut Results, what: &str, scored: &[(bool, f64)], shape: impl Fn(Row) -> Row) {
    let points = reliability(scored).iter().map(|b| (b.said, b.was)).collect();
    results.curve(format!("Reliability: {what}"), "said", "was", points, true);
    let row = Row::new(format!("calibration error, {what}"), 100.0 * calibration_error(scored), "%").n(scored.len());
    results.add(shape(row));
}

#[cfg(test)]
mod tests {
    use baton_sense::fit::Task;

    use super::*;

    #[test]
    fn a_label_that_was_never_seen_counts_as_wrong() {
        let train: Vec<Labelled> = (0..20)
            .map(|i| if i % 2 == 0 { Labelled::new("late parcel", "late") } else { Labelled::new("pay back", "pay") })
            .collect();
        let held = [Labelled::new("late", "late"), Labelled::new("pay", "pay"), Labelled::new("late", "new")];
        let options = Options { bits: 8, ..Options::new(Task::OneOf) };
        let fitted = Fitted::new("x", &train, &held, &options).expect("fits");
        assert!((fitted.accuracy("accuracy").value - 200.0 / 3.0).abs() < 1e-9);
        assert_eq!(fitted.names, ["late", "pay", "new"]);
        assert!(Fitted::new("x", &train[..1], &held, &options).is_err());
    }

    #[test]
    fn every_row_is_fitted_on_or_held_out() {
        let (fitted, held) = hold_out((0..1000).collect(), 5);
        assert_eq!(fitted.len() + held.len(), 1000);
        assert!((150..250).contains(&held.len()), "{}", held.len());
    }
}
