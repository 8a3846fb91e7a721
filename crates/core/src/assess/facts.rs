//! What rules see: the variables of an expression, bound only as far as some rule asks for them, and borrowed from what
//! was seen. A field is made when it is read.

use std::{collections::BTreeMap, sync::Arc};

use baton_model::{Channel, Customer, Facts, Order, SignalKind, Signals, Tier, Timestamp, Turn};
use cel::{
    Context, ExecutionError, Program, Value,
    common::{
        types::{CelBool, CelDouble, CelInt, CelList, CelString},
        value::Val,
    },
};

use super::{Seen, course::Course, role, rules::Needs};

/// Bounds that keep the cost of a rule small.
const MAX_TEXT: usize = 2_000;
const MAX_ORDERS: usize = 50;
const MAX_LIST: usize = 32;
const DAY: i64 = 86_400_000;

pub(super) struct Variables<'a> {
    context: Context<'a, 'a>,
}

impl<'a> Variables<'a> {
    pub(super) fn of(seen: &Seen<'a>, course: &Course<'_>, needs: Needs) -> Self {
        let (c, facts) = (seen.conversation, seen.facts);
        let customer = facts.and_then(|f| f.customer.as_ref()).map(|c| &c.value);
        let records = [
            (needs.signals, "signals", Record::Signals(&seen.turn.signals)),
            (needs.turn, "turn", Record::Turn(seen.turn)),
            (
                needs.conversation,
                "conversation",
                Record::Conversation { turns: &c.turns, channel: c.channel, age: seen.now.since(c.opened_at).0 },
            ),
            (needs.customer, "customer", Record::Customer { known: customer, verified: c.customer.verified }),
            (needs.trajectory, "trajectory", Record::trajectory(course)),
        ];
        let mut variables = Self::bound(records);
        if needs.orders {
            variables.context.add_variable_as_val("orders", orders(facts, seen.now));
        }
        variables
    }

    fn bound<const N: usize>(records: [(bool, &str, Record<'a>); N]) -> Self {
        let mut context = Context::with_env(crate::expression::environment());
        for (_, name, record) in records.into_iter().filter(|(needed, ..)| *needed) {
            context.add_variable_as_val(name, Box::new(record));
        }
        Self { context }
    }

    /// An expression that fails does not hold.
    pub(super) fn holds(&self, program: &Program) -> bool {
        matches!(program.execute(&self.context), Ok(Value::Bool(true)))
    }
}

type Any<'a> = Box<dyn Val + 'a>;

fn text(s: &str) -> Any<'_> {
    Box::new(CelString::from(s))
}

fn int(n: i64) -> Any<'static> {
    Box::new(CelInt::from(n))
}

fn number(x: f32) -> Any<'static> {
    Box::new(CelDouble::from(f64::from(x)))
}

fn flag(b: bool) -> Any<'static> {
    Box::new(CelBool::from(b))
}

