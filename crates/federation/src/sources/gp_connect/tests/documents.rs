//! The documents capability beside the record: its own addresses, its own Patient, its whole list; and one document opened.

use super::*;
use crate::open::OpenReply;
use base64::engine::general_purpose::STANDARD;
use fhir::{Retrieval, SourceId};

const PATIENTS: &str = "urn:nhs:names:services:gpconnect:documents:fhir:rest:search:patient-1";
const LISTS: &str = "urn:nhs:names:services:gpconnect:documents:fhir:rest:search:documentreference-1";
const READS: &str = "urn:nhs:names:services:gpconnect:documents:fhir:rest:read:binary-1";
const DOCS: &str = "https://gp.example/ZZ901/STU3/1/gpconnect/documents/fhir";
const FIND: &str = "/https://gp.example/ZZ901/STU3/1/gpconnect/documents/fhir/Patient";
const LIST: &str = "/https://gp.example/ZZ901/STU3/1/gpconnect/documents/fhir/Patient/d1/DocumentReference";
const BINARY: &str = "/https://gp.example/ZZ901/STU3/1/gpconnect/documents/fhir/Binary/b1";

fn letter(id: &str) -> Value {
    json!({
        "resourceType": "DocumentReference", "id": id, "status": "current", "subject": { "reference": "Patient/d1" },
        "content": [{ "attachment": { "contentType": "application/pdf", "url": format!("{DOCS}/Binary/{id}") } }],
    })
}

fn listed(letters: &[&str]) -> Value {
    let included = json!({ "resource": patient("d1", NUMBER), "search": { "mode": "include" } });
    let mut bundle = searchset(letters.iter().map(|id| letter(id)).collect());
    bundle["entry"].as_array_mut().unwrap().push(included);
    bundle
}

fn next(mut bundle: Value, url: &str) -> Value {
    bundle.as_object_mut().unwrap().remove("total");
    bundle["link"] = json!([{ "relation": "next", "url": url }]);
    bundle
}

/// A practice with both capabilities, each at its own root.
fn practice() -> Fake {
    let fake = registered(spine(), PATIENTS, DOCS);
    let fake = registered(registered(fake, LISTS, DOCS), READS, DOCS);
    fake.json(FIND, searchset(vec![patient("d1", NUMBER)])).json(LIST, listed(&["b1", "b2"]))
}

/// The same without the documents capability: the directory has no such entry.
fn without() -> Fake {
    [PATIENTS, LISTS, READS].iter().fold(spine(), |fake, interaction| {
        fake.json(&directory("Device", interaction), searchset(vec![]))
            .json(&directory("Endpoint", interaction), searchset(vec![]))
    })
}

async fn with_documents(fake: &Fake, shares: &[Category]) -> Arc<Federation> {
    federation(vec![source("gp", kind("gp-connect"), None, shares)], &fake.serve().await, limits())
}

async fn ask_for(fake: &Fake, shares: &[Category]) -> Reply {
    one(&with_documents(fake, shares).await).await
}

#[tokio::test]
async fn a_list_that_hangs_holds_no_allergy_up() {
    let fake = practice().on(LIST, Canned::Hang);
    // Whatever else is bounded is far away: only what is left beside the record can end this.
    let long = std::time::Duration::from_secs(600);
    let short = std::time::Duration::from_millis(50);
    let limits = crate::Limits { total: long, first_byte: long, beside: short, ..limits() };
    let practice = vec![source("gp", kind("gp-connect"), None, &BOTH)];
    let reply = one(&federation(practice, &fake.serve().await, limits)).await;
    assert_eq!(reply.state_of(Documents).name(), "did-not-answer(timed out)", "HAZ-035");
    assert!(reply.state_of(Allergies).is_answer(), "HAZ-035: {:?}", reply.state);
}

const BOTH: [Category; 4] = [Allergies, Medications, Problems, Documents];

