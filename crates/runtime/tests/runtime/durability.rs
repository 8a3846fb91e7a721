//! Nothing acknowledged is lost, nothing lost is acknowledged.

use std::sync::atomic::Ordering;

use baton_ports::Journal;
use baton_runtime::{OpenError, SubmitError};

use crate::harness::{World, accept_nothing, put, sign_in, wait_for};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_after_an_end_without_a_goodbye() {
    let world = World::new();
    let life = world.start().await;
    let handle = life.handle().await;
    for n in 0..20 {
        put(&handle, format!("c{n}")).await.unwrap();
    }
    // A killed process leaves the files as they are.
    let killed = tempfile::tempdir().unwrap();
    for name in ["baton.db", "baton.db-wal"] {
        std::fs::copy(world.dir.path().join(name), killed.path().join(name)).unwrap();
    }
    let bytes = handle.state().snapshot();
    drop((handle, life));

    for dir in [killed.path(), world.dir.path()] {
        let life = world.start_in(dir).await;
        assert_eq!(life.journaled_customers().len(), 20);
        assert_eq!(life.handle().await.state().snapshot(), bytes, "the state is rebuilt byte for byte");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_gives_the_same_bytes_with_and_without_snapshots() {
    let mut world = World::new();
    world.options.snapshot_every = 7;
    let life = world.start().await;
    let handle = life.handle().await;
    sign_in(&handle).await;
    for n in 0..30 {
        put(&handle, format!("c{n}")).await.unwrap();
    }
    let bytes = handle.state().snapshot();
    let on_the_way = wait_for("a snapshot on the way", || life.journal.load_snapshot(handle.workspace()).unwrap()).await;
    assert!(on_the_way.position >= 7 && on_the_way.position <= handle.position());
    life.baton.shutdown().await;
    let last = life.journal.load_snapshot(handle.workspace()).unwrap().unwrap();
    assert_eq!(last.position, handle.position(), "a goodbye saves a snapshot");
    assert_eq!(last.body, bytes);
    drop((handle, life));

    let life = world.start().await;
    assert_eq!(life.handle().await.state().snapshot(), bytes, "from the snapshot");
    drop(life);
    wait_for("the snapshots to go", || std::fs::remove_dir_all(world.dir.path().join("snapshots")).ok()).await;
    let life = world.start().await;
    assert_eq!(life.handle().await.state().snapshot(), bytes, "from the events alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unusable_snapshot_is_only_slower() {
    let world = World::new();
    let life = world.start().await;
    let handle = life.handle().await;
    put(&handle, "c1").await.unwrap();
    let (workspace, bytes) = (handle.workspace(), handle.state().snapshot());
    for (position, body) in [(1, b"{]".to_vec()), (1, b"{}".to_vec()), (99, bytes.clone())] {
        let snapshot = baton_ports::Snapshot { position, format: 1, body };
        life.journal.save_snapshot(workspace, &snapshot).unwrap();
        let again = world.start_on(life.journal.clone());
        assert_eq!(again.handle().await.state().snapshot(), bytes);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_append_acknowledges_nothing_and_the_workspace_can_be_opened_again() {
    let world = World::new();
    let life = world.start().await;
    let handle = life.handle().await;
    put(&handle, "before").await.unwrap();
    let shown = handle.state().snapshot();

    life.journal.fail.store(true, Ordering::SeqCst);
    assert_eq!(put(&handle, "lost").await, Err(SubmitError::Stopped));
    assert_eq!(handle.state().snapshot(), shown, "nobody saw what was not durable");
    wait_for("the stop", || handle.is_stopped().then_some(())).await;
    assert_eq!(put(&handle, "later").await, Err(SubmitError::Stopped));

    life.journal.fail.store(false, Ordering::SeqCst);
    let reopened = life.handle().await;
    assert_eq!(reopened.state().snapshot(), shown, "rebuilt from the journal");
    put(&reopened, "after").await.unwrap();
    assert_eq!(life.journaled_customers(), ["before", "after"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_outcome_is_settled_by_the_journal() {
    let world = World::new();
    let life = world.start().await;
    let handle = life.handle().await;
    life.journal.fail_late.store(true, Ordering::SeqCst);
    assert_eq!(put(&handle, "perhaps").await, Err(SubmitError::Stopped));
    life.journal.fail_late.store(false, Ordering::SeqCst);
    wait_for("the stop", || handle.is_stopped().then_some(())).await;
    let reopened = life.handle().await;
    assert_eq!(life.journaled_customers(), ["perhaps"]);
    assert_eq!(reopened.position(), life.journaled().len() as u64);
    put(&reopened, "after").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_owner_can_no_longer_write() {
    let world = World::new();
    let old = world.start().await;
    let old_handle = old.handle().await;
    put(&old_handle, "old").await.unwrap();
    let new = world.start_on(old.journal.clone());
    let new_handle = new.handle().await;
    assert_eq!(put(&old_handle, "stale").await, Err(SubmitError::Stopped));
    put(&new_handle, "new").await.unwrap();
    assert_eq!(new.journaled_customers(), ["old", "new"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_keeps_all_that_it_took_and_takes_nothing_more() {
    let world = World::new();
    let life = world.start().await;
    let handle = life.handle().await;
    life.journal.shut_door();
    let submits: Vec<_> = (0..50)
        .map(|n| {
            let handle = handle.clone();
            tokio::spawn(async move { (n, put(&handle, format!("c{n}")).await) })
        })
        .collect();
    wait_for("an append at the door", || (life.journal.at_door.load(Ordering::SeqCst) > 0).then_some(())).await;
    let baton = life.baton.clone();
    let shutdown = tokio::spawn(async move { baton.shutdown().await });
    wait_for("the order to stop", || handle_refuses(&handle)).await;
    life.journal.open_door();
    shutdown.await.unwrap();

    let mut kept = 0;
    let journaled = life.journaled_customers();
    for submit in submits {
        let (n, outcome) = submit.await.unwrap();
        let there = journaled.contains(&format!("c{n}"));
        assert_eq!(outcome.is_ok(), there, "c{n}: {outcome:?}");
        kept += usize::from(there);
    }
    assert!(kept > 0 && kept == journaled.len());
    assert!(matches!(life.baton.workspace(handle.workspace()).await, Err(OpenError::ShuttingDown)));
}

/// Asks without being taken: a full stop answers at once.
fn handle_refuses(handle: &baton_runtime::Handle) -> Option<()> {
    let (actor, input) = accept_nothing();
    let asked = std::pin::pin!(handle.submit(actor, None, input));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match asked.poll(&mut context) {
        std::task::Poll::Ready(Err(SubmitError::Stopped)) => Some(()),
        _ => None,
    }
}
