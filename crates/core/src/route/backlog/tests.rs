use baton_model::{Channel, Day, Held, Hours, Presence, Requirements, Willing, Window};
use proptest::{
    prelude::{ProptestConfig, prop},
    prop_assert, prop_assert_eq, prop_oneof, proptest,
    strategy::Strategy as Any,
};
use uuid_of::{esc, hum};

use super::*;
use crate::{
    calendar,
    route::{
        fit::tests::profile,
        place::tests::queue,
        score::{Pace, pull, speed},
    },
};

mod outlook;
mod rules;

mod uuid_of {
    use baton_model::{EscalationId, HumanAgentId};

    pub(super) fn esc(n: u8) -> EscalationId {
        format!("esc_{n:032x}").parse().expect("an id")
    }

    pub(super) fn hum(n: u8) -> HumanAgentId {
        format!("hum_{n:032x}").parse().expect("an id")
    }
}

/// Monday 2026-03-02, 10:00 UTC.
const NOW: Timestamp = Timestamp::from_millis(1_772_445_600_000);

fn item(skills: &[(&str, u8)], language: Option<&str>, since: i64) -> WorkItem {
    let requirements = Requirements {
        skills: skills.iter().map(|(s, l)| ((*s).to_owned(), *l)).collect(),
        language: language.map(Into::into),
        queues: vec![QueueId("billing".into())],
        ..Requirements::default()
    };
    WorkItem {
        queue: QueueId("billing".into()),
        strict: requirements.clone(),
        requirements,
        priority: 0,
        routing_since: NOW + Millis::secs(since),
        real_since: NOW + Millis::secs(since),
        step: 0,
        next_step_at: None,
        decliners: vec![],
        units: 1,
        ..WorkItem::default()
    }
}

fn human(n: u8, skills: &[(&str, u8)], languages: &[&str]) -> HumanAgent {
    HumanAgent {
        id: hum(n),
        profile: Arc::new(profile(&format!("P{n}"), skills, languages)),
        presence: Presence {
            lease_until: Some(NOW + Millis::mins(1)),
            willing: Willing::Available,
            since: NOW,
            ..Presence::default()
        },
        held: vec![],
        idle_since: NOW,
        offered_at: Timestamp::default(),
    }
}

fn holding(mut h: HumanAgent, n: u8) -> HumanAgent {
    h.held = (0..n).map(|i| Held::new(esc(200 + i), 1, Channel::Chat)).collect();
    h
}

fn backlog(humans: &[HumanAgent], items: &[(u8, WorkItem)]) -> Backlog {
    let mut b = Backlog::default();
    b.set_queues(&[queue("billing"), queue("general")]);
    humans.iter().for_each(|h| b.put_human(h, NOW));
    items.iter().for_each(|(n, i)| b.put_item(esc(*n), i));
    b
}

/// What would be offered next, looking at everything.
fn pair(b: &Backlog) -> Option<(EscalationId, HumanAgentId)> {
    let mut b = b.clone();
    b.sweep();
    b.next_match(NOW).map(|m| (m.escalation, m.human_agent))
}

#[test]
fn highest_aged_score_first_then_real_age_then_id() {
    let one = [human(1, &[], &[])];
    let vip = WorkItem { priority: 300, ..item(&[], None, -10) };
    assert_eq!(pair(&backlog(&one, &[(1, item(&[], None, -309)), (2, vip.clone())])), Some((esc(2), hum(1))));
    assert_eq!(pair(&backlog(&one, &[(1, item(&[], None, -311)), (2, vip.clone())])), Some((esc(1), hum(1))));
    // Equal scores: the one that has really waited longer, then the lower id.
    let older = WorkItem { real_since: NOW - Millis::hours(1), ..vip.clone() };
    assert_eq!(pair(&backlog(&one, &[(1, vip.clone()), (2, older)])), Some((esc(2), hum(1))));
    assert_eq!(pair(&backlog(&one, &[(2, vip.clone()), (1, vip)])), Some((esc(1), hum(1))));
}

#[test]
fn the_match_says_why_and_until_when() {
    let mut b = backlog(&[human(1, &[("billing", 5)], &["de"])], &[(1, item(&[("billing", 2)], Some("de"), 0))]);
    let m = b.next_match(NOW).expect("a match");
    assert_eq!((m.fit.as_str(), m.due), ("billing 5, German", NOW + Millis::secs(30)));
}

