//! Who is counted as having recorded nothing: the truth table of states over sections. A source counts by what it answered
//! for a section's own categories, never by its state as a whole.

use super::*;
use fhir::reply::Warning;
use record::normalise::Unread;
use record::reconcile::AllergyLabel;
use record::release::Released;

/// Every way of not answering and the words that tell it of `GP`.
fn not_answers() -> [(ReplyState, &'static str); 9] {
    [
        (ReplyState::DidNotAnswer(Silence::TimedOut), "GP did not answer."),
        (ReplyState::DidNotAnswer(Silence::Failed("refused the connection".into())), "GP did not answer."),
        (
            ReplyState::DidNotAnswer(Silence::BreakerOpen { since: "13:40".into() }),
            "GP was not tried: it has been failing since 13:40.",
        ),
        (ReplyState::Unreadable("not a record".into()), "GP sent an answer we could not show."),
        (
            ReplyState::Withheld(Withholder::Source("at the person's request".into())),
            "GP holds back some entries at the person's request.",
        ),
        (ReplyState::Withheld(Withholder::PolicyIdentity), "GP is not shown: its answer"),
        (ReplyState::Withheld(Withholder::PolicyAmbiguous), "GP is not shown: more than one person"),
        (ReplyState::NotShared, "GP does not share "),
        (
            ReplyState::NotAsked(NotAsked("switched off for safety at this source".into())),
            "GP was not asked for ",
        ),
    ]
}

/// Nobody but GP shares anything, and it ended so: as a whole, and by category.
fn gp_alone(state: ReplyState, by_category: &[(Category, ReplyState)]) -> (Page, Record) {
    let mut page = fixture::page();
    page.sources.retain(|card| card.short == "GP");
    let mut record = Record::new(vec![fixture::id("gp")]);
    let mut note = fixture::note("gp", state);
    note.by_category = by_category.iter().cloned().collect();
    record.add(note, fixture::released("gp", vec![]));
    (page, record)
}

/// Everybody answered that there is nothing, but for one category at GP.
fn empty_but(category: Category, state: &ReplyState) -> Record {
    let mut record = fixture::waiting();
    let mut gp = fixture::note("gp", ReplyState::Answered);
    gp.by_category.insert(category, state.clone());
    record.add(gp, fixture::released("gp", vec![]));
    for source in ["acute", "mh", "community"] {
        record.add(fixture::note(source, ReplyState::AnsweredEmpty), fixture::released(source, vec![]));
    }
    record
}

/// The sentence in place of rows.
fn empty_sentence(html: &str) -> String {
    let (_, empty) = html.split_once("<p class=\"empty\">").unwrap();
    words_of(empty.split_once("</p>").unwrap().0)
}

/// What it says first: who recorded nothing.
fn who_recorded_nothing(empty: &str) -> &str {
    empty.split_once('.').unwrap().0
}

#[test]
fn a_source_whose_categories_of_a_section_are_all_no_answers_is_named_and_never_counted() {
    for (state, told) in not_answers() {
        for section_of in SECTIONS {
            // Its state as a whole says "answered"; only its categories tell otherwise.
            let own: Vec<_> =
                page::categories(section_of).iter().map(|category| (*category, state.clone())).collect();
            let (page, record) = gp_alone(ReplyState::Answered, &own);
            let html = section(&page, &record, Key::Section(section_of));
            let empty = empty_sentence(&html);
            assert!(
                empty.starts_with("No source has answered about "),
                "HAZ-006, HAZ-007: {section_of:?} {state:?}: {empty}"
            );
            assert!(empty.contains(told), "HAZ-006, HAZ-007: {section_of:?} {state:?}: {empty}");
            assert!(!words_of(&html).contains("GP answered"), "HAZ-006: {section_of:?} {state:?}");
        }
    }
}

#[test]
fn a_source_with_one_category_of_a_section_unanswered_is_not_counted_among_those_that_recorded_nothing() {
    for (state, told) in not_answers() {
        for section_of in SECTIONS {
            for category in page::categories(section_of) {
                let record = empty_but(*category, &state);
                let html = section(&fixture::page(), &record, Key::Section(section_of));
                let empty = empty_sentence(&html);
                assert!(
                    !who_recorded_nothing(&empty).contains("GP"),
                    "HAZ-006, HAZ-007: {section_of:?} {category:?} {state:?}: {empty}"
                );
                assert!(
                    empty.contains(told),
                    "HAZ-006, HAZ-007: {section_of:?} {category:?} {state:?}: {empty}"
                );
                assert!(words_of(&html).contains(told), "HAZ-007: the line above says it too");
            }
        }
    }
}

#[test]
fn a_source_is_counted_where_it_answered_whatever_happened_to_its_other_categories() {
    for (state, _) in not_answers() {
        for section_of in SECTIONS {
            let others = Category::ALL.into_iter().filter(|c| !page::categories(section_of).contains(c));
            let own: Vec<_> = others.map(|category| (category, state.clone())).collect();
            let (page, record) = gp_alone(ReplyState::AnsweredWithWarnings, &own);
            let empty = empty_sentence(&section(&page, &record, Key::Section(section_of)));
            let noun = crate::words::section_noun(section_of);
            assert_eq!(empty, format!("No {noun} recorded by GP."), "HAZ-007: {section_of:?} {state:?}");
        }
    }
}

#[test]
fn every_kind_of_answer_counts_and_a_silent_one_does_not() {
    for state in [ReplyState::Answered, ReplyState::AnsweredWithWarnings, ReplyState::AnsweredEmpty] {
        let (page, record) = gp_alone(state, &[]);
        for section_of in SECTIONS {
            let empty = empty_sentence(&section(&page, &record, Key::Section(section_of)));
            assert!(empty.ends_with("recorded by GP."), "{empty}");
        }
    }
    let (page, _) = gp_alone(ReplyState::Answered, &[]);
    let waiting = Record::new(vec![fixture::id("gp")]);
    for section_of in SECTIONS {
        let empty = empty_sentence(&section(&page, &waiting, Key::Section(section_of)));
        assert!(empty.starts_with("No source has answered about "), "HAZ-006: {empty}");
        assert!(empty.contains("GP had not answered at "), "HAZ-006: {empty}");
    }
}

#[test]
fn problems_a_practice_has_switched_off_are_told_everywhere_and_its_silence_counted_nowhere() {
    let mut record = fixture::waiting();
    let released = Released {
        not_shared: vec![Category::Problems],
        warnings: vec![Warning {
            code: "not-implemented".into(),
            category: Some(Category::Problems),
            text: "the practice does not share problems".into(),
        }],
        ..fixture::released("gp", vec![])
    };
    record.add(fixture::note("gp", ReplyState::AnsweredWithWarnings), released);
    for source in ["acute", "mh", "community"] {
        record.add(fixture::note(source, ReplyState::AnsweredEmpty), fixture::released(source, vec![]));
    }
    let page = fixture::page();
    let empty = empty_sentence(&section(&page, &record, Key::Section(Section::Problems)));
    assert_eq!(
        empty, "No problems or history recorded by MH. GP does not share problems yet.",
        "HAZ-007: {empty}"
    );
    let summary = words_of(&section(&page, &record, Key::Panel(Panel::Frailty)));
    let frailty =
        "No frailty or function entries recorded by Acute, MH and Community. GP does not share problems yet.";
    assert!(summary.contains(frailty), "HAZ-007: {summary}");
    let end = words_of(&finish(&page, &record, page.opened_at));
    let coverage = "Not complete: 4 of 4 sources answered. GP does not share problems yet.";
    assert!(end.contains(coverage), "HAZ-007: {end}");
}

#[test]
fn a_source_that_holds_back_a_part_leaves_the_page_incomplete_and_is_named() {
    let withheld = ReplyState::Withheld(Withholder::Source("at the person's request".into()));
    let parts = [(Category::Problems, withheld.clone()), (Category::Allergies, withheld)];
    let (page, record) = gp_alone(ReplyState::AnsweredWithWarnings, &parts);
    let end = words_of(&finish(&page, &record, page.opened_at));
    let coverage =
        "Not complete: 1 of 1 sources answered. GP holds back some entries about allergies and problems.";
    assert!(end.contains(coverage), "HAZ-006, HAZ-010: {end}");
}

#[test]
fn where_everybody_answered_only_in_part_nobody_is_said_to_have_recorded_nothing() {
    let silent = ReplyState::DidNotAnswer(Silence::TimedOut);
    let (page, record) = gp_alone(ReplyState::Answered, &[(Category::Consultations, silent)]);
    let empty = empty_sentence(&section(&page, &record, Key::Section(Section::Problems)));
    assert_eq!(
        empty, "No source has answered in full about problems or history. Consultations: GP did not answer.",
        "HAZ-006"
    );
}

#[test]
fn a_source_whose_entries_nobody_could_read_has_not_recorded_nothing() {
    let (page, _) = gp_alone(ReplyState::Answered, &[]);
    let mut record = Record::new(vec![fixture::id("gp")]);
    let unread = Unread {
        source: fixture::id("gp"),
        category: Category::Results,
        resource_type: "Odd".into(),
        why: "in a form this record cannot yet read".into(),
        original: fixture::original("{}"),
    };
    let released = Released { unread: vec![unread], ..fixture::released("gp", vec![]) };
    record.add(fixture::note("gp", ReplyState::Answered), released);
    let empty = empty_sentence(&section(&page, &record, Key::Section(Section::Results)));
    assert!(!empty.contains("recorded by GP"), "HAZ-006, HAZ-017: {empty}");
    assert!(empty.contains("GP sent 1 entry we could not show."), "HAZ-017: {empty}");
}

#[test]
fn what_a_part_of_a_partner_keeps_back_is_counted_where_it_would_stand_and_is_no_nothing() {
    let (page, _) = gp_alone(ReplyState::Answered, &[]);
    let mut record = Record::new(vec![fixture::id("gp")]);
    let kept_back = vec![(Section::Results, Category::Results); 2];
    let kept_back = [kept_back, vec![(Section::Allergies, Category::Allergies)]].concat();
    let released = Released { kept_back, ..fixture::released("gp", vec![]) };
    record.add(fixture::note("gp", ReplyState::Answered), released);
    let results = section(&page, &record, Key::Section(Section::Results));
    assert!(!empty_sentence(&results).contains("recorded by GP"), "HAZ-006: {results}");
    assert!(words_of(&results).contains("GP: 2 entries not shown, by the partner's choice."), "{results}");
    let problems = section(&page, &record, Key::Section(Section::Problems));
    assert!(empty_sentence(&problems).ends_with("recorded by GP."), "HAZ-006: nothing of it is kept back");
    let row = record.allergy_row(&[fixture::id("gp")]);
    assert_eq!(row.label, AllergyLabel::Unavailable, "HAZ-012");
    let said = "3 entries not shown, by the partner's choice";
    let sources = words_of(&section(&page, &record, Key::Sources)).replace("&#39;", "'");
    assert!(sources.contains(said), "{sources}");
    let end = words_of(&finish(&page, &record, page.opened_at)).replace("&#39;", "'");
    assert!(end.contains(&format!("All 1 sources answered. GP: {said}.")), "{end}");
}

#[test]
fn the_allergy_row_is_unavailable_for_every_state_of_the_category_that_is_no_answer() {
    for (state, _) in not_answers() {
        let mut record = empty_but(Category::Allergies, &state);
        record.add(
            fixture::note("mh", ReplyState::Answered),
            fixture::released("mh", vec![fixture::no_known("mh")]),
        );
        let text = words_of(&section(&fixture::page(), &record, Key::AllergyRow));
        assert!(text.starts_with("Allergies unavailable"), "HAZ-012: {state:?}: {text}");
        assert!(text.contains("GP All allergies"), "HAZ-006, HAZ-007: {state:?}: {text}");
    }
}

#[test]
fn the_summary_counts_no_source_that_left_a_part_of_a_block_unsaid() {
    for (state, told) in not_answers() {
        for panel in Panel::ALL {
            for category in panel.section().map_or(&[][..], page::categories) {
                let (page, record) = gp_alone(ReplyState::Answered, &[(*category, state.clone())]);
                let text = words_of(&section(&page, &record, Key::Panel(panel)));
                assert!(
                    !text.contains("recorded by GP"),
                    "HAZ-006, HAZ-007: {panel:?} {category:?} {state:?}: {text}"
                );
                assert!(text.contains(told), "HAZ-006, HAZ-007: {panel:?} {category:?} {state:?}: {text}");
            }
        }
    }
}

#[test]
fn a_block_with_rows_says_too_what_a_source_does_not_share_of_it() {
    let mut record = fixture::waiting();
    let mut note = fixture::note("gp", ReplyState::Answered);
    note.by_category.insert(Category::Alerts, ReplyState::NotShared);
    record.add(note, fixture::released("gp", vec![]));
    let alert = fixture::everything("mh").into_iter().find(|item| item.section == Section::Alerts).unwrap();
    record.add(fixture::note("mh", ReplyState::Answered), fixture::released("mh", vec![alert]));
    let alerts = words_of(&section(&fixture::page(), &record, Key::Panel(Panel::Alerts)));
    assert!(
        alerts.contains("Hearing impairment") && alerts.contains("GP does not share alerts yet."),
        "HAZ-007: {alerts}"
    );
}

#[test]
fn a_late_answer_without_a_category_does_not_say_that_there_is_nothing_of_it() {
    for (state, told) in not_answers() {
        let mut note = fixture::note("gp", ReplyState::Answered);
        note.by_category.insert(Category::Problems, state.clone());
        let mut record = fixture::waiting();
        record.add(note, fixture::released("gp", vec![]));
        let missed = [Section::Problems, Section::Documents];
        let text = words_of(&late(&fixture::page(), &record, &fixture::id("gp"), &missed));
        assert!(text.contains("No documents recorded by GP."), "{text}");
        assert!(!text.contains("No problems"), "HAZ-006, HAZ-007: {state:?}: {text}");
        assert!(text.contains(told), "HAZ-006, HAZ-007: {state:?}: {text}");
    }
}

#[test]
fn a_late_answer_names_each_section_it_is_silent_about() {
    let silent = ReplyState::DidNotAnswer(Silence::TimedOut);
    let (page, record) = gp_alone(ReplyState::AnsweredWithWarnings, &[(Category::Documents, silent)]);
    let missed = [Section::Contacts, Section::Documents];
    let text = words_of(&late(&page, &record, &fixture::id("gp"), &missed));
    let said = "No contacts recorded by GP. Documents: GP did not answer.";
    assert!(text.contains(said), "HAZ-006: {text}");
}

#[test]
fn what_is_said_of_several_sections_of_a_late_source_is_said_once() {
    let silent = || ReplyState::DidNotAnswer(Silence::TimedOut);
    let unshared = || ReplyState::NotShared;
    let states = [
        (Category::Documents, silent()),
        (Category::Results, silent()),
        (Category::Allergies, unshared()),
        (Category::Medications, unshared()),
    ];
    let (page, record) = gp_alone(ReplyState::AnsweredWithWarnings, &states);
    let missed = [Section::Allergies, Section::Medicines, Section::Results, Section::Documents];
    let text = words_of(&late(&page, &record, &fixture::id("gp"), &missed));
    let said = "GP does not share allergies and medicines yet. Results and documents: GP did not answer.";
    assert!(text.contains(said), "HAZ-006, HAZ-007: {text}");
    assert_eq!(text.matches("GP did not answer").count(), 1, "HAZ-028: {text}");
}

#[test]
fn all_that_came_late_of_one_source_is_one_line_of_the_coverage_row() {
    let mut record = fixture::waiting();
    let note = record::reconcile::SourceNote {
        missed: vec![record::Section::Allergies, record::Section::Plans],
        ..fixture::note("acute", ReplyState::Answered)
    };
    record.add(note, fixture::released("acute", fixture::everything("acute")));
    let text = words_of(&finish(&fixture::page(), &record, fixture::page().opened_at));
    assert!(text.contains("Acute, late: 1 allergy entry, 1 plan entry. Show"), "HAZ-012: {text}");
    assert_eq!(text.matches("Acute, late").count(), 1, "HAZ-028: {text}");
}

#[test]
fn what_has_ended_is_never_summed_up_as_nothing_recorded() {
    let mut plan = fixture::mental_health().remove(0);
    plan.status = Status { code: "revoked".into(), standing: Standing::Past };
    let mut record = fixture::waiting();
    record.add(fixture::note("mh", ReplyState::Answered), fixture::released("mh", vec![plan]));
    let text = words_of(&section(&fixture::page(), &record, Key::Panel(Panel::Plans)));
    assert!(!text.contains("No plans or wishes recorded"), "HAZ-026: {text}");
    assert!(
        text.contains("No current plans or wishes: past or withdrawn ones stand in the chapter."),
        "HAZ-026: {text}"
    );
    assert!(text.contains("All plans and wishes"), "HAZ-027: {text}");
}

#[test]
fn partners_without_a_record_of_the_person_are_named_in_one_sentence() {
    let mut record = fixture::waiting();
    for source in ["acute", "mh"] {
        let mut released = fixture::released(source, vec![]);
        released.warnings.push(fhir::reply::Warning {
            code: "person-not-known".to_owned(),
            category: None,
            text: "this partner does not know the person".to_owned(),
        });
        record.add(fixture::note(source, ReplyState::AnsweredEmpty), released);
    }
    let page = fixture::page();
    let html = section(&page, &record, Key::Section(Section::Medicines));
    assert!(html.contains("Acute and MH have no record of this person."), "HAZ-006");
    assert!(!html.contains("with a warning"));
}
