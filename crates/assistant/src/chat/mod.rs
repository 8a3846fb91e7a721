//! Any OpenAI-compatible model, local or remote, that words the answer from the passages that retrieval found.
//!
//! It may only use those passages, and must say when they do not hold the answer; a fact that it does not attribute
//! lowers the confidence, so that the policy can react. Its output is data: capped, cleaned, never obeyed. When the model
//! fails, is slow, or the breaker is open, the answer comes from the articles alone.
//!
//! To support another wire format: a file beside `wire` with its request and reply, chosen in `ChatConfig`.

mod breaker;
mod wire;

use std::{fmt, sync::Arc, time::Duration};

use baton_model::{AiMeta, Article, Millis, WorkspaceId};
use baton_ports::{Answer, Ask, Assistant, AssistantError, BoxFuture, Clock, Reword};
use serde::Deserialize;
use tracing::warn;

pub use breaker::{Breaker, BreakerConfig, BreakerCounts, BreakerState};

use crate::knowledge::{Knowledge, citation};

/// Bytes of a reply that are read.
const REPLY_BYTES: usize = 256 * 1024;
/// Of the time left, what is kept for falling back.
const RESERVE: Millis = Millis(250);
/// A sentence that names no passage halves the confidence.
const UNATTRIBUTED: f32 = 0.5;

/// Where the model is and how long to wait for it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatConfig {
    /// Up to and without `/chat/completions`, as in `http://127.0.0.1:8000/v1`.
    pub base_url: String,
    pub model: String,
    /// Sent as a bearer token.
    #[serde(default)]
    pub api_key: Option<String>,
    #[serde(default = "default_timeout")]
    pub timeout_ms: u64,
    #[serde(default = "default_tokens")]
    pub max_tokens: u32,
    #[serde(default)]
    pub breaker: BreakerConfig,
}

fn default_timeout() -> u64 {
    8_000
}

fn default_tokens() -> u32 {
    400
}

impl fmt::Debug for ChatConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatConfig").field("base_url", &self.base_url).field("model", &self.model).finish_non_exhaustive()
    }
}

/// The configuration cannot work.
#[derive(Debug, thiserror::Error)]
#[error("the model endpoint `{url}` cannot be used: {problem}")]
pub struct BadEndpoint {
    pub url: String,
    pub problem: String,
}

/// A model in front of the knowledge base.
pub struct Chat {
    knowledge: Knowledge,
    config: ChatConfig,
    url: reqwest::Url,
    client: reqwest::Client,
    breaker: Breaker,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Chat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chat").field("config", &self.config).field("breaker", &self.breaker).finish_non_exhaustive()
    }
}

impl Chat {
    pub fn new(config: ChatConfig, clock: Arc<dyn Clock>) -> Result<Self, BadEndpoint> {
        let bad = |problem: String| BadEndpoint { url: config.base_url.clone(), problem };
        let url = format!("{}/chat/completions", config.base_url.trim_end_matches('/'));
        let url = reqwest::Url::parse(&url).map_err(|e| bad(e.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad("only http and https are possible".into()));
        }
        // Fails only when a provider is installed already, which is just as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(3))
            .timeout(Duration::from_millis(config.timeout_ms))
            .build()
            .map_err(|e| bad(e.to_string()))?;
        Ok(Self { knowledge: Knowledge::new(), breaker: Breaker::new(config.breaker), url, client, config, clock })
    }

    pub fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    async fn reply(&self, ask: Ask) -> Answer {
        if let Some(answer) = Knowledge::small_talk(&ask.question) {
            return answer;
        }
        let outcome = self.try_model(Millis(ask.deadline.0 - RESERVE.0), self.call(&ask)).await;
        if let Some(Err(error)) = &outcome {
            warn!(%error, model = %self.config.model, "the model failed; answering from the articles alone");
        }
        outcome.and_then(Result::ok).unwrap_or_else(|| self.knowledge.reply(&ask))
    }

    /// Within the time, and counted by the breaker; `None` where that spares the model.
    async fn try_model<T>(
        &self,
        within: Millis,
        call: impl Future<Output = Result<T, AssistantError>>,
    ) -> Option<Result<T, AssistantError>> {
        if !self.breaker.admit(self.clock.now()) {
            return None;
        }
        let limit = Duration::from_millis(within.0.max(1).unsigned_abs());
        let outcome = tokio::time::timeout(limit, call).await.unwrap_or(Err(AssistantError::TimedOut));
        match &outcome {
            Ok(_) => self.breaker.succeeded(),
            Err(_) => self.breaker.failed(self.clock.now()),
        }
        Some(outcome)
    }

