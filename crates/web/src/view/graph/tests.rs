//! What a drawing is: small, in the colour of the text, in words too, to scale in both directions.

use super::*;

fn plot(values: &[(f64, f64)]) -> Plot {
    Plot {
        title: "eGFR: all".into(),
        desc: "Falling from 58 on 04-Nov-2024 to 31 on 12-Nov-2026, mL/min/1.73m2; 5 results".into(),
        marks: values
            .iter()
            .map(|(moment, value)| Mark { moment: *moment, low: *value, high: *value, exact: true })
            .collect(),
        from: (0.0, "04-Nov-2024".into()),
        to: (100.0, "12-Nov-2026".into()),
        band: None,
        lowest: "31".into(),
        highest: "58".into(),
        is_pressure: false,
    }
}

/// What every path of it goes through.
fn drawn(svg: &str) -> String {
    svg.split(" d=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn both(plot: &Plot) -> [String; 2] {
    [small(plot).to_string(), large(plot).to_string()]
}

#[test]
fn cui_graph_gtab_001_164_166_167_points_are_joined_by_straight_solid_lines() {
    let svg = large(&plot(&[(0.0, 58.0), (50.0, 40.0), (100.0, 31.0)])).to_string();
    assert!(svg.contains("d=\"M52 16L170 68L288 94\" fill=\"none\""), "{svg}");
    assert!(svg.contains("d=\"M52 16h0M170 68h0M288 94h0\""), "{svg}");
    assert!(!svg.contains("dasharray") && !drawn(&svg).contains('C'), "{svg}");
}

#[test]
fn cui_graph_gtab_084_085_time_is_to_scale() {
    let svg = large(&plot(&[(0.0, 1.0), (10.0, 2.0), (100.0, 3.0)])).to_string();
    assert!(svg.contains("L76 "), "a tenth of the time is a tenth of the way: {svg}");
}

#[test]
fn cui_graph_gtab_161_colour_carries_nothing() {
    for svg in both(&Plot { band: Some((Some(60.0), None)), ..plot(&[(0.0, 58.0), (100.0, 31.0)]) }) {
        let colours = ["stroke=\"", "fill=\""].iter().flat_map(|name| svg.split(*name).skip(1));
        for colour in colours.filter_map(|rest| rest.split('"').next()) {
            assert!(["currentColor", "none"].contains(&colour), "HAZ-052: `{colour}`: {svg}");
        }
        for forbidden in ["style", "<script", "href", "on"] {
            assert!(!svg.contains(&format!(" {forbidden}=")), "{svg}");
        }
    }
}

#[test]
fn cui_graph_gtab_174_an_open_range_reaches_the_edge_of_the_drawing() {
    let above = Plot { band: Some((Some(40.0), None)), ..plot(&[(0.0, 58.0), (100.0, 31.0)]) };
    let svg = large(&above).to_string();
    assert!(svg.contains("<rect x=\"52\" y=\"10\" width=\"236\" height=\"58\""), "{svg}");
}

#[test]
fn cui_graph_gtab_070_the_range_and_every_value_are_within_the_drawing() {
    let svg =
        large(&Plot { band: Some((None, Some(500.0))), ..plot(&[(0.0, 58.0), (100.0, 31.0)]) }).to_string();
    for point in drawn(&svg).split(['M', 'L']).skip(1) {
        let y = point.split([' ', 'h', 'H', '"', 'V']).nth(1).and_then(|y| y.parse::<i64>().ok());
        assert!(y.is_none_or(|y| (10..=104).contains(&y)), "{point}: {svg}");
    }
}

#[test]
fn cui_graph_gtab_017_what_is_not_exact_is_hollow() {
    let mut vague = plot(&[(0.0, 58.0), (100.0, 31.0)]);
    assert!(!large(&vague).to_string().contains("Canvas"));
    vague.marks[1].exact = false;
    assert!(large(&vague).to_string().contains("d=\"M288 94h0\" stroke=\"Canvas\""), "{}", large(&vague));
}

#[test]
fn cui_graph_gtab_039_a_pressure_is_a_t_with_two_ends_and_no_line_joins_it_to_the_next() {
    let mut pressure = plot(&[(0.0, 70.0), (100.0, 58.0)]);
    pressure.marks[0].high = 128.0;
    pressure.marks[1].high = 104.0;
    pressure.is_pressure = true;
    let svg = large(&pressure).to_string();
    assert!(svg.contains("M49 16h6m-3 0V80m-3 0h6"), "HAZ-015: {svg}");
    assert!(!drawn(&svg).contains('L'), "{svg}");
}

/// The widths of the lines of a drawing, in the order they are drawn.
fn widths(svg: &str) -> Vec<u8> {
    svg.split("stroke-width=\"").skip(1).filter_map(|rest| rest.split('"').next()?.parse().ok()).collect()
}

#[test]
fn cui_graph_gtab_010_011_012_a_point_is_a_little_wider_than_its_line_and_centred_on_its_value() {
    for svg in both(&plot(&[(0.0, 58.0), (50.0, 40.0), (100.0, 31.0)])) {
        let [line, point] = widths(&svg)[..] else { panic!("{svg}") };
        assert!(point > line, "GTAB-010: {svg}");
        assert!(point <= line * 4, "GTAB-011: {svg}");
        let (_, course) =
            svg.split_once(if svg.contains("spark") { "<path d=\"M" } else { "/><path d=\"M" }).unwrap();
        let course = course.split('"').next().unwrap().replace('L', " ");
        let (_, points) = svg.split_once("<g stroke-linecap=\"round\"><path d=\"M").unwrap();
        let points = points.split('"').next().unwrap().replace("h0M", " ").replace("h0", "");
        assert_eq!(points, course, "GTAB-012: {svg}");
    }
}

#[test]
fn cui_graph_gtab_025_no_label_stands_on_end() {
    for svg in both(&plot(&[(0.0, 58.0), (100.0, 31.0)])) {
        assert!(
            !svg.contains("rotate") && !svg.contains("writing-mode") && !svg.contains("transform"),
            "{svg}"
        );
    }
    let css = include_str!("../../../static/record.css");
    assert!(!css.contains("writing-mode") && !css.contains("rotate"));
}

#[test]
fn cui_graph_gtab_040_041_042_043_both_pressures_end_one_upright_line_in_bars_wider_than_the_grid() {
    let mut pressure = plot(&[(0.0, 70.0), (50.0, 80.0), (100.0, 58.0)]);
    for (mark, high) in pressure.marks.iter_mut().zip([128.0, 150.0, 104.0]) {
        mark.high = high;
    }
    pressure.is_pressure = true;
    let svg = large(&pressure).to_string();
    let (_, path) = svg.split_once("/><path d=\"").unwrap();
    let path = path.split('"').next().unwrap();
    let marks: Vec<&str> = path.split('M').skip(1).collect();
    assert_eq!(marks.len(), 3, "HAZ-015: {path}");
    for mark in &marks {
        assert!(mark.contains("h6m-3 0V") && mark.ends_with("m-3 0h6"), "GTAB-040, 041: {mark}");
    }
    assert!(!path.contains('L'), "GTAB-043: nothing joins one to the next: {path}");
    let (grid, _) = svg.split_once("stroke-opacity=\".3\"/>").unwrap();
    assert!(
        widths(grid).is_empty() && widths(&svg) == [2],
        "GTAB-042: a grid line has the width of 1: {svg}"
    );
}

#[test]
fn cui_graph_gtab_066_twice_the_value_is_twice_the_height() {
    let svg = large(&plot(&[(0.0, 10.0), (50.0, 20.0), (100.0, 40.0)])).to_string();
    let (_, points) = svg.split_once("<g stroke-linecap=\"round\"><path d=\"").unwrap();
    let heights: Vec<i64> =
        points.split("h0").filter_map(|one| one.split(' ').nth(1)?.parse().ok()).collect();
    let [ten, twenty, forty] = heights[..3] else { panic!("{svg}") };
    assert!(((ten - twenty) * 2 - (twenty - forty)).abs() <= 1, "HAZ-015: {heights:?}");
}

#[test]
fn cui_graph_gtab_087_090_months_or_years_are_marked_along_the_foot() {
    let day = |text: &str| moment(&FhirDate::parse(text)).unwrap().0;
    for (from, to, interval, marks) in [
        ("2026-08-22", "2026-11-22", "month", 3),
        ("2025-11-22", "2026-11-22", "month", 12),
        ("2024-11-22", "2026-11-22", "3 months", 8),
        ("2021-11-22", "2026-11-22", "year", 5),
        ("1986-11-22", "2026-11-22", "5 years", 8),
        ("1935-08-14", "2026-11-22", "20 years", 5),
    ] {
        let (name, moments) = intervals(day(from), day(to)).unwrap();
        assert_eq!((name, moments.len()), (interval, marks), "{from} to {to}: {moments:?}");
        assert!(
            moments.is_sorted() && moments.iter().all(|at| *at > day(from) && *at < day(to)),
            "{moments:?}"
        );
    }
    assert_eq!(intervals(day("2026-11-02"), day("2026-11-22")), None);
    assert_eq!(intervals(0.0, f64::NAN), None);
    let year = Plot {
        from: (day("2026-01-01"), "01-Jan-2026".into()),
        to: (day("2027-01-01"), "01-Jan-2027".into()),
        ..plot(&[(day("2026-02-01"), 58.0), (day("2026-12-01"), 31.0)])
    };
    let svg = large(&year).to_string();
    assert_eq!(svg.matches(" 100v4").count(), 11, "{svg}");
    assert!(svg.contains("M72 100v4M90 100v4"), "where the first of February and of March are: {svg}");
    assert!(!svg.contains("display"), "GTAB-090: {svg}");
}

#[test]
fn cui_graph_gtab_101_103_135_two_pale_lines_lie_at_the_highest_and_the_lowest_value() {
    let svg = large(&plot(&[(0.0, 58.0), (50.0, 40.0), (100.0, 31.0)])).to_string();
    let (grid, rest) = svg.split_once(" stroke=\"currentColor\" stroke-opacity=\".3\"/>").unwrap();
    let (_, lines) = grid.split_once("<path d=\"").unwrap();
    assert_eq!(lines.matches("H288").count(), 2, "GTAB-101, 103: {lines}");
    assert!(lines.starts_with("M52 16H288M52 94H288"), "where the values are: {lines}");
    assert!(!rest.contains("H288"), "GTAB-103: {rest}");
    for label in [">58</text>", ">31</text>"] {
        assert!(rest.contains(label), "GTAB-101: {label}: {rest}");
    }
}

#[test]
fn cui_graph_gtab_175_what_is_shaded_is_always_the_range_itself() {
    let values = [(0.0, 58.0), (100.0, 31.0)];
    for (band, within) in
        [((Some(40.0), None), 58.0), ((None, Some(45.0)), 31.0), ((Some(40.0), Some(60.0)), 58.0)]
    {
        let one = Plot { band: Some(band), ..plot(&values) };
        let svg = large(&one).to_string();
        let number = |name: &str| -> i64 {
            let (_, rest) = svg.split_once(&format!("<rect x=\"52\" y=\"{}", "")).unwrap();
            let rest = if name == "y" { rest } else { rest.split_once("height=\"").unwrap().1 };
            rest.split('"').next().unwrap().parse().unwrap()
        };
        let (top, height) = (number("y"), number("height"));
        let drawing = Drawing { plot: &one, field: &LARGE, width: 2, dot: 7 };
        let at = |value: f64| (top..=top + height).contains(&drawing.y(value));
        assert!(at(within), "HAZ-015: {within} is in range: {svg}");
        let outside = if within == 58.0 { 31.0 } else { 58.0 };
        assert!(!at(outside), "HAZ-015: {outside} is not: {svg}");
        assert_eq!(svg.matches("<rect").count(), 1, "GTAB-181: {svg}");
    }
}

#[test]
fn a_drawing_stays_within_two_kilobytes() {
    let many: Vec<(f64, f64)> = (0..MOST_POINTS).map(|n| (n as f64 * 2.0, 100.0 + (n % 7) as f64)).collect();
    let mut full = Plot { band: Some((Some(60.0), Some(90.0))), ..plot(&many) };
    for svg in both(&full) {
        assert!(svg.len() <= 2_000, "HAZ-024: {}", svg.len());
    }
    full.is_pressure = true;
    assert!(small(&full).to_string().len() <= 2_048, "HAZ-024: {}", small(&full).to_string().len());
}

#[test]
fn cui_graph_gtab_112_a_drawing_says_in_words_what_it_shows_and_what_a_source_wrote_is_text() {
    let hostile = Plot { title: "</title><script>x".into(), ..plot(&[(0.0, 1.0), (1.0, 2.0)]) };
    for svg in both(&hostile) {
        assert!(svg.starts_with("<svg role=\"img\""), "HAZ-052: {svg}");
        assert!(svg.contains("<desc>Falling from 58 on 04-Nov-2024"), "HAZ-052: {svg}");
        assert!(!svg.contains("<script"), "HAZ-021: {svg}");
    }
}

#[test]
fn values_that_are_all_one_and_dates_that_are_all_one_are_drawn() {
    let mut level = plot(&[(5.0, 138.0), (5.0, 138.0)]);
    (level.from.0, level.to.0) = (5.0, 5.0);
    for svg in both(&level) {
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}

#[test]
fn a_date_without_a_day_stands_in_the_middle_of_what_it_may_mean() {
    let of = |text: &str| moment(&FhirDate::parse(text));
    assert_eq!(of("1970-01-02"), Some((1.0, true)));
    assert_eq!(of("1970-01-01T12:00:00Z"), Some((0.5, true)));
    assert_eq!(of("1970-01"), Some((15.0, false)), "HAZ-016");
    assert_eq!(of("1970"), Some((182.0, false)), "HAZ-016");
    assert_eq!(of("last spring"), None);
}
