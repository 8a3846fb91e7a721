//! Text to terms: lower case, English stop words out, a light stemmer, and words of the trade that stand for each other.
//!
//! The stemmer need not find real stems: it must only map the same forms to the same term in articles and questions.

use std::{collections::HashMap, sync::LazyLock};

/// Words that say nothing about the subject, courtesy included.
const STOP: &str = "a about actually after again all also am an and any anyone anything are as ask at be because been before being but by \
can cannot could did do does doesn doing don done else etc even ever for from get gets getting give go goes going gonna got had has \
have having he hello help her here hey hi him his how i id if ill im in into is isn it its ive just kind know last let like ll long \
look made make many may maybe me might mine more most much must my myself need needed never next no not now of off oh ok okay on once \
one only or other our out over own per please possible put question quick re really right s said say see she should so some someone \
something still such sure t take tell than thank thanks that the their them then there these they thing this those though through to \
too try trying up us use ve very want wanted was way we well were what whats when where whether which while who why will wish with \
within won wonder wondering would yes yet you your yours";

/// Each line: words that may stand for each other in a question.
const ALIKE: &str = "parcel package shipment
deliver ship dispatch post courier arrive arrival
cost price fee expensive charge
refund reimburse reimbursement
broken faulty defective fault break
damage damaged
torn tear ripped rip
code coupon voucher promo
discount rebate reduction
invoice receipt bill
login signin password
shop store boutique
phone telephone call
exchange swap
warranty guarantee
track trace tracking
late delay delayed overdue
lost missing vanished
child children kid toddler
wash clean launder laundry
dry dryer
jacket coat parka anorak
backpack rucksack
bag backpack
colour color
repair fix mend
expire expired valid validity
unsubscribe unsubscribing
newsletter mailing
instalment installment financing
twice double
holiday sunday
data information gdpr
delete erase remove close
cancel cancelled abort
locker packstation
abroad foreign overseas country countries
redeem use
waterproof waterproofing repellent leak leaking
material fabric
vegan animal
email mail
student university
guest register registration";

/// Phrases that mean one word, applied before splitting.
const PHRASES: [(&str, &str); 14] = [
    ("where is my", "track my"),
    ("where's my", "track my"),
    ("money back", "refund"),
    ("send back", "return"),
    ("sent back", "returned"),
    ("give back", "return"),
    ("log in", "login"),
    ("sign in", "login"),
    ("e-mail", "email"),
    ("pick-up", "pickup"),
    ("pick up", "pickup"),
    ("opening times", "opening hours"),
    ("buy now pay later", "instalments"),
    ("out of stock", "sold out"),
];

/// Weight of a word that merely stands for the one that was asked for.
const ALIKE_WEIGHT: f32 = 0.75;

static STOP_WORDS: LazyLock<std::collections::HashSet<&'static str>> = LazyLock::new(|| STOP.split_whitespace().collect());

static ALIKE_BY_STEM: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
    let mut map: HashMap<String, Vec<String>> = HashMap::new();
    for line in ALIKE.lines() {
        let stems: Vec<String> = line.split_whitespace().map(stem).collect();
        for from in &stems {
            for to in &stems {
                let list = map.entry(from.clone()).or_default();
                if from != to && !list.contains(to) {
                    list.push(to.clone());
                }
            }
        }
    }
    map
});

/// One word of a question with what may stand for it. The first alternative is the word itself, weight 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) alternatives: Vec<(String, f32)>,
}

/// Terms of an article's text, in order, stop words left out.
pub(crate) fn terms(text: &str) -> Vec<String> {
    split(text).into_iter().filter(|w| !STOP_WORDS.contains(w.as_str())).map(|w| stem(&w)).collect()
}

/// Distinct terms of a question.
pub(crate) fn wanted(question: &str) -> Vec<Wanted> {
    let mut out: Vec<Wanted> = Vec::new();
    for term in terms(question) {
        if out.iter().any(|w| w.alternatives[0].0 == term) {
            continue;
        }
        let mut alternatives = vec![(term.clone(), 1.0)];
        alternatives.extend(ALIKE_BY_STEM.get(&term).into_iter().flatten().map(|t| (t.clone(), ALIKE_WEIGHT)));
        out.push(Wanted { alternatives });
    }
    out
}

