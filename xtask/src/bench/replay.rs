//! `bench replay`: a changed policy on a long history, read from the journal, with the memory it takes.

use std::{
    fs,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::rows::{Row, Rows};
use crate::{
    process::{self, cargo},
    server::Scratch,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Conversations of twelve turns
    #[arg(long, default_value_t = 100_000)]
    conversations: u32,
}

const SECONDS: f64 = 60.0;
const LOOK: Duration = Duration::from_millis(50);

pub(crate) fn run(args: &Args, rows: &mut Rows) -> Result<()> {
    let baton = process::build_baton("release")?;
    let scratch = Scratch::new("bench-replay")?;
    let data = scratch.path().join("data");
    fs::create_dir(&data)?;
    let mut write = cargo();
    write.args(["run", "--quiet", "--release", "--package", "baton", "--example", "long_history", "--"]);
    process::run(write.arg(&data).arg(args.conversations.to_string()))?;

    let text = process::output(std::process::Command::new(&baton).args(["policy", "default"]))?;
    let changed = scratch.path().join("changed.toml");
    let edited = text.replace("escalate = 0.8\n", "escalate = 0.6\n");
    if edited == text {
        bail!("the default policy has no threshold of 0.8 left to change");
    }
    fs::write(&changed, edited)?;
    let began = Instant::now();
    let mut replay = std::process::Command::new(&baton);
    replay.args(["policy", "replay", "--json", "--workspace", "history", "--data"]).arg(&data).arg(&changed);
    let mut child = replay.stdin(Stdio::null()).stdout(Stdio::null()).spawn().context("cannot start the replay")?;
    let mut peak = 0;
    // Whether regret grew is the history's affair: any end counts but a signal.
    while child.try_wait()?.is_none() {
        peak = resident(child.id()).unwrap_or(0).max(peak);
        std::thread::sleep(LOOK);
    }
    let took = began.elapsed().as_secs_f64();
    if child.wait()?.code().is_none() {
        bail!("the replay was stopped");
    }
    let n = f64::from(args.conversations);
    rows.push(Row::new("replay", "conversations", n, "count"));
    rows.push(Row::new("replay", "changed_policy", took, "s").target(SECONDS * n / 100_000.0));
    rows.push(Row::new("replay", "per_conversation", 1e6 * took / n, "us"));
    rows.push(Row::new("replay", "resident_peak", peak as f64 / 1024.0, "MiB"));
    Ok(())
}

/// Peak resident set in KiB, where the system tells.
fn resident(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.trim().parse().ok()
}
