//! What was observed of a workspace's waits, and how earlier forecasts held.

use baton_model::{Millis, QueueId, Tier};
use imbl::OrdMap;
use serde::{Deserialize, Serialize};

use super::{
    Forecast,
    line::{Handling, Line},
};

/// Observations before a rate is believed.
const ENOUGH: f64 = 20.0;
/// A handling time before enough are known.
const PRIOR: Millis = Millis::mins(6);
/// Beyond this many, older observations weigh less.
const MEMORY: f64 = 1_000.0;
/// Milliseconds to answer an offer before enough are known: one in ten, half, and nine of ten within.
const ANSWER: [f64; 3] = [3_000.0, 10_000.0, 25_000.0];
/// The same quantiles of an exponential time, as parts of its mean.
const EXPONENTIAL: [f64; 3] = [0.105_360_5, std::f64::consts::LN_2, std::f64::consts::LN_10];
/// The shares of waits that the three told quantiles should cover.
const SHARES: [f64; 3] = [0.1, 0.5, 0.9];
/// How much one outcome moves a correction: much at first, little once many are known.
const FIRST_STEP: f64 = 0.5;
const LAST_STEP: f64 = 0.04;
/// So many places in the line halve the weight of an outcome.
const SAME_MISTAKE: f64 = 30.0;
/// A correction stays within these.
const FACTOR: std::ops::RangeInclusive<f64> = 0.02..=50.0;

