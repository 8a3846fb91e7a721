//! Appends inside the writer's transaction: compare, set, chain.

use std::collections::BTreeMap;

use baton_model::{Recorded, Stream, WorkspaceId};
use baton_ports::{Append, JournalError};
use rusqlite::{OptionalExtension, Transaction};

/// `id = num << POSITION_BITS | pos`: a trillion events for each of eight million workspaces.
const POSITION_BITS: u32 = 40;
/// Shape of the stored body. Grows when reading needs to know.
pub(super) const SCHEMA: u32 = 1;

pub(super) type AppendAnswers = Vec<Result<u64, JournalError>>;

/// An append made ready in the caller's thread, so that the writer only binds and steps.
pub(super) struct Encoded {
    partition: [u8; 16],
    epoch: u64,
    expected_head: u64,
    rows: Vec<Row>,
    /// The first position that does not continue, and what it should be.
    gap: Option<(u64, u64)>,
}

struct Row {
    pos: u64,
    stream: Vec<u8>,
    kind: &'static str,
    at: i64,
    body: String,
}

impl Encoded {
    pub(super) fn new(append: &Append) -> Result<Self, serde_json::Error> {
        let continues = append.expected_head + 1..;
        let gap = append.events.iter().zip(continues).find(|(r, pos)| r.position != *pos).map(|(r, pos)| (pos, r.position));
        Ok(Self {
            partition: partition_key(append.partition),
            epoch: append.epoch,
            expected_head: append.expected_head,
            rows: append.events.iter().map(Row::new).collect::<Result<_, _>>()?,
            gap,
        })
    }
}

impl Row {
    fn new(recorded: &Recorded) -> Result<Self, serde_json::Error> {
        Ok(Self {
            pos: recorded.position,
            stream: stream_key(recorded.stream),
            kind: recorded.event.kind(),
            at: recorded.at.millis(),
            body: serde_json::to_string(&recorded.event)?,
        })
    }
}

pub(super) fn partition_key(partition: WorkspaceId) -> [u8; 16] {
    *partition.uuid().as_bytes()
}

/// A tag and the id's bytes.
pub(super) fn stream_key(stream: Stream) -> Vec<u8> {
    let tagged = |tag: u8, id: uuid::Uuid| [&[tag], id.as_bytes().as_slice()].concat();
    match stream {
        Stream::Workspace => vec![0],
        Stream::Conversation(id) => tagged(1, id.uuid()),
        Stream::Human(id) => tagged(2, id.uuid()),
    }
}

pub(super) fn stream_of(key: &[u8]) -> Option<Stream> {
    let id = |bytes: &[u8]| uuid::Uuid::from_slice(bytes).ok();
    match key {
        [0] => Some(Stream::Workspace),
        [1, bytes @ ..] => id(bytes).map(|id| Stream::Conversation(id.into())),
        [2, bytes @ ..] => id(bytes).map(|id| Stream::Human(id.into())),
        _ => None,
    }
}

pub(super) fn row_id(num: i64, pos: u64) -> i64 {
    num << POSITION_BITS | i64::try_from(pos).unwrap_or(i64::MAX) & ((1 << POSITION_BITS) - 1)
}

pub(super) fn position_of(row_id: i64) -> u64 {
    (row_id & ((1 << POSITION_BITS) - 1)).unsigned_abs()
}

struct Partition {
    num: i64,
    epoch: u64,
    /// As stored, for the compare-and-set.
    stored: u64,
    head: u64,
}

struct Chain {
    version: u64,
    last_pos: u64,
}

/// Heads that this transaction has moved; written once, in the order of their keys, so that pages are touched once.
#[derive(Default)]
pub(super) struct Heads {
    partitions: BTreeMap<[u8; 16], Option<Partition>>,
    chains: BTreeMap<(i64, Vec<u8>), Chain>,
}

impl Heads {
    pub(super) fn append(&mut self, tx: &Transaction<'_>, batch: Vec<Encoded>) -> rusqlite::Result<AppendAnswers> {
        batch.into_iter().map(|one| self.append_one(tx, one)).collect()
    }

