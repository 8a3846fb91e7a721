//! One input being decided: a working copy of the state, and the events that changed it so far.

use std::{collections::BTreeSet, sync::Arc};

use baton_model::{
    Actor, AiMeta, Author, Conversation, ConversationId, Effect, Epoch, Escalation, EscalationId, Event, Holder,
    HumanAgentId, IdSource, Input, Millis, NoticeKind, Recorded, Refusal, RefusalCode, Reply, Secret, Signals, Stamped,
    Stream, Timestamp, Turn, TurnId,
};

use super::{Decision, evolve, state::State};
use crate::veil;

/// Longest turn accepted, in bytes.
pub(super) const TURN_BYTES: usize = 64 * 1024;
/// Most turns in one conversation.
pub(super) const TURNS: usize = 20_000;

pub(super) struct Step<'a> {
    pub(super) state: State,
    pub(super) now: Timestamp,
    pub(super) ids: IdSource,
    pub(super) input: &'a Stamped<Input>,
    events: Vec<(Stream, Event)>,
    pub(super) effects: Vec<Effect>,
    /// Escalations whose obligation may have to change.
    pub(super) touched: BTreeSet<EscalationId>,
}

impl<'a> Step<'a> {
    pub(super) fn new(state: &State, input: &'a Stamped<Input>) -> Self {
        // A clock that jumps back does not take the workspace with it.
        let now = input.at.max(state.clock());
        let mut state = state.clone();
        // The step before ended with everything matched.
        state.backlog.settled();
        Self {
            ids: IdSource::new(now, input.seed),
            state,
            now,
            input,
            events: Vec::new(),
            effects: Vec::new(),
            touched: BTreeSet::new(),
        }
    }

    pub(super) fn emit(&mut self, stream: Stream, event: Event) {
        let recorded = Recorded { position: self.state.position() + 1, at: self.now, stream, event };
        evolve(&mut self.state, &recorded);
        self.events.push((recorded.stream, recorded.event));
    }

    /// An event of this escalation; its obligation is looked at again before the step ends.
    pub(super) fn emit_for(&mut self, e: &Escalation, event: Event) {
        self.touched.insert(e.id);
        self.emit(Stream::Conversation(e.conversation), event);
    }

    pub(super) fn event_count(&self) -> usize {
        self.events.len()
    }

    pub(super) fn finish(mut self, reply: Reply) -> Decision {
        if let Some(key) = &self.input.key {
            let event = Event::KeyUsed { key: key.key.clone(), hash: key.hash, reply: reply.clone() };
            self.emit(Stream::Workspace, event);
        }
        Decision { events: self.events, effects: self.effects, reply: Ok(reply) }
    }

    // ---- looking things up ----

    pub(super) fn conversation(&self, id: ConversationId) -> Result<Arc<Conversation>, Refusal> {
        if let Actor::Customer { conversation } = self.input.actor
            && conversation != id
        {
            return Err(Refusal::new(RefusalCode::NotFound, format!("no conversation {id}")));
        }
        let found = self.state.conversations.get(&id).cloned();
        found.ok_or_else(|| {
            Refusal::new(RefusalCode::NotFound, format!("no conversation {id}, or it is archived and can't be changed"))
        })
    }

    pub(super) fn escalation(&self, id: EscalationId) -> Result<Arc<Escalation>, Refusal> {
        let found = self.state.escalations.get(&id).cloned();
        found.ok_or_else(|| {
            Refusal::new(RefusalCode::NotFound, format!("no escalation {id}, or it is archived and can't be changed"))
        })
    }

    /// The escalation as it is now; used after events about it.
    pub(super) fn current(&self, e: &Escalation) -> Arc<Escalation> {
        self.state.escalations.get(&e.id).cloned().unwrap_or_else(|| Arc::new(e.clone()))
    }

    pub(super) fn conversation_of(&self, e: &Escalation) -> Option<Arc<Conversation>> {
        self.state.conversations.get(&e.conversation).cloned()
    }

