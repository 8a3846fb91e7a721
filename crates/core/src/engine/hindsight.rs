//! A finished conversation under another policy: stored signals, new decisions.
//!
//! The replay ends where the AI stopped being alone: what came after belongs to another history. What does not depend on a
//! policy stays: a press of the button, an assistant that broke, an offer that the customer declined.

use std::sync::Arc;

use baton_model::{
    Action, Author, ChangedCourse, Conversation, Costs, Decision, Facts, FactsState, Layer, Moment, NoticeKind, Policy,
    Treatment, Trigger,
};

use crate::{
    assess::{self, CompiledPolicy, Seen},
    learn::{Weighed, Weigher},
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
}

impl Comparison {
    pub fn new(before: Arc<Policy>, after: Policy, frontier: bool) -> Self {
        let compiled = |p: Policy| CompiledPolicy::new(Arc::new(p));
        let shifted = if frontier { SHIFTS.map(|s| compiled(shifted(&after, s))).into() } else { Vec::new() };
        Self { before: CompiledPolicy::new(before), shifted, after: compiled(after) }
    }

    /// Empty, with the shifts of this comparison.
    pub fn weigher(&self, costs: Costs) -> Weigher {
        Weigher::new(costs, if self.shifted.is_empty() { Vec::new() } else { SHIFTS.into() })
    }

    /// One conversation under both. `change` comes with everything but the courses.
    pub fn weigh(&self, c: &Conversation, change: ChangedCourse) -> Weighed {
        let (before, after) = (replay(&self.before, c), replay(&self.after, c));
        Weighed {
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
        id: c.id,
        channel: c.channel,
        ai_mode: c.ai_mode,
        customer: c.customer.clone(),
        opened_at: c.opened_at,
        holder: baton_model::Holder::Ai,
        epoch: Default::default(),
        turns: Vec::with_capacity(c.turns.len()),
        decisions: Vec::with_capacity(c.decisions.len()),
        escalations: Vec::new(),
        human_offer: None,
        offer_declined_at: None,
        pending_answer: None,
        facts: FactsState::Unknown,
        customer_connected: true,
        customer_seen_at: c.opened_at,
        rating: None,
        closed_at: None,
        counted: false,
        commitments: vec![],
        idle_due: c.idle_due,
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
