//! Markdown to passages: what retrieval ranks and what an answer quotes.

/// A piece of an article that can stand alone as an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Passage {
    /// The nearest heading above; empty before the first.
    pub(crate) heading: String,
    /// Plain text.
    pub(crate) text: String,
}

/// Shorter blocks join the next one of the same section.
const FEW_WORDS: usize = 18;
/// Longer blocks are split between sentences.
const MANY_WORDS: usize = 110;

pub(crate) fn passages(markdown: &str) -> Vec<Passage> {
    let mut out: Vec<Passage> = Vec::new();
    let mut heading = String::new();
    let mut fresh = true;
    for block in blocks(&without_comments(markdown)) {
        if let Some(title) = block.strip_prefix('#') {
            heading = plain(title.trim_start_matches('#').trim());
            fresh = true;
            continue;
        }
        let text = plain(&block);
        if text.is_empty() {
            continue;
        }
        match out.last_mut() {
            Some(last) if !fresh && words(&last.text) < FEW_WORDS => {
                last.text.push(' ');
                last.text.push_str(&text);
            }
            _ => out.extend(pieces(&text).into_iter().map(|text| Passage { heading: heading.clone(), text })),
        }
        fresh = false;
    }
    out
}

/// Blank lines and headings end a block.
fn blocks(markdown: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut current = String::new();
    for line in markdown.lines() {
        let line = line.trim_end();
        let is_heading = line.starts_with('#');
        if (line.is_empty() || is_heading) && !current.is_empty() {
            out.push(std::mem::take(&mut current));
        }
        if is_heading {
            out.push(line.to_owned());
        } else if !line.is_empty() {
            if !current.is_empty() {
                current.push('\n');
            }
            current.push_str(line);
        }
    }
    if !current.is_empty() {
        out.push(current);
    }
    out
}

fn without_comments(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some((before, after)) = rest.split_once("<!--") {
        out.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, tail)| tail);
    }
    out.push_str(rest);
    out
}

/// Inline Markdown removed, white space collapsed; list items keep a dash.
pub(crate) fn plain(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    for line in markdown.lines() {
        let line = line.trim().trim_start_matches('>').trim();
        if line.starts_with("```") || line.chars().all(|c| matches!(c, '-' | '=' | '|' | ':' | ' ')) {
            continue;
        }
        let (bullet, line) = match line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
            Some(item) => ("- ", item),
            None => ("", line),
        };
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(bullet);
        out.push_str(&inline(line));
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn inline(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(open) = rest.find('[') {
        let (before, after) = rest.split_at(open);
        let link = after[1..].split_once("](").and_then(|(label, tail)| tail.split_once(')').map(|(_, end)| (label, end)));
        match link {
            Some((label, end)) if !label.contains('[') => {
                let image = before.ends_with('!');
                out.push_str(if image { &before[..before.len() - 1] } else { before });
                if !image {
                    out.push_str(label);
                }
                rest = end;
            }
            _ => {
                out.push_str(before);
                out.push('[');
                rest = &after[1..];
            }
        }
    }
    out.push_str(rest);
    out.replace("**", "").replace("__", "").replace(['*', '`'], "")
}

/// Whole sentences, at most `MANY_WORDS` words each (a longer sentence stays whole).
fn pieces(text: &str) -> Vec<String> {
    if words(text) <= MANY_WORDS {
        return vec![text.to_owned()];
    }
    let mut out = vec![String::new()];
    for sentence in sentences(text) {
        if let Some(last) = out.last_mut()
            && (last.is_empty() || words(last) + words(sentence) <= MANY_WORDS)
        {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(sentence);
            continue;
        }
        out.push(sentence.to_owned());
    }
    out
}

/// Splits after `.`, `!` or `?` that white space and an upper-case letter, digit or quote follow.
pub(crate) fn sentences(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    for (i, c) in text.char_indices() {
        let ends = matches!(c, '.' | '!' | '?') && bytes.get(i + 1) == Some(&b' ');
        if ends && text[i + 2..].chars().next().is_some_and(|n| n.is_uppercase() || n.is_numeric() || n == '"') {
            out.push(text[start..=i].trim());
            start = i + 2;
        }
    }
    if start < text.len() {
        out.push(text[start..].trim());
    }
    out
}

/// Whole sentences up to about `limit` characters; the first is always there, cut at a word if it alone is longer.
pub(crate) fn shorten(text: &str, limit: usize) -> String {
    let mut out = String::new();
    for sentence in sentences(text) {
        if !out.is_empty() && out.chars().count() + sentence.chars().count() + 1 > limit {
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(sentence);
    }
    if out.chars().count() <= limit {
        return out;
    }
    let cut: String = out.chars().take(limit).collect();
    format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head))
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_paragraphs_make_passages() {
        let got = passages(
            "<!-- topics: x -->\n# Title\n\nShort lead.\n\n## Part *one*\n\nSee [our page](https://e.example/a) for **all** the many details that follow in this one long enough paragraph of words.\n\nSecond paragraph.\n## Part two\n- a `b`\n- c\n",
        );
        let shown: Vec<(&str, &str)> = got.iter().map(|p| (p.heading.as_str(), p.text.as_str())).collect();
        assert_eq!(
            shown,
            [
                ("Title", "Short lead."),
                (
                    "Part one",
                    "See our page for all the many details that follow in this one long enough paragraph of words."
                ),
                ("Part one", "Second paragraph."),
                ("Part two", "- a b - c"),
            ]
        );
    }

    #[test]
    fn long_paragraphs_split_between_sentences_and_nothing_is_lost() {
        let text = (0..40).map(|i| format!("Sentence number {i} has a few more words.")).collect::<Vec<_>>().join(" ");
        let got = passages(&text);
        assert!(got.len() > 1);
        assert!(got.iter().all(|p| words(&p.text) <= MANY_WORDS && p.text.ends_with('.')));
        assert_eq!(got.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join(" "), text);
    }

    #[test]
    fn shortening_keeps_whole_sentences_and_odd_text_does_not_panic() {
        assert_eq!(shorten("One is 4.90 EUR. Two is more. Three.", 30), "One is 4.90 EUR. Two is more.");
        assert_eq!(shorten("ääää ööö üüü", 9), "ääää ööö…");
        for odd in ["", "[", "![", "[a](", "[[a](b)", "<!--", "#", "***", "…? ", "a. ", "- "] {
            drop(passages(odd));
        }
    }
}
