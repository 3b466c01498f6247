//! NHS Common User Interface rules by guide and id. Source: ISB 1500 to 1508, as listed in viewer.md section 9.

mod banner;
mod clinical;
mod identity;
mod medicines;
mod reactions;
mod results;

use super::*;
use crate::page::Banner;

fn banner_page(change: fn(&mut Banner)) -> String {
    let mut page = fixture::page();
    change(&mut page.banner);
    begin(&page)
}

/// The name as it is read.
fn heading(html: &str) -> String {
    let (_, name) = html.split_once("<h1>").unwrap();
    words_of(name.split_once("</h1>").unwrap().0)
}

/// What stands in Zone 2 under this label.
fn support(html: &str, label: &str) -> String {
    let (_, value) = html.split_once(&format!("<dt>{label}</dt>")).unwrap();
    words_of(value.split_once("</dd>").unwrap().0)
}

fn in_order(text: &str, words: &[&str]) -> bool {
    let mut rest = text;
    words.iter().all(|word| match rest.split_once(word) {
        Some((_, after)) => {
            rest = after;
            true
        }
        None => false,
    })
}

fn drawn_section(record: &Record, section: Section) -> String {
    super::section(&fixture::page(), record, Key::Section(section))
}

#[test]
fn cui_banner_pab_0016_name_birth_gender_number_in_that_order() {
    let text = words_of(&banner_page(|_| {}));
    let order =
        ["TESTPATIENT, Doreen (Mrs)", "Born 14-Aug-1935 (91y)", "Gender Female", "NHS No. 999 123 4578"];
    assert!(in_order(&text, &order), "HAZ-001: {text}");
}

#[test]
fn cui_banner_pab_0019_unknown_values_are_words() {
    let text = words_of(&banner_page(|banner| *banner = Banner::default()));
    let order = [
        "FAMILY NAME NOT KNOWN, given name not known",
        "Born Not recorded",
        "Gender Not Specified",
        "NHS No. Not recorded",
    ];
    assert!(in_order(&text, &order), "{text}");
    assert!(!text.contains('?') && !text.contains("null"), "{text}");
}

#[test]
fn cui_banner_pab_0037_preferred_name_is_labelled_below_the_name() {
    assert!(in_order(&banner_page(|_| {}), &["</h1>", "Preferred name", "Dolly", "<dl>"]));
}

#[test]
fn cui_banner_pab_0038_0055_the_dead_have_death_and_age_and_another_style() {
    let html = banner_page(|banner| {
        banner.died = Some(FhirDate::parse("2026-11-20"));
        banner.age_at_death = Some(91);
    });
    let text = words_of(&html);
    assert!(in_order(&text, &["Born 14-Aug-1935 Died 20-Nov-2026", "Age at Death 91y", "Gender"]), "{text}");
    assert!(html.contains("class=\"banner dead\">"));
    assert!(text.contains("Last known address"), "PAB-0018");
}

#[test]
fn cui_banner_pab_0042_labels_have_no_colon() {
    let html = banner_page(|_| {});
    assert!(html.contains("<dt>Born</dt>") && !html.contains(":</dt>"));
}

#[test]
fn cui_banner_pab_0064_the_allergy_row_has_one_of_four_labels() {
    let labels = ["Known allergies", "No known allergies", "Allergies not recorded", "Allergies unavailable"];
    let mut negative = fixture::waiting();
    for source in ["gp", "acute", "mh"] {
        negative.add(
            fixture::note(source, ReplyState::Answered),
            fixture::released(source, vec![fixture::no_known(source)]),
        );
    }
    let records = [fixture::whole(), negative, fixture::empty(), fixture::waiting()];
    for (record, label) in records.iter().zip(labels) {
        let html = section(&fixture::page(), record, Key::AllergyRow);
        assert!(html.contains(&format!("<h2 id=\"h-row\">{label}</h2>")), "HAZ-012: {label}: {html}");
    }
}

#[test]
fn cui_name_nid_0001_0012_long_names_are_whole() {
    let html = banner_page(|banner| {
        banner.family = "featherstonehaugh-o'shaughnessywoods".into();
        banner.given = "wilhelmina-alexandra d'arcy josephine".into();
        banner.title = None;
    });
    let whole = "FEATHERSTONEHAUGH-O&#39;SHAUGHNESSYWOODS, Wilhelmina-Alexandra D&#39;Arcy Josephine";
    assert_eq!(heading(&html), whole, "HAZ-052");
}

#[test]
fn cui_name_nid_0007_mixed_case_is_left_as_its_owner_writes_it() {
    assert_eq!(heading(&banner_page(|banner| banner.given = "LeRoy".into())), "TESTPATIENT, LeRoy (Mrs)");
}

