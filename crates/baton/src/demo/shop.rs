//! The shop itself: its people, queues, policy, articles, customers and orders.

use anyhow::{Context, Result};
use baton_model::{
    Actor, Channel, Customer, Hours, HumanAgentId, HumanProfile, IdSource, Idle, Input, Millis, Money, Order, Queue,
    QueueId, RelaxStep, Settings, Skills, Strategy, Targets, Tier, Timestamp, WorkspaceId,
};
use baton_ports::{Accounts, Role};
use baton_runtime::Handle;

use crate::{
    articles,
    commands::{
        key,
        workspace::{self, NewAccount},
    },
    demo::hours::around,
    parts::Parts,
};

pub(crate) const SLUG: &str = "shop";
const BUSINESS: &str = "Tidewick";
const DOMAIN: &str = "tidewick.example";

/// One way to sign in.
#[derive(Debug, Clone)]
pub(crate) struct Login {
    pub(crate) email: String,
    pub(crate) password: String,
    pub(crate) name: String,
    pub(crate) role: Role,
    /// Played by the demo; the others are for the visitor.
    pub(crate) simulated: bool,
    pub(crate) about: String,
}

/// A customer that the traffic may play.
#[derive(Debug, Clone)]
pub(crate) struct Regular {
    pub(crate) external_id: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) locale: String,
    pub(crate) time_zone: String,
    pub(crate) order: String,
}

/// What was set up.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) workspace: WorkspaceId,
    pub(crate) slug: String,
    pub(crate) business_name: String,
    pub(crate) widget_key: String,
    pub(crate) bot_key: String,
    pub(crate) logins: Vec<Login>,
    pub(crate) customers: Vec<Regular>,
}

struct Persona {
    account: &'static str,
    name: &'static str,
    skills: &'static [(&'static str, u8)],
    languages: &'static [&'static str],
    queues: &'static [&'static str],
    zone: &'static str,
    /// Hours of the shift around the start of the demo: before, after. None: always.
    shift: Option<(i64, i64)>,
    capacity: u32,
    simulated: bool,
    about: &'static str,
}

const PEOPLE: [Persona; 4] = [
    Persona {
        account: "maya",
        name: "Maya Brightwater",
        skills: &[("billing", 5), ("delivery", 3), ("product", 3), ("complaints", 3)],
        languages: &["en", "de"],
        queues: &[],
        zone: "Europe/Berlin",
        shift: None,
        capacity: 6,
        simulated: false,
        about: "human agent, yours: billing 5, English and German",
    },
    Persona {
        account: "otis",
        name: "Otis Quillfeather",
        skills: &[("delivery", 5), ("product", 4), ("billing", 2)],
        languages: &["en", "fr"],
        queues: &["general", "billing"],
        zone: "Europe/London",
        shift: None,
        capacity: 6,
        simulated: true,
        about: "human agent, simulated: delivery 5, English and French",
    },
    Persona {
        account: "ines",
        name: "Ines Marlowvale",
        skills: &[("complaints", 5), ("billing", 4), ("product", 2)],
        languages: &["en", "pt", "es"],
        queues: &["complaints", "billing", "general"],
        zone: "Europe/Lisbon",
        shift: None,
        capacity: 6,
        simulated: true,
        about: "human agent, simulated: complaints 5, billing 4, English, Portuguese and Spanish",
    },
    Persona {
        account: "tomo",
        name: "Tomo Hartfield",
        skills: &[("product", 5), ("delivery", 3), ("complaints", 2)],
        languages: &["en", "ja", "de"],
        queues: &["general", "complaints"],
        zone: "Asia/Tokyo",
        shift: Some((2, 9)),
        capacity: 4,
        simulated: true,
        about: "human agent, simulated, on shift for nine hours: product 5, English, Japanese and German",
    },
];

