//! The escalation policy: one TOML file.

use std::sync::Arc;

use axum::Json;
use baton_model::{Input, Place, Policy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    caller::Caller,
    problem::Problem,
    request::{Body, Write},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyFile {
    /// The whole file.
    toml: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PolicyView {
    /// Grows with each change that is applied.
    version: u32,
    /// The file as it was written.
    toml: String,
    policy: Arc<Policy>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LintReport {
    ok: bool,
    /// One sentence; absent when all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Every problem with its place in the file.
    problems: Vec<Place>,
    /// The policy as it would be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Policy>,
}

fn view(caller: &Caller) -> Json<PolicyView> {
    let (policy, toml) = caller.handle.policy();
    Json(PolicyView { version: policy.version, toml, policy })
}

/// The policy in force.
#[utoipa::path(get, path = "/v1/policy", tag = "configuration", responses((status = 200, body = PolicyView)))]
pub(crate) async fn get_policy(caller: Caller) -> Json<PolicyView> {
    view(&caller)
}

/// Put a policy in force. A file with problems is refused, with all of them in `places`.
#[utoipa::path(put, path = "/v1/policy", tag = "configuration", request_body = PolicyFile, responses((status = 200, body = PolicyView)))]
pub(crate) async fn put_policy(caller: Caller, write: Write<PolicyFile>) -> Result<Json<PolicyView>, Problem> {
    caller.submit(Some(write.key), Input::PutPolicy { toml: write.body.toml }).await?;
    Ok(view(&caller))
}

/// Check a policy without putting it in force. Changes nothing, so it needs no Idempotency-Key.
#[utoipa::path(post, path = "/v1/policy/lint", tag = "configuration", request_body = PolicyFile,
    responses((status = 200, body = LintReport)))]
pub(crate) async fn lint_policy(_caller: Caller, Body(file): Body<PolicyFile>) -> Result<Json<LintReport>, Problem> {
    // Expressions are compiled: off the executor.
    let linted =
        tokio::task::spawn_blocking(move || baton_runtime::lint_policy(&file.toml)).await.map_err(Problem::internal)?;
    Ok(Json(match linted {
        Ok(policy) => LintReport { ok: true, detail: None, problems: Vec::new(), policy: Some(policy) },
        Err(refusal) => LintReport { ok: false, detail: Some(refusal.detail), problems: refusal.places, policy: None },
    }))
}
