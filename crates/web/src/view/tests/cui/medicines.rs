//! Medicines as a line and as a list: what stands in which order, which status, which group. A source's own text is never
//! rewritten, so the rules about its figures and its names are recorded as deviations. Source: NHS CUI Medication Line, Medication List.

use super::*;
use record::item::Medicine;

const CSS: &str = include_str!("../../../../static/record.css");

fn medicine(name: &str, change: impl FnOnce(&mut Item, &mut Medicine)) -> Item {
    let mut item = fixture::medicine("gp", name, "5 mg twice a day", "GP repeat", &name.to_lowercase());
    let Facts::Medicine(mut medicine) = item.facts.clone() else { panic!("a medicine") };
    // One code for one name: two names of a length are two medicines.
    medicine.code = Some(name.to_lowercase());
    change(&mut item, &mut medicine);
    item.facts = Facts::Medicine(medicine);
    item
}

fn over(item: &mut Item, medicine: &mut Medicine) {
    item.status = Status { code: "stopped".into(), standing: Standing::Past };
    medicine.stopped = Some(FhirDate::parse("2026-05-01"));
}

fn chapter(items: Vec<Item>) -> String {
    let mut record = fixture::waiting();
    record.add(fixture::note("gp", ReplyState::Answered), fixture::released("gp", items));
    drawn_section(&record, Section::Medicines).replace('\u{a0}', " ")
}

/// A coded one, one that matches no code, and one that is over.
fn of_three_kinds() -> String {
    let unmatched = medicine("Comfrey ointment", |_, medicine| medicine.code = None);
    chapter(vec![
        medicine("Apixaban 5mg tablets", |_, _| ()),
        unmatched,
        medicine("Warfarin 1mg tablets", over),
    ])
}

/// Tables of one view, each with its heading and its rows.
fn tables<'a>(html: &'a str, class: &str) -> Vec<(String, Vec<&'a str>)> {
    let table = |rest: &'a str| {
        let table = rest.split_once("</table>").unwrap().0;
        let (head, body) = table.split_once("<tbody>").unwrap();
        let (_, head) = head.split_once("<h3>").unwrap();
        (words_of(head.split_once("</h3>").unwrap().0), body.split("<tr").skip(1).collect())
    };
    html.split(&format!("<table class=\"rows {class}")).skip(1).map(table).collect()
}

#[test]
fn cui_medline_medi_001_052_the_name_stands_first_and_bold() {
    let html = of_three_kinds();
    for class in ["matrix", "listed"] {
        for row in tables(&html, class).into_iter().flat_map(|(_, rows)| rows) {
            let (_, first) = row.split_once("<th scope=\"row\" class=\"t\">").unwrap();
            assert!(!row.starts_with("<td") && !first.starts_with('<'), "HAZ-013: {row}");
        }
    }
    assert!(
        CSS.contains(".matrix th[scope=row]{min-width:9em;font-weight:700;text-transform:none}"),
        "as written"
    );
    let panel = section(&fixture::page(), &fixture::whole(), Key::Panel(Panel::Medicines));
    assert!(panel.contains("<li><b>Apixaban 5mg tablets</b>"), "HAZ-013: {panel}");
}

#[test]
fn cui_medline_medi_037_a_line_of_letters_lies_between_two_medicines() {
    let rule = ".rows.matrix tbody>tr>*,.rows.listed tbody>tr>*{padding-top:.5rem;padding-bottom:.5rem}";
    assert!(CSS.contains(rule), "16 px between letters of 15 px");
}

#[test]
fn cui_medline_medi_040_what_stands_for_a_dose_has_its_label_and_none_is_words() {
    let cream = medicine("Emollient cream", |_, medicine| medicine.doses = vec!["Apply thinly".into()]);
    assert!(chapter(vec![cream]).contains("<i>DOSE</i> <b>Apply thinly</b>"), "HAZ-014");
    let none = medicine("Emollient cream", |_, medicine| medicine.doses.clear());
    assert!(chapter(vec![none]).contains("<i>DOSE</i> not recorded"), "HAZ-013");
}

#[test]
fn cui_medline_medi_053_every_part_of_a_medicine_has_a_label_and_its_place() {
    let whole = medicine("Morphine 10mg tablets", |item, medicine| {
        item.when.from = Some(FhirDate::parse("2026-01-01"));
        medicine.form = Some("tablet".into());
        medicine.route = Some("oral".into());
        medicine.supply = Some("repeat".into());
        medicine.quantity = Some("28 tablets".into());
        medicine.prescriber = Some("Dr Invented".into());
        medicine.instructions = vec!["Swallow whole".into()];
    });
    let html = chapter(vec![whole]);
    let order = [
        "Morphine 10mg tablets",
        "<i>DOSE</i> <b>5 mg twice a day</b>",
        "<i>Form</i> <bdi>tablet</bdi>",
        "<i>Route</i> <bdi>oral</bdi>",
        "<i>Supply</i> <bdi>repeat</bdi>",
        "<i>Quantity</i> <bdi>28 tablets</bdi>",
        "<i>Started</i> <bdi>",
        "<i>Prescriber</i> <bdi>Dr Invented</bdi>",
        "<i>Instructions</i> <bdi>Swallow whole</bdi>",
    ];
    assert!(in_order(&html, &order), "HAZ-014: {html}");
}

