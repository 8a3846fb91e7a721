//! A second opinion: one linear head over the directions of the imported encoder, asked only where the first head is least
//! sure. Both opinions count the same.

use super::{
    FitError, HOLD_OUT, Head, Options, Sample, Scores, Task,
    bytes::{float, size},
    calibrate::{calibrate, softmax},
    check, rehearse,
    solve::{Scaled, descend, gather},
};
use crate::fit::BadHead;

/// Share of the texts that is asked about; the threshold is the quantile of held-out leads.
const ASKED: f64 = 0.1;
/// The C of the support vector machines over directions of length 1.
const COST: f32 = 2.0;
const ROUNDS: usize = 12;
/// No encoder is wider.
const WIDEST: usize = 4096;

#[derive(Debug, Clone, PartialEq)]
pub struct Second {
    /// Of the encoder's directions.
    width: usize,
    /// Row by row of the direction, then the bias; a weight for each label in each.
    weights: Vec<f32>,
    /// Of the softmax.
    slope: f32,
    /// Up to this lead of the first head, the encoder is asked.
    ask_below: f32,
}

/// What the second opinion did to the held-out examples.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gain {
    pub held_out: usize,
    pub asked: usize,
    /// Of those asked, right without and with the second opinion.
    pub right_before: usize,
    pub right_after: usize,
}

/// Fits on the same examples as the head; `directions` are the encoder's, one an example, of one width.
pub fn fit_second(
    labels: &[&str],
    examples: &[(Sample, Vec<usize>)],
    directions: &[Vec<f32>],
    options: &Options,
) -> Result<(Second, Gain), FitError> {
    check(labels, examples, Task::OneOf)?;
    if directions.len() != examples.len() || directions.iter().any(|d| d.len() != directions[0].len()) {
        return Err(FitError::Directions);
    }
    let width = directions[0].len();
    let (calibration, first) = rehearse(labels, examples, options);
    let first: Vec<Scores> = first
        .into_iter()
        .map(|(margins, _)| {
            let mut probabilities = margins.clone();
            softmax(&mut probabilities, calibration[0].slope);
            Scores { probabilities, margins }
        })
        .collect();
    let rehearsal = Second {
        width,
        weights: weights(labels.len(), examples, directions, &|i| i % HOLD_OUT != 0),
        slope: 1.0,
        ask_below: 0.0,
    };
    let held_out: Vec<(Vec<f32>, &[usize])> = examples
        .iter()
        .zip(directions)
        .step_by(HOLD_OUT)
        .map(|((_, gold), direction)| (rehearsal.margins(direction, labels.len()), gold.as_slice()))
        .collect();
    let slope = calibrate(Task::OneOf, labels.len(), &held_out)[0].slope;
    let mut leads: Vec<f32> = first.iter().map(Scores::lead).collect();
    leads.sort_by(f32::total_cmp);
    let ask_below = leads.get((leads.len() as f64 * ASKED) as usize).copied().unwrap_or(0.0);
    let rehearsal = Second { slope, ask_below, ..rehearsal };
    let mut gain = Gain { held_out: first.len(), ..Gain::default() };
    for ((scores, (_, gold)), direction) in first.iter().zip(&held_out).zip(directions.iter().step_by(HOLD_OUT)) {
        if rehearsal.is_asked(scores) {
            gain.asked += 1;
            gain.right_before += usize::from(scores.best() == gold[0]);
            gain.right_after += usize::from(rehearsal.join(scores, direction).best() == gold[0]);
        }
    }
    let weights = weights(labels.len(), examples, directions, &|_| true);
    Ok((Second { weights, ..rehearsal }, gain))
}

fn weights(
    labels: usize,
    examples: &[(Sample, Vec<usize>)],
    directions: &[Vec<f32>],
    uses: &dyn Fn(usize) -> bool,
) -> Vec<f32> {
    let used: Vec<usize> = (0..examples.len()).filter(|&i| uses(i)).collect();
    let scaled: Vec<Scaled> = used.iter().map(|&i| scaled(&directions[i])).collect();
    let gold: Vec<&[usize]> = used.iter().map(|&i| examples[i].1.as_slice()).collect();
    let options = Options { cost: COST, rounds: ROUNDS, ..Options::new(Task::OneOf) };
    descend(labels, &scaled, &gold, directions[0].len() + 1, &options)
}

