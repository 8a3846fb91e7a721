//! What a human would usually need and does not have, and the score that follows.

use baton_model::{Completeness, Conversation, CustomerCard, FactsState, Gap, Issue, Order, PackageReason, Sourced};

use super::{customer::mentions, playbook, reading::Reading, wants::Want, words::fold};

pub(super) fn completeness(
    conversation: &Conversation,
    reading: &Reading<'_>,
    card: &CustomerCard,
    orders: &[Sourced<Order>],
    issue: &Issue,
    reason: &PackageReason,
    want: Option<&Want>,
) -> Completeness {
    let mut checks: Vec<(&str, Option<String>)> = vec![
        ("reason_evidence", reason.evidence.is_empty().then(|| "Nothing in the conversation shows the reason.".into())),
        ("request", want.is_none().then(|| "The customer has not said what they want.".into())),
        ("issue", issue.class.trim().is_empty().then(|| "The issue has no class.".into())),
        ("name", card.name.is_none().then(|| "The customer's name is not known.".into())),
        ("customer_record", record_gap(conversation, card)),
        (
            "contact",
            (card.email.is_none() && card.phone.is_none())
                .then(|| "Neither an e-mail address nor a phone number is known.".into()),
        ),
    ];
    if needs_order(issue, want) {
        checks.push(("order", order_gap(reading, orders, want)));
    }
    if let FactsState::Known { facts } = &conversation.facts
        && !facts.missed.is_empty()
    {
        let why = format!("Part of the records is missing: {}", facts.missed.join("; "));
        checks.push(("sources", Some(why)));
    }
    let needed = checks.len();
    // Whoever gave a number is not asked for it again, though no record has it.
    let numbered = want.is_some_and(|w| w.reference.is_some());
    let ask = |what: &str| ask(what).filter(|_| what != "order" || !numbered).map(str::to_owned);
    let gaps: Vec<Gap> =
        checks.into_iter().filter_map(|(what, why)| why.map(|why| Gap { what: what.into(), why, ask: ask(what) })).collect();
    Completeness { score: (needed - gaps.len()) as f32 / needed as f32, gaps }
}

/// What the customer can tell while they wait. The order says more than a way to reach them, and stands last above.
fn ask(what: &str) -> Option<&'static str> {
    match what {
        "request" => Some("what you would like us to do"),
        "order" => Some("your order number"),
        "contact" => Some("an e-mail address or a phone number, in case we lose each other"),
        _ => None,
    }
}

fn record_gap(conversation: &Conversation, card: &CustomerCard) -> Option<String> {
    if card.record.is_some() {
        let claimed = "The record is the one they claim; who they are is not verified.";
        return (!card.verified).then(|| claimed.to_owned());
    }
    Some(match &conversation.facts {
        FactsState::Unknown => "The conversation names no customer to look up.".into(),
        FactsState::Pending { .. } => "The look-up has not answered yet.".into(),
        FactsState::Failed { why, .. } => format!("The look-up failed: {why}"),
        FactsState::Known { .. } => "The source has no record of this customer.".into(),
    })
}

fn needs_order(issue: &Issue, want: Option<&Want>) -> bool {
    let kinds = [playbook::class_of(&issue.class), want.and_then(|w| w.class)];
    kinds.into_iter().flatten().any(|c| matches!(c, "delivery" | "refund"))
}

fn order_gap(reading: &Reading<'_>, orders: &[Sourced<Order>], want: Option<&Want>) -> Option<String> {
    let mentioned = orders.iter().any(|o| reading.customer().any(|h| mentions(&fold(&h.text), &o.value.reference)));
    if mentioned {
        return None;
    }
    match want.and_then(|w| w.reference.as_ref()) {
        Some(reference) => Some(format!("No record of {reference} was found.")),
        None if orders.len() == 1 => None,
        None if orders.is_empty() => Some("No order number was given and no order is on record.".into()),
        None => Some("No order number was given, and several orders are on record.".into()),
    }
}

#[cfg(test)]
mod tests {
    use baton_model::{Millis, Timestamp};

    use super::*;
    use crate::package::samples::{Talk, a_customer, an_order};

    fn gaps(talk: &Talk) -> Vec<String> {
        talk.build().completeness.gaps.into_iter().map(|g| g.what).collect()
    }

    #[test]
    fn missing_facts_are_shown_with_their_reason() {
        let mut talk = Talk::new().customer("Please refund my order");
        talk.escalation.issue_class = "refund".into();
        assert_eq!(gaps(&talk), ["customer_record", "contact", "order"]);
        talk.conversation.facts = FactsState::Failed { why: "timed out".into(), at: Timestamp::default(), after: Millis(0) };
        let package = talk.build();
        assert_eq!(package.completeness.gaps[0].why, "The look-up failed: timed out");
        assert!((package.completeness.score - 4.0 / 7.0).abs() < 1e-6);
    }

    #[test]
    fn a_source_that_did_not_answer_is_named_though_others_did() {
        let mut talk = Talk::new().customer("Please refund my order A-1042");
        talk.know(Some(a_customer()), vec![an_order("A-1042", 1)]);
        let FactsState::Known { facts } = &mut talk.conversation.facts else { panic!("known") };
        facts.missed.push("the shop did not answer in time".into());
        let package = talk.build();
        let gap = package.completeness.gaps.last().unwrap();
        assert_eq!(gap.why, "Part of the records is missing: the shop did not answer in time");
        assert!(gap.what == "sources" && package.completeness.score < 1.0);
    }

    #[test]
    fn a_full_package_scores_one() {
        let mut talk = Talk::new().customer("Please refund my order A-1042");
        talk.escalation.issue_class = "refund".into();
        talk.know(Some(a_customer()), vec![an_order("A-1042", 1), an_order("A-2", 2)]);
        assert_eq!(gaps(&talk), Vec::<String>::new());
        assert!((talk.build().completeness.score - 1.0).abs() < 1e-6);
        talk.conversation.customer.verified = false;
        assert_eq!(gaps(&talk)[0], "customer_record", "a claim is no record");
    }
}
