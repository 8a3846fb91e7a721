//! Simulated people at the desk: they sign in, take, decline or miss offers, read the package, reply and resolve.

use std::{collections::HashMap, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};
use tracing::debug;

use super::{
    Shop,
    api::Api,
    dice::Dice,
    scenes::{CLOSINGS, OPENINGS, REPLIES},
    shop::Login,
};

const TICK: Duration = Duration::from_millis(1_000);

pub(crate) fn spawn(tasks: &mut JoinSet<()>, base: &str, shop: &Arc<Shop>, seed: u64) {
    let mut dice = Dice::new(seed ^ 0x0064_6573_6b00);
    for login in shop.logins.iter().filter(|l| l.simulated) {
        let (base, slug, login, mut dice) = (base.to_owned(), shop.slug.clone(), login.clone(), dice.fork());
        tasks.spawn(async move {
            loop {
                if let Err(error) = shift(&base, &slug, &login, &mut dice).await {
                    debug!(person = %login.name, error = format!("{error:#}"), "a simulated person starts again");
                }
                sleep(Duration::from_secs(3)).await;
            }
        });
    }
}

/// What a person means to do with an offer.
#[derive(Debug, Clone, Copy)]
enum Choice {
    Accept,
    Decline,
    Miss,
}

/// What a person remembers of a case.
#[derive(Debug, Clone, Copy)]
struct Case {
    next: Instant,
    replies: u32,
}

struct Person {
    api: Api,
    dice: Dice,
    offers: HashMap<String, (Instant, Choice)>,
    cases: HashMap<String, Case>,
}

async fn shift(base: &str, slug: &str, login: &Login, dice: &mut Dice) -> Result<()> {
    let api = Api::new(base, "")?.sign_in(slug, &login.email, &login.password).await?;
    let mut seat = JoinSet::new();
    let stream = api.clone();
    seat.spawn(async move { stream.hold("/v1/desk/stream").await });
    sleep(Duration::from_millis(300)).await;
    let mut person = Person { api, dice: dice.fork(), offers: HashMap::new(), cases: HashMap::new() };
    loop {
        if let Some(ended) = seat.try_join_next() {
            return ended.unwrap_or(Ok(())).context("the desk stream ended");
        }
        if let Err(error) = person.tick().await {
            // A lost race (an offer that is gone, a customer who left) is the life of a desk.
            debug!(person = %login.name, error = format!("{error:#}"), "refused");
        }
        sleep(TICK).await;
    }
}

impl Person {
    async fn tick(&mut self) -> Result<()> {
        let desk = self.api.get("/v1/desk").await?;
        if desk["me"]["willing"] != "available" || desk["me"]["soft_away_since"].is_string() {
            // Back from a break, or from having missed an offer.
            if self.dice.chance(15) || self.cases.is_empty() {
                self.api.put("/v1/desk/presence", &json!({ "willing": "available" })).await?;
            }
        }
        for offer in array(&desk["offers"]) {
            self.consider(offer).await?;
        }
        for card in array(&desk["work"]).chain(array(&desk["later"])) {
            self.work(card).await?;
        }
        let live: Vec<&str> =
            array(&desk["work"]).chain(array(&desk["later"])).filter_map(|c| c["escalation"].as_str()).collect();
        self.cases.retain(|id, _| live.contains(&id.as_str()));
        Ok(())
    }

    async fn consider(&mut self, offer: &Value) -> Result<()> {
        let id = offer["offer"].as_str().context("an offer without id")?;
        let (at, choice) = match self.offers.get(id) {
            Some(known) => *known,
            None => {
                let choice = match self.dice.below(100) {
                    0..86 => Choice::Accept,
                    86..94 => Choice::Decline,
                    _ => Choice::Miss,
                };
                let known = (Instant::now() + self.dice.seconds(1.5, 6.0), choice);
                self.offers.insert(id.to_owned(), known);
                known
            }
        };
        if Instant::now() < at {
            return Ok(());
        }
        match choice {
            Choice::Accept => self.api.post(&format!("/v1/offers/{id}/accept"), &json!({})).await.map(drop),
            Choice::Decline => {
                self.api.post(&format!("/v1/offers/{id}/decline"), &json!({ "reason": "busy" })).await.map(drop)
            }
            Choice::Miss => Ok(()),
        }
    }

