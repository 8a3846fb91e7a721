//! The supervisor's board and the insights.

use axum::{Json, extract::State, response::Response};
use baton_model::{BoardView, InsightsView};
use baton_runtime::Change;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    app::App,
    caller::Caller,
    problem::{Code, Problem},
    request::Query,
    stream::{self, Feed},
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Period {
    /// 1 to 400, today included; 28 if absent.
    #[param(required = false, minimum = 1, maximum = 400)]
    days: Option<u32>,
}

/// What needs somebody now, queues, people, and the balance.
#[utoipa::path(get, path = "/v1/board", tag = "board", responses((status = 200, body = BoardView)))]
pub(crate) async fn get_board(caller: Caller) -> Json<BoardView> {
    Json(caller.handle.board())
}

struct Board;

impl Feed for Board {
    type View = BoardView;

    fn view(&self, caller: &Caller) -> Option<BoardView> {
        Some(caller.handle.board())
    }

    /// Everything shows on the board; nobody reads it ten times a second.
    fn about(&self, _: &Change) -> bool {
        false
    }
}

/// Follow the board: server-sent events named `view`, each a whole view, at most one a second.
#[utoipa::path(get, path = "/v1/board/stream", tag = "board",
    responses((status = 200, body = BoardView, content_type = "text/event-stream")))]
pub(crate) async fn stream_board(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    stream::open(app, caller, "board", Board).await
}

/// What the escalations of some days teach.
#[utoipa::path(get, path = "/v1/insights", tag = "board", params(Period), responses((status = 200, body = InsightsView)))]
pub(crate) async fn get_insights(caller: Caller, Query(period): Query<Period>) -> Result<Json<InsightsView>, Problem> {
    let days = period.days.unwrap_or(28);
    if !(1..=400).contains(&days) {
        return Err(Problem::new(Code::InvalidQuery, "The days are not between 1 and 400.").at("days", "out of range"));
    }
    Ok(Json(caller.handle.insights(days)))
}
