//! What has happened. Events are facts: `evolve` applies them and cannot fail. Meaning never changes; fields are added
//! with a default, and a new meaning is a new variant.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    Action, Actor, AiMode, Article, Callback, Channel, Claim, ClockKind, Commitment, CommitmentId, ConversationId, Customer,
    CustomerRef, Decision, DeclineReason, Epoch, Escalation, EscalationId, Facts, Holder, HumanAgentId, HumanProfile,
    Judgement, MeasuredFacts, Millis, Obligation, Offer, OfferId, Order, Outcome, Package, Policy, Queue, QueueId, Rating,
    Reply, RequestId, Requirements, RescindReason, Review, Secret, Settings, Settlement, SlaClock, Timestamp, Trial,
    TrialEnd, Turn, TurnId, Urgency, WaitPromise, Willing,
};

/// The chain that an event belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Stream {
    Workspace,
    Conversation(ConversationId),
    Human(HumanAgentId),
}

impl std::fmt::Display for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Workspace => f.write_str("workspace"),
            Self::Conversation(id) => id.fmt(f),
            Self::Human(id) => id.fmt(f),
        }
    }
}

/// An event as journaled. Dense positions per workspace, from 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    pub position: u64,
    /// The stamp of the input that caused it.
    pub at: Timestamp,
    pub stream: Stream,
    pub event: Event,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    // Configuration
    SettingsPut {
        settings: Settings,
        by: Actor,
    },
    PolicyApplied {
        policy: Arc<Policy>,
        toml: String,
        by: Actor,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        why: String,
    },
    TrialStarted {
        trial: Arc<Trial>,
    },
    TrialShareSet {
        share: u8,
        by: String,
        why: String,
    },
    /// By a named person, or by `baton` when a guardrail broke.
    TrialEnded {
        end: TrialEnd,
        by: String,
        why: String,
    },
    QueuesPut {
        queues: Vec<Queue>,
        by: Actor,
    },
    HumanPut {
        human_agent: HumanAgentId,
        profile: HumanProfile,
        by: Actor,
    },
    ArticlePut {
        article: Arc<Article>,
        by: Actor,
    },
    ArticleRemoved {
        article: String,
        by: Actor,
    },
    CustomerPut {
        customer: Arc<Customer>,
    },
    OrderPut {
        order: Arc<Order>,
    },

    // Conversation
    ConversationOpened {
        conversation: ConversationId,
        channel: Channel,
        ai_mode: AiMode,
        customer: CustomerRef,
        connected: bool,
        idle_due: Timestamp,
    },
    TurnAdded {
        conversation: ConversationId,
        turn: Arc<Turn>,
        idle_due: Timestamp,
    },
    /// What was masked in a turn. The only place that holds it: without this event's body it is gone for good.
    SecretsKept {
        conversation: ConversationId,
        turn: TurnId,
        secrets: Vec<Secret>,
    },
    /// Somebody looked at them.
    SecretsRevealed {
        conversation: ConversationId,
        escalation: EscalationId,
        turn: TurnId,
        by: Actor,
        why: String,
    },
    /// A turn promised something; its due time is stored here, before anything can be late.
    CommitmentMade {
        conversation: ConversationId,
        commitment: Commitment,
    },
    CommitmentWarned {
        conversation: ConversationId,
        commitment: CommitmentId,
    },
    CommitmentBreached {
        conversation: ConversationId,
        commitment: CommitmentId,
        due: Timestamp,
    },
    CommitmentSettled {
        conversation: ConversationId,
        commitment: CommitmentId,
        how: Settlement,
        /// The system: by itself.
        by: Actor,
    },
    Decided {
        conversation: ConversationId,
        decision: Arc<Decision>,
    },
    /// A policy in shadow would have done something else.
    ShadowDiffered {
        conversation: ConversationId,
        turn: TurnId,
        action: Action,
    },
    HumanOffered {
        conversation: ConversationId,
        turn: TurnId,
        decision: Arc<Decision>,
    },
    HumanOfferAnswered {
        conversation: ConversationId,
        accepted: bool,
    },
    /// The pending effect of an AI answer, committed with the turn that asked.
    AnswerRequested {
        conversation: ConversationId,
        request: RequestId,
        epoch: Epoch,
        turn: TurnId,
        due: Timestamp,
    },
    /// Answered, failed or overtaken by a change of control.
    AnswerSettled {
        conversation: ConversationId,
        request: RequestId,
        failed: Option<String>,
    },
    FactsRequested {
        conversation: ConversationId,
        request: RequestId,
        due: Timestamp,
    },
    FactsLearned {
        conversation: ConversationId,
        request: RequestId,
        facts: Facts,
    },
    FactsMissed {
        conversation: ConversationId,
        request: RequestId,
        why: String,
        after: Millis,
    },
    ControlChanged {
        conversation: ConversationId,
        holder: Holder,
        epoch: Epoch,
    },
    CustomerConnected {
        conversation: ConversationId,
    },
    CustomerDisconnected {
        conversation: ConversationId,
    },
    Rated {
        conversation: ConversationId,
        rating: Rating,
    },
    ConversationClosed {
        conversation: ConversationId,
        /// Of a conversation that the AI closed alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        facts: Option<Arc<MeasuredFacts>>,
    },
    /// A person read a conversation that the AI closed alone.
    ConversationJudged {
        conversation: ConversationId,
        judgement: Judgement,
    },
    /// Dropped from memory; it stays readable through its stream.
    ConversationArchived {
        conversation: ConversationId,
    },

    // Escalation
    EscalationOpened {
        escalation: Arc<Escalation>,
    },
    PackageBuilt {
        escalation: EscalationId,
        package: Arc<Package>,
    },
    /// The pending effect of a model that may reword the summary.
    PolishRequested {
        escalation: EscalationId,
        request: RequestId,
        due: Timestamp,
    },
    /// What was taken of its words, each with the sentence that it stands for; `refused`: how many were not, and why.
    PackagePolished {
        escalation: EscalationId,
        request: RequestId,
        claims: Vec<Claim>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        refused: Vec<String>,
    },
    /// The model failed or was too slow: the local summary stays.
    PolishMissed {
        escalation: EscalationId,
        request: RequestId,
        why: String,
    },
    WaitPromised {
        escalation: EscalationId,
        promise: WaitPromise,
    },
    /// The told wait passed, or is more likely than not to pass: an honest one follows.
    PromiseSlipped {
        escalation: EscalationId,
        due: Timestamp,
    },
    Relaxed {
        escalation: EscalationId,
        step: u32,
        requirements: Requirements,
        next_step_at: Option<Timestamp>,
    },
    /// An alert or a raise in priority, as a rung of a ladder.
    Raised {
        escalation: EscalationId,
        priority: i32,
        /// Grown since it opened.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        urgency: Option<Urgency>,
    },
    OfferMade {
        offer: Offer,
    },
    OfferAccepted {
        escalation: EscalationId,
        offer: OfferId,
    },
    OfferDeclined {
        escalation: EscalationId,
        offer: OfferId,
        reason: DeclineReason,
    },
    /// Shown on a visible screen, for the first time.
    OfferSeen {
        escalation: EscalationId,
        offer: OfferId,
    },
    OfferExpired {
        escalation: EscalationId,
        offer: OfferId,
        /// Nobody looked. Otherwise it counts as a refusal.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unseen: bool,
    },
    OfferRescinded {
        escalation: EscalationId,
        offer: OfferId,
        why: RescindReason,
    },
    FirstReplied {
        escalation: EscalationId,
    },
    /// The customer has been silent for what the queue says: it takes so many units from now on.
    WentIdle {
        escalation: EscalationId,
        human_agent: HumanAgentId,
        units: u32,
    },
    /// The customer wrote again: it takes what it took before.
    WokeUp {
        escalation: EscalationId,
        human_agent: HumanAgentId,
    },
    ObligationSet {
        escalation: EscalationId,
        obligation: Obligation,
    },
    /// The due time passed: journaled at the instant, before the ladder's next rung.
    ObligationMissed {
        escalation: EscalationId,
        obligation: Obligation,
    },
    ClockStarted {
        escalation: EscalationId,
        clock: SlaClock,
    },
    ClockWarned {
        escalation: EscalationId,
        kind: ClockKind,
    },
    ClockBreached {
        escalation: EscalationId,
        kind: ClockKind,
        due: Timestamp,
    },
    ClockStopped {
        escalation: EscalationId,
        kind: ClockKind,
    },
    /// It is the customer's turn. A later start of the same clock goes on where it stood.
    ClockPaused {
        escalation: EscalationId,
        kind: ClockKind,
    },
    CallbackBooked {
        escalation: EscalationId,
        callback: Callback,
    },
    /// The slot has come: queued again, real age kept.
    CallbackStarted {
        escalation: EscalationId,
        requirements: Requirements,
        next_step_at: Option<Timestamp>,
    },
    /// Back to queued, real age kept: a transfer, or its human vanished.
    Requeued {
        escalation: EscalationId,
        from: Option<HumanAgentId>,
        queue: QueueId,
        requirements: Requirements,
        /// What holds again when `preferred` does not take it.
        strict: Requirements,
        preferred: Option<HumanAgentId>,
        next_step_at: Option<Timestamp>,
        why: RequeueReason,
        note: String,
    },
    /// Also when the follow-up changes hands or falls to everybody.
    CustomerLeft {
        escalation: EscalationId,
        follow_up_due: Timestamp,
        human_agent: Option<HumanAgentId>,
    },
    Resolved {
        escalation: EscalationId,
        human_agent: HumanAgentId,
    },
    ReturnedToAi {
        escalation: EscalationId,
        outcome: Outcome,
        human_agent: Option<HumanAgentId>,
    },
    EscalationClosed {
        escalation: EscalationId,
        outcome: Outcome,
    },
    Reviewed {
        escalation: EscalationId,
        review: Arc<Review>,
    },

    // People
    PresenceSet {
        human_agent: HumanAgentId,
        willing: Willing,
    },
    /// `until` is the new end of the lease.
    LeaseRenewed {
        human_agent: HumanAgentId,
        until: Timestamp,
    },
    /// Wrap-up that is over gives its units back.
    WrappedUp {
        human_agent: HumanAgentId,
    },
    LeaseLapsed {
        human_agent: HumanAgentId,
    },
    /// They did not see an offer: nothing is offered until they show.
    WentSoftAway {
        human_agent: HumanAgentId,
        offer: OfferId,
    },
    /// A sign of somebody who was soft-away.
    CameBack {
        human_agent: HumanAgentId,
    },
    /// A shift started or ended: the router looks again.
    ShiftsTurned,

    /// Written with the events of the input that carried the key.
    KeyUsed {
        key: String,
        hash: u64,
        reply: Reply,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequeueReason {
    Transferred,
    HumanVanished,
    NoFirstReply,
    CustomerReturned,
}

impl Event {
    /// The type name, as stored beside the body.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::SettingsPut { .. } => "settings_put",
            Self::PolicyApplied { .. } => "policy_applied",
            Self::TrialStarted { .. } => "trial_started",
            Self::TrialShareSet { .. } => "trial_share_set",
            Self::TrialEnded { .. } => "trial_ended",
            Self::ShadowDiffered { .. } => "shadow_differed",
            Self::QueuesPut { .. } => "queues_put",
            Self::HumanPut { .. } => "human_put",
            Self::ArticlePut { .. } => "article_put",
            Self::ArticleRemoved { .. } => "article_removed",
            Self::CustomerPut { .. } => "customer_put",
            Self::OrderPut { .. } => "order_put",
            Self::ConversationOpened { .. } => "conversation_opened",
            Self::TurnAdded { .. } => "turn_added",
            Self::SecretsKept { .. } => "secrets_kept",
            Self::CommitmentMade { .. } => "commitment_made",
            Self::CommitmentWarned { .. } => "commitment_warned",
            Self::CommitmentBreached { .. } => "commitment_breached",
            Self::CommitmentSettled { .. } => "commitment_settled",
            Self::SecretsRevealed { .. } => "secrets_revealed",
            Self::Decided { .. } => "decided",
            Self::HumanOffered { .. } => "human_offered",
            Self::HumanOfferAnswered { .. } => "human_offer_answered",
            Self::AnswerRequested { .. } => "answer_requested",
            Self::AnswerSettled { .. } => "answer_settled",
            Self::FactsRequested { .. } => "facts_requested",
            Self::FactsLearned { .. } => "facts_learned",
            Self::FactsMissed { .. } => "facts_missed",
            Self::ControlChanged { .. } => "control_changed",
            Self::CustomerConnected { .. } => "customer_connected",
            Self::CustomerDisconnected { .. } => "customer_disconnected",
            Self::Rated { .. } => "rated",
            Self::ConversationClosed { .. } => "conversation_closed",
            Self::ConversationJudged { .. } => "conversation_judged",
            Self::ConversationArchived { .. } => "conversation_archived",
            Self::EscalationOpened { .. } => "escalation_opened",
            Self::PackageBuilt { .. } => "package_built",
            Self::PolishRequested { .. } => "polish_requested",
            Self::PackagePolished { .. } => "package_polished",
            Self::PolishMissed { .. } => "polish_missed",
            Self::WaitPromised { .. } => "wait_promised",
            Self::PromiseSlipped { .. } => "promise_slipped",
            Self::Relaxed { .. } => "relaxed",
            Self::Raised { .. } => "raised",
            Self::OfferMade { .. } => "offer_made",
            Self::OfferAccepted { .. } => "offer_accepted",
            Self::OfferDeclined { .. } => "offer_declined",
            Self::OfferSeen { .. } => "offer_seen",
            Self::OfferExpired { .. } => "offer_expired",
            Self::OfferRescinded { .. } => "offer_rescinded",
            Self::FirstReplied { .. } => "first_replied",
            Self::WentIdle { .. } => "went_idle",
            Self::WokeUp { .. } => "woke_up",
            Self::ObligationSet { .. } => "obligation_set",
            Self::ObligationMissed { .. } => "obligation_missed",
            Self::ClockStarted { .. } => "clock_started",
            Self::ClockWarned { .. } => "clock_warned",
            Self::ClockBreached { .. } => "clock_breached",
            Self::ClockStopped { .. } => "clock_stopped",
            Self::ClockPaused { .. } => "clock_paused",
            Self::CallbackBooked { .. } => "callback_booked",
            Self::CallbackStarted { .. } => "callback_started",
            Self::Requeued { .. } => "requeued",
            Self::CustomerLeft { .. } => "customer_left",
            Self::Resolved { .. } => "resolved",
            Self::ReturnedToAi { .. } => "returned_to_ai",
            Self::EscalationClosed { .. } => "escalation_closed",
            Self::Reviewed { .. } => "reviewed",
            Self::PresenceSet { .. } => "presence_set",
            Self::LeaseRenewed { .. } => "lease_renewed",
            Self::WrappedUp { .. } => "wrapped_up",
            Self::LeaseLapsed { .. } => "lease_lapsed",
            Self::WentSoftAway { .. } => "went_soft_away",
            Self::CameBack { .. } => "came_back",
            Self::ShiftsTurned => "shifts_turned",
            Self::KeyUsed { .. } => "key_used",
        }
    }
}
