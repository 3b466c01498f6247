//! The banner on every display that has one, wide and narrow, and the allergy row below it. Source: NHS CUI Patient Banner, Micro
//! Patient Banner, Name, Address.

use super::super::opened::document_page;
use super::*;
use record::item::{Allergy, Reaction};

const CSS: &str = include_str!("../../../../static/record.css");

/// The record and the page of one document.
fn displays(change: fn(&mut Banner)) -> [String; 2] {
    let mut page = document_page();
    change(&mut page.banner);
    [banner_page(change), document(&page)]
}

/// What stands between the header's tags.
fn banner_of(html: &str) -> &str {
    let (_, banner) = html.split_once("<header aria-label=\"Person\"").unwrap();
    banner.split_once("</header>").unwrap().0
}

fn labels(html: &str) -> Vec<&str> {
    html.split("<dt>").skip(1).filter_map(|rest| Some(rest.split_once("</dt>")?.0)).collect()
}

/// Style rules for pages of at most this width.
fn up_to(width: &str) -> &'static str {
    let (_, narrow) = CSS.split_once(&format!("@media (max-width:{width}){{")).unwrap();
    narrow.split_once("\n}\n").unwrap().0
}

#[test]
fn cui_banner_pab_0008_a_role_without_allergies_has_none_above_its_record() {
    let whole = begin(&fixture::page());
    let narrow = begin(&without_categories(&[Category::Allergies]));
    assert!(whole.contains("id=\"row\"") && !narrow.contains("id=\"row\""), "HAZ-011: {narrow}");
    assert_eq!(banner_of(&whole), banner_of(&narrow), "the banner holds nothing clinical to take away");
}

#[test]
fn cui_banner_pab_0021_no_picture_stands_in_it() {
    for html in displays(|_| {}) {
        let banner = banner_of(&html);
        assert!(!["<img", "<picture", "<svg", "<object"].iter().any(|tag| banner.contains(tag)), "{banner}");
    }
    assert!(!CSS.contains("url("), "no picture by the style sheet either");
}

fn row_labelled(label: &str) -> String {
    let mut negative = fixture::waiting();
    for source in ["gp", "acute", "mh"] {
        let none = fixture::released(source, vec![fixture::no_known(source)]);
        negative.add(fixture::note(source, ReplyState::Answered), none);
    }
    let records = [fixture::whole(), negative, fixture::empty(), fixture::waiting()];
    let rows = records.map(|record| section(&fixture::page(), &record, Key::AllergyRow));
    rows.into_iter().find(|row| row.contains(&format!(">{label}</h2>"))).expect(label)
}

const LABELS: [(&str, &str); 4] = [
    ("Known allergies", "known"),
    ("No known allergies", "none"),
    ("Allergies not recorded", "unrecorded"),
    ("Allergies unavailable", "unheard"),
];

#[test]
fn cui_banner_pab_0066_every_label_leads_to_the_allergies() {
    for (label, _) in LABELS {
        let row = row_labelled(label);
        assert!(row.contains("<a href=\"#alg\">All allergies</a>"), "HAZ-012: {label}: {row}");
    }
}

/// What the style sheet says of the label, or of the mark before it, where the row is of that class.
fn style(class: &str, part: &str) -> String {
    let whose = [format!(".allergyrow h2{part}{{"), format!(".allergyrow.{class} h2{part}{{")];
    let rules = CSS.lines().filter(|line| whose.iter().any(|start| line.starts_with(start)));
    rules
        .filter_map(|line| line.split_once('{'))
        .map(|(_, rule)| rule.trim_end_matches('}'))
        .collect::<Vec<_>>()
        .join(";")
}

/// The last word of the style sheet on that property.
fn last(style: &str, property: &str) -> String {
    let mut said =
        style.split(';').filter_map(|one| one.split_once(':')).filter(|(name, _)| *name == property);
    said.next_back().map(|(_, value)| value.to_owned()).unwrap_or_default()
}

#[test]
fn cui_banner_pab_0067_0068_0071_what_a_source_said_is_stronger_than_what_nobody_said() {
    let weight = |class: &str| last(&style(class, ""), "font-weight").parse::<u32>().unwrap();
    let colour = |class: &str| last(&style(class, ""), "color");
    for (label, class) in LABELS {
        assert!(row_labelled(label).contains(&format!(" allergyrow {class}\"")), "{label}");
    }
    assert!(weight("known") > weight("none") && colour("known") == "var(--red)", "PAB-0067");
    assert!(weight("none") == 600 && colour("none") == "var(--ink)", "PAB-0068: as values are");
    for class in ["unrecorded", "unheard"] {
        assert!(weight(class) == 400 && colour(class) == "var(--grey)", "PAB-0071: as labels are");
    }
}

