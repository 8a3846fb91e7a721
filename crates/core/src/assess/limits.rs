//! Where the AI ends, and where the conversation goes wrong: failed attempts, failed tools, unkept promises, strain.

use baton_model::{Action, Author, Layer, SignalKind, Trigger, Turn, Urgency};

use super::{
    CompiledPolicy, Matches, Seen,
    course::{Attempt, Course, Why, closes},
    evidence, grade, reason,
};

pub(super) const STRAIN: &str = "strain";
pub(super) const BROKEN: &str = "ai_failed";
const PROMISE: f32 = 0.5;
const MAX_EVIDENCE: usize = 4;

/// Promised transfers, failed attempts and failed tools. Each counts on the turn that brings it, and only there.
pub(super) fn of_the_ai(policy: &CompiledPolicy, seen: &Seen<'_>, course: &Course<'_>, found: &mut Matches) {
    let turn = seen.turn;
    if matches!(turn.author, Author::AiAgent) {
        let promise = turn.signals.score(SignalKind::PromisesTransfer);
        if promise >= PROMISE {
            let mut r = reason(Trigger::AiLimit, Layer::Detector, "promised_transfer", Action::Escalate, Urgency::Normal);
            (r.score, r.threshold) = (promise, PROMISE);
            r.because = "The AI promised a transfer to a person; the promise is kept.".into();
            r.evidence = evidence::of_signals(turn, &[SignalKind::PromisesTransfer], 0.0);
            found.reasons.push(r);
        }
    }
    if let Some(attempt) = course.fresh_failure(seen).filter(|a| a.why != Why::Broken) {
        let (rule, because) = words(attempt);
        attempts(policy, course, rule, because, false, found);
    }
    if matches!(turn.author, Author::Tool { ok: false, .. }) && course.tool_failures >= policy.policy.ai.tool_failures {
        let mut r = reason(Trigger::AiLimit, Layer::Trajectory, "tool_failures", Action::Escalate, Urgency::Normal);
        (r.score, r.threshold) = (course.tool_failures as f32, policy.policy.ai.tool_failures as f32);
        r.because = format!("{} failed in a row.", tools(course.tool_failures));
        r.evidence = course
            .turns
            .iter()
            .rev()
            .filter(|t| matches!(t.author, Author::Tool { .. }))
            .take((course.tool_failures as usize).min(MAX_EVIDENCE))
            .map(|t| evidence::whole(t))
            .collect();
        found.reasons.push(r);
    }
}

/// The assistant broke on this turn: nothing was answered, so a person is offered whatever the counts say.
pub(super) fn broken(policy: &CompiledPolicy, seen: &Seen<'_>, course: &Course<'_>, why: &str, found: &mut Matches) {
    let why: String = why.trim().chars().take(evidence::MAX_QUOTE as usize).collect();
    let because =
        if why.is_empty() { "The AI could not answer.".to_owned() } else { format!("The AI could not answer: {why}") };
    attempts(policy, course, BROKEN, because, true, found);
    // The customer's words that stay unanswered, whatever turn was assessed.
    if let (Some(r), Some(asked)) = (found.reasons.last_mut(), seen.conversation.last_customer_turn())
        && r.evidence.iter().all(|e| e.turn != asked.id)
    {
        r.evidence.insert(0, evidence::whole(asked));
    }
}

fn words(attempt: &Attempt<'_>) -> (&'static str, String) {
    let (rule, because) = match attempt.why {
        Why::NoAnswer => ("no_answer", "The AI has no answer."),
        Why::LowConfidence => ("low_confidence", "The AI is not sure of its answer."),
        Why::CannotHelp => ("cannot_help", "The AI says that it cannot help."),
        Why::Unresolved => ("unresolved", "The customer says that the answer did not help."),
        Why::Repeated => ("repeated_question", "The customer has to ask the same again."),
        Why::Loop => ("repeats_itself", "The AI gives the same answer again."),
        Why::Broken => (BROKEN, "The AI could not answer."),
    };
    (rule, because.to_owned())
}

