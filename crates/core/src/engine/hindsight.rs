//! A finished conversation under another policy: stored signals, new decisions.
//!
//! The replay ends where the AI stopped being alone: what came after belongs to another history. What does not depend on a
//! policy stays: a press of the button, an assistant that broke, an offer that the customer declined.

use std::{collections::BTreeMap, sync::Arc};

use baton_model::{
    Action, Author, Basis, Case, ChangedCourse, Conversation, Costs, Decision, Drawn, Event, Facts, FactsState, Layer,
    Moment, NoticeKind, Policy, Recorded, Timestamp, Treatment, Trigger, Truth,
};

use crate::{
    assess::{self, CompiledPolicy, Seen},
    learn::{self, Weighed, Weigher},
};

/// Shifts of the frontier: the policy as it is, more careful, and bolder.
pub const SHIFTS: [f32; 7] = [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3];

/// The course of a conversation under a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    pub course: Treatment,
    /// Where a person first comes in.
    pub moment: Option<Moment>,
}

/// Two policies and the frontier around the second, compiled once.
#[derive(Debug)]
pub struct Comparison {
    before: CompiledPolicy,
    after: CompiledPolicy,
    shifted: Vec<CompiledPolicy>,
    /// Policies by version, for conversations whose policy chance chose.
    arms: BTreeMap<u32, CompiledPolicy>,
}

impl Comparison {
    pub fn new(before: Arc<Policy>, after: Policy, frontier: bool) -> Self {
        let compiled = |p: Policy| CompiledPolicy::new(Arc::new(p));
        let shifted = if frontier { SHIFTS.map(|s| compiled(shifted(&after, s))).into() } else { Vec::new() };
        Self { before: CompiledPolicy::new(before), shifted, after: compiled(after), arms: BTreeMap::new() }
    }

    /// With the policies that a workspace has had, from the events of its own stream: only then can chance be reckoned with.
    pub fn with_history(mut self, events: &[Recorded]) -> Self {
        let default = super::state::State::default().policy;
        let had = events.iter().filter_map(|recorded| match &recorded.event {
            Event::PolicyApplied { policy, .. } => Some(Arc::clone(policy)),
            Event::TrialStarted { trial } => Some(Arc::clone(&trial.policy)),
            _ => None,
        });
        self.arms = std::iter::once(default).chain(had).map(|p| (p.version, CompiledPolicy::new(p))).collect();
        self
    }

    /// Empty, with the shifts of this comparison.
    pub fn weigher(&self, costs: Costs) -> Weigher {
        Weigher::new(costs, if self.shifted.is_empty() { Vec::new() } else { SHIFTS.into() })
    }

    /// One finished conversation under both.
    pub fn weigh_case(&self, c: &Conversation, case: &Case, now: Timestamp) -> Weighed {
        let (truth, basis) = learn::truth(case, now);
        let change = ChangedCourse {
            conversation: Some(case.conversation),
            escalation: case.escalation,
            headline: case.headline.clone(),
            ..ChangedCourse::of(case.topic.clone(), truth, basis)
        };
        let mut weighed = self.weigh(c, change);
        if let Some(chance) = case.drawn.and_then(|d| self.chance_to_go_on(c, d)) {
            if case.contained() {
                weighed.weight = 1.0 / chance;
            } else {
                (weighed.change.truth, weighed.change.basis) = (Truth::Unknown, Basis::Represented);
            }
        }
        weighed
    }

    /// One conversation under both. `change` comes with everything but the courses.
    pub fn weigh(&self, c: &Conversation, change: ChangedCourse) -> Weighed {
        let (before, after) = (replay(&self.before, c), replay(&self.after, c));
        Weighed {
            weight: 1.0,
            at: c.opened_at,
            turns: c.turns.len().try_into().unwrap_or(u32::MAX),
            shifted: self.shifted.iter().map(|p| replay(p, c).course).collect(),
            change: ChangedCourse {
                before: before.course,
                after: after.course,
                moment: after.moment.or(before.moment),
                ..change
            },
        }
    }

    /// How likely it was that the AI went on, where that was left to chance.
    fn chance_to_go_on(&self, c: &Conversation, drawn: Drawn) -> Option<f64> {
        let goes_on = |version| Some(replay(self.arms.get(&version)?, c).course != Treatment::Escalated);
        let share = f64::from(drawn.share) / 100.0;
        match (goes_on(drawn.trial)?, goes_on(drawn.control)?) {
            (true, false) => Some(share),
            (false, true) => Some(1.0 - share),
            (true, true) | (false, false) => None,
        }
    }
}

