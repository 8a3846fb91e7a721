//! Business time: when somebody is there, in local hours of an IANA zone.
//!
//! Pure arithmetic over [`Hours`] and a moment; the zone rules are compiled in, so every machine gives the same answer.
//! Must never read a clock, cache anything, or fail on stored data: an unknown zone counts as UTC and an unreadable
//! window or holiday is skipped ([`check`] refuses them before they are stored).
//!
//! What local times mean where the clock jumps (see [`local`]):
//! - a time that the clock skips (spring, or a whole day at the date line) is the instant of the jump;
//! - a time that happens twice (autumn) is its first occurrence, as in RFC 5545;
//! - so a window is one unbroken stretch, adjacent windows stay adjacent, and later local times are never earlier.
//!
//! Hours without windows are open all day; holidays still close their dates.
//!
//! To add a rule for opening times, change [`local::Local::spans`]: everything else is derived from it.

mod local;

use baton_model::{Hours, Millis, Timestamp};

use local::Local;

/// How far ahead an opening is looked for.
pub const HORIZON_DAYS: u32 = 400;
/// How far ahead open time is added up; beyond it, plain time counts.
const WALK_DAYS: u32 = 4_000;

/// The zone by IANA name; UTC when there is no such zone.
pub fn zone(name: &str) -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::get(name).unwrap_or(jiff::tz::TimeZone::UTC)
}

/// Whether the name is in the zone database.
pub fn known_zone(name: &str) -> bool {
    jiff::tz::TimeZone::get(name).is_ok()
}

/// What is wrong with these hours, in words for whoever wrote them.
pub fn check(hours: &Hours) -> Result<(), String> {
    if !known_zone(&hours.time_zone) {
        return Err(format!("time_zone `{}` is not an IANA name like `Europe/Berlin`", hours.time_zone));
    }
    for (i, w) in hours.windows.iter().enumerate() {
        let at = format!("window {}", i + 1);
        if w.days.is_empty() {
            return Err(format!("{at} names no days"));
        }
        let from = local::minute_of_day(&w.from).ok_or_else(|| format!("{at}: from `{}` is not `HH:MM`", w.from))?;
        let to = local::minute_of_day(&w.to).ok_or_else(|| format!("{at}: to `{}` is not `HH:MM` (up to `24:00`)", w.to))?;
        if from >= to {
            return Err(format!(
                "{at}: from `{}` is not before to `{}`; write a window that crosses midnight as two",
                w.from, w.to
            ));
        }
    }
    let mut dates = Vec::new();
    for day in &hours.holidays {
        let date = local::parse_date(day).ok_or_else(|| format!("holiday `{day}` is not a date like `2026-12-25`"))?;
        dates.push(date);
    }
    if dates.len() > 1_000 {
        return Err("more than 1000 holidays".into());
    }
    // Every window opens at least once a week, so only a long run of holidays can close a whole year.
    if dates.len() >= 52 {
        let local = Local::new(hours);
        for date in dates {
            let start = local.start_of(date);
            let open = start.and_then(|s| next_open(hours, s).map(|o| o.since(s)));
            if open.is_none_or(|gap| gap >= Millis::hours(366 * 24)) {
                return Err(format!("closed for a year or more from {date}"));
            }
        }
    }
    Ok(())
}

pub fn is_open(hours: &Hours, at: Timestamp) -> bool {
    always(hours) || Local::new(hours).is_open(at)
}

/// The first open moment at or after `at`; none within [`HORIZON_DAYS`] gives `None`.
pub fn next_open(hours: &Hours, at: Timestamp) -> Option<Timestamp> {
    if always(hours) {
        return Some(at);
    }
    let local = Local::new(hours);
    if local.is_open(at) {
        return Some(at);
    }
    local.spans_from(at, HORIZON_DAYS).next().map(|span| span.from.max(at))
}

/// The next opening or closing after `at`; `None` when nothing changes within [`HORIZON_DAYS`].
pub fn next_change(hours: &Hours, at: Timestamp) -> Option<Timestamp> {
    if always(hours) {
        return None;
    }
    let local = Local::new(hours);
    let mut spans = local.spans_from(at, HORIZON_DAYS);
    let first = spans.next()?;
    if first.from > at {
        return Some(first.from);
    }
    let mut end = first.to;
    for span in spans {
        if span.from > end {
            return Some(end);
        }
        end = end.max(span.to);
    }
    // Either open to the horizon, or the last stretch before nothing but closed days.
    (end.since(at) < Millis::hours(24 * i64::from(HORIZON_DAYS - 1))).then_some(end)
}

/// The moment at which `d` of open time has passed since `from`.
///
/// It is open, or exactly a closing time ("by the end of today") when the open time is used up there. Adding in parts is
/// adding at once. Where nothing opens for [`HORIZON_DAYS`], what is left counts as plain time.
pub fn add_open(hours: &Hours, from: Timestamp, d: Millis) -> Timestamp {
    if always(hours) {
        return from + Millis(d.0.max(0));
    }
    if d.0 <= 0 {
        return next_open(hours, from).unwrap_or(from);
    }
    let local = Local::new(hours);
    let (mut left, mut at) = (d.0, from);
    for span in local.spans_from(from, WALK_DAYS) {
        let start = span.from.max(at);
        let length = span.to.since(start).0;
        if left <= length {
            return start + Millis(left);
        }
        left -= length;
        at = span.to;
    }
    at + Millis(left)
}

/// The open time between two moments; nothing when `to` is not after `from`. What [`add_open`] adds, this measures.
pub fn open_between(hours: &Hours, from: Timestamp, to: Timestamp) -> Millis {
    let plain = Millis(to.since(from).0.max(0));
    if always(hours) || plain.0 == 0 {
        return plain;
    }
    let (mut sum, mut at) = (Millis::default(), from);
    for span in Local::new(hours).spans_from(from, WALK_DAYS) {
        let start = span.from.max(at);
        if start >= to {
            break;
        }
        sum.0 += span.to.min(to).since(start).0.max(0);
        at = at.max(span.to);
    }
    sum
}

/// "today at 14:30", "tomorrow at 09:00", "Tuesday 3 March at 09:00" (with the year when it is another one).
pub fn local_words(at: Timestamp, zone_name: &str, now: Timestamp) -> String {
    let tz = zone(zone_name);
    let at = tz.to_datetime(at.to_jiff());
    let now = tz.to_datetime(now.to_jiff());
    let time = format!("{:02}:{:02}", at.hour(), at.minute());
    if at.date() == now.date() {
        return format!("today at {time}");
    }
    if now.date().tomorrow().is_ok_and(|d| d == at.date()) {
        return format!("tomorrow at {time}");
    }
    let year = if at.year() == now.year() { String::new() } else { format!(" {}", at.year()) };
    format!("{} {} {}{year} at {time}", local::weekday_name(at.weekday()), at.day(), local::month_name(at.month()))
}

fn always(hours: &Hours) -> bool {
    hours.windows.is_empty() && hours.holidays.is_empty()
}

#[cfg(test)]
mod tests;
