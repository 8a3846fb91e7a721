//! What a run measured.

use std::collections::BTreeMap;

use baton_core::route::Forecast;
use baton_eval::bench::metrics::mean;
use baton_model::{Millis, Requirements, Tier, Timestamp};
use serde::Serialize;

use super::{
    floor::{Case, Floor},
    scenario::Scenario,
};

/// A wait as it was told on joining.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    pub(crate) forecast: Forecast,
    pub(crate) position: u32,
    /// Seconds by position × handling time ÷ staff.
    pub(crate) usual: f64,
    /// Somebody is ahead, or everybody is taken.
    pub(crate) waits: bool,
    pub(crate) at: Timestamp,
}

#[derive(Debug, Clone, Copy)]
struct Outcome {
    told: Told,
    wait: f64,
}

/// Raw numbers of one policy.
#[derive(Debug, Clone)]
pub(super) struct Measured {
    pub(super) policy: &'static str,
    from: Timestamp,
    waits: BTreeMap<Tier, Vec<f64>>,
    /// Waits of all, whoever was served, gave up, or was still waiting at the end.
    all: Vec<f64>,
    /// The same, each in acceptance targets of its customer.
    in_targets: Vec<f64>,
    in_target: BTreeMap<Tier, u64>,
    abandoned: BTreeMap<Tier, u64>,
    outcomes: BTreeMap<Tier, Vec<Outcome>>,
    /// The latest arrival served so far, of those with equal needs and tier.
    latest: BTreeMap<(Requirements, Tier), Timestamp>,
    overtaken: u64,
    left: u64,
    pub(super) untold: u64,
    pub(super) over_capacity: u64,
    pub(super) double_claims: u64,
    pub(super) dead_ends: u64,
    occupancy: Vec<f64>,
}

/// Waits in seconds, shares from 0 to 1.
#[derive(Debug, Clone, Serialize)]
pub struct TierReport {
    pub tier: Tier,
    pub served: u64,
    pub abandoned: u64,
    pub mean: f64,
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub longest: f64,
    /// Of all customers, answered within the acceptance target.
    pub service_level: f64,
    pub forecast: Option<ForecastReport>,
}

/// How told waits held, of those who had to wait and were served.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ForecastReport {
    pub told: u64,
    /// Between the told 10% and 90%: it claims 80%.
    pub covered: f64,
    pub below_p50: f64,
    /// Served before the upper end: a kept promise.
    pub kept: f64,
    /// Mean absolute error of the middle, in seconds.
    pub error: f64,
    /// The same of position × handling time ÷ staff.
    pub usual_error: f64,
}

#[derive(Debug, Clone, Serialize)]
pub struct PolicyReport {
    pub policy: &'static str,
    pub tiers: Vec<TierReport>,
    /// Over all customers, those who gave up included.
    pub mean_wait: f64,
    pub p99: f64,
    /// Wait over acceptance target: what a rule that knows tiers is for.
    pub mean_in_targets: f64,
    pub p99_in_targets: f64,
    pub abandoned: f64,
    pub occupancy: f64,
    /// Standard deviation over mean of people's occupancy.
    pub occupancy_spread: f64,
    /// Served after somebody with equal needs and tier who came later, of all served.
    pub overtaken: f64,
    pub left_waiting: u64,
    pub over_capacity: u64,
    pub double_claims: u64,
    pub dead_ends: u64,
    pub forecast: Option<ForecastReport>,
}

impl Measured {
    pub(crate) fn new(policy: &'static str, scenario: &Scenario) -> Self {
        Self {
            policy,
            from: scenario.counts_from(),
            waits: BTreeMap::new(),
            all: Vec::new(),
            in_targets: Vec::new(),
            in_target: BTreeMap::new(),
            abandoned: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            latest: BTreeMap::new(),
            overtaken: 0,
            left: 0,
            untold: 0,
            over_capacity: 0,
            double_claims: 0,
            dead_ends: 0,
            occupancy: Vec::new(),
        }
    }

    pub(crate) fn served(&mut self, case: &Case, wait: Millis, told: Option<Told>) {
        if case.arrives < self.from {
            return;
        }
        let seconds = wait.0 as f64 / 1_000.0;
        *self.in_target.entry(case.tier).or_default() += u64::from(seconds <= f64::from(case.item.target_seconds));
        self.waits.entry(case.tier).or_default().push(seconds);
        self.waited(case, wait);
        if let Some(told) = told {
            let wait = (case.arrives + wait).since(told.at).0 as f64 / 1_000.0;
            self.outcomes.entry(case.tier).or_default().push(Outcome { told, wait });
        }
    }

