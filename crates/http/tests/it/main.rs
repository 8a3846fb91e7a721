//! The edge over a real server, a real runtime and a real store in a fresh directory, with a clock that is set by hand.
//!
//! To add a test: a file per subject; take a [`world::World`] and its role-typed clients.

#[cfg(test)]
mod client;
#[cfg(test)]
mod journey;
#[cfg(test)]
mod packages;
#[cfg(test)]
mod race;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod signing_in;
#[cfg(test)]
mod static_pages;
#[cfg(test)]
mod waiting;
#[cfg(test)]
mod world;
