//! Takes the NHS number, gives the one Patient a server knows by it, compared; never picks among several (HAZ-037). A
//! record that the server has replaced by another is followed once. The number travels in a POST body; in an address only
//! where the partner's interface sheet leaves no other way (HAZ-049).
//! Source: FHIR R4 3.2.1.2.2 (search by POST), Patient.link.

use super::{About, Server};
use crate::{
    document,
    fault::Fault,
    source::PersonSearch,
    subject::{
        OnePatient, Person,
        demographics::{self, Comparison},
    },
    wire::Bounds,
};
use fhir::{
    NhsNumber,
    bundle::{Bundle, Entry},
    nhs_number,
    reply::Warning,
};
use reqwest::{Method, RequestBuilder};
use std::sync::Arc;

/// What searching for the person found.
pub(super) enum Found {
    /// With the moment the server received its last extract, where it is fed by extracts.
    Nobody(Option<String>),
    One(Box<One>),
    Several,
    Differs(Vec<String>),
    OtherPerson,
}

/// The Patient, and the searchset it came in.
pub(super) struct One {
    pub(super) one: OnePatient,
    pub(super) text: Arc<str>,
    pub(super) warnings: Vec<Warning>,
    pub(super) as_at: Option<String>,
}

/// One searchset, read.
struct Searched {
    text: Arc<str>,
    seen: Seen,
    as_at: Option<String>,
}

enum Seen {
    Nobody,
    /// All of them with the person's number.
    Several,
    /// Somebody else among them.
    OtherAmong,
    One(Box<Match>),
}

/// The only Patient of a searchset.
struct Match {
    one: OnePatient,
    comparison: Comparison,
    /// What the server said beside it.
    warnings: Vec<Warning>,
    /// The id of the record that has replaced it, where it is one of this server.
    replacement: Option<String>,
}

/// By the current number; where nobody has that, and the server is registered to go by earlier ones, by those. Two
/// records of one person are not joined here: that there may be another is said.
pub(super) async fn find(server: &Server, about: &About<'_>, bounds: &Bounds) -> Result<Found, Fault> {
    let mut found = Found::Nobody(None);
    let mut numbers = server.asked_under(about.person);
    for number in numbers.by_ref() {
        let searched = search(server, about, by_number(number), bounds).await?;
        found = match replacement(&searched) {
            Some(id) => follow(server, about, &id, searched, bounds).await,
            None => found_in(searched),
        };
        if !matches!(found, Found::Nobody(_)) {
            break;
        }
    }
    if let Found::One(one) = &mut found {
        for number in numbers {
            let searched = search(server, about, by_number(number), bounds).await;
            one.warnings.extend(Some(more()).filter(|_| !is_no_more(&searched, &one.one)));
        }
    }
    Ok(found)
}

fn by_number(number: &NhsNumber) -> (&'static str, String) {
    ("identifier", format!("{}|{}", nhs_number::SYSTEM, number.digits()))
}

/// Whether a server holds nothing of the person under an earlier number but the record that was found (HAZ-005).
fn is_no_more(searched: &Result<Searched, Fault>, one: &OnePatient) -> bool {
    match searched.as_ref().map(|searched| &searched.seen) {
        Ok(Seen::Nobody) => true,
        Ok(Seen::One(found)) => found.one.id() == one.id() || found.replacement.as_deref() == one.id(),
        Ok(Seen::Several | Seen::OtherAmong) | Err(_) => false,
    }
}

fn more() -> Warning {
    let text = "it may hold more under an earlier NHS number, which was not read".to_owned();
    Warning { code: "earlier-record".to_owned(), category: None, text }
}

async fn search(
    server: &Server,
    about: &About<'_>,
    parameter: (&'static str, String),
    bounds: &Bounds,
) -> Result<Searched, Fault> {
    let request = request(server, about, &[parameter]).header("Prefer", "handling=strict");
    let answer = server.fetch(request, about.now, bounds).await?;
    let (person, base) = (about.person.clone(), server.address(""));
    let inspected =
        document::open(answer, move |bundle| inspect(bundle, &person, base.trim_end_matches('/')));
    let document = inspected.await?;
    let as_at = server.received(&document.text);
    Ok(Searched { text: document.text, seen: document.seen, as_at })
}

fn request(server: &Server, about: &About<'_>, parameters: &[(&'static str, String)]) -> RequestBuilder {
    match server.person_search {
        PersonSearch::Post => {
            server.request(Method::POST, server.address("Patient/_search"), about).form(parameters)
        }
        PersonSearch::Get => server.request(Method::GET, server.address("Patient"), about).query(parameters),
    }
}

/// A number that is somebody else's is not followed anywhere.
fn replacement(searched: &Searched) -> Option<String> {
    match &searched.seen {
        Seen::One(found) if found.comparison != Comparison::OtherPerson => found.replacement.clone(),
        _ => None,
    }
}

