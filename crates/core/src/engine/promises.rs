//! Promises to customers: owed from the commit of the turn that makes them, watched on the conversation's timer, kept by
//! one person at a time. They outlive the escalation, and keep their conversation from being put away.

use baton_model::{
    Actor, Author, Commitment, CommitmentId, Conversation, ConversationId, EscalationState, Event, HumanAgentId, Owner,
    Refusal, RefusalCode, Reply, Settlement, Stream, Turn, TurnId,
};

use super::{notices, state::State, step::Step};
use crate::{
    follow::{self, PromiseDue},
    package,
};

/// Open promises watched per conversation; the package lists all.
const WATCHED: usize = 100;

impl Step<'_> {
    /// What a turn promises is owed from now on; what it keeps is settled first.
    pub(super) fn owe_promises(&mut self, id: ConversationId, turn: TurnId) {
        let Some(c) = self.state.conversations.get(&id).cloned() else { return };
        let Some(turn) = c.turn(turn) else { return };
        let by = match &turn.author {
            Author::AiAgent => None,
            Author::HumanAgent { human_agent, .. } => Some(*human_agent),
            Author::Customer | Author::Notice { .. } | Author::Tool { .. } | Author::Note { .. } => return,
        };
        if by.is_some() {
            // "Somebody will get back to you": somebody has.
            for kept in c.commitments.iter().filter(|p| p.open() && p.contact && p.by.is_none()) {
                self.settled(id, kept.id, Settlement::Kept, Actor::System);
            }
        }
        let zone = notices::zone(&c, &self.state);
        for found in package::promised(turn, Some(&zone)) {
            let open = || self.state.conversations.get(&id).into_iter().flat_map(|c| &c.commitments).filter(|p| p.open());
            let repeated = open().any(|p| p.text == found.promise.text && p.by == by);
            if repeated || open().count() >= WATCHED || published(turn, &found.promise.text) {
                continue;
            }
            let queue = self.state.open_escalation(&c).map(|e| e.item.queue.clone()).unwrap_or_default();
            let (warn_at, due) = follow::owed(found.promise.due, self.now, &self.state.queue(&queue).hours);
            let commitment = Commitment {
                id: self.ids.draw(),
                turn: turn.id,
                text: found.promise.text,
                made_at: self.now,
                by,
                contact: found.contact,
                dated: found.promise.due.is_some(),
                warn_at,
                due,
                warned_at: None,
                breached_at: None,
                settled: None,
            };
            self.emit(Stream::Conversation(id), Event::CommitmentMade { conversation: id, commitment });
        }
    }

    fn settled(&mut self, id: ConversationId, commitment: CommitmentId, how: Settlement, by: Actor) {
        self.emit(Stream::Conversation(id), Event::CommitmentSettled { conversation: id, commitment, how, by });
    }

    /// Whether time has done something to one of this conversation's promises: journaled now, one at a time.
    pub(super) fn promise_fell_due(&mut self, c: &Conversation) -> bool {
        let due = |p: &Commitment| follow::promise_due(p, self.now).map(|what| (p.id, p.due, what));
        let Some((commitment, due, what)) = c.commitments.iter().find_map(due) else { return false };
        let conversation = c.id;
        match what {
            PromiseDue::Warning => {
                self.emit(Stream::Conversation(c.id), Event::CommitmentWarned { conversation, commitment });
            }
            PromiseDue::Breach => {
                self.emit(Stream::Conversation(c.id), Event::CommitmentBreached { conversation, commitment, due });
                // Whoever takes this up has one more thing to make good.
                let waiting = self.state.open_escalation(c).filter(|e| matches!(e.state, EscalationState::Queued { .. }));
                if let Some(e) = waiting.cloned() {
                    self.raise(&e);
                }
            }
            PromiseDue::Lapse => self.settled(conversation, commitment, Settlement::Lapsed, Actor::System),
        }
        true
    }

    /// The person who keeps it, or a supervisor, says what became of it.
    pub(super) fn settle_commitment(
        &mut self,
        id: ConversationId,
        commitment: CommitmentId,
        kept: bool,
    ) -> Result<Reply, Refusal> {
        let c = self.conversation(id)?;
        let found = c.commitments.iter().find(|p| p.id == commitment);
        let found = found.ok_or_else(|| Refusal::new(RefusalCode::NotFound, format!("no promise {commitment} in {id}")))?;
        if let Actor::Human { human_agent } = self.input.actor {
            let theirs = found.by == Some(human_agent) || keeper(&self.state, &c, found) == Owner::Human { human_agent };
            if !theirs {
                return Err(Refusal::new(RefusalCode::Forbidden, "another person keeps this promise"));
            }
        }
        if !found.open() {
            return Err(Refusal::new(RefusalCode::WrongState, "this promise is settled already"));
        }
        let how = if kept { Settlement::Kept } else { Settlement::Withdrawn };
        self.settled(id, commitment, how, self.input.actor.clone());
        Ok(Reply::Done)
    }
}

/// The words of a published article bind nobody in particular.
fn published(turn: &Turn, promise: &str) -> bool {
    let cited = turn.ai.iter().flat_map(|ai| &ai.citations);
    cited.into_iter().any(|c| c.quote.split_whitespace().collect::<Vec<_>>().join(" ").contains(promise))
}

/// Who keeps a promise: whoever has the conversation in hand; after that whoever made it, or took over last; else the
/// supervisors.
pub(super) fn keeper(state: &State, c: &Conversation, p: &Commitment) -> Owner {
    let here = |human: &HumanAgentId| state.humans.contains_key(human);
    let human = match state.open_escalation(c) {
        Some(e) => e.state.owner(),
        None => {
            let handled = || state.escalations.get(c.escalations.last()?)?.handled_by.last().copied();
            p.by.or_else(handled)
        }
    };
    human.filter(here).map_or(Owner::Supervisors, |human_agent| Owner::Human { human_agent })
}
