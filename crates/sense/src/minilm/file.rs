//! The encoder's own file: numbers little-endian, one block after the other, in the order of the layers.

#[derive(Debug, Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn numbers(&mut self, numbers: &[f32]) {
        self.0.extend(numbers.iter().flat_map(|n| n.to_le_bytes()));
    }

    pub(super) fn bytes(&mut self, bytes: &[i8]) {
        self.0.extend(bytes.iter().map(|b| *b as u8));
    }
}

#[derive(Debug)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl Reader<'_> {
    pub(super) fn numbers(&mut self, count: usize) -> Option<Vec<f32>> {
        let (head, rest) = self.0.split_at_checked(4 * count)?;
        self.0 = rest;
        Some(head.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect())
    }

    pub(super) fn bytes(&mut self, count: usize) -> Option<Vec<i8>> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head.iter().map(|b| *b as i8).collect())
    }
}
