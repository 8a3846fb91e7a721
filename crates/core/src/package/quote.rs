//! Quoting customers safely: card and bank numbers are veiled, and what is shortened ends with "…".

pub(super) use crate::veil::{Veil, last_four, slice};

/// At most `max` characters; a shortened text ends with "…", between words where there is a gap to cut at.
pub(super) fn shorten(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
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

pub(super) fn short_line(text: &str, max: usize) -> String {
    shorten(&one_line(text), max)
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