struct Buyer {
    id: &'static str,
    name: &'static str,
    tier: Tier,
    locale: &'static str,
    zone: &'static str,
    since: &'static str,
    value: i64,
    /// Reference, status, days ago, total, items.
    orders: &'static [(&'static str, &'static str, i64, i64, &'static [&'static str])],
}

const BUYERS: [Buyer; 10] = [
    Buyer {
        id: "c-1001",
        name: "Alba Fennick",
        tier: Tier::Vip,
        locale: "en-GB",
        zone: "Europe/London",
        since: "2019-04-02",
        value: 412_000,
        orders: &[
            ("TW-20418", "delivered", 12, 18_990, &["Cormorant rain jacket, navy, M"]),
            ("TW-20877", "shipped", 2, 8_990, &["Heron backpack, 26 l"]),
        ],
    },
    Buyer {
        id: "c-1002",
        name: "Bruno Castellane",
        tier: Tier::Standard,
        locale: "fr-FR",
        zone: "Europe/Paris",
        since: "2023-11-19",
        value: 17_980,
        orders: &[("TW-20655", "delivered", 24, 8_990, &["Heron backpack, 18 l"])],
    },
    Buyer {
        id: "c-1003",
        name: "Carla Windrose",
        tier: Tier::Plus,
        locale: "en-IE",
        zone: "Europe/Dublin",
        since: "2021-02-08",
        value: 96_400,
        orders: &[("TW-20790", "returned", 21, 12_900, &["Plover wool sweater, grey, L"])],
    },
    Buyer {
        id: "c-1004",
        name: "Dmitri Lanternov",
        tier: Tier::Standard,
        locale: "en-DE",
        zone: "Europe/Berlin",
        since: "2024-06-30",
        value: 4_990,
        orders: &[("TW-20901", "packing", 0, 4_990, &["Tern hat, green"])],
    },
    Buyer {
        id: "c-1005",
        name: "Elsbeth Ockham",
        tier: Tier::Vip,
        locale: "de-CH",
        zone: "Europe/Zurich",
        since: "2018-09-14",
        value: 731_500,
        orders: &[("TW-20733", "delivered", 9, 24_900, &["Cormorant rain jacket, red, S", "Tern hat, red"])],
    },
    Buyer {
        id: "c-1006",
        name: "Farid Summerhill",
        tier: Tier::Plus,
        locale: "en-NL",
        zone: "Europe/Amsterdam",
        since: "2020-12-01",
        value: 58_800,
        orders: &[("TW-20812", "shipped", 4, 15_900, &["Gannet trousers, black, 34"])],
    },
    Buyer {
        id: "c-1007",
        name: "Greta Millstone",
        tier: Tier::Standard,
        locale: "de-AT",
        zone: "Europe/Vienna",
        since: "2025-01-22",
        value: 8_990,
        orders: &[("TW-20866", "delivered", 6, 8_990, &["Heron backpack, 18 l"])],
    },
    Buyer {
        id: "c-1008",
        name: "Hugo Pinebright",
        tier: Tier::Standard,
        locale: "en-US",
        zone: "America/New_York",
        since: "2022-08-05",
        value: 32_470,
        orders: &[("TW-20598", "delivered", 33, 17_490, &["Cormorant rain jacket, olive, XL"])],
    },
    Buyer {
        id: "c-1009",
        name: "Isolde Farrow",
        tier: Tier::Plus,
        locale: "es-ES",
        zone: "Europe/Madrid",
        since: "2020-03-17",
        value: 120_100,
        orders: &[("TW-20844", "shipped", 3, 6_490, &["Plover scarf, blue", "Wool socks"])],
    },
    Buyer {
        id: "c-1010",
        name: "Jun Waverley",
        tier: Tier::Standard,
        locale: "en-JP",
        zone: "Asia/Tokyo",
        since: "2024-10-10",
        value: 21_900,
        orders: &[("TW-20719", "delivered", 15, 21_900, &["Cormorant rain jacket, navy, L", "Care wax"])],
    },
];

/// The article files, compiled in.
const ARTICLES: [(&str, &str); 14] = [
    ("account", include_str!("../../demo/knowledge/account.md")),
    ("care", include_str!("../../demo/knowledge/care.md")),
    ("delivery", include_str!("../../demo/knowledge/delivery.md")),
    ("discount-codes", include_str!("../../demo/knowledge/discount-codes.md")),
    ("gift-cards", include_str!("../../demo/knowledge/gift-cards.md")),
    ("invoices", include_str!("../../demo/knowledge/invoices.md")),
    ("opening-hours", include_str!("../../demo/knowledge/opening-hours.md")),
    ("order-changes", include_str!("../../demo/knowledge/order-changes.md")),
    ("payment", include_str!("../../demo/knowledge/payment.md")),
    ("privacy", include_str!("../../demo/knowledge/privacy.md")),
    ("refunds", include_str!("../../demo/knowledge/refunds.md")),
    ("returns", include_str!("../../demo/knowledge/returns.md")),
    ("sizing", include_str!("../../demo/knowledge/sizing.md")),
    ("warranty", include_str!("../../demo/knowledge/warranty.md")),
];

/// The shop's own rules, after the default policy.
const RULES: &str = include_str!("../../demo/rules.toml");

/// Sets everything up, or brings an existing demo directory up to date with new passwords and keys.
pub(crate) async fn install(parts: &Parts) -> Result<Shop> {
    let (store, clock) = (parts.store.clone(), parts.clock.clone());
    let (workspace, logins, widget_key, bot_key) = tokio::task::spawn_blocking(move || -> Result<_> {
        let row = match store.workspace_by_slug(SLUG)? {
            Some(row) => row,
            None => workspace::create(&*store, &*clock, SLUG, BUSINESS)?,
        };
        let logins = logins()?;
        for login in &logins {
            let human_agent = PEOPLE.iter().position(|p| login.email.starts_with(p.account)).map(human_id);
            match store.account_by_email(row.id, &login.email)? {
                Some(mut account) => {
                    account.password_hash = baton_http::hash_password(&login.password)?;
                    store.update_account(&account)?;
                }
                None => {
                    let new = NewAccount {
                        email: &login.email,
                        name: &login.name,
                        password: &login.password,
                        role: login.role,
                        human_agent,
                    };
                    new.create(&*store, &*clock, row.id)?;
                }
            }
        }
        let widget_key = key::create(&*store, &*clock, row.id, Role::Widget, "demo page")?;
        let bot_key = key::create(&*store, &*clock, row.id, Role::Bot, "demo bot")?;
        Ok((row.id, logins, widget_key, bot_key))
    })
    .await??;
    let handle = parts.baton.workspace(workspace).await?;
    furnish(&handle).await?;
    let customers = BUYERS.iter().map(regular).collect();
    Ok(Shop { workspace, slug: SLUG.into(), business_name: BUSINESS.into(), widget_key, bot_key, logins, customers })
}

fn logins() -> Result<Vec<Login>> {
    let mut out = Vec::new();
    let mut add = |account: &str, name: &str, role, simulated, about: &str| -> Result<()> {
        let email = format!("{account}@{DOMAIN}");
        out.push(Login {
            email,
            password: workspace::new_password()?,
            name: name.into(),
            role,
            simulated,
            about: about.into(),
        });
        Ok(())
    };
    for person in &PEOPLE {
        add(person.account, person.name, Role::HumanAgent, person.simulated, person.about)?;
    }
    add("rhea", "Rhea Stonebridge", Role::Supervisor, false, "supervisor: board, insights, policy")?;
    add("admin", "Ada Underwood", Role::Admin, false, "administrator: queues, people, keys")?;
    Ok(out)
}

/// The same in every demo, so that a directory can be used again.
fn human_id(index: usize) -> HumanAgentId {
    IdSource::new(Timestamp::from_millis(1_700_000_000_000), 1 + index as u64).draw()
}

async fn furnish(handle: &Handle) -> Result<()> {
    let now = handle.now();
    let mut inputs = vec![
        Input::PutSettings {
            settings: Settings {
                business_name: BUSINESS.into(),
                ai_name: "Wick".into(),
                time_zone: "Europe/Berlin".into(),
                ..Settings::default()
            },
        },
        Input::PutQueues { queues: queues(now) },
        Input::PutPolicy {
            toml: format!("{}\n{RULES}", baton_runtime::default_policy()),
            why: "the shop's own rules".into(),
        },
    ];
    for (index, person) in PEOPLE.iter().enumerate() {
        inputs.push(Input::PutHuman { human_agent: human_id(index), profile: profile(person, now) });
    }
    let known = handle.articles();
    for (id, text) in ARTICLES {
        let article = articles::parse(id, text, now)?;
        if !known.iter().any(|a| a.id == article.id && a.body == article.body) {
            inputs.push(Input::PutArticle { article });
        }
    }
    for buyer in &BUYERS {
        inputs.push(Input::PutCustomer { customer: customer(buyer) });
        inputs.extend(orders(buyer, now).into_iter().map(|order| Input::PutOrder { order }));
    }
    for input in inputs {
        let actor = match &input {
            Input::PutCustomer { .. } | Input::PutOrder { .. } => Actor::Bot,
            _ => Actor::Supervisor { name: "demo".into(), human_agent: None },
        };
        let what = format!("{input:?}").chars().take(60).collect::<String>();
        handle.submit(actor, None, input).await.with_context(|| format!("refused: {what}…"))?;
    }
    Ok(())
}

fn queues(now: Timestamp) -> Vec<Queue> {
    let skills = |list: &[(&str, u8)]| list.iter().map(|(s, n)| ((*s).to_owned(), *n)).collect::<Skills>();
    let targets = |accept: u32| Targets {
        accept_seconds: accept,
        first_reply_seconds: 2 * accept,
        next_reply_seconds: 2 * accept,
        resolution_seconds: 1_800,
        requester_wait_seconds: None,
    };
    let step = |after_seconds| RelaxStep {
        after_seconds,
        lower_proficiency_by: 0,
        drop_skills: vec![],
        drop_language: false,
        overflow_to: vec![],
        ..RelaxStep::default()
    };
    let always = || Hours { time_zone: "Europe/Berlin".into(), windows: vec![], holidays: vec![] };
    let queue = |id: &str, name: &str, topics: &[&str], accept: u32| Queue {
        id: QueueId(id.into()),
        name: name.into(),
        hours: always(),
        topics: topics.iter().map(|t| (*t).to_owned()).collect(),
        default: false,
        required_skills: Skills::new(),
        strategy: Strategy::MostProficient,
        steps: vec![],
        // Three conversations at once, six with silent customers.
        units: [(Channel::Chat, 2)].into(),
        idle: Some(Idle { after_seconds: 120, units: [(Channel::Chat, 1)].into() }),
        offer_seconds: 25,
        max_wait_seconds: 900,
        targets: [
            (Tier::Standard, targets(accept)),
            (Tier::Plus, targets(accept * 2 / 3)),
            (Tier::Vip, targets(accept / 2)),
        ]
        .into(),
        ..Queue::default()
    };
    vec![
        Queue {
            default: true,
            steps: vec![RelaxStep { drop_language: true, ..step(60) }],
            ..queue("general", "General", &[], 90)
        },
        Queue {
            hours: around(now, "Europe/Berlin", 4, 12),
            required_skills: skills(&[("billing", 3)]),
            steps: vec![
                RelaxStep { lower_proficiency_by: 1, drop_language: true, ..step(30) },
                RelaxStep { drop_skills: vec!["billing".into()], overflow_to: vec![QueueId("general".into())], ..step(75) },
            ],
            ..queue("billing", "Billing", &["billing", "refund", "payment"], 90)
        },
        Queue {
            hours: around(now, "Europe/Lisbon", 3, 12),
            required_skills: skills(&[("complaints", 3)]),
            strategy: Strategy::LongestIdle,
            steps: vec![
                RelaxStep { lower_proficiency_by: 1, ..step(25) },
                RelaxStep {
                    drop_language: true,
                    overflow_to: vec![QueueId("general".into())],
                    drop_skills: vec!["complaints".into()],
                    ..step(60)
                },
            ],
            ..queue("complaints", "Complaints and VIP", &["complaint"], 60)
        },
    ]
}

fn profile(p: &Persona, now: Timestamp) -> HumanProfile {
    HumanProfile {
        name: p.name.into(),
        skills: p.skills.iter().map(|(s, n)| ((*s).to_owned(), *n)).collect(),
        languages: p.languages.iter().map(|l| (*l).to_owned()).collect(),
        queues: p.queues.iter().map(|q| QueueId((*q).into())).collect(),
        hours: match p.shift {
            Some((before, after)) => around(now, p.zone, before, after),
            None => Hours { time_zone: p.zone.into(), windows: vec![], holidays: vec![] },
        },
        capacity: p.capacity,
        ..HumanProfile::default()
    }
}

fn email(name: &str) -> String {
    format!("{}@mail.example", name.to_lowercase().replace(' ', "."))
}

fn regular(b: &Buyer) -> Regular {
    Regular {
        external_id: b.id.into(),
        name: b.name.into(),
        email: email(b.name),
        locale: b.locale.into(),
        time_zone: b.zone.into(),
        order: b.orders.first().map_or_else(String::new, |o| o.0.to_owned()),
    }
}

fn customer(b: &Buyer) -> Customer {
    Customer {
        external_id: b.id.into(),
        name: b.name.into(),
        tier: b.tier,
        email: Some(email(b.name)),
        phone: None,
        locale: Some(b.locale.into()),
        time_zone: Some(b.zone.into()),
        customer_since: Some(b.since.into()),
        lifetime_value: Some(Money { minor: b.value, currency: "EUR".into() }),
        attributes: [("newsletter".to_owned(), "yes".to_owned())].into(),
    }
}

fn orders(b: &Buyer, now: Timestamp) -> Vec<Order> {
    b.orders
        .iter()
        .map(|(reference, status, days, total, items)| Order {
            reference: (*reference).into(),
            customer: b.id.into(),
            status: (*status).into(),
            placed_at: now - Millis::hours(24 * days),
            total: Some(Money { minor: *total, currency: "EUR".into() }),
            items: items.iter().map(|i| (*i).to_owned()).collect(),
            carrier: (*status != "packing").then(|| "Seagull Parcel".to_owned()),
            expected_at: (*status == "shipped").then(|| now + Millis::hours(30)),
            attributes: [].into(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_furniture_is_sound() {
        let now = Timestamp::from_millis(1_790_000_000_000);
        for (id, text) in ARTICLES {
            assert!(!articles::parse(id, text, now).unwrap().topics.is_empty(), "{id} has no topics");
        }
        baton_core::route::check_queues(&queues(now)).unwrap();
        for person in &PEOPLE {
            baton_core::route::check_profile(&profile(person, now)).unwrap();
        }
        baton_core::assess::parse(&format!("{}\n{RULES}", baton_runtime::default_policy())).unwrap();
        assert_eq!(logins().unwrap().iter().filter(|l| l.simulated).count(), 3);
    }
}
