//! Records by number, side by side in chunks that clones share until one of them changes.

use std::sync::Arc;

/// Records of one chunk: what a change after a clone copies.
const CHUNK: usize = 64;

#[derive(Debug, Clone)]
pub(super) struct Table<T> {
    chunks: Arc<Vec<Arc<Vec<T>>>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { chunks: Arc::default() }
    }
}

impl<T: Clone> Table<T> {
    pub(super) fn get(&self, n: u32) -> Option<&T> {
        self.chunks.get(n as usize / CHUNK)?.get(n as usize % CHUNK)
    }

    pub(super) fn get_mut(&mut self, n: u32) -> Option<&mut T> {
        let chunk = Arc::make_mut(&mut self.chunks).get_mut(n as usize / CHUNK)?;
        Arc::make_mut(chunk).get_mut(n as usize % CHUNK)
    }

    /// The next number.
    pub(super) fn len(&self) -> u32 {
        let full = self.chunks.len().saturating_sub(1) * CHUNK;
        u32::try_from(full + self.chunks.last().map_or(0, |c| c.len())).unwrap_or(u32::MAX)
    }

    /// Replaces a record, or appends it where `n` is the next number.
    pub(super) fn put(&mut self, n: u32, record: T) {
        if let Some(old) = self.get_mut(n) {
            *old = record;
            return;
        }
        let chunks = Arc::make_mut(&mut self.chunks);
        match chunks.last_mut().filter(|c| c.len() < CHUNK) {
            Some(chunk) => Arc::make_mut(chunk).push(record),
            None => {
                let mut chunk = Vec::with_capacity(CHUNK);
                chunk.push(record);
                chunks.push(Arc::new(chunk));
            }
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flat_map(|c| c.iter())
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        Arc::make_mut(&mut self.chunks).iter_mut().flat_map(|c| Arc::make_mut(c).iter_mut())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_keeps_what_it_had() {
        let mut table = Table::default();
        (0..200u32).for_each(|n| table.put(n, n));
        let before = table.clone();
        table.put(70, 7);
        table.put(200, 200);
        if let Some(last) = table.get_mut(199) {
            *last = 9;
        }
        assert!(before.iter().copied().eq(0..200));
        assert_eq!([table.get(70), table.get(199), table.get(200), table.get(201)], [Some(&7), Some(&9), Some(&200), None]);
        assert_eq!((table.len(), before.len(), Table::<u8>::default().len()), (201, 200, 0));
        table.iter_mut().for_each(|n| *n += 1);
        assert_eq!((table.get(0), before.get(0)), (Some(&1), Some(&0)));
    }
}