#[test]
fn cui_banner_pab_0069_0070_0072_each_label_has_a_mark_of_its_own_before_it() {
    let mark = |class: &str| {
        let style = style(class, "::before");
        ["content", "border", "border-top", "border-radius"].map(|property| last(&style, property))
    };
    let marks: std::collections::BTreeSet<_> = LABELS.iter().map(|(_, class)| mark(class)).collect();
    assert_eq!(marks.len(), 4, "{marks:?}");
    assert!(mark("known")[0].starts_with("\"!\""), "PAB-0069: the one that stands out");
    assert!(LABELS[1..].iter().all(|(_, class)| mark(class)[0] == "\"\""), "PAB-0070, PAB-0072: hollow");
}

#[test]
fn cui_micro_mpb_0009_0010_0011_0012_0013_0014_a_narrow_page_has_the_same_banner_at_the_same_place() {
    for html in displays(|_| {}) {
        let (before, _) = html.split_once("<main").unwrap();
        assert_eq!(before.matches("<header aria-label=\"Person\" class=\"banner\">").count(), 1, "HAZ-001");
    }
    for width in ["700px", "400px"] {
        assert!(!up_to(width).contains(".banner"), "HAZ-001: {width} changes it");
    }
    assert!(CSS.contains(
        "\n.banner{position:sticky;top:0;z-index:5;background:var(--head);border-bottom:3px solid"
    ));
}

#[test]
fn cui_micro_mpb_0015_0016_it_stands_on_pages_of_one_person_and_on_no_list() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    let mut with: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        if text.contains("class=\"banner") || text.contains("banner.html") {
            with.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    with.sort();
    assert_eq!(with, ["banner.html", "begin.html", "document.html", "objection.html"], "HAZ-002");
    for html in displays(|_| {}) {
        assert_eq!(html.matches("aria-label=\"Person\"").count(), 1, "HAZ-002");
    }
}

#[test]
fn cui_micro_mpb_0018_0019_title_and_age_may_be_missing_and_leave_nothing_behind() {
    for html in displays(|banner| (banner.title, banner.born) = (None, Some(FhirDate::parse("1935-08")))) {
        let text = words_of(banner_of(&html));
        assert!(text.contains("TESTPATIENT, Doreen ") && text.contains("Born Aug-1935 Gender"), "{text}");
        assert!(!text.contains(['(', ')']), "{text}");
    }
}

#[test]
fn cui_micro_mpb_0020_no_ward_and_no_bed() {
    let [record, document] = displays(|_| {});
    let identity = ["Born", "Gender", "NHS No."];
    assert_eq!(labels(banner_of(&document)), identity);
    let support = ["Usual address", "Phone", "GP practice"];
    assert_eq!(labels(banner_of(&record)), [identity, support].concat());
}

#[test]
fn cui_micro_mpb_0021_0055_0056_the_dead_are_told_on_every_display_of_every_width() {
    for html in displays(|banner| banner.died = Some(FhirDate::parse("2026-11-20"))) {
        assert!(html.contains("class=\"banner dead\""), "HAZ-052: {html}");
        let text = words_of(banner_of(&html));
        assert!(text.contains("Born 14-Aug-1935 Died 20-Nov-2026 Age at Death 91y"), "MPB-0021: {text}");
    }
    for width in ["700px", "400px"] {
        assert!(!up_to(width).contains(".dead") && !up_to(width).contains(".died"), "MPB-0056: {width}");
    }
    let mut page = fixture::page();
    page.banner.died = Some(FhirDate::parse("2026-11-20"));
    assert!(objection(&page, crate::words::OBJECTION).contains("class=\"banner dead\""), "MPB-0055");
}

#[test]
fn cui_micro_mpb_0022_what_is_unknown_is_words_on_every_display() {
    for html in displays(|banner| *banner = Banner::default()) {
        let text = words_of(banner_of(&html));
        let order = [
            "NOT KNOWN, given name not known",
            "Born Not recorded",
            "Gender Not Specified",
            "NHS No. Not recorded",
        ];
        assert!(in_order(&text, &order) && !text.contains('?'), "{text}");
    }
}

