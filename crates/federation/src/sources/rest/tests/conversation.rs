//! The person found by other ways, servers that take less than they are asked, and servers that ask us to wait.

use super::*;
use crate::PersonSearch;
use fhir::reply::NotAsked;

/// `d1` as replaced by another record.
fn replaced_by(reference: &str) -> Value {
    let mut patient = patient("d1", NUMBER);
    patient["active"] = json!(false);
    patient["link"] = json!([{ "other": { "reference": reference }, "type": "replaced-by" }]);
    patient
}

fn busy(status: u16, retry_after: Option<&str>) -> Canned {
    let headers = retry_after.map(|after| ("retry-after", after.to_owned()));
    Canned::Headed { status, headers: headers.into_iter().collect(), body: Vec::new() }
}

fn refused() -> Canned {
    typed(400, "application/fhir+json", &outcome("error", "NOT_SUPPORTED", "_include").to_string())
}

#[tokio::test]
async fn where_a_sheet_says_so_the_person_is_searched_for_by_get() {
    let fake = server().json("/fhir/Patient", searchset(vec![patient("d1", NUMBER)]));
    let url = fake.serve().await;
    let by_get = SourceConfig { person_search: PersonSearch::Get, ..acute(&url, &[Allergies]) };
    let reply = one(&federation(vec![by_get], "http://127.0.0.1:9", limits())).await;
    assert_eq!(reply.state, ReplyState::Answered);
    assert_eq!((fake.count("/fhir/Patient/_search"), fake.count("/fhir/Patient")), (0, 1));
    let search = fake.seen().into_iter().find(|seen| seen.path == "/fhir/Patient").unwrap();
    assert!(search.query.starts_with("identifier=https%3A%2F%2Ffhir.nhs.uk%2FId%2Fnhs-number%7C"));
}

#[tokio::test]
async fn a_server_that_does_not_take_post_is_our_configuration() {
    let reply = ask(&server().on("/fhir/Patient/_search", busy(405, None))).await;
    let words = "our question was not accepted".to_owned();
    assert_eq!(reply.state, ReplyState::DidNotAnswer(Silence::FailedOurSide(words)));
}

#[tokio::test]
async fn a_replaced_record_is_followed_once_and_entries_of_both_are_its_own() {
    for reference in ["Patient/d2", "Patient/d2/_history/3"] {
        let mut old = allergy("a1", "d2");
        old["onsetDateTime"] = json!("2001");
        let both = searchset(vec![old, allergy("a2", "d1")]);
        let fake = server()
            .json("/fhir/Patient/_search", searchset(vec![replaced_by(reference)]))
            .json("/fhir/Patient/_search#_id=d2", searchset(vec![patient("d2", NUMBER)]))
            .json("/fhir/AllergyIntolerance", both);
        let reply = ask_with(&fake, &[Allergies, Demographics], limits()).await;
        assert_eq!(reply.state, ReplyState::AnsweredWithWarnings, "{:?}", reply.warnings);
        let words = "it has joined two records of this person; the one it keeps is read";
        assert_eq!(warning_text(&reply, "record-joined"), words);
        assert!(reply.warnings.iter().all(|warning| warning.code != "inactive"), "the record read is active");
        let search = fake.seen().into_iter().find(|seen| seen.path == "/fhir/AllergyIntolerance").unwrap();
        assert_eq!(search.query, "patient=d2&_count=50");
        let shown = reply.payloads.iter().find(|payload| payload.category == Some(Demographics)).unwrap();
        assert!(shown.text.contains("\"d2\"") && !shown.text.contains("replaced-by"));
    }
}

