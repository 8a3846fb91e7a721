//! The history of a workspace for `baton policy replay`: its journal, read once, in order.
//!
//! One thread folds events, the other decides finished conversations again. What is held at once is what the workspace
//! itself held, and the courses of conversations whose customers may still come back.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::Path,
    sync::{
        Arc,
        mpsc::{Receiver, sync_channel},
    },
    thread,
};

use anyhow::{Context, Result, anyhow};
use baton_core::{
    engine::{self, Comparison, State, view},
    learn::{self, Weighed},
};
use baton_model::{
    Case, CaseFilter, Conversation, ConversationId, Costs, Event, Hindsight, Policy, Recorded, Stream, Timestamp,
    WorkspaceId,
};
use baton_ports::{Accounts, Journal};

use crate::parts;

const PAGE: usize = 2_000;
const WAITING: usize = 256;

/// Cases that may still change, at most; then the oldest are taken as they are.
const HELD: usize = 10_000;
/// Cases settled in one pass over those in memory.
const PASS: usize = 1_000;

enum Told {
    /// Ended: what it says, as far as that is known.
    Finished(Arc<Conversation>, Arc<Case>),
    /// Nothing more will be known of it.
    Settled(Arc<Case>),
}

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
    let settings = store.read_stream(workspace.id, Stream::Workspace)?;
    let base = match base {
        Some(base) => base,
        None => in_force(&settings)?,
    };
    let comparison = Comparison::new(Arc::new(base), after, frontier).with_history(&settings);
    let (send, receive) = sync_channel::<Told>(WAITING);
    thread::scope(|scope| {
        // Gone with this closure, also on an error: then the other side ends.
        let send = send;
        let comparison = &comparison;
        let weighing = scope.spawn(move || weigh(comparison, costs, receive, now));
        // The other side only goes when it has stopped, and then its panic is the error.
        let tell = |told: Told| drop(send.send(told));
        let mut state = State::default();
        let mut position = 0;
        let mut open: VecDeque<(ConversationId, Timestamp)> = VecDeque::new();
        loop {
            let page = store.read(workspace.id, position, PAGE)?;
            let Some(last) = page.last() else { break };
            position = last.position;
            for recorded in &page {
                if let Event::ConversationArchived { conversation } = &recorded.event
                    && let Some((ended, case)) = finished(&state, *conversation, view::case_of(&state, *conversation))
                {
                    open.push_back((case.conversation, case.ended_at.unwrap_or(case.at)));
                    tell(Told::Finished(ended, case));
                }
                engine::evolve(&mut state, recorded);
            }
            let over = |at: Timestamp| state.clock().since(at) > learn::RECONTACT_WITHIN;
            let ripe = open.iter().take_while(|(_, at)| over(*at)).count().max(open.len().saturating_sub(HELD));
            if ripe >= PASS {
                let ripe: BTreeSet<ConversationId> = open.drain(..ripe).map(|(id, _)| id).collect();
                newest(&state).into_iter().filter(|(id, _)| ripe.contains(id)).for_each(|(_, c)| tell(Told::Settled(c)));
            }
            tick(position, head.max(position));
        }
        for (id, case) in newest(&state) {
            if let Some((ended, case)) = finished(&state, id, Some(Arc::clone(&case))) {
                tell(Told::Finished(ended, case));
            }
            tell(Told::Settled(case));
        }
        drop(send);
        weighing.join().map_err(|_| anyhow!("the replay stopped"))
    })
}

/// Decides again what has ended, and adds it up once its case is settled.
fn weigh(comparison: &Comparison, costs: &Costs, told: Receiver<Told>, now: Timestamp) -> Hindsight {
    let mut weigher = comparison.weigher(costs.clone());
    let mut waiting: BTreeMap<ConversationId, Weighed> = BTreeMap::new();
    for told in told {
        match told {
            Told::Finished(conversation, case) => {
                waiting.insert(case.conversation, comparison.weigh_case(&conversation, &case, now));
            }
            Told::Settled(case) => {
                if let Some(mut weighed) = waiting.remove(&case.conversation) {
                    weighed.settle(&case, now);
                    weigher.add(weighed);
                }
            }
        }
    }
    // Cases too old to be in memory: what was known when the conversation left.
    waiting.into_values().for_each(|weighed| weigher.add(weighed));
    weigher.finish()
}

/// A conversation that is still in memory and has ended.
fn finished(state: &State, id: ConversationId, case: Option<Arc<Case>>) -> Option<(Arc<Conversation>, Arc<Case>)> {
    let case = case.filter(|c| c.facts.is_some())?;
    Some((view::conversation(state, id, state.clock())?.conversation, case))
}

/// The newest case of each conversation.
fn newest(state: &State) -> BTreeMap<ConversationId, Arc<Case>> {
    view::cases(state, &CaseFilter::default()).into_iter().map(|c| (c.conversation, c)).collect()
}

fn head(journal: &dyn Journal, workspace: WorkspaceId) -> Result<u64> {
    Ok(journal.load_snapshot(workspace)?.map_or(0, |s| s.position))
}

fn in_force(settings: &[Recorded]) -> Result<Policy> {
    let applied = settings.iter().rev().find_map(|recorded| match &recorded.event {
        Event::PolicyApplied { policy, .. } => Some((**policy).clone()),
        _ => None,
    });
    let default = || baton_runtime::lint_policy(baton_runtime::default_policy()).map_err(|r| anyhow!(r.detail));
    applied.map_or_else(default, Ok)
}
