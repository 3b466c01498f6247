//! A code system's address as R4 writes it. The code itself is never touched.
//! Source: FHIR R4, terminologies-systems; HL7 v2 and v3 in terminology.hl7.org. `dm+d`, SNOMED CT, Read: unchanged.

const HL7: &str = "http://terminology.hl7.org/CodeSystem/";

/// HL7's own code systems that moved with R4, most under the same name. Others stayed where they were.
const MOVED: [(&str, &str); 23] = [
    ("admit-source", "admit-source"),
    ("allergy-clinical-status", "allergyintolerance-clinical"),
    ("allergy-verification-status", "allergyintolerance-verification"),
    ("allergyintolerance-clinical", "allergyintolerance-clinical"),
    ("allergyintolerance-verification", "allergyintolerance-verification"),
    ("audit-event-type", "audit-event-type"),
    ("condition-category", "condition-category"),
    ("condition-clinical", "condition-clinical"),
    ("condition-ver-status", "condition-ver-status"),
    ("data-absent-reason", "data-absent-reason"),
    ("diagnosis-role", "diagnosis-role"),
    ("discharge-disposition", "discharge-disposition"),
    ("flag-category", "flag-category"),
    ("list-empty-reason", "list-empty-reason"),
    ("list-order", "list-order"),
    ("location-physical-type", "location-physical-type"),
    ("medication-request-category", "medicationrequest-category"),
    ("medication-statement-category", "medication-statement-category"),
    ("observation-category", "observation-category"),
    ("organization-type", "organization-type"),
    ("participant-type", "participant-type"),
    ("referencerange-meaning", "referencerange-meaning"),
    ("service-type", "service-type"),
];

/// The system's R4 address, where it differs from what was sent.
pub(super) fn system(sent: &str) -> Option<String> {
    let trimmed = sent.trim();
    let moved = moved(trimmed).or_else(|| bare_oid(trimmed));
    moved.or_else(|| (trimmed != sent).then(|| trimmed.to_owned())).filter(|system| system != sent)
}

fn moved(system: &str) -> Option<String> {
    let path = system
        .strip_prefix("http://hl7.org/fhir/")
        .or_else(|| system.strip_prefix("https://hl7.org/fhir/"))?;
    let path = path.strip_prefix("stu3/").or_else(|| path.strip_prefix("STU3/")).unwrap_or(path);
    if let Some(table) = path.strip_prefix("v2/") {
        return Some(format!("{HL7}v2-{}", page_less(table)));
    }
    if let Some(name) = path.strip_prefix("v3/") {
        return Some(format!("{HL7}v3-{}", page_less(name)));
    }
    if path == "valueset-immunization-role.html" {
        return Some(format!("{HL7}v2-0443"));
    }
    let name = page_less(path);
    MOVED.iter().find(|(old, _)| *old == name).map(|(_, new)| format!("{HL7}{new}"))
}

/// The code system a page is about: `codesystem-list-order.html` and `valueset-list-order.html` show `list-order`.
fn page_less(path: &str) -> &str {
    let Some(page) = path.strip_suffix(".html") else { return path };
    page.strip_prefix("codesystem-").or_else(|| page.strip_prefix("valueset-")).unwrap_or(page)
}

fn bare_oid(system: &str) -> Option<String> {
    let is_oid = system.starts_with("2.16.840.") && system.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    is_oid.then(|| format!("urn:oid:{system}"))
}

/// Care Connect's own code systems whose codes UK Core has under its own address, with what the codes may be.
pub(super) fn uk_core_system(sent: &str, code: &str) -> Option<&'static str> {
    let name = sent.trim().rsplit('/').next()?.strip_prefix("CareConnect-")?.strip_suffix("-1")?;
    let system = |codes: &[&str], system| (codes.is_empty() || codes.contains(&code)).then_some(system);
    match name {
        "NHSNumberVerificationStatus" => system(
            &["01", "02", "03", "04", "05", "06", "07", "08"],
            "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland",
        ),
        "PrescribingAgency" => system(
            &["prescribed-at-gp-practice", "prescribed-by-another-organisation"],
            "https://fhir.hl7.org.uk/CodeSystem/UKCore-MedicationPrescribingOrganizationType",
        ),
        "EthnicCategory" => system(&[], "https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategory"),
        "ResidentialStatus" => {
            system(&["H", "O"], "https://fhir.hl7.org.uk/CodeSystem/UKCore-ResidentialStatus")
        }
        "TreatmentCategory" => system(
            &["1", "2", "3", "4", "8", "9"],
            "https://fhir.hl7.org.uk/CodeSystem/UKCore-TreatmentCategory",
        ),
        "DeathNotificationStatus" => {
            system(&["1", "2", "U"], "https://fhir.hl7.org.uk/CodeSystem/UKCore-DeathNotificationStatus")
        }
        "HumanLanguage" => system(&[], "https://fhir.hl7.org.uk/CodeSystem/UKCore-HumanLanguage"),
        "LanguageAbilityMode" => system(&[], "https://fhir.hl7.org.uk/CodeSystem/UKCore-LanguageAbilityMode"),
        "LanguageAbilityProficiency" => {
            system(&[], "https://fhir.hl7.org.uk/CodeSystem/UKCore-LanguageAbilityProficiency")
        }
        _ => None,
    }
}
