//! Placing work and matching it to people: queues, requirements, priority, capacity, relaxation, position and forecast.
//!
//! - [`place`] makes a work item; [`relax`] takes its next step; [`check_queues`] and [`check_profile`] guard what is stored.
//! - [`Backlog`] is the index of what waits and who is free; it names the next pair to offer, explains, and forecasts.
//!
//! # Priority and ageing
//! `score = priority + seconds waited` (from `routing_since`), highest first; one point of priority is one second of age.
//! Tier gives 0, 100 (plus) or 300 (VIP); urgency -100 (low), 0, 150 (high) or 400 (critical); see [`place`]. Because all
//! items age at the same speed, their order never changes while they wait: it is the order of
//! `routing_since - priority`. And nothing starves: an item of priority `p` is overtaken only by items that arrive less
//! than `P - p` seconds after it, where `P` is the highest priority ([`MAX_PRIORITY`], so at most 1,100 seconds).
//! Relaxation and callbacks are on top of that.
//!
//! # Who may get what
//! A person is *there* when their presence lease runs, they are available, and they are inside their shift. A person
//! *qualifies* when they have every required skill at its level, speak the language, serve one of the queues, and have not
//! declined the item. Nobody who does not qualify is ever named; only a journaled relaxation changes what is required.
//!
//! Never here: time of its own, offers and their life (the engine's), or anything that a rebuild from state would not give.
//! To add a requirement: put it in `Requirements`, judge it in [`fit`], and let [`relax`] drop it.

mod backlog;
mod check;
pub mod fit;
mod forecast;
mod place;
mod relax;

pub use backlog::{Asked, Backlog, Match};
pub use check::{check_profile, check_queues};
pub use fit::fit_words;
pub use forecast::{Forecast, Pace, Score, wait_words};
pub use place::{MAX_PRIORITY, Placing, place, raised, units};
pub use relax::{Relaxed, first_step_at, relax, relax_words};
