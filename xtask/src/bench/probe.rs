//! What the disk alone can do: a bare fdatasync, and the plainest log with group commit.

use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
    path::Path,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;

use super::load::Latencies;

/// A page overwritten in place and synced: the least that one durable write costs here.
pub(crate) fn fdatasync(dir: &Path) -> Result<Latencies> {
    const PAGE: [u8; 4096] = [7; 4096];
    const LIMIT: Duration = Duration::from_millis(1500);
    let path = dir.join("probe");
    let mut file = File::create(&path)?;
    file.write_all(&PAGE)?;
    file.sync_all()?;
    let mut seen = Latencies::default();
    let began = Instant::now();
    while began.elapsed() < LIMIT && seen.len() < 2000 {
        let at = Instant::now();
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&PAGE)?;
        file.sync_data()?;
        seen.push(at.elapsed());
    }
    std::fs::remove_file(path)?;
    Ok(seen)
}

/// Records per second of a log with group commit: `writers` threads each hand in a record of about a turn's size and wait
/// until it is durable; one thread appends whatever is queued and syncs once.
pub(crate) fn raw_log(dir: &Path, writers: usize, lasts: Duration) -> Result<f64> {
    const RECORD: [u8; 1024] = [b'x'; 1024];
    let path = dir.join("raw-log");
    let mut file = File::create(&path)?;
    let (queue, queued) = mpsc::sync_channel::<mpsc::SyncSender<()>>(writers);
    let stop = AtomicBool::new(false);
    let mut done = 0u64;
    let mut elapsed = Duration::ZERO;
    thread::scope(|scope| -> Result<()> {
        for _ in 0..writers {
            let queue = queue.clone();
            let stop = &stop;
            scope.spawn(move || {
                let (written, durable) = mpsc::sync_channel(1);
                while !stop.load(Ordering::Relaxed) && queue.send(written.clone()).is_ok() && durable.recv().is_ok() {}
            });
        }
        drop(queue);
        let began = Instant::now();
        let mut batch = Vec::with_capacity(writers);
        let mut bytes = Vec::with_capacity(writers * RECORD.len());
        while let Ok(first) = queued.recv() {
            batch.push(first);
            batch.extend(queued.try_iter());
            bytes.clear();
            batch.iter().for_each(|_| bytes.extend_from_slice(&RECORD));
            file.write_all(&bytes)?;
            file.sync_data()?;
            if began.elapsed() < lasts {
                done += batch.len() as u64;
                elapsed = began.elapsed();
            } else {
                stop.store(true, Ordering::Relaxed);
            }
            for writer in batch.drain(..) {
                // A writer that has gone needs no answer.
                let _ = writer.send(());
            }
        }
        Ok(())
    })?;
    std::fs::remove_file(path)?;
    Ok(done as f64 / elapsed.as_secs_f64().max(1e-9))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Scratch;

    #[test]
    fn the_raw_log_ends_and_counts() {
        let dir = Scratch::new("probe-test").unwrap();
        assert!(raw_log(dir.path(), 4, Duration::from_millis(100)).unwrap() > 0.0);
    }
}
