//! Logistic regression over sparse rows: a probability for anything that can be counted, and a weight for each reason.
//!
//! [`crate::sense`] never uses it. It fits what reads structure instead of text (who repeats whom, which step follows
//! which): targets may be shares between 0 and 1, rows have weights, and where data say nothing the weights stay at a
//! prior. Pure and deterministic: no seed, sums in a fixed order, the same rows give the same weights.

/// One example. Columns may come in any order; a column that occurs twice counts as the sum.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub columns: Vec<(u32, f32)>,
    /// 0..=1: how true it is.
    pub target: f32,
    /// How many examples it stands for.
    pub weight: f32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Columns are below this.
    pub columns: usize,
    /// Of half the squared distance of the weights from the prior, against the sum of the losses. Not on the bias.
    pub penalty: f32,
    /// Where weights stay without evidence; missing ones are 0.
    pub prior: Vec<f32>,
    /// Steps of the solver at most.
    pub rounds: usize,
}

impl Options {
    pub fn new(columns: usize, penalty: f32) -> Self {
        Self { columns, penalty, prior: Vec::new(), rounds: 150 }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Logistic {
    pub bias: f32,
    pub weights: Vec<f32>,
}

impl Logistic {
    /// Log-odds. Columns that were never fitted count nothing.
    pub fn margin(&self, columns: &[(u32, f32)]) -> f32 {
        columns.iter().fold(self.bias, |sum, &(c, v)| sum + v * self.weights.get(c as usize).copied().unwrap_or(0.0))
    }

    pub fn probability(&self, columns: &[(u32, f32)]) -> f32 {
        sigmoid(f64::from(self.margin(columns))) as f32
    }
}

/// Minimises the penalised cross-entropy by L-BFGS (Nocedal, 1980) with a backtracking line search.
pub fn fit(rows: &[Row], options: &Options) -> Logistic {
    // Only columns that occur are solved for: most of a hashed table stays empty.
    let mut used: Vec<u32> = rows.iter().flat_map(|r| r.columns.iter().map(|c| c.0)).collect();
    used.sort_unstable();
    used.dedup();
    used.retain(|c| (*c as usize) < options.columns);
    let place = |c: u32| used.binary_search(&c).ok();
    let compact: Vec<Row> = rows
        .iter()
        .map(|r| Row {
            columns: r.columns.iter().filter_map(|&(c, v)| Some((place(c)? as u32, v))).collect(),
            target: r.target,
            weight: r.weight,
        })
        .collect();
    let prior_of = |c: usize| options.prior.get(c).copied().unwrap_or(0.0);
    let prior: Vec<f64> = used.iter().map(|&c| f64::from(prior_of(c as usize))).chain([0.0]).collect();
    let found = solve(&Problem { rows: &compact, prior: &prior, penalty: f64::from(options.penalty) }, options.rounds);
    let mut weights: Vec<f32> = (0..options.columns).map(prior_of).collect();
    for (&c, &w) in used.iter().zip(&found) {
        weights[c as usize] = w as f32;
    }
    Logistic { bias: found[used.len()] as f32, weights }
}

/// Weights and, last, the bias.
fn solve(problem: &Problem<'_>, rounds: usize) -> Vec<f64> {
    let mut at = problem.prior.to_vec();
    at[problem.bias()] = base_rate(problem.rows);
    let (mut value, mut slope) = problem.at(&at);
    let mut memory = Memory::default();
    for _ in 0..rounds {
        let mut step = memory.direction(&slope);
        let mut descent = dot(&step, &slope);
        if descent >= 0.0 {
            // Rounding spoilt the memory: start anew along the slope.
            memory = Memory::default();
            step = slope.iter().map(|g| -g).collect();
            descent = dot(&step, &slope);
        }
        if -descent <= 1e-9 * (1.0 + value.abs()) {
            break;
        }
        let mut length = if memory.pairs.is_empty() { 1.0 / (1.0 + dot(&slope, &slope).sqrt()) } else { 1.0 };
        let taken = (0..30).find_map(|_| {
            let next: Vec<f64> = at.iter().zip(&step).map(|(a, s)| a + length * s).collect();
            let (lower, there) = problem.at(&next);
            let enough = lower <= value + 1e-4 * length * descent;
            length *= if enough { 1.0 } else { 0.5 };
            enough.then_some((next, lower, there))
        });
        let Some((next, lower, there)) = taken else { break };
        memory.learn(difference(&next, &at), difference(&there, &slope));
        (at, value, slope) = (next, lower, there);
    }
    at
}

/// Log-odds of the mean target, kept off the infinities.
fn base_rate(rows: &[Row]) -> f64 {
    let sum = |f: fn(&Row) -> f32| rows.iter().map(|r| f64::from(f(r))).sum::<f64>();
    let share = (sum(|r| r.weight * r.target) + 0.5) / (sum(|r| r.weight) + 1.0);
    (share / (1.0 - share)).ln()
}

/// The bias has the last place.
struct Problem<'a> {
    rows: &'a [Row],
    prior: &'a [f64],
    penalty: f64,
}

impl Problem<'_> {
    fn bias(&self) -> usize {
        self.prior.len() - 1
    }

