//! The catalogue of metrics: by period and by group, as a table, and down to the conversations behind a number.

use axum::{
    Json,
    extract::Path,
    http::header,
    response::{IntoResponse as _, Response},
};
use baton_model::{
    CaseFilter, CaseGroup, ConversationId, CountedCase, Input, MetricsView, QueueId, Reply, Timestamp, Trigger,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    caller::Caller,
    problem::{Code, Problem},
    request::{Id, Query, Write},
};

const DAY_MS: i64 = 86_400_000;
const MOST: usize = 1_000;

#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    #[default]
    Json,
    Csv,
    Jsonl,
}

/// Which cases count. What is absent does not restrict.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// The last 1 to 400 UTC days, today included; 28 if neither this nor `from` is given.
    #[param(required = false, minimum = 1, maximum = 400)]
    days: Option<u32>,
    /// From this time on, instead of `days`.
    #[param(required = false)]
    from: Option<Timestamp>,
    /// Before this time.
    #[param(required = false)]
    to: Option<Timestamp>,
    #[param(required = false)]
    queue: Option<String>,
    #[param(required = false)]
    topic: Option<String>,
    #[param(required = false)]
    trigger: Option<Trigger>,
    #[param(required = false)]
    policy_version: Option<u32>,
    #[param(required = false)]
    ai_version: Option<String>,
    /// One group for each value of this; one group in all if absent. Not for the cases behind a number.
    #[param(required = false)]
    by: Option<CaseGroup>,
    /// `json` if absent. Not for the cases behind a number.
    #[param(required = false, inline)]
    format: Option<Format>,
    /// Cases at most, 1 to 1000; 200 if absent. Only for the cases behind a number.
    #[param(required = false, minimum = 1, maximum = 1000)]
    limit: Option<usize>,
}

impl Wanted {
    fn filter(&self, now: Timestamp) -> Result<CaseFilter, Problem> {
        let from = match (self.days, self.from) {
            (Some(_), Some(_)) => {
                return Err(invalid("days", "Give either `days` or `from`, not both."));
            }
            (None, Some(from)) => from,
            (days, None) => {
                let days = days.unwrap_or(28);
                if !(1..=400).contains(&days) {
                    return Err(invalid("days", "The days are not between 1 and 400."));
                }
                let today = now.millis().div_euclid(DAY_MS);
                Timestamp::from_millis((today - i64::from(days) + 1) * DAY_MS)
            }
        };
        if self.to.is_some_and(|to| to <= from) {
            return Err(invalid("to", "The period ends before it begins."));
        }
        Ok(CaseFilter {
            from: Some(from),
            to: self.to,
            queue: self.queue.clone().map(QueueId),
            topic: self.topic.clone(),
            trigger: self.trigger,
            policy_version: self.policy_version,
            ai_version: self.ai_version.clone(),
        })
    }
}

fn invalid(field: &str, detail: &str) -> Problem {
    Problem::new(Code::InvalidQuery, detail).at(field, "not usable")
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CountedCases {
    metric: String,
    /// Newest first.
    cases: Vec<CountedCase>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Judged {
    /// A person should have come in.
    needed_human: bool,
    note: Option<String>,
}

/// Every metric of the catalogue, with its formula. As CSV or JSON lines: one line for each group and metric.
#[utoipa::path(get, path = "/v1/metrics", tag = "board", params(Wanted), responses((status = 200, body = MetricsView)))]
pub(crate) async fn get_metrics(caller: Caller, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let view = caller.handle.metrics(&wanted.filter(caller.handle.now())?, wanted.by);
    Ok(match wanted.format.unwrap_or_default() {
        Format::Json => Json(view).into_response(),
        Format::Csv => ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], csv(&view)).into_response(),
        Format::Jsonl => ([(header::CONTENT_TYPE, "application/jsonl")], jsonl(&view)?).into_response(),
    })
}

/// The cases behind one metric, newest first, with what each adds.
#[utoipa::path(get, path = "/v1/metrics/{name}/cases", tag = "board", params(("name" = String, Path), Wanted),
    responses((status = 200, body = CountedCases)))]
pub(crate) async fn get_metric_cases(
    caller: Caller,
    Path(metric): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<CountedCases>, Problem> {
    let limit = wanted.limit.unwrap_or(200);
    if !(1..=MOST).contains(&limit) {
        return Err(invalid("limit", "The limit is not between 1 and 1000."));
    }
    let filter = wanted.filter(caller.handle.now())?;
    let cases = caller.handle.cases_behind(&metric, &filter, limit).ok_or_else(|| Problem::not_found("metric"))?;
    Ok(Json(CountedCases { metric, cases }))
}

/// Say of a conversation that the AI closed alone whether a person should have come in.
#[utoipa::path(post, path = "/v1/conversations/{id}/judgement", tag = "board", params(("id" = String, Path)),
    request_body = Judged, responses((status = 204)))]
pub(crate) async fn judge_conversation(
    caller: Caller,
    Id(conversation): Id<ConversationId>,
    write: Write<Judged>,
) -> Result<axum::http::StatusCode, Problem> {
    let Judged { needed_human, note } = write.body;
    let reply = caller.submit(Some(write.key), Input::JudgeConversation { conversation, needed_human, note }).await?;
    debug_assert_eq!(reply.reply, Reply::Done);
    Ok(axum::http::StatusCode::NO_CONTENT)
}

fn csv(view: &MetricsView) -> String {
    let mut out = String::from("group,metric,value,numerator,denominator,unit,formula,window\n");
    for group in &view.groups {
        for m in &group.metrics {
            let value = m.value.map(|v| v.to_string()).unwrap_or_default();
            let (numerator, denominator) = (m.numerator.to_string(), m.denominator.to_string());
            let cells = [&group.key, &m.name, &value, &numerator, &denominator, &m.unit, &m.formula, &m.window];
            out.push_str(&cells.map(|c| quoted(c)).join(","));
            out.push('\n');
        }
    }
    out
}

/// RFC 4180; a leading sign that a spreadsheet would take for a formula is disarmed.
fn quoted(cell: &str) -> String {
    let number = cell.parse::<f64>().is_ok();
    let armed = !number && cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = if armed { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

fn jsonl(view: &MetricsView) -> Result<String, Problem> {
    let mut out = String::new();
    for group in &view.groups {
        for metric in &group.metrics {
            let mut line = serde_json::to_value(metric).map_err(Problem::internal)?;
            line["group"] = serde_json::Value::String(group.key.clone());
            out.push_str(&line.to_string());
            out.push('\n');
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_safe_in_a_spreadsheet() {
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(quoted("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(quoted("-0.5"), "-0.5");
    }
}
