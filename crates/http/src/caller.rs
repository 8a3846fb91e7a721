//! Who is calling: the guard in front of every route, and the extractors that handlers take.
//!
//! A handler reaches its workspace only through an extractor of this file, and an extractor finds something only if the
//! guard has let the call pass: forgetting to ask is a compile error or a refusal, never a hole.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{
    extract::{FromRequestParts, MatchedPath, Path, Request, State},
    http::{header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use baton_model::{Actor, ApiKeyId, ConversationId, HumanAgentId, IdempotencyKey, Input, Timestamp, WorkspaceId};
use baton_ports::{Account, ApiKey, TokenHash};
use baton_runtime::{Committed, Handle, SubmitError};

use crate::{
    access::{self, Allowed, Who},
    app::App,
    limits,
    problem::{Code, Problem},
    secrets::{self, TokenKind},
};

pub(crate) const SESSION_COOKIE: &str = "baton_session";

/// The bearer of a valid credential.
#[derive(Debug, Clone)]
pub(crate) enum Identity {
    Key { id: ApiKeyId, who: Who },
    Customer { conversation: ConversationId },
    Person { account: Arc<Account> },
}

/// An authenticated call.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) workspace: WorkspaceId,
    pub(crate) identity: Identity,
    pub(crate) credential: TokenHash,
    /// When the credential ends; API keys do not.
    pub(crate) until: Option<Timestamp>,
    pub(crate) handle: Handle,
}

impl Caller {
    pub(crate) fn who(&self) -> Who {
        match &self.identity {
            Identity::Key { who, .. } => *who,
            Identity::Customer { .. } => Who::Customer,
            Identity::Person { account } => account.role.into(),
        }
    }

    /// Scopes idempotency keys: two callers may use the same key.
    pub(crate) fn scope(&self) -> String {
        match &self.identity {
            Identity::Key { id, .. } => id.to_string(),
            Identity::Customer { conversation } => conversation.to_string(),
            Identity::Person { account } => account.id.to_string(),
        }
    }

    pub(crate) fn actor(&self) -> Actor {
        match &self.identity {
            Identity::Key { .. } => Actor::Bot,
            Identity::Customer { conversation } => Actor::Customer { conversation: *conversation },
            Identity::Person { account } => match (account.human_agent, Who::from(account.role)) {
                (Some(human_agent), Who::HumanAgent) => Actor::Human { human_agent },
                (human_agent, _) => Actor::Supervisor { name: account.name.clone(), human_agent },
            },
        }
    }

    /// Hands an input to the workspace; the answer comes after the commit.
    pub(crate) async fn submit(&self, key: Option<IdempotencyKey>, input: Input) -> Result<Committed, Problem> {
        let wait = Duration::from_millis(limits::COMMIT_WAIT.0.unsigned_abs());
        match tokio::time::timeout(wait, self.handle.submit(self.actor(), key, input)).await {
            Ok(Ok(committed)) => Ok(committed),
            Ok(Err(SubmitError::Refused(refusal))) => Err(refusal.into()),
            Ok(Err(SubmitError::Busy)) => Err(Problem::new(Code::Busy, "The inbox of this workspace is full.")),
            Ok(Err(SubmitError::Stopped)) => {
                Err(Problem::new(Code::Stopped, "This workspace is not running at the moment."))
            }
            Err(_) => Err(Problem::new(
                Code::Busy,
                "The write was not confirmed in time; it may still happen. Retry with the same key.",
            )),
        }
    }
}

/// Refuses whatever the table does not allow. Runs before any handler, on every route.
pub(crate) async fn guard(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let operation = request
        .extensions()
        .get::<MatchedPath>()
        .and_then(|path| access::operation(request.method().as_str(), path.as_str()));
    let Some(operation) = operation else {
        return Problem::new(Code::Forbidden, "This operation is not open to anybody.").into_response();
    };
    if let Allowed::Only(allowed) = operation.allowed {
        let presented = match token(&request) {
            Ok(token) => token,
            Err(problem) => return problem.into_response(),
        };
        let caller = match authenticate(&app, &presented).await {
            Ok(caller) => caller,
            Err(problem) => return problem.into_response(),
        };
        if !allowed.contains(&caller.who()) {
            let detail = format!(
                "This operation is for {}; you are {}.",
                allowed.iter().map(|who| who.name()).collect::<Vec<_>>().join(", "),
                caller.who().name()
            );
            return Problem::new(Code::Forbidden, detail).into_response();
        }
        request.extensions_mut().insert(caller);
    }
    next.run(request).await
}

/// The presented token: the bearer header, or the session cookie of a signed-in browser.
fn token(request: &Request) -> Result<String, Problem> {
    if let Some(value) = request.headers().get(header::AUTHORIZATION) {
        return value
            .to_str()
            .ok()
            .and_then(|v| v.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim().to_owned())
            .ok_or_else(|| Problem::new(Code::Unauthenticated, "The Authorization header is not `Bearer <token>`."));
    }
    request
        .headers()
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, token)| *name == SESSION_COOKIE && TokenKind::of(token) == Some(TokenKind::Session))
        .map(|(_, token)| token.to_owned())
        .ok_or_else(|| Problem::new(Code::Unauthenticated, "The call carries no credential."))
}

