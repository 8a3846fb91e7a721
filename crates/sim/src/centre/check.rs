//! The bars: what routing and waiting must reach, and what was measured. The numbers come as rows, like benchmarks.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use baton_core::route;
use baton_eval::bench::{Results, Row, metrics::mean};
use baton_model::{Tier, Timestamp, WorkItem};

use super::{
    Length, People, PolicyReport, Report, Scenario, Spread, Stream, erlang,
    floor::Floor,
    policy,
    recursion::{self, Course, Customer},
    scenario::Kind,
    simulate,
};

/// How much is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// A second or two, for tests: a sanity check, not a measurement.
    Small,
    Full,
}

const HANDLE_SECONDS: f64 = 300.0;

/// What can be checked by itself.
pub const SUITES: [&str; 5] = ["erlang-c", "erlang-a", "told-waits", "four-skills", "peers"];

/// Runs these suites, all when none is named; `progress` hears what is being done.
pub fn run(seed: u64, effort: Effort, only: &[String], progress: &mut dyn FnMut(&str)) -> Result<Results> {
    if let Some(unknown) = only.iter().find(|name| !SUITES.contains(&name.as_str())) {
        bail!("no suite `{unknown}`: one of {}", SUITES.join(", "));
    }
    let mut results = Results::default();
    for suite in SUITES.into_iter().filter(|suite| only.is_empty() || only.iter().any(|name| name == suite)) {
        match suite {
            "erlang-c" => against(&erlang_c(effort), seed, effort, progress, &mut results),
            "erlang-a" => against(&erlang_a(effort), seed, effort, progress, &mut results),
            "told-waits" => forecasts(seed, effort, progress, &mut results)?,
            "four-skills" => skills(seed, progress, &mut results)?,
            _ => peers(seed, effort, progress, &mut results)?,
        }
    }
    Ok(results)
}

fn add(results: &mut Results, suite: &'static str, row: Row) {
    results.rows.push(Row { suite, ..row });
}

/// One pool of people who all can do everything at the same speed.
pub fn pooled(servers: u32, load: f64, patience_seconds: Option<f64>, customers: f64) -> Scenario {
    let per_hour = load * 3_600.0 / HANDLE_SECONDS;
    Scenario {
        name: format!("{servers} people, load {load}"),
        about: String::new(),
        // Monday, 2 March 2026.
        start: Timestamp::from_millis(1_772_409_600_000),
        hours: customers / per_hour,
        warm_up_hours: 0.02 * customers / per_hour,
        forecast_share: 0.0,
        answer_seconds: 0.0,
        decline_share: 0.0,
        skills: None,
        proficiency_is_speed: false,
        queues: Vec::new(),
        streams: vec![Stream {
            name: "pool".into(),
            queue: None,
            language: None,
            skills: BTreeMap::new(),
            spread: false,
            tiers: BTreeMap::from([(Tier::Standard, 1.0)]),
            urgency: None,
            time_zone: "UTC".into(),
            per_hour: vec![per_hour],
            handle: Length { kind: Kind::Exponential, mean_seconds: HANDLE_SECONDS, cv: 1.0 },
            patience_seconds,
        }],
        people: vec![People {
            count: servers,
            skills: BTreeMap::new(),
            spread: 0,
            languages: Vec::new(),
            queues: Vec::new(),
            capacity: 1,
            hours: None,
            absent: 0.0,
        }],
    }
}

fn baton(scenario: &Scenario, seed: u64) -> Option<PolicyReport> {
    let report = simulate(scenario, seed, &[policy("baton")?], &mut |_, _| {});
    report.policies.into_iter().next()
}

/// Something that has a closed form when one pool of equal people serves one stream.
struct Closed {
    suite: &'static str,
    what: &'static str,
    /// What the largest deviation is of.
    of: &'static str,
    unit: &'static str,
    pools: [u32; 2],
    /// Per person, and the decimals to tell them apart.
    loads: Vec<f64>,
    decimals: usize,
    patience_seconds: Option<f64>,
    measured: fn(&PolicyReport) -> f64,
    /// The same of the recursion.
    expected: fn(&Course) -> f64,
    /// For so many people and a load.
    exact: fn(u32, f64) -> Option<f64>,
}

