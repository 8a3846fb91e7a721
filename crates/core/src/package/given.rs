//! What the customer has already given: answers to what they were asked, and facts that they named by themselves. Whoever
//! takes over need not ask again.

use baton_model::{Author, Given, TurnId};

use super::{
    quote::short_line,
    reading::{Heard, Reading},
    words::{for_each_word, sentences},
};

/// Characters of an answer.
const ANSWER: usize = 600;

/// In the order in which they were given.
pub(super) fn given(reading: &Reading<'_>) -> Vec<Given> {
    let mut out = Vec::new();
    let mut asked: Option<(TurnId, &str)> = None;
    for heard in &reading.turns {
        match &heard.turn.author {
            Author::AiAgent | Author::HumanAgent { .. } => asked = question(heard),
            // Two messages in a row may both answer.
            Author::Customer if telling(heard, asked.is_some()) => out.push(Given {
                question: asked.map(|(_, text)| short_line(text, 240)),
                asked: asked.map(|(turn, _)| turn),
                answer: short_line(&heard.text, ANSWER),
                turn: heard.id(),
            }),
            Author::Customer | Author::Notice { .. } | Author::Tool { .. } | Author::Note { .. } => {}
        }
    }
    out
}

/// The last question of a turn.
fn question<'r>(heard: &'r Heard<'_>) -> Option<(TurnId, &'r str)> {
    let text: &'r str = &heard.text;
    if !text.contains(['?', '？']) {
        return None;
    }
    sentences(text).into_iter().rev().find(|s| s.ends_with(['?', '？'])).map(|s| (heard.id(), s))
}

/// An answer of any kind, or words that hold a number or another fact.
fn telling(heard: &Heard<'_>, answers: bool) -> bool {
    if !heard.turn.signals.entities.is_empty() || heard.text.contains(char::is_numeric) {
        return true;
    }
    let mut words = 0;
    for_each_word(&heard.text, |_| words += 1);
    answers && words > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::samples::Talk;

    #[test]
    fn answers_stand_beside_their_questions() {
        let talk = Talk::new()
            .customer("Hello there")
            .ai("Hi. What is your order number? And your name?")
            .customer("A-1042, Jane Roe")
            .ai("Let me look.")
            .customer("thanks")
            .customer("It was 3 weeks ago");
        let found = given(&Reading::of(&talk.conversation, usize::MAX));
        let told: Vec<_> = found.iter().map(|g| (g.question.as_deref(), g.answer.as_str())).collect();
        assert_eq!(told, [(Some("And your name?"), "A-1042, Jane Roe"), (None, "It was 3 weeks ago")]);
        assert_eq!(found[0].asked, Some(talk.conversation.turns[1].id));
    }
}
