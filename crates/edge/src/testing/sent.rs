//! What a partner's systems send about people who do not exist, format by format: takes who and what, gives the text.

use super::number;
use serde_json::{Value, json};

const HEADINGS: &str = "LA Code,Reporting Period End Date,NHS Number,LA Person Unique Identifier,First Name,Last Name,Gender,Date of Birth,Client Type,Primary Support Reason,Event Type,Event Start Date,Event End Date,Event Description,Event Outcome,Service Type,Service Component,Delivery Mechanism,Provider CQC Location Name,Team";

/// One open service of home care.
#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) nhs_number: String,
    pub(crate) person: String,
    pub(crate) family: String,
    pub(crate) started: String,
    pub(crate) told: String,
    pub(crate) provider: String,
    pub(crate) team: String,
    pub(crate) la_code: String,
}

pub(crate) fn service(nth: usize) -> Service {
    Service {
        nhs_number: number(nth).digits().to_owned(),
        person: format!("P{nth}"),
        family: format!("Example{nth}"),
        started: "02/06/2025".into(),
        told: String::new(),
        provider: "Invented Care".into(),
        team: "North".into(),
        la_code: "099".into(),
    }
}

pub(crate) fn csv(services: &[Service]) -> String {
    let mut text = format!("{HEADINGS}\n");
    for one in services {
        let Service { nhs_number, person, family, started, told, provider, team, la_code } = one;
        text.push_str(&format!(
            "{la_code},31/03/2026,{nhs_number},{person},Ada,{family},Female,14/08/1935,Service User,Physical Support: Personal care support,Service,{started},,{told},,Long Term Support: Community,Home Support,CASSR Managed Personal Budget,{provider},{team}\n"
        ));
    }
    text
}

/// An extract of the first so many people.
pub(crate) fn people(count: usize) -> String {
    csv(&(0..count).map(service).collect::<Vec<_>>())
}

pub(crate) fn nhs_identifier(nth: usize) -> Value {
    json!({
        "extension": [{
            "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
            "valueCodeableConcept": { "coding": [{ "code": "number-present-and-verified" }] },
        }],
        "system": "https://fhir.nhs.uk/Id/nhs-number",
        "value": number(nth).digits(),
    })
}

pub(crate) fn patient_line(id: &str, nth: usize) -> String {
    json!({ "resourceType": "Patient", "id": id, "identifier": [nhs_identifier(nth)], "name": [{ "family": format!("Example{nth}") }] })
        .to_string()
}

/// An observation about the sender's Patient, made by a practitioner in a role.
pub(crate) fn observation_line(id: &str, patient: &str, told: &str) -> String {
    json!({
        "resourceType": "Observation", "id": id, "status": "final",
        "code": { "coding": [{ "system": "http://snomed.info/sct", "code": "27113001" }], "text": "Weight" },
        "subject": { "reference": format!("Patient/{patient}") },
        "performer": [{ "reference": "PractitionerRole/role-1" }],
        "valueString": told,
    })
    .to_string()
}

pub(crate) fn shared_lines() -> [String; 3] {
    [
        json!({ "resourceType": "PractitionerRole", "id": "role-1", "practitioner": { "reference": "Practitioner/doctor-1" }, "organization": { "reference": "Organization/team-1" } }),
        json!({ "resourceType": "Practitioner", "id": "doctor-1", "name": [{ "family": "Doctor" }] }),
        json!({ "resourceType": "Organization", "id": "team-1", "name": "Invented community team" }),
    ]
    .map(|line| line.to_string())
}

/// One HL7 v2 message: `local` is the sender's number of the person, `nth` its NHS number where it is known.
pub(crate) fn hl7(
    kind: &str,
    at: &str,
    control: &str,
    (local, nth): (&str, Option<usize>),
    segments: &[&str],
) -> String {
    let verified = nth.map(|nth| format!("{}^^^NHS^NH~", number(nth).digits())).unwrap_or_default();
    let status = if nth.is_some() { "01" } else { "" };
    let pid = format!(
        "PID|1||{verified}{local}^^^TESTA^MR||EXAMPLE^ADA^^^^^L||19600102|2{}{status}",
        "|".repeat(24)
    );
    let event = if kind.starts_with("ORU") { String::new() } else { format!("EVN||{at}\r") };
    let segments: String = segments.iter().map(|segment| format!("{segment}\r")).collect();
    format!("MSH|^~\\&|PAS|TESTA|NODE|TESTA|{at}||{kind}|{control}|P|2.4\r{event}{pid}\r{segments}")
}

/// A result with one value of potassium.
pub(crate) fn result(at: &str, control: &str, who: (&str, Option<usize>), value: &str) -> String {
    let order = format!("OBR|1|p{control}|f{control}|UE^Bloods|||{at}||||||||||||||||||F");
    let observed = format!("OBX|1|NM|K^Potassium||{value}|mmol/L|3.5-5.3|H|||F");
    hl7("ORU^R01", at, control, who, &[&order, &observed])
}

