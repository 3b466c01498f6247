//! Every kind of document, honest and hostile. Every letter is invented.

use super::*;
use ::tiff::encoder::{TiffEncoder, colortype};
use proptest::prelude::*;

const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01\xFF\xD9";
const EXE: &[u8] = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xFF\xFF\x00\x00";
const DOC: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\x00\x00\x00\x00";

fn png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut bytes, 2, 2);
    encoder.set_color(::png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[0, 255, 255, 0]).unwrap();
    bytes
}

fn scan(pages: usize) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut file).unwrap();
    for _ in 0..pages {
        encoder.write_image::<colortype::Gray8>(3, 2, &[0, 128, 255, 255, 128, 0]).unwrap();
    }
    file.into_inner()
}

fn html_of(bytes: &[u8], claim: &str) -> (String, Vec<Caveat>) {
    let shown = shown(bytes, &[claim]).unwrap();
    match shown.form {
        Form::Page(markup) => (markup.to_string(), shown.caveats),
        Form::Pdf => panic!("no page"),
    }
}

fn refused(bytes: &[u8], claims: &[&str]) -> NotShown {
    shown(bytes, claims).unwrap_err()
}

#[test]
fn a_pdf_is_shown_as_it_came_and_a_picture_in_a_page_of_ours() {
    for claim in ["application/pdf", "Application/PDF; name=letter.pdf", "application/octet-stream", ""] {
        let shown = shown(PDF, &[claim]).unwrap();
        assert!(matches!(shown.form, Form::Pdf) && shown.caveats.is_empty(), "{claim}");
    }
    for (bytes, claim) in [(png().as_slice(), "image/png"), (JPEG, "image/jpeg")] {
        let (html, caveats) = html_of(bytes, claim);
        assert!(
            html.starts_with(&format!("<img alt=\"Picture\" src=\"data:{claim};base64,"))
                && caveats.is_empty()
        );
    }
}

#[test]
fn a_document_that_is_not_what_its_entry_or_its_source_says_is_not_shown() {
    let png = png();
    for (bytes, claims) in [
        (PDF, &["text/plain"][..]),
        (b"Dear doctor", &["application/pdf"]),
        (EXE, &["text/plain"]),
        (EXE, &["application/pdf"]),
        (&png, &["image/jpeg"]),
        (JPEG, &["image/png"]),
        (b"<!DOCTYPE html><p>Letter", &["text/plain"]),
        (b"{\\rtf1 Letter}", &["text/plain"]),
        (b"{\\rtf1 Letter}", &["application/msword"]),
        (PDF, &["application/msword"]),
        // One of the two lies.
        (PDF, &["application/pdf", "text/plain"]),
        (PDF, &["text/plain", "application/pdf"]),
    ] {
        assert_eq!(refused(bytes, claims), NotShown::NotItsType, "HAZ-020: {claims:?}");
    }
}

#[test]
fn other_kinds_are_named_and_not_opened() {
    for (bytes, claim, kind) in [
        (DOC, "application/msword", "a Word, Excel or Outlook file"),
        (
            b"PK\x03\x04\x14\x00\x00\x00",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "an office document or an archive",
        ),
        (EXE, "application/octet-stream", "a program"),
        (b"ID3\x04\x00\x00\x00", "audio/mpeg", "a recording"),
        (b"GIF89a\x01\x00\x01\x00", "image/gif", "a GIF picture"),
        (b"\x01\x02\x03\x04", "application/octet-stream", "a file of an unknown kind"),
        (
            b"<?xml version=\"1.0\"?><ClinicalDocument xmlns=\"urn:hl7-org:v3\"/>",
            "text/xml",
            "a clinical document in XML",
        ),
        (b"<?xml version=\"1.0\"?><Other/>", "application/octet-stream", "an XML document"),
    ] {
        assert_eq!(refused(bytes, &[claim]), NotShown::Kind(kind), "{claim}");
    }
}

#[test]
fn what_begins_as_one_kind_is_that_kind_whatever_follows() {
    let polyglot = [PDF, b"<html><script>alert(1)</script></html>", EXE].concat();
    assert!(matches!(shown(&polyglot, &["application/pdf"]).unwrap().form, Form::Pdf));
    assert_eq!(refused(&polyglot, &["text/html"]), NotShown::NotItsType);
    let late = [b"<html>junk</html>\n".as_slice(), PDF].concat();
    assert_eq!(
        refused(&late, &["application/pdf"]),
        NotShown::NotItsType,
        "HAZ-020: the mark must come first"
    );
    // Two letters are no program where the rest is a sentence.
    assert!(html_of(b"BM is the initials of the consultant.", "text/plain").0.contains("initials"));
}

