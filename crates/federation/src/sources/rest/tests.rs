//! Conversations with FHIR servers that are well, ill, mistaken and hostile. States, words and requests are asserted;
//! no wall time is.

/// Other ways to the person, strict servers, busy servers.
mod conversation;
/// Documents opened.
mod documents;
/// What a server itself warns of.
mod warned;
/// Partners that are told who asks.
mod who;
/// Messages and documents kept whole; social care.
mod whole;

use crate::{SourceConfig, testing::*};
use fhir::{
    Category::{self, *},
    Reply, ReplyState, SourceId,
    reply::{Format, Silence, Withholder},
};
use serde_json::{Value, json};

const TYPES: [&str; 4] = ["Patient", "AllergyIntolerance", "Condition", "Procedure"];

/// A server that knows Doreen as `d1` and declares allergies and problems.
fn server() -> Fake {
    Fake::default()
        .json("/fhir/metadata", capability("4.0.1", &TYPES))
        .json("/fhir/Patient/_search", searchset(vec![patient("d1", NUMBER)]))
        .json("/fhir/AllergyIntolerance", searchset(vec![allergy("a1", "d1")]))
}

fn acute(url: &str, shares: &[Category]) -> SourceConfig {
    source("acute", kind("fhir-r4"), Some(format!("{url}/fhir")), shares)
}

async fn ask_with(fake: &Fake, shares: &[Category], limits: crate::Limits) -> Reply {
    let url = fake.serve().await;
    one(&federation(vec![acute(&url, shares)], "http://127.0.0.1:9", limits)).await
}

async fn ask(fake: &Fake) -> Reply {
    ask_with(fake, &[Allergies, Problems], limits()).await
}

fn failed(words: &str) -> ReplyState {
    ReplyState::DidNotAnswer(Silence::Failed(words.to_owned()))
}

fn typed(status: u16, media_type: &'static str, body: &str) -> Canned {
    Canned::Typed { status, media_type, body: body.to_owned() }
}

/// One page of allergies with a next link.
fn page(ids: &[&str], total: u64, next: Option<&str>) -> Value {
    let mut bundle = searchset(ids.iter().map(|id| allergy(id, "d1")).collect());
    bundle["total"] = json!(total);
    bundle["link"] =
        json!(next.map(|url| json!({ "relation": "next", "url": url })).into_iter().collect::<Vec<_>>());
    bundle
}

fn warning_text(reply: &Reply, code: &str) -> String {
    reply.warnings.iter().find(|warning| warning.code == code).map(|w| w.text.clone()).unwrap_or_default()
}

#[tokio::test]
async fn a_well_server_is_asked_once_per_type_and_answers() {
    let fake = server();
    let reply = ask(&fake).await;
    assert_eq!(reply.state, ReplyState::Answered);
    assert_eq!(reply.by_category.get(&Problems), Some(&ReplyState::AnsweredEmpty));
    assert_eq!(reply.by_category.get(&Medications), Some(&ReplyState::NotShared));
    let allergies: Vec<_> = reply.payloads.iter().filter(|p| p.category == Some(Allergies)).collect();
    assert_eq!((allergies.len(), allergies[0].format), (1, Format::R4));
    assert!(reply.size_bytes > 0);
    let seen = fake.seen();
    let asked = |path: &str| seen.iter().filter(|s| s.path == path).count();
    assert_eq!(
        (asked("/fhir/AllergyIntolerance"), asked("/fhir/Condition"), asked("/fhir/Procedure")),
        (1, 1, 1)
    );
    let search = seen.iter().find(|s| s.path == "/fhir/AllergyIntolerance").unwrap();
    assert_eq!(search.query, "patient=d1&_count=50");
    assert_eq!(search.headers["prefer"], "handling=strict");
    assert!(search.headers.contains_key("x-request-id"));
}

