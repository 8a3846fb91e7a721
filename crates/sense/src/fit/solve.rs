//! Linear support vector machines with squared hinge loss, one per label, by dual coordinate descent (Hsieh et al., 2008:
//! "A Dual Coordinate Descent Method for Large-scale Linear SVM"), all labels side by side: a step reads and writes whole
//! rows of the weight table, so that 150 labels cost little more than one.

use super::{Options, Sample};

/// What was learnt, as floats.
#[derive(Debug)]
pub(super) struct Weights {
    /// By row of the table; 0 for what was never seen.
    pub(super) idf: Vec<u8>,
    /// Rows of `labels` weights: the table, then the components of the embedding, then the bias.
    pub(super) rows: Vec<f32>,
}

/// Of the quantised inverse document frequencies: 16 is 1.
const IDF_UNIT: f32 = 16.0;
/// 1 + ln n: what is said twice does not count twice.
const REPEATED: [f32; 8] = [1.0, 1.693, 2.099, 2.386, 2.609, 2.792, 2.946, 3.079];
pub(super) const DENSE: usize = baton_model::Embedding::DIMENSIONS;

/// One example on the scale it is scored with.
#[derive(Debug, Default)]
pub(super) struct Scaled {
    pub(super) rows: Vec<u32>,
    pub(super) values: Vec<f32>,
}

/// The rows a sample touches, each with its value; the bias last.
pub(super) fn scale(sample: &Sample, idf: &[u8], bits: u8, words: f32, dense: f32, out: &mut Scaled) {
    out.rows.clear();
    out.values.clear();
    out.rows.reserve(sample.features.len());
    out.values.reserve(sample.features.len());
    let (mut word_length, mut char_length) = (0.0f32, 0.0f32);
    for (bucket, is_word, count) in sample.features.buckets(bits) {
        let value = f32::from(idf[bucket]) / IDF_UNIT * REPEATED[usize::from(count).min(REPEATED.len()) - 1];
        if value > 0.0 {
            // The sign carries the group until its length is known.
            out.rows.push(bucket as u32);
            out.values.push(if is_word { -value } else { value });
            *(if is_word { &mut word_length } else { &mut char_length }) += value * value;
        }
    }
    let word_scale = if word_length > 0.0 { words / word_length.sqrt() } else { 0.0 };
    let char_scale = if char_length > 0.0 { 1.0 / char_length.sqrt() } else { 0.0 };
    for value in &mut out.values {
        *value *= if *value < 0.0 { -word_scale } else { char_scale };
    }
    let first = 1u32 << bits;
    if let Some(embedding) = sample.embedding.as_ref().filter(|_| dense > 0.0) {
        let components = embedding.components();
        let length = components.iter().map(|&c| f32::from(c).powi(2)).sum::<f32>().sqrt();
        for (i, &c) in components.iter().enumerate() {
            out.rows.push(first + i as u32);
            out.values.push(f32::from(c) * dense / length);
        }
    }
    out.rows.push(first + DENSE as u32);
    out.values.push(1.0);
}

/// `uses` says which examples count.
pub(super) fn solve(
    labels: usize,
    examples: &[(Sample, Vec<usize>)],
    uses: &dyn Fn(usize) -> bool,
    options: &Options,
) -> Weights {
    let used: Vec<usize> = (0..examples.len()).filter(|&i| uses(i)).collect();
    let idf = document_frequencies(examples, &used, options.bits);
    let scaled: Vec<Scaled> = used
        .iter()
        .map(|&i| {
            let mut out = Scaled::default();
            scale(&examples[i].0, &idf, options.bits, options.words, options.dense, &mut out);
            out.rows.shrink_to_fit();
            out.values.shrink_to_fit();
            out
        })
        .collect();
    let gold: Vec<&[usize]> = used.iter().map(|&i| examples[i].1.as_slice()).collect();
    let rows = descend(labels, &scaled, &gold, (1 << options.bits) + DENSE + 1, options);
    Weights { idf, rows }
}