#[test]
fn a_file_without_its_end_is_incomplete() {
    let png = png();
    for (bytes, claim) in [
        (&PDF[..20], "application/pdf"),
        (&png[..png.len() - 6], "image/png"),
        (&JPEG[..9], "image/jpeg"),
        (b"{\\rtf1 Dear doctor", "text/rtf"),
    ] {
        assert_eq!(refused(bytes, &[claim]), NotShown::Damaged, "HAZ-020: {claim}");
    }
}

#[test]
fn nothing_and_too_much_are_refused() {
    assert_eq!(refused(b"", &["application/pdf"]), NotShown::Empty, "HAZ-020");
    let large = vec![b' '; SIZE_MAX_BYTES + 1];
    assert_eq!(refused(&large, &["text/plain"]), NotShown::TooLarge);
    assert!(shown(&large[1..], &["text/plain"]).is_ok());
}

#[test]
fn text_is_escaped_and_its_lines_are_kept() {
    let (html, caveats) =
        html_of(b"1 < 2 & <script>alert(1)</script>\r\n  K+  5.9\tmmol/L\x0Cnext", "text/plain");
    assert_eq!(
        html, "<pre>\n1 &lt; 2 &amp; &lt;script&gt;alert(1)&lt;/script&gt;\n  K+  5.9\tmmol/L\nnext</pre>",
        "HAZ-021"
    );
    assert!(caveats.is_empty());
}

#[test]
fn text_is_read_in_the_characters_it_was_written_in() {
    for (bytes, words) in [
        ("5 µg – naïve".as_bytes().to_vec(), "5 µg – naïve"),
        (b"\xEF\xBB\xBF5 \xC2\xB5g".to_vec(), "5 µg"),
        (b"5 \xB5g \x96 na\xEFve \x80".to_vec(), "5 µg – naïve €"),
        (b"\xFF\xFE5\x00\xB5\x00g\x00".to_vec(), "5µg"),
        (b"\xFE\xFF\x005\x00\xB5\x00g".to_vec(), "5µg"),
    ] {
        assert_eq!(html_of(&bytes, "text/plain").0, format!("<pre>\n{words}</pre>"), "HAZ-021");
    }
    for bytes in [b"a\0b".as_slice(), b"a\x1B[2J", b"\x81 undefined", b"\xFF\xFEodd"] {
        assert_eq!(refused(bytes, &["text/plain"]), NotShown::NotItsType);
    }
}

#[test]
fn an_rtf_is_its_text_and_says_that_its_layout_went() {
    let rtf = br"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\author Nobody}}\pard Take \b one\b0  tablet\par
Dose: 5 \'b5g \u8211? daily \{as needed\}\line a\cell b\row {\*\bkmkstart x}{\field{\*\fldinst PAGE}{\fldrslt 1}}}";
    let (html, caveats) = html_of(rtf, "application/rtf");
    assert_eq!(html, "<pre>\nTake one tablet\nDose: 5 µg – daily {as needed}\na\tb\n1</pre>", "HAZ-021");
    assert_eq!(caveats, [Caveat::AsText]);
}

#[test]
fn an_rtf_that_struck_hid_or_pictured_something_says_so() {
    for rtf in [
        br"{\rtf1 {\strike Allergic} to nothing}".as_slice(),
        br"{\rtf1 {\v hidden} words}",
        br"{\rtf1 See: {\pict\pngblip 89504e47}}",
        br"{\rtf1 {\object\objemb{\*\objdata 0105}}}",
        br"{\rtf1\ansicpg1251 \'cf\'f0}",
        br"{\rtf1 \u-10179?alone}",
    ] {
        assert!(html_of(rtf, "text/rtf").1.contains(&Caveat::Altered), "HAZ-021: {}", rtf.escape_ascii());
    }
    assert_eq!(
        html_of(br"{\rtf1 \strike0 plain \u-10179?\u-8694?}", "text/rtf"),
        ("<pre>\nplain 😊</pre>".to_owned(), vec![Caveat::AsText])
    );
}

