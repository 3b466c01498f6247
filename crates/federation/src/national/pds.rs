//! Takes an NHS number, gives what the national service says of the person; whatever is not a clear answer is no answer.
//! The number stands in the path, so the address is never logged (HAZ-049). Source: NHS England PDS FHIR API (R4).

/// Somebody without their number.
pub(crate) mod search;

use crate::{
    auth::Credentials,
    document,
    fault::Fault,
    guard::{Guard, Turns, Verdict, Visit},
    wire::{Answer, Bounds, Line},
};
use access::person::{Name, Trace, Traced};
use fhir::{FhirDate, Json, NhsNumber, Object, OdsCode, nhs_number, ods, outcome::Issue};
use jiff::Timestamp;
use reqwest::Url;
use std::sync::Arc;

/// The service.
pub(crate) struct Pds {
    pub(crate) client: Line,
    pub(crate) base: Url,
    pub(crate) credentials: Credentials,
    pub(crate) turns: Turns,
    pub(crate) guard: Arc<Guard>,
}

/// Who is to be traced, for which opening, when.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) number: &'a NhsNumber,
    pub(crate) request_id: &'a str,
    pub(crate) now: Timestamp,
}

impl Pds {
    /// Traces one person within the bounds. Cancel-safe.
    pub(crate) async fn trace(&self, wanted: &Wanted<'_>, bounds: &Bounds) -> Trace {
        let Ok(ticket) = self.guard.enter(Visit::default()).await else {
            return Trace::DidNotAnswer;
        };
        if !self.turns.take(bounds.limits.pds_wait).await {
            tracing::warn!(opening.id = wanted.request_id, "the rate agreed with PDS is used up: not traced");
            return Trace::DidNotAnswer;
        }
        let answer = self.ask(wanted, bounds).await;
        let (trace, verdict) = match &answer {
            Ok(answer) => (trace(answer, wanted), verdict(answer)),
            Err(fault) => (Trace::DidNotAnswer, fault.verdict()),
        };
        ticket.end(verdict);
        trace
    }

    async fn ask(&self, wanted: &Wanted<'_>, bounds: &Bounds) -> Result<Answer, Fault> {
        let base = self.base.as_str().trim_end_matches('/');
        let address = format!("{base}/personal-demographics/FHIR/R4/Patient/{}", wanted.number.digits());
        let request = self.client.get(address).header("Accept", "application/fhir+json");
        let request = request.header("X-Request-ID", uuid::Uuid::new_v4().to_string());
        let request = request.header("X-Correlation-ID", wanted.request_id);
        self.credentials.fetch(request, wanted.now, bounds).await
    }
}

fn verdict(answer: &Answer) -> Verdict {
    match answer.status {
        200..=299 => Verdict::Well,
        // A service behind it did not answer.
        408 => Verdict::Sick,
        _ => Fault::of(answer).verdict(),
    }
}

fn trace(answer: &Answer, wanted: &Wanted<'_>) -> Trace {
    let text = document::checked(answer);
    if answer.status == 200 {
        let patient = text.ok().and_then(|text| Json::of(text).object());
        let traced = patient.and_then(|patient| traced(&patient, wanted));
        return traced.map_or(Trace::DidNotAnswer, Trace::Found);
    }
    let issues = text.map(document::issues).unwrap_or_default();
    let code = issues.into_iter().find_map(|issue: Issue| issue.spine_code);
    refused(answer.status, code.as_deref(), wanted.request_id)
}

/// Only its own words say that nobody has the number; everything else is no answer, and the launch's identity stands
/// (HAZ-038, HAZ-044).
fn refused(status: u16, code: Option<&str>, opening: &str) -> Trace {
    match (status, code) {
        (404, Some("RESOURCE_NOT_FOUND")) => return Trace::NotFound,
        (404, Some("INVALIDATED_RESOURCE")) => return Trace::Invalidated,
        (400 | 401 | 403 | 405 | 406 | 415 | 422, code) => {
            // Ours to mend: rung for the operator, never explained to the professional.
            tracing::error!(
                opening.id = opening,
                http.status = status,
                spine.code = code.filter(|code| is_code(code)),
                "PDS refused our request"
            );
        }
        _ => {}
    }
    Trace::DidNotAnswer
}

/// Nothing but a code is logged of what PDS says.
fn is_code(text: &str) -> bool {
    text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// `None`: not a Patient with a number to go by.
fn traced(patient: &Object<'_>, wanted: &Wanted<'_>) -> Option<Traced> {
    if patient.text("resourceType")? != "Patient" {
        return None;
    }
    let nhs_number = NhsNumber::parse(&patient.text("id")?).ok()?;
    let date = |key: &str| patient.text(key).map(|text| FhirDate::parse(&text));
    let names = patient.objects("name");
    let security = security(patient);
    Some(Traced {
        superseded_from: (nhs_number != *wanted.number).then(|| wanted.number.clone()),
        names: names.iter().map(name).collect(),
        preferred: preferred(&names),
        title: usual(&names).and_then(|name| texts(name, "prefix").into_iter().next()),
        birth_date: date("birthDate"),
        gender: patient.text("gender").map(|gender| gender.into_owned()),
        deceased: date("deceasedDateTime"),
        practice: practice(patient, wanted.now),
        restricted: security == Security::Restricted,
        verified: is_verified(patient, &nhs_number),
        address: address(patient).filter(|_| security == Security::Open),
        telephone: telephone(patient).filter(|_| security == Security::Open),
        nhs_number,
    })
}

fn name(name: &Object<'_>) -> Name {
    Name {
        family: name.text("family").unwrap_or_default().into_owned(),
        given: texts(name, "given"),
        use_: name.text("use").map(|text| text.into_owned()),
    }
}

fn usual<'a, 'b>(names: &'b [Object<'a>]) -> Option<&'b Object<'a>> {
    names.iter().find(|name| name.text("use").as_deref() == Some("usual")).or_else(|| names.first())
}

