//! Answers from the workspace's own articles, with citations, and says so when it does not know.
//!
//! Retrieval is BM25 over passages; a fitted confidence decides between answering and admitting. No network, no model,
//! microseconds. It quotes the articles and invents nothing.
//!
//! To make it understand more: widen `words` (what stands for what) or `passage` (what is quoted), then run
//! `tests/calibration.rs`, which holds the promise of precision.

mod confidence;
mod index;
mod passage;
mod small_talk;
mod words;

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use baton_model::{AiMeta, Article, Citation, Said, WorkspaceId};
use baton_ports::{Answer, Ask, Assistant, AssistantError, BoxFuture};

pub use confidence::{ANSWER_FROM, Coefficients, FITTED, Measures};
pub(crate) use index::Hit;
use index::{Found, Index};
use words::AnswerKind;

/// Passages that are ranked for one question.
const RANKED: usize = 12;
/// Characters of an answer that come from one article.
const ANSWER_CHARS: usize = 420;
/// Characters of a question that are read; the rest cannot change what it is about.
const QUESTION_CHARS: usize = 2_000;
/// A second passage joins the answer when it is this close to the best and of the same article.
const SECOND_FROM: f32 = 0.85;
/// A follow-up that only makes sense with the previous question is a little less certain.
const FOLLOW_UP: f32 = 0.95;

/// A passage with the kind of answer that was asked for (a duration, an amount) gains this much.
const RIGHT_KIND: f32 = 1.3;

const VERSION: &str = "knowledge/1";
pub(crate) const DONT_KNOW: &str = "I could not find that in our help articles, and I would rather not guess.";

/// One index per workspace; nothing of one is visible to another.
#[derive(Debug, Default)]
pub struct Knowledge {
    workspaces: RwLock<HashMap<WorkspaceId, Arc<RwLock<Index>>>>,
}

/// What retrieval found for a question, for answering directly or for a model's prompt.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Retrieved {
    pub(crate) hits: Vec<Hit>,
    pub(crate) confidence: f32,
}

impl Knowledge {
    pub fn new() -> Self {
        Self::default()
    }

    /// The answer, at once.
    pub fn reply(&self, ask: &Ask) -> Answer {
        if let Some(text) = small_talk::reply(&ask.question) {
            return plain(text);
        }
        let retrieved = self.retrieve(ask);
        if retrieved.confidence < ANSWER_FROM || retrieved.hits.is_empty() {
            return Answer {
                text: DONT_KNOW.to_owned(),
                meta: AiMeta {
                    confidence: Some(retrieved.confidence),
                    no_answer: true,
                    citations: vec![],
                    version: Some(VERSION.into()),
                },
            };
        }
        let (text, cited) = compose(&retrieved.hits);
        Answer {
            text,
            meta: AiMeta {
                confidence: Some(retrieved.confidence),
                no_answer: false,
                citations: cited.into_iter().map(citation).collect(),
                version: Some(VERSION.into()),
            },
        }
    }

    /// How the best hit of a bare question measures, and its article: for calibration.
    pub fn measure(&self, workspace: WorkspaceId, question: &str) -> (Measures, Option<String>) {
        let found = self.search(workspace, question);
        (Measures::of(&found), found.hits.into_iter().next().map(|h| h.article))
    }

    pub(crate) fn small_talk(question: &str) -> Option<Answer> {
        small_talk::reply(question).map(plain)
    }

    /// A short follow-up ("and for a coat?") is read together with the question before it, if that helps.
    pub(crate) fn retrieve(&self, ask: &Ask) -> Retrieved {
        let found = self.search(ask.workspace, &ask.question);
        let alone = Retrieved { confidence: FITTED.confidence(Measures::of(&found)), hits: found.hits };
        if alone.confidence >= ANSWER_FROM || !follows_up(&ask.question) {
            return alone;
        }
        let Some(before) = last_question(&ask.history) else { return alone };
        let found = self.search(ask.workspace, &format!("{} {}", ask.question, before));
        let together = Retrieved { confidence: FOLLOW_UP * FITTED.confidence(Measures::of(&found)), hits: found.hits };
        if together.confidence > alone.confidence { together } else { alone }
    }

