//! Random tokens: drawn from the operating system, handed out once, stored only as SHA-256.
//!
//! This is the one place that draws secrets; ids come from the input's stamp.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use baton_ports::TokenHash;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// What a token is for: its prefix tells people and secret scanners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    Session,
    ApiKey,
    Customer,
}

impl TokenKind {
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Session => "st_",
            Self::ApiKey => "bk_",
            Self::Customer => "ct_",
        }
    }

    /// The kind that a presented token claims to be.
    pub(crate) fn of(token: &str) -> Option<Self> {
        [Self::Session, Self::ApiKey, Self::Customer].into_iter().find(|kind| token.starts_with(kind.prefix()))
    }
}

/// A token and what is stored of it.
#[derive(Clone)]
pub struct NewToken {
    /// Shown once.
    pub token: String,
    pub hash: TokenHash,
    /// The last four characters, so that people can tell their tokens apart.
    pub hint: String,
}

impl std::fmt::Debug for NewToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewToken(..)")
    }
}

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("no randomness from the operating system: {0}")]
pub struct NoRandomness(String);

/// Draws a token of 256 bits.
pub fn new_token(kind: TokenKind) -> Result<NewToken, NoRandomness> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| NoRandomness(e.to_string()))?;
    let token = format!("{}{}", kind.prefix(), URL_SAFE_NO_PAD.encode(bytes));
    let hash = hash_token(&token);
    let hint = token[token.len() - 4..].to_owned();
    Ok(NewToken { token, hash, hint })
}

/// What is stored of a token, and looked up by.
pub fn hash_token(token: &str) -> TokenHash {
    TokenHash(Sha256::digest(token.as_bytes()).into())
}

/// Compares without telling by its duration where the difference is.
pub(crate) fn same(a: &TokenHash, b: &TokenHash) -> bool {
    a.0.ct_eq(&b.0).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_are_found_by_their_hash() {
        let (a, b) = (new_token(TokenKind::ApiKey).unwrap(), new_token(TokenKind::ApiKey).unwrap());
        assert_ne!(a.token, b.token);
        assert!(same(&hash_token(&a.token), &a.hash) && !same(&a.hash, &b.hash));
        assert_eq!(TokenKind::of(&a.token), Some(TokenKind::ApiKey));
        assert_eq!(TokenKind::of("xx_1"), None);
    }

    #[test]
    fn a_token_is_never_printed() {
        let token = new_token(TokenKind::Session).unwrap();
        assert!(!format!("{token:?}").contains(&token.token));
    }
}
