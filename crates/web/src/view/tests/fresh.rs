//! How old a periodic source's answer is, said in words whatever the clock shows, and what such a source says itself of a
//! feed that is late, too old to be shown, or switched off. Guards HAZ-006 and HAZ-008.

use super::*;
use fhir::reply::Warning;
use record::reconcile::SourceNote;

const LATE: &str = "its feed of contacts is overdue: last received 20-Nov-2026 02:10, expected daily";
const PAST: &str = "its feed of results is older than agreed, so nothing of it is shown";
const OFF: &str = "it has switched its allergies off";

/// Contacts and Sources of a page opened at a moment, with Community's extract as old as it says.
fn read_at(opened_at: &str, as_at: Option<&str>) -> (String, String) {
    let mut page = fixture::page();
    page.opened_at = opened_at.parse().unwrap();
    let mut record = fixture::waiting();
    let note =
        SourceNote { as_at: as_at.map(str::to_owned), ..fixture::note("community", ReplyState::Answered) };
    record.add(note, fixture::released("community", fixture::community()));
    let of = |key| section(&page, &record, key);
    (of(Key::Section(Section::Contacts)), of(Key::Sources))
}

#[test]
fn a_moving_clock_words_a_feed_as_received_today_then_by_date_then_older_than_agreed() {
    let received = Some("2026-11-22T02:10:00Z");
    let today = "Community: nightly, received 02:10 today.";
    let dated = "Community: nightly, received 22-Nov-2026 02:10.";
    let stale = "Community: nightly, last received 22-Nov-2026 02:10, older than agreed (24 h).";
    let undated = "Community: nightly, time received not recorded.";
    let table = [
        ("2026-11-22T02:10:00Z", received, today, false),
        ("2026-11-22T14:02:00Z", received, today, false),
        ("2026-11-22T23:59:59Z", received, today, false),
        ("2026-11-23T00:00:00Z", received, dated, false),
        // To the second as agreed, then one more.
        ("2026-11-23T04:10:00Z", received, dated, false),
        ("2026-11-23T04:10:01Z", received, stale, true),
        ("2026-12-22T14:02:00Z", received, stale, true),
        ("2026-11-22T14:02:00Z", None, undated, true),
        ("2026-11-22T14:02:00Z", Some("2026-11-22"), undated, true),
        ("2026-11-22T14:02:00Z", Some("last night"), undated, true),
    ];
    for (opened_at, as_at, expected, is_stale) in table {
        let (contacts, sources) = read_at(opened_at, as_at);
        for html in [&contacts, &sources] {
            assert!(words_of(html).contains(expected), "HAZ-008 {opened_at}: {}", words_of(html));
            assert_eq!(html.contains("class=\"stale\""), is_stale, "HAZ-008 {opened_at}");
        }
        assert!(!is_stale || !words_of(&contacts).contains("today"), "HAZ-008 {opened_at}");
    }
}

#[test]
fn today_is_the_day_in_london_in_summer_too() {
    // Half past midnight in London is still the day before in UTC.
    let (contacts, _) = read_at("2026-07-02T09:00:00Z", Some("2026-07-01T23:30:00Z"));
    assert!(words_of(&contacts).contains("received 00:30 today."), "HAZ-008: {}", words_of(&contacts));
    let (contacts, _) = read_at("2026-07-01T23:30:00Z", Some("2026-07-01T22:30:00Z"));
    let words = words_of(&contacts);
    assert!(words.contains("received 01-Jul-2026 23:30."), "HAZ-008: {words}");
}

#[test]
fn an_entry_of_an_extract_says_when_it_was_last_updated_and_one_in_part_does_not() {
    let mut page = fixture::page();
    let with = |original: record::item::Original| {
        let mut items = fixture::community();
        for item in &mut items {
            item.provenance.last_updated = Some("2026-11-20T02:10:00Z".into());
            item.original = original.clone();
        }
        let mut record = fixture::waiting();
        record.add(fixture::note("community", ReplyState::Answered), fixture::released("community", items));
        record
    };
    let read = |page: &Page, record: &Record| -> String {
        let of = |section: &Section| words_of(&super::section(page, record, Key::Section(*section)));
        fixture::ALL.iter().map(of).collect()
    };
    let said = "Last updated at its source 20-Nov-2026 02:10";
    let whole = with(fixture::original("{}"));
    assert!(read(&page, &whole).contains(said), "HAZ-008: {}", read(&page, &whole));
    assert!(!read(&page, &with(fixture::original(""))).contains(said), "HAZ-047");
    page.sources.iter_mut().for_each(|card| card.freshness = crate::page::Freshness::Live);
    assert!(!read(&page, &whole).contains(said), "what is read live is as new as the opening");
}

fn warned(category: Category, text: &str) -> Warning {
    Warning { code: "source-warning".into(), category: Some(category), text: text.into() }
}

/// Everybody answered that there is nothing; Community with these warnings of its own.
fn with_warnings(warnings: Vec<Warning>) -> Record {
    let mut record = fixture::waiting();
    for source in ["gp", "acute", "mh"] {
        record.add(fixture::note(source, ReplyState::AnsweredEmpty), fixture::released(source, vec![]));
    }
    let released = record::release::Released {
        warnings,
        ..record::release::Released::nothing(fixture::id("community"))
    };
    record.add(fixture::note("community", ReplyState::AnsweredWithWarnings), released);
    record
}

