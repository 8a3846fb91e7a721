//! Workspaces, people, keys and tokens. Beside the journal, not in it: secrets are stored hashed and can be deleted.

use std::{error::Error, fmt, sync::Arc};

use baton_model::{AccountId, ApiKeyId, ConversationId, HumanAgentId, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};

/// What a credential may do. `bot` and `widget` belong to API keys, the others to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Bot,
    /// May open conversations as an unverified customer, from any browser.
    Widget,
    HumanAgent,
    Supervisor,
    Admin,
}

impl Role {
    pub const ALL: [Self; 5] = [Self::Bot, Self::Widget, Self::HumanAgent, Self::Supervisor, Self::Admin];

    /// The name on the wire and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Widget => "widget",
            Self::HumanAgent => "human_agent",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// SHA-256 of a random token. The token itself is shown once and never stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(..)")
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceRow {
    pub id: WorkspaceId,
    /// Unique; what people type to sign in.
    pub slug: String,
    pub name: String,
    pub created_at: Timestamp,
}

#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub workspace: WorkspaceId,
    /// Unique in its workspace, whatever the case of ASCII letters.
    pub email: String,
    pub name: String,
    /// PHC string.
    pub password_hash: String,
    pub role: Role,
    /// Whom this person is at the desk.
    pub human_agent: Option<HumanAgentId>,
    pub created_at: Timestamp,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("id", &self.id).field("role", &self.role).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub token_hash: TokenHash,
    pub account: AccountId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub workspace: WorkspaceId,
    pub name: String,
    pub role: Role,
    pub token_hash: TokenHash,
    /// The last four characters, so that people can tell their keys apart.
    pub hint: String,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// Lets a browser speak as the customer of one conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerToken {
    pub token_hash: TokenHash,
    pub workspace: WorkspaceId,
    pub conversation: ConversationId,
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, thiserror::Error)]
pub enum AccountsError {
    /// A slug, an email address or an id is in use already. Nothing was written.
    #[error("this {0} is already in use")]
    Taken(&'static str),
    /// The row names a workspace or account that does not exist. Nothing was written.
    #[error("the {0} does not exist")]
    Unknown(&'static str),
    #[error("the store failed")]
    Storage(#[source] Arc<dyn Error + Send + Sync>),
}

impl AccountsError {
    pub fn storage(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Storage(Arc::from(cause.into()))
    }
}

/// Writes are durable when they return. Look-ups by secret answer only what is valid now, so that no caller can forget
/// to check; look-ups by id always name the workspace, so that nothing crosses.
pub trait Accounts: Send + Sync + 'static {
    fn create_workspace(&self, row: &WorkspaceRow) -> Result<(), AccountsError>;
    /// Oldest first.
    fn workspaces(&self) -> Result<Vec<WorkspaceRow>, AccountsError>;
    fn workspace(&self, id: WorkspaceId) -> Result<Option<WorkspaceRow>, AccountsError>;
    fn workspace_by_slug(&self, slug: &str) -> Result<Option<WorkspaceRow>, AccountsError>;

    fn create_account(&self, account: &Account) -> Result<(), AccountsError>;
    /// Replaces email, name, password hash, role and human agent. False if there is no such account in its workspace.
    fn update_account(&self, account: &Account) -> Result<bool, AccountsError>;
    /// Oldest first.
    fn accounts(&self, workspace: WorkspaceId) -> Result<Vec<Account>, AccountsError>;
    fn account(&self, workspace: WorkspaceId, id: AccountId) -> Result<Option<Account>, AccountsError>;
    fn account_by_email(&self, workspace: WorkspaceId, email: &str) -> Result<Option<Account>, AccountsError>;

    fn create_session(&self, session: &Session) -> Result<(), AccountsError>;
    /// The session and its account; none when unknown or expired at `now`.
    fn session(&self, token: &TokenHash, now: Timestamp) -> Result<Option<(Session, Account)>, AccountsError>;
    /// True if there was one.
    fn delete_session(&self, token: &TokenHash) -> Result<bool, AccountsError>;
    /// All sessions of one account, after a change of password or role. How many there were.
    fn delete_sessions_of(&self, account: AccountId) -> Result<u64, AccountsError>;

    fn create_api_key(&self, key: &ApiKey) -> Result<(), AccountsError>;
    /// Oldest first, revoked ones included.
    fn api_keys(&self, workspace: WorkspaceId) -> Result<Vec<ApiKey>, AccountsError>;
    /// None when unknown or revoked.
    fn api_key(&self, token: &TokenHash) -> Result<Option<ApiKey>, AccountsError>;
    /// False if there is no such live key in the workspace.
    fn revoke_api_key(&self, workspace: WorkspaceId, id: ApiKeyId, at: Timestamp) -> Result<bool, AccountsError>;

    fn create_customer_token(&self, token: &CustomerToken) -> Result<(), AccountsError>;
    /// None when unknown or expired at `now`.
    fn customer_token(&self, token: &TokenHash, now: Timestamp) -> Result<Option<CustomerToken>, AccountsError>;

    /// Removes sessions and customer tokens that have expired. How many.
    fn delete_expired(&self, now: Timestamp) -> Result<u64, AccountsError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_names_round_trip_and_debug_keeps_secrets() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.name()), Some(role));
        }
        assert_eq!(Role::parse("root"), None);
        assert_eq!(format!("{:?}", TokenHash([0xab; 32])), "TokenHash(..)");
    }
}
