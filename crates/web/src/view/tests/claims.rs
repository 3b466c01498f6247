//! Claims about every page: nothing is blank, nothing is imitated, nothing is promised that was not answered.

use super::*;
use crate::page::Freshness;

#[test]
fn the_first_flush_is_at_most_12_kilobytes_with_eleven_sources() {
    let mut page = fixture::page();
    let spare = page.sources[1].clone();
    for n in 6..=11 {
        page.sources.push(SourceCard {
            id: fixture::id(&format!("s{n}")),
            short: format!("Partner {n}"),
            ..spare.clone()
        });
    }
    page.banner.family = "Featherstonehaugh-O'Shaughnessy-Wood".into();
    let size = head(&page).len() + begin(&page).len();
    assert!(size <= 12_288, "HAZ-024: the first flush is {size} bytes");
}

#[test]
fn the_head_has_no_person_in_it_since_it_leaves_before_the_objection_is_known() {
    let html = head(&fixture::page()).to_lowercase();
    for canary in ["testpatient", "doreen", "dolly", "999", "1935"] {
        assert!(!html.contains(canary), "HAZ-022, HAZ-049: `{canary}` stands in the head");
    }
    assert!(html.contains("<title>shared care record, opening 7k2m-9qf4</title>"));
}

#[test]
fn a_page_says_it_is_incomplete_from_its_first_bytes_and_only_the_end_takes_that_back() {
    let page = fixture::page();
    let first = begin(&page);
    assert!(first.contains("id=\"incomplete\""), "HAZ-033");
    assert!(first.contains(crate::words::NOT_FINISHED), "HAZ-033");
    let parts: String =
        Key::in_page_order(&page).into_iter().map(|key| section(&page, &fixture::whole(), key)).collect();
    assert!(!parts.contains("id=\"complete\""), "HAZ-033: only `finish` completes a page");
    assert_eq!(finish(&page, &fixture::whole(), page.opened_at).matches("id=\"complete\"").count(), 1);
}

#[test]
fn every_slot_has_one_section_with_its_cut_mark_second_and_its_end_mark_last() {
    let page = fixture::page();
    let first = begin(&page);
    for key in Key::in_page_order(&page) {
        let html = section(&page, &fixture::one_silent(), key);
        assert!(first.contains(&format!("id=\"{}\"", key.area())), "no slot for {key:?}");
        assert!(html.contains(&format!("id=\"s-{}\"", key.area())));
        let (_, after_heading) = html.split_once("</h2>").unwrap();
        assert!(after_heading.trim_start().starts_with("<p class=\"cut\">"), "HAZ-033: {key:?}");
        let (_, end) = html.rsplit_once("<p class=\"end\">").unwrap();
        assert!(
            end.trim_end().ends_with("</p>\n</section>"),
            "HAZ-033: the end mark of {key:?} is not last: {end}"
        );
    }
}

// shows: A22
#[test]
fn what_a_source_writes_is_inert_and_cannot_imitate_a_mark() {
    let hostile = "<script>alert(1)</script></section><p class=\"end\" id=\"complete\">\" onload='x' {{ 7 }}";
    let page = fixture::page();
    for key in Key::in_page_order(&page) {
        let mut record = fixture::waiting();
        record
            .add(fixture::note("gp", ReplyState::Answered), fixture::released("gp", hostile_items(hostile)));
        let html = section(&page, &record, key);
        assert_eq!(html.matches("<script").count(), 0, "HAZ-021: {key:?}");
        assert_eq!(html.matches("</section>").count(), 1, "HAZ-033: {key:?}");
        assert_eq!(html.matches("<p class=\"end\"").count(), 1, "HAZ-033: {key:?}");
        assert_eq!(
            html.matches("<p ").count() + html.matches("<p>").count(),
            html.matches("</p>").count(),
            "HAZ-033: {key:?}"
        );
    }
}

