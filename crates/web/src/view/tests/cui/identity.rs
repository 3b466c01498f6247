//! Who the person is, and when: banner, names, numbers, addresses, dates and times. Source: ISB 1500, 1503 to 1508.

use super::*;

const CSS: &str = include_str!("../../../../static/record.css");

fn dead() -> String {
    banner_page(|banner| banner.died = Some(FhirDate::parse("2026-11-20")))
}

#[test]
fn cui_banner_pab_0002_0003_0004_0006_0022_0075_support_stands_apart_starts_closed_and_opens_together() {
    let html = banner_page(|_| {});
    let (zone1, zone2) = html.split_once("<details class=\"zone2\">").expect("closed: no `open`");
    let zone2 = zone2.split_once("</details>").unwrap().0;
    let identity = ["<h1>", "<dt>Born</dt>", "<dt>Gender</dt>", "<dt>NHS No.</dt>"];
    assert!(in_order(zone1, &identity) && !zone1.contains("Usual address"), "{zone1}");
    assert_eq!(html.matches("<details class=\"zone2\">").count(), 1, "one way to open all of it");
    assert!(in_order(zone2, &["Usual address", "Phone", "GP practice"]), "they open together: {zone2}");
    assert!(!zone2.contains("NHS No."), "{zone2}");
}

#[test]
fn cui_banner_pab_0009_0010_0011_0012_0014_across_the_top_fixed_and_set_apart() {
    let html = banner_page(|_| {});
    assert!(in_order(&html, &["<header aria-label=\"Person\" class=\"banner\"", "<main"]), "HAZ-001");
    assert!(
        CSS.contains(
            ".banner{position:sticky;top:0;z-index:5;background:var(--head);border-bottom:3px solid"
        )
    );
}

#[test]
fn cui_banner_pab_0013_nothing_of_the_page_lies_over_it() {
    let over = |rule: &str| {
        let level =
            rule.split_once("z-index:").and_then(|(_, rest)| rest.split([';', '}']).next()?.parse().ok());
        level.is_some_and(|level: u32| level > 5)
    };
    let rules: Vec<&str> = CSS.split('}').filter(|rule| over(rule)).collect();
    // The warning that the view ends lies at the foot; the page of an ended view has no banner any more.
    let known =
        |rule: &&str| rule.contains(".keep.soon{position:fixed;inset:auto 0 0") || rule.contains("#ended{");
    assert!(rules.iter().all(known), "HAZ-001: {rules:?}");
}

#[test]
fn cui_banner_pab_0015_one_person_stands_in_it() {
    assert_eq!(banner_page(|_| {}).matches("<h1>").count(), 1, "HAZ-002");
}

#[test]
fn cui_banner_pab_0017_0026_contact_details_are_labelled_and_whole() {
    let html = banner_page(|_| {});
    assert_eq!(support(&html, "Usual address"), "1 Invented Road, Nowhere, ZZ99 3WZ");
    assert!(html.contains("<dt>Phone</dt><dd>01632 960001</dd>"));
}

#[test]
fn cui_banner_pab_0018_the_address_of_the_dead_is_their_last_known() {
    assert!(dead().contains("<dt>Last known address</dt>"));
}

#[test]
fn cui_banner_pab_0020_0054_0061_the_preferred_name_is_labelled_at_the_name() {
    let html = banner_page(|_| {});
    let label = "</h1><p class=\"preferred\"><span class=\"label\">Preferred name</span> <b>Dolly</b>";
    assert!(html.contains(label), "{html}");
    assert!(!banner_page(|banner| banner.preferred = None).contains("Preferred name"));
}

#[test]
fn cui_banner_pab_0023_0034_the_age_stands_in_brackets_after_the_date_without_a_label() {
    assert!(banner_page(|_| {}).contains("<dt>Born</dt><dd>14-Aug-1935 (91y)</dd>"));
}