#[test]
fn an_item_that_nobody_can_take_blocks_nothing() {
    let declined = WorkItem { decliners: vec![hum(1)], ..item(&[], None, -500) };
    let legal = item(&[("legal", 1)], None, -900);
    let b = backlog(&[human(1, &[], &[])], &[(1, declined), (2, legal), (3, item(&[], None, -5))]);
    assert_eq!(pair(&b), Some((esc(3), hum(1))));
}

#[test]
fn nobody_is_offered_work_who_is_not_free_and_there() {
    let works = |from: &str, to: &str| Hours {
        time_zone: "UTC".into(),
        windows: vec![Window { days: vec![Day::Mon], from: from.into(), to: to.into() }],
        holidays: vec![],
    };
    let free = human(1, &[], &[]);
    type Change = fn(&mut HumanAgent);
    let changes: [(&str, Change); 6] = [
        ("busy", |h| h.presence.willing = Willing::Busy),
        ("away", |h| h.presence.willing = Willing::Away),
        ("not connected", |h| h.presence.lease_until = None),
        ("not connected", |h| h.presence.lease_until = Some(NOW)),
        ("full, 2 of 2", |h| h.held = vec![Held::new(esc(9), 2, Channel::Chat)]),
        ("does not serve billing", |h| Arc::make_mut(&mut h.profile).queues = vec![QueueId("general".into())]),
    ];
    for (why, change) in changes {
        let mut h = free.clone();
        change(&mut h);
        let b = backlog(&[h], &[(1, item(&[], None, 0))]);
        assert_eq!(pair(&b), None, "{why}");
        assert!(b.explain(esc(1), NOW)[0].why.iter().any(|w| w == why), "{why}: {:?}", b.explain(esc(1), NOW));
    }
    for (hours, want) in [(works("09:00", "10:00"), false), (works("10:00", "11:00"), true)] {
        let mut h = free.clone();
        Arc::make_mut(&mut h.profile).hours = hours;
        let b = backlog(&[h], &[(1, item(&[], None, 0))]);
        assert_eq!(pair(&b).is_some(), want);
        assert_eq!(
            (b.staffed(&QueueId("billing".into()), NOW) == 1, b.anyone_for(&Requirements::default(), NOW)),
            (want, want)
        );
    }
    let call = WorkItem { units: 2, ..item(&[], None, 0) };
    assert_eq!(pair(&backlog(&[holding(free.clone(), 1)], &[(1, call.clone())])), None);
    assert_eq!(pair(&backlog(&[free], &[(1, call)])), Some((esc(1), hum(1))));
}

#[test]
fn the_strategy_chooses_among_those_who_can() {
    let expert = holding(human(1, &[("billing", 5)], &[]), 1);
    let idle = HumanAgent { idle_since: NOW - Millis::hours(2), ..human(2, &[("billing", 2)], &[]) };
    let fresh = HumanAgent { idle_since: NOW - Millis::hours(1), ..human(3, &[("billing", 2)], &[]) };
    let busier = HumanAgent { idle_since: NOW - Millis::hours(9), ..holding(human(4, &[("billing", 2)], &[]), 1) };
    for (strategy, want) in
        [(Strategy::MostProficient, hum(1)), (Strategy::LongestIdle, hum(2)), (Strategy::LeastOccupied, hum(2))]
    {
        let mut b = backlog(
            &[expert.clone(), fresh.clone(), busier.clone(), idle.clone()],
            &[(1, item(&[("billing", 1)], None, 0))],
        );
        let mut billing = queue("billing");
        billing.strategy = strategy;
        b.set_queues(&[billing]);
        assert_eq!(pair(&b), Some((esc(1), want)), "{strategy:?}");
    }
    // Inside a band of equal proficiency: least occupied, then longest idle.
    let b = backlog(&[fresh, busier, idle], &[(1, item(&[("billing", 1)], None, 0))]);
    assert_eq!(pair(&b), Some((esc(1), hum(2))));
}

