//! From the journal to a state: the newest usable snapshot, then every event after it.

use baton_core::engine::{self, State};
use baton_model::{Timestamp, WorkspaceId};
use baton_ports::{Journal, JournalError, Lease, Snapshot};

use crate::limits::REPLAY_CHUNK;

/// Grows when a snapshot of an older program may no longer be read as it was meant.
const SNAPSHOT_FORMAT: u32 = 1;

pub(crate) struct Recovered {
    pub(crate) state: State,
    pub(crate) lease: Lease,
    /// The stamp of the last event: later stamps never go before it.
    pub(crate) last_at: Timestamp,
    /// Position of the snapshot that was used; 0 for none.
    pub(crate) snapshot_at: u64,
}

/// Claims the workspace first, so that nobody else can write while it is read.
pub(crate) fn recover(journal: &dyn Journal, workspace: WorkspaceId, owner: &str) -> Result<Recovered, JournalError> {
    let lease = journal.claim(workspace, owner)?;
    let mut state = usable_snapshot(journal, workspace, lease.head)?.unwrap_or_default();
    let snapshot_at = state.position();
    let mut last_at = Timestamp::default();
    if snapshot_at > 0
        && let Some(last) = journal.read(workspace, snapshot_at - 1, 1)?.first()
    {
        last_at = last.at;
    }
    loop {
        let events = journal.read(workspace, state.position(), REPLAY_CHUNK)?;
        for recorded in &events {
            engine::evolve(&mut state, recorded);
            last_at = last_at.max(recorded.at);
        }
        if events.len() < REPLAY_CHUNK {
            break;
        }
    }
    if state.position() != lease.head {
        let detail = format!("the head is {}, but the events end here", lease.head);
        return Err(JournalError::Corrupt { position: state.position(), detail });
    }
    tracing::info!(%workspace, epoch = lease.epoch, head = lease.head, snapshot_at, "workspace recovered");
    Ok(Recovered { state, lease, last_at, snapshot_at })
}

/// A snapshot only saves time: one that cannot be used is ignored.
fn usable_snapshot(journal: &dyn Journal, workspace: WorkspaceId, head: u64) -> Result<Option<State>, JournalError> {
    let Some(snapshot) = journal.load_snapshot(workspace)? else { return Ok(None) };
    if snapshot.format != SNAPSHOT_FORMAT || snapshot.position > head {
        tracing::warn!(%workspace, position = snapshot.position, format = snapshot.format, "snapshot ignored: other format or ahead of the journal");
        return Ok(None);
    }
    match State::restore(&snapshot.body) {
        Ok(state) if state.position() == snapshot.position => Ok(Some(state)),
        Ok(_) => {
            tracing::warn!(%workspace, position = snapshot.position, "snapshot ignored: it is of another position");
            Ok(None)
        }
        Err(error) => {
            tracing::warn!(%workspace, position = snapshot.position, line = error.line(), column = error.column(), "snapshot ignored: unreadable");
            Ok(None)
        }
    }
}

/// Saves the state unless it is empty. A failure costs time at the next start, nothing else.
pub(crate) fn save_snapshot(journal: &dyn Journal, workspace: WorkspaceId, state: &State) {
    let position = state.position();
    if position == 0 {
        return;
    }
    let snapshot = Snapshot { position, format: SNAPSHOT_FORMAT, body: state.snapshot() };
    match journal.save_snapshot(workspace, &snapshot) {
        Ok(()) => tracing::info!(%workspace, position, bytes = snapshot.body.len(), "snapshot saved"),
        Err(error) => tracing::warn!(%workspace, position, error = &error as &dyn std::error::Error, "snapshot not saved"),
    }
}
