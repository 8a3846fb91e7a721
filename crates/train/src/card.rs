//! The card beside a weight file: what it is, from which data, how good, how to make it again.

use std::fmt::Write as _;

use crate::manifest::{Manifest, hex};

#[derive(Debug, Clone, Default)]
pub struct Card {
    /// What the weights are for and how they were made, in Markdown.
    pub about: String,
    /// Names of the manifest's sources, and of its model where it was used.
    pub sources: Vec<String>,
    /// What was measured while making them: name, value as it is to be printed.
    pub metrics: Vec<(String, String)>,
}

impl Card {
    pub fn markdown(&self, file: &str, bytes: &[u8], manifest: &Manifest) -> String {
        let mut out = format!("# {file}\n\n{}\n\n", self.about.trim());
        // Writing to a string does not fail.
        let _ = writeln!(out, "- Size: {} bytes\n- SHA-256: `{}`\n- Date: {}", bytes.len(), hex(bytes), manifest.date);
        let _ = writeln!(out, "- Made by: `cargo xtask train --data DIR`, bit for bit\n\n## Made from\n");
        let _ = writeln!(out, "| source | part | licence | credit |\n|---|---|---|---|");
        for name in &self.sources {
            if let Some(source) = manifest.sources.iter().find(|s| s.name == *name) {
                let _ = writeln!(out, "| {} | {} | {} | {} |", source.title, source.split, source.licence, source.credit);
            } else if *name == manifest.model.name {
                let model = &manifest.model;
                let _ = writeln!(
                    out,
                    "| {} | weights, from the package {} {} | {} | {} |",
                    model.title, model.name, model.version, model.licence, model.credit
                );
            }
        }
        if !self.metrics.is_empty() {
            let _ = writeln!(out, "\n## Measured while making it\n\n| metric | value |\n|---|---|");
            for (name, value) in &self.metrics {
                let _ = writeln!(out, "| {name} | {value} |");
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_names_licence_hash_and_date() {
        let manifest = Manifest::shipped().expect("sound");
        let card = Card {
            about: "A table.".into(),
            sources: vec!["banking77".into(), manifest.model.name.clone()],
            metrics: vec![("cosine".into(), "0.9".into())],
        };
        let text = card.markdown("a.bin", b"abc", &manifest);
        for part in ["CC BY 4.0", "Apache-2.0", "ba7816bf", &manifest.date, "| cosine | 0.9 |"] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }
}
