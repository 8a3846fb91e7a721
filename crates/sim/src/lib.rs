//! Seeded worlds: whole days of customers, bots, humans and faults, driven through the real core on a virtual clock, with
//! every invariant checked after each step.
//!
//! A seed makes a plan (`plan`), a list of abstract operations that mean something in any state, so a failing plan can be
//! cut down (`shrink`) and still runs. `act` carries it out in a `world`: the core and a journal that loses what was not
//! committed; `history` checks what a state alone does not show; `bug` plants faults that the checks must find.
//!
//! It must never read a real clock or draw ambient randomness: the same seed gives the same journal.
//!
//! To add an operation: a variant of `plan::Op`, its weight in `plan::generate`, an arm in `act`. To add a planted bug:
//! a variant of `bug::Bug` and its arm where the fault bites.

mod act;
pub mod bug;
pub mod centre;
mod history;
pub mod plan;
mod setup;
pub mod shrink;
mod world;

use bug::Bug;
use plan::Plan;

/// What is wrong, and at which operation of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub op: usize,
    pub what: String,
}

/// Counts of one run, to show that the plans reach the interesting places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    pub events: u64,
    pub escalations: u64,
    pub offers: u64,
    pub callbacks: u64,
    pub crashes: u64,
    pub retries: u64,
    pub stale_sends_refused: u64,
    pub breaches: u64,
    pub reviews: u64,
    pub hours: u64,
}

impl Coverage {
    pub fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.escalations += other.escalations;
        self.offers += other.offers;
        self.callbacks += other.callbacks;
        self.crashes += other.crashes;
        self.retries += other.retries;
        self.stale_sends_refused += other.stale_sends_refused;
        self.breaches += other.breaches;
        self.reviews += other.reviews;
        self.hours += other.hours;
    }
}

/// Runs a plan twice: the journals must be equal.
pub fn run(plan: &Plan, bug: Option<Bug>) -> Result<Coverage, Violation> {
    let (first, coverage) = world::run(plan, bug, 0)?;
    let (second, _) = world::run(plan, bug, 1)?;
    if first != second {
        return Err(Violation { op: plan.ops.len(), what: "10: the same seed gave two different journals".into() });
    }
    Ok(coverage)
}

#[cfg(test)]
mod tests {
    use super::{bug::Bug, plan, run};

    #[test]
    fn a_few_worlds_hold() {
        for seed in 0..6 {
            if let Err(violation) = run(&plan::generate(seed, 120), None) {
                panic!("seed {seed}: {violation:?}");
            }
        }
    }

    #[test]
    fn a_planted_bug_is_found_and_shrinks() {
        let (seed, violation) = (0..50)
            .find_map(|seed| run(&plan::generate(seed, 120), Some(Bug::NoAcknowledgement)).err().map(|v| (seed, v)))
            .expect("found within 50 seeds");
        let small = super::shrink::shrink(&plan::generate(seed, 120), Some(Bug::NoAcknowledgement), &violation);
        assert!(small.ops.len() < 20, "{} operations left", small.ops.len());
        assert!(run(&small, Some(Bug::NoAcknowledgement)).is_err());
        assert!(run(&small, None).is_ok());
    }
}
