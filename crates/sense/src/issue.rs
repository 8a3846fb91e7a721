//! The issue class of a text: generic support classes by weighted keywords.
//!
//! To add a class: one row with its clear and its vague words.

use std::sync::LazyLock;

use baton_model::ClassGuess;
use regex::Regex;

use crate::{cue::round, cue::words, reading::Reading, sieve::Sieve};

pub(crate) struct Class {
    label: &'static str,
    clear: Regex,
    vague: Regex,
}

static CLASSES: LazyLock<(Vec<Class>, Sieve)> = LazyLock::new(|| {
    let classes = classes();
    let sieve = Sieve::of(patterns(&classes));
    (classes, sieve)
});

/// By class: its clear words, then its vague ones.
pub(crate) fn patterns(classes: &[Class]) -> impl Iterator<Item = &str> {
    classes.iter().flat_map(|c| [c.clear.as_str(), c.vague.as_str()])
}

/// Order decides ties.
pub(crate) fn classes() -> Vec<Class> {
    [
        (
            "refund",
            "refund(?:s|ed|ing|able)?|money back|reimburse(?:d|ment)?|credited back|store credit|erstattung|remboursement|reembolso|rimborso",
            "compensat(?:e|ion)|give (?:me )?back|owed?",
        ),
        (
            "returns",
            "returns?|returning|returned|exchange(?:d)?|send (?:it|them|this|these) back|return label|swap|wrong size|doesn't fit|don't fit|too (?:small|big|large|tight)|rma|replacement|retoure|zurückschicken",
            "defective|damaged|faulty|wrong (?:item|colou?r|product)|replace",
        ),
        (
            "cancellation",
            "cancel(?:l?ed|l?ing|lation|s)?|unsubscribe|terminate|terminat(?:ed|ion)|stop my (?:subscription|order|plan)|end my (?:subscription|contract|plan)|stornieren|kündigen|annuler|cancelar",
            "subscription|membership",
        ),
        (
            "order_status",
            "(?:where(?:'s| is| are)|status of|track(?:ing)?|update on|when (?:will|does|is)) (?:my |the |our |of )*(?:order|package|parcel|delivery|purchase|item|stuff|shipment)s?|order status|track(?:ing)?(?: number| link| id)?|has my order|(?:has|have|is) (?:it|my (?:order|package|parcel)) (?:been )?(?:shipped|sent|dispatched|left)|where is it|estimated (?:arrival|delivery)|wo ist meine bestellung|où est ma commande|dónde está mi pedido",
            "order(?:ed|s)?|shipped|dispatched|pending|processing",
        ),
        (
            "delivery",
            "deliver(?:y|ed|ies|ing|s)?|courier|driver|carrier|parcels?|packages?|shipping|shipment|customs|post office|left (?:at|with) (?:the )?(?:door|neighbou?r)|never arrived|not arrived|hasn't arrived|didn't arrive|lieferung|paket|livraison|colis|entrega|paquete",
            "ship|address|arrive(?:d|s)?|late|delay(?:ed)?|ups|dhl|fedex|usps|hermes",
        ),
        (
            "billing",
            "invoices?|bill(?:s|ed|ing)?|charge(?:d|s)?|overcharged|payments?|paid twice|direct debit|credit card|debit card|card (?:was )?declined|declined|receipts?|vat|subscription fee|late fee|top[- ]?up|transfer fee|statement|rechnung|facture|factura|zahlung|discounts?|price match|coupon|promo(?:tion)? code|voucher",
            "pay|paid|paying|card|fee|fees|cost|price|prices|bank|amount|cheaper",
        ),
        (
            "account",
            "pass ?words?|log ?in|log ?on|sign ?in|signed out|locked out|my account|user ?name|two[- ]factor|2fa|verification code|verify my|reset (?:my )?(?:password|pin)|my profile|e-?mail address|close my account|personal (?:data|details|information)|hacked|activate (?:my )?(?:card|account)|pin|konto|passwort|compte|cuenta|contraseña",
            "account|profile|verify|identity|settings|access|phone number",
        ),
        (
            "technical",
            "(?:app|website|site|page|screen|software|device|router|internet|wi-?fi|bluetooth|connection|phone|laptop|printer|system|update|server|browser|tv|checkout) (?:[a-z']+ ){0,3}(?:crash(?:es|ed|ing)?|freez(?:es|ing)|frozen|down|slow|stuck|not work(?:ing)?|isn't working|doesn't work|won't (?:load|open|start|connect|turn on|work)|keeps)|error(?: code| message)?|bugs?|crash(?:es|ed|ing)?|won't (?:load|open|start|connect|turn on|update|charge|pair)|not (?:loading|connecting|syncing|charging|turning on)|troubleshoot(?:ing)?|firmware|install(?:ation|ed|ing)?|reboot|restart(?:ed)?|factory reset|fehlermeldung|ios ?[0-9]+|android",
            "working|work|works|app|website|update(?:d)?|connect|device|screen|battery|software|wifi|internet|glitch|button",
        ),
        (
            "booking",
            "book(?:ing|ings|ed)?|reservations?|reserve(?:d)?|flights?|rebook|check[- ]?in|boarding|seats?|hotels?|rooms?|appointments?|reschedul(?:e|ed|ing)|itinerary|passengers?|luggage|baggage|tickets? for|cabin|layover|buchung|réservation|reserva",
            "ticket|tickets|date|trip|travel|schedule|table|airport|plane",
        ),
        (
            "complaint",
            "complain(?:t|ts|ing)?|unacceptable|disgraceful|(?:worst|terrible|horrible|awful|appalling) (?:[a-z]+ )?(?:service|experience|company|support)|rude|unprofessional|beschwerde|réclamation|queja|reclamo",
            "disappointed|disgusted|ridiculous|lawyer|scam|never again",
        ),
        (
            "product",
            "in stock|out of stock|back in stock|availab(?:le|ility)|sizes?|dimensions|material|ingredients|compatib(?:le|ility)|warranty|guarantee|manual|specs?|specifications?|which (?:model|one|size|version)|do you (?:sell|have|carry|stock)|difference between|recommend(?:ation)?|colou?rs?|spare parts?|how (?:do|to) (?:i )?(?:use|clean|assemble|wash|care)",
            "product|model|item|buy|purchase|quality|version|features?|lamp|shoes|coffee",
        ),
    ]
    .into_iter()
    .map(|(label, clear, vague)| Class { label, clear: words(clear), vague: words(vague) })
    .collect()
}

