//! Takes what the ambulance service did, gives BaRS messages: one when a 999 incident is opened and one that closes it, with
//! what was measured and what crews are to know. Some people have no NHS number in the first and are known by the second.
//! Source: BaRS 1 (FHIR R4 messages), use case 999 to CAS; sources, section 13.

use super::{Message, Moment, wire};
use crate::{
    payload,
    people::{Person, facts::Visit, partner::Partner, seed::digest},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const BARS: &str = "https://fhir.nhs.uk/StructureDefinition";

/// Told once an incident is over: what was found, and what crews should know next time.
const FOUND: [&str; 2] = ["Observation", "Flag"];

/// Context of whatever is told.
const CONTEXT: [&str; 3] = ["Organization", "Practitioner", "Location"];

pub(super) fn incidents(moment: &Moment<'_>) -> Vec<Message> {
    let known = moment.people.iter().filter(|person| person.is_known_to(Partner::Ambulance));
    known.flat_map(|person| of_person(moment, person)).collect()
}

fn of_person(moment: &Moment<'_>, person: &Person) -> Vec<Message> {
    let held = payload::resources(Partner::Ambulance.profile().slug, person, moment.today);
    let visits = person.story_facts.visits.iter().filter(|visit| visit.at.contains(&Partner::Ambulance));
    // One Encounter of a visit, in the order of visits.
    let encounters = held.iter().filter(|one| is(one, &["Encounter"]));
    let mut told: Vec<(Timestamp, &Visit, &Value)> = visits
        .zip(encounters)
        .filter_map(|(visit, encounter)| Some((wire::moment(visit.on, moment.today)?, visit, encounter)))
        .collect();
    told.sort_by_key(|(on, ..)| *on);
    let found: Vec<&Value> = held.iter().filter(|one| is(one, &FOUND)).collect();
    let mut messages = Vec::new();
    let latest = told.len();
    for (place, (on, visit, encounter)) in told.into_iter().enumerate() {
        let incident = Incident { person, held: &held, key: format!("incident {place}"), on };
        messages.push(incident.opened(visit, encounter));
        let until = visit.until.and_then(|until| wire::moment(until, moment.today));
        let last = place + 1 == latest;
        let found = if last { found.as_slice() } else { &[] };
        messages.push(incident.closed(until.unwrap_or(wire::later(on, 75)), encounter, found));
    }
    if latest == 0 && !found.is_empty() {
        messages.push(warning(moment, person, &held, &found));
    }
    messages
}

/// What crews are to know of somebody nobody was sent to.
fn warning(moment: &Moment<'_>, person: &Person, held: &[Value], found: &[&Value]) -> Message {
    let alerts = person.story_facts.alerts.iter().filter(|alert| alert.at.contains(&Partner::Ambulance));
    let since = alerts.filter_map(|alert| wire::moment(alert.since, moment.today)).max();
    let on = since.unwrap_or(wire::later(moment.now, -60 * 24));
    let incident = Incident { person, held, key: "warning".to_owned(), on };
    let request = incident.request("completed", "Information for crews", on, None);
    incident.message(Sent { reason: "new", at: on }, vec![request], found)
}

/// Why a message is sent (`new` or `update`), and when.
#[derive(Clone, Copy)]
struct Sent {
    reason: &'static str,
    at: Timestamp,
}

struct Incident<'a> {
    person: &'a Person,
    /// Everything the service holds about the person.
    held: &'a [Value],
    key: String,
    on: Timestamp,
}

