//! Where the repository is, and running other programs in it.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

pub(crate) fn binary(profile: &str, name: &str) -> PathBuf {
    target().join(if profile == "dev" { "debug" } else { profile }).join(name)
}

/// The cargo that runs us, so that a `+toolchain` choice holds.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

pub(crate) fn npm(args: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(root().join("web")).args(args);
    command
}

/// Runs it with our own output; an error names the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let words = words(command);
    let status = command.status().with_context(|| format!("cannot start `{words}`"))?;
    if !status.success() {
        bail!("`{words}` failed: {status}");
    }
    Ok(())
}

/// Runs it quietly and gives its standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let words = words(command);
    let out = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{words}`"))?;
    if !out.status.success() {
        let (said, complained) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        bail!("`{words}` failed: {}\n{said}{complained}", out.status);
    }
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}

/// Whether a program answers to `--version`.
pub(crate) fn version(program: &str, args: &[&str]) -> Option<String> {
    let out = Command::new(program).args(args).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).lines().next().unwrap_or_default().to_owned())
}

/// Builds the `baton` binary with a profile and says where it is.
pub(crate) fn build_baton(profile: &str) -> Result<PathBuf> {
    run(cargo().args(["build", "--package", "baton", "--profile", profile]))?;
    Ok(binary(profile, "baton"))
}

/// The `baton` binary as the tests build it. Building it alone would choose other features of its dependencies, and so
/// compile half of them again.
pub(crate) fn build_tested_baton() -> Result<PathBuf> {
    run(cargo().args(["test", "--quiet", "--workspace", "--no-run"]))?;
    Ok(binary("dev", "baton"))
}

fn words(command: &Command) -> String {
    let mut all = vec![command.get_program()];
    all.extend(command.get_args());
    all.into_iter().map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
