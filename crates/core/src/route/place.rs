//! From what is known about an escalation to a routable item.

use baton_model::{Channel, Queue, QueueId, Requirements, Skills, Tier, Timestamp, Urgency, WorkItem};

use super::{first_step_at, fit};

/// No item ranks higher, however often it is raised. One point is one second of waiting.
pub const MAX_PRIORITY: i32 = 1_000;
/// What a supervisor alert about a long wait adds.
const RAISE: i32 = 100;

#[derive(Debug, Clone, Copy)]
pub struct Placing<'a> {
    pub queues: &'a [Queue],
    pub issue_class: &'a str,
    pub tier: Tier,
    pub urgency: Urgency,
    pub channel: Channel,
    /// Of the customer, as a language tag; absent when it does not matter.
    pub language: Option<&'a str>,
    /// Forced by a rule or a transfer. An unknown one is ignored.
    pub queue: Option<&'a QueueId>,
    /// On top of what the queue requires; the higher level counts.
    pub required_skills: &'a Skills,
    pub now: Timestamp,
}

/// Queue: the forced one, else the first whose topics name the class, else the default.
pub fn place(p: &Placing<'_>) -> WorkItem {
    let queue = p
        .queue
        .and_then(|id| p.queues.iter().find(|q| q.id == *id))
        .or_else(|| p.queues.iter().find(|q| q.topics.iter().any(|t| t == p.issue_class)))
        .or_else(|| p.queues.iter().find(|q| q.default))
        .or_else(|| p.queues.first());
    let id = queue.map_or_else(|| QueueId("general".into()), |q| q.id.clone());
    let mut requirements =
        queue.map(requirements).unwrap_or_else(|| Requirements { queues: vec![id.clone()], ..Requirements::default() });
    requirements.language = p.language.map(fit::primary_language);
    for (skill, level) in p.required_skills {
        let at_least = requirements.skills.entry(skill.clone()).or_insert(*level);
        *at_least = (*at_least).max(*level);
    }
    WorkItem {
        queue: id,
        strict: requirements.clone(),
        requirements,
        priority: tier_points(p.tier) + urgency_points(p.urgency),
        routing_since: p.now,
        real_since: p.now,
        step: 0,
        next_step_at: queue.and_then(|q| first_step_at(q, p.now)),
        units: queue.map_or_else(|| units(p.channel), |q| units_in(q, p.channel)),
        channel: p.channel,
        target_seconds: queue.map_or(0, |q| target_seconds(q, p.tier)),
        ..WorkItem::default()
    }
}

/// What a queue asks of everybody who serves it.
pub fn requirements(queue: &Queue) -> Requirements {
    Requirements {
        skills: queue.required_skills.clone(),
        language: None,
        queues: vec![queue.id.clone()],
        preferred_skills: queue.preferred_skills.clone(),
        region: queue.required_region.clone(),
        attributes: queue.required_attributes.clone(),
        who: queue.who.clone(),
    }
}

/// The acceptance target of a tier; a tier without targets has those of `standard`.
pub fn target_seconds(queue: &Queue, tier: Tier) -> u32 {
    let targets = queue.targets.get(&tier).or_else(|| queue.targets.get(&Tier::Standard));
    targets.map_or(0, |t| t.accept_seconds)
}

/// What an item of this channel takes in this queue.
pub fn units_in(queue: &Queue, channel: Channel) -> u32 {
    queue.units.get(&channel).copied().unwrap_or_else(|| units(channel))
}

/// What an item of this channel takes of a person's capacity where the queue does not say. A call takes two, so a person who takes calls needs a
/// capacity of at least two.
pub fn units(channel: Channel) -> u32 {
    match channel {
        Channel::Chat | Channel::Email => 1,
        Channel::Voice => 2,
    }
}

/// The priority after one more raise.
pub fn raised(priority: i32) -> i32 {
    priority.saturating_add(RAISE).min(MAX_PRIORITY)
}

