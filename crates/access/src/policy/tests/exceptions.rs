//! Break-glass: what it opens, for whom, and everything it leaves closed (HAZ-047, HAZ-022).

use super::*;

fn doctor() -> Facts {
    Facts::of(&POLICY, &by("DOCTOR", "ZZ910"), &Circumstances::default()).unwrap()
}

fn under(facts: &Facts, reason: &str, objection: Objection) -> Facts {
    let opens = BTreeSet::from([Category::MentalHealth, Category::Restricted]);
    let exception = BreakGlass { reason: reason.to_owned(), opens, over_objection: true };
    let beside = Circumstances { objection, break_glass: Some(exception), ..Circumstances::default() };
    Facts { beside, ..facts.clone() }
}

fn slice(kind: PartnerKind, category: Category) -> Slice {
    Slice { kind: kind.name(), ..Slice::unlimited(category) }
}

fn seen(facts: &Facts, slice: &Slice) -> Level {
    POLICY.engine.decide(facts, std::slice::from_ref(slice))[0].level
}

#[test]
fn it_opens_restricted_for_doctors_where_the_source_lets_it_out_and_mental_health_for_two_roles() {
    let restricted = slice(PartnerKind::Live, Category::Restricted);
    let closed = Slice { releases_restricted: false, ..restricted.clone() };
    let mental = slice(PartnerKind::Live, Category::MentalHealth);
    for (role, opens, in_full) in
        [(Role::R1, true, true), (Role::R3, false, true), (Role::R2, false, false), (Role::R5, false, true)]
    {
        let facts = under(&Facts { role, ..doctor() }, "emergency", Objection::None);
        assert_eq!(seen(&facts, &restricted) == Level::Full, opens, "HAZ-023: {role:?}");
        assert_eq!(seen(&facts, &closed), Level::Nothing, "HAZ-023: {role:?}");
        assert_eq!(seen(&facts, &mental) == Level::Full, in_full, "HAZ-047: {role:?}");
    }
    assert_eq!(seen(&doctor(), &restricted), Level::Nothing, "HAZ-023: not without");
    let mut named_less = under(&doctor(), "emergency", Objection::None);
    named_less.beside.break_glass.as_mut().unwrap().opens.clear();
    assert_eq!(seen(&named_less, &restricted), Level::Nothing, "HAZ-023: only what was named before");
    assert_eq!(seen(&named_less, &mental), Level::Summary, "HAZ-047: only what was named before");
}

#[test]
fn it_is_barred_after_a_weak_sign_in_by_address_directly_and_for_support_roles() {
    let barred = |facts: Facts| {
        let facts = under(&facts, "emergency", Objection::Objected);
        let shown = Category::ALL.map(|category| seen(&facts, &slice(PartnerKind::Live, category)));
        assert!(shown.iter().all(|level| *level == Level::Nothing), "HAZ-047: {facts}");
        assert_eq!(POLICY.decide_facts(&facts).unwrap_err(), facts_refusal(&facts), "HAZ-022: {facts}");
    };
    for assurance in [0, 1] {
        barred(Facts { assurance, ..doctor() });
    }
    let claimed = BTreeSet::from(["self-claimed".to_owned()]);
    barred(Facts { route: "legacy", ..doctor() });
    barred(Facts { route: "direct", relationship: claimed, ..doctor() });
    for role in [Role::R7, Role::R8, Role::R9, Role::R10, Role::R11] {
        barred(Facts { role, ..doctor() });
    }
}

fn facts_refusal(facts: &Facts) -> Refusal {
    if facts.role >= Role::R10 { Refusal::NoRole } else { Refusal::Objection }
}

