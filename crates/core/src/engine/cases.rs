//! From conversations and escalations to the cases that `learn` counts.

use std::collections::BTreeMap;

use baton_model::{
    Actor, Author, Case, Conversation, ConversationId, Escalation, Event, Judgement, MeasuredFacts, Refusal, RefusalCode,
    Reply, Stream, Timestamp, Trigger,
};

use super::{State, notices, step::Step};
use crate::{assess, learn::RECONTACT_WITHIN};

/// Scores below are noise and are not kept.
const PEAK: f32 = 0.2;
/// Longest note on a judgement, in bytes.
const NOTE_BYTES: usize = 2_000;

impl Step<'_> {
    /// A supervisor or human agent read a conversation that the AI closed alone.
    pub(super) fn judge_conversation(
        &mut self,
        id: ConversationId,
        needed_human: bool,
        note: Option<&str>,
    ) -> Result<Reply, Refusal> {
        if note.is_some_and(|n| n.len() > NOTE_BYTES) {
            return Err(Refusal::new(RefusalCode::Invalid, format!("the note is longer than {NOTE_BYTES} bytes")));
        }
        let known = self.state.ledger.cases.iter().any(|c| c.conversation == id && c.contained());
        if !known {
            return Err(Refusal::new(
                RefusalCode::NotFound,
                format!(
                    "no conversation {id} that the AI closed alone, or it is too old: give escalations a verdict instead"
                ),
            ));
        }
        let by = match &self.input.actor {
            Actor::Human { human_agent } => Some(*human_agent),
            Actor::Supervisor { human_agent, .. } => *human_agent,
            Actor::System | Actor::Bot | Actor::Customer { .. } => None,
        };
        let judgement = Judgement { needed_human, note: note.map(str::to_owned), by, at: self.now };
        self.emit(Stream::Conversation(id), Event::ConversationJudged { conversation: id, judgement });
        Ok(Reply::Done)
    }
}

pub(super) fn of_escalation(e: &Escalation, c: &Conversation) -> Case {
    Case {
        escalation: Some(e.id),
        queue: Some(e.item.queue.clone()),
        trigger: Some(e.trigger),
        topic: e.issue_class.clone(),
        policy_version: e.decision.policy_version,
        ..base(c, e.opened_at)
    }
}

pub(super) fn of_contained(c: &Conversation, at: Timestamp, facts: Option<&MeasuredFacts>) -> Case {
    Case { ended_at: Some(at), facts: facts.cloned(), ..base(c, at) }
}

fn base(c: &Conversation, at: Timestamp) -> Case {
    let customer = || c.turns.iter().filter(|t| t.is_customer());
    let mut peaks: BTreeMap<Trigger, f32> = BTreeMap::new();
    for (trigger, score) in customer().flat_map(|t| assess::scores(&t.signals)).filter(|(_, score)| *score >= PEAK) {
        let peak = peaks.entry(trigger).or_default();
        *peak = peak.max(score);
    }
    let class = customer().rev().find_map(|t| t.signals.issue_class.as_ref()).map(|g| g.label.clone());
    let version =
        c.turns.iter().rev().filter(|t| matches!(t.author, Author::AiAgent)).find_map(|t| t.ai.as_ref()?.version.clone());
    Case {
        conversation: c.id,
        escalation: None,
        at,
        ended_at: None,
        queue: None,
        topic: class.unwrap_or_else(|| "other".into()),
        trigger: None,
        policy_version: c.decisions.last().map_or(0, |d| d.policy_version),
        ai_version: version.unwrap_or_default(),
        headline: notices::shorten(customer().next().map_or("", |t| t.text.as_str()), 120),
        known_customer: c.customer.verified && c.customer.external_id.is_some(),
        strain: c.decisions.iter().map(|d| d.strain).fold(0.0, f32::max),
        peaks,
        facts: None,
        verdict: None,
        judgement: None,
        recontact: None,
    }
}

/// A known customer opens a conversation: their last one learns that they are back.
pub(super) fn customer_is_back(state: &mut State, external_id: Option<&String>, at: Timestamp) {
    let last = external_id.and_then(|id| state.contacts.get(id)).and_then(|contacts| contacts.front());
    // An opening longer ago than any conversation lasts is not looked up.
    if let Some(last) = last.filter(|l| at.since(l.at).0 <= 2 * RECONTACT_WITHIN.0) {
        state.ledger.cases.came_back(last.conversation, at);
    }
}
