//! Each workspace has its own sources: a customer of one is never looked up in the systems of another.

use std::{collections::HashMap, fmt, sync::Arc};

use baton_model::{CustomerRef, Facts, WorkspaceId};
use baton_ports::{BoxFuture, FactError, FactSource};

/// A workspace without an entry has no sources.
#[derive(Default)]
pub struct ByWorkspace(HashMap<WorkspaceId, Arc<dyn FactSource>>);

impl fmt::Debug for ByWorkspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl ByWorkspace {
    pub fn new(sources: impl IntoIterator<Item = (WorkspaceId, Arc<dyn FactSource>)>) -> Self {
        Self(sources.into_iter().collect())
    }
}

impl FactSource for ByWorkspace {
    fn look_up(&self, workspace: WorkspaceId, customer: &CustomerRef) -> BoxFuture<'_, Result<Facts, FactError>> {
        match self.0.get(&workspace) {
            Some(source) => source.look_up(workspace, customer),
            None => Box::pin(async { Ok(Facts::default()) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use baton_model::{IdSource, Timestamp};

    use super::*;

    struct Broken;

    impl FactSource for Broken {
        fn look_up(&self, _: WorkspaceId, _: &CustomerRef) -> BoxFuture<'_, Result<Facts, FactError>> {
            Box::pin(async { Err(FactError::TimedOut) })
        }
    }

    #[tokio::test]
    async fn a_workspace_asks_only_its_own_sources() {
        let mut ids = IdSource::new(Timestamp::from_millis(0), 1);
        let (one, other): (WorkspaceId, WorkspaceId) = (ids.draw(), ids.draw());
        let facts = ByWorkspace::new([(one, Arc::new(Broken) as Arc<dyn FactSource>)]);
        assert_eq!(facts.look_up(one, &CustomerRef::default()).await, Err(FactError::TimedOut));
        assert_eq!(facts.look_up(other, &CustomerRef::default()).await, Ok(Facts::default()));
    }
}
