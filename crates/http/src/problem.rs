//! Problem documents (RFC 9457) and the one table of public codes.
//!
//! To add a code: a variant of [`Code`] and its row in [`Code::row`]; the reference page is rendered from the rows.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use baton_model::{Place, Refusal, RefusalCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Public codes: stable, one per kind of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    MalformedJson,
    InvalidBody,
    InvalidQuery,
    MissingIdempotencyKey,
    InvalidIdempotencyKey,
    KeyReused,
    UnsupportedMediaType,
    BodyTooLarge,
    BodyTooSlow,
    Unauthenticated,
    WrongCredentials,
    SessionExpired,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    StaleEpoch,
    WrongState,
    OfferGone,
    OverCapacity,
    Conflict,
    Invalid,
    TooManyRequests,
    Busy,
    Stopped,
    Internal,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub name: &'static str,
    pub status: u16,
    pub title: &'static str,
    pub what_to_do: &'static str,
}

const fn row(name: &'static str, status: u16, title: &'static str, what_to_do: &'static str) -> Row {
    Row { name, status, title, what_to_do }
}

impl Code {
    pub const ALL: [Self; 25] = [
        Self::MalformedJson,
        Self::InvalidBody,
        Self::InvalidQuery,
        Self::MissingIdempotencyKey,
        Self::InvalidIdempotencyKey,
        Self::KeyReused,
        Self::UnsupportedMediaType,
        Self::BodyTooLarge,
        Self::BodyTooSlow,
        Self::Unauthenticated,
        Self::WrongCredentials,
        Self::SessionExpired,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::StaleEpoch,
        Self::WrongState,
        Self::OfferGone,
        Self::OverCapacity,
        Self::Conflict,
        Self::Invalid,
        Self::TooManyRequests,
        Self::Busy,
        Self::Stopped,
        Self::Internal,
    ];

    pub const fn row(self) -> Row {
        match self {
            Self::MalformedJson => {
                row("malformed_json", 400, "The body is not JSON", "Send one well-formed JSON document in UTF-8.")
            }
            Self::InvalidBody => row(
                "invalid_body",
                422,
                "The body does not fit this operation",
                "Compare the body with the OpenAPI document: unknown fields, missing fields and wrong types are refused.",
            ),
            Self::InvalidQuery => row(
                "invalid_query",
                400,
                "The query does not fit this operation",
                "Compare the query with the OpenAPI document.",
            ),
            Self::MissingIdempotencyKey => row(
                "missing_idempotency_key",
                400,
                "A write needs an Idempotency-Key",
                "Send the header `Idempotency-Key` with a fresh value per intent (a UUID), and the same value when you retry.",
            ),
            Self::InvalidIdempotencyKey => row(
                "invalid_idempotency_key",
                400,
                "The Idempotency-Key is not usable",
                "Use 1 to 128 visible ASCII characters, without spaces.",
            ),
            Self::KeyReused => row(
                "key_reused",
                422,
                "This Idempotency-Key belongs to another request",
                "Draw a new key for a new intent; repeat a key only with the same method, path and body.",
            ),
            Self::UnsupportedMediaType => {
                row("unsupported_media_type", 415, "The body must be JSON", "Send `Content-Type: application/json`.")
            }
            Self::BodyTooLarge => {
                row("body_too_large", 413, "The body is too large", "Stay below 256 KiB; articles may have 1 MiB.")
            }
            Self::BodyTooSlow => {
                row("body_too_slow", 408, "The body took too long", "Send the whole body within 10 seconds.")
            }
            Self::Unauthenticated => row(
                "unauthenticated",
                401,
                "Credentials are missing or unknown",
                "Send `Authorization: Bearer` with an API key, a customer token or a session; or sign in.",
            ),
            Self::WrongCredentials => row(
                "wrong_credentials",
                401,
                "Workspace, e-mail or password is wrong",
                "Check all three; the answer is the same for each.",
            ),
            Self::SessionExpired => row("session_expired", 401, "The session has ended", "Sign in again."),
            Self::Forbidden => row(
                "forbidden",
                403,
                "Your role does not allow this",
                "Use an account or key whose role is listed for this operation.",
            ),
            Self::NotFound => row(
                "not_found",
                404,
                "There is no such thing here",
                "Check the id; things of other workspaces are never found.",
            ),
            Self::MethodNotAllowed => {
                row("method_not_allowed", 405, "This path has other methods", "See the `Allow` header.")
            }
            Self::StaleEpoch => row(
                "stale_epoch",
                409,
                "Control of the conversation has changed",
                "Drop the answer: nothing reached the customer. Read the conversation and follow its holder and epoch.",
            ),
            Self::WrongState => row(
                "wrong_state",
                409,
                "Not possible in this state",
                "Read the resource again and act on its present state.",
            ),
            Self::OfferGone => {
                row("offer_gone", 409, "The offer is gone", "It was answered, expired or taken back; wait for the next one.")
            }
            Self::OverCapacity => {
                row("over_capacity", 409, "No capacity left", "Finish an item first, or ask for more capacity.")
            }
            Self::Conflict => row("conflict", 409, "It exists already", "Choose another name, or change the existing one."),
            Self::Invalid => {
                row("invalid", 422, "The content is not acceptable", "See `places` for what is wrong and where.")
            }
            Self::TooManyRequests => {
                row("too_many_requests", 429, "Too many requests", "Wait as long as `Retry-After` says.")
            }
            Self::Busy => {
                row("busy", 503, "Too much to do right now", "Retry with the same Idempotency-Key after a moment.")
            }
            Self::Stopped => {
                row("stopped", 503, "This workspace is restarting", "Retry with the same Idempotency-Key after a moment.")
            }
            Self::Internal => row(
                "internal",
                500,
                "Something broke on our side",
                "Retry with the same Idempotency-Key; tell the operator if it stays.",
            ),
        }
    }
}