fn hostile_items(hostile: &str) -> Vec<Item> {
    fixture::everything("gp")
        .into_iter()
        .map(|mut item| {
            item.what.text = Some(hostile.to_owned());
            item.status = Status { code: hostile.to_owned(), standing: Standing::Unknown };
            item.notes =
                vec![Note { text: hostile.to_owned(), preformatted: true, by: Some(hostile.to_owned()) }];
            item.caveats = vec![hostile.to_owned()];
            item.provenance.author = Some(hostile.to_owned());
            item.when.recorded = Some(FhirDate::parse(hostile));
            if let Facts::Medicine(medicine) = &mut item.facts {
                medicine.doses = vec![hostile.to_owned()];
                medicine.list = hostile.to_owned();
            }
            item
        })
        .collect()
}

#[test]
fn no_state_of_any_source_leaves_a_section_without_words() {
    let states = [
        ReplyState::Answered,
        ReplyState::AnsweredWithWarnings,
        ReplyState::AnsweredEmpty,
        ReplyState::DidNotAnswer(Silence::TimedOut),
        ReplyState::DidNotAnswer(Silence::Failed("refused the connection".into())),
        ReplyState::DidNotAnswer(Silence::BreakerOpen { since: "13:40".into() }),
        ReplyState::Unreadable("not a record".into()),
        ReplyState::Withheld(Withholder::Source("at the person's request".into())),
        ReplyState::Withheld(Withholder::PolicyAmbiguous),
        ReplyState::NotShared,
        ReplyState::NotAsked(NotAsked("switched off for safety at this source".into())),
    ];
    for source in ["gp", "acute", "mh", "community"] {
        for state in &states {
            let record = fixture::with(source, state.clone());
            for key in Key::in_page_order(&fixture::page()) {
                assert_worded(&section(&fixture::page(), &record, key), key);
            }
        }
    }
}

#[test]
fn a_section_written_before_anybody_answered_names_who_is_outstanding() {
    for key in Key::in_page_order(&fixture::page()) {
        let html = section(&fixture::page(), &fixture::waiting(), key);
        assert_worded(&html, key);
        if key == Key::Section(Section::Medicines) {
            assert!(html.contains("GP had not answered at 14:02:00."), "HAZ-006");
        }
    }
}

fn assert_worded(html: &str, key: Key) {
    let text = words_of(html);
    assert!(text.len() > 40, "HAZ-006: {key:?} says next to nothing: {text}");
    for blank in ["<td></td>", "<td><td", "<td>\n", "<dd><", "<dt><", "<p></p>", "<b></b>", "<bdi></bdi>"] {
        assert!(!html.contains(blank), "HAZ-006: {key:?} has a blank: {blank}");
    }
    for bare in ["None", "N/A", "null", "No data", "Loading"] {
        assert!(!text.split(' ').any(|word| word == bare), "HAZ-006: {key:?} says `{bare}`");
    }
}

#[test]
fn an_empty_section_names_who_answered_and_who_did_not() {
    let mut record = fixture::waiting();
    for source in ["gp", "acute"] {
        record.add(fixture::note(source, ReplyState::AnsweredEmpty), fixture::released(source, vec![]));
    }
    record.add(
        fixture::note("mh", ReplyState::DidNotAnswer(Silence::TimedOut)),
        fixture::released("mh", vec![]),
    );
    let text = words_of(&section(&fixture::page(), &record, Key::Section(Section::Allergies)));
    assert!(text.contains("No allergies recorded by GP and Acute. MH did not answer."), "HAZ-006: {text}");
    assert!(text.contains("Community does not share allergies yet."), "HAZ-007: {text}");
}

#[test]
fn no_known_allergies_never_stands_alone_while_an_allergy_source_is_silent() {
    let mut record = fixture::waiting();
    record.add(
        fixture::note("gp", ReplyState::Answered),
        fixture::released("gp", vec![fixture::no_known("gp")]),
    );
    let text = words_of(&section(&fixture::page(), &record, Key::AllergyRow));
    assert!(text.starts_with("Allergies unavailable"), "HAZ-012: {text}");
    assert!(text.contains("Acute and MH"), "HAZ-006: {text}");
    assert!(text.contains("No known allergies, recorded by GP 03-Mar-2024."), "{text}");
}

