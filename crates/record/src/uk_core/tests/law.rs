//! The law: everything sent is in R4, or its path is listed, or a rule below says what became of it; and everything in R4
//! was sent, or is one of the words below. Read by another reader (serde_json), so that the converter is not its own judge.

use crate::uk_core::Emitted;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};

/// A scalar by its path: `Observation.note[0].text`, the string unescaped or the literal's own digits.
type Leaves = Vec<(String, String)>;

pub(super) fn leaves(json: &str) -> Leaves {
    let raw: &RawValue = serde_json::from_str(json).expect("JSON");
    let kind: Option<BTreeMap<String, &RawValue>> = serde_json::from_str(json).ok();
    let kind =
        kind.and_then(|members| serde_json::from_str::<String>(members.get("resourceType")?.get()).ok());
    let mut found = Vec::new();
    walk(raw.get(), kind.unwrap_or_default(), &mut found);
    found
}

fn walk(json: &str, path: String, found: &mut Leaves) {
    if json.starts_with('{') {
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(json).expect("an object");
        members.iter().for_each(|(name, value)| walk(value.get(), format!("{path}.{name}"), found));
    } else if json.starts_with('[') {
        let items: Vec<&RawValue> = serde_json::from_str(json).expect("an array");
        items
            .iter()
            .enumerate()
            .for_each(|(place, value)| walk(value.get(), format!("{path}[{place}]"), found));
    } else if json != "null" {
        let text = serde_json::from_str::<String>(json).unwrap_or_else(|_| json.to_owned());
        found.push((path, text));
    }
}

/// Codes and addresses that R4 writes otherwise, each for itself.
const SAID_OTHERWISE: [(&str, &str); 31] = [
    ("ReferralRequest", "ServiceRequest"),
    ("ProcedureRequest", "ServiceRequest"),
    ("suspended", "on-hold"),
    ("cancelled", "revoked"),
    ("aborted", "stopped"),
    ("http://hl7.org/fhir/list-order", "http://terminology.hl7.org/CodeSystem/list-order"),
    ("http://hl7.org/fhir/codesystem-list-order.html", "http://terminology.hl7.org/CodeSystem/list-order"),
    ("http://hl7.org/fhir/list-empty-reason", "http://terminology.hl7.org/CodeSystem/list-empty-reason"),
    (
        "http://hl7.org/fhir/observation-category",
        "http://terminology.hl7.org/CodeSystem/observation-category",
    ),
    ("http://hl7.org/fhir/condition-category", "http://terminology.hl7.org/CodeSystem/condition-category"),
    ("http://hl7.org/fhir/participant-type", "http://terminology.hl7.org/CodeSystem/participant-type"),
    ("http://hl7.org/fhir/data-absent-reason", "http://terminology.hl7.org/CodeSystem/data-absent-reason"),
    ("http://hl7.org/fhir/organization-type", "http://terminology.hl7.org/CodeSystem/organization-type"),
    ("http://hl7.org/fhir/diagnosis-role", "http://terminology.hl7.org/CodeSystem/diagnosis-role"),
    (
        "http://hl7.org/fhir/referencerange-meaning",
        "http://terminology.hl7.org/CodeSystem/referencerange-meaning",
    ),
    (
        "https://fhir.hl7.org.uk/STU3/CodeSystem/CareConnect-ConditionCategory-1",
        "http://terminology.hl7.org/CodeSystem/condition-category",
    ),
    (
        "http://hl7.org/fhir/stu3/valueset-immunization-role.html",
        "http://terminology.hl7.org/CodeSystem/v2-0443",
    ),
    ("DescriptionID", "descriptionId"),
    ("DescriptionId", "descriptionId"),
    ("DescriptionDisplay", "descriptionDisplay"),
    ("on-target", "active"),
    ("ahead-of-target", "active"),
    ("behind-target", "active"),
    ("in-progress", "active"),
    ("sustaining", "active"),
    ("achieved", "completed"),
    ("n", "not-taken"),
    ("Continued", "continued"),
    ("Added", "added"),
    ("Amended", "amended"),
    ("On-hold", "on-hold"),
];

/// Words of ours: what an element's own name said in STU3, and that something is not known.
const OURS: [&str; 34] = [
    "inactive",
    "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
    "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification",
    "http://terminology.hl7.org/CodeSystem/condition-clinical",
    "http://terminology.hl7.org/CodeSystem/condition-ver-status",
    "http://terminology.hl7.org/CodeSystem/consentscope",
    "http://terminology.hl7.org/CodeSystem/goal-achievement",
    "http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy",
    "http://terminology.hl7.org/CodeSystem/v3-NullFlavor",
    "http://hl7.org/fhir/administrative-gender",
    "https://fhir.hl7.org.uk/CodeSystem/UKCore-MedicationRequestCourseOfTherapy",
    "https://fhir.hl7.org.uk/CodeSystem/UKCore-ListWarningCode",
    "https://fhir.hl7.org.uk/CodeSystem/UKCore-ConditionEpisodicity",
    "https://fhir.hl7.org.uk/CodeSystem/UKCore-MedicationChangeStatus",
    "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
    "http://snomed.info/sct",
    "urn:ietf:rfc:3986",
    "urn:dicom:uid",
    "patient-privacy",
    "unknown",
    "UNK",
    "acute",
    "continuous",
    "continuous-repeating-dispensing",
    "date not recorded",
    "not recorded",
    "Diary entry",
    "exists",
    "=",
    "any",
    "udi-label-name",
    "type",
    "target",
    "deathNotificationStatus",
];

/// Elements whose `true` R4 says in a word.
const FLAGS: [&str; 3] = ["notGiven", "notDone", "abatementBoolean"];

