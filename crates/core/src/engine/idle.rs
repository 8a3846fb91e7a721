//! Cheaper idle conversations: while the customer is silent, what they have with a person takes less of that person's
//! capacity, where the queue says so ([`baton_model::Idle`]).
//!
//! It is idle so long after the person's last message, while the customer is to answer; a timer of the conversation sees to
//! it, and the units are in the event. The customer's next message takes the whole again, at once and whether there is room
//! or not: they are not made to wait for a place that they had. A person above their capacity is asked for nothing new
//! until they are below it.

use baton_model::{
    Conversation, Escalation, EscalationId, EscalationState, Event, HumanAgentId, Millis, Timestamp, WorkItem,
};

use super::{
    holding::{person, working, working_mut},
    owe,
    state::State,
    step::Step,
};

/// What this takes of a person while the customer is silent, if the queue makes it cheaper.
fn units(state: &State, item: &WorkItem) -> Option<u32> {
    let rule = state.queue(&item.queue).idle.as_ref()?;
    rule.units.get(&item.channel).copied().filter(|units| (1..item.units).contains(units))
}

/// When it goes idle, if nobody writes until then.
pub(super) fn goes_at(state: &State, c: &Conversation, e: &Escalation) -> Option<Timestamp> {
    let EscalationState::Active { human_agent, since } = e.state else { return None };
    units(state, &e.item)?;
    let after = Millis::secs(i64::from(state.queue(&e.item.queue).idle.as_ref()?.after_seconds));
    state.humans.get(&human_agent).and_then(|h| working(h, e.id)).filter(|held| held.idle_since.is_none())?;
    let (customer_waits, last) = owe::last_word(c);
    (!customer_waits).then(|| last.max(since) + after)
}

pub(super) fn went(state: &mut State, escalation: EscalationId, human_agent: HumanAgentId, units: u32, at: Timestamp) {
    person(state, human_agent, |h| {
        if let Some(held) = working_mut(h, escalation) {
            held.idle_since = Some(at);
            held.spared = held.units.saturating_sub(units);
            held.units = units;
        }
    });
    if let Some(conversation) = state.escalations.get(&escalation).map(|e| e.conversation) {
        state.look_at_conversation(conversation);
    }
}

pub(super) fn woke(state: &mut State, escalation: EscalationId, human_agent: HumanAgentId) {
    person(state, human_agent, |h| {
        if let Some(held) = working_mut(h, escalation)
            && held.idle_since.take().is_some()
        {
            held.units += held.spared;
        }
    });
}

impl Step<'_> {
    pub(super) fn goes_idle(&mut self, c: &Conversation, e: &Escalation) {
        if goes_at(&self.state, c, e).is_none_or(|at| at > self.now) {
            return;
        }
        if let (Some(human_agent), Some(units)) = (e.state.owner(), units(&self.state, &e.item)) {
            self.emit_for(e, Event::WentIdle { escalation: e.id, human_agent, units });
        }
    }

    /// The customer wrote.
    pub(super) fn wakes_up(&mut self, e: &Escalation) {
        let Some(human_agent) = e.state.owner() else { return };
        let held = self.state.humans.get(&human_agent).and_then(|h| working(h, e.id));
        if held.is_some_and(|held| held.idle_since.is_some()) {
            self.emit_for(e, Event::WokeUp { escalation: e.id, human_agent });
        }
    }
}

#[cfg(test)]
mod tests {
    use baton_model::*;
    use proptest::prelude::*;

    use super::super::{State, next_deadline, tests_support::World, view, violations};

    const AFTER: i64 = 120;

    fn person() -> HumanAgentId {
        "hum_00000000000000000000000000000001".parse().expect("an id")
    }

    /// One queue, where a chat takes 2 units and 1 when idle; one person with room for `capacity`.
    fn world(capacity: u32) -> World {
        let mut world = World::new();
        let idle = Idle { after_seconds: AFTER as u32, units: [(Channel::Chat, 1)].into() };
        let queue = Queue {
            default: true,
            units: [(Channel::Chat, 2)].into(),
            idle: Some(idle),
            max_wait_seconds: 100_000,
            ..Queue::default()
        };
        world.supervisor(Input::PutQueues { queues: vec![queue] }).expect("queues");
        let profile = HumanProfile { name: "Maya".into(), capacity, ..HumanProfile::default() };
        world.supervisor(Input::PutHuman { human_agent: person(), profile }).expect("a profile");
        world.desk(person(), Input::SetPresence { human_agent: person(), willing: Willing::Available });
        world
    }

    /// A customer who asks for a person.
    fn asks(world: &mut World) -> ConversationId {
        let id = world.open();
        world.bot(Input::RequestHuman { conversation: id, why: None });
        id
    }

    fn writes(world: &mut World, conversation: ConversationId) -> Vec<Event> {
        let signals = Signals::default();
        world.bot(Input::CustomerTurn { conversation, text: "and now?".into(), signals })
    }

    fn offered(world: &World) -> Vec<OfferId> {
        world.state.escalations.values().flat_map(|e| e.pending_offers()).map(|o| o.id).collect()
    }

    /// Accepts what is offered and answers it.
    fn takes(world: &mut World) -> EscalationId {
        let offer = *offered(world).first().expect("offered");
        let escalation = world.state.offers[&offer];
        world.desk(person(), Input::AcceptOffer { offer });
        replies(world, escalation);
        escalation
    }

    fn reply(escalation: EscalationId) -> Input {
        Input::HumanTurn { escalation, text: "Hello".into(), signals: Signals::default(), used_step: None }
    }

    fn replies(world: &mut World, escalation: EscalationId) {
        world.desk(person(), reply(escalation));
    }

