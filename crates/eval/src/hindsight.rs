//! Two policies on recorded conversations: what changes, and what that would be worth.
//!
//! One thread reads lines, the others parse, decide and add up; no more than a few hundred conversations are in memory at
//! once. Signals that a recording holds are used as they are. It never judges by itself: a truth is a label in the
//! recording, or unknown.

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, sync_channel},
    },
    thread,
};

use baton_core::{
    assess::CompiledPolicy,
    engine::{self, Comparison, Replayed},
    learn::{Weighed, Weigher},
};
use baton_model::{
    AiMode, Author, Basis, ChangedCourse, Channel, Conversation, Costs, CustomerRef, Hindsight, IdSource, Millis, Timestamp,
    Truth, Turn,
};

use crate::replay::{
    Recording, ReplayError, Role,
    recording::{parse, raw},
};

/// Lines handed over at once, and hand-overs that may wait.
const CHUNK: usize = 64;
const WAITING: usize = 8;
/// Monday 2026-01-05, 10:00 UTC: where recordings without times begin.
const BEGINNING: Timestamp = Timestamp::from_millis(1_767_607_200_000);
const STEP: Millis = Millis::secs(20);
const HEADLINE: usize = 120;

struct RawLine {
    place: String,
    bytes: Result<Vec<u8>, String>,
}

