//! What two policies would have been worth on the same history. Memory does not grow with the history.

use std::collections::BTreeMap;

use baton_model::{
    Basis, Case, ChangedCourse, Costs, CouldAi, FrontierPoint, Hindsight, Millis, Tally, Timestamp, Timing, TopicHindsight,
    Treatment, Truth,
};

use super::{
    cases::RECONTACT_WITHIN,
    chance::{self, Weighted},
};

/// An offer to somebody who needed nobody disturbs a quarter as much as an escalation (the policy's own default).
const OFFER: f64 = 0.25;
const CHANGES: usize = 200;
/// Topics told apart; further ones are counted together.
const TOPICS: usize = 100;
/// A rating of this or more says that the AI alone was fine.
const GOOD: u8 = 4;

/// Was a person needed, and how is that known?
pub fn truth(case: &Case, now: Timestamp) -> (Truth, Basis) {
    if let Some(verdict) = &case.verdict {
        // What the AI lacks it cannot do today.
        let truth = if verdict.could_ai == CouldAi::Yes { Truth::NotNeeded } else { Truth::Needed };
        return (truth, Basis::Verdict);
    }
    if !case.contained() {
        // The AI was not allowed to go on, and nobody said whether it could have.
        return (Truth::Unknown, Basis::Nothing);
    }
    if let Some(judgement) = &case.judgement {
        return (if judgement.needed_human { Truth::Needed } else { Truth::NotNeeded }, Basis::Judgement);
    }
    let facts = case.facts.as_ref();
    if case.recontact.is_some() || facts.is_some_and(|f| f.timing == Timing::Late) {
        return (Truth::Needed, Basis::Measured);
    }
    let stayed_away = case.known_customer && case.ended_at.is_some_and(|at| now.since(at) >= Millis(RECONTACT_WITHIN.0));
    if stayed_away || facts.and_then(|f| f.rating).is_some_and(|stars| stars >= GOOD) {
        return (Truth::NotNeeded, Basis::Measured);
    }
    (Truth::Unknown, Basis::Nothing)
}

/// One conversation under both policies and under every shift of the frontier.
#[derive(Debug, Clone)]
pub struct Weighed {
    pub at: Timestamp,
    pub turns: u32,
    /// `before`, `after`, `topic`, `truth` and `basis` count; the rest is shown where the course changes.
    pub change: ChangedCourse,
    /// Conversations that it stands for: 1, more where chance chose its policy (Horvitz and Thompson 1952).
    pub weight: f64,
    /// One for each of the weigher's shifts, in order; may be empty.
    pub shifted: Vec<Treatment>,
}

impl Weighed {
    /// Takes in what became known since.
    pub fn settle(&mut self, case: &Case, now: Timestamp) {
        if self.change.basis != Basis::Represented {
            (self.change.truth, self.change.basis) = truth(case, now);
        }
    }
}

#[derive(Debug, Clone, Default)]
struct Sums {
    conversations: u32,
    known: u32,
    /// Of the known ones.
    weight: f64,
    before: Side,
    after: Side,
    shifted: Vec<Side>,
}

#[derive(Debug, Clone, Default)]
struct Side {
    tally: Tally,
    cost: f64,
}

impl Side {
    fn add(&mut self, course: Treatment, (truth, weight): (Truth, f64), costs: &Costs) -> f64 {
        let t = &mut self.tally;
        match course {
            Treatment::Continued => t.continued += 1,
            Treatment::Offered => t.offered += 1,
            Treatment::Escalated => t.escalated += 1,
        }
        let cost = match (truth, course) {
            (Truth::Needed, Treatment::Continued) => {
                t.missed += 1;
                f64::from(costs.late)
            }
            (Truth::NotNeeded, Treatment::Escalated) => {
                t.needless += 1;
                f64::from(costs.needless)
            }
            (Truth::NotNeeded, Treatment::Offered) => OFFER * f64::from(costs.needless),
            (Truth::Needed | Truth::NotNeeded | Truth::Unknown, _) => 0.0,
        };
        self.cost += weight * cost;
        cost
    }

    fn merge(&mut self, other: &Self) {
        let (t, o) = (&mut self.tally, &other.tally);
        t.continued += o.continued;
        t.offered += o.offered;
        t.escalated += o.escalated;
        t.needless += o.needless;
        t.missed += o.missed;
        self.cost += other.cost;
    }

    fn regret(&self, weight: f64) -> Option<f64> {
        (weight > 0.0).then(|| 100.0 * self.cost / weight)
    }

    fn tally(&self, weight: f64) -> Tally {
        Tally { regret: self.regret(weight), ..self.tally }
    }
}

