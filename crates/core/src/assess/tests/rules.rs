//! The owner's side: rules over signals and facts, and a policy that says too little or nonsense.

use super::*;

pub(super) fn facts(tier: Tier, total: i64, late_days: i64) -> Facts {
    fn sourced<T>(value: T) -> Sourced<T> {
        Sourced { value, source: "upload".into(), fetched_at: at(0) }
    }
    let customer = Customer {
        external_id: "c1".into(),
        name: "Mia".into(),
        tier,
        email: None,
        phone: None,
        locale: None,
        time_zone: None,
        customer_since: None,
        lifetime_value: Some(Money { minor: 1, currency: "EUR".into() }),
        attributes: [("plan".to_owned(), "gold".to_owned())].into(),
    };
    let order = Order {
        reference: "#A-1234".into(),
        customer: "c1".into(),
        status: "shipped".into(),
        placed_at: at(-60 * 24 * 20),
        total: Some(Money { minor: total, currency: "EUR".into() }),
        items: vec!["lamp".into()],
        carrier: None,
        expected_at: Some(at(-60 * 24 * late_days)),
        attributes: [].into(),
    };
    Facts { customer: Some(sourced(customer)), orders: vec![sourced(order)], missed: vec![] }
}

#[test]
fn rules_see_signals_and_facts() {
    let mut talk = Talk::new();
    talk.facts = Some(facts(Tier::Vip, 100, 9));
    let late = Signals { issue_class: Some(ClassGuess { label: "delivery".into(), score: 0.9 }), ..feel(-0.7, &[]) };
    let d = talk.customer("my parcel is late", late.clone());
    assert_eq!(rules_of(&d), ["vip_unhappy", "very_late_order"]);
    assert_eq!((d.action, d.reasons[0].layer, d.urgency), (Action::Escalate, Layer::Rule, Urgency::High));
    let mut unknown = Talk::new();
    assert_eq!(unknown.customer("my parcel is late", late).action, Action::Continue, "no facts, no match");
}

const RULE: &str = r#"
[[rules]]
id = "gold"
when = "customer.attributes.plan == 'gold' && signals.negotiate_price > 0.2"
action = "escalate"
trigger = "negotiation"
because = "A gold customer negotiates."
queue = "sales"
required_skills = { negotiation = 3 }

[[rules]]
id = "tool_watch"
when = "turn.role == 'tool'"
action = "continue"
because = "A tool was used."
"#;

#[test]
fn a_rule_can_say_where_to() {
    let mut talk = Talk::with_policy(&format!("{}{RULE}", default_toml()));
    let words = feel(0.0, &[(S::NegotiatePrice, 0.3)]);
    let turn = talk.push(Author::Customer, "cheaper?", words, None);
    assert_eq!(talk.see(&turn, None).decision.action, Action::Continue, "an attribute that is missing is no match");
    talk.facts = Some(facts(Tier::Standard, 1, 0));
    let a = talk.see(&turn, None);
    assert_eq!((a.decision.action, a.decision.reasons[0].trigger), (Action::Escalate, Trigger::Negotiation));
    assert_eq!((a.queue, a.required_skills.get("negotiation")), (Some(QueueId("sales".into())), Some(&3)));
    let d = talk.tool(true);
    assert_eq!((d.action, rules_of(&d)), (Action::Continue, vec!["tool_watch"]), "recorded only");
}

#[test]
fn a_policy_that_was_not_linted_still_keeps_the_floor() {
    let mut policy = parse(default_toml()).expect("right");
    for trigger in [Trigger::Safety, Trigger::ExplicitRequest] {
        policy
            .detectors
            .insert(trigger, DetectorPolicy { offer: f32::NAN, escalate: 5.0, urgency: Urgency::Low, enabled: false });
    }
    policy.rules[0].when = "this is not CEL".into();
    let mut talk = Talk { policy: CompiledPolicy::new(Arc::new(policy)), ..Talk::new() };
    assert_eq!(talk.customer("a person", feel(0.0, &[(S::WantsHuman, 0.75)])).action, Action::Escalate);
    assert_eq!(talk.customer("harm", feel(0.0, &[(S::SelfHarm, 0.65)])).action, Action::Escalate);
}

#[test]
fn thresholds_that_are_not_set_follow_from_the_costs() {
    let mut policy = parse(default_toml()).expect("right");
    policy.detectors.clear();
    policy.costs = Costs { late: 3.0, needless: 1.0 };
    let mut talk = Talk { policy: CompiledPolicy::new(Arc::new(policy)), ..Talk::new() };
    let mut see = |score| talk.customer("words", feel(0.0, &[(S::Complaint, score)])).action;
    assert_eq!((see(0.05), see(0.2), see(0.26)), (Action::Continue, Action::OfferHuman, Action::Escalate));
}

#[test]
fn high_value_by_amount_and_by_order() {
    let amount = |value: &str| Talk::new().customer("about that amount", entity(EntityKind::Amount, value)).action;
    assert_eq!(amount("100000 EUR"), Action::OfferHuman);
    assert_eq!(amount("99999 EUR"), Action::Continue);
    assert_eq!(amount("500000 USD"), Action::OfferHuman);
    assert_eq!(amount("500000 JPY"), Action::Continue, "no rate, no comparison");
    assert_eq!(amount("nonsense"), Action::Continue);

    let mut talk = Talk::new();
    talk.facts = Some(facts(Tier::Standard, 250_000, 0));
    assert_eq!(talk.customer("what sizes are there", calm()).action, Action::Continue, "not about an order");
    let d = talk.customer("A-1234 please", entity(EntityKind::Reference, "A-1234"));
    assert_eq!((d.action, rules_of(&d)), (Action::OfferHuman, vec!["high_value"]));
    assert!(d.reasons[0].because.contains("2500.00 EUR"));
    let refund = Signals { issue_class: Some(ClassGuess { label: "refund".into(), score: 0.9 }), ..calm() };
    assert_eq!(talk.customer("money back", refund).action, Action::Continue, "told once");
}
