//! Carries out a plan against the real core, with a journal that keeps only what was committed.

use std::collections::BTreeSet;

use baton_core::engine::{self, State, view};
use baton_model::*;

use crate::{
    Coverage, Violation,
    bug::{self, Bug},
    history::{History, mark},
    plan::{Op, Plan},
    setup,
};

/// Monday, 2 March 2026, 08:00 UTC.
const START: Timestamp = Timestamp::from_millis(1_772_438_400_000);
/// Requests that a client may send again.
const RETRIED: usize = 30;
/// People send heartbeats this often while they are at the desk.
const HEARTBEAT: Millis = Millis::secs(20);
/// Longer pauses than this are nights: nobody sends heartbeats.
const NIGHT: i64 = 900_000;

struct Sent {
    stamped: Stamped<Input>,
    /// The mark of the message it carries.
    mark: Option<String>,
    acknowledged: Option<Reply>,
}

struct World {
    run: u64,
    bug: Option<Bug>,
    state: State,
    journal: Vec<Recorded>,
    snapshot: Option<(u64, Vec<u8>)>,
    history: History,
    now: Timestamp,
    drawn: u64,
    messages: usize,
    conversations: Vec<ConversationId>,
    humans: Vec<HumanAgentId>,
    alive: BTreeSet<HumanAgentId>,
    asks: Vec<(RequestId, ConversationId)>,
    look_ups: Vec<(RequestId, ConversationId)>,
    sent: Vec<Sent>,
    crash: Option<bool>,
    timers_lost: bool,
    /// A planted event that the history already refused.
    planted: Option<String>,
    coverage: Coverage,
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

fn pick<T: Clone>(list: &[T], index: u8) -> Option<T> {
    (!list.is_empty()).then(|| list[usize::from(index) % list.len()].clone())
}

impl World {
    fn set_up(&mut self) -> Result<(), String> {
        let boss = || Actor::Supervisor { name: "setup".into(), human_agent: None };
        self.submit(boss(), None, None, Input::PutQueues { queues: setup::queues() })?;
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

    fn draw(&mut self) -> u64 {
        self.drawn = self.drawn.wrapping_add(0x2545_f491_4f6c_dd1d);
        if self.bug == Some(Bug::AmbientRandomness) { self.drawn ^ self.run } else { self.drawn }
    }

    /// Sends a client's request under a key, and remembers it for retries.
    fn request(&mut self, actor: Actor, mark: Option<String>, input: Input) -> Result<Option<Reply>, String> {
        let key = IdempotencyKey { key: format!("client:{}", self.sent.len()), hash: 7 };
        self.submit(actor, Some(key), mark, input)
    }

    fn submit(
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

    fn carry_out(&mut self, stamped: &Stamped<Input>, sent: Option<usize>) -> Result<Option<Reply>, String> {
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
        self.look_ups.clear();
        self.effects(engine::pending_effects(&self.state));
        self.timers_lost = self.bug == Some(Bug::TimersLostOnReplay);
        // Connections are gone with the process; people come back when they act.
        self.alive.clear();
        Ok(())
    }

    // ---- time ----

    fn pass(&mut self, ms: i64) -> Result<(), String> {
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
                return Err(format!("4: {mark} was acknowledged and is in the journal {:?} times", self.history.marked.get(mark)));
            }
        }
        Ok(())
    }

    // ---- operations ----

