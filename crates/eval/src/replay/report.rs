//! What a replay found: per conversation, per file and in all. Only what follows from the recordings and the policy.

use std::collections::BTreeMap;

use baton_model::{Decision, Layer, Policy, Trigger, Urgency};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    Source,
    drive::{Driven, Opened},
    recording::{Recording, Role},
};

#[derive(Debug, Serialize)]
pub struct Report {
    #[serde(flatten)]
    pub total: Counts,
    pub policy: PolicyName,
    pub files: Vec<FileCounts>,
    /// Lines that could not be read and turns that were refused: one error each.
    pub problems: Vec<Problem>,
    pub items: Vec<Item>,
}

#[derive(Debug, Serialize)]
pub struct PolicyName {
    pub name: String,
    pub version: u32,
}

#[derive(Debug, Serialize)]
pub struct FileCounts {
    pub file: String,
    #[serde(flatten)]
    pub counts: Counts,
}

#[derive(Debug, Serialize)]
pub struct Problem {
    /// Index of the file.
    #[serde(skip)]
    pub file: usize,
    /// `file:line`
    pub at: String,
    pub problem: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A human would have taken over.
    Escalated,
    /// A human would have been offered, and the customer decides.
    Offered,
    /// The AI would have gone on.
    Continued,
}

/// Against the recorded handoff, in customer turns. A replayed offer counts as the moment, if it came first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// Two or more customer turns before the recorded handoff.
    Early,
    /// At most one customer turn apart.
    OnTime,
    /// Two or more customer turns after it.
    Late,
    /// Handed over in the recording; the replay does not bring in a human.
    Missed,
    /// The replay brings in a human; the recording did not.
    OnlyHere,
    /// Neither did.
    Neither,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Compared {
    pub early: u32,
    pub on_time: u32,
    pub late: u32,
    pub missed: u32,
    pub only_here: u32,
    pub neither: u32,
    /// The recording does not say whether a human took over.
    pub not_comparable: u32,
}

/// Replay against a label of the recording.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Label {
    pub yes: u32,
    pub yes_human: u32,
    pub no: u32,
    pub no_human: u32,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Completeness {
    pub packages: u32,
    /// Absent without packages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lowest: Option<f32>,
    /// Packages by tenths of the score: 0 to below 0.1, …, 0.9 to 1.
    pub tenths: [u32; 10],
    /// What was missing, and in how many packages.
    pub gaps: BTreeMap<String, u32>,
}

/// How many conversations got a human at their nth customer turn (from 1).
pub type Histogram = BTreeMap<usize, Moment>;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Moment {
    pub escalated: u32,
    pub offered: u32,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TriggerCount {
    pub escalated: u32,
    pub offered: u32,
}

/// `escalated + offered + continued = conversations`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Counts {
    pub conversations: u32,
    pub errors: u32,
    /// Recorded turns, also those after a handoff.
    pub turns: u64,
    /// Turns that the core assessed.
    pub assessed: u64,
    pub escalated: u32,
    pub offered: u32,
    pub continued: u32,
    pub by_trigger: BTreeMap<&'static str, TriggerCount>,
    pub by_urgency: BTreeMap<&'static str, u32>,
    pub turn_histogram: Histogram,
    pub completeness: Completeness,
    #[serde(flatten)]
    pub compared: Compared,
    /// By the recording's `gold_transfer`: should a human have taken over?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gold_transfer: Option<Label>,
    /// By the recording's `success`: did the recorded AI solve it?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<Label>,
    /// Sum of all scores; `completeness.mean` comes from it.
    #[serde(skip)]
    scores: f64,
}

#[derive(Debug, Serialize)]
pub struct Item {
    pub file: String,
    pub line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Value>,
    pub outcome: Outcome,
    /// The first customer turn's text, shortened.
    pub opening: String,
    pub turns: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer: Option<Escalation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Escalation>,
    /// Strain after each assessed turn.
    pub strain: Vec<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_handoff: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timing: Option<Timing>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
}

