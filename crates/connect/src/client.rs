//! The one outbound client: only public addresses unless listed, no redirects, a time-out and a cap on every reply.
//!
//! Names are checked after resolution and the connection goes to the checked address, so a name that changes its mind
//! between check and connection gains nothing.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::HeaderMap,
};

/// Hosts that may be called although their addresses are not public: exact names or addresses, as in the URL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressPolicy {
    pub allow_private: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    #[error("`{0}` is not a URL: {1}")]
    NotAUrl(String, String),
    #[error("`{0}`: only http and https are possible")]
    Scheme(String),
    #[error("`{0}` is a private or local address; list it under `allow_private` if it is meant")]
    Private(String),
    #[error("`{0}` carries a user name or password; use headers")]
    Credentials(String),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    #[error(transparent)]
    Address(#[from] BadAddress),
    #[error("no answer in {0} ms")]
    TimedOut(u64),
    #[error("no connection to {0}")]
    Connect(String),
    #[error("{host} answered {status}")]
    Status { host: String, status: u16 },
    #[error("{0} broke off")]
    BrokeOff(String),
    #[error("{host} sent more than {limit} bytes")]
    TooLarge { host: String, limit: usize },
}

impl AddressPolicy {
    /// What can be said before resolving a name.
    pub fn check(&self, url: &str) -> Result<Url, BadAddress> {
        let parsed = Url::parse(url).map_err(|e| BadAddress::NotAUrl(url.into(), e.to_string()))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(BadAddress::Scheme(url.into()));
        }
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(BadAddress::Credentials(parsed.host_str().unwrap_or_default().into()));
        }
        let host = parsed.host_str().unwrap_or_default();
        if let Ok(ip) = host.trim_matches(['[', ']']).parse::<IpAddr>()
            && !public(ip)
            && !self.allows(host)
        {
            return Err(BadAddress::Private(host.into()));
        }
        Ok(parsed)
    }

    fn allows(&self, host: &str) -> bool {
        let bare = |h: &str| h.trim_matches(['[', ']']).to_ascii_lowercase();
        self.allow_private.iter().any(|a| bare(a) == bare(host))
    }
}

/// Global unicast addresses. `std`'s own test is unstable; the blocks are those of the IANA special-purpose registries.
fn public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => public_v4(ip),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(v4) => public_v4(v4),
            None => public_v6(ip),
        },
    }
}

fn public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19)))
}

fn public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    // 64:ff9b::/96 and 2002::/16 carry an IPv4 address inside.
    if s[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        return public_v4(Ipv4Addr::from((u32::from(s[6]) << 16) | u32::from(s[7])));
    }
    if s[0] == 0x2002 {
        return public_v4(Ipv4Addr::from((u32::from(s[1]) << 16) | u32::from(s[2])));
    }
    (s[0] & 0xe000) == 0x2000 && !(s[0] == 0x2001 && (s[1] < 0x0200 || s[1] == 0x0db8))
}

/// Resolves names and drops the addresses that the policy refuses.
struct Guarded(AddressPolicy);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.0.allows(name.as_str());
        let name = name.as_str().to_owned();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let kept: Vec<SocketAddr> = found.into_iter().filter(|a| allowed || public(a.ip())).collect();
            if kept.is_empty() {
                return Err(BadAddress::Private(name).into());
            }
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

/// GETs documents under the policy. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    inner: reqwest::Client,
    policy: Arc<AddressPolicy>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl Client {
    pub fn new(policy: AddressPolicy) -> Result<Self, CallError> {
        // Fails only when a provider is installed already, which is just as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let inner = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Arc::new(Guarded(policy.clone())))
            .no_proxy()
            .connect_timeout(Duration::from_secs(3))
            .user_agent(concat!("baton/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| CallError::Connect(format!("anything: {e}")))?;
        Ok(Self { inner, policy: Arc::new(policy) })
    }

    pub fn policy(&self) -> &AddressPolicy {
        &self.policy
    }

    /// The body of a 2xx answer; none for 404.
    pub async fn get(
        &self,
        url: &str,
        headers: &HeaderMap,
        timeout: Duration,
        limit: usize,
    ) -> Result<Option<Vec<u8>>, CallError> {
        let url = self.policy.check(url)?;
        let host = host_of(&url);
        let millis = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
        let call = async {
            let mut response =
                self.inner.get(url.clone()).headers(headers.clone()).send().await.map_err(|e| failure(&e, &host))?;
            let status = response.status();
            if status == reqwest::StatusCode::NOT_FOUND {
                return Ok(None);
            }
            if !status.is_success() {
                return Err(CallError::Status { host: host.clone(), status: status.as_u16() });
            }
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(|_| CallError::BrokeOff(host.clone()))? {
                if body.len() + chunk.len() > limit {
                    return Err(CallError::TooLarge { host: host.clone(), limit });
                }
                body.extend_from_slice(&chunk);
            }
            Ok(Some(body))
        };
        tokio::time::timeout(timeout, call).await.unwrap_or(Err(CallError::TimedOut(millis)))
    }
}

/// Host and port: paths may carry customers' ids, and errors are shown at the desk.
fn host_of(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => "the host".to_owned(),
    }
}

fn failure(e: &reqwest::Error, host: &str) -> CallError {
    let mut cause: Option<&dyn std::error::Error> = Some(e);
    while let Some(error) = cause {
        if let Some(bad) = error.downcast_ref::<BadAddress>() {
            return CallError::Address(bad.clone());
        }
        cause = error.source();
    }
    if e.is_connect() { CallError::Connect(host.to_owned()) } else { CallError::BrokeOff(host.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_http_addresses_pass_unless_listed() {
        let strict = AddressPolicy::default();
        for bad in [
            "ftp://shop.example/x",
            "file:///etc/passwd",
            "nonsense",
            "http://user:pw@shop.example/",
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f.0.0.1/",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest",
            "http://100.64.0.1/",
            "http://0.0.0.0/",
            "http://[::1]/",
            "http://[fe80::1]/",
            "http://[fc00::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
        ] {
            assert!(strict.check(bad).is_err(), "{bad}");
        }
        for good in ["https://shop.example/customers/1", "http://8.8.8.8/", "http://[2600::1]/"] {
            assert!(strict.check(good).is_ok(), "{good}");
        }
        let listed = AddressPolicy { allow_private: vec!["127.0.0.1".into(), "::1".into()] };
        assert!(listed.check("http://127.0.0.1:9/").is_ok() && listed.check("http://[::1]/").is_ok());
        assert!(listed.check("http://127.0.0.2/").is_err());
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_a_private_address_is_refused() {
        let client = Client::new(AddressPolicy::default()).unwrap();
        let got = client.get("http://localhost:9/", &HeaderMap::new(), Duration::from_secs(2), 10).await;
        assert_eq!(got, Err(CallError::Address(BadAddress::Private("localhost".into()))));
    }
}
