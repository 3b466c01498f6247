//! Documents opened at servers that keep them, moved them, deleted them or give somebody else's.

use super::*;
use crate::OpenReply;
use base64::{Engine, engine::general_purpose::STANDARD};
use fhir::Retrieval;

const TEXT: &str = "A letter about nobody.";
const PDF: &str = "application/pdf";

/// SHA-1 of [`TEXT`] in base64.
fn sha1(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    STANDARD.encode(digest.as_ref())
}

fn entry(attachment: Value) -> Value {
    json!({
        "resourceType": "DocumentReference", "id": "r1", "status": "current",
        "subject": { "reference": "Patient/d1" }, "content": [{ "attachment": attachment }],
    })
}

fn sealed(url: Option<&str>) -> Retrieval {
    Retrieval {
        resource: Some("DocumentReference/r1".to_owned()),
        url: url.map(str::to_owned),
        content_type: Some(PDF.to_owned()),
        ..Retrieval::default()
    }
}

fn raw(media_type: &str, body: &str) -> Canned {
    Canned::Headed { status: 200, headers: vec![("content-type", media_type.to_owned())], body: body.into() }
}

/// A server whose entry `r1` names this address and whose `Binary/b1` is the letter.
fn keeper(url: &str) -> Fake {
    server()
        .json("/fhir/DocumentReference/r1", entry(json!({ "url": url, "contentType": PDF })))
        .on("/fhir/Binary/b1", raw("application/pdf; charset=binary", TEXT))
}

async fn open_sealed(fake: &Fake, retrieval: &Retrieval) -> OpenReply {
    let url = fake.serve().await;
    open_at(&url, retrieval).await
}

async fn open_at(url: &str, retrieval: &Retrieval) -> OpenReply {
    let federation = federation(vec![acute(url, &[Documents])], "http://127.0.0.1:9", limits());
    federation.open_document(&asking(), &SourceId::new("acute"), retrieval).await
}

async fn open(fake: &Fake, url: &str) -> OpenReply {
    open_sealed(fake, &sealed(Some(url))).await
}

fn unreadable(words: &str) -> ReplyState {
    ReplyState::Unreadable(words.to_owned())
}

#[tokio::test]
async fn a_document_comes_as_it_lies_there_raw_or_wrapped() {
    let data = STANDARD.encode(TEXT);
    let wrapped = |member: &str| {
        let binary = json!({ "resourceType": "Binary", "id": "b1", "contentType": PDF, member: data });
        typed(200, "application/fhir+json", &binary.to_string())
    };
    let answers = [
        ("raw", raw("application/pdf; charset=binary", TEXT)),
        ("R4", wrapped("data")),
        ("STU3", wrapped("content")),
    ];
    for (what, answer) in answers {
        let fake = keeper("Binary/b1").on("/fhir/Binary/b1", answer);
        let reply = open(&fake, "Binary/b1").await;
        assert_eq!(reply.state, ReplyState::Answered, "{what}");
        let content = reply.content.unwrap();
        assert_eq!((content.bytes.as_slice(), content.media_type.as_str()), (TEXT.as_bytes(), PDF), "{what}");
        assert!(reply.size_bytes > 0);
        let asked = fake.seen().into_iter().find(|seen| seen.path == "/fhir/Binary/b1").unwrap();
        assert_eq!(asked.headers["accept"], "application/pdf, application/fhir+json;q=0.9, */*;q=0.1");
    }
}

#[tokio::test]
async fn relative_and_absolute_addresses_below_the_base_are_asked() {
    for url in ["Binary/b1", "/fhir/Binary/b1"] {
        assert_eq!(open(&keeper(url), url).await.state, ReplyState::Answered, "{url}");
    }
    let fake = keeper("");
    let base = fake.serve().await;
    let absolute = format!("{base}/fhir/Binary/b1");
    fake.set("/fhir/DocumentReference/r1", Canned::Json(entry(json!({ "url": absolute }))));
    assert_eq!(open_at(&base, &sealed(Some(&absolute))).await.state, ReplyState::Answered);
}

