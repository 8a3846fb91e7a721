//! The owner's expressions: compiled once, checked before they can be applied, bounded in cost.
//!
//! What is accepted is small on purpose: known variables and fields, a short list of functions, and loops over `orders`
//! or a written list only. Maps cannot be walked (their order is not defined), loops nest twice at most, and patterns
//! are constants, so that an expression costs microseconds and always gives the same answer.

use baton_model::SignalKind;
use cel::{
    ExecutionError, Program, Value,
    common::ast::{ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue},
};

use super::facts;

pub(super) const MAX_LENGTH: usize = 500;
/// The parser and the evaluator recurse: these keep both well inside a 2 MiB stack, without optimisation too.
const MAX_NESTING: usize = 6;
const MAX_OPERATORS: usize = 30;
const MAX_PATTERN: usize = 100;

const VARIABLES: [&str; 6] = ["signals", "turn", "conversation", "customer", "orders", "trajectory"];
const FUNCTIONS: [&str; 27] = [
    "_?_:_",
    "_&&_",
    "_||_",
    "!_",
    "_-_",
    "_+_",
    "_*_",
    "_/_",
    "_%_",
    "_==_",
    "_!=_",
    "_>=_",
    "_<=_",
    "_>_",
    "_<_",
    "-_",
    "_[_]",
    "@in",
    "@not_strictly_false",
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "double",
    "int",
    "string",
];
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
    if source.trim().is_empty() {
        return Err(vec!["the expression is empty".into()]);
    }
    if source.chars().count() > MAX_LENGTH {
        return Err(vec![format!("the expression is longer than {MAX_LENGTH} characters")]);
    }
    let (nesting, operators) = shape(source);
    if nesting > MAX_NESTING {
        return Err(vec![format!("the expression is nested deeper than {MAX_NESTING}")]);
    }
    if operators > MAX_OPERATORS {
        return Err(vec![format!("the expression has more than {MAX_OPERATORS} operators")]);
    }
    let program = Program::compile(source).map_err(|e| vec![format!("not a CEL expression: {}", syntax(&e.to_string()))])?;
    let mut walk = Walk::default();
    walk.expr(program.expression());
    if !walk.problems.is_empty() {
        return Err(walk.problems);
    }
    let checked = Checked { program, signals: walk.signals, any_role: walk.any_role };
    let mut needs = Needs::default();
    needs.add(&checked);
    match facts::try_out(&checked.program, needs) {
        Ok(Value::Bool(_)) => Ok(checked),
        Ok(other) => Err(vec![format!("a rule must be true or false; this one is {}", other.type_of())]),
        // Depends on the data, and then the rule simply does not match.
        Err(
            ExecutionError::NoSuchKey(_)
            | ExecutionError::DivisionByZero(_)
            | ExecutionError::RemainderByZero(_)
            | ExecutionError::IndexOutOfBounds(_),
        ) => Ok(checked),
        Err(e) => Err(vec![format!("the types do not fit: {e}")]),
    }
}

/// The first fault of a parser's report, without what else it might have liked.
fn syntax(report: &str) -> &str {
    let first = report.lines().next().unwrap_or("");
    let first = first.split_once("<input>:1:").map_or(first, |(_, rest)| rest);
    let fault = first.split(" expecting ").next().unwrap_or(first).trim();
    // "16: Syntax error: …" starts with the column.
    fault.split_once(": ").filter(|(column, _)| column.bytes().all(|b| b.is_ascii_digit())).map_or(fault, |(_, rest)| rest)
}

/// Deepest bracket, and number of operators. Text in quotes counts too: a bound need not be exact.
fn shape(source: &str) -> (usize, usize) {
    let (mut depth, mut deepest, mut operators, mut in_operator) = (0usize, 0usize, 0usize, false);
    for c in source.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
        let operator = "+-*/%<>=!?".contains(c);
        // A minus or a not may stand alone many times over.
        operators += usize::from(operator && (!in_operator || matches!(c, '!' | '-')));
        in_operator = operator;
    }
    let memberships = source.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| *w == "in").count();
    (deepest, operators + memberships)
}

#[derive(Clone, Copy, PartialEq)]
enum Item {
    Order,
    Other,
}

#[derive(Default)]
struct Walk {
    problems: Vec<String>,
    signals: Vec<SignalKind>,
    any_role: bool,
    /// Loop variables in scope.
    scope: Vec<(String, Item)>,
    loops: usize,
}

impl Walk {
    fn local(&self, name: &str) -> Option<Item> {
        self.scope.iter().rev().find(|(n, _)| n == name).map(|(_, i)| *i)
    }

