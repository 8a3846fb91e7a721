//! Signing in and out.

use std::net::SocketAddr;

use axum::{
    Json,
    extract::{ConnectInfo, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
};
use baton_model::{AccountId, HumanAgentId, Timestamp};
use baton_ports::{Account, Role, Session, WorkspaceRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    app::App,
    caller::{Person, SESSION_COOKIE},
    limits,
    problem::{Code, Problem},
    request::{Nothing, Write},
    secrets::{self, TokenKind},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// The workspace's slug.
    #[schema(example = "shop")]
    workspace: String,
    email: String,
    password: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignedIn {
    /// For clients that are no browsers; a browser gets it as a cookie that scripts cannot read.
    token: String,
    expires_at: Timestamp,
    me: Me,
}

/// The signed-in person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    account: AccountId,
    email: String,
    name: String,
    role: Role,
    /// Whom they are at the desk; absent for people who do not work there.
    #[serde(skip_serializing_if = "Option::is_none")]
    human_agent: Option<HumanAgentId>,
    workspace: WorkspaceName,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WorkspaceName {
    slug: String,
    name: String,
}

impl Me {
    fn new(account: &Account, workspace: WorkspaceRow) -> Self {
        Self {
            account: account.id,
            email: account.email.clone(),
            name: account.name.clone(),
            role: account.role,
            human_agent: account.human_agent,
            workspace: WorkspaceName { slug: workspace.slug, name: workspace.name },
        }
    }
}

type SetCookie = [(HeaderName, HeaderValue); 1];

fn cookie(app: &App, token: &str, seconds: i64) -> Result<SetCookie, Problem> {
    let secure = if app.options().cookie_secure { "; Secure" } else { "" };
    let text = format!("{SESSION_COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    Ok([(header::SET_COOKIE, HeaderValue::from_str(&text).map_err(Problem::internal)?)])
}

/// Sign in. A repeat with the same key makes another session: tokens are not kept to be told twice.
#[utoipa::path(post, path = "/v1/sessions", tag = "sessions", request_body = SignIn, responses((status = 201, body = SignedIn)))]
pub(crate) async fn sign_in(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    write: Write<SignIn>,
) -> Result<(StatusCode, SetCookie, Json<SignedIn>), Problem> {
    let SignIn { workspace: slug, email, password } = write.body;
    for (at, text) in [("/workspace", &slug), ("/email", &email), ("/password", &password)] {
        limits::check_text(at, text, limits::LINE_CHARS)?;
    }
    app.count_login(format!("{slug}/{}", email.to_ascii_lowercase()), peer.ip())?;

    let found = app
        .accounts(move |a| {
            let Some(workspace) = a.workspace_by_slug(&slug)? else { return Ok(None) };
            Ok(a.account_by_email(workspace.id, &email)?.map(|account| (workspace, account)))
        })
        .await?;
    let stored = found.as_ref().map(|(_, account)| account.password_hash.clone());
    let right = app.passwords().check(password, stored).await?;
    let Some((workspace, account)) = found.filter(|_| right) else {
        return Err(Problem::new(Code::WrongCredentials, "Workspace, e-mail address and password do not belong together."));
    };

    let new = secrets::new_token(TokenKind::Session).map_err(Problem::internal)?;
    let now = app.now();
    let session = Session { token_hash: new.hash, account: account.id, created_at: now, expires_at: now + limits::SESSION };
    let expires_at = session.expires_at;
    app.accounts(move |a| {
        // Signing in is rare enough to pay for the sweep.
        a.delete_expired(now)?;
        a.create_session(&session)
    })
    .await?;
    let cookie = cookie(&app, &new.token, limits::SESSION.0 / 1000)?;
    let me = Me::new(&account, workspace);
    Ok((StatusCode::CREATED, cookie, Json(SignedIn { token: new.token, expires_at, me })))
}

/// Sign out: this session ends at once.
#[utoipa::path(delete, path = "/v1/sessions/current", tag = "sessions", responses((status = 204)))]
pub(crate) async fn sign_out(
    State(app): State<App>,
    person: Person,
    _write: Write<Nothing>,
) -> Result<(StatusCode, SetCookie), Problem> {
    let credential = person.caller.credential;
    app.accounts(move |a| a.delete_session(&credential)).await?;
    Ok((StatusCode::NO_CONTENT, cookie(&app, "", 0)?))
}

/// Who is signed in.
#[utoipa::path(get, path = "/v1/me", tag = "sessions", responses((status = 200, body = Me)))]
pub(crate) async fn me(State(app): State<App>, person: Person) -> Result<Json<Me>, Problem> {
    let id = person.caller.workspace;
    let workspace = app.accounts(move |a| a.workspace(id)).await?.ok_or_else(|| Problem::not_found("workspace"))?;
    Ok(Json(Me::new(&person.account, workspace)))
}
