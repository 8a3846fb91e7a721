//! What the user has given, by the fields of the queries that assistants send: "the 7th" is a `StartDate`, "Hyatt" a `Name`.
//! Which word fills which field is learnt from the queries of the dialogues that the model is fitted on.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::features::Hashed;

/// A word fills a field of a task when it did in so many dialogues, and in this share of those in which a user said it.
const LEAST: u32 = 3;
const SHARE: f64 = 0.35;
/// It tells a checking query from a booking one: the action says so.
const NOT_GIVEN: &str = "RequestType";

/// The fields that a word fills, by task and word.
#[derive(Debug, Default)]
pub(super) struct Slots(BTreeMap<String, BTreeMap<String, Vec<String>>>);

/// What one dialogue teaches.
#[derive(Debug)]
pub(super) struct Lesson<'a> {
    pub(super) task: String,
    pub(super) users: Vec<&'a str>,
    pub(super) constraints: Vec<&'a Value>,
}

impl Slots {
    pub(super) fn learn<'a>(lessons: impl IntoIterator<Item = Lesson<'a>>) -> Self {
        let mut said: BTreeMap<(String, String), u32> = BTreeMap::new();
        let mut filled: BTreeMap<(String, String), BTreeMap<String, u32>> = BTreeMap::new();
        for lesson in lessons.into_iter().filter(|l| !l.constraints.is_empty()) {
            let words: BTreeSet<String> =
                lesson.users.iter().flat_map(|text| tokens(text)).map(|t| t.kind().to_owned()).collect();
            let sent: BTreeSet<(&str, String)> = fields(lesson.constraints.iter().copied())
                .flat_map(|(key, value)| tokens(&value).into_iter().map(move |t| (key, t.kind().to_owned())))
                .filter(|(_, word)| words.contains(word))
                .collect();
            for (key, word) in sent {
                *filled.entry((lesson.task.clone(), word)).or_default().entry(key.to_owned()).or_default() += 1;
            }
            words.into_iter().for_each(|word| *said.entry((lesson.task.clone(), word)).or_default() += 1);
        }
        let mut slots = Self::default();
        for (place, keys) in filled {
            let most = f64::from(said.get(&place).copied().unwrap_or_default());
            let keys = keys.into_iter().filter(|&(_, n)| n >= LEAST && f64::from(n) >= SHARE * most).map(|(key, _)| key);
            let keys: Vec<String> = keys.collect();
            if !keys.is_empty() {
                slots.0.entry(place.0).or_default().insert(place.1, keys);
            }
        }
        slots
    }

    /// The fields that the words fill, each with those words.
    fn filled_by(&self, task: &str, tokens: &[Token]) -> BTreeMap<&str, BTreeSet<String>> {
        let mut out: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        let Some(words) = self.0.get(task) else { return out };
        for token in tokens {
            for key in words.get(token.kind()).into_iter().flatten() {
                out.entry(key).or_default().insert(token.exact.clone());
            }
        }
        out
    }
}

/// What was given in a dialogue so far.
#[derive(Debug)]
pub(super) struct Given<'a> {
    slots: &'a Slots,
    /// In the newest turn of the user.
    now: BTreeMap<&'a str, BTreeSet<String>>,
    ever: BTreeSet<&'a str>,
    /// In the last query that had the field.
    sent: BTreeMap<String, BTreeSet<String>>,
    /// Times, dates and numbers: how many of each, now and ever.
    shapes: [BTreeMap<&'static str, usize>; 2],
}

impl<'a> Given<'a> {
    pub(super) fn nothing(slots: &'a Slots) -> Self {
        Self {
            slots,
            now: BTreeMap::new(),
            ever: BTreeSet::new(),
            sent: BTreeMap::new(),
            shapes: [BTreeMap::new(), BTreeMap::new()],
        }
    }

    pub(super) fn user(&mut self, task: &str, text: &str) {
        let tokens = tokens(text);
        self.now = self.slots.filled_by(task, &tokens);
        self.ever.extend(self.now.keys());
        self.shapes[0].clear();
        for shape in tokens.iter().filter_map(|token| token.shape) {
            self.shapes.iter_mut().for_each(|count| *count.entry(shape).or_default() += 1);
        }
    }

    pub(super) fn query(&mut self, constraints: &[Value]) {
        for (key, value) in fields(constraints) {
            self.sent.insert(key.to_owned(), tokens(&value).into_iter().map(|t| t.exact).collect());
        }
    }

