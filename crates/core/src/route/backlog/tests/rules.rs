//! One rule at a time: who comes first, who may help, what a person may hold, what a shift allows.

use baton_model::{Lending, Skills};

use super::*;

fn with_rules(humans: &[HumanAgent], items: &[(u8, WorkItem)], change: impl Fn(&mut Queue)) -> Backlog {
    let mut b = backlog(humans, items);
    let mut billing = queue("billing");
    change(&mut billing);
    b.set_queues(&[billing, queue("general")]);
    b
}

fn since(mut h: HumanAgent, seconds: i64) -> HumanAgent {
    h.idle_since = NOW - Millis::secs(seconds);
    h
}

#[test]
fn round_robin_asks_whoever_was_asked_longest_ago_however_many_there_are() {
    let mut people: Vec<HumanAgent> = (1..100).map(|n| human(n, &[], &[])).collect();
    for (n, h) in people.iter_mut().enumerate() {
        h.offered_at = NOW - Millis::secs(if n == 70 { 900 } else { 10 });
    }
    let b = with_rules(&people, &[(1, item(&[], None, 0))], |q| q.strategy = Strategy::RoundRobin);
    assert_eq!(pair(&b), Some((esc(1), hum(71))));
}

#[test]
fn a_large_crowd_is_searched_in_the_same_order_as_a_small_one() {
    for strategy in [Strategy::MostProficient, Strategy::LeastOccupied, Strategy::LongestIdle] {
        let mut people: Vec<HumanAgent> = (1..100).map(|n| since(human(n, &[], &[]), i64::from(n))).collect();
        people[98] = holding(people[98].clone(), 1);
        let b = with_rules(&people, &[(1, item(&[], None, 0))], |q| q.strategy = strategy);
        assert_eq!(pair(&b), Some((esc(1), hum(98))), "{strategy:?}: the longest idle of those who hold nothing");
        people.iter_mut().for_each(|h| *h = holding(h.clone(), 1));
        let b = with_rules(&people, &[(1, item(&[], None, 0))], |q| q.strategy = strategy);
        assert_eq!(pair(&b), Some((esc(1), hum(99))), "{strategy:?}: all hold one");
    }
}

#[test]
fn a_wished_skill_comes_first_and_excludes_nobody() {
    let mut wish = item(&[], None, 0);
    wish.requirements.preferred_skills = Skills::from([("refunds".into(), 3)]);
    let (plain, able) = (human(1, &[], &[]), human(2, &[("refunds", 3)], &[]));
    assert_eq!(pair(&backlog(&[plain.clone(), able], &[(1, wish.clone())])), Some((esc(1), hum(2))));
    assert_eq!(pair(&backlog(&[plain], &[(1, wish)])), Some((esc(1), hum(1))));
}

#[test]
fn region_attributes_and_the_owners_expression_exclude() {
    type Ask = fn(&mut Requirements);
    let asks: [(Ask, &str); 3] = [
        (|r| r.region = Some("emea".into()), "not in region emea"),
        (|r| r.attributes = [("clearance".into(), "card-data".into())].into(), "clearance is not card-data"),
        (|r| r.who = Some("person.region == 'emea'".into()), "not among `person.region == 'emea'`"),
    ];
    let mut able = human(2, &[], &[]);
    Arc::make_mut(&mut able.profile).region = Some("emea".into());
    Arc::make_mut(&mut able.profile).attributes.insert("clearance".into(), "card-data".into());
    for (ask, why) in asks {
        let mut i = item(&[], None, 0);
        ask(&mut i.requirements);
        let b = backlog(&[human(1, &[], &[]), able.clone()], &[(1, i)]);
        assert_eq!(pair(&b), Some((esc(1), hum(2))), "{why}");
        assert!(b.explain(esc(1), NOW).iter().any(|c| c.human_agent == hum(1) && c.why.contains(&why.to_owned())), "{why}");
    }
}

