//! CLINC150 (Larson et al., 2019): 150 intents, and queries that belong to none of them.

use baton_sense::fit::{Options, Task};

use super::labelled::{Fitted, Labelled, binary, calibration, hold_out};
use crate::bench::{
    Bench, BenchError, Results, Row, Split, Suite,
    metrics::{auroc, bootstrap},
};

pub(crate) const SUITE: Suite = Suite { name: "clinc150", about: "150 intents and out-of-scope queries", run };

/// BERT, in the paper's table: in scope without a threshold; out-of-scope recall at 96.2 in scope.
const PUBLISHED: [f64; 2] = [96.9, 52.3];
/// Linear support vector machine over tf-idf n-grams: in scope; out-of-scope recall (at 92.1 in scope); AUROC.
const BASELINE: [f64; 3] = [92.4, 49.6, 95.1];
/// In-scope accuracy that refusing may not undercut, with half a point to spare.
const KEEP: f64 = 0.925;

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let train = read(bench, "clinc150/train.tsv")?;
    let (part, outside) = match bench.split {
        Split::Dev => ("clinc150/val.tsv", "clinc150/oos_val.tsv"),
        Split::Test => ("clinc150/test.tsv", "clinc150/oos_test.tsv"),
    };
    let (inside, outside) = (read(bench, part)?, read(bench, outside)?);
    let held: Vec<Labelled> = inside.iter().chain(&outside).cloned().collect();
    let options = Options { bits: 15, cost: 1.0, dense: 1.0, ..Options::new(Task::OneOf) };
    let fitted = Fitted::new("clinc150", &train, &held, &options)?;
    let right: Vec<bool> = fitted.gold.iter().zip(&fitted.scores).map(|(g, s)| g[0] == s.best()).collect();
    let sure: Vec<f64> = fitted.scores.iter().map(|s| confidence(&s.margins)).collect();

    let n = inside.len();
    let share = |drawn: &[usize]| drawn.iter().filter(|&&i| right[i]).count() as f64 / drawn.len().max(1) as f64;
    let all: Vec<usize> = (0..n).collect();
    let row = Row::percent("in-scope accuracy", share(&all)).interval(bootstrap(n, share)).n(n);
    results.add(row.fitted().baseline(BASELINE[0]).published(PUBLISHED[0]).target(94.5));

    // In scope is where one should be sure.
    let scored: Vec<(bool, f64)> = sure.iter().enumerate().map(|(i, &s)| (i < n, s)).collect();
    results.add(binary("AUROC of out of scope", &scored, auroc).fitted().baseline(BASELINE[2]).target(96.5));

    let threshold = refuse_below(&validation(bench, &train, &options)?);
    let kept = (0..n).filter(|&i| right[i] && sure[i] >= threshold).count() as f64 / n as f64;
    results.add(Row::percent("in-scope accuracy, refusing the unsure", kept).fitted().target(92.0));
    let refused =
        |drawn: &[usize]| drawn.iter().filter(|&&i| sure[n + i] < threshold).count() as f64 / drawn.len().max(1) as f64;
    let others: Vec<usize> = (0..outside.len()).collect();
    let row = Row::percent("out-of-scope recall, same threshold", refused(&others));
    let note = match bench.split {
        Split::Dev => "threshold chosen on a held-out fifth of train",
        Split::Test => "threshold chosen on the validation part",
    };
    let row = row.interval(bootstrap(others.len(), refused)).n(others.len()).fitted();
    results.add(row.baseline(BASELINE[1]).published(PUBLISHED[1]).target(62.0).note(note));
    calibration(results, "best intent", &fitted.confidence()[..n], Row::fitted);
    Ok(())
}

/// How far the best margin is above the second, and above nothing: what belongs nowhere is near no plane.
fn confidence(margins: &[f32]) -> f64 {
    let mut best = [f32::MIN; 2];
    for &m in margins {
        if m > best[0] {
            best = [m, best[0]];
        } else {
            best[1] = best[1].max(m);
        }
    }
    f64::from(best[0]) + 0.5 * f64::from(best[0] - best[1])
}

/// Right or wrong, and how sure, on texts that are neither fitted on nor scored.
fn validation(bench: &Bench<'_>, train: &[Labelled], options: &Options) -> Result<Vec<(bool, f64)>, BenchError> {
    let (train, judged) = match bench.split {
        Split::Dev => hold_out(train.to_vec(), 5),
        Split::Test => (train.to_vec(), read(bench, "clinc150/val.tsv")?),
    };
    let fitted = Fitted::new("clinc150", &train, &judged, options)?;
    let pair = |(gold, s): (&Vec<usize>, &baton_sense::fit::Scores)| (gold[0] == s.best(), confidence(&s.margins));
    Ok(fitted.gold.iter().zip(&fitted.scores).map(pair).collect())
}

/// The highest threshold that keeps [`KEEP`] of the queries answered rightly.
fn refuse_below(scored: &[(bool, f64)]) -> f64 {
    let mut right: Vec<f64> = scored.iter().filter(|s| s.0).map(|s| s.1).collect();
    right.sort_by(|a, b| b.total_cmp(a));
    let keep = (KEEP * scored.len() as f64).ceil() as usize;
    right.get(keep.saturating_sub(1)).copied().unwrap_or(f64::MIN)
}

fn read(bench: &Bench<'_>, part: &str) -> Result<Vec<Labelled>, BenchError> {
    Ok(bench.tsv_lines::<2>(part)?.into_iter().map(|[text, label]| Labelled::new(text, label)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusing_keeps_the_share_that_was_asked_for() {
        let scored: Vec<(bool, f64)> = (0..1000).map(|i| (i % 20 != 0, f64::from(i))).collect();
        let threshold = refuse_below(&scored);
        let kept = scored.iter().filter(|s| s.0 && s.1 >= threshold).count();
        assert_eq!(kept, 925);
    }
}