    fn append_one(&mut self, tx: &Transaction<'_>, append: Encoded) -> rusqlite::Result<Result<u64, JournalError>> {
        let partition = match self.partitions.entry(append.partition) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(unknown) => unknown.insert(load_partition(tx, &append.partition)?),
        };
        let Some(partition) = partition.as_mut().filter(|p| p.epoch == append.epoch) else {
            return Ok(Err(JournalError::Fenced));
        };
        if partition.head != append.expected_head {
            return Ok(Err(JournalError::HeadMoved));
        }
        if let Some((expected, got)) = append.gap {
            return Ok(Err(JournalError::NotDense { expected, got }));
        }
        let mut insert = tx.prepare_cached(
            "INSERT INTO event (id, stream, version, prev_pos, type, schema, ts, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        for row in append.rows {
            let key = (partition.num, row.stream);
            let chain = match self.chains.get_mut(&key) {
                Some(chain) => chain,
                None => {
                    let chain = load_chain(tx, &key)?;
                    self.chains.entry(key.clone()).or_insert(chain)
                }
            };
            chain.version += 1;
            insert.execute((
                row_id(partition.num, row.pos),
                &key.1,
                chain.version,
                chain.last_pos,
                row.kind,
                SCHEMA,
                row.at,
                row.body,
            ))?;
            chain.last_pos = row.pos;
            partition.head = row.pos;
        }
        Ok(Ok(partition.head))
    }

    /// Writes what has moved and forgets everything: what runs next may change it.
    pub(super) fn flush(&mut self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        let mut set = tx.prepare_cached("UPDATE partition SET head = ?1 WHERE num = ?2 AND epoch = ?3 AND head = ?4")?;
        for partition in std::mem::take(&mut self.partitions).into_values().flatten().filter(|p| p.head != p.stored) {
            let moved = set.execute((partition.head, partition.num, partition.epoch, partition.stored))?;
            if moved != 1 {
                // Somebody else writes this file in spite of the lock.
                return Err(rusqlite::Error::StatementChangedRows(moved));
            }
        }
        let mut put = tx.prepare_cached(
            "INSERT INTO head (partition, stream, version, last_pos) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (partition, stream) DO UPDATE SET version = excluded.version, last_pos = excluded.last_pos",
        )?;
        for ((num, stream), chain) in std::mem::take(&mut self.chains) {
            put.execute((num, stream, chain.version, chain.last_pos))?;
        }
        Ok(())
    }
}

fn load_partition(tx: &Transaction<'_>, id: &[u8; 16]) -> rusqlite::Result<Option<Partition>> {
    tx.prepare_cached("SELECT num, epoch, head FROM partition WHERE id = ?1")?
        .query_row([id], |row| {
            let head = row.get(2)?;
            Ok(Partition { num: row.get(0)?, epoch: row.get(1)?, stored: head, head })
        })
        .optional()
}

fn load_chain(tx: &Transaction<'_>, (num, stream): &(i64, Vec<u8>)) -> rusqlite::Result<Chain> {
    let chain = tx
        .prepare_cached("SELECT version, last_pos FROM head WHERE partition = ?1 AND stream = ?2")?
        .query_row((num, stream), |row| Ok(Chain { version: row.get(0)?, last_pos: row.get(1)? }))
        .optional()?;
    Ok(chain.unwrap_or(Chain { version: 0, last_pos: 0 }))
}

#[cfg(test)]
mod tests {
    use baton_model::{ConversationId, HumanAgentId, IdSource, Timestamp};

    use super::*;

    #[test]
    fn keys_round_trip() {
        let mut ids = IdSource::new(Timestamp::from_millis(1), 1);
        let (conversation, human): (ConversationId, HumanAgentId) = (ids.draw(), ids.draw());
        for stream in [Stream::Workspace, Stream::Conversation(conversation), Stream::Human(human)] {
            assert_eq!(stream_of(&stream_key(stream)), Some(stream));
        }
        assert_eq!(stream_of(&[]), None);
        assert_eq!(stream_of(&[1, 2, 3]), None);
        assert_eq!(stream_of(&[9]), None);
        assert_eq!(position_of(row_id(3, 77)), 77);
        assert!(row_id(3, (1 << POSITION_BITS) - 1) < row_id(4, 1));
    }
}
