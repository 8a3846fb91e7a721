//! The summary: what they want, what happened, what the AI tried, what is open, what was promised. Each sentence is a
//! template around words that were said, and names its turns.

use baton_model::{Attempt, AttemptResult, Author, Claim, MoodArc, Promise, TurnId};

use super::{
    quote::{one_line, quoted},
    reading::{Heard, Reading},
    tried::is_tool,
    wants::Want,
    words::{cardinal, for_each_word, sentences, times},
};

/// Promises told in the summary; the package lists all of them.
const PROMISES: usize = 3;

pub(super) fn summary(
    reading: &Reading<'_>,
    want: Option<&Want>,
    tried: &[Attempt],
    mood: &MoodArc,
    promises: &[Promise],
) -> Vec<Claim> {
    let mut out: Vec<Claim> = Vec::new();
    out.extend(want.map(Want::claim));
    out.extend(happened(reading, want));
    out.extend(answers(reading, tried));
    out.extend(tools(reading, tried));
    out.extend(mood.turning_point.and_then(|id| reading.get(id)).map(|h| Claim {
        text: format!(
            "Their mood fell when they wrote {}",
            quoted(sentences(&h.text).first().copied().unwrap_or(&h.text), 140)
        ),
        turns: vec![h.id()],
    }));
    out.extend(open(reading));
    if promises.len() > PROMISES {
        let turns = promises.iter().map(|p| p.turn).collect();
        out.push(Claim {
            text: format!("{} promises were made; the latest follow.", capital(cardinal(promises.len()))),
            turns: distinct(turns),
        });
    }
    let latest = promises.len().saturating_sub(PROMISES);
    out.extend(
        promises[latest..]
            .iter()
            .map(|p| Claim { text: format!("Promised: {}", quoted(&p.text, 200)), turns: vec![p.turn] }),
    );
    out
}

/// What the customer told with the most content, unless it is the wish itself.
fn happened(reading: &Reading<'_>, want: Option<&Want>) -> Option<Claim> {
    let wish = want.map(|w| one_line(&w.sentence));
    let mut best: Option<(usize, &Heard<'_>, &str)> = None;
    for heard in reading.customer() {
        for sentence in sentences(&heard.text).into_iter().filter(|s| !s.ends_with('?')) {
            let mut words = 0;
            for_each_word(sentence, |_| words += 1);
            let words = words.min(20);
            if words >= 3 && Some(one_line(sentence)) != wish && best.is_none_or(|(most, ..)| words > most) {
                best = Some((words, heard, sentence));
            }
        }
    }
    best.map(|(_, heard, sentence)| Claim {
        text: format!("They report: {}", quoted(sentence, 220)),
        turns: vec![heard.id()],
    })
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
    Some(Claim { text, turns: distinct(turns) })
}

fn tools(reading: &Reading<'_>, tried: &[Attempt]) -> Option<Claim> {
    let failed: Vec<&Attempt> = tried.iter().filter(|a| is_tool(reading, a) && a.result == AttemptResult::Failed).collect();
    let last = failed.last()?;
    let name = last.sources.first().map_or("", String::as_str);
    let text = format!("The AI's tools failed {}, last {}.", times(failed.len()), quoted(name, 60));
    Some(Claim { text, turns: failed.iter().map(|a| a.turn).collect() })
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
    Some(Claim { text: format!("Still open: {}", quoted(last, 200)), turns: vec![heard.id()] })
}

pub(super) fn distinct(turns: Vec<TurnId>) -> Vec<TurnId> {
    let mut out: Vec<TurnId> = Vec::with_capacity(turns.len());
    for turn in turns {
        if !out.contains(&turn) {
            out.push(turn);
        }
    }
    out
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::{mood::mood, promises::promises, samples::Talk, tried::tried, wants::want};
    use baton_model::SignalKind;

    fn texts(talk: &Talk) -> Vec<String> {
        let reading = Reading::of(&talk.conversation, usize::MAX);
        let want = want(&reading, &[]);
        summary(&reading, want.as_ref(), &tried(&reading), &mood(&reading), &promises(&reading, None))
            .into_iter()
            .map(|c| c.text)
            .collect()
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
                "Wants a refund: “I want a refund.”",
                "They report: “The kettle leaks all over my kitchen table.”",
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
