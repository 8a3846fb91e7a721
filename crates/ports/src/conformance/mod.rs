//! The suites that every implementation must pass. Each case opens its own empty store.
//!
//! A failed case panics with what it expected, like any test.

mod accounts;
mod journal;

pub use accounts::accounts;
pub use journal::journal;
