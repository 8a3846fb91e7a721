//! The layers together, over composed dialogues. Signals are set by hand, so that these tests know nothing of `sense`.

mod ai;
mod rules;

use std::sync::Arc;

use baton_model::*;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert_eq, proptest};

use super::*;
use SignalKind as S;
use rules::facts;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_millis(1_750_000_000_000) + Millis::mins(minute)
}

fn policy_of(toml: &str) -> CompiledPolicy {
    CompiledPolicy::new(Arc::new(parse(toml).expect("a right policy")))
}

fn default_policy() -> CompiledPolicy {
    policy_of(default_toml())
}

/// A conversation that is assessed turn by turn, one minute each, as the engine does it.
struct Talk {
    policy: CompiledPolicy,
    conversation: Conversation,
    facts: Option<Facts>,
    ids: IdSource,
}

impl Talk {
    fn new() -> Self {
        let mut ids = IdSource::new(at(0), 7);
        let conversation = Conversation {
            idle_due: at(60),
            ..Conversation::opened(ids.draw(), Channel::Chat, AiMode::External, CustomerRef::default(), at(0))
        };
        Self { policy: default_policy(), conversation, facts: None, ids }
    }

    fn with_policy(toml: &str) -> Self {
        Self { policy: policy_of(toml), ..Self::new() }
    }

    fn now(&self) -> Timestamp {
        at(self.conversation.turns.len() as i64)
    }

    fn push(&mut self, author: Author, text: &str, signals: Signals, ai: Option<AiMeta>) -> Arc<Turn> {
        let turn = Arc::new(Turn {
            id: self.ids.draw(),
            index: self.conversation.turns.len() as u32,
            at: self.now(),
            author,
            text: text.to_owned(),
            epoch: Epoch::default(),
            signals,
            ai,
            used_step: None,
        });
        self.conversation.turns.push(Arc::clone(&turn));
        turn
    }

    fn see(&mut self, turn: &Turn, asked: Option<&str>) -> Assessment {
        let seen = Seen { conversation: &self.conversation, turn, facts: self.facts.as_ref(), asked, now: turn.at };
        let assessment = assess(&self.policy, &seen);
        sound(&assessment.decision, &self.conversation);
        self.conversation.decisions.push(Arc::new(assessment.decision.clone()));
        assessment
    }

    fn customer(&mut self, text: &str, signals: Signals) -> Decision {
        let turn = self.push(Author::Customer, text, signals, None);
        self.see(&turn, None).decision
    }

    fn ai(&mut self, text: &str, signals: Signals, meta: AiMeta) -> Decision {
        let turn = self.push(Author::AiAgent, text, signals, Some(meta));
        self.see(&turn, None).decision
    }

    fn good_answer(&mut self) -> Decision {
        self.ai(
            "You can return it within 30 days.",
            Signals::default(),
            AiMeta { confidence: Some(0.9), ..AiMeta::default() },
        )
    }

    fn no_answer(&mut self) -> Decision {
        self.ai("I do not know that.", Signals::default(), AiMeta { no_answer: true, ..AiMeta::default() })
    }

    fn tool(&mut self, ok: bool) -> Decision {
        let turn = self.push(Author::Tool { name: "lookup".into(), ok }, "time-out", Signals::default(), None);
        self.see(&turn, None).decision
    }

    fn fail(&mut self) -> Decision {
        let turn = Arc::clone(self.conversation.turns.last().expect("a turn"));
        let seen = Seen { conversation: &self.conversation, turn: &turn, facts: None, asked: None, now: self.now() };
        let decision = ai_failed(&self.policy, &seen, "time-out after 20 s").decision;
        sound(&decision, &self.conversation);
        self.conversation.decisions.push(Arc::new(decision.clone()));
        decision
    }
}

