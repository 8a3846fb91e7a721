//! `baton policy`: escalation as code. Lint a policy, test it on dialogues, compare two, replay one on history.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context, Result, bail};
use baton_core::{assess::CompiledPolicy, engine::Comparison};
use baton_eval::{hindsight, replay};
use baton_model::{Costs, Hindsight, Policy, Tally, Treatment, Trigger};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    cli::{PolicyArgs, PolicyCommand, PolicyReplayArgs},
    junit,
    out::out,
};

pub(crate) fn run(args: PolicyArgs) -> Result<ExitCode> {
    match args.command {
        PolicyCommand::Default => {
            write!(out(), "{}", baton_runtime::default_policy())?;
            Ok(ExitCode::SUCCESS)
        }
        PolicyCommand::Lint { file, junit } => lint(&file, junit.as_deref()),
        PolicyCommand::Diff { old, new } => diff(&old, &new),
        PolicyCommand::Test { policy, files, junit } => test(&policy, &files, junit.as_deref()),
        PolicyCommand::Replay(args) => replay_policy(&args),
    }
}

fn code(good: bool) -> ExitCode {
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

/// A policy that must be sound; its problems are the error.
fn policy(file: &Path) -> Result<Policy> {
    match baton_runtime::lint_policy(&read(file)?) {
        Ok(policy) => Ok(policy),
        Err(refusal) => {
            let places: String = refusal.places.iter().map(|p| format!("\n  {}: {}", p.at, p.problem)).collect();
            bail!("{}: {}{places}", file.display(), refusal.detail)
        }
    }
}

fn report(junit: Option<&Path>, suite: &str, cases: &[junit::Case]) -> Result<()> {
    match junit {
        Some(path) => fs::write(path, junit::xml(suite, cases)).with_context(|| format!("cannot write {}", path.display())),
        None => Ok(()),
    }
}

fn lint(file: &Path, junit: Option<&Path>) -> Result<ExitCode> {
    let name = file.display().to_string();
    let linted = baton_runtime::lint_policy(&read(file)?);
    let cases: Vec<junit::Case> = match &linted {
        Ok(_) => vec![junit::Case { name: name.clone(), failure: None }],
        Err(refusal) if refusal.places.is_empty() => {
            vec![junit::Case { name: name.clone(), failure: Some(refusal.detail.clone()) }]
        }
        Err(refusal) => {
            refusal.places.iter().map(|p| junit::Case { name: p.at.clone(), failure: Some(p.problem.clone()) }).collect()
        }
    };
    report(junit, "policy lint", &cases)?;
    match &linted {
        Ok(policy) => writeln!(
            out(),
            "{name}: policy `{}` is valid: {} detectors, {} rules",
            policy.name,
            policy.detectors.len(),
            policy.rules.len()
        )?,
        Err(refusal) => {
            writeln!(out(), "{name}: {}", refusal.detail)?;
            for place in &refusal.places {
                writeln!(out(), "  {}: {}", place.at, place.problem)?;
            }
        }
    }
    Ok(code(linted.is_ok()))
}

fn diff(old: &Path, new: &Path) -> Result<ExitCode> {
    let lines = differences(&policy(old)?, &policy(new)?)?;
    if lines.is_empty() {
        writeln!(out(), "the same policy")?;
    }
    for line in &lines {
        writeln!(out(), "{line}")?;
    }
    Ok(code(lines.is_empty()))
}

/// One line for each value that differs; order and comments of the files do not count.
fn differences(old: &Policy, new: &Policy) -> Result<Vec<String>> {
    let (old, new) = (values(old)?, values(new)?);
    let keys: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    Ok(keys
        .into_iter()
        .filter_map(|key| match (old.get(key), new.get(key)) {
            (Some(a), Some(b)) if a == b => None,
            (Some(a), Some(b)) => Some(format!("  {key}: {a} -> {b}")),
            (Some(a), None) => Some(format!("- {key}: {a}")),
            (None, Some(b)) => Some(format!("+ {key}: {b}")),
            (None, None) => None,
        })
        .collect())
}

fn values(policy: &Policy) -> Result<BTreeMap<String, String>> {
    let mut out = BTreeMap::new();
    flatten(String::new(), &serde_json::to_value(policy)?, &mut out);
    out.remove("version");
    Ok(out)
}

fn flatten(at: String, value: &Value, out: &mut BTreeMap<String, String>) {
    let inside = |key: &str| if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| flatten(inside(key), value, out)),
        // Rules are told apart by their id, not by their place.
        Value::Array(items) => items.iter().enumerate().for_each(|(i, value)| {
            let id = value.get("id").and_then(Value::as_str).map_or_else(|| i.to_string(), str::to_owned);
            flatten(inside(&id), value, out);
        }),
        Value::Number(n) => {
            // Thresholds are single precision: 0.8, not 0.800000011920929.
            let short = n.as_f64().map_or_else(|| n.to_string(), |n| (n as f32).to_string());
            out.insert(at, short);
        }
        other => {
            out.insert(at, other.to_string());
        }
    }
}

