//! Facts from the owner's own HTTP endpoint.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use baton_model::{CustomerRef, Facts, Sourced, WorkspaceId};
use baton_ports::{BoxFuture, Clock, FactError, FactSource};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::Value;

use super::mapping::{CustomerPointers, OrderPointers};
use crate::{AddressPolicy, BadAddress, CallError, Client};

const PLACEHOLDER: &str = "{external_id}";

/// One look-up.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpFactsConfig {
    /// Shown as the source beside each record.
    pub name: String,
    /// With `{external_id}` where the customer's id belongs; it is percent-encoded.
    pub url: String,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    #[serde(default = "default_timeout")]
    pub timeout_ms: u64,
    #[serde(default = "default_limit")]
    pub max_bytes: usize,
    #[serde(default)]
    pub customer: CustomerPointers,
    #[serde(default)]
    pub orders: OrderPointers,
}

fn default_timeout() -> u64 {
    2_500
}

fn default_limit() -> usize {
    256 * 1024
}

impl fmt::Debug for HttpFactsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpFactsConfig").field("name", &self.name).field("url", &self.url).finish_non_exhaustive()
    }
}

/// The configuration cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadLookUp {
    #[error("fact look-up `{name}`: the URL has no {PLACEHOLDER}")]
    NoPlaceholder { name: String },
    #[error("fact look-up `{name}`: {problem}")]
    Address { name: String, problem: BadAddress },
    #[error("fact look-up `{name}`: header `{header}` is not valid")]
    Header { name: String, header: String },
    #[error("fact look-up `{name}`: `{pointer}` is not a JSON pointer; it must be empty or begin with `/`")]
    Pointer { name: String, pointer: String },
}

/// Asks one endpoint for a customer and their orders. 404 means that it does not know them.
pub struct HttpFacts {
    config: HttpFactsConfig,
    headers: HeaderMap,
    client: Client,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for HttpFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpFacts").field("config", &self.config).finish_non_exhaustive()
    }
}

impl HttpFacts {
    pub fn new(config: HttpFactsConfig, client: Client, clock: Arc<dyn Clock>) -> Result<Self, BadLookUp> {
        let headers = Self::check(&config, client.policy())?;
        Ok(Self { config, headers, client, clock })
    }

    /// Everything that can be wrong before the first call.
    pub fn check(config: &HttpFactsConfig, policy: &AddressPolicy) -> Result<HeaderMap, BadLookUp> {
        let name = || config.name.clone();
        if !config.url.contains(PLACEHOLDER) {
            return Err(BadLookUp::NoPlaceholder { name: name() });
        }
        policy
            .check(&config.url.replace(PLACEHOLDER, "1"))
            .map_err(|problem| BadLookUp::Address { name: name(), problem })?;
        for pointer in config.customer.all().into_iter().chain(config.orders.all()) {
            if !pointer.is_empty() && !pointer.starts_with('/') {
                return Err(BadLookUp::Pointer { name: name(), pointer: pointer.to_owned() });
            }
        }
        let mut headers = HeaderMap::new();
        for (key, value) in &config.headers {
            let bad = || BadLookUp::Header { name: name(), header: key.clone() };
            let key = HeaderName::try_from(key.as_str()).map_err(|_| bad())?;
            let mut value = HeaderValue::try_from(value.as_str()).map_err(|_| bad())?;
            value.set_sensitive(true);
            headers.insert(key, value);
        }
        Ok(headers)
    }

    async fn fetch(&self, external_id: &str) -> Result<Facts, FactError> {
        let name = &self.config.name;
        let url = self.config.url.replace(PLACEHOLDER, &encode(external_id));
        let timeout = Duration::from_millis(self.config.timeout_ms);
        let body = self.client.get(&url, &self.headers, timeout, self.config.max_bytes).await.map_err(|e| match e {
            CallError::TimedOut(_) => FactError::TimedOut,
            CallError::TooLarge { .. } => FactError::BadAnswer(format!("{name}: {e}")),
            other => FactError::Unavailable(format!("{name}: {other}")),
        })?;
        let Some(body) = body else { return Ok(Facts::default()) };
        let doc: Value = serde_json::from_slice(&body)
            .map_err(|e| FactError::BadAnswer(format!("{name}: not JSON (line {}, column {})", e.line(), e.column())))?;
        let bad = |e: super::mapping::BadField| FactError::BadAnswer(format!("{name}: {e}"));
        let customer = self.config.customer.read(&doc, external_id).map_err(bad)?;
        let orders = self.config.orders.read(&doc, external_id).map_err(bad)?;
        let fetched_at = self.clock.now();
        Ok(Facts {
            customer: Some(Sourced { value: customer, source: name.clone(), fetched_at }),
            orders: orders.into_iter().map(|value| Sourced { value, source: name.clone(), fetched_at }).collect(),
            missed: Vec::new(),
        })
    }
}

impl FactSource for HttpFacts {
    fn look_up(&self, _: WorkspaceId, customer: &CustomerRef) -> BoxFuture<'_, Result<Facts, FactError>> {
        // Only the owner's word names a record: a name typed into a widget must not open somebody's orders.
        let id = customer.external_id.clone().filter(|id| customer.verified && !id.is_empty());
        Box::pin(async move {
            match id {
                Some(id) => self.fetch(&id).await,
                None => Ok(Facts::default()),
            }
        })
    }
}

/// Everything but unreserved characters (RFC 3986), so that an id can never change the path.
fn encode(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    for b in id.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => out.push(char::from(b)),
            b'.' if id.bytes().any(|b| b != b'.') => out.push('.'),
            _ => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stays_one_segment() {
        assert_eq!(encode("c-1_2~a.b"), "c-1_2~a.b");
        assert_eq!(encode("../admin?x=1#y"), "..%2Fadmin%3Fx%3D1%23y");
        assert_eq!(encode(".."), "%2E%2E");
        assert_eq!(encode("ä"), "%C3%A4");
    }
}
