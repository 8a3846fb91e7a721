//! What people see: computed from the state, sent whole, never patched.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Callback, Channel, Citation, CommitmentId, Conversation, ConversationId, CouldAi, Epoch, Escalation, EscalationId,
    Evidence, Holder, HumanAgentId, HumanProfile, Millis, Missing, NextAction, NoticeKind, OfferId, Owner, QueueId, Rating,
    Requirements, Tier, Timestamp, Trigger, TurnId, Urgency, Willing,
};

// ---- customer ----

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PublicState {
    WithAi,
    /// The AI asks whether to bring in a person.
    HumanOffered,
    Waiting,
    WithHuman,
    CallbackBooked,
    /// Solved or left; may be rated.
    Closed,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PublicTurn {
    pub id: TurnId,
    pub at: Timestamp,
    /// `customer`, `ai_agent`, `human_agent`, `notice`.
    pub role: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<NoticeKind>,
    pub text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<Citation>,
}

/// Position and an honest interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WaitView {
    /// 1 is next.
    pub position: u32,
    pub p50: Millis,
    pub p90: Millis,
    /// "about 2 to 5 minutes"
    pub words: String,
    pub since: Timestamp,
}

/// A time at which somebody will be there, in the customer's waking hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallbackSlot {
    pub at: Timestamp,
    /// "tomorrow at 09:30", in the customer's time zone.
    pub words: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PublicConversation {
    pub id: ConversationId,
    pub now: Timestamp,
    pub state: PublicState,
    pub business_name: String,
    pub ai_name: String,
    pub turns: Vec<PublicTurn>,
    /// The human in charge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub human_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<WaitView>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<Callback>,
    /// Offered while waiting or after hours.
    pub callback_slots: Vec<CallbackSlot>,
    /// The AI is thinking.
    pub answering: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    pub can_ask_human: bool,
    pub can_rate: bool,
}

// ---- desk ----

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HumanView {
    pub id: HumanAgentId,
    pub profile: Arc<HumanProfile>,
    pub connected: bool,
    pub willing: Willing,
    /// Inside their shift now.
    pub working: bool,
    /// Units in use; above the capacity when silent customers wrote again.
    pub load: u32,
    /// Conversations whose customer is silent, and which take less for that.
    #[serde(default)]
    pub idle: u32,
    /// An offer passed unseen then; nothing is offered until the next sign of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soft_away_since: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OfferCard {
    pub offer: OfferId,
    pub escalation: EscalationId,
    pub customer_name: String,
    pub tier: Tier,
    pub channel: Channel,
    pub headline: String,
    pub trigger: Trigger,
    pub because: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    pub urgency: Urgency,
    /// Why this person: "billing 5, German".
    pub fit: String,
    pub made_at: Timestamp,
    pub due: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    pub waiting_since: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkCard {
    pub escalation: EscalationId,
    pub conversation: ConversationId,
    pub customer_name: String,
    pub tier: Tier,
    pub channel: Channel,
    pub headline: String,
    pub trigger: Trigger,
    pub urgency: Urgency,
    /// `accepted`, `active`, `callback_scheduled`, `customer_left`, `resolved`.
    pub state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_action: Option<NextAction>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    pub last_text: String,
    pub last_at: Timestamp,
    /// The customer wrote last.
    pub customer_waiting: bool,
    pub customer_connected: bool,
    /// Units that it takes of its owner now.
    #[serde(default)]
    pub units: u32,
    /// It takes less since then, because the customer is silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_since: Option<Timestamp>,
    pub mood: f32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeskView {
    pub now: Timestamp,
    pub me: HumanView,
    pub offers: Vec<OfferCard>,
    /// Accepted and active, what is due next first.
    pub work: Vec<WorkCard>,
    /// Follow-ups, callbacks and reviews.
    pub later: Vec<WorkCard>,
    /// Others who can take a transfer.
    pub colleagues: Vec<HumanView>,
    pub queues: Vec<QueueName>,
    /// Items waiting in queues that I serve.
    pub waiting: u32,
    /// What I owe customers by my word or by the AI's, due first.
    #[serde(default)]
    pub promised: Vec<PromiseCard>,
}

/// A promise to a customer that is not settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PromiseCard {
    pub commitment: CommitmentId,
    pub conversation: ConversationId,
    /// The latest of the conversation, if it was ever escalated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<EscalationId>,
    pub customer_name: String,
    pub turn: TurnId,
    pub text: String,
    /// Whose word it was; absent: the AI's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_name: Option<String>,
    /// Who keeps it.
    pub owner: Owner,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_name: Option<String>,
    pub made_at: Timestamp,
    pub due: Timestamp,
    /// Nearly due, then past due.
    pub warned: bool,
    pub broken: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueName {
    pub id: QueueId,
    pub name: String,
}

/// An escalation with its conversation: what the desk and a bot open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EscalationView {
    pub now: Timestamp,
    pub escalation: Arc<Escalation>,
    pub conversation: Arc<Conversation>,
    pub queue_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_name: Option<String>,
}

/// A turn in full: the one view that holds what is masked everywhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Revealed {
    pub turn: TurnId,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConversationView {
    pub now: Timestamp,
    pub conversation: Arc<Conversation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Arc<Escalation>>,
}

/// Why this human, or why still waiting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RoutingView {
    pub escalation: EscalationId,
    pub state: String,
    pub queue: QueueId,
    pub requirements: Requirements,
    pub priority: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
    pub candidates: Vec<Candidate>,
    /// People who are asked right now, and why they were chosen.
    #[serde(default)]
    pub asked: Vec<Asked>,
    /// Offers that passed unseen, and what follows from one more, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<String>,
    /// From strict to loose.
    #[serde(default)]
    pub steps: Vec<RoutingStep>,
    /// From then on it comes before all that is not overdue.
    #[serde(default)]
    pub overdue_at: Timestamp,
    /// Nobody who could take it takes one instead that arrives after this.
    #[serde(default)]
    pub overtaken_until: Timestamp,
    /// What relaxes next and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_relaxation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_relaxation_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Asked {
    pub human_agent: HumanAgentId,
    pub name: String,
    /// "billing 5, German".
    pub fit: String,
    pub due: Timestamp,
    /// When it was first on a screen that they look at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    Inactive,
    Active,
    /// A person accepted under it.
    Joined,
    Expired,
}

