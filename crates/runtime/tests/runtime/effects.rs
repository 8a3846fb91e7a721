//! Effects: after the commit, at least once, and the answer comes back as an input.

use std::sync::atomic::Ordering;

use baton_model::{Article, Input};

use crate::harness::{START, World, ask, settled, supervisor, wait_for};

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_comes_back_as_an_input() {
    let world = World::new();
    world.assistant.answers.store(true, Ordering::SeqCst);
    let life = world.start().await;
    let conversation = ask(&life.handle().await, "How long does delivery take?").await;
    let outcome = wait_for("the answer", || settled(&life.journaled(), conversation)).await;
    assert_eq!(outcome, None);
    assert_eq!(world.assistant.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_comes_back_with_its_reason() {
    let world = World::new();
    world.assistant.answers.store(true, Ordering::SeqCst);
    world.assistant.fails.store(true, Ordering::SeqCst);
    let life = world.start().await;
    let conversation = ask(&life.handle().await, "How long does delivery take?").await;
    let outcome = wait_for("the failure", || settled(&life.journaled(), conversation)).await;
    assert!(outcome.expect("failed").contains("connection refused"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_without_an_answer_is_asked_again_after_a_restart() {
    let world = World::new();
    let life = world.start().await;
    let handle = life.handle().await;
    let conversation = ask(&handle, "How long does delivery take?").await;
    wait_for("the question", || (world.assistant.asked.load(Ordering::SeqCst) == 1).then_some(())).await;
    assert!(settled(&life.journaled(), conversation).is_none());
    drop((handle, life));

    world.assistant.answers.store(true, Ordering::SeqCst);
    let life = world.start().await;
    let handle = life.handle().await;
    wait_for("the answer", || settled(&life.journaled(), conversation)).await;
    assert_eq!(world.assistant.asked.load(Ordering::SeqCst), 2);
    drop(handle);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hung_assistant_delays_nobody() {
    let world = World::new();
    let life = world.start().await;
    let handle = life.handle().await;
    ask(&handle, "How long does delivery take?").await;
    wait_for("the question", || (world.assistant.asked.load(Ordering::SeqCst) == 1).then_some(())).await;
    crate::harness::put(&handle, "meanwhile").await.unwrap();
    life.baton.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn articles_are_indexed_at_once_and_after_a_restart() {
    let world = World::new();
    let life = world.start().await;
    let handle = life.handle().await;
    for id in ["returns", "delivery"] {
        let article =
            Article { id: id.into(), title: id.into(), body: "Three days.".into(), topics: Vec::new(), updated_at: START };
        handle.submit(supervisor(), None, Input::PutArticle { article }).await.unwrap();
    }
    handle.submit(supervisor(), None, Input::RemoveArticle { article: "returns".into() }).await.unwrap();
    let known = || world.assistant.indexed.lock().unwrap().clone();
    wait_for("the index", || (known() == ["delivery"]).then_some(())).await;
    drop((handle, life));

    world.assistant.indexed.lock().unwrap().clear();
    let life = world.start().await;
    life.handle().await;
    assert_eq!(known(), ["delivery"]);
}
