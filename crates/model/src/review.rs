//! What an escalation teaches.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{HumanAgentId, Millis, Outcome, Timestamp, TurnId};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CouldAi {
    Yes,
    /// Yes, with what `missing` names.
    WithMissing,
    No,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    Knowledge,
    Tool,
    Permission,
    Confidence,
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Smooth {
    Yes,
    SoSo,
    No,
}

/// The human's three taps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    pub could_ai: CouldAi,
    pub missing: Missing,
    pub smooth: Smooth,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// *late*: a trigger of this escalation was already there at least two customer turns before it opened, or strain was
/// above the offer threshold that long. *early*: the human says that the AI could have done it with nothing missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    Late,
    OnTime,
    Early,
}

/// Facts that nobody has to type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MeasuredFacts {
    /// Escalation to acceptance, real age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Millis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_to_first_reply: Option<Millis>,
    /// Acceptance to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle_time: Option<Millis>,
    /// The first promise's p90 held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise_kept: Option<bool>,
    pub transfers: u32,
    /// Customer turns after the handoff that say again what the package held.
    pub repeats: Vec<TurnId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood_before: Option<f32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood_at: Option<f32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood_after: Option<f32>,
    pub breaches: u32,
    pub outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<u8>,
    pub timing: Timing,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Review {
    /// Absent when nobody gave one in time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<HumanAgentId>,
    pub at: Timestamp,
    pub facts: MeasuredFacts,
}
