//! Opening connections: one that writes, some that only query.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::StoreError;
use crate::migration::{self, Applied, Migration, MigrationError};

/// Only other processes (a backup, a look with the shell) can make anybody wait.
const BUSY: Duration = Duration::from_secs(5);
/// Pages of 4 KiB in the write-ahead log before the writer folds them into the file.
const CHECKPOINT_PAGES: u32 = 4000;
/// Connections kept for the next reader.
const IDLE_READERS: usize = 8;
const CACHED_STATEMENTS: usize = 64;

pub(super) fn open_writer(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        let error = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN);
        return Err(rusqlite::Error::SqliteFailure(
            error,
            Some(format!("the file system allows no write-ahead log (got {mode})")),
        ));
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    // On macOS a plain fsync does not reach the disk.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "cache_size", -64 * 1024)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}

fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    Ok(connection)
}

/// Lends query-only connections; opens one when all are lent.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::default() }
    }

    /// Everything that `read` does sees one state of the database.
    pub(super) fn with<T, E: From<rusqlite::Error>>(&self, read: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        let idle = self.lock().pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => open_reader(&self.path)?,
        };
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
        let outcome = read(&transaction);
        transaction.finish()?;
        let mut idle = self.lock();
        if idle.len() < IDLE_READERS {
            idle.push(connection);
        }
        outcome
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
pub(super) enum MigrateError {
    Refused(MigrationError),
    Sqlite(rusqlite::Error),
}

impl MigrateError {
    pub(super) fn at(self, path: &Path) -> StoreError {
        match self {
            Self::Refused(error) => StoreError::Migration(error),
            Self::Sqlite(source) => StoreError::Sqlite { path: path.to_owned(), source },
        }
    }
}

impl From<rusqlite::Error> for MigrateError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// Runs what is missing, each migration with its row in one transaction.
pub(super) fn migrate(connection: &mut Connection, known: &[Migration]) -> Result<(), MigrateError> {
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT",
    )?;
    let applied: Vec<Applied> = connection
        .prepare("SELECT version, name, checksum FROM migration ORDER BY version")?
        .query_map([], |row| Ok(Applied { version: row.get(0)?, name: row.get(1)?, checksum: row.get(2)? }))?
        .collect::<Result<_, _>>()?;
    for migration in migration::pending(known, &applied).map_err(MigrateError::Refused)? {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(migration.sql)?;
        transaction.execute(
            "INSERT INTO migration (version, name, checksum) VALUES (?1, ?2, ?3)",
            (migration.version, migration.name, migration.checksum()),
        )?;
        transaction.commit()?;
        tracing::info!(migration = migration.name, "migrated");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_cannot_write_and_the_writer_syncs_fully() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.db");
        let writer = open_writer(&path).unwrap();
        writer.execute_batch("CREATE TABLE t (x)").unwrap();
        let synchronous: i64 = writer.query_row("PRAGMA synchronous", [], |row| row.get(0)).unwrap();
        assert_eq!(synchronous, 2, "FULL");
        let readers = Readers::new(path);
        let refused = readers.with(|c| c.execute("INSERT INTO t VALUES (1)", []));
        assert!(refused.is_err());
        let pages: i64 = readers.with(|c| c.query_row("PRAGMA wal_autocheckpoint", [], |row| row.get(0))).unwrap();
        assert_eq!(pages, 0, "only the writer checkpoints");
    }

    #[test]
    fn a_failed_migration_leaves_no_half() {
        let dir = tempfile::tempdir().unwrap();
        let mut connection = open_writer(&dir.path().join("x.db")).unwrap();
        let broken = [Migration { version: 1, name: "0001_x", sql: "CREATE TABLE a (x); CREATE TABLE a (y);" }];
        assert!(matches!(migrate(&mut connection, &broken), Err(MigrateError::Sqlite(_))));
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'a'", [], |row| row.get(0)).unwrap();
        assert_eq!(tables, 0);
    }
}
