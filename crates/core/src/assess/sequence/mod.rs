//! A small model of the conversation's course: at this turn, should a person take over, and is the AI failing?
//!
//! Two linear heads over the same named features ([`FEATURES`]). Each feature is a level: what a turn brings is added to
//! it, and it fades with every turn of the customer, so that an old complaint counts little and an apology that works
//! counts for good. A head gives log-odds, so that every feature's share of a decision can be told.
//!
//! It reads the signals and the order of the turns, never anything outside of them; it never looks ahead. The weights are
//! trained (`weights.toml`, made by `cargo xtask train`); nothing here may depend on what they are.
//!
//! To add a feature: its name in [`FEATURES`], its impulse in `levels`, its prior in the trainer; then train.

mod alike;
mod levels;

use std::{collections::BTreeMap, sync::LazyLock};

use baton_model::{Feature, Turn};
use serde::Deserialize;

pub(crate) use alike::{SAME, Said, of_another};
pub use levels::{FEATURES, Kind, Levels};

/// The turns that count, oldest first, with what is compared of them.
#[derive(Debug)]
pub struct Window<'a> {
    pub(crate) turns: Vec<&'a Turn>,
    /// One for each turn; only what customers and AIs say is compared.
    pub(crate) said: Vec<Said<'a>>,
}

impl<'a> Window<'a> {
    pub fn of(turns: Vec<&'a Turn>) -> Self {
        let said = turns.iter().map(|t| Said::by(t)).collect();
        Self { turns, said }
    }
}

/// Log-odds as a sum over the features.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Head {
    pub bias: f32,
    /// In the order of [`FEATURES`].
    pub weights: [f32; FEATURES.len()],
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    pub version: u32,
    /// A person should take over.
    pub takeover: Head,
    /// The AI is failing.
    pub failing: Head,
}

/// As in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    version: u32,
    takeover: NamedHead,
    failing: NamedHead,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedHead {
    bias: f32,
    weights: BTreeMap<String, f32>,
}

impl Model {
    /// Refuses a file whose features are not exactly those there are.
    pub fn parse(toml: &str) -> Result<Self, String> {
        let named: Named = toml::from_str(toml).map_err(|e| e.to_string())?;
        let head = |named: NamedHead| {
            if let Some(unknown) = named.weights.keys().find(|name| FEATURES.iter().all(|f| f.0 != **name)) {
                return Err(format!("there is no feature {unknown}"));
            }
            let mut weights = [0.0; FEATURES.len()];
            for (weight, (name, ..)) in weights.iter_mut().zip(FEATURES) {
                *weight = *named.weights.get(name).ok_or_else(|| format!("{name} has no weight"))?;
            }
            Ok(Head { bias: named.bias, weights })
        };
        Ok(Self { version: named.version, takeover: head(named.takeover)?, failing: head(named.failing)? })
    }

    /// The file that [`Model::parse`] reads.
    pub fn toml(&self) -> String {
        let mut out = format!("version = {}\n", self.version);
        for (name, head) in [("takeover", &self.takeover), ("failing", &self.failing)] {
            out.push_str(&format!("\n[{name}]\nbias = {:.3}\n\n[{name}.weights]\n", head.bias));
            for ((feature, ..), weight) in FEATURES.iter().zip(head.weights) {
                out.push_str(&format!("{feature} = {weight:.3}\n"));
            }
        }
        out
    }

    pub fn read(&self, levels: &Levels) -> Reading {
        let (takeover, by_takeover) = self.takeover.apply(levels);
        let (failing, by_failing) = self.failing.apply(levels);
        let moved_by = if failing >= takeover { by_failing } else { by_takeover };
        Reading { takeover, failing, moved_by }
    }
}

impl Head {
    fn apply(&self, levels: &Levels) -> (f32, Vec<(usize, f32)>) {
        let shares = self.weights.iter().zip(levels.0).map(|(w, level)| w * level).enumerate();
        let odds = shares.clone().fold(self.bias, |sum, (_, share)| sum + share);
        let mut moved: Vec<(usize, f32)> = shares.filter(|(_, share)| share.abs() >= 0.01).collect();
        moved.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
        (1.0 / (1.0 + (-odds).exp()), moved)
    }
}

