//! The HTML view: banners, sentences, tables old and new, hostile markup, and the published replies counted by another way.

use super::*;
use crate::item::{Facts, Standing};
use crate::normalise::tests::{check_law, read};
use fhir::reply::Format;
use serde_json::json;

/// Published replies, counted by another way.
mod corpus;
/// No change of a section can lose a row in silence.
mod mutated;

/// A reply of the sections given.
pub(super) fn reply(sections: &[(&str, &str)]) -> String {
    let entry = |(code, div): &(&str, &str)| {
        json!({ "resource": { "resourceType": "Composition", "status": "final", "title": "Patient Care Record",
            "section": [{ "code": { "coding": [{
                "system": "http://fhir.nhs.net/ValueSet/gpconnect-record-section-1", "code": code }] },
                "text": { "status": "generated", "div": div } }] } })
    };
    let mut entries: Vec<_> = sections.iter().map(entry).collect();
    entries.push(json!({ "resource": { "resourceType": "Patient", "id": "1" } }));
    json!({ "resourceType": "Bundle", "type": "searchset", "entry": entries }).to_string()
}

pub(super) fn view(sections: &[(&str, &str)]) -> Normalised {
    let normalised = read(Format::GpConnectHtml, None, &reply(sections));
    check_law(&normalised, "html");
    normalised
}

fn one(code: &str, body: &str) -> Normalised {
    view(&[(code, &format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{body}</div>"))])
}

fn warned<'n>(normalised: &'n Normalised, code: &str) -> Vec<&'n str> {
    normalised.warnings.iter().filter(|w| w.code == code).map(|w| w.text.as_str()).collect()
}

fn words(normalised: &Normalised) -> Vec<&str> {
    normalised.items.iter().map(|item| item.words()).collect()
}

fn detail<'n>(item: &'n crate::Item, label: &str) -> Option<&'n str> {
    item.details.iter().find(|detail| detail.label == label).map(|detail| detail.value.as_str())
}

const ALLERGIES: &str = "<h2>Current Allergies and Adverse Reactions</h2><table><thead><tr><th>Start Date</th>\
    <th>Details</th></tr></thead><tbody><tr><td>14-Aug-2011</td><td>Penicillin</td></tr></tbody></table>";

#[test]
fn haz_040_a_row_is_an_item_with_its_markup_as_sent() {
    let normalised = one("ALL", &ALLERGIES.replace("Penicillin", "Penicillin&nbsp;V &amp; <b>rash</b>"));
    assert_eq!(words(&normalised), ["Penicillin\u{a0}V & rash"], "HAZ-040");
    let sent = "<tr><td>14-Aug-2011</td><td>Penicillin&nbsp;V &amp; <b>rash</b></td></tr>";
    assert_eq!(normalised.items[0].original.as_sent(), sent, "HAZ-040: byte for byte");
    assert_eq!(warned(&normalised, HTML_VIEW), [NOT_CODED]);
    let Facts::Allergy(allergy) = &normalised.items[0].facts else { panic!("an allergy") };
    assert!(allergy.degraded && !allergy.no_known, "HAZ-012: not coded");
}

#[test]
fn haz_041_markup_that_is_not_well_formed_is_unread_and_kept() {
    let broken = [
        "<div><table><tr><td>A</td></tr></div>",
        "<div>A & E</div>",
        "<div>&unknown;</div>",
        "<div>&lt",
        "<!DOCTYPE div [<!ENTITY x \"y\">]><div>&x;</div>",
        "<div a='1' a='2'>x</div>",
        "<div><x:y/></div>",
        "no markup",
    ];
    for div in broken {
        let normalised = view(&[("ALL", div)]);
        assert!(normalised.items.is_empty(), "HAZ-041: {div}");
        assert_eq!(normalised.unread.len(), 1, "HAZ-040: {div}");
        assert_eq!(normalised.unread[0].category, Category::Allergies, "HAZ-006: {div}");
        assert_eq!(normalised.unread[0].original.as_sent(), div, "HAZ-040: kept as sent");
    }
}

#[test]
fn haz_041_depth_and_size_are_bounded() {
    for depth in [90, 101, 5_000, 100_000] {
        let div = format!("<div>{}text{}</div>", "<b>".repeat(depth), "</b>".repeat(depth));
        let normalised = view(&[("ENC", &div)]);
        assert_eq!(normalised.unread.is_empty(), depth < 100, "HAZ-041: {depth}");
    }
    let many = format!("<div>{}</div>", "<b/>".repeat(310_000));
    assert_eq!(view(&[("ENC", &many)]).unread.len(), 1, "HAZ-041: too many elements");
}

