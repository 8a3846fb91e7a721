//! What somebody said, told by a third person: small talk, handles, links and signatures left out, pronouns turned.
//!
//! Numbers, names and references pass through unchanged, so that a sentence told again is still checked against its turn.

use super::words::{fold, fold_plain, for_each_word, sentences};

/// Words of one telling; a longer one ends with "…".
const WORDS: usize = 28;
/// Sentences of one telling.
const SENTENCES: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    Customer,
    /// An AI or a person of the business: "we" stays, because the reader is one of them.
    Business,
}

/// The first sentences that say something, in reported speech; nothing if there are none.
pub(super) fn retold(text: &str, voice: Voice) -> Option<String> {
    let plain: Vec<String> = sentences(text).into_iter().map(bare).collect();
    let mut told = String::new();
    for sentence in plain.iter().filter(|s| says_something(s)).take(SENTENCES) {
        if !told.is_empty() {
            told.push(' ');
        }
        told.push_str(sentence);
    }
    (!told.is_empty()).then(|| turned(&told, voice))
}

/// "DM us your name, please" of "Could you DM us your name, please?": what was asked to be done, if it begins so.
pub(super) fn asked_to(told: &str) -> Option<&str> {
    const ASKS: &[&str] = &[
        "please can they ",
        "please could they ",
        "can they please ",
        "could they please ",
        "would they please ",
        "can they ",
        "could they ",
        "would they ",
        "please ",
        "kindly ",
    ];
    ASKS.iter().find_map(|ask| told.get(..ask.len()).filter(|head| fold(head) == *ask).map(|_| &told[ask.len()..]))
}

fn says_something(sentence: &str) -> bool {
    let mut content = 0;
    for_each_word(sentence, |_| content += 1);
    let words = sentence.split_whitespace().count();
    words >= 4 && content >= 2 && !(words < 9 && small_talk(sentence))
}

fn small_talk(sentence: &str) -> bool {
    const OPENINGS: &[&str] = &[
        "hi",
        "hey",
        "hello",
        "hiya",
        "dear",
        "good morning",
        "good afternoon",
        "good evening",
        "thanks",
        "thank you",
        "ok",
        "okay",
        "sorry",
        "so sorry",
        "apologies",
        "we apologi",
        "we're sorry",
        "we're so sorry",
        "we're very sorry",
        "i'm sorry",
        "i'm so sorry",
        "i am sorry",
        "happy to help",
        "glad to",
        "got it",
        "great",
        "awesome",
        "perfect",
        "no worries",
        "no problem",
        "you're welcome",
        "yes",
        "oh",
        "we'd love",
        "we'd like to help",
        "we're here",
        "i understand",
        "we understand",
        "have a",
        "cheers",
        "that's",
        "hmm",
        "take care",
        "welcome",
        "let us know",
        "hallo",
        "guten tag",
        "danke",
        "vielen dank",
        "entschuldig",
    ];
    let folded = fold_plain(sentence);
    OPENINGS
        .iter()
        .any(|o| folded.strip_prefix(o).is_some_and(|rest| o.ends_with("gi") || !rest.starts_with(char::is_alphanumeric)))
}

/// Without handles, links, marks of signatures and a greeting in front.
fn bare(sentence: &str) -> String {
    let decoded = sentence.replace("&amp;", "&").replace("&gt;", ">").replace("&lt;", "<").replace('’', "'");
    let mut words: Vec<&str> = decoded
        .split_whitespace()
        .filter(|w| !w.starts_with('@') && !w.contains("://") && !is_part_mark(w))
        .map(|w| w.trim_start_matches('#'))
        .collect();
    if words.last().is_some_and(|w| is_signature(w)) {
        words.pop();
    }
    let greeted = words.first().is_some_and(|w| {
        let word = fold(w.trim_end_matches([',', '!', '.']));
        ["hi", "hey", "hello", "hiya", "hallo"].contains(&word.as_str())
    });
    if greeted {
        // "Hi Ann, …": a name after a greeting ends with a mark.
        let end = words.iter().take(3).position(|w| w.ends_with([',', '!', '.', ':'])).map_or(1, |at| at + 1);
        words.drain(..end);
    }
    words.join(" ")
}

/// "1/2" of a message in parts.
fn is_part_mark(word: &str) -> bool {
    let mut parts = word.trim_end_matches(['.', ')']).trim_start_matches('(').split('/');
    let digit = |p: Option<&str>| p.is_some_and(|p| p.len() == 1 && p.starts_with(|c: char| c.is_ascii_digit()));
    digit(parts.next()) && digit(parts.next()) && parts.next().is_none()
}

/// "^AB", "/AB", "*JD"
fn is_signature(word: &str) -> bool {
    word.strip_prefix(['^', '/', '*', '~'])
        .is_some_and(|name| (1..=8).contains(&name.chars().count()) && name.chars().all(char::is_alphabetic))
}

