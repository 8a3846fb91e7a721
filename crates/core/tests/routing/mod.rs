//! Routing as people meet it: several asked at once, refusals, the last human, wrap-up, a clock that jumps.

mod bad;

use baton_model::*;

use crate::world::{World, signal};

fn with_queue(change: impl FnOnce(&mut Queue)) -> World {
    let mut w = World::new();
    let mut queue = Queue { default: true, ..Queue::default() };
    change(&mut queue);
    w.must(Actor::System, Input::PutQueues { queues: vec![queue] });
    w
}

fn asks_for_a_person(w: &mut World, name: &str) -> EscalationId {
    let c = w.open(name);
    w.says(c, "A person, please", &[signal(SignalKind::WantsHuman, 0.97)]);
    w.last_escalation(c).id
}

fn accept(w: &mut World, human: HumanAgentId) -> Result<Reply, Refusal> {
    let offer = w.desk(human).offers.first().expect("an offer").offer;
    w.send(Actor::Human { human_agent: human }, Input::AcceptOffer { offer })
}

fn decline(w: &mut World, human: HumanAgentId) {
    let offer = w.desk(human).offers.first().expect("an offer").offer;
    let reason = DeclineReason::Busy;
    w.must(Actor::Human { human_agent: human }, Input::DeclineOffer { offer, reason });
}

#[test]
fn of_several_who_are_asked_at_once_the_first_has_it() {
    let mut w = with_queue(|q| q.offer_to = 3);
    let people = ["Ana", "Bo", "Cy", "Di"].map(|name| w.human(name, &[]));
    people.iter().for_each(|p| w.available(*p));
    let e = asks_for_a_person(&mut w, "Jane Roe");
    let asked: Vec<HumanAgentId> = people.into_iter().filter(|p| !w.desk(*p).offers.is_empty()).collect();
    assert_eq!((asked.len(), w.escalation(e).pending_offers().count()), (3, 3));
    w.holds();
    decline(&mut w, asked[0]);
    assert_eq!(w.escalation(e).state.name(), "offered", "two are still asked");
    w.holds();
    let late = w.desk(asked[1]).offers[0].offer;
    accept(&mut w, asked[2]).expect("accepted");
    let refusal = w.send(Actor::Human { human_agent: asked[1] }, Input::AcceptOffer { offer: late });
    assert_eq!(refusal.expect_err("too late").code, RefusalCode::OfferGone);
    assert_eq!(w.escalation(e).state.owner(), Some(asked[2]));
    assert_eq!(people.map(|p| w.desk(p).me.load).iter().sum::<u32>(), 1, "only the owner holds anything");
    w.holds();
}

#[test]
fn several_offers_that_nobody_answers_all_end() {
    let mut w = with_queue(|q| q.offer_to = 2);
    let people = ["Ana", "Bo"].map(|name| w.human(name, &[]));
    people.iter().for_each(|p| w.available(*p));
    let e = asks_for_a_person(&mut w, "Jane Roe");
    w.pass(31_000);
    assert_eq!(w.escalation(e).pending_offers().count(), 0);
    let item = w.escalation(e).item.clone();
    assert_eq!((item.unseen, item.decliners.len()), (2, 0), "nobody looked, so nobody refused");
    w.holds();
}

#[test]
fn when_all_who_qualify_said_no_the_next_step_is_taken_at_once() {
    let step = RelaxStep { after_seconds: 300, anyone: true, ..RelaxStep::default() };
    let mut w = with_queue(|q| {
        q.required_skills = [("tax".into(), 3)].into();
        q.steps = vec![step];
    });
    let (expert, beginner) = (w.human("Ana", &[("tax", 4)]), w.human("Bo", &[]));
    w.available(expert);
    w.available(beginner);
    let e = asks_for_a_person(&mut w, "Jane Roe");
    decline(&mut w, expert);
    assert_eq!(w.escalation(e).item.step, 1);
    assert_eq!(w.escalation(e).state.name(), "offered", "to anybody in the queue, without waiting for five minutes");
    w.holds();
}