#[test]
fn haz_041_a_span_cannot_make_a_small_reply_large() {
    let long = "word ".repeat(2_000);
    let cells = format!("<td rowspan=\"0\" colspan=\"99999\">{long}</td>").repeat(20);
    let rows = "<tr><td>x</td></tr>".repeat(900);
    let normalised = one("CLI", &format!("<table><tr>{cells}</tr>{rows}</table>"));
    let size = |item: &crate::Item| item.details.iter().map(|detail| detail.value.len()).sum::<usize>();
    let total: usize = normalised.items.iter().skip(1).map(size).sum();
    assert!(total < 2_000_000, "HAZ-041: {total} bytes");
    assert_eq!(normalised.received.get("HTML row (CLI)"), Some(&901), "HAZ-040");
}

#[test]
fn haz_041_prose_without_end_is_neither_lost_nor_compared_without_end() {
    let prose: String =
        (0..20_000).map(|n| format!("<h2>t{n}</h2><p class=\"content-banner\">x{n}</p><table/>")).collect();
    for code in ["ENC", "ALL"] {
        let normalised = one(code, &prose);
        assert!(normalised.warnings.len() <= WARNINGS_MAX + 1, "HAZ-041");
        let texts = normalised.received.get(&format!("HTML text ({code})")).copied().unwrap_or_default();
        assert!(texts > 19_000, "HAZ-040: {texts}");
    }
}

#[test]
fn haz_021_what_cannot_be_shown_is_left_out_and_said() {
    let active = [
        "<script>alert(1)</script>",
        "<style>td { display: none }</style>",
        "<iframe src=\"https://elsewhere.example\"/>",
        "<object>hidden words</object>",
        "<form>hidden words</form>",
        "<unknown>hidden words</unknown>",
        "<img src=\"https://elsewhere.example/a.png\"/>",
        "<a href=\"https://elsewhere.example\">link</a>",
        "<b onclick=\"act()\">bold</b>",
        "<b style=\"background:url(x)\">bold</b>",
    ];
    for markup in active {
        let normalised = one("ALL", &ALLERGIES.replace("Penicillin", &format!("Penicillin {markup}")));
        let item = &normalised.items[0];
        assert!(item.words().starts_with("Penicillin"), "HAZ-021: {markup}");
        assert!(!item.words().contains("hidden") && !item.words().contains("alert"), "HAZ-041: {markup}");
        assert!(item.caveats.iter().any(|caveat| caveat == LEFT_OUT), "HAZ-021: the row says so: {markup}");
        assert_eq!(warned(&normalised, ALTERED_FOR_SAFETY), [LEFT_OUT], "HAZ-021: {markup}");
        let outside = one("ALL", &format!("{ALLERGIES}{markup}"));
        assert_eq!(warned(&outside, ALTERED_FOR_SAFETY), [LEFT_OUT], "HAZ-021: {markup}");
    }
    let plain =
        one("ALL", &ALLERGIES.replace("Penicillin", "<a href=\"#x\">Penicillin</a><!-- x --><?y z?>"));
    assert!(warned(&plain, ALTERED_FOR_SAFETY).is_empty(), "nothing is lost of this");
}

#[test]
fn haz_040_rows_inside_what_is_not_shown_are_counted() {
    let normalised = one("ALL", &format!("{ALLERGIES}<form>{ALLERGIES}</form>"));
    assert_eq!(
        normalised.received.get("HTML row (ALL)"),
        Some(&3),
        "HAZ-040: its heading is a row to a reader that may not look"
    );
    assert_eq!(normalised.unread.len(), 2, "HAZ-040");
    assert!(normalised.unread.iter().all(|entry| entry.category == Category::Allergies), "HAZ-006");
}

