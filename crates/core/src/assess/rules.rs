//! The rules' own words: what an expression of a policy may mention, and what it says about the turns it reads.

use baton_model::SignalKind;
use cel::Program;

use super::facts;
use crate::expression::{self, Records, Vocabulary};

const WORDS: Vocabulary = Vocabulary {
    variables: &["signals", "turn", "conversation", "customer", "orders", "trajectory"],
    fields,
    list: Some(Records { variable: "orders", fields: &ORDER, inner: "items" }),
};
const ORDER: [&str; 9] =
    ["reference", "status", "total_minor", "currency", "items", "carrier", "age_days", "late_days", "attributes"];

fn fields(variable: &str) -> Option<Vec<&'static str>> {
    Some(match variable {
        "signals" => {
            SignalKind::ALL.iter().map(|k| k.name()).chain(["sentiment", "question", "issue_class", "language"]).collect()
        }
        "turn" => vec!["text", "length", "index", "role"],
        "conversation" => vec!["turns", "customer_turns", "channel", "minutes"],
        "customer" => vec!["known", "tier", "verified", "lifetime_minor", "attributes"],
        "trajectory" => vec!["strain", "failed_attempts", "repeats", "tool_failures"],
        _ => return None,
    })
}

/// Which variables some rule reads.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Needs {
    pub(super) signals: bool,
    pub(super) turn: bool,
    pub(super) conversation: bool,
    pub(super) customer: bool,
    pub(super) orders: bool,
    pub(super) trajectory: bool,
}

impl Needs {
    pub(super) fn add(&mut self, checked: &Checked) {
        let references = checked.program.references();
        self.signals |= references.has_variable("signals");
        self.turn |= references.has_variable("turn");
        self.conversation |= references.has_variable("conversation");
        self.customer |= references.has_variable("customer");
        self.orders |= references.has_variable("orders");
        self.trajectory |= references.has_variable("trajectory");
    }
}

pub(super) struct Checked {
    pub(super) program: Program,
    /// Signals it reads: their words are its evidence.
    pub(super) signals: Vec<SignalKind>,
    pub(super) any_role: bool,
}

/// Compiles an expression, or says everything that is wrong with it.
pub(super) fn check(source: &str) -> Result<Checked, Vec<String>> {
    let compiled = expression::compile(source, &WORDS)?;
    let mut signals = Vec::new();
    for (_, field) in compiled.reads.iter().filter(|(variable, _)| variable == "signals") {
        let kind = SignalKind::ALL.into_iter().find(|k| k.name() == field);
        signals.extend(kind.filter(|k| !signals.contains(k)));
    }
    let any_role = compiled.reads.iter().any(|(variable, field)| variable == "turn" && field == "role");
    let checked = Checked { program: compiled.program, signals, any_role };
    let mut needs = Needs::default();
    needs.add(&checked);
    expression::judged(facts::try_out(&checked.program, needs), "a rule")?;
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::expression::{MAX_LENGTH, MAX_NESTING, MAX_OPERATORS};

    #[test]
    fn accepted_expressions() {
        for source in [
            "signals.anger > 0.5",
            "signals.anger > 0",
            "signals['wants_human'] >= 0.5 || signals.question",
            "customer.tier == 'vip' && conversation.turns > 3",
            "customer.attributes.plan == 'gold'",
            "has(customer.attributes.plan) && customer.attributes['plan'] == 'gold'",
            "orders.exists(o, o.total_minor > 50000 && o.status != 'delivered')",
            "orders.exists(o, o.items.exists(i, i.contains('lamp')))",
            "size(orders.filter(o, o.late_days > 3)) > 1",
            "orders.map(o, o.total_minor)[0] > 5",
            "orders[0].total_minor > 5 && orders[0].attributes.gift == 'yes'",
            "'plan' in customer.attributes || size(customer.attributes) > 3",
            "signals.issue_class in ['refund', 'billing']",
            "turn.text.contains('recall') && turn.role == 'customer'",
            "turn.text.matches('(?i)batter(y|ies)')",
            "trajectory.strain > 0.4 ? customer.verified : false",
        ] {
            assert!(check(source).is_ok(), "{source}: {:?}", check(source).err());
        }
    }

    #[test]
    fn refused_expressions() {
        let long = format!("turn.text == '{}'", "x".repeat(MAX_LENGTH));
        let deep = format!("{}true{}", "(".repeat(60), ")".repeat(60));
        for (source, part) in [
            ("", "empty"),
            ("signals.angry > 0.5", "unknown field `signals.angry`"),
            ("signals['angry'] > 0.5", "unknown field `signals.angry`"),
            ("mood > 0.5", "unknown variable `mood`"),
            ("signals.anger >", "not a CEL expression"),
            ("signals.anger", "true or false"),
            ("customer.tier > 3", "types do not fit"),
            // Tried out as a customer who is known.
            ("customer.known ? customer.tier : false", "true or false"),
            ("turn.text.reverse() == 'x'", "unknown function `reverse`"),
            ("signals.exists(s, true)", "loop"),
            ("orders.exists(o, o.price > 3)", "unknown field `o.price`"),
            ("[1].all(a, [1].all(b, [1].all(c, true)))", "nested twice"),
            ("turn.text.matches(turn.text)", "written pattern"),
            ("turn.text.matches('(a{1000}){1000}')", "written pattern"),
            (&long, "longer than"),
            (&deep, "nested deeper"),
            (&vec!["1"; 60].join("+"), "operators"),
        ] {
            let problems = check(source).err().unwrap_or_default().join("; ");
            assert!(problems.contains(part), "{source}: {problems:?}");
        }
    }

    #[test]
    fn the_longest_expressions_fit_on_a_small_stack() {
        let sum = vec!["1"; MAX_OPERATORS - 1].join("+");
        let wide = vec!["true"; MAX_LENGTH / 8].join(" && ");
        let chain = format!("signals{}", ".a".repeat((MAX_LENGTH - 8) / 2));
        let brackets = format!("{}{sum}{} > 0", "(".repeat(MAX_NESTING), ")".repeat(MAX_NESTING));
        let lists = format!("{}1{} == 1", "[".repeat(MAX_NESTING), "]".repeat(MAX_NESTING));
        let loops = "orders.exists(o, o.items.exists(i, (((i.contains('x'))))))".to_owned();
        let worker = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
            assert!(check(&brackets).is_ok() && check(&loops).is_ok() && check(&wide).is_ok());
            for source in [chain, format!("{sum} > 0"), lists] {
                let _checked = check(&source).is_ok();
            }
        });
        worker.expect("a thread").join().expect("no overflow");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_text_is_judged(source in "[a-z0-9_.'\"()\\[\\]{}<>=!&|?:+*/ -]{0,80}") {
            let _judged = check(&source).is_ok();
        }
    }
}
