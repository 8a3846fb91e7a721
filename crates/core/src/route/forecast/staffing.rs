//! How many places of work there are from now on.

use baton_model::{Hours, Millis, Timestamp};

use crate::calendar;

/// Shifts are looked at this far ahead.
const HORIZON: Millis = Millis::hours(24);
/// Of those who are not connected yet, this share comes when their shift begins.
const SHOW_UP: f64 = 0.9;
/// Opening times that change more often than this within the horizon are not followed further.
const CHANGES: usize = 12;

/// Places over time: a step function that starts now.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::route) struct Staffing {
    /// From this many milliseconds on, so many places. In order; the first is at 0.
    steps: Vec<(f64, f64)>,
}

/// People with the same hours.
#[derive(Debug)]
struct Shift<'a> {
    hours: &'a Hours,
    /// Places of those who are connected and willing.
    here: f64,
    /// Places of those who are not, but have a shift to come to.
    away: f64,
}

/// Sums people up, shift by shift: opening times are looked up once for all who share them.
#[derive(Debug, Default)]
pub(in crate::route) struct Roster<'a> {
    shifts: Vec<Shift<'a>>,
}

impl<'a> Roster<'a> {
    pub(in crate::route) fn add(&mut self, hours: &'a Hours, places: f64, here: bool) {
        let place = self.shifts.iter().position(|s| s.hours == hours);
        let place = place.unwrap_or_else(|| {
            self.shifts.push(Shift { hours, here: 0.0, away: 0.0 });
            self.shifts.len() - 1
        });
        let shift = &mut self.shifts[place];
        if here {
            shift.here += places;
        } else if !hours.windows.is_empty() {
            shift.away += places;
        }
    }

    pub(in crate::route) fn staffing(&self, now: Timestamp) -> Staffing {
        let mut changes: Vec<(f64, f64)> = Vec::new();
        let mut start = 0.0;
        for shift in &self.shifts {
            let mut open = calendar::is_open(shift.hours, now);
            // Whoever should be here and is not does not count before their next shift.
            let mut places = shift.here;
            if open {
                start += places;
            }
            let mut at = now;
            for _ in 0..CHANGES {
                let Some(next) = calendar::next_change(shift.hours, at).filter(|next| next.since(now) <= HORIZON) else {
                    break;
                };
                let offset = next.since(now).0 as f64;
                if open {
                    changes.push((offset, -places));
                } else {
                    places = shift.here + SHOW_UP * shift.away;
                    changes.push((offset, places));
                }
                (open, at) = (!open, next);
            }
        }
        changes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut steps = vec![(0.0, start)];
        for (offset, delta) in changes {
            start = (start + delta).max(0.0);
            match steps.last_mut() {
                Some(last) if last.0 == offset => last.1 = start,
                _ => steps.push((offset, start)),
            }
        }
        Staffing { steps }
    }
}

impl Staffing {
    #[cfg(test)]
    pub(in crate::route) fn constant(places: f64) -> Self {
        Self { steps: vec![(0.0, places)] }
    }

    #[cfg(test)]
    pub(in crate::route) fn then(places: f64, after: Millis, more: f64) -> Self {
        Self { steps: vec![(0.0, places), (after.0 as f64, more)] }
    }

    /// Places now, or when the first come. `None`: nobody comes within the horizon.
    pub(in crate::route) fn soon(&self) -> Option<f64> {
        self.steps.iter().map(|(_, places)| *places).find(|places| *places > 1e-9)
    }

    /// Milliseconds until `work` place-milliseconds are done. Whoever comes takes one item each at once, before they have
    /// worked: as much as `each`. `None`: not within the horizon.
    pub(in crate::route) fn time_for(&self, work: f64, each: f64) -> Option<f64> {
        let (mut left, mut before) = (work, self.steps.first().map_or(0.0, |first| first.1));
        for (n, (from, places)) in self.steps.iter().enumerate() {
            left -= (places - before).max(0.0) * each;
            if left <= 0.0 {
                return Some(*from);
            }
            before = *places;
            let until = self.steps.get(n + 1).map_or(HORIZON.0 as f64, |next| next.0);
            let done = places * (until - from);
            if done >= left && *places > 1e-9 {
                return Some(from + left / places);
            }
            left -= done;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use baton_model::{Day, Window};

    use super::*;

    fn hours(zone: &str, from: &str, to: &str) -> Hours {
        let days = vec![Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri];
        Hours { time_zone: zone.into(), windows: vec![Window { days, from: from.into(), to: to.into() }], holidays: vec![] }
    }

    fn t(text: &str) -> Timestamp {
        Timestamp::from_jiff(text.parse().expect("a time"))
    }

    #[test]
    fn shifts_that_end_and_begin_count_from_that_moment() {
        let (early, late) = (hours("UTC", "08:00", "16:00"), hours("UTC", "16:30", "22:00"));
        let always = Hours { time_zone: "UTC".into(), windows: vec![], holidays: vec![] };
        let mut roster = Roster::default();
        roster.add(&early, 4.0, true);
        roster.add(&late, 10.0, false);
        roster.add(&always, 1.0, true);
        roster.add(&always, 5.0, false);
        // Monday 2026-03-02, an hour before the first shift ends.
        let s = roster.staffing(t("2026-03-02T15:00:00Z"));
        let hour = 3_600_000.0;
        assert_eq!(s.steps[..3], [(0.0, 5.0), (hour, 1.0), (1.5 * hour, 10.0)]);
        assert_eq!(s.time_for(5.0 * hour, 0.0), Some(hour));
        assert_eq!(s.time_for(5.5 * hour, 0.0), Some(1.5 * hour), "half an hour of one place");
        assert_eq!(s.time_for(15.5 * hour, 0.0), Some(2.5 * hour));
        assert_eq!(s.time_for(13.0 * hour, hour), Some(1.5 * hour), "nine who come take nine at once");
        assert_eq!(s.soon(), Some(5.0));
        assert_eq!(Staffing::constant(0.0).soon(), None);
    }

    #[test]
    fn the_clock_that_jumps_shortens_the_night_before_a_shift() {
        // Berlin's clock jumps on Sunday 2026-03-29 at 02:00.
        let mut sunday = hours("Europe/Berlin", "03:00", "09:00");
        sunday.windows[0].days = vec![Day::Sun];
        let mut roster = Roster::default();
        roster.add(&sunday, 1.0, true);
        let s = roster.staffing(t("2026-03-29T00:00:00Z"));
        assert_eq!(s.steps[1], (3_600_000.0, 1.0), "01:00 to 03:00 is one hour");
        assert_eq!(roster.staffing(t("2026-03-30T12:00:00Z")).soon(), None);
    }
}