#[tokio::test]
async fn a_record_and_the_one_that_replaced_it_together_are_one_person() {
    let pair = searchset(vec![replaced_by("Patient/d2"), patient("d2", NUMBER)]);
    let fake = server()
        .json("/fhir/Patient/_search", pair)
        .json("/fhir/AllergyIntolerance", searchset(vec![allergy("a1", "d1")]));
    let reply = ask_with(&fake, &[Allergies], limits()).await;
    assert_eq!(reply.state, ReplyState::AnsweredWithWarnings);
    assert_eq!(fake.count("/fhir/Patient/_search"), 1);
    let mut stranger = replaced_by("Patient/d2");
    stranger["identifier"][0]["value"] = json!(OTHER_NUMBER);
    let mixed = searchset(vec![stranger, patient("d2", NUMBER)]);
    let reply = ask(&server().json("/fhir/Patient/_search", mixed)).await;
    assert_eq!(reply.state, ReplyState::Withheld(Withholder::PolicyIdentity), "HAZ-004");
}

#[tokio::test]
async fn the_replacing_record_is_compared_as_any_other() {
    let mut born = patient("d2", NUMBER);
    born["birthDate"] = json!("1953-08-14");
    let table = [
        (patient("d2", OTHER_NUMBER), Withholder::PolicyIdentity, "HAZ-004"),
        (born, Withholder::PolicyDiffers(vec!["birth date".to_owned()]), "HAZ-037"),
    ];
    for (replacing, withheld, hazard) in table {
        let fake = server()
            .json("/fhir/Patient/_search", searchset(vec![replaced_by("Patient/d2")]))
            .json("/fhir/Patient/_search#_id=d2", searchset(vec![replacing]));
        let reply = ask(&fake).await;
        assert_eq!(reply.state, ReplyState::Withheld(withheld), "{hazard}");
        assert_eq!(fake.count("/fhir/AllergyIntolerance"), 0, "{hazard}");
    }
}

#[tokio::test]
async fn a_replacement_that_cannot_be_read_leaves_the_record_and_says_so() {
    let words = "it has replaced this record by another, which was not read";
    let cases = [
        ("Patient/d2", typed(404, "application/fhir+json", "{}")),
        ("Patient/d2", Canned::Json(searchset(vec![]))),
        ("Patient/d2", Canned::Json(searchset(vec![patient("d3", NUMBER)]))),
        ("https://elsewhere.example/fhir/Patient/d2", refused()),
        ("Patient/../Observation", refused()),
    ];
    for (reference, answer) in cases {
        let fake = server()
            .json("/fhir/Patient/_search", searchset(vec![replaced_by(reference)]))
            .on("/fhir/Patient/_search#_id=", answer);
        let reply = ask(&fake).await;
        assert_eq!(reply.state, ReplyState::AnsweredWithWarnings, "{reference}");
        assert_eq!(warning_text(&reply, "replaced"), words, "{reference}");
        let inactive = "its record of this person is marked inactive at this partner";
        assert_eq!(warning_text(&reply, "inactive"), inactive);
    }
}

#[tokio::test]
async fn replacements_that_go_round_end_after_one() {
    let mut back = patient("d2", NUMBER);
    back["link"] = json!([{ "other": { "reference": "Patient/d1" }, "type": "replaced-by" }]);
    let fake = server()
        .json("/fhir/Patient/_search", searchset(vec![replaced_by("Patient/d2")]))
        .json("/fhir/Patient/_search#_id=d2", searchset(vec![back]));
    let reply = ask(&fake).await;
    assert_eq!(fake.count("/fhir/Patient/_search"), 2, "HAZ-041: followed once");
    assert!(!warning_text(&reply, "replaced").is_empty());
}

