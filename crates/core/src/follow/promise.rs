//! Promises to customers: until when each is owed, and when somebody must look at it.

use baton_model::{Commitment, Hours, Millis, Timestamp};

use super::clocks::WARN_PERCENT;
use crate::calendar;

/// A promise without a time is owed within this, or when the team is back.
const UNDATED: Millis = Millis::hours(24);
/// Less than this nobody can keep.
const LEAST: Millis = Millis::secs(60);
/// A broken promise to which nobody comes back is put away after this.
const LAPSES: Millis = Millis::hours(7 * 24);

/// When to warn, and when it is due: as it was said, or within a day.
pub fn owed(said: Option<Timestamp>, made_at: Timestamp, hours: &Hours) -> (Timestamp, Timestamp) {
    let due = said.unwrap_or_else(|| {
        let wish = made_at + UNDATED;
        calendar::next_open(hours, wish).unwrap_or(wish)
    });
    let due = due.max(made_at + LEAST);
    (made_at + Millis(due.since(made_at).0 * WARN_PERCENT / 100), due)
}

/// What time has done to a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromiseDue {
    Warning,
    Breach,
    Lapse,
}

/// The next thing that happens to it if nobody settles it.
fn coming(p: &Commitment) -> Option<(Timestamp, PromiseDue)> {
    if !p.open() {
        None
    } else if p.breached_at.is_some() {
        Some((p.due + LAPSES, PromiseDue::Lapse))
    } else if p.warned_at.is_none() && p.warn_at < p.due {
        Some((p.warn_at, PromiseDue::Warning))
    } else {
        Some((p.due, PromiseDue::Breach))
    }
}

pub fn next_of_promise(p: &Commitment) -> Option<Timestamp> {
    coming(p).map(|(at, _)| at)
}

/// What is due now. A promise that is late already is broken; the warning is history then.
pub fn promise_due(p: &Commitment, now: Timestamp) -> Option<PromiseDue> {
    match coming(p)? {
        (_, PromiseDue::Warning) if p.due <= now => Some(PromiseDue::Breach),
        (at, what) => (at <= now).then_some(what),
    }
}

#[cfg(test)]
mod tests {
    use baton_model::{Day, IdSource, Settled, Settlement, Window};

    use super::*;
    use crate::follow::obligation::tests::NOW;

    fn promise(warn_at: Timestamp, due: Timestamp) -> Commitment {
        let mut ids = IdSource::new(NOW, 1);
        Commitment {
            id: ids.draw(),
            turn: ids.draw(),
            text: "I'll call you back.".into(),
            made_at: NOW,
            by: None,
            contact: true,
            dated: true,
            warn_at,
            due,
            warned_at: None,
            breached_at: None,
            settled: None,
        }
    }

    #[test]
    fn a_said_time_holds_and_an_unsaid_one_is_a_day_in_opening_hours() {
        let mut hours = Hours { time_zone: "UTC".into(), windows: vec![], holidays: vec![] };
        let said = NOW + Millis::hours(4);
        assert_eq!(owed(Some(said), NOW, &hours), (NOW + Millis::hours(3), said));
        assert_eq!(owed(None, NOW, &hours).1, NOW + Millis::hours(24));
        // NOW is a Monday at 10:00: Tuesday is closed.
        hours.windows = vec![Window { days: vec![Day::Wed], from: "09:00".into(), to: "17:00".into() }];
        assert_eq!(owed(None, NOW, &hours).1, NOW + Millis::hours(47));
        assert_eq!(owed(Some(NOW - Millis::hours(1)), NOW, &hours).1, NOW + Millis::secs(60), "never in the past");
    }

    #[test]
    fn it_is_warned_then_broken_then_put_away() {
        let (warn, due) = (NOW + Millis(75), NOW + Millis(100));
        let mut p = promise(warn, due);
        assert_eq!((next_of_promise(&p), promise_due(&p, NOW)), (Some(warn), None));
        assert_eq!(promise_due(&p, warn), Some(PromiseDue::Warning));
        assert_eq!(promise_due(&p, due), Some(PromiseDue::Breach), "whoever wakes late does not warn of what is broken");
        p.warned_at = Some(warn);
        assert_eq!((next_of_promise(&p), promise_due(&p, warn)), (Some(due), None));
        p.breached_at = Some(due);
        assert_eq!(promise_due(&p, due + Millis::hours(7 * 24)), Some(PromiseDue::Lapse));
        p.settled = Some(Settled { at: due, how: Settlement::Kept, by: None });
        assert_eq!(next_of_promise(&p), None);
    }
}
