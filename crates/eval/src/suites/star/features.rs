//! What is known when the next action is due, as binary features, each named by a hash of 32 bits.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::slots::{Given, Slots};

/// Actions that say little about where the task stands.
const ANYWHERE: [&str; 5] = ["FREE", "custom", "out_of_scope", "hello", "anything_else"];

/// A dialogue so far.
#[derive(Debug)]
pub(super) struct Features<'a> {
    task: String,
    given: Given<'a>,
    actions: Vec<String>,
    users: Vec<Vec<String>>,
    said: String,
    found: Vec<Option<Map<String, Value>>>,
    /// Actions since the knowledge base last answered, and what was said in them, in lower case.
    since: Vec<String>,
    told: String,
    asked_for: BTreeSet<String>,
    /// Names of the last query's constraints.
    query: String,
    /// Who wrote: `user`, `kb`, `wiza`; the last two.
    last: [&'static str; 2],
}

impl<'a> Features<'a> {
    pub(super) fn of_task(task: String, slots: &'a Slots) -> Self {
        Self {
            task,
            given: Given::nothing(slots),
            actions: Vec::new(),
            users: Vec::new(),
            said: String::new(),
            found: Vec::new(),
            since: Vec::new(),
            told: String::new(),
            asked_for: BTreeSet::new(),
            query: String::new(),
            last: ["^", "^"],
        }
    }

    fn wrote(&mut self, who: &'static str) {
        self.last = [who, self.last[0]];
    }

    pub(super) fn user(&mut self, text: &str) {
        self.users.push(words(text));
        self.given.user(&self.task, text);
        self.wrote("user");
    }

    pub(super) fn knowledge(&mut self, item: Option<&Map<String, Value>>) {
        self.found.push(item.cloned());
        self.since.clear();
        self.told.clear();
        self.wrote("kb");
    }

    pub(super) fn wizard(&mut self, action: Option<&str>, text: &str, constraints: Option<&[Value]>) {
        let action = action.unwrap_or("FREE");
        self.actions.push(action.to_owned());
        self.since.push(action.to_owned());
        self.said = text.to_owned();
        self.told.push('\n');
        self.told.push_str(&text.to_lowercase());
        let keys = constraints.into_iter().flatten().filter_map(Value::as_object).flat_map(Map::keys);
        let keys: BTreeSet<&String> = keys.collect();
        if !keys.is_empty() {
            self.query = keys.iter().map(|key| key.as_str()).collect::<Vec<_>>().join("|");
            self.asked_for.extend(keys.into_iter().cloned());
        }
        self.given.query(constraints.unwrap_or_default());
        self.wrote("wiza");
    }

    pub(super) fn hashed(&self) -> Vec<u32> {
        let mut out = Hashed(BTreeSet::new());
        self.course(&mut out);
        self.request(&mut out);
        self.knowledge_base(&mut out);
        let one = self.actions.last().map_or("^", String::as_str);
        self.given.features(&mut out, &self.task, one, self.last[0]);
        out.0.into_iter().collect()
    }

    /// Where the task stands: what was done, and in which order.
    fn course(&self, out: &mut Hashed) {
        let task = &self.task;
        let [source, before] = self.last;
        let back = |list: &[&str], n: usize| list.iter().rev().nth(n).map_or("^".to_owned(), |a| (*a).to_owned());
        let all: Vec<&str> = self.actions.iter().map(String::as_str).collect();
        let (one, two, three) = (back(&all, 0), back(&all, 1), back(&all, 2));
        let telling: Vec<&str> = all.iter().copied().filter(|a| !ANYWHERE[..3].contains(a)).collect();
        let done: BTreeSet<&str> = all.iter().copied().filter(|a| !ANYWHERE.contains(a)).collect();
        let path = done.iter().copied().collect::<Vec<_>>().join("|");
        let tail = |n: usize| telling[telling.len().saturating_sub(n)..].join("|");
        out.add(&["task", task]);
        out.add(&["1", &one]);
        out.add(&["2", &two]);
        out.add(&["12", &one, &two]);
        out.add(&["123", &one, &two, &three]);
        out.add(&["t1", task, &one]);
        out.add(&["from", source]);
        out.add(&["t from", task, source, before, &one]);
        out.add(&["t n", task, &all.len().min(12).to_string()]);
        out.add(&["path", task, &path]);
        out.add(&["path from", task, &path, source]);
        out.add(&["path 1", task, &path, &one, source]);
        out.add(&["e1", task, &back(&telling, 0), source]);
        out.add(&["e2", task, &tail(2), source]);
        out.add(&["e3", &tail(3), source]);
        done.iter().for_each(|a| out.add(&["done", task, a]));
        for action in all.iter().collect::<BTreeSet<_>>() {
            let times = all.iter().filter(|a| *a == action).count().min(3);
            out.add(&["times", task, action, &times.to_string()]);
        }
        self.asked_for.iter().for_each(|key| out.add(&["asked", task, key]));
        if ANYWHERE[..3].contains(&one.as_str()) {
            grams(&words(&self.said).into_iter().take(24).collect::<Vec<_>>()).iter().for_each(|g| out.add(&["said", g]));
        }
    }

