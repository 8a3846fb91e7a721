//! `cargo xtask train`: builds the trainer optimised and runs it. The stages live in `crates/train`.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::process::{self, cargo, root, target};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder that holds a folder per data set
    #[arg(long)]
    data: PathBuf,
    /// Only this stage; may be given more than once
    #[arg(long)]
    only: Vec<String>,
    /// Write nothing; fail if the result differs from the committed files
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    // Cargo runs in the repository's root: a relative path is meant from where the caller stands.
    let data = args.data.canonicalize().with_context(|| format!("cannot find {}", args.data.display()))?;
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", "baton-train", "--release", "--", "--data"]).arg(data);
    command.arg("--root").arg(root()).arg("--wheels").arg(target().join("wheels"));
    for stage in &args.only {
        command.args(["--only", stage]);
    }
    if args.check {
        command.arg("--check");
    }
    process::run(&mut command)
}
