//! Settings of a workspace that are not policy.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How the AI and Baton speak to customers in this workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Shown to customers.
    pub business_name: String,
    /// Name of the AI in the widget.
    pub ai_name: String,
    /// Time zone assumed for customers who have none.
    pub time_zone: String,
    /// How long a conversation with a human waits for a silent customer before it counts as left.
    pub customer_silence_seconds: u32,
    /// A human who vanished keeps their items this long.
    pub presence_grace_seconds: u32,
    /// A resolved escalation is closed without a verdict after this long.
    pub review_seconds: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            business_name: "our team".into(),
            ai_name: "Assistant".into(),
            time_zone: "UTC".into(),
            customer_silence_seconds: 15 * 60,
            presence_grace_seconds: 45,
            review_seconds: 24 * 3600,
        }
    }
}
