//! Facts that nobody has to type.

use std::collections::BTreeSet;

use baton_model::{
    Action, Author, ClockKind, Conversation, CouldAi, Escalation, EscalationState, MeasuredFacts, NoticeKind, Outcome,
    Policy, PromisedWait, SignalKind, Timing, Trigger, Verdict,
};

use super::{
    asked::{asked_again, time_to_useful_reply},
    cases::POOR,
    repeats::{repeats, repeats_to_the_ai},
};

/// Measures an escalation as far as it has come. `verdict` is the human's, given now; without it, the one on record counts.
pub fn measure(e: &Escalation, c: &Conversation, policy: &Policy, verdict: Option<&Verdict>) -> MeasuredFacts {
    let verdict = verdict.or_else(|| e.review.as_ref().and_then(|r| r.verdict.as_ref()));
    let mood = Mood::of(e, c);
    MeasuredFacts {
        wait: e.accepted_at.map(|at| at.since(e.opened_at)),
        time_to_first_reply: e.first_reply_at.map(|at| at.since(e.opened_at)),
        handle_time: e.accepted_at.zip(e.ended_at).map(|(from, to)| to.since(from)),
        promise_kept: promise_kept(e),
        promises: promises(e),
        first_reply_in_target: first_reply_in_target(e),
        time_to_useful_reply: time_to_useful_reply(e, c),
        transfers: e.transfers,
        repeats: e.accepted_at.map(|at| repeats(e, c, at)).unwrap_or_default(),
        asked_again: asked_again(e, c),
        mood_before: mood.before,
        mood_at: mood.at,
        mood_after: mood.after,
        breaches: e.clocks.iter().filter(|k| k.breached_at.is_some()).count().try_into().unwrap_or(u32::MAX),
        outcome: e.outcome.unwrap_or_else(|| expected_outcome(&e.state)),
        rating: c.rating.as_ref().filter(|r| r.at >= e.opened_at).map(|r| r.stars),
        timing: timing(e, c, policy, verdict),
    }
}

/// Measures a conversation that the AI closed alone, by the same rules, so that missed escalations show.
pub fn measure_contained(c: &Conversation, policy: &Policy) -> MeasuredFacts {
    let moods: Vec<f32> = c.turns.iter().filter(|t| t.is_customer()).map(|t| t.signals.sentiment).collect();
    let (at, before) = moods.split_last().map_or((None, &moods[..]), |(at, before)| (Some(*at), before));
    let rating = c.rating.as_ref().map(|r| r.stars);
    MeasuredFacts {
        wait: None,
        time_to_first_reply: None,
        handle_time: None,
        promise_kept: None,
        promises: Vec::new(),
        first_reply_in_target: None,
        time_to_useful_reply: None,
        transfers: 0,
        repeats: repeats_to_the_ai(c),
        asked_again: Vec::new(),
        mood_before: (!before.is_empty()).then(|| before.iter().sum::<f32>() / before.len() as f32),
        mood_at: at,
        mood_after: None,
        breaches: 0,
        outcome: Outcome::Contained,
        rating,
        timing: if rating.is_some_and(|r| r <= POOR) || ended_badly(c, policy) { Timing::Late } else { Timing::OnTime },
    }
}

/// The last word says that nothing was solved, or there was a reason to bring in a person at the last turn of the customer
/// and they had not said no to one.
fn ended_badly(c: &Conversation, policy: &Policy) -> bool {
    let Some(last) = c.last_customer_turn() else { return false };
    let unresolved = last.signals.score(SignalKind::Unresolved);
    if unresolved >= 0.5 && unresolved > last.signals.score(SignalKind::Thanks) {
        return true;
    }
    let declined = c.offer_declined_at.is_some();
    let thanked = last.signals.score(SignalKind::Thanks) >= 0.5;
    !declined
        && !thanked
        && c.decisions
            .iter()
            .filter(|d| d.at >= last.at)
            .any(|d| d.action > Action::Continue || d.strain > policy.trajectory.offer)
}

