//! The store as accounts.

use baton_model::{AccountId, ApiKeyId, Timestamp, WorkspaceId};
use baton_ports::{Account, Accounts, AccountsError, ApiKey, CustomerToken, Role, Session, TokenHash, WorkspaceRow};
use rusqlite::{OptionalExtension, Params, Row, Savepoint, ffi, types::Type};
use uuid::Uuid;

use super::{SqliteStore, writer::WriteError};

const WORKSPACE: &str = "SELECT id, slug, name, created_at FROM workspace";
const ACCOUNT: &str = "SELECT id, workspace, email, name, password_hash, role, human_agent, created_at FROM account";
const API_KEY: &str = "SELECT id, workspace, name, role, token_hash, hint, created_at, revoked_at FROM api_key";

impl Accounts for SqliteStore {
    fn create_workspace(&self, row: &WorkspaceRow) -> Result<(), AccountsError> {
        let row = row.clone();
        self.change("workspace", "workspace", move |tx| {
            tx.prepare_cached("INSERT INTO workspace (id, slug, name, created_at) VALUES (?1, ?2, ?3, ?4)")?.execute((
                id(row.id.uuid()),
                row.slug,
                row.name,
                row.created_at.millis(),
            ))
        })
        .map(drop)
    }

    fn workspaces(&self) -> Result<Vec<WorkspaceRow>, AccountsError> {
        self.list(&format!("{WORKSPACE} ORDER BY created_at, rowid"), (), workspace)
    }

    fn workspace(&self, workspace_id: WorkspaceId) -> Result<Option<WorkspaceRow>, AccountsError> {
        self.find(&format!("{WORKSPACE} WHERE id = ?1"), [id(workspace_id.uuid())], workspace)
    }

    fn workspace_by_slug(&self, slug: &str) -> Result<Option<WorkspaceRow>, AccountsError> {
        self.find(&format!("{WORKSPACE} WHERE slug = ?1"), [slug], workspace)
    }

