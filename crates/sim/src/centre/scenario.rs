//! A scenario: who writes when, who works when, and how long things take. Read from TOML, checked before it runs.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use baton_core::{calendar, route};
use baton_model::{Hours, Millis, Queue, QueueId, Skills, Tier, Timestamp, Urgency};
use serde::Deserialize;

/// Shipped scenarios by name.
const SHIPPED: [(&str, &str); 5] = [
    ("shop", include_str!("../../scenarios/shop.toml")),
    ("shifts", include_str!("../../scenarios/shifts.toml")),
    ("skills", include_str!("../../scenarios/skills.toml")),
    ("three-zones", include_str!("../../scenarios/three-zones.toml")),
    ("ten-thousand", include_str!("../../scenarios/ten-thousand.toml")),
];

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    pub name: String,
    #[serde(default)]
    pub about: String,
    /// Virtual start of the day, RFC 3339.
    pub start: Timestamp,
    pub hours: f64,
    /// What happens before is not counted.
    #[serde(default)]
    pub warm_up_hours: f64,
    /// Of the waits told, this share is scored: a forecast costs more than a decision.
    #[serde(default = "all")]
    pub forecast_share: f64,
    /// Seconds until somebody who is asked answers, exponential. 0: at once.
    #[serde(default)]
    pub answer_seconds: f64,
    /// Share of offers that are declined.
    #[serde(default)]
    pub decline_share: f64,
    /// Skills by number, `s0` to `s{n-1}`, for streams and people that are spread over them.
    #[serde(default)]
    pub skills: Option<Spread>,
    /// Somebody's proficiency in what an item asks for changes how long it takes: 0.75 at 1, 1 at 3, 1.25 at 5.
    #[serde(default)]
    pub proficiency_is_speed: bool,
    #[serde(default)]
    pub queues: Vec<Queue>,
    #[serde(rename = "stream")]
    pub streams: Vec<Stream>,
    #[serde(rename = "people")]
    pub people: Vec<People>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spread {
    pub count: u32,
    /// Demand differs between skills by up to this share either way.
    #[serde(default)]
    pub skew: f64,
}

/// Customers of one kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    pub name: String,
    #[serde(default)]
    pub queue: Option<QueueId>,
    #[serde(default)]
    pub language: Option<String>,
    #[serde(default)]
    pub skills: Skills,
    /// Each asks for one of the numbered skills.
    #[serde(default)]
    pub spread: bool,
    /// Shares; they need not add up to one.
    #[serde(default = "standard")]
    pub tiers: BTreeMap<Tier, f64>,
    #[serde(default)]
    pub urgency: Option<Urgency>,
    /// In which `per_hour` counts the hours.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// Mean arrivals in each local hour of the day: 24 numbers, or one for all.
    pub per_hour: Vec<f64>,
    pub handle: Length,
    /// Mean patience, exponential. Absent: nobody gives up.
    #[serde(default)]
    pub patience_seconds: Option<f64>,
}

/// How long something takes.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Length {
    #[serde(default)]
    pub kind: Kind,
    pub mean_seconds: f64,
    /// Standard deviation over mean, of `log_normal`.
    #[serde(default = "all")]
    pub cv: f64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    #[default]
    Exponential,
    LogNormal,
    Constant,
}

/// People of one kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    pub count: u32,
    #[serde(default)]
    pub skills: Skills,
    /// Numbered skills for each: one main skill, 2 to 5, and others, 1 to 4. 0: none.
    #[serde(default)]
    pub spread: u32,
    #[serde(default)]
    pub languages: Vec<String>,
    #[serde(default)]
    pub queues: Vec<QueueId>,
    #[serde(default = "one")]
    pub capacity: u32,
    #[serde(default)]
    pub hours: Option<Hours>,
    /// Share that does not come at all.
    #[serde(default)]
    pub absent: f64,
}

fn all() -> f64 {
    1.0
}

fn one() -> u32 {
    1
}

fn utc() -> String {
    "UTC".into()
}

fn standard() -> BTreeMap<Tier, f64> {
    BTreeMap::from([(Tier::Standard, 1.0)])
}

/// Names of the shipped scenarios.
pub fn shipped() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

impl Scenario {
    /// A shipped scenario by its name.
    pub fn named(name: &str) -> Result<Self> {
        Self::parse(Self::text(name).with_context(|| format!("no scenario `{name}`"))?)
    }

