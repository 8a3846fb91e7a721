//! A tagger for tokens in a row: an averaged structured perceptron (Collins, 2002) over hashed features, decoded by Viterbi.
//!
//! Spans are runs of equal tags, so that no begin marks are needed. The same rows give the same tagger: the order of the
//! walks is shuffled by a fixed seed.

use super::{columns::Columns, metrics::Draw};

/// One text: the features of each of its tokens, as places of [`super::columns::place`].
#[derive(Debug, Clone, Default)]
pub struct Sentence {
    pub tokens: Vec<Vec<u32>>,
}

#[derive(Debug)]
pub struct Tagger {
    tags: usize,
    /// Row by row, a weight for each tag.
    weights: Vec<f32>,
    /// From one tag to the next; the start is the last row.
    steps: Vec<f32>,
}

impl Tagger {
    /// `gold` has one tag below `tags` for each token.
    pub fn fit(sentences: &[Sentence], gold: &[Vec<usize>], tags: usize, rounds: usize) -> Self {
        let empty = || Self { tags, weights: vec![0.0; Columns::COUNT * tags], steps: vec![0.0; (tags + 1) * tags] };
        // The second holds each change times the moment it was made: their difference is the mean over all moments.
        let (mut now, mut late) = (empty(), empty());
        let mut order: Vec<usize> = (0..sentences.len()).collect();
        let mut draw = Draw::new(11);
        let mut moment = 1.0;
        for _ in 0..rounds {
            for i in (1..order.len()).rev() {
                order.swap(i, draw.below(i + 1));
            }
            for &i in &order {
                let said = now.tag(&sentences[i]);
                if said != gold[i] {
                    for (tags, by) in [(&gold[i], 1.0), (&said, -1.0)] {
                        now.learn(&sentences[i], tags, by);
                        late.learn(&sentences[i], tags, by * moment);
                    }
                }
                moment += 1.0;
            }
        }
        let average = |now: &mut Vec<f32>, late: &[f32]| now.iter_mut().zip(late).for_each(|(n, l)| *n -= l / moment);
        average(&mut now.weights, &late.weights);
        average(&mut now.steps, &late.steps);
        now
    }

    fn learn(&mut self, sentence: &Sentence, tags: &[usize], by: f32) {
        let mut before = self.tags;
        for (token, &tag) in sentence.tokens.iter().zip(tags) {
            for &row in token {
                self.weights[row as usize * self.tags + tag] += by;
            }
            self.steps[before * self.tags + tag] += by;
            before = tag;
        }
    }

    /// The tags with the highest sum.
    pub fn tag(&self, sentence: &Sentence) -> Vec<usize> {
        let n = self.tags;
        let mut best = vec![0.0f32; n];
        let mut from: Vec<Vec<usize>> = Vec::with_capacity(sentence.tokens.len());
        for (i, token) in sentence.tokens.iter().enumerate() {
            let mut scores = vec![0.0f32; n];
            for &row in token {
                let row = &self.weights[row as usize * n..][..n];
                scores.iter_mut().zip(row).for_each(|(s, w)| *s += w);
            }
            let mut back = vec![n; n];
            for (tag, score) in scores.iter_mut().enumerate() {
                if i == 0 {
                    *score += self.steps[n * n + tag];
                } else {
                    let reach = |before: usize| best[before] + self.steps[before * n + tag];
                    let before = (0..n).max_by(|&a, &b| reach(a).total_cmp(&reach(b))).unwrap_or(0);
                    *score += reach(before);
                    back[tag] = before;
                }
            }
            best = scores;
            from.push(back);
        }
        let mut tag = (0..n).max_by(|&a, &b| best[a].total_cmp(&best[b])).unwrap_or(0);
        let mut tags = Vec::with_capacity(from.len());
        for back in from.iter().rev() {
            tags.push(tag);
            tag = back[tag];
        }
        tags.reverse();
        tags
    }
}

/// Runs of one tag above 0: first token, the token after the last, tag.
pub fn spans(tags: &[usize]) -> Vec<(usize, usize, usize)> {
    let mut found: Vec<(usize, usize, usize)> = Vec::new();
    for (i, &tag) in tags.iter().enumerate().filter(|(_, tag)| **tag > 0) {
        match found.last_mut() {
            Some((_, end, last)) if *end == i && *last == tag => *end = i + 1,
            _ => found.push((i, i + 1, tag)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::columns::place;

    fn sentence(text: &str) -> Sentence {
        let words: Vec<&str> = text.split(' ').collect();
        let word = |i: usize| words.get(i).copied().unwrap_or("");
        Sentence {
            tokens: (0..words.len()).map(|i| vec![place(word(i)), place(("after", word(i.wrapping_sub(1))))]).collect(),
        }
    }

    #[test]
    fn what_stands_after_a_cue_is_tagged() {
        let texts = ["call me ann", "call me bob now", "i am late", "my name is ann", "name is zoe please"];
        let gold = [vec![0, 0, 1], vec![0, 0, 1, 0], vec![0, 0, 0], vec![0, 0, 0, 1], vec![0, 0, 1, 0]];
        let sentences: Vec<Sentence> = texts.iter().map(|t| sentence(t)).collect();
        let tagger = Tagger::fit(&sentences, &gold, 2, 10);
        assert_eq!(tagger.tag(&sentence("the name is kim")), [0, 0, 0, 1]);
        assert_eq!(tagger.tag(&Sentence::default()), Vec::<usize>::new());
    }

    #[test]
    fn runs_are_spans() {
        assert_eq!(spans(&[1, 1, 0, 2, 1]), [(0, 2, 1), (3, 4, 2), (4, 5, 1)]);
    }
}
