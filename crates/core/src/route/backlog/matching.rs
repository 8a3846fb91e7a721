//! Who gets what.

use std::sync::Arc;

use baton_model::{EscalationId, HumanAgentId, Millis, QueueId, Strategy, Timestamp};

use super::{
    Backlog, QueueRules, assign,
    bits::Bits,
    class::{Exception, Head},
    line::{Line, Place},
    person::{Person, Seat},
};
use crate::route::{
    fit,
    score::{Score, pull},
};

/// Up to so many candidates are compared one by one; more are first walked in order of idleness.
const FEW: u32 = 128;
/// Most people, and most items, of one batch.
const BATCH: usize = 64;

/// A pair to offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    pub escalation: EscalationId,
    pub human_agent: HumanAgentId,
    /// Why this person, in words.
    pub fit: String,
    /// Until when the offer stands.
    pub due: Timestamp,
}

/// The first item of a line: its class, what is special about it, its place.
type Found<'a> = (u32, Option<&'a Exception>, Place);

/// Greater is better.
type Merit = (bool, bool, Score, std::cmp::Reverse<Place>);

impl Backlog {
    /// The next pair to offer, or `None` when no free, able person and waiting item coexist. Deterministic. The caller puts
    /// what the offer changes (the item away, the person loaded) before it asks again.
    pub fn next_match(&mut self, now: Timestamp) -> Option<Match> {
        self.plan(now);
        while let Some((item, human)) = self.planned.pop_front() {
            if let Some(found) = self.still_good(item, human, now) {
                return Some(found);
            }
        }
        while let Some((place, (class, exception))) = self.fresh_items.first_key_value().map(|(p, line)| (*p, line.clone()))
        {
            let Some(slot) = self.choose(class, exception.as_deref(), now) else {
                self.unmark_item(&place);
                continue;
            };
            // The person chosen for the new item may have something better to do.
            if let Some(found) = self.pair_for(slot, Some(place), now) {
                return Some(found);
            }
            self.unmark_item(&place);
        }
        while let Some(id) = self.fresh_people.first().copied() {
            if let Some(found) = self.slot(id).and_then(|slot| self.pair_for(slot, None, now)) {
                return Some(found);
            }
            self.unmark_person(id);
        }
        None
    }

    /// Others who could be asked about the same item at the same time, best first.
    pub fn others_for(&self, first: &Match, most: u32, now: Timestamp) -> Vec<Match> {
        let mut asked = vec![first.human_agent];
        let Some(entry) = self.items.get(&first.escalation.uuid().as_u128()) else { return Vec::new() };
        let exception = entry.exception.as_deref();
        let named = self.keeper(entry.class, exception).is_some();
        let (preferred, declined) = exception.map_or((None, Vec::new()), |e| (e.preferred, e.decliners.clone()));
        let place = entry.place();
        let mut found = Vec::new();
        while !named && found.len() < most as usize {
            let mut decliners = declined.clone();
            decliners.extend(&asked);
            decliners.sort_unstable();
            let beside = Exception { preferred, decliners };
            let next = self.choose(entry.class, Some(&beside), now);
            let Some(next) = next.and_then(|slot| self.found(entry.class, place, exception, slot, now)) else { break };
            asked.push(next.human_agent);
            found.push(next);
        }
        found
    }

    /// Somebody who is there qualifies, and all of those said no.
    pub fn refused_by_all(&self, id: EscalationId, now: Timestamp) -> bool {
        let Some(entry) = self.items.get(&id.uuid().as_u128()) else { return false };
        let (Some(exception), Some(class)) = (&entry.exception, self.classes.get(entry.class)) else {
            return false;
        };
        let people = class.crowd.everyone.and(&self.there).filter_map(|slot| self.seats.get(slot));
        let mut there = people.filter(|p| p.connected(now)).peekable();
        there.peek().is_some() && there.all(|p| exception.declined(p.id))
    }

    /// What this person would take, and who of all should have it; `best_for`: an item for which they were chosen already.
    fn pair_for(&self, slot: u32, best_for: Option<Place>, now: Timestamp) -> Option<Match> {
        let (class, exception, first) = self.pick(slot, now)?;
        let demand = self.heads.get(class)?.demand_no;
        let alone = self.free.get(demand).is_some_and(|f| f.len() == 1);
        let best = if alone || best_for == Some(first) { slot } else { self.choose(class, exception, now).unwrap_or(slot) };
        self.found(class, first, exception, best, now)
    }

