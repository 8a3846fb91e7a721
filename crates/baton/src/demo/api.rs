//! A client of Baton's own public API, as any integration would write one.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use reqwest::Method;
use serde_json::{Value, json};

/// No answer takes longer, streams apart.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Speaks with one credential.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    base: String,
    token: String,
    client: reqwest::Client,
}

/// Makes each write's idempotency key; a process talks only to a server that it started.
static KEYS: AtomicU64 = AtomicU64::new(1);

impl Api {
    pub(crate) fn new(base: &str, token: &str) -> Result<Self> {
        // Fails only when a provider is installed already, which is just as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::Client::builder().no_proxy().build().context("cannot make an HTTP client")?;
        Ok(Self { base: base.to_owned(), token: token.to_owned(), client })
    }

    /// The same client with another credential.
    pub(crate) fn with(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    pub(crate) async fn sign_in(&self, workspace: &str, email: &str, password: &str) -> Result<Self> {
        let body = json!({ "workspace": workspace, "email": email, "password": password });
        let signed_in = self.with("").post("/v1/sessions", &body).await?;
        Ok(self.with(signed_in["token"].as_str().context("no token after signing in")?))
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Result<Value> {
        self.call(Method::PUT, path, Some(body)).await
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        let what = format!("{method} {path}");
        let mut request = self.client.request(method, format!("{}{path}", self.base)).timeout(TIMEOUT);
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = body {
            let key = format!("demo-{}-{}", std::process::id(), KEYS.fetch_add(1, Ordering::Relaxed));
            request = request.header("idempotency-key", key).json(body);
        }
        let response = request.send().await.with_context(|| what.clone())?;
        let status = response.status();
        let text = response.text().await.with_context(|| what.clone())?;
        if !status.is_success() {
            let problem: Value = serde_json::from_str(&text).unwrap_or_default();
            let detail = problem["detail"].as_str().unwrap_or(&text);
            bail!("{what}: {status}: {detail}");
        }
        if text.is_empty() { Ok(Value::Null) } else { serde_json::from_str(&text).with_context(|| what) }
    }

    /// Holds a stream open until it ends: an open desk stream is what makes a person connected.
    pub(crate) async fn hold(&self, path: &str) -> Result<()> {
        let mut response = self.client.get(format!("{}{path}", self.base)).bearer_auth(&self.token).send().await?;
        if !response.status().is_success() {
            bail!("GET {path}: {}", response.status());
        }
        while response.chunk().await?.is_some() {}
        Ok(())
    }
}
