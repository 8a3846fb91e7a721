//! Whether a customer's page is open: streams are counted, so that a second tab changes nothing, and the workspace is told
//! of the first and of the last.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use baton_model::{ConversationId, Input};

use crate::caller::Caller;

/// Open streams by conversation. Conversation ids are unique across workspaces.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    pages: Arc<Mutex<HashMap<ConversationId, Page>>>,
}

#[derive(Debug, Default)]
struct Page {
    streams: u32,
    /// What the workspace was told last; held while it is being told.
    told: Arc<tokio::sync::Mutex<bool>>,
}

/// One open stream. Dropping it counts it out.
#[derive(Debug)]
pub(crate) struct Open {
    pages: Arc<Mutex<HashMap<ConversationId, Page>>>,
    conversation: ConversationId,
    caller: Caller,
}

impl Presence {
    /// Counts a stream in; returns after the workspace knows.
    pub(crate) async fn open(&self, caller: Caller, conversation: ConversationId) -> Open {
        {
            let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
            pages.entry(conversation).or_default().streams += 1;
        }
        let open = Open { pages: Arc::clone(&self.pages), conversation, caller };
        tell(&open.pages, conversation, &open.caller).await;
        open
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        {
            let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(page) = pages.get_mut(&self.conversation) {
                page.streams = page.streams.saturating_sub(1);
            }
        }
        let (pages, conversation, caller) = (Arc::clone(&self.pages), self.conversation, self.caller.clone());
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { tell(&pages, conversation, &caller).await });
        }
    }
}

/// Tells the workspace until it knows what is true now. Whoever comes second waits and finds nothing left to say, so a
/// quick reload cannot leave the older message as the last one.
async fn tell(pages: &Mutex<HashMap<ConversationId, Page>>, conversation: ConversationId, caller: &Caller) {
    let told = {
        let pages = pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.get(&conversation).map(|page| Arc::clone(&page.told))
    };
    let Some(told) = told else { return };
    let mut told = told.lock().await;
    loop {
        let connected = {
            let mut pages = pages.lock().unwrap_or_else(PoisonError::into_inner);
            let connected = pages.get(&conversation).is_some_and(|page| page.streams > 0);
            if connected == *told {
                if !connected {
                    pages.remove(&conversation);
                }
                return;
            }
            connected
        };
        if let Err(problem) = caller.submit(None, Input::CustomerPresence { conversation, connected }).await {
            // A closed conversation has no use for it; anything else is told again with the next stream.
            tracing::debug!(%conversation, code = problem.code.row().name, "presence was not taken");
            return;
        }
        *told = connected;
    }
}