/// What holds for every decision.
fn sound(d: &Decision, c: &Conversation) {
    assert!((0.0..=1.0).contains(&d.strain));
    assert_eq!(d.action, d.reasons.iter().map(|r| r.action).max().unwrap_or(Action::Continue));
    assert!(d.reasons.first().is_none_or(|r| r.action == d.action), "the first reason explains the action: {d:#?}");
    assert!(d.reasons.get(1..).unwrap_or(&[]).is_sorted_by_key(|r| (r.layer, r.trigger)));
    for r in &d.reasons {
        assert!(!r.because.is_empty() && !r.evidence.is_empty() && !r.rule.is_empty(), "{r:#?}");
        for e in &r.evidence {
            let turn = c.turn(e.turn).expect("evidence is in the conversation");
            let (start, end) = e.span.map_or((0, turn.text.chars().count()), |s| (s.start as usize, s.end as usize));
            let cut: String = turn.text.chars().skip(start).take(end - start).collect();
            assert_eq!(e.quote, cut, "a quote is a part of its turn");
            assert!(e.quote.chars().count() <= 200);
        }
    }
}

fn feel(sentiment: f32, found: &[(SignalKind, f32)]) -> Signals {
    let found = found
        .iter()
        .map(|(kind, score)| Signal { kind: *kind, score: *score, spans: vec![Span { start: 0, end: 4 }] })
        .collect();
    Signals { sentiment, found, ..Signals::default() }
}

fn calm() -> Signals {
    Signals::default()
}

fn entity(kind: EntityKind, value: &str) -> Signals {
    Signals { entities: vec![Entity { kind, span: Span { start: 0, end: 5 }, value: value.into() }], ..Signals::default() }
}

fn rules_of(d: &Decision) -> Vec<&str> {
    d.reasons.iter().map(|r| r.rule.as_str()).collect()
}

#[test]
fn detectors_by_score() {
    use Action::{Continue, Escalate, OfferHuman};
    for (kind, score, action, trigger) in [
        (S::WantsHuman, 0.9, Escalate, Some(Trigger::ExplicitRequest)),
        (S::WantsHuman, 0.4, OfferHuman, Some(Trigger::ExplicitRequest)),
        (S::WantsHuman, 0.2, Continue, None),
        (S::SelfHarm, 0.6, Escalate, Some(Trigger::Safety)),
        (S::Violence, 0.35, OfferHuman, Some(Trigger::Safety)),
        (S::Medical, 0.1, Continue, None),
        (S::Anger, 0.9, Escalate, Some(Trigger::Distress)),
        (S::Anxiety, 0.7, OfferHuman, Some(Trigger::Distress)),
        (S::Sadness, 0.5, Continue, None),
        (S::Complaint, 0.6, OfferHuman, Some(Trigger::Complaint)),
        (S::Dispute, 0.9, Escalate, Some(Trigger::Complaint)),
        (S::LegalThreat, 0.9, Escalate, Some(Trigger::Complaint)),
        (S::ChurnThreat, 0.3, Continue, None),
        (S::NegotiatePrice, 0.6, OfferHuman, Some(Trigger::Negotiation)),
        (S::NegotiateTerms, 0.9, Escalate, Some(Trigger::Negotiation)),
        (S::NegotiatePrice, 0.4, Continue, None),
        (S::Abuse, 0.9, Escalate, Some(Trigger::Abuse)),
        (S::Abuse, 0.6, Continue, None),
        (S::Thanks, 1.0, Continue, None),
        // What only an AI says is no reason in a customer's turn.
        (S::PromisesTransfer, 1.0, Continue, None),
    ] {
        let d = Talk::new().customer("some words of the customer", feel(0.0, &[(kind, score)]));
        assert_eq!((d.action, d.reason().map(|r| r.trigger)), (action, trigger), "{kind:?} {score}");
    }
}

#[test]
fn routine_questions_continue() {
    let mut talk = Talk::new();
    for text in
        ["Where is my order A-1234?", "How do I return the shoes?", "Do you ship to Norway?", "Which sizes are there?"]
    {
        assert_eq!(talk.customer(text, calm()).action, Action::Continue);
        assert_eq!(talk.good_answer().action, Action::Continue);
    }
    let d = talk.customer("thanks, that helps", feel(0.8, &[(S::Thanks, 0.9)]));
    assert_eq!(d.action, Action::Continue);
    assert!(d.strain < 0.1, "{}", d.strain);
}

