//! WordPiece with BERT's uncased vocabulary (Devlin et al., 2019): the pieces that both encoders read.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Longer words are unknown, as in the original.
const LONGEST_WORD: usize = 100;
/// Bytes of a piece at most; the vocabulary's longest has fewer.
const LONGEST_PIECE: usize = 32;
const SLOTS: usize = 1 << 16;
const EMPTY: u16 = u16::MAX;

/// The pieces, found by an open-addressed table of hashes.
#[derive(Debug)]
pub struct Vocabulary {
    text: Cow<'static, str>,
    /// Where each piece starts in `text`, and the end of the last line.
    starts: Vec<u32>,
    slots: Vec<u16>,
    unknown: u16,
    first: u16,
    last: u16,
}

impl Vocabulary {
    /// One piece a line; `None` where the special pieces are missing or there are too many lines for 16 bits.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Option<Self> {
        let text = text.into();
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1));
        if !text.ends_with('\n') {
            starts.push(text.len() as u32 + 1);
        }
        if starts.len() > SLOTS / 2 + 1 {
            return None;
        }
        let mut vocabulary = Self { text, starts, slots: vec![EMPTY; SLOTS], unknown: 0, first: 0, last: 0 };
        for id in 0..vocabulary.len() as u16 {
            let (piece, inner) = vocabulary.piece(id);
            let mut slot = piece.bytes().fold(seed(inner), step) as usize % SLOTS;
            while vocabulary.slots[slot] != EMPTY {
                slot = (slot + 1) % SLOTS;
            }
            vocabulary.slots[slot] = id;
        }
        let special = |piece: &str| vocabulary.find(piece.bytes().fold(seed(false), step), piece, false);
        (vocabulary.unknown, vocabulary.first, vocabulary.last) = (special("[UNK]")?, special("[CLS]")?, special("[SEP]")?);
        Some(vocabulary)
    }

    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Stands for a word that cannot be put together from pieces.
    pub fn unknown(&self) -> u16 {
        self.unknown
    }

    /// What an encoder reads before and after the pieces.
    pub fn brackets(&self) -> (u16, u16) {
        (self.first, self.last)
    }

    /// The pieces of a text, at most `most`; what follows is not read.
    pub fn pieces(&self, text: &str, most: usize) -> Vec<u16> {
        let mut out = Vec::with_capacity(most.min(text.len() / 3 + 4));
        if text.is_ascii() {
            self.split(text.chars().map(|c| c.to_ascii_lowercase()), most, &mut out);
        } else {
            let plain = text.chars().flat_map(char::to_lowercase).nfd().filter(|c| !is_combining_mark(*c));
            self.split(plain, most, &mut out);
        }
        out.truncate(most);
        out
    }

    fn split(&self, chars: impl Iterator<Item = char>, most: usize, out: &mut Vec<u16>) {
        let mut word = String::with_capacity(32);
        for c in chars {
            let alone = stands_alone(c);
            if alone || c.is_whitespace() {
                self.word(&word, out);
                word.clear();
                if alone {
                    self.word(c.encode_utf8(&mut [0; 4]), out);
                }
                if out.len() >= most {
                    return;
                }
            } else if !is_invisible(c) {
                word.push(c);
            }
        }
        self.word(&word, out);
    }

    /// Longest match first.
    fn word(&self, word: &str, out: &mut Vec<u16>) {
        let before = out.len();
        let mut rest = word;
        if word.len() > LONGEST_WORD && word.chars().nth(LONGEST_WORD).is_some() {
            out.push(self.unknown);
            return;
        }
        while !rest.is_empty() {
            let inner = rest.len() < word.len();
            let mut hashes = [0; LONGEST_PIECE];
            let mut hash = seed(inner);
            for (slot, byte) in hashes.iter_mut().zip(rest.bytes()) {
                hash = step(hash, byte);
                *slot = hash;
            }
            let ends = (1..=rest.len().min(LONGEST_PIECE)).rev().filter(|end| rest.is_char_boundary(*end));
            let found = ends.filter_map(|end| Some((self.find(hashes[end - 1], &rest[..end], inner)?, end))).next();
            let Some((id, end)) = found else {
                out.truncate(before);
                out.push(self.unknown);
                return;
            };
            out.push(id);
            rest = &rest[end..];
        }
    }

    fn find(&self, hash: u32, piece: &str, inner: bool) -> Option<u16> {
        let mut slot = hash as usize % SLOTS;
        while self.slots[slot] != EMPTY {
            if self.piece(self.slots[slot]) == (piece, inner) {
                return Some(self.slots[slot]);
            }
            slot = (slot + 1) % SLOTS;
        }
        None
    }

    /// The piece without its mark, and whether it continues a word.
    fn piece(&self, id: u16) -> (&str, bool) {
        let (start, end) = (self.starts[usize::from(id)] as usize, self.starts[usize::from(id) + 1] as usize - 1);
        let line = &self.text[start..end];
        // A lone "##" would be an empty continuation.
        match line.strip_prefix("##") {
            Some(inner) if !inner.is_empty() => (inner, true),
            _ => (line, false),
        }
    }
}

/// FNV-1a.
fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
}

fn seed(inner: bool) -> u32 {
    if inner { step(0x811c_9dc5, b'#') } else { 0x811c_9dc5 }
}

/// Punctuation and ideographs are words of their own. Outside ASCII, the blocks that hold nearly all punctuation.
fn stands_alone(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_punctuation(),
        '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' => true,
        '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' => true,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}' => true,
        _ => false,
    }
}

/// Control and format characters and what replaces broken bytes.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{fffd}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn vocabulary() -> Vocabulary {
        Vocabulary::new(
            "[PAD]\n[UNK]\n[CLS]\n[SEP]\nun\n##aff\n##able\naffable\n,\n!\ncafe\n火\n##火\nre\n##fund\nrefund\n##\n€\n##5\n",
        )
        .expect("has the special pieces")
    }

    fn names(text: &str) -> Vec<String> {
        let v = vocabulary();
        v.pieces(text, 64)
            .into_iter()
            .map(|id| match v.piece(id) {
                (piece, true) => format!("##{piece}"),
                (piece, false) => piece.to_owned(),
            })
            .collect()
    }

    #[test]
    fn the_longest_piece_wins() {
        assert_eq!(names("Unaffable refund"), ["un", "##aff", "##able", "refund"]);
        assert_eq!(names("refund!refund,"), ["refund", "!", "refund", ","]);
        assert_eq!(names("€5"), ["€", "##5"]);
    }

    #[test]
    fn accents_ideographs_and_marks() {
        assert_eq!(names("CAFÉ\u{200b} 火火"), ["cafe", "火", "火"]);
        assert_eq!(names("cafe\u{301}"), ["cafe"]);
        assert_eq!(names("re##fund"), ["re", "[UNK]", "[UNK]", "[UNK]"]);
    }

    #[test]
    fn what_cannot_be_put_together_is_unknown_as_a_whole() {
        assert_eq!(names("unx"), ["[UNK]"]);
        assert_eq!(names(&"re".repeat(60)), ["[UNK]"]);
        assert_eq!(names(""), [""; 0]);
    }

    #[test]
    fn a_vocabulary_needs_its_special_pieces() {
        assert!(Vocabulary::new("a\nb\n").is_none());
    }

    proptest! {
        #[test]
        fn any_text_has_bounded_pieces(text in any::<String>()) {
            prop_assert!(vocabulary().pieces(&text, 16).len() <= 16);
        }
    }
}
