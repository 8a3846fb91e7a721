//! The trajectory: where a conversation is going, read from its last turns.
//!
//! Counted are failed attempts of the AI in a row, repeated questions, failed tools in a row; from these and from the
//! customer's mood follows the strain. All of it starts anew after a human held the conversation, and failed attempts
//! are counted from the last time the customer declined a person.

use std::collections::BTreeSet;

use baton_model::{Author, Feature, NoticeKind, SignalKind, Turn, TurnId};

use super::{CompiledPolicy, Seen};

/// How many turns back are read.
pub(super) const LOOKBACK: usize = 40;
/// Two questions are the same when they share this much of their words.
const SAME: f32 = 0.65;
/// The AI's "I cannot help with that", the customer's "that did not help" and "thanks" count from here.
const CANNOT_HELP: f32 = 0.6;
const UNRESOLVED: f32 = 0.5;
const THANKS: f32 = 0.5;
const APOLOGY: f32 = 0.5;
const MAX_WORDS: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    NoAnswer,
    LowConfidence,
    CannotHelp,
    Unresolved,
    Repeated,
    /// The assistant broke or timed out.
    Broken,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt<'a> {
    pub(super) why: Why,
    /// Where it shows.
    pub(super) turn: &'a Turn,
    /// The customer's earlier turn that is repeated here.
    pub(super) repeats: Option<&'a Turn>,
}

#[derive(Debug)]
pub(super) struct Course<'a> {
    /// 0..=1.
    pub(super) strain: f32,
    /// What moved it, strongest first.
    moved_by: Vec<(&'static str, f32)>,
    /// Failed attempts in a row.
    pub(super) failed: Vec<Attempt<'a>>,
    /// Customer turns in a row that ask the same again.
    pub(super) repeats: u32,
    /// Failed tools in a row.
    pub(super) tool_failures: u32,
    /// The turns read, oldest first; the last is the one assessed.
    pub(super) turns: Vec<&'a Turn>,
}

/// A customer's question as a set of word hashes.
type Words = Vec<u64>;

