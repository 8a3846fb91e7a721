//! Customer and order facts: an HTTP look-up, and several sources as one.
//!
//! Facts that were uploaded are in the journal and joined by the core; what is here is asked for in addition.

mod by_workspace;
mod http;
mod mapping;
mod merged;

pub use by_workspace::ByWorkspace;
pub use http::{BadLookUp, HttpFacts, HttpFactsConfig};
pub use mapping::{CustomerPointers, OrderPointers};
pub use merged::{MergedFacts, NoFacts};