/// Handling times by class, patience by queue, corrections and scores by queue and tier. Bounded by their numbers. `Clone`
/// is cheap. A function of what it was told, in order, with basic arithmetic only, so that every machine computes the same.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    handled: OrdMap<String, Moments>,
    all: Moments,
    answers: Moments,
    patience: OrdMap<QueueId, Patience>,
    held: OrdMap<QueueId, OrdMap<Tier, Record>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Moments {
    count: f64,
    mean: f64,
    /// Sum of squared deviations.
    squares: f64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Patience {
    left: f64,
    /// Milliseconds waited by all, whoever left and whoever was served.
    waited: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Record {
    factors: [f64; 3],
    /// Outcomes that moved them.
    corrected: u32,
    score: Score,
}

impl Default for Record {
    fn default() -> Self {
        Self { factors: [1.0; 3], corrected: 0, score: Score::default() }
    }
}

/// How told waits held, of those who were served.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    pub told: u32,
    /// Served before the upper end.
    pub kept: u32,
    /// Served between `p10` and `p90`: four of five when the forecast is true.
    pub inside: u32,
}

impl Pace {
    /// A place was taken for this long by work of the class.
    pub fn handled(&mut self, class: &str, length: Millis) {
        let ms = length.0.max(0) as f64;
        self.handled.entry(class.to_owned()).or_default().add(ms);
        self.all.add(ms);
    }

    /// Somebody who was asked took this long to accept.
    pub fn answered(&mut self, length: Millis) {
        self.answers.add(length.0.max(0) as f64);
    }

    /// Somebody waited, and was served or gave up.
    pub fn waited(&mut self, queue: &QueueId, length: Millis, gave_up: bool) {
        let p = self.patience.entry(queue.clone()).or_default();
        if p.left >= MEMORY {
            p.left /= 2.0;
            p.waited /= 2.0;
        }
        p.left += f64::from(u8::from(gave_up));
        p.waited += length.0.max(0) as f64;
    }

    /// Somebody who had been told `forecast` was served after `wait`: the corrections move so that in the long run the told
    /// quantiles are true (adaptive conformal inference; I. Gibbs and E. Candès, NeurIPS 2021, on a logarithmic scale).
    /// From far back in the line (`position`, 1 is next) many were told the same mistake: each of them counts for less.
    pub fn served(&mut self, queue: &QueueId, tier: Tier, forecast: &Forecast, position: u32, wait: Millis) {
        let answering = self.answering();
        let record = self.held.entry(queue.clone()).or_default().entry(tier).or_default();
        let score = &mut record.score;
        score.told = score.told.saturating_add(1);
        score.kept = score.kept.saturating_add(u32::from(wait <= forecast.p90));
        score.inside = score.inside.saturating_add(u32::from(forecast.p10 <= wait && wait <= forecast.p90));
        if *forecast == answering {
            // Nobody was ahead: nothing was foretold that could be corrected.
            return;
        }
        record.corrected = record.corrected.saturating_add(1);
        let step = (FIRST_STEP * 4.0 / f64::from(record.corrected.saturating_add(3))).max(LAST_STEP);
        let step = step / (1.0 + f64::from(position) / SAME_MISTAKE);
        let ends = [forecast.p10, forecast.p50, forecast.p90];
        for ((factor, share), end) in record.factors.iter_mut().zip(SHARES).zip(ends) {
            let moved = if wait > end { 1.0 + step * share } else { 1.0 - step * (1.0 - share) };
            *factor = (*factor * moved).clamp(*FACTOR.start(), *FACTOR.end());
        }
    }

    /// How the promises of a queue held, over all tiers.
    pub fn score(&self, queue: &QueueId) -> Score {
        let tiers = self.held.get(queue).into_iter().flat_map(OrdMap::values);
        tiers.fold(Score::default(), |sum, r| Score {
            told: sum.told.saturating_add(r.score.told),
            kept: sum.kept.saturating_add(r.score.kept),
            inside: sum.inside.saturating_add(r.score.inside),
        })
    }

    /// How long a place stays taken by this class: its own times once enough are known, else those of all classes.
    pub(in crate::route) fn handling(&self, class: &str) -> Handling {
        let own = self.handled.get(class).copied().unwrap_or_default();
        let known = [own, self.all].into_iter().find(|m| m.count >= ENOUGH);
        match known {
            Some(m) => Handling {
                mean: Millis((m.mean as i64).max(1_000)),
                cv2: (m.squares / m.count / (m.mean * m.mean).max(1.0)).clamp(0.1, 10.0),
                known: true,
            },
            None => Handling { mean: PRIOR, cv2: 1.0, known: false },
        }
    }

    pub(in crate::route) fn gives_up(&self, queue: &QueueId) -> Option<f64> {
        let p = self.patience.get(queue).filter(|p| p.left >= ENOUGH && p.waited > 0.0)?;
        Some(p.left / p.waited)
    }

    /// What is told: the theory, corrected by how it held before.
    pub(in crate::route) fn forecast(&self, line: &Line, queue: &QueueId, tier: Tier) -> Option<Forecast> {
        let factors = self.held.get(queue).and_then(|tiers| tiers.get(&tier)).map_or([1.0; 3], |r| r.factors);
        let [p10, p50, p90] = line.quantiles(factors)?;
        // Each correction is learned by itself: two may have crossed.
        let p50 = p50.max(p10);
        Some(Forecast::of([p10, p50, p90.max(p50)], self.answer()))
    }

    /// Somebody has been asked, and only their answer is waited for.
    pub fn answering(&self) -> Forecast {
        Forecast::of([0.0; 3], self.answer())
    }

    fn answer(&self) -> [f64; 3] {
        if self.answers.count >= ENOUGH { EXPONENTIAL.map(|part| part * self.answers.mean) } else { ANSWER }
    }
}

impl Moments {
    fn add(&mut self, value: f64) {
        if self.count >= MEMORY {
            self.count /= 2.0;
            self.squares /= 2.0;
        }
        self.count += 1.0;
        let off = value - self.mean;
        self.mean += off / self.count;
        self.squares += off * (value - self.mean);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::forecast::line::tests::line;

    fn billing() -> QueueId {
        QueueId("billing".into())
    }

    #[test]
    fn a_mean_is_believed_after_twenty() {
        let mut pace = Pace::default();
        for n in 1..20 {
            pace.handled("refund", Millis::secs(50 + 10 * (n % 2)));
            assert_eq!(pace.handling("refund"), Handling { mean: PRIOR, cv2: 1.0, known: false });
        }
        pace.handled("refund", Millis::secs(50));
        let got = pace.handling("refund");
        assert!(got.known && (got.mean.0 - 55_000).abs() < 10 && got.cv2 == 0.1, "{got:?}");
        assert_eq!(pace.handling("other"), got, "other classes borrow from all");
        for _ in 0..5_000 {
            pace.handled("refund", Millis::secs(200));
        }
        assert!(pace.handling("refund").mean > Millis::secs(195), "old times fade");
    }

    #[test]
    fn patience_is_the_share_that_leaves_per_time_waited() {
        let mut pace = Pace::default();
        for n in 0..200 {
            assert_eq!(pace.gives_up(&billing()).is_some(), n >= 100, "after twenty who left");
            pace.waited(&billing(), Millis::secs(60), n % 5 == 4);
        }
        assert_eq!(pace.gives_up(&billing()), Some(40.0 / (200.0 * 60_000.0)));
    }

    #[test]
    fn corrections_make_the_told_quantiles_true() {
        let mut pace = Pace::default();
        let l = line(20, 0, 10.0, Millis::secs(300));
        // Waits are three times what the theory says, and spread from 0.5 to 1.5 of that.
        let mut seen = 1u64;
        let (mut inside, mut below) = (0, 0);
        for n in 0..4_000 {
            seen = seen.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let wait = Millis((3.0 * 630_000.0 * (0.5 + (seen >> 40) as f64 / (1u64 << 24) as f64)) as i64);
            let f = pace.forecast(&l, &billing(), Tier::Vip).expect("somebody is there");
            if n >= 1_000 {
                inside += u32::from(f.p10 <= wait && wait <= f.p90);
                below += u32::from(wait <= f.p50);
            }
            pace.served(&billing(), Tier::Vip, &f, 20, wait);
        }
        assert!((2_310..=2_490).contains(&inside), "{inside} of 3000, want 2400");
        assert!((1_410..=1_590).contains(&below), "{below} of 3000, want 1500");
        let score = pace.score(&billing());
        assert!(score.told == 4_000 && score.kept > 3_400, "{score:?}");
        assert_eq!(pace.score(&QueueId("other".into())), Score::default());
        let text = serde_json::to_string(&pace).expect("serialises");
        assert_eq!(serde_json::from_str::<Pace>(&text).expect("reads"), pace, "byte for byte");
    }
}