    /// The text of a shipped scenario, to start from.
    pub fn text(name: &str) -> Option<&'static str> {
        SHIPPED.iter().find(|(n, _)| *n == name).map(|(_, text)| *text)
    }

    pub fn parse(toml: &str) -> Result<Self> {
        let scenario: Self = toml::from_str(toml).context("not a scenario")?;
        scenario.check()?;
        Ok(scenario)
    }

    /// Everything that would make the numbers meaningless is refused.
    pub fn check(&self) -> Result<()> {
        ensure!(self.hours > 0.0 && self.hours <= 24.0 * 31.0, "hours must be above 0 and at most a month");
        ensure!((0.0..self.hours).contains(&self.warm_up_hours), "warm_up_hours must be 0 up to hours");
        ensure!((0.0..=1.0).contains(&self.forecast_share), "forecast_share must be 0 to 1");
        ensure!((0.0..1.0).contains(&self.decline_share), "decline_share must be 0 up to 1");
        ensure!(!self.streams.is_empty(), "no [[stream]]");
        ensure!(self.people.iter().any(|p| p.count > 0), "no [[people]]");
        if !self.queues.is_empty()
            && let Err(refusal) = route::check_queues(&self.queues)
        {
            let places: Vec<String> = refusal.places.iter().map(|p| format!("queues{}: {}", p.at, p.problem)).collect();
            bail!("{}", places.join("; "));
        }
        for s in &self.streams {
            let at = &s.name;
            ensure!([1, 24].contains(&s.per_hour.len()), "stream `{at}`: per_hour has 24 numbers or one");
            ensure!(s.per_hour.iter().all(|n| *n >= 0.0 && n.is_finite()), "stream `{at}`: per_hour is negative");
            ensure!(s.handle.mean_seconds > 0.0 && s.handle.cv > 0.0, "stream `{at}`: handle must be above 0");
            ensure!(s.patience_seconds.is_none_or(|p| p > 0.0), "stream `{at}`: patience_seconds must be above 0");
            ensure!(s.tiers.values().sum::<f64>() > 0.0, "stream `{at}`: tiers add up to nothing");
            ensure!(calendar::known_zone(&s.time_zone), "stream `{at}`: time_zone `{}` is unknown", s.time_zone);
            ensure!(!s.spread || self.skills.is_some(), "stream `{at}`: spread needs [skills]");
            if let Some(queue) = &s.queue {
                ensure!(self.queues.iter().any(|q| q.id == *queue), "stream `{at}`: there is no queue `{queue}`");
            }
        }
        for (n, p) in self.people.iter().enumerate() {
            ensure!(p.capacity > 0, "people {n}: capacity is 0");
            ensure!((0.0..=1.0).contains(&p.absent), "people {n}: absent must be 0 to 1");
            ensure!(p.spread <= self.skills.map_or(0, |s| s.count), "people {n}: spread over more skills than there are");
            if let Some(hours) = &p.hours {
                calendar::check(hours).map_err(|e| anyhow::anyhow!("people {n}: {e}"))?;
            }
        }
        Ok(())
    }

    /// Whoever arrives earlier is not measured: the line is still filling.
    pub(super) fn counts_from(&self) -> Timestamp {
        self.start + Millis((self.warm_up_hours * 3_600_000.0) as i64)
    }

    /// The same with all arrivals multiplied.
    #[must_use]
    pub fn scaled(mut self, by: f64) -> Self {
        self.streams.iter_mut().flat_map(|s| &mut s.per_hour).for_each(|n| *n *= by);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_ones_are_valid() {
        for name in shipped() {
            if let Err(error) = Scenario::named(name) {
                panic!("{name}: {error:#}");
            }
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let good = include_str!("../../scenarios/shop.toml");
        for (from, to, why) in [
            ("capacity = 1", "capacity = 0", "capacity is 0"),
            ("time_zone = \"Europe/Berlin\"\nper_hour", "time_zone = \"Mars\"\nper_hour", "time_zone `Mars`"),
            ("warm_up_hours = 0", "warm_up_hours = 99", "warm_up_hours"),
            ("[[people]]", "[[people]]\nshoe_size = 3", "not a scenario"),
        ] {
            assert!(good.contains(from), "{from}");
            let error = Scenario::parse(&good.replacen(from, to, 1)).expect_err(why);
            assert!(format!("{error:#}").contains(why), "{error:#}");
        }
    }
}
