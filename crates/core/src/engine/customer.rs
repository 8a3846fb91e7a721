//! What customers, and bots on their behalf, do.

use std::sync::Arc;

use baton_model::{
    Actor, AiMode, Author, CallbackSlot, Channel, Conversation, ConversationId, CustomerRef, Effect, EscalationState, Event,
    Holder, Millis, NoticeKind, Outcome, Rating, Refusal, RefusalCode, Reply, RequestId, RescindReason, Signals, Stream,
};

use super::{
    consent, notices,
    step::{NewTurn, Step, check_text},
};
use crate::follow;

/// After this, missing facts are shown as missing.
pub(super) const FACTS_WITHIN: Millis = Millis::secs(5);
/// Callback slots offered to a customer.
pub(super) const SLOTS: usize = 6;
/// Callbacks booked for one escalation by the customer's own choice.
const CALLBACKS: usize = 20;

impl Step<'_> {
    pub(super) fn open_conversation(
        &mut self,
        id: Option<ConversationId>,
        channel: Channel,
        ai_mode: AiMode,
        customer: &CustomerRef,
    ) -> Result<Reply, Refusal> {
        let id = id.unwrap_or_else(|| self.ids.draw());
        if self.state.conversations.contains_key(&id) {
            return Err(Refusal::new(RefusalCode::WrongState, format!("conversation {id} exists already")));
        }
        check_customer(customer)?;
        let idle = Millis::secs(i64::from(self.state.policy.ai.idle_close_seconds));
        let stream = Stream::Conversation(id);
        let opened = Event::ConversationOpened {
            conversation: id,
            channel,
            ai_mode,
            customer: customer.clone(),
            // A page says so itself when it goes; other channels never do.
            connected: true,
            idle_due: self.now + idle,
        };
        self.emit(stream, opened);
        if customer.external_id.is_some() {
            let request: RequestId = self.ids.draw();
            let due = self.now + FACTS_WITHIN;
            self.emit(stream, Event::FactsRequested { conversation: id, request, due });
            self.effects.push(Effect::LookUpFacts { request, conversation: id, customer: customer.clone(), due });
        }
        Ok(Reply::Conversation { conversation: id })
    }

    pub(super) fn customer_turn(&mut self, id: ConversationId, text: &str, signals: &Signals) -> Result<Reply, Refusal> {
        let c = self.conversation(id)?;
        check_text(&c, text)?;
        if c.holder == Holder::Closed {
            self.reopen(&c);
        }
        let turn = NewTurn { signals: signals.clone(), ..NewTurn::plain(Author::Customer, text.to_owned()) };
        let turn = self.add_turn(&c, turn);
        let c = self.conversation(id)?;
        match (c.holder, self.state.open_escalation(&c).cloned()) {
            (Holder::Human { .. }, Some(e)) => self.customer_wrote_to_human(&e),
            (Holder::Queue, Some(e)) => self.customer_wrote_while_waiting(&c, &e),
            _ => match answered_offer(&c).and_then(|()| consent::read(text)) {
                Some(accept) => self.settle_human_offer(&c, accept),
                None => self.assess_customer_turn(&c),
            },
        }
        Ok(self.turn_reply(id, turn))
    }

    /// Somebody writes again after the end: the AI starts over, and a person is one word away.
    fn reopen(&mut self, c: &Arc<Conversation>) {
        if let Some(e) = self.state.open_escalation(c).cloned()
            && matches!(e.state, EscalationState::Resolved { .. })
        {
            self.close_resolved(&e, None, None);
        }
        self.pass_control(c, Holder::Ai);
    }

    fn customer_wrote_to_human(&mut self, e: &baton_model::Escalation) {
        let waits = e.clocks.iter().any(|c| c.kind == baton_model::ClockKind::NextReply && c.stopped_at.is_none());
        if matches!(e.state, EscalationState::Active { .. }) && !waits {
            let clock = follow::next_reply_clock(self.state.queue(&e.item.queue), e.tier, self.now);
            self.emit_for(e, Event::ClockStarted { escalation: e.id, clock });
        }
        self.resume_clocks(e);
        self.wakes_up(e);
        self.touched.insert(e.id);
    }

    fn customer_wrote_while_waiting(&mut self, c: &Arc<Conversation>, e: &baton_model::Escalation) {
        let assessment = self.assess(c, None);
        if matches!(e.state, EscalationState::CustomerLeft { .. }) {
            self.customer_returned(e);
        }
        if let Some(assessment) = assessment {
            let e = self.current(e);
            self.grow_urgent(&e, &assessment);
        }
        if matches!(self.current(e).state, EscalationState::Queued { .. } | EscalationState::Offered { .. }) {
            self.take_in_answer(e);
        }
    }

    /// They are back before the follow-up: the last human is asked first, if they are there.
    fn customer_returned(&mut self, e: &baton_model::Escalation) {
        let last = e.state.owner().filter(|h| self.is_there(*h));
        let queue = e.item.queue.clone();
        let why = baton_model::RequeueReason::CustomerReturned;
        self.requeue(e, None, &queue, last, why, "the customer came back", notices::welcome_back());
    }

    /// The button, or a bot's own call for help: the right to a human has no conditions.
    pub(super) fn request_human(&mut self, id: ConversationId, why: Option<&str>) -> Result<Reply, Refusal> {
        let c = self.conversation(id)?;
        if c.holder == Holder::Closed {
            self.reopen(&c);
        }
        let c = self.conversation(id)?;
        let asked = match self.input.actor {
            Actor::Customer { .. } => "asked for a person with the button",
            _ => why.unwrap_or("the bot asked for a person"),
        };
        if asked.len() > 4_000 {
            return Err(Refusal::new(RefusalCode::Invalid, "why is longer than 4,000 bytes"));
        }
        if let Some(e) = self.state.open_escalation(&c).cloned() {
            match e.state {
                EscalationState::CustomerLeft { .. } => self.customer_returned(&e),
                EscalationState::CallbackScheduled { .. } => {
                    if let Some(assessment) = self.assess(&c, Some(asked)) {
                        self.hasten_callback(&e, &assessment);
                    }
                }
                _ => {}
            }
            return Ok(Reply::Escalation { escalation: e.id });
        }
        let c = if c.turns.is_empty() {
            // Nobody has said anything: the request itself is the evidence, and nobody's words are made up.
            let author = Author::Tool { name: "request_human".into(), ok: true };
            self.add_turn(&c, NewTurn::plain(author, asked.to_owned()));
            self.conversation(id)?
        } else {
            c
        };
        let Some(assessment) = self.assess(&c, Some(asked)) else {
            return Err(Refusal::new(RefusalCode::WrongState, "the conversation has no turn yet"));
        };
        let escalation = self.open_escalation(&c, &assessment);
        Ok(Reply::Escalation { escalation })
    }

    pub(super) fn answer_human_offer(&mut self, id: ConversationId, accept: bool) -> Result<Reply, Refusal> {
        let c = self.conversation(id)?;
        if c.human_offer.is_none() {
            return Err(Refusal::new(RefusalCode::WrongState, "no person is being offered right now"));
        }
        self.settle_human_offer(&c, accept);
        Ok(Reply::Done)
    }

    pub(super) fn cancel_wait(&mut self, id: ConversationId) -> Result<Reply, Refusal> {
        let c = self.conversation(id)?;
        let waiting = self.state.open_escalation(&c).cloned().filter(|e| {
            matches!(
                e.state,
                EscalationState::Queued { .. }
                    | EscalationState::Offered { .. }
                    | EscalationState::CallbackScheduled { .. }
                    | EscalationState::CustomerLeft { .. }
            )
        });
        let Some(e) = waiting else {
            return Err(Refusal::new(RefusalCode::WrongState, "nobody is being waited for"));
        };
        self.return_to_ai(&e, Outcome::CancelledByCustomer, None, RescindReason::CustomerCancelled, None);
        self.notify(&c, NoticeKind::HandedBack, notices::wait_cancelled());
        Ok(Reply::Done)
    }

    pub(super) fn choose_callback(
        &mut self,
        id: ConversationId,
        slot: &CallbackSlot,
        contact: Option<&str>,
    ) -> Result<Reply, Refusal> {
        let c = self.conversation(id)?;
        let waiting = self.state.open_escalation(&c).cloned().filter(|e| {
            matches!(
                e.state,
                EscalationState::Queued { .. } | EscalationState::Offered { .. } | EscalationState::CallbackScheduled { .. }
            )
        });
        let Some(e) = waiting else {
            return Err(Refusal::new(RefusalCode::WrongState, "a callback can be chosen only while waiting for a person"));
        };
        if e.callbacks.len() >= CALLBACKS {
            return Err(Refusal::new(
                RefusalCode::WrongState,
                format!("the time was changed {CALLBACKS} times: it stays as it is"),
            ));
        }
        let zone = notices::zone(&c, &self.state);
        let open = follow::slots(self.state.queue(&e.item.queue), &zone, self.now, SLOTS);
        if !open.iter().any(|s| s.at == slot.at) {
            return Err(Refusal::new(
                RefusalCode::Invalid,
                "that time is not offered (any more): choose one of callback_slots",
            ));
        }
        if contact.is_some_and(|c| c.len() > 254) {
            return Err(Refusal::new(
                RefusalCode::Invalid,
                "contact is longer than 254 bytes: send a phone number or an e-mail address",
            ));
        }
        self.book_callback(&e, Some(slot), contact, notices::Booked::Chosen);
        Ok(Reply::Done)
    }

    pub(super) fn customer_presence(&mut self, id: ConversationId, connected: bool) -> Result<Reply, Refusal> {
        let c = self.conversation(id)?;
        if c.customer_connected != connected {
            let event = if connected {
                Event::CustomerConnected { conversation: id }
            } else {
                Event::CustomerDisconnected { conversation: id }
            };
            self.emit(Stream::Conversation(id), event);
        }
        Ok(Reply::Done)
    }

    pub(super) fn leave_conversation(&mut self, id: ConversationId) -> Result<Reply, Refusal> {
        let c = self.conversation(id)?;
        match self.state.open_escalation(&c).cloned() {
            Some(e)
                if matches!(e.state, EscalationState::CallbackScheduled { .. } | EscalationState::CustomerLeft { .. }) => {}
            Some(e) if matches!(e.state, EscalationState::Resolved { .. }) => {}
            Some(e) => self.customer_left(&e),
            None => self.shut(&c),
        }
        Ok(Reply::Done)
    }

    pub(super) fn rate(&mut self, id: ConversationId, stars: u8, comment: Option<&str>) -> Result<Reply, Refusal> {
        let c = self.conversation(id)?;
        if !(1..=5).contains(&stars) {
            return Err(Refusal::new(RefusalCode::Invalid, format!("stars is {stars}: send 1 (bad) to 5 (good)")));
        }
        if comment.is_some_and(|c| c.len() > 4_000) {
            return Err(Refusal::new(RefusalCode::Invalid, "the comment is longer than 4,000 bytes"));
        }
        if c.holder != Holder::Closed {
            return Err(Refusal::new(RefusalCode::WrongState, "a conversation is rated when it is over"));
        }
        let comment = comment.map(str::trim).filter(|c| !c.is_empty()).map(str::to_owned);
        let rating = Rating { stars, comment, at: self.now };
        self.emit(Stream::Conversation(id), Event::Rated { conversation: id, rating });
        // A rating after the review belongs to its facts.
        if let Some(e) = c.escalations.last().and_then(|e| self.state.escalations.get(e)).cloned()
            && let Some(review) = &e.review
        {
            self.review(&e, review.by, review.verdict.as_ref());
        }
        Ok(Reply::Done)
    }

    pub(super) fn close_conversation(&mut self, id: ConversationId) -> Result<Reply, Refusal> {
        let c = self.conversation(id)?;
        if let Some(e) = self.state.open_escalation(&c)
            && !matches!(e.state, EscalationState::Resolved { .. })
        {
            let detail =
                format!("escalation {} is {}: it must be resolved, handed back or cancelled first", e.id, e.state.name());
            return Err(Refusal::new(RefusalCode::WrongState, detail));
        }
        self.shut(&c);
        Ok(Reply::Done)
    }
}

/// A plain yes or no answers the offer only when nothing was said in between.
fn answered_offer(c: &Conversation) -> Option<()> {
    let offer = c.human_offer.as_ref()?;
    let before = c.turns.iter().rev().nth(1)?;
    (before.id == offer.turn).then_some(())
}

fn check_customer(c: &CustomerRef) -> Result<(), Refusal> {
    let fields = [
        ("external_id", &c.external_id, 128),
        ("name", &c.name, 200),
        ("email", &c.email, 254),
        ("phone", &c.phone, 40),
        ("locale", &c.locale, 35),
        ("time_zone", &c.time_zone, 64),
    ];
    for (name, value, most) in fields {
        if value.as_ref().is_some_and(|v| v.len() > most || v.trim().is_empty()) {
            let detail = format!("customer.{name} must have 1 to {most} bytes: leave it out when it is unknown");
            return Err(Refusal::new(RefusalCode::Invalid, detail));
        }
    }
    Ok(())
}