/// The moment at which a human comes in, and why.
#[derive(Debug, Serialize)]
pub struct Escalation {
    /// Index of the recorded turn, from 0.
    pub turn: usize,
    /// Customer turns so far, from 1.
    pub customer_turn: usize,
    pub trigger: Trigger,
    pub layer: Layer,
    pub rule: String,
    pub because: String,
    pub urgency: Urgency,
    pub score: f32,
    pub threshold: f32,
    pub evidence: Vec<Quote>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Trigger>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completeness: Option<f32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Quote {
    /// Index of the recorded turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<usize>,
    pub quote: String,
}

impl Report {
    pub(super) fn new<'a>(
        policy: &Policy,
        names: &[String],
        mut problems: Vec<Problem>,
        driven: impl Iterator<Item = (&'a Source, Driven)>,
    ) -> Self {
        let mut files: Vec<FileCounts> =
            names.iter().map(|name| FileCounts { file: name.clone(), counts: Counts::default() }).collect();
        let mut total = Counts::default();
        let mut items = Vec::new();
        for (source, driven) in driven {
            let name = &names[source.file];
            let item = item(name, source, &driven);
            for counts in [&mut total, &mut files[source.file].counts] {
                counts.add(&item, &driven, &source.recording);
            }
            problems.extend(driven.refused.iter().map(|(turn, why)| Problem {
                file: source.file,
                at: format!("{name}:{}", source.line),
                problem: format!("turn {turn}: {why}"),
            }));
            items.push(item);
        }
        for problem in &problems {
            total.errors += 1;
            files[problem.file].counts.errors += 1;
        }
        total.finish();
        files.iter_mut().for_each(|f| f.counts.finish());
        Self { total, policy: PolicyName { name: policy.name.clone(), version: policy.version }, files, problems, items }
    }
}

impl Counts {
    fn add(&mut self, item: &Item, driven: &Driven, recording: &Recording) {
        self.conversations += 1;
        self.turns += recording.turns.len() as u64;
        self.assessed += driven.decisions.len() as u64;
        match item.outcome {
            Outcome::Escalated => self.escalated += 1,
            Outcome::Offered => self.offered += 1,
            Outcome::Continued => self.continued += 1,
        }
        if let Some(moment) = item.escalation.as_ref().or(item.offer.as_ref()) {
            let escalated = item.outcome == Outcome::Escalated;
            let by_trigger = self.by_trigger.entry(moment.trigger.name()).or_default();
            let by_turn = self.turn_histogram.entry(moment.customer_turn).or_default();
            *if escalated { &mut by_trigger.escalated } else { &mut by_trigger.offered } += 1;
            *if escalated { &mut by_turn.escalated } else { &mut by_turn.offered } += 1;
            *self.by_urgency.entry(urgency(moment.urgency)).or_default() += 1;
            if let Some(score) = moment.completeness {
                let seen = &mut self.completeness;
                seen.packages += 1;
                seen.lowest = Some(seen.lowest.map_or(score, |l| l.min(score)));
                seen.tenths[((score * 10.0) as usize).min(9)] += 1;
                self.scores += f64::from(score);
                for gap in &moment.gaps {
                    *seen.gaps.entry(gap.clone()).or_default() += 1;
                }
            }
        }
        let compared = &mut self.compared;
        *match item.timing {
            Some(Timing::Early) => &mut compared.early,
            Some(Timing::OnTime) => &mut compared.on_time,
            Some(Timing::Late) => &mut compared.late,
            Some(Timing::Missed) => &mut compared.missed,
            Some(Timing::OnlyHere) => &mut compared.only_here,
            Some(Timing::Neither) => &mut compared.neither,
            None => &mut compared.not_comparable,
        } += 1;
        let human = item.outcome != Outcome::Continued;
        for (key, label) in [("gold_transfer", &mut self.gold_transfer), ("success", &mut self.success)] {
            if let Some(yes) = recording.flag(key) {
                let label = label.get_or_insert_default();
                *if yes { &mut label.yes } else { &mut label.no } += 1;
                if human {
                    *if yes { &mut label.yes_human } else { &mut label.no_human } += 1;
                }
            }
        }
    }

    fn finish(&mut self) {
        let n = self.completeness.packages;
        self.completeness.mean = (n > 0).then(|| (self.scores / f64::from(n) * 10_000.0).round() / 10_000.0);
    }
}

fn urgency(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Low => "low",
        Urgency::Normal => "normal",
        Urgency::High => "high",
        Urgency::Critical => "critical",
    }
}

