//! A partner's units: each lets out less than its source or the file is refused, and no file ever makes anything visible that was not.

use super::*;
use crate::policy::Unit;

/// As the shipped switches name them.
fn sources() -> Vec<SourceFacts> {
    vec![source("gp", "ZZ900", PartnerKind::Gp), source("acute", "ZZ910", PartnerKind::Live)]
}

fn training() -> Deployment {
    let map =
        HostMap { host: "demo-host".to_owned(), roles: "roles/demo-host.csv".to_owned(), national: false };
    Deployment { training: true, hosts: vec![map], signers: Vec::new() }
}

const HEAD: &str = "source,category,unit,switch,level,named\n";

/// With the trust's file so, whatever was before.
fn with(copied: &Copied, file: &str, lines: &str) -> Result<Policy, PolicyFault> {
    copied.edit(file, |_| format!("{HEAD}{lines}"));
    BEFORE.renewed(&copied.0, &sources(), &training())
}

static BEFORE: LazyLock<Policy> =
    LazyLock::new(|| Policy::deployed(&policy_dir(), &sources(), &training()).unwrap());

fn unit(code: &str) -> Unit {
    Unit::parse(code).unwrap()
}

fn acute() -> SourceId {
    SourceId::new("acute")
}

fn of_unit(permit: &Permit, code: &str, category: Category) -> Option<Level> {
    permit.units(&acute()).find(|(own, of, _)| **own == unit(code) && *of == category).map(|found| found.2)
}

fn permit(policy: &Policy, launch: &Launch) -> Permit {
    policy.decide(launch, &Circumstances::default()).unwrap()
}

const WHOLE: &str = "acute,problems,,open,F,\nacute,results,,pilot,F,ZZ910 ZZ920\n";

// shows: R25
#[test]
fn a_unit_lets_out_less_than_its_source_and_the_source_as_much_as_before() {
    let copied = Copied::new();
    let doctor = by("DOCTOR", "ZZ910");
    let decided = |lines: &str| {
        let permit =
            permit(&with(&copied, "releases/ZZ910.csv", &format!("{WHOLE}{lines}")).unwrap(), &doctor);
        assert_eq!(level(&permit, "acute", Category::Problems), Level::Full, "{lines}");
        of_unit(&permit, "W7", Category::Problems)
    };
    for (lines, left) in [
        ("", None),
        ("acute,problems,W7,off,F,\n", Some(Level::Nothing)),
        ("*,problems,w7,off,F,\n", Some(Level::Nothing)),
        ("acute,*,W7,off,F,\n", Some(Level::Nothing)),
        ("acute,problems,W7,open,S,\n", Some(Level::Summary)),
        ("acute,problems,W7,open,F,\n", None),
        ("acute,problems,W8,off,F,\n", None),
        ("acute,problems,W7,pilot,F,ZZ910\n", None),
        ("acute,problems,W7,pilot,F,ZZ920\n", Some(Level::Nothing)),
        ("acute,problems,W7,safety-only,F,user:demo-host/u-1\n", None),
        ("acute,problems,W7,safety-only,F,user:demo-host/u-2\n", Some(Level::Nothing)),
        ("acute,allergies,W7,off,F,\n", None),
    ] {
        assert_eq!(decided(lines), left, "HAZ-055: {lines}");
    }
    let above = format!("acute,problems,W7,off,F,\n{WHOLE}");
    let policy = with(&copied, "releases/ZZ910.csv", &above).unwrap();
    assert_eq!(of_unit(&permit(&policy, &doctor), "W7", Category::Problems), Some(Level::Nothing));
    assert_eq!(policy.units(&acute()).into_values().flatten().collect::<Vec<_>>(), [Category::Problems]);
}