#[test]
fn cui_banner_pab_0024_0039_0057_0058_0059_0060_0063_death_and_age_at_death_stand_below_birth_without_brackets()
 {
    let html = dead();
    let whole = "<dd>14-Aug-1935</dd></div><div class=\"died\"><dt>Died</dt><dd>20-Nov-2026</dd></div><div class=\"aged\"><dt>Age at Death</dt><dd>91y</dd>";
    assert!(html.contains(whole), "{html}");
    for rule in [
        "dl{display:grid;grid-template-columns:repeat(3,auto)",
        ".died{grid-area:2/1}",
        ".aged{grid-area:2/2",
    ] {
        assert!(CSS.contains(rule), "PAB-0063: in the column of birth, on the line below: {rule}");
    }
}

#[test]
fn cui_banner_pab_0033_0035_0036_labels_are_born_gender_and_nhs_no() {
    let html = banner_page(|_| {});
    for label in ["Born", "Gender", "NHS No."] {
        assert!(html.contains(&format!("<dt>{label}</dt>")), "{label}");
    }
}

#[test]
fn cui_banner_pab_0043_no_spare_punctuation() {
    let text = words_of(&banner_page(|_| {}));
    let (banner, _) = text.split_once("Address, phone").unwrap();
    let (_, banner) = banner.split_once("TESTPATIENT").unwrap();
    assert!(![";", " - ", ":"].iter().any(|mark| banner.contains(mark)), "{banner}");
}

#[test]
fn cui_banner_pab_0044_0045_0046_values_are_stronger_than_their_labels() {
    assert!(
        CSS.contains(".label,dt{color:var(--grey);font-weight:400}")
            && CSS.contains("dd{margin:0;font-weight:600}")
    );
}

#[test]
fn cui_banner_pab_0049_0050_0051_0052_0053_the_name_in_one_line_of_three_parts() {
    let html = banner_page(|banner| {
        banner.family = "smith".into();
        banner.given = "john".into();
        banner.title = Some("mr.".into());
    });
    assert_eq!(heading(&html), "SMITH, John (Mr)", "HAZ-052");
}

#[test]
fn cui_banner_pab_0055_0056_the_dead_are_told_by_pattern_as_well_as_by_colour() {
    let pattern =
        ".dead{padding-bottom:.5rem;background:var(--hair);background-image:repeating-linear-gradient(";
    assert!(CSS.contains(pattern), "HAZ-052: a band of it stays free below what is written");
    assert!(CSS.contains("border-bottom:3px double"), "HAZ-052: in contrast themes too");
}

#[test]
fn cui_micro_mpb_0003_0005_0008_no_clinical_information_in_it() {
    let text = words_of(&banner_page(|_| {}));
    let (banner, _) = text.split_once("Not complete").unwrap();
    for word in ["llerg", "enicillin", "odeine", "roblem"] {
        assert!(!banner.contains(word), "PAB-0008: {banner}");
    }
}

#[test]
fn cui_micro_mpb_0017_0031_0033_0034_0035_0039_name_birth_gender_and_number_stay_on_a_narrow_page() {
    let (_, narrow) = CSS.split_once("@media (max-width:700px){").unwrap();
    let (narrow, _) = narrow.split_once("@media (max-width:400px)").unwrap();
    for part in [".identity dl", ".identity h1{display", ".banner{display", ".number"] {
        assert!(!narrow.contains(part), "HAZ-001: `{part}` is changed by width");
    }
}

#[test]
fn cui_micro_mpb_0048_0054_a_long_name_wraps_between_its_parts_and_is_never_cut() {
    assert!(!CSS.contains("text-overflow"), "HAZ-052");
    assert!(CSS.contains("html{scroll-padding-top:9rem;overflow-wrap:break-word}"));
}

