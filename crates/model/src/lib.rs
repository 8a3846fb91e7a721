//! The nouns of Baton: ids, time, conversations, signals, decisions, escalations, people, policy, packages, reviews,
//! inputs, events, effects and views.
//!
//! Data and serde only. No rules: whatever decides, computes or validates lives in `core`. The one exception is what a
//! noun knows about its own shape (an id's prefix, an escalation state's name).
//!
//! Nouns that reach the wire unchanged derive `utoipa::ToSchema` (decision 0001); request bodies live in `http`.
//! To add a noun: put it in the file of its subject, document units, and give every new event field a serde default.

pub mod case;
pub mod commitment;
pub mod config;
pub mod conversation;
pub mod decision;
pub mod effect;
pub mod embedding;
pub mod escalation;
pub mod event;
pub mod facts;
pub mod hindsight;
pub mod id;
pub mod input;
pub mod knowledge;
pub mod package;
pub mod package_schema;
pub mod people;
pub mod policy;
pub mod refusal;
pub mod review;
pub mod signals;
pub mod time;
pub mod trial;
pub mod tuning;
pub mod view;

pub use case::*;
pub use commitment::*;
pub use config::*;
pub use conversation::*;
pub use decision::*;
pub use effect::*;
pub use embedding::*;
pub use escalation::*;
pub use event::*;
pub use facts::*;
pub use hindsight::*;
pub use id::*;
pub use input::*;
pub use knowledge::*;
pub use package::*;
pub use package_schema::package_schema;
pub use people::*;
pub use policy::*;
pub use refusal::*;
pub use review::*;
pub use signals::*;
pub use time::*;
pub use trial::*;
pub use tuning::*;
pub use view::*;
