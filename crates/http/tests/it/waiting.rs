//! What people hold and what they look at, over HTTP: silence makes room, and an unseen offer moves on.

use baton_model::Millis;
use serde_json::{Value, json};

use crate::{client::Client, world::World};

/// One queue with these settings on top of the usual ones.
async fn queue(admin: &Client, settings: Value) {
    let mut queues = admin.get("/v1/queues").await.ok()["queues"].clone();
    for (name, value) in settings.as_object().unwrap() {
        queues[0][name] = value.clone();
    }
    admin.write("PUT", "/v1/queues", &json!({ "queues": queues })).await.ok();
}

async fn available(human: &Client) -> Value {
    human.write("PUT", "/v1/desk/presence", &json!({"willing": "available"})).await.ok()
}

/// A customer who is brought to a person: the conversation's path.
async fn asks(bot: &Client) -> String {
    let opened = bot.write("POST", "/v1/conversations", &json!({})).await.ok();
    let path = format!("/v1/conversations/{}", opened["conversation"]["id"].as_str().unwrap());
    bot.write("POST", &format!("{path}/escalations"), &json!({"why": "they asked"})).await.ok();
    path
}

async fn desk(human: &Client) -> Value {
    human.get("/v1/desk").await.ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_customer_makes_room_for_the_next() {
    let world = World::new().await;
    let shop = &world.shop;
    let bad = json!({ "idle": { "after_seconds": 60, "units": { "chat": 1 } } });
    let mut queues = shop.admin.get("/v1/queues").await.ok()["queues"].clone();
    queues[0]["idle"] = bad["idle"].clone();
    let refused = shop.admin.write("PUT", "/v1/queues", &json!({ "queues": queues })).await;
    assert_eq!(refused.status, 422);
    assert!(refused.json().to_string().contains("/0/idle/units/chat"), "{}", refused.json());
    queue(&shop.admin, json!({ "units": { "chat": 2 }, "idle": bad["idle"] })).await;

    // Hanna has room for three units.
    available(&shop.human).await;
    let (first, _second) = (asks(&shop.bot).await, asks(&shop.bot).await);
    let view = desk(&shop.human).await;
    assert_eq!((view["me"]["load"].as_u64(), view["offers"].as_array().unwrap().len()), (Some(2), 1));
    let offer = view["offers"][0]["offer"].as_str().unwrap();
    let taken = shop.human.write("POST", &format!("/v1/offers/{offer}/accept"), &json!({})).await.ok();
    let item = format!("/v1/escalations/{}", taken["escalation"]["id"].as_str().unwrap());
    shop.human.write("POST", &format!("{item}/turns"), &json!({"text": "What is the order number?"})).await.ok();
    for _ in 0..2 {
        world.pass(Millis::secs(30)).await;
        available(&shop.human).await;
    }
    let view = desk(&shop.human).await;
    assert_eq!((view["me"]["load"].as_u64(), view["me"]["idle"].as_u64()), (Some(3), Some(1)), "{view}");
    assert_eq!(view["offers"].as_array().unwrap().len(), 1, "the next is offered");
    assert_eq!(view["work"][0]["units"], 1);

    let again = json!({"role": "customer", "text": "It is A-1001."});
    shop.bot.write("POST", &format!("{first}/turns"), &again).await.ok();
    let view = desk(&shop.human).await;
    assert_eq!((view["me"]["load"].as_u64(), view["me"]["idle"].as_u64()), (Some(4), Some(0)), "above the capacity of 3");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_that_nobody_looks_at_moves_on() {
    let world = World::new().await;
    let shop = &world.shop;
    queue(&shop.admin, json!({ "offer_seconds": 20 })).await;
    available(&shop.human).await;
    asks(&shop.bot).await;
    let view = desk(&shop.human).await;
    let (offer, item) = (view["offers"][0]["offer"].as_str().unwrap(), view["offers"][0]["escalation"].as_str().unwrap());
    let seen = format!("/v1/offers/{offer}/seen");
    let routing = format!("/v1/escalations/{item}/routing");
    assert_eq!(shop.supervisor.get(&routing).await.ok()["asked"][0]["seen_at"], Value::Null);
    let first = shop.human.write("POST", &seen, &json!({})).await.ok()["offers"][0]["seen_at"].clone();
    assert!(first.is_string());
    world.pass(Millis::secs(1)).await;
    let second = shop.human.write("POST", &seen, &json!({})).await.ok()["offers"][0]["seen_at"].clone();
    assert_eq!(first, second, "again changes nothing");
    assert_eq!(shop.supervisor.get(&routing).await.ok()["asked"][0]["seen_at"], first);

    // The next one is on no screen.
    shop.human.write("POST", &format!("/v1/offers/{offer}/accept"), &json!({})).await.ok();
    asks(&shop.bot).await;
    let view = desk(&shop.human).await;
    let item = view["offers"][0]["escalation"].as_str().unwrap();
    world.pass(Millis::secs(20)).await;
    let mut board = shop.supervisor.stream("/v1/board/stream").await;
    let unseen = |v: &Value| v["attention"].to_string().contains("offers_unseen");
    let view = board.until("supervisors are alerted", unseen).await;
    assert!(view["people"][0]["human"]["soft_away_since"].is_string(), "{view}");
    let told = shop.supervisor.get(&format!("/v1/escalations/{item}/routing")).await.ok();
    assert!(told["unseen"].as_str().unwrap().starts_with("1 offer passed unseen"), "{told}");
    assert!(told["candidates"][0]["why"].to_string().contains("let an offer pass unseen"), "{told}");

    let back = available(&shop.human).await;
    assert_eq!(back["me"]["soft_away_since"], Value::Null);
    assert_eq!(back["offers"][0]["escalation"].as_str(), Some(item), "asked again: it was not refused");
}
