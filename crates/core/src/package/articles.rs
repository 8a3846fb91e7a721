//! Knowledge articles that share words with the customer, and the passage to send.

use std::collections::BTreeMap;

use baton_model::Article;

use super::{
    playbook::class_of,
    reading::Reading,
    words::{fold, for_each_stem, sentences},
};

/// Of each article, this many bytes of the body are compared: what an article is about stands at its beginning.
const READ: usize = 2_000;
/// Bytes of a passage in a draft: whole sentences only.
const PASSAGE: usize = 360;

#[derive(Debug)]
pub(super) struct Hit<'a> {
    pub(super) article: &'a Article,
    pub(super) score: f32,
    /// The customer's words that it shares, folded, most telling first.
    pub(super) shared: Vec<String>,
}

/// The best three, best first.
pub(super) fn best<'a>(articles: &[&'a Article], reading: &Reading<'_>, issue_class: &str) -> Vec<Hit<'a>> {
    if articles.is_empty() {
        return Vec::new();
    }
    let mut words: Vec<&str> = reading.customer().flat_map(|h| h.words().iter()).collect();
    words.sort_unstable();
    words.dedup();
    // Most words of an article were never said: their first byte and length tell.
    let mut lengths = [0u64; 256];
    let mark = |w: &str| (usize::from(w.as_bytes()[0]), 1u64 << w.len().min(63));
    for (first, length) in words.iter().map(|w| mark(w)) {
        lengths[first] |= length;
    }
    let place = |w: &str| {
        let (first, length) = mark(w);
        if lengths[first] & length == 0 { None } else { words.binary_search(&w).ok() }
    };
    // Title counts three times as much as the body.
    let held: Vec<BTreeMap<usize, f32>> = articles
        .iter()
        .map(|article| {
            let mut found = BTreeMap::new();
            for (text, weight) in [(head(&article.body), 1.0), (article.title.as_str(), 3.0)] {
                for_each_stem(text, |w| {
                    if let Some(i) = place(w) {
                        found.insert(i, weight);
                    }
                });
            }
            found
        })
        .collect();
    let rarity = |word: usize| {
        let having = held.iter().filter(|h| h.contains_key(&word)).count();
        (1.0 + articles.len() as f32 / having.max(1) as f32).ln()
    };
    let mut hits: Vec<Hit<'a>> = articles
        .iter()
        .zip(&held)
        .filter_map(|(article, found)| {
            let on_topic = article
                .topics
                .iter()
                .any(|t| fold(t) == fold(issue_class) || (class_of(t).is_some() && class_of(t) == class_of(issue_class)));
            let mut shared: Vec<(f32, &str)> = found.iter().map(|(&i, weight)| (weight * rarity(i), words[i])).collect();
            shared.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
            let titled = found.values().any(|w| *w > 1.0);
            let enough = shared.len() >= 3 || (shared.len() >= 2 && (titled || on_topic)) || (titled && on_topic);
            let score = shared.iter().map(|(s, _)| s).sum::<f32>() + if on_topic { 2.0 } else { 0.0 };
            enough.then(|| Hit { article, score, shared: shared.into_iter().map(|(_, w)| w.to_owned()).collect() })
        })
        .collect();
    hits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.article.id.cmp(&b.article.id)));
    hits.truncate(3);
    hits
}

fn head(body: &str) -> &str {
    &body[..body.floor_char_boundary(READ)]
}

/// Whole sentences of the paragraph that shares most words with the customer, without markup; none if they are too long.
pub(super) fn passage(hit: &Hit<'_>) -> Option<String> {
    let mut best: Option<(usize, &str)> = None;
    for paragraph in
        hit.article.body.split("\n\n").map(str::trim).filter(|p| !p.is_empty() && !p.starts_with(['#', '|', '`']))
    {
        let mut shared = 0;
        for_each_stem(paragraph, |w| shared += usize::from(hit.shared.iter().any(|s| s == w)));
        if best.is_none_or(|(most, _)| shared > most) {
            best = Some((shared, paragraph));
        }
    }
    let plain = unmarked(best?.1);
    let mut out = String::new();
    for sentence in sentences(&plain) {
        if out.len() + sentence.len() + 1 > PASSAGE {
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(sentence);
    }
    (!out.is_empty()).then_some(out)
}

/// Markdown's marks removed; of a link, its text stays.
fn unmarked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(link) = rest.strip_prefix('[')
            && let Some((label, after)) = link.split_once("](")
            && let Some((_, after)) = after.split_once(')')
            && !label.contains(['[', '\n'])
        {
            out.push_str(label);
            rest = after;
            continue;
        }
        if !matches!(c, '*' | '`' | '#' | '>') {
            out.push(if c == '\n' { ' ' } else { c });
        }
        rest = &rest[c.len_utf8()..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::samples::{Talk, an_article};

    #[test]
    fn the_article_that_shares_telling_words_wins() {
        let talk = Talk::new().customer("My kettle leaks, can I return it for a refund?");
        let reading = Reading::of(&talk.conversation, usize::MAX);
        let refunds = an_article(
            "refunds",
            "Returns and refunds",
            "# Rules\n\nYou can **return** a kettle within [30 days](https://x). Then we pay.",
            &["refund"],
        );
        let hours = an_article("hours", "Opening hours", "We are open daily.", &[]);
        let found = best(&[&hours, &refunds], &reading, "refund");
        assert_eq!(found.iter().map(|h| h.article.id.as_str()).collect::<Vec<_>>(), ["refunds"]);
        assert_eq!(passage(&found[0]).as_deref(), Some("You can return a kettle within 30 days. Then we pay."));
    }

    #[test]
    fn links_without_end_do_no_harm() {
        assert_eq!(unmarked("[a](b) [c]( `d`"), "a [c]( d");
    }
}
