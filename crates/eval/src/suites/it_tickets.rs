//! Tickets of an IT help desk to one of eight queues.

use baton_sense::fit::{Options, Task};

use super::labelled::{Fitted, Labelled, calibration, hold_out};
use crate::bench::{Bench, BenchError, Results, Split, Suite};

pub(crate) const SUITE: Suite = Suite { name: "it_tickets", about: "IT tickets to eight queues", run };

/// DistilBERT, accuracy on the validation part of the repository that published the set.
const PUBLISHED: f64 = 87.3;
/// Linear support vector machine over tf-idf n-grams: accuracy, macro-F1.
const BASELINE: [f64; 2] = [86.7, 86.6];

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let train = read(bench, "it_tickets/train.csv")?;
    let (train, held, note) = match bench.split {
        Split::Test => (train, read(bench, "it_tickets/test.csv")?, "fitted on train"),
        Split::Dev => {
            let (train, held) = hold_out(train, 8);
            (train, held, "every eighth row of train, by hash, held out")
        }
    };
    let options = Options { bits: 18, cost: 0.3, rounds: 6, ..Options::new(Task::OneOf) };
    let fitted = Fitted::new("it_tickets", &train, &held, &options)?;
    results.add(fitted.accuracy("accuracy").baseline(BASELINE[0]).published(PUBLISHED).target(88.0).note(note));
    results.add(fitted.macro_f1("macro-F1").baseline(BASELINE[1]).target(88.0));
    calibration(results, "best queue", &fitted.confidence(), |row| row.fitted());
    Ok(())
}

fn read(bench: &Bench<'_>, part: &str) -> Result<Vec<Labelled>, BenchError> {
    let table = bench.csv(part)?;
    Ok(table.columns(["text", "queue"])?.into_iter().map(|[text, label]| Labelled::new(text, label)).collect())
}
