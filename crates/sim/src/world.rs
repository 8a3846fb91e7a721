//! Carries out a plan against the real core, with a journal that keeps only what was committed.

use std::collections::BTreeSet;

use baton_core::engine::{self, State, view};
use baton_model::*;

use crate::{
    Coverage, Violation,
    bug::{self, Bug},
    history::History,
    plan::Plan,
    setup,
};

/// Monday, 2 March 2026, 08:00 UTC.
const START: Timestamp = Timestamp::from_millis(1_772_438_400_000);
/// People send heartbeats this often while they are at the desk.
const HEARTBEAT: Millis = Millis::secs(20);
/// Longer pauses than this are nights: nobody sends heartbeats.
const NIGHT: i64 = 900_000;

pub(crate) struct Sent {
    pub(crate) stamped: Stamped<Input>,
    /// The mark of the message it carries.
    pub(crate) mark: Option<String>,
    pub(crate) acknowledged: Option<Reply>,
}

pub(crate) struct World {
    pub(crate) run: u64,
    pub(crate) bug: Option<Bug>,
    pub(crate) state: State,
    pub(crate) journal: Vec<Recorded>,
    pub(crate) snapshot: Option<(u64, Vec<u8>)>,
    pub(crate) history: History,
    pub(crate) now: Timestamp,
    pub(crate) drawn: u64,
    pub(crate) messages: usize,
    pub(crate) conversations: Vec<ConversationId>,
    pub(crate) humans: Vec<HumanAgentId>,
    pub(crate) alive: BTreeSet<HumanAgentId>,
    pub(crate) asks: Vec<(RequestId, ConversationId)>,
    pub(crate) polishes: Vec<(RequestId, EscalationId, Vec<Draft>)>,
    pub(crate) look_ups: Vec<(RequestId, ConversationId)>,
    pub(crate) sent: Vec<Sent>,
    pub(crate) crash: Option<bool>,
    pub(crate) timers_lost: bool,
    /// A planted event that the history already refused.
    pub(crate) planted: Option<String>,
    pub(crate) coverage: Coverage,
}

/// The journal as text, and what was reached.
pub(crate) fn run(plan: &Plan, bug: Option<Bug>, run: u64) -> Result<(Vec<Recorded>, Coverage), Violation> {
    let mut world = World {
        run,
        bug,
        state: State::default(),
        journal: Vec::new(),
        snapshot: None,
        history: History::default(),
        now: START,
        drawn: plan.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        messages: 0,
        conversations: Vec::new(),
        humans: Vec::new(),
        alive: BTreeSet::new(),
        asks: Vec::new(),
        polishes: Vec::new(),
        look_ups: Vec::new(),
        sent: Vec::new(),
        crash: None,
        timers_lost: false,
        planted: None,
        coverage: Coverage::default(),
    };
    let at = |op: usize| move |what: String| Violation { op, what };
    world.set_up().map_err(at(0))?;
    for (index, op) in plan.ops.iter().enumerate() {
        world.perform(op).map_err(at(index))?;
        world.check().map_err(at(index))?;
    }
    world.check_replay().map_err(at(plan.ops.len()))?;
    world.check_acknowledged().map_err(at(plan.ops.len()))?;
    world.coverage.hours = u64::try_from(world.now.since(START).0 / 3_600_000).unwrap_or(0);
    Ok((world.journal, world.coverage))
}

impl World {
    fn set_up(&mut self) -> Result<(), String> {
        let boss = || Actor::Supervisor { name: "setup".into(), human_agent: None };
        self.submit(boss(), None, None, Input::PutQueues { queues: setup::queues() })?;
        self.submit(boss(), None, None, Input::PutPolicy { toml: setup::policy(), why: String::new() })?;
        for (n, profile) in setup::profiles().into_iter().enumerate() {
            let id = HumanAgentId::from(IdSource::new(START, n as u64).draw::<OfferId>().uuid());
            self.humans.push(id);
            self.submit(boss(), None, None, Input::PutHuman { human_agent: id, profile })?;
        }
        for customer in setup::customers() {
            self.submit(Actor::System, None, None, Input::PutCustomer { customer })?;
        }
        for order in setup::orders(START) {
            self.submit(Actor::System, None, None, Input::PutOrder { order })?;
        }
        Ok(())
    }

    // ---- the one way in ----

    pub(crate) fn draw(&mut self) -> u64 {
        self.drawn = self.drawn.wrapping_add(0x2545_f491_4f6c_dd1d);
        if self.bug == Some(Bug::AmbientRandomness) { self.drawn ^ self.run } else { self.drawn }
    }