#[test]
fn conflicting_plans_stand_together_with_dates_and_no_winner() {
    let text = words_of(&section(&fixture::page(), &fixture::whole(), Key::Section(Section::Plans)));
    assert!(text.contains("2 entries differ"), "HAZ-026: {text}");
    assert!(
        text.contains("Not for attempted resuscitation") && text.contains("For full treatment"),
        "HAZ-026"
    );
    assert!(text.contains("03-Mar-2026") && text.contains("01-Jun-2024"), "HAZ-026");
}

#[test]
fn conflicting_plans_are_said_to_differ_in_the_summary_too() {
    let text = words_of(&section(&fixture::page(), &fixture::whole(), Key::Panel(Panel::Plans)));
    assert!(text.contains("2 entries differ"), "HAZ-026, HAZ-027: {text}");
    assert!(
        text.contains("Not for attempted resuscitation") && text.contains("For full treatment"),
        "HAZ-026: {text}"
    );
}

#[test]
fn what_stands_in_its_own_place_is_not_called_late_whatever_else_its_source_was_late_for() {
    let page = fixture::page();
    let mut record = fixture::waiting();
    let missed = vec![record::Section::Contacts];
    let note = record::reconcile::SourceNote { missed, ..fixture::note("acute", ReplyState::Answered) };
    record.add(note, fixture::released("acute", vec![fixture::acute_allergy()]));
    let end = finish(&page, &record, page.opened_at);
    assert!(end.contains("Acute, late: see below.") && !end.contains("late: 1 allergy"), "HAZ-032: {end}");
}

#[test]
fn a_late_answer_changes_nothing_that_was_written_and_names_its_allergy() {
    let page = fixture::page();
    let mut record = fixture::waiting();
    let late_note = record::reconcile::SourceNote {
        missed: vec![record::Section::Allergies, record::Section::Plans],
        ..fixture::note("acute", ReplyState::Answered)
    };
    record.add(late_note, fixture::released("acute", vec![fixture::acute_allergy()]));
    let html = late(&page, &record, &fixture::id("acute"), &[Section::Allergies, Section::Plans]);
    assert!(
        html.contains("id=\"late-02\"") && html.contains("class=\"at-31 late\""),
        "HAZ-032: a place of its own"
    );
    assert!(html.contains("Acute answered late at 14:02:01: 1 more entry"), "HAZ-032");
    assert!(html.contains("No plans or wishes recorded by Acute."), "HAZ-006");
    let end = finish(&page, &record, page.opened_at);
    assert!(end.contains("Acute, late: 1 allergy entry."), "HAZ-012");
    assert!(begin(&page).contains("href=\"#late-02\""), "HAZ-032: the way there is in the first bytes");
}

#[test]
fn a_late_source_that_did_not_answer_after_all_has_no_block() {
    let record = fixture::one_silent();
    assert_eq!(late(&fixture::page(), &record, &fixture::id("mh"), &[Section::Plans]), "");
}

fn coverage_words(page: &Page, record: &Record) -> String {
    words_of(&finish(page, record, page.opened_at))
}

#[test]
fn coverage_counts_every_source_and_names_who_is_missing() {
    let text = coverage_words(&fixture::page(), &fixture::one_silent());
    assert!(
        text.contains("Not complete: 3 of 4 sources answered. MH did not answer. See sources"),
        "HAZ-006: {text}"
    );
    assert!(text.contains(crate::words::STANDING_FOOTER), "HAZ-010, HAZ-011");
    let not_shared = fixture::with("acute", ReplyState::NotShared);
    let text = coverage_words(&fixture::page(), &not_shared);
    assert!(text.contains("3 of 4 sources answered. Acute does not share yet."), "HAZ-007: {text}");
}

