//! `baton workspace`.

use std::io::{Read, Write};

use anyhow::{Context, Result, bail};
use baton_model::{AccountId, IdSource, Timestamp, WorkspaceId};
use baton_ports::{Account, Accounts, AccountsError, Clock, Role, WorkspaceRow};

use crate::{
    cli::{WorkspaceArgs, WorkspaceCommand},
    out::out,
    parts,
};

pub(crate) fn run(args: WorkspaceArgs) -> Result<()> {
    match args.command {
        WorkspaceCommand::List { data } => {
            for row in parts::store(&data)?.workspaces()? {
                writeln!(out(), "{}\t{}\t{}", row.slug, row.id, row.name)?;
            }
        }
        WorkspaceCommand::Create { slug, name, admin_email, admin_password_stdin, data } => {
            check_slug(&slug)?;
            let admin = admin_email.map(|email| -> Result<_> {
                check_email(&email)?;
                let given = admin_password_stdin.then(read_password).transpose()?;
                Ok((email, given))
            });
            let admin = admin.transpose()?;
            let clock = parts::clock()?;
            let store = parts::store(&data)?;
            let workspace = create(&*store, &*clock, &slug, name.as_deref().unwrap_or(&slug))?;
            writeln!(out(), "workspace {slug} created ({})", workspace.id)?;
            if let Some((email, given)) = admin {
                let password = given.clone().map_or_else(new_password, Ok)?;
                let account = NewAccount {
                    email: &email,
                    name: "Administrator",
                    password: &password,
                    role: Role::Admin,
                    human_agent: None,
                };
                account.create(&*store, &*clock, workspace.id)?;
                match given {
                    Some(_) => writeln!(out(), "administrator {email}")?,
                    None => writeln!(out(), "administrator {email}, password {password} (shown once)")?,
                }
            }
        }
    }
    Ok(())
}

pub(crate) fn create(accounts: &dyn Accounts, clock: &dyn Clock, slug: &str, name: &str) -> Result<WorkspaceRow> {
    let created_at = clock.now();
    let id: WorkspaceId = IdSource::new(created_at, clock.seed()).draw();
    let row = WorkspaceRow { id, slug: slug.into(), name: name.into(), created_at };
    match accounts.create_workspace(&row) {
        Ok(()) => Ok(row),
        Err(AccountsError::Taken(_)) => bail!("there is a workspace `{slug}` already"),
        Err(other) => Err(other).context("the workspace was not created"),
    }
}

pub(crate) struct NewAccount<'a> {
    pub(crate) email: &'a str,
    pub(crate) name: &'a str,
    pub(crate) password: &'a str,
    pub(crate) role: Role,
    pub(crate) human_agent: Option<baton_model::HumanAgentId>,
}

impl NewAccount<'_> {
    /// Hashing takes tens of milliseconds.
    pub(crate) fn create(&self, accounts: &dyn Accounts, clock: &dyn Clock, workspace: WorkspaceId) -> Result<AccountId> {
        let created_at: Timestamp = clock.now();
        let account = Account {
            id: IdSource::new(created_at, clock.seed()).draw(),
            workspace,
            email: self.email.into(),
            name: self.name.into(),
            password_hash: baton_http::hash_password(self.password)?,
            role: self.role,
            human_agent: self.human_agent,
            created_at,
        };
        accounts.create_account(&account).with_context(|| format!("the account {} was not created", self.email))?;
        Ok(account.id)
    }
}

/// 80 random bits in letters and digits that are not mistaken for each other.
pub(crate) fn new_password() -> Result<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|e| anyhow::anyhow!("no randomness from the operating system: {e}"))?;
    let letters: String = bytes.iter().map(|b| char::from(LETTERS[usize::from(b % 32)])).collect();
    Ok(format!("{}-{}-{}-{}", &letters[..4], &letters[4..8], &letters[8..12], &letters[12..]))
}

fn check_slug(slug: &str) -> Result<()> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if slug.is_empty() || slug.len() > 40 || !slug.bytes().all(plain) || slug.starts_with('-') || slug.ends_with('-') {
        bail!("`{slug}` is not a slug: 1 to 40 lower-case letters, digits and `-`, which is not first or last");
    }
    Ok(())
}

fn check_email(email: &str) -> Result<()> {
    if email.split_once('@').is_none_or(|(local, host)| local.is_empty() || host.is_empty())
        || email.contains(char::is_whitespace)
    {
        bail!("`{email}` is not an e-mail address");
    }
    Ok(())
}

fn read_password() -> Result<String> {
    let mut text = String::new();
    std::io::stdin().take(4096).read_to_string(&mut text).context("cannot read the password from standard input")?;
    let password = text.trim_end_matches(['\r', '\n']).to_owned();
    let (least, most) = baton_http::limits::PASSWORD_CHARS.into_inner();
    if !(least..=most).contains(&password.chars().count()) {
        bail!("the password must have {least} to {most} characters");
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_and_addresses_are_checked() {
        for good in ["a", "shop", "my-shop-2"] {
            assert!(check_slug(good).is_ok(), "{good}");
        }
        for bad in ["", "Shop", "-a", "a-", "a b", "ä", &"x".repeat(41)] {
            assert!(check_slug(bad).is_err(), "{bad}");
        }
        assert!(check_email("a@b.example").is_ok());
        assert!(check_email("a@").is_err() && check_email("a b@c").is_err() && check_email("ab").is_err());
    }

    #[test]
    fn passwords_differ_and_can_be_typed() {
        let (a, b) = (new_password().unwrap(), new_password().unwrap());
        assert_ne!(a, b);
        assert_eq!(a.len(), 19);
        assert!(a.bytes().all(|b| b == b'-' || b.is_ascii_lowercase() || b.is_ascii_digit()));
    }
}
