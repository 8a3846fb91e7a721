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
/// above the offer threshold that long; of a conversation that the AI closed alone: it ended with a sign that a person
/// was needed (the last word says that nothing was solved, at most two stars, a reason to bring somebody in that nobody
/// acted on). *early*: the human says that the AI could have done it with nothing missing. Early before late.
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
    /// Every wait that was promised, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promises: Vec<PromisedWait>,
    /// A human wrote before the first-reply target passed; absent where it ended before either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_reply_in_target: Option<bool>,
    /// From escalation to the first human turn that says something: no greeting, no "one moment", no question whose answer
    /// was in the package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_to_useful_reply: Option<Millis>,
    pub transfers: u32,
    /// Customer turns after the handoff that say again what the package held.
    pub repeats: Vec<TurnId>,
    /// Human turns that ask for what the package held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked_again: Vec<TurnId>,
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

/// A promise about the wait against the wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PromisedWait {
    /// The later bound that was told.
    pub within: Millis,
    /// From the promise to acceptance; absent where nobody came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waited: Option<Millis>,
    /// Absent where it ended before it could break.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<bool>,
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
