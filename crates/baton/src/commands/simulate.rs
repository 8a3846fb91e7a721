//! `baton simulate`: days of a contact centre through the real matcher, next to other rules on the same traffic.

use std::{fs, io::Write, path::Path, process::ExitCode};

use anyhow::{Context, Result, bail, ensure};
use baton_sim::centre::{self, POLICIES, Policy, Report, Scenario, check};
use indicatif::{ProgressBar, ProgressStyle};

use super::eval;
use crate::{cli::SimulateArgs, out::out};

pub(crate) fn run(args: &SimulateArgs) -> Result<ExitCode> {
    let mut out = out();
    if args.list {
        return list(&mut out, args.scenario.as_deref());
    }
    // Hidden by itself when standard error is not a terminal.
    let bar = ProgressBar::new(1_000);
    if args.check {
        bar.set_style(ProgressStyle::with_template("{spinner} {msg}, {elapsed}")?);
        let results = check::run(args.seed, check::Effort::Full, &args.suite, &mut |what| {
            bar.set_message(what.to_owned());
            bar.tick();
        })?;
        bar.finish_and_clear();
        if args.json {
            serde_json::to_writer_pretty(&mut out, &results)?;
            writeln!(out)?;
        } else {
            eval::table(&mut out, &results)?;
        }
        let missed = results.rows.iter().any(|r| r.reached() == Some(false));
        return Ok(if missed { ExitCode::FAILURE } else { ExitCode::SUCCESS });
    }
    let name = args.scenario.as_deref().unwrap_or_default();
    ensure!(args.load > 0.0 && args.load <= 10.0, "--load must be above 0 and at most 10");
    let scenario = read(name)?.scaled(args.load);
    let policies = chosen(&args.policy)?;
    bar.set_style(ProgressStyle::with_template("{bar:40} {percent}% {msg}, {elapsed}")?);
    let report = centre::simulate(&scenario, args.seed, &policies, &mut |policy, share| {
        bar.set_message(policy);
        bar.set_position((share * 1_000.0) as u64);
    });
    bar.finish_and_clear();
    if let Some(path) = &args.html {
        let page = centre::html(std::slice::from_ref(&report));
        fs::write(path, page).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if args.json {
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        table(&mut out, &report)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A file, or a shipped scenario.
fn read(name: &str) -> Result<Scenario> {
    if !Path::new(name).exists() {
        return Scenario::named(name).with_context(|| {
            let names: Vec<_> = centre::shipped().collect();
            format!("`{name}` is neither a file nor one of {}", names.join(", "))
        });
    }
    let text = fs::read_to_string(name).with_context(|| format!("cannot read {name}"))?;
    Scenario::parse(&text).with_context(|| name.to_owned())
}

fn chosen(names: &[String]) -> Result<Vec<&'static Policy>> {
    if names.is_empty() {
        return Ok(POLICIES.iter().collect());
    }
    let known = |name: &String| {
        centre::policy(name).with_context(|| {
            let names: Vec<_> = POLICIES.iter().map(|p| p.name).collect();
            format!("no policy `{name}`; known: {}", names.join(", "))
        })
    };
    names.iter().map(known).collect()
}

fn list(out: &mut impl Write, name: Option<&str>) -> Result<ExitCode> {
    if let Some(name) = name {
        let Some(text) = Scenario::text(name) else { bail!("no scenario `{name}`") };
        write!(out, "{text}")?;
        return Ok(ExitCode::SUCCESS);
    }
    for name in centre::shipped() {
        writeln!(out, "{name:<20} {}", Scenario::named(name)?.about)?;
    }
    writeln!(out)?;
    for p in POLICIES {
        writeln!(out, "{:<20} {}", p.name, p.about)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn table(out: &mut impl Write, report: &Report) -> std::io::Result<()> {
    writeln!(out, "{}: {} customers, {} people, seed {}", report.scenario, report.customers, report.people, report.seed)?;
    writeln!(
        out,
        "{:<18} {:<9} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>10} {:>8} {:>8}",
        "policy", "tier", "served", "gave up", "mean s", "p50", "p90", "p99", "in target", "told 80", "kept"
    )?;
    for p in &report.policies {
        for t in &p.tiers {
            let share = |v: Option<f64>| v.map_or(String::new(), |v| format!("{:.1}%", 100.0 * v));
            writeln!(
                out,
                "{:<18} {:<9} {:>8} {:>8} {:>8.1} {:>8.0} {:>8.0} {:>8.0} {:>9.1}% {:>8} {:>8}",
                p.policy,
                t.tier.name(),
                t.served,
                t.abandoned,
                t.mean,
                t.p50,
                t.p90,
                t.p99,
                100.0 * t.service_level,
                share(t.forecast.map(|f| f.covered)),
                share(t.forecast.map(|f| f.kept)),
            )?;
        }
        writeln!(
            out,
            "{:<18} {:<9} occupancy {:.1}%, above capacity {}, double claims {}, dead ends {}, overtaken by equals {:.2}%",
            "",
            "all",
            100.0 * p.occupancy,
            p.over_capacity,
            p.double_claims,
            p.dead_ends,
            100.0 * p.overtaken,
        )?;
    }
    Ok(())
}