    /// Loss and gradient.
    fn at(&self, weights: &[f64]) -> (f64, Vec<f64>) {
        let bias = self.bias();
        let mut slope: Vec<f64> = weights.iter().zip(self.prior).map(|(w, p)| self.penalty * (w - p)).collect();
        slope[bias] = 0.0;
        let far = weights[..bias].iter().zip(self.prior).map(|(w, p)| (w - p).powi(2)).sum::<f64>();
        let mut value = 0.5 * self.penalty * far;
        for row in self.rows {
            let margin = row.columns.iter().fold(weights[bias], |m, &(c, v)| m + f64::from(v) * weights[c as usize]);
            let (target, weight) = (f64::from(row.target), f64::from(row.weight));
            value += weight * (softplus(margin) - target * margin);
            let error = weight * (sigmoid(margin) - target);
            for &(c, v) in &row.columns {
                slope[c as usize] += error * f64::from(v);
            }
            slope[bias] += error;
        }
        (value, slope)
    }
}

/// The last steps and how the slope changed over them: what L-BFGS knows of the curvature.
#[derive(Default)]
struct Memory {
    pairs: std::collections::VecDeque<(Vec<f64>, Vec<f64>)>,
}

impl Memory {
    const LENGTH: usize = 8;

    fn learn(&mut self, step: Vec<f64>, change: Vec<f64>) {
        if dot(&step, &change) > 1e-12 {
            self.pairs.push_back((step, change));
            if self.pairs.len() > Self::LENGTH {
                self.pairs.pop_front();
            }
        }
    }

    /// The two-loop recursion.
    fn direction(&self, slope: &[f64]) -> Vec<f64> {
        let mut q: Vec<f64> = slope.iter().map(|g| -g).collect();
        let mut shares = Vec::with_capacity(self.pairs.len());
        for (step, change) in self.pairs.iter().rev() {
            let share = dot(step, &q) / dot(step, change);
            add(&mut q, -share, change);
            shares.push(share);
        }
        if let Some((step, change)) = self.pairs.back() {
            let scale = dot(step, change) / dot(change, change);
            q.iter_mut().for_each(|v| *v *= scale);
        }
        for ((step, change), share) in self.pairs.iter().zip(shares.iter().rev()) {
            let back = dot(change, &q) / dot(step, change);
            add(&mut q, share - back, step);
        }
        q
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(t, w)| *t += factor * w);
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(x, y)| x - y).collect()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// `ln(1 + exp(x))` without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};

    use super::*;

    fn row(columns: &[(u32, f32)], target: f32) -> Row {
        Row { columns: columns.to_vec(), target, weight: 1.0 }
    }

    #[test]
    fn frequencies_come_back_as_probabilities() {
        // Without column 0 one in four is true, with it three in four.
        let rows: Vec<Row> = [0.0, 0.0, 0.0, 1.0]
            .iter()
            .map(|&t| row(&[], t))
            .chain([0.0, 1.0, 1.0, 1.0].iter().map(|&t| row(&[(0, 1.0)], t)))
            .collect();
        let fitted = fit(&rows, &Options::new(1, 1e-4));
        assert!((fitted.probability(&[]) - 0.25).abs() < 1e-3, "{fitted:?}");
        assert!((fitted.probability(&[(0, 1.0)]) - 0.75).abs() < 1e-3, "{fitted:?}");
    }

    #[test]
    fn a_share_is_as_good_as_its_counts() {
        let counted = [row(&[(0, 1.0)], 1.0), row(&[(0, 1.0)], 0.0), row(&[(0, 1.0)], 0.0), row(&[], 0.0)];
        let shared = [Row { weight: 3.0, ..row(&[(0, 1.0)], 1.0 / 3.0) }, row(&[], 0.0)];
        let (a, b) = (fit(&counted, &Options::new(1, 0.1)), fit(&shared, &Options::new(1, 0.1)));
        assert!((a.weights[0] - b.weights[0]).abs() < 1e-3 && (a.bias - b.bias).abs() < 1e-3, "{a:?} {b:?}");
    }

    #[test]
    fn what_data_do_not_speak_of_stays_at_the_prior() {
        let options = Options { prior: vec![0.5, 1.5], ..Options::new(2, 1.0) };
        let rows: Vec<Row> = (0..40).map(|i| row(&[(0, (i % 2) as f32)], (i % 2) as f32)).collect();
        let fitted = fit(&rows, &options);
        assert!(fitted.weights[0] > 1.0, "{fitted:?}");
        assert!((fitted.weights[1] - 1.5).abs() < 1e-6, "{fitted:?}");
    }

    #[test]
    fn unknown_columns_and_no_rows_do_no_harm() {
        let fitted = fit(&[row(&[(9, 1.0)], 1.0), row(&[(0, 1.0)], 0.0)], &Options::new(1, 1.0));
        assert!(fitted.margin(&[(9, 5.0)]).is_finite());
        assert_eq!(fit(&[], &Options::new(1, 1.0)).probability(&[]), 0.5);
    }

    proptest! {
        #[test]
        fn always_finite_and_the_same_twice(
            rows in proptest::collection::vec((proptest::collection::vec((0u32..6, -3.0f32..3.0), 0..5), 0.0f32..=1.0), 0..30)
        ) {
            let rows: Vec<Row> = rows.into_iter().map(|(columns, target)| row(&columns, target)).collect();
            let a = fit(&rows, &Options::new(5, 0.1));
            prop_assert!(a.bias.is_finite() && a.weights.iter().all(|w| w.is_finite()));
            prop_assert!(a == fit(&rows, &Options::new(5, 0.1)));
        }
    }
}
