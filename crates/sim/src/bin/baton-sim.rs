//! Runs seeded worlds. Prints the seed and the shrunk plan of the first that breaks a promise.

use std::io::Write as _;

use anyhow::{Result, bail};
use baton_sim::{Coverage, bug::Bug, plan, run, shrink};
use clap::Parser;

#[derive(Debug, Parser)]
#[command(name = "baton-sim", about = "Seeded worlds with faults; every invariant after each step")]
struct Args {
    /// Worlds to run
    #[arg(long, default_value_t = 1000)]
    seeds: u64,
    /// First seed
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Operations per world
    #[arg(long, default_value_t = 160)]
    length: usize,
    /// Plant this bug: the run must fail
    #[arg(long)]
    bug: Option<String>,
    /// Plant each known bug in turn: every one must be caught
    #[arg(long)]
    bugs: bool,
}

/// Kept for good: each once broke a promise.
const KEPT: &str = include_str!("../../seeds.txt");

fn main() -> Result<()> {
    let args = Args::parse();
    if let Some(name) = &args.bug {
        let Some(bug) = Bug::parse(name) else {
            let known: Vec<_> = Bug::ALL.iter().map(|b| b.name()).collect();
            bail!("no bug `{name}`; known: {}", known.join(", "));
        };
        return match caught(bug, &args) {
            Some(seed) => bail!("{name} was caught at seed {seed}"),
            None => Ok(()),
        };
    }
    if args.bugs {
        return check_bugs(&args);
    }
    let kept = KEPT.lines().filter_map(|l| l.split_whitespace().next()?.parse().ok());
    let mut total = Coverage::default();
    let mut worlds: u64 = 0;
    for seed in kept.chain(args.from..args.from + args.seeds) {
        let world = plan::generate(seed, args.length);
        match run(&world, None) {
            Ok(coverage) => total.add(&coverage),
            Err(violation) => {
                let small = shrink::shrink(&world, None, &violation);
                let what = run(&small, None).err().map_or(violation.what, |v| v.what);
                bail!("seed {seed}: {what}\nshrunk to {} operations: {:#?}", small.ops.len(), small.ops);
            }
        }
        worlds += 1;
        if worlds.is_multiple_of(50) {
            progress(worlds, args.seeds);
        }
    }
    say(&format!(
        "\r{worlds} worlds, {} simulated hours, {} events: {} escalations, {} offers, {} callbacks, {} breaches, {} reviews, \
         {} crashes, {} retries, {} stale sends refused",
        total.hours,
        total.events,
        total.escalations,
        total.offers,
        total.callbacks,
        total.breaches,
        total.reviews,
        total.crashes,
        total.retries,
        total.stale_sends_refused
    ));
    say(&format!("sim: {worlds} passed, 0 failed"));
    Ok(())
}

fn caught(bug: Bug, args: &Args) -> Option<u64> {
    (args.from..args.from + args.seeds).find(|seed| run(&plan::generate(*seed, args.length), Some(bug)).is_err())
}

fn check_bugs(args: &Args) -> Result<()> {
    let mut missed = Vec::new();
    for bug in Bug::ALL {
        match caught(bug, args) {
            Some(seed) => say(&format!("caught  {:<28} seed {seed}", bug.name())),
            None => {
                say(&format!("MISSED  {:<28} in {} seeds", bug.name(), args.seeds));
                missed.push(bug.name());
            }
        }
    }
    say(&format!("planted bugs: {} passed, {} failed", Bug::ALL.len() - missed.len(), missed.len()));
    if missed.is_empty() { Ok(()) } else { bail!("not caught: {}", missed.join(", ")) }
}

fn progress(done: u64, of: u64) {
    let mut out = std::io::stderr();
    // A closed pipe is no reason to stop.
    let _ = write!(out, "\r{done}/{of} worlds");
}

fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