/// Rows of `labels` weights, `height` of them.
pub(super) fn descend(labels: usize, examples: &[Scaled], gold: &[&[usize]], height: usize, options: &Options) -> Vec<f32> {
    let costs = costs(labels, gold, options);
    let mut rows = vec![0.0f32; height * labels];
    let mut alphas = vec![0.0f32; examples.len() * labels];
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let (mut margins, mut steps) = (vec![0.0f32; labels], vec![0.0f32; labels]);
    let mut signs = vec![-1.0f32; labels];
    for _ in 0..options.rounds {
        shuffle(&mut order, &mut state);
        for &i in &order {
            let x = &examples[i];
            gather(&rows, x, &mut margins);
            signs.fill(-1.0);
            for &l in gold[i] {
                signs[l] = 1.0;
            }
            let length: f32 = x.values.iter().map(|v| v * v).sum();
            let alpha = &mut alphas[i * labels..(i + 1) * labels];
            let mut moved = false;
            for l in 0..labels {
                let y = signs[l];
                let damping = 0.5 / costs[l][usize::from(y > 0.0)];
                let gradient = y * margins[l] - 1.0 + alpha[l] * damping;
                let next = (alpha[l] - gradient / (length + damping)).max(0.0);
                steps[l] = (next - alpha[l]) * y;
                moved |= steps[l].abs() > 1e-6;
                alpha[l] = next;
            }
            if moved {
                scatter(&mut rows, x, &steps);
            }
        }
    }
    rows
}

/// By label: the weights of the touched rows, each times its value. Where a row is short, a loop over it costs more than
/// its sums.
pub(super) fn gather<W: Copy + Into<f32>>(rows: &[W], x: &Scaled, margins: &mut [f32]) {
    match margins.len() {
        1 => gather_few::<W, 1>(rows, x, margins),
        2 => gather_few::<W, 2>(rows, x, margins),
        3 => gather_few::<W, 3>(rows, x, margins),
        4 => gather_few::<W, 4>(rows, x, margins),
        labels => {
            margins.fill(0.0);
            for (&row, &value) in x.rows.iter().zip(&x.values) {
                let row = &rows[row as usize * labels..][..labels];
                for (m, &w) in margins.iter_mut().zip(row) {
                    *m += value * w.into();
                }
            }
        }
    }
}

fn gather_few<W: Copy + Into<f32>, const N: usize>(rows: &[W], x: &Scaled, margins: &mut [f32]) {
    let (rows, _) = rows.as_chunks::<N>();
    let mut sums = [0.0; N];
    for (&row, &value) in x.rows.iter().zip(&x.values) {
        let row = rows[row as usize];
        for label in 0..N {
            sums[label] += value * row[label].into();
        }
    }
    margins.copy_from_slice(&sums);
}

fn scatter(rows: &mut [f32], x: &Scaled, steps: &[f32]) {
    let labels = steps.len();
    let moved: Vec<(usize, f32)> = steps.iter().copied().enumerate().filter(|(_, s)| *s != 0.0).collect();
    for (&row, &value) in x.rows.iter().zip(&x.values) {
        let row = &mut rows[row as usize * labels..][..labels];
        if moved.len() * 6 < labels {
            for &(l, s) in &moved {
                row[l] += value * s;
            }
        } else {
            for (w, s) in row.iter_mut().zip(steps) {
                *w += value * s;
            }
        }
    }
}

/// What an error costs, by label: of a negative, of a positive.
fn costs(labels: usize, gold: &[&[usize]], options: &Options) -> Vec<[f32; 2]> {
    let mut positives = vec![0usize; labels];
    for &l in gold.iter().copied().flatten() {
        positives[l] += 1;
    }
    let share = |p: usize| ((gold.len() - p).max(1) as f32 / p.max(1) as f32).powf(options.balance);
    positives.into_iter().map(|p| [options.cost, options.cost * share(p)]).collect()
}

/// Smoothed inverse document frequency, `ln((1 + n) / (1 + df)) + 1`, in sixteenths; 0 for a row never seen.
fn document_frequencies(examples: &[(Sample, Vec<usize>)], used: &[usize], bits: u8) -> Vec<u8> {
    let mut counts = vec![0u32; 1 << bits];
    for &i in used {
        for (bucket, ..) in examples[i].0.features.buckets(bits) {
            counts[bucket] += 1;
        }
    }
    let n = used.len() as f32;
    let idf = |c: u32| (IDF_UNIT * (((1.0 + n) / (1.0 + c as f32)).ln() + 1.0)).round().clamp(1.0, 255.0) as u8;
    counts.into_iter().map(|c| if c == 0 { 0 } else { idf(c) }).collect()
}

/// Fisher and Yates, by xorshift64* (Vigna, 2016).
fn shuffle(order: &mut [usize], state: &mut u64) {
    for i in (1..order.len()).rev() {
        *state ^= *state >> 12;
        *state ^= *state << 25;
        *state ^= *state >> 27;
        let draw = state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
        order.swap(i, ((draw * (i as u64 + 1)) >> 32) as usize);
    }
}
