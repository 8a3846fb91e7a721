//! Who the customer is: card, orders, entities.

use baton_model::{Conversation, CustomerCard, Entity, EntityKind, Order, PackageEntity, PastContact, Sourced};

use super::{
    quote::{last_four, short_line},
    reading::{Heard, Reading, known_facts},
    words::{find_phrase, fold},
};

/// What the conversation itself says goes first, then what was said in turns, then the record: but only of a customer whose
/// identity is vouched for. A visitor who claims to be somebody shows their record to the desk, marked as not verified, and
/// nothing of it goes into words to them.
pub(super) fn card(conversation: &Conversation, reading: &Reading<'_>, past_contacts: Vec<PastContact>) -> CustomerCard {
    let told = &conversation.customer;
    let record = known_facts(conversation).and_then(|f| f.customer.clone());
    let of_record = |field: fn(&baton_model::Customer) -> Option<String>| {
        record.as_ref().filter(|_| told.verified).and_then(|r| field(&r.value))
    };
    CustomerCard {
        name: filled(told.name.clone())
            .or_else(|| of_record(|r| filled(Some(r.name.clone()))))
            .or_else(|| introduced_name(reading)),
        external_id: told.external_id.clone().or_else(|| of_record(|r| Some(r.external_id.clone()))),
        email: filled(told.email.clone())
            .or_else(|| said(reading, EntityKind::Email))
            .or_else(|| of_record(|r| filled(r.email.clone()))),
        phone: filled(told.phone.clone())
            .or_else(|| said(reading, EntityKind::Phone))
            .or_else(|| of_record(|r| filled(r.phone.clone()))),
        locale: told.locale.clone().or_else(|| of_record(|r| r.locale.clone())),
        time_zone: told.time_zone.clone().or_else(|| of_record(|r| r.time_zone.clone())),
        verified: told.verified,
        record,
        past_contacts,
    }
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|t| !t.trim().is_empty())
}

fn said(reading: &Reading<'_>, kind: EntityKind) -> Option<String> {
    reading
        .customer()
        .flat_map(|h| &h.turn.signals.entities)
        .find(|e| e.kind == kind && !e.value.trim().is_empty())
        .map(|e| reading.veil.cover(&e.value).into_owned())
}

/// A person named in a turn is the customer only where they introduce themselves.
fn introduced_name(reading: &Reading<'_>) -> Option<String> {
    reading.customer().find_map(|h| {
        let entity = h.turn.signals.entities.iter().find(|e| e.kind == EntityKind::Person && introduces(h, e))?;
        filled(Some(reading.veil.cover(&entity.value).into_owned()))
    })
}

fn introduces(heard: &Heard<'_>, entity: &Entity) -> bool {
    let before: String = heard.text.chars().take(entity.span.start as usize).collect();
    let before = fold(before.trim_end());
    ["my name is", "i'm", "i am", "this is", "name:", "ich bin", "mein name ist"].iter().any(|p| before.ends_with(p))
}

/// Orders that the customer mentioned first, then the newest.
pub(super) fn orders(conversation: &Conversation, reading: &Reading<'_>) -> Vec<Sourced<Order>> {
    let Some(facts) = known_facts(conversation) else { return Vec::new() };
    let said: Vec<String> = reading.customer().map(|h| fold(&h.text)).collect();
    let mut orders = facts.orders.clone();
    orders.sort_by_key(|o| {
        let place = said.iter().position(|text| mentions(text, &o.value.reference)).unwrap_or(usize::MAX);
        (place, std::cmp::Reverse(o.value.placed_at), o.value.reference.clone())
    });
    orders
}

/// Whether a folded text names a reference.
pub(super) fn mentions(folded: &str, reference: &str) -> bool {
    let reference = fold(reference.trim());
    !reference.is_empty()
        && find_phrase(folded, &reference)
            .is_some_and(|at| folded[at + reference.len()..].chars().next().is_none_or(|c| !c.is_alphanumeric()))
}

