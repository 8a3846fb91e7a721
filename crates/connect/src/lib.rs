//! What comes in from the owner's other systems: customer and order facts.
//!
//! Every outbound call of this crate goes through [`Client`], which holds the address policy, the time-out, the size cap
//! and follows no redirect. Never here: deciding anything from the facts, or delaying a conversation for them; a source
//! that fails says what and where, and the facts are shown as missing.
//!
//! To add a connector: a folder beside `facts` that takes a [`Client`] and a configuration struct, and names itself in
//! every error.

mod client;
pub mod facts;

pub use client::{AddressPolicy, BadAddress, CallError, Client};
