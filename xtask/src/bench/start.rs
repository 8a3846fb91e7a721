//! `bench start`: from starting the binary on an empty data directory to the first served request.

use anyhow::Result;

use super::{
    load::Latencies,
    rows::{Row, Rows},
};
use crate::{
    process,
    server::{Scratch, Server},
};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[arg(long, default_value_t = 10)]
    runs: usize,
    /// Cargo profile; figures of another one are no figures of the product
    #[arg(long, default_value = "release")]
    profile: String,
}

pub(crate) fn run(args: &Args, rows: &mut Rows) -> Result<()> {
    let binary = process::build_baton(&args.profile)?;
    let mut seen = Latencies::default();
    for run in 0..args.runs.max(1) {
        let scratch = Scratch::new(&format!("bench-start-{run}"))?;
        let mut server = Server::new(&binary, scratch.path())?;
        seen.push(server.start()?);
    }
    let row = Row::new("start", "first_served_request", seen.quantile(0.5), "ms");
    rows.push(row.range(seen.quantile(0.0), seen.quantile(1.0)).target(300.0));
    Ok(())
}
