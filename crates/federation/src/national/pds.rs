//! Takes an NHS number, gives what the national service says of the person; whatever is not a clear answer is no answer.
//! The number stands in the path, so the address is never logged (HAZ-049). Source: NHS England PDS FHIR API (R4).

use crate::{
    document,
    guard::{Guard, Verdict, Visit},
    wire::{self, Answer, Bounds},
};
use access::person::{Name, Trace, Traced};
use fhir::{FhirDate, Json, NhsNumber, Object, OdsCode, nhs_number, ods};
use reqwest::{Client, Url};
use std::sync::Arc;

/// The service.
pub(crate) struct Pds {
    pub(crate) client: Client,
    pub(crate) base: Url,
    pub(crate) guard: Arc<Guard>,
}

impl Pds {
    /// Traces one person within the bounds. Cancel-safe.
    pub(crate) async fn trace(&self, number: &NhsNumber, request_id: &str, bounds: &Bounds) -> Trace {
        let Ok(ticket) = self.guard.enter(Visit::default()).await else {
            return Trace::DidNotAnswer;
        };
        let base = self.base.as_str().trim_end_matches('/');
        let address = format!("{base}/personal-demographics/FHIR/R4/Patient/{}", number.digits());
        let request = self.client.get(address).header("Accept", "application/fhir+json");
        let request = request.header("X-Request-ID", uuid::Uuid::new_v4().to_string());
        let answer = wire::fetch(request.header("X-Correlation-ID", request_id), bounds).await;
        let sick = match &answer {
            Ok(answer) => answer.status >= 500,
            Err(fault) => fault.is_sick(),
        };
        ticket.end(if sick { Verdict::Sick } else { Verdict::Well });
        answer.map_or(Trace::DidNotAnswer, |answer| trace(&answer, number))
    }
}

fn trace(answer: &Answer, asked: &NhsNumber) -> Trace {
    let Ok(text) = document::checked(answer) else {
        return Trace::DidNotAnswer;
    };
    match answer.status {
        200 => {
            let patient = Json::of(text).object();
            patient.and_then(|patient| traced(&patient, asked)).map_or(Trace::DidNotAnswer, Trace::Found)
        }
        404 => not_found(text),
        _ => Trace::DidNotAnswer,
    }
}

fn not_found(text: &str) -> Trace {
    let codes: Vec<String> =
        document::issues(text).into_iter().filter_map(|issue| issue.spine_code).collect();
    match codes.first().map(String::as_str) {
        Some("RESOURCE_NOT_FOUND") => Trace::NotFound,
        Some("INVALIDATED_RESOURCE") => Trace::Invalidated,
        _ => Trace::DidNotAnswer,
    }
}

/// `None`: not a Patient with a number to go by.
fn traced(patient: &Object<'_>, asked: &NhsNumber) -> Option<Traced> {
    if patient.text("resourceType")? != "Patient" {
        return None;
    }
    let nhs_number = NhsNumber::parse(&patient.text("id")?).ok()?;
    let date = |key: &str| patient.text(key).map(|text| FhirDate::parse(&text));
    let names = patient.objects("name");
    Some(Traced {
        superseded_from: (nhs_number != *asked).then(|| asked.clone()),
        names: names.iter().map(name).collect(),
        preferred: preferred(&names),
        title: usual(&names).and_then(|name| texts(name, "prefix").into_iter().next()),
        birth_date: date("birthDate"),
        gender: patient.text("gender").map(|gender| gender.into_owned()),
        deceased: date("deceasedDateTime"),
        practice: practice(patient),
        restricted: is_restricted(patient),
        verified: is_verified(patient, &nhs_number),
        address: address(patient),
        telephone: telephone(patient),
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

/// Anything but plainly unrestricted hides where the person is (HAZ-023).
fn is_restricted(patient: &Object<'_>) -> bool {
    let labels = patient.object("meta").map(|meta| meta.objects("security")).unwrap_or_default();
    labels.iter().any(|label| label.text("code").is_some_and(|code| code != "U"))
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

/// The open registration: one with an end is over.
fn practice(patient: &Object<'_>) -> Option<OdsCode> {
    let registrations = patient.objects("generalPractitioner");
    registrations.iter().filter_map(|registration| registration.object("identifier")).find_map(|identifier| {
        let is_ods = identifier.text("system").as_deref() == Some(ods::SYSTEM);
        let is_open = identifier.object("period").is_none_or(|period| period.get("end").is_none());
        let code = identifier.text("value").filter(|_| is_ods && is_open)?;
        OdsCode::parse(code.trim()).ok()
    })
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
