//! The registry of workspaces: opens one when it is asked for, keeps it, and opens it again when it has stopped.

use std::{
    collections::HashMap,
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
};

use arc_swap::ArcSwap;
use baton_core::engine::{self, view};
use baton_model::{Timestamp, WorkspaceId};
use baton_ports::{Assistant, Clock, FactSource, Journal, JournalError};
use tokio::sync::{Semaphore, broadcast, oneshot};

use crate::{
    classes::Classes,
    committer::Committer,
    decider::Decider,
    effects,
    handle::{Handle, Inner, Shared},
    limits::{CHANGES, EFFECTS, INBOX, SHUTDOWN_WAIT, SNAPSHOT_EVERY},
    recovery::{self, Recovered},
};

/// What the workspaces need from outside.
#[derive(Clone)]
pub struct Ports {
    pub clock: Arc<dyn Clock>,
    pub journal: Arc<dyn Journal>,
    pub assistant: Arc<dyn Assistant>,
    pub facts: Arc<dyn FactSource>,
}

impl std::fmt::Debug for Ports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ports").finish_non_exhaustive()
    }
}

#[derive(Debug, Clone)]
pub struct Options {
    /// Written beside the claim of a workspace, for people.
    pub owner: String,
    /// Checks the invariants after each commit and logs what is broken. Costs time in proportion to the state.
    pub check_invariants: bool,
    /// Events between two snapshots.
    pub snapshot_every: u64,
    pub classes: Arc<Classes>,
}

impl Default for Options {
    fn default() -> Self {
        Self { owner: "baton".into(), check_invariants: false, snapshot_every: SNAPSHOT_EVERY, classes: Arc::default() }
    }
}

#[derive(Debug, Clone, thiserror::Error)]
pub enum OpenError {
    #[error("the workspace cannot be read from the journal")]
    Journal(#[from] JournalError),
    #[error("no thread for the workspace")]
    Thread(#[source] Arc<io::Error>),
    #[error("the server is shutting down")]
    ShuttingDown,
}

/// Cheap to clone. Workspaces that nobody else holds end with the last clone.
#[derive(Clone)]
pub struct Baton {
    registry: Arc<Registry>,
}

struct Registry {
    ports: Ports,
    options: Options,
    runtime: tokio::runtime::Handle,
    open: Mutex<HashMap<WorkspaceId, Running>>,
    /// One opening at a time for each workspace.
    opening: Mutex<HashMap<WorkspaceId, Arc<tokio::sync::Mutex<()>>>>,
    closed: AtomicBool,
}

struct Running {
    handle: Handle,
    /// Answers when the workspace's threads have ended.
    ended: oneshot::Receiver<()>,
}

impl std::fmt::Debug for Baton {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Baton").field("options", &self.registry.options).finish_non_exhaustive()
    }
}

impl Baton {
    /// Effects run on the tokio runtime that this is called in.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn new(ports: Ports, options: Options) -> Self {
        let registry = Registry {
            ports,
            options,
            runtime: tokio::runtime::Handle::current(),
            open: Mutex::default(),
            opening: Mutex::default(),
            closed: AtomicBool::new(false),
        };
        Self { registry: Arc::new(registry) }
    }

    /// The workspace, opened if need be. The caller has made sure that it exists. Ask for each request anew: a handle that
    /// is kept does not see a workspace open again.
    pub async fn workspace(&self, id: WorkspaceId) -> Result<Handle, OpenError> {
        if let Some(handle) = self.registry.live(id) {
            return Ok(handle);
        }
        let turn = Arc::clone(lock(&self.registry.opening).entry(id).or_default());
        let _turn = turn.lock().await;
        if let Some(handle) = self.registry.live(id) {
            return Ok(handle);
        }
        if self.registry.closed.load(Ordering::Acquire) {
            return Err(OpenError::ShuttingDown);
        }
        let registry = Arc::clone(&self.registry);
        let opened = tokio::task::spawn_blocking(move || registry.open(id)).await;
        let running = opened.map_err(|e| OpenError::Thread(Arc::new(io::Error::other(e))))??;
        let handle = running.handle.clone();
        lock(&self.registry.open).insert(id, running);
        if self.registry.closed.load(Ordering::Acquire) {
            handle.order_stop();
            return Err(OpenError::ShuttingDown);
        }
        Ok(handle)
    }