    async fn call(&self, ask: &Ask) -> Result<Answer, AssistantError> {
        let retrieved = self.knowledge.retrieve(ask);
        let body =
            wire::Request::new(&self.config.model, self.config.max_tokens, &ask.question, &ask.history, &retrieved.hits);
        let raw = self.complete(&body).await?;
        let passages = retrieved.hits.len().min(wire::PASSAGES);
        let said = wire::clean(&raw, passages);
        let version = Some(format!("chat/{}", self.config.model));
        if said.unknown {
            let text = crate::knowledge::DONT_KNOW.to_owned();
            let confidence = Some(retrieved.confidence.min(0.2));
            return Ok(Answer { text, meta: AiMeta { confidence, no_answer: true, citations: vec![], version } });
        }
        if said.text.is_empty() {
            return Err(AssistantError::BadAnswer("empty text".into()));
        }
        let citations: Vec<_> = said.cited.iter().filter_map(|i| retrieved.hits.get(*i)).map(citation).collect();
        let factor = if citations.is_empty() { UNATTRIBUTED } else { 1.0 };
        let meta = AiMeta { confidence: Some(factor * retrieved.confidence), no_answer: false, citations, version };
        Ok(Answer { text: said.text, meta })
    }

    /// Rewords as one question; the breaker counts it like any other.
    async fn rewordings(&self, ask: Reword) -> Result<Vec<String>, AssistantError> {
        let reworded = async {
            let body = wire::Request::rewording(&self.config.model, self.config.max_tokens, &ask.sentences);
            let raw = self.complete(&body).await?;
            let wrong = || AssistantError::BadAnswer(format!("not {} sentences as JSON", ask.sentences.len()));
            wire::sentences(&raw).filter(|all| all.len() == ask.sentences.len()).ok_or_else(wrong)
        };
        let spared = || AssistantError::Unavailable("the model has failed too often; it is spared for a while".into());
        self.try_model(ask.deadline, reworded).await.unwrap_or_else(|| Err(spared()))
    }

    /// What the model says, as it says it.
    async fn complete(&self, body: &wire::Request<'_>) -> Result<String, AssistantError> {
        let mut request = self.client.post(self.url.clone()).json(body);
        if let Some(key) = &self.config.api_key {
            request = request.bearer_auth(key);
        }
        let mut response = request.send().await.map_err(|e| failure(&e))?;
        if !response.status().is_success() {
            return Err(AssistantError::Unavailable(format!("the model endpoint answered {}", response.status())));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| failure(&e))? {
            if bytes.len() + chunk.len() > REPLY_BYTES {
                return Err(AssistantError::BadAnswer(format!("more than {REPLY_BYTES} bytes")));
            }
            bytes.extend_from_slice(&chunk);
        }
        let reply: wire::Reply =
            serde_json::from_slice(&bytes).map_err(|e| AssistantError::BadAnswer(format!("not a chat completion: {e}")))?;
        reply.text().ok_or_else(|| AssistantError::BadAnswer("no choices[0].message.content".into()))
    }
}

/// The kind of failure without the URL, which may carry a key.
fn failure(e: &reqwest::Error) -> AssistantError {
    if e.is_timeout() {
        AssistantError::TimedOut
    } else if e.is_connect() {
        AssistantError::Unavailable("no connection to the model endpoint".into())
    } else {
        AssistantError::Unavailable("the model endpoint broke off".into())
    }
}

impl Assistant for Chat {
    fn answer(&self, ask: Ask) -> BoxFuture<'_, Result<Answer, AssistantError>> {
        Box::pin(async move { Ok(self.reply(ask).await) })
    }

    fn reword(&self, ask: Reword) -> BoxFuture<'_, Result<Vec<String>, AssistantError>> {
        Box::pin(self.rewordings(ask))
    }

    fn index(&self, workspace: WorkspaceId, article: Arc<Article>) {
        self.knowledge.index(workspace, article);
    }

    fn forget(&self, workspace: WorkspaceId, id: &str) {
        self.knowledge.forget(workspace, id);
    }
}
