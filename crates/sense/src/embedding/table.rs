//! The static table: a row of 4-bit numbers and a scale for each piece.
//!
//! A file is the mark, the number of rows (u32, little-endian), a scale a row (f32, little-endian), and 64 bytes a row:
//! byte i holds component i in its low half and component i + 64 in its high half, both plus 8.

use baton_model::Embedding;

const MARK: &[u8; 8] = b"BATONE\x01\0";
const HALF: usize = Embedding::DIMENSIONS / 2;
/// The numbers are -7 to 7.
const LARGEST: f32 = 7.0;

#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    scales: &'a [[u8; 4]],
    rows: &'a [[u8; HALF]],
}

impl<'a> Table<'a> {
    /// `None` where the bytes are not a table.
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MARK)?;
        let (count, rest) = rest.split_first_chunk()?;
        let (scales, rows) = rest.split_at_checked(4 * u32::from_le_bytes(*count) as usize)?;
        let ((scales, []), (rows, [])) = (scales.as_chunks(), rows.as_chunks()) else { return None };
        (scales.len() == rows.len()).then_some(Self { scales, rows })
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The bytes of a table with these rows: each is rounded with the scale, of a few, that loses least.
    pub fn encode(rows: &[[f32; Embedding::DIMENSIONS]]) -> Vec<u8> {
        let mut out = MARK.to_vec();
        out.extend((rows.len() as u32).to_le_bytes());
        let scales: Vec<f32> = rows.iter().map(best_scale).collect();
        out.extend(scales.iter().flat_map(|s| s.to_le_bytes()));
        for (row, scale) in rows.iter().zip(scales) {
            let nibble = |v: f32| (round(v, scale) as i8 + 8) as u8;
            out.extend((0..HALF).map(|i| nibble(row[i]) | nibble(row[i + HALF]) << 4));
        }
        out
    }

    /// Adds a row to `sum`.
    pub fn add(&self, row: u16, sum: &mut [f32; Embedding::DIMENSIONS]) {
        let (scale, row) = (f32::from_le_bytes(self.scales[usize::from(row)]), &self.rows[usize::from(row)]);
        let (low, high) = sum.split_at_mut(HALF);
        for ((low, high), byte) in low.iter_mut().zip(high).zip(row) {
            *low += scale * f32::from((byte & 15) as i8 - 8);
            *high += scale * f32::from((byte >> 4) as i8 - 8);
        }
    }
}

fn round(value: f32, scale: f32) -> f32 {
    if scale > 0.0 { (value / scale).round().clamp(-LARGEST, LARGEST) } else { 0.0 }
}

fn best_scale(row: &[f32; Embedding::DIMENSIONS]) -> f32 {
    let largest = row.iter().fold(0.0_f32, |max, v| max.max(v.abs()));
    let loss = |scale: f32| row.iter().map(|v| (f64::from(*v) - f64::from(scale * round(*v, scale))).powi(2)).sum::<f64>();
    // Clipping the largest components lets the many small ones keep their difference.
    let candidates = (0..20).map(|i| largest / LARGEST * (1.0 - 0.03 * i as f32));
    candidates.min_by(|a, b| loss(*a).total_cmp(&loss(*b))).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_survives_up_to_a_step() {
        let mut row = [0.0; Embedding::DIMENSIONS];
        for (i, v) in row.iter_mut().enumerate() {
            *v = ((i * 37 % 128) as f32 - 64.0) / 64.0;
        }
        let bytes = Table::encode(&[[0.0; Embedding::DIMENSIONS], row]);
        let table = Table::new(&bytes).expect("a table");
        let mut sum = [0.0; Embedding::DIMENSIONS];
        table.add(0, &mut sum);
        assert_eq!(sum, [0.0; Embedding::DIMENSIONS]);
        table.add(1, &mut sum);
        for (a, b) in row.iter().zip(sum) {
            assert!((a - b).abs() < 0.15, "{a} {b}");
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        let bytes = Table::encode(&[[1.0; Embedding::DIMENSIONS]; 3]);
        assert!(Table::new(&bytes).is_some());
        for bad in [&bytes[..bytes.len() - 1], &bytes[1..], b"", &[bytes.clone(), vec![0]].concat()] {
            assert!(Table::new(bad).is_none());
        }
    }
}
