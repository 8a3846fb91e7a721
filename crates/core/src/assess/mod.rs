//! When a person takes over: signals, trajectory and facts against the policy give a decision with evidence.
//!
//! Layers, in order: the floor (safety, the right to a human), the owner's rules, the detectors, the trajectory and the
//! AI's limits. Every match is recorded; the strongest acts, and the first reason is the one that explains it. A pure
//! function of what was seen: the same conversation gives the same decision, to the byte, in bounded time (it looks back
//! over [`course::LOOKBACK`] turns).
//!
//! It never reads a clock, never waits for facts (missing facts are missing), never drops a match in silence, and never
//! gives a reason without the words it rests on.
//!
//! To add to the trajectory: a feature of the [`sequence`] model.
//!
//! To add a detector: a signal in `sense`, an arm in `detectors`, a row in its table test. To add a variable for rules: its
//! name in `rules::fields`, its value in `facts`, and a line in `default.toml`.

mod compiled;
mod course;
mod detectors;
mod evidence;
mod facts;
mod limits;
mod lint;
mod record;
mod rules;
pub mod sequence;
#[cfg(test)]
mod tests;

use baton_model::{
    Action, Author, Conversation, Decision, Facts, Layer, QueueId, Reason, Skills, Timestamp, Trigger, Turn, Urgency,
};

pub use compiled::CompiledPolicy;
pub use detectors::scores;
pub use lint::{default_toml, parse};

use course::Course;

/// One turn in its place. `conversation.turns` already ends with `turn`.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub conversation: &'a Conversation,
    pub turn: &'a Turn,
    pub facts: Option<&'a Facts>,
    /// The customer pressed "talk to a person", or a bot called for help: its words.
    pub asked: Option<&'a str>,
    pub now: Timestamp,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    pub decision: Decision,
    /// Where a rule sends it.
    pub queue: Option<QueueId>,
    pub required_skills: Skills,
}

/// Assesses a turn of the customer, of the AI, or of a tool.
pub fn assess(policy: &CompiledPolicy, seen: &Seen<'_>) -> Assessment {
    let course = Course::of(policy, seen);
    let mut found = Matches::default();
    detectors::floor(policy, seen, &mut found);
    policy.ask_rules(seen, &course, &mut found);
    if seen.turn.is_customer() {
        detectors::words(policy, seen, &mut found);
        detectors::high_value(policy, seen, &mut found);
    }
    limits::of_the_ai(policy, seen, &course, &mut found);
    // Last of its layer: it sums up what the reasons before it say in particular.
    limits::strain(policy, seen, &course, &mut found);
    cool_down(policy, seen, &mut found);
    conclude(policy, seen, &course, found)
}

/// The assistant timed out or broke: the turn has no answer, so a person is offered at least.
pub fn ai_failed(policy: &CompiledPolicy, seen: &Seen<'_>, why: &str) -> Assessment {
    let mut course = Course::of(policy, seen);
    course.count_failure_now(seen);
    let mut found = Matches::default();
    limits::broken(policy, seen, &course, why, &mut found);
    conclude(policy, seen, &course, found)
}

/// The reason is that the assistant broke: it holds under any policy.
pub fn is_broken(reason: &Reason) -> bool {
    reason.rule == limits::BROKEN
}

/// What matched, with what the matching rules ask of the routing.
#[derive(Debug, Default)]
struct Matches {
    reasons: Vec<Reason>,
    queue: Option<QueueId>,
    required_skills: Skills,
}

/// After the customer said no, offers pause. What the floor, a rule or a detector escalates still comes through; strain
/// does not, since it was there when they said no.
fn cool_down(policy: &CompiledPolicy, seen: &Seen<'_>, found: &mut Matches) {
    let cooldown = i64::from(policy.policy.trajectory.cooldown_seconds) * 1000;
    let Some(declined) = seen.conversation.offer_declined_at.filter(|at| seen.now.since(*at).0 < cooldown) else { return };
    for reason in &mut found.reasons {
        let paused = match reason.action {
            Action::OfferHuman => reason.layer != Layer::Floor,
            Action::Escalate => reason.layer == Layer::Trajectory && reason.rule == limits::STRAIN,
            Action::Continue => false,
        };
        if paused {
            reason.action = Action::Continue;
            let minutes = seen.now.since(declined).0 / 60_000;
            reason.because.push_str(&format!(" Not offered again yet: the customer declined a person {minutes} min ago."));
        }
    }
}

fn conclude(policy: &CompiledPolicy, seen: &Seen<'_>, course: &Course<'_>, found: Matches) -> Assessment {
    let Matches { mut reasons, queue, required_skills } = found;
    reasons.sort_by_key(|r| (r.layer, r.trigger));
    let action = reasons.iter().map(|r| r.action).max().unwrap_or(Action::Continue);
    // The first reason explains the decision: the first, in order, that asks for what is done.
    if let Some(first) = reasons.iter().position(|r| r.action == action) {
        reasons[..=first].rotate_right(1);
    }
    let urgency = reasons.iter().filter(|r| r.action > Action::Continue).map(|r| r.urgency).max().unwrap_or_default();
    let decision = Decision {
        turn: seen.turn.id,
        at: seen.now,
        action,
        urgency,
        reasons,
        policy_version: policy.policy.version,
        strain: course.strain,
    };
    Assessment { decision, queue, required_skills }
}

/// Action and the threshold that was crossed, if any was.
fn grade(score: f32, offer: f32, escalate: f32) -> Option<(Action, f32)> {
    if score >= escalate {
        Some((Action::Escalate, escalate))
    } else if score >= offer {
        Some((Action::OfferHuman, offer))
    } else {
        None
    }
}

/// A reason before its particulars.
fn reason(trigger: Trigger, layer: Layer, rule: &str, action: Action, urgency: Urgency) -> Reason {
    Reason {
        trigger,
        layer,
        rule: rule.to_owned(),
        action,
        urgency,
        score: 1.0,
        threshold: 1.0,
        because: String::new(),
        evidence: Vec::new(),
        features: Vec::new(),
    }
}

fn role(author: &Author) -> &'static str {
    match author {
        Author::Customer => "customer",
        Author::AiAgent => "ai_agent",
        Author::HumanAgent { .. } => "human_agent",
        Author::Notice { .. } => "notice",
        Author::Tool { .. } => "tool",
        Author::Note { .. } => "note",
    }
}
