//! What happens to a workspace: commands, answers of the outside world, and waking.

use serde::{Deserialize, Serialize};

use crate::{
    AiMeta, AiMode, Article, CallbackSlot, Channel, CommitmentId, ConversationId, Customer, CustomerRef, DeclineReason,
    Epoch, EscalationId, Facts, Holder, HumanAgentId, HumanProfile, OfferId, Order, Queue, QueueId, RequestId, Settings,
    Signals, Timestamp, TurnId, Verdict, Willing,
};

/// Who does it. The edge has authenticated them; the core checks what they may touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// Clock, assistant, fact source.
    System,
    /// An API key of a bot.
    Bot,
    /// The customer of this conversation.
    Customer {
        conversation: ConversationId,
    },
    Human {
        human_agent: HumanAgentId,
    },
    /// A supervisor or admin; `name` is for the audit trail.
    Supervisor {
        name: String,
        human_agent: Option<HumanAgentId>,
    },
}

impl Actor {
    /// The human agent who acts, if a person with such a profile does.
    pub fn human_agent(&self) -> Option<HumanAgentId> {
        match self {
            Self::Human { human_agent } => Some(*human_agent),
            Self::Supervisor { human_agent, .. } => *human_agent,
            Self::System | Self::Bot | Self::Customer { .. } => None,
        }
    }
}

/// A client's key for one write, scoped to the caller, with a hash of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdempotencyKey {
    /// `caller:key`.
    pub key: String,
    pub hash: u64,
}

/// An input and the only "now" and randomness that the core knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stamped<T> {
    pub at: Timestamp,
    pub seed: u64,
    pub actor: Actor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<IdempotencyKey>,
    pub input: T,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "input", rename_all = "snake_case")]
pub enum Input {
    // Configuration (supervisor, admin)
    PutSettings {
        settings: Settings,
    },
    /// The file as written; it is linted before it is applied.
    PutPolicy {
        toml: String,
        #[serde(default)]
        why: String,
    },
    /// In shadow (`share` 0), or on a share of traffic, in percent.
    TryPolicy {
        toml: String,
        share: u8,
        why: String,
    },
    SetTrialShare {
        share: u8,
        why: String,
    },
    /// Put the tried policy in force, or give it up.
    EndTrial {
        promote: bool,
        why: String,
    },
    /// The policy before the one in force, again.
    RollBackPolicy {
        why: String,
    },
    PutQueues {
        queues: Vec<Queue>,
    },
    PutHuman {
        human_agent: HumanAgentId,
        profile: HumanProfile,
    },
    PutArticle {
        article: Article,
    },
    RemoveArticle {
        article: String,
    },
    PutCustomer {
        customer: Customer,
    },
    PutOrder {
        order: Order,
    },

    // Conversation (bot, customer)
    OpenConversation {
        conversation: Option<ConversationId>,
        channel: Channel,
        ai_mode: AiMode,
        customer: CustomerRef,
    },
    CustomerTurn {
        conversation: ConversationId,
        text: String,
        signals: Signals,
    },
    /// An external bot's answer. `epoch` is the one it was generated under.
    AiTurn {
        conversation: ConversationId,
        epoch: Epoch,
        text: String,
        signals: Signals,
        meta: AiMeta,
    },
    ToolTurn {
        conversation: ConversationId,
        epoch: Epoch,
        name: String,
        ok: bool,
        text: String,
    },
    /// The button, or a bot's own call for help. `why` is the bot's words.
    RequestHuman {
        conversation: ConversationId,
        why: Option<String>,
    },
    AnswerHumanOffer {
        conversation: ConversationId,
        accept: bool,
    },
    /// Back to the AI while waiting.
    CancelWait {
        conversation: ConversationId,
    },
    ChooseCallback {
        conversation: ConversationId,
        slot: CallbackSlot,
        contact: Option<String>,
    },
    CustomerPresence {
        conversation: ConversationId,
        connected: bool,
    },
    LeaveConversation {
        conversation: ConversationId,
    },
    Rate {
        conversation: ConversationId,
        stars: u8,
        comment: Option<String>,
    },
    CloseConversation {
        conversation: ConversationId,
    },

    // Desk (human agent)
    SetPresence {
        human_agent: HumanAgentId,
        willing: Willing,
    },
    /// Renews the presence lease.
    Heartbeat {
        human_agent: HumanAgentId,
    },
    Disconnect {
        human_agent: HumanAgentId,
    },
    /// It is shown on a visible screen.
    SeeOffer {
        offer: OfferId,
    },
    AcceptOffer {
        offer: OfferId,
    },
    DeclineOffer {
        offer: OfferId,
        reason: DeclineReason,
    },
    HumanTurn {
        escalation: EscalationId,
        text: String,
        signals: Signals,
        used_step: Option<u32>,
    },
    Transfer {
        escalation: EscalationId,
        to: TransferTarget,
        note: String,
    },
    HandBack {
        escalation: EscalationId,
        note: String,
        verdict: Option<Verdict>,
    },
    Resolve {
        escalation: EscalationId,
        message: Option<String>,
        verdict: Option<Verdict>,
    },
    /// Asks for what is masked in a turn; `why` is kept with the name of whoever asks.
    Reveal {
        escalation: EscalationId,
        turn: TurnId,
        why: String,
    },
    GiveVerdict {
        escalation: EscalationId,
        verdict: Verdict,
    },
    /// A promise was kept, or is not owed.
    SettleCommitment {
        conversation: ConversationId,
        commitment: CommitmentId,
        kept: bool,
    },

    /// Should a person have come into a conversation that the AI closed alone?
    JudgeConversation {
        conversation: ConversationId,
        needed_human: bool,
        note: Option<String>,
    },

    // Answers of the outside world (system)
    AssistantAnswered {
        request: RequestId,
        conversation: ConversationId,
        text: String,
        signals: Signals,
        meta: AiMeta,
    },
    AssistantFailed {
        request: RequestId,
        conversation: ConversationId,
        why: String,
    },
    FactsArrived {
        request: RequestId,
        conversation: ConversationId,
        facts: Facts,
    },
    FactsFailed {
        request: RequestId,
        conversation: ConversationId,
        why: String,
    },
    /// Each sentence that was sent, in the model's words.
    PackagePolished {
        request: RequestId,
        escalation: EscalationId,
        sentences: Vec<Polished>,
    },
    PolishFailed {
        request: RequestId,
        escalation: EscalationId,
        why: String,
    },

    /// Time has come for `next_deadline`.
    Wake,
}

/// A sentence and what a model made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Polished {
    pub plain: String,
    pub words: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum TransferTarget {
    Queue { queue: QueueId },
    Human { human_agent: HumanAgentId },
}

impl Input {
    /// The text that `sense` must read before this input reaches the core, and where its signals go.
    pub fn unsensed(&mut self) -> Option<(&str, &mut Signals)> {
        match self {
            Self::CustomerTurn { text, signals, .. }
            | Self::AiTurn { text, signals, .. }
            | Self::HumanTurn { text, signals, .. }
            | Self::AssistantAnswered { text, signals, .. } => Some((text, signals)),
            _ => None,
        }
    }
}

/// What the caller is told, once the events are durable. Stored with the idempotency key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub enum Reply {
    Done,
    Conversation { conversation: ConversationId },
    Turn { turn: TurnId, conversation: ConversationId, holder: Holder, epoch: Epoch, escalation: Option<EscalationId> },
    Escalation { escalation: EscalationId },
    PolicyApplied { version: u32 },
}
