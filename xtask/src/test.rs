//! `cargo xtask test`: every suite, in order, each with a closing line, and a table at the end. A failed suite does not
//! stop the others; nothing is skipped: what cannot run fails.
//!
//! The tests, the crash harness and the browser tests share the dev profile's artefacts. Only the simulator is built
//! optimised, in a profile of its own that keeps the assertions.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::{
    ciw, crash,
    process::{self, cargo, npm},
    setup, sim, tidy,
};

/// Worlds per run, and at most so many to catch each planted bug. `cargo xtask sim` runs a thousand.
const SEEDS: u64 = 300;
/// `cargo xtask crash` runs a hundred.
const CRASH_CYCLES: u32 = 8;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only the suites with these names; the summary says that it was a part
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

struct Suite {
    name: &'static str,
    run: fn() -> Result<()>,
}

fn suites() -> Vec<Suite> {
    vec![
        Suite { name: "setup", run: setup::run },
        Suite { name: "tidy", run: tidy::run },
        Suite { name: "fmt", run: || process::run(cargo().args(["fmt", "--all", "--check"])) },
        Suite {
            name: "clippy",
            run: || {
                process::run(cargo().args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]))
            },
        },
        Suite { name: "nextest", run: || process::run(cargo().args(["nextest", "run", "--workspace", "--no-fail-fast"])) },
        Suite { name: "doctests", run: || process::run(cargo().args(["test", "--quiet", "--workspace", "--doc"])) },
        Suite { name: "web types", run: || process::run(&mut npm(&["run", "--silent", "check"])) },
        Suite { name: "web units", run: || process::run(&mut npm(&["run", "--silent", "test"])) },
        Suite { name: "sim", run: || sim::run(&sim::Args::of(SEEDS, false)) },
        Suite { name: "sim bugs", run: || sim::run(&sim::Args::of(SEEDS, true)) },
        Suite { name: "ciw", run: || process::build_tested_baton().and_then(|baton| ciw::check(&baton)) },
        Suite {
            name: "crash",
            run: || process::build_tested_baton().and_then(|baton| crash::run(&crash::Args::of(baton, CRASH_CYCLES))),
        },
        Suite { name: "e2e", run: e2e },
    ]
}

fn e2e() -> Result<()> {
    let baton = process::build_tested_baton()?;
    // The demo shop without its simulated visitors, on the port that the Playwright configuration expects.
    let serve = format!("\"{}\" demo --quiet --listen 127.0.0.1:8099", baton.display());
    process::run(npm(&["run", "--silent", "e2e"]).env("BATON_SERVE", serve).env("CHROMIUM", setup::CHROMIUM))
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let all = suites();
    if let Some(unknown) = args.only.iter().find(|name| !all.iter().any(|s| s.name == **name)) {
        let names: Vec<&str> = all.iter().map(|s| s.name).collect();
        bail!("no suite `{unknown}`; there are: {}", names.join(", "));
    }
    let total = all.len();
    let chosen: Vec<Suite> =
        all.into_iter().filter(|s| args.only.is_empty() || args.only.iter().any(|n| n == s.name)).collect();
    let started = Instant::now();
    let mut table: Vec<(&str, Duration, Option<String>)> = Vec::new();
    for suite in &chosen {
        println!("\n== {} ==", suite.name);
        let began = Instant::now();
        let failed = (suite.run)().err().map(|error| format!("{error:#}"));
        let took = began.elapsed();
        match &failed {
            None => println!("suite {}: ok in {:.1} s", suite.name, took.as_secs_f64()),
            Some(why) => println!("suite {}: FAILED in {:.1} s: {why}", suite.name, took.as_secs_f64()),
        }
        table.push((suite.name, took, failed));
    }
    println!("\n{:<12} {:>9}  result", "suite", "seconds");
    for (name, took, failed) in &table {
        println!("{name:<12} {:>9.1}  {}", took.as_secs_f64(), if failed.is_none() { "ok" } else { "FAILED" });
    }
    let failures = table.iter().filter(|(_, _, failed)| failed.is_some()).count();
    let part = if chosen.len() < total {
        format!(" (only {} of {total} suites were asked for)", chosen.len())
    } else {
        String::new()
    };
    println!("test: {} suites, {failures} failed, {:.0} s{part}", table.len(), started.elapsed().as_secs_f64());
    if failures > 0 {
        bail!("{failures} suites failed");
    }
    Ok(())
}
