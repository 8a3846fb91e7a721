//! What is owed to the customer: obligations, ladders, service-level clocks, callbacks.
//!
//! - [`obligation`] says what a state owes now: one owner, one due time, one next action. Exactly the terminal states owe
//!   nothing.
//! - [`ladder`] and [`on_clock`] say what happens when it is missed: never nothing. [`next_obligation`] is what is owed
//!   afterwards, unless a rung has moved the escalation to another state.
//! - [`clocks`] and [`next_reply_clock`] time the service level; [`slots`] are times for a callback; [`next_event`] is when
//!   an escalation next needs attention.
//! - [`owed`] and [`promise_due`] are about what the AI or a human promised a customer in so many words.
//!
//! Service-level targets count in the queue's business time, people's patience in plain time. All due times are computed
//! once and stored, so that a later change of hours or zone rules cannot rewrite what was owed.
//!
//! Never here: finding people (`route`), telling anybody anything (the engine turns rungs into events).
//! To add a next action: give it a due time in [`obligation`], rungs in [`ladder`], and a spacing in [`next_obligation`].

mod clocks;
mod ladder;
mod obligation;
mod promise;
mod slots;
mod unseen;

pub use clocks::{
    callback_is_better, clocks, next_event, next_reply_clock, reopened, resumed, slips, standing_promise, targets, to_pause,
};
pub use ladder::{Rung, ladder, next_obligation, nobody_will_come, on_clock};
pub use obligation::{Duty, obligation};
pub use promise::{PromiseDue, next_of_promise, owed, promise_due};
pub use slots::slots;
pub use unseen::{Unseen, on_unseen};

#[cfg(test)]
pub(crate) use obligation::tests::escalation as test_escalation;