    fn create_account(&self, account: &Account) -> Result<(), AccountsError> {
        let a = account.clone();
        self.change("email address", "workspace", move |tx| {
            tx.prepare_cached(
                "INSERT INTO account (id, workspace, email, name, password_hash, role, human_agent, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute((
                id(a.id.uuid()),
                id(a.workspace.uuid()),
                a.email,
                a.name,
                a.password_hash,
                a.role.name(),
                a.human_agent.map(|h| id(h.uuid())),
                a.created_at.millis(),
            ))
        })
        .map(drop)
    }

    fn update_account(&self, account: &Account) -> Result<bool, AccountsError> {
        let a = account.clone();
        self.change("email address", "workspace", move |tx| {
            tx.prepare_cached(
                "UPDATE account SET email = ?3, name = ?4, password_hash = ?5, role = ?6, human_agent = ?7
                 WHERE id = ?1 AND workspace = ?2",
            )?
            .execute((
                id(a.id.uuid()),
                id(a.workspace.uuid()),
                a.email,
                a.name,
                a.password_hash,
                a.role.name(),
                a.human_agent.map(|h| id(h.uuid())),
            ))
        })
        .map(|rows| rows > 0)
    }

    fn accounts(&self, workspace: WorkspaceId) -> Result<Vec<Account>, AccountsError> {
        self.list(&format!("{ACCOUNT} WHERE workspace = ?1 ORDER BY created_at, rowid"), [id(workspace.uuid())], account)
    }

    fn account(&self, workspace: WorkspaceId, account_id: AccountId) -> Result<Option<Account>, AccountsError> {
        let key = (id(account_id.uuid()), id(workspace.uuid()));
        self.find(&format!("{ACCOUNT} WHERE id = ?1 AND workspace = ?2"), key, account)
    }

    fn account_by_email(&self, workspace: WorkspaceId, email: &str) -> Result<Option<Account>, AccountsError> {
        self.find(&format!("{ACCOUNT} WHERE workspace = ?1 AND email = ?2"), (id(workspace.uuid()), email), account)
    }

    fn create_session(&self, session: &Session) -> Result<(), AccountsError> {
        let s = session.clone();
        self.change("token", "account", move |tx| {
            tx.prepare_cached("INSERT INTO session (token_hash, account, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)")?
                .execute((s.token_hash.0, id(s.account.uuid()), s.created_at.millis(), s.expires_at.millis()))
        })
        .map(drop)
    }

    fn session(&self, token: &TokenHash, now: Timestamp) -> Result<Option<(Session, Account)>, AccountsError> {
        let sql = "SELECT a.id, a.workspace, a.email, a.name, a.password_hash, a.role, a.human_agent, a.created_at,
                          s.created_at, s.expires_at
                   FROM session s JOIN account a ON a.id = s.account
                   WHERE s.token_hash = ?1 AND s.expires_at > ?2";
        let token_hash = *token;
        self.find(sql, (token.0, now.millis()), move |row| {
            let account = account(row)?;
            let session = Session { token_hash, account: account.id, created_at: time(row, 8)?, expires_at: time(row, 9)? };
            Ok((session, account))
        })
    }

    fn delete_session(&self, token: &TokenHash) -> Result<bool, AccountsError> {
        let token = token.0;
        self.change("", "", move |tx| tx.prepare_cached("DELETE FROM session WHERE token_hash = ?1")?.execute([token]))
            .map(|rows| rows > 0)
    }

    fn delete_sessions_of(&self, account: AccountId) -> Result<u64, AccountsError> {
        self.change("", "", move |tx| {
            tx.prepare_cached("DELETE FROM session WHERE account = ?1")?.execute([id(account.uuid())])
        })
        .map(|rows| rows as u64)
    }

    fn create_api_key(&self, key: &ApiKey) -> Result<(), AccountsError> {
        let k = key.clone();
        self.change("key", "workspace", move |tx| {
            tx.prepare_cached(
                "INSERT INTO api_key (id, workspace, name, role, token_hash, hint, created_at, revoked_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute((
                id(k.id.uuid()),
                id(k.workspace.uuid()),
                k.name,
                k.role.name(),
                k.token_hash.0,
                k.hint,
                k.created_at.millis(),
                k.revoked_at.map(Timestamp::millis),
            ))
        })
        .map(drop)
    }

    fn api_keys(&self, workspace: WorkspaceId) -> Result<Vec<ApiKey>, AccountsError> {
        self.list(&format!("{API_KEY} WHERE workspace = ?1 ORDER BY created_at, rowid"), [id(workspace.uuid())], api_key)
    }

    fn api_key(&self, token: &TokenHash) -> Result<Option<ApiKey>, AccountsError> {
        self.find(&format!("{API_KEY} WHERE token_hash = ?1 AND revoked_at IS NULL"), [token.0], api_key)
    }

    fn revoke_api_key(&self, workspace: WorkspaceId, key: ApiKeyId, at: Timestamp) -> Result<bool, AccountsError> {
        self.change("", "", move |tx| {
            tx.prepare_cached("UPDATE api_key SET revoked_at = ?3 WHERE id = ?1 AND workspace = ?2 AND revoked_at IS NULL")?
                .execute((id(key.uuid()), id(workspace.uuid()), at.millis()))
        })
        .map(|rows| rows > 0)
    }

    fn create_customer_token(&self, token: &CustomerToken) -> Result<(), AccountsError> {
        let t = token.clone();
        self.change("token", "workspace", move |tx| {
            tx.prepare_cached(
                "INSERT INTO customer_token (token_hash, workspace, conversation, expires_at) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((
                t.token_hash.0,
                id(t.workspace.uuid()),
                id(t.conversation.uuid()),
                t.expires_at.millis(),
            ))
        })
        .map(drop)
    }

    fn customer_token(&self, token: &TokenHash, now: Timestamp) -> Result<Option<CustomerToken>, AccountsError> {
        let sql = "SELECT workspace, conversation, expires_at FROM customer_token WHERE token_hash = ?1 AND expires_at > ?2";
        let token_hash = *token;
        self.find(sql, (token.0, now.millis()), move |row| {
            let (workspace, conversation) = (uuid(row, 0)?.into(), uuid(row, 1)?.into());
            Ok(CustomerToken { token_hash, workspace, conversation, expires_at: time(row, 2)? })
        })
    }

    fn delete_expired(&self, now: Timestamp) -> Result<u64, AccountsError> {
        self.change("", "", move |tx| {
            let sessions = tx.execute("DELETE FROM session WHERE expires_at <= ?1", [now.millis()])?;
            Ok(sessions + tx.execute("DELETE FROM customer_token WHERE expires_at <= ?1", [now.millis()])?)
        })
        .map(|rows| rows as u64)
    }
}