    /// What the user wrote.
    fn request(&self, out: &mut Hashed) {
        let (task, fresh) = (&self.task, self.last[0] == "user");
        let one = self.actions.last().map_or("^", String::as_str);
        if let Some(words) = self.users.last() {
            for gram in grams(words) {
                if fresh {
                    out.add(&["u", &gram]);
                    out.add(&["tu", task, &gram]);
                } else {
                    out.add(&["old u", &gram]);
                }
            }
            if fresh {
                grams(words).iter().for_each(|gram| out.add(&["1u", one, gram]));
                let length = [3, 6, 12].iter().filter(|&&n| words.len() >= n).count().to_string();
                out.add(&["length", one, &length]);
            }
        }
        self.users.iter().flatten().collect::<BTreeSet<_>>().iter().for_each(|w| out.add(&["ever", task, w]));
    }

    /// What the knowledge base answered last, how far that was told, and whether the user has just named it.
    fn knowledge_base(&self, out: &mut Hashed) {
        let (task, source) = (&self.task, self.last[0]);
        let one = self.actions.last().map_or("^", String::as_str);
        let Some(last) = self.found.last() else { return };
        let since: Vec<&str> = self.since.iter().map(String::as_str).collect();
        let again = self.found.len() > 1 && self.found[self.found.len() - 2] == *last;
        out.add(&["found", task, &self.found.len().to_string()]);
        out.add(&["since", task, &since[since.len().saturating_sub(3)..].join("|"), source]);
        out.add(&["since n", task, &since.len().min(6).to_string(), source]);
        out.add(&["query", task, &self.query, source]);
        out.add(&["again", task, yes(again), source, one]);
        let Some(item) = last else { return out.add(&["nothing", task, source, one]) };
        let heard: BTreeSet<&str> = match self.users.last().filter(|_| source == "user") {
            Some(words) => words.iter().map(String::as_str).collect(),
            None => BTreeSet::new(),
        };
        for (key, value) in item {
            out.add(&["key", task, key, source]);
            match value {
                // Steps are told one by one.
                Value::Array(list) => {
                    let left = list.len().saturating_sub(since.len()).min(6);
                    let over = since.len().saturating_sub(list.len()).min(2);
                    out.add(&["left", task, &left.to_string(), &over.to_string(), source]);
                    out.add(&["left 1", task, &left.to_string(), &over.to_string(), one, source]);
                    self.step(out, key, list, one);
                }
                Value::String(text) => {
                    let own = words(text);
                    let hits = own.iter().filter(|w| heard.contains(w.as_str())).count();
                    let how = match hits {
                        _ if source != "user" || own.is_empty() => "-",
                        0 => "none",
                        n if n == own.len() => "all",
                        _ => "some",
                    };
                    out.add(&["heard", task, key, how, one]);
                    out.add(&["told", task, key, yes(self.told.contains(&text.to_lowercase())), source]);
                    own.iter().for_each(|w| out.add(&["word", task, key, w]));
                    grams(&own).iter().take(40).for_each(|g| out.add(&["words", g, source]));
                    out.add(&["value", task, key, &text.chars().take(40).collect::<String>()]);
                }
                other => {
                    let text = other.to_string();
                    out.add(&["told", task, key, yes(self.told.contains(&text)), source]);
                    out.add(&["value", task, key, &text]);
                }
            }
        }
    }

    /// Which step of the list was told last, by its words: how many are left after it.
    fn step(&self, out: &mut Hashed, key: &str, list: &[Value], one: &str) {
        let (task, source) = (&self.task, self.last[0]);
        let said = words(&self.said);
        let shared = |step: &Value| {
            let step = words(step.as_str().unwrap_or_default());
            step.iter().filter(|w| said.contains(w)).count() as f64 / step.len().max(1) as f64
        };
        let Some((told, share)) = list.iter().map(shared).enumerate().max_by(|a, b| a.1.total_cmp(&b.1)) else { return };
        if share <= 0.6 {
            return out.add(&["no step", task, one, source]);
        }
        let left = (list.len() - 1 - told).min(4).to_string();
        out.add(&["step", task, &left, source]);
        out.add(&["step 1", task, &left, one, source]);
        out.add(&["step of", task, key, &left, yes(share > 0.99), source]);
    }
}

fn yes(it_is: bool) -> &'static str {
    if it_is { "yes" } else { "no" }
}

#[derive(Debug)]
pub(super) struct Hashed(BTreeSet<u32>);

impl Hashed {
    /// FNV-1a over the parts.
    pub(super) fn add(&mut self, parts: &[&str]) {
        let bytes = parts.iter().flat_map(|p| p.bytes().chain([0]));
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
        self.0.insert((hash ^ (hash >> 32)) as u32);
    }
}

/// Lower-case words, numbers as `#`, question and exclamation marks.
fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let mut out: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in lower.chars().chain([' ']) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            let number = word.bytes().all(|b| b.is_ascii_digit());
            out.push(if number { "#".into() } else { std::mem::take(&mut word) });
            word.clear();
        }
        if matches!(c, '?' | '!') {
            out.push(c.to_string());
        }
    }
    out
}

/// Words and pairs of neighbours, the edges included.
fn grams(words: &[String]) -> Vec<String> {
    let mut out = words.to_vec();
    let edged: Vec<&str> =
        std::iter::once("^").chain(words.iter().map(String::as_str)).chain(std::iter::once("$")).collect();
    out.extend(edged.windows(2).map(|pair| pair.join(" ")));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_their_neighbours() {
        assert_eq!(words("It's 8pm, 31 guests?"), ["it", "s", "8pm", "#", "guests", "?"]);
        assert_eq!(grams(&words("book it")), ["book", "it", "^ book", "book it", "it $"]);
    }
}
