//! What to do next, ranked: what the policy's reason asks for, knowledge articles, what solved similar cases, and the
//! playbook of the issue's class. Suggestions are a choice, not a record: weaker ones are left out.

use baton_model::{
    Article, Attempt, AttemptResult, CustomerCard, Escalation, Issue, NextStep, Order, Playbook, Sourced, StepSource,
    Trigger,
};
use jiff::tz::TimeZone;

use super::{
    SimilarCase, articles,
    customer::mentions,
    introduction::first_name,
    playbook::{class_of, moves_of},
    quote::{one_line, short_line},
    reading::Reading,
    reason::main_reason,
    tried::is_tool,
    wants::Want,
    words::fold,
};

const MOST: usize = 8;

#[derive(Debug)]
pub(super) struct Ground<'s, 'a> {
    pub(super) escalation: &'a Escalation,
    pub(super) reading: &'s Reading<'a>,
    pub(super) card: &'s CustomerCard,
    pub(super) orders: &'s [Sourced<Order>],
    pub(super) want: Option<&'s Want>,
    pub(super) tried: &'s [Attempt],
    pub(super) issue: &'s Issue,
    pub(super) articles: &'s [&'a Article],
    pub(super) playbooks: &'s [Playbook],
    pub(super) similar: &'s [SimilarCase<'a>],
}

/// A step before it has its rank.
#[derive(Debug)]
struct Proposal {
    worth: f32,
    text: String,
    rationale: String,
    source: StepSource,
    draft: Option<String>,
}

pub(super) fn next_steps(g: &Ground<'_, '_>) -> Vec<NextStep> {
    let greeting = greeting(g);
    let mut all = vec![from_policy(g, &greeting)];
    all.extend(from_articles(g, &greeting));
    all.extend(from_playbooks(g, &greeting));
    all.extend(from_cases(g));
    // Stable: equal worth keeps the order above.
    all.sort_by(|a, b| b.worth.total_cmp(&a.worth));
    all.truncate(MOST);
    (1..)
        .zip(all)
        .map(|(rank, p)| NextStep { rank, text: p.text, rationale: p.rationale, source: p.source, draft: p.draft })
        .collect()
}

fn greeting(g: &Ground<'_, '_>) -> String {
    match first_name(g.card.name.as_deref()) {
        Some(name) => format!("Hi {}, ", g.reading.veil.cover(&name)),
        None => "Hello, ".into(),
    }
}

fn from_policy(g: &Ground<'_, '_>, greeting: &str) -> Proposal {
    let (text, said) = match g.escalation.trigger {
        Trigger::Safety => (
            "Make sure that everybody is safe before anything else; follow your emergency procedure",
            "I've read what you wrote and I'm here. Are you safe right now?",
        ),
        Trigger::ExplicitRequest => (
            "Take over in person: they asked for one",
            "I'm a person, I've read everything, and I'm taking care of this now.",
        ),
        Trigger::Distress => (
            "Acknowledge how they feel, then say what you do next",
            "I can see how upsetting this has been, and I'm sorry. I'm taking care of it now.",
        ),
        Trigger::Complaint => (
            "Apologise without excuses, then settle the matter",
            "I'm sorry for how this has gone. I'm looking into it now, and I'll tell you here what I find.",
        ),
        Trigger::Negotiation => {
            ("Decide which terms you may grant", "I've read what you are asking for, and I'm checking what I can do.")
        }
        Trigger::HighValue => {
            ("Check the amount and the approval that it needs", "I'm checking this personally before anything is booked.")
        }
        Trigger::Abuse => (
            "Stay calm, name the limit once, then return to the matter",
            "I'd like to solve this with you. Please let us keep it respectful while I look into it.",
        ),
        Trigger::AiLimit => (
            "Answer what the AI could not, and skip what it already tried",
            "I'm sorry that the answers so far didn't help. I'm looking into it myself now.",
        ),
        Trigger::Rule => ("Do what your rule asks for", "I'm taking care of this personally now."),
    };
    let reason = main_reason(g.escalation);
    let because = reason.map_or("", |r| r.because.trim());
    Proposal {
        worth: if g.escalation.trigger == Trigger::ExplicitRequest { 70.0 } else { 100.0 },
        text: if g.escalation.trigger == Trigger::Rule && !because.is_empty() {
            format!("{text}: {}", one_line(&g.reading.veil.cover(because)))
        } else {
            text.into()
        },
        rationale: if because.is_empty() {
            "It is why this conversation came to you.".into()
        } else {
            one_line(&g.reading.veil.cover(because))
        },
        source: StepSource::Policy {
            rule: reason.map_or_else(|| g.escalation.trigger.name().to_owned(), |r| r.rule.clone()),
        },
        draft: Some(format!("{greeting}{said}")),
    }
}