    fn perform(&mut self, op: &Op) -> Result<(), String> {
        match op {
            Op::Pass { ms } => self.pass(*ms),
            Op::Open { customer, external } => self.open(*customer, *external),
            Op::Say { conversation, text } => self.with(*conversation, |w, id| {
                let (text, mark) = w.marked(setup::TEXTS[usize::from(*text) % setup::TEXTS.len()]);
                let input = Input::CustomerTurn { conversation: id, text, signals: Signals::default() };
                w.request(Actor::Customer { conversation: id }, Some(mark), input)
            }),
            Op::AskHuman { conversation } => {
                self.as_customer(*conversation, |id| Input::RequestHuman { conversation: id, why: None })
            }
            Op::AnswerOffer { conversation, accept } => {
                let accept = *accept;
                self.as_customer(*conversation, |id| Input::AnswerHumanOffer { conversation: id, accept })
            }
            Op::CancelWait { conversation } => self.as_customer(*conversation, |id| Input::CancelWait { conversation: id }),
            Op::ChooseCallback { conversation, slot } => self.with(*conversation, |w, id| {
                let slots = view::public(&w.state, id, w.now).map(|p| p.callback_slots).unwrap_or_default();
                let Some(slot) = pick(&slots, *slot) else { return Ok(None) };
                let input = Input::ChooseCallback { conversation: id, slot, contact: Some("+49 30 1234567".into()) };
                w.request(Actor::Customer { conversation: id }, None, input)
            }),
            Op::Connect { conversation, connected } => {
                let connected = *connected;
                self.as_customer(*conversation, |id| Input::CustomerPresence { conversation: id, connected })
            }
            Op::Leave { conversation } => self.as_customer(*conversation, |id| Input::LeaveConversation { conversation: id }),
            Op::Rate { conversation, stars } => {
                let stars = *stars;
                self.as_customer(*conversation, |id| Input::Rate { conversation: id, stars, comment: None })
            }
            Op::Close { conversation } => self.with(*conversation, |w, id| {
                w.request(Actor::Bot, None, Input::CloseConversation { conversation: id })
            }),
            Op::BotSays { conversation, kind, stale } => self.bot_says(*conversation, *kind, *stale),
            Op::Tool { conversation, ok } => self.with(*conversation, |w, id| {
                let Some(c) = view::conversation(&w.state, id, w.now) else { return Ok(None) };
                let (text, mark) = w.marked("result");
                let epoch = c.conversation.epoch;
                let input = Input::ToolTurn { conversation: id, epoch, name: "get_order".into(), ok: *ok, text };
                w.request(Actor::Bot, Some(mark), input)
            }),
            Op::Answer { ask, kind, twice } => self.answer(*ask, *kind, *twice),
            Op::Facts { look_up, ok } => self.facts(*look_up, *ok),
            Op::Presence { human, willing } => self.presence(*human, *willing),
            Op::Vanish { human } => {
                if let Some(id) = pick(&self.humans, *human) {
                    self.alive.remove(&id);
                }
                Ok(())
            }
            Op::SignOut { human } => self.as_human(*human, |id| {
                Some(Input::Disconnect { human_agent: id })
            }),
            Op::Accept { human } => self.desk(*human, |d| d.offers.first().map(|o| Input::AcceptOffer { offer: o.offer })),
            Op::Decline { human } => self.desk(*human, |d| {
                d.offers.first().map(|o| Input::DeclineOffer { offer: o.offer, reason: DeclineReason::Busy })
            }),
            Op::Reply { human, item } => self.reply(*human, *item),
            Op::Transfer { human, item, to } => self.transfer(*human, *item, *to),
            Op::HandBack { human, item, verdict } => {
                let (item, verdict) = (*item, setup::verdict(*verdict));
                self.desk(*human, |d| {
                    let escalation = pick(&d.work, item)?.escalation;
                    Some(Input::HandBack { escalation, note: "please send the label".into(), verdict })
                })
            }
            Op::Resolve { human, item, verdict } => {
                let (item, verdict) = (*item, setup::verdict(*verdict));
                self.desk(*human, |d| {
                    let all: Vec<_> = d.work.iter().chain(&d.later).cloned().collect();
                    Some(Input::Resolve { escalation: pick(&all, item)?.escalation, message: None, verdict })
                })
            }
            Op::Verdict { human, item, verdict } => {
                let (item, verdict) = (*item, setup::verdict(*verdict));
                self.desk(*human, |d| {
                    let escalation = pick(&d.later, item)?.escalation;
                    Some(Input::GiveVerdict { escalation, verdict: verdict? })
                })
            }
            Op::Retry { which } => self.retry(*which),
            Op::Crash { after_commit } => {
                self.crash = Some(*after_commit);
                Ok(())
            }
            Op::ClockBack { ms } => {
                self.now = self.now - Millis(*ms);
                Ok(())
            }
            Op::Snapshot => {
                self.snapshot = Some((self.state.position(), self.state.snapshot()));
                Ok(())
            }
        }
    }

    fn marked(&mut self, text: &str) -> (String, String) {
        self.messages += 1;
        let mark = mark(self.messages);
        (format!("{text} {mark}"), mark)
    }

    fn with(
        &mut self,
        conversation: u8,
        f: impl FnOnce(&mut Self, ConversationId) -> Result<Option<Reply>, String>,
    ) -> Result<(), String> {
        match pick(&self.conversations, conversation) {
            Some(id) => f(self, id).map(|_| ()),
            None => Ok(()),
        }
    }

    fn as_customer(&mut self, conversation: u8, input: impl FnOnce(ConversationId) -> Input) -> Result<(), String> {
        self.with(conversation, |w, id| w.request(Actor::Customer { conversation: id }, None, input(id)))
    }

    fn as_human(&mut self, human: u8, input: impl FnOnce(HumanAgentId) -> Option<Input>) -> Result<(), String> {
        let Some(id) = pick(&self.humans, human) else { return Ok(()) };
        match input(id) {
            Some(input) => self.request(Actor::Human { human_agent: id }, None, input).map(|_| ()),
            None => Ok(()),
        }
    }

    fn desk(&mut self, human: u8, input: impl FnOnce(&DeskView) -> Option<Input>) -> Result<(), String> {
        let Some(id) = pick(&self.humans, human) else { return Ok(()) };
        let Some(desk) = view::desk(&self.state, id, self.now) else { return Ok(()) };
        self.as_human(human, |_| input(&desk))
    }