/// What the model makes of one turn in its place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// Probability that a person should take over here.
    pub takeover: f32,
    /// Probability that the AI is failing.
    pub failing: f32,
    /// Of the likelier of both: place in [`FEATURES`] and share of the log-odds, strongest first.
    moved_by: Vec<(usize, f32)>,
}

impl Reading {
    /// How much the conversation is going wrong: the likelier of both.
    pub fn strain(&self) -> f32 {
        round(self.takeover.max(self.failing))
    }

    /// Whether what the AI does weighs more than what the customer feels.
    pub fn by_the_ai(&self) -> bool {
        let share = |of: Kind| self.moved_by.iter().filter(|m| FEATURES[m.0].1 == of).map(|m| m.1.max(0.0)).sum::<f32>();
        share(Kind::Ai) > share(Kind::Mood)
    }

    /// The two that moved it most, in words.
    pub(crate) fn told(&self) -> String {
        let up = self.moved_by.iter().filter(|(_, share)| *share > 0.0);
        up.take(2).map(|(i, _)| FEATURES[*i].2).collect::<Vec<_>>().join(", ")
    }

    pub fn features(&self) -> Vec<Feature> {
        self.moved_by.iter().map(|&(i, share)| Feature { name: FEATURES[i].0.into(), contribution: round(share) }).collect()
    }
}

pub(crate) fn round(x: f32) -> f32 {
    (x * 1000.0).round() / 1000.0
}

static SHIPPED: LazyLock<Model> = LazyLock::new(|| Model::parse(include_str!("weights.toml")).unwrap_or_default());

/// The weights in the binary.
pub fn shipped() -> &'static Model {
    &SHIPPED
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str) -> usize {
        FEATURES.iter().position(|f| f.0 == name).expect("a feature")
    }

    #[test]
    fn the_shipped_weights_are_sound() {
        let model = Model::parse(include_str!("weights.toml")).expect("parses");
        assert_eq!(&model, shipped());
        assert_eq!(Model::parse(&model.toml()).as_ref(), Ok(&model));
        assert!(model.version > 0);
        for head in [&model.takeover, &model.failing] {
            // What calms never strains, and the other way round.
            for calming in ["thanks", "good_mood", "apology_worked"] {
                assert!(head.weights[place(calming)] <= 0.0, "{calming}");
            }
            for straining in
                ["low_mood", "distress", "not_helped", "asks_again", "repeats_itself", "failed_tools", "cannot_help"]
            {
                assert!(head.weights[place(straining)] >= 0.0, "{straining}");
            }
        }
    }

    #[test]
    fn a_head_tells_what_moved_it() {
        let mut model = Model::default();
        model.takeover.bias = -2.0;
        model.takeover.weights[place("distress")] = 3.0;
        model.takeover.weights[place("thanks")] = -1.0;
        model.failing.bias = -2.0;
        model.failing.weights[place("asks_again")] = 1.0;
        let mut levels = Levels::default();
        levels.0[place("distress")] = 1.0;
        levels.0[place("thanks")] = 0.5;
        let reading = model.read(&levels);
        assert!((reading.takeover - 1.0 / (1.0 + (-0.5f32).exp())).abs() < 1e-6);
        let names: Vec<String> = reading.features().into_iter().map(|f| f.name).collect();
        assert_eq!(names, ["distress", "thanks"]);
        assert_eq!(reading.told(), "the customer is distressed");
        assert!(!reading.by_the_ai());
        levels.0[place("asks_again")] = 2.0;
        levels.0[place("distress")] = 0.0;
        assert!(model.read(&levels).by_the_ai());
    }

    #[test]
    fn weights_of_other_features_are_refused() {
        let file = Model::default().toml();
        let unknown = file.replacen("thanks", "phase_of_the_moon", 1);
        assert!(Model::parse(&unknown).is_err_and(|e| e.contains("phase_of_the_moon")));
        let missing = file.replacen("thanks = 0.000\n", "", 1);
        assert!(Model::parse(&missing).is_err_and(|e| e.contains("thanks")));
    }
}
