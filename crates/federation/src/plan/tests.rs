//! Every source stands in the plan exactly once, and nothing outside the permit is asked.

use super::*;
use crate::{
    Kind,
    testing::{asking, kind, source},
};
use fhir::Category::*;
use std::collections::BTreeSet;

fn sources() -> Vec<SourceConfig> {
    let url = || Some("https://acute.example/fhir".to_owned());
    vec![
        source("gp", kind("gp-connect"), None, &[Allergies, Medications, Consultations]),
        source("acute", kind("fhir-r4"), url(), &[Allergies, Results, Restricted]),
        source("nelft", kind("fhir-stu3"), url(), &[MentalHealth]),
        source("city", Kind::NONE, None, &[]),
    ]
}

fn names(plan: &Plan) -> (BTreeSet<String>, BTreeSet<String>) {
    let asked = plan.questions.iter().map(|question| question.source.to_string()).collect();
    (asked, plan.settled.iter().map(|reply| reply.source.to_string()).collect())
}

/// A few permits: everything, nothing, and by category.
fn permits() -> Vec<fn(Category) -> Level> {
    vec![
        |_| Level::Full,
        |_| Level::Nothing,
        |category| if category == Allergies { Level::Full } else { Level::Nothing },
        |category| if category == MentalHealth { Level::Existence } else { Level::Nothing },
    ]
}

#[test]
fn every_source_is_asked_or_settled_and_never_both() {
    for permit in permits() {
        for traced in [true, false] {
            let mut asking = asking();
            asking.person.traced = traced;
            let plan = plan(&sources(), &|_, category| permit(category), &asking);
            let (asked, settled) = names(&plan);
            assert!(asked.is_disjoint(&settled), "HAZ-006");
            assert_eq!(
                plan.questions.len() + plan.settled.len(),
                sources().len(),
                "HAZ-006: none is forgotten"
            );
        }
    }
}

#[test]
fn nothing_outside_the_permit_or_the_agreement_is_asked() {
    let plan =
        plan(&sources(), &|_, c| if c == Consultations { Level::Nothing } else { Level::Full }, &asking());
    let gp = plan.questions.iter().find(|question| question.source.as_str() == "gp").unwrap();
    assert_eq!(gp.categories(), [Allergies, Medications]);
    assert_eq!(gp.settled.get(&Consultations), Some(&not_asked(NOT_IN_ROLE)));
    assert_eq!(gp.settled.get(&Results), Some(&ReplyState::NotShared));
    let acute = plan.questions.iter().find(|question| question.source.as_str() == "acute").unwrap();
    assert!(!acute.categories().contains(&Restricted), "restricted information is never asked for");
}

#[test]
fn a_partner_that_shares_nothing_and_a_role_that_sees_nothing_read_differently() {
    let plan = plan(&sources(), &|_, _| Level::Nothing, &asking());
    let state =
        |id: &str| plan.settled.iter().find(|reply| reply.source.as_str() == id).unwrap().state.clone();
    assert_eq!(state("city"), ReplyState::NotShared);
    assert_eq!(state("acute"), not_asked(NOT_IN_ROLE));
}

#[test]
fn no_practice_is_asked_about_a_person_not_traced() {
    let reason = |change: fn(&mut Asking)| {
        let mut asking = asking();
        change(&mut asking);
        let plan = plan(&sources(), &|_, _| Level::Full, &asking);
        let settled = plan.settled.into_iter().find(|reply| reply.source.as_str() == "gp");
        settled.unwrap().state
    };
    assert_eq!(reason(|asking| asking.person.traced = false), not_asked(NOT_TRACED));
    assert_eq!(reason(|asking| asking.person.practice = None), not_asked(NO_PRACTICE));
}

#[test]
fn neither_the_plan_nor_the_asking_prints_anybody() {
    let (asking, plan) = (asking(), plan(&sources(), &|_, _| Level::Full, &asking()));
    let printed = format!("{asking:?} {plan:?}");
    for identifying in [crate::testing::NUMBER, "TESTPATIENT", "Doreen", "1935", "Okafor", "okafor"] {
        assert!(!printed.contains(identifying), "HAZ-049: {identifying}");
    }
}

// shows: R43
#[test]
fn t59_no_question_names_a_category_without_a_permit() {
    for permitted in Category::ALL {
        let only = |_: &SourceId, category| if category == permitted { Level::Full } else { Level::Nothing };
        let plan = plan(&sources(), &only, &asking());
        for question in &plan.questions {
            assert_eq!(question.categories(), [permitted], "HAZ-047 {}", question.source);
        }
        let shares = |source: &SourceConfig| source.shares.contains(&permitted) && permitted != Restricted;
        assert_eq!(
            plan.questions.len(),
            sources().iter().filter(|source| shares(source)).count(),
            "{permitted:?}"
        );
    }
}
