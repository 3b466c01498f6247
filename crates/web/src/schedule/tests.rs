//! The timing rules one by one, and their laws over every order of answers.

use super::*;
use crate::fixture;
use fhir::ReplyState;
use fhir::reply::Silence;
use proptest::prelude::*;

const SOURCES: [&str; 5] = ["gp", "acute", "mh", "community", "city"];

fn answer(record: &mut Record, source: &str) {
    record.add(fixture::note(source, ReplyState::Answered), fixture::released(source, vec![]));
}

#[test]
fn a_section_whose_sources_have_all_ended_is_due_at_once() {
    let mut schedule = Schedule::new(&fixture::page());
    let mut record = fixture::waiting();
    answer(&mut record, "gp");
    let due = schedule.due(10, &record);
    // Only GP shares problems' own categories and MH its mental health ones; vaccinations are GP's alone.
    assert!(due.contains(&Key::Section(Section::Immunisations)));
    assert!(!due.contains(&Key::Section(Section::Medicines)));
}

#[test]
fn no_safety_list_leaves_out_a_live_source_before_3_s() {
    let mut schedule = Schedule::new(&fixture::page());
    let mut record = fixture::waiting();
    answer(&mut record, "gp");
    answer(&mut record, "mh");
    let before = schedule.due(2_999, &record);
    assert!(!before.contains(&Key::AllergyRow), "HAZ-012, HAZ-032: Acute holds allergies and is still asked");
    assert!(!before.contains(&Key::Section(Section::Plans)), "HAZ-032");
    assert!(before.contains(&Key::Section(Section::Results)), "HAZ-035: the others do not wait for it");
    let after = schedule.due(SAFETY_ANSWER_MS, &record);
    assert!(after.contains(&Key::AllergyRow), "one hanging source does not hold the others back");
    assert!(schedule.is_late(&fixture::id("acute")), "HAZ-032");
}

#[test]
fn after_800_ms_only_live_sources_are_waited_for() {
    let mut schedule = Schedule::new(&fixture::page());
    let mut record = fixture::waiting();
    for source in ["gp", "acute", "mh"] {
        answer(&mut record, source);
    }
    let results = Key::Section(Section::Results);
    assert!(!schedule.due(799, &record).contains(&results), "Community's feed is outstanding");
    assert!(schedule.due(PRINCIPAL_MS, &record).contains(&results));
    assert!(schedule.missed(&fixture::id("community")).contains(&Section::Results), "HAZ-032");
}

#[test]
fn where_all_sources_are_periodic_they_are_waited_for_like_live_ones() {
    let mut page = fixture::page();
    let community = page.sources.iter().find(|card| card.short == "Community").unwrap().clone();
    page.sources = vec![SourceCard { id: fixture::id("gp"), ..community.clone() }, community];
    let mut schedule = Schedule::new(&page);
    let mut record = fixture::waiting();
    answer(&mut record, "gp");
    let results = Key::Section(Section::Results);
    assert!(!schedule.due(PRINCIPAL_MS, &record).contains(&results), "HAZ-032");
    assert!(schedule.due(ANY_ANSWER_MS, &record).contains(&results));
}

#[test]
fn nothing_is_written_before_the_deadline_on_a_silence_alone() {
    let mut schedule = Schedule::new(&fixture::page());
    let mut record = fixture::waiting();
    record.add(
        fixture::note("gp", ReplyState::DidNotAnswer(Silence::TimedOut)),
        fixture::released("gp", vec![]),
    );
    assert!(!schedule.due(5_000, &record).contains(&Key::Section(Section::Medicines)), "HAZ-006");
    assert!(schedule.due(DEADLINE_MS, &record).contains(&Key::Section(Section::Medicines)));
}

#[test]
fn the_sources_chapter_waits_for_every_source() {
    let mut schedule = Schedule::new(&fixture::page());
    let mut record = fixture::waiting();
    for source in ["gp", "acute", "mh"] {
        answer(&mut record, source);
    }
    assert!(!schedule.due(4_000, &record).contains(&Key::Sources));
    answer(&mut record, "community");
    assert!(
        schedule.due(4_001, &record).contains(&Key::Sources),
        "a partner without a source is not waited for"
    );
}

#[test]
fn the_plain_page_is_in_strict_order() {
    let mut schedule = Schedule::in_order(&fixture::page());
    let mut record = fixture::waiting();
    answer(&mut record, "gp");
    assert_eq!(schedule.due(10, &record), vec![], "the allergy row comes first and waits for Acute and MH");
    let written = schedule.due(DEADLINE_MS, &record);
    assert_eq!(written, Key::in_page_order(&fixture::page()));
}

#[test]
fn a_source_is_late_only_for_sections_it_can_hold_something_of() {
    let mut schedule = Schedule::new(&fixture::page());
    let mut record = fixture::waiting();
    answer(&mut record, "gp");
    schedule.due(SAFETY_ANSWER_MS, &record);
    let acute = fixture::id("acute");
    assert!(schedule.is_late(&acute), "HAZ-032");
    assert!(schedule.missed(&acute).contains(&Section::Medicines));
    assert!(!schedule.missed(&acute).contains(&Section::Immunisations));
    assert!(!schedule.is_late(&fixture::id("gp")));
}

#[test]
fn there_is_a_next_moment_until_all_is_written() {
    let mut schedule = Schedule::new(&fixture::page());
    assert_eq!(schedule.next_wake_ms(0), Some(PRINCIPAL_MS));
    assert_eq!(schedule.next_wake_ms(PRINCIPAL_MS), Some(ANY_ANSWER_MS));
    assert_eq!(schedule.next_wake_ms(ANY_ANSWER_MS), Some(SAFETY_ANSWER_MS));
    assert_eq!(schedule.next_wake_ms(SAFETY_ANSWER_MS), Some(DEADLINE_MS));
    schedule.due(DEADLINE_MS, &fixture::waiting());
    assert!(schedule.all_written());
    assert_eq!(schedule.next_wake_ms(0), None);
}

proptest! {
    /// Whatever answers when, every part is written exactly once, by the deadline, and whoever missed one is known.
    #[test]
    fn every_part_is_written_once_and_no_late_source_is_forgotten(
        order in Just(SOURCES.to_vec()).prop_shuffle(),
        gaps in proptest::collection::vec(0_u64..2_500, 5),
        in_order: bool,
    ) {
        let page = fixture::page();
        let mut schedule = if in_order { Schedule::in_order(&page) } else { Schedule::new(&page) };
        let mut record = fixture::waiting();
        let (mut written, mut now) = (Vec::new(), 0);
        for (source, gap) in order.iter().zip(gaps) {
            now += gap;
            for key in schedule.due(now, &record) {
                for card in key.contributors(&page) {
                    let outstanding = card.has_source() && record.note(&card.id).is_none();
                    if let Key::Section(section) = key {
                        prop_assert_eq!(outstanding, schedule.missed(&card.id).contains(&section), "HAZ-032");
                    }
                }
                written.push(key);
            }
            answer(&mut record, source);
        }
        written.extend(schedule.due(now.max(DEADLINE_MS), &record));
        let mut sorted = written.clone();
        sorted.sort();
        let mut all = Key::in_page_order(&page);
        all.sort();
        prop_assert_eq!(sorted, all);
        prop_assert!(schedule.all_written());
        prop_assert!(!in_order || written == Key::in_page_order(&page));
    }
}
