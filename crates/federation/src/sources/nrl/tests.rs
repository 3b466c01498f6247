//! Pointers over real sockets: whose they are, how many pages, what a refusal means, and where a document may come from.

use crate::{Federation, Keeper, Limits, OpenReply, SourceConfig, testing::*};
use fhir::{Category::*, ReplyState, Retrieval, SourceId};
use serde_json::{Value, json};
use std::sync::Arc;

const SEARCH: &str = "/DocumentReference/_search";

fn locator(base: &str, retrieve_from: &[String]) -> SourceConfig {
    let own = source("nrl", kind("nrl"), Some(base.to_owned()), &[CarePlans, Documents]);
    let keeper = |origin: &String| Keeper {
        origin: origin.clone(),
        api_key_file: None,
        api_key_header: None,
        oauth2: None,
        tls: None,
        addresses: Default::default(),
    };
    SourceConfig { retrieve_from: retrieve_from.iter().map(keeper).collect(), ..own }
}

fn pointer(id: &str, number: &str) -> Value {
    json!({
        "resourceType": "DocumentReference", "id": id, "status": "current",
        "type": { "coding": [{ "system": "http://snomed.info/sct", "code": "736253002" }] },
        "subject": { "identifier": { "system": fhir::nhs_number::SYSTEM, "value": number } },
        "content": [{ "attachment": { "contentType": "application/pdf", "url": "https://plans.example/1" } }],
    })
}

fn page(pointers: Vec<Value>, token: Option<&str>) -> Value {
    let mut page = searchset(pointers);
    if let Some(token) = token {
        page["meta"] = json!({ "tag": [{ "display": "next-page-token", "code": token }] });
    }
    page
}

async fn asked(fake: &Fake) -> (fhir::Reply, String) {
    let url = fake.serve().await;
    let federation = federation(vec![locator(&url, &[])], &url, limits());
    (one(&federation).await, url)
}

#[tokio::test]
async fn the_number_travels_in_a_form_and_every_page_is_read() {
    let fake = Fake::default()
        .json(SEARCH, page(vec![pointer("a", NUMBER), pointer("b", NUMBER)], Some("2")))
        .json(&format!("{SEARCH}#next-page-token=2"), page(vec![pointer("c", NUMBER)], None));
    let (reply, _) = asked(&fake).await;
    assert_eq!(reply.state, ReplyState::Answered);
    assert_eq!(reply.payloads.len(), 2, "HAZ-017: both pages");
    for seen in fake.seen() {
        assert_eq!(seen.method, "POST");
        assert!(!seen.path.contains(NUMBER) && seen.query.is_empty(), "HAZ-049: no number in an address");
        assert!(seen.body.starts_with("subject%3Aidentifier="), "{}", seen.body);
        assert_eq!(seen.headers["nhsd-end-user-organisation-ods"], "ZZ910");
        assert!(uuid::Uuid::parse_str(&seen.headers["x-request-id"]).is_ok());
    }
}

// shows: F23
#[tokio::test]
async fn pages_that_repeat_or_never_end_are_a_part_and_said_to_be() {
    let fake = Fake::default().json(SEARCH, page(vec![pointer("a", NUMBER)], Some("1")));
    let (reply, _) = asked(&fake).await;
    assert_eq!(reply.state, ReplyState::AnsweredWithWarnings);
    assert!(reply.warnings.iter().any(|w| w.code == "paging" && w.text.contains("repeat")), "HAZ-017");
    assert!(fake.count(SEARCH) <= Limits::default().pages);
}

#[tokio::test]
async fn a_pointer_about_somebody_else_or_nobody_condemns_the_whole_answer() {
    let mut nobody = pointer("b", NUMBER);
    nobody.as_object_mut().unwrap().remove("subject");
    for stray in [pointer("b", OTHER_NUMBER), nobody] {
        let fake = Fake::default().json(SEARCH, page(vec![pointer("a", NUMBER), stray], None));
        let (reply, _) = asked(&fake).await;
        assert_eq!(reply.state.name(), "withheld(by policy: identity)", "HAZ-004");
        assert!(reply.payloads.is_empty(), "HAZ-004: nothing of it is kept");
    }
}

