//! The floor of a contact centre, as every rule finds it: the same people, the same customers, the same lengths of work.

use std::collections::{BTreeMap, BTreeSet};

use baton_core::{
    calendar,
    route::{self, Placing},
};
use baton_model::{
    Channel, EscalationId, Held, HumanAgent, HumanAgentId, HumanProfile, Millis, Presence, Queue, QueueId, Targets, Tier,
    Timestamp, Urgency, Willing, WorkItem,
};
use rand::{Rng as _, SeedableRng as _, rngs::SmallRng};

use super::scenario::{Kind, Length, People, Scenario, Stream};

/// A customer, with everything about them that does not depend on the rule.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) stream: usize,
    pub(crate) tier: Tier,
    pub(crate) arrives: Timestamp,
    /// Work in milliseconds at speed 1.
    pub(crate) work: f64,
    pub(crate) gives_up: Option<Millis>,
    pub(crate) item: WorkItem,
    pub(crate) scored: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) human: HumanAgent,
    pub(crate) busy: Millis,
    pub(crate) paid: Millis,
    pub(crate) served: u32,
}

impl Person {
    pub(crate) fn here(&self) -> bool {
        self.human.presence.willing == Willing::Available
    }

    pub(crate) fn free(&self, units: u32) -> bool {
        self.here() && self.human.load() + units <= self.human.profile.capacity
    }

    /// How fast they do this work.
    pub(crate) fn speed(&self, item: &WorkItem) -> f64 {
        let levels = item.requirements.skills.keys().filter_map(|s| self.human.profile.skills.get(s));
        let (sum, n) = levels.fold((0.0, 0.0), |(sum, n), level| (sum + f64::from(*level), n + 1.0));
        if n > 0.0 { 0.625 + 0.125 * sum / n } else { 1.0 }
    }
}

/// People and customers. A rule reads it and never changes it.
#[derive(Debug, Clone)]
pub(crate) struct Floor {
    pub(crate) queues: Vec<Queue>,
    pub(crate) cases: Vec<Case>,
    pub(crate) people: Vec<Person>,
    /// In the line, oldest first.
    pub(crate) waiting: BTreeSet<usize>,
    pub(crate) by_speed: bool,
}

pub(crate) fn escalation(case: usize) -> EscalationId {
    EscalationId::from(uuid::Uuid::from_u128(case as u128 + 1))
}

pub(crate) fn case_of(id: EscalationId) -> usize {
    usize::try_from(id.uuid().as_u128()).unwrap_or(1) - 1
}

pub(crate) fn human(person: usize) -> HumanAgentId {
    HumanAgentId::from(uuid::Uuid::from_u128(person as u128 + 1))
}

pub(crate) fn person_of(id: HumanAgentId) -> usize {
    usize::try_from(id.uuid().as_u128()).unwrap_or(1) - 1
}

impl Floor {
    /// All that chance decides before anybody is matched: equal for every rule of a run.
    pub(crate) fn new(scenario: &Scenario, seed: u64) -> Self {
        let mut dice = SmallRng::seed_from_u64(seed);
        let queues = if scenario.queues.is_empty() { vec![general()] } else { scenario.queues.clone() };
        let people = scenario.people.iter().flat_map(|p| hired(scenario, p, &mut dice)).collect::<Vec<_>>();
        let people = people.into_iter().enumerate().map(|(n, profile)| person(n, profile, scenario.start)).collect();
        let mut cases: Vec<Case> = Vec::new();
        for (n, stream) in scenario.streams.iter().enumerate() {
            arrivals(scenario, n, stream, &queues, &mut dice, &mut cases);
        }
        cases.sort_by_key(|c| (c.arrives, c.stream));
        Self { queues, cases, people, waiting: BTreeSet::new(), by_speed: scenario.proficiency_is_speed }
    }

    pub(crate) fn qualifies(&self, person: usize, case: usize) -> bool {
        let (profile, needs) = (&self.people[person].human.profile, &self.cases[case].item.requirements);
        (profile.queues.is_empty() || needs.queues.iter().any(|q| profile.queues.contains(q)))
            && needs.skills.iter().all(|(skill, level)| profile.skills.get(skill).is_some_and(|has| has >= level))
            && needs.language.as_deref().is_none_or(|l| route::fit::speaks(profile, l))
    }

    pub(crate) fn hold(&mut self, person: usize, case: usize) {
        let units = self.cases[case].item.units;
        self.people[person].human.held.push(Held::new(escalation(case), units, Channel::Chat));
    }

    pub(crate) fn release(&mut self, person: usize, case: usize, now: Timestamp) {
        let human = &mut self.people[person].human;
        human.held.retain(|h| h.escalation != escalation(case));
        if human.held.is_empty() {
            human.idle_since = now;
        }
    }
}

/// Always open, for scenarios that name no queues.
pub(crate) fn general() -> Queue {
    let targets = |accept: u32| Targets {
        accept_seconds: accept,
        first_reply_seconds: 2 * accept,
        next_reply_seconds: 300,
        resolution_seconds: 8 * 3_600,
        requester_wait_seconds: None,
    };
    Queue {
        id: QueueId("general".into()),
        name: "General".into(),
        default: true,
        max_wait_seconds: 3_600,
        targets: BTreeMap::from([(Tier::Standard, targets(300)), (Tier::Plus, targets(120)), (Tier::Vip, targets(30))]),
        ..Queue::default()
    }
}

