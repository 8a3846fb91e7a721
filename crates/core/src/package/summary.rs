//! The summary: what happened, what they were answered, how the AI fared, what is open, what was promised. Each sentence
//! is a template around words that were said, told again or quoted, and names its turns. (What they want stands before it.)

use std::collections::BTreeSet;

use baton_model::{Attempt, AttemptResult, Author, Claim, ClaimPart, MoodArc, Promise, SignalKind, TurnId};

use super::{
    quote::{one_line, quoted, short_line},
    reading::{Heard, Reading},
    retell::{Voice, asked_to, retold},
    tried::is_tool,
    words::{cardinal, sentences, times},
};

/// Promises told in the summary; the package lists all of them.
const PROMISES: usize = 3;

pub(super) fn summary(reading: &Reading<'_>, tried: &[Attempt], mood: &MoodArc, promises: &[Promise]) -> Vec<Claim> {
    let mut out: Vec<Claim> = Vec::new();
    out.extend(happened(reading));
    out.extend(answered(reading));
    out.extend(answers(reading, tried));
    out.extend(tools(reading, tried));
    out.extend(mood.turning_point.and_then(|id| reading.get(id)).map(|h| {
        let said = quoted(sentences(&h.text).first().copied().unwrap_or(&h.text), 140);
        Claim::new(format!("Their mood fell when they wrote {said}"), vec![h.id()]).telling(ClaimPart::Mood)
    }));
    out.extend(open(reading));
    if promises.len() > PROMISES {
        let text = format!("{} promises were made; the latest follow.", capital(cardinal(promises.len())));
        let turns = distinct(promises.iter().map(|p| p.turn).collect());
        out.push(Claim::new(text, turns).telling(ClaimPart::Promised));
    }
    let latest = promises.len().saturating_sub(PROMISES);
    out.extend(
        promises[latest..]
            .iter()
            .map(|p| Claim::new(format!("Promised: {}", quoted(&p.text, 200)), vec![p.turn]).telling(ClaimPart::Promised)),
    );
    out
}

/// What the customer told first that says something.
fn happened(reading: &Reading<'_>) -> Option<Claim> {
    use SignalKind::{Anger, Complaint, Dispute, Unresolved};
    let (heard, told) = reading.customer().find_map(|h| retold(&veiled(h), Voice::Customer).map(|told| (h, told)))?;
    let complains =
        heard.turn.signals.sentiment < -0.2 || [Complaint, Dispute, Anger, Unresolved].into_iter().any(|k| heard.says(k));
    let verb = match (told.ends_with('?'), complains) {
        (true, _) => "is asking",
        (false, true) => "is complaining",
        (false, false) => "says",
    };
    Some(Claim::new(format!("The customer {verb}: {}", ended(told)), vec![heard.id()]).telling(ClaimPart::Happened))
}

/// What an AI or a person last answered that says something.
fn answered(reading: &Reading<'_>) -> Option<Claim> {
    let (heard, told) = reading
        .turns
        .iter()
        .rev()
        .filter(|h| matches!(h.turn.author, Author::AiAgent | Author::HumanAgent { .. }))
        .find_map(|h| retold(&veiled(h), Voice::Business).map(|told| (h, told)))?;
    let who = match &heard.turn.author {
        Author::HumanAgent { name, .. } => short_line(&reading.veil.cover(name), 60),
        _ => "The AI".into(),
    };
    let text = match asked_to(&told) {
        Some(act) => format!("{who} asked them to {}", ended(act.trim_end_matches('?').to_owned())),
        None if told.ends_with('?') => format!("{who} asked: {told}"),
        None => format!("{who} said: {}", ended(told)),
    };
    Some(Claim::new(text, vec![heard.id()]).telling(ClaimPart::Answered))
}

/// On one line; quotation marks are ours alone.
fn veiled(heard: &Heard<'_>) -> String {
    heard.text.lines().map(one_line).collect::<Vec<_>>().join("\n")
}

fn ended(text: String) -> String {
    if text.ends_with(['.', '!', '?', '…']) { text } else { text + "." }
}

