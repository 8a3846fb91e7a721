//! One recorded conversation through the real core.

use std::{collections::HashMap, sync::Arc};

use baton_core::{
    assess,
    engine::{self, State},
};
use baton_model::{
    Action, Actor, AiMeta, AiMode, Channel, ConversationId, CustomerRef, Decision, Epoch, Event, Hours, HumanAgentId,
    HumanProfile, IdSource, Input, Millis, Package, Policy, Recorded, Refusal, Reply, Signals, Stamped, Timestamp, TurnId,
    Urgency, Willing,
};

use super::recording::{Recording, Role};

/// Monday 2026-01-05, 10:00 UTC: where recordings without times begin.
const BEGINNING: Timestamp = Timestamp::from_millis(1_767_607_200_000);
/// Between turns without times.
const STEP: Millis = Millis::secs(20);
/// Longer silences are shortened to this, so that the closing of idle conversations does not cut a recording.
const LONGEST_SILENCE: Millis = Millis::mins(5);

/// A workspace before its first conversation. Cloning its state is O(1).
#[derive(Debug)]
pub(crate) struct Workspace {
    base: State,
    policy: Arc<Policy>,
    human: HumanAgentId,
}

/// What one conversation brought about.
#[derive(Debug)]
pub(crate) struct Driven {
    /// One for each assessed turn: the recorded turn's index, and the decision.
    pub(crate) decisions: Vec<(usize, Arc<Decision>)>,
    pub(super) first_offer: Option<(usize, Arc<Decision>)>,
    pub(super) opened: Option<Opened>,
    pub(super) index_of: HashMap<TurnId, usize>,
    /// Turns that the core refused: index and why.
    pub(super) refused: Vec<(usize, String)>,
}

#[derive(Debug)]
pub(crate) struct Opened {
    pub(super) turn: usize,
    pub(super) decision: Arc<Decision>,
    pub(super) urgency: Urgency,
    pub(super) package: Option<Arc<Package>>,
}

/// A state with its own clock and seeds.
struct World {
    state: State,
    now: Timestamp,
    steps: u64,
}

impl World {
    fn submit(&mut self, actor: Actor, input: Input) -> (Vec<Event>, Result<Reply, Refusal>) {
        self.steps += 1;
        let decision = engine::decide(&self.state, &Stamped { at: self.now, seed: self.steps, actor, key: None, input });
        let mut events = Vec::with_capacity(decision.events.len());
        for (stream, event) in decision.events {
            let recorded = Recorded { position: self.state.position() + 1, at: self.now, stream, event };
            engine::evolve(&mut self.state, &recorded);
            events.push(recorded.event);
        }
        (events, decision.reply)
    }
}

impl Workspace {
    pub(crate) fn new(policy: Option<&str>) -> Result<Self, Refusal> {
        let toml = policy.unwrap_or_else(|| assess::default_toml());
        let parsed = Arc::new(assess::parse(toml)?);
        let human = IdSource::new(BEGINNING, 1).draw::<HumanAgentId>();
        let mut world = World { state: State::default(), now: BEGINNING, steps: 0 };
        let supervisor = || Actor::Supervisor { name: "replay".into(), human_agent: None };
        if policy.is_some() {
            world.submit(supervisor(), Input::PutPolicy { toml: toml.to_owned(), why: String::new() }).1?;
        }
        let profile = HumanProfile {
            name: "Replay".into(),
            skills: Default::default(),
            languages: Vec::new(),
            queues: Vec::new(),
            hours: Hours { time_zone: "UTC".into(), windows: Vec::new(), holidays: Vec::new() },
            capacity: 100,
            ..HumanProfile::default()
        };
        world.submit(supervisor(), Input::PutHuman { human_agent: human, profile }).1?;
        Ok(Self { base: world.state, policy: parsed, human })
    }

