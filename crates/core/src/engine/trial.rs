//! A policy on its way into force: shadow, a share of traffic, approval, roll-back; each step by a named person who says
//! why, and a guardrail that needs nobody.

use std::sync::Arc;

use baton_model::{
    Actor, Conversation, ConversationId, Event, Policy, Refusal, RefusalCode, Reply, Stream, Timestamp, Trial, TrialEnd,
    TrialView,
};

use super::{State, ai, step::Step};
use crate::assess::{self, CompiledPolicy};

/// A trial decides at most this share, so that there is a control to compare with.
const MOST_SHARE: u8 = 50;
const WHY_BYTES: usize = 1_000;

impl State {
    /// The policy that decides this conversation.
    pub(super) fn compiled_for(&self, conversation: ConversationId) -> &Arc<CompiledPolicy> {
        match (&self.trial, &self.trial_compiled) {
            (Some(trial), Some(compiled)) if trial.decides(conversation) => compiled,
            _ => &self.compiled,
        }
    }

    pub(super) fn policy_for(&self, conversation: ConversationId) -> &Arc<Policy> {
        &self.compiled_for(conversation).policy
    }

    /// Numbers are never used twice, also not those of trials that came to nothing.
    pub(super) fn next_version(&self) -> u32 {
        self.policy_log.iter().map(|c| c.version).max().unwrap_or(0).max(self.policy.version) + 1
    }
}

impl Step<'_> {
    pub(super) fn try_policy(&mut self, toml: &str, share: u8, why: &str) -> Result<Reply, Refusal> {
        let by = self.named(why)?;
        check_share(share)?;
        self.no_trial()?;
        let mut policy = assess::parse(toml)?;
        self.check_rule_queues(&policy)?;
        policy.version = self.state.next_version();
        let version = policy.version;
        let trial = Trial {
            version,
            policy: Arc::new(policy),
            toml: toml.to_owned(),
            share,
            by,
            why: why.to_owned(),
            since: self.now,
            share_since: self.now,
            watched: 0,
            differed: 0,
        };
        self.emit(Stream::Workspace, Event::TrialStarted { trial: Arc::new(trial) });
        Ok(Reply::PolicyApplied { version })
    }

    pub(super) fn set_trial_share(&mut self, share: u8, why: &str) -> Result<Reply, Refusal> {
        let by = self.named(why)?;
        check_share(share)?;
        let version = self.trial()?.version;
        self.emit(Stream::Workspace, Event::TrialShareSet { share, by, why: why.to_owned() });
        Ok(Reply::PolicyApplied { version })
    }

    /// Approved, or given up.
    pub(super) fn end_trial(&mut self, promote: bool, why: &str) -> Result<Reply, Refusal> {
        let by = self.named(why)?;
        let trial = self.trial()?;
        if promote {
            self.check_rule_queues(&trial.policy)?;
        }
        let end = if promote { TrialEnd::Promoted } else { TrialEnd::Stopped };
        self.emit(Stream::Workspace, Event::TrialEnded { end, by, why: why.to_owned() });
        if promote {
            let (policy, toml, by) = (Arc::clone(&trial.policy), trial.toml.clone(), self.input.actor.clone());
            self.emit(Stream::Workspace, Event::PolicyApplied { policy, toml, by, why: why.to_owned() });
        }
        Ok(Reply::PolicyApplied { version: trial.version })
    }

    /// The file that was in force before, under a new number. A running trial ends.
    pub(super) fn roll_back(&mut self, why: &str) -> Result<Reply, Refusal> {
        let by = self.named(why)?;
        let Some(toml) = self.state.policies_before.back().map(|(_, toml)| toml.clone()) else {
            return Err(Refusal::new(RefusalCode::WrongState, "there is no earlier policy to go back to"));
        };
        let mut policy = assess::parse(&toml)?;
        self.check_rule_queues(&policy)?;
        if self.state.trial.is_some() {
            self.emit(Stream::Workspace, Event::TrialEnded { end: TrialEnd::Stopped, by, why: why.to_owned() });
        }
        policy.version = self.state.next_version();
        let (version, by) = (policy.version, self.input.actor.clone());
        self.emit(Stream::Workspace, Event::PolicyApplied { policy: Arc::new(policy), toml, by, why: why.to_owned() });
        Ok(Reply::PolicyApplied { version })
    }

    /// What the trial would have decided, while it only watches. Only differences are recorded.
    pub(super) fn watch(&mut self, c: &Arc<Conversation>, asked: Option<&str>, action: baton_model::Action) {
        let Some(compiled) = self.state.trial_compiled.clone() else { return };
        if self.state.trial.as_ref().is_none_or(|t| t.share > 0) {
            return;
        }
        let Some(turn) = c.turns.last() else { return };
        let facts = self.state.facts_of(c);
        let would = assess::assess(&compiled, &ai::seen(c, turn, facts.as_ref(), asked, self.now)).decision.action;
        if would != action {
            self.emit(
                Stream::Conversation(c.id),
                Event::ShadowDiffered { conversation: c.id, turn: turn.id, action: would },
            );
        }
    }

    /// After each finished case: is the trial worse than what it is compared with?
    pub(super) fn guard_trial(&mut self) {
        let Some(trial) = self.state.trial.clone().filter(|t| t.share > 0) else { return };
        let Some(why) = self.state.ledger.cases.broken_guardrail(&trial) else { return };
        self.emit(Stream::Workspace, Event::TrialEnded { end: TrialEnd::RolledBack, by: "baton".into(), why });
    }

    pub(super) fn no_trial(&self) -> Result<(), Refusal> {
        match &self.state.trial {
            None => Ok(()),
            Some(t) => {
                let detail = format!("version {} is being tried: promote or stop it first", t.version);
                Err(Refusal::new(RefusalCode::WrongState, detail))
            }
        }
    }

    fn trial(&self) -> Result<Arc<Trial>, Refusal> {
        self.state.trial.clone().ok_or_else(|| Refusal::new(RefusalCode::WrongState, "no policy is being tried"))
    }

    /// Who answers for it. Only people change what decides about people, and they say why.
    fn named(&self, why: &str) -> Result<String, Refusal> {
        if why.trim().is_empty() || why.len() > WHY_BYTES {
            return Err(Refusal::new(RefusalCode::Invalid, format!("say why, in 1 to {WHY_BYTES} bytes")));
        }
        name_of(&self.input.actor)
            .ok_or_else(|| Refusal::new(RefusalCode::Forbidden, "only a named supervisor may change what decides"))
    }
}

