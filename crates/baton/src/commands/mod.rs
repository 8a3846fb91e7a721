//! One file per command.

pub(crate) mod eval;
pub(crate) mod journal;
pub(crate) mod key;
pub(crate) mod package;
pub(crate) mod policy;
mod policy_history;
pub(crate) mod replay;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod train;
pub(crate) mod workspace;

use std::io::{self, Write as _};

use anyhow::{Context as _, Result};

/// Prints the OpenAPI document.
pub(crate) fn openapi() -> Result<()> {
    print(&format!("{}\n", serde_json::to_string_pretty(&baton_http::openapi())?))
}

/// To standard output. Whoever reads no further (`| head`) has what they wanted.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(e).context("cannot write to standard output"),
        _ => Ok(()),
    }
}
