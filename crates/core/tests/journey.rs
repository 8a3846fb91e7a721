//! Whole journeys through the core, told by role-typed clients over one virtual clock.

mod promises;
mod routing;
mod secrets;
mod world;

use baton_model::*;
use world::{World, signal};

#[test]
fn a_polite_request_reaches_a_person_who_knows_everything() {
    let mut w = World::new();
    let priya = w.human("Priya Test", &[("billing", 4)]);
    w.available(priya);
    let c = w.open("Jane Roe");
    w.says(c, "Where is my parcel?", &[]);
    let ask = w.ask();
    w.answers(ask, "It ships within two days.", AiMeta { confidence: Some(0.9), ..AiMeta::default() });
    assert_eq!(w.conversation(c).holder, Holder::Ai);

    let before = w.position();
    w.says(c, "Could I please talk to a person?", &[signal(SignalKind::WantsHuman, 0.97)]);
    let batch = w.since(before);
    let opened = batch.iter().position(|e| matches!(e, Event::EscalationOpened { .. })).expect("it escalates");
    let told = batch
        .iter()
        .filter(|e| matches!(e, Event::TurnAdded { turn, .. } if matches!(turn.author, Author::Notice { notice: NoticeKind::Acknowledgement })))
        .count();
    assert_eq!(told, 1, "acknowledged once, in the commit that opens it (event {opened})");
    assert_eq!(w.conversation(c).holder, Holder::Queue);

    let offer = w.desk(priya).offers.remove(0);
    assert_eq!(offer.trigger, Trigger::ExplicitRequest);
    assert!(offer.evidence.is_some_and(|e| e.quote.contains("talk to a person")));
    w.must(Actor::Human { human_agent: priya }, Input::AcceptOffer { offer: offer.offer });
    let e = w.escalation(offer.escalation);
    assert_eq!(e.state.name(), "accepted");
    let package = e.package.clone().expect("an accepted handoff has a package");
    assert!(package.transcript.len() >= 3);
    let intro = w.conversation(c).turns.last().expect("a turn").clone();
    assert!(
        matches!(intro.author, Author::Notice { notice: NoticeKind::Introduction }) && intro.text.contains("Priya"),
        "{}",
        intro.text
    );

    w.pass(20_000);
    w.replies(priya, e.id, "I've sent it again, it arrives tomorrow.");
    assert_eq!(w.escalation(e.id).state.name(), "active");
    w.says(c, "Thank you so much", &[signal(SignalKind::Thanks, 0.9)]);
    assert_eq!(w.escalation(e.id).obligation.map(|o| o.action), Some(NextAction::NextReply));
    let verdict = Verdict { could_ai: CouldAi::WithMissing, missing: Missing::Tool, smooth: Smooth::Yes, note: None };
    w.must(Actor::Human { human_agent: priya }, Input::Resolve { escalation: e.id, message: None, verdict: Some(verdict) });
    let e = w.escalation(e.id);
    assert_eq!(e.state.name(), "closed");
    let review = e.review.clone().expect("it teaches");
    assert_eq!(review.verdict.as_ref().map(|v| v.missing), Some(Missing::Tool));
    assert!(review.facts.time_to_first_reply.is_some());
    assert_eq!(w.desk(priya).me.load, 0);
    w.must(Actor::Customer { conversation: c }, Input::Rate { conversation: c, stars: 5, comment: None });
    assert_eq!(w.escalation(e.id).review.as_ref().and_then(|r| r.facts.rating), Some(5));
    w.holds();
}

