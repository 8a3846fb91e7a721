//! The benchmarks, a file each: reader, mapping, constants with their source, rows.
//!
//! To add one: a file with `pub(crate) const SUITE: Suite`, and its row in [`ALL`].

use crate::bench::Suite;

mod package;
mod star;
mod tweetsumm;

/// In the order of the report.
pub const ALL: &[Suite] = &[tweetsumm::SUITE, package::SUITE, star::SUITE];

/// The suite of this name, or the names there are.
pub fn named(name: &str) -> Result<&'static Suite, String> {
    ALL.iter().find(|s| s.name == name).ok_or_else(|| {
        format!("no suite is named {name}; there are {}", ALL.iter().map(|s| s.name).collect::<Vec<_>>().join(", "))
    })
}
