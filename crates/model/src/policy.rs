//! The policy: one versioned TOML file. Parsing, linting and evaluation live in `core::assess`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Action, QueueId, Skills, Trigger, Urgency};

/// What an error costs; thresholds that are not set follow from it (escalate when p > needless / (needless + late)).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Costs {
    pub late: f32,
    pub needless: f32,
}

/// A calibrated detector's thresholds. `escalate` of 1.1 or more means: offer at most.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DetectorPolicy {
    pub offer: f32,
    pub escalate: f32,
    #[serde(default)]
    pub urgency: Urgency,
    /// Only for triggers that are not a floor.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

/// An owner's own rule: a CEL expression over `signals`, `turn`, `conversation`, `customer`, `orders`, `trajectory`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub id: String,
    #[schema(example = "signals.negotiate_price > 0.5 && customer.tier == 'vip'")]
    pub when: String,
    pub action: Action,
    /// How the reason is counted; `rule` if absent.
    #[serde(default = "rule_trigger")]
    pub trigger: Trigger,
    #[serde(default)]
    pub urgency: Urgency,
    /// One sentence for people.
    pub because: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueId>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = std::collections::BTreeMap<String, u8>)]
    pub required_skills: Skills,
}

fn rule_trigger() -> Trigger {
    Trigger::Rule
}

/// The conversation's course. Strain is 0..=1; `release` below `offer` is the hysteresis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrajectoryPolicy {
    pub offer: f32,
    pub escalate: f32,
    pub release: f32,
    /// After the customer declined a human, no new offer for this long (floors excepted).
    pub cooldown_seconds: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AiPolicy {
    /// Below this confidence an AI turn counts as a failed attempt.
    pub confidence_floor: f32,
    /// Failed attempts in a row (no answer, low confidence, "that did not help") before a human is offered.
    pub attempts_before_offer: u32,
    pub attempts_before_escalation: u32,
    /// Failed tools in a row before escalation.
    pub tool_failures: u32,
    pub answer_timeout_seconds: u32,
    /// A model may reword the summary of a package within this; 0: it is not asked.
    #[serde(default)]
    pub polish_timeout_seconds: u32,
    /// The conversation is closed after this silence while the AI holds it.
    pub idle_close_seconds: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HighValue {
    /// Amounts named by the customer, or an order total, at or above this (minor units) count as high value.
    pub amount_minor: i64,
    pub currency: String,
    pub action: Action,
}

/// What experienced people do first for an issue class. A workspace's own playbook replaces the built-in one of its class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Playbook {
    /// An issue class, as turns are labelled.
    pub class: String,
    /// Best first.
    pub steps: Vec<PlaybookStep>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaybookStep {
    /// For the human agent: what to do.
    pub text: String,
    /// Why.
    pub rationale: String,
    /// A reply to start from; `{order}` becomes "your order A-1042" or "your order", `{status}` a sentence from the
    /// order's record or nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub name: String,
    /// Set when applied; 0 in a file.
    #[serde(default)]
    pub version: u32,
    pub costs: Costs,
    pub detectors: BTreeMap<Trigger, DetectorPolicy>,
    pub trajectory: TrajectoryPolicy,
    pub ai: AiPolicy,
    pub high_value: HighValue,
    #[serde(default)]
    pub rules: Vec<Rule>,
    #[serde(default)]
    pub playbooks: Vec<Playbook>,
}
