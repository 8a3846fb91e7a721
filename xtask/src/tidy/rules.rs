//! How the repository's files look.

use super::File;

/// Nobody reads a longer file in one go.
const MAX_LINES: usize = 600;

/// Files over the limit, with their length. The list only shrinks: nothing is added, and a file that got shorter lowers
/// its entry or leaves.
pub(crate) const LONG: &[(&str, usize)] = &[];

const CODE: [&str; 6] = [".rs", ".ts", ".svelte", ".css", ".js", ".sql"];

fn is_code(path: &str) -> bool {
    CODE.iter().any(|end| path.ends_with(end))
}

fn texts(files: &[File]) -> impl Iterator<Item = (&str, &str)> {
    files.iter().filter_map(|f| Some((f.path.as_str(), f.text.as_deref()?)))
}

/// Each crate and room opens with what it does.
pub(crate) fn opening_docs(files: &[File]) -> Vec<String> {
    texts(files)
        .filter(|(path, _)| path.contains("src/"))
        .filter(|(path, _)| ["/lib.rs", "/main.rs", "/mod.rs"].iter().any(|end| path.ends_with(end)))
        .filter(|(_, text)| !text.trim_start().starts_with("//!"))
        .map(|(path, _)| format!("{path}: must open with `//!`: what it does, what it must never do, how to add to it"))
        .collect()
}

pub(crate) fn long_files(files: &[File], allowed: &[(&str, usize)]) -> Vec<String> {
    let mut problems = Vec::new();
    for (path, text) in texts(files).filter(|(path, _)| is_code(path)) {
        let lines = text.lines().count();
        match allowed.iter().find(|(listed, _)| *listed == path) {
            None if lines > MAX_LINES => problems.push(format!("{path}: {lines} lines; at most {MAX_LINES}: split it")),
            Some((_, was)) if lines > *was => {
                problems.push(format!("{path}: grew from {was} to {lines} lines; it may only shrink"))
            }
            Some(_) if lines <= MAX_LINES => {
                problems.push(format!("{path}: {lines} lines: remove it from the list of long files"))
            }
            Some((_, was)) if lines < *was => {
                problems.push(format!("{path}: now {lines} lines: lower its entry ({was}) in the list of long files"))
            }
            _ => {}
        }
    }
    for (listed, _) in allowed.iter().filter(|(listed, _)| !files.iter().any(|f| f.path == *listed)) {
        problems.push(format!("{listed}: gone: remove it from the list of long files"));
    }
    problems
}

pub(crate) fn leftovers(files: &[File]) -> Vec<String> {
    // Written in halves, so that this file does not find itself.
    let marks = [
        concat!("to", "do!("),
        concat!("db", "g!("),
        concat!("unimplem", "ented!("),
        concat!("FIX", "ME"),
        concat!("TO", "DO"),
        concat!("XX", "X:"),
    ];
    let mut problems = Vec::new();
    for (path, text) in texts(files).filter(|(path, _)| is_code(path)) {
        for (number, line) in text.lines().enumerate() {
            for mark in marks.iter().filter(|mark| line.contains(**mark)) {
                problems.push(format!("{path}:{}: leftover `{mark}`", number + 1));
            }
        }
    }
    problems
}

/// A path of somebody's machine works on no other.
pub(crate) fn machine_paths(files: &[File]) -> Vec<String> {
    let marks = [
        concat!("/wo", "rk/main"),
        concat!("/wo", "rk/shared"),
        concat!("/ho", "me/"),
        concat!("/Us", "ers/"),
        concat!("/ro", "ot/"),
        concat!("../sha", "red/data"),
    ];
    let mut problems = Vec::new();
    for (path, text) in texts(files).filter(|(path, _)| !path.ends_with(".jsonl") && !path.ends_with("package-lock.json")) {
        for (number, line) in text.lines().enumerate() {
            for mark in marks.iter().filter(|mark| starts_a_path(line, mark)) {
                problems.push(format!("{path}:{}: path of one machine: `{mark}`", number + 1));
            }
        }
    }
    problems
}

/// At the start of a path, not inside a longer one such as a URL's.
fn starts_a_path(line: &str, mark: &str) -> bool {
    line.match_indices(mark).any(|(at, _)| {
        line[..at]
            .chars()
            .next_back()
            .is_none_or(|before| !before.is_alphanumeric() && !matches!(before, '.' | '}' | '/' | '-' | '_'))
    })
}

/// `docs/decisions/NNNN-title.md`, numbered from 1 without gaps, each opening with a heading that has its number.
pub(crate) fn decisions(files: &[File]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut next = 1;
    for (path, text) in texts(files) {
        let Some(name) = path.strip_prefix("docs/decisions/") else { continue };
        let number = name.split('-').next().filter(|n| n.len() == 4).and_then(|n| n.parse::<u32>().ok());
        match number {
            Some(number) if number == next && name.ends_with(".md") => next += 1,
            Some(number) => {
                problems.push(format!("{path}: number {number:04}, expected {next:04}: decisions are numbered in order"))
            }
            None => problems.push(format!("{path}: decisions are named NNNN-title.md")),
        }
        if let Some(number) = number
            && !text.starts_with(&format!("# {number:04}. "))
        {
            problems.push(format!("{path}: must open with `# {number:04}. Title`"));
        }
    }
    problems
}

/// The map names every place.
pub(crate) fn architecture(files: &[File], folders: &[&str]) -> Vec<String> {
    let Some((path, text)) = texts(files).find(|(path, _)| *path == "ARCHITECTURE.md") else {
        return vec!["ARCHITECTURE.md is missing".into()];
    };
    folders
        .iter()
        .filter(|folder| !text.contains(*folder))
        .map(|folder| format!("{path}: does not mention `{folder}`"))
        .collect()
}

