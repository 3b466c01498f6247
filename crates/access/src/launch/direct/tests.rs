//! Who may sign in for direct access, whom they may find, and what they must say first.

use super::{
    DESK, Direct, DirectConfig, Door, Field, FindForm, OFFICE, OpenForm, SignedIn, Staff, Unstated, begin,
    exactly, finish, launch,
};
use crate::{
    Refusal, Role,
    keys::Keys,
    launch::{
        Route,
        oidc::{
            Callback, Failure,
            fake::{AT, Fake, KEY_FILE, Script, query},
        },
    },
    person::{Identity, Name, Trace, Traced, identify},
    testing::{Fixed, NOW_S, NUMBER, now, policy_dir},
};
use fhir::{FhirDate, NhsNumber};
use serde_json::json;
use std::sync::Arc;

fn config(partners: &str) -> DirectConfig {
    toml::from_str(&format!(
        r#"
        enabled = true
        name = "Care Identity"
        issuer = "{AT}"
        jwks_url = "http://127.0.0.1:1/demo-host"
        client_id = "shcr"
        key_file = "{}"
        key_id = "ours-1"
        endpoint_hosts = ["127.0.0.1:9"]
        algorithms = ["ES384"]
        acr = "AAL2_OR_AAL3_ANY"
        roles = "roles/direct.csv"
        {partners}
        "#,
        KEY_FILE.display()
    ))
    .unwrap()
}

const TWO: &str = "[[partners]]\nods = \"ZZ910\"\napproved_by = [\"A. Marsh\", \"B. Reed\"]";

fn direct() -> Direct {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Direct::load(true, Some(&config(TWO)), &policy_dir(), DESK).unwrap().unwrap()
}

async fn sign_in(edit: impl FnOnce(&mut Script)) -> Result<SignedIn, Failure> {
    sign_in_at(direct(), edit).await
}

async fn sign_in_at(mut direct: Direct, edit: impl FnOnce(&mut Script)) -> Result<SignedIn, Failure> {
    let fake = Fake::new();
    direct.provider.outbound = Arc::new(fake.clone());
    fake.edit(|script| {
        script.claims["sub"] = json!("555000000001");
        script.claims["id_assurance_level"] = json!("3");
        script.claims["authentication_assurance_level"] = json!("3");
        let me = json!({
            "sub": "555000000001", "uid": "555000000001", "name": "Sam Reed", "family_name": "Reed",
            "given_name": "Sam", "selected_roleid": "777000000002",
            "nhsid_nrbac_roles": [
                {"person_roleid": "777000000001", "org_code": "ZZ917", "role_code": "S8000:G8000:R8000"},
                {"person_roleid": "777000000002", "org_code": "ZZ910", "role_code": "S8000:G8000:R8001"},
            ],
        });
        script.resources.insert(format!("{AT}/me"), me);
        edit(script);
    });
    let keys = Keys::over(Box::new(Fixed::default()), [direct.issuer()]);
    let door = Door { direct: &direct, keys: &keys, public_url: "https://gateway.example", now: now() };
    let begun = begin(door, None).await?;
    let sent = query(&begun.location);
    assert_eq!((sent["prompt"].as_str(), sent["acr_values"].as_str()), ("login", "AAL2_OR_AAL3_ANY"));
    assert_eq!(sent["scope"], "openid profile nationalrbacaccess associatedorgs selectedrole");
    let callback = fake.sign_in(&begun);
    finish(door, (Some(begun.pending), Some(begun.cookie)), callback).await
}

async fn staff() -> Staff {
    sign_in(|_| {}).await.unwrap().staff
}

// shows: R48
#[tokio::test]
async fn a_professional_signs_in_with_the_one_role_they_chose() {
    let staff = staff().await;
    assert_eq!((staff.role, staff.assurance), (Some(Role::R2), 3));
    assert_eq!((staff.organisation.ods.as_str(), staff.practitioner.display.as_str()), ("ZZ910", "Sam Reed"));
    assert_eq!(staff.practitioner.sds_role_profile_id.as_deref(), Some("777000000002"));
    assert_eq!((staff.auth_time_s, staff.provider_session.as_deref()), (NOW_S - 30, Some("s-1")));
}

