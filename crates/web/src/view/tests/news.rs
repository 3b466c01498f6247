//! What is new, and what is not said to be.

use super::*;
use crate::page::LastLook;
use record::item::When;

fn at(text: &str) -> LastLook {
    LastLook::At(text.parse().unwrap())
}

/// A contact of Acute's, of one day, stored there at another time.
fn contact(what: &str, from: &str, stored: Option<&str>) -> Item {
    let mut item = fixture::acute().into_iter().find(|item| item.section == Section::Contacts).unwrap();
    item.what.text = Some(what.into());
    item.what.codings.clear();
    item.when = When { from: Some(FhirDate::parse(from)), ..When::default() };
    item.provenance.last_updated = stored.map(str::to_owned);
    item.provenance.id = Some(what.into());
    item.provenance.business = None;
    item
}

fn news(page: &Page, items: Vec<Item>) -> String {
    let mut record = fixture::waiting();
    record.add(fixture::note("acute", ReplyState::Answered), fixture::released("acute", items));
    section(page, &record, Key::New)
}

/// shows: R60
#[test]
fn v29_what_came_since_the_last_look_is_by_the_day_it_was_received_with_the_day_it_is_of() {
    let page = fixture::page();
    let html = news(
        &page,
        vec![
            contact("Late letter", "2026-11-12", Some("2026-11-20T10:00:00Z")),
            contact("Old contact", "2026-10-12", Some("2026-10-12T10:00:00Z")),
        ],
    );
    let words = words_of(&html);
    assert!(words.contains("What’s new 1 since you last looked (08-Nov-2026 09:12)"), "{words}");
    assert!(
        words.contains("1 of 2 entries of the last 3 months shown: those since you last looked"),
        "{words}"
    );
    assert!(words.contains("dated 12-Nov-2026, received 20-Nov-2026 10:00"), "{words}");
    assert!(html.contains("<h3>20-Nov-2026</h3>") && html.contains("<h3>12-Oct-2026</h3>"), "{html}");
    assert!(html.contains(r#"id="new-l" autocomplete="off" checked"#), "{html}");
    let old = html.split("<tr").find(|row| row.contains("Old contact")).unwrap();
    assert!(old.contains(r#"class="fresh""#), "only in the widest period: {old}");
}

#[test]
fn v29_the_first_visit_says_so_and_shows_fourteen_days() {
    let mut page = fixture::page();
    page.last_look = LastLook::Never;
    let html = news(&page, vec![contact("Letter", "2026-11-12", Some("2026-11-12T10:00:00Z"))]);
    assert!(words_of(&html).contains("First time you open this record: last 14 days."), "{html}");
    assert!(html.contains(r#"id="new-d" autocomplete="off" checked"#), "{html}");
    assert!(!html.contains("new-l"), "no period since a look that was not");
    page.last_look = LastLook::Unknown;
    let words = words_of(&news(&page, Vec::new()));
    assert!(words.contains("When you last looked could not be read: last 14 days."), "{words}");
}

#[test]
fn v29_a_look_longer_ago_than_three_months_is_told_and_is_no_period() {
    let mut page = fixture::page();
    page.last_look = at("2025-11-08T09:12:00Z");
    let html = news(&page, Vec::new());
    assert!(words_of(&html).contains("You last looked 08-Nov-2025 09:12, more than 3 months ago"), "{html}");
    assert!(html.contains(r#"id="new-m" autocomplete="off" checked"#), "{html}");
}

/// A time nobody gave is not made up: the entry goes by its own date, its source is named, and one without a date is counted.
#[test]
fn v29_an_entry_without_a_time_received_goes_by_its_own_date_and_its_source_is_named() {
    let page = fixture::page();
    let mut undated = contact("Undated", "2026-11-20", None);
    undated.when = When::default();
    let coarse = contact("In November", "2026-11", None);
    let html = news(&page, vec![contact("Visit", "2026-11-19", None), undated, coarse]);
    let words = words_of(&html);
    assert!(
        words.contains("Visit") && words.contains("dated 19-Nov-2026, time received not given"),
        "{words}"
    );
    assert!(words.contains("Acute gives no time received for some entries."), "{words}");
    assert!(words.contains("2 entries may or may not be of this time"), "{words}");
    assert!(!words.contains("Undated"), "{words}");
    let coarse = html.split("<tr").find(|row| row.contains("In November")).unwrap();
    assert!(coarse.contains(r#"class="fresh""#), "in the widest period alone: {coarse}");
}

#[test]
fn v29_an_entry_of_the_day_of_the_last_look_says_that_it_may_have_been_there() {
    let page = fixture::page();
    let words = words_of(&news(&page, vec![contact("Same day", "2026-11-08", None)]));
    assert!(words.contains("may have been here when you last looked"), "{words}");
    let words = words_of(&news(&page, vec![contact("Next day", "2026-11-09", None)]));
    assert!(!words.contains("may have been here"), "{words}");
}

/// HAZ-006: nothing new is only ever said of those who answered, and the others are named.
#[test]
fn nothing_new_names_who_answered_and_who_did_not() {
    let mut page = fixture::page();
    page.unheard_then = vec![fixture::id("mh")];
    let mut record = fixture::waiting();
    record.add(
        fixture::note("gp", ReplyState::AnsweredEmpty),
        record::release::Released::nothing(fixture::id("gp")),
    );
    let silent = ReplyState::DidNotAnswer(Silence::TimedOut);
    record.add(fixture::note("mh", silent), record::release::Released::nothing(fixture::id("mh")));
    let words = words_of(&section(&page, &record, Key::New));
    assert!(
        words.contains("No entries since you last looked (08-Nov-2026 09:12) recorded by GP."),
        "{words}"
    );
    assert!(words.contains("MH did not answer."), "{words}");
    assert!(words.contains("Acute had not answered at"), "{words}");
    assert!(words.contains("MH did not answer when you last looked"), "{words}");
    let summary = words_of(&section(&page, &record, Key::Panel(Panel::New)));
    assert!(
        summary.contains("No entries since you last looked (08-Nov-2026 09:12) recorded by GP."),
        "{summary}"
    );
}

// shows: F10
#[test]
fn who_answered_in_part_is_not_said_to_have_recorded_nothing_new() {
    let page = fixture::page();
    let warned =
        |category| fhir::reply::Warning { code: "paging".into(), category, text: "showing 0 of 9".into() };
    let told = |state: ReplyState, warnings: Vec<fhir::reply::Warning>| {
        let mut record = fixture::waiting();
        let released = record::release::Released { warnings, ..fixture::released("acute", Vec::new()) };
        record.add(fixture::note("acute", state), released);
        words_of(&section(&page, &record, Key::New))
    };
    let whole = told(ReplyState::AnsweredEmpty, Vec::new());
    assert!(
        whole.contains("No entries since you last looked (08-Nov-2026 09:12) recorded by Acute."),
        "{whole}"
    );
    let part = told(ReplyState::AnsweredWithWarnings, vec![warned(Some(fhir::Category::Encounters))]);
    assert!(!part.contains("recorded by Acute"), "HAZ-006: {part}");
    assert!(
        part.contains("No source has answered in full about entries since you last looked"),
        "HAZ-006: {part}"
    );
}

/// HAZ-017: a list that is cut says so, with how many are left out.
#[test]
fn of_more_than_two_hundred_the_newest_are_listed_and_the_others_counted() {
    let many = (0..210).map(|n| contact(&format!("Contact {n}"), "2026-11-12", Some("2026-11-20T10:00:00Z")));
    let words = words_of(&news(&fixture::page(), many.collect()));
    assert!(
        words.contains("The 200 newest are listed. 10 more of the last 3 months stand in the chapters only."),
        "{words}"
    );
}

#[test]
fn an_appointment_to_come_is_not_news_by_its_own_date() {
    let words = words_of(&news(&fixture::page(), vec![contact("Clinic", "2026-12-24", None)]));
    assert!(!words.contains("Clinic"), "{words}");
    assert!(!words.contains("may or may not"), "it stands in its chapter: {words}");
}

/// HAZ-050: what the role does not see is not new either.
#[test]
fn a_section_the_role_does_not_see_has_nothing_new() {
    let page = without_categories(&[Category::Results]);
    let html = section(&page, &fixture::whole(), Key::New);
    assert!(!html.contains("href=\"#res\""), "{html}");
}
