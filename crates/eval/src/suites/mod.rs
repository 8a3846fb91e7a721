//! The benchmarks, a file each: reader, mapping, constants with their source, rows.
//!
//! To add one: a file with `pub(crate) const SUITE: Suite`, and its row in [`ALL`].

mod banking77;
mod betold;
mod casino;
mod clinc150;
mod composed;
mod convabuse;
mod dbdc3_en;
mod dstc11;
mod embedding;
mod explicit_request;
mod goemotions;
mod it_tickets;
mod labelled;
mod latency;
mod learning;
mod maia_dqe;
mod mhch_makeup2;
mod multidogo;
mod negotiation;
mod package;
mod pii_synth;
mod repeats;
mod second_stage;
mod slots;
mod star;
mod tau;
mod tau_airline;
mod tau_entities;
mod tweets;
mod tweetsumm;
mod urgency;

use crate::bench::Suite;

/// In the order of the report.
pub const ALL: &[Suite] = &[
    latency::SUITE,
    explicit_request::SUITE,
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
    embedding::SUITE,
    second_stage::SUITE,
    slots::SUITE,
    pii_synth::SUITE,
    tau_entities::SUITE,
    negotiation::SUITE,
    urgency::SUITE,
    maia_dqe::SUITE,
    composed::SUITE,
    mhch_makeup2::SUITE,
    betold::SUITE,
    dbdc3_en::SUITE,
    tau_airline::SUITE,
    tweetsumm::SUITE,
    package::SUITE,
    star::SUITE,
    learning::SUITE,
    repeats::SUITE,
];

/// The suite of this name, or the names there are.
pub fn named(name: &str) -> Result<&'static Suite, String> {
    ALL.iter().find(|s| s.name == name).ok_or_else(|| {
        format!("no suite is named {name}; there are {}", ALL.iter().map(|s| s.name).collect::<Vec<_>>().join(", "))
    })
}
