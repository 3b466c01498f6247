//! Narratives as sent, odd and hostile.

use super::*;
use proptest::prelude::*;

fn said(inner: &str) -> String {
    text(&format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{inner}</div>")).expect("well-formed")
}

#[test]
fn paragraphs_lists_and_rows_are_lines_in_their_order() {
    assert_eq!(
        said("<h2>Plan</h2><p>Rest\n   and  <b>fluids</b>.</p>after"),
        "Plan\nRest and fluids.\nafter"
    );
    assert_eq!(
        said("<ul><li>one</li><li>two</li></ul><ol><li>a</li><li>b</li></ol>"),
        "• one\n• two\n1. a\n2. b"
    );
    assert_eq!(
        said(
            "<table><tbody><tr><th>Agent</th><td>Penicillin</td></tr>\n<tr><td/><td>x</td></tr></tbody></table>"
        ),
        "Agent | Penicillin\n | x"
    );
    assert_eq!(said("line<br/>next<hr/>last"), "line\nnext\nlast");
    assert_eq!(said("<tr><td><p>one</p><p>two</p></td><td>three</td></tr>"), "one\ntwo\nthree");
    assert_eq!(said("  "), "");
}

#[test]
fn preformatted_text_keeps_its_shape() {
    let table = "Test\t\tValue\n  Hb      150 \n\n RDW    &lt; 14.5";
    assert_eq!(
        said(&format!("<pre>{table}</pre>")),
        "Test\t\tValue\n  Hb      150 \n\n RDW    < 14.5",
        "HAZ-014"
    );
    assert_eq!(said("<tr><td>Result</td><td><pre>a\n b</pre></td></tr>"), "Result\na\n b", "HAZ-014");
}

#[test]
fn haz_014_haz_021_a_power_stays_a_power_and_what_is_struck_out_is_not_told_as_standing() {
    assert_eq!(said("<p>WBC 4.1 x 10<sup>9</sup>/L</p>"), "WBC 4.1 x 10^9/L", "HAZ-014");
    assert_eq!(said("H<sub>2</sub>O <sup>a</sup>"), "H2O a");
    assert_eq!(said("<p>Warfarin <del>5mg</del> 3mg</p>"), "Warfarin [struck through: 5mg] 3mg", "HAZ-021");
    for old in [
        "<s>Penicillin</s>",
        "<strike>Penicillin</strike>",
        "<span style=\"text-decoration: line-through\">Penicillin</span>",
    ] {
        assert_eq!(said(&format!("<li>{old}</li>")), "• [struck through: Penicillin]", "HAZ-021");
    }
    let row = "<table><tr style=\"text-decoration:line-through\"><td>Atenolol</td><td>50mg</td></tr><tr><td>Bisoprolol</td><td>2.5mg</td></tr></table>";
    assert_eq!(said(row), "[struck through: Atenolol | 50mg]\nBisoprolol | 2.5mg", "HAZ-021");
    assert_eq!(said("<del> </del>a"), "a");
}

#[test]
fn haz_021_a_row_with_lines_in_a_cell_says_under_which_heading_each_cell_stands() {
    let table = "<table><thead><tr><th>Medicine</th><th>Continue</th><th>Stop</th><th>Comment</th></tr></thead><tbody>
        <tr><td>Warfarin</td><td></td><td>X</td><td>INR high<br/>Ask clinic</td></tr><tr><td>Aspirin</td><td>X</td><td></td><td></td></tr></tbody></table>";
    assert_eq!(
        said(table),
        "Medicine | Continue | Stop | Comment\nMedicine: Warfarin\nStop: X\nComment: INR high\nAsk clinic\nAspirin | X |  |",
        "HAZ-021"
    );
}

#[test]
fn haz_020_what_is_no_narrative_is_left_out_and_said() {
    for hostile in [
        "<script>alert(1)</script>",
        "<p>a</p><style>p{}</style>",
        "<iframe src=\"https://example.test\">x</iframe>",
        "<form><input value=\"1\"/>send</form>",
        "<SCRIPT>x</SCRIPT>",
        "<table><tr><td><object>x</object></td></tr></table>",
    ] {
        let read = read(&format!("<div>{hostile}</div>")).expect("well-formed");
        assert!(read.left_out, "HAZ-020 {hostile}");
        assert!(!read.text.contains('x') && !read.text.contains("alert"), "HAZ-020 {hostile}");
    }
    let plain = read(
        "<div onclick=\"x()\"><a href=\"https://example.test\">words</a><img alt=\"scan\" src=\"x\"/></div>",
    );
    let plain = plain.expect("well-formed");
    assert_eq!((plain.text.as_str(), plain.left_out), ("words[Image: scan]", false));
}

#[test]
fn named_characters_are_read_and_unknown_ones_are_not_guessed() {
    assert_eq!(said("5&nbsp;&micro;g &ge; 3 &amp; &lt;"), "5\u{a0}µg ≥ 3 & <");
    assert!(text("<div>&unheardof;</div>").is_none());
    assert!(
        text("<!DOCTYPE x [<!ENTITY a \"b\">]><div>&a;</div>").is_none(),
        "HAZ-041 no entity is ever expanded"
    );
    assert!(text("<div><p>open</div>").is_none());
    assert_eq!(text("only words").as_deref(), Some("only words"));
}

#[test]
fn haz_041_deep_markup_ends_and_loses_no_word() {
    let deep = format!("{}word{}", "<div>".repeat(5_000), "</div>".repeat(5_000));
    assert_eq!(text(&deep).as_deref(), Some("word"), "HAZ-041");
    let rows = format!("{}word{}", "<table><tr><td>".repeat(400), "</td></tr></table>".repeat(400));
    assert_eq!(text(&rows).as_deref(), Some("word"), "HAZ-041");
}

#[test]
fn haz_041_long_headings_are_not_read_again_for_every_row() {
    let head = format!("<tr><th>{}</th><th>b</th></tr>", "word ".repeat(100_000));
    let rows = "<tr><td>a<br/>c</td><td>d</td></tr>".repeat(5_000);
    let text = said(&format!("<table>{head}{rows}</table>"));
    assert!(text.ends_with("a\nc\nd") && text.len() < 600_000, "HAZ-041");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_of_ours_makes_it_panic(markup in "[<>/a-z&;\"= \n]{0,60}", words in "[a-z ]{0,20}") {
        let _ = text(&markup);
        let wrapped = said(&format!("<p>{words}</p>"));
        prop_assert_eq!(wrapped, words.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
    }
}
