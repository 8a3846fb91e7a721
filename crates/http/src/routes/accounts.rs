//! People who sign in.

use axum::{Json, extract::State, http::StatusCode};
use baton_model::{AccountId, HumanAgentId, HumanProfile, Input, Timestamp};
use baton_ports::{Account, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    app::App,
    caller::Caller,
    limits,
    problem::{Code, Problem},
    request::Write,
};

/// Roles of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PersonRole {
    HumanAgent,
    Supervisor,
    Admin,
}

impl From<PersonRole> for Role {
    fn from(role: PersonRole) -> Self {
        match role {
            PersonRole::HumanAgent => Self::HumanAgent,
            PersonRole::Supervisor => Self::Supervisor,
            PersonRole::Admin => Self::Admin,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAccount {
    email: String,
    name: String,
    /// 10 to 200 characters.
    #[schema(min_length = 10, max_length = 200)]
    password: String,
    role: PersonRole,
    /// Gives the person a place at the desk. Required for `human_agent`.
    profile: Option<HumanProfile>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountRow {
    id: AccountId,
    email: String,
    name: String,
    role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    human_agent: Option<HumanAgentId>,
    created_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountRows {
    accounts: Vec<AccountRow>,
}

impl From<Account> for AccountRow {
    fn from(account: Account) -> Self {
        let Account { id, email, name, role, human_agent, created_at, .. } = account;
        Self { id, email, name, role, human_agent, created_at }
    }
}

/// Everybody who may sign in.
#[utoipa::path(get, path = "/v1/accounts", tag = "accounts", responses((status = 200, body = AccountRows)))]
pub(crate) async fn list_accounts(State(app): State<App>, caller: Caller) -> Result<Json<AccountRows>, Problem> {
    let workspace = caller.workspace;
    let accounts = app.accounts(move |a| a.accounts(workspace)).await?;
    Ok(Json(AccountRows { accounts: accounts.into_iter().map(AccountRow::from).collect() }))
}

fn check(new: &NewAccount) -> Result<(), Problem> {
    limits::check_text("/name", &new.name, limits::LINE_CHARS)?;
    limits::check_text("/email", &new.email, limits::LINE_CHARS)?;
    let invalid = |at: &str, problem: &str| Err(Problem::new(Code::Invalid, format!("{at} {problem}.")).at(at, problem));
    let address =
        new.email.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'));
    if !address || new.email.contains(char::is_whitespace) {
        return invalid("/email", "is not an e-mail address");
    }
    if !limits::PASSWORD_CHARS.contains(&new.password.chars().count()) {
        return invalid("/password", "does not have 10 to 200 characters");
    }
    if new.role == PersonRole::HumanAgent && new.profile.is_none() {
        return invalid("/profile", "is required for a human agent");
    }
    Ok(())
}

/// Let a person sign in.
#[utoipa::path(post, path = "/v1/accounts", tag = "accounts", request_body = NewAccount, responses((status = 201, body = AccountRow)))]
pub(crate) async fn create_account(
    State(app): State<App>,
    caller: Caller,
    write: Write<NewAccount>,
) -> Result<(StatusCode, Json<serde_json::Value>), Problem> {
    check(&write.body)?;
    let NewAccount { email, name, password, role, profile } = write.body;
    let (workspace, now) = (caller.workspace, app.now());
    let create = async {
        // Asked first, so that a taken address leaves no profile behind.
        let address = email.clone();
        if app.accounts(move |a| a.account_by_email(workspace, &address)).await?.is_some() {
            return Err(Problem::new(Code::Conflict, "This email is already in use.").at("/email", "taken"));
        }
        let password_hash = app.passwords().hash(password).await?;
        let human_agent = match profile {
            Some(profile) => {
                let human_agent = app.draw();
                caller.submit(None, Input::PutHuman { human_agent, profile }).await?;
                Some(human_agent)
            }
            None => None,
        };
        let account = Account {
            id: app.draw(),
            workspace,
            email,
            name,
            password_hash,
            role: role.into(),
            human_agent,
            created_at: now,
        };
        let row = account.clone();
        app.accounts(move |a| a.create_account(&row)).await?;
        let body = serde_json::to_value(AccountRow::from(account)).map_err(Problem::internal)?;
        Ok((StatusCode::CREATED, body))
    };
    app.replies().once(write.key, now, create).await
}
