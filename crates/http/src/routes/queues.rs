//! The queues, as one list: exactly one of them takes what no other claims.

use axum::Json;
use baton_model::{Input, Queue};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{caller::Caller, problem::Problem, request::Write};

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Queues {
    queues: Vec<Queue>,
}

/// The queues.
#[utoipa::path(get, path = "/v1/queues", tag = "configuration", responses((status = 200, body = Queues)))]
pub(crate) async fn get_queues(caller: Caller) -> Json<Queues> {
    Json(Queues { queues: caller.handle.queues() })
}

/// Replace all queues.
#[utoipa::path(put, path = "/v1/queues", tag = "configuration", request_body = Queues, responses((status = 200, body = Queues)))]
pub(crate) async fn put_queues(caller: Caller, write: Write<Queues>) -> Result<Json<Queues>, Problem> {
    caller.submit(Some(write.key), Input::PutQueues { queues: write.body.queues }).await?;
    Ok(Json(Queues { queues: caller.handle.queues() }))
}