    pub fn now(&self) -> Timestamp {
        self.registry.ports.clock.now()
    }

    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.registry.ports.clock
    }

    /// Takes nothing new, makes everything durable that was taken, saves snapshots. Safe to call twice.
    pub async fn shutdown(&self) {
        self.registry.closed.store(true, Ordering::Release);
        let running: Vec<Running> = lock(&self.registry.open).drain().map(|(_, running)| running).collect();
        for one in &running {
            one.handle.order_stop();
        }
        for one in running {
            let workspace = one.handle.workspace();
            if tokio::time::timeout(SHUTDOWN_WAIT, one.ended).await.is_err() {
                tracing::warn!(%workspace, "the workspace did not end in time; the journal has what was acknowledged");
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Registry {
    fn live(&self, id: WorkspaceId) -> Option<Handle> {
        lock(&self.open).get(&id).map(|running| running.handle.clone()).filter(|handle| !handle.is_stopped())
    }

    /// Blocks while it reads the journal.
    fn open(&self, workspace: WorkspaceId) -> Result<Running, OpenError> {
        let recovered = recovery::recover(&*self.ports.journal, workspace, &self.options.owner)?;
        for article in view::articles(&recovered.state) {
            self.ports.assistant.index(workspace, article);
        }
        let pending = engine::pending_effects(&recovered.state);
        let shared = Arc::new(Shared {
            workspace,
            ports: self.ports.clone(),
            options: self.options.clone(),
            runtime: self.runtime.clone(),
            state: ArcSwap::from_pointee(recovered.state.clone()),
            changes: broadcast::Sender::new(CHANGES),
            running: Arc::new(Semaphore::new(EFFECTS)),
            stopping: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
        });
        let (inbox, messages) = mpsc::sync_channel(INBOX);
        let handle = Handle::from_inner(Arc::new(Inner { shared: Arc::clone(&shared), inbox }));
        let ended = start(&shared, &handle, messages, recovered).map_err(|e| OpenError::Thread(Arc::new(e)))?;
        effects::run(&shared, &handle.downgrade(), pending);
        Ok(Running { handle, ended })
    }
}

fn start(
    shared: &Arc<Shared>,
    handle: &Handle,
    inbox: mpsc::Receiver<crate::decider::Message>,
    recovered: Recovered,
) -> io::Result<oneshot::Receiver<()>> {
    let Recovered { state, lease, last_at, snapshot_at } = recovered;
    let (batches, to_write) = mpsc::sync_channel(1);
    let (written, done) = mpsc::sync_channel(1);
    let committer = Committer {
        shared: Arc::clone(shared),
        inner: handle.downgrade(),
        batches: to_write,
        done: written,
        epoch: lease.epoch,
        head: lease.head,
        snapshot_at,
        snapshotting: Arc::default(),
    };
    let mut decider = Decider {
        shared: Arc::clone(shared),
        inbox,
        batches,
        done,
        working: state,
        last_at,
        events: Vec::new(),
        decided: Vec::new(),
        in_flight: false,
        stuck: None,
    };
    let committing = thread::Builder::new().name("baton-commit".into()).spawn(move || committer.run())?;
    let (end, ended) = oneshot::channel();
    let shared = Arc::clone(shared);
    thread::Builder::new().name("baton-decide".into()).spawn(move || {
        let stopped = MarkStopped(Arc::clone(&shared));
        let outcome = decider.run();
        let ordered = shared.stopping.load(Ordering::Acquire);
        let state = decider.working.clone();
        drop(decider);
        let committed = committing.join().is_ok();
        drop(stopped);
        if outcome.is_ok() && committed && ordered && state.position() > snapshot_at {
            recovery::save_snapshot(&*shared.ports.journal, shared.workspace, &state);
        }
        // Nobody may be waiting.
        let _ = end.send(());
    })?;
    Ok(ended)
}

/// Also when the thread panics.
struct MarkStopped(Arc<Shared>);

impl Drop for MarkStopped {
    fn drop(&mut self) {
        self.0.stopped.store(true, Ordering::Release);
        tracing::info!(workspace = %self.0.workspace, "workspace stopped");
    }
}
