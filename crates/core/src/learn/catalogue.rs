//! The metrics catalogue: every rate and mean with its name, formula, denominator and window.
//!
//! A formula says what one case adds to the numerator and to the denominator; a metric is the ratio of the two sums. So a
//! number always has its cases, and the cases always have their number.

use baton_model::{Case, CouldAi, MeasuredFacts, Metric, Millis, Outcome, Smooth, Timestamp, Timing};

use super::cases::RECONTACT_WITHIN;

/// One row of the catalogue.
#[derive(Debug)]
pub(super) struct Formula {
    name: &'static str,
    /// numerator / denominator
    words: &'static str,
    unit: &'static str,
    window: &'static str,
    parts: fn(&Case, Timestamp) -> (f64, f64),
}

impl Formula {
    /// Numerator and denominator of one case; a denominator of 0 means that it does not count here.
    pub(super) fn of(&self, case: &Case, now: Timestamp) -> (f64, f64) {
        (self.parts)(case, now)
    }
}

const OPENED: &str = "by the opening of the escalation, or the close of a conversation without one";
const ENDED: &str = "by the opening of the escalation, once it has ended";
const SETTLED: &str = "by the close or the opening of the escalation, once seven days have passed since its end";

const NOT: (f64, f64) = (0.0, 0.0);

fn share(yes: bool) -> (f64, f64) {
    (f64::from(u8::from(yes)), 1.0)
}

fn time(length: Option<Millis>) -> (f64, f64) {
    length.map_or(NOT, |l| (l.0 as f64, 1.0))
}

/// Facts of an ended escalation.
fn ended(c: &Case) -> Option<&MeasuredFacts> {
    c.facts.as_ref().filter(|_| !c.contained())
}

/// Facts of an escalation that a human accepted.
fn accepted(c: &Case) -> Option<&MeasuredFacts> {
    ended(c).filter(|f| f.wait.is_some())
}

/// Whether a known customer stayed away for seven days; `None` where that is not known (yet).
fn stayed_away(c: &Case, now: Timestamp) -> Option<bool> {
    if !c.known_customer {
        return None;
    }
    let passed = c.ended_at.is_some_and(|at| now.since(at) >= RECONTACT_WITHIN);
    if c.recontact.is_some() { Some(false) } else { passed.then_some(true) }
}

/// A person's word, if there is one; else the measured sign.
fn missed(c: &Case) -> Option<bool> {
    match (&c.judgement, &c.facts) {
        (Some(j), _) => Some(j.needed_human),
        (None, Some(f)) => Some(f.timing == Timing::Late),
        (None, None) => None,
    }
}

const fn row(
    name: &'static str,
    words: &'static str,
    unit: &'static str,
    window: &'static str,
    parts: fn(&Case, Timestamp) -> (f64, f64),
) -> Formula {
    Formula { name, words, unit, window, parts }
}

