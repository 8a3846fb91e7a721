//! Matrices of the encoder: plain, as published, or with 8-bit rows.

use pulp::{Arch, NullaryFnOnce};

use super::{
    file::{Reader, Writer},
    math::dot,
};

/// A matrix with a bias, `rows` outputs of `width` inputs.
pub trait Matrix: Sized {
    fn new(width: usize, weights: Vec<f32>, bias: Vec<f32>) -> Self;

    /// For each input row of `width`, an output row.
    fn apply(&self, input: &[f32], out: &mut Vec<f32>);

    /// Adds a row of the matrix itself to `out`: a look-up.
    fn add_row(&self, row: usize, out: &mut [f32]);
}

/// As published.
#[derive(Debug)]
pub struct Plain {
    width: usize,
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Matrix for Plain {
    fn new(width: usize, weights: Vec<f32>, bias: Vec<f32>) -> Self {
        Self { width, weights, bias }
    }

    fn apply(&self, input: &[f32], out: &mut Vec<f32>) {
        out.clear();
        for row in input.chunks_exact(self.width) {
            out.extend(self.weights.chunks_exact(self.width).zip(&self.bias).map(|(w, b)| dot(w, row) + b));
        }
    }

    fn add_row(&self, row: usize, out: &mut [f32]) {
        for (o, w) in out.iter_mut().zip(&self.weights[row * self.width..]) {
            *o += w;
        }
    }
}

/// Rows of -127..=127 with a scale each. Inputs are rounded row by row to 14 bits: the multiplier takes 16, so that nearly
/// all error is the weights'. Sums are exact integers, the same on every CPU.
#[derive(Debug)]
pub struct Quantised {
    width: usize,
    weights: Vec<i8>,
    scales: Vec<f32>,
    bias: Vec<f32>,
}

/// Of a weight, and of an input: `WIDEST` products of both fit into 31 bits.
const LARGEST_WEIGHT: f32 = 127.0;
const LARGEST_INPUT: f32 = 8191.0;
pub(super) const WIDEST: usize = 2048;

/// Rows of inputs that share one pass over a row of weights.
const TOGETHER: usize = 4;

impl Matrix for Quantised {
    fn new(width: usize, weights: Vec<f32>, bias: Vec<f32>) -> Self {
        assert!(width <= WIDEST && width.is_multiple_of(16), "sums of wider rows could overflow; rows come in sixteens");
        let mut out = Self { width, weights: Vec::with_capacity(weights.len()), scales: Vec::new(), bias };
        for row in weights.chunks_exact(width) {
            let scale = largest(row) / LARGEST_WEIGHT;
            out.scales.push(scale);
            out.weights.extend(row.iter().map(|w| if scale > 0.0 { (w / scale).round() as i8 } else { 0 }));
        }
        out
    }

    fn apply(&self, input: &[f32], out: &mut Vec<f32>) {
        let count = input.len() / self.width;
        let mut rounded = Vec::with_capacity(input.len());
        let scales: Vec<f32> = input
            .chunks_exact(self.width)
            .map(|row| {
                let scale = largest(row) / LARGEST_INPUT;
                let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
                rounded.extend(row.iter().map(|v| (v * inverse) as i16));
                scale
            })
            .collect();
        out.clear();
        out.resize(count * self.scales.len(), 0.0);
        match Arch::new() {
            #[cfg(target_arch = "x86_64")]
            Arch::V3(lanes) => lanes.vectorize(Product { matrix: self, input: &rounded, scales: &scales, out, lanes }),
            _ => Product { matrix: self, input: &rounded, scales: &scales, out, lanes: Portable }.call(),
        }
    }

    fn add_row(&self, row: usize, out: &mut [f32]) {
        for (o, w) in out.iter_mut().zip(&self.weights[row * self.width..]) {
            *o += f32::from(*w) * self.scales[row];
        }
    }
}

fn largest(row: &[f32]) -> f32 {
    row.iter().fold(0.0_f32, |max, v| if v.abs() > max { v.abs() } else { max })
}

/// Compiled for each kind of CPU; the best one that is there is chosen at run time.
struct Product<'a, L> {
    matrix: &'a Quantised,
    input: &'a [i16],
    /// Of the inputs.
    scales: &'a [f32],
    out: &'a mut [f32],
    lanes: L,
}

impl<L: Lanes> NullaryFnOnce for Product<'_, L> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (width, height) = (self.matrix.width, self.matrix.scales.len());
        let mut wide = [0_i16; WIDEST];
        let wide = &mut wide[..width];
        for (n, row) in self.matrix.weights.chunks_exact(width).enumerate() {
            for (wide, narrow) in wide.iter_mut().zip(row) {
                *wide = i16::from(*narrow);
            }
            let (scale, bias) = (self.matrix.scales[n], self.matrix.bias.get(n).copied().unwrap_or(0.0));
            let mut t = 0;
            let mut put = |sums: &[i32]| {
                for sum in sums {
                    self.out[t * height + n] = *sum as f32 * (scale * self.scales[t]) + bias;
                    t += 1;
                }
            };
            let mut blocks = self.input.chunks_exact(TOGETHER * width);
            for block in &mut blocks {
                put(&sums::<L, TOGETHER>(self.lanes, wide, block));
            }
            let rest = blocks.remainder();
            match rest.len() / width {
                0 => {}
                1 => put(&sums::<L, 1>(self.lanes, wide, rest)),
                2 => put(&sums::<L, 2>(self.lanes, wide, rest)),
                _ => put(&sums::<L, 3>(self.lanes, wide, rest)),
            }
        }
    }
}

