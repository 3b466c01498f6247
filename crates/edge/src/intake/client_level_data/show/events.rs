//! One event as one or two resources: what happened, and what came of it. Words are the council's own.
//! Source: UK Core ServiceRequest, Encounter, EpisodeOfCare, Observation; sources.md 14.

use super::make::{Maker, Place, subject, words};
use crate::intake::client_level_data::columns::Column;
use crate::intake::client_level_data::event::Event;
use serde_json::{Value, json};

const SOCIAL_CARE: &str = "Adult social care";
/// R4 asks for a class, and the standard has none.
const ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

pub(super) fn request(maker: &mut Maker<'_>, event: &Event) {
    let said =
        |label: &str, column| event.of(column).map(|value| json!({ "text": format!("{label}: {value}") }));
    let notes = [
        said("Outcome", Column::Outcome),
        said("Route of access", Column::Route),
        event.of(Column::Description).map(|text| json!({ "text": text })),
    ];
    let notes: Vec<Value> = notes.into_iter().flatten().collect();
    let members = json!({
        "status": "completed",
        "intent": "order",
        "category": [words(Some(SOCIAL_CARE))],
        "code": words(Some("Request to adult social care")),
        "subject": subject(),
        "occurrencePeriod": period(event),
        "authoredOn": event.of(Column::Start),
        "performer": [asked(maker, event)],
        "reasonCode": [words(event.known(Column::SupportReason))],
        "note": notes,
    });
    maker.put(&place("ServiceRequest", &event.key(), "requests", event), members);
}

/// That there is a safeguarding matter and who to ask: never what it is about (HAZ-023).
pub(super) fn concern(maker: &mut Maker<'_>, event: &Event) {
    let members = json!({
        "status": if event.of(Column::End).is_some() { "completed" } else { "active" },
        "intent": "order",
        "category": [words(Some("Safeguarding"))],
        "code": words(Some("Safeguarding")),
        "subject": subject(),
        "authoredOn": event.of(Column::Start),
        "performer": [asked(maker, event)],
    });
    maker.put(&place("ServiceRequest", &event.key(), "requests", event), members);
}

pub(super) fn assessment(maker: &mut Maker<'_>, event: &Event) {
    let kind = event.of(Column::AssessmentType);
    let reason = event.known(Column::SupportReason);
    let encounter = encounter(maker, event, "assessments", (kind.unwrap_or("Assessment"), reason));
    let about = Outcome {
        of: kind.map_or("Outcome of assessment".into(), |kind| format!("Outcome of assessment: {kind}")),
        parts: vec![("Eligible Needs Identified", event.of(Column::EligibleNeeds))],
        method: event.of(Column::AssessmentMethod),
        encounter: Some(encounter),
    };
    outcome(maker, event, "assessments", about);
}

pub(super) fn review(maker: &mut Maker<'_>, event: &Event) {
    let reason = event.of(Column::ReviewReason).or_else(|| event.known(Column::SupportReason));
    let encounter = encounter(maker, event, "reviews", ("Review of care and support", reason));
    let about = Outcome {
        of: "Outcome of review".into(),
        parts: vec![("Review Outcomes Achieved", event.of(Column::ReviewAchieved))],
        method: event.of(Column::ReviewMethod),
        encounter: Some(encounter),
    };
    outcome(maker, event, "reviews", about);
}

pub(super) fn service(maker: &mut Maker<'_>, event: &Event) {
    let status = if is_open(event) { "active" } else { "finished" };
    let service = service_words(event);
    let members = json!({
        "status": status,
        "type": [words(Some(&service))],
        "patient": subject(),
        "managingOrganization": provider(event).unwrap_or_else(|| maker.council()),
        "period": period(event),
        "team": [{ "display": event.of(Column::Team) }],
    });
    maker.put(&place("EpisodeOfCare", &event.key(), "services", event), members);
    let about = Outcome {
        of: format!("Outcome of service: {service}"),
        parts: Vec::new(),
        method: None,
        encounter: None,
    };
    outcome(maker, event, "services", about);
}