/// Mean wait against Erlang C: ten loads of two pools.
fn erlang_c(effort: Effort) -> Closed {
    Closed {
        suite: "erlang-c",
        what: "mean wait",
        of: "the mean wait",
        unit: "s",
        pools: [5, 20],
        loads: match effort {
            Effort::Small => vec![0.7],
            Effort::Full => (0..10).map(|n| 0.5 + 0.045 * f64::from(n)).collect(),
        },
        decimals: 3,
        patience_seconds: None,
        measured: |r| r.mean_wait,
        expected: |c| c.mean_wait,
        exact: |people, load| Some(HANDLE_SECONDS * erlang::c_wait(people, load)?),
    }
}

/// Abandonment against Erlang A: ten loads of two pools.
fn erlang_a(effort: Effort) -> Closed {
    const PATIENCE_SECONDS: f64 = 600.0;
    Closed {
        suite: "erlang-a",
        what: "gave up",
        of: "the share that gave up",
        unit: "%",
        pools: [10, 50],
        loads: match effort {
            Effort::Small => vec![1.1],
            Effort::Full => (0..10).map(|n| 0.9 + 0.05 * f64::from(n)).collect(),
        },
        decimals: 2,
        patience_seconds: Some(PATIENCE_SECONDS),
        measured: |r| 100.0 * r.abandoned,
        expected: |c| 100.0 * c.abandoned,
        exact: |people, load| Some(100.0 * erlang::a(people, load, PATIENCE_SECONDS / HANDLE_SECONDS).abandoned),
    }
}

/// Chance moves a mean wait by more than the bar, even over a million customers. The recursion over the same customers is
/// moved as far, and its expectation is the closed form: what is left of `measured - recursion + closed form` is small (a
/// control variate with coefficient one).
fn against(closed: &Closed, seed: u64, effort: Effort, progress: &mut dyn FnMut(&str), results: &mut Results) {
    let Closed { suite, what, unit, decimals, .. } = *closed;
    let (days, customers) = match effort {
        Effort::Small => (1, 12_000.0),
        Effort::Full => (2, 250_000.0),
    };
    let mut worst: f64 = 0.0;
    for people in closed.pools {
        for rho in &closed.loads {
            let name = format!("{people} people, load {rho:.decimals$}");
            progress(&format!("{suite}: {name}"));
            let load = rho * f64::from(people);
            let scenario = pooled(people, load, closed.patience_seconds, customers);
            let of_days =
                |of: &dyn Fn(u64) -> Option<f64>| mean(&(0..days).filter_map(|day| of(seed + day)).collect::<Vec<_>>());
            let plain = of_days(&|seed| Some((closed.measured)(&baton(&scenario, seed)?)));
            let recursion = of_days(&|seed| Some((closed.expected)(&same_customers(&scenario, seed, people))));
            // Without a closed form the deviation is endless: `max` would pass over a number that is none.
            let exact = (closed.exact)(people, load).unwrap_or(0.0);
            let measured = plain - recursion + exact;
            let off = |value: f64| 100.0 * (value / exact - 1.0);
            worst = worst.max(off(measured).abs());
            let row = Row::new(format!("{what}, {name}"), measured, unit).baseline(exact);
            let note = format!("{:+.2}% of the closed form; {:+.2}% with what chance did", off(measured), off(plain));
            add(results, suite, row.n((customers * days as f64) as usize).note(note));
        }
    }
    add(results, suite, Row::new(format!("largest deviation of {}", closed.of), worst, "%").at_most(3.0));
}

/// What the recursion makes of the customers of a day.
fn same_customers(scenario: &Scenario, seed: u64, people: u32) -> Course {
    let floor = Floor::new(scenario, seed);
    let customers = floor.cases.iter().map(|c| Customer {
        arrives: c.arrives.millis(),
        work: (c.work as i64).max(1),
        patience: c.gives_up.map(|patience| patience.0),
    });
    recursion::first_come(people, scenario.counts_from().millis(), customers)
}

