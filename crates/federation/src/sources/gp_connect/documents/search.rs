//! Takes the one Patient, reads the list of their documents page by page to its end, and says how far it got: a part is
//! never taken for the whole (HAZ-017). Source: GP Connect Access Document 1.6.2, search for documents.

use super::below;
use crate::{
    document,
    guard::Verdict,
    sources::gp_connect::{
        GpConnect,
        capability::FIND_DOCUMENTS,
        exchange::{self, Asked, Condemned, End, Received, Seen},
        record,
        route::{Request, Who},
    },
    subject::OnePatient,
    wire::Bounds,
};
use fhir::{bundle::Bundle, reply::Warning};
use reqwest::Method;
use std::{collections::HashSet, sync::Arc};

/// All five are mandatory; without one the search is refused.
const INCLUDES: [(&str, &str); 5] = [
    ("_include", "DocumentReference:subject:Patient"),
    ("_include", "DocumentReference:custodian:Organization"),
    ("_include", "DocumentReference:author:Organization"),
    ("_include", "DocumentReference:author:Practitioner"),
    ("_revinclude:recurse", "PractitionerRole:practitioner"),
];

/// What was read.
#[derive(Default)]
pub(super) struct Listed {
    pub(super) pages: Vec<Arc<str>>,
    /// Documents, those with placeholders for content too.
    pub(super) count: usize,
    pub(super) warnings: Vec<Warning>,
    /// The practice says that the area is switched off.
    pub(super) is_off: bool,
    /// It asked us to wait with the rest (HAZ-036).
    pub(super) wait: Option<Verdict>,
    /// How much of it was read, where not all was.
    pub(super) cut: Option<String>,
}

struct Page {
    documents: usize,
    total: Option<u64>,
    next: Option<Next>,
    is_off: bool,
    warnings: Vec<Warning>,
}

/// Where the rest lies.
enum Next {
    Below(String),
    Elsewhere,
}

pub(super) async fn to_the_end(
    gp: &GpConnect,
    who: &Who<'_>,
    one: &OnePatient,
    bounds: &Bounds,
) -> End<Listed> {
    let (mut listed, mut total) = (Listed::default(), None);
    let mut asked = HashSet::new();
    let mut next = Some(first(one));
    let mut why = None;
    while let Some(request) = next.take() {
        asked.insert(request.path.clone());
        let patient = one.clone();
        let end = exchange::exchange(gp, who, &request, bounds, move |b, a| inspect(b, a, &patient)).await;
        let page = match end {
            End::Received(Received { text, seen }) => {
                listed.pages.push(text);
                seen
            }
            End::Condemned(condemned) => return End::Condemned(condemned),
            end if listed.pages.is_empty() => return failed(end),
            end => {
                listed.wait = Some(end.verdict()).filter(|verdict| matches!(verdict, Verdict::Wait(_)));
                why = Some("the rest did not arrive");
                break;
            }
        };
        listed.count += page.documents;
        listed.is_off |= page.is_off;
        listed.warnings.extend(page.warnings);
        total = total.max(page.total);
        (next, why) = match page.next {
            None => (None, None),
            Some(Next::Elsewhere) => (None, Some("the link to the rest could not be followed")),
            Some(Next::Below(path)) if asked.contains(&path) => (None, Some("its pages repeat")),
            Some(Next::Below(_)) if asked.len() >= bounds.limits.pages => {
                (None, Some("more exists than is read here"))
            }
            Some(Next::Below(path)) => (Some(get(path)), None),
        };
    }
    listed.cut = cut(listed.count, total, why);
    End::Received(Received { text: Arc::from(""), seen: listed })
}

/// `showing 20 of 27`, where not everything was read.
fn cut(count: usize, total: Option<u64>, why: Option<&str>) -> Option<String> {
    let shown = count as u64;
    match (total.filter(|total| *total > shown), why) {
        (None, None) => None,
        (Some(total), None) => Some(format!("showing {shown} of {total}")),
        (Some(total), Some(why)) => Some(format!("showing {shown} of {total}; {why}")),
        (None, Some(why)) => Some(format!("showing {shown}; {why}")),
    }
}

/// Without dates, authors or words: filters hide.
fn first(one: &OnePatient) -> Request {
    let id = one.id().unwrap_or_default();
    let query = INCLUDES.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Request { query, ..get(format!("Patient/{id}/DocumentReference")) }
}

fn get(path: String) -> Request {
    Request { capability: &FIND_DOCUMENTS, method: Method::GET, path, query: Vec::new(), body: None }
}

fn inspect(bundle: &Bundle<'_>, asked: &Asked, one: &OnePatient) -> Seen<Page> {
    if !one.is_all(bundle) {
        return Seen::Condemned(Condemned::WrongPerson);
    }
    if bundle.kind != "searchset" {
        return Seen::NotARecord;
    }
    let follow = |next: &String| below::path(&asked.root, next).map_or(Next::Elsewhere, Next::Below);
    Seen::Record(Page {
        documents: bundle.of_type("DocumentReference").count(),
        total: bundle.total,
        next: bundle.next.as_ref().map(follow),
        is_off: !record::switched_off(bundle).is_empty(),
        warnings: document::warnings(bundle),
    })
}

fn failed(end: End<Page>) -> End<Listed> {
    match end {
        End::Refused(refused) => End::Refused(refused),
        End::Unreached(missing) => End::Unreached(missing),
        End::Fault(fault) => End::Fault(fault),
        End::Condemned(condemned) => End::Condemned(condemned),
        End::Received(_) => End::Fault(crate::fault::Fault::NotARecord),
    }
}