/// A service without an end, or with one that lay ahead when the council reported it.
pub(super) fn is_open(event: &Event) -> bool {
    event.of(Column::End).is_none_or(|end| event.of(Column::PeriodEnd).is_some_and(|reported| end > reported))
}

/// Service type and component, both as recorded.
fn service_words(event: &Event) -> String {
    let parts = [Column::ServiceType, Column::Component].map(|column| event.of(column));
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "Service, type not recorded".into() } else { parts.join(", ") }
}

fn provider(event: &Event) -> Option<Value> {
    let id = event.of(Column::ProviderId);
    let name = event.of(Column::ProviderName);
    let display = name.map(str::to_owned).or_else(|| id.map(|id| format!("CQC location {id}")))?;
    let identifier = id.map(|id| json!({ "type": { "text": "CQC location ID" }, "value": id }));
    Some(json!({ "identifier": identifier, "display": display }))
}

/// Returns the reference to it.
fn encounter(
    maker: &mut Maker<'_>,
    event: &Event,
    dataset: &'static str,
    (what, reason): (&str, Option<&str>),
) -> String {
    let key = event.key();
    let members = json!({
        "status": "finished",
        "class": { "extension": [{ "url": ABSENT, "valueCode": "unknown" }] },
        "type": [words(Some(what))],
        "serviceType": words(event.of(Column::Team).or(Some(SOCIAL_CARE))),
        "subject": subject(),
        "period": period(event),
        "reasonCode": [words(reason)],
        "hospitalization": { "dischargeDisposition": words(event.of(Column::Outcome)) },
        "serviceProvider": maker.council(),
    });
    maker.put(&place("Encounter", &key, dataset, event), members);
    format!("Encounter/{}", maker.id("Encounter", &key))
}

/// What came of an event, where more is recorded than that it was.
struct Outcome<'e> {
    of: String,
    parts: Vec<(&'static str, Option<&'e str>)>,
    method: Option<&'e str>,
    encounter: Option<String>,
}

fn outcome(maker: &mut Maker<'_>, event: &Event, dataset: &'static str, about: Outcome<'_>) {
    let value = event.of(Column::Outcome);
    let note = event.of(Column::Description);
    let says_more = value.is_some() || note.is_some() || about.method.is_some();
    if !says_more && about.parts.iter().all(|(_, value)| value.is_none()) {
        return;
    }
    let parts = about.parts.into_iter().filter_map(|(label, value)| Some((label, value?)));
    let parts = parts.map(|(label, value)| json!({ "code": words(Some(label)), "valueString": value }));
    let parts: Vec<Value> = parts.collect();
    let members = json!({
        "status": "final",
        "category": [words(Some(SOCIAL_CARE))],
        "code": words(Some(&about.of)),
        "subject": subject(),
        "encounter": { "reference": about.encounter },
        "effectiveDateTime": event.of(Column::End).or(event.of(Column::PeriodEnd)),
        "performer": [maker.council()],
        "valueString": value,
        "method": words(about.method),
        "component": parts,
        "note": [{ "text": note }],
    });
    let name = format!("outcome\u{1f}{}", event.key());
    maker.put(&place("Observation", &name, dataset, event), members);
}

/// The team where the extract names it, else the council.
fn asked(maker: &Maker<'_>, event: &Event) -> Value {
    event.of(Column::Team).map_or_else(|| maker.council(), |team| json!({ "display": team }))
}

fn period(event: &Event) -> Value {
    json!({ "start": event.of(Column::Start), "end": event.of(Column::End) })
}

fn place<'p>(
    resource_type: &'static str,
    name: &'p str,
    dataset: &'static str,
    event: &'p Event,
) -> Place<'p> {
    Place { resource_type, name, dataset, event }
}
