//! The customer's side: opening, reading and writing a conversation from any page.

use std::net::SocketAddr;

use axum::{
    Json,
    extract::{ConnectInfo, State},
    http::StatusCode,
    response::Response,
};
use baton_model::{AiMode, Channel, ConversationId, CustomerRef, Input, PublicConversation, Signals, Stream};
use baton_ports::CustomerToken;
use baton_runtime::Change;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::conversations;
use crate::{
    app::App,
    caller::{Caller, Customer},
    limits,
    presence::Open,
    problem::Problem,
    request::Write,
    secrets::{self, TokenKind},
    stream::{self, Feed},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWidgetConversation {
    #[serde(default)]
    customer: WidgetCustomer,
}

/// What the page says about its visitor. Nobody vouches for it, so it never counts as verified.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WidgetCustomer {
    external_id: Option<String>,
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    /// BCP 47, as in `de-CH`.
    locale: Option<String>,
    /// IANA name, as in `Europe/Berlin`.
    time_zone: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WidgetConversation {
    /// The customer's token for this conversation; a repeat of the request gives another one.
    token: String,
    conversation: PublicConversation,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    text: String,
}

pub(super) fn public(caller: &Caller, id: ConversationId) -> Result<Json<PublicConversation>, Problem> {
    caller.handle.public(id).map(Json).ok_or_else(|| Problem::not_found("conversation"))
}

/// Open a conversation from a page.
#[utoipa::path(post, path = "/v1/widget/conversations", tag = "widget", request_body = NewWidgetConversation,
    responses((status = 201, body = WidgetConversation)))]
pub(crate) async fn open_widget_conversation(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    caller: Caller,
    write: Write<NewWidgetConversation>,
) -> Result<(StatusCode, Json<WidgetConversation>), Problem> {
    app.count_open(caller.scope(), peer.ip())?;
    let WidgetCustomer { external_id, name, email, phone, locale, time_zone } = write.body.customer;
    let customer = CustomerRef { external_id, name, email, phone, locale, time_zone, verified: false };
    let conversation = conversations::open(&caller, write.key, Channel::Chat, AiMode::BuiltIn, customer).await?;
    let new = secrets::new_token(TokenKind::Customer).map_err(Problem::internal)?;
    let row = CustomerToken {
        token_hash: new.hash,
        workspace: caller.workspace,
        conversation,
        expires_at: app.now() + limits::CUSTOMER_TOKEN,
    };
    app.accounts(move |a| a.create_customer_token(&row)).await?;
    let Json(conversation) = public(&caller, conversation)?;
    Ok((StatusCode::CREATED, Json(WidgetConversation { token: new.token, conversation })))
}

/// Read one's conversation.
#[utoipa::path(get, path = "/v1/widget/conversations/{id}", tag = "widget", params(("id" = String, Path)),
    responses((status = 200, body = PublicConversation)))]
pub(crate) async fn get_widget_conversation(customer: Customer) -> Result<Json<PublicConversation>, Problem> {
    public(&customer.caller, customer.conversation)
}

/// Write to whoever holds the conversation.
#[utoipa::path(post, path = "/v1/widget/conversations/{id}/turns", tag = "widget", params(("id" = String, Path)),
    request_body = Said, responses((status = 200, body = PublicConversation)))]
pub(crate) async fn add_widget_turn(customer: Customer, write: Write<Said>) -> Result<Json<PublicConversation>, Problem> {
    limits::check_text("/text", &write.body.text, limits::TEXT_CHARS)?;
    let input =
        Input::CustomerTurn { conversation: customer.conversation, text: write.body.text, signals: Signals::default() };
    customer.caller.submit(Some(write.key), input).await?;
    public(&customer.caller, customer.conversation)
}

struct Page {
    conversation: ConversationId,
    _open: Open,
}

impl Feed for Page {
    type View = PublicConversation;

    fn view(&self, caller: &Caller) -> Option<PublicConversation> {
        caller.handle.public(self.conversation)
    }

    fn about(&self, change: &Change) -> bool {
        change.touches(Stream::Conversation(self.conversation))
    }
}

/// Follow one's conversation: server-sent events named `view`, each a whole view. While one is open, the customer counts
/// as connected.
#[utoipa::path(get, path = "/v1/widget/conversations/{id}/stream", tag = "widget", params(("id" = String, Path)),
    responses((status = 200, body = PublicConversation, content_type = "text/event-stream")))]
pub(crate) async fn stream_widget_conversation(State(app): State<App>, customer: Customer) -> Result<Response, Problem> {
    let Customer { caller, conversation } = customer;
    // Nobody is counted in before it is known that there is something to follow.
    let _exists = public(&caller, conversation)?;
    let open = app.presence().open(caller.clone(), conversation).await;
    stream::open(app, caller, "conversation", Page { conversation, _open: open }).await
}
