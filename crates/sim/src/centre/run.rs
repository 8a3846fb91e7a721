//! One rule on one floor: events in the order of their times, pairs after each of them.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
};

use baton_core::calendar;
use baton_model::{Millis, Timestamp, Willing};
use rand::{Rng as _, SeedableRng as _, rngs::SmallRng};

use super::{
    floor::{Floor, exponential},
    measure::{Measured, Told},
    rules::{Policy, Rule},
    scenario::Scenario,
};

/// Leases are renewed this often, well before they end.
const HEARTBEAT: Millis = Millis::mins(50);
const LEASE: Millis = Millis::hours(1);
/// Matches after one event; more means that a rule names the same pair for ever.
const MATCHES: usize = 1_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    ShiftEnds(usize),
    ShiftBegins(usize),
    Heartbeat(usize),
    Done { person: usize, case: usize },
    Answers { person: usize, case: usize, after: Millis },
    GivesUp(usize),
    Relaxes(usize),
    Arrives(usize),
    Tick,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Where {
    /// Not here yet, served, or gone.
    Elsewhere,
    Line,
    /// Somebody was asked.
    Asked(usize),
    /// Given to somebody who has no room: it waits behind their other work.
    Behind(usize),
    Lost,
}

struct Run<'a> {
    scenario: &'a Scenario,
    floor: Floor,
    rule: Box<dyn Rule>,
    dice: SmallRng,
    now: Timestamp,
    drawn: u64,
    heap: BinaryHeap<Reverse<(Timestamp, u64, What)>>,
    at: Vec<Where>,
    told: Vec<Option<Told>>,
    behind: Vec<VecDeque<usize>>,
    out: Measured,
}

/// Runs a day. `progress` hears the share that is done, now and then.
pub(crate) fn run(scenario: &Scenario, floor: Floor, policy: &Policy, seed: u64, progress: &mut dyn FnMut(f64)) -> Measured {
    let rule = (policy.make)(&floor);
    let (cases, people) = (floor.cases.len(), floor.people.len());
    let mut run = Run {
        scenario,
        rule,
        dice: SmallRng::seed_from_u64(seed ^ 0x5eed),
        now: scenario.start,
        drawn: 0,
        heap: BinaryHeap::new(),
        at: vec![Where::Elsewhere; cases],
        told: vec![None; cases],
        behind: vec![VecDeque::new(); people],
        out: Measured::new(policy.name, scenario),
        floor,
    };
    run.open();
    let end = scenario.start + Millis((scenario.hours * 3_600_000.0) as i64);
    let mut events = 0u64;
    while let Some(Reverse((at, _, what))) = run.heap.pop() {
        if at > end {
            break;
        }
        run.now = at;
        run.happen(what);
        if run.rule.tick().is_none() || what == What::Tick {
            run.match_all();
        }
        events += 1;
        if events.is_multiple_of(20_000) {
            progress(at.since(scenario.start).0 as f64 / end.since(scenario.start).0.max(1) as f64);
        }
    }
    run.now = end;
    run.close();
    run.out
}

