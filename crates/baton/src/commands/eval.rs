//! `baton eval`: benchmarks on public data sets, next to published numbers.

use std::{fs, io::Write, process::ExitCode};

use anyhow::{Context, Result, bail};
use baton_eval::{
    bench::{self, Bench, Mode, Results, Row, Split},
    suites,
};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    cli::{EvalArgs, EvalSplit},
    out::out,
};

pub(crate) fn run(args: EvalArgs) -> Result<ExitCode> {
    let chosen: Vec<_> = if args.suite.is_empty() {
        suites::ALL.iter().collect()
    } else {
        args.suite.iter().map(|name| suites::named(name)).collect::<Result<_, _>>().map_err(anyhow::Error::msg)?
    };
    if !args.data.is_dir() {
        bail!("{} is not a folder; --data names the folder that holds a folder per data set", args.data.display());
    }
    // Hidden by itself when standard error is not a terminal.
    let bar = ProgressBar::new(chosen.len() as u64);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}, {elapsed}")?);
    let (split, name) = match args.split {
        EvalSplit::Dev => (Split::Dev, "dev"),
        EvalSplit::Test => (Split::Test, "test"),
    };
    let mut started = 0;
    let results = bench::run(&chosen, &Bench { data: &args.data, split, models: args.models.as_deref() }, &mut |suite| {
        bar.set_position(started);
        bar.set_message(suite);
        started += 1;
    });
    bar.finish_and_clear();
    if let Some(path) = &args.html {
        fs::write(path, bench::html(&results, name)).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let mut out = out();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &results)?;
        writeln!(out)?;
    } else {
        table(&mut out, &results)?;
    }
    for part in &results.missing {
        eprintln!("missing: {part}");
    }
    for problem in &results.failed {
        eprintln!("failed: {problem}");
    }
    Ok(if results.rows.is_empty() || !results.failed.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

pub(crate) fn table(out: &mut impl Write, results: &Results) -> std::io::Result<()> {
    writeln!(
        out,
        "{:<18} {:<44} {:<8} {:>10} {:>17} {:>9} {:>9} {:>8}",
        "suite", "metric", "", "value", "95% interval", "baseline", "published", "target"
    )?;
    for row in &results.rows {
        let number = |v: Option<f64>| v.map_or(String::new(), |v| format!("{v:.2}"));
        let mode = match row.mode {
            Some(Mode::Shipped) => "shipped",
            Some(Mode::Fitted) => "fitted",
            None => "",
        };
        let interval = row.lo.zip(row.hi).map_or(String::new(), |(lo, hi)| format!("{lo:.2} - {hi:.2}"));
        let mark = match Row::reached(row) {
            Some(true) => " ok",
            Some(false) => " MISSED",
            None => "",
        };
        writeln!(
            out,
            "{:<18} {:<44} {mode:<8} {:>10.2} {interval:>17} {:>9} {:>9} {:>8}{mark}",
            row.suite,
            format!("{} [{}]", row.metric, row.unit),
            row.value,
            number(row.baseline),
            number(row.published),
            number(row.target),
        )?;
    }
    Ok(())
}
