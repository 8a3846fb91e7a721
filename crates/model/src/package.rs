//! `baton.package/v1`: what the human gets. Grows by adding optional fields only.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    ConversationId, Customer, EntityKind, EscalationId, Evidence, Order, Sourced, Span, Timestamp, Trigger, TurnId, Urgency,
};

pub const PACKAGE_SCHEMA: &str = "baton.package/v1";

/// A sentence and the turns that support it. A claim without a turn is rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Claim {
    pub text: String,
    pub turns: Vec<TurnId>,
    /// In a summary: what the sentence tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<ClaimPart>,
    /// Where a model reworded it: the sentence as it was put together without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plain: Option<String>,
}

impl Claim {
    pub fn new(text: impl Into<String>, turns: Vec<TurnId>) -> Self {
        Self { text: text.into(), turns, part: None, plain: None }
    }

    pub fn telling(self, part: ClaimPart) -> Self {
        Self { part: Some(part), ..self }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClaimPart {
    /// What the customer told.
    Happened,
    /// What they were last answered.
    Answered,
    /// How the AI's answers and tools fared.
    Tried,
    /// Where their mood fell.
    Mood,
    /// What nobody has answered.
    Open,
    Promised,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PackageReason {
    pub trigger: Trigger,
    pub because: String,
    pub evidence: Vec<Evidence>,
    /// Other triggers that matched.
    pub also: Vec<Trigger>,
    pub policy_version: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Issue {
    pub class: String,
    /// 0..=1; 0 when no classifier spoke.
    pub confidence: f32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MoodPoint {
    pub turn: TurnId,
    /// -1..=1
    pub sentiment: f32,
}

/// Sentiment of the customer's turns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MoodArc {
    pub now: f32,
    pub points: Vec<MoodPoint>,
    /// The turn with the largest fall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turning_point: Option<TurnId>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UrgencyNote {
    pub level: Urgency,
    pub why: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CustomerCard {
    /// As told in the conversation; the record may differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    pub verified: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<Sourced<Customer>>,
    /// Earlier conversations of the same customer, newest first.
    pub past_contacts: Vec<PastContact>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PastContact {
    pub conversation: ConversationId,
    pub at: Timestamp,
    pub about: String,
    pub escalated: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PackageEntity {
    pub kind: EntityKind,
    /// Cards and IBANs are masked but for the last four.
    pub value: String,
    pub turn: TurnId,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttemptResult {
    /// The customer moved on or thanked.
    Helped,
    /// The customer said it did not help, or asked again.
    DidNotHelp,
    Failed,
    Unknown,
}

/// One thing the AI did: an answer, or a tool call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Attempt {
    pub turn: TurnId,
    pub what: String,
    /// Titles of cited articles, or the tool's name.
    pub sources: Vec<String>,
    pub result: AttemptResult,
    /// The customer's reaction, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reaction: Option<TurnId>,
}

/// A commitment found in an AI or human turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Promise {
    pub text: String,
    pub turn: TurnId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
}

/// What the customer has already told, beside the question that it answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Given {
    /// Absent for what they told by themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// The turn that asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<TurnId>,
    pub answer: String,
    pub turn: TurnId,
}

/// Something the human would usually need that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Gap {
    /// Short and stable: `customer_record`, `order`, `contact`, …
    pub what: String,
    pub why: String,
    /// How to ask the customer for it while they wait, where they are the one to ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StepSource {
    Policy { rule: String },
    Article { article: String, title: String },
    SimilarCase { escalation: EscalationId },
    Playbook { name: String },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NextStep {
    /// From 1.
    pub rank: u32,
    pub text: String,
    pub rationale: String,
    pub source: StepSource,
    /// A reply to start from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TranscriptTurn {
    pub turn: TurnId,
    pub index: u32,
    pub at: Timestamp,
    /// `customer`, `ai_agent`, `human_agent`, `notice`, `tool`, `note`.
    pub role: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Completeness {
    /// Share of the fields that this issue needs and that are filled, 0..=1.
    pub score: f32,
    pub gaps: Vec<Gap>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Package {
    /// Always `baton.package/v1`.
    pub schema: String,
    pub escalation: EscalationId,
    pub conversation: ConversationId,
    pub built_at: Timestamp,
    pub reason: PackageReason,
    /// One line.
    pub headline: Claim,
    pub summary: Vec<Claim>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wants: Option<Claim>,
    pub issue: Issue,
    pub mood: MoodArc,
    pub urgency: UrgencyNote,
    pub customer: CustomerCard,
    pub orders: Vec<Sourced<Order>>,
    pub entities: Vec<PackageEntity>,
    /// Nothing here needs to be asked again.
    #[serde(default)]
    pub given: Vec<Given>,
    pub tried: Vec<Attempt>,
    pub promises: Vec<Promise>,
    pub next_steps: Vec<NextStep>,
    pub transcript: Vec<TranscriptTurn>,
    /// About 15 seconds when read aloud.
    pub spoken_brief: String,
    pub completeness: Completeness,
}
