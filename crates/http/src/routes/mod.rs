//! One file per resource, one function per operation. Each file says its request and answer types beside the handlers.
//!
//! To add an operation: the handler with its `utoipa::path`, a line in [`router`], a row in `access`, and a line in the
//! refusal test. The document is made from the same registration, so nothing is served undocumented.

mod accounts;
mod api_keys;
mod articles;
mod board;
mod conversations;
mod desk;
mod escalations;
mod facts;
mod health;
mod human_agents;
mod learning;
mod metrics;
mod offers;
mod policy;
mod promises;
mod queues;
mod secrets;
mod sessions;
mod settings;
mod widget;
mod widget_actions;

use axum::Json;
use baton_model::{EscalationId, EscalationView, Reply};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{app::App, caller::Caller, problem::Problem};

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(health::healthz))
        .routes(routes!(health::openapi_document))
        .routes(routes!(health::package_schema))
        .routes(routes!(sessions::sign_in))
        .routes(routes!(sessions::sign_out))
        .routes(routes!(sessions::me))
        .routes(routes!(conversations::open_conversation))
        .routes(routes!(conversations::get_conversation))
        .routes(routes!(conversations::add_turn))
        .routes(routes!(conversations::ask_for_human))
        .routes(routes!(conversations::close_conversation))
        .routes(routes!(conversations::stream_conversation))
        .routes(routes!(widget::open_widget_conversation))
        .routes(routes!(widget::get_widget_conversation))
        .routes(routes!(widget::stream_widget_conversation))
        .routes(routes!(widget::add_widget_turn))
        .routes(routes!(widget_actions::ask_human))
        .routes(routes!(widget_actions::answer_human_offer))
        .routes(routes!(widget_actions::cancel_wait))
        .routes(routes!(widget_actions::choose_callback))
        .routes(routes!(widget_actions::rate))
        .routes(routes!(widget_actions::leave))
        .routes(routes!(desk::get_desk))
        .routes(routes!(desk::stream_desk))
        .routes(routes!(desk::set_presence))
        .routes(routes!(offers::see_offer))
        .routes(routes!(offers::accept_offer))
        .routes(routes!(offers::decline_offer))
        .routes(routes!(escalations::list_escalations))
        .routes(routes!(escalations::get_escalation))
        .routes(routes!(escalations::stream_escalation))
        .routes(routes!(escalations::get_package))
        .routes(routes!(escalations::get_routing))
        .routes(routes!(secrets::reveal))
        .routes(routes!(escalations::reply_to_customer))
        .routes(routes!(escalations::transfer))
        .routes(routes!(escalations::hand_back))
        .routes(routes!(escalations::resolve))
        .routes(routes!(escalations::give_verdict))
        .routes(routes!(board::get_board))
        .routes(routes!(board::stream_board))
        .routes(routes!(board::get_insights))
        .routes(routes!(metrics::get_metrics))
        .routes(routes!(metrics::get_metric_cases))
        .routes(routes!(metrics::judge_conversation))
        .routes(routes!(promises::settle_promise))
        .routes(routes!(policy::get_policy, policy::put_policy))
        .routes(routes!(policy::lint_policy))
        .routes(routes!(policy::get_trial, policy::start_trial, policy::set_share))
        .routes(routes!(policy::end_trial))
        .routes(routes!(policy::roll_back))
        .routes(routes!(learning::replay_policy))
        .routes(routes!(learning::get_proposals))
        .routes(routes!(learning::get_clusters))
        .routes(routes!(learning::get_draft))
        .routes(routes!(learning::rehearse))
        .routes(routes!(learning::get_sample))
        .routes(routes!(settings::get_settings, settings::put_settings))
        .routes(routes!(queues::get_queues, queues::put_queues))
        .routes(routes!(human_agents::list_human_agents))
        .routes(routes!(human_agents::put_human_agent))
        .routes(routes!(articles::list_articles))
        .routes(routes!(articles::put_article, articles::delete_article))
        .routes(routes!(facts::put_customer))
        .routes(routes!(facts::put_order))
        .routes(routes!(accounts::list_accounts, accounts::create_account))
        .routes(routes!(api_keys::list_api_keys, api_keys::create_api_key))
        .routes(routes!(api_keys::revoke_api_key))
}

/// The escalation that a write answered with.
fn escalation_in(reply: &Reply) -> Option<EscalationId> {
    match reply {
        Reply::Escalation { escalation } => Some(*escalation),
        Reply::Turn { escalation, .. } => *escalation,
        Reply::Done | Reply::Conversation { .. } | Reply::PolicyApplied { .. } => None,
    }
}

fn escalation_view(caller: &Caller, escalation: EscalationId) -> Result<Json<EscalationView>, Problem> {
    caller.handle.escalation(escalation).map(Json).ok_or_else(|| Problem::not_found("escalation"))
}