#[test]
fn haz_021_marks_that_carry_meaning_stay() {
    let cell = "<p>10<sup>9</sup>/L</p><p><s>Aspirin</s> <del>x</del></p><pre>a   b\n   c</pre>one<br/>\n     two  three";
    let normalised = one(
        "CLI",
        &format!("<table><tr><th>Entry</th><th>Details</th></tr><tr><td>x</td><td>{cell}</td></tr></table>"),
    );
    let item = &normalised.items[0];
    let expected = "10^9/L\nAspirin x\na   b\n   c\none\ntwo  three";
    assert_eq!(detail(item, "Details"), Some(expected), "HAZ-021");
    assert!(item.caveats.iter().any(|caveat| caveat == STRUCK), "HAZ-021");
}

#[test]
fn haz_021_cells_that_span_move_no_other_cell() {
    let table = "<table><thead><tr><th rowspan=\"2\">Date</th><th colspan=\"2\">Entry</th></tr><tr><th>Name</th><th>Code</th></tr></thead>\
        <tbody><tr><td rowspan=\"2\">01-Jan-2020</td><td>A</td><td>B</td></tr><tr><td>C</td><td>D</td></tr></tbody></table>";
    let normalised = one("CLI", table);
    let day = |place: usize| normalised.items[place].when.from.as_ref().map(|date| date.display());
    assert_eq!((day(0), day(1)), (Some("01-Jan-2020".into()), Some("01-Jan-2020".into())), "HAZ-021");
    assert_eq!(detail(&normalised.items[1], "Entry: Code"), Some("D"), "HAZ-021");
    assert_eq!(words(&normalised), ["A", "C"]);
}

#[test]
fn haz_006_only_the_plain_sentence_reads_as_empty() {
    let empty = one(
        "ALL",
        "<h1>Allergies and Adverse Reactions</h1><p>No 'Allergies and Adverse Reactions' data is recorded for this patient.</p>",
    );
    assert!(empty.unread.is_empty() && empty.withheld.is_empty() && empty.not_shared.is_empty());
    let unsaid = [
        "",
        "<h1>Allergies and Adverse Reactions</h1>",
        "<p>All relevant items</p>",
        "<table><thead><tr><th>Start Date</th><th>Details</th></tr></thead><tbody/></table>",
        "<p>None.</p>",
        "<p>No allergies are recorded for this patient.</p>",
    ];
    for body in unsaid {
        let normalised = one("ALL", body);
        assert!(!normalised.unread.is_empty(), "HAZ-006, HAZ-012: {body}");
        assert!(
            normalised.unread.iter().all(|entry| entry.category == Category::Allergies),
            "HAZ-012: {body}"
        );
    }
    let denied = one(
        "ALL",
        "<p>Access is denied to 'Allergies and Adverse Reactions' data for this patient.</p><p>This data may still exist in the source system.</p>",
    );
    assert_eq!(denied.withheld, [Category::Allergies], "HAZ-006");
    assert!(
        warned(&denied, HTML_ACCESS_DENIED)[0].ends_with("may still exist in the source system."),
        "whole"
    );
    for sentence in [
        "This system does not support retrieval of 'Immunisations' data.",
        "'Immunisations' data is not supported by this system.",
    ] {
        let normalised = one("IMM", &format!("<p>{sentence}</p>"));
        assert_eq!(normalised.not_shared, [Category::Immunisations], "HAZ-007");
        assert_eq!(warned(&normalised, HTML_NOT_SUPPORTED), [sentence], "HAZ-007: as returned");
    }
}

#[test]
fn haz_007_a_history_that_is_not_kept_does_not_take_the_current_list_away() {
    let history = "<h2>Historical Allergies and Adverse Reactions</h2><p>'Historical Allergies and Adverse Reactions' data is not supported by this system.</p>";
    let none = "<h2>Current Allergies and Adverse Reactions</h2><p>No 'Current Allergies and Adverse Reactions' data is recorded for this patient.</p>";
    let normalised = one("ALL", &format!("{none}{history}"));
    assert!(normalised.not_shared.is_empty(), "HAZ-007: the current list was answered");
    assert_eq!(warned(&normalised, HTML_NOT_SUPPORTED).len(), 1, "HAZ-007: and the history is said");
    assert_eq!(
        one("ALL", history).not_shared,
        [Category::Allergies],
        "HAZ-007: alone it says nothing of now"
    );
    let refused = one(
        "ALL",
        &format!(
            "<h2>Current Allergies and Adverse Reactions</h2><p>Access is denied to 'Current Allergies and Adverse Reactions' data for this patient.</p>{history}"
        ),
    );
    assert_eq!(refused.withheld, [Category::Allergies], "HAZ-006");
}