/// Lock files name packages and hashes, not where somebody downloaded them.
pub(crate) fn lock_files(files: &[File]) -> Vec<String> {
    texts(files)
        .filter(|(path, text)| path.ends_with("package-lock.json") && text.contains("\"resolved\""))
        .map(|(path, _)| {
            format!("{path}: holds download addresses; set `omit-lockfile-registry-resolved=true` in .npmrc and lock again")
        })
        .collect()
}

/// Every crate takes the workspace's lints; a fuzz target, outside of it, cannot.
pub(crate) fn lints(files: &[File]) -> Vec<String> {
    texts(files)
        .filter(|(path, text)| {
            path.ends_with("/Cargo.toml")
                && !text.contains("cargo-fuzz = true")
                && !text.contains("[lints]\nworkspace = true")
        })
        .map(|(path, _)| format!("{path}: add `[lints]` with `workspace = true`"))
        .collect()
}

/// What the README tells people to run is what the build machine runs.
pub(crate) fn one_test_command(files: &[File]) -> Vec<String> {
    const COMMAND: &str = "cargo xtask test";
    ["README.md", ".ci/run"]
        .into_iter()
        .filter(|name| !texts(files).any(|(path, text)| path == *name && text.contains(COMMAND)))
        .map(|name| format!("{name}: must hold the test command, `{COMMAND}`"))
        .collect()
}

pub(crate) fn pending_snapshots(files: &[File]) -> Vec<String> {
    files
        .iter()
        .filter(|f| f.path.ends_with(".snap.new") || f.path.ends_with(".pending-snap"))
        .map(|f| format!("{}: a snapshot nobody decided on", f.path))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.into(), text: Some(text.into()) }
    }

    #[test]
    fn a_crate_without_opening_docs_is_found() {
        let files = [
            file("crates/a/src/lib.rs", "//! A.\n"),
            file("crates/b/src/lib.rs", "use a;\n"),
            file("crates/b/src/x/mod.rs", ""),
        ];
        assert_eq!(opening_docs(&files).len(), 2);
    }

    #[test]
    fn the_list_of_long_files_only_shrinks() {
        let long = "x\n".repeat(700);
        let files = [file("a.rs", &long), file("b.rs", "x\n")];
        assert_eq!(long_files(&files, &[]), ["a.rs: 700 lines; at most 600: split it"]);
        assert_eq!(long_files(&files, &[("a.rs", 700)]), Vec::<String>::new());
        assert_eq!(long_files(&files, &[("a.rs", 699)]).len(), 1);
        assert_eq!(long_files(&files, &[("a.rs", 800)]).len(), 1);
        assert_eq!(long_files(&files, &[("a.rs", 700), ("b.rs", 650)]).len(), 1);
        assert_eq!(long_files(&files, &[("a.rs", 700), ("gone.rs", 650)]).len(), 1);
    }

    #[test]
    fn leftovers_are_found_with_their_line() {
        let text = format!("fn f() {{\n    {}x)\n}}\n", concat!("db", "g!("));
        assert_eq!(leftovers(&[file("a.rs", &text)]).len(), 1);
        assert!(leftovers(&[file("a.rs", &text)])[0].starts_with("a.rs:2:"));
        assert!(leftovers(&[file("notes.md", &text)]).is_empty());
    }

    #[test]
    fn machine_paths_are_found_and_urls_are_not() {
        let home = concat!("/ho", "me/");
        assert_eq!(machine_paths(&[file("a.md", &format!("see {home}me/x"))]).len(), 1);
        assert!(machine_paths(&[file("a.md", &format!("https://example.com{home}x"))]).is_empty());
    }

    #[test]
    fn decisions_are_numbered_without_gaps() {
        let good = [file("docs/decisions/0001-a.md", "# 0001. A\n"), file("docs/decisions/0002-b.md", "# 0002. B\n")];
        assert!(decisions(&good).is_empty());
        let gap = [file("docs/decisions/0001-a.md", "# 0001. A\n"), file("docs/decisions/0003-b.md", "# 0003. B\n")];
        assert_eq!(decisions(&gap).len(), 1);
        assert_eq!(decisions(&[file("docs/decisions/why.md", "# why\n")]).len(), 1);
        assert_eq!(decisions(&[file("docs/decisions/0001-a.md", "A\n")]).len(), 1);
    }

    #[test]
    fn the_map_names_every_crate() {
        assert_eq!(
            architecture(&[file("ARCHITECTURE.md", "crates/a")], &["crates/a", "crates/b"]),
            ["ARCHITECTURE.md: does not mention `crates/b`"]
        );
        assert_eq!(architecture(&[], &[]).len(), 1);
    }

    #[test]
    fn lock_files_lints_commands_and_snapshots() {
        assert_eq!(lock_files(&[file("web/package-lock.json", "{\"resolved\": \"https://x\"}")]).len(), 1);
        assert_eq!(lints(&[file("crates/a/Cargo.toml", "[package]\n")]).len(), 1);
        assert!(lints(&[file("crates/a/Cargo.toml", "[lints]\nworkspace = true\n"), file("Cargo.toml", "")]).is_empty());
        assert_eq!(one_test_command(&[file("README.md", "cargo xtask test")]).len(), 1);
        assert_eq!(pending_snapshots(&[file("a.snap.new", "")]).len(), 1);
    }
}
