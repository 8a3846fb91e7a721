//! What became of a promise to a customer.

use axum::http::StatusCode;
use baton_model::{CommitmentId, ConversationId, Input};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    caller::Caller,
    problem::Problem,
    request::{Id, Write},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettledPromise {
    promise: CommitmentId,
    /// False: it was no promise, or is not owed any more.
    kept: bool,
}

/// Settle a promise: whoever keeps it, or a supervisor.
#[utoipa::path(post, path = "/v1/conversations/{id}/promises", tag = "conversations", params(("id" = String, Path)),
    request_body = SettledPromise, responses((status = 204)))]
pub(crate) async fn settle_promise(
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    write: Write<SettledPromise>,
) -> Result<StatusCode, Problem> {
    let SettledPromise { promise, kept } = write.body;
    let input = Input::SettleCommitment { conversation, commitment: promise, kept };
    caller.submit(Some(write.key), input).await?;
    Ok(StatusCode::NO_CONTENT)
}