#[test]
fn cui_number_num_0001_0002_on_one_line_in_3_3_4() {
    assert!(banner_page(|_| {}).contains("<dd class=\"number\">999 123 4578</dd>"));
    assert!(include_str!("../../../static/record.css").contains(".number{white-space:nowrap}"));
}

#[test]
fn cui_sex_cgs_0002_full_words_never_codes() {
    let words = [
        ("male", "Male"),
        ("female", "Female"),
        ("other", "Other Specific"),
        ("unknown", "Not Known"),
        ("", "Not Specified"),
    ];
    for (code, word) in words {
        let mut page = fixture::page();
        page.banner.gender = code.into();
        assert!(begin(&page).contains(&format!("<dt>Gender</dt><dd>{word}</dd>")), "{code}");
    }
}

#[test]
fn cui_address_adr_0006_no_empty_parts() {
    assert_eq!(support(&banner_page(|_| {}), "Usual address"), "1 Invented Road, Nowhere, ZZ99 3WZ");
}

#[test]
fn cui_date_d_ta_0006_0018_rows_show_short_dates_and_machines_get_theirs() {
    let html = drawn_section(&fixture::whole(), Section::Documents);
    assert!(html.contains("<time datetime=\"2026-11-19\">19-Nov-2026</time>"), "{html}");
}

#[test]
fn cui_date_d_ta_0022_partial_dates_keep_their_precision_and_absent_ones_are_words() {
    let html = drawn_section(&fixture::whole(), Section::Problems);
    assert!(html.contains("<time datetime=\"2009-03\">Mar-2009</time>"), "HAZ-016");
    assert!(html.contains("<time datetime=\"1962\">1962</time>"), "HAZ-016");
    let mut record = fixture::waiting();
    let mut item = fixture::acute_allergy();
    item.when = record::item::When::default();
    record.add(fixture::note("acute", ReplyState::Answered), fixture::released("acute", vec![item]));
    assert!(drawn_section(&record, Section::Allergies).contains("Date not recorded"));
}

#[test]
fn cui_medline_medi_007_008_dose_is_labelled_and_bold() {
    let html = drawn_section(&fixture::whole(), Section::Medicines);
    assert!(html.contains("<i>DOSE</i> <b>5 mg twice a day</b>"), "HAZ-014: {html}");
}

#[test]
fn cui_medlist_medv_147_163_no_cell_is_blank() {
    let mut record = fixture::waiting();
    let only = fixture::medicine("gp", "Aspirin 75mg tablets", "75 mg once a day", "GP repeat", "aspirin");
    record.add(fixture::note("gp", ReplyState::Answered), fixture::released("gp", vec![only]));
    let other = fixture::medicine("acute", "Senna 7.5mg tablets", "two at night", "discharge list", "senna");
    record.add(fixture::note("acute", ReplyState::Answered), fixture::released("acute", vec![other]));
    assert_eq!(drawn_section(&record, Section::Medicines).matches("Not on this list").count(), 2, "HAZ-013");
}

#[test]
fn cui_medlist_medv_150_a_stopped_medicine_says_when_and_that_no_reason_is_recorded() {
    let text = words_of(&drawn_section(&fixture::whole(), Section::Medicines));
    assert!(text.contains("Stopped 19-Nov-2026, reason not recorded"), "HAZ-013: {text}");
}

#[test]
fn cui_advdrug_adr_0021_0022_0024_0025_0026_0027_reactions_together_under_their_own_headings() {
    let text = words_of(&drawn_section(&fixture::whole(), Section::Allergies));
    let order = [
        "Drug / substance",
        "Past reactions",
        "Recorded by",
        "Codeine",
        "confusion + vomiting",
        "Penicillin",
        "anaphylaxis",
    ];
    assert!(in_order(&text, &order), "{text}");
}

#[test]
fn cui_advdrug_adr_0014_0055_0056_an_uncoded_agent_says_it_will_not_trigger_checks() {
    let text = words_of(&drawn_section(&fixture::whole(), Section::Allergies));
    assert!(
        in_order(&text, &["Codeine", "Not coded: will not trigger checks in other systems"]),
        "HAZ-012: {text}"
    );
}

#[test]
fn cui_advdrug_adr_0041_no_triangle_opens_details() {
    let css = include_str!("../../../static/record.css");
    assert!(
        css.contains("details summary::-webkit-details-marker{display:none}")
            && css.contains("content:\"Show: \"")
    );
}

#[test]
fn cui_graph_gtab_045_latest_and_previous_stand_side_by_side() {
    let text = words_of(&drawn_section(&fixture::whole(), Section::Results));
    assert!(
        in_order(&text, &["Latest", "Previous", "31 mL/min/1.73m2", "36 mL/min/1.73m2"]),
        "HAZ-015: {text}"
    );
}
