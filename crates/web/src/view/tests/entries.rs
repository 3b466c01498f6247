//! Claims about single entries in sight: labels, dates, columns, originals.

use super::*;
use record::item::Measurement;
use record::release::Released;

fn of_gp(items: Vec<Item>) -> Record {
    let mut record = fixture::waiting();
    record.add(fixture::note("gp", ReplyState::Answered), fixture::released("gp", items));
    record
}

/// A frailty entry of this name with these measurements.
fn frailty(name: &str, change: impl FnOnce(&mut Measurement)) -> Record {
    let mut item = fixture::everything("gp").into_iter().find(|i| i.section == Section::Frailty).unwrap();
    item.what.text = Some(name.into());
    if let Facts::Result(one) = &mut item.facts {
        one.name.text = Some(name.into());
        change(one);
    }
    of_gp(vec![item])
}

fn in_sight(record: &Record, key: Key) -> String {
    let html = section(&fixture::page(), record, key);
    let mut parts = html.split("<details>");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.filter_map(|part| part.rsplit_once("</details>")).map(|(_, after)| after);
    words_of(&rest.fold(first, |all, after| all + after))
}

#[test]
fn a_comment_is_a_note_and_never_a_value() {
    let record = frailty("Fall", |one| {
        one.value = None;
        one.comments = vec!["Found on bathroom floor".into()];
    });
    for key in [Key::Section(Section::Frailty), Key::Panel(Panel::Frailty)] {
        let text = in_sight(&record, key);
        assert!(text.contains("Fall Note Found on bathroom floor"), "HAZ-018: {text}");
        assert!(!text.contains("Value"), "HAZ-018: {text}");
    }
}

#[test]
fn the_parts_of_a_measurement_stand_under_their_own_names() {
    let part = |name: &str, value: &str| Measurement {
        name: fhir::coding::Concept { text: Some(name.into()), codings: vec![] },
        value: Some(value.into()),
        ..Measurement::default()
    };
    let record = frailty("Blood pressure", |one| {
        one.value = None;
        one.components = vec![part("Systolic", "118 mmHg"), part("Diastolic", "66 mmHg")];
    });
    let text = in_sight(&record, Key::Section(Section::Frailty));
    assert!(text.contains("Systolic 118 mmHg Diastolic 66 mmHg"), "HAZ-018: {text}");
    assert!(!text.contains("Value"), "HAZ-018: {text}");
}

#[test]
fn a_plain_value_needs_no_label_beside_its_name() {
    let text = in_sight(&frailty("Clinical Frailty Scale", |_| ()), Key::Section(Section::Frailty));
    assert!(text.contains("Clinical Frailty Scale 7"), "{text}");
    let html = section(&fixture::page(), &fixture::whole(), Key::Section(Section::Frailty));
    assert!(!html.contains("<i></i>"), "{html}");
}

#[test]
fn the_summary_says_who_else_holds_an_entry_as_the_chapter_does() {
    let alert = |source: &str| {
        let items = fixture::everything(source).into_iter();
        let mut alert = items.into_iter().find(|item| item.section == Section::Alerts).unwrap();
        alert.provenance.business = Some(("urn:example:alerts".into(), "1".into()));
        alert
    };
    let mut record = of_gp(vec![alert("gp")]);
    record.add(fixture::note("mh", ReplyState::Answered), fixture::released("mh", vec![alert("mh")]));
    for key in [Key::Section(Section::Alerts), Key::Panel(Panel::Alerts)] {
        let text = in_sight(&record, key);
        assert!(text.contains("also held by MH (1)"), "HAZ-005: {key:?}: {text}");
    }
}

/// The summary's two panels of contacts: what is to come, what was.
fn contacts(items: Vec<Item>) -> (String, String) {
    let record = of_gp(items);
    let text = |panel| words_of(&section(&fixture::page(), &record, Key::Panel(panel)));
    (text(Panel::Appointments), text(Panel::Contacts))
}

fn contact(what: &str, when: &str, standing: Standing, future: bool) -> Item {
    let items = fixture::everything("gp").into_iter();
    let mut item = items.into_iter().find(|item| item.section == Section::Contacts).unwrap();
    item.what.text = Some(what.into());
    item.what.codings.clear();
    item.provenance.id = Some(what.into());
    item.status = Status { code: String::new(), standing };
    item.when.from = (!when.is_empty()).then(|| FhirDate::parse(when));
    if let Facts::Contact(contact) = &mut item.facts {
        contact.future = future;
    }
    item
}