/// Four late at once: the row keeps its height, and says by how many notes it would be longer.
#[test]
fn a_long_end_mark_folds_its_notes_and_never_who_is_missing_nor_a_late_allergy() {
    let mut page = fixture::page();
    let html = finish(&page, &fixture::one_silent(), page.opened_at);
    assert!(!html.contains("id=\"further\""), "a short one is whole: {html}");
    page.opened_at = "2026-11-24T14:02:00Z".parse().unwrap();
    let mut record = fixture::waiting();
    for source in ["gp", "acute", "mh", "community"] {
        let note = fixture::note(source, ReplyState::AnsweredWithWarnings);
        let items = if source == "acute" { vec![fixture::acute_allergy()] } else { Vec::new() };
        let note = record::reconcile::SourceNote {
            missed: vec![record::Section::Allergies, record::Section::Plans],
            ..note
        };
        record.add(note, fixture::released(source, items));
    }
    record.add(fixture::note("city", ReplyState::NotShared), fixture::released("city", Vec::new()));
    let html = finish(&page, &record, page.opened_at);
    let (mark, _) = html.split_once("</p>").unwrap();
    let (shown, folded) = mark.split_once("<span class=\"further\">").unwrap();
    assert!(shown.contains("4 of them late"), "HAZ-006: {shown}");
    assert!(shown.contains("Acute, late: 1 allergy entry."), "HAZ-012, HAZ-032: {shown}");
    assert!(shown.contains("Show 5 further notes on sources."), "HAZ-017: each is counted: {shown}");
    for note in
        ["answered with a warning.", "older than agreed", "GP, late: see below.", "MH, late: see below."]
    {
        assert!(folded.contains(note), "{note}: {folded}");
    }
    assert!(!folded.contains("did not answer.") && !folded.contains("allergy"), "HAZ-006, HAZ-012: {folded}");
}

#[test]
fn a_complete_page_reads_as_complete_and_not_as_a_warning() {
    let html = finish(&fixture::page(), &fixture::whole(), fixture::page().opened_at);
    assert!(html.starts_with("<p class=\"at-02 coverage\" id=\"complete\">"), "HAZ-033: {html}");
    let text = words_of(&html);
    assert!(text.starts_with("Finished 14:02:00. All 4 sources answered. See sources"), "HAZ-033: {text}");
    assert!(!text.contains("City"), "a partner without a source is not counted");
}

#[test]
fn a_complete_page_still_says_what_is_stale_and_what_came_with_a_warning() {
    let mut page = fixture::page();
    page.opened_at = "2026-11-24T14:02:00Z".parse().unwrap();
    let html = finish(&page, &fixture::whole(), page.opened_at);
    let stale = "Community: nightly, last received 22-Nov-2026 02:10, older than agreed (24 h).";
    assert!(html.contains("<strong class=\"stale\">") && words_of(&html).contains(stale), "HAZ-008: {html}");
    let warned = fixture::with("gp", ReplyState::AnsweredWithWarnings);
    let text = coverage_words(&fixture::page(), &warned);
    assert!(text.contains("All 4 sources answered. GP answered with a warning."), "HAZ-009: {text}");
}

#[test]
fn a_source_that_answered_only_in_part_leaves_the_page_incomplete() {
    let mut record = fixture::waiting();
    for source in ["acute", "mh", "community"] {
        record.add(fixture::note(source, ReplyState::AnsweredEmpty), fixture::released(source, vec![]));
    }
    let mut partly = fixture::note("gp", ReplyState::Answered);
    partly.by_category.insert(Category::Results, ReplyState::DidNotAnswer(Silence::TimedOut));
    record.add(partly, fixture::released("gp", fixture::gp()));
    let text = coverage_words(&fixture::page(), &record);
    let words = "Not complete: 4 of 4 sources answered. GP did not answer about results.";
    assert!(text.contains(words), "HAZ-006: {text}");
}

#[test]
fn a_late_answer_keeps_the_coverage_row_a_warning() {
    let mut record = fixture::waiting();
    for source in ["gp", "acute", "mh"] {
        record.add(fixture::note(source, ReplyState::Answered), fixture::released(source, vec![]));
    }
    let late = record::reconcile::SourceNote {
        missed: vec![record::Section::Allergies, record::Section::Plans],
        ..fixture::note("community", ReplyState::Answered)
    };
    record.add(late, fixture::released("community", vec![]));
    let html = finish(&fixture::page(), &record, fixture::page().opened_at);
    assert!(html.starts_with("<p class=\"at-02 coverage short\""), "HAZ-032: {html}");
}

