//! A workspace's own issue classes, learnt from its labelled conversations, with or without a second opinion.

use baton_model::ClassGuess;

use crate::{
    cue::round,
    fit::{BadHead, Head, Sample, Scores, Second, Task},
};

const MAGIC: &[u8; 4] = b"BTNC";

/// Says which of a workspace's classes a text belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Classifier {
    head: Head,
    second: Option<Second>,
}

/// What the first head says of one text.
#[derive(Debug, Clone, PartialEq)]
pub struct First(Scores);

impl Classifier {
    /// # Errors
    /// For a head whose labels do not exclude each other.
    pub fn new(head: Head) -> Result<Self, BadHead> {
        if head.task() == Task::OneOf { Ok(Self { head, second: None }) } else { Err(BadHead::NotAClassifier) }
    }

    /// # Errors
    /// For a second opinion on other classes.
    pub fn with_second(self, second: Second) -> Result<Self, BadHead> {
        if second.is_of(&self.head) { Ok(Self { second: Some(second), ..self }) } else { Err(BadHead::Damaged) }
    }

    /// The head's bytes; where there is a second opinion, both, the head's length before them.
    pub fn to_bytes(&self) -> Vec<u8> {
        let head = self.head.to_bytes();
        let Some(second) = &self.second else { return head };
        let mut out = MAGIC.to_vec();
        out.extend((head.len() as u32).to_le_bytes());
        out.extend(head);
        second.write(&mut out);
        out
    }

    /// Of [`Classifier::to_bytes`], or of a head.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadHead> {
        let Some(rest) = bytes.strip_prefix(MAGIC) else { return Self::new(Head::from_bytes(bytes)?) };
        let (length, rest) = rest.split_first_chunk().ok_or(BadHead::Damaged)?;
        let (head, second) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or(BadHead::Damaged)?;
        Self::new(Head::from_bytes(head)?)?.with_second(Second::read(second)?)
    }

    pub fn classes(&self) -> &[String] {
        self.head.labels()
    }

    /// The width of the encoder's directions, where there is a second opinion.
    pub fn second_width(&self) -> Option<usize> {
        self.second.as_ref().map(Second::width)
    }

    /// `None` for a text without words.
    pub fn first(&self, text: &str) -> Option<First> {
        let sample = Sample::of(text);
        if sample.features.is_empty() { None } else { Some(First(self.head.score(&sample))) }
    }

    /// Whether the encoder is to be asked about this text.
    pub fn is_unsure(&self, first: &First) -> bool {
        self.second.as_ref().is_some_and(|second| second.is_asked(&first.0))
    }

    /// The most probable class with its probability; with the encoder's direction of the text, both opinions count.
    pub fn conclude(&self, first: First, direction: Option<&[f32]>) -> ClassGuess {
        let scores = match (&self.second, direction) {
            (Some(second), Some(direction)) => second.join(&first.0, direction),
            _ => first.0,
        };
        let best = scores.best();
        ClassGuess { label: self.head.labels()[best].clone(), score: round(scores.probabilities[best]) }
    }

    /// By the first head alone.
    pub fn classify(&self, text: &str) -> Option<ClassGuess> {
        self.first(text).map(|first| self.conclude(first, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::{Options, fit, fit_second};

    const LABELS: [&str; 2] = ["damage", "payment"];

    fn examples() -> Vec<(Sample, Vec<usize>)> {
        let texts =
            ["the roof leaks", "water under the roof", "my claim is late", "pay my claim", "roof tiles fell", "claim paid?"];
        texts.iter().zip([0, 0, 1, 1, 0, 1]).map(|(t, l)| (Sample::of(t), vec![l])).collect()
    }

    fn options(task: Task) -> Options {
        Options { bits: 10, ..Options::new(task) }
    }

    fn head(task: Task) -> Head {
        fit(&LABELS, &examples(), &options(task)).expect("fits")
    }

    #[test]
    fn its_own_classes_and_nothing_for_nothing() {
        let classifier = Classifier::from_bytes(&head(Task::OneOf).to_bytes()).expect("reads");
        assert_eq!(classifier.classify("a leak in the roof").map(|c| c.label).as_deref(), Some("damage"));
        assert_eq!(classifier.classify(" … "), None);
        assert_eq!(classifier.classes(), LABELS);
        let first = classifier.first("a leak in the roof").expect("has words");
        assert!(!classifier.is_unsure(&first), "nobody to ask");
    }

    #[test]
    fn labels_that_may_hold_together_are_no_classes() {
        assert_eq!(Classifier::new(head(Task::AnyOf)), Err(BadHead::NotAClassifier));
    }

    #[test]
    fn a_file_keeps_the_second_opinion() {
        let directions: Vec<Vec<f32>> = examples().iter().map(|(_, l)| vec![l[0] as f32, 1.0 - l[0] as f32]).collect();
        let (second, _) = fit_second(&LABELS, &examples(), &directions, &options(Task::OneOf)).expect("fits");
        let classifier = Classifier::new(head(Task::OneOf)).and_then(|c| c.with_second(second)).expect("of its classes");
        let bytes = classifier.to_bytes();
        assert_eq!(Classifier::from_bytes(&bytes), Ok(classifier.clone()));
        assert_eq!(classifier.second_width(), Some(2));
        for cut in [3, 6, 40, bytes.len() - 1] {
            assert!(Classifier::from_bytes(&bytes[..cut]).is_err(), "{cut}");
        }
        let first = classifier.first("zebra").expect("has words");
        assert_eq!(classifier.conclude(first.clone(), Some(&[0.0, 1.0])).label, "damage");
        assert_eq!(classifier.conclude(first, Some(&[1.0, 0.0])).label, "payment");
    }
}
