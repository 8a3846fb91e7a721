//! Public benchmarks: data sets in their own formats in, rows with intervals out, next to published numbers.
//!
//! A [`Suite`] reads its parts through [`Bench`], measures, and adds rows to [`Results`]. Two kinds of number are kept
//! apart: *shipped* is what the detectors in the binary say, *fitted* is what the same features say after fitting on the
//! data set's own training part, as a workspace would do it. A part that is not there is reported as missing.
//!
//! Nothing here is random: resampling has a fixed seed, so that running again gives the same rows (latencies excepted).

pub mod columns;
mod html;
pub mod metrics;
mod parts;
pub mod rouge;
mod row;
pub mod tagger;
pub mod talk;
pub mod timing;
pub mod trees;

use std::path::Path;

pub use html::html;
pub use parts::{BenchError, Table};
pub use row::{Curve, Mode, Results, Row};

/// Which part of a data set is scored. What is fitted is fitted on the training part in both cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    Dev,
    Test,
}

/// One benchmark: what it is called, what it measures, and how.
#[derive(Debug, Clone, Copy)]
pub struct Suite {
    pub name: &'static str,
    pub about: &'static str,
    pub run: fn(&Bench<'_>, &mut Results) -> Result<(), BenchError>,
}

/// Where the data is and which part of it counts.
#[derive(Debug, Clone, Copy)]
pub struct Bench<'a> {
    pub data: &'a Path,
    pub split: Split,
    /// The imported encoder's file, where it does not lie beside the data sets.
    pub models: Option<&'a Path>,
}

/// Runs suites one after the other; `progress` hears the name of each before it starts.
pub fn run(suites: &[&Suite], bench: &Bench<'_>, progress: &mut dyn FnMut(&'static str)) -> Results {
    let mut results = Results::default();
    for suite in suites {
        progress(suite.name);
        results.begin(suite.name);
        match (suite.run)(bench, &mut results) {
            Ok(()) => {}
            // A suite without its data, or with data that it cannot read, says so; the others still run.
            Err(BenchError::Missing { part }) => results.missing(&part),
            Err(other) => results.failed(&other.to_string()),
        }
    }
    results
}
