//! What a partner's server says: a person with one allergy and one contact, each with the label of whom, where and for which opening.

use super::{
    chaos::Behaves,
    network::{Asked, PDS},
    people::PERSONS,
};
use serde_json::{Value, json};

/// The words around a label on a page.
const BEFORE: &str = "Known to ";
const AFTER: &str = " alone";

/// What bytes say of themselves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Label {
    pub(super) source: String,
    pub(super) person: usize,
    pub(super) opening: usize,
}

impl Label {
    fn text(source: &str, person: usize, opening: usize) -> String {
        format!("{BEFORE}{source} of {person} in {opening}{AFTER}")
    }

    /// Every label in a text.
    pub(super) fn all(text: &str) -> Vec<Self> {
        let parts = text.split(BEFORE).skip(1);
        parts.filter_map(|part| Self::read(part.split_once(AFTER)?.0)).collect()
    }

    fn read(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split(' ').collect();
        let [source, "of", person, "in", opening] = words.as_slice() else { return None };
        Some(Self {
            source: (*source).to_owned(),
            person: person.parse().ok()?,
            opening: opening.parse().ok()?,
        })
    }
}

/// The body of an answer, and whether there is anything in it.
pub(super) fn text(asked: &Asked, behaves: Behaves, objects: bool) -> (String, bool) {
    let person = asked.person.unwrap_or_default();
    if asked.place == PDS {
        return (national(person).to_string(), true);
    }
    if asked.kind == "metadata" {
        return (capability(asked.place).to_string(), false);
    }
    if asked.is_of_register() {
        return (register(person, objects).to_string(), objects);
    }
    let other = (person + 1) % PERSONS.len();
    let resources = match (asked.kind.as_str(), behaves) {
        ("Patient", Behaves::NotKnown) => Vec::new(),
        ("Patient", Behaves::Another) => vec![patient(other)],
        ("Patient", _) => return (whole(asked, vec![patient(person)], behaves), false),
        (_, Behaves::Empty | Behaves::Cut | Behaves::Unread) => Vec::new(),
        ("AllergyIntolerance" | "Encounter", Behaves::Another | Behaves::Stray) => {
            vec![clinical(asked, other)]
        }
        ("AllergyIntolerance" | "Encounter", _) => vec![clinical(asked, person)],
        _ => Vec::new(),
    };
    let has_some = !resources.is_empty();
    (whole(asked, resources, behaves), has_some)
}

fn whole(asked: &Asked, resources: Vec<Value>, behaves: Behaves) -> String {
    let entry = |resource| json!({"resource": resource, "search": {"mode": "match"}});
    let mut entries: Vec<Value> = resources.into_iter().map(entry).collect();
    let total = entries.len();
    let issue = |severity: &str| json!({"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": "processing", "details": {"text": "as the source says"}}]});
    match behaves {
        Behaves::Warned => entries.push(json!({"resource": issue("warning"), "search": {"mode": "outcome"}})),
        Behaves::ErrorInside => return issue("error").to_string(),
        Behaves::Unread if asked.kind != "Patient" => entries.push(json!({"resource": {"id": "1"}})),
        Behaves::Paged | Behaves::Cut if asked.kind != "Patient" && !asked.is_second_page => {
            let total = total.max(1);
            let next = format!(
                "{}/{}?patient=p{}&page=2",
                asked.base(),
                asked.kind,
                asked.person.unwrap_or_default()
            );
            let link = json!([{"relation": "next", "url": next}]);
            return json!({"resourceType": "Bundle", "type": "searchset", "total": total, "link": link, "entry": entries}).to_string();
        }
        _ => {}
    }
    json!({"resourceType": "Bundle", "type": "searchset", "total": total, "entry": entries}).to_string()
}

fn clinical(asked: &Asked, person: usize) -> Value {
    let label = Label::text(asked.place, person, asked.opening.unwrap_or(usize::MAX));
    let subject = json!({"reference": format!("Patient/p{person}")});
    let id = if asked.is_second_page { "2" } else { "1" };
    if asked.kind == "Encounter" {
        let mut encounter = json!({
            "resourceType": "Encounter", "id": format!("e{id}"), "meta": {"versionId": "1"}, "status": "finished",
            "class": {"code": "AMB"}, "subject": subject, "type": [{"text": label}],
            "period": {"start": "2026-11-04", "end": "2026-11-04"},
        });
        if asked.place == "nelft" {
            encounter["class"]["system"] = json!("http://hl7.org/fhir/v3/ActCode");
        }
        return encounter;
    }
    json!({
        "resourceType": "AllergyIntolerance", "id": format!("a{id}"), "meta": {"versionId": "3"},
        "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active"}]},
        "verificationStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "code": "confirmed"}]},
        "code": {"text": label}, "patient": subject,
    })
}

fn identifier(number: &str) -> Value {
    json!([{"system": fhir::nhs_number::SYSTEM, "value": number, "extension": [{
        "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
        "valueCodeableConcept": {"coding": [{"code": "01"}]},
    }]}])
}

fn patient(n: usize) -> Value {
    let person = &PERSONS[n];
    json!({
        "resourceType": "Patient", "id": format!("p{n}"), "birthDate": person.born, "gender": person.gender,
        "identifier": identifier(person.number),
        "name": [{"use": "usual", "family": person.family, "given": [person.given]}],
    })
}

fn national(n: usize) -> Value {
    let mut patient = patient(n);
    patient["id"] = json!(PERSONS[n].number);
    patient["meta"] = json!({"versionId": "2", "security": [{"code": "U"}]});
    patient
}

/// A Consent against sharing, with the Patient it is about; or none.
fn register(n: usize, objects: bool) -> Value {
    if !objects {
        return json!({"resourceType": "Bundle", "type": "searchset", "total": 0, "entry": []});
    }
    let consent = json!({
        "resourceType": "Consent", "id": "c1", "status": "active", "patient": {"reference": format!("Patient/p{n}")},
        "scope": {"coding": [{"code": "patient-privacy"}]}, "dateTime": "2026-11-01",
        "policy": [{"uri": "https://profiles.ihe.net/ITI/PCF/Policy-deny"}],
    });
    let entries = json!([
        {"resource": consent, "search": {"mode": "match"}},
        {"resource": patient(n), "search": {"mode": "include"}},
    ]);
    json!({"resourceType": "Bundle", "type": "searchset", "total": 1, "entry": entries})
}

fn capability(place: &str) -> Value {
    let of = |kind: &str| {
        json!({
            "type": kind, "interaction": [{"code": "read"}, {"code": "search-type"}],
            "searchParam": [{"name": "patient"}, {"name": "date"}],
        })
    };
    let resources = ["Patient", "AllergyIntolerance", "Encounter"].map(of);
    let version = if place == "nelft" { "3.0.1" } else { "4.0.1" };
    json!({"resourceType": "CapabilityStatement", "fhirVersion": version, "rest": [{"mode": "server", "resource": resources}]})
}
