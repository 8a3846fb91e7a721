//! Planted bugs: each breaks one promise on purpose, between the core's decision and the journal. The checks must find
//! every one of them; a check that finds none of them is not a check.

use std::sync::Arc;

use baton_core::engine::{State, view};
use baton_model::{Author, Escalation, Event, Holder, HumanView, NoticeKind, Offer, Stream};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// The client hears "done" before the events are durable.
    AcknowledgeBeforeCommit,
    /// A send of the AI under an old epoch goes out.
    NoEpochCheck,
    /// Due times are forgotten on replay: nobody wakes up.
    TimersLostOnReplay,
    /// A declined or expired offer keeps its units.
    CapacityLeak,
    /// The key of a request is not remembered: a retry does it again.
    KeyForgotten,
    /// The customer is not told.
    NoAcknowledgement,
    /// The customer is told twice.
    DoubleAcknowledgement,
    /// Control is not passed when a human accepts: two writers.
    ControlNotPassed,
    /// An escalation without an obligation.
    ObligationDropped,
    /// A handoff without a package.
    PackageDropped,
    /// A claim without a source.
    ClaimWithoutSource,
    /// An offer to somebody who lacks the required skill.
    OfferToUnskilled,
    /// The youngest equal item is offered first.
    LastInFirstOut,
    /// A batch is committed in part.
    TornBatch,
    /// An event is applied twice on replay.
    DoubleApply,
    /// Ids are drawn from outside the stamp.
    AmbientRandomness,
    /// Nobody runs the matcher when capacity frees.
    MatcherNotRun,
    /// A breach is journaled before its due time.
    EarlyBreach,
    /// A promise is called broken when it is only nearly due.
    PromiseBrokenEarly,
}

impl Bug {
    pub const ALL: [Self; 19] = [
        Self::AcknowledgeBeforeCommit,
        Self::NoEpochCheck,
        Self::TimersLostOnReplay,
        Self::CapacityLeak,
        Self::KeyForgotten,
        Self::NoAcknowledgement,
        Self::DoubleAcknowledgement,
        Self::ControlNotPassed,
        Self::ObligationDropped,
        Self::PackageDropped,
        Self::ClaimWithoutSource,
        Self::OfferToUnskilled,
        Self::LastInFirstOut,
        Self::TornBatch,
        Self::DoubleApply,
        Self::AmbientRandomness,
        Self::MatcherNotRun,
        Self::EarlyBreach,
        Self::PromiseBrokenEarly,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::AcknowledgeBeforeCommit => "acknowledge-before-commit",
            Self::NoEpochCheck => "no-epoch-check",
            Self::TimersLostOnReplay => "timers-lost-on-replay",
            Self::CapacityLeak => "capacity-leak",
            Self::KeyForgotten => "key-forgotten",
            Self::NoAcknowledgement => "no-acknowledgement",
            Self::DoubleAcknowledgement => "double-acknowledgement",
            Self::ControlNotPassed => "control-not-passed",
            Self::ObligationDropped => "obligation-dropped",
            Self::PackageDropped => "package-dropped",
            Self::ClaimWithoutSource => "claim-without-source",
            Self::OfferToUnskilled => "offer-to-unskilled",
            Self::LastInFirstOut => "last-in-first-out",
            Self::TornBatch => "torn-batch",
            Self::DoubleApply => "double-apply",
            Self::AmbientRandomness => "ambient-randomness",
            Self::MatcherNotRun => "matcher-not-run",
            Self::EarlyBreach => "early-breach",
            Self::PromiseBrokenEarly => "promise-broken-early",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|b| b.name() == name)
    }

    /// What a core with this bug would have journaled.
    pub(crate) fn tamper(self, state: &State, events: Vec<(Stream, Event)>) -> Vec<(Stream, Event)> {
        let ack = |e: &Event| {
            matches!(e, Event::TurnAdded { turn, .. }
                if matches!(turn.author, Author::Notice { notice: NoticeKind::Acknowledgement }))
        };
        let drop_if =
            |f: &dyn Fn(&Event) -> bool, events: Vec<(Stream, Event)>| events.into_iter().filter(|(_, e)| !f(e)).collect();
        match self {
            Self::NoAcknowledgement => drop_if(&ack, events),
            Self::KeyForgotten => drop_if(&|e| matches!(e, Event::KeyUsed { .. }), events),
            Self::ObligationDropped => drop_if(&|e| matches!(e, Event::ObligationSet { .. }), events),
            Self::PackageDropped => drop_if(&|e| matches!(e, Event::PackageBuilt { .. }), events),
            Self::PromiseBrokenEarly => events
                .into_iter()
                .map(|(stream, event)| match event {
                    Event::CommitmentWarned { conversation, commitment } => {
                        (stream, Event::CommitmentBreached { conversation, commitment, due: state.clock() })
                    }
                    other => (stream, other),
                })
                .collect(),
            Self::MatcherNotRun => drop_if(&|e| matches!(e, Event::OfferMade { .. }), events),
            Self::ControlNotPassed => {
                drop_if(&|e| matches!(e, Event::ControlChanged { holder: Holder::Human { .. }, .. }), events)
            }
            Self::DoubleAcknowledgement => {
                events
                    .into_iter()
                    .flat_map(|(stream, event)| {
                        if ack(&event) { vec![(stream, event.clone()), (stream, event)] } else { vec![(stream, event)] }
                    })
                    .collect()
            }
            Self::ClaimWithoutSource => events
                .into_iter()
                .map(|(stream, event)| match event {
                    Event::PackageBuilt { escalation, mut package } => {
                        Arc::make_mut(&mut package).headline.turns.clear();
                        (stream, Event::PackageBuilt { escalation, package })
                    }
                    other => (stream, other),
                })
                .collect(),
            Self::EarlyBreach => events
                .into_iter()
                .map(|(stream, event)| match event {
                    Event::ClockWarned { escalation, kind } => {
                        (stream, Event::ClockBreached { escalation, kind, due: state.clock() })
                    }
                    other => (stream, other),
                })
                .collect(),
            Self::OfferToUnskilled => misdirect(state, events, |e, h, offer| {
                let lacks = e
                    .item
                    .requirements
                    .skills
                    .iter()
                    .any(|(s, least)| h.profile.skills.get(s).is_none_or(|has| has < least));
                lacks.then(|| baton_model::Offer { human_agent: h.id, ..offer.clone() })
            }),
            Self::LastInFirstOut => youngest_first(state, events),
            Self::AcknowledgeBeforeCommit
            | Self::NoEpochCheck
            | Self::TimersLostOnReplay
            | Self::CapacityLeak
            | Self::TornBatch
            | Self::DoubleApply
            | Self::AmbientRandomness => events,
        }
    }
}

