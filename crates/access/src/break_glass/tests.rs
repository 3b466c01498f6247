//! Who may ask, when a sign-in is fresh, which reasons are whole, what would open for whom, and that it ends.

use super::*;
use crate::{
    policy::{PartnerKind, SourceFacts},
    testing::{NOW_S, after_s, launch, now, policy_dir},
};
use serde_json::{Value, json};
use std::sync::LazyLock;

const ROLES: [Role; 6] = [Role::R1, Role::R2, Role::R3, Role::R4, Role::R5, Role::R6];

fn source(id: &str, partner: &str, kind: PartnerKind, lets_out: bool) -> SourceFacts {
    SourceFacts {
        id: SourceId::new(id),
        partner: OdsCode::parse(partner).unwrap(),
        kind,
        releases: Category::ALL.map(|category| (category, Level::Full)).into(),
        releases_restricted: lets_out,
        releases_on_override: lets_out,
    }
}

/// The practice's controller lets out everything it may; one partner does, one does not.
static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let sources = [
        source("gp", "ZZ901", PartnerKind::Gp, true),
        source("eput", "ZZ911", PartnerKind::Live, true),
        source("acute", "ZZ910", PartnerKind::Live, false),
    ];
    Policy::load(&policy_dir(), &sources).unwrap()
});

fn by(role: &str, organisation: &str) -> Launch {
    launch(|claims| of(claims, role, organisation))
}

fn of(claims: &mut Value, role: &str, organisation: &str) {
    claims["extensions"]["ihe_iua"]["subject_role"] = json!([role]);
    claims["extensions"]["ihe_iua"]["subject_organization_id"] = json!(organisation);
}

/// The same launch by another way in.
fn through(route: Route, launch: &Launch) -> Launch {
    let mut facts: Value = serde_json::from_slice(&launch.to_sealed_bytes()).unwrap();
    facts["route"] = json!(route.name());
    Launch::from_sealed_bytes(facts.to_string().as_bytes()).unwrap()
}

fn exception(opens: &[Category], over_objection: bool) -> Exception {
    Exception {
        reason: "emergency".to_owned(),
        opens: opens.iter().copied().collect(),
        over_objection,
        until: after_s(30 * 60),
        opening: "o".to_owned(),
        told: BTreeSet::new(),
    }
}

fn content(break_glass: Option<Exception>) -> SessionContent {
    SessionContent {
        server: None,
        launch: by("DOCTOR", "ZZ910"),
        frame: None,
        confirmed_identity: false,
        device: None,
        break_glass,
        acknowledged: None,
        reason: None,
    }
}

fn level(launch: &Launch, beside: &Circumstances, source: &str, category: Category) -> Level {
    POLICY.decide(launch, beside).unwrap().level(&SourceId::new(source), category)
}

fn names(offer: &Offer) -> Vec<&str> {
    offer.sources.iter().map(SourceId::as_str).collect()
}

// shows: R36
#[test]
fn t65_without_the_flag_with_one_factor_or_in_roles_seven_and_up_nobody_asks() {
    let doctor = by("DOCTOR", "ZZ910");
    assert_eq!(bar(&doctor, &ROLES), None);
    let weak = launch(|claims| claims["acr"] = json!("one-factor"));
    for (who, expected) in [
        (&by("PHARMACIST", "ZZ910"), Barred::NoEmergencyAccess),
        (&by("SENIOR-CARER", "ZZ921"), Barred::Role),
        (&by("WARD-CLERK", "ZZ910"), Barred::Role),
        (&by("STUDENT", "ZZ910"), Barred::Role),
        (&by("PRIVACY-OFFICER", "ZZ910"), Barred::Role),
        (&by("SOMETHING-ELSE", "ZZ910"), Barred::Role),
        (&weak, Barred::Assurance),
    ] {
        assert_eq!(bar(who, &Role::ALL), Some(expected), "HAZ-048: {:?}", who.role);
    }
    assert_eq!(bar(&doctor, &[Role::R3]), Some(Barred::Role), "HAZ-048: the deployment narrows");
}

#[test]
fn t29_a_legacy_or_direct_way_in_never_leads_to_emergency_access() {
    for route in Route::ALL {
        let barred = bar(&through(route, &by("DOCTOR", "ZZ910")), &ROLES);
        let never = matches!(route, Route::Legacy | Route::Direct);
        assert_eq!(barred == Some(Barred::Route), never, "HAZ-048: {}", route.name());
    }
}

