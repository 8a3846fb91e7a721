//! Refuses queues and profiles that could not work, with every problem and its place (a JSON pointer).

use std::collections::BTreeMap;

use baton_model::{
    Channel, Hours, HumanProfile, LadderStep, Late, Place, Queue, QueueId, Refusal, RefusalCode, RelaxStep, Remedy, Skills,
    Targets, Tier, Timestamp,
};

use super::{place::units_in, score::MAX_WEIGHT, who::Who};
use crate::calendar;

const MAX_QUEUES: usize = 500;
const MAX_STEPS: usize = 10;
const MAX_LADDER: usize = 40;
/// After how many misses a step of the ladder may begin.
const MISSES: std::ops::RangeInclusive<u32> = 1..=20;
const MAX_NAME_CHARS: usize = 100;
const MAX_SLUG_CHARS: usize = 64;
const OFFER_SECONDS: std::ops::RangeInclusive<u32> = 5..=3_600;
/// A week, the longest wait or target short of a resolution.
const WEEK_SECONDS: u32 = 7 * 24 * 3_600;
const HOUR_SECONDS: u32 = 3_600;
/// The longest resolution target: a quarter of open time.
const QUARTER_SECONDS: u32 = 13 * WEEK_SECONDS;
const ASKED_AT_ONCE: std::ops::RangeInclusive<u32> = 1..=10;
const IDLE_SECONDS: std::ops::RangeInclusive<u32> = 30..=WEEK_SECONDS;
const UNSEEN_OFFERS: std::ops::RangeInclusive<u32> = 1..=20;
const CAPACITY: std::ops::RangeInclusive<u32> = 1..=100;

#[derive(Default)]
struct Problems(Vec<Place>);

impl Problems {
    fn add(&mut self, at: impl Into<String>, problem: impl Into<String>) {
        self.0.push(Place { at: at.into(), problem: problem.into() });
    }

    fn name(&mut self, at: String, name: &str) {
        if name.trim().is_empty() || name.chars().count() > MAX_NAME_CHARS {
            self.add(at, format!("a name has 1 to {MAX_NAME_CHARS} characters"));
        }
    }

    fn skills(&mut self, at: &str, skills: &Skills) {
        for (skill, level) in skills {
            if skill.trim().is_empty() || skill.chars().count() > MAX_SLUG_CHARS {
                self.add(at, format!("a skill has 1 to {MAX_SLUG_CHARS} characters"));
            }
            if !(1..=5).contains(level) {
                self.add(format!("{at}/{skill}"), format!("proficiency is 1 to 5, not {level}"));
            }
        }
    }

    fn words<'a>(&mut self, at: &str, words: impl Iterator<Item = &'a String>) {
        for word in words.filter(|w| w.trim().is_empty() || w.chars().count() > MAX_SLUG_CHARS) {
            self.add(at, format!("`{word}`: 1 to {MAX_SLUG_CHARS} characters"));
        }
    }

    fn hours(&mut self, at: String, hours: &Hours) {
        if let Err(problem) = calendar::check(hours) {
            self.add(at, problem);
        } else if !hours.windows.is_empty() && calendar::next_change(hours, Timestamp::from_millis(0)).is_none() {
            self.add(at, "these windows never close: leave `windows` out if that is meant");
        }
    }

    fn seconds(&mut self, at: String, value: u32, max: u32) {
        if value == 0 || value > max {
            self.add(at, format!("must be 1 to {max} seconds, not {value}"));
        }
    }

    fn done(self, what: &str) -> Result<(), Refusal> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut refusal = Refusal::new(RefusalCode::Invalid, format!("{what} cannot be used: {} problem(s)", self.0.len()));
        refusal.places = self.0;
        Err(refusal)
    }
}

