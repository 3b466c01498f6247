//! The directory's answers kept for one opening, an address that moved, and every error of the proxy and of a practice
//! over the wire.

use super::*;
use crate::{
    Asking,
    fault::Fault,
    guard::Verdict,
    national::sds::NoEndpoint,
    sources::gp_connect::exchange::{self, End},
};

const MOVED: &str = "https://gp.example/ZZ901/STU3/2/gpconnect/structured/fhir";
const DEVICE: &str = "/spine-directory/FHIR/R4/Device";

/// As the proxy writes its own errors: the status as code, the reason as display.
fn by_proxy(status: u16, says: &str) -> Canned {
    let coding = json!([{
        "system": "http://fhir.nhs.net/ValueSet/gpconnect-schedule-response-code-1-0",
        "code": status.to_string(), "display": says,
    }]);
    let issue = json!([{ "severity": "error", "code": "invalid", "details": { "coding": coding } }]);
    fhir(status, &json!({ "resourceType": "OperationOutcome", "issue": issue }))
}

fn opening(id: &str) -> Asking {
    Asking { opening: id.to_owned(), ..asking() }
}

#[tokio::test]
async fn one_opening_looks_a_practice_up_once_and_another_anew() {
    let fake = spine();
    let federation = federation_of(&fake, limits()).await;
    federation.ask_objection(&asking()).await;
    one(&federation).await;
    assert_eq!((fake.count(DEVICE), fake.count(PATH)), (1, 3), "objection and record share the look-up");
    federation.ask_objection(&opening("another")).await;
    assert_eq!(fake.count(DEVICE), 2, "nothing is kept across openings unless the operator says so");
}

#[tokio::test]
async fn an_operator_may_keep_endpoints_across_openings() {
    install_tls();
    let fake = spine();
    let national =
        crate::NationalConfig { keep_endpoints: Some("10m".to_owned()), ..national(&fake.serve().await) };
    let gp = source("gp", kind("gp-connect"), None, &ALL);
    let federation = Arc::new(Federation::new(vec![gp], national, limits()).unwrap());
    federation.ask_objection(&asking()).await;
    federation.ask_objection(&opening("another")).await;
    assert_eq!(fake.count(DEVICE), 1);
}

#[tokio::test]
async fn an_address_that_moved_is_looked_up_again_and_asked_once_more() {
    let fake = spine();
    let federation = federation_of(&fake, limits()).await;
    federation.ask_objection(&asking()).await;
    let varies = || by_proxy(400, "ENDPOINT_ZZ901_VARIES_FROM_TARGETURL_x");
    for area in ["#includeAllergies", "#includeImmunisations"] {
        fake.set(&format!("{PATH}{area}"), varies());
    }
    fake.set("/spine-directory/FHIR/R4/Endpoint", Canned::Json(searchset(vec![endpoint(MOVED)])));
    let moved = format!("/{MOVED}/Patient/$gpc.getstructuredrecord");
    fake.set(&format!("{moved}#includeAllergies"), Canned::Json(safety()));
    fake.set(&format!("{moved}#includeImmunisations"), Canned::Json(rest()));
    let reply = one(&federation).await;
    assert_eq!(reply.state, ReplyState::Answered);
    assert_eq!(fake.count(&moved), 2);
}

#[tokio::test]
async fn an_address_that_stays_wrong_is_asked_twice_and_is_our_side() {
    let reply = both(by_proxy(400, "ENDPOINT_ZZ901_VARIES_FROM_TARGETURL_x"));
    let state = ask(&reply).await.state;
    assert!(matches!(state, ReplyState::DidNotAnswer(Silence::FailedOurSide(_))), "{state:?}");
    assert_eq!(reply.count(PATH), 4, "each of the two requests once more, and no further");
}

#[tokio::test]
async fn every_error_of_the_proxy_has_its_state_and_none_is_an_objection() {
    let ours = || ReplyState::DidNotAnswer(Silence::FailedOurSide("our request was not accepted".to_owned()));
    let table = [
        (403, "ASID_CHECK_FAILED_MESSAGESENDER_x", ReplyState::NotShared),
        (403, "PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGERECEIVER_x", ReplyState::NotShared),
        (403, "FOT_CHECK_FAILED_x", ReplyState::NotShared),
        (400, "MISSING_HEADER", ours()),
        (405, "METHOD_NOT_ALLOWED", ours()),
        (415, "UNSUPPORTED_MEDIA_TYPE", ours()),
        (502, "ERROR_COMMUNICATING_TO_ENDPOINT_URL_x", failed("could not be reached")),
    ];
    for (status, says, state) in table {
        let fake = both(by_proxy(status, says));
        assert_eq!(ask(&fake).await.state, state, "HAZ-006: {status} {says}");
        let html = fake.seen().iter().any(|seen| seen.path.contains("getcarerecord"));
        assert!(!html, "our registration at fault is no practice without a structured record: {says}");
        let objection = federation_of(&fake, limits()).await.ask_objection(&asking()).await;
        assert!(
            !matches!(objection.state, ReplyState::Withheld(_) | ReplyState::Answered),
            "HAZ-022: {says}"
        );
    }
}