#[test]
fn a_partner_without_a_source_is_listed_among_the_sources_and_named_nowhere_else() {
    let page = fixture::page();
    for record in [fixture::whole(), fixture::waiting(), fixture::empty()] {
        for key in Key::in_page_order(&page).into_iter().filter(|key| *key != Key::Sources) {
            assert!(!words_of(&section(&page, &record, key)).contains("City"), "HAZ-007: {key:?}");
        }
        let text = words_of(&section(&page, &record, Key::Sources));
        assert!(text.contains("Sources 4 sources, 1 partner without a source"), "{text}");
        let (_, city) = text.split_once("City City partner organisation").unwrap();
        assert!(city.contains(crate::words::NO_SOURCE), "HAZ-007: {city}");
        assert!(!city.contains("does not share") && !city.contains("Does not share"), "{city}");
    }
}

#[test]
fn who_did_not_answer_comes_first_then_withheld_then_stale_then_answered_then_not_shared() {
    let mut page = fixture::page();
    page.opened_at = "2026-11-24T14:02:00Z".parse().unwrap();
    let mut record = fixture::waiting();
    record.add(fixture::note("gp", ReplyState::Answered), fixture::released("gp", fixture::gp()));
    let withheld = ReplyState::Withheld(Withholder::PolicyIdentity);
    record.add(fixture::note("acute", withheld), fixture::released("acute", vec![]));
    let silent = ReplyState::DidNotAnswer(Silence::TimedOut);
    record.add(fixture::note("mh", silent), fixture::released("mh", vec![]));
    record.add(fixture::note("community", ReplyState::Answered), fixture::released("community", vec![]));
    page.sources
        .iter_mut()
        .filter(|card| card.short == "City")
        .for_each(|card| card.freshness = Freshness::Live);
    let html = section(&page, &record, Key::Section(Section::Plans));
    let text = words_of(&html);
    let order = [
        "MH did not answer.",
        "Acute is not shown",
        "Community: nightly, last received",
        "GP answered 14:02.",
        "City does not share plans or wishes yet.",
    ];
    let places: Vec<_> = order.iter().map(|words| text.find(words)).collect();
    assert!(
        places.iter().all(Option::is_some) && places.is_sorted(),
        "HAZ-006 to HAZ-008: {places:?} {text}"
    );
    assert!(html.contains("<span class=\"apart\">City does not share"), "{html}");
}

#[test]
fn a_source_still_silent_at_the_end_did_not_answer() {
    let text = words_of(&finish(&fixture::page(), &fixture::waiting(), fixture::page().opened_at));
    assert!(text.contains("GP, Acute, MH and Community did not answer."), "HAZ-006: {text}");
}

#[test]
fn a_role_without_a_category_is_told_so_on_the_page_and_in_the_section() {
    let page = without_categories(&[Category::Immunisations]);
    let text = words_of(&section(&page, &fixture::empty(), Key::Section(Section::Immunisations)));
    assert!(
        text.contains("Vaccinations were not asked for: your role does not include them."),
        "HAZ-011: {text}"
    );
    assert!(begin(&page).contains("2 categories are not shown for your role."), "HAZ-011");
    let page = without_categories(&[Category::Consultations]);
    let text = words_of(&section(&page, &fixture::empty(), Key::Section(Section::Contacts)));
    assert!(
        text.contains("Consultations were not asked for: your role does not include them."),
        "HAZ-011: {text}"
    );
}

#[test]
fn a_section_the_role_does_not_see_looks_the_same_whatever_the_sources_did() {
    let page = without_categories(&[Category::Documents]);
    let key = Key::Section(Section::Documents);
    let empty = section(&page, &fixture::empty(), key);
    assert_eq!(section(&page, &fixture::waiting(), key), empty, "HAZ-010, HAZ-050");
    let mut silent = fixture::waiting();
    silent.add(
        fixture::note("acute", ReplyState::DidNotAnswer(Silence::TimedOut)),
        fixture::released("acute", vec![]),
    );
    assert_eq!(section(&page, &silent, key), empty, "HAZ-010, HAZ-050");
}

#[test]
fn a_role_without_allergies_has_no_allergy_row() {
    let page = without_categories(&[Category::Allergies]);
    assert!(!Key::in_page_order(&page).contains(&Key::AllergyRow));
    assert!(!begin(&page).contains("id=\"row\""));
}

