//! The owner's expressions: compiled once, checked before they can be applied, bounded in cost.
//!
//! What is accepted is small on purpose: known variables and fields, a short list of functions, and loops over one known
//! list or a written list only. Maps cannot be walked (their order is not defined), loops nest twice at most, and patterns
//! are constants, so that an expression costs microseconds and always gives the same answer. Each room brings its own
//! [`Vocabulary`]; none of them knows another's.

use std::sync::{Arc, LazyLock};

use cel::{
    Env, Program,
    common::ast::{ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue},
};

pub(crate) const MAX_LENGTH: usize = 500;
/// The parser and the evaluator recurse: these keep both well inside a 2 MiB stack, without optimisation too.
pub(crate) const MAX_NESTING: usize = 6;
pub(crate) const MAX_OPERATORS: usize = 30;
const MAX_PATTERN: usize = 100;

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
/// What the expressions of a room may mention.
pub(crate) struct Vocabulary {
    pub(crate) variables: &'static [&'static str],
    /// Fields of a variable; `None`: any.
    pub(crate) fields: fn(&str) -> Option<Vec<&'static str>>,
    /// The list that loops may walk.
    pub(crate) list: Option<Records>,
}

/// A list of records.
pub(crate) struct Records {
    pub(crate) variable: &'static str,
    pub(crate) fields: &'static [&'static str],
    /// The field that is a list too.
    pub(crate) inner: &'static str,
}

pub(crate) struct Compiled {
    pub(crate) program: Program,
    /// Variables and their fields that it reads, in order.
    pub(crate) reads: Vec<(String, String)>,
}

/// What expressions are evaluated in.
pub(crate) fn environment() -> Arc<Env> {
    static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));
    Arc::clone(&ENV)
}

/// Compiles an expression, or says everything that is wrong with it. Types are for the caller to try out.
pub(crate) fn compile(source: &str, words: &Vocabulary) -> Result<Compiled, Vec<String>> {
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
    let mut walk = Walk { words, problems: Vec::new(), reads: Vec::new(), scope: Vec::new(), loops: 0 };
    walk.expr(program.expression());
    let Walk { problems, reads, .. } = walk;
    if problems.is_empty() { Ok(Compiled { program, reads }) } else { Err(problems) }
}

/// An expression gave a yes or no on an example, or failed only because of the example's data.
pub(crate) fn judged(outcome: Result<cel::Value, cel::ExecutionError>, what: &str) -> Result<(), Vec<String>> {
    use cel::ExecutionError::{DivisionByZero, IndexOutOfBounds, NoSuchKey, RemainderByZero};
    match outcome {
        Ok(cel::Value::Bool(_)) => Ok(()),
        Ok(other) => Err(vec![format!("{what} must be true or false; this one is {}", other.type_of())]),
        // Depends on the data, and then the expression simply does not hold.
        Err(NoSuchKey(_) | DivisionByZero(_) | RemainderByZero(_) | IndexOutOfBounds(_)) => Ok(()),
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
    Record,
    Other,
}

struct Walk<'a> {
    words: &'a Vocabulary,
    problems: Vec<String>,
    reads: Vec<(String, String)>,
    /// Loop variables in scope.
    scope: Vec<(String, Item)>,
    loops: usize,
}

impl Walk<'_> {
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
                if self.local(name).is_none() && !self.words.variables.contains(&name.as_str()) {
                    self.problem(format!("unknown variable `{name}`; known are {}", self.words.variables.join(", ")));
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
            Some(Item::Record) => self.words.list.as_ref().map(|l| l.fields.to_vec()),
            Some(Item::Other) => None,
            None => (self.words.fields)(name),
        };
        if let Some(known) = known
            && !known.contains(&field)
        {
            self.problem(format!("unknown field `{name}.{field}`; known are {}", known.join(", ")));
        }
        if self.local(name).is_none() {
            self.reads.push((name.clone(), field.to_owned()));
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
            let known = self.words.list.as_ref().map_or_else(String::new, |l| format!("`{}` or ", l.variable));
            self.problem(format!("a loop can go over {known}a written list only"));
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
            Expr::Ident(name)
                if self.words.list.as_ref().is_some_and(|l| l.variable == name) && self.local(name).is_none() =>
            {
                Some(Item::Record)
            }
            Expr::List(_) => Some(Item::Other),
            // `filter(…)` keeps records, `map(…)` may make anything of them.
            Expr::Comprehension(inner) => self.items(&inner.iter_range).map(|_| Item::Other),
            Expr::Select(select) if self.words.list.as_ref().is_some_and(|l| l.inner == select.field) => {
                match &select.operand.expr {
                    Expr::Ident(name) if self.local(name) == Some(Item::Record) => Some(Item::Other),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