    async fn work(&mut self, card: &Value) -> Result<()> {
        let id = card["escalation"].as_str().context("a card without id")?.to_owned();
        let first = Instant::now() + self.dice.seconds(4.0, 10.0);
        let case = *self.cases.entry(id.clone()).or_insert(Case { next: first, replies: 0 });
        if Instant::now() < case.next {
            return Ok(());
        }
        let waiting = card["customer_waiting"] == true;
        match card["state"].as_str().unwrap_or_default() {
            "accepted" => {
                let (text, used_step) = self.opening(&id).await?;
                self.say(&id, &text, used_step).await
            }
            "active" if case.replies >= 2 => self.resolve(&id).await,
            "active" if waiting => {
                let text = self.dice.pick(REPLIES).copied().unwrap_or_default();
                self.say(&id, text, None).await
            }
            "active" => {
                // The customer is silent: wait a while, then close kindly.
                let patience = Instant::now() + self.dice.seconds(20.0, 40.0);
                self.note(&id, patience);
                Ok(())
            }
            "customer_left" | "callback_scheduled" => {
                let later = Instant::now() + Duration::from_secs(30);
                self.note(&id, later);
                if card["state"] == "customer_left" { self.resolve(&id).await } else { Ok(()) }
            }
            "resolved" => {
                let verdict = self.verdict();
                let later = Instant::now() + Duration::from_secs(20);
                self.note(&id, later);
                self.api.post(&format!("/v1/escalations/{id}/verdict"), &json!({ "verdict": verdict })).await.map(drop)
            }
            _ => Ok(()),
        }
    }

    /// The draft of the package's first step that is not an article's text (the AI has said that already), or a sentence of one's own.
    async fn opening(&mut self, id: &str) -> Result<(String, Option<u64>)> {
        let package = self.api.get(&format!("/v1/escalations/{id}/package")).await?;
        let step = array(&package["next_steps"]).find(|s| s["draft"].is_string() && s["source"]["kind"] != "article");
        Ok(match step {
            Some(step) if self.dice.chance(70) => {
                (step["draft"].as_str().unwrap_or_default().to_owned(), step["rank"].as_u64())
            }
            _ => (self.dice.pick(OPENINGS).copied().unwrap_or_default().to_owned(), None),
        })
    }

    async fn say(&mut self, id: &str, text: &str, used_step: Option<u64>) -> Result<()> {
        let mut body = json!({ "text": text });
        if let Some(step) = used_step {
            body["used_step"] = json!(step);
        }
        self.api.post(&format!("/v1/escalations/{id}/turns"), &body).await?;
        let next = Instant::now() + self.dice.seconds(6.0, 15.0);
        if let Some(case) = self.cases.get_mut(id) {
            case.replies += 1;
        }
        self.note(id, next);
        Ok(())
    }

    async fn resolve(&mut self, id: &str) -> Result<()> {
        let verdict = self.verdict();
        let message = self.dice.pick(CLOSINGS).copied().unwrap_or_default();
        self.api.post(&format!("/v1/escalations/{id}/resolve"), &json!({ "message": message, "verdict": verdict })).await?;
        self.cases.remove(id);
        if self.dice.chance(8) {
            self.api.put("/v1/desk/presence", &json!({ "willing": "away" })).await?;
        }
        Ok(())
    }

    fn note(&mut self, id: &str, next: Instant) {
        if let Some(case) = self.cases.get_mut(id) {
            case.next = next;
        }
    }

    fn verdict(&mut self) -> Value {
        let (could_ai, missing) = match self.dice.below(100) {
            0..58 => ("no", "nothing"),
            58..74 => ("with_missing", "tool"),
            74..86 => ("with_missing", "permission"),
            86..93 => ("with_missing", "knowledge"),
            _ => ("yes", "nothing"),
        };
        let smooth = if self.dice.chance(80) { "yes" } else { "so_so" };
        json!({ "could_ai": could_ai, "missing": missing, "smooth": smooth })
    }
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