#[tokio::test]
async fn the_officers_pages_let_in_privacy_officers_and_nobody_else() {
    let mut config = config(TWO);
    config.roles = "roles/office.csv".into();
    let office = || Direct::load(true, Some(&config), &policy_dir(), OFFICE).unwrap().unwrap();
    let as_role = |code: &'static str| {
        move |script: &mut Script| {
            let me = script.resources.get_mut(&format!("{AT}/me")).unwrap();
            me["nhsid_nrbac_roles"][1]["role_code"] = json!(code);
        }
    };
    let officer = sign_in_at(office(), as_role("S8000:G8000:R0001")).await.unwrap().staff;
    assert_eq!(officer.role, Some(Role::R10));
    let mapped = || Direct { roles: direct().roles, ..office() };
    for (office, code) in [(office(), "S8000:G8000:R8001"), (mapped(), "S8000:G8000:R8000")] {
        let failure = sign_in_at(office, as_role(code)).await.unwrap_err();
        assert_eq!((failure.refusal, failure.issuer.as_deref()), (Refusal::NoRole, Some("privacy-office")));
    }
}

#[tokio::test]
async fn t30_a_weak_old_or_roleless_sign_in_is_refused() {
    let me = || format!("{AT}/me");
    let not = Refusal::LaunchNotAccepted;
    type Edit = Box<dyn FnOnce(&mut Script)>;
    let cases: [(&str, Refusal, Edit); 11] = [
        (
            "uid",
            not.clone(),
            Box::new(move |s| s.resources.get_mut(&me()).unwrap()["uid"] = json!("555000000009")),
        ),
        (
            "sub",
            not.clone(),
            Box::new(move |s| s.resources.get_mut(&me()).unwrap()["sub"] = json!("555000000009")),
        ),
        ("id_assurance_level", not.clone(), Box::new(|s| s.claims["id_assurance_level"] = json!("2"))),
        ("id_assurance_level", not.clone(), Box::new(|s| s.claims["id_assurance_level"] = json!(null))),
        (
            "authentication_assurance_level",
            not.clone(),
            Box::new(|s| s.claims["authentication_assurance_level"] = json!(1)),
        ),
        ("auth_time", not.clone(), Box::new(|s| s.claims["auth_time"] = json!(NOW_S - 360))),
        ("auth_time", not.clone(), Box::new(|s| drop(s.claims.as_object_mut().unwrap().remove("auth_time")))),
        (
            "selected_roleid",
            Refusal::NoRole,
            Box::new(move |s| s.resources.get_mut(&me()).unwrap()["selected_roleid"] = json!("")),
        ),
        (
            "selected_roleid",
            Refusal::NoRole,
            Box::new(move |s| s.resources.get_mut(&me()).unwrap()["selected_roleid"] = json!("888000000001")),
        ),
        (
            "org_code",
            Refusal::NoRole,
            Box::new(move |s| s.resources.get_mut(&me()).unwrap()["selected_roleid"] = json!("777000000001")),
        ),
        ("userinfo", Refusal::HostUnreachable, Box::new(move |s| drop(s.resources.remove(&me())))),
    ];
    for (reason, refusal, edit) in cases {
        let failure = sign_in(edit).await.expect_err(reason);
        assert_eq!((failure.refusal, failure.reason), (refusal, reason), "HAZ-048");
        assert_eq!(failure.issuer.as_deref(), Some("direct"));
    }
}

// shows: R19
#[tokio::test]
async fn t31_a_citizen_who_signs_in_is_refused() {
    for (claim, value) in
        [("nhs_number", json!(NUMBER)), ("identity_proofing_level", json!("P9")), ("vot", json!("P9.Cp.Cd"))]
    {
        let failure = sign_in(|script| script.claims[claim] = value.clone()).await.unwrap_err();
        assert_eq!(failure.reason, "citizen", "HAZ-048 {claim} in the identity token");
        let failure =
            sign_in(|script| script.resources.get_mut(&format!("{AT}/me")).unwrap()[claim] = value).await;
        assert_eq!(failure.unwrap_err().reason, "citizen", "HAZ-048 {claim} when asked");
    }
    let patient = sign_in(|script| script.claims["fhirUser"] = json!("Patient/1")).await.unwrap_err();
    assert_eq!(patient.reason, "fhirUser");
}

