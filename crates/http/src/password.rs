//! Passwords: argon2id on the blocking pool, a few at a time.
//!
//! Hashing is slow on purpose, so it must neither block the executor nor eat the machine.

use std::{sync::Arc, time::Duration};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use crate::{
    limits,
    problem::{Code, Problem},
};

/// A password that cannot be hashed.
#[derive(Debug, thiserror::Error)]
#[error("the password cannot be hashed: {0}")]
pub struct BadPassword(String);

/// argon2id with a random salt, as a PHC string. Takes tens of milliseconds: call it off the executor.
pub fn hash_password(password: &str) -> Result<String, BadPassword> {
    Argon2::default().hash_password(password.as_bytes()).map(|h| h.to_string()).map_err(|e| BadPassword(e.to_string()))
}

fn verify(password: &str, phc: &str) -> bool {
    PasswordHash::new(phc).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Bounds how much hashing goes on at once.
#[derive(Debug)]
pub(crate) struct Passwords {
    permits: Arc<Semaphore>,
    /// Checked when the account is unknown, so that both answers take the same time.
    decoy: tokio::sync::OnceCell<String>,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        Self { permits: Arc::new(Semaphore::new(limits::PASSWORD_CHECKS)), decoy: tokio::sync::OnceCell::new() }
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let wait = Duration::from_millis(limits::PASSWORD_WAIT.0.unsigned_abs());
        let permit = match tokio::time::timeout(wait, Arc::clone(&self.permits).acquire_owned()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) | Err(_) => return Err(Problem::new(Code::Busy, "Too many people are signing in at once.")),
        };
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(Problem::internal)
    }

    pub(crate) async fn hash(&self, password: String) -> Result<String, Problem> {
        self.run(move || hash_password(&password)).await?.map_err(Problem::internal)
    }

    /// `stored` is `None` for an unknown account: the same work is done, and the answer is no.
    pub(crate) async fn check(&self, password: String, stored: Option<String>) -> Result<bool, Problem> {
        let known = stored.is_some();
        let phc = match stored {
            Some(phc) => phc,
            None => self.decoy.get_or_try_init(|| self.hash("nobody has this password".into())).await?.clone(),
        };
        Ok(self.run(move || verify(&password, &phc)).await? && known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_argon2id_and_salted() {
        let (a, b) = (hash_password("correct horse").unwrap(), hash_password("correct horse").unwrap());
        assert!(a.starts_with("$argon2id$") && a != b);
        assert!(verify("correct horse", &a) && !verify("wrong horse", &a) && !verify("correct horse", "garbage"));
    }

    #[tokio::test]
    async fn nobody_signs_in_to_an_account_that_does_not_exist() {
        let passwords = Passwords::new();
        assert!(!passwords.check("nobody has this password".into(), None).await.unwrap());
    }
}