/// `progress` is told how many bytes of how many are read. Besides the result: lines that could not be read, with their
/// place.
pub fn compare(
    files: &[PathBuf],
    comparison: &Comparison,
    costs: &Costs,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<(Hindsight, Vec<String>), ReplayError> {
    let mut total = 0;
    for path in files {
        let unreadable = |source| ReplayError::Unreadable { file: path.display().to_string(), source };
        total += std::fs::metadata(path).map_err(unreadable)?.len();
    }
    let done = AtomicU64::new(0);
    let problems = Mutex::new(Vec::new());
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let (send, receive) = sync_channel::<Vec<RawLine>>(WAITING);
    let receive = Mutex::new(receive);
    let weighed = thread::scope(|scope| {
        let threads: Vec<_> = (0..workers)
            .map(|_| {
                scope.spawn(|| {
                    let mut weigher = comparison.weigher(costs.clone());
                    while let Some(chunk) = next(&receive) {
                        let bytes: usize = chunk.iter().map(|l| l.bytes.as_ref().map_or(0, Vec::len)).sum();
                        for line in chunk {
                            match line.bytes.and_then(|b| parse(&b)) {
                                Ok(recording) => weigher.add(weigh(comparison, &recording, line.place)),
                                Err(problem) => problems
                                    .lock()
                                    .unwrap_or_else(PoisonError::into_inner)
                                    .push(format!("{}: {problem}", line.place)),
                            }
                        }
                        progress(done.fetch_add(bytes as u64, Ordering::Relaxed) + bytes as u64, total);
                    }
                    weigher
                })
            })
            .collect();
        let read = feed(files, |chunk| send.send(chunk).is_ok());
        drop(send);
        let mut whole: Option<Weigher> = None;
        for thread in threads {
            let part = thread.join().map_err(|_| ReplayError::Stopped("a worker stopped".into()))?;
            match &mut whole {
                Some(whole) => whole.merge(part),
                None => whole = Some(part),
            }
        }
        read.map(|()| whole.unwrap_or_else(|| comparison.weigher(costs.clone())))
    })?;
    let mut problems = problems.into_inner().unwrap_or_else(PoisonError::into_inner);
    problems.sort();
    Ok((weighed.finish(), problems))
}

fn next(receive: &Mutex<Receiver<Vec<RawLine>>>) -> Option<Vec<RawLine>> {
    receive.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

fn feed(files: &[PathBuf], mut hand_over: impl FnMut(Vec<RawLine>) -> bool) -> Result<(), ReplayError> {
    for path in files {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let unreadable = |source| ReplayError::Unreadable { file: path.display().to_string(), source };
        let file = std::fs::File::open(path).map_err(unreadable)?;
        let mut chunk = Vec::with_capacity(CHUNK);
        for line in raw(io::BufReader::with_capacity(1 << 20, file)) {
            let (number, bytes) = line.map_err(unreadable)?;
            chunk.push(RawLine { place: format!("{name}:{number}"), bytes });
            if chunk.len() == CHUNK && !hand_over(std::mem::take(&mut chunk)) {
                return Ok(());
            }
        }
        hand_over(chunk);
    }
    Ok(())
}

fn weigh(comparison: &Comparison, recording: &Recording, place: String) -> Weighed {
    let conversation = conversation(recording);
    let (truth, basis) = truth(recording);
    let first = conversation.turns.iter().find(|t| t.is_customer());
    let class = first.and_then(|t| t.signals.issue_class.as_ref()).map(|g| g.label.clone());
    let topic = recording.meta("topic").and_then(|v| v.as_str()).map(str::to_owned).or(class);
    let change = ChangedCourse {
        place,
        headline: first.map_or(String::new(), |t| t.text.chars().take(HEADLINE).collect()),
        ..ChangedCourse::of(topic.unwrap_or_else(|| "other".into()), truth, basis)
    };
    comparison.weigh(&conversation, change)
}

/// One recording under one policy.
pub fn course(policy: &CompiledPolicy, recording: &Recording) -> Replayed {
    engine::replay(policy, &conversation(recording))
}

/// `gold_transfer`: a person should have taken over. `success`: the AI alone solved it.
fn truth(recording: &Recording) -> (Truth, Basis) {
    match (recording.flag("gold_transfer"), recording.flag("success")) {
        (Some(true), _) | (_, Some(false)) => (Truth::Needed, Basis::Label),
        (Some(false), _) | (None, Some(true)) => (Truth::NotNeeded, Basis::Label),
        (None, None) => (Truth::Unknown, Basis::Nothing),
    }
}

/// As the core would hold it.
fn conversation(recording: &Recording) -> Conversation {
    let mut ids = IdSource::new(BEGINNING, 1);
    let mut at = recording.turns.iter().find_map(|t| t.at).unwrap_or(BEGINNING);
    let mut turns = Vec::with_capacity(recording.turns.len());
    let mut calls: Vec<&str> = Vec::new();
    for recorded in &recording.turns {
        let name = || recorded.name.clone();
        let author = match recorded.role {
            Role::Customer => Author::Customer,
            Role::Ai => {
                calls.extend(recorded.calls.iter().map(|c| c.name.as_str()));
                Author::AiAgent
            }
            Role::Tool => {
                let called = (!calls.is_empty()).then(|| calls.remove(0).to_owned());
                Author::Tool { name: name().or(called).unwrap_or_else(|| "tool".into()), ok: recorded.tool_ok() }
            }
            Role::Human => Author::HumanAgent { human_agent: ids.draw(), name: name().unwrap_or_default() },
            Role::System => continue,
        };
        let text = recorded.text.trim();
        if text.is_empty() {
            continue;
        }
        at = recorded.at.filter(|t| *t >= at).unwrap_or(at + STEP);
        let read = matches!(recorded.role, Role::Customer | Role::Ai);
        let signals = match &recorded.signals {
            Some(stored) => stored.clone(),
            None if read => baton_sense::sense(text),
            None => Default::default(),
        };
        turns.push(Arc::new(Turn {
            id: ids.draw(),
            index: turns.len().try_into().unwrap_or(u32::MAX),
            at,
            author,
            text: text.to_owned(),
            epoch: Default::default(),
            signals,
            ai: recorded.ai.clone(),
            used_step: None,
        }));
    }
    let opened_at = turns.first().map_or(BEGINNING, |t| t.at);
    Conversation {
        turns,
        customer_seen_at: at,
        idle_due: at,
        ..Conversation::opened(ids.draw(), Channel::Chat, AiMode::External, CustomerRef::default(), opened_at)
    }
}

#[cfg(test)]
mod tests {
    use baton_core::assess;
    use baton_model::Treatment;

    use super::*;

    const LINES: &str = concat!(
        r#"{"success":true,"turns":[{"role":"customer","text":"Where is order 4711?"},{"role":"ai","text":"It ships tomorrow."}]}"#,
        "\n",
        r#"{"success":false,"turns":[{"role":"customer","text":"hm","signals":{"sentiment":-0.6,"found":[{"kind":"complaint","score":0.6}]}}]}"#,
        "\nnonsense\n",
        r#"{"turns":[{"role":"customer","text":"I want to speak to a human being please, now."}]}"#,
        "\n",
    );

    #[test]
    fn stored_signals_decide_and_labels_are_the_truth() {
        let path = std::env::temp_dir().join(format!("baton-hindsight-{}.jsonl", std::process::id()));
        std::fs::write(&path, LINES).unwrap();
        let base = Arc::new(assess::parse(assess::default_toml()).unwrap());
        let mut careful = (*base).clone();
        careful.detectors.get_mut(&baton_model::Trigger::Complaint).unwrap().escalate = 0.55;
        let comparison = Comparison::new(base, careful, true);
        let costs = Costs { late: 5.0, needless: 1.0 };
        let (h, problems) = compare(std::slice::from_ref(&path), &comparison, &costs, &|_, _| {}).unwrap();
        std::fs::remove_file(path).unwrap();
        assert_eq!((h.conversations, h.changed, problems.len()), (3, 1, 1));
        assert_eq!((h.changes[0].before, h.changes[0].after), (Treatment::Offered, Treatment::Escalated));
        assert!(h.changes[0].place.ends_with(".jsonl:2"), "{}", h.changes[0].place);
        assert_eq!((h.rests_on[&Basis::Label], h.rests_on[&Basis::Nothing]), (2, 1));
        assert_eq!(h.frontier.len(), 7);
    }
}