impl<'a> Course<'a> {
    pub(super) fn of(policy: &CompiledPolicy, seen: &Seen<'a>) -> Self {
        let turns = window(seen);
        let broken = broken_turns(seen);
        let mut course = Self { strain: 0.0, moved_by: Vec::new(), failed: Vec::new(), repeats: 0, tool_failures: 0, turns };
        let mut similarity = 0.0;
        let mut asked: Vec<(usize, &'a Turn, Words)> = Vec::new();
        let mut answers: Vec<usize> = Vec::new();
        // The AI's answer that waits for the customer's judgement; whether it already counts as failed.
        let mut answer: Option<bool> = None;
        let mut declined = seen.conversation.offer_declined_at;
        for i in 0..course.turns.len() {
            let turn = course.turns[i];
            if declined.is_some_and(|at| turn.at >= at) {
                course.failed.clear();
                declined = None;
            }
            match &turn.author {
                Author::AiAgent => {
                    answers.push(i);
                    let why = failed_by_itself(turn, policy.policy.ai.confidence_floor);
                    if let Some(why) = why {
                        course.failed.push(Attempt { why, turn, repeats: None });
                    }
                    answer = Some(why.is_some());
                }
                Author::Customer => {
                    let words = words(&turn.text);
                    let (like, earlier) = most_alike(&asked, &answers, &words);
                    let repeated = like >= SAME;
                    let thanks = turn.signals.score(SignalKind::Thanks);
                    let unresolved = turn.signals.score(SignalKind::Unresolved);
                    let complains = unresolved >= UNRESOLVED && unresolved > thanks;
                    (similarity, course.repeats) = if repeated { (like, course.repeats + 1) } else { (0.0, 0) };
                    match answer {
                        Some(false) if repeated || complains => {
                            let why = if repeated { Why::Repeated } else { Why::Unresolved };
                            course.failed.push(Attempt { why, turn, repeats: earlier.filter(|_| repeated) });
                        }
                        // The answer did: the customer thanks, or goes on to something else.
                        Some(false) => course.failed.clear(),
                        _ if thanks >= THANKS && !complains => course.failed.clear(),
                        _ => {}
                    }
                    if broken.contains(&turn.id) {
                        course.failed.push(Attempt { why: Why::Broken, turn, repeats: None });
                    }
                    answer = None;
                    asked.push((i, turn, words));
                }
                Author::Tool { ok, .. } => course.tool_failures = if *ok { 0 } else { course.tool_failures + 1 },
                Author::HumanAgent { .. } | Author::Notice { .. } | Author::Note { .. } => {}
            }
        }
        course.weigh(similarity);
        course
    }

    pub(super) fn failed_attempts(&self) -> u32 {
        self.failed.len() as u32
    }

    /// The failure that the assessed turn itself brought, if it did.
    pub(super) fn fresh_failure(&self, seen: &Seen<'_>) -> Option<&Attempt<'a>> {
        self.failed.last().filter(|a| a.turn.id == seen.turn.id)
    }

    /// The assistant failed on the assessed turn.
    pub(super) fn count_failure_now(&mut self, seen: &Seen<'a>) {
        if self.fresh_failure(seen).is_none_or(|a| a.why != Why::Broken) {
            self.failed.push(Attempt { why: Why::Broken, turn: seen.turn, repeats: None });
        }
    }

    fn weigh(&mut self, similarity: f32) {
        let customers: Vec<&Turn> = self.turns.iter().rev().filter(|t| t.is_customer()).take(4).copied().collect();
        let Some(&latest) = customers.first() else { return };
        let mood = |t: &Turn| t.signals.sentiment;
        let score = |kind| latest.signals.score(kind);
        let mut features: Vec<(&'static str, f32)> = Vec::with_capacity(10);

        let (sum, weight) =
            customers.iter().zip([1.0, 0.6, 0.36, 0.22f32]).fold((0.0, 0.0), |(s, w), (t, k)| (s + k * mood(t), w + k));
        features.push(("mood", 0.4 * (-sum / weight).max(0.0)));

        let earlier = &customers[1..];
        if !earlier.is_empty() && mood(latest) < 0.0 {
            let before = earlier.iter().map(|t| mood(t)).sum::<f32>() / earlier.len() as f32;
            let drop = before - mood(latest);
            features.push(("falling_mood", if drop >= 0.15 { 0.2 * drop.min(1.0) } else { 0.0 }));
        }
        let distress = |t: &Turn| {
            [SignalKind::Anger, SignalKind::Anxiety, SignalKind::Sadness]
                .iter()
                .map(|k| t.signals.score(*k))
                .fold(0.0, f32::max)
        };
        features.push(("distress", 0.3 * distress(latest).max(earlier.first().map_or(0.0, |t| 0.6 * distress(t)))));
        features.push(("unresolved", 0.1 * score(SignalKind::Unresolved)));
        features.push(("repetition", 0.15 * similarity + 0.1 * self.repeats.saturating_sub(1).min(2) as f32));
        features.push(("failed_attempts", 0.15 * self.failed.len().min(3) as f32));
        features.push(("tool_failures", 0.12 * self.tool_failures.min(3) as f32));

        let apologies: Vec<usize> = (0..self.turns.len())
            .rev()
            .filter(|i| matches!(self.turns[*i].author, Author::AiAgent))
            .take(6)
            .filter(|i| self.turns[*i].signals.score(SignalKind::Apology) >= APOLOGY)
            .collect();
        features.push(("apologies", 0.07 * apologies.len().saturating_sub(1).min(3) as f32));

        // What calms: thanks, and an apology after which the mood rose.
        features.push(("thanks", -0.35 * score(SignalKind::Thanks)));
        if let (Some(&apology), Some(before)) = (apologies.first(), earlier.first()) {
            let position = |t: &Turn| self.turns.iter().position(|x| x.id == t.id).unwrap_or(0);
            let between = position(before) < apology && apology < position(latest);
            if between && mood(latest) - mood(before) >= 0.3 {
                features.push(("apology_worked", -0.15));
            }
        }

        self.strain = round(features.iter().map(|f| f.1).sum::<f32>().clamp(0.0, 1.0));
        features.retain(|f| f.1.abs() >= 0.01);
        features.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(b.0)));
        self.moved_by = features;
    }

    pub(super) fn strongest(&self) -> Option<&'static str> {
        self.moved_by.first().map(|(name, _)| *name)
    }

    pub(super) fn features(&self) -> Vec<Feature> {
        self.moved_by.iter().map(|&(name, c)| Feature { name: name.into(), contribution: round(c) }).collect()
    }
}

pub(super) fn round(x: f32) -> f32 {
    (x * 1000.0).round() / 1000.0
}

/// The last turns since a human last held the conversation.
fn window<'a>(seen: &Seen<'a>) -> Vec<&'a Turn> {
    let turns = &seen.conversation.turns;
    let recent = &turns[turns.len().saturating_sub(LOOKBACK)..];
    let from = recent
        .iter()
        .rposition(|t| matches!(t.author, Author::HumanAgent { .. } | Author::Notice { notice: NoticeKind::HandedBack }))
        .map_or(0, |i| i + 1);
    let mut window: Vec<&Turn> = recent[from..].iter().map(|t| &**t).collect();
    if window.last().is_none_or(|t| t.id != seen.turn.id) {
        window.push(seen.turn);
    }
    window
}