fn item(name: &str, source: &Source, driven: &Driven) -> Item {
    let recording = &source.recording;
    let escalation = driven.opened.as_ref().and_then(|o| moment(recording, driven, o.turn, &o.decision, Some(o)));
    let offer = driven.first_offer.as_ref().and_then(|(turn, decision)| moment(recording, driven, *turn, decision, None));
    let outcome = match (&driven.opened, &driven.first_offer) {
        (Some(_), _) => Outcome::Escalated,
        (None, Some(_)) => Outcome::Offered,
        (None, None) => Outcome::Continued,
    };
    let first = [driven.opened.as_ref().map(|o| o.turn), driven.first_offer.as_ref().map(|(turn, _)| *turn)]
        .into_iter()
        .flatten()
        .min();
    let handoff = recording.handoff();
    let opening =
        recording.turns.iter().find(|t| t.role == Role::Customer).map(|t| shorten(&t.text, 140)).unwrap_or_default();
    Item {
        file: name.to_owned(),
        line: source.line,
        id: recording.id.clone(),
        outcome,
        opening,
        turns: recording.turns.len(),
        offer,
        escalation,
        strain: driven.decisions.iter().map(|(_, d)| rounded(d.strain)).collect(),
        recorded_handoff: handoff.flatten(),
        timing: handoff.map(|recorded| timing(recording, recorded, first)),
        metadata: recording.scalars(),
    }
}

fn moment(
    recording: &Recording,
    driven: &Driven,
    turn: usize,
    decision: &Decision,
    opened: Option<&Opened>,
) -> Option<Escalation> {
    let reason = decision.reason()?;
    let package = opened.and_then(|o| o.package.as_ref());
    let mut also: Vec<Trigger> =
        decision.reasons.iter().skip(1).map(|r| r.trigger).filter(|t| *t != reason.trigger).collect();
    also.sort();
    also.dedup();
    Some(Escalation {
        turn,
        customer_turn: customer_turns(recording, turn),
        trigger: reason.trigger,
        layer: reason.layer,
        rule: reason.rule.clone(),
        because: reason.because.clone(),
        urgency: opened.map_or(decision.urgency, |o| o.urgency),
        score: rounded(reason.score),
        threshold: rounded(reason.threshold),
        evidence: reason
            .evidence
            .iter()
            .map(|e| Quote { turn: driven.index_of.get(&e.turn).copied(), quote: e.quote.clone() })
            .collect(),
        also,
        headline: package.map(|p| p.headline.text.clone()),
        completeness: package.map(|p| rounded(p.completeness.score)),
        gaps: package.map(|p| p.completeness.gaps.iter().map(|g| g.what.clone()).collect()).unwrap_or_default(),
    })
}

/// Customer turns up to and including this one.
fn customer_turns(recording: &Recording, turn: usize) -> usize {
    recording.turns.iter().take(turn + 1).filter(|t| t.role == Role::Customer).count()
}

fn timing(recording: &Recording, recorded: Option<usize>, here: Option<usize>) -> Timing {
    match (recorded, here) {
        (None, None) => Timing::Neither,
        (None, Some(_)) => Timing::OnlyHere,
        (Some(_), None) => Timing::Missed,
        (Some(recorded), Some(here)) => {
            let (recorded, here) = (customer_turns(recording, recorded), customer_turns(recording, here));
            if here + 1 < recorded {
                Timing::Early
            } else if here > recorded + 1 {
                Timing::Late
            } else {
                Timing::OnTime
            }
        }
    }
}

/// Three digits are more than any score means.
fn rounded(value: f32) -> f32 {
    (value * 1000.0).round() / 1000.0
}

pub(super) fn shorten(text: &str, longest: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= longest {
        return text;
    }
    let mut short: String = text.chars().take(longest - 1).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(turns: usize) -> Recording {
        let turns: Vec<String> = (0..turns)
            .map(|n| format!(r#"{{"role":"{}","text":"t"}}"#, if n % 2 == 0 { "customer" } else { "ai" }))
            .collect();
        serde_json::from_str(&format!(r#"{{"turns":[{}]}}"#, turns.join(","))).unwrap()
    }

    #[test]
    fn timing_counts_customer_turns() {
        let r = recording(12);
        // The recorded handoff stands at the AI's turn 5, after three customer turns.
        let at = |here| timing(&r, Some(5), here);
        assert_eq!(at(Some(0)), Timing::Early);
        assert_eq!(at(Some(2)), Timing::OnTime);
        assert_eq!(at(Some(4)), Timing::OnTime);
        assert_eq!(at(Some(6)), Timing::OnTime);
        assert_eq!(at(Some(8)), Timing::Late);
        assert_eq!(at(None), Timing::Missed);
        assert_eq!((timing(&r, None, None), timing(&r, None, Some(1))), (Timing::Neither, Timing::OnlyHere));
    }

    #[test]
    fn long_texts_are_cut_at_characters() {
        assert_eq!(shorten("a  b\nc", 10), "a b c");
        assert_eq!(shorten("ääääää", 4), "äää…");
    }
}