#[test]
fn a_preferred_person_has_it_while_they_are_there() {
    let wanted = WorkItem { preferred: Some(hum(1)), ..item(&[], None, -60) };
    let (full, other) = (holding(human(1, &[], &[]), 2), human(2, &[], &[]));
    let items = [(1, wanted), (2, item(&[], None, 0))];
    let b = backlog(&[full.clone(), other.clone()], &items);
    assert_eq!(pair(&b), Some((esc(2), hum(2))), "waits for them, and blocks nobody");
    assert!(b.explain(esc(1), NOW).iter().any(|c| c.why.contains(&"reserved for P1".to_owned())));
    let mut b2 = b.clone();
    b2.put_human(&human(1, &[], &[]), NOW);
    let m = b2.next_match(NOW).expect("a match");
    assert_eq!((m.escalation, m.human_agent, m.fit.as_str()), (esc(1), hum(1), "asked for by name, serves billing"));
    let mut away = full;
    away.presence.willing = Willing::Away;
    b2.put_human(&away, NOW);
    assert_eq!(pair(&b2), Some((esc(1), hum(2))), "gone: anybody");
}

#[test]
fn position_counts_those_who_compete_for_the_same_people() {
    let german = human(1, &[], &["de"]);
    let english = human(2, &[], &["en"]);
    let items = [
        (1, item(&[], Some("de"), -50)),
        (2, item(&[], Some("en"), -40)),
        (3, item(&[], Some("de"), -30)),
        (4, item(&[], None, -20)),
    ];
    let b = backlog(&[holding(german, 2), holding(english, 2)], &items);
    assert_eq!([1, 2, 3, 4].map(|n| b.position(esc(n), NOW)), [Some(1), Some(1), Some(2), Some(4)]);
    assert_eq!(b.position(esc(9), NOW), None);
    let nobody = backlog(&[], &items);
    assert_eq!([1, 2, 3, 4].map(|n| nobody.position(esc(n), NOW)), [Some(1), Some(2), Some(3), Some(4)], "by queue");
}

#[test]
fn shift_changes_of_those_who_are_there() {
    let mut h = human(1, &[], &[]);
    Arc::make_mut(&mut h.profile).hours = Hours {
        time_zone: "UTC".into(),
        windows: vec![Window { days: vec![Day::Mon], from: "10:30".into(), to: "11:00".into() }],
        holidays: vec![],
    };
    let mut b = backlog(&[h.clone(), human(2, &[], &[])], &[]);
    let at = |minutes| Some(NOW + Millis::mins(minutes));
    assert_eq!(b.next_shift_change(NOW), at(30));
    assert_eq!(b.next_shift_change(NOW + Millis::mins(30)), at(60), "remembered shift is over");
    h.presence.lease_until = None;
    b.put_human(&h, NOW);
    assert_eq!(b.next_shift_change(NOW), None);
}

// ---- against a plain reading of the rules ----

#[derive(Debug, Clone)]
enum Op {
    Item(u8, Box<WorkItem>),
    Gone(u8),
    Human(HumanAgent),
}

fn skills() -> impl Any<Value = Vec<(&'static str, u8)>> {
    prop::sample::subsequence(vec!["billing", "legal"], 0..=2).prop_flat_map(|names| {
        prop::collection::vec(1..4u8, names.len()).prop_map(move |l| names.iter().copied().zip(l).collect())
    })
}

fn op() -> impl Any<Value = Op> {
    let language = prop::option::of(prop::sample::select(vec!["de", "en"]));
    let people = || 0..4u8;
    let some_item = (
        (0..8u8, skills(), language, -600..0i64, prop::sample::select(vec![0, 100, 300])),
        prop::collection::vec(people(), 0..3),
        prop::option::weighted(0.2, people()),
        1..3u32,
    )
        .prop_map(|((n, skills, language, since, priority), decliners, preferred, units)| {
            let mut i = item(&skills, language, since);
            i.priority = priority;
            i.decliners = decliners.into_iter().map(hum).collect();
            i.preferred = preferred.map(hum);
            i.units = units;
            Op::Item(n, Box::new(i))
        });
    let some_human = (
        (people(), skills(), prop::sample::subsequence(vec!["de", "en"], 0..=2), 0..4u8),
        prop::sample::select(vec![None, Some(-5), Some(60)]),
        prop::sample::select(vec![Willing::Available, Willing::Available, Willing::Available, Willing::Busy]),
        prop::sample::select(vec!["", "09:00", "10:30"]),
        prop::sample::select(vec![&[][..], &["general"][..], &["billing"][..]]),
    )
        .prop_map(|((n, skills, languages, held), lease, willing, from, queues)| {
            let mut h = holding(human(n, &skills, &languages), held);
            Arc::make_mut(&mut h.profile).capacity = 3;
            Arc::make_mut(&mut h.profile).queues = queues.iter().map(|q| QueueId((*q).to_owned())).collect();
            if !from.is_empty() {
                Arc::make_mut(&mut h.profile).hours.windows =
                    vec![Window { days: vec![Day::Mon], from: from.into(), to: "18:00".into() }];
            }
            h.presence.lease_until = lease.map(|s| NOW + Millis::secs(s));
            h.presence.willing = willing;
            h.idle_since = NOW - Millis::secs(i64::from(held));
            Op::Human(h)
        });
    prop_oneof![4 => some_item, 1 => (0..8u8).prop_map(Op::Gone), 3 => some_human]
}

