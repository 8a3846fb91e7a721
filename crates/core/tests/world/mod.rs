//! One workspace on a virtual clock: every input goes through `decide`, every event through `evolve`.

use std::sync::Arc;

use baton_core::engine::{self, State, view};
use baton_model::*;

pub(crate) fn signal(kind: SignalKind, score: f32) -> Signal {
    Signal { kind, score, spans: Vec::new() }
}

pub(crate) struct World {
    state: State,
    journal: Vec<Recorded>,
    pub(crate) now: Timestamp,
    seed: u64,
    asks: Vec<(RequestId, ConversationId)>,
    questions: Vec<(RequestId, String)>,
    alive: Vec<HumanAgentId>,
}

impl World {
    pub(crate) fn new() -> Self {
        // Monday, 2 March 2026, 12:00 UTC.
        let now = Timestamp::from_millis(1_772_452_800_000);
        Self {
            state: State::default(),
            journal: Vec::new(),
            now,
            seed: 1,
            asks: Vec::new(),
            questions: Vec::new(),
            alive: Vec::new(),
        }
    }

    pub(crate) fn send(&mut self, actor: Actor, input: Input) -> Result<Reply, Refusal> {
        self.stamped(actor, None, input)
    }

    fn stamped(&mut self, actor: Actor, key: Option<IdempotencyKey>, input: Input) -> Result<Reply, Refusal> {
        self.seed += 1;
        let stamped = Stamped { at: self.now, seed: self.seed, actor, key, input };
        let decision = engine::decide(&self.state, &stamped);
        if decision.reply.is_err() {
            assert!(decision.events.is_empty(), "a refusal carries no events");
        }
        for (stream, event) in decision.events {
            let at = self.now.max(self.state.clock());
            let recorded = Recorded { position: self.state.position() + 1, at, stream, event };
            engine::evolve(&mut self.state, &recorded);
            self.journal.push(recorded);
        }
        for effect in decision.effects {
            if let Effect::AskAssistant { request, conversation, question, .. } = effect {
                self.questions.push((request, question));
                self.asks.push((request, conversation));
            }
        }
        decision.reply
    }

    pub(crate) fn must(&mut self, actor: Actor, input: Input) -> Reply {
        let shown = format!("{input:?}");
        self.send(actor, input).unwrap_or_else(|refusal| panic!("{shown}: {refusal}"))
    }

    pub(crate) fn try_as(&mut self, human: HumanAgentId, input: Input) -> Result<Reply, Refusal> {
        self.send(Actor::Human { human_agent: human }, input)
    }

    pub(crate) fn keyed(&mut self, key: &str, hash: u64, input: Input) -> Result<Reply, Refusal> {
        self.stamped(Actor::Bot, Some(IdempotencyKey { key: key.into(), hash }), input)
    }

    // ---- people ----

    pub(crate) fn human(&mut self, name: &str, skills: &[(&str, u8)]) -> HumanAgentId {
        self.seed += 1;
        let id = IdSource::new(self.now, self.seed).draw();
        let profile = HumanProfile {
            name: name.into(),
            skills: skills.iter().map(|(s, n)| ((*s).to_owned(), *n)).collect(),
            languages: vec!["en".into()],
            queues: Vec::new(),
            hours: Hours { time_zone: "UTC".into(), windows: Vec::new(), holidays: Vec::new() },
            capacity: 3,
            ..HumanProfile::default()
        };
        self.must(Actor::System, Input::PutHuman { human_agent: id, profile });
        id
    }

    pub(crate) fn available(&mut self, human: HumanAgentId) {
        self.alive.push(human);
        self.must(
            Actor::Human { human_agent: human },
            Input::SetPresence { human_agent: human, willing: Willing::Available },
        );
    }

    pub(crate) fn gone(&mut self, human: HumanAgentId) {
        self.alive.retain(|h| *h != human);
    }

    pub(crate) fn replies(&mut self, human: HumanAgentId, escalation: EscalationId, text: &str) {
        let input = Input::HumanTurn { escalation, text: text.into(), signals: Signals::default(), used_step: None };
        self.must(Actor::Human { human_agent: human }, input);
    }

    // ---- customers and AI ----

    pub(crate) fn open(&mut self, name: &str) -> ConversationId {
        self.open_as(CustomerRef { name: Some(name.into()), ..CustomerRef::default() })
    }

    pub(crate) fn open_as(&mut self, customer: CustomerRef) -> ConversationId {
        self.open_with(AiMode::BuiltIn, customer)
    }

    pub(crate) fn open_external(&mut self, name: &str) -> ConversationId {
        self.open_with(AiMode::External, CustomerRef { name: Some(name.into()), ..CustomerRef::default() })
    }

