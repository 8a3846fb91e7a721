//! Two workspaces with everybody in them.

use std::{
    net::SocketAddr,
    sync::{Arc, LazyLock},
};

use baton_assistant::knowledge::Knowledge;
use baton_http::{App, Demo, NewToken, Options, TokenKind, new_token};
use baton_model::{
    Actor, ConversationId, CustomerRef, Hours, HumanAgentId, HumanProfile, IdSource, Input, Millis, Timestamp, WorkspaceId,
};
use baton_ports::{
    Account, Accounts, ApiKey, BoxFuture, Clock, CustomerToken, FactError, FactSource, ManualClock, Role, Session,
    WorkspaceRow,
};
use baton_runtime::{Baton, Ports};
use baton_store::SqliteStore;
use tokio::sync::oneshot;

use crate::client::Client;

pub(crate) const PASSWORD: &str = "correct horse battery";

/// 2026-03-02 10:00 UTC, a Monday.
pub(crate) fn start() -> Timestamp {
    Timestamp::from_millis(1_772_445_600_000)
}

struct NoFacts;

impl FactSource for NoFacts {
    fn look_up(&self, _: WorkspaceId, _: &CustomerRef) -> BoxFuture<'_, Result<baton_model::Facts, FactError>> {
        Box::pin(std::future::pending())
    }
}

/// One workspace and its people, by role.
pub(crate) struct Tenant {
    pub(crate) id: WorkspaceId,
    pub(crate) bot: Client,
    pub(crate) widget: Client,
    pub(crate) customer: Client,
    /// The conversation that `customer` has a token for; it was never opened.
    pub(crate) customers_conversation: ConversationId,
    pub(crate) human: Client,
    pub(crate) human_agent: HumanAgentId,
    pub(crate) supervisor: Client,
    pub(crate) admin: Client,
}

pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) baton: Arc<Baton>,
    pub(crate) address: SocketAddr,
    pub(crate) shop: Tenant,
    pub(crate) other: Tenant,
    stop: Option<oneshot::Sender<()>>,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    _dir: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Options { demo: Some(Demo { widget_key: "bk_demo".into() }), ..Options::default() }).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::with_seed(start(), 7));
        let store = SqliteStore::open(dir.path()).unwrap();
        let ports = Ports {
            clock: clock.clone(),
            journal: store.clone(),
            assistant: Arc::new(Knowledge::new()),
            facts: Arc::new(NoFacts),
        };
        let baton = Arc::new(Baton::new(ports, baton_runtime::Options::default()));
        let app = App::new(Arc::clone(&baton), store.clone(), clock.clone(), options);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopping) = oneshot::channel();
        let server = tokio::spawn(baton_http::serve(listener, app, async {
            let _ = stopping.await;
        }));
        // Slow on purpose, so it is done once for all tests.
        static HASH: LazyLock<String> = LazyLock::new(|| baton_http::hash_password(PASSWORD).unwrap());
        let hash = tokio::task::spawn_blocking(|| HASH.as_str()).await.unwrap();
        let mut ids = IdSource::new(start(), 99);
        let shop = tenant("shop", address, &store, &baton, &clock, &mut ids, hash).await;
        let other = tenant("other", address, &store, &baton, &clock, &mut ids, hash).await;
        Self { clock, baton, address, shop, other, stop: Some(stop), server, _dir: dir }
    }

    pub(crate) fn anonymous(&self) -> Client {
        Client { address: self.address, token: None }
    }

    pub(crate) fn with_token(&self, token: &str) -> Client {
        Client { address: self.address, token: Some(token.to_owned()) }
    }

    /// Moves the clock, and lets the workspaces look at it.
    pub(crate) async fn pass(&self, time: Millis) {
        self.clock.advance(time);
        for tenant in [&self.shop, &self.other] {
            self.baton.workspace(tenant.id).await.unwrap().wake();
        }
    }

    /// Stops the server as a signal would, and waits for its end.
    pub(crate) async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        tokio::time::timeout(std::time::Duration::from_secs(10), self.server)
            .await
            .expect("the server stops")
            .unwrap()
            .unwrap();
    }
}

fn secret(kind: TokenKind) -> NewToken {
    new_token(kind).unwrap()
}

pub(crate) fn always() -> Hours {
    Hours { time_zone: "UTC".into(), windows: Vec::new(), holidays: Vec::new() }
}

pub(crate) fn profile(name: &str) -> HumanProfile {
    HumanProfile {
        name: name.into(),
        skills: std::collections::BTreeMap::new(),
        languages: vec!["en".into()],
        queues: Vec::new(),
        hours: always(),
        capacity: 3,
        ..HumanProfile::default()
    }
}

async fn tenant(
    slug: &str,
    address: SocketAddr,
    store: &Arc<SqliteStore>,
    baton: &Baton,
    clock: &ManualClock,
    ids: &mut IdSource,
    hash: &str,
) -> Tenant {
    let now = clock.now();
    let id: WorkspaceId = ids.draw();
    store.create_workspace(&WorkspaceRow { id, slug: slug.into(), name: slug.to_uppercase(), created_at: now }).unwrap();
    let human_agent: HumanAgentId = ids.draw();
    let handle = baton.workspace(id).await.unwrap();
    let by = Actor::Supervisor { name: "setup".into(), human_agent: None };
    handle.submit(by, None, Input::PutHuman { human_agent, profile: profile("Hanna") }).await.unwrap();

    let client = |token: &NewToken| Client { address, token: Some(token.token.clone()) };
    let mut person = |role: Role, human_agent: Option<HumanAgentId>| {
        let account = Account {
            id: ids.draw(),
            workspace: id,
            email: format!("{}@{slug}.example", role.name()),
            name: role.name().into(),
            password_hash: hash.into(),
            role,
            human_agent,
            created_at: now,
        };
        store.create_account(&account).unwrap();
        let token = secret(TokenKind::Session);
        let session = Session {
            token_hash: token.hash,
            account: account.id,
            created_at: now,
            expires_at: now + baton_http::limits::SESSION,
        };
        store.create_session(&session).unwrap();
        client(&token)
    };
    let human = person(Role::HumanAgent, Some(human_agent));
    let supervisor = person(Role::Supervisor, None);
    let admin = person(Role::Admin, None);

    let mut key = |role: Role| {
        let token = secret(TokenKind::ApiKey);
        let row = ApiKey {
            id: ids.draw(),
            workspace: id,
            name: role.name().into(),
            role,
            token_hash: token.hash,
            hint: token.hint.clone(),
            created_at: now,
            revoked_at: None,
        };
        store.create_api_key(&row).unwrap();
        client(&token)
    };
    let bot = key(Role::Bot);
    let widget = key(Role::Widget);

    let customers_conversation = ids.draw();
    let token = secret(TokenKind::Customer);
    let row = CustomerToken {
        token_hash: token.hash,
        workspace: id,
        conversation: customers_conversation,
        expires_at: now + Millis::hours(1),
    };
    store.create_customer_token(&row).unwrap();
    let customer = client(&token);
    Tenant { id, bot, widget, customer, customers_conversation, human, human_agent, supervisor, admin }
}
