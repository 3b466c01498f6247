//! Levels nest, and the few rules a slice is given decide as all of them would.

use super::*;
use crate::{
    Role,
    policy::{Circumstances, bundle, releases::TesterOf},
    testing::policy_dir,
};
use proptest::prelude::*;
use std::{collections::BTreeSet, sync::LazyLock};

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(&bundle::read(&policy_dir()).unwrap(), true).unwrap());

fn facts(role: Role, kind: &str, assurance: u8) -> Facts {
    Facts {
        role,
        demographics_only: false,
        tester_of: TesterOf::default(),
        organisation: "ZZ910".to_owned(),
        organisation_kind: kind.to_owned(),
        route: "signed",
        assurance,
        purpose: "TREAT".to_owned(),
        relationship: BTreeSet::from(["host-open".to_owned(), "mental-health-care".to_owned()]),
        beside: Circumstances::default(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    // shows: T55
    #[test]
    fn existence_is_within_summary_and_summary_within_full(
        role in prop::sample::select(Role::ALL.to_vec()),
        kind in prop::sample::select(crate::organisation::KINDS.to_vec()),
        category in prop::sample::select(Category::ALL.to_vec()),
        releases in prop::sample::select(vec![Level::Nothing, Level::Existence, Level::Summary, Level::Full]),
        assurance in 1..=3_u8,
    ) {
        let (facts, slice) = (facts(role, kind, assurance), Slice { releases, ..Slice::unlimited(category) });
        let world = ENGINE.world(&facts, std::slice::from_ref(&slice)).unwrap();
        let rules = ENGINE.rules.of(role, category).unwrap();
        let allowed = |action| world.ask(rules, action, uid("Slice", &slice.name()).unwrap()).allowed;
        let (full, summary, existence) = (allowed("full"), allowed("summary"), allowed("existence"));
        prop_assert!(full <= summary && summary <= existence, "HAZ-047");
        let few = ENGINE.grant_by(&world, &facts, &slice, rules);
        let all = ENGINE.grant_by(&world, &facts, &slice, &ENGINE.rules.whole);
        prop_assert_eq!(few, all, "HAZ-047: cutting the rules changes nothing");
    }
}
