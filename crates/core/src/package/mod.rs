//! The information package: what a person gets when they take over, built from the conversation itself.
//!
//! Fills every field of `model::Package` without a model, in well under a millisecond for a usual conversation. Sentences
//! are templates around words that were said; each names its turns, and one without a source is left out. `faults`
//! checks a package from the outside.
//!
//! Must never: invent (a number, reference or address without a source), show a card or bank number in full (it is
//! hidden everywhere, the transcript included; spans stay valid), shorten without a "…", fail or panic, whatever
//! customers write.
//!
//! To add a field: a file of its subject here, an optional field in `model::Package`, a line in `build`, and the rule
//! that can prove it wrong in `check`.

mod articles;
mod brief;
mod check;
mod customer;
mod gaps;
mod given;
mod introduction;
mod mood;
mod next_steps;
mod playbook;
mod polish;
mod promises;
mod quote;
mod reading;
mod reason;
mod render;
mod retell;
#[cfg(test)]
mod samples;
mod summary;
mod tried;
mod wants;
mod words;

use baton_model::{
    Article, Author, Conversation, Escalation, EscalationId, Issue, PACKAGE_SCHEMA, Package, PastContact, Playbook,
    StepSource, Timestamp, TranscriptTurn,
};

pub use check::{Fault, faults, faults_alone, misshapen};
pub use introduction::introduction;
pub(crate) use next_steps::lower_first;
pub use polish::{keep_wording, reworded, to_polish};
pub use promises::{Promised, promised};
pub use render::{Form, LEAST_LIMIT, render};

use reading::Reading;

/// Everything that a package is made of. Facts come from the conversation.
#[derive(Debug)]
pub struct Materials<'a> {
    pub escalation: &'a Escalation,
    pub conversation: &'a Conversation,
    pub queue_name: &'a str,
    pub articles: Vec<&'a Article>,
    /// The workspace's own.
    pub playbooks: &'a [Playbook],
    /// Newest first.
    pub past_contacts: Vec<PastContact>,
    /// Most similar first.
    pub similar: Vec<SimilarCase<'a>>,
    pub now: Timestamp,
}

/// A solved escalation that resembles this one.
#[derive(Debug, Clone, Copy)]
pub struct SimilarCase<'a> {
    pub escalation: EscalationId,
    pub headline: &'a str,
    pub issue_class: &'a str,
    /// What was done, in the human's words.
    pub resolution: &'a str,
}

pub fn build(m: &Materials<'_>) -> Package {
    let reading = Reading::of(m.conversation, usize::MAX);
    let card = customer::card(m.conversation, &reading, m.past_contacts.clone());
    let orders = customer::orders(m.conversation, &reading);
    let records = check::records(&card, &orders);
    let supported = |claim: &baton_model::Claim| check::unsupported(claim, &reading, &records).is_none();

    let reason = reason::reason(m.escalation, &reading);
    let issue = issue(m.escalation, &reading);
    let mood = mood::mood(&reading);
    let urgency = reason::urgency(m.escalation, &reading, mood.now);
    let tried = tried::tried(&reading);
    let promises = promises::promises(&reading, card.time_zone.as_deref());
    let want = wants::want(&reading, &orders).filter(|w| supported(&w.claim()));
    let want = want.as_ref();

    let mut headline = brief::headline(m.escalation, &reading, &card, want, &tried);
    if !supported(&headline) {
        headline = brief::plain_headline(m.escalation.trigger, headline.turns);
    }
    let mut summary = summary::summary(&reading, &tried, &mood, &promises);
    summary.retain(|claim| supported(claim));

    let mut next_steps = next_steps::next_steps(&next_steps::Ground {
        escalation: m.escalation,
        reading: &reading,
        card: &card,
        orders: &orders,
        want,
        tried: &tried,
        issue: &issue,
        articles: &m.articles,
        playbooks: m.playbooks,
        similar: &m.similar,
    });
    for step in &mut next_steps {
        // What the owner wrote is its own source.
        let owners = matches!(step.source, StepSource::Article { .. } | StepSource::Playbook { .. });
        step.draft = step
            .draft
            .take()
            .filter(|d| !reading.veil.leaks(d) && (owners || check::invented(d, &reading, &records).is_none()));
    }
    let spoken_brief = brief::spoken_brief(m.escalation, &reading, &card, want, &tried, &mood, &next_steps);
    let completeness = gaps::completeness(m.conversation, &reading, &card, &orders, &issue, &reason, want);

    Package {
        schema: PACKAGE_SCHEMA.into(),
        escalation: m.escalation.id,
        conversation: m.conversation.id,
        built_at: m.now,
        reason,
        headline,
        summary,
        wants: want.map(wants::Want::claim),
        issue,
        mood,
        urgency,
        customer: card,
        orders,
        entities: customer::entities(&reading),
        given: given::given(&reading),
        tried,
        promises,
        next_steps,
        transcript: transcript(&reading),
        spoken_brief,
        completeness,
    }
}

/// The class that routed the escalation, with the best confidence that a turn gave it.
fn issue(escalation: &Escalation, reading: &Reading<'_>) -> Issue {
    let confidence = reading
        .customer()
        .filter_map(|h| h.turn.signals.issue_class.as_ref())
        .filter(|g| g.label == escalation.issue_class && g.score.is_finite())
        .map(|g| g.score.clamp(0.0, 1.0))
        .fold(0.0, f32::max);
    Issue { class: escalation.issue_class.clone(), confidence }
}

fn transcript(reading: &Reading<'_>) -> Vec<TranscriptTurn> {
    reading
        .turns
        .iter()
        .map(|heard| {
            let (role, name) = match &heard.turn.author {
                Author::Customer => ("customer", None),
                Author::AiAgent => ("ai_agent", None),
                Author::HumanAgent { name, .. } => ("human_agent", Some(name.clone())),
                Author::Notice { .. } => ("notice", None),
                Author::Tool { name, .. } => ("tool", Some(name.clone())),
                Author::Note { name, .. } => ("note", Some(name.clone())),
            };
            let turn = heard.turn;
            TranscriptTurn {
                turn: turn.id,
                index: turn.index,
                at: turn.at,
                role: role.into(),
                name,
                text: heard.text.clone().into_owned(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
