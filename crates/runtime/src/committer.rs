//! The thread that makes decisions durable, and only then lets anybody know.

use std::sync::{
    Arc, Weak,
    atomic::{AtomicBool, Ordering},
    mpsc::{Receiver, SyncSender},
};

use baton_core::engine::{self, State};
use baton_ports::{Append, JournalError};

use crate::{
    change::Change,
    decider::{Batch, CommitFailed, Message},
    effects,
    handle::{Committed, Inner, Shared},
    recovery,
};

pub(crate) struct Committer {
    pub(crate) shared: Arc<Shared>,
    /// Weak: a workspace that nobody holds must be able to end.
    pub(crate) inner: Weak<Inner>,
    pub(crate) batches: Receiver<Batch>,
    pub(crate) done: SyncSender<Result<(), CommitFailed>>,
    pub(crate) epoch: u64,
    pub(crate) head: u64,
    pub(crate) snapshot_at: u64,
    pub(crate) snapshotting: Arc<AtomicBool>,
}

impl Committer {
    pub(crate) fn run(mut self) {
        while let Ok(batch) = self.batches.recv() {
            let Batch { events, decided, state } = batch;
            let append = Append { partition: self.shared.workspace, epoch: self.epoch, expected_head: self.head, events };
            let written = self.write(&append);
            if let Err(error) = written {
                let workspace = self.shared.workspace;
                tracing::error!(%workspace, head = self.head, error = &error as &dyn std::error::Error, "commit failed: the workspace stops");
                // The answers are dropped with `decided`: whoever waits is told that the workspace stopped.
                self.tell_decider(Err(CommitFailed));
                return;
            }
            self.tell_decider(Ok(()));
            self.publish(state);
            let mut effects = Vec::new();
            for one in decided {
                effects.extend(one.effects);
                if let Some(answer) = one.answer {
                    // A caller that has gone away changes nothing.
                    let _ = answer.send(one.reply.map(|reply| Committed { reply, at: one.at, position: one.position }));
                }
            }
            if let Some(change) = Change::of(&append.events) {
                // No watcher is fine.
                let _ = self.shared.changes.send(change);
            }
            effects::run(&self.shared, &self.inner, effects);
        }
    }

    fn write(&mut self, append: &Append) -> Result<(), JournalError> {
        if append.events.is_empty() {
            return Ok(());
        }
        let mut answers = self.shared.ports.journal.append(std::slice::from_ref(append))?;
        self.head = answers.pop().unwrap_or_else(|| Err(JournalError::storage("the journal gave no answer")))?;
        Ok(())
    }

    fn tell_decider(&self, outcome: Result<(), CommitFailed>) {
        // It may have gone, or have no need to be woken: then it looks here by itself.
        let _ = self.done.send(outcome);
        if let Some(inner) = self.inner.upgrade() {
            let _ = inner.inbox.try_send(Message::Nudge);
        }
    }

    fn publish(&mut self, state: State) {
        let state = Arc::new(state);
        if self.shared.options.check_invariants {
            for violation in engine::violations(&state, self.shared.now()) {
                tracing::error!(workspace = %self.shared.workspace, position = state.position(), violation, "invariant broken");
            }
        }
        self.shared.state.store(Arc::clone(&state));
        if state.position() >= self.snapshot_at + self.shared.options.snapshot_every {
            self.snapshot(state);
        }
    }

    /// On a thread of its own: writing out a large state takes longer than a commit.
    fn snapshot(&mut self, state: Arc<State>) {
        if self.snapshotting.swap(true, Ordering::AcqRel) {
            return;
        }
        self.snapshot_at = state.position();
        let (shared, busy) = (Arc::clone(&self.shared), Arc::clone(&self.snapshotting));
        let spawned = std::thread::Builder::new().name("baton-snapshot".into()).spawn(move || {
            recovery::save_snapshot(&*shared.ports.journal, shared.workspace, &state);
            busy.store(false, Ordering::Release);
        });
        if let Err(error) = spawned {
            self.snapshotting.store(false, Ordering::Release);
            tracing::warn!(workspace = %self.shared.workspace, %error, "no thread for a snapshot");
        }
    }
}