/// The later record takes the earlier one in.
pub(crate) fn merge(at: &str, control: &str, survivor: (&str, Option<usize>), retired: &str) -> String {
    hl7("ADT^A40", at, control, survivor, &[&format!("MRG|{retired}^^^TESTA^MR")])
}

/// An NHS 111 report in its ITK envelope.
pub(crate) fn report_111(nth: usize, told: &str) -> String {
    let number = number(nth);
    let document = format!(
        r#"<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="A{nth}"/>
        <code code="819551000000100" codeSystem="2.16.840.1.113883.2.1.3.2.4.15"/><title>NHS 111 Report</title>
        <effectiveTime value="20261127030405+0000"/><confidentialityCode code="N"/><setId root="SET{nth}"/>
        <versionNumber value="1"/><recordTarget><patientRole><id root="2.16.840.1.113883.2.1.4.1" extension="{}"/>
        <patient><name><given>Ann</given><family>Other</family></name><administrativeGenderCode code="2"/>
        <birthTime value="19400203"/></patient></patientRole></recordTarget><author><assignedAuthor><assignedPerson>
        <name>Sam Caller</name></assignedPerson><representedOrganization><name>Invented 111</name></representedOrganization>
        </assignedAuthor></author><componentOf><encompassingEncounter>
        <id root="2.16.840.1.113883.2.1.3.2.4.18.34" extension="CASE{nth}"/><code code="NHS111Encounter" displayName="NHS111 Encounter"/>
        <effectiveTime><low value="202611270300+00"/><high value="202611270310+00"/></effectiveTime>
        </encompassingEncounter></componentOf><component><structuredBody><component><section><component><section>
        <title>Advice Given</title><text><paragraph>{told}</paragraph></text></section></component></section></component>
        </structuredBody></component></ClinicalDocument>"#,
        number.digits()
    );
    format!(
        r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header><a:Action>urn:nhs-itk:services:201005:SendNHS111Report-v2-0</a:Action><a:MessageID>M{nth}</a:MessageID></s:Header><s:Body><DistributionEnvelope xmlns="urn:nhs-itk:ns:201005"><header trackingid="T1"><manifest count="1"><manifestitem id="P{nth}" mimetype="text/xml"/></manifest></header><payloads count="1"><payload id="P{nth}">{document}</payload></payloads></DistributionEnvelope></s:Body></s:Envelope>"#
    )
}

/// An ambulance's message.
pub(crate) fn ambulance(nth: usize, place: &str) -> String {
    json!({ "resourceType": "Bundle", "id": format!("b{nth}"), "meta": { "lastUpdated": "2026-11-27T03:00:00Z" }, "type": "message",
        "timestamp": "2026-11-27T03:00:00Z", "entry": [
        { "fullUrl": "urn:uuid:h", "resource": { "resourceType": "MessageHeader", "eventCoding":
            { "system": "https://fhir.nhs.uk/CodeSystem/message-events-bars", "code": "servicerequest-request" },
            "reason": { "coding": [{ "code": "new" }] }, "focus": [{ "reference": "urn:uuid:r" }], "source": { "endpoint": "x" } } },
        { "fullUrl": "urn:uuid:r", "resource": { "resourceType": "ServiceRequest", "id": format!("r{nth}"), "status": "active", "intent": "plan",
            "subject": { "reference": "urn:uuid:p" }, "code": { "text": place } } },
        { "fullUrl": "urn:uuid:p", "resource": { "resourceType": "Patient", "identifier": [nhs_identifier(nth)], "name": [{ "family": "Other" }] } }] })
    .to_string()
}

/// A discharge letter with a file in it.
pub(crate) fn letter(nth: usize, document: &str, told: &str) -> String {
    json!({ "resourceType": "Bundle", "id": "b1", "type": "document", "identifier": { "system": "https://hospital.test/docs", "value": document },
        "entry": [
        { "fullUrl": "urn:uuid:c", "resource": { "resourceType": "Composition", "id": "c", "status": "final",
            "type": { "coding": [{ "system": "http://snomed.info/sct", "code": "373942005", "display": "Discharge summary" }] },
            "subject": { "reference": "urn:uuid:p" }, "date": "2026-11-27T03:04:05Z", "title": "Discharge summary",
            "author": [{ "display": "Dr Ada" }], "custodian": { "display": "Exampletown Hospital" },
            "section": [{ "title": "Advice", "text": { "status": "generated", "div": format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{told}</div>") } }] } },
        { "fullUrl": "urn:uuid:p", "resource": { "resourceType": "Patient", "id": "p", "identifier": [nhs_identifier(nth)],
            "name": [{ "family": "Other", "given": ["Ann"] }], "gender": "female", "birthDate": "1940-02-03" } }] })
    .to_string()
}
