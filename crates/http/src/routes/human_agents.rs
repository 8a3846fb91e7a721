//! The people at the desk: skills, languages, shifts, capacity.

use axum::Json;
use baton_model::{HumanAgentId, HumanProfile, HumanView, Input};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    caller::Caller,
    limits,
    problem::Problem,
    request::{Id, Write},
};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HumanAgents {
    human_agents: Vec<HumanView>,
}

/// Everybody who works at the desk.
#[utoipa::path(get, path = "/v1/human-agents", tag = "configuration", responses((status = 200, body = HumanAgents)))]
pub(crate) async fn list_human_agents(caller: Caller) -> Json<HumanAgents> {
    Json(HumanAgents { human_agents: caller.handle.humans() })
}

/// Set a profile; a new id makes a new human agent.
#[utoipa::path(put, path = "/v1/human-agents/{id}", tag = "configuration", params(("id" = String, Path)),
    request_body = HumanProfile, responses((status = 200, body = HumanView)))]
pub(crate) async fn put_human_agent(
    caller: Caller,
    Id(human_agent): Id<HumanAgentId>,
    write: Write<HumanProfile>,
) -> Result<Json<HumanView>, Problem> {
    limits::check_text("/name", &write.body.name, limits::LINE_CHARS)?;
    caller.submit(Some(write.key), Input::PutHuman { human_agent, profile: write.body }).await?;
    caller.handle.human(human_agent).map(Json).ok_or_else(|| Problem::not_found("human agent"))
}
