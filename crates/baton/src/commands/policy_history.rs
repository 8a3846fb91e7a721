//! The history of a workspace for `baton policy replay`: its journal, read once, in order.
//!
//! One thread folds events, the other decides finished conversations again. What is held at once is what the workspace
//! itself held: conversations leave with their archiving.

use std::{
    path::Path,
    sync::{Arc, mpsc::sync_channel},
    thread,
};

use anyhow::{Context, Result, anyhow};
use baton_core::{
    engine::{self, Comparison, State, view},
    learn,
};
use baton_model::{
    CaseFilter, ChangedCourse, Conversation, ConversationId, Costs, Event, Hindsight, Policy, Timestamp, Treatment,
    WorkspaceId,
};
use baton_ports::{Accounts, Journal};

use crate::parts;

const PAGE: usize = 2_000;
const WAITING: usize = 256;

type Finished = (Arc<Conversation>, ChangedCourse);

pub(super) fn compare(
    data: &Path,
    slug: &str,
    base: Option<Policy>,
    after: Policy,
    costs: &Costs,
    frontier: bool,
    tick: &(dyn Fn(u64, u64) + Sync),
) -> Result<Hindsight> {
    let store = parts::store(data)?;
    let now = parts::clock()?.now();
    let workspace = store.workspace_by_slug(slug)?.with_context(|| format!("there is no workspace `{slug}`"))?;
    let head = head(&*store, workspace.id)?;
    // What is in force is known at the end; a first pass over the settings would cost as much as asking for it.
    let base = match base {
        Some(base) => base,
        None => in_force(&*store, workspace.id)?,
    };
    let comparison = Comparison::new(Arc::new(base), after, frontier);
    let (send, receive) = sync_channel::<Finished>(WAITING);
    thread::scope(|scope| {
        // Gone with this closure, also on an error: then the other side ends.
        let send = send;
        let comparison = &comparison;
        let weighing = scope.spawn(move || {
            let mut weigher = comparison.weigher(costs.clone());
            for (conversation, change) in receive {
                weigher.add(comparison.weigh(&conversation, change));
            }
            weigher
        });
        let mut state = State::default();
        let mut position = 0;
        let hand_over = |state: &State, id: ConversationId| {
            // The other side only goes when it has stopped, and then its panic is the error.
            finished(state, id, now).is_none_or(|f| send.send(f).is_ok())
        };
        loop {
            let page = store.read(workspace.id, position, PAGE)?;
            let Some(last) = page.last() else { break };
            position = last.position;
            for recorded in &page {
                if let Event::ConversationArchived { conversation } = &recorded.event {
                    hand_over(&state, *conversation);
                }
                engine::evolve(&mut state, recorded);
            }
            tick(position, head.max(position));
        }
        let still: Vec<ConversationId> =
            view::cases(&state, &CaseFilter::default()).iter().map(|c| c.conversation).collect();
        let mut seen = std::collections::BTreeSet::new();
        for id in still.into_iter().filter(|id| seen.insert(*id)) {
            hand_over(&state, id);
        }
        drop(send);
        let weigher = weighing.join().map_err(|_| anyhow!("the replay stopped"))?;
        Ok(weigher.finish())
    })
}

/// A conversation that is still in memory, has ended, and what its newest case says.
fn finished(state: &State, id: ConversationId, now: Timestamp) -> Option<Finished> {
    let conversation = view::conversation(state, id, now)?.conversation;
    let case = view::case_of(state, id)?;
    case.facts.as_ref()?;
    let (truth, basis) = learn::truth(&case, now);
    let change = ChangedCourse {
        conversation: Some(id),
        escalation: case.escalation,
        place: String::new(),
        headline: case.headline.clone(),
        topic: case.topic.clone(),
        before: Treatment::Continued,
        after: Treatment::Continued,
        moment: None,
        truth,
        basis,
    };
    Some((conversation, change))
}

fn head(journal: &dyn Journal, workspace: WorkspaceId) -> Result<u64> {
    Ok(journal.load_snapshot(workspace)?.map_or(0, |s| s.position))
}

fn in_force(journal: &dyn Journal, workspace: WorkspaceId) -> Result<Policy> {
    let mut policy = baton_runtime::lint_policy(baton_runtime::default_policy()).map_err(|r| anyhow!(r.detail))?;
    for recorded in journal.read_stream(workspace, baton_model::Stream::Workspace)? {
        if let Event::PolicyApplied { policy: applied, .. } = recorded.event {
            policy = (*applied).clone();
        }
    }
    Ok(policy)
}