#[tokio::test]
async fn no_pointer_is_said_not_to_be_no_plan() {
    let body = outcome("error", "NO_RECORD_FOUND", "as the locator says it").to_string();
    let not_found = Canned::Typed { status: 404, media_type: "application/fhir+json", body };
    for fake in [Fake::default().json(SEARCH, page(vec![], None)), Fake::default().on(SEARCH, not_found)] {
        let (reply, _) = asked(&fake).await;
        assert_eq!(reply.state, ReplyState::AnsweredEmpty);
        let said =
            reply.warnings.iter().any(|warning| warning.text.contains("there may be one all the same"));
        assert!(said, "HAZ-006");
    }
}

#[tokio::test]
async fn its_refusals_are_told_apart_by_their_code() {
    for (status, code, state) in [
        (403, "ACCESS DENIED", "not-shared"),
        (400, "INVALID_PARAMETER", "did-not-answer(failed: our side)"),
        (400, "INVALID_NHS_NUMBER", "did-not-answer(failed: our side)"),
        (422, "INVALID_CODE_SYSTEM", "did-not-answer(failed: our side)"),
        (401, "ACCESS DENIED", "did-not-answer(failed: our side)"),
        (500, "INTERNAL_SERVER_ERROR", "did-not-answer(failed)"),
        (429, "TOO_MANY_REQUESTS", "did-not-answer(failed)"),
        (404, "RESOURCE_NOT_FOUND", "did-not-answer(failed)"),
    ] {
        let body = outcome("error", code, "as the locator says it").to_string();
        let answer = Canned::Typed { status, media_type: "application/fhir+json", body };
        let (reply, _) = asked(&Fake::default().on(SEARCH, answer)).await;
        assert_eq!(reply.state.name(), state, "{status} {code}");
    }
}

async fn opened(retrieval: Retrieval, federation: &Arc<Federation>) -> OpenReply {
    federation.open_document(&asking(), &SourceId::new("nrl"), &retrieval).await
}

fn at(url: &str) -> Retrieval {
    let content_type = Some("application/pdf".to_owned());
    Retrieval { url: Some(url.to_owned()), content_type, ..Retrieval::default() }
}

fn pdf() -> Canned {
    Canned::Typed { status: 200, media_type: "application/pdf", body: "%PDF-1.4 plan".to_owned() }
}

#[tokio::test]
async fn a_document_is_fetched_only_from_where_this_gateway_may_go() {
    let (keeper, stranger) = (Fake::default().on("/plans/1", pdf()), Fake::default().on("/plans/1", pdf()));
    let (keeper_url, stranger_url) = (keeper.serve().await, stranger.serve().await);
    let federation =
        federation(vec![locator(&keeper_url, std::slice::from_ref(&keeper_url))], &keeper_url, limits());
    let reply = opened(at(&format!("{keeper_url}/plans/1")), &federation).await;
    assert_eq!(reply.state, ReplyState::Answered);
    assert_eq!(reply.content.unwrap().bytes, b"%PDF-1.4 plan");
    assert!(
        !keeper.seen()[0].headers.contains_key("authorization"),
        "the locator's token is not the keeper's"
    );
    for url in [format!("{stranger_url}/plans/1"), "file:///etc/passwd".to_owned(), "plans/1".to_owned()] {
        let reply = opened(at(&url), &federation).await;
        assert_eq!(reply.state.name(), "did-not-answer(failed)", "HAZ-041: {url}");
        assert!(reply.content.is_none());
    }
    assert!(stranger.seen().is_empty(), "HAZ-041: nothing was asked elsewhere");
}

