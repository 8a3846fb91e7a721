//! A small world for the tests of this room.

use std::sync::Arc;

use baton_model::*;

use super::{State, decide, evolve};

/// One second passes with each input.
pub(super) struct World {
    pub(super) state: State,
    pub(super) steps: i64,
}

impl World {
    pub(super) fn new() -> Self {
        Self { state: State::default(), steps: 0 }
    }

    pub(super) fn submit(&mut self, actor: Actor, input: Input) -> Result<Vec<Event>, Refusal> {
        self.steps += 1;
        let at = Timestamp::from_millis(1_772_409_600_000 + self.steps * 1000);
        let seed = self.steps.unsigned_abs();
        let decision = decide(&self.state, &Stamped { at, seed, actor, key: None, input });
        let mut events = Vec::new();
        for (stream, event) in decision.events {
            let recorded = Recorded { position: self.state.position() + 1, at, stream, event };
            evolve(&mut self.state, &recorded);
            events.push(recorded.event);
        }
        decision.reply.map(|_| events)
    }

    pub(super) fn supervisor(&mut self, input: Input) -> Result<Vec<Event>, Refusal> {
        self.submit(Actor::Supervisor { name: "Rhea".into(), human_agent: None }, input)
    }

    pub(super) fn desk(&mut self, human_agent: HumanAgentId, input: Input) -> Vec<Event> {
        self.submit(Actor::Human { human_agent }, input).expect("accepted")
    }

    pub(super) fn bot(&mut self, input: Input) -> Vec<Event> {
        self.submit(Actor::Bot, input).expect("accepted")
    }

    pub(super) fn open(&mut self) -> ConversationId {
        self.open_for(CustomerRef::default());
        self.newest()
    }

    pub(super) fn open_for(&mut self, customer: CustomerRef) {
        let (channel, ai_mode) = (Channel::Chat, AiMode::External);
        self.bot(Input::OpenConversation { conversation: None, channel, ai_mode, customer });
    }

    pub(super) fn newest(&self) -> ConversationId {
        *self.state.conversations.keys().max_by_key(|id| self.state.conversations[*id].opened_at).expect("one is open")
    }

    /// A customer's turn that is so much of a complaint.
    pub(super) fn say(&mut self, conversation: ConversationId, complaint: f32) -> Vec<Event> {
        let found = vec![Signal { kind: SignalKind::Complaint, score: complaint, spans: vec![] }];
        let signals = Signals { found, ..Signals::default() };
        self.bot(Input::CustomerTurn { conversation, text: "This is not what I ordered".into(), signals })
    }

    pub(super) fn conversation(&self, id: ConversationId) -> Arc<Conversation> {
        Arc::clone(&self.state.conversations[&id])
    }
}