#[test]
fn overflow_queues_are_served_after_the_main_ones() {
    let mut helper = human(1, &[], &[]);
    Arc::make_mut(&mut helper.profile).queues = vec![QueueId("general".into())];
    Arc::make_mut(&mut helper.profile).overflow_queues = vec![QueueId("billing".into())];
    let mut own = item(&[], None, -5);
    own.queue = QueueId("general".into());
    own.requirements.queues = vec![own.queue.clone()];
    let older = item(&[], None, -100);
    let b = backlog(std::slice::from_ref(&helper), &[(1, older.clone()), (2, own)]);
    assert_eq!(pair(&b), Some((esc(2), hum(1))), "their own queue first");
    assert_eq!(pair(&backlog(&[helper.clone()], &[(1, older.clone())])), Some((esc(1), hum(1))), "then they help");
    let main = human(2, &[], &[]);
    assert_eq!(pair(&backlog(&[helper.clone(), main], &[(1, older)])), Some((esc(1), hum(2))), "last of those asked");
    let starving = item(&[], None, -3_000);
    let b = backlog(&[helper], &[(1, starving), (2, item(&[], None, -5))]);
    assert_eq!(pair(&b), Some((esc(1), hum(1))), "what is overdue waits for nobody's own queue");
}

#[test]
fn a_queue_lends_its_people_only_while_its_own_wait_is_short() {
    let mut lender = human(1, &[], &[]);
    Arc::make_mut(&mut lender.profile).queues = vec![QueueId("general".into())];
    let mut overflowed = item(&[], None, -200);
    overflowed.requirements.queues.push(QueueId("general".into()));
    // Of the lender's own queue, but for somebody else.
    let mut own = item(&[("legal", 1)], None, -90);
    own.queue = QueueId("general".into());
    own.requirements.queues = vec![own.queue.clone()];
    let mut b = backlog(&[lender], &[(1, overflowed), (2, own)]);
    let mut general = queue("general");
    for (limit, want) in [(120, Some((esc(1), hum(1)))), (60, None)] {
        general.lending = Some(Lending { while_wait_below_seconds: limit });
        b.set_queues(&[queue("billing"), general.clone()]);
        assert_eq!(pair(&b), want, "{limit}");
    }
    while b.next_match(NOW).is_some() {}
    b.remove_item(esc(2));
    assert_eq!(b.next_match(NOW).map(|m| m.escalation), Some(esc(1)), "seen as soon as the wait is short again");
}

#[test]
fn a_channel_has_its_own_limit_within_the_capacity() {
    let mut h = holding(human(1, &[], &[]), 1);
    Arc::make_mut(&mut h.profile).capacity = 5;
    Arc::make_mut(&mut h.profile).limits = [(Channel::Chat, 1)].into();
    let mail = WorkItem { channel: Channel::Email, ..item(&[], None, 0) };
    let b = backlog(&[h], &[(1, item(&[], None, -9)), (2, mail)]);
    assert_eq!(pair(&b), Some((esc(2), hum(1))));
    assert!(b.explain(esc(1), NOW)[0].why.contains(&"1 of 1 of this channel".to_owned()));
}

#[test]
fn who_is_asked_beside_the_first_and_whether_all_said_no() {
    let mut i = item(&[], None, 0);
    let people: Vec<HumanAgent> = (1..=4).map(|n| since(human(n, &[], &[]), 100 - i64::from(n))).collect();
    let mut b = backlog(&people, &[(1, i.clone())]);
    let first = b.next_match(NOW).expect("a match");
    let beside: Vec<_> = b.others_for(&first, 2, NOW).iter().map(|m| m.human_agent).collect();
    assert_eq!((first.human_agent, beside), (hum(1), vec![hum(2), hum(3)]));
    assert_eq!(b.others_for(&first, 9, NOW).len(), 3);
    assert!(!b.refused_by_all(esc(1), NOW));
    i.decliners = people.iter().map(|p| p.id).collect();
    b.put_item(esc(1), &i);
    assert!(b.refused_by_all(esc(1), NOW));
}

#[test]
fn a_batch_is_paired_together() {
    // One by one, the expert in both would be taken by the older item, which leaves the other to a beginner.
    let people = [human(1, &[("tax", 5), ("law", 5)], &[]), human(2, &[("tax", 4), ("law", 1)], &[])];
    let items = [(1, item(&[("tax", 1)], None, -10)), (2, item(&[("law", 1)], None, -9))];
    let served = |strategy| {
        let mut b = with_rules(&people, &items, |q| q.strategy = strategy);
        let mut pairs = Vec::new();
        while let Some(m) = b.next_match(NOW) {
            b.remove_item(m.escalation);
            let p = people.iter().find(|p| p.id == m.human_agent).expect("known");
            b.put_human(&holding(p.clone(), 2), NOW);
            pairs.push((m.escalation, m.human_agent));
        }
        pairs.sort_unstable();
        pairs
    };
    assert_eq!(served(Strategy::MostProficient), [(esc(1), hum(1)), (esc(2), hum(2))]);
    assert_eq!(served(Strategy::MinCost), [(esc(1), hum(2)), (esc(2), hum(1))]);
}

