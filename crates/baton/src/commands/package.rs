//! `baton package`.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use baton_core::package::{self, Fault, Form, LEAST_LIMIT};
use baton_model::{Package, package_schema};
use serde_json::Value;

use crate::{
    cli::{PackageArgs, PackageCommand, PackageForm},
    out::out,
};

pub(crate) fn run(args: PackageArgs) -> Result<ExitCode> {
    match args.command {
        PackageCommand::Schema => writeln!(out(), "{:#}", package_schema())?,
        PackageCommand::Validate { file } => return validate(&file),
        PackageCommand::Render { file, form, limit, link } => {
            if limit.is_some_and(|limit| limit < LEAST_LIMIT) {
                bail!("--limit is below {LEAST_LIMIT} characters: there would be no room to say what is left out");
            }
            let package: Package =
                serde_json::from_str(&read(&file)?).with_context(|| format!("{} is no package", file.display()))?;
            let form = match form {
                PackageForm::Plain => Form::Plain,
                PackageForm::Markdown => Form::Markdown,
                PackageForm::Spoken => Form::Spoken,
            };
            let rest = link.unwrap_or_else(|| file.display().to_string());
            writeln!(out(), "{}", package::render(&package, form, limit, &rest).trim_end())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> Result<String> {
    if file.as_os_str() == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
        return Ok(text);
    }
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

fn validate(file: &Path) -> Result<ExitCode> {
    let value: Value = serde_json::from_str(&read(file)?).with_context(|| format!("{} is no JSON", file.display()))?;
    let faults = faults(&value);
    let mut report: String = faults.iter().map(|fault| format!("{fault}\n")).collect();
    let turns = value.pointer("/transcript").and_then(Value::as_array).map_or(0, Vec::len);
    report.push_str(&match faults.len() {
        0 => format!("{}: valid, {turns} turns\n", file.display()),
        n => format!("{}: {n} fault{}\n", file.display(), if n == 1 { "" } else { "s" }),
    });
    write!(out(), "{report}")?;
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What the schema refuses; and where it refuses nothing, what the package claims without a source.
fn faults(value: &Value) -> Vec<Fault> {
    let mut faults = package::misshapen(&package_schema(), value);
    if faults.is_empty() {
        match serde_json::from_value::<Package>(value.clone()) {
            Ok(package) => faults = package::faults_alone(&package),
            // An id with the wrong prefix, a span below zero: shapes that the schema does not tell.
            Err(e) => faults.push(Fault { at: String::new(), problem: e.to_string() }),
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_its_place() {
        let found = faults(&serde_json::json!({"schema": "baton.package/v2", "headline": {"text": 7, "turns": []}}));
        let at = |at: &str| found.iter().any(|f| f.at == at);
        assert!(at("/schema") && at("/headline/text") && at(""), "{found:?}");
    }
}