#[tokio::test]
async fn a_proxied_document_goes_through_our_own_proxy_with_the_pointers_system() {
    let proxy = Fake::default().on("/https%3A%2F%2Ftrust.example%2Fdocs%2F1", pdf());
    let proxy_url = proxy.serve().await;
    let federation = federation(vec![locator(&proxy_url, &[])], &proxy_url, limits());
    let pointer = Retrieval {
        asid: Some("200000000999".to_owned()),
        ..at("ssp://another.proxy.example/https%3A%2F%2Ftrust.example%2Fdocs%2F1")
    };
    let reply = opened(pointer.clone(), &federation).await;
    assert_eq!(reply.state, ReplyState::Answered);
    let seen = &proxy.seen()[0];
    assert_eq!(seen.headers["ssp-to"], "200000000999");
    assert_eq!(seen.headers["ssp-from"], "200000000115");
    assert_eq!(
        seen.headers["ssp-interactionid"],
        "urn:nhs:names:services:nrl:DocumentReference.content.read"
    );
    assert!(seen.headers["authorization"].ends_with('.'), "unsigned, as the proxy wants it");
    let without = Retrieval { asid: None, ..pointer };
    assert_eq!(opened(without, &federation).await.state.name(), "did-not-answer(failed)");
}

#[tokio::test]
async fn a_telephone_number_is_not_fetched() {
    let fake = Fake::default();
    let url = fake.serve().await;
    let federation = federation(vec![locator(&url, std::slice::from_ref(&url))], &url, limits());
    let contact = Retrieval { format: Some("urn:nhs-ic:record-contact".to_owned()), ..at("tel:01632960111") };
    assert_eq!(opened(contact, &federation).await.state.name(), "did-not-answer(failed)");
    assert!(fake.seen().is_empty());
}

