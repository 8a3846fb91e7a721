//! Finished episodes as the statistics see them, and what is asked of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    ConversationId, EscalationId, HumanAgentId, MeasuredFacts, Metric, Millis, QueueId, Timestamp, Trigger, Verdict,
};

/// One escalation, or one conversation that the AI closed alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Case {
    pub conversation: ConversationId,
    /// Absent where the AI closed it alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<EscalationId>,
    /// When it counts: the escalation opened, or the AI's conversation closed.
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Home queue; absent where the AI closed it alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueId>,
    pub topic: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
    /// The policy that made the last decision.
    pub policy_version: u32,
    /// As the AI told it; empty when it did not.
    #[serde(default)]
    pub ai_version: String,
    pub headline: String,
    /// The customer is verified, so that their coming back is seen.
    #[serde(default)]
    pub known_customer: bool,
    /// Highest strain of any decision, 0..=1.
    pub strain: f32,
    /// Highest score of each detector in the customer's turns, from 0.2 on.
    #[serde(default)]
    pub peaks: BTreeMap<Trigger, f32>,
    /// Absent while an escalation goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<MeasuredFacts>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// A person's word on a conversation that the AI closed alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judgement: Option<Judgement>,
    /// The customer came back after this long, within seven days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recontact: Option<Millis>,
    /// Present where chance chose the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawn: Option<Drawn>,
}

/// Chance chose which of two policies decided the conversation, from its first turn on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Drawn {
    pub trial: u32,
    pub control: u32,
    /// Percent of conversations that the trial decides.
    pub share: u8,
}

/// A person read a conversation that the AI closed alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Judgement {
    /// A human should have come in.
    pub needed_human: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<HumanAgentId>,
    pub at: Timestamp,
}

impl Case {
    /// Ended without any escalation.
    pub fn contained(&self) -> bool {
        self.escalation.is_none()
    }
}

/// Which cases count. Fields that are absent do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseFilter {
    pub from: Option<Timestamp>,
    /// Exclusive.
    pub to: Option<Timestamp>,
    pub queue: Option<QueueId>,
    pub topic: Option<String>,
    pub trigger: Option<Trigger>,
    pub policy_version: Option<u32>,
    pub ai_version: Option<String>,
}

impl CaseFilter {
    pub fn admits(&self, case: &Case) -> bool {
        self.from.is_none_or(|from| case.at >= from)
            && self.to.is_none_or(|to| case.at < to)
            && self.queue.as_ref().is_none_or(|q| case.queue.as_ref() == Some(q))
            && self.topic.as_ref().is_none_or(|t| case.topic == *t)
            && self.trigger.is_none_or(|t| case.trigger == Some(t))
            && self.policy_version.is_none_or(|v| case.policy_version == v)
            && self.ai_version.as_ref().is_none_or(|v| case.ai_version == *v)
    }
}

/// What cases are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaseGroup {
    /// UTC day.
    Day,
    Queue,
    Topic,
    Trigger,
    PolicyVersion,
    AiVersion,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MetricsView {
    pub now: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<CaseGroup>,
    /// Older cases are no longer kept one by one, so a longer window counts from here. Absent while all are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_since: Option<Timestamp>,
    /// One group named `all` unless `by` is given; then the groups by name.
    pub groups: Vec<MetricGroup>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MetricGroup {
    pub key: String,
    pub cases: u32,
    pub metrics: Vec<Metric>,
}

/// A case behind a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CountedCase {
    pub conversation: ConversationId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<EscalationId>,
    pub at: Timestamp,
    pub headline: String,
    pub topic: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
    /// What it adds to the numerator.
    pub numerator: f64,
    /// What it adds to the denominator.
    pub denominator: f64,
}
