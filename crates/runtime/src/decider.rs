//! The thread that owns the working state of one workspace. It decides ahead of the disk, and tells nobody.

use std::{
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError},
    },
    time::Duration,
};

use baton_core::engine::{self, State};
use baton_model::{Actor, Effect, IdempotencyKey, Input, Recorded, Refusal, Reply, Stamped, Timestamp};
use tokio::sync::oneshot;

use crate::{
    handle::{Committed, Shared},
    limits::{DECIDED_AHEAD, DRAIN, LONGEST_SLEEP, SHORTEST_SLEEP, STUCK_SLEEP, WAKES_IN_A_ROW},
};

pub(crate) type Answer = oneshot::Sender<Result<Committed, Refusal>>;

pub(crate) enum Message {
    Submit(Box<Submission>),
    /// Look again: at the clock, the committer, or the order to stop.
    Nudge,
}

pub(crate) struct Submission {
    pub(crate) actor: Actor,
    pub(crate) key: Option<IdempotencyKey>,
    pub(crate) input: Input,
    pub(crate) answer: Answer,
}

/// One decided input that waits for its commit.
pub(crate) struct Decided {
    pub(crate) answer: Option<Answer>,
    pub(crate) reply: Result<Reply, Refusal>,
    pub(crate) at: Timestamp,
    /// After this input.
    pub(crate) position: u64,
    pub(crate) effects: Vec<Effect>,
}

/// What the committer gets: events to append, and what to release when they are durable.
pub(crate) struct Batch {
    pub(crate) events: Vec<Recorded>,
    pub(crate) decided: Vec<Decided>,
    pub(crate) state: State,
}

/// The batch cannot be known to be durable.
#[derive(Debug)]
pub(crate) struct CommitFailed;

pub(crate) struct Decider {
    pub(crate) shared: Arc<Shared>,
    pub(crate) inbox: Receiver<Message>,
    pub(crate) batches: SyncSender<Batch>,
    pub(crate) done: Receiver<Result<(), CommitFailed>>,
    pub(crate) working: State,
    pub(crate) last_at: Timestamp,
    pub(crate) events: Vec<Recorded>,
    pub(crate) decided: Vec<Decided>,
    pub(crate) in_flight: bool,
    /// The deadline that waking did not move, if any.
    pub(crate) stuck: Option<Timestamp>,
}

impl Decider {
    /// Runs until everybody has let go, an order to stop, or a failed commit. Tells whether all that was decided is durable.
    pub(crate) fn run(&mut self) -> Result<(), CommitFailed> {
        loop {
            self.look_at_committer()?;
            self.serve_deadlines();
            self.hand_over()?;
            if self.decided.len() >= DECIDED_AHEAD {
                self.wait_for_committer()?;
                continue;
            }
            if self.shared.stopping.load(Ordering::Acquire) {
                return self.drain();
            }
            match self.inbox.recv_timeout(self.patience()) {
                Ok(message) => {
                    self.take(message);
                    for _ in 1..DRAIN {
                        match self.inbox.try_recv() {
                            Ok(message) => self.take(message),
                            Err(_) => break,
                        }
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.drain(),
            }
        }
    }

    /// Decides what is already in the inbox, and waits until everything is durable.
    fn drain(&mut self) -> Result<(), CommitFailed> {
        while let Ok(message) = self.inbox.try_recv() {
            self.take(message);
        }
        while self.in_flight || !self.nothing_open() {
            self.hand_over()?;
            self.wait_for_committer()?;
        }
        Ok(())
    }

    fn take(&mut self, message: Message) {
        if let Message::Submit(submission) = message {
            // What is due comes before what happens after it.
            self.serve_deadlines();
            let Submission { actor, key, input, answer } = *submission;
            self.decide(actor, key, input, Some(answer));
        }
    }

    fn decide(&mut self, actor: Actor, key: Option<IdempotencyKey>, input: Input, answer: Option<Answer>) {
        let at = self.now();
        self.last_at = at;
        let stamped = Stamped { at, seed: self.shared.ports.clock.seed(), actor, key, input };
        let decision = engine::decide(&self.working, &stamped);
        for (stream, event) in decision.events {
            let recorded = Recorded { position: self.working.position() + 1, at, stream, event };
            engine::evolve(&mut self.working, &recorded);
            self.events.push(recorded);
        }
        if answer.is_some() || !decision.effects.is_empty() {
            let position = self.working.position();
            self.decided.push(Decided { answer, reply: decision.reply, at, position, effects: decision.effects });
        }
    }

    /// Stamps never go backwards, whatever the clock does.
    fn now(&self) -> Timestamp {
        self.shared.ports.clock.now().max(self.last_at)
    }

    fn serve_deadlines(&mut self) {
        for _ in 0..WAKES_IN_A_ROW {
            let Some(due) = engine::next_deadline(&self.working).filter(|due| *due <= self.now()) else {
                self.stuck = None;
                return;
            };
            if self.stuck == Some(due) && self.events.is_empty() {
                return;
            }
            let before = self.working.position();
            self.decide(Actor::System, None, Input::Wake, None);
            if self.working.position() == before && engine::next_deadline(&self.working) == Some(due) {
                if self.stuck != Some(due) {
                    tracing::error!(workspace = %self.shared.workspace, %due, "waking did not move a deadline");
                }
                self.stuck = Some(due);
                return;
            }
        }
    }

    fn patience(&self) -> Duration {
        if self.stuck.is_some() {
            return STUCK_SLEEP;
        }
        let Some(due) = engine::next_deadline(&self.working) else { return LONGEST_SLEEP };
        let left = due.since(self.now()).0;
        Duration::from_millis(u64::try_from(left).unwrap_or(0)).clamp(SHORTEST_SLEEP, LONGEST_SLEEP)
    }

    fn nothing_open(&self) -> bool {
        self.events.is_empty() && self.decided.is_empty()
    }

    /// Gives what is open to the committer, if it is free.
    fn hand_over(&mut self) -> Result<(), CommitFailed> {
        if self.in_flight || self.nothing_open() {
            return Ok(());
        }
        let batch = Batch {
            events: std::mem::take(&mut self.events),
            decided: std::mem::take(&mut self.decided),
            state: self.working.clone(),
        };
        self.in_flight = true;
        self.batches.send(batch).map_err(|_| CommitFailed)
    }

    fn look_at_committer(&mut self) -> Result<(), CommitFailed> {
        match self.done.try_recv() {
            Ok(outcome) => {
                self.in_flight = false;
                outcome
            }
            Err(TryRecvError::Empty) => Ok(()),
            Err(TryRecvError::Disconnected) => Err(CommitFailed),
        }
    }

    fn wait_for_committer(&mut self) -> Result<(), CommitFailed> {
        if !self.in_flight {
            return Ok(());
        }
        self.in_flight = false;
        self.done.recv().map_err(|_| CommitFailed)?
    }
}