fn answers(reading: &Reading<'_>, tried: &[Attempt]) -> Option<Claim> {
    let answers: Vec<&Attempt> = tried.iter().filter(|a| !is_tool(reading, a)).collect();
    if answers.is_empty() {
        return None;
    }
    let mut sources: Vec<&str> = Vec::new();
    for source in answers.iter().flat_map(|a| &a.sources) {
        if !sources.contains(&source.as_str()) {
            sources.push(source);
        }
    }
    let mut text = format!("The AI answered {}", times(answers.len()));
    if !sources.is_empty() {
        let list: Vec<String> = sources.iter().map(|s| quoted(s, 80)).collect();
        text.push_str(&format!(", from {}", list.join(", ")));
    }
    let mut turns: Vec<TurnId> = answers.iter().map(|a| a.turn).collect();
    let count = |result| answers.iter().filter(|a| a.result == result).count();
    let mut outcome = Vec::new();
    for (result, words) in [
        (AttemptResult::Failed, "it had no answer"),
        (AttemptResult::DidNotHelp, "the customer showed that it did not help"),
        (AttemptResult::Helped, "it helped"),
    ] {
        match count(result) {
            0 => {}
            n if n == answers.len() && n > 1 => outcome.push(format!("{words} each time")),
            n => outcome.push(format!("{words} {}", times(n))),
        }
    }
    if !outcome.is_empty() {
        text.push_str(&format!("; {}", outcome.join(", ")));
        turns.extend(answers.iter().filter_map(|a| a.reaction));
    }
    text.push('.');
    Some(Claim::new(text, distinct(turns)).telling(ClaimPart::Tried))
}

fn tools(reading: &Reading<'_>, tried: &[Attempt]) -> Option<Claim> {
    let failed: Vec<&Attempt> = tried.iter().filter(|a| is_tool(reading, a) && a.result == AttemptResult::Failed).collect();
    let last = failed.last()?;
    let name = last.sources.first().map_or("", String::as_str);
    let text = format!("The AI's tools failed {}, last {}.", times(failed.len()), quoted(name, 60));
    Some(Claim::new(text, failed.iter().map(|a| a.turn).collect()).telling(ClaimPart::Tried))
}

/// What nobody has answered: the customer's last words, if no AI or person wrote after them.
fn open(reading: &Reading<'_>) -> Option<Claim> {
    let heard = reading
        .turns
        .iter()
        .rev()
        .find(|h| matches!(h.turn.author, Author::Customer | Author::AiAgent | Author::HumanAgent { .. }))
        .filter(|h| h.turn.is_customer())?;
    let last = sentences(&heard.text).into_iter().rev().max_by_key(|s| s.ends_with('?')).unwrap_or(&heard.text);
    Some(Claim::new(format!("Still open: {}", quoted(last, 200)), vec![heard.id()]).telling(ClaimPart::Open))
}

pub(super) fn distinct(turns: Vec<TurnId>) -> Vec<TurnId> {
    let mut seen = BTreeSet::new();
    turns.into_iter().filter(|turn| seen.insert(*turn)).collect()
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::{mood::mood, promises::promises, samples::Talk, tried::tried};

    fn texts(talk: &Talk) -> Vec<String> {
        let reading = Reading::of(&talk.conversation, usize::MAX);
        summary(&reading, &tried(&reading), &mood(&reading), &promises(&reading, None)).into_iter().map(|c| c.text).collect()
    }

    #[test]
    fn it_tells_the_whole_story() {
        let talk = Talk::new()
            .customer("I want a refund. The kettle leaks all over my kitchen table.")
            .mood(0.0)
            .ai("Please read the guide. We will refund you within 24 hours.")
            .cites("Kettle guide")
            .tool("refund_api", false, "boom")
            .customer("That does not help! When do I get it?")
            .mood(-0.8)
            .signal(SignalKind::Unresolved, 0.9);
        assert_eq!(
            texts(&talk),
            [
                "The customer says: the kettle leaks all over their kitchen table.",
                "The AI asked them to read the guide. We will refund them within 24 hours.",
                "The AI answered once, from “Kettle guide”; the customer showed that it did not help once.",
                "The AI's tools failed once, last “refund_api”.",
                "Their mood fell when they wrote “That does not help!”",
                "Still open: “When do I get it?”",
                "Promised: “We will refund you within 24 hours.”",
            ]
        );
    }

    #[test]
    fn many_promises_are_counted_before_the_latest() {
        let mut talk = Talk::new().customer("hello there my friend");
        for n in ["one", "two", "three", "four"] {
            talk = talk.ai(&format!("We will refund part {n}."));
        }
        let texts = texts(&talk);
        assert!(texts.contains(&"Four promises were made; the latest follow.".to_owned()), "{texts:?}");
        assert_eq!(texts.last().map(String::as_str), Some("Promised: “We will refund part four.”"));
    }
}