/// Decides the conversation again. Facts are those that the conversation holds.
pub fn replay(policy: &CompiledPolicy, past: &Conversation) -> Replayed {
    let facts: Option<&Facts> = match &past.facts {
        FactsState::Known { facts } => Some(facts),
        FactsState::Unknown | FactsState::Pending { .. } | FactsState::Failed { .. } => None,
    };
    let mut c = bare(past);
    let mut customer_turn = 0;
    let mut offered: Option<Moment> = None;
    let mut recorded = past.decisions.iter().peekable();
    for (index, turn) in past.turns.iter().enumerate() {
        if hands_over(&turn.author) {
            break;
        }
        c.turns.push(Arc::clone(turn));
        customer_turn += u32::from(turn.is_customer());
        c.offer_declined_at = past.offer_declined_at.filter(|at| *at <= turn.at);
        if !matches!(turn.author, Author::Customer | Author::AiAgent | Author::Tool { .. }) {
            continue;
        }
        let seen = Seen { conversation: &c, turn, facts, asked: None, now: turn.at };
        let mut decision = assess::assess(policy, &seen).decision;
        // What the record holds about this turn that no policy decides.
        while let Some(kept) = recorded.next_if(|d| d.turn == turn.id) {
            if let Some(stays) = independent(kept) {
                decision = stays;
            }
        }
        let (action, moment) = (decision.action, moment(&decision, index, customer_turn));
        c.decisions.push(Arc::new(decision));
        match action {
            Action::Escalate => {
                return Replayed { course: Treatment::Escalated, moment: offered.or(moment) };
            }
            Action::OfferHuman => offered = offered.or(moment),
            Action::Continue => {}
        }
    }
    Replayed { course: if offered.is_some() { Treatment::Offered } else { Treatment::Continued }, moment: offered }
}

/// The policy with every threshold that is not a floor moved: more careful below 0, bolder above.
pub fn shifted(policy: &Policy, shift: f32) -> Policy {
    let mut policy = policy.clone();
    let moved = |v: f32| if v > 1.0 { v } else { (v + shift).clamp(0.02, 1.0) };
    for (trigger, d) in &mut policy.detectors {
        if !matches!(trigger, Trigger::Safety | Trigger::ExplicitRequest) {
            (d.offer, d.escalate) = (moved(d.offer), moved(d.escalate));
        }
    }
    let t = &mut policy.trajectory;
    (t.offer, t.escalate, t.release) = (moved(t.offer), moved(t.escalate), moved(t.release).min(moved(t.offer)));
    policy
}

fn moment(decision: &Decision, index: usize, customer_turn: u32) -> Option<Moment> {
    let reason = decision.reason().filter(|_| decision.action > Action::Continue)?;
    Some(Moment {
        turn: index.try_into().unwrap_or(u32::MAX),
        customer_turn,
        trigger: reason.trigger,
        because: reason.because.clone(),
    })
}

/// A press of the button (its reason is certain, a detector's never is), or an assistant that broke.
fn independent(recorded: &Decision) -> Option<Decision> {
    let stays = recorded.reasons.iter().any(|r| {
        assess::is_broken(r)
            || (r.trigger == Trigger::ExplicitRequest && r.layer == Layer::Floor && r.threshold >= 1.0 && r.score >= 1.0)
    });
    stays.then(|| recorded.clone())
}

/// From here on a person has it.
fn hands_over(author: &Author) -> bool {
    match author {
        Author::HumanAgent { .. } | Author::Note { .. } => true,
        Author::Notice { notice } => matches!(notice, NoticeKind::Acknowledgement | NoticeKind::Introduction),
        Author::Customer | Author::AiAgent | Author::Tool { .. } => false,
    }
}

/// The conversation before its first turn.
fn bare(c: &Conversation) -> Conversation {
    Conversation {
        turns: Vec::with_capacity(c.turns.len()),
        decisions: Vec::with_capacity(c.decisions.len()),
        idle_due: c.idle_due,
        ..Conversation::opened(c.id, c.channel, c.ai_mode, c.customer.clone(), c.opened_at)
    }
}

#[cfg(test)]
mod tests {
    use baton_model::*;

    use super::*;
    use crate::engine::tests_support::World;

    fn compiled(policy: &Policy) -> CompiledPolicy {
        CompiledPolicy::new(Arc::new(policy.clone()))
    }

    fn parsed() -> Policy {
        assess::parse(assess::default_toml()).unwrap()
    }