    /// The human agent who acts, if the actor is one.
    pub(super) fn acting_human(&self) -> Result<HumanAgentId, Refusal> {
        match &self.input.actor {
            Actor::Human { human_agent } => Ok(*human_agent),
            Actor::Supervisor { human_agent: Some(id), .. } => Ok(*id),
            Actor::Supervisor { human_agent: None, .. } => Err(Refusal::new(
                RefusalCode::Forbidden,
                "this account has no human-agent profile: give it one, then sign in again",
            )),
            Actor::System | Actor::Bot | Actor::Customer { .. } => {
                Err(Refusal::new(RefusalCode::Forbidden, "only a human agent can do this"))
            }
        }
    }

    pub(super) fn human_name(&self, id: HumanAgentId) -> String {
        self.state.humans.get(&id).map_or_else(|| "a colleague".to_owned(), |h| h.profile.name.clone())
    }

    // ---- small steps that many commands share ----

    pub(super) fn add_turn(&mut self, c: &Conversation, new: NewTurn) -> TurnId {
        let id: TurnId = self.ids.draw();
        let current = self.state.conversations.get(&c.id);
        let index = current.map_or(0, |c| u32::try_from(c.turns.len()).unwrap_or(u32::MAX));
        let epoch = current.map_or(c.epoch, |c| c.epoch);
        let idle = Millis::secs(i64::from(self.state.policy.ai.idle_close_seconds));
        let (mut text, mut signals) = (new.text, new.signals);
        let known: Vec<Secret> =
            self.state.secrets.get(&c.id).into_iter().flatten().flat_map(|(_, secrets)| secrets).cloned().collect();
        let secrets = veil::take(&mut text, &mut signals, &known);
        let turn =
            Turn { id, index, at: self.now, author: new.author, text, epoch, signals, ai: new.ai, used_step: new.used_step };
        let event = Event::TurnAdded { conversation: c.id, turn: Arc::new(turn), idle_due: self.now + idle };
        self.emit(Stream::Conversation(c.id), event);
        if !secrets.is_empty() {
            self.emit(Stream::Conversation(c.id), Event::SecretsKept { conversation: c.id, turn: id, secrets });
        }
        self.owe_promises(c.id, id);
        id
    }

    /// A message of Baton's own to the customer.
    pub(super) fn notify(&mut self, c: &Conversation, notice: NoticeKind, text: String) -> TurnId {
        self.add_turn(c, NewTurn::plain(Author::Notice { notice }, text))
    }

    /// Passes the control token. Whatever the AI was about to say under the old epoch is dropped.
    pub(super) fn pass_control(&mut self, c: &Conversation, holder: Holder) -> Epoch {
        let Some(current) = self.state.conversations.get(&c.id).cloned() else { return c.epoch };
        let stream = Stream::Conversation(c.id);
        if let Some(pending) = &current.pending_answer {
            let failed = Some("overtaken by a change of control".to_owned());
            self.emit(stream, Event::AnswerSettled { conversation: c.id, request: pending.request, failed });
        }
        let epoch = current.epoch.next();
        self.emit(stream, Event::ControlChanged { conversation: c.id, holder, epoch });
        epoch
    }

    pub(super) fn turn_reply(&self, id: ConversationId, turn: TurnId) -> Reply {
        let c = self.state.conversations.get(&id);
        Reply::Turn {
            turn,
            conversation: id,
            holder: c.map_or(Holder::Closed, |c| c.holder),
            epoch: c.map_or(Epoch(0), |c| c.epoch),
            escalation: c.and_then(|c| self.state.open_escalation(c)).map(|e| e.id),
        }
    }
}

pub(super) struct NewTurn {
    pub(super) author: Author,
    pub(super) text: String,
    pub(super) signals: Signals,
    pub(super) ai: Option<AiMeta>,
    pub(super) used_step: Option<u32>,
}

impl NewTurn {
    pub(super) fn plain(author: Author, text: String) -> Self {
        Self { author, text, signals: Signals::default(), ai: None, used_step: None }
    }
}

pub(super) fn check_text(c: &Conversation, text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::new(RefusalCode::Invalid, "the text is empty: send at least one visible character"));
    }
    if text.len() > TURN_BYTES {
        let detail =
            format!("the text has {} bytes, at most {TURN_BYTES} are accepted: split it into several turns", text.len());
        return Err(Refusal::new(RefusalCode::Invalid, detail));
    }
    if c.turns.len() >= TURNS {
        return Err(Refusal::new(RefusalCode::WrongState, format!("the conversation has {TURNS} turns: open a new one")));
    }
    Ok(())
}
