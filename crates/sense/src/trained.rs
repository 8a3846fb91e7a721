//! The trained heads that ship: emotions, abuse, complaints and disputes, sentiment. A cue and a head are two witnesses;
//! what either is sure of is said, and what both see is surer. A head never takes a cue's finding away, and says no yes where a
//! veto of the cues stands in the text.
//!
//! The weights are made by the trainer; each has a card beside it. To add a label: teach it there, and give it a row in
//! [`LABELS`].

use std::sync::LazyLock;

use baton_model::{Signal, SignalKind, Span};

use crate::{
    cue::round,
    features::Features,
    fit::{Head, Sample, Scores},
    reading::Reading,
};

static EMOTIONS: LazyLock<Head> = LazyLock::new(|| head(include_bytes!("../weights/emotions.bin")));
static SENTIMENT: LazyLock<Head> = LazyLock::new(|| head(include_bytes!("../weights/sentiment.bin")));
static SERVICE: LazyLock<Head> = LazyLock::new(|| head(include_bytes!("../weights/service.bin")));

#[expect(clippy::expect_used, reason = "the weights are constants of this crate; a test reads them")]
fn head(bytes: &[u8]) -> Head {
    Head::from_bytes(bytes).expect("shipped weights are whole")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    Emotions,
    Service,
}

/// What a label is called in `model`, and how far it is believed: comments on the web and chats with bots are not quite
/// what customers write.
const LABELS: [(From, &str, SignalKind, f32); 6] = [
    (From::Emotions, "anger", SignalKind::Anger, 0.9),
    (From::Emotions, "anxiety", SignalKind::Anxiety, 0.9),
    (From::Emotions, "sadness", SignalKind::Sadness, 0.9),
    (From::Service, "abuse", SignalKind::Abuse, 0.9),
    (From::Service, "complaint", SignalKind::Complaint, 0.9),
    (From::Service, "dispute", SignalKind::Dispute, 0.9),
];

/// A head that has no cue beside it is heard from this probability on.
const HEARD: f32 = 0.2;
/// From here on a reader wants to see why.
const EXPLAINED: f32 = 0.3;
const YES: f32 = 0.5;
/// What a head says of a text that has a veto of the cues in it, at most.
const SUSPECTED: f32 = 0.4;
/// Up to so many words, a head needs a cue beside it to be believed.
const FEW_WORDS_FOR_A_HEAD: usize = 4;
const MOST_WORDS: usize = 3;
/// Up to so many words, only a known word has a mood.
const FEW_WORDS: usize = 2;
/// Up to so many words, "No" at the beginning only answers.
const SHORT: usize = 8;
/// A learnt mood that is weaker is none.
const CALM: f32 = 0.15;

/// What the heads say of one text.
#[derive(Debug)]
pub(crate) struct Learnt {
    emotions: Scores,
    sentiment: Scores,
    service: Scores,
}

impl Learnt {
    pub(crate) fn of(text: &str) -> Self {
        let sample = Sample { features: Features::of(text), embedding: None };
        Self { emotions: EMOTIONS.score(&sample), sentiment: SENTIMENT.score(&sample), service: SERVICE.score(&sample) }
    }

    /// Negative to positive, -1 to 1: the lexicon knows negation and contrast, the head speaks where no word is known to
    /// have a mood. "No" and "the 7th" answer a question: they have no mood that the head would know.
    pub(crate) fn sentiment(&self, lexicon: f32, reading: &Reading<'_>) -> f32 {
        let p = &self.sentiment.probabilities;
        let (negative, positive) = (p.first().copied().unwrap_or(0.0), p.last().copied().unwrap_or(0.0));
        let leaning = 0.6 * (positive - negative);
        let few = |most: usize| reading.words().nth(most).is_none();
        // "No, that is all" answers a question.
        let answers = || few(SHORT) && reading.words().next().is_some_and(|(_, w)| matches!(w, "no" | "nope" | "nah"));
        round(if lexicon != 0.0 {
            lexicon
        } else if leaning.abs() < CALM || few(FEW_WORDS) || answers() {
            0.0
        } else {
            leaning
        })
    }

