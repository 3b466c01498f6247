//! The golden grid, refusals in their order, and the laws: never wider than any limit, errors never permit (HAZ-047).

/// Break-glass and what it never lifts.
mod exceptions;
/// Ceilings by class, one picture each.
mod ceilings;
/// As a deployment has it: maps, switches, signatures, what is kept.
mod deployed;
/// Units that let out less than their source.
mod units;

use super::{releases::TesterOf, *};
use crate::{
    Objection, Role,
    testing::{launch, policy_dir},
};
use proptest::prelude::*;
use serde_json::json;
use std::{collections::BTreeSet, fs, sync::LazyLock};

fn full() -> BTreeMap<Category, Level> {
    Category::ALL.map(|category| (category, Level::Full)).into()
}

fn source(id: &str, partner: &str, kind: PartnerKind) -> SourceFacts {
    SourceFacts {
        id: SourceId::new(id),
        partner: OdsCode::parse(partner).unwrap(),
        kind,
        releases: full(),
        releases_restricted: false,
        releases_on_override: false,
    }
}

fn sources() -> Vec<SourceFacts> {
    let mut narrow = source("narrow", "ZZ918", PartnerKind::Edge);
    narrow.releases = [(Category::Problems, Level::Summary), (Category::Allergies, Level::Full)].into();
    vec![
        source("gp", "ZZ901", PartnerKind::Gp),
        source("acute", "ZZ910", PartnerKind::Live),
        source("essex", "ZZ917", PartnerKind::Edge),
        narrow,
    ]
}

static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::load(&policy_dir(), &sources()).unwrap());

/// A launch by that host role of that organisation.
fn by(role: &str, organisation: &str) -> Launch {
    launch(|claims| {
        claims["extensions"]["ihe_iua"]["subject_role"] = json!([role]);
        claims["extensions"]["ihe_iua"]["subject_organization_id"] = json!(organisation);
    })
}

fn decide(launch: &Launch) -> Result<Permit, Refusal> {
    POLICY.decide(launch, &Circumstances::default())
}

fn level(permit: &Permit, source: &str, category: Category) -> Level {
    permit.level(&SourceId::new(source), category)
}

#[test]
fn t54_the_evaluated_matrix_of_every_route_and_assurance_is_the_golden_one() {
    let path = policy_dir().join("matrix.golden.txt");
    let text = POLICY.matrix_text();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, golden, "HAZ-047, HAZ-055: what roles see has changed; look, then set UPDATE_GOLDEN=1");
}

#[test]
fn each_role_sees_its_own() {
    let doctor = decide(&by("DOCTOR", "ZZ910")).unwrap();
    assert_eq!(level(&doctor, "gp", Category::Consultations), Level::Full);
    assert_eq!(level(&doctor, "gp", Category::MentalHealth), Level::Summary);
    assert_eq!(level(&doctor, "gp", Category::Restricted), Level::Nothing, "HAZ-023");
    assert_eq!((doctor.role(), doctor.withheld_categories()), (Role::R1, vec![]));
    let clerk = decide(&by("WARD-CLERK", "ZZ910")).unwrap();
    assert_eq!(level(&clerk, "gp", Category::Allergies), Level::Nothing);
    assert_eq!(clerk.withheld_categories().len(), 8, "HAZ-011: the page says how many");
    assert!(!clerk.asked(&SourceId::new("gp")).contains(&Category::Allergies), "no question leaves");
    let carer = decide(&by("SENIOR-CARER", "ZZ921")).unwrap();
    assert_eq!(level(&carer, "gp", Category::Problems), Level::Summary);
    assert_eq!(level(&carer, "gp", Category::Documents), Level::Nothing);
    let worker = decide(&by("SW", "ZZ917")).unwrap();
    assert_eq!(level(&worker, "gp", Category::Safeguarding), Level::Existence);
    assert_eq!(level(&worker, "essex", Category::Safeguarding), Level::Full, "own organisation");
    assert_eq!(worker.level(&SourceId::new("nobody"), Category::Allergies), Level::Nothing);
}