/// Redirects offers to another person, where the chooser finds a bad one.
fn misdirect(
    state: &State,
    mut events: Vec<(Stream, Event)>,
    choose: impl Fn(&Escalation, &HumanView, &Offer) -> Option<Offer>,
) -> Vec<(Stream, Event)> {
    let humans = view::humans(state, state.clock());
    for (_, event) in &mut events {
        let Event::OfferMade { offer } = event else { continue };
        let Some(e) = view::escalation(state, offer.escalation, state.clock()) else { continue };
        if let Some(bad) = humans.iter().find_map(|h| choose(&e.escalation, h, offer)) {
            *offer = bad;
        }
    }
    events
}

/// Offers the youngest of the equal items that wait.
fn youngest_first(state: &State, mut events: Vec<(Stream, Event)>) -> Vec<(Stream, Event)> {
    let all = view::Filter { states: vec!["queued".into()], limit: usize::MAX, ..view::Filter::default() };
    let waiting: Vec<_> = view::escalations(state, &all, state.clock())
        .iter()
        .filter_map(|card| view::escalation(state, card.escalation, state.clock()))
        .collect();
    for (_, event) in &mut events {
        let Event::OfferMade { offer } = event else { continue };
        let Some(chosen) = waiting.iter().find(|w| w.escalation.id == offer.escalation) else { continue };
        let equal = |w: &&baton_model::EscalationView| {
            w.escalation.item.requirements == chosen.escalation.item.requirements
                && w.escalation.item.priority == chosen.escalation.item.priority
                && w.escalation.item.decliners.is_empty()
                && w.escalation.item.preferred.is_none()
        };
        if let Some(youngest) = waiting.iter().filter(equal).max_by_key(|w| w.escalation.item.routing_since) {
            offer.escalation = youngest.escalation.id;
        }
    }
    events
}

/// The state as a core with this bug would hold it after these events.
pub(crate) fn corrupt(bug: Bug, state: &State, events: &[(Stream, Event)]) -> Option<State> {
    if bug != Bug::CapacityLeak {
        return None;
    }
    let given_back = events.iter().find_map(|(_, e)| match e {
        Event::OfferDeclined { escalation, offer, .. } | Event::OfferExpired { escalation, offer, .. } => {
            Some((*escalation, *offer))
        }
        _ => None,
    })?;
    let e = view::escalation(state, given_back.0, state.clock())?;
    let human = e.escalation.offers.iter().find(|o| o.id == given_back.1)?.human_agent;
    let mut json: serde_json::Value = serde_json::from_slice(&state.snapshot()).ok()?;
    let held = json.get_mut("humans")?.get_mut(human.to_string())?.get_mut("held")?.as_array_mut()?;
    held.push(serde_json::json!({ "escalation": given_back.0, "units": 1 }));
    State::restore(&serde_json::to_vec(&json).ok()?).ok()
}
