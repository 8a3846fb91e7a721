//! What people see, computed from the state.

use std::sync::Arc;

use baton_model::*;

use super::State;

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

pub fn desk(_state: &State, _human: HumanAgentId, _now: Timestamp) -> Option<DeskView> {
    None
}
pub fn board(_state: &State, _now: Timestamp) -> BoardView {
    unreachable!()
}
pub fn public(_state: &State, _conversation: ConversationId, _now: Timestamp) -> Option<PublicConversation> {
    None
}
pub fn conversation(_state: &State, _conversation: ConversationId, _now: Timestamp) -> Option<ConversationView> {
    None
}
pub fn escalation(_state: &State, _escalation: EscalationId, _now: Timestamp) -> Option<EscalationView> {
    None
}
pub fn escalations(_state: &State, _filter: &Filter, _now: Timestamp) -> Vec<WorkCard> {
    Vec::new()
}
pub fn routing(_state: &State, _escalation: EscalationId, _now: Timestamp) -> Option<RoutingView> {
    None
}
pub fn insights(_state: &State, _now: Timestamp, _days: u32) -> InsightsView {
    unreachable!()
}
/// An archived conversation, folded from its stream.
pub fn conversation_of_stream(_events: &[Recorded], _now: Timestamp) -> Option<ConversationView> {
    None
}
pub fn human(_state: &State, _human: HumanAgentId, _now: Timestamp) -> Option<HumanView> {
    None
}
pub fn humans(_state: &State, _now: Timestamp) -> Vec<HumanView> {
    Vec::new()
}
pub fn articles(_state: &State) -> Vec<Arc<Article>> {
    Vec::new()
}
pub fn queues(_state: &State) -> Vec<Queue> {
    Vec::new()
}
pub fn settings(_state: &State) -> Settings {
    Settings::default()
}
/// The policy in force and the file it was written as.
pub fn policy(_state: &State) -> (Arc<Policy>, String) {
    unreachable!()
}
/// The conversation of an escalation, if it is in memory.
pub fn conversation_of_escalation(_state: &State, _escalation: EscalationId) -> Option<ConversationId> {
    None
}
