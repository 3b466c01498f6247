//! Who the people are: numbers, stories, and that a seed decides everything else.

use super::{facts::Holders, partner::Partner, seed::SplitMix64, when::When, *};
use jiff::civil::date;
use std::collections::BTreeSet;

fn today() -> Date {
    date(2026, 11, 22)
}

/// Every holder named anywhere in a person's facts.
pub(crate) fn holders(person: &Person) -> BTreeSet<Partner> {
    let facts = &person.story_facts;
    let mut all: Vec<Holders> = Vec::new();
    all.extend(facts.allergies.iter().map(|fact| fact.at));
    all.extend(facts.medicines.iter().map(|fact| fact.at));
    all.extend(facts.problems.iter().map(|fact| fact.at));
    all.extend(facts.procedures.iter().map(|fact| fact.at));
    all.extend(facts.reports.iter().map(|fact| fact.at));
    all.extend(facts.measures.iter().map(|fact| fact.at));
    all.extend(facts.vaccines.iter().map(|fact| fact.at));
    all.extend(facts.visits.iter().map(|fact| fact.at));
    all.extend(facts.episodes.iter().map(|fact| fact.at));
    all.extend(facts.appointments.iter().map(|fact| fact.at));
    all.extend(facts.referrals.iter().map(|fact| fact.at));
    all.extend(facts.documents.iter().map(|fact| fact.at));
    all.extend(facts.plans.iter().map(|fact| fact.at));
    all.extend(facts.decisions.iter().map(|fact| fact.at));
    all.extend(facts.forms.iter().map(|fact| fact.at));
    all.extend(facts.alerts.iter().map(|fact| fact.at));
    all.extend(facts.teams.iter().map(|fact| fact.at));
    all.into_iter().flatten().copied().collect()
}

#[test]
fn every_number_is_one_that_is_never_issued_and_belongs_to_one_person() {
    let mut seen = BTreeSet::new();
    for person in people(7, 400, today()) {
        for number in std::iter::once(&person.nhs_number).chain(&person.superseded) {
            assert!(number.is_test());
            assert!(NhsNumber::parse(number.digits()).is_ok());
            assert!(seen.insert(number.digits().to_owned()), "HAZ-005: two people share a number");
        }
    }
    assert_eq!(seen.len(), 404);
}

#[test]
fn the_hand_made_people_come_first_whatever_the_seed_and_the_count() {
    let few = people(1, 0, today());
    let many = people(2, 60, today());
    assert!(few.len() >= 15);
    assert_eq!(many.len(), 60);
    for (one, other) in few.iter().zip(&many) {
        assert!(one.nhs_number == other.nhs_number);
        assert_eq!(one.story, other.story);
    }
    assert_eq!(few[0].nhs_number.spaced(), "999 123 4578");
    assert_eq!((few[0].family.as_str(), few[0].given[0].as_str()), ("TESTPATIENT", "Doreen"));
    assert_eq!(few[0].birth_date, date(1935, 8, 14));
}

#[test]
fn every_kind_of_story_is_told_once_at_least() {
    let told: BTreeSet<&str> = people(1, 0, today()).iter().map(|person| person.story_key).collect();
    for key in [
        "falls",
        "polypharmacy",
        "respect",
        "dementia",
        "end-of-life",
        "crisis",
        "safeguarding",
        "care-package",
        "objection",
        "gp-refuses",
        "restricted",
        "superseded",
        "sparse",
        "deceased",
        "name-differs",
        "host-differs",
        "unverified",
        "very-restricted",
        "deceased-informal",
        "deceased-long",
        "pds-minimal",
        "pds-invalid",
        "left-practice",
        "sensitive",
        "kept-apart",
        "child",
        "background",
    ] {
        assert!(told.contains(key), "{key}");
    }
}

#[test]
fn another_seed_gives_other_background_people_and_the_same_seed_the_same() {
    let line = |seed| -> Vec<String> {
        people(seed, 80, today())
            .iter()
            .map(|p| format!("{} {} {}", p.nhs_number.digits(), p.family, p.birth_date))
            .collect()
    };
    assert_eq!(line(3), line(3));
    assert_ne!(line(3), line(4));
}

#[test]
fn whoever_holds_a_fact_knows_the_person_and_every_practice_exists() {
    for person in people(11, 200, today()) {
        assert!(person.practice_profile().is_some());
        for holder in holders(&person) {
            assert!(person.is_known_to(holder), "{holder:?} holds a fact: {}", person.story);
        }
    }
}

#[test]
fn only_the_host_has_the_mistyped_name_and_the_number_before_the_merge() {
    for person in people(1, 60, today()) {
        let same_number = person.host_nhs_number() == &person.nhs_number;
        let is_old = ["superseded", "keyed-on-old-number"].contains(&person.story_key);
        assert_eq!(same_number, !is_old, "HAZ-005");
        let same_name = person.host_given() == person.given;
        assert_eq!(same_name, person.story_key != "host-differs", "HAZ-001");
        let pds = crate::payload::pds_patient(&person, today()).to_string();
        assert!(same_name || !pds.contains(&person.host_given()[0]), "HAZ-001: not another known name");
    }
}

#[test]
fn everybody_knows_doreen() {
    let doreen = people(1, 0, today()).remove(0);
    let mut everybody = BTreeSet::from(Partner::REST);
    everybody.insert(Partner::Gp);
    assert_eq!(holders(&doreen), everybody);
}

#[test]
fn a_person_in_a_log_shows_no_identity() {
    let text = format!("{:?}", people(1, 40, today()));
    assert!(!text.contains("TESTPATIENT") && !text.contains("999"), "HAZ-049");
}

#[test]
fn dates_keep_the_precision_they_were_recorded_with() {
    let written = |when: When| when.text(today());
    assert_eq!(written(When::Unknown), None);
    assert_eq!(written(When::Year(7)).as_deref(), Some("2019"));
    assert_eq!(written(When::Month(11)).as_deref(), Some("2025-12"));
    assert_eq!(written(When::Day(22)).as_deref(), Some("2026-10-31"));
    assert_eq!(written(When::Day(-9)).as_deref(), Some("2026-12-01"));
    // The clocks go back on the last Sunday of October.
    assert_eq!(written(When::Time(29, 14, 30)).as_deref(), Some("2026-10-24T14:30:00+01:00"));
    assert_eq!(written(When::Time(22, 14, 30)).as_deref(), Some("2026-10-31T14:30:00+00:00"));
    assert_eq!(When::Year(7).range(today()), Some((date(2019, 1, 1), date(2019, 12, 31))));
    assert_eq!(When::Month(9).instant(today()).as_deref(), Some("2026-02-01T09:00:00+00:00"));
}

#[test]
fn seeded_choice_gives_the_published_numbers() {
    let mut dice = SplitMix64::new(1_234_567);
    assert_eq!([dice.next(), dice.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    assert_eq!(dice.below(0), 0);
    assert_eq!(dice.pick::<u8>(&[]), None);
    assert!((0..200).all(|_| (3..=5).contains(&dice.between(3, 5))));
}
