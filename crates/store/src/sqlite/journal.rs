//! The store as a journal.

use baton_model::{Recorded, Stream, Timestamp, WorkspaceId};
use baton_ports::{Append, Journal, JournalError, Lease, Snapshot};
use rusqlite::{Connection, OptionalExtension, Row};

use super::{
    SqliteStore,
    append::{self, Encoded, partition_key, position_of, row_id, stream_key, stream_of},
    writer::WriteError,
};

impl Journal for SqliteStore {
    fn claim(&self, partition: WorkspaceId, owner: &str) -> Result<Lease, JournalError> {
        let (id, owner) = (partition_key(partition), owner.to_owned());
        self.writer
            .write(move |tx| {
                tx.query_row(
                    "INSERT INTO partition (id, owner, epoch, head) VALUES (?1, ?2, 1, 0)
                     ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, epoch = epoch + 1
                     RETURNING epoch, head",
                    (id, owner),
                    |row| Ok(Lease { epoch: row.get(0)?, head: row.get(1)? }),
                )
            })
            .map_err(|error| match error {
                WriteError::Constraint(error) => JournalError::storage(error),
                WriteError::Stopped(cause) => JournalError::Storage(cause),
            })
    }

    fn append(&self, batch: &[Append]) -> Result<Vec<Result<u64, JournalError>>, JournalError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let encoded = batch.iter().map(Encoded::new).collect::<Result<_, _>>().map_err(JournalError::storage)?;
        self.writer.append(encoded).map_err(JournalError::Storage)
    }

    fn read(&self, partition: WorkspaceId, after: u64, limit: usize) -> Result<Vec<Recorded>, JournalError> {
        self.query(|connection| {
            let Some(num) = partition_num(connection, partition)? else { return Ok(Vec::new()) };
            let mut statement = connection.prepare_cached(
                "SELECT id, ts, stream, type, schema, body FROM event WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut rows = statement.query((row_id(num, after), row_id(num + 1, 0), limit))?;
            let mut events = Vec::new();
            let mut expected = after;
            while let Some(row) = rows.next()? {
                expected += 1;
                let recorded = recorded(row)?;
                if recorded.position != expected {
                    return Err(corrupt(expected, "the event is missing").into());
                }
                events.push(recorded);
            }
            Ok(events)
        })
    }

    fn read_stream(&self, partition: WorkspaceId, stream: Stream) -> Result<Vec<Recorded>, JournalError> {
        self.query(|connection| {
            let Some(num) = partition_num(connection, partition)? else { return Ok(Vec::new()) };
            let head: Option<(u64, u64)> = connection
                .prepare_cached("SELECT version, last_pos FROM head WHERE partition = ?1 AND stream = ?2")?
                .query_row((num, stream_key(stream)), |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((mut version, mut pos)) = head else { return Ok(Vec::new()) };
            let mut statement = connection
                .prepare_cached("SELECT id, ts, stream, type, schema, body, version, prev_pos FROM event WHERE id = ?1")?;
            let mut events = Vec::new();
            while pos > 0 {
                let mut rows = statement.query([row_id(num, pos)])?;
                let Some(row) = rows.next()? else { return Err(corrupt(pos, "the event is missing").into()) };
                let found: u64 = row.get(6)?;
                let recorded = recorded(row)?;
                let prev: u64 = row.get(7)?;
                if found != version || recorded.stream != stream || prev >= pos {
                    return Err(corrupt(pos, "the stream's chain is broken").into());
                }
                events.push(recorded);
                (version, pos) = (version - 1, prev);
            }
            if version != 0 {
                let first = events.last().map_or(0, |r| r.position);
                return Err(corrupt(first, "the stream's chain ends early").into());
            }
            events.reverse();
            Ok(events)
        })
    }

    fn save_snapshot(&self, partition: WorkspaceId, snapshot: &Snapshot) -> Result<(), JournalError> {
        self.snapshots.save(partition, snapshot).map_err(JournalError::storage)
    }

    fn load_snapshot(&self, partition: WorkspaceId) -> Result<Option<Snapshot>, JournalError> {
        self.snapshots.load(partition).map_err(JournalError::storage)
    }
}

impl SqliteStore {
    fn query<T>(&self, read: impl FnOnce(&Connection) -> Result<T, ReadError>) -> Result<T, JournalError> {
        self.readers.with(read).map_err(|error| match error {
            ReadError::Journal(error) => error,
            ReadError::Sqlite(error) => JournalError::storage(error),
        })
    }
}

enum ReadError {
    Journal(JournalError),
    Sqlite(rusqlite::Error),
}

impl From<JournalError> for ReadError {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

fn corrupt(position: u64, detail: impl Into<String>) -> JournalError {
    JournalError::Corrupt { position, detail: detail.into() }
}

fn partition_num(connection: &Connection, partition: WorkspaceId) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT num FROM partition WHERE id = ?1")?
        .query_row([partition_key(partition)], |row| row.get(0))
        .optional()
}

/// Columns: id, ts, stream, type, schema, body. What is wrong is told without quoting the body.
fn recorded(row: &Row<'_>) -> Result<Recorded, ReadError> {
    let position = position_of(row.get(0)?);
    let stream = row.get_ref(2)?.as_blob().ok().and_then(stream_of).ok_or_else(|| corrupt(position, "no such stream"))?;
    let schema: u32 = row.get(4)?;
    if schema > append::SCHEMA {
        return Err(corrupt(position, format!("its schema {schema} is of a newer version")).into());
    }
    let body = row.get_ref(5)?.as_bytes().map_err(|_| corrupt(position, "the body is not text"))?;
    let event: baton_model::Event = serde_json::from_slice(body).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Data => "the body is not an event that this version knows",
            _ => "the body is not JSON",
        };
        corrupt(position, format!("{what} (column {})", error.column()))
    })?;
    if row.get_ref(3)?.as_str().ok() != Some(event.kind()) {
        return Err(corrupt(position, "type and body disagree").into());
    }
    Ok(Recorded { position, at: Timestamp::from_millis(row.get(1)?), stream, event })
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::Arc};

    use baton_model::{ConversationId, Event, IdSource};

    use super::*;

    const AT: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn events(from: u64, count: u64, conversation: ConversationId) -> Vec<Recorded> {
        (from..from + count)
            .map(|position| Recorded {
                position,
                at: AT,
                stream: Stream::Conversation(conversation),
                event: Event::CustomerConnected { conversation },
            })
            .collect()
    }

    struct World {
        dir: tempfile::TempDir,
        store: Arc<SqliteStore>,
        partition: WorkspaceId,
        conversation: ConversationId,
        epoch: u64,
    }

    impl World {
        /// A store with three events in one stream.
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let store = SqliteStore::open(dir.path()).unwrap();
            let mut ids = IdSource::new(AT, 1);
            let (partition, conversation) = (ids.draw(), ids.draw());
            let epoch = store.claim(partition, "test").unwrap().epoch;
            let world = Self { dir, store, partition, conversation, epoch };
            world.append(0, events(1, 3, conversation)).unwrap();
            world
        }

        fn append(&self, expected_head: u64, events: Vec<Recorded>) -> Result<u64, JournalError> {
            self.store.append(&[Append { partition: self.partition, epoch: self.epoch, expected_head, events }])?.remove(0)
        }

        /// Changes the file behind the store's back.
        fn damage(&self, sql: &str) {
            let changed = rusqlite::Connection::open(self.dir.path().join("baton.db")).unwrap().execute(sql, []).unwrap();
            assert_eq!(changed, 1);
        }
    }

    #[test]
    fn a_reopened_store_has_everything_and_the_next_epoch() {
        let World { dir, store, partition, conversation, epoch } = World::new();
        store.save_snapshot(partition, &Snapshot { position: 2, format: 1, body: b"{}".to_vec() }).unwrap();
        drop(store);
        let store = SqliteStore::open(dir.path()).unwrap();
        assert_eq!(store.claim(partition, "next").unwrap(), Lease { epoch: epoch + 1, head: 3 });
        assert_eq!(store.read(partition, 0, 10).unwrap(), events(1, 3, conversation));
        assert_eq!(store.read_stream(partition, Stream::Conversation(conversation)).unwrap().len(), 3);
        assert_eq!(store.load_snapshot(partition).unwrap().unwrap().position, 2);
    }

    #[test]
    fn a_copy_taken_while_it_runs_has_everything_acknowledged() {
        // What a killed process leaves: the files as they are, the log not folded in.
        let world = World::new();
        let copy = tempfile::tempdir().unwrap();
        for name in ["baton.db", "baton.db-wal"] {
            std::fs::copy(world.dir.path().join(name), copy.path().join(name)).unwrap();
        }
        let store = SqliteStore::open(copy.path()).unwrap();
        assert_eq!(store.read(world.partition, 0, 10).unwrap(), events(1, 3, world.conversation));
    }

    #[test]
    fn a_damaged_body_names_its_position() {
        for (sql, words) in [
            ("UPDATE event SET body = '{\"type\":' WHERE pos = 2", "not JSON"),
            ("UPDATE event SET body = '{\"type\":\"dance\"}' WHERE pos = 2", "not an event"),
            ("UPDATE event SET type = 'turn_added' WHERE pos = 2", "disagree"),
            ("UPDATE event SET stream = x'07' WHERE pos = 2", "stream"),
            ("UPDATE event SET schema = 99 WHERE pos = 2", "newer version"),
            ("DELETE FROM event WHERE pos = 2", "missing"),
        ] {
            let world = World::new();
            world.damage(sql);
            for read in [
                world.store.read(world.partition, 0, 10),
                world.store.read_stream(world.partition, Stream::Conversation(world.conversation)),
            ] {
                let Err(JournalError::Corrupt { position: 2, detail }) = read else { panic!("{sql}: {read:?}") };
                assert!(detail.contains(words), "{sql}: {detail}");
            }
        }
    }

    #[test]
    fn a_broken_chain_is_noticed() {
        let world = World::new();
        world.damage("UPDATE event SET prev_pos = 0 WHERE pos = 3");
        let read = world.store.read_stream(world.partition, Stream::Conversation(world.conversation));
        assert!(matches!(read, Err(JournalError::Corrupt { .. })), "{read:?}");
    }

    #[test]
    fn after_a_failed_write_nothing_is_written_again() {
        let world = World::new();
        let pages: i64 =
            world.store.writer.write(|tx| tx.query_row("PRAGMA max_page_count = 1", [], |row| row.get(0))).unwrap();
        assert!(pages > 0, "the limit is the present size");
        let full = world.append(3, events(4, 5000, world.conversation));
        assert!(matches!(full, Err(JournalError::Storage(_))), "{full:?}");
        let later = world.append(3, events(4, 1, world.conversation));
        let Err(JournalError::Storage(cause)) = later else { panic!("{later:?}") };
        assert!(cause.to_string().contains("full"), "the first cause is kept: {cause}");
        assert!(matches!(world.store.claim(world.partition, "x"), Err(JournalError::Storage(_))));
        assert_eq!(world.store.read(world.partition, 0, 9999).unwrap().len(), 3, "what was acknowledged can be read");
    }

    #[test]
    fn only_the_journal_counts_not_a_damaged_snapshot() {
        let world = World::new();
        world.store.save_snapshot(world.partition, &Snapshot { position: 3, format: 1, body: vec![7; 100] }).unwrap();
        let file = std::fs::read_dir(world.dir.path().join("snapshots")).unwrap().next().unwrap().unwrap().path();
        let damage = |path: &Path| {
            let mut bytes = std::fs::read(path).unwrap();
            *bytes.last_mut().unwrap() ^= 1;
            std::fs::write(path, bytes).unwrap();
        };
        damage(&file);
        assert_eq!(world.store.load_snapshot(world.partition).unwrap(), None);
        std::fs::write(&file, b"short").unwrap();
        assert_eq!(world.store.load_snapshot(world.partition).unwrap(), None);
        world.store.save_snapshot(world.partition, &Snapshot { position: 1, format: 1, body: vec![] }).unwrap();
        assert_eq!(world.store.load_snapshot(world.partition).unwrap().unwrap().position, 1, "a damaged one gives way");
    }
}