/// A problem document.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `urn:baton:problem:` and the code.
    #[serde(rename = "type")]
    pub type_uri: String,
    pub title: String,
    pub status: u16,
    /// What was wrong this time.
    pub detail: String,
    pub code: Code,
    /// Where, as JSON pointers, positions or file:line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub places: Vec<Place>,
    /// Seconds, for the `Retry-After` header.
    #[serde(skip)]
    pub(crate) retry_after: Option<u32>,
}

impl Problem {
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        let row = code.row();
        Self {
            type_uri: format!("urn:baton:problem:{}", row.name),
            title: row.title.into(),
            status: row.status,
            detail: detail.into(),
            code,
            places: Vec::new(),
            retry_after: matches!(code, Code::Busy | Code::Stopped).then_some(1),
        }
    }

    pub(crate) fn at(mut self, at: impl Into<String>, problem: impl Into<String>) -> Self {
        self.places.push(Place { at: at.into(), problem: problem.into() });
        self
    }

    pub(crate) fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// One wording for all: it must not tell whether the thing exists elsewhere.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("There is no such {what} in this workspace."))
    }

    /// A fault of ours: the cause goes to the log, once, and never to the caller.
    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "request failed");
        Self::new(Code::Internal, "The request could not be completed.")
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal.code {
            RefusalCode::NotFound => Code::NotFound,
            RefusalCode::Forbidden => Code::Forbidden,
            RefusalCode::StaleEpoch => Code::StaleEpoch,
            RefusalCode::WrongState => Code::WrongState,
            RefusalCode::OfferGone => Code::OfferGone,
            RefusalCode::OverCapacity => Code::OverCapacity,
            RefusalCode::Invalid => Code::Invalid,
            RefusalCode::KeyReused => Code::KeyReused,
        };
        let mut problem = Self::new(code, refusal.detail);
        problem.places = refusal.places;
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// The reference page of all codes.
pub fn reference() -> String {
    let mut page = String::from(
        "# Problems\n\nGenerated from the code table in `crates/http/src/problem.rs`; do not edit.\n\n\
         Every refusal is an `application/problem+json` document (RFC 9457) with `type`, `title`, `status`, `detail`, `code`\n\
         and, where it helps, `places`: what is wrong and where. `code` is stable; `detail` is for people and may change.\n\n\
         | code | status | title | what to do |\n|---|---|---|---|\n",
    );
    for code in Code::ALL {
        let r = code.row();
        page.push_str(&format!("| `{}` | {} | {} | {} |\n", r.name, r.status, r.title, r.what_to_do));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_on_the_wire_are_the_names_in_the_table() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.row().name);
        }
    }

    #[test]
    fn a_refusal_keeps_its_places() {
        let mut refusal = Refusal::new(RefusalCode::Invalid, "no");
        refusal.places.push(Place { at: "policy.toml:3".into(), problem: "unknown trigger".into() });
        let problem = Problem::from(refusal);
        assert_eq!((problem.status, problem.places.len()), (422, 1));
    }

    #[test]
    fn a_retry_is_told_when() {
        let response = Problem::new(Code::TooManyRequests, "slow down").retry_after(30).into_response();
        assert_eq!(response.headers()["retry-after"], "30");
        assert_eq!(response.headers()["content-type"], "application/problem+json");
    }
}
