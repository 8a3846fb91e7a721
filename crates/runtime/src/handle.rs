//! One workspace, as everybody outside sees it: submit an input, read a view, watch for changes.
//!
//! Views are computed from the last committed state, without a lock, in the caller's task.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
    mpsc::{SyncSender, TrySendError},
};

use arc_swap::ArcSwap;
use baton_core::engine::{self, State, view};
use baton_model::{
    Actor, Article, BoardView, CaseFilter, CaseGroup, Cluster, ConversationId, ConversationView, CountedCase, DeskView,
    EscalationId, EscalationView, HumanAgentId, HumanView, IdempotencyKey, Input, InsightsView, MetricsView, Policy,
    ProposalsView, PublicConversation, Queue, Recorded, Refusal, Reply, Revealed, RoutingView, SampleView, Settings, Stream,
    Timestamp, TrialView, TurnId, WorkCard, WorkspaceId,
};
use baton_ports::JournalError;
use tokio::sync::{Semaphore, broadcast, oneshot};

use crate::{
    baton::{Options, Ports},
    change::Change,
    decider::{Message, Submission},
};

/// A durable answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Committed {
    pub reply: Reply,
    /// The input's stamp.
    pub at: Timestamp,
    /// Of the journal after the input.
    pub position: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    #[error(transparent)]
    Refused(Refusal),
    /// Nothing happened; try again soon.
    #[error("this workspace has too much to do just now")]
    Busy,
    /// Unknown whether it happened: repeat with the same idempotency key.
    #[error("this workspace has stopped")]
    Stopped,
}

/// What the threads of a workspace and its handles have in common.
pub(crate) struct Shared {
    pub(crate) workspace: WorkspaceId,
    pub(crate) ports: Ports,
    pub(crate) options: Options,
    pub(crate) runtime: tokio::runtime::Handle,
    /// The last committed state.
    pub(crate) state: ArcSwap<State>,
    pub(crate) changes: broadcast::Sender<Change>,
    /// Permits of running effects.
    pub(crate) running: Arc<Semaphore>,
    /// The order to drain and end.
    pub(crate) stopping: AtomicBool,
    pub(crate) stopped: AtomicBool,
}

impl Shared {
    pub(crate) fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }
}

pub(crate) struct Inner {
    pub(crate) shared: Arc<Shared>,
    /// Only handles hold it: when the last is gone, the workspace ends.
    pub(crate) inbox: SyncSender<Message>,
}

#[derive(Clone)]
pub struct Handle {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handle").field("workspace", &self.inner.shared.workspace).finish_non_exhaustive()
    }
}

impl Handle {
    pub(crate) fn from_inner(inner: Arc<Inner>) -> Self {
        Self { inner }
    }

    pub(crate) fn downgrade(&self) -> std::sync::Weak<Inner> {
        Arc::downgrade(&self.inner)
    }

    pub(crate) fn order_stop(&self) {
        self.inner.shared.stopping.store(true, Ordering::Release);
        self.wake();
    }

    /// Decides one input and returns when it is durable. Text is sensed here, in the caller's task, so that reading never
    /// delays the workspace.
    pub async fn submit(
        &self,
        actor: Actor,
        key: Option<IdempotencyKey>,
        mut input: Input,
    ) -> Result<Committed, SubmitError> {
        if let Some((text, signals)) = input.unsensed() {
            *signals = baton_sense::sense(text);
            if let Some(own) = self.inner.shared.options.classifiers.get(&self.workspace()) {
                signals.issue_class = own.classify(text);
            }
        }
        if self.inner.shared.stopping.load(Ordering::Acquire) {
            return Err(SubmitError::Stopped);
        }
        let (answer, answered) = oneshot::channel();
        let message = Message::Submit(Box::new(Submission { actor, key, input, answer }));
        self.inner.inbox.try_send(message).map_err(|error| match error {
            TrySendError::Full(_) => SubmitError::Busy,
            TrySendError::Disconnected(_) => SubmitError::Stopped,
        })?;
        answered.await.map_err(|_| SubmitError::Stopped)?.map_err(SubmitError::Refused)
    }

    pub(crate) fn ports(&self) -> &Ports {
        &self.inner.shared.ports
    }

    pub fn workspace(&self) -> WorkspaceId {
        self.inner.shared.workspace
    }

    pub fn now(&self) -> Timestamp {
        self.inner.shared.now()
    }

    /// The last committed position.
    pub fn position(&self) -> u64 {
        self.inner.shared.state.load().position()
    }

    /// A stopped workspace still shows its last state; ask the registry for it again to go on.
    pub fn is_stopped(&self) -> bool {
        self.inner.shared.stopped.load(Ordering::Acquire)
    }

    /// Makes the workspace look at its clock now, for whoever moves the clock by hand.
    pub fn wake(&self) {
        // A full inbox is awake, a closed one has ended.
        let _ = self.inner.inbox.try_send(Message::Nudge);
    }

