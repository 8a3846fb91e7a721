//! Weighted cues: the common machinery of the detectors.
//!
//! A pattern is written in lower case over the normal form; a blank stands for any run of blanks. Patterns avoid
//! Unicode classes and long gaps, so that they run as plain automata in linear time.

use baton_model::{Signal, SignalKind, Span};
use regex::Regex;

use crate::{reading::Reading, sieve::Sieve};

/// No cue: 0.047, just below what is reported.
const BIAS: f32 = -3.0;
const MAX_SPANS: usize = 6;

#[derive(Debug)]
pub(crate) struct Cue {
    weight: f32,
    regex: Regex,
    /// "I am not angry" is not anger.
    negatable: bool,
}

/// A cue of whole words.
pub(crate) fn cue(weight: f32, pattern: &str) -> Cue {
    Cue { weight, regex: words(pattern), negatable: false }
}

/// A cue of whole words that a negation right before it takes away.
pub(crate) fn mood(weight: f32, pattern: &str) -> Cue {
    Cue { weight, regex: words(pattern), negatable: true }
}

/// A cue that is not made of words: symbols, or anchored to the whole text.
pub(crate) fn raw_cue(weight: f32, pattern: &str) -> Cue {
    Cue { weight, regex: compile(pattern), negatable: false }
}

pub(crate) fn words(pattern: &str) -> Regex {
    compile(&format!(r"(?-u:\b)(?:{pattern})(?-u:\b)"))
}

#[expect(clippy::expect_used, reason = "patterns are constants of this crate; a test compiles every one")]
pub(crate) fn compile(pattern: &str) -> Regex {
    Regex::new(&pattern.replace(' ', r"(?:[ \n]+)")).expect("a constant pattern")
}

#[derive(Debug)]
pub(crate) struct Detector {
    pub(crate) kind: SignalKind,
    cues: Vec<Cue>,
    /// Text inside a veto is no evidence.
    vetoes: Option<Regex>,
    /// Capitals and exclamation marks raise the score of a cue that fired.
    heated: bool,
}

impl Detector {
    pub(crate) fn new(kind: SignalKind, cues: Vec<Cue>) -> Self {
        Self { kind, cues, vetoes: None, heated: false }
    }

    pub(crate) fn unless(mut self, pattern: &str) -> Self {
        self.vetoes = Some(words(pattern));
        self
    }

    pub(crate) fn heated(mut self) -> Self {
        self.heated = true;
        self
    }

    /// Its cues, then its vetoes.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = &str> {
        self.cues.iter().map(|c| &c.regex).chain(&self.vetoes).map(Regex::as_str)
    }

    /// `may_match` tells of each pattern, by its place, whether running it is worth while.
    fn detect(&self, reading: &Reading<'_>, floor: f32, may_match: impl Fn(usize) -> bool) -> Option<Signal> {
        let text = reading.norm.as_str();
        let mut vetoed: Option<Vec<(usize, usize)>> = None;
        let mut sum = 0.0;
        let mut hits: Vec<(usize, usize)> = Vec::new();
        for (_, cue) in self.cues.iter().enumerate().filter(|(place, _)| may_match(*place)) {
            let mut times = 0u8;
            for m in cue.regex.find_iter(text).take(MAX_SPANS) {
                if cue.negatable && negated(&text[..m.start()]) {
                    continue;
                }
                let vetoed = vetoed.get_or_insert_with(|| {
                    let vetoes = self.vetoes.iter().filter(|_| may_match(self.cues.len()));
                    vetoes.flat_map(|v| v.find_iter(text).take(32).map(|m| (m.start(), m.end()))).collect()
                });
                if vetoed.iter().any(|&(s, e)| m.start() < e && s < m.end()) {
                    continue;
                }
                times += 1;
                hits.push((m.start(), m.end()));
            }
            // Repetition adds, with a quickly falling return.
            sum += match times {
                0 => 0.0,
                1 => cue.weight,
                2 => cue.weight * 1.25,
                _ => cue.weight * 1.4,
            };
        }
        if sum > 0.0 && self.heated {
            sum += f32::from(u8::from(reading.shouted)) + 0.35 * reading.exclamations.min(3) as f32;
        }
        let score = squash(BIAS + sum);
        (score >= floor && !hits.is_empty()).then(|| Signal { kind: self.kind, score, spans: merge(reading, hits) })
    }
}

