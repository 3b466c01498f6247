//! Each field that can differ, alone and together, and every way the national service can answer.

use super::*;
use crate::testing::{NUMBER, launch};
use serde_json::json;

const OTHER_NUMBER: &str = "9990000026";

fn traced() -> Traced {
    Traced {
        nhs_number: NhsNumber::parse(NUMBER).unwrap(),
        superseded_from: None,
        names: vec![name("usual", "TESTPATIENT", &["Doreen", "Mary"])],
        preferred: None,
        title: Some("Mrs".to_owned()),
        birth_date: Some(FhirDate::parse("1935-08-14")),
        gender: Some("female".to_owned()),
        deceased: None,
        practice: OdsCode::parse("ZZ901").ok(),
        restricted: false,
        verified: true,
        address: Some(vec!["1 Example Street".to_owned()]),
        telephone: None,
    }
}

fn name(use_: &str, family: &str, given: &[&str]) -> Name {
    Name {
        family: family.to_owned(),
        given: given.iter().map(|part| (*part).to_owned()).collect(),
        use_: Some(use_.to_owned()),
    }
}

fn with(edit: impl FnOnce(&mut Traced)) -> Identity {
    let mut found = traced();
    edit(&mut found);
    identify(&launch(|_| {}), &Trace::Found(found))
}

fn confirmed(identity: Identity) -> Identified {
    match identity {
        Identity::Confirmed(identified) => identified,
        other => panic!("not confirmed: {other:?}"),
    }
}

fn interrupted(identity: Identity) -> Vec<String> {
    match identity {
        Identity::Interrupt(_, differences) => differences.into_iter().map(|one| one.field).collect(),
        other => panic!("not interrupted: {other:?}"),
    }
}

#[test]
fn the_same_person_is_confirmed_with_national_details_first() {
    let identified = confirmed(with(|_| {}));
    assert_eq!(identified.person.family, "TESTPATIENT");
    assert_eq!(identified.person.title.as_deref(), Some("Mrs"));
    assert_eq!(identified.practice.as_ref().map(OdsCode::as_str), Some("ZZ901"));
    assert!(identified.traced && identified.caveats.is_empty() && identified.superseded.is_none());
}

#[test]
fn another_birth_date_or_number_stops_with_no_way_on() {
    let stop = |fields: &[&str]| {
        let fields = fields.iter().map(|field| (*field).to_owned()).collect();
        Identity::Refused(Refusal::IdentityMismatch { fields })
    };
    for date in ["1935-08-15", "1936-08-14", "1935-09", "1936", "14-08-1935", ""] {
        let identity = with(|found| found.birth_date = Some(FhirDate::parse(date)));
        assert_eq!(identity, stop(&["date of birth"]), "HAZ-001: `{date}`");
    }
    let transposed = launch(|claims| claims["patient"]["birthDate"] = json!("1935-12-08"));
    let mut found = traced();
    found.birth_date = Some(FhirDate::parse("1935-08-12"));
    assert_eq!(
        identify(&transposed, &Trace::Found(found)),
        stop(&["date of birth"]),
        "HAZ-001: day and month"
    );
    let identity = with(|found| {
        found.nhs_number = NhsNumber::parse(OTHER_NUMBER).unwrap();
        found.birth_date = Some(FhirDate::parse("1935-08-15"));
        found.names = vec![name("usual", "OTHER", &["Person"])];
    });
    assert_eq!(identity, stop(&["NHS number", "date of birth"]), "HAZ-001: a stop outweighs an interruption");
}

#[test]
fn a_coarser_national_birth_date_agrees_where_it_can() {
    for date in ["1935", "1935-08"] {
        let identified = confirmed(with(|found| found.birth_date = Some(FhirDate::parse(date))));
        assert_eq!(identified.person.birth_date.as_sent(), "1935-08-14");
    }
    let identified = confirmed(with(|found| found.birth_date = None));
    assert_eq!(identified.caveats, [NO_BIRTH_DATE]);
}

#[test]
fn a_differing_name_or_gender_interrupts_with_both_values() {
    assert_eq!(
        interrupted(with(|found| found.names = vec![name("usual", "Other", &["Doreen"])])),
        ["family name"]
    );
    assert_eq!(
        interrupted(with(|found| found.names = vec![name("usual", "Testpatient", &["Doris"])])),
        ["given name"]
    );
    assert_eq!(interrupted(with(|found| found.gender = Some("male".to_owned()))), ["gender"]);
    let all = with(|found| {
        found.names = vec![name("usual", "Other", &["Doris"])];
        found.gender = Some("male".to_owned());
    });
    let Identity::Interrupt(_, differences) = &all else { panic!("HAZ-001: {all:?}") };
    assert_eq!(differences.len(), 3, "HAZ-001: every differing field, and only those");
    assert_eq!((differences[0].host.as_str(), differences[0].national.as_str()), ("Testpatient", "Other"));
    assert!(!format!("{all:?}").contains("Other"), "HAZ-049: Debug names nobody");
}

