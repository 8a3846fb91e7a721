//! Dialogues of a data set as conversations, and the package that a person would get at their end.

use std::sync::Arc;

use baton_core::package;
use baton_model::{
    Action, AiMode, Author, Channel, Conversation, CustomerRef, Decision, Epoch, Escalation, EscalationState, Holder,
    IdSource, Millis, Package, QueueId, Requirements, Tier, Timestamp, Trigger, Turn, TurnId, Urgency, WorkItem,
};

/// Monday 2026-01-05, 10:00 UTC: where dialogues without times begin.
const BEGINNING: Timestamp = Timestamp::from_millis(1_767_607_200_000);
/// Between turns.
const STEP: Millis = Millis::secs(20);

/// A conversation with an id drawn from `seed`; every text is sensed.
pub fn conversation(seed: u64, lines: impl IntoIterator<Item = (Author, String)>) -> Conversation {
    let mut ids = IdSource::new(BEGINNING, seed);
    let turns = (0u32..).zip(lines).map(|(index, (author, text))| {
        let signals = baton_sense::sense(&text);
        let at = BEGINNING + Millis(STEP.0 * i64::from(index));
        let id: TurnId = ids.draw();
        Arc::new(Turn { id, index, at, author, text, epoch: Epoch(0), signals, ai: None, used_step: None })
    });
    let turns: Vec<_> = turns.collect();
    let end = turns.last().map_or(BEGINNING, |t| t.at);
    Conversation {
        holder: Holder::Queue,
        epoch: Epoch(1),
        turns,
        customer_seen_at: end,
        idle_due: end,
        ..Conversation::opened(ids.draw(), Channel::Chat, AiMode::External, CustomerRef::default(), BEGINNING)
    }
}

/// What a person gets who takes over at the end of the conversation because the customer asked for one.
pub fn escalation(c: &Conversation) -> Escalation {
    let mut ids = IdSource::new(BEGINNING, c.turns.len() as u64 + 1);
    let last = c.turns.last();
    let opened_at = last.map_or(BEGINNING, |t| t.at);
    let decision = Decision {
        turn: last.map_or_else(|| ids.draw(), |t| t.id),
        at: opened_at,
        action: Action::Escalate,
        urgency: Urgency::Normal,
        reasons: Vec::new(),
        policy_version: 1,
        strain: 0.0,
    };
    Escalation {
        id: ids.draw(),
        conversation: c.id,
        channel: c.channel,
        opened_at,
        trigger: Trigger::ExplicitRequest,
        decision: Arc::new(decision),
        issue_class: "other".into(),
        tier: Tier::Standard,
        urgency: Urgency::Normal,
        item: WorkItem {
            queue: QueueId("general".into()),
            requirements: Requirements::default(),
            strict: Requirements::default(),
            priority: 0,
            routing_since: opened_at,
            real_since: opened_at,
            step: 0,
            next_step_at: None,
            decliners: Vec::new(),
            units: 1,
            ..WorkItem::default()
        },
        state: EscalationState::Queued { since: opened_at },
        obligation: None,
        clocks: Vec::new(),
        offers: Vec::new(),
        promises: Vec::new(),
        callbacks: Vec::new(),
        transfers: 0,
        reopens: None,
        handled_by: Vec::new(),
        accepted_at: None,
        first_reply_at: None,
        ended_at: None,
        outcome: None,
        package: None,
        polishing: None,
        review: None,
    }
}

pub fn package(c: &Conversation, e: &Escalation) -> Package {
    package::build(&package::Materials {
        escalation: e,
        conversation: c,
        queue_name: "General",
        articles: Vec::new(),
        playbooks: &[],
        past_contacts: Vec::new(),
        similar: Vec::new(),
        now: e.opened_at,
    })
}
