//! What the core would have done with recorded conversations.
//!
//! Each conversation runs in a fresh workspace with the given policy and one human who is always there. Its turns go through
//! `sense`, `decide` and `evolve` exactly as live ones do, until a human would have taken over: what was said after that is
//! the history of another world. The format of recordings is in `docs/reference/recording.md`.

mod drive;
mod html;
pub(crate) mod recording;
mod report;

use std::{
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use baton_model::Refusal;

pub(crate) use drive::{Driven, Workspace};
pub use html::html;
pub use recording::{Line, RecordedTurn, Recording, Role, read};
pub use report::{
    Compared, Completeness, Counts, Escalation, FileCounts, Histogram, Item, Label, Moment, Outcome, PolicyName, Problem,
    Quote, Report, Timing, TriggerCount,
};

/// How far a replay is, in conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub done: usize,
    pub total: usize,
}

/// A recording and where it stands.
#[derive(Debug)]
struct Source {
    /// Index of its file.
    file: usize,
    line: usize,
    recording: Recording,
}

#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("cannot read {file}: {source}")]
    Unreadable { file: String, source: std::io::Error },
    #[error("{}{}", .0.detail, places(.0))]
    Policy(Refusal),
    #[error("a conversation could not be replayed: {0}")]
    Stopped(String),
}

/// Replays files under a policy (TOML; absent: the default one). `progress` is called from the working threads after each
/// conversation. The report does not depend on their number or order.
pub fn replay(files: &[PathBuf], policy: Option<&str>, progress: &(dyn Fn(Progress) + Sync)) -> Result<Report, ReplayError> {
    let workspace = drive::Workspace::new(policy).map_err(ReplayError::Policy)?;
    let mut recordings = Vec::new();
    let mut problems = Vec::new();
    let mut names = Vec::new();
    for path in files {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let file = std::fs::File::open(path)
            .map_err(|source| ReplayError::Unreadable { file: path.display().to_string(), source })?;
        for line in read(std::io::BufReader::new(file)) {
            match line.map_err(|source| ReplayError::Unreadable { file: path.display().to_string(), source })? {
                (line, Ok(recording)) => recordings.push(Source { file: names.len(), line, recording }),
                (line, Err(problem)) => problems.push(Problem { file: names.len(), at: format!("{name}:{line}"), problem }),
            }
        }
        names.push(name);
    }

    let total = recordings.len();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let results = Mutex::new(Vec::with_capacity(total));
    let workers = thread::available_parallelism().map_or(1, usize::from).min(total.max(1));
    thread::scope(|scope| {
        let threads: Vec<_> = (0..workers)
            .map(|_| {
                scope.spawn(|| {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some(source) = recordings.get(index) else { break };
                        let driven = workspace.drive(&source.recording);
                        results.lock().unwrap_or_else(PoisonError::into_inner).push((index, driven));
                        progress(Progress { done: done.fetch_add(1, Ordering::Relaxed) + 1, total });
                    }
                })
            })
            .collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|panic| ReplayError::Stopped(words(&*panic))))
    })?;
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    let driven = results.into_iter().map(|(_, driven)| driven);
    Ok(Report::new(workspace.policy(), &names, problems, recordings.iter().zip(driven)))
}

fn places(refusal: &Refusal) -> String {
    refusal.places.iter().map(|place| format!("\n  {}: {}", place.at, place.problem)).collect()
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temp(name: &str, text: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("baton-eval-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        path
    }

    const LINES: &str = concat!(
        r#"{"id":"a","turns":[{"role":"customer","text":"Where is order 4711?"},{"role":"ai","text":"It ships tomorrow."}]}"#,
        "\n",
        r#"{"id":"b","turns":[{"role":"customer","text":"Hello"},{"role":"ai","text":"Hi, how can I help?"},{"role":"customer","text":"I want to speak to a human being please, now."}],"transfer_turn":2}"#,
        "\n",
        "{nonsense\n",
        r#"{"turns":[{"role":"ghost","text":"boo"}]}"#,
        "\n",
    );

    #[test]
    fn counts_add_up_and_bad_lines_are_named() {
        let path = temp("counts.jsonl", LINES);
        let seen = AtomicUsize::new(0);
        let report = replay(std::slice::from_ref(&path), None, &|p| {
            seen.fetch_max(p.done, Ordering::Relaxed);
        })
        .unwrap();
        std::fs::remove_file(path).unwrap();
        assert_eq!((report.total.conversations, report.total.errors, seen.into_inner()), (2, 2, 2));
        assert_eq!(report.total.escalated + report.total.offered + report.total.continued, 2);
        assert!(report.problems[0].at.ends_with("counts.jsonl:3"), "{:?}", report.problems);
        assert!(report.problems[1].problem.contains("ghost"), "{:?}", report.problems);
    }

    #[test]
    fn a_plain_request_for_a_person_escalates_with_its_words() {
        let path = temp("ask.jsonl", LINES);
        let report = replay(std::slice::from_ref(&path), None, &|_| {}).unwrap();
        std::fs::remove_file(path).unwrap();
        let item = &report.items[1];
        assert_eq!(item.outcome, Outcome::Escalated, "{item:?}");
        let escalation = item.escalation.as_ref().unwrap();
        assert_eq!((escalation.turn, escalation.trigger), (2, baton_model::Trigger::ExplicitRequest));
        assert_eq!(escalation.evidence[0].turn, Some(2));
        assert!(escalation.completeness.is_some());
        assert_eq!(report.total.compared.on_time, 1);
        assert_eq!(report.items[0].outcome, Outcome::Continued);
    }

    #[test]
    fn again_gives_the_same_bytes() {
        let path = temp("again.jsonl", LINES);
        let once = || serde_json::to_string(&replay(std::slice::from_ref(&path), None, &|_| {}).unwrap()).unwrap();
        let first = once();
        assert_eq!(first, once());
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_bad_policy_or_file_is_refused() {
        assert!(matches!(replay(&[], Some("nonsense"), &|_| {}), Err(ReplayError::Policy(_))));
        assert!(matches!(replay(&[PathBuf::from("/does/not/exist")], None, &|_| {}), Err(ReplayError::Unreadable { .. })));
    }
}