#[test]
fn an_rtf_that_is_hostile_is_refused_or_harmless() {
    let deep = [b"{\\rtf1 ".as_slice(), &b"{".repeat(5_000_000)].concat();
    assert_eq!(refused(&deep, &["text/rtf"]), NotShown::Damaged);
    assert_eq!(refused(b"{\\rtf1 a}}}}", &["text/rtf"]), NotShown::Damaged);
    for rtf in [
        br"{\rtf1 <script>alert(1)</script>}".as_slice(),
        br"{\rtf1 \bin99999999999 }",
        br"{\rtf1 \bin5 }}}}}ok}",
        br"{\rtf1 \'}",
        br"{\rtf1 \uc9999 \u65?}",
        br"{\rtf1 \u99999999999999? \aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}",
    ] {
        if let Ok(Shown { form: Form::Page(markup), .. }) = shown(rtf, &["text/rtf"]) {
            assert!(!markup.to_string().contains("<script"), "HAZ-020");
        }
    }
}

#[test]
fn html_keeps_its_words_tables_and_emphasis() {
    let letter = "<!DOCTYPE html><html><head><title>Letter</title><meta charset=utf-8></head><body style='margin:0'>\
        <h1>Clinic</h1><p class=x>Stop <s>warfarin</s> &amp; start <B>apixaban</B> 5&nbsp;mg</p><!-- note -->\
        <table border=1><tr><th colspan=\"2\">Result</th></tr><tr><td>K+</td><td>5.9 > 5.3</td></tr></table>\
        <ol start=3><li value='4'>Review</ol></body></html>";
    let (html, caveats) = html_of(letter.as_bytes(), "text/html");
    assert!(caveats.is_empty(), "HAZ-021: nothing with a meaning went");
    for kept in [
        "<h1>Clinic</h1>",
        "<p>Stop <s>warfarin</s> &amp; start <b>apixaban</b> 5&nbsp;mg</p>",
        "<th colspan=\"2\">Result</th>",
        "<td>5.9 &gt; 5.3</td>",
        "<ol start=\"3\"><li value=\"4\">Review</ol>",
    ] {
        assert!(html.contains(kept), "HAZ-021: {kept} in {html}");
    }
    assert!(!html.contains("note") && !html.contains("class") && !html.contains("style"));
}

#[test]
fn html_that_lost_something_says_so() {
    for html in [
        "<html><p>See <img src=x.png></p>",
        "<html><p>See <a href=https://example.test>here</a></p>",
        "<html><style>.old{display:none}</style><p class=old>Old</p>",
        "<html><p style=\"text-decoration:line-through\">penicillin</p>",
        "<html><p style='color: red'>5.9</p>",
        "<html><p style=display:none>x</p>",
        "<html><p hidden>x</p>",
        "<html><font color=red>5.9</font>",
        "<html><script>document.write('dose')</script>",
        "<html><p>cut <!-- never ends",
        "<html><p>cut <script>never ends",
        "<html><svg><text>dose</text></svg>",
        "<html><form><input value=5></form>",
    ] {
        assert_eq!(html_of(html.as_bytes(), "text/html").1, [Caveat::Altered], "HAZ-021: {html}");
    }
}

#[test]
fn nothing_in_a_sources_html_runs_loads_or_links() {
    let hostile = [
        "<html><script>alert(1)</script><p>x",
        "<html><img src=x onerror=alert(1)>",
        "<html><p onclick=alert(1) id=complete name=x class=end style=x>x</p>",
        "<html><a href=\"javascript:alert(1)\">x</a>",
        "<html><p title=\"><script>alert(1)</script>\">x</p>",
        "<html><p title='\"><img src=x>'>x</p>",
        "<html><<script>script>alert(1)<</script>/script>",
        "<html><sc<script>ript>alert(1)</sc</script>ript>",
        "<html><svg/onload=alert(1)><math><mtext></p><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<html><iframe src=https://evil.example.test></iframe><object data=x><embed src=x><link rel=stylesheet href=x><base href=x><meta http-equiv=refresh content=0>",
        "<html><table><td colspan=\"2\" onmouseover=alert(1) rowspan='9999999'>x",
        "<html><p =onclick=alert(1)>x</p ><p/onclick=alert(1)/>",
        "<html><!--><img src=x>--><!-- --!><img src=x> -->",
        "<html><plaintext><img src=x>",
        "<html><p a='",
        "<html>&lt;script&gt;alert(1)&lt;/script&gt;&#60;img src=x&#62;&<p>&",
    ];
    for html in hostile {
        let (clean, _) = html_of(html.as_bytes(), "text/html");
        is_harmless(&clean);
    }
}

