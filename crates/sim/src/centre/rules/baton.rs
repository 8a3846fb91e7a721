//! The real matcher and the real forecast.

use baton_core::route::{Asked, Backlog, Forecast, Pace};
use baton_model::{Millis, Timestamp};

use super::Rule;
use crate::centre::floor::{Floor, case_of, escalation, person_of};

pub(crate) struct Baton {
    backlog: Backlog,
    pace: Pace,
}

impl Baton {
    pub(crate) fn new(floor: &Floor) -> Self {
        let mut backlog = Backlog::default();
        backlog.set_queues(&floor.queues);
        Self { backlog, pace: Pace::default() }
    }

    /// What somebody who has just joined is told.
    pub(crate) fn told(&self, floor: &Floor, case: usize, class: &str, now: Timestamp) -> Option<Forecast> {
        let c = &floor.cases[case];
        let asked = Asked {
            escalation: Some(escalation(case)),
            queue: &c.item.queue,
            tier: c.tier,
            issue_class: class,
            requirements: &c.item.requirements,
            target_seconds: c.item.target_seconds,
            priority: c.item.priority,
            units: c.item.units,
        };
        self.backlog.forecast(&asked, &self.pace, now)
    }

    /// What is told when nobody is ahead.
    pub(crate) fn answering(&self) -> Forecast {
        self.pace.answering()
    }

    pub(crate) fn answered(&mut self, length: Millis) {
        self.pace.answered(length);
    }

    pub(crate) fn served(&mut self, floor: &Floor, case: usize, told: Option<(Forecast, u32)>, wait: Millis) {
        let c = &floor.cases[case];
        self.pace.waited(&c.item.queue, wait, false);
        if let Some((told, position)) = told {
            self.pace.served(&c.item.queue, c.tier, &told, position, wait);
        }
    }

    pub(crate) fn gave_up(&mut self, floor: &Floor, case: usize, wait: Millis) {
        self.pace.waited(&floor.cases[case].item.queue, wait, true);
    }

    pub(crate) fn handled(&mut self, class: &str, length: Millis) {
        self.pace.handled(class, length);
    }
}

impl Rule for Baton {
    fn joined(&mut self, floor: &Floor, case: usize) {
        self.backlog.put_item(escalation(case), &floor.cases[case].item);
    }

    fn left(&mut self, case: usize) {
        self.backlog.remove_item(escalation(case));
    }

    fn changed(&mut self, floor: &Floor, person: usize, now: Timestamp) {
        self.backlog.put_human(&floor.people[person].human, now);
    }

    fn declined(&mut self, floor: &mut Floor, case: usize, person: usize) {
        // As the engine does: whoever declined is not asked again.
        let human = floor.people[person].human.id;
        floor.cases[case].item.decliners.push(human);
    }

    fn next(&mut self, _floor: &Floor, now: Timestamp) -> Option<(usize, usize)> {
        let found = self.backlog.next_match(now)?;
        Some((case_of(found.escalation), person_of(found.human_agent)))
    }

    fn baton(&mut self) -> Option<&mut Baton> {
        Some(self)
    }
}
