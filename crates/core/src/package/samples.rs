//! Conversations for tests, told turn by turn.

use std::sync::Arc;

use baton_model::*;

use super::{Materials, SimilarCase, build};

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::from_jiff(text.parse().unwrap())
}

fn ids(n: u64) -> IdSource {
    IdSource::new(Timestamp::from_millis(1_700_000_000_000), n)
}

pub(crate) fn turn_id(n: u64) -> TurnId {
    ids(1_000 + n).draw()
}

pub(crate) fn escalation_id(n: u64) -> EscalationId {
    ids(2_000 + n).draw()
}

pub(crate) fn conversation_id(n: u64) -> ConversationId {
    ids(3_000 + n).draw()
}

pub(crate) fn author(role: &str) -> Author {
    match role {
        "customer" => Author::Customer,
        "ai_agent" => Author::AiAgent,
        "human_agent" => Author::HumanAgent { human_agent: ids(4_000).draw(), name: "Tom".into() },
        "notice" => Author::Notice { notice: NoticeKind::WaitUpdate },
        "note" => Author::Note { human_agent: ids(4_000).draw(), name: "Tom".into() },
        other => Author::Tool { name: other.into(), ok: false },
    }
}

pub(crate) fn turn(index: u32, role: &str, text: &str) -> Turn {
    Turn {
        id: turn_id(u64::from(index)),
        index,
        at: at("2026-03-02T11:00:00Z") + Millis::secs(i64::from(index) * 30),
        author: author(role),
        text: text.into(),
        epoch: Epoch(0),
        signals: Signals::default(),
        ai: None,
        used_step: None,
    }
}

pub(crate) fn entity_at(text: &str, part: &str, kind: EntityKind, value: &str) -> Entity {
    let start = text[..text.find(part).unwrap()].chars().count();
    let end = start + part.chars().count();
    Entity { kind, span: Span { start: start as u32, end: end as u32 }, value: value.into() }
}

pub(crate) fn a_reason(trigger: Trigger, because: &str) -> Reason {
    Reason {
        trigger,
        layer: Layer::Detector,
        rule: trigger.name().into(),
        action: Action::Escalate,
        urgency: Urgency::Normal,
        score: 0.9,
        threshold: 0.5,
        because: because.into(),
        evidence: vec![],
        features: vec![],
    }
}

pub(crate) fn a_customer() -> Customer {
    Customer {
        external_id: "c-1".into(),
        name: "Jane Roe".into(),
        tier: Tier::Vip,
        email: Some("jane.roe@example.com".into()),
        phone: None,
        locale: None,
        time_zone: None,
        customer_since: None,
        lifetime_value: None,
        attributes: Default::default(),
    }
}

pub(crate) fn an_order(reference: &str, day: i64) -> Order {
    Order {
        reference: reference.into(),
        customer: "c-1".into(),
        status: "shipped".into(),
        placed_at: Timestamp::from_millis(1_700_000_000_000 + day * 86_400_000),
        total: Some(Money { minor: 12_995, currency: "EUR".into() }),
        items: vec!["Kettle".into()],
        carrier: None,
        expected_at: None,
        attributes: Default::default(),
    }
}

pub(crate) fn an_article(id: &str, title: &str, body: &str, topics: &[&str]) -> Article {
    Article {
        id: id.into(),
        title: title.into(),
        body: body.into(),
        topics: topics.iter().map(|t| (*t).to_owned()).collect(),
        updated_at: Timestamp::default(),
    }
}

