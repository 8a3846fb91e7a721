//! Fitting heads: labelled texts in, a [`Head`] out that gives calibrated probabilities.
//!
//! A head is linear over the n-grams of [`crate::features`] and, where texts have one, their embedding. One linear
//! support vector machine per label is fitted, all labels in one walk over the examples ([`solve`]); a held-out share of
//! the examples turns margins into probabilities ([`calibrate`]). Everything is a function of its arguments: no I/O, no
//! clock, a fixed seed, sums in a fixed order. The same examples give the same bytes.

mod bytes;
mod calibrate;
mod head;
mod second;
mod solve;
mod validate;

use baton_model::Embedding;

pub use bytes::BadHead;
pub use calibrate::{best_f1_threshold, cost_threshold};
pub use head::{Head, Scores};
pub use second::{Gain, Second, fit_second};
pub use validate::cross_validate;

use crate::{embed, features::Features};

/// One text as a head reads it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sample {
    pub features: Features,
    pub embedding: Option<Embedding>,
}

impl Sample {
    /// All that a head may read of a text; [`Options::dense`] says what the embedding counts for.
    pub fn of(text: &str) -> Self {
        Self { features: Features::of(text), embedding: embed(text) }
    }
}

/// What the labels mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Every text has exactly one: probabilities sum to 1.
    OneOf,
    /// Every text has any number: each label has its own probability.
    AnyOf,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    pub task: Task,
    /// Rows of the table: `1 << bits`.
    pub bits: u8,
    /// What an error costs against the length of the weights: the C of a support vector machine.
    pub cost: f32,
    /// The cost of a missed positive is `(negatives / positives) ^ balance` times that of a false one: 0 leaves counts as
    /// they are, 1 makes both classes weigh the same.
    pub balance: f32,
    /// Length of the words against 1 of the characters.
    pub words: f32,
    /// Length of the embedding against 1 of the characters; 0 leaves it out.
    pub dense: f32,
    /// Walks over the examples.
    pub rounds: usize,
}

impl Options {
    pub fn new(task: Task) -> Self {
        Self { task, bits: 16, cost: 0.5, balance: 0.0, words: 1.0, dense: 0.0, rounds: 12 }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FitError {
    #[error("there is nothing to fit on")]
    Empty,
    #[error("example {0} has a label that is not in the list")]
    UnknownLabel(usize),
    #[error("example {0} has {1} labels; it needs exactly one")]
    NotOneLabel(usize, usize),
    #[error("there is only one class, `{0}`: nothing to tell apart")]
    OneClass(String),
    #[error("every example needs a direction of the encoder, all of one width")]
    Directions,
}

/// Each example with its labels, as places in `labels`. The order of the examples does not matter for what is held out:
/// every fifth example is, and the final weights are fitted on all of them.
pub fn fit(labels: &[&str], examples: &[(Sample, Vec<usize>)], options: &Options) -> Result<Head, FitError> {
    check(labels, examples, options.task)?;
    let (calibration, _) = rehearse(labels, examples, options);
    let weights = solve::solve(labels.len(), examples, &|_| true, options);
    Ok(Head::raw(labels, weights, options).calibrated(calibration))
}

/// What a head that was fitted without the held-out examples says of them.
type HeldOut<'e> = Vec<(Vec<f32>, &'e [usize])>;

fn rehearse<'e>(
    labels: &[&str],
    examples: &'e [(Sample, Vec<usize>)],
    options: &Options,
) -> (Vec<calibrate::Calibration>, HeldOut<'e>) {
    let rehearsal = solve::solve(labels.len(), examples, &|i| i % HOLD_OUT != 0, options);
    let rehearsal = Head::raw(labels, rehearsal, options);
    let held_out: HeldOut<'e> =
        examples.iter().step_by(HOLD_OUT).map(|(sample, gold)| (rehearsal.margins(sample), gold.as_slice())).collect();
    (calibrate::calibrate(options.task, labels.len(), &held_out), held_out)
}

const HOLD_OUT: usize = 5;

