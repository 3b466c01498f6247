//! Whether a resource may claim a UK Core profile: takes an R4 resource, gives what keeps it from conforming. What UK Core
//! requires beyond R4 is little; what R4 requires was seen when the resource was set into it. In doubt, no claim.
//! Source: UK Core R4 (June 2025), StructureDefinitions; FHIR R4 invariants ait-1 and 2, con-3 to 5, obs-6 and 7.

use super::tree::{Fields, Node};

pub(super) const UK_CORE: &str = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-";
const LANGUAGES: &str = "urn:ietf:bcp:47";

/// The profile of each kind of resource, and of the laboratory where its claim can be checked.
const PROFILES: [(&str, &str); 42] = [
    ("AllergyIntolerance", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-AllergyIntolerance"),
    ("Appointment", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Appointment"),
    ("AuditEvent", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-AuditEvent"),
    ("CarePlan", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-CarePlan"),
    ("CareTeam", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-CareTeam"),
    ("Communication", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Communication"),
    ("Composition", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Composition"),
    ("Condition", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Condition"),
    ("Consent", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Consent"),
    ("Device", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Device"),
    ("DiagnosticReport", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-DiagnosticReport"),
    ("DiagnosticReport", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-DiagnosticReport-Lab"),
    ("DocumentReference", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-DocumentReference"),
    ("Encounter", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Encounter"),
    ("EpisodeOfCare", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-EpisodeOfCare"),
    ("FamilyMemberHistory", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-FamilyMemberHistory"),
    ("Flag", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Flag"),
    ("HealthcareService", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-HealthcareService"),
    ("ImagingStudy", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-ImagingStudy"),
    ("Immunization", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Immunization"),
    ("List", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-List"),
    ("Location", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Location"),
    ("Medication", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Medication"),
    (
        "MedicationAdministration",
        "https://fhir.hl7.org.uk/StructureDefinition/UKCore-MedicationAdministration",
    ),
    ("MedicationDispense", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-MedicationDispense"),
    ("MedicationRequest", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-MedicationRequest"),
    ("MedicationStatement", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-MedicationStatement"),
    ("MessageHeader", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-MessageHeader"),
    ("Observation", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation"),
    ("Observation", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation-Lab"),
    ("Observation", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Observation-Group-Lab"),
    ("Organization", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Organization"),
    ("Patient", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient"),
    ("Practitioner", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Practitioner"),
    ("PractitionerRole", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-PractitionerRole"),
    ("Procedure", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Procedure"),
    ("QuestionnaireResponse", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-QuestionnaireResponse"),
    ("RelatedPerson", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-RelatedPerson"),
    ("Schedule", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Schedule"),
    ("ServiceRequest", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-ServiceRequest"),
    ("Slot", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Slot"),
    ("Specimen", "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Specimen"),
];

/// The profile of this kind of resource, where it conforms.
pub(super) fn profile(fields: &Fields<'_>) -> Option<&'static str> {
    let kind = fields.text("resourceType")?;
    let (_, url) = PROFILES.iter().find(|(known, _)| *known == kind)?;
    conforms(fields, &kind).then_some(*url)
}

/// The profile that a source claims, where that can be checked here, and holds.
pub(super) fn held(fields: &Fields<'_>, claim: &str) -> Option<&'static str> {
    let kind = fields.text("resourceType")?;
    let claim = claim.split('|').next()?;
    let (_, url) = PROFILES.iter().find(|(known, url)| *known == kind && *url == claim)?;
    let is_laboratory = match claim.strip_prefix(UK_CORE).unwrap_or_default() {
        "DiagnosticReport-Lab" => {
            in_laboratory(fields, "http://terminology.hl7.org/CodeSystem/v2-0074", "LAB")
                && fields.has("subject")
        }
        "Observation-Lab" | "Observation-Group-Lab" => {
            in_laboratory(fields, "http://terminology.hl7.org/CodeSystem/observation-category", "laboratory")
        }
        _ => true,
    };
    (is_laboratory && conforms(fields, &kind)).then_some(*url)
}

fn in_laboratory(fields: &Fields<'_>, system: &str, code: &str) -> bool {
    let is_it = |concept: &&Fields<'_>| {
        let mut codings = concept.objects("coding");
        codings.any(|c| c.text("code").as_deref() == Some(code))
            && concept.objects("coding").all(|c| c.text("system").as_deref() == Some(system))
    };
    fields.objects("category").filter(is_it).count() == 1
}

fn conforms(fields: &Fields<'_>, kind: &str) -> bool {
    let right = match kind {
        "AllergyIntolerance" => allergy(fields),
        "Condition" => condition(fields),
        "DiagnosticReport" => !fields.objects("media").any(|media| !media.has("link")),
        "Immunization" => fields.text("status").as_deref() != Some("not-done") || fields.has("statusReason"),
        "Medication" => fields.has("code"),
        "MedicationRequest" => fields.has("substitution"),
        "MedicationStatement" => {
            fields.objects("identifier").all(|identifier| identifier.has("system") && identifier.has("value"))
        }
        "Observation" => observation(fields),
        "Patient" => spoken(fields, "communication", Some("language")) && numbers_verified(fields),
        "RelatedPerson" => spoken(fields, "communication", Some("language")),
        "Practitioner" | "HealthcareService" => spoken(fields, "communication", None),
        "List" => list(fields),
        _ => true,
    };
    right && identified(fields) && fields.objects("contained").all(|inner| !inner.has("contained"))
}

fn allergy(fields: &Fields<'_>) -> bool {
    let in_error = has_code(fields, "verificationStatus", &["entered-in-error"]);
    // UK Core has since moved the end of an allergy to its clinical status; at the root it stands as the map puts it.
    let ended = fields.objects("extension").any(|extension| {
        extension.text("url").is_some_and(|url| url.ends_with("/Extension-UKCore-AllergyIntoleranceEnd"))
    });
    fields.has("code") && !ended && in_error != fields.has("clinicalStatus")
}

fn condition(fields: &Fields<'_>) -> bool {
    let in_error = has_code(fields, "verificationStatus", &["entered-in-error"]);
    let has_status = fields.has("clinicalStatus");
    let is_problem = fields.objects("category").any(|category| {
        category.objects("coding").any(|coding| coding.text("code").as_deref() == Some("problem-list-item"))
    });
    let is_over = has_code(fields, "clinicalStatus", &["resolved", "remission", "inactive"]);
    let abated = fields.has_choice("abatement") || fields.has_choice("_abatement");
    !(in_error && has_status) && (has_status || in_error || !is_problem) && (!abated || is_over)
}

/// lst-1 to lst-3: empty or not, and what only a working or a changing list may say of an entry.
fn list(fields: &Fields<'_>) -> bool {
    let mode = fields.text("mode").unwrap_or_default();
    let says = |name: &str| fields.objects("entry").any(|entry| entry.has(name));
    let is_both = fields.has("emptyReason") && fields.has("entry");
    !is_both && (mode == "changes" || !says("deleted")) && (mode == "working" || !says("date"))
}

fn observation(fields: &Fields<'_>) -> bool {
    let has_value = fields.has_choice("value");
    let own: Vec<_> = fields.object("code").map(codes).unwrap_or_default();
    let says_twice = has_value
        && fields
            .objects("component")
            .filter_map(|part| part.object("code"))
            .any(|code| codes(code).iter().any(|code| own.contains(code)));
    !(says_twice || has_value && fields.has("dataAbsentReason"))
}

fn codes(concept: &Fields<'_>) -> Vec<(String, String)> {
    let text = |coding: &Fields<'_>, name| coding.text(name).unwrap_or_default().into_owned();
    concept.objects("coding").map(|coding| (text(coding, "system"), text(coding, "code"))).collect()
}

fn has_code(fields: &Fields<'_>, name: &str, wanted: &[&str]) -> bool {
    fields.object(name).is_some_and(|concept| {
        concept
            .objects("coding")
            .any(|coding| coding.text("code").is_some_and(|code| wanted.contains(&code.as_ref())))
    })
}

/// The named slices of identifiers: one of each at most, and with a value.
fn identified(fields: &Fields<'_>) -> bool {
    const NAMED: [&str; 3] = [
        "https://fhir.nhs.uk/Id/nhs-number",
        "https://fhir.nhs.uk/Id/ods-organization-code",
        "https://fhir.nhs.uk/Id/ods-site-code",
    ];
    let kind = fields.text("resourceType").unwrap_or_default();
    if !matches!(kind.as_ref(), "Patient" | "Organization" | "Location") {
        return true;
    }
    NAMED.iter().all(|system| {
        let of: Vec<_> =
            fields.objects("identifier").filter(|id| id.text("system").as_deref() == Some(*system)).collect();
        of.len() <= 1 && of.iter().all(|id| id.has("value"))
    })
}

/// UK Core binds languages to those of BCP 47; others may be right and cannot be claimed.
fn spoken(fields: &Fields<'_>, member: &str, language: Option<&str>) -> bool {
    let concepts = fields.objects(member).filter_map(|spoken| match language {
        Some(language) => spoken.object(language),
        None => Some(spoken),
    });
    let is_bcp = |concept: &Fields<'_>| {
        concept.objects("coding").any(|coding| coding.text("system").as_deref() == Some(LANGUAGES))
    };
    concepts.into_iter().all(is_bcp)
}

fn numbers_verified(fields: &Fields<'_>) -> bool {
    let is_status = |extension: &&Fields<'_>| {
        extension
            .text("url")
            .is_some_and(|url| url.ends_with("/Extension-UKCore-NHSNumberVerificationStatus"))
    };
    let is_bound = |extension: &Fields<'_>| {
        extension.object("valueCodeableConcept").is_some_and(|concept| {
            concept.objects("coding").any(|coding| {
                coding.text("system").is_some_and(|system| {
                    system
                        .starts_with("https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus")
                })
            })
        })
    };
    fields.objects("identifier").all(|id| id.objects("extension").filter(is_status).all(is_bound))
}

/// The claims a source makes of one resource.
pub(super) fn claims(fields: &Fields<'_>) -> Vec<String> {
    let profiles =
        fields.object("meta").and_then(|meta| meta.get("profile")).map(Node::items).unwrap_or_default();
    profiles.iter().filter_map(|claim| claim.text().map(std::borrow::Cow::into_owned)).collect()
}