pub fn check_queues(queues: &[Queue]) -> Result<(), Refusal> {
    let mut p = Problems::default();
    if queues.len() > MAX_QUEUES {
        p.add("", format!("more than {MAX_QUEUES} queues"));
        return p.done("the queues");
    }
    match queues.iter().filter(|q| q.default).count() {
        1 => {}
        0 => p.add("", "exactly one queue must have `default`: it takes what no other claims"),
        n => p.add("", format!("{n} queues have `default`; exactly one must")),
    }
    let (mut ids, mut topics) = (BTreeMap::new(), BTreeMap::new());
    for (i, q) in queues.iter().enumerate() {
        let at = |field: &str| format!("/{i}/{field}");
        if !slug(&q.id) {
            p.add(at("id"), "a queue id has lower-case letters, digits, `-` and `_`, 1 to 64 of them");
        }
        if let Some(first) = ids.insert(&q.id, i) {
            p.add(at("id"), format!("`{}` is also the id of queue {first}", q.id));
        }
        for (n, topic) in q.topics.iter().enumerate() {
            if let Some(other) = topics.insert(topic, &q.id) {
                p.add(at(&format!("topics/{n}")), format!("topic `{topic}` is already placed in `{other}`"));
            }
        }
        p.name(at("name"), &q.name);
        p.hours(at("hours"), &q.hours);
        p.skills(&at("required_skills"), &q.required_skills);
        check_needs(&mut p, &at, q);
        check_load(&mut p, &at, q);
        if !OFFER_SECONDS.contains(&q.offer_seconds) {
            p.add(at("offer_seconds"), format!("must be {} to {}", OFFER_SECONDS.start(), OFFER_SECONDS.end()));
        }
        p.seconds(at("max_wait_seconds"), q.max_wait_seconds, WEEK_SECONDS);
        check_targets(&mut p, i, &q.targets);
        check_steps(&mut p, i, q, queues);
        check_ladder(&mut p, i, &q.ladder);
    }
    p.done("the queues")
}

/// What the queue asks of people, and whether it contradicts itself.
fn check_needs(p: &mut Problems, at: &dyn Fn(&str) -> String, q: &Queue) {
    p.skills(&at("preferred_skills"), &q.preferred_skills);
    for (skill, level) in &q.preferred_skills {
        if q.required_skills.get(skill).is_some_and(|least| least >= level) {
            p.add(
                at(&format!("preferred_skills/{skill}")),
                "required at this level already: everybody who qualifies has it",
            );
        }
    }
    p.words(&at("required_region"), q.required_region.iter());
    p.words(&at("required_attributes"), q.required_attributes.iter().flat_map(|(name, value)| [name, value]));
    for problem in q.who.as_deref().and_then(|who| Who::new(who).err()).into_iter().flatten() {
        p.add(at("who"), problem);
    }
    if q.proficiency_weight > MAX_WEIGHT {
        p.add(at("proficiency_weight"), format!("must be 0 to {MAX_WEIGHT}"));
    }
    if q.lending.is_some_and(|l| l.while_wait_below_seconds == 0 || l.while_wait_below_seconds > WEEK_SECONDS) {
        p.add(at("lending/while_wait_below_seconds"), format!("must be 1 to {WEEK_SECONDS} seconds"));
    }
}

/// What an item of this queue costs its people.
fn check_load(p: &mut Problems, at: &dyn Fn(&str) -> String, q: &Queue) {
    for units in q.units.values().filter(|u| !CAPACITY.contains(u)) {
        p.add(at("units"), format!("must be {} to {}, not {units}", CAPACITY.start(), CAPACITY.end()));
    }
    check_idle(p, at, q);
    if !ASKED_AT_ONCE.contains(&q.offer_to) {
        p.add(at("offer_to"), format!("must be {} to {}", ASKED_AT_ONCE.start(), ASKED_AT_ONCE.end()));
    }
    if !UNSEEN_OFFERS.contains(&q.unseen_offers) {
        p.add(at("unseen_offers"), format!("must be {} to {}", UNSEEN_OFFERS.start(), UNSEEN_OFFERS.end()));
    }
    if q.wrap_up_seconds > HOUR_SECONDS {
        p.add(at("wrap_up_seconds"), format!("must be at most {HOUR_SECONDS} seconds"));
    }
    if q.sticky_seconds > 0 && q.sticky_seconds >= q.max_wait_seconds {
        p.add(at("sticky_seconds"), "must be shorter than max_wait_seconds: nobody else would ever be asked");
    }
}