#[tokio::test]
async fn the_list_comes_from_its_own_address_beside_the_record() {
    let fake = practice();
    let reply = ask_for(&fake, &BOTH).await;
    assert_eq!(reply.state, ReplyState::Answered);
    assert!(!reply.by_category.contains_key(&Documents), "{:?}", reply.by_category);
    let documents: Vec<_> = reply.payloads.iter().filter(|p| p.category == Some(Documents)).collect();
    assert_eq!((documents.len(), documents[0].format), (1, Format::Stu3));
    let find = fake.seen().into_iter().find(|seen| seen.path == FIND).unwrap();
    assert_eq!((find.method.as_str(), find.headers["ssp-interactionid"].as_str()), ("GET", PATIENTS));
    assert_eq!(find.query, format!("identifier=https%3A%2F%2Ffhir.nhs.uk%2FId%2Fnhs-number%7C{NUMBER}"));
    let list = fake.seen().into_iter().find(|seen| seen.path == LIST).unwrap();
    assert_eq!(list.headers["ssp-interactionid"], LISTS);
    let url = reqwest::Url::parse(&format!("http://x/?{}", list.query)).unwrap();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let golden = [
        ("_include", "DocumentReference:subject:Patient"),
        ("_include", "DocumentReference:custodian:Organization"),
        ("_include", "DocumentReference:author:Organization"),
        ("_include", "DocumentReference:author:Practitioner"),
        ("_revinclude:recurse", "PractitionerRole:practitioner"),
    ];
    assert_eq!(pairs, golden.map(|(name, value)| (name.to_owned(), value.to_owned())), "all five, no filter");
    let payload = list.headers["authorization"].split('.').nth(1).unwrap().to_owned();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    assert_eq!(claims["aud"], DOCS, "the capability's own root, never the structured record's");
    assert_eq!(claims["requested_scope"], "patient/*.read conf/N");
}

#[tokio::test]
async fn a_role_without_documents_asks_for_none() {
    let fake = practice();
    ask_for(&fake, &[Allergies]).await;
    assert_eq!((fake.count(FIND), fake.count(LIST)), (0, 0));
}

#[tokio::test]
async fn documents_alone_ask_for_no_record() {
    let fake = practice();
    let reply = ask_for(&fake, &[Documents]).await;
    assert_eq!((reply.state, fake.count(super::PATH)), (ReplyState::Answered, 0));
}

#[tokio::test]
async fn no_documents_is_an_empty_list_and_an_unknown_person_is_not() {
    let none = practice().json(LIST, listed(&[]));
    let reply = ask_for(&none, &BOTH).await;
    assert_eq!(reply.state_of(Documents), &ReplyState::AnsweredEmpty);
    assert_eq!(reply.state, ReplyState::Answered, "the record is there");
    let nobody = practice().json(FIND, searchset(vec![]));
    let not_found = practice().on(FIND, fhir(404, &outcome("error", "PATIENT_NOT_FOUND", "x")));
    for fake in [nobody, not_found] {
        let reply = ask_for(&fake, &BOTH).await;
        assert_eq!(reply.state_of(Documents), &failed("no record given"), "HAZ-006");
        assert_eq!(reply.state_of(Allergies), &ReplyState::AnsweredWithWarnings);
    }
}

#[tokio::test]
async fn without_the_capability_only_linked_documents_are_listed() {
    let fake = without();
    fake.set(
        &format!("{}#includeConsultations", super::PATH),
        Canned::Json(bundle(lists(&["1149501000000101"]))),
    );
    let reply = ask_for(&fake, &[Allergies, Consultations, Documents]).await;
    assert_eq!(reply.state_of(Documents), &ReplyState::AnsweredWithWarnings, "HAZ-017");
    assert!(reply.warnings.iter().any(|warning| warning.code == "linked-documents-only"), "HAZ-017");
    let reply = ask_for(&without(), &BOTH).await;
    assert_eq!(reply.state_of(Documents), &ReplyState::NotShared, "HAZ-006: no consultation, nothing linked");
    let denied = practice().on(FIND, fhir(403, &outcome("error", "ACCESS DENIED", "x")));
    assert_eq!(ask_for(&denied, &BOTH).await.state_of(Documents), &ReplyState::NotShared);
    assert_eq!(ask_for(&without(), &[Documents]).await.state, ReplyState::NotShared);
}

