//! Markdown files as articles: the file's name is the id, its first heading the title, and an optional first line
//! `<!-- topics: billing, refund -->` names its topics.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use baton_model::{Article, Timestamp};

/// Every `*.md` in a folder, by name.
pub(crate) fn read_folder(dir: &Path, now: Timestamp) -> Result<Vec<Article>> {
    let mut out = Vec::new();
    let entries = fs::read_dir(dir).with_context(|| format!("cannot read the folder {}", dir.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_none_or(|e| e != "md") {
            continue;
        }
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let id = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        out.push(parse(id, &text, now).with_context(|| format!("{} is not an article", path.display()))?);
    }
    out.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(out)
}

pub(crate) fn parse(id: &str, text: &str, now: Timestamp) -> Result<Article> {
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        bail!("the file's name `{id}` must be made of lower-case letters, digits and `-`");
    }
    let mut topics = Vec::new();
    let mut rest = text.trim_start();
    if let Some((list, after)) = rest.strip_prefix("<!-- topics:").and_then(|r| r.split_once("-->")) {
        topics = list.split(',').map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect();
        rest = after.trim_start();
    }
    let Some((title, body)) = rest.strip_prefix("# ").map(|r| r.split_once('\n').unwrap_or((r, ""))) else {
        bail!("it must begin with a heading `# Title`");
    };
    if body.trim().is_empty() {
        bail!("it has a title but no text");
    }
    Ok(Article { id: id.to_owned(), title: title.trim().to_owned(), body: body.trim().to_owned(), topics, updated_at: now })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Timestamp {
        Timestamp::from_millis(0)
    }

    #[test]
    fn a_file_becomes_an_article() {
        let article = parse("gift-cards", "<!-- topics: billing, gift_card -->\n# Gift cards\n\nText.\n", at()).unwrap();
        assert_eq!((article.title.as_str(), article.body.as_str()), ("Gift cards", "Text."));
        assert_eq!(article.topics, ["billing", "gift_card"]);
        for (id, text) in [("Upper", "# T\n\nx"), ("a", "no heading"), ("a", "# Only a title\n"), ("", "# T\n\nx")] {
            assert!(parse(id, text, at()).is_err(), "{id} {text}");
        }
    }

    #[test]
    fn a_folder_is_read_in_order_and_a_bad_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("b.md"), "# B\n\ntext").unwrap();
        fs::write(dir.path().join("a.md"), "# A\n\ntext").unwrap();
        fs::write(dir.path().join("notes.txt"), "ignored").unwrap();
        let ids: Vec<_> = read_folder(dir.path(), at()).unwrap().into_iter().map(|a| a.id).collect();
        assert_eq!(ids, ["a", "b"]);
        fs::write(dir.path().join("c.md"), "no heading").unwrap();
        assert!(format!("{:#}", read_folder(dir.path(), at()).unwrap_err()).contains("c.md"));
    }
}
