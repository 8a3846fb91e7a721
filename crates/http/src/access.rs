//! Who may do what: one row per operation. A path that has no row is refused, whatever its handler says.
//!
//! To add an operation: its row here, its handler in `routes`, and its line in the refusal test.

use std::{collections::HashMap, sync::LazyLock};

use baton_ports::Role;

/// Kinds of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    Bot,
    Widget,
    /// The customer of the conversation that the path names.
    Customer,
    HumanAgent,
    Supervisor,
    Admin,
}

impl Who {
    pub const ALL: [Self; 6] = [Self::Bot, Self::Widget, Self::Customer, Self::HumanAgent, Self::Supervisor, Self::Admin];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Widget => "widget",
            Self::Customer => "customer",
            Self::HumanAgent => "human_agent",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
        }
    }
}

impl From<Role> for Who {
    fn from(role: Role) -> Self {
        match role {
            Role::Bot => Self::Bot,
            Role::Widget => Self::Widget,
            Role::HumanAgent => Self::HumanAgent,
            Role::Supervisor => Self::Supervisor,
            Role::Admin => Self::Admin,
        }
    }
}

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    Public,
    Only(&'static [Who]),
}

/// What a call does, as far as the edge cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Reads,
    /// Needs an Idempotency-Key.
    Writes,
}

/// One operation.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    pub method: &'static str,
    pub path: &'static str,
    pub allowed: Allowed,
    pub effect: Effect,
}

const fn reads(method: &'static str, path: &'static str, allowed: Allowed) -> Operation {
    Operation { method, path, allowed, effect: Effect::Reads }
}

const fn writes(method: &'static str, path: &'static str, allowed: Allowed) -> Operation {
    Operation { method, path, allowed, effect: Effect::Writes }
}

const BOT: Allowed = Allowed::Only(&[Who::Bot]);
const WIDGET: Allowed = Allowed::Only(&[Who::Widget]);
const CUSTOMER: Allowed = Allowed::Only(&[Who::Customer]);
const PERSON: Allowed = Allowed::Only(&[Who::HumanAgent, Who::Supervisor, Who::Admin]);
const BOT_OR_PERSON: Allowed = Allowed::Only(&[Who::Bot, Who::HumanAgent, Who::Supervisor, Who::Admin]);
const OVERSEER: Allowed = Allowed::Only(&[Who::Supervisor, Who::Admin]);
const ADMIN: Allowed = Allowed::Only(&[Who::Admin]);
const BOT_OR_ADMIN: Allowed = Allowed::Only(&[Who::Bot, Who::Admin]);
/// Everybody at the desk; the extractor also asks that the account has a human agent.
const DESK: Allowed = PERSON;

