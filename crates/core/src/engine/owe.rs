//! Obligations: at every instant an open escalation has one owner, one due time and one next action.

use baton_model::{Author, Conversation, Escalation, EscalationId, Event, Obligation, Stream, Timestamp};

use super::step::Step;
use crate::follow::{self, Duty};

/// Who wrote last to whom: notices, tools and notes don't count.
pub(super) fn last_word(c: &Conversation) -> (bool, Timestamp) {
    c.turns
        .iter()
        .rev()
        .find_map(|t| match t.author {
            Author::Customer => Some((true, t.at)),
            Author::HumanAgent { .. } => Some((false, t.at)),
            Author::AiAgent | Author::Notice { .. } | Author::Tool { .. } | Author::Note { .. } => None,
        })
        .unwrap_or((false, c.opened_at))
}

impl Step<'_> {
    pub(super) fn with_duty<T>(&self, e: &Escalation, f: impl FnOnce(&Duty<'_>) -> T) -> T {
        let (customer_waiting, last_turn_at) =
            self.state.conversations.get(&e.conversation).map_or((false, e.opened_at), |c| last_word(c));
        f(&Duty {
            escalation: e,
            queue: self.state.queue(&e.item.queue),
            settings: &self.state.settings,
            customer_waiting,
            last_turn_at,
            now: self.now,
        })
    }

    /// Sets what the state owes now, from scratch: a new turn moves the due time.
    pub(super) fn owe_anew(&mut self, id: EscalationId) {
        if let Some(e) = self.state.escalations.get(&id).cloned()
            && let Some(obligation) = self.with_duty(&e, follow::obligation)
        {
            self.set_obligation(&e, obligation);
        }
    }

    pub(super) fn set_obligation(&mut self, e: &Escalation, obligation: Obligation) {
        self.emit(Stream::Conversation(e.conversation), Event::ObligationSet { escalation: e.id, obligation });
    }

    /// Ends a step: each touched escalation owes what its state demands; nobody free and able waits beside an item.
    pub(super) fn settle(&mut self) {
        loop {
            while let Some(id) = self.touched.pop_first() {
                let Some(e) = self.state.escalations.get(&id).cloned() else { continue };
                let Some(wanted) = self.with_duty(&e, follow::obligation) else { continue };
                // The same duty keeps its due time and its rung.
                let same = e.obligation.is_some_and(|o| o.owner == wanted.owner && o.action == wanted.action);
                if !same {
                    self.set_obligation(&e, wanted);
                }
            }
            if !self.match_one() {
                break;
            }
        }
    }
}
