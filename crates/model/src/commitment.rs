//! Promises made to a customer ("I'll call you back by Friday"), and what became of them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{CommitmentId, HumanAgentId, Timestamp, TurnId};

/// How a promise ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    Kept,
    /// It was none, or is not owed any more.
    Withdrawn,
    /// Broken, and nobody came back to it for days.
    Lapsed,
}

/// A promise found in a turn of the AI or of a human. Owed from the commit of that turn until it is settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Commitment {
    pub id: CommitmentId,
    /// The turn that made it, and its words there.
    pub turn: TurnId,
    pub text: String,
    pub made_at: Timestamp,
    /// Who made it; absent: the AI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<HumanAgentId>,
    /// To get in touch, and no more: made by the AI, the first words of a human keep it.
    pub contact: bool,
    /// The due time was said; else it is the one that promises without a time have.
    pub dated: bool,
    pub warn_at: Timestamp,
    pub due: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warned_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breached_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settled>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Settled {
    pub at: Timestamp,
    pub how: Settlement,
    /// Absent: by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<HumanAgentId>,
}

impl Commitment {
    pub fn open(&self) -> bool {
        self.settled.is_none()
    }
}