/// Turns that an earlier decision recorded as unanswered because the assistant broke.
fn broken_turns(seen: &Seen<'_>) -> BTreeSet<TurnId> {
    let recent = seen.conversation.decisions.iter().rev().take(2 * LOOKBACK);
    recent.filter(|d| d.reasons.iter().any(|r| r.rule == super::limits::BROKEN)).map(|d| d.turn).collect()
}

fn failed_by_itself(turn: &Turn, floor: f32) -> Option<Why> {
    let meta = turn.ai.as_ref();
    if meta.is_some_and(|m| m.no_answer) {
        Some(Why::NoAnswer)
    } else if meta.and_then(|m| m.confidence).is_some_and(|c| c < floor) {
        Some(Why::LowConfidence)
    } else if turn.signals.score(SignalKind::CannotHelp) >= CANNOT_HELP {
        Some(Why::CannotHelp)
    } else {
        None
    }
}

/// The most similar of the customer's last two turns that the AI has answered since.
fn most_alike<'a>(asked: &[(usize, &'a Turn, Words)], answers: &[usize], words: &Words) -> (f32, Option<&'a Turn>) {
    let Some(&last_answer) = answers.last() else { return (0.0, None) };
    asked
        .iter()
        .rev()
        .filter(|(i, ..)| *i < last_answer)
        .take(2)
        .map(|(_, turn, earlier)| (similarity(earlier, words), Some(*turn)))
        .fold((0.0, None), |best, next| if next.0 > best.0 { next } else { best })
}

/// Content words as sorted hashes (FNV-1a), at most [`MAX_WORDS`] of them.
fn words(text: &str) -> Words {
    let mut words: Words = text
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|w| !w.is_empty() && !stop_word(w))
        .take(MAX_WORDS)
        .map(hash)
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// FNV-1a over the characters in lower case.
fn hash(word: &str) -> u64 {
    let add = |h: u64, c: char| (h ^ u64::from(u32::from(c))).wrapping_mul(0x0100_0000_01b3);
    let lower = |h, c: char| if c.is_ascii() { add(h, c.to_ascii_lowercase()) } else { c.to_lowercase().fold(h, add) };
    word.chars().fold(0xcbf2_9ce4_8422_2325, lower)
}

fn stop_word(word: &str) -> bool {
    let mut lower = [0; 6];
    let Some(lower) = lower.get_mut(..word.len()) else { return false };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    matches!(
        &*lower,
        b"a" | b"i"
            | b"an"
            | b"at"
            | b"be"
            | b"do"
            | b"hi"
            | b"in"
            | b"is"
            | b"it"
            | b"me"
            | b"my"
            | b"no"
            | b"of"
            | b"ok"
            | b"on"
            | b"or"
            | b"so"
            | b"to"
            | b"we"
            | b"and"
            | b"are"
            | b"but"
            | b"can"
            | b"for"
            | b"i'm"
            | b"the"
            | b"was"
            | b"yes"
            | b"you"
            | b"does"
            | b"have"
            | b"just"
            | b"need"
            | b"tell"
            | b"that"
            | b"this"
            | b"want"
            | b"what"
            | b"will"
            | b"with"
            | b"your"
            | b"again"
            | b"could"
            | b"hello"
            | b"still"
            | b"there"
            | b"would"
            | b"please"
    )
}

/// Shared words by all words (Jaccard). Fewer than two words say nothing, two or three must all be the same.
fn similarity(a: &Words, b: &Words) -> f32 {
    let shared = a.iter().filter(|w| b.binary_search(w).is_ok()).count();
    let all = a.len() + b.len() - shared;
    match a.len().min(b.len()) {
        0 | 1 => 0.0,
        2 | 3 if shared < all.min(3) && shared * 4 < all * 3 => 0.0,
        _ => shared as f32 / all as f32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_question_in_other_words() {
        let s = |a: &str, b: &str| similarity(&words(a), &words(b));
        assert!(s("Where is my order A-1234?", "where is my order A-1234") >= SAME);
        assert!(s("How do I reset my router password?", "I asked how to reset the router password") >= SAME);
        assert!(s("Where is my order?", "Where is my order??") >= SAME);
        assert!(s("Where is my order?", "How do I return shoes?") < SAME);
        assert!(s("yes", "yes") < SAME);
        assert!(s("How do I return the blue lamp?", "How do I clean the blue lamp?") < SAME);
        assert!(s("", "") < SAME);
    }
}