// shows: F21
#[tokio::test]
async fn t49_a_server_keyed_on_the_old_number_is_asked_under_both_and_no_other_is() {
    let mut asking = asking();
    asking.person.superseded = Some(number(OTHER_NUMBER));
    let fake = || {
        server().json("/fhir/Patient/_search", searchset(vec![])).json(
            &format!("/fhir/Patient/_search#{OTHER_NUMBER}"),
            searchset(vec![patient("d1", OTHER_NUMBER)]),
        )
    };
    let (keyed, plain) = (fake(), fake());
    let (keyed_url, plain_url) = (keyed.serve().await, plain.serve().await);
    let sources = vec![
        keyed_on_superseded(&keyed_url),
        SourceConfig { id: SourceId::new("plain"), ..acute(&plain_url, &[Allergies]) },
    ];
    let federation = federation(sources, "http://127.0.0.1:9", limits());
    let plan = crate::plan::plan(federation.sources(), &|_, _| fhir::Level::Full, &asking);
    let replies: Vec<Reply> = futures_util::StreamExt::collect(federation.gather(plan)).await;
    let reply = |id: &str| replies.iter().find(|reply| reply.source.as_str() == id).unwrap();
    assert_eq!(reply("acute").state, ReplyState::AnsweredWithWarnings);
    let said = warning_text(reply("acute"), "earlier-number");
    assert_eq!(said, "held under an earlier NHS number", "HAZ-005");
    assert_eq!(reply("plain").state, ReplyState::AnsweredEmpty);
    let asked_under = |fake: &Fake, number: &str| fake.seen().iter().any(|seen| seen.body.contains(number));
    assert!(asked_under(&keyed, NUMBER) && asked_under(&keyed, OTHER_NUMBER), "HAZ-005: both");
    assert!(asked_under(&plain, NUMBER) && !asked_under(&plain, OTHER_NUMBER), "HAZ-005: as registered");
}

/// The trust, registered as going by numbers of the past.
fn keyed_on_superseded(url: &str) -> SourceConfig {
    SourceConfig { keys_on_superseded: true, ..acute(url, &[Allergies]) }
}

#[tokio::test]
async fn a_strict_server_that_refuses_a_parameter_is_asked_once_more_without() {
    let path = "/fhir/MedicationRequest";
    let medicine =
        json!({ "resourceType": "MedicationRequest", "id": "m1", "subject": { "reference": "Patient/d1" } });
    let fake = server()
        .json("/fhir/metadata", capability("4.0.1", &["Patient", "MedicationRequest"]))
        .on(path, refused())
        .json(&format!("{path}?patient=d1"), searchset(vec![medicine]));
    let url = fake.serve().await;
    let federation = federation(vec![acute(&url, &[Medications])], "http://127.0.0.1:9", limits());
    let reply = one(&federation).await;
    assert_eq!(reply.state, ReplyState::AnsweredWithWarnings);
    let words = "it took a simpler question only: entries that belong to these may be missing";
    assert_eq!(warning_text(&reply, "asked-plainly"), words, "HAZ-017");
    assert_eq!(fake.count(path), 2);
    let reply = one(&federation).await;
    assert_eq!(warning_text(&reply, "asked-plainly"), words, "HAZ-017: said every time");
    assert_eq!(fake.count(path), 3, "HAZ-036: not asked the long way again");
}

#[tokio::test]
async fn a_server_that_refuses_the_plain_question_too_did_not_answer_it() {
    let fake = server().on("/fhir/AllergyIntolerance", refused());
    let reply = ask(&fake).await;
    let words = "our question was not accepted".to_owned();
    assert_eq!(
        reply.state_of(Allergies),
        &ReplyState::DidNotAnswer(Silence::FailedOurSide(words)),
        "HAZ-006"
    );
    assert_eq!(fake.count("/fhir/AllergyIntolerance"), 2);
}

// shows: F6
#[tokio::test]
async fn a_server_that_says_when_to_return_is_left_alone_until_then() {
    for (status, after, left) in
        [(429, Some("30"), "30 seconds"), (503, Some("30"), "30 seconds"), (429, None, "5 seconds")]
    {
        let fake = server().on("/fhir/Patient/_search", busy(status, after));
        let url = fake.serve().await;
        let federation = federation(vec![acute(&url, &[Allergies])], "http://127.0.0.1:9", limits());
        assert_eq!(one(&federation).await.state, failed("asked us to wait"), "{status}");
        let asked = fake.seen().len();
        let next = one(&federation).await.state;
        assert_eq!(
            next,
            ReplyState::NotAsked(NotAsked(format!("it asked us to wait another {left}"))),
            "{status}"
        );
        assert_eq!(fake.seen().len(), asked, "HAZ-036: {status}");
        assert_eq!(federation.breaker(&SourceId::new("acute")), "resting: it asked us to wait");
    }
}

