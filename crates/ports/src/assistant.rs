//! Whoever answers while the AI holds a conversation.

use std::sync::Arc;

use baton_model::{AiMeta, Article, ConversationId, Draft, Millis, RequestId, Said, WorkspaceId};

use crate::BoxFuture;

/// One question. `history` ends before the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub workspace: WorkspaceId,
    pub request: RequestId,
    pub conversation: ConversationId,
    pub question: String,
    pub history: Vec<Said>,
    /// Time left. The caller stops waiting then; an implementation may give up earlier.
    pub deadline: Millis,
}

/// An honest "I don't know" is an answer with `meta.no_answer`, not an error.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub text: String,
    pub meta: AiMeta,
}

/// Sentences to reword, each with the turns that it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reword {
    pub sentences: Vec<Draft>,
    /// Time left.
    pub deadline: Millis,
}

/// The words are journaled and shown at the desk: no secrets, no customer text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssistantError {
    #[error("the assistant did not answer in time")]
    TimedOut,
    #[error("the assistant cannot be reached: {0}")]
    Unavailable(String),
    #[error("the assistant's answer could not be used: {0}")]
    BadAnswer(String),
}

/// Knows each workspace's articles and nothing of another's. `index` and `forget` are cheap, and are repeated after a
/// restart.
pub trait Assistant: Send + Sync {
    fn answer(&self, ask: Ask) -> BoxFuture<'_, Result<Answer, AssistantError>>;

    /// The same number of sentences, in better words; the caller checks each and takes only what is founded. An assistant
    /// without a model of its own has none.
    fn reword(&self, _: Reword) -> BoxFuture<'_, Result<Vec<String>, AssistantError>> {
        Box::pin(async { Err(AssistantError::Unavailable("no model is configured".into())) })
    }

    /// Adds an article or replaces the one with its id.
    fn index(&self, workspace: WorkspaceId, article: Arc<Article>);

    fn forget(&self, workspace: WorkspaceId, id: &str);
}
