//! From a sentence encoder to a table: each piece gets a row, and a text is the sum of its pieces' rows.
//!
//! 1. The main directions of the sentences' vectors: what is kept of the encoder's space.
//! 2. A row starts as the piece's own vector in these directions, weighted by how rare the piece is (SIF; Arora et al.,
//!    2017).
//! 3. The rows are refined by ridge regression, so that the sum points where the encoder points; solved by conjugate
//!    gradients on the sparse counts.
//!
//! Sums are in f64 and in a fixed order.

use baton_model::Embedding;

use crate::Progress;

const KEPT: usize = Embedding::DIMENSIONS;
const SUBSPACE_STEPS: usize = 30;

#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    /// SIF's a: pieces of this frequency have half of the full weight.
    pub(super) rare: f64,
    pub(super) ridge: f64,
    /// The length of a text's sum changes with the rows: the regression is repeated with the new lengths.
    pub(super) rounds: usize,
    /// Of the conjugate gradients.
    pub(super) steps: usize,
}

/// Read off the accuracy of the nearest text on CLINC150's development part and on an eighth of BANKING77's training part,
/// whose texts are in the corpus too, without their labels. The curves are flat.
pub(super) const SHIPPED: Settings = Settings { rare: 1e-3, ridge: 1.0, rounds: 2, steps: 20 };

/// What is to be matched.
#[derive(Debug)]
pub(super) struct Examples<'a> {
    /// Of each sentence.
    pub(super) pieces: &'a [Vec<u16>],
    /// Of each sentence, one after the other: vectors of `width` numbers and length 1.
    pub(super) targets: &'a [f32],
    /// Of each piece of the vocabulary, alone.
    pub(super) alone: &'a [f32],
    pub(super) width: usize,
}

/// The rows of all pieces.
pub(super) fn distil(examples: &Examples<'_>, settings: Settings, progress: &Progress) -> Vec<[f32; KEPT]> {
    let task = progress.task("finding the main directions", 1);
    let directions = main_directions(examples.targets, examples.width);
    drop(task);
    let goals = project(examples.targets, examples.width, &directions);
    let mut rows = project(examples.alone, examples.width, &directions);
    let mut counts = vec![0_usize; rows.len() / KEPT];
    examples.pieces.iter().flatten().for_each(|piece| counts[usize::from(*piece)] += 1);
    let total = counts.iter().sum::<usize>().max(1) as f64;
    for (row, count) in rows.chunks_exact_mut(KEPT).zip(&counts) {
        let weight = settings.rare / (settings.rare + *count as f64 / total);
        row.iter_mut().for_each(|v| *v *= weight);
    }
    let task = progress.task("refining the table", settings.rounds * settings.steps);
    for _ in 0..settings.rounds {
        let scales = lengths(examples.pieces, &rows);
        rows = refine(examples.pieces, &scales, &goals, &rows, settings, &|| task.step(1));
    }
    rows.chunks_exact(KEPT).map(|row| std::array::from_fn(|i| row[i] as f32)).collect()
}

/// 1 / the length of each sentence's sum.
fn lengths(pieces: &[Vec<u16>], rows: &[f64]) -> Vec<f64> {
    let mut sum = [0.0; KEPT];
    let inverse = |pieces: &Vec<u16>| {
        sum.fill(0.0);
        pieces.iter().for_each(|p| axpy(&mut sum, 1.0, row(rows, *p)));
        let square: f64 = sum.iter().map(|v| v * v).sum();
        if square > 0.0 { 1.0 / square.sqrt() } else { 0.0 }
    };
    pieces.iter().map(inverse).collect()
}

fn row(rows: &[f64], piece: u16) -> &[f64] {
    &rows[usize::from(piece) * KEPT..][..KEPT]
}

fn axpy(to: &mut [f64], factor: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(t, w)| *t += factor * w);
}

/// Least squares of |scale · sum of rows - goal|² + ridge · |rows - start|², each column by its own conjugate gradients
/// (Hestenes and Stiefel, 1952), with a fixed number of steps.
fn refine(
    pieces: &[Vec<u16>],
    scales: &[f64],
    goals: &[f64],
    start: &[f64],
    settings: Settings,
    step: &dyn Fn(),
) -> Vec<f64> {
    let mut rows = start.to_vec();
    // Zero where the start is already best.
    let mut residual = vec![0.0; start.len()];
    scatter(pieces, scales, &mut residual, |s, sum| {
        sum.copy_from_slice(&goals[s * KEPT..][..KEPT]);
        pieces[s].iter().for_each(|p| axpy(sum, -scales[s], row(start, *p)));
    });
    let mut direction = residual.clone();
    let mut image = vec![0.0; start.len()];
    let mut size = column_products(&residual, &residual);
    for _ in 0..settings.steps {
        image.iter_mut().zip(&direction).for_each(|(i, d)| *i = settings.ridge * d);
        scatter(pieces, scales, &mut image, |s, sum| {
            sum.fill(0.0);
            pieces[s].iter().for_each(|p| axpy(sum, scales[s], row(&direction, *p)));
        });
        let curvature = column_products(&direction, &image);
        let along: [f64; KEPT] = std::array::from_fn(|i| if curvature[i] > 0.0 { size[i] / curvature[i] } else { 0.0 });
        for (((row, residual), direction), image) in rows
            .chunks_exact_mut(KEPT)
            .zip(residual.chunks_exact_mut(KEPT))
            .zip(direction.chunks_exact(KEPT))
            .zip(image.chunks_exact(KEPT))
        {
            for i in 0..KEPT {
                row[i] += along[i] * direction[i];
                residual[i] -= along[i] * image[i];
            }
        }
        let next = column_products(&residual, &residual);
        for (direction, residual) in direction.chunks_exact_mut(KEPT).zip(residual.chunks_exact(KEPT)) {
            for i in 0..KEPT {
                direction[i] = residual[i] + if size[i] > 0.0 { next[i] / size[i] * direction[i] } else { 0.0 };
            }
        }
        size = next;
        step();
    }
    rows
}

