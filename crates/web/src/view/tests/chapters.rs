//! Contacts, documents, medicines and frailty as chapters: filters, counts, ways to what belongs to an entry.

use super::*;
use record::item::{Contact, Measurement, Medicine};

fn of(source: &str, items: Vec<Item>) -> Record {
    let mut record = fixture::waiting();
    record.add(fixture::note(source, ReplyState::Answered), fixture::released(source, items));
    record
}

fn chapter(record: &Record, section: Section) -> String {
    super::section(&fixture::page(), record, Key::Section(section))
}

fn contact(what: &str, on: &str, change: impl FnOnce(&mut Contact)) -> Item {
    let mut contact = Contact { setting: "Community".into(), ..Contact::default() };
    change(&mut contact);
    let key = (Section::Contacts, Category::Encounters);
    fixture::item("community", key, what, on, Facts::Contact(contact))
}

#[test]
fn contacts_stand_by_month_with_their_setting_and_what_came_of_them() {
    let seen = contact("Visit", "2026-11-09", |contact| {
        contact.reason = Some("Skin tear".into());
        contact.outcome = Some("Healing".into());
    });
    let text = words_of(&chapter(&of("community", vec![seen]), Section::Contacts));
    assert!(text.contains("Date Setting Contact Source Nov-2026 (1) 09-Nov-2026 Community Visit Reason Skin tear Outcome Healing"), "{text}");
}

#[test]
fn what_is_open_is_not_among_what_is_planned_or_past() {
    let items = vec![
        contact("Physiotherapy", "2026-11-10", |contact| contact.open_item = true),
        contact("Clinic", "2026-12-01", |contact| contact.future = true),
        contact("Visit", "2026-11-09", |_| ()),
    ];
    let text = words_of(&chapter(&of("community", items), Section::Contacts));
    let order = [
        "Upcoming and planned (1)",
        "Clinic",
        "Open referrals and waits (1)",
        "Physiotherapy",
        "Nov-2026 (1)",
        "Visit",
    ];
    let places: Vec<usize> =
        order.iter().map(|said| text.find(said).unwrap_or_else(|| panic!("{said}: {text}"))).collect();
    assert!(places.is_sorted(), "HAZ-006: {text}");
}

#[test]
fn a_practices_headings_stand_before_what_was_written_under_them() {
    let written = ["Review:", "History:", "Eating little.", "Sleeps in chair.", "Plan:"];
    let seen = contact("Home visit", "2026-11-09", |contact| {
        contact.entries = written.iter().map(|text| (*text).to_owned()).collect();
    });
    let html = chapter(&of("community", vec![seen]), Section::Contacts);
    assert!(html.contains("<bdi>Review:</bdi> <i>History:</i>\u{a0}<bdi>Eating little.</bdi> <bdi>Sleeps in chair.</bdi> <bdi>Plan:</bdi>"), "HAZ-040: {html}");
}

#[test]
fn cui_medlist_medv_068_every_filter_says_how_many_of_how_many_and_has_a_way_back() {
    let record = fixture::whole();
    for (section, area) in [(Section::Contacts, "con"), (Section::Documents, "doc")] {
        let html = chapter(&record, section);
        let rows = html.matches("<tr class=\"sift ").count();
        assert!(rows > 0, "{html}");
        let said = format!(
            "Filtered: <b class=\"n\"></b> of {rows} shown. <button type=\"reset\">Show all {rows}</button></p></form>"
        );
        assert!(html.contains(&said), "HAZ-017: {html}");
        assert!(
            html.contains("<form class=\"sifted\" ") && html.contains(&format!("id=\"f-{area}\">")),
            "HAZ-017"
        );
        let radios = html.matches("type=\"radio\"").count();
        let chosen = html.matches("class=\"all\" checked").count();
        assert!(
            radios > chosen && html.matches("checked").count() == chosen,
            "nothing is chosen at first: {html}"
        );
    }
}

#[test]
fn a_contact_has_the_documents_that_say_they_were_written_at_it_and_no_others() {
    let mut seen = contact("Clinic", "2026-11-18", |_| ());
    (seen.source, seen.provenance.resource_type) = (fixture::id("acute"), "Encounter".into());
    seen.provenance.id = Some("9".into());
    let mut own = fixture::letter("acute", "Clinic letter", "DocumentReference/17");
    own.provenance.contact = Some("Encounter/9".into());
    let other = fixture::letter("acute", "Another letter", "DocumentReference/18");
    let html = chapter(&of("acute", vec![seen, own, other]), Section::Contacts);
    assert!(html.contains("acute-DocumentReference-17\">Open: Clinic letter</a>"), "{html}");
    assert!(!html.contains("Another letter"), "HAZ-020: {html}");
}

#[test]
fn two_years_of_contacts_are_drawn_once_and_told_in_words() {
    let html = chapter(&fixture::whole(), Section::Contacts);
    assert_eq!(html.matches("<svg role=\"img\" class=\"timeline\"").count(), 1, "HAZ-024");
    assert!(words_of(&html).contains("24 months: 1 contact and 1 stay."), "HAZ-052: {}", words_of(&html));
}

