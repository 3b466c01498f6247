//! The closed list of refusals: what each page says, and what none of them may.

use super::*;

fn all() -> Vec<Refusal> {
    vec![
        Refusal::LaunchUsedOrExpired,
        Refusal::LaunchNotAccepted,
        Refusal::LaunchIncomplete,
        Refusal::HostUnreachable,
        Refusal::NoRole,
        Refusal::NoRelationship,
        Refusal::Purpose,
        Refusal::OwnRecord,
        Refusal::IdentityMismatch { fields: vec!["birth date".into()] },
        Refusal::NoSharedRecord,
        Refusal::Objection,
        Refusal::CannotRecord,
        Refusal::Busy,
        Refusal::ViewEnded,
    ]
}

fn refused(refusal: Refusal) -> Refused {
    Refused { refusal, reference: "7K2M-9QF4".into(), frame_ancestor: None }
}

fn settings() -> Settings {
    let contact = Contact { name: "GP partner".into(), contact: "01632 960099".into() };
    Settings { contacts: vec![contact], training: true, ..Settings::default() }
}

#[test]
fn every_refusal_has_a_reference_contacts_and_its_status() {
    for refusal in all() {
        let status = refusal.status();
        let (sent, html) = page(&refused(refusal.clone()), &settings(), true, None);
        assert_eq!(sent, status);
        assert!(html.contains("7K2M-9QF4") && html.contains("01632 960099"), "HAZ-034: {}", refusal.code());
        assert!(html.contains(words::TRAINING), "HAZ-054");
    }
}

#[test]
fn a_view_that_has_ended_is_401_without_a_cookie_and_403_with_one_and_one_body() {
    let (without, body) = page(&refused(Refusal::ViewEnded), &settings(), false, None);
    let (with, same) = page(&refused(Refusal::ViewEnded), &settings(), true, None);
    assert_eq!((without, with), (401, 403));
    assert_eq!(body, same, "HAZ-002");
}

#[test]
fn an_identity_mismatch_names_fields_and_no_values() {
    let (_, html) = page(
        &refused(Refusal::IdentityMismatch { fields: vec!["birth date".into()] }),
        &settings(),
        true,
        None,
    );
    assert!(html.contains("The birth date your system sent differs"), "HAZ-001");
}

#[test]
fn no_shared_record_says_nothing_about_why() {
    let (status, html) = page(&refused(Refusal::NoSharedRecord), &settings(), true, None);
    assert_eq!(status, 404);
    for telling in ["restricted", "invalid", "not found", "sensitive", "does not exist"] {
        assert!(!html.to_lowercase().contains(telling), "HAZ-050: `{telling}`");
    }
}
