//! The job itself through the edge: bots, customers and human agents on one conversation, with its live views.

use baton_http::limits;
use baton_model::Millis;
use serde_json::{Value, json};

use crate::{client::Client, world::World};

/// A bot's conversation, and its path.
async fn opened(bot: &Client) -> String {
    let view = bot.write("POST", "/v1/conversations", &json!({"customer": {"name": "Ada", "verified": true}})).await.ok();
    format!("/v1/conversations/{}", view["conversation"]["id"].as_str().unwrap())
}

async fn say(bot: &Client, path: &str, text: &str) -> Value {
    bot.write("POST", &format!("{path}/turns"), &json!({"role": "customer", "text": text})).await.ok()
}

fn turns(view: &Value) -> usize {
    view["conversation"]["turns"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_reports_turns_and_learns_what_was_decided() {
    let world = World::new().await;
    let bot = &world.shop.bot;
    let path = opened(bot).await;
    let asked = say(bot, &path, "When will my order arrive?").await;
    assert_eq!((&asked["holder"], &asked["epoch"]), (&json!({"by": "ai"}), &json!(0)));
    assert_eq!(asked["decision"]["action"], "continue");
    let answer =
        json!({"role": "ai_agent", "text": "Within two days.", "epoch": asked["epoch"], "meta": {"confidence": 0.9}});
    let answered = bot.write("POST", &format!("{path}/turns"), &answer).await.ok();
    assert_eq!(answered["holder"]["by"], "ai");
    assert_eq!(turns(&bot.get(&path).await.ok()), 2);

    // A person takes over: what the bot made under the old epoch reaches nobody.
    let called = bot.write("POST", &format!("{path}/escalations"), &json!({"why": "out of my depth"})).await.ok();
    assert!(called["escalation"].as_str().unwrap().starts_with("esc_"));
    let stale = bot.write("POST", &format!("{path}/turns"), &answer).await;
    assert_eq!(stale.problem(), (409, "stale_epoch".into()));
    let view = bot.get(&path).await.ok();
    assert_eq!(view["escalation"]["id"], called["escalation"]);
    let said = view["conversation"]["turns"].as_array().unwrap().iter().filter(|t| t["text"] == "Within two days.").count();
    assert_eq!(said, 1, "the stale answer reached nobody");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_write_happens_once() {
    let world = World::new().await;
    let bot = &world.shop.bot;
    let body = json!({"customer": {"name": "Ada"}});
    let first = bot.write_as("POST", "/v1/conversations", "open-1", &body).await.ok();
    let again = bot.write_as("POST", "/v1/conversations", "open-1", &body).await.ok();
    assert_eq!(first["conversation"]["id"], again["conversation"]["id"]);
    let path = format!("/v1/conversations/{}", first["conversation"]["id"].as_str().unwrap());

    let turn = json!({"role": "customer", "text": "hello"});
    let once = bot.write_as("POST", &format!("{path}/turns"), "turn-1", &turn).await.ok();
    let twice = bot.write_as("POST", &format!("{path}/turns"), "turn-1", &turn).await.ok();
    assert_eq!(once, twice);
    assert_eq!(turns(&bot.get(&path).await.ok()), 1);
    let other = json!({"role": "customer", "text": "goodbye"});
    let reused = bot.write_as("POST", &format!("{path}/turns"), "turn-1", &other).await;
    assert_eq!(reused.problem(), (422, "key_reused".into()));

    // The same key of another caller is another key.
    let theirs = world.other.bot.write_as("POST", "/v1/conversations", "open-1", &body).await.ok();
    assert_ne!(theirs["conversation"]["id"], first["conversation"]["id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_workspace_finds_nothing() {
    let world = World::new().await;
    let path = opened(&world.shop.bot).await;
    let called = world.shop.bot.write("POST", &format!("{path}/escalations"), &json!({"why": "help"})).await.ok();
    let escalation = format!("/v1/escalations/{}", called["escalation"].as_str().unwrap());
    let other = &world.other;
    for get in [
        other.bot.get(&path).await,
        other.human.get(&path).await,
        other.bot.get(&format!("{path}/stream")).await,
        other.human.get(&escalation).await,
        other.human.get(&format!("{escalation}/package")).await,
        other.human.get(&format!("{escalation}/routing")).await,
        other.human.get(&format!("{escalation}/stream")).await,
    ] {
        assert_eq!(get.problem(), (404, "not_found".into()));
    }
    let turn = json!({"role": "customer", "text": "hello"});
    assert_eq!(other.bot.write("POST", &format!("{path}/turns"), &turn).await.problem().0, 404);
    let reply = json!({"text": "hello"});
    assert_eq!(other.human.write("POST", &format!("{escalation}/turns"), &reply).await.problem().0, 404);
    assert_eq!(other.supervisor.get("/v1/escalations").await.ok()["escalations"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_opens_one_conversation_and_is_never_verified() {
    let world = World::new().await;
    let widget = &world.shop.widget;
    let vouched = json!({"customer": {"name": "Ada", "verified": true}});
    assert_eq!(widget.write("POST", "/v1/widget/conversations", &vouched).await.problem(), (422, "invalid_body".into()));

    let body = json!({"customer": {"name": "Ada", "email": "ada@example.org"}});
    let first = widget.write_as("POST", "/v1/widget/conversations", "w-1", &body).await.ok();
    let again = widget.write_as("POST", "/v1/widget/conversations", "w-1", &body).await.ok();
    assert_eq!(first["conversation"]["id"], again["conversation"]["id"], "a retry opens nothing new");
    assert_ne!(first["token"], again["token"]);
    let id = first["conversation"]["id"].as_str().unwrap();
    let view = world.shop.bot.get(&format!("/v1/conversations/{id}")).await.ok();
    assert_eq!(view["conversation"]["customer"]["verified"], false);

    let path = format!("/v1/widget/conversations/{id}");
    for token in [&first["token"], &again["token"]] {
        let customer = world.with_token(token.as_str().unwrap());
        assert_eq!(customer.get(&path).await.ok()["state"], "with_ai");
    }
    let customer = world.with_token(first["token"].as_str().unwrap());
    let said = customer.write("POST", &format!("{path}/turns"), &json!({"text": "Hello"})).await.ok();
    assert_eq!(said["turns"][0]["text"], "Hello");
    let waiting = customer.write("POST", &format!("{path}/human"), &json!({})).await.ok();
    assert_ne!(waiting["state"], "with_ai");
    assert!(waiting["turns"].to_string().contains("acknowledgement"), "told in the same commit: {waiting}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_cannot_open_conversations_without_end() {
    let world = World::with(baton_http::Options { widget_opens_per_minute: 3, ..Default::default() }).await;
    let open = async || world.shop.widget.write("POST", "/v1/widget/conversations", &json!({})).await;
    for _ in 0..3 {
        assert_eq!(open().await.status, 201);
    }
    assert_eq!(open().await.problem(), (429, "too_many_requests".into()));
    assert_eq!(world.other.widget.write("POST", "/v1/widget/conversations", &json!({})).await.status, 201);
    world.pass(limits::OPEN_WINDOW).await;
    assert_eq!(open().await.status, 201);
}

/// Two tabs are one customer: only the last one to close tells that they have gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_page_means_a_connected_customer() {
    let world = World::new().await;
    let opened = world.shop.widget.write("POST", "/v1/widget/conversations", &json!({})).await.ok();
    let id = opened["conversation"]["id"].as_str().unwrap();
    let customer = world.with_token(opened["token"].as_str().unwrap());
    let mut bots = world.shop.bot.stream(&format!("/v1/conversations/{id}/stream")).await;
    let connected = |yes: bool| move |view: &Value| view["conversation"]["customer_connected"] == yes;

    let path = format!("/v1/widget/conversations/{id}/stream");
    let mut first = customer.stream(&path).await;
    assert_eq!(first.next().await.unwrap()["state"], "with_ai", "the whole view comes at once");
    let mut second = customer.stream(&path).await;
    second.next().await.unwrap();
    drop(first);
    customer.write("POST", &format!("/v1/widget/conversations/{id}/turns"), &json!({"text": "still here"})).await.ok();
    let view = bots.until("the turn", |v| turns(v) > 0).await;
    assert!(connected(true)(&view));
    drop(second);
    bots.until("the customer has gone", connected(false)).await;
    let _third = customer.stream(&path).await;
    bots.until("the customer is back", connected(true)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_ai_to_a_human_and_to_the_verdict() {
    let world = World::new().await;
    let shop = &world.shop;
    let mut desk = shop.human.stream("/v1/desk/stream").await;
    desk.until("an open desk is a connected human", |v| v["me"]["connected"] == true).await;
    shop.human.write("PUT", "/v1/desk/presence", &json!({"willing": "available"})).await.ok();

    let opened = shop.widget.write("POST", "/v1/widget/conversations", &json!({"customer": {"name": "Ada"}})).await.ok();
    let page = format!("/v1/widget/conversations/{}", opened["conversation"]["id"].as_str().unwrap());
    let customer = world.with_token(opened["token"].as_str().unwrap());
    let mut public = customer.stream(&format!("{page}/stream")).await;
    customer
        .write("POST", &format!("{page}/turns"), &json!({"text": "My parcel never came. I want to talk to a person."}))
        .await
        .ok();
    let view = customer.get(&page).await.ok();
    if view["state"] == "with_ai" || view["state"] == "human_offered" {
        customer.write("POST", &format!("{page}/human"), &json!({})).await.ok();
    }
    public.until("the customer waits", |v| v["state"] == "waiting").await;

    let offered = desk.until("an offer", |v| v["offers"].as_array().is_some_and(|o| !o.is_empty())).await;
    let offer = offered["offers"][0]["offer"].as_str().unwrap();
    let accepted = shop.human.write_as("POST", &format!("/v1/offers/{offer}/accept"), "take-it", &json!({})).await.ok();
    let again = shop.human.write_as("POST", &format!("/v1/offers/{offer}/accept"), "take-it", &json!({})).await.ok();
    assert_eq!(accepted["escalation"]["id"], again["escalation"]["id"]);
    let late = shop.human.write("POST", &format!("/v1/offers/{offer}/accept"), &json!({})).await;
    assert_eq!(late.problem(), (409, "offer_gone".into()));
    let introduced = public.until("a human", |v| v["state"] == "with_human").await;
    assert_eq!(introduced["human_name"], "Hanna");

    let path = format!("/v1/escalations/{}", accepted["escalation"]["id"].as_str().unwrap());
    let package = shop.human.get(&format!("{path}/package")).await.ok();
    assert_eq!(package["schema"], "baton.package/v1");
    assert_eq!(shop.human.get(&format!("{path}/routing")).await.status, 200);
    let mut case = shop.human.stream(&format!("{path}/stream")).await;
    assert_eq!(case.next().await.unwrap()["escalation"]["state"], "accepted");
    shop.human.write("POST", &format!("{path}/turns"), &json!({"text": "I am on it."})).await.ok();
    case.until("the first reply", |v| v["escalation"]["state"] == "active").await;
    public.until("the reply", |v| v["turns"].to_string().contains("I am on it.")).await;

    let verdict = json!({"could_ai": "with_missing", "missing": "tool", "smooth": "yes"});
    let bad = json!({"verdict": {"could_ai": "maybe", "missing": "tool", "smooth": "yes"}});
    assert_eq!(shop.human.write("POST", &format!("{path}/resolve"), &bad).await.problem(), (422, "invalid_body".into()));
    let resolved = shop.human.write("POST", &format!("{path}/resolve"), &json!({"verdict": verdict})).await.ok();
    assert!(
        ["resolved", "closed"].contains(&resolved["escalation"]["state"].as_str().unwrap()),
        "{}",
        resolved["escalation"]
    );
    let rated = customer.write("POST", &format!("{page}/rating"), &json!({"stars": 5})).await.ok();
    assert_eq!(rated["rating"]["stars"], 5);

    let list = shop.supervisor.get("/v1/escalations?limit=5").await.ok();
    assert_eq!(list["escalations"].as_array().unwrap().len(), 1);
    assert_eq!(shop.supervisor.get("/v1/escalations?state=queued").await.ok()["escalations"], json!([]));
    assert_eq!(shop.supervisor.get("/v1/insights?days=1").await.ok()["days"], 1);
    // Every figure opens down to its conversations.
    let metrics = shop.supervisor.get("/v1/metrics?days=1").await.ok();
    let automatable = metrics["groups"][0]["metrics"].as_array().unwrap().iter().find(|m| m["name"] == "automatable_rate");
    assert_eq!(automatable.unwrap()["numerator"], 1.0);
    let behind = shop.supervisor.get("/v1/metrics/automatable_rate/cases?days=1").await.ok();
    assert_eq!(behind["cases"][0]["escalation"], accepted["escalation"]["id"]);
    let csv = shop.supervisor.get("/v1/metrics?days=1&format=csv&by=topic").await;
    assert_eq!((csv.status, csv.header("content-type")), (200, Some("text/csv; charset=utf-8")));
    let mut board = shop.supervisor.stream("/v1/board/stream").await;
    assert!(board.next().await.unwrap()["queues"].is_array());
}

/// A person answers what the AI could not; the draft from that answer is tried, published, and answers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_person_answered_becomes_what_the_ai_answers() {
    let world = World::new().await;
    let shop = &world.shop;
    let mut desk = shop.human.stream("/v1/desk/stream").await;
    desk.until("connected", |v| v["me"]["connected"] == true).await;
    shop.human.write("PUT", "/v1/desk/presence", &json!({"willing": "available"})).await.ok();

    let path = opened(&shop.bot).await;
    let asked = "Can I get an invoice that shows my tax number?";
    say(&shop.bot, &path, asked).await;
    shop.bot.write("POST", &format!("{path}/escalations"), &json!({"why": "not in the articles"})).await.ok();
    let offered = desk.until("an offer", |v| v["offers"].as_array().is_some_and(|o| !o.is_empty())).await;
    let offer = offered["offers"][0]["offer"].as_str().unwrap();
    let taken = shop.human.write("POST", &format!("/v1/offers/{offer}/accept"), &json!({})).await.ok();
    let item = format!("/v1/escalations/{}", taken["escalation"]["id"].as_str().unwrap());
    let reply =
        "Open the order in your account, choose invoice details and enter your tax number: the new invoice arrives by mail.";
    shop.human.write("POST", &format!("{item}/turns"), &json!({"text": reply})).await.ok();
    let verdict = json!({"could_ai": "with_missing", "missing": "knowledge", "smooth": "yes"});
    shop.human.write("POST", &format!("{item}/resolve"), &json!({"verdict": verdict})).await.ok();

    let clusters = shop.supervisor.get("/v1/learning/clusters").await.ok();
    let topic = clusters["clusters"][0]["topic"].as_str().unwrap();
    let draft = shop.supervisor.get(&format!("/v1/learning/draft?topic={topic}&missing=knowledge")).await.ok();
    assert!(draft["body"].as_str().unwrap().contains(asked), "{draft}");
    let article = json!({"title": draft["title"], "body": draft["body"]});
    let order = json!({"topic": topic, "missing": "knowledge", "id": "tax-invoices", "article": article});
    let tried = shop.supervisor.write("POST", "/v1/learning/rehearsal", &order).await.ok();
    assert_eq!((&tried["answered_before"], &tried["answered_after"]), (&json!(0), &json!(1)), "{tried}");
    let example = &tried["examples"][0];
    assert_eq!((&example["question"], &example["before"]["no_answer"]), (&json!(asked), &json!(true)));
    assert_eq!((&example["after"]["text"], &example["after"]["from_article"]), (&json!(reply), &json!(true)));

    // Trying published nothing: not in the list, and not in an answer.
    assert_eq!(shop.admin.get("/v1/articles").await.ok()["articles"], json!([]));
    let other = json!({"title": "Parking", "body": "Parking is free."});
    let beside = json!({"topic": topic, "missing": "knowledge", "id": "parking", "article": other});
    let tried = shop.supervisor.write("POST", "/v1/learning/rehearsal", &beside).await.ok();
    assert_eq!(tried["answered_after"], 0, "{tried}");
    shop.admin.write("PUT", "/v1/articles/tax-invoices", &article).await.ok();
    let tried = shop.supervisor.write("POST", "/v1/learning/rehearsal", &beside).await.ok();
    assert_eq!((&tried["answered_before"], &tried["answered_after"]), (&json!(1), &json!(1)), "{tried}");

    let unknown = json!({"topic": "no such topic", "missing": "knowledge", "id": "x", "article": article});
    assert_eq!(shop.supervisor.write("POST", "/v1/learning/rehearsal", &unknown).await.problem().0, 404);
    let unsound = json!({"topic": topic, "missing": "knowledge", "id": "Not A Slug", "article": article});
    assert_eq!(shop.supervisor.write("POST", "/v1/learning/rehearsal", &unsound).await.problem(), (422, "invalid".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_is_connected_only_while_it_is_open() {
    let world = World::new().await;
    let mut desk = world.shop.human.stream("/v1/desk/stream").await;
    desk.until("connected", |v| v["me"]["connected"] == true).await;
    drop(desk);
    // Nothing is said at the end of the stream: the lease lapses.
    assert_eq!(world.shop.human.get("/v1/desk").await.ok()["me"]["connected"], true);
    world.pass(Millis::mins(5)).await;
    assert_eq!(world.shop.human.get("/v1/desk").await.ok()["me"]["connected"], false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_end_when_the_server_stops() {
    let world = World::new().await;
    let path = opened(&world.shop.bot).await;
    let mut views = world.shop.bot.stream(&format!("{path}/stream")).await;
    views.next().await.unwrap();
    world.stop().await;
    assert!(views.next().await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn configuration_is_read_back() {
    let world = World::new().await;
    let admin = &world.shop.admin;
    let mut settings = admin.get("/v1/settings").await.ok();
    settings["business_name"] = json!("The Shop");
    assert_eq!(admin.write("PUT", "/v1/settings", &settings).await.ok()["business_name"], "The Shop");
    settings["colour"] = json!("red");
    assert_eq!(admin.write("PUT", "/v1/settings", &settings).await.problem(), (422, "invalid_body".into()));

    let article = json!({"title": "Returns", "body": "Thirty days.", "topics": ["return"]});
    assert_eq!(admin.write("PUT", "/v1/articles/returns", &article).await.ok()["id"], "returns");
    assert_eq!(admin.get("/v1/articles").await.ok()["articles"][0]["body"], "Thirty days.");
    assert_eq!(admin.write("PUT", "/v1/articles/Not-A-Slug", &article).await.problem(), (422, "invalid".into()));
    assert_eq!(admin.write("DELETE", "/v1/articles/returns", &json!(null)).await.status, 204);
    assert_eq!(admin.get("/v1/articles").await.ok()["articles"], json!([]));

    let policy = admin.get("/v1/policy").await.ok();
    let applied = admin.write("PUT", "/v1/policy", &json!({"toml": policy["toml"]})).await.ok();
    assert_eq!(applied["version"], json!(policy["version"].as_u64().unwrap() + 1));
    let careful = policy["toml"].as_str().unwrap().replace("escalate = 0.8", "escalate = 0.7");
    let replayed = admin.write("POST", "/v1/policy/replay", &json!({"toml": careful, "frontier": true})).await.ok();
    assert!(replayed["limits"][0].as_str().unwrap().contains("nothing can be said"), "{replayed}");
    let proposals = admin.get("/v1/policy/proposals").await.ok();
    assert_eq!((proposals["proposals"].clone(), proposals["withheld"][0]["more"].clone()), (json!([]), json!(40)));
    assert_eq!(admin.get("/v1/learning/clusters").await.ok()["clusters"], json!([]));
    assert_eq!(admin.get("/v1/learning/draft?topic=billing&missing=tool").await.problem(), (404, "not_found".into()));
    assert_eq!(admin.get("/v1/learning/sample").await.ok()["judged"], 0);

    let start = json!({"toml": careful, "share": 0, "why": "too many late ones"});
    let trial = admin.write("POST", "/v1/policy/trial", &start).await.ok();
    assert_eq!(trial["trial"]["version"], json!(applied["version"].as_u64().unwrap() + 1));
    assert_eq!(admin.write("POST", "/v1/policy/trial", &start).await.problem(), (409, "wrong_state".into()));
    let share = json!({"share": 10, "why": "the shadow looks right"});
    assert_eq!(admin.write("PUT", "/v1/policy/trial", &share).await.ok()["trial"]["share"], 10);
    let unsaid = json!({"promote": true, "why": " "});
    assert_eq!(admin.write("POST", "/v1/policy/trial/end", &unsaid).await.problem(), (422, "invalid".into()));
    let promote = json!({"promote": true, "why": "fewer late ones"});
    let promoted = admin.write("POST", "/v1/policy/trial/end", &promote).await.ok();
    assert_eq!(promoted["changes"][0]["step"]["kind"], "applied");
    assert_eq!(admin.get("/v1/policy").await.ok()["toml"], careful);
    admin.write("POST", "/v1/policy/rollback", &json!({"why": "the team is too small"})).await.ok();
    assert_eq!(admin.get("/v1/policy").await.ok()["toml"], policy["toml"]);

    let broken = json!({"toml": "nmae = 'x'"});
    let lint = admin.write("POST", "/v1/policy/lint", &broken).await.ok();
    assert!(lint["ok"] == false && !lint["problems"].as_array().unwrap().is_empty(), "{lint}");
    let refused = admin.write("PUT", "/v1/policy", &broken).await;
    assert_eq!(refused.problem(), (422, "invalid".into()));
    assert_eq!(refused.json()["places"], lint["problems"]);

    let queues = admin.get("/v1/queues").await.ok();
    assert_eq!(admin.write("PUT", "/v1/queues", &queues).await.ok(), queues);
    assert_eq!(admin.write("PUT", "/v1/queues", &json!({"queues": []})).await.problem(), (422, "invalid".into()));
    let people = admin.get("/v1/human-agents").await.ok();
    assert_eq!(people["human_agents"][0]["profile"]["name"], "Hanna");
    let path = format!("/v1/human-agents/{}", world.shop.human_agent);
    let mut profile = people["human_agents"][0]["profile"].clone();
    profile["capacity"] = json!(5);
    assert_eq!(admin.write("PUT", &path, &profile).await.ok()["profile"]["capacity"], 5);

    let customer = json!({"name": "Ada", "tier": "vip"});
    assert_eq!(world.shop.bot.write("PUT", "/v1/customers/c%2F1", &customer).await.ok()["external_id"], "c/1");
    let order = json!({"customer": "c/1", "status": "sent", "placed_at": "2026-03-01T10:00:00Z"});
    assert_eq!(admin.write("PUT", "/v1/orders/o-1", &order).await.ok()["reference"], "o-1");
}