    fn found(&self, class: u32, item: Place, exception: Option<&Exception>, slot: u32, now: Timestamp) -> Option<Match> {
        let (class, person) = (self.classes.get(class)?, self.people.get(slot)?);
        let words = fit::fit_words(&person.profile, class.needs());
        let named = exception.is_some_and(|e| e.preferred == Some(person.id));
        let fit = if named { format!("asked for by name, {words}") } else { words };
        Some(Match { escalation: item.id, human_agent: person.id, fit, due: now + self.rules(&class.queue).offer })
    }

    pub(super) fn rules(&self, queue: &QueueId) -> QueueRules {
        self.queues.get(queue).cloned().unwrap_or_default()
    }

    /// What a free person takes: overdue first, own queues before help, then the highest index.
    pub(super) fn pick(&self, slot: u32, now: Timestamp) -> Option<Found<'_>> {
        self.seats.get(slot).filter(|s| s.there && s.connected(now))?;
        let person = self.people.get(slot)?;
        let free = |demand: u32| self.free.get(demand).is_some_and(|f| f.contains(slot));
        // Most items ask for the same.
        let first_free = free(0);
        let free = |demand: u32| if demand == 0 { first_free } else { free(demand) };
        let mut best: Option<(Merit, Found<'_>)> = None;
        let mut weigh = |head: &Head, speed: u8, helps: bool, found| {
            let found: Found<'_> = found;
            let score = head.pace.score(found.2.key, pull(speed, head.weight), now);
            let merit = (score.overdue, !helps, score, std::cmp::Reverse(found.2));
            if best.as_ref().is_none_or(|(b, _)| merit > *b) {
                best = Some((merit, found));
            }
        };
        for serve in person.serves.iter().filter(|s| self.open.contains(s.class)) {
            let Some(head) = self.heads.get(serve.class).filter(|h| free(h.demand_no)) else { continue };
            if head.lent && !self.lent_out(serve.class, person, now) {
                continue;
            }
            if let Some(first) = head.first {
                weigh(head, serve.speed, serve.helps, (serve.class, None, first));
            }
            if head.exceptions {
                for (exception, line) in self.beside(serve.class).filter(|(e, _)| !e.declined(person.id)) {
                    if let Some(first) = line.first() {
                        weigh(head, serve.speed, serve.helps, (serve.class, Some(exception), first));
                    }
                }
            }
        }
        for (class, exception, line) in self.kept_for(person.id) {
            let (Some(head), Some(serve), Some(first)) = (self.heads.get(class), person.serve(class), line.first()) else {
                continue;
            };
            if free(head.demand_no) {
                weigh(head, serve.speed, serve.helps, (class, Some(exception), first));
            }
        }
        best.map(|(_, found)| found)
    }

    pub(super) fn beside(&self, class: u32) -> impl Iterator<Item = (&Exception, &Line)> {
        let all = self.aside.range((class, Arc::clone(&super::NOBODY))..);
        all.take_while(move |((c, _), _)| *c == class).map(|((_, e), line)| (&**e, line))
    }

    fn kept_for(&self, id: HumanAgentId) -> impl Iterator<Item = (u32, &Exception, &Line)> {
        // Most of the time nothing is kept for anybody.
        let some = (!self.kept.is_empty()).then(|| self.kept.range((id, (0, Arc::clone(&super::NOBODY)))..));
        let all = some.into_iter().flatten();
        all.take_while(move |((p, _), _)| *p == id).map(|((_, (class, e)), line)| (*class, &**e, line))
    }

