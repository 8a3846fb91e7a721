//! What rules see: the variables of an expression, built only as far as some rule asks for them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, LazyLock},
};

use baton_model::{Channel, Facts, Order, SignalKind, Tier, Timestamp, Turn};
use cel::{
    Context, Env, ExecutionError, Program, Value,
    objects::{Key, Map},
};

use super::{Seen, course::Course, role, rules::Needs};

/// Bounds that keep the cost of a rule small.
const MAX_TEXT: usize = 2_000;
const MAX_ORDERS: usize = 50;
const MAX_LIST: usize = 32;
const DAY: i64 = 86_400_000;

static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

pub(super) struct Variables {
    context: Context<'static, 'static>,
}

impl Variables {
    pub(super) fn of(seen: &Seen<'_>, course: &Course<'_>, needs: Needs) -> Self {
        let mut context = Context::with_env(Arc::clone(&ENV));
        let mut bind = |needed: bool, name: &str, value: &dyn Fn() -> Value| {
            if needed {
                context.add_variable_from_value(name, value());
            }
        };
        bind(needs.signals, "signals", &|| signals(seen.turn));
        bind(needs.turn, "turn", &|| turn(seen.turn));
        bind(needs.conversation, "conversation", &|| conversation(seen));
        bind(needs.customer, "customer", &|| customer(seen));
        bind(needs.orders, "orders", &|| orders(seen.facts, seen.now));
        bind(needs.trajectory, "trajectory", &|| {
            map([
                ("strain", Value::Float(f64::from(course.strain))),
                ("failed_attempts", Value::Int(i64::from(course.failed_attempts()))),
                ("repeats", Value::Int(i64::from(course.repeats))),
                ("tool_failures", Value::Int(i64::from(course.tool_failures))),
            ])
        });
        Self { context }
    }

    /// An expression that fails does not hold.
    pub(super) fn holds(&self, program: &Program) -> bool {
        matches!(self.run(program), Ok(Value::Bool(true)))
    }

    pub(super) fn run(&self, program: &Program) -> Result<Value, ExecutionError> {
        program.execute(&self.context)
    }
}

fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    // Rules cannot walk a map (`rules::check`), so its order never shows.
    let entries: HashMap<Key, Value> = entries.into_iter().map(|(k, v)| (Key::from(k), v)).collect();
    Value::Map(Map { map: Arc::new(entries) })
}

fn signals(turn: &Turn) -> Value {
    let s = &turn.signals;
    let label = |guess: &Option<baton_model::ClassGuess>| Value::from(guess.as_ref().map_or("", |g| g.label.as_str()));
    let scores = SignalKind::ALL.iter().map(|k| (k.name(), Value::Float(f64::from(s.score(*k)))));
    map(scores.chain([
        ("sentiment", Value::Float(f64::from(s.sentiment))),
        ("question", Value::Bool(s.question)),
        ("issue_class", label(&s.issue_class)),
        ("language", label(&s.language)),
    ]))
}

fn turn(turn: &Turn) -> Value {
    let end = turn.text.char_indices().nth(MAX_TEXT).map_or(turn.text.len(), |(i, _)| i);
    map([
        ("text", Value::from(&turn.text[..end])),
        ("length", Value::Int(turn.text.chars().count() as i64)),
        ("index", Value::Int(i64::from(turn.index))),
        ("role", Value::from(role(&turn.author))),
    ])
}

fn conversation(seen: &Seen<'_>) -> Value {
    let c = seen.conversation;
    let channel = match c.channel {
        Channel::Chat => "chat",
        Channel::Email => "email",
        Channel::Voice => "voice",
    };
    map([
        ("turns", Value::Int(c.turns.len() as i64)),
        ("customer_turns", Value::Int(c.turns.iter().filter(|t| t.is_customer()).count() as i64)),
        ("channel", Value::from(channel)),
        ("minutes", Value::Int(seen.now.since(c.opened_at).0 / 60_000)),
    ])
}