    fn problem(&mut self, problem: String) {
        if !self.problems.contains(&problem) && self.problems.len() < 8 {
            self.problems.push(problem);
        }
    }

    fn expr(&mut self, e: &IdedExpr) {
        match &e.expr {
            Expr::Unspecified | Expr::Literal(_) => {}
            Expr::Ident(name) => {
                if self.local(name).is_none() && !VARIABLES.contains(&name.as_str()) {
                    self.problem(format!("unknown variable `{name}`; known are {}", VARIABLES.join(", ")));
                }
            }
            Expr::Select(select) => {
                self.field(&select.operand, &select.field);
                self.expr(&select.operand);
            }
            Expr::Call(call) => {
                if !FUNCTIONS.contains(&call.func_name.as_str()) {
                    self.problem(format!("unknown function `{}`; known are size, contains, startsWith, endsWith, matches, double, int, string, has, exists, all, filter, map", call.func_name));
                }
                if call.func_name == "matches" {
                    self.pattern(call.args.last());
                }
                if let ("_[_]", [operand, index]) = (call.func_name.as_str(), call.args.as_slice())
                    && let Expr::Literal(LiteralValue::String(field)) = &index.expr
                {
                    self.field(operand, field.inner());
                }
                if let Some(target) = &call.target {
                    self.expr(target);
                }
                call.args.iter().for_each(|a| self.expr(a));
            }
            Expr::List(list) => list.elements.iter().for_each(|x| self.expr(x)),
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.expr(&entry.key);
                        self.expr(&entry.value);
                    }
                }
            }
            Expr::Struct(_) => self.problem("structs cannot be used here".into()),
            Expr::Comprehension(c) => self.comprehension(c),
        }
    }

    /// A field of a known variable, written `signals.anger` or `signals['anger']`.
    fn field(&mut self, operand: &IdedExpr, field: &str) {
        let Expr::Ident(name) = &operand.expr else { return };
        let known = match self.local(name) {
            Some(Item::Order) => Some(ORDER.to_vec()),
            Some(Item::Other) => None,
            None => fields(name),
        };
        if let Some(known) = known
            && !known.contains(&field)
        {
            self.problem(format!("unknown field `{name}.{field}`; known are {}", known.join(", ")));
        }
        if self.local(name).is_none() {
            self.any_role |= name == "turn" && field == "role";
            if name == "signals"
                && let Some(kind) = SignalKind::ALL.into_iter().find(|k| k.name() == field)
                && !self.signals.contains(&kind)
            {
                self.signals.push(kind);
            }
        }
    }

    fn pattern(&mut self, pattern: Option<&IdedExpr>) {
        match pattern.map(|p| &p.expr) {
            Some(Expr::Literal(LiteralValue::String(p))) if p.inner().len() <= MAX_PATTERN && !p.inner().contains('{') => {}
            _ => self.problem(format!(
                "`matches` takes a written pattern of at most {MAX_PATTERN} characters without {{counts}}"
            )),
        }
    }

    fn comprehension(&mut self, c: &ComprehensionExpr) {
        let item = self.items(&c.iter_range);
        if item.is_none() {
            self.problem("a loop can go over `orders` or a written list only".into());
        }
        self.expr(&c.iter_range);
        self.loops += 1;
        if self.loops > 2 {
            self.problem("loops can be nested twice at most".into());
        } else {
            let before = self.scope.len();
            self.expr(&c.accu_init);
            self.scope.push((c.iter_var.clone(), item.unwrap_or(Item::Other)));
            self.scope.extend(c.iter_var2.iter().map(|v| (v.clone(), Item::Other)));
            self.scope.push((c.accu_var.clone(), Item::Other));
            self.expr(&c.loop_cond);
            self.expr(&c.loop_step);
            self.expr(&c.result);
            self.scope.truncate(before);
        }
        self.loops -= 1;
    }

    /// What a loop over this would see; `None` where looping is not allowed.
    fn items(&self, range: &IdedExpr) -> Option<Item> {
        match &range.expr {
            Expr::Ident(name) if name == "orders" && self.local(name).is_none() => Some(Item::Order),
            Expr::List(_) => Some(Item::Other),
            // `orders.filter(…)` keeps orders, `orders.map(…)` may make anything of them.
            Expr::Comprehension(inner) => self.items(&inner.iter_range).map(|_| Item::Other),
            Expr::Select(select) if select.field == "items" => match &select.operand.expr {
                Expr::Ident(name) if self.local(name) == Some(Item::Order) => Some(Item::Other),
                _ => None,
            },
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