impl Sums {
    fn add(&mut self, w: &Weighed, costs: &Costs) -> (f64, f64) {
        let truth = (w.change.truth, w.weight);
        self.conversations += 1;
        if w.change.truth != Truth::Unknown {
            self.known += 1;
            self.weight += w.weight;
        }
        self.shifted.resize(self.shifted.len().max(w.shifted.len()), Side::default());
        for (side, course) in self.shifted.iter_mut().zip(&w.shifted) {
            side.add(*course, truth, costs);
        }
        (self.before.add(w.change.before, truth, costs), self.after.add(w.change.after, truth, costs))
    }

    fn merge(&mut self, other: &Self) {
        self.conversations += other.conversations;
        self.known += other.known;
        self.weight += other.weight;
        self.before.merge(&other.before);
        self.after.merge(&other.after);
        self.shifted.resize(self.shifted.len().max(other.shifted.len()), Side::default());
        self.shifted.iter_mut().zip(&other.shifted).for_each(|(a, b)| a.merge(b));
    }

    fn frontier(&self, shifts: &[f32]) -> Vec<FrontierPoint> {
        let point = |(shift, side): (&f32, &Side)| {
            let (automation, regret) = side.tally.automation().zip(side.regret(self.weight))?;
            Some(FrontierPoint { shift: *shift, automation, regret })
        };
        shifts.iter().zip(&self.shifted).filter_map(point).collect()
    }
}

/// Adds conversations up; two weighers of two halves merge into the weigher of the whole.
#[derive(Debug, Clone)]
pub struct Weigher {
    costs: Costs,
    shifts: Vec<f32>,
    turns: u64,
    period: Option<(Timestamp, Timestamp)>,
    total: Sums,
    topics: BTreeMap<String, Sums>,
    changed: u32,
    changed_unknown: u32,
    rests_on: BTreeMap<Basis, u32>,
    stand_for_others: u32,
    /// How often each difference of cost occurs with each weight, both in thousandths.
    differences: BTreeMap<(i64, i64), u64>,
    changes: Vec<ChangedCourse>,
}

impl Weigher {
    /// `shifts` are those of the frontier; none means no frontier.
    pub fn new(costs: Costs, shifts: Vec<f32>) -> Self {
        Self {
            costs,
            shifts,
            turns: 0,
            period: None,
            total: Sums::default(),
            topics: BTreeMap::new(),
            changed: 0,
            changed_unknown: 0,
            rests_on: BTreeMap::new(),
            stand_for_others: 0,
            differences: BTreeMap::new(),
            changes: Vec::new(),
        }
    }

    pub fn add(&mut self, w: Weighed) {
        self.turns += u64::from(w.turns);
        let (from, to) = self.period.unwrap_or((w.at, w.at));
        self.period = Some((from.min(w.at), to.max(w.at)));
        let (before, after) = self.total.add(&w, &self.costs);
        let topic = if self.topics.len() < TOPICS || self.topics.contains_key(&w.change.topic) {
            w.change.topic.clone()
        } else {
            "other".to_owned()
        };
        self.topics.entry(topic).or_default().add(&w, &self.costs);
        *self.rests_on.entry(w.change.basis).or_default() += 1;
        if w.change.truth != Truth::Unknown {
            let thousandths = |v: f64| (v * 1000.0).round() as i64;
            *self.differences.entry((thousandths(after - before), thousandths(w.weight))).or_default() += 1;
            self.stand_for_others += u32::from(w.weight > 1.0);
        }
        if w.change.before != w.change.after {
            self.changed += 1;
            self.changed_unknown += u32::from(w.change.truth == Truth::Unknown && w.change.basis == Basis::Nothing);
            self.changes.push(w.change);
            if self.changes.len() >= 2 * CHANGES {
                self.trim();
            }
        }
    }

    pub fn merge(&mut self, other: Self) {
        self.turns += other.turns;
        self.period = match (self.period, other.period) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        self.total.merge(&other.total);
        for (topic, sums) in &other.topics {
            self.topics.entry(topic.clone()).or_default().merge(sums);
        }
        self.changed += other.changed;
        self.changed_unknown += other.changed_unknown;
        self.stand_for_others += other.stand_for_others;
        for (basis, count) in other.rests_on {
            *self.rests_on.entry(basis).or_default() += count;
        }
        for (difference, count) in other.differences {
            *self.differences.entry(difference).or_default() += count;
        }
        self.changes.extend(other.changes);
        self.trim();
    }

    /// From escalated to continued and back comes before offers; the newest first, so that the order is always the same.
    fn trim(&mut self) {
        self.changes.sort_by(|a, b| {
            let step = |c: &ChangedCourse| (c.before as i8 - c.after as i8).abs();
            let known = |c: &ChangedCourse| c.truth == Truth::Unknown;
            (step(b), known(a), b.conversation, &a.place).cmp(&(step(a), known(b), a.conversation, &b.place))
        });
        self.changes.truncate(CHANGES);
    }

