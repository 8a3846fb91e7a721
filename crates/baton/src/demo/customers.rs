//! Simulated customers: they arrive, ask, wait, answer, rate and sometimes leave, through the widget's or a bot's API.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tokio::{task::JoinSet, time::sleep};
use tracing::debug;

use super::{
    Shop,
    api::Api,
    dice::Dice,
    scenes::{SCENES, Scene},
};

/// Conversations at once.
const MOST: usize = 9;
/// Nobody waits longer for an answer of the AI.
const AI_PATIENCE: Duration = Duration::from_secs(15);
/// Nobody stays in a conversation longer.
const STAY: Duration = Duration::from_secs(8 * 60);
const LOOK: Duration = Duration::from_millis(900);

pub(crate) fn spawn(tasks: &mut JoinSet<()>, base: &str, shop: &Arc<Shop>, seed: u64) {
    let (base, shop) = (base.to_owned(), shop.clone());
    tasks.spawn(async move {
        let Ok(api) = Api::new(&base, "") else { return };
        let mut dice = Dice::new(seed);
        let mut visits = JoinSet::new();
        loop {
            while visits.try_join_next().is_some() {}
            if visits.len() < MOST {
                let (api, shop, dice) = (api.clone(), shop.clone(), dice.fork());
                visits.spawn(async move {
                    if let Err(error) = visit(&api, &shop, dice).await {
                        debug!(error = format!("{error:#}"), "a simulated customer gave up");
                    }
                });
            }
            sleep(dice.seconds(4.0, 13.0)).await;
        }
    });
}

fn choose(dice: &mut Dice) -> &'static Scene {
    let mut at = dice.below(SCENES.iter().map(|s| s.weight).sum());
    SCENES
        .iter()
        .find(|s| {
            if at < s.weight {
                true
            } else {
                at -= s.weight;
                false
            }
        })
        .unwrap_or(&SCENES[0])
}

/// How a customer reaches the shop.
enum Door {
    /// Signed in at the shop, whose bot vouches for them.
    Bot {
        api: Api,
        id: String,
    },
    Widget {
        api: Api,
        id: String,
    },
}

/// What a customer can see.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    answering: bool,
    offered: bool,
    waiting: bool,
    with_human: bool,
    over: bool,
    /// Turns that are not the customer's.
    answers: usize,
    human_replies: usize,
}

impl Door {
    async fn say(&self, text: &str) -> Result<()> {
        match self {
            Self::Bot { api, id } => {
                api.post(&format!("/v1/conversations/{id}/turns"), &json!({ "role": "customer", "text": text })).await
            }
            Self::Widget { api, id } => {
                api.post(&format!("/v1/widget/conversations/{id}/turns"), &json!({ "text": text })).await
            }
        }
        .map(drop)
    }

    async fn answer_offer(&self, accept: bool) -> Result<()> {
        match self {
            Self::Bot { api, id } if accept => {
                api.post(
                    &format!("/v1/conversations/{id}/escalations"),
                    &json!({ "why": "The customer would like a person." }),
                )
                .await
            }
            Self::Bot { .. } => Ok(Value::Null),
            Self::Widget { api, id } => {
                api.post(&format!("/v1/widget/conversations/{id}/human-offer"), &json!({ "accept": accept })).await
            }
        }
        .map(drop)
    }

    async fn leave(&self) -> Result<()> {
        match self {
            Self::Bot { .. } => Ok(()),
            Self::Widget { api, id } => {
                api.post(&format!("/v1/widget/conversations/{id}/leave"), &json!({})).await.map(drop)
            }
        }
    }

    async fn rate(&self, stars: u8) -> Result<()> {
        match self {
            Self::Bot { .. } => Ok(()),
            Self::Widget { api, id } => {
                api.post(&format!("/v1/widget/conversations/{id}/rating"), &json!({ "stars": stars })).await.map(drop)
            }
        }
    }

    async fn end(&self) -> Result<()> {
        match self {
            Self::Bot { api, id } => api.post(&format!("/v1/conversations/{id}/close"), &json!({})).await.map(drop),
            Self::Widget { .. } => self.leave().await,
        }
    }

    async fn look(&self) -> Result<Seen> {
        match self {
            Self::Bot { api, id } => {
                let view = api.get(&format!("/v1/conversations/{id}")).await?;
                let c = &view["conversation"];
                let holder = c["holder"]["by"].as_str().unwrap_or_default();
                let roles = roles(&c["turns"], |t| &t["author"]["role"]);
                Ok(Seen {
                    answering: !c["pending_answer"].is_null(),
                    offered: !c["human_offer"].is_null(),
                    waiting: holder == "queue",
                    with_human: holder == "human",
                    over: holder == "closed",
                    answers: roles.iter().filter(|r| **r != "customer").count(),
                    human_replies: roles.iter().filter(|r| **r == "human_agent").count(),
                })
            }
            Self::Widget { api, id } => {
                let view = api.get(&format!("/v1/widget/conversations/{id}")).await?;
                let state = view["state"].as_str().unwrap_or_default();
                let roles = roles(&view["turns"], |t| &t["role"]);
                Ok(Seen {
                    answering: view["answering"] == true,
                    offered: state == "human_offered",
                    waiting: state == "waiting" || state == "callback_booked",
                    with_human: state == "with_human",
                    over: state == "closed",
                    answers: roles.iter().filter(|r| **r != "customer").count(),
                    human_replies: roles.iter().filter(|r| **r == "human_agent").count(),
                })
            }
        }
    }
}

