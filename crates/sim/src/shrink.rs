//! Cuts a failing plan down: whole chunks first, then single operations, as long as it still fails.

use crate::{Violation, bug::Bug, plan::Plan, run};

/// Runs spent on shrinking.
const RUNS: usize = 2_000;

pub fn shrink(plan: &Plan, bug: Option<Bug>, violation: &Violation) -> Plan {
    let mut best = Plan { seed: plan.seed, ops: plan.ops[..plan.ops.len().min(violation.op + 1)].to_vec() };
    if run(&best, bug).is_ok() {
        best = plan.clone();
    }
    let mut runs = 0;
    let mut chunk = best.ops.len() / 2;
    while chunk > 0 {
        let mut from = 0;
        while from < best.ops.len() && runs < RUNS {
            let mut shorter = best.clone();
            shorter.ops.drain(from..(from + chunk).min(best.ops.len()));
            runs += 1;
            if run(&shorter, bug).is_err() {
                best = shorter;
            } else {
                from += chunk;
            }
        }
        chunk /= 2;
    }
    best
}
