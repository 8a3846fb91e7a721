//! Where customers and orders come from.

use baton_model::{CustomerRef, Facts, WorkspaceId};

use crate::BoxFuture;

/// The words are journaled and shown at the desk as the reason why facts are missing: no secrets, no customer text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactError {
    #[error("the fact source did not answer in time")]
    TimedOut,
    #[error("the fact source cannot be reached: {0}")]
    Unavailable(String),
    #[error("the fact source's answer could not be used: {0}")]
    BadAnswer(String),
}

/// A customer that the source does not know is `Ok` with no customer in it; an error means that we could not find out.
pub trait FactSource: Send + Sync {
    fn look_up(&self, workspace: WorkspaceId, customer: &CustomerRef) -> BoxFuture<'_, Result<Facts, FactError>>;
}