#[test]
fn a_unit_that_would_let_out_more_than_its_source_is_refused_by_line_and_column() {
    let copied = Copied::new();
    let whole = "acute,problems,,open,S,\nacute,results,,pilot,F,ZZ910\nacute,alerts,,safety-only,F,role:demo-host/NURSE\nacute,documents,,off,F,\n";
    for (line, column) in [
        ("acute,problems,W7,open,F,", "level"),
        ("acute,results,W7,open,F,", "switch"),
        ("acute,results,W7,pilot,F,ZZ910 ZZ920", "named"),
        ("acute,alerts,W7,safety-only,F,user:demo-host/u-1", "named"),
        ("acute,alerts,W7,pilot,F,ZZ910", "switch"),
        ("acute,documents,W7,open,E,", "switch"),
        ("acute,documents,W7,safety-only,F,role:demo-host/NURSE", "switch"),
        ("acute,allergies,W7,open,F,", "unit"),
        ("acute,*,W7,open,F,", "switch"),
        ("acute,problems,Ward 7,off,F,", "unit"),
        ("acute,problems,W7/8,off,F,", "unit"),
    ] {
        let refused = with(&copied, "releases/ZZ910.csv", &format!("{whole}{line}\n")).unwrap_err();
        let PolicyFault::Table { path, source } = refused else { panic!("{line}") };
        assert!(path.ends_with("releases/ZZ910.csv"), "HAZ-055: {line}");
        assert_eq!((source.line, source.column), (6, Some(column)), "HAZ-047: {line}: {source}");
        assert!(source.to_string().starts_with(&format!("line 6, column `{column}`: ")), "{source}");
    }
    for line in [
        "acute,problems,W7,off,F,\nacute,problems,w7,off,F,",
        "acute,problems,W7,on,F,",
        "acute,problems,W7,off,F",
    ] {
        assert!(with(&copied, "releases/ZZ910.csv", &format!("{whole}{line}\n")).is_err(), "HAZ-055: {line}");
    }
    let practice = "gp,results,,open,F,\ngp,results,ward-7,off,F,\n";
    let refused = with(&copied, "releases/ZZ900.csv", practice).unwrap_err();
    assert!(matches!(refused, PolicyFault::Table { source, .. } if source.column == Some("unit")), "HAZ-055");
}

#[test]
fn a_practice_switches_a_category_off_for_itself_and_the_others_keep_it() {
    let copied = Copied::new();
    let lines =
        "gp,results,,open,F,\ngp,problems,,open,F,\ngp,results,ZZ901,off,F,\ngp,problems,ZZ901,open,S,\n";
    let policy = with(&copied, "releases/ZZ900.csv", lines).unwrap();
    let decided = permit(&policy, &by("DOCTOR", "ZZ910"));
    let gp = SourceId::new("gp");
    let of = |practice: &str, category| {
        let here = decided.at_practice(Some(&OdsCode::parse(practice).unwrap()));
        (here.level(&gp, category), here.is_shared(&gp, category), here.grant(&gp, category).limited_by)
    };
    let all = (Level::Full, true, None);
    assert_eq!(
        of("ZZ901", Category::Results),
        (Level::Nothing, false, Some(ReasonCode::NotShared)),
        "HAZ-055"
    );
    let part = (Level::Summary, true, Some(ReasonCode::SourceRelease));
    assert_eq!(of("ZZ901", Category::Problems), part, "HAZ-055");
    assert_eq!((of("ZZ902", Category::Results), of("ZZ902", Category::Problems)), (all, all), "HAZ-055");
    assert_eq!(decided.at_practice(None).level(&gp, Category::Results), Level::Full);
    assert_eq!(decided.units(&gp).count(), 0, "a practice is known before it is asked");
    let elsewhere = decided.at_practice(Some(&OdsCode::parse("ZZ901").unwrap()));
    assert_eq!(elsewhere.digest(), decided.digest(), "the decision is the same whoever is registered where");
    assert_eq!(decided.at_unit(elsewhere.practice().cloned()).level(&gp, Category::Results), Level::Nothing);
}

// shows: R33
#[test]
fn what_a_unit_lets_out_is_explained_printed_and_part_of_the_recorded_decision() {
    let copied = Copied::new();
    let line = "acute,problems,W7,safety-only,F,user:demo-host/u-1\nacute,results,W7,pilot,F,ZZ920\n";
    let policy = with(&copied, "releases/ZZ910.csv", &format!("{WHOLE}{line}")).unwrap();
    let asked = |unit: Option<&str>, category| {
        let unit = unit.map(|code| Unit::parse(code).unwrap());
        let organisation = OdsCode::parse("ZZ910").unwrap();
        let asked = Explain { role: Role::R1, organisation, source: acute(), unit, category, ..asked() };
        policy.explain(&asked).unwrap().text()
    };
    let whole = asked(None, Category::Problems);
    assert!(whole.contains("level: F (the partner lets out F)"), "{whole}");
    assert!(whole.contains("of unit w7 the partner lets out - only"), "{whole}");
    let ward = asked(Some("W7"), Category::Results);
    assert!(ward.contains("level: - (the partner lets out -)"), "{ward}");
    assert!(ward.contains("narrowed by: source-not-shared") && !ward.contains("of unit"), "{ward}");
    let grid = |unit: Option<Unit>| {
        let source = Some((acute(), unit));
        let organisation = OdsCode::parse("ZZ920").ok();
        let route = crate::launch::Route::Signed;
        let of = GridOf { route, assurance: 2, kind: "none".to_owned(), organisation, source };
        policy.grid_text(&of).unwrap()
    };
    let row = |text: &str, name: &str| text.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(row(&grid(None), "problems").contains("  F   F"), "{}", grid(None));
    assert!(!row(&grid(Some(unit("W7"))), "problems").contains('F'), "{}", grid(Some(unit("W7"))));
    assert_eq!(row(&grid(None), "results"), row(&grid(Some(unit("W7"))), "results"), "ZZ920 is named");
    let nobody = GridOf {
        route: crate::launch::Route::Signed,
        assurance: 2,
        kind: "none".to_owned(),
        organisation: None,
        source: Some((SourceId::new("nobody"), None)),
    };
    assert!(policy.grid_text(&nobody).is_none());

    let tester = permit(&policy, &by("DOCTOR", "ZZ910"));
    assert!(tester.facts().contains(" tester-of-unit=acute/problems/w7 "), "{}", tester.facts());
    assert_eq!(of_unit(&tester, "W7", Category::Problems), None, "a tester sees it");
    let again = policy.decide_as_recorded(tester.facts()).unwrap().unwrap();
    assert_eq!(again.digest(), tester.digest(), "HAZ-055");
    let without = permit(&with(&copied, "releases/ZZ910.csv", WHOLE).unwrap(), &by("DOCTOR", "ZZ910"));
    assert_ne!(without.digest(), tester.digest(), "HAZ-055: units are part of what was decided");
}