/// All detectors, behind one sieve.
#[derive(Debug)]
pub(crate) struct Panel {
    detectors: Vec<Detector>,
    sieve: Sieve,
}

impl Panel {
    pub(crate) fn new(detectors: Vec<Detector>) -> Self {
        let sieve = Sieve::of(detectors.iter().flat_map(Detector::patterns));
        Self { detectors, sieve }
    }

    /// Whether a text has something in it that is no evidence of this kind, whatever else it says.
    pub(crate) fn vetoes(&self, kind: SignalKind, reading: &Reading<'_>) -> bool {
        let detector = self.detectors.iter().find(|d| d.kind == kind);
        detector.and_then(|d| d.vetoes.as_ref()).is_some_and(|v| v.is_match(&reading.norm))
    }

    pub(crate) fn detect(&self, reading: &Reading<'_>, floor: f32) -> Vec<Signal> {
        let sifted = self.sieve.sift(reading.squeezed());
        let mut first = 0;
        let signals = self.detectors.iter().filter_map(|detector| {
            let signal = detector.detect(reading, floor, |place| sifted.may_match(first + place));
            first += detector.patterns().count();
            signal
        });
        signals.collect()
    }
}

/// Logistic, rounded to three digits: the journal needs no more, and prints the same everywhere.
pub(crate) fn squash(x: f32) -> f32 {
    round(1.0 / (1.0 + (-x).exp()))
}

pub(crate) fn round(x: f32) -> f32 {
    (x * 1000.0).round() / 1000.0
}

/// One of the last three words before this point turns it around, with no clause in between.
pub(crate) fn negated(before: &str) -> bool {
    let clause = before.rsplit(['.', ',', ';', '!', '?', '\n']).next().unwrap_or("");
    clause.rsplit(' ').filter(|w| !w.is_empty()).take(3).any(|w| {
        matches!(w, "not" | "no" | "never" | "without" | "isnt" | "dont" | "wasnt" | "cannot" | "hardly")
            || w.ends_with("n't")
    })
}

fn merge(reading: &Reading<'_>, mut hits: Vec<(usize, usize)>) -> Vec<Span> {
    hits.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::with_capacity(hits.len());
    for (start, end) in hits {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged.truncate(MAX_SPANS);
    merged.into_iter().map(|(s, e)| reading.span(s, e)).collect()
}

/// Table tests for the families: every text of `fires` at 0.5 or more, every text of `quiet` below it.
#[cfg(test)]
pub(crate) fn check(kind: SignalKind, fires: &[&str], quiet: &[&str]) {
    let score = |text: &str| crate::sense(text).score(kind);
    let missed: Vec<_> = fires.iter().filter(|t| score(t) < 0.5).map(|t| (score(t), t)).collect();
    let wrong: Vec<_> = quiet.iter().filter(|t| score(t) >= 0.5).map(|t| (score(t), t)).collect();
    assert!(missed.is_empty() && wrong.is_empty(), "{kind:?}\nmissed {missed:#?}\nfalse {wrong:#?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negation_reaches_three_words_within_its_clause() {
        assert!(negated("i am not "));
        assert!(negated("i wasn't really so "));
        assert!(!negated("no, i am "));
        assert!(!negated("not that it matters much but "));
    }

    #[test]
    fn overlapping_hits_become_one_span() {
        let r = Reading::new("abcdefgh", 100);
        assert_eq!(merge(&r, vec![(4, 6), (0, 2), (1, 3)]), vec![Span { start: 0, end: 3 }, Span { start: 4, end: 6 }]);
    }
}
