//! One workspace in a temporary directory, the parts around it, and what the tests ask of them.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use baton_model::{
    Actor, AiMeta, AiMode, Article, Channel, ConversationId, Customer, CustomerRef, Event, Facts, Hours, HumanAgentId,
    HumanProfile, IdSource, Input, OfferId, Recorded, Signals, Stream, Tier, Timestamp, Willing, WorkspaceId,
};
use baton_ports::{
    Answer, Append, Ask, Assistant, AssistantError, BoxFuture, FactError, FactSource, Journal, JournalError, Lease,
    ManualClock, Snapshot,
};
use baton_runtime::{Baton, Committed, Handle, Options, Ports, SubmitError};
use baton_store::SqliteStore;
use tokio::sync::Notify;

pub(crate) const START: Timestamp = Timestamp::from_millis(1_772_443_200_000); // 2026-03-02T09:20:00Z, a Monday
/// Longer than anything here takes, shorter than anybody's patience.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct World {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) assistant: Arc<Bot>,
    pub(crate) workspace: WorkspaceId,
    pub(crate) options: Options,
}

/// A server's life: from an opened store to its end.
pub(crate) struct Life {
    pub(crate) baton: Baton,
    pub(crate) journal: Arc<FaultyJournal>,
    workspace: WorkspaceId,
}

impl World {
    pub(crate) fn new() -> Self {
        let mut ids = IdSource::new(START, 77);
        Self {
            dir: tempfile::tempdir().expect("a directory"),
            clock: Arc::new(ManualClock::new(START)),
            assistant: Arc::default(),
            workspace: ids.draw(),
            options: Options { check_invariants: true, ..Options::default() },
        }
    }

    pub(crate) async fn start(&self) -> Life {
        self.start_in(self.dir.path()).await
    }

    /// The threads of an earlier life may still hold the directory for a moment.
    pub(crate) async fn start_in(&self, dir: &Path) -> Life {
        let store = wait_for("the directory", || SqliteStore::open(dir).ok()).await;
        self.start_on(Arc::new(FaultyJournal::new(store)))
    }

    pub(crate) fn start_on(&self, journal: Arc<FaultyJournal>) -> Life {
        let ports = Ports {
            clock: self.clock.clone(),
            journal: journal.clone(),
            assistant: self.assistant.clone(),
            facts: Arc::new(NoFacts),
        };
        Life { baton: Baton::new(ports, self.options.clone()), journal, workspace: self.workspace }
    }
}

impl Life {
    pub(crate) async fn handle(&self) -> Handle {
        self.baton.workspace(self.workspace).await.expect("the workspace opens")
    }

    pub(crate) fn journaled(&self) -> Vec<Recorded> {
        self.journal.read(self.workspace, 0, usize::MAX).expect("readable")
    }

    pub(crate) fn journaled_customers(&self) -> Vec<String> {
        let id = |r: Recorded| match r.event {
            Event::CustomerPut { customer } => Some(customer.external_id.clone()),
            _ => None,
        };
        self.journaled().into_iter().filter_map(id).collect()
    }
}

