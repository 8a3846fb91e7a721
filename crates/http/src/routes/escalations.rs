//! Escalations: reading them, and working on one's own.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use baton_model::{
    ConversationId, EscalationId, EscalationView, Input, Package, QueueId, RoutingView, Signals, Stream, TransferTarget,
    Trigger, Verdict, WorkCard,
};
use baton_runtime::{Change, Filter, Form, LEAST_LIMIT, render_package};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::escalation_view;
use crate::{
    app::App,
    caller::{Caller, Desk},
    limits,
    problem::{Code, Problem},
    request::{Id, Query, Write},
    stream::{self, Feed},
};

type Answer = Result<Json<EscalationView>, Problem>;

const STATES: [&str; 9] = [
    "queued",
    "offered",
    "accepted",
    "active",
    "callback_scheduled",
    "customer_left",
    "resolved",
    "returned_to_ai",
    "closed",
];
const MOST: usize = 500;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// State names, with commas; all states if absent.
    #[param(required = false, example = "queued,offered")]
    state: Option<String>,
    /// Why they opened.
    #[param(required = false)]
    trigger: Option<Trigger>,
    /// Home queue.
    #[param(required = false)]
    queue: Option<String>,
    /// 1 to 500, newest first; 100 if absent.
    #[param(required = false, minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RenderAs {
    #[default]
    Json,
    Plain,
    Markdown,
    /// About fifteen seconds when read aloud.
    Spoken,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Rendering {
    /// JSON if absent.
    #[serde(rename = "as", default)]
    #[param(required = false, inline)]
    form: RenderAs,
    /// Characters of a rendering, at least 240. What is left out is counted, with the path of the whole package.
    #[param(required = false, minimum = 240)]
    limit: Option<usize>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Escalations {
    escalations: Vec<WorkCard>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HumanSaid {
    text: String,
    /// Rank of the package's next step whose draft was used.
    used_step: Option<u32>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TransferTo {
    to: TransferTarget,
    /// For the next human; the customer does not see it.
    note: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandBack {
    /// For the AI and for whoever comes next; the customer does not see it.
    note: String,
    verdict: Option<Verdict>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resolve {
    /// A last word to the customer.
    message: Option<String>,
    verdict: Option<Verdict>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GivenVerdict {
    verdict: Verdict,
}

/// Escalations, newest first.
#[utoipa::path(get, path = "/v1/escalations", tag = "escalations", params(Wanted), responses((status = 200, body = Escalations)))]
pub(crate) async fn list_escalations(caller: Caller, Query(wanted): Query<Wanted>) -> Result<Json<Escalations>, Problem> {
    let states: Vec<String> =
        wanted.state.iter().flat_map(|s| s.split(',')).map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect();
    if let Some(unknown) = states.iter().find(|s| !STATES.contains(&s.as_str())) {
        let detail = format!("There is no state `{unknown}`; there are {}.", STATES.join(", "));
        return Err(Problem::new(Code::InvalidQuery, detail).at("state", "unknown state"));
    }
    let limit = wanted.limit.unwrap_or(100);
    if !(1..=MOST).contains(&limit) {
        return Err(
            Problem::new(Code::InvalidQuery, format!("The limit is not between 1 and {MOST}.")).at("limit", "out of range")
        );
    }
    let filter = Filter { states, trigger: wanted.trigger, queue: wanted.queue.map(QueueId), limit };
    Ok(Json(Escalations { escalations: caller.handle.escalations(&filter) }))
}

/// An escalation with its conversation.
#[utoipa::path(get, path = "/v1/escalations/{id}", tag = "escalations", params(("id" = String, Path)),
    responses((status = 200, body = EscalationView)))]
pub(crate) async fn get_escalation(caller: Caller, Id(id): Id<EscalationId>) -> Answer {
    escalation_view(&caller, id)
}

/// The information package (`baton.package/v1`), or a rendering of it for desks that take only a note.
#[utoipa::path(get, path = "/v1/escalations/{id}/package", tag = "escalations", params(("id" = String, Path), Rendering),
    responses((status = 200, content((Package = "application/json"), (String = "text/plain"), (String = "text/markdown")))))]
pub(crate) async fn get_package(
    caller: Caller,
    Id(id): Id<EscalationId>,
    Query(wanted): Query<Rendering>,
) -> Result<Response, Problem> {
    let Json(view) = escalation_view(&caller, id)?;
    let package = view.escalation.package.as_deref().ok_or_else(|| Problem::not_found("package"))?;
    if wanted.limit.is_some_and(|limit| limit < LEAST_LIMIT) {
        let detail = format!("The limit is below {LEAST_LIMIT} characters: there would be no room to say what is left out.");
        return Err(Problem::new(Code::InvalidQuery, detail).at("limit", "out of range"));
    }
    let (form, kind) = match wanted.form {
        RenderAs::Json if wanted.limit.is_some() => {
            let detail = "A package is never cut: a limit needs a rendering (`as`).";
            return Err(Problem::new(Code::InvalidQuery, detail).at("limit", "not for JSON"));
        }
        RenderAs::Json => return Ok(Json(package).into_response()),
        RenderAs::Plain => (Form::Plain, "text/plain; charset=utf-8"),
        RenderAs::Markdown => (Form::Markdown, "text/markdown; charset=utf-8"),
        RenderAs::Spoken => (Form::Spoken, "text/plain; charset=utf-8"),
    };
    let rest = format!("/v1/escalations/{id}/package");
    Ok(([("content-type", kind)], render_package(package, form, wanted.limit, &rest)).into_response())
}

/// Why this human, or why still waiting, and what relaxes next.
#[utoipa::path(get, path = "/v1/escalations/{id}/routing", tag = "escalations", params(("id" = String, Path)),
    responses((status = 200, body = RoutingView)))]
