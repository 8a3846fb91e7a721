//! The customer's side: nothing that is meant for people at the desk.

use baton_model::{
    Author, Conversation, ConversationId, Escalation, EscalationState, Holder, PublicConversation, PublicState, PublicTurn,
    Timestamp, Turn, WaitView,
};

use super::super::{State, customer::SLOTS, notices};
use crate::{follow, route};

pub fn public(state: &State, id: ConversationId, now: Timestamp) -> Option<PublicConversation> {
    let c = state.conversations.get(&id)?;
    let open = state.open_escalation(c);
    let callback = open.and_then(|e| match &e.state {
        EscalationState::CallbackScheduled { callback } => Some(callback.clone()),
        _ => None,
    });
    let public_state = public_state(c, open.map(|e| &**e));
    // Somebody who left and is back may ask again; they have no place in the line yet.
    let left = open.is_some_and(|e| matches!(e.state, EscalationState::CustomerLeft { .. }));
    let waiting = matches!(public_state, PublicState::Waiting | PublicState::CallbackBooked) && !left;
    let callback_slots = match open.filter(|_| waiting) {
        Some(e) => follow::slots(state.queue(&e.item.queue), &notices::zone(c, state), now, SLOTS),
        None => Vec::new(),
    };
    Some(PublicConversation {
        id,
        now,
        state: public_state,
        business_name: state.settings.business_name.clone(),
        ai_name: state.settings.ai_name.clone(),
        turns: c.turns.iter().filter(|t| t.visible_to_customer()).map(|t| public_turn(t, state)).collect(),
        human_name: match c.holder {
            Holder::Human { human_agent } => state.humans.get(&human_agent).map(|h| h.profile.name.clone()),
            Holder::Ai | Holder::Queue | Holder::Closed => None,
        },
        wait: open.and_then(|e| wait(state, e, now)),
        callback,
        callback_slots,
        answering: c.pending_answer.is_some(),
        rating: c.rating.clone(),
        can_ask_human: left || (open.is_none() && c.holder == Holder::Ai),
        can_rate: c.holder == Holder::Closed && !c.turns.is_empty(),
    })
}

fn public_state(c: &Conversation, open: Option<&Escalation>) -> PublicState {
    match (&c.holder, open.map(|e| &e.state)) {
        (_, Some(EscalationState::CallbackScheduled { .. })) => PublicState::CallbackBooked,
        (Holder::Closed, _) => PublicState::Closed,
        (Holder::Human { .. }, _) => PublicState::WithHuman,
        (Holder::Queue, _) => PublicState::Waiting,
        (Holder::Ai, _) if c.human_offer.is_some() => PublicState::HumanOffered,
        (Holder::Ai, _) => PublicState::WithAi,
    }
}

fn public_turn(t: &Turn, state: &State) -> PublicTurn {
    let (role, name, notice) = match &t.author {
        Author::Customer => ("customer", None, None),
        Author::AiAgent => ("ai_agent", Some(state.settings.ai_name.clone()), None),
        Author::HumanAgent { name, .. } => ("human_agent", Some(name.clone()), None),
        Author::Notice { notice } => ("notice", None, Some(*notice)),
        Author::Tool { name, .. } => ("tool", Some(name.clone()), None),
        Author::Note { name, .. } => ("note", Some(name.clone()), None),
    };
    PublicTurn {
        id: t.id,
        at: t.at,
        role: role.to_owned(),
        name,
        notice,
        text: t.text.clone(),
        citations: t.ai.as_ref().map(|m| m.citations.clone()).unwrap_or_default(),
    }
}

fn wait(state: &State, e: &Escalation, now: Timestamp) -> Option<WaitView> {
    let position = match e.state {
        EscalationState::Queued { .. } => state.backlog.position(e.id, now).unwrap_or(1),
        // Somebody is looking at it this moment.
        EscalationState::Offered { .. } => 1,
        _ => return None,
    };
    let forecast = state.outlook(e, now)?;
    Some(WaitView {
        position,
        p50: forecast.p50,
        p90: forecast.p90,
        words: route::wait_words(&forecast),
        since: e.item.real_since,
    })
}
