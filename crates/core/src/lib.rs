//! The brain of Baton: deciding, packaging, routing, following, learning.
//!
//! Pure and deterministic: no async, clock, randomness, I/O or logging. An input carries its own time and seed; events and
//! effects come out. The five rooms do not import each other; only `engine` joins them, and `calendar` (business time),
//! `expression` (the owner's CEL) and `veil` (what must not be shown) serve them all.
//!
//! To add behaviour: put the rule in its room, with a table test; let `engine` turn it into events; give the event an arm
//! in `engine::evolve`.

pub mod assess;
pub mod calendar;
pub mod engine;
mod expression;
pub mod follow;
pub mod learn;
pub mod package;
pub mod route;
mod veil;