#[test]
fn haz_009_and_haz_010_banners_are_told_by_class_and_by_words() {
    let transits = [
        "Patient record transfer from previous GP practice not yet complete; information recorded before 01-Jan-2020 may be missing",
        "Record is in transit and may be incomplete.",
        "Data may be incomplete due to a pending GP transfer.",
        "This patient has been registered since 01/01/2020 but there is no record of successful completion of the GP2GP process.",
        "GP transfer underway - record may be incomplete due to the transfer.",
    ];
    for banner in transits {
        let normalised = one("ALL", &format!("<div><p>{banner}</p></div>{ALLERGIES}"));
        assert_eq!(warned(&normalised, "data-in-transit"), [banner], "HAZ-009: as returned");
    }
    let exclusions = [
        "Items excluded due to confidentiality and/or patient preferences",
        "Some patient data is hidden by sharing rules. The data in this section may be incomplete.",
        "Data items removed due to patient preference, confidentiality and / or RCGP exclusions.",
        "One or more items have been suppressed due to privacy exclusion rules",
    ];
    for banner in exclusions {
        let normalised = one("ALL", &format!("{ALLERGIES}<p>{banner}</p>"));
        assert_eq!(warned(&normalised, "confidential-items"), [banner], "HAZ-010: as returned");
    }
    let by_class = one(
        "ALL",
        &format!(
            "<p class=\"exclusion-banner\">Words of its own</p><div class=\"x content-banner\"><p>Others</p></div>{ALLERGIES}"
        ),
    );
    assert_eq!(warned(&by_class, "confidential-items"), ["Words of its own"], "HAZ-010");
    assert_eq!(warned(&by_class, HTML_BANNER), ["Others"]);
    let period = "For the selected date range 01-Jan-2020 to 01-Jan-2021 subject to patient preferences and/or RCGP exclusions.";
    let dated = one("ALL", &format!("<p>{period}</p>{ALLERGIES}"));
    assert_eq!(warned(&dated, HTML_BANNER), [period]);
}

#[test]
fn haz_010_a_row_that_only_marks_what_is_held_back_is_not_shown() {
    for marker in ["***********", "Excluded items", "Event has been made private by another organisation"] {
        let table = "<table><tr><th>Date</th><th>Entry</th><th>Details</th></tr><tr><td>01-Jan-2020</td><td>x</td><td></td></tr></table>";
        let normalised = one("CLI", &table.replace('x', marker));
        assert!(normalised.items.is_empty(), "HAZ-010: neither when nor how many: {marker}");
        assert_eq!(warned(&normalised, "confidential-items"), [CONFIDENTIAL], "HAZ-010: {marker}");
    }
}

#[test]
fn haz_013_the_summary_and_the_list_of_all_repeat_only_what_is_the_same() {
    let repeat = |title: &str, dose: &str| {
        format!(
            "<h2>{title}</h2><table><tr><th>Start Date</th><th>Medication Item</th><th>Dosage Instruction</th></tr>\
            <tr><td>01-Jan-2020</td><td>Ramipril 5mg capsules</td><td>{dose}</td></tr></table>"
        )
    };
    let section = |body: &str| format!("<div>{body}</div>");
    let current = section(&repeat("Current Repeat Medication", "One daily"));
    let same =
        section(&(repeat("Current Repeat Medication", "One daily") + &repeat("All Medication", "One daily")));
    let normalised = view(&[("SUM", &current), ("MED", &same)]);
    assert_eq!(normalised.items.len(), 1, "HAZ-013: once");
    assert_eq!(normalised.context.get("HTML row (SUM)"), Some(&1), "HAZ-040: and counted");
    let other = section(&repeat("Current Repeat Medication", "Two daily"));
    assert_eq!(
        view(&[("SUM", &other), ("MED", &same)]).items.len(),
        2,
        "HAZ-013: a difference is never swallowed"
    );
    assert_eq!(view(&[("SUM", &current)]).items.len(), 1, "alone the summary is all there is");
    assert_eq!(
        view(&[("SUM", &current), ("MED", "<div>")]).items.len(),
        1,
        "HAZ-040: an unread section holds nothing"
    );
    assert_eq!(view(&[("MED", &same), ("MED", &same)]).items.len(), 1, "HAZ-013: sent twice is once");
}

