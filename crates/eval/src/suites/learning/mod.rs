//! Learning from outcomes: reviewed conversations arrive one after the other, and the model is fitted again.
//!
//! Four streams: which runs of an airline's GPT-4o assistant needed a person (tau-bench), which chats broke down (DBDC3),
//! which callers gave up or asked for a human (BETOLD), which chats had a turn to hand over (MHCH Makeup). Outcomes come in
//! the order of the file. The learner is fitted anew with each outcome on all that it has seen, so after 500 of them it is
//! what batch training on these 500 gives; how far it then is behind the whole stream is told beside it. The static model
//! knows the first [`STATIC`] outcomes, as one that shipped before the others were known. What the learner says goes live
//! only when it beats the static model beyond chance on outcomes that it was not fitted on, as a proposal would. A whole
//! conversation is one outcome. Scored on other conversations: five folds, or the test part.

mod streams;

use baton_sense::logistic::{self, Logistic, Options, Row as Example};
use streams::{Outcome, STREAMS, needed, outcome};

use super::tau::{self, Run};
use crate::bench::{
    Bench, BenchError, Results, Row, Split, Suite,
    columns::Columns,
    metrics::{auroc, bootstrap, mean},
};

pub(crate) const SUITE: Suite =
    Suite { name: "learning", about: "learning from outcomes as they come: speed, wrong taps, regret", run };

const FOLDS: usize = 5;
/// Outcomes known before the stream is watched.
const STATIC: usize = 50;
/// Where the learner has to have arrived.
const ARRIVED: usize = 500;
const CHECKPOINTS: [usize; 6] = [50, 100, 150, 200, 300, 500];
/// Of 5 outcomes this many are told wrong.
const WRONG_ONE_IN: usize = 5;
/// The airline's costs, as the comparison with its own transfers states them.
const LATE: f64 = 5.0;
const NEEDLESS: f64 = 1.0;
const TASK_FOLDS: usize = 10;
/// Of the weights: words are many and outcomes few.
const PENALTY: f32 = 0.1;

fn run(bench: &Bench<'_>, out: &mut Results) -> Result<(), BenchError> {
    for (name, read) in STREAMS {
        let Some(outcomes) = out.there(read(bench, Split::Dev))? else { continue };
        if bench.split == Split::Dev {
            stream(name, &folds(&outcomes), out);
        } else if let Some(test) = out.there(read(bench, Split::Test))? {
            stream(name, &[(outcomes.iter().collect(), test.iter().collect())], out);
        }
    }
    if let Some(runs) = out.there(tau::airline(bench, bench.split))? {
        own_transfers(&runs, out);
    }
    Ok(())
}

type Fold<'a> = (Vec<&'a Outcome>, Vec<&'a Outcome>);

fn folds(outcomes: &[Outcome]) -> Vec<Fold<'_>> {
    (0..FOLDS).map(|fold| outcomes.iter().partition(|o| o.group % FOLDS != fold)).collect()
}

/// What is said of an outcome after fitting on others; 0.5 while there is nothing to tell apart.
#[derive(Clone)]
struct Model(Option<Logistic>);

impl Model {
    fn of(outcomes: &[&Outcome], told: impl Fn(usize, bool) -> bool) -> Self {
        let example = |(i, o): (usize, &&Outcome)| Example {
            columns: o.columns.clone(),
            target: f32::from(u8::from(told(i, o.needed))),
            weight: 1.0,
        };
        let examples: Vec<Example> = outcomes.iter().enumerate().map(example).collect();
        let both = examples.iter().any(|e| e.target > 0.5) && examples.iter().any(|e| e.target < 0.5);
        Self(both.then(|| logistic::fit(&examples, &Options::new(Columns::COUNT, PENALTY))))
    }

    fn needs(&self, outcome: &Outcome) -> f64 {
        self.0.as_ref().map_or(0.5, |model| f64::from(model.probability(&outcome.columns)))
    }

    fn auroc(&self, outcomes: &[&Outcome]) -> f64 {
        auroc(&outcomes.iter().map(|o| (o.needed, self.needs(o))).collect::<Vec<_>>())
    }
}

fn truth(_: usize, needed: bool) -> bool {
    needed
}

/// Every fifth tap is wrong, spread by a multiplicative hash so that no fold or class is spared.
fn wrong_taps(i: usize, needed: bool) -> bool {
    needed != (i.wrapping_mul(2_654_435_761) >> 7).is_multiple_of(WRONG_ONE_IN)
}