    /// Sends a client's request under a key, and remembers it for retries.
    pub(crate) fn request(&mut self, actor: Actor, mark: Option<String>, input: Input) -> Result<Option<Reply>, String> {
        let key = IdempotencyKey { key: format!("client:{}", self.sent.len()), hash: 7 };
        self.submit(actor, Some(key), mark, input)
    }

    pub(crate) fn submit(
        &mut self,
        actor: Actor,
        key: Option<IdempotencyKey>,
        mark: Option<String>,
        mut input: Input,
    ) -> Result<Option<Reply>, String> {
        if let Some((text, signals)) = input.unsensed() {
            let sensed = baton_sense::sense(text);
            *signals = sensed;
        }
        let stamped = Stamped { at: self.now, seed: self.draw(), actor, key, input };
        if stamped.key.is_some() {
            self.sent.push(Sent { stamped: stamped.clone(), mark, acknowledged: None });
        }
        let index = self.sent.len().checked_sub(1).filter(|_| stamped.key.is_some());
        self.carry_out(&stamped, index)
    }

    pub(crate) fn carry_out(&mut self, stamped: &Stamped<Input>, sent: Option<usize>) -> Result<Option<Reply>, String> {
        let decision = engine::decide(&self.state, stamped);
        let again = engine::decide(&self.state, stamped);
        if decision.events != again.events || decision.reply != again.reply {
            return Err("10: deciding twice gave two answers".into());
        }
        let reply = match decision.reply {
            Ok(reply) => reply,
            Err(refusal) => {
                self.refused(stamped, &refusal);
                return Ok(None);
            }
        };
        let events = match self.bug {
            Some(bug) => bug.tamper(&self.state, decision.events),
            None => decision.events,
        };
        let crash = if events.is_empty() { None } else { self.crash.take() };
        if crash == Some(false) {
            // The process stops before the commit: nothing may be left of it.
            if self.bug == Some(Bug::AcknowledgeBeforeCommit) {
                self.acknowledge(sent, &reply);
            }
            if self.bug == Some(Bug::TornBatch) && events.len() > 1 {
                let half = events.len() / 2;
                self.commit(events.into_iter().take(half).collect())?;
            }
            self.recover()?;
            return Ok(None);
        }
        self.commit(events)?;
        if crash == Some(true) {
            // Committed, but nobody heard: the client will ask again.
            self.recover()?;
            return Ok(None);
        }
        self.effects(decision.effects);
        self.acknowledge(sent, &reply);
        Ok(Some(reply))
    }

    fn refused(&mut self, stamped: &Stamped<Input>, refusal: &Refusal) {
        if refusal.code != RefusalCode::StaleEpoch {
            return;
        }
        self.coverage.stale_sends_refused += 1;
        if self.bug == Some(Bug::NoEpochCheck)
            && let Input::AiTurn { conversation, text, .. } = &stamped.input
            && let Some(c) = view::conversation(&self.state, *conversation, self.now)
        {
            let turn = Turn {
                id: IdSource::new(self.now, 1).draw(),
                index: c.conversation.turns.len() as u32,
                at: self.now,
                author: Author::AiAgent,
                text: text.clone(),
                epoch: c.conversation.epoch,
                signals: Signals::default(),
                ai: None,
                used_step: None,
            };
            let event = Event::TurnAdded { conversation: *conversation, turn: turn.into(), idle_due: self.now };
            // Found at the next check.
            self.planted = self.commit(vec![(Stream::Conversation(*conversation), event)]).err();
        }
    }

    fn commit(&mut self, events: Vec<(Stream, Event)>) -> Result<(), String> {
        let first = self.state.position() + 1;
        let at = self.now.max(self.state.clock());
        let batch: Vec<Recorded> = (first..)
            .zip(&events)
            .map(|(position, (stream, event))| Recorded { position, at, stream: *stream, event: event.clone() })
            .collect();
        for recorded in &batch {
            self.history.check(&self.state, recorded, &batch)?;
            self.count(&recorded.event);
            engine::evolve(&mut self.state, recorded);
        }
        self.journal.extend(batch);
        if let Some(corrupt) = self.bug.and_then(|b| bug::corrupt(b, &self.state, &events)) {
            self.state = corrupt;
        }
        Ok(())
    }

    fn count(&mut self, event: &Event) {
        self.coverage.events += 1;
        match event {
            Event::EscalationOpened { .. } => self.coverage.escalations += 1,
            Event::OfferMade { .. } => self.coverage.offers += 1,
            Event::CallbackBooked { .. } => self.coverage.callbacks += 1,
            Event::ClockBreached { .. } => self.coverage.breaches += 1,
            Event::Reviewed { .. } => self.coverage.reviews += 1,
            _ => {}
        }
    }