/// Every bracket begins a tag of the list, with nothing but numbers in it.
fn is_harmless(clean: &str) {
    for piece in clean.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        let mut parts = tag.trim_start_matches('/').split(' ');
        let name = parts.next().unwrap();
        assert!(super::html::is_kept(name), "HAZ-020: <{tag}> in {clean}");
        for attribute in parts {
            let (name, value) = attribute.split_once('=').unwrap();
            assert!(["colspan", "rowspan", "start", "value"].contains(&name), "HAZ-020: {attribute}");
            assert!(value.trim_matches('"').parse::<u16>().is_ok(), "HAZ-020: {attribute}");
        }
        assert!(!text.contains('>'), "HAZ-020: {clean}");
    }
}

#[test]
fn html_takes_time_in_proportion_to_its_length() {
    for piece in ["<div>", "<b a=1>", "<table><td>", "<!--", "</", "<p a=", "<script>", "&", "<"] {
        let html = format!("<html>{}", piece.repeat(1_500_000 / piece.len()));
        is_harmless(&html_of(html.as_bytes(), "text/html").0);
    }
}

#[test]
fn a_scan_is_shown_page_by_page() {
    let (html, caveats) = html_of(&scan(3), "image/tiff");
    assert_eq!(html.matches("<img alt=\"Page ").count(), 3);
    assert!(html.starts_with("<img alt=\"Page 1\" src=\"data:image/png;base64,iVBOR") && caveats.is_empty());
    let (html, caveats) = html_of(&scan(60), "image/tiff");
    assert_eq!(html.matches("<img ").count(), 50);
    assert_eq!(caveats, [Caveat::Pages { shown: 50 }], "HAZ-017");
}

#[test]
fn a_fax_is_read() {
    // One white line of eight points, ITU-T T.6, then the end of the block.
    let bits = [0b1000_0000_u8, 0b0001_0000, 0b0000_0001];
    let (html, _) = html_of(&bilevel(8, 1, 4, &bits), "image/tiff");
    assert_eq!(html.matches("<img ").count(), 1);
}

