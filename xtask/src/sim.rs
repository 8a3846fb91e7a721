//! `cargo xtask sim`: builds the simulator optimised and runs it. The worlds live in `crates/sim`.

use anyhow::Result;

use crate::process::{self, cargo};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Worlds to run
    #[arg(long, default_value_t = 1000)]
    seeds: u64,
    /// Plant this bug: the run must fail
    #[arg(long)]
    bug: Option<String>,
    /// Plant each known bug in turn: every one must be caught
    #[arg(long)]
    bugs: bool,
    /// Cargo profile
    #[arg(long, default_value = "sim")]
    profile: String,
    /// Passed to the simulator
    #[arg(last = true)]
    rest: Vec<String>,
}

impl Args {
    /// What the test command runs.
    pub(crate) fn of(seeds: u64, bugs: bool) -> Self {
        Self { seeds, bug: None, bugs, profile: "sim".to_owned(), rest: Vec::new() }
    }
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", "baton-sim", "--bin", "baton-sim", "--profile", &args.profile, "--"]);
    command.args(["--seeds", &args.seeds.to_string()]);
    if let Some(bug) = &args.bug {
        command.args(["--bug", bug]);
    }
    if args.bugs {
        command.arg("--bugs");
    }
    process::run(command.args(&args.rest))
}
