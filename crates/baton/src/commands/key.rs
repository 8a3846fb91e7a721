//! `baton key`.

use std::io::Write;

use anyhow::{Context, Result};
use baton_http::{TokenKind, new_token};
use baton_model::{IdSource, WorkspaceId};
use baton_ports::{Accounts, ApiKey, Clock, Role};

use crate::{
    cli::{KeyArgs, KeyCommand, KeyRole},
    out::out,
    parts,
};

pub(crate) fn run(args: KeyArgs) -> Result<()> {
    let KeyCommand::Create { workspace, role, name, data } = args.command;
    let role = match role {
        KeyRole::Bot => Role::Bot,
        KeyRole::Widget => Role::Widget,
    };
    let clock = parts::clock()?;
    let store = parts::store(&data)?;
    let row = store.workspace_by_slug(&workspace)?.with_context(|| format!("there is no workspace `{workspace}`"))?;
    let token = create(&*store, &*clock, row.id, role, name.as_deref().unwrap_or(role.name()))?;
    writeln!(out(), "{token}")?;
    eprintln!("A {} key of workspace {workspace}. It is shown once.", role.name());
    Ok(())
}

/// The token, which is stored only as its hash.
pub(crate) fn create(
    accounts: &dyn Accounts,
    clock: &dyn Clock,
    workspace: WorkspaceId,
    role: Role,
    name: &str,
) -> Result<String> {
    let token = new_token(TokenKind::ApiKey)?;
    let created_at = clock.now();
    let key = ApiKey {
        id: IdSource::new(created_at, clock.seed()).draw(),
        workspace,
        name: name.to_owned(),
        role,
        token_hash: token.hash,
        hint: token.hint,
        created_at,
        revoked_at: None,
    };
    accounts.create_api_key(&key).context("the key was not created")?;
    Ok(token.token)
}
