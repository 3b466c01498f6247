//! Takes what a search found, gives one page of it as a searchset; the link to the next page carries an opaque token
//! and nothing about the person.
//! Source: FHIR R4 section 3.1.1.4 (server conformance), Bundle searchset, paging.

use super::{
    held::{Held, reference},
    partner::Partner,
    search::Found,
};
use crate::{faults::Fault, outcome::Problem};
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

/// How many matches a search that counts wrongly counts and never sends.
pub(crate) const NEVER_SENT: usize = 7;

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
        let found = Found { token: Some(token.clone()), ..found };
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
    pub(super) fn bundle(&self, view: &View<'_>, found: Found) -> Vec<u8> {
        let end = found.offset.saturating_add(found.page_size).min(found.matches.len());
        let mut link = vec![json!({"relation": "self", "url": view.own_url(&found)})];
        link.extend(self.next(view, &found, end).map(|url| json!({"relation": "next", "url": url})));
        let more = if view.fault == Fault::PagingShort { NEVER_SENT } else { 0 };
        let searchset = Searchset {
            resource_type: "Bundle",
            id: uuid::Uuid::new_v4().to_string(),
            kind: "searchset",
            total: found.matches.len() + more,
            link,
            entry: entries(view, &found, end),
        };
        // Writing into memory cannot fail; were it to, an empty body is what a broken partner would send.
        serde_json::to_vec(&searchset).unwrap_or_default()
    }

    /// Where the next page is to be had, or where a fault says it is.
    fn next(&self, view: &View<'_>, found: &Found, end: usize) -> Option<String> {
        let is_last = end >= found.matches.len() || found.page_size == 0;
        let page = |token: &str| format!("{}/{}?{TOKEN}={token}", view.base, found.kind.name);
        // Whoever is found by number stands on one page: what a page of people leads to is nobody's to follow.
        let fault = if found.kind.name == "Patient" { Fault::None } else { view.fault };
        match fault {
            Fault::PagingLoop if is_last => Some(page(&self.first(found))),
            // Another host to anybody who compares; whoever follows it sends a packet there.
            Fault::PagingElsewhere => {
                let token = self.remember(Found { offset: end, ..found.clone() });
                Some(page(&token).replacen("127.0.0.1", "127.0.0.9", 1))
            }
            _ if is_last => None,
            _ => Some(page(&self.remember(Found { offset: end, ..found.clone() }))),
        }
    }

    /// What the first page goes by; always the same, so that whoever follows comes by again.
    fn first(&self, found: &Found) -> String {
        if let Some(first) = &found.first {
            return first.clone();
        }
        let token = self.remember(Found { offset: 0, ..found.clone() });
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(first) = remembered.by_token.get_mut(&token) {
            first.first = Some(token.clone());
        }
        token
    }
}

/// Whose page it is, and what is wrong with them.
pub(super) struct View<'a> {
    pub(super) partner: &'static Partner,
    pub(super) base: &'a str,
    pub(super) fault: Fault,
}

impl View<'_> {
    /// This page: by the parameters that took effect, or by its token.
    fn own_url(&self, found: &Found) -> String {
        let plain = format!("{}/{}", self.base, found.kind.name);
        let Ok(mut url) = reqwest::Url::parse(&plain) else { return plain };
        match &found.token {
            Some(token) => url.query_pairs_mut().append_pair(TOKEN, token),
            None => url.query_pairs_mut().extend_pairs(&found.used),
        };
        url.into()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Searchset<'a> {
    resource_type: &'a str,
    id: String,
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

fn entries<'a>(view: &View<'_>, found: &'a Found, end: usize) -> Vec<Entry<'a>> {
    let mut entries = Vec::new();
    if let Some(held) = &found.held {
        let page = found.matches.get(found.offset..end).unwrap_or_default();
        let included = included(held, page, &found.includes);
        entries.extend(page.iter().filter_map(|place| entry(held, *place, view.base, "match")));
        entries.extend(included.iter().filter_map(|place| entry(held, *place, view.base, "include")));
    }
    entries.extend(outcome(&issues(view, found)));
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

/// What the first page says about the search itself.
fn issues(view: &View<'_>, found: &Found) -> Vec<Value> {
    let issue = |severity: &str, code: &str, diagnostics: &str| json!({"severity": severity, "code": code, "diagnostics": diagnostics});
    let ignored = found
        .ignored
        .iter()
        .map(|name| issue("warning", "not-supported", &format!("search parameter ignored: {name}")));
    let remark = view.partner.habits.remark.filter(|_| found.kind.name != "Patient");
    let remark = remark.map(|remark| issue("information", "informational", remark));
    let broken = (view.fault == Fault::ErrorInside)
        .then(|| issue("error", "exception", "part of the record could not be read"));
    let all = ignored.chain(remark).chain(broken);
    if found.offset == 0 { all.collect() } else { Vec::new() }
}

fn outcome(issues: &[Value]) -> Option<Entry<'static>> {
    if issues.is_empty() {
        return None;
    }
    let outcome = json!({"resourceType": "OperationOutcome", "issue": issues});
    let text = RawValue::from_string(outcome.to_string()).ok()?;
    Some(Entry { full_url: None, resource: Cow::Owned(text), search: json!({"mode": "outcome"}) })
}
