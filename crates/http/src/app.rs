//! What every request shares, and the options of the edge.

use std::{
    future::Future,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use baton_model::{IdSource, Timestamp, WorkspaceId};
use baton_ports::{Accounts, AccountsError, Clock};
use baton_runtime::{Baton, Handle};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    known_keys::KnownKeys,
    limits::{self, Window},
    password::Passwords,
    presence::Presence,
    problem::{Code, Problem},
    replies::Replies,
};

/// How the edge is set up.
#[derive(Debug, Clone)]
pub struct Options {
    pub listen: SocketAddr,
    /// Marks the session cookie `Secure`: set it whenever people reach Baton through TLS.
    pub cookie_secure: bool,
    /// Conversations opened per widget key and address, in a minute.
    pub widget_opens_per_minute: u32,
    /// Serves `/demo`; nothing of it exists otherwise.
    pub demo: Option<Demo>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            cookie_secure: false,
            widget_opens_per_minute: limits::OPENS,
            demo: None,
        }
    }
}

/// The demo shop: a page with the widget on it.
#[derive(Debug, Clone)]
pub struct Demo {
    /// Replaces `__BATON_WIDGET_KEY__` in the page. Widget keys are public by nature.
    pub widget_key: String,
}

/// The edge's view of a running Baton. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    baton: Arc<Baton>,
    accounts: Arc<dyn Accounts>,
    clock: Arc<dyn Clock>,
    options: Options,
    passwords: Passwords,
    logins: Window<(String, IpAddr)>,
    addresses: Window<IpAddr>,
    opens: Window<(String, IpAddr)>,
    presence: Presence,
    replies: Replies,
    known_keys: KnownKeys,
    stopping: watch::Sender<bool>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("options", &self.inner.options).finish_non_exhaustive()
    }
}

impl App {
    pub fn new(baton: Arc<Baton>, accounts: Arc<dyn Accounts>, clock: Arc<dyn Clock>, options: Options) -> Self {
        let inner = Inner {
            baton,
            accounts,
            clock,
            passwords: Passwords::new(),
            logins: Window::new(limits::LOGINS, limits::LOGIN_WINDOW),
            addresses: Window::new(limits::LOGINS_PER_ADDRESS, limits::LOGIN_WINDOW),
            opens: Window::new(options.widget_opens_per_minute, limits::OPEN_WINDOW),
            presence: Presence::default(),
            replies: Replies::default(),
            known_keys: KnownKeys::default(),
            stopping: watch::Sender::new(false),
            options,
        };
        Self { inner: Arc::new(inner) }
    }

    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// A fresh id for something that is not journaled.
    pub(crate) fn draw<T: From<Uuid>>(&self) -> T {
        IdSource::new(self.now(), self.inner.clock.seed()).draw()
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.inner.passwords
    }

    pub(crate) fn presence(&self) -> &Presence {
        &self.inner.presence
    }

    pub(crate) fn known_keys(&self) -> &KnownKeys {
        &self.inner.known_keys
    }

    pub(crate) fn replies(&self) -> &Replies {
        &self.inner.replies
    }

    /// Counts a sign-in attempt.
    pub(crate) fn count_login(&self, account: String, from: IpAddr) -> Result<(), Problem> {
        self.inner.addresses.take(from, self.now())?;
        self.inner.logins.take((account, from), self.now())
    }

    /// Counts a conversation opened from a page.
    pub(crate) fn count_open(&self, key: String, from: IpAddr) -> Result<(), Problem> {
        self.inner.opens.take((key, from), self.now())
    }

    pub(crate) async fn workspace(&self, id: WorkspaceId) -> Result<Handle, Problem> {
        self.inner.baton.workspace(id).await.map_err(|e| {
            tracing::error!(workspace = %id, error = %e, "workspace does not open");
            Problem::new(Code::Stopped, "This workspace cannot be opened at the moment.")
        })
    }

    /// Asks the account store, off the executor.
    pub(crate) async fn accounts<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn Accounts) -> Result<T, AccountsError> + Send + 'static,
    ) -> Result<T, Problem> {
        let accounts = Arc::clone(&self.inner.accounts);
        match tokio::task::spawn_blocking(move || ask(&*accounts)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(AccountsError::Taken(what))) => {
                Err(Problem::new(Code::Conflict, format!("This {what} is already in use.")))
            }
            Ok(Err(AccountsError::Unknown(what))) => Err(Problem::not_found(what)),
            Ok(Err(e @ AccountsError::Storage(_))) => {
                let cause = std::error::Error::source(&e).map(ToString::to_string).unwrap_or_default();
                Err(Problem::internal(format!("{e}: {cause}")))
            }
            Err(e) => Err(Problem::internal(e)),
        }
    }

    /// Ends every stream, so that a graceful stop does not wait for them.
    pub(crate) fn stop(&self) {
        self.inner.stopping.send_replace(true);
    }

    /// Resolves when the server is about to stop.
    pub(crate) fn stopped(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut stopping = self.inner.stopping.subscribe();
        async move {
            // An error means that the sender is gone, which is a stop as well.
            let _ = stopping.wait_for(|stop| *stop).await;
        }
    }
}
