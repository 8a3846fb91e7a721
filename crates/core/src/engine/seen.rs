//! Whether people look at what they are offered. Connected and willing do not say that anybody sits there: an offer that was
//! on no visible screen until it passed makes its person *soft-away*. They are asked for nothing until the next sign of
//! them; what they said about themselves stays. Any action of theirs is a sign, a heartbeat is not.
//!
//! What was not seen was not refused: whoever comes back may be asked about the same item again. The item meanwhile climbs
//! ([`crate::follow::on_unseen`]).

use baton_model::{
    Actor, Author, Escalation, EscalationState, Event, Input, NoticeKind, Offer, OfferId, Refusal, Reply, RescindReason,
    Stream,
};

use super::{notices, step::Step};
use crate::follow::{self, Rung};

impl Step<'_> {
    pub(super) fn see_offer(&mut self, id: OfferId) -> Result<Reply, Refusal> {
        let (e, offer) = self.own_offer(id)?;
        if offer.seen_at.is_none() {
            self.emit_for(&e, Event::OfferSeen { escalation: e.id, offer: id });
        }
        Ok(Reply::Done)
    }

    /// Whoever does something is there.
    pub(super) fn sign_of_life(&mut self) {
        let id = match &self.input.actor {
            Actor::Human { human_agent } => *human_agent,
            Actor::Supervisor { human_agent: Some(id), .. } => *id,
            Actor::Supervisor { human_agent: None, .. } | Actor::System | Actor::Bot | Actor::Customer { .. } => return,
        };
        if matches!(self.input.input, Input::Heartbeat { .. } | Input::Disconnect { .. }) {
            return;
        }
        if self.state.humans.get(&id).is_some_and(|h| h.presence.soft_away_since.is_some()) {
            self.emit(Stream::Human(id), Event::CameBack { human_agent: id });
        }
    }

    /// They let an offer pass unseen, unless another one that they saw shows that they are there.
    pub(super) fn goes_soft_away(&mut self, passed: &Offer) {
        let id = passed.human_agent;
        let Some(human) = self.state.humans.get(&id).filter(|h| h.presence.soft_away_since.is_none()) else { return };
        let held = human.held.iter().filter_map(|held| self.state.escalations.get(&held.escalation));
        let sees = |o: &Offer| o.human_agent == id && o.seen_at.is_some();
        if held.flat_map(|e| e.pending_offers()).any(sees) {
            return;
        }
        self.emit(Stream::Human(id), Event::WentSoftAway { human_agent: id, offer: passed.id });
        self.rescind_offers_to(id, RescindReason::WentAway);
    }

    /// `e`: as it was before its offers passed.
    pub(super) fn climbs_unseen(&mut self, e: &Escalation) {
        let (before, after) = (e.item.unseen, self.current(e).item.unseen);
        let limit = self.state.queue(&e.item.queue).unseen_offers;
        loop {
            let e = self.current(e);
            if after <= before || !matches!(e.state, EscalationState::Queued { .. }) {
                return;
            }
            let nobody = !self.state.backlog.anyone_for(&e.item.requirements, self.now);
            let rungs = follow::on_unseen(limit, before..after, nobody, e.item.next_step_at.is_some());
            for rung in &rungs {
                self.take(&self.current(&e), *rung);
            }
            // The next step may bring nobody either.
            if !(nobody && rungs.contains(&Rung::Widen)) {
                return;
            }
        }
    }

    /// Once in a wait.
    pub(super) fn offer_callback(&mut self, e: &Escalation) {
        let Some(c) = self.conversation_of(e) else { return };
        let since = e.item.routing_since;
        let mut told = c.turns.iter().rev().take_while(|t| t.at >= since);
        if told.any(|t| matches!(t.author, Author::Notice { notice: NoticeKind::CallbackOffered })) {
            return;
        }
        if let Some(times) = self.callback_times(e) {
            self.notify(&c, NoticeKind::CallbackOffered, notices::callback_offered(&times));
        }
    }
}

#[cfg(test)]
mod tests {
    use baton_model::*;

    use super::super::{tests_support::World, view, violations};

    fn id(n: u8) -> HumanAgentId {
        format!("hum_000000000000000000000000000000{n:02}").parse().expect("an id")
    }

