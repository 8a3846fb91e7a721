//! Quoting customers safely: card and bank numbers are veiled, and what is shortened ends with "…".

pub(super) use crate::veil::{Veil, last_four, slice};

/// At most `max` characters; a shortened text ends with "…", between words where there is a gap to cut at.
pub(super) fn shorten(text: &str, max: usize) -> String {
    if text.len() <= max || text.chars().count() <= max {
        return text.to_owned();
    }
    let end = text.char_indices().nth(max.saturating_sub(1)).map_or(text.len(), |(at, _)| at);
    let head = &text[..end];
    let cut = match head.rfind(' ') {
        Some(gap) if gap * 2 > head.len() => &head[..gap],
        _ => head,
    };
    format!("{}…", cut.trim_end())
}

/// One line, with inner double quotes made single, so that “…” always encloses a whole quotation.
pub(super) fn one_line(text: &str) -> String {
    if is_one_line(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            out.push(if matches!(c, '“' | '”' | '„' | '«' | '»' | '"') { '\'' } else { c });
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Most messages are plain already: told from their bytes alone, at a fraction of the cost.
fn is_one_line(text: &str) -> bool {
    let bytes = text.as_bytes();
    let plain = |b: &u8| matches!(b, b' '..=b'~') && *b != b'"';
    bytes.iter().all(plain)
        && !bytes.windows(2).any(|pair| pair == b"  ")
        && bytes.first() != Some(&b' ')
        && bytes.last() != Some(&b' ')
}

pub(super) fn short_line(text: &str, max: usize) -> String {
    let line = one_line(text);
    if line.len() <= max { line } else { shorten(&line, max) }
}

/// “quoted”
pub(super) fn quoted(text: &str, max: usize) -> String {
    format!("“{}”", short_line(text, max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortening_shows() {
        assert_eq!(shorten("one two three four", 12), "one two…");
        assert_eq!(shorten("🙂🙂🙂🙂", 3), "🙂🙂…");
        assert_eq!(shorten("short", 5), "short");
        assert_eq!(quoted("he said \"no\"\n twice", 40), "“he said 'no' twice”");
    }
}