// shows: A37
#[tokio::test]
async fn an_address_of_another_origin_is_not_asked_and_no_packet_leaves() {
    let elsewhere = Fake::default();
    let other = elsewhere.serve().await;
    let hostile = [
        format!("{other}/fhir/Binary/b1"),
        format!("//{}/fhir/Binary/b1", other.trim_start_matches("http://")),
        "/outside/Binary/b1".to_owned(),
        "../outside/Binary/b1".to_owned(),
        "%2e%2e/outside".to_owned(),
        "file:///etc/hosts".to_owned(),
        "ftp://127.0.0.1/b1".to_owned(),
        "Binary/b1#page=2".to_owned(),
        format!("Binary/{}", "x".repeat(3000)),
        "http://user:secret@127.0.0.1/fhir/Binary/b1".to_owned(),
    ];
    for url in hostile {
        let fake = keeper(&url);
        let reply = open(&fake, &url).await;
        assert_eq!(
            reply.state,
            failed("the document lies at an address this gateway may not ask"),
            "HAZ-041: {url}"
        );
        assert!(
            reply.content.is_none() && fake.count("/outside") + fake.count("/fhir/Binary") == 0,
            "HAZ-041: {url}"
        );
    }
    assert!(elsewhere.seen().is_empty(), "HAZ-041: a packet left for another origin");
}

#[tokio::test]
async fn content_inside_the_entry_needs_no_further_question() {
    let inside = json!({ "data": STANDARD.encode(TEXT), "contentType": "text/plain", "hash": sha1(TEXT) });
    let fake = server().json("/fhir/DocumentReference/r1", entry(inside));
    let reply = open_sealed(&fake, &sealed(None)).await;
    assert_eq!(reply.content.unwrap().bytes, TEXT.as_bytes());
    assert_eq!(fake.count("/fhir/Binary"), 0);
}

#[tokio::test]
async fn what_is_no_longer_there_or_deleted_is_said() {
    let table = [
        (404, failed("the document is no longer there")),
        (410, failed("the document was deleted at its source")),
        (403, ReplyState::Withheld(Withholder::Source("it refused to answer".to_owned()))),
        (500, failed("answered with an error")),
        (302, failed("pointed us elsewhere")),
    ];
    for (status, state) in table {
        for path in ["/fhir/DocumentReference/r1", "/fhir/Binary/b1"] {
            let refusal = typed(status, "application/fhir+json", &outcome("error", "X", "x").to_string());
            let reply = open(&keeper("Binary/b1").on(path, refusal), "Binary/b1").await;
            assert_eq!(reply.state, state, "{path} {status}");
            assert!(reply.content.is_none());
        }
    }
}

#[tokio::test]
async fn an_entry_that_has_become_somebody_elses_holds_the_source() {
    let mut strays = vec![entry(json!({ "url": "Binary/b1" })); 2];
    strays[0]["subject"] = json!({ "reference": "Patient/d2" });
    strays[1]["subject"] =
        json!({ "identifier": { "system": fhir::nhs_number::SYSTEM, "value": OTHER_NUMBER } });
    for stray in strays {
        let fake = keeper("Binary/b1").json("/fhir/DocumentReference/r1", stray);
        let url = fake.serve().await;
        let federation = federation(vec![acute(&url, &[Documents])], "http://127.0.0.1:9", limits());
        let reply =
            federation.open_document(&asking(), &SourceId::new("acute"), &sealed(Some("Binary/b1"))).await;
        assert_eq!(reply.state, ReplyState::Withheld(Withholder::PolicyIdentity), "HAZ-004");
        assert_eq!(fake.count("/fhir/Binary"), 0, "HAZ-004: its content was fetched");
        assert!(federation.breaker(&SourceId::new("acute")).starts_with("held"), "HAZ-004");
    }
}

#[tokio::test]
async fn an_entry_that_says_not_whom_it_is_about_is_not_opened() {
    let mut nobodys = entry(json!({ "url": "Binary/b1" }));
    nobodys.as_object_mut().unwrap().remove("subject");
    let fake = keeper("Binary/b1").json("/fhir/DocumentReference/r1", nobodys);
    let reply = open(&fake, "Binary/b1").await;
    assert_eq!(reply.state, ReplyState::Withheld(Withholder::PolicyIdentity), "HAZ-004");
    assert_eq!(fake.count("/fhir/Binary"), 0, "HAZ-004");
}

#[tokio::test]
async fn the_person_must_still_be_the_one_the_server_knows() {
    let mut born = patient("d1", NUMBER);
    born["birthDate"] = json!("1935-08-15");
    let changed = failed("its entry has changed: open the record again");
    let table = [
        (searchset(vec![]), changed),
        (
            searchset(vec![patient("d1", NUMBER), patient("d2", NUMBER)]),
            ReplyState::Withheld(Withholder::PolicyAmbiguous),
        ),
        (
            searchset(vec![born]),
            ReplyState::Withheld(Withholder::PolicyDiffers(vec!["birth date".to_owned()])),
        ),
        (searchset(vec![patient("d1", OTHER_NUMBER)]), ReplyState::Withheld(Withholder::PolicyIdentity)),
    ];
    for (found, state) in table {
        let fake = keeper("Binary/b1").json("/fhir/Patient/_search", found);
        assert_eq!(open(&fake, "Binary/b1").await.state, state, "HAZ-004, HAZ-037");
        assert_eq!(fake.count("/fhir/Binary"), 0, "HAZ-004");
    }
}

