//! The runtime over a real SQLite store, with a clock that the tests move.

mod classes;
mod durability;
mod effects;
mod harness;
mod order;
mod time;
