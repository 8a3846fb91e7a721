//! Promises to customers that are not settled: at the desk of whoever keeps them, and on the board when they need somebody.

use baton_model::{Commitment, Conversation, HumanAgentId, Owner, PromiseCard};

use super::super::{State, notices, promises::keeper};

/// Cards in one view; those due first.
const MOST: usize = 100;

pub(super) fn of_human(state: &State, human_agent: HumanAgentId) -> Vec<PromiseCard> {
    cards(state, |_, _, owner| owner == Owner::Human { human_agent })
}

/// Nearly due, broken, or left to nobody in particular after the conversation ended or without any escalation.
pub(super) fn in_need(state: &State) -> Vec<PromiseCard> {
    cards(state, |c, p, owner| {
        p.warned_at.is_some()
            || p.breached_at.is_some()
            || (owner == Owner::Supervisors && state.open_escalation(c).is_none())
    })
}

fn cards(state: &State, shown: impl Fn(&Conversation, &Commitment, Owner) -> bool) -> Vec<PromiseCard> {
    let name = |human: HumanAgentId| state.humans.get(&human).map(|h| h.profile.name.clone());
    let mut all = Vec::new();
    for c in state.promising.iter().filter_map(|id| state.conversations.get(id)) {
        for p in c.commitments.iter().filter(|p| p.open()) {
            let owner = keeper(state, c, p);
            if !shown(c, p, owner) {
                continue;
            }
            all.push(PromiseCard {
                commitment: p.id,
                conversation: c.id,
                escalation: c.escalations.last().copied(),
                customer_name: notices::display_name(c, state),
                turn: p.turn,
                text: p.text.clone(),
                by_name: p.by.map(|by| name(by).unwrap_or_else(|| "A colleague".into())),
                owner,
                owner_name: match owner {
                    Owner::Human { human_agent } => name(human_agent),
                    Owner::Router | Owner::Supervisors => None,
                },
                made_at: p.made_at,
                due: p.due,
                warned: p.warned_at.is_some(),
                broken: p.breached_at.is_some(),
            });
        }
    }
    all.sort_by_key(|card| (card.due, card.commitment));
    all.truncate(MOST);
    all
}
