//! `cargo xtask ciw`: the same pools in `baton simulate` and in ciw, an independent discrete-event library from PyPI, which is
//! installed into a Python environment of its own under the target folder and linked into nothing.
//!
//! Each pool runs several times in both, with seeds of their own, so each mean has a standard error. Two means must lie
//! within [`ERRORS`] combined standard errors of each other, and those must be small enough to find a wrong rule.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::process;

const CIW: &str = "3.2.7";
/// Customers expected in a run; the first tenth is not counted.
const CUSTOMERS: f64 = 10_000.0;
/// Two equal means of a dozen runs are further apart less than once in a thousand comparisons.
const ERRORS: f64 = 4.0;
/// Of the mean: what is blunter than this has not compared anything.
const BLUNTEST: f64 = 0.2;
/// What the test command runs.
const FEWEST: u32 = 12;
const HANDLE_SECONDS: f64 = 300.0;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Runs of each pool in each program; four times as many see differences half as small
    #[arg(long, default_value_t = FEWEST, value_parser = clap::value_parser!(u32).range(i64::from(FEWEST)..=1_000))]
    runs: u32,
    /// Cargo profile of the `baton` that is compared
    #[arg(long, default_value = "dev")]
    profile: String,
}

struct Pool {
    name: &'static str,
    servers: u32,
    /// Offered work, in people.
    load: f64,
    patience_seconds: Option<f64>,
    /// Share of a first class that always goes before the rest; 0: one class.
    first: f64,
}

const POOLS: [Pool; 3] = [
    Pool { name: "M/M/5, load 3.5", servers: 5, load: 3.5, patience_seconds: None, first: 0.0 },
    Pool { name: "M/M/10+M, load 10", servers: 10, load: 10.0, patience_seconds: Some(600.0), first: 0.0 },
    Pool { name: "two classes, M/M/5, load 3.5", servers: 5, load: 3.5, patience_seconds: None, first: 0.3 },
];

impl Pool {
    fn per_hour(&self) -> f64 {
        self.load * 3_600.0 / HANDLE_SECONDS
    }

    fn hours(&self) -> f64 {
        CUSTOMERS / self.per_hour()
    }

    fn warm_up_hours(&self) -> f64 {
        0.1 * self.hours()
    }

    fn for_ciw(&self) -> Value {
        let class = |share: f64, rank: u32| json!({ "per_hour": share * self.per_hour(), "rank": rank });
        let classes = match self.first {
            0.0 => json!({ "all": class(1.0, 0) }),
            first => json!({ "first": class(first, 0), "rest": class(1.0 - first, 1) }),
        };
        json!({
            "servers": self.servers,
            "classes": classes,
            "handle_seconds": HANDLE_SECONDS,
            "patience_seconds": self.patience_seconds,
            "hours": self.hours(),
            "warm_up_hours": self.warm_up_hours(),
        })
    }

    /// A scenario for `baton simulate`. The targets of the two tiers are so far apart that no wait of the second comes
    /// before the first.
    fn for_baton(&self) -> String {
        let Self { name, servers, first, .. } = self;
        let (hours, warm_up, per_hour) = (self.hours(), self.warm_up_hours(), self.per_hour());
        let patience = self.patience_seconds.map_or_else(String::new, |s| format!("patience_seconds = {s:?}\n"));
        let targets = |seconds: u32| {
            format!(
                "{{ accept_seconds = {seconds}, first_reply_seconds = 100000, next_reply_seconds = 100000, resolution_seconds = 200000 }}"
            )
        };
        format!(
            r#"name = "{name}"
about = "Compared with ciw."
start = "2026-03-02T00:00:00Z"
hours = {hours:?}
warm_up_hours = {warm_up:?}
forecast_share = 0.0

[[queues]]
id = "pool"
name = "Pool"
default = true
hours = {{ time_zone = "UTC" }}
offer_seconds = 30
max_wait_seconds = 600000
[queues.targets]
standard = {}
vip = {}

[[stream]]
name = "all"
tiers = {{ standard = {:?}, vip = {first:?} }}
time_zone = "UTC"
per_hour = [{per_hour:?}]
handle = {{ kind = "exponential", mean_seconds = {HANDLE_SECONDS:?} }}
{patience}
[[people]]
count = {servers}
capacity = 1
"#,
            targets(20_000),
            targets(1),
            1.0 - first,
        )
    }
}

