//! Measuring Baton on recorded data.
//!
//! `replay` streams recorded conversations through the real core and says what it would have done. Nothing here decides
//! anything itself: a measurement that re-implements the rule it measures is worth nothing. No wall time enters a result,
//! so that running again gives the same bytes.
//!
//! To add a benchmark: a module with a reader (bad lines are reported with file and line, never a panic), a pure function
//! from records to a report, and a test on a few made-up records.

pub mod replay;
