//! Times for a callback: the queue is open, and the customer is awake.

use baton_model::{CallbackSlot, Day, Hours, Millis, Queue, Timestamp, Window};
use jiff::ToSpan as _;

use crate::calendar;

/// No slot is sooner than this.
const NOTICE: Millis = Millis::mins(30);
/// Local half hours.
const GRID_MINUTES: i8 = 30;
/// How far ahead both are looked for together.
const LOOK_AHEAD: Millis = Millis::hours(14 * 24);
const MOST: usize = 50;

/// Up to `count` (at least one) distinct times on local half hours, at least 30 minutes ahead, in order: the queue is open
/// and it is 08:00 to 20:00 for the customer. When the two never meet within two weeks, from the next opening on; when the
/// queue never opens, in the customer's waking hours from tomorrow. Never empty. An unknown zone counts as UTC.
pub fn slots(queue: &Queue, customer_zone: &str, now: Timestamp, count: usize) -> Vec<CallbackSlot> {
    let count = count.clamp(1, MOST);
    let waking = waking(customer_zone);
    let earliest = now + NOTICE;
    let mut times = meet(&[&queue.hours, &waking], customer_zone, earliest, now + LOOK_AHEAD, count);
    if times.is_empty()
        && let Some(opening) = calendar::next_open(&queue.hours, earliest)
    {
        times = meet(&[&queue.hours], customer_zone, opening, opening + LOOK_AHEAD, count);
        if times.is_empty() {
            // Open only between two half hours.
            times.push(opening);
        }
    }
    if times.is_empty() {
        times = meet(&[&waking], customer_zone, now + Millis::hours(24), now + LOOK_AHEAD, count);
    }
    if times.is_empty() {
        times.push(earliest);
    }
    let words = |at| calendar::local_words(at, customer_zone, now);
    times.into_iter().map(|at| CallbackSlot { at, words: words(at) }).collect()
}

/// Half hours at which all are open.
fn meet(all: &[&Hours], zone: &str, from: Timestamp, until: Timestamp, count: usize) -> Vec<Timestamp> {
    let mut times = Vec::new();
    let mut at = half_hour(from, zone);
    while times.len() < count && at <= until {
        // The latest of the next openings; all are open when nobody moves it.
        let Some(open) = all.iter().map(|h| calendar::next_open(h, at)).try_fold(at, |latest, o| Some(latest.max(o?)))
        else {
            break;
        };
        if open == at {
            times.push(at);
            at = half_hour(at + Millis(1), zone);
        } else {
            at = half_hour(open, zone);
        }
    }
    times
}

/// The first local half hour at or after.
fn half_hour(at: Timestamp, zone: &str) -> Timestamp {
    let local = at.to_jiff().to_zoned(calendar::zone(zone));
    let into = i64::from(local.minute() % GRID_MINUTES) * 60_000
        + i64::from(local.second()) * 1_000
        + i64::from(local.millisecond());
    if into == 0 {
        return at;
    }
    let up = local.checked_add((i64::from(GRID_MINUTES) * 60_000 - into).milliseconds());
    up.map_or(at + Millis::mins(30), |up| Timestamp::from_jiff(up.timestamp()))
}

