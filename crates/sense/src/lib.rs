//! Text to signals: what one turn says, with the words that say it.
//!
//! [`sense`] is a pure function of its text. It runs every detector on every text (customer, AI or human alike; the reader
//! decides which ones matter), in bounded time: only the first [`MAX_CHARS`] characters are read. It never looks anything
//! up, never logs, never fails.
//!
//! Every detector has weighted cues: it sums the weights of the cues it finds and squashes the sum into 0..=1, so that one
//! clear cue gives about 0.9 and one vague cue about 0.3. Emotions, abuse, complaints, disputes and sentiment also have
//! weights that were learnt (`trained`): what either is sure of is said. [`fit`] learns them, over [`features`].
//!
//! A turn costs microseconds: `sieve` finds in one walk which few patterns can match, and only these are run.
//!
//! To add a detector: give it a `SignalKind` in `model`, write its cues in the file of its family (`human`, `emotion`,
//! `grievance`, `negotiation`, `safety`, `abuse`, `progress`, `ai_side`), list it in [`detectors`], and add rows to its
//! table of texts that fire and texts that do not.

mod abuse;
mod ai_side;
mod classifier;
mod cue;
pub mod embedding;
mod emotion;
mod entities;
pub mod features;
pub mod fit;
mod grievance;
mod human;
mod issue;
mod language;
pub mod logistic;
pub mod minilm;
mod negotiation;
mod progress;
mod question;
mod reading;
mod safety;
mod sentiment;
mod sieve;
mod trained;

use std::sync::LazyLock;

use baton_model::Signals;
pub use classifier::{Classifier, First};
pub use embedding::embed;

use crate::{
    cue::{Detector, Panel},
    reading::Reading,
};

/// What is read of one text; the rest is ignored.
pub const MAX_CHARS: usize = 8_000;

/// Detectors below this score are left out.
const FLOOR: f32 = 0.05;

static PANEL: LazyLock<Panel> = LazyLock::new(|| Panel::new(detectors()));

fn detectors() -> Vec<Detector> {
    let mut all = vec![human::wants_human()];
    all.extend(emotion::detectors());
    all.extend(grievance::detectors());
    all.extend(negotiation::detectors());
    all.extend(safety::detectors());
    all.push(abuse::detector());
    all.extend(progress::detectors());
    all.extend(ai_side::detectors());
    all
}

/// All signals of one text.
pub fn sense(text: &str) -> Signals {
    let reading = Reading::new(text, MAX_CHARS);
    if !reading.has_words() {
        // Emoji-only turns still have a mood.
        return Signals {
            sentiment: sentiment::score(&reading),
            found: PANEL.detect(&reading, FLOOR),
            question: question::asks(&reading),
            ..Signals::default()
        };
    }
    let learnt = trained::Learnt::of(reading.raw);
    Signals {
        sentiment: learnt.sentiment(sentiment::score(&reading), &reading),
        found: learnt.join(&reading, PANEL.detect(&reading, FLOOR), |kind| PANEL.vetoes(kind, &reading)),
        issue_class: issue::classify(&reading),
        language: language::guess(&reading),
        entities: entities::find(&reading),
        question: question::asks(&reading),
        embedding: embed(reading.raw),
    }
}

#[cfg(test)]
mod tests {
    use baton_model::SignalKind;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_kind_has_exactly_one_detector() {
        let mut kinds: Vec<_> = detectors().iter().map(|d| d.kind).collect();
        kinds.sort();
        let mut all = SignalKind::ALL.to_vec();
        all.sort();
        assert_eq!(kinds, all);
    }

    fn well_formed(text: &str) {
        let signals = sense(text);
        let chars = text.chars().count() as u32;
        assert!((-1.0..=1.0).contains(&signals.sentiment));
        for s in &signals.found {
            assert!((FLOOR..=1.0).contains(&s.score), "{s:?}");
            for span in &s.spans {
                assert!(span.start < span.end && span.end <= chars, "{span:?} in {chars}");
            }
        }
        for e in &signals.entities {
            assert!(e.span.start < e.span.end && e.span.end <= chars, "{e:?}");
        }
    }

    #[test]
    fn odd_texts_are_only_texts() {
        let base64 = "SGVsbG8gV29ybGQhIFRoaXMgaXMgYmFzZTY0".repeat(400);
        let megabyte = "I want a refund now! ".repeat(50_000);
        let digits = "1234567890 ".repeat(5_000);
        for text in [
            "",
            " ",
            "\n\t",
            "?",
            "😡😡😡",
            "👩‍👩‍👧‍👦 hi",
            "مرحبا، أريد التحدث إلى شخص",
            "שלום, איפה ההזמנה שלי?",
            "\u{202e}txet desrever",
            "\u{0}\u{1}",
            "\u{feff}hello",
            "İİİ ß ﬀ ΑΣ",
            &base64,
            &megabyte,
            &digits,
            "a\u{301}\u{301}\u{301}",
            "\u{fffd}\u{fffd}",
        ] {
            well_formed(text);
        }
        assert_eq!(sense(""), Signals::default());
    }

    #[test]
    fn spans_count_characters() {
        let text = "😀 naïve ’ I’d like to speak to a manager";
        let signals = sense(text);
        let span = signals.get(SignalKind::WantsHuman).expect("fires").spans[0];
        let quote: String = text.chars().skip(span.start as usize).take((span.end - span.start) as usize).collect();
        assert!(quote.contains("speak to a manager"), "{quote}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn any_text_is_read(text in any::<String>()) {
            well_formed(&text);
        }

        #[test]
        fn any_wordy_text_is_read(text in "[a-zA-Z0-9€$#@.,'’ +:/_-]{0,200}") {
            well_formed(&text);
        }
    }
}
