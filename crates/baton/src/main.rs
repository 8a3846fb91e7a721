//! The one binary: command line, configuration, logging, and the wiring of stores, assistants, fact sources, runtime and
//! edge.
//!
//! It decides nothing about conversations. It is the only place that reads the environment and files outside the data
//! directory. To add a command: a file in `commands`, a variant in [`cli::Command`], a line in [`run`].

#![deny(clippy::print_stdout, reason = "`out` ends quietly where nobody reads on")]

mod articles;
mod classes;
mod cli;
mod commands;
mod config;
mod demo;
mod junit;
mod logging;
mod out;
mod parts;

use std::{future::Future, io::Write, process::ExitCode};

use anyhow::{Context, Result};
use clap::Parser;

use cli::{Cli, Command};
use out::out;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("baton: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode> {
    match cli.command {
        Command::Serve(args) => block_on(commands::serve::run(args))?,
        Command::Workspace(args) => commands::workspace::run(args)?,
        Command::Key(args) => commands::key::run(args)?,
        Command::Config => write!(out(), "{}", config::DEFAULT)?,
        Command::Openapi => commands::openapi()?,
        Command::Package(args) => return commands::package::run(args),
        Command::Policy(args) => return commands::policy::run(args),
        Command::Journal(args) => return commands::journal::run(args),
        Command::Replay(args) => return commands::replay::run(args),
        Command::Train(args) => commands::train::run(&args)?,
        Command::Models(args) => commands::models::run(&args)?,
        Command::Eval(args) => return commands::eval::run(args),
        Command::Simulate(args) => return commands::simulate::run(&args),
        Command::Demo(args) => return block_on(demo::run(args)),
    }
    Ok(ExitCode::SUCCESS)
}

fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")?.block_on(work)
}