/// Coverage by scenario and tier, and error against the usual formula.
fn forecasts(seed: u64, effort: Effort, progress: &mut dyn FnMut(&str), results: &mut Results) -> Result<()> {
    let names: &[&str] = match effort {
        Effort::Small => &["shop"],
        Effort::Full => &["shop", "shifts", "skills", "three-zones", "ten-thousand"],
    };
    for scenario in names {
        // So many that each tier has some hundreds of told waits.
        let days = match *scenario {
            "shop" => 20,
            "shifts" => 10,
            "three-zones" => 3,
            _ => 1,
        };
        progress(&format!("told waits: {scenario}"));
        let world = Scenario::named(scenario)?;
        let reports: Vec<PolicyReport> = (0..days).filter_map(|day| baton(&world, seed + day)).collect();
        for tier in [Tier::Vip, Tier::Plus, Tier::Standard] {
            let told: Vec<_> = reports.iter().filter_map(|r| r.tier(tier)?.forecast).collect();
            let n: u64 = told.iter().map(|f| f.told).sum();
            if n < 100 {
                continue;
            }
            let mean = |of: &dyn Fn(&super::ForecastReport) -> f64| {
                told.iter().map(|f| of(f) * f.told as f64).sum::<f64>() / n as f64
            };
            let count = usize::try_from(n).unwrap_or(usize::MAX);
            let label = format!("{scenario}, {}", tier.name());
            add(results, "told-waits", inside(&label, mean(&|f| f.covered)).n(count));
            add(
                results,
                "told-waits",
                Row::percent(format!("{label}: below the told 50%"), mean(&|f| f.below_p50)).n(count),
            );
            add(
                results,
                "told-waits",
                Row::percent(format!("{label}: kept, below the told 90%"), mean(&|f| f.kept)).n(count),
            );
            let (error, usual) = (mean(&|f| f.error), mean(&|f| f.usual_error));
            let mut row = Row::new(format!("{label}: mean error of the told 50%"), error, "s").baseline(usual).n(count);
            if *scenario == "shifts" {
                row = row.at_most(usual / 2.0);
            }
            add(results, "told-waits", row);
        }
    }
    Ok(())
}

/// How far from the claimed 80% the told interval is: too wide is as wrong as too narrow.
fn inside(label: &str, covered: f64) -> Row {
    let row = Row::new(format!("{label}: told 10%-90%, away from 80% inside"), (100.0 * covered - 80.0).abs(), "points");
    row.at_most(5.0).note(format!("{:.1}% inside", 100.0 * covered))
}

/// Two hundred people with four skills each against the pool in which everybody can do everything.
fn skills(seed: u64, progress: &mut dyn FnMut(&str), results: &mut Results) -> Result<()> {
    let base = Scenario::named("skills")?;
    let exact = |load: f64| erlang::a(200, 200.0 * load, 2.0).wait * HANDLE_SECONDS;
    for load in [0.92, 0.95, 1.0, 1.1] {
        progress(&format!("four skills: load {load}"));
        let scenario = Scenario { forecast_share: 0.0, ..base.clone().scaled(load) };
        let mut pool = scenario.clone();
        pool.proficiency_is_speed = false;
        pool.skills = Some(Spread { count: 1, skew: 0.0 });
        pool.people.iter_mut().for_each(|p| p.spread = 1);
        let names = ["baton", "fifo"].map(policy).into_iter().flatten().collect::<Vec<_>>();
        let report = simulate(&scenario, seed, &names, &mut |_, _| {});
        let bound = baton(&pool, seed);
        let at = |what: &str| format!("load {load}: {what}");
        let vip_level = |p: &PolicyReport| p.tier(Tier::Vip).map_or(0.0, |t| t.service_level);
        let bound_level = bound.as_ref().map_or(0.0, vip_level);
        add(results, "four-skills", Row::new(at("mean wait of one pool, Erlang A"), exact(load), "s"));
        for p in &report.policies {
            let mut wait = Row::new(at(&format!("mean wait, {}", p.policy)), p.mean_wait, "s").baseline(exact(load));
            let mut level = Row::percent(at(&format!("first tier in 30 s, {}", p.policy)), vip_level(p));
            level = level.baseline(100.0 * bound_level);
            if p.policy == "baton" && load == 1.0 {
                wait = wait.at_most(2.0 * exact(load));
                level = level.target(100.0 * bound_level - 4.0);
            }
            add(results, "four-skills", wait.note(format!("{:.2} times the pool", p.mean_wait / exact(load))));
            add(results, "four-skills", level);
        }
    }
    tiers(&base, seed, progress, results)
}