fn customer(seen: &Seen<'_>) -> Value {
    let known = seen.facts.and_then(|f| f.customer.as_ref()).map(|c| &c.value);
    let tier = match known.map(|c| c.tier).unwrap_or_default() {
        Tier::Standard => "standard",
        Tier::Plus => "plus",
        Tier::Vip => "vip",
    };
    let lifetime = known.and_then(|c| c.lifetime_value.as_ref()).map_or(0, |m| m.minor);
    map([
        ("known", Value::Bool(known.is_some())),
        ("tier", Value::from(tier)),
        ("verified", Value::Bool(seen.conversation.customer.verified)),
        ("lifetime_minor", Value::Int(lifetime)),
        ("attributes", known.map_or_else(|| map([]), |c| texts(&c.attributes))),
    ])
}

fn texts(attributes: &BTreeMap<String, String>) -> Value {
    map(attributes.iter().take(MAX_LIST).map(|(k, v)| (k.as_str(), Value::from(v.as_str()))))
}

fn orders(facts: Option<&Facts>, now: Timestamp) -> Value {
    let orders = facts.map_or(&[][..], |f| &f.orders);
    Value::List(Arc::new(orders.iter().take(MAX_ORDERS).map(|o| order(&o.value, now)).collect()))
}

fn order(o: &Order, now: Timestamp) -> Value {
    let delivered = matches!(o.status.to_lowercase().as_str(), "delivered" | "cancelled" | "canceled" | "returned" | "refunded" | "completed");
    let late = o.expected_at.filter(|_| !delivered).map_or(0, |at| now.since(at).0 / DAY);
    map([
        ("reference", Value::from(o.reference.as_str())),
        ("status", Value::from(o.status.as_str())),
        ("total_minor", Value::Int(o.total.as_ref().map_or(0, |t| t.minor))),
        ("currency", Value::from(o.total.as_ref().map_or("", |t| t.currency.as_str()))),
        ("items", Value::List(Arc::new(o.items.iter().take(MAX_LIST).map(|i| Value::from(i.as_str())).collect()))),
        ("carrier", Value::from(o.carrier.as_deref().unwrap_or(""))),
        ("age_days", Value::Int(now.since(o.placed_at).0 / DAY)),
        ("late_days", Value::Int(late)),
        ("attributes", texts(&o.attributes)),
    ])
}

/// A conversation in which every variable has a plausible value: rules are tried on it when a policy is checked.
pub(super) fn sample(needs: Needs) -> Variables {
    use baton_model::{Author, Epoch, Money, Sourced, TurnId};
    let at = Timestamp::from_millis(1_700_000_000_000);
    let mut ids = baton_model::IdSource::new(at, 1);
    let example = Turn {
        id: ids.draw::<TurnId>(),
        index: 0,
        at,
        author: Author::Customer,
        text: "Where is my order?".into(),
        epoch: Epoch::default(),
        signals: baton_model::Signals::default(),
        ai: None,
        used_step: None,
    };
    let record = Order {
        reference: "A-1".into(),
        customer: "c1".into(),
        status: "shipped".into(),
        placed_at: at,
        total: Some(Money { minor: 12_995, currency: "EUR".into() }),
        items: vec!["lamp".into()],
        carrier: Some("post".into()),
        expected_at: Some(at),
        attributes: BTreeMap::new(),
    };
    let facts = Facts { customer: None, orders: vec![Sourced { value: record, source: "example".into(), fetched_at: at }] };
    let mut context = Context::with_env(Arc::clone(&ENV));
    let number = |n: i64| Value::Int(n);
    if needs.signals {
        context.add_variable_from_value("signals", signals(&example));
    }
    if needs.turn {
        context.add_variable_from_value("turn", turn(&example));
    }
    if needs.conversation {
        let fields = [("turns", number(1)), ("customer_turns", number(1)), ("channel", Value::from("chat")), ("minutes", number(0))];
        context.add_variable_from_value("conversation", map(fields));
    }
    if needs.customer {
        let fields = [
            ("known", Value::Bool(true)),
            ("tier", Value::from("standard")),
            ("verified", Value::Bool(false)),
            ("lifetime_minor", number(0)),
            ("attributes", map([])),
        ];
        context.add_variable_from_value("customer", map(fields));
    }
    if needs.orders {
        context.add_variable_from_value("orders", orders(Some(&facts), at));
    }
    if needs.trajectory {
        let fields = [("strain", Value::Float(0.0)), ("failed_attempts", number(0)), ("repeats", number(0)), ("tool_failures", number(0))];
        context.add_variable_from_value("trajectory", map(fields));
    }
    Variables { context }
}
