//! Offers: a time-limited reservation of one item for one human, and what becomes of it.

use baton_model::{
    Author, ConversationId, DeclineReason, Escalation, Event, Holder, HumanAgentId, NoticeKind, Offer, OfferId, OfferState,
    Refusal, RefusalCode, Reply, RescindReason,
};

use super::step::{NewTurn, Step};
use crate::package;

impl Step<'_> {
    /// Makes the next offer, if a free able human and a waiting item coexist.
    pub(super) fn match_one(&mut self) -> bool {
        let Some(found) = self.state.backlog.next_match(self.now) else { return false };
        let Some(e) = self.state.escalations.get(&found.escalation).cloned() else { return false };
        // Where the queue asks several at once, all are chosen before the first is asked.
        let others = self.state.queue(&e.item.queue).offer_to.saturating_sub(1);
        let beside = self.state.backlog.others_for(&found, others, self.now);
        for one in std::iter::once(found).chain(beside) {
            let offer = Offer {
                id: self.ids.draw(),
                escalation: e.id,
                human_agent: one.human_agent,
                made_at: self.now,
                due: one.due,
                seen_at: None,
                state: OfferState::Pending,
                fit: one.fit,
            };
            self.emit_for(&e, Event::OfferMade { offer });
        }
        true
    }

    pub(super) fn own_offer(&self, id: OfferId) -> Result<(std::sync::Arc<Escalation>, Offer), Refusal> {
        let gone = || Refusal::new(RefusalCode::OfferGone, "this offer is gone: it expired, was withdrawn, or was answered");
        let human = self.acting_human()?;
        let escalation = self.state.offers.get(&id).ok_or_else(gone)?;
        let e = self.escalation(*escalation)?;
        let offer = e.pending_offers().find(|o| o.id == id).cloned().ok_or_else(gone)?;
        if offer.human_agent != human {
            // Not theirs: they may not learn that it exists.
            return Err(gone());
        }
        Ok((e, offer))
    }

    /// Accepting is one step against the one ledger: the units were reserved when the offer was made.
    pub(super) fn accept_offer(&mut self, id: OfferId) -> Result<Reply, Refusal> {
        let (e, offer) = self.own_offer(id)?;
        for other in e.pending_offers().filter(|o| o.id != id) {
            let why = RescindReason::TakenByAnother;
            self.emit_for(&e, Event::OfferRescinded { escalation: e.id, offer: other.id, why });
        }
        self.emit_for(&e, Event::OfferAccepted { escalation: e.id, offer: id });
        let Some(c) = self.conversation_of(&e) else { return Ok(Reply::Escalation { escalation: e.id }) };
        self.pass_control(&c, Holder::Human { human_agent: offer.human_agent });
        self.build_package(&e);
        let name = self.human_name(offer.human_agent);
        if let Some(package) = &self.current(&e).package.clone() {
            let text = package::introduction(package, &name);
            self.notify(&c, NoticeKind::Introduction, text);
        }
        Ok(Reply::Escalation { escalation: e.id })
    }

    pub(super) fn decline_offer(&mut self, id: OfferId, reason: DeclineReason) -> Result<Reply, Refusal> {
        let (e, _) = self.own_offer(id)?;
        self.emit_for(&e, Event::OfferDeclined { escalation: e.id, offer: id, reason });
        self.widen_if_refused(&e);
        Ok(Reply::Done)
    }

    pub(super) fn expire_offer(&mut self, e: &Escalation) {
        for offer in e.pending_offers() {
            let unseen = offer.seen_at.is_none();
            self.emit_for(e, Event::OfferExpired { escalation: e.id, offer: offer.id, unseen });
            if unseen {
                self.goes_soft_away(offer);
            }
        }
        self.climbs_unseen(e);
        self.widen_if_refused(e);
    }

    pub(super) fn rescind(&mut self, e: &Escalation, why: RescindReason) {
        for offer in e.pending_offers() {
            self.emit_for(e, Event::OfferRescinded { escalation: e.id, offer: offer.id, why });
        }
    }

    /// Withdraws whatever is offered to this human.
    pub(super) fn rescind_offers_to(&mut self, human: HumanAgentId, why: RescindReason) {
        let held: Vec<_> = self.state.humans.get(&human).map(|h| h.held.clone()).unwrap_or_default();
        for held in held {
            let Some(e) = self.state.escalations.get(&held.escalation).cloned() else { continue };
            if let Some(offer) = e.pending_offers().find(|o| o.human_agent == human) {
                self.emit_for(&e, Event::OfferRescinded { escalation: e.id, offer: offer.id, why });
            }
        }
    }

    /// A note that only people at the desk read.
    pub(super) fn add_note(&mut self, conversation: ConversationId, human: HumanAgentId, note: &str) {
        if note.trim().is_empty() {
            return;
        }
        if let Some(c) = self.state.conversations.get(&conversation).cloned() {
            let author = Author::Note { human_agent: human, name: self.human_name(human) };
            self.add_turn(&c, NewTurn::plain(author, note.to_owned()));
        }
    }
}
