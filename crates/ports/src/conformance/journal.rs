use std::sync::Arc;

use baton_model::{ConversationId, Event, HumanAgentId, IdSource, Recorded, Stream, Timestamp, WorkspaceId};

use crate::{Append, Journal, JournalError, Snapshot};

const AT: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// Runs every case on stores that `open` makes, each empty.
pub fn journal<J: Journal>(open: impl Fn() -> Arc<J>) {
    positions_are_dense_and_reads_are_in_order(&*open());
    an_append_is_all_or_nothing(&*open());
    a_wrong_head_is_refused(&*open());
    an_older_owner_is_fenced(&*open());
    positions_that_do_not_continue_are_refused(&*open());
    partitions_do_not_see_each_other(&*open());
    one_batch_serves_many_partitions_and_repeats(&*open());
    streams_are_read_whole_and_alone(&*open());
    snapshots_only_move_forward(&*open());
    many_threads_lose_nothing(&open());
}

fn ids() -> IdSource {
    IdSource::new(AT, 11)
}

fn workspace_event(position: u64) -> Recorded {
    let event = Event::CustomerPut {
        customer: Arc::new(baton_model::Customer {
            external_id: format!("c{position}"),
            name: "Zoë \"Q\" Ω\u{1f600}".into(),
            tier: baton_model::Tier::Vip,
            email: None,
            phone: None,
            locale: None,
            time_zone: None,
            customer_since: None,
            lifetime_value: None,
            attributes: std::collections::BTreeMap::default(),
        }),
    };
    Recorded { position, at: AT, stream: Stream::Workspace, event }
}

fn conversation_event(position: u64, conversation: ConversationId) -> Recorded {
    let event = Event::CustomerConnected { conversation };
    Recorded { position, at: AT, stream: Stream::Conversation(conversation), event }
}

fn run(from: u64, count: u64) -> Vec<Recorded> {
    (from..from + count).map(workspace_event).collect()
}

fn one(journal: &dyn Journal, append: Append) -> Result<u64, JournalError> {
    let mut answers = journal.append(&[append]).expect("the store works");
    assert_eq!(answers.len(), 1, "one answer for one append");
    answers.remove(0)
}

fn claim(journal: &dyn Journal, partition: WorkspaceId) -> u64 {
    journal.claim(partition, "suite").expect("claimed").epoch
}

fn positions_are_dense_and_reads_are_in_order(journal: &dyn Journal) {
    let partition: WorkspaceId = ids().draw();
    let lease = journal.claim(partition, "suite").expect("claimed");
    assert_eq!((lease.epoch, lease.head), (1, 0), "a new partition is empty");
    assert!(journal.read(partition, 0, 10).expect("readable").is_empty());

    let first = one(journal, Append { partition, epoch: 1, expected_head: 0, events: run(1, 3) });
    assert_eq!(first.expect("appended"), 3);
    let second = one(journal, Append { partition, epoch: 1, expected_head: 3, events: run(4, 2) });
    assert_eq!(second.expect("appended"), 5);

    assert_eq!(journal.read(partition, 0, 100).expect("readable"), run(1, 5), "what was written is read back");
    assert_eq!(journal.read(partition, 2, 2).expect("readable"), run(3, 2), "after and limit are kept");
    assert!(journal.read(partition, 5, 10).expect("readable").is_empty());
}

fn an_append_is_all_or_nothing(journal: &dyn Journal) {
    let partition: WorkspaceId = ids().draw();
    let epoch = claim(journal, partition);
    let mut events = run(1, 3);
    events[2].position = 9;
    assert!(one(journal, Append { partition, epoch, expected_head: 0, events }).is_err());
    assert!(journal.read(partition, 0, 10).expect("readable").is_empty(), "no part of a refused append is kept");
}

fn a_wrong_head_is_refused(journal: &dyn Journal) {
    let partition: WorkspaceId = ids().draw();
    let epoch = claim(journal, partition);
    one(journal, Append { partition, epoch, expected_head: 0, events: run(1, 2) }).expect("appended");
    let again = one(journal, Append { partition, epoch, expected_head: 0, events: run(1, 2) });
    assert!(matches!(again, Err(JournalError::HeadMoved)), "{again:?}");
    let ahead = one(journal, Append { partition, epoch, expected_head: 7, events: run(8, 1) });
    assert!(matches!(ahead, Err(JournalError::HeadMoved)), "{ahead:?}");
    assert_eq!(journal.read(partition, 0, 10).expect("readable").len(), 2);
}

fn an_older_owner_is_fenced(journal: &dyn Journal) {
    let partition: WorkspaceId = ids().draw();
    let old = claim(journal, partition);
    one(journal, Append { partition, epoch: old, expected_head: 0, events: run(1, 1) }).expect("appended");
    let new = journal.claim(partition, "other").expect("claimed");
    assert_eq!((new.epoch, new.head), (old + 1, 1), "the epoch grows by one and the head is kept");

    let late = one(journal, Append { partition, epoch: old, expected_head: 1, events: run(2, 1) });
    assert!(matches!(late, Err(JournalError::Fenced)), "{late:?}");
    one(journal, Append { partition, epoch: new.epoch, expected_head: 1, events: run(2, 1) }).expect("the new owner writes");

    let unclaimed =
        one(journal, Append { partition: IdSource::new(AT, 99).draw(), epoch: 1, expected_head: 0, events: run(1, 1) });
    assert!(matches!(unclaimed, Err(JournalError::Fenced)), "nobody owns it: {unclaimed:?}");
}