    fn search(&self, workspace: WorkspaceId, question: &str) -> Found {
        let question: String = question.chars().take(QUESTION_CHARS).collect();
        let Some(index) = self.index_of(workspace) else { return Found::default() };
        let index = index.read().unwrap_or_else(PoisonError::into_inner);
        let mut found = index.search(&words::wanted(&question), RANKED);
        if let Some(kind) = AnswerKind::asked_by(&question) {
            found.hits.iter_mut().filter(|h| kind.found_in(&h.text)).for_each(|h| h.score *= RIGHT_KIND);
            found.hits.sort_by(|a, b| b.score.total_cmp(&a.score));
        }
        found
    }

    fn index_of(&self, workspace: WorkspaceId) -> Option<Arc<RwLock<Index>>> {
        self.workspaces.read().unwrap_or_else(PoisonError::into_inner).get(&workspace).cloned()
    }
}

impl Assistant for Knowledge {
    fn answer(&self, ask: Ask) -> BoxFuture<'_, Result<Answer, AssistantError>> {
        Box::pin(async move { Ok(self.reply(&ask)) })
    }

    fn index(&self, workspace: WorkspaceId, article: Arc<Article>) {
        // The others go on answering meanwhile: only this workspace's lock is held while indexing.
        let index = {
            let mut all = self.workspaces.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(workspace).or_default())
        };
        index.write().unwrap_or_else(PoisonError::into_inner).put(&article);
    }

    fn forget(&self, workspace: WorkspaceId, id: &str) {
        let Some(index) = self.index_of(workspace) else { return };
        index.write().unwrap_or_else(PoisonError::into_inner).forget(id);
        drop(index);
        let mut all = self.workspaces.write().unwrap_or_else(PoisonError::into_inner);
        // Whoever holds it beside the map may be about to put an article in.
        let unused = |index: &Arc<RwLock<Index>>| {
            Arc::strong_count(index) == 1 && index.read().unwrap_or_else(PoisonError::into_inner).is_empty()
        };
        if all.get(&workspace).is_some_and(unused) {
            all.remove(&workspace);
        }
    }
}

fn plain(text: &str) -> Answer {
    Answer {
        text: text.to_owned(),
        meta: AiMeta { confidence: Some(1.0), version: Some(VERSION.into()), ..AiMeta::default() },
    }
}

pub(crate) fn citation(hit: &Hit) -> Citation {
    Citation { article: hit.article.clone(), title: hit.title.clone(), quote: hit.text.clone(), score: hit.score }
}

/// The best passage, and a close second of the same article while there is room.
fn compose(hits: &[Hit]) -> (String, Vec<&Hit>) {
    let Some(best) = hits.first() else { return (String::new(), vec![]) };
    let mut text = passage::shorten(&best.text, ANSWER_CHARS);
    let mut cited = vec![best];
    let second = hits
        .get(1)
        .filter(|h| h.article == best.article && h.heading == best.heading && h.score >= SECOND_FROM * best.score);
    if let Some(second) = second
        && text.chars().count() + second.text.chars().count() < ANSWER_CHARS
    {
        text = format!("{text} {}", second.text);
        cited.push(second);
    }
    (text, cited)
}

fn follows_up(question: &str) -> bool {
    let words = words::split(question);
    let starts = |with: &[&str]| words.len() >= with.len() && words.iter().zip(with).all(|(a, b)| a == b);
    words.len() <= 10
        && [
            &["and"][..],
            &["but"],
            &["or"],
            &["what", "about"],
            &["how", "about"],
            &["what", "if"],
            &["how", "long"],
            &["how", "much"],
            &["also"],
        ]
        .iter()
        .any(|s| starts(s))
}

fn last_question(history: &[Said]) -> Option<&str> {
    history.iter().rev().find(|s| s.by_customer && small_talk::reply(&s.text).is_none()).map(|s| s.text.as_str())
}

#[cfg(test)]
mod tests {
    use baton_model::{ConversationId, IdSource, Millis, RequestId, Timestamp};

    use super::*;

    fn ids(seed: u64) -> IdSource {
        IdSource::new(Timestamp::from_millis(1), seed)
    }

