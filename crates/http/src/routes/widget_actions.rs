//! What a customer can do besides writing.

use axum::Json;
use baton_model::{CallbackSlot, Input, PublicConversation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::widget::public;
use crate::{
    caller::Customer,
    limits,
    problem::Problem,
    request::{Nothing, Write},
};

type Answer = Result<Json<PublicConversation>, Problem>;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfferAnswer {
    accept: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChosenCallback {
    /// One of the conversation's `callback_slots`.
    slot: CallbackSlot,
    /// Phone or e-mail; without it the answer waits in this conversation.
    contact: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stars {
    /// 1 (bad) to 5 (good).
    #[schema(minimum = 1, maximum = 5)]
    stars: u8,
    comment: Option<String>,
}

async fn done(customer: &Customer, key: baton_model::IdempotencyKey, input: Input) -> Answer {
    customer.caller.submit(Some(key), input).await?;
    public(&customer.caller, customer.conversation)
}

/// Ask for a person.
#[utoipa::path(post, path = "/v1/widget/conversations/{id}/human", tag = "widget", params(("id" = String, Path)),
    responses((status = 200, body = PublicConversation)))]
pub(crate) async fn ask_human(customer: Customer, write: Write<Nothing>) -> Answer {
    done(&customer, write.key, Input::RequestHuman { conversation: customer.conversation, why: None }).await
}

/// Answer "Shall I bring in a person?".
#[utoipa::path(post, path = "/v1/widget/conversations/{id}/human-offer", tag = "widget", params(("id" = String, Path)),
    request_body = OfferAnswer, responses((status = 200, body = PublicConversation)))]
pub(crate) async fn answer_human_offer(customer: Customer, write: Write<OfferAnswer>) -> Answer {
    let input = Input::AnswerHumanOffer { conversation: customer.conversation, accept: write.body.accept };
    done(&customer, write.key, input).await
}

/// Stop waiting and go on with the AI.
#[utoipa::path(post, path = "/v1/widget/conversations/{id}/cancel-wait", tag = "widget", params(("id" = String, Path)),
    responses((status = 200, body = PublicConversation)))]
pub(crate) async fn cancel_wait(customer: Customer, write: Write<Nothing>) -> Answer {
    done(&customer, write.key, Input::CancelWait { conversation: customer.conversation }).await
}

/// Book one of the offered callbacks.
#[utoipa::path(post, path = "/v1/widget/conversations/{id}/callback", tag = "widget", params(("id" = String, Path)),
    request_body = ChosenCallback, responses((status = 200, body = PublicConversation)))]
pub(crate) async fn choose_callback(customer: Customer, write: Write<ChosenCallback>) -> Answer {
    let ChosenCallback { slot, contact } = write.body;
    limits::check_optional("/contact", contact.as_deref(), limits::LINE_CHARS)?;
    done(&customer, write.key, Input::ChooseCallback { conversation: customer.conversation, slot, contact }).await
}

/// Rate the conversation.
#[utoipa::path(post, path = "/v1/widget/conversations/{id}/rating", tag = "widget", params(("id" = String, Path)),
    request_body = Stars, responses((status = 200, body = PublicConversation)))]
pub(crate) async fn rate(customer: Customer, write: Write<Stars>) -> Answer {
    let Stars { stars, comment } = write.body;
    limits::check_optional("/comment", comment.as_deref(), limits::TEXT_CHARS)?;
    done(&customer, write.key, Input::Rate { conversation: customer.conversation, stars, comment }).await
}

/// Leave for good.
#[utoipa::path(post, path = "/v1/widget/conversations/{id}/leave", tag = "widget", params(("id" = String, Path)),
    responses((status = 200, body = PublicConversation)))]
pub(crate) async fn leave(customer: Customer, write: Write<Nothing>) -> Answer {
    done(&customer, write.key, Input::LeaveConversation { conversation: customer.conversation }).await
}
