//! Human agents, queues, hours.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Channel, EscalationId, HumanAgentId, Millis, Tier, Timestamp};

/// A queue's slug, as in `billing`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
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

impl Default for Hours {
    /// Always, in UTC.
    fn default() -> Self {
        Self { time_zone: "UTC".into(), windows: Vec::new(), holidays: Vec::new() }
    }
}

/// One entry of a person's capacity ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Held {
    pub escalation: EscalationId,
    pub units: u32,
    #[serde(default)]
    pub channel: Channel,
    /// The work itself is over: wrap-up keeps the units until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The customer is silent: it takes less since then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_since: Option<Timestamp>,
    /// Units that it gave back when it last went idle. Taken again when the customer writes, whether there is room or not.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub spared: u32,
}

impl Held {
    /// An item at work.
    pub fn new(escalation: EscalationId, units: u32, channel: Channel) -> Self {
        Self { escalation, units, channel, until: None, idle_since: None, spared: 0 }
    }
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
    /// Soft-away: an offer passed unseen then. Asked for nothing until the next sign of them; what they said stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soft_away_since: Option<Timestamp>,
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
    /// Served too, when nothing that they can take waits in `queues`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overflow_queues: Vec<QueueId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "emea")]
    pub region: Option<String>,
    /// Anything else that work may ask for, as in `clearance = "card-data"`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// Shifts, in the person's own time zone.
    pub hours: Hours,
    /// Units of work held at once.
    pub capacity: u32,
    /// Most items of a channel held at once, within the capacity.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<Channel, u32>,
}

impl Default for HumanProfile {
    /// Nameless; serves every queue, always, one unit at a time.
    fn default() -> Self {
        Self {
            name: String::new(),
            skills: Skills::new(),
            languages: Vec::new(),
            queues: Vec::new(),
            overflow_queues: Vec::new(),
            region: None,
            attributes: BTreeMap::new(),
            hours: Hours::default(),
            capacity: 1,
            limits: BTreeMap::new(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HumanAgent {
    pub id: HumanAgentId,
    pub profile: Arc<HumanProfile>,
    pub presence: Presence,
    /// The one capacity ledger: owned items, pending offers, wrap-up. Above capacity only by what idle items took again.
    pub held: Vec<Held>,
    /// Since when nothing is held.
    pub idle_since: Timestamp,
    /// Last asked to take something.
    #[serde(default)]
    pub offered_at: Timestamp,
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
    /// Open time that the customer spends waiting for an answer, summed over the whole escalation. Absent: not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester_wait_seconds: Option<u32>,
}

/// What is late, or about to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Late {
    /// Nobody accepted within the target, and each time after that.
    Waiting,
    FirstReply,
    NextReply,
    Resolution,
    RequesterWait,
    /// Three quarters of the target have passed.
    FirstReplyWarning,
    NextReplyWarning,
    ResolutionWarning,
    RequesterWaitWarning,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    RaisePriority,
    /// Take the next relaxation step now.
    Widen,
    /// Show it to supervisors.
    Alert,
    TellDelay,
    /// Take it from whoever is late, back to the line at its real age.
    FindAnother,
    /// Book a callback.
    Callback,
}

/// What is done when something is late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LadderStep {
    pub when: Late,
    /// From this time on that it is missed, until a later step takes over: 1 is the first.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub times: u32,
    #[serde(rename = "do")]
    pub remedies: Vec<Remedy>,
}

/// After `after_seconds` of waiting, these requirements no longer hold. Steps add up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drop_region: bool,
    /// Required attributes that are dropped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drop_attributes: Vec<String>,
    /// The queue's `who` no longer holds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drop_who: bool,
    /// Anybody who serves the queue: drops skills, language, region, attributes and `who`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anyone: bool,
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
    /// Whoever was asked longest ago.
    RoundRobin,
    /// As `MostProficient`; where several free people meet several waiting items at once (a shift starts, a service comes
    /// back), the pairs are chosen together.
    MinCost,
}

/// A conversation in which the customer is silent takes less of whoever has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Idle {
    /// So long after a person's last message, while the customer is to answer.
    pub after_seconds: u32,
    /// What it takes then, by channel: at least 1, and less than at work. A channel that is not named stays as it is.
    pub units: BTreeMap<Channel, u32>,
}

