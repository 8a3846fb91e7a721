//! `baton serve`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result};
use baton_http::{App, Options};
use baton_model::{Actor, Input};
use baton_ports::Accounts;
use baton_runtime::Baton;
use baton_store::SqliteStore;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tracing::{error, info, warn};

use crate::{
    articles,
    cli::ServeArgs,
    config::{self, Config},
    logging, parts,
};

pub(crate) async fn run(args: ServeArgs) -> Result<()> {
    let mut config = config::load(args.config.as_deref(), &config::environment)?;
    config.listen = args.listen.unwrap_or(config.listen);
    logging::start(&config.log)?;
    let parts = parts::assemble(&args.data, &config)?;
    let listener = TcpListener::bind(config.listen).await.with_context(|| format!("cannot listen on {}", config.listen))?;
    let listen = listener.local_addr()?;
    let options = options(&config, listen);
    let app = App::new(Arc::new(parts.baton.clone()), parts.store.clone(), parts.clock.clone(), options);
    info!(%listen, data = %args.data.display(), "serving");
    if !config.knowledge.dir.as_os_str().is_empty() {
        // After the listener: a large folder must not keep anybody waiting.
        tokio::spawn(load_articles(config.knowledge.dir.clone(), parts.store.clone(), parts.baton.clone()));
    }
    baton_http::serve(listener, app, stop_signal()?).await.context("the server stopped")?;
    info!("stopping");
    parts.baton.shutdown().await;
    info!("stopped");
    Ok(())
}

pub(crate) fn options(config: &Config, listen: std::net::SocketAddr) -> Options {
    Options {
        listen,
        cookie_secure: config.http.cookie_secure,
        widget_opens_per_minute: config.http.widget_opens_per_minute,
        demo: None,
    }
}

/// Resolves at SIGINT or SIGTERM.
pub(crate) fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

async fn load_articles(dir: PathBuf, store: Arc<SqliteStore>, baton: Baton) {
    let workspaces = match tokio::task::spawn_blocking(move || store.workspaces()).await {
        Ok(Ok(workspaces)) => workspaces,
        Ok(Err(error)) => return error!(%error, "the knowledge folder was not read"),
        Err(error) => return error!(%error, "the knowledge folder was not read"),
    };
    for workspace in workspaces {
        let folder = dir.join(&workspace.slug);
        if folder.is_dir()
            && let Err(error) = load_folder(&folder, &baton, workspace.id).await
        {
            error!(workspace = %workspace.slug, error = format!("{error:#}"), "articles were not loaded");
        }
    }
}

/// Puts what differs from what the workspace has.
async fn load_folder(folder: &Path, baton: &Baton, workspace: baton_model::WorkspaceId) -> Result<()> {
    let handle = baton.workspace(workspace).await?;
    let known = handle.articles();
    let (folder, now) = (folder.to_owned(), handle.now());
    let read = tokio::task::spawn_blocking(move || articles::read_folder(&folder, now)).await??;
    let mut put = 0;
    for article in read {
        let same = |a: &baton_model::Article| {
            (&a.id, &a.title, &a.body, &a.topics) == (&article.id, &article.title, &article.body, &article.topics)
        };
        if known.iter().any(|a| same(a)) {
            continue;
        }
        let actor = Actor::Supervisor { name: "knowledge folder".into(), human_agent: None };
        match handle.submit(actor, None, Input::PutArticle { article: article.clone() }).await {
            Ok(_) => put += 1,
            Err(error) => warn!(article = %article.id, %error, "an article was refused"),
        }
    }
    info!(%workspace, put, "articles read");
    Ok(())
}