#[test]
fn haz_023_no_row_is_less_protected_than_its_section() {
    let table = |title: &str| {
        format!(
            "<h2>{title}</h2><table><tr><th>Date</th><th>Entry</th></tr><tr><td>x</td><td>y</td></tr></table>"
        )
    };
    let category = |code: &str, title: &str| one(code, &table(title)).items[0].category;
    assert_eq!(category("ENC", "Observations"), Category::Consultations, "HAZ-023");
    assert_eq!(category("???", "Something else"), Category::Consultations, "HAZ-023");
    assert_eq!(category("SUM", "Last 3 Encounters"), Category::Consultations, "HAZ-023");
    assert_eq!(category("SUM", "Emergency Codes"), Category::Problems);
    assert_eq!(category("PRB", "Anything"), Category::Problems);
    let labelled = reply(&[("PRB", "<div><table><tr><td>x</td></tr></table></div>")])
        .replace("\"status\":\"final\"", "\"status\":\"final\",\"meta\":{\"security\":[{\"code\":\"R\"}]}");
    let normalised = read(Format::GpConnectHtml, None, &labelled);
    assert_eq!(normalised.items[0].category, Category::Restricted, "HAZ-023");
}

#[test]
fn haz_012_no_known_in_words_is_a_negative_and_never_the_whole() {
    for (words, no_known) in
        [("No known allergies.", true), ("NKDA", true), ("No known allergies except nuts", false)]
    {
        let normalised = one("ALL", &ALLERGIES.replace("Penicillin", words));
        let Facts::Allergy(allergy) = &normalised.items[0].facts else { panic!("an allergy") };
        assert_eq!(allergy.no_known, no_known, "HAZ-012: {words}");
        assert!(normalised.items[0].what.codings.is_empty(), "HAZ-012: no code is invented");
    }
}

#[test]
fn haz_018_a_vaccine_that_was_refused_is_not_given() {
    let table = |words: &str| {
        format!(
            "<table><tr><th>Date</th><th>Vaccination</th><th>Part</th></tr><tr><td>01-Jan-2020</td><td>{words}</td><td>1</td></tr></table>"
        )
    };
    let given = one("IMM", &table("Influenza"));
    assert!(
        matches!(&given.items[0].facts, Facts::Immunisation(one) if one.given && one.dose_number.as_deref() == Some("1"))
    );
    let refused = one("IMM", &table("Influenza vaccination declined"));
    assert!(matches!(refused.items[0].facts, Facts::Plain), "HAZ-018");
}

#[test]
fn haz_013_a_label_of_the_row_ends_a_course() {
    let table = |title: &str, details: &str| {
        format!(
            "<h2>{title}</h2><table><tr><th>Medication Item</th><th>Details</th></tr><tr><td>Ramipril</td><td>{details}</td></tr></table>"
        )
    };
    let standing = |title: &str, details: &str| one("MED", &table(title, details)).items[0].status.standing;
    assert_eq!(standing("Acute Medication (Last 12 Months)", "x"), Standing::Unknown);
    assert_eq!(
        standing("Acute Medication (Last 12 Months)", "CANCELLED: 01-Jan-2020"),
        Standing::Past,
        "HAZ-013"
    );
    assert_eq!(standing("Current Repeat Medication", "x"), Standing::Current);
    assert_eq!(standing("Discontinued Repeat Medication", "x"), Standing::Past, "HAZ-013");
    assert_eq!(standing("Past Medications", "x"), Standing::Past, "HAZ-013");
    assert_eq!(standing("All Medication Issues", "x"), Standing::Past, "HAZ-013");
}

// shows: F26
#[test]
fn haz_016_dates_are_read_only_in_forms_that_are_known() {
    let known = [
        ("14-Aug-1935", "14-Aug-1935"),
        ("2015-05-01 12:17:00.0", "01-May-2015 12:17"),
        ("2015-05-01 12:17:00", "01-May-2015 12:17"),
        ("2015-05-01", "01-May-2015"),
        ("01-05-2015", "01-May-2015"),
        ("Aug-1935", "Aug-1935"),
        ("1935", "1935"),
    ];
    for (displayed, shown) in known {
        assert_eq!(date::read(displayed).display(), shown, "HAZ-016");
    }
    for displayed in
        ["01/05/2015", "Issue more", "31-Feb-2015", "1-5-15", "2015-05-01 noon", "", "14-Aug-1935-1"]
    {
        assert!(!date::read(displayed).is_readable(), "HAZ-016: {displayed}");
        assert_eq!(date::read(displayed).as_sent(), displayed, "HAZ-016");
    }
}