/// Whom a token belongs to, if it is valid now.
async fn authenticate(app: &App, presented: &str) -> Result<Caller, Problem> {
    let unknown = || Problem::new(Code::Unauthenticated, "The token is not known here; it may have been revoked.");
    let kind = TokenKind::of(presented).ok_or_else(unknown)?;
    identify(app, kind, secrets::hash_token(presented)).await?.ok_or_else(|| match kind {
        TokenKind::Session => Problem::new(Code::SessionExpired, "This session has ended or was never there."),
        TokenKind::ApiKey | TokenKind::Customer => unknown(),
    })
}

async fn identify(app: &App, kind: TokenKind, credential: TokenHash) -> Result<Option<Caller>, Problem> {
    let now = app.now();
    let found = match kind {
        TokenKind::Session => app.accounts(move |a| a.session(&credential, now)).await?.map(|(session, account)| {
            let account = Arc::new(account);
            (session.token_hash, account.workspace, Identity::Person { account }, Some(session.expires_at))
        }),
        TokenKind::ApiKey => api_key(app, credential, now)
            .await?
            .map(|key| (key.token_hash, key.workspace, Identity::Key { id: key.id, who: key.role.into() }, None)),
        TokenKind::Customer => app
            .accounts(move |a| a.customer_token(&credential, now))
            .await?
            .map(|t| (t.token_hash, t.workspace, Identity::Customer { conversation: t.conversation }, Some(t.expires_at))),
    };
    let Some((stored, workspace, identity, until)) = found.filter(|(stored, ..)| secrets::same(stored, &credential)) else {
        return Ok(None);
    };
    let handle = app.workspace(workspace).await?;
    Ok(Some(Caller { workspace, identity, credential: stored, until, handle }))
}

async fn api_key(app: &App, credential: TokenHash, now: Timestamp) -> Result<Option<ApiKey>, Problem> {
    let asked = match app.known_keys().get(&credential, now) {
        Ok(key) => return Ok(Some(key)),
        Err(asked) => asked,
    };
    let found = app.accounts(move |a| a.api_key(&credential)).await?;
    if let Some(key) = &found {
        app.known_keys().remember(asked, key, now);
    }
    Ok(found)
}

/// Whether a long-lived call may go on: its credential is still valid and still means the same.
pub(crate) async fn still_valid(app: &App, caller: &Caller) -> bool {
    if caller.until.is_some_and(|until| until <= app.now()) {
        return false;
    }
    let kind = match caller.identity {
        Identity::Key { .. } => TokenKind::ApiKey,
        Identity::Customer { .. } => TokenKind::Customer,
        Identity::Person { .. } => TokenKind::Session,
    };
    // A store that cannot answer now is no reason to cut people off: the next beat asks again.
    match identify(app, kind, caller.credential).await {
        Ok(found) => found.is_some_and(|now| now.who() == caller.who()),
        Err(_) => true,
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Problem::new(Code::Unauthenticated, "The call carries no credential."))
    }
}

/// A signed-in person.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) caller: Caller,
    pub(crate) account: Arc<Account>,
}

impl<S: Send + Sync> FromRequestParts<S> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        match &caller.identity {
            Identity::Person { account } => Ok(Self { account: Arc::clone(account), caller }),
            Identity::Key { .. } | Identity::Customer { .. } => {
                Err(Problem::new(Code::Forbidden, "This operation is for people."))
            }
        }
    }
}

/// A signed-in person who works at the desk.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) caller: Caller,
    pub(crate) human_agent: HumanAgentId,
}

impl<S: Send + Sync> FromRequestParts<S> for Desk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Person { caller, account } = Person::from_request_parts(parts, state).await?;
        let human_agent = account.human_agent.ok_or_else(|| {
            Problem::new(Code::Forbidden, "Your account has no place at the desk: an admin can give it a human agent.")
        })?;
        Ok(Self { caller, human_agent })
    }
}

/// The customer of the conversation that the path names. Another conversation is as good as none.
#[derive(Debug)]
pub(crate) struct Customer {
    pub(crate) caller: Caller,
    pub(crate) conversation: ConversationId,
}

impl<S: Send + Sync> FromRequestParts<S> for Customer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let Identity::Customer { conversation } = caller.identity else {
            return Err(Problem::new(Code::Forbidden, "This operation is for the customer."));
        };
        let Path(path) =
            Path::<HashMap<String, String>>::from_request_parts(parts, state).await.map_err(Problem::internal)?;
        if path.get("id").and_then(|id| id.parse().ok()) != Some(conversation) {
            return Err(Problem::not_found("conversation"));
        }
        Ok(Self { caller, conversation })
    }
}
