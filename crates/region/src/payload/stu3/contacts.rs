//! Contacts in STU3: Encounter, EpisodeOfCare, Appointment, ReferralRequest, CareTeam.
//! Source: CareConnect-Encounter-1, -EpisodeOfCare-1, -Appointment-1, -ReferralRequest-1; STU3 CareTeam.

use super::{meta, practitioner};
use crate::payload::{
    shelf::{Shelf, put_each},
    wire::{coded, concept_stu3, period},
};
use crate::people::{
    facts::{Appointment, Episode, Referral, Setting, Team, Visit},
    when::When,
};
use serde_json::{Value, json};

pub(super) fn put(shelf: &mut Shelf<'_>) {
    put_each!(shelf, visits, encounter);
    put_each!(shelf, episodes, episode);
    put_each!(shelf, appointments, appointment);
    put_each!(shelf, referrals, referral);
    put_each!(shelf, teams, team);
}

fn span(shelf: &Shelf<'_>, start: When, end: Option<When>) -> Value {
    period(shelf.on(start), end.and_then(|end| shelf.on(end)))
}

fn encounter(shelf: &mut Shelf<'_>, key: &str, fact: &Visit) -> Value {
    let id = shelf.id("Encounter", key);
    let clinician = practitioner(shelf, fact.clinician);
    let (class, display) = match fact.setting {
        Setting::Consultation | Setting::Outpatient => ("AMB", "ambulatory"),
        Setting::HomeVisit => ("HH", "home health"),
        Setting::Emergency => ("EMER", "emergency"),
        Setting::Inpatient => ("IMP", "inpatient encounter"),
        Setting::Telephone => ("VR", "virtual"),
    };
    json!({
        "resourceType": "Encounter",
        "id": id,
        "meta": meta("Encounter"),
        "identifier": shelf.business(&id),
        "status": fact.status.unwrap_or("finished"),
        "class": { "system": "http://hl7.org/fhir/v3/ActCode", "code": class, "display": display },
        "type": [concept_stu3(fact.what)],
        "subject": shelf.subject(),
        "participant": [{
            "type": [coded("http://hl7.org/fhir/v3/ParticipationType", "PPRF", "primary performer")],
            "individual": clinician,
        }],
        "period": span(shelf, fact.on, fact.until),
        "reason": [{ "text": fact.reason }],
        "hospitalization": fact.outcome.map(|outcome| json!({ "dischargeDisposition": { "text": outcome } })),
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
        "type": [concept_stu3(fact.service)],
        "patient": shelf.subject(),
        "managingOrganization": shelf.organization(),
        "period": span(shelf, fact.since, fact.until),
        "careManager": manager,
    })
}

fn appointment(shelf: &Shelf<'_>, key: &str, fact: &Appointment) -> Value {
    let id = shelf.id("Appointment", key);
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
        "participant": [
            { "actor": shelf.subject(), "status": "accepted" },
            { "actor": { "display": fact.place }, "status": "accepted" },
        ],
    })
}

fn referral(shelf: &Shelf<'_>, key: &str, fact: &Referral) -> Value {
    let id = shelf.id("ReferralRequest", key);
    json!({
        "resourceType": "ReferralRequest",
        "id": id,
        "meta": meta("ReferralRequest"),
        "identifier": shelf.business(&id),
        "status": fact.status.unwrap_or("active"),
        "intent": "order",
        "type": concept_stu3(fact.what),
        "priority": if fact.urgent { "urgent" } else { "routine" },
        "subject": shelf.subject(),
        "authoredOn": shelf.on(fact.on),
        "recipient": [{ "display": fact.to }],
        "description": fact.reason,
    })
}

fn team(shelf: &Shelf<'_>, key: &str, fact: &Team) -> Value {
    let id = shelf.id("CareTeam", key);
    let participant = |(name, role, telephone): &(&str, &str, &str)| {
        json!({
            "role": { "text": format!("{role}, telephone {telephone}") },
            "member": { "display": name },
        })
    };
    json!({
        "resourceType": "CareTeam",
        "id": id,
        "identifier": shelf.business(&id),
        "status": "active",
        "name": fact.name,
        "subject": shelf.subject(),
        "period": span(shelf, fact.since, None),
        "participant": fact.members.iter().map(participant).collect::<Vec<_>>(),
        "managingOrganization": [shelf.organization()],
    })
}
