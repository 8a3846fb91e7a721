//! `bench route`: the matcher over backlogs of growing size, by the example `route_cost` of `baton-core`.

use anyhow::{Context, Result};
use serde_json::Value;

use super::rows::{Row, Rows};
use crate::process::{self, cargo};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The largest backlog; smaller ones are tenths of it
    #[arg(long, default_value_t = 1_000_000)]
    waiting: u64,
    /// Cargo profile; figures of another one are no figures of the product
    #[arg(long, default_value = "release")]
    profile: String,
}

pub(crate) fn run(args: &Args, rows: &mut Rows) -> Result<()> {
    let sizes: Vec<u64> = [1_000, 100, 10, 1].iter().map(|part| args.waiting / part).filter(|n| *n > 0).collect();
    for pages in ["4 KB pages", "huge pages"] {
        let costs: Vec<(u64, f64)> =
            sizes.iter().map(|size| Ok((*size, measure(args, *size, pages, rows)?))).collect::<Result<_>>()?;
        if let (Some((few, small)), Some((many, large))) = (costs.first(), costs.last()) {
            // Growth of the cost beside the growth of the logarithm.
            let log = (*many as f64).ln() / (*few as f64).max(2.0).ln();
            rows.push(
                Row::new("route", format!("{pages}: cost of {many} by that of {few}"), large / small, "x").target(log),
            );
        }
    }
    Ok(())
}

/// Nanoseconds of one operation beside so many waiting items.
fn measure(args: &Args, size: u64, pages: &str, rows: &mut Rows) -> Result<f64> {
    eprintln!("bench: {size} waiting items, {pages}");
    let mut command = cargo();
    if pages == "huge pages" {
        // What a large backlog costs is mostly walks of the page table.
        command.env("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");
    }
    command.args(["run", "--quiet", "--package", "baton-core", "--example", "route_cost"]);
    command.args(["--profile", &args.profile, "--", &size.to_string()]);
    let out: Value = serde_json::from_str(&process::output(&mut command)?).context("the example prints JSON")?;
    let figure = |path: &str| out.pointer(path).and_then(Value::as_f64).unwrap_or(f64::NAN);
    let mut row = |what: &str, value: f64, unit: &'static str, target: Option<f64>| {
        let row = Row::new("route", format!("{size}, {pages}: {what}"), value, unit);
        rows.push(target.map_or_else(|| row.clone(), |t| row.clone().target(t)));
    };
    row("busy", figure("/busy/per_second"), "op/s", Some(300_000.0));
    row("busy p50", figure("/busy/p50") / 1e3, "µs", None);
    row("busy p99", figure("/busy/p99") / 1e3, "µs", Some(20.0));
    row("busy, snapshot held", figure("/busy_with_snapshot/per_second"), "op/s", None);
    row("quiet", figure("/quiet/per_second"), "op/s", Some(300_000.0));
    row("quiet p99", figure("/quiet/p99") / 1e3, "µs", Some(20.0));
    row("position", figure("/position") / 1e3, "µs", None);
    row("memory per item", figure("/bytes_per_item"), "B", Some(600.0));
    Ok(1e9 / figure("/busy/per_second"))
}
