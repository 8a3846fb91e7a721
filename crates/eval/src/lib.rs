//! Measuring Baton on recorded data.
//!
//! `replay` streams recorded conversations through the real core and says what it would have done; `bench` scores the
//! detectors and rooms on public benchmarks, one file per data set in `suites`. Nothing here decides anything itself: a
//! measurement that re-implements the rule it measures is worth nothing. No wall time enters a result (a latency suite
//! excepted), so that running again gives the same bytes.

pub mod bench;
pub mod chart;
pub mod hindsight;
pub mod replay;
pub mod suites;
pub mod told;
