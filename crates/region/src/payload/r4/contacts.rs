//! Encounter, EpisodeOfCare, Appointment and ServiceRequest.
//! Source: UKCore-Encounter 2.5.0, UKCore-EpisodeOfCare, UKCore-Appointment, UKCore-ServiceRequest 2.5.1.

use super::{location, meta, patient::span, practitioner};
use crate::payload::{
    shelf::{Shelf, put_each},
    wire::concept,
};
use crate::people::{
    facts::{Appointment, Episode, Referral, Setting, Visit},
    partner::Partner,
};
use serde_json::{Value, json};

const ACT: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
const PARTICIPATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

pub(super) fn put(shelf: &mut Shelf<'_>) {
    put_each!(shelf, visits, encounter);
    put_each!(shelf, episodes, episode);
    put_each!(shelf, appointments, appointment);
    put_each!(shelf, referrals, service_request);
}

fn class(setting: Setting) -> Value {
    let (code, display) = match setting {
        Setting::Consultation | Setting::Outpatient => ("AMB", "ambulatory"),
        Setting::HomeVisit => ("HH", "home health"),
        Setting::Emergency => ("EMER", "emergency"),
        Setting::Inpatient => ("IMP", "inpatient encounter"),
        Setting::Telephone => ("VR", "virtual"),
    };
    json!({ "system": ACT, "code": code, "display": display })
}

fn encounter(shelf: &mut Shelf<'_>, key: &str, fact: &Visit) -> Value {
    let id = shelf.id("Encounter", key);
    let individual = practitioner(shelf, fact.clinician);
    let place = fact.place.map(|place| json!([{ "location": location(shelf, place) }]));
    json!({
        "resourceType": "Encounter",
        "id": id,
        "meta": meta("Encounter"),
        "identifier": shelf.business(&id),
        "status": fact.status.unwrap_or("finished"),
        "class": class(fact.setting),
        "type": [concept(fact.what)],
        "subject": shelf.subject(),
        "participant": [{
            "type": [{ "coding": [{ "system": PARTICIPATION, "code": "PPRF", "display": "primary performer" }] }],
            "individual": individual,
        }],
        "period": span(shelf, fact.on, fact.until),
        "reasonCode": [{ "text": fact.reason }],
        "hospitalization": fact.outcome.map(|outcome| json!({ "dischargeDisposition": { "text": outcome } })),
        "location": place,
        "serviceProvider": shelf.organization(),
    })
}

fn episode(shelf: &mut Shelf<'_>, key: &str, fact: &Episode) -> Value {
    let id = shelf.id("EpisodeOfCare", key);
    let manager = practitioner(shelf, fact.worker);
    json!({
        "resourceType": "EpisodeOfCare",
        "id": id,
        "meta": meta("EpisodeOfCare"),
        "identifier": shelf.business(&id),
        "status": fact.status.unwrap_or(if fact.until.is_some() { "finished" } else { "active" }),
        "type": [concept(fact.service)],
        "patient": shelf.subject(),
        "managingOrganization": shelf.organization(),
        "period": span(shelf, fact.since, fact.until),
        "careManager": manager,
    })
}

fn appointment(shelf: &mut Shelf<'_>, key: &str, fact: &Appointment) -> Value {
    let id = shelf.id("Appointment", key);
    let place = location(shelf, fact.place);
    let accepted = |actor: Value| json!({ "actor": actor, "status": "accepted" });
    json!({
        "resourceType": "Appointment",
        "id": id,
        "meta": meta("Appointment"),
        "identifier": shelf.business(&id),
        "status": fact.status.unwrap_or("booked"),
        "serviceType": [{ "text": fact.service }],
        "description": fact.service,
        "start": shelf.instant(fact.on),
        "end": shelf.instant(fact.on),
        "participant": [accepted(shelf.subject()), accepted(place)],
    })
}

/// A council says that a safeguarding concern exists, and to whom to speak: never what it is about (HAZ-023).
fn service_request(shelf: &Shelf<'_>, key: &str, fact: &Referral) -> Value {
    let id = shelf.id("ServiceRequest", key);
    let council = matches!(shelf.partner, Partner::Essex | Partner::Southend | Partner::Thurrock);
    let kind = match (fact.safeguarding, council) {
        (true, _) => "Safeguarding",
        (false, true) => "Adult social care",
        (false, false) => "Referral",
    };
    json!({
        "resourceType": "ServiceRequest",
        "id": id,
        "meta": meta("ServiceRequest"),
        "identifier": shelf.business(&id),
        "status": fact.status.unwrap_or("active"),
        "intent": "order",
        "category": [{ "text": kind }],
        "priority": if fact.urgent { "urgent" } else { "routine" },
        "code": concept(fact.what),
        "subject": shelf.subject(),
        "authoredOn": shelf.on(fact.on),
        "requester": shelf.organization(),
        "performer": [{ "display": fact.to }],
        "reasonCode": (!fact.reason.is_empty()).then(|| json!([{ "text": fact.reason }])),
    })
}
