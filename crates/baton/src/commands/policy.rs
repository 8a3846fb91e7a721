//! `baton policy`.

use std::{fs, process::ExitCode};

use anyhow::{Context, Result};

use crate::cli::{PolicyArgs, PolicyCommand};

pub(crate) fn run(args: PolicyArgs) -> Result<ExitCode> {
    let file = match args.command {
        PolicyCommand::Default => {
            print!("{}", baton_runtime::default_policy());
            return Ok(ExitCode::SUCCESS);
        }
        PolicyCommand::Lint { file } => file,
    };
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    match baton_runtime::lint_policy(&text) {
        Ok(policy) => {
            println!(
                "{}: policy `{}` is valid: {} detectors, {} rules",
                file.display(),
                policy.name,
                policy.detectors.len(),
                policy.rules.len()
            );
            Ok(ExitCode::SUCCESS)
        }
        Err(refusal) => {
            println!("{}: {}", file.display(), refusal.detail);
            for place in &refusal.places {
                println!("  {}: {}", place.at, place.problem);
            }
            Ok(ExitCode::FAILURE)
        }
    }
}
