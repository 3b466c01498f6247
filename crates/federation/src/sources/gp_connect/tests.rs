//! Practices that answer well, partly, wrongly and not at all, through a directory and a proxy that may fail too.

/// The view of practices that send no coded records.
mod html;
/// Lists of documents, and opening one.
mod documents;
/// The other route.
mod gateway;
/// What others have published.
mod published;
/// Practices behind one endpoint.
mod supplier;
/// The directory's and the proxy's own behaviour.
mod spine;

use super::{parameters, refused};
use crate::national::token;
use crate::{Federation, guard::Verdict, testing::*};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use fhir::{
    Category::{self, *},
    Reply, ReplyState,
    outcome::Issue,
    reply::{Format, NotAsked, Silence, Withholder},
};
use serde_json::{Value, json};
use std::sync::Arc;

const ROOT: &str = "https://gp.example/ZZ901/STU3/1/gpconnect/structured/fhir";
const PATH: &str =
    "/https://gp.example/ZZ901/STU3/1/gpconnect/structured/fhir/Patient/$gpc.getstructuredrecord";
const ALL: [Category; 6] = [Demographics, Allergies, Medications, Problems, Immunisations, Results];

fn device() -> Value {
    json!({ "resourceType": "Device", "identifier": [{ "system": "https://fhir.nhs.uk/Id/nhsSpineASID", "value": "918999198738" }] })
}

fn endpoint(address: &str) -> Value {
    json!({ "resourceType": "Endpoint", "address": address })
}

fn list(code: &str, extra: Value) -> Value {
    let mut list = json!({
        "resourceType": "List", "status": "current", "subject": { "reference": "Patient/p1" },
        "code": { "coding": [{ "system": "http://snomed.info/sct", "code": code }] },
    });
    list.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    list
}

fn bundle(resources: Vec<Value>) -> Value {
    let practice = json!({ "resourceType": "Organization", "id": "o1", "name": "Marsh Lane Surgery" });
    let mut doreen = patient("p1", NUMBER);
    doreen["managingOrganization"] = json!({ "reference": "Organization/o1" });
    let all = [vec![doreen, practice], resources].concat();
    let entries: Vec<Value> = all.into_iter().map(|resource| json!({ "resource": resource })).collect();
    json!({ "resourceType": "Bundle", "id": "not-the-trace", "type": "collection", "entry": entries })
}

fn lists(codes: &[&str]) -> Vec<Value> {
    codes.iter().map(|code| list(code, json!({}))).collect()
}

fn safety() -> Value {
    let lists = lists(&["886921000000105", "933361000000108", "717711000000103"]);
    bundle([lists, vec![allergy("a1", "p1")]].concat())
}

fn rest() -> Value {
    bundle(lists(&["1102181000000102", "826501000000100", "887191000000108"]))
}

/// A directory and a practice that answers both requests well.
fn spine() -> Fake {
    Fake::default()
        .json("/spine-directory/FHIR/R4/Device", searchset(vec![device()]))
        .json("/spine-directory/FHIR/R4/Endpoint", searchset(vec![endpoint(ROOT)]))
        .json(&format!("{PATH}#includeAllergies"), safety())
        .json(&format!("{PATH}#includeImmunisations"), rest())
}

/// The directory's address for one interaction at the practice.
fn directory(kind: &str, interaction: &str) -> String {
    let mut url = reqwest::Url::parse("http://sds.example").unwrap();
    url.query_pairs_mut()
        .append_pair("organization", "https://fhir.nhs.uk/Id/ods-organization-code|ZZ901")
        .append_pair("identifier", &format!("https://fhir.nhs.uk/Id/nhsServiceInteractionId|{interaction}"));
    format!("/spine-directory/FHIR/R4/{kind}?{}", url.query().unwrap())
}

/// The directory knows one interaction at this root.
fn registered(fake: Fake, interaction: &str, root: &str) -> Fake {
    fake.json(&directory("Device", interaction), searchset(vec![device()]))
        .json(&directory("Endpoint", interaction), searchset(vec![endpoint(root)]))
}

