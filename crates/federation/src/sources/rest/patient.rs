//! Takes the NHS number, gives the one Patient a server knows by it, compared; never picks among several (HAZ-037).
//! The number travels in a POST body, never in an address. Source: FHIR R4 3.2.1.2.2 (search by POST).

use super::Server;
use crate::{
    document,
    fault::Fault,
    question::Question,
    subject::{
        OnePatient, Person,
        demographics::{self, Comparison},
    },
    wire::{self, Bounds},
};
use fhir::{
    bundle::{Bundle, Entry},
    nhs_number,
    reply::Warning,
};
use reqwest::Method;
use std::{collections::HashSet, sync::Arc};

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

pub(super) async fn find(server: &Server, question: &Question, bounds: &Bounds) -> Result<Found, Fault> {
    let number = question.person.number().map(fhir::NhsNumber::digits).unwrap_or_default();
    let identifier = format!("{}|{number}", nhs_number::SYSTEM);
    let request = server.request(Method::POST, server.address("Patient/_search"), &question.opening);
    let request = request.header("Prefer", "handling=strict").form(&[("identifier", identifier)]);
    let answer = wire::fetch(request, bounds).await?;
    let (person, base) = (question.person.clone(), server.address(""));
    let document =
        document::open(answer, move |bundle| inspect(bundle, &person, base.trim_end_matches('/'))).await?;
    let as_at = server.received(&document.text);
    Ok(match document.seen {
        Seen::Nobody => Found::Nobody(as_at),
        Seen::Found(found) => found,
        Seen::One(one, warnings) => {
            Found::One(Box::new(One { one: *one, text: document.text, warnings, as_at }))
        }
    })
}

enum Seen {
    Nobody,
    Found(Found),
    One(Box<OnePatient>, Vec<Warning>),
}

fn inspect(bundle: &Bundle<'_>, person: &Person, base: &str) -> Result<Seen, Fault> {
    let patients: Vec<&Entry<'_>> = bundle.of_type("Patient").filter(|entry| is_match(entry)).collect();
    let ids: HashSet<&Option<String>> = patients.iter().map(|entry| &entry.id).collect();
    let Some(patient) = patients.first() else {
        // A total above nothing with nobody in it is no answer to rest on (HAZ-006).
        let is_empty = bundle.total.unwrap_or(0) == 0 && bundle.unreadable == 0 && bundle.next.is_none();
        return if is_empty { Ok(Seen::Nobody) } else { Err(Fault::NotARecord) };
    };
    if ids.len() > 1 || bundle.next.is_some() {
        return Ok(Seen::Found(Found::Several));
    }
    if patient.id.is_none() {
        return Err(Fault::NotARecord);
    }
    Ok(match demographics::compare(&patient.resource, person) {
        Comparison::OtherPerson => Seen::Found(Found::OtherPerson),
        Comparison::Differs(fields) => Seen::Found(Found::Differs(fields)),
        Comparison::Same(mut warnings) => {
            warnings.extend(document::warnings(bundle));
            Seen::One(Box::new(OnePatient::new(person, patient, base)), warnings)
        }
    })
}

fn is_match(entry: &Entry<'_>) -> bool {
    entry.search_mode.as_deref().is_none_or(|mode| mode == "match")
}
