//! Budgets, and the rules that keep a cut page from reading as a whole one.

use super::*;

#[test]
fn every_part_has_its_rule_and_only_children_of_main_are_matched() {
    let css = &STYLE.text;
    for key in Key::all() {
        assert!(css.contains(&format!("main:has(>#s-{0})>#{0}{{", key.area())), "HAZ-033: {key:?}");
    }
    assert!(css.contains("main:has(>#complete)>#incomplete"), "HAZ-033");
    assert!(css.contains("section:has(>.end)>.cut{display:none}"), "HAZ-033");
    assert!(css.contains("main:has(>#late-64) .l-64{display:inline}"), "HAZ-032");
}

/// The engines that know `:has` look below its subject again whenever something below it comes or changes: below a section, or the
/// whole page, that is every entry of the record. So what is looked for there stands step by step, and the rest below a filter or the banner.
#[test]
fn no_rule_looks_for_something_among_all_the_entries_of_a_record() {
    let css = [include_str!("../../static/record.css"), &placement()].concat();
    let rules = css.split('}').filter_map(|rule| rule.rsplit_once('{'));
    let mut looked = 0;
    for selector in rules.flat_map(|(selectors, _)| selectors.split(',')) {
        let Some((subject, sought)) = selector.split_once(":has(") else { continue };
        let subject =
            subject.trim().rsplit(['~', '>', '+', ' ', '\n', '{']).next().unwrap().trim_end_matches(":not(");
        if matches!(subject, "@supports not selector(" | "selector(" | ".filter" | ".banner") {
            continue;
        }
        looked += 1;
        let sought = sought.split(')').next().unwrap();
        assert!(sought.starts_with('>') && !sought.contains(' '), "HAZ-024: `{selector}`");
    }
    assert!(looked > 100, "{looked} rules were looked at");
}

#[test]
fn nothing_is_fetched_from_elsewhere_and_there_is_no_font_or_mark() {
    for asset in [&*STYLE, &*COMPLETE, &*SCRIPT, &*ICON] {
        let text = asset.text.replace("http://www.w3.org/2000/svg", "");
        for word in
            ["http", "@font-face", "url(", "@import", "localStorage", "sessionStorage", "innerHTML", "eval("]
        {
            assert!(!text.contains(word), "HAZ-049: {} has `{word}`", asset.path);
        }
    }
    assert!(!STYLE.text.starts_with('\u{FEFF}'), "a byte order mark breaks the first rule");
}

#[test]
fn reduced_motion_does_not_take_the_stop_text_away() {
    let css = &STYLE.text;
    assert!(!css.contains("prefers-reduced-motion"), "HAZ-033: the stop text is an animation");
    assert!(include_str!("../../static/record.css").matches("animation:none").count() == 1, "HAZ-033");
}

#[test]
fn the_files_are_within_their_budgets() {
    // Raw sizes that keep the compressed ones inside 32 kB and 5 kB.
    assert!(STYLE.text.len() < 132_000, "HAZ-024: {}", STYLE.text.len());
    assert!(SCRIPT.text.len() < 13_000, "HAZ-024: {}", SCRIPT.text.len());
}

#[test]
fn a_file_is_found_by_its_own_name_only() {
    assert_eq!(find(&STYLE.path).map(|asset| asset.content_type), Some("text/css; charset=utf-8"));
    assert!(find("/assets/../static/record.css").is_none());
    assert!(find("").is_none());
}

#[test]
fn the_script_never_moves_a_section_while_the_parser_runs_by_the_call_that_crashes() {
    assert!(!SCRIPT.text.replace("not moveBefore", "").contains("moveBefore("), "HAZ-024");
}

#[test]
fn no_rule_takes_a_status_word_or_a_warning_out_of_sight() {
    let css = include_str!("../../static/record.css");
    for rule in css.split('}').filter(|rule| rule.contains("-999em") || rule.contains("display:none")) {
        let (selectors, _) = rule.rsplit_once('{').unwrap();
        for word in [
            ".status",
            ".flag",
            ".ribbon",
            ".caveat",
            ".conflict",
            ".differs",
            ".unavailable",
            ".stale",
            ".missing",
            ".empty",
            ".dose",
            ".t",
        ] {
            let hidden = selectors.split(',').any(|selector| selector.trim().ends_with(word));
            assert!(!hidden, "HAZ-019, HAZ-052: `{word}` is hidden by {selectors}");
        }
    }
}

#[test]
fn dark_is_for_the_screen_of_those_who_see_it_and_every_colour_has_both_shades() {
    let css = include_str!("../../static/record.css");
    let (light, rest) = css
        .split_once("@supports (color:light-dark(#000,#fff)){\n@media screen and (forced-colors:none){")
        .unwrap();
    let (dark, rest) = rest.split_once("\n}\n}").unwrap();
    assert!(!rest.contains("light-dark(#000,#fff)){\n"), "one place");
    let (_, root) = light.split_once(":root{").unwrap();
    for colour in root.split_once('}').unwrap().0.split(';') {
        let (name, shade) = colour.split_once(':').unwrap();
        assert!(dark.contains(&format!("{name}:light-dark({shade},#")), "HAZ-052: {name}");
        assert!(rest.contains(&format!("var({name})")), "{name} is not used");
    }
    for choice in
        [">label>#c-light:checked){color-scheme:light}", ">label>#c-dark:checked){color-scheme:dark}"]
    {
        assert!(dark.contains(choice), "{choice}");
    }
}

#[test]
fn the_line_of_every_printed_sheet_takes_room_and_never_lies_on_text() {
    let css = include_str!("../../static/record.css");
    let (_, print) = css.split_once("@media print{").unwrap();
    assert!(print.contains("body.record>.sheet{display:table-footer-group;break-inside:avoid;"), "HAZ-053");
    assert!(!print.contains("position:fixed"), "HAZ-053: a fixed line covers entries");
}