/// When people of this queue help others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lending {
    /// Only while nobody in this queue has waited longer.
    pub while_wait_below_seconds: u32,
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
    /// Skill and wished proficiency: whoever has it comes first, nobody is excluded.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = std::collections::BTreeMap<String, u8>)]
    pub preferred_skills: Skills,
    /// Region that a person must be of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_region: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub required_attributes: BTreeMap<String, String>,
    /// Who may serve this queue, as a CEL expression over `person` and `item`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "person.region == 'emea' || person.skills['billing'] >= 4")]
    pub who: Option<String>,
    #[serde(default)]
    pub strategy: Strategy,
    /// How strongly a freed person is drawn to what they do best: the power of their speed, 0 (not at all) to 8.
    #[serde(default = "default_proficiency_weight", skip_serializing_if = "is_default_proficiency_weight")]
    pub proficiency_weight: u8,
    /// What an item takes of a person's capacity, by channel; otherwise 1, and 2 for a call.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub units: BTreeMap<Channel, u32>,
    /// Cheaper while the customer is silent. Absent: an item takes the same until it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle: Option<Idle>,
    /// Units kept after the work is over, for the paperwork. 0: none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub wrap_up_seconds: u32,
    /// The person whom the customer had last is asked first, for so long. 0: not.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub sticky_seconds: u32,
    /// How many people are asked at once; the first who accepts has it.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub offer_to: u32,
    /// So many offers of one item that nobody saw, and it climbs: the next step at once, else supervisors, then a callback
    /// for the customer to choose.
    #[serde(default = "default_unseen_offers", skip_serializing_if = "is_default_unseen_offers")]
    pub unseen_offers: u32,
    /// When its people help other queues that overflow to it. Absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lending: Option<Lending>,
    #[serde(default)]
    pub steps: Vec<RelaxStep>,
    /// What is done when something is late. Absent, or for what it does not name: the product's own ladder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ladder: Vec<LadderStep>,
    /// The resolution clock stands still while the customer is to answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pause_awaiting_customer: bool,
    pub offer_seconds: u32,
    /// Waiting longer than this, or past closing time, becomes a callback.
    pub max_wait_seconds: u32,
    /// `standard` is required; other tiers fall back to it.
    pub targets: BTreeMap<Tier, Targets>,
}

/// The default power of proficiency; see `core::route` for the measurement behind it.
pub const PROFICIENCY_WEIGHT: u8 = 3;

fn default_proficiency_weight() -> u8 {
    PROFICIENCY_WEIGHT
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_default_proficiency_weight(weight: &u8) -> bool {
    *weight == PROFICIENCY_WEIGHT
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
pub(crate) fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// One may be chance.
const UNSEEN_OFFERS: u32 = 2;

fn default_unseen_offers() -> u32 {
    UNSEEN_OFFERS
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_default_unseen_offers(n: &u32) -> bool {
    *n == UNSEEN_OFFERS
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_one(n: &u32) -> bool {
    *n == 1
}

impl Default for Queue {
    /// Always open, asks for nothing, has no topics.
    fn default() -> Self {
        Self {
            id: QueueId("general".into()),
            name: "General".into(),
            hours: Hours::default(),
            topics: Vec::new(),
            default: false,
            required_skills: Skills::new(),
            preferred_skills: Skills::new(),
            required_region: None,
            required_attributes: BTreeMap::new(),
            who: None,
            strategy: Strategy::default(),
            proficiency_weight: PROFICIENCY_WEIGHT,
            units: BTreeMap::new(),
            idle: None,
            wrap_up_seconds: 0,
            sticky_seconds: 0,
            offer_to: 1,
            unseen_offers: UNSEEN_OFFERS,
            lending: None,
            steps: Vec::new(),
            ladder: Vec::new(),
            pause_awaiting_customer: false,
            offer_seconds: 30,
            max_wait_seconds: 30 * 60,
            targets: [(
                Tier::Standard,
                Targets {
                    accept_seconds: 120,
                    first_reply_seconds: 300,
                    next_reply_seconds: 300,
                    resolution_seconds: 8 * 3600,
                    requester_wait_seconds: None,
                },
            )]
            .into(),
        }
    }
}

impl Queue {
    pub fn offer_timeout(&self) -> Millis {
        Millis::secs(i64::from(self.offer_seconds))
    }
}
