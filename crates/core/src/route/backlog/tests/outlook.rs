//! What the forecast finds in the line.

use super::*;
use crate::route::forecast::{Forecast, Pace as Observed};

/// Handling times of six minutes.
fn known() -> Observed {
    let mut pace = Observed::default();
    (0..20).for_each(|_| pace.handled("other", Millis::mins(6)));
    pace
}

fn told(b: &Backlog, n: u8, item: &WorkItem) -> Forecast {
    let asked = Asked {
        escalation: Some(esc(n)),
        queue: &item.queue,
        tier: baton_model::Tier::Standard,
        issue_class: "other",
        requirements: &item.requirements,
        target_seconds: item.target_seconds,
        priority: item.priority,
        units: item.units,
    };
    b.forecast(&asked, &known(), NOW).expect("staffed")
}

#[test]
fn the_forecast_knows_free_places_and_the_line() {
    let (needs, queue, pace) = (item(&[], None, 0).requirements, QueueId("general".into()), Observed::default());
    let asked = |priority| Asked {
        escalation: None,
        queue: &queue,
        tier: baton_model::Tier::Standard,
        issue_class: "other",
        requirements: &needs,
        target_seconds: 0,
        priority,
        units: 1,
    };
    assert_eq!(backlog(&[], &[]).forecast(&asked(0), &pace, NOW), None);
    let soon = backlog(&[human(1, &[], &[])], &[]).forecast(&asked(0), &pace, NOW).expect("staffed");
    assert_eq!(soon, pace.answering());
    let full = backlog(&[holding(human(1, &[], &[]), 2)], &[(1, item(&[], None, -10)), (2, item(&[], None, -5))]);
    let mut known = Observed::default();
    (0..20).for_each(|_| known.handled("other", Millis::mins(6)));
    let joins = full.forecast(&asked(0), &known, NOW).expect("staffed");
    let vip = full.forecast(&asked(300), &known, NOW).expect("staffed");
    assert!(vip.p90 < joins.p90, "a VIP joins ahead");
    let second = full.forecast(&Asked { escalation: Some(esc(2)), ..asked(0) }, &known, NOW).expect("staffed");
    assert!(second.p50 < joins.p50, "it has its own place");
    // Three departures at one per three minutes: nine minutes.
    assert!(joins.p50 > Millis::mins(7) && joins.p50 < Millis::mins(10) && joins.p90 > joins.p50, "{joins:?}");
}

#[test]
fn an_urgent_item_is_not_told_to_wait_for_those_that_it_will_overtake() {
    let people: Vec<HumanAgent> = (1..=12).map(|n| holding(human(n, &[], &[]), 2)).collect();
    let old = |n: u8| WorkItem { target_seconds: 300, ..item(&[], None, -5 * i64::from(n)) };
    let line: Vec<(u8, WorkItem)> = (1..=60).map(|n| (n, old(61 - n))).collect();
    let joins = |target_seconds| {
        let joined = WorkItem { target_seconds, ..item(&[], None, 0) };
        let b = backlog(&people, &[line.clone(), vec![(100, joined.clone())]].concat());
        assert_eq!(b.position(esc(100), NOW), Some(61), "it has no age yet");
        told(&b, 100, &joined)
    };
    let (standard, urgent) = (joins(300), joins(60));
    assert!(urgent.p90 < standard.p10, "{urgent:?} {standard:?}");
}

#[test]
fn a_long_line_of_another_language_keeps_only_those_busy_who_speak_it() {
    let busy = |n: u8, languages: &[&str]| holding(human(n, &[], languages), 2);
    let people: Vec<HumanAgent> = (1..=8).map(|n| busy(n, if n > 4 { &["en"] } else { &["de", "en"] })).collect();
    let line = |language: &'static str, from: u8, to: u8| (from..=to).map(move |n| (n, item(&[], Some(language), -10)));
    let english = item(&[], Some("en"), 0);
    let told_behind = |germans| {
        let items: Vec<_> = line("de", 1, germans).chain([(100, english.clone())]).collect();
        told(&backlog(&people, &items), 100, &english)
    };
    assert!(told_behind(1).p50 > told_behind(0).p50, "they go first");
    assert_eq!(told_behind(80), told_behind(40), "the other four are soon free");
    let german = item(&[], Some("de"), 0);
    let items: Vec<_> = line("de", 1, 40).chain([(100, german.clone())]).collect();
    let waits = told(&backlog(&people, &items), 100, &german);
    assert!(waits.p10 > told_behind(40).p90, "those who speak it wait for them: {waits:?}");
}