#[test]
fn shorter_targets_age_faster_and_overdue_items_come_first() {
    let one = [human(1, &[], &[])];
    let vip = WorkItem { target_seconds: 60, ..item(&[], None, -30) };
    let b = backlog(&one, &[(1, item(&[], None, -100)), (2, vip.clone())]);
    assert_eq!(pair(&b), Some((esc(2), hum(1))), "30 s of 60² against 100 s of 120²");
    assert_eq!((b.position(esc(1), NOW), b.position(esc(2), NOW)), (Some(2), Some(1)));
    let b = backlog(&one, &[(1, item(&[], None, -721)), (2, vip)]);
    assert_eq!(pair(&b), Some((esc(1), hum(1))), "six targets are over");
    assert_eq!((b.position(esc(1), NOW), b.position(esc(2), NOW)), (Some(1), Some(2)));
}

/// A shift in a zone, and whether its person is offered work at some moments, in order; the index learns of time only
/// where it said it would.
fn shift(zone: &str, days: &[Day], from: &str, to: &str, start: &str, moments: &[(&str, bool)]) {
    let at = |text: &str| Timestamp::from_jiff(text.parse().expect("a moment"));
    let mut h = human(1, &[], &[]);
    h.presence.lease_until = Some(at(start) + Millis::hours(1_000));
    Arc::make_mut(&mut h.profile).hours = Hours {
        time_zone: zone.into(),
        windows: vec![Window { days: days.to_vec(), from: from.into(), to: to.into() }],
        holidays: vec![],
    };
    let mut b = Backlog::default();
    b.set_queues(&[queue("billing")]);
    b.put_human(&h, at(start));
    b.put_item(esc(1), &item(&[], None, 0));
    let mut seen = at(start);
    for (moment, want) in moments {
        let now = at(moment);
        while let Some(turns) = b.next_shift_change(seen).filter(|turns| *turns <= now) {
            b.turn(turns);
            seen = turns;
        }
        assert_eq!(b.next_match(now).is_some(), *want, "{zone} {moment}");
    }
}

#[test]
fn shifts_over_gaps_folds_half_hours_and_the_date_line() {
    use Day::{Fri, Sat, Sun, Thu};
    // The clock skips 02:00 to 03:00: the shift starts at the jump.
    let spring = [("2026-03-29T00:59:59Z", false), ("2026-03-29T01:00:00Z", true), ("2026-03-29T02:00:00Z", false)];
    shift("Europe/Berlin", &[Sun], "02:30", "04:00", "2026-03-29T00:00:00Z", &spring);
    // 02:00 to 03:00 happens twice: the shift starts at the first.
    let autumn = [("2026-10-25T00:29:59Z", false), ("2026-10-25T00:30:00Z", true), ("2026-10-25T02:59:59Z", true)];
    shift("Europe/Berlin", &[Sun], "02:30", "04:00", "2026-10-24T20:00:00Z", &autumn);
    // Half an hour of summer time.
    let lord_howe = [("2026-10-03T15:29:59Z", false), ("2026-10-03T15:30:00Z", true), ("2026-10-03T16:00:00Z", false)];
    shift("Australia/Lord_Howe", &[Sun], "02:15", "03:00", "2026-10-03T10:00:00Z", &lord_howe);
    let kolkata = [("2026-03-07T03:29:59Z", false), ("2026-03-07T03:30:00Z", true), ("2026-03-07T11:30:00Z", false)];
    shift("Asia/Kolkata", &[Sat], "09:00", "17:00", "2026-03-07T00:00:00Z", &kolkata);
    // Samoa had no 30 December 2011: a Friday shift was not worked that week.
    let apia = [("2011-12-30T09:59:59Z", true), ("2011-12-30T10:00:00Z", false), ("2011-12-30T22:00:00Z", false)];
    shift("Pacific/Apia", &[Thu, Fri], "08:00", "24:00", "2011-12-29T20:00:00Z", &apia);
}
