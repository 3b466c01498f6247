//! Medicines, adverse reactions and tables as the guides want them. Source: NHS CUI medication line, medication list, adverse drug
//! reactions, graphs and tables.

use super::*;

const CSS: &str = include_str!("../../../../static/record.css");

fn medicines() -> String {
    drawn_section(&fixture::whole(), Section::Medicines)
}

fn allergies() -> String {
    drawn_section(&fixture::whole(), Section::Allergies)
}

#[test]
fn cui_medline_medi_010_012_021_022_025_names_and_doses_wrap_and_are_never_cut() {
    assert!(!CSS.contains("text-overflow") && !CSS.contains("line-clamp"), "HAZ-014, HAZ-052");
    assert!(CSS.contains(".rows b,.rows dd,.panel b,.agents b{unicode-bidi:isolate;white-space:pre-wrap"));
}

#[test]
fn cui_medline_medi_009_038_039_the_label_is_unlike_the_value_and_the_dose_bold() {
    assert!(medicines().contains("<span class=\"dose\"><i>DOSE</i> <b>"), "HAZ-014");
    assert!(CSS.contains("i{font-style:normal;color:var(--grey)}"));
}

#[test]
fn cui_medline_medi_031_032_033_the_label_in_capitals_without_a_colon() {
    let html = medicines();
    assert!(html.contains("<i>DOSE</i>") && !html.contains("DOSE:"), "{html}");
}

#[test]
fn cui_medline_medi_036_lines_are_a_third_higher_than_their_letters() {
    assert!(CSS.contains("table.rows{width:100%;border-collapse:collapse;font-size:15px;line-height:1.35"));
}

#[test]
fn cui_medlist_medv_020_021_022_a_row_for_each_with_a_light_line() {
    assert!(CSS.contains(".rows th,.rows td{text-align:left;vertical-align:top;padding:.35rem .5rem;border-bottom:1px solid var(--hair)}"));
}

#[test]
fn cui_medlist_medv_062_063_064_065_174_current_first_and_never_both() {
    let html = medicines();
    let radios = [
        "<input type=\"radio\" name=\"medicines\" id=\"med-current\" checked>",
        "<input type=\"radio\" name=\"medicines\" id=\"med-past\">",
    ];
    assert!(in_order(&html, &radios), "HAZ-051: {html}");
}

#[test]
fn cui_medlist_medv_067_every_past_medicine_is_there() {
    let record = fixture::whole();
    let html = words_of(&medicines());
    for row in record.medicines().past {
        assert!(html.contains(&row.name), "HAZ-051: {}", row.name);
    }
}

#[test]
fn cui_medlist_medv_155_156_158_columns_have_clear_headings_of_their_own() {
    let html = medicines();
    let (_, head) = html.split_once("<thead><tr>").unwrap();
    let (head, _) = head.split_once("</thead>").unwrap();
    let names: Vec<String> = head.split("<th scope=\"col\">").skip(1).map(words_of).collect();
    let distinct: std::collections::BTreeSet<&String> = names.iter().collect();
    assert!(
        names.len() > 2 && distinct.len() == names.len() && !names.iter().any(String::is_empty),
        "{names:?}"
    );
}

#[test]
fn cui_medlist_medv_160_nothing_is_off_to_the_side() {
    assert!(!CSS.contains("overflow-x:scroll") && !CSS.contains("overflow-x:auto"), "HAZ-052");
}

#[test]
fn cui_advdrug_adr_0001_0002_0003_0004_two_levels_the_first_leads_to_the_second() {
    let row = section(&fixture::page(), &fixture::whole(), Key::AllergyRow);
    assert!(row.contains("<a href=\"#alg\">"), "HAZ-012: {row}");
    assert!(allergies().contains("id=\"s-alg\""));
}

#[test]
fn cui_advdrug_adr_0005_0006_the_agent_first_and_its_reactions_to_the_right() {
    assert!(in_order(
        &words_of(&allergies()),
        &["Drug / substance", "Past reactions", "Penicillin", "anaphylaxis"]
    ));
}

#[test]
fn cui_advdrug_adr_0009_0013_agents_in_order_of_the_alphabet_each_once() {
    let record = fixture::whole();
    let groups = record.section(Section::Allergies);
    let is_active = |item: &&Item| {
        matches!(&item.facts, Facts::Allergy(one) if !one.no_known) && !super::super::list::is_over(item)
    };
    let names: Vec<String> = groups
        .iter()
        .filter_map(|g| g.items.first().copied())
        .filter(|i| is_active(i))
        .map(|i| i.words().to_lowercase())
        .collect();
    let mut sorted = names.clone();
    sorted.sort();
    sorted.dedup();
    assert!(names.len() > 1 && names == sorted, "{names:?}");
}

#[test]
fn cui_advdrug_adr_0019_a_reaction_nobody_recorded_is_said_to_be_so() {
    let mut record = fixture::waiting();
    let mut item = fixture::acute_allergy();
    if let Facts::Allergy(allergy) = &mut item.facts {
        allergy.reactions.clear();
    }
    record.add(fixture::note("acute", ReplyState::Answered), fixture::released("acute", vec![item]));
    assert!(
        words_of(&drawn_section(&record, Section::Allergies)).contains("reaction not recorded"),
        "HAZ-012"
    );
}

#[test]
fn cui_advdrug_adr_0034_0035_0037_0038_a_table_with_coded_agents_bold() {
    let html = allergies();
    assert!(html.contains("<table class=\"rows agents\">"), "{html}");
    let uncoded = "<bdi>Codeine</bdi> <span class=\"caveat\">";
    assert!(html.contains("<b>Penicillin") && html.contains(uncoded), "{html}");
}

#[test]
fn cui_advdrug_adr_0052_0053_a_negative_has_its_date_and_who_recorded_it() {
    let mut record = fixture::waiting();
    record.add(
        fixture::note("gp", ReplyState::Answered),
        fixture::released("gp", vec![fixture::no_known("gp")]),
    );
    let html = drawn_section(&record, Section::Allergies);
    let (_, negatives) = html.split_once("Recorded negatives").unwrap();
    assert!(negatives.contains("<time datetime=") && negatives.contains("<td>GP"), "HAZ-012: {negatives}");
}

#[test]
fn cui_graph_gtab_028_029_030_units_are_never_mixed() {
    let record = fixture::whole();
    for series in record.result_series() {
        let same = series.points.iter().all(|point| point.measurement.unit == series.unit);
        assert!(same, "HAZ-015: {}", series.name);
    }
}

#[test]
fn cui_graph_gtab_054_202_the_figures_stand_as_they_were_recorded() {
    let record = fixture::whole();
    let text = words_of(&drawn_section(&record, Section::Results));
    for point in record.result_series().iter().flat_map(|series| &series.points) {
        let value = point.measurement.value.as_deref().unwrap_or_default();
        assert!(text.contains(value), "HAZ-014: {value}");
    }
}

#[test]
fn cui_graph_gtab_189_the_newest_stands_at_the_top() {
    for series in fixture::whole().result_series() {
        let days: Vec<_> =
            series.points.iter().filter_map(|point| point.measurement.at.as_ref()?.first_day()).collect();
        assert!(days.is_sorted_by(|a, b| a >= b), "HAZ-016: {}", series.name);
    }
}

#[test]
fn cui_graph_gtab_192_193_217_218_tables_are_banded_and_headed() {
    assert!(CSS.contains(".rows tbody tr:nth-child(even)>*{background:var(--even)}"));
    assert!(drawn_section(&fixture::whole(), Section::Results).contains("<th scope=\"col\">Latest<"));
}
