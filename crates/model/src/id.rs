//! Typed ids. On the wire an id is its prefix, `_`, and a UUIDv7 in 32 hex digits, so ids sort by time of creation.
//! The registry below is append-only.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use uuid::{Builder, Uuid};

use crate::Timestamp;

/// A text that is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id like `{prefix}_0190f3…` (prefix, underscore, 32 hex digits), got `{got}`")]
pub struct BadId {
    pub prefix: &'static str,
    pub got: String,
}

/// Draws ids for one input: the same stamp always gives the same ids, in the same order.
#[derive(Debug, Clone)]
pub struct IdSource {
    at: Timestamp,
    state: u64,
}

impl IdSource {
    pub fn new(at: Timestamp, seed: u64) -> Self {
        Self { at, state: seed }
    }

    /// SplitMix64 (Steele, Lea, Flood 2014): full period, good enough to tell ids apart; secrets never come from here.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn draw<T: From<Uuid>>(&mut self) -> T {
        let mut bytes = [0u8; 10];
        bytes[..8].copy_from_slice(&self.next_u64().to_be_bytes());
        bytes[8..].copy_from_slice(&self.next_u64().to_be_bytes()[..2]);
        let millis = u64::try_from(self.at.millis()).unwrap_or(0);
        T::from(Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid())
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
        #[schema(value_type = String)]
        pub struct $name(Uuid);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .filter(|hex| hex.len() == 32)
                    .and_then(|hex| Uuid::try_parse(hex).ok())
                    .map(Self)
                    .ok_or_else(|| BadId { prefix: $prefix, got: text.chars().take(64).collect() })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(D::Error::custom)
            }
        }
    )*};
}

ids! {
    /// A tenant.
    WorkspaceId = "ws";
    ConversationId = "conv";
    TurnId = "turn";
    EscalationId = "esc";
    OfferId = "off";
    HumanAgentId = "hum";
    /// One question put to an assistant or a fact source.
    RequestId = "req";
    /// A person's account, or an API key.
    AccountId = "acct";
    ApiKeyId = "key";
    /// A promise made to a customer.
    CommitmentId = "prm";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_stamp_same_ids_and_they_round_trip() {
        let draw = || IdSource::new(Timestamp::from_millis(1_700_000_000_000), 7).draw::<EscalationId>();
        let id = draw();
        assert_eq!(id, draw());
        assert_eq!(id.to_string().parse::<EscalationId>(), Ok(id));
        assert!(id.to_string().parse::<OfferId>().is_err());
        let later: EscalationId = IdSource::new(Timestamp::from_millis(1_700_000_000_001), 7).draw();
        assert!(id.to_string() < later.to_string());
    }
}