/// What kind of answer a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnswerKind {
    /// "how long", "how many days": a number and a unit of time.
    Duration,
    /// "how much": an amount.
    Amount,
}

impl AnswerKind {
    pub(crate) fn asked_by(question: &str) -> Option<Self> {
        let q = question.to_lowercase();
        if ["how long", "how many days", "how many weeks", "how quickly", "how soon"].iter().any(|p| q.contains(p)) {
            Some(Self::Duration)
        } else if ["how much", "what does", "cost", "price"].iter().any(|p| q.contains(p)) {
            Some(Self::Amount)
        } else {
            None
        }
    }

    pub(crate) fn found_in(self, text: &str) -> bool {
        let units: &[&str] = match self {
            Self::Duration => {
                &["day", "days", "week", "weeks", "month", "months", "year", "years", "hour", "hours", "minutes"]
            }
            Self::Amount => &["eur", "euro", "euros", "usd", "dollars", "gbp", "pounds", "chf", "percent", "free"],
        };
        split(text).iter().any(|w| units.contains(&w.as_str()))
    }
}

/// Lower-case words: letters and digits, apostrophes dropped.
pub(crate) fn split(text: &str) -> Vec<String> {
    let mut text = text.to_lowercase();
    for (phrase, word) in PHRASES {
        if text.contains(phrase) {
            text = text.replace(phrase, word);
        }
    }
    text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
        .map(|w| w.split(['\'', '’']).next().unwrap_or_default().to_owned())
        .filter(|w| !w.is_empty())
        .collect()
}

fn stem(word: impl AsRef<str>) -> String {
    let word = word.as_ref();
    if word.len() <= 3 || !word.is_ascii() || word.bytes().any(|b| b.is_ascii_digit()) {
        return word.to_owned();
    }
    let mut w = word.to_owned();
    if let Some(base) = w.strip_suffix("ies").filter(|b| b.len() > 1) {
        w = format!("{base}y");
    } else if let Some(base) = w.strip_suffix("es").filter(|b| ["s", "x", "z", "ch", "sh"].iter().any(|e| b.ends_with(e))) {
        w = base.to_owned();
    } else if let Some(base) = w.strip_suffix('s').filter(|b| !b.ends_with(['s', 'u', 'i'])) {
        w = base.to_owned();
    }
    for (suffix, least) in [("ation", 4), ("able", 4), ("ment", 3), ("ing", 3), ("ed", 3), ("ly", 4)] {
        if let Some(base) = w.strip_suffix(suffix).filter(|b| b.len() >= least && b.contains(['a', 'e', 'i', 'o', 'u', 'y']))
            && (suffix != "ed" || !base.ends_with('e'))
        {
            w = base.to_owned();
            break;
        }
    }
    if w.len() > 3 && w.ends_with('e') || w.len() > 4 && w.ends_with('y') {
        w.pop();
    }
    let bytes = w.as_bytes();
    if bytes.len() > 3 && bytes[bytes.len() - 1] == bytes[bytes.len() - 2] {
        w.pop();
    }
    w
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_share_a_term() {
        for forms in [
            &["delivery", "deliver", "delivered", "deliveries", "delivering"][..],
            &["cancel", "cancelled", "cancelling", "cancellation"],
            &["ship", "shipping", "shipped", "ships"],
            &["size", "sizes", "sizing"],
            &["refund", "refunds", "refunded"],
            &["exchange", "exchanging", "exchanges"],
            &["pay", "payment", "payments", "paying"],
        ] {
            let stems: std::collections::BTreeSet<String> = forms.iter().map(stem).collect();
            assert_eq!(stems.len(), 1, "{forms:?} -> {stems:?}");
        }
        assert_ne!(stem("seed"), stem("see"));
    }

    #[test]
    fn a_question_loses_its_courtesy_and_gains_likely_words() {
        let w = wanted("Hi, could you please tell me when I get my money back?");
        assert_eq!(w.len(), 1);
        assert_eq!(w[0].alternatives[0].0, "refund");
        assert!(wanted("what's the coupon?")[0].alternatives.iter().any(|(t, weight)| t == "cod" && *weight < 1.0));
    }
}
