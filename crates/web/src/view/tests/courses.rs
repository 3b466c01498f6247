//! Results as a chapter: panels, changes, courses drawn and told, reports in words.

use super::*;
use record::item::{Bounds, Measurement};

fn of(source: &str, items: Vec<Item>) -> Record {
    let mut record = fixture::waiting();
    record.add(fixture::note(source, ReplyState::Answered), fixture::released(source, items));
    record
}

/// One test of one report, with its own range.
fn report(id: &str, on: &str, values: &[(&str, &str)]) -> Item {
    let one = |(name, number): &(&str, &str)| Measurement {
        name: fhir::coding::Concept { text: Some((*name).into()), codings: vec![] },
        value: Some(format!("{number} mL/min")),
        number: Some((*number).into()),
        unit: Some("mL/min".into()),
        range: Some("from 60 mL/min".into()),
        bounds: Bounds { low: Some("60".into()), high: None },
        status: "final".into(),
        at: Some(FhirDate::parse(on)),
        ..Measurement::default()
    };
    let facts = Facts::Report { results: values.iter().map(one).collect(), conclusion: None };
    let key = (Section::Results, Category::Results);
    let mut item = fixture::item("acute", key, "Kidney panel", on, facts);
    item.status.code = "final".into();
    item.provenance.business = Some(("urn:example:laboratory".into(), id.into()));
    item
}

fn falling() -> Vec<Item> {
    [
        ("1", "2024-11-04", "58"),
        ("2", "2025-11-04", "49"),
        ("3", "2026-05-12", "36"),
        ("4", "2026-11-12", "31"),
    ]
    .map(|(id, on, value)| report(id, on, &[("eGFR", value)]))
    .into()
}

fn results(record: &Record) -> String {
    section(&fixture::page(), record, Key::Section(Section::Results))
}

#[test]
fn cui_graph_gtab_045_046_047_latest_is_heavier_and_stands_before_previous_and_change() {
    let html = results(&of("acute", falling()));
    assert!(html.contains("<b>31</b> <span class=\"unit\">mL/min</span>"), "{html}");
    assert!(html.contains("<bdi>36</bdi> <span class=\"unit\">mL/min</span>"), "{html}");
    let text = words_of(&html);
    assert!(text.contains("31 mL/min 12-Nov-2026 Previous 36 mL/min 12-May-2026 Change \u{2212}5"), "{text}");
}

#[test]
fn cui_graph_gtab_048_049_the_table_has_every_value_newest_first() {
    let html = results(&of("acute", falling()));
    let (_, table) = html.split_once("<table class=\"points\">").unwrap();
    let places: Vec<usize> = ["31", "36", "49", "58"]
        .iter()
        .map(|value| table.find(&format!("<bdi>{value}</bdi>")).unwrap())
        .collect();
    assert!(places.is_sorted(), "HAZ-016: {table}");
}