fn list(items: Vec<Any<'_>>) -> Any<'_> {
    Box::new(CelList::from(items))
}

fn orders(facts: Option<&Facts>, now: Timestamp) -> Any<'_> {
    let orders = facts.map_or(&[][..], |f| &f.orders);
    list(orders.iter().take(MAX_ORDERS).map(|o| -> Any<'_> { Box::new(Record::Order(&o.value, now)) }).collect())
}

/// Something with fields. What the fields are called is also listed in `rules`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Record<'a> {
    Signals(&'a Signals),
    Turn(&'a Turn),
    Conversation { turns: &'a [Arc<Turn>], channel: Channel, age: i64 },
    Customer { known: Option<&'a Customer>, verified: bool },
    Trajectory { strain: f32, failed_attempts: u32, repeats: u32, tool_failures: u32 },
    Order(&'a Order, Timestamp),
    Attributes(Option<&'a BTreeMap<String, String>>),
}

impl<'a> Record<'a> {
    fn trajectory(course: &Course<'_>) -> Self {
        let (strain, failed_attempts) = (course.strain, course.failed_attempts());
        Self::Trajectory { strain, failed_attempts, repeats: course.repeats, tool_failures: course.tool_failures }
    }

    pub(super) fn field(&self, name: &str) -> Option<Any<'a>> {
        match *self {
            Self::Signals(signals) => signal(signals, name),
            Self::Turn(turn) => of_turn(turn, name),
            Self::Conversation { turns, channel, age } => Some(match name {
                "turns" => int(turns.len() as i64),
                "customer_turns" => int(turns.iter().filter(|t| t.is_customer()).count() as i64),
                "channel" => text(channel.name()),
                "minutes" => int(age / 60_000),
                _ => return None,
            }),
            Self::Customer { known, verified } => Some(match name {
                "known" => flag(known.is_some()),
                "tier" => text(known.map(|c| c.tier).unwrap_or_default().name()),
                "verified" => flag(verified),
                "lifetime_minor" => int(known.and_then(|c| c.lifetime_value.as_ref()).map_or(0, |m| m.minor)),
                "attributes" => Box::new(Record::Attributes(known.map(|c| &c.attributes))),
                _ => return None,
            }),
            Self::Trajectory { strain, failed_attempts, repeats, tool_failures } => Some(match name {
                "strain" => number(strain),
                "failed_attempts" => int(i64::from(failed_attempts)),
                "repeats" => int(i64::from(repeats)),
                "tool_failures" => int(i64::from(tool_failures)),
                _ => return None,
            }),
            Self::Order(order, now) => of_order(order, now, name),
            Self::Attributes(attributes) => {
                attributes?.iter().take(MAX_LIST).find(|(key, _)| *key == name).map(|(_, value)| text(value))
            }
        }
    }

    /// How many fields.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Signals(_) => SignalKind::ALL.len() + 4,
            Self::Turn(_) | Self::Conversation { .. } | Self::Trajectory { .. } => 4,
            Self::Customer { .. } => 5,
            Self::Order(..) => 9,
            Self::Attributes(attributes) => attributes.map_or(0, |a| a.len().min(MAX_LIST)),
        }
    }
}

fn signal<'a>(signals: &'a Signals, name: &str) -> Option<Any<'a>> {
    Some(match name {
        "sentiment" => number(signals.sentiment),
        "question" => flag(signals.question),
        "issue_class" => text(signals.issue_class.as_ref().map_or("", |g| &g.label)),
        "language" => text(signals.language.as_ref().map_or("", |g| &g.label)),
        _ => number(signals.score(SignalKind::ALL.into_iter().find(|k| k.name() == name)?)),
    })
}

fn of_turn<'a>(turn: &'a Turn, name: &str) -> Option<Any<'a>> {
    let cut = || turn.text.char_indices().nth(MAX_TEXT).map_or(turn.text.len(), |(i, _)| i);
    Some(match name {
        "text" => text(&turn.text[..cut()]),
        "length" => int(turn.text.chars().count() as i64),
        "index" => int(i64::from(turn.index)),
        "role" => text(role(&turn.author)),
        _ => return None,
    })
}

fn of_order<'a>(order: &'a Order, now: Timestamp, name: &str) -> Option<Any<'a>> {
    let over = || {
        ["delivered", "cancelled", "canceled", "returned", "refunded", "completed"]
            .iter()
            .any(|s| s.eq_ignore_ascii_case(&order.status))
    };
    Some(match name {
        "reference" => text(&order.reference),
        "status" => text(&order.status),
        "total_minor" => int(order.total.as_ref().map_or(0, |t| t.minor)),
        "currency" => text(order.total.as_ref().map_or("", |t| t.currency.as_str())),
        "items" => list(order.items.iter().take(MAX_LIST).map(|i| text(i)).collect()),
        "carrier" => text(order.carrier.as_deref().unwrap_or("")),
        "age_days" => int(now.since(order.placed_at).0 / DAY),
        "late_days" => int(order.expected_at.filter(|_| !over()).map_or(0, |at| now.since(at).0 / DAY)),
        "attributes" => Box::new(Record::Attributes(Some(&order.attributes))),
        _ => return None,
    })
}

/// Tries a rule on a conversation in which every variable has a plausible value: so it is checked before it is applied.
pub(super) fn try_out(program: &Program, needs: Needs) -> Result<Value, ExecutionError> {
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
        signals: Signals::default(),
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
    let facts = Facts {
        customer: None,
        orders: vec![Sourced { value: example_order, source: "example".into(), fetched_at: at }],
        missed: vec![],
    };
    let customer = Customer {
        external_id: "c1".into(),
        name: "Mia".into(),
        tier: Tier::Standard,
        email: None,
        phone: None,
        locale: None,
        time_zone: None,
        customer_since: None,
        lifetime_value: None,
        attributes: BTreeMap::new(),
    };
    let turns = [Arc::new(example)];
    let mut variables = Variables::bound([
        (needs.signals, "signals", Record::Signals(&turns[0].signals)),
        (needs.turn, "turn", Record::Turn(&turns[0])),
        (needs.conversation, "conversation", Record::Conversation { turns: &turns, channel: Channel::Chat, age: 0 }),
        (needs.customer, "customer", Record::Customer { known: Some(&customer), verified: false }),
        (
            needs.trajectory,
            "trajectory",
            Record::Trajectory { strain: 0.0, failed_attempts: 0, repeats: 0, tool_failures: 0 },
        ),
    ]);
    if needs.orders {
        variables.context.add_variable_as_val("orders", orders(Some(&facts), at));
    }
    program.execute(&variables.context)
}
