//! Rules of other products, written anew from their described behaviour, for comparison only.
//!
//! They know no skills: each set of requirements is an inbox of its own, whose members are the people who meet them. That is
//! how such a product would be set up, and it is kinder to it than one inbox for all.

use std::collections::BTreeMap;

use baton_model::{HumanAgentId, Millis, Requirements, Timestamp};

use super::Rule;
use crate::centre::floor::Floor;

/// People with room, by who has been idle longest.
fn free(floor: &Floor) -> Vec<usize> {
    let mut free: Vec<usize> = (0..floor.people.len()).filter(|p| floor.people[*p].free(1)).collect();
    free.sort_by_key(|p| (floor.people[*p].human.idle_since, *p));
    free
}

fn inbox(floor: &Floor, case: usize) -> &Requirements {
    &floor.cases[case].item.requirements
}

/// Open items of a person that belong to this inbox.
fn open_in(floor: &Floor, person: usize, inbox: &Requirements) -> usize {
    let held = &floor.people[person].human.held;
    held.iter().filter(|h| floor.cases[crate::centre::floor::case_of(h.escalation)].item.requirements == *inbox).count()
}

/// The members after the last chosen one, in turns.
fn turn_after(last: Option<usize>, members: &[usize]) -> Option<usize> {
    let next = members.iter().copied().find(|m| last.is_some_and(|last| *m > last));
    next.or_else(|| members.first().copied())
}

pub(super) struct Fifo;

impl Rule for Fifo {
    fn next(&mut self, floor: &Floor, _: Timestamp) -> Option<(usize, usize)> {
        let free = free(floor);
        if free.is_empty() {
            return None;
        }
        floor.waiting.iter().find_map(|case| Some((*case, *free.iter().find(|p| floor.qualifies(**p, *case))?)))
    }
}

/// One job per inbox behind its own lock: a person of several inboxes passes the limit once in each.
#[derive(Default)]
pub(super) struct InboxRoundRobin {
    last: BTreeMap<Requirements, usize>,
}

impl Rule for InboxRoundRobin {
    fn next(&mut self, floor: &Floor, _: Timestamp) -> Option<(usize, usize)> {
        let here: Vec<usize> = (0..floor.people.len()).filter(|p| floor.people[*p].here()).collect();
        for case in floor.waiting.iter().take(100) {
            let inbox = inbox(floor, *case);
            let limit = |p: &usize| floor.people[*p].human.profile.capacity as usize;
            let members: Vec<usize> = here
                .iter()
                .copied()
                .filter(|p| floor.qualifies(*p, *case) && open_in(floor, *p, inbox) < limit(p))
                .collect();
            if let Some(person) = turn_after(self.last.get(inbox).copied(), &members) {
                self.last.insert(inbox.clone(), person);
                return Some((*case, person));
            }
        }
        None
    }
}

/// A pool per team, walked on every tick. People who are away stay in it.
#[derive(Default)]
pub(super) struct TickRoundRobin {
    last: BTreeMap<Requirements, usize>,
}

impl Rule for TickRoundRobin {
    fn next(&mut self, floor: &Floor, _: Timestamp) -> Option<(usize, usize)> {
        let room = |p: &usize| floor.people[*p].human.load() < floor.people[*p].human.profile.capacity;
        let open: Vec<usize> = (0..floor.people.len()).filter(room).collect();
        if open.is_empty() {
            return None;
        }
        for case in &floor.waiting {
            let members: Vec<usize> = open.iter().copied().filter(|p| floor.qualifies(*p, *case)).collect();
            let inbox = inbox(floor, *case);
            if let Some(person) = turn_after(self.last.get(inbox).copied(), &members) {
                self.last.insert(inbox.clone(), person);
                return Some((*case, person));
            }
        }
        None
    }

    fn tick(&self) -> Option<Millis> {
        Some(Millis::secs(5))
    }
}

pub(super) struct LeastOpen;