    fn effects(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::AskAssistant { request, conversation, .. } => self.asks.push((request, conversation)),
                Effect::LookUpFacts { request, conversation, .. } => self.look_ups.push((request, conversation)),
                Effect::PolishPackage { request, escalation, sentences, .. } => {
                    self.polishes.push((request, escalation, sentences));
                }
                Effect::IndexArticle { .. } | Effect::ForgetArticle { .. } => {}
            }
        }
    }

    fn acknowledge(&mut self, sent: Option<usize>, reply: &Reply) {
        if let Some(sent) = sent.and_then(|i| self.sent.get_mut(i)) {
            sent.acknowledged = Some(reply.clone());
        }
    }

    // ---- stopping and starting ----

    /// Memory is gone; the journal and the last snapshot are not.
    fn recover(&mut self) -> Result<(), String> {
        self.coverage.crashes += 1;
        let mut state = match &self.snapshot {
            Some((_, body)) => State::restore(body).map_err(|e| format!("4: the snapshot can't be read: {e}"))?,
            None => State::default(),
        };
        let from = state.position();
        for recorded in self.journal.iter().filter(|r| r.position > from) {
            engine::evolve(&mut state, recorded);
            if self.bug == Some(Bug::DoubleApply) && matches!(recorded.event, Event::TurnAdded { .. }) {
                engine::evolve(&mut state, recorded);
            }
        }
        if state.snapshot() != self.state.snapshot() {
            return Err("10: the replayed state differs from the live one".into());
        }
        self.state = state;
        self.asks.clear();
        self.polishes.clear();
        self.look_ups.clear();
        self.effects(engine::pending_effects(&self.state));
        self.timers_lost = self.bug == Some(Bug::TimersLostOnReplay);
        // Connections are gone with the process; people come back when they act.
        self.alive.clear();
        Ok(())
    }

    // ---- time ----

    pub(crate) fn pass(&mut self, ms: i64) -> Result<(), String> {
        let until = self.now + Millis(ms);
        if ms > NIGHT {
            self.alive.clear();
        }
        let mut beat = self.now + HEARTBEAT;
        while self.now < until {
            let deadline = engine::next_deadline(&self.state).filter(|_| !self.timers_lost);
            let next = deadline.map_or(until, |d| d.max(self.now)).min(until).min(beat);
            if deadline.is_some_and(|d| d <= next) {
                self.now = next;
                self.wake()?;
                continue;
            }
            self.now = next;
            if next == beat {
                beat = beat + HEARTBEAT;
                for human_agent in self.alive.clone() {
                    self.submit(Actor::Human { human_agent }, None, None, Input::Heartbeat { human_agent })?;
                }
            }
        }
        self.wake_all()
    }

    fn wake_all(&mut self) -> Result<(), String> {
        for _ in 0..10_000 {
            match engine::next_deadline(&self.state).filter(|_| !self.timers_lost) {
                Some(due) if due <= self.now => self.wake()?,
                _ => return Ok(()),
            }
        }
        Err("3: the core wakes itself without end".into())
    }

    fn wake(&mut self) -> Result<(), String> {
        let before = self.state.position();
        self.submit(Actor::System, None, None, Input::Wake)?;
        // A crash may have swallowed it; otherwise a due timer does something.
        let due = engine::next_deadline(&self.state).is_some_and(|d| d <= self.now);
        if due && self.state.position() == before && self.coverage.crashes == 0 {
            return Err("3: a due timer did nothing".into());
        }
        Ok(())
    }

    // ---- checks ----

    fn check(&mut self) -> Result<(), String> {
        if let Some(what) = self.planted.take() {
            return Err(what);
        }
        self.wake_all()?;
        match engine::violations(&self.state, self.now.max(self.state.clock())).into_iter().next() {
            Some(what) => Err(what),
            None => Ok(()),
        }
    }

    fn check_replay(&self) -> Result<(), String> {
        let mut replayed = State::default();
        for recorded in &self.journal {
            engine::evolve(&mut replayed, recorded);
        }
        if replayed.snapshot() != self.state.snapshot() {
            return Err("10: replaying the whole journal gives another state".into());
        }
        Ok(())
    }

    fn check_acknowledged(&self) -> Result<(), String> {
        for sent in self.sent.iter().filter(|s| s.acknowledged.is_some()) {
            if let Some(mark) = &sent.mark
                && self.history.marked.get(mark) != Some(&1)
            {
                return Err(format!(
                    "4: {mark} was acknowledged and is in the journal {:?} times",
                    self.history.marked.get(mark)
                ));
            }
        }
        Ok(())
    }
}