    pub(super) fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(crate) fn drive(&self, recording: &Recording) -> Driven {
        let mut world = World { state: self.base.clone(), now: start(recording), steps: 1000 };
        let mut driven =
            Driven { decisions: Vec::new(), first_offer: None, opened: None, index_of: HashMap::new(), refused: Vec::new() };
        self.staff(&mut world);
        let open = Input::OpenConversation {
            conversation: None,
            channel: Channel::Chat,
            ai_mode: AiMode::External,
            customer: CustomerRef::default(),
        };
        let conversation = match world.submit(Actor::Bot, open).1 {
            Ok(Reply::Conversation { conversation }) => conversation,
            other => {
                driven.refused.push((0, format!("the conversation was not opened: {other:?}")));
                return driven;
            }
        };
        let mut epoch = Epoch::default();
        let mut calls: Vec<String> = Vec::new();
        let mut told = recording.turns.first().and_then(|t| t.at);
        for (index, turn) in recording.turns.iter().enumerate() {
            world.now = world.now + pause(&mut told, turn.at, index);
            if turn.role == Role::Human {
                // From here on the recording shows a person's work: there is no AI left to judge.
                break;
            }
            let Some(input) = input(conversation, epoch, turn, &mut calls) else { continue };
            self.staff(&mut world);
            let (events, reply) = world.submit(Actor::Bot, input);
            match reply {
                Ok(Reply::Turn { turn, epoch: now, .. }) => {
                    driven.index_of.insert(turn, index);
                    epoch = now;
                }
                Ok(_) => {}
                Err(refusal) => driven.refused.push((index, refusal.detail)),
            }
            driven.take(index, &events);
            if driven.opened.is_some() {
                break;
            }
        }
        driven
    }

    /// Somebody is there, whatever the recording's clock says.
    fn staff(&self, world: &mut World) {
        let actor = || Actor::Human { human_agent: self.human };
        // Refused only if the human did not exist, and `new` put them there.
        let _ = world.submit(actor(), Input::Heartbeat { human_agent: self.human });
        let _ = world.submit(actor(), Input::SetPresence { human_agent: self.human, willing: Willing::Available });
    }
}

impl Driven {
    fn take(&mut self, index: usize, events: &[Event]) {
        for event in events {
            match event {
                Event::Decided { decision, .. } => self.decisions.push((index, decision.clone())),
                Event::HumanOffered { decision, .. } if self.first_offer.is_none() => {
                    self.first_offer = Some((index, decision.clone()));
                }
                Event::EscalationOpened { escalation } => {
                    let decision = escalation.decision.clone();
                    debug_assert_eq!(decision.action, Action::Escalate);
                    self.opened = Some(Opened {
                        turn: index,
                        decision,
                        urgency: escalation.urgency,
                        package: escalation.package.clone(),
                    });
                }
                Event::PackageBuilt { package, .. } => {
                    if let Some(opened) = &mut self.opened {
                        opened.package = Some(package.clone());
                    }
                }
                _ => {}
            }
        }
    }
}

fn start(recording: &Recording) -> Timestamp {
    recording.turns.iter().find_map(|t| t.at).unwrap_or(BEGINNING)
}

/// Time since the turn before: as recorded within reason, else a step. Recorded times that go back count as none.
fn pause(told: &mut Option<Timestamp>, at: Option<Timestamp>, index: usize) -> Millis {
    if index == 0 {
        return Millis(0);
    }
    let pause = match (*told, at) {
        (Some(before), Some(at)) if at >= before => at.since(before).min(LONGEST_SILENCE),
        _ => STEP,
    };
    *told = at.or(*told);
    pause
}

fn input(conversation: ConversationId, epoch: Epoch, turn: &super::RecordedTurn, calls: &mut Vec<String>) -> Option<Input> {
    if turn.role == Role::Ai {
        calls.extend(turn.calls.iter().map(|c| c.name.clone()));
    }
    let text = turn.text.trim();
    if text.is_empty() {
        return None;
    }
    let text = text.to_owned();
    let mut input = match turn.role {
        Role::Customer => Input::CustomerTurn { conversation, text, signals: Signals::default() },
        Role::Ai => Input::AiTurn { conversation, epoch, text, signals: Signals::default(), meta: AiMeta::default() },
        Role::Tool => {
            let called = (!calls.is_empty()).then(|| calls.remove(0));
            let name = turn.name.clone().or(called).unwrap_or_else(|| "tool".into());
            Input::ToolTurn { conversation, epoch, name, ok: turn.tool_ok(), text }
        }
        Role::Human | Role::System => return None,
    };
    if let Some((text, signals)) = input.unsensed() {
        *signals = baton_sense::sense(text);
    }
    Some(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silences_are_as_recorded_within_reason() {
        let at = |s: i64| Some(BEGINNING + Millis::secs(s));
        let mut told = at(0);
        assert_eq!(pause(&mut told, at(0), 0), Millis(0));
        assert_eq!(pause(&mut told, at(7), 1), Millis::secs(7));
        assert_eq!(pause(&mut told, at(86_400), 2), LONGEST_SILENCE);
        assert_eq!(pause(&mut told, at(3), 3), STEP);
        assert_eq!(pause(&mut told, None, 4), STEP);
    }
}
