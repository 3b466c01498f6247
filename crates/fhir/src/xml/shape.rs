//! Takes the names of an element and its parent, says what XML leaves open and JSON does not: which elements are
//! arrays even when there is one, which values are numbers or booleans.
//! Source: FHIR R4, cardinalities and data types of the resources published examples use.

use super::literal;
use roxmltree::Node;
use serde_json::value::RawValue;

/// Resources begin with a capital, elements never do.
pub(super) fn is_resource(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
}

/// Whether that element of that parent (a resource or an element) may stand more than once.
pub(super) fn repeats(parent: &str, name: &str) -> bool {
    if listed(ONCE, parent, name) {
        return false;
    }
    // A Reference has one identifier, a resource may have many.
    MANY.contains(&name) || listed(MANY_OF, parent, name) || (name == "identifier" && is_resource(parent))
}

fn listed(table: &[(&str, &[&str])], parent: &str, name: &str) -> bool {
    table.iter().any(|(of, names)| *of == parent && names.contains(&name))
}

/// Arrays, but for [`ONCE`].
#[rustfmt::skip]
const MANY: &[&str] = &[
    "action", "activity", "additionalInstruction", "address", "addresses", "agent", "answer", "answerOption", "appliesTo", "attester",
    "availableTime", "basedOn", "bodySite", "category", "characteristic", "classHistory", "coding", "communication", "component",
    "contact", "contained", "container", "coverageArea", "dayOfWeek", "daysOfWeek", "derivedFrom", "detectedIssue", "diagnosis",
    "dosageInstruction", "doseAndRate", "education", "entity", "entry", "event", "eventHistory", "evidence", "extension",
    "generalPractitioner", "given", "goal", "hasMember", "imagingStudy", "ingredient", "input", "instantiatesCanonical",
    "instantiatesUri", "insurance", "interpretation", "issue", "item", "line", "manifestation", "medium", "modifierExtension",
    "notAvailable", "note", "output", "parameter", "part", "partOf", "participant", "performer", "photo", "prefix", "processing",
    "profile", "protocolApplied", "qualification", "reaction", "reasonCode", "reasonReference", "recipient", "referenceRange",
    "relatesTo", "replaces", "result", "resultsInterpreter", "section", "security", "securityLabel", "serviceCategory", "serviceType",
    "specialty", "stage", "statusHistory", "subjectType", "subtype", "suffix", "supportingInfo", "supportingInformation", "tag",
    "targetDisease", "telecom",
];

/// Arrays in one parent and not in another.
#[rustfmt::skip]
const MANY_OF: &[(&str, &[&str])] = &[
    ("Appointment", &["requestedPeriod", "slot"]),
    ("Bundle", &["link"]),
    ("CarePlan", &["careTeam", "contributor"]),
    ("CareTeam", &["managingOrganization"]),
    ("Communication", &["about", "inResponseTo", "payload"]),
    ("Composition", &["author"]),
    ("Consent", &["organization", "policy"]),
    ("Device", &["deviceName", "property", "safety", "specialization", "statusReason", "udiCarrier", "version"]),
    ("DiagnosticReport", &["conclusionCode", "media", "presentedForm", "specimen"]),
    ("DocumentReference", &["author", "content"]),
    ("Encounter", &["account", "appointment", "episodeOfCare", "location", "type"]),
    ("EpisodeOfCare", &["account", "referralRequest", "team", "type"]),
    ("FamilyMemberHistory", &["condition"]),
    ("Goal", &["target"]),
    ("HealthcareService", &["eligibility", "endpoint", "location", "program", "referralMethod", "serviceProvisionCode", "type"]),
    ("Immunization", &["programEligibility", "subpotentReason"]),
    ("Location", &["alias", "endpoint", "hoursOfOperation", "type"]),
    ("MedicationAdministration", &["device"]),
    ("MedicationDispense", &["authorizingPrescription", "receiver"]),
    ("MedicationStatement", &["dosage", "statusReason"]),
    ("Observation", &["focus"]),
    ("Organization", &["alias", "endpoint", "type"]),
    ("Patient", &["link", "name"]),
    ("Practitioner", &["name"]),
    ("PractitionerRole", &["code", "endpoint", "healthcareService", "location"]),
    ("Procedure", &["complication", "complicationDetail", "focalDevice", "followUp", "report", "usedReference"]),
    ("Provenance", &["target"]),
    ("Questionnaire", &["code", "useContext"]),
    ("RelatedPerson", &["name", "relationship"]),
    ("ServiceRequest", &["locationCode", "locationReference", "orderDetail", "relevantHistory", "specimen"]),
    ("Specimen", &["condition", "parent", "request"]),
    ("Task", &["performerType", "relevantHistory"]),
    ("action", &["code", "condition", "documentation", "relatedAction"]),
    ("agent", &["policy", "purposeOfUse", "role"]),
    ("contact", &["relationship"]),
    ("context", &["encounter", "related"]),
    ("entity", &["detail"]),
    ("entry", &["link"]),
    ("evidence", &["code", "detail"]),
    ("hospitalization", &["dietPreference", "specialArrangement", "specialCourtesy"]),
    ("item", &["code", "enableWhen", "initial"]),
    ("participant", &["role", "type"]),
    ("provision", &["action", "actor", "class", "code", "provision", "purpose"]),
    ("qualification", &["identifier"]),
    ("repeat", &["timeOfDay", "when"]),
    ("section", &["author"]),
    ("substitution", &["reason", "responsibleParty"]),
];