/// The person behind an actor, for the audit.
pub(super) fn name_of(actor: &Actor) -> Option<String> {
    match actor {
        Actor::Supervisor { name, .. } if !name.trim().is_empty() => Some(name.clone()),
        Actor::Supervisor { .. } | Actor::System | Actor::Bot | Actor::Customer { .. } | Actor::Human { .. } => None,
    }
}

fn check_share(share: u8) -> Result<(), Refusal> {
    if share <= MOST_SHARE {
        return Ok(());
    }
    let detail = format!("a trial decides at most {MOST_SHARE}% of conversations: promote it to decide all");
    Err(Refusal::new(RefusalCode::Invalid, detail))
}

/// What is tried, how it does, and who changed what.
pub fn view(state: &State, now: Timestamp) -> TrialView {
    TrialView {
        now,
        guardrails: state.trial.as_ref().map(|t| state.ledger.cases.guardrails(t)).unwrap_or_default(),
        trial: state.trial.clone(),
        previous: state.policies_before.back().map(|(version, _)| *version),
        changes: state.policy_log.iter().rev().cloned().collect(),
    }
}

#[cfg(test)]
mod tests {
    use baton_model::*;

    use super::*;
    use crate::engine::tests_support::World;

    fn careful() -> String {
        assess::default_toml().replace(
            "[detectors.complaint]\noffer = 0.5\nescalate = 0.8",
            "[detectors.complaint]\noffer = 0.2\nescalate = 0.35",
        )
    }

    fn tries(share: u8) -> Input {
        Input::TryPolicy { toml: careful(), share, why: "too many late ones".into() }
    }

    #[test]
    fn a_shadow_watches_and_decides_nothing() {
        let mut world = World::new();
        world.supervisor(tries(0)).unwrap();
        let c = world.open();
        let events = world.say(c, 0.4);
        assert!(events.iter().any(|e| matches!(e, Event::ShadowDiffered { action: Action::Escalate, .. })), "{events:?}");
        assert!(!events.iter().any(|e| matches!(e, Event::EscalationOpened { .. })));
        let trial = view(&world.state, Timestamp::default()).trial.unwrap();
        assert_eq!((trial.watched, trial.differed), (1, 1));
        // What is tried survives a restart.
        let restored = State::restore(&world.state.snapshot()).unwrap();
        assert!(restored.trial_compiled.is_some());
    }

