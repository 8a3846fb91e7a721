//! Conversations, turns and the control token.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Commitment, ConversationId, CustomerRef, Decision, EscalationId, FactsState, HumanAgentId, RequestId, Signals,
    Timestamp, TurnId,
};

/// Grows at each change of control. A send carries the epoch that it was generated under; a stale one is refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = u32)]
pub struct Epoch(pub u32);

impl Epoch {
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Who may write to the customer now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Holder {
    Ai,
    /// Waiting for a human: only Baton's own notices are sent.
    Queue,
    Human {
        human_agent: HumanAgentId,
    },
    Closed,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    #[default]
    Chat,
    Email,
    Voice,
}

impl Channel {
    pub fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Email => "email",
            Self::Voice => "voice",
        }
    }
}

/// Who answers while the AI holds the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AiMode {
    /// Baton's own assistant (knowledge base, or a configured model).
    BuiltIn,
    /// A bot that calls the API: Baton decides, the bot writes.
    External,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Author {
    Customer,
    AiAgent,
    HumanAgent {
        human_agent: HumanAgentId,
        name: String,
    },
    /// Baton itself: acknowledgements, introductions, notices.
    Notice {
        notice: NoticeKind,
    },
    /// The result of a tool that the AI called. Never shown to the customer.
    Tool {
        name: String,
        ok: bool,
    },
    /// Only humans see it: a hand-back or transfer note.
    Note {
        human_agent: HumanAgentId,
        name: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// "Shall I bring in a person?"
    HumanOffer,
    Acknowledgement,
    Introduction,
    WaitUpdate,
    CallbackBooked,
    HandedBack,
    Transferred,
    Delay,
    /// Nobody looks at what they are offered: a callback may suit better.
    CallbackOffered,
    Resolved,
    Closing,
    FollowUp,
}

/// A source that an AI answer rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Citation {
    /// Article id (a slug).
    pub article: String,
    pub title: String,
    /// The passage used.
    pub quote: String,
    pub score: f32,
}

/// What an AI says about its own turn; all optional, all treated as data.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AiMeta {
    /// 0..=1; below the policy's floor counts as `ai_limit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
    /// The AI says that it has no answer.
    #[serde(default)]
    pub no_answer: bool,
    #[serde(default)]
    pub citations: Vec<Citation>,
    /// Name and version of the AI, for the statistics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Turn {
    pub id: TurnId,
    /// Position in the conversation, from 0.
    pub index: u32,
    pub at: Timestamp,
    pub author: Author,
    pub text: String,
    /// Control epoch when the turn was accepted.
    pub epoch: Epoch,
    #[serde(default)]
    pub signals: Signals,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ai: Option<AiMeta>,
    /// The package step whose draft a human used for this reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_step: Option<u32>,
}

impl Turn {
    /// Tools and notes are for people at the desk only.
    pub fn visible_to_customer(&self) -> bool {
        !matches!(self.author, Author::Tool { .. } | Author::Note { .. })
    }

    pub fn is_customer(&self) -> bool {
        matches!(self.author, Author::Customer)
    }
}

/// An offer of a human that the customer has not answered yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HumanOffer {
    pub turn: TurnId,
    pub made_at: Timestamp,
    pub decision: Arc<Decision>,
}

/// A question put to the assistant that has no answer yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PendingAnswer {
    pub request: RequestId,
    pub epoch: Epoch,
    pub turn: TurnId,
    /// When the AI is counted as failed.
    pub due: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Conversation {
    pub id: ConversationId,
    pub channel: Channel,
    pub ai_mode: AiMode,
    pub customer: CustomerRef,
    pub opened_at: Timestamp,
    pub holder: Holder,
    pub epoch: Epoch,
    pub turns: Vec<Arc<Turn>>,
    /// One per assessed turn, in order.
    pub decisions: Vec<Arc<Decision>>,
    /// Escalations of this conversation, oldest first; at most the last one is open.
    pub escalations: Vec<EscalationId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub human_offer: Option<HumanOffer>,
    /// The customer said no to a human at this time: offers pause for the policy's cooldown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_declined_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_answer: Option<PendingAnswer>,
    pub facts: FactsState,
    /// The customer's page is open. Voice and REST conversations count as connected.
    pub customer_connected: bool,
    pub customer_seen_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// Closed once before: a reopened one is not counted again.
    #[serde(default)]
    pub counted: bool,
    /// When an idle conversation held by the AI is closed.
    pub idle_due: Timestamp,
    /// Promises made to the customer, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commitments: Vec<Commitment>,
}

impl Conversation {
    /// Before its first turn, with the AI, and nothing known of the customer but what is given.
    pub fn opened(id: ConversationId, channel: Channel, ai_mode: AiMode, customer: CustomerRef, at: Timestamp) -> Self {
        Self {
            id,
            channel,
            ai_mode,
            customer,
            opened_at: at,
            holder: Holder::Ai,
            epoch: Epoch::default(),
            turns: Vec::new(),
            decisions: Vec::new(),
            escalations: Vec::new(),
            human_offer: None,
            offer_declined_at: None,
            pending_answer: None,
            facts: FactsState::Unknown,
            customer_connected: true,
            customer_seen_at: at,
            rating: None,
            closed_at: None,
            counted: false,
            idle_due: at,
            commitments: Vec::new(),
        }
    }

    pub fn turn(&self, id: TurnId) -> Option<&Arc<Turn>> {
        self.turns.iter().rev().find(|t| t.id == id)
    }

    pub fn last_customer_turn(&self) -> Option<&Arc<Turn>> {
        self.turns.iter().rev().find(|t| t.is_customer())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rating {
    /// 1 (bad) to 5 (good).
    pub stars: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    pub at: Timestamp,
}