impl Incident<'_> {
    fn opened(&self, visit: &Visit, encounter: &Value) -> Message {
        let mut open = encounter.clone();
        if let Some(members) = open.as_object_mut() {
            members.insert("status".to_owned(), json!("in-progress"));
            members.remove("hospitalization");
        }
        if let Some(period) = open.get_mut("period").and_then(Value::as_object_mut) {
            period.remove("end");
        }
        let request = self.request("active", visit.what.text, self.on, Some(encounter));
        self.message(Sent { reason: "new", at: wire::later(self.on, 4) }, vec![request, open], &[])
    }

    fn closed(&self, at: Timestamp, encounter: &Value, found: &[&Value]) -> Message {
        let what = encounter.pointer("/type/0/text").and_then(Value::as_str).unwrap_or("999 incident");
        let request = self.request("completed", what, self.on, Some(encounter));
        self.message(
            Sent { reason: "update", at: wire::later(at, 6) },
            vec![request, encounter.clone()],
            found,
        )
    }

    fn request(&self, status: &str, what: &str, on: Timestamp, encounter: Option<&Value>) -> Value {
        let coding = |system: &str, code: &str, display: &str| json!({"system": system, "code": code, "display": display});
        json!({
            "resourceType": "ServiceRequest",
            "id": self.uuid("request"),
            "meta": {"profile": [format!("{BARS}/BARSServiceRequest-request-validation")]},
            "status": status,
            "intent": "plan",
            "category": [{"coding": [
                coding("https://fhir.nhs.uk/CodeSystem/message-category-servicerequest", "validation", "For Validation"),
                coding("https://fhir.nhs.uk/CodeSystem/usecases-categories-bars", "a4t1", "999 to CAS Validation"),
            ]}],
            "code": {"text": what},
            "subject": {"reference": self.patient()},
            "encounter": encounter.map(|encounter| json!({"reference": name(encounter)})),
            "occurrencePeriod": {"start": rfc3339(on)},
            "requester": {"reference": self.organization()},
        })
    }

    /// The request first among what is told.
    fn message(&self, sent: Sent, told: Vec<Value>, found: &[&Value]) -> Message {
        let Sent { reason, at } = sent;
        let context = self.held.iter().filter(|one| is(one, &CONTEXT)).cloned();
        let mut resources: Vec<Value> =
            told.first().map(|request| self.header(reason, request)).into_iter().collect();
        resources.extend(told);
        resources.extend(self.held.first().map(|patient| self.named(patient, reason)));
        resources.extend(found.iter().map(|one| (*one).clone()));
        resources.extend(context);
        let urls: BTreeMap<String, String> =
            resources.iter().map(|one| (name(one), format!("urn:uuid:{}", self.uuid(&name(one))))).collect();
        let entry = |mut resource: Value| {
            let url = urls.get(&name(&resource)).cloned();
            stamp(&mut resource, at);
            redirect(&mut resource, &urls);
            json!({"fullUrl": url, "resource": resource})
        };
        let bundle = json!({
            "resourceType": "Bundle",
            "id": self.uuid(&format!("bundle {reason}")),
            "meta": {"lastUpdated": rfc3339(at), "profile": [format!("{BARS}/BARSBundleMessage")]},
            "type": "message",
            "timestamp": rfc3339(at),
            "entry": resources.into_iter().map(entry).collect::<Vec<_>>(),
        });
        let key = format!("{} {} {reason}", self.person.nhs_number.digits(), self.key);
        Message { on: at, key, bytes: payload::as_sent(&payload::pruned(bundle)) }
    }

    fn header(&self, reason: &str, request: &Value) -> Value {
        let profile = Partner::Ambulance.profile();
        let coding = |system: &str, code: &str| json!({"system": format!("https://fhir.nhs.uk/CodeSystem/{system}"), "code": code});
        json!({
            "resourceType": "MessageHeader",
            "id": self.uuid(&format!("header {reason}")),
            "meta": {"profile": [format!("{BARS}/BARSMessageHeader-servicerequest-request")]},
            "eventCoding": coding("message-events-bars", "servicerequest-request"),
            "sender": {"reference": self.organization()},
            "source": {
                "name": profile.name,
                "contact": {"system": "phone", "value": profile.telephone},
                "endpoint": "https://ambulance.example.test/bars",
            },
            "reason": {"coding": [coding("message-reason-bars", reason)]},
            "focus": [{"reference": name(request)}],
            "definition": "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-validation",
        })
    }

    /// Every other person of the background is nobody in particular until the crew has asked.
    fn named(&self, patient: &Value, reason: &str) -> Value {
        let mut patient = patient.clone();
        let unnumbered =
            self.person.story_key == "background" && digest(&self.key_of_person()).is_multiple_of(2);
        if reason == "new"
            && unnumbered
            && self.key != "warning"
            && let Some(members) = patient.as_object_mut()
        {
            members.remove("identifier");
        }
        patient
    }

    fn key_of_person(&self) -> String {
        format!("incident of {}", self.person.nhs_number.digits())
    }

    fn patient(&self) -> String {
        self.held.first().map(name).unwrap_or_default()
    }

    fn organization(&self) -> String {
        self.held.iter().find(|one| is(one, &["Organization"])).map(name).unwrap_or_default()
    }

    fn uuid(&self, part: &str) -> String {
        wire::uuid(&format!("ambulance {} {} {part}", self.person.nhs_number.digits(), self.key))
    }
}

fn is(resource: &Value, kinds: &[&str]) -> bool {
    resource.get("resourceType").and_then(Value::as_str).is_some_and(|kind| kinds.contains(&kind))
}

/// `Type/id`.
fn name(resource: &Value) -> String {
    let text = |key: &str| resource.get(key).and_then(Value::as_str).unwrap_or_default();
    format!("{}/{}", text("resourceType"), text("id"))
}

fn rfc3339(moment: Timestamp) -> String {
    format!("{moment:.0}")
}

fn stamp(resource: &mut Value, at: Timestamp) {
    if let Some(members) = resource.as_object_mut() {
        let meta = members.entry("meta").or_insert_with(|| json!({}));
        if let Some(meta) = meta.as_object_mut() {
            meta.insert("lastUpdated".to_owned(), json!(rfc3339(at)));
        }
    }
}

/// References inside a message are to its entries.
fn redirect(value: &mut Value, urls: &BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(text) if key == "reference" => {
                        if let Some(url) = urls.get(text.as_str()) {
                            *text = url.clone();
                        }
                    }
                    member => redirect(member, urls),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redirect(item, urls)),
        _ => {}
    }
}
