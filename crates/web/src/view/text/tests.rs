//! Verbatim text survives the way through a parser byte for byte.

use super::Verbatim;

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