#[test]
fn direct_access_is_off_until_two_people_enable_a_partner() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let load = |config: Option<&DirectConfig>| Direct::load(true, config, &policy_dir(), DESK);
    assert!(load(None).unwrap().is_none());
    assert!(load(Some(&DirectConfig { enabled: false, ..config(TWO) })).unwrap().is_none());
    for approved in ["[\"A. Marsh\"]", "[\"A. Marsh\", \"A. Marsh\"]", "[\"A. Marsh\", \"\"]", "[]"] {
        let one = config(&format!("[[partners]]\nods = \"ZZ910\"\napproved_by = {approved}"));
        assert!(load(Some(&one)).is_err(), "HAZ-047 {approved}");
        assert_eq!(one.faults(true).first().map(|fault| fault.key), Some("partners"));
    }
    assert!(load(Some(&config("[[partners]]\nods = \"ZZ999\"\napproved_by = [\"A\", \"B\"]"))).is_err());
    let live = config(TWO).faults(false);
    assert!(live.iter().any(|fault| fault.key == "issuer"), "HAZ-054: plain http is for training");
}

fn details() -> FindForm {
    FindForm {
        by: "details".into(),
        family: "Testpatient".into(),
        given: "Doreen".into(),
        gender: "female".into(),
        postcode: "zz99 3ab".into(),
        day: "14".into(),
        month: "8".into(),
        year: "1935".into(),
        ..FindForm::default()
    }
}

fn by_number() -> FindForm {
    FindForm {
        by: "number".into(),
        nhs_number: "999 000 0018".into(),
        day: "14".into(),
        month: "08".into(),
        year: "1935".into(),
        ..FindForm::default()
    }
}

fn traced() -> Traced {
    Traced {
        nhs_number: NhsNumber::parse(NUMBER).unwrap(),
        superseded_from: None,
        names: vec![Name {
            family: "Testpatient".into(),
            given: vec!["Doreen".into(), "May".into()],
            use_: Some("usual".into()),
        }],
        preferred: None,
        title: None,
        birth_date: Some(FhirDate::parse("1935-08-14")),
        gender: Some("female".into()),
        deceased: None,
        practice: None,
        restricted: false,
        verified: true,
        address: None,
        telephone: None,
    }
}

fn today() -> jiff::civil::Date {
    jiff::civil::date(2026, 11, 22)
}

#[test]
fn t32_wildcards_parts_and_a_surname_alone_find_nobody() {
    let faulty = |edit: &dyn Fn(&mut FindForm), field: Field| {
        let mut form = details();
        edit(&mut form);
        let faults = form.wanted(today()).expect_err("HAZ-048");
        assert_eq!(faults.iter().map(|fault| fault.field).collect::<Vec<_>>(), [field], "HAZ-048");
    };
    for wild in ["Test*", "Test%", "T?", "_", "", "  ", "O'", "T3st", "a\u{202e}b"] {
        let is_name = wild == "O'";
        if !is_name {
            faulty(&|form| form.family = wild.to_owned(), Field::Family);
            faulty(&|form| form.given = wild.to_owned(), Field::Given);
        }
    }
    for part in ["", "SS0", "SS*", "0ZZ SS0", "SS0 0Z%"] {
        faulty(&|form| form.postcode = part.to_owned(), Field::Postcode);
    }
    for day in ["", "32", "1-", "*"] {
        faulty(&|form| form.day = day.to_owned(), Field::BirthDate);
    }
    faulty(&|form| form.year = "2027".to_owned(), Field::BirthDate);
    faulty(&|form| form.gender = "any".to_owned(), Field::Gender);
    let alone = FindForm { by: "details".into(), family: "Testpatient".into(), ..FindForm::default() };
    assert_eq!(alone.wanted(today()).unwrap_err().len(), 4, "HAZ-048: a surname is not enough");
    let number = FindForm { nhs_number: "999000001*".into(), ..by_number() };
    assert_eq!(number.wanted(today()).unwrap_err()[0].field, Field::NhsNumber);
}

