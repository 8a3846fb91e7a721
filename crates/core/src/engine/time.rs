//! What happens because time passed. Due timers fire in order of their due times, before any command is handled.

use std::sync::Arc;

use baton_model::{
    AiMode, Author, ClockKind, ConversationId, Escalation, EscalationId, EscalationState, Event, FactsState, Holder,
    HumanAgentId, Millis, NextAction, NoticeKind, Obligation, RescindReason, Stream, Timestamp,
};

use super::{
    notices,
    state::{ARCHIVE_AFTER, TimerKey},
    step::Step,
};
use crate::{
    follow::{self, Rung},
    route,
};

/// Due timers handled in one step; the rest wakes the engine again at once.
const FIRED_PER_STEP: usize = 512;

impl Step<'_> {
    pub(super) fn catch_up(&mut self) {
        for _ in 0..FIRED_PER_STEP {
            let Some((due, key)) = self.state.timers.first_due(self.now) else { return };
            let before = self.event_count();
            match key {
                TimerKey::Human(id) => self.human_due(id),
                TimerKey::Conversation(id) => self.conversation_due(id),
                TimerKey::Escalation(id) => self.escalation_due(id),
                TimerKey::Shifts => self.emit(Stream::Workspace, Event::ShiftsTurned),
            }
            self.settle();
            debug_assert!(
                self.event_count() > before || self.state.timers.first_due(self.now) != Some((due, key)),
                "a due timer must lead to an event: {key:?} at {due}"
            );
        }
    }

    fn human_due(&mut self, id: HumanAgentId) {
        let Some(human) = self.state.humans.get(&id) else { return };
        let wrapped_up = human.held.iter().any(|h| h.until.is_some_and(|until| until <= self.now));
        if wrapped_up {
            self.emit(Stream::Human(id), Event::WrappedUp { human_agent: id });
        } else if human.presence.lease_until.is_some() {
            self.lapse(id);
        } else {
            self.decide_items_of_vanished(id);
        }
    }

    /// The lease ended: offers go to others at once; owned items get their grace.
    pub(super) fn lapse(&mut self, id: HumanAgentId) {
        self.emit(Stream::Human(id), Event::LeaseLapsed { human_agent: id });
        self.rescind_offers_to(id, RescindReason::PresenceLapsed);
    }

    fn conversation_due(&mut self, id: ConversationId) {
        let Some(c) = self.state.conversations.get(&id).cloned() else { return };
        if self.promise_fell_due(&c) {
            return;
        }
        if let Some(pending) = c.pending_answer.as_ref().filter(|p| p.due <= self.now) {
            self.ai_gave_no_answer(&c, pending.request, "the AI did not answer in time");
            return;
        }
        if let FactsState::Pending { request, due } = &c.facts
            && *due <= self.now
        {
            let event = Event::FactsMissed {
                conversation: id,
                request: *request,
                why: "the fact source did not answer in time".into(),
                after: super::customer::FACTS_WITHIN,
            };
            self.emit(Stream::Conversation(id), event);
            return;
        }
        match (c.holder, self.state.open_escalation(&c).cloned()) {
            (Holder::Ai, None) if c.idle_due <= self.now => {
                // An external bot that never answered: silence is a failure too.
                let unanswered = c.turns.iter().rev().find(|t| matches!(t.author, Author::Customer | Author::AiAgent));
                if c.human_offer.is_none() && c.ai_mode == AiMode::External && unanswered.is_some_and(|t| t.is_customer()) {
                    self.count_ai_failure(id, "the AI never answered");
                } else {
                    self.shut(&c);
                }
            }
            (Holder::Closed, None) if c.closed_at.is_some_and(|at| at + ARCHIVE_AFTER <= self.now) => {
                self.emit(Stream::Conversation(id), Event::ConversationArchived { conversation: id });
            }
            (Holder::Queue, Some(e)) => self.customer_left(&e),
            (Holder::Human { .. }, Some(e)) => self.goes_idle(&c, &e),
            _ => {}
        }
    }

    fn escalation_due(&mut self, id: EscalationId) {
        let Some(e) = self.state.escalations.get(&id).cloned() else { return };
        let running = |at: Option<Timestamp>| at.is_some_and(|at| at <= self.now);
        let mut unbroken = e.clocks.iter().filter(|c| c.unbroken());
        let warn = unbroken.clone().find(|c| c.warned_at.is_none() && c.warn_at <= self.now && c.due > self.now);
        let breach = unbroken.find(|c| c.due <= self.now);
        if let Some(clock) = breach {
            // Late or not, the warning is history once the target is broken.
            self.emit_for(&e, Event::ClockBreached { escalation: id, kind: clock.kind, due: clock.due });
            self.answer_clock(&e, clock.kind, true);
        } else if let Some(clock) = warn {
            self.emit_for(&e, Event::ClockWarned { escalation: id, kind: clock.kind });
            self.answer_clock(&e, clock.kind, false);
        } else if follow::standing_promise(&e).is_some_and(|p| p.due() <= self.now) {
            self.tell_wait(&e);
        } else if running(e.obligation.map(|o| o.due)) {
            if let Some(missed) = e.obligation {
                self.climb(&e, missed);
            }
        } else if let Some(late) = e.polishing.filter(|p| p.due <= self.now) {
            self.polish_failed(late.request, id, "the model did not answer in time");
        } else if running(e.item.preferred_until) {
            self.ask_others(&e);
        } else if running(e.item.next_step_at) {
            self.relax(&e);
        }
    }

    /// The time of the person who is asked first is over: everybody who qualifies may.
    fn ask_others(&mut self, e: &Escalation) {
        let (step, requirements, next_step_at) = (e.item.step, e.item.requirements.clone(), e.item.next_step_at);
        self.emit_for(e, Event::Relaxed { escalation: e.id, step, requirements, next_step_at });
    }

    /// Everybody who is there and qualifies said no: the next step is taken now rather than later.
    pub(super) fn widen_if_refused(&mut self, e: &Escalation) {
        let e = self.current(e);
        let queued = matches!(e.state, EscalationState::Queued { .. });
        if queued && e.item.next_step_at.is_some() && self.state.backlog.refused_by_all(e.id, self.now) {
            self.relax(&e);
        }
    }

    fn relax(&mut self, e: &Escalation) {
        let (step, requirements, next_step_at) = match route::relax(&e.item, self.state.queue(&e.item.queue)) {
            Some(r) => (r.step, r.requirements, r.next_step_at),
            None => (e.item.step, e.item.requirements.clone(), None),
        };
        self.emit_for(e, Event::Relaxed { escalation: e.id, step, requirements, next_step_at });
    }

    pub(super) fn raise(&mut self, e: &Escalation) {
        let priority = route::raised(self.current(e).item.priority);
        self.emit_for(e, Event::Raised { escalation: e.id, priority, urgency: None });
    }

    /// A missed obligation: journaled, then the ladder's next rungs. It never ends in nothing.
    fn climb(&mut self, e: &Arc<Escalation>, missed: Obligation) {
        self.emit_for(e, Event::ObligationMissed { escalation: e.id, obligation: missed });
        self.release_named(e, missed);
        // People of an overflow step count, those who are busy too, and a step that is still to come.
        let coming = e.item.next_step_at.is_some_and(|at| at <= e.item.routing_since + self.longest_wait(e));
        let staffed = coming || self.state.backlog.anyone_for(&e.item.requirements, self.now);
        for rung in self.with_duty(e, |d| follow::ladder(d, &missed, staffed)) {
            self.take(&self.current(e), rung);
        }
        // No rung changed the duty: the same one is held on, one rung higher.
        let after = self.current(e);
        if !after.state.terminal() && after.obligation == Some(missed) {
            let next = self.with_duty(&after, |d| follow::next_obligation(d, &missed));
            self.set_obligation(&after, next);
        }
    }

    /// What the queue wants done about a clock.
    fn answer_clock(&mut self, e: &Escalation, kind: ClockKind, broken: bool) {
        for rung in follow::on_clock(self.state.queue(&e.item.queue), kind, broken) {
            self.take(&self.current(e), rung);
        }
    }

    pub(super) fn take(&mut self, e: &Arc<Escalation>, rung: Rung) {
        match rung {
            Rung::RaisePriority => self.raise(e),
            // The board shows it for as long as the obligation has a rung, or the clock a warning. A follow-up falls to
            // everybody.
            Rung::AlertSupervisors => self.open_follow_up(e),
            Rung::TellDelay => self.tell_delay(e),
            Rung::OfferCallback => self.offer_callback(e),
            Rung::Widen => {
                if matches!(e.state, EscalationState::Queued { .. }) && e.item.next_step_at.is_some() {
                    self.relax(e);
                }
            }
            Rung::ExpireOffer => self.expire_offer(e),
            Rung::Requeue => {
                if matches!(e.state, EscalationState::Accepted { .. } | EscalationState::Active { .. }) {
                    self.find_another(e);
                }
            }
            Rung::BookCallback => self.book_callback(e, None, None, notices::Booked::WaitTooLong),
            Rung::CustomerLeft => self.customer_left(e),
            Rung::StartCallback => self.start_callback(e),
            Rung::CloseUnreviewed => self.close_resolved(e, None, None),
        }
    }

    fn find_another(&mut self, e: &Escalation) {
        let from = e.state.owner();
        let text = notices::not_answered(&from.map_or_else(String::new, |h| self.human_name(h)));
        let queue = e.item.queue.clone();
        let note = if e.first_reply_at.is_none() { "no first reply" } else { "no reply in time" };
        self.requeue(e, from, &queue, None, baton_model::RequeueReason::NoFirstReply, note, text);
    }

    fn longest_wait(&self, e: &Escalation) -> Millis {
        Millis::secs(i64::from(self.state.queue(&e.item.queue).max_wait_seconds))
    }

    /// The named person did not take it in time: everybody who qualifies may.
    fn release_named(&mut self, e: &Escalation, missed: Obligation) {
        if missed.action == NextAction::FindHuman && e.item.preferred.is_some() {
            let requirements = e.item.strict.clone();
            let event =
                Event::Relaxed { escalation: e.id, step: e.item.step, requirements, next_step_at: e.item.next_step_at };
            self.emit_for(e, event);
        }
    }

    fn open_follow_up(&mut self, e: &Escalation) {
        if let EscalationState::CustomerLeft { human_agent: Some(_), follow_up_due, .. } = e.state {
            self.emit_for(e, Event::CustomerLeft { escalation: e.id, follow_up_due, human_agent: None });
        }
    }

    fn tell_delay(&mut self, e: &Escalation) {
        if matches!(e.state, EscalationState::Queued { .. } | EscalationState::Offered { .. }) {
            self.tell_wait(e);
        } else if let Some(c) = self.conversation_of(e) {
            self.notify(&c, NoticeKind::Delay, notices::delay(None));
        }
    }
}
