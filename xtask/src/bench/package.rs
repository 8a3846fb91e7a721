//! `bench package`: building the information package, and whether every generated one may be believed.

use std::process::Stdio;

use anyhow::{Context, Result};

use super::rows::{Row, Rows};
use crate::process::{self, cargo};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Packages to generate and check
    #[arg(long, default_value_t = 10_000)]
    packages: u32,
}

/// Milliseconds of the 99th percentile.
const TARGETS: [(&str, f64); 2] = [("built_100_turns_p99", 2.0), ("built_5000_turns_p99", 50.0)];

pub(crate) fn run(args: &Args, rows: &mut Rows) -> Result<()> {
    let mut command = cargo();
    command.args(["run", "--quiet", "--release", "--package", "baton-eval", "--example", "package_cost", "--"]);
    // Progress goes to standard error.
    let text = process::output(command.arg(args.packages.to_string()).stderr(Stdio::inherit()))?;
    for line in text.lines() {
        let mut parts = line.split(' ');
        let (Some(name), Some(value), Some(unit)) = (parts.next(), parts.next(), parts.next()) else { continue };
        let unit = if unit == "ms" { "ms" } else { "count" };
        let value: f64 = value.parse().with_context(|| format!("`{line}` has no number"))?;
        let row = Row::new("package", name, value, unit);
        let target = TARGETS.iter().find(|(n, _)| *n == name).map(|(_, t)| *t);
        let target = target.or((name == "packages_with_a_fault").then_some(0.0));
        rows.push(match target {
            Some(target) => row.target(target),
            None => row,
        });
    }
    Ok(())
}
