//! The demo: a small shop with a knowledge base, customers, orders and people, and traffic that keeps board and desk alive.
//!
//! Everything that happens in it goes through the public API on the loopback interface, as real bots, pages and people
//! would; only the set-up uses the store directly, for accounts and keys. The brand and all people are invented.
//!
//! To add a scene: a `Scene` in `scenes`. To add a person: `shop::PEOPLE`; a customer: `buyers::BUYERS`. To add a step of the
//! check: `check`.

mod api;
mod buyers;
mod check;
mod customers;
mod desk;
mod dice;
mod hours;
mod page;
mod scenes;
mod shop;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::{Context, Result};
use baton_http::{App, Demo, Options};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};
use tracing::info;

use crate::{
    cli::DemoArgs,
    commands::serve,
    config::{self, Config},
    logging,
    parts::{self, Parts},
};

pub(crate) use shop::Shop;

/// Conversations that the demo's own customers may open in a minute, all from one address.
const OPENS_PER_MINUTE: u32 = 600;

/// A served demo.
struct Served {
    parts: Parts,
    shop: Arc<Shop>,
    base: String,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

pub(crate) async fn run(args: DemoArgs) -> Result<ExitCode> {
    let config = config::load(None, &config::environment)?;
    let mut log = config.log.clone();
    if args.check || log == config::Log::default() {
        // The console is for the demo's own lines.
        log.filter = config::environment("BATON_LOG_FILTER").unwrap_or_else(|| "warn".into());
    }
    logging::start(&log)?;
    let temporary = match &args.data {
        Some(_) => None,
        None => Some(Temporary::new()?),
    };
    let data = args.data.clone().or_else(|| temporary.as_ref().map(|t| t.0.clone())).unwrap_or_default();
    let listen = if args.check { std::net::SocketAddr::from(([127, 0, 0, 1], 0)) } else { args.listen };
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;

    let (stop, stopping) = watch::channel(false);
    let served = start(listener, &data, &config, stopping.clone()).await?;
    let code = if args.check {
        check::run(&served.base, &served.shop, &*served.parts.store).await?
    } else {
        page::announce(&served.base, &served.shop)?;
        let mut traffic = JoinSet::new();
        if !args.quiet {
            customers::spawn(&mut traffic, &served.base, &served.shop, args.seed);
            desk::spawn(&mut traffic, &served.base, &served.shop, args.seed);
        }
        serve::stop_signal()?.await;
        traffic.shutdown().await;
        ExitCode::SUCCESS
    };
    stop.send_replace(true);
    served.server.await?.context("the server stopped")?;
    served.parts.baton.shutdown().await;
    info!("stopped");
    Ok(code)
}

async fn start(
    listener: TcpListener,
    data: &std::path::Path,
    config: &Config,
    mut stopping: watch::Receiver<bool>,
) -> Result<Served> {
    let parts = parts::assemble(data, config)?;
    let shop = Arc::new(shop::install(&parts).await.context("the demo shop was not set up")?);
    let listen = listener.local_addr()?;
    let options = Options {
        widget_opens_per_minute: OPENS_PER_MINUTE,
        demo: Some(Demo { widget_key: shop.widget_key.clone() }),
        ..serve::options(config, listen)
    };
    let app = App::new(Arc::new(parts.baton.clone()), parts.store.clone(), parts.clock.clone(), options);
    let beside = page::router(&shop);
    let server = tokio::spawn(async move {
        let stopped = async move {
            // An error means that the sender is gone, which is a stop as well.
            drop(stopping.wait_for(|stop| *stop).await);
        };
        baton_http::serve_with(listener, app, beside, stopped).await
    });
    Ok(Served { base: format!("http://{listen}"), parts, shop, server })
}

/// A directory that is gone when the demo ends.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Result<Self> {
        let mut bytes = [0u8; 8];
        getrandom::fill(&mut bytes).map_err(|e| anyhow::anyhow!("no randomness from the operating system: {e}"))?;
        let dir = std::env::temp_dir().join(format!("baton-demo-{:016x}", u64::from_le_bytes(bytes)));
        std::fs::create_dir(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
        Ok(Self(dir))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Nothing can be done about a failure here; the system clears its temporary directory.
        drop(std::fs::remove_dir_all(&self.0));
    }
}