fn tier_points(tier: Tier) -> i32 {
    match tier {
        Tier::Standard => 0,
        Tier::Plus => 100,
        Tier::Vip => 300,
    }
}

fn urgency_points(urgency: Urgency) -> i32 {
    match urgency {
        Urgency::Low => -100,
        Urgency::Normal => 0,
        Urgency::High => 150,
        Urgency::Critical => 400,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use baton_model::{Millis, RelaxStep, Targets};

    use super::*;

    pub(in crate::route) fn queue(id: &str) -> Queue {
        let targets = Targets {
            accept_seconds: 60,
            first_reply_seconds: 120,
            next_reply_seconds: 180,
            resolution_seconds: 3_600,
            requester_wait_seconds: None,
        };
        Queue {
            id: QueueId(id.into()),
            name: id.into(),
            max_wait_seconds: 600,
            targets: BTreeMap::from([(Tier::Standard, targets)]),
            ..Queue::default()
        }
    }

    fn queues() -> Vec<Queue> {
        let mut general = queue("general");
        general.default = true;
        let mut billing = queue("billing");
        billing.topics = vec!["billing".into(), "refund".into()];
        billing.required_skills = Skills::from([("billing".into(), 2)]);
        billing.steps = vec![RelaxStep {
            after_seconds: 90,
            lower_proficiency_by: 1,
            drop_skills: vec![],
            drop_language: false,
            overflow_to: vec![],
            ..RelaxStep::default()
        }];
        vec![general, billing]
    }

    #[test]
    fn the_queue_is_forced_else_by_topic_else_the_default() {
        let queues = queues();
        let billing = QueueId("billing".into());
        let unknown = QueueId("gone".into());
        for (forced, class, want) in [
            (None, "refund", "billing"),
            (None, "weather", "general"),
            (Some(&billing), "weather", "billing"),
            (Some(&unknown), "weather", "general"),
            (Some(&unknown), "billing", "billing"),
        ] {
            let skills = Skills::new();
            let item = place(&placing(&queues, class, forced, &skills));
            assert_eq!((item.queue.0.as_str(), &item.requirements.queues), (want, &vec![item.queue.clone()]));
            assert_eq!(item.requirements, item.strict);
        }
        let skills = Skills::new();
        assert_eq!(place(&placing(&[], "x", None, &skills)).queue.0, "general", "no queues at all");
    }

    fn placing<'a>(queues: &'a [Queue], class: &'a str, queue: Option<&'a QueueId>, skills: &'a Skills) -> Placing<'a> {
        Placing {
            queues,
            issue_class: class,
            tier: Tier::Standard,
            urgency: Urgency::Normal,
            channel: Channel::Chat,
            language: Some("de-CH"),
            queue,
            required_skills: skills,
            now: Timestamp::from_millis(1_000_000),
        }
    }

    #[test]
    fn requirements_add_up_and_the_first_step_is_timed() {
        let skills = Skills::from([("billing".into(), 1), ("legal".into(), 3)]);
        let queues = queues();
        let item = place(&placing(&queues, "billing", None, &skills));
        assert_eq!(item.requirements.skills, Skills::from([("billing".into(), 2), ("legal".into(), 3)]));
        assert_eq!(item.requirements.language.as_deref(), Some("de"));
        assert_eq!(item.next_step_at, Some(item.real_since + Millis::secs(90)));
        assert_eq!((item.units, units(Channel::Voice)), (1, 2));
    }

    #[test]
    fn priority_is_tier_and_urgency() {
        let (queues, skills) = (queues(), Skills::new());
        for (tier, urgency, want) in [
            (Tier::Standard, Urgency::Normal, 0),
            (Tier::Standard, Urgency::Low, -100),
            (Tier::Plus, Urgency::High, 250),
            (Tier::Vip, Urgency::Critical, 700),
        ] {
            let p = Placing { tier, urgency, ..placing(&queues, "x", None, &skills) };
            assert_eq!(place(&p).priority, want);
        }
        assert_eq!((raised(0), raised(950), raised(i32::MAX)), (100, 1_000, 1_000));
    }
}
