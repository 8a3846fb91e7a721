//! What the customer's words and facts say in one turn: the floor, the detectors, high value.

use baton_model::{Action, Conversation, EntityKind, Layer, Order, Reason, SignalKind, Signals, Trigger, Turn, Urgency};

use super::{CompiledPolicy, Matches, Seen, evidence, grade, reason};

/// The signals of each detector, and what it means when one of them is the strongest.
fn parts(trigger: Trigger) -> &'static [(SignalKind, &'static str)] {
    match trigger {
        Trigger::Safety => &[
            (SignalKind::SelfHarm, "The customer may be in danger of harming themselves."),
            (SignalKind::Violence, "The message speaks of violence or a threat."),
            (SignalKind::Medical, "Somebody's health or safety may be in danger."),
        ],
        Trigger::ExplicitRequest => &[(SignalKind::WantsHuman, "The customer asks for a person.")],
        Trigger::Abuse => &[(SignalKind::Abuse, "The message is abusive.")],
        Trigger::Distress => &[
            (SignalKind::Anger, "The customer is angry."),
            (SignalKind::Anxiety, "The customer is anxious."),
            (SignalKind::Sadness, "The customer is sad or hurt."),
        ],
        Trigger::Complaint => &[
            (SignalKind::Complaint, "The customer complains."),
            (SignalKind::Dispute, "The customer disputes a charge or a payment."),
            (SignalKind::LegalThreat, "The customer speaks of legal action."),
            (SignalKind::ChurnThreat, "The customer threatens to leave."),
        ],
        Trigger::Negotiation => &[
            (SignalKind::NegotiatePrice, "The customer asks for a different price."),
            (SignalKind::NegotiateTerms, "The customer asks for an exception or special terms."),
        ],
        Trigger::Rule | Trigger::HighValue | Trigger::AiLimit => &[],
    }
}

/// What each detector would say of a customer's text.
pub fn scores(signals: &Signals) -> impl Iterator<Item = (Trigger, f32)> + '_ {
    Trigger::ALL
        .into_iter()
        .filter(|t| !parts(*t).is_empty())
        .map(|trigger| (trigger, parts(trigger).iter().map(|(kind, _)| signals.score(*kind)).fold(0.0, f32::max)))
}

/// Safety, and the right to a human.
pub(super) fn floor(policy: &CompiledPolicy, seen: &Seen<'_>, found: &mut Matches) {
    if seen.turn.is_customer() {
        found.reasons.extend(detect(policy, seen.turn, Trigger::Safety, Layer::Floor));
    }
    if let Some(asked) = seen.asked {
        let urgency = policy.detector(Trigger::ExplicitRequest).urgency;
        let mut r =
            reason(Trigger::ExplicitRequest, Layer::Floor, Trigger::ExplicitRequest.name(), Action::Escalate, urgency);
        let said: String = asked.trim().chars().take(evidence::MAX_QUOTE as usize).collect();
        r.because =
            if said.is_empty() { "A person was asked for.".into() } else { format!("A person was asked for: {said}") };
        r.evidence = vec![evidence::whole(seen.conversation.last_customer_turn().map_or(seen.turn, |t| t))];
        found.reasons.push(r);
    } else if seen.turn.is_customer() {
        found.reasons.extend(detect(policy, seen.turn, Trigger::ExplicitRequest, Layer::Floor));
    }
}

pub(super) fn words(policy: &CompiledPolicy, seen: &Seen<'_>, found: &mut Matches) {
    for trigger in [Trigger::Abuse, Trigger::Distress, Trigger::Complaint, Trigger::Negotiation] {
        found.reasons.extend(detect(policy, seen.turn, trigger, Layer::Detector));
    }
}

fn detect(policy: &CompiledPolicy, turn: &Turn, trigger: Trigger, layer: Layer) -> Option<Reason> {
    let limits = policy.detector(trigger);
    let parts = parts(trigger);
    // The first of equals, so that the answer never depends on anything else.
    let (kind, because, score) = parts
        .iter()
        .map(|(kind, because)| (*kind, *because, turn.signals.score(*kind)))
        .fold(None, |best: Option<(_, _, f32)>, next| if best.is_none_or(|b| next.2 > b.2) { Some(next) } else { best })?;
    let (action, threshold) = grade(score, limits.offer, limits.escalate).filter(|_| limits.enabled)?;
    let mut r = reason(trigger, layer, trigger.name(), action, limits.urgency);
    (r.score, r.threshold, r.because) = (score, threshold, because.to_owned());
    r.evidence = evidence::of_signals(turn, &[kind], 0.0);
    r.features = parts
        .iter()
        .map(|(k, _)| baton_model::Feature { name: k.name().into(), contribution: turn.signals.score(*k) })
        .filter(|f| f.contribution > 0.0 && parts.len() > 1)
        .collect();
    r.features.sort_by(|a, b| b.contribution.total_cmp(&a.contribution).then(a.name.cmp(&b.name)));
    Some(r)
}

