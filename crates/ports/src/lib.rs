//! What the core's shells must be able to do: tell the time, keep a journal, answer a question, look up facts, keep
//! accounts. Traits and their row types only.
//!
//! It never holds an implementation that a real part can provide; the one double here is [`ManualClock`], because a real
//! clock cannot be set. Journals and accounts are synchronous: they are called on threads that may block. What waits for
//! the network ([`Assistant`], [`FactSource`]) is asynchronous.
//!
//! To add a port: one file with the trait, its rows and its error; say in the docs what an implementation must guarantee,
//! and put each guarantee that can be tested into `conformance`.

mod accounts;
mod assistant;
mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
mod facts;
mod journal;

use std::{future::Future, pin::Pin};

pub use accounts::{Account, Accounts, AccountsError, ApiKey, CustomerToken, Role, Session, TokenHash, WorkspaceRow};
pub use assistant::{Answer, Ask, Assistant, AssistantError, Reword};
pub use clock::{Clock, ManualClock};
pub use facts::{FactError, FactSource};
pub use journal::{Append, Journal, JournalError, Lease, Snapshot};

/// A future behind a pointer, so that a port can be a `dyn` trait.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
