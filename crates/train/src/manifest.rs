//! What weights may be made from: every file with its hash, part, licence and credit.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::TrainError;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Of the last change of the inputs; stands on the cards.
    pub date: String,
    pub model: Model,
    #[serde(rename = "source")]
    pub sources: Vec<Source>,
}

/// The sentence encoder that is distilled: a wheel from the Python package index.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    pub name: String,
    pub title: String,
    pub version: String,
    pub file: String,
    pub sha256: String,
    pub licence: String,
    pub credit: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub name: String,
    pub title: String,
    /// Which part of the original: `train`, `dev`, `folds 0-17`.
    pub split: String,
    pub licence: String,
    pub credit: String,
    /// Path relative to the data folder, and SHA-256.
    pub files: BTreeMap<String, String>,
}

impl Manifest {
    /// The one that the shipped weights follow.
    pub fn shipped() -> Result<Self, TrainError> {
        toml::from_str(include_str!("../manifest.toml")).map_err(|e| TrainError::Manifest(e.to_string()))
    }
}

/// Reads files of the data folder, and only those that the manifest lists.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    pub data: &'a Path,
    pub manifest: &'a Manifest,
}

impl Sources<'_> {
    /// The text of one listed file, after its hash was checked.
    pub fn text(&self, file: &str) -> Result<String, TrainError> {
        let listed = self.manifest.sources.iter().find_map(|s| s.files.get(file));
        let listed = listed.ok_or_else(|| TrainError::Unlisted(file.to_owned()))?;
        let bytes = fs::read(self.data.join(file))
            .map_err(|source| TrainError::Unreadable { file: self.data.join(file).display().to_string(), source })?;
        let found = hex(&bytes);
        if found != *listed {
            return Err(TrainError::Changed { file: file.to_owned(), found, listed: listed.clone() });
        }
        String::from_utf8(bytes).map_err(|e| malformed(file, e))
    }

    /// Rows of a file with a header, separated by `delimiter`, cells by name.
    pub fn table(&self, file: &str, delimiter: u8) -> Result<Vec<BTreeMap<String, String>>, TrainError> {
        let text = self.text(file)?;
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
        reader.deserialize().collect::<Result<_, _>>().map_err(|e| malformed(file, e))
    }

    /// One JSON value a line.
    pub fn json_lines(&self, file: &str) -> Result<Vec<serde_json::Value>, TrainError> {
        let text = self.text(file)?;
        text.lines().map(|line| serde_json::from_str(line).map_err(|e| malformed(file, e))).collect()
    }

    /// One JSON value.
    pub fn json(&self, file: &str) -> Result<serde_json::Value, TrainError> {
        serde_json::from_str(&self.text(file)?).map_err(|e| malformed(file, e))
    }
}

fn malformed(file: &str, problem: impl ToString) -> TrainError {
    TrainError::Malformed { file: file.to_owned(), problem: problem.to_string() }
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_evaluation_only_is_not_listed() {
        let manifest = Manifest::shipped().expect("sound");
        for source in &manifest.sources {
            assert!(!["tweeteval", "tweetsumm", "maia_dqe"].contains(&source.name.as_str()));
            for (file, hash) in &source.files {
                assert!(file.starts_with(&source.name), "{file}");
                assert_eq!(hash.len(), 64, "{file}");
                assert!(!file.contains("test"), "{file}: test parts are sealed");
            }
        }
    }

    #[test]
    fn only_the_listed_bytes_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut manifest = Manifest::shipped().expect("sound");
        manifest.sources.truncate(1);
        let (good, changed) = ("a/x.csv".to_owned(), "a/y.csv".to_owned());
        manifest.sources[0].files = BTreeMap::from([(good, hex(b"text\nhello\n")), (changed, hex(b"other"))]);
        fs::create_dir(folder.path().join("a")).expect("made");
        for name in ["x", "y", "z"] {
            fs::write(folder.path().join(format!("a/{name}.csv")), "text\nhello\n").expect("written");
        }
        let sources = Sources { data: folder.path(), manifest: &manifest };
        assert_eq!(sources.table("a/x.csv", b',').expect("reads")[0]["text"], "hello");
        assert!(matches!(sources.text("a/y.csv"), Err(TrainError::Changed { .. })));
        assert!(matches!(sources.text("a/z.csv"), Err(TrainError::Unlisted(_))));
    }
}
