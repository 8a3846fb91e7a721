//! What is not well formed gets a clear problem document.

use serde_json::json;

use crate::world::World;

const JSON: (&str, &str) = ("content-type", "application/json");
const KEY: (&str, &str) = ("idempotency-key", "k-1");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_do_not_fit() {
    let world = World::new().await;
    let bot = &world.shop.bot;
    for (body, code, status) in [
        (r#"{"channel": "#, "malformed_json", 400),
        ("not json", "malformed_json", 400),
        (r#"{"channel": "chat", "surprise": 1}"#, "invalid_body", 422),
        (r#"{"channel": 7}"#, "invalid_body", 422),
        (r#"{"channel": "fax"}"#, "invalid_body", 422),
        (r#"{"customer": {"verified": "yes"}}"#, "invalid_body", 422),
        (r#"{"customer": {"name": " "}}"#, "invalid", 422),
    ] {
        let answer = bot.send("POST", "/v1/conversations", &[JSON, KEY], body.as_bytes()).await;
        assert_eq!(answer.problem(), (status, code.into()), "{body}");
        assert!(answer.json()["places"].as_array().is_some_and(|p| !p.is_empty()), "{body} names no place");
    }
    // The path is checked first, and an unknown field of an inner enum is refused as well.
    let path = "/v1/conversations/conv_0190f3a0000070008000000000000001/turns";
    for body in [
        json!({"role": "customer", "text": "hi", "epoch": 1}),
        json!({"role": "ai_agent", "text": "hi"}),
        json!({"role": "human_agent", "text": "hi"}),
        json!({"role": "ai_agent", "text": "hi", "epoch": 0, "meta": {"confidnce": 1}}),
        json!({"text": "hi"}),
    ] {
        assert_eq!(bot.write("POST", path, &body).await.problem(), (422, "invalid_body".into()), "{body}");
    }
    for body in [
        json!({"role": "customer", "text": "  "}),
        json!({"role": "customer", "text": "x".repeat(20_001)}),
        json!({"role": "ai_agent", "text": "hi", "epoch": 0, "meta": {"confidence": 1.5}}),
    ] {
        assert_eq!(bot.write("POST", path, &body).await.problem(), (422, "invalid".into()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idempotency_keys_are_required_and_checked() {
    let world = World::new().await;
    let admin = &world.shop.admin;
    let body = br#"{"name": "a", "role": "bot"}"#;
    let send = async |headers: &[(&str, &str)]| admin.send("POST", "/v1/api-keys", headers, body).await;
    assert_eq!(send(&[JSON]).await.problem(), (400, "missing_idempotency_key".into()));
    for bad in ["two words", &"k".repeat(129)] {
        assert_eq!(
            send(&[JSON, ("idempotency-key", bad)]).await.problem(),
            (400, "invalid_idempotency_key".into()),
            "{bad}"
        );
    }
    let first = send(&[JSON, KEY]).await.ok();
    assert_eq!(send(&[JSON, KEY]).await.ok(), first, "the same key and body give the same answer");
    let keys = admin.get("/v1/api-keys").await.ok();
    assert_eq!(keys["api_keys"].as_array().unwrap().len(), 3, "and nothing twice: bot, widget and the new one");
    let other = admin.write_as("POST", "/v1/api-keys", "k-1", &json!({"name": "b", "role": "bot"})).await;
    assert_eq!(other.problem(), (422, "key_reused".into()));
    // Keys are the caller's own.
    let theirs = world.other.admin.write_as("POST", "/v1/api-keys", "k-1", &json!({"name": "b", "role": "bot"})).await;
    assert_eq!(theirs.status, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_from_another_site_does_nothing() {
    let world = World::new().await;
    let form = [("content-type", "application/x-www-form-urlencoded"), KEY];
    let answer = world.shop.admin.send("POST", "/v1/api-keys", &form, b"name=a&role=bot").await;
    assert_eq!(answer.problem(), (415, "unsupported_media_type".into()));
    let text = [("content-type", "text/plain")];
    let answer = world.shop.admin.send("POST", "/v1/api-keys", &text, br#"{"name": "a", "role": "bot"}"#).await;
    assert_eq!(answer.problem(), (400, "missing_idempotency_key".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_have_a_limit() {
    let world = World::new().await;
    let body = |n: usize| json!({"title": "t", "body": "x".repeat(n)}).to_string().into_bytes();
    let bot = &world.shop.bot;
    let large = bot.send("POST", "/v1/conversations", &[JSON, KEY], &body(256 * 1024)).await;
    assert_eq!(large.problem(), (413, "body_too_large".into()));
    // An article may have more, but not everything.
    let article = world.shop.admin.send("PUT", "/v1/articles/long", &[JSON, KEY], &body(1024 * 1024)).await;
    assert_eq!(article.problem(), (413, "body_too_large".into()));
    // Without a declared length the bytes are counted.
    let mut chunks = format!("{:x}\r\n", 300 * 1024).into_bytes();
    chunks.extend(std::iter::repeat_n(b'x', 300 * 1024));
    chunks.extend(b"\r\n0\r\n\r\n");
    let counted = bot.send("POST", "/v1/conversations", &[JSON, KEY, ("transfer-encoding", "chunked")], &chunks).await;
    assert_eq!(counted.problem(), (413, "body_too_large".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paths_methods_and_queries() {
    let world = World::new().await;
    let admin = &world.shop.admin;
    assert_eq!(admin.get("/v1/nothing").await.problem(), (404, "not_found".into()));
    assert_eq!(
        admin.get("/v1/conversations/esc_0190f3a0000070008000000000000001").await.problem(),
        (404, "not_found".into())
    );
    let wrong = admin.write("DELETE", "/v1/me", &json!(null)).await;
    assert_eq!(wrong.problem(), (405, "method_not_allowed".into()));
    assert_eq!(wrong.header("allow"), Some("GET,HEAD"));
    for query in ["days=0", "days=401", "days=x", "weeks=1"] {
        assert_eq!(admin.get(&format!("/v1/insights?{query}")).await.problem(), (400, "invalid_query".into()), "{query}");
    }
    for query in
        ["days=0", "days=7&from=2026-01-01T00:00:00Z", "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "by=mood"]
    {
        assert_eq!(admin.get(&format!("/v1/metrics?{query}")).await.problem(), (400, "invalid_query".into()), "{query}");
    }
    assert_eq!(admin.get("/v1/metrics/happiness/cases").await.problem(), (404, "not_found".into()));
    for query in ["state=lost", "limit=0", "limit=501", "trigger=weather", "order=asc"] {
        assert_eq!(admin.get(&format!("/v1/escalations?{query}")).await.problem(), (400, "invalid_query".into()), "{query}");
    }
}

/// Only the widget's paths speak to other origins, and never with cookies.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_origins() {
    let world = World::new().await;
    let asks = [("origin", "https://shop.example"), ("access-control-request-method", "POST")];
    let preflight = world.anonymous().send("OPTIONS", "/v1/widget/conversations", &asks, b"").await;
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-origin"), Some("*"));
    let headers = preflight.header("access-control-allow-headers").unwrap();
    for needed in ["Authorization", "Idempotency-Key", "Content-Type"] {
        assert!(headers.contains(needed));
    }
    assert_eq!(preflight.header("access-control-allow-credentials"), None);
    // Refusals can be read by the page too.
    let refused = world.anonymous().send("GET", "/v1/widget/conversations/x", &asks[..1], b"").await;
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (401, Some("*")));
    for path in ["/v1/me", "/v1/sessions", "/v1/conversations"] {
        let answer = world.anonymous().send("OPTIONS", path, &asks, b"").await;
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
        assert_eq!(answer.status, 405, "{path}");
    }
}
