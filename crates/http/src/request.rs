//! Reading requests strictly: bodies, queries and ids. Whatever does not fit is refused with the place.

use std::{str::FromStr, time::Duration};

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, header, request::Parts},
};
use baton_model::IdempotencyKey;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use crate::{
    caller::Caller,
    limits,
    problem::{Code, Problem},
};

/// A strict JSON body without an Idempotency-Key: for calls that change nothing.
#[derive(Debug)]
pub(crate) struct Body<T, const LIMIT: usize = { limits::BODY_BYTES }>(pub(crate) T);

/// A write: its body and the key under which it happens once.
#[derive(Debug)]
pub(crate) struct Write<T, const LIMIT: usize = { limits::BODY_BYTES }> {
    pub(crate) body: T,
    pub(crate) key: IdempotencyKey,
}

/// The body of a write that says everything in its path. Empty, or `{}`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

impl<T: DeserializeOwned, S: Send + Sync, const LIMIT: usize> FromRequest<S> for Body<T, LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = read(&parts.headers, body, LIMIT).await?;
        Ok(Self(parse(&parts.headers, &bytes)?))
    }
}

impl<T: DeserializeOwned, S: Send + Sync, const LIMIT: usize> FromRequest<S> for Write<T, LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let key = key(&parts.headers)?;
        let bytes = read(&parts.headers, body, LIMIT).await?;
        let body = parse(&parts.headers, &bytes)?;
        let scope = parts.extensions.get::<Caller>().map_or_else(|| "public".to_owned(), Caller::scope);
        let path = parts.uri.path_and_query().map_or("", |p| p.as_str());
        let key = IdempotencyKey { key: format!("{scope}:{key}"), hash: fingerprint(parts.method.as_str(), path, &bytes) };
        Ok(Self { body, key })
    }
}

fn key(headers: &HeaderMap) -> Result<&str, Problem> {
    let value = headers.get("idempotency-key").ok_or_else(|| {
        Problem::new(Code::MissingIdempotencyKey, "The header Idempotency-Key is missing.").at("Idempotency-Key", "missing")
    })?;
    value
        .to_str()
        .ok()
        .filter(|k| limits::KEY_CHARS.contains(&k.len()) && k.bytes().all(|b| b.is_ascii_graphic()))
        .ok_or_else(|| {
            Problem::new(Code::InvalidIdempotencyKey, "The Idempotency-Key is not 1 to 128 visible ASCII characters.")
                .at("Idempotency-Key", "not usable")
        })
}

/// Tells two requests under one key apart.
fn fingerprint(method: &str, path: &str, body: &[u8]) -> u64 {
    let mut hash = Sha256::new();
    for part in [method.as_bytes(), path.as_bytes(), body] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let digest: [u8; 32] = hash.finalize().into();
    digest.iter().take(8).fold(0, |n, byte| (n << 8) | u64::from(*byte))
}

async fn read(headers: &HeaderMap, body: axum::body::Body, limit: usize) -> Result<Bytes, Problem> {
    let too_large = || Problem::new(Code::BodyTooLarge, format!("The body has more than {limit} bytes."));
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let wait = Duration::from_millis(limits::BODY_WAIT.0.unsigned_abs());
    match tokio::time::timeout(wait, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(e)) if e.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Problem::new(Code::MalformedJson, "The body broke off.")),
        Err(_) => Err(Problem::new(Code::BodyTooSlow, "The body did not arrive in time.")),
    }
}

fn parse<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Problem> {
    if bytes.is_empty() {
        return decode(b"{}");
    }
    let json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json")));
    if !json {
        return Err(Problem::new(Code::UnsupportedMediaType, "The Content-Type is not application/json."));
    }
    decode(bytes)
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|e| {
        let text = e.to_string();
        let what = text.split(" at line ").next().unwrap_or(&text).to_owned();
        let at = format!("line {} column {}", e.line(), e.column());
        // A wrong type may look like a syntax error to the parser, so JSON itself is asked.
        let well_formed = e.is_data() || serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
        let code = if well_formed { Code::InvalidBody } else { Code::MalformedJson };
        Problem::new(code, format!("The body is not acceptable: {what}.")).at(at, what)
    })
}

/// An id in the path. A text that is no id names nothing.
#[derive(Debug)]
pub(crate) struct Id<T>(pub(crate) T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Id<T>
where
    T::Err: std::fmt::Display,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::new(Code::NotFound, "The path is not well formed."))?;
        text.parse().map(Self).map_err(|e| Problem::new(Code::NotFound, format!("Nothing has this id: {e}.")))
    }
}

/// A strict query string.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Query::<T>::from_request_parts(parts, state)
            .await
            .map(|query| Self(query.0))
            .map_err(|e| Problem::new(Code::InvalidQuery, e.body_text()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_tells_requests_apart() {
        let base = fingerprint("POST", "/v1/a", b"{}");
        assert_eq!(base, fingerprint("POST", "/v1/a", b"{}"));
        for other in
            [fingerprint("PUT", "/v1/a", b"{}"), fingerprint("POST", "/v1/a{", b"}"), fingerprint("POST", "/v1/b", b"{}")]
        {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn a_key_is_visible_ascii_of_limited_length() {
        let with = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("idempotency-key", value.parse().unwrap());
            key(&headers).map(str::to_owned)
        };
        assert!(with("a-1").is_ok() && with(&"k".repeat(128)).is_ok());
        for bad in ["", "two words", &"k".repeat(129), "t\tb"] {
            assert_eq!(with(bad).unwrap_err().code, Code::InvalidIdempotencyKey, "{bad:?}");
        }
        assert_eq!(key(&HeaderMap::new()).unwrap_err().code, Code::MissingIdempotencyKey);
    }

    #[test]
    fn bad_json_says_what_and_where() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Named {
            #[expect(dead_code, reason = "only its type matters")]
            name: String,
        }
        assert_eq!(decode::<Named>(b"{\"name\":").unwrap_err().code, Code::MalformedJson);
        let unknown = decode::<Named>(b"{\"name\":\"a\",\n \"x\":1}").unwrap_err();
        assert_eq!(unknown.code, Code::InvalidBody);
        assert!(unknown.places[0].at.starts_with("line 2") && unknown.detail.contains('x'), "{unknown:?}");
        assert_eq!(decode::<Named>(b"{\"name\":1}").unwrap_err().code, Code::InvalidBody);
    }
}