fn hired(scenario: &Scenario, people: &People, dice: &mut SmallRng) -> Vec<HumanProfile> {
    let numbered = scenario.skills.map_or(0, |s| s.count);
    let mut profiles = Vec::new();
    for n in 0..people.count {
        let absent = people.absent > 0.0 && dice.random::<f64>() < people.absent;
        let mut skills = people.skills.clone();
        if people.spread > 0 {
            skills.insert(format!("s{}", n % numbered), dice.random_range(2..=5));
            while skills.len() < people.skills.len() + people.spread as usize {
                let skill = format!("s{}", dice.random_range(0..numbered));
                skills.entry(skill).or_insert_with(|| dice.random_range(1..=4));
            }
        }
        if absent {
            continue;
        }
        profiles.push(HumanProfile {
            name: String::new(),
            skills,
            languages: people.languages.clone(),
            queues: people.queues.clone(),
            hours: people.hours.clone().unwrap_or_default(),
            capacity: people.capacity,
            ..HumanProfile::default()
        });
    }
    profiles
}

fn person(n: usize, profile: HumanProfile, start: Timestamp) -> Person {
    let profile = HumanProfile { name: format!("Person {}", n + 1), ..profile };
    let presence = Presence { since: start, ..Presence::default() };
    let profile = std::sync::Arc::new(profile);
    let human = HumanAgent { id: human(n), profile, presence, held: Vec::new(), idle_since: start, offered_at: start };
    Person { human, busy: Millis(0), paid: Millis(0), served: 0 }
}

fn arrivals(
    scenario: &Scenario,
    index: usize,
    stream: &Stream,
    queues: &[Queue],
    dice: &mut SmallRng,
    cases: &mut Vec<Case>,
) {
    let most = stream.per_hour.iter().copied().fold(0.0, f64::max);
    if most <= 0.0 {
        return;
    }
    let zone = calendar::zone(&stream.time_zone);
    let demand = Demand::new(scenario, stream, dice);
    let tiers: f64 = stream.tiers.values().sum();
    let end = scenario.hours * 3_600_000.0;
    let mut at = 0.0;
    loop {
        // Thinning: a Poisson process at the highest rate, of which each arrival stays by the rate of its hour.
        at += exponential(dice) * 3_600_000.0 / most;
        if at >= end {
            return;
        }
        let arrives = scenario.start + Millis(at as i64);
        let hour = arrives.to_jiff().to_zoned(zone.clone()).hour();
        let rate = stream.per_hour.get(hour as usize).or(stream.per_hour.first()).copied().unwrap_or(0.0);
        if dice.random::<f64>() * most >= rate {
            continue;
        }
        let mut draw = dice.random::<f64>() * tiers;
        let tier = stream.tiers.iter().find(|(_, share)| {
            draw -= **share;
            draw < 0.0
        });
        let tier = tier.map_or(Tier::Standard, |(tier, _)| *tier);
        let mut skills = stream.skills.clone();
        if let Some(skill) = demand.draw(dice) {
            skills.insert(skill, 1);
        }
        let work = length(&stream.handle, dice);
        let gives_up = stream.patience_seconds.map(|mean| Millis((exponential(dice) * mean * 1_000.0) as i64));
        let item = route::place(&Placing {
            queues,
            issue_class: &stream.name,
            tier,
            urgency: stream.urgency.unwrap_or(Urgency::Normal),
            channel: Channel::Chat,
            language: stream.language.as_deref(),
            queue: stream.queue.as_ref(),
            required_skills: &skills,
            now: arrives,
        });
        let scored = dice.random::<f64>() < scenario.forecast_share;
        cases.push(Case { stream: index, tier, arrives, work, gives_up, item, scored });
    }
}

/// Which of the numbered skills is asked for how often.
struct Demand(Vec<f64>);

impl Demand {
    fn new(scenario: &Scenario, stream: &Stream, dice: &mut SmallRng) -> Self {
        let Some(spread) = scenario.skills.filter(|_| stream.spread) else { return Self(Vec::new()) };
        Self((0..spread.count).map(|_| 1.0 + spread.skew * (2.0 * dice.random::<f64>() - 1.0)).collect())
    }

    fn draw(&self, dice: &mut SmallRng) -> Option<String> {
        let mut left = dice.random::<f64>() * self.0.iter().sum::<f64>();
        let found = self.0.iter().position(|share| {
            left -= share;
            left < 0.0
        });
        found.map(|n| format!("s{n}"))
    }
}

/// Milliseconds.
fn length(of: &Length, dice: &mut SmallRng) -> f64 {
    let mean = of.mean_seconds * 1_000.0;
    match of.kind {
        Kind::Constant => mean,
        Kind::Exponential => mean * exponential(dice),
        Kind::LogNormal => {
            let variance = (1.0 + of.cv * of.cv).ln();
            mean * (variance.sqrt() * normal(dice) - variance / 2.0).exp()
        }
    }
}

/// With mean 1.
pub(crate) fn exponential(dice: &mut SmallRng) -> f64 {
    -(1.0 - dice.random::<f64>()).ln()
}

/// Box and Muller, Annals of Mathematical Statistics 29, 1958.
fn normal(dice: &mut SmallRng) -> f64 {
    let radius = (-2.0 * (1.0 - dice.random::<f64>()).ln()).sqrt();
    radius * (std::f64::consts::TAU * dice.random::<f64>()).cos()
}