#[test]
fn a_grant_says_which_rules_gave_it_and_what_stopped_more() {
    let doctor = decide(&by("DOCTOR", "ZZ910")).unwrap();
    let grant = |source: &str, category| doctor.grant(&SourceId::new(source), category).clone();
    let mental = grant("gp", Category::MentalHealth);
    assert_eq!(
        (mental.policies, mental.limited_by),
        (vec!["cell:R1:mental-health".to_owned()], Some(ReasonCode::Role))
    );
    assert_eq!(mental.limits, ["cell:R1:mental-health"]);
    let problems = grant("narrow", Category::Problems);
    assert_eq!((problems.level, problems.limited_by), (Level::Summary, Some(ReasonCode::SourceRelease)));
    let results = grant("narrow", Category::Results);
    assert_eq!((results.level, results.limited_by), (Level::Nothing, Some(ReasonCode::NotShared)));
    let carer = decide(&by("SENIOR-CARER", "ZZ921")).unwrap();
    let documents = carer.grant(&SourceId::new("gp"), Category::Documents);
    assert_eq!(documents.limited_by, Some(ReasonCode::OrganisationCeiling));
    assert_eq!(documents.limits, ["ceiling:organisation:care-home:R7:documents"]);
    let restricted = grant("gp", Category::Restricted);
    assert_eq!(restricted.limited_by, Some(ReasonCode::Label));
}

#[test]
fn mental_health_in_full_needs_the_relationship_and_two_factors() {
    let related = |acr: &'static str| {
        launch(move |claims| {
            claims["relationship"] = json!([{"code": "mental-health-care"}]);
            claims["acr"] = json!(acr);
        })
    };
    assert_eq!(level(&decide(&related("AAL2")).unwrap(), "gp", Category::MentalHealth), Level::Full);
    let weak = decide(&related("none")).unwrap();
    let grant = weak.grant(&SourceId::new("gp"), Category::MentalHealth);
    assert_eq!((grant.level, grant.limited_by), (Level::Summary, Some(ReasonCode::Assurance)), "HAZ-047");
}

#[test]
fn nobody_opens_without_role_purpose_and_relationship() {
    let unmapped = by("SOMETHING-ELSE", "ZZ910");
    let support = by("PRIVACY-OFFICER", "ZZ910");
    let purpose = launch(|c| c["extensions"]["ihe_iua"]["purpose_of_use"] = json!(["HMARKT"]));
    let training = launch(|c| c["extensions"]["ihe_iua"]["purpose_of_use"] = json!(["HTEST"]));
    let stranger = launch(|claims| claims["relationship"] = json!([]));
    let claimed = launch(|claims| claims["relationship"] = json!([{"code": "self-claimed"}]));
    for objection in [Objection::None, Objection::Objected, Objection::Unknown] {
        for (launch, refusal) in [
            (&unmapped, Refusal::NoRole),
            (&support, Refusal::NoRole),
            (&purpose, Refusal::Purpose),
            (&training, Refusal::Purpose),
            (&stranger, Refusal::NoRelationship),
            (&claimed, Refusal::NoRelationship),
        ] {
            // The professional's own refusal comes first, so that it tells nothing about the person.
            assert_eq!(POLICY.decide(launch, &objection.into()).unwrap_err(), refusal, "HAZ-048, HAZ-050");
        }
    }
    let usual = decide(&by("DOCTOR", "ZZ910")).unwrap();
    for purpose in ["ETREAT", "BTG"] {
        let emergency = launch(|c| c["extensions"]["ihe_iua"]["purpose_of_use"] = json!([purpose]));
        let permit = decide(&emergency).unwrap();
        for category in Category::ALL {
            let (given, as_usual) = (level(&permit, "gp", category), level(&usual, "gp", category));
            assert_eq!(given, as_usual, "HAZ-048: `{purpose}` by itself opens nothing more");
        }
    }
}

#[test]
fn a_role_its_organisation_bars_is_no_role() {
    let facts = Facts {
        organisation_kind: "icb".to_owned(),
        ..Facts::of(&POLICY, &by("DOCTOR", "ZZ910"), &Objection::Objected.into()).unwrap()
    };
    assert_eq!(POLICY.decide_facts(&facts).unwrap_err(), Refusal::NoRole, "HAZ-047, HAZ-050");
    assert!(decide(&by("NURSE", "ZZ920")).is_ok());
}

