//! The embedded store: one SQLite file in a directory that one process owns.
//!
//! Write-ahead log with `synchronous=FULL`; `NORMAL` loses acknowledged events in a power cut. One connection writes, on
//! one thread, and only it checkpoints; readers are query-only. Snapshots are files beside the database, because a large
//! one would hold up the commits of everybody else.
//!
//! `baton.db` is the database, `baton.lock` the lock, `snapshots/` may be deleted at any time.

mod accounts;
mod append;
mod connection;
mod journal;
mod lock;
mod snapshot;
mod writer;

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use self::{connection::Readers, lock::DirLock, snapshot::Snapshots, writer::Writer};
use crate::migration::{Migration, MigrationError};

macro_rules! migrations {
    ($($version:literal $name:literal),* $(,)?) => {
        &[$(Migration { version: $version, name: $name, sql: include_str!(concat!("migrations/", $name, ".sql")) }),*]
    };
}

/// Append only: a file that has been released is never edited.
const MIGRATIONS: &[Migration] = migrations![1 "0001_journal", 2 "0002_accounts"];

/// Before 3.51.3 a reset of the write-ahead log could race with another connection and corrupt the file.
const OLDEST_SQLITE: i32 = 3_051_003;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{dir} is in use by another process{holder}: stop it, or choose another data directory")]
    Locked { dir: PathBuf, holder: String },
    #[error("cannot {what} {path}")]
    Io { what: &'static str, path: PathBuf, source: io::Error },
    #[error("the database {path} cannot be opened")]
    Sqlite { path: PathBuf, source: rusqlite::Error },
    #[error(transparent)]
    Migration(#[from] MigrationError),
    #[error("SQLite {found} is too old: 3.51.3 or later is needed")]
    OldSqlite { found: &'static str },
}

/// Journal and accounts in one directory. Dropping it ends the writer and releases the directory.
#[derive(Debug)]
pub struct SqliteStore {
    // In the order of closing: the writer last of the connections, so that it folds the log into the file.
    readers: Readers,
    writer: Writer,
    snapshots: Snapshots,
    _lock: DirLock,
}

impl SqliteStore {
    /// Opens the store in `dir`, which is created if need be.
    pub fn open(dir: &Path) -> Result<Arc<Self>, StoreError> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(StoreError::OldSqlite { found: rusqlite::version() });
        }
        let io = |what, path: &Path| {
            let path = path.to_owned();
            move |source| StoreError::Io { what, path, source }
        };
        std::fs::create_dir_all(dir).map_err(io("create", dir))?;
        let lock = DirLock::take(dir)?;
        let path = dir.join("baton.db");
        let sqlite = |source| StoreError::Sqlite { path: path.clone(), source };
        let mut connection = connection::open_writer(&path).map_err(sqlite)?;
        connection::migrate(&mut connection, MIGRATIONS).map_err(|error| error.at(&path))?;
        let snapshots = Snapshots::open(dir.join("snapshots")).map_err(io("create", &dir.join("snapshots")))?;
        // The new files' names must survive a power cut too.
        File::open(dir).and_then(|d| d.sync_all()).map_err(io("sync", dir))?;
        let writer = Writer::start(connection).map_err(io("start the writer of", &path))?;
        Ok(Arc::new(Self { readers: Readers::new(path), writer, snapshots, _lock: lock }))
    }
}

#[cfg(test)]
mod tests {
    use baton_ports::conformance;

    use super::*;

    /// Keeps its directory until the store is gone.
    fn fresh() -> (tempfile::TempDir, Arc<SqliteStore>) {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path()).unwrap();
        (dir, store)
    }

    #[test]
    fn it_conforms_as_a_journal() {
        let dirs = std::cell::RefCell::new(Vec::new());
        conformance::journal(|| {
            let (dir, store) = fresh();
            dirs.borrow_mut().push(dir);
            store
        });
    }

    #[test]
    fn it_conforms_as_accounts() {
        let dirs = std::cell::RefCell::new(Vec::new());
        conformance::accounts(|| {
            let (dir, store) = fresh();
            dirs.borrow_mut().push(dir);
            store
        });
    }

    #[test]
    fn a_directory_has_one_owner() {
        let (dir, store) = fresh();
        let refused = SqliteStore::open(dir.path()).unwrap_err();
        assert!(matches!(refused, StoreError::Locked { .. }), "{refused}");
        assert!(refused.to_string().contains(&std::process::id().to_string()), "{refused}");
        drop(store);
        SqliteStore::open(dir.path()).unwrap();
    }

    #[test]
    fn an_edited_migration_is_noticed() {
        let (dir, store) = fresh();
        drop(store);
        let edit = |sql: &str| {
            rusqlite::Connection::open(dir.path().join("baton.db")).unwrap().execute_batch(sql).unwrap();
        };
        edit("UPDATE migration SET checksum = 'feed' || substr(checksum, 5) WHERE version = 2");
        let error = SqliteStore::open(dir.path()).unwrap_err();
        assert!(
            matches!(&error, StoreError::Migration(MigrationError::Edited { name, .. }) if name == "0002_accounts"),
            "{error}"
        );
        edit("DELETE FROM migration; INSERT INTO migration VALUES (9, '0009_later', 'x')");
        let error = SqliteStore::open(dir.path()).unwrap_err();
        assert!(matches!(error, StoreError::Migration(MigrationError::Newer { found: 9, .. })), "{error}");
    }

    #[test]
    fn every_migration_file_is_listed() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sqlite/migrations");
        let mut files: Vec<String> = std::fs::read_dir(dir)
            .unwrap()
            .map(|f| f.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        files.sort();
        assert_eq!(files, MIGRATIONS.iter().map(|m| m.name).collect::<Vec<_>>());
        for (n, migration) in (1..).zip(MIGRATIONS) {
            assert_eq!(migration.version, n);
            assert!(migration.name.starts_with(&format!("{n:04}_")));
        }
    }

    #[test]
    fn a_file_that_is_no_database_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("baton.db"), "not a database, but long enough to be read as one".repeat(100))
            .unwrap();
        assert!(matches!(SqliteStore::open(dir.path()), Err(StoreError::Sqlite { .. })));
    }
}
