//! BM25 over passages, with incremental put and forget.
//!
//! Robertson, Zaragoza: "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), k1 = 1.2, b = 0.75. Words of the
//! title and the heading count several times, as extra occurrences.

use std::collections::{BTreeMap, HashMap};

use baton_model::Article;

use super::{
    passage::{Passage, passages},
    words::{Wanted, terms},
};

const K1: f32 = 1.2;
const B: f32 = 0.75;
/// A title word counts as this many occurrences in each passage of its article.
const TITLE: f32 = 1.0;
const HEADING: f32 = 1.5;

/// What a question must say for a full match to count fully: so many words that occur once each.
const LEAST_SAID: f32 = 1.5;

type PassageId = u64;

#[derive(Debug)]
struct Stored {
    article: String,
    passage: Passage,
    length: f32,
    terms: Vec<String>,
}

/// The searchable articles of one workspace.
#[derive(Debug, Default)]
pub(crate) struct Index {
    titles: BTreeMap<String, (String, Vec<PassageId>)>,
    passages: HashMap<PassageId, Stored>,
    postings: HashMap<String, BTreeMap<PassageId, f32>>,
    next: PassageId,
    total_length: f32,
}

/// A passage that matches, with its score.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hit {
    pub(crate) article: String,
    pub(crate) title: String,
    pub(crate) heading: String,
    pub(crate) text: String,
    pub(crate) score: f32,
    /// Share of the question's words, weighted by how rare they are, that this passage or its title has.
    pub(crate) coverage: f32,
    /// Share of the words of its title or its heading, whichever is higher, that the question has.
    pub(crate) named: f32,
    id: PassageId,
}

/// Everything that ranking knows about a question.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Found {
    /// Best first; ties in article order.
    pub(crate) hits: Vec<Hit>,
    /// Score of an imaginary passage of average length that has every word of the question twice.
    pub(crate) ideal: f32,
}

impl Index {
    pub(crate) fn put(&mut self, article: &Article) {
        self.forget(&article.id);
        let title_terms = terms(&article.title);
        let mut ids = Vec::new();
        for passage in passages(&article.body) {
            let id = self.next;
            self.next += 1;
            let body = terms(&passage.text);
            let length = body.len() as f32;
            let mut weights: HashMap<String, f32> = HashMap::new();
            for term in body {
                *weights.entry(term).or_default() += 1.0;
            }
            for term in terms(&passage.heading) {
                *weights.entry(term).or_default() += HEADING;
            }
            for term in &title_terms {
                *weights.entry(term.clone()).or_default() += TITLE;
            }
            let names: Vec<String> = weights.keys().cloned().collect();
            for (term, weight) in weights {
                self.postings.entry(term).or_default().insert(id, weight);
            }
            self.total_length += length;
            self.passages.insert(id, Stored { article: article.id.clone(), passage, length, terms: names });
            ids.push(id);
        }
        self.titles.insert(article.id.clone(), (article.title.clone(), ids));
    }