#[test]
fn an_objection_closes_and_an_unknown_one_does_not() {
    let doctor = by("DOCTOR", "ZZ910");
    assert_eq!(
        POLICY.decide(&doctor, &Objection::Objected.into()).unwrap_err(),
        Refusal::Objection,
        "HAZ-022"
    );
    let unknown = POLICY.decide(&doctor, &Objection::Unknown.into()).unwrap();
    assert_eq!(
        level(&unknown, "gp", Category::Allergies),
        Level::Full,
        "HAZ-022: emergency care is not blinded"
    );
}

#[test]
fn the_same_facts_give_the_same_digest_and_others_another() {
    let doctor = decide(&by("DOCTOR", "ZZ910")).unwrap();
    assert_eq!(doctor.digest(), decide(&by("DOCTOR", "ZZ910")).unwrap().digest());
    assert_ne!(doctor.digest(), decide(&by("NURSE", "ZZ910")).unwrap().digest());
    assert_eq!((doctor.policy_id(), doctor.digest().len()), (POLICY.id(), 64));
}

#[test]
fn a_partners_switch_changes_the_bundle() {
    let fewer = Policy::load(&policy_dir(), &sources()[..1]).unwrap();
    assert_ne!(fewer.id(), POLICY.id(), "HAZ-055");
}

fn asked() -> Explain {
    Explain {
        role: Role::R6,
        demographics_only: false,
        organisation: OdsCode::parse("ZZ917").unwrap(),
        route: crate::launch::Route::Signed,
        assurance: 2,
        purpose: "TREAT".to_owned(),
        relationship: BTreeSet::from(["host-open".to_owned()]),
        objection: Objection::None,
        break_glass: None,
        source: SourceId::new("gp"),
        unit: None,
        category: Category::Documents,
    }
}

#[test]
fn an_explanation_names_the_rules_their_owners_and_what_it_would_take() {
    let text = POLICY.explain(&asked()).unwrap().text();
    assert!(
        text.contains("level: S (the partner lets out F)\ngiven by: cell:R6:documents, role, owner CG+CSO"),
        "{text}"
    );
    assert!(
        text.contains("would be needed: cell:R6:documents of the matrix at F or above (CG+CSO)"),
        "{text}"
    );
    let doctor = OdsCode::parse("ZZ910").unwrap();
    let mental =
        Explain { role: Role::R1, organisation: doctor, category: Category::MentalHealth, ..asked() };
    let text = POLICY.explain(&mental).unwrap().text();
    for needed in ["a relationship of mental health care", "emergency access (break-glass)"] {
        assert!(text.contains(&format!("would be needed: {needed}")), "{text}");
    }
    let icb = Explain { organisation: OdsCode::parse("ZZ920").unwrap(), ..mental };
    let text = POLICY.explain(&icb).unwrap().text();
    assert!(
        text.contains("opening: refused, no-role") && text.contains("organisation-ceiling, owner CG"),
        "{text}"
    );
    assert!(POLICY.explain(&Explain { source: SourceId::new("nobody"), ..asked() }).is_none());
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &to) } else { fs::copy(&path, &to).map(|_| ()).unwrap() }
    }
}

/// The agreement's directory in a place of its own; gone with the value.
struct Copied(PathBuf);

impl Copied {
    fn new() -> Self {
        let unique = crate::session::hex(&crate::session::new_secret());
        let dir = std::env::temp_dir().join(format!("policy-{unique}"));
        copy(&policy_dir(), &dir);
        Self(dir)
    }

    fn edit(&self, file: &str, edit: impl FnOnce(String) -> String) {
        let text = edit(fs::read_to_string(self.0.join(file)).unwrap_or_default());
        fs::write(self.0.join(file), text).unwrap();
    }
}