    pub fn finish(mut self) -> Hindsight {
        self.trim();
        let weighted = |((difference, weight), count): (&(i64, i64), &u64)| Weighted {
            // Per 100 conversations.
            value: *difference as f64 / 10.0,
            weight: *weight as f64 / 1000.0,
            count: *count,
        };
        let differences: Vec<Weighted> = self.differences.iter().map(weighted).collect();
        let topic = |(topic, sums): (&String, &Sums)| TopicHindsight {
            topic: topic.clone(),
            conversations: sums.conversations,
            known: sums.known,
            before: sums.before.tally(sums.weight),
            after: sums.after.tally(sums.weight),
            frontier: sums.frontier(&self.shifts),
        };
        let mut topics: Vec<_> = self.topics.iter().map(topic).collect();
        topics.sort_by(|a, b| b.conversations.cmp(&a.conversations).then_with(|| a.topic.cmp(&b.topic)));
        Hindsight {
            conversations: self.total.conversations,
            turns: self.turns,
            from: self.period.map(|p| p.0),
            to: self.period.map(|p| p.1),
            limits: self.limits(),
            before: self.total.before.tally(self.total.weight),
            after: self.total.after.tally(self.total.weight),
            changed: self.changed,
            changed_unknown: self.changed_unknown,
            difference: chance::mean(&differences),
            frontier: self.total.frontier(&self.shifts),
            topics,
            costs: self.costs,
            rests_on: self.rests_on,
            stand_for_others: self.stand_for_others,
            changes: self.changes,
        }
    }

