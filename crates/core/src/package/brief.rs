//! The headline, and what a person can be told in fifteen seconds.

use baton_model::{Attempt, AttemptResult, Claim, CustomerCard, Escalation, MoodArc, NextStep, Tier, Trigger, TurnId};

use super::{
    quote::{quoted, short_line},
    reading::Reading,
    summary::distinct,
    tried::is_tool,
    wants::Want,
    words::times,
};

/// Words in the spoken brief: about fifteen seconds.
pub(super) const SPOKEN_WORDS: usize = 45;

/// "Jane Roe (VIP) wants a refund for order A-1042; the AI could not answer twice"
pub(super) fn headline(
    escalation: &Escalation,
    reading: &Reading<'_>,
    card: &CustomerCard,
    want: Option<&Want>,
    tried: &[Attempt],
) -> Claim {
    let mut who = reading.veil.cover(&name(card)).into_owned();
    who.push_str(match escalation.tier {
        Tier::Vip => " (VIP)",
        Tier::Plus => " (Plus)",
        Tier::Standard => "",
    });
    let what = match want {
        Some(Want { phrase: Some(phrase), .. }) => format!("wants {phrase}"),
        Some(want) => format!("writes {}", quoted(&want.sentence, 80)),
        None => "has not written yet".into(),
    };
    let (why, because) = why_now(escalation.trigger, reading, tried);
    let mut turns: Vec<TurnId> = want.map(|w| w.turns.clone()).unwrap_or_default();
    turns.extend(because);
    turns.extend(reading.get(escalation.decision.turn).map(|h| h.id()));
    if turns.is_empty() {
        turns.extend(reading.turns.last().map(|h| h.id()));
    }
    Claim::new(format!("{who} {what}; {why}"), distinct(turns))
}

/// What can always be said: used where a richer headline has no source.
pub(super) fn plain_headline(trigger: Trigger, turns: Vec<TurnId>) -> Claim {
    Claim::new(format!("A customer needs a person: {}", usual_why(trigger)), turns)
}

fn name(card: &CustomerCard) -> String {
    card.name.as_deref().map(|n| short_line(n, 60)).filter(|n| !n.is_empty()).unwrap_or_else(|| "A customer".into())
}

fn why_now(trigger: Trigger, reading: &Reading<'_>, tried: &[Attempt]) -> (String, Vec<TurnId>) {
    let of = |tool: bool, results: &[AttemptResult]| -> Vec<TurnId> {
        tried.iter().filter(|a| is_tool(reading, a) == tool && results.contains(&a.result)).map(|a| a.turn).collect()
    };
    if trigger == Trigger::AiLimit {
        let lost = of(false, &[AttemptResult::Failed]);
        let vain = of(false, &[AttemptResult::Failed, AttemptResult::DidNotHelp]);
        let broken = of(true, &[AttemptResult::Failed]);
        let again = |n: usize| if n > 1 { format!(" {}", times(n)) } else { String::new() };
        if !lost.is_empty() {
            return (format!("the AI could not answer{}", again(vain.len())), vain);
        }
        if !vain.is_empty() {
            return (format!("the AI's answers did not help{}", again(vain.len())), vain);
        }
        if !broken.is_empty() {
            return (format!("a tool of the AI failed{}", again(broken.len())), broken);
        }
    }
    (usual_why(trigger).to_owned(), Vec::new())
}

fn usual_why(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Safety => "somebody's safety may be at risk",
        Trigger::ExplicitRequest => "a person was asked for",
        Trigger::Rule => "a rule of this workspace applies",
        Trigger::Abuse => "the language became abusive",
        Trigger::Distress => "they are distressed",
        Trigger::Complaint => "this is a complaint",
        Trigger::HighValue => "a lot of money is involved",
        Trigger::Negotiation => "they ask for terms that need a person",
        Trigger::AiLimit => "the AI reached its limit",
    }
}

pub(super) fn spoken_brief(
    escalation: &Escalation,
    reading: &Reading<'_>,
    card: &CustomerCard,
    want: Option<&Want>,
    tried: &[Attempt],
    mood: &MoodArc,
    steps: &[NextStep],
) -> String {
    let tier = match escalation.tier {
        Tier::Vip => ", VIP",
        Tier::Plus => ", Plus",
        Tier::Standard => "",
    };
    let mut said = format!("{}{tier}.", reading.veil.cover(&name(card)));
    let add = |said: &mut String, sentence: String| {
        if words(said) + words(&sentence) <= SPOKEN_WORDS {
            said.push(' ');
            said.push_str(&sentence);
        }
    };
    add(
        &mut said,
        match want {
            Some(Want { phrase: Some(phrase), .. }) => format!("Wants {phrase}."),
            Some(want) => format!("Writes: {}", ended(&short_line(&want.sentence, 90))),
            None => "Has not written yet.".into(),
        },
    );
    let (why, _) = why_now(escalation.trigger, reading, tried);
    add(&mut said, format!("Why now: {why}."));
    if mood.now <= -0.3 {
        add(&mut said, if mood.now <= -0.6 { "They are very upset.".into() } else { "They are unhappy.".into() });
    }
    if let Some(step) = steps.first() {
        add(&mut said, format!("First step: {}", ended(&step.text)));
    }
    said
}

pub(super) fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn ended(text: &str) -> String {
    if text.ends_with(['.', '!', '?', '…']) { text.to_owned() } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use baton_model::{EntityKind, SignalKind};

    use super::*;
    use crate::package::samples::Talk;

    #[test]
    fn the_headline_says_who_what_and_why_now() {
        let mut talk = Talk::new()
            .customer("I want a refund for order A-1042")
            .entity("A-1042", EntityKind::Reference, "A-1042")
            .ai("I cannot help.")
            .signal(SignalKind::CannotHelp, 0.9)
            .customer("Really, please do it")
            .ai("I cannot help.")
            .signal(SignalKind::CannotHelp, 0.9)
            .at_trigger(Trigger::AiLimit);
        talk.escalation.tier = Tier::Vip;
        let package = talk.build();
        assert_eq!(package.headline.text, "Jane Roe (VIP) wants a refund for order A-1042; the AI could not answer twice");
        assert!(
            package
                .spoken_brief
                .starts_with("Jane Roe, VIP. Wants a refund for order A-1042. Why now: the AI could not answer twice."),
            "{}",
            package.spoken_brief
        );
        assert!(words(&package.spoken_brief) <= SPOKEN_WORDS);
    }

    #[test]
    fn nothing_said_is_said_so() {
        let talk = Talk::new().at_trigger(Trigger::ExplicitRequest);
        let package = talk.build();
        assert_eq!(package.headline.text, "Jane Roe has not written yet; a person was asked for");
        assert!(package.headline.turns.is_empty());
    }
}
