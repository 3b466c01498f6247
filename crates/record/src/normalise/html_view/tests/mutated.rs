//! A section changed at any place: never a panic, and every row is an item, unread or counted as context (HAZ-040).

use super::view;
use proptest::prelude::*;

const SECTION: &str = "<div xmlns=\"http://www.w3.org/1999/xhtml\"><h1>Medications</h1><div class=\"content-banner\">\
    <p>All relevant items</p></div><div><h2>Acute Medication (Last 12 Months)</h2><table id=\"med-tab-acu-med\"><thead><tr>\
    <th>Type</th><th>Start Date</th><th>Medication Item</th></tr></thead><tbody><tr><td>Acute</td><td rowspan=\"2\">01-Jan-2020</td>\
    <td>Amoxicillin&nbsp;500mg <sup>1</sup><br/>x</td></tr><tr><td colspan=\"2\">A</td></tr></tbody></table></div><div>\
    <h2>Current Repeat Medication</h2><p>Access is denied to 'Current Repeat Medication' data for this patient.</p></div>\
    <form><table><tr><td>z</td></tr></table></form><!-- c --><![CDATA[&nbsp;]]></div>";

const PIECES: [&str; 16] = [
    "<tr>",
    "</tr>",
    "<table>",
    "</table>",
    "<td>",
    "</td>",
    "&",
    "&nbsp;",
    "&nope;",
    "<form>",
    "</form>",
    "<h2>x</h2>",
    "\"",
    "<tr><td rowspan='9' colspan='9'>q</td></tr>",
    "\u{0}",
    "é<",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn haz_040_a_changed_section_loses_no_row_in_silence(
        changes in prop::collection::vec((0usize..SECTION.len(), 0usize..PIECES.len(), 0usize..12), 0..4),
        code in prop::sample::select(vec!["MED", "SUM", "ALL", "ENC", "x"]),
    ) {
        let mut div = SECTION.to_owned();
        for (at, piece, cut) in changes {
            let start = (0..=at.min(div.len())).rev().find(|at| div.is_char_boundary(*at)).unwrap_or(0);
            let end = (start..=(start + cut).min(div.len())).rev().find(|at| div.is_char_boundary(*at)).unwrap_or(start);
            div.replace_range(start..end, PIECES[piece]);
        }
        // The law is checked inside: received is items, unread and context.
        let normalised = view(&[(code, &div)]);
        let unread = normalised.unread.iter().any(|entry| entry.resource_type.starts_with("HTML section"));
        if !unread && roxmltree::Document::parse(&div).is_ok() {
            let document = roxmltree::Document::parse(&div).expect("well-formed");
            let is = |node: &roxmltree::Node<'_, '_>, name: &str| node.tag_name().name() == name;
            let outermost = |node: &roxmltree::Node<'_, '_>| {
                is(node, "tr") && node.ancestors().any(|up| is(&up, "table"))
                    && !node.ancestors().skip(1).any(|up| is(&up, "tr") || is(&up, "td") || is(&up, "h2"))
            };
            let in_head = |node: &roxmltree::Node<'_, '_>| node.ancestors().any(|up| is(&up, "thead"));
            let rows = document.descendants().filter(|node| outermost(node) && !in_head(node)).count();
            let received: usize =
                normalised.received.iter().filter(|(kind, _)| kind.starts_with("HTML row")).map(|(_, n)| n).sum();
            prop_assert!(received >= rows, "HAZ-040: {received} of {rows} rows");
        }
    }

    #[test]
    fn haz_041_any_text_is_read_or_refused(div in "\\PC{0,200}") {
        view(&[("MED", &div)]);
        view(&[("ALL", &format!("<div>{div}</div>"))]);
    }
}
