//! Another policy on the history of a workspace: conversations from memory and from the journal, decided again.
//!
//! It reads, decides and adds up; nothing is submitted and nothing changes.

use std::sync::Arc;

use baton_core::{
    assess,
    engine::{self, Comparison, view},
    learn,
};
use baton_model::{ArticleDraft, CaseFilter, Conversation, ConversationId, Costs, Hindsight, Missing, Refusal, Stream};
use baton_ports::JournalError;

use crate::handle::Handle;

/// What to replay.
#[derive(Debug, Clone)]
pub struct ReplayOrder {
    /// The file to try.
    pub toml: String,
    pub filter: CaseFilter,
    /// What mistakes cost; the file's own costs if absent.
    pub costs: Option<Costs>,
    /// Also the frontier, which takes eight times as long.
    pub frontier: bool,
    /// The newest conversations at most.
    pub limit: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("{}", .0.detail)]
    Refused(Refusal),
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl Handle {
    /// What another policy would have done with finished conversations. Takes about a millisecond each; run it off the
    /// executor.
    pub fn replay_policy(&self, order: &ReplayOrder) -> Result<Hindsight, ReplayError> {
        let after = assess::parse(&order.toml).map_err(ReplayError::Refused)?;
        let costs = order.costs.clone().unwrap_or_else(|| after.costs.clone());
        let state = self.state();
        let mut comparison = Comparison::new(view::policy(&state).0, after, order.frontier);
        let cases = view::cases(&state, &order.filter);
        if cases.iter().any(|c| c.drawn.is_some()) {
            comparison = comparison.with_history(&self.read_stream(Stream::Workspace)?);
        }
        let mut weigher = comparison.weigher(costs);
        let now = self.now();
        let mut seen = std::collections::BTreeSet::new();
        for case in cases.into_iter().rev() {
            if seen.len() >= order.limit {
                break;
            }
            // An escalation and a reopened conversation are one conversation here.
            if case.facts.is_none() || !seen.insert(case.conversation) {
                continue;
            }
            let Some(conversation) = self.conversation_now_or_then(&state, case.conversation)? else { continue };
            weigher.add(comparison.weigh_case(&conversation, &case, now));
        }
        Ok(weigher.finish())
    }

    /// A draft from what humans answered in a cluster's examples. `None` when there is no such cluster, or no answer.
    pub fn draft_article(
        &self,
        topic: &str,
        missing: Missing,
        filter: &CaseFilter,
    ) -> Result<Option<ArticleDraft>, JournalError> {
        let state = self.state();
        let clusters = view::clusters(&state, filter);
        let Some(cluster) = clusters.into_iter().find(|c| c.topic == topic && c.missing == missing) else { return Ok(None) };
        let mut sources = Vec::new();
        for example in &cluster.examples {
            let found = self.conversation_now_or_then(&state, example.conversation)?;
            sources.extend(found.map(|c| (example.escalation, c)));
        }
        Ok(learn::draft(topic, &sources))
    }

    pub(crate) fn conversation_now_or_then(
        &self,
        state: &engine::State,
        id: ConversationId,
    ) -> Result<Option<Arc<Conversation>>, JournalError> {
        if let Some(view) = view::conversation(state, id, self.now()) {
            return Ok(Some(view.conversation));
        }
        let events = self.read_stream(Stream::Conversation(id))?;
        Ok(view::conversation_of_stream(&events, self.now()).map(|v| v.conversation))
    }
}