#[test]
fn it_lifts_no_ceiling_and_no_switch() {
    let facts =
        under(&Facts { organisation_kind: "council".to_owned(), ..doctor() }, "emergency", Objection::None);
    assert_eq!(seen(&facts, &slice(PartnerKind::Live, Category::Restricted)), Level::Nothing, "HAZ-047");
    let off = Slice { releases: Level::Nothing, ..slice(PartnerKind::Live, Category::MentalHealth) };
    assert_eq!(seen(&under(&doctor(), "emergency", Objection::None), &off), Level::Nothing, "HAZ-047");
    let capped = Facts { demographics_only: true, ..doctor() };
    let mental = slice(PartnerKind::Live, Category::MentalHealth);
    assert_eq!(seen(&under(&capped, "emergency", Objection::None), &mental), Level::Nothing, "HAZ-047");
}

#[test]
fn an_objection_is_overridden_for_three_reasons_never_at_the_gp_and_only_where_the_controller_says_so() {
    let medications =
        |kind, releases_on_override| Slice { releases_on_override, ..slice(kind, Category::Medications) };
    for reason in BREAK_GLASS_REASONS {
        let facts = under(&doctor(), reason, Objection::Objected);
        let expected = if reason == "person-agreed" { Level::Nothing } else { Level::Full };
        assert_eq!(seen(&facts, &medications(PartnerKind::Live, true)), expected, "HAZ-022: {reason}");
        assert_eq!(seen(&facts, &medications(PartnerKind::Live, false)), Level::Nothing, "HAZ-022: {reason}");
        assert_eq!(seen(&facts, &medications(PartnerKind::Gp, true)), Level::Nothing, "HAZ-022: {reason}");
    }
    let facts = under(&doctor(), "emergency", Objection::Objected);
    let refused = POLICY.decide_facts(&facts).unwrap_err();
    assert_eq!(refused, Refusal::Objection, "HAZ-022: nobody here lets anything out on an override");
    let mut acute = source("acute", "ZZ910", PartnerKind::Live);
    acute.releases_on_override = true;
    let policy = Policy::load(&policy_dir(), &[acute, source("gp", "ZZ901", PartnerKind::Gp)]).unwrap();
    let permit = policy.decide_facts(&facts).unwrap();
    assert_eq!(level(&permit, "acute", Category::Medications), Level::Full);
    assert_eq!(permit.asked(&SourceId::new("gp")), [], "HAZ-022: nothing is asked of the GP");
}

#[test]
fn an_objection_to_one_controller_closes_that_partner_only() {
    let objected_to = BTreeSet::from([OdsCode::parse("ZZ910").unwrap()]);
    let beside = Circumstances { objected_to, ..Circumstances::default() };
    let permit = POLICY.decide(&by("DOCTOR", "ZZ910"), &beside).unwrap();
    assert_eq!(permit.asked(&SourceId::new("acute")), [], "HAZ-022");
    assert_eq!(
        permit.grant(&SourceId::new("acute"), Category::Problems).limited_by,
        Some(ReasonCode::Objection)
    );
    assert_eq!(level(&permit, "gp", Category::Problems), Level::Full);
}

#[test]
fn only_direct_access_rests_on_ones_own_word_and_an_address_on_the_open_record() {
    let with = |route: &'static str, codes: &[&str]| {
        let relationship = codes.iter().map(|code| (*code).to_owned()).collect();
        POLICY.decide_facts(&Facts { route, relationship, ..doctor() })
    };
    assert!(with("direct", &["self-claimed"]).is_ok());
    assert_eq!(with("direct", &["host-open"]).unwrap_err(), Refusal::NoRelationship, "HAZ-048");
    assert_eq!(with("signed", &["self-claimed"]).unwrap_err(), Refusal::NoRelationship, "HAZ-048");
    let address = with("legacy", &["host-open", "mental-health-care"]).unwrap();
    assert_eq!(level(&address, "gp", Category::MentalHealth), Level::Nothing, "HAZ-048");
    let direct = with("direct", &["self-claimed", "mental-health-care"]).unwrap();
    assert_eq!(level(&direct, "gp", Category::MentalHealth), Level::Summary, "HAZ-048");
}
