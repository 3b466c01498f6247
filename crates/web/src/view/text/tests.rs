//! Verbatim text survives the way through a parser byte for byte.

use super::{Verbatim, Wrapped};

/// What an HTML parser makes of element content: references resolved, carriage returns normalised.
fn parsed(html: &str) -> String {
    let text = html.replace("\r\n", "\n").replace('\r', "\n");
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&#13;", "\r").replace("&amp;", "&")
}

#[test]
fn text_comes_back_byte_for_byte() {
    for text in [
        "",
        "5 mg",
        "a\r\nb\rc\n",
        "<b>&amp;</b>",
        "&lt;",
        "“naïve” — 10.00",
        "  two  blanks\t",
        "\"quoted\" 'single'",
        "</pre><script>",
    ] {
        let html = Verbatim(text).to_string();
        assert_eq!(parsed(&html), text, "HAZ-014, HAZ-021");
        assert!(!html.contains('<') && !html.contains('>'), "HAZ-021: {html}");
    }
}

#[test]
fn a_character_html_has_no_form_for_is_shown_as_such() {
    assert_eq!(Verbatim("a\0b").to_string(), "a\u{FFFD}b", "HAZ-039");
}

#[test]
fn a_date_in_a_line_stays_in_one_piece_and_nothing_else_changes() {
    let kept = |date: &str| format!("<span class=\"d\">{date}</span>");
    let cases = [
        ("received 22-Nov-2026 02:10.", format!("received {}.", kept("22-Nov-2026 02:10"))),
        ("22-Nov-2026 to 23-Nov-2026", format!("{} to {}", kept("22-Nov-2026"), kept("23-Nov-2026"))),
        ("a-b -- 1-2-3 Nov-20 é-nov-2026", "a-b -- 1-2-3 Nov-20 é-nov-2026".to_owned()),
        ("since Sep-2024, é-Nov-2026", format!("since {}, é-{}", kept("Sep-2024"), kept("Nov-2026"))),
        ("<22-Nov-2026>", format!("&lt;{}&gt;", kept("22-Nov-2026"))),
        ("22-Nov-20", "22-Nov-20".to_owned()),
        ("", String::new()),
    ];
    for (text, html) in cases {
        assert_eq!(Wrapped(text).to_string(), html, "HAZ-016, HAZ-021");
    }
}
