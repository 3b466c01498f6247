//! Documents of REST partners: where they are said to be, and what is there.

use super::{
    Started,
    partners::{get, known, let_in, patient_id},
    started,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Response;
use serde_json::Value;

/// The attachment of Doreen's document of that title at that partner.
async fn attachment(started: &Started, source: &str, title: &str) -> Value {
    let id = patient_id(started, source).await;
    let url = format!("{}/DocumentReference?patient={id}&_count=100", started.source(source));
    let (_, bundle) = get(started, &url).await;
    let entries = bundle["entry"].as_array().unwrap().iter();
    let mut attachments = entries.map(|entry| &entry["resource"]["content"][0]["attachment"]);
    attachments.find(|one| one["title"] == title).unwrap_or_else(|| panic!("{source}: {title}")).clone()
}

/// What stands at an address, relative or whole.
async fn fetched(started: &Started, source: &str, url: &str, accept: &str) -> Response {
    let base = started.source(source);
    let url = if url.starts_with("http") { url.to_owned() } else { format!("{base}/{url}") };
    let request = let_in(started, source, started.client.get(url)).await;
    request.header("Accept", accept).send().await.unwrap()
}

#[tokio::test]
async fn each_kind_of_file_comes_as_itself_with_the_size_and_hash_it_was_said_to_have() {
    let started = started().await;
    for (source, title, media_type, start) in [
        ("acute", "Discharge summary: care of older people", "application/pdf", &b"%PDF-"[..]),
        ("acute", "ReSPECT form (signed)", "application/pdf", b"%PDF-"),
        ("acute", "Falls clinic: letter to GP", "text/html", b"<!DOCTYPE html>"),
        ("acute", "Request for hip radiograph, scanned", "image/png", b"\x89PNG"),
        ("eput", "Memory service: letter to GP", "text/plain", b"No evidence"),
        ("eput", "Memory service: assessment", "application/rtf", b"{\\rtf1"),
        ("nelft", "Strength and balance programme: letter to GP", "application/pdf", b"%PDF-"),
        // HAZ-041: a page under the name of a letter.
        ("acute", "Letter saved from a browser", "application/pdf", b"<!DOCTYPE html>"),
    ] {
        let attachment = attachment(&started, source, title).await;
        assert_eq!(attachment["contentType"], media_type, "{title}");
        let url = attachment["url"].as_str().unwrap();
        assert_eq!(url.starts_with("http"), ["eput", "nelft"].contains(&source), "{title}");
        let answer = fetched(&started, source, url, "*/*").await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (200, &media_type.parse().unwrap())
        );
        let bytes = answer.bytes().await.unwrap();
        assert!(bytes.starts_with(start), "{title}");
        assert_eq!(attachment["size"], bytes.len(), "{title}");
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, &bytes);
        assert_eq!(attachment["hash"], STANDARD.encode(hash), "{title}");
    }
}

#[tokio::test]
async fn a_binary_is_fhir_to_whoever_asks_for_fhir_in_the_members_of_its_version() {
    let started = started().await;
    for (source, title, member) in [
        ("acute", "ReSPECT form (signed)", "data"),
        ("nelft", "Strength and balance programme: letter to GP", "content"),
    ] {
        let attachment = attachment(&started, source, title).await;
        let url = attachment["url"].as_str().unwrap();
        let answer = fetched(&started, source, url, "application/fhir+json;q=1.0").await;
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("application/fhir+json"));
        let binary: Value = answer.json().await.unwrap();
        assert_eq!(
            (&binary["resourceType"], &binary["contentType"]),
            (&"Binary".into(), &"application/pdf".into())
        );
        assert!(STANDARD.decode(binary[member].as_str().unwrap()).unwrap().starts_with(b"%PDF-"));
    }
}

#[tokio::test]
async fn one_document_is_sent_inside_and_one_is_not_what_its_index_says() {
    let started = started().await;
    let inside = attachment(&started, "provide", "Wound chart, right forearm").await;
    assert!(inside.get("url").is_none());
    let bytes = STANDARD.decode(inside["data"].as_str().unwrap()).unwrap();
    assert_eq!(inside["size"], bytes.len());
    let lies = attachment(&started, "provide", "Letter replaced in the store and not in its index").await;
    let bytes =
        fetched(&started, "provide", lies["url"].as_str().unwrap(), "*/*").await.bytes().await.unwrap();
    assert_ne!(lies["size"], bytes.len(), "HAZ-038: another document than the one indexed");
}

#[tokio::test]
async fn what_was_never_there_is_not_found_and_what_was_deleted_is_gone() {
    let started = started().await;
    for (title, status, code) in [
        ("Letter lost in a move of systems", 404, "not-found"),
        ("Letter sent in error and deleted", 410, "deleted"),
    ] {
        let attachment = attachment(&started, "nelft", title).await;
        let answer = fetched(&started, "nelft", attachment["url"].as_str().unwrap(), "*/*").await;
        assert_eq!(answer.status(), status, "{title}");
        let outcome: Value = answer.json().await.unwrap();
        assert_eq!(outcome["issue"][0]["code"], code, "HAZ-006: {title}");
    }
    let base = started.source("acute");
    assert_eq!(get(&started, &format!("{base}/Binary/nowhere")).await.0, 404);
    assert_eq!(get(&started, &format!("{base}/DocumentReference/nowhere")).await.0, 404);
    assert_eq!(get(&started, &format!("{base}/Slot/1")).await.1["issue"][0]["code"], "not-supported");
}

#[tokio::test]
async fn a_document_reference_is_read_by_its_id() {
    let started = started().await;
    let id = patient_id(&started, "acute").await;
    let base = started.source("acute");
    let (_, bundle) = get(&started, &format!("{base}/DocumentReference?patient={id}")).await;
    let listed = &bundle["entry"][0]["resource"];
    let url = format!("{base}/DocumentReference/{}", listed["id"].as_str().unwrap());
    let (status, read) = get(&started, &url).await;
    assert_eq!((status, &read), (200, listed));
    let bare = started.client.get(&url).header("X-Request-Id", "1").send().await.unwrap();
    assert_eq!(bare.status(), 401, "documents are locked as everything else is");
    let (_, statement) = get(&started, &format!("{base}/metadata")).await;
    let types = statement["rest"][0]["resource"].as_array().unwrap();
    let binary = types.iter().find(|kind| kind["type"] == "Binary").unwrap();
    assert_eq!(binary["interaction"][0]["code"], "read");
    assert_eq!(known(started.client.get(format!("{base}/Binary"))).send().await.unwrap().status(), 404);
}
