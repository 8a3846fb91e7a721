use baton_model::{Day, Window};
use proptest::prelude::*;

use super::*;

const WEEK: [Day; 7] = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];

fn hours(zone: &str, windows: &[(&[Day], &str, &str)]) -> Hours {
    let windows =
        windows.iter().map(|(days, from, to)| Window { days: days.to_vec(), from: (*from).into(), to: (*to).into() });
    Hours { time_zone: zone.into(), windows: windows.collect(), holidays: Vec::new() }
}

fn daily(zone: &str, from: &str, to: &str) -> Hours {
    hours(zone, &[(&WEEK, from, to)])
}

fn t(text: &str) -> Timestamp {
    Timestamp::from_jiff(text.parse().expect("a time"))
}

#[test]
fn openings_and_closings_over_jumps_of_the_clock() {
    // Zone, window, a moment before it, opening, closing (all UTC).
    let table = [
        // Winter, summer, and the two nights between them.
        ("Europe/Berlin", "09:00", "17:00", "2026-01-14T23:30:00Z", "2026-01-15T08:00:00Z", "2026-01-15T16:00:00Z"),
        ("Europe/Berlin", "09:00", "17:00", "2026-07-14T23:30:00Z", "2026-07-15T07:00:00Z", "2026-07-15T15:00:00Z"),
        ("Europe/Berlin", "01:00", "04:00", "2026-03-28T22:30:00Z", "2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z"),
        ("Europe/Berlin", "01:00", "04:00", "2026-10-24T21:30:00Z", "2026-10-24T23:00:00Z", "2026-10-25T03:00:00Z"),
        // Opens at a skipped time: at the jump. Closes at a skipped time: at the jump.
        ("Europe/Berlin", "02:30", "05:00", "2026-03-28T22:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T03:00:00Z"),
        ("Europe/Berlin", "01:00", "02:30", "2026-03-28T22:30:00Z", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"),
        // Closes at a repeated time: the first one.
        ("Europe/Berlin", "01:00", "02:30", "2026-10-24T21:30:00Z", "2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z"),
        ("America/New_York", "09:00", "17:30", "2026-03-08T04:00:00Z", "2026-03-08T13:00:00Z", "2026-03-08T21:30:00Z"),
        ("America/New_York", "00:00", "03:00", "2026-11-01T03:00:00Z", "2026-11-01T04:00:00Z", "2026-11-01T08:00:00Z"),
        // Half an hour off, never a jump.
        ("Asia/Kolkata", "09:30", "18:00", "2026-05-01T00:00:00Z", "2026-05-01T04:00:00Z", "2026-05-01T12:30:00Z"),
        // A jump of half an hour, at 02:00 on 2026-04-05 (back) and on 2026-10-04 (ahead).
        ("Australia/Lord_Howe", "01:00", "09:00", "2026-04-04T12:00:00Z", "2026-04-04T14:00:00Z", "2026-04-04T22:30:00Z"),
        ("Australia/Lord_Howe", "01:00", "09:00", "2026-10-03T12:00:00Z", "2026-10-03T14:30:00Z", "2026-10-03T22:00:00Z"),
        // Apia had no 30 December 2011: after the 29th comes the 31st.
        ("Pacific/Apia", "09:00", "17:00", "2011-12-30T05:00:00Z", "2011-12-30T19:00:00Z", "2011-12-31T03:00:00Z"),
    ];
    for (zone, from, to, before, opens, closes) in table {
        let h = daily(zone, from, to);
        let at = t(before);
        assert!(!is_open(&h, at), "{zone} {from} before");
        assert_eq!(next_open(&h, at), Some(t(opens)), "{zone} {from} opens");
        assert_eq!(next_change(&h, at), Some(t(opens)), "{zone} {from} change to open");
        assert!(is_open(&h, t(opens)), "{zone} {from} open");
        assert_eq!(next_change(&h, t(opens)), Some(t(closes)), "{zone} {to} closes");
        assert!(!is_open(&h, t(closes)), "{zone} {to} closed");
        assert!(is_open(&h, t(closes) - Millis(1)), "{zone} {to} until the end");
        let length = t(closes).since(t(opens));
        assert_eq!(add_open(&h, at, length), t(closes), "{zone} all of it");
        assert!(add_open(&h, at, Millis(length.0 + 1)) > t(closes), "{zone} the day after");
    }
}

#[test]
fn a_window_that_the_clock_skips_is_empty_that_day() {
    let h = daily("Europe/Berlin", "02:10", "02:50");
    assert_eq!(next_open(&h, t("2026-03-28T12:00:00Z")), Some(t("2026-03-30T00:10:00Z")));
}

#[test]
fn midnight_and_overlaps_make_one_stretch() {
    let h = hours(
        "Europe/Berlin",
        &[(&[Day::Mon], "18:00", "24:00"), (&[Day::Tue], "00:00", "02:00"), (&[Day::Tue], "01:00", "03:00")],
    );
    // Monday 2026-03-02 18:00 to Tuesday 03:00, local.
    assert_eq!(next_change(&h, t("2026-03-02T17:30:00Z")), Some(t("2026-03-03T02:00:00Z")));
    assert_eq!(add_open(&h, t("2026-03-02T17:00:00Z"), Millis::hours(9)), t("2026-03-03T02:00:00Z"));
    assert_eq!(next_open(&h, t("2026-03-03T02:00:00Z")), Some(t("2026-03-09T17:00:00Z")));
}

#[test]
fn holidays_close_their_local_date() {
    let mut h = daily("America/New_York", "09:00", "17:00");
    h.holidays = vec!["2026-12-25".into()];
    assert!(!is_open(&h, t("2026-12-25T15:00:00Z")));
    assert_eq!(next_open(&h, t("2026-12-24T22:00:00Z")), Some(t("2026-12-26T14:00:00Z")));
    let always_but = Hours { time_zone: "Asia/Kolkata".into(), windows: vec![], holidays: vec!["2026-01-26".into()] };
    assert!(!is_open(&always_but, t("2026-01-26T12:00:00Z")));
    assert_eq!(next_change(&always_but, t("2026-01-20T12:00:00Z")), Some(t("2026-01-25T18:30:00Z")));
}

#[test]
fn always_open_never_changes() {
    let h = hours("Europe/Berlin", &[]);
    let at = t("2026-03-29T01:00:00Z");
    assert!(is_open(&h, at));
    assert_eq!((next_open(&h, at), next_change(&h, at)), (Some(at), None));
    assert_eq!(add_open(&h, at, Millis::hours(5)), at + Millis::hours(5));
    assert_eq!(next_change(&daily("Europe/Berlin", "00:00", "24:00"), at), None);
}

#[test]
fn bad_data_is_refused_and_never_panics() {
    let bad_zone = daily("Mars/Olympus", "09:00", "17:00");
    assert!(check(&bad_zone).is_err());
    assert!(is_open(&bad_zone, t("2026-01-01T10:00:00Z")), "counts as UTC");
    for (from, to) in [
        ("9:00", "17:00"),
        ("09:00", "24:01"),
        ("17:00", "09:00"),
        ("09:00", "09:00"),
        ("aa:bb", "10:00"),
        ("09:60", "10:00"),
    ] {
        let h = daily("UTC", from, to);
        assert!(check(&h).is_err(), "{from} {to}");
        assert_eq!(next_open(&h, t("2026-01-01T00:00:00Z")), None, "{from} {to}");
    }
    let never = daily("UTC", "17:00", "09:00");
    let at = t("2026-01-01T00:00:00Z");
    assert_eq!(add_open(&never, at, Millis::hours(1)), at + Millis::hours(1));
    assert!(check(&hours("UTC", &[(&[], "09:00", "10:00")])).is_err());
    let mut h = daily("UTC", "09:00", "10:00");
    h.holidays = vec!["2026-2-3".into()];
    assert!(check(&h).is_err());
    let start: jiff::civil::Date = "2026-01-01".parse().expect("a date");
    h.holidays = (0..370).map(|n| start.saturating_add(jiff::Span::new().days(n)).to_string()).collect();
    assert!(check(&h).expect_err("closed").contains("closed for a year"));
    h.holidays.truncate(300);
    assert_eq!(check(&h), Ok(()));
    for at in [Timestamp::from_millis(i64::MIN), Timestamp::from_millis(i64::MAX)] {
        let _ = (is_open(&h, at), next_open(&h, at), next_change(&h, at), add_open(&h, at, Millis::hours(3)));
    }
}

#[test]
fn words_are_in_the_readers_zone() {
    let now = t("2026-02-27T22:30:00Z");
    for (at, zone, words) in [
        ("2026-02-28T13:30:00Z", "Europe/Berlin", "tomorrow at 14:30"),
        ("2026-02-28T13:30:00Z", "Pacific/Auckland", "tomorrow at 02:30"),
        ("2026-02-27T23:45:00Z", "UTC", "today at 23:45"),
        ("2026-03-03T08:00:00Z", "Europe/Berlin", "Tuesday 3 March at 09:00"),
        ("2027-01-04T08:00:00Z", "Europe/Berlin", "Monday 4 January 2027 at 09:00"),
        ("2026-02-28T09:00:00Z", "Nowhere/AtAll", "tomorrow at 09:00"),
    ] {
        assert_eq!(local_words(t(at), zone, now), words);
    }
}

fn any_hours() -> impl Strategy<Value = Hours> {
    let zone = prop::sample::select(vec![
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "America/St_Johns",
        "America/Sao_Paulo",
        "Asia/Kathmandu",
    ]);
    let window = (prop::sample::subsequence(WEEK.to_vec(), 1..=7), 0..48i32, 1..=48i32);
    let holidays = prop::collection::vec(0..60i64, 0..4);
    (zone, prop::collection::vec(window, 1..4), holidays).prop_map(|(zone, windows, holidays)| {
        let clock = |halves: i32| format!("{:02}:{:02}", halves / 2, halves % 2 * 30);
        let windows = windows.into_iter().map(|(days, from, to)| Window {
            days,
            from: clock(from.min(to - 1)),
            to: clock(to.max(from + 1)),
        });
        let start: jiff::civil::Date = "2026-03-01".parse().expect("a date");
        let holidays = holidays.into_iter().map(|n| start.saturating_add(jiff::Span::new().days(n)).to_string()).collect();
        Hours { time_zone: zone.into(), windows: windows.collect(), holidays }
    })
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    // Around the jumps of 2011 and 2026, and anywhere between.
    prop_oneof![
        1_325_000_000_000..1_325_500_000_000i64,
        1_772_600_000_000..1_776_000_000_000i64,
        1_790_000_000_000..1_794_000_000_000i64,
        1_160_000_000_000..1_900_000_000_000i64,
    ]
    .prop_map(Timestamp::from_millis)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn next_open_is_open_and_nothing_before_it_is(h in any_hours(), at in any_time(), part in 0.0..1.0f64) {
        prop_assert_eq!(check(&h), Ok(()));
        let open = next_open(&h, at).expect("opens every week");
        prop_assert!(open >= at && is_open(&h, open));
        if open > at {
            let between = at + Millis((open.since(at).0 as f64 * part) as i64);
            prop_assert!(between == open || !is_open(&h, between));
        }
    }

    #[test]
    fn next_change_is_the_first_change(h in any_hours(), at in any_time(), part in 0.0..1.0f64) {
        let now = is_open(&h, at);
        if let Some(change) = next_change(&h, at) {
            prop_assert!(change > at);
            prop_assert_ne!(is_open(&h, change), now);
            let between = at + Millis(((change.since(at).0 - 1) as f64 * part) as i64);
            prop_assert_eq!(is_open(&h, between), now);
        }
    }

    #[test]
    fn add_open_lands_in_open_time_and_is_monotone_and_additive(
        h in any_hours(), at in any_time(), later in 0..200_000_000i64, a in 0..300_000_000i64, b in 1..300_000_000i64,
    ) {
        let one = add_open(&h, at, Millis(a));
        prop_assert!(is_open(&h, one) || is_open(&h, one - Millis(1)));
        prop_assert!(one >= at + Millis(a));
        prop_assert!(add_open(&h, at + Millis(later), Millis(a)) >= one);
        prop_assert!(add_open(&h, at, Millis(a + b)) > one || a == 0);
        prop_assert_eq!(add_open(&h, one, Millis(b)), add_open(&h, at, Millis(a + b)));
        prop_assert_eq!(open_between(&h, at, one), Millis(a), "what was added is measured");
        prop_assert_eq!(open_between(&h, one, at), Millis(0));
    }
}
