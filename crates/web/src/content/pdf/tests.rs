//! Letters of one or two pages, whole and hostile. Every letter is invented.

use super::*;

/// A file of those objects, numbered from 1; the first is its root.
fn file(objects: &[String]) -> Vec<u8> {
    let mut file = String::from("%PDF-1.7\n");
    let mut table = format!("xref\n0 {}\n{:010} 65535 f \n", objects.len() + 1, 0);
    for (place, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", place + 1);
    }
    let start = file.len();
    file += &format!("{table}trailer\n<< /Size {} /Root 1 0 R >>\n", objects.len() + 1);
    (file + &format!("startxref\n{start}\n%%EOF\n")).into_bytes()
}

fn stream(content: &str) -> String {
    format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len())
}

/// One page for each drawing, in an unembedded Helvetica.
fn letter(drawings: &[&str]) -> Vec<u8> {
    let kids: Vec<String> = (0..drawings.len()).map(|page| format!("{} 0 R", 4 + 2 * page)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), kids.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    for (page, drawing) in drawings.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R \
             /Resources << /Font << /F1 3 0 R >> >> >>",
            5 + 2 * page
        ));
        objects.push(stream(drawing));
    }
    file(&objects)
}

fn shown_of(bytes: Vec<u8>) -> (String, Vec<Caveat>) {
    let shown = shown(words(bytes)).unwrap();
    match shown.form {
        super::super::Form::Page(markup) => (markup.to_string(), shown.caveats),
        super::super::Form::Pdf => panic!("no page"),
    }
}

#[test]
fn a_letters_words_stand_in_lines_from_top_to_bottom_with_a_value_beside_its_label() {
    let drawing = "BT /F1 11 Tf 56 700 Td (Second line.) Tj ET
        BT /F1 11 Tf 56 780 Td (Dear Dr Example,) Tj ET
        BT /F1 11 Tf 300 640 Td (40 mg <once> a day) Tj ET
        BT /F1 11 Tf 56 640 Td (furosemide) Tj ET";
    let (html, caveats) = shown_of(letter(&[drawing]));
    assert_eq!(
        html,
        "<h2>Page 1 of 1</h2><pre>\nDear Dr Example,\n\nSecond line.\n\nfurosemide   40 mg &lt;once&gt; a day\n</pre>",
        "HAZ-021"
    );
    assert_eq!(caveats, [Caveat::TextOfPdf]);
}

#[test]
fn words_that_are_set_apart_without_a_space_stay_words() {
    let drawing = "BT /F1 10 Tf 56 780 Td [(not) -300 (for) -20 (ward)] TJ ET";
    assert!(shown_of(letter(&[drawing])).0.contains("not forward"), "HAZ-021");
}

#[test]
fn a_page_without_words_says_so_and_a_document_without_any_is_not_shown_as_empty() {
    let words_on_it = "BT /F1 11 Tf 56 780 Td (Page with words) Tj ET";
    let (html, _) = shown_of(letter(&[words_on_it, "0 0 100 100 re f"]));
    assert!(
        html.contains("<h2>Page 2 of 2</h2><p class=\"notice\">No text was found on this page."),
        "HAZ-020: {html}"
    );
    let scan = shown(words(letter(&["0 0 100 100 re f", ""])));
    assert_eq!(scan.unwrap_err(), NotShown::NoText, "HAZ-020");
    assert!(
        crate::words::document_not_shown("Acute", NotShown::NoText, 9)
            .starts_with("No text was found in this PDF")
    );
}

#[test]
fn words_a_machine_read_from_a_picture_are_marked_as_such() {
    let (html, caveats) = shown_of(letter(&["BT 3 Tr /F1 11 Tf 56 780 Td (warfarin) Tj ET"]));
    assert!(html.contains("warfarin") && caveats.contains(&Caveat::Recognised), "HAZ-021: {caveats:?}");
}

#[test]
fn a_truncated_file_a_locked_one_and_no_pdf_at_all_are_not_read() {
    let whole = letter(&["BT /F1 11 Tf 56 780 Td (Words) Tj ET"]);
    for length in [0, 9, 60, 200] {
        assert!(shown(words(whole[..length].to_vec())).is_err(), "HAZ-020: {length} bytes");
    }
    let text = String::from_utf8(whole).unwrap();
    let hex = "00".repeat(32);
    let locked = text.replace(
        "/Root 1 0 R",
        &format!(
            "/Root 1 0 R /ID [<{hex}> <{hex}>] /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <{hex}> /U <{hex}> >>"
        ),
    );
    assert_eq!(shown(words(locked.into_bytes())).unwrap_err(), NotShown::Locked);
    assert_eq!(shown(words(b"Dear doctor".to_vec())).unwrap_err(), NotShown::NotRead);
}

#[test]
fn a_tree_of_pages_that_loops_ends() {
    let looping = |kids: &str| {
        file(&[
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            format!("<< /Type /Pages /Kids [{kids}] /Count 9 >>"),
            "<< /Type /Pages /Kids [2 0 R 3 0 R] /Parent 2 0 R /Count 9 >>".to_owned(),
        ])
    };
    for kids in ["2 0 R", "3 0 R", "3 0 R 3 0 R 2 0 R", "99 0 R"] {
        assert!(shown(words(looping(kids))).is_err(), "HAZ-020: {kids}");
    }
}

#[test]
fn pages_and_characters_beyond_the_bounds_are_counted_and_said() {
    let many: Vec<&str> = std::iter::repeat_n("BT /F1 11 Tf 56 780 Td (x) Tj ET", PAGES_MAX + 2).collect();
    let (html, caveats) = shown_of(letter(&many));
    assert!(
        caveats.contains(&Caveat::Pages { shown: PAGES_MAX }) && html.contains("Page 1 of 202"),
        "HAZ-017"
    );
    let long = format!("BT /F1 11 Tf 56 780 Td ({}) Tj ET", "y".repeat(CHARS_MAX + 1));
    let (html, caveats) = shown_of(letter(&[&long]));
    assert!(html.matches('y').count() == CHARS_MAX && caveats.contains(&Caveat::Altered), "HAZ-017");
}
