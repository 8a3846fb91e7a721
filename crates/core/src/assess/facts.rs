//! What rules see: the variables of an expression, built only as far as some rule asks for them.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use baton_model::{Channel, Facts, Order, SignalKind, Tier, Timestamp, Turn};
use cel::{
    Context, Env, ExecutionError, Program, Value,
    common::{
        types::{CelBool, CelDouble, CelInt, CelList, CelString},
        value::Val,
    },
};

use super::{Seen, course::Course, record::Record, role, rules::Needs};

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
        let mut bind = |needed: bool, name: &str, value: &dyn Fn() -> Any| {
            if needed {
                context.add_variable_as_val(name, value());
            }
        };
        bind(needs.signals, "signals", &|| signals(seen.turn));
        bind(needs.turn, "turn", &|| turn(seen.turn));
        bind(needs.conversation, "conversation", &|| conversation(seen));
        bind(needs.customer, "customer", &|| customer(seen));
        bind(needs.orders, "orders", &|| orders(seen.facts, seen.now));
        bind(needs.trajectory, "trajectory", &|| {
            record([
                ("strain", number(course.strain)),
                ("failed_attempts", int(i64::from(course.failed_attempts()))),
                ("repeats", int(i64::from(course.repeats))),
                ("tool_failures", int(i64::from(course.tool_failures))),
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

type Any = Box<dyn Val>;

fn record<const N: usize>(fields: [(&'static str, Any); N]) -> Any {
    Box::new(fields.into_iter().collect::<Record>())
}

fn text(s: &str) -> Any {
    Box::new(CelString::from(s.to_owned()))
}

fn int(n: i64) -> Any {
    Box::new(CelInt::from(n))
}

fn number(x: f32) -> Any {
    Box::new(CelDouble::from(f64::from(x)))
}

fn flag(b: bool) -> Any {
    Box::new(CelBool::from(b))
}

fn list(items: Vec<Any>) -> Any {
    Box::new(CelList::from(items))
}

fn signals(turn: &Turn) -> Any {
    let s = &turn.signals;
    let label = |guess: &Option<baton_model::ClassGuess>| text(guess.as_ref().map_or("", |g| g.label.as_str()));
    let scores = SignalKind::ALL.iter().map(|k| (k.name(), number(s.score(*k))));
    let rest = [
        ("sentiment", number(s.sentiment)),
        ("question", flag(s.question)),
        ("issue_class", label(&s.issue_class)),
        ("language", label(&s.language)),
    ];
    Box::new(scores.chain(rest).collect::<Record>())
}

fn turn(turn: &Turn) -> Any {
    let end = turn.text.char_indices().nth(MAX_TEXT).map_or(turn.text.len(), |(i, _)| i);
    record([
        ("text", text(&turn.text[..end])),
        ("length", int(turn.text.chars().count() as i64)),
        ("index", int(i64::from(turn.index))),
        ("role", text(role(&turn.author))),
    ])
}

fn conversation(seen: &Seen<'_>) -> Any {
    let c = seen.conversation;
    let channel = match c.channel {
        Channel::Chat => "chat",
        Channel::Email => "email",
        Channel::Voice => "voice",
    };
    record([
        ("turns", int(c.turns.len() as i64)),
        ("customer_turns", int(c.turns.iter().filter(|t| t.is_customer()).count() as i64)),
        ("channel", text(channel)),
        ("minutes", int(seen.now.since(c.opened_at).0 / 60_000)),
    ])
}

fn customer(seen: &Seen<'_>) -> Any {
    let known = seen.facts.and_then(|f| f.customer.as_ref()).map(|c| &c.value);
    let tier = match known.map(|c| c.tier).unwrap_or_default() {
        Tier::Standard => "standard",
        Tier::Plus => "plus",
        Tier::Vip => "vip",
    };
    let lifetime = known.and_then(|c| c.lifetime_value.as_ref()).map_or(0, |m| m.minor);
    record([
        ("known", flag(known.is_some())),
        ("tier", text(tier)),
        ("verified", flag(seen.conversation.customer.verified)),
        ("lifetime_minor", int(lifetime)),
        ("attributes", known.map_or_else(|| record([]), |c| texts(&c.attributes))),
    ])
}

fn texts(attributes: &BTreeMap<String, String>) -> Any {
    Box::new(attributes.iter().take(MAX_LIST).map(|(k, v)| (k.clone(), text(v))).collect::<Record>())
}

fn orders(facts: Option<&Facts>, now: Timestamp) -> Any {
    let orders = facts.map_or(&[][..], |f| &f.orders);
    list(orders.iter().take(MAX_ORDERS).map(|o| order(&o.value, now)).collect())
}

fn order(o: &Order, now: Timestamp) -> Any {
    let delivered = ["delivered", "cancelled", "canceled", "returned", "refunded", "completed"]
        .iter()
        .any(|s| s.eq_ignore_ascii_case(&o.status));
    let late = o.expected_at.filter(|_| !delivered).map_or(0, |at| now.since(at).0 / DAY);
    record([
        ("reference", text(&o.reference)),
        ("status", text(&o.status)),
        ("total_minor", int(o.total.as_ref().map_or(0, |t| t.minor))),
        ("currency", text(o.total.as_ref().map_or("", |t| t.currency.as_str()))),
        ("items", list(o.items.iter().take(MAX_LIST).map(|i| text(i)).collect())),
        ("carrier", text(o.carrier.as_deref().unwrap_or(""))),
        ("age_days", int(now.since(o.placed_at).0 / DAY)),
        ("late_days", int(late)),
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
    let example_order = Order {
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
    let facts =
        Facts { customer: None, orders: vec![Sourced { value: example_order, source: "example".into(), fetched_at: at }] };
    let mut context = Context::with_env(Arc::clone(&ENV));
    let mut bind = |needed: bool, name: &str, value: Any| {
        if needed {
            context.add_variable_as_val(name, value);
        }
    };
    bind(needs.signals, "signals", signals(&example));
    bind(needs.turn, "turn", turn(&example));
    bind(
        needs.conversation,
        "conversation",
        record([("turns", int(1)), ("customer_turns", int(1)), ("channel", text("chat")), ("minutes", int(0))]),
    );
    let customer = [
        ("known", flag(true)),
        ("tier", text("standard")),
        ("verified", flag(false)),
        ("lifetime_minor", int(0)),
        ("attributes", record([])),
    ];
    bind(needs.customer, "customer", record(customer));
    bind(needs.orders, "orders", orders(Some(&facts), at));
    let trajectory = [("strain", number(0.0)), ("failed_attempts", int(0)), ("repeats", int(0)), ("tool_failures", int(0))];
    bind(needs.trajectory, "trajectory", record(trajectory));
    Variables { context }
}
