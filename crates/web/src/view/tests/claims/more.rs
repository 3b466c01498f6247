//! Further claims of the page.

use super::*;

#[test]
fn no_address_on_the_page_has_a_person_or_another_origin_in_it() {
    let html = whole_page(&fixture::page(), &fixture::whole());
    for attribute in ["href=\"", "src=\"", "action=\""] {
        for link in html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(link.starts_with('#') || link.starts_with('/'), "HAZ-049: {link}");
            assert!(!link.contains("999") && !link.to_lowercase().contains("testpatient"), "HAZ-049: {link}");
        }
    }
    assert!(
        !html.contains(" style=") && !html.contains("onclick"),
        "HAZ-034: the policy forbids inline style and script"
    );
    assert_eq!(html.matches("<script").count(), 1);
}

#[test]
fn the_objection_page_has_name_and_birth_date_and_nothing_else_of_the_person() {
    let page = fixture::page();
    let text = words_of(&objection(&page, crate::words::OBJECTION));
    let present = ["TESTPATIENT, Doreen (Mrs)", "14-Aug-1935", crate::words::OBJECTION];
    assert!(present.iter().all(|words| text.contains(words)), "HAZ-022: {text}");
    for absent in ["999 123 4578", "Female", "GP", "Acute", "sources answered", "Invented Road"] {
        assert!(!text.contains(absent), "HAZ-022: `{absent}` stands on the objection page");
    }
}

#[test]
fn stopping_comes_first_and_has_the_focus_where_identity_differs() {
    let given = access::person::Difference {
        field: "given name".into(),
        host: "Doreen".into(),
        national: String::new(),
    };
    let html = interruption(&[given], "/s/sid/", "t", "7K2M-9QF4", false);
    let (before, after) = html.split_once("Stop and go back").unwrap();
    assert!(before.contains("autofocus") && !after.contains("autofocus"), "HAZ-001");
    assert!(after.contains("This is the same person: continue"), "HAZ-001");
    assert!(html.contains("Not recorded"), "HAZ-001: an absent value is words");
}

#[test]
fn training_is_said_on_every_page() {
    let page = fixture::page();
    assert!(begin(&page).contains(crate::words::TRAINING), "HAZ-054");
    assert!(objection(&page, crate::words::OBJECTION).contains(crate::words::TRAINING), "HAZ-054");
    let live = Page { training: false, ..page };
    assert!(!begin(&live).contains("TRAINING"), "HAZ-054");
}

#[test]
fn every_entry_stands_on_the_page_with_its_original() {
    let items = fixture::everything("gp");
    let mut record = fixture::waiting();
    record.add(fixture::note("gp", ReplyState::Answered), fixture::released("gp", items.clone()));
    let html = whole_page(&fixture::page(), &record);
    for item in items {
        let sent = text::Verbatim(item.original.as_sent()).to_string();
        assert!(html.contains(&sent), "HAZ-017: {:?} is not on the page", item.section);
    }
}

#[test]
fn a_page_of_1430_entries_is_within_its_budget() {
    let mut record = fixture::waiting();
    // Over ten years, as records grow: what is new has a line of its own beside its row.
    let dated = |n: usize| {
        let mut item = fixture::numbered(n);
        item.when.from =
            Some(FhirDate::parse(&format!("{}-{:02}-{:02}", 2017 + n % 10, 1 + n % 12, 1 + n % 20)));
        item
    };
    let items: Vec<Item> = (0..1430).map(dated).collect();
    record.add(fixture::note("gp", ReplyState::Answered), fixture::released("gp", items));
    let size = whole_page(&fixture::page(), &record).len();
    // The originals come on top of this: they are short here.
    assert!(size < 720_000, "HAZ-024: {size} bytes");
}
