//! Placing work and matching it to people: queues, requirements, priority, capacity, relaxation, position and forecast.
//!
//! - [`place`] makes a work item; [`relax`] takes its next step; [`check_queues`] and [`check_profile`] guard what is stored.
//! - [`Backlog`] is the index of what waits and who is free; it names the next pair to offer, explains, and forecasts.
//!
//! # Priority and ageing
//! One score orders everything; see [`score`] for its formula, its sources and its starvation bound
//! ([`overtaking_window`]). Priority is in points, one of them a second of age: tier gives 0, 100 (plus) or 300 (VIP);
//! urgency -100 (low), 0, 150 (high) or 400 (critical); see [`place`]. The real age never changes.
//!
//! # Who may get what
//! A person is *there* when their presence lease runs, they are available, and they are inside their shift. A person
//! *qualifies* when they have every required skill at its level, speak the language, are of the region, have the attributes, are
//! admitted by the queue's own expression, serve one of the queues, and have not declined the item. Nobody who does not qualify is ever named; only a journaled relaxation changes what is required.
//!
//! Never here: time of its own, offers and their life (the engine's), or anything that a rebuild from state would not give.
//! To add a requirement: put it in `Requirements`, judge it in [`fit`], and let [`relax`] drop it.

mod backlog;
mod check;
pub mod fit;
mod forecast;
mod place;
mod relax;
mod score;
mod steps;
mod who;

pub use backlog::{Asked, Backlog, Match};
pub use check::{check_profile, check_queues};
pub use fit::fit_words;
pub use forecast::{Forecast, Pace, Score as PromiseScore, wait_words};
pub use place::{MAX_PRIORITY, Placing, place, raised, requirements, target_seconds, units, units_in};
pub use relax::{Relaxed, first_step_at, relax, relax_words};
pub use score::{GUARD_TARGETS, overdue_at, overtaking_window};
pub use steps::{gap, steps};
