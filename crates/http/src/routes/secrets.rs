//! Showing what is masked, to whoever may see it and says why.

use axum::Json;
use baton_model::{EscalationId, Input, Revealed, TurnId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    caller::Caller,
    limits,
    problem::Problem,
    request::{Id, Write},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reveal {
    turn: TurnId,
    /// What it is needed for; journaled with the name of whoever asks.
    why: String,
}

/// Show the card and bank numbers of a turn: to the human agent who has the escalation in hand, and to supervisors. It is
/// journaled who looked, when and what for.
#[utoipa::path(post, path = "/v1/escalations/{id}/reveal", tag = "escalations", params(("id" = String, Path)),
    request_body = Reveal, responses((status = 200, body = Revealed)))]
pub(crate) async fn reveal(
    caller: Caller,
    Id(escalation): Id<EscalationId>,
    write: Write<Reveal>,
) -> Result<Json<Revealed>, Problem> {
    let Reveal { turn, why } = write.body;
    limits::check_text("/why", &why, limits::LINE_CHARS)?;
    caller.submit(Some(write.key), Input::Reveal { escalation, turn, why }).await?;
    caller.handle.revealed(escalation, turn).map(Json).ok_or_else(|| Problem::not_found("turn"))
}
