//! Composed dialogues: the whole decision, on real conversations in which one trigger was put.
//!
//! Semi-synthetic. Background: happy single-task STAR dialogues and MultiDoGO conversations (which publish customer turns
//! only). At a random place (fixed seed) one labelled utterance of the scored part is inserted (`parts`), and the dialogue
//! runs through the real core with the default policy, as a replay does. As many dialogues again stay as they are.
//!
//! A type is *found* when a decision from the gold turn on asks for more than going on and names its trigger. It counts as
//! *false* where it is the first reason of a decision in a dialogue without that trigger, or before the gold turn. Delay is
//! in turns from gold to the first such decision. Targets are the project's; nobody publishes this.

mod calibration;
mod parts;

use baton_model::{Action, Trigger};

use crate::{
    bench::{
        Bench, BenchError, Results, Row, Suite,
        metrics::{Confusion, Draw, bootstrap},
    },
    replay::{Driven, RecordedTurn, Recording, Role, Workspace},
};
use calibration::Calibration;
use parts::{backgrounds, utterances};

pub(crate) const SUITE: Suite =
    Suite { name: "composed", about: "every trigger put into real dialogues, run through the core", run };

/// Dialogues of each kind, where the parts hold so many utterances.
const EACH: usize = 120;

/// What was put into a dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Request,
    Distress,
    Complaint,
    Abuse,
    Negotiation,
    /// A question that the AI cannot answer, and its saying so.
    NoAnswer,
    /// The AI gives the same answer again, and again.
    Looping,
}

impl Kind {
    const ALL: [Self; 7] =
        [Self::Request, Self::Distress, Self::Complaint, Self::Abuse, Self::Negotiation, Self::NoAnswer, Self::Looping];

    fn name(self) -> &'static str {
        match self {
            Self::Request => "explicit request",
            Self::Distress => "distress",
            Self::Complaint => "complaint or dispute",
            Self::Abuse => "abuse",
            Self::Negotiation => "negotiation",
            Self::NoAnswer => "AI has no answer",
            Self::Looping => "AI repeats itself",
        }
    }

    fn trigger(self) -> Trigger {
        match self {
            Self::Request => Trigger::ExplicitRequest,
            Self::Distress => Trigger::Distress,
            Self::Complaint => Trigger::Complaint,
            Self::Abuse => Trigger::Abuse,
            Self::Negotiation => Trigger::Negotiation,
            Self::NoAnswer | Self::Looping => Trigger::AiLimit,
        }
    }
}

/// What the core made of one dialogue.
#[derive(Debug)]
struct Outcome {
    kind: Option<Kind>,
    /// By trigger: the turns from gold to the first decision that names it.
    delay: Option<usize>,
    /// Triggers that led a decision without being there.
    false_alarms: Vec<Trigger>,
}

fn run(bench: &Bench<'_>, results: &mut Results) -> Result<(), BenchError> {
    let workspace = Workspace::new(None).map_err(|refusal| BenchError::Malformed {
        file: "the default policy".into(),
        line: 0,
        problem: refusal.detail,
    })?;
    let mut draw = Draw::new(5);
    let backgrounds = backgrounds(bench, results)?;
    if backgrounds.is_empty() {
        return Ok(());
    }
    let (mut outcomes, mut calibration) = (Vec::new(), Calibration::default());
    for kind in Kind::ALL {
        let Some(utterances) = results.there(utterances(bench, kind))? else { continue };
        for _ in 0..EACH.min(if kind == Kind::Looping { EACH } else { 3 * utterances.len() }) {
            let background = &backgrounds[draw.below(backgrounds.len())];
            let utterance = utterances.get(draw.below(utterances.len())).map_or("", String::as_str);
            if let Some(inserted) = parts::insert(background, kind, utterance, &mut draw) {
                let (gold, driven) = (Some((kind, inserted.gold)), workspace.drive(&inserted.recording));
                calibration.add(&inserted.recording, gold, &driven);
                outcomes.push(judge(gold, &driven));
            }
        }
    }
    for _ in 0..outcomes.len() {
        let recording =
            Recording { id: None, turns: backgrounds[draw.below(backgrounds.len())].clone(), metadata: Default::default() };
        let driven = workspace.drive(&recording);
        calibration.add(&recording, None, &driven);
        outcomes.push(judge(None, &driven));
    }
    report(&outcomes, results);
    calibration.report(results);
    Ok(())
}

fn judge(gold: Option<(Kind, usize)>, driven: &Driven) -> Outcome {
    let mut outcome = Outcome { kind: gold.map(|(kind, _)| kind), delay: None, false_alarms: Vec::new() };
    for (turn, decision) in driven.decisions.iter().filter(|(_, d)| d.action > Action::Continue) {
        let due = gold.filter(|(_, gold)| turn >= gold);
        let named = |trigger| decision.reasons.iter().any(|r| r.trigger == trigger && r.action > Action::Continue);
        if let Some((_, at)) = due.filter(|(kind, _)| named(kind.trigger())) {
            outcome.delay = outcome.delay.or(Some(turn - at));
        } else if let Some(first) = decision.reason().map(|r| r.trigger)
            && !outcome.false_alarms.contains(&first)
        {
            outcome.false_alarms.push(first);
        }
    }
    outcome
}