    /// `one` is the last action, `source` who wrote last.
    pub(super) fn features(&self, out: &mut Hashed, task: &str, one: &str, source: &str) {
        let all = joined(self.ever.iter().copied());
        let asked = if self.sent.is_empty() { "no query" } else { "a query" };
        out.add(&["given", task, &all]);
        out.add(&["given 1", task, &all, one]);
        out.add(&["given from", task, &all, source, asked]);
        for key in &self.ever {
            out.add(&["gave", task, key]);
            out.add(&["gave 1", task, key, one]);
            self.ever.iter().take_while(|other| *other < key).for_each(|other| out.add(&["gave both", task, key, other]));
        }
        for key in self.sent.keys().filter(|key| !self.ever.contains(key.as_str())) {
            out.add(&["sent ungiven", task, key]);
        }
        let [shapes_now, shapes] = &self.shapes;
        shapes.iter().for_each(|(shape, n)| out.add(&["shapes", task, shape, &n.min(&5).to_string()]));
        if source != "user" {
            return;
        }
        for (shape, n) in shapes_now {
            let n = n.min(&4).to_string();
            out.add(&["shape", task, shape, &n]);
            out.add(&["shape 1", one, shape, &n]);
        }
        let now = joined(self.now.keys().copied());
        out.add(&["now", task, &now]);
        out.add(&["now 1", task, &now, one]);
        for (key, words) in &self.now {
            // Something else than what was asked with: they changed their mind.
            let how = match self.sent.get(*key) {
                None => "new",
                Some(sent) if words.is_subset(sent) => "same",
                Some(_) => "other",
            };
            out.add(&["gives", task, key, how]);
            out.add(&["gives 1", task, how, one]);
            out.add(&["gives any", how, one]);
        }
        let new = self.now.keys().filter(|key| !self.sent.contains_key(**key)).count();
        out.add(&["gives new", task, &new.to_string(), asked, one]);
    }
}

fn joined<'a>(keys: impl Iterator<Item = &'a str>) -> String {
    keys.collect::<Vec<_>>().join("|")
}

/// The fields of a query with their values, without the names of the comparisons around these.
fn fields<'v>(constraints: impl IntoIterator<Item = &'v Value>) -> impl Iterator<Item = (&'v str, String)> {
    let pairs = constraints.into_iter().filter_map(Value::as_object).flatten();
    pairs.filter(|(key, _)| *key != NOT_GIVEN).map(|(key, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let inside = text.strip_prefix("api.").and_then(|call| call.split_once('(')).map(|(_, inside)| inside.to_owned());
        (key.as_str(), inside.unwrap_or(text))
    })
}

/// A word in lower case; or a time, a date or a number, which counts by its shape.
#[derive(Debug, PartialEq, Eq)]
struct Token {
    exact: String,
    shape: Option<&'static str>,
}

impl Token {
    fn kind(&self) -> &str {
        self.shape.unwrap_or(&self.exact)
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).flat_map(|word| {
        // "8pm" is a number and a word.
        let digit = |c: u8| c.is_ascii_digit();
        word.as_bytes().chunk_by(move |a, b| digit(*a) == digit(*b)).map(|part| String::from_utf8_lossy(part).into_owned())
    });
    let mut out: Vec<Token> = Vec::new();
    for word in words {
        if word.bytes().all(|b| b.is_ascii_digit()) {
            let shape = if word.len() >= 3 { "LONG" } else { "NUMBER" };
            out.push(Token { exact: word, shape: Some(shape) });
            continue;
        }
        let unit = match word.as_str() {
            "am" | "pm" | "a" | "p" => Some("TIME"),
            "st" | "nd" | "rd" | "th" => Some("DATE"),
            _ => None,
        };
        match (unit, out.last_mut()) {
            (Some(unit), Some(last)) if matches!(last.shape, Some("LONG" | "NUMBER")) => {
                last.shape = Some(unit);
                last.exact.push_str(&word);
            }
            _ => out.push(Token { exact: word, shape: None }),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_count_by_their_shape() {
        let kinds = |text: &str| tokens(text).iter().map(|t| t.kind().to_owned()).collect::<Vec<_>>();
        assert_eq!(kinds("Friday, the 7th, 8pm or 9 PM"), ["friday", "the", "DATE", "TIME", "or", "TIME"]);
        assert_eq!(kinds("a party of 31, room 204"), ["a", "party", "of", "NUMBER", "room", "LONG"]);
    }

    #[test]
    fn what_ends_up_in_a_field_names_it() {
        let constraints = [json!({"Name": "api.is_equal_to(\"Shadyside Inn\")"}), json!({"StartDate": "\"7th\""})];
        let lesson = || Lesson {
            task: "hotel".into(),
            users: vec!["The Shadyside please", "on the 7th"],
            constraints: constraints.iter().collect(),
        };
        let seldom = Slots::learn([lesson(), lesson()]);
        assert!(seldom.filled_by("hotel", &tokens("shadyside")).is_empty(), "two dialogues are too few");
        let slots = Slots::learn([lesson(), lesson(), lesson()]);
        let mut given = Given::nothing(&slots);
        given.user("hotel", "Shadyside, please, from the 9th");
        assert_eq!(given.ever, BTreeSet::from(["Name", "StartDate"]));
        given.query(&constraints);
        let of = |given: &Given<'_>, key: &str| given.now[key].is_subset(&given.sent[key]);
        assert!(of(&given, "Name"), "the inn without its name is the same inn");
        assert!(!of(&given, "StartDate"), "another day");
        given.user("trip", "Shadyside");
        assert!(given.now.is_empty(), "another task has other fields");
    }
}
