//! Every operation refuses everybody but those it is for. The list restates the access table by hand, so that a change of
//! either shows; an operation of the document that is not listed fails the test.

use std::collections::BTreeSet;

use serde_json::json;

use crate::{client::Client, world::World};

const ID: &str = "0190f3a0000070008000000000000001";

struct Case {
    method: &'static str,
    path: &'static str,
    /// Roles that may, by name.
    may: &'static [&'static str],
}

const fn case(method: &'static str, path: &'static str, may: &'static [&'static str]) -> Case {
    Case { method, path, may }
}

const PUBLIC: &[&str] = &["anonymous"];
const PEOPLE: &[&str] = &["human_agent", "supervisor", "admin"];
const HUMAN: &[&str] = &["human_agent"];
const OVERSEERS: &[&str] = &["supervisor", "admin"];

/// People without a human agent are refused at the desk as well: here neither the supervisor nor the admin has one.
const CASES: &[Case] = &[
    case("GET", "/v1/schemas/package.json", PUBLIC),
    case("GET", "/healthz", PUBLIC),
    case("GET", "/v1/openapi.json", PUBLIC),
    case("GET", "/v1/schemas/package.json", PUBLIC),
    case("POST", "/v1/sessions", PUBLIC),
    case("DELETE", "/v1/sessions/current", PEOPLE),
    case("GET", "/v1/me", PEOPLE),
    case("POST", "/v1/conversations", &["bot"]),
    case("GET", "/v1/conversations/{id}", &["bot", "human_agent", "supervisor", "admin"]),
    case("POST", "/v1/conversations/{id}/turns", &["bot"]),
    case("POST", "/v1/conversations/{id}/escalations", &["bot"]),
    case("POST", "/v1/conversations/{id}/close", &["bot"]),
    case("GET", "/v1/conversations/{id}/stream", &["bot"]),
    case("POST", "/v1/widget/conversations", &["widget"]),
    case("GET", "/v1/widget/conversations/{id}", &["customer"]),
    case("GET", "/v1/widget/conversations/{id}/stream", &["customer"]),
    case("POST", "/v1/widget/conversations/{id}/turns", &["customer"]),
    case("POST", "/v1/widget/conversations/{id}/human", &["customer"]),
    case("POST", "/v1/widget/conversations/{id}/human-offer", &["customer"]),
    case("POST", "/v1/widget/conversations/{id}/cancel-wait", &["customer"]),
    case("POST", "/v1/widget/conversations/{id}/callback", &["customer"]),
    case("POST", "/v1/widget/conversations/{id}/rating", &["customer"]),
    case("POST", "/v1/widget/conversations/{id}/leave", &["customer"]),
    case("GET", "/v1/desk", HUMAN),
    case("GET", "/v1/desk/stream", HUMAN),
    case("PUT", "/v1/desk/presence", HUMAN),
    case("POST", "/v1/offers/{id}/seen", HUMAN),
    case("POST", "/v1/offers/{id}/accept", HUMAN),
    case("POST", "/v1/offers/{id}/decline", HUMAN),
    case("GET", "/v1/escalations", PEOPLE),
    case("GET", "/v1/escalations/{id}", PEOPLE),
    case("GET", "/v1/escalations/{id}/stream", PEOPLE),
    case("GET", "/v1/escalations/{id}/package", PEOPLE),
    case("GET", "/v1/escalations/{id}/routing", PEOPLE),
    case("POST", "/v1/escalations/{id}/reveal", PEOPLE),
    case("POST", "/v1/escalations/{id}/turns", HUMAN),
    case("POST", "/v1/escalations/{id}/transfer", HUMAN),
    case("POST", "/v1/escalations/{id}/handback", HUMAN),
    case("POST", "/v1/escalations/{id}/resolve", HUMAN),
    case("POST", "/v1/escalations/{id}/verdict", HUMAN),
    case("GET", "/v1/board", OVERSEERS),
    case("GET", "/v1/board/stream", OVERSEERS),
    case("GET", "/v1/insights", OVERSEERS),
    case("GET", "/v1/metrics", OVERSEERS),
    case("GET", "/v1/metrics/{name}/cases", OVERSEERS),
    case("POST", "/v1/conversations/{id}/judgement", PEOPLE),
    case("POST", "/v1/conversations/{id}/promises", PEOPLE),
    case("GET", "/v1/policy", OVERSEERS),
    case("PUT", "/v1/policy", OVERSEERS),
    case("POST", "/v1/policy/lint", OVERSEERS),
    case("POST", "/v1/policy/replay", OVERSEERS),
    case("GET", "/v1/policy/proposals", OVERSEERS),
    case("GET", "/v1/policy/trial", OVERSEERS),
    case("POST", "/v1/policy/trial", OVERSEERS),
    case("PUT", "/v1/policy/trial", OVERSEERS),
    case("POST", "/v1/policy/trial/end", OVERSEERS),
    case("POST", "/v1/policy/rollback", OVERSEERS),
    case("GET", "/v1/learning/clusters", OVERSEERS),
    case("GET", "/v1/learning/draft", OVERSEERS),
    case("POST", "/v1/learning/rehearsal", OVERSEERS),
    case("GET", "/v1/learning/sample", OVERSEERS),
    case("GET", "/v1/settings", PEOPLE),
    case("PUT", "/v1/settings", &["admin"]),
    case("GET", "/v1/queues", PEOPLE),
    case("PUT", "/v1/queues", &["admin"]),
    case("GET", "/v1/human-agents", OVERSEERS),
    case("PUT", "/v1/human-agents/{id}", OVERSEERS),
    case("GET", "/v1/articles", OVERSEERS),
    case("PUT", "/v1/articles/{id}", OVERSEERS),
    case("DELETE", "/v1/articles/{id}", OVERSEERS),
    case("PUT", "/v1/customers/{external_id}", &["bot", "admin"]),
    case("PUT", "/v1/orders/{reference}", &["bot", "admin"]),
    case("GET", "/v1/accounts", &["admin"]),
    case("POST", "/v1/accounts", &["admin"]),
    case("GET", "/v1/api-keys", &["admin"]),
    case("POST", "/v1/api-keys", &["admin"]),
    case("DELETE", "/v1/api-keys/{id}", &["admin"]),
];

