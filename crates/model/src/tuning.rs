//! What history suggests: other thresholds, what to automate next, which conversations to read.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ConversationId, EscalationId, Estimate, Millis, Missing, Timestamp, Trigger};

/// A detector's escalation threshold, recalibrated from outcomes. Nothing applies it but a named person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Proposal {
    pub detector: Trigger,
    pub from: f32,
    pub to: f32,
    /// Conversations in which this detector spoke and whose truth is known.
    pub known: u32,
    /// Of these, a person was needed.
    pub needed: u32,
    /// Of these, between the old and the new threshold.
    pub moved: u32,
    /// Cost saved per 100 known conversations.
    pub saved: f64,
    /// Chance of a gain this large if the score said nothing (permutation test).
    pub chance: f64,
    pub because: String,
}

/// Why a detector stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Withheld {
    pub detector: Trigger,
    pub because: String,
    /// Known outcomes that are still missing before anything can be proposed; 0 when the evidence speaks for today's
    /// threshold, or for none.
    pub more: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProposalsView {
    pub now: Timestamp,
    pub policy_version: u32,
    pub proposals: Vec<Proposal>,
    pub withheld: Vec<Withheld>,
    /// The policy file with all proposals in it; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toml: Option<String>,
}

/// Escalations of one topic and cause that the AI could have done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Cluster {
    pub topic: String,
    pub missing: Missing,
    pub escalations: u32,
    /// Human time that went into them: what automating them would save.
    pub handle_total: Millis,
    /// Words that most of their headlines share.
    pub about: Vec<String>,
    /// Newest first, at most five.
    pub examples: Vec<ClusterExample>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClusterExample {
    pub escalation: EscalationId,
    pub conversation: ConversationId,
    pub headline: String,
}

/// A knowledge article made from what humans answered. A person reviews and publishes it, nothing else does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ArticleDraft {
    pub title: String,
    /// Markdown. Identifying details are replaced by their kind.
    pub body: String,
    /// What each answer was taken from.
    pub sources: Vec<EscalationId>,
}

/// What the AI answers to the questions behind a cluster, today and with one more article. Nothing is published by it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rehearsal {
    pub examples: Vec<Rehearsed>,
    /// Of the examples, answered today.
    pub answered_before: u32,
    /// Of the examples, answered with the article.
    pub answered_after: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rehearsed {
    pub escalation: EscalationId,
    /// What the AI could not answer then, or else what the customer came with.
    pub question: String,
    pub before: RehearsedAnswer,
    pub after: RehearsedAnswer,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RehearsedAnswer {
    pub text: String,
    /// It says that it does not know.
    pub no_answer: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
    /// It quotes the article that is tried.
    pub from_article: bool,
}

/// Why a conversation is worth reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SampleReason {
    /// A share drawn by chance: only these estimate the missed rate.
    Control,
    /// A score stood just beside its threshold.
    Uncertain,
    /// Its signals contradict each other.
    Disagreeing,
    /// A topic that is hardly known.
    Novel,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SampledCase {
    pub conversation: ConversationId,
    pub at: Timestamp,
    pub headline: String,
    pub topic: String,
    pub reason: SampleReason,
    pub because: String,
}

/// Conversations that the AI closed alone and that a person should look at today.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SampleView {
    pub now: Timestamp,
    pub cases: Vec<SampledCase>,
    /// Share of the AI's own conversations that needed a person, from judged controls alone (Wilson, 95%). Absent before
    /// the first is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<Estimate>,
    /// Controls judged so far.
    pub judged: u32,
}