type State = (BTreeMap<EscalationId, WorkItem>, BTreeMap<HumanAgentId, HumanAgent>);

fn apply(b: &mut Backlog, (items, humans): &mut State, op: &Op) {
    match op {
        Op::Item(n, i) => {
            b.put_item(esc(*n), i);
            items.insert(esc(*n), (**i).clone());
        }
        Op::Gone(n) => {
            b.remove_item(esc(*n));
            items.remove(&esc(*n));
        }
        Op::Human(h) => {
            b.put_human(h, NOW);
            humans.insert(h.id, h.clone());
        }
    }
}

fn may_take(h: &HumanAgent, i: &WorkItem, humans: &BTreeMap<HumanAgentId, HumanAgent>) -> bool {
    // A lease that has run out is over for the line that is kept when the lapse is put.
    let leased = |h: &HumanAgent| {
        h.presence.lease_until.is_some()
            && h.presence.willing == Willing::Available
            && calendar::is_open(&h.profile.hours, NOW)
    };
    let suits = |h: &HumanAgent| {
        let needs = &i.requirements;
        !i.decliners.contains(&h.id)
            && needs.skills.iter().all(|(s, l)| h.profile.skills.get(s).unwrap_or(&0) >= l)
            && needs.language.as_ref().is_none_or(|l| h.profile.languages.is_empty() || h.profile.languages.contains(l))
            && (h.profile.queues.is_empty() || needs.queues.iter().any(|q| h.profile.queues.contains(q)))
    };
    let reserved = i.preferred.and_then(|p| humans.get(&p)).filter(|p| leased(p) && suits(p));
    leased(h)
        && h.connected(NOW)
        && suits(h)
        && h.load() + i.units <= h.profile.capacity
        && reserved.is_none_or(|r| r.id == h.id)
}

/// Best first, read plainly: proficiency, then occupation, then idleness.
fn suitability(h: &HumanAgent, i: &WorkItem) -> impl Ord + use<> {
    let level = |s: &String| u32::from(*h.profile.skills.get(s).unwrap_or(&0));
    let summed: u32 = i.requirements.skills.keys().map(level).sum();
    (std::cmp::Reverse(summed), h.load(), h.idle_since, h.id)
}

fn merit(h: &HumanAgent, id: EscalationId, i: &WorkItem) -> impl Ord + use<> {
    let levels: Vec<u32> = i.requirements.skills.keys().map(|s| speed(*h.profile.skills.get(s).unwrap_or(&0))).collect();
    let mean = if levels.is_empty() { 100 } else { levels.iter().sum::<u32>() / levels.len() as u32 };
    let key = key(i.routing_since, i.priority);
    let score = Pace::of(i.target_seconds).score(key, pull(mean as u8, 3), NOW);
    (score.overdue, score, std::cmp::Reverse((key, i.real_since, id)))
}

