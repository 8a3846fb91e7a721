//! Requirements give way as the wait grows. Steps are timed in plain time, because that is what the customer feels.

use baton_model::{Millis, Queue, Requirements, Timestamp, WorkItem};

use super::fit;

/// What holds after a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relaxed {
    /// Steps taken, this one included.
    pub step: u32,
    pub requirements: Requirements,
    pub next_step_at: Option<Timestamp>,
}

pub fn first_step_at(queue: &Queue, since: Timestamp) -> Option<Timestamp> {
    queue.steps.first().map(|step| since + Millis::secs(i64::from(step.after_seconds)))
}

/// The step due at `item.next_step_at`; `None` when the queue has no further one.
pub fn relax(item: &WorkItem, queue: &Queue) -> Option<Relaxed> {
    let index = usize::try_from(item.step).ok()?;
    let step = queue.steps.get(index)?;
    let mut to = item.requirements.clone();
    to.skills.retain(|skill, _| !step.drop_skills.contains(skill));
    for level in to.skills.values_mut() {
        *level = level.saturating_sub(step.lower_proficiency_by).max(1);
    }
    if step.drop_language {
        to.language = None;
    }
    if step.drop_region {
        to.region = None;
    }
    to.attributes.retain(|name, _| !step.drop_attributes.contains(name));
    if step.drop_who {
        to.who = None;
    }
    if step.anyone {
        let (queues, preferred_skills) = (std::mem::take(&mut to.queues), std::mem::take(&mut to.preferred_skills));
        to = Requirements { queues, preferred_skills, ..Requirements::default() };
    }
    for queue in &step.overflow_to {
        if !to.queues.contains(queue) {
            to.queues.push(queue.clone());
        }
    }
    // Steps are spaced as configured, from when this one was due; a changed configuration may not make a step due at once
    // for ever.
    let next_step_at = queue.steps.get(index + 1).map(|next| {
        let apart = i64::from(next.after_seconds) - i64::from(step.after_seconds);
        item.next_step_at.unwrap_or(item.routing_since) + Millis::secs(apart.max(1))
    });
    Some(Relaxed { step: item.step + 1, requirements: to, next_step_at })
}

/// What the next step changes, for people: "drop German, also general".
pub fn relax_words(item: &WorkItem, queue: &Queue) -> Option<String> {
    let next = relax(item, queue)?;
    let now = &item.requirements;
    let mut words = Vec::new();
    for (skill, level) in &now.skills {
        match next.requirements.skills.get(skill) {
            None => words.push(format!("drop {skill}")),
            Some(lower) if lower < level => words.push(format!("{skill} {lower} instead of {level}")),
            Some(_) => {}
        }
    }
    if let (Some(language), None) = (&now.language, &next.requirements.language) {
        words.push(format!("drop {}", fit::language_name(language)));
    }
    if let (Some(region), None) = (&now.region, &next.requirements.region) {
        words.push(format!("any region, not only {region}"));
    }
    let dropped = now.attributes.iter().filter(|(name, _)| !next.requirements.attributes.contains_key(*name));
    words.extend(dropped.map(|(name, value)| format!("drop {name} {value}")));
    if let (Some(who), None) = (&now.who, &next.requirements.who) {
        words.push(format!("drop `{who}`"));
    }
    words.extend(next.requirements.queues.iter().filter(|q| !now.queues.contains(q)).map(|q| format!("also {q}")));
    Some(if words.is_empty() { "nothing more to relax".into() } else { words.join(", ") })
}

#[cfg(test)]
mod tests {
    use baton_model::{Channel, QueueId, RelaxStep, Skills, Tier, Urgency};

    use super::*;
    use crate::route::{Placing, place, place::tests::queue};

    fn step(after: u32, lower: u8, drop: &[&str], drop_language: bool, overflow: &[&str]) -> RelaxStep {
        RelaxStep {
            after_seconds: after,
            lower_proficiency_by: lower,
            drop_skills: drop.iter().map(|s| (*s).to_owned()).collect(),
            drop_language,
            overflow_to: overflow.iter().map(|q| QueueId((*q).into())).collect(),
            ..RelaxStep::default()
        }
    }

    #[test]
    fn steps_add_up_and_the_item_keeps_home_and_age() {
        let mut billing = queue("billing");
        billing.required_skills = Skills::from([("billing".into(), 3), ("legal".into(), 1)]);
        billing.steps = vec![step(30, 1, &[], false, &[]), step(90, 1, &["legal"], true, &["general", "billing"])];
        let now = Timestamp::from_millis(5_000);
        let mut item = place(&Placing {
            queues: std::slice::from_ref(&billing),
            issue_class: "x",
            tier: Tier::Standard,
            urgency: Urgency::Normal,
            channel: Channel::Chat,
            language: Some("de"),
            queue: Some(&billing.id),
            required_skills: &Skills::new(),
            now,
        });
        assert_eq!(relax_words(&item, &billing).as_deref(), Some("billing 2 instead of 3"));
        let one = relax(&item, &billing).expect("a step");
        assert_eq!(one.requirements.skills, Skills::from([("billing".into(), 2), ("legal".into(), 1)]));
        assert_eq!((one.step, one.next_step_at), (1, Some(now + Millis::secs(90))));
        (item.step, item.requirements, item.next_step_at) = (one.step, one.requirements, one.next_step_at);
        assert_eq!(
            relax_words(&item, &billing).as_deref(),
            Some("billing 1 instead of 2, drop legal, drop German, also general")
        );
        let two = relax(&item, &billing).expect("a step");
        assert_eq!(two.requirements.skills, Skills::from([("billing".into(), 1)]));
        assert_eq!(two.requirements.language, None);
        assert_eq!(two.requirements.queues, [QueueId("billing".into()), QueueId("general".into())]);
        assert_eq!(two.next_step_at, None);
        assert_eq!(item.queue, billing.id);
        item.step = two.step;
        assert_eq!(relax(&item, &billing), None);
    }
}