    /// So many people with a desk open, and one customer who waits for a person.
    fn world(people: u8, change: impl FnOnce(&mut Queue)) -> (World, EscalationId) {
        let mut world = World::new();
        let mut queue = Queue { default: true, max_wait_seconds: 100_000, ..Queue::default() };
        change(&mut queue);
        world.supervisor(Input::PutQueues { queues: vec![queue] }).expect("queues");
        for n in 1..=people {
            let skills = [("billing".to_owned(), n)].into();
            let profile = HumanProfile { name: format!("P{n}"), skills, ..HumanProfile::default() };
            world.supervisor(Input::PutHuman { human_agent: id(n), profile }).expect("a profile");
            world.desk(id(n), Input::SetPresence { human_agent: id(n), willing: Willing::Available });
        }
        let conversation = world.open();
        world.bot(Input::RequestHuman { conversation, why: None });
        let escalation = world.conversation(conversation).escalations[0];
        (world, escalation)
    }

    /// Who is asked now, and the offer.
    fn asked(world: &World, e: EscalationId) -> Option<(HumanAgentId, OfferId)> {
        world.state.escalations[&e].pending_offer().map(|o| (o.human_agent, o.id))
    }

    /// The offer passes; desks stay open.
    fn passes(world: &mut World, people: u8) -> Vec<Event> {
        world.steps += 29;
        (1..=people).flat_map(|n| world.desk(id(n), Input::Heartbeat { human_agent: id(n) })).collect()
    }

    fn soft_away(world: &World, n: u8) -> bool {
        world.state.humans[&id(n)].presence.soft_away_since.is_some()
    }

    fn why(world: &World, e: EscalationId, n: u8) -> String {
        let routing = view::routing(&world.state, e, world.state.clock()).expect("routing");
        let of = routing.candidates.iter().find(|c| c.human_agent == id(n)).expect("a candidate");
        of.why.join(", ")
    }

    fn notices(world: &World, kind: NoticeKind) -> usize {
        let turns = world.state.conversations.values().flat_map(|c| &c.turns);
        turns.filter(|t| matches!(t.author, Author::Notice { notice } if notice == kind)).count()
    }

    #[test]
    fn seen_and_passed_is_refused_unseen_is_soft_away() {
        let (mut world, e) = world(2, |_| {});
        let (first, offer) = asked(&world, e).expect("asked");
        assert_eq!(first, id(1), "longest idle");
        let seen = world.desk(first, Input::SeeOffer { offer });
        assert!(seen.iter().any(|e| matches!(e, Event::OfferSeen { .. })));
        assert_eq!(world.desk(first, Input::SeeOffer { offer }), [], "again changes nothing");
        let other = world.submit(Actor::Human { human_agent: id(2) }, Input::SeeOffer { offer });
        assert_eq!(other.expect_err("refused").code, RefusalCode::OfferGone, "not theirs");

        passes(&mut world, 2);
        assert_eq!(asked(&world, e).map(|a| a.0), Some(id(2)));
        assert!(!soft_away(&world, 1), "they looked");
        let passed = passes(&mut world, 2);
        assert!(passed.iter().any(|e| matches!(e, Event::OfferExpired { unseen: true, .. })), "{passed:?}");
        assert!(soft_away(&world, 2) && asked(&world, e).is_none());
        assert!(why(&world, e, 1).contains("saw the offer and let it pass"), "{}", why(&world, e, 1));
        assert!(why(&world, e, 2).contains("let an offer pass unseen"), "{}", why(&world, e, 2));
        assert_eq!(violations(&world.state, world.state.clock()), Vec::<String>::new());

        // A heartbeat is no sign; anything they do is, and they may be asked again: they did not refuse.
        world.desk(id(2), Input::Heartbeat { human_agent: id(2) });
        assert!(soft_away(&world, 2));
        let back = world.desk(id(2), Input::SetPresence { human_agent: id(2), willing: Willing::Available });
        assert!(back.iter().any(|e| matches!(e, Event::CameBack { .. })));
        assert_eq!(asked(&world, e).map(|a| a.0), Some(id(2)), "in the same step");
    }