/// The direction and the bias.
fn scaled(direction: &[f32]) -> Scaled {
    Scaled { rows: (0..=direction.len() as u32).collect(), values: direction.iter().copied().chain([1.0]).collect() }
}

impl Second {
    /// Of the encoder that it was fitted with.
    pub fn width(&self) -> usize {
        self.width
    }

    pub fn is_asked(&self, first: &Scores) -> bool {
        first.lead() <= self.ask_below
    }

    /// The mean of both opinions. A direction of another width changes nothing.
    pub fn join(&self, first: &Scores, direction: &[f32]) -> Scores {
        let mut joined = first.clone();
        if direction.len() == self.width {
            let mut second = self.margins(direction, first.probabilities.len());
            softmax(&mut second, self.slope);
            joined.probabilities.iter_mut().zip(second).for_each(|(p, q)| *p = 0.5 * (*p + q));
        }
        joined
    }

    fn margins(&self, direction: &[f32], labels: usize) -> Vec<f32> {
        let mut margins = vec![0.0; labels];
        gather(&self.weights, &scaled(direction), &mut margins);
        margins
    }

    /// Whether it speaks of the labels of this head.
    pub(crate) fn is_of(&self, head: &Head) -> bool {
        self.weights.len() == (self.width + 1) * head.labels().len()
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend((self.width as u32).to_le_bytes());
        out.extend(self.slope.to_le_bytes());
        out.extend(self.ask_below.to_le_bytes());
        out.extend(self.weights.iter().flat_map(|w| w.to_le_bytes()));
    }

    /// All that is left of a file.
    pub(crate) fn read(mut bytes: &[u8]) -> Result<Self, BadHead> {
        let width = size(&mut bytes)?;
        let (slope, ask_below) = (float(&mut bytes)?, float(&mut bytes)?);
        if width == 0 || width > WIDEST || !bytes.len().is_multiple_of(4 * (width + 1)) {
            return Err(BadHead::Damaged);
        }
        let mut weights = Vec::with_capacity(bytes.len() / 4);
        while !bytes.is_empty() {
            weights.push(float(&mut bytes)?);
        }
        Ok(Self { width, weights, slope, ask_below })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::fit;

    const LABELS: [&str; 2] = ["claim", "damage"];

    type Labelled = (Sample, Vec<usize>);

    /// The words say nothing, the directions say all.
    fn examples() -> (Vec<Labelled>, Vec<Vec<f32>>) {
        let words = ["it is this", "that one here", "the same again", "so it was", "what now", "and then"];
        (0..120)
            .map(|i| {
                let label = usize::from(i % 4 < 2);
                let direction = if label == 0 { vec![0.8, 0.6, 0.0] } else { vec![0.0, 0.6, 0.8] };
                ((Sample::of(words[i % words.len()]), vec![label]), direction)
            })
            .unzip()
    }

    #[test]
    fn it_helps_where_words_do_not() {
        let (examples, directions) = examples();
        let options = Options { bits: 8, ..Options::new(Task::OneOf) };
        let head = fit(&LABELS, &examples, &options).expect("fits");
        let (second, gain) = fit_second(&LABELS, &examples, &directions, &options).expect("fits");
        assert_eq!(gain.held_out, 24);
        assert!(gain.asked <= 8 && gain.right_after == gain.asked, "{gain:?}");
        let first = head.score(&Sample::of("it is this"));
        assert_eq!(second.join(&first, &directions[2]).best(), 0);
        assert_eq!(second.join(&first, &directions[0]).best(), 1);
        assert_eq!(second.join(&first, &[1.0]), first, "another encoder's direction");
    }

    #[test]
    fn every_example_has_its_direction() {
        let (examples, mut directions) = examples();
        directions.pop();
        let options = Options { bits: 8, ..Options::new(Task::OneOf) };
        assert_eq!(fit_second(&LABELS, &examples, &directions, &options), Err(FitError::Directions));
    }
}