fn check_idle(p: &mut Problems, at: &dyn Fn(&str) -> String, q: &Queue) {
    let Some(idle) = &q.idle else { return };
    if !IDLE_SECONDS.contains(&idle.after_seconds) {
        let (least, most) = (IDLE_SECONDS.start(), IDLE_SECONDS.end());
        p.add(at("idle/after_seconds"), format!("must be {least} to {most} seconds, not {}", idle.after_seconds));
    }
    if idle.units.is_empty() {
        p.add(at("idle/units"), "names no channel: say what an idle chat or e-mail takes, or leave `idle` out");
    }
    for (channel, units) in &idle.units {
        let (name, whole) = (channel.name(), units_in(q, *channel));
        let at = at(&format!("idle/units/{name}"));
        if *channel == Channel::Voice {
            p.add(at, "a call is never idle: its line stays open");
        } else if whole < 2 {
            p.add(at, format!("{name} takes 1 unit at work: give it more in `units`, then an idle one can take less"));
        } else if *units == 0 || *units >= whole {
            p.add(at, format!("must be 1 to {}, less than the {whole} that it takes at work", whole - 1));
        }
    }
}

fn check_targets(p: &mut Problems, i: usize, targets: &BTreeMap<Tier, Targets>) {
    if !targets.contains_key(&Tier::Standard) {
        p.add(format!("/{i}/targets"), "targets for `standard` are missing; other tiers fall back to them");
    }
    for (tier, t) in targets {
        let at = |field: &str| format!("/{i}/targets/{}/{field}", tier.name());
        p.seconds(at("accept_seconds"), t.accept_seconds, WEEK_SECONDS);
        p.seconds(at("first_reply_seconds"), t.first_reply_seconds, WEEK_SECONDS);
        p.seconds(at("next_reply_seconds"), t.next_reply_seconds, WEEK_SECONDS);
        p.seconds(at("resolution_seconds"), t.resolution_seconds, QUARTER_SECONDS);
        if let Some(seconds) = t.requester_wait_seconds {
            p.seconds(at("requester_wait_seconds"), seconds, QUARTER_SECONDS);
        }
        if t.first_reply_seconds < t.accept_seconds {
            p.add(at("first_reply_seconds"), "shorter than accept_seconds, but a reply comes after the acceptance");
        }
        if t.resolution_seconds < t.first_reply_seconds {
            p.add(at("resolution_seconds"), "shorter than first_reply_seconds");
        }
    }
}

fn check_steps(p: &mut Problems, i: usize, queue: &Queue, queues: &[Queue]) {
    if queue.steps.len() > MAX_STEPS {
        p.add(format!("/{i}/steps"), format!("more than {MAX_STEPS} steps"));
    }
    let mut last = 0;
    for (n, step) in queue.steps.iter().enumerate() {
        let at = format!("/{i}/steps/{n}");
        if step.after_seconds <= last {
            p.add(format!("{at}/after_seconds"), format!("must be more than {last}, the step before"));
        }
        last = step.after_seconds;
        if idle(step) {
            p.add(at.clone(), "relaxes nothing");
        }
        for (m, to) in step.overflow_to.iter().enumerate() {
            let at = format!("{at}/overflow_to/{m}");
            if *to == queue.id {
                p.add(at, "a queue does not overflow to itself");
            } else if !queues.iter().any(|q| q.id == *to) {
                p.add(at, format!("there is no queue `{to}`"));
            }
        }
    }
}

