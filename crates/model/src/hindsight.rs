//! What another policy would have done with finished conversations, and what that would have been worth.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ConversationId, Costs, EscalationId, Timestamp, Trigger};

/// Was a person needed? What nobody knows is counted as unknown, never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    Needed,
    NotNeeded,
    Unknown,
}

/// What a truth rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The human's verdict on the escalation.
    Verdict,
    /// A person read the conversation afterwards.
    Judgement,
    /// The end: rating, last words, coming back or staying away.
    Measured,
    /// A label in a recording.
    Label,
    /// Chance had it escalated where it might have let the AI go on: others, in which it did, count for it.
    Represented,
    Nothing,
}

/// How a policy treats a whole conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// The AI goes on alone.
    Continued,
    /// A person is offered; the customer decides.
    Offered,
    /// A person takes over.
    Escalated,
}

/// Where and why a policy first brings in a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Moment {
    /// Index of the turn in the conversation, from 0.
    pub turn: u32,
    /// Customer turns so far, from 1.
    pub customer_turn: u32,
    pub trigger: Trigger,
    pub because: String,
}

/// One policy on a slice of history.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Tally {
    pub continued: u32,
    pub offered: u32,
    pub escalated: u32,
    /// A person comes in, and it is known that none was needed. An offer is not counted here.
    pub needless: u32,
    /// Nobody comes in, and it is known that somebody was needed.
    pub missed: u32,
    /// Cost of both, and a quarter of a needless escalation for each needless offer, over 100 conversations whose truth is
    /// known. Absent where none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regret: Option<f64>,
}

impl Tally {
    /// Share of conversations in which the AI goes on alone; absent where there are none.
    pub fn automation(&self) -> Option<f64> {
        let all = self.continued + self.offered + self.escalated;
        (all > 0).then(|| f64::from(self.continued) / f64::from(all))
    }
}

/// A point of the frontier: the policy with every threshold that is not a floor moved by `shift`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FrontierPoint {
    pub shift: f32,
    /// 0..=1
    pub automation: f64,
    /// Per 100 conversations whose truth is known.
    pub regret: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TopicHindsight {
    pub topic: String,
    pub conversations: u32,
    pub known: u32,
    pub before: Tally,
    pub after: Tally,
    /// Empty unless asked for.
    pub frontier: Vec<FrontierPoint>,
}

/// An estimate with its 95% bootstrap interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Estimate {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// A conversation that another policy would treat differently.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChangedCourse {
    /// Absent for a recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<EscalationId>,
    /// `file:line` of a recording; empty otherwise.
    #[serde(default)]
    pub place: String,
    pub headline: String,
    pub topic: String,
    pub before: Treatment,
    pub after: Treatment,
    /// Where the new policy first brings in a person, or where the old one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moment: Option<Moment>,
    pub truth: Truth,
    pub basis: Basis,
}

impl ChangedCourse {
    /// Nothing but what it is about and what is known.
    pub fn of(topic: String, truth: Truth, basis: Basis) -> Self {
        Self {
            conversation: None,
            escalation: None,
            place: String::new(),
            headline: String::new(),
            topic,
            before: Treatment::Continued,
            after: Treatment::Continued,
            moment: None,
            truth,
            basis,
        }
    }
}

/// Two policies on the same history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Hindsight {
    pub conversations: u32,
    pub turns: u64,
    /// Oldest and newest conversation; absent without any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    pub costs: Costs,
    pub before: Tally,
    pub after: Tally,
    /// Conversations that end up on another course.
    pub changed: u32,
    /// Of these, how many have a truth that nobody knows.
    pub changed_unknown: u32,
    /// Regret after minus before, per 100 conversations whose truth is known. Absent where fewer than two are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Estimate>,
    /// Conversations by what their truth rests on.
    pub rests_on: BTreeMap<Basis, u32>,
    /// Conversations in which chance let the AI go on and which count for more than themselves.
    #[serde(default)]
    pub stand_for_others: u32,
    /// What limits the reading of these numbers, in words.
    pub limits: Vec<String>,
    /// In all; empty unless asked for.
    pub frontier: Vec<FrontierPoint>,
    pub topics: Vec<TopicHindsight>,
    /// At most 200, those that change most first.
    pub changes: Vec<ChangedCourse>,
}