    #[test]
    fn the_same_policy_gives_what_was_recorded_and_another_gives_its_own() {
        let mut world = World::new();
        let c = world.open();
        world.say(c, 0.3);
        world.say(c, 0.9);
        let past = world.conversation(c);
        assert_eq!(past.escalations.len(), 1);
        let same = replay(&compiled(&parsed()), &past);
        assert_eq!(same.course, Treatment::Escalated);
        assert_eq!(same.moment.map(|m| (m.customer_turn, m.trigger)), Some((2, Trigger::Complaint)));
        let mut bold = parsed();
        bold.detectors.get_mut(&Trigger::Complaint).unwrap().enabled = false;
        assert_eq!(replay(&compiled(&bold), &past).course, Treatment::Continued);
        assert_eq!(replay(&compiled(&shifted(&parsed(), -0.3)), &past).moment.map(|m| m.customer_turn), Some(1));
    }

    #[test]
    fn the_button_is_pressed_under_any_policy() {
        let mut world = World::new();
        let c = world.open();
        world.say(c, 0.1);
        world.bot(Input::RequestHuman { conversation: c, why: None });
        let bold = compiled(&shifted(&parsed(), 0.3));
        assert_eq!(replay(&bold, &world.conversation(c)).course, Treatment::Escalated);
    }

    /// Half of those with a complaint are escalated by chance and nobody judges them; of the complaints a third, of the others
    /// none needed a person. What chance let go on has to tell both.
    #[test]
    fn where_chance_chose_the_ones_that_went_on_count_for_the_others() {
        let careful = assess::default_toml().replace(
            "[detectors.complaint]\noffer = 0.5\nescalate = 0.8",
            "[detectors.complaint]\noffer = 0.2\nescalate = 0.35",
        );
        let mut world = World::new();
        world.supervisor(Input::TryPolicy { toml: careful.clone(), share: 50, why: "too late".into() }).unwrap();
        let (mut events, mut past) = (Vec::new(), Vec::new());
        for n in 0..600 {
            let c = world.open();
            let complains = n % 2 == 0;
            world.say(c, if complains { 0.4 } else { 0.1 });
            if world.conversation(c).escalations.is_empty() {
                world.bot(Input::CloseConversation { conversation: c });
                let stars = if complains && n % 6 == 0 { 1 } else { 5 };
                world.bot(Input::Rate { conversation: c, stars, comment: None });
            }
            past.push(world.conversation(c));
            if n == 0 {
                let trial = world.state.trial.clone().unwrap();
                events.push(Recorded {
                    position: 1,
                    at: trial.since,
                    stream: Stream::Workspace,
                    event: Event::TrialStarted { trial },
                });
            }
        }
        let now = world.state.clock();
        let weighed = |comparison: Comparison| {
            let mut weigher = comparison.weigher(Costs { late: 5.0, needless: 1.0 });
            for c in &past {
                let case = world.state.ledger.cases.iter().find(|case| case.conversation == c.id).unwrap();
                weigher.add(comparison.weigh_case(c, case, now));
            }
            weigher.finish()
        };
        let comparison = || Comparison::new(Arc::new(parsed()), assess::parse(&careful).unwrap(), false);
        let fair = weighed(comparison().with_history(&events));
        // In force: a third of half of all is missed, at 5 each. Tried: two thirds of half of all are needless.
        let (before, after) = (fair.before.regret.unwrap(), fair.after.regret.unwrap());
        assert!((before - 100.0 * 5.0 / 6.0).abs() < 12.0 && (after - 100.0 / 3.0).abs() < 5.0, "{before} {after}");
        let difference = fair.difference.unwrap();
        assert!(difference.low < -50.0 && difference.high > -50.0, "{difference:?}");
        assert!(fair.rests_on[&Basis::Represented] > 100 && fair.stand_for_others > 100, "{:?}", fair.rests_on);
        assert!(fair.limits.iter().any(|l| l.contains("count for them too")), "{:?}", fair.limits);
        // Without the coin, the needy ones that were escalated are not there.
        let naive = weighed(comparison());
        assert!(naive.before.regret.unwrap() < 65.0, "{:?}", naive.before);
    }

    #[test]
    fn shifts_leave_the_floor_alone() {
        let (policy, moved) = (parsed(), shifted(&parsed(), 0.3));
        for floor in [Trigger::Safety, Trigger::ExplicitRequest] {
            assert_eq!(policy.detectors[&floor], moved.detectors[&floor]);
        }
        assert!(moved.detectors[&Trigger::Distress].escalate > policy.detectors[&Trigger::Distress].escalate);
        assert!(moved.trajectory.release <= moved.trajectory.offer);
        assert_eq!(shifted(&policy, 0.0), policy);
    }
}