fn text_of(page: &Page, record: &Record, section: Section) -> String {
    words_of(&super::section(page, record, Key::Section(section)))
}

#[test]
fn what_a_source_warns_of_reaches_its_section_and_no_other_and_is_never_nothing_recorded() {
    let page = fixture::page();
    let warnings = vec![
        warned(Category::Encounters, LATE),
        warned(Category::Results, PAST),
        warned(Category::Results, "nothing came in since May"),
    ];
    let record = with_warnings(warnings);
    let results = text_of(&page, &record, Section::Results);
    let said = format!("Community answered 14:02 with a warning: {PAST}; nothing came in since May.");
    assert!(results.contains(&said), "HAZ-008: {results}");
    assert!(!results.contains(LATE), "HAZ-008: of another category: {results}");
    let (_, none) = results.split_once("No results recorded by ").expect("others did answer");
    assert!(none.starts_with("GP and Acute. "), "HAZ-006: Community has not said so: {none}");
    assert!(none.contains(PAST), "HAZ-006: why stands beside it: {none}");
    let contacts = super::section(&page, &record, Key::Section(Section::Contacts));
    assert!(words_of(&contacts).contains(LATE), "HAZ-008");
    assert!(contacts.contains("<span class=\"stale\">Community answered 14:02 with a warning"), "{contacts}");
    let summary = words_of(&super::section(&page, &record, Key::Panel(Panel::Appointments)));
    let upcoming = format!(
        "No appointments or waits recorded by GP, Acute and MH. Community answered 14:02 with a warning: {LATE}."
    );
    assert!(summary.contains(&upcoming), "HAZ-006: {summary}");
    let coverage = words_of(&finish(&page, &record, page.opened_at));
    assert!(coverage.contains("Community answered with a warning."), "HAZ-008: {coverage}");
}

#[test]
fn where_only_a_warned_source_shares_a_section_nobody_has_recorded_nothing() {
    let mut page = fixture::page();
    page.sources.retain(|card| card.short == "Community");
    let record = with_warnings(vec![warned(Category::Results, PAST)]);
    let text = text_of(&page, &record, Section::Results);
    assert!(text.contains("No source has answered in full about results."), "HAZ-006: {text}");
    assert!(!text.contains("recorded by"), "HAZ-006: {text}");
}

#[test]
fn one_warning_on_every_search_is_said_once_in_each_place() {
    let page = fixture::page();
    let shares = [Category::Encounters, Category::CarePlans, Category::Results];
    let every = |_| shares.iter().map(|category| warned(*category, LATE));
    let record = with_warnings((0..10).flat_map(every).collect());
    for section in [Section::Contacts, Section::Results, Section::Plans, Section::Frailty] {
        let html = super::section(&page, &record, Key::Section(section));
        let (_, line) = html.split_once("<p class=\"from\">").unwrap();
        let (line, _) = line.split_once("</p>").unwrap();
        assert_eq!(words_of(line).matches(LATE).count(), 1, "HAZ-008 {section:?}: {line}");
    }
    let sources = words_of(&super::section(&page, &record, Key::Sources));
    assert_eq!(sources.matches(LATE).count(), 1, "HAZ-008: {sources}");
    let named = format!("0 entries: contacts, care plans, results: {LATE}");
    assert!(sources.contains(&named), "HAZ-008: {sources}");
    assert!(!sources.contains("Answered with a warning 14:02:01, nothing recorded"), "HAZ-006");
}

#[test]
fn allergies_switched_off_are_unavailable_and_not_absent() {
    let mut page = fixture::page();
    page.sources.iter_mut().filter(|card| card.short == "Community").for_each(|card| {
        card.shares.push(Category::Allergies);
    });
    let record = with_warnings(vec![warned(Category::Allergies, OFF)]);
    let row = words_of(&super::section(&page, &record, Key::AllergyRow));
    assert!(row.contains("Allergies unavailable") && row.contains("Community"), "HAZ-006: {row}");
    let said = text_of(&page, &record, Section::Allergies);
    assert!(said.contains(OFF), "HAZ-006: {said}");
}

#[test]
fn a_warning_of_a_late_source_stands_in_its_late_block() {
    let page = fixture::page();
    let record = with_warnings(vec![warned(Category::Results, PAST)]);
    let html = late(&page, &record, &fixture::id("community"), &[Section::Results]);
    assert!(words_of(&html).contains(PAST), "HAZ-006: {}", words_of(&html));
    assert!(!words_of(&html).contains("No results recorded by Community"), "HAZ-006");
}

#[test]
fn what_is_older_than_agreed_is_named_once_above_the_sections() {
    let mut page = fixture::page();
    page.opened_at = "2026-12-22T14:02:00Z".parse().unwrap();
    let record = with_warnings(vec![warned(Category::Results, PAST)]);
    let coverage = words_of(&finish(&page, &record, page.opened_at));
    assert!(coverage.contains("Community: nightly, last received"), "HAZ-008: {coverage}");
    assert!(!coverage.contains("Community answered with a warning"), "HAZ-032: {coverage}");
}
