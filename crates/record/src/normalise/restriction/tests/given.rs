//! Replies made for these tests: each with what the rest of it would be, had the restricted matter never been sent.

use crate::restrictions::Restrictions;
use fhir::reply::Format;
use serde_json::{Value, json};

/// Stands in everything that must not be seen.
pub(super) const SECRET: &str = "Nobody else may read this";
pub(super) const MATTERS: usize = 5;

const SNOMED: &str = "http://snomed.info/sct";

pub(super) fn lists() -> Restrictions {
    let mut lists = Restrictions::default();
    lists.concept("86406008", "Human immunodeficiency virus infection");
    lists.concept("76272004", "Syphilis");
    lists.organisation("ZZ998");
    lists.service_code("specialty", "360");
    lists.service_name("sexual health");
    lists.service_name("gender identity");
    lists.document_name("termination of pregnancy");
    lists.document_code("snomed.info/sct", "824331000000106");
    lists
}

fn hiv() -> Value {
    json!({ "coding": [{ "system": SNOMED, "code": "86406008", "display": SECRET }], "text": SECRET })
}

/// Name, format, what is sent, and what would be sent without it.
pub(super) fn matters() -> Vec<(&'static str, Format, Vec<Value>, Vec<Value>)> {
    vec![
        (
            "a coded problem in R4",
            Format::R4,
            problem("encounter", json!([{ "reference": "Condition/hiv", "display": SECRET }])),
            rest(),
        ),
        (
            "a coded problem in STU3",
            Format::Stu3,
            problem("context", json!([{ "reference": "Condition/hiv", "display": SECRET }])),
            rest(),
        ),
        ("a clinic's attendance", Format::R4, attendance(), rest()),
        ("a labelled medicine", Format::R4, medicine(), rest()),
        ("a practice's consultation", Format::GpConnectStu3, practice(true), practice(false)),
    ]
}

/// What is nobody's secret, and names none.
fn rest() -> Vec<Value> {
    vec![
        json!({ "resourceType": "Patient", "id": "p" }),
        json!({ "resourceType": "Condition", "id": "asthma", "code": { "text": "Asthma" }, "subject": { "reference": "Patient/p" } }),
        json!({ "resourceType": "Encounter", "id": "plain", "status": "finished", "subject": { "reference": "Patient/p" } }),
        json!({ "resourceType": "MedicationRequest", "id": "inhaler", "status": "active", "medicationCodeableConcept": { "text": "Salbutamol" }, "subject": { "reference": "Patient/p" } }),
        json!({ "resourceType": "CarePlan", "id": "plan", "status": "active", "title": "Asthma plan", "subject": { "reference": "Patient/p" } }),
        json!({ "resourceType": "Observation", "id": "peak", "status": "final", "code": { "text": "Peak flow" }, "subject": { "reference": "Patient/p" } }),
    ]
}

/// A problem by its code; its visit and all of it, its letter, its medicine from order to dispensing, its report.
fn problem(visit: &str, reasons: Value) -> Vec<Value> {
    let mut all = rest();
    // A plan that stays is also for it.
    all[4]["addresses"] = reasons.clone();
    let of_visit = |mut resource: Value| {
        resource[visit] = json!({ "reference": "Encounter/clinic", "display": SECRET });
        resource
    };
    all.extend([
        of_visit(json!({ "resourceType": "Condition", "id": "hiv", "code": hiv(), "note": [{ "text": SECRET }] })),
        json!({ "resourceType": "Encounter", "id": "clinic", "status": "finished", "text": { "status": "additional", "div": format!("<div xmlns=\"http://www.w3.org/1999/xhtml\"><h2>{SECRET}</h2></div>") } }),
        of_visit(json!({ "resourceType": "Observation", "id": "count", "status": "final", "code": { "text": SECRET } })),
        json!({ "resourceType": "DocumentReference", "id": "letter", "status": "current", "type": { "text": SECRET }, "context": { "encounter": [{ "reference": "Encounter/clinic" }] } }),
        json!({ "resourceType": "MedicationRequest", "id": "order", "status": "active", "medicationCodeableConcept": { "text": SECRET }, "reasonReference": reasons }),
        json!({ "resourceType": "MedicationDispense", "id": "supply", "status": "completed", "medicationCodeableConcept": { "text": SECRET }, "authorizingPrescription": [{ "reference": "MedicationRequest/order" }] }),
        json!({ "resourceType": "MedicationStatement", "id": "taken", "status": "active", "medicationCodeableConcept": { "text": SECRET }, "basedOn": [{ "reference": "MedicationRequest/order" }] }),
        json!({ "resourceType": "Appointment", "id": "next", "status": "booked", "description": SECRET, "reasonReference": [{ "reference": "Condition/hiv" }], "participant": [] }),
    ]);
    if visit == "context" {
        all[9]["context"] = json!({ "encounter": { "reference": "Encounter/clinic" } });
    }
    all
}

