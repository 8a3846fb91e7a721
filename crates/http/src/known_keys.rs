//! API keys that were valid a moment ago. A bot sends one with every turn, and the account store need not be asked each
//! time. A revocation through this server is felt at once; one made elsewhere within [`limits::KEY_MEMORY`].

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use baton_model::Timestamp;
use baton_ports::{ApiKey, TokenHash};

use crate::limits;

#[derive(Debug, Default)]
pub(crate) struct KnownKeys {
    inner: RwLock<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Grows at each revocation: what was asked before it is not remembered after it.
    generation: u64,
    keys: HashMap<TokenHash, (ApiKey, Timestamp)>,
}

/// Taken before the store is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked(u64);

impl KnownKeys {
    pub(crate) fn get(&self, credential: &TokenHash, now: Timestamp) -> Result<ApiKey, Asked> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        match inner.keys.get(credential) {
            Some((key, at)) if now.since(*at) <= limits::KEY_MEMORY => Ok(key.clone()),
            _ => Err(Asked(inner.generation)),
        }
    }

    pub(crate) fn remember(&self, asked: Asked, key: &ApiKey, now: Timestamp) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        if inner.generation != asked.0 {
            return;
        }
        if inner.keys.len() >= limits::KEYS_REMEMBERED {
            inner.keys.clear();
        }
        inner.keys.insert(key.token_hash, (key.clone(), now));
    }

    pub(crate) fn forget(&self) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        inner.generation += 1;
        inner.keys.clear();
    }
}

#[cfg(test)]
mod tests {
    use baton_model::{IdSource, Millis};
    use baton_ports::Role;

    use super::*;

    #[test]
    fn a_key_is_known_for_a_moment_and_not_beyond_a_revocation() {
        let now = Timestamp::from_millis(1_000_000);
        let mut ids = IdSource::new(now, 1);
        let key = ApiKey {
            id: ids.draw(),
            workspace: ids.draw(),
            name: "bot".into(),
            role: Role::Bot,
            token_hash: TokenHash([7; 32]),
            hint: "abcd".into(),
            created_at: now,
            revoked_at: None,
        };
        let known = KnownKeys::default();
        let asked = known.get(&key.token_hash, now).unwrap_err();
        known.remember(asked, &key, now);
        assert!(known.get(&key.token_hash, now + limits::KEY_MEMORY).is_ok());
        assert!(known.get(&key.token_hash, now + limits::KEY_MEMORY + Millis(1)).is_err());
        let asked_before = known.get(&TokenHash([8; 32]), now).unwrap_err();
        known.forget();
        assert!(known.get(&key.token_hash, now).is_err());
        // The answer of a question that was asked before the revocation comes too late.
        known.remember(asked_before, &key, now);
        assert!(known.get(&key.token_hash, now).is_err());
    }
}
