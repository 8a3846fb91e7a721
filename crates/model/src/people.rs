//! Human agents, queues, hours.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{EscalationId, HumanAgentId, Millis, Tier, Timestamp};

/// A queue's slug, as in `billing`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, example = "billing")]
pub struct QueueId(pub String);

impl fmt::Display for QueueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Proficiency by skill: 1 (basic) to 5 (expert).
pub type Skills = BTreeMap<String, u8>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// Local opening time on some days. `to` may be `24:00`; a window that crosses midnight is written as two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    pub days: Vec<Day>,
    /// `HH:MM`, local.
    #[schema(example = "09:00")]
    pub from: String,
    #[schema(example = "17:30")]
    pub to: String,
}

/// When a queue is served or a person works. No windows means always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// IANA name.
    #[schema(example = "Europe/Berlin")]
    pub time_zone: String,
    #[serde(default)]
    pub windows: Vec<Window>,
    /// Closed local dates, `YYYY-MM-DD`.
    #[serde(default)]
    pub holidays: Vec<String>,
}

/// What a human may hold, and what an item costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Held {
    pub escalation: EscalationId,
    pub units: u32,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Willing {
    Available,
    /// Finishes what they have, takes nothing new.
    Busy,
    #[default]
    Away,
}

/// Connected, willing and working are three facts. Connected is a lease that lapses without a heartbeat.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Presence {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<Timestamp>,
    pub willing: Willing,
    pub since: Timestamp,
}

/// The part of a human agent that a supervisor sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HumanProfile {
    pub name: String,
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, u8>)]
    pub skills: Skills,
    /// ISO 639-1.
    #[serde(default)]
    pub languages: Vec<String>,
    /// Queues served; empty means all.
    #[serde(default)]
    pub queues: Vec<QueueId>,
    /// Shifts, in the person's own time zone.
    pub hours: Hours,
    /// Units of work held at once.
    pub capacity: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HumanAgent {
    pub id: HumanAgentId,
    pub profile: HumanProfile,
    pub presence: Presence,
    /// The one capacity ledger: owned items and pending offers.
    pub held: Vec<Held>,
    /// Since when nothing is held.
    pub idle_since: Timestamp,
}

impl HumanAgent {
    pub fn load(&self) -> u32 {
        self.held.iter().map(|h| h.units).sum()
    }

    pub fn connected(&self, now: Timestamp) -> bool {
        self.presence.lease_until.is_some_and(|until| until > now)
    }
}

/// Service-level targets of a queue for one tier. Business time of the queue's hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Targets {
    /// From escalation to acceptance.
    pub accept_seconds: u32,
    /// From escalation to the human's first reply.
    pub first_reply_seconds: u32,
    /// From a customer turn to the human's answer.
    pub next_reply_seconds: u32,
    pub resolution_seconds: u32,
}

/// After `after_seconds` of waiting, these requirements no longer hold. Steps add up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RelaxStep {
    pub after_seconds: u32,
    /// Lowers every required proficiency by this much (never below 1).
    #[serde(default)]
    pub lower_proficiency_by: u8,
    /// Required skills that are dropped.
    #[serde(default)]
    pub drop_skills: Vec<String>,
    #[serde(default)]
    pub drop_language: bool,
    /// People of these queues may serve too; the item keeps its home queue and its age.
    #[serde(default)]
    pub overflow_to: Vec<QueueId>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Best proficiency band, then least occupied, then longest idle.
    #[default]
    MostProficient,
    LongestIdle,
    LeastOccupied,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    pub id: QueueId,
    pub name: String,
    pub hours: Hours,
    /// Issue classes that are placed here.
    #[serde(default)]
    pub topics: Vec<String>,
    /// Takes what no other queue claims. Exactly one queue has it.
    #[serde(default)]
    pub default: bool,
    /// Skill and least proficiency of everything in this queue.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, u8>)]
    pub required_skills: Skills,
    #[serde(default)]
    pub strategy: Strategy,
    #[serde(default)]
    pub steps: Vec<RelaxStep>,
    pub offer_seconds: u32,
    /// Waiting longer than this, or past closing time, becomes a callback.
    pub max_wait_seconds: u32,
    /// `standard` is required; other tiers fall back to it.
    pub targets: BTreeMap<Tier, Targets>,
}

impl Queue {
    pub fn offer_timeout(&self) -> Millis {
        Millis::secs(i64::from(self.offer_seconds))
    }
}