/// The learner where it beats the static model beyond chance on outcomes that it did not see, as they were told; else the
/// static model.
fn gated(seen: &[&Outcome], told: fn(usize, bool) -> bool, fixed: &Model) -> Model {
    // Every third outcome judges what the others taught; what came last alone would judge a change of the world.
    let taps = || seen.iter().enumerate().map(|(i, o)| (i, *o, told(i, o.needed)));
    let (held, others): (Vec<_>, Vec<_>) = taps().partition(|(i, _, _)| i % 3 == 2);
    let taught: Vec<&Outcome> = others.iter().map(|(_, o, _)| *o).collect();
    let rehearsal = Model::of(&taught, |i, _| others[i].2);
    let judged: Vec<(bool, f64, f64)> =
        held.iter().map(|(_, o, needed)| (*needed, rehearsal.needs(o), fixed.needs(o))).collect();
    let of = |drawn: &[usize], score: fn(&(bool, f64, f64)) -> f64| {
        auroc(&drawn.iter().map(|i| (judged[*i].0, score(&judged[*i]))).collect::<Vec<_>>())
    };
    let (low, _) = bootstrap(judged.len(), |drawn| of(drawn, |j| j.1) - of(drawn, |j| j.2));
    if low > 0.0 { Model::of(seen, told) } else { fixed.clone() }
}

fn stream(name: &'static str, folds: &[Fold<'_>], out: &mut Results) {
    let n = folds.iter().map(|(stream, _)| stream.len()).min().unwrap_or(0);
    if n <= STATIC {
        return;
    }
    let checkpoints: Vec<usize> = CHECKPOINTS.into_iter().filter(|c| *c < n).chain([n]).collect();
    let mut curve = vec![Vec::new(); checkpoints.len()];
    let (mut whole, mut learned, mut batch) = (Vec::new(), Vec::new(), Vec::new());
    let (mut fixed_scores, mut flipped) = (Vec::new(), Vec::new());
    for (seen, judged) in folds {
        let fixed = Model::of(&seen[..STATIC], truth);
        for (at, scores) in checkpoints.iter().zip(&mut curve) {
            scores.push(Model::of(&seen[..*at], truth).auroc(judged));
        }
        let arrived = &seen[..ARRIVED.min(seen.len())];
        learned.push(Model::of(arrived, truth).auroc(judged));
        // The other way round: a batch has no order.
        let reversed: Vec<&Outcome> = arrived.iter().rev().copied().collect();
        batch.push(Model::of(&reversed, truth).auroc(judged));
        whole.push(Model::of(seen, truth).auroc(judged));
        fixed_scores.push(fixed.auroc(judged));
        flipped.push(gated(seen, wrong_taps, &fixed).auroc(judged));
    }
    let judged: usize = folds.iter().map(|(_, judged)| judged.len()).sum();
    let percent = |v: &[f64]| 100.0 * mean(v);
    let arrived = if n < ARRIVED { "all outcomes".to_owned() } else { format!("{ARRIVED} outcomes") };
    out.add(
        Row::percent(format!("{name}: AUROC after {arrived}"), mean(&learned))
            .fitted()
            .n(judged)
            .baseline(percent(&fixed_scores))
            .note(format!("baseline: the model of the first {STATIC}")),
    );
    out.add(
        Row::new(format!("{name}: behind batch on {arrived}"), percent(&batch) - percent(&learned), "points")
            .fitted()
            .at_most(1.0)
            .note("fitted anew with each outcome; the batch sees the same ones in another order"),
    );
    out.add(
        Row::new(format!("{name}: behind the whole stream"), percent(&whole) - percent(&learned), "points")
            .fitted()
            .note("what the outcomes after these would still add"),
    );
    out.add(
        Row::new(format!("{name}: against static, 20% wrong"), percent(&flipped) - percent(&fixed_scores), "points")
            .fitted()
            .target(0.0)
            .note("goes live only where it beats the static model beyond chance on outcomes it did not see"),
    );
    let title = format!("{name}: AUROC by outcomes seen");
    let at = checkpoints.iter().zip(&curve).map(|(n, scores)| (*n as f64, mean(scores))).collect();
    out.curve(title, "outcomes", "AUROC", at, false);
    regret_curve(name, &folds[0].0, out);
}

/// Decides each outcome before it is known: regret so far, per outcome, learning and standing still.
fn regret_curve(name: &str, seen: &[&Outcome], out: &mut Results) {
    const EVERY: usize = 25;
    let fixed = Model::of(&seen[..STATIC], truth);
    let (mut learning, mut standing) = ((0.0, Vec::new()), (0.0, Vec::new()));
    let mut model = fixed.clone();
    for (i, outcome) in seen.iter().enumerate().skip(STATIC) {
        learning.0 += cost(model.needs(outcome) > threshold(), outcome.needed);
        standing.0 += cost(fixed.needs(outcome) > threshold(), outcome.needed);
        let decided = (i + 1 - STATIC) as f64;
        if (i + 1).is_multiple_of(EVERY) {
            model = Model::of(&seen[..=i], truth);
            learning.1.push((decided, learning.0 / decided));
            standing.1.push((decided, standing.0 / decided));
        }
    }
    out.curve(format!("{name}: regret so far, learning"), "outcomes", "regret", learning.1, false);
    out.curve(format!("{name}: regret so far, static"), "outcomes", "regret", standing.1, false);
}

/// Bring in a person when p is above this (the costs' own threshold).
fn threshold() -> f64 {
    NEEDLESS / (NEEDLESS + LATE)
}

