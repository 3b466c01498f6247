//! Published lists of documents, a published section of the HTML view and published errors, given a test person's number
//! and birth date, through the whole exchange.

use super::*;
use crate::document;
use std::path::{Path, PathBuf};

const VIEW: &str = "https://gp.example/ZZ901/DSTU2/1/gpconnect/fhir";

fn folder(name: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let root = std::env::var_os("SHCR_CORPUS").map_or(root, PathBuf::from);
    let Ok(files) = std::fs::read_dir(root.join(name)) else {
        println!("SKIPPED: the corpus of published payloads is not here; set SHCR_CORPUS to its folder");
        return Vec::new();
    };
    let files = files.map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|e| e == "json")).collect()
}

fn read(path: &Path) -> Option<Value> {
    serde_json::from_str(std::fs::read_to_string(path).unwrap().trim_start_matches('\u{feff}')).ok()
}

/// The published person becomes the test person; `None` where there is none. Gives the Patient's id too.
fn as_doreen(mut bundle: Value) -> Option<(String, Value)> {
    let entries = bundle["entry"].as_array_mut()?;
    let patient = entries.iter_mut().find(|entry| entry["resource"]["resourceType"] == "Patient")?;
    let patient = &mut patient["resource"];
    patient["identifier"][0]["value"] = json!(NUMBER);
    patient["birthDate"] = json!("1935-08-14");
    Some((patient["id"].as_str()?.to_owned(), bundle))
}

fn count(bundle: &Value, kind: &str) -> usize {
    bundle["entry"].as_array().unwrap().iter().filter(|e| e["resource"]["resourceType"] == kind).count()
}

#[tokio::test]
async fn every_published_list_of_documents_is_read_whole() {
    let searches = folder("gp-connect-documents/search");
    for (id, list) in searches.iter().filter_map(|path| as_doreen(read(path)?)) {
        let fake = Fake::default()
            .json("/spine-directory/FHIR/R4/Device", searchset(vec![device()]))
            .json("/spine-directory/FHIR/R4/Endpoint", searchset(vec![endpoint(ROOT)]))
            .json(&format!("/{ROOT}/Patient"), searchset(vec![patient(&id, NUMBER)]))
            .json(&format!("/{ROOT}/Patient/{id}/DocumentReference"), list.clone());
        let gp = source("gp", kind("gp-connect"), None, &[Documents]);
        let reply = one(&federation(vec![gp], &fake.serve().await, limits())).await;
        let expected = match count(&list, "DocumentReference") {
            0 => ReplyState::AnsweredEmpty,
            _ => ReplyState::Answered,
        };
        assert_eq!((reply.state, reply.payloads.len()), (expected, 1), "HAZ-004, HAZ-017");
    }
}

#[tokio::test]
async fn the_published_section_of_the_view_is_read() {
    const INTERACTION: &str = "urn:nhs:names:services:gpconnect:fhir:operation:gpc.getcarerecord";
    for (_, section) in folder("gp-connect-html").iter().filter_map(|path| as_doreen(read(path)?)) {
        let fake = registered(Fake::default(), INTERACTION, VIEW);
        fake.set(&format!("/{VIEW}/Patient/$gpc.getcarerecord#\"ADM\""), Canned::Json(section));
        let gp = source("gp", kind("gp-connect"), None, &[Encounters]);
        let reply = one(&federation(vec![gp], &fake.serve().await, limits())).await;
        assert_eq!((reply.state, reply.payloads.len()), (ReplyState::AnsweredWithWarnings, 1), "HAZ-004");
        assert!(reply.warnings.iter().any(|warning| warning.text.contains("referrals")), "HAZ-017");
    }
}

#[test]
fn no_published_error_reads_as_an_absence_but_a_person_not_found() {
    for path in folder("gp-connect-errors/json") {
        let text = std::fs::read_to_string(&path).unwrap();
        let issues = document::issues(fhir::json::check(text.as_bytes()).unwrap());
        let not_found = issues.iter().any(|i| i.spine_code.as_deref() == Some("PATIENT_NOT_FOUND"));
        assert!(!issues.is_empty(), "{}", path.display());
        for status in [400, 403, 404, 422, 500] {
            let state = refused::classify(status, &issues).state;
            let may_be_absent = status == 404 && not_found;
            assert_eq!(state == ReplyState::AnsweredEmpty, may_be_absent, "HAZ-006: {}", path.display());
        }
    }
}
