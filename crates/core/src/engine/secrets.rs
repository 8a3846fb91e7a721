//! Showing what is masked: who asks, what for and when is journaled before anything is shown.

use baton_model::{Actor, EscalationId, EscalationState, Event, Refusal, RefusalCode, Reply, Revealed, Stream, TurnId};

use super::{State, step::Step};
use crate::veil;

/// Longest reason, in bytes.
const WHY_BYTES: usize = 500;

impl Step<'_> {
    /// The owner of the escalation, or a supervisor. Everybody else sees masks only.
    pub(super) fn reveal(&mut self, id: EscalationId, turn: TurnId, why: &str) -> Result<Reply, Refusal> {
        let e = self.escalation(id)?;
        let mine = match (&self.input.actor, &e.state) {
            (Actor::Supervisor { .. }, _) => true,
            (Actor::Human { human_agent }, EscalationState::Accepted { .. } | EscalationState::Active { .. }) => {
                e.state.owner() == Some(*human_agent)
            }
            _ => false,
        };
        if !mine {
            let detail = "only the human agent who has this escalation in hand, or a supervisor, may see hidden numbers";
            return Err(Refusal::new(RefusalCode::Forbidden, detail));
        }
        if why.trim().is_empty() || why.len() > WHY_BYTES {
            let detail = format!("say what it is needed for, in 1 to {WHY_BYTES} bytes: it is kept with your name");
            return Err(Refusal::new(RefusalCode::Invalid, detail));
        }
        if revealed(&self.state, id, turn).is_none() {
            return Err(Refusal::new(RefusalCode::NotFound, format!("nothing is hidden in turn {turn} of {id}")));
        }
        let event = Event::SecretsRevealed {
            conversation: e.conversation,
            escalation: id,
            turn,
            by: self.input.actor.clone(),
            why: why.trim().to_owned(),
        };
        self.emit(Stream::Conversation(e.conversation), event);
        Ok(Reply::Escalation { escalation: id })
    }
}

/// A turn with its secrets in place. Only after [`Event::SecretsRevealed`].
pub fn revealed(state: &State, id: EscalationId, turn: TurnId) -> Option<Revealed> {
    let c = state.conversations.get(&state.escalations.get(&id)?.conversation)?;
    let secrets = state.secrets.get(&c.id)?.iter().find(|(t, _)| *t == turn).map(|(_, secrets)| secrets)?;
    Some(Revealed { turn, text: veil::restore(&c.turn(turn)?.text, secrets) })
}