#[test]
fn a_chapter_of_many_entries_is_drawn_when_it_comes_near_and_keeps_the_room_of_its_rows() {
    let letters = |many: usize| -> String {
        let all = (0..many)
            .map(|n| fixture::letter("acute", &format!("Letter {n}"), &format!("DocumentReference/{n}")));
        chapter(&of("acute", all.collect()), Section::Documents)
    };
    assert!(!letters(299).contains(" long"), "HAZ-024");
    for (many, room) in [(300, 9), (511, 9), (512, 10)] {
        let html = letters(many);
        assert!(html.contains(&format!(" long room-{room}\" id=\"s-doc\"")), "HAZ-024, HAZ-027: {many}");
        assert!(html.contains(&format!("End of documents: {many} of {many}")), "HAZ-017");
        // A row is at least two lines of text high, in rem.
        assert!(
            crate::assets::STYLE
                .text
                .contains(&format!("main>.room-{room}{{contain-intrinsic-block-size:{}rem}}", 5 << room))
        );
        assert!((1 << room) > many, "HAZ-027: the last row is within the room");
    }
}

#[test]
fn a_document_stands_under_its_title_with_type_and_author_and_one_that_cannot_be_had_is_a_row() {
    let text = words_of(&chapter(&fixture::whole(), Section::Documents));
    assert!(
        text.contains("Discharge summary Exists, not retrieved larger than the source sends"),
        "HAZ-017: {text}"
    );
    assert!(text.contains("Clinic letter Open"), "{text}");
    assert!(text.contains("Dr B Invented Acute"), "{text}");
}

#[test]
fn two_hundred_letters_are_all_there_and_each_opens_from_its_row() {
    let letters: Vec<Item> = (0..200)
        .map(|n| fixture::letter("acute", &format!("Letter {n}"), &format!("DocumentReference/{n}")))
        .collect();
    let html = chapter(&of("acute", letters), Section::Documents);
    let buttons = html.matches("<button class=\"open\" name=\"at\" value=\"").count();
    assert_eq!(buttons, 200, "HAZ-017");
    let (_, form) = html.split_once("<form class=\"sifted\" method=\"post\"").unwrap();
    let (form, _) = form.split_once("</form>").unwrap();
    assert_eq!(form.matches("name=\"at\"").count(), 200, "each is sent by the form it stands in");
    assert!(!html.contains(" form=\""), "HAZ-024: none names its form from elsewhere");
    assert!(!html.contains(" long"), "drawn at once");
    assert!(
        html.contains("name=\"list\" value=\"list-of-200\"") && html.contains("value=\"200\" aria-label"),
        "HAZ-017"
    );
    assert!(html.contains("End of documents: 200 of 200"), "HAZ-017");
}

#[test]
fn more_letters_than_a_form_carries_open_one_by_one_and_that_is_said() {
    let letters: Vec<Item> = (0..1_000)
        .map(|n| fixture::letter("acute", &format!("Letter {n}"), &format!("DocumentReference/{n}")))
        .collect();
    let html = chapter(&of("acute", letters), Section::Documents);
    assert_eq!(html.matches("<a class=\"open\"").count(), 1_000, "HAZ-017");
    assert!(
        !html.contains("name=\"list\"") && words_of(&html).contains("There are too many documents here"),
        "HAZ-017"
    );
}

fn medicine(name: &str, change: impl FnOnce(&mut Item, &mut Medicine)) -> Item {
    let mut item = fixture::medicine("gp", name, "one a day", "GP repeat", name);
    let mut medicine = match &item.facts {
        Facts::Medicine(medicine) => medicine.clone(),
        _ => panic!("no medicine"),
    };
    change(&mut item, &mut medicine);
    item.facts = Facts::Medicine(medicine);
    item
}

fn stopped(name: &str, on: &str) -> Item {
    medicine(name, |item, medicine| {
        item.status = Status { code: "stopped".into(), standing: Standing::Past };
        medicine.stopped = Some(FhirDate::parse(on));
        medicine.stop_reason = Some("Dizzy".into());
    })
}

#[test]
fn cui_medlist_medv_067_past_medicines_say_their_window_and_earlier_ones_stand_apart() {
    let record = of("gp", vec![stopped("Newer", "2026-05-01"), stopped("Earliest", "2020-05-01")]);
    let text = words_of(&chapter(&record, Section::Medicines));
    let (_, past) = text.split_once("Past medicines, last 12 months or end not recorded (1)").expect(&text);
    let (recent, earlier) =
        past.split_once("Past medicines, ended more than 12 months ago (1)").expect(&text);
    assert!(recent.contains("Newer") && !recent.contains("Earliest"), "HAZ-016: {text}");
    assert!(earlier.contains("Earliest"), "HAZ-017: {text}");
}

