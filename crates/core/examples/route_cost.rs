//! What the matcher costs: `cargo run --release -p baton-core --example route_cost -- 1000000`. Prints one JSON line.
//!
//! One thread, the real [`Backlog`], 10,000 people with four of 200 skills each, items that ask for one skill at a level,
//! three tiers. An operation is one event worked off to rest. In the *busy* phase everybody is loaded and the given number
//! of items waits: a new item arrives (nobody is free), or a person is freed and gets the best of it. In the *quiet* phase
//! nobody waits and everybody is free: a new item finds its person, or a person is freed. Rates are by processor time of
//! the thread, so that other programs on the machine do not count; the quantiles are by the clock.

use std::{collections::VecDeque, time::Instant};

use baton_core::route::Backlog;
use baton_model::{
    Channel, EscalationId, Held, HumanAgent, HumanAgentId, HumanProfile, IdSource, Millis, Presence, Queue, QueueId,
    Requirements, Targets, Tier, Timestamp, Willing, WorkItem,
};

const PEOPLE: usize = 10_000;
const SKILLS: u64 = 200;
const OPERATIONS: usize = 200_000;
const START: i64 = 1_772_445_600_000;

struct World {
    backlog: Backlog,
    people: Vec<HumanAgent>,
    /// One item of each skill, level and tier.
    kinds: Vec<WorkItem>,
    loaded: VecDeque<usize>,
    ids: IdSource,
    now: Timestamp,
}

fn main() {
    let waiting: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let mut w = World::new();
    let empty = resident();
    for _ in 0..waiting {
        w.now = w.now + Millis(1);
        w.join();
    }
    let memory = resident().saturating_sub(empty);
    assert!(w.backlog.next_match(w.now).is_none(), "nobody is free");

    let busy = measure(OPERATIONS, |n| w.busy(n));
    let snapshots = measure(OPERATIONS / 4, |n| {
        let held = w.backlog.clone();
        w.busy(n);
        drop(held);
    });
    let positions = w.positions();
    let mut quiet = World::new();
    quiet.people.iter_mut().for_each(|p| p.held.clear());
    for person in &quiet.people {
        quiet.backlog.put_human(person, quiet.now);
    }
    let idle = measure(OPERATIONS, |n| quiet.quiet(n));
    println!(
        "{{\"waiting\":{waiting},\"bytes_per_item\":{},\"busy\":{busy},\"busy_with_snapshot\":{snapshots},\
         \"quiet\":{idle},\"position\":{positions}}}",
        memory as f64 / waiting.max(1) as f64
    );
}

impl World {
    fn new() -> Self {
        let mut ids = IdSource::new(Timestamp::from_millis(START), 7);
        let targets = |accept| Targets {
            accept_seconds: accept,
            first_reply_seconds: 600,
            next_reply_seconds: 600,
            resolution_seconds: 7_200,
            requester_wait_seconds: None,
        };
        let queue = Queue {
            default: true,
            targets: [(Tier::Standard, targets(120)), (Tier::Plus, targets(80)), (Tier::Vip, targets(60))].into(),
            ..Queue::default()
        };
        let mut backlog = Backlog::default();
        backlog.set_queues(&[queue]);
        let now = Timestamp::from_millis(START);
        let people: Vec<HumanAgent> = (0..PEOPLE)
            .map(|n| {
                let skills = (0..4).map(|_| (skill(ids.next_u64()), 1 + (ids.next_u64() % 5) as u8)).collect();
                let id = person(n);
                let full = Held::new(EscalationId::from(id.uuid()), 1, Channel::Chat);
                HumanAgent {
                    id,
                    profile: HumanProfile { name: format!("P{n}"), skills, capacity: 1, ..HumanProfile::default() }.into(),
                    presence: Presence {
                        lease_until: Some(now + Millis::hours(100)),
                        willing: Willing::Available,
                        since: now,
                        ..Presence::default()
                    },
                    held: vec![full],
                    idle_since: now,
                    offered_at: now,
                }
            })
            .collect();
        people.iter().for_each(|p| backlog.put_human(p, now));
        let kinds = (0..SKILLS * 6).map(kind).collect();
        Self { backlog, people, kinds, loaded: VecDeque::new(), ids, now }
    }

