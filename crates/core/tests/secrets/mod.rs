//! Card numbers never reach a view; looking at one leaves a trace.

use crate::world::{World, signal};
use baton_model::*;

const CARD: &str = "4242 4242 4242 4242";

fn hears(w: &mut World, c: ConversationId, text: &str) {
    let start = text.find(CARD).map_or(0, |at| text[..at].chars().count() as u32);
    let entity = Entity { kind: EntityKind::Card, span: Span { start, end: start + 19 }, value: "4242424242424242".into() };
    let signals =
        Signals { entities: vec![entity], found: vec![signal(SignalKind::WantsHuman, 0.97)], ..Signals::default() };
    w.must(Actor::Customer { conversation: c }, Input::CustomerTurn { conversation: c, text: text.into(), signals });
}

#[test]
fn a_card_number_is_nowhere_but_in_its_own_event() {
    let mut w = World::new();
    let priya = w.human("Priya Test", &[]);
    let tom = w.human("Tom Test", &[]);
    w.available(priya);
    let c = w.open("Jane Roe");
    let before = w.position();
    hears(&mut w, c, &format!("A person please, my card is {CARD}"));
    let events = w.since(before);
    let holding: Vec<&str> = events
        .iter()
        .filter(|e| serde_json::to_string(e).expect("JSON").replace(' ', "").contains("4242424242424242"))
        .map(Event::kind)
        .collect();
    assert_eq!(holding, ["secrets_kept"]);
    let e = w.last_escalation(c);
    let turn = w.conversation(c).turns[0].clone();
    assert_eq!(turn.text, "A person please, my card is •••• •••• •••• 4242");
    assert_eq!(turn.signals.entities[0].value, "•••• 4242");
    for view in [serde_json::to_string(&w.view(c)), serde_json::to_string(&*e), serde_json::to_string(&w.public(c))] {
        assert!(!view.expect("JSON").contains("4242 4242"), "a view shows it");
    }

    let why = "to find the payment".to_owned();
    let reveal = Input::Reveal { escalation: e.id, turn: turn.id, why: why.clone() };
    assert_eq!(w.try_as(priya, reveal.clone()).expect_err("not hers yet").code, RefusalCode::Forbidden);
    let offer = w.desk(priya).offers.remove(0);
    w.must(Actor::Human { human_agent: priya }, Input::AcceptOffer { offer: offer.offer });
    assert_eq!(w.try_as(tom, reveal.clone()).expect_err("not his").code, RefusalCode::Forbidden);
    assert_eq!(w.send(Actor::Bot, reveal.clone()).expect_err("a bot").code, RefusalCode::Forbidden);
    let silent = Input::Reveal { escalation: e.id, turn: turn.id, why: " ".into() };
    assert_eq!(w.try_as(priya, silent).expect_err("no reason").code, RefusalCode::Invalid);
    let position = w.position();
    w.must(Actor::Human { human_agent: priya }, reveal.clone());
    let trace = w.since(position);
    assert!(matches!(&trace[0], Event::SecretsRevealed { by: Actor::Human { human_agent }, why: said, .. }
        if *human_agent == priya && *said == why));
    assert_eq!(w.revealed(e.id, turn.id).expect("kept").text, format!("A person please, my card is {CARD}"));
    let plain = w.conversation(c).turns.last().expect("a turn").id;
    let nothing = Input::Reveal { escalation: e.id, turn: plain, why };
    assert_eq!(w.try_as(priya, nothing).expect_err("nothing hidden").code, RefusalCode::NotFound);
    w.must(Actor::Supervisor { name: "Ada".into(), human_agent: None }, reveal);
    w.holds();
    assert_eq!(w.restored(), w.snapshot());
}

#[test]
fn others_who_repeat_a_card_number_do_not_show_it() {
    let mut w = World::new();
    let c = w.open_external("Jane Roe");
    let entity = Entity { kind: EntityKind::Card, span: Span { start: 9, end: 28 }, value: "4242424242424242".into() };
    let signals = Signals { entities: vec![entity], ..Signals::default() };
    let input = Input::CustomerTurn { conversation: c, text: format!("I paid w {CARD}"), signals };
    w.must(Actor::Customer { conversation: c }, input);
    w.bot_says(c, w.conversation(c).epoch, "You paid with 4242-4242-4242-4242.").expect("taken");
    let texts: Vec<String> = w.conversation(c).turns.iter().map(|t| t.text.clone()).collect();
    assert_eq!(texts[1], "You paid with ••••-••••-••••-4242.");
}