fn check(labels: &[&str], examples: &[(Sample, Vec<usize>)], task: Task) -> Result<(), FitError> {
    if examples.is_empty() {
        return Err(FitError::Empty);
    }
    for (i, (_, gold)) in examples.iter().enumerate() {
        if gold.iter().any(|&l| l >= labels.len()) {
            return Err(FitError::UnknownLabel(i));
        }
        if task == Task::OneOf && gold.len() != 1 {
            return Err(FitError::NotOneLabel(i, gold.len()));
        }
    }
    if task == Task::OneOf && examples.iter().all(|(_, gold)| gold == &examples[0].1) {
        return Err(FitError::OneClass(labels[examples[0].1[0]].to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sentences from parts, so that every label has its words and all share some.
    fn examples(n: usize) -> Vec<(Sample, Vec<usize>)> {
        let about = ["my parcel is late", "please refund the charge", "the app crashes"];
        let around = ["hello", "since monday", "can you help", "once more", "thanks"];
        let text = |i: usize| format!("{} {} {}", around[i % 5], about[i % 3], around[(i / 3) % 5]);
        (0..n).map(|i| (Sample::of(&text(i)), vec![i % 3])).collect()
    }

    const LABELS: [&str; 3] = ["delivery", "refund", "technical"];

    #[test]
    fn what_was_learnt_is_known_and_what_was_not_is_not() {
        let head = fit(&LABELS, &examples(60), &Options { bits: 12, ..Options::new(Task::OneOf) }).expect("fits");
        let sure = head.score(&Sample::of("why is the parcel late"));
        assert_eq!(head.labels()[sure.best()], "delivery");
        let unsure = head.score(&Sample::of("zzz qqq"));
        assert!(sure.lead() > unsure.lead() + 0.3, "{sure:?} {unsure:?}");
        assert!((sure.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }

    #[test]
    fn any_number_of_labels_may_hold() {
        let mut examples = examples(60);
        for i in 0..20 {
            let text = format!("{i} my parcel is late please refund the charge");
            examples.push((Sample::of(&text), vec![0, 1]));
        }
        let head = fit(&LABELS, &examples, &Options { bits: 12, ..Options::new(Task::AnyOf) }).expect("fits");
        let scores = head.score(&Sample::of("the parcel is late, refund the charge"));
        let said: Vec<bool> = (0..3).map(|l| scores.probabilities[l] >= head.threshold(l)).collect();
        assert_eq!(said, [true, true, false], "{scores:?}");
    }

    #[test]
    fn the_same_examples_give_the_same_bytes() {
        let fitted =
            || fit(&LABELS, &examples(40), &Options { bits: 10, ..Options::new(Task::OneOf) }).expect("fits").to_bytes();
        assert_eq!(fitted(), fitted());
    }

    #[test]
    fn meaning_counts_where_words_do_not() {
        let near = |sign: f32| Embedding::of(&[sign; Embedding::DIMENSIONS]);
        let examples: Vec<(Sample, Vec<usize>)> = (0..20)
            .map(|i| (Sample { embedding: near(if i % 2 == 0 { 1.0 } else { -1.0 }), ..Sample::of("x") }, vec![i % 2]))
            .collect();
        let head = fit(&["a", "b"], &examples, &Options { bits: 8, dense: 1.0, ..Options::new(Task::OneOf) }).expect("fits");
        assert_eq!(head.score(&Sample { embedding: near(-1.0), ..Sample::of("y") }).best(), 1);
    }

    #[test]
    fn what_cannot_be_fitted_is_named() {
        let options = Options::new(Task::OneOf);
        assert_eq!(fit(&LABELS, &[], &options), Err(FitError::Empty));
        let one = [(Sample::of("a"), vec![1]), (Sample::of("b"), vec![1])];
        assert_eq!(fit(&LABELS, &one, &options), Err(FitError::OneClass("refund".into())));
        assert_eq!(fit(&LABELS, &[(Sample::of("a"), vec![7])], &options), Err(FitError::UnknownLabel(0)));
        assert_eq!(fit(&LABELS, &[(Sample::of("a"), vec![])], &options), Err(FitError::NotOneLabel(0, 0)));
    }
}
