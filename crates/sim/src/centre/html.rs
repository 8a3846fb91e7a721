//! A run as one page: no script, nothing loaded from elsewhere.

use std::fmt::Write as _;

use baton_eval::chart::{Bar, STYLE, bars, escape};
use baton_model::Tier;

use super::{ForecastReport, PolicyReport, Report};

/// The page of one or more runs.
pub fn html(reports: &[Report]) -> String {
    let mut page = String::with_capacity(64 * 1024);
    // Writing to a String cannot fail, here and below.
    let _ = write!(
        page,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Simulation</title><style>{STYLE}</style></head><body><main><header><h1>Simulation</h1><p class=\"dim\">Every policy meets the same \
         customers and the same people. Waits in seconds, of those who were served; the mean over all counts those who gave up, too.</p></header>"
    );
    for report in reports {
        scenario(&mut page, report);
    }
    page.push_str("</main></body></html>\n");
    page
}

fn scenario(page: &mut String, report: &Report) {
    let _ = write!(
        page,
        "<section><h2>{}</h2><p>{}</p><p class=\"dim\">{} customers, {} people, seed {}</p>",
        escape(&report.scenario),
        escape(&report.about),
        report.customers,
        report.people,
        report.seed
    );
    if let Some(first) = report.policies.first() {
        tiles(page, first);
    }
    page.push_str("<div class=\"pairs\">");
    for tier in [Tier::Vip, Tier::Plus, Tier::Standard] {
        chart(page, report, &format!("Wait of 90% of {}, seconds", tier.name()), |p| p.tier(tier).map(|t| t.p90));
        let level = |p: &PolicyReport| p.tier(tier).map(|t| 100.0 * t.service_level);
        chart(page, report, &format!("Within target, {}, %", tier.name()), level);
    }
    chart(page, report, "Longest wait of 99%, all, seconds", |p| Some(p.p99));
    chart(page, report, "Gave up, %", |p| Some(100.0 * p.abandoned));
    chart(page, report, "Occupancy, %", |p| Some(100.0 * p.occupancy));
    page.push_str("</div>");
    waits(page, report);
    forecasts(page, report);
    faults(page, report);
    page.push_str("</section>");
}

fn tiles(page: &mut String, p: &PolicyReport) {
    page.push_str("<div class=\"tiles\">");
    let mut tile = |value: String, what: &str| {
        let _ = write!(page, "<div><strong>{value}</strong><span class=\"dim\">{what}</span></div>");
    };
    tile(format!("{:.1} s", p.mean_wait), "mean wait");
    tile(format!("{:.0} s", p.p99), "99% wait at most");
    tile(format!("{:.1}%", 100.0 * p.abandoned), "gave up");
    tile(format!("{:.0}%", 100.0 * p.occupancy), "occupancy");
    if let Some(f) = &p.forecast {
        tile(format!("{:.0}%", 100.0 * f.kept), "promises kept");
        tile(format!("{:.0}%", 100.0 * f.covered), "inside the told 80%");
    }
    page.push_str("</div>");
}

fn chart(page: &mut String, report: &Report, title: &str, value: impl Fn(&PolicyReport) -> Option<f64>) {
    let bar = |p: &PolicyReport| {
        let value = value(p)?.round().clamp(0.0, f64::from(u32::MAX));
        Some(Bar { label: p.policy.to_owned(), solid: value as u32, hollow: 0 })
    };
    let drawn: Vec<Bar> = report.policies.iter().filter_map(bar).collect();
    if !drawn.is_empty() {
        let _ = write!(page, "<figure><figcaption>{}</figcaption>{}</figure>", escape(title), bars(title, &drawn));
    }
}

fn waits(page: &mut String, report: &Report) {
    page.push_str(
        "<table><thead><tr><th>Policy</th><th>Tier</th><th>Served</th><th>Gave up</th><th>Mean</th><th>50%</th><th>90%</th><th>99%</th>\
         <th>Longest</th><th>In target</th></tr></thead><tbody>",
    );
    for p in &report.policies {
        for t in &p.tiers {
            let _ = write!(
                page,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{:.1}</td><td>{:.0}</td><td>{:.0}</td><td>{:.0}</td><td>{:.0}</td>\
                 <td>{:.1}%</td></tr>",
                p.policy,
                t.tier.name(),
                t.served,
                t.abandoned,
                t.mean,
                t.p50,
                t.p90,
                t.p99,
                t.longest,
                100.0 * t.service_level
            );
        }
    }
    page.push_str("</tbody></table>");
}

fn forecasts(page: &mut String, report: &Report) {
    let mut rows = String::new();
    let mut row = |policy: &str, tier: &str, f: &ForecastReport| {
        let _ = write!(
            rows,
            "<tr><td>{policy}</td><td>{tier}</td><td>{}</td><td>{:.1}%</td><td>{:.1}%</td><td>{:.1}%</td><td>{:.0} s</td><td>{:.0} s</td></tr>",
            f.told,
            100.0 * f.covered,
            100.0 * f.below_p50,
            100.0 * f.kept,
            f.error,
            f.usual_error
        );
    };
    for p in &report.policies {
        for t in &p.tiers {
            if let Some(f) = &t.forecast {
                row(p.policy, t.tier.name(), f);
            }
        }
    }
    if !rows.is_empty() {
        let _ = write!(
            page,
            "<h2>Told waits</h2><table><thead><tr><th>Policy</th><th>Tier</th><th>Told</th><th>Inside 10%–90%</th><th>Below 50%</th><th>Kept \
             (below 90%)</th><th>Mean error</th><th>Of position × time ÷ staff</th></tr></thead><tbody>{rows}</tbody></table>"
        );
    }
}

fn faults(page: &mut String, report: &Report) {
    page.push_str(
        "<h2>Faults and fairness</h2><table><thead><tr><th>Policy</th><th>Above capacity</th><th>Double claims</th><th>Dead ends</th>\
         <th>Overtaken by equals</th><th>Spread of occupancy</th><th>Still waiting</th></tr></thead><tbody>",
    );
    for p in &report.policies {
        let _ = write!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{:.2}%</td><td>{:.2}</td><td>{}</td></tr>",
            p.policy,
            p.over_capacity,
            p.double_claims,
            p.dead_ends,
            100.0 * p.overtaken,
            p.occupancy_spread,
            p.left_waiting
        );
    }
    page.push_str("</tbody></table>");
}
