//! Escalations: state machine, work item, offers, obligations, clocks, callbacks.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Channel, ConversationId, Decision, EscalationId, HumanAgentId, Millis, OfferId, Package, QueueId, RequestId, Review,
    Skills, Tier, Timestamp, Trigger, Urgency,
};

/// `queued -> offered -> accepted -> active -> resolved -> closed`, and the ways out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EscalationState {
    Queued {
        since: Timestamp,
    },
    /// `since`: waiting since, as before the offer.
    Offered {
        offer: OfferId,
        human_agent: HumanAgentId,
        since: Timestamp,
    },
    /// A human took it and has not written yet.
    Accepted {
        human_agent: HumanAgentId,
        at: Timestamp,
    },
    Active {
        human_agent: HumanAgentId,
        since: Timestamp,
    },
    CallbackScheduled {
        callback: Callback,
    },
    /// Gone before it was solved, with a known contact: somebody still owes them an answer.
    CustomerLeft {
        at: Timestamp,
        follow_up_due: Timestamp,
        human_agent: Option<HumanAgentId>,
    },
    /// Solved; waits for the verdict.
    Resolved {
        human_agent: HumanAgentId,
        at: Timestamp,
    },
    /// Terminal: the AI has the conversation again.
    ReturnedToAi {
        at: Timestamp,
        human_agent: Option<HumanAgentId>,
    },
    /// Terminal.
    Closed {
        at: Timestamp,
    },
}

impl EscalationState {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Queued { .. } => "queued",
            Self::Offered { .. } => "offered",
            Self::Accepted { .. } => "accepted",
            Self::Active { .. } => "active",
            Self::CallbackScheduled { .. } => "callback_scheduled",
            Self::CustomerLeft { .. } => "customer_left",
            Self::Resolved { .. } => "resolved",
            Self::ReturnedToAi { .. } => "returned_to_ai",
            Self::Closed { .. } => "closed",
        }
    }

    pub fn terminal(&self) -> bool {
        matches!(self, Self::ReturnedToAi { .. } | Self::Closed { .. })
    }

    /// The human who owns the item now (an offer is not ownership).
    pub fn owner(&self) -> Option<HumanAgentId> {
        match self {
            Self::Accepted { human_agent, .. } | Self::Active { human_agent, .. } | Self::Resolved { human_agent, .. } => {
                Some(*human_agent)
            }
            Self::CustomerLeft { human_agent, .. } => *human_agent,
            Self::Queued { .. }
            | Self::Offered { .. }
            | Self::CallbackScheduled { .. }
            | Self::ReturnedToAi { .. }
            | Self::Closed { .. } => None,
        }
    }
}

/// How it ended, as the customer was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Resolved,
    ResolvedByFollowUp,
    ReturnedToAi,
    CancelledByCustomer,
    /// Left, and no contact is known.
    Abandoned,
    /// The AI closed the conversation alone: there was no escalation.
    Contained,
}

/// What a human must have. Relaxation changes it, after a journaled step.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub struct Requirements {
    /// Skill and least proficiency.
    #[schema(value_type = std::collections::BTreeMap<String, u8>)]
    pub skills: Skills,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// People of these queues may serve: the home queue first, overflow after.
    pub queues: Vec<QueueId>,
    /// Whoever has these comes first; nobody is excluded.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = std::collections::BTreeMap<String, u8>)]
    pub preferred_skills: Skills,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// CEL over `person` and `item`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
}