#[tokio::test]
async fn the_number_travels_in_a_body_and_never_in_an_address() {
    let fake = server()
        .json("/fhir/Patient/_search", searchset(vec![patient(NUMBER, NUMBER)]))
        .json("/fhir/AllergyIntolerance/_search", searchset(vec![allergy("a1", NUMBER)]));
    let reply = ask_with(&fake, &[Allergies], limits()).await;
    assert_eq!(reply.state, ReplyState::Answered, "a server whose ids are NHS numbers is asked by POST");
    for seen in fake.seen() {
        let address = format!("{}?{}", seen.path, seen.query);
        assert!(!address.contains(NUMBER), "HAZ-049: the NHS number stood in an address");
    }
    let search = fake.seen().into_iter().find(|seen| seen.path == "/fhir/Patient/_search").unwrap();
    assert_eq!(search.method, "POST");
    assert!(search.body.contains(NUMBER));
}

#[tokio::test]
async fn a_category_the_server_does_not_declare_is_not_shared_and_not_asked() {
    let fake = server();
    let reply = ask_with(&fake, &[Allergies, Immunisations], limits()).await;
    assert_eq!(reply.state_of(Immunisations), &ReplyState::NotShared, "HAZ-006: undeclared is not empty");
    assert_eq!(fake.count("/fhir/Immunization"), 0);
}

#[tokio::test]
async fn without_a_statement_the_question_goes_on_by_configuration() {
    for broken in [Canned::Hang, typed(500, "text/html", "<html>")] {
        let fake = server().on("/fhir/metadata", broken);
        let limits = crate::Limits { capability_deadline: std::time::Duration::from_millis(100), ..limits() };
        let reply = ask_with(&fake, &[Allergies], limits).await;
        assert_eq!(reply.state, ReplyState::Answered);
    }
}

#[tokio::test]
async fn the_statement_is_read_once_for_many_openings() {
    let fake = server();
    let url = fake.serve().await;
    let federation = federation(vec![acute(&url, &[Allergies])], "http://127.0.0.1:9", limits());
    for _ in 0..3 {
        one(&federation).await;
    }
    assert_eq!(fake.count("/fhir/metadata"), 1, "HAZ-036: no probing beyond the hourly statement");
}

#[tokio::test]
async fn an_stu3_server_is_asked_the_stu3_way() {
    let types = ["Patient", "ReferralRequest", "ServiceRequest", "Encounter"];
    let fake = server().json("/fhir/metadata", capability("3.0.2", &types));
    let reply = ask_with(&fake, &[Encounters, Demographics], limits()).await;
    assert_eq!((fake.count("/fhir/ReferralRequest"), fake.count("/fhir/ServiceRequest")), (1, 0));
    assert!(reply.payloads.iter().all(|payload| payload.format == Format::Stu3));
    assert!(reply.payloads.iter().any(|payload| payload.category == Some(Demographics)));
}

#[tokio::test]
async fn includes_and_dates_are_sent_where_declared() {
    let fake = server().json("/fhir/metadata", capability("4.0.1", &["MedicationRequest", "Appointment"]));
    ask_with(&fake, &[Medications, Encounters], limits()).await;
    let query = |path: &str| fake.seen().into_iter().find(|s| s.path == path).unwrap().query;
    assert!(query("/fhir/MedicationRequest").ends_with("_include=MedicationRequest%3Amedication"));
    assert!(query("/fhir/Appointment").ends_with("date=ge2026-11-22"));
}

#[tokio::test]
async fn a_server_that_does_not_know_the_person_answers_empty() {
    let fake = server().json("/fhir/Patient/_search", searchset(vec![]));
    let reply = ask(&fake).await;
    assert_eq!(reply.state, ReplyState::AnsweredEmpty);
    assert_eq!(reply.warnings[0].code, "person-not-known");
    assert_eq!(fake.count("/fhir/AllergyIntolerance"), 0);
}

#[tokio::test]
async fn nobody_in_a_searchset_that_counts_somebody_is_not_empty() {
    let fake = server().json("/fhir/Patient/_search", page(&[], 1, None));
    let reply = ask(&fake).await;
    assert!(matches!(reply.state, ReplyState::Unreadable(_)), "HAZ-006: {:?}", reply.state);
}

// shows: F22
#[tokio::test]
async fn two_patients_are_never_picked_from() {
    let fake =
        server().json("/fhir/Patient/_search", searchset(vec![patient("d1", NUMBER), patient("d2", NUMBER)]));
    let reply = ask(&fake).await;
    assert_eq!(reply.state, ReplyState::Withheld(Withholder::PolicyAmbiguous), "HAZ-037");
    assert!(reply.payloads.is_empty());
}

