//! The ways out: the customer leaves, cancels, is handed back, is helped; and the review that closes each of them.

use std::sync::Arc;

use baton_model::{
    Conversation, Escalation, EscalationState, Event, Holder, HumanAgentId, Millis, NoticeKind, Outcome, RescindReason,
    Review, Stream, Verdict,
};

use super::{notices, step::Step};
use crate::learn;

/// A follow-up is owed within this time.
const FOLLOW_UP_WITHIN: Millis = Millis::hours(24);

impl Step<'_> {
    /// The customer is gone before it was solved. With a contact somebody still owes them an answer.
    pub(super) fn customer_left(&mut self, e: &Escalation) {
        let Some(c) = self.conversation_of(e) else { return };
        self.rescind(e, RescindReason::CustomerLeft);
        let contact = notices::contact(&c, &self.state);
        let text = notices::left(contact.as_deref());
        self.notify(&c, NoticeKind::FollowUp, text);
        if contact.is_some() {
            let follow_up_due = self.now + FOLLOW_UP_WITHIN;
            let human_agent = e.state.owner();
            self.emit_for(e, Event::CustomerLeft { escalation: e.id, follow_up_due, human_agent });
            self.pass_control(&c, Holder::Queue);
            self.owe_anew(e.id);
        } else {
            self.emit_for(e, Event::EscalationClosed { escalation: e.id, outcome: Outcome::Abandoned });
            self.review(e, None, None);
            self.shut(&c);
        }
    }

    /// Back to the AI; the episode ends here.
    pub(super) fn return_to_ai(
        &mut self,
        e: &Escalation,
        outcome: Outcome,
        human: Option<HumanAgentId>,
        why: RescindReason,
        verdict: Option<&Verdict>,
    ) {
        let Some(c) = self.conversation_of(e) else { return };
        self.rescind(e, why);
        self.emit_for(e, Event::ReturnedToAi { escalation: e.id, outcome, human_agent: human });
        self.pass_control(&c, Holder::Ai);
        self.review(e, human, verdict);
    }

    /// Closes the conversation, if nobody did yet.
    pub(super) fn shut(&mut self, c: &Conversation) {
        let Some(current) = self.state.conversations.get(&c.id) else { return };
        if current.closed_at.is_some() {
            return;
        }
        let alone = current.escalations.is_empty() && !current.counted;
        let facts = alone.then(|| Arc::new(learn::measure_contained(current, self.state.policy_for(c.id))));
        if current.holder != Holder::Closed {
            self.pass_control(c, Holder::Closed);
        }
        self.emit(Stream::Conversation(c.id), Event::ConversationClosed { conversation: c.id, facts });
        self.guard_trial();
    }

    /// Records what this escalation teaches: measured facts always, a verdict when there is one.
    pub(super) fn review(&mut self, e: &Escalation, by: Option<HumanAgentId>, verdict: Option<&Verdict>) {
        let Some(c) = self.conversation_of(e) else { return };
        let e = self.current(e);
        let facts = learn::measure(&e, &c, self.state.policy_for(c.id), verdict);
        let review = Review { verdict: verdict.cloned(), by: by.filter(|_| verdict.is_some()), at: self.now, facts };
        self.emit_for(&e, Event::Reviewed { escalation: e.id, review: Arc::new(review) });
        self.guard_trial();
    }

    /// The last step of a resolved escalation, with or without a verdict.
    pub(super) fn close_resolved(&mut self, e: &Escalation, by: Option<HumanAgentId>, verdict: Option<&Verdict>) {
        self.review(e, by, verdict);
        let outcome = self.current(e).outcome.unwrap_or(Outcome::Resolved);
        self.emit_for(e, Event::EscalationClosed { escalation: e.id, outcome });
    }

    /// Connection lost for longer than the grace: each owned item gets a decision, and its customer is told.
    pub(super) fn decide_items_of_vanished(&mut self, human: HumanAgentId) {
        let held = self.state.humans.get(&human).map(|h| h.held.clone()).unwrap_or_default();
        for held in held {
            let Some(e) = self.state.escalations.get(&held.escalation).cloned() else { continue };
            match e.state {
                EscalationState::Offered { .. } => self.rescind_offers_to(human, RescindReason::PresenceLapsed),
                EscalationState::Accepted { .. } | EscalationState::Active { .. } => {
                    let text = notices::human_vanished(&self.human_name(human));
                    let queue = e.item.queue.clone();
                    let why = baton_model::RequeueReason::HumanVanished;
                    self.requeue(&e, Some(human), &queue, None, why, "connection lost", text);
                }
                EscalationState::Queued { .. }
                | EscalationState::CallbackScheduled { .. }
                | EscalationState::CustomerLeft { .. }
                | EscalationState::Resolved { .. }
                | EscalationState::ReturnedToAi { .. }
                | EscalationState::Closed { .. } => {}
            }
        }
    }
}