    /// The best free person for the first item of a line.
    pub(super) fn choose(&self, class_no: u32, exception: Option<&Exception>, now: Timestamp) -> Option<u32> {
        let class = self.classes.get(class_no)?;
        let free = self.free.get(class.demand_no).filter(|f| !f.is_empty())?;
        let lent = self.heads.get(class_no).is_some_and(|h| h.lent);
        let fits = |slot: u32| {
            let seat = self.seats.get(slot).filter(|s| s.connected(now))?;
            let asked = !exception.is_some_and(|e| e.declined(seat.id));
            let lent_out = || self.people.get(slot).is_some_and(|p| self.lent_out(class_no, p, now));
            (asked && (!lent || lent_out())).then_some(seat)
        };
        if let Some(kept) = self.keeper(class_no, exception) {
            return Some(kept).filter(|slot| free.contains(*slot) && fits(*slot).is_some());
        }
        let strategy = self.queues.get(&class.queue).map(|q| q.strategy).unwrap_or_default();
        match strategy {
            Strategy::MostProficient | Strategy::MinCost => {
                class.crowd.bands.iter().find_map(|(_, band)| self.best_of(band, free, strategy, &fits))
            }
            Strategy::LeastOccupied | Strategy::LongestIdle | Strategy::RoundRobin => {
                let own = self.best_of(&class.crowd.own, free, strategy, &fits);
                own.or_else(|| self.best_of(&class.crowd.everyone, free, strategy, &fits))
            }
        }
    }

    /// The person for whom this line is kept.
    pub(super) fn keeper(&self, class: u32, exception: Option<&Exception>) -> Option<u32> {
        let person = exception?.preferred?;
        let mut kept = self.kept_for(person);
        let here = kept.any(|(c, e, _)| c == class && Some(e) == exception);
        self.slot(person).filter(|_| here)
    }

