//! The language of a text, when there is enough of it.

use baton_model::ClassGuess;
use whichlang::Lang;

use crate::{cue::round, reading::Reading};

/// What is read: more changes nothing.
const ENOUGH: usize = 600;
/// Letters below which a guess is a coin toss.
const LATIN_MIN: usize = 18;
const OTHER_MIN: usize = 4;

pub(crate) fn guess(reading: &Reading<'_>) -> Option<ClassGuess> {
    let end = reading.raw.char_indices().nth(ENOUGH).map_or(reading.raw.len(), |(i, _)| i);
    let text = &reading.raw[..end];
    let (mut letters, mut latin, mut hebrew, mut greek, mut thai) = (0usize, 0usize, 0usize, 0usize, 0usize);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        letters += 1;
        match c {
            'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => latin += 1,
            '\u{590}'..='\u{5ff}' => hebrew += 1,
            '\u{370}'..='\u{3ff}' => greek += 1,
            '\u{e00}'..='\u{e7f}' => thai += 1,
            _ => {}
        }
    }
    let guess = |label: &str, score: f32| Some(ClassGuess { label: label.into(), score: round(score) });
    if 2 * latin < letters {
        // Scripts that name their language, where the model knows none.
        return match () {
            () if letters < OTHER_MIN => None,
            () if 2 * hebrew > letters => guess("he", 0.98),
            () if 2 * greek > letters => guess("el", 0.98),
            () if 2 * thai > letters => guess("th", 0.98),
            () => guess(code(whichlang::detect_language(text)), 0.95),
        };
    }
    // Words, not codes, numbers, addresses or keys: enough of them, and short.
    let words = text
        .split_whitespace()
        .filter(|w| w.chars().all(|c| c.is_alphabetic() || "'’.,!?;:-".contains(c)))
        .filter(|w| w.len() <= 30);
    let (count, wordy) = words.fold((0, 0), |(n, l), w| (n + 1, l + w.chars().filter(|c| c.is_alphabetic()).count()));
    if wordy < LATIN_MIN || count < 3 || 2 * wordy < letters {
        return None;
    }
    let sure = 0.99 - 0.45 * (-(wordy as f32) / 40.0).exp();
    guess(code(whichlang::detect_language(text)), sure)
}

fn code(lang: Lang) -> &'static str {
    match lang {
        Lang::Ara => "ar",
        Lang::Cmn => "zh",
        Lang::Deu => "de",
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Hin => "hi",
        Lang::Ita => "it",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Rus => "ru",
        Lang::Spa => "es",
        Lang::Swe => "sv",
        Lang::Tur => "tr",
        Lang::Vie => "vi",
    }
}

#[cfg(test)]
mod tests {
    use crate::sense;

    #[test]
    fn languages_and_silence() {
        for (text, code) in [
            ("Where is my order? It should have arrived yesterday.", Some("en")),
            ("Ich möchte wissen, wo meine Bestellung geblieben ist.", Some("de")),
            ("Je voudrais savoir où est ma commande, merci.", Some("fr")),
            ("Quiero saber dónde está mi pedido, por favor.", Some("es")),
            ("أين طلبي؟ لم يصل بعد", Some("ar")),
            ("שלום, איפה ההזמנה שלי?", Some("he")),
            ("ok", None),
            ("NO6JO3 ORD-20391", None),
            ("SGVsbG8gV29ybGQhIFRoaXMgaXMgYmFzZTY0IHRleHQu", None),
            ("https://example.test/some/long/path/to/read", None),
        ] {
            assert_eq!(sense(text).language.map(|l| l.label).as_deref(), code, "{text}");
        }
    }
}