/// Adds to the row of each piece of each sentence what `of` says of the sentence, times the sentence's scale.
fn scatter(pieces: &[Vec<u16>], scales: &[f64], to: &mut [f64], of: impl Fn(usize, &mut [f64])) {
    let mut sum = [0.0; KEPT];
    for (s, pieces) in pieces.iter().enumerate() {
        of(s, &mut sum);
        pieces.iter().for_each(|p| axpy(&mut to[usize::from(*p) * KEPT..][..KEPT], scales[s], &sum));
    }
}

fn column_products(a: &[f64], b: &[f64]) -> [f64; KEPT] {
    let mut out = [0.0; KEPT];
    for (a, b) in a.chunks_exact(KEPT).zip(b.chunks_exact(KEPT)) {
        for i in 0..KEPT {
            out[i] += a[i] * b[i];
        }
    }
    out
}

/// The `KEPT` directions along which the vectors are largest, as rows, by orthogonal iteration.
fn main_directions(vectors: &[f32], width: usize) -> Vec<f64> {
    let mut moments = vec![0.0; width * width];
    for vector in vectors.chunks_exact(width) {
        let wide: Vec<f64> = vector.iter().map(|v| f64::from(*v)).collect();
        for (row, v) in moments.chunks_exact_mut(width).zip(&wide) {
            axpy(row, *v, &wide);
        }
    }
    let mut basis = vec![0.0; KEPT * width];
    for (i, row) in basis.chunks_exact_mut(width).enumerate() {
        row[i % width] = 1.0;
    }
    for _ in 0..SUBSPACE_STEPS {
        let mut image = vec![0.0; basis.len()];
        for (to, from) in image.chunks_exact_mut(width).zip(basis.chunks_exact(width)) {
            for (row, v) in moments.chunks_exact(width).zip(from) {
                axpy(to, *v, row);
            }
        }
        orthonormalise(&mut image, width);
        basis = image;
    }
    basis
}

/// Gram-Schmidt, twice for each row against loss of digits.
fn orthonormalise(rows: &mut [f64], width: usize) {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    for n in 0..rows.len() / width {
        let (before, rest) = rows.split_at_mut(n * width);
        let row = &mut rest[..width];
        for _ in 0..2 {
            for other in before.chunks_exact(width) {
                let share = dot(row, other);
                axpy(row, -share, other);
            }
        }
        let length = dot(row, row).sqrt();
        if length > 0.0 {
            row.iter_mut().for_each(|v| *v /= length);
        }
    }
}

/// Each vector's share along each direction.
fn project(vectors: &[f32], width: usize, directions: &[f64]) -> Vec<f64> {
    let along = |vector: &[f32], direction: &[f64]| vector.iter().zip(direction).map(|(v, d)| f64::from(*v) * d).sum();
    vectors.chunks_exact(width).flat_map(|v| directions.chunks_exact(width).map(move |d| along(v, d))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sentences over 40 pieces whose targets are sums of hidden rows: the table must find them again.
    #[test]
    fn hidden_rows_are_found_again() {
        const WIDTH: usize = 144;
        let mut state = 5_u32;
        let mut next = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 8
        };
        let hidden: Vec<Vec<f32>> = (0..40)
            .map(|_| (0..WIDTH).map(|i| if i < 20 { next() as f32 / (1 << 23) as f32 - 1.0 } else { 0.0 }).collect())
            .collect();
        let pieces: Vec<Vec<u16>> = (0..400).map(|_| (0..2 + next() % 5).map(|_| (next() % 40) as u16).collect()).collect();
        let unit = |sum: Vec<f32>| {
            let length = sum.iter().map(|v| v * v).sum::<f32>().sqrt();
            sum.into_iter().map(move |v| v / length)
        };
        let sum = |pieces: &Vec<u16>| {
            (0..WIDTH).map(|i| pieces.iter().map(|p| hidden[usize::from(*p)][i]).sum()).collect::<Vec<f32>>()
        };
        let targets: Vec<f32> = pieces.iter().flat_map(|p| unit(sum(p))).collect();
        // What a piece says alone is misleading.
        let alone: Vec<f32> = hidden.iter().flat_map(|h| unit(h.iter().map(|v| v + 1.0).collect())).collect();
        let examples = Examples { pieces: &pieces, targets: &targets, alone: &alone, width: WIDTH };
        let found = distil(&examples, SHIPPED, &Progress::silent());
        let goals = project(&targets, WIDTH, &main_directions(&targets, WIDTH));
        let wide: Vec<f64> = found.iter().flatten().map(|v| f64::from(*v)).collect();
        let scales = lengths(&pieces, &wide);
        let cosines: f64 = (0..pieces.len())
            .map(|s| {
                let sum: f64 = pieces[s].iter().map(|p| column(row(&wide, *p), &goals[s * KEPT..][..KEPT])).sum();
                sum * scales[s]
            })
            .sum();
        assert!(cosines / pieces.len() as f64 > 0.97, "{}", cosines / pieces.len() as f64);
    }

    fn column(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }
}