#[tokio::test]
async fn an_entry_that_has_changed_is_not_opened_on_its_old_word() {
    let changed = failed("its entry has changed: open the record again");
    let mut withdrawn = entry(json!({ "url": "Binary/b1" }));
    withdrawn["status"] = json!("entered-in-error");
    let mut another = entry(json!({ "url": "Binary/b1" }));
    another["id"] = json!("r2");
    for now in [entry(json!({ "url": "Binary/b2" })), entry(json!({})), withdrawn, another] {
        let fake = keeper("Binary/b1").json("/fhir/DocumentReference/r1", now);
        assert_eq!(open(&fake, "Binary/b1").await.state, changed, "HAZ-020");
        assert_eq!(fake.count("/fhir/Binary"), 0, "HAZ-020");
    }
    let hashed = Retrieval { hash: Some(sha1(TEXT)), ..sealed(Some("Binary/b1")) };
    assert_eq!(open_sealed(&keeper("Binary/b1"), &hashed).await.state, changed, "HAZ-020: its hash is gone");
}

#[tokio::test]
async fn a_restricted_entry_is_opened_only_by_the_exception_it_was_listed_by() {
    let mut labelled = entry(json!({ "url": "Binary/b1", "contentType": PDF }));
    labelled["meta"] = json!({ "security": [{ "code": "V" }] });
    for opens_restricted in [false, true] {
        let fake = keeper("Binary/b1").json("/fhir/DocumentReference/r1", labelled.clone());
        let federation =
            federation(vec![acute(&fake.serve().await, &[Documents])], "http://127.0.0.1:9", limits());
        let asking = crate::Asking { opens_restricted, ..asking() };
        let reply =
            federation.open_document(&asking, &SourceId::new("acute"), &sealed(Some("Binary/b1"))).await;
        assert_eq!(reply.state == ReplyState::Answered, opens_restricted, "HAZ-023");
    }
}

#[tokio::test]
async fn content_is_compared_with_its_hash() {
    let hexadecimal: String =
        STANDARD.decode(sha1(TEXT)).unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
    let table = [
        (sha1(TEXT), ReplyState::Answered),
        (hexadecimal.clone(), ReplyState::Answered),
        (STANDARD.encode(hexadecimal), ReplyState::Answered),
        (sha1("Another letter."), unreadable("is not the document its entry describes")),
        ("%%%".to_owned(), unreadable("is not the document its entry describes")),
    ];
    for (hash, state) in table {
        let now = entry(json!({ "url": "Binary/b1", "hash": hash }));
        let fake = keeper("Binary/b1").json("/fhir/DocumentReference/r1", now);
        let retrieval = Retrieval { hash: Some(hash), ..sealed(Some("Binary/b1")) };
        let reply = open_sealed(&fake, &retrieval).await;
        assert_eq!(reply.state, state, "HAZ-020");
        assert_eq!(reply.content.is_some(), state == ReplyState::Answered, "HAZ-020");
    }
}