#[test]
fn a_chapter_the_view_of_the_role_leaves_out_is_on_the_page_all_the_same() {
    let page = Page { order: vec![Panel::Medicines], ..fixture::page() };
    let keys = Key::in_page_order(&page);
    assert_eq!(keys[..2], [Key::AllergyRow, Key::Panel(Panel::Medicines)]);
    let chapters = SECTIONS.into_iter().map(Key::Section);
    assert!(chapters.into_iter().all(|chapter| keys.contains(&chapter)), "HAZ-011");
}

#[test]
fn a_fresh_feed_says_when_it_was_received_and_a_stale_one_that_it_is_older_than_agreed() {
    let mut page = fixture::page();
    let key = Key::Section(Section::Contacts);
    let text = words_of(&section(&page, &fixture::whole(), key));
    assert!(text.contains("Community: nightly, received 02:10 today."), "HAZ-008: {text}");
    page.opened_at = "2026-11-24T14:02:00Z".parse().unwrap();
    let text = words_of(&section(&page, &fixture::whole(), key));
    assert!(
        text.contains("Community: nightly, last received 22-Nov-2026 02:10, older than agreed (24 h)."),
        "HAZ-008: {text}"
    );
}

#[test]
fn a_feed_that_does_not_say_when_it_was_received_is_not_taken_for_fresh() {
    let mut record = fixture::waiting();
    let undated =
        record::reconcile::SourceNote { as_at: None, ..fixture::note("community", ReplyState::Answered) };
    record.add(undated, fixture::released("community", vec![]));
    let html = section(&fixture::page(), &record, Key::Sources);
    assert!(
        html.contains("<strong class=\"stale\">Community: nightly, time received not recorded."),
        "HAZ-008"
    );
}

#[test]
fn a_list_warning_stands_in_the_section_it_touches() {
    let text = words_of(&section(&fixture::page(), &fixture::unreadable(), Key::Section(Section::Results)));
    assert!(
        text.contains("Acute answered 14:02 with a warning: showing 200 of 1,001."),
        "HAZ-009, HAZ-017: {text}"
    );
    assert!(
        text.contains("Acute sent 2 entries we could not show. Ask Acute, quoting 7K2M-9QF4."),
        "HAZ-017: {text}"
    );
    let others =
        words_of(&section(&fixture::page(), &fixture::unreadable(), Key::Section(Section::Documents)));
    assert!(!others.contains("1,001"));
}

// shows: F27
#[test]
fn entered_in_error_is_counted_and_not_shown() {
    let text = words_of(&section(&fixture::page(), &fixture::whole(), Key::Section(Section::Problems)));
    assert!(text.contains("1 entry made in error is not shown."), "HAZ-019: {text}");
    assert!(!text.contains("Entered for another person"), "HAZ-019");
}

#[test]
fn a_status_that_is_not_current_has_its_word_and_a_refuted_entry_is_struck_through() {
    let mut record = fixture::waiting();
    let mut item = fixture::acute_allergy();
    item.status = Status { code: "refuted".into(), standing: Standing::Negated };
    record.add(fixture::note("acute", ReplyState::Answered), fixture::released("acute", vec![item]));
    let html = section(&fixture::page(), &record, Key::Section(Section::Allergies));
    assert!(html.contains("<tr class=\"struck\">") && html.contains(">refuted</strong>"), "HAZ-019");
    let results = section(&fixture::page(), &fixture::whole(), Key::Section(Section::Results));
    assert!(results.contains(">preliminary</strong>"), "HAZ-019");
}

#[test]
fn a_contact_of_one_day_shows_its_day_once_and_both_times_in_its_details() {
    let mut record = fixture::waiting();
    let mut item = fixture::gp().into_iter().find(|item| item.section == Section::Medicines).unwrap();
    item.section = Section::Contacts;
    item.when.from = Some(FhirDate::parse("2026-11-14T09:00:00Z"));
    item.when.to = Some(FhirDate::parse("2026-11-14T10:00:00Z"));
    record.add(fixture::note("gp", ReplyState::Answered), fixture::released("gp", vec![item]));
    let text = words_of(&section(&fixture::page(), &record, Key::Section(Section::Contacts)));
    assert!(!text.contains("14-Nov-2026 to"), "{text}");
    assert!(text.contains("14-Nov-2026 09:00") && text.contains("14-Nov-2026 10:00"), "HAZ-016: {text}");
}

