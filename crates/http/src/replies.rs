//! Answers to writes that are not journaled (accounts, API keys), kept for a while so that a retry gets the same answer.
//!
//! In memory: after a restart a retry meets the store's own uniqueness instead (an e-mail address is taken once, a key is
//! revoked once). The answers hold new API keys, so they live short and are never logged.

use std::{collections::HashMap, future::Future};

use axum::http::StatusCode;
use baton_model::{IdempotencyKey, Timestamp};
use tokio::sync::Mutex;

use crate::{
    limits,
    problem::{Code, Problem},
};

#[derive(Debug, Clone)]
struct Kept {
    at: Timestamp,
    hash: u64,
    status: StatusCode,
    body: serde_json::Value,
}

/// Serialises these rare writes: the second of two equal requests waits for the answer of the first.
#[derive(Default)]
pub(crate) struct Replies {
    kept: Mutex<HashMap<String, Kept>>,
}

impl std::fmt::Debug for Replies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Replies(..)")
    }
}

impl Replies {
    /// Does `work` once per key; a refusal is not kept, so it may be tried again.
    pub(crate) async fn once(
        &self,
        key: IdempotencyKey,
        now: Timestamp,
        work: impl Future<Output = Result<(StatusCode, serde_json::Value), Problem>> + Send,
    ) -> Result<(StatusCode, axum::Json<serde_json::Value>), Problem> {
        let mut kept = self.kept.lock().await;
        kept.retain(|_, answer| now.since(answer.at) < limits::KEPT_FOR);
        if let Some(answer) = kept.get(&key.key) {
            if answer.hash != key.hash {
                return Err(Problem::new(Code::KeyReused, "This Idempotency-Key came with another request before."));
            }
            return Ok((answer.status, axum::Json(answer.body.clone())));
        }
        let (status, body) = work.await?;
        if kept.len() >= limits::KEPT_ANSWERS
            && let Some(oldest) = kept.iter().min_by_key(|(_, answer)| answer.at).map(|(key, _)| key.clone())
        {
            kept.remove(&oldest);
        }
        kept.insert(key.key, Kept { at: now, hash: key.hash, status, body: body.clone() });
        Ok((status, axum::Json(body)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(hash: u64) -> IdempotencyKey {
        IdempotencyKey { key: "acct:1".into(), hash }
    }

    #[tokio::test]
    async fn a_repeated_write_happens_once() {
        let replies = Replies::default();
        let at = Timestamp::from_millis(0);
        let answer = |n: u32| async move { Ok((StatusCode::CREATED, serde_json::json!(n))) };
        assert_eq!(replies.once(key(7), at, answer(1)).await.unwrap().1.0, 1);
        assert_eq!(replies.once(key(7), at, answer(2)).await.unwrap().1.0, 1);
        assert_eq!(replies.once(key(8), at, answer(3)).await.unwrap_err().code, Code::KeyReused);
        assert_eq!(replies.once(key(8), at + limits::KEPT_FOR, answer(4)).await.unwrap().1.0, 4);
    }

    #[tokio::test]
    async fn a_refused_write_may_be_tried_again() {
        let replies = Replies::default();
        let at = Timestamp::from_millis(0);
        let refused = replies.once(key(7), at, async { Err(Problem::not_found("key")) }).await;
        assert!(refused.is_err());
        assert!(replies.once(key(7), at, async { Ok((StatusCode::OK, serde_json::json!(1))) }).await.is_ok());
    }
}
