//! Who gets what: Baton's own matcher, and simple rules to compare it with.

mod baton;
mod peers;

use baton_model::{Millis, Timestamp};

use super::floor::Floor;

pub(crate) use baton::Baton;

/// Chooses pairs. Told of every change; reads the floor, and keeps what else it needs itself.
pub(crate) trait Rule {
    /// Joined the line, or came back to it.
    fn joined(&mut self, _floor: &Floor, _case: usize) {}
    /// Left it: served, gone, or asked of somebody.
    fn left(&mut self, _case: usize) {}
    /// Load or presence of a person changed.
    fn changed(&mut self, _floor: &Floor, _person: usize, _now: Timestamp) {}
    fn declined(&mut self, _floor: &mut Floor, _case: usize, _person: usize) {}
    /// The next pair, or nothing until something changes.
    fn next(&mut self, floor: &Floor, now: Timestamp) -> Option<(usize, usize)>;
    /// Looks at the line only this often; absent: at every change.
    fn tick(&self) -> Option<Millis> {
        None
    }
    /// Waits it tells, if it does.
    fn baton(&mut self) -> Option<&mut Baton> {
        None
    }
}

/// A rule by name.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    pub name: &'static str,
    pub about: &'static str,
    pub(crate) make: fn(&Floor) -> Box<dyn Rule>,
}

/// Baton first; the others are there to be compared with.
pub const POLICIES: &[Policy] = &[
    Policy { name: "baton", about: "the matcher of this program", make: |floor| Box::new(Baton::new(floor)) },
    Policy {
        name: "fifo",
        about: "oldest item that a free person can take, to the longest idle",
        make: |_| Box::new(peers::Fifo),
    },
    Policy {
        name: "inbox-round-robin",
        about: "one pass per inbox behind its own lock, oldest 100, in turns; the limit counts chats of this inbox",
        make: |_| Box::new(peers::InboxRoundRobin::default()),
    },
    Policy {
        name: "tick-round-robin",
        about: "every five seconds all open items, oldest first, to the next in the team's pool",
        make: |_| Box::new(peers::TickRoundRobin::default()),
    },
    Policy {
        name: "least-open",
        about: "per inbox to whoever has the fewest open, tie to the longest since the last",
        make: |_| Box::new(peers::LeastOpen),
    },
    Policy {
        name: "one-head-per-tick",
        about: "every five seconds one item per department, the oldest; one that nobody can take is tried again",
        make: |_| Box::new(peers::OneHead::default()),
    },
    Policy {
        name: "last-request",
        about: "to the operator after that of the newest request; what all have refused is abandoned",
        make: |_| Box::new(peers::LastRequest::default()),
    },
    Policy {
        name: "top-100",
        about: "every two seconds the first 100 by priority, to the most capable with the least open",
        make: |_| Box::new(peers::Top100),
    },
];

/// A policy by name.
pub fn policy(name: &str) -> Option<&'static Policy> {
    POLICIES.iter().find(|p| p.name == name)
}
