//! One whole journey through the public API, step by step, each with its time. The first step that fails ends it.

use std::{io::Write, process::ExitCode, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use baton_model::{Author, ConversationId, Event, NoticeKind, Recorded, Stream};
use baton_ports::Journal;
use serde_json::{Value, json};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use super::{Shop, api::Api};
use crate::out::out;

/// A step that takes longer has failed.
const STEP: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(25);

const ROUTINE: &str = "How long does standard delivery take?";
const TROUBLE: &str = "I was charged twice for order TW-20418 and I want to talk to a person, please.";
const REPLY: &str = "I have found the second booking of 89.90 EUR and sent it back. You will see it within three days.";

pub(super) async fn run(base: &str, shop: &Shop, journal: &dyn Journal) -> Result<ExitCode> {
    let began = Instant::now();
    let mut journey = Journey { base, shop, journal, steps: 0, seat: JoinSet::new() };
    match journey.drive().await {
        Ok(()) => {
            writeln!(out(), "demo check: {} steps ok in {:.0} ms", journey.steps, millis(began))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            writeln!(out(), "demo check: FAILED after {} steps: {error:#}", journey.steps)?;
            Ok(ExitCode::FAILURE)
        }
    }
}

struct Journey<'a> {
    base: &'a str,
    shop: &'a Shop,
    journal: &'a dyn Journal,
    steps: u32,
    /// The desk's open stream.
    seat: JoinSet<Result<()>>,
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

impl Journey<'_> {
    /// Runs a step under its time-out and prints what it did.
    async fn step<T>(&mut self, name: &str, work: impl Future<Output = Result<(T, String)>>) -> Result<T> {
        let began = Instant::now();
        let done = tokio::time::timeout(STEP, work).await;
        let (value, detail) = match done {
            Ok(Ok(done)) => done,
            Ok(Err(error)) => return Err(error.context(format!("step `{name}`"))),
            Err(_) => bail!("step `{name}`: not done in {} s", STEP.as_secs()),
        };
        self.steps += 1;
        writeln!(out(), "{:>2}  {name:<26} {:>8.1} ms  {detail}", self.steps, millis(began))?;
        Ok(value)
    }

    async fn drive(&mut self) -> Result<()> {
        let (base, shop, journal) = (self.base, self.shop, self.journal);
        let page = Api::new(base, &shop.widget_key)?;
        let login = shop
            .logins
            .iter()
            .find(|l| !l.simulated && l.role == baton_ports::Role::HumanAgent)
            .context("no login for a visitor")?;

        self.step("healthy", async { page.with("").get("/healthz").await.map(|_| ((), base.to_owned())) }).await?;

        let (desk, me) = self
            .step("a person signs in", async {
                let desk = page.sign_in(&shop.slug, &login.email, &login.password).await?;
                let me =
                    desk.get("/v1/me").await?["human_agent"].as_str().context("this account has no human agent")?.to_owned();
                Ok(((desk, me), login.name.clone()))
            })
            .await?;

        let stream = desk.clone();
        self.seat.spawn(async move { stream.hold("/v1/desk/stream").await });
        self.step("they are available", async {
            desk.put("/v1/desk/presence", &json!({ "willing": "available" })).await?;
            until(|| desk.get("/v1/desk"), |d| d["me"]["connected"] == true && d["me"]["willing"] == "available").await?;
            Ok(((), me.clone()))
        })
        .await?;

        let (customer, conversation) = self
            .step("a customer arrives", async {
                let who = json!({ "name": "Alba Fennick", "email": "alba.fennick@mail.example", "locale": "en-GB", "time_zone": "Europe/London" });
                let opened = page.post("/v1/widget/conversations", &json!({ "customer": who })).await?;
                let token = opened["token"].as_str().context("no customer token")?;
                let id = opened["conversation"]["id"].as_str().context("no conversation id")?.to_owned();
                Ok(((page.with(token), id.clone()), id))
            })
            .await?;
        let path = format!("/v1/widget/conversations/{conversation}");

        self.step("AI answer with a source", async {
            customer.post(&format!("{path}/turns"), &json!({ "text": ROUTINE })).await?;
            let view = until(|| customer.get(&path), |v| last(v, "ai_agent").is_some()).await?;
            let turn = last(&view, "ai_agent").context("no answer")?;
            let source = turn["citations"][0]["article"].as_str().context("the answer names no source")?;
            Ok(((), format!("from `{source}`")))
        })
        .await?;

        let view = self
            .step("escalation", async {
                let view = customer.post(&format!("{path}/turns"), &json!({ "text": TROUBLE })).await?;
                ensure!(view["state"] == "waiting" || view["state"] == "with_human", "the state is {}", view["state"]);
                let state = view["state"].as_str().unwrap_or_default().to_owned();
                Ok((view, state))
            })
            .await?;

        self.step("acknowledged, same commit", async {
            ensure!(
                notices(&view, "acknowledgement") == 1,
                "the first view with the escalation holds {} acknowledgements",
                notices(&view, "acknowledgement")
            );
            let id: ConversationId = conversation.parse()?;
            let events = journal.read_stream(shop.workspace, Stream::Conversation(id))?;
            let (opened, acknowledged) = same_commit(&events)?;
            Ok(((), format!("journal positions {opened} and {acknowledged}")))
        })
        .await?;

        let (offer, escalation) = self
            .step("offer", async {
                let d = until(|| desk.get("/v1/desk"), |d| d["offers"][0]["offer"].is_string()).await?;
                let card = &d["offers"][0];
                let text = |key: &str| card[key].as_str().unwrap_or_default().to_owned();
                Ok(((text("offer"), text("escalation")), format!("{} ({})", text("headline"), text("fit"))))
            })
            .await?;

        self.step("accepted, with package", async {
            desk.post(&format!("/v1/offers/{offer}/accept"), &json!({})).await?;
            let package = desk.get(&format!("/v1/escalations/{escalation}/package")).await?;
            ensure!(package["schema"] == "baton.package/v1", "the package has schema {}", package["schema"]);
            let steps = package["next_steps"].as_array().map_or(0, Vec::len);
            let score = package["completeness"]["score"].as_f64().context("the package has no completeness")?;
            Ok(((), format!("completeness {:.0}%, {steps} next steps", 100.0 * score)))
        })
        .await?;

        self.step("warm introduction", async {
            let view = until(|| customer.get(&path), |v| notices(v, "introduction") > 0).await?;
            let text = view["turns"]
                .as_array()
                .into_iter()
                .flatten()
                .find(|t| t["notice"] == "introduction")
                .and_then(|t| t["text"].as_str());
            let text = text.unwrap_or_default().to_owned();
            let first_name = login.name.split(' ').next().unwrap_or_default();
            ensure!(text.contains(first_name), "the introduction does not name {first_name}: {text}");
            ensure!(
                view["state"] == "with_human" && view["human_name"].is_string(),
                "the customer does not see who is there"
            );
            Ok(((), text))
        })
        .await?;

        self.step("reply", async {
            desk.post(&format!("/v1/escalations/{escalation}/turns"), &json!({ "text": REPLY })).await?;
            until(|| customer.get(&path), |v| last(v, "human_agent").is_some_and(|t| t["text"] == REPLY)).await?;
            customer.post(&format!("{path}/turns"), &json!({ "text": "Thank you, that is all I wanted." })).await?;
            Ok(((), "seen by the customer, who thanks".to_owned()))
        })
        .await?;

        self.step("resolved", async {
            let verdict = json!({ "could_ai": "no", "missing": "permission", "smooth": "yes" });
            let body = json!({ "message": "Happy to help. Write to us any time.", "verdict": verdict });
            desk.post(&format!("/v1/escalations/{escalation}/resolve"), &body).await?;
            let view = until(|| customer.get(&path), |v| v["state"] == "closed").await?;
            ensure!(
                notices(&view, "resolved") + notices(&view, "closing") > 0,
                "the customer was not told that it is resolved"
            );
            Ok(((), "the customer was told".to_owned()))
        })
        .await?;

        self.step("review", async {
            let escalation_path = format!("/v1/escalations/{escalation}");
            let view = until(|| desk.get(&escalation_path), |v| v["escalation"]["review"].is_object()).await?;
            let review = &view["escalation"]["review"];
            ensure!(review["verdict"]["could_ai"] == "no", "the verdict is {}", review["verdict"]);
            let facts = &review["facts"];
            Ok(((), format!("outcome {}, waited {} ms, timing {}", facts["outcome"], facts["wait"], facts["timing"])))
        })
        .await?;

        self.step("rating", async {
            let view = customer.post(&format!("{path}/rating"), &json!({ "stars": 5 })).await?;
            ensure!(view["rating"]["stars"] == 5, "the rating is {}", view["rating"]);
            Ok(((), "5 stars".to_owned()))
        })
        .await?;
        Ok(())
    }
}