#[test]
fn any_name_the_person_ever_had_counts() {
    let identity = with(|found| {
        found.names = vec![name("usual", "Married", &["Dot"]), name("old", "Testpatient", &["Doreen"])];
    });
    assert_eq!(
        confirmed(identity).person.family,
        "Married",
        "HAZ-001: a former name agrees, the usual one is shown"
    );
}

#[test]
fn names_are_compared_as_people_mean_them() {
    let families = [
        ("O'Neill-Smith", "oneill smith"),
        ("Müller", "MULLER"),
        ("Zoe\u{301}", "ZOÉ"),
        ("van der Berg", "Van-der-Berg"),
        ("Łukasz", "lukasz"),
        ("Straße", "STRASSE"),
        ("D’Arcy", "d'arcy"),
    ];
    for (one, other) in families {
        assert!(fold::same(one, other), "{one} {other}");
    }
    for (one, other) in [("Smith", "Smyth"), ("", ""), ("-", "'"), ("李", "王")] {
        assert!(!fold::same(one, other), "HAZ-001: {one} {other}");
    }
    let given = |one: &[&str], other: &[&str]| {
        let own = |list: &[&str]| list.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>();
        fold::same_given(&own(one), &own(other))
    };
    assert!(given(&["Doreen"], &["Doreen", "Mary"]));
    assert!(given(&["Doreen Mary"], &["Doreen", "Mary"]));
    assert!(given(&["Maryann"], &["Mary-Ann"]));
    assert!(!given(&["Mary Ann"], &["Mary Jane"]), "HAZ-001: twins");
    assert!(!given(&["Jo"], &["Joanna"]));
    assert!(!given(&[], &["Joanna"]) && !given(&[""], &[""]));
}

#[test]
fn another_practice_is_a_caveat_and_the_national_one_is_asked() {
    let identified = confirmed(with(|found| found.practice = OdsCode::parse("ZZ902").ok()));
    assert_eq!(identified.caveats, [OTHER_PRACTICE], "HAZ-044");
    assert_eq!(identified.practice.unwrap().as_str(), "ZZ902");
}

#[test]
fn an_earlier_number_leads_to_the_current_one() {
    let identified = confirmed(with(|found| {
        found.superseded_from = Some(NhsNumber::parse(NUMBER).unwrap());
        found.nhs_number = NhsNumber::parse(OTHER_NUMBER).unwrap();
    }));
    assert_eq!(identified.person.nhs_number.digits(), OTHER_NUMBER, "HAZ-005");
    assert_eq!(identified.superseded.unwrap().digits(), NUMBER, "HAZ-005");
    assert_eq!(identified.caveats, [SUPERSEDED]);
}

#[test]
fn restricted_unknown_and_invalidated_are_one_refusal() {
    let none = Identity::Refused(Refusal::NoSharedRecord);
    assert_eq!(with(|found| found.restricted = true), none, "HAZ-023");
    let restricted_and_other = with(|found| {
        found.restricted = true;
        found.birth_date = Some(FhirDate::parse("1900-01-01"));
    });
    assert_eq!(restricted_and_other, none, "HAZ-023: a mismatch page would say that the person exists");
    assert_eq!(identify(&launch(|_| {}), &Trace::NotFound), none);
    assert_eq!(identify(&launch(|_| {}), &Trace::Invalidated), none);
}

#[test]
fn a_person_the_host_holds_as_sensitive_is_as_one_nobody_knows() {
    let flagged = launch(|claims| claims["patient"]["sensitive"] = true.into());
    let none = Identity::Refused(Refusal::NoSharedRecord);
    for trace in [Trace::DidNotAnswer, Trace::NotFound, Trace::Found(traced())] {
        assert_eq!(identify(&flagged, &trace), none, "HAZ-023");
    }
}

#[test]
fn a_silent_national_service_leaves_the_hosts_word_and_no_practice() {
    let identified = confirmed(identify(&launch(|_| {}), &Trace::DidNotAnswer));
    assert_eq!(identified.caveats, [NOT_CHECKED], "HAZ-044");
    assert_eq!(
        (identified.traced, &identified.practice),
        (false, &None),
        "HAZ-044: no practice is asked untraced"
    );
    assert_eq!(identified.person.family, "Testpatient");
}

#[test]
fn an_unverified_number_names_no_practice() {
    let identified = confirmed(with(|found| found.verified = false));
    assert_eq!((identified.traced, &identified.practice), (false, &None), "HAZ-044");
    assert_eq!(identified.caveats, [NOT_VERIFIED]);
}

#[test]
fn a_stored_identity_keeps_its_dates() {
    let identity = with(|found| found.deceased = Some(FhirDate::parse("2026-01")));
    let back: Identity = serde_json::from_str(&serde_json::to_string(&identity).unwrap()).unwrap();
    assert_eq!(back, identity);
    assert!(confirmed(back).person.deceased.unwrap().is_readable());
}
