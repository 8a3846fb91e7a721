//! What watchers are told: which views may look different now. Never the contents.

use std::{collections::BTreeSet, sync::Arc};

use baton_model::{EscalationId, Event, Recorded, Stream, Timestamp};

/// Something was committed. Whoever shows one of these refetches its view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The last position of the commit.
    pub position: u64,
    pub at: Timestamp,
    pub streams: Arc<[Stream]>,
    pub escalations: Arc<[EscalationId]>,
}

impl Change {
    /// None when nothing happened.
    pub(crate) fn of(events: &[Recorded]) -> Option<Self> {
        let last = events.last()?;
        let streams: BTreeSet<Stream> = events.iter().map(|r| r.stream).collect();
        let escalations: BTreeSet<EscalationId> = events.iter().filter_map(|r| escalation_of(&r.event)).collect();
        Some(Self {
            position: last.position,
            at: last.at,
            streams: streams.into_iter().collect(),
            escalations: escalations.into_iter().collect(),
        })
    }

    pub fn touches(&self, stream: Stream) -> bool {
        self.streams.binary_search(&stream).is_ok()
    }
}

fn escalation_of(event: &Event) -> Option<EscalationId> {
    match event {
        Event::EscalationOpened { escalation } => Some(escalation.id),
        Event::OfferMade { offer } => Some(offer.escalation),
        Event::PackageBuilt { escalation, .. }
        | Event::PolishRequested { escalation, .. }
        | Event::PackagePolished { escalation, .. }
        | Event::PolishMissed { escalation, .. }
        | Event::WaitPromised { escalation, .. }
        | Event::PromiseSlipped { escalation, .. }
        | Event::Relaxed { escalation, .. }
        | Event::Raised { escalation, .. }
        | Event::OfferAccepted { escalation, .. }
        | Event::OfferDeclined { escalation, .. }
        | Event::OfferSeen { escalation, .. }
        | Event::OfferExpired { escalation, .. }
        | Event::OfferRescinded { escalation, .. }
        | Event::FirstReplied { escalation }
        | Event::WentIdle { escalation, .. }
        | Event::WokeUp { escalation, .. }
        | Event::ObligationSet { escalation, .. }
        | Event::ObligationMissed { escalation, .. }
        | Event::ClockStarted { escalation, .. }
        | Event::ClockWarned { escalation, .. }
        | Event::ClockBreached { escalation, .. }
        | Event::ClockStopped { escalation, .. }
        | Event::ClockPaused { escalation, .. }
        | Event::CallbackBooked { escalation, .. }
        | Event::CallbackStarted { escalation, .. }
        | Event::Requeued { escalation, .. }
        | Event::CustomerLeft { escalation, .. }
        | Event::Resolved { escalation, .. }
        | Event::ReturnedToAi { escalation, .. }
        | Event::EscalationClosed { escalation, .. }
        | Event::Reviewed { escalation, .. } => Some(*escalation),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use baton_model::{ConversationId, HumanAgentId, IdSource};

    use super::*;

    #[test]
    fn each_stream_and_escalation_is_named_once() {
        let mut ids = IdSource::new(Timestamp::from_millis(1), 1);
        let (conversation, human): (ConversationId, HumanAgentId) = (ids.draw(), ids.draw());
        let escalation: EscalationId = ids.draw();
        let recorded =
            |position, stream, event| Recorded { position, at: Timestamp::from_millis(position as i64), stream, event };
        let events = [
            recorded(4, Stream::Human(human), Event::LeaseLapsed { human_agent: human }),
            recorded(5, Stream::Conversation(conversation), Event::FirstReplied { escalation }),
            recorded(6, Stream::Conversation(conversation), Event::Resolved { escalation, human_agent: human }),
        ];
        let change = Change::of(&events).unwrap();
        assert_eq!((change.position, change.at), (6, Timestamp::from_millis(6)));
        assert_eq!(change.streams.len(), 2);
        assert!(change.touches(Stream::Human(human)) && change.touches(Stream::Conversation(conversation)));
        assert!(!change.touches(Stream::Workspace));
        assert_eq!(*change.escalations, [escalation]);
        assert_eq!(Change::of(&[]), None);
    }
}