#[tokio::test]
async fn documents_that_fail_hide_no_allergy_and_are_said() {
    let error = || fhir(500, &outcome("error", "INTERNAL_SERVER_ERROR", "x"));
    for fake in [practice().on(FIND, error()), practice().on(LIST, error())] {
        let reply = ask_for(&fake, &BOTH).await;
        assert_eq!(reply.state, ReplyState::AnsweredWithWarnings);
        assert_eq!(reply.state_of(Documents), &failed("answered with an error"), "HAZ-006");
        assert_eq!(reply.state_of(Allergies), &ReplyState::AnsweredWithWarnings);
    }
    let consent = fhir(403, &outcome("error", "NO_PATIENT_CONSENT", "x"));
    let reply = ask_for(&practice().on(FIND, consent), &BOTH).await;
    let at_request = ReplyState::Withheld(Withholder::Source("at the person's request".to_owned()));
    assert_eq!(reply.state_of(Documents), &at_request);
}

#[tokio::test]
async fn every_page_is_read_and_a_part_is_never_the_whole() {
    let page2 = format!("{LIST}?page=2");
    let first = next(listed(&["b1"]), &format!("{DOCS}/Patient/d1/DocumentReference?page=2"));
    let fake = practice().json(LIST, first.clone()).json(&page2, listed(&["b2", "b3"]));
    let reply = ask_for(&fake, &BOTH).await;
    assert_eq!(reply.payloads.iter().filter(|p| p.category == Some(Documents)).count(), 2);
    assert_eq!(reply.state, ReplyState::Answered);

    let paging = |reply: &Reply| {
        let warning = reply.warnings.iter().find(|warning| warning.code == "paging").unwrap();
        (warning.category, warning.text.clone())
    };
    let elsewhere = practice().json(LIST, next(listed(&["b1"]), "https://elsewhere.example/more"));
    let reply = ask_for(&elsewhere, &BOTH).await;
    let words = "showing 1; the link to the rest could not be followed".to_owned();
    assert_eq!(paging(&reply), (Some(Documents), words), "HAZ-017, HAZ-041");
    assert!(elsewhere.seen().iter().all(|seen| !seen.path.contains("more")), "HAZ-041");

    let looping = practice().json(LIST, first.clone()).json(&page2, first.clone());
    assert_eq!(paging(&ask_for(&looping, &BOTH).await).1, "showing 2; its pages repeat", "HAZ-017");
    let broken = practice().json(LIST, first).on(&page2, Canned::Reset);
    assert_eq!(paging(&ask_for(&broken, &BOTH).await).1, "showing 1; the rest did not arrive", "HAZ-017");
    let mut short = listed(&["b1"]);
    short["total"] = json!(27);
    assert_eq!(paging(&ask_for(&practice().json(LIST, short), &BOTH).await).1, "showing 1 of 27", "HAZ-017");
}

#[tokio::test]
async fn somebody_elses_document_withholds_the_whole_reply() {
    let mut stray = listed(&["b1"]);
    stray["entry"][0]["resource"]["subject"]["reference"] = json!("Patient/d9");
    let other = searchset(vec![patient("d1", OTHER_NUMBER)]);
    for fake in [practice().json(LIST, stray), practice().json(FIND, other)] {
        let reply = ask_for(&fake, &BOTH).await;
        assert_eq!(reply.state, ReplyState::Withheld(Withholder::PolicyIdentity), "HAZ-004");
        assert!(reply.payloads.is_empty() && reply.by_category.values().all(|s| *s == ReplyState::NotShared));
    }
}

#[tokio::test]
async fn several_people_or_other_details_withhold_the_whole_reply() {
    let twins = searchset(vec![patient("d1", NUMBER), patient("d2", NUMBER)]);
    let reply = ask_for(&practice().json(FIND, twins), &BOTH).await;
    assert_eq!(reply.state, ReplyState::Withheld(Withholder::PolicyAmbiguous), "HAZ-037");
    let mut other = patient("d1", NUMBER);
    other["birthDate"] = json!("1953-08-14");
    let reply = ask_for(&practice().json(FIND, searchset(vec![other])), &BOTH).await;
    let differs = Withholder::PolicyDiffers(vec!["birth date".to_owned()]);
    assert_eq!(reply.state, ReplyState::Withheld(differs), "HAZ-037");
    assert!(reply.payloads.is_empty());
}

#[tokio::test]
async fn an_id_that_could_lead_elsewhere_is_not_asked_with() {
    for id in ["../Patient/d9", "d1?_include=x", "..", ""] {
        let fake = practice().json(FIND, searchset(vec![patient(id, NUMBER)]));
        let reply = ask_for(&fake, &BOTH).await;
        assert!(matches!(reply.state_of(Documents), ReplyState::Unreadable(_)), "HAZ-041: {id}");
        assert_eq!(fake.seen().iter().filter(|seen| seen.path.starts_with(FIND)).count(), 1, "HAZ-041: {id}");
    }
}