/// Against every promise: how long it took from there, and whether the later bound held.
fn promises(e: &Escalation) -> Vec<PromisedWait> {
    let one = |p: &baton_model::WaitPromise| {
        let due = p.made_at + p.p90;
        let kept = match (e.accepted_at, e.ended_at) {
            (Some(at), _) => Some(at <= due),
            (None, Some(ended)) if ended > due => Some(false),
            (None, _) => None,
        };
        PromisedWait { within: p.p90, waited: e.accepted_at.map(|at| at.since(p.made_at)), kept }
    };
    e.promises.iter().map(one).collect()
}

/// The first promise's p90 held. Unknown where it ended before that time without a human.
fn promise_kept(e: &Escalation) -> Option<bool> {
    promises(e).first().and_then(|p| p.kept)
}

fn first_reply_in_target(e: &Escalation) -> Option<bool> {
    let clock = e.clocks.iter().find(|k| k.kind == ClockKind::FirstReply)?;
    if clock.breached_at.is_some() {
        return Some(false);
    }
    e.first_reply_at.map(|at| at <= clock.due)
}

fn expected_outcome(state: &EscalationState) -> Outcome {
    match state {
        EscalationState::ReturnedToAi { .. } => Outcome::ReturnedToAi,
        EscalationState::CustomerLeft { .. } => Outcome::Abandoned,
        EscalationState::Queued { .. }
        | EscalationState::Offered { .. }
        | EscalationState::Accepted { .. }
        | EscalationState::Active { .. }
        | EscalationState::CallbackScheduled { .. }
        | EscalationState::Resolved { .. }
        | EscalationState::Closed { .. } => Outcome::Resolved,
    }
}

/// Sentiment of the customer: the mean before the turn at which it opened, at that turn, and at their last turn with a
/// human.
struct Mood {
    before: Option<f32>,
    at: Option<f32>,
    after: Option<f32>,
}

impl Mood {
    fn of(e: &Escalation, c: &Conversation) -> Self {
        let mut early: Vec<f32> = Vec::new();
        let mut after = None;
        for turn in c.turns.iter().filter(|t| t.is_customer() && t.signals.sentiment.is_finite()) {
            if turn.at <= e.opened_at {
                early.push(turn.signals.sentiment);
            } else if e.accepted_at.is_some_and(|at| turn.at >= at) {
                after = Some(turn.signals.sentiment);
            }
        }
        let at = early.pop();
        let before = (!early.is_empty()).then(|| early.iter().sum::<f32>() / early.len() as f32);
        Self { before, at, after }
    }
}

fn timing(e: &Escalation, c: &Conversation, policy: &Policy, verdict: Option<&Verdict>) -> Timing {
    if verdict.is_some_and(|v| v.could_ai == CouldAi::Yes) {
        return Timing::Early;
    }
    if late(e, c, policy) { Timing::Late } else { Timing::OnTime }
}

/// A trigger of this escalation, or too much strain, was there two customer turns before it opened, and the customer had
/// not said no to a human.
fn late(e: &Escalation, c: &Conversation, policy: &Policy) -> bool {
    if c.offer_declined_at.is_some_and(|at| at <= e.opened_at) {
        return false;
    }
    let index_of = |turn| c.turns.iter().position(|t| t.id == turn);
    let opened = index_of(e.decision.turn).or_else(|| c.turns.iter().rposition(|t| t.at <= e.opened_at));
    let Some(opened) = opened else { return false };
    // What belongs to an earlier escalation of the same conversation does not count.
    let start = c.turns[..opened].iter().rposition(|t| ends_an_earlier_handoff(&t.author)).map_or(0, |i| i + 1);
    let triggers: BTreeSet<Trigger> =
        std::iter::once(e.trigger).chain(e.decision.reasons.iter().map(|r| r.trigger)).collect();
    c.decisions.iter().filter(|d| d.at <= e.opened_at).any(|d| {
        let shown = d.strain > policy.trajectory.offer
            || d.reasons
                .iter()
                .any(|r| triggers.contains(&r.trigger) && matches!(r.action, Action::OfferHuman | Action::Escalate));
        shown
            && index_of(d.turn).is_some_and(|seen| {
                (start..=opened).contains(&seen)
                    && c.turns[seen + 1..=opened].iter().filter(|t| t.is_customer()).count() >= 2
            })
    })
}

