//! The shop itself: its people, queues, policy and articles.

use anyhow::{Context, Result};
use baton_model::{
    Actor, Channel, Hours, HumanAgentId, HumanProfile, IdSource, Idle, Input, Queue, QueueId, RelaxStep, Settings, Skills,
    Strategy, Targets, Tier, Timestamp, WorkspaceId,
};
use baton_ports::{Accounts, Role};
use baton_runtime::Handle;

use crate::{
    articles,
    commands::{
        key,
        workspace::{self, NewAccount},
    },
    demo::{
        buyers::{self, BUYERS, Regular},
        hours::around,
    },
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
    let customers = BUYERS.iter().map(buyers::regular).collect();
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
        inputs.push(Input::PutCustomer { customer: buyers::customer(buyer) });
        inputs.extend(buyers::orders(buyer, now).into_iter().map(|order| Input::PutOrder { order }));
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
