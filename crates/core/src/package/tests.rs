use baton_model::*;
use proptest::prelude::{Strategy, *};

use super::{
    faults, introduction,
    samples::{Talk, a_customer, a_reason, an_article, an_order},
};

/// What customers and AIs write, and what nobody should.
fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec![
            "I want a refund for order A-1042.", "my card is 4242 4242 4242 4242", "Where is my parcel?!", "Ich möchte mein Geld zurück, bitte.",
            "We will refund 129.95 EUR within 24 hours.", "i don't want a refund", "“quoted” and \"more\" …", "I'll call you back by tomorrow",
            "DE89 3704 0044 0532 0130 00", "1e308 ٣٤٥ Ⅷ ½ −7 0x1F 9,99", "🙂🙂🙂", "write to jane@example.com", "agent!!!", "No.",
            "4242\n4242-4242.4242 42424242", "order#A-1042…", "ΑΣ İ ﬀ ß", "Cancel it. Now. Please? “",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,60}",
        1 => "[0-9@.… “”!?\n-]{0,80}",
        1 => "[a-z0-9]{300,700}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(words(), 0..4).prop_map(|parts| parts.join(" "))
}

fn entity() -> impl Strategy<Value = Entity> {
    use EntityKind::*;
    let kind = prop::sample::select(vec![Reference, Amount, Date, Email, Phone, Card, Iban, Address, Person, Url]);
    let value = prop::sample::select(vec![
        "A-1042",
        "4242424242424242",
        "jane@example.com",
        "",
        "•",
        "x",
        "DE89370400440532013000",
        "٣٤٥",
    ]);
    (kind, 0u32..60, 0u32..30, value).prop_map(|(kind, start, length, value)| Entity {
        kind,
        span: Span { start, end: start.saturating_add(length) },
        value: value.into(),
    })
}

fn signals() -> impl Strategy<Value = Signals> {
    let found = prop::collection::vec(
        (prop::sample::select(SignalKind::ALL.to_vec()), 0.0f32..1.0).prop_map(|(kind, score)| Signal {
            kind,
            score,
            spans: vec![],
        }),
        0..3,
    );
    let sentiment = prop_oneof![9 => -1.0f32..1.0, 1 => Just(f32::NAN)];
    (sentiment, found, prop::collection::vec(entity(), 0..4), any::<bool>()).prop_map(
        |(sentiment, found, entities, question)| Signals { sentiment, found, entities, question, ..Signals::default() },
    )
}

fn said() -> impl Strategy<Value = (String, String, Signals)> {
    let role = prop::sample::select(vec!["customer", "customer", "ai_agent", "human_agent", "notice", "note", "tool_7"]);
    (role.prop_map(str::to_owned), text(), signals())
}

fn talk() -> impl Strategy<Value = Talk> {
    let turns = prop_oneof![
        1 => Just(0..1usize), 2 => Just(1..2usize), 8 => Just(2..12usize), 1 => Just(40..60usize),
    ]
    .prop_flat_map(|count| prop::collection::vec(said(), count));
    let name = prop::option::of(prop_oneof![Just("Jane Roe".to_owned()), text()]);
    let trigger = prop::sample::select(Trigger::ALL.to_vec());
    (turns, name, trigger, any::<bool>(), any::<bool>(), 0u32..80, text()).prop_map(
        |(turns, name, trigger, ai_only, known, spot, because)| {
            let mut talk = Talk::new();
            for (role, text, signals) in turns {
                talk = talk.say(if ai_only { "ai_agent" } else { &role }, &text);
                let turn = std::sync::Arc::make_mut(talk.conversation.turns.last_mut().unwrap());
                turn.signals = signals;
                if matches!(turn.author, Author::AiAgent) && spot % 3 == 0 {
                    talk = talk.cites(&because);
                }
            }
            talk = talk.at_trigger(trigger);
            let mut reason = a_reason(trigger, &because);
            reason.evidence = talk
                .conversation
                .turns
                .iter()
                .step_by(2)
                .map(|t| Evidence {
                    turn: t.id,
                    span: (spot % 2 == 0).then_some(Span { start: spot, end: spot + 9 }),
                    quote: because.clone(),
                })
                .collect();
            talk.decide(vec![reason, a_reason(Trigger::Complaint, "They complain about 7 things.")]);
            talk.conversation.customer.name = name;
            if known {
                let mut order = an_order("A-1042", 3);
                order.expected_at = Some(Timestamp::from_millis(1_772_530_000_000));
                talk.know(Some(a_customer()), vec![order, an_order("42", 5)]);
                talk.articles = vec![an_article("refunds", "Refund in 30 days", &because, &["refund"])];
            }
            talk
        },
    )
}

