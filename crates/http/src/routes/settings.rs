//! Settings of the workspace.

use axum::Json;
use baton_model::{Input, Settings};

use crate::{caller::Caller, limits, problem::Problem, request::Write};

/// The settings.
#[utoipa::path(get, path = "/v1/settings", tag = "configuration", responses((status = 200, body = Settings)))]
pub(crate) async fn get_settings(caller: Caller) -> Json<Settings> {
    Json(caller.handle.settings())
}

/// Replace the settings.
#[utoipa::path(put, path = "/v1/settings", tag = "configuration", request_body = Settings, responses((status = 200, body = Settings)))]
pub(crate) async fn put_settings(caller: Caller, write: Write<Settings>) -> Result<Json<Settings>, Problem> {
    let settings = write.body;
    limits::check_text("/business_name", &settings.business_name, limits::LINE_CHARS)?;
    limits::check_text("/ai_name", &settings.ai_name, limits::LINE_CHARS)?;
    caller.submit(Some(write.key), Input::PutSettings { settings }).await?;
    Ok(Json(caller.handle.settings()))
}
