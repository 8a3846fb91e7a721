//! Where the journal and the accounts are kept.
//!
//! Each store is one module that implements the ports and passes their conformance suites; stored shapes stay inside it.
//! A store never decides anything, never retries a failed sync, and never skips what it cannot read.
//!
//! To add a store: a module beside `sqlite` with its own `migrations/`, and a test that runs `baton_ports::conformance`.

mod migration;
mod probe;
mod sqlite;

pub use migration::MigrationError;
pub use probe::fsync_probe;
pub use sqlite::{SqliteStore, StoreError};