    fn best_of<'a>(
        &'a self,
        crowd: &Bits,
        free: &Bits,
        strategy: Strategy,
        fits: &impl Fn(u32) -> Option<&'a Seat>,
    ) -> Option<u32> {
        let count = if crowd.len().min(free.len()) <= FEW { 0 } else { crowd.count_and(free) };
        if count > FEW {
            // No longer than it takes to compare them all: the longest idle may be those who suit least.
            let walk = count as usize;
            let suits = |slot: &u32| crowd.contains(*slot) && free.contains(*slot) && fits(*slot).is_some();
            let found = match strategy {
                Strategy::RoundRobin => self.turns.iter().take(walk).map(|(.., slot)| *slot).find(suits),
                _ => self.idle.iter().take(walk).map(|(.., slot)| *slot).find(suits),
            };
            // Among those who hold nothing the two orders agree.
            let agrees =
                |slot: &u32| strategy != Strategy::LongestIdle || self.seats.get(*slot).is_some_and(|s| s.load == 0);
            if let Some(found) = found.filter(agrees) {
                return Some(found);
            }
        }
        let by_occupancy = !matches!(strategy, Strategy::LongestIdle | Strategy::RoundRobin);
        let found = by_occupancy.then(|| self.least_occupied(crowd.and(free))).flatten();
        if let Some(found) = found.filter(|slot| fits(*slot).is_some()) {
            return Some(found);
        }
        let candidates = crowd.and(free).filter_map(|slot| Some((slot, fits(slot)?)));
        candidates.min_by_key(|(_, seat)| rank(seat, strategy)).map(|(slot, _)| slot)
    }

    /// The first of these in the order of [`rank`] by occupancy, whether they fit or not.
    fn least_occupied(&self, slots: impl Iterator<Item = u32>) -> Option<u32> {
        let id = |slot: u32| self.seats.get(slot).map(|s| s.id);
        let standing = slots.filter_map(|slot| Some((*self.standing.get(slot)?, slot)));
        let first = standing.min_by(|(a, a_slot), (b, b_slot)| a.cmp(b).then_with(|| id(*a_slot).cmp(&id(*b_slot))));
        first.map(|(_, slot)| slot)
    }

    /// People help another queue only as far as their own allows it: somebody who serves the home queue always may.
    fn lent_out(&self, class: u32, person: &Person, now: Timestamp) -> bool {
        let Some(class) = self.classes.get(class) else { return false };
        if fit::serves(&person.profile, &class.queue) {
            return true;
        }
        let mut through = class.needs().queues.iter().filter(|q| fit::serves(&person.profile, q));
        through.any(|q| match self.queues.get(q).and_then(|r| r.lend_below) {
            None => true,
            Some(limit) => self.longest_wait(q, now) < limit,
        })
    }

    /// Real waiting time of whoever has waited longest at the head of a line of this queue.
    fn longest_wait(&self, queue: &QueueId, now: Timestamp) -> Millis {
        let of_queue = |n: u32| self.classes.get(n).filter(|c| c.queue == *queue).is_some();
        let heads = self.open.iter().filter(|n| of_queue(*n)).filter_map(|n| self.heads.get(n)?.first);
        heads.map(|first| now.since(first.real_since)).max().unwrap_or_default()
    }

    /// Where several free people meet several waiting items of queues that ask for it, all pairs are chosen at once.
    fn plan(&mut self, now: Timestamp) {
        if !self.in_batches || !self.planned.is_empty() || self.fresh_people.len() < 2 {
            return;
        }
        let ids = self.fresh_people.iter().take(BATCH);
        let people: Vec<u32> = ids.filter_map(|id| self.slot(*id)).collect();
        let items = self.batch_items(&people, now);
        if items.len() < 2 {
            return;
        }
        let costs: Vec<Vec<Option<i64>>> =
            people.iter().map(|slot| items.iter().map(|(class, _, _)| self.cost(*slot, *class)).collect()).collect();
        let pairs = assign::cheapest(&costs);
        let pairs = pairs.into_iter().filter_map(|(row, column)| {
            let human = self.people.get(*people.get(row)?)?.id;
            Some((items.get(column)?.1.id, human))
        });
        self.planned = pairs.collect();
    }

    /// The first items, by score, that these people could take now.
    fn batch_items(&self, people: &[u32], now: Timestamp) -> Vec<(u32, Place, Score)> {
        let mut crowd = Bits::default();
        people.iter().for_each(|slot| crowd.set(*slot, true));
        let mut items = Vec::new();
        for number in self.open.iter() {
            let (Some(class), Some(head), Some(line)) =
                (self.classes.get(number), self.heads.get(number), self.lines.get(number))
            else {
                continue;
            };
            let together = self.queues.get(&class.queue).is_some_and(|q| q.strategy == Strategy::MinCost);
            let free = self.free.get(class.demand_no).is_some_and(|f| class.crowd.everyone.meets(f, &crowd));
            if together && free && !head.lent {
                let plain = pull(crate::route::score::PLAIN_SPEED, head.weight);
                items.extend(line.iter().take(people.len()).map(|p| (number, *p, head.pace.score(p.key, plain, now))));
            }
        }
        items.sort_by(|a, b| b.2.cmp(&a.2).then(a.1.cmp(&b.1)));
        items.truncate(people.len());
        items
    }

    /// Time that the person is expected to take, with mean 1,000 at plain speed; `None`: they cannot take it.
    fn cost(&self, slot: u32, class: u32) -> Option<i64> {
        let person = self.people.get(slot)?;
        let serve = person.serve(class)?;
        let demand_no = self.heads.get(class)?.demand_no;
        let free = self.free.get(demand_no).is_some_and(|f| f.contains(slot));
        let help = if serve.helps { 10_000 } else { 0 };
        free.then(|| 100_000 / i64::from(serve.speed.max(1)) + help)
    }

    fn still_good(&self, item: EscalationId, human: HumanAgentId, now: Timestamp) -> Option<Match> {
        let entry = self.items.get(&item.uuid().as_u128()).filter(|e| e.exception.is_none())?;
        let slot = self.slot(human)?;
        let class = self.classes.get(entry.class)?;
        let free = self.free.get(class.demand_no).is_some_and(|f| f.contains(slot));
        let able = free && class.crowd.everyone.contains(slot);
        let connected = self.seats.get(slot).is_some_and(|s| s.connected(now));
        let place = entry.place();
        (able && connected).then(|| self.found(entry.class, place, None, slot, now)).flatten()
    }
}

/// Lower is better. One shape for all strategies, so that ties fall through to idleness and id.
fn rank(person: &Seat, strategy: Strategy) -> (u64, Timestamp, u64, HumanAgentId) {
    let occupied = person.occupied;
    match strategy {
        Strategy::MostProficient | Strategy::MinCost | Strategy::LeastOccupied => {
            (occupied, person.idle_since, 0, person.id)
        }
        // Somebody who holds nothing before anybody who holds something.
        Strategy::LongestIdle => (u64::from(person.load > 0), person.idle_since, occupied, person.id),
        Strategy::RoundRobin => (0, person.offered_at, 0, person.id),
    }
}
