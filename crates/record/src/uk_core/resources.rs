//! From STU3 to R4, one resource at a time: takes the members as sent, gives them R4's names and places. What has none is
//! left where it is and falls out when the resource is set into R4, named and with its reason.
//! Source: sources.md 9.1; FHIR R4, version history of each resource; Care Connect and GP Connect profiles.

use super::tree::{Fields, Node};
use super::work::{Dialect, Work};
use super::{extensions, values};

mod consent;
mod documents;
mod encounters;
mod immunisations;
mod medications;
mod messages;
mod people;
mod plans;
mod problems;
mod procedures;
mod requests;
mod results;

/// Where an element with no place in R4 is kept: the address FHIR gives to elements of its third edition.
const THIRD_EDITION: &str = "http://hl7.org/fhir/3.0/StructureDefinition/extension-";

type Convert = fn(&mut Fields<'_>, &mut Work);

pub(super) fn convert(fields: &mut Fields<'_>, work: &mut Work) {
    fields.each("meta", &mut |meta| {
        // A claim about another standard; what is claimed of the result is decided at its end.
        meta.take("profile").iter().for_each(|profile| work.rule(profile));
    });
    let kind = fields.text("resourceType").unwrap_or_default().into_owned();
    if let Some(convert) = converter(&kind) {
        convert(fields, work);
    }
}

fn converter(kind: &str) -> Option<Convert> {
    let convert: Convert = match kind {
        "AllergyIntolerance" => problems::allergy_intolerance,
        "Appointment" => encounters::appointment,
        "AuditEvent" => messages::audit_event,
        "Binary" => documents::binary,
        "CarePlan" => plans::care_plan,
        "CareTeam" => plans::care_team,
        "ClinicalImpression" => problems::clinical_impression,
        "Communication" => procedures::communication,
        "CommunicationRequest" => requests::communication_request,
        "Composition" => documents::composition,
        "Condition" => problems::condition,
        "Consent" => consent::consent,
        "Device" => people::device,
        "DiagnosticReport" => results::diagnostic_report,
        "DocumentReference" => documents::document_reference,
        "Encounter" => encounters::encounter,
        "FamilyMemberHistory" => problems::family_member_history,
        "Goal" => plans::goal,
        "HealthcareService" => people::healthcare_service,
        "ImagingStudy" => results::imaging_study,
        "Immunization" => immunisations::immunization,
        "Medication" => medications::medication,
        "MedicationAdministration" => medications::administration,
        "MedicationDispense" => medications::dispense,
        "MedicationRequest" => medications::request,
        "MedicationStatement" => medications::statement,
        "MessageHeader" => messages::message_header,
        "Observation" => results::observation,
        "Patient" => people::patient,
        "Procedure" => procedures::procedure,
        "ProcedureRequest" => requests::procedure_request,
        "Provenance" => messages::provenance,
        "Questionnaire" => documents::questionnaire,
        "QuestionnaireResponse" => documents::questionnaire_response,
        "ReferralRequest" => requests::referral_request,
        "Specimen" => results::specimen,
        "Task" => requests::task,
        _ => return None,
    };
    Some(convert)
}

/// Puts a node under a name that is free; else it stays "as sent".
fn put<'a>(fields: &mut Fields<'a>, name: &'static str, node: Node<'a>, work: &mut Work) {
    if fields.has(name) {
        work.lose(&node, "R4 has one place for two things that were sent");
    } else if !node.is_empty() {
        fields.put(name, node);
    }
}

/// `context` was an encounter or an episode; R4's `encounter` is an encounter.
fn encounter(fields: &mut Fields<'_>, work: &mut Work) {
    let Some(context) = fields.get("context") else { return };
    let reference = context.as_object().and_then(|context| context.text("reference")).unwrap_or_default();
    let is_episode = reference.split('/').any(|part| part == "EpisodeOfCare");
    if is_episode {
        work.lose(context, "R4 takes an encounter here, and an episode of care was sent");
    } else {
        fields.rename("context", "encounter");
    }
}

/// `definition` was a reference; R4's `instantiatesCanonical` is an address that is the same everywhere.
fn definition(fields: &mut Fields<'_>, to: &'static str, work: &mut Work) {
    let Some(definition) = fields.take("definition") else { return };
    let canonicals: Vec<Node<'_>> =
        definition.into_items().into_iter().filter_map(|item| canonical(item, work)).collect();
    put(fields, to, Node::Array(canonicals), work);
}

fn canonical<'a>(mut item: Node<'a>, work: &mut Work) -> Option<Node<'a>> {
    let mut address = None;
    item.each(&mut |reference| {
        let is_address = reference.text("reference").is_some_and(|text| {
            (text.contains("://") || text.starts_with("urn:")) && !text.contains(char::is_whitespace)
        });
        if is_address {
            address = reference.take("reference");
        }
    });
    work.lose(&item, "R4 takes the address of a definition here, not a reference to one");
    address
}

