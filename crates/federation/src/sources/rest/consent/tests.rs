//! Registers of objections that say yes, no, in part, nothing, of somebody else; and registers that do not say.

use crate::{Consent, Limits, PersonSearch, SourceConfig, WhenSilent, testing::*};
use access::{Objection, objection::weigh};
use fhir::{Category::Allergies, ReplyState, SourceId, reply::Withholder};
use serde_json::{Value, json};

const FORBIDS: &str = "https://profiles.ihe.net/ITI/PCF/Policy-break-glass-only";
const ALLOWS: &str = "https://profiles.ihe.net/ITI/PCF/Policy-all-normal";

fn consent(edit: impl FnOnce(&mut Value)) -> Value {
    let mut consent = json!({
        "resourceType": "Consent", "id": "k1", "status": "active",
        "scope": { "coding": [{ "code": "patient-privacy" }] },
        "patient": { "reference": "Patient/d1" }, "dateTime": "2026-05-01",
        "policy": [{ "uri": FORBIDS }], "provision": { "type": "deny" },
    });
    edit(&mut consent);
    consent
}

fn plainly(consent: Value) -> Value {
    searchset(vec![consent])
}

/// With the Patient beside them, as `_include` brings it.
fn beside(patient: Value, consents: Vec<Value>) -> Value {
    let count = consents.len();
    let mut set = searchset(consents);
    let included = json!({ "resource": patient, "search": { "mode": "include" } });
    set["entry"].as_array_mut().unwrap().push(included);
    set["total"] = json!(count);
    set
}

fn of_doreen(consents: Vec<Value>) -> Value {
    beside(patient("d1", NUMBER), consents)
}

fn keeper(url: &str, kind_name: &str) -> SourceConfig {
    let consent = Consent::Asked(WhenSilent::Withheld);
    SourceConfig { consent, ..source("acute", kind(kind_name), Some(format!("{url}/fhir")), &[Allergies]) }
}

async fn say(fake: &Fake, of: impl FnOnce(SourceConfig) -> SourceConfig, limits: Limits) -> Told {
    let url = fake.serve().await;
    let federation = federation(vec![of(keeper(&url, "fhir-r4"))], "http://127.0.0.1:9", limits);
    let mut asking = asking();
    asking.person.superseded = Some(number(OTHER_NUMBER));
    let reply = federation.ask_consent(&asking, &SourceId::new("acute")).await;
    Told { wish: weigh(&reply.signs).0, state: reply.state }
}

#[derive(Debug, PartialEq)]
struct Told {
    wish: Objection,
    state: ReplyState,
}

async fn told(set: Value) -> Told {
    say(&Fake::default().json("/fhir/Consent/_search", set), |keeper| keeper, limits()).await
}

async fn wish(consent: Value) -> Objection {
    let told = told(of_doreen(vec![consent])).await;
    assert_eq!(told.state, ReplyState::Answered);
    told.wish
}

// shows: R44
#[tokio::test]
async fn t71_a_register_says_that_the_person_objects_in_either_version_of_fhir() {
    assert_eq!(wish(consent(|_| {})).await, Objection::Objected, "HAZ-022");
    let by_provision = consent(|one| one["policy"] = json!(null));
    assert_eq!(wish(by_provision).await, Objection::Objected, "HAZ-022: deny alone");
    let by_policy = consent(|one| {
        one["provision"] =
            json!({ "type": "deny", "provision": [{ "type": "permit", "purpose": [{ "code": "BTG" }] }] });
    });
    assert_eq!(wish(by_policy).await, Objection::Objected, "HAZ-022: but for breaking the glass");
    let stu3 = json!({
        "resourceType": "Consent", "id": "k1", "status": "active", "patient": { "reference": "Patient/d1" },
        "dateTime": "2026-05-01", "policyRule": FORBIDS, "except": [],
    });
    assert_eq!(wish(stu3).await, Objection::Objected, "HAZ-022: STU3");
    let stu3 = json!({
        "resourceType": "Consent", "id": "k1", "status": "active", "patient": { "reference": "Patient/d1" },
        "policy": [{ "uri": FORBIDS }],
    });
    assert_eq!(wish(stu3).await, Objection::Objected, "HAZ-022: STU3, undated");
}