#[test]
fn cui_graph_gtab_067_096_the_nearest_preset_range_and_all_are_drawn_and_told_in_words() {
    let text = words_of(&results(&of("acute", falling())));
    for said in [
        "Falling from 58 on 04-Nov-2024 to 31 on 12-Nov-2026, mL/min; 4 results",
        "Falling from 49 on 04-Nov-2025 to 31 on 12-Nov-2026, mL/min; 3 results",
        "Last 2 years: 3 results, mL/min. Pale band: from 60 mL/min, range of Acute.",
        "All 4 results, mL/min.",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn cui_graph_gtab_181_182_183_a_band_names_whose_range_it_is_and_two_ranges_are_never_stacked() {
    let mut items = falling();
    assert!(results(&of("acute", items.clone())).contains("<rect"));
    if let Facts::Report { results, .. } = &mut items[0].facts {
        results[0].bounds.low = Some("90".into());
    }
    let html = results(&of("acute", items));
    let (_, whole) = html.split_once(": all</title>").unwrap();
    let (whole, _) = whole.split_once("</svg>").unwrap();
    assert!(!whole.contains("<rect"), "HAZ-015: {whole}");
}

#[test]
fn results_stand_in_the_order_of_their_report_and_the_newest_panel_first() {
    let mut older = report("9", "2023-01-01", &[("Old test", "1")]);
    older.what.text = Some("Old panel".into());
    let newer = report("8", "2026-11-12", &[("Zinc", "2"), ("Albumin", "3")]);
    let text = words_of(&results(&of("acute", vec![older, newer])));
    let places: Vec<usize> = ["Kidney panel (2)", "Zinc", "Albumin", "Old panel (1)"]
        .iter()
        .map(|w| text.find(w).unwrap())
        .collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn a_page_has_no_more_drawings_than_it_may_and_says_which_are_missing() {
    let names: Vec<String> = (0..30).map(|n| format!("Test {n}")).collect();
    let values = |value: &'static str| names.iter().map(|name| (name.as_str(), value)).collect::<Vec<_>>();
    let items: Vec<Item> = [("1", "2024-11-04"), ("2", "2025-11-04"), ("3", "2026-11-04")]
        .iter()
        .map(|(id, on)| report(id, on, &values("50")))
        .collect();
    let html = results(&of("acute", items));
    assert_eq!(html.matches("<svg").count(), 23, "HAZ-024: with the strip of contacts 24");
    assert!(html.contains(crate::words::NOT_DRAWN), "HAZ-017");
    assert_eq!(html.matches("<table class=\"points\">").count(), 30, "HAZ-017: the table is always there");
}

#[test]
fn a_practices_copy_of_a_laboratorys_results_is_one_row_that_says_who_else_holds_it() {
    let mut record = of("acute", falling());
    let mut copies = falling();
    for copy in &mut copies[1..] {
        copy.source = fixture::id("gp");
        copy.status = Status { code: String::new(), standing: Standing::Unknown };
    }
    record.add(fixture::note("gp", ReplyState::Answered), fixture::released("gp", copies[1..].to_vec()));
    let text = words_of(&results(&record));
    assert_eq!(text.matches("31 mL/min 12-Nov-2026 Previous").count(), 1, "HAZ-005: {text}");
    assert!(text.contains("Acute also held by GP (3)"), "HAZ-005: {text}");
}

#[test]
fn a_copy_that_says_something_else_is_a_row_of_its_own() {
    let mut record = of("acute", falling());
    let mut copy = falling().remove(3);
    copy.source = fixture::id("gp");
    if let Facts::Report { results, .. } = &mut copy.facts {
        results[0].status = "corrected".into();
    }
    record.add(fixture::note("gp", ReplyState::Answered), fixture::released("gp", vec![copy]));
    let text = words_of(&results(&record));
    assert!(text.contains("corrected 12-Nov-2026"), "HAZ-019: {text}");
    assert!(!text.contains("also held by GP (1) Hide"), "HAZ-005: {text}");
    assert!(text.contains("Kidney panel (2)"), "HAZ-005: {text}");
}

#[test]
fn a_report_in_words_keeps_its_layout_and_says_its_status() {
    let html = results(&fixture::whole());
    assert!(
        html.contains("<pre class=\"t mono\">\n  ORGANISM      none\n  COMMENT   &lt;b&gt;sterile"),
        "HAZ-014: {html}"
    );
    assert!(words_of(&html).contains("Urine culture preliminary Conclusion No growth"), "HAZ-019");
    let mut long = fixture::acute().into_iter().find(|item| item.words() == "Urine culture").unwrap();
    long.notes[0].text = "line\n".repeat(40);
    assert!(results(&of("acute", vec![long])).contains("<summary>Text of 40 lines</summary>"), "HAZ-017");
}

#[test]
fn a_test_told_over_several_lines_keeps_them_and_its_name() {
    let mut told = report("1", "2026-11-12", &[("Culture", "1")]);
    if let Facts::Report { results, .. } = &mut told.facts {
        (results[0].value, results[0].number) = (None, None);
        results[0].comments = vec!["Growth   none\n  Trimethoprim R".into()];
    }
    let html = results(&of("acute", vec![told]));
    assert!(
        html.contains(
            "<p class=\"label\">Culture</p><pre class=\"t mono\">\nGrowth   none\n  Trimethoprim R</pre>"
        ),
        "HAZ-014: {html}"
    );
}

#[test]
fn cui_graph_gtab_217_218_every_table_of_results_has_its_headings() {
    let html = results(&of("acute", falling()));
    let tables = html.matches("<table").count();
    assert!(tables == 3 && html.matches("<thead>").count() == tables, "{html}");
    assert!(!html.contains("<th>"), "HAZ-052: every heading has its scope");
}