/// What was measured, by run, under a name.
type Measures = Vec<(String, Vec<f64>)>;

pub(crate) fn run(args: &Args) -> Result<()> {
    let baton = match args.profile.as_str() {
        "dev" => process::build_tested_baton()?,
        profile => process::build_baton(profile)?,
    };
    compare(&baton, args.runs)
}

/// What the test command runs.
pub(crate) fn check(baton: &Path) -> Result<()> {
    compare(baton, FEWEST)
}

fn compare(baton: &Path, runs: u32) -> Result<()> {
    let python = environment()?;
    println!("ciw: {} pools, {runs} runs of {CUSTOMERS} customers each", POOLS.len());
    let theirs = in_ciw(&python, runs)?;
    let mut wrong = Vec::new();
    println!("{:<28} {:<18} {:>17} {:>17} {:>9} {:>8}", "pool", "measure", "ciw", "baton", "apart", "allowed");
    for (pool, theirs) in POOLS.iter().zip(theirs) {
        let ours = in_baton(baton, pool, runs)?;
        for (name, theirs) in theirs {
            let Some((_, ours)) = ours.iter().find(|(n, _)| *n == name) else { bail!("baton did not measure `{name}`") };
            let (a, b) = (Mean::of(&theirs), Mean::of(ours));
            let allowed = ERRORS * a.error.hypot(b.error);
            let apart = (a.mean - b.mean).abs();
            println!("{:<28} {name:<18} {a:>17} {b:>17} {apart:>9.3} {allowed:>8.3}", pool.name);
            if apart > allowed {
                wrong.push(format!("{}, {name}: {a} and {b} are {apart:.3} apart, {allowed:.3} may be chance", pool.name));
            }
            if allowed > BLUNTEST * a.mean {
                wrong.push(format!("{}, {name}: {allowed:.3} is too blunt for a mean of {a}: more runs", pool.name));
            }
        }
    }
    if !wrong.is_empty() {
        bail!("the simulators disagree:\n{}", wrong.join("\n"));
    }
    println!("ciw: both agree");
    Ok(())
}

/// A mean of runs and its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Mean {
    mean: f64,
    error: f64,
}

impl Mean {
    fn of(runs: &[f64]) -> Self {
        let n = runs.len() as f64;
        let mean = runs.iter().sum::<f64>() / n;
        let variance = runs.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
        Self { mean, error: (variance / n).sqrt() }
    }
}

impl std::fmt::Display for Mean {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&format!("{:.3} ± {:.3}", self.mean, self.error))
    }
}

/// The Python of an environment that has ciw, made when it is missing.
fn environment() -> Result<PathBuf> {
    let dir = process::target().join("xtask").join(format!("ciw-{CIW}"));
    let python = dir.join("bin/python");
    let ready = |python: &Path| {
        let said = process::output(Command::new(python).args(["-c", "import ciw; print(ciw.__version__)"]));
        said.is_ok_and(|version| version.trim() == CIW)
    };
    if ready(&python) {
        return Ok(python);
    }
    if process::version("python3", &["--version"]).is_none() {
        bail!("python3 is missing: install it (Debian: `apt-get install -y python3 python3-venv`)");
    }
    println!("ciw: installing ciw {CIW} from PyPI into {}", dir.display());
    if dir.exists() {
        // Half of an earlier attempt.
        fs::remove_dir_all(&dir).with_context(|| format!("cannot remove {}", dir.display()))?;
    }
    process::output(Command::new("python3").args(["-m", "venv"]).arg(&dir))
        .context("cannot make a Python environment: install python3-venv (Debian: `apt-get install -y python3-venv`)")?;
    let package = format!("ciw=={CIW}");
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", package.as_str()];
    process::output(Command::new(&python).args(pip)).with_context(|| {
        format!("cannot install {package} from PyPI: is the network there, or an index set in pip.conf?")
    })?;
    if !ready(&python) {
        bail!("{package} is installed in {}, but does not start: remove that folder and try again", dir.display());
    }
    Ok(python)
}