#[test]
fn cui_medline_medi_054_no_dose_stands_without_its_medicine() {
    let record = fixture::whole();
    let html = drawn_section(&record, Section::Medicines);
    for row in tables(&html, "listed").into_iter().flat_map(|(_, rows)| rows) {
        let (name, dose) = row.split_once("<td>").unwrap();
        assert!(words_of(name).contains("tablets") && dose.contains("<i>DOSE</i>"), "HAZ-014: {row}");
    }
    let panel = section(&fixture::page(), &record, Key::Panel(Panel::Medicines));
    let rows: Vec<&str> = panel.split("<li>").skip(1).collect();
    assert_eq!(rows.len(), 2, "{panel}");
    for row in rows {
        let (name, doses) = row.split_once("</b>").unwrap();
        assert!(
            name.contains("tablets") && doses.contains("once a day") | doses.contains("twice a day"),
            "HAZ-014: {row}"
        );
    }
}

#[test]
fn cui_medlist_medv_025_172_a_list_of_past_medicines_looks_unlike_one_of_current_ones() {
    let html = of_three_kinds();
    assert!(
        html.contains("<table class=\"rows matrix current\">")
            && html.contains("<table class=\"rows matrix past\">")
    );
    assert!(CSS.contains(".matrix.past{border-left:6px double var(--grey)}"), "HAZ-051");
    assert!(CSS.contains(".matrix.past>caption h3{font-style:italic;color:var(--grey)}"), "HAZ-051");
}

#[test]
fn cui_medlist_medv_042_a_status_is_bold() {
    let html = of_three_kinds();
    let past = tables(&html, "matrix past");
    assert!(past[0].1[0].contains("<strong class=\"status\">stopped</strong>"), "HAZ-019: {past:?}");
    let status: Vec<&str> = CSS.lines().filter(|line| line.starts_with(".status")).collect();
    assert!(!status.is_empty() && status.iter().all(|rule| !rule.contains("font-weight")), "{status:?}");
}

#[test]
fn cui_medlist_medv_086_089_090_091_198_each_medicine_stands_once_under_a_heading_that_counts_and_is_never_empty()
 {
    let html = of_three_kinds();
    let groups = tables(&html, "matrix");
    let headings: Vec<&str> = groups.iter().map(|(heading, _)| heading.as_str()).collect();
    let wanted = [
        "Current medicines (1)",
        "Current, not matched to a coded medicine (1)",
        "Past medicines, last 12 months or end not recorded (1)",
    ];
    assert_eq!(
        headings, wanted,
        "HAZ-013: MEDv-091: what has no code has a group; MEDv-090: nothing ended earlier"
    );
    for name in ["Apixaban 5mg tablets", "Comfrey ointment", "Warfarin 1mg tablets"] {
        let holding =
            groups.iter().filter(|(_, rows)| rows.iter().any(|row| row.contains(&format!(">{name}"))));
        assert_eq!(holding.count(), 1, "HAZ-013: {name}");
    }
    assert!(CSS.contains("h3{font-size:1.05rem") && CSS.contains("caption h3{color:var(--ink)}"), "MEDv-086");
}

#[test]
fn cui_medlist_medv_146_a_list_without_a_medicine_says_so_and_who_said_it() {
    let alone = words_of(&chapter(vec![medicine("Warfarin 1mg tablets", over)]));
    let said = "No current medicines recorded by GP.";
    assert!(
        alone.contains(said)
            && alone.contains("Acute and MH had not answered") | alone.contains("Acute had not answered"),
        "HAZ-006: {alone}"
    );
    assert!(!words_of(&of_three_kinds()).contains("No current medicines"), "HAZ-006");
    let none = words_of(&drawn_section(&fixture::empty(), Section::Medicines));
    assert!(none.contains("No medicines recorded by GP, Acute and MH."), "HAZ-006: {none}");
}

#[test]
fn cui_medlist_medv_162_166_every_medicine_has_a_status_and_a_suspended_one_is_current() {
    let held = medicine("Digoxin 62.5microgram tablets", |item, _| {
        item.status = Status { code: "on-hold".into(), standing: Standing::Provisional };
    });
    let unmatched = medicine("Comfrey ointment", |_, medicine| medicine.code = None);
    let html = chapter(vec![held, unmatched, medicine("Warfarin 1mg tablets", over)]);
    let groups = tables(&html, "matrix");
    assert_eq!(groups.len(), 3, "{groups:?}");
    for (heading, rows) in &groups {
        assert!(heading.starts_with("Current") || heading.starts_with("Past"), "MEDv-162: {heading}");
        let is_past = heading.starts_with("Past");
        assert!(!is_past || rows.iter().all(|row| row.contains("class=\"status\"")), "MEDv-162: {rows:?}");
    }
    let (heading, rows) = &groups[0];
    assert_eq!(heading, "Current medicines (1)", "HAZ-013");
    assert!(
        rows[0].contains(">Digoxin") && rows[0].contains("<strong class=\"status\">on hold</strong>"),
        "HAZ-019: {rows:?}"
    );
}

#[test]
fn cui_medlist_medv_177_the_heading_counts_what_is_below_and_the_end_says_that_nothing_more_is() {
    let many: Vec<Item> = (0..60).map(|n| medicine(&format!("Invented {n}mg tablets"), |_, _| ())).collect();
    let html = chapter(many);
    assert!(words_of(&html).starts_with("Medicines 60 current "), "HAZ-017: {}", words_of(&html));
    assert!(html.contains("<p class=\"end\">End of medicines: 60 of 60</p>"), "HAZ-017");
}
