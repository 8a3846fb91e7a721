//! What human agents do: presence, replies, transfer, hand-back, resolution, verdict.

use std::sync::Arc;

use baton_model::{
    Actor, Author, ClockKind, Escalation, EscalationId, EscalationState, Event, Holder, HumanAgentId, Millis, NoticeKind,
    Outcome, Refusal, RefusalCode, Reply, RequeueReason, RescindReason, Signals, Stream, TransferTarget, Verdict, Willing,
};

use super::{
    notices, owe,
    step::{NewTurn, Step, check_text},
};
use crate::calendar;

/// Without a heartbeat for this long a human counts as gone.
const LEASE: Millis = Millis::secs(45);
/// A heartbeat is journaled only when it adds this much.
const LEASE_STEP: Millis = Millis::secs(20);
/// Longest note, in bytes.
const NOTE_BYTES: usize = 8 * 1024;

impl Step<'_> {
    fn own_presence(&self, id: HumanAgentId) -> Result<(), Refusal> {
        if self.acting_human()? != id {
            return Err(Refusal::new(RefusalCode::Forbidden, "presence can be changed only by the person themself"));
        }
        if !self.state.humans.contains_key(&id) {
            return Err(Refusal::new(RefusalCode::NotFound, format!("no human agent {id}")));
        }
        Ok(())
    }

    pub(super) fn set_presence(&mut self, id: HumanAgentId, willing: Willing) -> Result<Reply, Refusal> {
        self.own_presence(id)?;
        self.renew_lease(id);
        if self.state.humans.get(&id).is_some_and(|h| h.presence.willing != willing) {
            self.emit(Stream::Human(id), Event::PresenceSet { human_agent: id, willing });
        }
        if willing != Willing::Available {
            self.rescind_offers_to(id, RescindReason::WentAway);
        }
        Ok(Reply::Done)
    }

    pub(super) fn heartbeat(&mut self, id: HumanAgentId) -> Result<Reply, Refusal> {
        self.own_presence(id)?;
        self.renew_lease(id);
        Ok(Reply::Done)
    }

    fn renew_lease(&mut self, id: HumanAgentId) {
        let until = self.now + LEASE;
        let worth_it = self
            .state
            .humans
            .get(&id)
            .is_some_and(|h| h.presence.lease_until.is_none_or(|old| until.since(old) >= LEASE_STEP));
        if worth_it {
            self.emit(Stream::Human(id), Event::LeaseRenewed { human_agent: id, until });
        }
    }

    /// Signing out: the same as a lapsed lease, at once.
    pub(super) fn disconnect(&mut self, id: HumanAgentId) -> Result<Reply, Refusal> {
        self.own_presence(id)?;
        if self.state.humans.get(&id).is_some_and(|h| h.presence.lease_until.is_some()) {
            self.lapse(id);
        }
        Ok(Reply::Done)
    }

    /// An escalation that this human owns and may still work on.
    fn own_escalation(&self, id: EscalationId) -> Result<(Arc<Escalation>, HumanAgentId), Refusal> {
        let human = self.acting_human()?;
        let e = self.escalation(id)?;
        match &e.state {
            EscalationState::Accepted { human_agent, .. } | EscalationState::Active { human_agent, .. }
                if *human_agent == human =>
            {
                Ok((e, human))
            }
            // A follow-up whose human is gone belongs to whoever takes it.
            EscalationState::CustomerLeft { human_agent, .. }
                if human_agent.is_none_or(|h| h == human) || self.supervises() =>
            {
                Ok((e, human))
            }
            EscalationState::Accepted { .. } | EscalationState::Active { .. } | EscalationState::CustomerLeft { .. } => {
                Err(Refusal::new(RefusalCode::Forbidden, "another human agent owns this escalation"))
            }
            EscalationState::Queued { .. }
            | EscalationState::Offered { .. }
            | EscalationState::CallbackScheduled { .. }
            | EscalationState::Resolved { .. }
            | EscalationState::ReturnedToAi { .. }
            | EscalationState::Closed { .. } => {
                let detail =
                    format!("the escalation is {}: accept its offer first, or open the one that is yours", e.state.name());
                Err(Refusal::new(RefusalCode::WrongState, detail))
            }
        }
    }

    fn supervises(&self) -> bool {
        matches!(self.input.actor, Actor::Supervisor { .. })
    }

    pub(super) fn is_there(&self, human: HumanAgentId) -> bool {
        let human = self.state.humans.get(&human);
        human.is_some_and(|h| {
            h.connected(self.now)
                && h.presence.willing == Willing::Available
                && h.presence.soft_away_since.is_none()
                && calendar::is_open(&h.profile.hours, self.now)
        })
    }

    pub(super) fn human_turn(
        &mut self,
        id: EscalationId,
        text: &str,
        signals: &Signals,
        used_step: Option<u32>,
    ) -> Result<Reply, Refusal> {
        let (e, human) = self.own_escalation(id)?;
        let c = self.conversation(e.conversation)?;
        check_text(&c, text)?;
        let author = Author::HumanAgent { human_agent: human, name: self.human_name(human) };
        let turn = NewTurn { signals: signals.clone(), used_step, ..NewTurn::plain(author, text.to_owned()) };
        let turn = self.add_turn(&c, turn);
        self.replied(&e, human);
        // The human wrote last: the silence is counted from now.
        self.owe_anew(id);
        Ok(self.turn_reply(e.conversation, turn))
    }

    /// What a message of a human settles.
    fn replied(&mut self, e: &Escalation, human: HumanAgentId) {
        match e.state {
            EscalationState::Accepted { .. } => self.emit_for(e, Event::FirstReplied { escalation: e.id }),
            // Whoever writes first takes the follow-up.
            EscalationState::CustomerLeft { follow_up_due, human_agent: None, .. } => {
                let event = Event::CustomerLeft { escalation: e.id, follow_up_due, human_agent: Some(human) };
                self.emit_for(e, event);
            }
            _ => {}
        }
        for kind in [ClockKind::FirstReply, ClockKind::NextReply] {
            if e.clocks.iter().any(|c| c.kind == kind && c.stopped_at.is_none()) {
                self.emit_for(e, Event::ClockStopped { escalation: e.id, kind });
            }
        }
        self.pause_clocks(e);
    }

    /// The owner, or a supervisor who takes it from them.
    fn movable_escalation(&self, id: EscalationId) -> Result<(Arc<Escalation>, HumanAgentId), Refusal> {
        let e = self.escalation(id)?;
        match (&self.input.actor, e.state.owner()) {
            (Actor::Supervisor { human_agent, .. }, Some(owner)) if !matches!(e.state, EscalationState::Resolved { .. }) => {
                Ok((e, human_agent.unwrap_or(owner)))
            }
            _ => self.own_escalation(id),
        }
    }

    pub(super) fn transfer(&mut self, id: EscalationId, to: &TransferTarget, note: &str) -> Result<Reply, Refusal> {
        let (e, human) = self.movable_escalation(id)?;
        let from = e.state.owner();
        check_note(note)?;
        let (queue, preferred, to_name) = match to {
            TransferTarget::Queue { queue } => {
                let known = self.state.queues.iter().find(|q| q.id == *queue);
                let known = known.ok_or_else(|| Refusal::new(RefusalCode::Invalid, format!("no queue `{queue}`")))?;
                (queue.clone(), None, known.name.clone())
            }
            TransferTarget::Human { human_agent } if Some(*human_agent) == from => {
                return Err(Refusal::new(RefusalCode::Invalid, "this escalation is yours already: choose somebody else"));
            }
            TransferTarget::Human { human_agent } => {
                let known = self.state.humans.get(human_agent);
                let known =
                    known.ok_or_else(|| Refusal::new(RefusalCode::Invalid, format!("no human agent {human_agent}")))?;
                let follow_up = matches!(e.state, EscalationState::CustomerLeft { .. });
                if !follow_up && !self.is_there(*human_agent) {
                    let detail =
                        format!("{} is not available right now: choose somebody who is, or a queue", known.profile.name);
                    return Err(Refusal::new(RefusalCode::WrongState, detail));
                }
                (e.item.queue.clone(), Some(*human_agent), known.profile.name.clone())
            }
        };
        self.add_note(e.conversation, human, note);
        if let EscalationState::CustomerLeft { follow_up_due, .. } = e.state {
            // Nobody waits in the line: the follow-up changes hands, its due time stays.
            self.emit_for(&e, Event::CustomerLeft { escalation: id, follow_up_due, human_agent: preferred });
            return Ok(Reply::Escalation { escalation: id });
        }
        let text = notices::transferred(preferred.is_some().then_some(to_name.as_str()));
        self.requeue(&e, from, &queue, preferred, RequeueReason::Transferred, note, text);
        Ok(Reply::Escalation { escalation: id })
    }

    pub(super) fn hand_back(&mut self, id: EscalationId, note: &str, verdict: Option<&Verdict>) -> Result<Reply, Refusal> {
        let (e, human) = self.own_escalation(id)?;
        check_note(note)?;
        check_verdict(verdict)?;
        if matches!(e.state, EscalationState::CustomerLeft { .. }) {
            let detail = "a follow-up was promised to the customer: write to them and resolve it, or transfer it";
            return Err(Refusal::new(RefusalCode::WrongState, detail));
        }
        self.add_note(e.conversation, human, note);
        self.return_to_ai(&e, Outcome::ReturnedToAi, Some(human), RescindReason::Moved, verdict);
        if let Some(c) = self.conversation_of(&e) {
            let text = notices::handed_back(&self.state.settings.ai_name, &self.human_name(human));
            self.notify(&c, NoticeKind::HandedBack, text);
            // A question left open is the AI's now.
            if owe::last_word(&c).0 {
                self.ask_ai(c.id);
            }
        }
        Ok(Reply::Escalation { escalation: id })
    }

    pub(super) fn resolve(
        &mut self,
        id: EscalationId,
        message: Option<&str>,
        verdict: Option<&Verdict>,
    ) -> Result<Reply, Refusal> {
        let (e, human) = self.own_escalation(id)?;
        let c = self.conversation(e.conversation)?;
        check_verdict(verdict)?;
        if let Some(message) = message.map(str::trim).filter(|m| !m.is_empty()) {
            check_text(&c, message)?;
            let author = Author::HumanAgent { human_agent: human, name: self.human_name(human) };
            self.add_turn(&c, NewTurn::plain(author, message.to_owned()));
            self.replied(&e, human);
        }
        self.emit_for(&e, Event::Resolved { escalation: id, human_agent: human });
        self.notify(&c, NoticeKind::Resolved, notices::resolved(&self.human_name(human)));
        if c.holder != Holder::Closed {
            self.pass_control(&c, Holder::Closed);
        }
        self.shut(&c);
        match verdict {
            Some(verdict) => self.close_resolved(&e, Some(human), Some(verdict)),
            None => self.owe_anew(id),
        }
        Ok(Reply::Escalation { escalation: id })
    }

    /// The three taps, at once or later; again replaces what was said before.
    pub(super) fn give_verdict(&mut self, id: EscalationId, verdict: &Verdict) -> Result<Reply, Refusal> {
        let human = self.acting_human()?;
        check_verdict(Some(verdict))?;
        let e = self.escalation(id)?;
        let theirs = e.handled_by.contains(&human) || e.state.owner() == Some(human);
        if !theirs && !self.supervises() {
            return Err(Refusal::new(
                RefusalCode::Forbidden,
                "only somebody who handled this escalation, or a supervisor, can judge it",
            ));
        }
        match e.state {
            EscalationState::Resolved { .. } => self.close_resolved(&e, Some(human), Some(verdict)),
            EscalationState::Closed { .. } | EscalationState::ReturnedToAi { .. } => {
                self.review(&e, Some(human), Some(verdict))
            }
            EscalationState::Queued { .. }
            | EscalationState::Offered { .. }
            | EscalationState::Accepted { .. }
            | EscalationState::Active { .. }
            | EscalationState::CallbackScheduled { .. }
            | EscalationState::CustomerLeft { .. } => {
                let detail = format!("the escalation is {}: a verdict is given when it has ended", e.state.name());
                return Err(Refusal::new(RefusalCode::WrongState, detail));
            }
        }
        Ok(Reply::Escalation { escalation: id })
    }
}

fn check_note(note: &str) -> Result<(), Refusal> {
    if note.len() > NOTE_BYTES {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            format!("the note has {} bytes, at most {NOTE_BYTES} are kept", note.len()),
        ));
    }
    Ok(())
}

fn check_verdict(verdict: Option<&Verdict>) -> Result<(), Refusal> {
    verdict.and_then(|v| v.note.as_deref()).map_or(Ok(()), check_note)
}