// shows: F20
#[tokio::test]
async fn another_birth_date_withholds_and_names_the_field() {
    let mut other = patient("d1", NUMBER);
    other["birthDate"] = json!("1935-08-15");
    let fake = server().json("/fhir/Patient/_search", searchset(vec![other]));
    let reply = ask(&fake).await;
    let differs = Withholder::PolicyDiffers(vec!["birth date".to_owned()]);
    assert_eq!(reply.state, ReplyState::Withheld(differs), "HAZ-037");
    assert_eq!(fake.count("/fhir/AllergyIntolerance"), 0);
}

#[tokio::test]
async fn another_family_name_is_said_and_shown() {
    let mut other = patient("d1", NUMBER);
    other["name"] = json!([{ "family": "Elsewhere", "given": ["Doreen"] }]);
    let fake = server().json("/fhir/Patient/_search", searchset(vec![other]));
    let reply = ask(&fake).await;
    assert_eq!(reply.state, ReplyState::AnsweredWithWarnings);
    assert_eq!(warning_text(&reply, "identity-differs"), "family name differs from the person asked about");
}

// shows: F19
#[tokio::test]
async fn a_swapped_person_withholds_everything_and_holds_the_breaker_until_cleared() {
    let fake = server().json("/fhir/Patient/_search", searchset(vec![patient("d1", OTHER_NUMBER)]));
    let url = fake.serve().await;
    let federation = federation(vec![acute(&url, &[Allergies])], "http://127.0.0.1:9", limits());
    let reply = one(&federation).await;
    assert_eq!(reply.state, ReplyState::Withheld(Withholder::PolicyIdentity), "HAZ-004");
    assert!(reply.payloads.is_empty() && reply.warnings.is_empty(), "HAZ-004: nothing of it is named");
    let asked = fake.seen().len();
    let next = one_of(&federation, "another-opening").await;
    let open = Silence::BreakerOpen { since: "14:05".to_owned() };
    assert_eq!(next.state, ReplyState::DidNotAnswer(open), "HAZ-004: held open");
    assert_eq!(fake.seen().len(), asked, "HAZ-004: not asked while held");
    let acute = SourceId::new("acute");
    assert!(federation.breaker(&acute).starts_with("held since 14:05"), "HAZ-004: the operator can see it");
    federation.clear(&acute);
    assert_eq!(federation.breaker(&acute), "closed");
    fake.set("/fhir/Patient/_search", Canned::Json(searchset(vec![patient("d1", NUMBER)])));
    assert_eq!(one(&federation).await.state, ReplyState::Answered);
}

/// The reply of the only source in another opening.
async fn one_of(federation: &std::sync::Arc<crate::Federation>, opening: &str) -> Reply {
    let asking = crate::Asking { opening: opening.to_owned(), ..asking() };
    let plan = crate::plan::plan(federation.sources(), &|_, _| fhir::Level::Full, &asking);
    futures_util::StreamExt::next(&mut federation.gather(plan)).await.unwrap()
}

// shows: F19
#[tokio::test]
async fn one_stray_subject_condemns_the_whole_reply() {
    let fake = server().json(
        "/fhir/Condition",
        searchset(vec![json!({
            "resourceType": "Condition", "id": "c1", "subject": { "reference": "Patient/d2" },
        })]),
    );
    let reply = ask(&fake).await;
    assert_eq!(reply.state, ReplyState::Withheld(Withholder::PolicyIdentity), "HAZ-004");
    assert!(reply.payloads.is_empty(), "HAZ-004: the good allergies go too");
}

// shows: F1
#[tokio::test]
async fn a_hanging_server_times_out_and_a_hanging_search_costs_its_category_only() {
    let fake = server().on("/fhir/Patient/_search", Canned::Hang);
    let reply = ask_with(&fake, &[Allergies], hurried()).await;
    assert_eq!(reply.state, ReplyState::DidNotAnswer(Silence::TimedOut), "HAZ-035");

    let fake = server().on("/fhir/Condition", Canned::Hang);
    let reply = ask_with(&fake, &[Allergies, Problems], hurried()).await;
    assert_eq!(reply.state, ReplyState::AnsweredWithWarnings);
    let problems = reply.state_of(Problems);
    assert_eq!(problems, &ReplyState::DidNotAnswer(Silence::TimedOut), "HAZ-006: not empty, not answered");
    assert!(reply.payloads.iter().any(|payload| payload.category == Some(Allergies)));
}