/// Steps of the ladder that say nothing, the same twice, or what cannot be done then.
fn check_ladder(p: &mut Problems, i: usize, steps: &[LadderStep]) {
    if steps.len() > MAX_LADDER {
        p.add(format!("/{i}/ladder"), format!("more than {MAX_LADDER} steps"));
    }
    for (n, step) in steps.iter().enumerate() {
        let at = |field: &str| format!("/{i}/ladder/{n}/{field}");
        if step.remedies.is_empty() {
            p.add(at("do"), "does nothing: say what to do, or leave the step out");
        }
        let again = matches!(step.when, Late::Waiting | Late::FirstReply | Late::NextReply);
        if !MISSES.contains(&step.times) {
            p.add(at("times"), format!("must be {} to {}", MISSES.start(), MISSES.end()));
        } else if step.times > 1 && !again {
            p.add(at("times"), "this happens once: `times` is 1");
        }
        if steps.iter().take(n).any(|s| s.when == step.when && s.times == step.times) {
            p.add(at("when"), "a step before this one says what to do then");
        }
        let waits = step.when == Late::Waiting;
        for remedy in &step.remedies {
            match remedy {
                Remedy::Widen | Remedy::Callback if !waits => {
                    p.add(at("do"), "`widen` and `callback` are for `waiting`: somebody has it by then");
                }
                Remedy::FindAnother if waits => p.add(at("do"), "`find_another`: nobody has it yet"),
                _ => {}
            }
        }
    }
}

fn idle(step: &RelaxStep) -> bool {
    *step == RelaxStep { after_seconds: step.after_seconds, ..RelaxStep::default() }
}

fn slug(id: &QueueId) -> bool {
    (1..=MAX_SLUG_CHARS).contains(&id.0.len())
        && id.0.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
}

pub fn check_profile(profile: &HumanProfile) -> Result<(), Refusal> {
    let mut p = Problems::default();
    p.name("/name".into(), &profile.name);
    p.skills("/skills", &profile.skills);
    for (n, language) in profile.languages.iter().enumerate() {
        if language.len() != 2 || !language.bytes().all(|b| b.is_ascii_lowercase()) {
            p.add(format!("/languages/{n}"), format!("`{language}` is not an ISO 639-1 code like `de`"));
        }
    }
    p.hours("/hours".into(), &profile.hours);
    p.words("/region", profile.region.iter());
    p.words("/attributes", profile.attributes.iter().flat_map(|(name, value)| [name, value]));
    if profile.queues.is_empty() && !profile.overflow_queues.is_empty() {
        p.add("/overflow_queues", "without `queues` every queue is served already: name the main ones, or leave these out");
    }
    for (n, queue) in profile.overflow_queues.iter().enumerate().filter(|(_, q)| profile.queues.contains(q)) {
        p.add(format!("/overflow_queues/{n}"), format!("`{queue}` is one of the main queues already"));
    }
    for (channel, most) in profile.limits.iter().filter(|(_, most)| **most > *CAPACITY.end()) {
        p.add("/limits", format!("{channel:?}: at most {}, not {most}", CAPACITY.end()));
    }
    if !CAPACITY.contains(&profile.capacity) {
        p.add("/capacity", format!("must be {} to {} units", CAPACITY.start(), CAPACITY.end()));
    }
    p.done("the profile")
}

#[cfg(test)]
mod tests {
    use baton_model::{Day, Idle, Window};

    use super::*;
    use crate::route::{fit::tests::profile, place::tests::queue};

    fn good() -> Vec<Queue> {
        let mut general = queue("general");
        general.default = true;
        vec![general, queue("billing")]
    }

    fn all_week() -> Window {
        use Day::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
        Window { days: vec![Mon, Tue, Wed, Thu, Fri, Sat, Sun], from: "00:00".into(), to: "24:00".into() }
    }

