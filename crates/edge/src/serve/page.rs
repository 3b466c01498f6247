//! Takes everything about a person and what was asked, gives one page of a searchset: the matches, what they refer to, and what
//! the partner says of its own answer. The link to the next page carries our own id of the person and nothing else of them.
//! Source: FHIR R4 Bundle (searchset), 3.1.0.3 (paging).

use super::{outcome::Problem, search::Asked};
use crate::{
    answer::{Everything, codes::references},
    format::Shown,
    node::Node,
};
use fhir::Json;
use jiff::Timestamp;
use serde_json::json;
use std::{collections::BTreeSet, fmt::Write};

/// A page ends when its matches have so many bytes, though more were asked for.
const PAGE_BYTES: usize = 4 * 1024 * 1024;

pub(super) struct Page {
    pub(super) json: String,
    pub(super) total: usize,
    pub(super) given: usize,
}

/// The answer about nobody: whoever has no record here, and whatever is no id of ours.
pub(super) fn nobody(node: &Node, asked: &Asked) -> String {
    searchset(node, asked, &Parts::default())
}

/// What a searchset is made of, as JSON texts.
#[derive(Default)]
struct Parts<'a> {
    matches: Vec<(&'a str, &'a str, &'a str)>,
    includes: Vec<&'a Shown>,
    notes: Vec<&'a str>,
    total: usize,
    as_at: Option<Timestamp>,
    next: Option<String>,
}

pub(super) fn of(node: &Node, asked: &Asked, all: &Everything) -> Result<Page, Problem> {
    let matches: Vec<(&str, &str, &str)> = match asked.kind {
        "Patient" => all.patient.iter().map(|json| ("Patient", all.id.as_str(), json.as_str())).collect(),
        kind => {
            let is_match =
                |one: &&Shown| one.resource_type == kind && !one.is_context && is_in_time(one, asked);
            let plain = |one| {
                let one: &Shown = one;
                (one.resource_type.as_str(), one.id.as_str(), one.json.as_str())
            };
            // Somebody this partner does not know has nothing here, whatever is asked.
            all.shown.iter().filter(is_match).map(plain).collect()
        }
    };
    let total = matches.len();
    // Whatever moves an entry from one page to another, what the partner holds back too, ends the pages (HAZ-017).
    let names: String = matches.iter().map(|(_, id, _)| format!("{id};")).collect();
    let state = fingerprint(&format!("{}{names}", all.state));
    if asked.state.as_ref().is_some_and(|sent| *sent != state) {
        return Err(Problem::Gone);
    }
    let mut bytes = 0;
    let page: Vec<_> = matches
        .into_iter()
        .skip(asked.offset)
        .take(asked.page_size)
        .enumerate()
        .take_while(|(place, (_, _, json))| {
            bytes += json.len();
            *place == 0 || bytes <= PAGE_BYTES
        })
        .map(|(_, one)| one)
        .collect();
    let given = page.len();
    let end = asked.offset.saturating_add(given);
    let next = (end < total && given > 0).then(|| {
        let base = node.config().serve.public_url.trim_end_matches('/');
        format!(
            "{base}/{}?patient={}&_count={}&_offset={end}&_state={state}",
            asked.kind, all.id, asked.page_size
        )
    });
    let parts = Parts {
        includes: referred(&page, &all.shown),
        notes: notes(asked, all),
        as_at: as_at(asked, all),
        matches: page,
        total,
        next,
    };
    Ok(Page { json: searchset(node, asked, &parts), total, given })
}

/// Appointments from a day on, where that is asked.
fn is_in_time(one: &Shown, asked: &Asked) -> bool {
    if asked.dates.is_empty() {
        return true;
    }
    let start =
        Json::of(&one.json).object().and_then(|object| object.text("start").map(|text| text.into_owned()));
    let Some(start) = start.as_deref().and_then(|start| start.get(..10)) else { return true };
    asked.dates.iter().all(|date| match date.split_at_checked(2) {
        Some(("ge", from)) => from.get(..10).is_none_or(|from| start >= from),
        Some(("le", to)) => to.get(..10).is_none_or(|to| start <= to),
        _ => true,
    })
}