/// The first tier waits less, and the last is not forgotten. Whoever does what they do best is faster than the mean, so the
/// demand is raised until people are busy for 95% of their time.
fn tiers(base: &Scenario, seed: u64, progress: &mut dyn FnMut(&str), results: &mut Results) -> Result<()> {
    const BUSY: f64 = 0.95;
    let mut at = |percent: i32| {
        let load = f64::from(percent) / 100.0;
        progress(&format!("tiers: demand {load}"));
        let scenario = Scenario { forecast_share: 0.0, ..base.clone().scaled(load) };
        (load, (0..3).filter_map(|day| baton(&scenario, seed + day)).collect::<Vec<_>>())
    };
    let over = |days: &[PolicyReport], of: &dyn Fn(&PolicyReport) -> f64| mean(&days.iter().map(of).collect::<Vec<_>>());
    let busy_enough = (95..=110).map(&mut at).find(|(_, days)| over(days, &|p| p.occupancy) >= BUSY);
    let Some((load, days)) = busy_enough else { bail!("no demand keeps people busy for 95% of their time") };
    let p90 = |tier: Tier| over(&days, &|p| p.tier(tier).map_or(0.0, |t| t.p90));
    let (vip, standard) = (p90(Tier::Vip), p90(Tier::Standard));
    let row = Row::new("95% busy: wait of 90%, standard over vip", standard / vip.max(0.1), "times").target(3.0);
    let note = format!("demand {load}; vip {vip:.1} s, standard {standard:.1} s; mean of three days");
    add(results, "four-skills", row.note(note));
    // Nothing that arrives later than the window overtakes; the load is below one, so the window is served by then.
    let queue = super::floor::general();
    let item = WorkItem { target_seconds: route::target_seconds(&queue, Tier::Standard), ..WorkItem::default() };
    let bound = route::overtaking_window(&item).0 as f64 / 1_000.0;
    let longest = days.iter().filter_map(|p| p.tier(Tier::Standard)).map(|t| t.longest).fold(0.0, f64::max);
    let row = Row::new("95% busy: longest wait of a standard customer", longest, "s").at_most(bound);
    add(results, "four-skills", row);
    Ok(())
}

/// Every other rule on the same traffic, over some days. Of two rules that are equal in the long run either wins a given day:
/// worse is what is worse by more than three standard errors of the difference, day by day (of 150 comparisons some are by
/// two).
fn peers(seed: u64, effort: Effort, progress: &mut dyn FnMut(&str), results: &mut Results) -> Result<()> {
    let scenarios: &[(&str, u64)] = match effort {
        Effort::Small => &[("shop", 1)],
        Effort::Full => &[("shop", 20), ("shifts", 10), ("skills", 3)],
    };
    for (scenario, days) in scenarios {
        let world = Scenario { forecast_share: 0.0, ..Scenario::named(scenario)? };
        let all: Vec<_> = super::POLICIES.iter().collect();
        let mut day = |day| {
            simulate(&world, seed + day, &all, &mut |policy, _| progress(&format!("peers: {scenario}, {policy}, day {day}")))
        };
        let reports: Vec<Report> = (0..*days).map(&mut day).collect();
        compare(scenario, &reports, results);
    }
    Ok(())
}

