//! Every limit of the edge, with its unit, and the window that counts attempts.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

use baton_model::{Millis, Timestamp};

use crate::problem::{Code, Problem};

/// Bytes of a request body.
pub const BODY_BYTES: usize = 256 * 1024;
/// Bytes of an article's request body.
pub const ARTICLE_BODY_BYTES: usize = 1024 * 1024;
/// A body must have arrived within this.
pub(crate) const BODY_WAIT: Millis = Millis::secs(10);
/// Characters of one message.
pub const TEXT_CHARS: usize = 20_000;
/// Characters of a name, an address, a reason, a note's title.
pub const LINE_CHARS: usize = 500;
/// Least and most characters of a password.
pub const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 10..=200;
/// Characters of an Idempotency-Key.
pub const KEY_CHARS: std::ops::RangeInclusive<usize> = 1..=128;

/// A sign-in lasts this long.
pub const SESSION: Millis = Millis::hours(12);
/// A customer may come back to a conversation for this long.
pub const CUSTOMER_TOKEN: Millis = Millis::hours(24 * 30);
/// A valid API key is taken for valid this long without asking the account store again.
pub const KEY_MEMORY: Millis = Millis::secs(1);
/// Valid API keys remembered at once.
pub const KEYS_REMEMBERED: usize = 10_000;
/// Sign-in attempts per account and address, in [`LOGIN_WINDOW`].
pub const LOGINS: u32 = 10;
/// Sign-in attempts per address, in [`LOGIN_WINDOW`].
pub const LOGINS_PER_ADDRESS: u32 = 100;
pub const LOGIN_WINDOW: Millis = Millis::mins(5);
/// Conversations opened per widget key and address, in [`OPEN_WINDOW`].
pub const OPENS: u32 = 30;
pub const OPEN_WINDOW: Millis = Millis::mins(1);
/// Passwords hashed at once.
pub(crate) const PASSWORD_CHECKS: usize = 2;
/// A sign-in waits this long for its turn.
pub(crate) const PASSWORD_WAIT: Millis = Millis::secs(5);

/// A write waits this long for its commit.
pub(crate) const COMMIT_WAIT: Millis = Millis::secs(15);
/// Views of one stream are at least this far apart.
pub const STREAM_PACE: Millis = Millis(100);
/// Views that a change elsewhere may have touched are looked at this often.
pub const STREAM_REFRESH: Millis = Millis::secs(1);
/// Keep-alive, heartbeat, and renewed check of the credential.
pub const STREAM_BEAT: Millis = Millis::secs(15);

/// Answers kept for repeated account writes, and for how long.
pub(crate) const KEPT_ANSWERS: usize = 1024;
pub(crate) const KEPT_FOR: Millis = Millis::mins(30);
/// Subjects that a window counts at once; when it is full, windows that have ended go first.
const COUNTED: usize = 20_000;

/// At most `max` in each window of `length`, per subject.
#[derive(Debug)]
pub(crate) struct Window<K> {
    max: u32,
    length: Millis,
    counts: Mutex<HashMap<K, (Timestamp, u32)>>,
}

impl<K: Eq + Hash> Window<K> {
    pub(crate) fn new(max: u32, length: Millis) -> Self {
        Self { max, length, counts: Mutex::new(HashMap::new()) }
    }

    /// Counts one attempt.
    pub(crate) fn take(&self, subject: K, now: Timestamp) -> Result<(), Problem> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= COUNTED && !counts.contains_key(&subject) {
            counts.retain(|_, (since, _)| now.since(*since) < self.length);
            if counts.len() >= COUNTED {
                return Err(self.refuse(self.length));
            }
        }
        let (since, count) = counts.entry(subject).or_insert((now, 0));
        if now.since(*since) >= self.length {
            (*since, *count) = (now, 0);
        }
        if *count >= self.max {
            return Err(self.refuse(Millis(self.length.0 - now.since(*since).0)));
        }
        *count += 1;
        Ok(())
    }

    fn refuse(&self, left: Millis) -> Problem {
        let seconds = u32::try_from((left.0 + 999) / 1000).unwrap_or(1).max(1);
        Problem::new(Code::TooManyRequests, format!("The limit is {} in {} seconds.", self.max, self.length.0 / 1000))
            .retry_after(seconds)
    }
}

/// A text that people typed: not blank, not endless, no control characters that could forge a line.
pub(crate) fn check_text(at: &str, text: &str, most: usize) -> Result<(), Problem> {
    let problem = if text.trim().is_empty() {
        "must not be blank".to_owned()
    } else if text.chars().count() > most {
        format!("has more than {most} characters")
    } else if text.contains('\0') {
        "must not contain a NUL character".to_owned()
    } else {
        return Ok(());
    };
    Err(Problem::new(Code::Invalid, format!("{at} {problem}.")).at(at, problem))
}

/// As [`check_text`], when it is there.
pub(crate) fn check_optional(at: &str, text: Option<&str>, most: usize) -> Result<(), Problem> {
    text.map_or(Ok(()), |text| check_text(at, text, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_refuses_and_opens_again() {
        let window = Window::new(2, Millis::secs(60));
        let at = |s: i64| Timestamp::from_millis(s * 1000);
        assert!(window.take("a", at(0)).is_ok() && window.take("a", at(1)).is_ok());
        let refused = window.take("a", at(20)).unwrap_err();
        assert_eq!((refused.status, refused.retry_after), (429, Some(40)));
        assert!(window.take("b", at(20)).is_ok(), "others are not affected");
        assert!(window.take("a", at(60)).is_ok());
    }

    #[test]
    fn texts_have_limits() {
        assert!(check_text("/text", "hello", 10).is_ok());
        assert_eq!(check_text("/text", " \n", 10).unwrap_err().places[0].at, "/text");
        assert!(check_text("/text", "12345678901", 10).is_err());
        assert!(check_text("/text", "a\0b", 10).is_err());
    }
}