    /// A new item joins: one in ten of the first tier, two of the second.
    fn join(&mut self) -> EscalationId {
        let (what, tier) = (self.ids.next_u64(), self.ids.next_u64() % 10);
        let tier = [0, 1, 1].get(tier as usize).copied().unwrap_or(2);
        let of = (what % SKILLS) * 6 + (what >> 32) % 2 * 3 + tier;
        let id = IdSource::new(self.now, what ^ tier).draw();
        if let Some(item) = self.kinds.get_mut(of as usize) {
            (item.routing_since, item.real_since) = (self.now, self.now);
            self.backlog.put_item(id, item);
        }
        id
    }

    /// Gives the next pair to its person, as the engine does; whether there was one.
    fn serve(&mut self) -> bool {
        let Some(found) = self.backlog.next_match(self.now) else { return false };
        self.backlog.remove_item(found.escalation);
        self.load(found.human_agent.uuid().as_u128() as usize, found.escalation);
        true
    }

    fn load(&mut self, at: usize, escalation: EscalationId) {
        self.people[at].held.push(Held::new(escalation, 1, Channel::Chat));
        self.backlog.put_human(&self.people[at], self.now);
        self.loaded.push_back(at);
    }

    fn free(&mut self, at: usize) {
        self.people[at].held.clear();
        self.people[at].idle_since = self.now;
        self.backlog.put_human(&self.people[at], self.now);
    }

    fn busy(&mut self, n: usize) {
        self.now = self.now + Millis(1);
        if n.is_multiple_of(2) {
            self.join();
            assert!(!self.serve(), "nobody is free");
            return;
        }
        let at = (self.ids.next_u64() as usize) % PEOPLE;
        self.free(at);
        if !self.serve() {
            // Nothing that they can take waits: they do something else.
            self.load(at, EscalationId::from(self.people[at].id.uuid()));
        }
        self.loaded.clear();
    }

    fn quiet(&mut self, n: usize) {
        self.now = self.now + Millis(1);
        if n.is_multiple_of(2) {
            self.join();
            self.serve();
        } else if let Some(at) = self.loaded.pop_front() {
            self.free(at);
            self.serve();
        }
    }

    /// Nanoseconds of one look-up of a position.
    fn positions(&mut self) -> f64 {
        let mut asked = Vec::new();
        for _ in 0..200 {
            self.now = self.now + Millis(1);
            asked.push(self.join());
        }
        let before = on_cpu();
        let sum: u64 = asked.iter().filter_map(|id| self.backlog.position(*id, self.now)).map(u64::from).sum();
        assert!(sum > 0, "everybody has a position");
        (on_cpu() - before) as f64 / asked.len() as f64
    }
}

/// The person of a number: found again without a search.
fn person(n: usize) -> HumanAgentId {
    format!("hum_{n:032x}").parse().expect("an id")
}

/// What an item of this number asks for: a skill, at level 1 or 2, of one of three tiers.
fn kind(n: u64) -> WorkItem {
    let queue = QueueId("general".into());
    let (target_seconds, priority) = [(60, 300), (80, 100), (120, 0)][n as usize % 3];
    let requirements = Requirements {
        skills: [(skill(n / 6), 1 + (n / 3 % 2) as u8)].into(),
        queues: vec![queue.clone()],
        ..Requirements::default()
    };
    WorkItem { queue, requirements, priority, units: 1, target_seconds, ..WorkItem::default() }
}

fn skill(n: u64) -> String {
    format!("skill-{}", n % SKILLS)
}

/// One JSON object: operations per second of processor time, and quantiles in nanoseconds.
#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn measure(operations: usize, mut operation: impl FnMut(usize)) -> String {
    (0..operations / 10).for_each(&mut operation);
    let mut times: Vec<u64> = Vec::with_capacity(operations);
    let before = on_cpu();
    for n in 0..operations {
        let began = Instant::now();
        operation(n);
        times.push(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX));
    }
    let spent = (on_cpu() - before).max(1);
    times.sort_unstable();
    let at = |share: f64| times[((operations - 1) as f64 * share) as usize];
    let rate = operations as f64 * 1e9 / spent as f64;
    format!("{{\"per_second\":{rate:.0},\"p50\":{},\"p99\":{},\"p999\":{}}}", at(0.5), at(0.99), at(0.999))
}

/// Nanoseconds that this thread has run; 0 where the system does not say.
fn on_cpu() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// Bytes of memory in use by this process.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) * 1_024
}
