//! The invariants of the design that can be read off a state. Empty means that all hold. Used by the tests, the simulator
//! and a debug switch in production.

use std::collections::{BTreeMap, BTreeSet};

use baton_model::{EscalationId, EscalationState, Held, Holder, HumanAgentId, OfferState, Timestamp};

use super::{owe, state::State};
use crate::package;

pub fn violations(state: &State, now: Timestamp) -> Vec<String> {
    let mut found = Vec::new();
    one_holder(state, &mut found);
    one_offer_or_owner(state, &mut found);
    capacity(state, &mut found);
    obligations(state, now, &mut found);
    acknowledged(state, &mut found);
    packages(state, &mut found);
    breaches(state, &mut found);
    nobody_waits_beside_a_free_human(state, now, &mut found);
    found
}

/// 1. One holder, and it agrees with the escalation.
fn one_holder(state: &State, found: &mut Vec<String>) {
    for c in state.conversations.values() {
        let open = state.open_escalation(c);
        let owner = open.and_then(|e| match e.state {
            EscalationState::Accepted { human_agent, .. } | EscalationState::Active { human_agent, .. } => Some(human_agent),
            _ => None,
        });
        match c.holder {
            Holder::Human { human_agent } if owner != Some(human_agent) => {
                found.push(format!("1: {} is held by {human_agent}, owned by {owner:?}", c.id));
            }
            Holder::Ai | Holder::Closed | Holder::Queue if owner.is_some() => {
                found.push(format!("1: {} is owned by {owner:?} but held by {:?}", c.id, c.holder));
            }
            Holder::Queue if open.is_none() => found.push(format!("1: {} waits without an open escalation", c.id)),
            _ => {}
        }
        let open_count =
            c.escalations.iter().filter_map(|e| state.escalations.get(e)).filter(|e| !e.state.terminal()).count();
        if open_count > 1 {
            found.push(format!("1: {} has {open_count} open escalations", c.id));
        }
        if c.turns.windows(2).any(|w| w[0].epoch > w[1].epoch) {
            found.push(format!("1: {} has a turn of an older epoch after a newer one", c.id));
        }
    }
}

/// 2a. One open offer or owner per item.
fn one_offer_or_owner(state: &State, found: &mut Vec<String>) {
    for e in state.escalations.values() {
        let pending = e.pending_offers().count();
        let most = match e.state {
            EscalationState::Offered { .. } => state.queue(&e.item.queue).offer_to.max(1) as usize,
            _ => 0,
        };
        if pending > most || pending < most.min(1) {
            found.push(format!("2: {} is {} with {pending} pending offers", e.id, e.state.name()));
        }
        if e.offers.iter().filter(|o| matches!(o.state, OfferState::Accepted { .. })).count() != e.handled_by.len() {
            found.push(format!("2: {} has accepted offers that are not its owners", e.id));
        }
    }
}

/// 2b. No human above capacity; the ledger is exactly what they hold.
fn capacity(state: &State, found: &mut Vec<String>) {
    let mut expected: BTreeMap<HumanAgentId, BTreeMap<EscalationId, u32>> = BTreeMap::new();
    for e in state.escalations.values() {
        let owner = match e.state {
            EscalationState::Accepted { human_agent, .. } | EscalationState::Active { human_agent, .. } => Some(human_agent),
            _ => None,
        };
        for human in owner.into_iter().chain(e.pending_offers().map(|o| o.human_agent)) {
            expected.entry(human).or_default().insert(e.id, e.item.units);
        }
    }
    let asked: BTreeSet<_> = state.escalations.values().flat_map(|e| e.pending_offers()).map(|o| o.human_agent).collect();
    for h in state.humans.values() {
        let working: Vec<_> = h.held.iter().filter(|held| held.until.is_none()).collect();
        let whole = |held: &Held| held.units + if held.idle_since.is_some() { held.spared } else { 0 };
        let held: BTreeMap<_, _> = working.iter().map(|held| (held.escalation, whole(held))).collect();
        if held.len() != working.len() || held != expected.remove(&h.id).unwrap_or_default() {
            found.push(format!("2: the ledger of {} differs from what they hold", h.id));
        }
        if h.presence.soft_away_since.is_some() && asked.contains(&h.id) {
            found.push(format!("2: {} does not look, and is asked", h.id));
        }
        // Nobody is asked for more than they have room for; only a silent customer who wrote again takes it unasked.
        let taken_again: u32 = h.held.iter().filter(|held| held.idle_since.is_none()).map(|held| held.spared).sum();
        if h.load().saturating_sub(taken_again) > h.profile.capacity {
            found.push(format!("2: {} holds {} of {} units", h.id, h.load(), h.profile.capacity));
        }
        for held in working.into_iter().filter(|held| held.idle_since.is_some()) {
            let e = state.escalations.get(&held.escalation);
            let active = e.is_some_and(|e| matches!(e.state, EscalationState::Active { .. }));
            let c = e.and_then(|e| state.conversations.get(&e.conversation));
            if !active || held.spared == 0 || c.is_some_and(|c| owe::last_word(c).0) {
                found.push(format!("2: {} is idle with {}, and is not", held.escalation, h.id));
            }
        }
    }
}

