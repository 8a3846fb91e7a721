//! What escalations teach: facts measured on each one, and counts by day, reason and class.
//!
//! `measure` reads one escalation, its conversation and the verdict. `Ledger` adds reviews up per UTC day, so that every
//! window is a sum of days; `insights` turns sums into named metrics, each with its formula and denominator.
//!
//! Must never: change a policy (a named person applies proposals), count without a denominator, or grow without bound.
//!
//! To add a metric: a row in `insights::CATALOGUE` and a line in the golden test; a new count is a field of the day with a
//! serde default.

mod insights;
mod ledger;
mod measure;
mod repeats;

pub use ledger::Ledger;
pub use measure::measure;
