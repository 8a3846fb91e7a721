//! Whole days of a contact centre, with the real matcher and the real forecast, next to other rules on the same traffic.
//!
//! A [`Scenario`] and a seed give a *floor*: customers with their arrival, needs, work and patience, and people with their
//! skills and shifts. Every policy gets the same floor. `run` is a discrete-event simulation: events in the order of their
//! times, pairs after each. `erlang` has the closed forms that it must agree with where they exist, `recursion` the same
//! line without a matcher; `check` is the list of bars, each with what was measured.
//!
//! It must never re-implement what it measures: Baton's policy is `core::route::Backlog`, its waits `core::route::Pace`.
//!
//! To add a rule for comparison: a type in `rules::peers` and a line in [`POLICIES`]. To add a scenario: a file in
//! `scenarios/` and a line in `scenario`.

pub mod check;
pub mod erlang;
mod floor;
mod html;
mod measure;
mod recursion;
mod rules;
mod run;
mod scenario;

use serde::Serialize;

pub use html::html;
pub use measure::{ForecastReport, PolicyReport, TierReport};
pub use rules::{POLICIES, Policy, policy};
pub use scenario::{Kind, Length, People, Scenario, Spread, Stream, shipped};

use floor::Floor;

/// One scenario under some policies.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub scenario: String,
    pub about: String,
    pub seed: u64,
    pub customers: usize,
    pub people: usize,
    pub policies: Vec<PolicyReport>,
}

/// Runs the policies one after the other on the same floor. `progress` hears the policy and the share of its day.
pub fn simulate(
    scenario: &Scenario,
    seed: u64,
    policies: &[&Policy],
    progress: &mut dyn FnMut(&'static str, f64),
) -> Report {
    let floor = Floor::new(scenario, seed);
    let (customers, people) = (floor.cases.len(), floor.people.len());
    let run = |p: &&Policy| run::run(scenario, floor.clone(), p, seed, &mut |share| progress(p.name, share)).report();
    let policies = policies.iter().map(run).collect();
    Report { scenario: scenario.name.clone(), about: scenario.about.clone(), seed, customers, people, policies }
}