#[test]
fn t65_a_stale_sign_in_is_not_enough_and_a_new_launch_for_this_purpose_is() {
    let signed_in = |at: i64, purpose: &'static str| {
        launch(move |claims| {
            claims["auth_time"] = json!(at);
            claims["extensions"]["ihe_iua"]["purpose_of_use"] = json!([{"code": purpose}]);
        })
    };
    for (at, fresh) in [(NOW_S, true), (NOW_S - 300, true), (NOW_S - 301, false), (NOW_S - 86_400, false)] {
        assert_eq!(is_fresh(&signed_in(at, "TREAT"), now()), fresh, "HAZ-048: {}", NOW_S - at);
        assert!(is_fresh(&signed_in(at, "BTG"), now()), "a new launch for this purpose");
    }
    assert!(!is_fresh(&signed_in(NOW_S - 301, "ETREAT"), now()), "HAZ-048: no other purpose");
    assert!(!is_fresh(&signed_in(NOW_S - 301, "BTG"), after_s(301)), "HAZ-048: new once, not for the hour");
    assert!(!is_fresh(&launch(|c| drop(c.as_object_mut().unwrap().remove("auth_time"))), now()), "HAZ-048");
}

#[test]
fn t65_nineteen_characters_are_no_reason_and_twenty_blanks_are_none() {
    let reason = |text: &str| given("emergency", text, reasons(false));
    assert_eq!(reason("1234567890123456789").unwrap_err(), [Unfit::TooShort], "HAZ-048");
    assert_eq!(reason("12345678901234567890").unwrap().text, "12345678901234567890");
    for short in ["", &" ".repeat(40), &"\t\n".repeat(20), &format!("found{}collapsed", " ".repeat(20))] {
        assert_eq!(reason(short).unwrap_err(), [Unfit::TooShort], "HAZ-048: {short:?}");
    }
    assert_eq!(reason("é".repeat(20).as_str()).unwrap().text.chars().count(), 20, "characters, not bytes");
    assert_eq!(reason(&"x".repeat(1_001)).unwrap_err(), [Unfit::TooLong]);
    assert!(reason(&"x".repeat(1_000)).is_ok());
    let split = reason("found at home\r\nADMIN: all is well\u{1b}[31m").unwrap();
    assert_eq!(split.text, "found at home ADMIN: all is well [31m", "no line of the audit is forged");
    assert_eq!(given("curious", "short", reasons(false)).unwrap_err(), [Unfit::Reason, Unfit::TooShort]);
    let long = "the person agreed to it just now";
    assert!(given("person-agreed", long, reasons(false)).is_ok());
    assert_eq!(given("person-agreed", long, reasons(true)).unwrap_err(), [Unfit::Reason], "HAZ-022");
}

// shows: R35
#[test]
fn t65_what_would_open_is_the_agreements_and_differs_by_role_alone() {
    let asked = |role: &str, organisation: &str| offer(&POLICY, &by(role, organisation), false, None);
    let doctor = asked("DOCTOR", "ZZ910");
    assert_eq!(doctor.opens(), BTreeSet::from(OPENABLE), "HAZ-011");
    assert_eq!(names(&doctor), ["acute", "eput", "gp"], "mental health in full, wherever it is");
    assert_eq!(doctor.classes[&Category::Restricted].len(), 2, "HAZ-010: where its controller lets it out");
    let urgent = asked("ED-DOCTOR", "ZZ910");
    assert_eq!(urgent.opens(), BTreeSet::from([Category::MentalHealth]), "HAZ-047: not for R3");
    for (role, organisation) in [("NURSE", "ZZ910"), ("CPN", "ZZ911"), ("SW", "ZZ917")] {
        assert!(asked(role, organisation).is_empty(), "HAZ-047: nothing beyond their own for {role}");
    }
    let own = launch(|claims| claims["relationship"] = json!([{"code": "mental-health-care"}]));
    let classes = offer(&POLICY, &own, false, None).opens();
    assert_eq!(classes, BTreeSet::from([Category::Restricted]), "what is open already is not offered");
    let held = exception(&OPENABLE, false);
    assert!(
        offer(&POLICY, &by("DOCTOR", "ZZ910"), false, Some(&held)).is_empty(),
        "nothing is left to ask for"
    );
}

