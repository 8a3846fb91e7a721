//! `cargo xtask setup`: what the other commands need. Installs from the usual registries only, says what it installs, and
//! does nothing when everything is there.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::process::{self, cargo, npm, root};

/// Debian's Chromium: the end-to-end tests use it by path.
pub(crate) const CHROMIUM: &str = "/usr/bin/chromium";

/// The least Node that the web part builds with: major and minor.
const NODE: (u32, u32) = (20, 19);

pub(crate) fn run() -> Result<()> {
    rust()?;
    nextest()?;
    web()?;
    chromium()?;
    println!("setup: everything is in place");
    Ok(())
}

fn rust() -> Result<()> {
    let Some(rustc) = process::version("rustc", &["--version"]) else {
        bail!("rustc is missing: install Rust from https://rustup.rs")
    };
    for (part, args) in [("clippy", ["clippy", "--version"]), ("rustfmt", ["fmt", "--version"])] {
        if process::output(cargo().args(args)).is_err() {
            bail!("{part} is missing: run `rustup component add {part}`");
        }
    }
    println!("setup: {rustc}");
    Ok(())
}

pub(crate) fn nextest() -> Result<()> {
    if process::output(cargo().args(["nextest", "--version"])).is_ok() {
        return Ok(());
    }
    println!("setup: cargo-nextest is missing; building it from crates.io (once, some minutes)");
    // A target directory of its own would be thrown away: share ours.
    process::run(cargo().args(["install", "--locked", "cargo-nextest", "--target-dir"]).arg(process::target().join("tools")))
}

/// Installs the npm packages when the lock file changed, and builds `web/dist` when a source changed.
pub(crate) fn web() -> Result<()> {
    let dir = root().join("web");
    if !dir.join("package.json").is_file() {
        bail!("web/package.json is missing");
    }
    node()?;
    let lock = fingerprint(&[dir.join("package-lock.json")])?;
    if !dir.join("node_modules").is_dir() || remembered("npm") != Some(lock) {
        println!("setup: installing the web part's packages");
        process::run(&mut npm(&["ci", "--no-audit", "--no-fund"]))?;
        remember("npm", lock)?;
    }
    let mut sources = Vec::new();
    collect(&dir, &mut sources)?;
    sources.push(root().join("docs/reference/openapi.json"));
    sources.retain(|path| path.is_file());
    sources.sort();
    let now = fingerprint(&sources)?;
    if !dir.join("dist").is_dir() || remembered("web") != Some(now) {
        println!("setup: building the web part");
        process::run(&mut npm(&["run", "--silent", "build"]))?;
        remember("web", now)?;
    }
    Ok(())
}

fn node() -> Result<()> {
    let (major, minor) = NODE;
    let Some(version) = process::version("node", &["--version"]) else {
        bail!("node is missing: install Node {major}.{minor} or later (Debian: `apt-get install -y nodejs npm`)");
    };
    let mut parts = version.trim_start_matches('v').split('.').map(|n| n.parse::<u32>().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < NODE {
        bail!("node {version} is too old: version {major}.{minor} or later is needed");
    }
    Ok(())
}

pub(crate) fn chromium() -> Result<()> {
    if Path::new(CHROMIUM).exists() {
        return Ok(());
    }
    let command = "apt-get install -y --no-install-recommends chromium";
    let root_user = process::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !root_user || process::version("apt-get", &["--version"]).is_none() {
        bail!("{CHROMIUM} is missing and cannot be installed from here: run `sudo {command}`, then try again");
    }
    println!("setup: {CHROMIUM} is missing; installing Debian's package");
    process::run(Command::new("apt-get").args(["update", "-qq"]))?;
    process::run(
        Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(command.split(' ').skip(1)).arg("-qq"),
    )?;
    if !Path::new(CHROMIUM).exists() {
        bail!("the chromium package is installed, but {CHROMIUM} is not there");
    }
    Ok(())
}

/// The web sources: all that a build reads and does not write.
fn collect(dir: &Path, into: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let generated =
            ["node_modules", "dist", "e2e", "test-results", "playwright-report", "api.d.ts"].contains(&name.as_str());
        if generated || name.starts_with('.') {
            continue;
        }
        if path.is_dir() { collect(&path, into)? } else { into.push(path) }
    }
    Ok(())
}

/// Content, not times: a checkout sets times anew.
fn fingerprint(files: &[PathBuf]) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        fs::read(file).with_context(|| format!("cannot read {}", file.display()))?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

fn memory(name: &str) -> PathBuf {
    process::target().join("xtask").join(format!("{name}.fingerprint"))
}

fn remembered(name: &str) -> Option<u64> {
    fs::read_to_string(memory(name)).ok()?.trim().parse().ok()
}

fn remember(name: &str, value: u64) -> Result<()> {
    let path = memory(name);
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir)?;
    }
    fs::write(&path, value.to_string()).with_context(|| format!("cannot write {}", path.display()))
}
