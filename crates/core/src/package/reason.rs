//! Why a person was needed, with the words that show it, and how urgent it is.

use baton_model::{Escalation, Evidence, PackageReason, Reason, SignalKind, Tier, Trigger, Urgency, UrgencyNote};

use super::{quote::short_line, reading::Reading};

/// The reason that opened the escalation, if the decision names it.
pub(super) fn main_reason(escalation: &Escalation) -> Option<&Reason> {
    let reasons = &escalation.decision.reasons;
    reasons.iter().find(|r| r.trigger == escalation.trigger).or_else(|| reasons.first())
}

pub(super) fn reason(escalation: &Escalation, reading: &Reading<'_>) -> PackageReason {
    let main = main_reason(escalation);
    let mut evidence: Vec<Evidence> = Vec::new();
    let mut also = Vec::new();
    let others = escalation.decision.reasons.iter().filter(|r| main.is_none_or(|m| !std::ptr::eq(m, *r)));
    for reason in main.into_iter().chain(others) {
        for found in reason.evidence.iter().filter_map(|e| reading.evidence(e)) {
            if !evidence.contains(&found) {
                evidence.push(found);
            }
        }
        if reason.trigger != escalation.trigger && !also.contains(&reason.trigger) {
            also.push(reason.trigger);
        }
    }
    if evidence.is_empty()
        && let Some(heard) = reading.get(escalation.decision.turn)
    {
        evidence.push(Evidence { turn: heard.id(), span: None, quote: short_line(&heard.text, 240) });
    }
    let because = main.map(|r| r.because.trim()).filter(|b| !b.is_empty()).unwrap_or(usual_because(escalation.trigger));
    PackageReason {
        trigger: escalation.trigger,
        because: reading.veil.cover(because).into_owned(),
        evidence,
        also,
        policy_version: escalation.decision.policy_version,
    }
}

fn usual_because(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Safety => "Somebody's safety may be at risk.",
        Trigger::ExplicitRequest => "The customer asked for a person.",
        Trigger::Rule => "A rule of this workspace asks for a person.",
        Trigger::Abuse => "The language became abusive.",
        Trigger::Distress => "The customer is distressed.",
        Trigger::Complaint => "The customer complains.",
        Trigger::HighValue => "A lot of money is involved.",
        Trigger::Negotiation => "The customer asks for terms that need a person.",
        Trigger::AiLimit => "The AI reached its limit.",
    }
}

pub(super) fn urgency(escalation: &Escalation, reading: &Reading<'_>, mood_now: f32) -> UrgencyNote {
    let level = escalation.urgency;
    let mut why: Vec<String> = Vec::new();
    let mut add = |text: String| {
        if !text.is_empty() && !why.contains(&text) {
            why.push(text);
        }
    };
    for reason in escalation.decision.reasons.iter().filter(|r| r.urgency >= level) {
        add(reading.veil.cover(reason.because.trim()).into_owned());
    }
    match escalation.tier {
        Tier::Vip => add("VIP customer.".into()),
        Tier::Plus => add("Plus customer.".into()),
        Tier::Standard => {}
    }
    if mood_now <= -0.5 {
        add("The customer's mood is very low.".into());
    }
    let any = |kind| reading.customer().any(|h| h.says(kind));
    if any(SignalKind::LegalThreat) {
        add("The customer speaks of legal steps.".into());
    }
    if any(SignalKind::ChurnThreat) {
        add("The customer speaks of leaving.".into());
    }
    if why.is_empty() {
        why.push(match level {
            Urgency::Low => "Nothing presses.".into(),
            Urgency::Normal => "Usual urgency for this reason.".into(),
            Urgency::High | Urgency::Critical => usual_because(escalation.trigger).into(),
        });
    }
    UrgencyNote { level, why }
}

#[cfg(test)]
mod tests {
    use baton_model::{Span, TurnId};

    use super::*;
    use crate::package::samples::{Talk, a_reason};

    #[test]
    fn evidence_is_quoted_from_the_turn_and_foreign_turns_are_left_out() {
        let mut talk = Talk::new().customer("I want to speak to a person now").at_trigger(Trigger::ExplicitRequest);
        let turn = talk.conversation.turns[0].id;
        let mut reason = a_reason(Trigger::ExplicitRequest, "The customer asked for a person.");
        reason.evidence = vec![
            Evidence { turn, span: Some(Span { start: 0, end: 26 }), quote: "something else".into() },
            Evidence { turn, span: Some(Span { start: 20, end: 900 }), quote: "invented".into() },
            Evidence { turn: uuid_of(99), span: None, quote: "elsewhere".into() },
        ];
        talk.decide(vec![reason, a_reason(Trigger::Complaint, "They complain.")]);
        let reading = Reading::of(&talk.conversation, usize::MAX);
        let r = super::reason(&talk.escalation, &reading);
        assert_eq!(r.because, "The customer asked for a person.");
        assert_eq!(r.also, [Trigger::Complaint]);
        let quotes: Vec<_> = r.evidence.iter().map(|e| (e.span.is_some(), e.quote.as_str())).collect();
        assert_eq!(quotes, [(true, "I want to speak to a perso"), (false, "I want to speak to a person now")]);
    }

    fn uuid_of(n: u64) -> TurnId {
        crate::package::samples::turn_id(n)
    }

    #[test]
    fn urgency_says_why() {
        let mut talk = Talk::new()
            .customer("I will call my lawyer")
            .signal(SignalKind::LegalThreat, 0.9)
            .at_trigger(Trigger::Complaint);
        talk.escalation.tier = Tier::Vip;
        talk.escalation.urgency = Urgency::High;
        let note = urgency(&talk.escalation, &Reading::of(&talk.conversation, usize::MAX), -0.8);
        assert_eq!(note.level, Urgency::High);
        assert_eq!(note.why, ["VIP customer.", "The customer's mood is very low.", "The customer speaks of legal steps."]);
    }
}
