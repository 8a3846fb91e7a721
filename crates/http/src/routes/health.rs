//! Whether the server answers, and the document of its API.

use std::sync::LazyLock;

use axum::{Json, extract::State, response::IntoResponse};
use baton_model::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{app::App, problem::Problem};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`: a server that is not does not answer.
    status: String,
    version: String,
    now: Timestamp,
}

/// Whether the server answers.
#[utoipa::path(get, path = "/healthz", tag = "service", responses((status = 200, body = Health)))]
pub(crate) async fn healthz(State(app): State<App>) -> Json<Health> {
    Json(Health { status: "ok".into(), version: env!("CARGO_PKG_VERSION").into(), now: app.now() })
}

static DOCUMENT: LazyLock<Result<String, String>> = LazyLock::new(|| crate::openapi().to_json().map_err(|e| e.to_string()));

/// This document.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "service", responses((status = 200, body = Object)))]
pub(crate) async fn openapi_document() -> Result<impl IntoResponse, Problem> {
    match &*DOCUMENT {
        Ok(json) => Ok(([("content-type", "application/json")], json.as_str())),
        Err(e) => Err(Problem::internal(e)),
    }
}

static PACKAGE_SCHEMA: LazyLock<String> = LazyLock::new(|| format!("{:#}", baton_model::package_schema()));

/// The JSON Schema of the information package (`baton.package/v1`).
#[utoipa::path(get, path = "/v1/schemas/package.json", tag = "service", responses((status = 200, body = Object)))]
pub(crate) async fn package_schema() -> impl IntoResponse {
    ([("content-type", "application/schema+json")], PACKAGE_SCHEMA.as_str())
}
