//! What an end leaves behind: stopped clocks, a contact and a case to remember, a solution, and nothing in memory.

use baton_model::{Author, ConversationId, Escalation, EscalationId, MeasuredFacts, Outcome, PastContact, Timestamp};

use super::{
    cases, escalate,
    evolve::change,
    notices,
    state::{CONTACTS_KEPT, SOLVED_KEPT, Solved, State, TimerKey},
};

pub(super) fn close_conversation(state: &mut State, id: ConversationId, facts: Option<&MeasuredFacts>, at: Timestamp) {
    let Some(c) = state.conversations.get(&id).cloned() else { return };
    if !c.counted {
        let escalated = !c.escalations.is_empty();
        state.ledger.conversation_closed(at, escalated);
        if !escalated {
            state.ledger.cases.add(cases::of_contained(state, &c, at, facts));
        }
    }
    // A visitor may claim to be anybody: only a known customer has a past.
    if let Some(customer) = c.customer.external_id.as_ref().filter(|_| c.customer.verified) {
        let about = c.turns.iter().find(|t| t.is_customer()).map_or("", |t| t.text.as_str());
        let contact = PastContact {
            conversation: id,
            at: c.opened_at,
            about: notices::shorten(about, 120),
            escalated: !c.escalations.is_empty(),
        };
        let contacts = state.contacts.entry(customer.clone()).or_default();
        contacts.retain(|known| known.conversation != id);
        contacts.push_front(contact);
        contacts.truncate(CONTACTS_KEPT);
    }
    change(state, id, |c| {
        c.closed_at = Some(at);
        c.counted = true;
        c.pending_answer = None;
    });
}

pub(super) fn archive(state: &mut State, id: ConversationId) {
    if let Some(c) = state.conversations.remove(&id) {
        for e in &c.escalations {
            state.backlog.remove_item(*e);
            state.timers.set(TimerKey::Escalation(*e), None);
            state.escalations.remove(e);
        }
    }
    state.secrets.remove(&id);
    state.promising.remove(&id);
    state.timers.set(TimerKey::Conversation(id), None);
}

/// Nobody is waited for: time does not count. A broken target stays broken.
pub(super) fn pause_clocks(e: &mut Escalation, at: Timestamp) {
    for clock in e.clocks.iter_mut().filter(|c| c.stopped_at.is_none() && c.breached_at.is_none()) {
        clock.paused_at.get_or_insert(at);
    }
}

pub(super) fn stop_clocks(e: &mut Escalation, at: Timestamp) {
    for clock in e.clocks.iter_mut().filter(|c| c.stopped_at.is_none()) {
        clock.stopped_at = Some(at);
    }
}

pub(super) fn end(e: &mut Escalation, at: Timestamp, outcome: Outcome) {
    e.outcome = Some(outcome);
    e.ended_at.get_or_insert(at);
    e.obligation = None;
    e.item.next_step_at = None;
    stop_clocks(e, at);
}

pub(super) fn remember_solution(state: &mut State, id: EscalationId) {
    let Some(e) = state.escalations.get(&id) else { return };
    let Some(c) = state.conversations.get(&e.conversation) else { return };
    let resolution = c.turns.iter().rev().find(|t| matches!(t.author, Author::HumanAgent { .. }));
    let (Some(resolution), Some(package)) = (resolution, &e.package) else { return };
    let solved = Solved {
        escalation: id,
        headline: package.headline.text.clone(),
        issue_class: e.issue_class.clone(),
        resolution: notices::shorten(&resolution.text, 240),
        meaning: escalate::meaning(c).cloned(),
    };
    state.solved.push_front(solved);
    state.solved.truncate(SOLVED_KEPT);
}