    fn ask(workspace: WorkspaceId, question: &str, history: Vec<Said>) -> Ask {
        let mut ids = ids(9);
        Ask {
            workspace,
            request: ids.draw::<RequestId>(),
            conversation: ids.draw::<ConversationId>(),
            question: question.into(),
            history,
            deadline: Millis::secs(5),
        }
    }

    fn put(k: &Knowledge, workspace: WorkspaceId, id: &str, title: &str, body: &str) {
        let article = Article {
            id: id.into(),
            title: title.into(),
            body: body.into(),
            topics: vec![],
            updated_at: Timestamp::from_millis(0),
        };
        k.index(workspace, Arc::new(article));
    }

    fn shop() -> (Knowledge, WorkspaceId) {
        let k = Knowledge::new();
        let ws = ids(1).draw();
        put(
            &k,
            ws,
            "delivery",
            "Delivery",
            "## Duration\n\nStandard delivery takes 2 to 4 working days.\n\n## Abroad\n\nDelivery to Norway takes its time.",
        );
        put(&k, ws, "returns", "Returns", "## Period\n\nYou can return anything within 30 days.");
        put(&k, ws, "care", "Care", "## Wool\n\nWash wool by hand.\n\n## Shells\n\nWash shells at 30 degrees.");
        (k, ws)
    }

    #[test]
    fn answers_with_the_passage_and_its_source() {
        let (k, ws) = shop();
        let a = k.reply(&ask(ws, "How long does delivery take?", vec![]));
        assert_eq!(a.text, "Standard delivery takes 2 to 4 working days.");
        assert_eq!(a.meta.citations[0].article, "delivery");
        assert_eq!(a.meta.citations[0].quote, a.text);
        assert!(a.meta.confidence.unwrap() >= ANSWER_FROM && !a.meta.no_answer);
    }

    #[test]
    fn says_that_it_does_not_know() {
        let (k, ws) = shop();
        let a = k.reply(&ask(ws, "Do you rent out sailing boats in Sweden?", vec![]));
        assert!(a.meta.no_answer && a.meta.citations.is_empty() && a.meta.confidence.unwrap() < ANSWER_FROM);
        assert_eq!(a.text, DONT_KNOW);
        assert!(!a.text.contains('?'), "the core asks whether to bring in a person, once");
    }

    #[test]
    fn small_talk_needs_no_source() {
        let (k, ws) = shop();
        let a = k.reply(&ask(ws, "Hi!", vec![]));
        assert_eq!(a.meta.confidence, Some(1.0));
        assert!(!a.meta.no_answer && a.meta.citations.is_empty());
    }

    #[test]
    fn a_follow_up_is_read_with_the_question_before_it() {
        let (k, ws) = shop();
        let before = vec![
            Said { by_customer: true, text: "How do I wash wool?".into() },
            Said { by_customer: false, text: "By hand.".into() },
        ];
        let a = k.reply(&ask(ws, "and shells?", before));
        assert_eq!(a.meta.citations[0].article, "care");
        let before = vec![Said { by_customer: true, text: "How do I wash wool?".into() }];
        assert!(k.reply(&ask(ws, "you people are hopeless", before)).meta.no_answer, "not a follow-up");
    }

    #[test]
    fn workspaces_share_nothing_and_forgetting_works() {
        let (k, ws) = shop();
        let other: WorkspaceId = ids(2).draw();
        assert!(k.reply(&ask(other, "How long does delivery take?", vec![])).meta.no_answer);
        k.forget(ws, "delivery");
        assert!(k.reply(&ask(ws, "How long does delivery take?", vec![])).meta.no_answer);
    }

    #[test]
    fn readers_and_writers_may_work_at_once() {
        let (k, ws) = shop();
        std::thread::scope(|s| {
            for t in 0..2 {
                let k = &k;
                s.spawn(move || {
                    for i in 0..100 {
                        put(k, ws, &format!("n{t}{}", i % 5), "News", "A word about something.");
                    }
                });
                s.spawn(move || {
                    for _ in 0..100 {
                        assert!(!k.reply(&ask(ws, "How long does delivery take?", vec![])).text.is_empty());
                    }
                });
            }
        });
    }
}
