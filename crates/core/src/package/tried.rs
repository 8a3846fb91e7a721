//! What the AI did, and how the customer took it.

use baton_model::{Attempt, AttemptResult, Author, SignalKind};

use super::{
    quote::short_line,
    reading::{Heard, Reading},
};

/// Every AI answer and every tool call. A greeting before the customer's first word answers nothing.
pub(super) fn tried(reading: &Reading<'_>) -> Vec<Attempt> {
    let mut out = Vec::new();
    let mut asked: Option<&Heard<'_>> = None;
    for (i, heard) in reading.turns.iter().enumerate() {
        match &heard.turn.author {
            Author::Customer => asked = Some(heard),
            Author::AiAgent => {
                if let Some(asked) = asked {
                    out.push(answer(heard, asked, reaction(&reading.turns[i + 1..])));
                }
            }
            Author::Tool { name, ok } => out.push(Attempt {
                turn: heard.id(),
                what: short_line(&format!("{name} {}: {}", if *ok { "succeeded" } else { "failed" }, heard.text), 240),
                sources: vec![name.clone()],
                result: if *ok { AttemptResult::Unknown } else { AttemptResult::Failed },
                reaction: None,
            }),
            Author::HumanAgent { .. } | Author::Notice { .. } | Author::Note { .. } => {}
        }
    }
    out
}

pub(super) fn is_tool(reading: &Reading<'_>, attempt: &Attempt) -> bool {
    reading.get(attempt.turn).is_some_and(|h| matches!(h.turn.author, Author::Tool { .. }))
}

/// The customer's next turn, unless somebody else answered first.
fn reaction<'r, 'a>(after: &'r [Heard<'a>]) -> Option<&'r Heard<'a>> {
    after
        .iter()
        .take_while(|h| !matches!(h.turn.author, Author::AiAgent | Author::HumanAgent { .. }))
        .find(|h| h.turn.is_customer())
}

fn answer(heard: &Heard<'_>, asked: &Heard<'_>, reaction: Option<&Heard<'_>>) -> Attempt {
    let meta = heard.turn.ai.as_ref();
    let mut sources: Vec<String> = Vec::new();
    for citation in meta.iter().flat_map(|m| &m.citations) {
        if !sources.contains(&citation.title) {
            sources.push(citation.title.clone());
        }
    }
    let gave_up = meta.is_some_and(|m| m.no_answer) || heard.says(SignalKind::CannotHelp);
    let result = match reaction {
        _ if gave_up => AttemptResult::Failed,
        Some(reply) => taken(heard, asked, reply),
        None => AttemptResult::Unknown,
    };
    Attempt { turn: heard.id(), what: short_line(&heard.text, 240), sources, result, reaction: reaction.map(Heard::id) }
}

fn taken(answer: &Heard<'_>, asked: &Heard<'_>, reply: &Heard<'_>) -> AttemptResult {
    use SignalKind::{Anger, Complaint, Dispute, Thanks, Unresolved, WantsHuman};
    let mood = reply.turn.signals.sentiment;
    if [Unresolved, WantsHuman, Complaint, Dispute, Anger].into_iter().any(|k| reply.says(k)) {
        return AttemptResult::DidNotHelp;
    }
    if reply.says(Thanks) && mood >= -0.2 {
        return AttemptResult::Helped;
    }
    let words = reply.words();
    let shared = words.shared_with(asked.words());
    let share = shared as f32 / words.len().max(1) as f32;
    if shared >= 2 && share >= 0.6 {
        return AttemptResult::DidNotHelp;
    }
    // An answer to the AI's own question tells nothing; another question, calmly asked, means that they moved on.
    let moved_on =
        !answer.turn.signals.question && reply.turn.signals.question && share < 0.3 && mood >= -0.2 && words.len() >= 2;
    if moved_on { AttemptResult::Helped } else { AttemptResult::Unknown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::samples::Talk;

    fn results(talk: &Talk) -> Vec<AttemptResult> {
        tried(&Reading::of(&talk.conversation, usize::MAX)).into_iter().map(|a| a.result).collect()
    }

    #[test]
    fn the_customers_reaction_tells_the_result() {
        use AttemptResult::{DidNotHelp, Failed, Helped, Unknown};
        let talk = Talk::new()
            .ai("Hello, how can I help?")
            .customer("My parcel from Leipzig is lost")
            .ai("Please wait.")
            .customer("The parcel from Leipzig is really lost")
            .ai("Try the tracking page.")
            .customer("That did not help")
            .signal(SignalKind::Unresolved, 0.8)
            .ai("I cannot help with that.")
            .signal(SignalKind::CannotHelp, 0.9)
            .customer("What are your opening hours on Sunday?")
            .question()
            .ai("Ten to four.")
            .customer("Do you sell gift vouchers?")
            .question()
            .ai("Yes.")
            .customer("Thanks a lot")
            .signal(SignalKind::Thanks, 0.9)
            .ai("You are welcome.");
        assert_eq!(results(&talk), [DidNotHelp, DidNotHelp, Failed, Helped, Helped, Unknown]);
    }

    #[test]
    fn tools_and_citations_are_named() {
        let talk = Talk::new()
            .customer("status?")
            .tool("order_lookup", false, "timeout")
            .ai("See the guide.")
            .cites("Tracking guide")
            .cites("Tracking guide");
        let all = tried(&Reading::of(&talk.conversation, usize::MAX));
        assert_eq!(all[0].what, "order_lookup failed: timeout");
        assert_eq!(all[0].result, AttemptResult::Failed);
        assert_eq!(all[1].sources, ["Tracking guide"]);
    }
}