    fn idle(q: &mut Queue, after_seconds: u32, channel: Channel, units: u32) {
        q.units = [(Channel::Chat, 2)].into();
        q.idle = Some(Idle { after_seconds, units: [(channel, units)].into() });
    }

    fn places(queues: &[Queue]) -> Vec<String> {
        check_queues(queues).err().map(|r| r.places.into_iter().map(|p| p.at).collect()).unwrap_or_default()
    }

    #[test]
    fn every_fault_has_its_place() {
        assert_eq!(check_queues(&good()), Ok(()));
        let step = |after| RelaxStep {
            after_seconds: after,
            lower_proficiency_by: 1,
            drop_skills: vec![],
            drop_language: false,
            overflow_to: vec![],
            ..RelaxStep::default()
        };
        type Break = Box<dyn Fn(&mut Vec<Queue>)>;
        let table: Vec<(&str, Break)> = vec![
            ("", Box::new(|q| q[0].default = false)),
            ("", Box::new(|q| q[1].default = true)),
            ("", Box::new(Vec::clear)),
            ("/1/id", Box::new(|q| q[1].id = QueueId("general".into()))),
            ("/1/id", Box::new(|q| q[1].id = QueueId("Bil ling".into()))),
            ("/1/name", Box::new(|q| q[1].name = " ".into())),
            (
                "/1/topics/0",
                Box::new(|q| {
                    q[0].topics = vec!["a".into()];
                    q[1].topics = vec!["a".into()];
                }),
            ),
            ("/1/hours", Box::new(|q| q[1].hours.time_zone = "Nowhere".into())),
            (
                "/1/required_skills/x",
                Box::new(|q| {
                    q[1].required_skills.insert("x".into(), 6);
                }),
            ),
            ("/1/hours", Box::new(|q| q[1].hours.windows = vec![all_week()])),
            (
                "/1/preferred_skills/x",
                Box::new(|q| {
                    q[1].required_skills.insert("x".into(), 3);
                    q[1].preferred_skills.insert("x".into(), 3);
                }),
            ),
            ("/1/required_region", Box::new(|q| q[1].required_region = Some(" ".into()))),
            ("/1/who", Box::new(|q| q[1].who = Some("person.age > 3".into()))),
            ("/1/proficiency_weight", Box::new(|q| q[1].proficiency_weight = 9)),
            ("/1/units", Box::new(|q| q[1].units = [(baton_model::Channel::Chat, 0)].into())),
            ("/1/idle/after_seconds", Box::new(|q| idle(&mut q[1], 29, Channel::Chat, 1))),
            ("/1/idle/units", Box::new(|q| q[1].idle = Some(Idle { after_seconds: 60, units: BTreeMap::new() }))),
            ("/1/idle/units/chat", Box::new(|q| idle(&mut q[1], 60, Channel::Chat, 0))),
            ("/1/idle/units/chat", Box::new(|q| idle(&mut q[1], 60, Channel::Chat, 2))),
            ("/1/idle/units/email", Box::new(|q| idle(&mut q[1], 60, Channel::Email, 1))),
            ("/1/idle/units/voice", Box::new(|q| idle(&mut q[1], 60, Channel::Voice, 1))),
            ("/1/wrap_up_seconds", Box::new(|q| q[1].wrap_up_seconds = 3_601)),
            ("/1/unseen_offers", Box::new(|q| q[1].unseen_offers = 0)),
            ("/1/offer_to", Box::new(|q| q[1].offer_to = 11)),
            ("/1/sticky_seconds", Box::new(|q| q[1].sticky_seconds = 600)),
            (
                "/1/lending/while_wait_below_seconds",
                Box::new(|q| q[1].lending = Some(baton_model::Lending { while_wait_below_seconds: 0 })),
            ),
            ("/1/offer_seconds", Box::new(|q| q[1].offer_seconds = 0)),
            ("/1/max_wait_seconds", Box::new(|q| q[1].max_wait_seconds = 0)),
            ("/1/targets", Box::new(|q| q[1].targets.clear())),
            (
                "/1/targets/standard/first_reply_seconds",
                Box::new(|q| {
                    q[1].targets.values_mut().for_each(|t| t.first_reply_seconds = 1);
                }),
            ),
            ("/1/steps/1/after_seconds", Box::new(move |q| q[1].steps = vec![step(60), step(60)])),
            ("/1/steps/0", Box::new(move |q| q[1].steps = vec![RelaxStep { lower_proficiency_by: 0, ..step(60) }])),
            (
                "/1/steps/0/overflow_to/0",
                Box::new(move |q| {
                    q[1].steps = vec![RelaxStep { overflow_to: vec![QueueId("gone".into())], ..step(60) }];
                }),
            ),
            (
                "/1/steps/0/overflow_to/0",
                Box::new(move |q| {
                    q[1].steps = vec![RelaxStep { overflow_to: vec![q[1].id.clone()], ..step(60) }];
                }),
            ),
        ];
        let rung = |when, times, remedies: &[Remedy]| LadderStep { when, times, remedies: remedies.to_vec() };
        let ladders = [
            ("/1/ladder/0/do", vec![rung(Late::Waiting, 1, &[])]),
            ("/1/ladder/0/times", vec![rung(Late::Waiting, 0, &[Remedy::Alert])]),
            ("/1/ladder/0/times", vec![rung(Late::Resolution, 2, &[Remedy::Alert])]),
            ("/1/ladder/1/when", vec![rung(Late::Waiting, 2, &[Remedy::Alert]); 2]),
            ("/1/ladder/0/do", vec![rung(Late::FirstReply, 1, &[Remedy::Callback])]),
            ("/1/ladder/0/do", vec![rung(Late::Waiting, 1, &[Remedy::FindAnother])]),
        ];
        let ladders =
            ladders.map(|(at, ladder)| (at, Box::new(move |q: &mut Vec<Queue>| q[1].ladder.clone_from(&ladder)) as Break));
        for (n, (want, spoil)) in table.iter().chain(&ladders).enumerate() {
            let mut queues = good();
            spoil(&mut queues);
            assert_eq!(places(&queues), [*want], "case {n}");
        }
    }

