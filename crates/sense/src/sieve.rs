//! Which of many patterns can match at all: found in one walk over the text.
//!
//! Every pattern has words that it cannot do without: one of its *needles* is in every text that it matches. All needles
//! of a family are searched at once, and only the patterns whose needles turned up are run. A pattern without needles is
//! always run, so that the sieve never changes an answer, only its price.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// More ways than this to write something are not written out.
const MAX_WAYS: usize = 640;
/// A class of more characters than this says nothing.
const MAX_CLASS: usize = 10;

#[derive(Debug)]
pub(crate) struct Sieve {
    needles: AhoCorasick,
    /// By needle: where it may stand, and whose it is.
    owners: Vec<(Needle, Vec<u16>)>,
    /// Patterns without needles.
    always: Sifted,
}

/// Patterns that may match, by their place in the list.
#[derive(Debug, Clone)]
pub(crate) struct Sifted(Vec<u64>);

impl Sifted {
    pub(crate) fn may_match(&self, pattern: usize) -> bool {
        self.0[pattern / 64] >> (pattern % 64) & 1 == 1
    }

    fn let_through(&mut self, pattern: usize) {
        self.0[pattern / 64] |= 1 << (pattern % 64);
    }
}

impl Sieve {
    /// Of patterns over the normal form, each in its place.
    #[expect(clippy::expect_used, reason = "patterns are constants of this crate; a test compiles every one")]
    pub(crate) fn of<'p>(patterns: impl Iterator<Item = &'p str>) -> Self {
        let mut owners: BTreeMap<Needle, Vec<u16>> = BTreeMap::new();
        let mut bare = Vec::new();
        let mut count = 0;
        for (place, pattern) in patterns.enumerate() {
            count = place + 1;
            match Must::of(&regex_syntax::parse(pattern).expect("a constant pattern")).needles() {
                None => bare.push(place),
                Some(needles) => needles.into_iter().for_each(|n| owners.entry(n).or_default().push(place as u16)),
            }
        }
        let mut always = Sifted(vec![0; count.div_ceil(64)]);
        bare.into_iter().for_each(|place| always.let_through(place));
        let needles = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::Standard)
            .build(owners.keys().map(|n| &n.text))
            .expect("far below the size limit");
        Self { needles, owners: owners.into_iter().collect(), always }
    }

    /// `text` in the normal form, with every run of blanks squeezed into one.
    pub(crate) fn sift(&self, text: &str) -> Sifted {
        let mut sifted = self.always.clone();
        for m in self.needles.find_overlapping_iter(text) {
            let (needle, owners) = &self.owners[m.pattern().as_usize()];
            if needle.stands(text.as_bytes(), m.start(), m.end()) {
                owners.iter().for_each(|p| sifted.let_through(usize::from(*p)));
            }
        }
        sifted
    }
}

/// Some text that a match contains; at its edges, perhaps, the edge of a word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Needle {
    text: String,
    starts_word: bool,
    ends_word: bool,
}

impl Needle {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), starts_word: false, ends_word: false }
    }

    fn edge() -> Self {
        Self { text: String::new(), starts_word: true, ends_word: true }
    }

    fn stands(&self, text: &[u8], start: usize, end: usize) -> bool {
        let edge = |at: usize| {
            let word =
                |i: Option<usize>| i.and_then(|i| text.get(i)).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
            word(at.checked_sub(1)) != word(Some(at))
        };
        (!self.starts_word || edge(start)) && (!self.ends_word || edge(end))
    }

    fn then(&self, next: &Self) -> Self {
        // Two runs of blanks that meet are one.
        let rest = if self.text.ends_with(' ') { next.text.trim_start_matches(' ') } else { &next.text };
        Self {
            text: format!("{}{rest}", self.text),
            starts_word: self.starts_word || (self.text.is_empty() && next.starts_word),
            ends_word: next.ends_word || (next.text.is_empty() && self.ends_word),
        }
    }

    /// The longer, the rarer; texts are full of digits.
    fn weight(&self) -> usize {
        if self.text.trim().is_empty() {
            return 0;
        }
        let digits = self.text.bytes().filter(u8::is_ascii_digit).count();
        2 * self.text.len() - digits + usize::from(self.starts_word) + usize::from(self.ends_word)
    }
}

/// What is known of every text that an expression matches.
#[derive(Debug)]
enum Must {
    /// It is one of these.
    Be(Vec<Needle>),
    /// It contains one of these.
    Have(Vec<Needle>),
    /// Nothing.
    Unknown,
}

