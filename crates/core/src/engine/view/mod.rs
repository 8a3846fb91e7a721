//! What people see, computed from the state: pure, whole, never patched.

mod board;
mod customer;
mod desk;
mod promised;

use std::sync::Arc;

use baton_model::{
    Article, Case, CaseFilter, CaseGroup, Cluster, ConversationId, ConversationView, CountedCase, EscalationId, Event,
    HumanAgentId, HumanView, InsightsView, MetricsView, Policy, ProposalsView, Queue, QueueId, Recorded, SampleView,
    Settings, Timestamp, Trigger,
};

use super::{State, evolve};

pub use super::trial::view as trial;
pub use board::board;
pub use customer::public;
pub use desk::{desk, escalation, escalations, routing};

/// Which escalations to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// State names; empty means all.
    pub states: Vec<String>,
    pub trigger: Option<Trigger>,
    pub queue: Option<QueueId>,
    /// Newest first, at most this many.
    pub limit: usize,
}

pub fn conversation(state: &State, id: ConversationId, now: Timestamp) -> Option<ConversationView> {
    let c = state.conversations.get(&id)?;
    let escalation = c.escalations.last().and_then(|e| state.escalations.get(e)).cloned();
    Some(ConversationView { now, conversation: state.with_facts(c), escalation })
}

/// An archived conversation, folded from its stream.
pub fn conversation_of_stream(events: &[Recorded], now: Timestamp) -> Option<ConversationView> {
    let mut state = State::default();
    let mut id = None;
    for recorded in events {
        if let Event::ConversationOpened { conversation, .. } = &recorded.event {
            id = Some(*conversation);
        }
        if !matches!(recorded.event, Event::ConversationArchived { .. }) {
            evolve(&mut state, recorded);
        }
    }
    conversation(&state, id?, now)
}

pub fn human(state: &State, id: HumanAgentId, now: Timestamp) -> Option<HumanView> {
    state.humans.get(&id).map(|h| desk::human_view(h, now))
}

pub fn humans(state: &State, now: Timestamp) -> Vec<HumanView> {
    state.humans.values().map(|h| desk::human_view(h, now)).collect()
}

pub fn insights(state: &State, now: Timestamp, days: u32) -> InsightsView {
    state.ledger.insights(now, days)
}

/// The catalogue's metrics over the cases that a filter admits.
pub fn metrics(state: &State, filter: &CaseFilter, by: Option<CaseGroup>, now: Timestamp) -> MetricsView {
    state.ledger.cases.metrics(now, filter, by)
}

/// The cases behind one metric, newest first; `None` for a name that is not in the catalogue.
pub fn cases_behind(
    state: &State,
    metric: &str,
    filter: &CaseFilter,
    limit: usize,
    now: Timestamp,
) -> Option<Vec<CountedCase>> {
    state.ledger.cases.behind(metric, now, filter, limit)
}

/// The cases that a filter admits, oldest first.
pub fn cases(state: &State, filter: &CaseFilter) -> Vec<Arc<Case>> {
    state.ledger.cases.iter().filter(|c| filter.admits(c)).cloned().collect()
}

/// The newest case of a conversation.
pub fn case_of(state: &State, conversation: ConversationId) -> Option<Arc<Case>> {
    state.ledger.cases.iter().rev().find(|c| c.conversation == conversation).cloned()
}

pub fn proposals(state: &State, now: Timestamp) -> ProposalsView {
    let mut view = state.ledger.cases.proposals(&state.policy, &state.policy_toml, now);
    // A file that is written in another style keeps its text: the proposals are then told in words only.
    let says = |policy: &Policy| {
        let set = |p: &baton_model::Proposal| policy.detectors.get(&p.detector).is_some_and(|d| d.escalate == p.to);
        view.proposals.iter().all(set)
    };
    view.toml = view.toml.take().filter(|toml| crate::assess::parse(toml).is_ok_and(|policy| says(&policy)));
    view
}

pub fn clusters(state: &State, filter: &CaseFilter) -> Vec<Cluster> {
    state.ledger.cases.clusters(filter)
}

pub fn sample(state: &State, now: Timestamp) -> SampleView {
    state.ledger.cases.sample(&state.policy, now)
}

pub fn articles(state: &State) -> Vec<Arc<Article>> {
    state.articles.values().cloned().collect()
}

pub fn queues(state: &State) -> Vec<Queue> {
    (*state.queues).clone()
}

pub fn settings(state: &State) -> Settings {
    (*state.settings).clone()
}

/// The policy in force and the file it was written as.
pub fn policy(state: &State) -> (Arc<Policy>, String) {
    (Arc::clone(&state.policy), (*state.policy_toml).clone())
}

/// The conversation of an escalation, if it is in memory.
pub fn conversation_of_escalation(state: &State, id: EscalationId) -> Option<ConversationId> {
    state.escalations.get(&id).map(|e| e.conversation)
}