#[test]
fn the_last_human_is_asked_first_for_a_while() {
    let mut w = with_queue(|q| q.sticky_seconds = 60);
    let (ana, bo) = (w.human("Ana", &[]), w.human("Bo", &[]));
    w.available(ana);
    let c = w.open("Jane Roe");
    w.says(c, "A person, please", &[signal(SignalKind::WantsHuman, 0.97)]);
    accept(&mut w, ana).expect("accepted");
    let first = w.last_escalation(c).id;
    w.must(Actor::Human { human_agent: ana }, Input::HandBack { escalation: first, note: "done".into(), verdict: None });
    // Ana is full with others; Bo is free.
    for n in 0..3 {
        asks_for_a_person(&mut w, &format!("Other {n}"));
        accept(&mut w, ana).expect("accepted");
    }
    w.available(bo);
    w.says(c, "Sorry, a person again please", &[signal(SignalKind::WantsHuman, 0.97)]);
    let again = w.last_escalation(c);
    assert_ne!(again.id, first);
    assert_eq!((again.state.name(), again.item.preferred), ("queued", Some(ana)), "kept for the one who knows it");
    w.pass(61_000);
    assert_eq!(w.desk(bo).offers.first().map(|o| o.escalation), Some(again.id), "then for anybody");
    w.holds();
}

#[test]
fn wrap_up_holds_capacity_until_it_is_over() {
    let mut w = with_queue(|q| {
        q.wrap_up_seconds = 120;
        q.units = [(Channel::Chat, 3)].into();
    });
    let ana = w.human("Ana", &[]);
    w.available(ana);
    let first = asks_for_a_person(&mut w, "Jane Roe");
    accept(&mut w, ana).expect("accepted");
    let second = asks_for_a_person(&mut w, "John Doe");
    w.must(Actor::Human { human_agent: ana }, Input::Resolve { escalation: first, message: None, verdict: None });
    assert_eq!((w.desk(ana).me.load, w.desk(ana).offers.len()), (3, 0), "paperwork");
    w.holds();
    w.pass(119_000);
    assert!(w.desk(ana).offers.is_empty());
    w.pass(2_000);
    assert_eq!(w.desk(ana).offers.first().map(|o| o.escalation), Some(second));
    w.holds();
    assert_eq!(w.snapshot(), w.replayed());
}

#[test]
fn a_clock_that_jumps_stops_nothing() {
    let mut w = with_queue(|_| {});
    let ana = w.human("Ana", &[]);
    w.available(ana);
    let e = asks_for_a_person(&mut w, "Jane Roe");
    let now = w.now;
    w.now = now - Millis::hours(30);
    accept(&mut w, ana).expect("accepted although the clock went back");
    assert_eq!(w.escalation(e).accepted_at, Some(now), "time never goes back");
    w.holds();
    let waits = asks_for_a_person(&mut w, "John Doe");
    w.now = now + Millis::hours(400);
    w.must(Actor::System, Input::Wake);
    w.holds();
    w.pass(40 * 60_000);
    let e = w.escalation(waits);
    assert!(!e.callbacks.is_empty(), "nobody is there any more: the ladder still ends in a callback");
    w.holds();
}

#[test]
fn the_routing_view_says_why_and_what_comes_next() {
    let mut w = with_queue(|q| {
        q.required_skills = [("tax".into(), 3)].into();
        q.steps = vec![RelaxStep { after_seconds: 90, lower_proficiency_by: 1, ..RelaxStep::default() }];
    });
    let expert = w.human("Ana", &[("tax", 5)]);
    w.human("Bo", &[("tax", 2)]);
    let e = asks_for_a_person(&mut w, "Jane Roe");
    let view = w.routing(e);
    assert_eq!(view.steps.iter().map(|s| s.state).collect::<Vec<_>>(), [StepState::Active, StepState::Inactive]);
    assert_eq!(view.steps[1].relaxes, "tax 2 instead of 3");
    let why: Vec<(String, bool, String)> =
        view.candidates.iter().map(|c| (c.name.clone(), c.qualified, c.why.join(", "))).collect();
    assert_eq!(why[0], ("Ana".into(), true, "tax 5, not connected".into()));
    assert_eq!(why[1], ("Bo".into(), false, "tax 2, needs 3, not connected".into()));
    w.available(expert);
    let view = w.routing(e);
    assert_eq!((view.asked[0].name.as_str(), view.asked[0].fit.as_str()), ("Ana", "tax 5"));
    assert!(view.overtaken_until > view.overdue_at);
    accept(&mut w, expert).expect("accepted");
    assert_eq!(w.routing(e).steps[0].state, StepState::Joined);
}

fn late(when: Late, remedy: Remedy) -> Vec<LadderStep> {
    vec![LadderStep { when, times: 1, remedies: vec![remedy] }]
}

