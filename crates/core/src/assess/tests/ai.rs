//! What the AI does: attempts that fail, questions that come again, tools, transfers it promised.

use super::*;

#[test]
fn a_repeated_question_is_offered_then_escalated() {
    let mut talk = Talk::new();
    talk.customer("How do I reset my router password?", calm());
    talk.good_answer();
    let d = talk.customer("I asked how to reset the router password", calm());
    assert_eq!((d.action, rules_of(&d)), (Action::OfferHuman, vec!["repeated_question"]));
    assert_eq!(d.reasons[0].evidence.len(), 2, "both times it was asked");
    talk.ai("Press the small button.", calm(), AiMeta::default());
    let d = talk.customer("so how do I reset the router password?", calm());
    assert_eq!(d.action, Action::OfferHuman);
    talk.ai("It is in the menu.", calm(), AiMeta::default());
    let d = talk.customer("reset router password, how?", calm());
    assert_eq!((d.action, d.reasons[0].rule.as_str()), (Action::Escalate, "repeated_question"), "{d:#?}");
    assert_eq!(d.reasons[0].score, 3.0);
}

#[test]
fn failed_attempts_of_the_ai() {
    let mut talk = Talk::new();
    talk.customer("Can it fly?", calm());
    let d = talk.no_answer();
    assert_eq!((d.action, rules_of(&d), d.reasons[0].trigger), (Action::OfferHuman, vec!["no_answer"], Trigger::AiLimit));
    // The same failure is told once; a customer who says that it did not help adds nothing to an answer that failed.
    assert_eq!(talk.customer("hm, that did not help", feel(-0.1, &[(S::Unresolved, 0.9)])).action, Action::Continue);
    let d = talk.ai("Maybe this?", calm(), AiMeta { confidence: Some(0.2), ..AiMeta::default() });
    assert_eq!((d.action, rules_of(&d)), (Action::OfferHuman, vec!["low_confidence"]));
    talk.customer("is there a manual", calm());
    let d = talk.ai("I cannot help with that", feel(0.0, &[(S::CannotHelp, 0.9)]), AiMeta::default());
    assert_eq!((d.action, rules_of(&d)), (Action::Escalate, vec!["cannot_help"]));
}

#[test]
fn an_ai_that_repeats_itself_failed() {
    let answer = "Please open the settings page and choose the reset button there.";
    let mut talk = Talk::new();
    talk.customer("How do I reset my router?", calm());
    assert_eq!(talk.ai(answer, calm(), AiMeta::default()).action, Action::Continue);
    talk.customer("There is no such page on mine", calm());
    let d = talk.ai(answer, calm(), AiMeta::default());
    assert_eq!(
        (d.action, rules_of(&d), d.reasons[0].trigger),
        (Action::OfferHuman, vec!["repeats_itself"], Trigger::AiLimit)
    );
    assert_eq!(d.reasons[0].evidence.len(), 2, "both times it was said");
    for text in ["I moved to Bern", "My number is 7"] {
        talk.customer(text, calm());
        let d = talk.ai("Thank you! Anything else I can help with?", calm(), AiMeta::default());
        assert_eq!(d.action, Action::Continue, "a phrase is no loop");
    }
}

#[test]
fn the_very_same_short_answer_to_the_very_same_words_is_a_loop() {
    let mut talk = Talk::new();
    for again in [false, true, true] {
        talk.customer("Ben", calm());
        let d = talk.ai("And your flight?", calm(), AiMeta::default());
        let expected = if again { vec!["repeats_itself"] } else { vec![] };
        assert_eq!(rules_of(&d), expected);
    }
    let mut talk = Talk::new();
    for text in ["No, blue", "No, it is the other one"] {
        talk.customer(text, calm());
        assert_eq!(talk.ai("Which one?", calm(), AiMeta::default()).action, Action::Continue, "other words, short answer");
    }
}