    #[test]
    fn it_climbs_next_person_next_step_supervisors_callback() {
        let step = RelaxStep { after_seconds: 3_000, anyone: true, ..RelaxStep::default() };
        let (mut world, e) = world(5, |q| {
            q.required_skills = [("billing".into(), 3)].into();
            q.strategy = Strategy::LongestIdle;
            q.steps = vec![step];
        });
        let words =
            |world: &World| view::routing(&world.state, e, world.state.clock()).expect("routing").unseen.unwrap_or_default();
        let attention = |world: &World| {
            let board = view::board(&world.state, world.state.clock());
            board.attention.first().map(|a| (a.kind, a.text.clone()))
        };
        assert_eq!((asked(&world, e).map(|a| a.0), words(&world)), (Some(id(3)), String::new()));
        passes(&mut world, 5);
        assert_eq!(asked(&world, e).map(|a| a.0), Some(id(4)), "the next person");
        assert_eq!(words(&world), "1 offer passed unseen; after 1 more the next step is taken at once");
        let widened = passes(&mut world, 5);
        assert!(widened.iter().any(|e| matches!(e, Event::Relaxed { step: 1, .. })), "the next step, long before its time");
        assert_eq!(asked(&world, e).map(|a| a.0), Some(id(1)));
        assert_eq!(words(&world), "2 offers passed unseen; after 2 more supervisors are alerted");
        passes(&mut world, 5);
        let alerted = passes(&mut world, 5);
        assert!(alerted.iter().any(|e| matches!(e, Event::Raised { .. })), "{alerted:?}");
        assert_eq!(words(&world), "4 offers passed unseen; after 2 more the customer is offered a callback");
        assert_eq!((asked(&world, e).map(|a| a.0), notices(&world, NoticeKind::CallbackOffered)), (Some(id(5)), 0));
        passes(&mut world, 5);
        assert_eq!(asked(&world, e), None, "nobody is left");
        assert_eq!(notices(&world, NoticeKind::CallbackOffered), 1);
        let told = Some((AttentionKind::OffersUnseen, "Offered 5 times, seen by nobody, and nobody else is there".into()));
        assert_eq!(attention(&world), told);
        assert_eq!(violations(&world.state, world.state.clock()), Vec::<String>::new());
    }

    #[test]
    fn with_nobody_left_it_climbs_at_once() {
        let step = |after_seconds| RelaxStep { after_seconds, lower_proficiency_by: 1, ..RelaxStep::default() };
        let (mut world, e) = world(1, |q| q.steps = vec![step(1_000), step(2_000)]);
        let passed = passes(&mut world, 1);
        assert_eq!(passed.iter().filter(|e| matches!(e, Event::Relaxed { .. })).count(), 2, "all steps: {passed:?}");
        assert!(passed.iter().any(|e| matches!(e, Event::Raised { .. })));
        assert_eq!(notices(&world, NoticeKind::CallbackOffered), 1);
        // They come back, look away again: the customer is not told twice.
        world.desk(id(1), Input::SetPresence { human_agent: id(1), willing: Willing::Available });
        assert_eq!(asked(&world, e).map(|a| a.0), Some(id(1)));
        passes(&mut world, 1);
        assert!(soft_away(&world, 1));
        assert_eq!(notices(&world, NoticeKind::CallbackOffered), 1);
    }

    #[test]
    fn all_their_unseen_offers_go_to_others_and_a_seen_one_shows_them_there() {
        let (mut world, first) = world(1, |_| {});
        let profile = HumanProfile { name: "P1".into(), capacity: 3, ..HumanProfile::default() };
        world.supervisor(Input::PutHuman { human_agent: id(1), profile }).expect("a profile");
        let conversation = world.open();
        world.bot(Input::RequestHuman { conversation, why: None });
        let second = world.conversation(conversation).escalations[0];
        let (_, offer) = asked(&world, second).expect("asked");
        world.desk(id(1), Input::SeeOffer { offer });
        world.steps += 26;
        let events = world.desk(id(1), Input::Heartbeat { human_agent: id(1) });
        assert!(events.iter().any(|e| matches!(e, Event::OfferExpired { unseen: true, .. })), "{events:?}");
        assert!(!soft_away(&world, 1), "they look at the other one");
        assert!(asked(&world, first).is_some(), "and did not refuse this one");
    }
}