impl Drop for Copied {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

/// The agreement with one file changed.
fn altered(file: &str, edit: impl FnOnce(String) -> String) -> Result<Policy, PolicyFault> {
    let copied = Copied::new();
    copied.edit(file, edit);
    Policy::load(&copied.0, &sources())
}

#[test]
fn t56_a_rule_that_errs_refuses_what_it_touches() {
    let overflow = "9223372036854775807 + context.assurance > 0";
    let rule = |effect: &str, scope: &str| {
        format!(
            "\n@id(\"erring\") @reason(\"role\") @owner(\"CG\") @says(\"x\")\n{effect} ({scope}) when {{ {overflow} }};\n"
        )
    };
    let slice =
        "principal, action in Shcr::Action::\"atMostFull\", resource in Shcr::Category::\"allergies\"";
    for effect in ["permit", "forbid"] {
        let policy = altered("policies.cedar", |text| text + &rule(effect, slice)).unwrap();
        let permit = policy.decide(&by("DOCTOR", "ZZ910"), &Circumstances::default()).unwrap();
        let grant = permit.grant(&SourceId::new("gp"), Category::Allergies);
        let expected = (Level::Nothing, Some(ReasonCode::PolicyError));
        assert_eq!((grant.level, grant.limited_by), expected, "HAZ-047: an erring {effect}");
        assert_eq!(level(&permit, "gp", Category::Medications), Level::Full);
        for scope in ["principal, action == Shcr::Action::\"open\", resource", "principal, action, resource"]
        {
            let policy = altered("policies.cedar", |text| text + &rule(effect, scope)).unwrap();
            let refusal = policy.decide(&by("DOCTOR", "ZZ910"), &Circumstances::default()).unwrap_err();
            assert_eq!(refusal, Refusal::NoRole, "HAZ-047: an erring {effect} opens nothing");
        }
    }
}

#[test]
fn a_slip_in_the_agreement_stops_the_start() {
    let replaced = |file, from: &'static str, to: &'static str| {
        altered(file, move |text| {
            assert!(text.contains(from));
            text.replace(from, to)
        })
    };
    for (file, from, to) in [
        ("matrix.csv", "allergies,F,F", "allergies,S,F"),
        ("matrix.csv", "allergies,F,F", "allergies,X,F"),
        ("matrix.csv", "allergies,F,F", "alergies,F,F"),
        ("matrix.csv", "allergies,F,F", "alerts,F,F"),
        ("matrix.csv", "R10,R11", "R11,R10"),
        ("ceilings.csv", "icb,*,-,F", "icb,*,-,S"),
        ("ceilings.csv", "organisation,icb", "organisation,club"),
        ("ceilings.csv", "below-2", "below-3"),
        ("ceilings.csv", "route,direct,safeguarding", "route,smart,safeguarding"),
        ("ceilings.csv", "route,direct,safeguarding", "route,direct,mental-health"),
        ("roles/acute-epr.csv", "A. Marsh", "B. Reed"),
        ("policies.cedar", "@owner(\"partner\")", ""),
        ("policies.cedar", "@reason(\"objection\")", "@reason(\"whim\")"),
        ("policies.cedar", "context.objection", "context.objections"),
        ("policies.cedar", "@id(\"objection\")", "@id(\"open\")"),
        ("policies.cedar", "forbid (", "permit ("),
        ("policies.cedar", "@id(\"cell-full\")", "@id(\"cell-fuller\")"),
        ("policies.cedar", "permit (", "permits ("),
        ("schema.cedarschema", "releases: Long", "releases: String"),
    ] {
        if (from, to) == ("forbid (", "permit (") {
            // Valid Cedar that widens: the golden grid is what catches it.
            let widened = replaced(file, from, to).unwrap();
            assert_ne!(widened.matrix_text(), POLICY.matrix_text(), "HAZ-047, HAZ-055");
            continue;
        }
        assert!(replaced(file, from, to).is_err(), "HAZ-047, HAZ-055: `{from}` to `{to}`");
    }
    let mut short = source("gp", "ZZ901", PartnerKind::Gp);
    short.releases = [(Category::Allergies, Level::Summary)].into();
    assert!(Policy::load(&policy_dir(), &[short]).is_err(), "HAZ-012: no shortened allergy list");
}

fn any_exception() -> impl Strategy<Value = Option<BreakGlass>> {
    let opens = prop::sample::subsequence(vec![Category::MentalHealth, Category::Restricted], 0..=2);
    let exception =
        (prop::sample::select(BREAK_GLASS_REASONS.to_vec()), opens).prop_map(|(reason, opens)| BreakGlass {
            reason: reason.to_owned(),
            opens: opens.into_iter().collect(),
            over_objection: true,
        });
    prop::option::of(exception)
}

fn any_beside() -> impl Strategy<Value = Circumstances> {
    let objection = prop::sample::select(vec![Objection::None, Objection::Unknown, Objection::Objected]);
    let partners = prop::sample::subsequence(vec!["ZZ901", "ZZ910", "ZZ918"], 0..=2);
    (objection, partners, any_exception()).prop_map(|(objection, partners, break_glass)| Circumstances {
        objection,
        objected_to: partners.into_iter().map(|ods| OdsCode::parse(ods).unwrap()).collect(),
        break_glass,
    })
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let relationship = prop::sample::subsequence(crate::launch::RELATIONSHIPS.to_vec(), 0..=7);
    let kind = prop::sample::select(crate::organisation::KINDS.to_vec());
    let role = prop::sample::select(Role::ALL.to_vec());
    let organisation = prop::sample::select(vec!["ZZ901", "ZZ910", "ZZ917"]);
    let route = prop::sample::select(crate::launch::Route::ALL.to_vec());
    let way = (route, 0..=3_u8, prop::bool::weighted(0.1));
    (role, organisation, kind, way, relationship, any_beside()).prop_map(
        |(role, organisation, kind, (route, assurance, demographics_only), relationship, beside)| Facts {
            role,
            demographics_only,
            organisation: organisation.to_owned(),
            organisation_kind: kind.to_owned(),
            route: route.name(),
            assurance,
            purpose: "TREAT".to_owned(),
            relationship: relationship.into_iter().map(str::to_owned).collect(),
            tester_of: TesterOf::default(),
            beside,
        },
    )
}

fn any_slice() -> impl Strategy<Value = Slice> {
    let category = prop::sample::select(Category::ALL.to_vec());
    let level = prop::sample::select(vec![
        Level::Nothing,
        Level::Existence,
        Level::Summary,
        Level::Full,
        Level::Full,
    ]);
    let partner = prop::sample::select(vec!["ZZ901", "ZZ910", "ZZ917", "ZZ918"]);
    let kind = prop::sample::select(vec![PartnerKind::Gp, PartnerKind::Live, PartnerKind::Edge]);
    let under_exception = (prop::bool::ANY, prop::bool::ANY);
    (category, level, partner, kind, under_exception).prop_map(
        |(category, releases, partner, kind, (releases_restricted, releases_on_override))| Slice {
            source: "any".to_owned(),
            partner: partner.to_owned(),
            kind: kind.name(),
            category,
            releases,
            releases_restricted,
            releases_on_override,
        },
    )
}

fn rows(file: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(policy_dir().join(file)).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

static MATRIX: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| rows("matrix.csv"));
static CEILINGS: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| rows("ceilings.csv"));