    /// It may be too late: a second passes with each.
    fn tries(world: &mut World, input: Input) {
        _ = world.submit(Actor::Human { human_agent: person() }, input);
    }

    fn load(world: &World) -> u32 {
        world.state.humans[&person()].load()
    }

    fn wait(world: &mut World, seconds: i64) -> Vec<Event> {
        world.steps += seconds;
        world.desk(person(), Input::Heartbeat { human_agent: person() })
    }

    /// As `wait`, with the lease renewed on the way.
    fn stay(world: &mut World, seconds: i64) -> Vec<Event> {
        (0..seconds / 30).flat_map(|_| wait(world, 29)).collect()
    }

    #[test]
    fn a_silent_customer_makes_room_and_takes_it_back() {
        let mut world = world(3);
        let (ada, ben) = (asks(&mut world), asks(&mut world));
        let of_ada = takes(&mut world);
        assert_eq!((load(&world), offered(&world).len()), (2, 0), "no room for the second");
        let events = stay(&mut world, AFTER);
        assert!(events.iter().any(|e| matches!(e, Event::WentIdle { units: 1, .. })), "{events:?}");
        assert_eq!((load(&world), offered(&world).len()), (3, 1), "the room goes to who waits, in the same step");
        let desk = view::desk(&world.state, person(), world.state.clock()).expect("a desk");
        assert_eq!((desk.me.load, desk.me.idle), (3, 1));
        assert!(desk.work.iter().any(|w| w.escalation == of_ada && w.units == 1 && w.idle_since.is_some()));
        takes(&mut world);

        // Both are at work again: above the capacity, and nothing new until below.
        let woken = writes(&mut world, ada);
        assert!(woken.iter().any(|e| matches!(e, Event::WokeUp { .. })));
        assert_eq!(load(&world), 4);
        let cleo = asks(&mut world);
        assert_eq!(offered(&world), []);
        let escalation = world.conversation(cleo).escalations[0];
        let why = view::routing(&world.state, escalation, world.state.clock()).expect("routing").candidates;
        assert!(why[0].why.iter().any(|w| w == "full, 4 of 3: quiet customers wrote again"), "{:?}", why[0].why);
        assert_eq!(violations(&world.state, world.state.clock()), Vec::<String>::new());
        // A profile may be changed meanwhile, only not below what is held.
        let profile = |capacity| HumanProfile { name: "Maya B".into(), capacity, ..HumanProfile::default() };
        let put = |capacity| Input::PutHuman { human_agent: person(), profile: profile(capacity) };
        assert_eq!(world.supervisor(put(2)).expect_err("refused").code, RefusalCode::WrongState);
        world.supervisor(put(3)).expect("taken");
        let resolve = Input::Resolve { escalation: of_ada, message: None, verdict: None };
        world.desk(person(), resolve);
        assert_eq!((load(&world), offered(&world).len()), (2, 0), "2 of 3: not enough for one that takes 2");
        assert_eq!(world.conversation(ben).holder, Holder::Human { human_agent: person() });
    }

    #[test]
    fn only_silence_of_the_customer_is_idle() {
        let mut world = world(2);
        let ada = asks(&mut world);
        let offer = *offered(&world).first().expect("offered");
        world.desk(person(), Input::AcceptOffer { offer });
        stay(&mut world, 2 * AFTER);
        assert_eq!(load(&world), 2, "the first reply is owed");
        let escalation = world.conversation(ada).escalations[0];
        replies(&mut world, escalation);
        stay(&mut world, AFTER - 30);
        writes(&mut world, ada);
        stay(&mut world, 2 * AFTER);
        assert_eq!(load(&world), 2, "the customer waits for an answer");
        replies(&mut world, escalation);
        stay(&mut world, AFTER - 30);
        replies(&mut world, escalation);
        stay(&mut world, AFTER - 30);
        assert_eq!(load(&world), 2, "counted from the last message");
        stay(&mut world, 60);
        assert_eq!(load(&world), 1);
        replies(&mut world, escalation);
        assert_eq!(load(&world), 1, "a reminder does not make the customer less silent");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        /// Whatever customers and the person do, and however time passes: every invariant holds after each step, and what a
        /// restart reads is the same, with the same timers.
        #[test]
        fn the_ledger_holds(capacity in 2..7u32, ops in prop::collection::vec((0..6u8, 0..4usize, 1..200i64), 1..40)) {
            let mut world = world(capacity);
            let mut open = vec![asks(&mut world)];
            for (op, which, seconds) in ops {
                let mine = view::desk(&world.state, person(), world.state.clock()).expect("a desk").work;
                let mine = mine.get(which % mine.len().max(1)).map(|w| w.escalation);
                match op {
                    0 => open.push(asks(&mut world)),
                    1 => {
                        writes(&mut world, open[which % open.len()]);
                    }
                    2 => offered(&world).into_iter().for_each(|offer| tries(&mut world, Input::AcceptOffer { offer })),
                    3 => mine.into_iter().for_each(|e| tries(&mut world, reply(e))),
                    4 => mine.into_iter().for_each(|escalation| {
                        tries(&mut world, Input::Resolve { escalation, message: None, verdict: None });
                    }),
                    _ => {
                        wait(&mut world, seconds);
                        tries(&mut world, Input::SetPresence { human_agent: person(), willing: Willing::Available });
                    }
                }
                prop_assert_eq!(violations(&world.state, world.state.clock()), Vec::<String>::new());
            }
            let again = State::restore(&world.state.snapshot()).expect("a snapshot");
            prop_assert_eq!(next_deadline(&again), next_deadline(&world.state));
            prop_assert_eq!(again.snapshot(), world.state.snapshot());
        }
    }
}