/// Serves the line until nothing fits, checking each pair against the plain rules.
fn serve(b: &mut Backlog, state: &mut State) {
    while let Some(Match { escalation: e, human_agent: h, .. }) = b.next_match(NOW) {
        let (items, humans) = (&state.0, &state.1);
        let item = &items[&e];
        let able: Vec<&HumanAgent> = humans.values().filter(|p| may_take(p, item, humans)).collect();
        let best = able.iter().min_by_key(|p| suitability(p, item)).map(|p| p.id);
        assert_eq!(best, Some(h), "{e} goes to the best of those who can");
        let older = |i: &WorkItem| key(i.routing_since, i.priority) < key(item.routing_since, item.priority);
        let alike = |i: &WorkItem| {
            i.requirements == item.requirements
                && (i.units, &i.decliners, i.preferred) == (item.units, &item.decliners, item.preferred)
        };
        assert!(!items.values().any(|i| alike(i) && older(i)), "first in, first offered");
        let somebody = |p: &&HumanAgent| items.values().any(|i| may_take(p, i, humans));
        if humans.values().filter(somebody).count() == 1 {
            let theirs = items.iter().filter(|(_, i)| may_take(&humans[&h], i, humans));
            let first = theirs.max_by_key(|(id, i)| merit(&humans[&h], **id, i)).map(|(id, _)| *id);
            assert_eq!(first, Some(e), "one person takes what scores highest");
        }
        take(b, state, e, h);
    }
    let (items, humans) = (&state.0, &state.1);
    let left = items.values().any(|i| humans.values().any(|h| may_take(h, i, humans)));
    assert!(!left, "no free, able person is left beside a waiting item");
}

fn take(b: &mut Backlog, state: &mut State, e: EscalationId, h: HumanAgentId) {
    let item = state.0.remove(&e).expect("it waited, and is offered once");
    let person = state.1.get_mut(&h).expect("known");
    person.held.push(Held::new(e, item.units, item.channel));
    assert!(person.load() <= person.profile.capacity, "never above capacity");
    b.remove_item(e);
    b.put_human(person, NOW);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// After each change everything that fits is offered, to the right person, in the right order: without looking at
    /// anything but what changed. An index built afresh gives the same answers.
    #[test]
    fn what_changed_is_enough_to_find_every_pair(ops in prop::collection::vec(op(), 1..40)) {
        let mut b = backlog(&[], &[]);
        let mut state = State::default();
        for op in &ops {
            apply(&mut b, &mut state, op);
            serve(&mut b, &mut state);
        }
        let mut rebuilt = Backlog::default();
        for (id, i) in &state.0 {
            rebuilt.put_item(*id, i);
        }
        for h in state.1.values().rev() {
            rebuilt.put_human(h, NOW);
        }
        rebuilt.set_queues(&[queue("billing"), queue("general")]);
        for id in state.0.keys() {
            prop_assert_eq!(rebuilt.position(*id, NOW), b.position(*id, NOW));
            prop_assert_eq!(rebuilt.explain(*id, NOW), b.explain(*id, NOW));
        }
    }

    /// Many changes at once, then everything that fits.
    #[test]
    fn a_crowd_and_a_backlog_meet(ops in prop::collection::vec(op(), 1..60), together: bool) {
        let mut b = backlog(&[], &[]);
        let mut state = State::default();
        ops.iter().for_each(|op| apply(&mut b, &mut state, op));
        if together {
            let mut billing = queue("billing");
            billing.strategy = Strategy::MinCost;
            b.set_queues(&[billing]);
            while let Some(m) = b.next_match(NOW) {
                prop_assert!(may_take(&state.1[&m.human_agent], &state.0[&m.escalation], &state.1));
                take(&mut b, &mut state, m.escalation, m.human_agent);
            }
        }
        serve(&mut b, &mut state);
    }

    #[test]
    fn equal_items_are_served_first_in_first_out(mut since in prop::collection::vec(-1000..0i64, 1..20)) {
        let items: Vec<_> = since.iter().enumerate().map(|(n, s)| (n as u8, item(&[("billing", 1)], None, *s))).collect();
        let mut b = backlog(&[human(1, &[("billing", 3)], &[])], &items);
        let mut served = Vec::new();
        while let Some((e, _)) = pair(&b) {
            prop_assert_eq!(b.position(e, NOW), Some(1));
            let (_, i) = items.iter().find(|(n, _)| esc(*n) == e).expect("known");
            served.push(i.real_since.since(NOW - Millis::secs(1000)).0 / 1000 - 1000);
            b.remove_item(e);
        }
        since.sort_unstable();
        prop_assert_eq!(served, since);
    }
}
