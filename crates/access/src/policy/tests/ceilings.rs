//! T64: what each class of ceiling leaves of every role's column, one picture each.

use super::*;
use crate::launch::Route;

/// A role's column as letters in the order of the matrix: demographics, alerts, allergies, medications, problems, immunisations,
/// results, encounters, documents, consultations, care plans, mental health, social care, safeguarding, restricted.
fn column(role: Role, edit: impl FnOnce(&mut Facts)) -> String {
    let mut facts = Facts {
        role,
        demographics_only: false,
        organisation: "ZZ910".to_owned(),
        organisation_kind: "acute".to_owned(),
        route: Route::Signed.name(),
        assurance: 2,
        purpose: "TREAT".to_owned(),
        relationship: BTreeSet::from(["host-open".to_owned()]),
        tester_of: TesterOf::default(),
        beside: Circumstances::default(),
    };
    edit(&mut facts);
    let slices = Category::ALL.map(Slice::unlimited);
    POLICY.engine.decide(&facts, &slices).iter().map(|grant| print::letter(grant.level)).collect()
}

fn of_kind(kind: &'static str, role: Role) -> String {
    column(role, |facts| kind.clone_into(&mut facts.organisation_kind))
}

// shows: A13
#[test]
fn t64_ceilings_by_kind_of_organisation_are_as_agreed() {
    const NOTHING: &str = "---------------";
    for (kind, role, expected) in [
        ("acute", Role::R7, "FSFFSF-E--S-S--"),
        ("care-home", Role::R7, "FSFFSF-E--S-S--"),
        ("care-home", Role::R1, "FFFFSF-S--FSSE-"),
        ("care-home", Role::R2, "FFFFFFFFFSFSSE-"),
        ("council", Role::R1, NOTHING),
        ("council", Role::R6, "FFFFSF-SS-FSFE-"),
        ("council", Role::R7, "FSFFSF-E--S-S--"),
        ("council", Role::R8, "FS-----FE-E-E--"),
        ("icb", Role::R1, NOTHING),
        ("icb", Role::R2, "FFFFFFFFFSFSSE-"),
        ("icb", Role::R4, "FSFFSFFSS-S-E--"),
        ("icb", Role::R7, NOTHING),
        ("pharmacy", Role::R4, "FSFFSFFSS-S-E--"),
        ("pharmacy", Role::R1, NOTHING),
        ("optometry", Role::R2, "FS--S--SSSSSSE-"),
        ("optometry", Role::R4, NOTHING),
    ] {
        assert_eq!(of_kind(kind, role), expected, "HAZ-047: {role:?} of a {kind}");
    }
}

#[test]
fn t64_an_address_shows_no_more_than_clinical_administration_sees_and_direct_access_less_of_three() {
    let legacy = |role| column(role, |facts| (facts.route, facts.assurance) = (Route::Legacy.name(), 0));
    assert_eq!(legacy(Role::R1), "FS-----FE-E-E--", "HAZ-047: the row of R8");
    assert_eq!(legacy(Role::R8), column(Role::R8, |_| ()));
    assert_eq!(legacy(Role::R7), "FS-----E--E-E--", "HAZ-047: never wider than their own");
    let strong = column(Role::R1, |facts| (facts.route, facts.assurance) = (Route::Legacy.name(), 3));
    assert_eq!(strong, legacy(Role::R1), "HAZ-047: whatever assurance is claimed");
    let direct = |role| column(role, |facts| facts.route = Route::Direct.name());
    assert_eq!(
        direct(Role::R5),
        "FFFFFFFFFSFSSE-",
        "HAZ-047: mental health in summary, safeguarding that it exists"
    );
    assert_eq!(direct(Role::R3), "FFFFFFFFFFFSSE-", "HAZ-047");
    let one_factor = |role| column(role, |facts| facts.assurance = 1);
    assert_eq!(one_factor(Role::R5), "FFFFFFFFFSFSSE-", "HAZ-047");
}

#[test]
fn t64_a_capped_role_sees_who_the_person_is_and_nothing_else() {
    for role in [Role::R1, Role::R6, Role::R8] {
        assert_eq!(
            column(role, |facts| facts.demographics_only = true),
            "F--------------",
            "HAZ-047: {role:?}"
        );
    }
}

#[test]
fn every_ceiling_names_its_owner() {
    let carer = POLICY.decide(&by("SENIOR-CARER", "ZZ921"), &Circumstances::default()).unwrap();
    let grant = carer.grant(&SourceId::new("gp"), Category::Documents);
    let about = carer.about(&grant.limits[0]).unwrap();
    assert_eq!((about.owner.as_str(), about.reason), ("CG", ReasonCode::OrganisationCeiling), "HAZ-011");
}