#[test]
fn with_nobody_there_it_ends_in_a_callback_told_in_the_customers_zone() {
    let mut w = World::new();
    let customer = CustomerRef {
        name: Some("Kim Lee".into()),
        phone: Some("+1 555 0100".into()),
        time_zone: Some("America/New_York".into()),
        ..CustomerRef::default()
    };
    let c = w.open_as(customer);
    w.says(c, "I need a human", &[signal(SignalKind::WantsHuman, 0.99)]);
    assert_eq!(w.last_escalation(c).state.name(), "queued");
    // Nobody ever comes: the ladder ends in a booked callback, not in nothing.
    w.pass(600_000);
    let e = w.last_escalation(c);
    let EscalationState::CallbackScheduled { callback } = &e.state else { panic!("{:?}", e.state) };
    assert_eq!(callback.time_zone, "America/New_York");
    let told = w.conversation(c).turns.iter().rev().find(|t| t.text.contains("callback")).cloned().expect("told");
    assert!(told.text.contains("America/New_York") && told.text.contains("+1 555 0100"), "{}", told.text);
    // The AI keeps helping meanwhile, and the slot is kept when somebody is there.
    assert_eq!(w.conversation(c).holder, Holder::Ai);
    let at = callback.at;
    let sam = w.human("Sam Test", &[]);
    w.until(at - Millis::secs(5));
    w.available(sam);
    w.pass(10_000);
    assert_eq!(w.desk(sam).offers.len(), 1);
    w.holds();
}

#[test]
fn a_send_under_an_old_epoch_is_refused_and_never_shown() {
    let mut w = World::new();
    let c = w.open_external("Ann");
    w.says(c, "hello", &[]);
    let old = w.conversation(c).epoch;
    w.must(Actor::Customer { conversation: c }, Input::RequestHuman { conversation: c, why: None });
    let turns = w.conversation(c).turns.len();
    let refused = w.bot_says(c, old, "I can help you with that").expect_err("refused");
    assert_eq!(refused.code, RefusalCode::StaleEpoch);
    assert_eq!(w.conversation(c).turns.len(), turns);
    w.holds();
}

#[test]
fn an_answer_that_comes_after_the_takeover_is_dropped() {
    let mut w = World::new();
    let c = w.open("Ann");
    w.says(c, "where is it?", &[]);
    let ask = w.ask();
    w.must(Actor::Customer { conversation: c }, Input::RequestHuman { conversation: c, why: None });
    let turns = w.conversation(c).turns.len();
    w.answers(ask, "It is on its way.", AiMeta::default());
    assert_eq!(w.conversation(c).turns.len(), turns);
}

#[test]
fn a_silent_ai_is_a_failed_attempt_and_the_customer_hears_something() {
    let mut w = World::new();
    let c = w.open("Ann");
    w.says(c, "where is it?", &[]);
    let turns = w.conversation(c).turns.len();
    w.pass(120_000);
    assert!(w.conversation(c).pending_answer.is_none());
    assert!(w.conversation(c).turns.len() > turns, "something was said");
    w.holds();
}

#[test]
fn a_human_who_vanishes_gives_everything_back_at_its_real_age() {
    let mut w = World::new();
    let one = w.human("One Test", &[]);
    w.available(one);
    let c = w.open("Ann");
    w.says(c, "human please", &[signal(SignalKind::WantsHuman, 0.99)]);
    let offer = w.desk(one).offers[0].offer;
    w.must(Actor::Human { human_agent: one }, Input::AcceptOffer { offer });
    let e = w.last_escalation(c);
    // No heartbeat any more.
    w.gone(one);
    w.pass(200_000);
    let after = w.escalation(e.id);
    assert_eq!(after.state.name(), "queued");
    assert_eq!(after.item.real_since, e.item.real_since);
    assert!(w.conversation(c).turns.iter().any(|t| t.text.contains("lost the connection")));
    assert_eq!(w.desk(one).me.load, 0);
    w.holds();
}

#[test]
fn a_repeated_request_gets_the_first_answer_and_a_changed_one_is_refused() {
    let mut w = World::new();
    let c = w.open("Ann");
    let input = Input::CustomerTurn { conversation: c, text: "hello".into(), signals: Signals::default() };
    let first = w.keyed("k1", 1, input.clone()).expect("accepted");
    let turns = w.conversation(c).turns.len();
    assert_eq!(w.keyed("k1", 1, input.clone()), Ok(first));
    assert_eq!(w.conversation(c).turns.len(), turns);
    assert_eq!(w.keyed("k1", 2, input).expect_err("other body").code, RefusalCode::KeyReused);
}