fn positions_that_do_not_continue_are_refused(journal: &dyn Journal) {
    let partition: WorkspaceId = ids().draw();
    let epoch = claim(journal, partition);
    let gap = one(journal, Append { partition, epoch, expected_head: 0, events: run(2, 1) });
    assert!(matches!(gap, Err(JournalError::NotDense { expected: 1, got: 2 })), "{gap:?}");
}

fn partitions_do_not_see_each_other(journal: &dyn Journal) {
    let mut ids = ids();
    let (a, b): (WorkspaceId, WorkspaceId) = (ids.draw(), ids.draw());
    let epoch = claim(journal, a);
    let conversation = ids.draw();
    one(journal, Append { partition: a, epoch, expected_head: 0, events: vec![conversation_event(1, conversation)] })
        .expect("appended");
    assert_eq!(journal.claim(b, "suite").expect("claimed").head, 0);
    assert!(journal.read(b, 0, 10).expect("readable").is_empty());
    assert!(journal.read_stream(b, Stream::Conversation(conversation)).expect("readable").is_empty());
    assert!(journal.load_snapshot(b).expect("readable").is_none());
}

fn one_batch_serves_many_partitions_and_repeats(journal: &dyn Journal) {
    let mut ids = ids();
    let (a, b): (WorkspaceId, WorkspaceId) = (ids.draw(), ids.draw());
    let (ea, eb) = (claim(journal, a), claim(journal, b));
    let answers = journal
        .append(&[
            Append { partition: a, epoch: ea, expected_head: 0, events: run(1, 2) },
            Append { partition: b, epoch: eb + 1, expected_head: 0, events: run(1, 1) },
            Append { partition: a, epoch: ea, expected_head: 2, events: run(3, 1) },
            Append { partition: a, epoch: ea, expected_head: 3, events: Vec::new() },
            Append { partition: b, epoch: eb, expected_head: 0, events: run(1, 1) },
        ])
        .expect("the store works");
    assert!(matches!(answers[0], Ok(2)), "{answers:?}");
    assert!(answers[1].is_err(), "a refused append: {answers:?}");
    assert!(matches!(answers[2], Ok(3)), "builds on an earlier append of the batch: {answers:?}");
    assert!(matches!(answers[3], Ok(3)), "nothing to write: {answers:?}");
    assert!(matches!(answers[4], Ok(1)), "is not disturbed by the refused one: {answers:?}");
    assert!(journal.append(&[]).expect("an empty batch").is_empty());
}

fn streams_are_read_whole_and_alone(journal: &dyn Journal) {
    let mut ids = ids();
    let partition: WorkspaceId = ids.draw();
    let (x, y): (ConversationId, ConversationId) = (ids.draw(), ids.draw());
    let human: HumanAgentId = ids.draw();
    let epoch = claim(journal, partition);
    let lapse =
        Recorded { position: 6, at: AT, stream: Stream::Human(human), event: Event::LeaseLapsed { human_agent: human } };
    let batches = [
        vec![conversation_event(1, x), conversation_event(2, y), conversation_event(3, x)],
        vec![workspace_event(4), conversation_event(5, x), lapse.clone()],
        vec![conversation_event(7, y)],
    ];
    let mut head = 0;
    for events in batches {
        head = one(journal, Append { partition, epoch, expected_head: head, events }).expect("appended");
    }
    let positions = |stream| -> Vec<u64> {
        journal.read_stream(partition, stream).expect("readable").iter().map(|r| r.position).collect()
    };
    assert_eq!(positions(Stream::Conversation(x)), [1, 3, 5]);
    assert_eq!(positions(Stream::Conversation(y)), [2, 7]);
    assert_eq!(positions(Stream::Workspace), [4]);
    assert_eq!(journal.read_stream(partition, Stream::Human(human)).expect("readable"), [lapse]);
    assert!(positions(Stream::Conversation(ids.draw())).is_empty());
}

fn snapshots_only_move_forward(journal: &dyn Journal) {
    let partition: WorkspaceId = ids().draw();
    claim(journal, partition);
    assert!(journal.load_snapshot(partition).expect("readable").is_none());
    let at = |position: u64| Snapshot { position, format: 3, body: vec![0, 255, position as u8] };
    journal.save_snapshot(partition, &at(5)).expect("saved");
    journal.save_snapshot(partition, &at(9)).expect("saved");
    journal.save_snapshot(partition, &at(7)).expect("ignored");
    assert_eq!(journal.load_snapshot(partition).expect("readable"), Some(at(9)));
}

fn many_threads_lose_nothing<J: Journal>(journal: &Arc<J>) {
    const THREADS: u64 = 8;
    const APPENDS: u64 = 50;
    let mut ids = ids();
    let partitions: Vec<WorkspaceId> = (0..THREADS).map(|_| ids.draw()).collect();
    std::thread::scope(|scope| {
        for &partition in &partitions {
            scope.spawn(move || {
                let epoch = claim(&**journal, partition);
                for n in 0..APPENDS {
                    let head = one(&**journal, Append { partition, epoch, expected_head: n, events: run(n + 1, 1) });
                    assert_eq!(head.expect("appended"), n + 1);
                }
            });
        }
    });
    for partition in partitions {
        assert_eq!(journal.read(partition, 0, 1000).expect("readable"), run(1, APPENDS));
    }
}
