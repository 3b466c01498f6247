//! Care Connect's and GP Connect's extensions under their UK Core names. As the official map does, one at a resource's
//! root stays as it was sent and stands again under its new name; deeper ones take the new name. Those without a place
//! in UK Core stay under their old URL. Source: sources.md 9.2; Care Connect to UK Core map (2022); UK Core (2025).

use super::r4::Kind;
use super::terminology;
use super::tree::{Fields, Node};
use super::work::Work;

const UK_CORE: &str = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-";
const SNOMED_CT: &str = "http://snomed.info/sct";
const EPISODICITY: &str = "https://fhir.hl7.org.uk/CodeSystem/UKCore-ConditionEpisodicity";
const LIST_WARNING: &str = "https://fhir.hl7.org.uk/CodeSystem/UKCore-ListWarningCode";
const CHANGE_STATUS: &str = "https://fhir.hl7.org.uk/CodeSystem/UKCore-MedicationChangeStatus";

/// How an extension's content changes on its way to UK Core.
#[derive(Clone, Copy)]
enum Shape {
    Same,
    DescriptionId,
    /// A `code` that became a `CodeableConcept`, with the codes of its system.
    Concept(&'static str, &'static [&'static str]),
    RepeatInformation,
    DeathNotification,
    ChangeSummary,
}

/// Care Connect's name in small letters, UK Core's, and what changes.
const PLACES: [(&str, &str, Shape); 27] = [
    ("coding-sctdescid", "CodingSCTDescId", Shape::DescriptionId),
    ("allergyintoleranceend", "AllergyIntoleranceEnd", Shape::Same),
    ("evidence", "Evidence", Shape::Same),
    ("actualproblem", "ActualProblem", Shape::Same),
    ("problemsignificance", "ProblemSignificance", Shape::Same),
    ("relatedproblemheader", "RelatedProblemHeader", Shape::Same),
    ("relatedclinicalcontent", "RelatedClinicalContent", Shape::Same),
    ("conditionepisode", "ConditionEpisode", Shape::Concept(EPISODICITY, &["first", "new", "review", "end"])),
    ("medicationrepeatinformation", "MedicationRepeatInformation", Shape::RepeatInformation),
    ("prescribingagency", "MedicationPrescribingOrganizationType", Shape::Same),
    ("medicationstatementlastissuedate", "MedicationStatementLastIssueDate", Shape::Same),
    ("medicationquantitytext", "MedicationQuantityText", Shape::Same),
    ("medicationdosagelastchanged", "MedicationDosageLastChanged", Shape::Same),
    ("medicationchangesummary", "MedicationChangeSummary", Shape::ChangeSummary),
    (
        "listwarningcode",
        "ListWarningCode",
        Shape::Concept(LIST_WARNING, &["confidential-items", "data-in-transit", "data-awaiting-filing"]),
    ),
    ("clinicalsetting", "ClinicalSetting", Shape::Same),
    ("vaccinationprocedure", "VaccinationProcedure", Shape::Same),
    ("parentpresent", "ParentPresent", Shape::Same),
    ("nhsnumberverificationstatus", "NHSNumberVerificationStatus", Shape::Same),
    ("deathnotificationstatus", "DeathNotificationStatus", Shape::DeathNotification),
    ("ethniccategory", "EthnicCategory", Shape::Same),
    ("residentialstatus", "ResidentialStatus", Shape::Same),
    ("nhscommunication", "NHSCommunication", Shape::Same),
    ("treatmentcategory", "TreatmentCategory", Shape::Same),
    ("religiousaffiliation", "ReligiousAffiliation", Shape::Same),
    ("nominatedpharmacy", "NominatedPharmacy", Shape::Same),
    ("mainlocation", "MainLocation", Shape::Same),
];

/// Extensions that became elements of R4; they stay as sent beside the element (see `resources`).
const ELEMENTS: [&str; 4] = ["prescriptiontype", "medicationstatusreason", "daterecorded", "fastingstatus"];

/// Every spelling under which one extension was published: the parts of an address that say nothing are taken off.
pub(super) fn name(url: &str) -> Option<String> {
    if url == "http://hl7.org/fhir/StructureDefinition/encounter-associatedEncounter" {
        return Some("associatedencounter".to_owned());
    }
    let (base, name) = url.trim().rsplit_once('/')?;
    if !base.contains(".uk/STU3/") {
        return None;
    }
    let name = name.to_ascii_lowercase().replacen("extensioncoding-", "extension-", 1);
    let name =
        name.strip_prefix("extension-")?.strip_suffix("-1").unwrap_or(name.strip_prefix("extension-")?);
    let name = name.strip_prefix("careconnect-").unwrap_or(name);
    let name = name.strip_prefix("gpc-").unwrap_or(name);
    Some(match name {
        "coding-sctdecsid" => "coding-sctdescid".to_owned(),
        "dosagelastchanged" | "medicationstatementdosagelastchanged" => {
            "medicationdosagelastchanged".to_owned()
        }
        other => other.to_owned(),
    })
}

/// The first extension of this name among those of an object.
pub(super) fn find<'f, 'a>(fields: &'f Fields<'a>, wanted: &str) -> Option<&'f Fields<'a>> {
    all(fields, wanted).next()
}

pub(super) fn all<'f, 'a>(fields: &'f Fields<'a>, wanted: &str) -> impl Iterator<Item = &'f Fields<'a>> {
    fields.objects("extension").filter(move |extension| {
        extension.text("url").and_then(|url| name(&url)).is_some_and(|name| name == wanted)
    })
}

/// One part of a complex extension, its name in any case.
pub(super) fn part<'f, 'a>(extension: &'f Fields<'a>, wanted: &str) -> Option<&'f Fields<'a>> {
    let named = |part: &&Fields<'a>| part.text("url").is_some_and(|url| url.eq_ignore_ascii_case(wanted));
    extension.objects("extension").find(named)
}

/// The extensions of one element of a resource, in UK Core's words.
pub(super) fn translate<'a>(node: Node<'a>, kind: &Kind, work: &mut Work) -> Node<'a> {
    // The parts of a complex extension were seen with it.
    if kind.name == "Extension" {
        return node;
    }
    let (mut sent, mut made) = (Vec::new(), Vec::new());
    for item in node.into_items() {
        let url = item.as_object().and_then(|fields| fields.text("url"));
        let url = url.map(std::borrow::Cow::into_owned).unwrap_or_default();
        let name = name(&url).unwrap_or_default();
        let place = PLACES.iter().find(|(known, ..)| *known == name);
        let Some(new) = place.and_then(|place| Some(uk_core(item.as_object()?, place.1, place.2)).flatten())
        else {
            let has_content =
                item.as_object().is_some_and(|item| item.has("extension") || item.has_choice("value"));
            if has_content && is_without_place(&url, &name) {
                work.kept.insert(url);
            }
            sent.push(item);
            continue;
        };
        if kind.is_resource() {
            sent.push(item);
            made.push(new);
        } else {
            sent.push(new);
        }
    }
    sent.extend(made);
    Node::Array(sent)
}

