//! `bench disk`: what the disk under the build directory can do without us.

use std::time::Duration;

use anyhow::Result;

use super::{
    probe,
    rows::{Row, Rows},
};
use crate::server::Scratch;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Writers of the raw log
    #[arg(long, default_value_t = 64)]
    writers: usize,
    /// Length of the raw log's run
    #[arg(long, default_value_t = 3)]
    seconds: u64,
}

pub(crate) fn run(args: &Args, rows: &mut Rows) -> Result<()> {
    let scratch = Scratch::new("bench-disk")?;
    let before = probe::fdatasync(scratch.path())?;
    let log = probe::raw_log(scratch.path(), args.writers, Duration::from_secs(args.seconds.max(1)))?;
    let after = probe::fdatasync(scratch.path())?;
    rows.push(Row::new("disk", "fdatasync_p50_before", before.quantile(0.5), "ms"));
    rows.push(Row::new("disk", "fdatasync_p99_before", before.quantile(0.99), "ms"));
    rows.push(Row::new("disk", "raw_log", log, "per_s"));
    rows.push(Row::new("disk", "fdatasync_p50_after", after.quantile(0.5), "ms"));
    rows.push(Row::new("disk", "fdatasync_p99_after", after.quantile(0.99), "ms"));
    Ok(())
}
