//! The real `baton` binary on a data directory of its own, started, killed and restarted from outside.

use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{client::Client, process};

/// A start takes a few tens of milliseconds; a replay of a long journal more.
const START_LIMIT: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(crate) struct Server {
    binary: PathBuf,
    data: PathBuf,
    pub(crate) address: SocketAddr,
    child: Option<Child>,
}

impl Server {
    /// Prepares a server that is not running yet. It keeps its port over restarts, so that clients find it again.
    pub(crate) fn new(binary: &Path, data: &Path) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).context("no free port")?;
        Ok(Self { binary: binary.to_owned(), data: data.to_owned(), address, child: None })
    }

    /// Starts it and waits for the first answer of `/healthz`; says how long that took.
    pub(crate) fn start(&mut self) -> Result<Duration> {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.data.join("server.log"))?;
        let began = Instant::now();
        let child = Command::new(&self.binary)
            .args(["serve", "--listen", &self.address.to_string(), "--data"])
            .arg(&self.data)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {}", self.binary.display()))?;
        let child = self.child.insert(child);
        loop {
            // A refused connection costs microseconds: polling finds the first instant at which it serves.
            if TcpStream::connect(self.address).is_ok() {
                let served = Client::new(self.address, "").get("/healthz");
                if served.is_ok_and(|r| r.status == 200) {
                    return Ok(began.elapsed());
                }
            }
            if let Some(status) = child.try_wait()? {
                bail!("baton stopped at start ({status}):\n{}", self.log());
            }
            if began.elapsed() > START_LIMIT {
                bail!("baton did not serve within {} s:\n{}", START_LIMIT.as_secs(), self.log());
            }
            thread::sleep(Duration::from_micros(500));
        }
    }

    /// SIGKILL: no goodbye, no flush.
    pub(crate) fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill().context("cannot kill baton")?;
            child.wait().context("cannot wait for baton")?;
        }
        Ok(())
    }

    /// Runs a command of the binary on the same data directory and gives what it prints.
    pub(crate) fn command(&self, args: &[&str]) -> Result<String> {
        process::output(Command::new(&self.binary).args(args).arg("--data").arg(&self.data))
    }

    /// A workspace and a bot's key in it.
    pub(crate) fn workspace(&self, slug: &str) -> Result<String> {
        self.command(&["workspace", "create", slug])?;
        let printed = self.command(&["key", "create", "--workspace", slug, "--role", "bot", "--name", slug])?;
        let key = printed.split_whitespace().find(|word| word.starts_with("bk_"));
        key.map(str::to_owned).with_context(|| format!("no bot key in what `baton key create` printed: {printed}"))
    }

    pub(crate) fn log(&self) -> String {
        let text = fs::read_to_string(self.data.join("server.log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing can be done about a failure here, and nothing must be left running.
        drop(self.kill());
    }
}

/// A directory that is gone when it is dropped.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// On the disk that holds the build products, not in a memory file system: durability is what is measured.
    pub(crate) fn new(name: &str) -> Result<Self> {
        let dir = process::target().join("xtask").join(format!("{name}-{}", std::process::id()));
        if dir.exists() {
            fs::remove_dir_all(&dir)?;
        }
        fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
        Ok(Self(dir))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}
