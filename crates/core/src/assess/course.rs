//! The trajectory: where a conversation is going, read from its last turns.
//!
//! Counted are failed attempts of the AI in a row, repeated questions, failed tools in a row; how much all of it strains
//! the conversation is what the sequence model says. All of it starts anew after a human held the conversation, and
//! failed attempts are counted from the last time the customer declined a person.

use std::collections::BTreeSet;

use baton_model::{Author, NoticeKind, SignalKind, Turn, TurnId};

use super::{
    CompiledPolicy, Seen,
    sequence::{self, Levels, Reading, SAME, Window, of_another},
};

/// How many turns back are read.
pub(super) const LOOKBACK: usize = 40;
/// The AI's "I cannot help with that", the customer's "that did not help" and "thanks" count from here.
const CANNOT_HELP: f32 = 0.6;
const UNRESOLVED: f32 = 0.5;
/// "Still", "but I": together with the same answer again, a weak cue is enough.
const OBJECTION: f32 = 0.15;
const THANKS: f32 = 0.5;
/// The AI says the same again when this much of its words, and at least so many of them, come back. What comes back with
/// another day or number in it is an answer to something else.
const LOOP: f32 = 0.95;
const LOOP_WORDS: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    NoAnswer,
    LowConfidence,
    CannotHelp,
    Unresolved,
    Repeated,
    /// The AI answers what it answered before.
    Loop,
    /// The assistant broke or timed out.
    Broken,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt<'a> {
    pub(super) why: Why,
    /// Where it shows.
    pub(super) turn: &'a Turn,
    /// The earlier turn that is repeated here.
    pub(super) repeats: Option<&'a Turn>,
}

#[derive(Debug)]
pub(super) struct Course<'a> {
    /// 0..=1.
    pub(super) strain: f32,
    pub(super) reading: Reading,
    /// Failed attempts in a row.
    pub(super) failed: Vec<Attempt<'a>>,
    /// Customer turns in a row that ask the same again.
    pub(super) repeats: u32,
    /// Failed tools in a row.
    pub(super) tool_failures: u32,
    /// The turns read, oldest first; the last is the one assessed.
    pub(super) turns: Vec<&'a Turn>,
}

impl<'a> Course<'a> {
    pub(super) fn of(policy: &CompiledPolicy, seen: &Seen<'a>) -> Self {
        let window = Window::of(window(seen));
        let broken = broken_turns(seen);
        let reading = sequence::shipped().read(&Levels::of(&window));
        let mut course = Self {
            strain: reading.strain(),
            reading,
            failed: Vec::new(),
            repeats: 0,
            tool_failures: 0,
            turns: window.turns.clone(),
        };
        let mut asked: Vec<usize> = Vec::new();
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
                    let repeats = said_before(&window, &answers, i);
                    let by_itself = failed_by_itself(turn, policy.policy.ai.confidence_floor);
                    let repeats = repeats.filter(|&earlier| is_stuck(&window, &asked, &answers, earlier, i));
                    let why = by_itself.or(repeats.map(|_| Why::Loop));
                    let repeats = repeats.map(|earlier| window.turns[earlier]);
                    if let Some(why) = why {
                        course.failed.push(Attempt { why, turn, repeats: repeats.filter(|_| why == Why::Loop) });
                    }
                    answers.push(i);
                    answer = Some(why.is_some());
                }
                Author::Customer => {
                    let (like, earlier) = most_alike(&window, &asked, &answers, i);
                    let repeated = like >= SAME && !goes_on(&turn.text);
                    let thanks = turn.signals.score(SignalKind::Thanks);
                    let unresolved = turn.signals.score(SignalKind::Unresolved);
                    let complains = unresolved >= UNRESOLVED && unresolved > thanks;
                    course.repeats = if repeated { course.repeats + 1 } else { 0 };
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
                    asked.push(i);
                }
                Author::Tool { ok, .. } => course.tool_failures = if *ok { 0 } else { course.tool_failures + 1 },
                Author::HumanAgent { .. } | Author::Notice { .. } | Author::Note { .. } => {}
            }
        }
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
fn most_alike<'a>(window: &Window<'a>, asked: &[usize], answers: &[usize], turn: usize) -> (f32, Option<&'a Turn>) {
    let Some(&last_answer) = answers.last() else { return (0.0, None) };
    asked
        .iter()
        .rev()
        .filter(|earlier| **earlier < last_answer)
        .take(2)
        .map(|&earlier| (window.said[earlier].alike(&window.said[turn]), window.turns[earlier]))
        .filter(|(like, earlier)| *like < SAME || !of_another(earlier, window.turns[turn]))
        .fold((0.0, None), |best, (like, earlier)| if like > best.0 { (like, Some(earlier)) } else { best })
}

