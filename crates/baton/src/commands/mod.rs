//! One file per command.

pub(crate) mod eval;
pub(crate) mod journal;
pub(crate) mod key;
pub(crate) mod models;
pub(crate) mod package;
pub(crate) mod policy;
mod policy_history;
pub(crate) mod replay;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod train;
pub(crate) mod workspace;

use std::io::Write;

use anyhow::Result;

use crate::out::out;

/// Prints the OpenAPI document.
pub(crate) fn openapi() -> Result<()> {
    Ok(writeln!(out(), "{}", serde_json::to_string_pretty(&baton_http::openapi())?)?)
}
