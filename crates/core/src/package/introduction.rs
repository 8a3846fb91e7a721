//! The first words of a person who takes over: they name themselves and show that they know the story.

use baton_model::{AttemptResult, Package, Trigger};

use super::{
    quote::{one_line, shorten},
    wants::{WANTS, WRITES},
    words::fold,
};

/// A greeting and at most three sentences. Never says "agent" and never shouts, whatever was written before.
pub fn introduction(package: &Package, human_name: &str) -> String {
    let trigger = package.reason.trigger;
    let hello = match first_name(package.customer.name.as_deref()).filter(|n| gentle(n)) {
        Some(name) => format!("Hi {name},"),
        None => "Hello,".into(),
    };
    let me = match one_line(human_name) {
        name if gentle(&name) && !name.is_empty() => format!("I'm {}", shorten(&name, 60)),
        _ => "I'm the person looking after you now".into(),
    };
    let story = story(package);
    let step = next_move(package);
    let rest = match trigger {
        Trigger::Safety => {
            return format!(
                "{hello} {me}, and I'm here with you now. I've read what you wrote, so you don't need to repeat anything. If anyone is in \
                 danger right now, please call your local emergency number first. I'm staying here, and I'm ready to listen."
            );
        }
        Trigger::Distress => format!(
            "I can see how upsetting this has been, and I'm sorry. I've read everything{story}. You don't need to repeat anything — {step}."
        ),
        Trigger::Complaint => format!(
            "I'm sorry for how this has gone. I've read everything{story}. You don't need to repeat anything — {step}."
        ),
        Trigger::ExplicitRequest => format!(
            "You asked for a person, and I'm here. I've read everything{story}. You don't need to repeat anything — {step}."
        ),
        Trigger::Negotiation => format!(
            "I've read everything{story}. You don't need to repeat anything — I'm looking at what I can do for you and will write back in a moment."
        ),
        Trigger::Abuse | Trigger::HighValue | Trigger::AiLimit | Trigger::Rule => {
            format!("I've read everything{story}. You don't need to repeat anything — {step}.")
        }
    };
    format!("{hello} {me}. {rest}")
}

/// ": you'd like a refund for order A-1042 and the answers so far didn't help"
fn story(package: &Package) -> String {
    let wish = package.wants.as_ref().and_then(|w| wish(&w.text));
    let in_vain = package.tried.iter().any(|a| matches!(a.result, AttemptResult::DidNotHelp | AttemptResult::Failed));
    match (wish, in_vain) {
        (Some(wish), true) => format!(": {wish}, and the answers so far didn't help"),
        (Some(wish), false) => format!(": {wish}"),
        (None, true) => ", and I know that the answers so far didn't help".into(),
        (None, false) => String::new(),
    }
}

/// The wish as the customer would hear it. Their own words are quoted only where they read well in a friendly sentence.
fn wish(claim: &str) -> Option<String> {
    if let Some(phrase) = claim.strip_prefix(WANTS) {
        let phrase = phrase.split(": “").next().unwrap_or(phrase).replace(" their ", " your ");
        let phrase = phrase.strip_prefix("their ").map_or(phrase.clone(), |p| format!("your {p}"));
        return gentle(&phrase).then(|| format!("you'd like {phrase}"));
    }
    let quote = claim.strip_prefix(WRITES)?.trim_matches(['“', '”']);
    let short = shorten(quote.trim_end_matches(|c: char| !c.is_alphanumeric()), 90);
    let plain = gentle(&short) && short.chars().any(char::is_alphabetic) && !short.contains(['.', '?', '…', '。']);
    plain.then(|| format!("you wrote “{short}”"))
}

fn next_move(package: &Package) -> String {
    let wants_order = package
        .wants
        .as_ref()
        .is_some_and(|w| w.text.starts_with(WANTS) && w.text.split(": “").next().is_some_and(|p| p.contains(" order ")));
    let what = if wants_order { "I'm checking the order now" } else { "I'm looking into it now" };
    format!("{what} and will write back in a moment")
}

/// Words that may stand in a friendly sentence of ours.
fn gentle(text: &str) -> bool {
    !text.contains(['!', '！', '？', '?']) && !fold(text).contains("agent")
}

/// "Jane" of "Jane Roe"; the whole name after a title.
pub(super) fn first_name(name: Option<&str>) -> Option<String> {
    let name = one_line(name?);
    let first = name.split(' ').next().filter(|f| f.chars().any(char::is_alphabetic))?;
    let title =
        first.ends_with('.') || ["mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau"].contains(&fold(first).as_str());
    Some(shorten(if title { &name } else { first.trim_end_matches(',') }, 40))
}

#[cfg(test)]
mod tests {
    use baton_model::{EntityKind, SignalKind};

    use super::*;
    use crate::package::samples::Talk;

    fn refund() -> Talk {
        Talk::new()
            .customer("I want a refund for order A-1042")
            .entity("A-1042", EntityKind::Reference, "A-1042")
            .ai("I cannot do that.")
            .signal(SignalKind::CannotHelp, 0.9)
    }

    #[test]
    fn each_trigger_has_its_tone() {
        let said = |trigger| introduction(&refund().at_trigger(trigger).build(), "Priya");
        assert_eq!(
            said(Trigger::AiLimit),
            "Hi Jane, I'm Priya. I've read everything: you'd like a refund for order A-1042, and the answers so far didn't help. You don't \
             need to repeat anything — I'm checking the order now and will write back in a moment."
        );
        assert!(
            said(Trigger::Distress).starts_with("Hi Jane, I'm Priya. I can see how upsetting this has been, and I'm sorry.")
        );
        assert!(said(Trigger::Complaint).starts_with("Hi Jane, I'm Priya. I'm sorry for how this has gone."));
        assert!(said(Trigger::ExplicitRequest).contains("You asked for a person, and I'm here."));
        assert!(said(Trigger::Negotiation).contains("I'm looking at what I can do for you"));
        assert!(said(Trigger::Safety).contains("I'm here with you now."));
    }

    #[test]
    fn it_stays_gentle_whatever_was_written() {
        for text in ["GIVE ME AN AGENT NOW!!!", "", "!!!", "My account. Is it gone? Tell me…", "agent"] {
            for trigger in Trigger::ALL {
                for name in ["Priya", "Agent Smith!", ""] {
                    let mut talk = Talk::new().customer(text).at_trigger(trigger);
                    talk.conversation.customer.name = Some("Agent! 47".into());
                    let said = introduction(&talk.build(), name);
                    assert!(!said.to_lowercase().contains("agent") && !said.contains('!'), "{said}");
                    assert!(said.matches(". ").count() <= 3 && said.ends_with('.'), "{said}");
                }
            }
        }
    }

    #[test]
    fn names_are_short_unless_titled() {
        assert_eq!(first_name(Some("Jane Roe")).as_deref(), Some("Jane"));
        assert_eq!(first_name(Some("Dr. Roe")).as_deref(), Some("Dr. Roe"));
        assert_eq!(first_name(Some("  ")), None);
    }
}
