//! `bench turn`: the round trip of one customer turn: HTTP in, signals read, decided, durable, answered.

use std::time::Duration;

use anyhow::Result;

use super::{
    load::{self, Target},
    probe,
    rows::{Row, Rows},
};
use crate::{
    process,
    server::{Scratch, Server},
};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Length of each loop
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Connections of the closed loop, and writers of the raw log
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Turns per second of the open loop
    #[arg(long, default_value_t = 1000)]
    rate: u32,
    /// Cargo profile; figures of another one are no figures of the product
    #[arg(long, default_value = "release")]
    profile: String,
}

/// Long enough that a conversation gets about as many turns as real ones have.
const CONVERSATIONS: usize = 4000;

pub(crate) fn run(args: &Args, rows: &mut Rows) -> Result<()> {
    let binary = process::build_baton(&args.profile)?;
    let scratch = Scratch::new("bench-turn")?;
    let mut server = Server::new(&binary, scratch.path())?;
    let key = server.workspace("bench")?;
    server.start()?;
    let lasts = Duration::from_secs(args.seconds);
    let log_lasts = Duration::from_secs(args.seconds.clamp(1, 3));

    eprintln!("bench: opening {CONVERSATIONS} conversations");
    let target = Target::open(server.address, &key, CONVERSATIONS)?;
    // The first second pays for what later ones do not: connections, caches, the growth of the log file.
    load::closed(&target, args.connections, Duration::from_secs(1))?;

    eprintln!("bench: probe, raw log, closed loop, open loop, raw log, probe");
    let before = probe::fdatasync(scratch.path())?;
    let log_before = probe::raw_log(scratch.path(), args.connections, log_lasts)?;
    let closed = load::closed(&target, args.connections, lasts)?;
    let open = load::open(&target, args.connections, args.rate, lasts)?;
    let log_after = probe::raw_log(scratch.path(), args.connections, log_lasts)?;
    let after = probe::fdatasync(scratch.path())?;

    let sync = (before.quantile(0.5) + after.quantile(0.5)) / 2.0;
    let raw = (log_before + log_after) / 2.0;
    let rate = closed.rate();
    let seconds = || closed.per_second.iter().map(|n| *n as f64);
    let (slowest, fastest) = (seconds().fold(f64::INFINITY, f64::min), seconds().fold(0.0, f64::max));

    rows.push(Row::new("turn", "fdatasync_p50_before", before.quantile(0.5), "ms"));
    rows.push(Row::new("turn", "fdatasync_p99_before", before.quantile(0.99), "ms"));
    rows.push(Row::new("turn", "fdatasync_p50_after", after.quantile(0.5), "ms"));
    rows.push(Row::new("turn", "fdatasync_p99_after", after.quantile(0.99), "ms"));
    rows.push(Row::new("turn", "raw_log", raw, "per_s").range(log_before.min(log_after), log_before.max(log_after)));
    rows.push(Row::new("turn", "closed_loop", rate, "per_s").range(slowest, fastest).baseline(raw));
    rows.push(Row::new("turn", "closed_loop_of_raw_log", rate / raw, "share").target(0.3));
    rows.push(Row::new("turn", "closed_loop_p50", closed.latencies.quantile(0.5), "ms"));
    rows.push(Row::new("turn", "closed_loop_p99", closed.latencies.quantile(0.99), "ms"));
    let p50 = open.latencies.quantile(0.5);
    rows.push(Row::new("turn", format!("open_loop_{}", args.rate), open.rate(), "per_s").baseline(f64::from(args.rate)));
    rows.push(Row::new("turn", "open_loop_p50", p50, "ms").baseline(sync));
    rows.push(Row::new("turn", "open_loop_p99", open.latencies.quantile(0.99), "ms"));
    rows.push(Row::new("turn", "open_loop_p50_of_fdatasync", p50 / sync, "ratio").target(3.0));
    Ok(())
}