    fn limits(&self) -> Vec<String> {
        let mut out = Vec::new();
        let (all, known) = (self.total.conversations, self.total.known);
        let represented = self.rests_on.get(&Basis::Represented).copied().unwrap_or_default();
        if all == 0 {
            out.push("There is no finished conversation in this slice of history: nothing can be said.".into());
            return out;
        }
        if known == 0 {
            out.push(
                "It is not known of any of these conversations whether a person was needed: no regret can be given.".into(),
            );
        } else if known + represented < all {
            let unknown = all - known - represented;
            out.push(format!(
                "Of {all} conversations, {unknown} have an unknown truth and count in no regret: escalations without a verdict, \
                 and conversations of the AI's own that nobody judged and whose end says nothing."
            ));
        }
        if represented > 0 {
            out.push(format!(
                "In trials, chance escalated {represented} conversations where the other policy would have let the AI go on: \
                 {} conversations in which it did count for them too.",
                self.stand_for_others
            ));
        }
        if self.changed_unknown > 0 {
            out.push(format!(
                "{} of the {} changed courses are of conversations whose truth is unknown.",
                self.changed_unknown, self.changed
            ));
        }
        if known > 0 && known < 30 {
            out.push(format!("Only {known} truths are known: the interval is wide, and chance can decide."));
        }
        if self.total.after.tally.escalated == all {
            out.push(
                "The new policy escalates everything: nothing can be missed, and every known needless one is paid for."
                    .into(),
            );
        }
        if self.total.after.tally.continued == all {
            out.push("The new policy brings in nobody, ever: every known need is missed.".into());
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use baton_model::Trigger;
    use proptest::prelude::*;

    use super::*;
    use crate::learn::{
        catalogue::tests::{contained, escalated},
        ledger::tests::ts,
    };

    fn costs() -> Costs {
        Costs { late: 5.0, needless: 1.0 }
    }

    fn one(n: i64, before: Treatment, after: Treatment, truth: Truth) -> Weighed {
        Weighed {
            at: ts(n),
            turns: 12,
            change: ChangedCourse {
                conversation: Some(baton_model::IdSource::new(ts(n), 1).draw()),
                escalation: None,
                place: String::new(),
                headline: String::new(),
                topic: ["billing", "delivery"][(n % 2) as usize].into(),
                before,
                after,
                moment: None,
                truth,
                basis: if truth == Truth::Unknown { Basis::Nothing } else { Basis::Verdict },
            },
            weight: 1.0,
            shifted: vec![before, after],
        }
    }

    #[test]
    fn costs_by_hand() {
        let mut w = Weigher::new(costs(), vec![-0.1, 0.1]);
        w.add(one(0, Treatment::Continued, Treatment::Escalated, Truth::Needed));
        w.add(one(1, Treatment::Escalated, Treatment::Continued, Truth::NotNeeded));
        w.add(one(2, Treatment::Escalated, Treatment::Offered, Truth::NotNeeded));
        w.add(one(3, Treatment::Escalated, Treatment::Continued, Truth::Unknown));
        let h = w.finish();
        assert_eq!((h.conversations, h.turns, h.changed, h.changed_unknown), (4, 48, 4, 1));
        assert_eq!((h.before.missed, h.before.needless, h.before.regret), (1, 2, Some(100.0 * 7.0 / 3.0)));
        assert_eq!((h.after.missed, h.after.needless, h.after.regret), (0, 0, Some(100.0 * 0.25 / 3.0)));
        let d = h.difference.unwrap();
        assert!((d.value - 100.0 * (0.25 - 7.0) / 3.0).abs() < 1e-9 && d.low <= d.value && d.value <= d.high);
        assert_eq!(h.frontier.len(), 2);
        assert!((h.frontier[1].automation - 0.5).abs() < 1e-9);
        assert_eq!(h.rests_on[&Basis::Verdict], 3);
        assert!(h.limits.iter().any(|l| l.contains("1 have an unknown truth")), "{:?}", h.limits);
    }

    #[test]
    fn nothing_and_unknowns_are_said_and_never_divided_by() {
        let empty = Weigher::new(costs(), vec![0.0]).finish();
        assert!(empty.difference.is_none() && empty.before.regret.is_none() && empty.frontier.is_empty());
        assert!(empty.limits[0].contains("nothing can be said"));
        let mut w = Weigher::new(costs(), vec![]);
        w.add(one(0, Treatment::Continued, Treatment::Escalated, Truth::Unknown));
        let h = w.finish();
        assert!(h.difference.is_none() && h.after.regret.is_none() && h.limits[0].contains("not known of any"));
    }

    #[test]
    fn a_policy_for_everybody_or_nobody_is_called_that() {
        let weighed = |after, truth| {
            let mut w = Weigher::new(costs(), vec![0.0]);
            (0..40).for_each(|n| w.add(one(n, Treatment::Continued, after, truth)));
            w.finish()
        };
        let everybody = weighed(Treatment::Escalated, Truth::NotNeeded);
        assert!(everybody.limits.iter().any(|l| l.contains("escalates everything")), "{:?}", everybody.limits);
        assert_eq!((everybody.after.needless, everybody.after.automation()), (40, Some(0.0)));
        let nobody = weighed(Treatment::Continued, Truth::Needed);
        assert!(nobody.limits.iter().any(|l| l.contains("brings in nobody")), "{:?}", nobody.limits);
        assert_eq!((nobody.after.missed, nobody.difference.map(|d| d.value)), (40, Some(0.0)));
        let few = {
            let mut w = Weigher::new(costs(), vec![]);
            (0..10).for_each(|n| w.add(one(n, Treatment::Continued, Treatment::Offered, Truth::Needed)));
            w.finish()
        };
        assert!(few.limits.iter().any(|l| l.starts_with("Only 10 truths are known")), "{:?}", few.limits);
    }

    #[test]
    fn a_truth_needs_somebodys_word_or_a_clear_end() {
        let now = ts(30 * 86_400);
        let mut c = contained(1, ts(0));
        assert_eq!(truth(&c, now), (Truth::Unknown, Basis::Nothing));
        c.known_customer = true;
        assert_eq!(truth(&c, now), (Truth::NotNeeded, Basis::Measured));
        assert_eq!(truth(&c, ts(60)), (Truth::Unknown, Basis::Nothing));
        c.recontact = Some(Millis::hours(2));
        assert_eq!(truth(&c, now), (Truth::Needed, Basis::Measured));
        assert_eq!(truth(&escalated(2, ts(0), Trigger::AiLimit), now), (Truth::Unknown, Basis::Nothing));
    }

    proptest! {
        /// Halves merge to the whole, whatever the order.
        #[test]
        fn merging_is_adding(items in prop::collection::vec((0i64..50, 0u8..3, 0u8..3, 0u8..3), 0..60), cut in 0usize..60) {
            let course = |n| [Treatment::Continued, Treatment::Offered, Treatment::Escalated][usize::from(n)];
            let truth = |n| [Truth::Needed, Truth::NotNeeded, Truth::Unknown][usize::from(n)];
            let all: Vec<Weighed> =
                items.iter().map(|(n, b, a, t)| one(*n, course(*b), course(*a), truth(*t))).collect();
            let weigh = |items: &[Weighed]| {
                let mut w = Weigher::new(costs(), vec![0.0, 0.1]);
                items.iter().cloned().for_each(|i| w.add(i));
                w
            };
            let (left, right) = all.split_at(cut.min(all.len()));
            let mut halves = weigh(left);
            halves.merge(weigh(right));
            let (halves, whole) = (halves.finish(), weigh(&all).finish());
            prop_assert_eq!(halves.before, whole.before);
            prop_assert_eq!(halves.difference, whole.difference);
            prop_assert_eq!(halves.topics, whole.topics);
            prop_assert_eq!(halves.limits, whole.limits);
        }
    }
}
