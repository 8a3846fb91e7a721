//! Greetings, thanks and goodbyes: answered plainly, without looking anything up.

use super::words::split;

/// More words than this are a message, not a greeting.
const MOST_WORDS: usize = 8;

const GREETING: &[&str] =
    &["hi", "hello", "hey", "hiya", "morning", "afternoon", "evening", "moin", "hallo", "greetings", "howdy"];
const THANKS: &[&str] = &["thanks", "thank", "thx", "cheers", "appreciated", "danke", "merci", "ty"];
const BYE: &[&str] = &["bye", "goodbye", "ciao", "cya", "farewell"];
/// Words that may stand around them without adding a question.
const FILLER: &[&str] = &[
    "there",
    "good",
    "you",
    "so",
    "much",
    "very",
    "a",
    "lot",
    "for",
    "your",
    "the",
    "help",
    "all",
    "ok",
    "okay",
    "great",
    "perfect",
    "and",
    "have",
    "nice",
    "day",
    "one",
    "lovely",
    "see",
    "later",
    "then",
    "that",
    "s",
    "is",
    "it",
    "everything",
    "again",
    "to",
    "team",
    "everyone",
    "assistant",
    "bot",
    "got",
    "cool",
    "awesome",
    "wonderful",
    "was",
    "helpful",
    "really",
    "kind",
    "of",
    "worked",
    "works",
    "helped",
    "helps",
    "know",
    "now",
    "solved",
    "fixed",
    "will",
    "do",
    "try",
    "i",
    "me",
    "this",
];
const HOW_ARE_YOU: &[&str] =
    &["how are you", "how are you doing", "how is it going", "whats up", "what s up", "how do you do"];
const WHO_ARE_YOU: &[&str] = &[
    "who are you",
    "are you a bot",
    "are you a robot",
    "are you human",
    "are you a human",
    "what are you",
    "what can you do",
];

/// What to say, or none when the text is not small talk.
pub(crate) fn reply(text: &str) -> Option<&'static str> {
    let words = split(text);
    if words.is_empty() || words.len() > MOST_WORDS {
        return None;
    }
    let has = |set: &[&str]| words.iter().any(|w| set.contains(&w.as_str()));
    let said: Vec<&str> = words.iter().map(String::as_str).filter(|w| !GREETING.contains(w) && *w != "there").collect();
    let said = said.join(" ");
    if WHO_ARE_YOU.contains(&said.as_str()) {
        return Some(
            "I am an automated assistant: I answer from our help articles, and I bring in a person whenever you ask for one.",
        );
    }
    if HOW_ARE_YOU.contains(&said.as_str()) {
        return Some("All is well here, thank you. What can I help you with?");
    }
    let known = |w: &String| [GREETING, THANKS, BYE, FILLER].iter().any(|set| set.contains(&w.as_str()));
    if !words.iter().all(known) {
        return None;
    }
    if has(BYE) {
        Some("Goodbye, and thank you for stopping by.")
    } else if has(THANKS) {
        Some("You are welcome. Is there anything else I can help with?")
    } else if has(GREETING) {
        Some("Hello! What can I help you with?")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_small_talk_is_small_talk() {
        for (text, expected) in [
            ("Hi there!", Some("Hello!")),
            ("good morning", Some("Hello!")),
            ("ok great, thank you so much", Some("You are welcome")),
            ("Thanks, bye!", Some("Goodbye")),
            ("hey, how are you?", Some("All is well")),
            ("are you a bot?", Some("I am an automated")),
            ("Hi, where is my order?", None),
            ("thanks for nothing", None),
            ("thank you but the parcel is still not here", None),
            ("great", None),
            ("Thanks, that worked", Some("You are welcome")),
            ("thank you, that did not work", None),
            ("", None),
        ] {
            assert_eq!(reply(text).map(|r| expected.is_some_and(|e| r.starts_with(e))), expected.map(|_| true), "{text}");
        }
    }
}
