//! A small HTTP/1.1 client over one kept connection: enough for JSON requests to our own server, with no overhead that a
//! benchmark would have to explain.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// No answer of ours takes longer.
const TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(crate) struct Client {
    address: SocketAddr,
    bearer: String,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
    request: Vec<u8>,
}

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).with_context(|| format!("not JSON: {}", String::from_utf8_lossy(&self.body)))
    }

    pub(crate) fn ok(self) -> Result<Self> {
        if !(200..300).contains(&self.status) {
            bail!("status {}: {}", self.status, String::from_utf8_lossy(&self.body));
        }
        Ok(self)
    }
}

impl Client {
    pub(crate) fn new(address: SocketAddr, bearer: &str) -> Self {
        Self {
            address,
            bearer: bearer.to_owned(),
            stream: None,
            buffer: Vec::with_capacity(16 * 1024),
            request: Vec::with_capacity(2048),
        }
    }

    pub(crate) fn get(&mut self, path: &str) -> io::Result<Response> {
        self.send("GET", path, None, "")
    }

    /// Every write carries its idempotency key.
    pub(crate) fn post(&mut self, path: &str, key: &str, body: &str) -> io::Result<Response> {
        self.send("POST", path, Some(key), body)
    }

    fn send(&mut self, method: &str, path: &str, key: Option<&str>, body: &str) -> io::Result<Response> {
        self.request.clear();
        write!(self.request, "{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.address)?;
        if !self.bearer.is_empty() {
            write!(self.request, "Authorization: Bearer {}\r\n", self.bearer)?;
        }
        if let Some(key) = key {
            write!(self.request, "Idempotency-Key: {key}\r\nContent-Type: application/json\r\n")?;
        }
        write!(self.request, "Content-Length: {}\r\n\r\n{body}", body.len())?;
        let answer = self.exchange();
        if answer.is_err() {
            self.stream = None;
        }
        answer
    }

    fn exchange(&mut self) -> io::Result<Response> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect_timeout(&self.address, TIMEOUT)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(TIMEOUT))?;
                stream.set_write_timeout(Some(TIMEOUT))?;
                none.insert(stream)
            }
        };
        stream.write_all(&self.request)?;
        self.buffer.clear();
        let head = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            fill(stream, &mut self.buffer)?;
        };
        let text = std::str::from_utf8(&self.buffer[..head]).map_err(io::Error::other)?;
        let status =
            text.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(|| io::Error::other("no status line"))?;
        let header = |name: &str| {
            text.lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(n, _)| n.eq_ignore_ascii_case(name))
                .map(|(_, v)| v.trim().to_owned())
        };
        let close = header("connection").is_some_and(|v| v.eq_ignore_ascii_case("close"));
        let chunked = header("transfer-encoding").is_some_and(|v| v.eq_ignore_ascii_case("chunked"));
        let length: Option<usize> = header("content-length").and_then(|v| v.parse().ok());
        let body = if chunked {
            read_chunks(stream, &mut self.buffer, head)?
        } else {
            let end = head + length.unwrap_or(0);
            while self.buffer.len() < end {
                fill(stream, &mut self.buffer)?;
            }
            self.buffer[head..end].to_vec()
        };
        if close {
            self.stream = None;
        }
        Ok(Response { status, body })
    }
}

fn read_chunks(stream: &mut TcpStream, buffer: &mut Vec<u8>, mut at: usize) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = loop {
            if let Some(end) = find(&buffer[at..], b"\r\n") {
                break at + end;
            }
            fill(stream, buffer)?;
        };
        let size = std::str::from_utf8(&buffer[at..line]).ok().and_then(|hex| usize::from_str_radix(hex.trim(), 16).ok());
        let size = size.ok_or_else(|| io::Error::other("bad chunk"))?;
        let end = line + 2 + size;
        while buffer.len() < end + 2 {
            fill(stream, buffer)?;
        }
        body.extend_from_slice(&buffer[line + 2..end]);
        at = end + 2;
        if size == 0 {
            return Ok(body);
        }
    }
}

fn fill(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<()> {
    let mut chunk = [0; 8 * 1024];
    match stream.read(&mut chunk)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        n => {
            buffer.extend_from_slice(&chunk[..n]);
            Ok(())
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn answer(parts: &'static [&'static str]) -> Response {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut seen = [0; 2048];
            let n = stream.read(&mut seen).unwrap();
            for part in parts {
                stream.write_all(part.as_bytes()).unwrap();
                stream.flush().unwrap();
                std::thread::sleep(Duration::from_millis(5));
            }
            String::from_utf8_lossy(&seen[..n]).into_owned()
        });
        let response = Client::new(address, "bk_x").post("/p", "k1", "{}").unwrap();
        let request = server.join().unwrap();
        assert!(
            request.contains("Idempotency-Key: k1\r\n") && request.contains("Authorization: Bearer bk_x\r\n"),
            "{request}"
        );
        response
    }

    #[test]
    fn reads_bodies_that_come_in_pieces() {
        let response = answer(&["HTTP/1.1 201 Created\r\nContent-", "Length: 5\r\n\r\nhe", "llo"]);
        assert_eq!((response.status, response.body.as_slice()), (201, b"hello".as_slice()));
    }

    #[test]
    fn reads_chunks() {
        let response =
            answer(&["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc", "\r\n2\r\nde\r\n0\r\n\r\n"]);
        assert_eq!(response.body, b"abcde");
    }

    #[test]
    fn a_cut_connection_is_an_error() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || drop(listener.accept().unwrap()));
        assert!(Client::new(address, "").get("/").is_err());
        server.join().unwrap();
    }
}
