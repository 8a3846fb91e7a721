//! The edge: REST and its OpenAPI document, live views, sign-in and keys, problem documents, the embedded web pages.
//!
//! It authenticates, reads strictly, hands inputs to the runtime and shows its views. It never decides anything about a
//! conversation, never touches the journal or the core, and answers nobody whom the table in [`access`] does not name.
//!
//! To add an operation: see `routes`. To add a refusal: see [`problem`].

pub mod access;
mod app;
mod assets;
mod caller;
mod cors;
mod document;
mod known_keys;
pub mod limits;
mod log;
mod password;
mod presence;
pub mod problem;
mod replies;
mod request;
mod routes;
mod secrets;
mod serve;
mod stream;

pub use app::{App, Demo, Options};
pub use document::openapi;
pub use password::{BadPassword, hash_password};
pub use secrets::{NewToken, NoRandomness, TokenKind, hash_token, new_token};
pub use serve::{router, serve, serve_with};
