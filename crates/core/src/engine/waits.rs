//! What a waiting customer is told, and what is learned from how it turned out.
//!
//! A told wait is a promise until its upper end. While it stands it is repeated, never lengthened in silence; when it does
//! not hold, or is more likely than not to fail, that is journaled and an honest one follows; the second in a row comes
//! with an apology.

use baton_model::{Escalation, EscalationState, Event, Millis, NoticeKind, OfferState, Timestamp, WaitPromise};

use super::{notices, state::State, step::Step};
use crate::{
    follow,
    route::{self, Asked, Forecast, Pace},
};

/// Callback times named in a message.
const NAMED_SLOTS: usize = 2;

impl State {
    /// The wait of an escalation that is in the line or being offered.
    pub(super) fn outlook(&self, e: &Escalation, now: Timestamp) -> Option<Forecast> {
        if matches!(e.state, EscalationState::Offered { .. }) {
            return Some(self.pace.answering());
        }
        let asked = Asked {
            escalation: Some(e.id),
            queue: &e.item.queue,
            tier: e.tier,
            issue_class: &e.issue_class,
            requirements: &e.item.requirements,
            target_seconds: e.item.target_seconds,
            priority: e.item.priority,
            units: e.item.units,
        };
        self.backlog.forecast(&asked, &self.pace, now)
    }
}

impl Step<'_> {
    /// Forecasts the wait and records it as a promise, when somebody is there to keep it.
    pub(super) fn promise_wait(&mut self, e: &Escalation) -> Option<WaitPromise> {
        let e = self.current(e);
        let forecast = self.state.outlook(&e, self.now)?.after_slips(follow::slips(&e));
        let position = self.state.backlog.position(e.id, self.now).unwrap_or(1);
        let Forecast { p10, p50, p90 } = forecast;
        let promise = WaitPromise { made_at: self.now, position, p10, p50, p90, slipped_at: None };
        self.emit_for(&e, Event::WaitPromised { escalation: e.id, promise });
        Some(promise)
    }

    /// The customer hears how it stands: on course, longer than told, or sorry.
    pub(super) fn tell_wait(&mut self, e: &Escalation) {
        let Some(c) = self.conversation_of(e) else { return };
        let e = self.current(e);
        let standing = follow::standing_promise(&e).copied();
        let forecast = self.state.outlook(&e, self.now);
        if let (Some(f), Some(p)) = (forecast, standing)
            && p.due() > self.now + f.p50
        {
            let p90 = f.p90.min(p.due().since(self.now));
            let words = route::wait_words(&Forecast { p90, ..f });
            let position = self.state.backlog.position(e.id, self.now).unwrap_or(1);
            self.notify(&c, NoticeKind::WaitUpdate, notices::on_course(position, &words));
            return;
        }
        if let Some(p) = standing {
            self.emit_for(&e, Event::PromiseSlipped { escalation: e.id, due: p.due() });
        }
        let promise = self.promise_wait(&e).as_ref().map(promised_words);
        let first = follow::slips(&self.current(&e)) == 1;
        let (notice, text) = match promise {
            Some(words) if first => (NoticeKind::WaitUpdate, notices::longer(&words)),
            words => (NoticeKind::Delay, notices::delay(words.as_deref())),
        };
        self.notify(&c, notice, text);
    }

    /// Two callback times in words, when a callback is better than this wait.
    pub(super) fn callback_advice(&self, e: &Escalation, promise: &WaitPromise) -> Option<String> {
        if !follow::callback_is_better(self.state.queue(&e.item.queue), self.now, promise.p50) {
            return None;
        }
        self.callback_times(e)
    }

    /// Two callback times in words.
    pub(super) fn callback_times(&self, e: &Escalation) -> Option<String> {
        let queue = self.state.queue(&e.item.queue);
        let c = self.state.conversations.get(&e.conversation)?;
        let slots = follow::slots(queue, &notices::zone(c, &self.state), self.now, NAMED_SLOTS);
        let words: Vec<String> = slots.into_iter().map(|s| s.words).collect();
        (!words.is_empty()).then(|| words.join(" or "))
    }
}

/// A promised wait as the customer reads it.
pub(super) fn promised_words(p: &WaitPromise) -> String {
    route::wait_words(&told(p))
}

fn told(p: &WaitPromise) -> Forecast {
    Forecast { p10: p.p10, p50: p.p50, p90: p.p90 }
}

/// Served: how long it took, against the first thing that was told.
pub(super) fn learn_wait(pace: &mut Pace, e: &Escalation, at: Timestamp) {
    if e.accepted_at.is_some() || !e.callbacks.is_empty() {
        // Later waits of the same escalation begin with a history of their own.
        return;
    }
    pace.waited(&e.item.queue, at.since(e.item.real_since), false);
    if let Some(offer) = e.pending_offer() {
        pace.answered(at.since(offer.made_at));
    }
    if let Some(p) = e.promises.first() {
        pace.served(&e.item.queue, e.tier, &told(p), p.position, at.since(p.made_at));
    }
}

/// Left the line without a human.
pub(super) fn learn_leaving(pace: &mut Pace, e: &Escalation, at: Timestamp) {
    if let EscalationState::Queued { since } | EscalationState::Offered { since, .. } = e.state {
        pace.waited(&e.item.queue, at.since(since), true);
    }
}

/// A human is free again: so long this kind of work takes a place.
pub(super) fn learn_handling(pace: &mut Pace, e: &Escalation, at: Timestamp) {
    if !matches!(e.state, EscalationState::Accepted { .. } | EscalationState::Active { .. }) {
        return;
    }
    let accepted = e.offers.iter().rev().find_map(|o| match o.state {
        OfferState::Accepted { at } => Some(at),
        _ => None,
    });
    if let Some(from) = accepted {
        pace.handled(&e.issue_class, at.since(from).max(Millis(0)));
    }
}