/// One line for a unit of the trust or a practice.
fn any_line() -> impl Strategy<Value = (bool, String)> {
    let category = prop::sample::select(vec!["problems", "results", "documents", "allergies", "*"]);
    let to = prop::sample::select(vec![
        ("off", ""),
        ("open", ""),
        ("pilot", "ZZ910"),
        ("pilot", "ZZ920"),
        ("pilot", "ZZ910 ZZ920"),
        ("safety-only", "user:demo-host/u-1"),
        ("safety-only", "role:demo-host/NURSE"),
    ]);
    let letter = prop::sample::select(vec!["F", "S", "E", "-"]);
    (prop::bool::ANY, category, prop::sample::select(vec!["ZZ901", "ZZ902"]), to, letter).prop_map(
        |(of_practice, category, unit, (switch, named), letter)| {
            let source = if of_practice { "gp" } else { "acute" };
            (of_practice, format!("{source},{category},{unit},{switch},{letter},{named}\n"))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// What is accepted shows nothing that was not shown, of no unit, to nobody. What is refused changes nothing.
    #[test]
    fn t55_adding_a_rule_for_a_unit_never_makes_anything_visible_that_was_not(
        lines in prop::collection::vec(any_line(), 1..4),
        launch in prop::sample::select(vec![("DOCTOR", "ZZ910"), ("NURSE", "ZZ920"), ("SW", "ZZ917")]),
    ) {
        let copied = Copied::new();
        let whole = |source: &str| format!(
            "{source},problems,,open,F,\n{source},results,,pilot,F,ZZ910 ZZ920\n{source},documents,,open,S,\n"
        );
        let of = |is_of_practice: bool| {
            lines.iter().filter(|(own, _)| *own == is_of_practice).map(|(_, line)| line.as_str()).collect::<String>()
        };
        copied.edit("releases/ZZ900.csv", |_| format!("{HEAD}{}", whole("gp")));
        let before = permit(&with(&copied, "releases/ZZ910.csv", &whole("acute")).unwrap(), &by(launch.0, launch.1));
        copied.edit("releases/ZZ900.csv", |_| format!("{HEAD}{}{}", whole("gp"), of(true)));
        let after = with(&copied, "releases/ZZ910.csv", &(whole("acute") + &of(false)));
        prop_assume!(after.is_ok());
        let after = permit(&after.unwrap(), &by(launch.0, launch.1));
        let practices = ["ZZ901", "ZZ902", "ZZ903"].map(|ods| OdsCode::parse(ods).ok());
        for source in [SourceId::new("gp"), acute()] {
            for category in Category::ALL {
                let was = before.level(&source, category);
                prop_assert_eq!(after.level(&source, category), was);
                for practice in &practices {
                    let here = after.at_practice(practice.as_ref());
                    prop_assert!(here.level(&source, category) <= was, "HAZ-047: {} {:?}", source, category);
                    let shared = here.is_shared(&source, category);
                    prop_assert!(!shared || before.is_shared(&source, category));
                }
            }
            for (_, category, level) in after.units(&source) {
                prop_assert!(level < before.level(&source, category), "HAZ-047: {} {:?}", source, category);
            }
        }
    }
}