/// The widest the tables could mean, read by other means than the policy's own.
fn widest(facts: &Facts, slice: &Slice) -> Level {
    let level = |letter: &str| match letter {
        "F" => Level::Full,
        "S" => Level::Summary,
        "E" => Level::Existence,
        _ => Level::Nothing,
    };
    let column = Role::ALL.iter().position(|role| *role == facts.role).unwrap();
    let name = slice.category.name();
    let cell = MATRIX.iter().find(|row| row[0] == name).map(|row| level(&row[1 + column])).unwrap();
    let by_host = !["legacy", "direct"].contains(&facts.route);
    // What an exception may do at all, section by section of the agreement.
    let exception = facts.beside.break_glass.as_ref().filter(|_| facts.assurance >= 2 && by_host);
    let opened = exception.is_some_and(|exception| exception.opens.contains(&slice.category));
    let widened = match slice.category {
        Category::MentalHealth => {
            (facts.role == Role::R1 && by_host && facts.relationship.contains("mental-health-care"))
                || ([Role::R1, Role::R3].contains(&facts.role) && opened)
        }
        Category::Safeguarding => facts.role == Role::R6 && slice.partner == facts.organisation,
        Category::Restricted => facts.role == Role::R1 && opened && slice.releases_restricted,
        _ => false,
    };
    let matrix = if widened { Level::Full } else { cell };
    let applies = |row: &&Vec<String>| {
        let class = match (row[0].as_str(), row[1].as_str()) {
            ("organisation", kind) => kind == facts.organisation_kind,
            ("assurance", "0") => facts.assurance == 0,
            ("assurance", "below-2") => facts.assurance < 2,
            ("route", route) => route == facts.route,
            ("cap", "demographics") => facts.demographics_only,
            _ => unreachable!(),
        };
        class && (row[2] == "*" || row[2] == name)
    };
    let cap = CEILINGS.iter().filter(applies).map(|row| level(&row[3 + column])).min().unwrap_or(Level::Full);
    let beside = &facts.beside;
    let objected = beside.objection == Objection::Objected
        || beside.objected_to.iter().any(|ods| ods.as_str() == slice.partner);
    let overridden = exception.is_some_and(|exception| exception.reason != "person-agreed")
        && facts.role <= Role::R6
        && slice.kind != "gp"
        && slice.releases_on_override;
    let wish = if objected && !overridden { Level::Nothing } else { Level::Full };
    matrix.min(cap).min(slice.releases).min(wish)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn t55_what_is_granted_is_the_meet_of_every_limit(facts in any_facts(), slice in any_slice()) {
        let granted = POLICY.engine.decide(&facts, std::slice::from_ref(&slice))[0].level;
        prop_assert_eq!(granted, widest(&facts, &slice), "HAZ-047: {} {:?}", facts, slice);
    }
}

