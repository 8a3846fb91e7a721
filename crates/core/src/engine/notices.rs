//! Baton's own words to customers. Plain, warm, short; no jargon, no exclamation marks, never "agent". A notice says what
//! happens next.

use baton_model::{Conversation, EntityKind, Trigger};

use super::state::State;
use crate::package;

fn opening(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Safety => {
            "Thank you for telling me. If anybody is in danger right now, please call your local emergency number. \
             I'm bringing in a person from our team."
        }
        Trigger::Distress => "I hear you, and I'm sorry this has been so hard. I'm bringing in a person from our team.",
        Trigger::Complaint => "I'm sorry about this. A person from our team will take it from here.",
        Trigger::Negotiation | Trigger::HighValue => {
            "That deserves a person who can decide it. I'm bringing in somebody from our team."
        }
        Trigger::Abuse => "I'm passing this to a person from our team.",
        Trigger::ExplicitRequest => "Of course. I'm bringing in a person from our team.",
        Trigger::AiLimit | Trigger::Rule => {
            "I don't want to keep you going in circles, so I'm bringing in a person from our team."
        }
    }
}

/// `missing`: what would help whoever takes over; the customer may leave it out.
pub(super) fn acknowledgement(
    trigger: Trigger,
    name: &str,
    position: Option<u32>,
    wait: Option<&str>,
    missing: Option<&str>,
) -> String {
    let opening = addressed(name, opening(trigger));
    let next = match (position, wait) {
        (Some(1), Some(wait)) => format!("You're next, and the wait is {wait}."),
        (Some(n), Some(wait)) => format!("You're number {n} in line, and the wait is {wait}."),
        _ => {
            "Nobody is free this moment; I'll keep you posted here, and if it takes long I'll arrange a callback.".to_owned()
        }
    };
    let told = format!("{opening} They will see everything you've written, so there is no need to repeat it. {next}");
    // Somebody in danger is asked for nothing.
    match missing.filter(|_| trigger != Trigger::Safety) {
        Some(missing) => format!("{told} If you like, write {missing} here meanwhile: it is passed on with the rest."),
        None => told,
    }
}

/// They told while waiting what was missing.
pub(super) fn passed_on(next: Option<&str>) -> String {
    let thanks = "Thank you, that is with your request now.";
    next.map_or_else(|| thanks.to_owned(), |next| format!("{thanks} If you like, write {next} here too."))
}

/// Why a callback was booked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Booked {
    /// Nobody is there when it opens: part of the acknowledgement.
    Closed(Trigger),
    /// The wait grew too long.
    WaitTooLong,
    Chosen,
}

pub(super) fn callback_booked(why: Booked, name: &str, when: &str, zone: &str, contact: Option<&str>) -> String {
    let how = contact.map_or_else(|| "right here in this chat".to_owned(), |c| format!("at {c}"));
    let what = format!("somebody who has read everything will get in touch {how}");
    match why {
        Booked::Chosen => format!("Your callback is booked {when} ({zone}): {what}. I'm still here meanwhile."),
        Booked::Closed(trigger) => format!(
            "{} Nobody is there right now, so we've booked a callback for you {when} ({zone}): {what}. \
             You can pick another time, and I'm still here meanwhile.",
            addressed(name, opening(trigger))
        ),
        Booked::WaitTooLong => format!(
            "{} We've booked a callback for you {when} ({zone}): {what}. You can pick another time, and I'm still here meanwhile.",
            addressed(name, "Nobody is free soon enough, so let's not keep you waiting here.")
        ),
    }
}

pub(super) fn callback_started() -> String {
    "It's time for your callback: a person from our team is being found right now.".to_owned()
}

pub(super) fn callback_reminder(when: &str, trigger: Option<Trigger>) -> String {
    let danger = match trigger {
        Some(Trigger::Safety) => "If anybody is in danger right now, please call your local emergency number. ",
        _ => "",
    };
    format!(
        "{danger}A person from our team will get back to you {when}, and they already have everything you've written. \
         I've told them that it is urgent. You can pick another time if that suits you better."
    )
}

/// After a transfer or a lost connection: the new wait.
pub(super) fn with_wait(text: String, wait: Option<&str>) -> String {
    match wait {
        Some(wait) => format!("{text} The wait is {wait}."),
        None => text,
    }
}

pub(super) fn human_offer(trigger: Option<Trigger>) -> String {
    match trigger {
        Some(Trigger::Negotiation | Trigger::HighValue) => {
            "A person from our team can look at that for you. Shall I bring somebody in?"
        }
        Some(Trigger::Distress | Trigger::Complaint) => {
            "I'd like to get this right for you. Shall I bring in a person from our team?"
        }
        // The AI has just said that it can't.
        Some(Trigger::AiLimit) => "Shall I bring in a person from our team?",
        _ => "I may not be the best help with this. Shall I bring in a person from our team?",
    }
    .to_owned()
}

pub(super) fn offer_declined() -> String {
    "All right, we'll carry on here. Just say so whenever you'd like a person.".to_owned()
}

pub(super) fn wait_cancelled() -> String {
    "All right, I've taken you out of the line. What can I do for you?".to_owned()
}