fn from_articles(g: &Ground<'_, '_>, greeting: &str) -> Vec<Proposal> {
    let in_vain: Vec<&str> = g
        .tried
        .iter()
        .filter(|a| !is_tool(g.reading, a) && matches!(a.result, AttemptResult::DidNotHelp | AttemptResult::Failed))
        .flat_map(|a| &a.sources)
        .map(String::as_str)
        .collect();
    articles::best(g.articles, g.reading, &g.issue.class)
        .into_iter()
        .map(|hit| {
            let used = in_vain.contains(&hit.article.title.as_str());
            let words = hit.shared.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
            let title = one_line(&hit.article.title);
            let worth = 50.0 + hit.score.min(30.0) - if used { 45.0 } else { 0.0 };
            Proposal {
                worth,
                text: format!("Use the article “{title}”"),
                rationale: if used {
                    format!("It covers {words}, but the AI already cited it in vain.")
                } else {
                    format!("It covers {words}.")
                },
                source: StepSource::Article { article: hit.article.id.clone(), title: hit.article.title.clone() },
                draft: if used {
                    None
                } else {
                    articles::passage(&hit).map(|p| format!("{greeting}here is what applies: {p}"))
                },
            }
        })
        .collect()
}

/// Only what was done, never the other customer's name or words: those stay in their own case. No draft for the same reason.
fn from_cases(g: &Ground<'_, '_>) -> Vec<Proposal> {
    g.similar
        .iter()
        .filter(|c| !c.resolution.trim().is_empty())
        .take(2)
        .zip([58.0, 48.0])
        .map(|(case, worth)| Proposal {
            worth,
            text: format!("Do as in a similar case: {}", short_line(case.resolution, 240)),
            rationale: if case.issue_class == g.issue.class {
                format!("It solved another case of “{}”.", one_line(case.issue_class))
            } else {
                "It solved a similar case.".into()
            },
            source: StepSource::SimilarCase { escalation: case.escalation },
            draft: None,
        })
        .collect()
}

fn from_playbooks(g: &Ground<'_, '_>, greeting: &str) -> Vec<Proposal> {
    let mut classes: Vec<&str> = Vec::new();
    for class in [g.want.and_then(|w| w.class), class_of(&g.issue.class)].into_iter().flatten() {
        if !classes.contains(&class) {
            classes.push(class);
        }
    }
    if classes.is_empty() {
        classes.push("general");
    }
    let reference = g.want.and_then(|w| w.reference.as_deref());
    let order = reference.map_or_else(|| "your order".to_owned(), |r| format!("your {r}"));
    let status = status(g).map(|s| format!(" {s}")).unwrap_or_default();
    let filled =
        |draft: &str| format!("{greeting}{}", lower_first(&draft.replace("{order}", &order).replace("{status}", &status)));
    let own = |class: &str| g.playbooks.iter().find(|p| fold(p.class.trim()) == fold(class.trim()));
    let mut out = Vec::new();
    if let Some(playbook) = own(&g.issue.class) {
        classes.retain(|c| Some(*c) != class_of(&playbook.class));
        out.extend(playbook.steps.iter().zip(0u8..).map(|(step, nth)| Proposal {
            worth: 67.0 - 2.0 * f32::from(nth),
            text: one_line(&step.text),
            rationale: one_line(&step.rationale),
            source: StepSource::Playbook { name: playbook.class.clone() },
            draft: step.draft.as_deref().map(filled),
        }));
    }
    for (class, base) in classes.into_iter().zip([66.0, 54.0]) {
        out.extend(moves_of(class).iter().zip([0.0_f32, 10.0]).map(|(one, less)| Proposal {
            worth: base - less,
            text: one.text.into(),
            rationale: one.rationale.into(),
            source: StepSource::Playbook { name: class.into() },
            draft: Some(filled(one.draft)),
        }));
    }
    out
}

/// What the order's record says, for the one order in question: only to somebody who is known to be its owner.
fn status(g: &Ground<'_, '_>) -> Option<String> {
    if !g.card.verified {
        return None;
    }
    let first = g.orders.first()?;
    let mentioned = g.reading.customer().any(|h| mentions(&fold(&h.text), &first.value.reference));
    if !mentioned && g.orders.len() > 1 {
        return None;
    }
    let order = &first.value;
    let mut said = format!("I can see that it is marked as “{}”", short_line(&order.status, 60));
    if let Some(carrier) = order.carrier.as_deref().filter(|c| !c.trim().is_empty()) {
        said.push_str(&format!(" with {}", short_line(carrier, 60)));
    }
    if let Some(expected) = order.expected_at {
        said.push_str(&format!(", expected on {}", day_words(expected, g.card.time_zone.as_deref())));
    }
    said.push('.');
    Some(said)
}

