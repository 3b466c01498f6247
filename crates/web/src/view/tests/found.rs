//! What is looked for without script: only rows that hold it, and always what was not searched.

use super::*;
use crate::page::Sought;

fn looking_for(term: &str) -> Page {
    Page { sought: Sought::of(term), ..fixture::page() }
}

fn found(term: &str, record: &Record) -> String {
    section(&looking_for(term), record, Key::Found)
}

#[test]
fn v31_only_what_holds_it_is_shown_by_chapter_with_the_match_marked_and_how_many_of_how_many() {
    let html = found("apixaban", &fixture::whole());
    let words = words_of(&html);
    assert!(html.contains("<h3>Medicines</h3>") && !html.contains("<h3>Allergies</h3>"), "{words}");
    assert!(html.contains("<mark>Apixaban</mark>"), "{html}");
    assert!(words.contains("entries hold “apixaban”; the others are not shown here."), "HAZ-051: {words}");
    assert!(
        words.contains("Back to the whole record (opens it again: every source is asked again)"),
        "{words}"
    );
}

#[test]
fn v31_who_and_what_was_not_searched_is_always_said() {
    let words = words_of(&found("apixaban", &fixture::one_silent()));
    assert!(
        words.contains(
            "Not searched: MH (did not answer), what your role does not include, text inside documents."
        ),
        "HAZ-051: {words}"
    );
    let none = words_of(&found("quinine", &fixture::one_silent()));
    assert!(
        none.contains("entries shown to you holds “quinine”. Not searched: MH (did not answer)"),
        "HAZ-006: {none}"
    );
    let mut page = fixture::page();
    page.not_for_role.clear();
    let end = finish(&page, &fixture::whole(), page.opened_at);
    assert!(
        end.contains("<p id=\"unsearched\" hidden>Not searched: text inside documents.</p>"),
        "for the script: {end}"
    );
}

/// HAZ-026: of entries that differ, one that holds it brings the others.
#[test]
fn v31_entries_that_differ_are_found_together() {
    let words = words_of(&found("for full treatment", &fixture::whole()));
    assert!(
        words.contains("2 entries differ") && words.contains("Not for attempted resuscitation"),
        "{words}"
    );
}

/// HAZ-050: what the role does not see is not found either.
#[test]
fn v31_a_section_the_role_does_not_see_is_not_searched() {
    let page = Page { sought: Sought::of("apixaban"), ..without_categories(&[Category::Medications]) };
    let html = section(&page, &fixture::whole(), Key::Found);
    assert!(!html.contains("<h3>Medicines</h3>"), "{html}");
}

#[test]
fn v31_what_is_looked_for_is_text_and_stands_in_no_title_and_no_address() {
    let page = looking_for("<b>\"'&pain");
    let html = whole_page(&page, &fixture::whole());
    assert!(!html.contains("<b>\"'&pain"), "{html}");
    assert!(html.contains("&#60;b&#62;"), "{html}");
    assert!(html.contains("<title>Shared Care Record, opening 7K2M-9QF4</title>"), "HAZ-049");
    let page = looking_for("quinine");
    let html = whole_page(&page, &fixture::whole());
    assert!(
        !html.split("href=\"").skip(1).any(|rest| rest.split('"').next().unwrap().contains("quinine")),
        "HAZ-049"
    );
    assert!(
        !html.contains("id=\"s-med\"") && html.contains("id=\"s-src\""),
        "no other part than what was found and the sources"
    );
}
