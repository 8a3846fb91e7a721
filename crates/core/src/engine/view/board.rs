//! The supervisor's board: what needs a person now, then why.

use baton_model::{
    AttentionItem, AttentionKind, BoardView, Channel, Escalation, EscalationState, Holder, HumanProfile, Millis, NextAction,
    PersonBar, QueueLane, Requirements, Tier, Timestamp, WaitingDot,
};

use super::super::{State, notices};
use super::desk::human_view;
use crate::{
    calendar,
    follow::{self, Rung, Unseen},
    route::{self, Asked},
};

/// An obligation this close is shown before it is missed.
const SOON: Millis = Millis::mins(2);
const BALANCE_DAYS: u32 = 28;

pub fn board(state: &State, now: Timestamp) -> BoardView {
    let mut attention: Vec<AttentionItem> =
        state.escalations.values().filter_map(|e| attention_item(state, e, now)).collect();
    attention.sort_by_key(|a| (a.due, a.escalation));
    let people: Vec<&HumanProfile> = state.humans.values().map(|h| &*h.profile).collect();
    BoardView {
        now,
        attention,
        queues: state.queues.iter().map(|q| lane(state, q, &people, now)).collect(),
        people: state
            .humans
            .values()
            .map(|h| PersonBar {
                human: human_view(h, now),
                escalations: h.held.iter().map(|held| held.escalation).collect(),
            })
            .collect(),
        today: state.ledger.today(now),
        days: state.ledger.days(now, BALANCE_DAYS),
        reasons: state.ledger.reasons(now, BALANCE_DAYS),
        with_ai: count(state.conversations.values().filter(|c| c.holder == Holder::Ai).count()),
        promised: super::promised::in_need(state),
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// One line per escalation: its most pressing trouble.
fn attention_item(state: &State, e: &Escalation, now: Timestamp) -> Option<AttentionItem> {
    let obligation = e.obligation?;
    let c = state.conversations.get(&e.conversation)?;
    let waiting = matches!(e.state, EscalationState::Queued { .. });
    let breached = e.clocks.iter().find(|c| c.running() && c.breached_at.is_some());
    let promise = e.promises.last().map(baton_model::WaitPromise::due);
    let unwatched = matches!(obligation.action, NextAction::AwaitCustomer | NextAction::Review);
    let nobody = waiting && !state.backlog.anyone_for(&e.item.requirements, now);
    let unseen = Unseen::of(e, state.queue(&e.item.queue));
    let (kind, due, text) = if let Some(text) = unseen.alert(nobody).filter(|_| waiting) {
        (AttentionKind::OffersUnseen, obligation.due, text)
    } else if nobody {
        let text = format!("Nobody on shift can take this: {}", requirement_words(&e.item.requirements));
        (AttentionKind::NobodyQualified, obligation.due, text)
    } else if let Some(clock) = breached.filter(|_| !unwatched) {
        (AttentionKind::ClockBreached, clock.due, format!("{} target broken", clock_words(clock.kind)))
    } else if let Some(clock) = warned_of(state, e).filter(|_| !unwatched) {
        (AttentionKind::ClockWarned, clock.due, format!("{} target is close", clock_words(clock.kind)))
    } else if !unwatched && (obligation.rung > 0 || obligation.due <= now + SOON) {
        (AttentionKind::ObligationDue, obligation.due, action_words(obligation.action).to_owned())
    } else if let Some(due) = promise.filter(|due| waiting && *due <= now + SOON) {
        (AttentionKind::PromiseAtRisk, due, "The wait promised to the customer is about to break".to_owned())
    } else {
        return None;
    };
    let customer_name = notices::display_name(c, state);
    Some(AttentionItem { kind, escalation: e.id, customer_name, text, due, owner: Some(obligation.owner) })
}

/// A clock that has warned, where the queue's ladder wants supervisors to know.
fn warned_of<'a>(state: &State, e: &'a Escalation) -> Option<&'a baton_model::SlaClock> {
    let alerts = |kind| follow::on_clock(state.queue(&e.item.queue), kind, false).contains(&Rung::AlertSupervisors);
    e.clocks.iter().find(|c| c.unbroken() && c.warned_at.is_some() && alerts(c.kind))
}