    /// Adds the heads' findings to those of the cues, in the order of the kinds.
    pub(crate) fn join(
        &self,
        reading: &Reading<'_>,
        mut found: Vec<Signal>,
        vetoed: impl Fn(SignalKind) -> bool,
    ) -> Vec<Signal> {
        // "I don't remember" stood under a dispute now and then.
        let few_words = reading.words().nth(FEW_WORDS_FOR_A_HEAD).is_none();
        for (from, label, kind, belief) in LABELS {
            let (head, scores) = match from {
                From::Emotions => (&*EMOTIONS, &self.emotions),
                From::Service => (&*SERVICE, &self.service),
            };
            let Some(l) = head.labels().iter().position(|name| name == label) else { continue };
            let learnt = belief * scores.probabilities[l];
            match found.binary_search_by_key(&kind, |s| s.kind) {
                Ok(i) => {
                    let both = 1.0 - (1.0 - found[i].score) * (1.0 - learnt);
                    found[i].score =
                        round(if both >= YES && found[i].score < YES && vetoed(kind) { SUSPECTED } else { both });
                }
                Err(i) if learnt >= HEARD => {
                    let learnt = if learnt >= YES && (few_words || vetoed(kind)) { SUSPECTED } else { alone(learnt) };
                    let spans = if learnt >= EXPLAINED { evidence(reading, head, l) } else { Vec::new() };
                    found.insert(i, Signal { kind, score: round(learnt), spans });
                }
                Err(_) => {}
            }
        }
        found
    }
}

/// What a head says with no cue beside it is a reason to ask, not to decide: it stays below the thresholds from which on the
/// default policy escalates.
fn alone(learnt: f32) -> f32 {
    const FROM: f32 = 0.7;
    const LEFT: f32 = 0.4;
    if learnt > FROM { FROM + LEFT * (learnt - FROM) } else { learnt }
}

/// The words that pull most towards the label, in the order of the text.
fn evidence(reading: &Reading<'_>, head: &Head, label: usize) -> Vec<Span> {
    let mut pulls: Vec<(f32, usize, usize)> = reading
        .words()
        .map(|(at, word)| (head.pull(&Features::of(word), label), at, at + word.len()))
        .filter(|(pull, ..)| *pull > 0.0)
        .collect();
    pulls.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    pulls.truncate(MOST_WORDS);
    pulls.sort_by_key(|(_, start, _)| *start);
    pulls.into_iter().map(|(_, start, end)| reading.span(start, end)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sense;

    #[test]
    fn every_label_is_in_its_head() {
        for (from, label, ..) in LABELS {
            let head = if from == From::Emotions { &*EMOTIONS } else { &*SERVICE };
            assert!(head.labels().iter().any(|l| l == label), "{label}");
        }
        assert_eq!(SENTIMENT.labels(), ["negative", "neutral", "positive"]);
    }

    #[test]
    fn what_no_cue_knows_is_still_felt() {
        let text = "I lost him last winter and the house is so quiet, I miss him every day";
        let signals = sense(text);
        let sadness = signals.get(SignalKind::Sadness).expect("felt");
        assert!(sadness.score > 0.3, "{sadness:?}");
        let words: Vec<String> = sadness
            .spans
            .iter()
            .map(|s| text.chars().skip(s.start as usize).take((s.end - s.start) as usize).collect())
            .collect();
        assert!(words.iter().any(|w| w == "miss" || w == "lost"), "{words:?}");
    }

    #[test]
    fn a_head_adds_and_never_takes_away() {
        let reading = Reading::new("I am furious", 100);
        let cue = Signal { kind: SignalKind::Anger, score: 0.9, spans: vec![Span { start: 5, end: 12 }] };
        let joined = Learnt::of(reading.raw).join(&reading, vec![cue.clone()], |_| false);
        let anger = joined.iter().find(|s| s.kind == SignalKind::Anger).expect("kept");
        assert!(anger.score >= cue.score && anger.spans == cue.spans, "{joined:?}");
        assert!(joined.is_sorted_by_key(|s| s.kind), "{joined:?}");
    }

    #[test]
    fn a_head_alone_asks_and_does_not_decide() {
        let text = "as there is an error in it";
        let dispute = sense(text).score(SignalKind::Dispute);
        assert!((0.5..0.8).contains(&dispute), "{dispute}");
        assert_eq!(alone(0.6), 0.6);
        assert!(alone(0.9) > alone(0.8) && alone(0.9) < 0.8);
    }

    #[test]
    fn a_no_that_answers_has_no_mood() {
        for text in ["No, that's it for today", "nope that is all"] {
            assert_eq!(sense(text).sentiment, 0.0, "{text}");
        }
        assert!(sense("No, this is a terrible answer").sentiment < -0.2);
    }

    #[test]
    fn moods_in_other_languages() {
        for (good, bad) in [
            ("das ist wunderbar, danke", "das ist eine frechheit, so ein mist"),
            ("merci beaucoup, c'est génial", "c'est nul, quelle honte"),
            ("me encanta, muchas gracias", "qué vergüenza, fatal"),
        ] {
            assert!(sense(good).sentiment > sense(bad).sentiment + 0.2, "{good} {bad}");
        }
    }
}