/// What a leaf may have become. Empty: only itself.
fn rewritten(path: &str, sent: &str) -> Vec<String> {
    let mut may: Vec<String> =
        SAID_OTHERWISE.iter().filter(|(old, _)| *old == sent).map(|(_, new)| (*new).to_owned()).collect();
    if let Some(table) = sent.trim().strip_prefix("http://hl7.org/fhir/v2/") {
        may.push(format!("http://terminology.hl7.org/CodeSystem/v2-{table}"));
    }
    if let Some(name) = sent.trim().strip_prefix("http://hl7.org/fhir/v3/") {
        may.push(format!("http://terminology.hl7.org/CodeSystem/v3-{name}"));
    }
    if sent.starts_with("2.16.840.") && path.ends_with(".system") {
        may.push(format!("urn:oid:{sent}"));
    }
    for kind in ["ReferralRequest/", "ProcedureRequest/"] {
        may.extend(sent.strip_prefix(kind).map(|id| format!("ServiceRequest/{id}")));
    }
    if sent.trim() != sent {
        may.push(sent.trim().to_owned());
    }
    if path.ends_with(".url") || path.ends_with(".system") {
        may.extend(uk_core(sent));
    }
    if path.ends_with(".uid") {
        may.extend(sent.strip_prefix("urn:oid:").map(str::to_owned));
    }
    match (path.rsplit('.').next().unwrap_or_default(), sent) {
        ("notGiven" | "notDone", "true") => {
            may.extend(["not-done", "declined", "health-unknown"].map(str::to_owned))
        }
        ("abatementBoolean", "true") => may.push("abated, date not recorded".to_owned()),
        ("url", "numberOfRepeatPrescriptionsIssued") => may.push("numberOfPrescriptionsIssued".to_owned()),
        _ => {}
    }
    may
}

/// The UK Core name that an extension or code system of Care Connect may have taken, whatever its base.
fn uk_core(sent: &str) -> Vec<String> {
    let last = sent.rsplit('/').next().unwrap_or_default().trim_end_matches("-1");
    let name = last.rsplit_once("CareConnect-").map_or(last, |(_, name)| name);
    let name = name.trim_start_matches("GPC-").trim_start_matches("Extension-");
    let name = match name {
        "coding-sctdescid" | "coding-sctdecsid" => "CodingSCTDescId",
        "PrescribingAgency" => "MedicationPrescribingOrganizationType",
        "DosageLastChanged" | "MedicationStatementDosageLastChanged" => "MedicationDosageLastChanged",
        "NHSNumberVerificationStatus" if !sent.contains("Extension") => "NHSNumberVerificationStatusEngland",
        other => other,
    };
    let extension = format!("https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-{name}");
    vec![extension, format!("https://fhir.hl7.org.uk/CodeSystem/UKCore-{name}")]
}

/// What a rule takes out because it said nothing about the person, or R4 says it with another element's name.
fn is_ruled_out(path: &str, sent: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or_default();
    let is_related =
        path.contains(".related[") && last == "type" && matches!(sent, "has-member" | "derived-from");
    path.contains(".meta.profile[") || is_related || matches!((last, sent), ("notGiven" | "notDone", "false"))
}

fn is_listed(path: &str, emitted: &Emitted) -> bool {
    emitted.dropped.iter().any(|dropped| {
        path.strip_prefix(dropped.path.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    })
}

/// The names an older standard sent as several, each list as one name.
fn families(leaves: &Leaves) -> BTreeMap<&str, String> {
    let mut all: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let parts = leaves.iter().filter(|(path, _)| !family(path).is_empty());
    parts.for_each(|(path, value)| all.entry(family(path)).or_default().push(value));
    all.into_iter().map(|(path, parts)| (path, parts.join(" "))).collect()
}

fn family(path: &str) -> &str {
    path.split_once(".family[").map_or("", |(name, _)| name)
}

/// Panics where something is gone without a word, or stands there that nobody sent.
pub(super) fn check(sent: &str, emitted: &Emitted, what: &str) {
    let mut there: BTreeMap<String, usize> = BTreeMap::new();
    let made = leaves(&emitted.json);
    for (_, value) in &made {
        *there.entry(value.clone()).or_default() += 1;
    }
    let before = leaves(sent);
    let families = families(&before);
    for joined in families.values() {
        assert!(there.contains_key(joined), "HAZ-040: {what}: a family name is gone");
    }
    for (path, value) in &before {
        if is_listed(path, emitted) || is_ruled_out(path, value) || families.contains_key(family(path)) {
            continue;
        }
        let mut forms = rewritten(path, value);
        let is_flag = FLAGS.contains(&path.rsplit('.').next().unwrap_or_default());
        if !(is_flag && value == "true") {
            forms.insert(0, value.clone());
        }
        let found = forms.iter().find(|form| there.get(*form).is_some_and(|left| *left > 0));
        let found = found.unwrap_or_else(|| panic!("HAZ-040: {what}: {path} is gone and nothing says so"));
        there.entry(found.clone()).and_modify(|left| *left -= 1);
    }
    nothing_invented(&before, &made, emitted, what);
}

fn nothing_invented(before: &Leaves, made: &Leaves, emitted: &Emitted, what: &str) {
    let mut known: BTreeSet<String> = OURS.iter().map(|word| (*word).to_owned()).collect();
    known.extend(emitted.profile.map(str::to_owned));
    known.extend(before.iter().flat_map(|(path, value)| rewritten(path, value)));
    known.extend(before.iter().map(|(_, value)| value.clone()));
    known.extend(families(before).into_values());
    for (path, value) in made {
        let is_third = value.starts_with("http://hl7.org/fhir/3.0/StructureDefinition/extension-");
        assert!(is_third || known.contains(value), "HAZ-018, HAZ-039: {what}: {path} was not sent");
    }
}
