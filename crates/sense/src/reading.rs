//! One text as the detectors read it: bounded, and in a normal form that keeps every character in its place.

use baton_model::Span;

#[derive(Debug)]
pub(crate) struct Reading<'a> {
    /// The text as written, cut to the limit.
    pub(crate) raw: &'a str,
    /// Lower case, straight apostrophes, plain blanks. Character n here is character n of `raw`.
    pub(crate) norm: String,
    /// `norm` with one blank for every run of blanks and line ends, where it has such runs.
    squeezed: Option<String>,
    /// Bytes are characters, in both forms.
    ascii: bool,
    /// Written in capitals on purpose: several words, mostly upper case.
    pub(crate) shouted: bool,
    pub(crate) exclamations: usize,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(text: &'a str, max_chars: usize) -> Self {
        let raw = first_chars(text, max_chars);
        let norm = normal_form(raw);
        let (mut upper, mut lower, mut exclamations) = (0, 0, 0);
        for c in raw.chars() {
            upper += usize::from(c.is_uppercase());
            lower += usize::from(c.is_lowercase());
            exclamations += usize::from(matches!(c, '!' | '！'));
        }
        Self {
            ascii: raw.is_ascii() && norm.is_ascii(),
            shouted: upper >= 8 && upper > 2 * lower && raw.split_whitespace().nth(1).is_some(),
            exclamations: exclamations.min(8),
            raw,
            squeezed: squeeze(&norm),
            norm,
        }
    }

    pub(crate) fn squeezed(&self) -> &str {
        self.squeezed.as_deref().unwrap_or(&self.norm)
    }

    pub(crate) fn has_words(&self) -> bool {
        self.raw.chars().any(char::is_alphanumeric)
    }

    /// From bytes of `norm` to characters.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        self.span_in(&self.norm, start, end)
    }

    /// From bytes of `raw` to characters.
    pub(crate) fn raw_span(&self, start: usize, end: usize) -> Span {
        self.span_in(self.raw, start, end)
    }

    fn span_in(&self, text: &str, start: usize, end: usize) -> Span {
        if self.ascii {
            return Span { start: start as u32, end: end as u32 };
        }
        let before = text[..start].chars().count();
        let inside = text[start..end].chars().count();
        Span { start: before as u32, end: (before + inside) as u32 }
    }

    /// Words of `norm` with their byte offsets: letters, digits and inner apostrophes.
    pub(crate) fn words(&self) -> impl Iterator<Item = (usize, &str)> {
        self.norm
            .split(|c: char| !(c.is_alphanumeric() || c == '\''))
            .map(|w| w.trim_matches('\''))
            .filter(|w| !w.is_empty())
            .map(|w| (w.as_ptr() as usize - self.norm.as_ptr() as usize, w))
    }
}

pub(crate) fn first_chars(text: &str, most: usize) -> &str {
    // So many bytes are never more characters.
    let end = if text.len() <= most { None } else { text.char_indices().nth(most) };
    end.map_or(text, |(i, _)| &text[..i])
}

fn normal_form(raw: &str) -> String {
    // Most texts have nothing but capitals to change.
    if raw.bytes().all(|b| matches!(b, b' '..=b'~' | b'\n') && b != b'`') {
        return raw.to_ascii_lowercase();
    }
    raw.chars().map(normal).collect()
}

fn squeeze(norm: &str) -> Option<String> {
    if !norm.contains('\n') && !norm.contains("  ") {
        return None;
    }
    let mut blank = false;
    let squeezed = norm.chars().filter_map(|c| match std::mem::replace(&mut blank, matches!(c, ' ' | '\n')) {
        true if blank => None,
        _ if blank => Some(' '),
        _ => Some(c),
    });
    Some(squeezed.collect())
}

/// One character for one character, so that positions survive.
fn normal(c: char) -> char {
    match c {
        'A'..='Z' => c.to_ascii_lowercase(),
        '`' => '\'',
        ' '..='~' | '\n' => c,
        '’' | '‘' | 'ʼ' | '´' | '＇' => '\'',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c).to_ascii_lowercase(),
        _ if c.is_whitespace() => ' ',
        _ => {
            let mut lower = c.to_lowercase();
            match (lower.next(), lower.next()) {
                (Some(one), None) => one,
                _ => c,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_form_keeps_positions() {
        for text in ["I’D LIKE", "İstanbul ẞ", "ＡＢＣ！", "a\u{a0}b\tc\r\n"] {
            assert_eq!(Reading::new(text, 100).norm.chars().count(), text.chars().count());
        }
        assert_eq!(Reading::new("I’D", 100).norm, "i'd");
        assert_eq!(Reading::new("ééééé", 3).raw, "ééé");
    }

    #[test]
    fn shouting_needs_words() {
        assert!(Reading::new("THIS IS NOT OK", 100).shouted);
        assert!(!Reading::new("NO6JO3XYZABC", 100).shouted);
        assert!(!Reading::new("My TV from LG and the USB port", 100).shouted);
    }
}
