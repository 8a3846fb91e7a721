//! Seeing and answering an offer.

use axum::Json;
use baton_model::{DeclineReason, DeskView, EscalationView, Input, OfferId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{desk, escalation_in, escalation_view};
use crate::{
    caller::Desk,
    problem::Problem,
    request::{Id, Nothing, Write},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decline {
    reason: DeclineReason,
}

/// Say that the offer is shown on a visible screen. An offer that passes without it was not seen: then its human agent is
/// asked for nothing until the next sign of them. Saying it again changes nothing.
#[utoipa::path(post, path = "/v1/offers/{id}/seen", tag = "desk", params(("id" = String, Path)),
    responses((status = 200, body = DeskView)))]
pub(crate) async fn see_offer(desk: Desk, Id(offer): Id<OfferId>, write: Write<Nothing>) -> Result<Json<DeskView>, Problem> {
    desk.caller.submit(Some(write.key), Input::SeeOffer { offer }).await?;
    desk::view(&desk)
}

/// Take the customer. Gone offers are refused with `offer_gone`.
#[utoipa::path(post, path = "/v1/offers/{id}/accept", tag = "desk", params(("id" = String, Path)),
    responses((status = 200, body = EscalationView)))]
pub(crate) async fn accept_offer(
    desk: Desk,
    Id(offer): Id<OfferId>,
    write: Write<Nothing>,
) -> Result<Json<EscalationView>, Problem> {
    let committed = desk.caller.submit(Some(write.key), Input::AcceptOffer { offer }).await?;
    let escalation =
        escalation_in(&committed.reply).ok_or_else(|| Problem::internal("an accepted offer named no escalation"))?;
    escalation_view(&desk.caller, escalation)
}

/// Leave it to somebody else.
#[utoipa::path(post, path = "/v1/offers/{id}/decline", tag = "desk", params(("id" = String, Path)),
    request_body = Decline, responses((status = 200, body = DeskView)))]
pub(crate) async fn decline_offer(
    desk: Desk,
    Id(offer): Id<OfferId>,
    write: Write<Decline>,
) -> Result<Json<DeskView>, Problem> {
    let input = Input::DeclineOffer { offer, reason: write.body.reason };
    desk.caller.submit(Some(write.key), input).await?;
    desk::view(&desk)
}