fn in_ciw(python: &Path, runs: u32) -> Result<Vec<Measures>> {
    let asked = json!({
        "ciw": CIW,
        "seeds": (1..=runs).collect::<Vec<_>>(),
        "pools": POOLS.iter().map(Pool::for_ciw).collect::<Vec<_>>(),
    });
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/src/ciw/model.py");
    let mut child = Command::new(python)
        .arg(model)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", python.display()))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(asked.to_string().as_bytes())?;
    }
    let out = child.wait_with_output()?;
    if !out.status.success() {
        bail!("the ciw model failed: {}", out.status);
    }
    let pools: Vec<Vec<Value>> = serde_json::from_slice(&out.stdout).context("the ciw model did not print JSON")?;
    pools.iter().map(|runs| by_name(runs.iter().map(|run| &run["measures"]))).collect()
}

/// From an object per run to a list per name.
fn by_name<'a>(runs: impl Iterator<Item = &'a Value>) -> Result<Measures> {
    let mut all = Measures::new();
    for run in runs {
        for (name, value) in run.as_object().context("no measures")? {
            let value = value.as_f64().with_context(|| format!("{name} is not a number"))?;
            match all.iter_mut().find(|(n, _)| n == name) {
                Some((_, values)) => values.push(value),
                None => all.push((name.clone(), vec![value])),
            }
        }
    }
    Ok(all)
}

fn in_baton(baton: &Path, pool: &Pool, runs: u32) -> Result<Measures> {
    let file = process::target().join("xtask").join("ciw-pool.toml");
    fs::write(&file, pool.for_baton()).with_context(|| format!("cannot write {}", file.display()))?;
    let mut measured = Vec::new();
    for seed in 1..=runs {
        let mut command = Command::new(baton);
        command.arg("simulate").arg(&file).args(["--policy", "baton", "--json", "--seed", &seed.to_string()]);
        let report: Value = serde_json::from_str(&process::output(&mut command)?).context("baton did not print JSON")?;
        let policy = &report["policies"][0];
        let mut measures = json!({ "mean wait": policy["mean_wait"], "gave up": policy["abandoned"] });
        for tier in policy["tiers"].as_array().context("no tiers")? {
            let name = if tier["tier"] == "vip" { "first" } else { "rest" };
            measures[format!("mean wait, {name}")] = tier["mean"].clone();
        }
        measured.push(measures);
    }
    by_name(measured.iter())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_has_the_error_of_its_runs() {
        let mean = Mean::of(&[1.0, 2.0, 3.0, 4.0]);
        assert!((mean.mean - 2.5).abs() < 1e-12);
        assert!((mean.error - (5.0_f64 / 3.0 / 4.0).sqrt()).abs() < 1e-12);
        assert_eq!(format!("{mean:>16}"), "   2.500 ± 0.645");
    }

    #[test]
    fn measures_are_gathered_by_name() {
        let runs = [json!({"wait": 1.0, "left": 0.5}), json!({"wait": 3.0, "left": 0.25})];
        let gathered = by_name(runs.iter()).unwrap();
        assert!(gathered.contains(&("wait".to_owned(), vec![1.0, 3.0])));
        assert!(by_name([json!({"wait": null})].iter()).is_err());
    }
}