#[test]
fn the_same_about_another_day_or_number_is_another_question() {
    for (first, second, same) in [
        ("What will the weather be like tomorrow in Bern?", "What will the weather be like in Bern on Sunday?", false),
        ("Sure, question 7 please", "sure, question 8 please", false),
        ("Can we meet Sunday at 7:00pm to plan?", "Can we meet at 11 am on Sunday to plan?", false),
        ("Where is the blue lamp of A-1234?", "where is the blue lamp of A-1234, since Friday?", true),
        ("Will it be late on Friday?", "will it be late on Friday??", true),
    ] {
        let mut talk = Talk::new();
        talk.customer(first, calm());
        talk.good_answer();
        let d = talk.customer(second, calm());
        assert_eq!(rules_of(&d).contains(&"repeated_question"), same, "{first} / {second}");
    }
}

#[test]
fn a_success_ends_the_row() {
    let mut talk = Talk::new();
    talk.customer("Can it fly?", calm());
    talk.no_answer();
    talk.customer("And can it swim?", calm());
    talk.good_answer();
    talk.customer("ok, what about its weight", calm());
    let d = talk.no_answer();
    assert_eq!((d.action, d.reasons[0].score), (Action::OfferHuman, 1.0));
}

#[test]
fn a_promised_transfer_is_kept() {
    let mut talk = Talk::new();
    talk.customer("hello", calm());
    let d = talk.ai("I'll transfer you to a colleague", feel(0.0, &[(S::PromisesTransfer, 0.9)]), AiMeta::default());
    assert_eq!(
        (d.action, d.reasons[0].trigger, d.reasons[0].rule.as_str()),
        (Action::Escalate, Trigger::AiLimit, "promised_transfer")
    );
}

#[test]
fn tools_fail_in_a_row() {
    let mut talk = Talk::new();
    talk.customer("Where is it?", calm());
    assert_eq!(talk.tool(false).action, Action::Continue);
    assert_eq!(talk.tool(true).action, Action::Continue);
    assert_eq!(talk.tool(false).action, Action::Continue);
    let d = talk.tool(false);
    assert_eq!((d.action, rules_of(&d), d.reasons[0].evidence.len()), (Action::Escalate, vec!["tool_failures"], 2));
}

#[test]
fn a_broken_assistant_offers_then_escalates() {
    let mut talk = Talk::new();
    for (n, text) in ["Where is it?", "hello? anyone", "well what now then"].into_iter().enumerate() {
        talk.customer(text, calm());
        let d = talk.fail();
        let expected = if n < 2 { Action::OfferHuman } else { Action::Escalate };
        assert_eq!((d.action, d.reasons[0].rule.as_str(), d.reasons[0].score), (expected, "ai_failed", (n + 1) as f32));
        assert_eq!(d.reasons[0].evidence[0].quote, text);
    }
    // Even in the cooldown: without an answer and without an offer the customer would be left with nothing.
    talk.conversation.offer_declined_at = Some(talk.now());
    talk.customer("still there?", calm());
    assert_eq!(talk.fail().action, Action::OfferHuman);
}

#[test]
fn attempts_count_from_the_refusal() {
    let mut talk = Talk::new();
    for text in ["Can it fly?", "Does it float then", "Maybe it rolls"] {
        talk.customer(text, calm());
        if text != "Maybe it rolls" {
            talk.no_answer();
        }
    }
    talk.conversation.offer_declined_at = Some(talk.conversation.turns[4].at);
    assert_eq!(talk.no_answer().action, Action::Continue, "the third failure, but the first since the refusal");
}

#[test]
fn a_handback_starts_anew() {
    let mut talk = Talk::new();
    for text in ["Can it fly?", "Does it float then"] {
        talk.customer(text, calm());
        talk.no_answer();
    }
    let human = talk.ids.draw();
    talk.push(Author::HumanAgent { human_agent: human, name: "Ana".into() }, "It rolls.", calm(), None);
    talk.customer("And does it shine", calm());
    let d = talk.no_answer();
    assert_eq!((d.action, d.reasons[0].score), (Action::OfferHuman, 1.0));
}
