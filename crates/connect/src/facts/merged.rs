//! Several sources as one.

use std::{collections::BTreeSet, fmt, sync::Arc};

use baton_model::{CustomerRef, Facts, WorkspaceId};
use baton_ports::{BoxFuture, FactError, FactSource};

/// No source is configured: nothing is known beyond what was uploaded.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFacts;

impl FactSource for NoFacts {
    fn look_up(&self, _: WorkspaceId, _: &CustomerRef) -> BoxFuture<'_, Result<Facts, FactError>> {
        Box::pin(async { Ok(Facts::default()) })
    }
}

/// Asks all at once. The first source that knows the customer gives the customer; orders are joined, an order that two
/// sources know comes from the first. If one source fails and the others know nothing, that failure is the answer; if
/// the others know something, that is worth more than an error, and it says who is missing.
pub struct MergedFacts(Vec<Arc<dyn FactSource>>);

impl fmt::Debug for MergedFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MergedFacts").field(&self.0.len()).finish()
    }
}

impl MergedFacts {
    pub fn new(sources: Vec<Arc<dyn FactSource>>) -> Self {
        Self(sources)
    }

    async fn ask(&self, workspace: WorkspaceId, customer: CustomerRef) -> Result<Facts, FactError> {
        let mut tasks = Vec::new();
        for source in &self.0 {
            let (source, customer) = (source.clone(), customer.clone());
            tasks.push(Task(tokio::spawn(async move { source.look_up(workspace, &customer).await })));
        }
        let mut merged = Facts::default();
        let mut seen = BTreeSet::new();
        let (mut failed, mut missed) = (None, Vec::new());
        for mut task in tasks {
            match (&mut task.0).await.unwrap_or_else(|_| Err(FactError::Unavailable("a fact source stopped".into()))) {
                Ok(facts) => {
                    merged.customer = merged.customer.or(facts.customer);
                    merged.orders.extend(facts.orders.into_iter().filter(|o| seen.insert(o.value.reference.clone())));
                }
                Err(error) => {
                    missed.push(error.to_string());
                    failed = failed.or(Some(error));
                }
            }
        }
        match failed {
            Some(error) if merged == Facts::default() => Err(error),
            _ => Ok(Facts { missed, ..merged }),
        }
    }
}

/// Ends with its caller: a look-up that nobody waits for any more is not carried on.
struct Task(tokio::task::JoinHandle<Result<Facts, FactError>>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl FactSource for MergedFacts {
    fn look_up(&self, workspace: WorkspaceId, customer: &CustomerRef) -> BoxFuture<'_, Result<Facts, FactError>> {
        let customer = customer.clone();
        Box::pin(self.ask(workspace, customer))
    }
}

#[cfg(test)]
mod tests {
    use baton_model::{Customer, IdSource, Order, Sourced, Timestamp};

    use super::*;

    struct Fixed(Result<Facts, FactError>);

    impl FactSource for Fixed {
        fn look_up(&self, _: WorkspaceId, _: &CustomerRef) -> BoxFuture<'_, Result<Facts, FactError>> {
            let answer = self.0.clone();
            Box::pin(async move { answer })
        }
    }

    fn facts(source: &str, name: Option<&str>, orders: &[&str]) -> Arc<dyn FactSource> {
        let at = Timestamp::from_millis(0);
        let customer = name.map(|name| {
            let value: Customer = serde_json::from_value(serde_json::json!({ "external_id": "c", "name": name })).unwrap();
            Sourced { value, source: source.to_owned(), fetched_at: at }
        });
        let orders = orders.iter().map(|reference| {
            let value: Order = serde_json::from_value(serde_json::json!({
                "reference": reference, "customer": "c", "status": "sent", "placed_at": "2026-01-01T00:00:00Z"
            }))
            .unwrap();
            Sourced { value, source: source.to_owned(), fetched_at: at }
        });
        Arc::new(Fixed(Ok(Facts { customer, orders: orders.collect(), missed: vec![] })))
    }

    async fn ask(sources: Vec<Arc<dyn FactSource>>) -> Result<Facts, FactError> {
        let workspace = IdSource::new(Timestamp::from_millis(0), 1).draw();
        MergedFacts::new(sources).look_up(workspace, &CustomerRef::default()).await
    }

    #[tokio::test]
    async fn first_source_wins_and_orders_join() {
        let got =
            ask(vec![facts("shop", None, &["A"]), facts("crm", Some("Ada"), &["A", "B"]), facts("old", Some("X"), &[])])
                .await
                .unwrap();
        assert_eq!(got.customer.unwrap().source, "crm");
        let orders: Vec<_> = got.orders.iter().map(|o| (o.value.reference.as_str(), o.source.as_str())).collect();
        assert_eq!(orders, [("A", "shop"), ("B", "crm")]);
    }

    #[tokio::test]
    async fn a_failure_counts_only_when_nothing_else_is_known() {
        let broken = || Arc::new(Fixed(Err(FactError::TimedOut))) as Arc<dyn FactSource>;
        assert_eq!(ask(vec![broken(), facts("crm", None, &[])]).await, Err(FactError::TimedOut));
        let some = ask(vec![broken(), facts("crm", Some("Ada"), &[])]).await.unwrap();
        assert_eq!(some.missed, [FactError::TimedOut.to_string()], "and who did not answer is said");
        assert_eq!(ask(vec![]).await, Ok(Facts::default()));
        assert_eq!(
            NoFacts.look_up(IdSource::new(Timestamp::from_millis(0), 1).draw(), &CustomerRef::default()).await,
            Ok(Facts::default())
        );
    }
}