pub(super) fn ai_stumbled() -> String {
    "Sorry, that took too long on my side. Please send it once more, or ask for a person at any time.".to_owned()
}

/// Part of the acknowledgement when the wait is long or the day ends first.
pub(super) fn callback_instead(slots: &str) -> String {
    format!(" If that's too long, choose a callback instead, for example {slots}.")
}

/// Nobody looked at what they were offered.
pub(super) fn callback_offered(slots: &str) -> String {
    format!(
        "Finding somebody takes longer than it should. You keep your place; if you'd rather not wait, choose a callback, for example {slots}."
    )
}

/// The told wait still holds.
pub(super) fn on_course(position: u32, wait: &str) -> String {
    match position {
        0 | 1 => format!("You're next in line, and the wait from now is {wait}. I'm still here meanwhile."),
        n => format!("You're number {n} in line, and the wait from now is {wait}. I'm still here meanwhile."),
    }
}

/// The first told wait of this line did not hold.
pub(super) fn longer(wait: &str) -> String {
    format!("It takes longer than I thought: from now it should be {wait}. You can also choose a callback.")
}

pub(super) fn delay(wait: Option<&str>) -> String {
    match wait {
        Some(wait) => format!(
            "I'm sorry, this is again taking longer than I told you. From now it should be {wait}. You can also choose a callback."
        ),
        None => "I'm sorry for the delay. You're not forgotten: the team knows that you are waiting.".to_owned(),
    }
}

pub(super) fn human_vanished(name: &str) -> String {
    format!(
        "I'm sorry, {name} lost the connection. I'm bringing in a colleague who can see everything so far; you keep your place in line."
    )
}

pub(super) fn not_answered(name: &str) -> String {
    let who = if name.is_empty() { "my colleague" } else { name };
    format!(
        "I'm sorry, {who} is held up. I'm asking another colleague, who can see everything so far; you keep your place in line."
    )
}

pub(super) fn transferred(to: Option<&str>) -> String {
    match to {
        Some(name) => format!("I'm passing you to {name}, who will see everything we've talked about. You keep your place in line."),
        None => "I'm passing you to a colleague who knows this best and will see everything we've talked about. You keep your place in line.".to_owned(),
    }
}

pub(super) fn handed_back(ai_name: &str, human: &str) -> String {
    format!("{human} has handed over to {ai_name}, who can take it from here. Ask for a person whenever you like.")
}

pub(super) fn resolved(human: &str) -> String {
    format!("{human} has marked this as solved. If anything is still open, just write here again. How did we do?")
}

pub(super) fn left(contact: Option<&str>) -> String {
    match contact {
        Some(contact) => format!("It looks like you had to go. We'll follow up at {contact} within 24 hours."),
        None => "It looks like you had to go. Write here any time and we'll pick it up where we left it.".to_owned(),
    }
}

pub(super) fn welcome_back() -> String {
    "Good to see you again. I'm bringing your colleague from our team back in; they have everything so far.".to_owned()
}

fn addressed(name: &str, text: &str) -> String {
    if name.is_empty() { text.to_owned() } else { format!("{name}, {}", package::lower_first(text)) }
}

/// The customer's first name, or nothing.
pub(super) fn first_name(c: &Conversation, state: &State) -> String {
    let known = || state.verified_record(c).map(|r| r.name.as_str());
    let name = c.customer.name.as_deref().or_else(known).unwrap_or_default();
    name.split_whitespace().next().unwrap_or_default().to_owned()
}

/// A name for people at the desk.
pub(super) fn display_name(c: &Conversation, state: &State) -> String {
    let known = || state.verified_record(c).map(|r| r.name.clone());
    c.customer.name.clone().or_else(known).or_else(|| c.customer.email.clone()).unwrap_or_else(|| "Visitor".to_owned())
}

/// The customer's time zone: their own, the record's, or the workspace's.
pub(super) fn zone(c: &Conversation, state: &State) -> String {
    let known = || state.verified_record(c).and_then(|r| r.time_zone.clone());
    c.customer.time_zone.clone().or_else(known).unwrap_or_else(|| state.settings.time_zone.clone())
}

/// Where a follow-up can reach them: chosen for a callback, given, named in the conversation, or on record.
pub(super) fn contact(c: &Conversation, state: &State) -> Option<String> {
    let named = || {
        let entities = c.turns.iter().rev().filter(|t| t.is_customer()).flat_map(|t| &t.signals.entities);
        entities.into_iter().find(|e| matches!(e.kind, EntityKind::Email | EntityKind::Phone)).map(|e| e.value.clone())
    };
    let known = || state.verified_record(c).and_then(|r| r.phone.clone().or_else(|| r.email.clone()));
    let chosen = c.escalations.iter().rev().filter_map(|e| state.escalations.get(e)).flat_map(|e| e.callbacks.iter().rev());
    let chosen = chosen.into_iter().find_map(|b| b.contact.clone());
    chosen.or_else(|| c.customer.phone.clone()).or_else(|| c.customer.email.clone()).or_else(named).or_else(known)
}

/// At most `most` characters; a cut is shown.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    let text = text.trim();
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}