fn binary(content: &str) -> Value {
    json!({ "resourceType": "Binary", "id": "b1", "contentType": "Application/PDF; x=y", "content": content })
}

async fn open_at(fake: &Fake, url: Option<&str>) -> OpenReply {
    let federation = with_documents(fake, &BOTH).await;
    let retrieval = Retrieval { url: url.map(str::to_owned), ..Retrieval::default() };
    federation.open_document(&asking(), &SourceId::new("gp"), &retrieval).await
}

async fn opened(fake: &Fake) -> OpenReply {
    open_at(fake, Some(&format!("{DOCS}/Binary/b1"))).await
}

#[tokio::test]
async fn a_document_is_opened_at_its_own_address() {
    let (start, end) = (STANDARD.encode(b"%PDF-1.7 a l"), STANDARD.encode(b"etter"));
    let wrapped = format!(
        "{start}
{end}"
    );
    let fake = practice().json(BINARY, binary(&wrapped));
    let reply = opened(&fake).await;
    assert_eq!(reply.state, ReplyState::Answered);
    let content = reply.content.unwrap();
    assert_eq!(
        (content.bytes.as_slice(), content.media_type.as_str()),
        (&b"%PDF-1.7 a letter"[..], "application/pdf")
    );
    let request = fake.seen().into_iter().find(|seen| seen.path == BINARY).unwrap();
    assert_eq!((request.method.as_str(), request.headers["ssp-interactionid"].as_str()), ("GET", READS));
    assert!(!request.headers.contains_key("content-type"), "a GET carries no body");
}

#[tokio::test]
async fn every_way_of_not_opening_has_its_words() {
    let spine_error = |status: u16, code: &str| fhir(status, &outcome("error", code, "x"));
    let gone = || failed("the practice does not send it (too large, or no longer there)");
    let unreadable = || ReplyState::Unreadable("sent something that is not a record".to_owned());
    let ours = ReplyState::DidNotAnswer(Silence::FailedOurSide("our request was not accepted".to_owned()));
    let page = Canned::Typed { status: 200, media_type: "text/html", body: "<html>".to_owned() };
    let table = [
        (spine_error(404, "NO_RECORD_FOUND"), gone()),
        (spine_error(404, "PATIENT_NOT_FOUND"), gone()),
        (spine_error(403, "ACCESS DENIED"), ReplyState::NotShared),
        (spine_error(400, "BAD_REQUEST"), ours),
        (spine_error(500, "INTERNAL_SERVER_ERROR"), failed("answered with an error")),
        (Canned::Json(binary("")), unreadable()),
        (Canned::Json(binary("!!!")), unreadable()),
        (Canned::Json(json!({ "resourceType": "Patient", "content": "AAAA" })), unreadable()),
        (page, unreadable()),
    ];
    for (answer, state) in table {
        let reply = opened(&practice().on(BINARY, answer)).await;
        assert_eq!(reply.state, state, "HAZ-006, HAZ-020");
        assert!(reply.content.is_none());
    }
    assert_eq!(opened(&without()).await.state, ReplyState::NotShared);
    let no_address = failed("its entry names no address to open it at");
    assert_eq!(open_at(&practice(), None).await.state, no_address);
}

#[tokio::test]
async fn an_address_outside_the_documents_root_is_never_asked() {
    let elsewhere = failed("it lies at an address this gateway may not ask");
    let structured = format!("{ROOT}/Binary/b1");
    for url in ["https://elsewhere.example/Binary/b1", "http://127.0.0.1:1/x", structured.as_str()] {
        let fake = practice();
        assert_eq!(open_at(&fake, Some(url)).await.state, elsewhere, "HAZ-041: {url}");
        assert!(fake.seen().iter().all(|seen| !seen.path.contains("Binary")), "HAZ-041: {url}");
    }
}

