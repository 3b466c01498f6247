//! Takes a day, gives what was asked here on it, a line for each answer about a person: so that the gateway can hold its own log
//! against this one. Persons as hashes under a key both have, or not at all. The reading is recorded before it is given.
//! Source: audit.md section 10; docs/look-up/reconciliation.md.

use super::{NO_STORE, Problem};
use crate::{
    journal::{self, millis},
    node::{self, Node},
};
use audit::{
    Entry, Kind,
    reconcile::{Day, MARGIN_MS, SubjectKey},
};
use axum::{
    extract::{Query, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    day: String,
}

/// The day, and a quarter of an hour around it.
pub(super) async fn hand_over(State(node): State<Node>, Query(asked): Query<Asked>) -> Response {
    match lines(&node, &asked.day).await {
        Ok(lines) => {
            let kind = HeaderValue::from_static("application/x-ndjson");
            ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, NO_STORE)], lines).into_response()
        }
        Err(problem) => problem.into_response(),
    }
}

async fn lines(node: &Node, day: &str) -> Result<String, Problem> {
    let day = Day::parse(day).map_err(|not| Problem::Invalid(format!("day: {not}")))?;
    let key = node.config().serve.subject_key_file.as_deref().map(node::hex_key).transpose();
    let key = key.map_err(|_| Problem::Unavailable)?.map(|key| SubjectKey::new(&key));
    let detail =
        [("what", "access log".to_owned()), ("by", "the gateway".to_owned()), ("day", day.to_string())];
    let read = journal::entry(Kind::AuditRead, node.now(), &detail);
    node.0.journal.record(read).await.map_err(|_| Problem::NotRecorded)?;
    let (since, until) = (day.begins().plus_ms(-MARGIN_MS), day.ends().plus_ms(MARGIN_MS));
    let answers = node.0.journal.answers(since, until.min(millis(node.now()).plus_ms(1))).await;
    let answers = answers.map_err(|_| Problem::Unavailable)?;
    Ok(answers.iter().map(|answer| line(answer, key.as_ref())).collect())
}

/// Only what was answered is recorded here, so the status is always the same.
fn line(answer: &Entry, key: Option<&SubjectKey>) -> String {
    let at = jiff::Timestamp::from_millisecond(answer.at.0).unwrap_or_default();
    let told = |name: &str| answer.detail.get(name).filter(|value| !value.is_empty());
    let subject = key.zip(answer.whom.as_ref()).map(|(key, whom)| key.subject(&whom.nhs_number));
    let line = json!({
        "request": told("request"),
        "opening": told("opening"),
        "time": at.to_string(),
        "status": 200,
        "subject": subject,
    });
    format!("{line}\n")
}
