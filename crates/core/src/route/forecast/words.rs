//! A wait as people say it.

use super::Forecast;

/// "less than a minute", "about 2 to 5 minutes", "about 15 to 25 minutes", "about 1 to 2 hours": the precision falls as the
/// wait grows, and the upper end is never rounded down.
pub fn wait_words(f: &Forecast) -> String {
    let minute = 60_000;
    let (low, high) = (f.p50.0 / minute, (f.p90.0 + minute - 1) / minute);
    if high <= 90 {
        // Beyond a quarter of an hour nobody believes single minutes.
        let (low, high) = if high > 15 { (low / 5 * 5, (high + 4) / 5 * 5) } else { (low, high) };
        return match (low, high) {
            (0, 0 | 1) => "less than a minute".into(),
            (0, high) => format!("less than {high} minutes"),
            (low, high) if low == high => format!("about {}", count(low, "minute")),
            (low, high) => format!("about {low} to {high} minutes"),
        };
    }
    let (low, high) = (low / 60, (high + 59) / 60);
    match (low, high) {
        (_, high) if high >= 8 => "several hours".into(),
        (0, high) => format!("less than {high} hours"),
        (low, high) if low == high => format!("about {}", count(low, "hour")),
        (low, high) => format!("about {low} to {high} hours"),
    }
}

fn count(n: i64, unit: &str) -> String {
    if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") }
}

#[cfg(test)]
mod tests {
    use baton_model::Millis;

    use super::*;

    #[test]
    fn words_are_honest_and_short() {
        for (p50, p90, words) in [
            (10, 25, "less than a minute"),
            (30, 60, "less than a minute"),
            (50, 170, "less than 3 minutes"),
            (60, 60, "about 1 minute"),
            (130, 290, "about 2 to 5 minutes"),
            (11 * 60, 16 * 60, "about 10 to 20 minutes"),
            (17 * 60, 22 * 60 + 1, "about 15 to 25 minutes"),
            (4 * 60, 31 * 60, "less than 35 minutes"),
            (3_600, 6_000, "about 1 to 2 hours"),
            (20_000, 40_000, "several hours"),
        ] {
            let f = Forecast { p10: Millis(0), p50: Millis::secs(p50), p90: Millis::secs(p90) };
            assert_eq!(wait_words(&f), words, "{p50} {p90}");
        }
    }
}