fn attempts(
    policy: &CompiledPolicy,
    course: &Course<'_>,
    rule: &str,
    mut because: String,
    at_least_offer: bool,
    found: &mut Matches,
) {
    let count = course.failed_attempts();
    let ai = &policy.policy.ai;
    let offer = if at_least_offer { 1 } else { ai.attempts_before_offer };
    let Some((action, threshold)) = grade(count as f32, offer as f32, ai.attempts_before_escalation as f32) else { return };
    if count > 1 {
        because.push_str(&format!(" {count} attempts in a row failed."));
    }
    let mut r = reason(Trigger::AiLimit, Layer::Trajectory, rule, action, Urgency::Normal);
    (r.score, r.threshold, r.because) = (count as f32, threshold, because);
    for attempt in course.failed.iter().rev().take(MAX_EVIDENCE) {
        for turn in attempt.repeats.into_iter().chain([attempt.turn]) {
            if r.evidence.iter().all(|e| e.turn != turn.id) {
                r.evidence.extend(shown(turn, attempt.why));
            }
        }
    }
    found.reasons.push(r);
}

fn shown(turn: &Turn, why: Why) -> Vec<baton_model::Evidence> {
    match why {
        Why::CannotHelp => evidence::of_signals(turn, &[SignalKind::CannotHelp], 0.0),
        Why::Unresolved => evidence::of_signals(turn, &[SignalKind::Unresolved], 0.0),
        Why::NoAnswer | Why::LowConfidence | Why::Repeated | Why::Loop | Why::Broken => vec![evidence::whole(turn)],
    }
}

fn tools(count: u32) -> String {
    if count == 1 { "A tool".into() } else { format!("{count} tools") }
}

/// Strain over its thresholds on a customer's turn, once per rise: after an offer it must fall below `release` before it offers again, and
/// may only rise further, to an escalation. Whoever says goodbye is not asked whether they want a person.
pub(super) fn strain(policy: &CompiledPolicy, seen: &Seen<'_>, course: &Course<'_>, found: &mut Matches) {
    let limits = &policy.policy.trajectory;
    if !seen.turn.is_customer() {
        return;
    }
    let Some((action, threshold)) = grade(course.strain, limits.offer, limits.escalate) else { return };
    if action < Action::Escalate && closes(seen.turn) {
        return;
    }
    let before = raised_before(policy, seen, course);
    // What the AI does wrong, or what the customer feels: whichever weighs more names the trigger.
    let by_ai = course.reading.by_the_ai();
    let trigger = if by_ai { Trigger::AiLimit } else { Trigger::Distress };
    let acts = before.is_none_or(|raised| action > raised);
    let mut r = reason(trigger, Layer::Trajectory, STRAIN, if acts { action } else { Action::Continue }, Urgency::Normal);
    (r.score, r.threshold) = (course.strain, threshold);
    r.because = match (acts, by_ai) {
        (false, _) => "The conversation is still strained; a person was offered already.".into(),
        (true, true) => format!("The conversation is not getting anywhere: {}.", course.reading.told()),
        (true, false) => format!("The customer is getting upset: {}.", course.reading.told()),
    };
    r.features = course.reading.features();
    r.evidence = course.turns.iter().rev().filter(|t| t.is_customer()).take(2).map(|t| evidence::whole(t)).collect();
    found.reasons.push(r);
}

/// What strain has already led to since it was last below `release`.
fn raised_before(policy: &CompiledPolicy, seen: &Seen<'_>, course: &Course<'_>) -> Option<Action> {
    let start = course.turns.first().map(|t| t.at);
    seen.conversation
        .decisions
        .iter()
        .rev()
        .filter(|d| d.turn != seen.turn.id)
        .take(super::course::LOOKBACK)
        .take_while(|d| d.strain >= policy.policy.trajectory.release && start.is_none_or(|at| d.at >= at))
        .flat_map(|d| d.reasons.iter().filter(|r| r.rule == STRAIN && r.action > Action::Continue).map(|r| r.action))
        .max()
}