/// What a dialogue of a test file demands.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    course: Treatment,
    /// Of the turn at which a person first comes in, counting the customer's from 1.
    #[serde(default)]
    at: Option<u32>,
    #[serde(default)]
    trigger: Option<Trigger>,
}

fn test(file: &Path, files: &[PathBuf], junit: Option<&Path>) -> Result<ExitCode> {
    let compiled = CompiledPolicy::new(Arc::new(policy(file)?));
    let mut cases = Vec::new();
    for path in files {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let open = fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        for line in replay::read(std::io::BufReader::new(open)) {
            let (number, recording) = line.with_context(|| format!("cannot read {}", path.display()))?;
            let place = format!("{name}:{number}");
            cases.push(match recording {
                Ok(recording) => junit::Case {
                    name: recording.id.as_ref().map_or(place.clone(), |id| format!("{place} {}", plain(id))),
                    failure: failure(&compiled, &recording),
                },
                Err(problem) => junit::Case { name: place, failure: Some(problem) },
            });
        }
    }
    report(junit, "policy test", &cases)?;
    let failed = cases.iter().filter(|c| c.failure.is_some()).count();
    for case in &cases {
        if let Some(why) = &case.failure {
            writeln!(out(), "FAILED {}: {why}", case.name)?;
        }
    }
    writeln!(out(), "{} passed, {failed} failed", cases.len() - failed)?;
    if cases.is_empty() {
        eprintln!("there is no test in these files: each line is a recording with `expect`");
    }
    Ok(code(failed == 0 && !cases.is_empty()))
}

fn plain(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

fn failure(policy: &CompiledPolicy, recording: &replay::Recording) -> Option<String> {
    let expect: Expect = match recording.metadata.get("expect") {
        None => return Some("the recording has no `expect`".into()),
        Some(expect) => match serde_json::from_value(expect.clone()) {
            Ok(expect) => expect,
            Err(problem) => return Some(format!("`expect`: {problem}")),
        },
    };
    let got = hindsight::course(policy, recording);
    let moment = got.moment.as_ref();
    let because =
        moment.map_or_else(|| "no reason was found".into(), |m| format!("customer turn {}: {}", m.customer_turn, m.because));
    if got.course != expect.course {
        return Some(format!("{} instead of {} ({because})", word(got.course), word(expect.course)));
    }
    if expect.at.is_some_and(|at| moment.is_none_or(|m| m.customer_turn != at)) {
        return Some(format!("not at customer turn {} ({because})", expect.at.unwrap_or_default()));
    }
    let trigger = expect.trigger.filter(|t| moment.is_none_or(|m| m.trigger != *t))?;
    Some(format!("not for {} ({because})", trigger.name()))
}

fn word(course: Treatment) -> &'static str {
    match course {
        Treatment::Continued => "continued",
        Treatment::Offered => "offered",
        Treatment::Escalated => "escalated",
    }
}

fn replay_policy(args: &PolicyReplayArgs) -> Result<ExitCode> {
    let after = policy(&args.policy)?;
    let costs =
        Costs { late: args.late.unwrap_or(after.costs.late), needless: args.needless.unwrap_or(after.costs.needless) };
    if !(costs.late > 0.0 && costs.needless > 0.0) {
        bail!("--late and --needless are numbers above 0");
    }
    let base = args.base.as_deref().map(policy).transpose()?;
    // Hidden by itself when standard error is not a terminal.
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{bar:40} {percent}%, {eta} left")?);
    let tick = |done: u64, total: u64| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let (found, problems) = match (&args.data, &args.workspace) {
        (Some(data), Some(workspace)) => {
            (super::policy_history::compare(data, workspace, base, after, &costs, args.frontier, &tick)?, Vec::new())
        }
        _ => {
            let base = base.map_or_else(|| baton_runtime::lint_policy(baton_runtime::default_policy()), Ok);
            let base = base.map_err(|refusal| anyhow::anyhow!(refusal.detail))?;
            let comparison = Comparison::new(Arc::new(base), after, args.frontier);
            hindsight::compare(&args.files, &comparison, &costs, &tick)?
        }
    };
    bar.finish_and_clear();
    // Worse beyond chance is a failure, and so is what could not be read.
    let worse = found.difference.filter(|d| d.low > args.allow);
    let mut cases = vec![junit::Case {
        name: "regret does not grow".into(),
        failure: worse.map(|d| format!("regret grows by {:.2} per 100 ({:.2} to {:.2})", d.value, d.low, d.high)),
    }];
    cases.extend(problems.iter().map(|p| junit::Case { name: "recording".into(), failure: Some(p.clone()) }));
    report(args.junit.as_deref(), "policy replay", &cases)?;
    let mut out = out();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &found)?;
        writeln!(out)?;
    } else {
        summary(&mut out, &found)?;
    }
    for problem in problems.iter().take(10) {
        eprintln!("{problem}");
    }
    Ok(code(cases.iter().all(|c| c.failure.is_none())))
}