fn compare(scenario: &str, reports: &[Report], results: &mut Results) {
    let days = |policy: &str| -> Vec<&PolicyReport> {
        reports.iter().flat_map(|r| &r.policies).filter(|p| p.policy == policy).collect()
    };
    let own = days("baton");
    let faults = |p: &PolicyReport| (p.over_capacity + p.double_claims + p.dead_ends) as f64;
    let of_own: Vec<f64> = own.iter().map(|p| faults(p)).collect();
    let row = Row::new(format!("{scenario}: above capacity, double claims, dead ends"), mean(&of_own), "");
    add(results, "peers", row.at_most(0.0));
    let tiers: Vec<Tier> = own.first().map(|p| p.tiers.iter().map(|t| t.tier).collect()).unwrap_or_default();
    for policy in super::POLICIES.iter().map(|p| p.name).filter(|name| *name != "baton") {
        let theirs = days(policy);
        let mut row = |what: &str, unit: &'static str, bar: bool, of: &dyn Fn(&PolicyReport) -> f64| {
            let values = |days: &[&PolicyReport]| days.iter().map(|p| of(p)).collect::<Vec<f64>>();
            let (mine, limit) = (values(&own), values(&theirs));
            let lost: Vec<f64> = mine.iter().zip(&limit).map(|(mine, limit)| mine - limit).collect();
            let row = Row::new(format!("{scenario}, {policy}: {what}"), mean(&mine), unit).baseline(mean(&limit));
            let most = mean(&limit) + 3.0 * standard_error(&lost);
            add(results, "peers", if bar { row.at_most(most) } else { row });
        };
        for &tier in &tiers {
            // The last tier has no bar: it must pay for the first (docs/reference/scenario.md). Not more than that: all
            // tiers together wait no longer.
            let last = tiers.len() > 1 && tiers.first() == Some(&tier);
            let wait = |p: &PolicyReport| p.tier(tier).map_or(0.0, |t| t.mean);
            row(&format!("mean wait, {}", tier.name()), "s", !last, &wait);
        }
        row("mean wait of all", "s", true, &|p| p.mean_wait);
        row("mean wait in targets", "", true, &|p| p.mean_in_targets);
        row("wait of 99%, in targets", "", true, &|p| p.p99_in_targets);
        row("wait of 99%", "s", false, &|p| p.p99);
        row("overtaken by equals", "%", true, &|p| 100.0 * p.overtaken);
        row("faults", "", true, &faults);
    }
}

fn standard_error(values: &[f64]) -> f64 {
    let (n, mean) = (values.len() as f64, mean(values));
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    if n < 2.0 { 0.0 } else { (squares / (n - 1.0) / n).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_error_of_a_mean() {
        // Deviations -1, 0, 1: variance 1, of three.
        assert!((standard_error(&[1.0, 2.0, 3.0]) - 1.0 / 3.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(standard_error(&[7.0]), 0.0);
    }

    #[test]
    fn one_pool_agrees_with_the_closed_forms() {
        let mut results = Results::default();
        for closed in [erlang_c(Effort::Small), erlang_a(Effort::Small)] {
            against(&closed, 1, Effort::Small, &mut |_| {}, &mut results);
        }
        for row in results.rows.iter().filter(|r| r.metric.starts_with("largest")) {
            assert!(row.value < 1.0, "{}: {}%", row.metric, row.value);
        }
    }

    #[test]
    fn a_told_interval_may_be_neither_too_narrow_nor_too_wide() {
        for (covered, reached) in [(0.74, false), (0.76, true), (0.84, true), (0.86, false)] {
            assert_eq!(inside("shop, vip", covered).reached(), Some(reached), "{covered}");
        }
    }

    #[test]
    fn told_waits_see_the_next_shift_coming() {
        let world = Scenario::named("shifts").expect("ships");
        let report = baton(&Scenario { hours: 20.0, ..world }, 1).expect("ships");
        for tier in &report.tiers {
            let f = tier.forecast.expect("some were told");
            assert!(5.0 * f.error < f.usual_error, "{}: {} s, usually {} s", tier.tier.name(), f.error, f.usual_error);
        }
    }
}
