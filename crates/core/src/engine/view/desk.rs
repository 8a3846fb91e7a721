//! The desk of one human agent, and what it opens.

use std::sync::Arc;

use baton_model::{
    Asked, Conversation, DeskView, Escalation, EscalationId, EscalationState, EscalationView, HumanAgent, HumanAgentId,
    HumanView, Offer, OfferCard, QueueName, RoutingView, Timestamp, WorkCard,
};

use super::super::{State, holding, notices, owe};
use super::Filter;
use crate::{calendar, follow, route};

pub(super) fn human_view(h: &HumanAgent, now: Timestamp) -> HumanView {
    HumanView {
        id: h.id,
        profile: Arc::clone(&h.profile),
        connected: h.connected(now),
        willing: h.presence.willing,
        working: calendar::is_open(&h.profile.hours, now),
        load: h.load(),
        soft_away_since: h.presence.soft_away_since,
        idle: u32::try_from(h.held.iter().filter(|held| held.idle_since.is_some()).count()).unwrap_or(u32::MAX),
    }
}

pub fn desk(state: &State, id: HumanAgentId, now: Timestamp) -> Option<DeskView> {
    let me = state.humans.get(&id)?;
    let mut offers = Vec::new();
    let (mut work, mut later) = (Vec::new(), Vec::new());
    for e in state.escalations.values() {
        let theirs = e.pending_offers().find(|o| o.human_agent == id);
        offers.extend(theirs.and_then(|o| offer_card(state, e, o)));
        match &e.state {
            EscalationState::Accepted { human_agent, .. } | EscalationState::Active { human_agent, .. }
                if *human_agent == id =>
            {
                work.extend(work_card(state, e));
            }
            EscalationState::Resolved { human_agent, .. } if *human_agent == id => later.extend(work_card(state, e)),
            // A follow-up without an owner is everybody's.
            EscalationState::CustomerLeft { human_agent, .. } if human_agent.is_none_or(|h| h == id) => {
                later.extend(work_card(state, e));
            }
            EscalationState::CallbackScheduled { .. } if serves(me, e) => later.extend(work_card(state, e)),
            _ => {}
        }
    }
    work.sort_by_key(|w: &WorkCard| (w.due, w.escalation));
    later.sort_by_key(|w: &WorkCard| (w.due, w.escalation));
    let waiting =
        state.escalations.values().filter(|e| matches!(e.state, EscalationState::Queued { .. }) && serves(me, e)).count();
    Some(DeskView {
        now,
        me: human_view(me, now),
        offers,
        work,
        later,
        colleagues: state.humans.values().filter(|h| h.id != id).map(|h| human_view(h, now)).collect(),
        queues: state.queues.iter().map(|q| QueueName { id: q.id.clone(), name: q.name.clone() }).collect(),
        waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
        promised: super::promised::of_human(state, id),
    })
}

fn serves(h: &HumanAgent, e: &Escalation) -> bool {
    h.profile.queues.is_empty() || h.profile.queues.iter().any(|q| e.item.requirements.queues.contains(q))
}

fn offer_card(state: &State, e: &Escalation, offer: &Offer) -> Option<OfferCard> {
    let c = state.conversations.get(&e.conversation)?;
    let reason = e.decision.reason();
    Some(OfferCard {
        offer: offer.id,
        escalation: e.id,
        customer_name: notices::display_name(c, state),
        tier: e.tier,
        channel: e.channel,
        headline: headline(e),
        trigger: e.trigger,
        because: reason.map_or_else(String::new, |r| r.because.clone()),
        evidence: reason.and_then(|r| r.evidence.first().cloned()),
        urgency: e.urgency,
        fit: offer.fit.clone(),
        made_at: offer.made_at,
        due: offer.due,
        seen_at: offer.seen_at,
        waiting_since: e.item.real_since,
    })
}

pub(super) fn headline(e: &Escalation) -> String {
    e.package.as_ref().map_or_else(|| e.issue_class.clone(), |p| p.headline.text.clone())
}

fn work_card(state: &State, e: &Escalation) -> Option<WorkCard> {
    let c = state.conversations.get(&e.conversation)?;
    let last = c.turns.iter().rev().find(|t| t.visible_to_customer());
    let held = e.state.owner().and_then(|h| state.humans.get(&h)).and_then(|h| holding::working(h, e.id));
    Some(WorkCard {
        escalation: e.id,
        conversation: e.conversation,
        customer_name: notices::display_name(c, state),
        tier: e.tier,
        channel: e.channel,
        headline: headline(e),
        trigger: e.trigger,
        urgency: e.urgency,
        state: e.state.name().to_owned(),
        next_action: e.obligation.map(|o| o.action),
        due: e.obligation.map(|o| o.due),
        last_text: last.map_or_else(String::new, |t| notices::shorten(&t.text, 140)),
        last_at: last.map_or(c.opened_at, |t| t.at),
        customer_waiting: owe::last_word(c).0,
        customer_connected: c.customer_connected,
        units: held.map_or(0, |h| h.units),
        idle_since: held.and_then(|h| h.idle_since),
        mood: mood(c),
    })
}

fn mood(c: &Conversation) -> f32 {
    c.last_customer_turn().map_or(0.0, |t| t.signals.sentiment)
}

pub fn escalation(state: &State, id: EscalationId, now: Timestamp) -> Option<EscalationView> {
    let e = state.escalations.get(&id)?;
    let c = state.conversations.get(&e.conversation)?;
    Some(EscalationView {
        now,
        escalation: Arc::clone(e),
        conversation: state.with_facts(c),
        queue_name: state.queue(&e.item.queue).name.clone(),
        owner_name: e.state.owner().and_then(|h| state.humans.get(&h)).map(|h| h.profile.name.clone()),
    })
}

pub fn escalations(state: &State, filter: &Filter, _now: Timestamp) -> Vec<WorkCard> {
    let wanted = |e: &Escalation| {
        (filter.states.is_empty() || filter.states.iter().any(|s| s == e.state.name()))
            && filter.trigger.is_none_or(|t| t == e.trigger)
            && filter.queue.as_ref().is_none_or(|q| *q == e.item.queue)
    };
    // Ids sort by time.
    state.escalations.values().rev().filter(|e| wanted(e)).take(filter.limit).filter_map(|e| work_card(state, e)).collect()
}

fn asked(state: &State, offer: &Offer) -> Asked {
    let name = state.humans.get(&offer.human_agent).map_or_else(String::new, |h| h.profile.name.clone());
    Asked { human_agent: offer.human_agent, name, fit: offer.fit.clone(), due: offer.due, seen_at: offer.seen_at }
}

pub fn routing(state: &State, id: EscalationId, now: Timestamp) -> Option<RoutingView> {
    let e = state.escalations.get(&id)?;
    let queue = state.queue(&e.item.queue);
    Some(RoutingView {
        escalation: id,
        state: e.state.name().to_owned(),
        queue: e.item.queue.clone(),
        requirements: e.item.requirements.clone(),
        priority: e.item.priority,
        position: state.backlog.position(id, now),
        candidates: state.backlog.explain(id, now),
        asked: e.pending_offers().map(|o| asked(state, o)).collect(),
        unseen: follow::Unseen::of(e, queue).words(),
        steps: route::steps(e, queue),
        overdue_at: route::overdue_at(&e.item),
        overtaken_until: e.item.routing_since + route::overtaking_window(&e.item),
        next_relaxation: e.item.next_step_at.and_then(|_| route::relax_words(&e.item, queue)),
        next_relaxation_at: e.item.next_step_at,
    })
}
