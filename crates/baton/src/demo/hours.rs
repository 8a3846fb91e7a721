//! Opening hours that fit the moment at which a visitor starts the demo: the shop is open whenever they come.

use baton_model::{Day, Hours, Timestamp, Window};

const DAYS: [Day; 7] = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];

/// Every day from `before` hours before now to `after` hours after it, on the full hour, in that zone's time.
pub(crate) fn around(now: Timestamp, zone: &str, before: i64, after: i64) -> Hours {
    let local = now.to_jiff().in_tz(zone).map_or(12, |z| i64::from(z.hour()));
    let (from, to) = ((local - before).rem_euclid(24), (local + after).rem_euclid(24));
    let window =
        |from: i64, to: i64| Window { days: DAYS.to_vec(), from: format!("{from:02}:00"), to: format!("{to:02}:00") };
    let windows = if from < to {
        vec![window(from, to)]
    } else {
        // Over midnight: two windows; one of no length is left out.
        [(from, 24), (0, to)].into_iter().filter(|(a, b)| a < b).map(|(a, b)| window(a, b)).collect()
    };
    Hours { time_zone: zone.to_owned(), windows, holidays: vec![] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_now_whatever_the_hour() {
        for hour in 0..48 {
            let now = Timestamp::from_millis(1_790_000_000_000 + hour * 3_600_000);
            let hours = around(now, "Asia/Tokyo", 2, 9);
            assert!(baton_core::calendar::check(&hours).is_ok(), "{hours:?}");
            assert!(baton_core::calendar::is_open(&hours, now), "{hours:?}");
        }
    }
}
