//! The package through the edge: its renderings, what it hides, and what was promised.

use baton_model::Millis;
use serde_json::{Value, json};

use crate::world::World;

const SAID: &str = "I want a refund for order A-1042. My card is 4242 4242 4242 4242 and my PIN is 4711.";

/// Hanna has an escalation in hand; gives its path and that of its conversation.
async fn in_hand(world: &World) -> (String, String) {
    let shop = &world.shop;
    let mut desk = shop.human.stream("/v1/desk/stream").await;
    desk.until("connected", |v| v["me"]["connected"] == true).await;
    shop.human.write("PUT", "/v1/desk/presence", &json!({"willing": "available"})).await.ok();
    let opened = shop.bot.write("POST", "/v1/conversations", &json!({"customer": {"name": "Ada"}})).await.ok();
    let path = format!("/v1/conversations/{}", opened["conversation"]["id"].as_str().unwrap());
    shop.bot.write("POST", &format!("{path}/turns"), &json!({"role": "customer", "text": SAID})).await.ok();
    shop.bot.write("POST", &format!("{path}/escalations"), &json!({"why": "out of my depth"})).await.ok();
    let offered = desk.until("an offer", |v| v["offers"].as_array().is_some_and(|o| !o.is_empty())).await;
    let offer = offered["offers"][0]["offer"].as_str().unwrap();
    let accepted = shop.human.write("POST", &format!("/v1/offers/{offer}/accept"), &json!({})).await.ok();
    (format!("/v1/escalations/{}", accepted["escalation"]["id"].as_str().unwrap()), path)
}

fn text(body: &[u8]) -> String {
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_hidden_is_shown_to_whoever_may_see_it_and_says_why() {
    let world = World::new().await;
    let shop = &world.shop;
    let (path, _) = in_hand(&world).await;
    let view = shop.human.get(&path).await.ok();
    let turn = &view["conversation"]["turns"][0];
    let masked = "I want a refund for order A-1042. My card is •••• •••• •••• 4242 and my PIN is ••••.";
    assert_eq!(turn["text"], masked);
    let reveal = format!("{path}/reveal");
    let body = json!({"turn": turn["id"], "why": "to find the payment"});
    for client in [&shop.human, &shop.supervisor, &shop.admin] {
        let shown = client.write("POST", &reveal, &body).await.ok();
        assert_eq!((&shown["text"], &shown["turn"]), (&json!(SAID), &turn["id"]));
    }
    assert_eq!(shop.bot.write("POST", &reveal, &body).await.problem(), (403, "forbidden".into()));
    let silent = json!({"turn": turn["id"], "why": " "});
    assert_eq!(shop.human.write("POST", &reveal, &silent).await.problem().0, 422);
    let nothing = json!({"turn": view["conversation"]["turns"].as_array().unwrap().last().unwrap()["id"], "why": "curious"});
    assert_eq!(shop.human.write("POST", &reveal, &nothing).await.problem(), (404, "not_found".into()));
    // It leaves every other view as it was.
    let again = shop.human.get(&path).await.ok();
    assert_eq!(again["conversation"]["turns"][0]["text"], masked);
    // Out of hand, out of sight; a supervisor still may.
    shop.human.write("POST", &format!("{path}/resolve"), &json!({})).await.ok();
    assert_eq!(shop.human.write("POST", &reveal, &body).await.problem(), (403, "forbidden".into()));
    assert_eq!(shop.supervisor.write("POST", &reveal, &body).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_package_is_rendered_for_desks_that_take_a_note() {
    let world = World::new().await;
    let shop = &world.shop;
    let (path, _) = in_hand(&world).await;
    let package = shop.human.get(&format!("{path}/package")).await.ok();
    let headline = package["headline"]["text"].as_str().unwrap();
    for (form, kind) in [("plain", "text/plain; charset=utf-8"), ("markdown", "text/markdown; charset=utf-8")] {
        let whole = shop.human.get(&format!("{path}/package?as={form}")).await;
        assert_eq!((whole.status, whole.header("content-type")), (200, Some(kind)));
        let whole = text(&whole.body);
        assert!(whole.contains(headline) && whole.contains("A-1042") && !whole.contains("4711"), "{whole}");
        let cut = text(&shop.human.get(&format!("{path}/package?as={form}&limit=300")).await.body);
        assert!(cut.chars().count() <= 300 && cut.contains(&format!("{path}/package")), "where the rest is: {cut}");
        assert!(cut.contains("left out") || cut.contains("more"), "and that there is a rest: {cut}");
    }
    let spoken = shop.human.get(&format!("{path}/package?as=spoken")).await;
    assert_eq!(spoken.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(text(&spoken.body).trim(), package["spoken_brief"].as_str().unwrap());
    for query in ["as=plain&limit=10", "limit=300", "as=html"] {
        let refused = shop.human.get(&format!("{path}/package?{query}")).await;
        assert_eq!(refused.problem(), (400, "invalid_query".into()), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_promise_is_on_the_desk_until_it_is_settled() {
    let world = World::new().await;
    let shop = &world.shop;
    let (path, conversation) = in_hand(&world).await;
    let mut case = shop.human.stream(&format!("{path}/stream")).await;
    let reply = json!({"text": "I'll refund you within 2 hours."});
    let view = shop.human.write("POST", &format!("{path}/turns"), &reply).await.ok();
    let made = &view["conversation"]["commitments"][0];
    assert_eq!((&made["text"], &made["by"]), (&reply["text"], &json!(shop.human_agent)));
    let promised = |view: &Value| view["promised"].as_array().unwrap().len();
    assert_eq!(promised(&shop.human.get("/v1/desk").await.ok()), 1);
    assert_eq!(promised(&shop.supervisor.get("/v1/board").await.ok()), 0);
    world.pass(Millis::hours(3)).await;
    let mut board = shop.supervisor.stream("/v1/board/stream").await;
    let late = board.until("the broken promise", |v| promised(v) == 1).await;
    assert_eq!((&late["promised"][0]["broken"], &late["promised"][0]["commitment"]), (&json!(true), &made["id"]));

    let settle = json!({"promise": made["id"], "kept": true});
    let promises = format!("{conversation}/promises");
    assert_eq!(shop.human.write("POST", &promises, &settle).await.status, 204);
    case.until("kept, on the open case", |v| v["conversation"]["commitments"][0]["settled"]["how"] == "kept").await;
    assert_eq!(promised(&shop.human.get("/v1/desk").await.ok()), 0);
    assert_eq!(shop.supervisor.write("POST", &promises, &settle).await.problem(), (409, "wrong_state".into()));
    let unknown = json!({"promise": "prm_0190f3a0000070008000000000000001", "kept": true});
    assert_eq!(shop.supervisor.write("POST", &promises, &unknown).await.problem(), (404, "not_found".into()));
}
