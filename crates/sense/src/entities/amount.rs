//! Amounts with a currency, into minor units: `1.299,95 €` is `129995 EUR`.

use std::sync::LazyLock;

use baton_model::EntityKind;
use regex::Regex;

use super::Found;
use crate::cue::compile;

const CODES: &str = "USD|EUR|GBP|CHF|CAD|AUD|NZD|JPY|INR|CNY|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|ZAR|SGD|HKD|KRW|TRY|AED|ILS|RON|BGN|THB|PHP|MYR|IDR";

static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    let number = r"[0-9]{1,3}(?:[.,'’\x20][0-9]{3}){1,4}(?:[.,][0-9]{1,2})?|[0-9]{1,12}(?:[.,][0-9]{1,2})?";
    compile(&format!(
        r"(?i)(?:(?P<before>US\$|C\$|A\$|[$€£¥₹₩₽₺]|(?-u:\b)(?:{CODES})(?-u:\b)|(?-u:\b)Rs\.?)\x20?(?P<first>{number})(?P<kilo>k(?-u:\b))?|(?P<second>{number})(?P<kilo2>\x20?k)?\x20?(?P<after>[$€£¥₹₩₽₺]|(?:{CODES}|euros?|dollars?|bucks|pounds?|quid|francs?|yen|rupees?|kronor|kroner|zł|zloty)(?-u:\b)))"
    ))
});

pub(super) fn find(text: &str, found: &mut Found) {
    for c in AMOUNT.captures_iter(text) {
        let Some(whole) = c.get(0) else { continue };
        // "v1.5$" or "A1234 USD" is no amount.
        if text[..whole.start()].ends_with(|p: char| p.is_alphanumeric())
            || text[whole.end()..].starts_with(|n: char| n.is_ascii_digit())
        {
            continue;
        }
        let (Some(unit), Some(number)) = (c.name("before").or(c.name("after")), c.name("first").or(c.name("second"))) else {
            continue;
        };
        let currency = currency(unit.as_str());
        let kilo = c.name("kilo").or(c.name("kilo2")).is_some();
        if let Some(minor) = minor(number.as_str(), &currency, kilo) {
            found.take(whole.start(), whole.end(), EntityKind::Amount, format!("{minor} {currency}"));
        }
    }
}

fn currency(unit: &str) -> String {
    match unit.to_lowercase().as_str() {
        "$" | "us$" | "dollar" | "dollars" | "bucks" => "USD",
        "c$" => "CAD",
        "a$" => "AUD",
        "€" | "euro" | "euros" => "EUR",
        "£" | "pound" | "pounds" | "quid" => "GBP",
        "¥" | "yen" => "JPY",
        "₹" | "rs" | "rs." | "rupee" | "rupees" => "INR",
        "₩" => "KRW",
        "₽" => "RUB",
        "₺" => "TRY",
        "franc" | "francs" => "CHF",
        "kronor" => "SEK",
        "kroner" => "NOK",
        "zł" | "zloty" => "PLN",
        code => return code.to_uppercase(),
    }
    .to_owned()
}

/// A last group of one or two digits after a point or comma is the fraction; groups of three are thousands.
fn minor(number: &str, currency: &str, kilo: bool) -> Option<i64> {
    let (whole, fraction) = match number.rfind(['.', ',']) {
        Some(i) if number.len() - i - 1 <= 2 => (&number[..i], &number[i + 1..]),
        _ => (number, ""),
    };
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    let cents: i64 = match fraction.len() {
        0 => 0,
        1 => fraction.parse::<i64>().ok()? * 10,
        _ => fraction.parse().ok()?,
    };
    let hundredths =
        digits.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents)?.checked_mul(if kilo { 1000 } else { 1 })?;
    let no_minor = matches!(currency, "JPY" | "KRW");
    Some(if no_minor { hundredths / 100 } else { hundredths })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entities::values;

    #[test]
    fn amounts_in_minor_units() {
        for (text, expected) in [
            ("I paid 129.95 EUR", vec!["12995 EUR"]),
            ("it was €1.299,95!", vec!["129995 EUR"]),
            ("$1,299.00 is a lot", vec!["129900 USD"]),
            ("refund 50 dollars please", vec!["5000 USD"]),
            ("about £2k", vec!["200000 GBP"]),
            ("CHF 1'200.-", vec!["120000 CHF"]),
            ("¥5000", vec!["5000 JPY"]),
            ("80€ or 75 euros", vec!["8000 EUR", "7500 EUR"]),
            ("order 20391", vec![]),
            ("20% off", vec![]),
            ("version A5 USD", vec![]),
            ("99999999999999999999 USD", vec![]),
        ] {
            assert_eq!(values(text, EntityKind::Amount), expected, "{text}");
        }
    }
}