#[tokio::test]
async fn every_error_of_a_practice_has_its_state_over_the_wire() {
    let ours = || ReplyState::DidNotAnswer(Silence::FailedOurSide("our request was not accepted".to_owned()));
    let held = |words: &str| ReplyState::Withheld(Withholder::Source(words.to_owned()));
    let error = || failed("answered with an error");
    let table = [
        (400, "INVALID_NHS_NUMBER", ours()),
        (400, "INVALID_PATIENT_DEMOGRAPHICS", error()),
        (400, "BAD_REQUEST", ours()),
        (403, "NO_PATIENT_CONSENT", held("at the person's request")),
        (403, "NO_ORGANISATION_CONSENT", held("it has no sharing agreement")),
        (403, "NO_RELATIONSHIP", held("it sees no relationship with the person")),
        (404, "PATIENT_NOT_FOUND", ReplyState::AnsweredEmpty),
        (404, "NO_RECORD_FOUND", error()),
        (409, "DUPLICATE_REJECTED", ours()),
        (422, "INVALID_PARAMETER", ours()),
        (500, "INTERNAL_SERVER_ERROR", error()),
    ];
    for (status, code, state) in table {
        // Nobody knows the HTML view's root in these, so nothing stands in.
        let reply = ask(&both(fhir(status, &outcome("error", code, "x")))).await;
        assert_eq!(reply.state, state, "HAZ-006: {code}");
        for category in [Allergies, Results] {
            assert_ne!(reply.state_of(category), &ReplyState::AnsweredEmpty, "HAZ-006: {code}");
        }
        assert!(reply.payloads.is_empty());
    }
}

#[tokio::test]
async fn a_practice_or_proxy_that_asks_us_to_wait_is_left_alone() {
    let fake = both(Canned::Typed { status: 429, media_type: "text/plain", body: String::new() });
    let federation = federation_of(&fake, limits()).await;
    assert_eq!(one(&federation).await.state, failed("asked us to wait"));
    let asked = fake.count(PATH);
    let again = one(&federation).await.state;
    assert!(matches!(again, ReplyState::NotAsked(_)), "HAZ-036: {again:?}");
    assert_eq!(fake.count(PATH), asked, "HAZ-036");
}

#[tokio::test]
async fn a_directory_that_cannot_be_read_registers_nothing_and_denies_nothing() {
    let unread =
        json!({ "resourceType": "Bundle", "type": "searchset", "total": 1, "entry": [{ "fullUrl": "x" }] });
    let short = json!({ "resourceType": "Bundle", "type": "searchset", "total": 1 });
    let untyped = json!({ "resourceType": "Bundle" });
    for answer in [unread, short, untyped] {
        let fake = spine().json(DEVICE, answer);
        let reply = ask(&fake).await;
        assert_eq!(
            reply.state,
            failed("the national directory did not say where it answers"),
            "HAZ-006, HAZ-038"
        );
        let asked = fake.seen();
        let html = asked.iter().filter(|seen| seen.query.contains("getcarerecord")).count();
        assert_eq!(html, 0, "HAZ-006: no other view stands in for a record that may be there");
    }
}

#[tokio::test]
async fn a_directory_that_asks_to_wait_is_left_alone() {
    let busy =
        Canned::Headed { status: 429, headers: vec![("retry-after", "30".to_owned())], body: Vec::new() };
    let fake = spine().on(DEVICE, busy);
    let federation = federation_of(&fake, limits()).await;
    one(&federation).await;
    let asked = fake.seen().len();
    one(&federation).await;
    assert_eq!(fake.seen().len(), asked, "HAZ-036");
}

/// With `a_question_that_never_reached_its_source_tells_its_breaker_nothing`: a practice that is down is not taken for well again because
/// the directory did not answer the probe.
#[test]
fn what_the_directory_lacks_tells_a_practices_breaker_nothing() {
    for missing in [NoEndpoint::NotRegistered, NoEndpoint::Unusable, NoEndpoint::DirectoryClosed] {
        assert_eq!(
            End::<()>::Unreached(missing.clone()).verdict(),
            Verdict::Unasked,
            "HAZ-036: nobody asked the practice"
        );
        let sick = End::<()>::Fault(Fault::TimedOut);
        let ends = [End::Unreached(missing), sick];
        assert_eq!(
            exchange::verdict(&ends),
            Verdict::Sick,
            "HAZ-036: of two requests the one that got there speaks"
        );
    }
}