async fn federation_of(fake: &Fake, limits: crate::Limits) -> Arc<Federation> {
    let gp = source("gp", kind("gp-connect"), None, &ALL);
    federation(vec![gp], &fake.serve().await, limits)
}

async fn ask(fake: &Fake) -> Reply {
    one(&federation_of(fake, limits()).await).await
}

fn failed(words: &str) -> ReplyState {
    ReplyState::DidNotAnswer(Silence::Failed(words.to_owned()))
}

fn fhir(status: u16, body: &Value) -> Canned {
    Canned::Typed { status, media_type: "application/fhir+json", body: body.to_string() }
}

/// Both requests are answered so.
fn both(answer: Canned) -> Fake {
    let fake = spine();
    fake.set(&format!("{PATH}#includeAllergies"), answer.clone());
    fake.set(&format!("{PATH}#includeImmunisations"), answer);
    fake
}

#[tokio::test]
async fn a_practice_is_asked_twice_and_answers() {
    let fake = spine();
    let reply = ask(&fake).await;
    assert_eq!(reply.state, ReplyState::Answered);
    assert_eq!(reply.asked.as_deref(), Some("Marsh Lane Surgery"));
    assert_eq!(reply.payloads.len(), 2);
    assert!(reply.payloads.iter().all(|p| p.format == Format::GpConnectStu3 && p.category.is_none()));
    assert_eq!(fake.count(PATH), 2, "the specification asks for at most two");
    let codes: Vec<&str> = reply.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(codes, ["trace-id"], "kept, once, and no reason for a warning state");
}

#[tokio::test]
async fn every_header_is_as_the_specification_spells_it() {
    let fake = spine();
    ask(&fake).await;
    let request = fake.seen().into_iter().find(|seen| seen.path == PATH).unwrap();
    let header = |name: &str| request.headers[name].clone();
    assert_eq!(request.method, "POST");
    assert_eq!(header("content-type"), "application/fhir+json;charset=utf-8");
    assert_eq!(header("accept"), "application/fhir+json;charset=utf-8");
    assert_eq!(
        (header("ssp-from"), header("ssp-to")),
        ("200000000115".to_owned(), "918999198738".to_owned())
    );
    assert_eq!(
        header("ssp-interactionid"),
        "urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1"
    );
    assert_eq!(header("ssp-traceid").len(), 36);
    let traces: Vec<String> =
        fake.seen().iter().filter(|s| s.path == PATH).map(|s| s.headers["ssp-traceid"].clone()).collect();
    assert_ne!(traces[0], traces[1], "a new trace id per request");
    assert!(header("authorization").starts_with("Bearer ") && header("authorization").ends_with('.'));
    let device = fake.seen().into_iter().find(|seen| seen.path.ends_with("/Device")).unwrap();
    assert!(device.query.contains("ods-organization-code%7CZZ901"), "{}", device.query);
}