#[test]
fn cui_medlist_medv_150_a_stopped_medicine_says_when_why_and_by_whom() {
    let text = words_of(&chapter(&of("gp", vec![stopped("Newer", "2026-05-01")]), Section::Medicines));
    assert!(text.contains("Stopped 01-May-2026, Dizzy, recorded by Dr Invented"), "HAZ-013: {text}");
    let unsigned = medicine("Unsigned", |item, medicine| {
        item.provenance.author = None;
        medicine.stopped = Some(FhirDate::parse("2026-05-01"));
    });
    let text = words_of(&chapter(&of("gp", vec![unsigned]), Section::Medicines));
    assert!(
        text.contains("Stopped 01-May-2026, reason not recorded, by whom not recorded"),
        "HAZ-013: {text}"
    );
}

#[test]
fn every_list_stands_also_as_its_source_gives_it_with_every_dose_as_written() {
    let html = chapter(&fixture::whole(), Section::Medicines);
    let lists: String = html.split("<table class=\"rows listed\">").skip(1).collect();
    assert_eq!(html.matches("<table class=\"rows listed\">").count(), 2, "{html}");
    for dose in ["5 mg twice a day", "40 mg once a day,&#13;\n in the morning", "80 mg once a day"] {
        assert!(lists.contains(dose), "HAZ-014: {dose}: {lists}");
    }
    assert_eq!(lists.matches("Apixaban 5mg tablets").count(), 2, "HAZ-013: nothing is merged");
}

#[test]
fn cui_medlist_medv_070_071_072_176_differences_only_says_how_many_of_how_many_and_has_a_way_back() {
    let html = chapter(&fixture::whole(), Section::Medicines);
    assert!(
        html.contains("Filtered: 2 of 2 current medicines shown, differences only. <button type=\"reset\">Show all 2</button>"),
        "HAZ-017: {html}"
    );
    assert!(html.contains("id=\"med-current\" checked>"), "MEDv-062: {html}");
    assert_eq!(html.matches("name=\"medicines\"").count(), 3, "MEDv-064: one of them at a time");
}

fn frailty(source: &str, what: &str, on: &str, value: Option<&str>) -> Item {
    let one = Measurement {
        name: fhir::coding::Concept { text: Some(what.into()), codings: vec![] },
        value: value.map(str::to_owned),
        ..Measurement::default()
    };
    fixture::item(source, (Section::Frailty, Category::Results), what, on, Facts::Result(one))
}

#[test]
fn the_newest_of_a_scale_stands_with_its_date_author_and_the_one_before() {
    let mut record = of("gp", vec![frailty("gp", "Clinical frailty scale", "2025-10-25", Some("6"))]);
    let newest = vec![frailty("community", "Clinical frailty scale", "2026-10-09", Some("7"))];
    record.add(fixture::note("community", ReplyState::Answered), fixture::released("community", newest));
    let text = words_of(&chapter(&record, Section::Frailty));
    assert!(
        text.contains(
            "Clinical Frailty Scale 7 09-Oct-2026 Dr Invented, Community Before that 6, 25-Oct-2025, GP"
        ),
        "HAZ-056: {text}"
    );
}

#[test]
fn the_count_of_falls_leads_to_exactly_the_entries_counted() {
    let items = vec![
        frailty("gp", "Fall", "2026-11-13", None),
        frailty("gp", "Falls", "2026-02", None),
        frailty("gp", "Fall", "2024-02-01", None),
        frailty("gp", "Falls risk assessment", "2026-10-01", Some("High")),
        frailty("gp", "No falls in past year", "2026-10-02", None),
    ];
    let html = chapter(&of("gp", items), Section::Frailty);
    let text = words_of(&html);
    assert!(text.contains("2 entries in the last 12 months: GP 2 Show them"), "HAZ-016: {text}");
    assert!(html.contains("<a href=\"#falls\">"), "{html}");
    let (_, block) = html.split_once("<div id=\"falls\">").unwrap();
    let (block, rest) = block.split_once("</div>").unwrap();
    assert!(words_of(block).starts_with("Falls in the last 12 months (2)"), "{block}");
    assert_eq!(block.matches("<b>Fall").count(), 2, "{block}");
    for apart in ["Falls risk assessment", "No falls in past year", "01-Feb-2024"] {
        assert!(words_of(rest).contains(apart) && !block.contains(apart), "HAZ-040: {apart}: {text}");
    }
    assert!(text.contains("End of frailty and function: 5 of 5"), "HAZ-040: {text}");
}

#[test]
fn what_is_held_twice_is_counted_once_among_falls() {
    let fall = |source: &str| {
        let mut item = frailty(source, "Fall", "2026-11-13", None);
        item.provenance.business = Some(("urn:example".into(), "1".into()));
        item
    };
    let mut record = of("gp", vec![fall("gp")]);
    record.add(fixture::note("acute", ReplyState::Answered), fixture::released("acute", vec![fall("acute")]));
    let text = words_of(&chapter(&record, Section::Frailty));
    assert!(text.contains("1 entry in the last 12 months"), "HAZ-005: {text}");
}
