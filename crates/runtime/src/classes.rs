//! Issue classes of the workspaces' own, and the encoder that is asked about the turns of which they are least sure.
//!
//! Reading with the classes takes microseconds and happens in the caller's task. The encoder takes milliseconds: it runs
//! beside the tasks, for a few callers at once, for a bounded time; whoever finds it busy or slow goes on with the first
//! opinion. No workspace waits for it.

use std::{collections::HashMap, fmt, sync::Arc};

use baton_model::{ClassGuess, WorkspaceId};
use baton_sense::{Classifier, First, minilm::Encoder};
use tokio::sync::Semaphore;

use crate::limits::{ENCODER_WAIT, ENCODING};

#[derive(Default)]
pub struct Classes {
    by_workspace: HashMap<WorkspaceId, Arc<Classifier>>,
    encoder: Option<Asked>,
}

struct Asked {
    encoder: Arc<Encoder>,
    running: Arc<Semaphore>,
}

impl fmt::Debug for Classes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Classes")
            .field("workspaces", &self.by_workspace.len())
            .field("encoder", &self.encoder.is_some())
            .finish()
    }
}

impl Classes {
    /// Of the workspaces that have classes of their own; the others get the generic ones.
    pub fn new(by_workspace: impl IntoIterator<Item = (WorkspaceId, Classifier)>, encoder: Option<Encoder>) -> Self {
        Self {
            by_workspace: by_workspace.into_iter().map(|(id, classifier)| (id, Arc::new(classifier))).collect(),
            encoder: encoder
                .map(|encoder| Asked { encoder: Arc::new(encoder), running: Arc::new(Semaphore::new(ENCODING)) }),
        }
    }

    /// The classes of a workspace, if it has some.
    pub(crate) fn of(&self, workspace: WorkspaceId) -> Option<&Arc<Classifier>> {
        self.by_workspace.get(&workspace)
    }

    /// `None` for a text without words.
    pub(crate) async fn classify(&self, own: &Arc<Classifier>, text: &str) -> Option<ClassGuess> {
        let first = own.first(text)?;
        Some(match self.encoder.as_ref().filter(|_| own.is_unsure(&first)) {
            Some(asked) => asked.again(own, &first, text).await.unwrap_or_else(|| own.conclude(first, None)),
            None => own.conclude(first, None),
        })
    }
}

impl Asked {
    /// `None` where the encoder was busy, or did not answer in time.
    async fn again(&self, own: &Arc<Classifier>, first: &First, text: &str) -> Option<ClassGuess> {
        let running = Arc::clone(&self.running).try_acquire_owned().ok()?;
        let (own, encoder, first) = (Arc::clone(own), Arc::clone(&self.encoder), first.clone());
        let text: String = text.chars().take(baton_sense::MAX_CHARS).collect();
        let answer = tokio::task::spawn_blocking(move || {
            let guess = own.conclude(first, Some(&encoder.encode(&text)));
            drop(running);
            guess
        });
        tokio::time::timeout(ENCODER_WAIT, answer).await.ok()?.ok()
    }
}