/// `requester` was an agent and whom they acted for; R4 takes the agent. The other is kept as an extension of it.
fn requester(fields: &mut Fields<'_>, kind: &str, work: &mut Work) {
    let Some(Node::Object(mut requester)) = fields.take("requester") else { return };
    if !requester.has("agent") && !requester.has("onBehalfOf") {
        fields.put("requester", Node::Object(requester));
        return;
    }
    let mut agent = match requester.take("agent") {
        Some(Node::Object(agent)) => agent,
        other => {
            work.lose_any(other, "not the kind of value R4 takes here");
            Fields::default()
        }
    };
    if let Some(organization) = requester.take("onBehalfOf") {
        third_edition(&mut agent, &format!("{kind}.requester.onBehalfOf"), "valueReference", organization);
    }
    put(fields, "requester", Node::Object(agent), work);
    work.lose(&Node::Object(requester), super::work::NO_PLACE);
}

/// Keeps an element under the address FHIR gives to its third edition.
fn third_edition<'a>(fields: &mut Fields<'a>, path: &str, value: &'static str, node: Node<'a>) {
    let url = Node::ours(&format!("{THIRD_EDITION}{path}"));
    extend(fields, Node::object([("url", url), (value, node)]));
}

fn extend<'a>(fields: &mut Fields<'a>, extension: Node<'a>) {
    let mut all = fields.take("extension").map(Node::into_items).unwrap_or_default();
    all.push(extension);
    fields.put("extension", Node::Array(all));
}

/// A `code` that became a `CodeableConcept`: the same code under R4's system.
fn concept(fields: &mut Fields<'_>, name: &'static str, code: Code, work: &mut Work) {
    let is_code = fields.get(name).is_some_and(|node| matches!(node, Node::Leaf(_)));
    let Some(node) = fields.get(name).filter(|_| is_code).cloned() else { return };
    if !node.text().is_some_and(|sent| code.codes.contains(&sent.as_ref())) {
        work.lose(&node, "a code R4 does not have");
        let kind = fields.text("resourceType").unwrap_or_default();
        work.caveat(format!("{kind}.{name}: a code R4 does not have; it stands as sent"));
        fields.take(name);
        return;
    }
    fields.set(name, coded(code.system, node));
}

#[derive(Clone, Copy)]
struct Code {
    system: &'static str,
    codes: &'static [&'static str],
}

fn coded<'a>(system: &str, code: Node<'a>) -> Node<'a> {
    let coding = Node::object([("system", Node::ours(system)), ("code", code)]);
    Node::object([("coding", Node::Array(vec![coding]))])
}

/// Status codes that R4 calls otherwise.
fn status(fields: &mut Fields<'_>, renamed: &[(&str, &str)]) {
    let sent = fields.text("status").unwrap_or_default();
    let new = renamed.iter().find(|(old, _)| *old == sent).map(|(_, new)| *new);
    if let Some(node) = new.and_then(|new| Some(fields.get("status")?.instead(new))) {
        fields.set("status", node);
    }
}

/// A flag that something was not done became a status. A record entered in error stays one, whatever the flag says.
fn not_done(fields: &mut Fields<'_>, flag: &str, says: &str, work: &mut Work) {
    let Some(node) = fields.take(flag) else { return };
    if node.is_false() {
        // "Done" is what every other status says.
        work.rule(&node);
    } else if !node.is_true() {
        work.lose(&node, "not the kind of value R4 takes here");
    } else if fields.text("status").as_deref() == Some("entered-in-error") {
        work.lose(&node, "the record was entered in error, and R4 has one status");
    } else {
        work.lose_any(fields.take("status"), "the source says it was not done, and R4 has one status");
        fields.put("status", node.instead(says));
    }
}

/// Words that have no element of their own in R4 become a note.
fn note<'a>(fields: &mut Fields<'a>, text: Node<'a>) {
    let mut notes = fields.take("note").map(Node::into_items).unwrap_or_default();
    notes.push(Node::object([("text", text)]));
    fields.put("note", Node::Array(notes));
}

/// `role` beside an actor became `function`.
fn role_to_function(fields: &mut Fields<'_>, name: &str) {
    fields.each(name, &mut |performer| performer.rename("role", "function"));
}

/// Care Connect's extension that became an element of R4: the element is a copy, the extension stays as sent.
fn element_of(fields: &mut Fields<'_>, extension: &str, value: &str, element: &'static str) {
    let Some(node) = extensions::find(fields, extension).and_then(|found| found.get(value)).cloned() else {
        return;
    };
    if !fields.has(element) {
        fields.put(element, node);
    }
}

fn is_gp_connect(work: &Work) -> bool {
    work.dialect == Dialect::GpConnect
}

fn is_value(type_name: &str, node: &Node<'_>) -> bool {
    matches!(node, Node::Leaf(leaf) if values::fault(type_name, leaf).is_none())
}