/// The record that has replaced this one is compared as any other; entries may name either. Where it cannot be read the
/// replaced one stands, with its warning.
async fn follow(server: &Server, about: &About<'_>, id: &str, replaced: Searched, bounds: &Bounds) -> Found {
    let Ok(mut searched) = search(server, about, ("_id", id.to_owned()), bounds).await else {
        return found_in(replaced);
    };
    match (&mut searched.seen, &replaced.seen) {
        (Seen::Nobody, _) => return found_in(replaced),
        (Seen::One(now), Seen::One(before)) => {
            if now.one.id() != Some(id) {
                return found_in(replaced);
            }
            now.one = now.one.clone().replacing(&before.one);
            now.warnings.push(joined());
        }
        _ => {}
    }
    found_in(searched)
}

fn joined() -> Warning {
    let text = "it has joined two records of this person; the one it keeps is read".to_owned();
    Warning { code: "record-joined".to_owned(), category: None, text }
}

fn found_in(searched: Searched) -> Found {
    let found = match searched.seen {
        Seen::Nobody => return Found::Nobody(searched.as_at),
        Seen::Several => return Found::Several,
        Seen::OtherAmong => return Found::OtherPerson,
        Seen::One(found) => *found,
    };
    match found.comparison {
        Comparison::OtherPerson => Found::OtherPerson,
        Comparison::Differs(fields) => Found::Differs(fields),
        Comparison::Same(mut warnings) => {
            warnings.extend(found.warnings);
            Found::One(Box::new(One { one: found.one, text: searched.text, warnings, as_at: searched.as_at }))
        }
    }
}

fn inspect(bundle: &Bundle<'_>, person: &Person, base: &str) -> Result<Seen, Fault> {
    let mut patients: Vec<&Entry<'_>> = Vec::new();
    for patient in bundle.of_type("Patient").filter(|entry| is_match(entry)) {
        if !patients.iter().any(|known| known.id == patient.id) {
            patients.push(patient);
        }
    }
    if patients.is_empty() {
        // A total above nothing with nobody in it is no answer to rest on (HAZ-006).
        let is_whole = bundle.kind == "searchset" && bundle.unreadable == 0 && bundle.next.is_none();
        return if is_whole && bundle.total.unwrap_or(0) == 0 {
            Ok(Seen::Nobody)
        } else {
            Err(Fault::NotARecord)
        };
    }
    if patients.iter().any(|patient| patient.id.is_none()) {
        return Err(Fault::NotARecord);
    }
    let kept: Vec<_> =
        patients.iter().filter(|patient| !is_replaced_among(patient, &patients, base)).collect();
    match kept.as_slice() {
        [only] if bundle.next.is_none() => {
            Ok(Seen::One(Box::new(matched(bundle, only, &patients, person, base))))
        }
        several if several.iter().any(|patient| is_other(patient, person)) => Ok(Seen::OtherAmong),
        _ => Ok(Seen::Several),
    }
}

/// Beside the person somebody else came: that is another's data, and no doubt between two entries of one (HAZ-004).
fn is_other(patient: &Entry<'_>, person: &Person) -> bool {
    demographics::compare(&patient.resource, person) == Comparison::OtherPerson
}

/// Some servers give a replaced record and the one they keep together.
fn is_replaced_among(patient: &Entry<'_>, all: &[&Entry<'_>], base: &str) -> bool {
    let by = demographics::replacements(&patient.resource);
    let by: Vec<_> = by.iter().filter_map(|reference| local_id(reference, base)).collect();
    all.iter().any(|other| other.id != patient.id && other.id.as_deref().is_some_and(|id| by.contains(&id)))
}

fn matched(bundle: &Bundle<'_>, only: &Entry<'_>, all: &[&Entry<'_>], person: &Person, base: &str) -> Match {
    let replaced = all.iter().filter(|other| other.id != only.id);
    let (mut one, mut warnings) = (OnePatient::new(person, only, base), document::warnings(bundle));
    let mut comparison = demographics::compare(&only.resource, person);
    for other in replaced {
        one = one.replacing(&OnePatient::new(person, other, base));
        warnings.push(joined());
        if demographics::compare(&other.resource, person) == Comparison::OtherPerson {
            comparison = Comparison::OtherPerson;
        }
    }
    // Whatever came with the person is read with the person.
    if !one.is_all(bundle) {
        comparison = Comparison::OtherPerson;
    }
    let by = demographics::replacements(&only.resource);
    let replacement = match by.as_slice() {
        [only] => local_id(only, base).map(str::to_owned),
        _ => None,
    };
    Match { one, comparison, warnings, replacement }
}

/// The id of a Patient of this very server. Source: FHIR R4 2.24.0.1 (id).
fn local_id<'a>(reference: &'a str, base: &str) -> Option<&'a str> {
    let below = reference.strip_prefix(base).and_then(|rest| rest.strip_prefix('/')).unwrap_or(reference);
    let id = below.split("/_history/").next()?.strip_prefix("Patient/")?;
    super::is_id(id).then_some(id)
}

fn is_match(entry: &Entry<'_>) -> bool {
    entry.search_mode.as_deref().is_none_or(|mode| mode == "match")
}
