//! The wiring: which store, assistant and fact source implement the ports.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use anyhow::{Context, Result, bail};
use baton_assistant::{chat::Chat, knowledge::Knowledge};
use baton_connect::{
    AddressPolicy, Client,
    facts::{ByWorkspace, HttpFacts, MergedFacts, NoFacts},
};
use baton_ports::{Accounts, Assistant, Clock, FactSource};
use baton_runtime::{Baton, Options, Ports, SystemClock};
use baton_store::SqliteStore;

use crate::{
    classes,
    config::{Config, Facts},
};

/// A running Baton without its edge.
pub(crate) struct Parts {
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) baton: Baton,
}

pub(crate) fn clock() -> Result<Arc<dyn Clock>> {
    Ok(Arc::new(SystemClock::new().context("cannot read the system's clock or randomness")?))
}

pub(crate) fn store(data: &Path) -> Result<Arc<SqliteStore>> {
    SqliteStore::open(data).with_context(|| format!("cannot use the data directory {}", data.display()))
}

/// Opens the store and builds everything on it. Must run inside a tokio runtime.
pub(crate) fn assemble(data: &Path, config: &Config) -> Result<Parts> {
    let clock = clock()?;
    let store = store(data)?;
    let assistant: Arc<dyn Assistant> = match &config.model {
        Some(model) => Arc::new(Chat::new(model.clone(), clock.clone())?),
        None => Arc::new(Knowledge::new()),
    };
    let facts = facts(&config.facts, &*store, &clock)?;
    let ports = Ports { clock: clock.clone(), journal: store.clone(), assistant, facts };
    let options = Options {
        owner: format!("baton {} pid {}", env!("CARGO_PKG_VERSION"), std::process::id()),
        check_invariants: config.limits.check_invariants,
        snapshot_every: config.limits.snapshot_every,
        classes: Arc::new(classes::load(data, &*store)?),
    };
    Ok(Parts { baton: Baton::new(ports, options), store, clock })
}

fn facts(config: &Facts, accounts: &dyn Accounts, clock: &Arc<dyn Clock>) -> Result<Arc<dyn FactSource>> {
    if config.look_up.is_empty() {
        return Ok(Arc::new(NoFacts));
    }
    let client = Client::new(AddressPolicy { allow_private: config.allow_private.clone() })?;
    let mut by_workspace: BTreeMap<_, Arc<dyn FactSource>> = BTreeMap::new();
    for (slug, look_ups) in &config.look_up {
        let Some(workspace) = accounts.workspace_by_slug(slug)? else {
            bail!("facts.look_up.{slug}: there is no workspace `{slug}`");
        };
        let mut sources: Vec<Arc<dyn FactSource>> = Vec::new();
        for look_up in look_ups {
            sources.push(Arc::new(HttpFacts::new(look_up.clone(), client.clone(), clock.clone())?));
        }
        by_workspace.insert(workspace.id, Arc::new(MergedFacts::new(sources)));
    }
    Ok(Arc::new(ByWorkspace::new(by_workspace)))
}
