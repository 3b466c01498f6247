//! The summary, panel by panel: in the role's order, each with its own sources, never more than a beginning that says so.

use super::*;

fn text_of(record: &Record, panel: Panel) -> String {
    words_of(&section(&fixture::page(), record, Key::Panel(panel)))
}

/// The classes a panel stands by.
fn place(page: &Page, panel: Panel) -> String {
    Key::Panel(panel).place(page)
}

#[test]
fn panels_stand_in_the_roles_order_left_before_right_where_there_is_room() {
    let order = vec![Panel::Plans, Panel::Frailty, Panel::Contacts, Panel::Medicines, Panel::Problems];
    let page = Page { order, ..fixture::page() };
    assert_eq!(place(&page, Panel::Plans), "at-04 panel pair-04 tall");
    assert_eq!(place(&page, Panel::Frailty), "at-05 panel pair-04 right");
    assert_eq!(place(&page, Panel::Contacts), "at-06 panel pair-05 right", "beside the same high one");
    assert_eq!(place(&page, Panel::Medicines), "at-07 panel pair-06");
    assert_eq!(place(&page, Panel::Problems), "at-08 panel pair-06 right");
    let row = |key: Key| key.place(&page);
    assert_eq!(row(Key::Section(Section::Plans)), "at-10", "HAZ-011: chapters follow");
}

#[test]
fn a_panel_is_written_without_the_sources_of_the_others() {
    let mut schedule = crate::schedule::Schedule::new(&fixture::page());
    let mut record = fixture::waiting();
    for source in ["gp", "mh"] {
        record.add(fixture::note(source, ReplyState::Answered), fixture::released(source, vec![]));
    }
    let due = schedule.due(10, &record);
    assert!(due.contains(&Key::Panel(Panel::Problems)), "HAZ-035: nobody else holds problems: {due:?}");
    assert!(!due.contains(&Key::Panel(Panel::Medicines)), "HAZ-032: Acute holds medicines");
}

#[test]
fn each_list_says_its_own_dose_of_a_medicine_that_differs() {
    let text = text_of(&fixture::whole(), Panel::Medicines);
    let matrix = fixture::whole();
    let matrix = matrix.medicines();
    let rows = || matrix.current.iter().chain(&matrix.unmatched);
    let differing: Vec<_> = rows().filter(|row| row.difference.is_difference()).collect();
    assert!(!differing.is_empty(), "the fixture has a difference to show");
    for row in differing {
        assert!(text.contains(&row.name), "HAZ-013: {}: {text}", row.name);
        for item in row.cells.iter().flatten() {
            let Facts::Medicine(medicine) = &item.facts else { panic!("a medicine") };
            let is_over = medicine.stopped.is_some() || super::super::list::is_over(item);
            let mut lines = medicine.doses.iter().flat_map(|dose| dose.lines());
            let said = is_over || lines.all(|line| text.contains(line.trim()));
            assert!(said, "HAZ-014: {text}");
        }
    }
    for row in rows().filter(|row| !row.difference.is_difference()) {
        assert!(!text.contains(&row.name), "what does not differ stands in the chapter: {text}");
    }
}

#[test]
fn of_more_medicines_than_there_are_rows_those_on_which_lists_disagree_stand_first() {
    let listed = |source: &str, name: &str, dose: &str| fixture::medicine(source, name, dose, "list", name);
    let mut stopped = listed("acute", "zopiclone", "one at night");
    if let Facts::Medicine(medicine) = &mut stopped.facts {
        medicine.stopped = Some(FhirDate::parse("2026-11-19"));
    }
    stopped.status = Status { code: "stopped".into(), standing: Standing::Past };
    let practice =
        ["aspirin", "bisoprolol", "atorvastatin", "levothyroxine", "metoclopramide", "warfarin", "zopiclone"];
    let practice = practice.map(|name| listed("gp", name, "one a day")).to_vec();
    let mut record = fixture::waiting();
    record.add(fixture::note("gp", ReplyState::Answered), fixture::released("gp", practice));
    let ward = vec![stopped, listed("acute", "warfarin", "as the book says")];
    record.add(fixture::note("acute", ReplyState::Answered), fixture::released("acute", ward));
    let text = text_of(&record, Panel::Medicines);
    let places: Vec<usize> =
        ["zopiclone", "warfarin", "aspirin"].iter().map(|name| text.find(name).unwrap()).collect();
    assert!(places.is_sorted(), "HAZ-027: {text}");
    assert!(!text.contains("metoclopramide") && text.contains("5 of 7"), "HAZ-017: {text}");
}

#[test]
fn what_is_arranged_for_a_person_stands_before_what_is_noted_of_them_each_night() {
    let of_care = |item: &Item| item.section == Section::Care && matches!(item.facts, Facts::Care(_));
    let mut package = fixture::everything("community").into_iter().find(of_care).unwrap();
    package.when.from = Some(FhirDate::parse("2025-06-27"));
    package.what.text = Some("Care and support plan".into());
    let noted = |n: usize| {
        let mut item = package.clone();
        item.what.text = Some(format!("Status number {n}"));
        item.facts = Facts::Plain;
        item.when.from = Some(FhirDate::parse("2026-11-22"));
        item.provenance.id = Some(format!("noted-{n}"));
        item
    };
    let mut record = fixture::waiting();
    let items = (0..6).map(noted).chain([package.clone()]).collect();
    record.add(fixture::note("community", ReplyState::Answered), fixture::released("community", items));
    let text = text_of(&record, Panel::Care);
    assert!(text.contains("Care and support plan") && text.contains("5 of 7"), "HAZ-027: {text}");
}