impl SqliteStore {
    /// Runs a change that answers how many rows it touched. `taken` and `unknown` name what a unique or a foreign key is
    /// about.
    fn change(
        &self,
        taken: &'static str,
        unknown: &'static str,
        work: impl FnOnce(&Savepoint<'_>) -> rusqlite::Result<usize> + Send + 'static,
    ) -> Result<usize, AccountsError> {
        self.writer.write(work).map_err(|error| match error {
            WriteError::Stopped(cause) => AccountsError::Storage(cause),
            WriteError::Constraint(error) => match error.sqlite_error().map(|e| e.extended_code) {
                Some(ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => AccountsError::Taken(taken),
                Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => AccountsError::Unknown(unknown),
                _ => AccountsError::storage(error),
            },
        })
    }

    fn find<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, AccountsError> {
        self.readers
            .with(|c| c.prepare_cached(sql)?.query_row(params, read).optional())
            .map_err(|e: rusqlite::Error| AccountsError::storage(e))
    }

    fn list<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, AccountsError> {
        self.readers
            .with(|c| c.prepare_cached(sql)?.query_map(params, read)?.collect())
            .map_err(|e: rusqlite::Error| AccountsError::storage(e))
    }
}

fn id(id: Uuid) -> [u8; 16] {
    id.into_bytes()
}

fn uuid(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    row.get(column).map(Uuid::from_bytes)
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_millis)
}

fn role(row: &Row<'_>, column: usize) -> rusqlite::Result<Role> {
    let name: String = row.get(column)?;
    Role::parse(&name).ok_or_else(|| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, "not a role".into()))
}

fn workspace(row: &Row<'_>) -> rusqlite::Result<WorkspaceRow> {
    Ok(WorkspaceRow { id: uuid(row, 0)?.into(), slug: row.get(1)?, name: row.get(2)?, created_at: time(row, 3)? })
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let human_agent: Option<[u8; 16]> = row.get(6)?;
    Ok(Account {
        id: uuid(row, 0)?.into(),
        workspace: uuid(row, 1)?.into(),
        email: row.get(2)?,
        name: row.get(3)?,
        password_hash: row.get(4)?,
        role: role(row, 5)?,
        human_agent: human_agent.map(|bytes| Uuid::from_bytes(bytes).into()),
        created_at: time(row, 7)?,
    })
}

fn api_key(row: &Row<'_>) -> rusqlite::Result<ApiKey> {
    let revoked_at: Option<i64> = row.get(7)?;
    Ok(ApiKey {
        id: uuid(row, 0)?.into(),
        workspace: uuid(row, 1)?.into(),
        name: row.get(2)?,
        role: role(row, 3)?,
        token_hash: TokenHash(row.get(4)?),
        hint: row.get(5)?,
        created_at: time(row, 6)?,
        revoked_at: revoked_at.map(Timestamp::from_millis),
    })
}