#[test]
fn the_token_is_unsigned_unpadded_and_says_who_asks() {
    let asker = asking().asker();
    let claims = token::Claims {
        shape: token::Shape::Stu3,
        scope: "patient/*.read conf/N",
        number: NUMBER,
        issuer: "https://spine.example",
        audience: ROOT,
        asker: &asker,
        issued_s: 1_795_000_000,
    };
    let token = token::unsigned(&claims);
    assert!(!token.contains('='));
    let parts: Vec<&str> = token.split('.').collect();
    let read = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    assert_eq!((parts.len(), parts[2]), (3, ""));
    assert_eq!(read(parts[0]), json!({ "alg": "none", "typ": "JWT" }));
    let golden = json!({
        "iss": "https://spine.example",
        "sub": "dr.okafor",
        "aud": ROOT,
        "iat": 1_795_000_000,
        "exp": 1_795_000_300,
        "reason_for_request": "directcare",
        "requested_scope": "patient/*.read conf/N",
        "requesting_device": {
            "resourceType": "Device",
            "identifier": [{ "system": "https://spine.example/Id/device", "value": "shared-care-record-gateway" }],
            "model": "Shared Care Record gateway",
            "version": env!("CARGO_PKG_VERSION"),
        },
        "requesting_organization": {
            "resourceType": "Organization",
            "name": "Marlowe Hospital",
            "identifier": [{ "system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "ZZ910" }],
        },
        "requesting_practitioner": {
            "resourceType": "Practitioner",
            "id": "dr.okafor",
            "name": [{ "family": "Okafor", "given": ["Ada"], "prefix": ["Dr"] }],
            "identifier": [
                { "system": "https://fhir.nhs.uk/Id/sds-user-id", "value": "UNK" },
                { "system": "https://fhir.nhs.uk/Id/sds-role-profile-id", "value": "555254240100" },
                { "system": "https://spine.example/Id/host-user", "value": "dr.okafor" },
            ],
        },
    });
    assert_eq!(read(parts[1]), golden);
}

#[test]
fn only_permitted_areas_are_asked_safety_first_and_without_filters() {
    let names = |permitted: &[Category]| -> Vec<Vec<&str>> {
        let asks = parameters::asks(permitted);
        asks.iter().map(|ask| ask.areas.iter().map(|area| area.parameter).collect()).collect()
    };
    assert_eq!(names(&[Medications]), [["includeMedication"]]);
    assert_eq!(
        names(&[Allergies, Encounters]),
        [vec!["includeAllergies"], vec!["includeReferrals", "includeDiaryEntries"]]
    );
    assert!(names(&[Demographics, SocialCare]).is_empty());
    let all = [Consultations, Immunisations, Problems];
    assert_eq!(names(&all), [vec!["includeProblems"], vec!["includeConsultations", "includeImmunisations"]]);
    let ask = parameters::asks(&[Allergies, Problems]).remove(0);
    let golden = json!({
        "resourceType": "Parameters",
        "parameter": [
            { "name": "patientNHSNumber", "valueIdentifier": { "system": "https://fhir.nhs.uk/Id/nhs-number", "value": NUMBER } },
            { "name": "includeAllergies", "part": [{ "name": "includeResolvedAllergies", "valueBoolean": true }] },
            { "name": "includeProblems" },
        ],
    });
    assert_eq!(parameters::body(NUMBER, &ask.areas), golden);
}

#[test]
fn vaccinations_not_given_are_asked_for_wherever_the_specification_allows() {
    let body = |permitted: &[Category]| {
        let asks = parameters::asks(permitted);
        asks.iter().map(|ask| parameters::body(NUMBER, &ask.areas).to_string()).collect::<Vec<_>>().concat()
    };
    assert!(body(&[Immunisations, Problems, Results]).contains("includeNotGiven"), "HAZ-017");
    assert!(
        !body(&[Immunisations, Consultations]).contains("includeNotGiven"),
        "refused beside consultations"
    );
    let everything = body(&Category::ALL);
    for never in ["filterStatus", "includeStatus", "Period", "Date", "MostRecent", "migrate"] {
        assert!(!everything.contains(never), "HAZ-017: no filter hides anything: {never}");
    }
}

// shows: F8
#[test]
fn each_spine_code_has_its_state() {
    let classify = |status: u16, code: &str| {
        let issue =
            Issue { severity: "error".to_owned(), spine_code: Some(code.to_owned()), ..Issue::default() };
        refused::classify(status, &[issue])
    };
    let ours = ReplyState::DidNotAnswer(Silence::FailedOurSide("our request was not accepted".to_owned()));
    let held = |words: &str| ReplyState::Withheld(Withholder::Source(words.to_owned()));
    let error = failed("answered with an error");
    let table = [
        (400, "INVALID_NHS_NUMBER", ours.clone()),
        (400, "INVALID_IDENTIFIER_SYSTEM", ours.clone()),
        (400, "INVALID_IDENTIFIER_VALUE", ours.clone()),
        (400, "INVALID_ODS_CODE", ours.clone()),
        (400, "CONFLICTING_VALUES", ours.clone()),
        (400, "INVALID_PATIENT_DEMOGRAPHICS", error.clone()),
        (400, "BAD_REQUEST", ours.clone()),
        (403, "NO_PATIENT_CONSENT", held("at the person's request")),
        (403, "NO_ORGANISATION_CONSENT", held("it has no sharing agreement")),
        (403, "NO_ORGANISATIONAL_CONSENT", held("it has no sharing agreement")),
        (403, "NO_RELATIONSHIP", held("it sees no relationship with the person")),
        (403, "NON_AUTHORITATIVE", held("it is not the person's registered practice")),
        (403, "ACCESS DENIED", ReplyState::NotShared),
        (404, "PATIENT_NOT_FOUND", ReplyState::AnsweredEmpty),
        (404, "PATIENT_SENSITIVE", ReplyState::AnsweredEmpty),
        (404, "NO_RECORD_FOUND", error.clone()),
        (404, "ORGANISATION_NOT_FOUND", error.clone()),
        (404, "PRACTITIONER_NOT_FOUND", error.clone()),
        (409, "DUPLICATE_REJECTED", ours.clone()),
        (422, "INVALID_RESOURCE", ours.clone()),
        (422, "INVALID_PARAMETER", ours.clone()),
        (422, "REFERENCE_NOT_FOUND", ours.clone()),
        (500, "INTERNAL_SERVER_ERROR", error.clone()),
        (501, "NOT_IMPLEMENTED", ReplyState::NotShared),
        (415, "UNSUPPORTED_MEDIA_TYPE", ours.clone()),
        (400, "MESSAGE_NOT_WELL_FORMED", ours.clone()),
        (403, "ASID_CHECK_FAILED", ours.clone()),
        (400, "MISSING_OR_INVALID_HEADER", ours.clone()),
        (403, "ACCESS_DENIED_SSL", ours.clone()),
        (403, "SOMETHING_NEW", held("it refused to answer")),
        (400, "SOMETHING_NEW", ours.clone()),
        (500, "SOMETHING_NEW", error.clone()),
        (500, "PATIENT_NOT_FOUND", error.clone()),
        // The proxy's own.
        (403, "403", ReplyState::NotShared),
        (400, "400", ours.clone()),
        (405, "405", ours.clone()),
        (415, "415", ours),
        (502, "502", failed("could not be reached")),
    ];
    for (status, code, state) in table {
        assert_eq!(classify(status, code).state, state, "HAZ-006, HAZ-038: {status} {code}");
    }
    assert_eq!(classify(502, "502").verdict, Verdict::Sick);
    assert_eq!(classify(500, "INTERNAL_SERVER_ERROR").verdict, Verdict::Sick);
    assert_eq!(classify(404, "PATIENT_NOT_FOUND").verdict, Verdict::Well);
    for status in [403, 404, 500, 502] {
        let state = refused::classify(status, &[]).state;
        assert_eq!(state, error, "HAZ-038: a body that is no FHIR is never an absence: {status}");
    }
}

#[tokio::test]
async fn a_record_not_given_is_no_empty_record() {
    let reply = ask(&both(fhir(404, &outcome("error", "PATIENT_NOT_FOUND", "x")))).await;
    assert_eq!(reply.state, ReplyState::AnsweredEmpty);
    for category in [Allergies, Medications, Results] {
        assert_eq!(reply.state_of(category), &failed("no record given"), "HAZ-006: {category:?}");
    }
    assert_eq!(reply.warnings[0].code, "no-record-given");
}

#[tokio::test]
async fn a_person_who_dissented_is_withheld_by_the_source() {
    let reply = ask(&both(fhir(403, &outcome("error", "NO_PATIENT_CONSENT", "x")))).await;
    assert_eq!(reply.state, ReplyState::Withheld(Withholder::Source("at the person's request".to_owned())));
}

#[tokio::test]
async fn an_area_switched_off_is_not_shared_whatever_list_stands_beside_it() {
    let mut off = safety();
    let warning = outcome("warning", "NOT_IMPLEMENTED", "includeProblems");
    off["entry"].as_array_mut().unwrap().push(json!({ "resource": warning }));
    let reply = ask(&spine().json(&format!("{PATH}#includeAllergies"), off)).await;
    assert_eq!(reply.state_of(Problems), &ReplyState::NotShared, "HAZ-006");
    assert_eq!(reply.state_of(Allergies), &reply.state);
    assert!(reply.warnings.iter().any(|w| w.text == "the practice does not share problems"));
}

#[tokio::test]
async fn an_area_whose_list_did_not_come_is_not_empty() {
    let partial = bundle(lists(&["886921000000105", "933361000000108"]));
    let reply = ask(&spine().json(&format!("{PATH}#includeAllergies"), partial)).await;
    assert_eq!(reply.state_of(Problems), &failed("its list of them did not come"), "HAZ-006, HAZ-017");
    assert_eq!(reply.state, ReplyState::AnsweredWithWarnings);
}

#[tokio::test]
async fn empty_lists_are_an_empty_answer_and_a_warned_list_is_not() {
    let empty = || bundle(lists(&["886921000000105", "933361000000108", "717711000000103"]));
    let key = format!("{PATH}#includeAllergies");
    assert_eq!(ask(&spine().json(&key, empty())).await.state, ReplyState::AnsweredEmpty);
    let extension = json!({ "extension": [{
        "url": "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-ListWarningCode-1",
        "valueCode": "confidential-items",
    }] });
    let mut warned = empty();
    warned["entry"][2]["resource"] = list("886921000000105", extension);
    assert_eq!(ask(&spine().json(&key, warned)).await.state, ReplyState::AnsweredWithWarnings, "HAZ-006");
    let mut ended = empty();
    ended["entry"][2]["resource"] = list("886921000000105", json!({ "contained": [allergy("x", "p1")] }));
    assert_eq!(
        ask(&spine().json(&key, ended)).await.state,
        ReplyState::Answered,
        "an ended allergy is an item"
    );
}

#[tokio::test]
async fn a_slow_history_holds_no_allergy_up() {
    let fake = spine().on(&format!("{PATH}#includeImmunisations"), Canned::Hang);
    let reply = one(&federation_of(&fake, hurried()).await).await;
    assert_eq!(reply.state, ReplyState::AnsweredWithWarnings, "HAZ-035");
    assert_eq!(reply.state_of(Results), &ReplyState::DidNotAnswer(Silence::TimedOut), "HAZ-006");
    assert_eq!(reply.payloads.len(), 1);
}

#[tokio::test]
async fn another_person_in_either_answer_withholds_both_and_holds_the_practice() {
    let swapped = || {
        let mut bundle = rest();
        bundle["entry"][0]["resource"]["identifier"][0]["value"] = json!(OTHER_NUMBER);
        bundle
    };
    let stray = || {
        let mut bundle = rest();
        bundle["entry"].as_array_mut().unwrap().push(json!({ "resource": allergy("a9", "p9") }));
        bundle
    };
    for wrong in [swapped(), stray()] {
        let fake = spine().json(&format!("{PATH}#includeImmunisations"), wrong);
        let federation = federation_of(&fake, limits()).await;
        let reply = one(&federation).await;
        assert_eq!(reply.state, ReplyState::Withheld(Withholder::PolicyIdentity), "HAZ-004");
        assert!(reply.payloads.is_empty() && reply.warnings.is_empty() && reply.asked.is_none(), "HAZ-004");
        let asked = fake.seen().len();
        let again = one(&federation).await.state;
        assert_eq!(again, ReplyState::Withheld(Withholder::PolicyIdentity), "HAZ-004: the same opening");
        let later = crate::Asking { opening: "later".to_owned(), ..asking() };
        let later = federation.ask_objection(&later).await.state;
        assert!(matches!(later, ReplyState::DidNotAnswer(Silence::BreakerOpen { .. })), "HAZ-004: {later:?}");
        assert_eq!(fake.seen().len(), asked, "HAZ-004: held");
    }
}

#[tokio::test]
async fn another_birth_date_withholds_both_answers() {
    let mut other = rest();
    other["entry"][0]["resource"]["birthDate"] = json!("1953-08-14");
    let reply = ask(&spine().json(&format!("{PATH}#includeImmunisations"), other)).await;
    let differs = Withholder::PolicyDiffers(vec!["birth date".to_owned()]);
    assert_eq!(reply.state, ReplyState::Withheld(differs), "HAZ-037");
    assert!(reply.payloads.is_empty(), "HAZ-037: a practice that holds other details is not half believed");
}

// shows: F9
#[tokio::test]
async fn what_is_no_record_is_never_empty() {
    let page = Canned::Typed { status: 200, media_type: "text/html", body: "<html>".to_owned() };
    let no_patient = json!({ "resourceType": "Bundle", "type": "collection", "entry": [] });
    for answer in [page, fhir(200, &no_patient), fhir(200, &json!({ "resourceType": "Patient" }))] {
        let reply = ask(&both(answer)).await;
        assert!(matches!(reply.state, ReplyState::Unreadable(_)), "HAZ-038: {:?}", reply.state);
    }
    let inside = fhir(200, &outcome("error", "INTERNAL_SERVER_ERROR", "x"));
    assert_eq!(ask(&both(inside)).await.state, failed("answered with an error"), "HAZ-038");
}

#[tokio::test]
async fn a_directory_without_one_usable_entry_gives_nobody_to_ask() {
    let (device_path, endpoint_path) =
        ("/spine-directory/FHIR/R4/Device", "/spine-directory/FHIR/R4/Endpoint");
    let unusable = failed("its entry in the national directory cannot be used");
    let silent = failed("the national directory did not say where it answers");
    let blank = json!({ "resourceType": "Device" });
    let error = Canned::Typed { status: 502, media_type: "text/plain", body: String::new() };
    let table = [
        (device_path, Canned::Json(searchset(vec![])), ReplyState::NotShared),
        (endpoint_path, Canned::Json(searchset(vec![])), ReplyState::NotShared),
        (device_path, Canned::Json(searchset(vec![device(), device()])), unusable.clone()),
        (device_path, Canned::Json(searchset(vec![blank])), unusable.clone()),
        (endpoint_path, Canned::Json(searchset(vec![endpoint("")])), unusable.clone()),
        (endpoint_path, Canned::Json(searchset(vec![endpoint("http://gp.example/x")])), unusable.clone()),
        (endpoint_path, Canned::Json(searchset(vec![endpoint("https://u:p@gp.example/x")])), unusable),
        (device_path, error, silent),
    ];
    for (path, answer, state) in table {
        let fake = spine().on(path, answer);
        let reply = ask(&fake).await;
        assert_eq!(reply.state, state, "HAZ-006");
        assert_eq!(reply.asked.as_deref(), Some("ZZ901"));
        assert!(fake.seen().iter().all(|seen| !seen.path.contains("gpc.")), "nobody was asked");
    }
}

#[tokio::test]
async fn a_role_with_nothing_to_ask_for_asks_nothing() {
    let fake = spine();
    let gp = source("gp", kind("gp-connect"), None, &[Demographics, SocialCare]);
    let reply = one(&federation(vec![gp], &fake.serve().await, limits())).await;
    assert_eq!(reply.state, ReplyState::NotAsked(NotAsked("your role does not include them".to_owned())));
    assert_eq!(fake.count(PATH), 0);
}

fn consent(code: &str) -> Value {
    json!({
        "resourceType": "Observation", "subject": { "reference": "Patient/p1" }, "effectiveDateTime": "2026-01-02",
        "issued": "2026-01-03T09:00:00Z",
        "code": { "coding": [
            { "system": "http://snomed.info/sct", "code": code },
            { "system": "http://read.info/readv2", "code": "93C1.00" },
        ] },
    })
}

#[tokio::test]
async fn the_objection_question_brings_every_coded_sign_with_its_dates() {
    let answer = bundle([lists(&["826501000000100"]), vec![consent("416409005")]].concat());
    let fake = spine().json(PATH, answer);
    let reply = federation_of(&fake, limits()).await.ask_objection(&asking()).await;
    assert_eq!(reply.state, ReplyState::Answered);
    assert_eq!(reply.signs.len(), 2);
    assert_eq!(reply.signs[0].effective.as_ref().unwrap().as_sent(), "2026-01-02");
    assert_eq!(access::objection::weigh(&reply.signs).0, access::Objection::Objected);
    let body = fake.seen().into_iter().find(|seen| seen.path == PATH).unwrap().body;
    assert!(body.contains("includeUncategorisedData") && !body.contains("includeAllergies"));
}

#[tokio::test]
async fn an_objection_question_unanswered_is_not_rested_on() {
    let refused = fhir(403, &outcome("error", "NO_PATIENT_CONSENT", "x"));
    let no_list = Canned::Json(bundle(vec![]));
    let other = {
        let mut bundle = bundle(lists(&["826501000000100"]));
        bundle["entry"][0]["resource"]["identifier"][0]["value"] = json!(OTHER_NUMBER);
        Canned::Json(bundle)
    };
    for answer in [refused, no_list, other, Canned::Hang] {
        let fake = spine().on(PATH, answer);
        let reply = federation_of(&fake, hurried()).await.ask_objection(&asking()).await;
        assert_ne!(reply.state, ReplyState::Answered, "HAZ-006: silence is no consent");
        assert!(reply.signs.is_empty());
    }
    let mut untraced = asking();
    untraced.person.traced = false;
    let fake = spine();
    let reply = federation_of(&fake, limits()).await.ask_objection(&untraced).await;
    assert!(matches!(reply.state, ReplyState::NotAsked(_)) && fake.seen().is_empty());
}

#[tokio::test]
async fn only_the_persons_own_refusal_speaks_of_the_persons_wish() {
    let table = [
        ("NO_PATIENT_CONSENT", true),
        ("NO_ORGANISATION_CONSENT", false),
        ("NO_RELATIONSHIP", false),
        ("NON_AUTHORITATIVE", false),
        ("SOMETHING_NEW", false),
    ];
    for (code, speaks) in table {
        let fake = spine().on(PATH, fhir(403, &outcome("error", code, "x")));
        let reply = federation_of(&fake, limits()).await.ask_objection(&asking()).await;
        let is_withheld = matches!(reply.state, ReplyState::Withheld(Withholder::Source(_)));
        assert_eq!(is_withheld, speaks, "HAZ-022: {code}: {:?}", reply.state);
    }
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_might_be_the_objection() {
    let mut answer = bundle(lists(&["826501000000100"]));
    answer["entry"].as_array_mut().unwrap().push(json!({ "fullUrl": "x" }));
    let reply = federation_of(&spine().json(PATH, answer), limits()).await.ask_objection(&asking()).await;
    assert_ne!(reply.state, ReplyState::Answered, "HAZ-022: only a whole answer says that nobody objects");
}

#[test]
fn a_dissent_among_several_issues_is_a_dissent() {
    let issue = |code: &str| Issue { spine_code: Some(code.to_owned()), ..Issue::default() };
    for others in ["ACCESS DENIED", "NOT_IMPLEMENTED", "PATIENT_NOT_FOUND", "403"] {
        let refused = refused::classify(403, &[issue(others), issue("NO_PATIENT_CONSENT")]);
        assert!(!refused.is_off(), "HAZ-022: {others}: no other view is tried");
        assert!(matches!(refused.state, ReplyState::Withheld(_)), "HAZ-022: {others}");
    }
}