#[test]
fn anger_escalates_with_its_words() {
    let mut talk = Talk::new();
    talk.customer("Where is my order?", calm());
    talk.good_answer();
    let d = talk.customer("This is a disgrace", feel(-0.9, &[(S::Anger, 0.93)]));
    assert_eq!((d.action, d.urgency), (Action::Escalate, Urgency::High));
    let reason = d.reason().expect("a reason");
    assert_eq!((reason.rule.as_str(), reason.score, reason.threshold), ("distress", 0.93, 0.8));
    assert_eq!(reason.evidence[0].quote, "This");
}

#[test]
fn a_button_or_a_bot_asks_for_a_person() {
    let mut talk = Talk::new();
    talk.customer("hello", calm());
    talk.conversation.offer_declined_at = Some(at(0));
    let turn = Arc::clone(&talk.conversation.turns[0]);
    let d = talk.see(&turn, Some("The customer pressed the button")).decision;
    assert_eq!(
        (d.action, d.reasons[0].trigger, d.reasons[0].layer),
        (Action::Escalate, Trigger::ExplicitRequest, Layer::Floor)
    );
    assert!(d.reasons[0].because.contains("pressed"));
}

#[test]
fn declined_offers_pause_but_the_floor_does_not() {
    let mut talk = Talk::new();
    talk.customer("Can I have a discount?", feel(0.0, &[(S::NegotiatePrice, 0.6)]));
    talk.conversation.offer_declined_at = Some(talk.now());
    talk.good_answer();
    let d = talk.customer("come on, a discount", feel(0.0, &[(S::NegotiatePrice, 0.6)]));
    assert_eq!(d.action, Action::Continue);
    assert!(d.reasons[0].because.contains("declined"), "the match is recorded all the same");
    assert_eq!(talk.no_answer().action, Action::Continue, "failed attempts are not offered either");
    assert_eq!(talk.customer("a person please", feel(0.0, &[(S::WantsHuman, 0.45)])).action, Action::OfferHuman);
    assert_eq!(talk.customer("a person!", feel(0.0, &[(S::WantsHuman, 0.9)])).action, Action::Escalate);
    assert_eq!(talk.customer("I will sue", feel(0.0, &[(S::LegalThreat, 0.9)])).action, Action::Escalate);
    talk.conversation.offer_declined_at = Some(at(-20));
    assert_eq!(talk.customer("and a discount", feel(0.0, &[(S::NegotiatePrice, 0.6)])).action, Action::OfferHuman);
}

#[test]
fn strain_rises_is_told_once_and_calms_down() {
    let toml = default_toml().replacen("attempts_before_offer = 1", "attempts_before_offer = 3", 1);
    let mut talk = Talk::with_policy(&toml.replacen("escalate = 0.6\nrelease", "escalate = 1.0\nrelease", 1));
    talk.customer("Where is my blue lamp order?", feel(0.3, &[]));
    talk.good_answer();
    let d = talk.customer("no, where is my blue lamp", feel(-0.5, &[(S::Unresolved, 0.9), (S::Anger, 0.3)]));
    assert_eq!((d.action, rules_of(&d)), (Action::OfferHuman, vec!["strain"]), "{d:#?}");
    assert_eq!(d.reasons[0].layer, Layer::Trajectory);
    let names: Vec<_> = d.reasons[0].features.iter().map(|f| f.name.as_str()).collect();
    assert!(names.contains(&"asks_again") && names.contains(&"falling_mood"), "{names:?}");
    assert!(d.reasons[0].features.is_sorted_by(|a, b| a.contribution.abs() >= b.contribution.abs()));
    talk.ai("I am sorry about that. It is in Bern.", feel(0.0, &[(S::Apology, 0.9)]), AiMeta::default());
    let held = talk.customer("and the blue lamp arrives when", feel(-0.5, &[(S::Unresolved, 0.9), (S::Anger, 0.4)]));
    assert_eq!(held.action, Action::Continue, "offered once per rise: {held:#?}");
    talk.ai("I am sorry, tomorrow at noon.", feel(0.0, &[(S::Apology, 0.9)]), AiMeta::default());
    let calmed = talk.customer("great, thank you", feel(0.8, &[(S::Thanks, 0.9)]));
    assert_eq!(calmed.action, Action::Continue);
    assert!(calmed.strain < held.strain / 2.0, "thanks and an apology that worked: {}", calmed.strain);
}