static CATALOGUE: [Formula; 24] = [
    row(
        "containment_rate",
        "conversations closed without any escalation / those and escalations",
        "share",
        OPENED,
        |c, _| share(c.contained()),
    ),
    row(
        "contained_no_recontact_rate",
        "conversations closed without any escalation whose customer did not come back within seven days / those of known customers",
        "share",
        SETTLED,
        |c, now| if c.contained() { stayed_away(c, now).map_or(NOT, share) } else { NOT },
    ),
    row("escalation_rate", "escalations / those and conversations closed without any", "share", OPENED, |c, _| {
        share(!c.contained())
    }),
    row(
        "needless_escalation_rate",
        "verdicts that the AI could have done it with nothing missing / verdicts given",
        "share",
        ENDED,
        |c, _| c.verdict.as_ref().map_or(NOT, |v| share(v.could_ai == CouldAi::Yes)),
    ),
    row(
        "automatable_rate",
        "verdicts that the AI could have done it, as it is or with what was missing / verdicts given",
        "share",
        ENDED,
        |c, _| c.verdict.as_ref().map_or(NOT, |v| share(v.could_ai != CouldAi::No)),
    ),
    row(
        "missed_escalation_rate",
        "escalations that came two or more customer turns after their first sign, and conversations that the AI closed alone \
         although a person was needed (judged so, or by a sign where nobody judged) / escalations ended and conversations \
         closed alone",
        "share",
        OPENED,
        |c, _| missed(c).map_or(NOT, share),
    ),
    row(
        "late_escalation_rate",
        "escalations that came two or more customer turns after their first sign / escalations ended",
        "share",
        ENDED,
        |c, _| ended(c).map_or(NOT, |f| share(f.timing == Timing::Late)),
    ),
    row(
        "contained_missed_rate",
        "conversations that the AI closed alone although a person was needed (judged so, or by a sign where nobody judged) / \
         conversations closed alone",
        "share",
        OPENED,
        |c, _| if c.contained() { missed(c).map_or(NOT, share) } else { NOT },
    ),
    row(
        "time_to_human",
        "sum of the times from escalation to acceptance / escalations ended that a human accepted",
        "ms",
        ENDED,
        |c, _| time(ended(c).and_then(|f| f.wait)),
    ),
    row(
        "service_level",
        "first human replies within their target / first-reply targets met or passed",
        "share",
        ENDED,
        |c, _| ended(c).and_then(|f| f.first_reply_in_target).map_or(NOT, share),
    ),
    row(
        "abandonment_rate",
        "escalations that the customer left for good or cancelled / escalations ended",
        "share",
        ENDED,
        |c, _| ended(c).map_or(NOT, |f| share(matches!(f.outcome, Outcome::Abandoned | Outcome::CancelledByCustomer))),
    ),
    row("aht", "sum of the times from acceptance to end / escalations ended that a human accepted", "ms", ENDED, |c, _| {
        time(ended(c).and_then(|f| f.handle_time))
    }),
    row(
        "fcr",
        "resolved without a transfer, by the AI or a human, and not back within seven days / all ended cases of known customers",
        "share",
        SETTLED,
        |c, now| match (&c.facts, stayed_away(c, now)) {
            (Some(f), Some(away)) => {
                let resolved = matches!(f.outcome, Outcome::Resolved | Outcome::ResolvedByFollowUp | Outcome::Contained);
                share(away && resolved && f.transfers == 0)
            }
            _ => NOT,
        },
    ),
    row(
        "recontact_rate",
        "ended cases whose customer came back within seven days / ended cases of known customers",
        "share",
        SETTLED,
        |c, now| stayed_away(c, now).map_or(NOT, |away| share(!away)),
    ),
    row(
        "promise_kept_rate",
        "wait promises whose later bound held / wait promises that could be judged",
        "share",
        ENDED,
        |c, _| {
            ended(c).map_or(NOT, |f| {
                let judged = || f.promises.iter().filter_map(|p| p.kept);
                (judged().filter(|kept| *kept).count() as f64, judged().count() as f64)
            })
        },
    ),
    row(
        "time_to_first_reply",
        "sum of the times from escalation to the human's first reply / escalations ended that had one",
        "ms",
        ENDED,
        |c, _| time(ended(c).and_then(|f| f.time_to_first_reply)),
    ),
    row(
        "time_to_useful_reply",
        "sum of the times from escalation to the human's first useful reply / escalations ended that had one",
        "ms",
        ENDED,
        |c, _| time(ended(c).and_then(|f| f.time_to_useful_reply)),
    ),
    row(
        "repeat_rate",
        "accepted escalations in which the customer had to say something again / escalations ended that a human accepted",
        "share",
        ENDED,
        |c, _| accepted(c).map_or(NOT, |f| share(!f.repeats.is_empty())),
    ),
    row(
        "reask_rate",
        "accepted escalations in which the human asked for what the package held / escalations ended that a human accepted",
        "share",
        ENDED,
        |c, _| accepted(c).map_or(NOT, |f| share(!f.asked_again.is_empty())),
    ),
    row("transfers_per_escalation", "transfers / escalations ended that a human accepted", "count", ENDED, |c, _| {
        accepted(c).map_or(NOT, |f| (f64::from(f.transfers), 1.0))
    }),
    row(
        "mood_change",
        "sum of the customer's mood at the end minus at the escalation / escalations ended where both are known",
        "mood",
        ENDED,
        |c, _| ended(c).and_then(|f| Some((f64::from(f.mood_after? - f.mood_at?), 1.0))).unwrap_or(NOT),
    ),
    row("rating", "sum of stars / ended cases that were rated", "stars", OPENED, |c, _| {
        c.facts.as_ref().and_then(|f| f.rating).map_or(NOT, |stars| (f64::from(stars), 1.0))
    }),
    row("smooth_rate", "verdicts that the handoff was smooth / verdicts given", "share", ENDED, |c, _| {
        c.verdict.as_ref().map_or(NOT, |v| share(v.smooth == Smooth::Yes))
    }),
    row("verdict_rate", "verdicts given / escalations ended", "share", ENDED, |c, _| {
        ended(c).map_or(NOT, |_| share(c.verdict.is_some()))
    }),
];

