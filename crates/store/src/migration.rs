//! Which migrations to run. Numbered files, run once in order, never edited after a release: the checksum of each is stored
//! with it, so that an edited one is noticed instead of leaving two shapes under one number.

use sha2::{Digest, Sha256};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Migration {
    pub(crate) version: u32,
    /// The file's name without `.sql`.
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
}

/// A row of the table `migration`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Applied {
    pub(crate) version: u32,
    pub(crate) name: String,
    pub(crate) checksum: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MigrationError {
    #[error(
        "the data was written by a newer version (it has migration {found}, this program knows up to {known}): run that version"
    )]
    Newer { found: u32, known: u32 },
    #[error(
        "migration {name} in the data is not the one in this program (checksum {found}, expected {expected}): restore a backup, or run the version that wrote it"
    )]
    Edited { name: String, found: String, expected: String },
    #[error("the data lacks migration {missing} but has later ones: restore a backup")]
    Gap { missing: u32 },
}

impl Migration {
    /// SHA-256 in hex; line endings do not count.
    pub(crate) fn checksum(&self) -> String {
        let digest = Sha256::digest(self.sql.replace("\r\n", "\n"));
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The migrations still to run. `known` and `applied` are in order of their numbers; `known` starts at 1 without gaps.
pub(crate) fn pending<'a>(known: &'a [Migration], applied: &[Applied]) -> Result<&'a [Migration], MigrationError> {
    if let Some(newer) = applied.iter().find(|a| a.version as usize > known.len()) {
        return Err(MigrationError::Newer { found: newer.version, known: known.len() as u32 });
    }
    for (migration, row) in known.iter().zip(applied) {
        if row.version != migration.version {
            return Err(MigrationError::Gap { missing: migration.version });
        }
        let expected = migration.checksum();
        if row.checksum != expected || row.name != migration.name {
            return Err(MigrationError::Edited { name: row.name.clone(), found: row.checksum.clone(), expected });
        }
    }
    Ok(&known[applied.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Migration; 2] = [
        Migration { version: 1, name: "0001_a", sql: "CREATE TABLE a (x);\n" },
        Migration { version: 2, name: "0002_b", sql: "CREATE TABLE b (x);\n" },
    ];

    fn applied(migration: &Migration) -> Applied {
        Applied { version: migration.version, name: migration.name.into(), checksum: migration.checksum() }
    }

    fn left(rows: &[Applied]) -> Result<Vec<u32>, MigrationError> {
        pending(&KNOWN, rows).map(|left| left.iter().map(|m| m.version).collect())
    }

    #[test]
    fn only_what_is_missing_runs() {
        assert_eq!(left(&[]), Ok(vec![1, 2]));
        assert_eq!(left(&[applied(&KNOWN[0])]), Ok(vec![2]));
        assert_eq!(left(&[applied(&KNOWN[0]), applied(&KNOWN[1])]), Ok(vec![]));
    }

    #[test]
    fn edited_missing_and_newer_ones_are_refused() {
        let edited = Applied { checksum: "00".into(), ..applied(&KNOWN[0]) };
        assert!(matches!(left(&[edited]), Err(MigrationError::Edited { .. })));
        assert_eq!(left(&[applied(&KNOWN[1])]), Err(MigrationError::Gap { missing: 1 }));
        let newer = Applied { version: 3, name: "0003_c".into(), checksum: "00".into() };
        assert_eq!(
            left(&[applied(&KNOWN[0]), applied(&KNOWN[1]), newer]),
            Err(MigrationError::Newer { found: 3, known: 2 })
        );
    }

    #[test]
    fn line_endings_do_not_change_a_checksum() {
        let windows = Migration { sql: "CREATE TABLE a (x);\r\n", ..KNOWN[0] };
        assert_eq!(windows.checksum(), KNOWN[0].checksum());
        assert_ne!(KNOWN[0].checksum(), KNOWN[1].checksum());
    }
}
