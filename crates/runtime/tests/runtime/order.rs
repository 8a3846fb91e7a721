//! Many at once: order, bounds, visibility.

use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use baton_model::Stream;
use baton_runtime::SubmitError;
use tokio::task::JoinSet;

use crate::harness::{World, accept_nothing, put, wait_for};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_tasks_lose_nothing_and_keep_their_order() {
    const TASKS: usize = 32;
    const EACH: usize = 25;
    let world = World::new();
    let life = world.start().await;
    let handle = life.handle().await;
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let handle = handle.clone();
        tasks.spawn(async move {
            let mut positions = Vec::new();
            for n in 0..EACH {
                positions.push(put(&handle, format!("{task}-{n}")).await.unwrap().position);
            }
            positions
        });
    }
    let mut all = BTreeSet::new();
    while let Some(positions) = tasks.join_next().await {
        let positions = positions.unwrap();
        assert!(positions.is_sorted(), "a task's inputs are taken in its order");
        all.extend(positions);
    }
    assert_eq!(all.len(), TASKS * EACH, "each has a place of its own");
    let journaled = life.journaled_customers();
    assert_eq!(journaled.iter().collect::<BTreeSet<_>>().len(), TASKS * EACH);
    for task in 0..TASKS {
        let own: Vec<_> = journaled.iter().filter(|c| c.starts_with(&format!("{task}-"))).cloned().collect();
        assert_eq!(own, (0..EACH).map(|n| format!("{task}-{n}")).collect::<Vec<_>>());
    }
    assert_eq!(handle.position(), life.journaled().len() as u64);
    assert!(life.journal.appends.load(Ordering::SeqCst) < TASKS * EACH, "inputs shared syncs");
    assert_eq!(handle.violations(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_or_hears_of_what_is_not_durable() {
    let world = World::new();
    let life = world.start().await;
    let handle = life.handle().await;
    let mut changes = handle.changes();
    life.journal.shut_door();

    let first = tokio::spawn({
        let handle = handle.clone();
        async move { put(&handle, "first").await }
    });
    wait_for("the append", || (life.journal.at_door.load(Ordering::SeqCst) == 1).then_some(())).await;
    // This one writes nothing, but it was decided on a state that may yet be lost.
    let mut refused = tokio::spawn({
        let handle = handle.clone();
        let (actor, input) = accept_nothing();
        async move { handle.submit(actor, None, input).await }
    });
    assert!(tokio::time::timeout(Duration::from_millis(100), &mut refused).await.is_err(), "it waits for the one before it");
    assert!(!first.is_finished());
    assert_eq!(handle.position(), 0);
    assert!(changes.try_recv().is_err());

    life.journal.open_door();
    let committed = first.await.unwrap().unwrap();
    assert!(matches!(refused.await.unwrap(), Err(SubmitError::Refused(_))));
    assert_eq!(handle.position(), committed.position);
    let change = changes.recv().await.unwrap();
    assert_eq!((change.position, change.at), (committed.position, committed.at));
    assert!(change.touches(Stream::Workspace));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_queues_during_a_sync_shares_the_next_one() {
    let world = World::new();
    let life = world.start().await;
    let handle = life.handle().await;
    life.journal.shut_door();
    let mut tasks = JoinSet::new();
    for n in 0..200 {
        let handle = handle.clone();
        tasks.spawn(async move { put(&handle, format!("c{n}")).await });
    }
    wait_for("the append", || (life.journal.at_door.load(Ordering::SeqCst) == 1).then_some(())).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    life.journal.open_door();
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    let appends = life.journal.appends.load(Ordering::SeqCst);
    assert!(appends <= 10, "200 inputs took {appends} syncs");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_workspace_says_busy_and_keeps_what_it_took() {
    let world = World::new();
    let life = world.start().await;
    let handle = life.handle().await;
    life.journal.shut_door();
    let (busy, taken) = (Arc::new(tokio::sync::Notify::new()), Arc::new(std::sync::atomic::AtomicUsize::new(0)));
    let mut tasks = JoinSet::new();
    // More than the inbox, the batch being filled and the batch being written hold together.
    for n in 0..20_000 {
        let (handle, busy, taken) = (handle.clone(), busy.clone(), taken.clone());
        tasks.spawn(async move {
            match put(&handle, format!("c{n}")).await {
                Ok(_) => _ = taken.fetch_add(1, Ordering::SeqCst),
                Err(SubmitError::Busy) => busy.notify_one(),
                Err(other) => panic!("{other}"),
            }
        });
    }
    tokio::time::timeout(Duration::from_secs(30), busy.notified()).await.expect("the bound holds");
    life.journal.open_door();
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    assert_eq!(life.journaled_customers().len(), taken.load(Ordering::SeqCst), "exactly what was acknowledged");
    put(&handle, "afterwards").await.unwrap();
}
