//! Deadlines and stamps.

use baton_model::{Event, Millis, Recorded, Stream};

use crate::harness::{START, World, put, sign_in, wait_for};

fn lapsed(journaled: &[Recorded]) -> Option<Recorded> {
    journaled.iter().find(|r| matches!(r.event, Event::LeaseLapsed { .. })).cloned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_is_served_when_its_time_has_come() {
    let world = World::new();
    let life = world.start().await;
    let handle = life.handle().await;
    let human = sign_in(&handle).await;
    let mut changes = handle.changes();
    handle.wake();
    put(&handle, "now").await.unwrap();
    assert!(lapsed(&life.journaled()).is_none(), "not before");

    let later = world.clock.advance(Millis::hours(1));
    handle.wake();
    let lapse = wait_for("the lapse", || lapsed(&life.journaled())).await;
    assert_eq!((lapse.stream, lapse.at), (Stream::Human(human), later));
    let told = async { while !changes.recv().await.unwrap().touches(Stream::Human(human)) {} };
    tokio::time::timeout(std::time::Duration::from_secs(10), told).await.expect("watchers are told");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_due_while_nobody_ran_is_served_first_after_the_start() {
    let world = World::new();
    let life = world.start().await;
    let handle = life.handle().await;
    sign_in(&handle).await;
    life.baton.shutdown().await;
    drop((handle, life));

    world.clock.advance(Millis::hours(10));
    let life = world.start().await;
    let handle = life.handle().await;
    let committed = put(&handle, "morning").await.unwrap();
    let lapse = lapsed(&life.journaled()).expect("already served");
    assert!(lapse.position < committed.position, "what is due comes before what happens after it");
}

#[tokio::test(flavor = "multi_thread")]
async fn stamps_never_go_backwards() {
    let world = World::new();
    let life = world.start().await;
    let handle = life.handle().await;
    world.clock.advance(Millis::mins(5));
    let late = put(&handle, "late").await.unwrap();
    world.clock.set(START);
    let early = put(&handle, "early").await.unwrap();
    assert_eq!(early.at, late.at);
    life.baton.shutdown().await;
    drop((handle, life));

    let life = world.start().await;
    let restarted = put(&life.handle().await, "restarted").await.unwrap();
    assert_eq!(restarted.at, late.at, "also across a restart from a snapshot");
    let stamps: Vec<_> = life.journaled().iter().map(|r| r.at).collect();
    assert!(stamps.is_sorted());
}
