//! The knowledge base.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// One Markdown article. Its id is a slug: lower-case letters, digits, `-`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Article {
    pub id: String,
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Issue classes it belongs to.
    #[serde(default)]
    pub topics: Vec<String>,
    pub updated_at: Timestamp,
}
