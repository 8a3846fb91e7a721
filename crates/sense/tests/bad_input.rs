//! Whatever comes in: bounded, in bounds, and no confidence where there is nothing to read.

use baton_sense::{MAX_CHARS, sense};
use proptest::prelude::*;

/// Bounds of everything that is said about a text.
fn well_formed(text: &str) {
    let signals = sense(text);
    let chars = text.chars().count().min(MAX_CHARS) as u32;
    assert!((-1.0..=1.0).contains(&signals.sentiment), "{text:?}");
    for signal in &signals.found {
        assert!((0.0..=1.0).contains(&signal.score), "{signal:?} in {text:?}");
        assert!(signal.spans.iter().all(|s| s.start < s.end && s.end <= chars), "{signal:?} in {text:?}");
    }
    for entity in &signals.entities {
        assert!(entity.span.start < entity.span.end && entity.span.end <= chars, "{entity:?} in {text:?}");
    }
}

/// Nothing is said with confidence about what is no language.
#[test]
fn what_is_no_message_raises_nothing() {
    let base64 = "TWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsuQW5kIHNvbWUgbW9yZQ".repeat(40);
    let code = "fn main() { let xs: Vec<u32> = (0..10).map(|i| i * 2).collect(); println!(\"{xs:?}\"); }";
    let json = r#"{"id": 7, "items": [{"sku": "A", "n": 2}], "ok": true}"#;
    let log = "2024-05-20T10:00:00Z WARN pool exhausted retry=3 backoff=250ms";
    for text in [
        "",
        "   \n\t ",
        "👍",
        "🙂🙂🙂🙂",
        "......",
        "?!?!",
        &base64,
        code,
        json,
        log,
        "lorem ipsum dolor sit amet consectetur",
        "asdf jkl qwer zxcv",
        "こんにちは、注文の状況を知りたいです",
        "我想知道我的订单在哪里",
        "где мой заказ",
        "주문은 어디에 있나요",
        "πού είναι η παραγγελία μου",
        "\u{202e}olleh\u{202c}",
        "\u{200b}\u{200b}",
        "\u{fffd}\u{fffd}\u{fffd}",
    ] {
        well_formed(text);
        let sure: Vec<_> = sense(text).found.into_iter().filter(|s| s.score >= 0.35).collect();
        assert!(sure.is_empty(), "{sure:?} in {text:?}");
    }
}

/// A megabyte costs what its beginning costs, since nothing else is read.
#[test]
fn only_the_beginning_is_read() {
    for piece in ["I want a refund now! ", "a", "€ 12,50 ", "0123456789", "((((", "नमस्ते ", "\n", "#A1 "] {
        let long = piece.repeat(1_000_000 / piece.len());
        let beginning: String = long.chars().take(MAX_CHARS).collect();
        assert_eq!(sense(&long), sense(&beginning), "{piece:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::default())]

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        well_formed(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_scripts_are_read(text in "[\\p{Arabic}\\p{Hebrew}\\p{Devanagari}\\p{Han}\\p{Cyrillic}\\p{Emoji}\u{200d}\u{202e} .,?!a-z0-9]{0,200}") {
        well_formed(&text);
    }

    #[test]
    fn words_in_any_order_are_read(words in prop::collection::vec("(speak|to|a|human|real|person|€|[0-9]{1,6}|#[A-Z0-9]{2,6}|my|order|not|card|call me|ssn|zip|at|@|\\.|-)", 0..40)) {
        well_formed(&words.join(" "));
    }
}
