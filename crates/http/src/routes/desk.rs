//! The desk of the signed-in human agent.

use axum::{Json, extract::State, response::Response};
use baton_model::{DeskView, HumanAgentId, Input, Willing};
use baton_runtime::Change;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    app::App,
    caller::{Caller, Desk},
    problem::Problem,
    request::Write,
    stream::{self, Feed},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPresence {
    willing: Willing,
}

pub(super) fn view(desk: &Desk) -> Result<Json<DeskView>, Problem> {
    desk.caller.handle.desk(desk.human_agent).map(Json).ok_or_else(|| Problem::not_found("human agent"))
}

/// Everything on one's desk.
#[utoipa::path(get, path = "/v1/desk", tag = "desk", responses((status = 200, body = DeskView)))]
pub(crate) async fn get_desk(desk: Desk) -> Result<Json<DeskView>, Problem> {
    view(&desk)
}

/// Take work, finish what is there, or be away.
#[utoipa::path(put, path = "/v1/desk/presence", tag = "desk", request_body = NewPresence, responses((status = 200, body = DeskView)))]
pub(crate) async fn set_presence(desk: Desk, write: Write<NewPresence>) -> Result<Json<DeskView>, Problem> {
    let input = Input::SetPresence { human_agent: desk.human_agent, willing: write.body.willing };
    desk.caller.submit(Some(write.key), input).await?;
    view(&desk)
}

struct Seat(HumanAgentId);

impl Feed for Seat {
    type View = DeskView;

    fn view(&self, caller: &Caller) -> Option<DeskView> {
        caller.handle.desk(self.0)
    }

    /// A desk shows colleagues, queues and customers: nearly every change may show.
    fn about(&self, _: &Change) -> bool {
        true
    }

    /// Renews the lease. When the stream ends nothing is said: the lease lapses, unless another tab renews it.
    async fn beat(&self, caller: &Caller) {
        if let Err(problem) = caller.submit(None, Input::Heartbeat { human_agent: self.0 }).await {
            tracing::warn!(human_agent = %self.0, code = problem.code.row().name, "heartbeat was not taken");
        }
    }
}

/// Follow one's desk: server-sent events named `view`, each a whole view. While one is open, the human is connected.
#[utoipa::path(get, path = "/v1/desk/stream", tag = "desk",
    responses((status = 200, body = DeskView, content_type = "text/event-stream")))]
pub(crate) async fn stream_desk(State(app): State<App>, desk: Desk) -> Result<Response, Problem> {
    stream::open(app, desk.caller, "human agent", Seat(desk.human_agent)).await
}
