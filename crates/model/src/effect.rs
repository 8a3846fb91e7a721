//! What is done after the commit, at least once. An effect's answer comes back as an input that names its request, so a
//! repeated answer changes nothing.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Article, ConversationId, CustomerRef, EscalationId, RequestId, Timestamp};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Ask the assistant. Dropped at `due`: the core has its own deadline.
    AskAssistant {
        request: RequestId,
        conversation: ConversationId,
        question: String,
        history: Vec<Said>,
        due: Timestamp,
    },
    LookUpFacts {
        request: RequestId,
        conversation: ConversationId,
        customer: CustomerRef,
        due: Timestamp,
    },
    /// Ask a model to reword the summary of a package. Without an answer by `due` it stays as it is.
    PolishPackage {
        request: RequestId,
        escalation: EscalationId,
        sentences: Vec<Draft>,
        due: Timestamp,
    },
    /// The knowledge base changed.
    IndexArticle {
        article: Arc<Article>,
    },
    ForgetArticle {
        article: String,
    },
}

/// A sentence to reword, and the turns that it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub text: String,
    pub sources: Vec<String>,
}

/// A line of the conversation, for a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub by_customer: bool,
    pub text: String,
}