#[test]
fn what_is_to_be_done_in_a_crisis_or_at_the_end_of_life_stands_whole_in_the_summary() {
    let is_plan = |item: &Item| matches!(item.facts, Facts::Plan(_));
    let plan = fixture::everything("gp").into_iter().find(is_plan).unwrap();
    for family in [PlanFamily::Crisis, PlanFamily::EndOfLife] {
        let mut plan = plan.clone();
        let Facts::Plan(facts) = &mut plan.facts else { panic!("a plan") };
        facts.family = Some(family);
        facts.says =
            (1..=6).map(|n| Detail { label: format!("Line {n}"), value: format!("Said {n}") }).collect();
        let mut record = fixture::waiting();
        record.add(fixture::note("gp", ReplyState::Answered), fixture::released("gp", vec![plan]));
        let text = text_of(&record, Panel::Plans);
        assert!(text.contains("Line 1 Said 1") && text.contains("Line 6 Said 6"), "HAZ-027: {text}");
    }
}

#[test]
fn the_newest_value_of_a_series_stands_beside_the_one_before() {
    let record = fixture::whole();
    let text = text_of(&record, Panel::Results);
    let repeated = record.result_series().into_iter().find(|series| series.points.len() > 1).unwrap();
    let value =
        |point: Option<record::reconcile::Point<'_>>| point.unwrap().measurement.value.clone().unwrap();
    assert!(text.contains(&value(repeated.latest())), "{text}");
    assert!(text.contains(&format!("Before {}", value(repeated.previous()))), "HAZ-015: {text}");
}

#[test]
fn a_frailty_score_stands_before_what_is_newer() {
    let mut fall =
        fixture::everything("gp").into_iter().find(|item| item.section == Section::Frailty).unwrap();
    fall.what.text = Some("Fall at home".into());
    fall.what.codings.clear();
    fall.when.from = Some(FhirDate::parse("2026-11-20"));
    fall.provenance.id = Some("fall".into());
    let scored = fixture::everything("gp").into_iter().filter(|item| item.section == Section::Frailty);
    let mut record = fixture::waiting();
    let items = scored.chain([fall]).collect();
    record.add(fixture::note("gp", ReplyState::Answered), fixture::released("gp", items));
    let text = text_of(&record, Panel::Frailty);
    let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("`{words}`: {text}"));
    assert!(at("Clinical Frailty Scale") < at("Fall at home"), "HAZ-027: {text}");
}

#[test]
fn a_form_is_opened_from_the_summary_in_one_action() {
    let html = section(&fixture::page(), &fixture::whole(), Key::Panel(Panel::Documents));
    assert!(html.contains("<a class=\"open\" href=\"/s/"), "HAZ-027: {html}");
}

#[test]
fn every_panel_says_how_many_it_shows_and_leads_to_its_chapter() {
    let record = fixture::whole();
    for panel in Panel::ALL {
        let html = section(&fixture::page(), &record, Key::Panel(panel));
        let chapter = panel.section().map_or(Key::New, Key::Section).area();
        assert!(html.contains(&format!("<a href=\"#{chapter}\">")), "HAZ-027: {panel:?}: {html}");
        assert!(html.contains("<p class=\"end\">End of "), "HAZ-033: {panel:?}");
    }
}

#[test]
fn a_record_of_ten_thousand_entries_is_on_the_page_whole_and_its_summary_stays_short() {
    // Versions of one plan and the doses of one medicine stand together however many there are, so those are few.
    let kinds: Vec<Item> = fixture::everything("gp")
        .into_iter()
        .filter(|item| !matches!(item.facts, Facts::Plan(_) | Facts::Medicine(_) | Facts::Result(_)))
        .collect();
    let one = |n: usize| {
        let day = format!("20{:02}-{:02}-{:02}", n % 26, n % 12 + 1, n % 28 + 1);
        let mut item = kinds[n % kinds.len()].clone();
        item.what.text = Some(format!("Entry number {n} of many"));
        item.what.codings.clear();
        item.when.from = Some(FhirDate::parse(&day));
        item.provenance.id = Some(n.to_string());
        item.provenance.business = None;
        item
    };
    let mut record = fixture::waiting();
    record.add(
        fixture::note("gp", ReplyState::Answered),
        fixture::released("gp", (0..10_000).map(one).collect()),
    );
    let page = fixture::page();
    let chapters: String =
        SECTIONS.into_iter().map(|chapter| section(&page, &record, Key::Section(chapter))).collect();
    for n in [0, 1, 4_999, 9_999] {
        assert!(chapters.contains(&format!("Entry number {n} of many")), "HAZ-017: {n}");
    }
    let summary: usize =
        Panel::ALL.into_iter().map(|panel| section(&page, &record, Key::Panel(panel)).len()).sum();
    assert!(summary < 60_000, "HAZ-027: a beginning, {summary} bytes");
}
