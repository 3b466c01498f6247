//! Results as tables and courses: labels, units, ranges, how a reading was taken. Source: NHS CUI Displaying Graphs and Tables.

use super::*;
use record::item::{Bounds, Detail, Measurement};

const CSS: &str = include_str!("../../../../static/record.css");

fn measured(on: &str, number: &str) -> Item {
    let one = Measurement {
        name: fhir::coding::Concept { text: Some("Weight".into()), codings: vec![] },
        value: Some(format!("{number} kg")),
        number: Some(number.into()),
        unit: Some("kg".into()),
        range: Some("50 to 70 kg".into()),
        bounds: Bounds { low: Some("50".into()), high: Some("70".into()) },
        status: "final".into(),
        at: Some(FhirDate::parse(on)),
        comments: vec!["In day clothes".into()],
        ..Measurement::default()
    };
    let mut item =
        fixture::item("acute", (Section::Results, Category::Results), "Weight", on, Facts::Result(one));
    item.details = vec![Detail { label: "Method".into(), value: "Chair scale".into() }];
    item
}

/// Five weights, three of them of the last year.
fn weights() -> String {
    let items: Vec<Item> = [
        ("2020-01-10", "71.25"),
        ("2023-01-10", "68"),
        ("2026-02-10", "61.5"),
        ("2026-06-10", "58"),
        ("2026-11-10", "54.0"),
    ]
    .map(|(on, number)| measured(on, number))
    .into();
    let mut record = fixture::waiting();
    record.add(fixture::note("acute", ReplyState::Answered), fixture::released("acute", items));
    drawn_section(&record, Section::Results)
}

/// Each drawing below the row, with its words.
fn figures(html: &str) -> Vec<&str> {
    html.split("<figure>").skip(1).map(|rest| rest.split_once("</figure>").unwrap().0).collect()
}

#[test]
fn cui_graph_gtab_018_019_020_021_022_023_the_name_of_the_series_stands_right_above_its_graph() {
    let html = weights();
    let figures = figures(&html);
    assert_eq!(figures.len(), 2, "{html}");
    for figure in figures {
        let (label, graph) = figure.split_once("</figcaption>").unwrap();
        assert!(label.starts_with("<figcaption><b>Weight</b> "), "GTAB-018: {label}");
        assert!(graph.starts_with("<svg role=\"img\" class=\"graph\""), "GTAB-020, 023: {graph}");
    }
    assert!(
        CSS.contains("figure{margin:0;") && CSS.contains("figcaption{font-size:14px;"),
        "GTAB-022: no more than its lines"
    );
    assert!(!CSS.contains("figcaption{display:none"), "GTAB-019");
    let (_, row) = html.split_once("<th scope=\"row\"><bdi>Weight</bdi>").unwrap();
    assert!(
        row.split_once("<tr").unwrap().0.contains("class=\"spark\""),
        "GTAB-021: left of the course in its row"
    );
}

#[test]
fn cui_graph_gtab_027_036_the_unit_stands_beside_the_name_of_what_is_drawn() {
    let html = weights();
    for figure in figures(&html) {
        let (label, _) = figure.split_once("</figcaption>").unwrap();
        assert!(label.contains(" results, kg."), "HAZ-015: {label}");
    }
    let (_, row) = html.split_once("<th scope=\"row\"><bdi>Weight</bdi>").unwrap();
    assert!(
        row.split_once("class=\"spark\"").unwrap().0.contains("<span class=\"unit\">kg</span>"),
        "HAZ-015"
    );
}

#[test]
fn cui_graph_gtab_098_the_row_draws_the_nearest_range_and_the_whole_is_one_step_away() {
    let html = weights();
    let (_, spark) = html.split_once("class=\"spark\"").unwrap();
    assert!(spark.split_once("</title>").unwrap().0.ends_with("Weight: last 1 year"), "{spark}");
    let titles: Vec<bool> = figures(&html).iter().map(|figure| figure.contains(": all</title>")).collect();
    assert_eq!(titles, [false, true]);
    assert!(CSS.contains(".opened{display:none}"), "what is below a row is closed at first");
}

#[test]
fn cui_graph_gtab_114_a_graph_says_which_time_it_covers() {
    let html = weights();
    let said: Vec<String> = figures(&html).into_iter().map(words_of).collect();
    assert!(
        said[0].contains("Last 1 year: 3 results") && said[0].contains("22-Nov-2025 22-Nov-2026"),
        "{said:?}"
    );
    assert!(said[1].contains("All 5 results") && said[1].contains("10-Jan-2020 10-Nov-2026"), "{said:?}");
}

#[test]
fn cui_graph_gtab_178_a_range_names_whose_it_is() {
    let said: Vec<String> = figures(&weights()).into_iter().map(words_of).collect();
    assert!(
        said.iter().all(|said| said.contains("Pale band: 50 to 70 kg, range of Acute.")),
        "HAZ-015: {said:?}"
    );
}

#[test]
fn cui_graph_gtab_189_the_table_of_all_begins_with_the_newest() {
    let html = weights();
    let (_, table) = html.split_once("<table class=\"points\">").unwrap();
    let places: Vec<usize> = ["10-Nov-2026", "10-Jun-2026", "10-Feb-2026", "10-Jan-2023", "10-Jan-2020"]
        .iter()
        .map(|day| table.find(day).unwrap())
        .collect();
    assert!(places.is_sorted(), "HAZ-016: {table}");
}

#[test]
fn cui_graph_gtab_200_figures_are_of_one_width() {
    assert!(CSS.contains("\ntable{font-variant-numeric:tabular-nums}"));
    assert!(!CSS.contains("proportional-nums"));
}

#[test]
fn cui_graph_gtab_202_no_nought_is_added_and_none_taken() {
    let text = words_of(&weights());
    for digits in ["71.25 kg", "68 kg", "61.5 kg", "58 kg", "54.0 kg"] {
        assert!(text.contains(&format!(" {digits}")), "HAZ-014: {digits}: {text}");
    }
}

#[test]
fn cui_graph_gtab_219_how_a_reading_was_taken_stands_with_it() {
    let html = weights();
    let (_, row) = html.split_once("<th scope=\"row\"><bdi>Weight</bdi>").unwrap();
    let (row, below) = row.split_once("<tr").unwrap();
    assert!(row.contains("<bdi class=\"comment\">In day clothes</bdi>"), "HAZ-018: {row}");
    assert!(below.contains("<dt>Method<dd>Chair scale"), "HAZ-018: {below}");
}
