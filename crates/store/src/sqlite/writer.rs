//! The thread that writes. It takes whatever is queued, does it in one transaction, and syncs once: the busier the store,
//! the more share a sync, without any added delay.
//!
//! A failed write or sync is fatal: after it nobody knows what is on the disk, and a retried sync may report success for
//! pages that the kernel has dropped. The thread ends, and everything later is answered with the cause.

use std::{
    error::Error,
    io,
    sync::{
        Arc, OnceLock,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
};

use rusqlite::{Connection, Savepoint, Transaction, TransactionBehavior};

use super::append::{self, AppendAnswers, Encoded};

/// Jobs that may wait; then callers wait.
const QUEUE: usize = 1024;
/// Jobs in one transaction.
const GROUP: usize = 1024;

type Cause = Arc<dyn Error + Send + Sync>;
/// Tells the caller, after the commit.
type Release = Box<dyn FnOnce() + Send>;
type Work = Box<dyn FnOnce(&mut Transaction<'_>) -> rusqlite::Result<Release> + Send>;

enum Job {
    Append { batch: Vec<Encoded>, answer: SyncSender<AppendAnswers> },
    Write(Work),
}

/// Why a write did not happen.
#[derive(Debug)]
pub(super) enum WriteError {
    /// A unique or foreign key forbids it; the store goes on.
    Constraint(rusqlite::Error),
    /// The store has stopped.
    Stopped(Cause),
}

#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<SyncSender<Job>>,
    dead: Arc<OnceLock<Cause>>,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Append { .. } => "Append",
            Self::Write(_) => "Write",
        })
    }
}

impl Writer {
    pub(super) fn start(connection: Connection) -> io::Result<Self> {
        let (jobs, queue) = sync_channel(QUEUE);
        let dead = Arc::new(OnceLock::new());
        let cause = Arc::clone(&dead);
        let thread = thread::Builder::new().name("baton-write".into()).spawn(move || run(connection, &queue, &cause))?;
        Ok(Self { jobs: Some(jobs), dead, thread: Some(thread) })
    }

    pub(super) fn append(&self, batch: Vec<Encoded>) -> Result<AppendAnswers, Cause> {
        let (answer, answered) = sync_channel(1);
        self.submit(Job::Append { batch, answer })?;
        answered.recv().map_err(|_| self.cause())
    }

    /// Runs `work` in the next transaction, all or nothing, and returns when it is durable.
    pub(super) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Savepoint<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, WriteError> {
        let (answer, answered) = sync_channel(1);
        let job = Job::Write(Box::new(move |transaction| {
            let mut savepoint = transaction.savepoint()?;
            let outcome = match work(&savepoint) {
                Ok(value) => {
                    savepoint.commit()?;
                    Ok(value)
                }
                Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) => {
                    savepoint.rollback()?;
                    Err(WriteError::Constraint(error))
                }
                Err(error) => return Err(error),
            };
            // The caller may have gone.
            Ok(Box::new(move || drop(answer.send(outcome))) as Release)
        }));
        self.submit(job).map_err(WriteError::Stopped)?;
        answered.recv().unwrap_or_else(|_| Err(WriteError::Stopped(self.cause())))
    }

    fn submit(&self, job: Job) -> Result<(), Cause> {
        match &self.jobs {
            Some(jobs) => jobs.send(job).map_err(|_| self.cause()),
            None => Err(self.cause()),
        }
    }

    fn cause(&self) -> Cause {
        self.dead.get().cloned().unwrap_or_else(|| Arc::from(Box::from("the writer has ended")))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panic in it has been reported by the panic hook.
            let _ = thread.join();
        }
    }
}

fn run(mut connection: Connection, queue: &Receiver<Job>, dead: &OnceLock<Cause>) {
    while let Ok(first) = queue.recv() {
        let mut group = vec![first];
        group.extend(queue.try_iter().take(GROUP - 1));
        match commit(&mut connection, group) {
            Ok(releases) => releases.into_iter().for_each(|release| release()),
            Err(error) => {
                tracing::error!(error = &error as &dyn Error, "a write failed: the store stops, and must be opened again");
                // Before the waiting callers find their answers dropped.
                let _ = dead.set(Arc::new(error));
                return;
            }
        }
    }
}

/// The answers to give once this has returned. On an error they are gone, and whoever waits finds out.
fn commit(connection: &mut Connection, group: Vec<Job>) -> rusqlite::Result<Vec<Release>> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut releases: Vec<Release> = Vec::with_capacity(group.len());
    let mut heads = append::Heads::default();
    for job in group {
        match job {
            Job::Append { batch, answer } => {
                let answers = heads.append(&transaction, batch)?;
                releases.push(Box::new(move || drop(answer.send(answers))));
            }
            Job::Write(work) => {
                heads.flush(&transaction)?;
                releases.push(work(&mut transaction)?);
            }
        }
    }
    heads.flush(&transaction)?;
    transaction.commit()?;
    Ok(releases)
}