/// Pronouns turned, and cut to size.
fn turned(told: &str, voice: Voice) -> String {
    let words: Vec<&str> = told.split_whitespace().collect();
    let mut out = String::with_capacity(told.len() + 8);
    for (i, word) in words.iter().take(WORDS).enumerate() {
        if i > 0 {
            out.push(' ');
        }
        let core = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\'');
        let at = word.find(core).unwrap_or(0);
        let neighbours = (i.checked_sub(1).map(|b| words[b]), words.get(i + 1).copied());
        match third_person(core, voice, neighbours, at + core.len() == word.len()) {
            Some(other) => {
                out.push_str(&word[..at]);
                out.push_str(other);
                out.push_str(&word[at + core.len()..]);
            }
            None if i == 0 => out.push_str(&opening(word)),
            None => out.push_str(word),
        }
    }
    if words.len() > WORDS {
        out.truncate(out.trim_end_matches(|c: char| !c.is_alphanumeric()).len());
        out.push('…');
    }
    out
}

/// A sentence goes on in lower case after a colon, unless its first word may be a name.
fn opening(word: &str) -> String {
    let folded = fold(word);
    let mut content = false;
    for_each_word(word, |_| content = true);
    if content { word.to_owned() } else { folded }
}

/// `open`: nothing stands between this word and the next.
fn third_person(word: &str, voice: Voice, near: (Option<&str>, Option<&str>), open: bool) -> Option<&'static str> {
    // "US" is no pronoun.
    if word.len() > 1 && word.chars().all(|c| c.is_uppercase()) {
        return None;
    }
    let folded = fold(word);
    let beside_i = [near.0, near.1].into_iter().flatten().any(|w| w == "I" || w == "i");
    let common = match folded.as_str() {
        "i" => Some("they"),
        "i'm" => Some("they're"),
        "i've" => Some("they've"),
        "i'd" => Some("they'd"),
        "i'll" => Some("they'll"),
        "my" => Some("their"),
        "me" => Some("them"),
        "mine" => Some("theirs"),
        "myself" => Some("themselves"),
        "am" if beside_i => Some("are"),
        "was" if beside_i => Some("were"),
        _ => None,
    };
    common.or_else(|| match (voice, folded.as_str()) {
        (Voice::Business, "your") => Some("their"),
        (Voice::Business, "yours") => Some("theirs"),
        (Voice::Business, "you're") => Some("they're"),
        (Voice::Business, "you've") => Some("they've"),
        (Voice::Business, "you'd") => Some("they'd"),
        (Voice::Business, "you'll") => Some("they'll"),
        (Voice::Business, "yourself") => Some("themselves"),
        (Voice::Business, "you") => Some(if open && near.1.is_some_and(|n| !follows_object(n)) { "they" } else { "them" }),
        _ => None,
    })
}

/// Words after which "you" was the one something is done to.
fn follows_object(next: &str) -> bool {
    const NEXT: &[&str] = &[
        "a", "about", "again", "all", "an", "and", "as", "at", "back", "by", "for", "from", "further", "here", "how", "if",
        "in", "on", "or", "out", "over", "shortly", "so", "soon", "that", "the", "there", "this", "through", "to", "today",
        "tomorrow", "up", "via", "when", "where", "with", "within", "your",
    ];
    NEXT.binary_search(&fold(next.trim_matches(|c: char| !c.is_alphanumeric())).as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customers_words_are_told_by_a_third_person() {
        for (said, told) in [
            ("Hi there, I'm missing my parcel since Monday. Thanks!", Some("they're missing their parcel since Monday.")),
            (
                "@shop my lamp (A-77) broke and I was hurt https://x.example/1",
                Some("their lamp (A-77) broke and they were hurt"),
            ),
            ("Why do you close my account?", Some("why do you close their account?")),
            ("Delivery to the US took me 9 days &amp; more", Some("Delivery to the US took them 9 days & more")),
            ("Hello! Thanks. Ok?", None),
            ("", None),
        ] {
            assert_eq!(retold(said, Voice::Customer).as_deref(), told, "{said}");
        }
    }

    #[test]
    fn an_answer_is_told_without_its_courtesies() {
        for (said, told) in [
            (
                "We're sorry to hear that. You can send your photos to us, and we will refund you within 3 days. ^AB",
                Some("they can send their photos to us, and we will refund them within 3 days."),
            ),
            (
                "Hey Ann, could you tell us your order number, please?",
                Some("could they tell us their order number, please?"),
            ),
            ("Happy to help!", None),
        ] {
            assert_eq!(retold(said, Voice::Business).as_deref(), told, "{said}");
        }
        assert_eq!(asked_to("could they tell us their order number?"), Some("tell us their order number?"));
        assert_eq!(asked_to("they can wait"), None);
    }

    #[test]
    fn a_long_telling_shows_that_it_is_cut() {
        let told = retold(&"parcel number 7 is late ".repeat(20), Voice::Customer).unwrap();
        assert!(told.ends_with('…') && told.split_whitespace().count() == WORDS, "{told}");
    }
}