/// What the matches refer to, and what that refers to in turn; a document's content is fetched when it is opened.
fn referred<'a>(matches: &[(&str, &str, &str)], shown: &'a [Shown]) -> Vec<&'a Shown> {
    let mut names: BTreeSet<String> = matches.iter().flat_map(|(_, _, json)| references(json)).collect();
    let given: BTreeSet<String> = matches.iter().map(|(kind, id, _)| format!("{kind}/{id}")).collect();
    let mut includes: Vec<&Shown> = Vec::new();
    let mut taken = BTreeSet::new();
    loop {
        let fresh: Vec<&Shown> = shown
            .iter()
            .filter(|one| one.resource_type != "Binary")
            .filter(|one| {
                let name = format!("{}/{}", one.resource_type, one.id);
                names.contains(&name) && !given.contains(&name) && taken.insert(name)
            })
            .collect();
        if fresh.is_empty() {
            return includes;
        }
        names.extend(fresh.iter().flat_map(|one| references(&one.json)));
        includes.extend(fresh);
    }
}

fn notes<'a>(asked: &Asked, all: &'a Everything) -> Vec<&'a str> {
    let concerns = |types: &[&str]| asked.kind == "Patient" || types.contains(&asked.kind);
    all.notes.iter().filter(|note| concerns(note.types)).map(|note| note.text.as_str()).collect()
}

/// The oldest of what this answer could be drawn from is the honest one (HAZ-008).
fn as_at(asked: &Asked, all: &Everything) -> Option<Timestamp> {
    let concerns = |types: &[&str]| asked.kind == "Patient" || types.contains(&asked.kind);
    all.fresh.iter().filter(|(types, _)| concerns(types)).map(|(_, at)| *at).min()
}

fn searchset(node: &Node, asked: &Asked, parts: &Parts<'_>) -> String {
    let base = node.config().serve.public_url.trim_end_matches('/');
    let mut link = vec![json!({ "relation": "self", "url": format!("{base}/{}", asked.kind) })];
    link.extend(parts.next.iter().map(|url| json!({ "relation": "next", "url": url })));
    let mut json = format!(
        r#"{{"resourceType":"Bundle","id":"{}",{}"type":"searchset","total":{},"link":{},"entry":["#,
        uuid::Uuid::new_v4(),
        parts.as_at.map(|at| format!(r#""meta":{{"lastUpdated":"{at:.0}"}},"#)).unwrap_or_default(),
        parts.total,
        serde_json::Value::Array(link),
    );
    let mut entries: Vec<String> = Vec::new();
    let entry = |kind: &str, id: &str, resource: &str, mode: &str| {
        format!(r#"{{"fullUrl":"{base}/{kind}/{id}","resource":{resource},"search":{{"mode":"{mode}"}}}}"#)
    };
    entries.extend(parts.matches.iter().map(|(kind, id, json)| entry(kind, id, json, "match")));
    entries.extend(parts.includes.iter().map(|one| entry(&one.resource_type, &one.id, &one.json, "include")));
    entries.extend(outcome(asked, parts));
    json.push_str(&entries.join(","));
    let _ = write!(json, "]}}");
    json
}

/// What the partner says of its own answer.
fn outcome(asked: &Asked, parts: &Parts<'_>) -> Option<String> {
    let note = |text: &str| json!({ "severity": "warning", "code": "incomplete", "details": { "text": text }, "diagnostics": text });
    let ignored = asked.ignored.iter().map(|name| {
        json!({ "severity": "warning", "code": "not-supported", "diagnostics": format!("search parameter ignored: {name}") })
    });
    let issues: Vec<_> = parts.notes.iter().map(|text| note(text)).chain(ignored).collect();
    if issues.is_empty() {
        return None;
    }
    let outcome = json!({ "resourceType": "OperationOutcome", "issue": issues });
    Some(format!(r#"{{"resource":{outcome},"search":{{"mode":"outcome"}}}}"#))
}

/// Short, and the same for the same state.
fn fingerprint(state: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, state.as_bytes());
    digest.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