/// The best class with its share of the evidence; `other` when words say nothing known.
pub(crate) fn classify(reading: &Reading<'_>) -> Option<ClassGuess> {
    // A long text says what it is about early and often.
    const ENOUGH: usize = 8;
    let text = reading.norm.as_str();
    let mut total = 0.0;
    let mut best: Option<(&str, f32)> = None;
    let (classes, sieve) = &*CLASSES;
    let sifted = sieve.sift(reading.squeezed());
    let mentions = |place, words: &Regex| {
        if sifted.may_match(place) { saturate(words.find_iter(text).take(ENOUGH).count()) } else { 0.0 }
    };
    for (i, class) in classes.iter().enumerate() {
        let weight = 3.0 * mentions(2 * i, &class.clear) + mentions(2 * i + 1, &class.vague);
        total += weight;
        if weight > best.map_or(0.0, |(_, w)| w) {
            best = Some((class.label, weight));
        }
    }
    match best {
        Some((label, weight)) => Some(ClassGuess { label: label.into(), score: round(weight / (total + 1.0)) }),
        None if reading.words().nth(3).is_some() => Some(ClassGuess { label: "other".into(), score: 0.3 }),
        None => None,
    }
}

/// 1, 1.5, 1.83, …: each further mention counts less.
fn saturate(n: usize) -> f32 {
    (1..=n).map(|i| 1.0 / i as f32).sum()
}

#[cfg(test)]
mod tests {
    use crate::sense;

    #[test]
    fn classes_of_plain_requests() {
        for (text, class) in [
            ("Where is my order #A-1234?", "order_status"),
            ("I want my money back", "refund"),
            ("How do I return these shoes, they don't fit", "returns"),
            ("You charged my credit card twice on this invoice", "billing"),
            ("I can't log in, please reset my password", "account"),
            ("The app keeps crashing with an error message", "technical"),
            ("Please cancel my subscription", "cancellation"),
            ("I need to change my flight reservation", "booking"),
            ("The courier left the parcel in the rain", "delivery"),
            ("Do you have this in stock in other sizes?", "product"),
            ("I want to make a complaint about rude staff", "complaint"),
            ("Tell me something about the weather", "other"),
        ] {
            assert_eq!(sense(text).issue_class.map(|c| c.label).as_deref(), Some(class), "{text}");
        }
        assert_eq!(sense("hi").issue_class, None);
    }
}