    fn open(&mut self, customer: u8, external: bool) -> Result<(), String> {
        let ai_mode = if external { AiMode::External } else { AiMode::BuiltIn };
        let customer = setup::customer_ref(customer);
        let input = Input::OpenConversation { conversation: None, channel: Channel::Chat, ai_mode, customer };
        if let Some(Reply::Conversation { conversation }) = self.request(Actor::Bot, None, input)? {
            self.conversations.push(conversation);
        }
        Ok(())
    }

    fn bot_says(&mut self, conversation: u8, kind: u8, stale: bool) -> Result<(), String> {
        self.with(conversation, |w, id| {
            let Some(c) = view::conversation(&w.state, id, w.now) else { return Ok(None) };
            let epoch = c.conversation.epoch;
            let epoch = if stale { Epoch(epoch.0.saturating_sub(1)) } else { epoch };
            let (text, meta) = setup::answer(kind);
            let (text, mark) = w.marked(text);
            let input = Input::AiTurn { conversation: id, epoch, text, signals: Signals::default(), meta };
            w.request(Actor::Bot, Some(mark), input)
        })
    }

    fn answer(&mut self, ask: u8, kind: u8, twice: bool) -> Result<(), String> {
        let Some((request, conversation)) = pick(&self.asks, ask) else { return Ok(()) };
        if !twice {
            self.asks.retain(|(r, _)| *r != request);
        }
        let input = if kind % 7 == 6 {
            Input::AssistantFailed { request, conversation, why: "connection refused".into() }
        } else {
            let (text, meta) = setup::answer(kind);
            Input::AssistantAnswered { request, conversation, text: text.to_owned(), signals: Signals::default(), meta }
        };
        self.submit(Actor::System, None, None, input).map(|_| ())
    }

    fn facts(&mut self, look_up: u8, ok: bool) -> Result<(), String> {
        let Some((request, conversation)) = pick(&self.look_ups, look_up) else { return Ok(()) };
        let input = if ok {
            Input::FactsArrived { request, conversation, facts: Facts::default() }
        } else {
            Input::FactsFailed { request, conversation, why: "503".into() }
        };
        self.submit(Actor::System, None, None, input).map(|_| ())
    }

    fn presence(&mut self, human: u8, willing: u8) -> Result<(), String> {
        if let Some(id) = pick(&self.humans, human) {
            self.alive.insert(id);
        }
        let willing = match willing % 5 {
            0..3 => Willing::Available,
            3 => Willing::Busy,
            _ => Willing::Away,
        };
        self.as_human(human, |id| Some(Input::SetPresence { human_agent: id, willing }))
    }

    fn reply(&mut self, human: u8, item: u8) -> Result<(), String> {
        let Some(id) = pick(&self.humans, human) else { return Ok(()) };
        let Some(desk) = view::desk(&self.state, id, self.now) else { return Ok(()) };
        let Some(card) = pick(&desk.work, item) else { return Ok(()) };
        let (text, mark) = self.marked("I've checked your order and sent a replacement.");
        let input = Input::HumanTurn { escalation: card.escalation, text, signals: Signals::default(), used_step: None };
        self.request(Actor::Human { human_agent: id }, Some(mark), input).map(|_| ())
    }

    fn transfer(&mut self, human: u8, item: u8, to: u8) -> Result<(), String> {
        let target = if to % 2 == 0 {
            pick(&self.humans, to / 2).map(|human_agent| TransferTarget::Human { human_agent })
        } else {
            pick(&setup::queues(), to / 2).map(|q| TransferTarget::Queue { queue: q.id })
        };
        let Some(to) = target else { return Ok(()) };
        self.desk(human, |d| {
            let escalation = pick(&d.work, item)?.escalation;
            Some(Input::Transfer { escalation, to, note: "knows this better".into() })
        })
    }

    fn retry(&mut self, which: u8) -> Result<(), String> {
        let recent = self.sent.len().saturating_sub(RETRIED);
        let candidates: Vec<usize> = (recent..self.sent.len()).collect();
        let Some(index) = pick(&candidates, which) else { return Ok(()) };
        self.coverage.retries += 1;
        let mut stamped = self.sent[index].stamped.clone();
        stamped.at = self.now;
        stamped.seed = self.draw();
        let before = self.state.position();
        let acknowledged = self.sent[index].acknowledged.clone();
        let reply = self.carry_out(&stamped, Some(index))?;
        if let Some(first) = acknowledged {
            if reply.as_ref() != Some(&first) {
                return Err(format!("4: a repeated request got another answer: {first:?}, then {reply:?}"));
            }
            if self.state.position() != before {
                return Err("4: a repeated request changed something".into());
            }
        } else if let (Some(Reply::Conversation { conversation }), Input::OpenConversation { .. }) = (&reply, &stamped.input) {
            self.conversations.push(*conversation);
        }
        Ok(())
    }
}
