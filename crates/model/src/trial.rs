//! A policy on its way into force: in shadow, on a share of traffic, approved, rolled back; and who did what, and why.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ConversationId, Drawn, Policy, Timestamp};

/// A policy that is tried. At most one at a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Trial {
    /// Its number, also if it is never put in force.
    pub version: u32,
    pub policy: Arc<Policy>,
    /// The file as it was written.
    pub toml: String,
    /// Percent of conversations that it decides; 0: it only watches (shadow).
    pub share: u8,
    pub by: String,
    pub why: String,
    pub since: Timestamp,
    /// Its share is what it is since then.
    #[serde(default)]
    pub share_since: Timestamp,
    /// Turns that it judged while it only watched, and how many of them it would have decided otherwise.
    #[serde(default)]
    pub watched: u32,
    #[serde(default)]
    pub differed: u32,
}

impl Trial {
    /// The same conversation always falls on the same side, and a larger share keeps those that a smaller one had.
    pub fn decides(&self, conversation: ConversationId) -> bool {
        let seed = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(self.version);
        let hash =
            conversation.uuid().as_bytes().iter().fold(seed, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0000_0100_0000_01b3));
        (hash >> 20) % 100 < u64::from(self.share)
    }

    /// How a conversation that was opened then came to its policy; `None` while the trial only watches, or where its share
    /// changed on the way.
    pub fn drew(&self, opened_at: Timestamp, control: u32) -> Option<Drawn> {
        (self.share > 0 && self.share_since <= opened_at).then_some(Drawn {
            trial: self.version,
            control,
            share: self.share,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrialEnd {
    /// It is in force now.
    Promoted,
    Stopped,
    /// A guardrail metric got worse.
    RolledBack,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PolicyStep {
    Applied,
    TrialStarted { share: u8 },
    ShareSet { share: u8 },
    TrialEnded { end: TrialEnd },
}

/// One line of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyChange {
    pub at: Timestamp,
    /// The person; `baton` for a guardrail.
    pub by: String,
    pub version: u32,
    pub step: PolicyStep,
    /// Empty when no reason was given.
    pub why: String,
}

/// A guardrail metric on both sides: bad cases of all that can be judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Guardrail {
    pub metric: String,
    pub trial_bad: u32,
    pub trial_of: u32,
    pub control_bad: u32,
    pub control_of: u32,
    /// How many standard errors the trial is worse by; above the limit it is rolled back. Absent while there are too few.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worse_by: Option<f64>,
    pub limit: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrialView {
    pub now: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<Arc<Trial>>,
    /// Empty without a trial.
    pub guardrails: Vec<Guardrail>,
    /// The version that a roll-back would put in force again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<u32>,
    /// Newest first, at most 200.
    pub changes: Vec<PolicyChange>,
}