    /// Who lags is told so (`Lagged`): refetch the view and go on.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.inner.shared.changes.subscribe()
    }

    /// The last committed state, for tools that look at the whole of it.
    pub fn state(&self) -> Arc<State> {
        self.inner.shared.state.load_full()
    }

    /// Broken invariants of the last committed state.
    pub fn violations(&self) -> Vec<String> {
        engine::violations(&self.state(), self.now())
    }

    pub fn desk(&self, human_agent: HumanAgentId) -> Option<DeskView> {
        view::desk(&self.state(), human_agent, self.now())
    }

    pub fn board(&self) -> BoardView {
        view::board(&self.state(), self.now())
    }

    /// `days`: the length of the window, today included.
    pub fn insights(&self, days: u32) -> InsightsView {
        view::insights(&self.state(), self.now(), days)
    }

    /// The catalogue's metrics over the cases that a filter admits.
    pub fn metrics(&self, filter: &CaseFilter, by: Option<CaseGroup>) -> MetricsView {
        view::metrics(&self.state(), filter, by, self.now())
    }

    /// The cases behind one metric; `None` for a name that is not in the catalogue.
    pub fn cases_behind(&self, metric: &str, filter: &CaseFilter, limit: usize) -> Option<Vec<CountedCase>> {
        view::cases_behind(&self.state(), metric, filter, limit, self.now())
    }

    /// Thresholds recalibrated from outcomes.
    pub fn proposals(&self) -> ProposalsView {
        view::proposals(&self.state(), self.now())
    }

    /// Escalations that the AI could have done, by topic and cause.
    pub fn clusters(&self, filter: &CaseFilter) -> Vec<Cluster> {
        view::clusters(&self.state(), filter)
    }

    /// What a person should read today.
    pub fn sample(&self) -> SampleView {
        view::sample(&self.state(), self.now())
    }

    /// The policy that is tried, its guardrails, and the audit.
    pub fn trial(&self) -> TrialView {
        view::trial(&self.state(), self.now())
    }

    pub(crate) fn read_stream(&self, stream: Stream) -> Result<Vec<Recorded>, JournalError> {
        self.inner.shared.ports.journal.read_stream(self.inner.shared.workspace, stream)
    }

    pub fn public(&self, conversation: ConversationId) -> Option<PublicConversation> {
        view::public(&self.state(), conversation, self.now())
    }

    /// None for an unknown conversation, and for one that has been archived.
    pub fn conversation(&self, conversation: ConversationId) -> Option<ConversationView> {
        view::conversation(&self.state(), conversation, self.now())
    }

    /// Reads the journal when the conversation is not in memory.
    pub async fn conversation_or_archived(
        &self,
        conversation: ConversationId,
    ) -> Result<Option<ConversationView>, JournalError> {
        if let Some(view) = self.conversation(conversation) {
            return Ok(Some(view));
        }
        let shared = Arc::clone(&self.inner.shared);
        let read = move || shared.ports.journal.read_stream(shared.workspace, Stream::Conversation(conversation));
        let events = tokio::task::spawn_blocking(read).await.map_err(JournalError::storage)??;
        Ok(view::conversation_of_stream(&events, self.now()))
    }

    pub fn escalation(&self, escalation: EscalationId) -> Option<EscalationView> {
        view::escalation(&self.state(), escalation, self.now())
    }

    /// A turn with what is masked in it. Only after an `Input::Reveal` was committed.
    pub fn revealed(&self, escalation: EscalationId, turn: TurnId) -> Option<Revealed> {
        engine::revealed(&self.state(), escalation, turn)
    }

    pub fn escalations(&self, filter: &view::Filter) -> Vec<WorkCard> {
        view::escalations(&self.state(), filter, self.now())
    }

    pub fn routing(&self, escalation: EscalationId) -> Option<RoutingView> {
        view::routing(&self.state(), escalation, self.now())
    }

    pub fn conversation_of_escalation(&self, escalation: EscalationId) -> Option<ConversationId> {
        view::conversation_of_escalation(&self.state(), escalation)
    }

    pub fn human(&self, human_agent: HumanAgentId) -> Option<HumanView> {
        view::human(&self.state(), human_agent, self.now())
    }

    pub fn humans(&self) -> Vec<HumanView> {
        view::humans(&self.state(), self.now())
    }

    pub fn articles(&self) -> Vec<Arc<Article>> {
        view::articles(&self.state())
    }

    pub fn queues(&self) -> Vec<Queue> {
        view::queues(&self.state())
    }

    pub fn settings(&self) -> Settings {
        view::settings(&self.state())
    }

    /// The policy in force and the file it was written as.
    pub fn policy(&self) -> (Arc<Policy>, String) {
        view::policy(&self.state())
    }
}
