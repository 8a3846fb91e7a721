//! What `sense` reads in one text. Scores are calibrated probabilities in 0..=1 unless said otherwise.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Embedding;

/// A half-open range of *characters* (Unicode scalar values, not bytes) in a turn's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

/// Every detector of `sense`. The wire name is the snake-case name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignalKind {
    /// Asks for a person, directly or politely. "Ask an agent how to…" is not one.
    WantsHuman,
    Anger,
    Anxiety,
    Sadness,
    Complaint,
    Dispute,
    LegalThreat,
    ChurnThreat,
    /// Asks for a custom price or a discount.
    NegotiatePrice,
    /// Asks for special terms or an exception to a rule.
    NegotiateTerms,
    SelfHarm,
    Violence,
    Medical,
    Abuse,
    /// Says that the previous answer did not help, or repeats that the issue is still there.
    Unresolved,
    Thanks,
    /// In a draft or turn of the AI: promises a transfer to a person.
    PromisesTransfer,
    /// In a turn of the AI: apologises.
    Apology,
    /// In a turn of the AI: admits that it does not know or cannot do it.
    CannotHelp,
}

impl SignalKind {
    pub const ALL: [Self; 19] = [
        Self::WantsHuman,
        Self::Anger,
        Self::Anxiety,
        Self::Sadness,
        Self::Complaint,
        Self::Dispute,
        Self::LegalThreat,
        Self::ChurnThreat,
        Self::NegotiatePrice,
        Self::NegotiateTerms,
        Self::SelfHarm,
        Self::Violence,
        Self::Medical,
        Self::Abuse,
        Self::Unresolved,
        Self::Thanks,
        Self::PromisesTransfer,
        Self::Apology,
        Self::CannotHelp,
    ];

    /// The name used on the wire, in policy files and in CEL rules (`signals.wants_human`).
    pub fn name(self) -> &'static str {
        match self {
            Self::WantsHuman => "wants_human",
            Self::Anger => "anger",
            Self::Anxiety => "anxiety",
            Self::Sadness => "sadness",
            Self::Complaint => "complaint",
            Self::Dispute => "dispute",
            Self::LegalThreat => "legal_threat",
            Self::ChurnThreat => "churn_threat",
            Self::NegotiatePrice => "negotiate_price",
            Self::NegotiateTerms => "negotiate_terms",
            Self::SelfHarm => "self_harm",
            Self::Violence => "violence",
            Self::Medical => "medical",
            Self::Abuse => "abuse",
            Self::Unresolved => "unresolved",
            Self::Thanks => "thanks",
            Self::PromisesTransfer => "promises_transfer",
            Self::Apology => "apology",
            Self::CannotHelp => "cannot_help",
        }
    }
}

/// One detector's finding, with the words that caused it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Signal {
    pub kind: SignalKind,
    pub score: f32,
    /// Evidence; empty when the whole text is the evidence.
    #[serde(default)]
    pub spans: Vec<Span>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// An order, account, ticket or booking number.
    Reference,
    /// `value` is the amount in minor units (cents) and the ISO currency, as in `12995 EUR`.
    Amount,
    Date,
    Email,
    Phone,
    Card,
    Iban,
    Address,
    Person,
    Url,
    /// A number that a state gives to a person: social security, driving licence, passport.
    NationalId,
    /// Version 4 or 6.
    IpAddress,
    /// Named as one in the text.
    PostalCode,
    /// A PIN, a card's security code, a one-time code, a password: named as one in the text, and never shown.
    Code,
}

impl EntityKind {
    /// What nobody sees in full without asking for it by name.
    pub fn is_secret(self) -> bool {
        match self {
            Self::Card | Self::Iban | Self::NationalId | Self::Code => true,
            Self::Reference
            | Self::Amount
            | Self::Date
            | Self::Email
            | Self::Phone
            | Self::Address
            | Self::Person
            | Self::Url
            | Self::IpAddress
            | Self::PostalCode => false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Entity {
    pub kind: EntityKind,
    pub span: Span,
    /// Normalised: digits only for phone and card, upper case for references, ISO for dates where certain.
    pub value: String,
}

/// What was masked in a text, and where it stood. Lives apart from the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    pub span: Span,
    pub text: String,
}

/// All signals of one text. Detectors below a floor (0.05) are left out; absent means 0.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Signals {
    /// -1 (very negative) to 1 (very positive).
    pub sentiment: f32,
    #[serde(default)]
    pub found: Vec<Signal>,
    /// Best guess of the issue class (`billing`, `delivery`, …), a workspace's own names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_class: Option<ClassGuess>,
    /// ISO 639-1 code and probability; absent for very short or code-like text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<ClassGuess>,
    #[serde(default)]
    pub entities: Vec<Entity>,
    /// The text ends in or contains a question.
    #[serde(default)]
    pub question: bool,
    /// Absent for text without a known word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding: Option<Embedding>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClassGuess {
    pub label: String,
    pub score: f32,
}

impl Signals {
    pub fn get(&self, kind: SignalKind) -> Option<&Signal> {
        self.found.iter().find(|s| s.kind == kind)
    }

    pub fn score(&self, kind: SignalKind) -> f32 {
        self.get(kind).map_or(0.0, |s| s.score)
    }
}
