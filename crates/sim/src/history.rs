//! What a state alone does not show: the order of events, and what each one meant when it was written.

use std::collections::{BTreeMap, BTreeSet};

use baton_core::engine::{State, view};
use baton_model::{Author, EscalationId, EscalationState, Event, Holder, NoticeKind, Recorded, Timestamp};

/// The text that marks the n-th message of a plan, so that it can be counted.
pub(crate) fn mark(n: usize) -> String {
    format!("[m{n}]")
}

#[derive(Debug, Default)]
pub(crate) struct History {
    position: u64,
    at: Timestamp,
    /// Escalations with a relaxation since they were last placed.
    relaxed: BTreeSet<EscalationId>,
    /// How often each marked message was journaled.
    pub(crate) marked: BTreeMap<String, u32>,
}

impl History {
    /// `before` is the state that the event met.
    pub(crate) fn check(&mut self, before: &State, recorded: &Recorded, batch: &[Recorded]) -> Result<(), String> {
        if recorded.position != self.position + 1 {
            return Err(format!("4: position {} follows {}", recorded.position, self.position));
        }
        if recorded.at < self.at {
            return Err(format!("4: time went back at position {}", recorded.position));
        }
        self.position = recorded.position;
        self.at = recorded.at;
        let now = recorded.at;
        match &recorded.event {
            Event::TurnAdded { conversation, turn, .. } => {
                let c = view::conversation(before, *conversation, now);
                if matches!(turn.author, Author::AiAgent) && c.as_ref().is_none_or(|c| c.conversation.holder != Holder::Ai) {
                    return Err(format!("1: the AI wrote to {conversation} without holding it"));
                }
                if c.is_some_and(|c| c.conversation.epoch != turn.epoch) {
                    return Err(format!("1: a turn of {conversation} carries another epoch than the conversation"));
                }
                // Baton's own notices may quote a message.
                let own = matches!(turn.author, Author::Notice { .. } | Author::Note { .. });
                if let Some(from) = turn.text.find("[m").filter(|_| !own) {
                    let mark = turn.text[from..].to_owned();
                    let times = self.marked.entry(mark.clone()).or_default();
                    *times += 1;
                    if *times > 1 {
                        return Err(format!("4: {mark} was journaled {times} times"));
                    }
                }
            }
            Event::EscalationOpened { escalation } => {
                let acks = batch.iter().filter(|r| {
                    matches!(&r.event, Event::TurnAdded { conversation, turn, .. } if *conversation == escalation.conversation
                        && matches!(turn.author, Author::Notice { notice: NoticeKind::Acknowledgement }))
                });
                if acks.count() != 1 {
                    return Err(format!("7: {} is not acknowledged exactly once in its commit", escalation.id));
                }
            }
            Event::Relaxed { escalation, .. } => {
                self.relaxed.insert(*escalation);
            }
            // A transfer to a named person eases what that person lacks, and says so.
            Event::Requeued { escalation, requirements, strict, preferred: Some(_), .. } if requirements != strict => {
                self.relaxed.insert(*escalation);
            }
            Event::Requeued { escalation, .. } | Event::CallbackStarted { escalation, .. } => {
                self.relaxed.remove(escalation);
            }
            Event::OfferMade { offer } => self.check_offer(before, offer, now)?,
            Event::ClockBreached { escalation, kind, due } => {
                let e = view::escalation(before, *escalation, now);
                let known = e.is_some_and(|e| e.escalation.clocks.iter().any(|c| c.kind == *kind && c.due == *due));
                if !known || *due > now {
                    return Err(format!("9: {escalation} breached {kind:?} due {due} at {now}, not journaled before"));
                }
            }
            Event::ReturnedToAi { escalation, .. } | Event::EscalationClosed { escalation, .. } => {
                let e = view::escalation(before, *escalation, now);
                let resolved = e.is_some_and(|e| matches!(e.escalation.state, EscalationState::Resolved { .. }));
                let told = batch.iter().any(
                    |r| matches!(&r.event, Event::TurnAdded { turn, .. } if matches!(turn.author, Author::Notice { .. })),
                );
                if !resolved && !told {
                    return Err(format!("3: {escalation} ended and the customer was not told"));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn check_offer(&self, before: &State, offer: &baton_model::Offer, now: Timestamp) -> Result<(), String> {
        let Some(e) = view::escalation(before, offer.escalation, now) else {
            return Err(format!("2: {} offers an unknown escalation", offer.id));
        };
        let item = &e.escalation.item;
        if item.requirements != item.strict && !self.relaxed.contains(&offer.escalation) {
            return Err(format!("5: {} was relaxed without an event", offer.escalation));
        }
        let Some(human) = view::human(before, offer.human_agent, now) else {
            return Err(format!("2: {} offers to an unknown person", offer.id));
        };
        if !human.connected || !human.working || human.willing != baton_model::Willing::Available {
            return Err(format!("5: {} offers to somebody who is not there", offer.id));
        }
        for (skill, least) in &item.requirements.skills {
            if human.profile.skills.get(skill).is_none_or(|has| has < least) {
                return Err(format!("5: {} offers to somebody without {skill} {least}", offer.id));
            }
        }
        if item.requirements.language.as_ref().is_some_and(|l| !human.profile.languages.contains(l)) {
            return Err(format!("5: {} offers to somebody who does not speak the language", offer.id));
        }
        let all = view::Filter { states: vec!["queued".into()], limit: usize::MAX, ..view::Filter::default() };
        for card in view::escalations(before, &all, now) {
            let Some(other) = view::escalation(before, card.escalation, now) else { continue };
            let o = &other.escalation.item;
            let equal = o.requirements == item.requirements
                && (o.priority, o.target_seconds, o.preferred) == (item.priority, item.target_seconds, item.preferred);
            if equal
                && o.routing_since < item.routing_since
                && o.units <= item.units
                && !o.decliners.contains(&offer.human_agent)
            {
                return Err(format!("6: {} was offered before its older equal {}", offer.escalation, other.escalation.id));
            }
        }
        Ok(())
    }
}
