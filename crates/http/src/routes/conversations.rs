//! Conversations, for bots: Baton decides, the bot writes.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use baton_model::{
    AiMeta, AiMode, Channel, Citation, Conversation, ConversationId, ConversationView, CustomerRef, Decision, Epoch,
    EscalationId, Holder, Input, Reply, Signals, Stream, TurnId,
};
use baton_runtime::Change;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::escalation_in;
use crate::{
    app::App,
    caller::Caller,
    limits,
    problem::Problem,
    request::{Id, Nothing, Write},
    stream::{self, Feed},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConversation {
    #[serde(default = "chat")]
    channel: Channel,
    /// `external`: this bot writes the AI's turns. `built_in`: Baton's own assistant answers.
    #[serde(default = "external")]
    ai_mode: AiMode,
    #[serde(default)]
    customer: CustomerRef,
}

fn chat() -> Channel {
    Channel::Chat
}

fn external() -> AiMode {
    AiMode::External
}

/// A turn that a bot reports.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "role", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum NewTurn {
    /// The customer wrote.
    Customer { text: String },
    /// The bot wants to answer. Refused with `stale_epoch` when control has changed since.
    AiAgent {
        text: String,
        /// The epoch under which the answer was made.
        epoch: Epoch,
        #[serde(default)]
        meta: TurnMeta,
    },
    /// The bot called a tool. The customer never sees it.
    Tool { name: String, ok: bool, text: String, epoch: Epoch },
}

/// What the bot says about its own answer; all optional.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TurnMeta {
    /// 0 to 1; below the policy's floor counts as `ai_limit`.
    confidence: Option<f32>,
    /// The bot has no answer.
    #[serde(default)]
    no_answer: bool,
    #[serde(default)]
    citations: Vec<Citation>,
    /// Name and version of the bot, for the statistics.
    version: Option<String>,
}

/// What came of a turn.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TurnAdded {
    turn: TurnId,
    conversation: ConversationId,
    /// Who may write to the customer now.
    holder: Holder,
    /// To be sent with the next `ai_agent` or `tool` turn.
    epoch: Epoch,
    /// The assessment of this turn, if it was one that is assessed.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<Decision>,
    /// The open escalation, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    escalation: Option<EscalationId>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallForHuman {
    /// The bot's words, quoted in the package.
    why: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EscalationOpened {
    escalation: EscalationId,
}

pub(super) async fn view(caller: &Caller, id: ConversationId) -> Result<ConversationView, Problem> {
    match caller.handle.conversation_or_archived(id).await {
        Ok(found) => found.ok_or_else(|| Problem::not_found("conversation")),
        Err(e) => Err(Problem::internal(e)),
    }
}

fn check_customer(customer: &CustomerRef) -> Result<(), Problem> {
    for (at, text) in [
        ("/customer/external_id", &customer.external_id),
        ("/customer/name", &customer.name),
        ("/customer/email", &customer.email),
        ("/customer/phone", &customer.phone),
        ("/customer/locale", &customer.locale),
        ("/customer/time_zone", &customer.time_zone),
    ] {
        limits::check_optional(at, text.as_deref(), limits::LINE_CHARS)?;
    }
    Ok(())
}

/// Opens a conversation and gives its id; the same input for bots and pages.
pub(super) async fn open(
    caller: &Caller,
    key: baton_model::IdempotencyKey,
    channel: Channel,
    ai_mode: AiMode,
    customer: CustomerRef,
) -> Result<ConversationId, Problem> {
    check_customer(&customer)?;
    let input = Input::OpenConversation { conversation: None, channel, ai_mode, customer };
    match caller.submit(Some(key), input).await?.reply {
        Reply::Conversation { conversation } => Ok(conversation),
        other => Err(Problem::internal(format!("opening a conversation was answered with {other:?}"))),
    }
}

/// Open a conversation.
#[utoipa::path(post, path = "/v1/conversations", tag = "conversations", request_body = NewConversation,
    responses((status = 201, body = ConversationView)))]
pub(crate) async fn open_conversation(
    caller: Caller,
    write: Write<NewConversation>,
) -> Result<(StatusCode, Json<ConversationView>), Problem> {
    let NewConversation { channel, ai_mode, customer } = write.body;
    let id = open(&caller, write.key, channel, ai_mode, customer).await?;
    Ok((StatusCode::CREATED, Json(view(&caller, id).await?)))
}

/// Read a conversation, also an archived one.
#[utoipa::path(get, path = "/v1/conversations/{id}", tag = "conversations", params(("id" = String, Path)),
    responses((status = 200, body = ConversationView)))]
pub(crate) async fn get_conversation(caller: Caller, Id(id): Id<ConversationId>) -> Result<Json<ConversationView>, Problem> {
    Ok(Json(view(&caller, id).await?))
}

