//! How good a head would be on texts it has not seen.

use super::{FitError, Head, Options, Sample, check, solve};

/// Cross-validation: every example is judged by a head that was fitted on the others. Returns the best label by example.
/// Folds are taken by place, so that each class is in every fold where the examples are in the order of their classes.
pub fn cross_validate(
    labels: &[&str],
    examples: &[(Sample, Vec<usize>)],
    folds: usize,
    options: &Options,
) -> Result<Vec<usize>, FitError> {
    check(labels, examples, options.task)?;
    let mut said = vec![0; examples.len()];
    for fold in 0..folds {
        let weights = solve::solve(labels.len(), examples, &|i| i % folds != fold, options);
        let head = Head::raw(labels, weights, options);
        for i in (fold..examples.len()).step_by(folds) {
            said[i] = head.score(&examples[i].0).best();
        }
    }
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::Task;

    #[test]
    fn nobody_judges_what_it_has_seen() {
        // One text of its kind can only be known by heart.
        let texts = ["late parcel", "late box", "late bag", "late van", "pay me", "pay it", "pay now", "zebra"];
        let gold = [0, 0, 0, 0, 1, 1, 1, 1];
        let examples: Vec<_> = texts.iter().zip(gold).map(|(t, l)| (Sample::of(t), vec![l])).collect();
        let options = Options { bits: 10, ..Options::new(Task::OneOf) };
        let said = cross_validate(&["late", "pay"], &examples, 4, &options).expect("fits");
        assert_eq!(said[..7], gold[..7]);
    }
}