// shows: F2
#[tokio::test]
async fn a_dripping_body_times_out_by_its_floor() {
    let fake = server().on("/fhir/Patient/_search", Canned::Drip);
    // Only the floor can end it.
    let hour = std::time::Duration::from_secs(3600);
    let reply =
        ask_with(&fake, &[Allergies], crate::Limits { total: hour, first_byte: hour, ..limits() }).await;
    assert_eq!(
        reply.state,
        ReplyState::DidNotAnswer(Silence::TimedOut),
        "HAZ-035: a drip defeats read timeouts"
    );
}

// shows: F3
#[tokio::test]
async fn a_reset_in_mid_body_is_a_failure_and_the_half_is_dropped() {
    let fake = server().on("/fhir/AllergyIntolerance", Canned::Reset);
    let reply = ask(&fake).await;
    assert_eq!(reply.state_of(Allergies), &failed("broke off while answering"), "HAZ-006");
    assert!(reply.payloads.iter().all(|payload| payload.category != Some(Allergies)));
}

#[tokio::test]
async fn nobody_listening_is_a_refused_connection() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let reply = one(&federation(vec![acute(&url, &[Allergies])], "http://127.0.0.1:9", limits())).await;
    assert_eq!(reply.state, failed("refused the connection"));
}

// shows: F8, F9
#[tokio::test]
async fn each_status_has_its_state_and_none_reads_as_absence() {
    let ours = |words: &str| ReplyState::DidNotAnswer(Silence::FailedOurSide(words.to_owned()));
    let held = ReplyState::Withheld(Withholder::Source("it refused to answer".to_owned()));
    let table = [
        (500, failed("answered with an error")),
        (503, failed("asked us to wait")),
        (429, failed("asked us to wait")),
        (404, failed("answered with an error")),
        (403, held),
        (401, ours("our credentials were not accepted")),
        (400, ours("our question was not accepted")),
        (302, failed("pointed us elsewhere")),
    ];
    for (status, state) in table {
        let refusal = typed(status, "application/fhir+json", &outcome("error", "X", "x").to_string());
        let reply = ask(&server().on("/fhir/Patient/_search", refusal)).await;
        assert_eq!(reply.state, state, "HAZ-038: status {status}");
    }
}