/// Every entity once, at the turn that said it first. Notices are Baton's own words and say nothing new.
pub(super) fn entities(reading: &Reading<'_>) -> Vec<PackageEntity> {
    let mut out: Vec<PackageEntity> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for heard in &reading.turns {
        if matches!(heard.turn.author, baton_model::Author::Notice { .. }) {
            continue;
        }
        if heard.turn.signals.entities.is_empty() {
            continue;
        }
        let length = u32::try_from(heard.text.chars().count()).unwrap_or(u32::MAX);
        for entity in &heard.turn.signals.entities {
            let value = if entity.kind.is_secret() {
                last_four(&entity.value)
            } else {
                short_line(&reading.veil.cover(&entity.value), 200)
            };
            let span = entity.span;
            if !value.is_empty() && span.start < span.end && span.end <= length && seen.insert((entity.kind, fold(&value))) {
                out.push(PackageEntity { kind: entity.kind, value, turn: heard.id(), span });
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use baton_model::Customer;

    use super::*;
    use crate::package::samples::{Talk, an_order};

    #[test]
    fn the_card_joins_what_was_told_said_and_recorded() {
        let mut talk = Talk::new()
            .customer("I'm Jane Roe, write to jane@example.com")
            .entity("Jane Roe", EntityKind::Person, "Jane Roe")
            .entity("jane@example.com", EntityKind::Email, "jane@example.com");
        talk.know(Some(Customer { phone: Some("+4912345".into()), ..crate::package::samples::a_customer() }), vec![]);
        talk.conversation.customer.name = None;
        let reading = Reading::of(&talk.conversation, usize::MAX);
        let card = card(&talk.conversation, &reading, vec![]);
        assert_eq!(card.name.as_deref(), Some("Jane Roe"));
        assert_eq!(card.email.as_deref(), Some("jane@example.com"));
        assert_eq!(card.phone.as_deref(), Some("+4912345"));
        assert_eq!(introduced_name(&reading).as_deref(), Some("Jane Roe"));
    }

    #[test]
    fn a_claimed_record_is_shown_and_lends_nothing() {
        let mut talk = Talk::new().customer("hello");
        talk.know(Some(crate::package::samples::a_customer()), vec![]);
        talk.conversation.customer = baton_model::CustomerRef::default();
        let card = card(&talk.conversation, &Reading::of(&talk.conversation, usize::MAX), vec![]);
        assert!(card.record.is_some() && !card.verified);
        assert_eq!((card.name, card.email, card.phone), (None, None, None));
    }

    #[test]
    fn a_person_spoken_about_is_not_the_customer() {
        let talk = Talk::new().customer("Your colleague Tom lied").entity("Tom", EntityKind::Person, "Tom");
        assert_eq!(introduced_name(&Reading::of(&talk.conversation, usize::MAX)), None);
    }

    #[test]
    fn mentioned_orders_come_first() {
        let mut talk = Talk::new().customer("where is a-1042?");
        talk.know(None, vec![an_order("A-10421", 3), an_order("A-1042", 1), an_order("A-7", 2)]);
        let refs: Vec<_> = orders(&talk.conversation, &Reading::of(&talk.conversation, usize::MAX))
            .into_iter()
            .map(|o| o.value.reference)
            .collect();
        assert_eq!(refs, ["A-1042", "A-10421", "A-7"]);
    }

    #[test]
    fn entities_are_masked_and_listed_once() {
        let talk = Talk::new()
            .customer("card 4242424242424242 order A-1")
            .entity("4242424242424242", EntityKind::Card, "4242424242424242")
            .entity("A-1", EntityKind::Reference, "A-1")
            .customer("a-1 again")
            .entity("a-1", EntityKind::Reference, "A-1");
        let found = entities(&Reading::of(&talk.conversation, usize::MAX));
        let values: Vec<_> = found.iter().map(|e| (e.value.as_str(), e.turn)).collect();
        let first = talk.conversation.turns[0].id;
        assert_eq!(values, [("•••• 4242", first), ("A-1", first)]);
    }
}