/// By its service: an attendance, what was done there, what it was referred by and what followed.
fn attendance() -> Vec<Value> {
    let mut all = rest();
    all.extend([
        json!({ "resourceType": "Encounter", "id": "visit", "status": "finished", "serviceProvider": { "reference": "Organization/clinic" }, "basedOn": [{ "reference": "ServiceRequest/referral" }] }),
        json!({ "resourceType": "ServiceRequest", "id": "referral", "status": "completed", "intent": "order", "code": { "text": SECRET } }),
        json!({ "resourceType": "Appointment", "id": "booking", "status": "fulfilled", "description": SECRET, "basedOn": [{ "reference": "ServiceRequest/referral" }], "participant": [] }),
        json!({ "resourceType": "Observation", "id": "swab", "status": "final", "code": { "text": SECRET }, "encounter": { "reference": "Encounter/visit" } }),
        json!({ "resourceType": "DiagnosticReport", "id": "report", "status": "final", "code": { "text": SECRET }, "result": [{ "reference": "Observation/swab" }] }),
        json!({ "resourceType": "Immunization", "id": "dose", "status": "completed", "vaccineCode": { "text": SECRET }, "encounter": { "reference": "Encounter/visit" } }),
    ]);
    // A party is no entry: it stays, and nothing names it.
    all.push(
        json!({ "resourceType": "Organization", "id": "clinic", "name": "The Harbour Sexual Health Clinic" }),
    );
    let party = all.pop().unwrap_or_default();
    all.retain(|resource| resource["id"] != "clinic");
    all[6]["serviceProvider"] = json!({ "identifier": { "system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "zz998" }, "display": party["name"] });
    all
}

/// By a label on the product it is made of.
fn medicine() -> Vec<Value> {
    let mut all = rest();
    let label = json!({ "security": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "HIV" }] });
    all.extend([
        json!({ "resourceType": "Medication", "id": "product", "meta": label, "code": { "text": SECRET } }),
        json!({ "resourceType": "MedicationRequest", "id": "order", "status": "active", "medicationReference": { "reference": "Medication/product", "display": SECRET }, "encounter": { "reference": "Encounter/clinic" } }),
        json!({ "resourceType": "MedicationAdministration", "id": "given", "status": "completed", "medicationCodeableConcept": { "text": SECRET }, "request": { "reference": "MedicationRequest/order" } }),
        json!({ "resourceType": "Encounter", "id": "clinic", "status": "finished", "reasonCode": [{ "text": SECRET }] }),
        json!({ "resourceType": "Procedure", "id": "test", "status": "completed", "code": { "text": SECRET }, "encounter": { "reference": "Encounter/clinic" } }),
    ]);
    all
}

const CARE_CONNECT: &str = "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-GPC";

/// A practice's problem, what is filed under it, and a consultation by its Lists alone.
fn practice(with: bool) -> Vec<Value> {
    let listed = |all: &[(&str, bool)]| -> Vec<Value> {
        let kept = all.iter().filter(|(_, restricted)| with || !restricted);
        kept.map(|(reference, _)| json!({ "item": { "reference": reference } })).collect()
    };
    let list = |id: &str, code: &str, entries: Vec<Value>| json!({ "resourceType": "List", "id": id, "status": "current", "mode": "snapshot", "code": { "coding": [{ "system": SNOMED, "code": code }] }, "entry": entries });
    let mut all = vec![
        json!({ "resourceType": "Condition", "id": "asthma", "code": { "text": "Asthma" } }),
        json!({ "resourceType": "MedicationStatement", "id": "inhaler", "status": "active", "medicationCodeableConcept": { "text": "Salbutamol" } }),
        list("problems", "717711000000103", listed(&[("Condition/asthma", false), ("Condition/hiv", true)])),
        list(
            "medicines",
            "933361000000108",
            listed(&[("MedicationStatement/inhaler", false), ("MedicationStatement/tablet", true)]),
        ),
    ];
    if with {
        let mut consultation =
            list("consultation", "325851000000107", vec![json!({ "item": { "reference": "List/topic" } })]);
        consultation["encounter"] = json!({ "reference": "Encounter/visit" });
        let mut topic =
            list("topic", "25851000000105", vec![json!({ "item": { "reference": "Observation/said" } })]);
        topic["extension"] = json!([{ "url": format!("{CARE_CONNECT}-RelatedProblemHeader-1"), "extension": [{ "url": "target", "valueReference": { "reference": "Condition/hiv" } }] }]);
        all.extend([
            json!({ "resourceType": "Condition", "id": "hiv", "code": hiv(), "context": { "reference": "Encounter/visit" },
                "extension": [{ "url": format!("{CARE_CONNECT}-RelatedClinicalContent-1"), "valueReference": { "reference": "MedicationStatement/tablet" } }] }),
            json!({ "resourceType": "MedicationStatement", "id": "tablet", "status": "active", "medicationCodeableConcept": { "text": SECRET }, "basedOn": [{ "reference": "MedicationRequest/plan" }] }),
            json!({ "resourceType": "MedicationRequest", "id": "plan", "status": "active", "intent": "plan", "medicationCodeableConcept": { "text": SECRET } }),
            json!({ "resourceType": "Encounter", "id": "visit", "status": "finished" }),
            json!({ "resourceType": "Observation", "id": "said", "status": "final", "code": { "text": SECRET } }),
            consultation,
            topic,
        ]);
    } else {
        // Lists are about nobody: they stay, without what they listed.
        all.extend([
            list("consultation", "325851000000107", vec![json!({ "item": { "reference": "List/topic" } })]),
            list("topic", "25851000000105", vec![]),
        ]);
        all[5].as_object_mut().map(|list| list.remove("entry"));
    }
    all
}

/// Name and entries of a Bundle that bring a restricted matter in another way than as a match.
pub(super) fn carriers() -> Vec<(&'static str, Value)> {
    let match_of = |resource: Value| json!([{ "resource": resource, "search": { "mode": "match" } }]);
    vec![
        (
            "sent along by _include",
            json!([
            { "resource": { "resourceType": "MedicationRequest", "id": "m", "status": "active", "medicationReference": { "reference": "Medication/i", "display": SECRET } }, "search": { "mode": "match" } },
            { "resource": { "resourceType": "Medication", "id": "i", "code": hiv() }, "search": { "mode": "include" } }]),
        ),
        (
            "sent along by _revinclude",
            json!([
            { "resource": { "resourceType": "Encounter", "id": "e", "status": "finished", "reasonCode": [{ "text": SECRET }] }, "search": { "mode": "match" } },
            { "resource": { "resourceType": "Condition", "id": "c", "code": hiv(), "encounter": { "reference": "Encounter/e" } }, "search": { "mode": "include" } }]),
        ),
        (
            "contained",
            match_of(
                json!({ "resourceType": "Procedure", "id": "p", "status": "completed", "code": { "text": SECRET }, "reasonReference": [{ "reference": "#c" }], "contained": [{ "resourceType": "Condition", "id": "c", "code": hiv() }] }),
            ),
        ),
        (
            "contained with a label",
            match_of(
                json!({ "resourceType": "Procedure", "id": "p", "status": "completed", "code": { "text": SECRET }, "contained": [{ "resourceType": "Observation", "id": "o", "status": "final", "code": { "text": SECRET }, "meta": { "security": [{ "code": "STD" }] } }] }),
            ),
        ),
        (
            "a reference's own words",
            match_of(
                json!({ "resourceType": "Appointment", "id": "a", "status": "booked", "comment": SECRET, "participant": [{ "actor": { "reference": "Location/elsewhere", "display": "Harbour Sexual Health" } }] }),
            ),
        ),
        (
            "a narrative of a labelled entry",
            match_of(
                json!({ "resourceType": "Encounter", "id": "e", "status": "finished", "meta": { "security": [{ "code": "V" }] }, "text": { "status": "additional", "div": format!("<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>{SECRET}</p></div>") } }),
            ),
        ),
        (
            "everything at once",
            json!([
            { "resource": { "resourceType": "Patient", "id": "p" } },
            { "resource": { "resourceType": "ServiceRequest", "id": "s", "status": "active", "intent": "order", "code": { "text": SECRET }, "subject": { "reference": "Patient/p" }, "performer": [{ "reference": "PractitionerRole/r" }] } },
            { "resource": { "resourceType": "PractitionerRole", "id": "r", "healthcareService": [{ "reference": "HealthcareService/h" }] } },
            { "resource": { "resourceType": "HealthcareService", "id": "h", "specialty": [{ "coding": [{ "system": "https://example.test/CodeSystem/main-specialty", "code": "360" }] }] } }]),
        ),
    ]
}

/// Each restricts by itself.
#[expect(non_snake_case, reason = "read as the list it is")]
pub(super) fn LISTED() -> Vec<(&'static str, Value)> {
    let condition = |code: Value| json!({ "resourceType": "Condition", "id": "x", "code": code });
    vec![
        ("by code", condition(json!({ "coding": [{ "system": SNOMED, "code": "76272004" }] }))),
        (
            "beside another code",
            condition(
                json!({ "coding": [{ "system": "http://read.info/readv2", "code": "A9..." }, { "system": SNOMED, "code": "76272004" }] }),
            ),
        ),
        ("without a system", condition(json!({ "coding": [{ "code": "76272004" }] }))),
        (
            "in an expression",
            condition(json!({ "coding": [{ "system": SNOMED, "code": "417662000:246090004=76272004" }] })),
        ),
        ("by its words alone", condition(json!({ "text": "Syphilis" }))),
        (
            "as a value",
            json!({ "resourceType": "Observation", "id": "x", "status": "final", "code": { "text": "Result" }, "valueCodeableConcept": { "coding": [{ "system": SNOMED, "code": "76272004" }] } }),
        ),
        (
            "in a component",
            json!({ "resourceType": "Observation", "id": "x", "status": "final", "code": { "text": "Panel" }, "component": [{ "code": { "coding": [{ "system": SNOMED, "code": "76272004" }] } }] }),
        ),
        (
            "as a reason",
            json!({ "resourceType": "MedicationRequest", "id": "x", "status": "active", "medicationCodeableConcept": { "text": "Benzathine" }, "reasonCode": [{ "coding": [{ "system": SNOMED, "code": "76272004" }] }] }),
        ),
        (
            "in an extension",
            json!({ "resourceType": "Encounter", "id": "x", "status": "finished", "extension": [{ "url": "https://example.test/about", "valueCoding": { "system": SNOMED, "code": "76272004" } }] }),
        ),
        (
            "by its specialty",
            json!({ "resourceType": "Appointment", "id": "x", "status": "booked", "specialty": [{ "coding": [{ "system": "https://fhir.hl7.org.uk/STU3/CodeSystem/Specialty-1", "code": "360" }] }], "participant": [] }),
        ),
        (
            "by its service",
            json!({ "resourceType": "Encounter", "id": "x", "status": "finished", "serviceType": { "text": "Sexual Health Service" } }),
        ),
        (
            "by its kind",
            json!({ "resourceType": "Encounter", "id": "x", "status": "finished", "type": [{ "text": "Gender identity clinic appointment" }] }),
        ),
        (
            "by its place",
            json!({ "resourceType": "Encounter", "id": "x", "status": "finished", "location": [{ "location": { "display": "Sexual Health, Level 2" } }] }),
        ),
        (
            "by who keeps it",
            json!({ "resourceType": "DocumentReference", "id": "x", "status": "current", "custodian": { "identifier": { "system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "ZZ998" } } }),
        ),
        (
            "by its title",
            json!({ "resourceType": "DocumentReference", "id": "x", "status": "current", "content": [{ "attachment": { "title": "Termination of pregnancy: discharge letter" } }] }),
        ),
        (
            "by the kind of document",
            json!({ "resourceType": "DocumentReference", "id": "x", "status": "current", "type": { "coding": [{ "system": SNOMED, "code": "824331000000106" }] } }),
        ),
        (
            "by a label of its own",
            json!({ "resourceType": "DocumentReference", "id": "x", "status": "current", "securityLabel": [{ "coding": [{ "code": "ETHUD" }] }] }),
        ),
    ]
}

/// None restricts.
pub(super) fn not_listed() -> Vec<(&'static str, Value)> {
    vec![
        (
            "the number of another system",
            json!({ "resourceType": "Observation", "id": "x", "status": "final", "code": { "coding": [{ "system": "http://loinc.org", "code": "76272004" }] } }),
        ),
        (
            "an identifier that looks like a code",
            json!({ "resourceType": "Condition", "id": "x", "identifier": [{ "system": "https://example.test/problem", "value": "76272004" }], "code": { "text": "Gout" } }),
        ),
        (
            "a phrase in a note",
            json!({ "resourceType": "Condition", "id": "x", "code": { "text": "Asthma" }, "note": [{ "text": "Declined sexual health screening" }] }),
        ),
        (
            "a heading of a summary",
            json!({ "resourceType": "Composition", "id": "x", "status": "final", "title": "Summary", "section": [{ "title": "Sexual health", "text": { "status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">Nothing recorded</div>" } }] }),
        ),
        (
            "a ward numbered 360",
            json!({ "resourceType": "Encounter", "id": "x", "status": "finished", "class": { "system": "https://example.test/ward", "code": "360" } }),
        ),
        (
            "a normal label",
            json!({ "resourceType": "Condition", "id": "x", "code": { "text": "Gout" }, "meta": { "security": [{ "code": "N" }] } }),
        ),
    ]
}

/// The same in another order.
pub(super) fn shuffled(resources: &[Value], mut seed: u64) -> Vec<Value> {
    let mut left = resources.to_vec();
    let mut order = Vec::new();
    while !left.is_empty() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        order.push(left.swap_remove((seed >> 33) as usize % left.len()));
    }
    order
}