fn roles<'a>(turns: &'a Value, role: fn(&'a Value) -> &'a Value) -> Vec<&'a str> {
    turns
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|t| role(t).as_str())
        .filter(|r| *r != "tool" && *r != "note")
        .collect()
}

async fn visit(api: &Api, shop: &Shop, mut dice: Dice) -> Result<()> {
    let scene = choose(&mut dice);
    let customer = dice.pick(&shop.customers).context("the shop has no customers")?;
    let mut who = json!({ "name": customer.name, "locale": customer.locale, "time_zone": customer.time_zone });
    let door = if dice.chance(60) {
        who["external_id"] = json!(customer.external_id);
        who["email"] = json!(customer.email);
        who["verified"] = json!(true);
        let api = api.with(&shop.bot_key);
        let opened =
            api.post("/v1/conversations", &json!({ "channel": "chat", "ai_mode": "built_in", "customer": who })).await?;
        let id = opened["conversation"]["id"].as_str().context("no conversation id")?.to_owned();
        Door::Bot { api, id }
    } else {
        if scene.leaves || dice.chance(50) {
            who["email"] = json!(customer.email);
        }
        let opened = api.with(&shop.widget_key).post("/v1/widget/conversations", &json!({ "customer": who })).await?;
        let id = opened["conversation"]["id"].as_str().context("no conversation id")?.to_owned();
        Door::Widget { api: api.with(opened["token"].as_str().context("no customer token")?), id }
    };
    let here = match &door {
        // The page is open: that is what an open stream says.
        Door::Widget { api, id } => {
            let (api, path) = (api.clone(), format!("/v1/widget/conversations/{id}/stream"));
            let mut page = JoinSet::new();
            page.spawn(async move { drop(api.hold(&path).await) });
            Some(page)
        }
        Door::Bot { .. } => None,
    };
    let talked = tokio::time::timeout(STAY, talk(&door, scene, &customer.order, &mut dice)).await;
    drop(here);
    talked.unwrap_or(Ok(()))
}

async fn talk(door: &Door, scene: &Scene, order: &str, dice: &mut Dice) -> Result<()> {
    for line in scene.lines {
        let before = door.look().await?;
        if before.waiting || before.with_human || before.over {
            break;
        }
        door.say(&line.replace("{order}", order)).await?;
        let seen = answered(door, before.answers).await?;
        if seen.offered {
            sleep(dice.seconds(2.0, 5.0)).await;
            door.answer_offer(scene.takes_offer).await?;
            if scene.takes_offer {
                break;
            }
        }
        sleep(dice.seconds(2.5, 7.0)).await;
    }
    let mut said = 0;
    let mut replies_answered = 0;
    loop {
        let seen = door.look().await?;
        if seen.over {
            if scene.stars > 0 {
                sleep(dice.seconds(1.0, 4.0)).await;
                door.rate(scene.stars).await?;
            }
            return Ok(());
        }
        if seen.waiting && scene.leaves {
            sleep(dice.seconds(3.0, 8.0)).await;
            return door.leave().await;
        }
        if !seen.waiting && !seen.with_human {
            // The AI has it: all questions are answered.
            return door.end().await;
        }
        if seen.with_human && seen.human_replies > replies_answered {
            replies_answered = seen.human_replies;
            if let Some(line) = scene.to_human.get(said) {
                said += 1;
                sleep(dice.seconds(3.0, 9.0)).await;
                door.say(&line.replace("{order}", order)).await?;
            }
        }
        sleep(LOOK).await;
    }
}

/// Looks until there is something new to read.
async fn answered(door: &Door, before: usize) -> Result<Seen> {
    let deadline = tokio::time::Instant::now() + AI_PATIENCE;
    loop {
        sleep(LOOK).await;
        let seen = door.look().await?;
        let something = seen.answers > before && !seen.answering;
        if something || seen.waiting || seen.over || tokio::time::Instant::now() > deadline {
            return Ok(seen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scene_is_chosen_sometime_and_most_ask_nothing_of_people() {
        let mut dice = Dice::new(1);
        let chosen: Vec<&Scene> = (0..2_000).map(|_| choose(&mut dice)).collect();
        assert!(SCENES.iter().all(|s| chosen.iter().any(|c| c.lines == s.lines)));
        let for_people = chosen.iter().filter(|c| c.takes_offer).count();
        assert!((600..1_200).contains(&for_people), "{for_people}");
    }

    #[test]
    fn tools_and_notes_are_not_answers() {
        let turns = json!([{ "role": "customer" }, { "role": "tool" }, { "role": "note" }, { "role": "notice" }]);
        assert_eq!(roles(&turns, |t| &t["role"]), ["customer", "notice"]);
    }
}