/// A conversation, the escalation that it led to, and what else a package is made of.
#[derive(Debug, Clone)]
pub(crate) struct Talk {
    pub(crate) conversation: Conversation,
    pub(crate) escalation: Escalation,
    pub(crate) articles: Vec<Article>,
    pub(crate) playbooks: Vec<Playbook>,
    pub(crate) resolved: Vec<(EscalationId, &'static str, &'static str, &'static str)>,
}

impl Talk {
    pub(crate) fn new() -> Self {
        let opened = at("2026-03-02T11:00:00Z");
        let decision = Arc::new(Decision {
            turn: turn_id(0),
            at: opened,
            action: Action::Escalate,
            urgency: Urgency::Normal,
            reasons: vec![],
            policy_version: 1,
            strain: 0.0,
        });
        let customer = CustomerRef { name: Some("Jane Roe".into()), verified: true, ..CustomerRef::default() };
        Self {
            conversation: Conversation {
                holder: Holder::Queue,
                epoch: Epoch(1),
                ..Conversation::opened(conversation_id(1), Channel::Chat, AiMode::BuiltIn, customer, opened)
            },
            escalation: Escalation {
                id: escalation_id(1),
                conversation: conversation_id(1),
                channel: Channel::Chat,
                opened_at: opened,
                trigger: Trigger::ExplicitRequest,
                decision,
                issue_class: "general".into(),
                tier: Tier::Standard,
                urgency: Urgency::Normal,
                item: WorkItem {
                    queue: QueueId("general".into()),
                    requirements: Requirements::default(),
                    strict: Requirements::default(),
                    priority: 0,
                    routing_since: opened,
                    real_since: opened,
                    step: 0,
                    next_step_at: None,
                    decliners: vec![],
                    units: 1,
                    ..WorkItem::default()
                },
                state: EscalationState::Queued { since: opened },
                obligation: None,
                clocks: vec![],
                offers: vec![],
                promises: vec![],
                callbacks: vec![],
                transfers: 0,
                reopens: None,
                handled_by: vec![],
                accepted_at: None,
                first_reply_at: None,
                ended_at: None,
                outcome: None,
                package: None,
                polishing: None,
                review: None,
            },
            articles: vec![],
            playbooks: vec![],
            resolved: vec![],
        }
    }

    pub(crate) fn say(mut self, role: &str, text: &str) -> Self {
        let index = self.conversation.turns.len() as u32;
        self.conversation.turns.push(Arc::new(turn(index, role, text)));
        self
    }

    pub(crate) fn customer(self, text: &str) -> Self {
        self.say("customer", text)
    }

    pub(crate) fn ai(self, text: &str) -> Self {
        self.say("ai_agent", text)
    }

    pub(crate) fn tool(mut self, name: &str, ok: bool, text: &str) -> Self {
        self = self.say(name, text);
        self.last().author = Author::Tool { name: name.into(), ok };
        self
    }

    fn last(&mut self) -> &mut Turn {
        Arc::make_mut(self.conversation.turns.last_mut().unwrap())
    }

    pub(crate) fn mood(mut self, sentiment: f32) -> Self {
        self.last().signals.sentiment = sentiment;
        self
    }

    pub(crate) fn signal(mut self, kind: SignalKind, score: f32) -> Self {
        self.last().signals.found.push(Signal { kind, score, spans: vec![] });
        self
    }

    pub(crate) fn question(mut self) -> Self {
        self.last().signals.question = true;
        self
    }

    pub(crate) fn entity(mut self, part: &str, kind: EntityKind, value: &str) -> Self {
        let turn = self.last();
        let entity = entity_at(&turn.text, part, kind, value);
        turn.signals.entities.push(entity);
        self
    }

    pub(crate) fn cites(mut self, title: &str) -> Self {
        let citation = Citation { article: "slug".into(), title: title.into(), quote: String::new(), score: 0.9 };
        self.last().ai.get_or_insert_default().citations.push(citation);
        self
    }

    /// The last turn opened the escalation.
    pub(crate) fn at_trigger(mut self, trigger: Trigger) -> Self {
        self.escalation.trigger = trigger;
        self.decide(vec![]);
        self
    }

    pub(crate) fn decide(&mut self, reasons: Vec<Reason>) {
        let decision = Arc::make_mut(&mut self.escalation.decision);
        decision.reasons = reasons;
        if let Some(turn) = self.conversation.turns.last() {
            decision.turn = turn.id;
            decision.at = turn.at;
            self.escalation.opened_at = turn.at;
        }
    }

    pub(crate) fn know(&mut self, customer: Option<Customer>, orders: Vec<Order>) {
        fn sourced<T>(value: T) -> Sourced<T> {
            Sourced { value, source: "shop".into(), fetched_at: Timestamp::default() }
        }
        let facts =
            Facts { customer: customer.map(sourced), orders: orders.into_iter().map(sourced).collect(), missed: vec![] };
        self.conversation.facts = FactsState::Known { facts };
    }

    pub(crate) fn build(&self) -> Package {
        build(&Materials {
            escalation: &self.escalation,
            conversation: &self.conversation,
            queue_name: "General",
            articles: self.articles.iter().collect(),
            playbooks: &self.playbooks,
            past_contacts: vec![],
            similar: self
                .resolved
                .iter()
                .map(|&(escalation, headline, issue_class, resolution)| SimilarCase {
                    escalation,
                    headline,
                    issue_class,
                    resolution,
                })
                .collect(),
            now: at("2026-03-02T12:00:00Z"),
        })
    }
}