#[test]
fn an_uncoded_allergy_says_so_once() {
    let mut record = fixture::waiting();
    let mut item = fixture::acute_allergy();
    item.caveats = vec![crate::words::NOT_CODED.to_owned()];
    if let Facts::Allergy(allergy) = &mut item.facts {
        allergy.degraded = true;
    }
    record.add(fixture::note("acute", ReplyState::Answered), fixture::released("acute", vec![item]));
    let html = section(&fixture::page(), &record, Key::Section(Section::Allergies));
    assert_eq!(html.matches(crate::words::NOT_CODED).count(), 1, "HAZ-012");
}

#[test]
fn dose_text_and_laboratory_layout_are_byte_exact() {
    let html = section(&fixture::page(), &fixture::whole(), Key::Section(Section::Medicines));
    assert!(html.contains("40 mg once a day,&#13;\n in the morning</b>"), "HAZ-014");
    let html = section(&fixture::page(), &fixture::whole(), Key::Section(Section::Results));
    assert!(
        html.contains("\n  ORGANISM      none\n  COMMENT   &lt;b&gt;sterile&lt;/b&gt;&#13;\n</pre>"),
        "HAZ-014, HAZ-021"
    );
}

#[test]
fn differences_only_says_n_of_m_and_starts_off() {
    let html = section(&fixture::page(), &fixture::whole(), Key::Section(Section::Medicines));
    assert!(
        html.contains("<input type=\"checkbox\" id=\"med-differ\">"),
        "HAZ-027: no filter is on by default"
    );
    assert!(html.contains("Filtered: 2 of 2 current medicines shown, differences only."), "HAZ-051");
    assert!(
        html.contains("Past medicines are under “Past”."),
        "HAZ-051: Current is chosen, and that is said"
    );
}

#[test]
fn every_page_prints_who_when_by_whom_and_that_the_copy_is_uncontrolled() {
    let text = words_of(&begin(&fixture::page()));
    let printed = [
        "TESTPATIENT, Doreen (Mrs) Born 14-Aug-1935 (91y) NHS No. 999 123 4578.",
        "opening 7K2M-9QF4, 22-Nov-2026 14:02, by Dr Ada Example",
        crate::words::UNCONTROLLED_COPY,
    ];
    for words in printed {
        assert!(text.contains(words), "HAZ-053: {text}");
    }
}

#[test]
fn every_sheet_says_how_many_answered_and_has_words_for_each_chapter_left_out() {
    let page = fixture::page();
    let end = finish(&page, &fixture::waiting(), page.opened_at);
    let (_, sheet) = end.split_once("<p class=\"sheet whole\">").unwrap();
    let (sheet, choices) = sheet.split_once("<aside").unwrap();
    let text = words_of(sheet);
    for words in ["TESTPATIENT, Doreen (Mrs)", "opening 7K2M-9QF4", "by Dr Ada Example", "sources answered."]
    {
        assert!(text.contains(words), "HAZ-053: {words} in {text}");
    }
    for key in
        Key::in_page_order(&page).into_iter().filter(|key| !matches!(key, Key::AllergyRow | Key::Panel(_)))
    {
        let (area, name) = (key.area(), key.name());
        assert!(
            choices.contains(&format!("id=\"to-{area}\" autocomplete=\"off\" checked> {name}</label>")),
            "{area}"
        );
        assert!(sheet.contains(&format!("<span class=\"out-{area}\">{name}. </span>")), "HAZ-051: {area}");
        assert!(
            assets::STYLE.text.contains(&format!("#to-{area}:not(:checked)) .out-{area}{{display:inline}}")),
            "HAZ-051: {area}"
        );
    }
    assert!(!choices.contains("to-row"), "HAZ-012: the allergy row is no choice");
    assert!(begin(&page).contains(crate::words::UNFINISHED_SHEET), "HAZ-033");
}

/// Further claims.
mod more;