    pub(crate) fn forget(&mut self, article: &str) {
        let Some((_, ids)) = self.titles.remove(article) else { return };
        for id in ids {
            let Some(stored) = self.passages.remove(&id) else { continue };
            self.total_length -= stored.length;
            for term in stored.terms {
                if let Some(list) = self.postings.get_mut(&term) {
                    list.remove(&id);
                    if list.is_empty() {
                        self.postings.remove(&term);
                    }
                }
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.titles.is_empty()
    }

    pub(crate) fn search(&self, question: &[Wanted], limit: usize) -> Found {
        let average = (self.total_length / self.passages.len().max(1) as f32).max(1.0);
        let mut scores: HashMap<PassageId, (f32, f32)> = HashMap::new();
        let mut weight_sum = 0.0;
        for wanted in question {
            let rarity = self.rarity(wanted);
            weight_sum += rarity;
            // Of the alternatives, the best counts: a passage does not gain by saying one thing in three ways.
            let mut best: HashMap<PassageId, (f32, f32)> = HashMap::new();
            for (term, weight) in &wanted.alternatives {
                let Some(list) = self.postings.get(term) else { continue };
                let idf = self.idf(list.len()).min(rarity);
                for (id, tf) in list {
                    let Some(stored) = self.passages.get(id) else { continue };
                    let norm = K1 * (1.0 - B + B * stored.length / average);
                    let score = weight * idf * tf * (K1 + 1.0) / (tf + norm);
                    let entry = best.entry(*id).or_default();
                    entry.0 = entry.0.max(score);
                    entry.1 = entry.1.max(weight * rarity);
                }
            }
            for (id, (score, covered)) in best {
                let entry = scores.entry(id).or_default();
                entry.0 += score;
                entry.1 += covered;
            }
        }
        // A question of one common word says little, however well it matches: it is measured against a longer one.
        let weight_sum = weight_sum.max(LEAST_SAID * self.idf(1));
        let ideal = weight_sum * 2.0 * (K1 + 1.0) / (2.0 + K1);
        let mut hits: Vec<Hit> = scores
            .into_iter()
            .filter_map(|(id, (score, covered))| {
                let stored = self.passages.get(&id)?;
                let (title, _) = self.titles.get(&stored.article)?;
                Some(Hit {
                    article: stored.article.clone(),
                    title: title.clone(),
                    heading: stored.passage.heading.clone(),
                    text: stored.passage.text.clone(),
                    score,
                    coverage: covered / weight_sum,
                    named: 0.0,
                    id,
                })
            })
            .collect();
        hits.sort_by(|a, b| {
            b.score.total_cmp(&a.score).then_with(|| a.article.cmp(&b.article)).then_with(|| a.id.cmp(&b.id))
        });
        hits.truncate(limit);
        for hit in &mut hits {
            hit.named = named(&hit.title, question).max(named(&hit.heading, question));
        }
        Found { hits, ideal }
    }

    /// Of the word itself when the articles use it, else of the most common word that stands for it; a word that nothing
    /// covers is as rare as can be.
    fn rarity(&self, wanted: &Wanted) -> f32 {
        let own = wanted.alternatives.first().and_then(|(t, _)| self.postings.get(t));
        let list = own
            .map(|l| l.len())
            .or_else(|| wanted.alternatives.iter().filter_map(|(t, _)| self.postings.get(t)).map(BTreeMap::len).max());
        self.idf(list.unwrap_or(0))
    }

    fn idf(&self, passages_with: usize) -> f32 {
        let (n, df) = (self.passages.len() as f32, passages_with as f32);
        (1.0 + (n - df + 0.5) / (df + 0.5)).ln()
    }
}

fn named(heading: &str, question: &[Wanted]) -> f32 {
    let words = terms(heading);
    let weight = |word: &String| {
        let alternatives = question.iter().flat_map(|w| &w.alternatives).filter(|(term, _)| term == word);
        alternatives.map(|(_, weight)| *weight).fold(0.0, f32::max)
    };
    words.iter().map(weight).sum::<f32>() / words.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use baton_model::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::knowledge::words::wanted;

    fn article(id: &str, title: &str, body: &str) -> Article {
        Article {
            id: id.into(),
            title: title.into(),
            body: body.into(),
            topics: vec![],
            updated_at: Timestamp::from_millis(0),
        }
    }

    #[test]
    fn ranks_the_passage_that_has_the_words_and_forgets_it() {
        let mut index = Index::default();
        index.put(&article("a", "Returns", "You may return shoes within thirty days."));
        index.put(&article("b", "Delivery", "Delivery of shoes takes two days."));
        let found = index.search(&wanted("how long does delivery take"), 5);
        assert_eq!(found.hits[0].article, "b");
        assert!(found.hits[0].coverage <= 1.0 && found.hits[0].score <= found.ideal * 1.5);
        index.forget("b");
        assert!(index.search(&wanted("delivery"), 5).hits.is_empty());
        index.put(&article("a", "Returns", "Nothing about footwear."));
        assert!(index.search(&wanted("shoes"), 5).hits.is_empty(), "a new version replaces the old one");
    }

    #[test]
    fn the_title_helps() {
        let mut index = Index::default();
        index.put(&article("plain", "Other", "The voucher period and its length are written on the back side."));
        index.put(&article("titled", "Voucher", "The voucher period and its length are written on the back side."));
        assert_eq!(index.search(&wanted("voucher"), 5).hits[0].article, "titled");
    }

    proptest! {
        /// Whatever the order of puts and forgets, the index equals one that was built from what is left.
        #[test]
        fn incremental_equals_fresh(ops in prop::collection::vec((0u8..5, prop::option::of("[a-e ]{0,24}")), 0..24), ask in "[a-e ]{1,10}") {
            let mut index = Index::default();
            let mut left = BTreeMap::new();
            for (id, body) in ops {
                let id = format!("art{id}");
                match body {
                    Some(body) => {
                        let a = article(&id, "aa bb", &body);
                        index.put(&a);
                        left.insert(id, a);
                    }
                    None => {
                        index.forget(&id);
                        left.remove(&id);
                    }
                }
            }
            let mut fresh = Index::default();
            left.values().for_each(|a| fresh.put(a));
            let shown = |i: &Index| {
                let mut hits = i.search(&wanted(&ask), 50).hits.into_iter().map(|h| (h.article, h.text, format!("{:.4}", h.score))).collect::<Vec<_>>();
                hits.sort();
                hits
            };
            prop_assert_eq!(shown(&index), shown(&fresh));
        }
    }
}