#[test]
fn t32_only_the_one_person_who_is_exactly_that_is_found() {
    for form in [details(), by_number()] {
        let wanted = form.wanted(today()).unwrap();
        let found = exactly(&wanted, &Trace::Found(traced())).unwrap();
        assert_eq!(found.nhs_number.digits(), NUMBER);
        let other_day = Traced { birth_date: Some(FhirDate::parse("1935-08-15")), ..traced() };
        let only_year = Traced { birth_date: Some(FhirDate::parse("1935")), ..traced() };
        let restricted = Traced { restricted: true, ..traced() };
        for other in [other_day, only_year, restricted] {
            assert!(exactly(&wanted, &Trace::Found(other)).is_none(), "HAZ-001 HAZ-023");
        }
        for none in [Trace::NotFound, Trace::Invalidated, Trace::DidNotAnswer] {
            assert!(exactly(&wanted, &none).is_none());
        }
    }
    let wanted = details().wanted(today()).unwrap();
    let longer = Traced {
        names: vec![Name { family: "Testpatient-Smith".into(), given: vec!["Doreen".into()], use_: None }],
        ..traced()
    };
    assert!(exactly(&wanted, &Trace::Found(longer)).is_none(), "HAZ-001: whatever the service matched by");
    assert!(!by_number().wanted(today()).unwrap().is_of(false), "HAZ-054: a test number in live is nobody's");
}

fn stated() -> OpenForm {
    OpenForm {
        reason: "handover".into(),
        text: "Taking over from the night team".into(),
        relationship: "yes".into(),
    }
}

#[tokio::test]
async fn t33_a_record_opens_with_a_reason_and_a_claim_or_not_at_all() {
    let (direct, staff) = (direct(), staff().await);
    let open = |form: &OpenForm| {
        let wanted = by_number().wanted(today()).unwrap();
        launch(&direct, &staff, exactly(&wanted, &Trace::Found(traced())).unwrap(), (form, now()))
    };
    let launch = open(&stated()).unwrap();
    assert_eq!((launch.route, launch.role, launch.emergency_access), (Route::Direct, Some(Role::R2), false));
    assert_eq!(launch.relationship_codes().into_iter().collect::<Vec<_>>(), ["self-claimed"]);
    assert_eq!(launch.reason.as_ref().unwrap().code, "handover");
    for (form, unstated) in [
        (OpenForm { text: "nineteen characters".into(), ..stated() }, Unstated::Text),
        (OpenForm { text: format!("   {}   ", "nineteen characters"), ..stated() }, Unstated::Text),
        (OpenForm { text: "a".repeat(1001), ..stated() }, Unstated::Text),
        (OpenForm { text: "twenty characters \u{202e} reversed".into(), ..stated() }, Unstated::Text),
        (OpenForm { reason: String::new(), ..stated() }, Unstated::Reason),
        (OpenForm { reason: "curiosity".into(), ..stated() }, Unstated::Reason),
        (OpenForm { relationship: String::new(), ..stated() }, Unstated::Relationship),
    ] {
        assert_eq!(open(&form).unwrap_err(), [unstated], "HAZ-048");
    }
    let silent = identify(&launch, &Trace::DidNotAnswer);
    assert!(matches!(silent, Identity::Refused(Refusal::HostUnreachable)), "HAZ-044: direct access stops");
}

#[tokio::test]
async fn t20_t19_an_answer_for_another_browser_or_from_another_provider_is_refused() {
    let (mut direct, fake) = (direct(), Fake::new());
    direct.provider.outbound = Arc::new(fake.clone());
    let keys = Keys::over(Box::new(Fixed::default()), [direct.issuer()]);
    let door = Door { direct: &direct, keys: &keys, public_url: "https://gateway.example", now: now() };
    let begun = begin(door, None).await.unwrap();
    let callback = fake.sign_in(&begun);
    let foreign = Callback { iss: Some("https://other.example".into()), ..callback.clone() };
    let before = fake.asked().len();
    for (kept, cookie, callback) in [
        (None, Some(begun.cookie), callback.clone()),
        (Some(begun.pending.clone()), None, callback.clone()),
        (Some(begun.pending.clone()), Some([0; 32]), callback),
        (Some(begun.pending.clone()), Some(begun.cookie), foreign),
    ] {
        assert_eq!(
            finish(door, (kept, cookie), callback).await.unwrap_err().refusal.status(),
            403,
            "HAZ-046"
        );
    }
    assert_eq!(fake.asked().len(), before, "HAZ-046: the code goes nowhere");
}

#[test]
fn the_share_of_openings_that_is_reviewed_follows_the_configuration() {
    let with = |review_percent| Direct { review_percent, ..direct() };
    let hashes: Vec<[u8; 32]> = (0..200_u8).map(|n| crate::session::hash(&[n])).collect();
    let share = |direct: Direct| hashes.iter().filter(|hash| direct.is_reviewed(hash)).count();
    assert_eq!((share(with(100)), share(with(0))), (200, 0));
    assert!((10..60).contains(&share(with(20))));
}