/// "3 March", in the customer's zone.
pub(super) fn day_words(at: baton_model::Timestamp, zone: Option<&str>) -> String {
    let zone = zone.and_then(|z| TimeZone::get(z).ok()).unwrap_or(TimeZone::UTC);
    at.to_jiff().to_zoned(zone).strftime("%-d %B").to_string()
}

/// After "Hi Jane," a sentence goes on in lower case, except for "I".
pub(crate) fn lower_first(text: &str) -> String {
    if text.starts_with("I ") || text.starts_with("I'") {
        return text.to_owned();
    }
    let mut chars = text.chars();
    chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use baton_model::{EntityKind, EscalationId, Timestamp};

    use super::*;
    use crate::package::samples::{Talk, a_reason, an_article, an_order, escalation_id};

    fn refund_talk() -> Talk {
        let mut talk = Talk::new()
            .customer("I want a refund for my kettle, order A-1042")
            .entity("A-1042", EntityKind::Reference, "A-1042")
            .at_trigger(Trigger::Complaint);
        talk.escalation.issue_class = "refund".into();
        talk.decide(vec![a_reason(Trigger::Complaint, "They complain.")]);
        let mut order = an_order("A-1042", 1);
        order.carrier = Some("DHL".into());
        order.expected_at = Some(Timestamp::from_millis(1_772_530_000_000));
        talk.know(None, vec![order]);
        talk
    }

    #[test]
    fn steps_are_ranked_sourced_and_drafted_with_real_facts() {
        let mut talk = refund_talk();
        talk.articles = vec![an_article("refunds", "Kettle refund", "A kettle gets a refund.", &["refund"])];
        let id: EscalationId = escalation_id(7);
        talk.resolved = vec![(id, "Another person wants", "refund", "Refunded in full")];
        let steps = talk.build().next_steps;
        assert_eq!(steps.iter().map(|s| s.rank).collect::<Vec<_>>(), (1..=steps.len() as u32).collect::<Vec<_>>());
        assert_eq!(steps[0].source, StepSource::Policy { rule: "complaint".into() });
        assert_eq!(steps[0].rationale, "They complain.");
        let by = |f: fn(&StepSource) -> bool| steps.iter().find(|s| f(&s.source)).unwrap();
        let play = by(|s| matches!(s, StepSource::Playbook { .. }));
        assert_eq!(
            play.draft.as_deref(),
            Some(
                "Hi Jane, I'm checking the refund for your order A-1042 now and will tell you here what I find. I can see that it is marked as “shipped” with DHL, expected on 3 March."
            )
        );
        let case = by(|s| matches!(s, StepSource::SimilarCase { .. }));
        assert_eq!((case.text.as_str(), &case.draft), ("Do as in a similar case: Refunded in full", &None));
        assert_eq!(
            by(|s| matches!(s, StepSource::Article { .. })).draft.as_deref(),
            Some("Hi Jane, here is what applies: A kettle gets a refund.")
        );
    }

    #[test]
    fn a_workspaces_own_playbook_replaces_the_built_in_one() {
        let mut talk = refund_talk();
        let step = baton_model::PlaybookStep {
            text: "Refund up to 50 EUR at once".into(),
            rationale: "Not worth a second look.".into(),
            draft: Some("Up to 50 EUR I can refund {order} at once.".into()),
        };
        talk.playbooks = vec![Playbook { class: "Refund".into(), steps: vec![step] }];
        let package = talk.build();
        let of_playbooks: Vec<_> =
            package.next_steps.iter().filter(|s| matches!(s.source, StepSource::Playbook { .. })).collect();
        assert_eq!(of_playbooks.len(), 1);
        assert_eq!(of_playbooks[0].draft.as_deref(), Some("Hi Jane, up to 50 EUR I can refund your order A-1042 at once."));
        assert_eq!(crate::package::faults(&package, &talk.conversation), vec![]);
    }

    #[test]
    fn an_article_that_failed_before_goes_last() {
        let mut talk = refund_talk()
            .ai("See the guide.")
            .cites("Kettle refund")
            .customer("That is wrong")
            .signal(baton_model::SignalKind::Unresolved, 0.9);
        talk.articles = vec![an_article("refunds", "Kettle refund", "A kettle gets a refund.", &["refund"])];
        let steps = talk.build().next_steps;
        assert!(matches!(steps.last().unwrap().source, StepSource::Article { .. }));
        assert_eq!(steps.last().unwrap().draft, None);
    }
}