fn report(outcomes: &[Outcome], results: &mut Results) {
    let confusion = |drawn: &[usize], mine: &dyn Fn(Kind) -> bool, trigger: Trigger| {
        let mut c = Confusion::default();
        for outcome in drawn.iter().map(|&i| &outcomes[i]) {
            match (outcome.kind.is_some_and(mine), outcome.delay) {
                (true, Some(_)) => c.tp += 1,
                (true, None) => c.fn_ += 1,
                (false, _) => {}
            }
            c.fp += usize::from(outcome.false_alarms.contains(&trigger));
        }
        c
    };
    for kind in Kind::ALL.into_iter().filter(|kind| outcomes.iter().any(|o| o.kind == Some(*kind))) {
        // Both kinds of AI limit share a trigger, and so its precision.
        let trigger = kind.trigger();
        let recall = |drawn: &[usize]| confusion(drawn, &|k| k == kind, trigger).recall();
        let precision = |drawn: &[usize]| confusion(drawn, &|k| k.trigger() == trigger, trigger).precision();
        let all: Vec<usize> = (0..outcomes.len()).collect();
        let mut delays: Vec<usize> = outcomes.iter().filter(|o| o.kind == Some(kind)).filter_map(|o| o.delay).collect();
        delays.sort_unstable();
        let name = kind.name();
        let n = outcomes.iter().filter(|o| o.kind == Some(kind)).count();
        for (what, share) in [("recall", &recall as &dyn Fn(&[usize]) -> f64), ("precision", &precision)] {
            let row = Row::percent(format!("{name}: {what}"), share(&all)).interval(bootstrap(outcomes.len(), share));
            results.add(row.shipped().target(90.0).n(n));
        }
        if let Some(median) = delays.get(delays.len() / 2) {
            results.add(
                Row::new(format!("{name}: median delay"), *median as f64, "turns").shipped().at_most(0.0).n(delays.len()),
            );
        }
    }
    let plain = outcomes.iter().filter(|o| o.kind.is_none());
    let (all, disturbed) = plain.fold((0, 0), |(all, bad), o| (all + 1, bad + usize::from(!o.false_alarms.is_empty())));
    let share = disturbed as f64 / f64::from(all.max(1));
    results.add(Row::percent("dialogues without a trigger that were disturbed", share).shipped().n(all as usize));
}

/// A plain turn.
pub(super) fn turn(role: Role, text: impl Into<String>) -> RecordedTurn {
    RecordedTurn { role, text: text.into(), at: None, name: None, ok: None, calls: Vec::new(), signals: None, ai: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialogue() -> Vec<RecordedTurn> {
        [
            "Hello, I need a taxi to the museum",
            "Where shall it pick you up?",
            "At the station",
            "It comes at noon.",
            "Thank you",
        ]
        .iter()
        .enumerate()
        .map(|(i, text)| turn(if i % 2 == 0 { Role::Customer } else { Role::Ai }, *text))
        .collect()
    }

    #[test]
    fn a_request_is_found_where_it_was_put() {
        let workspace = Workspace::new(None).expect("the default policy");
        let inserted = parts::insert(&dialogue(), Kind::Request, "Let me talk to a human being", &mut Draw::new(1))
            .expect("has a place");
        let outcome = judge(Some((Kind::Request, inserted.gold)), &workspace.drive(&inserted.recording));
        assert_eq!((outcome.delay, outcome.false_alarms.len()), (Some(0), 0));
    }

    #[test]
    fn a_missing_part_leaves_the_other_kinds() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |part: &str, content: String| {
            let path = folder.path().join(part);
            std::fs::create_dir_all(path.parent().expect("a folder of its own")).expect("made");
            std::fs::write(path, content).expect("written");
        };
        let said = |t: &RecordedTurn| {
            let agent = if t.role == Role::Customer { "user" } else { "wizard" };
            serde_json::json!({ "agent": agent, "text": t.text })
        };
        let events: Vec<_> = dialogue().iter().map(said).collect();
        write("star/train.jsonl", serde_json::json!({ "happy": true, "multitask": false, "events": events }).to_string());
        write("clinc150/oos_val.tsv", "who painted the ceiling of the chapel\toos\n".into());
        let mut results = Results::default();
        let bench = Bench { data: folder.path(), split: crate::bench::Split::Dev, models: None };
        run(&bench, &mut results).expect("runs");
        let recalls: Vec<_> = results.rows.iter().map(|r| r.metric.as_str()).filter(|m| m.ends_with("recall")).collect();
        assert_eq!(recalls, ["AI has no answer: recall", "AI repeats itself: recall"]);
        for part in ["nlupp", "goemotions", "bitext", "convabuse", "casino", "multidogo"] {
            assert!(results.missing.iter().any(|m| m.contains(part)), "{part}: {:?}", results.missing);
        }
    }

    #[test]
    fn a_plain_dialogue_is_left_alone() {
        let workspace = Workspace::new(None).expect("the default policy");
        let recording = Recording { id: None, turns: dialogue(), metadata: Default::default() };
        let outcome = judge(None, &workspace.drive(&recording));
        assert!(outcome.false_alarms.is_empty() && outcome.delay.is_none());
    }
}
