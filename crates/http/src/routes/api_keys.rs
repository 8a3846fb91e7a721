//! Keys of bots and of pages with the widget.

use axum::{Json, extract::State, http::StatusCode};
use baton_model::{ApiKeyId, Timestamp};
use baton_ports::{ApiKey, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    app::App,
    caller::Caller,
    limits,
    problem::Problem,
    request::{Id, Nothing, Write},
    secrets::{self, TokenKind},
};

/// Roles of keys.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyRole {
    Bot,
    /// May stand in a page's source: it can only open conversations of unverified customers.
    Widget,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewApiKey {
    name: String,
    role: KeyRole,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApiKeyRow {
    id: ApiKeyId,
    name: String,
    role: Role,
    /// The last four characters.
    hint: String,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApiKeyRows {
    api_keys: Vec<ApiKeyRow>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ApiKeyCreated {
    /// Shown once; only its hash is stored.
    token: String,
    api_key: ApiKeyRow,
}

impl From<ApiKey> for ApiKeyRow {
    fn from(key: ApiKey) -> Self {
        let ApiKey { id, name, role, hint, created_at, revoked_at, .. } = key;
        Self { id, name, role, hint, created_at, revoked_at }
    }
}

/// All keys, revoked ones included.
#[utoipa::path(get, path = "/v1/api-keys", tag = "accounts", responses((status = 200, body = ApiKeyRows)))]
pub(crate) async fn list_api_keys(State(app): State<App>, caller: Caller) -> Result<Json<ApiKeyRows>, Problem> {
    let workspace = caller.workspace;
    let keys = app.accounts(move |a| a.api_keys(workspace)).await?;
    Ok(Json(ApiKeyRows { api_keys: keys.into_iter().map(ApiKeyRow::from).collect() }))
}

/// Make a key.
#[utoipa::path(post, path = "/v1/api-keys", tag = "accounts", request_body = NewApiKey, responses((status = 201, body = ApiKeyCreated)))]
pub(crate) async fn create_api_key(
    State(app): State<App>,
    caller: Caller,
    write: Write<NewApiKey>,
) -> Result<(StatusCode, Json<serde_json::Value>), Problem> {
    let NewApiKey { name, role } = write.body;
    limits::check_text("/name", &name, limits::LINE_CHARS)?;
    let now = app.now();
    let create = async {
        let new = secrets::new_token(TokenKind::ApiKey).map_err(Problem::internal)?;
        let role = match role {
            KeyRole::Bot => Role::Bot,
            KeyRole::Widget => Role::Widget,
        };
        let key = ApiKey {
            id: app.draw(),
            workspace: caller.workspace,
            name,
            role,
            token_hash: new.hash,
            hint: new.hint,
            created_at: now,
            revoked_at: None,
        };
        let row = key.clone();
        app.accounts(move |a| a.create_api_key(&row)).await?;
        let created = ApiKeyCreated { token: new.token, api_key: key.into() };
        Ok((StatusCode::CREATED, serde_json::to_value(created).map_err(Problem::internal)?))
    };
    app.replies().once(write.key, now, create).await
}

/// Revoke a key: it is refused from now on, and its streams end within 15 seconds.
#[utoipa::path(delete, path = "/v1/api-keys/{id}", tag = "accounts", params(("id" = String, Path)), responses((status = 204)))]
pub(crate) async fn revoke_api_key(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ApiKeyId>,
    write: Write<Nothing>,
) -> Result<StatusCode, Problem> {
    let (workspace, now) = (caller.workspace, app.now());
    let revoke = async {
        let revoked = app.accounts(move |a| a.revoke_api_key(workspace, id, now)).await?;
        app.known_keys().forget();
        if revoked { Ok((StatusCode::NO_CONTENT, serde_json::Value::Null)) } else { Err(Problem::not_found("API key")) }
    };
    let (status, _) = app.replies().once(write.key, now, revoke).await?;
    Ok(status)
}
