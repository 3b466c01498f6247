//! An objection under an exception: what an opening passes to the policy once the wish is known, and what the policy makes of
//! it. The rule of the exception is added where the agreement has none yet, in the words of the paper (HAZ-022).

use crate::{
    Objection, Policy, Refusal,
    policy::{BreakGlass, Circumstances, PartnerKind, SourceFacts},
    testing::{launch, policy_dir},
};
use fhir::{Category, Level, OdsCode, SourceId};
use std::path::Path;

const ON_OPENING: (&str, &str) = (
    "when { context.objection == \"objected\" };",
    "when { context.objection == \"objected\" } unless { context has break_glass };",
);
const ON_SLICES: (&str, &str) = (
    "when { context.objection == \"objected\" || context.objected_to.contains(resource.source.partner) };",
    "when { context.objection == \"objected\" || context.objected_to.contains(resource.source.partner) } \
     unless { context has break_glass && resource.source.kind != \"gp\" && resource.source.releases_on_override };",
);

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn source(id: &str, ods: &str, kind: PartnerKind, releases_on_override: bool) -> SourceFacts {
    SourceFacts {
        id: SourceId::new(id),
        partner: OdsCode::parse(ods).unwrap(),
        kind,
        releases: [(Category::Encounters, Level::Full), (Category::Problems, Level::Full)].into(),
        releases_restricted: false,
        releases_on_override,
    }
}

/// A practice that would let itself be overridden, were it asked; a trust that does, and one that does not.
fn policy() -> Policy {
    let directory = std::env::temp_dir().join(format!("shcr-exception-{}", std::process::id()));
    copy(&policy_dir(), &directory);
    let path = directory.join("policies.cedar");
    let mut rules = std::fs::read_to_string(&path).unwrap();
    if !rules.contains("releases_on_override") {
        for (rule, excepted) in [ON_OPENING, ON_SLICES] {
            assert!(rules.contains(rule));
            rules = rules.replace(rule, excepted);
        }
        std::fs::write(&path, rules).unwrap();
    }
    let sources = [
        source("gp", "ZZ900", PartnerKind::Gp, true),
        source("eput", "ZZ911", PartnerKind::Live, true),
        source("acute", "ZZ910", PartnerKind::Live, false),
    ];
    let policy = Policy::load(&directory, &sources);
    std::fs::remove_dir_all(directory).unwrap();
    policy.unwrap()
}

fn asked(policy: &Policy, beside: &Circumstances) -> Result<Vec<&'static str>, Refusal> {
    let permit = policy.decide(&launch(|_| {}), beside)?;
    let is_asked = |id: &&str| !permit.asked(&SourceId::new(id)).is_empty();
    Ok(["gp", "eput", "acute"].into_iter().filter(is_asked).collect())
}

// shows: R44
#[test]
fn t75_under_an_exception_the_practice_stays_closed_and_others_open_as_their_controllers_chose() {
    let policy = policy();
    let exception = BreakGlass { reason: "emergency".to_owned(), opens: [].into(), over_objection: true };
    let under = |beside: Circumstances| Circumstances { break_glass: Some(exception.clone()), ..beside };
    let objected = Circumstances::from(Objection::Objected);
    assert_eq!(asked(&policy, &objected), Err(Refusal::Objection), "HAZ-022: without one nothing opens");
    assert_eq!(
        asked(&policy, &under(objected)),
        Ok(vec!["eput"]),
        "HAZ-022: GP closed, others by their switch"
    );

    let to = |ods: &str| Circumstances {
        objected_to: [OdsCode::parse(ods).unwrap()].into(),
        ..Circumstances::default()
    };
    assert_eq!(
        asked(&policy, &to("ZZ911")),
        Ok(vec!["gp", "acute"]),
        "HAZ-022: one controller, and no other"
    );
    assert_eq!(asked(&policy, &under(to("ZZ911"))), Ok(vec!["gp", "eput", "acute"]));
    assert_eq!(asked(&policy, &under(to("ZZ910"))), Ok(vec!["gp", "eput"]), "HAZ-022: its switch is off");
    let everybody = vec!["gp", "eput", "acute"];
    assert_eq!(asked(&policy, &under(Circumstances::default())), Ok(everybody));
}
