//! The journal: what happened, in order, durably, one partition per workspace.

use std::{error::Error, sync::Arc};

use baton_model::{Recorded, Stream, WorkspaceId};

/// Proof of ownership of a partition: appends carry its epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    pub epoch: u64,
    /// The last position in use; 0 for an empty partition.
    pub head: u64,
}

/// Events for one partition, all or nothing. Their positions continue `expected_head` without a gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Append {
    pub partition: WorkspaceId,
    pub epoch: u64,
    pub expected_head: u64,
    pub events: Vec<Recorded>,
}

/// A state at a position, in the format of its writer. Always discardable: the events are the truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub position: u64,
    /// A reader that does not know the format ignores the snapshot.
    pub format: u32,
    pub body: Vec<u8>,
}

#[derive(Debug, Clone, thiserror::Error)]
pub enum JournalError {
    /// Another owner has claimed the partition since. Drop the state; nothing was written.
    #[error("another process has taken over this workspace")]
    Fenced,
    /// The owner's idea of the head is wrong. Nothing was written.
    #[error("the journal's head is not where the append expected it")]
    HeadMoved,
    /// A caller's mistake. Nothing was written.
    #[error("positions must continue without a gap: expected {expected}, got {got}")]
    NotDense { expected: u64, got: u64 },
    /// What is stored cannot be read. Never skipped over.
    #[error("the journal is damaged at position {position}: {detail}")]
    Corrupt { position: u64, detail: String },
    /// The outcome of an append is unknown; the journal accepts nothing more until it is opened again.
    #[error("the store failed")]
    Storage(#[source] Arc<dyn Error + Send + Sync>),
}

impl JournalError {
    pub fn storage(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Storage(Arc::from(cause.into()))
    }
}

/// Implementations guarantee:
/// - What `append` answered `Ok` for survives a crash at any later instant.
/// - Positions of a partition are dense from 1 and in commit order.
/// - An append with an old epoch or a wrong head changes nothing, and does not disturb others in its batch.
/// - After a failed write or sync nothing is retried: every later append answers `Storage`.
pub trait Journal: Send + Sync + 'static {
    /// Takes the partition, creating it if need be. The epoch grows by one, which fences the older owner.
    fn claim(&self, partition: WorkspaceId, owner: &str) -> Result<Lease, JournalError>;

    /// One durable append for many partitions: the new head of each, or why it was refused. The outer error means that the
    /// outcome of the whole batch is unknown.
    fn append(&self, batch: &[Append]) -> Result<Vec<Result<u64, JournalError>>, JournalError>;

    /// At most `limit` events after a position, in order.
    fn read(&self, partition: WorkspaceId, after: u64, limit: usize) -> Result<Vec<Recorded>, JournalError>;

    /// Every event of one stream, in order; empty for a stream that does not exist.
    fn read_stream(&self, partition: WorkspaceId, stream: Stream) -> Result<Vec<Recorded>, JournalError>;

    /// Replaces the partition's snapshot; an older position than the stored one is ignored.
    fn save_snapshot(&self, partition: WorkspaceId, snapshot: &Snapshot) -> Result<(), JournalError>;

    fn load_snapshot(&self, partition: WorkspaceId) -> Result<Option<Snapshot>, JournalError>;
}