#[tokio::test]
async fn t71_what_is_no_objection_to_sharing_for_direct_care_has_no_effect() {
    type Edit = (&'static str, fn(&mut Value));
    let edits: [Edit; 9] = [
        ("an advance decision", |one| {
            one["scope"] = json!({ "coding": [{ "code": "adr" }] });
            one["policy"] = json!(null);
        }),
        ("withdrawn", |one| one["status"] = json!("inactive")),
        ("a mistake", |one| one["status"] = json!("entered-in-error")),
        ("over", |one| one["provision"]["period"] = json!({ "end": "2026-11-21" })),
        ("not begun", |one| one["provision"]["period"] = json!({ "start": "2026-11-23" })),
        ("research", |one| one["provision"]["purpose"] = json!([{ "code": "HRESCH" }])),
        ("allowed", |one| {
            one["policy"] = json!([{ "uri": ALLOWS }]);
            one["provision"] = json!({ "type": "permit" });
        }),
        ("one recipient", |one| one["provision"]["actor"] = json!([{ "reference": { "display": "X" } }])),
        ("some of it", |one| {
            one["policy"] = json!([{ "uri": ALLOWS }]);
            one["provision"] =
                json!({ "type": "permit", "provision": [{ "type": "deny", "class": [{ "code": "x" }] }] });
        }),
    ];
    for (what, edit) in edits {
        assert_eq!(wish(consent(edit)).await, Objection::None, "HAZ-022: {what}");
    }
    for (what, edit) in [
        ("until today", json!({ "end": "2026-11-22" })),
        ("until a year", json!({ "end": "2026" })),
        ("until nobody knows when", json!({ "end": "soon" })),
    ] {
        let bounded = consent(|one| one["provision"]["period"] = edit);
        assert_eq!(wish(bounded).await, Objection::Objected, "HAZ-022: {what}");
    }
    let care =
        consent(|one| one["provision"]["purpose"] = json!([{ "code": "HRESCH" }, { "code": "TREAT" }]));
    assert_eq!(wish(care).await, Objection::Objected, "HAZ-022: research and treatment");
}

#[tokio::test]
async fn t71_the_latest_word_of_a_register_counts() {
    let allowed = |date: &str| {
        let date = date.to_owned();
        consent(move |one| {
            (one["id"], one["dateTime"]) = (json!("k2"), json!(date));
            one["policy"] = json!([{ "uri": ALLOWS }]);
            one["provision"] = json!({ "type": "permit" });
        })
    };
    for (date, expected) in [
        ("2026-06-01", Objection::None),
        ("2026-05-01", Objection::Objected),
        ("2026-04-01", Objection::Objected),
    ] {
        let told = told(of_doreen(vec![consent(|_| {}), allowed(date)])).await;
        assert_eq!(told.wish, expected, "HAZ-022: {date}");
    }
}

#[tokio::test]
async fn an_empty_register_says_that_nobody_objects() {
    assert_eq!(told(searchset(vec![])).await, Told { wish: Objection::None, state: ReplyState::Answered });
}

#[tokio::test]
async fn a_register_that_speaks_of_somebody_else_says_nothing_of_this_person() {
    let stranger = beside(patient("d1", OTHER_NUMBER.replace('2', "4").as_str()), vec![consent(|_| {})]);
    let elsewhere = of_doreen(vec![consent(|one| one["patient"] = json!({ "reference": "Patient/d9" }))]);
    let other_number = "9990000034";
    let numbered = plainly(consent(|one| {
        one["patient"] =
            json!({ "identifier": { "system": fhir::nhs_number::SYSTEM, "value": other_number } });
    }));
    for set in [stranger, elsewhere, numbered] {
        let told = told(set).await;
        assert_eq!(told.state, ReplyState::Withheld(Withholder::PolicyIdentity), "HAZ-004");
        assert_eq!(told.wish, Objection::None, "HAZ-004: nothing of it counts");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_whole_is_believed_only_against_sharing() {
    let allowed = || consent(|one| one["provision"] = json!({ "type": "permit" }));
    let allowed = || {
        let mut allowed = allowed();
        allowed["policy"] = json!([{ "uri": ALLOWS }]);
        allowed
    };
    let more = |mut set: Value| {
        set["link"] = json!([{ "relation": "next", "url": "http://127.0.0.1/next" }]);
        set
    };
    for (set, expected) in [
        (plainly(allowed()), Objection::None),
        (plainly(consent(|_| {})), Objection::Objected),
        (more(of_doreen(vec![allowed()])), Objection::None),
        (more(of_doreen(vec![consent(|_| {})])), Objection::Objected),
    ] {
        let told = told(set).await;
        assert_eq!(told.wish, expected, "HAZ-022");
        assert!(!told.state.is_answer(), "HAZ-022: it has not said that nobody objects: {:?}", told.state);
    }
    let numbered = plainly(consent(|one| {
        one["patient"] = json!({ "identifier": { "system": fhir::nhs_number::SYSTEM, "value": NUMBER } });
    }));
    let by_number = told(numbered).await;
    assert_eq!(by_number, Told { wish: Objection::Objected, state: ReplyState::Answered });
}

#[tokio::test]
async fn the_number_travels_in_a_form_and_a_strict_server_is_asked_once_more_without_the_patient() {
    let refused = Canned::Typed {
        status: 400,
        media_type: "application/fhir+json",
        body: outcome("error", "NOT_SUPPORTED", "_include").to_string(),
    };
    let turns = Canned::InTurn(vec![refused, Canned::Json(searchset(vec![]))]);
    let fake = Fake::default().on("/fhir/Consent/_search", turns);
    assert_eq!(say(&fake, |keeper| keeper, limits()).await.state, ReplyState::Answered);
    let seen = fake.seen();
    assert!(seen.iter().all(|seen| seen.method == "POST" && seen.query.is_empty()), "HAZ-049");
    assert!(seen[0].body.starts_with("patient.identifier=https%3A%2F%2Ffhir.nhs.uk%2FId%2Fnhs-number%7C999"));
    assert!(seen[0].body.ends_with("_include=Consent%3Apatient") && !seen[1].body.contains("_include"));
    assert_eq!(seen.len(), 2, "under the current number alone");
    assert_eq!(seen[0].headers["prefer"], "handling=strict", "HAZ-004: an ignored number finds everybody");
}

#[tokio::test]
async fn a_register_is_asked_as_its_source_is() {
    let fake = Fake::default();
    let by_get =
        |keeper| SourceConfig { person_search: PersonSearch::Get, keys_on_superseded: true, ..keeper };
    assert_eq!(say(&fake, by_get, limits()).await.state, ReplyState::Answered);
    let asked: Vec<String> = fake.seen().into_iter().map(|seen| seen.query).collect();
    assert!(asked.len() == 2 && asked[0].contains(NUMBER) && asked[1].contains(OTHER_NUMBER), "HAZ-005");
}

#[tokio::test]
async fn a_silent_register_has_said_nothing_and_is_not_its_source() {
    for answer in [
        Canned::Hang,
        Canned::Typed { status: 500, media_type: "text/html", body: "<html>".to_owned() },
        Canned::Json(json!({ "resourceType": "Patient" })),
    ] {
        let fake = Fake::default().on("/fhir/Consent/_search", answer);
        let short = std::time::Duration::from_millis(300);
        let told = say(&fake, |keeper| keeper, Limits { objection: short, ..limits() }).await;
        assert!(!told.state.is_answer() && told.wish == Objection::None, "HAZ-022: {:?}", told.state);
    }
    let sick = Fake::default()
        .on(
            "/fhir/Consent/_search",
            Canned::Typed { status: 500, media_type: "text/html", body: String::new() },
        )
        .json("/fhir/metadata", capability("4.0.1", &["Patient", "AllergyIntolerance"]))
        .json("/fhir/Patient/_search", searchset(vec![patient("d1", NUMBER)]));
    let federation = federation(vec![keeper(&sick.serve().await, "fhir-r4")], "http://127.0.0.1:9", limits());
    for _ in 0..3 {
        federation.ask_consent(&asking(), &SourceId::new("acute")).await;
    }
    assert_eq!(sick.count("/fhir/Consent"), 2, "HAZ-036: left alone after its breaker opened");
    assert_ne!(one(&federation).await.state, ReplyState::NotShared);
    assert!(sick.count("/fhir/Patient") > 0, "HAZ-035: its source is asked as before");
}

#[tokio::test]
async fn a_source_without_a_register_is_not_asked_for_one() {
    let fake = Fake::default();
    let told = say(&fake, |keeper| SourceConfig { consent: Consent::None, ..keeper }, limits()).await;
    assert_eq!((told.state, fake.seen().len()), (ReplyState::NotShared, 0));
}