#[tokio::test]
async fn one_search_that_is_asked_to_wait_stops_those_not_yet_sent() {
    let fake = server().on("/fhir/AllergyIntolerance", busy(429, Some("40")));
    let url = fake.serve().await;
    let one_by_one = crate::Limits { searches_at_once: 1, ..limits() };
    let federation = federation(vec![acute(&url, &[Allergies, Problems])], "http://127.0.0.1:9", one_by_one);
    let reply = one(&federation).await;
    assert_eq!(reply.state_of(Problems), &failed("asked us to wait"), "HAZ-006: not empty");
    assert_eq!(fake.count("/fhir/Condition"), 0, "HAZ-036");
    assert!(matches!(one(&federation).await.state, ReplyState::NotAsked(_)), "HAZ-036");
}

#[tokio::test]
async fn a_cursor_that_has_run_out_is_not_the_end_of_the_list() {
    for (answer, words) in [
        (busy(410, None), "the rest is no longer there"),
        (busy(404, None), "the rest is no longer there"),
        (busy(429, Some("9")), "it asked us to wait with the rest"),
        (busy(500, None), "the rest did not arrive"),
    ] {
        let fake = server()
            .json("/fhir/AllergyIntolerance", page(&["a1"], 2, Some("?page=2")))
            .on("/fhir/AllergyIntolerance?page=2", answer);
        let reply = ask_with(&fake, &[Allergies], limits()).await;
        assert_eq!(reply.payloads.len(), 1, "{words}");
        assert_eq!(warning_text(&reply, "paging"), format!("showing 1 of 2; {words}"), "HAZ-017");
    }
}

#[tokio::test]
async fn the_api_key_goes_in_the_header_its_sheet_names() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    std::fs::write(&key, "demo\n").unwrap();
    let fake = server();
    let url = fake.serve().await;
    let keyed = SourceConfig {
        api_key_file: Some(key),
        api_key_header: Some("Ocp-Apim-Subscription-Key".to_owned()),
        ..acute(&url, &[Allergies])
    };
    one(&federation(vec![keyed], "http://127.0.0.1:9", limits())).await;
    let seen = fake.seen();
    assert!(seen.iter().all(|seen| seen.headers["ocp-apim-subscription-key"] == "demo"));
    assert!(seen.iter().all(|seen| !seen.headers.contains_key("x-api-key")));
}

#[tokio::test]
async fn whatever_comes_with_the_person_is_about_the_person() {
    let found = || patient("d1", NUMBER);
    let strays = [vec![found(), allergy("a9", "d9")], vec![found(), patient("d1", OTHER_NUMBER)]];
    for stray in strays {
        let fake = server().json("/fhir/Patient/_search", searchset(stray));
        let url = fake.serve().await;
        let shares = [Demographics, Allergies];
        let federation = federation(vec![acute(&url, &shares)], "http://127.0.0.1:9", limits());
        let reply = one(&federation).await;
        assert_eq!(reply.state, ReplyState::Withheld(Withholder::PolicyIdentity), "HAZ-004");
        assert!(reply.payloads.is_empty(), "HAZ-004");
        assert!(federation.breaker(&SourceId::new("acute")).starts_with("held since"), "HAZ-004");
    }
}

// shows: F18
#[tokio::test]
async fn an_answer_with_entries_that_cannot_be_read_is_not_empty() {
    let without_resource =
        json!({ "resourceType": "Bundle", "type": "searchset", "entry": [{ "fullUrl": "x" }] });
    let reply = ask(&server().json("/fhir/AllergyIntolerance", without_resource)).await;
    assert_eq!(reply.state_of(Allergies), &ReplyState::AnsweredWithWarnings, "HAZ-006, HAZ-040");
    assert_eq!(warning_text(&reply, "unread-entries"), "1 entry of its answer could not be read");
}