impl Run<'_> {
    fn plan(&mut self, at: Timestamp, what: What) {
        self.drawn += 1;
        self.heap.push(Reverse((at, self.drawn, what)));
    }

    fn open(&mut self) {
        for person in 0..self.floor.people.len() {
            let hours = &self.floor.people[person].human.profile.hours;
            if let Some(at) = calendar::next_open(hours, self.now) {
                self.plan(at, What::ShiftBegins(person));
            }
            // Whoever has a shift later is expected from the first minute.
            self.changed(person);
        }
        for case in 0..self.floor.cases.len() {
            self.plan(self.floor.cases[case].arrives, What::Arrives(case));
        }
        if let Some(every) = self.rule.tick() {
            self.plan(self.now + every, What::Tick);
        }
    }

    fn happen(&mut self, what: What) {
        match what {
            What::ShiftBegins(person) => self.begins(person),
            What::ShiftEnds(person) => self.ends(person),
            What::Heartbeat(person) => {
                if self.floor.people[person].here() {
                    self.renew(person);
                }
            }
            What::Arrives(case) => self.arrives(case),
            What::GivesUp(case) => self.gives_up(case),
            What::Relaxes(case) => self.relaxes(case),
            What::Answers { person, case, after } => self.answers(person, case, after),
            What::Done { person, case } => self.done(person, case),
            What::Tick => {
                if let Some(every) = self.rule.tick() {
                    self.plan(self.now + every, What::Tick);
                }
            }
        }
    }

    fn begins(&mut self, person: usize) {
        let hours = self.floor.people[person].human.profile.hours.clone();
        self.floor.people[person].human.presence.willing = Willing::Available;
        self.floor.people[person].human.presence.since = self.now;
        if self.floor.people[person].human.held.is_empty() {
            self.floor.people[person].human.idle_since = self.now;
        }
        if let Some(at) = calendar::next_change(&hours, self.now) {
            self.plan(at, What::ShiftEnds(person));
        }
        self.renew(person);
        self.take_next_behind(person);
    }

    fn renew(&mut self, person: usize) {
        self.floor.people[person].human.presence.lease_until = Some(self.now + LEASE);
        self.plan(self.now + HEARTBEAT, What::Heartbeat(person));
        self.changed(person);
    }

    fn ends(&mut self, person: usize) {
        let p = &mut self.floor.people[person];
        p.paid.0 += self.now.since(p.human.presence.since).0;
        p.human.presence.willing = Willing::Away;
        p.human.presence.lease_until = None;
        let next = calendar::next_open(&p.human.profile.hours, self.now + Millis(1));
        self.changed(person);
        if let Some(at) = next {
            self.plan(at, What::ShiftBegins(person));
        }
    }

    fn arrives(&mut self, case: usize) {
        let c = &self.floor.cases[case];
        let (gives_up, relaxes) = (c.gives_up, c.item.next_step_at);
        if let Some(after) = gives_up {
            self.plan(self.now + after, What::GivesUp(case));
        }
        if let Some(at) = relaxes {
            self.plan(at, What::Relaxes(case));
        }
        self.join(case);
        self.tell(case);
    }

    fn join(&mut self, case: usize) {
        self.at[case] = Where::Line;
        self.floor.waiting.insert(case);
        self.rule.joined(&self.floor, case);
    }

    /// What they are told on joining, and what the usual formula would have said.
    fn tell(&mut self, case: usize) {
        let c = &self.floor.cases[case];
        if !c.scored {
            return;
        }
        let class = &self.scenario.streams[c.stream].name;
        let Some(baton) = self.rule.baton() else { return };
        let Some(forecast) = baton.told(&self.floor, case, class, self.now) else {
            self.out.untold += 1;
            return;
        };
        let line = self.floor.waiting.iter().filter(|w| {
            let item = &self.floor.cases[**w].item;
            item.queue == c.item.queue && item.requirements == c.item.requirements
        });
        let position = u32::try_from(line.count()).unwrap_or(u32::MAX);
        let staff = (0..self.floor.people.len()).filter(|p| self.floor.people[*p].here() && self.floor.qualifies(*p, case));
        let places: u32 = staff.map(|p| self.floor.people[p].human.profile.capacity).sum();
        let usual = f64::from(position) * self.scenario.streams[c.stream].handle.mean_seconds / f64::from(places.max(1));
        let waits = forecast != baton.answering();
        self.told[case] = Some(Told { forecast, position, usual, waits, at: self.now });
    }

    fn gives_up(&mut self, case: usize) {
        let wait = self.now.since(self.floor.cases[case].arrives);
        match self.at[case] {
            Where::Line => {
                self.floor.waiting.remove(&case);
                self.rule.left(case);
            }
            Where::Asked(person) => self.release(person, case),
            Where::Behind(person) => {
                self.behind[person].retain(|c| *c != case);
                self.release(person, case);
            }
            Where::Elsewhere | Where::Lost => return,
        }
        self.at[case] = Where::Elsewhere;
        if let Some(baton) = self.rule.baton() {
            baton.gave_up(&self.floor, case, wait);
        }
        self.out.gave_up(&self.floor.cases[case], wait);
    }

    fn relaxes(&mut self, case: usize) {
        if self.at[case] != Where::Line {
            return;
        }
        let c = &self.floor.cases[case];
        let Some(queue) = self.floor.queues.iter().find(|q| q.id == c.item.queue) else { return };
        let Some(relaxed) = baton_core::route::relax(&c.item, queue) else { return };
        let item = &mut self.floor.cases[case].item;
        (item.step, item.requirements, item.next_step_at) = (relaxed.step, relaxed.requirements, relaxed.next_step_at);
        item.decliners.clear();
        if let Some(at) = item.next_step_at {
            self.plan(at, What::Relaxes(case));
        }
        self.rule.joined(&self.floor, case);
    }

    fn match_all(&mut self) {
        for _ in 0..MATCHES {
            let Some((case, person)) = self.rule.next(&self.floor, self.now) else { return };
            if self.at[case] != Where::Line {
                self.out.double_claims += 1;
                return;
            }
            self.give(case, person);
        }
    }

    fn give(&mut self, case: usize, person: usize) {
        self.floor.waiting.remove(&case);
        self.rule.left(case);
        let room = self.floor.people[person].free(self.floor.cases[case].item.units);
        self.floor.hold(person, case);
        self.changed(person);
        self.out.matched(&self.floor, case);
        if !room {
            let p = &self.floor.people[person].human;
            self.out.over_capacity += u64::from(p.load() > p.profile.capacity);
            self.at[case] = Where::Behind(person);
            self.behind[person].push_back(case);
        } else if self.scenario.answer_seconds > 0.0 || self.scenario.decline_share > 0.0 {
            self.at[case] = Where::Asked(person);
            let after = Millis((exponential(&mut self.dice) * self.scenario.answer_seconds * 1_000.0) as i64);
            self.plan(self.now + after, What::Answers { person, case, after });
        } else {
            self.serve(person, case, Millis(0));
        }
    }

    fn answers(&mut self, person: usize, case: usize, after: Millis) {
        if self.at[case] != Where::Asked(person) {
            return;
        }
        if self.dice.random::<f64>() >= self.scenario.decline_share {
            self.serve(person, case, after);
            return;
        }
        self.release(person, case);
        self.rule.declined(&mut self.floor, case, person);
        if self.lost(case) {
            self.at[case] = Where::Lost;
            self.out.dead_ends += 1;
        } else {
            self.join(case);
        }
    }

    /// Everybody has refused it, and nothing will ask them again.
    fn lost(&self, case: usize) -> bool {
        let item = &self.floor.cases[case].item;
        self.out.policy == "last-request"
            && (0..self.floor.people.len())
                .filter(|p| self.floor.people[*p].here() && self.floor.qualifies(*p, case))
                .all(|p| item.decliners.contains(&self.floor.people[p].human.id))
    }

    fn serve(&mut self, person: usize, case: usize, answered: Millis) {
        self.at[case] = Where::Elsewhere;
        let wait = self.now.since(self.floor.cases[case].arrives);
        // Nobody waited who was served in the moment they came: there was nothing to foretell.
        let told = self.told[case].filter(|t| wait.0 > 0 && t.waits);
        if let Some(baton) = self.rule.baton() {
            baton.answered(answered);
            baton.served(&self.floor, case, told.map(|t| (t.forecast, t.position)), wait);
        }
        self.out.served(&self.floor.cases[case], wait, told);
        let c = &self.floor.cases[case];
        let speed = if self.floor.by_speed { self.floor.people[person].speed(&c.item) } else { 1.0 };
        let length = Millis((c.work / speed).max(1.0) as i64);
        let p = &mut self.floor.people[person];
        p.busy.0 += length.0 / i64::from(p.human.profile.capacity.max(1));
        p.served += 1;
        self.plan(self.now + length, What::Done { person, case });
        if let Some(baton) = self.rule.baton() {
            baton.handled(&self.scenario.streams[self.floor.cases[case].stream].name, length);
        }
    }

    fn done(&mut self, person: usize, case: usize) {
        self.release(person, case);
        self.take_next_behind(person);
    }

    fn take_next_behind(&mut self, person: usize) {
        let p = &self.floor.people[person];
        let waiting = self.behind[person].len() as u32;
        if p.here()
            && p.human.load().saturating_sub(waiting) < p.human.profile.capacity
            && let Some(case) = self.behind[person].pop_front()
        {
            self.serve(person, case, Millis(0));
        }
    }

    fn release(&mut self, person: usize, case: usize) {
        self.floor.release(person, case, self.now);
        self.changed(person);
    }

    fn changed(&mut self, person: usize) {
        self.rule.changed(&self.floor, person, self.now);
    }

    fn close(&mut self) {
        for person in 0..self.floor.people.len() {
            let p = &mut self.floor.people[person];
            if p.here() {
                p.paid.0 += self.now.since(p.human.presence.since).0;
            }
            // Given to somebody who never came back.
            let away = !self.floor.people[person].here();
            self.out.dead_ends += if away { self.behind[person].len() as u64 } else { 0 };
        }
        for case in self.floor.waiting.clone() {
            let c = &self.floor.cases[case];
            self.out.left_waiting(c, self.now.since(c.arrives));
        }
        self.out.people(&self.floor);
    }
}
