//! Items that the same people may take, and that age alike.

use std::sync::Arc;

use baton_model::{EscalationId, HumanAgentId, QueueId, Requirements, Timestamp, WorkItem};

use super::{
    bits::Bits,
    finder,
    line::Place,
    person::{Demand, Person, Serve},
    tree::Keyed,
};
use crate::route::{fit::Judge, score::Pace};

/// Everything that decides who may take an item and how it ages, except what is known of the one item alone.
#[derive(Debug, Clone)]
pub(super) struct Class {
    pub(super) queue: QueueId,
    pub(super) judge: Judge,
    pub(super) demand: Demand,
    /// Index of the demand.
    pub(super) demand_no: u32,
    target_seconds: u32,
    /// By [`digest`].
    pub(super) digest: u64,
    pub(super) crowd: Crowd,
}

impl Class {
    pub(super) fn of(item: &WorkItem, digest: u64, demand_no: u32) -> Self {
        Self {
            queue: item.queue.clone(),
            judge: Judge::new(item.requirements.clone()),
            demand: demand(item),
            demand_no,
            target_seconds: item.target_seconds,
            digest,
            crowd: Crowd::default(),
        }
    }

    pub(super) fn needs(&self) -> &Requirements {
        self.judge.needs()
    }

    pub(super) fn holds(&self, item: &WorkItem) -> bool {
        self.target_seconds == item.target_seconds
            && self.demand == demand(item)
            && self.queue == item.queue
            && *self.needs() == item.requirements
    }

    pub(super) fn pace(&self) -> Pace {
        Pace::of(self.target_seconds)
    }

    /// What the person is to this class, if they qualify.
    pub(super) fn serve(&self, class: u32, person: &Person) -> Option<Serve> {
        let fit = self.judge.fit(&person.profile)?;
        Some(Serve { class, speed: fit.speed, helps: fit.helps })
    }
}

pub(super) fn demand(item: &WorkItem) -> Demand {
    Demand { units: item.units, channel: item.channel }
}

/// The same for the same class; others may share it.
pub(super) fn digest(item: &WorkItem) -> u64 {
    finder::digest((&item.queue, &item.requirements, item.units, item.channel, item.target_seconds))
}

/// Who qualifies, whether there or not.
#[derive(Debug, Clone, Default)]
pub(super) struct Crowd {
    pub(super) everyone: Bits,
    /// Those who serve it among their own queues.
    pub(super) own: Bits,
    /// Best first: own queues before help, then by speed.
    pub(super) bands: Vec<((bool, u8), Bits)>,
}

impl Crowd {
    pub(super) fn set(&mut self, slot: u32, serve: Option<Serve>) {
        if self.everyone.contains(slot) {
            self.bands.iter_mut().for_each(|(_, band)| band.set(slot, false));
        }
        self.everyone.set(slot, serve.is_some());
        self.own.set(slot, serve.is_some_and(|s| !s.helps));
        let Some(serve) = serve else { return };
        let band = (serve.helps, u8::MAX - serve.speed);
        let at = self.bands.binary_search_by_key(&band, |(b, _)| *b).unwrap_or_else(|at| {
            self.bands.insert(at, (band, Bits::default()));
            at
        });
        self.bands[at].1.set(slot, true);
    }
}

/// What is known of one item alone: who is asked first, and who said no.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Exception {
    pub(super) preferred: Option<HumanAgentId>,
    pub(super) decliners: Vec<HumanAgentId>,
}

impl Exception {
    pub(super) fn of(item: &WorkItem) -> Option<Self> {
        if item.preferred.is_none() && item.decliners.is_empty() {
            return None;
        }
        let mut decliners = item.decliners.clone();
        decliners.sort_unstable();
        decliners.dedup();
        Some(Self { preferred: item.preferred, decliners })
    }

    pub(super) fn declined(&self, id: HumanAgentId) -> bool {
        self.decliners.binary_search(&id).is_ok()
    }
}

/// What the pick reads of a class: its first item and how it is weighed, close together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub(super) first: Option<Place>,
    pub(super) pace: Pace,
    /// The power of speed, of the home queue.
    pub(super) weight: u8,
    pub(super) demand_no: u32,
    /// Items of this class, those with exceptions too.
    pub(super) count: u32,
    /// Some have exceptions.
    pub(super) exceptions: bool,
    /// Some of its people may be lent under a condition.
    pub(super) lent: bool,
}

/// Where an item is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) id: EscalationId,
    pub(super) class: u32,
    pub(super) key: i64,
    pub(super) real_since: Timestamp,
    pub(super) exception: Option<Arc<Exception>>,
}

impl Keyed for Entry {
    type Key = u128;

    fn key(&self) -> u128 {
        self.id.uuid().as_u128()
    }
}

impl Entry {
    pub(super) fn place(&self) -> Place {
        Place { key: self.key, real_since: self.real_since, id: self.id }
    }
}