/// FHIR's own extensions are R4's too, and UK Core's are where they belong.
fn is_without_place(url: &str, name: &str) -> bool {
    let is_placed = url.starts_with("http://hl7.org/fhir/StructureDefinition/") || url.starts_with(UK_CORE);
    !url.is_empty() && !is_placed && !ELEMENTS.contains(&name)
}

/// `None` where the content does not have the shape the table knows: then it stays as sent.
fn uk_core<'a>(sent: &Fields<'a>, name: &str, shape: Shape) -> Option<Node<'a>> {
    let mut made = sent.clone();
    match shape {
        Shape::Same => {}
        Shape::DescriptionId => description_id(&mut made),
        Shape::Concept(system, codes) => concept(&mut made, system, codes)?,
        Shape::RepeatInformation => repeat_information(&mut made)?,
        Shape::DeathNotification => death_notification(&mut made),
        Shape::ChangeSummary => change_summary(&mut made)?,
    }
    let url = made.get("url")?.instead(&format!("{UK_CORE}{name}"));
    made.set("url", url);
    let mut made = Node::Object(made);
    uk_core_systems(&mut made);
    Some(made)
}

/// Care Connect's code systems, where UK Core has the very same codes under its own address.
fn uk_core_systems(node: &mut Node<'_>) {
    node.each(&mut |fields| {
        let system = fields.text("system").unwrap_or_default();
        let moved = terminology::uk_core_system(&system, &fields.text("code").unwrap_or_default());
        if let Some(moved) = moved.and_then(|moved| Some(fields.get("system")?.instead(moved))) {
            fields.set("system", moved);
        }
        let names: Vec<String> = fields.names().map(str::to_owned).collect();
        for name in names {
            fields.get_mut(&name).into_iter().for_each(uk_core_systems);
        }
    });
}