/// The routable unit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkItem {
    /// Home queue: kept through relaxation and overflow.
    pub queue: QueueId,
    pub requirements: Requirements,
    /// As placed, before any relaxation.
    pub strict: Requirements,
    /// Higher first; ageing adds to it (see `core::route`).
    pub priority: i32,
    /// May be adjusted.
    pub routing_since: Timestamp,
    /// Never changes.
    pub real_since: Timestamp,
    /// Relaxation steps taken.
    pub step: u32,
    /// When the next step is taken, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step_at: Option<Timestamp>,
    /// People who said no, or saw it and let it pass.
    pub decliners: Vec<HumanAgentId>,
    /// Offers that passed unseen under this step.
    #[serde(default, skip_serializing_if = "crate::people::is_zero")]
    pub unseen: u32,
    /// Only this person, while they can (a transfer to a named human, or a return to the last one).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred: Option<HumanAgentId>,
    /// Until when the line keeps it for `preferred`; absent: until the ladder asks others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_until: Option<Timestamp>,
    pub units: u32,
    #[serde(default)]
    pub channel: Channel,
    /// The acceptance target of its tier when it was placed, in seconds; 0: the queue's standard one. A shorter target makes
    /// its score grow faster.
    #[serde(default)]
    pub target_seconds: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum OfferState {
    Pending,
    Accepted {
        at: Timestamp,
    },
    Declined {
        at: Timestamp,
        reason: DeclineReason,
    },
    Expired {
        at: Timestamp,
        /// It was on no screen that anybody looked at.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unseen: bool,
    },
    Rescinded {
        at: Timestamp,
        why: RescindReason,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeclineReason {
    Busy,
    WrongSkill,
    Conflict,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RescindReason {
    PresenceLapsed,
    WentAway,
    CustomerCancelled,
    CustomerLeft,
    CallbackBooked,
    Moved,
    /// Several were asked at once, and another accepted first.
    TakenByAnother,
}

/// A time-limited reservation of one item for one human.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Offer {
    pub id: OfferId,
    pub escalation: EscalationId,
    pub human_agent: HumanAgentId,
    pub made_at: Timestamp,
    pub due: Timestamp,
    /// When it was first shown on a visible screen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    pub state: OfferState,
    /// Why this person, in words: "billing 5, German".
    pub fit: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Owner {
    /// The routing of this workspace: it must find a human.
    Router,
    Human {
        human_agent: HumanAgentId,
    },
    Supervisors,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NextAction {
    FindHuman,
    AnswerOffer,
    FirstReply,
    NextReply,
    /// The human wrote last: the customer's silence is timed.
    AwaitCustomer,
    CallBack,
    FollowUp,
    Review,
}

/// At every instant an open escalation has one owner, one due time and one next action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Obligation {
    pub owner: Owner,
    pub due: Timestamp,
    pub action: NextAction,
    /// How often it was missed so far: the rung of the ladder.
    pub rung: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    FirstReply,
    NextReply,
    Resolution,
    /// Runs while the customer waits for an answer, stands still while they are to answer.
    RequesterWait,
}

/// A service-level clock. All due times are computed once, in business time, and stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SlaClock {
    pub kind: ClockKind,
    pub started_at: Timestamp,
    pub warn_at: Timestamp,
    pub due: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warned_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breached_at: Option<Timestamp>,
    /// Met, or ended with the escalation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<Timestamp>,
    /// Paused since: a callback waits for its slot, or the customer is to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<Timestamp>,
}

impl SlaClock {
    /// Neither stopped nor standing still.
    pub fn running(&self) -> bool {
        self.stopped_at.is_none() && self.paused_at.is_none()
    }

    /// Running, and its target not broken yet.
    pub fn unbroken(&self) -> bool {
        self.running() && self.breached_at.is_none()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Callback {
    pub at: Timestamp,
    /// The customer's time zone, in which the time was told.
    pub time_zone: String,
    /// Phone or e-mail; absent when they come back to this conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    pub booked_at: Timestamp,
    /// Chosen by the customer, or booked by Baton.
    pub chosen: bool,
}

/// What the customer was told about the wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WaitPromise {
    pub made_at: Timestamp,
    /// 1 is next.
    pub position: u32,
    /// One in ten waits no longer than this.
    #[serde(default)]
    pub p10: Millis,
    pub p50: Millis,
    pub p90: Millis,
    /// It did not hold, or could not hold any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slipped_at: Option<Timestamp>,
}

impl WaitPromise {
    /// Until when it stands.
    pub fn due(&self) -> Timestamp {
        self.made_at + self.p90
    }
}

/// A question to a model that has no answer yet; nobody waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Polishing {
    pub request: RequestId,
    /// When it is given up.
    pub due: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Escalation {
    pub id: EscalationId,
    pub conversation: ConversationId,
    pub channel: Channel,
    pub opened_at: Timestamp,
    pub trigger: Trigger,
    pub decision: Arc<Decision>,
    pub issue_class: String,
    pub tier: Tier,
    pub urgency: Urgency,
    pub item: WorkItem,
    #[serde(flatten)]
    pub state: EscalationState,
    /// Present exactly while the state is not terminal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obligation: Option<Obligation>,
    pub clocks: Vec<SlaClock>,
    pub offers: Vec<Offer>,
    pub promises: Vec<WaitPromise>,
    /// Callbacks booked, oldest first.
    pub callbacks: Vec<Callback>,
    pub transfers: u32,
    /// The escalation of the same conversation that was solved, and was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopens: Option<EscalationId>,
    /// Who owned it, in order.
    pub handled_by: Vec<HumanAgentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_reply_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<Arc<Package>>,
    /// A model is rewording the package's summary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub polishing: Option<Polishing>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Arc<Review>>,
}

impl Escalation {
    /// All that are asked right now; several only where the queue asks so.
    pub fn pending_offers(&self) -> impl Iterator<Item = &Offer> {
        self.offers.iter().filter(|o| matches!(o.state, OfferState::Pending))
    }

    pub fn pending_offer(&self) -> Option<&Offer> {
        self.offers.iter().rev().find(|o| matches!(o.state, OfferState::Pending))
    }
}
