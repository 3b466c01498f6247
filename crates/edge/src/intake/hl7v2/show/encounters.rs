//! Takes ADT messages, gives one Encounter a visit number with its diagnoses and procedures. Cancelled stays are shown as
//! cancelled, deleted ones not at all. Source: HL7 v2 chapter 3; UK Core Encounter, Condition, Procedure; sources.md 10; HAZ-043.

use super::super::event::{Kind, Told};
use super::super::message::Segment;
use super::super::time;
use super::json::Object;
use super::terms::{self, Number};
use super::visit::{self, Visit};
use super::{Desk, Served, deletes_person, patient, reference, resource};
use std::collections::BTreeMap;

/// The id of the Encounter by the key of its visit.
pub(super) type Visits = BTreeMap<String, String>;

pub(super) fn show(told: &[Told<'_>], desk: &mut Desk<'_, '_>) -> Visits {
    let mut ids = Visits::new();
    for (key, visit) in fold(told) {
        let id = desk.id(&format!("Encounter\n{key}"));
        let served = Served { kind: "Encounter", id: &id, dataset: "encounters", unit: visit.unit() };
        let encounter = encounter(&id, &visit, desk);
        desk.put(served, &encounter);
        diagnoses(&key, &id, &visit, desk);
        procedures(&key, &id, &visit, desk);
        ids.insert(key, id);
    }
    ids
}

fn fold<'a>(told: &[Told<'a>]) -> BTreeMap<String, Visit<'a>> {
    let mut visits: BTreeMap<String, Visit<'a>> = BTreeMap::new();
    for told in told {
        if deletes_person(told) {
            visits.clear();
        }
        if told.kind != Kind::Visit {
            continue;
        }
        match (told.event.as_str(), visit::key(&told.message)) {
            ("A23", Some((key, _))) => {
                visits.remove(&key);
            }
            // Without a number it deletes the record of the person.
            ("A23", None) => visits.clear(),
            ("A50", Some((key, number))) => renumber(&mut visits, told, key, number),
            (_, Some((key, number))) => {
                let visit = visits.entry(key).or_default();
                visit.number = number;
                visit.apply(told);
            }
            // A stay that begins is shown even where nothing tells it from another; an update of an unknown one is not.
            ("A01" | "A04" | "A05", None) if told.message.first("PV1").is_some() => {
                visits.entry(format!("message\n{}", told.control())).or_default().apply(told);
            }
            _ => {}
        }
    }
    visits
}

/// MRG-5 is the number the visit had.
fn renumber<'a>(
    visits: &mut BTreeMap<String, Visit<'a>>,
    told: &Told<'a>,
    key: String,
    number: Option<Number>,
) {
    let earlier = Number::extended(told.message.field("MRG", 5));
    if let Some(mut visit) = earlier.and_then(|number| visits.remove(&format!("number\n{}", number.key()))) {
        visit.number = number;
        visits.entry(key).or_insert(visit).apply(told);
    }
}

fn encounter(id: &str, visit: &Visit<'_>, desk: &Desk<'_, '_>) -> Object {
    const METHOD: &str = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-AdmissionMethod";
    let method = visit
        .method
        .clone()
        .map(|method| vec![Object::new().with("url", METHOD).with("valueCodeableConcept", method)]);
    let place = visit
        .location()
        .map(|words| vec![Object::new().with("location", Object::new().with("display", words))]);
    let period = Object::new().with("start", visit.begins()).with("end", visit.to.as_deref());
    let stay = Object::new()
        .with("extension", method)
        .with("admitSource", visit.source.clone())
        .with("dischargeDisposition", visit.disposition.clone());
    resource("Encounter", id)
        .with("identifier", visit.number.as_ref().map(|number| vec![number.identifier()]))
        .with("status", visit.status.unwrap_or("unknown"))
        .with("class", class(visit.class.as_deref()))
        .with("serviceType", visit.specialty.clone().map(terms::text))
        .with("subject", patient())
        .with("participant", visit.doctors())
        .with("period", period)
        .with("reasonCode", visit.reason.clone().map(|reason| vec![reason]))
        .with("hospitalization", stay)
        .with("location", place)
        .with("serviceProvider", desk.partner())
}