/// A TIFF of one strip, one bit a point, black on white.
fn bilevel(width: u32, height: u32, compression: u16, strip: &[u8]) -> Vec<u8> {
    let tags: [(u16, u16, u32); 8] = [
        (256, 4, width),
        (257, 4, height),
        (258, 3, 1),
        (259, 3, u32::from(compression)),
        (262, 3, 0),
        (273, 4, 8),
        (278, 4, height),
        (279, 4, u32::try_from(strip.len()).unwrap()),
    ];
    let at = 8 + strip.len().next_multiple_of(2);
    let mut file = b"II*\0".to_vec();
    file.extend(u32::try_from(at).unwrap().to_le_bytes());
    file.extend(strip);
    file.resize(at, 0);
    file.extend(u16::try_from(tags.len()).unwrap().to_le_bytes());
    for (tag, kind, value) in tags {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(1_u32.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend([0; 4]);
    file
}

// shows: A39
#[test]
fn a_scan_that_unfolds_into_more_than_paper_is_refused() {
    for (width, height) in [(200_000, 200_000), (u32::MAX, u32::MAX), (100_000_000, 1), (0, 0)] {
        for compression in [1, 4, 5, 8, 32773] {
            assert!(
                shown(&bilevel(width, height, compression, &[0; 16]), &["image/tiff"]).is_err(),
                "{width}x{height}"
            );
        }
    }
    // A chain of pages that comes back to its beginning.
    let mut looped = bilevel(8, 1, 1, &[0xAA]);
    let length = looped.len();
    looped[length - 4..].copy_from_slice(&10_u32.to_le_bytes());
    match shown(&looped, &["image/tiff"]) {
        Ok(shown) => assert!(!shown.caveats.is_empty()),
        Err(why) => assert_eq!(why, NotShown::Damaged),
    }
}

proptest! {
    // shows: F28, A22
    #[test]
    fn no_bytes_make_anything_but_harmless_markup(text in "[<>a-z/=\"'& !-]{0,200}") {
        let html = format!("<html>{text}");
        is_harmless(&html_of(html.as_bytes(), "text/html").0);
    }

    #[test]
    fn no_html_loses_its_words(words in proptest::collection::vec("[a-z]{1,8}", 1..20)) {
        let html = words.iter().fold("<html>".to_owned(), |html, word| format!("{html}<p><b>{word}</b></p>"));
        let (clean, _) = html_of(html.as_bytes(), "text/html");
        for word in &words {
            prop_assert!(clean.contains(word.as_str()), "HAZ-021");
        }
    }

    #[test]
    fn no_bytes_make_the_readers_fail(bytes in proptest::collection::vec(any::<u8>(), 0..300), kind in 0..6_usize) {
        let (mark, claim): (&[u8], &str) = [
            (b"".as_slice(), ""), (b"{\\rtf1 ", "text/rtf"), (b"<html>", "text/html"), (b"%PDF-", "application/pdf"),
            (b"\x89PNG\r\n\x1A\n", "image/png"), (b"\xEF\xBB\xBF", "text/plain"),
        ][kind];
        let _ = shown(&[mark, &bytes].concat(), &[claim]);
    }
}

#[test]
fn a_comment_ends_where_a_browser_ends_it() {
    for comment in [
        "<!-->",
        "<!--->",
        "<!-- x -->",
        "<!-- x --!>",
        "<!-- > -->",
        "<!---->",
        "<!--[if !mso]><!-->",
        "<!-- a --->",
    ] {
        let (html, caveats) =
            html_of(format!("<p>{comment}Allergic to latex<!-- end --></p>").as_bytes(), "text/html");
        assert!(html.contains("Allergic to latex"), "HAZ-021: {comment}: {html}");
        assert!(caveats.is_empty(), "{comment}");
    }
    let (_, caveats) = html_of(b"<p><!-- no end", "text/html");
    assert_eq!(caveats, [Caveat::Altered], "HAZ-021");
    let (_, caveats) = html_of(b"<html><p><![CDATA[Allergic to latex]]></p></html>", "application/xhtml+xml");
    assert_eq!(caveats, [Caveat::Altered], "HAZ-021: words that only an XML reader sees");
    let many = "<!-->".repeat(200_000);
    assert!(html_of(many.as_bytes(), "text/html").1.is_empty(), "HAZ-041: in time with its length");
}

#[test]
fn a_tag_without_end_to_its_attributes_costs_no_memory_and_is_said() {
    let many = format!("<p {}>letter</p>", "a ".repeat(1_000_000));
    let (tag, rest) = html::read_tag(many.get(1..).unwrap()).unwrap();
    assert!(tag <= 64 && rest == "letter</p>", "HAZ-041: {tag}");
    let (html, caveats) = html_of(many.as_bytes(), "text/html");
    assert_eq!((html.as_str(), caveats.as_slice()), ("<p>letter</p>", &[Caveat::Altered][..]), "HAZ-021");
}

/// A PNG that says it is so large; what follows its head is that of a small one.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png();
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    bytes
}

fn jpeg_of(width: u16, height: u16) -> Vec<u8> {
    let head =
        b"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xFF\xFF\xC2\x00\x0B\x08";
    let [h, w] = [height.to_be_bytes(), width.to_be_bytes()];
    [head.as_slice(), &h, &w, b"\x01\x01\x11\x00\xFF\xD9"].concat()
}

#[test]
fn a_picture_larger_than_any_sheet_is_not_sent_to_a_browser() {
    let large = NotShown::Kind("a picture of more than 50 megapixels");
    for (bytes, claim) in [
        (png_of(10_000, 5_001), "image/png"),
        (png_of(u32::MAX, u32::MAX), "image/png"),
        (jpeg_of(60_000, 60_000), "image/jpeg"),
    ] {
        assert_eq!(refused(&bytes, &[claim]), large, "HAZ-041: {claim}");
    }
    for (bytes, claim) in [(png_of(10_000, 5_000), "image/png"), (jpeg_of(10_000, 5_000), "image/jpeg")] {
        assert!(shown(&bytes, &[claim]).is_ok(), "{claim}");
    }
}

#[test]
fn margin_notes_and_text_in_drawings_of_an_rtf_are_said_to_be_left_out() {
    for hidden in [r"{\*\annotation Do not give}", r"{\*\do{\dptxbx{\dptxbxtext Do not give}}}"] {
        let (html, caveats) = html_of(format!(r"{{\rtf1 Give daily.{hidden}}}").as_bytes(), "text/rtf");
        assert!(!html.contains("Do not give"));
        assert!(caveats.contains(&Caveat::Altered), "HAZ-021: {hidden}");
    }
}

#[test]
fn a_head_cut_within_a_character_is_still_known() {
    let opening = "<?xml version=\"1.0\"?><ClinicalDocument>";
    let padding = "x".repeat(4096 - opening.len() - 6);
    let letter = format!("{opening}{padding}\u{201D}\u{201D}\u{201D}</ClinicalDocument>");
    assert_eq!(
        refused(letter.as_bytes(), &["text/xml"]),
        NotShown::Kind("a clinical document in XML"),
        "HAZ-020"
    );
}