impl Rule for LeastOpen {
    fn next(&mut self, floor: &Floor, _: Timestamp) -> Option<(usize, usize)> {
        let free = free(floor);
        if free.is_empty() {
            return None;
        }
        floor.waiting.iter().find_map(|case| {
            let members = free.iter().copied().filter(|p| floor.qualifies(*p, *case));
            let best = members.min_by_key(|p| (floor.people[*p].human.load(), floor.people[*p].human.idle_since, *p))?;
            Some((*case, best))
        })
    }
}

/// One item of a department per tick: whatever is at its head.
#[derive(Default)]
pub(super) struct OneHead {
    /// Heads looked at since the tick began.
    at: Timestamp,
    seen: Vec<Requirements>,
}

impl Rule for OneHead {
    fn next(&mut self, floor: &Floor, now: Timestamp) -> Option<(usize, usize)> {
        if self.at != now {
            self.at = now;
            self.seen.clear();
        }
        let free = free(floor);
        if free.is_empty() {
            return None;
        }
        for case in &floor.waiting {
            let inbox = inbox(floor, *case);
            if self.seen.contains(inbox) {
                continue;
            }
            self.seen.push(inbox.clone());
            let members = free.iter().copied().filter(|p| floor.qualifies(*p, *case));
            if let Some(person) = members.min_by_key(|p| (floor.people[*p].human.load(), *p)) {
                return Some((*case, person));
            }
        }
        None
    }

    fn tick(&self) -> Option<Millis> {
        Some(Millis::secs(5))
    }
}

/// The operator after that of the newest request, from counts that are read without a lock.
#[derive(Default)]
pub(super) struct LastRequest {
    last: Option<usize>,
    /// What a concurrent request still sees: who was last, and how much each had open.
    seen_at: Option<Timestamp>,
    seen_last: Option<usize>,
    seen_open: Vec<u32>,
}

/// Two requests this close read the same counts.
const CONCURRENT: Millis = Millis(150);

impl Rule for LastRequest {
    fn declined(&mut self, floor: &mut Floor, case: usize, person: usize) {
        let human: HumanAgentId = floor.people[person].human.id;
        floor.cases[case].item.decliners.push(human);
    }

    fn next(&mut self, floor: &Floor, now: Timestamp) -> Option<(usize, usize)> {
        if self.seen_at.is_none_or(|at| now.since(at) > CONCURRENT) {
            self.seen_at = Some(now);
            self.seen_last = self.last;
            self.seen_open = floor.people.iter().map(|p| p.human.load()).collect();
        }
        let room = |p: &usize| {
            let person = &floor.people[*p];
            person.here() && self.seen_open.get(*p).copied().unwrap_or(0) < person.human.profile.capacity
        };
        let open: Vec<usize> = (0..floor.people.len()).filter(room).collect();
        if open.is_empty() {
            return None;
        }
        for case in &floor.waiting {
            let refused = &floor.cases[*case].item.decliners;
            let wanted = |p: &usize| floor.qualifies(*p, *case) && !refused.contains(&floor.people[*p].human.id);
            let members: Vec<usize> = open.iter().copied().filter(wanted).collect();
            if let Some(person) = turn_after(self.seen_last, &members) {
                self.last = Some(person);
                return Some((*case, person));
            }
        }
        None
    }
}

/// The first hundred by priority; what is behind them waits, whatever is free.
pub(super) struct Top100;

impl Rule for Top100 {
    fn next(&mut self, floor: &Floor, _: Timestamp) -> Option<(usize, usize)> {
        let free = free(floor);
        if free.is_empty() {
            return None;
        }
        let mut line: Vec<usize> = floor.waiting.iter().copied().collect();
        line.sort_by_key(|c| (std::cmp::Reverse(floor.cases[*c].item.priority), floor.cases[*c].arrives));
        line.iter().take(100).find_map(|case| {
            let members = free.iter().copied().filter(|p| floor.qualifies(*p, *case));
            let rank = |p: &usize| {
                let person = &floor.people[*p].human;
                let level: u8 = inbox(floor, *case).skills.keys().filter_map(|s| person.profile.skills.get(s)).sum();
                (std::cmp::Reverse(level), person.load(), person.idle_since, *p)
            };
            Some((*case, members.min_by_key(rank)?))
        })
    }

    fn tick(&self) -> Option<Millis> {
        Some(Millis::secs(2))
    }
}