#[test]
fn transfer_hand_back_and_leave_each_tell_the_customer() {
    let mut w = World::new();
    let (one, two) = (w.human("One Test", &[]), w.human("Two Test", &[]));
    w.available(one);
    let c = w.open("Ann");
    w.says(c, "human please, mail me at ann@example.com", &[signal(SignalKind::WantsHuman, 0.99)]);
    let e = w.last_escalation(c);
    let offer = w.desk(one).offers[0].offer;
    w.must(Actor::Human { human_agent: one }, Input::AcceptOffer { offer });
    w.available(two);
    let to = TransferTarget::Human { human_agent: two };
    w.must(Actor::Human { human_agent: one }, Input::Transfer { escalation: e.id, to, note: "knows kettles".into() });
    assert_eq!(w.escalation(e.id).transfers, 1);
    let offer = w.desk(two).offers[0].offer;
    assert!(w.try_as(one, Input::AcceptOffer { offer }).is_err(), "it was offered to somebody else");
    w.must(Actor::Human { human_agent: two }, Input::AcceptOffer { offer });
    let hidden = w.public(c).turns.iter().any(|t| t.text.contains("knows kettles"));
    assert!(!hidden, "notes are for the desk");
    w.must(
        Actor::Human { human_agent: two },
        Input::HandBack { escalation: e.id, note: "label sent".into(), verdict: None },
    );
    assert_eq!(w.escalation(e.id).state.name(), "returned_to_ai");
    assert_eq!(w.conversation(c).holder, Holder::Ai);
    assert!(w.escalation(e.id).review.is_some());
    w.holds();
}

#[test]
fn yes_please_in_words_accepts_the_offer_of_a_person() {
    let mut w = World::new();
    let c = w.open("Ann");
    w.says(c, "do you do engraving?", &[]);
    let ask = w.ask();
    w.answers(ask, "I don't know that, sorry.", AiMeta { no_answer: true, ..AiMeta::default() });
    assert!(w.conversation(c).human_offer.is_some(), "no answer leads to an offer");
    w.says(c, "Yes, please!", &[]);
    let e = w.last_escalation(c);
    assert_eq!(e.trigger, Trigger::AiLimit);
    assert_eq!(w.conversation(c).holder, Holder::Queue);
    w.holds();
}

#[test]
fn another_conversations_customer_and_another_human_are_kept_out() {
    let mut w = World::new();
    let (mine, yours) = (w.open("Ann"), w.open("Bob"));
    let input = Input::CustomerTurn { conversation: yours, text: "hi".into(), signals: Signals::default() };
    assert_eq!(w.send(Actor::Customer { conversation: mine }, input).expect_err("kept out").code, RefusalCode::NotFound);
    let (one, two) = (w.human("One Test", &[]), w.human("Two Test", &[]));
    w.available(one);
    w.says(mine, "human please", &[signal(SignalKind::WantsHuman, 0.99)]);
    let offer = w.desk(one).offers[0].offer;
    assert_eq!(w.try_as(two, Input::AcceptOffer { offer }).expect_err("not theirs").code, RefusalCode::OfferGone);
    w.must(Actor::Human { human_agent: one }, Input::AcceptOffer { offer });
    let e = w.last_escalation(mine);
    let input = Input::HumanTurn { escalation: e.id, text: "hi".into(), signals: Signals::default(), used_step: None };
    assert_eq!(w.try_as(two, input).expect_err("not theirs").code, RefusalCode::Forbidden);
}

#[test]
fn the_snapshot_and_the_replay_give_the_live_state() {
    let mut w = World::new();
    let one = w.human("One Test", &[]);
    w.available(one);
    let c = w.open("Ann");
    w.says(c, "human please", &[signal(SignalKind::WantsHuman, 0.99)]);
    w.pass(45_000);
    assert_eq!(w.replayed(), w.snapshot());
    assert_eq!(w.restored(), w.snapshot());
}

#[test]
fn closed_conversations_leave_memory_and_stay_readable_through_their_stream() {
    let mut w = World::new();
    let c = w.open("Ann");
    w.says(c, "hello", &[]);
    w.must(Actor::Bot, Input::CloseConversation { conversation: c });
    w.pass(49 * 3_600_000);
    assert!(w.view(c).is_none());
    let folded = w.folded(c).expect("readable");
    assert!(folded.conversation.turns.iter().any(|t| t.text == "hello"));
}