/// The table.
pub const OPERATIONS: &[Operation] = &[
    reads("GET", "/healthz", Allowed::Public),
    reads("GET", "/v1/openapi.json", Allowed::Public),
    reads("GET", "/v1/schemas/package.json", Allowed::Public),
    writes("POST", "/v1/sessions", Allowed::Public),
    writes("DELETE", "/v1/sessions/current", PERSON),
    reads("GET", "/v1/me", PERSON),
    // Bots
    writes("POST", "/v1/conversations", BOT),
    reads("GET", "/v1/conversations/{id}", BOT_OR_PERSON),
    writes("POST", "/v1/conversations/{id}/turns", BOT),
    writes("POST", "/v1/conversations/{id}/escalations", BOT),
    writes("POST", "/v1/conversations/{id}/close", BOT),
    reads("GET", "/v1/conversations/{id}/stream", BOT),
    // Customers
    writes("POST", "/v1/widget/conversations", WIDGET),
    reads("GET", "/v1/widget/conversations/{id}", CUSTOMER),
    reads("GET", "/v1/widget/conversations/{id}/stream", CUSTOMER),
    writes("POST", "/v1/widget/conversations/{id}/turns", CUSTOMER),
    writes("POST", "/v1/widget/conversations/{id}/human", CUSTOMER),
    writes("POST", "/v1/widget/conversations/{id}/human-offer", CUSTOMER),
    writes("POST", "/v1/widget/conversations/{id}/cancel-wait", CUSTOMER),
    writes("POST", "/v1/widget/conversations/{id}/callback", CUSTOMER),
    writes("POST", "/v1/widget/conversations/{id}/rating", CUSTOMER),
    writes("POST", "/v1/widget/conversations/{id}/leave", CUSTOMER),
    // The desk
    reads("GET", "/v1/desk", DESK),
    reads("GET", "/v1/desk/stream", DESK),
    writes("PUT", "/v1/desk/presence", DESK),
    writes("POST", "/v1/offers/{id}/seen", DESK),
    writes("POST", "/v1/offers/{id}/accept", DESK),
    writes("POST", "/v1/offers/{id}/decline", DESK),
    reads("GET", "/v1/escalations", PERSON),
    reads("GET", "/v1/escalations/{id}", PERSON),
    reads("GET", "/v1/escalations/{id}/stream", PERSON),
    reads("GET", "/v1/escalations/{id}/package", PERSON),
    reads("GET", "/v1/escalations/{id}/routing", PERSON),
    writes("POST", "/v1/escalations/{id}/reveal", PERSON),
    writes("POST", "/v1/escalations/{id}/turns", DESK),
    writes("POST", "/v1/escalations/{id}/transfer", DESK),
    writes("POST", "/v1/escalations/{id}/handback", DESK),
    writes("POST", "/v1/escalations/{id}/resolve", DESK),
    writes("POST", "/v1/escalations/{id}/verdict", DESK),
    // The board
    reads("GET", "/v1/board", OVERSEER),
    reads("GET", "/v1/board/stream", OVERSEER),
    reads("GET", "/v1/insights", OVERSEER),
    reads("GET", "/v1/metrics", OVERSEER),
    reads("GET", "/v1/metrics/{name}/cases", OVERSEER),
    writes("POST", "/v1/conversations/{id}/judgement", PERSON),
    writes("POST", "/v1/conversations/{id}/promises", PERSON),
    // Configuration
    reads("GET", "/v1/policy", OVERSEER),
    writes("PUT", "/v1/policy", OVERSEER),
    reads("POST", "/v1/policy/lint", OVERSEER),
    reads("POST", "/v1/policy/replay", OVERSEER),
    reads("GET", "/v1/policy/proposals", OVERSEER),
    reads("GET", "/v1/policy/trial", OVERSEER),
    writes("POST", "/v1/policy/trial", OVERSEER),
    writes("PUT", "/v1/policy/trial", OVERSEER),
    writes("POST", "/v1/policy/trial/end", OVERSEER),
    writes("POST", "/v1/policy/rollback", OVERSEER),
    reads("GET", "/v1/learning/clusters", OVERSEER),
    reads("GET", "/v1/learning/draft", OVERSEER),
    reads("POST", "/v1/learning/rehearsal", OVERSEER),
    reads("GET", "/v1/learning/sample", OVERSEER),
    reads("GET", "/v1/settings", PERSON),
    writes("PUT", "/v1/settings", ADMIN),
    reads("GET", "/v1/queues", PERSON),
    writes("PUT", "/v1/queues", ADMIN),
    reads("GET", "/v1/human-agents", OVERSEER),
    writes("PUT", "/v1/human-agents/{id}", OVERSEER),
    reads("GET", "/v1/articles", OVERSEER),
    writes("PUT", "/v1/articles/{id}", OVERSEER),
    writes("DELETE", "/v1/articles/{id}", OVERSEER),
    writes("PUT", "/v1/customers/{external_id}", BOT_OR_ADMIN),
    writes("PUT", "/v1/orders/{reference}", BOT_OR_ADMIN),
    reads("GET", "/v1/accounts", ADMIN),
    writes("POST", "/v1/accounts", ADMIN),
    reads("GET", "/v1/api-keys", ADMIN),
    writes("POST", "/v1/api-keys", ADMIN),
    writes("DELETE", "/v1/api-keys/{id}", ADMIN),
];

static BY_PATH: LazyLock<HashMap<(&str, &str), &Operation>> =
    LazyLock::new(|| OPERATIONS.iter().map(|op| ((op.method, op.path), op)).collect());

/// The row of a route; a `HEAD` is its `GET` without the body.
pub(crate) fn operation(method: &str, path: &str) -> Option<&'static Operation> {
    let method = if method == "HEAD" { "GET" } else { method };
    BY_PATH.get(&(method, path)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_one_row_and_only_signing_in_and_what_describes_the_service_are_public() {
        assert_eq!(BY_PATH.len(), OPERATIONS.len());
        let public: Vec<_> = OPERATIONS.iter().filter(|op| op.allowed == Allowed::Public).map(|op| op.path).collect();
        assert_eq!(public, ["/healthz", "/v1/openapi.json", "/v1/schemas/package.json", "/v1/sessions"]);
        assert!(operation("GET", "/v1/secrets").is_none());
    }

    #[test]
    fn every_write_method_is_a_write_but_for_what_only_tries() {
        for op in OPERATIONS {
            let reads =
                op.method == "GET" || ["/v1/policy/lint", "/v1/policy/replay", "/v1/learning/rehearsal"].contains(&op.path);
            assert_eq!(op.effect == Effect::Reads, reads, "{} {}", op.method, op.path);
        }
    }
}