#[tokio::test]
async fn a_person_without_a_confirmed_practice_has_no_document_opened() {
    let fake = practice();
    let federation = with_documents(&fake, &BOTH).await;
    let mut untraced = asking();
    untraced.person.practice = None;
    let retrieval = Retrieval { url: Some(format!("{DOCS}/Binary/b1")), ..Retrieval::default() };
    let reply = federation.open_document(&untraced, &SourceId::new("gp"), &retrieval).await;
    assert_eq!(reply.state, failed("no practice to ask"));
    assert!(fake.seen().is_empty());
}

#[tokio::test]
async fn a_list_that_is_off_or_warned_of_or_cannot_be_read_is_not_empty() {
    let saying = |code: &str| {
        let mut bundle = listed(&[]);
        let outcome = outcome("warning", code, "DocumentReferences");
        bundle["entry"]
            .as_array_mut()
            .unwrap()
            .push(json!({ "resource": outcome, "search": { "mode": "outcome" } }));
        bundle
    };
    let unread = json!({ "resourceType": "Bundle", "type": "searchset", "entry": [{ "fullUrl": "x" }] });
    let table = [
        (saying("NOT_IMPLEMENTED"), ReplyState::NotShared),
        (saying("SOMETHING_NEW"), ReplyState::AnsweredWithWarnings),
        (unread, ReplyState::AnsweredWithWarnings),
    ];
    for (list, state) in table {
        let reply = ask_for(&practice().json(LIST, list), &BOTH).await;
        assert_eq!(reply.state_of(Documents), &state, "HAZ-006");
    }
}

#[tokio::test]
async fn a_person_who_dissented_at_one_door_of_a_practice_is_not_shown_through_another() {
    let consent = || fhir(403, &outcome("error", "NO_PATIENT_CONSENT", "x"));
    let at_request = ReplyState::Withheld(Withholder::Source("at the person's request".to_owned()));
    let record = practice().on(super::PATH, consent());
    for area in ["#includeAllergies", "#includeImmunisations"] {
        record.set(&format!("{}{area}", super::PATH), consent());
    }
    for fake in [practice().on(FIND, consent()), practice().on(LIST, consent()), record] {
        let reply = ask_for(&fake, &BOTH).await;
        assert_eq!(reply.state, at_request, "HAZ-022");
        assert!(reply.payloads.is_empty(), "HAZ-022");
        assert_eq!(
            reply.state_of(Immunisations),
            &ReplyState::NotShared,
            "what it never shares it still does not"
        );
    }
}

#[tokio::test]
async fn a_practice_that_asks_to_wait_with_the_rest_of_a_list_is_left_alone() {
    let busy =
        Canned::Headed { status: 429, headers: vec![("retry-after", "30".to_owned())], body: Vec::new() };
    let first = next(listed(&["b1"]), &format!("{DOCS}/Patient/d1/DocumentReference?page=2"));
    let fake = practice().json(LIST, first).on(&format!("{LIST}?page=2"), busy);
    let federation = with_documents(&fake, &BOTH).await;
    assert_eq!(one(&federation).await.state, ReplyState::AnsweredWithWarnings);
    assert_eq!(one(&federation).await.state.name(), "not-asked", "HAZ-036");
}

#[tokio::test]
async fn an_address_is_believed_whole_or_not_at_all() {
    // An id of one service root names another document at another.
    let elsewhere = failed("it lies at an address this gateway may not ask");
    for url in [
        "Binary/b1",
        "/ZZ901/STU3/1/gpconnect/documents/fhir/Binary/b1",
        "//gp.example/ZZ901/STU3/1/gpconnect/documents/fhir/Binary/b1",
    ] {
        let fake = practice().json(BINARY, binary("AAAA"));
        assert_eq!(open_at(&fake, Some(url)).await.state, elsewhere, "HAZ-004: {url}");
        assert_eq!(fake.count(BINARY), 0, "HAZ-004: {url}");
    }
}

#[tokio::test]
async fn a_document_that_is_not_what_its_entry_hashed_is_not_given() {
    let fake = practice().json(BINARY, binary("AAAA"));
    let federation = with_documents(&fake, &BOTH).await;
    let (url, hash) = (Some(format!("{DOCS}/Binary/b1")), Some("AAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_owned()));
    let lying = Retrieval { url, hash, ..Retrieval::default() };
    let reply = federation.open_document(&asking(), &SourceId::new("gp"), &lying).await;
    let other = ReplyState::Unreadable("is not the document its entry describes".to_owned());
    assert_eq!((reply.state, reply.content), (other, None), "HAZ-020");
}
