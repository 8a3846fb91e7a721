//! Where the issue classes of the workspaces lie: `classes/SLUG.bin` in the data directory.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use baton_model::WorkspaceId;
use baton_ports::Accounts;
use baton_sense::Classifier;

pub(crate) fn path(data: &Path, slug: &str) -> PathBuf {
    data.join("classes").join(format!("{slug}.bin"))
}

/// Of the workspaces that have some. A file that cannot be read stops the start: silently classifying otherwise would be
/// found out late.
pub(crate) fn load(data: &Path, accounts: &dyn Accounts) -> Result<HashMap<WorkspaceId, Classifier>> {
    let mut all = HashMap::new();
    for workspace in accounts.workspaces()? {
        let path = path(data, &workspace.slug);
        match fs::read(&path) {
            Ok(bytes) => {
                let classifier =
                    Classifier::from_bytes(&bytes).with_context(|| format!("the issue classes in {}", path.display()))?;
                all.insert(workspace.id, classifier);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }
    Ok(all)
}