fn waking(zone: &str) -> Hours {
    let days = vec![Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];
    let window = Window { days, from: "08:00".into(), to: "20:00".into() };
    Hours { time_zone: zone.to_owned(), windows: vec![window], holidays: Vec::new() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::follow::obligation::tests::queue;

    const WORKDAYS: [Day; 5] = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri];

    fn open(zone: &str, from: &str, to: &str) -> Queue {
        let mut q = queue();
        q.hours = Hours {
            time_zone: zone.into(),
            windows: vec![Window { days: WORKDAYS.to_vec(), from: from.into(), to: to.into() }],
            holidays: vec![],
        };
        q
    }

    fn t(text: &str) -> Timestamp {
        Timestamp::from_jiff(text.parse().expect("a time"))
    }

    fn words(q: &Queue, zone: &str, now: &str, count: usize) -> Vec<String> {
        slots(q, zone, t(now), count).into_iter().map(|s| s.words).collect()
    }

    #[test]
    fn slots_are_told_in_the_customers_time() {
        let berlin = open("Europe/Berlin", "09:00", "17:00");
        // Monday 2026-03-02.
        let short = open("Europe/Berlin", "10:00", "17:00");
        let table: [(&Queue, &str, &str, [&str; 3]); 7] = [
            (&berlin, "Europe/Berlin", "2026-03-02T10:05:00Z", ["today at 12:00", "today at 12:30", "today at 13:00"]),
            (
                &berlin,
                "Europe/Berlin",
                "2026-03-02T15:31:00Z",
                ["tomorrow at 09:00", "tomorrow at 09:30", "tomorrow at 10:00"],
            ),
            // Berlin's afternoon is New York's morning.
            (
                &berlin,
                "America/New_York",
                "2026-03-02T15:00:00Z",
                ["today at 10:30", "tomorrow at 08:00", "tomorrow at 08:30"],
            ),
            // A quarter-hour zone has its own half hours.
            (&berlin, "Asia/Kathmandu", "2026-03-03T08:40:00Z", ["today at 15:00", "today at 15:30", "today at 16:00"]),
            // Before the weekend on which Berlin's clock jumps.
            (
                &berlin,
                "Europe/Berlin",
                "2026-03-27T18:00:00Z",
                ["Monday 30 March at 09:00", "Monday 30 March at 09:30", "Monday 30 March at 10:00"],
            ),
            // That day is the Aucklander's night: from the next opening.
            (&short, "Pacific/Auckland", "2026-03-02T18:00:00Z", ["today at 22:00", "today at 22:30", "today at 23:00"]),
            (&berlin, "Mars/Olympus", "2026-03-02T10:05:00Z", ["today at 11:00", "today at 11:30", "today at 12:00"]),
        ];
        for (q, zone, now, want) in table {
            assert_eq!(words(q, zone, now, 3), want, "{zone} {now}");
        }
        assert_eq!(words(&berlin, "UTC", "2026-03-02T10:05:00Z", 0).len(), 1, "at least one");
        assert_eq!(words(&open("UTC", "09:05", "09:25"), "UTC", "2026-03-02T10:05:00Z", 3), ["tomorrow at 09:05"]);
        let never = open("UTC", "17:00", "09:00");
        assert_eq!(words(&never, "UTC", "2026-03-02T10:05:00Z", 2), ["tomorrow at 10:30", "tomorrow at 11:00"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]
        #[test]
        fn never_empty_distinct_ahead_and_open_when_anything_opens(
            from in 0..23u8, length in 1..24u8, now in 1_700_000_000_000..1_900_000_000_000i64, count in 0..8usize,
            zones in prop::sample::subsequence(
                vec!["Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "?"], 2,
            ),
        ) {
            let q = open(zones[0], &format!("{from:02}:00"), &format!("{:02}:00", (from + length).min(24)));
            let now = Timestamp::from_millis(now);
            let got = slots(&q, zones[1], now, count);
            prop_assert!(!got.is_empty() && got.len() <= count.max(1));
            prop_assert!(got.windows(2).all(|w| w[0].at < w[1].at));
            let waking = waking(zones[1]);
            let awake = got.iter().filter(|s| calendar::is_open(&waking, s.at)).count();
            for s in &got {
                prop_assert!(s.at >= now + NOTICE);
                prop_assert!(calendar::is_open(&q.hours, s.at));
                let local = s.at.to_jiff().to_zoned(calendar::zone(zones[1]));
                prop_assert_eq!((local.minute() % 30, local.second()), (0, 0));
            }
            prop_assert!(awake == got.len() || awake == 0, "asleep only when the two never meet");
        }
    }
}