// shows: F9
#[tokio::test]
async fn only_an_empty_searchset_says_that_there_is_nothing() {
    for bundle in
        [json!({ "resourceType": "Bundle" }), json!({ "resourceType": "Bundle", "type": "batch-response" })]
    {
        let unreadable = ReplyState::Unreadable("sent something that is not a record".to_owned());
        let reply = ask(&server().json("/fhir/Patient/_search", bundle.clone())).await;
        assert_eq!(reply.state, unreadable, "HAZ-038");
        let reply = ask(&server().json("/fhir/AllergyIntolerance", bundle)).await;
        assert_eq!(reply.state_of(Allergies), &unreadable, "HAZ-038");
    }
}

#[tokio::test]
async fn one_refusal_that_was_not_about_parameters_makes_no_question_simpler_for_ever() {
    let found = Canned::Json(searchset(vec![allergy("a1", "d1")]));
    let fake = server().on("/fhir/AllergyIntolerance", Canned::InTurn(vec![refused(), refused(), found]));
    let url = fake.serve().await;
    let federation = federation(vec![acute(&url, &[Allergies])], "http://127.0.0.1:9", limits());
    one(&federation).await;
    assert_eq!(one(&federation).await.state, ReplyState::Answered, "HAZ-017: asked the whole question again");
    let last = fake.seen().into_iter().rfind(|seen| seen.path == "/fhir/AllergyIntolerance").unwrap();
    assert_eq!(last.query, "patient=d1&_count=50");
}

#[tokio::test]
async fn a_reader_who_leaves_takes_no_statement_along() {
    let statement = Canned::Json(capability("4.0.1", &TYPES));
    let fake = server().on("/fhir/metadata", Canned::InTurn(vec![statement, Canned::Hang]));
    let url = fake.serve().await;
    let always = crate::Limits { capability_age: std::time::Duration::ZERO, ..limits() };
    let shares = [Allergies, Immunisations];
    let federation = federation(vec![acute(&url, &shares)], "http://127.0.0.1:9", always);
    one(&federation).await;
    let left = tokio::time::timeout(std::time::Duration::from_millis(100), one(&federation)).await;
    assert!(left.is_err(), "the statement was being read");
    fake.set("/fhir/metadata", typed(500, "text/html", "<html>"));
    let reply = one(&federation).await;
    assert_eq!(reply.state_of(Immunisations), &ReplyState::NotShared, "HAZ-006");
    assert_eq!(fake.count("/fhir/Immunization"), 0, "what was declared once still holds");
}

#[tokio::test]
async fn a_second_record_under_an_earlier_number_is_not_passed_over_in_silence() {
    let mut asking = asking();
    asking.person.superseded = Some(number(OTHER_NUMBER));
    let mut joined = patient("d1", NUMBER);
    let earlier = patient("d1", OTHER_NUMBER)["identifier"][0].clone();
    joined["identifier"].as_array_mut().unwrap().push(earlier);
    let more = "it may hold more under an earlier NHS number, which was not read";
    for (earlier, said) in [
        (Canned::Json(searchset(vec![patient("d7", OTHER_NUMBER)])), more),
        (typed(500, "text/html", "<html>"), more),
        (Canned::Json(searchset(vec![])), ""),
        (Canned::Json(searchset(vec![joined])), ""),
    ] {
        let fake = server().on(&format!("/fhir/Patient/_search#{OTHER_NUMBER}"), earlier);
        let url = fake.serve().await;
        let federation = federation(vec![keyed_on_superseded(&url)], "http://127.0.0.1:9", limits());
        let plan = crate::plan::plan(federation.sources(), &|_, _| fhir::Level::Full, &asking);
        let reply = futures_util::StreamExt::next(&mut federation.gather(plan)).await.unwrap();
        assert!(!reply.payloads.is_empty());
        assert_eq!(warning_text(&reply, "earlier-record"), said, "HAZ-005, HAZ-017");
    }
}
