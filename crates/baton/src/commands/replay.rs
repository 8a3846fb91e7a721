//! `baton replay`: recorded conversations through the real core.

use std::{fs, io::Write, process::ExitCode};

use anyhow::{Context, Result};
use baton_eval::replay::{self, Counts, Progress};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{cli::ReplayArgs, out::out};

/// Problems named on the console.
const NAMED: usize = 10;

pub(crate) fn run(args: ReplayArgs) -> Result<ExitCode> {
    let policy = match &args.policy {
        Some(path) => Some(fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?),
        None => None,
    };
    // Hidden by itself when standard error is not a terminal.
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} conversations, {eta} left")?);
    let report = replay::replay(&args.files, policy.as_deref(), &|Progress { done, total }| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    })?;
    bar.finish_and_clear();
    if let Some(path) = &args.html {
        fs::write(path, replay::html(&report)).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let mut out = out();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        summary(&mut out, &report.total)?;
        if let Some(path) = &args.html {
            writeln!(out, "report: {}", path.display())?;
        }
    }
    for problem in report.problems.iter().take(NAMED) {
        eprintln!("{}: {}", problem.at, problem.problem);
    }
    if report.problems.len() > NAMED {
        eprintln!("and {} more", report.problems.len() - NAMED);
    }
    Ok(if report.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn summary(out: &mut impl Write, c: &Counts) -> std::io::Result<()> {
    let share = |n: u32| 100.0 * f64::from(n) / f64::from(c.conversations.max(1));
    writeln!(out, "conversations: {}  errors: {}  turns: {}  assessed: {}", c.conversations, c.errors, c.turns, c.assessed)?;
    for (name, n) in [("escalated", c.escalated), ("offered", c.offered), ("continued", c.continued)] {
        writeln!(out, "  {name:<10} {n:>6}  {:>5.1}%", share(n))?;
    }
    for (trigger, n) in &c.by_trigger {
        writeln!(out, "  {trigger:<18} {:>6} escalated {:>6} offered", n.escalated, n.offered)?;
    }
    if let Some(mean) = c.completeness.mean {
        writeln!(out, "packages: {}  completeness: {:.0}% on average", c.completeness.packages, 100.0 * mean)?;
    }
    let t = &c.compared;
    if t.early + t.on_time + t.late + t.missed + t.only_here + t.neither > 0 {
        writeln!(
            out,
            "against the recorded handoffs: {} on time, {} early, {} late, {} missed, {} only here, {} neither",
            t.on_time, t.early, t.late, t.missed, t.only_here, t.neither
        )?;
    }
    Ok(())
}