/// 3. Every open escalation has one owner, due time and next action; no state without an exit.
fn obligations(state: &State, now: Timestamp, found: &mut Vec<String>) {
    for e in state.escalations.values() {
        match (e.state.terminal(), &e.obligation) {
            (false, None) => found.push(format!("3: {} is {} and nobody owes anything", e.id, e.state.name())),
            (true, Some(o)) => found.push(format!("3: {} has ended and still owes {:?}", e.id, o.action)),
            (true, None) if e.outcome.is_none() => found.push(format!("3: {} has ended without an outcome", e.id)),
            (false, Some(o)) if o.due <= now => {
                found.push(format!("3: {} owes {:?} since {} at {now}", e.id, o.action, o.due))
            }
            _ => {}
        }
    }
    // A promise is open until it is settled, and seen to be broken at its due time.
    for c in state.conversations.values() {
        for p in c.commitments.iter().filter(|p| p.open()) {
            if !state.promising.contains(&c.id) {
                found.push(format!("3: nobody watches the promise {} of {}", p.id, c.id));
            }
            if p.breached_at.is_none() && p.due <= now {
                found.push(format!("3: the promise {} of {} was due at {}, and it is {now}", p.id, c.id, p.due));
            }
        }
    }
}

/// 7. The customer was told of each escalation, exactly once. (That it was in the same commit shows only in the journal.)
fn acknowledged(state: &State, found: &mut Vec<String>) {
    for c in state.conversations.values() {
        let told = c.turns.iter().filter(|t| {
            matches!(t.author, baton_model::Author::Notice { notice: baton_model::NoticeKind::Acknowledgement })
        });
        let told = told.count();
        if told != c.escalations.len() {
            found.push(format!("7: {} has {} escalations and {told} acknowledgements", c.id, c.escalations.len()));
        }
    }
}

/// 8. A package whose claims have sources.
fn packages(state: &State, found: &mut Vec<String>) {
    for e in state.escalations.values() {
        let Some(c) = state.conversations.get(&e.conversation) else {
            found.push(format!("8: {} has no conversation", e.id));
            continue;
        };
        match &e.package {
            None => found.push(format!("8: {} has no package", e.id)),
            Some(p) => found.extend(package::faults(p, c).into_iter().map(|f| format!("8: {}: {f}", e.id))),
        }
    }
}

/// 9. A breach has a due time, at or before the breach.
fn breaches(state: &State, found: &mut Vec<String>) {
    for e in state.escalations.values() {
        for clock in &e.clocks {
            if clock.breached_at.is_some_and(|at| at < clock.due) {
                found.push(format!("9: {} breached {:?} before it was due", e.id, clock.kind));
            }
        }
    }
    for p in state.conversations.values().flat_map(|c| &c.commitments) {
        if p.breached_at.is_some_and(|at| at < p.due) {
            found.push(format!("9: the promise {} was broken before it was due", p.id));
        }
    }
}

/// 6. A free, able human and a waiting item never coexist past one step.
fn nobody_waits_beside_a_free_human(state: &State, now: Timestamp, found: &mut Vec<String>) {
    let mut backlog = state.backlog.clone();
    backlog.sweep();
    if let Some(m) = backlog.next_match(now) {
        found.push(format!("6: {} waits although {} is free and able", m.escalation, m.human_agent));
    }
}
