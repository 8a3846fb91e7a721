//! Where the issue classes of the workspaces lie, `classes/SLUG.bin` in the data directory, and the imported encoder,
//! `models/minilm.bin`.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use baton_model::WorkspaceId;
use baton_ports::Accounts;
use baton_runtime::Classes;
use baton_sense::{
    Classifier,
    minilm::{self, Encoder},
};
use tracing::{info, warn};

pub(crate) fn path(data: &Path, slug: &str) -> PathBuf {
    data.join("classes").join(format!("{slug}.bin"))
}

/// The encoder, if one was imported.
pub(crate) fn encoder(data: &Path) -> Result<Option<Encoder>> {
    let path = data.join(minilm::FILE);
    match fs::read(&path) {
        Ok(bytes) => match Encoder::from_bytes(minilm::L6, &bytes) {
            Some(encoder) => Ok(Some(encoder)),
            None => bail!("{} is no imported encoder: import it again with `baton models import`", path.display()),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// A server that starts meanwhile finds the old file or the new one, never a part.
pub(crate) fn write(target: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    // Nothing can take the place of a device, such as /dev/null.
    let device = target.exists() && !target.is_file();
    let part = if device { target.to_owned() } else { target.with_extension("part") };
    fs::write(&part, bytes).with_context(|| format!("cannot write {}", part.display()))?;
    if !device {
        fs::rename(&part, target).with_context(|| format!("cannot write {}", target.display()))?;
    }
    Ok(())
}

/// Of the workspaces that have some. A file that cannot be read stops the start: silently classifying otherwise would be
/// found out late.
pub(crate) fn load(data: &Path, accounts: &dyn Accounts) -> Result<Classes> {
    let encoder = encoder(data)?;
    let mut all: HashMap<WorkspaceId, Classifier> = HashMap::new();
    for workspace in accounts.workspaces()? {
        let path = path(data, &workspace.slug);
        match fs::read(&path) {
            Ok(bytes) => {
                let classifier =
                    Classifier::from_bytes(&bytes).with_context(|| format!("the issue classes in {}", path.display()))?;
                match (classifier.second_width(), encoder.as_ref().map(Encoder::width)) {
                    (Some(learnt), Some(there)) if learnt == there => {
                        info!(workspace = %workspace.slug, "the encoder gives a second opinion on its classes");
                    }
                    (Some(_), _) => {
                        warn!(workspace = %workspace.slug, "its classes were learnt with an encoder that is not there; the first opinion stands")
                    }
                    (None, _) => {}
                }
                all.insert(workspace.id, classifier);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }
    Ok(Classes::new(all, encoder))
}
