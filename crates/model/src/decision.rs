//! The record of an assessment: made on every turn, also when it is *continue*.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Span, Timestamp, TurnId};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Continue,
    OfferHuman,
    Escalate,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    Low,
    #[default]
    Normal,
    High,
    Critical,
}

/// Trigger types, fixed. Order is the order of precedence when several match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    Safety,
    ExplicitRequest,
    /// A rule of the workspace's own.
    Rule,
    Abuse,
    Distress,
    Complaint,
    HighValue,
    Negotiation,
    AiLimit,
}

impl Trigger {
    pub const ALL: [Self; 9] = [
        Self::Safety,
        Self::ExplicitRequest,
        Self::Rule,
        Self::Abuse,
        Self::Distress,
        Self::Complaint,
        Self::HighValue,
        Self::Negotiation,
        Self::AiLimit,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Safety => "safety",
            Self::ExplicitRequest => "explicit_request",
            Self::Rule => "rule",
            Self::Abuse => "abuse",
            Self::Distress => "distress",
            Self::Complaint => "complaint",
            Self::HighValue => "high_value",
            Self::Negotiation => "negotiation",
            Self::AiLimit => "ai_limit",
        }
    }
}

/// The layer of the policy that matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// Safety and right to a human: cannot be switched off.
    Floor,
    Rule,
    Detector,
    Trajectory,
}

/// Words that a reason rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    pub turn: TurnId,
    /// Characters of that turn's text; absent when the whole turn counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    pub quote: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    pub trigger: Trigger,
    pub layer: Layer,
    /// Id of the rule or detector, as in the policy file.
    pub rule: String,
    pub action: Action,
    pub urgency: Urgency,
    pub score: f32,
    pub threshold: f32,
    /// One sentence for people.
    pub because: String,
    pub evidence: Vec<Evidence>,
    /// What moved a trajectory score, strongest first: name and contribution.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<Feature>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Feature {
    pub name: String,
    pub contribution: f32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    pub turn: TurnId,
    pub at: Timestamp,
    pub action: Action,
    pub urgency: Urgency,
    /// The first gives the reason; all matches are recorded.
    pub reasons: Vec<Reason>,
    pub policy_version: u32,
    /// Trajectory score 0..=1 after this turn: how much the conversation is going wrong.
    pub strain: f32,
}

impl Decision {
    pub fn reason(&self) -> Option<&Reason> {
        self.reasons.first()
    }
}
