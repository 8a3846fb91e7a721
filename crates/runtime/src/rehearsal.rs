//! A drafted article before it is published: what the assistant says today to the questions behind it, and what it would say.

use std::sync::Arc;

use baton_core::{engine::view, learn};
use baton_model::{
    Article, CaseFilter, IdSource, Millis, Missing, Rehearsal, Rehearsed, RehearsedAnswer, Said, Turn, WorkspaceId,
};
use baton_ports::{Answer, Ask, Assistant, AssistantError, JournalError};

use crate::handle::Handle;

const DEADLINE: Millis = Millis::secs(10);

/// Articles under an id that no customer has, so that nobody is answered from what is only tried. Gone when dropped.
struct Stage<'a> {
    assistant: &'a dyn Assistant,
    workspace: WorkspaceId,
    articles: Vec<Arc<Article>>,
}

impl<'a> Stage<'a> {
    fn new(assistant: &'a dyn Assistant, workspace: WorkspaceId, articles: Vec<Arc<Article>>) -> Self {
        articles.iter().for_each(|article| assistant.index(workspace, Arc::clone(article)));
        Self { assistant, workspace, articles }
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        self.articles.iter().for_each(|article| self.assistant.forget(self.workspace, &article.id));
    }
}

impl Handle {
    /// Asks the assistant the questions of a cluster's examples, with the articles that there are and with one more, or with
    /// that one replaced. `None` when there is no such cluster.
    pub async fn rehearse(
        &self,
        topic: &str,
        missing: Missing,
        filter: &CaseFilter,
        article: Article,
    ) -> Result<Option<Rehearsal>, JournalError> {
        let state = self.state();
        let clusters = view::clusters(&state, filter);
        let Some(cluster) = clusters.into_iter().find(|c| c.topic == topic && c.missing == missing) else { return Ok(None) };
        let ports = self.ports();
        let mut ids = IdSource::new(self.now(), ports.clock.seed());
        let tried = article.id.clone();
        // Both are staged: the assistant hears of an article that was published a moment ago only after the reply.
        let known = self.articles();
        let others = known.iter().filter(|a| a.id != tried).cloned();
        let then = Stage::new(&*ports.assistant, ids.draw(), others.chain([Arc::new(article)]).collect());
        let today = Stage::new(&*ports.assistant, ids.draw(), known);
        let mut examples = Vec::new();
        for example in &cluster.examples {
            let Some(c) = self.conversation_now_or_then(&state, example.conversation)? else { continue };
            let Some((asked, earlier)) = learn::question(&c) else { continue };
            let said = |t: &Arc<Turn>| Said { by_customer: t.is_customer(), text: t.text.clone() };
            let history: Vec<Said> = earlier.iter().filter(|t| t.visible_to_customer()).map(said).collect();
            let mut ask = |workspace| {
                let (request, conversation, question) = (ids.draw(), c.id, asked.text.clone());
                ports.assistant.answer(Ask {
                    workspace,
                    request,
                    conversation,
                    question,
                    history: history.clone(),
                    deadline: DEADLINE,
                })
            };
            let (before, after) = (ask(today.workspace), ask(then.workspace));
            let (before, after) = tokio::join!(before, after);
            examples.push(Rehearsed {
                escalation: example.escalation,
                question: asked.text.clone(),
                before: answer(before, &tried),
                after: answer(after, &tried),
            });
        }
        let answered = |of: fn(&Rehearsed) -> &RehearsedAnswer| {
            examples.iter().filter(|e| !of(e).no_answer).count().try_into().unwrap_or(u32::MAX)
        };
        Ok(Some(Rehearsal { answered_before: answered(|e| &e.before), answered_after: answered(|e| &e.after), examples }))
    }
}

fn answer(said: Result<Answer, AssistantError>, tried: &str) -> RehearsedAnswer {
    match said {
        Ok(answer) => RehearsedAnswer {
            from_article: answer.meta.citations.iter().any(|c| c.article == tried),
            text: answer.text,
            no_answer: answer.meta.no_answer,
            confidence: answer.meta.confidence,
        },
        Err(error) => RehearsedAnswer { text: error.to_string(), no_answer: true, confidence: None, from_article: false },
    }
}