/// Asks until there is an answer.
pub(crate) async fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask() {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

pub(crate) fn supervisor() -> Actor {
    Actor::Supervisor { name: "Sam".into(), human_agent: None }
}

/// An input that journals one event and needs nothing else to exist.
pub(crate) fn put_customer(external_id: impl Into<String>) -> Input {
    Input::PutCustomer {
        customer: Customer {
            external_id: external_id.into(),
            name: "Ida".into(),
            tier: Tier::Standard,
            email: None,
            phone: None,
            locale: None,
            time_zone: None,
            customer_since: None,
            lifetime_value: None,
            attributes: BTreeMap::default(),
        },
    }
}

/// An input that is refused and writes nothing.
pub(crate) fn accept_nothing() -> (Actor, Input) {
    let mut ids = IdSource::new(START, 1);
    let (human_agent, offer): (HumanAgentId, OfferId) = (ids.draw(), ids.draw());
    (Actor::Human { human_agent }, Input::AcceptOffer { offer })
}

pub(crate) async fn put(handle: &Handle, external_id: impl Into<String>) -> Result<Committed, SubmitError> {
    handle.submit(supervisor(), None, put_customer(external_id)).await
}

/// A human who is connected and takes work.
pub(crate) async fn sign_in(handle: &Handle) -> HumanAgentId {
    let human_agent: HumanAgentId = IdSource::new(START, 5).draw();
    let profile = HumanProfile {
        name: "Noor".into(),
        skills: BTreeMap::default(),
        languages: vec!["en".into()],
        queues: Vec::new(),
        hours: Hours { time_zone: "UTC".into(), windows: Vec::new(), holidays: Vec::new() },
        capacity: 2,
        ..HumanProfile::default()
    };
    let themselves = Actor::Human { human_agent };
    handle.submit(supervisor(), None, Input::PutHuman { human_agent, profile }).await.expect("put");
    handle.submit(themselves.clone(), None, Input::Heartbeat { human_agent }).await.expect("connected");
    handle.submit(themselves, None, Input::SetPresence { human_agent, willing: Willing::Available }).await.expect("willing");
    human_agent
}

/// A conversation with the built-in AI, and one question in it.
pub(crate) async fn ask(handle: &Handle, question: &str) -> ConversationId {
    let conversation: ConversationId = IdSource::new(START, 9).draw();
    let open = Input::OpenConversation {
        conversation: Some(conversation),
        channel: Channel::Chat,
        ai_mode: AiMode::BuiltIn,
        customer: CustomerRef { name: Some("Ida".into()), ..CustomerRef::default() },
    };
    handle.submit(Actor::Bot, None, open).await.expect("opened");
    let turn = Input::CustomerTurn { conversation, text: question.into(), signals: Signals::default() };
    handle.submit(Actor::Customer { conversation }, None, turn).await.expect("asked");
    conversation
}

/// How the last answer of a conversation was settled, if it was: `Some(None)` for answered, `Some(Some(why))` for failed.
pub(crate) fn settled(journaled: &[Recorded], conversation: ConversationId) -> Option<Option<String>> {
    journaled.iter().filter(|r| r.stream == Stream::Conversation(conversation)).find_map(|r| match &r.event {
        Event::AnswerSettled { failed, .. } => Some(failed.clone()),
        _ => None,
    })
}

/// An assistant that says what it is told to say.
#[derive(Default)]
pub(crate) struct Bot {
    pub(crate) asked: AtomicUsize,
    /// Answers only once this is set.
    pub(crate) answers: AtomicBool,
    pub(crate) fails: AtomicBool,
    pub(crate) go: Notify,
    pub(crate) indexed: Mutex<Vec<String>>,
}

impl Assistant for Bot {
    fn answer(&self, ask: Ask) -> BoxFuture<'_, Result<Answer, AssistantError>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            if !self.answers.load(Ordering::SeqCst) {
                self.go.notified().await;
            }
            if self.fails.load(Ordering::SeqCst) {
                return Err(AssistantError::Unavailable("connection refused".into()));
            }
            let meta = AiMeta { confidence: Some(0.9), ..AiMeta::default() };
            Ok(Answer { text: format!("It takes three days, as for {} letters.", ask.question.len()), meta })
        })
    }

    fn index(&self, _: WorkspaceId, article: Arc<Article>) {
        self.indexed.lock().expect("not poisoned").push(article.id.clone());
    }

    fn forget(&self, _: WorkspaceId, id: &str) {
        self.indexed.lock().expect("not poisoned").retain(|known| known != id);
    }
}

struct NoFacts;

impl FactSource for NoFacts {
    fn look_up(&self, _: WorkspaceId, _: &CustomerRef) -> BoxFuture<'_, Result<Facts, FactError>> {
        Box::pin(async { Err(FactError::Unavailable("there is none".into())) })
    }
}

/// The real store behind a door that can be shut, and with faults on order.
pub(crate) struct FaultyJournal {
    store: Arc<SqliteStore>,
    pub(crate) appends: AtomicUsize,
    /// Appends that have come to the door.
    pub(crate) at_door: AtomicUsize,
    pub(crate) fail: AtomicBool,
    /// Fails after having written: the outcome is unknown to the caller.
    pub(crate) fail_late: AtomicBool,
    open: Mutex<bool>,
    opened: Condvar,
}

impl FaultyJournal {
    pub(crate) fn new(store: Arc<SqliteStore>) -> Self {
        Self {
            store,
            appends: AtomicUsize::new(0),
            at_door: AtomicUsize::new(0),
            fail: AtomicBool::new(false),
            fail_late: AtomicBool::new(false),
            open: Mutex::new(true),
            opened: Condvar::new(),
        }
    }

    pub(crate) fn shut_door(&self) {
        *self.open.lock().expect("not poisoned") = false;
    }

    pub(crate) fn open_door(&self) {
        *self.open.lock().expect("not poisoned") = true;
        self.opened.notify_all();
    }
}

impl Journal for FaultyJournal {
    fn claim(&self, partition: WorkspaceId, owner: &str) -> Result<Lease, JournalError> {
        self.store.claim(partition, owner)
    }

    fn append(&self, batch: &[Append]) -> Result<Vec<Result<u64, JournalError>>, JournalError> {
        self.at_door.fetch_add(1, Ordering::SeqCst);
        let open = self.open.lock().expect("not poisoned");
        drop(self.opened.wait_timeout_while(open, PATIENCE, |open| !*open).expect("not poisoned"));
        if self.fail.load(Ordering::SeqCst) {
            return Err(JournalError::storage("the disk is gone"));
        }
        self.appends.fetch_add(1, Ordering::SeqCst);
        let answers = self.store.append(batch);
        if self.fail_late.load(Ordering::SeqCst) {
            return Err(JournalError::storage("the sync failed"));
        }
        answers
    }

    fn read(&self, partition: WorkspaceId, after: u64, limit: usize) -> Result<Vec<Recorded>, JournalError> {
        self.store.read(partition, after, limit)
    }

    fn read_stream(&self, partition: WorkspaceId, stream: Stream) -> Result<Vec<Recorded>, JournalError> {
        self.store.read_stream(partition, stream)
    }

    fn save_snapshot(&self, partition: WorkspaceId, snapshot: &Snapshot) -> Result<(), JournalError> {
        self.store.save_snapshot(partition, snapshot)
    }

    fn load_snapshot(&self, partition: WorkspaceId) -> Result<Option<Snapshot>, JournalError> {
        self.store.load_snapshot(partition)
    }
}
