//! ROUGE (Lin, 2004): F1 of shared unigrams, bigrams, and of the longest common subsequence.
//!
//! Variant: lower case; a token is a run of ASCII letters and digits; no stemming, no stop words; counts are clipped;
//! ROUGE-L over the whole text as one sequence. Numbers of other scorers differ by points: compare only within this one.

use std::collections::HashMap;

/// ROUGE-1, ROUGE-2 and ROUGE-L as F1 in 0..=1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rouge {
    pub one: f64,
    pub two: f64,
    pub l: f64,
}

impl Rouge {
    pub fn of(said: &str, reference: &str) -> Self {
        let (a, b) = (tokens(said), tokens(reference));
        Self { one: shared(&a, &b, 1), two: shared(&a, &b, 2), l: f1(subsequence(&a, &b), a.len(), b.len()) }
    }

    /// Each measure's best over the references.
    pub fn best<'a>(said: &str, references: impl IntoIterator<Item = &'a str>) -> Self {
        references.into_iter().map(|r| Self::of(said, r)).fold(Self::default(), |a, b| Self {
            one: a.one.max(b.one),
            two: a.two.max(b.two),
            l: a.l.max(b.l),
        })
    }
}

fn tokens(text: &str) -> Vec<String> {
    let lower = text.to_ascii_lowercase();
    lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|t| !t.is_empty()).map(str::to_owned).collect()
}

fn f1(hits: usize, said: usize, reference: usize) -> f64 {
    if hits == 0 { 0.0 } else { 2.0 * hits as f64 / (said + reference) as f64 }
}

fn shared(a: &[String], b: &[String], n: usize) -> f64 {
    let mut left: HashMap<&[String], usize> = HashMap::new();
    b.windows(n).for_each(|gram| *left.entry(gram).or_default() += 1);
    let hits = a.windows(n).filter(|gram| match left.get_mut(gram) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    });
    let grams = |tokens: &[String]| (tokens.len() + 1).saturating_sub(n);
    f1(hits.count(), grams(a), grams(b))
}

/// Length of the longest common subsequence.
fn subsequence(a: &[String], b: &[String]) -> usize {
    let mut before = vec![0; b.len() + 1];
    for x in a {
        let mut row = vec![0; b.len() + 1];
        for (j, y) in b.iter().enumerate() {
            row[j + 1] = if x == y { before[j] + 1 } else { row[j].max(before[j + 1]) };
        }
        before = row;
    }
    before[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_what_is_shared() {
        let r = Rouge::of("The cat sat.", "the cat has sat");
        assert!((r.one - 6.0 / 7.0).abs() < 1e-12 && (r.two - 2.0 / 5.0).abs() < 1e-12 && (r.l - 6.0 / 7.0).abs() < 1e-12);
        assert_eq!(Rouge::of("a b a", "a b a"), Rouge { one: 1.0, two: 1.0, l: 1.0 });
        assert_eq!(Rouge::of("", "a"), Rouge::default());
    }

    #[test]
    fn repeating_a_word_gains_nothing_and_the_best_reference_counts() {
        assert!((Rouge::of("a a a", "a").one - 0.5).abs() < 1e-12);
        assert_eq!(Rouge::best("a b", ["c", "a b"]).two, 1.0);
    }
}