#[test]
fn a_queues_own_ladder_widens_instead_of_raising() {
    let mut w = with_queue(|q| {
        q.required_skills = [("tax".into(), 3)].into();
        q.steps = vec![RelaxStep { after_seconds: 1_700, anyone: true, ..RelaxStep::default() }];
        q.ladder = late(Late::Waiting, Remedy::Widen);
    });
    let ana = w.human("Ana", &[]);
    w.available(ana);
    let e = asks_for_a_person(&mut w, "Jane Roe");
    w.pass(119_000);
    assert_eq!((w.escalation(e).item.step, w.desk(ana).offers.len()), (0, 0));
    w.pass(2_000);
    let widened = w.escalation(e);
    assert_eq!((widened.item.step, widened.item.priority, w.desk(ana).offers.len()), (1, 0, 1));
    w.holds();
}

#[test]
fn a_queues_own_ladder_finds_another_at_the_first_missed_reply() {
    let mut w = with_queue(|q| q.ladder = late(Late::FirstReply, Remedy::FindAnother));
    let (ana, bo) = (w.human("Ana", &[]), w.human("Bo", &[]));
    w.available(ana);
    let e = asks_for_a_person(&mut w, "Jane Roe");
    accept(&mut w, ana).expect("accepted");
    w.available(bo);
    w.pass(299_000);
    assert_eq!(w.escalation(e).state.owner(), Some(ana));
    w.pass(2_000);
    assert_eq!(w.desk(bo).offers.first().map(|o| o.escalation), Some(e), "no first reply: somebody else's");
    w.holds();
}

#[test]
fn the_customers_own_time_does_not_count_where_the_queue_says_so() {
    let mut w = with_queue(|q| {
        q.pause_awaiting_customer = true;
        q.targets.values_mut().for_each(|t| {
            t.resolution_seconds = 3_600;
            t.requester_wait_seconds = Some(600);
        });
        q.ladder = late(Late::RequesterWaitWarning, Remedy::Alert);
    });
    let ana = w.human("Ana", &[]);
    w.available(ana);
    let c = w.open("Jane Roe");
    w.says(c, "A person, please", &[signal(SignalKind::WantsHuman, 0.97)]);
    let e = w.last_escalation(c).id;
    accept(&mut w, ana).expect("accepted");
    let clock = |w: &World, kind| {
        let e = w.escalation(e);
        e.clocks.iter().rev().find(|c| c.kind == kind && c.stopped_at.is_none()).expect("running").clone()
    };
    let due = clock(&w, ClockKind::Resolution).due;
    w.pass(100_000);
    w.replies(ana, e, "Which invoice is it?");
    assert!(clock(&w, ClockKind::Resolution).paused_at.is_some() && clock(&w, ClockKind::RequesterWait).paused_at.is_some());
    w.pass(200_000);
    w.says(c, "The one of March", &[]);
    assert_eq!(clock(&w, ClockKind::Resolution).due, due + Millis::secs(200));
    w.pass(360_000);
    let left = clock(&w, ClockKind::RequesterWait);
    assert!(left.warned_at.is_some() && left.breached_at.is_none(), "460 of 600 seconds: {left:?}");
    assert!(w.board().attention.iter().any(|a| a.escalation == e), "alerted");
    w.holds();
}

#[test]
fn what_was_not_solved_after_all_returns_to_whoever_had_it_with_its_clock() {
    let mut w = with_queue(|q| q.targets.values_mut().for_each(|t| t.resolution_seconds = 3_600));
    let (ana, bo) = (w.human("Ana", &[]), w.human("Bo", &[]));
    w.available(ana);
    let c = w.open("Jane Roe");
    w.says(c, "A person, please", &[signal(SignalKind::WantsHuman, 0.97)]);
    let first = w.last_escalation(c).id;
    accept(&mut w, ana).expect("accepted");
    w.pass(100_000);
    w.replies(ana, first, "Please try again now");
    w.pass(200_000);
    w.must(Actor::Human { human_agent: ana }, Input::Resolve { escalation: first, message: None, verdict: None });
    w.available(bo);
    w.pass(100_000);
    w.says(c, "It still does not work, a person please", &[signal(SignalKind::WantsHuman, 0.97)]);
    let again = w.last_escalation(c);
    assert_eq!((again.reopens, again.item.preferred), (Some(first), Some(ana)));
    assert_eq!(w.desk(ana).offers.len(), 1, "Bo has been idle for longer, but Ana knows it");
    let resolution = again.clocks.iter().find(|c| c.kind == ClockKind::Resolution).expect("a clock");
    assert_eq!(resolution.due.since(w.now).0 / 1_000, 3_300, "five minutes were used up");
    w.holds();
}