#[test]
fn cui_name_nid_0002_0003_0004_0005_0006_0010_order_comma_brackets_and_no_stop() {
    let html = banner_page(|banner| {
        banner.family = "  SAMPLE ".into();
        banner.given = "ARTHUR JAMES".into();
        banner.title = Some("DR.".into());
    });
    assert_eq!(heading(&html), "SAMPLE, Arthur James (Dr)");
}

#[test]
fn cui_number_num_0003_copies_with_single_spaces() {
    let html = banner_page(|_| {});
    let (_, number) = html.split_once("<dd class=\"number\">").unwrap();
    assert_eq!(number.split_once('<').unwrap().0, "999 123 4578");
}

#[test]
fn cui_sex_cgs_0005_0006_0012_0014_a_code_nobody_knows_is_not_specified() {
    for code in ["F", "9", "♀", "FEMALE "] {
        let mut page = fixture::page();
        page.banner.gender = code.into();
        let html = begin(&page);
        assert!(html.contains("<dt>Gender</dt><dd>Not Specified</dd>"), "{code}");
    }
}

#[test]
fn cui_address_adr_0001_0002_0007_0008_commas_between_parts_and_the_postcode_last_without_labels() {
    let html = banner_page(|banner| {
        banner.address = vec!["Flat 2".into(), "9 Nowhere Street".into(), "ZZ99 4WZ".into()]
    });
    assert_eq!(support(&html, "Usual address"), "Flat 2, 9 Nowhere Street, ZZ99 4WZ");
}

#[test]
fn cui_date_d_ta_0002_0003_0004_0007_0008_0009_month_in_letters_and_year_in_four_figures() {
    let shown = |text: &str| FhirDate::parse(text).display_day();
    assert_eq!(shown("2026-03-09"), "09-Mar-2026", "HAZ-016");
    assert_eq!(shown("0962-12-01"), "01-Dec-0962");
    assert_eq!(shown("2026-09"), "Sep-2026");
}

#[test]
fn cui_date_d_ta_0005_dates_stand_in_a_column_of_their_own() {
    assert!(CSS.contains(".dated td:first-child,.dated th:first-child,.points td:first-child{width:9em}"));
    assert!(CSS.contains("time,.d{white-space:nowrap}"), "a date is never broken");
}

#[test]
fn cui_date_d_ta_0010_0015_the_browsers_region_changes_nothing_and_machines_read_it() {
    let html = drawn_section(&fixture::whole(), Section::Documents);
    assert!(html.contains("<time datetime=\"2026-11-19\">19-Nov-2026</time>"), "{html}");
    let script = include_str!("../../../../static/record.js");
    assert!(!script.contains("toLocale") && !script.contains("Intl."), "HAZ-016: dates are the server's");
}

#[test]
fn cui_time_d_tb_0001_0002_0003_0004_0006_0008_twenty_four_hours_two_figures_each() {
    let shown = |text: &str| FhirDate::parse(text).display();
    assert_eq!(shown("2026-11-22T14:05:09Z"), "22-Nov-2026 14:05");
    assert_eq!(shown("2026-11-22T04:05:00Z"), "22-Nov-2026 04:05");
}

#[test]
fn cui_time_d_tb_0009_0010_midnight_begins_the_day_and_the_last_minute_ends_it() {
    let shown = |text: &str| FhirDate::parse(text).display();
    assert_eq!(shown("2026-11-22T00:00:00Z"), "22-Nov-2026 00:00");
    assert_eq!(shown("2026-11-22T23:59:59Z"), "22-Nov-2026 23:59");
}

#[test]
fn cui_time_d_tb_0012_a_section_says_minutes_and_only_the_sources_chapter_seconds() {
    let record = fixture::whole();
    let section = words_of(&drawn_section(&record, Section::Documents));
    assert!(section.contains("GP answered 14:02."), "{section}");
    let sources = words_of(&super::super::section(&fixture::page(), &record, Key::Sources));
    assert!(sources.contains("Answered 14:02:01"), "{sources}");
}
