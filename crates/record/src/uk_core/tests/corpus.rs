//! Every published resource through the converter: nothing lost (HAZ-040), nothing invented (HAZ-018), digits as sent
//! (HAZ-039); and the official map's own example, exactly.

use super::law;
use crate::uk_core::{Emitted, emit};
use fhir::bundle::Bundle;
use fhir::reply::Format;
use fhir::{Json, json};
use serde_json::Value;
use std::path::{Path, PathBuf};

const GP_CONNECT: [&str; 1] = ["gp-connect-structured"];
const STU3: [&str; 7] = [
    "care-connect-stu3/examples",
    "flags-and-plans/stu3",
    "nrl/stu3",
    "gp-connect-documents",
    "cda-nhs111/expected-stu3",
    "bars-ambulance/stu3-handover",
    "hostile",
];
const R4: [&str; 8] = [
    "uk-core-r4",
    "pathology-r4",
    "medicines-r4",
    "pds",
    "nrl",
    "bars-ambulance/api",
    "flags-and-plans/r4",
    "immunisation",
];

fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let root = std::env::var_os("SHCR_CORPUS").map_or_else(beside, PathBuf::from);
    if root.join("MANIFEST.md").is_file() {
        return Some(root);
    }
    println!("SKIPPED: no corpus at SHCR_CORPUS or beside the workspace: nothing was checked");
    None
}

/// Runs over every resource of every readable JSON document under a folder, Bundles opened; gives how many.
fn each(folder: &Path, see: &mut dyn FnMut(&str, &str)) -> usize {
    let mut seen = 0;
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder of the corpus")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            seen += each(&path, see);
            continue;
        }
        let bytes = std::fs::read(&path).expect("a file of the corpus");
        let Ok(text) = json::check(&bytes) else { continue };
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let resources = resources(text);
        seen += resources.len();
        resources.into_iter().for_each(|resource| see(resource, &file));
    }
    seen
}

fn resources(text: &str) -> Vec<&str> {
    let document = Json::of(text);
    match Bundle::read(document) {
        Some(bundle) => bundle.entries.iter().flat_map(|entry| resources(entry.json.as_sent())).collect(),
        None => vec![document.as_sent()],
    }
}

fn kind(resource: &str) -> String {
    let kind = Json::of(resource)
        .object()
        .and_then(|object| object.text("resourceType").map(|kind| kind.into_owned()));
    kind.unwrap_or_default()
}

#[test]
fn nothing_of_any_published_stu3_resource_is_lost_or_invented() {
    let Some(root) = corpus() else { return };
    let mut profiles = 0;
    let mut check = |format: Format, folder: &str| {
        each(&root.join(folder), &mut |resource, file| {
            let Some(emitted) = emit(resource, format) else {
                let kind = kind(resource);
                assert!(
                    matches!(kind.as_str(), "" | "CapabilityStatement"),
                    "HAZ-040: {file}: no R4 of a {kind}"
                );
                return;
            };
            profiles += usize::from(emitted.profile.is_some());
            law::check(resource, &emitted, file);
        })
    };
    let mut seen: usize = GP_CONNECT.iter().map(|folder| check(Format::GpConnectStu3, folder)).sum();
    seen += STU3.iter().map(|folder| check(Format::Stu3, folder)).sum::<usize>();
    seen += check(Format::GpConnectHtml, "gp-connect-html");
    assert!(seen > 3_800, "only {seen} resources");
    assert!(profiles > 2_800, "only {profiles} conform to UK Core");
}

#[test]
fn a_whole_published_reply_is_converted_as_one_document() {
    let Some(root) = corpus() else { return };
    let folder = root.join("gp-connect-structured/full-records");
    for entry in std::fs::read_dir(folder).expect("full records").flatten() {
        let bytes = std::fs::read(entry.path()).expect("a record");
        let Ok(text) = json::check(&bytes) else { continue };
        let file = entry.file_name().to_string_lossy().into_owned();
        let emitted = emit(text, Format::GpConnectStu3).expect("a Bundle");
        assert_eq!(emitted.resource_type, "Bundle", "{file}");
        law::check(text, &emitted, &file);
    }
}

#[test]
fn r4_passes_through_byte_for_byte_but_for_claims_that_do_not_hold() {
    let Some(root) = corpus() else { return };
    let mut seen = 0;
    for folder in R4 {
        seen += each(&root.join(folder), &mut |resource, file| {
            let Some(emitted) = emit(resource, Format::R4) else { return };
            if emitted.dropped.is_empty() {
                assert_eq!(emitted.json, resource.trim(), "HAZ-039: {file}");
                return;
            }
            let (sent, made) = (without_claims(resource), without_claims(&emitted.json));
            assert!(sent == made, "HAZ-040: {file}: more than a claim is gone");
            assert!(emitted.dropped.iter().all(|dropped| dropped.path.contains(".meta.profile[")), "{file}");
        });
    }
    assert!(seen > 150, "only {seen} resources");
}

fn without_claims(resource: &str) -> Vec<(String, String)> {
    let mut leaves = law::leaves(resource);
    leaves.retain(|(path, _)| !path.contains(".meta.profile["));
    leaves
}

#[test]
fn the_official_allergy_map_is_reproduced_exactly() {
    let Some(root) = corpus() else { return };
    let read = |file: &str| {
        std::fs::read_to_string(root.join("mapping-golden").join(file)).expect("the map's example")
    };
    let given = read("given/AllergyIntolerance_000.json");
    let emitted = emit(&given, Format::Stu3).expect("an allergy");
    let (made, expected) = (value(&emitted.json), value(&read("expect/AllergyIntolerance_000.json")));
    assert_eq!(made, expected, "HAZ-012: the map's own example comes out otherwise");
    assert_eq!(emitted.profile, None, "UK Core has moved the end of an allergy since the map was made");
    let mut there: Vec<_> = law::leaves(&emitted.json);
    let mut wanted = law::leaves(&read("expect/AllergyIntolerance_000.json"));
    there.sort();
    wanted.sort();
    assert_eq!(there, wanted, "HAZ-039: digits as sent");
}

fn value(json: &str) -> Value {
    serde_json::from_str(json).expect("JSON")
}

#[test]
fn debug_output_shows_no_content() {
    let json =
        r#"{"resourceType":"Patient","name":[{"family":"Zweig"}],"animal":{"species":{"text":"Zweig"}}}"#;
    let emitted: Emitted = emit(json, Format::Stu3).expect("a patient");
    let shown = format!("{emitted:?} {:?}", emitted.dropped);
    assert!(!shown.contains("Zweig") && !shown.contains("animal"), "HAZ-049: {}", shown.len());
}
