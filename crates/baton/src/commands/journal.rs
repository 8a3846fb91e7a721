//! `baton journal`: reads what is on the disk without changing it, and says whether it holds together.

use std::{collections::BTreeMap, io::Write, process::ExitCode};

use anyhow::Result;
use baton_core::engine::{self, State};
use baton_model::{Event, Millis, Recorded, Timestamp, WorkspaceId};
use baton_ports::{Accounts, Journal};

use crate::{
    cli::{JournalArgs, JournalCommand},
    out::out,
    parts,
};

/// Events read at once.
const PAGE: usize = 10_000;
/// An idempotency key answers for at least this long.
const KEY_LIFE: Millis = Millis::hours(1);
/// Faults named per workspace.
const NAMED: usize = 20;

pub(crate) fn run(args: JournalArgs) -> Result<ExitCode> {
    let JournalCommand::Check { data } = args.command;
    let store = parts::store(&data)?;
    let now = parts::clock()?.now();
    let mut sound = true;
    for workspace in store.workspaces()? {
        let mut check = Check::default();
        let mut state = State::default();
        loop {
            let page = store.read(workspace.id, check.last, PAGE)?;
            if page.is_empty() {
                break;
            }
            for recorded in &page {
                check.see(recorded);
                engine::evolve(&mut state, recorded);
            }
        }
        check.faults.extend(engine::violations(&state, now));
        check.snapshot(&*store, workspace.id)?;
        writeln!(
            out(),
            "{}: {} events, {} turns, {} escalations, {} faults",
            workspace.slug,
            check.last,
            check.turns,
            check.escalations,
            check.faults.len()
        )?;
        for fault in check.faults.iter().take(NAMED) {
            writeln!(out(), "  {fault}")?;
        }
        sound &= check.faults.is_empty();
    }
    writeln!(out(), "{}", if sound { "the journal is sound" } else { "the journal is NOT sound" })?;
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[derive(Default)]
struct Check {
    last: u64,
    turns: u64,
    escalations: u64,
    keys: BTreeMap<String, (u64, Timestamp)>,
    faults: Vec<String>,
}

impl Check {
    fn see(&mut self, recorded: &Recorded) {
        if recorded.position != self.last + 1 {
            self.faults.push(format!("position {} follows {}", recorded.position, self.last));
        }
        self.last = recorded.position;
        match &recorded.event {
            Event::TurnAdded { .. } => self.turns += 1,
            Event::EscalationOpened { .. } => self.escalations += 1,
            Event::KeyUsed { key, hash, .. } => {
                let before = self.keys.insert(key.clone(), (*hash, recorded.at));
                // Keys are forgotten some day; one that comes back at once was a write done twice.
                if before.is_some_and(|(h, at)| h == *hash && recorded.at.since(at) < KEY_LIFE) {
                    self.faults.push(format!("an idempotency key was used again at position {}", recorded.position));
                }
            }
            _ => {}
        }
    }

    /// A snapshot must not be ahead of its journal, and must open.
    fn snapshot(&mut self, journal: &dyn Journal, workspace: WorkspaceId) -> Result<()> {
        let Some(snapshot) = journal.load_snapshot(workspace)? else { return Ok(()) };
        if snapshot.position > self.last {
            self.faults.push(format!("the snapshot is at {}, the journal ends at {}", snapshot.position, self.last));
        }
        Ok(())
    }
}
