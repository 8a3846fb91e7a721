//! Arithmetic in an order that the source fixes, so that every CPU gives the same bits: sums go over eight lanes, and
//! functions are polynomials of additions and multiplications, not the platform's library.

/// The sum, lane by lane.
pub(super) fn sum(values: &[f32]) -> f32 {
    fold(values.iter().copied())
}

#[inline(always)]
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 8];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    for (a, b) in a.iter().zip(b) {
        for i in 0..8 {
            lanes[i] += a[i] * b[i];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    total(lanes) + rest
}

#[inline(always)]
fn fold(values: impl ExactSizeIterator<Item = f32>) -> f32 {
    let mut lanes = [0.0_f32; 8];
    for (i, value) in values.enumerate() {
        lanes[i % 8] += value;
    }
    total(lanes)
}

#[inline(always)]
fn total(l: [f32; 8]) -> f32 {
    ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]))
}

/// e^x within 2 units in the last place (the polynomial of Cephes' `expf`), for x up to 88; 0 far below.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    // Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low bits.
    const SHIFT: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * std::f32::consts::LOG2_E + SHIFT;
    let n = shifted - SHIFT;
    let r = (x - n * 0.693_359_4) - n * -2.121_944_4e-4;
    let mut p = 1.987_569_1e-4;
    for c in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        p = p * r + c;
    }
    let power = shifted.to_bits().wrapping_sub(SHIFT.to_bits()).wrapping_add(127) << 23;
    (p * r * r + r + 1.0) * f32::from_bits(power)
}

/// x Φ(x), with the error function of Abramowitz and Stegun 7.1.26 (within 1.5e-7).
#[inline(always)]
pub(super) fn gelu(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let mut p = 1.061_405_4;
    for c in [-1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6] {
        p = p * t + c;
    }
    let erf = (1.0 - p * t * exp(-z * z)).copysign(x);
    0.5 * x * (1.0 + erf)
}

/// To shares that add up to 1.
#[inline(always)]
pub(super) fn softmax(scores: &mut [f32]) {
    let largest = scores.iter().fold(f32::NEG_INFINITY, |max, v| if *v > max { *v } else { max });
    for score in scores.iter_mut() {
        *score = exp(*score - largest);
    }
    let scale = 1.0 / sum(scores);
    for score in scores {
        *score *= scale;
    }
}

/// Each row of `width` to mean 0 and variance 1, then scaled and shifted (Ba et al., 2016).
pub(super) fn normalise(rows: &mut [f32], weight: &[f32], bias: &[f32]) {
    let width = weight.len() as f32;
    for row in rows.chunks_exact_mut(weight.len()) {
        let mean = sum(row) / width;
        for v in row.iter_mut() {
            *v -= mean;
        }
        let scale = 1.0 / (dot(row, row) / width + 1e-12).sqrt();
        for ((v, w), b) in row.iter_mut().zip(weight).zip(bias) {
            *v = *v * scale * w + b;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_e_to_the_power() {
        for i in -800..800 {
            let x = i as f32 / 10.0;
            let (ours, true_) = (f64::from(exp(x)), f64::from(x).exp());
            assert!((ours / true_ - 1.0).abs() < 3e-7, "{x}: {ours} {true_}");
        }
        assert!(exp(-1e9) < 1e-37);
    }

    #[test]
    fn gelu_at_known_places() {
        // From tables of the normal distribution: x Φ(x).
        for (x, y) in [(0.0, 0.0), (1.0, 0.841_345), (-1.0, -0.158_655), (2.0, 1.954_5), (-3.0, -0.004_05), (9.0, 9.0)] {
            assert!((gelu(x) - y).abs() < 1e-5, "{x}: {}", gelu(x));
        }
    }

    #[test]
    fn sums_and_shares() {
        let values: Vec<f32> = (1..=19).map(|v| v as f32).collect();
        assert_eq!((sum(&values), dot(&values, &values)), (190.0, 2470.0));
        let mut scores = [1.0, 1.0, 1.0 + std::f32::consts::LN_2];
        softmax(&mut scores);
        for (share, expected) in scores.iter().zip([0.25, 0.25, 0.5]) {
            assert!((share - expected).abs() < 1e-6);
        }
        let mut rows = [1.0, 3.0];
        normalise(&mut rows, &[1.0, 2.0], &[0.0, 1.0]);
        assert!((rows[0] + 1.0).abs() < 1e-5 && (rows[1] - 3.0).abs() < 1e-5, "{rows:?}");
    }
}