/// PV1-2. Source: HL7 table 0004; FHIR v3-ActCode.
fn class(sent: Option<&str>) -> Object {
    const ACT: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
    let (code, words) = match sent {
        Some("I" | "B") => ("IMP", "inpatient encounter"),
        Some("O" | "R") => ("AMB", "ambulatory"),
        Some("E") => ("EMER", "emergency"),
        Some("P") => ("PRENC", "pre-admission"),
        other => {
            let code = other.unwrap_or("U");
            let coding = Object::new().with("system", "http://terminology.hl7.org/CodeSystem/v2-0004");
            return coding.with("code", code).with("display", "contact, kind not stated");
        }
    };
    Object::new().with("system", ACT).with("code", code).with("display", words)
}

fn diagnoses(visit_key: &str, encounter: &str, visit: &Visit<'_>, desk: &mut Desk<'_, '_>) {
    for (kind, segments) in &visit.diagnoses {
        for segment in segments {
            let Some(named) = named(*segment) else { continue };
            let id = desk.id(&format!("Condition\n{visit_key}\n{kind}\n{}", named.key));
            // What was diagnosed in a stay that was cancelled is nobody's diagnosis.
            let kind = if visit.status == Some("cancelled") { "" } else { kind.as_str() };
            let certainty = certainty(kind, visit);
            let condition = condition(&id, kind, *segment, named.concept)
                .with("verificationStatus", certainty)
                .with("encounter", reference("Encounter", encounter));
            let served = Served { kind: "Condition", id: &id, dataset: "diagnoses", unit: visit.unit() };
            desk.put(served, &condition);
        }
    }
}

/// What DG1-3 or PR1-3 is: the code, else the description beside it.
struct Named {
    key: String,
    concept: Object,
}

fn named(segment: Segment<'_>) -> Option<Named> {
    let code = segment.field(3);
    let words = segment.field(4).text();
    let key = terms::words(code).map(|_| code.raw().to_owned()).or_else(|| words.clone())?;
    let concept = terms::concept(code).or_else(|| words.map(terms::text))?;
    Some(Named { key, concept })
}

fn condition(id: &str, kind: &str, segment: Segment<'_>, code: Object) -> Object {
    const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/condition-category";
    let words = match kind {
        "A" => "Admitting diagnosis",
        "W" => "Working diagnosis",
        "F" => "Final diagnosis",
        _ => "Encounter diagnosis",
    };
    let coding = Object::new().with("system", CATEGORY).with("code", "encounter-diagnosis");
    let category = Object::new().with("coding", vec![coding]).with("text", words);
    resource("Condition", id)
        .with("category", vec![category])
        .with("code", code)
        .with("subject", patient())
        .with("recordedDate", time::moment(segment.field(5)).map(|at| at.text))
        .with("asserter", segment.field(16).repetitions().next().and_then(terms::clinician))
}

fn certainty(kind: &str, visit: &Visit<'_>) -> Option<Object> {
    const CERTAINTY: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
    match (visit.status, kind) {
        (Some("cancelled"), _) => Some(terms::coded(CERTAINTY, "entered-in-error", "Entered in error")),
        (_, "A" | "W") => Some(terms::coded(CERTAINTY, "provisional", "Provisional")),
        (_, "F") => Some(terms::coded(CERTAINTY, "confirmed", "Confirmed")),
        _ => None,
    }
}

fn procedures(visit_key: &str, encounter: &str, visit: &Visit<'_>, desk: &mut Desk<'_, '_>) {
    for segment in &visit.procedures {
        let Some(named) = named(*segment) else { continue };
        let performed = time::moment(segment.field(5)).map(|at| at.text);
        let when = performed.clone().unwrap_or_default();
        let id = desk.id(&format!("Procedure\n{visit_key}\n{}\n{when}", named.key));
        let performer = segment.field(12).repetitions().next().and_then(terms::clinician);
        // What is only planned was not done yet; what belongs to a cancelled stay never was.
        let status = match visit.status {
            Some("planned") => "preparation",
            Some("cancelled") => "entered-in-error",
            _ => "completed",
        };
        let procedure = resource("Procedure", &id)
            .with("status", status)
            .with("code", named.concept)
            .with("subject", patient())
            .with("encounter", reference("Encounter", encounter))
            .with("performedDateTime", performed)
            .with("performer", performer.map(|who| vec![Object::new().with("actor", who)]));
        let served = Served { kind: "Procedure", id: &id, dataset: "procedures", unit: visit.unit() };
        desk.put(served, &procedure);
    }
}