fn summary(out: &mut impl Write, h: &Hindsight) -> std::io::Result<()> {
    writeln!(
        out,
        "{} conversations, {} turns; late {} against needless {}",
        h.conversations, h.turns, h.costs.late, h.costs.needless
    )?;
    writeln!(
        out,
        "{:<8} {:>10} {:>9} {:>10} {:>9} {:>7} {:>12}",
        "", "continued", "offered", "escalated", "needless", "missed", "regret/100"
    )?;
    let side = |out: &mut dyn Write, name: &str, t: &Tally| {
        let regret = t.regret.map_or("unknown".into(), |r| format!("{r:.2}"));
        writeln!(
            out,
            "{name:<8} {:>10} {:>9} {:>10} {:>9} {:>7} {regret:>12}",
            t.continued, t.offered, t.escalated, t.needless, t.missed
        )
    };
    side(out, "before", &h.before)?;
    side(out, "after", &h.after)?;
    match &h.difference {
        Some(d) => writeln!(out, "difference of regret: {:+.2} per 100 known ({:+.2} to {:+.2})", d.value, d.low, d.high)?,
        None => writeln!(out, "difference of regret: unknown")?,
    }
    let rests: Vec<String> = h.rests_on.iter().map(|(basis, n)| format!("{n} {basis:?}").to_lowercase()).collect();
    writeln!(out, "truths rest on: {}", if rests.is_empty() { "nothing".into() } else { rests.join(", ") })?;
    for limit in &h.limits {
        writeln!(out, "note: {limit}")?;
    }
    for point in &h.frontier {
        let automation = 100.0 * point.automation;
        writeln!(out, "frontier {:+.1}: {automation:.1}% automated, regret {:.2}", point.shift, point.regret)?;
    }
    writeln!(out, "{} courses change", h.changed)?;
    for c in h.changes.iter().take(10) {
        let place = c.conversation.map_or_else(|| c.place.clone(), |id| id.to_string());
        writeln!(out, "  {place}: {} -> {} ({:?}) {}", word(c.before), word(c.after), c.truth, c.headline)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn default_policy() -> Policy {
        baton_runtime::lint_policy(baton_runtime::default_policy()).unwrap()
    }

    #[test]
    fn a_difference_is_named_by_its_key() {
        let old = default_policy();
        let mut new = old.clone();
        new.version = 7;
        assert!(differences(&old, &new).unwrap().is_empty());
        new.detectors.get_mut(&Trigger::Complaint).unwrap().escalate = 0.7;
        assert_eq!(differences(&old, &new).unwrap(), ["  detectors.complaint.escalate: 0.8 -> 0.7"]);
        new.detectors.remove(&Trigger::Abuse);
        assert!(differences(&old, &new).unwrap().iter().any(|l| l == "- detectors.abuse.escalate: 0.85"));
    }

    #[test]
    fn expectations_pass_fail_and_must_be_there() {
        let compiled = CompiledPolicy::new(Arc::new(default_policy()));
        let of = |line: &str| {
            let (_, recording) = replay::read(line.as_bytes()).next().unwrap().unwrap();
            failure(&compiled, &recording.unwrap())
        };
        let asks = r#""turns":[{"role":"customer","text":"Hello"},{"role":"customer","text":"I want to speak to a human being please, now."}]"#;
        let with = |expect: &str| of(&format!("{{{asks},\"expect\":{expect}}}"));
        assert_eq!(with(r#"{"course":"escalated","at":2,"trigger":"explicit_request"}"#), None);
        assert!(with(r#"{"course":"continued"}"#).unwrap().starts_with("escalated instead of continued"));
        assert!(with(r#"{"course":"escalated","at":1}"#).unwrap().starts_with("not at customer turn 1"));
        assert!(with(r#"{"curse":"escalated"}"#).unwrap().contains("curse"));
        assert!(of(&format!("{{{asks}}}")).unwrap().contains("no `expect`"));
    }
}
