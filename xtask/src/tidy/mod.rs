//! `cargo xtask tidy`: rules that no compiler knows. `arrows` says who may import whom; `rules` says how files look.
//!
//! Each check is a function from what it reads to a list of problems, so that it can be tested on made-up trees. To add a
//! rule: a function in `rules`, a line in [`problems`], a test that breaks it.

mod arrows;
mod rules;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::process::{self, cargo, root};

/// A file of the repository: its path with `/`, and its text (absent when it is not UTF-8).
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: Option<String>,
}

pub(crate) fn run() -> Result<()> {
    let (checks, problems) = check()?;
    for problem in &problems {
        eprintln!("tidy: {problem}");
    }
    println!("tidy: {checks} rules, {} problems", problems.len());
    if !problems.is_empty() {
        bail!("tidy found {} problems", problems.len());
    }
    Ok(())
}

fn check() -> Result<(usize, Vec<String>)> {
    let metadata = process::output(cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let crates = arrows::read(&metadata)?;
    let mut files = Vec::new();
    walk(&root(), &root(), &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(problems(&crates, &files))
}

fn problems(crates: &[arrows::Crate], files: &[File]) -> (usize, Vec<String>) {
    let names: Vec<&str> = crates.iter().map(|c| c.folder.as_str()).collect();
    let all = [
        arrows::wrong(crates),
        arrows::impure(crates),
        rules::opening_docs(files),
        rules::long_files(files, rules::LONG),
        rules::leftovers(files),
        rules::machine_paths(files),
        rules::decisions(files),
        rules::architecture(files, &names),
        rules::lock_files(files),
        rules::lints(files),
        rules::one_test_command(files),
        rules::pending_snapshots(files),
    ];
    (all.len(), all.into_iter().flatten().collect())
}

/// All that a commit could hold: build products and what git ignores by folder are left out.
fn walk(root: &Path, dir: &Path, into: &mut Vec<File>) -> Result<()> {
    const SKIPPED: [&str; 8] =
        ["target", "node_modules", "dist", ".git", "test-results", "playwright-report", ".svelte-kit", "api.d.ts"];
    let mut entries: Vec<PathBuf> = fs::read_dir(dir)
        .with_context(|| format!("cannot read {}", dir.display()))?
        .map(|e| Ok(e?.path()))
        .collect::<Result<_>>()?;
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if SKIPPED.contains(&name.as_ref()) || path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            walk(root, &path, into)?;
        } else {
            let relative = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            into.push(File { path: relative, text: String::from_utf8(bytes).ok() });
        }
    }
    Ok(())
}
