//! The routing steps of one item as people read them, and queues whose requirements nobody meets.

use baton_model::{Escalation, EscalationState, HumanProfile, Millis, Queue, RoutingStep, StepState, Timestamp, WorkItem};

use super::{fit::Judge, relax, relax_words, requirements};

/// Strict first, then each step: over, holding, the one under which a person joined, or still to come.
pub fn steps(e: &Escalation, queue: &Queue) -> Vec<RoutingStep> {
    let current = e.item.step;
    let waiting = matches!(e.state, EscalationState::Queued { .. } | EscalationState::Offered { .. });
    let state = |index: u32| match index.cmp(&current) {
        std::cmp::Ordering::Less => StepState::Expired,
        std::cmp::Ordering::Greater if waiting => StepState::Inactive,
        std::cmp::Ordering::Greater => StepState::Expired,
        std::cmp::Ordering::Equal if waiting => StepState::Active,
        std::cmp::Ordering::Equal if e.accepted_at.is_some() => StepState::Joined,
        std::cmp::Ordering::Equal => StepState::Expired,
    };
    let mut item = WorkItem { requirements: e.item.strict.clone(), step: 0, ..e.item.clone() };
    let mut steps = vec![RoutingStep { state: state(0), relaxes: "as placed".into(), at: item.routing_since }];
    for (index, configured) in (1u32..).zip(&queue.steps) {
        let (Some(next), Some(words)) = (relax(&item, queue), relax_words(&item, queue)) else { break };
        steps.push(RoutingStep {
            state: state(index),
            relaxes: words,
            at: starts(e, queue, index, configured.after_seconds),
        });
        (item.step, item.requirements) = (next.step, next.requirements);
    }
    steps
}

/// What is to come is counted from the next step, which may have been moved; what is over, from the start.
fn starts(e: &Escalation, queue: &Queue, index: u32, after_seconds: u32) -> Timestamp {
    let after = |seconds: u32| Millis::secs(i64::from(seconds));
    let next = usize::try_from(e.item.step).ok().and_then(|n| queue.steps.get(n));
    match (e.item.next_step_at, next) {
        (Some(at), Some(next)) if index > e.item.step => at + after(after_seconds.saturating_sub(next.after_seconds)),
        _ => e.item.routing_since + after(after_seconds),
    }
}

/// What is wrong when no person there is could ever serve this queue as it is placed: the words, and when that changes.
/// Not refused (people come and go), but a supervisor should know before a customer does.
pub fn gap(queue: &Queue, people: &[&HumanProfile]) -> Option<String> {
    let mut item = WorkItem { queue: queue.id.clone(), requirements: requirements(queue), ..WorkItem::default() };
    let anybody = |item: &WorkItem| {
        let judge = Judge::new(item.requirements.clone());
        people.iter().any(|p| judge.fit(p).is_some())
    };
    if anybody(&item) {
        return None;
    }
    for step in &queue.steps {
        let next = relax(&item, queue)?;
        (item.step, item.requirements) = (next.step, next.requirements);
        if anybody(&item) {
            return Some(format!(
                "nobody meets what this queue asks for; somebody may serve it after {} s",
                step.after_seconds
            ));
        }
    }
    Some("nobody meets what this queue asks for, at any step: every wait ends in a callback".into())
}

#[cfg(test)]
mod tests {
    use baton_model::{RelaxStep, Skills};

    use super::*;
    use crate::{
        follow::test_escalation,
        route::{fit::tests::profile, place::tests::queue},
    };

    fn billing() -> Queue {
        let mut billing = queue("billing");
        billing.required_skills = Skills::from([("billing".into(), 4)]);
        billing.steps = vec![
            RelaxStep { after_seconds: 30, lower_proficiency_by: 2, ..RelaxStep::default() },
            RelaxStep { after_seconds: 90, anyone: true, ..RelaxStep::default() },
        ];
        billing
    }

    #[test]
    fn a_step_is_to_come_holds_was_joined_or_is_over() {
        use StepState::{Active, Expired, Inactive, Joined};
        let billing = billing();
        let now = Timestamp::from_millis(1_000_000);
        let mut e = test_escalation(EscalationState::Queued { since: now });
        e.item.requirements = requirements(&billing);
        e.item.strict = e.item.requirements.clone();
        e.item.routing_since = now;
        let states = |e: &Escalation| steps(e, &billing).into_iter().map(|s| s.state).collect::<Vec<_>>();
        assert_eq!(states(&e), [Active, Inactive, Inactive]);
        (e.item.step, e.item.next_step_at) = (1, Some(now + Millis::secs(100)));
        assert_eq!(states(&e), [Expired, Active, Inactive]);
        let told = steps(&e, &billing);
        let words: Vec<&str> = told.iter().map(|s| s.relaxes.as_str()).collect();
        assert_eq!(words, ["as placed", "billing 2 instead of 4", "drop billing"]);
        assert_eq!(told.iter().map(|s| s.at.since(now).0 / 1000).collect::<Vec<_>>(), [0, 30, 100]);
        e.accepted_at = Some(now);
        e.state = EscalationState::Closed { at: now };
        assert_eq!(states(&e), [Expired, Joined, Expired]);
    }

    #[test]
    fn a_skill_nobody_has_is_told_before_a_customer_finds_out() {
        let mut billing = billing();
        let (ana, bo) = (profile("Ana", &[("billing", 4)], &[]), profile("Bo", &[], &[]));
        let words = |q: &Queue, people: &[&HumanProfile]| gap(q, people).unwrap_or_default();
        assert_eq!(words(&billing, &[&ana, &bo]), "");
        assert!(words(&billing, &[&bo]).contains("after 90 s"));
        billing.steps.clear();
        assert!(words(&billing, &[&bo]).contains("callback"));
    }
}