/// An amount that the customer names, or an order that they speak of.
pub(super) fn high_value(policy: &CompiledPolicy, seen: &Seen<'_>, found: &mut Matches) {
    let limit = &policy.policy.high_value;
    let amounts = seen.turn.signals.entities.iter().filter(|e| e.kind == EntityKind::Amount).filter_map(|e| {
        let (minor, currency) = e.value.split_once(' ')?;
        Some((minor.parse::<i64>().ok()?, currency, e.span))
    });
    let named = amounts
        .filter(|(minor, currency, _)| *minor >= limit.amount_minor && comparable(currency, &limit.currency))
        .max_by_key(|a| a.0);
    let mut r = reason(Trigger::HighValue, Layer::Detector, Trigger::HighValue.name(), limit.action, Urgency::Normal);
    if let Some((minor, currency, span)) = named {
        r.score = ratio(minor, limit.amount_minor);
        r.because = format!("The customer names {}, a high amount.", money(minor, currency));
        r.evidence = vec![evidence::at(seen.turn, span)];
    } else if let Some((order, minor, currency)) = valuable_order(seen, limit.amount_minor, &limit.currency) {
        r.score = ratio(minor, limit.amount_minor);
        r.because = format!("It is about order {}, worth {}.", order.reference, money(minor, currency));
        r.evidence = vec![evidence::whole(seen.turn)];
    } else {
        return;
    }
    found.reasons.push(r);
}

/// The most valuable order that this turn names. When it names none but is about an order, any of the customer's may be
/// meant: that counts once in a conversation.
fn valuable_order<'a>(seen: &Seen<'a>, at_least: i64, currency: &str) -> Option<(&'a Order, i64, &'a str)> {
    let orders = || seen.facts.into_iter().flat_map(|f| f.orders.iter().map(|o| &o.value));
    let named = |o: &Order| {
        let reference = o.reference.trim_start_matches('#');
        seen.turn
            .signals
            .entities
            .iter()
            .any(|e| e.kind == EntityKind::Reference && e.value.trim_start_matches('#').eq_ignore_ascii_case(reference))
    };
    let any_named = orders().any(named);
    if !any_named && (!about_an_order(seen.turn) || already(seen.conversation)) {
        return None;
    }
    orders()
        .filter(|o| !any_named || named(o))
        .filter_map(|o| o.total.as_ref().map(|t| (o, t.minor, t.currency.as_str())))
        .filter(|(_, minor, c)| *minor >= at_least && comparable(c, currency))
        .max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.reference.cmp(&a.0.reference)))
}

fn about_an_order(turn: &Turn) -> bool {
    let class = turn.signals.issue_class.as_ref().map(|c| c.label.as_str());
    matches!(class, Some("order_status" | "delivery" | "refund" | "returns" | "cancellation" | "complaint"))
}

fn already(conversation: &Conversation) -> bool {
    conversation.decisions.iter().rev().take(80).any(|d| d.reasons.iter().any(|r| r.trigger == Trigger::HighValue))
}

/// Without exchange rates the big currencies are taken at par, which is near enough for a threshold; others only match
/// themselves.
fn comparable(a: &str, b: &str) -> bool {
    const NEAR: [&str; 6] = ["EUR", "USD", "GBP", "CHF", "CAD", "AUD"];
    a == b || (NEAR.contains(&a) && NEAR.contains(&b))
}

fn ratio(amount: i64, limit: i64) -> f32 {
    ((amount as f64 / limit.max(1) as f64 * 1000.0).round() / 1000.0).min(1000.0) as f32
}

fn money(minor: i64, currency: &str) -> String {
    match currency {
        "JPY" | "KRW" => format!("{minor} {currency}"),
        _ => baton_model::Money { minor, currency: currency.to_owned() }.to_string(),
    }
}
