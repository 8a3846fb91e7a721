//! From conversations and escalations to the cases that `learn` counts.

use std::collections::BTreeMap;

use baton_model::{
    Author, Case, Conversation, ConversationId, Escalation, Event, Judgement, MeasuredFacts, Refusal, RefusalCode, Reply,
    Stream, Timestamp, Trigger,
};

use super::{State, notices, step::Step};
use crate::{assess, learn::RECONTACT_WITHIN};

/// Scores below are noise and are not kept.
const PEAK: f32 = 0.2;
/// Longest note on a judgement, in bytes.
const NOTE_BYTES: usize = 2_000;

impl Step<'_> {
    /// A supervisor or human agent read a conversation that the AI closed alone.
    pub(super) fn judge_conversation(
        &mut self,
        id: ConversationId,
        needed_human: bool,
        note: Option<&str>,
    ) -> Result<Reply, Refusal> {
        if note.is_some_and(|n| n.len() > NOTE_BYTES) {
            return Err(Refusal::new(RefusalCode::Invalid, format!("the note is longer than {NOTE_BYTES} bytes")));
        }
        let known = self.state.ledger.cases.iter().any(|c| c.conversation == id && c.contained());
        if !known {
            return Err(Refusal::new(
                RefusalCode::NotFound,
                format!(
                    "no conversation {id} that the AI closed alone, or it is too old: give escalations a verdict instead"
                ),
            ));
        }
        let by = self.input.actor.human_agent();
        let judgement = Judgement { needed_human, note: note.map(str::to_owned), by, at: self.now };
        self.emit(Stream::Conversation(id), Event::ConversationJudged { conversation: id, judgement });
        Ok(Reply::Done)
    }
}

pub(super) fn of_escalation(state: &State, e: &Escalation, c: &Conversation) -> Case {
    Case {
        escalation: Some(e.id),
        queue: Some(e.item.queue.clone()),
        trigger: Some(e.trigger),
        topic: e.issue_class.clone(),
        policy_version: e.decision.policy_version,
        ..base(state, c, e.opened_at)
    }
}

pub(super) fn of_contained(state: &State, c: &Conversation, at: Timestamp, facts: Option<&MeasuredFacts>) -> Case {
    Case { ended_at: Some(at), facts: facts.cloned(), ..base(state, c, at) }
}

fn base(state: &State, c: &Conversation, at: Timestamp) -> Case {
    let customer = || c.turns.iter().filter(|t| t.is_customer());
    let mut peaks: BTreeMap<Trigger, f32> = BTreeMap::new();
    for (trigger, score) in customer().flat_map(|t| assess::scores(&t.signals)).filter(|(_, score)| *score >= PEAK) {
        let peak = peaks.entry(trigger).or_default();
        *peak = peak.max(score);
    }
    let class = customer().rev().find_map(|t| t.signals.issue_class.as_ref()).map(|g| g.label.clone());
    let version =
        c.turns.iter().rev().filter(|t| matches!(t.author, Author::AiAgent)).find_map(|t| t.ai.as_ref()?.version.clone());
    Case {
        conversation: c.id,
        escalation: None,
        at,
        ended_at: None,
        queue: None,
        topic: class.unwrap_or_else(|| "other".into()),
        trigger: None,
        policy_version: c.decisions.last().map_or(0, |d| d.policy_version),
        ai_version: version.unwrap_or_default(),
        headline: notices::shorten(customer().next().map_or("", |t| t.text.as_str()), 120),
        known_customer: c.customer.verified && c.customer.external_id.is_some(),
        strain: c.decisions.iter().map(|d| d.strain).fold(0.0, f32::max),
        peaks,
        facts: None,
        verdict: None,
        judgement: None,
        recontact: None,
        drawn: state.trial.as_ref().and_then(|t| t.drew(c.opened_at, state.policy.version)),
    }
}

/// A known customer opens a conversation: their last one learns that they are back.
pub(super) fn customer_is_back(state: &mut State, external_id: Option<&String>, at: Timestamp) {
    let last = external_id.and_then(|id| state.contacts.get(id)).and_then(|contacts| contacts.front());
    // An opening longer ago than any conversation lasts is not looked up.
    if let Some(last) = last.filter(|l| at.since(l.at).0 <= 2 * RECONTACT_WITHIN.0) {
        state.ledger.cases.came_back(last.conversation, at);
    }
}

#[cfg(test)]
mod tests {
    use baton_model::*;

    use super::super::{tests_support::World, view};

    fn metric(world: &World, name: &str) -> (f64, f64) {
        let now = world.state.clock();
        let all = view::metrics(&world.state, &CaseFilter::default(), None, now);
        all.groups[0].metrics.iter().find(|m| m.name == name).map(|m| (m.numerator, m.denominator)).unwrap()
    }

    #[test]
    fn what_the_ai_closed_alone_is_measured_and_can_be_judged() {
        let mut world = World::new();
        let ids: Vec<ConversationId> = [0.1, 0.6]
            .into_iter()
            .map(|complaint| {
                let c = world.open();
                world.say(c, complaint);
                world.bot(Input::CloseConversation { conversation: c });
                c
            })
            .collect();
        // The second ended with an offer that nobody answered.
        assert_eq!(metric(&world, "contained_missed_rate"), (1.0, 2.0));
        let judge = |id, needed_human| Input::JudgeConversation { conversation: id, needed_human, note: None };
        world.supervisor(judge(ids[1], false)).unwrap();
        assert_eq!(metric(&world, "contained_missed_rate"), (0.0, 2.0));
        assert_eq!(world.submit(Actor::Bot, judge(ids[0], true)).unwrap_err().code, RefusalCode::Forbidden);
        let unknown = IdSource::new(Timestamp::default(), 9).draw();
        assert_eq!(world.supervisor(judge(unknown, true)).unwrap_err().code, RefusalCode::NotFound);
        // A snapshot keeps the cases.
        let restored = super::State::restore(&world.state.snapshot()).unwrap();
        let all = CaseFilter::default();
        assert_eq!(view::cases(&restored, &all), view::cases(&world.state, &all));
    }

    #[test]
    fn a_known_customer_who_is_back_has_not_been_helped_for_good() {
        let mut world = World::new();
        for _ in 0..2 {
            let customer = CustomerRef { external_id: Some("c-1".into()), verified: true, ..CustomerRef::default() };
            world.open_for(customer);
            let c = world.newest();
            world.say(c, 0.1);
            world.bot(Input::CloseConversation { conversation: c });
        }
        assert_eq!(metric(&world, "contained_no_recontact_rate"), (0.0, 1.0));
        assert_eq!(metric(&world, "recontact_rate"), (1.0, 1.0));
    }
}
