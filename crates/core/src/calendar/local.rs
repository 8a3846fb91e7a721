//! Local windows as instants. The only place that knows about jumps of the clock.

use std::fmt::Write as _;

use baton_model::{Day, Hours, Timestamp};
use jiff::{
    civil::{Date, Time, Weekday},
    tz::{AmbiguousOffset, TimeZone},
};

/// Offsets that agree this far before and after a moment mean that the day around it has no jump.
const AROUND_MS: i64 = 25 * 3_600_000;
const DAY_MINUTES: i32 = 24 * 60;

/// An open stretch: `from` is open, `to` is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

pub(super) struct Local<'a> {
    hours: &'a Hours,
    tz: TimeZone,
}

impl<'a> Local<'a> {
    pub(super) fn new(hours: &'a Hours) -> Self {
        Self { hours, tz: super::zone(&hours.time_zone) }
    }

    pub(super) fn is_open(&self, at: Timestamp) -> bool {
        let offset = self.tz.to_offset(at.to_jiff());
        let calm = [-AROUND_MS, AROUND_MS]
            .iter()
            .all(|d| self.tz.to_offset(Timestamp::from_millis(at.millis().saturating_add(*d)).to_jiff()) == offset);
        if !calm {
            return self.spans_from(at, 2).next().is_some_and(|span| span.from <= at);
        }
        let local = offset.to_datetime(at.to_jiff());
        let minute = i32::from(local.hour()) * 60 + i32::from(local.minute());
        let day = local.weekday();
        let inside = self.hours.windows.is_empty()
            || self.hours.windows.iter().any(|w| {
                w.days.iter().any(|d| is_day(*d, day))
                    && minute_of_day(&w.from).is_some_and(|from| from <= minute)
                    && minute_of_day(&w.to).is_some_and(|to| minute < to)
            });
        inside && !self.is_holiday(local.date())
    }

    /// The day's open stretches, in order, overlaps merged.
    pub(super) fn spans(&self, date: Date) -> Vec<Span> {
        let day = date.weekday();
        let mut minutes: Vec<(i32, i32)> = if self.hours.windows.is_empty() {
            vec![(0, DAY_MINUTES)]
        } else {
            let on_day = self.hours.windows.iter().filter(|w| w.days.iter().any(|d| is_day(*d, day)));
            on_day
                .filter_map(|w| Some((minute_of_day(&w.from)?, minute_of_day(&w.to)?)))
                .filter(|(from, to)| from < to)
                .collect()
        };
        if minutes.is_empty() || self.is_holiday(date) {
            return Vec::new();
        }
        minutes.sort_unstable();
        let mut merged: Vec<(i32, i32)> = Vec::with_capacity(minutes.len());
        for (from, to) in minutes {
            match merged.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => merged.push((from, to)),
            }
        }
        let instants = merged.iter().filter_map(|(from, to)| {
            let span = Span { from: self.instant(date, *from)?, to: self.instant(date, *to)? };
            // A window that the clock skips altogether is empty.
            (span.from < span.to).then_some(span)
        });
        instants.collect()
    }

    /// Open stretches that end after `at`, in order; gives up after `days` without one.
    pub(super) fn spans_from(&self, at: Timestamp, days: u32) -> impl Iterator<Item = Span> + '_ {
        // One day back: a date can begin before the previous one has wholly ended (a fold at midnight).
        let today = self.tz.to_datetime(at.to_jiff()).date();
        let first = today.yesterday().unwrap_or(today);
        let dates = std::iter::successors(Some(first), |d| d.tomorrow().ok()).take(days as usize + 2);
        let mut barren = 0;
        dates
            .map(|date| self.spans(date))
            .take_while(move |spans| {
                barren = if spans.is_empty() { barren + 1 } else { 0 };
                barren <= super::HORIZON_DAYS + 1
            })
            .flatten()
            .filter(move |span| span.to > at)
    }

    pub(super) fn start_of(&self, date: Date) -> Option<Timestamp> {
        self.instant(date, 0)
    }

    fn is_holiday(&self, date: Date) -> bool {
        if self.hours.holidays.is_empty() {
            return false;
        }
        let mut text = String::with_capacity(10);
        let _ = write!(text, "{date}");
        self.hours.holidays.contains(&text)
    }

    fn instant(&self, date: Date, minute: i32) -> Option<Timestamp> {
        let (date, minute) = if minute >= DAY_MINUTES { (date.tomorrow().ok()?, 0) } else { (date, minute) };
        let time = Time::new(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0).ok()?;
        let local = date.to_datetime(time);
        let instant = match self.tz.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(local).ok()?,
            AmbiguousOffset::Fold { before, .. } => before.to_timestamp(local).ok()?,
            AmbiguousOffset::Gap { after, .. } => {
                // Read with the offset that holds after the jump, a skipped time lies before the jump.
                let early = after.to_timestamp(local).ok()?;
                self.tz.following(early).find(|t| t.offset() == after).map_or(early, |t| t.timestamp())
            }
        };
        Some(Timestamp::from_jiff(instant))
    }
}

/// `HH:MM` up to `24:00`, as minutes since midnight.
pub(super) fn minute_of_day(text: &str) -> Option<i32> {
    let &[h1, h2, b':', m1, m2] = text.as_bytes() else { return None };
    let digit = |b: u8| b.is_ascii_digit().then(|| i32::from(b - b'0'));
    let (hour, minute) = (digit(h1)? * 10 + digit(h2)?, digit(m1)? * 10 + digit(m2)?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= DAY_MINUTES).then_some(total)
}

/// `YYYY-MM-DD`, exactly as holidays are compared.
pub(super) fn parse_date(text: &str) -> Option<Date> {
    text.parse::<Date>().ok().filter(|d| d.to_string() == text)
}

fn is_day(day: Day, weekday: Weekday) -> bool {
    weekday
        == match day {
            Day::Mon => Weekday::Monday,
            Day::Tue => Weekday::Tuesday,
            Day::Wed => Weekday::Wednesday,
            Day::Thu => Weekday::Thursday,
            Day::Fri => Weekday::Friday,
            Day::Sat => Weekday::Saturday,
            Day::Sun => Weekday::Sunday,
        }
}

pub(super) fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

pub(super) fn month_name(month: i8) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    usize::try_from(month - 1).ok().and_then(|i| NAMES.get(i)).copied().unwrap_or("")
}
