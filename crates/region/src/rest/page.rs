//! Takes what a search found, gives one page of it as a searchset; the link to the next page carries an opaque token
//! and nothing about the person.
//! Source: FHIR R4 section 3.1.1.4 (server conformance), Bundle searchset, paging.

use super::{
    held::{Held, reference},
    partner::Partner,
    search::Found,
};
use crate::outcome::Problem;
use serde::Serialize;
use serde_json::{Value, json, value::RawValue};
use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

/// The parameter of a next link.
pub(super) const TOKEN: &str = "_page";

/// Pages remembered; the oldest are forgotten first.
const REMEMBERED: usize = 10_000;

/// Where askers are in what they found.
#[derive(Default)]
pub(super) struct Pages(Mutex<Remembered>);

#[derive(Default)]
struct Remembered {
    by_token: HashMap<String, Found>,
    order: VecDeque<String>,
}

impl Pages {
    /// The same page again for the same token, as long as it is remembered.
    pub(super) fn resume(&self, token: &str, kind: &str) -> Result<Found, Problem> {
        let remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = remembered.by_token.get(token).filter(|found| found.kind.name == kind);
        found.cloned().ok_or_else(|| Problem::new("BAD_REQUEST", "the page is unknown or no longer kept"))
    }

    fn remember(&self, found: Found) -> String {
        let token = uuid::Uuid::new_v4().simple().to_string();
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.by_token.insert(token.clone(), found);
        remembered.order.push_back(token.clone());
        if remembered.order.len() > REMEMBERED
            && let Some(oldest) = remembered.order.pop_front()
        {
            remembered.by_token.remove(&oldest);
        }
        token
    }

    /// The page at `found.offset` as JSON text, with a link to the next one if there is more.
    pub(super) fn bundle(&self, partner: &Partner, base: &str, found: Found) -> Vec<u8> {
        let url = format!("{base}/{}", found.kind.name);
        let end = found.offset.saturating_add(found.page_size).min(found.matches.len());
        let mut link = vec![json!({"relation": "self", "url": url})];
        if end < found.matches.len() && found.page_size > 0 {
            let token = self.remember(Found { offset: end, ..found.clone() });
            link.push(json!({"relation": "next", "url": format!("{url}?{TOKEN}={token}")}));
        }
        let received = partner.freshness.received(crate::clock::now());
        let searchset = Searchset {
            resource_type: "Bundle",
            id: uuid::Uuid::new_v4().to_string(),
            meta: received.map(|received| json!({"lastUpdated": format!("{received:.0}")})),
            kind: "searchset",
            total: found.matches.len(),
            link,
            entry: entries(&found, base, end),
        };
        // Writing into memory cannot fail; were it to, an empty body is what a broken partner would send.
        serde_json::to_vec(&searchset).unwrap_or_default()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Searchset<'a> {
    resource_type: &'a str,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<Value>,
    #[serde(rename = "type")]
    kind: &'a str,
    total: usize,
    link: Vec<Value>,
    entry: Vec<Entry<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    full_url: Option<String>,
    resource: Cow<'a, RawValue>,
    search: Value,
}

fn entries<'a>(found: &'a Found, base: &str, end: usize) -> Vec<Entry<'a>> {
    let mut entries = Vec::new();
    if let Some(held) = &found.held {
        let page = found.matches.get(found.offset..end).unwrap_or_default();
        let included = included(held, page, &found.includes);
        entries.extend(page.iter().filter_map(|place| entry(held, *place, base, "match")));
        entries.extend(included.iter().filter_map(|place| entry(held, *place, base, "include")));
    }
    if found.offset == 0 && !found.ignored.is_empty() {
        entries.extend(ignored(&found.ignored));
    }
    entries
}

fn entry<'a>(held: &'a Held, place: usize, base: &str, mode: &str) -> Option<Entry<'a>> {
    let resource = held.resources.get(place)?;
    Some(Entry {
        full_url: Some(format!("{base}/{}", reference(&resource.value)?)),
        resource: Cow::Borrowed(&resource.text),
        search: json!({"mode": mode}),
    })
}

/// What the page's matches refer to along the paths asked for, each once and none that is itself on the page.
fn included(held: &Held, page: &[usize], paths: &[&'static [&'static str]]) -> BTreeSet<usize> {
    let matched = page.iter().filter_map(|place| held.resources.get(*place));
    let targets =
        matched.flat_map(|resource| paths.iter().flat_map(|path| references(&resource.value, path)));
    targets.filter_map(|target| held.place(target)).filter(|place| !page.contains(place)).collect()
}

/// The references at the end of a path; arrays on the way are walked through.
fn references<'a>(value: &'a Value, path: &[&str]) -> Vec<&'a str> {
    if let Value::Array(many) = value {
        return many.iter().flat_map(|one| references(one, path)).collect();
    }
    match path.split_first() {
        Some((first, rest)) => value.get(first).map(|next| references(next, rest)).unwrap_or_default(),
        None => value.get("reference").and_then(Value::as_str).into_iter().collect(),
    }
}

fn ignored(names: &[String]) -> Option<Entry<'static>> {
    let issue = |name: &String| {
        json!({
            "severity": "warning",
            "code": "not-supported",
            "diagnostics": format!("search parameter ignored: {name}"),
        })
    };
    let issues: Vec<Value> = names.iter().map(issue).collect();
    let outcome = json!({"resourceType": "OperationOutcome", "issue": issues});
    let text = RawValue::from_string(outcome.to_string()).ok()?;
    Some(Entry { full_url: None, resource: Cow::Owned(text), search: json!({"mode": "outcome"}) })
}