// shows: F29
#[test]
fn f29_two_contacts_of_the_hour_that_clocks_show_twice_are_told_apart_on_the_page() {
    let before = contact("Fell at home", "2026-10-25T01:30:00+01:00", Standing::Past, false);
    let after = contact("Seen by ambulance", "2026-10-25T01:30:00+00:00", Standing::Past, false);
    for order in [[&before, &after], [&after, &before]] {
        let record = of_gp(order.map(Clone::clone).to_vec());
        let text = words_of(&section(&fixture::page(), &record, Key::Section(Section::Contacts)));
        let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("HAZ-016: `{words}`: {text}"));
        let (first, second) = (place("25-Oct-2026 01:30 GMT"), place("25-Oct-2026 01:30 BST"));
        assert!(first < second, "HAZ-016: the later one is the newest: {text}");
    }
}

#[test]
fn only_contacts_that_have_begun_are_the_newest() {
    // The page was opened on 22-Nov-2026.
    let table = [
        ("Visit today", "2026-11-22", Standing::Current, false, (false, true)),
        ("Visit this evening", "2026-11-22T20:00:00Z", Standing::Past, false, (false, true)),
        ("Visit last year", "2025", Standing::Past, false, (false, true)),
        ("Visit tomorrow", "2026-11-23", Standing::Current, false, (true, false)),
        ("Booked for December", "2026-12-01", Standing::Provisional, true, (true, false)),
        ("Cancelled for December", "2026-12-01", Standing::Negated, true, (false, false)),
        ("Cancelled last week", "2026-11-15", Standing::Negated, false, (false, false)),
        ("Cancelled next week", "2026-11-29", Standing::Negated, false, (false, false)),
        ("Undated and over", "", Standing::Past, false, (false, true)),
        ("Undated and provisional", "", Standing::Provisional, false, (false, false)),
    ];
    for (what, when, standing, future, (is_upcoming, is_newest)) in table {
        let item = contact(what, when, standing, future);
        let (upcoming, newest) = contacts(vec![item.clone()]);
        assert_eq!(upcoming.contains(what), is_upcoming, "HAZ-019, HAZ-027: {what}: {upcoming}");
        assert_eq!(newest.contains(what), is_newest, "HAZ-019, HAZ-027: {what}: {newest}");
        let chapter =
            words_of(&section(&fixture::page(), &of_gp(vec![item]), Key::Section(Section::Contacts)));
        assert!(chapter.contains(what), "HAZ-027: every contact stands in the chapter: {what}");
    }
}

#[test]
fn a_block_with_nothing_in_it_has_no_way_to_nothing() {
    // What is new has other periods to choose from.
    for panel in Panel::ALL.into_iter().filter(|panel| *panel != Panel::New) {
        let html = section(&fixture::page(), &fixture::empty(), Key::Panel(panel));
        assert!(!words_of(&html).contains("0 of 0") && !html.contains("href"), "{html}");
    }
    let cancelled = of_gp(vec![contact("Cancelled", "2026-11-15", Standing::Negated, false)]);
    let html = section(&fixture::page(), &cancelled, Key::Panel(Panel::Contacts));
    assert!(
        html.contains("<a href=\"#con\">All contacts (1)</a>"),
        "HAZ-027: what the block leaves out: {html}"
    );
}

