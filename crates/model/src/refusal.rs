//! Why the core says no. `http` maps each code to a status and a problem document; the table is in `docs/reference`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    NotFound,
    /// The actor may not do this.
    Forbidden,
    /// The AI no longer holds the conversation, or its epoch is old.
    StaleEpoch,
    /// Not possible in this state.
    WrongState,
    /// The offer is gone (expired, rescinded, or answered).
    OfferGone,
    OverCapacity,
    Invalid,
    /// The same idempotency key came with a different request.
    KeyReused,
}

impl RefusalCode {
    pub fn name(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Forbidden => "forbidden",
            Self::StaleEpoch => "stale_epoch",
            Self::WrongState => "wrong_state",
            Self::OfferGone => "offer_gone",
            Self::OverCapacity => "over_capacity",
            Self::Invalid => "invalid",
            Self::KeyReused => "key_reused",
        }
    }
}

/// What was wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, thiserror::Error)]
#[error("{code:?}: {detail}")]
pub struct Refusal {
    pub code: RefusalCode,
    pub detail: String,
    /// Places in the input, as JSON pointers or file:line, with what is wrong there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Place {
    pub at: String,
    pub problem: String,
}

impl Refusal {
    pub fn new(code: RefusalCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), places: Vec::new() }
    }
}
