//! Drives the core: inbox, decide, group commit, effects; sleeps until the next deadline.
//!
//! Each workspace has two threads. The *decider* owns the working state: it drains the inbox, decides and evolves, and
//! never waits for the disk. The *committer* appends what has been decided; only when that is durable does it publish the
//! state, release the replies, tell the watchers and run the effects. While one batch is being written the decider fills
//! the next, so the busier a workspace is, the more inputs share a sync. A reply that wrote nothing still waits for the
//! batches before it, because it may rest on them.
//!
//! It never acknowledges what is not durable, never holds a rule of the product (that is `core`), never knows an adapter
//! (they come in as ports), and never logs what a customer wrote. When an append fails the workspace stops; asking the
//! registry for it again rebuilds it from the journal.
//!
//! To add an effect: an arm in `effects`. To add a view: a method in `handle`. Limits are named in `limits`.

mod baton;
mod change;
mod clock;
mod committer;
mod decider;
mod effects;
mod handle;
mod hindsight;
mod limits;
mod recovery;
mod rehearsal;

pub use baton::{Baton, OpenError, Options, Ports};
pub use baton_core::{
    engine::{State, view::Filter},
    package::{Form, LEAST_LIMIT, render as render_package},
};
pub use change::Change;
pub use clock::SystemClock;
pub use handle::{Committed, Handle, SubmitError};
pub use hindsight::{ReplayError, ReplayOrder};

use baton_model::{Policy, Refusal};

/// Reads a policy file without applying it; a refusal lists every problem with its place.
pub fn lint_policy(toml: &str) -> Result<Policy, Refusal> {
    baton_core::assess::parse(toml)
}

/// The commented policy file that a new workspace starts with.
pub fn default_policy() -> &'static str {
    baton_core::assess::default_toml()
}