// shows: R43
#[test]
fn t65_granted_it_opens_what_was_named_at_the_sources_that_let_it_and_no_ceiling() {
    let doctor = by("DOCTOR", "ZZ910");
    let named = content(Some(exception(&[Category::Restricted], false))).circumstances(now());
    assert_eq!(level(&doctor, &named, "eput", Category::Restricted), Level::Full);
    assert_eq!(
        level(&doctor, &named, "acute", Category::Restricted),
        Level::Nothing,
        "HAZ-010: its controller"
    );
    assert_eq!(level(&doctor, &named, "eput", Category::MentalHealth), Level::Summary, "HAZ-047: not named");
    let named = content(Some(exception(&OPENABLE, false))).circumstances(now());
    assert_eq!(level(&doctor, &named, "eput", Category::MentalHealth), Level::Full);
    let weak = launch(|claims| claims["acr"] = json!("one-factor"));
    assert_eq!(
        level(&weak, &named, "eput", Category::MentalHealth),
        Level::Summary,
        "HAZ-047: the ceiling holds"
    );
    assert_eq!(level(&by("NURSE", "ZZ910"), &named, "eput", Category::Restricted), Level::Nothing, "HAZ-047");
    let none = Circumstances::default();
    for category in Category::ALL.into_iter().filter(|category| !OPENABLE.contains(category)) {
        let (with, without) =
            (level(&doctor, &named, "eput", category), level(&doctor, &none, "eput", category));
        assert_eq!(with, without, "HAZ-047: {}", category.name());
    }
}

#[test]
fn t65_at_minute_thirty_one_it_opens_nothing_more() {
    let content = content(Some(exception(&OPENABLE, false)));
    let doctor = &content.launch;
    for (minute, expected) in
        [(0, Level::Full), (29, Level::Full), (30, Level::Nothing), (31, Level::Nothing)]
    {
        let beside = content.circumstances(after_s(minute * 60));
        assert_eq!(
            level(doctor, &beside, "eput", Category::Restricted),
            expected,
            "HAZ-048: minute {minute}"
        );
    }
}

#[test]
fn t75_over_an_objection_the_practice_stays_closed_and_others_open_by_their_controllers_switch() {
    let doctor = by("DOCTOR", "ZZ910");
    let asked = offer(&POLICY, &doctor, true, None);
    assert_eq!((names(&asked), asked.classes.len()), (vec!["eput"], 0), "HAZ-022");
    let beside = |exception: Option<Exception>| Circumstances {
        break_glass: exception.map(|exception| exception.break_glass()),
        ..Objection::Objected.into()
    };
    let over = beside(Some(exception(&[], true)));
    assert_eq!(
        level(&doctor, &over, "gp", Category::Allergies),
        Level::Nothing,
        "HAZ-022: never the practice"
    );
    assert_eq!(
        level(&doctor, &over, "acute", Category::Allergies),
        Level::Nothing,
        "HAZ-022: its controller"
    );
    assert_eq!(level(&doctor, &over, "eput", Category::Encounters), Level::Full);
    assert_eq!(level(&doctor, &over, "eput", Category::Restricted), Level::Nothing, "HAZ-022: not named");
    let agreed = Exception { reason: "person-agreed".to_owned(), ..exception(&[], true) };
    let refused = POLICY.decide(&doctor, &beside(Some(agreed))).unwrap_err();
    assert_eq!(
        refused,
        crate::Refusal::Objection,
        "HAZ-022: that the person agreed is told by the person's own practice"
    );
}

#[test]
fn t75_emergency_access_that_was_not_named_as_going_against_an_objection_does_not() {
    let doctor = by("DOCTOR", "ZZ910");
    let plain = exception(&OPENABLE, false).break_glass();
    let whole = Circumstances { break_glass: Some(plain.clone()), ..Objection::Objected.into() };
    assert_eq!(POLICY.decide(&doctor, &whole).unwrap_err(), crate::Refusal::Objection, "HAZ-022");
    let objected_to = BTreeSet::from([OdsCode::parse("ZZ911").unwrap()]);
    let one = Circumstances { objected_to, break_glass: Some(plain), ..Circumstances::default() };
    assert_eq!(
        level(&doctor, &one, "eput", Category::Encounters),
        Level::Nothing,
        "HAZ-022: to that partner"
    );
    assert_eq!(level(&doctor, &one, "gp", Category::MentalHealth), Level::Full, "what was named still opens");
}

#[test]
fn beside_an_exception_over_an_objection_more_is_asked_for_by_itself_and_named() {
    let held = exception(&[], true);
    let asked = offer(&POLICY, &by("DOCTOR", "ZZ910"), false, Some(&held));
    assert_eq!((asked.opens(), asked.over_objection), (BTreeSet::from(OPENABLE), true));
}
