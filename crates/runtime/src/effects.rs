//! What is done after the commit, at least once. Answers come back as inputs; an effect that is not done by its due time is
//! dropped, because the core keeps that time itself.

use std::{
    future::Future,
    sync::{Arc, Weak},
    time::Duration,
};

use baton_model::{Actor, AiMeta, Effect, Input, Polished, Signals, Timestamp};
use baton_ports::{Ask, Reword};

use crate::{
    handle::{Handle, Inner, Shared, SubmitError},
    limits::RETRY,
};

pub(crate) fn run(shared: &Arc<Shared>, inner: &Weak<Inner>, effects: Vec<Effect>) {
    for effect in effects {
        start(shared, inner, effect);
    }
}

fn start(shared: &Arc<Shared>, inner: &Weak<Inner>, effect: Effect) {
    let workspace = shared.workspace;
    match effect {
        Effect::IndexArticle { article } => shared.ports.assistant.index(workspace, article),
        Effect::ForgetArticle { article } => shared.ports.assistant.forget(workspace, &article),
        Effect::AskAssistant { request, conversation, question, history, due } => {
            let assistant = Arc::clone(&shared.ports.assistant);
            let deadline = due.since(shared.now());
            let ask = Ask { workspace, request, conversation, question, history, deadline };
            spawn(shared, inner, due, async move {
                match assistant.answer(ask).await {
                    Ok(answer) => {
                        let (text, meta): (String, AiMeta) = (answer.text, answer.meta);
                        Input::AssistantAnswered { request, conversation, text, signals: Signals::default(), meta }
                    }
                    Err(error) => Input::AssistantFailed { request, conversation, why: error.to_string() },
                }
            });
        }
        Effect::PolishPackage { request, escalation, sentences, due } => {
            let assistant = Arc::clone(&shared.ports.assistant);
            let deadline = due.since(shared.now());
            spawn(shared, inner, due, async move {
                let plain: Vec<String> = sentences.iter().map(|s| s.text.clone()).collect();
                match assistant.reword(Reword { sentences, deadline }).await {
                    Ok(words) => {
                        let pairs = plain.into_iter().zip(words).map(|(plain, words)| Polished { plain, words });
                        Input::PackagePolished { request, escalation, sentences: pairs.collect() }
                    }
                    Err(error) => Input::PolishFailed { request, escalation, why: error.to_string() },
                }
            });
        }
        Effect::LookUpFacts { request, conversation, customer, due } => {
            let source = Arc::clone(&shared.ports.facts);
            spawn(shared, inner, due, async move {
                match source.look_up(workspace, &customer).await {
                    Ok(facts) => Input::FactsArrived { request, conversation, facts },
                    Err(error) => Input::FactsFailed { request, conversation, why: error.to_string() },
                }
            });
        }
    }
}

/// Runs the work until `due` and submits the input that it ends in.
fn spawn(shared: &Arc<Shared>, inner: &Weak<Inner>, due: Timestamp, work: impl Future<Output = Input> + Send + 'static) {
    let left = Duration::from_millis(u64::try_from(due.since(shared.now()).0).unwrap_or(0));
    let (limit, inner, workspace) = (Arc::clone(&shared.running), Weak::clone(inner), shared.workspace);
    shared.runtime.spawn(async move {
        let whole = async {
            // Never closed; if it were, running unlimited beats not running.
            let _turn = limit.acquire().await;
            let input = work.await;
            hand_in(&inner, input).await;
        };
        if tokio::time::timeout(left, whole).await.is_err() {
            tracing::info!(%workspace, "an effect was not done by its due time");
        }
    });
}

async fn hand_in(inner: &Weak<Inner>, input: Input) {
    loop {
        let Some(handle) = inner.upgrade().map(Handle::from_inner) else { return };
        match handle.submit(Actor::System, None, input.clone()).await {
            Err(SubmitError::Busy) => {
                drop(handle);
                tokio::time::sleep(RETRY).await;
            }
            // A refusal means that the answer came too late or twice.
            Ok(_) | Err(SubmitError::Refused(_) | SubmitError::Stopped) => return,
        }
    }
}