/// Not arrays, though elsewhere the same name is one.
#[rustfmt::skip]
const ONCE: &[(&str, &[&str])] = &[
    ("Bundle", &["identifier"]),
    ("Composition", &["identifier"]),
    ("Encounter", &["partOf", "serviceType"]),
    ("HealthcareService", &["photo"]),
    ("Location", &["address", "partOf"]),
    ("Media", &["bodySite"]),
    ("MedicationAdministration", &["category"]),
    ("MedicationDispense", &["category"]),
    ("MedicationRequest", &["performer"]),
    ("MedicationStatement", &["category"]),
    ("Observation", &["bodySite"]),
    ("Organization", &["partOf"]),
    ("Procedure", &["category"]),
    ("QuestionnaireResponse", &["identifier"]),
    ("Task", &["reasonCode", "reasonReference"]),
    ("collection", &["bodySite"]),
    ("contact", &["address"]),
    ("entry", &["item"]),
    ("item", &["prefix"]),
];

/// The value of a primitive as JSON text: a number keeps its digits.
pub(super) fn primitive(node: Node<'_, '_>, value: &str) -> String {
    let name = node.tag_name().name();
    let bare = match value {
        "true" | "false" => !is_text(name),
        _ => is_number(node, name) && is_json_number(value),
    };
    if bare { value.to_owned() } else { literal(value) }
}

/// Texts may read `true`.
fn is_text(name: &str) -> bool {
    let suffixes = ["String", "Code", "Id", "Markdown", "Uri", "Url", "Canonical", "Text"];
    let names = [
        "code",
        "comment",
        "conclusion",
        "description",
        "display",
        "family",
        "given",
        "id",
        "line",
        "linkId",
        "name",
        "reference",
        "system",
        "text",
        "title",
        "unit",
        "value",
    ];
    names.contains(&name) || suffixes.iter().any(|suffix| name.ends_with(suffix))
}

/// By the element's own name, or for `value` by what stands around it.
fn is_number(node: Node<'_, '_>, name: &str) -> bool {
    let suffixes = ["Decimal", "Integer", "PositiveInt", "UnsignedInt"];
    match name {
        "value" => is_quantity(node),
        "period"
        | "periodMax"
        | "frequency"
        | "frequencyMax"
        | "count"
        | "countMax"
        | "duration"
        | "durationMax"
        | "offset"
        | "total"
        | "sequence"
        | "rank"
        | "size"
        | "repetitions"
        | "numberOfRepeatsAllowed"
        | "height"
        | "width"
        | "frames"
        | "pages"
        | "position"
        | "minutesDuration"
        | "maxLength"
        | "dimensions"
        | "factor"
        | "lowerLimit"
        | "upperLimit"
        | "latitude"
        | "longitude"
        | "altitude"
        | "score" => true,
        name => suffixes.iter().any(|suffix| name.ends_with(suffix)),
    }
}

/// Identifiers and contact points have a `value` too, and it is text.
fn is_quantity(node: Node<'_, '_>) -> bool {
    let Some(parent) = node.parent_element() else { return false };
    let suffixes = ["Quantity", "Duration", "Age", "Count", "Distance", "Money"];
    let names = ["low", "high", "numerator", "denominator", "quantity", "origin"];
    let name = parent.tag_name().name();
    let beside =
        |one: Node<'_, '_>| matches!(one.tag_name().name(), "unit" | "comparator" | "code" | "currency");
    names.contains(&name)
        || suffixes.iter().any(|suffix| name.ends_with(suffix))
        || parent.children().any(beside)
}

fn is_json_number(value: &str) -> bool {
    let begins = value.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    begins && serde_json::from_str::<&RawValue>(value).is_ok_and(|whole| whole.get() == value)
}

/// Whether an element with nothing but extensions stands for an absent primitive, by its name.
pub(super) fn is_primitive(name: &str) -> bool {
    let suffixes = [
        "Base64Binary",
        "Boolean",
        "Canonical",
        "Code",
        "Date",
        "DateTime",
        "Decimal",
        "Id",
        "Instant",
        "Integer",
        "Markdown",
        "PositiveInt",
        "String",
        "Time",
        "UnsignedInt",
        "Uri",
        "Url",
    ];
    let names = [
        "active",
        "authored",
        "authoredOn",
        "birthDate",
        "city",
        "country",
        "date",
        "display",
        "district",
        "end",
        "family",
        "gender",
        "given",
        "intent",
        "issued",
        "line",
        "onset",
        "postalCode",
        "prefix",
        "priority",
        "recorded",
        "recordedDate",
        "sent",
        "start",
        "state",
        "status",
        "system",
        "title",
        "unit",
        "url",
        "use",
        "value",
    ];
    // `reasonCode` and its like are concepts.
    let concept = ["reasonCode", "locationCode", "conclusionCode", "serviceProvisionCode"].contains(&name);
    !concept && (names.contains(&name) || suffixes.iter().any(|suffix| name.ends_with(suffix)))
}