#[test]
fn every_documented_operation_is_listed() {
    let document = serde_json::to_value(baton_http::openapi()).unwrap();
    let documented: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |m| (m.to_uppercase(), path.clone())))
        .collect();
    let listed: BTreeSet<_> = CASES.iter().map(|c| (c.method.to_owned(), c.path.to_owned())).collect();
    assert_eq!(documented, listed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_refuses_whoever_it_is_not_for() {
    let world = World::new().await;
    let shop = &world.shop;
    let roles: [(&str, &Client); 6] = [
        ("bot", &shop.bot),
        ("widget", &shop.widget),
        ("customer", &shop.customer),
        ("human_agent", &shop.human),
        ("supervisor", &shop.supervisor),
        ("admin", &shop.admin),
    ];
    let mut refused = 0;
    for Case { method, path, may } in CASES.iter().filter(|c| c.may != PUBLIC) {
        let path = path
            .replace("{id}", &format!("x_{ID}"))
            .replace("{external_id}", "c-1")
            .replace("{name}", "aht")
            .replace("{reference}", "o-1");
        let anonymous = world.anonymous().write(method, &path, &json!({})).await;
        assert_eq!(anonymous.problem(), (401, "unauthenticated".into()), "{method} {path}");
        for (role, client) in roles {
            if may.contains(&role) {
                continue;
            }
            let answer = client.write(method, &path, &json!({})).await;
            assert_eq!(answer.problem(), (403, "forbidden".into()), "{role}: {method} {path}");
            refused += 1;
        }
    }
    assert!(refused > 200, "{refused}");
}

/// The right person, the right path, and no Idempotency-Key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_write_wants_its_key() {
    let world = World::new().await;
    let shop = &world.shop;
    let mut asked = 0;
    for Case { method, path, may } in CASES {
        if *method == "GET" || ["/v1/policy/lint", "/v1/policy/replay", "/v1/learning/rehearsal"].contains(path) {
            continue;
        }
        let (client, kind) = match (may[0], path.split('/').nth(2).unwrap()) {
            ("customer", _) => (shop.customer.clone(), String::new()),
            ("bot", part) => (shop.bot.clone(), part.to_owned()),
            ("widget", part) => (shop.widget.clone(), part.to_owned()),
            ("human_agent", part) => (shop.human.clone(), part.to_owned()),
            ("anonymous", part) => (world.anonymous(), part.to_owned()),
            (_, part) => (shop.admin.clone(), part.to_owned()),
        };
        let id = match kind.as_str() {
            "" => shop.customers_conversation.to_string(),
            "articles" => "returns".to_owned(),
            part => {
                let prefix = match part {
                    "offers" => "off",
                    "escalations" => "esc",
                    "human-agents" => "hum",
                    "api-keys" => "key",
                    _ => "conv",
                };
                format!("{prefix}_{ID}")
            }
        };
        let path = path.replace("{id}", &id).replace("{external_id}", "c-1").replace("{reference}", "o-1");
        let answer = client.send(method, &path, &[("content-type", "application/json")], b"{}").await;
        assert_eq!(answer.problem(), (400, "missing_idempotency_key".into()), "{method} {path}");
        asked += 1;
    }
    let writes = baton_http::access::OPERATIONS.iter().filter(|o| o.effect == baton_http::access::Effect::Writes).count();
    assert_eq!(asked, writes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_is_not_refused() {
    let world = World::new().await;
    let shop = &world.shop;
    for (client, path) in [
        (&shop.human, "/v1/me"),
        (&shop.supervisor, "/v1/human-agents"),
        (&shop.admin, "/v1/accounts"),
        (&shop.admin, "/v1/api-keys"),
        (&shop.admin, "/v1/settings"),
        (&world.anonymous(), "/healthz"),
        (&world.anonymous(), "/v1/openapi.json"),
    ] {
        assert_eq!(client.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_that_are_not_valid_are_refused() {
    let world = World::new().await;
    for (token, code) in [
        ("bk_unknown", "unauthenticated"),
        ("ct_unknown", "unauthenticated"),
        ("st_unknown", "session_expired"),
        ("something else", "unauthenticated"),
    ] {
        assert_eq!(world.with_token(token).get("/v1/me").await.problem(), (401, code.into()), "{token}");
    }
    let basic = world.anonymous().send("GET", "/v1/me", &[("authorization", "Basic YTpi")], b"").await;
    assert_eq!(basic.problem().0, 401);
    assert_eq!(basic.header("www-authenticate"), Some("Bearer"));
}

/// A customer's token opens one conversation; any other is as good as none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_sees_no_other_conversation() {
    let world = World::new().await;
    let (mine, theirs) = (&world.shop, &world.other);
    for id in [theirs.customers_conversation.to_string(), format!("conv_{ID}"), "nonsense".to_owned()] {
        let path = format!("/v1/widget/conversations/{id}");
        assert_eq!(mine.customer.get(&path).await.problem(), (404, "not_found".into()), "{id}");
        let said = mine.customer.write("POST", &format!("{path}/turns"), &json!({"text": "hello"})).await;
        assert_eq!(said.problem(), (404, "not_found".into()), "{id}");
    }
}

/// Ids of another workspace are not found, never forbidden: a refusal must not tell that they exist.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_tenants_things_are_not_found() {
    let world = World::new().await;
    let key = world.other.admin.write("POST", "/v1/api-keys", &json!({"name": "k", "role": "bot"})).await.ok();
    let path = format!("/v1/api-keys/{}", key["api_key"]["id"].as_str().unwrap());
    assert_eq!(world.shop.admin.write("DELETE", &path, &json!(null)).await.problem(), (404, "not_found".into()));
    assert_eq!(world.other.admin.write("DELETE", &path, &json!(null)).await.status, 204);
    let emails = |accounts: &serde_json::Value| {
        accounts["accounts"].as_array().unwrap().iter().map(|a| a["email"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let seen = emails(&world.shop.admin.get("/v1/accounts").await.ok());
    assert!(seen.len() == 3 && seen.iter().all(|e| e.ends_with("@shop.example")), "{seen:?}");
}
