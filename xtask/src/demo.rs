//! `cargo xtask demo`: from a bare checkout to a served demo shop.

use std::process::Command;

use anyhow::Result;

use crate::{process, setup};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Drive one whole journey through the public API, print each step with its time, and stop
    #[arg(long)]
    check: bool,
    /// Passed to `baton demo`
    #[arg(last = true)]
    rest: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    setup::web()?;
    println!("demo: building baton (release)");
    let baton = process::build_baton("release")?;
    let mut command = Command::new(baton);
    command.current_dir(process::root()).arg("demo");
    if args.check {
        command.arg("--check");
    }
    process::run(command.args(&args.rest))
}