// shows: F11
#[tokio::test]
async fn what_is_not_a_record_is_unreadable_whatever_its_status_says() {
    let page = "<html><form action=login>";
    let duplicate = r#"{"resourceType":"Bundle","type":"searchset","total":0,"total":1}"#;
    let deep = format!("{}{}", "{\"a\":".repeat(200), "}".repeat(200));
    let table = [
        ("a login page", typed(200, "text/html", page)),
        ("a login page that lies about its type", typed(200, "application/fhir+json", page)),
        ("a record that lies about its type", typed(200, "text/html", &searchset(vec![]).to_string())),
        ("a key that stands twice", typed(200, "application/fhir+json", duplicate)),
        ("a nesting bomb", typed(200, "application/fhir+json", &deep)),
        ("an empty body", typed(200, "application/fhir+json", "")),
        ("another resource", typed(200, "application/fhir+json", r#"{"resourceType":"Basic"}"#)),
    ];
    for (what, answer) in table {
        let reply = ask(&server().on("/fhir/AllergyIntolerance", answer)).await;
        let state = reply.state_of(Allergies);
        assert!(matches!(state, ReplyState::Unreadable(_)), "HAZ-038, HAZ-041: {what}: {state:?}");
        assert!(reply.payloads.iter().all(|payload| payload.category != Some(Allergies)), "HAZ-038: {what}");
    }
}

// shows: F10
#[tokio::test]
async fn an_error_inside_a_success_failed_and_a_warning_is_told() {
    let inside = |severity: &str| {
        let mut bundle = searchset(vec![allergy("a1", "d1")]);
        let entry = json!({ "resource": outcome(severity, "SLOW", "some entries are still filing"), "search": { "mode": "outcome" } });
        bundle["entry"].as_array_mut().unwrap().push(entry);
        bundle
    };
    let reply = ask(&server().json("/fhir/AllergyIntolerance", inside("error"))).await;
    assert_eq!(reply.state_of(Allergies), &failed("answered with an error"), "HAZ-038");
    let alone = outcome("fatal", "BROKEN", "x");
    let reply = ask(&server().json("/fhir/AllergyIntolerance", alone)).await;
    assert_eq!(reply.state_of(Allergies), &failed("answered with an error"), "HAZ-038");
    let reply = ask(&server().json("/fhir/AllergyIntolerance", inside("warning"))).await;
    assert_eq!(reply.state, ReplyState::AnsweredWithWarnings);
    assert_eq!(warning_text(&reply, "source-warning"), "some entries are still filing");
}

// shows: F15
#[tokio::test]
async fn an_oversized_page_is_dropped_unparsed() {
    let big = format!("{{\"resourceType\":\"Bundle\",\"pad\":\"{}\"}}", "x".repeat(70 * 1024));
    let reply =
        ask(&server().on("/fhir/AllergyIntolerance", typed(200, "application/fhir+json", &big))).await;
    let words = "sent more than can be read here".to_owned();
    assert_eq!(reply.state_of(Allergies), &ReplyState::Unreadable(words), "HAZ-041");
}

// shows: F17, A39
#[tokio::test]
async fn an_encoding_nobody_offered_is_refused() {
    use axum::{Router, http::header::CONTENT_ENCODING, routing::any};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let bomb = || async { ([(CONTENT_ENCODING, "gzip")], vec![0x1fu8, 0x8b, 8]) };
    let router = Router::new().fallback(any(bomb));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let reply = one(&federation(vec![acute(&url, &[Allergies])], "http://127.0.0.1:9", limits())).await;
    assert!(
        matches!(reply.state, ReplyState::Unreadable(_)),
        "HAZ-041: a decompression bomb is never opened"
    );
}

#[tokio::test]
async fn pages_are_followed_to_the_end() {
    let fake = server()
        .json("/fhir/AllergyIntolerance", page(&["a1", "a2"], 3, Some("?page=2")))
        .json("/fhir/AllergyIntolerance?page=2", page(&["a3"], 3, None));
    let reply = ask_with(&fake, &[Allergies], limits()).await;
    assert_eq!(reply.state, ReplyState::Answered);
    assert_eq!(reply.payloads.len(), 2, "HAZ-017: both pages");
}

// shows: F23
#[tokio::test]
async fn less_than_the_total_is_said() {
    let fake = server().json("/fhir/AllergyIntolerance", page(&["a1"], 7, None));
    let reply = ask_with(&fake, &[Allergies], limits()).await;
    assert_eq!(reply.state, ReplyState::AnsweredWithWarnings);
    assert_eq!(warning_text(&reply, "paging"), "showing 1 of 7", "HAZ-017");
}

// shows: F3
#[tokio::test]
async fn a_page_that_fails_leaves_the_pages_before_it_and_says_so() {
    let fake = server()
        .json("/fhir/AllergyIntolerance", page(&["a1"], 2, Some("?page=2")))
        .on("/fhir/AllergyIntolerance?page=2", Canned::Reset);
    let reply = ask_with(&fake, &[Allergies], limits()).await;
    assert_eq!(reply.payloads.len(), 1);
    assert_eq!(warning_text(&reply, "paging"), "showing 1 of 2; the rest did not arrive", "HAZ-017");
}

// shows: F23
#[tokio::test]
async fn looping_and_endless_next_links_end() {
    let fake = server()
        .json("/fhir/AllergyIntolerance", page(&["a1"], 2, Some("?page=1")))
        .json("/fhir/AllergyIntolerance?page=1", page(&["a2"], 9, Some("?page=1")));
    let reply = ask_with(&fake, &[Allergies], limits()).await;
    assert_eq!(warning_text(&reply, "paging"), "showing 2 of 9; its pages repeat", "HAZ-017, HAZ-041");

    let fake = server().json("/fhir/AllergyIntolerance", page(&["a0"], 99, Some("?page=1")));
    for n in 1..9 {
        let (here, next) = (format!("/fhir/AllergyIntolerance?page={n}"), format!("?page={}", n + 1));
        fake.set(&here, Canned::Json(page(&[&format!("a{n}")], 99, Some(&next))));
    }
    let reply = ask_with(&fake, &[Allergies], limits()).await;
    let text = warning_text(&reply, "paging");
    assert_eq!(text, "showing 4 of 99; more exists than is read here", "HAZ-017, HAZ-041");
    assert_eq!(fake.count("/fhir/AllergyIntolerance"), 4);
}

// shows: F24, A37
#[tokio::test]
async fn a_next_link_to_another_origin_is_not_followed_and_no_packet_leaves() {
    let elsewhere = Fake::default();
    let other = elsewhere.serve().await;
    let hostile = [
        format!("{other}/fhir/AllergyIntolerance?page=2"),
        "/outside?page=2".to_owned(),
        "/fhir/../outside?page=2".to_owned(),
        "/fhirlike/AllergyIntolerance".to_owned(),
        "file:///etc/hosts".to_owned(),
        format!("//{}/fhir", other.trim_start_matches("http://")),
        format!("/fhir/AllergyIntolerance?page={}", "x".repeat(3000)),
    ];
    for next in hostile {
        let fake = server().json("/fhir/AllergyIntolerance", page(&["a1"], 2, Some(&next)));
        let reply = ask_with(&fake, &[Allergies], limits()).await;
        let text = warning_text(&reply, "paging");
        assert_eq!(text, "showing 1 of 2; the link to the rest could not be followed", "HAZ-017: {next}");
        assert_eq!(fake.count("/fhir/AllergyIntolerance"), 1, "HAZ-041: {next}");
        assert_eq!(fake.count("/outside") + fake.count("/fhirlike"), 0, "HAZ-041: {next}");
    }
    assert_eq!(elsewhere.seen().len(), 0, "HAZ-041: a packet left for another origin");
}

#[tokio::test]
async fn a_feed_says_when_it_received_its_oldest_part() {
    let mut old = searchset(vec![]);
    old["meta"] = json!({ "lastUpdated": "2026-11-20T02:10:00Z" });
    let mut new = searchset(vec![allergy("a1", "d1")]);
    new["meta"] = json!({ "lastUpdated": "2026-11-22T02:10:00Z" });
    let fake = server().json("/fhir/AllergyIntolerance", new).json("/fhir/Condition", old);
    let url = fake.serve().await;
    let feed = crate::Feed { every: "24h".to_owned(), stale_after: "26h".to_owned() };
    let edge = SourceConfig { feed: Some(feed), ..acute(&url, &[Allergies, Problems]) };
    let reply = one(&federation(vec![edge], "http://127.0.0.1:9", limits())).await;
    assert_eq!(reply.as_at.as_deref(), Some("2026-11-20T02:10:00Z"));
}

#[tokio::test]
async fn a_feed_that_does_not_know_the_person_still_says_how_old_it_is() {
    let mut nobody = searchset(vec![]);
    nobody["meta"] = json!({ "lastUpdated": "2026-11-17T02:10:00Z" });
    let url = server().json("/fhir/Patient/_search", nobody).serve().await;
    let feed = crate::Feed { every: "24h".to_owned(), stale_after: "26h".to_owned() };
    let edge = SourceConfig { feed: Some(feed), ..acute(&url, &[Allergies]) };
    let reply = one(&federation(vec![edge], "http://127.0.0.1:9", limits())).await;
    assert_eq!(reply.state, ReplyState::AnsweredEmpty);
    assert_eq!(
        reply.as_at.as_deref(),
        Some("2026-11-17T02:10:00Z"),
        "HAZ-006: an old extract may not know them yet"
    );
}

#[tokio::test]
async fn the_api_key_goes_to_its_own_source_alone() {
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("key");
    std::fs::write(&key, "demo\n").unwrap();
    let (with, without) = (server(), server());
    let keyed = SourceConfig { api_key_file: Some(key), ..acute(&with.serve().await, &[Allergies]) };
    let plain = SourceConfig { id: SourceId::new("other"), ..acute(&without.serve().await, &[Allergies]) };
    gather(&federation(vec![keyed, plain], "http://127.0.0.1:9", limits())).await;
    assert!(with.seen().iter().all(|seen| seen.headers["x-api-key"] == "demo"));
    assert!(without.seen().iter().all(|seen| !seen.headers.contains_key("x-api-key")), "HAZ-041");
}