#[test]
fn cui_micro_mpb_0036_0049_0050_0051_0052_0053_the_name_is_written_alike_on_every_display() {
    for html in displays(|banner| (banner.family, banner.given) = ("o'brien".into(), "MARY ANN".into())) {
        let banner = banner_of(&html);
        let text = words_of(banner);
        assert!(text.contains("O&#39;BRIEN, Mary Ann (Mrs)"), "HAZ-052: {text}");
        assert!(!["Name", "Surname", "Title"].iter().any(|label| banner.contains(&format!("<dt>{label}"))));
        if banner.contains("preferred") {
            let below =
                "</h1><p class=\"preferred\"><span class=\"label\">Preferred name</span> <b>Dolly</b>";
            assert!(banner.contains(below), "MPB-0036, MPB-0053: {banner}");
        }
    }
}

#[test]
fn cui_name_nid_0008_one_pair_of_brackets_however_the_title_comes() {
    for title in ["Mrs", "MRS.", "(Mrs)", " mrs "] {
        let mut page = fixture::page();
        page.banner.title = Some(title.into());
        assert_eq!(heading(&begin(&page)), "TESTPATIENT, Doreen (Mrs)", "{title}");
    }
}

#[test]
fn cui_name_nid_0011_0013_thirty_five_letters_of_each_are_whole_and_break_between_parts() {
    let mut page = fixture::page();
    let [family, given, title] =
        ["wolfe-", "anne ", "sir "].map(|part| part.repeat(35).chars().take(35).collect::<String>());
    (page.banner.family, page.banner.given) = (family.clone(), given.clone());
    page.banner.title = Some(title.clone());
    let html = begin(&page);
    let read = heading(&html).to_lowercase();
    let whole = format!("{}, {} ({})", family, given.trim(), title.trim());
    assert_eq!(read, whole, "HAZ-052");
    let (_, name) = html.split_once("<h1>").unwrap();
    let (name, _) = name.split_once("</h1>").unwrap();
    for part in heading(&html).split(' ') {
        assert!(name.contains(&format!("<span class=\"part\">{part}</span>")), "NID-0013: {part}: {name}");
    }
    assert!(
        CSS.contains(".part{display:inline-block;max-width:100%}"),
        "NID-0013: within a part only where it fills the line"
    );
}

#[test]
fn cui_address_adr_0005_a_line_breaks_between_the_parts_of_an_address() {
    let html = banner_page(|_| {});
    for part in ["1 Invented Road,", "Nowhere,", "ZZ99 3WZ"] {
        assert!(html.contains(&format!("<span class=\"part\">{part}</span>")), "{part}: {html}");
    }
}

#[test]
fn cui_time_d_tb_0011_a_time_nobody_gave_is_words() {
    let mut record = fixture::waiting();
    let mut note = fixture::note("community", ReplyState::Answered);
    note.as_at = None;
    record.add(note, fixture::released("community", fixture::community()));
    let text = words_of(&drawn_section(&record, Section::Care));
    assert!(text.contains("Community: nightly, time received not recorded."), "HAZ-008: {text}");
    let news = words_of(&section(&fixture::page(), &fixture::whole(), Key::New));
    assert!(news.contains("time received not given"), "HAZ-008: {news}");
}

#[test]
fn cui_time_d_tb_0013_the_two_ends_of_a_stay_are_labelled() {
    let mut stay = fixture::acute().into_iter().find(|item| item.words() == "Fall at home").unwrap();
    stay.when.from = Some(FhirDate::parse("2026-11-14T04:05:00Z"));
    stay.when.to = Some(FhirDate::parse("2026-11-19T16:30:00Z"));
    let mut record = fixture::waiting();
    record.add(fixture::note("acute", ReplyState::Answered), fixture::released("acute", vec![stay]));
    let html = drawn_section(&record, Section::Contacts);
    assert!(html.contains("<dt>From<dd>14-Nov-2026 04:05<dt>To<dd>19-Nov-2026 16:30"), "HAZ-016: {html}");
}

#[test]
fn cui_banner_pab_0065_the_chapter_has_each_allergy_with_the_day_it_was_recorded() {
    let mut item = fixture::acute_allergy();
    item.when.recorded = Some(FhirDate::parse("2021-05-06"));
    item.facts = Facts::Allergy(Allergy { reactions: vec![Reaction::default()], ..Allergy::default() });
    let mut record = fixture::waiting();
    record.add(fixture::note("acute", ReplyState::Answered), fixture::released("acute", vec![item]));
    let text = words_of(&drawn_section(&record, Section::Allergies));
    assert!(in_order(&text, &["Recorded by", "Codeine", "Acute 06-May-2021"]), "HAZ-012: {text}");
}
