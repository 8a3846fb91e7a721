//! Every limit of the runtime, with its unit.

use std::time::Duration;

/// Inputs that wait for one workspace's decider; more are answered `Busy`.
pub(crate) const INBOX: usize = 4096;
/// Inputs decided before a free committer gets them.
pub(crate) const DRAIN: usize = 64;
/// Inputs decided ahead of the batch that is being written; then the decider waits for the disk.
pub(crate) const DECIDED_AHEAD: usize = 8192;
/// Deadlines served in a row before the inbox gets its turn.
pub(crate) const WAKES_IN_A_ROW: usize = 256;
/// Changes that a slow watcher may lag behind before it is told to refetch.
pub(crate) const CHANGES: usize = 1024;
/// Effects of one workspace that run at once.
pub(crate) const EFFECTS: usize = 256;
/// Texts that the imported encoder reads at once, of all workspaces.
pub(crate) const ENCODING: usize = 2;
/// How long a turn waits for the encoder; then the first opinion stands.
pub(crate) const ENCODER_WAIT: Duration = Duration::from_millis(100);
/// Between two tries to hand in an effect's answer while the inbox is full.
pub(crate) const RETRY: Duration = Duration::from_millis(50);
/// Events read at once when a journal is replayed.
pub(crate) const REPLAY_CHUNK: usize = 4096;
/// Events between two snapshots.
pub(crate) const SNAPSHOT_EVERY: u64 = 100_000;
/// The decider looks at the clock at least this often, because clocks are set and machines sleep.
pub(crate) const LONGEST_SLEEP: Duration = Duration::from_secs(30);
pub(crate) const SHORTEST_SLEEP: Duration = Duration::from_millis(1);
/// After a deadline that waking did not move.
pub(crate) const STUCK_SLEEP: Duration = Duration::from_secs(1);
/// How long a shutdown waits for one workspace to drain and snapshot.
pub(crate) const SHUTDOWN_WAIT: Duration = Duration::from_secs(30);