#[tokio::test]
async fn a_document_that_is_not_what_its_pointer_hashed_is_not_given() {
    let keeper = Fake::default().on("/plans/1", pdf());
    let url = keeper.serve().await;
    let federation = federation(vec![locator(&url, std::slice::from_ref(&url))], &url, limits());
    let lying =
        Retrieval { hash: Some("AAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_owned()), ..at(&format!("{url}/plans/1")) };
    let reply = opened(lying, &federation).await;
    assert_eq!(reply.state.name(), "unreadable", "HAZ-020");
    assert!(reply.content.is_none());
}

#[tokio::test]
async fn a_keeper_that_is_down_or_busy_costs_the_locator_nothing() {
    let fake = Fake::default().json(SEARCH, page(vec![pointer("a", NUMBER)], None));
    let url = fake.serve().await;
    let busy =
        Canned::Headed { status: 429, headers: vec![("retry-after", "30".to_owned())], body: Vec::new() };
    let keeper = Fake::default().on("/plans/1", busy);
    let (busy_url, dead_url) = (keeper.serve().await, "http://127.0.0.1:9".to_owned());
    let federation = federation(vec![locator(&url, &[busy_url.clone(), dead_url.clone()])], &url, limits());
    for _ in 0..2 {
        let reply = opened(at(&format!("{dead_url}/plans/1")), &federation).await;
        assert_eq!(reply.state.name(), "did-not-answer(failed)");
    }
    let reply = opened(at(&format!("{dead_url}/plans/1")), &federation).await;
    assert!(reply.state.name().contains("breaker"), "HAZ-036: left alone: {}", reply.state.name());
    assert_eq!(
        opened(at(&format!("{busy_url}/plans/1")), &federation).await.state.name(),
        "did-not-answer(failed)"
    );
    assert_eq!(opened(at(&format!("{busy_url}/plans/1")), &federation).await.state.name(), "not-asked");
    assert_eq!(keeper.seen().len(), 1, "HAZ-036: it asked us to wait");
    assert_eq!(one(&federation).await.state, ReplyState::Answered, "HAZ-035: pointers are another service");
}

#[tokio::test]
async fn whatever_is_no_pointer_is_not_read_as_one() {
    let about = |number: &str| json!({ "resourceType": "Patient", "id": "p", "identifier": [{ "system": fhir::nhs_number::SYSTEM, "value": number }] });
    let mut carrying = pointer("b", NUMBER);
    carrying["contained"] = json!([about(OTHER_NUMBER)]);
    let reply =
        asked(&Fake::default().json(SEARCH, page(vec![pointer("a", NUMBER), carrying], None))).await.0;
    assert_eq!(reply.state.name(), "withheld(by policy: identity)", "HAZ-004");
    let collection = json!({ "resourceType": "Bundle", "type": "collection" });
    for answer in [page(vec![pointer("a", NUMBER), allergy("x", "d9")], None), collection] {
        let (reply, _) = asked(&Fake::default().json(SEARCH, answer)).await;
        assert_eq!(reply.state.name(), "unreadable", "HAZ-004, HAZ-038");
        assert!(reply.payloads.is_empty(), "HAZ-004");
    }
}

#[tokio::test]
async fn fewer_pointers_than_it_says_there_are_is_said() {
    let mut short = page(vec![pointer("a", NUMBER)], None);
    short["total"] = json!(3);
    let mut unread = page(vec![], None);
    unread["entry"] = json!([{ "fullUrl": "x" }]);
    for (answer, words) in [(short, "showing 1 of 3"), (unread, "1 entry of its answer could not be read")] {
        let (reply, _) = asked(&Fake::default().json(SEARCH, answer)).await;
        assert_eq!(reply.state, ReplyState::AnsweredWithWarnings, "HAZ-017");
        assert!(reply.warnings.iter().any(|warning| warning.text == words), "HAZ-017: {:?}", reply.warnings);
    }
}

#[tokio::test]
async fn a_locator_that_asks_to_wait_with_the_rest_is_left_alone() {
    let busy =
        Canned::Headed { status: 429, headers: vec![("retry-after", "30".to_owned())], body: Vec::new() };
    let fake = Fake::default()
        .json(SEARCH, page(vec![pointer("a", NUMBER)], Some("2")))
        .on(&format!("{SEARCH}#next-page-token=2"), busy);
    let url = fake.serve().await;
    let federation = federation(vec![locator(&url, &[])], &url, limits());
    assert_eq!(one(&federation).await.state, ReplyState::AnsweredWithWarnings);
    assert_eq!(one(&federation).await.state.name(), "not-asked", "HAZ-036");
}

#[test]
fn a_keeper_is_an_origin_and_nothing_narrower_that_would_be_ignored() {
    install_tls();
    let url = "http://127.0.0.1:9";
    let sources = vec![locator(url, &[format!("{url}/only/these")])];
    let fault = Federation::new(sources, national(url), limits()).err().unwrap();
    assert_eq!(fault.place().unwrap().1, "retrieve_from", "HAZ-041");
}

#[test]
fn credentials_of_a_keeper_are_checked_like_a_sources_own() {
    install_tls();
    let url = "http://127.0.0.1:9";
    let mut source = locator(url, &[url.to_owned()]);
    source.retrieve_from[0].api_key_header = Some("Host".to_owned());
    let faults = Federation::faults(&[source], &national(url), &limits());
    assert_eq!(faults.len(), 2, "a header without a key, and one that no key may travel in: {faults:?}");
}

// shows: A37
#[tokio::test]
async fn a_pointer_cannot_lead_the_proxy_upwards_or_write_its_headers() {
    let proxy = Fake::default();
    let proxy_url = proxy.serve().await;
    let spine = crate::NationalConfig { ssp_url: format!("{proxy_url}/ssp"), ..national(&proxy_url) };
    install_tls();
    let federation = Arc::new(Federation::new(vec![locator(&proxy_url, &[])], spine, limits()).unwrap());
    let behind = |target: &str, asid: &str| Retrieval {
        asid: Some(asid.to_owned()),
        ..at(&format!("ssp://proxy.example/{target}"))
    };
    let system = "200000000999";
    for pointer in [
        behind("../admin", system),
        behind("https%3A%2F%2Ftrust.example%2F..%2F..%2Fadmin", system),
        behind("https%3A%2F%2Ftrust.example%2Fdocs%2F1", "1\r\nSsp-From: 2"),
        behind("https%3A%2F%2Ftrust.example%2Fdocs%2F1", ""),
    ] {
        for _ in 0..3 {
            assert_eq!(
                opened(pointer.clone(), &federation).await.state.name(),
                "did-not-answer(failed)",
                "HAZ-041"
            );
        }
    }
    assert!(proxy.seen().is_empty(), "HAZ-041");
    opened(behind("https%3A%2F%2Ftrust.example%2Fdocs%2F1", system), &federation).await;
    assert_eq!(proxy.seen().len(), 1, "HAZ-035: no pointer shuts the proxy for the others");
}
