//! One dialogue of twelve turns that goes wrong in many ways, its customer's facts, and a policy with two rules.

use std::sync::Arc;

use SignalKind as S;
use baton_core::assess::{Assessment, CompiledPolicy, Seen, assess, default_toml, parse};
use baton_model::*;

const RULES: &str = r#"
[[rules]]
id = "vip_unhappy"
when = "customer.tier == 'vip' && signals.sentiment < -0.2"
action = "escalate"
trigger = "rule"
because = "A valued customer is unhappy."
required_skills = { care = 3 }

[[rules]]
id = "late_and_costly"
when = "orders.exists(o, o.late_days > 5 && o.total_minor > 50000) && signals.issue_class in ['delivery', 'order_status'] && trajectory.strain > 0.2"
action = "offer_human"
trigger = "rule"
because = "A costly order is late."
"#;

type Said = (&'static str, &'static str, f32, &'static [(SignalKind, f32)], &'static str);

/// Who, what, sentiment, signals, issue class.
const TURNS: [Said; 12] = [
    (
        "customer",
        "Hi, where is my order A-1234? It should have arrived on Tuesday.",
        -0.05,
        &[(S::Complaint, 0.12)],
        "order_status",
    ),
    ("ai", "Your order was handed to the carrier on Monday and is on its way to you.", 0.1, &[], "delivery"),
    (
        "customer",
        "I asked where my order A-1234 is, it should have arrived on Tuesday!",
        -0.2,
        &[(S::Unresolved, 0.65), (S::Anger, 0.12)],
        "order_status",
    ),
    ("tool", "carrier look-up: time-out", 0.0, &[], ""),
    (
        "ai",
        "I'm sorry, I could not find the parcel right now. Please try again later.",
        -0.3,
        &[(S::Apology, 0.88), (S::CannotHelp, 0.9)],
        "delivery",
    ),
    (
        "customer",
        "That did not help. I have been waiting for three weeks, this is ridiculous.",
        -0.6,
        &[(S::Anger, 0.6), (S::Complaint, 0.55), (S::Unresolved, 0.88)],
        "delivery",
    ),
    ("tool", "carrier look-up: time-out", 0.0, &[], ""),
    (
        "ai",
        "I apologise for the delay. Orders usually arrive within five working days.",
        -0.2,
        &[(S::Apology, 0.88)],
        "delivery",
    ),
    (
        "customer",
        "thanks, but can you at least give me a discount on the 1200 EUR?",
        0.2,
        &[(S::Thanks, 0.7), (S::NegotiatePrice, 0.88)],
        "billing",
    ),
    ("ai", "I can offer you a voucher of 10 EUR for the inconvenience.", 0.2, &[], "billing"),
    (
        "customer",
        "10 euros?! You must be joking. I will go to my lawyer and never order here again.",
        -0.7,
        &[(S::Anger, 0.77), (S::LegalThreat, 0.92), (S::ChurnThreat, 0.9)],
        "order_status",
    ),
    ("customer", "Where is my order A-1234 now?", -0.3, &[(S::WantsHuman, 0.3), (S::Anxiety, 0.4)], "order_status"),
];

fn at(minute: i64) -> Timestamp {
    Timestamp::from_millis(1_750_000_000_000) + Millis::mins(minute)
}

pub(crate) fn policy() -> CompiledPolicy {
    // The default policy ends with rules of its own: these two take their place.
    let defaults = default_toml();
    let without_rules = &defaults[..defaults.find("\n[[rules]]").unwrap_or(defaults.len())];
    CompiledPolicy::new(Arc::new(parse(&format!("{without_rules}{RULES}")).expect("a right policy")))
}

pub(crate) fn facts() -> Facts {
    fn sourced<T>(value: T) -> Sourced<T> {
        Sourced { value, source: "upload".into(), fetched_at: at(0) }
    }
    let customer = Customer {
        external_id: "c1".into(),
        name: "Mia".into(),
        tier: Tier::Vip,
        email: Some("mia@example.test".into()),
        phone: None,
        locale: None,
        time_zone: None,
        customer_since: None,
        lifetime_value: Some(Money { minor: 420_000, currency: "EUR".into() }),
        attributes: [("plan".to_owned(), "gold".to_owned())].into(),
    };
    let order = |n: i64| Order {
        reference: format!("A-{}", 1230 + n),
        customer: "c1".into(),
        status: if n == 4 { "shipped" } else { "delivered" }.into(),
        placed_at: at(-60 * 24 * (10 + n)),
        total: Some(Money { minor: 30_000 * n, currency: "EUR".into() }),
        items: vec!["lamp".into(), "shade".into()],
        carrier: Some("post".into()),
        expected_at: Some(at(-60 * 24 * (3 + n))),
        attributes: [("gift".to_owned(), "no".to_owned())].into(),
    };
    Facts { customer: Some(sourced(customer)), orders: (1..=5).map(|n| sourced(order(n))).collect(), missed: vec![] }
}

/// The dialogue up to its first turn, its second, and so on, with what was decided on the way.
pub(crate) fn told(policy: &CompiledPolicy, facts: &Facts) -> Vec<(Conversation, Assessment)> {
    let mut ids = IdSource::new(at(0), 7);
    let mut conversation = Conversation {
        idle_due: at(60),
        ..Conversation::opened(ids.draw(), Channel::Chat, AiMode::External, CustomerRef::default(), at(0))
    };
    let mut told = Vec::new();
    for (n, said) in TURNS.iter().enumerate() {
        conversation.turns.push(Arc::new(turn(n, said, ids.draw())));
        let assessment = see(policy, &conversation, facts);
        told.push((conversation.clone(), assessment.clone()));
        conversation.decisions.push(Arc::new(assessment.decision));
    }
    told
}

/// The last turn, assessed.
pub(crate) fn see(policy: &CompiledPolicy, conversation: &Conversation, facts: &Facts) -> Assessment {
    let turn = conversation.turns.last().expect("a turn");
    assess(policy, &Seen { conversation, turn, facts: Some(facts), asked: None, now: turn.at })
}

fn turn(n: usize, &(who, text, sentiment, found, class): &Said, id: TurnId) -> Turn {
    let entity = |kind, word: &str, value: &str| {
        let start = text.find(word)? as u32;
        Some(Entity { kind, span: Span { start, end: start + word.len() as u32 }, value: value.into() })
    };
    let author = match who {
        "customer" => Author::Customer,
        "ai" => Author::AiAgent,
        _ => Author::Tool { name: "carrier".into(), ok: false },
    };
    Turn {
        id,
        index: n as u32,
        at: at(n as i64),
        ai: matches!(author, Author::AiAgent)
            .then(|| AiMeta { confidence: Some(if n == 7 { 0.2 } else { 0.9 }), ..AiMeta::default() }),
        author,
        text: text.into(),
        epoch: Epoch::default(),
        signals: Signals {
            sentiment,
            found: found
                .iter()
                .map(|&(kind, score)| Signal { kind, score, spans: vec![Span { start: 2, end: 9 }] })
                .collect(),
            issue_class: (!class.is_empty()).then(|| ClassGuess { label: class.into(), score: 0.7 }),
            language: Some(ClassGuess { label: "en".into(), score: 0.9 }),
            entities: [
                entity(EntityKind::Reference, "A-1234", "A-1234"),
                entity(EntityKind::Amount, "1200 EUR", "120000 EUR"),
            ]
            .into_iter()
            .flatten()
            .collect(),
            question: text.contains('?'),
            embedding: None,
        },
        used_step: None,
    }
}