fn preferred(names: &[Object<'_>]) -> Option<String> {
    let nickname = names.iter().find(|name| name.text("use").as_deref() == Some("nickname"))?;
    texts(nickname, "given").into_iter().next()
}

fn texts(object: &Object<'_>, key: &str) -> Vec<String> {
    object.items(key).into_iter().filter_map(|text| text.text().map(|text| text.into_owned())).collect()
}

/// How far the person may be located.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    Open,
    /// Not said. It always is; without it nothing that locates the person is believed fit to show.
    Unsaid,
    Restricted,
}

/// Anything but plainly unrestricted hides where the person is (HAZ-023).
fn security(patient: &Object<'_>) -> Security {
    let labels = patient.object("meta").map(|meta| meta.objects("security")).unwrap_or_default();
    let codes: Vec<_> = labels.iter().map(|label| label.text("code")).collect();
    match codes.as_slice() {
        [] => Security::Unsaid,
        codes if codes.iter().all(|code| code.as_deref() == Some("U")) => Security::Open,
        _ => Security::Restricted,
    }
}

/// Status 01, or the word of the newer list. A missing status verifies nothing.
fn is_verified(patient: &Object<'_>, number: &NhsNumber) -> bool {
    let identifiers = patient.objects("identifier");
    let own = identifiers.iter().find(|identifier| {
        identifier.text("system").as_deref() == Some(nhs_number::SYSTEM)
            && identifier.text("value").as_deref() == Some(number.digits())
    });
    let extensions = own.map(|own| own.objects("extension")).unwrap_or_default();
    let statuses = extensions.iter().filter(|extension| {
        extension.text("url").is_some_and(|url| url.contains("NHSNumberVerificationStatus"))
    });
    let concepts = statuses.filter_map(|status| status.object("valueCodeableConcept"));
    let codes = concepts.flat_map(|concept| concept.objects("coding"));
    codes.into_iter().any(|coding| {
        coding.text("code").is_some_and(|code| matches!(&*code, "01" | "number-present-and-verified"))
    })
}

/// The registration open today: one whose end is still to come is open, one that has yet to begin is not. Of several
/// the latest begun.
fn practice(patient: &Object<'_>, now: Timestamp) -> Option<OdsCode> {
    // The day in UTC never runs ahead of London's: a registration that ends today is open until it has ended.
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    let registrations = patient.objects("generalPractitioner");
    let identifiers = registrations.iter().filter_map(|registration| registration.object("identifier"));
    let ours = identifiers.filter(|identifier| identifier.text("system").as_deref() == Some(ods::SYSTEM));
    let open = ours.filter_map(|identifier| {
        let period = identifier.object("period");
        let moment = |key| period.as_ref().and_then(|period| period.text(key)).map(|text| text.into_owned());
        let (start, end) = (moment("start").unwrap_or_default(), moment("end"));
        let is_open = is_begun(&start, &today) && end.is_none_or(|end| !is_over(&end, &today));
        let code = identifier.text("value").filter(|_| is_open)?;
        Some((start, OdsCode::parse(code.trim()).ok()?))
    });
    // The first of equals stands.
    open.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, code)| code)
}

/// Compared as far as the date is given: `2026-11` is not over before December.
fn is_over(end: &str, today: &str) -> bool {
    let day = day(end);
    today.get(..day.len()).is_some_and(|today| day < today)
}

fn is_begun(start: &str, today: &str) -> bool {
    let day = day(start);
    today.get(..day.len()).is_some_and(|today| day <= today)
}

fn day(moment: &str) -> &str {
    moment.split('T').next().unwrap_or_default()
}

fn address(patient: &Object<'_>) -> Option<Vec<String>> {
    let addresses = patient.objects("address");
    let home = addresses.iter().find(|address| address.text("use").as_deref() == Some("home"));
    let address = home.or_else(|| addresses.first())?;
    let postcode = address.text("postalCode").map(|text| text.into_owned());
    let lines = texts(address, "line").into_iter().chain(postcode);
    Some(lines.filter(|line| !line.trim().is_empty()).collect())
}

fn telephone(patient: &Object<'_>) -> Option<String> {
    let telecoms = patient.objects("telecom");
    let phone = telecoms.iter().find(|telecom| telecom.text("system").as_deref() == Some("phone"))?;
    phone.text("value").map(|text| text.into_owned())
}

#[cfg(test)]
mod tests;