    /// Order is judged when somebody is chosen; how long they take to answer is their own affair.
    pub(crate) fn matched(&mut self, floor: &Floor, case: usize) {
        let c = &floor.cases[case];
        if c.item.decliners.is_empty() && c.item.step == 0 {
            let latest = self.latest.entry((c.item.strict.clone(), c.tier)).or_insert(c.arrives);
            self.overtaken += u64::from(c.arrives < *latest);
            *latest = c.arrives.max(*latest);
        }
    }

    pub(crate) fn gave_up(&mut self, case: &Case, wait: Millis) {
        if case.arrives >= self.from {
            *self.abandoned.entry(case.tier).or_default() += 1;
            self.waited(case, wait);
        }
    }

    pub(crate) fn left_waiting(&mut self, case: &Case, wait: Millis) {
        if case.arrives >= self.from {
            self.left += 1;
            self.waited(case, wait);
        }
    }

    fn waited(&mut self, case: &Case, wait: Millis) {
        let seconds = wait.0 as f64 / 1_000.0;
        self.all.push(seconds);
        self.in_targets.push(seconds / f64::from(case.item.target_seconds.max(1)));
    }

    pub(crate) fn people(&mut self, floor: &Floor) {
        let worked = floor.people.iter().filter(|p| p.paid.0 > 0);
        self.occupancy = worked.map(|p| (p.busy.0 as f64 / p.paid.0 as f64).min(1.5)).collect();
    }

    pub(super) fn report(mut self) -> PolicyReport {
        let mut tiers: Vec<Tier> = self.waits.keys().chain(self.abandoned.keys()).copied().collect();
        tiers.sort_unstable();
        tiers.dedup();
        let mut reports = Vec::new();
        for tier in tiers {
            let mut waits = self.waits.remove(&tier).unwrap_or_default();
            waits.sort_by(f64::total_cmp);
            let abandoned = self.abandoned.get(&tier).copied().unwrap_or(0);
            let in_target = self.in_target.get(&tier).copied().unwrap_or(0);
            reports.push(TierReport {
                tier,
                served: waits.len() as u64,
                abandoned,
                mean: mean(&waits),
                p50: quantile(&waits, 0.5),
                p90: quantile(&waits, 0.9),
                p99: quantile(&waits, 0.99),
                longest: waits.last().copied().unwrap_or(0.0),
                service_level: share(in_target, waits.len() as u64 + abandoned),
                forecast: self.outcomes.get(&tier).and_then(|o| forecast(o)),
            });
        }
        self.all.sort_by(f64::total_cmp);
        self.in_targets.sort_by(f64::total_cmp);
        let abandoned: u64 = self.abandoned.values().sum();
        let served: u64 = reports.iter().map(|r| r.served).sum();
        let told: Vec<Outcome> = self.outcomes.values().flatten().copied().collect();
        let occupancy = mean(&self.occupancy);
        let off: Vec<f64> = self.occupancy.iter().map(|o| (o - occupancy).powi(2)).collect();
        PolicyReport {
            policy: self.policy,
            tiers: reports,
            mean_wait: mean(&self.all),
            p99: quantile(&self.all, 0.99),
            mean_in_targets: mean(&self.in_targets),
            p99_in_targets: quantile(&self.in_targets, 0.99),
            abandoned: share(abandoned, self.all.len() as u64),
            occupancy,
            occupancy_spread: if occupancy > 0.0 { mean(&off).sqrt() / occupancy } else { 0.0 },
            overtaken: share(self.overtaken, served),
            left_waiting: self.left,
            over_capacity: self.over_capacity,
            double_claims: self.double_claims,
            dead_ends: self.dead_ends,
            forecast: forecast(&told),
        }
    }
}

impl PolicyReport {
    pub fn tier(&self, tier: Tier) -> Option<&TierReport> {
        self.tiers.iter().find(|t| t.tier == tier)
    }
}

fn forecast(outcomes: &[Outcome]) -> Option<ForecastReport> {
    if outcomes.is_empty() {
        return None;
    }
    let seconds = |ms: Millis| ms.0 as f64 / 1_000.0;
    let of = |f: &dyn Fn(&Outcome) -> f64| outcomes.iter().map(f).sum::<f64>() / outcomes.len() as f64;
    let is = |yes: bool| f64::from(u8::from(yes));
    Some(ForecastReport {
        told: outcomes.len() as u64,
        covered: of(&|o| is(seconds(o.told.forecast.p10) <= o.wait && o.wait <= seconds(o.told.forecast.p90))),
        below_p50: of(&|o| is(o.wait <= seconds(o.told.forecast.p50))),
        kept: of(&|o| is(o.wait <= seconds(o.told.forecast.p90))),
        error: of(&|o| (o.wait - seconds(o.told.forecast.p50)).abs()),
        usual_error: of(&|o| (o.wait - o.told.usual).abs()),
    })
}

/// Of sorted values, by nearest rank.
fn quantile(sorted: &[f64], q: f64) -> f64 {
    let rank = (q * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