pub(crate) async fn get_routing(caller: Caller, Id(id): Id<EscalationId>) -> Result<Json<RoutingView>, Problem> {
    caller.handle.routing(id).map(Json).ok_or_else(|| Problem::not_found("escalation"))
}

struct Case {
    escalation: EscalationId,
    conversation: Option<ConversationId>,
}

impl Feed for Case {
    type View = EscalationView;

    fn view(&self, caller: &Caller) -> Option<EscalationView> {
        caller.handle.escalation(self.escalation)
    }

    fn about(&self, change: &Change) -> bool {
        // A turn may change nothing but the conversation.
        change.escalations.contains(&self.escalation)
            || self.conversation.is_some_and(|c| change.touches(Stream::Conversation(c)))
    }
}

/// Follow an escalation: server-sent events named `view`, each a whole view.
#[utoipa::path(get, path = "/v1/escalations/{id}/stream", tag = "escalations", params(("id" = String, Path)),
    responses((status = 200, body = EscalationView, content_type = "text/event-stream")))]
pub(crate) async fn stream_escalation(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<EscalationId>,
) -> Result<Response, Problem> {
    let conversation = caller.handle.escalation(id).map(|view| view.conversation.id);
    stream::open(app, caller, "escalation", Case { escalation: id, conversation }).await
}

async fn done(desk: &Desk, key: baton_model::IdempotencyKey, escalation: EscalationId, input: Input) -> Answer {
    desk.caller.submit(Some(key), input).await?;
    escalation_view(&desk.caller, escalation)
}

/// Write to the customer.
#[utoipa::path(post, path = "/v1/escalations/{id}/turns", tag = "escalations", params(("id" = String, Path)),
    request_body = HumanSaid, responses((status = 200, body = EscalationView)))]
pub(crate) async fn reply_to_customer(desk: Desk, Id(escalation): Id<EscalationId>, write: Write<HumanSaid>) -> Answer {
    let HumanSaid { text, used_step } = write.body;
    limits::check_text("/text", &text, limits::TEXT_CHARS)?;
    done(&desk, write.key, escalation, Input::HumanTurn { escalation, text, signals: Signals::default(), used_step }).await
}

/// Give it to a queue or to a colleague.
#[utoipa::path(post, path = "/v1/escalations/{id}/transfer", tag = "escalations", params(("id" = String, Path)),
    request_body = TransferTo, responses((status = 200, body = EscalationView)))]
pub(crate) async fn transfer(desk: Desk, Id(escalation): Id<EscalationId>, write: Write<TransferTo>) -> Answer {
    let TransferTo { to, note } = write.body;
    limits::check_text("/note", &note, limits::TEXT_CHARS)?;
    done(&desk, write.key, escalation, Input::Transfer { escalation, to, note }).await
}

/// Give the conversation back to the AI.
#[utoipa::path(post, path = "/v1/escalations/{id}/handback", tag = "escalations", params(("id" = String, Path)),
    request_body = HandBack, responses((status = 200, body = EscalationView)))]
pub(crate) async fn hand_back(desk: Desk, Id(escalation): Id<EscalationId>, write: Write<HandBack>) -> Answer {
    let HandBack { note, verdict } = write.body;
    limits::check_text("/note", &note, limits::TEXT_CHARS)?;
    done(&desk, write.key, escalation, Input::HandBack { escalation, note, verdict }).await
}

/// Solved.
#[utoipa::path(post, path = "/v1/escalations/{id}/resolve", tag = "escalations", params(("id" = String, Path)),
    request_body = Resolve, responses((status = 200, body = EscalationView)))]
pub(crate) async fn resolve(desk: Desk, Id(escalation): Id<EscalationId>, write: Write<Resolve>) -> Answer {
    let Resolve { message, verdict } = write.body;
    limits::check_optional("/message", message.as_deref(), limits::TEXT_CHARS)?;
    done(&desk, write.key, escalation, Input::Resolve { escalation, message, verdict }).await
}

/// Say what the escalation teaches.
#[utoipa::path(post, path = "/v1/escalations/{id}/verdict", tag = "escalations", params(("id" = String, Path)),
    request_body = GivenVerdict, responses((status = 200, body = EscalationView)))]
pub(crate) async fn give_verdict(desk: Desk, Id(escalation): Id<EscalationId>, write: Write<GivenVerdict>) -> Answer {
    done(&desk, write.key, escalation, Input::GiveVerdict { escalation, verdict: write.body.verdict }).await
}
