//! What history suggests: another policy on it, proposals, what to automate, what to read.

use axum::Json;
use baton_model::{
    ArticleDraft, CaseFilter, Cluster, Costs, Hindsight, Missing, ProposalsView, Rehearsal, SampleView, Timestamp,
};
use baton_runtime::{ReplayError, ReplayOrder};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    caller::Caller,
    limits,
    problem::{Code, Problem},
    request::{Body, Query},
    routes::articles::NewArticle,
};

const DAY_MS: i64 = 86_400_000;
/// Conversations replayed for one request; with a frontier, a fifth of it.
const MOST: usize = 5_000;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplayPolicy {
    /// The file to try.
    toml: String,
    /// The last 1 to 400 days; 28 if absent.
    #[serde(default = "four_weeks")]
    #[schema(minimum = 1, maximum = 400)]
    days: u32,
    /// Only this topic.
    topic: Option<String>,
    /// What mistakes cost; the file's own costs if absent.
    costs: Option<Costs>,
    /// Also automation against regret for bolder and more careful thresholds.
    #[serde(default)]
    frontier: bool,
}

fn four_weeks() -> u32 {
    28
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Days {
    /// 1 to 400; 28 if absent.
    #[param(required = false, minimum = 1, maximum = 400)]
    days: Option<u32>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfCluster {
    topic: String,
    missing: Missing,
    /// 1 to 400; 28 if absent.
    #[param(required = false, minimum = 1, maximum = 400)]
    days: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Clusters {
    /// The costliest first.
    clusters: Vec<Cluster>,
}

fn last(days: u32, now: Timestamp) -> Result<CaseFilter, Problem> {
    if !(1..=400).contains(&days) {
        return Err(Problem::new(Code::InvalidQuery, "The days are not between 1 and 400.").at("days", "out of range"));
    }
    let today = now.millis().div_euclid(DAY_MS);
    let from = Timestamp::from_millis((today - i64::from(days) + 1) * DAY_MS);
    Ok(CaseFilter { from: Some(from), ..CaseFilter::default() })
}

/// Replay a policy on history without putting it in force: what would change, what that would cost, and how much of it is
/// known. Changes nothing, so it needs no Idempotency-Key.
#[utoipa::path(post, path = "/v1/policy/replay", tag = "configuration", request_body = ReplayPolicy,
    responses((status = 200, body = Hindsight)))]
pub(crate) async fn replay_policy(caller: Caller, Body(asked): Body<ReplayPolicy>) -> Result<Json<Hindsight>, Problem> {
    let filter = CaseFilter { topic: asked.topic, ..last(asked.days, caller.handle.now())? };
    if let Some(costs) = &asked.costs
        && !(costs.late > 0.0 && costs.needless > 0.0 && costs.late.is_finite() && costs.needless.is_finite())
    {
        return Err(Problem::new(Code::InvalidBody, "Both costs are numbers above 0.").at("costs", "not usable"));
    }
    let limit = if asked.frontier { MOST / 5 } else { MOST };
    let order = ReplayOrder { toml: asked.toml, filter, costs: asked.costs, frontier: asked.frontier, limit };
    let handle = caller.handle.clone();
    let replayed = tokio::task::spawn_blocking(move || handle.replay_policy(&order)).await.map_err(Problem::internal)?;
    replayed.map(Json).map_err(|e| match e {
        ReplayError::Refused(refusal) => Problem::from(refusal),
        ReplayError::Journal(e) => Problem::internal(e),
    })
}

/// Thresholds recalibrated from outcomes, and why the others stay. Nothing applies them but a person.
#[utoipa::path(get, path = "/v1/policy/proposals", tag = "configuration", responses((status = 200, body = ProposalsView)))]
pub(crate) async fn get_proposals(caller: Caller) -> Result<Json<ProposalsView>, Problem> {
    let handle = caller.handle.clone();
    // Permutation tests take some milliseconds: off the executor.
    tokio::task::spawn_blocking(move || handle.proposals()).await.map(Json).map_err(Problem::internal)
}

/// What to automate next: escalations that the AI could have done, by topic and by what was missing.
#[utoipa::path(get, path = "/v1/learning/clusters", tag = "board", params(Days), responses((status = 200, body = Clusters)))]
pub(crate) async fn get_clusters(caller: Caller, Query(period): Query<Days>) -> Result<Json<Clusters>, Problem> {
    let filter = last(period.days.unwrap_or(28), caller.handle.now())?;
    Ok(Json(Clusters { clusters: caller.handle.clusters(&filter) }))
}

/// A knowledge article drafted from what humans answered in a cluster. Publish it with `PUT /v1/articles/{id}`, after
/// reading it.
#[utoipa::path(get, path = "/v1/learning/draft", tag = "board", params(OfCluster), responses((status = 200, body = ArticleDraft)))]
pub(crate) async fn get_draft(caller: Caller, Query(of): Query<OfCluster>) -> Result<Json<ArticleDraft>, Problem> {
    let filter = last(of.days.unwrap_or(28), caller.handle.now())?;
    let handle = caller.handle.clone();
    let draft = tokio::task::spawn_blocking(move || handle.draft_article(&of.topic, of.missing, &filter))
        .await
        .map_err(Problem::internal)?
        .map_err(Problem::internal)?;
    draft.map(Json).ok_or_else(|| Problem::not_found("cluster with an answer"))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rehearse {
    topic: String,
    missing: Missing,
    /// 1 to 400; 28 if absent.
    #[schema(minimum = 1, maximum = 400)]
    days: Option<u32>,
    /// Id of the article: a new one, or one that this would replace.
    id: String,
    article: NewArticle,
}

/// What the built-in assistant answers to the questions behind a cluster, today and with an article that is not published.
/// Changes nothing, so it needs no Idempotency-Key. With a chat model it takes as long as the model's answers do.
#[utoipa::path(post, path = "/v1/learning/rehearsal", tag = "board", request_body = Rehearse,
    responses((status = 200, body = Rehearsal)))]
pub(crate) async fn rehearse(
    caller: Caller,
    Body(asked): Body<Rehearse, { limits::ARTICLE_BODY_BYTES }>,
) -> Result<Json<Rehearsal>, Problem> {
    let now = caller.handle.now();
    let filter = last(asked.days.unwrap_or(28), now)?;
    let article = asked.article.article(&asked.id, now)?;
    let rehearsed = caller.handle.rehearse(&asked.topic, asked.missing, &filter, article).await;
    rehearsed.map_err(Problem::internal)?.map(Json).ok_or_else(|| Problem::not_found("cluster"))
}

/// Conversations that the AI closed alone and that a person should read today; judged ones estimate the missed rate.
#[utoipa::path(get, path = "/v1/learning/sample", tag = "board", responses((status = 200, body = SampleView)))]
pub(crate) async fn get_sample(caller: Caller) -> Json<SampleView> {
    Json(caller.handle.sample())
}
