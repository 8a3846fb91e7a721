//! Short secrets, known by what they are called: PINs, card security codes, one-time codes, passwords.

use std::sync::LazyLock;

use baton_model::EntityKind;
use regex::Regex;

use super::Found;
use crate::cue::compile;

/// Some word of a cue; a text without any need not be searched.
pub(super) const CUES: &[&str] = &[
    "pin",
    "cvv",
    "cvc",
    "csc",
    "otp",
    "tan",
    "code",
    "codig",
    "código",
    "pass",
    "kennwort",
    "prufnummer",
    "prüfnummer",
    "contrase",
    "mot de",
    "senha",
];

/// What stands between the name and the value: "number", "is", a colon.
const LINK: &str =
    r"(?: (?:number|no|nr|code|is|was|ist|lautet|war|es|est|[eé]|(?:for|of) (?:my|the) (?:card|account)))* ?[:=#-]? ?";

/// Named digits.
static DIGITS: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r#"(?i)(?-u:\b)(?:pin|cvv2?|cvc2?|csc|otp|tan|passcode|prüfnummer|(?:card )?security code|(?:one[\x20-]time|single[\x20-]use|verification|confirmation|authenti[a-z]+|login|log-in|sms|access|auth|2fa) (?:pass)?(?:code|pin)|sicherheitscode|best[äa]tigungscode|code de (?:s[ée]curit[ée]|v[ée]rification|confirmation)|c[óo]digo de (?:seguridad|verificaci[óo]n|seguran[çc]a|verifica[çc][ãa]o)){LINK}["“']?([0-9](?:[\x20-]?[0-9]){{2,7}})(?-u:\b)"#
    ))
});

/// A password: a word with a digit or a sign in it, so that "my password is wrong" gives nothing away.
static PASSWORD: LazyLock<Regex> = LazyLock::new(|| {
    compile(&format!(
        r#"(?i)(?-u:\b)(?:(?:one[\x20-]time )?pass(?:word|code|phrase)|passwort|kennwort|contrase[ñn]a|mot de passe|senha){LINK}["“'`]?([^\s"“”'`,;]{{4,64}})"#
    ))
});

pub(super) fn find(text: &str, found: &mut Found) {
    for value in DIGITS.captures_iter(text).filter_map(|c| c.get(1)) {
        let glued = text[value.end()..].starts_with(|c: char| c.is_alphanumeric() || c == '-');
        if !glued {
            found.take(value.start(), value.end(), EntityKind::Code, value.as_str().replace([' ', '-'], ""));
        }
    }
    for value in PASSWORD.captures_iter(text).filter_map(|c| c.get(1)) {
        let value = value.as_str().trim_end_matches(['.', '!', '?', ')', ':']);
        let start = value.as_ptr() as usize - text.as_ptr() as usize;
        if value.chars().count() >= 4 && value.contains(|c: char| c.is_numeric() || (!c.is_alphabetic() && c != '-')) {
            found.take(start, start + value.len(), EntityKind::Code, value.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::values;

    #[test]
    fn what_is_called_a_secret_is_one() {
        let table = [
            ("my PIN is 4711", vec!["4711"]),
            ("PIN: 0815, card is fine", vec!["0815"]),
            ("the cvv is 123 and it expires 10/27", vec!["123"]),
            ("CVC 9876", vec!["9876"]),
            ("security code number: 555", vec!["555"]),
            ("the verification code is 482 913", vec!["482913"]),
            ("my one-time code 77 12 30", vec!["771230"]),
            ("Meine PIN lautet 4711", vec!["4711"]),
            ("el código de seguridad es 321", vec!["321"]),
            ("my password is hunter2!", vec!["hunter2"]),
            ("password: S3cret#x, thanks", vec!["S3cret#x"]),
            ("Mein Passwort ist Sommer2024.", vec!["Sommer2024"]),
            ("my password is wrong", vec![]),
            ("I forgot my PIN 3 days ago", vec![]),
            ("the discount code is SAVE20 or 1234", vec![]),
            ("pin code 4711-22-AB", vec![]),
            ("my zip code is 02139", vec![]),
            ("the error code is 404", vec![]),
            ("spinning 4711", vec![]),
        ];
        for (text, expected) in table {
            assert_eq!(values(text, EntityKind::Code), expected, "{text}");
        }
    }
}
