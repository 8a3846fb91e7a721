use baton_sim::centre::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    if a[1] == "check" {
        let r = check::run(1, check::Effort::Full, &mut |w| eprintln!("{w}")).expect("x");
        for row in &r.rows {
            println!(
                "{:<12} {:<60} {:>10.2} {:<5} base {:?} target {:?} {:?} {}",
                row.suite,
                row.metric,
                row.value,
                row.unit,
                row.baseline,
                row.target,
                row.reached(),
                row.note.clone().unwrap_or_default()
            );
        }
        return;
    }
    let s = match Scenario::named(&a[1]) {
        Ok(s) => s,
        Err(_) => Scenario::parse(&std::fs::read_to_string(&a[1]).expect("file")).expect("parse"),
    };
    let s = if let Some(x) = a.get(3) { s.scaled(x.parse().expect("scale")) } else { s };
    let ps: Vec<_> = if a[2] == "all" {
        POLICIES.iter().collect()
    } else {
        a[2].split(',').map(|n| policy(n).expect("policy")).collect()
    };
    let t = std::time::Instant::now();
    let r = simulate(&s, 1, &ps, &mut |_, _| {});
    eprintln!("{} customers {} people, {:?}", r.customers, r.people, t.elapsed());
    for p in &r.policies {
        println!(
            "== {} mean {:.1} p99 {:.0} ab {:.3} occ {:.3} cv {:.2} overtaken {:.4} left {} over {} dbl {} dead {}",
            p.policy,
            p.mean_wait,
            p.p99,
            p.abandoned,
            p.occupancy,
            p.occupancy_spread,
            p.overtaken,
            p.left_waiting,
            p.over_capacity,
            p.double_claims,
            p.dead_ends
        );
        for t in &p.tiers {
            print!(
                "   {:?} served {} ab {} mean {:.1} p50 {:.0} p90 {:.0} p99 {:.0} max {:.0} sla {:.3}",
                t.tier, t.served, t.abandoned, t.mean, t.p50, t.p90, t.p99, t.longest, t.service_level
            );
            if let Some(f) = t.forecast {
                print!(
                    " | told {} cov {:.3} <50 {:.3} kept {:.3} err {:.1} usual {:.1}",
                    f.told, f.covered, f.below_p50, f.kept, f.error, f.usual_error
                );
            }
            println!();
        }
    }
}
