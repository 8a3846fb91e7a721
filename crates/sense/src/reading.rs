//! One text as the detectors read it: bounded, and in a normal form that keeps every character in its place.

use baton_model::Span;

#[derive(Debug)]
pub(crate) struct Reading<'a> {
    /// The text as written, cut to the limit.
    pub(crate) raw: &'a str,
    /// Lower case, straight apostrophes, plain blanks. Character n here is character n of `raw`.
    pub(crate) norm: String,
    /// Bytes are characters, in both forms.
    ascii: bool,
    /// Written in capitals on purpose: several words, mostly upper case.
    pub(crate) shouted: bool,
    pub(crate) exclamations: usize,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(text: &'a str, max_chars: usize) -> Self {
        let end = text.char_indices().nth(max_chars).map_or(text.len(), |(i, _)| i);
        let raw = &text[..end];
        let norm: String = raw.chars().map(normal).collect();
        let upper = raw.chars().filter(|c| c.is_uppercase()).count();
        let lower = raw.chars().filter(|c| c.is_lowercase()).count();
        Self {
            ascii: raw.is_ascii() && norm.is_ascii(),
            shouted: upper >= 8 && upper > 2 * lower && raw.split_whitespace().nth(1).is_some(),
            exclamations: raw.chars().filter(|c| matches!(c, '!' | '！')).take(8).count(),
            raw,
            norm,
        }
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
