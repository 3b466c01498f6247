//! Takes a node's whole answer, gives it as a source in trouble would have sent it: a total that is too great, a next link
//! that leads round or away, an error inside, an index of people that is not in order. What is no searchset stays as it is.
//! Source: FHIR R4 section 3.1.1.4 (searchset, paging), Patient.link; HAZ-004, HAZ-005, HAZ-006, HAZ-017.

use super::{
    Unreached,
    asked::{self, Asked},
};
use crate::{
    faults::Fault,
    rest::{identity, page::NEVER_SENT},
};
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json, value::RawValue};
use std::collections::BTreeMap;

/// The members of a Bundle, each as it was sent: a decimal keeps its digits (HAZ-039).
type Members = BTreeMap<String, Box<RawValue>>;

/// How much earlier what is stale was received: more than any partner has agreed.
const STALE: SignedDuration = SignedDuration::from_hours(10 * 24);

/// An answer read to its end.
pub(super) struct Whole {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// How the asker sees this page.
pub(super) struct View<'a> {
    /// The FHIR base the asker knows.
    base: &'a str,
    /// An address of this very page.
    address: String,
    of_people: bool,
    by_number: bool,
}

impl<'a> View<'a> {
    pub(super) fn of(asked: &Asked, base: &'a str) -> Self {
        let of_people = asked.kind() == "Patient";
        Self { base, address: asked.address(base), of_people, by_number: asked.number().is_some() }
    }
}

/// Whether the gate leaves that fault to what stands behind it, and an answer can be rewritten to it.
pub(super) fn is_for_the_source(fault: Fault) -> bool {
    use Fault::*;
    matches!(
        fault,
        PagingLoop | PagingElsewhere | PagingShort | ErrorInside | Ambiguous | Merged | Inactive | Stale
    )
}

impl Whole {
    pub(super) async fn read(answer: reqwest::Response) -> Result<Self, Unreached> {
        let (status, mut headers) = (answer.status(), asked::end_to_end(answer.headers()));
        headers.remove(header::CONTENT_LENGTH);
        Ok(Self { status, headers, body: answer.bytes().await.map_err(|_| Unreached)? })
    }

    /// Whether a Patient is among what was found.
    pub(super) fn finds_somebody(&self) -> bool {
        serde_json::from_slice(&self.body).is_ok_and(|bundle: Members| patient(&bundle).is_some())
    }

    pub(super) fn spoilt(self, fault: Fault, view: &View<'_>) -> Self {
        let body = searchset(fault, view, &self.body).map(Bytes::from);
        Self { body: body.unwrap_or(self.body), ..self }
    }
}

impl IntoResponse for Whole {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        (*response.status_mut(), *response.headers_mut()) = (self.status, self.headers);
        response
    }
}

/// `None`: this fault leaves this page alone.
fn searchset(fault: Fault, view: &View<'_>, whole: &[u8]) -> Option<Vec<u8>> {
    let mut bundle: Members = serde_json::from_slice(whole).ok()?;
    if read::<String>(&bundle, "type")? != "searchset" {
        return None;
    }
    match fault {
        Fault::PagingShort => {
            let total: u64 = read(&bundle, "total")?;
            put(&mut bundle, "total", &json!(total.saturating_add(NEVER_SENT as u64)))?;
        }
        // Whoever is found by number stands on one page: what a page of people leads to is nobody's to follow.
        Fault::PagingLoop | Fault::PagingElsewhere if view.of_people => return None,
        Fault::PagingLoop => lead(&mut bundle, |next| next.is_none().then(|| view.address.clone()))?,
        // Another host to anybody who compares, and this very server to anybody who follows.
        Fault::PagingElsewhere => lead(&mut bundle, |next| {
            Some(next.unwrap_or(&view.address).replacen("127.0.0.1", "localhost", 1))
        })?,
        Fault::ErrorInside => {
            let mut entries: Vec<Box<RawValue>> = read(&bundle, "entry").unwrap_or_default();
            entries.push(RawValue::from_string(error().to_string()).ok()?);
            bundle.insert("entry".to_owned(), serde_json::value::to_raw_value(&entries).ok()?);
        }
        Fault::Stale => {
            let mut meta: Value = read(&bundle, "meta")?;
            let received = meta.get("lastUpdated")?.as_str()?.parse::<Timestamp>().ok()?;
            let earlier = Value::from(received.checked_sub(STALE).ok()?.to_string());
            meta.as_object_mut()?.insert("lastUpdated".to_owned(), earlier);
            put(&mut bundle, "meta", &meta)?;
        }
        fault if view.by_number => people(fault, view, &mut bundle)?,
        _ => return None,
    }
    serde_json::to_vec(&bundle).ok()
}

fn read<T: serde::de::DeserializeOwned>(bundle: &Members, member: &str) -> Option<T> {
    serde_json::from_str(bundle.get(member)?.get()).ok()
}

fn put(bundle: &mut Members, member: &str, value: &Value) -> Option<()> {
    bundle.insert(member.to_owned(), serde_json::value::to_raw_value(value).ok()?);
    Some(())
}

/// Has the next link lead where `to` says, given where it leads now.
fn lead(bundle: &mut Members, to: impl Fn(Option<&str>) -> Option<String>) -> Option<()> {
    let mut links: Vec<Value> = read(bundle, "link").unwrap_or_default();
    let is_next = |link: &Value| link.get("relation").is_some_and(|relation| relation == "next");
    let next = links.iter().find(|link| is_next(link)).and_then(|link| link.get("url")?.as_str());
    let url = to(next)?;
    links.retain(|link| !is_next(link));
    links.push(json!({"relation": "next", "url": url}));
    put(bundle, "link", &Value::from(links))
}

fn error() -> Value {
    let words = "part of the record could not be read";
    let issue = json!([{"severity": "error", "code": "exception", "diagnostics": words}]);
    json!({
        "resource": {"resourceType": "OperationOutcome", "issue": issue},
        "search": {"mode": "outcome"},
    })
}

fn people(fault: Fault, view: &View<'_>, bundle: &mut Members) -> Option<()> {
    let found = identity::found(fault, &patient(bundle)?)?;
    let entry = |patient: &Value| {
        let id = patient.get("id").and_then(Value::as_str).unwrap_or_default();
        json!({
            "fullUrl": format!("{}/Patient/{id}", view.base),
            "resource": patient,
            "search": {"mode": "match"},
        })
    };
    put(bundle, "total", &json!(found.len()))?;
    put(bundle, "entry", &found.iter().map(entry).collect())
}

/// The first Patient of a searchset.
fn patient(bundle: &Members) -> Option<Value> {
    let entries: Vec<Value> = read(bundle, "entry")?;
    let resources = entries.into_iter().filter_map(|mut entry| entry.get_mut("resource").map(Value::take));
    resources.into_iter().find(|resource| resource.get("resourceType").is_some_and(|kind| kind == "Patient"))
}
