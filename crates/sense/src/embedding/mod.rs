//! Where a text stands among meanings: the sum of its pieces' rows in a table that was distilled from a sentence encoder.
//!
//! Good for finding like texts in microseconds; blind to the order of words. Only the first [`MAX_PIECES`] pieces count.
//! The table and the vocabulary are made by the trainer, together: never change one without the other.

mod table;
mod wordpiece;

use std::sync::LazyLock;

use baton_model::Embedding;
pub use table::Table;
pub use wordpiece::Vocabulary;

/// What is read of one text. A piece is a word or a part of one.
pub const MAX_PIECES: usize = 256;

static WEIGHTS: &[u8] = include_bytes!("../../weights/embedding.bin");

/// The uncased vocabulary of BERT, which the static table and the imported encoder share.
pub static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    Vocabulary::new(include_str!("../../weights/vocabulary.txt")).expect("the embedded vocabulary is whole: a test reads it")
});

static TABLE: LazyLock<Table<'static>> = LazyLock::new(|| {
    let table = Table::new(WEIGHTS).expect("the embedded table is whole: a test reads it");
    assert_eq!(table.len(), VOCABULARY.len(), "a row a piece");
    table
});

/// `None` for a text without a known word.
pub fn embed(text: &str) -> Option<Embedding> {
    embed_with(*TABLE, &VOCABULARY, text)
}

/// By another table than the shipped one.
pub fn embed_with(table: Table<'_>, vocabulary: &Vocabulary, text: &str) -> Option<Embedding> {
    let mut sum = [0.0; Embedding::DIMENSIONS];
    for piece in vocabulary.pieces(text, MAX_PIECES) {
        if piece != vocabulary.unknown() {
            table.add(piece, &mut sum);
        }
    }
    Embedding::of(&sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cosine(a: &str, b: &str) -> f32 {
        embed(a).expect("words").cosine(&embed(b).expect("words"))
    }

    #[test]
    fn like_texts_are_near() {
        let near = cosine("Where is my parcel?", "My package has not been delivered yet");
        let far = cosine("Where is my parcel?", "I forgot the password of my account");
        assert!(near > far + 0.2, "{near} {far}");
        assert!(cosine("WHERE IS MY PARCEL?", "where is my parcel?") > 0.999);
    }

    #[test]
    fn no_known_word_no_place() {
        for text in ["", "  \n", "\u{fffd}", "\u{1f9ff}\u{1f9ff}"] {
            assert_eq!(embed(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_long_text_is_its_beginning() {
        let start = "my order is late ".repeat(64);
        assert_eq!(embed(&start), embed(&format!("{start}{}", "I love horses ".repeat(1000))));
    }
}
