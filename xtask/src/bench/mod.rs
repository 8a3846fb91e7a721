//! `cargo xtask bench`: measures the real release binary from outside, beside raw probes of the same disk in the same run.
//!
//! A durability figure without its disk means nothing: disks differ by a factor of fifty and change from minute to minute.
//! To add a measurement: a file with a `run(&Args, &mut Rows)`, a variant of [`What`].

mod disk;
mod load;
mod package;
mod probe;
mod replay;
mod route;
mod rows;
mod start;
mod turn;

use anyhow::Result;
use rows::Rows;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
    /// Print rows as JSON, and nothing else, on standard output
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// One turn over HTTP: sent, decided, durable, answered
    Turn(turn::Args),
    /// The disk alone: a bare fdatasync, and a raw log with group commit
    Disk(disk::Args),
    /// The information package: built, and checked
    Package(package::Args),
    /// A changed policy on a history of 100,000 conversations
    Replay(replay::Args),
    /// The matcher alone: its rate, its slowest, its growth with the backlog, its memory
    Route(route::Args),
    /// From starting the binary on an empty directory to its first served request
    Start(start::Args),
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let mut rows = Rows::default();
    match &args.what {
        What::Turn(turn) => turn::run(turn, &mut rows)?,
        What::Disk(disk) => disk::run(disk, &mut rows)?,
        What::Package(package) => package::run(package, &mut rows)?,
        What::Replay(replay) => replay::run(replay, &mut rows)?,
        What::Route(route) => route::run(route, &mut rows)?,
        What::Start(start) => start::run(start, &mut rows)?,
    }
    if args.json {
        println!("{}", rows.json())
    } else {
        print!("{}", rows.table())
    }
    Ok(())
}