/// `DescriptionID` and its like as UK Core spells them.
fn spell(part: &mut Fields<'_>, names: &[&str]) {
    let sent = part.text("url").unwrap_or_default();
    let right = names.iter().find(|name| name.eq_ignore_ascii_case(&sent) && **name != sent);
    if let Some(spelled) = right.and_then(|name| Some(part.get("url")?.instead(name))) {
        part.set("url", spelled);
    }
}

fn description_id(made: &mut Fields<'_>) {
    made.each("extension", &mut |part| {
        spell(part, &["descriptionId", "descriptionDisplay"]);
        if part.text("url").as_deref() != Some("descriptionId") {
            return;
        }
        if let Some(id) = part.take("valueId").or_else(|| part.take("valueString")) {
            let identifier = Node::object([("system", Node::ours(SNOMED_CT)), ("value", id)]);
            part.put("valueIdentifier", identifier);
        }
    });
}

fn concept(made: &mut Fields<'_>, system: &str, codes: &[&str]) -> Option<()> {
    let code = made.take("valueCode")?;
    code.text().filter(|code| codes.contains(&code.as_ref()))?;
    let coding = Node::object([("system", Node::ours(system)), ("code", code)]);
    made.put("valueCodeableConcept", Node::object([("coding", Node::Array(vec![coding]))]));
    Some(())
}

/// "Allowed" has no part here: it is `dispenseRequest.numberOfRepeatsAllowed` (see `resources`).
fn repeat_information(made: &mut Fields<'_>) -> Option<()> {
    let parts = made.take("extension")?.into_items();
    let mut kept = Vec::new();
    for mut part in parts {
        part.each(&mut |part| {
            spell(part, &["authorisationExpiryDate"]);
            let is_issued = part
                .text("url")
                .is_some_and(|url| url.eq_ignore_ascii_case("numberOfRepeatPrescriptionsIssued"));
            if is_issued {
                part.rename("valuePositiveInt", "valueUnsignedInt");
                let url = part.get("url").map(|url| url.instead("numberOfPrescriptionsIssued"));
                url.into_iter().for_each(|url| part.set("url", url));
            }
        });
        let allowed = |part: &Fields<'_>| {
            part.text("url").is_some_and(|url| url.eq_ignore_ascii_case("numberOfRepeatPrescriptionsAllowed"))
        };
        if !part.as_object().is_some_and(allowed) {
            kept.push(part);
        }
    }
    if kept.is_empty() {
        return None;
    }
    made.put("extension", Node::Array(kept));
    Some(())
}

fn death_notification(made: &mut Fields<'_>) {
    if let Some(concept) = made.take("valueCodeableConcept") {
        let url = Node::ours("deathNotificationStatus");
        let part = Node::object([("url", url), ("valueCodeableConcept", concept)]);
        made.put("extension", Node::Array(vec![part]));
    }
    made.each("extension", &mut |part| spell(part, &["deathNotificationStatus", "systemEffectiveDate"]));
}

/// Care Connect wrote the status as a word with a capital; UK Core has the same four as codes.
fn change_summary(made: &mut Fields<'_>) -> Option<()> {
    let mut is_known = true;
    made.each("extension", &mut |part| {
        spell(part, &["status", "indicationForChange", "dateChanged", "detailsOfAmendment"]);
        let Some(code) = part.take("valueCode") else { return };
        let small = code.text().map(|code| code.to_ascii_lowercase()).unwrap_or_default();
        is_known &= ["continued", "added", "amended", "on-hold"].contains(&small.as_str());
        let code = code.instead(&small);
        part.put("valueCoding", Node::object([("system", Node::ours(CHANGE_STATUS)), ("code", code)]));
    });
    is_known.then_some(())
}
