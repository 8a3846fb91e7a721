//! The workspace that every plan runs in: small, and with every kind of person, queue and customer once.

use std::collections::BTreeMap;

use baton_model::*;

fn hours(time_zone: &str, from: &str, to: &str) -> Hours {
    let days = vec![Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri];
    Hours {
        time_zone: time_zone.into(),
        windows: vec![Window { days, from: from.into(), to: to.into() }],
        holidays: vec!["2026-03-04".into()],
    }
}

fn always(time_zone: &str) -> Hours {
    Hours { time_zone: time_zone.into(), windows: Vec::new(), holidays: Vec::new() }
}

fn queue(id: &str, hours: Hours, topics: &[&str], skill: Option<(&str, u8)>) -> Queue {
    let targets = Targets {
        accept_seconds: 120,
        first_reply_seconds: 300,
        next_reply_seconds: 240,
        resolution_seconds: 14_400,
        requester_wait_seconds: None,
    };
    Queue {
        id: QueueId(id.into()),
        name: id.into(),
        hours,
        topics: topics.iter().map(|t| (*t).to_owned()).collect(),
        default: id == "general",
        required_skills: skill.map(|(s, n)| (s.to_owned(), n)).into_iter().collect(),
        strategy: if id == "general" { Strategy::LongestIdle } else { Strategy::MostProficient },
        steps: Vec::new(),
        offer_seconds: 30,
        max_wait_seconds: 1_200,
        targets: BTreeMap::from([(Tier::Standard, targets)]),
        ..Queue::default()
    }
}

pub(crate) fn queues() -> Vec<Queue> {
    let mut billing =
        queue("billing", hours("Europe/Berlin", "08:00", "20:00"), &["billing", "refund"], Some(("billing", 3)));
    billing.steps = vec![
        RelaxStep {
            after_seconds: 60,
            lower_proficiency_by: 2,
            drop_skills: Vec::new(),
            drop_language: true,
            overflow_to: Vec::new(),
            ..RelaxStep::default()
        },
        RelaxStep {
            after_seconds: 180,
            lower_proficiency_by: 0,
            drop_skills: vec!["billing".into()],
            drop_language: true,
            overflow_to: vec![QueueId("general".into())],
            ..RelaxStep::default()
        },
    ];
    billing.wrap_up_seconds = 45;
    let mut general = queue("general", always("UTC"), &[], None);
    general.sticky_seconds = 90;
    // So that silence gives room, and words take it back.
    general.units = [(Channel::Chat, 2)].into();
    general.idle = Some(Idle { after_seconds: 60, units: [(Channel::Chat, 1)].into() });
    let mut night = queue("night", always("Asia/Kolkata"), &["technical"], None);
    night.offer_to = 2;
    vec![general, billing, night]
}

pub(crate) fn profiles() -> Vec<HumanProfile> {
    let person =
        |name: &str, skills: &[(&str, u8)], languages: &[&str], queues: &[&str], hours: Hours, capacity: u32| HumanProfile {
            name: name.into(),
            skills: skills.iter().map(|(s, n)| ((*s).to_owned(), *n)).collect(),
            languages: languages.iter().map(|l| (*l).to_owned()).collect(),
            queues: queues.iter().map(|q| QueueId((*q).to_owned())).collect(),
            hours,
            capacity,
            ..HumanProfile::default()
        };
    vec![
        person("One", &[("billing", 5)], &["en", "de"], &[], always("UTC"), 3),
        person("Two", &[], &["en"], &["general", "night"], always("UTC"), 4),
        person("Three", &[("billing", 2)], &["en", "es"], &["billing"], hours("Europe/Madrid", "09:00", "18:00"), 1),
        person("Four", &[("billing", 3)], &["de"], &[], hours("America/New_York", "08:00", "16:00"), 2),
    ]
}

