//! BANKING77 (Casanueva et al., 2020): 77 fine-grained intents of a bank's customers.

use baton_sense::fit::{Options, Task};

use super::labelled::{Fitted, Labelled, calibration, hold_out};
use crate::bench::{Bench, BenchError, Results, Split, Suite};

pub(crate) const SUITE: Suite = Suite { name: "banking77", about: "77 intents of bank customers", run };

/// BERT, in the paper's table.
const PUBLISHED: f64 = 93.66;
/// Linear support vector machine over tf-idf n-grams.
const BASELINE: f64 = 91.2;

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let train = read(bench, "banking77/train.csv")?;
    let (train, held, note) = match bench.split {
        Split::Test => (train, read(bench, "banking77/test.csv")?, "fitted on train"),
        Split::Dev => {
            let (train, held) = hold_out(train, 5);
            (train, held, "every fifth row of train, by hash, held out")
        }
    };
    let options = Options { bits: 16, cost: 0.7, balance: 0.3, dense: 1.0, ..Options::new(Task::OneOf) };
    let fitted = Fitted::new("banking77", &train, &held, &options)?;
    results.add(fitted.accuracy("accuracy").baseline(BASELINE).published(PUBLISHED).target(92.5).note(note));
    results.add(fitted.macro_f1("macro-F1"));
    calibration(results, "best intent", &fitted.confidence(), |row| row.fitted());
    Ok(())
}

fn read(bench: &Bench<'_>, part: &str) -> Result<Vec<Labelled>, BenchError> {
    let table = bench.csv(part)?;
    Ok(table.columns(["text", "category"])?.into_iter().map(|[text, label]| Labelled::new(text, label)).collect())
}