pub(super) fn find(name: &str) -> Option<&'static Formula> {
    CATALOGUE.iter().find(|f| f.name == name)
}

/// Every metric over these cases, in the order of the catalogue.
pub(super) fn metrics<'a>(cases: impl Iterator<Item = &'a Case>, now: Timestamp) -> Vec<Metric> {
    let mut sums = [NOT; CATALOGUE.len()];
    for case in cases {
        for (sum, formula) in sums.iter_mut().zip(&CATALOGUE) {
            let (numerator, denominator) = formula.of(case, now);
            (sum.0, sum.1) = (sum.0 + numerator, sum.1 + denominator);
        }
    }
    let metric = |(f, (numerator, denominator)): (&Formula, (f64, f64))| Metric {
        name: f.name.into(),
        formula: f.words.into(),
        value: (denominator > 0.0).then(|| numerator / denominator),
        numerator,
        denominator,
        unit: f.unit.into(),
        window: f.window.into(),
    };
    CATALOGUE.iter().zip(sums).map(metric).collect()
}

/// The reference page `docs/reference/metrics.md`, without its preface.
pub fn reference() -> String {
    let row = |f: &Formula| format!("| `{}` | {} | {} | {} |\n", f.name, f.words, f.unit, f.window);
    let rows: String = CATALOGUE.iter().map(row).collect();
    format!("| name | numerator / denominator | unit | counted |\n|---|---|---|---|\n{rows}")
}

#[cfg(test)]
pub(super) mod tests {
    use baton_model::*;

    use super::*;
    use crate::learn::ledger::tests::{a_review, ts};

    pub(in crate::learn) fn contained(n: u64, at: Timestamp) -> Case {
        let mut facts = a_review(at, None).facts;
        (facts.time_to_first_reply, facts.handle_time, facts.promise_kept) = (None, None, None);
        facts.outcome = Outcome::Contained;
        Case {
            conversation: IdSource::new(ts(0), n).draw(),
            escalation: None,
            at,
            ended_at: Some(at),
            queue: None,
            topic: "delivery".into(),
            trigger: None,
            policy_version: 1,
            ai_version: String::new(),
            headline: "Where is my order?".into(),
            known_customer: false,
            strain: 0.1,
            peaks: Default::default(),
            facts: Some(facts),
            verdict: None,
            judgement: None,
            recontact: None,
            drawn: None,
        }
    }

    pub(in crate::learn) fn escalated(n: u64, at: Timestamp, trigger: Trigger) -> Case {
        let review = a_review(at, None);
        Case {
            escalation: Some(IdSource::new(ts(1), n).draw()),
            queue: Some(QueueId("general".into())),
            trigger: Some(trigger),
            topic: "billing".into(),
            facts: Some(review.facts),
            ..contained(n, at)
        }
    }

    const DAY: i64 = 86_400;

