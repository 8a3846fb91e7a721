//! The HTTP look-up against a real server on the loopback interface.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use baton_connect::{
    AddressPolicy, Client,
    facts::{BadLookUp, HttpFacts, HttpFactsConfig},
};
use baton_model::{CustomerRef, Facts, IdSource, Tier, Timestamp};
use baton_ports::{FactError, FactSource, ManualClock};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// Answers one request after `delay`, and returns its URL and what it was asked.
async fn serve(status: &str, body: String, delay: Duration) -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(String::new()));
    let (seen, reply) =
        (asked.clone(), format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()));
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 4096];
        let n = stream.read(&mut buffer).await.unwrap();
        *seen.lock().unwrap() = String::from_utf8_lossy(&buffer[..n]).into_owned();
        tokio::time::sleep(delay).await;
        drop(stream.write_all(reply.as_bytes()).await);
    });
    (url, asked)
}

fn config(url: &str) -> HttpFactsConfig {
    serde_json::from_value(serde_json::json!({
        "name": "crm", "url": format!("{url}/customers/{{external_id}}"), "headers": { "x-api-key": "secret" },
        "timeout_ms": 300, "max_bytes": 4096,
        "customer": { "name": "/person/name", "tier": "/level", "tier_names": { "gold": "vip" }, "attributes": { "plan": "/plan" } },
        "orders": { "array": "/purchases", "reference": "/no", "status": "/state" }
    }))
    .unwrap()
}

fn facts(url: &str) -> HttpFacts {
    let client = Client::new(AddressPolicy { allow_private: vec!["127.0.0.1".into()] }).unwrap();
    HttpFacts::new(config(url), client, Arc::new(ManualClock::new(Timestamp::from_millis(7)))).unwrap()
}

async fn look_up(source: &HttpFacts, id: Option<&str>, verified: bool) -> Result<Facts, FactError> {
    let customer = CustomerRef { external_id: id.map(Into::into), verified, ..CustomerRef::default() };
    source.look_up(IdSource::new(Timestamp::from_millis(0), 1).draw(), &customer).await
}

#[tokio::test]
async fn maps_a_document_by_pointers() {
    let body = r#"{"person":{"name":"Ada Example"},"level":"Gold","plan":"yearly",
        "purchases":[{"no":"A-1","state":"sent","placed_at":"2026-01-02T03:04:05Z","total":1250,"currency":"EUR","items":[{"name":"Bag"}]}]}"#;
    let (url, asked) = serve("200 OK", body.into(), Duration::ZERO).await;
    let got = look_up(&facts(&url), Some("c/1"), true).await.unwrap();
    let customer = got.customer.unwrap();
    assert_eq!((customer.source.as_str(), customer.fetched_at), ("crm", Timestamp::from_millis(7)));
    assert_eq!((customer.value.name.as_str(), customer.value.tier), ("Ada Example", Tier::Vip));
    assert_eq!(got.orders[0].value.total.as_ref().unwrap().to_string(), "12.50 EUR");
    let asked = asked.lock().unwrap().clone();
    assert!(asked.starts_with("GET /customers/c%2F1 ") && asked.contains("x-api-key: secret"));
}

#[tokio::test]
async fn failures_say_what_and_where_and_hold_no_ids() {
    let redirect = "302 Found\r\nlocation: http://127.0.0.1:1/";
    for (status, body, expected) in [
        ("500 Oops", "", "crm: 127.0.0.1:PORT answered 500"),
        (redirect, "", "crm: 127.0.0.1:PORT answered 302"),
        ("200 OK", "{", "crm: not JSON (line 1, column 1)"),
        ("200 OK", "{}", "crm: `/person/name` is missing; a customer needs a name"),
        ("200 OK", &"x".repeat(5_000), "crm: 127.0.0.1:PORT sent more than 4096 bytes"),
    ] {
        let (url, _) = serve(status, body.to_owned(), Duration::ZERO).await;
        let error = look_up(&facts(&url), Some("c42"), true).await.unwrap_err().to_string();
        let port = url.rsplit(':').next().unwrap();
        assert!(error.replace(port, "PORT").ends_with(expected), "{error}");
        assert!(!error.contains("c42") && !error.contains("secret"));
    }
    let (url, _) = serve("200 OK", "{}".into(), Duration::from_secs(5)).await;
    assert_eq!(look_up(&facts(&url), Some("c"), true).await, Err(FactError::TimedOut));
    assert!(matches!(look_up(&facts("http://127.0.0.1:1"), Some("c"), true).await, Err(FactError::Unavailable(_))));
}

#[tokio::test]
async fn unknown_customers_are_not_errors_and_unverified_ones_are_not_looked_up() {
    let (url, _) = serve("404 Not Found", String::new(), Duration::ZERO).await;
    assert_eq!(look_up(&facts(&url), Some("c"), true).await, Ok(Facts::default()));
    let nowhere = facts("http://127.0.0.1:1");
    assert_eq!(look_up(&nowhere, None, true).await, Ok(Facts::default()));
    assert_eq!(look_up(&nowhere, Some("c"), false).await, Ok(Facts::default()));
}

#[tokio::test]
async fn a_configuration_that_cannot_work_is_refused_at_once() {
    let clock = Arc::new(ManualClock::new(Timestamp::from_millis(0)));
    let client = Client::new(AddressPolicy::default()).unwrap();
    let make = |change: fn(&mut HttpFactsConfig)| {
        let mut config = config("https://crm.example");
        change(&mut config);
        HttpFacts::new(config, client.clone(), clock.clone()).map(|_| ()).unwrap_err()
    };
    assert!(matches!(make(|c| c.url = "https://crm.example/".into()), BadLookUp::NoPlaceholder { .. }));
    assert!(matches!(make(|c| c.url = "http://10.0.0.1/{external_id}".into()), BadLookUp::Address { .. }));
    assert!(matches!(make(|c| c.url = "gopher://x/{external_id}".into()), BadLookUp::Address { .. }));
    assert!(matches!(make(|c| drop(c.headers.insert("bad name".into(), "x".into()))), BadLookUp::Header { .. }));
    assert!(matches!(make(|c| c.customer.name = "name".into()), BadLookUp::Pointer { .. }));
}