/// Report a turn. The answer says who holds the conversation now, and what Baton decided.
#[utoipa::path(post, path = "/v1/conversations/{id}/turns", tag = "conversations", params(("id" = String, Path)),
    request_body = NewTurn, responses((status = 201, body = TurnAdded)))]
pub(crate) async fn add_turn(
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    write: Write<NewTurn>,
) -> Result<(StatusCode, Json<TurnAdded>), Problem> {
    let signals = Signals::default();
    let input = match write.body {
        NewTurn::Customer { text } => {
            limits::check_text("/text", &text, limits::TEXT_CHARS)?;
            Input::CustomerTurn { conversation, text, signals }
        }
        NewTurn::AiAgent { text, epoch, meta } => {
            let TurnMeta { confidence, no_answer, citations, version } = meta;
            // A bot that has no answer may have no words either.
            if !no_answer || !text.is_empty() {
                limits::check_text("/text", &text, limits::TEXT_CHARS)?;
            }
            if confidence.is_some_and(|c| !(0.0..=1.0).contains(&c)) {
                return Err(Problem::from(baton_model::Refusal::new(
                    baton_model::RefusalCode::Invalid,
                    "The confidence is not between 0 and 1.",
                ))
                .at("/meta/confidence", "must be between 0 and 1"));
            }
            limits::check_optional("/meta/version", version.as_deref(), limits::LINE_CHARS)?;
            Input::AiTurn { conversation, epoch, text, signals, meta: AiMeta { confidence, no_answer, citations, version } }
        }
        NewTurn::Tool { name, ok, text, epoch } => {
            limits::check_text("/name", &name, limits::LINE_CHARS)?;
            Input::ToolTurn { conversation, epoch, name, ok, text }
        }
    };
    match caller.submit(Some(write.key), input).await?.reply {
        Reply::Turn { turn, conversation, holder, epoch, escalation } => {
            let seen = caller.handle.conversation(conversation);
            let decision = seen.and_then(|view| decision_of(&view.conversation, turn));
            Ok((StatusCode::CREATED, Json(TurnAdded { turn, conversation, holder, epoch, decision, escalation })))
        }
        other => Err(Problem::internal(format!("a turn was answered with {other:?}"))),
    }
}

fn decision_of(conversation: &Conversation, turn: TurnId) -> Option<Decision> {
    conversation.decisions.iter().rev().find(|d| d.turn == turn).map(|d| (**d).clone())
}

/// Call for a person.
#[utoipa::path(post, path = "/v1/conversations/{id}/escalations", tag = "conversations", params(("id" = String, Path)),
    request_body = CallForHuman, responses((status = 201, body = EscalationOpened)))]
pub(crate) async fn ask_for_human(
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    write: Write<CallForHuman>,
) -> Result<(StatusCode, Json<EscalationOpened>), Problem> {
    limits::check_text("/why", &write.body.why, limits::TEXT_CHARS)?;
    let input = Input::RequestHuman { conversation, why: Some(write.body.why) };
    let committed = caller.submit(Some(write.key), input).await?;
    let escalation = escalation_in(&committed.reply)
        .or_else(|| caller.handle.conversation(conversation)?.conversation.escalations.last().copied())
        .ok_or_else(|| Problem::internal("a call for a person opened no escalation"))?;
    Ok((StatusCode::CREATED, Json(EscalationOpened { escalation })))
}

/// Close a conversation that the AI holds.
#[utoipa::path(post, path = "/v1/conversations/{id}/close", tag = "conversations", params(("id" = String, Path)),
    responses((status = 200, body = ConversationView)))]
pub(crate) async fn close_conversation(
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    write: Write<Nothing>,
) -> Result<Json<ConversationView>, Problem> {
    caller.submit(Some(write.key), Input::CloseConversation { conversation }).await?;
    Ok(Json(view(&caller, conversation).await?))
}

struct Conversations(ConversationId);

impl Feed for Conversations {
    type View = ConversationView;

    fn view(&self, caller: &Caller) -> Option<ConversationView> {
        caller.handle.conversation(self.0)
    }

    fn about(&self, change: &Change) -> bool {
        change.touches(Stream::Conversation(self.0))
    }
}

/// Follow a conversation: server-sent events named `view`, each a whole view.
#[utoipa::path(get, path = "/v1/conversations/{id}/stream", tag = "conversations", params(("id" = String, Path)),
    responses((status = 200, body = ConversationView, content_type = "text/event-stream")))]
pub(crate) async fn stream_conversation(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ConversationId>,
) -> Result<Response, Problem> {
    stream::open(app, caller, "conversation", Conversations(id)).await
}
