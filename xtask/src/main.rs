//! The project's own commands: `cargo xtask <command>`. One file per command.
//!
//! Never linked into the product and never uses our crates: it drives the real binary from outside, as a user would. It
//! is compiled before everything else, so it has few dependencies.
//!
//! To add a command: a file with a `run` function and a variant of [`Command`]. To add a suite to `test`: an entry in
//! `test::suites`.

#![expect(clippy::disallowed_methods, reason = "tools measure, wait and read the environment; the product does not")]

mod bench;
mod bless;
mod ciw;
mod client;
mod crash;
mod demo;
mod process;
mod server;
mod setup;
mod sim;
mod test;
mod tidy;
mod train;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "The commands of this repository")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check the tools, install what is missing, build the web part if its sources changed
    Setup,
    /// Set up, build, and serve the demo shop
    Demo(demo::Args),
    /// Run every suite, in order, and print a summary
    Test(test::Args),
    /// Check the import rules and the repository's habits
    Tidy,
    /// Regenerate what is generated and committed: OpenAPI, problem table, snapshots
    Bless,
    /// Measure the real release binary
    Bench(bench::Args),
    /// Run seeded worlds with faults and check every invariant after each step
    Sim(sim::Args),
    /// Compare `baton simulate` with an independent simulator on the same pools
    Ciw(ciw::Args),
    /// Make the shipped weights again from public data sets
    Train(train::Args),
    /// Kill the real binary at random moments under load and check that nothing is lost or doubled
    Crash(crash::Args),
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Setup => setup::run(),
        Command::Demo(args) => demo::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Tidy => tidy::run(),
        Command::Bless => bless::run(),
        Command::Bench(args) => bench::run(&args),
        Command::Sim(args) => sim::run(&args),
        Command::Ciw(args) => ciw::run(&args),
        Command::Train(args) => train::run(&args),
        Command::Crash(args) => crash::run(&args),
    }
}