#[test]
fn a_callback_is_kept_although_the_page_is_closed() {
    let mut w = World::new();
    let c = w.open("Kim");
    w.says(c, "human please", &[signal(SignalKind::WantsHuman, 0.99)]);
    let slot = w.public(c).callback_slots.remove(0);
    let at = slot.at;
    let contact = Some("+1 555 0100".to_owned());
    w.must(Actor::Customer { conversation: c }, Input::ChooseCallback { conversation: c, slot, contact });
    w.must(Actor::Customer { conversation: c }, Input::CustomerPresence { conversation: c, connected: false });
    let sam = w.human("Sam Test", &[]);
    w.until(at - Millis::secs(5));
    w.available(sam);
    w.pass(15_000);
    assert_eq!(w.desk(sam).offers.len(), 1, "{:?}", w.last_escalation(c).state);
    w.holds();
}

#[test]
fn who_only_claims_to_be_a_customer_gets_nothing_of_theirs() {
    let mut w = World::new();
    w.customer("vip-1", "Vera Important", Tier::Vip, "+44 20 7946 0000");
    let c = w.open_as(CustomerRef { external_id: Some("vip-1".into()), ..CustomerRef::default() });
    w.says(c, "human please", &[signal(SignalKind::WantsHuman, 0.99)]);
    assert_eq!(w.last_escalation(c).tier, Tier::Standard);
    w.pass(600_000);
    let leaked = w.public(c).turns.iter().any(|t| t.text.contains("Vera") || t.text.contains("7946"));
    assert!(!leaked, "{:#?}", w.public(c).turns);
    assert_eq!(w.public(c).callback.and_then(|b| b.contact), None);
    // The same claim, vouched for by the owner's own system.
    let verified = CustomerRef { external_id: Some("vip-1".into()), verified: true, ..CustomerRef::default() };
    let c = w.open_as(verified);
    w.says(c, "human please", &[signal(SignalKind::WantsHuman, 0.99)]);
    assert_eq!(w.last_escalation(c).tier, Tier::Vip);
}

#[test]
fn danger_does_not_wait_for_a_booked_callback() {
    let mut w = World::new();
    let c = w.open("Kim");
    w.says(c, "human please", &[signal(SignalKind::WantsHuman, 0.99)]);
    w.pass(600_000);
    assert_eq!(w.last_escalation(c).state.name(), "callback_scheduled");
    let sam = w.human("Sam Test", &[]);
    w.says(c, "I want to hurt myself", &[signal(SignalKind::SelfHarm, 0.99)]);
    assert!(w.conversation(c).turns.iter().any(|t| t.text.contains("emergency number")));
    w.available(sam);
    w.says(c, "please, I can't go on", &[signal(SignalKind::SelfHarm, 0.99)]);
    assert_eq!(w.desk(sam).offers.first().map(|o| o.urgency), Some(Urgency::Critical));
    w.holds();
}

#[test]
fn a_named_colleague_is_asked_first_and_for_a_while_only() {
    let mut w = World::new();
    let (one, two) = (w.human("One Test", &[]), w.human("Two Test", &[]));
    w.available(one);
    let c = w.open("Ann");
    w.says(c, "human please", &[signal(SignalKind::WantsHuman, 0.99)]);
    let offer = w.desk(one).offers[0].offer;
    w.must(Actor::Human { human_agent: one }, Input::AcceptOffer { offer });
    let e = w.last_escalation(c);
    let to = TransferTarget::Human { human_agent: two };
    let transfer = Input::Transfer { escalation: e.id, to, note: String::new() };
    assert_eq!(w.try_as(one, transfer.clone()).expect_err("not there").code, RefusalCode::WrongState);
    w.available(two);
    w.must(Actor::Human { human_agent: one }, transfer);
    assert_eq!((w.desk(one).offers.len(), w.desk(two).offers.len()), (0, 1));
    // Not taken: in time everybody is asked.
    w.pass(240_000);
    let e = w.escalation(e.id);
    assert!(e.offers.iter().any(|o| o.human_agent == one && o.made_at > e.offers[1].made_at), "{:#?}", e.offers);
    w.holds();
}

#[test]
fn a_declined_person_leaves_the_question_to_the_ai() {
    let mut w = World::new();
    let c = w.open("Ann");
    w.says(c, "can I get a better price for ten?", &[signal(SignalKind::NegotiatePrice, 0.75)]);
    assert!(w.conversation(c).human_offer.is_some(), "{:?}", w.conversation(c).decisions.last());
    w.says(c, "no thanks", &[]);
    let (request, _) = w.ask();
    assert_eq!(w.conversation(c).pending_answer.as_ref().map(|p| p.request), Some(request));
    assert_eq!(w.question(request), "can I get a better price for ten?");
}

