//! What escalations teach: facts measured on each one, and counts by day, reason and class.
//!
//! `measure` reads one escalation, its conversation and the verdict, or a conversation that the AI closed alone. `Ledger`
//! adds reviews up per UTC day, so that every window is a sum of days, and keeps the newest [`Cases`] one by one;
//! `catalogue` holds the named metrics: what one case adds to each numerator and denominator.
//!
//! Must never: change a policy (a named person applies proposals), count without a denominator, or grow without bound.
//!
//! To add a metric: a row in `catalogue::CATALOGUE`, a line in its golden test and in `docs/reference/metrics.md`. What a
//! case lacks is a field with a serde default.

mod asked;
mod cases;
mod catalogue;
mod chance;
mod clusters;
mod guard;
mod insights;
mod ledger;
mod measure;
mod propose;
mod repeats;
mod sample;
mod weigh;

pub use cases::{Cases, RECONTACT_WITHIN};
pub use catalogue::reference;
pub use clusters::{draft, question};
pub use ledger::Ledger;
pub use measure::{measure, measure_contained};
pub use repeats::repeats_to_the_ai;
pub use weigh::{Weighed, Weigher, truth};
