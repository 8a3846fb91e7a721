//! Snapshots as files: a header with a checksum, then the body. Replaced whole, so that a crash leaves the old or the new.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use baton_model::WorkspaceId;
use baton_ports::Snapshot;
use sha2::{Digest, Sha256};

const MAGIC: &[u8; 8] = b"batsnap1";
/// Magic, position, format, checksum.
const HEADER: usize = 8 + 8 + 4 + 32;

#[derive(Debug)]
pub(super) struct Snapshots {
    dir: PathBuf,
    /// One save at a time.
    saving: Mutex<()>,
}

impl Snapshots {
    pub(super) fn open(dir: PathBuf) -> io::Result<Self> {
        std::fs::create_dir_all(&dir)?;
        Ok(Self { dir, saving: Mutex::default() })
    }

    fn path(&self, partition: WorkspaceId) -> PathBuf {
        self.dir.join(format!("{partition}.snapshot"))
    }

    pub(super) fn save(&self, partition: WorkspaceId, snapshot: &Snapshot) -> io::Result<()> {
        let _saving = self.saving.lock().unwrap_or_else(PoisonError::into_inner);
        if self.load(partition)?.is_some_and(|stored| stored.position > snapshot.position) {
            return Ok(());
        }
        let path = self.path(partition);
        let partial = path.with_extension("partial");
        let mut file = File::create(&partial)?;
        file.write_all(&header(snapshot))?;
        file.write_all(&snapshot.body)?;
        file.sync_all()?;
        drop(file);
        std::fs::rename(&partial, &path)?;
        File::open(&self.dir)?.sync_all()
    }

    /// None when there is none that can be used.
    pub(super) fn load(&self, partition: WorkspaceId) -> io::Result<Option<Snapshot>> {
        let path = self.path(partition);
        let mut bytes = Vec::new();
        match File::open(&path) {
            Ok(mut file) => file.read_to_end(&mut bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let snapshot = parse(&bytes);
        if snapshot.is_none() {
            warn_damaged(&path);
        }
        Ok(snapshot)
    }
}

fn warn_damaged(path: &Path) {
    tracing::warn!(path = %path.display(), "a damaged snapshot is ignored; the journal is replayed instead");
}

fn header(snapshot: &Snapshot) -> Vec<u8> {
    let mut header = Vec::with_capacity(HEADER);
    header.extend_from_slice(MAGIC);
    header.extend_from_slice(&snapshot.position.to_le_bytes());
    header.extend_from_slice(&snapshot.format.to_le_bytes());
    header.extend_from_slice(&checksum(&header[8..], &snapshot.body));
    header
}

fn checksum(numbers: &[u8], body: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(numbers).chain_update(body).finalize().into()
}

fn parse(bytes: &[u8]) -> Option<Snapshot> {
    let (header, body) = bytes.split_at_checked(HEADER)?;
    let (magic, rest) = header.split_at(8);
    let (numbers, sum) = rest.split_at(12);
    if magic != MAGIC || sum != checksum(numbers, body) {
        return None;
    }
    Some(Snapshot {
        position: u64::from_le_bytes(numbers[..8].try_into().ok()?),
        format: u32::from_le_bytes(numbers[8..].try_into().ok()?),
        body: body.to_vec(),
    })
}
