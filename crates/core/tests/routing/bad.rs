//! Settings that make no sense: refused with the place and the reason, or answered by the ladder. Never a stuck item.

use proptest::prelude::*;

use super::{World, accept, asks_for_a_person, with_queue};
use baton_model::*;

fn refused(change: impl FnOnce(&mut Queue)) -> (String, String) {
    let mut queue = Queue { default: true, ..Queue::default() };
    change(&mut queue);
    let refusal = World::new().send(Actor::System, Input::PutQueues { queues: vec![queue] }).expect_err("refused");
    let place = refusal.places.first().expect("a place").clone();
    (place.at, place.problem)
}

fn windows(days: &[Day], from: &str, to: &str) -> Vec<Window> {
    vec![Window { days: days.to_vec(), from: from.into(), to: to.into() }]
}

const WEEK: [Day; 7] = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];

#[test]
fn what_cannot_work_is_refused_with_its_place_and_its_reason() {
    type Change = Box<dyn FnOnce(&mut Queue)>;
    let cases: Vec<(&str, &str, Change)> = vec![
        ("/0/hours", "names no days", Box::new(|q| q.hours.windows = windows(&[], "09:00", "17:00"))),
        ("/0/hours", "never close", Box::new(|q| q.hours.windows = windows(&WEEK, "00:00", "24:00"))),
        ("/0/who", "", Box::new(|q| q.who = Some("person.skills['tax'] >".into()))),
        (
            "/0/preferred_skills/tax",
            "required at this level already",
            Box::new(|q| {
                q.required_skills = [("tax".into(), 4)].into();
                q.preferred_skills = [("tax".into(), 2)].into();
            }),
        ),
        ("/0/sticky_seconds", "nobody else would ever be asked", Box::new(|q| q.sticky_seconds = q.max_wait_seconds)),
        (
            "/0/steps/1/after_seconds",
            "the step before",
            Box::new(|q| {
                let step = |after_seconds| RelaxStep { after_seconds, anyone: true, ..RelaxStep::default() };
                q.steps = vec![step(120), step(60)];
            }),
        ),
    ];
    for (at, problem, change) in cases {
        let (place, said) = refused(change);
        assert!(place == at && said.contains(problem), "{place}: {said}");
    }
}

#[test]
fn a_shift_that_never_ends_is_refused() {
    let mut w = with_queue(|_| {});
    let hours = Hours { time_zone: "Asia/Kathmandu".into(), windows: windows(&WEEK, "00:00", "24:00"), holidays: vec![] };
    let profile = HumanProfile { name: "Ana".into(), hours, ..HumanProfile::default() };
    let human_agent = IdSource::new(w.now, 1).draw();
    let refusal = w.send(Actor::System, Input::PutHuman { human_agent, profile }).expect_err("refused");
    assert_eq!(refusal.places[0].at, "/hours");
}

#[test]
fn a_skill_that_nobody_has_ends_in_a_callback_and_the_person_who_learns_it_is_asked() {
    let mut w = with_queue(|q| q.required_skills = [("falconry".into(), 5)].into());
    let ana = w.human("Ana", &[]);
    w.available(ana);
    let stuck = asks_for_a_person(&mut w, "Jane Roe");
    w.pass(31 * 60_000);
    assert_eq!(w.escalation(stuck).state.name(), "callback_scheduled");
    w.holds();
    let waits = asks_for_a_person(&mut w, "John Doe");
    let profile = HumanProfile { skills: [("falconry".into(), 5)].into(), ..w.desk(ana).me.profile.as_ref().clone() };
    w.must(Actor::System, Input::PutHuman { human_agent: ana, profile });
    assert_eq!(w.desk(ana).offers.first().map(|o| o.escalation), Some(waits), "at once, by nobody's leave");
    accept(&mut w, ana).expect("accepted");
    w.holds();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever settings are accepted and whoever is there: an item is taken, or the customer has a callback, within the
    /// longest wait and a minute.
    #[test]
    fn no_accepted_setting_keeps_an_item_for_ever(
        zone in prop::sample::select(vec!["UTC", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns", "Australia/Lord_Howe"]),
        open in prop::option::of((prop::sample::subsequence(WEEK.to_vec(), 1..=7), 0..23u8)),
        (level, who, region) in (0..=5u8, 0..4usize, any::<bool>()),
        (max_wait, offer, sticky, to) in (30..1_200u32, 5..90u32, 0..40u32, 1..4u32),
        steps in prop::collection::vec((1..400u32, 0..4usize), 0..3),
        people in prop::collection::vec((0..=5u8, any::<bool>()), 0..3),
        jump in prop::sample::select(vec![0i64, -7_200, 90_000]),
    ) {
        let mut w = World::new();
        let step = |(after, kind): (u32, usize)| {
            let step = RelaxStep { after_seconds: after, ..RelaxStep::default() };
            match kind {
                0 => RelaxStep { lower_proficiency_by: 2, ..step },
                1 => RelaxStep { drop_who: true, ..step },
                2 => RelaxStep { drop_region: true, ..step },
                _ => RelaxStep { anyone: true, ..step },
            }
        };
        let mut queue = Queue {
            default: true,
            required_region: region.then(|| "emea".into()),
            who: [None, Some("false"), Some("person.capacity > 99"), Some("person.skills['x'] > 3")][who].map(Into::into),
            max_wait_seconds: max_wait,
            offer_seconds: offer,
            offer_to: to,
            sticky_seconds: sticky,
            steps: steps.into_iter().map(step).collect(),
            ..Queue::default()
        };
        queue.hours.time_zone = zone.into();
        if let Some((days, from)) = open {
            queue.hours.windows = windows(&days, &format!("{from:02}:00"), &format!("{:02}:30", from));
        }
        if level > 0 {
            queue.required_skills = [("x".into(), level)].into();
        }
        if w.send(Actor::System, Input::PutQueues { queues: vec![queue] }).is_err() {
            return Ok(());
        }
        for (n, (level, there)) in people.into_iter().enumerate() {
            let human = w.human(&format!("P{n}"), &[("x", level.max(1))]);
            if there {
                w.available(human);
            }
        }
        let e = asks_for_a_person(&mut w, "Jane Roe");
        w.now = w.now + Millis::secs(jump);
        w.must(Actor::System, Input::Wake);
        // After a jump back the workspace waits until the clock has caught up.
        w.pass(i64::from(max_wait + 60) * 1_000 + jump.min(0).abs() * 1_000);
        let e = w.escalation(e);
        let waits = matches!(e.state, EscalationState::Queued { .. });
        prop_assert!(!waits, "{:?}", e.obligation);
        w.holds();
    }
}