#[tokio::test]
async fn what_cannot_be_content_is_not_passed_on() {
    let json = |text: &str| typed(200, "application/fhir+json", text);
    let empty = unreadable("sent a document without content");
    let table = [
        ("nothing", raw(PDF, ""), empty.clone()),
        (
            "an empty Binary",
            json(r#"{"resourceType":"Binary","contentType":"application/pdf"}"#),
            empty.clone(),
        ),
        ("no base64", json(r#"{"resourceType":"Binary","data":"%%"}"#), empty),
        ("an error", json(&outcome("error", "X", "x").to_string()), failed("answered with an error")),
        (
            "another resource",
            json(r#"{"resourceType":"Patient","id":"d1"}"#),
            unreadable("sent something that is not a record"),
        ),
        (
            "half a Binary",
            json(r#"{"resourceType":"Binary","da"#),
            unreadable("sent a document that is not well formed"),
        ),
        ("a page too large", raw(PDF, &"x".repeat(70 * 1024)), unreadable("sent more than can be read here")),
        ("a reset", Canned::Reset, failed("broke off while answering")),
    ];
    for (what, answer, state) in table {
        let reply = open(&keeper("Binary/b1").on("/fhir/Binary/b1", answer), "Binary/b1").await;
        assert_eq!(reply.state, state, "HAZ-020, HAZ-038: {what}");
        assert!(reply.content.is_none(), "{what}");
    }
}

#[tokio::test]
async fn a_login_page_keeps_its_claim_for_whoever_looks_into_it() {
    let fake = keeper("Binary/b1").on("/fhir/Binary/b1", raw("text/html", "<html>"));
    let content = open(&fake, "Binary/b1").await.content.unwrap();
    assert_eq!(content.media_type, "text/html", "HAZ-020: never taken for the type the entry claims");
}

#[tokio::test]
async fn only_an_entry_of_this_server_can_be_named() {
    for name in [
        None,
        Some("Binary/b1"),
        Some("DocumentReference/../Patient"),
        Some("DocumentReference/"),
        Some("DocumentReference/r1?x=y"),
        Some("https://other.example/DocumentReference/r1"),
    ] {
        let fake = keeper("Binary/b1");
        let retrieval = Retrieval { resource: name.map(str::to_owned), ..sealed(Some("Binary/b1")) };
        let state = open_sealed(&fake, &retrieval).await.state;
        assert!(matches!(state, ReplyState::DidNotAnswer(Silence::FailedOurSide(_))), "HAZ-041: {name:?}");
        assert!(fake.seen().is_empty(), "HAZ-041: {name:?}");
    }
}

#[tokio::test]
async fn a_claimed_type_cannot_write_a_header() {
    for claimed in ["text/plain\r\nX-Evil: 1", "text", "text/", "*/*", "a/b/c", "text/plain, */*"] {
        let fake = keeper("Binary/b1");
        let retrieval = Retrieval { content_type: Some(claimed.to_owned()), ..sealed(Some("Binary/b1")) };
        assert_eq!(open_sealed(&fake, &retrieval).await.state, ReplyState::Answered, "{claimed}");
        let asked = fake.seen().into_iter().find(|seen| seen.path == "/fhir/Binary/b1").unwrap();
        assert_eq!(asked.headers["accept"], "application/fhir+json, */*;q=0.9", "HAZ-041: {claimed}");
    }
}

#[tokio::test]
async fn an_address_that_climbs_once_decoded_is_not_asked() {
    for url in [
        "Binary/..%2f..%2foutside",
        "Binary/%252e%252e%252foutside",
        "x/..;/..;/outside",
        "Binary/..%5Coutside",
    ] {
        let fake = keeper(url);
        let reply = open(&fake, url).await;
        let elsewhere = failed("the document lies at an address this gateway may not ask");
        assert_eq!(reply.state, elsewhere, "HAZ-041: {url}");
        assert_eq!(
            fake.seen().iter().filter(|seen| seen.path.contains("outside")).count(),
            0,
            "HAZ-041: {url}"
        );
    }
}

#[tokio::test]
async fn an_entry_whose_subject_names_nobody_is_nobodys() {
    for subject in
        [json!({ "identifier": { "system": fhir::nhs_number::SYSTEM } }), json!({ "display": "Doreen" })]
    {
        let mut entry = entry(json!({ "url": "Binary/b1", "contentType": PDF }));
        entry["subject"] = subject;
        let fake = keeper("Binary/b1").json("/fhir/DocumentReference/r1", entry);
        let reply = open(&fake, "Binary/b1").await;
        assert_eq!(reply.state, ReplyState::Withheld(Withholder::PolicyIdentity), "HAZ-004");
        assert_eq!(fake.count("/fhir/Binary"), 0, "HAZ-004");
    }
}

#[tokio::test]
async fn an_entry_that_was_restricted_since_it_was_listed_is_not_opened() {
    let label = |code: &str| json!({ "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": code });
    let listed = || entry(json!({ "url": "Binary/b1", "contentType": PDF }));
    let with = |key: &str, value: Value| {
        let mut entry = listed();
        entry[key] = value;
        entry
    };
    let table = [
        (with("meta", json!({ "security": [label("R")] })), false),
        (with("securityLabel", json!([{ "coding": [label("V")] }])), false),
        (with("securityLabel", json!([{ "coding": [label("N")] }])), true),
    ];
    for (entry, opens) in table {
        let fake = keeper("Binary/b1").json("/fhir/DocumentReference/r1", entry);
        let reply = open(&fake, "Binary/b1").await;
        assert_eq!(reply.state == ReplyState::Answered, opens, "HAZ-023");
        assert_eq!(fake.count("/fhir/Binary") == 1, opens, "HAZ-023");
    }
}
