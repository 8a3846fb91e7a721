//! Sentences of the kind that reach a service desk, from the training parts of the manifest's sources.

use std::collections::BTreeSet;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{Sources, TrainError};

/// Of the sources that are much larger than the others, so many sentences are drawn, by hash.
const MOST: usize = 4_000;
/// Characters of a sentence; shorter ones say nothing, longer ones are cut by the encoder anyway.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=300;

/// The sources that are read, in this order.
pub(super) const SOURCES: [&str; 12] = [
    "goemotions",
    "banking77",
    "clinc150",
    "bitext_intents",
    "multidogo",
    "star",
    "nlupp",
    "dstc11_intents",
    "it_tickets",
    "convabuse",
    "casino",
    "tau_bench",
];

/// Without repetitions, in a fixed order.
pub(super) fn sentences(sources: &Sources<'_>) -> Result<Vec<String>, TrainError> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for name in SOURCES {
        let mut texts = texts(sources, name)?;
        texts.retain(|text| LENGTHS.contains(&text.chars().count()) && seen.insert(text.to_lowercase()));
        if texts.len() > MOST && !WHOLE.contains(&name) {
            texts.sort_by_cached_key(|text| Sha256::digest(text).to_vec());
            texts.truncate(MOST);
        }
        all.extend(texts);
    }
    Ok(all)
}

/// Sources whose every sentence counts: they are about service, and varied.
const WHOLE: [&str; 2] = ["banking77", "clinc150"];

fn texts(sources: &Sources<'_>, name: &str) -> Result<Vec<String>, TrainError> {
    let listed = sources.manifest.sources.iter().find(|s| s.name == name);
    let files = listed.ok_or_else(|| TrainError::Unlisted(name.to_owned()))?.files.keys();
    let mut out = Vec::new();
    for file in files.filter(|file| !file.contains("/dev")) {
        match name {
            "goemotions" | "clinc150" => {
                let text = sources.text(file)?;
                out.extend(text.lines().filter_map(|line| line.split('\t').next()).map(str::to_owned));
            }
            "banking77" | "it_tickets" => column(sources, file, b',', &["text"], &mut out)?,
            "bitext_intents" => column(sources, file, b',', &["utterance"], &mut out)?,
            "convabuse" => column(sources, file, b',', &["agent", "user"], &mut out)?,
            "multidogo" => column(sources, file, b'\t', &["utterance"], &mut out)?,
            "nlupp" => strings(&sources.json(file)?, "text", &mut out),
            "dstc11_intents" => sources.json_lines(file)?.iter().for_each(|line| strings(line, "utterance", &mut out)),
            "star" => {
                // Directions for the actors are not part of the talk.
                for dialogue in sources.json_lines(file)? {
                    let events = dialogue["events"].as_array().into_iter().flatten();
                    events.filter(|e| e["agent"] != "user_guide").for_each(|e| strings(&e["text"], "", &mut out));
                }
            }
            _ => {
                for dialogue in sources.json_lines(file)? {
                    let turns = dialogue["turns"].as_array().into_iter().flatten();
                    turns.filter(|t| t["role"] != "tool").for_each(|t| strings(&t["text"], "", &mut out));
                }
            }
        }
    }
    Ok(out)
}

fn column(
    sources: &Sources<'_>,
    file: &str,
    delimiter: u8,
    names: &[&str],
    out: &mut Vec<String>,
) -> Result<(), TrainError> {
    for mut row in sources.table(file, delimiter)? {
        out.extend(names.iter().filter_map(|name| row.remove(*name)));
    }
    Ok(())
}

/// The value itself if it is a string, else the strings under `key` in it and in its members.
fn strings(value: &Value, key: &str, out: &mut Vec<String>) {
    match value {
        Value::String(text) if key.is_empty() => out.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, key, out)),
        Value::Object(members) => strings(members.get(key).unwrap_or(&Value::Null), "", out),
        _ => {}
    }
}
