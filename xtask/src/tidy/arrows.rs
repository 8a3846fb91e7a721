//! Who may import whom. The reasons are in ARCHITECTURE.md; this table is what is enforced.

use anyhow::{Context, Result};
use serde_json::Value;

/// A crate of the workspace and what it names in its manifest, dev-dependencies left out: tests may use anything.
#[derive(Debug)]
pub(crate) struct Crate {
    /// `baton-core`
    pub(crate) name: String,
    /// `crates/core`
    pub(crate) folder: String,
    pub(crate) uses: Vec<String>,
}

/// What a crate may use of ours. A crate that is not named here is refused: a new one needs a line and a reason.
const ARROWS: &[(&str, &[&str])] = &[
    // Rank 0: the nouns know nobody.
    ("baton-model", &[]),
    // Rank 1: rules, detectors and traits speak in nouns and never in terms of each other.
    ("baton-core", &["baton-model"]),
    ("baton-sense", &["baton-model"]),
    ("baton-ports", &["baton-model"]),
    // Rank 2: adapters implement ports and do not know the brain; the runtime drives the brain and knows no adapter.
    ("baton-store", &["baton-ports", "baton-model"]),
    ("baton-assistant", &["baton-ports", "baton-model"]),
    ("baton-connect", &["baton-ports", "baton-model"]),
    ("baton-runtime", &["baton-core", "baton-sense", "baton-ports", "baton-model"]),
    // Rank 3: the edge talks to the runtime's handle; accounts come through a port.
    ("baton-http", &["baton-runtime", "baton-ports", "baton-model"]),
    // Rank 4: where everything meets.
    ("baton", ALL),
    ("baton-sim", ALL),
    ("baton-eval", ALL),
    // Makes weights for the rooms that ship them: knows the same nouns and features, and nothing of the running product.
    ("baton-train", &["baton-sense", "baton-core", "baton-model"]),
    // Tools drive the binary from outside.
    ("xtask", &[]),
];

const ALL: &[&str] = &[
    "baton-model",
    "baton-core",
    "baton-sense",
    "baton-ports",
    "baton-store",
    "baton-assistant",
    "baton-connect",
    "baton-runtime",
    "baton-http",
    "baton-sim",
    "baton-eval",
    "baton-train",
];

/// Third-party crates that a rank must not name: purity, and one home for each kind of outside world.
const IMPURE: &[(&[&str], &[&str], &str)] = &[
    (
        &["baton-model", "baton-core", "baton-sense", "baton-ports"],
        &["tokio", "futures-util", "rusqlite", "axum", "tower", "reqwest", "tracing", "rand", "getrandom", "argon2"],
        "is pure: no async, I/O, randomness or logging",
    ),
    (&["baton-runtime"], &["rusqlite", "axum", "reqwest", "argon2"], "knows ports, not what stands behind them"),
    (&["baton-http"], &["rusqlite", "reqwest"], "neither stores nor calls out"),
    (&["baton-store"], &["tokio", "axum", "reqwest"], "is a synchronous store"),
    (&["baton-assistant", "baton-connect"], &["rusqlite", "axum"], "calls out, and neither stores nor serves"),
];

pub(crate) fn read(metadata: &str) -> Result<Vec<Crate>> {
    let value: Value = serde_json::from_str(metadata).context("cargo metadata is not JSON")?;
    let root = value["workspace_root"].as_str().unwrap_or_default();
    let packages = value["packages"].as_array().context("cargo metadata names no packages")?;
    Ok(packages
        .iter()
        .map(|package| {
            let manifest = package["manifest_path"].as_str().unwrap_or_default();
            let folder = manifest.trim_start_matches(root).trim_matches('/').trim_end_matches("/Cargo.toml");
            let uses = package["dependencies"].as_array().into_iter().flatten();
            Crate {
                name: text(&package["name"]),
                folder: folder.to_owned(),
                uses: uses.filter(|d| d["kind"].as_str() != Some("dev")).map(|d| text(&d["name"])).collect(),
            }
        })
        .collect())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub(crate) fn wrong(crates: &[Crate]) -> Vec<String> {
    let ours: Vec<&str> = crates.iter().map(|c| c.name.as_str()).collect();
    let mut problems = Vec::new();
    for krate in crates {
        let Some((_, may)) = ARROWS.iter().find(|(name, _)| *name == krate.name) else {
            problems.push(format!(
                "{}: crate `{}` has no line in the import table (xtask/src/tidy/arrows.rs)",
                krate.folder, krate.name
            ));
            continue;
        };
        for used in krate.uses.iter().filter(|used| ours.contains(&used.as_str()) && !may.contains(&used.as_str())) {
            problems.push(format!(
                "{}/Cargo.toml: `{}` may not use `{used}`; it may use [{}]",
                krate.folder,
                krate.name,
                may.join(", ")
            ));
        }
    }
    problems
}

pub(crate) fn impure(crates: &[Crate]) -> Vec<String> {
    let mut problems = Vec::new();
    for krate in crates {
        for (names, banned, why) in IMPURE.iter().filter(|(names, ..)| names.contains(&krate.name.as_str())) {
            debug_assert!(!names.is_empty());
            for used in krate.uses.iter().filter(|used| banned.contains(&used.as_str())) {
                problems.push(format!("{}/Cargo.toml: `{}` {why}; it may not use `{used}`", krate.folder, krate.name));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn krate(name: &str, uses: &[&str]) -> Crate {
        Crate { name: name.into(), folder: format!("crates/{name}"), uses: uses.iter().map(|u| (*u).to_owned()).collect() }
    }

    #[test]
    fn a_wrong_arrow_is_named_with_its_manifest() {
        let crates = [
            krate("baton-model", &["serde"]),
            krate("baton-core", &["baton-model", "baton-sense"]),
            krate("baton-sense", &[]),
        ];
        assert_eq!(
            wrong(&crates),
            ["crates/baton-core/Cargo.toml: `baton-core` may not use `baton-sense`; it may use [baton-model]"]
        );
    }

    #[test]
    fn the_edge_does_not_reach_the_brain() {
        let crates = [krate("baton-http", &["baton-runtime", "baton-ports", "baton-core"]), krate("baton-core", &[])];
        assert_eq!(wrong(&crates).len(), 1);
    }

    #[test]
    fn an_unknown_crate_is_refused() {
        assert_eq!(wrong(&[krate("baton-misc", &[])]).len(), 1);
    }

    #[test]
    fn the_brain_has_no_clockwork() {
        assert_eq!(impure(&[krate("baton-core", &["tokio", "serde"]), krate("baton-runtime", &["tokio"])]).len(), 1);
    }

    #[test]
    fn dev_dependencies_are_exempt() {
        let json = r#"{"workspace_root": "/r", "packages": [{"name": "baton-core", "manifest_path": "/r/crates/core/Cargo.toml",
            "dependencies": [{"name": "baton-model", "kind": null}, {"name": "baton-sense", "kind": "dev"}]}]}"#;
        let crates = read(json).unwrap();
        assert_eq!(
            (crates[0].folder.as_str(), crates[0].uses.as_slice()),
            ("crates/core", ["baton-model".to_owned()].as_slice())
        );
    }
}
