//! The knowledge base: Markdown articles.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use baton_model::{Article, Input, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    app::App,
    caller::Caller,
    limits,
    problem::{Code, Problem},
    request::{Id, Nothing, Write},
};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Articles {
    articles: Vec<Arc<Article>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewArticle {
    title: String,
    /// Markdown.
    body: String,
    /// Issue classes it belongs to.
    #[serde(default)]
    topics: Vec<String>,
}

impl NewArticle {
    /// Under this id, if it is sound.
    pub(crate) fn article(self, id: &str, updated_at: Timestamp) -> Result<Article, Problem> {
        check_slug(id)?;
        let Self { title, body, topics } = self;
        limits::check_text("/title", &title, limits::LINE_CHARS)?;
        limits::check_text("/body", &body, limits::ARTICLE_BODY_BYTES)?;
        Ok(Article { id: id.to_owned(), title, body, topics, updated_at })
    }
}

fn check_slug(id: &str) -> Result<(), Problem> {
    let fits = (1..=100).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !id.starts_with('-');
    if fits {
        return Ok(());
    }
    Err(Problem::new(Code::Invalid, "An article's id is 1 to 100 lower-case letters, digits and `-`.")
        .at("id", "not a slug"))
}

/// All articles.
#[utoipa::path(get, path = "/v1/articles", tag = "configuration", responses((status = 200, body = Articles)))]
pub(crate) async fn list_articles(caller: Caller) -> Json<Articles> {
    Json(Articles { articles: caller.handle.articles() })
}

/// Write an article. The body may have 1 MiB.
#[utoipa::path(put, path = "/v1/articles/{id}", tag = "configuration", params(("id" = String, Path, example = "returns")),
    request_body = NewArticle, responses((status = 200, body = Article)))]
pub(crate) async fn put_article(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<String>,
    write: Write<NewArticle, { limits::ARTICLE_BODY_BYTES }>,
) -> Result<Json<Article>, Problem> {
    let article = write.body.article(&id, app.now())?;
    caller.submit(Some(write.key), Input::PutArticle { article }).await?;
    let stored = caller.handle.articles().into_iter().find(|a| a.id == id);
    stored.map(|a| Json((*a).clone())).ok_or_else(|| Problem::not_found("article"))
}

/// Remove an article.
#[utoipa::path(delete, path = "/v1/articles/{id}", tag = "configuration", params(("id" = String, Path)), responses((status = 204)))]
pub(crate) async fn delete_article(
    caller: Caller,
    Id(id): Id<String>,
    write: Write<Nothing>,
) -> Result<StatusCode, Problem> {
    check_slug(&id)?;
    caller.submit(Some(write.key), Input::RemoveArticle { article: id }).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        assert!(check_slug("returns-2026").is_ok());
        for bad in ["", "-x", "Returns", "a b", "a/b", &"x".repeat(101)] {
            assert!(check_slug(bad).is_err(), "{bad:?}");
        }
    }
}