impl Must {
    fn of(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty => Self::nothing(),
            HirKind::Look(Look::WordAscii) => Self::Be(vec![Needle::edge()]),
            HirKind::Look(_) => Self::nothing(),
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => Self::Be(vec![Needle::new(&text.replace('\n', " "))]),
                Err(_) => Self::Unknown,
            },
            HirKind::Class(class) => Self::class(class),
            HirKind::Repetition(r) if is_blank(&r.sub) && r.max.is_none() => {
                let blank = Self::Be(vec![Needle::new(" ")]);
                if r.min == 0 { Self::either([blank, Self::nothing()]) } else { blank }
            }
            HirKind::Repetition(r) => match (r.min, r.max) {
                (0, Some(1)) => Self::either([Self::of(&r.sub), Self::nothing()]),
                (0, _) => Self::Unknown,
                // Three times in a row is rare enough.
                (min, _) => Self::concat(&vec![(*r.sub).clone(); min.min(3) as usize]).inside(),
            },
            HirKind::Capture(c) => Self::of(&c.sub),
            HirKind::Concat(parts) => Self::concat(parts),
            HirKind::Alternation(parts) => Self::either(parts.iter().map(Self::of)),
        }
    }

    fn nothing() -> Self {
        Self::Be(vec![Needle::new("")])
    }

    fn class(class: &Class) -> Self {
        let Class::Unicode(class) = class else { return Self::Unknown };
        let chars = || class.iter().flat_map(|r| r.start()..=r.end());
        // A blank of a class may stand inside a run of them.
        if chars().nth(MAX_CLASS).is_some() || chars().any(|c| matches!(c, ' ' | '\n')) {
            return Self::Unknown;
        }
        Self::Be(chars().map(|c| Needle::new(c.encode_utf8(&mut [0; 4]))).collect())
    }

    fn either(parts: impl IntoIterator<Item = Self>) -> Self {
        let (mut ways, mut whole) = (Vec::new(), true);
        for part in parts {
            match part {
                Self::Be(more) => ways.extend(more),
                Self::Have(more) => {
                    whole = false;
                    ways.extend(more);
                }
                Self::Unknown => return Self::Unknown,
            }
        }
        if whole { Self::Be(ways) } else { Self::Have(ways) }
    }

    /// Grows a run of what is known word for word; where it breaks, the better of the run and of what was found before stays.
    fn concat(parts: &[Hir]) -> Self {
        let (mut run, mut best, mut whole) = (vec![Needle::new("")], Self::Unknown, true);
        for part in parts {
            match Self::of(part) {
                Self::Be(next) if run.len() * next.len() <= MAX_WAYS => {
                    run = run.iter().flat_map(|a| next.iter().map(|b| a.then(b))).collect();
                }
                other => {
                    whole = false;
                    let next = match &other {
                        Self::Be(next) if next.len() <= MAX_WAYS => next.clone(),
                        _ => vec![Needle::new("")],
                    };
                    best = best.or(Self::Have(std::mem::replace(&mut run, next))).or(other.inside());
                }
            }
        }
        if whole { Self::Be(run) } else { best.or(Self::Have(run)) }
    }

    fn inside(self) -> Self {
        match self {
            Self::Be(ways) => Self::Have(ways),
            other => other,
        }
    }

    /// As rare as the most frequent of its needles. A needle of blanks alone is everywhere, and weighs nothing.
    fn weight(&self) -> usize {
        match self {
            Self::Be(ways) | Self::Have(ways) => ways.iter().map(Needle::weight).min().unwrap_or(0),
            Self::Unknown => 0,
        }
    }

    fn or(self, other: Self) -> Self {
        if other.weight() > self.weight() { other } else { self }
    }

    fn needles(self) -> Option<Vec<Needle>> {
        match self {
            Self::Be(needles) | Self::Have(needles) if needles.iter().all(|n| n.weight() > 0) => Some(needles),
            _ => None,
        }
    }
}

/// What a blank in a pattern becomes: any run of blanks.
fn is_blank(hir: &Hir) -> bool {
    matches!(hir.kind(), HirKind::Class(Class::Unicode(c)) if c.iter().flat_map(|r| r.start()..=r.end()).eq(['\n', ' ']))
}

#[cfg(test)]
mod tests {
    use proptest::{
        strategy::{Strategy, ValueTree},
        string::string_regex,
        test_runner::TestRunner,
    };
    use regex::Regex;

    use super::*;
    use crate::{cue::words, reading::Reading};

    #[test]
    fn needles_of_patterns() {
        for (pattern, expected) in [
            ("sad(?:dened)?", Some("|saddened| |sad|")),
            ("(?:very |so )*mad at", Some("mad_at|")),
            ("(?:give|get) me [a-z]+ refund", Some("|give_me_ |get_me_")),
            ("get [a-z]+ refund", Some("_refund|")),
            ("lost my (?:[a-z]+ )?(?:dog|cat)", Some("|lost_my_")),
            ("not(?: at all)* ?helpful", Some("_helpful| helpful|")),
            ("[a-z]+ly", Some("ly|")),
            ("sad|[a-z]+", None),
            ("(?:sad)?", None),
        ] {
            let found = Must::of(&regex_syntax::parse(words(pattern).as_str()).unwrap()).needles();
            let edge = |there: bool| if there { "|" } else { "" };
            let show = |n: &Needle| format!("{}{}{}", edge(n.starts_word), n.text.replace(' ', "_"), edge(n.ends_word));
            let found = found.map(|all| all.iter().map(show).collect::<Vec<_>>().join(" "));
            assert_eq!(found.as_deref(), expected, "{pattern}");
        }
    }

    /// Texts made from each pattern, so that it matches most of them, in three surroundings.
    #[test]
    fn whatever_matches_is_let_through() {
        let (detectors, classes) = (crate::detectors(), crate::issue::classes());
        let patterns: Vec<&str> =
            detectors.iter().flat_map(|d| d.patterns()).chain(crate::issue::patterns(&classes)).collect();
        let sieve = Sieve::of(patterns.iter().copied());
        let mut runner = TestRunner::deterministic();
        let mut matched = vec![0; patterns.len()];
        for (place, pattern) in patterns.iter().enumerate() {
            let regex = Regex::new(pattern).unwrap();
            let plain = pattern.replace(r"(?-u:\b)", "").replace("(?:^|", "(?:").replace("^[", "[").replace("*$", "*");
            let texts = string_regex(&plain).unwrap();
            for _ in 0..16 {
                let text = texts.new_tree(&mut runner).unwrap().current();
                for text in [text.clone(), format!("hm  {text}\n\nok"), format!("“{text}”!")] {
                    let reading = Reading::new(&text, 1_000);
                    if regex.is_match(&reading.norm) {
                        matched[place] += 1;
                        assert!(sieve.sift(reading.squeezed()).may_match(place), "{text:?} for {pattern}");
                    }
                }
            }
        }
        assert!(matched.iter().all(|n| *n >= 1), "{matched:?}");
    }
}
