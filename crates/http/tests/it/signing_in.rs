//! Sessions, accounts and keys.

use baton_http::limits;
use baton_model::Millis;
use serde_json::{Value, json};

use crate::{
    client::Client,
    world::{PASSWORD, World, profile},
};

fn credentials(workspace: &str, email: &str, password: &str) -> Value {
    json!({"workspace": workspace, "email": email, "password": password})
}

fn session_cookie(set_cookie: &str) -> &str {
    set_cookie.split(';').next().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_signs_in_and_out() {
    let world = World::new().await;
    let right = credentials("shop", "Human_Agent@shop.example", PASSWORD);
    let answer = world.anonymous().write("POST", "/v1/sessions", &right).await;
    assert_eq!(answer.status, 201);
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    for part in ["baton_session=st_", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"));
    let signed_in = answer.ok();
    assert_eq!(signed_in["me"]["role"], "human_agent");
    assert_eq!(signed_in["me"]["workspace"], json!({"slug": "shop", "name": "SHOP"}));
    assert_eq!(signed_in["me"]["human_agent"], world.shop.human_agent.to_string());

    // By token and by cookie.
    let client = world.with_token(signed_in["token"].as_str().unwrap());
    assert_eq!(client.get("/v1/me").await.ok(), signed_in["me"]);
    let browser = world.anonymous();
    let with_cookie = ("cookie", session_cookie(&cookie));
    assert_eq!(browser.send("GET", "/v1/me", &[("cookie", "theme=dark"), with_cookie], b"").await.ok(), signed_in["me"]);

    let out = browser.send("DELETE", "/v1/sessions/current", &[with_cookie, ("idempotency-key", "k")], b"").await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(client.get("/v1/me").await.problem(), (401, "session_expired".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cookie_is_secure_when_told_so() {
    let world = World::with(baton_http::Options { cookie_secure: true, ..Default::default() }).await;
    let right = credentials("shop", "admin@shop.example", PASSWORD);
    let answer = world.anonymous().write("POST", "/v1/sessions", &right).await;
    assert!(answer.header("set-cookie").unwrap().ends_with("; Secure"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_credentials_are_all_the_same() {
    let world = World::new().await;
    let mut answers = Vec::new();
    for (workspace, email, password) in [
        ("shop", "admin@shop.example", "wrong"),
        ("shop", "nobody@shop.example", PASSWORD),
        ("nowhere", "admin@shop.example", PASSWORD),
        ("other", "admin@shop.example", PASSWORD),
    ] {
        let answer = world.anonymous().write("POST", "/v1/sessions", &credentials(workspace, email, password)).await;
        assert_eq!(answer.problem(), (401, "wrong_credentials".into()));
        assert_eq!(answer.header("set-cookie"), None);
        answers.push(answer.json());
    }
    assert!(answers.windows(2).all(|w| w[0] == w[1]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessing_is_slowed_down_for_the_guessed_account_only() {
    let world = World::new().await;
    let guess = credentials("shop", "admin@shop.example", "wrong");
    for _ in 0..limits::LOGINS {
        assert_eq!(world.anonymous().write("POST", "/v1/sessions", &guess).await.problem().0, 401);
    }
    let right = credentials("shop", "ADMIN@shop.example", PASSWORD);
    let refused = world.anonymous().write("POST", "/v1/sessions", &right).await;
    assert_eq!(refused.problem(), (429, "too_many_requests".into()));
    assert_eq!(refused.header("retry-after"), Some("300"));
    let someone_else = credentials("shop", "supervisor@shop.example", PASSWORD);
    assert_eq!(world.anonymous().write("POST", "/v1/sessions", &someone_else).await.status, 201);
    world.clock.advance(limits::LOGIN_WINDOW);
    assert_eq!(world.anonymous().write("POST", "/v1/sessions", &right).await.status, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_end() {
    let world = World::new().await;
    world.clock.advance(Millis(limits::SESSION.0 - 1));
    assert_eq!(world.shop.admin.get("/v1/me").await.status, 200);
    let path = format!("/v1/widget/conversations/{}", world.shop.customers_conversation);
    assert_eq!(world.shop.customer.get(&path).await.problem(), (401, "unauthenticated".into()));
    world.clock.advance(Millis(1));
    assert_eq!(world.shop.admin.get("/v1/me").await.problem(), (401, "session_expired".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_account_can_sign_in() {
    let world = World::new().await;
    let admin = &world.shop.admin;
    let new = json!({"email": "sam@shop.example", "name": "Sam", "password": "long enough pass", "role": "human_agent",
        "profile": profile("Sam")});
    let created = admin.write_as("POST", "/v1/accounts", "once", &new).await.ok();
    assert_eq!(admin.write_as("POST", "/v1/accounts", "once", &new).await.ok(), created);
    assert!(created["human_agent"].as_str().unwrap().starts_with("hum_"));
    assert!(created.get("password_hash").is_none());
    assert_eq!(admin.write("POST", "/v1/accounts", &new).await.problem(), (409, "conflict".into()));

    let right = credentials("shop", "sam@shop.example", "long enough pass");
    let signed_in = world.anonymous().write("POST", "/v1/sessions", &right).await.ok();
    assert_eq!(signed_in["me"]["human_agent"], created["human_agent"]);

    for (field, value) in
        [("email", json!("no address")), ("password", json!("short")), ("profile", json!(null)), ("name", json!(""))]
    {
        let mut bad = new.clone();
        bad["email"] = json!("new@shop.example");
        bad[field] = value;
        let refused = admin.write("POST", "/v1/accounts", &bad).await;
        assert_eq!(refused.problem(), (422, "invalid".into()), "{field}");
        assert_eq!(refused.json()["places"][0]["at"], format!("/{field}"));
    }
    // No account is made with the role of a key.
    let mut bot = new;
    bot["role"] = json!("bot");
    assert_eq!(admin.write("POST", "/v1/accounts", &bot).await.problem(), (422, "invalid_body".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_works_until_it_is_revoked() {
    let world = World::new().await;
    let admin = &world.shop.admin;
    let created = admin.write("POST", "/v1/api-keys", &json!({"name": "site", "role": "bot"})).await.ok();
    let token = created["token"].as_str().unwrap();
    assert!(token.starts_with("bk_") && token.ends_with(created["api_key"]["hint"].as_str().unwrap()));
    let bot: Client = world.with_token(token);
    let missing = "/v1/conversations/conv_0190f3a0000070008000000000000001";
    assert_eq!(bot.get(missing).await.problem().0, 404);
    let path = format!("/v1/api-keys/{}", created["api_key"]["id"].as_str().unwrap());
    assert_eq!(admin.write("DELETE", &path, &json!(null)).await.status, 204);
    assert_eq!(bot.get(missing).await.problem(), (401, "unauthenticated".into()));
    assert_eq!(admin.write("DELETE", &path, &json!(null)).await.problem().0, 404);
    assert!(!admin.get("/v1/api-keys").await.ok().to_string().contains(token), "a token is shown once");
}