/// The products of one row with `N` inputs.
#[inline(always)]
fn sums<L: Lanes, const N: usize>(lanes: L, row: &[i16], inputs: &[i16]) -> [i32; N] {
    let row = row.as_chunks().0;
    let inputs: [&[[i16; 16]]; N] = std::array::from_fn(|i| &inputs.as_chunks().0[i * row.len()..][..row.len()]);
    let mut sums = [lanes.zero(); N];
    for (k, weights) in row.iter().enumerate() {
        for i in 0..N {
            sums[i] = lanes.add(sums[i], weights, &inputs[i][k]);
        }
    }
    sums.map(|sum| lanes.total(sum))
}

/// Sixteen products at a time.
trait Lanes: Copy {
    type Sum: Copy;

    fn zero(self) -> Self::Sum;

    fn add(self, sum: Self::Sum, a: &[i16; 16], b: &[i16; 16]) -> Self::Sum;

    fn total(self, sum: Self::Sum) -> i32;
}

#[derive(Clone, Copy)]
struct Portable;

impl Lanes for Portable {
    type Sum = [i32; 8];

    #[inline(always)]
    fn zero(self) -> Self::Sum {
        [0; 8]
    }

    #[inline(always)]
    fn add(self, mut sum: Self::Sum, a: &[i16; 16], b: &[i16; 16]) -> Self::Sum {
        for i in 0..8 {
            sum[i] += i32::from(a[2 * i]) * i32::from(b[2 * i]) + i32::from(a[2 * i + 1]) * i32::from(b[2 * i + 1]);
        }
        sum
    }

    #[inline(always)]
    fn total(self, sum: Self::Sum) -> i32 {
        sum.iter().sum()
    }
}

#[cfg(target_arch = "x86_64")]
impl Lanes for pulp::x86::V3 {
    type Sum = std::arch::x86_64::__m256i;

    #[inline(always)]
    fn zero(self) -> Self::Sum {
        self.avx._mm256_setzero_si256()
    }

    #[inline(always)]
    fn add(self, sum: Self::Sum, a: &[i16; 16], b: &[i16; 16]) -> Self::Sum {
        self.avx2._mm256_add_epi32(sum, self.avx2._mm256_madd_epi16(pulp::cast(*a), pulp::cast(*b)))
    }

    #[inline(always)]
    fn total(self, sum: Self::Sum) -> i32 {
        pulp::cast::<_, [i32; 8]>(sum).iter().sum()
    }
}

impl Quantised {
    pub(super) fn write(&self, to: &mut Writer) {
        to.numbers(&self.scales);
        to.numbers(&self.bias);
        to.bytes(&self.weights);
    }

    /// Of known size.
    pub(super) fn read(width: usize, height: usize, bias: bool, from: &mut Reader<'_>) -> Option<Self> {
        let scales = from.numbers(height)?;
        let bias = from.numbers(if bias { height } else { 0 })?;
        Some(Self { width, weights: from.bytes(width * height)?, scales, bias })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn eight_bits_say_what_the_plain_matrix_says() {
        let (width, height) = (96, 40);
        for rows in [1, 3, 4, 9] {
            let (weights, bias, input) = (noise(width * height, 1), noise(height, 2), noise(width * rows, 3));
            let (mut plain, mut eight) = (Vec::new(), Vec::new());
            Plain::new(width, weights.clone(), bias.clone()).apply(&input, &mut plain);
            Quantised::new(width, weights, bias).apply(&input, &mut eight);
            let error: f32 = plain.iter().zip(&eight).map(|(a, b)| (a - b).powi(2)).sum();
            let size: f32 = plain.iter().map(|a| a * a).sum();
            assert!(error / size < 1e-4, "{rows} rows: {error} of {size}");
        }
    }

    #[test]
    fn every_kind_of_cpu_has_the_same_sums() {
        let (width, rows) = (96, 7);
        let matrix = Quantised::new(width, noise(width * 5, 4), noise(5, 5));
        let input: Vec<i16> = (0..width * rows).map(|i| (i * 7919 % 16_383) as i16 - 8191).collect();
        let scales = vec![1.0; rows];
        let mut portable = vec![0.0; rows * 5];
        Product { matrix: &matrix, input: &input, scales: &scales, out: &mut portable, lanes: Portable }.call();
        for (t, row) in input.chunks_exact(width).enumerate() {
            for (n, weights) in matrix.weights.chunks_exact(width).enumerate() {
                let sum: i32 = weights.iter().zip(row).map(|(w, v)| i32::from(*w) * i32::from(*v)).sum();
                assert_eq!(portable[t * 5 + n], sum as f32 * matrix.scales[n] + matrix.bias[n]);
            }
        }
        #[cfg(target_arch = "x86_64")]
        if let Arch::V3(lanes) = Arch::new() {
            let mut wide = vec![0.0; rows * 5];
            lanes.vectorize(Product { matrix: &matrix, input: &input, scales: &scales, out: &mut wide, lanes });
            assert_eq!(wide, portable);
        }
    }

    #[test]
    fn the_largest_sum_does_not_overflow() {
        let mut out = Vec::new();
        Quantised::new(WIDEST, vec![1.0; WIDEST], vec![0.0]).apply(&[1.0; WIDEST], &mut out);
        assert!((out[0] / WIDEST as f32 - 1.0).abs() < 1e-4, "{out:?}");
    }
}
