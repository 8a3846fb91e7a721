//! How long this disk takes for one small durable write: what every durability figure is compared with.

use std::{
    fs::OpenOptions,
    io::{self, Seek, SeekFrom, Write},
    path::Path,
    time::{Duration, Instant},
};

/// Overwrites 4 KiB and syncs the data, `count` times, in a file that is removed afterwards.
#[expect(clippy::disallowed_methods, reason = "a measurement of the disk, not a decision")]
pub fn fsync_probe(dir: &Path, count: usize) -> io::Result<Vec<Duration>> {
    let path = dir.join(".fsync-probe");
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(&path)?;
    let block = [0x5a; 4096];
    file.write_all(&block)?;
    file.sync_all()?;
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let start = Instant::now();
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&block)?;
        file.sync_data()?;
        times.push(start.elapsed());
    }
    drop(file);
    std::fs::remove_file(path)?;
    Ok(times)
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_measures_and_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let times = super::fsync_probe(dir.path(), 5).unwrap();
        assert_eq!(times.len(), 5);
        assert!(times.iter().all(|t| !t.is_zero()));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