fn ends_an_earlier_handoff(author: &Author) -> bool {
    match author {
        Author::HumanAgent { .. } | Author::Note { .. } => true,
        Author::Notice { notice } => {
            matches!(
                notice,
                NoticeKind::Acknowledgement | NoticeKind::HandedBack | NoticeKind::Resolved | NoticeKind::Introduction
            )
        }
        Author::Customer | Author::AiAgent | Author::Tool { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use baton_model::*;

    use super::*;
    use crate::learn::ledger::tests::{an_escalation, ts};

    fn policy() -> Policy {
        Policy {
            name: "test".into(),
            version: 1,
            costs: Costs { late: 4.0, needless: 1.0 },
            detectors: BTreeMap::new(),
            trajectory: TrajectoryPolicy { offer: 0.6, escalate: 0.8, release: 0.4, cooldown_seconds: 300 },
            ai: AiPolicy {
                confidence_floor: 0.4,
                attempts_before_offer: 2,
                attempts_before_escalation: 3,
                tool_failures: 2,
                answer_timeout_seconds: 20,
                polish_timeout_seconds: 0,
                idle_close_seconds: 3600,
            },
            high_value: HighValue { amount_minor: 50_000, currency: "EUR".into(), action: Action::OfferHuman },
            rules: vec![],
            playbooks: Vec::new(),
        }
    }

    fn turn_id(n: u32) -> TurnId {
        IdSource::new(ts(0), u64::from(n)).draw()
    }

    /// Turns one second apart: `c` the customer, `a` the AI, `h` a human, `k` an acknowledgement; sentiment -0.1 × index.
    fn conversation(script: &str) -> Conversation {
        let human = IdSource::new(ts(0), 900).draw();
        let turns = script.chars().zip(0u32..).map(|(who, index)| {
            let author = match who {
                'c' => Author::Customer,
                'a' => Author::AiAgent,
                'h' => Author::HumanAgent { human_agent: human, name: "Tom".into() },
                _ => Author::Notice { notice: NoticeKind::Acknowledgement },
            };
            let signals = Signals { sentiment: index as f32 * -0.1, ..Signals::default() };
            Arc::new(Turn {
                id: turn_id(index),
                index,
                at: ts(i64::from(index)),
                author,
                text: "my kettle leaks and the base is broken".into(),
                epoch: Epoch(0),
                signals,
                ai: None,
                used_step: None,
            })
        });
        let id = IdSource::new(ts(0), 901).draw();
        Conversation {
            turns: turns.collect(),
            ..Conversation::opened(id, Channel::Chat, AiMode::BuiltIn, CustomerRef::default(), ts(0))
        }
    }

    fn decision(turn: u32, trigger: Option<Trigger>, strain: f32) -> Arc<Decision> {
        let reasons = trigger.map(|trigger| Reason {
            trigger,
            layer: Layer::Detector,
            rule: "r".into(),
            action: Action::OfferHuman,
            urgency: Urgency::Normal,
            score: 0.9,
            threshold: 0.5,
            because: String::new(),
            evidence: vec![],
            features: vec![],
        });
        Arc::new(Decision {
            turn: turn_id(turn),
            at: ts(i64::from(turn)),
            action: Action::Continue,
            urgency: Urgency::Normal,
            reasons: reasons.into_iter().collect(),
            policy_version: 1,
            strain,
        })
    }

    fn opened_at(turn: u32) -> Escalation {
        let mut e = an_escalation(1, Trigger::Complaint, "billing");
        e.opened_at = ts(i64::from(turn));
        e.decision = decision(turn, Some(Trigger::Complaint), 0.0);
        e
    }

    fn timing_with(script: &str, opened: u32, decisions: Vec<Arc<Decision>>) -> Timing {
        let mut c = conversation(script);
        c.decisions = decisions;
        measure(&opened_at(opened), &c, &policy(), None).timing
    }

    #[test]
    fn late_is_two_customer_turns_after_the_first_sign() {
        let sign = |turn| vec![decision(turn, Some(Trigger::Complaint), 0.0)];
        assert_eq!(timing_with("cacac", 4, sign(0)), Timing::Late);
        assert_eq!(timing_with("cacac", 4, sign(2)), Timing::OnTime);
        assert_eq!(timing_with("cacac", 4, vec![decision(0, Some(Trigger::Abuse), 0.0)]), Timing::OnTime);
        assert_eq!(timing_with("cacac", 4, vec![decision(0, None, 0.61)]), Timing::Late);
        assert_eq!(timing_with("cacac", 4, vec![decision(0, None, 0.6)]), Timing::OnTime);
        assert_eq!(timing_with("", 0, sign(0)), Timing::OnTime);
    }

    #[test]
    fn an_earlier_handoff_or_a_declined_offer_makes_nothing_late() {
        assert_eq!(timing_with("ckhcac", 5, vec![decision(0, Some(Trigger::Complaint), 0.9)]), Timing::OnTime);
        let mut c = conversation("cacac");
        c.decisions = vec![decision(0, Some(Trigger::Complaint), 0.9)];
        c.offer_declined_at = Some(ts(1));
        assert_eq!(measure(&opened_at(4), &c, &policy(), None).timing, Timing::OnTime);
    }

    #[test]
    fn early_is_the_humans_word() {
        let c = conversation("cac");
        let verdict = |could_ai| Verdict { could_ai, missing: Missing::Nothing, smooth: Smooth::Yes, note: None };
        let timing = |v: &Verdict| measure(&opened_at(2), &c, &policy(), Some(v)).timing;
        assert_eq!(timing(&verdict(CouldAi::Yes)), Timing::Early);
        assert_eq!(timing(&verdict(CouldAi::WithMissing)), Timing::OnTime);
    }

    #[test]
    fn times_moods_and_repeats_are_measured() {
        let mut e = opened_at(2);
        e.accepted_at = Some(ts(10));
        e.first_reply_at = Some(ts(12));
        e.ended_at = Some(ts(40));
        e.outcome = Some(Outcome::Resolved);
        e.transfers = 1;
        e.promises = vec![WaitPromise {
            made_at: ts(2),
            position: 1,
            p10: Millis::secs(1),
            p50: Millis::secs(4),
            p90: Millis::secs(8),
            slipped_at: None,
        }];
        let mut c = conversation("cackhc");
        for (i, at) in [(4usize, 12), (5, 14)] {
            Arc::make_mut(&mut c.turns[i]).at = ts(at);
        }
        c.rating = Some(Rating { stars: 5, comment: None, at: ts(50) });
        let m = measure(&e, &c, &policy(), None);
        assert_eq!(
            (m.wait, m.time_to_first_reply, m.handle_time),
            (Some(Millis::secs(8)), Some(Millis::secs(10)), Some(Millis::secs(30)))
        );
        assert_eq!((m.promise_kept, m.transfers, m.rating), (Some(true), 1, Some(5)));
        assert_eq!((m.mood_before, m.mood_at, m.mood_after), (Some(0.0), Some(-0.2), Some(-0.5)));
        assert_eq!(m.repeats, [turn_id(5)]);
        e.accepted_at = Some(ts(11));
        assert_eq!(measure(&e, &c, &policy(), None).promise_kept, Some(false));
        e.accepted_at = None;
        assert_eq!(measure(&e, &c, &policy(), None).promise_kept, Some(false));
        e.ended_at = Some(ts(5));
        assert_eq!(measure(&e, &c, &policy(), None).promise_kept, None);
    }
}
