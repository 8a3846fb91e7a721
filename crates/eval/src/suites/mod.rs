//! The benchmarks, a file each: reader, mapping, constants with their source, rows.
//!
//! To add one: a file with `pub(crate) const SUITE: Suite`, and its row in [`ALL`].

mod banking77;
mod casino;
mod clinc150;
mod convabuse;
mod dstc11;
mod goemotions;
mod it_tickets;
mod labelled;
mod multidogo;
mod tweets;

use crate::bench::Suite;

/// In the order of the report.
pub const ALL: &[Suite] = &[
    goemotions::SUITE,
    tweets::TWEETEVAL,
    tweets::UMSAB,
    convabuse::SUITE,
    clinc150::SUITE,
    banking77::SUITE,
    multidogo::SUITE,
    dstc11::SUITE,
    it_tickets::SUITE,
    casino::SUITE,
];

/// The suite of this name, or the names there are.
pub fn named(name: &str) -> Result<&'static Suite, String> {
    ALL.iter().find(|s| s.name == name).ok_or_else(|| {
        format!("no suite is named {name}; there are {}", ALL.iter().map(|s| s.name).collect::<Vec<_>>().join(", "))
    })
}