#[test]
fn all_matches_are_recorded_and_the_strongest_explains() {
    let mut talk = Talk::new();
    let signals = feel(-0.8, &[(S::Complaint, 0.6), (S::Anger, 0.9), (S::WantsHuman, 0.4), (S::Abuse, 0.75)]);
    let d = talk.customer("words that say much", signals);
    assert_eq!(rules_of(&d), ["distress", "explicit_request", "abuse", "complaint", "strain"]);
    assert_eq!((d.action, d.urgency), (Action::Escalate, Urgency::High));
}

#[test]
fn quotes_are_cut_and_turns_without_text_are_fine() {
    let mut talk = Talk::new();
    let d = talk.customer(
        &"ä".repeat(5000),
        Signals { found: vec![Signal { kind: S::Anger, score: 0.9, spans: vec![] }], ..calm() },
    );
    assert_eq!(d.reasons[0].evidence[0].quote.chars().count(), 200);
    let d = talk.customer("", feel(0.0, &[(S::Anger, 0.9)]));
    assert_eq!(d.action, Action::Escalate);
}

#[test]
fn a_long_conversation_costs_no_more_than_its_end() {
    let mut talk = Talk::new();
    for i in 0..2_000 {
        let text = format!("question number {i} about thing {i}");
        talk.push(if i % 2 == 0 { Author::Customer } else { Author::AiAgent }, &text, calm(), None);
    }
    let turn = Arc::clone(&talk.conversation.turns[1998]);
    talk.conversation.turns.pop();
    let seen = Seen { conversation: &talk.conversation, turn: &turn, facts: None, asked: None, now: at(3000) };
    assert_eq!(Course::of(&talk.policy, &seen).turns.len(), course::LOOKBACK);
}

fn any_signals() -> impl Strategy<Value = Signals> {
    let found = proptest::collection::vec((0..S::ALL.len(), -0.5f32..1.5, 0u32..60, 0u32..60), 0..5);
    let entity = (0..3usize, "[0-9]{0,22} ?[A-Z]{0,3}");
    (-1.0f32..=1.0, found, proptest::collection::vec(entity, 0..3)).prop_map(|(sentiment, found, entities)| Signals {
        sentiment,
        found: found
            .into_iter()
            .map(|(k, score, start, end)| Signal { kind: S::ALL[k], score, spans: vec![Span { start, end }] })
            .collect(),
        entities: entities
            .into_iter()
            .map(|(k, value)| Entity {
                kind: [EntityKind::Amount, EntityKind::Reference, EntityKind::Date][k],
                span: Span { start: 3, end: 1 },
                value,
            })
            .collect(),
        ..Signals::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_conversation_is_decided_soundly_and_the_same_twice(
        steps in proptest::collection::vec((0..5usize, "\\PC{0,40}", any_signals(), 0.0f32..1.0, any::<bool>()), 1..14),
        decline in proptest::option::of(0..14i64),
    ) {
        let run = || {
            let mut talk = Talk { facts: Some(facts(Tier::Vip, 200_000, 10)), ..Talk::new() };
            talk.conversation.offer_declined_at = decline.map(at);
            for (kind, text, signals, confidence, flag) in &steps {
                match kind {
                    0 | 1 => { talk.customer(text, signals.clone()); }
                    2 => { talk.ai(text, signals.clone(), AiMeta { confidence: Some(*confidence), no_answer: *flag, ..AiMeta::default() }); }
                    3 => { talk.tool(*flag); }
                    _ if !talk.conversation.turns.is_empty() => { talk.fail(); }
                    _ => {}
                }
            }
            talk.conversation.decisions
        };
        prop_assert_eq!(run(), run());
    }
}
