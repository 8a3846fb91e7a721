//! The escalation policy: one TOML file.

use std::sync::Arc;

use axum::Json;
use baton_model::{Input, Place, Policy, TrialView};
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
    /// For the audit.
    #[serde(default)]
    why: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTrial {
    /// The whole file.
    toml: String,
    /// Percent of conversations that it decides, 0 to 50; 0 is shadow: it only watches.
    #[schema(maximum = 50)]
    share: u8,
    why: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewShare {
    /// 0 to 50.
    #[schema(maximum = 50)]
    share: u8,
    why: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndOfTrial {
    /// Put it in force; otherwise it is given up.
    promote: bool,
    why: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Why {
    why: String,
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
    caller.submit(Some(write.key), Input::PutPolicy { toml: write.body.toml, why: write.body.why }).await?;
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

/// The policy that is tried, its guardrails, and who changed what and why.
#[utoipa::path(get, path = "/v1/policy/trial", tag = "configuration", responses((status = 200, body = TrialView)))]
pub(crate) async fn get_trial(caller: Caller) -> Json<TrialView> {
    Json(caller.handle.trial())
}

async fn step<T>(caller: Caller, write: Write<T>, input: impl FnOnce(T) -> Input) -> Result<Json<TrialView>, Problem> {
    caller.submit(Some(write.key), input(write.body)).await?;
    Ok(Json(caller.handle.trial()))
}

/// Try a policy: in shadow, or on a share of conversations. One at a time.
#[utoipa::path(post, path = "/v1/policy/trial", tag = "configuration", request_body = NewTrial,
    responses((status = 200, body = TrialView)))]
pub(crate) async fn start_trial(caller: Caller, write: Write<NewTrial>) -> Result<Json<TrialView>, Problem> {
    step(caller, write, |NewTrial { toml, share, why }| Input::TryPolicy { toml, share, why }).await
}

/// Change the share that the tried policy decides.
#[utoipa::path(put, path = "/v1/policy/trial", tag = "configuration", request_body = NewShare,
    responses((status = 200, body = TrialView)))]
pub(crate) async fn set_share(caller: Caller, write: Write<NewShare>) -> Result<Json<TrialView>, Problem> {
    step(caller, write, |NewShare { share, why }| Input::SetTrialShare { share, why }).await
}

/// Put the tried policy in force, or give it up.
#[utoipa::path(post, path = "/v1/policy/trial/end", tag = "configuration", request_body = EndOfTrial,
    responses((status = 200, body = TrialView)))]
pub(crate) async fn end_trial(caller: Caller, write: Write<EndOfTrial>) -> Result<Json<TrialView>, Problem> {
    step(caller, write, |EndOfTrial { promote, why }| Input::EndTrial { promote, why }).await
}

/// Put the policy before the one in force in force again; a trial that runs is given up.
#[utoipa::path(post, path = "/v1/policy/rollback", tag = "configuration", request_body = Why,
    responses((status = 200, body = TrialView)))]
pub(crate) async fn roll_back(caller: Caller, write: Write<Why>) -> Result<Json<TrialView>, Problem> {
    step(caller, write, |Why { why }| Input::RollBackPolicy { why }).await
}
