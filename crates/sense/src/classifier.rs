//! A workspace's own issue classes, learnt from its labelled conversations.

use baton_model::ClassGuess;

use crate::{
    cue::round,
    fit::{BadHead, Head, Sample, Task},
};

/// Says which of a workspace's classes a text belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Classifier {
    head: Head,
}

impl Classifier {
    /// # Errors
    /// For a head whose labels do not exclude each other.
    pub fn new(head: Head) -> Result<Self, BadHead> {
        if head.task() == Task::OneOf { Ok(Self { head }) } else { Err(BadHead::NotAClassifier) }
    }

    /// Of [`Head::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadHead> {
        Self::new(Head::from_bytes(bytes)?)
    }

    pub fn classes(&self) -> &[String] {
        self.head.labels()
    }

    /// The most probable class with its probability; nothing for a text without words.
    pub fn classify(&self, text: &str) -> Option<ClassGuess> {
        let sample = Sample::of(text);
        if sample.features.is_empty() {
            return None;
        }
        let scores = self.head.score(&sample);
        let best = scores.best();
        Some(ClassGuess { label: self.head.labels()[best].clone(), score: round(scores.probabilities[best]) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::{Options, fit};

    fn head(task: Task) -> Head {
        let texts =
            ["the roof leaks", "water under the roof", "my claim is late", "pay my claim", "roof tiles fell", "claim paid?"];
        let examples: Vec<_> = texts.iter().zip([0, 0, 1, 1, 0, 1]).map(|(t, l)| (Sample::of(t), vec![l])).collect();
        fit(&["damage", "payment"], &examples, &Options { bits: 10, ..Options::new(task) }).expect("fits")
    }

    #[test]
    fn its_own_classes_and_nothing_for_nothing() {
        let classifier = Classifier::from_bytes(&head(Task::OneOf).to_bytes()).expect("reads");
        assert_eq!(classifier.classify("a leak in the roof").map(|c| c.label).as_deref(), Some("damage"));
        assert_eq!(classifier.classify(" … "), None);
        assert_eq!(classifier.classes(), ["damage", "payment"]);
    }

    #[test]
    fn labels_that_may_hold_together_are_no_classes() {
        assert_eq!(Classifier::new(head(Task::AnyOf)), Err(BadHead::NotAClassifier));
    }
}
