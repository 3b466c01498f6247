//! Finds published payloads and reads what is shown as the page will.

use crate::format::Shown;
use fhir::SourceId;
use fhir::reply::{Format, Payload, Reply, ReplyState};
use record::normalise::{Normalised, normalise};
use std::path::{Path, PathBuf};

pub(crate) fn root() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let root = std::env::var_os("SHCR_CORPUS").map_or_else(beside, PathBuf::from);
    if root.join("MANIFEST.md").is_file() {
        return Some(root);
    }
    println!("SKIPPED: no corpus at SHCR_CORPUS or beside the workspace: nothing was checked");
    None
}

/// The files of a folder by name.
pub(crate) fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries =
        std::fs::read_dir(folder).expect("a corpus folder").flatten().filter(|entry| entry.path().is_file());
    let mut found: Vec<_> = entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap()))
        .collect();
    found.sort();
    found
}

/// A searchset of what is shown, as a gateway would receive it.
pub(crate) fn normalised(shown: &[Shown]) -> Normalised {
    let entry = |one: &Shown| {
        let mode = if one.is_context { "include" } else { "match" };
        format!(
            r#"{{"fullUrl":"https://edge.test/{}/{}","resource":{},"search":{{"mode":"{mode}"}}}}"#,
            one.resource_type, one.id, one.json
        )
    };
    let entries: Vec<String> = shown.iter().map(entry).collect();
    let text = format!(r#"{{"resourceType":"Bundle","type":"searchset","entry":[{}]}}"#, entries.join(","));
    fhir::json::check(text.as_bytes()).expect("readable JSON");
    let payload = Payload { format: Format::R4, category: None, text: text.into() };
    normalise(&Reply { payloads: vec![payload], ..Reply::of(SourceId::new("edge"), ReplyState::Answered) })
}

/// Reads one input with a format: what was seen, and what was taken.
pub(crate) fn read(
    format: &dyn crate::format::Format,
    bytes: &[u8],
) -> (Result<crate::format::Seen, crate::format::Unusable>, Taken) {
    let mut taken = Vec::new();
    let seen = format.read(&mut &bytes[..], &mut |place, unit| {
        taken.push((place, unit));
        std::ops::ControlFlow::Continue(())
    });
    (seen, taken)
}

pub(crate) type Taken = Vec<(u64, Result<crate::unit::Unit, crate::unit::Refused>)>;

pub(crate) fn show(format: &dyn crate::format::Format, units: &[&crate::unit::Unit]) -> Vec<Shown> {
    use crate::format::{About, Kept};
    let kept: Vec<Kept<'_>> = units.iter().map(|unit| Kept { order: unit.order, body: &unit.body }).collect();
    let id = |name: &str| name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    format.show(&kept, &About { ods: "ZZ1", partner: "Invented partner", feed: "feed", id: &id })
}

/// What the gateway asks of a Bundle that is served whole: every Patient inside carries a number, and every subject is the
/// node's Patient, a Patient inside by a name any reader knows, or a place inside (HAZ-004). Gives the Patients inside.
pub(crate) fn is_about_one_person(json: &str) -> usize {
    let bundle: serde_json::Value = serde_json::from_str(json).unwrap();
    let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
    let (mut people, mut places) = (vec![crate::format::PATIENT.to_owned()], Vec::new());
    let mut patients = 0;
    for entry in &entries {
        let resource = &entry["resource"];
        let kind = resource["resourceType"].as_str().unwrap_or_default();
        let names = [
            entry["fullUrl"].as_str().map(str::to_owned),
            resource["id"].as_str().map(|id| format!("{kind}/{id}")),
        ];
        if kind == "Patient" {
            patients += 1;
            let numbers = resource["identifier"].as_array().cloned().unwrap_or_default();
            assert!(
                numbers.iter().any(|one| one["system"] == fhir::nhs_number::SYSTEM),
                "HAZ-004: a Patient without a number"
            );
            people.extend(names.into_iter().flatten());
        } else if ["Location", "Flag"].contains(&kind) {
            places.extend(names.into_iter().flatten());
        }
    }
    for resource in entries.iter().map(|entry| &entry["resource"]) {
        for key in ["subject", "patient", "beneficiary", "for"] {
            let Some(reference) = resource[key]["reference"].as_str() else { continue };
            let known = people.iter().chain(&places).any(|name| name == reference);
            assert!(known, "HAZ-004: {} {key}", resource["resourceType"]);
        }
    }
    patients
}

/// The same XML with every NHS number a test number: published ones are masked, and most pass no check.
pub(crate) fn numbered(bytes: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut parts = text.split("/Id/nhs-number\"");
    let mut made = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (before, after) = part.split_once("value=\"").expect("a value follows its system");
        let (_, rest) = after.split_once('"').expect("a value ends");
        made.push_str(&format!("/Id/nhs-number\"{before}value=\"9990000018\"{rest}"));
    }
    made.into_bytes()
}