    fn open_with(&mut self, ai_mode: AiMode, customer: CustomerRef) -> ConversationId {
        let input = Input::OpenConversation { conversation: None, channel: Channel::Chat, ai_mode, customer };
        match self.must(Actor::Bot, input) {
            Reply::Conversation { conversation } => conversation,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn says(&mut self, c: ConversationId, text: &str, found: &[Signal]) {
        let mut signals = Signals { found: found.to_vec(), ..Signals::default() };
        if let Some(at) = text.find("ann@") {
            let start = text[..at].chars().count() as u32;
            let value = "ann@example.com".to_owned();
            signals.entities.push(Entity { kind: EntityKind::Email, span: Span { start, end: start + 15 }, value });
        }
        if let Some(at) = text.find("A-10") {
            let start = text[..at].chars().count() as u32;
            let value = text[at..].chars().take(6).collect();
            signals.entities.push(Entity { kind: EntityKind::Reference, span: Span { start, end: start + 6 }, value });
        }
        self.must(Actor::Customer { conversation: c }, Input::CustomerTurn { conversation: c, text: text.into(), signals });
    }

    /// The newest question to the assistant.
    pub(crate) fn ask(&mut self) -> (RequestId, ConversationId) {
        self.asks.pop().expect("the assistant was asked")
    }

    pub(crate) fn question(&self, request: RequestId) -> &str {
        self.questions.iter().find(|(r, _)| *r == request).map_or("", |(_, q)| q)
    }

    pub(crate) fn customer(&mut self, id: &str, name: &str, tier: Tier, phone: &str) {
        let customer = Customer {
            external_id: id.into(),
            name: name.into(),
            tier,
            email: None,
            phone: Some(phone.into()),
            locale: None,
            time_zone: None,
            customer_since: None,
            lifetime_value: None,
            attributes: Default::default(),
        };
        self.must(Actor::Bot, Input::PutCustomer { customer });
    }

    pub(crate) fn answers(&mut self, (request, conversation): (RequestId, ConversationId), text: &str, meta: AiMeta) {
        let input = Input::AssistantAnswered { request, conversation, text: text.into(), signals: Signals::default(), meta };
        self.must(Actor::System, input);
    }

    pub(crate) fn bot_says(&mut self, conversation: ConversationId, epoch: Epoch, text: &str) -> Result<Reply, Refusal> {
        let input =
            Input::AiTurn { conversation, epoch, text: text.into(), signals: Signals::default(), meta: AiMeta::default() };
        self.send(Actor::Bot, input)
    }

    // ---- time ----

    pub(crate) fn pass(&mut self, ms: i64) {
        self.until(self.now + Millis(ms));
    }

    pub(crate) fn until(&mut self, until: Timestamp) {
        while self.now < until {
            let deadline = engine::next_deadline(&self.state).unwrap_or(until).max(self.now);
            // Whoever is there shows it every twenty seconds.
            let beat = if self.alive.is_empty() { until } else { self.now + Millis::secs(20) };
            self.now = deadline.min(until).min(beat).max(self.now + Millis(1));
            for human in self.alive.clone() {
                self.must(Actor::Human { human_agent: human }, Input::Heartbeat { human_agent: human });
            }
            self.must(Actor::System, Input::Wake);
        }
    }

    // ---- looking ----

    pub(crate) fn position(&self) -> u64 {
        self.state.position()
    }

    pub(crate) fn since(&self, position: u64) -> Vec<Event> {
        self.journal.iter().filter(|r| r.position > position).map(|r| r.event.clone()).collect()
    }

    pub(crate) fn view(&self, c: ConversationId) -> Option<ConversationView> {
        view::conversation(&self.state, c, self.now)
    }

    pub(crate) fn conversation(&self, c: ConversationId) -> Arc<Conversation> {
        self.view(c).expect("in memory").conversation
    }

    pub(crate) fn public(&self, c: ConversationId) -> PublicConversation {
        view::public(&self.state, c, self.now).expect("in memory")
    }

    pub(crate) fn escalation(&self, e: EscalationId) -> Arc<Escalation> {
        view::escalation(&self.state, e, self.now).expect("in memory").escalation
    }

    pub(crate) fn last_escalation(&self, c: ConversationId) -> Arc<Escalation> {
        self.escalation(*self.conversation(c).escalations.last().expect("escalated"))
    }

    pub(crate) fn revealed(&self, e: EscalationId, turn: TurnId) -> Option<Revealed> {
        engine::revealed(&self.state, e, turn)
    }

    pub(crate) fn desk(&self, human: HumanAgentId) -> DeskView {
        view::desk(&self.state, human, self.now).expect("a human agent")
    }

    pub(crate) fn board(&self) -> BoardView {
        view::board(&self.state, self.now)
    }

    pub(crate) fn routing(&self, e: EscalationId) -> RoutingView {
        view::routing(&self.state, e, self.now).expect("an escalation")
    }

    pub(crate) fn holds(&self) {
        assert_eq!(engine::violations(&self.state, self.now), Vec::<String>::new());
        assert_eq!(self.replayed(), self.snapshot(), "replay gives the live state");
    }

    pub(crate) fn snapshot(&self) -> String {
        String::from_utf8(self.state.snapshot()).expect("JSON")
    }

    pub(crate) fn replayed(&self) -> String {
        let mut state = State::default();
        self.journal.iter().for_each(|r| engine::evolve(&mut state, r));
        String::from_utf8(state.snapshot()).expect("JSON")
    }

    pub(crate) fn restored(&self) -> String {
        let state = State::restore(&self.state.snapshot()).expect("a snapshot");
        String::from_utf8(state.snapshot()).expect("JSON")
    }

    pub(crate) fn folded(&self, c: ConversationId) -> Option<ConversationView> {
        let stream: Vec<Recorded> = self.journal.iter().filter(|r| r.stream == Stream::Conversation(c)).cloned().collect();
        view::conversation_of_stream(&stream, self.now)
    }
}