    #[test]
    fn a_share_is_stable_grows_and_decides() {
        let mut world = World::new();
        world.supervisor(tries(30)).unwrap();
        let trial = world.state.trial.clone().unwrap();
        let wider = Trial { share: 50, ..(*trial).clone() };
        let ids: Vec<ConversationId> = (0..2000).map(|n| IdSource::new(Timestamp::default(), n).draw()).collect();
        let decided = ids.iter().filter(|id| trial.decides(**id)).count();
        assert!((540..660).contains(&decided), "{decided}");
        assert!(ids.iter().all(|id| !trial.decides(*id) || wider.decides(*id)));

        let (mut tried, mut control) = (0, 0);
        for _ in 0..40 {
            let c = world.open();
            let escalated = world.say(c, 0.4).iter().any(|e| matches!(e, Event::EscalationOpened { .. }));
            assert_eq!(escalated, trial.decides(c));
            let version = world.state.conversations[&c].decisions[0].policy_version;
            assert_eq!(version == trial.version, escalated);
            if escalated { tried += 1 } else { control += 1 }
        }
        assert!(tried > 0 && control > 0);
    }

    #[test]
    fn only_a_named_person_who_says_why() {
        let mut world = World::new();
        for actor in [Actor::Bot, Actor::System, Actor::Supervisor { name: " ".into(), human_agent: None }] {
            assert_eq!(world.submit(actor, tries(0)).unwrap_err().code, RefusalCode::Forbidden);
        }
        let unsaid = Input::TryPolicy { toml: careful(), share: 0, why: " ".into() };
        assert_eq!(world.supervisor(unsaid).unwrap_err().code, RefusalCode::Invalid);
        assert_eq!(world.supervisor(tries(51)).unwrap_err().code, RefusalCode::Invalid);
        let end = |promote| Input::EndTrial { promote, why: "done".into() };
        assert_eq!(world.supervisor(end(true)).unwrap_err().code, RefusalCode::WrongState);
        let back = || Input::RollBackPolicy { why: "worse".into() };
        assert_eq!(world.supervisor(back()).unwrap_err().code, RefusalCode::WrongState);

        world.supervisor(tries(10)).unwrap();
        let other = Input::PutPolicy { toml: careful(), why: String::new() };
        assert_eq!(world.supervisor(other).unwrap_err().code, RefusalCode::WrongState);
        world.supervisor(end(true)).unwrap();
        assert_eq!(*world.state.policy_toml, careful());
        world.supervisor(back()).unwrap();
        assert_eq!(*world.state.policy_toml, assess::default_toml());
        // The step back is not itself something to go back to.
        assert_eq!(world.supervisor(back()).unwrap_err().code, RefusalCode::WrongState);
        let seen = view(&world.state, Timestamp::default());
        let steps: Vec<_> = seen.changes.iter().rev().map(|c| (c.by.as_str(), c.version, c.step)).collect();
        assert_eq!(
            steps,
            [
                ("Rhea", 1, PolicyStep::TrialStarted { share: 10 }),
                ("Rhea", 1, PolicyStep::TrialEnded { end: TrialEnd::Promoted }),
                ("Rhea", 1, PolicyStep::Applied),
                ("Rhea", 2, PolicyStep::Applied),
            ]
        );
    }

    #[test]
    fn a_broken_guardrail_ends_it_by_itself() {
        let mut world = World::new();
        world.supervisor(Input::TryPolicy { toml: assess::default_toml().into(), share: 50, why: "try".into() }).unwrap();
        let trial = world.state.trial.clone().unwrap();
        for _ in 0..200 {
            let c = world.open();
            let text = Input::CustomerTurn { conversation: c, text: "Where is it".into(), signals: Signals::default() };
            world.submit(Actor::Bot, text).unwrap();
            world.submit(Actor::Bot, Input::CloseConversation { conversation: c }).unwrap();
            let stars = if trial.decides(c) { 1 } else { 5 };
            world.submit(Actor::Bot, Input::Rate { conversation: c, stars, comment: None }).unwrap();
            if world.state.trial.is_none() {
                break;
            }
        }
        let seen = view(&world.state, Timestamp::default());
        let last = &seen.changes[0];
        assert!(seen.trial.is_none() && last.by == "baton" && last.why.contains("got worse"), "{last:?}");
        assert_eq!(last.step, PolicyStep::TrialEnded { end: TrialEnd::RolledBack });
        assert!(world.steps < 400, "after {} steps", world.steps);
    }
}