    /// A history worked out by hand. Looked at on day 10. C1 and C2 are the AI's own, of known customers: C1 stayed away, C2
    /// came back after an hour and is judged a miss. C3 is of nobody known and ended badly. E1: needless, smooth, two
    /// promises of which one broke, helped in ten minutes, rated 5. E2: came late, the customer said it again and was asked
    /// again, transferred twice, not smooth. E3: cancelled before anybody came. E4 goes on.
    fn history() -> Vec<Case> {
        let verdict = |could_ai, missing, smooth| Some(Verdict { could_ai, missing, smooth, note: None });
        let c1 = Case { known_customer: true, ..contained(1, ts(0)) };
        let judgement = Judgement { needed_human: true, note: None, by: None, at: ts(DAY) };
        let c2 = Case {
            known_customer: true,
            recontact: Some(Millis::hours(1)),
            judgement: Some(judgement),
            ..contained(2, ts(0))
        };
        let mut c3 = contained(3, ts(0));
        let f = c3.facts.as_mut().unwrap();
        (f.timing, f.rating) = (Timing::Late, Some(1));

        let mut e1 = escalated(4, ts(0), Trigger::Complaint);
        e1.known_customer = true;
        e1.verdict = verdict(CouldAi::Yes, Missing::Nothing, Smooth::Yes);
        let f = e1.facts.as_mut().unwrap();
        (f.timing, f.rating, f.wait) = (Timing::Early, Some(5), Some(Millis::secs(20)));
        (f.time_to_first_reply, f.time_to_useful_reply) = (Some(Millis::secs(30)), Some(Millis::secs(40)));
        (f.handle_time, f.first_reply_in_target) = (Some(Millis::secs(600)), Some(true));
        (f.mood_at, f.mood_after) = (Some(-0.5), Some(0.25));
        let promised = |kept| PromisedWait { within: Millis::secs(15), waited: None, kept };
        f.promises = vec![promised(Some(true)), promised(Some(false)), promised(None)];

        let mut e2 = escalated(5, ts(0), Trigger::AiLimit);
        e2.verdict = verdict(CouldAi::WithMissing, Missing::Tool, Smooth::No);
        let f = e2.facts.as_mut().unwrap();
        (f.timing, f.wait, f.transfers) = (Timing::Late, Some(Millis::secs(60)), 2);
        let turn = IdSource::new(ts(0), 9).draw();
        (f.repeats, f.asked_again) = (vec![turn], vec![turn, turn]);
        (f.time_to_first_reply, f.handle_time) = (Some(Millis::secs(90)), Some(Millis::secs(300)));
        f.first_reply_in_target = Some(false);

        let mut e3 = escalated(6, ts(0), Trigger::AiLimit);
        let f = e3.facts.as_mut().unwrap();
        f.outcome = Outcome::CancelledByCustomer;
        (f.time_to_first_reply, f.handle_time, f.first_reply_in_target) = (None, None, None);

        let e4 = Case { facts: None, ended_at: None, ..escalated(7, ts(9 * DAY), Trigger::Safety) };
        vec![c1, c2, c3, e1, e2, e3, e4]
    }

    #[test]
    fn the_formulas_by_hand() {
        let got: Vec<_> =
            metrics(history().iter(), ts(10 * DAY)).into_iter().map(|m| (m.name, m.numerator, m.denominator)).collect();
        let want = [
            ("containment_rate", 3.0, 7.0),
            ("contained_no_recontact_rate", 1.0, 2.0),
            ("escalation_rate", 4.0, 7.0),
            ("needless_escalation_rate", 1.0, 2.0),
            ("automatable_rate", 2.0, 2.0),
            ("missed_escalation_rate", 3.0, 6.0),
            ("late_escalation_rate", 1.0, 3.0),
            ("contained_missed_rate", 2.0, 3.0),
            ("time_to_human", 80_000.0, 2.0),
            ("service_level", 1.0, 2.0),
            ("abandonment_rate", 1.0, 3.0),
            ("aht", 900_000.0, 2.0),
            ("fcr", 2.0, 3.0),
            ("recontact_rate", 1.0, 3.0),
            ("promise_kept_rate", 1.0, 2.0),
            ("time_to_first_reply", 120_000.0, 2.0),
            ("time_to_useful_reply", 40_000.0, 1.0),
            ("repeat_rate", 1.0, 2.0),
            ("reask_rate", 1.0, 2.0),
            ("transfers_per_escalation", 2.0, 2.0),
            ("mood_change", 0.75, 1.0),
            ("rating", 6.0, 2.0),
            ("smooth_rate", 1.0, 2.0),
            ("verdict_rate", 2.0, 3.0),
        ];
        assert_eq!(got, want.map(|(name, n, d)| (name.to_owned(), n, d)));
    }

    #[test]
    fn what_is_not_known_yet_does_not_count() {
        let soon = metrics(history().iter(), ts(3 * DAY));
        let of = |name: &str| soon.iter().find(|m| m.name == name).map(|m| (m.numerator, m.denominator)).unwrap();
        assert_eq!(of("contained_no_recontact_rate"), (0.0, 1.0));
        assert_eq!(of("fcr"), (0.0, 1.0));
    }

    #[test]
    fn the_reference_page_is_the_catalogue() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/metrics.md");
        let page = std::fs::read_to_string(page).expect("docs/reference/metrics.md");
        assert!(page.contains(&reference()), "replace the table by:\n{}", reference());
    }
}