fn requirement_words(needs: &Requirements) -> String {
    let skills = needs.skills.iter().map(|(skill, least)| format!("{skill} {least}"));
    let words: Vec<String> =
        skills.chain(needs.language.clone()).chain(needs.queues.iter().map(|q| format!("queue {q}"))).collect();
    words.join(", ")
}

fn clock_words(kind: baton_model::ClockKind) -> &'static str {
    match kind {
        baton_model::ClockKind::FirstReply => "First-reply",
        baton_model::ClockKind::NextReply => "Next-reply",
        baton_model::ClockKind::Resolution => "Resolution",
        baton_model::ClockKind::RequesterWait => "Customer-wait",
    }
}

fn action_words(action: NextAction) -> &'static str {
    match action {
        NextAction::FindHuman => "Waiting for a human to be found",
        NextAction::AnswerOffer => "Offered, not answered yet",
        NextAction::FirstReply => "Accepted, the first reply is due",
        NextAction::NextReply => "The customer waits for an answer",
        NextAction::AwaitCustomer => "Waiting for the customer",
        NextAction::CallBack => "A callback is due",
        NextAction::FollowUp => "A follow-up is owed",
        NextAction::Review => "Waiting for the verdict",
    }
}

fn lane(state: &State, queue: &baton_model::Queue, people: &[&HumanProfile], now: Timestamp) -> QueueLane {
    let mut waiting: Vec<WaitingDot> = state
        .escalations
        .values()
        .filter(|e| e.item.queue == queue.id)
        .filter(|e| matches!(e.state, EscalationState::Queued { .. } | EscalationState::Offered { .. }))
        .filter_map(|e| dot(state, queue, e))
        .collect();
    waiting.sort_by_key(|d| (d.since, d.escalation));
    let requirements = route::requirements(queue);
    let asked = Asked {
        escalation: None,
        queue: &queue.id,
        tier: Tier::Standard,
        issue_class: queue.topics.first().map_or("other", String::as_str),
        requirements: &requirements,
        target_seconds: route::target_seconds(queue, Tier::Standard),
        priority: 0,
        units: route::units_in(queue, Channel::Chat),
    };
    let forecast = state.backlog.forecast(&asked, &state.pace, now);
    let score = state.pace.score(&queue.id);
    QueueLane {
        queue: queue.id.clone(),
        name: queue.name.clone(),
        open: calendar::is_open(&queue.hours, now),
        changes_at: calendar::next_change(&queue.hours, now),
        waiting,
        staffed: state.backlog.staffed(&queue.id, now),
        p50: forecast.as_ref().map(|f| f.p50),
        p90: forecast.as_ref().map(|f| f.p90),
        promise_kept_rate: (score.told > 0).then(|| score.kept as f32 / score.told as f32),
        gap: route::gap(queue, people),
    }
}

fn dot(state: &State, queue: &baton_model::Queue, e: &Escalation) -> Option<WaitingDot> {
    let c = state.conversations.get(&e.conversation)?;
    let targets = queue.targets.get(&e.tier).or_else(|| queue.targets.get(&Tier::Standard))?;
    let accept = Millis::secs(i64::from(targets.accept_seconds));
    Some(WaitingDot {
        escalation: e.id,
        customer_name: notices::display_name(c, state),
        tier: e.tier,
        urgency: e.urgency,
        since: e.item.real_since,
        target: calendar::add_open(&queue.hours, e.item.real_since, accept),
        step: e.item.step,
        offered: matches!(e.state, EscalationState::Offered { .. }),
    })
}