pub(crate) fn customers() -> Vec<Customer> {
    let customer = |id: &str, name: &str, tier, zone: &str| Customer {
        external_id: id.into(),
        name: name.into(),
        tier,
        email: Some(format!("{id}@example.com")),
        phone: None,
        locale: Some("en".into()),
        time_zone: Some(zone.into()),
        customer_since: None,
        lifetime_value: Some(Money { minor: 250_000, currency: "EUR".into() }),
        attributes: BTreeMap::new(),
    };
    vec![
        customer("c1", "Ada One", Tier::Vip, "America/Los_Angeles"),
        customer("c2", "Ben Two", Tier::Standard, "Australia/Lord_Howe"),
        customer("c3", "Cleo Three", Tier::Plus, "Europe/Berlin"),
    ]
}

pub(crate) fn orders(now: Timestamp) -> Vec<Order> {
    [("A-1001", "c1", 12_900), ("A-1002", "c2", 4_500), ("A-1003", "c3", 480_000)]
        .into_iter()
        .map(|(reference, customer, minor)| Order {
            reference: reference.into(),
            customer: customer.into(),
            status: "shipped".into(),
            placed_at: now - Millis::hours(70),
            total: Some(Money { minor, currency: "EUR".into() }),
            items: vec!["kettle".into()],
            carrier: None,
            expected_at: None,
            attributes: BTreeMap::new(),
        })
        .collect()
}

/// Known, unknown and nameless customers.
pub(crate) fn customer_ref(index: u8) -> CustomerRef {
    let mut customer = CustomerRef::default();
    match index % 5 {
        n @ 0..3 => {
            customer.external_id = Some(format!("c{}", n + 1));
            customer.verified = true;
        }
        3 => customer.external_id = Some("nobody-knows".into()),
        _ => customer.name = Some("Zoë Ünïcode".into()),
    }
    customer
}

pub(crate) const TEXTS: [&str; 18] = [
    "Hi, where is my order A-1001?",
    "I want to speak to a human being please",
    "This is the third time I'm asking, your bot is useless and I am furious",
    "Can I get a discount if I take twenty of them?",
    "That did not help at all",
    "Where is my order A-1001? You still have not answered",
    "Thanks, that helps",
    "I was charged twice for A-1003, 4,800.00 EUR, I want my money back or I call my lawyer",
    "ok",
    "yes please",
    "no thanks",
    "Ich möchte bitte mit einem Menschen sprechen, meine Rechnung stimmt nicht",
    "how do I return a kettle",
    "I can't do this any more, I want to hurt myself",
    "🙃🙃🙃",
    "My card 4111 1111 1111 1111 was charged, mail me at zoe@example.com",
    "does it come in blue?",
    "Please cancel everything, I am switching to another company",
];

/// What an AI may come back with, good and bad.
pub(crate) fn answer(kind: u8) -> (&'static str, AiMeta) {
    let meta = AiMeta { confidence: Some(0.9), ..AiMeta::default() };
    match kind % 7 {
        0 | 1 => ("Your order ships within two days.", meta),
        2 => ("I'm sorry, I don't know that.", AiMeta { no_answer: true, ..AiMeta::default() }),
        3 => ("Perhaps restarting helps?", AiMeta { confidence: Some(0.1), ..AiMeta::default() }),
        4 => ("I'm transferring you to a colleague now.", meta),
        5 => ("I apologise for the inconvenience, I cannot help with that.", meta),
        _ => ("You can return it within 30 days.", meta),
    }
}

/// The default, with a model that may reword packages.
pub(crate) fn policy() -> String {
    baton_core::assess::default_toml().replace("polish_timeout_seconds = 0", "polish_timeout_seconds = 20")
}

/// What a person writes, promises among it.
pub(crate) const REPLIES: [&str; 4] = [
    "I've checked your order and sent a replacement.",
    "I'm looking into it. I'll call you back within 30 minutes.",
    "We will refund you by tomorrow.",
    "Anything else?",
];

pub(crate) fn verdict(index: u8) -> Option<Verdict> {
    let (could_ai, missing) = match index % 4 {
        0 => return None,
        1 => (CouldAi::Yes, Missing::Nothing),
        2 => (CouldAi::WithMissing, Missing::Knowledge),
        _ => (CouldAi::No, Missing::Permission),
    };
    Some(Verdict { could_ai, missing, smooth: Smooth::Yes, note: None })
}