/// One step of relaxation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RoutingStep {
    pub state: StepState,
    /// What it changes, in words.
    pub relaxes: String,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Candidate {
    pub human_agent: HumanAgentId,
    pub name: String,
    pub qualified: bool,
    /// "billing 5, German", or what excludes them.
    pub why: Vec<String>,
}

// ---- board ----

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttentionKind {
    /// An obligation was missed or will be within two minutes.
    ObligationDue,
    /// Waiting, and no connected human qualifies.
    NobodyQualified,
    /// Offered, and nobody looked.
    OffersUnseen,
    PromiseAtRisk,
    ClockBreached,
    /// The queue's ladder alerts before the target.
    ClockWarned,
}

/// Something that needs a person now, with one action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AttentionItem {
    pub kind: AttentionKind,
    pub escalation: EscalationId,
    pub customer_name: String,
    pub text: String,
    pub due: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WaitingDot {
    pub escalation: EscalationId,
    pub customer_name: String,
    pub tier: Tier,
    pub urgency: Urgency,
    pub since: Timestamp,
    /// When the acceptance target passes.
    pub target: Timestamp,
    pub step: u32,
    pub offered: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QueueLane {
    pub queue: QueueId,
    pub name: String,
    pub open: bool,
    /// When it opens or closes next; absent when always open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes_at: Option<Timestamp>,
    pub waiting: Vec<WaitingDot>,
    /// Connected, willing and working people who serve it.
    pub staffed: u32,
    /// Forecast for somebody who joins now; absent when nobody is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50: Option<Millis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p90: Option<Millis>,
    /// Told waits that held, of those who were served; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise_kept_rate: Option<f32>,
    /// Nobody who works here could serve it: what is missing, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<String>,
}

/// Counts of one day (UTC) or of a window. Rates carry their denominators in their names' docs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Balance {
    /// `YYYY-MM-DD`; empty for a whole window.
    pub day: String,
    /// Conversations closed, or escalated, in the window.
    pub conversations: u32,
    /// Closed without any escalation.
    pub contained: u32,
    pub escalated: u32,
    /// Escalations ended, in the window.
    pub ended: u32,
    /// Verdicts given.
    pub verdicts: u32,
    /// Verdict `yes`: the AI could have done it as it is.
    pub needless: u32,
    /// Timing `late` among ended escalations.
    pub missed: u32,
    pub promises: u32,
    pub promises_kept: u32,
    pub smooth: u32,
    pub abandoned: u32,
    pub callbacks: u32,
    /// Sum over escalations with a first reply.
    pub first_reply_total: Millis,
    pub first_replies: u32,
    pub handle_total: Millis,
    pub handled: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BoardView {
    pub now: Timestamp,
    pub attention: Vec<AttentionItem>,
    pub queues: Vec<QueueLane>,
    pub people: Vec<PersonBar>,
    pub today: Balance,
    /// The last 28 days, oldest first, today last.
    pub days: Vec<Balance>,
    pub reasons: Vec<ReasonCount>,
    /// Conversations that the AI holds now.
    pub with_ai: u32,
    /// Promises to customers that are nearly due, broken, or nobody's in particular; due first.
    #[serde(default)]
    pub promised: Vec<PromiseCard>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PersonBar {
    pub human: HumanView,
    pub escalations: Vec<EscalationId>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReasonCount {
    pub trigger: Trigger,
    pub escalations: u32,
    /// Of these: verdict `yes`.
    pub needless: u32,
    /// Of these: timing `late`.
    pub missed: u32,
    pub verdicts: u32,
}

// ---- learning ----

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InsightsView {
    pub now: Timestamp,
    /// Days in the window, today included.
    pub days: u32,
    pub total: Balance,
    pub by_day: Vec<Balance>,
    pub by_trigger: Vec<ReasonCount>,
    pub by_class: Vec<ClassCount>,
    pub missing: Vec<MissingCount>,
    pub metrics: Vec<Metric>,
    /// The newest reviews.
    pub recent: Vec<ReviewRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClassCount {
    pub class: String,
    pub escalations: u32,
    pub needless: u32,
    pub verdicts: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MissingCount {
    pub missing: Missing,
    pub count: u32,
}

/// A named rate or duration with its formula.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Metric {
    pub name: String,
    pub formula: String,
    /// Absent when the denominator is zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    pub numerator: f64,
    pub denominator: f64,
    /// `share`, `ms`, `count`, `stars`, or `mood` (a difference on a scale of -1 to 1).
    pub unit: String,
    /// Which time a case is counted by, and what has to have passed before it counts.
    #[serde(default)]
    pub window: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReviewRow {
    pub escalation: EscalationId,
    pub at: Timestamp,
    pub headline: String,
    pub trigger: Trigger,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub could_ai: Option<CouldAi>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
    pub timing: crate::Timing,
    pub repeats: u32,
}

/// Where a conversation stands, for a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Control {
    pub holder: Holder,
    pub epoch: Epoch,
}