    #[test]
    fn profiles_are_checked() {
        let ana = profile("Ana", &[("billing", 3)], &["de"]);
        assert_eq!(check_profile(&ana), Ok(()));
        let one = |change: fn(&mut HumanProfile)| {
            let mut profile = ana.clone();
            change(&mut profile);
            check_profile(&profile).err().map(|r| r.places[0].at.clone())
        };
        assert_eq!(one(|p| p.hours.windows = vec![all_week()]).as_deref(), Some("/hours"), "a shift that never ends");
        assert_eq!(one(|p| p.overflow_queues = vec![QueueId("x".into())]).as_deref(), Some("/overflow_queues"));
        assert_eq!(
            one(|p| {
                p.queues = vec![QueueId("x".into())];
                p.overflow_queues = vec![QueueId("x".into())];
            })
            .as_deref(),
            Some("/overflow_queues/0")
        );
        let mut bad = HumanProfile { name: String::new(), capacity: 0, languages: vec!["German".into()], ..ana };
        bad.skills.insert("legal".into(), 0);
        bad.hours.windows = vec![Window { days: vec![Day::Mon], from: "10:00".into(), to: "09:00".into() }];
        let refusal = check_profile(&bad).expect_err("refused");
        let places: Vec<&str> = refusal.places.iter().map(|p| p.at.as_str()).collect();
        assert_eq!(places, ["/name", "/skills/legal", "/languages/0", "/hours", "/capacity"]);
        assert_eq!(refusal.code, RefusalCode::Invalid);
    }
}