proptest! {
    // Each compares a dozen changes.
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn t55_an_objection_a_weaker_sign_in_or_a_narrower_switch_never_widens(
        facts in any_facts(), slice in any_slice(), switch in any_slice(),
    ) {
        let level = |facts: &Facts, slice: &Slice| POLICY.engine.decide(facts, std::slice::from_ref(slice))[0].level;
        let before = level(&facts, &slice);
        let plain = |beside: Circumstances| Facts { beside, ..facts.clone() };
        prop_assert_eq!(level(&plain(Objection::Objected.into()), &slice), Level::Nothing, "HAZ-022");
        let objected = Circumstances { objection: Objection::Objected, ..facts.beside.clone() };
        prop_assert!(level(&plain(objected), &slice) <= before, "HAZ-022");
        let without = Circumstances { break_glass: None, ..facts.beside.clone() };
        prop_assert!(level(&plain(without), &slice) <= before, "HAZ-047");
        let weaker = Facts { assurance: facts.assurance.saturating_sub(1), ..facts.clone() };
        prop_assert!(level(&weaker, &slice) <= before, "HAZ-047");
        prop_assert!(level(&Facts { demographics_only: true, ..facts.clone() }, &slice) <= before, "HAZ-047");
        for (from, to) in [("signed", "direct"), ("signed", "legacy"), ("direct", "legacy")] {
            let by = |route| level(&Facts { route, ..facts.clone() }, &slice);
            prop_assert!(by(to) <= by(from), "HAZ-047: {} wider than {}", to, from);
        }
        let releases = slice.releases.min(switch.releases);
        prop_assert!(level(&facts, &Slice { releases, ..slice.clone() }) <= before, "HAZ-047");
    }

    #[test]
    fn facts_are_read_back_from_the_audit_as_they_were_written(facts in any_facts()) {
        prop_assert_eq!(Facts::parse(&facts.to_string()), Some(facts), "T67");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn t58_what_is_remembered_is_what_a_fresh_decision_says(facts in any_facts()) {
        let fresh = POLICY.decide_fresh(&facts).map(|permit| permit.digest());
        for _ in 0..2 {
            prop_assert_eq!(POLICY.decide_facts(&facts).map(|permit| permit.digest()), fresh.clone(), "HAZ-047");
        }
    }
}
