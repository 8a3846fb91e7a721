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
    in_line(text.chars().map(|c| if matches!(c, '“' | '”' | '„' | '«' | '»' | '"') { '\'' } else { c }), text.len())
}

/// One line, with quotation marks as they are, without the characters that nobody sees or that turn the text round.
pub(super) fn visible_line(text: &str) -> String {
    let hidden =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    in_line(text.chars().filter(|c| !hidden(*c)), text.len())
}

/// With one space for each gap and none at the ends.
fn in_line(chars: impl Iterator<Item = char>, bytes: usize) -> String {
    let mut out = String::with_capacity(bytes);
    for c in chars {
        if !(c.is_whitespace() || c.is_control()) {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
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
