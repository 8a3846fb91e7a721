//! Promises to customers: owed from the commit that makes them, until somebody keeps them.

use crate::world::{World, signal};
use baton_model::*;

fn promises(w: &World, c: ConversationId) -> Vec<(String, bool)> {
    w.conversation(c).commitments.iter().map(|p| (p.text.clone(), p.open())).collect()
}

fn in_hand(w: &mut World, human: HumanAgentId, c: ConversationId) -> EscalationId {
    w.says(c, "I need a human", &[signal(SignalKind::WantsHuman, 0.99)]);
    let offer = w.desk(human).offers.remove(0);
    w.must(Actor::Human { human_agent: human }, Input::AcceptOffer { offer: offer.offer });
    offer.escalation
}

fn settle(conversation: ConversationId, commitment: CommitmentId, kept: bool) -> Input {
    Input::SettleCommitment { conversation, commitment, kept }
}

#[test]
fn a_promise_is_warned_of_and_broken_at_its_instant_and_outlives_the_escalation() {
    let mut w = World::new();
    let (priya, tom) = (w.human("Priya Test", &[]), w.human("Tom Test", &[]));
    w.available(priya);
    let c = w.open("Jane Roe");
    let e = in_hand(&mut w, priya, c);
    let before = w.position();
    w.replies(priya, e, "I am sorry. I'll refund you within 4 hours. How does that sound?");
    let made = w.since(before).into_iter().find_map(|event| match event {
        Event::CommitmentMade { commitment, .. } => Some(commitment),
        _ => None,
    });
    let made = made.expect("in the commit of the turn");
    assert_eq!(
        (made.text.as_str(), made.by, made.due),
        ("I'll refund you within 4 hours.", Some(priya), made.made_at + Millis::hours(4))
    );
    assert_eq!(w.desk(priya).promised.len(), 1);
    assert!(w.board().promised.is_empty(), "in good hands");
    w.must(Actor::Human { human_agent: priya }, Input::Resolve { escalation: e, message: None, verdict: None });

    w.until(made.due - Millis::mins(30));
    assert_eq!(w.board().promised.len(), 1, "warned");
    assert!(w.conversation(c).commitments[0].warned_at.is_some_and(|at| at == made.warn_at));
    w.until(made.due + Millis(1));
    let broken = w.conversation(c).commitments[0].breached_at;
    assert_eq!(broken, Some(made.due));
    assert!(w.desk(priya).promised[0].broken, "still hers, though the escalation is closed");

    let refused = w.try_as(tom, settle(c, made.id, true)).expect_err("not his");
    assert_eq!(refused.code, RefusalCode::Forbidden);
    w.must(Actor::Human { human_agent: priya }, settle(c, made.id, true));
    let settled = w.conversation(c).commitments[0].settled.expect("settled");
    assert_eq!((settled.how, settled.by), (Settlement::Kept, Some(priya)));
    assert_eq!(w.try_as(priya, settle(c, made.id, true)).expect_err("twice").code, RefusalCode::WrongState);
    assert!(w.desk(priya).promised.is_empty() && w.board().promised.is_empty());
    w.holds();
    assert_eq!(w.restored(), w.snapshot());
}

#[test]
fn whoever_takes_over_keeps_what_the_ai_promised_and_their_first_words_keep_a_contact() {
    let mut w = World::new();
    let priya = w.human("Priya Test", &[]);
    let c = w.open_external("Jane Roe");
    w.says(c, "hello", &[]);
    let epoch = w.conversation(c).epoch;
    let text = "A colleague will get back to you within 24 hours. We will refund 20 EUR.";
    w.bot_says(c, epoch, text).expect("taken");
    w.bot_says(c, w.conversation(c).epoch, "We will refund 20 EUR.").expect("taken");
    assert_eq!(w.conversation(c).commitments.len(), 2, "said twice, owed once");
    assert_eq!(w.board().promised.len(), 2, "nobody's in particular");
    w.available(priya);
    let e = in_hand(&mut w, priya, c);
    assert_eq!(w.desk(priya).promised.len(), 2, "hers with the conversation");
    w.replies(priya, e, "Hello, I have read everything.");
    let left: Vec<_> = promises(&w, c).into_iter().map(|(_, open)| open).collect();
    assert_eq!(left, [false, true], "somebody has been in touch; the refund is still owed");
    let refund = w.conversation(c).commitments[1].id;
    w.must(Actor::Supervisor { name: "Ada".into(), human_agent: None }, settle(c, refund, false));
    assert_eq!(w.conversation(c).commitments[1].settled.map(|s| s.how), Some(Settlement::Withdrawn));
    w.holds();
}

#[test]
fn a_conversation_is_not_put_away_while_something_is_owed_and_a_broken_promise_lapses_in_the_end() {
    let mut w = World::new();
    let c = w.open_external("Jane Roe");
    w.says(c, "hello", &[]);
    w.bot_says(c, w.conversation(c).epoch, "We will replace it within 3 days.").expect("taken");
    w.must(Actor::Bot, Input::CloseConversation { conversation: c });
    let due = w.conversation(c).commitments[0].due;
    w.until(due + Millis::hours(24 * 6));
    assert_eq!(promises(&w, c), [("We will replace it within 3 days.".into(), true)]);
    w.until(due + Millis::hours(24 * 7) + Millis::secs(1));
    let lapsed = |r: &Event| matches!(r, Event::CommitmentSettled { how: Settlement::Lapsed, by: Actor::System, .. });
    assert!(w.since(0).iter().any(lapsed));
    assert!(w.view(c).is_none(), "put away");
    w.holds();
}

#[test]
fn what_a_published_article_says_binds_nobody() {
    let mut w = World::new();
    let c = w.open("Jane Roe");
    w.says(c, "refunds?", &[]);
    let ask = w.ask();
    let text = "You will get your refund within 14 days.".to_owned();
    let citation = Citation { article: "refunds".into(), title: "Refunds".into(), quote: text.clone(), score: 1.0 };
    w.answers(ask, &text, AiMeta { confidence: Some(0.9), citations: vec![citation], ..AiMeta::default() });
    assert_eq!(promises(&w, c), []);
}