#[test]
fn haz_040_a_table_in_a_table_and_text_between_are_not_lost() {
    let normalised = one(
        "CLI",
        "<table>stray words<tr><th>Date</th><th>Entry</th></tr>\
        <tr><td>x</td><td>outer<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table></td><td>fifth</td></tr></table>",
    );
    assert_eq!(words(&normalised), ["outer\na | b\nc"], "HAZ-040");
    assert_eq!(detail(&normalised.items[0], "Column 3"), Some("fifth"), "HAZ-040: more cells than headings");
    assert!(normalised.warnings.iter().any(|warning| warning.text == "stray words"), "HAZ-040");
}

#[test]
fn haz_040_prose_in_place_of_a_table_is_an_entry_as_written() {
    let normalised = one("ENC", "<h1>Encounters</h1><p>Seen at home, chest clear.</p>");
    assert_eq!(normalised.items.len(), 1, "HAZ-040");
    assert_eq!(normalised.items[0].category, Category::Consultations, "HAZ-023");
    let allergies = one("ALL", "<p>Penicillin, rash</p>");
    assert_eq!(warned(&allergies, HTML_TEXT), ["Penicillin, rash"], "HAZ-012");
    assert_eq!(allergies.unread.len(), 1, "HAZ-012: the list itself could not be read");
}

#[test]
fn haz_006_a_refused_category_is_withheld_on_the_page_and_only_where_the_role_sees_it() {
    let denied = "<p>Access is denied to 'Immunisations' data for this patient.</p>";
    let state = |level: fhir::Level| {
        let source = fhir::SourceId::new("source");
        let reply = crate::normalise::tests::reply(Vec::new());
        let mut record = crate::Record::new(vec![source.clone()]);
        let released = crate::release(&source, one("IMM", denied), &|_| level, None);
        record.add(crate::normalise::tests::cases::note(&reply), released);
        record.state_of(&source, Category::Immunisations).map(|state| state.name())
    };
    assert_eq!(state(fhir::Level::Full), Some("withheld(by the source)"), "HAZ-006");
    assert_eq!(
        state(fhir::Level::Nothing),
        Some("answered"),
        "HAZ-050: nothing is told of what the role does not see"
    );
}

#[test]
fn haz_040_what_came_with_the_section_is_context() {
    let text = r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Device"}},{"resource":{"resourceType":"Composition"}},
        {"resource":{"resourceType":"Practitioner"}},{"resource":{"resourceType":"Basic"}},{"resource":{}}]}"#;
    let normalised = read(Format::GpConnectHtml, None, text);
    check_law(&normalised, "around");
    assert_eq!(normalised.context.values().sum::<usize>(), 2, "HAZ-040");
    assert_eq!(normalised.unread.len(), 3, "HAZ-040: no text, no known kind, no resource");
}

// shows: R43
#[test]
fn t61_a_row_of_a_listed_service_or_concept_is_restricted_and_its_neighbours_are_not() {
    let mut lists = crate::Restrictions::default();
    lists.concept("76272004", "Syphilis");
    lists.service_name("sexual health");
    let table = "<h2>Problems</h2><table><tr><th>Start Date</th><th>Entry</th></tr>\
        <tr><td>14-Aug-2011</td><td>SYPHILIS</td></tr><tr><td>15-Aug-2011</td><td>Asthma</td></tr>\
        <tr><td>16-Aug-2011</td><td>Seen at the <b>Sexual Health</b> clinic</td></tr></table>";
    let text = reply(&[("PRB", &format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{table}</div>"))]);
    let payload = crate::normalise::tests::payload(Format::GpConnectHtml, None, text.as_bytes());
    let given = crate::normalise::tests::reply(vec![payload]);
    let normalised = crate::normalise_under(
        &given,
        &crate::Under {
            restrictions: &lists,
            restricted: crate::Restricted::TakenOut,
            places: crate::Places::Told,
            units: &crate::Units::default(),
        },
    );
    let categories: Vec<Category> = normalised.items.iter().map(|item| item.category).collect();
    assert_eq!(categories, [Category::Restricted, Category::Problems, Category::Restricted], "HAZ-023");
}