/// Whether the customer gave no ground for what was said `before`: they said the same again, or that it was no answer. A question
/// that comes back after another answer, or a result after another request, is no loop. Nor is what the AI says twice
/// before the customer speaks.
fn is_stuck(window: &Window<'_>, asked: &[usize], answers: &[usize], before: usize, turn: usize) -> bool {
    let since = |i: &&usize| answers.last().is_some_and(|last| **i > *last) && **i < turn;
    asked.iter().filter(since).any(|&now| {
        let (said, signals) = (&window.turns[now].text, &window.turns[now].signals);
        let again = |&before: &usize| {
            before < now
                && (verbatim(window.turns[before], window.turns[now])
                    || window.said[before].alike(&window.said[now]) >= SAME)
        };
        // Between the two there was nothing else: it is what the customer objects to.
        let short = window.said[before].len() < LOOP_WORDS;
        let objects = signals.score(SignalKind::Unresolved) >= OBJECTION || denies(said);
        !short && objects && answers.last() == Some(&before)
            || asked.iter().rev().filter(|&&before| before < now).take(2).any(again)
    })
}

/// "Next step, please" asks for more, and gets it.
fn goes_on(text: &str) -> bool {
    let words = text.split(|c: char| !c.is_alphanumeric());
    const ON: [&str; 7] = ["next", "continue", "proceed", "ready", "more", "another", "further"];
    words.take(12).any(|w| ON.iter().any(|on| w.eq_ignore_ascii_case(on)))
}

/// "No, that's all, thank you": the customer is done, and not unhappily.
pub(super) fn closes(turn: &Turn) -> bool {
    const WORDS: usize = 8;
    const LAST: [&str; 11] = [
        "that's it",
        "that's all",
        "that is all",
        "nothing else",
        "no thanks",
        "no thank you",
        "bye",
        "for now",
        "no more",
        "all set",
        "gotta",
    ];
    let plain: Vec<String> = plain_words(&turn.text).collect();
    let told = format!(" {} ", plain.join(" "));
    let unhappy = turn.signals.sentiment < -0.3 || turn.signals.score(SignalKind::Unresolved) >= UNRESOLVED;
    plain.len() <= WORDS && !unhappy && LAST.iter().any(|last| told.contains(&format!(" {last} ")))
}

/// In lower case, with straight apostrophes.
fn plain_words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’').filter(|w| !w.is_empty());
    words.map(|w| w.to_ascii_lowercase().replace('’', "'"))
}

/// "I have none", "that is not it".
fn denies(text: &str) -> bool {
    plain_words(text).any(|w| {
        matches!(
            w.as_str(),
            "no" | "not" | "none" | "nothing" | "never" | "nope" | "already" | "wrong" | "cannot" | "dont" | "cant"
        ) || w.ends_with("n't")
    })
}

/// One of the AI's last two turns that this one repeats. Greetings and short phrases come back in the best of talks: they
/// count where they are the very same right after each other.
fn said_before(window: &Window<'_>, answers: &[usize], turn: usize) -> Option<usize> {
    let said = &window.said[turn];
    let same = |&&earlier: &&usize| {
        let earlier = &window.said[earlier];
        said.len().min(earlier.len()) >= LOOP_WORDS && said.overlap(earlier) >= LOOP
    };
    let word_for_word = |&&earlier: &&usize| {
        !window.turns[turn].text.trim().is_empty() && verbatim(window.turns[earlier], window.turns[turn])
    };
    answers.iter().rev().take(2).find(same).or_else(|| answers.last().filter(word_for_word)).copied()
}

fn verbatim(a: &Turn, b: &Turn) -> bool {
    a.text.trim().eq_ignore_ascii_case(b.text.trim())
}