#[test]
fn a_question_left_open_at_the_hand_back_is_the_ais() {
    let mut w = World::new();
    let one = w.human("One Test", &[]);
    w.available(one);
    let c = w.open("Ann");
    w.says(c, "human please", &[signal(SignalKind::WantsHuman, 0.99)]);
    let offer = w.desk(one).offers[0].offer;
    w.must(Actor::Human { human_agent: one }, Input::AcceptOffer { offer });
    w.says(c, "and where is my parcel?", &[]);
    let e = w.last_escalation(c);
    w.must(Actor::Human { human_agent: one }, Input::HandBack { escalation: e.id, note: String::new(), verdict: None });
    let (request, _) = w.ask();
    assert_eq!(w.question(request), "and where is my parcel?");
}

#[test]
fn an_answer_that_json_cannot_hold_is_refused() {
    let mut w = World::new();
    let c = w.open_external("Ann");
    w.says(c, "hello", &[]);
    let citation = Citation { article: "a".into(), title: "A".into(), quote: "q".into(), score: f32::INFINITY };
    let meta = AiMeta { citations: vec![citation], ..AiMeta::default() };
    let input = Input::AiTurn { conversation: c, epoch: Epoch(0), text: "hi".into(), signals: Signals::default(), meta };
    assert_eq!(w.send(Actor::Bot, input).expect_err("refused").code, RefusalCode::Invalid);
}

#[test]
fn no_kind_of_caller_does_what_is_anothers() {
    let mut w = World::new();
    let c = w.open("Ann");
    let one = w.human("One Test", &[]);
    let turn = Input::AiTurn {
        conversation: c,
        epoch: Epoch(0),
        text: "hi".into(),
        signals: Signals::default(),
        meta: AiMeta::default(),
    };
    let failed =
        Input::AssistantFailed { request: IdSource::new(Timestamp::default(), 1).draw(), conversation: c, why: "x".into() };
    let customer = Actor::Customer { conversation: c };
    let human = Actor::Human { human_agent: one };
    let cases = [
        (customer.clone(), turn.clone()),
        (human.clone(), turn),
        (Actor::Bot, failed),
        (human.clone(), Input::PutPolicy { toml: String::new(), why: String::new() }),
        (human, Input::Rate { conversation: c, stars: 5, comment: None }),
        (customer, Input::CloseConversation { conversation: c }),
        (Actor::Bot, Input::SetPresence { human_agent: one, willing: Willing::Available }),
    ];
    for (actor, input) in cases {
        let shown = format!("{actor:?} {input:?}");
        assert_eq!(w.send(actor, input).expect_err(&shown).code, RefusalCode::Forbidden, "{shown}");
    }
}

#[test]
fn what_is_missing_is_asked_for_while_they_wait_and_the_answer_is_in_the_package() {
    let mut w = World::new();
    let c = w.open("Jane Roe");
    w.says(c, "I want a refund for my order. A person, please", &[signal(SignalKind::WantsHuman, 0.97)]);
    let last = |w: &World| w.conversation(c).turns.last().expect("a turn").text.clone();
    assert!(last(&w).contains("If you like, write your order number here"), "{}", last(&w));
    w.says(c, "hm, one moment", &[]);
    assert_eq!(last(&w), "hm, one moment", "nobody is pressed");
    w.says(c, "It is A-1042", &[]);
    assert!(last(&w).starts_with("Thank you") && last(&w).contains("an e-mail address"), "{}", last(&w));
    let package = w.last_escalation(c).package.clone().expect("a package");
    assert!(package.entities.iter().any(|e| e.value == "A-1042"), "before anybody has taken it");
    w.says(c, "ann@example.com", &[]);
    assert_eq!(last(&w), "Thank you, that is with your request now.", "and then no more");
    let gaps = w.last_escalation(c).package.clone().expect("a package").completeness.gaps.clone();
    assert!(gaps.iter().all(|g| g.ask.is_none()), "{gaps:?}");
    w.holds();
}