fn cost(person: bool, needed: bool) -> f64 {
    match (person, needed) {
        (false, true) => LATE,
        (true, false) => NEEDLESS,
        (true, true) | (false, false) => 0.0,
    }
}

/// The threshold that would have cost least on outcomes of other groups than those fitted on. With few outcomes
/// probabilities are rough, and the costs' own threshold is only one of the candidates.
fn cheapest(outcomes: &[&Outcome]) -> f64 {
    const PARTS: usize = 4;
    let mut said = Vec::with_capacity(outcomes.len());
    for part in 0..PARTS {
        let (judged, others): (Vec<&Outcome>, Vec<&Outcome>) = outcomes.iter().partition(|o| o.group % PARTS == part);
        let model = Model::of(&others, truth);
        said.extend(judged.iter().map(|o| (model.needs(o), o.needed)));
    }
    let total = |above: f64| said.iter().map(|(p, needed)| cost(*p > above, *needed)).sum::<f64>();
    let candidates = (0..=20).map(|i| f64::from(i) / 20.0 - 0.01).chain([threshold()]);
    candidates.min_by(|a, b| total(*a).total_cmp(&total(*b))).unwrap_or_else(threshold)
}

/// Regret of the runs' own transfers against that of a model fitted on other tasks.
fn own_transfers(runs: &[Run], out: &mut Results) {
    let outcomes: Vec<Outcome> = runs.iter().map(outcome).collect();
    let mut ours = vec![0.0; runs.len()];
    for fold in 0..TASK_FOLDS {
        let others: Vec<&Outcome> = outcomes.iter().filter(|o| o.group % TASK_FOLDS != fold).collect();
        let (model, above) = (Model::of(&others, truth), cheapest(&others));
        for (i, outcome) in outcomes.iter().enumerate().filter(|(_, o)| o.group % TASK_FOLDS == fold) {
            ours[i] = cost(model.needs(outcome) > above, outcome.needed);
        }
    }
    let own: Vec<f64> = runs.iter().map(|r| cost(r.transfer_turn.is_some(), needed(r))).collect();
    let always: Vec<f64> = runs.iter().map(|r| cost(true, needed(r))).collect();
    let mut tasks: Vec<usize> = outcomes.iter().map(|o| o.group).collect();
    tasks.sort_unstable();
    tasks.dedup();
    let sum = |values: &[f64], drawn: &[usize]| -> f64 {
        let of = |task: usize| outcomes.iter().zip(values).filter(|(o, _)| o.group == task).map(|(_, v)| v).sum::<f64>();
        drawn.iter().map(|i| of(tasks[*i])).sum()
    };
    let below = |values: &[f64], drawn: &[usize]| {
        let theirs = sum(own.as_slice(), drawn);
        if theirs > 0.0 { 1.0 - sum(values, drawn) / theirs } else { 0.0 }
    };
    let all: Vec<usize> = (0..tasks.len()).collect();
    for (what, values, target) in
        [("fitted on other tasks", ours.as_slice(), Some(30.0)), ("escalating everything", always.as_slice(), None)]
    {
        let mut row = Row::percent(format!("airline: regret below GPT-4o's transfers, {what}"), below(values, &all))
            .interval(bootstrap(tasks.len(), |drawn| below(values, drawn)))
            .n(runs.len())
            .note(format!(
                "late {LATE}, needless {NEEDLESS}; regret per run {:.2} against {:.2}; by task",
                mean(values),
                mean(&own)
            ));
        if let Some(target) = target {
            row = row.fitted().target(target);
        }
        out.add(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(n: usize) -> Vec<Outcome> {
        let said = ["the answer worked thanks", "this is wrong again and again"];
        (0..n).map(|i| Outcome { columns: streams::words([(0, said[i % 2])]), needed: i % 2 == 1, group: i / 2 }).collect()
    }

    #[test]
    fn wrong_taps_are_a_fifth_and_do_not_undo_what_is_known() {
        let wrong = (0..1000).filter(|i| !wrong_taps(*i, true)).count();
        assert!((150..250).contains(&wrong), "{wrong}");
        let all = outcomes(200);
        let seen: Vec<&Outcome> = all.iter().collect();
        let fixed = Model::of(&seen[..STATIC], truth);
        assert!(gated(&seen, wrong_taps, &fixed).auroc(&seen) >= fixed.auroc(&seen));
    }

    #[test]
    fn one_class_and_too_few_outcomes_are_no_model() {
        let all = outcomes(40);
        let mut results = Results::default();
        stream("few", &folds(&all), &mut results);
        assert!(results.rows.is_empty());
        let alike: Vec<&Outcome> = all.iter().filter(|o| o.needed).collect();
        assert_eq!(Model::of(&alike, truth).needs(alike[0]), 0.5);
    }

    #[test]
    fn regret_by_hand() {
        assert_eq!([cost(false, true), cost(true, false), cost(true, true), cost(false, false)], [5.0, 1.0, 0.0, 0.0]);
        assert!((threshold() - 1.0 / 6.0).abs() < 1e-12);
    }
}