/// So many cases, or as many as `PROPTEST_CASES` says: `PROPTEST_CASES=10000 cargo test -p baton-core every_conversation`.
fn cases(usual: u32) -> ProptestConfig {
    let asked = ProptestConfig::default();
    let cases = if asked.cases == 256 { usual } else { asked.cases };
    ProptestConfig { cases, ..asked }
}

proptest! {
    #![proptest_config(cases(600))]

    /// Whatever was said: no panic, nothing unfounded, nothing lost on the wire.
    #[test]
    fn every_conversation_gives_a_valid_package(talk in talk()) {
        let package = talk.build();
        prop_assert_eq!(faults(&package, &talk.conversation), vec![]);
        prop_assert_eq!(package.transcript.len(), talk.conversation.turns.len());
        let wire = serde_json::to_string(&package).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Package>(&wire).unwrap(), &package);
        let said = introduction(&package, "Priya");
        prop_assert!(!said.to_lowercase().contains("agent") && !said.contains('!'), "{}", said);
    }
}

/// Against the published schema, and by its own transcript, as somebody else would check it.
fn valid_elsewhere(package: &Package) {
    let wire = serde_json::to_value(package).unwrap();
    assert_eq!(super::misshapen(&package_schema(), &wire), vec![]);
    assert_eq!(super::faults_alone(package), vec![]);
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn every_package_is_what_its_schema_says(talk in talk()) {
        valid_elsewhere(&talk.build());
    }
}

#[test]
fn conversations_of_any_length_and_language_give_valid_packages() {
    let languages = [
        "Ich möchte Bestellung A-7 zurückgeben.",
        "¿Dónde está mi pedido 77?",
        "注文番号12345はどこですか？",
        "أين طلبي 123؟",
    ];
    let mixed = languages.iter().fold(Talk::new(), |talk, text| talk.customer(text).ai("Please wait 3 days."));
    let ai_only = Talk::new().ai("Hello, how can I help?").ai("Are you there? We will refund you within 24 hours.");
    let mut long = Talk::new();
    for n in 0..10_000 {
        long = if n % 2 == 0 { long.customer(&format!("Where is order A-{n}?")) } else { long.ai("We will call you back.") };
    }
    for talk in [Talk::new(), Talk::new().customer("hi"), ai_only, mixed, long] {
        let package = talk.build();
        assert_eq!(package.transcript.len(), talk.conversation.turns.len());
        assert_eq!(faults(&package, &talk.conversation), vec![]);
        valid_elsewhere(&package);
    }
}

/// The story of the guide: everything in one package, pinned.
#[test]
fn a_whole_package() {
    let mut talk = Talk::new()
        .customer("Hi, my kettle from order A-1042 arrived broken and I would like a refund.")
        .entity("A-1042", EntityKind::Reference, "A-1042")
        .mood(-0.2)
        .ai("You can return items within 30 days.")
        .cites("Returns and refunds")
        .customer("That did not answer my question. You can see I paid with 4242 4242 4242 4242.")
        .entity("4242 4242 4242 4242", EntityKind::Card, "4242424242424242")
        .signal(SignalKind::Unresolved, 0.9)
        .mood(-0.7)
        .tool("order_lookup", false, "timed out")
        .ai("I am sorry, I cannot look that up. A colleague will get back to you within 24 hours.")
        .signal(SignalKind::CannotHelp, 0.9)
        .at_trigger(Trigger::AiLimit);
    talk.escalation.tier = Tier::Vip;
    talk.escalation.issue_class = "refund".into();
    let mut reason = a_reason(Trigger::AiLimit, "The AI has no answer.");
    reason.evidence = vec![Evidence {
        turn: talk.conversation.turns[4].id,
        span: Some(Span { start: 12, end: 33 }),
        quote: String::new(),
    }];
    talk.decide(vec![reason]);
    talk.know(Some(a_customer()), vec![an_order("A-1042", 3)]);
    let package = talk.build();
    assert_eq!(faults(&package, &talk.conversation), vec![]);
    insta::assert_json_snapshot!(package);
}