/// Asks until the answer is as wanted; the step's time-out ends it.
async fn until<F: Future<Output = Result<Value>>>(
    mut ask: impl FnMut() -> F,
    wanted: impl Fn(&Value) -> bool,
) -> Result<Value> {
    loop {
        let view = ask().await?;
        if wanted(&view) {
            return Ok(view);
        }
        sleep(LOOK).await;
    }
}

fn last<'a>(view: &'a Value, role: &str) -> Option<&'a Value> {
    view["turns"].as_array()?.iter().rev().find(|t| t["role"] == role)
}

fn notices(view: &Value, kind: &str) -> usize {
    view["turns"].as_array().map_or(0, |turns| turns.iter().filter(|t| t["notice"] == kind).count())
}

/// The positions of the opening and of its one acknowledgement, which share the stamp of one input and have no other
/// input's event between them.
fn same_commit(events: &[Recorded]) -> Result<(u64, u64)> {
    let is_opening = |e: &&Recorded| matches!(e.event, Event::EscalationOpened { .. });
    let is_acknowledgement = |e: &&Recorded| match &e.event {
        Event::TurnAdded { turn, .. } => matches!(turn.author, Author::Notice { notice: NoticeKind::Acknowledgement }),
        _ => false,
    };
    let opened = events.iter().find(is_opening).context("no escalation in the journal")?;
    let acknowledgements: Vec<&Recorded> = events.iter().filter(is_acknowledgement).collect();
    let [acknowledged] = acknowledgements[..] else { bail!("{} acknowledgements in the journal", acknowledgements.len()) };
    let (from, to) = (opened.position.min(acknowledged.position), opened.position.max(acknowledged.position));
    let stamps_agree = events.iter().filter(|e| (from..=to).contains(&e.position)).all(|e| e.at == opened.at);
    ensure!(stamps_agree, "the acknowledgement at {to} is not in the commit of the escalation at {from}");
    Ok((opened.position, acknowledged.position))
}
