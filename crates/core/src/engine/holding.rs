//! Who holds what: the one capacity ledger of each person, from the offer over the work to the wrap-up, and their presence.

use std::sync::Arc;

use baton_model::{
    Channel, Escalation, EscalationId, EscalationState, Held, HumanAgent, HumanAgentId, Millis, Offer, OfferId, OfferState,
    Timestamp,
};

use super::{evolve::alter, state::State, waits};

pub(super) fn person(state: &mut State, id: HumanAgentId, f: impl FnOnce(&mut HumanAgent)) {
    if let Some(h) = state.humans.get(&id) {
        let mut h = Arc::clone(h);
        f(Arc::make_mut(&mut h));
        state.put_human(h);
    }
}

/// Who is there decides whose shift matters.
pub(super) fn presence(state: &mut State, id: HumanAgentId, f: impl FnOnce(&mut HumanAgent), at: Timestamp) {
    let there = |state: &State| {
        let presence = state.humans.get(&id).map(|h| &h.presence);
        presence.map(|p| (p.lease_until.is_some(), p.willing, p.soft_away_since.is_some()))
    };
    let before = there(state);
    person(state, id, f);
    if there(state) != before {
        look_at_shifts(state, at);
    }
}

pub(super) fn look_at_shifts(state: &mut State, at: Timestamp) {
    state.shifts_at = at;
    state.refresh_shifts();
}

pub(super) fn hold(state: &mut State, offer: &Offer, units: u32, channel: Channel, at: Timestamp) {
    person(state, offer.human_agent, |h| {
        h.held.push(Held::new(offer.escalation, units, channel));
        h.offered_at = at;
    });
}

/// What a person holds of an escalation whose work is not over.
pub(super) fn working(human: &HumanAgent, escalation: EscalationId) -> Option<&Held> {
    human.held.iter().find(|held| is_working(held, escalation))
}

pub(super) fn working_mut(human: &mut HumanAgent, escalation: EscalationId) -> Option<&mut Held> {
    human.held.iter_mut().find(|held| is_working(held, escalation))
}

fn is_working(held: &Held, escalation: EscalationId) -> bool {
    held.escalation == escalation && held.until.is_none()
}

fn release(state: &mut State, human: HumanAgentId, escalation: EscalationId, at: Timestamp) {
    person(state, human, |h| {
        let before = h.held.len();
        h.held.retain(|held| held.escalation != escalation || held.until.is_some());
        if h.held.is_empty() && before > 0 {
            h.idle_since = at;
        }
    });
}

/// Whoever holds it, by ownership or by an offer, holds it no more.
pub(super) fn release_owner(state: &mut State, escalation: EscalationId, at: Timestamp) {
    if let Some(e) = state.escalations.get(&escalation) {
        waits::learn_handling(&mut state.pace, e, at);
        let holders: Vec<_> = e.state.owner().into_iter().chain(e.pending_offers().map(|o| o.human_agent)).collect();
        for human in holders {
            release(state, human, escalation, at);
        }
    }
}

/// The work is over; what the queue allows for the paperwork keeps its units a while.
pub(super) fn wrap_up(state: &mut State, escalation: EscalationId, at: Timestamp) {
    let Some(e) = state.escalations.get(&escalation) else { return };
    let (owner, time) = (e.state.owner(), Millis::secs(i64::from(state.queue(&e.item.queue).wrap_up_seconds)));
    let at_work = matches!(e.state, EscalationState::Accepted { .. } | EscalationState::Active { .. });
    if let Some(owner) = owner.filter(|_| at_work && time > Millis::default()) {
        person(state, owner, |h| {
            if let Some(held) = working_mut(h, escalation) {
                held.until = Some(at + time);
                // The paperwork of a silent conversation takes what it took.
                if held.idle_since.take().is_some() {
                    held.spared = 0;
                }
            }
        });
    }
}

pub(super) fn settle_offer(e: &mut Escalation, id: OfferId, to: OfferState) {
    if let Some(offer) = e.offers.iter_mut().find(|o| o.id == id) {
        offer.state = to;
    }
}

/// Since when this wait lasts: an offer that came to nothing does not start it anew.
pub(super) fn waiting_since(e: &Escalation) -> Timestamp {
    match e.state {
        EscalationState::Queued { since } | EscalationState::Offered { since, .. } => since,
        _ => e.item.routing_since,
    }
}

/// An offer ends without acceptance: the item returns at its real age.
pub(super) fn give_back(state: &mut State, id: EscalationId, offer: OfferId, to: OfferState, at: Timestamp) {
    // Withdrawn is not refused: they are asked again when they are back. Nor is what nobody saw.
    let unseen = matches!(to, OfferState::Expired { unseen: true, .. });
    let refused = matches!(to, OfferState::Declined { .. } | OfferState::Expired { unseen: false, .. });
    let asked = |e: &Escalation| e.offers.iter().find(|o| o.id == offer).map(|o| o.human_agent);
    if let Some(human) = state.escalations.get(&id).and_then(|e| asked(e)) {
        release(state, human, id, at);
    }
    alter(state, id, |e| {
        let human = asked(e);
        settle_offer(e, offer, to);
        // Others may still be asked.
        let since = waiting_since(e);
        let left = e.pending_offers().next().map(|o| (o.id, o.human_agent));
        e.state = match left {
            Some((offer, human_agent)) => EscalationState::Offered { offer, human_agent, since },
            None => EscalationState::Queued { since },
        };
        if let Some(human) = human.filter(|h| refused && !e.item.decliners.contains(h)) {
            e.item.decliners.push(human);
        }
        // A named person who did not take it no longer blocks the others.
        if (refused || unseen) && human.is_some() && e.item.preferred == human {
            // Only a transfer eases what is required, and before any step.
            let eased = e.item.step == 0 && e.item.preferred_until.is_none();
            (e.item.preferred, e.item.preferred_until) = (None, None);
            if eased {
                e.item.requirements = e.item.strict.clone();
            }
        }
        e.item.unseen += u32::from(unseen);
    });
}
