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

/// Every field of the comparison, changed in what the host sent; how each ends, alone and with any other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Ends {
    WithACaveat,
    InAQuestion,
    InAStop,
}

const FIELDS: [(&str, &str, &str, Ends); 5] = [
    ("/birthDate", "1935-08-15", "date of birth", Ends::InAStop),
    ("/name/family", "Otherwise", "family name", Ends::InAQuestion),
    ("/name/given/0", "Maureen", "given name", Ends::InAQuestion),
    ("/gender", "male", "gender", Ends::InAQuestion),
    ("/gpPracticeOds", "ZZ902", "practice", Ends::WithACaveat),
];

// shows: R31
#[test]
fn t46_each_field_that_differs_alone_and_together_ends_as_the_table_says() {
    for set in 1_u8..32 {
        let changed: Vec<_> = FIELDS.iter().enumerate().filter(|(bit, _)| set & (1 << bit) != 0).collect();
        let launch = launch(|claims| {
            for (_, (pointer, value, ..)) in &changed {
                *claims["patient"].pointer_mut(pointer).unwrap() = json!(value);
            }
        });
        let mut found = traced();
        found.names = vec![name("usual", "TESTPATIENT", &["Doreen"])];
        let worst = changed.iter().map(|(_, (.., ends))| *ends).max().unwrap();
        let named = |wanted: Ends| -> Vec<String> {
            let these = changed.iter().filter(|(_, (.., ends))| *ends == wanted);
            these.map(|(_, (_, _, field, _))| (*field).to_owned()).collect()
        };
        match identify(&launch, &Trace::Found(found)) {
            Identity::Refused(Refusal::IdentityMismatch { fields }) => {
                assert_eq!((worst, fields), (Ends::InAStop, named(Ends::InAStop)), "HAZ-001: {set:05b}");
            }
            Identity::Interrupt(_, differences) => {
                let fields: Vec<String> = differences.into_iter().map(|one| one.field).collect();
                assert_eq!(
                    (worst, fields),
                    (Ends::InAQuestion, named(Ends::InAQuestion)),
                    "HAZ-001: {set:05b}"
                );
            }
            Identity::Confirmed(identified) => {
                assert_eq!(worst, Ends::WithACaveat, "HAZ-001: {set:05b}");
                assert_eq!(identified.caveats, [OTHER_PRACTICE], "HAZ-001");
            }
            other => panic!("HAZ-001: {other:?}"),
        }
    }
}

#[test]
fn t46_another_number_stops_whatever_else_agrees() {
    let identity = with(|found| found.nhs_number = NhsNumber::parse(OTHER_NUMBER).unwrap());
    assert!(matches!(identity, Identity::Refused(Refusal::IdentityMismatch { .. })), "HAZ-001: {identity:?}");
}

#[test]
fn t47_day_and_month_transposed_stop() {
    for (sent, national) in [("1935-12-08", "1935-08-12"), ("1935-01-02", "1935-02-01")] {
        let launch = launch(|claims| claims["patient"]["birthDate"] = json!(sent));
        let mut found = traced();
        found.birth_date = Some(FhirDate::parse(national));
        let stop = Refusal::IdentityMismatch { fields: vec!["date of birth".to_owned()] };
        assert_eq!(identify(&launch, &Trace::Found(found)), Identity::Refused(stop), "HAZ-001: {sent}");
    }
}

#[test]
fn t48_a_former_name_at_the_host_is_the_same_person() {
    for use_ in ["old", "maiden", "nickname", "temp"] {
        let identity = with(|found| {
            found.names = vec![name("usual", "MARRIED", &["Doreen"]), name(use_, "Testpatient", &["Doreen"])];
        });
        let identified = confirmed(identity);
        assert_eq!(identified.person.family, "MARRIED", "the banner has the name of now: {use_}");
        assert!(identified.caveats.is_empty(), "HAZ-028: no question without a cause: {use_}");
    }
}

fn last(outcome: LastOutcome, practice: Option<&str>) -> LastTrace {
    let practice = practice.map(|ods| OdsCode::parse(ods).unwrap());
    LastTrace { outcome, practice, at: "2026-11-22T08:00:00Z".parse().unwrap() }
}

fn silent(rules: Rules, last: Option<&LastTrace>) -> Identity {
    identify_by(rules, &launch(|_| {}), &Trace::DidNotAnswer, last)
}