#[test]
fn a_list_has_a_column_only_in_a_table_where_it_holds_something() {
    let mut record = fixture::waiting();
    let mut ended = fixture::medicine("acute", "Enoxaparin", "20 mg once a day", "inpatient", "heparin");
    ended.status = Status { code: "completed".into(), standing: Standing::Past };
    let repeat =
        fixture::medicine("gp", "Furosemide 40mg tablets", "40 mg once a day", "GP repeat", "furosemide");
    record.add(fixture::note("gp", ReplyState::Answered), fixture::released("gp", vec![repeat]));
    record.add(fixture::note("acute", ReplyState::Answered), fixture::released("acute", vec![ended]));
    record.add(fixture::note("mh", ReplyState::AnsweredEmpty), Released::nothing(fixture::id("mh")));
    let html = section(&fixture::page(), &record, Key::Section(Section::Medicines));
    let (before, past) = html.split_once("Past medicines, last 12 months or end not recorded (1)").unwrap();
    let (past, _) = past.split_once("</table>").unwrap();
    let (_, current) = before.split_once("Current medicines (1)").unwrap();
    let (repeat, inpatient) = ("GP repeat, 14:02 live", "Acute inpatient, 14:02 live");
    assert!(current.contains(repeat) && !current.contains(inpatient), "HAZ-013: {current}");
    assert!(past.contains(inpatient) && !past.contains(repeat), "HAZ-013: {past}");
    for table in [current, past] {
        let table = table.split("</table>").next().unwrap();
        let row = table.split_once("<tbody>").unwrap().1;
        let heads = table.split_once("</thead>").unwrap().0.matches("scope=\"col\"").count();
        let cells = row.matches("<td>").count() + row.matches("scope=\"row\"").count();
        assert_eq!(heads, cells, "HAZ-013: every cell stands under its own list");
    }
    assert!(words_of(&html).contains("MH answered 14:02."), "HAZ-006: an empty list is named all the same");
}

#[test]
fn every_original_stands_on_the_page_once_and_as_it_was_sent() {
    let record = fixture::whole();
    let html = whole_page(&fixture::page(), &record);
    for source in ["gp", "acute", "mh", "community"] {
        for item in record.items_of(&fixture::id(source)) {
            let shown = format!("<pre class=\"sent\">\n{}</pre>", text::Verbatim(item.original.as_sent()));
            let same = |other: &&Item| other.original.as_sent() == item.original.as_sent();
            let sources = ["gp", "acute", "mh", "community"].map(fixture::id);
            let wanted =
                sources.iter().flat_map(|s| record.items_of(s)).filter(|i| i.is_shown()).filter(same);
            assert_eq!(html.matches(&shown).count(), wanted.count(), "HAZ-014, HAZ-017: {shown}");
        }
    }
}

#[test]
fn an_entry_shown_in_part_says_that_its_original_is_not() {
    let mut item = fixture::acute_allergy();
    item.original = fixture::original("");
    let html = section(&fixture::page(), &of_gp(vec![item]), Key::Section(Section::Allergies));
    assert!(html.contains(crate::words::ORIGINAL_NOT_SHOWN), "HAZ-010: {html}");
    assert!(!html.contains("As sent"), "HAZ-006: never a blank");
}

#[test]
fn the_sources_chapter_says_what_a_warning_is_about() {
    let warning =
        |category, text: &str| fhir::reply::Warning { code: "paging".into(), category, text: text.into() };
    let mut released = fixture::released("gp", vec![]);
    released.warnings = vec![
        warning(Some(Category::Results), "showing 2 of 9"),
        warning(Some(Category::Problems), "showing 2 of 9"),
        warning(None, "in transit"),
    ];
    let mut record = fixture::waiting();
    record.add(fixture::note("gp", ReplyState::AnsweredWithWarnings), released);
    let text = words_of(&section(&fixture::page(), &record, Key::Sources));
    assert!(text.contains("results, problems: showing 2 of 9; in transit"), "HAZ-017: {text}");
}

#[test]
fn a_late_medicine_has_its_dose_and_a_late_allergy_its_reaction() {
    let page = fixture::page();
    let mut record = fixture::waiting();
    let note = record::reconcile::SourceNote {
        missed: vec![record::Section::Allergies, record::Section::Plans],
        ..fixture::note("acute", ReplyState::Answered)
    };
    let medicine = fixture::medicine("acute", "Apixaban 2.5mg tablets", "2.5 mg twice a day", "list", "a");
    record.add(note, fixture::released("acute", vec![fixture::acute_allergy(), medicine]));
    let missed = [Section::Allergies, Section::Medicines];
    let text = words_of(&late(&page, &record, &fixture::id("acute"), &missed));
    assert!(text.contains("Apixaban 2.5mg tablets DOSE 2.5 mg twice a day"), "HAZ-013, HAZ-017: {text}");
    assert!(text.contains(" Reaction "), "HAZ-012, HAZ-017: {text}");
}
