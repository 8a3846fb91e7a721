//! A client that sends exactly what it is told, also what no library would send.

use std::{net::SocketAddr, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{} is not JSON: {e}", String::from_utf8_lossy(&self.body)))
    }

    /// The body of a success.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, String::from_utf8_lossy(&self.body));
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// The code of a problem document, which must be a whole one.
    #[track_caller]
    pub(crate) fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let problem = self.json();
        assert_eq!(problem["status"], self.status);
        let code = problem["code"].as_str().unwrap().to_owned();
        assert_eq!(problem["type"], format!("urn:baton:problem:{code}"));
        assert!(problem["title"].is_string() && problem["detail"].as_str().is_some_and(|d| !d.is_empty()), "{problem}");
        (self.status, code)
    }
}

/// Speaks for one credential.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) address: SocketAddr,
    pub(crate) token: Option<String>,
}

impl Client {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"").await
    }

    /// A write with a fresh key.
    pub(crate) async fn write(&self, method: &str, path: &str, body: &Value) -> Answer {
        let key = format!("k-{}", baton_http::new_token(baton_http::TokenKind::ApiKey).unwrap().token);
        self.write_as(method, path, &key, body).await
    }

    pub(crate) async fn write_as(&self, method: &str, path: &str, key: &str, body: &Value) -> Answer {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        self.send(method, path, &[("content-type", "application/json"), ("idempotency-key", key)], &body).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let exchange = async {
            let mut stream = self.start(method, path, headers, body).await;
            let (status, headers) = head(&mut stream).await;
            let mut body = Vec::new();
            stream.read_to_end(&mut body).await.unwrap();
            Answer { status, headers, body }
        };
        timeout(PATIENCE, exchange).await.unwrap_or_else(|_| panic!("{method} {path} got no answer"))
    }

    /// Opens a stream of views.
    pub(crate) async fn stream(&self, path: &str) -> Views {
        let mut stream = self.start("GET", path, &[], b"").await;
        let (status, headers) = timeout(PATIENCE, head(&mut stream)).await.unwrap();
        assert_eq!(status, 200, "{path}");
        assert!(headers.contains(&("content-type".into(), "text/event-stream".into())), "{headers:?}");
        Views { stream }
    }

    async fn start(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
        if let Some(token) = &self.token {
            text += &format!("authorization: Bearer {token}\r\n");
        }
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() && !headers.iter().any(|(name, _)| *name == "transfer-encoding") {
            text += &format!("content-length: {}\r\n", body.len());
        }
        text += "\r\n";
        stream.write_all(text.as_bytes()).await.unwrap();
        // A server that refuses by the header alone may close before it has read everything.
        let _ = stream.write_all(body).await;
        BufReader::new(stream)
    }
}

async fn head(stream: &mut BufReader<TcpStream>) -> (u16, Vec<(String, String)>) {
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    let status = line.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or_else(|| panic!("not HTTP: {line:?}"));
    let mut headers = Vec::new();
    loop {
        line.clear();
        stream.read_line(&mut line).await.unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else { return (status, headers) };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
}

/// Server-sent events, each a whole view.
pub(crate) struct Views {
    stream: BufReader<TcpStream>,
}

impl Views {
    /// The next view; none when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        let read = async {
            let mut line = String::new();
            loop {
                line.clear();
                if self.stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                    return None;
                }
                if let Some(data) = line.strip_prefix("data: ") {
                    return Some(serde_json::from_str(data.trim_end()).unwrap());
                }
            }
        };
        timeout(PATIENCE, read).await.expect("no view came")
    }

    /// The first view that fits.
    pub(crate) async fn until(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..200 {
            let view = self.next().await.unwrap_or_else(|| panic!("the stream ended before: {what}"));
            if fits(&view) {
                return view;
            }
        }
        panic!("no view showed: {what}")
    }
}