#[test]
fn t50_a_silent_national_service_is_said_and_the_practice_is_asked_by_a_trace_of_the_last_day() {
    let unknown = confirmed(silent(Rules::default(), None));
    assert!(!unknown.traced && unknown.practice.is_none(), "HAZ-044: no practice is guessed");
    assert_eq!(unknown.caveats, [NOT_CHECKED], "HAZ-044");

    let known = confirmed(silent(Rules::default(), Some(&last(LastOutcome::Found, Some("ZZ901")))));
    assert!(known.traced && known.practice.as_ref().map(OdsCode::as_str) == Some("ZZ901"), "HAZ-044");
    assert_eq!(known.caveats[0], NOT_CHECKED, "HAZ-044: the identity is not checked all the same");
    assert!(known.caveats[1].contains("22-Nov-2026 08:00"), "{:?}", known.caveats);

    let merged = confirmed(silent(Rules::default(), Some(&last(LastOutcome::Superseded, None))));
    assert!(!merged.traced && merged.practice.is_none(), "HAZ-005: not under a number of the past");
}

#[test]
fn t50_what_was_hidden_within_the_day_stays_hidden_while_nobody_can_say_otherwise() {
    for outcome in [LastOutcome::Restricted, LastOutcome::NotFound, LastOutcome::Invalidated] {
        let identity = silent(Rules::default(), Some(&last(outcome, None)));
        assert_eq!(identity, Identity::Refused(Refusal::NoSharedRecord), "HAZ-023: {outcome:?}");
    }
}

#[test]
fn t50_where_the_deployment_says_so_nothing_opens_untraced() {
    let rules = Rules { goes_on_untraced: false, ..Rules::default() };
    assert_eq!(silent(rules, None), Identity::Refused(Refusal::HostUnreachable));
}

#[test]
fn t50_whoever_came_in_directly_stops_at_a_silent_national_service() {
    let mut facts: serde_json::Value = serde_json::from_slice(&launch(|_| {}).to_sealed_bytes()).unwrap();
    facts["route"] = json!("direct");
    let direct = Launch::from_sealed_bytes(facts.to_string().as_bytes()).unwrap();
    for last in [None, Some(last(LastOutcome::Found, Some("ZZ901")))] {
        let identity = identify_by(Rules::default(), &direct, &Trace::DidNotAnswer, last.as_ref());
        assert_eq!(identity, Identity::Refused(Refusal::HostUnreachable), "HAZ-001");
    }
}

#[test]
fn what_is_kept_of_a_trace_is_its_outcome_practice_and_time_and_for_a_day() {
    let at = "2026-11-22T08:00:00Z".parse().unwrap();
    let kept = LastTrace::of(&Trace::Found(traced()), at).unwrap();
    assert_eq!(kept, last(LastOutcome::Found, Some("ZZ901")));
    assert_eq!(kept.until_ms() - at.as_millisecond(), 24 * 3600 * 1000);
    let text = serde_json::to_string(&kept).unwrap();
    for known in [NUMBER, "TESTPATIENT", "Doreen", "1935", "Example Street"] {
        assert!(!text.contains(known), "HAZ-049: `{known}` is kept: {text}");
    }
    let with = |edit: fn(&mut Traced)| {
        let mut found = traced();
        edit(&mut found);
        LastTrace::of(&Trace::Found(found), at).unwrap()
    };
    assert_eq!(with(|found| found.restricted = true), last(LastOutcome::Restricted, None), "HAZ-023");
    assert_eq!(with(|found| found.verified = false), last(LastOutcome::Found, None), "HAZ-044");
    let merged = with(|found| found.superseded_from = NhsNumber::parse(OTHER_NUMBER).ok());
    assert_eq!(merged, last(LastOutcome::Superseded, None), "HAZ-005");
    assert_eq!(LastTrace::of(&Trace::DidNotAnswer, at), None);
}

#[test]
fn another_practice_is_said_only_where_the_deployment_wants_it() {
    let launch = launch(|claims| claims["patient"]["gpPracticeOds"] = json!("ZZ902"));
    let rules = Rules { says_other_practice: false, ..Rules::default() };
    let identified = confirmed(identify_by(rules, &launch, &Trace::Found(traced()), None));
    assert!(identified.caveats.is_empty(), "{:?}", identified.caveats);
}

#[test]
fn days_since_death_are_counted_and_an_unreadable_date_is_long_ago() {
    let today = jiff::civil::date(2026, 11, 22);
    for (died, days) in [
        ("2026-11-22", Some(0)),
        ("2026-05-26", Some(180)),
        ("2026-05-25T23:10:00+01:00", Some(181)),
        ("2026-05", Some(205)),
        ("last winter", Some(i32::MAX)),
    ] {
        let identified = confirmed(with(|found| found.deceased = Some(FhirDate::parse(died))));
        assert_eq!(identified.days_since_death(today), days, "{died}");
    }
    assert_eq!(confirmed(with(|_| {})).days_since_death(today), None);
}
